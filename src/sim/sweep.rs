//! A grid of futures in lanes: every combination of the values of some variables, the others as they are.
//!
//! Events before the first that depends on a varied variable are the same in every cell. They are replayed once, and
//! each block of cells starts from the company as it then stands.

use super::measure::Gauge;
use crate::engine::books::{Adjustment, Books, CapTable, Entry, Journal};
use crate::engine::round::{Conversion, Pricing};
use crate::engine::{inputs, replay, replay_from};
use crate::model::{Draws, Event, EventId, Round, RoundId, Rung, Scenario, Setting, VariableId};
use crate::num::{LaneMask, Lanes, Mask, Number, Stated};
use std::convert::Infallible;
use std::ops::Range;

/// Cells computed side by side.
const WIDTH: usize = 16;
type L = Lanes<WIDTH>;

/// A variable and the values it takes in the grid.
#[derive(Clone, Debug)]
pub struct LaneAxis {
    /// Which.
    pub variable: VariableId,
    /// Its values.
    pub values: Vec<f64>,
}

/// A figure of every cell.
#[derive(Clone, Debug)]
pub struct LaneFigure {
    /// How it is read.
    pub gauge: Gauge,
    /// After so many events.
    pub events: usize,
}

/// A grid made ready. The last axis runs fastest.
#[derive(Clone, Debug)]
pub struct LaneSweep {
    scenario: Scenario<L>,
    axes: Vec<LaneAxis>,
    figures: Vec<LaneFigure>,
    /// Figures that are read before the last event.
    early: Vec<usize>,
    rung: Rung,
    values: Vec<L>,
    base: Vec<L>,
    happens: Vec<LaneMask<WIDTH>>,
    /// Some variable follows a varied one.
    tied: bool,
    /// The first event that depends on a varied variable.
    first: usize,
    start: Books<L, Reading>,
}

impl LaneSweep {
    /// Makes a grid ready.
    pub fn new(scenario: &Scenario<Stated>, rung: Rung, axes: Vec<LaneAxis>, figures: Vec<LaneFigure>) -> Self {
        let last = figures.iter().map(|figure| figure.events).max().unwrap_or(0);
        let varied: Vec<VariableId> = axes.iter().map(|axis| axis.variable).collect();
        let depends = following(&scenario.settings, varied);
        let mut stated = scenario.clone();
        stated.timeline.truncate(last);
        let first = first_that_depends(&stated, &depends);
        let scenario = stated.cast::<L>();
        let (values, base) = (inputs::values(&scenario.settings), inputs::values(&scenario.base));
        let happens: Vec<_> = scenario.happens.iter().map(|&truth| LaneMask::always(truth)).collect();
        let early: Vec<usize> = (0..figures.len()).filter(|&index| figures[index].events < last).collect();
        let reading = Reading::new(&figures, &early);
        let mut start = Books::open(&scenario, reading);
        let mut before = scenario.clone();
        before.timeline.truncate(first);
        let draws = Draws { values: &values, base: &base, happens: &happens, rung };
        let Ok(()) = replay(&before, &draws, &mut start);
        let tied = depends.len() > axes.len();
        LaneSweep { scenario, axes, figures, early, rung, values, base, happens, tied, first, start }
    }

    /// Figures of a cell.
    pub fn figures(&self) -> usize {
        self.figures.len()
    }

    /// Cells of the grid.
    pub fn cells(&self) -> u64 {
        self.axes.iter().map(|axis| axis.values.len() as u64).product()
    }

    /// Computes the cells of a range: the figures of each one after another, and the event that has no answer in it,
    /// counted from one; zero where all have.
    ///
    /// # Panics
    /// If there is not room for exactly these cells: a mistake of the caller.
    pub fn fill(&self, cells: Range<u64>, out: &mut [f64], stops: &mut [u32]) {
        let count = usize::try_from(cells.end - cells.start).expect("a range that fits in memory");
        assert_eq!((out.len(), stops.len()), (count * self.figures.len(), count), "room for these cells");
        let mut place = self.place(cells.start);
        let mut values = self.values.clone();
        let mut books = self.start.clone();
        let blocks = out.chunks_mut(WIDTH * self.figures.len().max(1)).zip(stops.chunks_mut(WIDTH));
        for (out, stops) in blocks {
            for lane in 0..WIDTH {
                for (axis, &at) in self.axes.iter().zip(&place) {
                    values[axis.variable.index()].0[lane] = axis.values[at];
                }
                self.step(&mut place);
            }
            self.block(&mut values, &mut books, out, stops);
        }
    }

    /// Computes one block of cells.
    #[inline(always)]
    fn block(&self, values: &mut [L], books: &mut Books<L, Reading>, out: &mut [f64], stops: &mut [u32]) {
        if self.tied {
            let mut settings = self.scenario.settings.clone();
            for axis in &self.axes {
                settings[axis.variable.index()] = Setting::Given(values[axis.variable.index()]);
            }
            values.copy_from_slice(&inputs::values(&settings));
        }
        let draws = Draws { values, base: &self.base, happens: &self.happens, rung: self.rung };
        books.clone_from(&self.start);
        let Ok(()) = replay_from(self.first, &self.scenario, &draws, books);
        let width = self.figures.len();
        for (index, figure) in self.figures.iter().enumerate() {
            let read = match self.early.iter().position(|&early| early == index) {
                Some(early) => books.journal.early[early].2,
                None => figure.gauge.read(&books.table),
            };
            for (lane, cell) in out.chunks_exact_mut(width).enumerate() {
                cell[index] = read.0[lane];
            }
        }
        for (lane, stop) in stops.iter_mut().enumerate() {
            *stop = event_number(books.journal.stopped.0[lane]);
        }
    }

    /// Where a cell stands on each axis.
    pub fn place(&self, cell: u64) -> Vec<usize> {
        let mut rest = cell;
        let mut place: Vec<usize> = self
            .axes
            .iter()
            .rev()
            .map(|axis| {
                let length = axis.values.len() as u64;
                let at = rest % length;
                rest /= length;
                usize::try_from(at).expect("a place on an axis")
            })
            .collect();
        place.reverse();
        place
    }

    fn step(&self, place: &mut [usize]) {
        for (at, axis) in place.iter_mut().zip(&self.axes).rev() {
            *at += 1;
            if *at < axis.values.len() {
                return;
            }
            *at = 0;
        }
    }
}

/// The number of an event as a lane holds it.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small whole number, not below zero")]
fn event_number(lane: f64) -> u32 {
    lane as u32
}

/// The variables and those that follow them.
fn following(settings: &[Setting<Stated>], mut varied: Vec<VariableId>) -> Vec<VariableId> {
    for (index, setting) in settings.iter().enumerate() {
        let id = VariableId::at(index);
        if !varied.contains(&id) && mentions(setting, &varied) {
            varied.push(id);
        }
    }
    varied
}

/// The first event that depends on a variable, moved back to the first closing of a round that began before it.
fn first_that_depends(scenario: &Scenario<Stated>, varied: &[VariableId]) -> usize {
    let everywhere = mentions(&scenario.opening_price, varied)
        || mentions(&scenario.convertibles, varied)
        || mentions(&scenario.rights, varied);
    if everywhere {
        return 0;
    }
    let round_of = |event: &Event<Stated>| if let Event::Closing { round, .. } = event { Some(*round) } else { None };
    let depends = |event: &Event<Stated>| {
        mentions(event, varied)
            || round_of(event).is_some_and(|round| mentions(&scenario.rounds[round.index()], varied))
    };
    let events = || scenario.timeline.iter().map(|timed| &timed.event);
    let mut first = events().position(depends).unwrap_or(scenario.timeline.len());
    // A round in progress is not torn apart: what its later closings use of it is kept from its first.
    while let Some(round) = events().skip(first).find_map(|event| {
        let round = round_of(event)?;
        events().take(first).any(|before| round_of(before) == Some(round)).then_some(round)
    }) {
        first = events().position(|event| round_of(event) == Some(round)).unwrap_or(0);
    }
    first
}

/// Whether terms name one of the variables. The derived form of a term leaves nothing out, of whatever kind it is, so an
/// event of a new kind needs nothing here.
fn mentions(terms: &impl std::fmt::Debug, varied: &[VariableId]) -> bool {
    let text = format!("{terms:?}");
    varied.iter().any(|id| text.contains(&format!("{id:?}")))
}

/// The journal of a sweep: the first event of each lane that has no answer, and figures of earlier stages.
#[derive(Clone, Debug)]
struct Reading {
    /// Number of the event counted from one; zero where every event had an answer.
    stopped: L,
    /// Gauge, after how many events, and what it read.
    early: Vec<(Gauge, usize, L)>,
}

impl Reading {
    fn new(figures: &[LaneFigure], early: &[usize]) -> Self {
        let of = |&index: &usize| (figures[index].gauge.clone(), figures[index].events, L::zero());
        Reading { stopped: L::zero(), early: early.iter().map(of).collect() }
    }
}

impl Journal<L> for Reading {
    type Refusal = Infallible;

    #[inline(always)]
    fn record(&mut self, _: EventId, _: &Entry<L>) {}
    #[inline(always)]
    fn converted(&mut self, _: EventId, _: &Conversion<L>) {}
    #[inline(always)]
    fn adjusted(&mut self, _: EventId, _: &[Adjustment<L>]) {}
    #[inline(always)]
    fn priced(&mut self, _: RoundId, _: &Round<L>, _: &Pricing<L>, _: impl Fn(usize, usize) -> L) {}
    #[inline(always)]
    fn end_event(
        &mut self,
        event: Option<EventId>,
        _: LaneMask<WIDTH>,
        feasible: LaneMask<WIDTH>,
        table: &CapTable<L>,
    ) -> Result<(), Infallible> {
        let past = event.map_or(0, |event| event.index() + 1);
        let went_on = self.stopped.at_most(L::zero());
        let stops = went_on & !(feasible & table.fully_diluted.is_defined());
        let number = L::whole(i32::try_from(past).unwrap_or(i32::MAX));
        self.stopped = stops.select(number, self.stopped);
        for (gauge, events, value) in &mut self.early {
            if past <= *events {
                *value = gauge.read(table);
            }
        }
        Ok(())
    }
}
