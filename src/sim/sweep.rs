//! A grid of futures: every combination of the values of some variables, the others as they are.
//!
//! The engine is recorded once with the varied variables as the only unknowns. Whatever does not depend on them (the rounds
//! before, the prices of others) is computed while recording, and the program holds what is left.

use super::measure::Gauge;
use super::model::see;
use super::simd::{self, Instructions};
use super::tape::{BLOCK, Machine, MaskRoot, Program, Root, Roots, Symbol, SymbolMask, record};
use super::watch::{Seen, Watch, Watched};
use crate::model::{EventId, Rung, Scenario, Setting, VariableId};
use crate::num::{LaneMask, Lanes, Mask, Stated};
use std::ops::Range;

/// Turns for which a loop is followed in the program, the fewest first.
const TURNS: [u32; 4] = [2, 4, 8, 64];

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
    axes: Vec<LaneAxis>,
    watch: Watch,
    program: Program,
    /// Events that may have no answer in some cell.
    possible: Vec<EventId>,
    scenario: Scenario<Lanes<1>>,
    rung: Rung,
    instructions: Instructions,
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
        while sweep.cells_alone() * 100 > BLOCK {
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
        let program = Program::new(&recording, &roots, axes.len(), 0);
        let (axes, watch) = (axes.to_vec(), watch.clone());
        LaneSweep {
            axes,
            watch,
            program,
            possible,
            scenario: scenario.cast(),
            rung,
            instructions: Instructions::widest(),
        }
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

    /// Computes the cells of a range: the figures of each one after another, and the event that has no answer in it,
    /// counted from one; zero where all have.
    ///
    /// # Panics
    /// If there is not room for exactly these cells: a mistake of the caller.
    pub fn fill(&self, cells: Range<u64>, out: &mut [f64], stops: &mut [u32]) {
        let count = usize::try_from(cells.end - cells.start).expect("a range that fits in memory");
        assert_eq!((out.len(), stops.len()), (count * self.figures(), count), "room for these cells");
        let mut machine = Machine::new(&self.program);
        let mut place = self.place(cells.start);
        for (out, stops) in out.chunks_mut(BLOCK * self.figures().max(1)).zip(stops.chunks_mut(BLOCK)) {
            // A block at the end is filled up with its last cell.
            for lane in 0..BLOCK {
                for ((column, axis), &at) in machine.columns.iter_mut().zip(&self.axes).zip(&place) {
                    column.0[lane] = axis.values[at];
                }
                if lane + 1 < stops.len() {
                    self.step(&mut place);
                }
            }
            self.step(&mut place);
            simd::machine(self.instructions, &mut machine, &self.program);
            self.read(&machine, out, stops);
        }
    }

    /// Takes figures and stops out of the machine's columns.
    fn read(&self, machine: &Machine, out: &mut [f64], stops: &mut [u32]) {
        let width = self.figures();
        for (index, root) in self.program.numbers.iter().enumerate() {
            let cells = out.chunks_exact_mut(width);
            match *root {
                Root::Known(value) => cells.for_each(|cell| cell[index] = value),
                Root::Column(column) => {
                    let column = &machine.columns[column as usize].0;
                    cells.zip(column).for_each(|(cell, value)| cell[index] = *value);
                }
            }
        }
        stops.fill(0);
        // Of several the first counts.
        for (event, root) in self.possible.iter().zip(&self.program.masks).rev() {
            let number = u32::try_from(event.index() + 1).unwrap_or(u32::MAX);
            match *root {
                MaskRoot::Known(true) => {}
                MaskRoot::Known(false) => stops.fill(number),
                MaskRoot::Column(column) => {
                    let column = &machine.columns[column as usize].0;
                    let failed = stops.iter_mut().zip(column).filter(|(_, mask)| mask.to_bits() == 0);
                    failed.for_each(|(stop, _)| *stop = number);
                }
            }
        }
        for (lane, (stop, cell)) in stops.iter_mut().zip(out.chunks_exact_mut(width)).enumerate() {
            if !self.covers(machine, lane) {
                let seen = self.see_alone(machine, lane);
                cell.iter_mut().zip(&seen.figures).for_each(|(cell, figure)| *cell = figure.0[0]);
                let failed = seen.possible.iter().find(|(_, mask)| mask.0[0] == 0);
                *stop = failed.map_or(0, |(event, _)| u32::try_from(event.index() + 1).unwrap_or(u32::MAX));
            }
        }
    }

    /// Whether the program says of a lane what the engine says.
    fn covers(&self, machine: &Machine, lane: usize) -> bool {
        self.program.guards.iter().all(|&guard| machine.columns[guard as usize].0[lane].to_bits() != 0)
    }

    /// What the engine itself says of the cell in a lane, in which a loop takes more turns than the program has.
    fn see_alone(&self, machine: &Machine, lane: usize) -> Seen<Lanes<1>> {
        let mut settings = self.scenario.settings.clone();
        for (axis, column) in self.axes.iter().zip(&machine.columns) {
            settings[axis.variable.index()] = Setting::Given(Lanes([column.0[lane]]));
        }
        let happens: Vec<LaneMask<1>> = self.scenario.happens.iter().map(|&met| LaneMask::always(met)).collect();
        see(&self.scenario, &settings, &happens, self.rung, &self.watch)
    }

    /// How many cells of one block spread over the grid the program does not cover.
    fn cells_alone(&self) -> usize {
        if self.program.guards.is_empty() {
            return 0;
        }
        let mut machine = Machine::new(&self.program);
        let last = self.cells() - 1;
        for lane in 0..BLOCK {
            let place = self.place(last * lane as u64 / (BLOCK as u64 - 1));
            for ((column, axis), at) in machine.columns.iter_mut().zip(&self.axes).zip(place) {
                column.0[lane] = axis.values[at];
            }
        }
        simd::machine(self.instructions, &mut machine, &self.program);
        (0..BLOCK).filter(|&lane| !self.covers(&machine, lane)).count()
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
