//! Checks one file against the key tables: keys, kinds of values, keys that exclude each other. What a base file may
//! complete is checked after the merge.

use super::expectations;
use super::keys::{EVIDENCE, Group, Key, Kind, MapSpec, ORIGIN, ROOT, Sign, TableSpec};
use super::node::{Block, Entry, Node, Shape, Value};
use super::suggest::nearest;
use super::value::{Unread, read, wrong_kind};
use crate::error::{Finding, Findings};

/// Checks the shaped tree of a file.
pub fn check_file(root: &Block, text: &str, findings: &mut Findings) {
    Checker { text, findings }.table(root, &ROOT);
}

struct Checker<'a> {
    text: &'a str,
    findings: &'a mut Findings,
}

/// Spellings of other tools and papers, and what they are here: table, key, what to do.
pub(super) const RENAMED: &[(&str, &str, &str)] = &[
    ("convertibles", "discount_rate", "YC's Discount Rate of 80 % is `discount = \"20%\"`"),
    ("convertibles", "principal", "the principal of a note is its `amount`"),
    ("convertibles", "purchase_amount", "the purchase amount is the `amount`"),
    ("rounds", "valuation", "say which: `pre_money` or `post_money`"),
    ("rounds", "price", "the price of a share is its `price_per_share`"),
    ("tranches", "price", "the price of a share is its `price_per_share`"),
    ("secondaries", "price", "the price of a share is its `price_per_share`"),
    ("issuances", "price", "the price of a share is its `price_per_share`"),
    ("rounds", "investors", "who buys is in `participants`"),
    ("tranches", "valuation", "a closing's own valuation is its `pre_money`"),
    ("holdings", "holder", "who holds is the `stakeholder`"),
    ("option_grants", "strike", "the strike is the `exercise_price`"),
    ("warrants", "strike", "the strike is the `exercise_price`"),
    ("splits", "factor", "the factor is a `ratio`, new to old: `\"10:1\"`"),
];

/// So many keys that a table does not know, and that look like none it knows, were meant for another table.
const LOST_HEADER_MIN: usize = 3;

impl Checker<'_> {
    fn table(&mut self, block: &Block, spec: &'static TableSpec) {
        let strange: Vec<&Entry> = block.entries.iter().filter(|entry| is_strange(entry, spec)).collect();
        let header_is_lost = strange.len() >= LOST_HEADER_MIN;
        for entry in &block.entries {
            match spec.key(&entry.key) {
                Some(key) => self.entry(entry, key, spec),
                None if header_is_lost && is_strange(entry, spec) => {}
                None => {
                    let finding = self.unknown(entry, block, spec);
                    self.findings.push(finding);
                }
            }
        }
        if header_is_lost {
            self.findings.push(lost_header(&strange, spec));
        }
        for group in spec.groups {
            self.exclusive(block, spec, group);
        }
        if spec.id == "expect" {
            expectations::check_lengths(block, self.findings);
        }
    }

    fn entry(&mut self, entry: &Entry, key: &Key, spec: &TableSpec) {
        let text = entry.node.unwrap_origin().0.as_text();
        if key.name == "status" && text.is_some_and(|text| EVIDENCE.contains(&text)) {
            let word = text.unwrap_or_default();
            self.findings.push(
                Finding::error("E0208", format!("`status` of a closing cannot be \"{word}\""))
                    .at(
                        entry.node.span,
                        "here `status` says how far the money is: \"funded\", \"committed\" or \"conditional\"",
                    )
                    .help(format!("how well a figure is known is `evidence = \"{word}\"`")),
            );
            return;
        }
        self.value(&entry.node, &key.kind, key.sign, key.name, Some(spec));
    }

    fn value(&mut self, node: &Node, kind: &Kind, sign: Sign, key: &str, parent: Option<&TableSpec>) {
        match &node.value {
            Value::Table(block) => match block.shape {
                Shape::Origin => self.origin(block, kind, sign, key),
                Shape::Table(spec) => match block.short_form().and_then(|entry| Some((entry, spec.key(&entry.key)?))) {
                    // what was typed is the value, under the outer key
                    Some((entry, short)) => self.value(&entry.node, &short.kind, short.sign, key, Some(spec)),
                    None => self.table(block, spec),
                },
                Shape::Map(map) => self.map(block, map, key, parent),
                Shape::Free => self.unread(wrong_kind(node, kind, key)),
            },
            Value::List(items) => match item_kind(kind) {
                Some(Kind::Tables(spec)) => self.tables(items, spec, key),
                Some(one) => items.iter().for_each(|item| self.value(item, one, sign, key, None)),
                None => self.unread(wrong_kind(node, kind, key)),
            },
            _ => {
                if let Err(unread) = read(node, kind, sign, key) {
                    self.unread(unread);
                }
            }
        }
    }

    fn unread(&mut self, unread: Unread) {
        if let Some(finding) = unread {
            self.findings.push(*finding);
        }
    }

    fn tables(&mut self, items: &[Node], spec: &'static TableSpec, key: &str) {
        for item in items {
            match &item.value {
                Value::Table(block) => self.table(block, spec),
                _ => self.unread(wrong_kind(item, &Kind::Table(spec), key)),
            }
        }
    }

    /// `{ value = ..., source = ... }`: the value is of the outer key's kind.
    fn origin(&mut self, block: &Block, kind: &Kind, sign: Sign, key: &str) {
        for entry in &block.entries {
            match ORIGIN.key(&entry.key) {
                Some(_) if entry.key == "value" => match &entry.node.value {
                    Value::Table(inner) if inner.shape == Shape::Free => {
                        self.unread(wrong_kind(&entry.node, kind, key));
                    }
                    _ => self.value(&entry.node, kind, sign, key, None),
                },
                Some(own) => self.value(&entry.node, &own.kind, own.sign, own.name, None),
                None => {
                    let finding = unknown_key(entry, &ORIGIN);
                    self.findings.push(finding);
                }
            }
        }
        if block.entries.iter().all(|entry| entry.key != "value") {
            self.findings.push(
                Finding::error("E0104", format!("`{key}` has an origin but no `value`"))
                    .at(block.span, "`value` is missing")
                    .help("write { value = ..., source = \"...\" }"),
            );
        }
    }

    fn map(&mut self, block: &Block, map: &MapSpec, key: &str, parent: Option<&TableSpec>) {
        for entry in &block.entries {
            if map.replaceable && entry.key == "replace" && matches!(entry.node.value, Value::YesNo(_)) {
                continue;
            }
            if let Some(finding) = self.misplaced_in_map(entry, block, key, parent) {
                self.findings.push(finding);
                continue;
            }
            if entry.key.trim().is_empty() {
                self.findings.push(
                    Finding::error("E0201", format!("an entry of `{key}` has an empty name"))
                        .at(entry.key_span, format!("expected {}", map.names.words()))
                        .help("write the name before the `=`"),
                );
                continue;
            }
            self.value(&entry.node, &map.kind, map.sign, &entry.key, None);
        }
    }

    /// A key of the table above that ended under a sub-header: `tolerance = 0` below `[expect.payout]`.
    fn misplaced_in_map(&self, entry: &Entry, block: &Block, key: &str, parent: Option<&TableSpec>) -> Option<Finding> {
        let spec = parent.filter(|_| self.is_header(block))?;
        let is_root = std::ptr::eq(spec, &raw const ROOT);
        let known = if is_root {
            ["title", "based_on", "as_of"].contains(&entry.key.as_str())
        } else {
            spec.key(&entry.key).is_some()
        };
        if !known {
            return None;
        }
        let header = self.header_text(block);
        let help = if is_root {
            "move it to the top of the file".to_owned()
        } else {
            format!("move it above `{header}`, or write `{key} = {{ ... }}` on one line")
        };
        let finding =
            Finding::error("E0103", format!("`{}` stands below `{header}` and is read as a name in it", entry.key));
        Some(
            finding
                .at(entry.key_span, format!("this line belongs to `{header}`: TOML puts it under the last header"))
                .help(help),
        )
    }

    fn is_header(&self, block: &Block) -> bool {
        self.text[block.span.start..].starts_with('[')
    }

    fn header_text(&self, block: &Block) -> &str {
        self.text[block.span.start..block.span.end].lines().next().unwrap_or_default()
    }

    fn unknown(&self, entry: &Entry, block: &Block, spec: &TableSpec) -> Finding {
        let is_root = std::ptr::eq(spec, &raw const ROOT);
        if is_root && is_table_like(&entry.node) {
            return unknown_table(entry);
        }
        if let Some(key) = ROOT.key(&entry.key).filter(|_| !is_root && self.is_header(block)) {
            return self.below_wrong_header(entry, block, key);
        }
        if spec.id == "convertibles" && entry.key == "valuation_cap" {
            return Finding::error("E0110", "`valuation_cap` does not say what it is a cap on")
                .at(entry.key_span, "say which")
                .help("write `post_money_cap` (YC since 2018) or `pre_money_cap`");
        }
        let renamed = RENAMED.iter().find(|(table, key, _)| *table == spec.id && *key == entry.key);
        match renamed {
            Some((_, _, help)) => Finding::error("E0101", format!("unknown key `{}` in {}", entry.key, written(spec)))
                .at(entry.key_span, "this is called otherwise here")
                .help(*help),
            None => unknown_key(entry, spec),
        }
    }

    fn below_wrong_header(&self, entry: &Entry, block: &Block, key: &Key) -> Finding {
        let header = self.header_text(block);
        let own_header = match key.kind {
            Kind::Tables(_) => Some(format!("[[{}]]", key.name)),
            Kind::Table(_) | Kind::Map(_) | Kind::Short(..) => Some(format!("[{}]", key.name)),
            _ => None,
        };
        let help = match own_header {
            Some(own) => format!("move it to the top of the file, or write `{own}`"),
            None => "move it to the top of the file".to_owned(),
        };
        Finding::error("E0103", format!("`{}` is not a key of `{header}`", entry.key))
            .at(entry.key_span, format!("this line belongs to `{header}`: TOML puts it under the last header"))
            .help(help)
    }

    fn exclusive(&mut self, block: &Block, spec: &TableSpec, group: &Group) {
        let mut given = group
            .alternatives
            .iter()
            .filter_map(|keys| block.entries.iter().find(|entry| keys.contains(&entry.key.as_str())));
        let (Some(first), Some(second)) = (given.next(), given.next()) else { return };
        let more: Vec<&Entry> = given.collect();
        if let Some(tranches) = [first, second].into_iter().find(|entry| entry.key == "tranches") {
            self.on_round_with_tranches(block, group, tranches);
            return;
        }
        if let ([], Some(finding)) = (more.as_slice(), without_its_key(first, second, block, spec)) {
            self.findings.push(finding);
            return;
        }
        let (first, second) = if first.key_span < second.key_span { (first, second) } else { (second, first) };
        let names: Vec<String> =
            [first, second].into_iter().chain(more.iter().copied()).map(|entry| format!("`{}`", entry.key)).collect();
        let mut finding = Finding::error("E0105", format!("{} exclude each other in {}", and(&names), written(spec)))
            .at(second.key_span, "give only one of them")
            .and_at(first.key_span, "the other one");
        for entry in more {
            finding = finding.and_at(entry.key_span, "another one");
        }
        self.findings.push(finding.help(group.help));
    }

    fn on_round_with_tranches(&mut self, block: &Block, group: &Group, tranches: &Entry) {
        for entry in &block.entries {
            if entry.key != "tranches" && group.alternative_of(&entry.key).is_some() {
                self.findings.push(
                    Finding::error("E0108", format!("`{}` stands on a round that has tranches", entry.key))
                        .at(entry.key_span, "this belongs to one closing")
                        .and_at(tranches.key_span, "the tranches")
                        .help(group.help),
                );
            }
        }
    }
}

/// Of two keys that exclude each other, one that means something only beside a third, which is not there.
fn without_its_key(first: &Entry, second: &Entry, block: &Block, spec: &TableSpec) -> Option<Finding> {
    let (lost, given) = if is_alone(second, block, spec) { (second, first) } else { (first, second) };
    let [other] = spec.key(&lost.key).filter(|_| is_alone(lost, block, spec))?.with else { return None };
    let finding = Finding::error("E0109", format!("`{}` without `{other}`", lost.key))
        .at(lost.key_span, format!("means something only beside `{other}`"))
        .and_at(given.key_span, format!("excludes `{other}`"));
    Some(finding.help(format!("write `{other}` instead of `{}`, or remove `{}`", given.key, lost.key)))
}

/// Whether a key that needs another of its own alternative beside it stands without it.
fn is_alone(entry: &Entry, block: &Block, spec: &TableSpec) -> bool {
    let with = spec.key(&entry.key).map_or(&[][..], |key| key.with);
    let of_its_own = |other: &str| {
        spec.groups_of(&entry.key).any(|group| group.alternative_of(&entry.key) == group.alternative_of(other))
    };
    !with.is_empty() && with.iter().all(|other| of_its_own(other) && !block.has(other))
}

/// What the items of a list are, where the kind is or may be a list.
fn item_kind(kind: &Kind) -> Option<&Kind> {
    match kind {
        Kind::List(one) | Kind::OneOrMore(one) => Some(one),
        Kind::Tables(_) => Some(kind),
        Kind::Either(kinds) => kinds.iter().find(|kind| matches!(kind, Kind::List(_))).and_then(item_kind),
        _ => None,
    }
}

fn is_table_like(node: &Node) -> bool {
    match &node.value {
        Value::Table(_) => true,
        Value::List(items) => items.first().is_some_and(|item| item.as_block().is_some()),
        _ => false,
    }
}

fn unknown_table(entry: &Entry) -> Finding {
    let brackets = |name: &str, kind: &Kind| {
        if matches!(kind, Kind::Tables(_)) { format!("[[{name}]]") } else { format!("[{name}]") }
    };
    let tables = || ROOT.all_keys().filter(|key| matches!(key.kind, Kind::Tables(_) | Kind::Table(_) | Kind::Map(_)));
    let written = match &entry.node.value {
        Value::List(_) => format!("[[{}]]", entry.key),
        _ => format!("[{}]", entry.key),
    };
    let label = match nearest(&entry.key, tables().map(|key| key.name)).and_then(|near| ROOT.key(near)) {
        Some(key) => format!("did you mean `{}`?", brackets(key.name, &key.kind)),
        None => "not a table of the format".to_owned(),
    };
    let known: Vec<String> = tables().map(|key| brackets(key.name, &key.kind)).collect();
    Finding::error("E0102", format!("unknown table `{written}`"))
        .at(entry.key_span, label)
        .help(format!("tables: {}", known.join(", ")))
}

/// A key that is not one of the table, not called otherwise here, not misspelt, and not a table.
fn is_strange(entry: &Entry, spec: &TableSpec) -> bool {
    let renamed = RENAMED.iter().any(|(table, key, _)| *table == spec.id && *key == entry.key);
    // the nearest key is looked for last: it takes longer than checking a whole correct file
    let near = || nearest(&entry.key, spec.all_keys().map(|key| key.name)).is_some();
    spec.key(&entry.key).is_none()
        && ROOT.key(&entry.key).is_none()
        && !renamed
        && !is_table_like(&entry.node)
        && !near()
}

fn lost_header(entries: &[&Entry], spec: &TableSpec) -> Finding {
    let names: Vec<String> = entries.iter().map(|entry| format!("`{}`", entry.key)).collect();
    let mut finding = Finding::error("E0101", format!("unknown keys {} in {}", and(&names), written(spec)));
    for (index, entry) in entries.iter().enumerate() {
        let label = "not a key of this table";
        finding = if index == 0 { finding.at(entry.key_span, label) } else { finding.and_at(entry.key_span, label) };
    }
    finding.help("is a header such as [[rounds]] missing above these lines?")
}

fn unknown_key(entry: &Entry, spec: &TableSpec) -> Finding {
    let label = match nearest(&entry.key, spec.all_keys().map(|key| key.name)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "not a key of this table".to_owned(),
    };
    // a hundred quantiles would hide the rest
    let is_quantile =
        |key: &str| key.strip_prefix('p').is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()));
    let quantiles = spec.key("p99").map(|_| "p1 to p99");
    let known: Vec<&str> =
        spec.all_keys().map(|key| key.name).filter(|key| !is_quantile(key)).chain(quantiles).collect();
    Finding::error("E0101", format!("unknown key `{}` in {}", entry.key, written(spec)))
        .at(entry.key_span, label)
        .help(format!("keys allowed here: {}", known.join(", ")))
}

/// The table as findings write it.
pub(super) fn written(spec: &TableSpec) -> String {
    if spec.written.starts_with('[') { format!("`{}`", spec.written) } else { spec.written.to_owned() }
}

/// `a, b and c`.
fn and(names: &[String]) -> String {
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}
