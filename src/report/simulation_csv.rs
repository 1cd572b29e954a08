//! A simulation as a file: a row for each subject and figure.

use super::quantities::Unit;
use super::simulation::{Outcome, condition_words, decimal};
use super::table::{Cell, Column, Style, Table};
use crate::model::{Figure, Subject};
use crate::sim::draw::Sampling;
use crate::sim::summary::{Estimate, PERCENTILES, chance, hash};
use rust_decimal::Decimal;

impl Outcome<'_> {
    /// The file: a row for each subject and figure, every statistic with its standard error.
    pub fn csv(&self) -> Table {
        let mut keys: Vec<String> = [
            "scenario",
            "funding",
            "case",
            "scenario_hash",
            "seed",
            "sampling",
            "paths",
            "feasible_paths",
            "result_hash",
            "kind",
            "name",
        ]
        .map(str::to_owned)
        .to_vec();
        keys.extend(["figure", "base", "mean", "mean_error", "sd", "sd_error"].map(str::to_owned));
        keys.extend(PERCENTILES.iter().flat_map(|p| [format!("p{p}"), format!("p{p}_error")]));
        keys.extend(["least", "most", "undefined_paths", "currency"].map(str::to_owned));
        let mut table =
            Table::new("simulation", "Simulation", keys.into_iter().map(|key| Column::new(key.clone(), key)).collect());
        for row in &self.rows {
            let statistics = &row.statistics;
            let (kind, figure) = (kind(row.wanted.subject), figure_word(row.wanted.figure));
            let mut cells = self.head_cells();
            cells.extend([kind, &row.wanted.name, figure].map(Cell::text));
            cells.push(Cell::or_empty(row.base, Cell::Number));
            let both = |estimate: Estimate| [estimate.value, estimate.error];
            let estimates = [statistics.mean, statistics.sd].into_iter().chain(statistics.percentiles);
            let numbers = estimates.flat_map(both).chain([statistics.least, statistics.largest]);
            // A figure that is never defined has no statistics.
            let cell = |number| if statistics.count > 0 { Cell::Number(decimal(number)) } else { Cell::Empty };
            cells.extend(numbers.map(cell));
            cells.push(Cell::Number(Decimal::from(statistics.undefined)));
            let is_money = Unit::of(row.wanted.figure) == Unit::Money;
            cells.push(if is_money { Cell::text(&self.run.agreement.head.currency) } else { Cell::Empty });
            table.push(Style::Body, cells);
        }
        for (event, condition) in self.conditions.iter().enumerate() {
            let chance = chance(self.tally, event);
            let mut cells = self.head_cells();
            cells.extend(["event".into(), condition_words(condition), "probability".into()].map(Cell::Text));
            cells.push(Cell::Empty);
            cells.extend([chance.value, chance.error].map(|number| Cell::Number(decimal(number))));
            cells.resize(table.columns.len(), Cell::Empty);
            table.push(Style::Body, cells);
        }
        table
    }

    fn head_cells(&self) -> Vec<Cell> {
        let head = &self.run.agreement.head;
        let sampling = if self.sampling == Sampling::Sobol { "sobol" } else { "philox" };
        vec![
            Cell::text(head.name.clone()),
            Cell::text(self.run.rung.word()),
            Cell::text("drawn"),
            Cell::text(head.hash.clone()),
            Cell::Number(Decimal::from(self.seed)),
            Cell::text(sampling),
            Cell::Number(Decimal::from(self.tally.paths)),
            Cell::Number(Decimal::from(self.tally.possible)),
            Cell::text(hash(self.tally)),
        ]
    }
}

fn kind(subject: Subject) -> &'static str {
    match subject {
        Subject::Whole => "company",
        Subject::Stakeholder(_) => "stakeholder",
        Subject::Group(_) => "group",
        Subject::Class(_) => "class",
        Subject::Plan(_) => "plan",
        Subject::StakeholderClass(..) => "stakeholder and class",
        Subject::Convertible(_) => "convertible",
        Subject::Loan(_) => "loan",
    }
}

fn figure_word(figure: Figure) -> &'static str {
    match figure {
        Figure::Ownership => "ownership",
        Figure::Payout => "payout",
        Figure::Multiple => "multiple",
        _ => "value",
    }
}
