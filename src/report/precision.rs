//! What published percentages leave open: the interval of each holder's ownership after the last stage.

use super::exact::{POSTED_PLACES, decimal, exact};
use super::holders::{Holder, holders};
use super::run::Run;
use crate::engine::books::{Books, Feasibility};
use crate::engine::{inputs, replay};
use crate::model::{Draws, PositionId, Term};
use crate::num::{Exact, LaneMask, Lanes, Mask, Number, Stated};
use rust_decimal::Decimal;

/// Decimals of a percentage with which the ends of an interval are shown.
pub const SHOWN_PLACES: u32 = 2;

/// Decimals with which the ends are kept.
const END_PLACES: u32 = 12;
/// Futures run side by side.
const LANES: usize = 16;

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
///
/// All of them are run side by side in the arithmetic of a simulation: an end is shown with two decimals of a percent,
/// and kept with twelve places.
pub fn intervals(run: &Run) -> Vec<Option<Interval>> {
    let holders = holders(run);
    let imprecision = &run.agreement.imprecision;
    if imprecision.halves.is_empty() {
        return vec![None; holders.len()];
    }
    let all: Vec<PositionId> = imprecision.halves.iter().map(|&(position, _)| position).collect();
    let moves: Vec<Vec<Vec<PositionId>>> = holders.iter().map(|holder| moves(holder, run, &all)).collect();
    // Holders that are not themselves published share their futures.
    let mut sets: Vec<&Vec<PositionId>> = moves.iter().flatten().collect();
    sets.sort_unstable();
    sets.dedup();
    let openings: Vec<(usize, Vec<Stated>)> = sets
        .iter()
        .enumerate()
        .flat_map(|(index, set)| [1, -1].map(|sign| Some((index, opening(run, set, sign)?))))
        .flatten()
        .collect();
    let ends: Vec<Side> = openings.chunks(LANES).flat_map(|some| side_by_side(run, some)).collect();
    let interval = |(holder, moves): (&Holder, &Vec<Vec<PositionId>>)| {
        let point = holder.ownership(run.ledger().last());
        let mut interval = Interval { low: point, high: point };
        let moves = |side: &&Side| moves.iter().any(|positions| positions == sets[side.moved]);
        for ownership in ends.iter().filter(moves).filter_map(|side| side.ownership(holder)) {
            interval = Interval { low: interval.low.min(ownership), high: interval.high.max(ownership) };
        }
        (interval.high - interval.low > Decimal::new(2, END_PLACES)).then_some(interval)
    };
    holders.iter().zip(&moves).map(interval).collect()
}

/// The sets of published positions that are moved together for a holder.
fn moves(holder: &Holder, run: &Run, all: &[PositionId]) -> Vec<Vec<PositionId>> {
    let owned = |position: &PositionId| holder.positions.contains(position);
    let own: Vec<_> = all.iter().copied().filter(owned).collect();
    let has_rest = run.agreement.imprecision.rest.is_some_and(|rest| owned(&rest));
    match (own.is_empty(), has_rest) {
        (_, true) => vec![all.iter().copied().filter(|position| !own.contains(position)).collect()],
        (false, false) => vec![own],
        // Not itself published: whatever moves may move it, through rights and targets.
        (true, false) => all.iter().map(|&position| vec![position]).collect(),
    }
}

/// The company after the last stage of one future, as converted by position.
struct Side {
    /// Which set of positions was moved.
    moved: usize,
    as_converted: Vec<f64>,
    fully_diluted: f64,
}

impl Side {
    fn ownership(&self, holder: &Holder) -> Option<Decimal> {
        let held: f64 = holder.positions.iter().map(|position| self.as_converted[position.index()]).sum();
        Some(Decimal::from_f64_retain(held / self.fully_diluted)?.round_dp(END_PLACES))
    }
}

/// Runs openings side by side; one that an event does not allow is left out.
fn side_by_side(run: &Run, openings: &[(usize, Vec<Stated>)]) -> Vec<Side> {
    let mut scenario = run.agreement.scenario.cast::<Lanes<LANES>>();
    let float = |stated: &Stated| stated.cast::<Lanes<1>>().0[0];
    for (index, held) in scenario.opening.iter_mut().enumerate() {
        // What is left over of the lanes is the first future again.
        let of_lane = |lane| float(&openings.get(lane).unwrap_or(&openings[0]).1[index]);
        *held = Term::Given(Lanes(std::array::from_fn(of_lane)));
    }
    let (values, base) = (inputs::values(&scenario.settings), inputs::values(&scenario.base));
    let happens: Vec<LaneMask<LANES>> = scenario.happens.iter().map(|&happens| Mask::always(happens)).collect();
    let draws = Draws { values: &values, base: &base, happens: &happens, rung: run.rung };
    let mut books = Books::open(&scenario, &draws, Feasibility::unquestioned());
    let Ok(()) = replay(&scenario, &draws, &mut books);
    let table = &books.table;
    let as_converted: Vec<_> = table
        .shares
        .iter()
        .enumerate()
        .map(|(index, shares)| table.as_converted(PositionId::at(index), *shares).0)
        .collect();
    let side = |(lane, &(moved, _)): (usize, &(usize, Vec<Stated>))| Side {
        moved,
        as_converted: as_converted.iter().map(|lanes| lanes[lane]).collect(),
        fully_diluted: table.fully_diluted.0[lane],
    };
    let possible = |(lane, _): &(usize, &(usize, Vec<Stated>))| books.journal.0.0[*lane] != 0;
    openings.iter().enumerate().filter(possible).map(side).collect()
}

/// The opening with these positions moved up (`sign` 1) or down (-1) by their half units; `None` where the table does
/// not allow it.
fn opening(run: &Run, moved: &[PositionId], sign: i32) -> Option<Vec<Stated>> {
    let imprecision = &run.agreement.imprecision;
    let mut opening = at_opening(run);
    let before = opening.clone();
    let whole: Exact = opening.iter().map(|held| held.cast::<Exact>()).sum();
    let mut change = Exact::zero();
    for &(position, half) in imprecision.halves.iter().filter(|(position, _)| moved.contains(position)) {
        let half = half.cast::<Exact>() * Exact::whole(sign);
        add(&mut opening, position, &half)?;
        change += half;
    }
    if let Some(rest) = imprecision.rest {
        add(&mut opening, rest, &(Exact::zero() - change))?;
    } else {
        let held = |position: &PositionId| before[position.index()].cast::<Exact>();
        let others = whole - moved.iter().map(held).sum::<Exact>();
        let factor = (others - change) / others;
        for index in (0..opening.len()).map(PositionId::at).filter(|index| !moved.contains(index)) {
            let held = held(&index);
            add(&mut opening, index, &(held * factor - held))?;
        }
    }
    Some(opening)
}

/// What is held at the opening, in the run at hand.
fn at_opening(run: &Run) -> Vec<Stated> {
    let posted = &run.ledger().stages[0].shares;
    let held = |(term, &posted): (&Term<Stated>, &Decimal)| match *term {
        Term::Given(stated) => stated,
        Term::Variable(_) => posted.into(),
    };
    run.agreement.scenario.opening.iter().zip(posted).map(held).collect()
}

/// Adds to an opening position; `None` where it would fall below nothing.
fn add(opening: &mut [Stated], position: PositionId, change: &Exact) -> Option<()> {
    let held = &mut opening[position.index()];
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
