//! Warrants, and the parts of them that vest by milestones.

use super::context::{Context, number};
use super::names::COMMON;
use super::rights::Terms;
use super::timeline::Slot;
use crate::error::Finding;
use crate::model::{
    Counted, Holding, Payment, Right, RightId, RightInfo, RoundingInfo, Term, Vest, Warrant, WarrantPart,
};
use crate::num::{Exact, Number, Stated};
use crate::spec::node::{Block, Provenance};
use crate::spec::value::{Given, Literal};

impl<'a> Context<'a> {
    pub(super) fn warrant(
        &mut self,
        slot: &Slot<'a>,
        id: RightId,
        outer: &Provenance,
        file: &RoundingInfo,
    ) -> Option<Warrant<Stated>> {
        let (block, stage) = (slot.block, slot.stage.as_str());
        let who = self.stakeholder(block.text("stakeholder")?, block.span_of("stakeholder"));
        let class = self.class(block.text("class").unwrap_or(COMMON), block.span_of("class"));
        let (who, class) = (who?, class?);
        let (shares, origin) = self.quantity(block, "shares", format!("shares of {stage}"), outer)?;
        self.check_whole(shares, block.span_of("shares"), file);
        let strike = self.quantity(block, "exercise_price", format!("exercise price of {stage}"), outer);
        if strike.is_none() {
            self.assume(stage, "a warrant without an exercise price has one of 0", Some(block.span));
        }
        let market_price = self.quantity(block, "market_price", format!("market price of {stage}"), outer);
        let payment = match self.word(block, "method") {
            Some(("net", _)) => Payment::Net { market_price: market_price.map(|(term, _)| term) },
            _ => Payment::Cash,
        };
        let expires = self.date(block, "expires");
        self.check_order(stage, slot.date, expires, "issued");
        let has_milestones = block.blocks("tranches").next().is_some();
        let counted = match self.word(block, "counted") {
            Some(("always", _)) => Counted::Always,
            Some(("when_vested", _)) => Counted::WhenVested,
            Some(_) => Counted::WhenExercised,
            None if has_milestones => {
                let assumed = "a warrant with tranches is in the fully diluted total as far as it has vested; `counted` would say otherwise";
                self.assume(stage, assumed, Some(block.span));
                Counted::WhenVested
            }
            None => Counted::Always,
        };
        self.check_milestones(block, stage, shares);
        let exercise_price = strike.map_or(Term::Given(Stated::ZERO), |(term, _)| term);
        let position = self.position(Holding::Warrants(who, class));
        self.known_rights[id.index()].terms = Some(Terms {
            right: Right { class, opening: Term::Given(Stated::ZERO), exercise_price },
            info: RightInfo {
                name: stage.to_owned(),
                stakeholder: who,
                has_milestones: true,
                vesting: None,
                expires: expires.map(|(date, _)| date),
                origin,
            },
            plan: None,
            whole: Some(shares),
            payment,
            counted,
            position,
            expires_at: expires.map(|(_, span)| span),
            start_unknown: None,
        });
        Some(Warrant { right: id, position, shares, has_milestones, counted, rounding: file.rounding, origin })
    }

    /// The parts of a warrant are not more than the whole, and at most one is the rest.
    fn check_milestones(&mut self, block: &'a Block, stage: &str, whole: Term<Stated>) {
        let (mut sum, mut rests) = (Exact::zero(), 0);
        for tranche in block.blocks("tranches") {
            match tranche.literal("shares") {
                Some((Given::Stated(Literal::Word(_)), ..)) => rests += 1,
                Some((Given::Stated(Literal::Quantity(quantity)), ..)) => sum += quantity.stated.cast(),
                // The value of a variable is known in the run at hand only.
                _ => return,
            }
        }
        let span = block.span_of("shares");
        if rests > 1 {
            self.report(
                Finding::error("E0475", format!("\"rest\" stands {rests} times among the tranches of \"{stage}\""))
                    .at(span, "what is left can go to one only")
                    .help("write how many shares the others are"),
            );
        } else if self.value(whole).below(sum).is_yes() {
            let (sum, whole) = (number(sum), number(self.value(whole)));
            self.report(
                Finding::error("E0475", format!("the tranches of \"{stage}\" add up to {sum} shares"))
                    .at(span, format!("the whole warrant is {whole}"))
                    .help("correct one of them, or let one be \"rest\""),
            );
        }
    }

    /// A part of a warrant that vests.
    pub(super) fn milestone(
        &mut self,
        slot: &Slot<'a>,
        id: RightId,
        number: usize,
        file: &RoundingInfo,
    ) -> Option<Vest<Stated>> {
        let (block, warrant, stage) = (slot.block, slot.round?, slot.stage.as_str());
        let outer = block.provenance().or(&warrant.provenance());
        let Some(terms) = self.known_rights[id.index()].terms.clone() else {
            // A warrant that could not be read was reported; one that comes later was not.
            if self.known_rights[id.index()].place.is_some() && !self.findings.has_errors() {
                self.report(
                    Finding::error("E0467", format!("\"{stage}\" is before its warrant"))
                        .at(block.span_of("date"), "expected a day not before the warrant's")
                        .help("a part of a warrant vests on or after the day of its issue: correct one of the dates"),
                );
            }
            return None;
        };
        if let (Some(expires), Some(at), Some(date)) = (terms.info.expires, terms.expires_at, slot.date)
            && date > expires
        {
            self.report(
                Finding::error("E0449", format!("\"{stage}\" on {date} is after its warrant expired on {expires}"))
                    .at(block.span_of("date"), "expected a day not after it")
                    .and_at(at, "expires here")
                    .help("what has not vested by then is lost: correct one of the dates"),
            );
        }
        let is_rest =
            |tranche: &Block| matches!(tranche.literal("shares"), Some((Given::Stated(Literal::Word(_)), ..)));
        let (part, origin) = if is_rest(block) {
            let mut others = Vec::new();
            for (index, other) in warrant.blocks("tranches").enumerate().filter(|(index, _)| *index != number) {
                let what = format!("shares of {} / {}", terms.info.name, index + 1);
                others.push(self.quantity(other, "shares", what, &outer)?.0);
            }
            let origin = self.origin(block.span_of("shares"), format!("shares of {stage}"), &outer);
            (WarrantPart::RestOf(others), origin)
        } else {
            let (term, origin) = self.quantity(block, "shares", format!("shares of {stage}"), &outer)?;
            (WarrantPart::Number(term), origin)
        };
        let hurdle = self.quantity(block, "share_price", format!("price hurdle of {stage}"), &outer);
        let market_price = self.quantity(warrant, "market_price", format!("market price of {stage}"), &outer);
        Some(Vest {
            right: id,
            position: terms.position,
            part,
            whole: terms.whole?,
            hurdle: hurdle.map(|(term, _)| term),
            market_price: market_price.map(|(term, _)| term),
            counted: terms.counted,
            rounding: file.rounding,
            origin,
        })
    }
}
