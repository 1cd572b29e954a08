//! What the company is said to be worth: the terms of a valuation, and the exit whose waterfall it rests on.

use super::context::Context;
use super::exit::{Before, Resolved};
use super::timeline::{Slot, What};
use crate::error::Finding;
use crate::model::{
    ConvertibleAtExit, Election, Equity, Exit, OptionPricing, RightAtExit, Term, Valuation, ValuationMethod, VestedBy,
};
use crate::num::{Exact, Number, Stated};
use crate::spec::node::{Block, Provenance};
use jiff::civil::Date;

/// Keys of an option pricing that a stated valuation has no use for.
const OF_OPTION_PRICING: [&str; 5] = ["equity", "volatility", "years", "interest_rate", "dividend_yield"];

impl<'a> Context<'a> {
    /// Every valuation, in the order of the file; fewer where something was reported.
    pub(super) fn read_valuations(&mut self, before: &Before<'_, 'a>, exit: &Resolved) -> Vec<Valuation<Stated>> {
        let slots = before.slots.iter().filter_map(|slot| match slot.what {
            What::Valuation(number) => Some((number, slot)),
            _ => None,
        });
        let mut slots: Vec<(u32, &Slot<'a>)> = slots.collect();
        slots.sort_by_key(|(number, _)| *number);
        slots.into_iter().filter_map(|(_, slot)| self.valuation(slot, before, exit)).collect()
    }

    fn valuation(&mut self, slot: &Slot<'a>, before: &Before<'_, 'a>, exit: &Resolved) -> Option<Valuation<Stated>> {
        let block = slot.block;
        let outer = block.provenance();
        let origin = self.origin(block.name_span(), slot.stage.clone(), &outer);
        let method = match self.word(block, "method") {
            Some(("stated", _)) => self.stated_valuation(slot, &outer)?,
            _ => {
                let pricing = self.option_pricing(slot, &outer, before, exit)?;
                ValuationMethod::OptionPricing(Box::new(pricing))
            }
        };
        Some(Valuation { method, origin })
    }

    fn stated_valuation(&mut self, slot: &Slot<'a>, outer: &Provenance) -> Option<ValuationMethod<Stated>> {
        let (block, stage) = (slot.block, slot.stage.as_str());
        if let Some(key) = OF_OPTION_PRICING.into_iter().find(|key| block.has(key)) {
            self.report(
                Finding::error("E0520", format!("`{key}` says nothing in a stated valuation"))
                    .at(block.span_of(key), "a term of option pricing")
                    .help("write `method = \"opm\"`, or state a `price_per_share` alone"),
            );
            return None;
        }
        let class = self.class_of(block)?;
        if !block.has("class") {
            self.assume(stage, "the price stated is that of the Common", Some(block.span));
        }
        if !block.has("price_per_share") {
            self.report(
                Finding::error("E0520", format!("\"{stage}\" states no price"))
                    .at(block.span_of("method"), "what is a share worth?")
                    .help("give a `price_per_share`, and a `class` where it is not the Common"),
            );
        }
        let (price_per_share, _) = self.quantity(block, "price_per_share", format!("price of {stage}"), outer)?;
        Some(ValuationMethod::Stated { class, price_per_share })
    }

    fn option_pricing(
        &mut self,
        slot: &Slot<'a>,
        outer: &Provenance,
        before: &Before<'_, 'a>,
        exit: &Resolved,
    ) -> Option<OptionPricing<Stated>> {
        let (block, stage) = (slot.block, slot.stage.as_str());
        let missing: Vec<_> =
            ["volatility", "years", "interest_rate"].into_iter().filter(|key| !block.has(key)).collect();
        if !missing.is_empty() {
            let listed: Vec<_> = missing.iter().map(|key| format!("`{key}`")).collect();
            self.report(
                Finding::error("E0521", format!("option pricing needs {}", listed.join(" and ")))
                    .at(block.span_of("method"), "chosen here")
                    .help(
                        "such as `volatility = \"60%\"`, `years = 3`, `interest_rate = \"4%\"` (risk-free, continuous)",
                    ),
            );
        }
        let volatility = self.above_zero(block, "volatility", stage, outer);
        let years = self.above_zero(block, "years", stage, outer);
        let interest_rate = self.quantity(block, "interest_rate", format!("interest rate of {stage}"), outer);
        let dividend_yield = self.quantity(block, "dividend_yield", format!("dividend yield of {stage}"), outer);
        let equity = self.equity(block, stage, outer);
        let (volatility, years, (interest_rate, _), equity) = (volatility?, years?, interest_rate?, equity?);
        let exit = self.exit_of_valuation(slot, years, before, exit)?;
        let dividend_yield = dividend_yield.map_or(Term::Given(Stated::ZERO), |(term, _)| term);
        Some(OptionPricing { equity, volatility, years, interest_rate, dividend_yield, exit })
    }

    /// A term that a variable too must hold above zero.
    fn above_zero(&mut self, block: &Block, key: &str, stage: &str, outer: &Provenance) -> Option<Term<Stated>> {
        let (term, _) = self.quantity(block, key, format!("{key} of {stage}"), outer)?;
        let value = self.stated(term);
        if value.is_negative() || value.is_zero() {
            self.report(
                Finding::error("E0522", format!("`{key}` of \"{stage}\" is not above zero"))
                    .at(block.span_of(key), "expected more than 0")
                    .help("without time or uncertainty ahead a class is worth its payout: see `[[exits]]`"),
            );
            return None;
        }
        Some(term)
    }

    fn equity(&mut self, block: &Block, stage: &str, outer: &Provenance) -> Option<Equity<Stated>> {
        if block.has("equity") {
            let (term, _) = self.quantity(block, "equity", format!("equity of {stage}"), outer)?;
            if self.stated(term).is_negative() {
                self.report(
                    Finding::error("E0522", format!("`equity` of \"{stage}\" is below zero"))
                        .at(block.span_of("equity"), "expected an amount of at least 0")
                        .help("equity is what the company is worth after its debts"),
                );
                return None;
            }
            return Some(Equity::Given(term));
        }
        let class = match block.text("class") {
            Some(name) => Some(self.class(name, block.span_of("class"))?),
            None => None,
        };
        let price_per_share = match block.has("price_per_share") {
            true => Some(self.quantity(block, "price_per_share", format!("price of {stage}"), outer)?.0),
            false => None,
        };
        let which = block.text("class").map_or("the class sold last".to_owned(), |class| format!("\"{class}\""));
        let price = if price_per_share.is_some() { "the price stated" } else { "its issue price" };
        self.assume(
            stage,
            format!("no `equity` is stated: it is the one at which {which} is worth {price} (backsolve)"),
            Some(block.span),
        );
        Some(Equity::Solved { class, price_per_share })
    }

    /// The exit at the end of the term: the terms of the classes, without costs, debt or management plan. Who elects, and
    /// whether the pool takes part, is as in the exit of the file.
    fn exit_of_valuation(
        &mut self,
        slot: &Slot<'a>,
        years: Term<Stated>,
        before: &Before<'_, 'a>,
        exit: &Resolved,
    ) -> Option<Exit<Stated>> {
        let (block, stage) = (slot.block, slot.stage.as_str());
        let (classes, safe_rank) = match &exit.terms {
            Some(exit) => (exit.classes.clone(), exit.safe_rank),
            None => self.classes_at_exit(before.cast, stage)?,
        };
        let mut horizon = slot.clone();
        horizon.date = slot.date.and_then(|date| later(date, self.value(years)));
        let accrued = self.accrued(&horizon, before, &exit.lots, &classes)?;
        let convertibles = self.convertibles_at_exit(&horizon, before)?;
        let rights = self.rights_of_valuation(slot)?;
        let election = exit.terms.as_ref().map_or(Election::Lot, |exit| exit.election);
        let pool_takes_part = exit.terms.as_ref().is_some_and(|exit| exit.pool_takes_part);
        let pool = if pool_takes_part { "available options share" } else { "available options get nothing" };
        let all = if rights.is_empty() { "" } else { "; options count whether they have vested or not" };
        self.assume(
            stage,
            format!("equity is what costs, debt and management plans of the exit leave; {pool}{all}"),
            Some(block.span),
        );
        let grows = classes.iter().any(|class| class.dividend.is_some())
            || convertibles
                .iter()
                .any(|convertible: &ConvertibleAtExit<_>| convertible.elapsed != crate::model::Elapsed::NONE);
        if let Some(date) = horizon.date.filter(|_| grows) {
            self.assume(stage, format!("dividends and interest run until its exit on {date}"), Some(block.span));
        }
        let origin = self.origin(block.name_span(), stage.to_owned(), &block.provenance());
        Some(Exit {
            pool_takes_part,
            election,
            classes,
            rights,
            convertibles,
            accrued,
            safe_rank,
            ..Exit::free_of_charge(origin)
        })
    }

    /// Options that nobody can exercise any more are out; all others may vest until the exit. Milestones may not.
    fn rights_of_valuation(&mut self, slot: &Slot<'a>) -> Option<Vec<RightAtExit<Stated>>> {
        let mut rights = Vec::new();
        for known in &self.known_rights {
            let terms = known.terms.as_ref()?;
            let expired = terms.info.expires.zip(slot.date).is_some_and(|(expires, date)| expires < date);
            let vested = terms.info.has_milestones.then_some(VestedBy::Milestones);
            rights.push(RightAtExit { position: terms.position, vested, expired });
        }
        Some(rights)
    }
}

/// So many years later: whole years by the calendar, the rest in days of which a year has 365, half a day to even.
fn later(date: Date, years: Exact) -> Option<Date> {
    let whole = years.floor();
    let days = ((years - whole) * Exact::whole(365)).to_decimal(0)?;
    let span = jiff::Span::new().try_years(i64::try_from(whole.to_decimal(0)?).ok()?).ok()?;
    date.checked_add(span.try_days(i64::try_from(days).ok()?).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_term_ends_by_the_calendar() {
        assert_eq!(later(date(2026, 3, 31), Exact::whole(3)), Some(date(2029, 3, 31)));
        assert_eq!(later(date(2026, 3, 31), Exact::whole(5) / Exact::whole(2)), Some(date(2028, 9, 29)));
    }
}
