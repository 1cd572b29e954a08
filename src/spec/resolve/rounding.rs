//! How a file and its rounds round.

use super::context::Context;
use crate::error::{Finding, Span};
use crate::model::RoundingInfo;
use crate::num::Stated;
use crate::num::rounding::{Direction, Places, PriceBasis, Rounding};
use crate::spec::node::Block;
use crate::spec::value::Given;

impl Context<'_> {
    /// How the file rounds where a round does not say otherwise.
    pub(super) fn file_rounding(&mut self) -> RoundingInfo {
        let root = self.root;
        if !root.has("rounding") {
            self.assume("rounding", "exact: nothing is rounded but the ten places of a posted quantity", None);
        }
        self.rounding(root, &preset_of("exact"))
    }

    /// The rounding of a block, else `otherwise`.
    pub(super) fn rounding(&mut self, block: &Block, otherwise: &RoundingInfo) -> RoundingInfo {
        if let Some((preset, _)) = self.word_of_rounding(block) {
            return preset_of(preset);
        }
        let Some(table) = block.block("rounding") else { return otherwise.clone() };
        let mut info = self.word(table, "preset").map_or_else(|| preset_of("exact"), |(word, _)| preset_of(word));
        let before = info.rounding;
        let places = |context: &mut Self, key: &str| {
            let (given, _, span) = table.quantity(key)?;
            let Given::Stated(quantity) = given else { return None };
            let places = quantity.stated.to_decimal(0).filter(|whole| Stated::from(*whole) == quantity.stated);
            let places = places.and_then(|places| u32::try_from(places).ok()).filter(|places| *places <= 10);
            if places.is_none() {
                context.report(
                    Finding::error("E0473", format!("{} decimal places", quantity.literal))
                        .at(span, "expected a whole number from 0 to 10")
                        .help(format!("such as `{key} = 4`")),
                );
            }
            places
        };
        let rounding = &mut info.rounding;
        let stated = places(self, "price_places");
        rounding.price = self.knob(table, rounding.price, stated, "price");
        let conversion =
            if table.has("price_places") || table.has("price") { rounding.price } else { rounding.conversion_price };
        let stated = places(self, "conversion_price_places");
        rounding.conversion_price = self.knob(table, conversion, stated, "conversion_price");
        if let Some((word, _)) = self.word(table, "shares") {
            rounding.shares = direction(word);
            rounding.pool = rounding.shares;
        }
        if let Some((word, _)) = self.word(table, "pool") {
            rounding.pool = direction(word);
        }
        if let Some(places) = places(self, "money_places") {
            rounding.money_places = Some(places);
        }
        if info.rounding != before {
            info.name.push_str(", changed");
        }
        info
    }

    /// Places and direction of a price, each by itself over what holds otherwise.
    fn knob(&mut self, table: &Block, otherwise: Option<Places>, places: Option<u32>, key: &str) -> Option<Places> {
        let word = self.word(table, key).and_then(|(word, _)| direction(word));
        match (otherwise, places, word) {
            (None, None, _) => None,
            (otherwise, places, word) => {
                let before = otherwise.unwrap_or(Places { places: 4, direction: Direction::Nearest });
                Some(Places { places: places.unwrap_or(before.places), direction: word.unwrap_or(before.direction) })
            }
        }
    }

    /// A rounding written as one word, a variable looked through.
    fn word_of_rounding(&mut self, block: &Block) -> Option<(&'static str, Span)> {
        const PRESETS: &[&str] = &["exact", "closing-us", "law-firm"];
        let entry = block.get("rounding")?;
        let (inner, _) = entry.node.unwrap_origin();
        let text = inner.as_text()?;
        match text.strip_prefix('$') {
            None => Some((PRESETS.iter().find(|preset| **preset == text)?, inner.span)),
            Some(name) => match self.variables.word(name, inner.span, PRESETS) {
                Ok(word) => Some((word, inner.span)),
                Err(finding) => {
                    self.report_unusable(finding);
                    None
                }
            },
        }
    }
}

fn preset_of(word: &str) -> RoundingInfo {
    let rounding = match word {
        "closing-us" => Rounding::CLOSING_US,
        "law-firm" => Rounding::LAW_FIRM,
        _ => Rounding::EXACT,
    };
    debug_assert!(rounding.price_basis == PriceBasis::Solution || word == "law-firm");
    RoundingInfo { name: word.to_owned(), rounding }
}

fn direction(word: &str) -> Option<Direction> {
    match word {
        "nearest" => Some(Direction::Nearest),
        "up" => Some(Direction::Up),
        "down" => Some(Direction::Down),
        _ => None,
    }
}
