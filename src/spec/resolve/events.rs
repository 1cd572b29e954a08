//! Secondaries, pool increases, grants, issuances, splits and commitments.

use super::classes::Cast;
use super::context::{Context, equal, number};
use super::names::{COMMON, Thing};
use super::timeline::{Slot, What};
use crate::error::{Finding, Span};
use crate::model::{
    Buyer, ClassId, Commitment, CommitmentInfo, Consideration, Event, Holding, Issuance, Part, PoolAmount,
    PoolIncrease, PositionId, RoundingInfo, SalePrice, SaleQuantity, Secondary, Seller, Split, StakeholderId, Term,
};
use crate::num::{Exact, Number, Stated};
use crate::spec::keys::Sign;
use crate::spec::node::{Block, Provenance, Shape};
use crate::spec::number::Measure;
use crate::spec::value::{Given, Literal};

impl<'a> Context<'a> {
    /// The engine's event of a slot; `None` for a commitment, or where something was reported.
    pub(super) fn read_event(
        &mut self,
        slot: &Slot<'a>,
        place: usize,
        cast: &Cast,
        file: &RoundingInfo,
    ) -> Option<Event<Stated>> {
        let (block, stage) = (slot.block, slot.stage.as_str());
        let outer = block.provenance();
        match slot.what {
            What::Closing { round, tranche } => Some(Event::Closing { round, tranche: u32::try_from(tranche).ok()? }),
            What::Secondary => self.secondary(block, stage, &outer, file).map(Event::Secondary),
            What::PoolIncrease => self.pool_increase(block, stage, &outer, file).map(Event::PoolIncrease),
            What::OptionGrant(right) => self.option_grant(slot, right, &outer, file).map(Event::OptionGrant),
            What::Warrant(right) => self.warrant(slot, right, &outer, file).map(Event::Warrant),
            What::Vest(right, number) => self.milestone(slot, right, number, file).map(Event::Vest),
            What::Exercise => self.exercise(slot, place, &outer, file).map(Event::Exercise),
            What::Cancellation => self.cancellation(slot, place, &outer, file).map(Event::Cancellation),
            What::Issuance => self.issuance(block, stage, &outer, file).map(Event::Issuance),
            What::Split => self.split(block, stage, &outer, cast, file).map(Event::Split),
            What::ClassConversion => self.class_conversion(slot, &outer, cast, file).map(Event::ClassConversion),
            What::Repurchase => self.repurchase(slot, &outer, file).map(Event::Repurchase),
            What::Convertible(id) => Some(Event::Convertible(id)),
            What::Valuation(number) => Some(Event::Valuation(number)),
            // These need the other slots; see `read_events` and `read_exit`.
            What::Maturity(_) | What::Dividend(..) | What::Ipo | What::Commitment | What::Loan(_) | What::Exit => None,
        }
    }

    pub(super) fn class_of(&mut self, block: &Block) -> Option<ClassId> {
        self.class(block.text("class").unwrap_or(COMMON), block.span_of("class"))
    }

    fn secondary(
        &mut self,
        block: &'a Block,
        stage: &str,
        outer: &Provenance,
        file: &RoundingInfo,
    ) -> Option<Secondary<Stated>> {
        let class = self.class_of(block)?;
        let (quantity, quantity_origin) = match self.quantity(block, "amount", format!("amount of {stage}"), outer) {
            Some((term, origin)) => (SaleQuantity::Money(term), origin),
            None => {
                let (term, origin) = self.quantity(block, "shares", format!("shares of {stage}"), outer)?;
                (SaleQuantity::Shares(term), origin)
            }
        };
        let (price, price_origin) = self.sale_price(block, stage, outer)?;
        let buyers = self.buyers(block, class, stage, outer)?;
        let sellers = self.sellers(block, class, stage, outer, &buyers)?;
        let limits = self.limits(block, class, stage, outer)?;
        let whole = match quantity {
            SaleQuantity::Money(term) => Some(self.value(term)),
            SaleQuantity::Shares(_) => None,
        };
        self.check_parts(block, "sellers", sellers.iter().map(|seller| seller.part), whole);
        self.check_parts(block, "buyers", buyers.iter().map(|buyer| buyer.part), whole);
        let rounding = file.rounding;
        Some(Secondary { quantity, price, sellers, buyers, limits, rounding, price_origin, quantity_origin })
    }

    fn sale_price(
        &mut self,
        block: &Block,
        stage: &str,
        outer: &Provenance,
    ) -> Option<(SalePrice<Stated>, crate::model::OriginId)> {
        let what = format!("price of {stage}");
        if let Some((term, origin)) = self.quantity(block, "price_per_share", what.clone(), outer) {
            return Some((SalePrice::PerShare(term), origin));
        }
        if let Some((term, origin)) = self.quantity(block, "valuation", format!("valuation of {stage}"), outer) {
            return Some((SalePrice::Valuation(term), origin));
        }
        let span = block.span_of("price_of");
        let round = self.round(block.text("price_of")?, span)?;
        let multiple = match block.has("price_multiple") {
            true => self.quantity(block, "price_multiple", format!("price multiple of {stage}"), outer)?,
            false => (Term::Given(Stated::ONE), self.origin(span, what, outer)),
        };
        Some((SalePrice::OfRound { round, multiple: multiple.0 }, multiple.1))
    }

    pub(super) fn buyers(
        &mut self,
        block: &Block,
        class: ClassId,
        stage: &str,
        outer: &Provenance,
    ) -> Option<Vec<Buyer<Stated>>> {
        let map = block.block("buyers")?;
        let Shape::Map(spec) = map.shape else { return None };
        let mut buyers = Vec::new();
        let mut complete = true;
        for entry in map.entries.iter().filter(|entry| entry.key != "replace") {
            let Some(who) = self.stakeholder(&entry.key, entry.key_span) else {
                complete = false;
                continue;
            };
            let position = self.position(Holding::Shares(who, class));
            let what = format!("{} buying in {stage}", entry.key);
            let is_rest =
                matches!(entry.node.read(&spec.kind, Sign::Positive), Some((Given::Stated(Literal::Word("rest")), ..)));
            let read = match is_rest {
                true => Some((Part::Rest, self.origin(entry.node.span, what, outer))),
                false => self
                    .part(&entry.node, &spec.kind, what, outer)
                    .map(|(term, measure, origin)| (part(term, measure), origin)),
            };
            match read {
                Some((part, origin)) => buyers.push(Buyer { position, part, origin }),
                None => complete = false,
            }
        }
        complete.then_some(buyers)
    }

    fn sellers(
        &mut self,
        block: &Block,
        class: ClassId,
        stage: &str,
        outer: &Provenance,
        buyers: &[Buyer<Stated>],
    ) -> Option<Vec<Seller<Stated>>> {
        let Some(map) = block.block("sellers") else {
            // "pro_rata": everyone who holds shares of the class and does not buy.
            let span = block.span_of("sellers");
            let buys = |position: &PositionId| buyers.iter().any(|buyer| buyer.position == *position);
            let of_class = |holding: &Holding| matches!(holding, Holding::Shares(_, held) if *held == class);
            let positions: Vec<PositionId> = self
                .positions
                .iter()
                .enumerate()
                .filter(|(_, holding)| of_class(holding))
                .map(|(index, _)| PositionId::at(index))
                .filter(|position| !buys(position))
                .collect();
            let origin = self.origin(span, format!("sellers of {stage}"), outer);
            return Some(vec![Seller { positions, part: Part::Fraction(Term::Given(Stated::ONE)), origin }]);
        };
        let Shape::Map(spec) = map.shape else { return None };
        let mut sellers = Vec::new();
        let mut complete = true;
        for entry in map.entries.iter().filter(|entry| entry.key != "replace") {
            let positions = self.holdings_of(&entry.key, entry.key_span, class);
            let read = self.part(&entry.node, &spec.kind, format!("{} selling in {stage}", entry.key), outer);
            match (positions, read) {
                (Some(positions), Some((term, measure, origin))) => {
                    sellers.push(Seller { positions, part: part(term, measure), origin });
                }
                _ => complete = false,
            }
        }
        complete.then_some(sellers)
    }

    fn limits(
        &mut self,
        block: &Block,
        class: ClassId,
        stage: &str,
        outer: &Provenance,
    ) -> Option<Vec<(Vec<PositionId>, Term<Stated>)>> {
        let Some(map) = block.block("limit") else { return Some(Vec::new()) };
        let Shape::Map(spec) = map.shape else { return None };
        let mut limits = Vec::new();
        for entry in map.entries.iter().filter(|entry| entry.key != "replace") {
            let positions = self.holdings_of(&entry.key, entry.key_span, class)?;
            let (term, ..) = self.part(&entry.node, &spec.kind, format!("limit on {} in {stage}", entry.key), outer)?;
            limits.push((positions, term));
        }
        Some(limits)
    }

    /// What a stakeholder, or every member of a group, holds of a class.
    fn holdings_of(&mut self, name: &str, span: Span, class: ClassId) -> Option<Vec<PositionId>> {
        let holders = self.holders_named(name, span)?;
        Some(holders.into_iter().map(|who| self.position(Holding::Shares(who, class))).collect())
    }

    /// A stakeholder, or every member of a group.
    pub(super) fn holders_named(&mut self, name: &str, span: Span) -> Option<Vec<StakeholderId>> {
        match self.names.look_up(name) {
            Some(Thing::Stakeholder(who)) => Some(vec![who]),
            Some(Thing::Group(group)) => {
                Some(self.members.iter().filter(|(_, of)| *of == group).map(|(who, _)| *who).collect())
            }
            _ => {
                let fits = |thing| matches!(thing, Thing::Stakeholder(_) | Thing::Group(_));
                let finding = self.names.unknown(name, "a stakeholder or group", fits, span);
                self.report(finding);
                None
            }
        }
    }

    /// Parts of a sale add up to the whole, unless one is the rest.
    pub(super) fn check_parts(
        &mut self,
        block: &Block,
        key: &str,
        parts: impl Iterator<Item = Part<Stated>>,
        whole: Option<Exact>,
    ) {
        let (mut sum, mut rests) = (Exact::zero(), 0);
        for part in parts {
            match (part, whole) {
                (Part::Fraction(term), _) => sum += self.value(term),
                (Part::Money(term), Some(whole)) => sum += self.value(term) / whole,
                // Against a number of shares, money is known only with the price.
                (Part::Money(_), None) => return,
                (Part::Rest, _) => rests += 1,
            }
        }
        let percent = number(sum * Exact::whole(100));
        let span = block.span_of(key);
        if rests > 1 {
            self.report(
                Finding::error("E0457", format!("\"rest\" stands {rests} times among the {key}"))
                    .at(span, "what is left can go to one only")
                    .help("write what the others take, such as \"30%\""),
            );
        } else if Exact::one().below(sum).is_yes() || (rests == 0 && !equal(sum, Exact::one())) {
            self.report(
                Finding::error("E0460", format!("the {key} add up to {percent} % of the sale"))
                    .at(span, "expected 100 %")
                    .help(if key == "buyers" {
                        "correct one of them, or let one be \"rest\""
                    } else {
                        "correct one of them"
                    }),
            );
        }
    }

    fn pool_increase(
        &mut self,
        block: &Block,
        stage: &str,
        outer: &Provenance,
        file: &RoundingInfo,
    ) -> Option<PoolIncrease<Stated>> {
        let plan = self.plan_of(block)?;
        let all = matches!(self.word(block, "target_counts"), Some(("all", _)));
        let available = self.position(Holding::Available(plan));
        let (amount, origin) = match self.quantity(block, "target", format!("target of {stage}"), outer) {
            Some((term, origin)) => (PoolAmount::Target(term), origin),
            None => {
                let (term, origin) = self.quantity(block, "shares", format!("shares of {stage}"), outer)?;
                (PoolAmount::Increase(term), origin)
            }
        };
        Some(PoolIncrease { available, amount, counts_all: all, rounding: file.rounding, origin })
    }

    /// Whole shares are issued and granted in whole numbers. What is drawn is rounded as the deal rounds.
    pub(super) fn check_whole(&mut self, term: Term<Stated>, span: Span, rounding: &RoundingInfo) {
        let value = self.stated(term);
        let whole = value.to_decimal(0).map(Stated::from) == Some(value);
        if rounding.rounding.shares.is_some() && !whole && !self.variables.is_drawn(term) {
            let shares = number(value.cast());
            self.report(
                Finding::error("E0428", format!("{shares} shares are not whole"))
                    .at(span, format!("rounding \"{}\" knows whole shares only", rounding.name))
                    .help("correct the count, or use `rounding = \"exact\"`"),
            );
        }
    }

    fn issuance(
        &mut self,
        block: &Block,
        stage: &str,
        outer: &Provenance,
        file: &RoundingInfo,
    ) -> Option<Issuance<Stated>> {
        let who = self.stakeholder(block.text("stakeholder")?, block.span_of("stakeholder"));
        let class = self.class_of(block);
        let position = self.position(Holding::Shares(who?, class?));
        let rounding = file.rounding;
        if let Some((amount, origin)) = self.quantity(block, "amount", format!("amount of {stage}"), outer) {
            if !block.has("price_per_share") && !block.has("valuation") {
                self.report(
                    Finding::error("E0461", format!("\"{stage}\" issues shares for money at what price?"))
                        .at(block.span_of("amount"), "expected a price beside it")
                        .help("give `price_per_share` or `valuation`, or say how many `shares`"),
                );
                return None;
            }
            let (price, _) = self.sale_price(block, stage, outer)?;
            return Some(Issuance {
                position,
                consideration: Consideration::Money { amount, price },
                rounding,
                origin,
            });
        }
        let (shares, origin) = self.quantity(block, "shares", format!("shares of {stage}"), outer)?;
        self.check_whole(shares, block.span_of("shares"), file);
        if !block.has("price_per_share") && !block.has("valuation") {
            self.assume(stage, "shares without a price are issued for no consideration", Some(block.span));
        }
        Some(Issuance { position, consideration: Consideration::None { shares }, rounding, origin })
    }

    fn split(
        &mut self,
        block: &Block,
        stage: &str,
        outer: &Provenance,
        cast: &Cast,
        file: &RoundingInfo,
    ) -> Option<Split<Stated>> {
        let (given, provenance, span) = block.ratio("ratio")?;
        let ratio = match given {
            Given::Stated(ratio) => Term::Given(ratio),
            Given::Variable { name, span } => self.numeric(&name, span, None)?,
        };
        let class = match block.text("class") {
            Some(name) => Some(self.class(name, block.span_of("class"))?),
            None => None,
        };
        let origin = self.origin(span, format!("ratio of {stage}"), &provenance.or(outer));
        // Options are on the common that the other classes convert into.
        let is_common = class.is_some_and(|class| cast.classes[class.index()].name == COMMON);
        Some(Split { ratio, class, is_common, whole_shares: file.rounding.shares.is_some(), origin })
    }

    pub(super) fn read_commitments(&mut self, slots: &[Slot<'a>]) -> (Vec<Commitment<Stated>>, Vec<CommitmentInfo>) {
        let (mut commitments, mut infos) = (Vec::new(), Vec::new());
        for slot in slots.iter().filter(|slot| slot.what == What::Commitment) {
            let block = slot.block;
            let outer = block.provenance();
            let Some(to) = block.text("to").and_then(|to| self.stakeholder(to, block.span_of("to"))) else { continue };
            let what = block.text("what").unwrap_or(&slot.stage).to_owned();
            let Some((amount, origin)) = self.quantity(block, "amount", format!("commitment: {what}"), &outer) else {
                continue;
            };
            let years =
                self.quantity(block, "years", format!("years of {what}"), &outer).map(|(term, _)| self.stated(term));
            commitments.push(Commitment { to, amount, years, origin });
            infos.push(CommitmentInfo { what, date: slot.date });
        }
        (commitments, infos)
    }
}

pub(super) fn part(term: Term<Stated>, measure: Measure) -> Part<Stated> {
    match measure {
        Measure::Fraction => Part::Fraction(term),
        _ => Part::Money(term),
    }
}
