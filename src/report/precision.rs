//! What published percentages leave open: the interval of each holder's ownership after the last stage.

use super::exact::{POSTED_PLACES, decimal, exact};
use super::holders::{Holder, holders};
use super::run::Run;
use crate::engine::ledger::Ledger;
use crate::engine::replay_exactly;
use crate::model::{PositionId, Scenario};
use crate::num::{Exact, Number, Stated};
use rust_decimal::Decimal;
use std::collections::HashMap;

/// Decimals of a percentage with which the ends of an interval are shown.
pub const SHOWN_PLACES: u32 = 2;

/// The lowest and highest ownership that the published figures allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// Lowest.
    pub low: Decimal,
    /// Highest.
    pub high: Decimal,
}

/// The interval of every holder, in their order; `None` where nothing is left open.
///
/// A percentage printed with so many digits may be half a unit of the last one off. The scenario is run again with a
/// holder's opening position moved by that much either way, the `rest` of the table absorbing it (without a rest: the
/// others in proportion). For the holder of the rest itself all published positions are moved together.
pub fn intervals(run: &Run) -> Vec<Option<Interval>> {
    let holders = holders(run);
    let imprecision = &run.agreement.imprecision;
    if imprecision.halves.is_empty() {
        return vec![None; holders.len()];
    }
    let owned = |holder: &Holder, position: PositionId| holder.positions.contains(&position);
    let all: Vec<PositionId> = imprecision.halves.iter().map(|&(position, _)| position).collect();
    // Holders that are not themselves published share their replays.
    let mut replays: HashMap<Vec<PositionId>, Vec<Ledger>> = HashMap::new();
    let mut interval = |holder: &Holder| {
        let own: Vec<_> = all.iter().copied().filter(|&position| owned(holder, position)).collect();
        let has_rest = imprecision.rest.is_some_and(|rest| owned(holder, rest));
        let moves: Vec<Vec<PositionId>> = match (own.is_empty(), has_rest) {
            (_, true) => vec![all.iter().copied().filter(|position| !own.contains(position)).collect()],
            (false, false) => vec![own],
            // Not itself published: whatever moves may move it, through rights and targets.
            (true, false) => all.iter().map(|&position| vec![position]).collect(),
        };
        let point = holder.ownership(run.ledger().last());
        let mut ends = Interval { low: point, high: point };
        for moved in moves {
            let both_ways =
                |moved: &Vec<_>| [1, -1].into_iter().filter_map(|sign| replayed(run, moved, sign)).collect();
            for ledger in replays.entry(moved).or_insert_with_key(both_ways) {
                let ownership = holder.ownership(ledger.last());
                ends = Interval { low: ends.low.min(ownership), high: ends.high.max(ownership) };
            }
        }
        (ends.low != ends.high).then_some(ends)
    };
    holders.iter().map(&mut interval).collect()
}

/// The run with these positions moved up (`sign` 1) or down (-1) by their half units; `None` where the table or an
/// event does not allow it.
fn replayed(run: &Run, moved: &[PositionId], sign: i32) -> Option<Ledger> {
    let imprecision = &run.agreement.imprecision;
    let mut scenario = run.agreement.scenario.clone();
    let whole: Exact = scenario.opening.iter().map(|held| held.cast::<Exact>()).sum();
    let mut change = Exact::zero();
    for &(position, half) in imprecision.halves.iter().filter(|(position, _)| moved.contains(position)) {
        let half = half.cast::<Exact>() * Exact::whole(sign);
        add(&mut scenario, position, &half)?;
        change += half;
    }
    if let Some(rest) = imprecision.rest {
        add(&mut scenario, rest, &(Exact::zero() - change))?;
    } else {
        let held = |position: &PositionId| run.agreement.scenario.opening[position.index()].cast::<Exact>();
        let others = whole - moved.iter().map(held).sum::<Exact>();
        let factor = (others - change) / others;
        for index in (0..scenario.opening.len()).map(PositionId::at).filter(|index| !moved.contains(index)) {
            let before = scenario.opening[index.index()].cast::<Exact>();
            add(&mut scenario, index, &(before * factor - before))?;
        }
    }
    replay_exactly(&scenario, run.rung).ok()
}

/// Adds to an opening position; `None` where it would fall below nothing.
fn add(scenario: &mut Scenario<Stated>, position: PositionId, change: &Exact) -> Option<()> {
    let held = &mut scenario.opening[position.index()];
    let after = (held.cast::<Exact>() + *change).to_decimal(POSTED_PLACES)?;
    if exact(after).below(Exact::zero()).is_yes() {
        return None;
    }
    *held = Stated::from(decimal(exact(after), POSTED_PLACES));
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::report::words::percent;

    /// 11 % of the opening, half a unit either way: `0.105 x 730 / 840 + 30 / 840` = 12.70 % to
    /// `0.115 x 730 / 840 + 30 / 840` = 13.57 %. Of the rest, three published figures move together:
    /// `(0.36 -+ 0.015) x 730 / 840` = 29.98 % to 32.59 %.
    #[test]
    fn eleven_percent_means_12_70_to_13_57_after_the_announced_round() {
        let run = fixture::announced();
        let holders = holders(&run);
        let of = |name: &str| {
            let index = holders.iter().position(|holder| holder.name == name).expect("a holder");
            intervals(&run)[index].map(|ends| [percent(ends.low, 2), percent(ends.high, 2)].join(" to "))
        };
        assert_eq!(of("SoftBank").as_deref(), Some("12.70% to 13.57%"));
        assert_eq!(of("Other investors and employees").as_deref(), Some("29.98% to 32.59%"));
        assert_eq!(of("Amazon"), None);
    }

    /// Without a rest the others give way in proportion, so the total stays what it is.
    #[test]
    fn without_a_rest_the_others_move_in_proportion() {
        let mut run = fixture::announced();
        let rest = run.agreement.imprecision.rest.take();
        assert!(rest.is_some());
        let interval = intervals(&run)[2].expect("SoftBank's interval");
        assert_eq!(percent(interval.low, 2), "12.70%");
        assert_eq!(percent(interval.high, 2), "13.57%");
    }
}
