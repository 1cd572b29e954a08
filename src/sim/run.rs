//! Runs paths: blocks, threads, and what is kept of them.

mod replicated;

use super::draw::Sampling;
use super::model::{Model, PILOT_BLOCKS, Room};
use super::multiples::Multiple;
use super::replicates::Replicates;
use super::simd::{self, Instructions};
use super::summary::PERCENTILES;
use super::tally::{FigureTally, Scale, Sums};
use super::tape::{BLOCK, Machine, MaskRoot, Root};
use crate::model::EventId;
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Blocks a thread takes at a time: 8,192 paths, a fraction of a millisecond.
const GRAIN: u64 = 64;

/// How far the work goes; all of it but for measurements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Uniform numbers.
    Uniform,
    /// And variables.
    Draws,
    /// And the engine, as far as its program covers what it does.
    Program,
    /// And the engine.
    Engine,
    /// And what is kept.
    All,
}

/// What is kept of some paths.
#[derive(Clone, Debug, PartialEq)]
pub struct Tally {
    /// Paths run.
    pub paths: u64,
    /// Those of them in which every event has an answer.
    pub possible: u64,
    /// By event that may have no answer: paths in which it is the first without, and the first of them.
    pub impossible: Vec<(EventId, u64, u64)>,
    /// By distinct figure.
    pub figures: Vec<FigureTally>,
    /// By event looked at: possible paths in which it holds, and in which it ties.
    pub events: Vec<(u64, u64)>,
    /// By replicate, where the paths are evenly spread.
    pub replicates: Option<Replicates>,
}

/// A model with the scales of its figures, ready to be run by any number of threads.
#[derive(Debug)]
pub struct Simulation<'a> {
    /// The model.
    pub model: &'a Model,
    /// The columns of the distinct figures that vary.
    columns: Vec<u32>,
    /// By figure: which of the distinct ones it is, or its value where it does not vary.
    pub of_figure: Vec<Tallied>,
    /// By distinct figure.
    pub scales: Vec<Scale>,
    /// By distinct figure: about its percentiles, where the paths are evenly spread.
    thresholds: Vec<[f64; PERCENTILES.len()]>,
}

/// Where a figure is kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tallied {
    /// It is the same in every path.
    Constant(f64),
    /// A multiple of a distinct figure.
    Multiple(Multiple),
}

/// One thread's room and tally.
#[derive(Debug)]
pub struct Worker<'a> {
    simulation: &'a Simulation<'a>,
    room: Room,
    /// What it has kept.
    pub tally: Tally,
    paths: Range<u64>,
    /// What was kept before a block, where it is to be known what the block added.
    before: Vec<Sums>,
    holding: Vec<u64>,
}

/// How the paths are run.
#[derive(Clone, Debug)]
pub struct Plan {
    /// From the first to one past the last.
    pub paths: Range<u64>,
    /// Threads.
    pub threads: usize,
    /// Instructions.
    pub instructions: Instructions,
}

/// Runs the first blocks and shows each, until it has seen enough. True where it wanted all of them.
pub(super) fn pilot(model: &Model, stage: Stage, mut see: impl FnMut(&Machine) -> bool) -> bool {
    let keeps_nothing =
        Simulation { model, columns: Vec::new(), of_figure: Vec::new(), scales: Vec::new(), thresholds: Vec::new() };
    let mut worker = keeps_nothing.worker(0..0);
    (0..PILOT_BLOCKS).all(|block| {
        simd::run(Instructions::widest(), &mut worker, block..block + 1, stage);
        see(&worker.room.machine)
    })
}

impl<'a> Simulation<'a> {
    /// Finds the scales from the first paths.
    pub fn new(model: &'a Model) -> Self {
        let mut columns: Vec<u32> = Vec::new();
        let mut of_figure = Vec::new();
        for Multiple { of, factor } in model.figures.iter().copied() {
            of_figure.push(match model.program.numbers[of] {
                Root::Known(value) => Tallied::Constant(value),
                Root::Column(column) => {
                    let known = columns.iter().position(|other| *other == column);
                    let of = known.unwrap_or_else(|| {
                        columns.push(column);
                        columns.len() - 1
                    });
                    Tallied::Multiple(Multiple { of, factor })
                }
            });
        }
        let mut values = vec![Vec::new(); columns.len()];
        pilot(model, Stage::Engine, |machine| {
            for (values, column) in values.iter_mut().zip(&columns) {
                values.extend(machine.columns[*column as usize].0);
            }
            true
        });
        let scales = values.iter().map(|values| Scale::of(values)).collect();
        let is_even = model.draw.sampling == Sampling::Sobol;
        let thresholds = values.iter().filter(|_| is_even).map(|values| replicated::thresholds(values)).collect();
        Simulation { model, columns, of_figure, scales, thresholds }
    }

    /// An empty tally.
    pub fn tally(&self) -> Tally {
        Tally {
            paths: 0,
            possible: 0,
            impossible: self.model.possible.iter().map(|&event| (event, 0, u64::MAX)).collect(),
            figures: self.scales.iter().map(|&scale| FigureTally::new(scale)).collect(),
            events: self.model.watch.events.iter().map(|_| (0, 0)).collect(),
            replicates: self.replicates(),
        }
    }

    /// A worker for these paths.
    pub fn worker(&'a self, paths: Range<u64>) -> Worker<'a> {
        let (before, holding) = (Vec::new(), Vec::new());
        Worker { simulation: self, room: self.model.room(), tally: self.tally(), paths, before, holding }
    }

    /// Runs the paths. `progress` hears from one thread how many are done; where it says so, the run ends early.
    pub fn run(&self, plan: &Plan, progress: &(dyn Fn(u64) -> bool + Sync)) -> Option<Tally> {
        let block = BLOCK as u64;
        let blocks = plan.paths.start / block..plan.paths.end.div_ceil(block);
        let (next, done, stopped) = (AtomicU64::new(blocks.start), AtomicU64::new(0), AtomicBool::new(false));
        let total = Mutex::new(self.tally());
        let work = |is_first: bool| {
            let mut worker = self.worker(plan.paths.clone());
            while !stopped.load(Ordering::Relaxed) {
                let start = next.fetch_add(GRAIN, Ordering::Relaxed);
                if start >= blocks.end {
                    break;
                }
                let end = (start + GRAIN).min(blocks.end);
                simd::run(plan.instructions, &mut worker, start..end, Stage::All);
                let so_far = done.fetch_add((end - start) * block, Ordering::Relaxed);
                if is_first && !progress(so_far) {
                    stopped.store(true, Ordering::Relaxed);
                }
            }
            worker.tally.figures.iter_mut().for_each(FigureTally::flush);
            if let Ok(mut total) = total.lock() {
                total.merge(&worker.tally);
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..plan.threads.max(1) {
                scope.spawn(|| work(false));
            }
            work(true);
        });
        let finished = !stopped.into_inner();
        total.into_inner().ok().filter(|_| finished)
    }
}

impl Worker<'_> {
    /// Runs blocks. Inlined into a function for each set of instructions.
    #[inline(always)]
    pub fn run_inline(&mut self, blocks: Range<u64>, stage: Stage) {
        let model = self.simulation.model;
        for block in blocks {
            let first = block * BLOCK as u64;
            match stage {
                Stage::Uniform => model.uniform_only(first, &mut self.room),
                Stage::Draws => model.draw_only(first, &mut self.room),
                // One place, or each would be a copy of the machine.
                Stage::Program | Stage::Engine | Stage::All => {
                    model.run_as_far(first, &mut self.room, stage > Stage::Program);
                    match self.tally.replicates {
                        _ if stage < Stage::All => {}
                        None => self.keep(block),
                        Some(_) => self.keep_with_replicate(block),
                    }
                }
            }
        }
    }

    /// Keeps what the block came to.
    #[inline(always)]
    fn keep(&mut self, block: u64) {
        let first = block * BLOCK as u64;
        let slice = replicated::slice_of(block);
        let whole = first >= self.paths.start && first + BLOCK as u64 <= self.paths.end;
        if !whole || !self.every_path_is_possible() {
            return self.keep_some(first, slice);
        }
        self.tally.paths += BLOCK as u64;
        self.tally.possible += BLOCK as u64;
        for (tally, column) in self.tally.figures.iter_mut().zip(&self.simulation.columns) {
            tally.add(&self.room.machine.columns[*column as usize].0, slice);
        }
        if !self.tally.events.is_empty() {
            self.count_events(&[true; BLOCK]);
        }
    }

    /// The truth of one of the program's masks in a lane.
    fn mask(&self, index: usize, lane: usize) -> bool {
        self.simulation.model.program.masks[index].holds(&self.room.machine, lane)
    }

    #[inline(always)]
    fn every_path_is_possible(&self) -> bool {
        let model = self.simulation.model;
        let masks = &model.program.masks[2 * model.watch.events.len()..];
        masks.iter().all(|mask| match *mask {
            MaskRoot::Known(truth) => truth,
            MaskRoot::Column(column) => {
                let values = &self.room.machine.columns[column as usize].0;
                values.iter().fold(u64::MAX, |all, value| all & value.to_bits()) != 0
            }
        })
    }

    /// Keeps the paths of a block that belong to the run and are possible.
    #[inline(never)]
    fn keep_some(&mut self, first: u64, slice: usize) {
        let of_events = 2 * self.tally.events.len();
        let mut takes_part = [false; BLOCK];
        for (path, lane) in (first..).zip(0..BLOCK) {
            if !self.paths.contains(&path) {
                continue;
            }
            self.tally.paths += 1;
            let failed = (0..self.tally.impossible.len()).find(|&index| !self.mask(of_events + index, lane));
            match failed {
                Some(index) => {
                    let (_, count, least) = &mut self.tally.impossible[index];
                    *count += 1;
                    *least = (*least).min(path);
                }
                None => {
                    self.tally.possible += 1;
                    takes_part[lane] = true;
                }
            }
        }
        for (tally, column) in self.tally.figures.iter_mut().zip(&self.simulation.columns) {
            tally.add_some(&self.room.machine.columns[*column as usize].0, |lane| takes_part[lane], slice);
        }
        self.count_events(&takes_part);
    }

    #[inline(never)]
    fn count_events(&mut self, takes_part: &[bool; BLOCK]) {
        for index in 0..self.tally.events.len() {
            let count = |mask| (0..BLOCK).filter(|&lane| takes_part[lane] && self.mask(mask, lane)).count() as u64;
            let (holds, ties) = (count(2 * index), count(2 * index + 1));
            let event = &mut self.tally.events[index];
            event.0 += holds;
            event.1 += ties;
        }
    }
}

impl Tally {
    /// Adds what another thread or shard kept.
    pub fn merge(&mut self, other: &Tally) {
        self.paths += other.paths;
        self.possible += other.possible;
        for (kept, other) in self.impossible.iter_mut().zip(&other.impossible) {
            kept.1 += other.1;
            kept.2 = kept.2.min(other.2);
        }
        for (kept, other) in self.figures.iter_mut().zip(&other.figures) {
            kept.merge(other);
        }
        for (kept, other) in self.events.iter_mut().zip(&other.events) {
            kept.0 += other.0;
            kept.1 += other.1;
        }
        if let (Some(kept), Some(other)) = (&mut self.replicates, &other.replicates) {
            kept.merge(other);
        }
    }
}
