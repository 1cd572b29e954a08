//! Gives every block of a parsed file its definition and brings short forms into their long one, so that
//! `x = "20B"` and `x = { value = "20B" }` are the same from here on.

use super::keys::{Kind, ORIGIN, ROOT, TableSpec};
use super::node::{Block, Entry, Node, Shape, Value};
use crate::error::{Finding, Findings};

/// Shapes the tree of a whole file.
pub fn shape_file(root: &mut Block, text: &str, findings: &mut Findings) {
    let mut shaper = Shaper { text, findings };
    shaper.table(root, &ROOT);
}

struct Shaper<'a> {
    text: &'a str,
    findings: &'a mut Findings,
}

impl Shaper<'_> {
    fn table(&mut self, block: &mut Block, spec: &'static TableSpec) {
        block.shape = Shape::Table(spec);
        for entry in &mut block.entries {
            if let Some(key) = spec.key(&entry.key) {
                self.node(&mut entry.node, &key.kind, &entry.key);
            }
        }
    }

    fn node(&mut self, node: &mut Node, kind: &'static Kind, key: &str) {
        match kind {
            Kind::Table(spec) => self.one_table(node, spec),
            Kind::Tables(spec) => self.tables(node, spec, key),
            Kind::Short(spec, short) => self.short(node, spec, short),
            Kind::Map(map) => {
                if let Value::Table(block) = &mut node.value {
                    block.shape = Shape::Map(map);
                    for entry in &mut block.entries {
                        self.node(&mut entry.node, &map.kind, &entry.key);
                    }
                }
            }
            Kind::Either(kinds) => self.either(node, kind, kinds, key),
            Kind::List(one) | Kind::OneOrMore(one) => match &mut node.value {
                Value::List(items) => items.iter_mut().for_each(|item| self.node(item, one, key)),
                _ => self.origin(node, kind, key),
            },
            _ => self.origin(node, kind, key),
        }
    }

    fn either(&mut self, node: &mut Node, kind: &'static Kind, kinds: &'static [Kind], key: &str) {
        let table = kinds.iter().find(|kind| matches!(kind, Kind::Table(_) | Kind::Map(_)));
        let list = kinds.iter().find(|kind| matches!(kind, Kind::List(_)));
        match (&node.value, table, list) {
            (Value::Table(block), Some(Kind::Table(_)), _) if has_value(block) => self.origin(node, kind, key),
            (Value::Table(_), Some(table), _) => self.node(node, table, key),
            (Value::List(_), _, Some(list)) => self.node(node, list, key),
            _ => self.origin(node, kind, key),
        }
    }

    /// `{ value = ..., source = ... }` around a value of that kind.
    fn origin(&mut self, node: &mut Node, kind: &'static Kind, key: &str) {
        let Value::Table(block) = &mut node.value else { return };
        if !has_value(block) {
            return;
        }
        block.shape = Shape::Origin;
        for entry in &mut block.entries {
            if entry.key == "value" && !entry.node.as_block().is_some_and(has_value) {
                self.node(&mut entry.node, kind, key);
            }
        }
    }

    fn short(&mut self, node: &mut Node, spec: &'static TableSpec, short: &'static str) {
        if let Value::Table(block) = &mut node.value {
            // `rounding = { value = "exact" }` is an origin around the short form
            if spec.key("value").is_some() || !has_value(block) {
                return self.table(block, spec);
            }
        }
        let span = node.span;
        let inner = std::mem::replace(&mut node.value, Value::Broken);
        let entry = Entry { key: short.to_owned(), key_span: span, node: Node { span, value: inner } };
        let mut block = Block { span, shape: Shape::Free, entries: vec![entry] };
        self.table(&mut block, spec);
        node.value = Value::Table(block);
    }

    fn one_table(&mut self, node: &mut Node, spec: &'static TableSpec) {
        if let Value::List(items) = &mut node.value
            && let [Node { value: Value::Table(_), span }] = items.as_slice()
        {
            self.findings.push(
                Finding::error("E0107", format!("`{}` is one table, not a list of tables", spec.id))
                    .at(*span, format!("expected {}", spec.written))
                    .help(format!("write `{}`", spec.written)),
            );
            *node = items.remove(0);
        }
        if let Value::Table(block) = &mut node.value {
            self.table(block, spec);
        }
    }

    fn tables(&mut self, node: &mut Node, spec: &'static TableSpec, key: &str) {
        if let Value::Table(block) = &node.value {
            let span = block.span;
            let is_header = self.text[span.start..].starts_with('[');
            let write = if is_header { spec.written.to_owned() } else { format!("{key} = [{{ ... }}]") };
            self.findings.push(
                Finding::error("E0107", format!("`{key}` is a list of tables, not one table"))
                    .at(span, format!("expected {}", spec.written))
                    .help(format!("write `{write}`")),
            );
            let single = std::mem::replace(&mut node.value, Value::Broken);
            node.value = Value::List(vec![Node { span: node.span, value: single }]);
        }
        if let Value::List(items) = &mut node.value {
            for item in items {
                if let Value::Table(block) = &mut item.value {
                    self.table(block, spec);
                }
            }
        }
    }
}

fn has_value(block: &Block) -> bool {
    let known = |entry: &Entry| ORIGIN.key(&entry.key).is_some();
    block.entries.iter().any(|entry| entry.key == "value")
        || (!block.entries.is_empty() && block.entries.iter().all(known))
}
