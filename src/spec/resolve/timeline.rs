//! The order of events: what happens when, on which rung of the funding ladder, and on which conditions.

use super::context::Context;
use super::names::Thing;
use crate::error::{Finding, Span};
use crate::model::{ConditionId, EventId, EventInfo, RoundId, Rung, VariableId};
use crate::num::Stated;
use crate::spec::keys::{Kind, Names as NameKind, Sign};
use crate::spec::Document;
use crate::spec::node::Block;
use crate::spec::number::Measure;
use crate::spec::value::{Given, Literal, Period, PeriodUnit};
use jiff::civil::Date;

/// An event before its terms are read.
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
    Closing { round: RoundId, tranche: usize },
    Secondary,
    PoolIncrease,
    OptionGrant,
    Issuance,
    Split,
    Commitment,
}

/// Tables of events besides rounds, with the word for an unnamed one.
const KINDS: [(&str, What, &str); 6] = [
    ("secondaries", What::Secondary, "Secondary"),
    ("pool_increases", What::PoolIncrease, "Pool increase"),
    ("option_grants", What::OptionGrant, "Option grant"),
    ("issuances", What::Issuance, "Issuance"),
    ("splits", What::Split, "Split"),
    ("commitments", What::Commitment, "Commitment"),
];

/// More closings than this is a slip of the finger.
const MOST_CLOSINGS: usize = 1_000;

impl What {
    pub fn words(self) -> &'static str {
        match self {
            What::Closing { .. } => "closing",
            What::Secondary => "secondary",
            What::PoolIncrease => "pool increase",
            What::OptionGrant => "option grant",
            What::Issuance => "issuance",
            What::Split => "split",
            What::Commitment => "commitment",
        }
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
                self.name_event(&stage, Thing::Event, block.name_span());
                let date = self.date(block, "date").map(|(date, _)| date);
                slots.push(Slot::new(what, block, None, stage, date, place(document, block.span, 0)));
            }
        }
        slots.sort_by_key(|slot| slot.place);
        let mut above = opening;
        for slot in &mut slots {
            slot.date_assumed = slot.date.is_none() && above.is_some();
            slot.date = slot.date.or(above);
            above = slot.date;
        }
        slots.sort_by_key(|slot| slot.date);
        if let Some(opening) = opening {
            self.check_after_opening(opening, &slots);
        }
        slots
    }

    fn name_event(&mut self, name: &str, thing: Thing, span: Span) {
        if let Err(finding) = self.names.add(name, thing, Some(span)) {
            self.report(*finding);
        }
    }

    fn read_closings(&mut self, round: RoundId, block: &'a Block, name: &str, document: &Document, slots: &mut Vec<Slot<'a>>) {
        let mut tranche = 0;
        let mut seen: Vec<(String, Span)> = Vec::new();
        let default_date = self.date(block, "date").map(|(date, _)| date);
        let has_tranches = block.blocks("tranches").next().is_some();
        let closings: Vec<(&'a Block, Option<String>)> = match has_tranches {
            false => vec![(block, None)],
            true => block
                .blocks("tranches")
                .enumerate()
                .map(|(index, tranche)| (tranche, Some(tranche.name().map_or_else(|| (index + 1).to_string(), str::to_owned))))
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
                            .and_at(*before, "the first"),
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
                        .at(span, format!("expected a whole number from 1 to {MOST_CLOSINGS}")),
                );
                (1, every)
            }
        }
    }

    fn check_after_opening(&mut self, opening: Date, slots: &[Slot<'a>]) {
        for slot in slots.iter().filter(|slot| slot.date.is_some_and(|date| date < opening) && slot.what != What::Commitment) {
            let date = slot.date.expect("just compared");
            let at = slot.block.span_of("date");
            self.report(
                Finding::error("E0441", format!("\"{}\" on {date} is before the opening table of {opening}", slot.stage))
                    .at(at, "expected a day not before the opening")
                    .help("the opening table says who holds what before the first event"),
            );
        }
    }

    /// Decides for every event on which rung it counts and on which conditions it hangs.
    pub(super) fn settle(&mut self, slots: &mut [Slot<'a>], as_of: Option<(Date, Span)>) -> Vec<EventInfo> {
        let mut conditions: Vec<(String, ConditionId)> = Vec::new();
        let mut infos = Vec::with_capacity(slots.len());
        for index in 0..slots.len() {
            let info = self.settle_status(&mut slots[index], as_of, &mut conditions);
            self.settle_dependency(slots, index);
            infos.push(info);
        }
        self.check_first_closings(slots);
        infos
    }

    fn settle_status(&mut self, slot: &mut Slot<'a>, as_of: Option<(Date, Span)>, drawn: &mut Vec<(String, ConditionId)>) -> EventInfo {
        let block = slot.block;
        let is_closing = matches!(slot.what, What::Closing { .. });
        let text = |key: &str| if is_closing { block.text(key).map(str::to_owned) } else { None };
        let condition = text("condition");
        let expires = if is_closing { self.date(block, "expires") } else { None };
        let probability = match is_closing.then(|| block.quantity("probability")).flatten() {
            Some((Given::Stated(quantity), ..)) => Some(quantity.stated),
            Some((Given::Variable { name, span }, ..)) => self.numeric(&name, span, Some(Measure::Fraction)).map(|term| self.stated(term)),
            None => None,
        };
        let outer = slot.round.map(Block::provenance).unwrap_or_default();
        let origin = self.origin(block.name_span(), slot.stage.clone(), &block.provenance().or(&outer));
        if is_closing {
            slot.status = self.status(slot, condition.is_some(), as_of);
            if let Some(probability) = probability {
                self.check_probability(probability, block.span_of("probability"));
            }
            if let Some(finding) = self.probability_finding(slot, probability.is_some()) {
                self.report(finding);
            }
            if let Some((expires, span)) = expires {
                self.check_expiry(slot, expires, span, as_of);
            }
            slot.rung = slot.status;
            if slot.status == Rung::All {
                let name = condition.clone().unwrap_or_else(|| slot.stage.clone());
                let known = drawn.iter().find(|(known, _)| *known == name).map(|(_, id)| *id);
                let id = known.unwrap_or_else(|| self.new_condition(true));
                drawn.push((name, id));
                slot.conditions.push(id);
            }
        }
        EventInfo {
            stage: slot.stage.clone(),
            kind: slot.what.words(),
            closing: match slot.what {
                What::Closing { round, tranche } => Some((round, tranche)),
                _ => None,
            },
            date: slot.date,
            date_assumed: slot.date_assumed,
            condition,
            expires: expires.map(|(date, _)| date),
            probability,
            origin,
        }
    }

    /// A new condition. That of a closing happens in `run` and is drawn in a simulation.
    fn new_condition(&mut self, happens: bool) -> ConditionId {
        self.happens.push(happens);
        ConditionId::at(self.happens.len() - 1)
    }

    /// The condition that a yes/no variable is yes: one for the whole scenario.
    fn condition_of(&mut self, variable: VariableId, yes: bool) -> ConditionId {
        if let Some(known) = self.yes_no_conditions.get(&variable) {
            return *known;
        }
        let condition = self.new_condition(yes);
        self.yes_no_conditions.insert(variable, condition);
        condition
    }

    fn status(&mut self, slot: &Slot<'a>, has_condition: bool, as_of: Option<(Date, Span)>) -> Rung {
        let block = slot.block;
        let stated = self.word(block, "status");
        let hangs = has_condition || block.has("probability") || block.has("only_if");
        let status = match stated {
            Some(("funded", _)) => Rung::Funded,
            Some(("committed", _)) => Rung::Committed,
            Some(("conditional", _)) => Rung::All,
            _ if hangs => Rung::All,
            _ => {
                self.assume(&slot.stage, "committed: no status is stated", Some(block.span));
                Rung::Committed
            }
        };
        if let (Rung::Funded, Some((_, span))) = (status, stated) {
            match (as_of, slot.date) {
                (Some((as_of, at)), Some(date)) if date > as_of => self.report(
                    Finding::error("E0442", format!("\"{}\" is funded on {date}, after these facts were known", slot.stage))
                        .at(span, "expected \"committed\" or \"conditional\"")
                        .and_at(at, format!("`as_of` is {as_of}")),
                ),
                (None, _) => self.report(
                    Finding::error("E0442", format!("\"{}\" is funded, as known when?", slot.stage))
                        .at(span, "expected `as_of` at the top of the file")
                        .help("write `as_of = 2026-03-31`, the day these facts were known"),
                ),
                _ => {}
            }
        }
        status
    }

    fn probability_finding(&self, slot: &Slot<'a>, has_probability: bool) -> Option<Finding> {
        (has_probability && slot.status != Rung::All).then(|| {
            Finding::error("E0443", format!("\"{}\" is {} and has a probability", slot.stage, slot.status.status()))
                .at(slot.block.span_of("probability"), "only a conditional closing has one")
                .help("write `status = \"conditional\"`, or leave the probability out")
        })
    }

    fn check_expiry(&mut self, slot: &mut Slot<'a>, expires: Date, span: Span, as_of: Option<(Date, Span)>) {
        if let Some(date) = slot.date.filter(|date| *date > expires) {
            self.report(
                Finding::error("E0444", format!("\"{}\" closes on {date} and expires on {expires}", slot.stage))
                    .at(slot.block.span_of("date"), "after it expires")
                    .and_at(span, "expires here"),
            );
        } else if let Some((as_of, _)) = as_of.filter(|(as_of, _)| *as_of > expires && slot.status == Rung::All) {
            slot.status = Rung::Never;
            self.report(
                Finding::warning("W0444", format!("\"{}\" expired on {expires}", slot.stage))
                    .at(span, format!("before {as_of}, when these facts were known: it is counted on no rung")),
            );
        }
    }

    /// Follows `only_if`: the event counts only where that one does, and happens only where it happens.
    fn settle_dependency(&mut self, slots: &mut [Slot<'a>], index: usize) {
        let block = slots[index].block;
        let Some((given, _, span)) = block.get("only_if").and_then(|entry| entry.node.read(&Kind::Name(NameKind::Condition), Sign::Any)) else { return };
        let name = match given {
            Given::Stated(Literal::Text(name)) => name.to_owned(),
            Given::Variable { name, span } => {
                match self.variables.yes_no(&name, span) {
                    Ok((yes, id)) => {
                        let condition = self.condition_of(id, yes);
                        slots[index].conditions.push(condition);
                    }
                    Err(finding) => self.report_unusable(finding),
                }
                return;
            }
            Given::Stated(_) => return,
        };
        match dependency(slots, index, &name) {
            Some(other) if other < index => {
                let (rung, conditions) = (slots[other].rung, slots[other].conditions.clone());
                let slot = &mut slots[index];
                slot.rung = slot.rung.max(rung);
                for condition in conditions {
                    if !slot.conditions.contains(&condition) {
                        slot.conditions.push(condition);
                    }
                }
            }
            Some(other) => {
                let finding = self.backwards(slots, index, other, span);
                self.report(finding);
            }
            None => {
                let stages: Vec<&str> = slots.iter().map(|slot| slot.stage.as_str()).collect();
                let near = crate::spec::suggest::nearest(&name, stages.iter().copied());
                let label = near.map_or("expected a tranche, an event or a yes/no variable".to_owned(), |near| format!("did you mean \"{near}\"?"));
                self.report(
                    Finding::error("E0402", format!("no tranche or event named \"{name}\""))
                        .at(span, label)
                        .help("a yes/no variable is written \"$name\""),
                );
            }
        }
    }

    fn backwards(&self, slots: &[Slot<'a>], index: usize, other: usize, span: Span) -> Finding {
        if index == other {
            return Finding::error("E0445", format!("\"{}\" hangs on itself", slots[index].stage))
                .at(span, "expected another closing or event");
        }
        // Follow the chain from the other event; if it leads back here, it is a circle.
        let mut chain = vec![index, other];
        while let Some(next) = chain.last().and_then(|&last| {
            let name = slots[last].block.text("only_if")?.to_owned();
            dependency(slots, last, &name)
        }) {
            let closed = chain.contains(&next);
            chain.push(next);
            if closed {
                break;
            }
        }
        let names: Vec<_> = chain.iter().map(|&slot| format!("\"{}\"", slots[slot].stage)).collect();
        if chain.last() == Some(&index) {
            return Finding::error("E0445", format!("conditions in a circle: {}", names.join(" -> ")))
                .at(span, "this leads back to itself")
                .help("let the first of them hang on nothing");
        }
        let date = |slot: &Slot| slot.date.map_or("without a date".to_owned(), |date| format!("on {date}"));
        Finding::error("E0446", format!("\"{}\" hangs on something later", slots[index].stage))
            .at(span, format!("\"{}\" is {}", slots[other].stage, date(&slots[other])))
            .and_at(slots[index].block.name_span(), format!("this is {}", date(&slots[index])))
            .help("an event can hang only on one that happens before it")
    }

    /// A closing dated before the first one of its round in the file.
    fn check_first_closings(&mut self, slots: &[Slot<'a>]) {
        for slot in slots {
            let What::Closing { round, tranche } = slot.what else { continue };
            let first = slots.iter().find(|other| other.what == What::Closing { round, tranche: 0 });
            let round_date = slot.round.and_then(|block| block.date("date")).and_then(|(given, _, span)| match given {
                Given::Stated(date) => Some((date, span)),
                Given::Variable { .. } => None,
            });
            let (Some(date), Some(first)) = (slot.date, first) else { continue };
            let bound = round_date.or(first.date.map(|date| (date, first.block.span_of("date"))));
            if let Some((bound, span)) = bound.filter(|(bound, _)| tranche > 0 && date < *bound) {
                self.report(
                    Finding::error("E0447", format!("\"{}\" on {date} is before its round's first closing on {bound}", slot.stage))
                        .at(slot.block.span_of("date"), "expected a day not before it")
                        .and_at(span, "the first closing"),
                );
            }
        }
    }
}

impl<'a> Slot<'a> {
    fn new(what: What, block: &'a Block, round: Option<&'a Block>, stage: String, date: Option<Date>, place: (usize, usize, usize)) -> Self {
        let rung = Rung::Funded;
        Slot { what, block, round, stage, date, date_assumed: false, rung, conditions: Vec::new(), status: rung, place }
    }
}

/// Base files first, then by position in the file, then by number of a repeated closing.
fn place(document: &Document, span: Span, repeat: usize) -> (usize, usize, usize) {
    let (file, start) = document.order(span);
    (file, start, repeat)
}

/// The event that a name means here: a tranche of the same round, a stage, or a round (its last closing).
fn dependency(slots: &[Slot], index: usize, name: &str) -> Option<usize> {
    let round_name = slots[index].round.and_then(Block::name);
    let own = round_name.map(|round| format!("{round} / {name}"));
    let find = |stage: &str| slots.iter().position(|slot| slot.stage == stage);
    own.and_then(|own| find(&own))
        .or_else(|| find(name))
        .or_else(|| slots.iter().rposition(|slot| slot.round.and_then(Block::name) == Some(name)))
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
    // Commitments are not events of the engine.
    EventId::at(slots[..index].iter().filter(|slot| slot.what != What::Commitment).count())
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
