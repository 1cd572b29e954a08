//! A figure of one future, exactly and to the last digit: what an equation is solved in.

use super::measure::Gauge;
use crate::engine::books::{Adjustment, Books, CapTable, Entry, EntryKind, Journal};
use crate::engine::round::{Conversion, Pricing};
use crate::engine::{inputs, replay};
use crate::model::{
    Agreement, Draws, Event, EventId, Figure, Measure, Round, RoundId, Rung, Scenario, Setting, StageOf, TranchePrice,
    VariableId,
};
use crate::num::{Exact, Number, Stated, Truth, Unposted};

/// How a figure is read in the end.
#[derive(Clone, Debug)]
pub enum Reading {
    /// Off the cap table.
    Table(Gauge),
    /// Off what is noted of prices and money on the way, after this event, or the last.
    Noted(Price, Option<EventId>),
}

/// A figure of a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Price {
    /// At which shares were issued or sold at the last stage, else the price in force.
    PerShare,
    /// Of the round of the latest closing.
    PreMoney,
    /// That, and the money of the round so far.
    PostMoney,
}

/// A scenario as a function of one of its variables.
#[derive(Clone, Debug)]
pub struct Relation {
    scenario: Scenario<Unposted>,
    happens: Vec<Truth>,
    rung: Rung,
    reading: Reading,
}

/// The event that has no answer; `None` where the figure itself has none.
pub type NoAnswer = Option<EventId>;

impl Reading {
    /// How a measure is read; `None` where only the ledger of an exact run has it.
    pub fn new(measure: &Measure, agreement: &Agreement) -> Option<Reading> {
        if let Some(gauge) = Gauge::new(measure, agreement) {
            return Some(Reading::Table(gauge));
        }
        let scenario = &agreement.scenario;
        let offers = scenario.timeline.iter().any(|timed| matches!(timed.event, Event::Ipo(_)));
        let mut tranches = scenario.rounds.iter().flat_map(|round| &round.tranches);
        let one_price = tranches.all(|tranche| matches!(tranche.price, TranchePrice::Round));
        // The ledger knows which of several prices of a round, or of an offering, is meant.
        if !one_price || offers {
            return None;
        }
        let price = match measure.figure {
            Figure::PricePerShare => Price::PerShare,
            Figure::PreMoney => Price::PreMoney,
            Figure::PostMoney => Price::PostMoney,
            _ => return None,
        };
        match measure.stage {
            StageOf::Last => Some(Reading::Noted(price, None)),
            StageOf::After { event, .. } => Some(Reading::Noted(price, Some(event))),
            StageOf::Opening => None,
        }
    }
}

impl Relation {
    /// The figure that is read after the first so many events.
    pub fn new(scenario: &Scenario<Stated>, rung: Rung, reading: Reading, events: usize) -> Self {
        let mut scenario = scenario.cast::<Unposted>();
        scenario.timeline.truncate(events);
        let happens = scenario.happens.iter().map(|&truth| Truth::from(truth)).collect();
        Relation { scenario, happens, rung, reading }
    }

    /// The figure where the variable is this.
    ///
    /// # Errors
    /// The event that has no answer then.
    pub fn at(&mut self, variable: VariableId, input: Exact) -> Result<Exact, NoAnswer> {
        self.scenario.settings[variable.index()] = Setting::Given(Unposted(input));
        let (values, base) = (inputs::values(&self.scenario.settings), inputs::values(&self.scenario.base));
        let draws = Draws { values: &values, base: &base, happens: &self.happens, rung: self.rung };
        let mut books = Books::open(&self.scenario, &draws, Notes::default());
        replay(&self.scenario, &draws, &mut books)?;
        let (notes, table) = (&books.journal, &books.table);
        let figure = match &self.reading {
            Reading::Table(gauge) => Some(gauge.read(table)),
            // What was asked for does not take place.
            Reading::Noted(_, Some(event)) if !self.is_reached(*event, notes) => None,
            Reading::Noted(Price::PerShare, _) => self.price_per_share(notes, table),
            Reading::Noted(Price::PreMoney, _) => self.closed(notes).map(|(pre_money, _)| pre_money),
            Reading::Noted(Price::PostMoney, _) => self.closed(notes).map(|(pre_money, raised)| pre_money + raised),
        };
        let figure = figure.ok_or(None)?.0;
        if figure.is_defined().is_yes() { Ok(figure) } else { Err(None) }
    }

    /// Whether the last stage is the event's, or an earlier closing of its round.
    fn is_reached(&self, event: EventId, notes: &Notes) -> bool {
        notes.last.is_some_and(|last| {
            last == event || self.closing(event).is_some_and(|round| self.closing(last) == Some(round))
        })
    }

    fn price_per_share(&self, notes: &Notes, table: &CapTable<Unposted>) -> Option<Unposted> {
        let closing = notes.last.and_then(|event| self.closing(event));
        let fixed = || Some(notes.rounds.iter().rev().find(|noted| Some(noted.id) == closing)?.price);
        notes.traded.or_else(fixed).or(table.reference_price)
    }

    fn closing(&self, event: EventId) -> Option<RoundId> {
        match self.scenario.timeline[event.index()].event {
            Event::Closing { round, .. } => Some(round),
            _ => None,
        }
    }

    /// Pre-money and money so far of the round of the latest closing.
    fn closed(&self, notes: &Notes) -> Option<(Unposted, Unposted)> {
        let round = notes.stages.iter().rev().find_map(|event| self.closing(*event))?;
        let noted = notes.rounds.iter().rev().find(|noted| noted.id == round)?;
        let of_round = |(event, _): &&(EventId, Unposted)| self.closing(*event) == Some(round);
        Some((noted.pre_money, notes.money.iter().filter(of_round).map(|(_, money)| *money).sum()))
    }
}

/// What a round's first closing fixed.
#[derive(Clone, Copy, Debug)]
struct Noted {
    id: RoundId,
    price: Unposted,
    pre_money: Unposted,
}

/// The journal that keeps prices and money, and stops at the first event without an answer.
#[derive(Clone, Debug, Default)]
struct Notes {
    rounds: Vec<Noted>,
    /// Events that are stages of the table, and the latest of them.
    stages: Vec<EventId>,
    last: Option<EventId>,
    /// The first price at which the latest of them moved shares, and that of the event under way.
    traded: Option<Unposted>,
    trading: Option<Unposted>,
    /// Money for shares, by event.
    money: Vec<(EventId, Unposted)>,
}

fn is_zero(number: Unposted) -> bool {
    number.0.equals(Exact::zero())
}

impl Journal<Unposted> for Notes {
    type Refusal = NoAnswer;

    fn record(&mut self, event: EventId, entry: &Entry<Unposted>) {
        if is_zero(entry.shares) {
            return;
        }
        if !is_zero(entry.price) && !matches!(entry.kind, EntryKind::Conversion { .. }) {
            self.trading = self.trading.or(Some(entry.price));
        }
        if let EntryKind::Issuance { money, .. } | EntryKind::Exercise { money, .. } = entry.kind {
            self.money.push((event, money));
        }
    }

    fn converted(&mut self, _: EventId, _: &Conversion<Unposted>) {}

    fn adjusted(&mut self, _: EventId, _: &[Adjustment<Unposted>]) {}

    fn priced(
        &mut self,
        id: RoundId,
        _: &Round<Unposted>,
        pricing: &Pricing<Unposted>,
        _: impl Fn(usize, usize) -> Unposted,
    ) {
        self.rounds.push(Noted { id, price: pricing.price, pre_money: pricing.pre_money });
    }

    fn end_event(
        &mut self,
        event: Option<EventId>,
        happens: Truth,
        feasible: Truth,
        table: &CapTable<Unposted>,
    ) -> Result<(), NoAnswer> {
        let trading = self.trading.take();
        if let Some(event) = event.filter(|_| happens.is_yes()) {
            self.stages.push(event);
            (self.last, self.traded) = (Some(event), trading);
        }
        let is_held = |shares: &Unposted| Unposted::zero().at_most(*shares).is_yes();
        if feasible.is_yes() && table.shares.iter().all(is_held) { Ok(()) } else { Err(event) }
    }
}
