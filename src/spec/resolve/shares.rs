//! Shares that become shares of another class, and shares that are bought back.

use super::classes::Cast;
use super::context::Context;
use super::timeline::Slot;
use crate::error::Finding;
use crate::model::{
    ClassConversion, ClassId, Exchange, Holding, OriginId, PositionId, Repurchase, RepurchaseQuantity, RoundingInfo,
    StakeholderId, Term,
};
use crate::num::Stated;
use crate::spec::node::{Block, Provenance};
use crate::spec::value::{Given, Literal};

impl<'a> Context<'a> {
    pub(super) fn class_conversion(
        &mut self,
        slot: &Slot<'a>,
        outer: &Provenance,
        cast: &Cast,
        file: &RoundingInfo,
    ) -> Option<ClassConversion<Stated>> {
        let (block, stage) = (slot.block, slot.stage.as_str());
        let class = self.class(block.text("class")?, block.span_of("class"))?;
        let name = &cast.classes[class.index()].name;
        let into = match block.text("into") {
            Some(into) => self.class(into, block.span_of("into"))?,
            None => cast.classes[class.index()].converts_into,
        };
        if into == class {
            self.report(
                Finding::error("E0480", format!("{name} converts into itself"))
                    .at(block.span_of(if block.has("into") { "into" } else { "class" }), "expected another class")
                    .help("say with `into` which class the shares become; a split changes a class by itself"),
            );
            return None;
        }
        let holders = self.exchanges(block, class, into)?;
        if holders.is_empty() {
            let (who, at) = match block.text("stakeholder") {
                Some(who) => (format!("\"{who}\" holds no {name}"), "stakeholder"),
                None => (format!("nobody holds {name}"), "class"),
            };
            self.report(
                Finding::error("E0481", format!("{who} before \"{stage}\""))
                    .at(block.span_of(at), "no share of it was issued by then")
                    .help("move the conversion after the event that issues the shares, or correct the class"),
            );
            return None;
        }
        let shares = self.number_of_shares(block, stage, outer, file);
        let ratio = self.exchange_ratio(block)?;
        if ratio.is_none() {
            let into = &cast.classes[into.index()].name;
            self.assume(
                stage,
                format!("{name} becomes {into} at the ratio in force, so that its shares as converted stay"),
                Some(block.span),
            );
        }
        let origin = match shares {
            Some((_, origin)) => origin,
            None => {
                let at = if block.has("ratio") { "ratio" } else { "class" };
                self.origin(block.span_of(at), format!("conversion of {name} in {stage}"), outer)
            }
        };
        Some(ClassConversion {
            class,
            into,
            holders,
            shares: shares.map(|(term, _)| term),
            ratio,
            carries_price: !cast.classes[into.index()].is_common,
            rounding: file.rounding,
            origin,
        })
    }

    /// Every line of the class, or one holder's, with the line its shares go to.
    pub(super) fn exchanges(&mut self, block: &Block, class: ClassId, into: ClassId) -> Option<Vec<Exchange>> {
        let only = match block.text("stakeholder") {
            Some(name) => Some(self.stakeholder(name, block.span_of("stakeholder"))?),
            None => None,
        };
        let wanted: Vec<_> =
            self.holders_of_class(class).filter(|(who, _)| only.is_none_or(|only| only == *who)).collect();
        Some(self.lines_for(&wanted, into).into_iter().map(|(_, exchange)| exchange).collect())
    }

    /// Everyone who has a line of a class by now.
    pub(super) fn holders_of_class(
        &self,
        class: ClassId,
    ) -> impl Iterator<Item = (StakeholderId, PositionId)> + use<'_, 'a> {
        self.positions.iter().enumerate().filter_map(move |(index, holding)| match *holding {
            Holding::Shares(who, of) if of == class => Some((who, PositionId::at(index))),
            _ => None,
        })
    }

    /// Holders' lines of one class with their lines of another.
    pub(super) fn lines_for(
        &mut self,
        holders: &[(StakeholderId, PositionId)],
        into: ClassId,
    ) -> Vec<(StakeholderId, Exchange)> {
        let exchange = |&(who, from): &(StakeholderId, PositionId)| {
            (who, Exchange { from, into: self.position(Holding::Shares(who, into)) })
        };
        holders.iter().map(exchange).collect()
    }

    /// A stated number of shares; `None` where all are meant.
    fn number_of_shares(
        &mut self,
        block: &Block,
        stage: &str,
        outer: &Provenance,
        file: &RoundingInfo,
    ) -> Option<(Term<Stated>, OriginId)> {
        if matches!(block.literal("shares")?, (Given::Stated(Literal::Word(_)), ..)) {
            return None;
        }
        let (term, origin) = self.quantity(block, "shares", format!("shares of {stage}"), outer)?;
        self.check_whole(term, block.span_of("shares"), file);
        Some((term, origin))
    }

    /// A stated ratio, new to old; nothing where the one in force is meant. `None` where it was reported.
    #[allow(clippy::option_option, reason = "not stated is not the same as reported")]
    fn exchange_ratio(&mut self, block: &Block) -> Option<Option<Term<Stated>>> {
        let Some((given, ..)) = block.ratio("ratio") else { return Some(None) };
        match given {
            Given::Stated(ratio) => Some(Some(Term::Given(ratio))),
            Given::Variable { name, span } => self.numeric(&name, span, None).map(Some),
        }
    }

    pub(super) fn repurchase(
        &mut self,
        slot: &Slot<'a>,
        outer: &Provenance,
        file: &RoundingInfo,
    ) -> Option<Repurchase<Stated>> {
        let (block, stage) = (slot.block, slot.stage.as_str());
        let who = self.stakeholder(block.text("stakeholder")?, block.span_of("stakeholder"));
        let class = self.class_of(block);
        let position = self.position(Holding::Shares(who?, class?));
        let price = self.quantity(block, "price_per_share", format!("price of {stage}"), outer);
        let (quantity, origin) = match self.quantity(block, "amount", format!("amount of {stage}"), outer) {
            Some((term, origin)) => (RepurchaseQuantity::Money(term), origin),
            None => {
                let (term, origin) = self.quantity(block, "shares", format!("shares of {stage}"), outer)?;
                self.check_whole(term, block.span_of("shares"), file);
                (RepurchaseQuantity::Shares(term), origin)
            }
        };
        match (quantity, price) {
            (RepurchaseQuantity::Money(_), None) => {
                self.report(
                    Finding::error("E0461", format!("\"{stage}\" buys shares back for money at what price?"))
                        .at(block.span_of("amount"), "expected a price beside it")
                        .help("give `price_per_share`, or say how many `shares`"),
                );
                return None;
            }
            (RepurchaseQuantity::Shares(_), None) => self.assume(
                stage,
                "shares are bought back at a price that is not stated: no money is counted",
                Some(block.span),
            ),
            (_, Some(_)) => {}
        }
        self.assume(stage, "shares bought back are retired: no pool has more options of them", Some(block.span));
        Some(Repurchase { position, quantity, price: price.map(|(term, _)| term), rounding: file.rounding, origin })
    }
}
