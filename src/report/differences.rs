//! The inputs and conventions in which scenarios differ.

use super::assumptions::{stated, typed, value_in_words};
use super::run::Run;
use super::table::{Cell, Column, Style, Table};

/// A row for each input or convention that is not the same everywhere; `None` where nothing differs.
pub fn table(runs: &[&Run], labels: &[String]) -> Option<Table> {
    let mut head = vec![Column::pinned("what", "What differs")];
    head.extend(labels.iter().map(|label| Column::new(label.clone(), label.clone())));
    let mut table = Table::new("comparison-inputs", "Inputs and conventions that differ", head);
    let facts: Vec<Vec<(String, String)>> = runs.iter().map(|run| facts(run)).collect();
    let mut seen: Vec<&str> = Vec::new();
    for (what, _) in facts.iter().flatten() {
        if seen.contains(&what.as_str()) {
            continue;
        }
        seen.push(what);
        let values: Vec<Option<String>> = facts.iter().map(|facts| value(facts, what)).collect();
        if values.iter().any(|value| *value != values[0]) {
            let cells = values.into_iter().map(|value| Cell::or_empty(value, Cell::Text));
            table.push(Style::Body, std::iter::once(Cell::text(what)).chain(cells).collect());
        }
    }
    (!table.rows.is_empty()).then_some(table)
}

/// All values under one name, in their order.
fn value(facts: &[(String, String)], what: &str) -> Option<String> {
    let values: Vec<&str> = facts.iter().filter(|(name, _)| name == what).map(|(_, value)| value.as_str()).collect();
    (!values.is_empty()).then(|| values.join(", "))
}

/// What a run is made of: inputs as typed, variables as used, conventions.
fn facts(run: &Run) -> Vec<(String, String)> {
    let (agreement, head) = (&run.agreement, &run.agreement.head);
    let mut facts: Vec<(String, String)> =
        stated(run).into_iter().map(|origin| (origin.what.clone(), typed(origin).to_owned())).collect();
    facts.extend(
        agreement
            .variables
            .iter()
            .map(|variable| (format!("variable {} as used", variable.name), value_in_words(&variable.value))),
    );
    facts.extend(head.set.iter().map(|(name, value)| (format!("variable {name} set by hand"), value.clone())));
    facts.push(("funding rung".into(), run.rung.word().into()));
    facts.push(("case".into(), head.case.word().into()));
    facts.push(("rounding of the file".into(), head.rounding.name.clone()));
    facts.extend(
        agreement.rounds.iter().map(|round| (format!("rounding of {}", round.name), round.rounding.name.clone())),
    );
    facts.extend(head.as_of.map(|date| ("as of".into(), date.to_string())));
    let normalised = head
        .normalised
        .map_or("real share counts".into(), |count| format!("normalised to {}", super::words::grouped(count)));
    facts.push(("share counts".into(), normalised));
    facts.extend(
        agreement
            .assumptions
            .iter()
            .map(|assumption| (format!("assumed of {}", assumption.about), assumption.assumed.clone())),
    );
    facts
}
