//! Rights to follow a round: pro rata, and over-allotment of what other right holders leave.
//!
//! ```text
//! left   = sum over right holders of  right * max(0, 1 - part taken up)
//! taken  = part taken up * right  +  left * right / sum of the rights of those who over-allot
//! ```
//!
//! Each is a part of the round's headline money. Rights are known before the price is, so the parts are too, and a round
//! that grows by them stays one system. Everyone with a right takes part by `pro_rata`, be it 0 %: nobody else has one.
//! Source: NVCA Investors' Rights Agreement, 4.1 (right of first offer; Fully Exercising Investors).

use super::pricing::{Stake, stake_of};
use crate::model::{Draws, Participant, Round, StakeholderId, Takes};
use crate::num::{Mask, Number};

/// The part of the round's headline money that a participant takes by its pro rata right.
#[inline(always)]
pub fn taken<N: Number>(
    terms: &Round<N>,
    draws: &Draws<N>,
    stakes: &[Stake<N>],
    participant: &Participant<N>,
) -> Option<N> {
    let Takes::ProRata(part) = participant.takes else { return None };
    let right = stake_of(stakes, participant.stakeholder).pro_rata;
    let own = draws.value(part) * right;
    if !participant.over_allotment {
        return Some(own);
    }
    let over_allotting = everyone(terms).filter(|other| other.over_allotment);
    let together: N = over_allotting.map(|other| stake_of(stakes, other.stakeholder).pro_rata).sum();
    let some = together.is_positive();
    Some(own + some.select(right / some.select(together, N::one()), N::zero()) * left(terms, draws, stakes))
}

/// The part of the round's headline money that right holders leave.
#[inline(never)]
fn left<N: Number>(terms: &Round<N>, draws: &Draws<N>, stakes: &[Stake<N>]) -> N {
    let mut holders: Vec<(StakeholderId, N)> = Vec::new();
    for participant in everyone(terms) {
        let Takes::ProRata(part) = participant.takes else { continue };
        let part = draws.value(part);
        match holders.iter_mut().find(|(known, _)| *known == participant.stakeholder) {
            Some((_, parts)) => *parts += part,
            None => holders.push((participant.stakeholder, part)),
        }
    }
    let of = |(who, parts): (StakeholderId, N)| (N::one() - parts).max(N::zero()) * stake_of(stakes, who).pro_rata;
    holders.into_iter().map(of).sum()
}

fn everyone<N: Number>(terms: &Round<N>) -> impl Iterator<Item = &Participant<N>> {
    terms.tranches.iter().flat_map(|tranche| &tranche.participants)
}
