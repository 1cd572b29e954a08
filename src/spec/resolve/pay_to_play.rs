//! Pay-to-play: what becomes of the shares of a holder that skips its pro rata.

use super::classes::Cast;
use super::context::Context;
use crate::error::Finding;
use crate::model::{ClassId, PayToPlay, PayToPlayClass, Round, Term};
use crate::num::Stated;
use crate::spec::node::Block;
use crate::spec::value::Given;

impl Context<'_> {
    /// Gives the rounds with pay-to-play their classes and everyone who may hold them, which is known once every event was
    /// read.
    pub(super) fn read_pay_to_play(&mut self, rounds: &mut [Round<Stated>], names: &[String], cast: &Cast) {
        let root = self.root;
        for block in root.blocks("rounds").filter(|block| block.has("pay_to_play")) {
            let (Some(name), Some(plays)) = (block.name(), self.plays(block)) else { continue };
            let required = match self.quantity(
                block,
                "pay_to_play_requires",
                format!("part of the right required in {name}"),
                &block.provenance(),
            ) {
                Some((term, _)) => term,
                None => Term::Given(Stated::ONE),
            };
            if !plays {
                continue;
            }
            let classes = self.pay_to_play_classes(cast);
            if classes.is_empty() {
                self.report(
                    Finding::error("E0482", format!("who skips its pro rata in \"{name}\" loses what?"))
                        .at(block.span_of("pay_to_play"), "no class says what it becomes")
                        .help(
                            "give the preferred classes `pay_to_play = \"Common\"`, or all of them in [class_defaults]",
                        ),
                );
            }
            let Some(index) = names.iter().position(|known| known == name) else { continue };
            rounds[index].pay_to_play = Some(PayToPlay { required, classes });
        }
    }

    fn plays(&mut self, block: &Block) -> Option<bool> {
        match block.yes_no("pay_to_play")? {
            (Given::Stated(yes), ..) => Some(yes),
            (Given::Variable { name, span }, ..) => match self.variables.yes_no(&name, span) {
                Ok((yes, _)) => Some(yes),
                Err(finding) => {
                    self.report_unusable(finding);
                    None
                }
            },
        }
    }

    /// Every class that becomes another where its holder skips.
    fn pay_to_play_classes(&mut self, cast: &Cast) -> Vec<PayToPlayClass<Stated>> {
        let root = self.root;
        let mut classes = Vec::new();
        for (index, known) in cast.classes.iter().enumerate() {
            let listed = root.blocks("classes").find(|block| block.name() == Some(known.name.as_str()));
            let defaults = root.block("class_defaults").filter(|_| !known.is_common);
            let owner = |key: &str| listed.filter(|block| block.has(key)).or(defaults.filter(|block| block.has(key)));
            let class = ClassId::at(index);
            let Some((block, into)) = owner("pay_to_play").and_then(|block| Some((block, block.text("pay_to_play")?)))
            else {
                continue;
            };
            let Some(into) = self.class(into, block.span_of("pay_to_play")) else { continue };
            if into == class {
                // A default may name one of the classes it holds for: that one is what the others become.
                if listed.is_some_and(|listed| listed.has("pay_to_play")) {
                    self.report(
                        Finding::error("E0480", format!("{} converts into itself", known.name))
                            .at(block.span_of("pay_to_play"), "expected another class")
                            .help("name the class its shares become, such as \"Common\""),
                    );
                }
                continue;
            }
            let ratio = match owner("pay_to_play_ratio").and_then(|block| block.ratio("pay_to_play_ratio")) {
                Some((Given::Stated(ratio), ..)) => Some(Term::Given(ratio)),
                Some((Given::Variable { name, span }, ..)) => self.numeric(&name, span, None),
                None => None,
            };
            let shortfall = owner("pay_to_play_converts")
                .is_some_and(|block| matches!(self.word(block, "pay_to_play_converts"), Some(("shortfall", _))));
            let holders: Vec<_> = self.holders_of_class(class).collect();
            classes.push(PayToPlayClass {
                class,
                into,
                ratio,
                shortfall,
                carries_price: !cast.classes[into.index()].is_common,
                holders: self.lines_for(&holders, into),
            });
        }
        classes
    }
}
