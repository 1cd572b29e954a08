//! Who pays how much in a round.

use super::{Pricing, follow};
use crate::model::{Draws, Participant, Round, StakeholderId, Takes, Tranche, TrancheAmount, TranchePrice};
use crate::num::{Mask, Number};

/// The cheque of one participant of one tranche, whether or not the tranche closes.
///
/// ```text
/// money              as stated
/// part of tranche    fraction * money of the tranche
/// rest of tranche    money of the tranche - the other cheques in it
/// rest of size       size - the money of the other tranches - the other cheques in its own
/// pro rata           part taken up * right * headline money        right = as converted / pro rata base; see `follow`
/// ownership          price * max(0, fraction * total after the round - holding before)
/// shares             shares * the round's price
/// ```
#[inline(always)]
pub fn of<N: Number>(
    terms: &Round<N>,
    pricing: &Pricing<N>,
    draws: &Draws<N>,
    tranche: usize,
    participant: usize,
) -> N {
    let this = &terms.tranches[tranche];
    match this.participants[participant].takes {
        Takes::Money(money) => draws.value(money),
        Takes::PartOfTranche(fraction) => stated_amount(terms, this, draws) * draws.value(fraction),
        Takes::RestOfTranche => stated_amount(terms, this, draws) - others(terms, pricing, draws, tranche, participant),
        Takes::RestOfSize => {
            let size = terms.size.map_or(N::zero(), |size| draws.value(size));
            let elsewhere: N = (0..terms.tranches.len())
                .filter(|&other| other != tranche)
                .map(|other| of_tranche(terms, pricing, draws, other))
                .sum();
            size - elsewhere - others(terms, pricing, draws, tranche, participant)
        }
        Takes::SideLetter { convertible, part } => {
            let converted = pricing.conversions.iter().find(|conversion| conversion.convertible == convertible);
            let shares =
                converted.map_or(N::zero(), |conversion| conversion.converts.select(conversion.shares, N::zero()));
            draws.value(part) * shares / pricing.company_capitalization * pricing.money
        }
        Takes::ProRata(_) => {
            let taken = follow::taken(terms, draws, &pricing.stakes, &this.participants[participant]);
            taken.unwrap_or(N::zero()) * pricing.money
        }
        Takes::Ownership(fraction) => {
            let held = pricing.stake(this.participants[participant].stakeholder).fully_diluted;
            pricing.solved_price * (draws.value(fraction) * pricing.total - held).max(N::zero())
        }
        Takes::Shares(shares) => {
            let ratio = pricing.class_ratios.get(tranche).copied().unwrap_or(N::one());
            draws.value(shares) * pricing.shares_factor * pricing.price * ratio
        }
    }
}

/// The money of a tranche: as stated, else the sum of its cheques.
#[inline(always)]
pub fn of_tranche<N: Number>(terms: &Round<N>, pricing: &Pricing<N>, draws: &Draws<N>, tranche: usize) -> N {
    let this = &terms.tranches[tranche];
    match this.amount {
        Some(_) => stated_amount(terms, this, draws),
        None => (0..this.participants.len()).map(|index| of(terms, pricing, draws, tranche, index)).sum(),
    }
}

/// The other cheques of the participant's tranche.
#[inline(always)]
fn others<N: Number>(
    terms: &Round<N>,
    pricing: &Pricing<N>,
    draws: &Draws<N>,
    tranche: usize,
    participant: usize,
) -> N {
    (0..terms.tranches[tranche].participants.len())
        .filter(|&other| other != participant)
        .map(|other| of(terms, pricing, draws, tranche, other))
        .sum()
}

/// The tranche's amount as the file states it; zero where it states none.
#[inline(always)]
fn stated_amount<N: Number>(terms: &Round<N>, tranche: &Tranche<N>, draws: &Draws<N>) -> N {
    match (tranche.amount, terms.size) {
        (Some(TrancheAmount::Money(money)), _) => draws.value(money),
        (Some(TrancheAmount::PartOfSize(fraction)), Some(size)) => draws.value(size) * draws.value(fraction),
        (Some(TrancheAmount::PartOfSize(_)) | None, _) => N::zero(),
    }
}

/// True if the tranche is at the round's price, and so part of its headline money.
#[inline(always)]
pub fn at_round_price<N>(tranche: &Tranche<N>) -> bool {
    matches!(tranche.price, TranchePrice::Round)
}

/// Money that is known before the price is: stated amounts, and cheques stated in money, of the tranches at the
/// round's price. With `base`, as of the base case.
#[inline(always)]
pub fn known<N: Number>(terms: &Round<N>, draws: &Draws<N>, base: bool) -> N {
    let draws = if base { Draws { values: draws.base, ..*draws } } else { *draws };
    terms.tranches.iter().filter(|tranche| at_round_price(tranche)).map(|tranche| stated(terms, tranche, &draws)).sum()
}

#[inline(always)]
fn stated_cheque<N: Number>(participant: &Participant<N>, draws: &Draws<N>) -> N {
    match participant.takes {
        Takes::Money(money) => draws.value(money),
        Takes::PartOfTranche(_)
        | Takes::RestOfTranche
        | Takes::RestOfSize
        | Takes::ProRata(_)
        | Takes::SideLetter { .. }
        | Takes::Ownership(_)
        | Takes::Shares(_) => N::zero(),
    }
}

/// Money of a tranche that is stated: its amount, or its cheques stated in money.
#[inline(always)]
pub fn stated<N: Number>(terms: &Round<N>, tranche: &Tranche<N>, draws: &Draws<N>) -> N {
    match tranche.amount {
        Some(_) => stated_amount(terms, tranche, draws),
        None => tranche.participants.iter().map(|participant| stated_cheque(participant, draws)).sum(),
    }
}

/// Participants of tranches at the round's price that have no stated amount, where the round states no size:
/// their purchases make the round grow.
pub fn growing<N>(terms: &Round<N>) -> impl Iterator<Item = &Participant<N>> {
    let open = |tranche: &&Tranche<N>| terms.size.is_none() && tranche.amount.is_none() && at_round_price(tranche);
    terms.tranches.iter().filter(open).flat_map(|tranche| &tranche.participants)
}

/// Stakeholders whose cheque depends on what they hold before the round.
pub fn holders_that_matter<N: Number>(terms: &Round<N>) -> impl Iterator<Item = StakeholderId> {
    terms
        .tranches
        .iter()
        .flat_map(|tranche| &tranche.participants)
        .filter(|participant| matches!(participant.takes, Takes::ProRata(_) | Takes::Ownership(_)))
        .map(|participant| participant.stakeholder)
}
