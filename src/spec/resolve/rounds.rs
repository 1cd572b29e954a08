//! Rounds and their tranches.

use super::context::{Context, equal};
use super::participants::Scope;
use super::timeline::{Slot, What, event_id};
use crate::error::Finding;
use crate::model::{
    Capitalization, ClassId, ConversionMethod, Convertible, ConvertibleInfo, Converting, Denominator, EventId, Hold,
    Holding, OriginId, Participant, PoolAmount, Protection, Residue, Round, RoundId, RoundInfo, RoundPool, RoundPrice,
    RoundingInfo, Takes, Term, Tranche, TrancheAmount, TranchePrice,
};
use crate::num::Stated;
use crate::spec::node::{Block, Provenance};
use crate::spec::number::Measure;
use crate::spec::value::{Given, Literal};
use jiff::civil::Date;
use rust_decimal::Decimal;

/// What is wrong was reported.
struct Reported;

/// What a closing is read against.
struct OfRound {
    has_size: bool,
    /// The key that sets the round's price.
    priced_by: &'static str,
    closings: usize,
    /// Day of the first closing.
    first_date: Option<Date>,
    /// IPOs after the first closing that convert all preferred, as far as they take place in the run at hand.
    ipos: Vec<EventId>,
}

impl OfRound {
    /// Days from the first closing to this one; 0 without dates.
    fn days_to(&self, slot: &Slot) -> u32 {
        let days = self.first_date.zip(slot.date).and_then(|(first, date)| first.until(date).ok());
        days.map_or(0, |span| u32::try_from(span.get_days()).unwrap_or(0))
    }
}

/// What rounds convert and what they trigger.
pub(super) struct Instruments {
    pub convertibles: Vec<Convertible<Stated>>,
    pub infos: Vec<ConvertibleInfo>,
    pub protections: Vec<Protection>,
    /// The common that a class becomes in an IPO, by class; common is its own.
    pub common: Vec<ClassId>,
}

impl<'a> Context<'a> {
    pub(super) fn read_rounds(
        &mut self,
        slots: &[Slot<'a>],
        file: &RoundingInfo,
        instruments: &Instruments,
    ) -> (Vec<Round<Stated>>, Vec<RoundInfo>) {
        let root = self.root;
        let mut rounds = Vec::new();
        let mut infos = Vec::new();
        for (index, block) in root.blocks("rounds").enumerate() {
            let Some(name) = block.name() else { continue };
            let rounding = self.rounding(block, file);
            if let Some(round) = self.read_round(RoundId::at(index), block, name, slots, &rounding, instruments) {
                self.check_sums(block, name, &round);
                infos.push(RoundInfo { name: name.to_owned(), tranches: labels(slots, index, name), rounding });
                rounds.push(round);
            }
        }
        (rounds, infos)
    }

    fn read_round(
        &mut self,
        id: RoundId,
        block: &'a Block,
        name: &str,
        slots: &[Slot<'a>],
        rounding: &RoundingInfo,
        instruments: &Instruments,
    ) -> Option<Round<Stated>> {
        let outer = block.provenance();
        let size = self.quantity(block, "size", format!("size of {name}"), &outer);
        let price = self.round_price(block, name, &outer);
        let priced_by = price.as_ref().map_or("pre_money", |(_, _, key)| key);
        let pool = self.round_pool(block, name, &outer);
        let counts = self.round_counts(block, name, pool.is_some(), priced_by);
        let residue = match self.word(block, "residue") {
            Some(("kept", _)) => Residue::Kept,
            _ => Residue::NotCalled,
        };
        let closings: Vec<(usize, &Slot)> = slots
            .iter()
            .enumerate()
            .filter(|(_, slot)| matches!(slot.what, What::Closing { round, .. } if round == id))
            .collect();
        let first = closings.first().map(|(index, _)| *index)?;
        let first_closing = event_id(slots, first);
        let of = OfRound {
            has_size: size.is_some(),
            priced_by,
            closings: closings.len(),
            first_date: slots[first].date,
            ipos: self.ipos_after(first, slots),
        };
        let mut tranches: Vec<Option<Tranche<Stated>>> = closings.iter().map(|_| None).collect();
        for (index, slot) in closings {
            let What::Closing { tranche, .. } = slot.what else { continue };
            tranches[tranche] = self.read_tranche(block, slot, event_id(slots, index), &of, &instruments.common);
        }
        let class = block.text("class").map_or_else(|| format!("{name} Preferred"), str::to_owned);
        let class = self.class(&class, block.span_of("class"))?;
        let converting = self.read_converting_in(block, class, slots, first, &instruments.convertibles);
        let (price, price_origin, _) = price?;
        let mut tranches = tranches.into_iter().collect::<Option<Vec<_>>>()?;
        self.use_side_letters(&mut tranches, &converting, instruments, size.is_some());
        let method = self.conversion_method(block, name, !converting.is_empty());
        let size_includes_conversions =
            matches!(block.yes_no("size_includes_conversions"), Some((Given::Stated(true), ..)));
        Some(Round {
            method,
            converting,
            size_includes_conversions,
            protections: instruments.protections.clone(),
            pay_to_play: None, // read once every event was: see `read_pay_to_play`
            price,
            size: size.map(|(term, _)| term),
            counts,
            pool,
            rounding: rounding.rounding,
            residue,
            tranches,
            first_closing,
            price_origin,
            size_origin: size.map(|(_, origin)| origin),
        })
    }

    /// How what converts weighs on the price; said where something does and the file does not say how.
    fn conversion_method(&mut self, block: &Block, name: &str, something_converts: bool) -> ConversionMethod {
        match self.word(block, "conversion_method") {
            Some(("pre_money", _)) => ConversionMethod::PreMoney,
            Some(("dollars_invested", _)) => ConversionMethod::DollarsInvested,
            Some(_) => ConversionMethod::PercentOwnership,
            None => {
                if something_converts {
                    self.assume(name, "what converts dilutes existing holders (percent ownership); `conversion_method` would say otherwise", Some(block.span));
                }
                ConversionMethod::PercentOwnership
            }
        }
    }

    /// The right of a holder whose SAFE has a side letter and converts in this round is by that letter.
    fn use_side_letters(
        &mut self,
        tranches: &mut [Tranche<Stated>],
        converting: &[Converting<Stated>],
        instruments: &Instruments,
        has_size: bool,
    ) {
        let Instruments { convertibles, infos, .. } = instruments;
        for participant in tranches.iter_mut().flat_map(|tranche| &mut tranche.participants) {
            let Takes::ProRata(part) = participant.takes else { continue };
            let letter = converting.iter().map(|converting| converting.convertible).find(|id| {
                convertibles[id.index()].stakeholder == participant.stakeholder && infos[id.index()].pro_rata
            });
            let Some(convertible) = letter else { continue };
            if !has_size {
                let span = self.origins[participant.origin.index()].span;
                self.report(
                    Finding::error("E0497", "a side letter is a part of what round?")
                        .at(span, "the round states no `size`")
                        .help("give the round its `size`: the right is to a part of all its new money"),
                );
            }
            if participant.over_allotment {
                let span = self.origins[participant.origin.index()].span;
                self.report(
                    Finding::error("E0484", "a side letter has no over-allotment")
                        .at(span, "the right is by the side letter of a SAFE that converts in this round")
                        .help("leave out `over_allotment`, or write the cheque in money"),
                );
            }
            participant.takes = Takes::SideLetter { convertible, part };
        }
    }

    fn round_price(
        &mut self,
        block: &Block,
        name: &str,
        outer: &Provenance,
    ) -> Option<(RoundPrice<Stated>, OriginId, &'static str)> {
        if let Some((term, origin)) = self.quantity(block, "pre_money", format!("pre-money of {name}"), outer) {
            return Some((RoundPrice::PreMoney(term), origin, "pre_money"));
        }
        if let Some((stated, origin)) = self.quantity(block, "post_money", format!("post-money of {name}"), outer) {
            let hold = match self.word(block, "hold") {
                Some(("post_money", _)) => Hold::PostMoney,
                _ => Hold::Price,
            };
            return Some((RoundPrice::PostMoney { stated, hold }, origin, "post_money"));
        }
        let (term, origin) = self.quantity(block, "price_per_share", format!("price of {name}"), outer)?;
        Some((RoundPrice::PerShare(term), origin, "price_per_share"))
    }

    fn round_pool(&mut self, block: &Block, name: &str, outer: &Provenance) -> Option<RoundPool<Stated>> {
        let (amount, origin) = if block.has("pool_target") {
            let (term, origin) = self.quantity(block, "pool_target", format!("pool target of {name}"), outer)?;
            (PoolAmount::Target(term), origin)
        } else {
            let (term, origin) = self.quantity(block, "pool_increase", format!("pool increase of {name}"), outer)?;
            (PoolAmount::Increase(term), origin)
        };
        let plan = self.plan_of(block)?;
        let all = matches!(self.word(block, "pool_target_counts"), Some(("all", _)));
        if block.has("pool_target") && !block.has("pool_target_counts") {
            self.assume(name, "the pool target counts available options; `pool_target_counts = \"all\"` would count granted and promised too", Some(block.span_of("pool_target")));
        }
        let available = self.position(Holding::Available(plan));
        Some(RoundPool { available, amount, counts_all: all, origin })
    }

    /// What pre-money is divided by. A pool increase counts where existing holders bear it.
    fn round_counts(&mut self, block: &Block, name: &str, has_pool: bool, priced_by: &str) -> Capitalization {
        let borne = self.word(block, "pool_borne_by");
        let stated = self.capitalization(block);
        if has_pool && priced_by == "price_per_share" {
            if let Some((_, span)) = borne {
                self.report(
                    Finding::warning("W0452", format!("who bears the pool increase of \"{name}\" makes no difference"))
                        .at(span, "the price is stated, so it cannot move")
                        .help("state `pre_money` if the increase is to lower the price"),
                );
            }
        } else if has_pool && borne.is_none() && stated.is_none() {
            self.assume(
                name,
                "existing holders bear the pool increase; `pool_borne_by = \"everyone\"` would share it",
                Some(block.span),
            );
        }
        if let Some(counts) = stated {
            return counts;
        }
        let existing = !matches!(borne, Some(("everyone", _)));
        Capitalization {
            pool_increase: has_pool && existing,
            converting_securities: true,
            ..Capitalization::FULLY_DILUTED
        }
    }

    /// A stated capitalization: a preset, or a list of what counts.
    fn capitalization(&mut self, block: &Block) -> Option<Capitalization> {
        block.has("capitalization").then_some(())?;
        for (given, _, span) in block.items("capitalization") {
            if let Given::Stated(Literal::Word(word @ ("this_security" | "new_money"))) = given {
                self.report(
                    Finding::error("E0450", format!("`{word}` does not count before the round's own money"))
                        .at(span, "a round's pre-money is divided by what stands before the new shares")
                        .help(format!("take \"{word}\" out of the list")),
                );
            }
        }
        match self.denominator(block, "capitalization") {
            Denominator::Counts(counts) => Some(counts),
            Denominator::OfRound => {
                self.report(
                    Finding::error(
                        "E0450",
                        "the count a round's pre-money is divided by cannot be that of the round itself",
                    )
                    .at(block.span_of("capitalization"), "expected another preset, or a list of what counts")
                    .help("such as `capitalization = \"fully_diluted\"` or `[\"shares\", \"options\"]`"),
                );
                None
            }
        }
    }

    /// IPOs later than a slot that take place in the run at hand and convert all preferred.
    fn ipos_after(&mut self, first: usize, slots: &[Slot<'a>]) -> Vec<EventId> {
        let mut ipos = Vec::new();
        for (index, slot) in slots.iter().enumerate().skip(first + 1).filter(|(_, slot)| slot.what == What::Ipo) {
            let happens = slot.conditions.iter().all(|condition| self.happens[condition.index()]);
            let all = !slot.block.has("converts") || matches!(self.word(slot.block, "converts"), Some(("all", _)));
            if happens && all {
                ipos.push(event_id(slots, index));
            }
        }
        ipos
    }

    /// A later closing of a round buys common once an IPO has converted the round's preferred.
    fn class_after_ipo(
        &mut self,
        class: ClassId,
        slot: &Slot<'a>,
        event: EventId,
        of: &OfRound,
        common: &[ClassId],
    ) -> ClassId {
        let into = common.get(class.index()).copied().unwrap_or(class);
        if into == class || !of.ipos.iter().any(|ipo| *ipo < event) {
            return class;
        }
        let says = "it buys common, because the IPO before it has converted preferred; `class` would say otherwise";
        self.assume(&slot.stage, says, Some(slot.block.span));
        into
    }

    fn read_tranche(
        &mut self,
        round: &'a Block,
        slot: &Slot<'a>,
        event: EventId,
        of: &OfRound,
        common: &[ClassId],
    ) -> Option<Tranche<Stated>> {
        let OfRound { has_size, priced_by, closings, .. } = *of;
        let first = matches!(slot.what, What::Closing { tranche: 0, .. });
        let block = slot.block;
        let outer = block.provenance().or(&round.provenance());
        let stage = slot.stage.as_str();
        let class_owner = if block.has("class") { block } else { round };
        let class_name = class_owner
            .text("class")
            .map_or_else(|| format!("{} Preferred", round.name().unwrap_or_default()), str::to_owned);
        let class = self.class(&class_name, class_owner.span_of("class"))?;
        let own = block.has("class") && !std::ptr::eq(block, round);
        let class = if own { class } else { self.class_after_ipo(class, slot, event, of, common) };
        let amount = self.tranche_amount(block, stage, &outer, has_size).ok()?.or_else(|| {
            // Without tranches, the size is the money of the one closing, or of its equal repetitions.
            let whole = Stated::ratio(Decimal::ONE, Decimal::from(closings))?;
            (has_size && std::ptr::eq(block, round)).then_some(TrancheAmount::PartOfSize(Term::Given(whole)))
        });
        let price = self.tranche_price(block, round, stage, &outer, first)?;
        let scope = Scope {
            stage,
            own_price: !matches!(price, TranchePrice::Round),
            has_amount: amount.is_some(),
            has_size,
            outer,
            priced_by,
        };
        let participants = block.block("participants")?;
        let mut read = Vec::new();
        let mut complete = true;
        for entry in participants.entries.iter().filter(|entry| entry.key != "replace") {
            match self.read_participant(participants, entry, &scope) {
                Some((stakeholder, takes, origin)) => {
                    let position = self.position(Holding::Shares(stakeholder, class));
                    let over_allotment = self.over_allotment(entry, takes);
                    read.push(Participant { stakeholder, position, takes, over_allotment, origin });
                }
                None => complete = false,
            }
        }
        if complete && read.is_empty() {
            self.report(
                Finding::error("E0451", format!("nobody takes part in \"{stage}\""))
                    .at(participants.span, "expected at least one participant"),
            );
        }
        let origin = self.origin(block.name_span(), stage, &scope.outer);
        complete.then_some(Tranche {
            event,
            class,
            amount,
            price,
            status: slot.status,
            participants: read,
            days: of.days_to(slot),
            origin,
        })
    }

    /// The stated money of a tranche, if it states any.
    fn tranche_amount(
        &mut self,
        block: &Block,
        stage: &str,
        outer: &Provenance,
        has_size: bool,
    ) -> Result<Option<TrancheAmount<Stated>>, Reported> {
        let Some(entry) = block.get("amount") else { return Ok(None) };
        let kind = block.spec().and_then(|spec| spec.key("amount")).map(|key| &key.kind).ok_or(Reported)?;
        let (term, measure, _) = self.part(&entry.node, kind, format!("amount of {stage}"), outer).ok_or(Reported)?;
        if measure != Measure::Fraction {
            return Ok(Some(TrancheAmount::Money(term)));
        }
        if !has_size {
            self.report(
                Finding::error("E0453", format!("{} of what?", self.files.text(entry.node.span).trim_matches('"')))
                    .at(entry.node.span, "a fraction of the round's size, which is not stated")
                    .help("give the round a `size`, or write the amount in money"),
            );
            return Err(Reported);
        }
        Ok(Some(TrancheAmount::PartOfSize(term)))
    }

    fn tranche_price(
        &mut self,
        block: &Block,
        round: &Block,
        stage: &str,
        outer: &Provenance,
        first: bool,
    ) -> Option<TranchePrice<Stated>> {
        if block.has("step_up") {
            let (term, _) = self.quantity(block, "step_up", format!("step-up of {stage}"), outer)?;
            if first && !block.has("repeat") {
                self.report(
                    Finding::error("E0462", format!("\"{stage}\" is the first closing of its round and steps up"))
                        .at(block.span_of("step_up"), "there is no closing before it to step up from")
                        .help("the first closing is at the round's price: leave the step-up out"),
                );
            }
            // The first of several equal closings has none before it: it is at the round's price.
            return Some(if first { TranchePrice::Round } else { TranchePrice::StepUp(term) });
        }
        if std::ptr::eq(block, round) {
            return Some(TranchePrice::Round);
        }
        if block.has("pre_money") {
            let (term, _) = self.quantity(block, "pre_money", format!("pre-money of {stage}"), outer)?;
            if let Some((of_round, _)) = self.quantity(round, "pre_money", "pre-money", outer)
                && equal(self.value(term), self.value(of_round))
            {
                self.report(
                    Finding::warning(
                        "W0454",
                        format!("the pre-money of \"{stage}\" is the same number as its round's"),
                    )
                    .at(
                        block.span_of("pre_money"),
                        "divided by the count just before this closing, earlier closings included",
                    )
                    .help("leave it out for a closing at the round's price"),
                );
            }
            return Some(TranchePrice::PreMoney(term));
        }
        if block.has("price_per_share") {
            let (term, _) = self.quantity(block, "price_per_share", format!("price of {stage}"), outer)?;
            return Some(TranchePrice::PerShare(term));
        }
        Some(TranchePrice::Round)
    }
}

/// Names of a round's tranches in the order of the file; empty for a round with one closing.
fn labels(slots: &[Slot], round: usize, name: &str) -> Vec<String> {
    let mut labels: Vec<(usize, String)> = slots
        .iter()
        .filter_map(|slot| match slot.what {
            What::Closing { round: of, tranche } if of.index() == round => {
                Some((tranche, slot.stage.strip_prefix(name)?.strip_prefix(" / ")?.to_owned()))
            }
            _ => None,
        })
        .collect();
    labels.sort_by_key(|(tranche, _)| *tranche);
    labels.into_iter().map(|(_, label)| label).collect()
}
