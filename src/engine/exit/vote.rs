//! Conversion forced by a vote of the preferred.

use super::breakpoints::{Breakpoints, Happening, Recipient, order, payouts};
use super::curve::{Curve, Method};
use super::stack::{Claim, Sharing, Stack};
use super::waterfall::{Waterfall, pay};
use crate::model::ClassId;
use crate::num::{Exact, Mask, Number, Truth};

/// Lets the preferred vote, and pays again where a class is forced to convert.
///
/// A class votes for conversion where it gets more if all preferred convert than in the equilibrium without force. Where the
/// shares, as converted, that vote for it are more than a class's `fraction` of the preferred, that class must convert.
#[inline(always)]
pub(super) fn force<N: Number>(stack: &Stack<N>, result: &mut Waterfall<N>) {
    let always = N::Mask::always(true);
    let all: Vec<N::Mask> =
        stack.claims.iter().map(|claim| if claim.of.preferred().is_some() { always } else { !always }).collect();
    let mut together = result.clone();
    pay_forced(stack, &all, &mut together);
    let (mut yes, mut preferred) = (N::zero(), N::zero());
    for (index, claim) in stack.claims.iter().enumerate() {
        let Some(class) = claim.of.preferred() else { continue };
        preferred += claim.shares;
        if stack.claims[..index].iter().any(|other| other.of.preferred() == Some(class)) {
            continue;
        }
        let of_class = || stack.claims.iter().enumerate().filter(|(_, claim)| claim.of.preferred() == Some(class));
        let gets = |waterfall: &Waterfall<N>| of_class().map(|(index, _)| waterfall.paid[index].amount).sum::<N>();
        let votes: N = of_class().map(|(_, claim)| claim.shares).sum();
        yes += gets(result).below(gets(&together)).select(votes, N::zero());
    }
    let forced: Vec<N::Mask> = stack
        .claims
        .iter()
        .map(|claim| {
            let fraction = stack.forced.iter().find(|(class, _)| claim.of.preferred() == Some(*class));
            fraction.map_or(!always, |(_, fraction)| (*fraction * preferred).below(yes))
        })
        .collect();
    if forced.iter().any(|mask| !(!*mask).all()) {
        pay_forced(stack, &forced, result);
    }
    result.forced = forced;
}

/// Pays as if the claims had nothing to choose where they are forced.
#[inline(always)]
fn pay_forced<N: Number>(stack: &Stack<N>, forced: &[N::Mask], result: &mut Waterfall<N>) {
    let mut variant = stack.clone();
    for (claim, forced) in variant.claims.iter_mut().zip(forced) {
        *claim = claim.forced(*forced);
    }
    let mut curve = Curve::empty();
    curve.prepare(&variant, Method::Kinks);
    pay(&variant, &curve, result);
    for (paid, forced) in result.paid.iter_mut().zip(forced) {
        paid.converted = paid.converted | *forced;
        paid.indifferent = paid.indifferent & !*forced;
        paid.capped = paid.capped & !*forced;
    }
}

impl<N: Number> Claim<N> {
    /// The claim where it is forced to convert: its shares, and no preference but what is paid on conversion besides.
    #[inline(always)]
    fn forced(&self, forced: N::Mask) -> Self {
        let zero = N::zero();
        let (sharing, besides) = match self.sharing {
            Sharing::Capped { above, total, strike } => {
                let besides = (zero - strike).max(zero);
                (Sharing::Capped { above, total: forced.select(besides, total), strike }, besides)
            }
            Sharing::Converts { strike } => (self.sharing, (zero - strike).max(zero)),
            Sharing::Above { .. } | Sharing::PartOf { .. } => (self.sharing, zero),
        };
        Claim { preference: forced.select(besides, self.preference), sharing, ..*self }
    }
}

/// The exit values at which a vote may turn, and those at which the payouts of the forced distributions bend.
///
/// Between two values at which any of them bends, a class's payouts with and without force are straight lines: where they
/// cross, its vote turns.
pub(super) fn candidates(stack: &Stack<Exact>, candidates: &mut Vec<(Exact, Option<Happening>)>) {
    let free = Stack { forced: Vec::new(), ..stack.clone() };
    let mut fractions: Vec<Exact> = stack.forced.iter().map(|(_, fraction)| *fraction).collect();
    fractions.push(Exact::zero() - Exact::one());
    let mut together = None;
    for fraction in fractions {
        // The classes forced where so many votes are enough; with -1 all preferred, as the vote compares.
        let forced = |claim: &Claim<Exact>| match claim.of.preferred() {
            None => Truth::No,
            Some(_) if !fraction.is_positive().is_yes() => Truth::Yes,
            Some(class) => {
                let own = stack.forced.iter().find(|(forced, _)| *forced == class);
                own.map_or(Truth::No, |(_, own)| own.at_most(fraction))
            }
        };
        let claims = stack.claims.iter().map(|claim| claim.forced(forced(claim))).collect();
        let variant = Stack { claims, ..free.clone() };
        let bends = Breakpoints::of(&variant);
        candidates.extend(bends.segments.iter().map(|segment| (segment.from, None)));
        together = Some(variant);
    }
    candidates.extend(Breakpoints::of(&free).segments.iter().map(|segment| (segment.from, None)));
    let Some(together) = together else { return };
    let curves = [Curve::of(&free), Curve::of(&together)];
    let mut values: Vec<Exact> = candidates.iter().map(|(value, _)| *value).collect();
    values.sort_by(|a, b| order(*a, *b));
    values.dedup_by(|a, b| order(*a, *b) == std::cmp::Ordering::Equal);
    let classes: Vec<ClassId> = stack.claims.iter().filter_map(|claim| claim.of.preferred()).collect();
    let gains = |class: ClassId, value: Exact| {
        let paid = [payouts(&free, &curves[0], value), payouts(&together, &curves[1], value)];
        let of_class = |paid: &[(Recipient, Exact)]| -> Exact {
            let own = |recipient: Recipient| matches!(recipient, Recipient::Claim(claim) if stack.claims[claim as usize].of.preferred() == Some(class));
            paid.iter().filter(|(recipient, _)| own(*recipient)).map(|(_, amount)| *amount).sum()
        };
        of_class(&paid[1]) - of_class(&paid[0])
    };
    for (index, &from) in values.iter().enumerate() {
        let to = values.get(index + 1).copied().unwrap_or(from + Exact::one());
        let third = (to - from) / Exact::whole(3);
        let (a, b) = (from + third, to - third);
        let is_last = index + 1 == values.len();
        for &class in &classes {
            let (at_a, at_b) = (gains(class, a), gains(class, b));
            let slope = (at_b - at_a) / third;
            if order(slope, Exact::zero()) == std::cmp::Ordering::Equal {
                continue;
            }
            let crossing = a - at_a / slope;
            let inside = from.at_most(crossing).is_yes() && (is_last || crossing.below(to).is_yes());
            if inside {
                candidates.push((crossing, Some(Happening::ForcedConversion)));
            }
        }
    }
}
