//! Dilution by cause: which part of a change of ownership is owed to what.
//!
//! For one stage, with `s` of `T` held before and cause `c` issuing `q_c` to all and `g_c` to the holder:
//!
//! ```text
//! contribution of c = (g_c - (s / T) q_c) / T'          T' = T + sum of q
//! ```
//!
//! The contributions add up to `s' / T' - s / T` exactly and do not depend on an order. A transfer and a grant issue
//! nothing, `q = 0`. A split is taken out first: `s` and `T` are what they would be had nothing but the split happened.
//! This is accounting, not causation: what a holder would have had without an item is another question.
//! Source: rule 21 of the rules of the numbers.

mod issued;

pub use super::cause::Cause;

use super::exact::{FRACTION_PLACES, POSTED_PLACES, Values, decimal, exact, quotient};
use super::frame::{columns, csv_cells, csv_columns, exact_fraction, points, shown_places};
use super::holders::{Holder, holders};
use super::run::Run;
use super::table::{Cell, Column, Style, Table};
use super::words::{basis, capital};
use crate::engine::ledger::Stage;
use crate::model::Event;
use crate::num::{Exact, Number};
use issued::Issued;
use rust_decimal::Decimal;

/// How one holder's ownership changed at one stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Index of the stage.
    pub stage: usize,
    /// Index of the holder.
    pub holder: usize,
    /// Ownership before.
    pub before: Decimal,
    /// Ownership after.
    pub after: Decimal,
    /// `after - before`, before either was rounded.
    pub change: Decimal,
    /// `1 - after / before`; `None` for someone who held nothing.
    pub relative: Option<Decimal>,
    /// Contributions that are not zero; they sum to the change.
    pub causes: Vec<(Cause, Decimal)>,
}

/// Every change of every holder, by stage, then in the order of the holders; only those who hold something around it.
pub fn changes(run: &Run) -> &[Change] {
    run.changes(|| {
        let holders = holders(run);
        (1..run.ledger().stages.len()).flat_map(|stage| at_stage(run, &holders, stage)).collect()
    })
}

fn at_stage(run: &Run, holders: &[Holder], index: usize) -> Vec<Change> {
    let stages = &run.ledger().stages;
    let (before, after) = (&stages[index - 1], &stages[index]);
    let scale = split_of(run, after);
    let issued = Issued::at(run, holders, before, after, &scale);
    let present = issued.causes();
    let total_before = exact(before.fully_diluted) * scale;
    let total_after = exact(after.fully_diluted);
    let one_or = |whole: Decimal, total: Exact| if whole.is_zero() { Exact::one() } else { total };
    let (per, of) = (one_or(before.fully_diluted, total_before), one_or(after.fully_diluted, total_after));
    let change = |(number, holder): (usize, &Holder)| {
        let part = exact(holder.as_converted(before)) * scale / per;
        let contribution = |cause: &Cause| {
            let (to_holder, to_all) = (issued.to_holder[number][cause.index()], issued.to_all[cause.index()]);
            (*cause, decimal((to_holder - part * to_all) / of, FRACTION_PLACES))
        };
        let causes: Vec<_> = present.iter().map(contribution).filter(|(_, points)| !points.is_zero()).collect();
        let way = Way::between(holder, before, after);
        let known = !way.before.is_zero() || !way.after.is_zero();
        let Way { before, after, change, relative } = way;
        known.then_some(Change { stage: index, holder: number, before, after, change, relative, causes })
    };
    let changes: Vec<Change> = holders.iter().enumerate().filter_map(change).collect();
    let slack = slack(after, &scale);
    for change in &changes {
        assert_sums(change, slack);
    }
    changes
}

/// What the counts of a stage, posted to ten places, may be off in all.
fn slack(after: &Stage, scale: &Exact) -> Decimal {
    let positions = Decimal::from(2 * after.shares.len());
    let counts = positions * Decimal::new(1, POSTED_PLACES) * decimal(scale.max(Exact::one()), 0);
    quotient(counts, after.fully_diluted, FRACTION_PLACES).unwrap_or_default()
}

/// Contributions sum to the change, but for the last place of each number and of the counts as converted.
fn assert_sums(change: &Change, of_counts: Decimal) {
    let sum: Decimal = change.causes.iter().map(|(_, points)| *points).sum();
    let off = (sum - change.change).abs();
    let last_places = Decimal::new(1, FRACTION_PLACES) * Decimal::from(change.causes.len() + 2);
    let slack = last_places + of_counts;
    assert!(off <= slack, "contributions of a stage sum to the change: {off} is more than {slack}");
}

/// By how much a split multiplied every count as converted: one where only a preferred class was split.
fn split_of(run: &Run, after: &Stage) -> Exact {
    let event = after.event.map(|event| &run.agreement.scenario.timeline[event.index()].event);
    match event {
        Some(Event::Split(terms)) if terms.class.is_none() || terms.is_common => {
            Values::of(&run.agreement.scenario).at(terms.ratio)
        }
        _ => Exact::one(),
    }
}

/// Ownership at two stages, each number rounded once.
struct Way {
    before: Decimal,
    after: Decimal,
    change: Decimal,
    relative: Option<Decimal>,
}

impl Way {
    fn between(holder: &Holder, before: &Stage, after: &Stage) -> Way {
        let part = |stage: &Stage| {
            let whole = if stage.fully_diluted.is_zero() { Decimal::ONE } else { stage.fully_diluted };
            exact(holder.as_converted(stage)) / exact(whole)
        };
        let (first, last) = (part(before), part(after));
        let rounded = |number| decimal(number, FRACTION_PLACES);
        let relative = first.is_positive().is_yes().then(|| rounded(Exact::one() - last / first));
        Way { before: rounded(first), after: rounded(last), change: rounded(last - first), relative }
    }
}

/// `dilution.csv`: a row for each stage, holder and cause, and one with cause `total`.
pub fn csv(run: &Run) -> Table {
    let keys = ["stage", "stakeholder", "cause", "change", "ownership_before", "ownership_after", "relative_dilution"];
    let mut table = Table::new("dilution", format!("Dilution by cause ({})", basis(run)), csv_columns(&keys));
    let (holders, stages) = (holders(run), &run.ledger().stages);
    let exact_points = |value| Cell::Points { value, places: FRACTION_PLACES };
    for change in changes(run) {
        let stage = run.agreement.stage(stages[change.stage].event);
        let mut push = |style, cause: &str, value, [before, after, relative]: [Cell; 3]| {
            let name = Cell::text(&holders[change.holder].name);
            let cells = vec![Cell::text(stage), name, Cell::text(cause), exact_points(value), before, after, relative];
            table.push(style, csv_cells(run, cells));
        };
        for &(cause, value) in &change.causes {
            push(Style::Detail, cause.word(), value, [Cell::Empty, Cell::Empty, Cell::Empty]);
        }
        let relative = Cell::or_empty(change.relative, exact_fraction);
        push(
            Style::Total,
            "total",
            change.change,
            [exact_fraction(change.before), exact_fraction(change.after), relative],
        );
    }
    table
}

/// One holder's way from the first stage to the last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journey {
    /// Index of the holder.
    pub holder: usize,
    /// Ownership at the first stage.
    pub before: Decimal,
    /// Ownership at the last.
    pub after: Decimal,
    /// `after - before`, before either was rounded.
    pub change: Decimal,
    /// `1 - after / before`: what part of its ownership the holder lost; `None` for someone who held nothing.
    pub relative: Option<Decimal>,
    /// Contributions by stage and cause, in the order they happened.
    pub causes: Vec<(usize, Cause, Decimal)>,
}

impl Journey {
    /// The single largest contribution in the direction of the change; `None` where nothing changed in the end.
    pub fn largest(&self) -> Option<(usize, Cause, Decimal)> {
        let same_way =
            |points: &Decimal| !self.change.is_zero() && points.is_sign_negative() == self.change.is_sign_negative();
        let all = self.causes.iter().copied().filter(|(_, _, points)| same_way(points));
        all.fold(None, |best: Option<(usize, Cause, Decimal)>, next| match best {
            Some(best) if best.2.abs() >= next.2.abs() => Some(best),
            _ => Some(next),
        })
    }
}

/// The way of every holder, in their order.
pub fn journeys(run: &Run, holders: &[Holder]) -> Vec<Journey> {
    let (stages, changes) = (&run.ledger().stages, changes(run));
    let journey = |(number, holder): (usize, &Holder)| {
        let own = changes.iter().filter(|change| change.holder == number);
        let causes = own.flat_map(|change| change.causes.iter().map(|&(cause, points)| (change.stage, cause, points)));
        let Way { before, after, change, relative } = Way::between(holder, &stages[0], run.ledger().last());
        Journey { holder: number, before, after, change, relative, causes: causes.collect() }
    };
    holders.iter().enumerate().map(journey).collect()
}

/// From the opening to the last stage: a row for each holder, a column for each cause. `None` where nothing happened.
pub fn table(run: &Run) -> Option<Table> {
    let stages = &run.ledger().stages;
    if stages.len() < 2 {
        return None;
    }
    let (holders, agreement) = (holders(run), &run.agreement);
    let journeys = journeys(run, &holders);
    let present =
        |cause: &Cause| journeys.iter().any(|journey| journey.causes.iter().any(|(_, other, _)| other == cause));
    let causes: Vec<Cause> = Cause::ALL.into_iter().filter(present).collect();
    let mut head = columns(&[
        ("stakeholder", "Stakeholder"),
        ("before", "Opening"),
        ("after", "After"),
        ("change", "Change"),
        ("relative_dilution", "Relative dilution"),
    ]);
    head.extend(causes.iter().map(|cause| Column::new(cause.word().replace(' ', "_"), capital(cause.word()))));
    head.push(Column::new("largest_cause", "Largest cause"));
    let last = agreement.stage(run.ledger().last().event);
    let mut table = Table::new("dilution", format!("Dilution from the opening to {last} ({})", basis(run)), head);
    let places = shown_places(run);
    for journey in &journeys {
        let part = |value: Decimal| if value.is_zero() { Cell::Empty } else { Cell::Fraction { value, places } };
        let relative = journey.relative.filter(|value| *value > Decimal::ZERO);
        let mut cells = vec![
            Cell::text(&holders[journey.holder].name),
            part(journey.before),
            part(journey.after),
            points(run, journey.change),
            Cell::or_empty(relative, |value| Cell::Fraction { value, places }),
        ];
        for cause in &causes {
            let own = journey.causes.iter().filter(|(_, other, _)| other == cause).map(|(_, _, points)| *points);
            let sum: Decimal = own.sum();
            cells.push(if sum.is_zero() { Cell::Empty } else { points(run, sum) });
        }
        let largest = |(stage, cause, _): (usize, Cause, Decimal)| {
            Cell::Text(format!("{}: {}", agreement.stage(stages[stage].event), cause.word()))
        };
        cells.push(Cell::or_empty(journey.largest(), largest));
        table.push(Style::Body, cells);
    }
    table.note(
        "Points by cause add up to the change. They divide what happened among its causes; what a holder \
        would have had without one of them is another question.",
    );
    Some(table)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::report::words::fixed;

    /// A holder of 80 of 100; a pool of 10 and money for 25 come at once, T' = 135.
    /// `0.8 x 10 / 135` = 5.926 points and `0.8 x 25 / 135` = 14.815 points, 20.741 together.
    #[test]
    fn pool_and_money_cost_5_926_and_14_815_points_in_no_order() {
        let run = fixture::pool_and_money();
        let changes = changes(&run);
        let change = &changes[0];
        let words: Vec<_> = change
            .causes
            .iter()
            .map(|(cause, points)| format!("{} {}", cause.word(), fixed(*points * Decimal::ONE_HUNDRED, 3)))
            .collect();
        assert_eq!(words, ["new money \u{2212}14.815", "pool increase \u{2212}5.926"]);
        assert_eq!(fixed(change.change * Decimal::ONE_HUNDRED, 3), "\u{2212}20.741");
    }

    /// 27 % before, `0.27 x 730 / 852` = 23.1338 % after: 3.8662 points, 14.32 % of what it had.
    #[test]
    fn microsoft_loses_3_8662_points_which_is_14_32_percent() {
        let run = fixture::closed();
        let holders = holders(&run);
        let microsoft = holders.iter().position(|holder| holder.name == "Microsoft").expect("a holder");
        let journey = &journeys(&run, &holders)[microsoft];
        assert_eq!(fixed(journey.change * Decimal::ONE_HUNDRED, 4), "\u{2212}3.8662");
        let relative = journey.relative.expect("it held something");
        assert_eq!(fixed(relative * Decimal::ONE_HUNDRED, 2), "14.32");
    }

    /// Three preferred shares are one common share. Nearly all of them are sold, then everything is split: counts that
    /// have no end in decimals must not make the sums fall apart.
    #[test]
    fn contributions_sum_where_counts_as_converted_have_no_end() {
        let run = fixture::thirds();
        let changes = changes(&run);
        assert_eq!(changes.len(), 6);
        let sold = changes.iter().find(|change| change.stage == 1 && change.holder == 1).expect("the seller");
        // 999,999.9 of 1,000,000 sold, a third of each counts: from 333,333.33 to 0.03 of 1,333,333.33
        assert_eq!(sold.causes.len(), 1);
        assert_eq!(fixed(sold.change, 6), "\u{2212}0.250000");
    }

    #[test]
    fn transfers_grants_and_splits_are_told_apart_and_sum() {
        let run = fixture::startup();
        let holders = holders(&run);
        let mut seen: Vec<_> =
            changes(&run).iter().flat_map(|change| change.causes.clone()).map(|(cause, _)| cause).collect();
        seen.sort();
        seen.dedup();
        let all = [
            Cause::NewMoney,
            Cause::PoolIncrease,
            Cause::OptionGrant,
            Cause::SecondarySold,
            Cause::SecondaryBought,
            Cause::SplitFraction,
        ];
        assert_eq!(seen, all);
        for journey in journeys(&run, &holders) {
            let sum: Decimal = journey.causes.iter().map(|(_, _, points)| *points).sum();
            assert!((sum - journey.change).abs() < Decimal::new(1, 10));
        }
    }
}
