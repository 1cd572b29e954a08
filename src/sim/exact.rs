//! A figure of one future, exactly and to the last digit: what an equation is solved in.

use super::measure::Gauge;
use crate::engine::books::{Adjustment, Books, CapTable, Entry, Journal};
use crate::engine::round::{Conversion, Pricing};
use crate::engine::{inputs, replay};
use crate::model::{Draws, EventId, Round, RoundId, Rung, Scenario, Setting, VariableId};
use crate::num::{Exact, Number, Stated, Truth, Unposted};

/// A scenario as a function of one of its variables.
#[derive(Clone, Debug)]
pub struct Relation {
    scenario: Scenario<Unposted>,
    happens: Vec<Truth>,
    rung: Rung,
    gauge: Gauge,
}

/// The event that has no answer; `None` where the figure itself has none.
pub type NoAnswer = Option<EventId>;

impl Relation {
    /// The figure that `gauge` reads after the first so many events.
    pub fn new(scenario: &Scenario<Stated>, rung: Rung, gauge: Gauge, events: usize) -> Self {
        let mut scenario = scenario.cast::<Unposted>();
        scenario.timeline.truncate(events);
        let happens = scenario.happens.iter().map(|&truth| Truth::from(truth)).collect();
        Relation { scenario, happens, rung, gauge }
    }

    /// The figure where the variable is this.
    ///
    /// # Errors
    /// The event that has no answer then.
    pub fn at(&mut self, variable: VariableId, input: Exact) -> Result<Exact, NoAnswer> {
        self.scenario.settings[variable.index()] = Setting::Given(Unposted(input));
        let (values, base) = (inputs::values(&self.scenario.settings), inputs::values(&self.scenario.base));
        let draws = Draws { values: &values, base: &base, happens: &self.happens, rung: self.rung };
        let mut books = Books::open(&self.scenario, Stops);
        replay(&self.scenario, &draws, &mut books)?;
        let figure = self.gauge.read(&books.table).0;
        if figure.is_defined().is_yes() { Ok(figure) } else { Err(None) }
    }
}

/// The journal that keeps nothing and stops at the first event without an answer.
#[derive(Clone, Copy, Debug)]
struct Stops;

impl Journal<Unposted> for Stops {
    type Refusal = NoAnswer;

    fn record(&mut self, _: EventId, _: &Entry<Unposted>) {}
    fn converted(&mut self, _: EventId, _: &Conversion<Unposted>) {}
    fn adjusted(&mut self, _: EventId, _: &[Adjustment<Unposted>]) {}
    fn priced(&mut self, _: RoundId, _: &Round<Unposted>, _: &Pricing<Unposted>, _: impl Fn(usize, usize) -> Unposted) {
    }
    fn end_event(
        &mut self,
        event: Option<EventId>,
        _: Truth,
        feasible: Truth,
        table: &CapTable<Unposted>,
    ) -> Result<(), NoAnswer> {
        let is_held = |shares: &Unposted| Unposted::zero().at_most(*shares).is_yes();
        if feasible.is_yes() && table.shares.iter().all(is_held) { Ok(()) } else { Err(event) }
    }
}
