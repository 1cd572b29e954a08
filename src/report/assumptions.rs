//! What the numbers rest on: assumptions, inputs with their sources, variables.

use super::conventions;
use super::frame::{columns, csv_cells, csv_columns};
use super::run::Run;
use super::table::{Cell, Style, Table};
use super::words::{basis, grouped, listed};
use crate::model::{Distribution, Origin, Value, VariableInfo};
use crate::num::Stated;
use rust_decimal::Decimal;

/// Decimal places of a variable in words.
const VARIABLE_PLACES: u32 = 10;

/// Every default that was applied and every reading that was chosen; `None` where nothing was.
pub fn assumed(run: &Run) -> Option<Table> {
    let head = columns(&[("about", "About"), ("assumed", "Assumed"), ("where", "Where")]);
    let mut table = Table::new("assumed", "Assumed", head);
    for assumption in &run.agreement.assumptions {
        let place = Cell::or_empty(assumption.cite.as_ref(), Cell::text);
        table.push(Style::Body, vec![Cell::text(&assumption.about), Cell::text(&assumption.assumed), place]);
    }
    (!table.rows.is_empty()).then_some(table)
}

/// Every input with its value as typed, how well it is known, and where it came from.
pub fn inputs(run: &Run) -> Option<Table> {
    let head = columns(&[
        ("input", "Input"),
        ("typed", "As typed"),
        ("evidence", "Evidence"),
        ("source", "Source"),
        ("where", "Where"),
        ("note", "Note"),
    ]);
    let mut table = Table::new("inputs", "Inputs", head);
    for origin in stated(run) {
        table.push(
            Style::Body,
            vec![
                Cell::text(&origin.what),
                Cell::text(typed(origin)),
                Cell::text(origin.evidence.word()),
                Cell::or_empty(source_id(run, origin), Cell::text),
                Cell::text(&origin.cite),
                Cell::or_empty(origin.note.as_ref(), Cell::text),
            ],
        );
    }
    (!table.rows.is_empty()).then_some(table)
}

/// Origins that are values, each place of the file once: neither names of events nor heads of tables, nor variables,
/// which have a table of their own.
pub fn stated(run: &Run) -> Vec<&Origin> {
    let agreement = &run.agreement;
    let is_variable = |origin: &Origin| {
        agreement.variables.iter().any(|variable| agreement.origin(variable.origin).span == origin.span)
    };
    let is_name =
        |origin: &Origin| agreement.events.iter().any(|event| event.stage == origin.what) || is_variable(origin);
    let mut stated: Vec<&Origin> = Vec::new();
    for origin in agreement.origins.iter().filter(|origin| !origin.literal.is_empty()) {
        let seen = stated.iter().any(|other| other.span == origin.span && other.what == origin.what);
        if !seen && !is_name(origin) && !origin.literal.starts_with('[') {
            stated.push(origin);
        }
    }
    stated
}

/// A value as typed, without its quotation marks.
pub fn typed(origin: &Origin) -> &str {
    let literal = origin.literal.as_str();
    literal.strip_prefix('"').and_then(|literal| literal.strip_suffix('"')).unwrap_or(literal)
}

fn source_id<'a>(run: &'a Run, origin: &Origin) -> Option<&'a str> {
    origin.source.map(|index| run.agreement.sources[index].id.as_str())
}

/// The variables with their ends, their distribution and the value used; `None` without variables.
pub fn variables(run: &Run) -> Option<Table> {
    let head = columns(&[
        ("variable", "Variable"),
        ("low", "Low"),
        ("base", "Base"),
        ("high", "High"),
        ("distribution", "Distribution"),
        ("used", "Used"),
        ("evidence", "Evidence"),
        ("source", "Source"),
        ("where", "Where"),
        ("note", "Note"),
    ]);
    let case = run.agreement.head.case.word();
    let mut table = Table::new("variables", format!("Variables (case {case})"), head);
    for variable in &run.agreement.variables {
        let end = |of: fn(&crate::model::Range) -> Stated| {
            Cell::or_empty(variable.range.as_ref(), |range| {
                Cell::Text(number_in_words(of(range), is_percent(variable)))
            })
        };
        let origin = run.agreement.origin(variable.origin);
        table.push(
            Style::Body,
            vec![
                Cell::text(&variable.name),
                end(|range| range.low),
                end(|range| range.base),
                end(|range| range.high),
                Cell::or_empty(variable.distribution.as_ref(), |distribution| {
                    Cell::Text(distribution_in_words(distribution))
                }),
                Cell::Text(value_in_words(&variable.value)),
                Cell::text(origin.evidence.word()),
                Cell::or_empty(source_id(run, origin), Cell::text),
                Cell::text(&origin.cite),
                Cell::or_empty(origin.note.as_ref(), Cell::text),
            ],
        );
    }
    if run.agreement.variables.iter().any(|variable| variable.range.is_some_and(|range| range.quantiles)) {
        table.note("Where a distribution has no ends, low and high are its p10 and p90.");
    }
    if run.agreement.variables.iter().any(|variable| variable.range.is_some()) {
        table.note("Cases low and high move every variable together.");
    }
    (!table.rows.is_empty()).then_some(table)
}

/// Typed with a percent sign.
pub(super) fn is_percent(variable: &VariableInfo) -> bool {
    matches!(variable.value, Value::Number { percent: true, .. })
}

/// The value of a variable as a reader would type it.
pub fn value_in_words(value: &Value) -> String {
    match value {
        Value::Number { number, percent } => number_in_words(*number, *percent),
        Value::Word(word) => word.clone(),
        Value::YesNo(yes) => if *yes { "yes" } else { "no" }.into(),
    }
}

/// A number of a variable as a reader would type it.
pub(super) fn number_in_words(number: Stated, percent: bool) -> String {
    let decimal = number.to_decimal(VARIABLE_PLACES).unwrap_or_default();
    if percent { format!("{}%", grouped(decimal * Decimal::ONE_HUNDRED)) } else { super::words::short(decimal) }
}

/// A distribution with its parameters.
pub(super) fn distribution_in_words(distribution: &Distribution) -> String {
    let number = |stated: &Stated| number_in_words(*stated, false);
    match distribution {
        Distribution::Triangular { low, mode, high } => {
            format!("triangular, {} to {}, mode {}", number(low), number(high), number(mode))
        }
        Distribution::Pert { low, mode, high } => {
            format!("PERT, {} to {}, mode {}", number(low), number(high), number(mode))
        }
        Distribution::Uniform { low, high } => format!("uniform, {} to {}", number(low), number(high)),
        Distribution::Normal { mean, sd } => format!("normal, mean {}, sd {}", number(mean), number(sd)),
        Distribution::Lognormal { median, sigma } => {
            format!("lognormal, median {}, sigma {}", number(median), number(sigma))
        }
        Distribution::Bernoulli { probability } => format!("yes with {}", number_in_words(*probability, true)),
        Distribution::Discrete { values, probabilities } => {
            let chance = |(value, probability): (&Value, &Stated)| {
                format!("{} with {}", value_in_words(value), number_in_words(*probability, true))
            };
            listed(&values.iter().zip(probabilities).map(chance).collect::<Vec<_>>())
        }
    }
}

/// The published sources that some input names; `None` where none does.
pub fn sources(run: &Run) -> Option<Table> {
    let head = columns(&[
        ("source", "Source"),
        ("publisher", "Publisher"),
        ("title", "Title"),
        ("date", "Date"),
        ("evidence", "Evidence"),
        ("url", "URL"),
        ("note", "Note"),
    ]);
    let mut table = Table::new("sources", "Sources", head);
    let used = |index| run.agreement.origins.iter().any(|origin| origin.source == Some(index));
    for (_, source) in run.agreement.sources.iter().enumerate().filter(|&(index, _)| used(index)) {
        let text = |words: &Option<String>| Cell::or_empty(words.as_ref(), Cell::text);
        table.push(
            Style::Body,
            vec![
                Cell::text(&source.id),
                text(&source.publisher),
                text(&source.title),
                text(&source.date),
                Cell::text(source.evidence.word()),
                text(&source.url),
                text(&source.note),
            ],
        );
    }
    (!table.rows.is_empty()).then_some(table)
}

/// `assumptions.csv`: inputs, variables, assumptions and conventions, a row each.
pub fn csv(run: &Run) -> Table {
    let keys = ["kind", "about", "stated", "evidence", "source", "where", "note"];
    let mut table = Table::new("assumptions", format!("What the numbers rest on ({})", basis(run)), csv_columns(&keys));
    let mut push = |kind: &str, about: &str, stated: &str, [evidence, source, place, note]: [Option<&str>; 4]| {
        let lead = [kind, about, stated].map(Cell::text);
        let rest = [evidence, source, place, note].map(|words| Cell::or_empty(words, Cell::text));
        table.push(Style::Body, csv_cells(run, lead.into_iter().chain(rest).collect()));
    };
    for origin in stated(run) {
        let known =
            [Some(origin.evidence.word()), source_id(run, origin), Some(origin.cite.as_str()), origin.note.as_deref()];
        push("input", &origin.what, typed(origin), known);
    }
    for variable in &run.agreement.variables {
        let origin = run.agreement.origin(variable.origin);
        let known =
            [Some(origin.evidence.word()), source_id(run, origin), Some(origin.cite.as_str()), origin.note.as_deref()];
        push("variable", &variable.name, &value_in_words(&variable.value), known);
    }
    for assumption in &run.agreement.assumptions {
        push("assumption", &assumption.about, &assumption.assumed, [None, None, assumption.cite.as_deref(), None]);
    }
    for (name, meaning) in conventions::rows(run) {
        push("convention", name, &meaning, [None; 4]);
    }
    for source in &run.agreement.sources {
        let words = [&source.publisher, &source.title, &source.date].into_iter().flatten().cloned().collect::<Vec<_>>();
        push(
            "source",
            &source.id,
            &words.join(", "),
            [Some(source.evidence.word()), None, source.url.as_deref(), source.note.as_deref()],
        );
    }
    table
}
