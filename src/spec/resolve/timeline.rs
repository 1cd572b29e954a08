//! The order of events: what happens when, on which rung of the funding ladder, and on which conditions.

use super::context::Context;
use super::names::Thing;
use crate::error::{Finding, Span};
use crate::model::{ClassId, ConditionId, ConvertibleId, EventId, RightId, RoundId, Rung};
use crate::num::Stated;
use crate::spec::Document;
use crate::spec::node::Block;
use crate::spec::value::{Given, Period, PeriodUnit};
use jiff::civil::Date;

/// An event before its terms are read.
#[derive(Clone)]
pub(super) struct Slot<'a> {
    pub what: What,
    /// The event's own table; for a closing its tranche's, which is the round's where it has only one.
    pub block: &'a Block,
    /// The round of a closing.
    pub round: Option<&'a Block>,
    pub stage: String,
    pub date: Option<Date>,
    pub date_assumed: bool,
    pub rung: Rung,
    pub conditions: Vec<ConditionId>,
    /// Status of a closing by itself, before what it depends on.
    pub status: Rung,
    place: (usize, usize, usize),
}

/// What kind of event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Closing {
        round: RoundId,
        tranche: usize,
    },
    Secondary,
    PoolIncrease,
    OptionGrant(RightId),
    Warrant(RightId),
    /// One of a warrant's tranches, by number.
    Vest(RightId, usize),
    Exercise,
    Cancellation,
    Issuance,
    Split,
    Ipo,
    ClassConversion,
    Repurchase,
    /// Of a class, the number of the payment.
    Dividend(ClassId, usize),
    Convertible(ConvertibleId),
    Maturity(Date),
    Commitment,
    /// By its place in the file.
    Loan(u32),
    Exit,
    /// By its place in the file.
    Valuation(u32),
}

/// Tables of events besides rounds, with the word for an unnamed one.
const KINDS: [(&str, What, &str); 15] = [
    ("secondaries", What::Secondary, "Secondary"),
    ("pool_increases", What::PoolIncrease, "Pool increase"),
    // Its right is counted when it is read.
    ("option_grants", What::OptionGrant(RightId(0)), "Option grant"),
    ("warrants", What::Warrant(RightId(0)), "Warrant"),
    ("exercises", What::Exercise, "Exercise"),
    ("cancellations", What::Cancellation, "Cancellation"),
    ("issuances", What::Issuance, "Issuance"),
    ("splits", What::Split, "Split"),
    ("ipos", What::Ipo, "IPO"),
    ("conversions", What::ClassConversion, "Conversion"),
    ("repurchases", What::Repurchase, "Repurchase"),
    ("commitments", What::Commitment, "Commitment"),
    ("loans", What::Loan(0), "Loan"),
    ("exits", What::Exit, "Exit"),
    ("valuations", What::Valuation(0), "Valuation"),
];

/// More closings than this is a slip of the finger.
const MOST_CLOSINGS: usize = 1_000;

impl What {
    pub fn words(self) -> &'static str {
        match self {
            What::Closing { .. } => "closing",
            What::Secondary => "secondary",
            What::PoolIncrease => "pool increase",
            What::OptionGrant(_) => "option grant",
            What::Warrant(_) => "warrant",
            What::Vest(..) => "milestone",
            What::Exercise => "exercise",
            What::Cancellation => "cancellation",
            What::Issuance => "issuance",
            What::Split => "split",
            What::Ipo => "IPO",
            What::ClassConversion => "conversion of shares",
            What::Repurchase => "repurchase",
            What::Dividend(..) => "dividend in kind",
            What::Convertible(_) => "convertible",
            What::Maturity(_) => "maturity",
            What::Commitment => "commitment",
            What::Loan(_) => "loan",
            What::Exit => "exit",
            What::Valuation(_) => "valuation",
        }
    }

    /// Whether it changes the cap table, or what is outstanding: commitments, loans and the exit do not.
    pub fn is_of_the_table(self) -> bool {
        !matches!(self, What::Commitment | What::Loan(_) | What::Exit)
    }
}

impl<'a> Context<'a> {
    /// Every event in the order it happens; commitments, which change nothing, among them.
    pub(super) fn read_timeline(&mut self, document: &Document, opening: Option<Date>) -> Vec<Slot<'a>> {
        let root = self.root;
        let mut slots = Vec::new();
        for (index, block) in root.blocks("rounds").enumerate() {
            let Some(name) = block.name() else { continue };
            let round = RoundId::at(index);
            self.name_event(name, Thing::Round(round), block.name_span());
            self.read_closings(round, block, name, document, &mut slots);
        }
        for (table, what, word) in KINDS {
            for (index, block) in root.blocks(table).enumerate() {
                let stage = block.name().map_or_else(|| format!("{word} {}", index + 1), str::to_owned);
                let (what, thing) = match what {
                    What::OptionGrant(_) => {
                        let id = self.new_right();
                        (What::OptionGrant(id), Thing::Right(id))
                    }
                    What::Warrant(_) => {
                        let id = self.new_right();
                        self.read_milestones(id, block, &stage, document, &mut slots);
                        (What::Warrant(id), Thing::Right(id))
                    }
                    What::Loan(_) => {
                        let number = u32::try_from(index).unwrap_or(u32::MAX);
                        (What::Loan(number), Thing::Loan(number))
                    }
                    What::Valuation(_) => (What::Valuation(u32::try_from(index).unwrap_or(u32::MAX)), Thing::Event),
                    what => (what, Thing::Event),
                };
                self.name_event(&stage, thing, block.name_span());
                let date = self.date(block, "date").map(|(date, _)| date);
                // An exit without a day of its own follows everything else, whichever file says so.
                let place = match what {
                    What::Exit if date.is_none() => (usize::MAX, index, 0),
                    _ => place(document, block.span, 0),
                };
                slots.push(Slot::new(what, block, None, stage, date, place));
            }
        }
        for (index, block) in root.blocks("convertibles").enumerate() {
            let Some(name) = block.name() else { continue };
            let id = ConvertibleId::at(index);
            self.name_event(name, Thing::Convertible(id), block.name_span());
            let date = self.date(block, "date").map(|(date, _)| date);
            let place = place(document, block.span, 0);
            slots.push(Slot::new(What::Convertible(id), block, None, name.to_owned(), date, place));
            self.add_maturity(block, name, place, &mut slots);
        }
        slots.sort_by_key(|slot| slot.place);
        let mut above = opening;
        for slot in &mut slots {
            slot.date_assumed = slot.date.is_none() && above.is_some();
            slot.date = slot.date.or(above);
            above = slot.date;
        }
        slots.sort_by_key(|slot| slot.date);
        self.place_rights(&slots);
        if let Some(opening) = opening {
            self.check_after_opening(opening, &slots);
        }
        slots
    }

    /// Each part of a warrant vests by an event of its own.
    fn read_milestones(
        &mut self,
        right: RightId,
        block: &'a Block,
        warrant: &str,
        document: &Document,
        slots: &mut Vec<Slot<'a>>,
    ) {
        for (number, tranche) in block.blocks("tranches").enumerate() {
            let name = tranche.name().map_or_else(|| (number + 1).to_string(), str::to_owned);
            let date = self.date(tranche, "date").map(|(date, _)| date);
            let (what, place) = (What::Vest(right, number), place(document, tranche.span, 0));
            slots.push(Slot::new(what, tranche, Some(block), format!("{warrant} / {name}"), date, place));
        }
    }

    /// A convertible that does something at maturity; those of one day do it together.
    fn add_maturity(&mut self, block: &'a Block, name: &str, place: (usize, usize, usize), slots: &mut Vec<Slot<'a>>) {
        if self.word(block, "at_maturity").is_none_or(|(word, _)| word == "outstanding") {
            return;
        }
        let Some((maturity, _)) = self.date(block, "maturity") else { return };
        match slots.iter_mut().find(|slot| slot.what == What::Maturity(maturity)) {
            Some(slot) => slot.stage = format!("Maturities of {maturity}"),
            None => {
                let stage = format!("{name} falls due");
                slots.push(Slot::new(What::Maturity(maturity), block, None, stage, Some(maturity), place));
            }
        }
    }

    fn name_event(&mut self, name: &str, thing: Thing, span: Span) {
        if let Err(finding) = self.names.add(name, thing, Some(span)) {
            self.report(*finding);
        }
    }

    fn read_closings(
        &mut self,
        round: RoundId,
        block: &'a Block,
        name: &str,
        document: &Document,
        slots: &mut Vec<Slot<'a>>,
    ) {
        let mut tranche = 0;
        let mut seen: Vec<(String, Span)> = Vec::new();
        let default_date = self.date(block, "date").map(|(date, _)| date);
        let has_tranches = block.blocks("tranches").next().is_some();
        let closings: Vec<(&'a Block, Option<String>)> = match has_tranches {
            false => vec![(block, None)],
            true => block
                .blocks("tranches")
                .enumerate()
                .map(|(index, tranche)| {
                    (tranche, Some(tranche.name().map_or_else(|| (index + 1).to_string(), str::to_owned)))
                })
                .collect(),
        };
        for (closing, label) in closings {
            let first = match has_tranches {
                true => self.date(closing, "date").map(|(date, _)| date).or(default_date.filter(|_| tranche == 0)),
                false => default_date,
            };
            let (count, every) = self.repeats(closing);
            for repeat in 0..count {
                let label = match (&label, count) {
                    (None, 1) => None,
                    (None, _) => Some((repeat + 1).to_string()),
                    (Some(label), 1) => Some(label.clone()),
                    (Some(label), _) => Some(format!("{label} {}", repeat + 1)),
                };
                let stage = label.as_ref().map_or_else(|| name.to_owned(), |label| format!("{name} / {label}"));
                if let Some((_, before)) = seen.iter().find(|(known, _)| *known == stage) {
                    self.report(
                        Finding::error("E0401", format!("two closings are named \"{stage}\""))
                            .at(closing.name_span(), "the second")
                            .and_at(*before, "the first")
                            .help("give each closing of a round its own `name`"),
                    );
                }
                seen.push((stage.clone(), closing.name_span()));
                let date = match (first, every) {
                    (Some(first), Some(every)) => later(first, every, repeat).or(Some(first)),
                    (first, _) => first,
                };
                let place = place(document, closing.span, repeat);
                slots.push(Slot::new(What::Closing { round, tranche }, closing, Some(block), stage, date, place));
                tranche += 1;
            }
        }
    }

    fn repeats(&mut self, block: &Block) -> (usize, Option<Period>) {
        let every = match block.period("every") {
            Some((Given::Stated(period), ..)) => Some(period),
            _ => None,
        };
        let Some((Given::Stated(quantity), _, span)) = block.quantity("repeat") else { return (1, every) };
        let whole = quantity.stated.to_decimal(0).filter(|whole| Stated::from(*whole) == quantity.stated);
        match whole.and_then(|whole| usize::try_from(whole).ok()).filter(|count| (1..=MOST_CLOSINGS).contains(count)) {
            Some(count) => (count, every),
            None => {
                self.report(
                    Finding::error("E0440", format!("{} closings", quantity.literal))
                        .at(span, format!("expected a whole number from 1 to {MOST_CLOSINGS}"))
                        .help("write how many closings there are, such as `repeat = 4`"),
                );
                (1, every)
            }
        }
    }

    fn check_after_opening(&mut self, opening: Date, slots: &[Slot<'a>]) {
        for slot in slots.iter().filter(|slot| {
            slot.date.is_some_and(|date| date < opening) && (slot.what.is_of_the_table() || slot.what == What::Exit)
        }) {
            let date = slot.date.expect("just compared");
            let at = slot.block.span_of("date");
            self.report(
                Finding::error(
                    "E0441",
                    format!("\"{}\" on {date} is before the opening table of {opening}", slot.stage),
                )
                .at(at, "expected a day not before the opening")
                .help("the opening table says who holds what before the first event"),
            );
        }
    }
}

impl<'a> Slot<'a> {
    /// A dividend in kind, which no table of its own states.
    pub(super) fn of_dividend(class: ClassId, number: usize, block: &'a Block, stage: String, date: Date) -> Self {
        Slot::new(What::Dividend(class, number), block, None, stage, Some(date), (0, 0, number))
    }

    fn new(
        what: What,
        block: &'a Block,
        round: Option<&'a Block>,
        stage: String,
        date: Option<Date>,
        place: (usize, usize, usize),
    ) -> Self {
        let rung = Rung::Funded;
        Slot { what, block, round, stage, date, date_assumed: false, rung, conditions: Vec::new(), status: rung, place }
    }
}

/// Base files first, then by position in the file, then by number of a repeated closing.
fn place(document: &Document, span: Span, repeat: usize) -> (usize, usize, usize) {
    let (file, start) = document.order(span);
    (file, start, repeat)
}

/// `first` and `repeat` periods on; a month end stays a month end.
fn later(first: Date, every: Period, repeat: usize) -> Option<Date> {
    let times = i64::try_from(repeat).ok()?.checked_mul(i64::from(every.count))?;
    let span = match every.unit {
        PeriodUnit::Day => jiff::Span::new().try_days(times).ok()?,
        PeriodUnit::Month => jiff::Span::new().try_months(times).ok()?,
        PeriodUnit::Year => jiff::Span::new().try_years(times).ok()?,
    };
    let date = first.checked_add(span).ok()?;
    let by_month = !matches!(every.unit, PeriodUnit::Day);
    Some(if by_month && first == first.last_of_month() { date.last_of_month() } else { date })
}

/// The id of the event at that place.
pub(super) fn event_id(slots: &[Slot], index: usize) -> EventId {
    EventId::at(slots[..index].iter().filter(|slot| slot.what.is_of_the_table()).count())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn month_ends_stay_month_ends() {
        let months = |count| Period { count, unit: PeriodUnit::Month };
        assert_eq!(later(date(2026, 9, 30), months(6), 1), Some(date(2027, 3, 31)));
        assert_eq!(later(date(2026, 1, 31), months(1), 1), Some(date(2026, 2, 28)));
        assert_eq!(later(date(2026, 4, 1), months(3), 2), Some(date(2026, 10, 1)));
        assert_eq!(later(date(2024, 2, 29), Period { count: 1, unit: PeriodUnit::Year }, 1), Some(date(2025, 2, 28)));
        assert_eq!(later(date(2026, 1, 1), Period { count: 10, unit: PeriodUnit::Day }, 3), Some(date(2026, 1, 31)));
    }
}
