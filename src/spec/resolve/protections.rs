//! The protections of classes against dilution.

use super::classes::Cast;
use super::context::{Context, words_of};
use super::convertibles::preset;
use crate::engine::round::money::growing;
use crate::error::{Finding, Span};
use crate::model::{ClassId, Denominator, Exempt, Protection, ProtectionMethod, Round, RoundInfo, Takes};
use crate::num::Stated;
use crate::spec::node::Block;
use crate::spec::value::{Given, Literal};

impl Context<'_> {
    /// The protections of all classes that have one.
    pub(super) fn read_protections(&mut self, cast: &Cast) -> Vec<Protection> {
        let root = self.root;
        let mut protections = Vec::new();
        for (index, class) in cast.classes.iter().enumerate().filter(|(_, class)| !class.is_common) {
            let listed = root.blocks("classes").find(|block| block.name() == Some(class.name.as_str()));
            let defaults = root.block("class_defaults");
            let owner = |key: &str| listed.filter(|block| block.has(key)).or(defaults.filter(|block| block.has(key)));
            let Some(block) = owner("anti_dilution") else { continue };
            let Some((word, span)) = self.word(block, "anti_dilution").filter(|(word, _)| *word != "none") else {
                continue;
            };
            let Some(method) = self.method(word, span, &class.name, owner("anti_dilution_counts")) else { continue };
            let number = |key: &str| {
                owner(key).and_then(|block| block.quantity(key)).and_then(|(given, ..)| match given {
                    Given::Stated(quantity) => quantity.stated.to_decimal(0).and_then(|days| u32::try_from(days).ok()),
                    Given::Variable { .. } => None,
                })
            };
            let in_price = !owner("adjustment_in_price")
                .is_some_and(|block| matches!(block.yes_no("adjustment_in_price"), Some((Given::Stated(false), ..))));
            protections.push(Protection {
                class: ClassId::at(index),
                method,
                in_price,
                aggregation_days: number("aggregation_days").unwrap_or(90),
                exempt: exempt(owner("anti_dilution_exempt")),
            });
        }
        protections
    }

    fn method(&mut self, word: &str, span: Span, class: &str, counts: Option<&Block>) -> Option<ProtectionMethod> {
        if word == "full_ratchet" {
            return Some(ProtectionMethod::FullRatchet);
        }
        let Some(block) = counts else {
            if word == "narrow_based" {
                self.report(
                    Finding::error("E0494", format!("what does the narrow-based average of \"{class}\" count?"))
                        .at(span, "expected `anti_dilution_counts` beside it")
                        .help(
                            "such as `anti_dilution_counts = \"outstanding\"`: charters differ, so there is no default",
                        ),
                );
                return None;
            }
            return Some(ProtectionMethod::WeightedAverage(preset("outstanding_and_options")));
        };
        match self.denominator(block, "anti_dilution_counts") {
            Denominator::Counts(counts)
                if !counts.converting_securities && !counts.pool_increase && !counts.new_money =>
            {
                Some(ProtectionMethod::WeightedAverage(counts))
            }
            Denominator::Counts(_) | Denominator::OfRound => {
                self.report(
                    Finding::error("E0495", format!("what \"{class}\" counts includes shares of the round itself"))
                        .at(block.span_of("anti_dilution_counts"), "expected a count before the issue")
                        .help("such as `anti_dilution_counts = \"outstanding_and_options\"`"),
                );
                None
            }
        }
    }

    /// Shares bought outright, or up to a part of the total, are paid with money that no one knows before the price: in a
    /// weighted average it would stand beside the price in one product, and the round would be no system of lines.
    pub(super) fn assume_averages(
        &mut self,
        protections: &[Protection],
        rounds: &[Round<Stated>],
        infos: &[RoundInfo],
    ) {
        for (round, info) in rounds.iter().zip(infos) {
            let own = |class: ClassId| round.tranches.iter().any(|tranche| tranche.class == class);
            let averaged = protections.iter().any(|protection| {
                matches!(protection.method, ProtectionMethod::WeightedAverage(_)) && !own(protection.class)
            });
            let outright =
                growing(round).any(|participant| matches!(participant.takes, Takes::Shares(_) | Takes::Ownership(_)));
            if averaged && outright {
                let assumed = "the weighted average counts what is bought for stated money and by pro rata rights; shares bought outright, or up to a part of the total, are not in its B and C";
                self.assume(&info.name, assumed, None);
            }
        }
    }

    /// A protected class needs a price to be protected: one that is stated, or that of the round that issues it.
    pub(super) fn check_protections(&mut self, protections: &[Protection], cast: &Cast, rounds: &[Round<Stated>]) {
        for protection in protections {
            let sold = rounds.iter().flat_map(|round| &round.tranches).any(|tranche| tranche.class == protection.class);
            if cast.conversions[protection.class.index()].issue_price.is_none() && !sold {
                let name = &cast.classes[protection.class.index()].name;
                let span = self
                    .root
                    .blocks("classes")
                    .find(|block| block.name() == Some(name))
                    .map_or(self.root.span, Block::name_span);
                self.report(
                    Finding::error("E0496", format!("\"{name}\" is protected at what price?"))
                        .at(span, "expected `original_issue_price`")
                        .help("a protection compares the price of an issue with what the class paid"),
                );
            }
        }
    }
}

fn exempt(block: Option<&Block>) -> Exempt {
    let Some(block) = block else { return Exempt { pool: true, conversions: true, warrants: false, issuances: false } };
    debug_assert!(
        block
            .spec()
            .and_then(|spec| spec.key("anti_dilution_exempt"))
            .is_some_and(|key| words_of(&key.kind).len() == 4)
    );
    let items = block.items("anti_dilution_exempt");
    let has = |word: &str| {
        items.iter().any(|(given, ..)| matches!(given, Given::Stated(Literal::Word(found)) if *found == word))
    };
    Exempt {
        pool: has("pool"),
        conversions: has("conversions"),
        warrants: has("warrants"),
        issuances: has("issuances"),
    }
}
