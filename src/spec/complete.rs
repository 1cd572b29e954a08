//! What can only be said once a file and its bases are one tree: is everything there that must be.

use super::check::{RENAMED, written};
use super::keys::{Group, Key, Need, ROOT, Required, TableSpec, any_of};
use super::merge::NewItem;
use super::node::{Block, Entry, Node, Shape, Value};
use super::suggest::nearest;
use super::value::Literal;
use crate::error::{Finding, Findings, Span};

/// Checks the merged tree. `new_items` are the named items that no base has.
pub fn check_complete(root: &Block, new_items: &[NewItem], findings: &mut Findings) {
    let mut walk = Walk { new_items, findings };
    walk.table(root, &ROOT);
    walk.percentages(root);
}

struct Walk<'a> {
    new_items: &'a [NewItem],
    findings: &'a mut Findings,
}

impl Walk<'_> {
    fn table(&mut self, block: &Block, spec: &'static TableSpec) {
        self.missing(block, spec);
        for entry in &block.entries {
            let Some(key) = spec.key(&entry.key) else { continue };
            self.goes_with(block, entry, key);
            self.node(&entry.node);
        }
    }

    fn node(&mut self, node: &Node) {
        match &node.value {
            Value::Table(block) => match block.shape {
                Shape::Table(spec) => self.table(block, spec),
                Shape::Map(_) => block.entries.iter().for_each(|entry| self.node(&entry.node)),
                Shape::Free | Shape::Origin => {}
            },
            Value::List(items) => items.iter().for_each(|item| self.node(item)),
            _ => {}
        }
    }

    /// Everything a block lacks. An item that is new and incomplete was probably meant for one of the base's.
    fn missing(&mut self, block: &Block, spec: &'static TableSpec) {
        let groups = spec
            .groups
            .iter()
            .filter(|group| is_lacking(block, group) && !group.keys().any(|key| self.is_reported(block, spec, key)));
        let covered: Vec<&str> = groups.clone().flat_map(Group::keys).collect();
        let keys = spec.all_keys().filter(|key| {
            is_missing(block, key) && !covered.contains(&key.name) && !self.is_reported(block, spec, key.name)
        });
        let keys: Vec<&str> = keys.map(|key| key.name).collect();
        let groups: Vec<&Group> = groups.collect();
        if keys.is_empty() && groups.is_empty() {
            return;
        }
        if let Some(finding) = self.not_in_base(block, spec) {
            self.findings.push(finding);
            return;
        }
        for key in keys {
            let finding = Finding::error("E0104", format!("{} has no `{key}`", subject(block, spec)));
            let finding = match block.entries.iter().find(|entry| entry.key == key) {
                Some(entry) => finding.at(entry.node.span, format!("`{key}` is empty")),
                None => finding.at(block.span, format!("`{key}` is missing")),
            };
            self.findings.push(finding.help(missing_help(key, spec)));
        }
        for group in groups {
            let is_closing = group.keys().any(|key| key == "tranches");
            let choices = group.alternatives.iter().filter_map(|keys| keys.first());
            let choices = if is_closing {
                "`participants`, or tranches with them".to_owned()
            } else {
                any_of(choices.map(|key| format!("`{key}`")))
            };
            self.findings.push(
                Finding::error("E0106", format!("{} needs {choices}", subject(block, spec)))
                    .at(block.span, if is_closing { "nobody buys here" } else { "one of them is missing" })
                    .help(if is_closing {
                        "say who buys for how much: `participants = { holder = \"10M\" }`"
                    } else {
                        "add one of them"
                    }),
            );
        }
    }

    /// Whether the key is there but misspelt, called otherwise or below a wrong header, and that was said.
    fn is_reported(&self, block: &Block, spec: &TableSpec, key: &str) -> bool {
        let renamed = |entry: &Entry| RENAMED.iter().any(|(table, old, _)| *table == spec.id && *old == entry.key);
        let misspelt = |entry: &Entry| nearest(&entry.key, spec.all_keys().map(|key| key.name)) == Some(key);
        let unknown = block.entries.iter().filter(|entry| spec.key(&entry.key).is_none());
        let start = format!("`{key}` ");
        let misplaced = |finding: &Finding| finding.code == "E0103" && finding.message.starts_with(&start);
        unknown.into_iter().any(|entry| renamed(entry) || misspelt(entry))
            || (spec.id == ROOT.id && self.findings.0.iter().any(misplaced))
    }

    fn not_in_base(&self, block: &Block, spec: &TableSpec) -> Option<Finding> {
        let new = self.new_items.iter().find(|new| new.block == block.span)?;
        let name = &new.name;
        let label = match nearest(name, new.candidates.iter().map(String::as_str)) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => "not in the base".to_owned(),
        };
        let known = any_of(new.candidates.iter().map(|name| format!("\"{name}\"")));
        let help = if known.is_empty() {
            "a new item must be complete".to_owned()
        } else {
            format!("the base has {known}; a new item must be complete")
        };
        Some(
            Finding::error("E0305", format!("no {} named \"{name}\" in the base", written(spec)))
                .at(new.name_span, label)
                .help(help),
        )
    }

    fn goes_with(&mut self, block: &Block, entry: &Entry, key: &Key) {
        let reported = |spec: &TableSpec| {
            let in_conflict = spec.groups_of(key.name).any(|group| group.given_in(|key| has(block, key)) > 1);
            let in_missing = |other: &str| spec.groups_of(other).any(|group| is_lacking(block, group));
            in_conflict || key.with.iter().any(|other| in_missing(other) || self.is_reported(block, spec, other))
        };
        let is_beside = key.with.is_empty() || key.with.iter().any(|other| has(block, other));
        if is_beside || block.spec().is_some_and(reported) {
            return;
        }
        let others = any_of(key.with.iter().map(|other| format!("`{other}`")));
        self.findings.push(
            Finding::error("E0109", format!("`{}` without {others}", key.name))
                .at(entry.key_span, format!("means something only beside {others}"))
                .help(format!("add {others}, or remove `{}`", key.name)),
        );
    }

    /// A fraction or a rest needs a whole.
    fn percentages(&mut self, root: &Block) {
        for round in root.blocks("rounds") {
            let has_size = has(round, "size");
            self.whole_of(round, has_size);
            for tranche in round.blocks("tranches") {
                self.whole_of(tranche, has_size);
            }
        }
    }

    fn whole_of(&mut self, closing: &Block, has_size: bool) {
        let amount = closing.literal("amount");
        let amount_is_fraction = amount.as_ref().is_some_and(|(given, ..)| is_fraction(given));
        if let Some((_, _, span)) = amount.filter(|_| amount_is_fraction && !has_size) {
            self.findings.push(of_what(span, "amount", "give the round a `size`", closing));
        }
        if has(closing, "amount") || has_size {
            return;
        }
        let Some(participants) = closing.block("participants") else { return };
        for (entry, values) in participants.values() {
            for (given, _, span) in values {
                let help = "give the tranche an `amount` or the round a `size`";
                if is_fraction(&given) {
                    self.findings.push(of_what(span, &entry.key, help, closing));
                } else if matches!(given, super::Given::Stated(Literal::Word("rest"))) {
                    self.findings.push(
                        Finding::error("E0113", format!("`{}` takes the rest of what?", entry.key))
                            .at(span, "there is no whole to leave a rest of")
                            .help(help),
                    );
                }
            }
        }
    }
}

fn of_what(span: Span, key: &str, help: &str, closing: &Block) -> Finding {
    let message = match closing.name() {
        Some(name) => format!("`{key}` in \"{name}\" is a fraction of what?"),
        None => format!("`{key}` is a fraction of what?"),
    };
    Finding::error("E0112", message).at(span, "there is no whole to take a part of").help(help)
}

fn is_fraction(given: &super::Given<Literal<'_>>) -> bool {
    match given {
        super::Given::Stated(Literal::Quantity(quantity)) => quantity.measure == super::number::Measure::Fraction,
        _ => false,
    }
}

fn has(block: &Block, key: &str) -> bool {
    block.entries.iter().any(|entry| entry.key == key)
}

/// Whether the block needs one of the group's keys and has none.
fn is_lacking(block: &Block, group: &Group) -> bool {
    group.need == Need::One && !group.keys().any(|key| has(block, key))
}

fn is_missing(block: &Block, key: &Key) -> bool {
    let wanted = match key.required {
        Required::No => false,
        Required::Yes => true,
        Required::With(keys) => keys.iter().any(|other| has(block, other)),
        Required::Unless(keys) => !keys.iter().any(|other| has(block, other)),
    };
    wanted && block.entries.iter().find(|entry| entry.key == key.name).is_none_or(|entry| is_empty(&entry.node))
}

fn is_empty(node: &Node) -> bool {
    match &node.value {
        Value::List(items) => items.is_empty(),
        Value::Table(block) => block.entries.is_empty(),
        _ => false,
    }
}

/// `round "Series A"`, or the table.
fn subject(block: &Block, spec: &TableSpec) -> String {
    match block.name().filter(|_| spec.is_named()) {
        Some(name) => format!("{} \"{name}\"", written(spec)),
        None => written(spec),
    }
}

fn missing_help(key: &str, spec: &TableSpec) -> String {
    match spec.key(key) {
        Some(known) => format!("add `{key} = ...`: {}", known.doc),
        None => format!("add `{key}`"),
    }
}
