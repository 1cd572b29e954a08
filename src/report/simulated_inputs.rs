//! What a simulation draws: the unknowns with their distributions, beside the results that hang on them.

use super::assumptions::{distribution_in_words, is_percent, number_in_words};
use super::frame::columns;
use super::run::Run;
use super::table::{Cell, Style, Table};
use super::words::listed;
use crate::model::{Chance, Distribution, Range, Term, VariableInfo};
use crate::num::Stated;
use rust_decimal::Decimal;

/// Significant digits of an end: a percentile that was computed has as many as it likes.
const DIGITS: u32 = 4;
/// Decimals to which an end is read before that.
const PLACES: u32 = 10;

/// The variables and conditions that are drawn, with how well they are known; `None` where nothing is.
pub fn drawn(run: &Run) -> Option<Table> {
    let head = columns(&[
        ("unknown", "Unknown"),
        ("drawn", "Drawn as"),
        ("low", "Low"),
        ("base", "Base"),
        ("high", "High"),
        ("evidence", "Evidence"),
    ]);
    let mut table = Table::new("drawn", "What is drawn", head);
    let agreement = &run.agreement;
    for variable in &agreement.variables {
        let Some(distribution) = &variable.distribution else { continue };
        let end = |of: fn(&Range) -> Stated| {
            Cell::or_empty(variable.range.as_ref(), |range| Cell::Text(end_in_words(of(range), variable)))
        };
        let evidence = agreement.origin(variable.origin).evidence;
        let cells = vec![
            Cell::text(&variable.name),
            Cell::Text(kind(distribution)),
            end(|range| range.low),
            end(|range| range.base),
            end(|range| range.high),
            Cell::text(evidence.word()),
        ];
        table.push(Style::Body, cells);
    }
    for condition in &agreement.conditions {
        let words = match condition.chance {
            Chance::Probability(Term::Given(probability)) => format!("met with {}", number_in_words(probability, true)),
            Chance::Probability(Term::Variable(variable)) => {
                format!("met with {}", agreement.variables[variable.index()].name)
            }
            Chance::Certain | Chance::Variable(_) => continue,
        };
        let mut cells = vec![Cell::text(&condition.name), Cell::Text(words)];
        cells.resize(table.columns.len(), Cell::Empty);
        table.push(Style::Body, cells);
    }
    if agreement.variables.iter().any(|variable| variable.range.is_some_and(|range| range.quantiles)) {
        table.note("Where a distribution has no ends, low and high are its p10 and p90.");
    }
    for correlation in &agreement.correlations {
        let name = |variable: &crate::model::VariableId| agreement.variables[variable.index()].name.as_str();
        let names: Vec<&str> = correlation.variables.iter().map(name).collect();
        table.note(format!("Correlated: {}, {}.", listed(&names), number_in_words(correlation.correlation, false)));
    }
    (!table.rows.is_empty()).then_some(table)
}

fn end_in_words(number: Stated, variable: &VariableInfo) -> String {
    let decimal = number.to_decimal(PLACES).unwrap_or_default();
    let shown = decimal.round_sf(DIGITS).unwrap_or(decimal).normalize();
    number_in_words(Stated { numerator: shown, denominator: Decimal::ONE }, is_percent(variable))
}

/// The kind of a distribution whose ends stand beside it; of others, everything.
fn kind(distribution: &Distribution) -> String {
    match distribution {
        Distribution::Triangular { .. } => "triangular".into(),
        Distribution::Pert { .. } => "PERT".into(),
        Distribution::Uniform { .. } => "uniform".into(),
        Distribution::Normal { .. } => "normal".into(),
        Distribution::Lognormal { .. } => "lognormal".into(),
        Distribution::Bernoulli { .. } | Distribution::Discrete { .. } => distribution_in_words(distribution),
    }
}
