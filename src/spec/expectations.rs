//! Lists in `[[expect]]` line up: every list that makes one check per item has the length of the others.

use super::keys::Kind;
use super::node::{Block, Entry, Node, Shape, Value};
use crate::error::{Finding, Findings, Span};

/// Keys whose lists make one check per item.
const AXES: [&str; 4] = ["after", "at", "case", "funding"];

/// Reports lists of different lengths, all of them at once.
pub fn check_lengths(block: &Block, findings: &mut Findings) {
    let axes: Vec<(String, usize, Span)> = block.entries.iter().flat_map(axis_lengths).collect();
    let Some((_, length, _)) = axes.first() else { return };
    let figures = block.entries.iter().flat_map(figure_lengths);
    let lists: Vec<(String, usize, Span)> = axes.iter().cloned().chain(figures).collect();
    let Some((name, other, span)) = lists.iter().find(|(_, other, _)| other != length) else { return };
    let (first_name, ..) = &lists[0];
    let message = format!("`{first_name}` has {} and `{name}` has {}", items(*length), items(*other));
    let mut finding = Finding::error("E0213", message).at(*span, format!("{} here", items(*other)));
    for (_, length, place) in lists.iter().filter(|(_, _, place)| place != span) {
        finding = finding.and_at(*place, items(*length));
    }
    findings.push(finding.help("lists in one `[[expect]]` line up: give each the same length, or one value for all"));
}

fn items(count: usize) -> String {
    if count == 1 { "1 item".to_owned() } else { format!("{count} items") }
}

fn list_length(name: &str, node: &Node) -> Option<(String, usize, Span)> {
    let inner = node.unwrap_origin().0;
    match &inner.value {
        Value::List(items) => Some((name.to_owned(), items.len(), inner.span)),
        _ => None,
    }
}

fn axis_lengths(entry: &Entry) -> Vec<(String, usize, Span)> {
    if AXES.contains(&entry.key.as_str()) {
        return list_length(&entry.key, &entry.node).into_iter().collect();
    }
    match (entry.key.as_str(), &entry.node.value) {
        ("set", Value::Table(set)) => {
            set.entries.iter().filter_map(|entry| list_length(&entry.key, &entry.node)).collect()
        }
        _ => Vec::new(),
    }
}

/// Lists of figures; `breakpoints` and `tranche_values` are lists themselves.
fn figure_lengths(entry: &Entry) -> Vec<(String, usize, Span)> {
    let is_condition = AXES.contains(&entry.key.as_str()) || ["set", "tolerance"].contains(&entry.key.as_str());
    let is_list_itself = super::keys::ROOT
        .key("expect")
        .and_then(|expect| if let Kind::Tables(spec) = expect.kind { spec.key(&entry.key) } else { None })
        .is_some_and(|key| matches!(key.kind, Kind::List(_)));
    if is_condition || is_list_itself {
        return Vec::new();
    }
    match &entry.node.value {
        Value::Table(block) if matches!(block.shape, Shape::Map(_)) => {
            block.entries.iter().filter_map(|named| list_length(&named.key, &named.node)).collect()
        }
        _ => list_length(&entry.key, &entry.node).into_iter().collect(),
    }
}
