//! What is looked at in every path: figures after some stage, events on them, and whether the path is possible.

use super::measure::Gauge;
use crate::engine::books::{Adjustment, CapTable, Entry, Journal, opening_shares};
use crate::engine::cost::{CostBook, Move};
use crate::engine::exit::Party;
use crate::engine::round::{Conversion, Pricing};
use crate::model::{Comparison, CostTerms, Draws, EventId, Figure, Round, RoundId, Scenario};
use crate::num::{Mask, Number, Stated};
use rust_decimal::Decimal;
use std::convert::Infallible;

/// A figure that is looked at.
#[derive(Clone, Debug)]
pub struct Watched {
    /// How it is read.
    pub gauge: Gauge,
    /// After so many events of the timeline.
    pub events: usize,
}

/// An event: a figure compared with a number.
#[derive(Clone, Debug)]
pub struct WatchedEvent {
    /// The figure.
    pub figure: Observed,
    /// How it is compared.
    pub comparison: Comparison,
    /// With what.
    pub number: Stated,
}

/// The figure of an event.
#[derive(Clone, Debug)]
pub enum Observed {
    /// One of the cap table.
    Table(Watched),
    /// One of the sale of the company.
    Exit(OfExit),
}

/// A figure of the sale of the company: what a party is paid, or that over what it paid.
#[derive(Clone, Debug)]
pub struct OfExit {
    /// Whose.
    pub party: Party,
    /// Payout or multiple.
    pub figure: Figure,
}

/// Everything that is looked at.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    /// Figures.
    pub figures: Vec<Watched>,
    /// Figures of the sale of the company; they come after the others.
    pub exit: Vec<OfExit>,
    /// Events.
    pub events: Vec<WatchedEvent>,
    /// What the entries do not say of what was paid; needed for multiples alone.
    pub costs: Option<CostTerms>,
}

impl Watch {
    /// Whether anything of the sale of the company is looked at.
    pub fn has_exit(&self) -> bool {
        !self.exit.is_empty() || self.events.iter().any(|event| matches!(event.figure, Observed::Exit(_)))
    }
}

/// What was seen in a path, or in several side by side.
#[derive(Clone, Debug)]
pub struct Seen<N: Number> {
    /// By figure.
    pub figures: Vec<N>,
    /// By event: where it holds, and where it holds or not by less than the last digits.
    pub events: Vec<(N::Mask, N::Mask)>,
    /// By event of the timeline that took place: where it has an answer.
    pub possible: Vec<(EventId, N::Mask)>,
}

/// The journal of a simulation: it keeps no entries, only what is looked at.
#[derive(Debug)]
pub struct Watching<'a, N: Number> {
    watch: &'a Watch,
    figures: Vec<N>,
    of_events: Vec<N>,
    possible: Vec<(EventId, N::Mask)>,
    /// Where nothing held at the opening is below zero.
    opening: N::Mask,
    /// What everything cost, where that is asked.
    pub book: Option<CostBook<N>>,
}

impl<'a, N: Number> Watching<'a, N> {
    /// Nothing seen yet.
    pub fn new(watch: &'a Watch, scenario: &Scenario<N>, draws: &Draws<N>) -> Self {
        let book = watch.costs.as_ref().map(|terms| {
            let held = scenario.opening.iter().map(|&shares| opening_shares(scenario, draws, shares)).collect();
            let principals = scenario.convertibles.iter().map(|convertible| draws.value(convertible.amount));
            CostBook::open(terms, held, principals.collect(), |term| draws.value(term.cast()))
        });
        Watching {
            book,
            watch,
            figures: vec![N::zero(); watch.figures.len()],
            of_events: vec![N::zero(); watch.events.len()],
            possible: Vec::new(),
            opening: N::Mask::always(true),
        }
    }

    /// What was seen, given the figures of the sale: those looked at, and those of events, in the order of each.
    ///
    /// A number counts as reached when only the last digits are missing: figures that are equal on paper need not be in
    /// floating point. An undefined figure reaches nothing.
    pub fn seen(mut self, of_exit: impl Fn(&OfExit, Option<&CostBook<N>>) -> N) -> Seen<N> {
        let of_exit = |wanted: &OfExit| of_exit(wanted, self.book.as_ref());
        self.figures.extend(self.watch.exit.iter().map(of_exit));
        for (event, value) in self.watch.events.iter().zip(&mut self.of_events) {
            if let Observed::Exit(wanted) = &event.figure {
                *value = of_exit(wanted);
            }
        }
        let events = self.watch.events.iter().zip(&self.of_events).map(|(event, &value)| {
            let number: N = event.number.cast();
            let slack = N::given(Decimal::new(1, 12)) * number.max(N::zero() - number);
            let (least, most) = (number - slack, number + slack);
            let tie = least.at_most(value) & value.at_most(most);
            let holds = match event.comparison {
                Comparison::Equal => tie,
                Comparison::AtLeast => least.at_most(value),
                Comparison::Above => most.below(value),
                Comparison::AtMost => value.at_most(most),
                Comparison::Below => value.below(least),
            };
            (holds & value.is_defined(), tie)
        });
        Seen { events: events.collect(), figures: self.figures, possible: self.possible }
    }
}

impl<N: Number> Journal<N> for Watching<'_, N> {
    type Refusal = Infallible;
    fn record(&mut self, event: EventId, entry: &Entry<N>) {
        if let Some(book) = &mut self.book {
            book.follow(Move { event, position: entry.position, shares: entry.shares, kind: entry.kind });
        }
    }
    fn converted(&mut self, _: EventId, _: &Conversion<N>) {}
    fn adjusted(&mut self, _: EventId, _: &[Adjustment<N>]) {}
    fn priced(&mut self, _: RoundId, _: &Round<N>, _: &Pricing<N>, _: impl Fn(usize, usize) -> N) {}
    fn end_event(
        &mut self,
        event: Option<EventId>,
        _: N::Mask,
        feasible: N::Mask,
        table: &CapTable<N>,
    ) -> Result<(), Infallible> {
        let past = event.map_or(0, |event| event.index() + 1);
        for (watched, value) in self.watch.figures.iter().zip(&mut self.figures) {
            if past <= watched.events {
                *value = watched.gauge.read(table);
            }
        }
        for (event, value) in self.watch.events.iter().zip(&mut self.of_events) {
            match &event.figure {
                Observed::Table(watched) if past <= watched.events => *value = watched.gauge.read(table),
                Observed::Table(_) | Observed::Exit(_) => {}
            }
        }
        match event {
            None => self.opening = feasible,
            Some(event) => self.possible.push((event, self.opening & feasible & table.fully_diluted.is_defined())),
        }
        Ok(())
    }
}
