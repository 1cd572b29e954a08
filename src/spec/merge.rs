//! `based_on`: one tree of a base file and the file that changes it.
//!
//! Everything but title, note and expectations is taken over. Tables merge key by key, items with a name merge with
//! the base's item of that name, and a key that excludes another replaces it.

use super::keys::{Kind, TableSpec};
use super::node::{Block, Entry, Node, Shape, Value};
use super::suggest::nearest;
use crate::error::{Finding, Findings, Span};

/// A key of the base that gave way to one that excludes it; listed with the assumptions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replaced {
    /// The base's key, or keys that went together: `low, base, high`.
    pub key: String,
    /// Where the key that replaced it stands.
    pub span: Span,
    /// Where the first of them stands.
    pub was: Span,
    /// The key that replaced it.
    pub by: String,
}

/// A named item that no base has, with the names the base does have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewItem {
    /// The item's block.
    pub block: Span,
    /// Its name.
    pub name: String,
    /// Where the name stands.
    pub name_span: Span,
    /// The base's names of that list.
    pub candidates: Vec<String>,
}

/// What a merge found on the way.
#[derive(Debug, Default)]
pub struct MergeLog {
    /// Keys that gave way.
    pub replaced: Vec<Replaced>,
    /// Items that are new.
    pub new_items: Vec<NewItem>,
    /// Items to be removed that are not there.
    pub findings: Findings,
}

/// Keys of the head that a file does not take from its base.
const OWN: [&str; 4] = ["title", "note", "expect", "based_on"];

/// The base changed by the file.
pub fn merge_files(mut base: Block, child: Block, log: &mut MergeLog) -> Block {
    base.entries.retain(|entry| !OWN.contains(&entry.key.as_str()));
    let span = child.span;
    let mut merged = merge_table(base, child, log);
    merged.span = span;
    merged
}

/// Drops what a file without a base asks to remove, with a finding for each.
pub fn without_base(root: &mut Block, log: &mut MergeLog) {
    let empty = Block { span: root.span, shape: root.shape, entries: Vec::new() };
    let own = std::mem::replace(root, empty.clone());
    *root = merge_table(empty, own, log);
    log.new_items.clear();
}

fn merge_table(base: Block, child: Block, log: &mut MergeLog) -> Block {
    let Shape::Table(spec) = child.shape else { return child };
    let mut merged = base;
    give_way(&mut merged, &child, spec, log);
    for entry in child.entries {
        let kind = spec.key(&entry.key).map(|key| key.kind);
        match merged.entries.iter_mut().find(|old| old.key == entry.key) {
            Some(old) => merge_entry(old, entry, kind, log),
            None => merged.entries.push(fresh_entry(entry, kind, log)),
        }
    }
    merged
}

/// Removes the base's keys that the child's exclude.
fn give_way(base: &mut Block, child: &Block, spec: &TableSpec, log: &mut MergeLog) {
    let mut excluded = |base: &mut Block, by: &Entry, gives_way: &dyn Fn(&Entry) -> bool| {
        let gives_way = |old: &Entry| gives_way(old) && child.entries.iter().all(|entry| entry.key != old.key);
        let gone: Vec<Entry> = base.entries.extract_if(.., |old| gives_way(old)).collect();
        if let Some(first) = gone.first() {
            let key = gone.iter().map(|old| old.key.as_str()).collect::<Vec<_>>().join(", ");
            log.replaced.push(Replaced { key, span: by.key_span, was: first.key_span, by: by.key.clone() });
        }
    };
    for entry in &child.entries {
        for group in spec.groups_of(&entry.key) {
            let own = group.alternative_of(&entry.key);
            excluded(base, entry, &|old| group.alternative_of(&old.key).is_some_and(|other| Some(other) != own));
        }
    }
    if spec.id == "variables"
        && let Some(by) = child.entries.iter().find(|entry| entry.key == "distribution")
    {
        let takes = parameters(by.node.unwrap_origin().0.as_text().unwrap_or_default());
        let is_range = |key: &str| spec.groups_of(key).next().is_some();
        excluded(base, by, &|old| is_range(&old.key) && old.key != "distribution" && !takes(&old.key));
    }
}

/// The keys that a distribution takes beside its name.
fn parameters(distribution: &str) -> impl Fn(&str) -> bool {
    let takes: &[&str] = match distribution {
        "triangular" | "pert" | "uniform" => &["low", "base", "high"],
        "normal" => &["mean", "sd", "base"],
        "lognormal" => &["median", "sigma", "mean", "sd", "base"],
        "bernoulli" => &["probability", "base"],
        "discrete" => &["values", "probabilities", "base"],
        _ => &[],
    };
    move |key| takes.contains(&key)
}

fn merge_entry(old: &mut Entry, new: Entry, kind: Option<Kind>, log: &mut MergeLog) {
    if let Some(Kind::Tables(spec)) = kind
        && let (Value::List(_), Value::List(_)) = (&old.node.value, &new.node.value)
    {
        let (base, child) = (take(&mut old.node), new.node.value);
        if let (Value::List(base), Value::List(child)) = (base, child) {
            old.node.value = Value::List(merge_items(base, child, spec, log));
        }
        return;
    }
    old.key_span = new.key_span;
    let replaces = matches!(kind, Some(Kind::Short(_, short)) if short != "name")
        && new.node.as_block().is_some_and(|block| block.short_form().is_some());
    let shapes = old.node.as_block().zip(new.node.as_block()).map(|(base, child)| (base.shape, child.shape));
    let merges: Option<fn(Block, Block, &mut MergeLog) -> Block> = match shapes {
        Some((Shape::Table(base), Shape::Table(child))) if !replaces && std::ptr::eq(base, child) => Some(merge_table),
        Some((Shape::Map(_), Shape::Map(_))) => Some(merge_map),
        _ => None,
    };
    if let (true, Value::Table(base), Some(child)) = (replaces, &mut old.node.value, new.node.as_block())
        && let Shape::Table(spec) = child.shape
    {
        give_way(base, child, spec, log);
    }
    match (merges, take(&mut old.node), new.node) {
        (Some(merge), Value::Table(base), Node { value: Value::Table(child), .. }) => {
            old.node.value = Value::Table(merge(base, child, log));
        }
        (_, _, new) => old.node = new,
    }
}

/// The value, with nothing left in its place.
fn take(node: &mut Node) -> Value {
    std::mem::replace(&mut node.value, Value::Broken)
}

fn merge_map(base: Block, child: Block, log: &mut MergeLog) -> Block {
    let Shape::Map(map) = child.shape else { return child };
    let replaces = map.replaceable && child.entries.iter().any(|entry| is_replace(entry, true));
    let mut merged = if replaces { Block { entries: Vec::new(), ..base } } else { base };
    for entry in child.entries {
        if map.replaceable && (is_replace(&entry, true) || is_replace(&entry, false)) {
            continue;
        }
        let position = merged.entries.iter().position(|old| old.key == entry.key);
        match (is_removed(&entry.node), position) {
            (true, Some(at)) => {
                merged.entries.remove(at);
            }
            (true, None) => log.findings.push(nothing_to_remove(&entry.key, entry.key_span, &names_of(&merged))),
            (false, Some(at)) => merge_entry(&mut merged.entries[at], entry, Some(map.kind), log),
            (false, None) => merged.entries.push(fresh_entry(entry, Some(map.kind), log)),
        }
    }
    merged
}

fn is_replace(entry: &Entry, yes: bool) -> bool {
    entry.key == "replace" && entry.node.value == Value::YesNo(yes)
}

fn names_of(map: &Block) -> Vec<String> {
    map.entries.iter().map(|entry| entry.key.clone()).collect()
}

/// An entry the base does not have: its own removals and `replace` are dealt with, all the same.
fn fresh_entry(mut entry: Entry, kind: Option<Kind>, log: &mut MergeLog) -> Entry {
    let value = std::mem::replace(&mut entry.node.value, Value::Broken);
    entry.node.value = match (kind, value) {
        (Some(Kind::Tables(spec)), Value::List(items)) => Value::List(merge_items(Vec::new(), items, spec, log)),
        (_, Value::Table(block)) => {
            let empty = Block { span: block.span, shape: block.shape, entries: Vec::new() };
            match block.shape {
                Shape::Table(_) => Value::Table(merge_table(empty, block, log)),
                Shape::Map(_) => Value::Table(merge_map(empty, block, log)),
                Shape::Free | Shape::Origin => Value::Table(block),
            }
        }
        (_, value) => value,
    };
    entry
}

/// Items with a name merge with the base's; a list in which nothing has a name is replaced whole.
fn merge_items(base: Vec<Node>, child: Vec<Node>, spec: &'static TableSpec, log: &mut MergeLog) -> Vec<Node> {
    let name = |node: &Node| node.as_block().and_then(Block::name).map(str::to_owned);
    let has_names = spec.is_named() && base.iter().chain(&child).any(|node| name(node).is_some());
    let candidates: Vec<String> = base.iter().filter_map(name).collect();
    let mut merged = if has_names { base } else { Vec::new() };
    let mut base_length = merged.len();
    for node in child {
        let own = name(&node);
        let position = merged.iter().take(base_length).position(|old| own.is_some() && name(old) == own);
        let removed = is_removed(&node);
        match (node.value, position) {
            (Value::Table(_), Some(at)) if removed => {
                merged.remove(at);
                base_length -= 1;
            }
            (Value::Table(block), None) if removed => {
                let named = own.unwrap_or_else(|| "an item without a name".to_owned());
                log.findings.push(nothing_to_remove(&named, block.name_span(), &candidates));
            }
            (Value::Table(block), Some(at)) => {
                if let Value::Table(old) = std::mem::replace(&mut merged[at].value, Value::Broken) {
                    merged[at].value = Value::Table(merge_table(old, block, log));
                }
            }
            (Value::Table(block), None) => {
                if let Some(name) = own {
                    log.new_items.push(NewItem {
                        block: block.span,
                        name,
                        name_span: block.name_span(),
                        candidates: candidates.clone(),
                    });
                }
                let empty = Block { span: block.span, shape: block.shape, entries: Vec::new() };
                merged.push(Node { span: node.span, value: Value::Table(merge_table(empty, block, log)) });
            }
            (value, _) => merged.push(Node { span: node.span, value }),
        }
    }
    merged
}

fn is_removed(node: &Node) -> bool {
    let removes = |entry: &Entry| entry.key == "remove" && entry.node.value == Value::YesNo(true);
    matches!(&node.value, Value::Table(block) if block.entries.iter().any(removes))
}

fn nothing_to_remove(name: &str, span: Span, candidates: &[String]) -> Finding {
    let label = match nearest(name, candidates.iter().map(String::as_str)) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None => "not in the base".to_owned(),
    };
    Finding::error("E0306", format!("nothing to remove: the base has no \"{name}\""))
        .at(span, label)
        .help("`remove = true` drops an item of the file this one is based on")
}
