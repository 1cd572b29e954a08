//! Protection against a lower price: weighted averages and ratchets, within the round's system and outside it.
//!
//! ```text
//! weighted average   CP2 = CP1 (A + B) / (A + C)      A outstanding before by the class's own definition,
//!                                                     B what the money would have bought at CP1, C what was issued
//! full ratchet       CP2 = the price of the issue
//! ```
//!
//! Never upwards. A class of `n` shares as converted then converts into `n CP1 / CP2`: for a weighted average `n (C - B) /
//! (A + B)` more, for a ratchet `n (CP1 / p - 1)` more: straight lines in the round's unknowns. `A` is the count before
//! the issue for every class, so the order of classes does not matter. Source: NVCA model charter, 4.4.4.

use super::pricing::Scene;
use super::system::{Claim, Line, Unknown};
use crate::engine::books::{Adjustment, Books, CapTable, Journal};
use crate::model::{ClassId, Protection, ProtectionMethod};
use crate::num::rounding::Rounding;
use crate::num::{Mask, Number};

/// An issue of shares, as a protection sees it.
#[derive(Clone, Copy, Debug)]
pub struct Issue<N> {
    /// What was paid for it.
    pub money: N,
    /// What was agreed for a share as converted. It says whether the issue is below a conversion price: the shares may
    /// have been rounded.
    pub price: N,
    /// Shares as converted, `C`.
    pub shares: N,
}

/// What a protected class may claim in a round: nothing, or the adjustment.
#[inline(always)]
pub fn claim<N: Number>(
    protection: &Protection,
    money: N,
    balances: N,
    scene: &Scene<N>,
    table: &CapTable<N>,
) -> Option<Claim<N>> {
    let before = table.conversion_prices[protection.class.index()]?;
    let held = of_class(protection.class, table);
    let line = match protection.method {
        ProtectionMethod::FullRatchet => Line::of(Unknown::PerMoney, held * before) + Line::fixed(N::zero() - held),
        ProtectionMethod::WeightedAverage(counts) => {
            let mut issued = Line::of(Unknown::PerMoney, money);
            let mut paid = money;
            if !protection.exempt.conversions {
                issued = issued + Line::of(Unknown::Conversions, N::one());
                paid += balances;
            }
            if !protection.exempt.pool {
                issued = issued + Line::of(Unknown::Pool, N::one());
            }
            let at_old_price = paid / before;
            let counted = scene.count_before(counts, table) + at_old_price;
            let factor = held / counted.is_positive().select(counted, N::one());
            (issued + Line::fixed(N::zero() - at_old_price)) * factor
        }
    };
    let into = if protection.in_price { Unknown::AdjustmentsInPrice } else { Unknown::AdjustmentsBeside };
    Some(Claim { into, lines: vec![Line::fixed(N::zero()), line] })
}

/// Shares of a class as converted.
#[inline(always)]
pub fn of_class<N: Number>(class: ClassId, table: &CapTable<N>) -> N {
    table.sum(|holding| holding.class() == Some(class))
}

/// The new conversion price after an issue, from the table before it; as the deal rounds conversion prices.
#[inline(always)]
pub fn adjusted<N: Number>(
    protection: &Protection,
    issue: Issue<N>,
    counted: N,
    rounding: Rounding,
    table: &CapTable<N>,
) -> Option<(N, N)> {
    let before = table.conversion_prices[protection.class.index()]?;
    let after = match protection.method {
        ProtectionMethod::FullRatchet => issue.price,
        ProtectionMethod::WeightedAverage(_) => {
            let at_old_price = issue.money / before;
            let whole = counted + issue.shares;
            let some = whole.is_positive();
            some.select(before * (counted + at_old_price) / some.select(whole, N::one()), before)
        }
    };
    Some((before, rounding.conversion_price(after).min(before)))
}

/// Adjusts every class that an issue outside the round's own system triggers: a later closing, shares for an acquisition.
///
/// Impossible where a conversion price would fall to nothing: a ratchet to the price of shares given away.
#[inline(always)]
pub fn after_issue<N: Number, J: Journal<N>>(
    protections: impl Iterator<Item = Protection>,
    issue: Issue<N>,
    rounding: Rounding,
    happens: N::Mask,
    books: &mut Books<N, J>,
) -> N::Mask {
    let mut feasible = N::Mask::always(true);
    let some = issue.shares.is_positive();
    let adjustments: Vec<Adjustment<N>> = protections
        .filter_map(|protection| {
            let adjustment = outside_round(&protection, issue, rounding, &books.table)?;
            let left = adjustment.after.is_positive();
            feasible = feasible & (left | !some);
            let after = (happens & some & left).select(adjustment.after, adjustment.before);
            Some(Adjustment { after, ..adjustment })
        })
        .collect();
    books.adjust(&adjustments);
    feasible
}

/// How a class's conversion price answers an issue outside the round's own system: not at all unless the price agreed is
/// below it. `None` where it has none.
#[inline(always)]
pub fn outside_round<N: Number>(
    protection: &Protection,
    issue: Issue<N>,
    rounding: Rounding,
    table: &CapTable<N>,
) -> Option<Adjustment<N>> {
    let counted = match protection.method {
        ProtectionMethod::WeightedAverage(counts) => super::pricing::base_count(counts, table),
        ProtectionMethod::FullRatchet => N::zero(),
    };
    let (before, after) = adjusted(protection, issue, counted, rounding, table)?;
    let after = before.at_most(issue.price).select(before, after);
    Some(Adjustment { class: protection.class, before, after, counted, money: issue.money, shares: issue.shares })
}
