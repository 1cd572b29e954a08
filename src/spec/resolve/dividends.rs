//! Dividends paid in shares: on which days, and what of a period is over when shares are issued.
//!
//! A class pays on the anniversaries of the day its first shares were issued, by the periods of its compounding (every
//! year where it does not compound), up to the last event of the file or its `as_of`. On a day with other events the
//! dividend comes first.

use super::classes::Cast;
use super::context::Context;
use super::opening::Opening;
use super::timeline::{Slot, What};
use crate::error::Finding;
use crate::model::{ClassId, DayCount, Elapsed, Holding, InKind, InKindClass, PositionId, RoundingInfo, Term};
use crate::num::Stated;
use crate::spec::node::Block;
use jiff::civil::Date;
use rust_decimal::Decimal;

/// When a class pays in shares.
pub(super) struct Paying<'a> {
    pub class: ClassId,
    /// The class's own table or the defaults, where `dividend_payment` stands.
    block: &'a Block,
    /// Periods a year; `None` is simple, paid every year.
    per_year: Option<u32>,
    /// The day its first shares were issued, then the days it pays.
    days: Vec<Date>,
}

/// More payments than this are a slip of the finger.
const MOST_PAYMENTS: usize = 200;

impl<'a> Context<'a> {
    /// Adds an event for every day on which a class pays in shares.
    pub(super) fn add_dividends(
        &mut self,
        slots: &mut Vec<Slot<'a>>,
        cast: &Cast,
        opening: &Opening,
        as_of: Option<Date>,
    ) -> Vec<Paying<'a>> {
        let last = slots.iter().filter(|slot| slot.what != What::Commitment).filter_map(|slot| slot.date).max();
        let last = last.max(as_of);
        let mut paying = Vec::new();
        for index in 0..cast.classes.len() {
            let class = ClassId::at(index);
            let Some((block, per_year)) = self.pays_in_kind(cast, index) else { continue };
            let name = &cast.classes[index].name;
            let Some(start) = self.first_issue(class, slots, opening) else {
                self.report(
                    Finding::error("E0486", format!("dividends in kind on \"{name}\" run from when?"))
                        .at(block.span_of("dividend_payment"), "expected the day its first shares were issued")
                        .help("give the opening, or the event that issues them, a `date`"),
                );
                continue;
            };
            let mut days = vec![start];
            while let Some(next) = day(start, per_year.unwrap_or(1), days.len())
                && last.is_some_and(|last| next <= last)
                && days.len() <= MOST_PAYMENTS
            {
                days.push(next);
            }
            self.assume(
                name,
                format!(
                    "its dividends in kind are paid on the anniversaries of {start}, before other events of the day, up to \
                     the last event of the file{}",
                    if as_of.is_some() { " or its `as_of`" } else { "" }
                ),
                Some(block.span_of("dividend_payment")),
            );
            paying.push(Paying { class, block, per_year, days });
        }
        let mut added = Vec::new();
        for pays in &paying {
            for (number, &date) in pays.days.iter().enumerate().skip(1) {
                let stage = format!("{} dividend {number}", cast.classes[pays.class.index()].name);
                added.push(Slot::of_dividend(pays.class, number, pays.block, stage, date));
            }
        }
        if !added.is_empty() {
            slots.splice(0..0, added);
            slots.sort_by_key(|slot| slot.date);
            self.place_rights(slots);
        }
        paying
    }

    /// Where a class says that it pays in shares, and how often.
    fn pays_in_kind(&mut self, cast: &Cast, index: usize) -> Option<(&'a Block, Option<u32>)> {
        let (root, known) = (self.root, &cast.classes[index]);
        let listed = root.blocks("classes").find(|block| block.name() == Some(known.name.as_str()));
        let defaults = root.block("class_defaults").filter(|_| !known.is_common);
        let owner = |key: &str| listed.filter(|block| block.has(key)).or(defaults.filter(|block| block.has(key)));
        let block = owner("dividend_payment")?;
        let (word, span) = self.word(block, "dividend_payment")?;
        if word != "in_kind" {
            return None;
        }
        let cumulative = owner("dividend").and_then(|block| self.word(block, "dividend")).map(|(word, _)| word);
        if cumulative != Some("cumulative") || owner("dividend_rate").is_none() {
            let finding = Finding::error("E0485", format!("\"{}\" pays what dividend in kind?", known.name));
            self.report(
                finding
                    .at(span, "expected `dividend = \"cumulative\"` and a `dividend_rate` beside it")
                    .help("such as `dividend = \"cumulative\", dividend_rate = \"8%\"`: nothing else is ever due"),
            );
            return None;
        }
        let compounding = owner("dividend_compounding").and_then(|block| self.word(block, "dividend_compounding"));
        let per_year = compounding.and_then(|(word, _)| match word {
            "annual" => Some(1),
            "semi_annual" => Some(2),
            "quarterly" => Some(4),
            "monthly" => Some(12),
            _ => None,
        });
        Some((block, per_year))
    }

    /// The day the first shares of a class were issued: of the opening, else of the first event that issues some.
    fn first_issue(&mut self, class: ClassId, slots: &[Slot<'a>], opening: &Opening) -> Option<Date> {
        let held = opening.shares.iter().zip(&self.positions).any(|(shares, holding)| {
            matches!(*holding, Holding::Shares(_, of) if of == class) && *shares != Term::Given(Stated::ZERO)
        });
        if held {
            return opening.date;
        }
        let issues = slots.iter().filter(|slot| self.issues(slot) == Some(class));
        issues.filter_map(|slot| slot.date).min()
    }

    /// The class whose shares an event issues, as far as its own table says.
    fn issues(&self, slot: &Slot<'a>) -> Option<ClassId> {
        let name = match slot.what {
            What::Closing { .. } => {
                let round = slot.round?;
                let named = slot.block.text("class").or_else(|| round.text("class")).map(str::to_owned);
                named.or_else(|| Some(format!("{} Preferred", round.name()?)))?
            }
            What::Issuance => slot.block.text("class").unwrap_or(super::names::COMMON).to_owned(),
            What::ClassConversion => slot.block.text("into")?.to_owned(),
            _ => return None,
        };
        match self.names.get(&name) {
            Some(super::names::Thing::Class(class)) => Some(class),
            _ => None,
        }
    }

    /// The engine's event of a payment in shares.
    pub(super) fn dividend_in_kind(
        &mut self,
        class: ClassId,
        number: usize,
        paying: &[Paying<'a>],
        file: &RoundingInfo,
        cast: &Cast,
    ) -> Option<InKind<Stated>> {
        let pays = paying.iter().find(|pays| pays.class == class)?;
        let root = self.root;
        let name = cast.classes[class.index()].name.clone();
        let listed = root.blocks("classes").find(|block| block.name() == Some(name.as_str()));
        let owner = |key: &str| {
            let defaults = root.block("class_defaults");
            listed.filter(|block| block.has(key)).or(defaults.filter(|block| block.has(key)))
        };
        let block = owner("dividend_rate")?;
        let what = format!("dividend_rate of {name}");
        let (rate_per_year, origin) = self.quantity(block, "dividend_rate", what, &block.provenance())?;
        let years = match pays.per_year {
            Some(per_year) => Stated::ratio(Decimal::ONE, Decimal::from(per_year))?,
            None => years(pays.days[number - 1], pays.days[number]),
        };
        let of_preference = owner("dividend_base")
            .and_then(|block| self.word(block, "dividend_base"))
            .is_some_and(|(word, _)| word == "preference");
        let base = match owner("preference").filter(|_| of_preference) {
            Some(block) => {
                let (term, _) =
                    self.quantity(block, "preference", format!("preference of {name}"), &block.provenance())?;
                self.stated(term)
            }
            None => Stated::ONE,
        };
        let positions = self.holders_of_class(class).map(|(_, position)| position).collect::<Vec<PositionId>>();
        Some(InKind { class, positions, rate_per_year, years, base, rounding: file.rounding, origin })
    }

    /// What of a class's period is over at each event, for shares that the event issues.
    pub(super) fn in_kind_classes(paying: &[Paying<'a>], slots: &[Slot<'a>]) -> Vec<InKindClass<Stated>> {
        let class = |pays: &Paying| {
            let mut next = 1;
            let over = slots.iter().filter(|slot| slot.what.is_of_the_table()).map(|slot| {
                if let What::Dividend(class, number) = slot.what
                    && class == pays.class
                {
                    next = number + 1;
                }
                match (pays.days.get(next - 1), pays.days.get(next), slot.date) {
                    (Some(&from), Some(&until), Some(date)) if from < date => part(from, date, until),
                    _ => Stated::ZERO,
                }
            });
            InKindClass { class: pays.class, compounds: pays.per_year.is_some(), over: over.collect() }
        };
        paying.iter().map(class).collect()
    }
}

fn years(from: Date, until: Date) -> Stated {
    Elapsed::between(from, until, None, DayCount::Actual365).years
}

/// The part of a period that is over on a day within it, by days.
fn part(from: Date, day: Date, until: Date) -> Stated {
    let days = |until: Date| Decimal::from(from.until(until).map_or(0, |span| span.get_days()).max(0));
    Stated::ratio(days(day.min(until)), days(until)).unwrap_or(Stated::ZERO)
}

/// The day on which a number of periods have passed.
fn day(start: Date, per_year: u32, periods: usize) -> Option<Date> {
    let months = i64::try_from(periods).ok()?.checked_mul(i64::from(12 / per_year.max(1)))?;
    start.checked_add(jiff::Span::new().try_months(months).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn payments_are_on_anniversaries() {
        assert_eq!(day(date(2024, 2, 29), 1, 1), Some(date(2025, 2, 28)));
        assert_eq!(day(date(2024, 2, 29), 1, 4), Some(date(2028, 2, 29)));
        assert_eq!(day(date(2024, 1, 31), 4, 1), Some(date(2024, 4, 30)));
    }

    /// Of a year of 365 days, 73 are a fifth.
    #[test]
    fn what_is_over_of_a_period_is_counted_in_days() {
        let fifth = Stated::ratio(Decimal::ONE, Decimal::from(5));
        assert_eq!(Some(part(date(2025, 1, 1), date(2025, 3, 15), date(2026, 1, 1))), fifth);
        assert_eq!(part(date(2025, 1, 1), date(2026, 1, 1), date(2026, 1, 1)), Stated::ONE);
    }
}
