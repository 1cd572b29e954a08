//! Options and warrants: what was granted, has vested, was exercised and cancelled, and what is left.

use super::exact::{POSTED_PLACES, decimal, exact};
use super::frame::{columns, csv_cells, csv_columns, is_normalised};
use super::run::Run;
use super::table::{Cell, Style, Table};
use super::words::basis;
use crate::engine::ledger::Stage;
use crate::engine::rights::Held;
use crate::model::{Agreement, RightId, VestedBy};
use crate::num::{Exact, Number};
use rust_decimal::Decimal;

/// Options of a right that have vested at a stage and are neither exercised nor cancelled; `None` where it vests over
/// time and the stage has no date.
pub fn vested(agreement: &Agreement, stage: &Stage, right: RightId) -> Option<Exact> {
    let held = &stage.rights[right.index()];
    let info = &agreement.rights[right.index()];
    let by = match info.vesting {
        _ if info.has_milestones => VestedBy::Milestones,
        None => VestedBy::Part(Exact::one()),
        Some(vesting) => VestedBy::Part(vesting.part_on(agreement.date(stage.event)?).cast()),
    };
    let held = Held {
        granted: exact(held.granted),
        exercised: exact(held.exercised),
        outstanding: exact(held.outstanding),
        vested: exact(held.vested),
        exercise_price: exact(held.exercise_price),
    };
    Some(held.exercisable(by, agreement.head.rounding.rounding))
}

/// A right after the last stage.
struct Line {
    name: String,
    holder: String,
    granted: Decimal,
    exercised: Decimal,
    cancelled: Decimal,
    outstanding: Decimal,
    vested: Option<Decimal>,
    exercise_price: Decimal,
    expires: Option<jiff::civil::Date>,
}

/// Every right that was granted by the last stage. Nothing where the share count is made up: no count would be a fact.
fn lines(run: &Run) -> Vec<Line> {
    let (agreement, stage) = (&run.agreement, run.ledger().last());
    let line = |(index, held): (usize, &Held<Decimal>)| {
        let info = &agreement.rights[index];
        let vested = vested(agreement, stage, RightId::at(index)).map(|vested| decimal(vested, POSTED_PLACES));
        Line {
            name: info.name.clone(),
            holder: agreement.stakeholders[info.stakeholder.index()].name.clone(),
            granted: held.granted,
            exercised: held.exercised,
            cancelled: held.granted - held.exercised - held.outstanding,
            outstanding: held.outstanding,
            vested,
            exercise_price: held.exercise_price,
            expires: info.expires,
        }
    };
    let granted = stage.rights.iter().enumerate().filter(|(_, held)| !held.granted.is_zero());
    if is_normalised(run) { Vec::new() } else { granted.map(line).collect() }
}

/// Whether something happens to options after they are granted, or they vest over time: else a table of them says
/// nothing that the cap table does not.
fn has_a_life(run: &Run, lines: &[Line]) -> bool {
    let changed = |line: &Line| line.outstanding != line.granted || line.vested != Some(line.granted);
    !is_normalised(run) && lines.iter().any(changed)
}

impl Line {
    fn cells(self) -> Vec<Cell> {
        vec![
            Cell::Text(self.name),
            Cell::Text(self.holder),
            Cell::Count(self.granted),
            Cell::Count(self.exercised),
            Cell::Count(self.cancelled),
            Cell::Count(self.outstanding),
            Cell::or_empty(self.vested, Cell::Count),
            Cell::Price(self.exercise_price),
            Cell::or_empty(self.expires, Cell::Date),
        ]
    }
}

/// Every grant after the last stage; `None` where none vests over time, is exercised or cancelled.
pub fn table(run: &Run) -> Option<Table> {
    let lines = lines(run);
    if !has_a_life(run, &lines) {
        return None;
    }
    let head = columns(&[
        ("grant", "Grant or warrant"),
        ("stakeholder", "Holder"),
        ("granted", "Granted"),
        ("exercised", "Exercised"),
        ("cancelled", "Cancelled"),
        ("outstanding", "Outstanding"),
        ("vested", "Of these vested"),
        ("exercise_price", "Exercise price"),
        ("expires", "Expires"),
    ]);
    let stage = run.agreement.stage(run.ledger().last().event);
    let mut table = Table::new("options", format!("Options and warrants after {stage} ({})", basis(run)), head);
    for line in lines {
        table.push(Style::Body, line.cells());
    }
    table.note("Counts and exercise prices follow splits.");
    Some(table)
}

/// `options.csv`: a row for each grant, after the last stage; `None` where [`table`] is.
pub fn csv(run: &Run) -> Option<Table> {
    let lines = lines(run);
    if !has_a_life(run, &lines) {
        return None;
    }
    let keys = [
        "grant",
        "stakeholder",
        "granted",
        "exercised",
        "cancelled",
        "outstanding",
        "vested",
        "exercise_price",
        "expires",
    ];
    let mut table = Table::new("options", format!("Options and warrants ({})", basis(run)), csv_columns(&keys));
    for line in lines {
        table.push(Style::Body, csv_cells(run, line.cells()));
    }
    Some(table)
}
