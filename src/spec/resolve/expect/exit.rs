//! Figures of an exit: at which values they are asked, and those that are lists.

use super::{FIGURES, Frame};
use crate::error::Finding;
use crate::model::{Exit, Expectation, Figure, Subject};
use crate::num::Stated;
use crate::spec::keys::{Kind, Sign};
use crate::spec::node::{Block, Node, Value};
use crate::spec::resolve::context::Context;
use crate::spec::resolve::names::Thing;
use crate::spec::value::{Given, Literal, Read};

impl Context<'_> {
    /// Exit values to ask at: those of `at`; without it, where the exit has several, each of them.
    pub(super) fn exit_values_of(&mut self, block: &Block, exit: Option<&Exit<Stated>>) -> Vec<Stated> {
        let mut values = Vec::new();
        for (given, ..) in block.items("at") {
            match given {
                Given::Stated(Literal::Quantity(quantity)) => values.push(quantity.stated),
                Given::Variable { name, span } => {
                    values.extend(self.numeric(&name, span, None).map(|term| self.stated(term)));
                }
                Given::Stated(_) => {}
            }
        }
        match exit {
            Some(exit) if values.is_empty() && exit.values.len() > 1 && depends_on_value(block) => {
                exit.values.iter().map(|&value| self.stated(value)).collect()
            }
            _ => values,
        }
    }

    /// What is of an exit needs one.
    pub(super) fn check_has_exit(&mut self, block: &Block, exit: Option<&Exit<Stated>>) {
        let of_exit = FIGURES.iter().filter(|(_, figure)| figure.is_of_exit()).map(|(key, _)| *key);
        let asked = of_exit.chain(["at"]).find(|key| block.has(key) && !self.is_of_convertibles(block, key));
        let has_one = exit.is_some() || self.root.blocks("exits").next().is_some();
        if let Some(key) = asked.filter(|_| !has_one) {
            self.report(
                Finding::error("E0517", format!("`{key}` needs the sale of the company"))
                    .at(block.span_of(key), "the scenario has no exit")
                    .help("add one: `exits = [{ value = \"100M\" }]`"),
            );
        }
    }

    /// Preferences of SAFEs and notes alone, which conversion sets and not an exit.
    fn is_of_convertibles(&self, block: &Block, key: &str) -> bool {
        let is_one = |name: &str| matches!(self.names.get(name), Some(Thing::Convertible(_)));
        let map = block.block(key).filter(|map| !map.entries.is_empty());
        ["preference", "preference_per_share"].contains(&key)
            && map.is_some_and(|map| map.entries.iter().all(|entry| is_one(&entry.key)))
    }

    /// A figure that is a list: one expectation for each item, in each check. A list of lists has one for each check.
    pub(super) fn listed_figures(
        &mut self,
        frame: &Frame,
        key: &str,
        figure: Figure,
        node: &Node,
        kind: &'static Kind,
        expectations: &mut Vec<Expectation>,
    ) {
        let Value::List(items) = &node.unwrap_origin().0.value else { return };
        let is_list = |item: &Node| matches!(item.unwrap_origin().0.value, Value::List(_));
        let of_checks: Vec<Vec<Read<Literal<'_>>>> = match items.iter().any(is_list) {
            true => items.iter().map(|item| item.read_items(kind, Sign::Any)).collect(),
            false => vec![items.iter().flat_map(|item| item.read_items(kind, Sign::Any)).collect()],
        };
        if of_checks.len() != 1 && of_checks.len() != frame.checks.len() {
            self.report(
                Finding::error(
                    "E0470",
                    format!("{} lists of `{key}` for {} checks", of_checks.len(), frame.checks.len()),
                )
                .at(node.span, "expected one list, or one for each check"),
            );
            return;
        }
        for (index, check) in frame.checks.iter().enumerate() {
            let values = &of_checks[if of_checks.len() == 1 { 0 } else { index }];
            for (place, value) in values.iter().enumerate() {
                let frame = Frame {
                    block: frame.block,
                    checks: vec![check.clone()],
                    item: Some((place, values.len())),
                    note: frame.note.clone(),
                    source: frame.source,
                };
                let one = std::slice::from_ref(value);
                self.add_figures(&frame, key, figure, Subject::Whole, one, node.span, expectations);
            }
        }
    }
}

/// Whether some figure of a block depends on what the company is sold for.
fn depends_on_value(block: &Block) -> bool {
    FIGURES.iter().any(|(key, figure)| figure.is_at_a_value() && block.has(key))
}
