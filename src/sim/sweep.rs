//! A grid of futures: every combination of the values of some variables, the others as they are.
//!
//! The engine is recorded once with the varied variables as the only unknowns. Whatever does not depend on them (the rounds
//! before, the prices of others) is computed while recording. What is left is cut into what depends on the slow inputs
//! alone, on the fast ones alone, and on both: only the last is computed in every cell.

use super::cells::{Block, Visit, Walker};
use super::measure::Gauge;
use super::model::see;
use super::simd::Instructions;
use super::tape::{Parts, Roots, Symbol, SymbolMask, record};
use super::watch::{Watch, Watched};
use crate::model::{EventId, Rung, Scenario, Setting, VariableId};
use crate::num::{LaneMask, Lanes, Mask, Stated};
use std::ops::Range;

/// Turns for which a loop is followed in the program, the fewest first.
const TURNS: [u32; 4] = [2, 4, 8, 64];
/// The last axes make up a row together until it is this long: little of its last block is wasted.
const ROW_LENGTH: u64 = 512;
/// Blocks on which the turns are tried out.
const PILOT_BLOCKS: u64 = 32;

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
    pub(super) axes: Vec<LaneAxis>,
    pub(super) parts: Parts,
    /// Events that may have no answer in some cell.
    pub(super) possible: Vec<EventId>,
    /// How many axes stay the same in a row.
    pub(super) slow: usize,
    /// Cells of a row: every combination of the values of the other axes.
    pub(super) row_length: u64,
    pub(super) instructions: Instructions,
    watch: Watch,
    scenario: Scenario<Lanes<1>>,
    rung: Rung,
}

impl LaneSweep {
    /// Makes a grid ready: records the program, its loops for the fewest turns that are enough for most cells.
    pub fn new(scenario: &Scenario<Stated>, rung: Rung, axes: &[LaneAxis], figures: Vec<LaneFigure>) -> Self {
        let last = figures.iter().map(|figure| figure.events).max().unwrap_or(0);
        let mut scenario = scenario.clone();
        scenario.timeline.truncate(last);
        let watched = |figure: LaneFigure| Watched { gauge: figure.gauge, events: figure.events };
        let watch = Watch { figures: figures.into_iter().map(watched).collect(), ..Watch::default() };
        let mut sweeps = TURNS.into_iter().map(|turns| Self::recorded(&scenario, rung, axes, &watch, turns));
        let mut sweep = sweeps.next().expect("some number of turns");
        while sweep.has_many_alone() {
            let Some(next) = sweeps.next() else { break };
            sweep = next;
        }
        sweep
    }

    fn recorded(scenario: &Scenario<Stated>, rung: Rung, axes: &[LaneAxis], watch: &Watch, turns: u32) -> Self {
        let ((roots, possible), recording) = record(turns, || {
            let symbols = scenario.cast::<Symbol>();
            let mut settings = symbols.settings.clone();
            for (column, axis) in (0..).zip(axes) {
                let low = axis.values.iter().copied().fold(f64::INFINITY, f64::min);
                let high = axis.values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                settings[axis.variable.index()] = Setting::Given(Symbol::input(column, low, high));
            }
            let happens: Vec<SymbolMask> = scenario.happens.iter().map(|&met| SymbolMask::Known(met)).collect();
            let seen = see(&symbols, &settings, &happens, rung, watch);
            let uncertain = seen.possible.into_iter().filter(|(_, mask)| *mask != SymbolMask::Known(true));
            let (possible, masks): (Vec<EventId>, Vec<SymbolMask>) = uncertain.unzip();
            (Roots { numbers: seen.figures, masks }, possible)
        });
        let (slow, row_length) = row(axes);
        let small = |count: usize| u32::try_from(count).expect("few axes");
        let parts = Parts::new(&recording, &roots, small(slow), small(axes.len() - slow));
        let (axes, watch) = (axes.to_vec(), watch.clone());
        let (scenario, instructions) = (scenario.cast(), Instructions::widest());
        LaneSweep { axes, parts, possible, slow, row_length, instructions, watch, scenario, rung }
    }

    /// The same with these vector instructions: every one gives the same bits.
    #[must_use]
    pub fn with(self, instructions: Instructions) -> Self {
        LaneSweep { instructions, ..self }
    }

    /// Figures of a cell.
    pub fn figures(&self) -> usize {
        self.watch.figures.len()
    }

    /// Cells of the grid.
    pub fn cells(&self) -> u64 {
        self.axes.iter().map(|axis| axis.values.len() as u64).product()
    }

    pub(super) fn rows(&self) -> u64 {
        self.cells() / self.row_length
    }

    /// Steps of the programs: once a row, once a column, once a cell.
    pub fn steps(&self) -> [usize; 3] {
        [&self.parts.rows, &self.parts.columns, &self.parts.cells].map(|program| program.steps.len())
    }

    /// Computes the cells of a range: the figures of each one after another, and the event that has no answer in it,
    /// counted from one; zero where all have.
    pub fn fill(&self, cells: Range<u64>) -> (Vec<f64>, Vec<u32>) {
        let mut cell_by_cell = CellByCell { figures: self.figures(), out: Vec::new(), stops: Vec::new() };
        Walker::new(self).walk(cells, &mut cell_by_cell);
        (cell_by_cell.out, cell_by_cell.stops)
    }

    /// What the engine itself says of a cell: its figures, and the event that has no answer.
    pub fn alone(&self, cell: u64) -> (Vec<f64>, u32) {
        let mut settings = self.scenario.settings.clone();
        for (axis, at) in self.axes.iter().zip(self.place(cell)) {
            settings[axis.variable.index()] = Setting::Given(Lanes([axis.values[at]]));
        }
        let happens: Vec<LaneMask<1>> = self.scenario.happens.iter().map(|&met| LaneMask::always(met)).collect();
        let seen = see(&self.scenario, &settings, &happens, self.rung, &self.watch);
        let failed = seen.possible.iter().find(|(_, mask)| mask.0[0] == 0);
        let stop = failed.map_or(0, |(event, _)| u32::try_from(event.index() + 1).unwrap_or(u32::MAX));
        (seen.figures.iter().map(|figure| figure.0[0]).collect(), stop)
    }

    /// Whether the program does not cover one in a hundred cells of blocks spread over the grid.
    fn has_many_alone(&self) -> bool {
        if self.parts.cells.guards.is_empty() {
            return false;
        }
        let mut walker = Walker::new(self);
        let (mut seen, mut alone) = (0, 0);
        for part in 0..PILOT_BLOCKS {
            let (some, more) = walker.count_alone((self.cells() - 1) * part / (PILOT_BLOCKS - 1));
            (seen, alone) = (seen + some, alone + more);
        }
        alone * 100 > seen
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
}

/// How many of the axes stay the same in a row, and how long the row is.
fn row(axes: &[LaneAxis]) -> (usize, u64) {
    let (mut slow, mut length) = (axes.len(), 1);
    while slow > 0 && length < ROW_LENGTH {
        slow -= 1;
        length *= axes[slow].values.len() as u64;
    }
    (slow, length)
}

struct CellByCell {
    figures: usize,
    out: Vec<f64>,
    stops: Vec<u32>,
}

impl Visit for CellByCell {
    fn block(&mut self, block: &Block) {
        for index in 0..block.len() {
            self.out.extend((0..self.figures).map(|figure| block.figure(figure)[index]));
            self.stops.push(block.stops().map_or(0, |stops| stops[index]));
        }
    }
}
