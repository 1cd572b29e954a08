//! What every class gets in an exit.

use super::Before;
use crate::error::{Finding, Span};
use crate::model::{ClassTerms, DayCount, Dividend, Elapsed, Lots, Participation, Preference, Rank, Term, Value};
use crate::num::Stated;
use crate::spec::node::Block;
use crate::spec::resolve::classes::Cast;
use crate::spec::resolve::context::Context;
use crate::spec::resolve::timeline::Slot;
use crate::spec::value::{Given, Literal};

/// The seniority of a class that does not say, and of every SAFE.
const USUAL_SENIORITY: Stated = Stated::ONE;

impl<'a> Context<'a> {
    /// Terms of each class, and the rank of SAFEs. Ranks follow by falling seniority; the first is that of notes.
    pub(in crate::spec::resolve) fn classes_at_exit(
        &mut self,
        cast: &Cast,
        stage: &str,
    ) -> Option<(Vec<ClassTerms<Stated>>, Rank)> {
        let mut seniorities = Vec::new();
        for class in cast.classes.iter().filter(|class| !class.is_common) {
            let (seniority, span) = self.seniority(&class.name);
            seniorities.push((seniority, span));
        }
        self.warn_of_gaps(&seniorities);
        let mut steps: Vec<Stated> = seniorities.iter().map(|(seniority, _)| *seniority).collect();
        steps.push(USUAL_SENIORITY);
        steps.sort();
        steps.dedup();
        steps.reverse();
        let rank = |seniority: Stated| {
            let step = steps.iter().position(|known| *known == seniority).unwrap_or(0);
            Rank(u32::try_from(step).unwrap_or(u32::MAX).saturating_add(1))
        };
        let mut terms = Vec::new();
        for class in &cast.classes {
            terms.push(match class.is_common {
                true => common(),
                false => {
                    let (seniority, _) = self.seniority(&class.name);
                    self.preferred(&class.name, rank(seniority), stage)?
                }
            });
        }
        Some((terms, rank(USUAL_SENIORITY)))
    }

    /// The block that says a term of a class: its own, else the defaults.
    pub(super) fn owner(&self, class: &str, key: &str) -> Option<&'a Block> {
        let root = self.root;
        let listed = root.blocks("classes").find(|block| block.name() == Some(class));
        listed.filter(|block| block.has(key)).or(root.block("class_defaults").filter(|block| block.has(key)))
    }

    fn class_term(&mut self, class: &str, key: &str) -> Option<(Term<Stated>, Span)> {
        let block = self.owner(class, key)?;
        let (term, _) = self.quantity(block, key, format!("{key} of {class}"), &block.provenance())?;
        Some((term, block.span_of(key)))
    }

    fn seniority(&mut self, class: &str) -> (Stated, Option<Span>) {
        match self.class_term(class, "seniority") {
            Some((term, span)) => (self.stated(term), Some(span)),
            None => (USUAL_SENIORITY, None),
        }
    }

    /// Seniorities 1 and 3 without a 2 pay the same as 1 and 2: most likely a class was forgotten.
    fn warn_of_gaps(&mut self, seniorities: &[(Stated, Option<Span>)]) {
        let mut stated: Vec<(Stated, Option<Span>)> = seniorities.to_vec();
        stated.sort_by_key(|(seniority, _)| *seniority);
        for pair in stated.windows(2) {
            let (lower, higher) = (pair[0].0.to_decimal(0), pair[1].0.to_decimal(0));
            let (Some(lower), Some(higher), Some(span)) = (lower, higher, pair[1].1) else { continue };
            if higher - lower > rust_decimal::Decimal::ONE {
                self.report(
                    Finding::warning("W0510", format!("no class has a seniority between {lower} and {higher}"))
                        .at(span, "the next lower is paid right after it")
                        .help("number them without gaps, so that a class left out is seen"),
                );
            }
        }
    }

    fn preferred(&mut self, class: &str, rank: Rank, stage: &str) -> Option<ClassTerms<Stated>> {
        let usual = ["preference", "preference_total", "seniority", "participation"];
        let silent: Vec<&str> = usual.into_iter().filter(|key| self.owner(class, key).is_none()).collect();
        if silent.len() == usual.len() {
            self.assume(
                class,
                "1x its issue price before the common, with seniority 1, or conversion: no terms are stated",
                None,
            );
        }
        let multiple = self.class_term(class, "preference").map_or(Term::Given(Stated::ONE), |(term, _)| term);
        let own_total = self.class_term(class, "preference_total");
        let preference = own_total.map_or(Preference::Multiple(multiple), |(total, _)| Preference::Total(total));
        let participation = self.participation(class, preference)?;
        Some(ClassTerms {
            is_common: false,
            preference,
            rank,
            participation,
            dividend: self.dividend(class, stage),
            forced_conversion: self.class_term(class, "forced_conversion").map(|(term, _)| term),
        })
    }

    fn participation(&mut self, class: &str, preference: Preference<Stated>) -> Option<Participation<Stated>> {
        let Some(block) = self.owner(class, "participation") else { return Some(Participation::None) };
        // A variable may be a word or a multiple: it is asked for what it is.
        let number = |name: &str| {
            let info = self.variables.infos.iter().find(|info| info.name == name);
            info.is_some_and(|info| matches!(info.value, Value::Number { .. }))
        };
        let is_number = match block.literal("participation") {
            Some((Given::Variable { name, .. }, ..)) => number(&name),
            Some((Given::Stated(literal), ..)) => matches!(literal, Literal::Quantity(_)),
            None => false,
        };
        if !is_number {
            return match self.word(block, "participation")? {
                ("full", _) => Some(Participation::Full),
                _ => Some(Participation::None),
            };
        }
        let (cap, span) = self.class_term(class, "participation")?;
        let multiple = match preference {
            Preference::Multiple(multiple) => self.stated(multiple),
            Preference::Total(_) => Stated::ONE,
        };
        let stated = self.stated(cap);
        if stated < multiple {
            let say = |number: Stated| number.to_decimal(4).unwrap_or_default().normalize();
            let mut finding =
                Finding::error("E0514", format!("the participation cap of \"{class}\" is below its preference"))
                    .at(span, format!("{}x in all is less than its preference of {}x", say(stated), say(multiple)));
            if let Some(block) = self.owner(class, "preference") {
                finding = finding.and_at(block.span_of("preference"), "the preference");
            }
            self.report(finding.help(
                "a cap counts the preference: \"3x\" is three times the issue price in all; \"none\" is no participation",
            ));
            return None;
        }
        Some(Participation::Capped(cap))
    }

    /// Cumulative dividends that accrue; those paid when due, or not cumulative, leave nothing for an exit.
    fn dividend(&mut self, class: &str, stage: &str) -> Option<Dividend<Stated>> {
        let word = |context: &mut Self, key: &str| {
            let block = context.owner(class, key)?;
            context.word(block, key).map(|(word, _)| word)
        };
        if word(self, "dividend") != Some("cumulative")
            || matches!(word(self, "dividend_payment"), Some("cash" | "in_kind"))
        {
            return None;
        }
        let (rate_per_year, _) = self.class_term(class, "dividend_rate")?;
        let periods_per_year = match word(self, "dividend_compounding") {
            Some("annual") => Some(1),
            Some("semi_annual") => Some(2),
            Some("quarterly") => Some(4),
            Some("monthly") => Some(12),
            _ => None,
        };
        let on_conversion = word(self, "dividend_on_conversion");
        if on_conversion.is_none() {
            let what =
                "accrued dividends are forfeited on conversion; `dividend_on_conversion = \"paid\"` would pay them";
            self.assume(class, what, None);
        }
        if self.owner(class, "participation").is_some() {
            self.assume(class, format!("accrued dividends count inside its participation cap in {stage}"), None);
        }
        Some(Dividend {
            rate_per_year,
            periods_per_year,
            of_preference: word(self, "dividend_base") == Some("preference"),
            paid_on_conversion: on_conversion == Some("paid"),
        })
    }

    /// How long dividends have run on each lot, from its issue to the exit: days over 365.
    pub(in crate::spec::resolve) fn accrued(
        &mut self,
        exit: &Slot<'a>,
        before: &Before<'_, 'a>,
        lots: &Lots,
        classes: &[ClassTerms<Stated>],
    ) -> Option<Vec<Elapsed<Stated>>> {
        let events: Vec<&Slot> = before.slots.iter().filter(|slot| slot.what.is_of_the_table()).collect();
        let mut accrued = Vec::new();
        for lot in lots.all() {
            let Some(dividend) = classes[lot.class.index()].dividend else {
                accrued.push(Elapsed::NONE);
                continue;
            };
            let issued = match lot.source.event() {
                None => self.root.block("opening").and_then(|block| self.date(block, "date")).map(|(date, _)| date),
                Some(event) => events.get(event.index()).and_then(|slot| slot.date),
            };
            let (Some(issued), Some(sold)) = (issued, exit.date) else {
                let class = &before.cast.classes[lot.class.index()].name;
                let Some(block) = self.owner(class, "dividend") else { continue };
                self.report(
                    Finding::error("E0515", format!("dividends of \"{class}\" accrue for how long?"))
                        .at(block.span_of("dividend"), "expected dates of its issue and of the exit")
                        .help("give both a `date`; what is held at the opening needs one of the opening"),
                );
                return None;
            };
            accrued.push(Elapsed::between(issued, sold, dividend.periods_per_year, DayCount::Actual365));
        }
        Some(accrued)
    }
}

fn common() -> ClassTerms<Stated> {
    ClassTerms {
        is_common: true,
        preference: Preference::Multiple(Term::Given(Stated::ZERO)),
        rank: Rank(0),
        participation: Participation::None,
        dividend: None,
        forced_conversion: None,
    }
}
