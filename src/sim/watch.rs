//! What is looked at in every path: figures after some stage, events on them, and whether the path is possible.

use super::measure::Gauge;
use crate::engine::books::{Adjustment, CapTable, Entry, Journal};
use crate::engine::round::{Conversion, Pricing};
use crate::model::{ClassId, Comparison, EventId, Round, RoundId, StakeholderId};
use crate::num::{Number, Stated};
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
    pub figure: Watched,
    /// How it is compared.
    pub comparison: Comparison,
    /// With what.
    pub number: Stated,
}

/// Everything that is looked at.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    /// Figures.
    pub figures: Vec<Watched>,
    /// Whose proceeds from the sale of the company; they are figures too, after the others.
    pub proceeds: Vec<Recipient>,
    /// Events.
    pub events: Vec<WatchedEvent>,
}

/// Who gets proceeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recipient {
    /// A stakeholder, from all it has.
    Stakeholder(StakeholderId),
    /// A class, all holders together.
    Class(ClassId),
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
}

impl<'a, N: Number> Watching<'a, N> {
    /// Nothing seen yet.
    pub fn new(watch: &'a Watch) -> Self {
        Watching {
            watch,
            figures: vec![N::zero(); watch.figures.len()],
            of_events: vec![N::zero(); watch.events.len()],
            possible: Vec::new(),
        }
    }

    /// What was seen. A number counts as reached when only the last digits are missing: figures that are equal on paper
    /// need not be in floating point.
    pub fn seen(self) -> Seen<N> {
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
            (holds, tie)
        });
        Seen { events: events.collect(), figures: self.figures, possible: self.possible }
    }
}

impl<N: Number> Journal<N> for Watching<'_, N> {
    type Refusal = Infallible;
    fn record(&mut self, _: EventId, _: &Entry<N>) {}
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
        for (watched, value) in self.watch.events.iter().zip(&mut self.of_events) {
            if past <= watched.figure.events {
                *value = watched.figure.gauge.read(table);
            }
        }
        if let Some(event) = event {
            self.possible.push((event, feasible & table.fully_diluted.is_defined()));
        }
        Ok(())
    }
}
