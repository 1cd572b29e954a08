//! SAFEs and notes: their terms, what a round converts, and what falls due.

use super::context::{Context, number};
use super::timeline::{Slot, What};
use crate::error::{Finding, Span};
use crate::model::{
    Cap, Capitalization, ClassId, Convertible, ConvertibleId, ConvertibleInfo, ConvertibleKind, Converting, DayCount,
    Denominator, Due, Elapsed, Event, Holding, Interest, Package, Term,
};
use crate::num::{Exact, Number, Stated};
use crate::spec::node::{Block, Provenance};
use crate::spec::value::{Given, Literal};
use jiff::civil::Date;

/// Numbers of compounding periods a year, by their word.
const COMPOUNDING: [(&str, u32); 5] =
    [("daily", 365), ("monthly", 12), ("quarterly", 4), ("semi_annual", 2), ("annual", 1)];

impl<'a> Context<'a> {
    pub(super) fn read_convertibles(&mut self) -> (Vec<Convertible<Stated>>, Vec<ConvertibleInfo>) {
        let root = self.root;
        let (mut convertibles, mut infos) = (Vec::new(), Vec::new());
        for block in root.blocks("convertibles") {
            if let Some((convertible, info)) = self.read_convertible(block) {
                convertibles.push(convertible);
                infos.push(info);
            }
        }
        (convertibles, infos)
    }

    fn read_convertible(&mut self, block: &'a Block) -> Option<(Convertible<Stated>, ConvertibleInfo)> {
        let name = block.name()?.to_owned();
        let outer = block.provenance();
        let who = block.text("stakeholder").map(|who| (who.to_owned(), block.span_of("stakeholder")));
        let stakeholder = who.and_then(|(who, span)| self.stakeholder(&who, span));
        let amount = self.quantity(block, "amount", format!("amount of {name}"), &outer);
        let kind = match self.word(block, "kind") {
            Some(("note", _)) => ConvertibleKind::Note,
            _ => ConvertibleKind::Safe,
        };
        let package = self.package(block, &name, kind, &outer);
        let threshold =
            match self.quantity(block, "qualified_financing", format!("qualified financing of {name}"), &outer) {
                Some((term, _)) if term != Term::Given(Stated::ZERO) => Some(term),
                _ => None,
            };
        self.check_maturity(block, &name);
        let interest = self.interest(block, &name, &outer);
        let interest_converts = !matches!(self.word(block, "interest_paid"), Some(("cash" | "waived", _)));
        let mfn = self.yes_no_of(block, "mfn");
        if kind == ConvertibleKind::Note && block.has("pre_money_cap") && !block.has("capitalization") {
            self.assume(&name, "its cap is divided by the fully diluted count and the pool increase; `capitalization` would say otherwise", Some(block.span));
        }
        if !block.has("converted_preference") {
            self.assume(&name, "preference per share after conversion: its conversion price", Some(block.span));
        }
        let (amount, origin) = amount?;
        let info = ConvertibleInfo {
            name,
            mfn,
            pro_rata: self.yes_no_of(block, "pro_rata"),
            preference: self.word(block, "converted_preference").map_or("conversion_price", |(word, _)| word),
            origin,
        };
        let package = package?;
        let stakeholder = stakeholder?;
        Some((Convertible { stakeholder, kind, amount, package, threshold, interest, interest_converts, origin }, info))
    }

    /// A name, a variable that holds one looked through.
    fn name_of(&mut self, block: &Block, key: &str) -> Option<String> {
        match block.named(key)?.0 {
            Given::Stated(name) => Some(name.to_owned()),
            Given::Variable { name, span } => match self.variables.any_word(&name, span) {
                Ok(word) => Some(word),
                Err(finding) => {
                    self.report_unusable(finding);
                    None
                }
            },
        }
    }

    pub(super) fn yes_no_of(&mut self, block: &Block, key: &str) -> bool {
        match block.yes_no(key) {
            Some((Given::Stated(yes), ..)) => yes,
            Some((Given::Variable { name, span }, ..)) => match self.variables.yes_no(&name, span) {
                Ok((yes, _)) => yes,
                Err(finding) => {
                    self.report_unusable(finding);
                    false
                }
            },
            None => false,
        }
    }

    fn package(
        &mut self,
        block: &Block,
        name: &str,
        kind: ConvertibleKind,
        outer: &Provenance,
    ) -> Option<Package<Stated>> {
        let mut cap = None;
        for key in ["post_money_cap", "pre_money_cap", "ownership", "conversion_price"] {
            if !block.has(key) {
                continue;
            }
            let (term, _) = self.quantity(block, key, format!("{key} of {name}"), outer)?;
            cap = Some(match key {
                "ownership" => Cap::Ownership(term),
                "conversion_price" => Cap::Price(term),
                _ => Cap::Valuation(term),
            });
        }
        let discount = match block.has("discount_rate") {
            true => self.discount_rate(block, name, outer)?,
            false if block.has("discount") => self.quantity(block, "discount", format!("discount of {name}"), outer)?.0,
            false => Term::Given(Stated::ZERO),
        };
        self.warn_of_steep(block, name, discount);
        if self.stated(discount) >= Stated::ONE {
            self.report(
                Finding::error("E0490", format!("the discount of \"{name}\" leaves no price"))
                    .at(block.span_of("discount"), "expected less than 100 %")
                    .help(
                        "\"20%\" is 20 % off the round price; YC's \"Discount Rate\" of 80 % is a discount of \"20%\"",
                    ),
            );
            return None;
        }
        let pre_money = block.has("pre_money_cap") || (kind == ConvertibleKind::Note && !block.has("post_money_cap"));
        let usual = match pre_money && !block.has("ownership") {
            true => Capitalization { pool_increase: true, ..Capitalization::FULLY_DILUTED },
            false => POST_MONEY_SAFE,
        };
        let counts = match block.has("capitalization") {
            true => self.denominator(block, "capitalization"),
            false => Denominator::Counts(usual),
        };
        Some(Package { cap, discount, counts })
    }

    /// YC's Discount Rate, which is what is left of the price, as a discount; said aloud.
    fn discount_rate(&mut self, block: &Block, name: &str, outer: &Provenance) -> Option<Term<Stated>> {
        let span = block.span_of("discount_rate");
        let (rate, _) = self.quantity(block, "discount_rate", format!("discount rate of {name}"), outer)?;
        let discount = self.difference(Term::Given(Stated::ONE), rate);
        let percent = |part: Exact| number(part * Exact::whole(100));
        let (of_price, off) = (self.value(rate), self.value(discount));
        if off.below(Exact::zero()).is_yes() {
            self.report(
                Finding::error("E0490", format!("the discount rate of \"{name}\" is above the price"))
                    .at(span, format!("{} % of the round price", percent(of_price)))
                    .help("YC's \"Discount Rate\" of 80 % is a discount of \"20%\""),
            );
            return None;
        }
        let read = format!("a Discount Rate of {} % is a discount of {} %", percent(of_price), percent(off));
        self.assume(name, read, Some(span));
        Some(discount)
    }

    /// A discount of more than half is most likely a discount rate.
    fn warn_of_steep(&mut self, block: &Block, name: &str, discount: Term<Stated>) {
        let stated = self.stated(discount).cast::<Exact>();
        let half = Exact::one() / Exact::whole(2);
        if !block.has("discount") || !half.below(stated).is_yes() || !stated.below(Exact::one()).is_yes() {
            return;
        }
        let percent = |part: Exact| number(part * Exact::whole(100));
        let (off, left) = (percent(stated), percent(Exact::one() - stated));
        self.report(
            Finding::warning("W0491", format!("\"{name}\" converts at {left} % of the round price"))
                .at(block.span_of("discount"), format!("{off} % off"))
                .help(format!(
                    "if it is YC's Discount Rate, write `discount_rate = \"{off}%\"` or `discount = \"{left}%\"`"
                )),
        );
    }

    /// What a cap is divided by: a preset, or a list of what counts.
    pub(super) fn denominator(&mut self, block: &Block, key: &str) -> Denominator {
        if let Some((word, _)) = self.word(block, key) {
            return match word {
                "round" => Denominator::OfRound,
                word => Denominator::Counts(preset(word)),
            };
        }
        let mut counts = Capitalization::NOTHING;
        for (given, ..) in block.items(key) {
            let Given::Stated(Literal::Word(word)) = given else { continue };
            match word {
                "shares" => counts.shares = true,
                "options" => counts.options = true,
                "promised_options" => counts.promised_options = true,
                "unissued_options" => counts.unissued_options = true,
                "this_security" => counts.this_security = true,
                "converting_securities" => counts.converting_securities = true,
                "pool_increase" => counts.pool_increase = true,
                "new_money" => counts.new_money = true,
                _ => {}
            }
        }
        Denominator::Counts(counts)
    }

    fn check_maturity(&mut self, block: &Block, name: &str) {
        let (issued, maturity) = (self.date(block, "date"), self.date(block, "maturity"));
        if let (Some((issued, _)), Some((maturity, span))) = (issued, maturity)
            && maturity <= issued
        {
            self.report(
                Finding::error("E0499", format!("\"{name}\" falls due before it is issued"))
                    .at(span, format!("expected a day after {issued}"))
                    .help("`date` is the day of its issue, `maturity` the day it falls due"),
            );
        }
    }

    pub(super) fn interest(&mut self, block: &Block, name: &str, outer: &Provenance) -> Option<Interest<Stated>> {
        let (rate_per_year, _) = self.quantity(block, "interest_rate", format!("interest rate of {name}"), outer)?;
        let compound = matches!(self.word(block, "interest"), Some(("compound", _)));
        let periods = self.word(block, "compounding").map_or(1, |(word, _)| periods_per_year(word));
        Some(Interest { rate_per_year, periods_per_year: compound.then_some(periods) })
    }

    /// How long interest runs from an instrument's issue to a day.
    pub(super) fn elapsed(
        &mut self,
        block: &Block,
        name: &str,
        issued: Option<Date>,
        until: Option<Date>,
    ) -> Option<Elapsed<Stated>> {
        if !block.has("interest_rate") {
            return Some(Elapsed::NONE);
        }
        let (Some(issued), Some(until)) = (issued, until) else {
            self.report(
                Finding::error("E0491", format!("interest on \"{name}\" runs for how long?"))
                    .at(block.span_of("interest_rate"), "expected dates of its issue and of the round")
                    .help("give both a `date`"),
            );
            return None;
        };
        let count = match self.word(block, "day_count") {
            Some(("30/360", _)) => DayCount::Thirty360,
            _ => DayCount::Actual365,
        };
        let compound = matches!(self.word(block, "interest"), Some(("compound", _)));
        let per_year = self.word(block, "compounding").map_or(1, |(word, _)| periods_per_year(word));
        Some(Elapsed::between(issued, until, compound.then_some(per_year), count))
    }

    /// The convertibles a round converts.
    pub(super) fn read_converting_in(
        &mut self,
        round: &Block,
        class: ClassId,
        slots: &[Slot<'a>],
        first: usize,
        convertibles: &[Convertible<Stated>],
    ) -> Vec<Converting<Stated>> {
        let named = self.named_to_convert(round);
        self.read_converting(named.as_deref(), class, slots, first, convertibles)
    }

    /// The convertibles a round or an offering converts: those issued before it, as far as `converts` names them.
    pub(super) fn read_converting(
        &mut self,
        named: Option<&[(ConvertibleId, Span)]>,
        class: ClassId,
        slots: &[Slot<'a>],
        first: usize,
        convertibles: &[Convertible<Stated>],
    ) -> Vec<Converting<Stated>> {
        if named.is_some_and(<[_]>::is_empty) {
            return Vec::new();
        }
        let mut converting = Vec::new();
        let issued = slots.iter().enumerate().filter_map(|(index, slot)| match slot.what {
            What::Convertible(id) => Some((index, id, slot.block, slot.date)),
            _ => None,
        });
        let issued: Vec<_> = issued.collect();
        for &(index, id, block, date) in &issued {
            if index > first {
                if let Some((_, span)) = named.unwrap_or_default().iter().find(|(named, _)| *named == id) {
                    self.report(
                        Finding::error(
                            "E0492",
                            format!("\"{}\" converts before it is issued", block.name().unwrap_or_default()),
                        )
                        .at(*span, "issued after the round's first closing")
                        .help("correct one of the dates, or let a later round convert it"),
                    );
                }
                continue;
            }
            if named.is_some_and(|named| !named.iter().any(|(named, _)| *named == id)) {
                continue;
            }
            let Some(terms) = convertibles.get(id.index()) else { continue };
            let name = block.name().unwrap_or_default();
            let Some(elapsed) = self.elapsed(block, name, date, slots[first].date) else { continue };
            let into = match block.text("converts_into") {
                Some(into) => self.class(into, block.span_of("converts_into")),
                None => Some(class),
            };
            let Some(into) = into else { continue };
            let position = self.position(Holding::Shares(terms.stakeholder, into));
            let later = issued.iter().filter(|(other, ..)| *other > index && *other < first);
            let may_adopt = self.may_adopt(block, later.map(|&(_, other, of, _)| (other, of)).collect(), convertibles);
            if may_adopt.is_empty() && self.yes_no_of(block, "mfn") {
                let stage = &slots[first].stage;
                let what = format!("nothing to adopt in {stage}: it converts by its own terms");
                self.assume(name, &what, Some(block.span_of("mfn")));
            }
            converting.push(Converting { convertible: id, position, elapsed, may_adopt });
        }
        converting
    }

    /// The convertibles that `converts` names; `None` where it names none in particular.
    fn named_to_convert(&mut self, round: &Block) -> Option<Vec<(ConvertibleId, Span)>> {
        if let Some((word, _)) = self.word(round, "converts") {
            return (word == "none").then(Vec::new);
        }
        round.has("converts").then_some(())?;
        let mut named = Vec::new();
        for (given, _, span) in round.items("converts") {
            if let Given::Stated(Literal::Text(name)) = given
                && let Some(id) = self.convertible(name, span)
            {
                if named.iter().any(|(other, _)| *other == id) {
                    self.report(
                        Finding::error("E0498", format!("\"{name}\" is to convert twice in one round"))
                            .at(span, "listed before")
                            .help("name each convertible once"),
                    );
                }
                named.push((id, span));
            }
        }
        Some(named)
    }

    /// What a most-favoured-nation clause may adopt: the whole package of one later SAFE that is not priced before the money,
    /// or the one it names.
    pub(super) fn may_adopt(
        &mut self,
        block: &Block,
        later: Vec<(ConvertibleId, &Block)>,
        convertibles: &[Convertible<Stated>],
    ) -> Vec<ConvertibleId> {
        if !self.yes_no_of(block, "mfn") {
            return Vec::new();
        }
        let named = self.name_of(block, "mfn_adopts").unwrap_or_else(|| "best".to_owned());
        match named.as_str() {
            "none" => Vec::new(),
            "best" => later
                .into_iter()
                .filter(|(id, of)| {
                    convertibles.get(id.index()).is_some_and(|terms| terms.kind == ConvertibleKind::Safe)
                        && !of.has("pre_money_cap")
                })
                .map(|(id, _)| id)
                .collect(),
            name => self.convertible(name, block.span_of("mfn_adopts")).into_iter().collect(),
        }
    }

    /// The engine's event of the convertibles that fall due on a day.
    pub(super) fn read_maturities(
        &mut self,
        day: Date,
        slots: &[Slot<'a>],
        convertibles: &[Convertible<Stated>],
    ) -> Option<Event<Stated>> {
        let mut due = Vec::new();
        for slot in slots {
            let What::Convertible(id) = slot.what else { continue };
            if self.date(slot.block, "maturity").is_none_or(|(maturity, _)| maturity != day) {
                continue;
            }
            match self.word(slot.block, "at_maturity") {
                Some(("convert", span)) => due.push(self.due(id, slot, day, convertibles, Some(span))?),
                Some(("repay", _)) => due.push(self.due(id, slot, day, convertibles, None)?),
                _ => {}
            }
        }
        Some(Event::Maturity(due))
    }

    /// One convertible that falls due: it converts where its word for that stands, else it is repaid.
    fn due(
        &mut self,
        id: ConvertibleId,
        slot: &Slot<'a>,
        day: Date,
        convertibles: &[Convertible<Stated>],
        converts: Option<Span>,
    ) -> Option<Due<Stated>> {
        let block = slot.block;
        let name = block.name()?.to_owned();
        let elapsed = self.elapsed(block, &name, slot.date, Some(day))?;
        let terms = convertibles.get(id.index())?;
        let Some(span) = converts else { return Some(Due { convertible: id, into: None, elapsed }) };
        if terms.package.cap.is_none() {
            self.report(
                Finding::error("E0493", format!("\"{name}\" converts at maturity at what price?"))
                    .at(span, "it has no cap")
                    .help("give it a cap or a `conversion_price`, or write `at_maturity = \"repay\"`"),
            );
            return None;
        }
        let class = block.text("converts_into").unwrap_or(super::names::COMMON).to_owned();
        let class = self.class(&class, block.span_of("converts_into"))?;
        let into = Some(self.position(Holding::Shares(terms.stakeholder, class)));
        Some(Due { convertible: id, into, elapsed })
    }
}

/// Everything before the round, this instrument and all others that convert (YC Company Capitalization).
const POST_MONEY_SAFE: Capitalization =
    Capitalization { this_security: true, converting_securities: true, ..Capitalization::FULLY_DILUTED };

/// What a word counts.
pub(super) fn preset(word: &str) -> Capitalization {
    let (nothing, full) = (Capitalization::NOTHING, Capitalization::FULLY_DILUTED);
    match word {
        "outstanding" => Capitalization { shares: true, ..nothing },
        "outstanding_and_options" => Capitalization { shares: true, options: true, ..nothing },
        "pre_money_safe" => Capitalization { pool_increase: true, ..full },
        "post_money_safe" => POST_MONEY_SAFE,
        _ => full,
    }
}

fn periods_per_year(word: &str) -> u32 {
    COMPOUNDING.iter().find(|(known, _)| *known == word).map_or(1, |(_, periods)| *periods)
}
