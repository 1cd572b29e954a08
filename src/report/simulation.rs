//! A simulation as tables: what every holder ends with, how likely the events are, and how far the figures have settled.

#![allow(clippy::cast_precision_loss, reason = "parts of the paths are statistics")]

use super::exits::ExitOfRun;
use super::figures::At;
use super::quantities::Unit;
use super::run::Run;
use super::simulated::Wanted;
use super::table::{Cell, Column, Style, Table};
use super::words::{grouped, listed};
use crate::model::{Chance, Condition, EventId, Figure, StakeholderId, Subject};
use crate::sim::choice::DrawnChoice;
use crate::sim::draw::Sampling;
use crate::sim::run::{Simulation, Tallied, Tally};
use crate::sim::sobol::REPLICATES;
use crate::sim::summary::{Estimate, Statistics, chance, convergence, hash, probability};
use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;

/// Decimals of a percentage on the terminal.
const PLACES: u32 = 2;
/// Significant digits of the file: more than chance leaves of any figure.
const DIGITS: u32 = 12;
/// Holders whose means are shown settling.
const SETTLING: usize = 3;

/// A row: a figure with its statistics.
#[derive(Clone, Debug)]
pub struct Row {
    /// What it is of.
    pub wanted: Wanted,
    /// The figure with everything at its base, where there is one.
    pub base: Option<Decimal>,
    /// What came out.
    pub statistics: Statistics,
    /// Where it was kept.
    pub kept: Tallied,
}

/// A finished simulation.
#[derive(Debug)]
pub struct Outcome<'a> {
    /// The scenario with everything at its base.
    pub run: &'a Run,
    /// The first path: nought but for a part of a simulation.
    pub from: u64,
    /// Whose ownership is to be drawn, where it is said.
    pub shown: Option<StakeholderId>,
    /// The seed.
    pub seed: u64,
    /// Where the numbers came from.
    pub sampling: Sampling,
    /// What was kept.
    pub tally: &'a Tally,
    /// By figure.
    pub rows: Vec<Row>,
    /// Events asked for.
    pub conditions: &'a [Condition],
    /// Variables that decide how the file is read, and stages that only other choices than those of the base lead to.
    choices: Vec<&'a str>,
    later_stages: Vec<String>,
}

impl<'a> Outcome<'a> {
    /// Reads the statistics off what was kept. `wanted` are the figures of the watch, in its order.
    pub fn new(
        run: &'a Run,
        simulation: &Simulation,
        tally: &'a Tally,
        wanted: Vec<Wanted>,
        conditions: &'a [Condition],
    ) -> Self {
        let at = At::stage(run, run.rung, None).ok();
        let sold_for = ExitOfRun::on(run, run.rung).ok().and_then(|exit| exit.values().next());
        let base = |wanted: &Wanted| {
            let Wanted { figure, subject, .. } = *wanted;
            let exact = match figure.is_of_exit() {
                true => At::of_exit(run, run.rung, sold_for, figure, subject, None).ok(),
                false => at.as_ref().and_then(|at| at.figure(figure, subject).ok()),
            };
            exact.map(|exact| Unit::of(figure).decimal(exact))
        };
        let row = |(wanted, &kept): (Wanted, &Tallied)| Row {
            base: base(&wanted),
            statistics: Statistics::new(tally, kept),
            wanted,
            kept,
        };
        let rows = wanted.into_iter().zip(&simulation.of_figure).map(row).collect();
        let draw = &simulation.model.draw;
        let name = |choice: &DrawnChoice| run.agreement.variables[choice.variable.index()].name.as_str();
        let choices = draw.choices.iter().map(name).collect();
        let later_stages = simulation.model.later_stages.clone();
        Outcome {
            run,
            from: 0,
            shown: None,
            seed: draw.seed,
            sampling: draw.sampling,
            tally,
            rows,
            conditions,
            choices,
            later_stages,
        }
    }

    /// Paths that have no answer, as a part of all.
    pub fn impossible_part(&self) -> f64 {
        (self.tally.paths - self.tally.possible) as f64 / self.tally.paths.max(1) as f64
    }

    /// The tables for people.
    pub fn tables(&self) -> Vec<Table> {
        let mut tables: Vec<Table> = [
            (Figure::Ownership, "Ownership"),
            (Figure::Value, "Value at the last price"),
            (Figure::Payout, "Proceeds of the exit"),
            (Figure::Multiple, "Multiple: proceeds over what was paid"),
        ]
        .into_iter()
        .filter_map(|(figure, heading)| self.table(figure, heading))
        .collect();
        tables.first_mut().into_iter().for_each(|table| self.note_base_and_errors(table));
        tables.extend(self.checks());
        let certain = self.certain();
        if let Some(last) = tables.last_mut() {
            if !certain.is_empty() {
                last.note(format!(
                    "No probability is stated of these conditions, so they are met wherever what they hang on is: {}.",
                    certain.join("; ")
                ));
            }
            if !self.choices.is_empty() {
                let names = listed(&self.choices);
                last.note(format!(
                    "What decides how the file is read is drawn too ({names}): each combination is a scenario of its own."
                ));
            }
            last.note(format!(
                "Seed {}{}, {}; result {}. The same seed gives the same bits on any number of threads and any processor.",
                self.seed,
                if self.from > 0 { format!(", from path {} on", grouped(self.from.into())) } else { String::new() },
                self.sampling_words(),
                hash(self.tally)
            ));
            last.note(format!(
                "One future by itself: capstruct explain {} STAKEHOLDER --path 0 --seed {}{}",
                self.run.agreement.head.name,
                self.seed,
                if self.sampling == Sampling::Sobol { " --sampling sobol" } else { "" }
            ));
        }
        tables
    }

    /// How likely the events are, how the means settled, and what has no answer.
    pub fn checks(&self) -> Vec<Table> {
        [self.probabilities(), self.settling(), self.impossible()].into_iter().flatten().collect()
    }

    /// Conditions that always hold, because the file gives them no probability.
    fn certain(&self) -> Vec<&'a str> {
        let conditions = self.run.agreement.conditions.iter();
        conditions.filter(|info| info.chance == Chance::Certain).map(|info| info.name.as_str()).collect()
    }

    /// How many paths, and how many of them have an answer.
    pub fn given(&self) -> String {
        let (paths, possible) = (self.tally.paths, self.tally.possible);
        match paths == possible {
            true if paths == 1 => "1 path".to_owned(),
            true => format!("{} paths", grouped(Decimal::from(paths))),
            false => {
                format!("{} feasible of {} paths", grouped(Decimal::from(possible)), grouped(Decimal::from(paths)))
            }
        }
    }

    fn sampling_words(&self) -> &'static str {
        match self.sampling {
            Sampling::Philox => "Philox 4x32-10",
            Sampling::Sobol => "Sobol's sequence, scrambled",
        }
    }

    fn table(&self, figure: Figure, heading: &str) -> Option<Table> {
        let rows: Vec<&Row> = self.rows.iter().filter(|row| row.wanted.figure == figure).collect();
        if rows.is_empty() {
            return None;
        }
        let unit = Unit::of(figure);
        let is_undefined = |row: &&Row| row.statistics.count > 0 && row.statistics.undefined > 0;
        let some_undefined = figure.is_of_exit() && rows.iter().any(is_undefined);
        let mut columns = vec![
            Column::pinned("holder", "Holder or class"),
            Column::new("base", "Base"),
            Column::new("mean", "Mean"),
            Column::new("error", "±"),
            Column::new("sd", "SD"),
            Column::new("p5", "p5"),
            Column::new("p50", "Median"),
            Column::new("p95", "p95"),
        ];
        if some_undefined {
            columns.push(Column::new("none", "None in"));
        }
        let mut table = Table::new("simulation", format!("{heading}: {}", self.given()), columns);
        for row in &rows {
            let is_class = matches!(row.wanted.subject, Subject::Class(_));
            if row.statistics.count == 0 || (is_class && row.statistics.largest == 0.0) {
                continue;
            }
            let style = match row.wanted.subject {
                Subject::Class(_) => Style::Detail,
                Subject::Whole => Style::Total,
                _ => Style::Body,
            };
            let shown = |estimate: f64| rounded(unit, estimate);
            let statistics = &row.statistics;
            let mut cells = vec![Cell::text(row.wanted.name.clone())];
            cells.push(Cell::or_empty(row.base, |base| unit.cell(base, PLACES)));
            cells.push(shown(statistics.mean.value));
            cells.push(error_cell(unit, statistics.mean));
            cells.push(shown(statistics.sd.value));
            cells.extend([5, 50, 95].map(|percentile| shown(statistics.percentile(percentile).value)));
            if some_undefined {
                let part = statistics.undefined as f64 / self.tally.possible.max(1) as f64;
                cells.push(rounded(Unit::Fraction, part));
            }
            table.push(style, cells);
        }
        self.exit_notes(figure, &rows, some_undefined).into_iter().for_each(|sentence| table.note(sentence));
        Some(table)
    }

    /// What must be said once of all the figures.
    fn note_base_and_errors(&self, table: &mut Table) {
        table.note("Base has every unknown at its base and every condition met; ± is the standard error of the mean.");
        if let Some(replicates) = &self.tally.replicates {
            table.note(match replicates.is_full() {
                true => format!(
                    "Standard errors are by the spread of {REPLICATES} independent replicates of Sobol's sequence, so each is \
                     known to about a fifth of itself."
                ),
                false => format!(
                    "Too few futures for {REPLICATES} replicates of Sobol's sequence: the errors shown are those of random \
                     ones, which are larger."
                ),
            });
        }
    }

    fn probabilities(&self) -> Option<Table> {
        if self.conditions.is_empty() {
            return None;
        }
        let columns = vec![
            Column::pinned("event", "Event"),
            Column::new("probability", "Probability"),
            Column::new("error", "±"),
            Column::new("tie", "Exactly there"),
        ];
        let mut table = Table::new("probabilities", format!("Probabilities: {}", self.given()), columns);
        for (event, condition) in self.conditions.iter().enumerate() {
            let tie = probability(self.tally.events[event].1, self.tally.possible);
            let chance = chance(self.tally, event);
            table.push(
                Style::Body,
                vec![
                    Cell::text(condition_words(condition)),
                    part(chance.value),
                    error_cell(Unit::Fraction, chance),
                    part(tie.value),
                ],
            );
        }
        table.note("A figure that misses its bound by less than 1e-12 of it counts as there.");
        for condition in self.conditions.iter().filter(|condition| condition.measure.figure == Figure::Multiple) {
            let futures = self.without_multiple(condition.measure.subject);
            let count = futures.map_or(String::new(), |count| format!(" ({} futures)", grouped(Decimal::from(count))));
            if futures != Some(0) {
                let literal = &condition.measure.literal;
                table.note(format!("Where {literal} is undefined{count} it counts as not reached."));
            }
        }
        Some(table)
    }

    /// How the means of those that vary most settled.
    fn settling(&self) -> Option<Table> {
        let mut rows: Vec<&Row> = self
            .rows
            .iter()
            .filter(|row| {
                let is_holder = matches!(row.wanted.subject, Subject::Stakeholder(_));
                row.wanted.figure == Figure::Ownership && is_holder && row.statistics.sd.value > 0.0
            })
            .collect();
        rows.sort_by(|a, b| b.statistics.sd.value.total_cmp(&a.statistics.sd.value));
        rows.truncate(SETTLING);
        let kept: Vec<_> = rows
            .iter()
            .filter_map(|row| match row.kept {
                Tallied::Multiple(figure) => Some((*row, convergence(self.tally, figure))),
                Tallied::Constant(_) => None,
            })
            .collect();
        let (_, first) = kept.first()?;
        let mut columns = vec![Column::pinned("paths", "Paths")];
        for (row, _) in &kept {
            columns.push(Column::new(format!("mean {}", row.wanted.name), row.wanted.name.clone()));
            columns.push(Column::new(format!("error {}", row.wanted.name), "±"));
        }
        let mut table = Table::new("convergence", "How the mean ownership of those that vary most settled", columns);
        let few = first.len().saturating_sub(6);
        for (step, so_far) in first.iter().enumerate().skip(few) {
            let mut cells = vec![Cell::Count(Decimal::from(so_far.paths))];
            for (_, steps) in &kept {
                let mean = steps.get(step).map_or(Estimate::default(), |step| step.mean);
                let places = PLACES + 2;
                cells.push(Cell::Fraction { value: decimal(mean.value), places });
                cells.push(Cell::Fraction { value: decimal(mean.error), places });
            }
            table.push(Style::Body, cells);
        }
        Some(table)
    }

    /// The stage of an event; of one that only other choices lead to, too.
    fn stage(&self, event: EventId) -> &str {
        let events = &self.run.agreement.events;
        let later = || self.later_stages.get(event.index() - events.len()).map_or("", String::as_str);
        events.get(event.index()).map_or_else(later, |event| event.stage.as_str())
    }

    /// Events that have no answer in some paths.
    fn impossible(&self) -> Option<Table> {
        let mut found = self.tally.impossible.iter().filter(|(_, count, _)| *count > 0).peekable();
        found.peek()?;
        let columns = vec![
            Column::pinned("event", "Event without an answer"),
            Column::new("paths", "Paths"),
            Column::new("part", "Part"),
            Column::new("first", "First of them"),
        ];
        let mut table = Table::new("impossible", "Futures that cannot be: left out of every figure above", columns);
        for (event, count, first) in found {
            let part = *count as f64 / self.tally.paths.max(1) as f64;
            table.push(
                Style::Body,
                vec![
                    Cell::text(self.stage(*event)),
                    Cell::Count(Decimal::from(*count)),
                    Cell::Fraction { value: decimal(part), places: 3 },
                    Cell::Count(Decimal::from(*first)),
                ],
            );
        }
        table.note("`capstruct explain NAME STAKEHOLDER --path N` says why the path has no answer.");
        Some(table)
    }

    /// The row of the stakeholder to be drawn: the one that is to be shown; else of the first event asked for, else the one
    /// whose ownership varies most, of those who hold something from the start if any of them does.
    pub fn drawn(&self) -> Option<(StakeholderId, &Row)> {
        let asked = self.conditions.iter().map(|condition| condition.measure.subject).find_map(stakeholder);
        let opening = self.run.ledger().stages.first();
        let held = |who: StakeholderId| {
            let own = |index: &usize| self.run.agreement.scenario.positions[*index].stakeholder() == Some(who);
            opening.is_some_and(|stage| (0..stage.shares.len()).filter(own).any(|index| !stage.shares[index].is_zero()))
        };
        self.rows
            .iter()
            .filter(|row| row.wanted.figure == Figure::Ownership && row.statistics.sd.value > 0.0)
            .filter_map(|row| stakeholder(row.wanted.subject).map(|who| (who, row)))
            .filter(|(who, _)| self.shown.is_none_or(|shown| shown == *who))
            .max_by(|a, b| {
                let rank =
                    |(who, row): &(StakeholderId, &Row)| (asked == Some(*who), held(*who), row.statistics.sd.value);
                rank(a).partial_cmp(&rank(b)).unwrap_or(std::cmp::Ordering::Equal)
            })
    }
}

fn stakeholder(subject: Subject) -> Option<StakeholderId> {
    if let Subject::Stakeholder(who) = subject { Some(who) } else { None }
}

/// `ownership(microsoft) after "Series C" >= 25%`.
pub fn condition_words(condition: &Condition) -> String {
    format!("{} {} {}", condition.measure.literal, condition.comparison.sign(), condition.literal)
}

/// A float as a decimal of so many significant digits.
pub fn decimal(value: f64) -> Decimal {
    Decimal::from_f64(value).and_then(|decimal| decimal.round_sf(DIGITS)).unwrap_or_default().normalize()
}

/// A statistic on the terminal.
fn rounded(unit: Unit, value: f64) -> Cell {
    if !value.is_finite() {
        return Cell::Empty;
    }
    match unit {
        // no cents beside a spread
        Unit::Money if value.abs() >= 1_000.0 => Cell::Money(decimal(value).round()),
        _ => unit.cell(decimal(value), PLACES),
    }
}

/// A probability: one that is nearly certain is not to look so.
fn part(value: f64) -> Cell {
    Cell::Fraction { value: decimal(value), places: PLACES + 2 }
}

/// A standard error: two places more than its figure where that is a part, four where it is a multiple.
fn error_cell(unit: Unit, estimate: Estimate) -> Cell {
    match unit {
        Unit::Fraction => part(estimate.error),
        Unit::Multiple => Cell::Number(decimal(estimate.error)),
        _ => rounded(unit, estimate.error),
    }
}
