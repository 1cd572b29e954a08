//! Walks over the cells of a grid, a block at a time, and hands each to whoever wants it.
//!
//! What depends on the slow inputs alone is computed for a block of rows at once and spread over the cells of each row as
//! it is entered; what depends on the fast ones alone is computed once where it can be kept for all rows.

use super::simd;
use super::sweep::LaneSweep;
use super::tape::{BLOCK, Column, Machine, MaskRoot, Root};
use std::ops::Range;

/// Most columns that are kept for all rows: half a megabyte, which stays near the processor.
const KEPT_COLUMNS: u64 = 256;

/// Cells beside each other whose figures are computed together.
#[derive(Debug)]
pub struct Block<'a> {
    /// The first of them.
    pub first: u64,
    lanes: Range<usize>,
    figures: &'a [Place],
    machine: &'a Machine,
    own: &'a [Column],
    stops: Option<&'a [u32; BLOCK]>,
}

/// Where a figure is found.
#[derive(Clone, Copy, Debug)]
enum Place {
    /// By column of the machine.
    Machine(u32),
    /// By column of the walker's own: figures that are the same in every cell, or all of them where some cells of the block
    /// were run alone.
    Own(u32),
}

/// Whoever wants the cells.
pub trait Visit {
    /// Takes a block. Blocks come in the order of the cells.
    fn block(&mut self, block: &Block);
}

/// Walks over cells on one thread.
#[derive(Debug)]
pub struct Walker<'a> {
    sweep: &'a LaneSweep,
    rows: Machine,
    columns: Machine,
    cells: Machine,
    /// By block of a row: the columns that its cells share with those of other rows. Empty where there are too many.
    #[allow(clippy::vec_box, reason = "they are exchanged with those of the machine, box for box")]
    kept: Vec<Option<Vec<Box<Column>>>>,
    /// The first row that `rows` holds.
    first_row: Option<u64>,
    /// The row whose numbers are spread over the machine.
    row: Option<u64>,
    figures: Vec<Place>,
    /// Figures where not all are in the machine's columns.
    own: Vec<Column>,
    stops: Box<[u32; BLOCK]>,
}

impl Block<'_> {
    /// How many cells.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.lanes.len()
    }

    /// Whether there are none; there always are some.
    pub fn is_empty(&self) -> bool {
        self.lanes.is_empty()
    }

    /// A figure of each cell.
    #[inline(always)]
    pub fn figure(&self, index: usize) -> &[f64] {
        let column: &Column = match self.figures[index] {
            Place::Machine(column) => &self.machine.columns[column as usize],
            Place::Own(column) => &self.own[column as usize],
        };
        &column.0[self.lanes.clone()]
    }

    /// By cell: the event that has no answer in it, counted from one; zero where all have. `None` where all cells have
    /// answers.
    #[inline(always)]
    pub fn stops(&self) -> Option<&[u32]> {
        self.stops.map(|stops| &stops[self.lanes.clone()])
    }
}

impl<'a> Walker<'a> {
    /// A walker at rest.
    pub fn new(sweep: &'a LaneSweep) -> Self {
        let parts = &sweep.parts;
        let blocks = sweep.row_length.div_ceil(BLOCK as u64);
        let kept = match blocks * parts.columns.numbers.len() as u64 {
            0..=KEPT_COLUMNS => usize::try_from(blocks).unwrap_or_default(),
            _ => 0,
        };
        let mut walker = Walker {
            sweep,
            rows: Machine::new(&parts.rows),
            columns: Machine::new(&parts.columns),
            cells: Machine::new(&parts.cells),
            kept: vec![None; kept],
            first_row: None,
            row: None,
            figures: Vec::new(),
            own: Vec::new(),
            stops: Box::new([0; BLOCK]),
        };
        for root in &parts.cells.numbers {
            let place = match *root {
                Root::Column(column) => Place::Machine(column),
                Root::Known(value) => {
                    walker.own.push(Column::splat(value));
                    Place::Own(u32::try_from(walker.own.len() - 1).expect("few figures"))
                }
            };
            walker.figures.push(place);
        }
        walker
    }

    /// Hands the cells of a range to whoever wants them, computed with the instructions of the grid.
    pub fn walk<V: Visit>(&mut self, cells: Range<u64>, visit: &mut V) {
        simd::walk(self.sweep.instructions, self, cells, visit);
    }

    /// The same, to be compiled for each set of instructions.
    #[inline(always)]
    pub fn walk_inline<V: Visit>(&mut self, cells: Range<u64>, visit: &mut V) {
        let (length, block_length) = (self.sweep.row_length, BLOCK as u64);
        let small = |number: u64| usize::try_from(number).expect("less than a block");
        let mut cell = cells.start;
        while cell < cells.end {
            let (row, within) = (cell / length, cell % length);
            let (block, from) = (within / block_length, within % block_length);
            let most = block_length.min(length - block * block_length).min(from + (cells.end - cell));
            self.enter_row(row);
            self.exchange(block);
            self.cells.run(&self.sweep.parts.cells);
            self.hand_over(cell, small(from)..small(most), visit);
            self.exchange_back(block);
            cell += most - from;
        }
    }

    /// How many cells are in the block of a cell, and how many of them the program does not cover.
    pub fn count_alone(&mut self, cell: u64) -> (usize, usize) {
        let (row, within) = (cell / self.sweep.row_length, cell % self.sweep.row_length);
        let block = within / BLOCK as u64;
        let count = usize::try_from(self.sweep.row_length - block * BLOCK as u64).map_or(BLOCK, |rest| rest.min(BLOCK));
        self.enter_row(row);
        self.exchange(block);
        self.cells.run(&self.sweep.parts.cells);
        self.exchange_back(block);
        (count, (0..count).filter(|&lane| !self.covers(lane)).count())
    }

    /// Spreads what depends on the row alone.
    #[inline(always)]
    fn enter_row(&mut self, row: u64) {
        if self.row == Some(row) || self.sweep.parts.rows.numbers.is_empty() {
            return;
        }
        let first = row - row % BLOCK as u64;
        if self.first_row != Some(first) {
            self.run_rows(first);
        }
        let lane = usize::try_from(row - first).expect("less than a block");
        for (root, to) in self.sweep.parts.rows.numbers.iter().zip(&mut self.cells.columns) {
            to.0 = [read(&self.rows, *root, lane); BLOCK];
        }
        self.row = Some(row);
    }

    /// A block of rows.
    #[inline(always)]
    fn run_rows(&mut self, first: u64) {
        let last = self.sweep.rows() - 1;
        for lane in 0..BLOCK {
            let row = (first + lane as u64).min(last);
            let place = self.sweep.place(row * self.sweep.row_length);
            for (column, (axis, at)) in self.rows.columns.iter_mut().zip(self.sweep.axes.iter().zip(place)) {
                column.0[lane] = axis.values[at];
            }
        }
        self.rows.run(&self.sweep.parts.rows);
        self.first_row = Some(first);
    }

    /// Puts what depends on the block's place in its row alone where the cells read it.
    #[inline(always)]
    fn exchange(&mut self, block: u64) {
        let index = usize::try_from(block).unwrap_or(usize::MAX);
        if self.kept.get(index).is_none_or(Option::is_none) {
            self.run_columns(block);
            if index < self.kept.len() {
                let numbers = &self.sweep.parts.columns.numbers;
                let columns = &self.cells.columns[self.sweep.parts.rows.numbers.len()..];
                self.kept[index] = Some(columns[..numbers.len()].to_vec());
            }
        }
        self.exchange_back(block);
    }

    /// Exchanges the columns kept for the block with the machine's.
    #[inline(always)]
    fn exchange_back(&mut self, block: u64) {
        let from = self.sweep.parts.rows.numbers.len();
        let kept = usize::try_from(block).ok().and_then(|block| self.kept.get_mut(block));
        if let Some(Some(kept)) = kept {
            for (kept, column) in kept.iter_mut().zip(&mut self.cells.columns[from..]) {
                std::mem::swap(kept, column);
            }
        }
    }

    /// A block of columns, written where the cells read it.
    #[inline(always)]
    fn run_columns(&mut self, block: u64) {
        let first = block * BLOCK as u64;
        let fast = self.sweep.axes.len() - self.sweep.slow;
        for lane in 0..BLOCK {
            let place = self.sweep.place((first + lane as u64).min(self.sweep.row_length - 1));
            let axes = self.sweep.axes.iter().zip(place).skip(self.sweep.slow);
            for (column, (axis, at)) in self.columns.columns[..fast].iter_mut().zip(axes) {
                column.0[lane] = axis.values[at];
            }
        }
        self.columns.run(&self.sweep.parts.columns);
        let from = self.sweep.parts.rows.numbers.len();
        for (root, to) in self.sweep.parts.columns.numbers.iter().zip(&mut self.cells.columns[from..]) {
            match *root {
                Root::Known(value) => **to = Column::splat(value),
                Root::Column(column) => to.0 = self.columns.columns[column as usize].0,
            }
        }
    }

    /// Finds the cells without an answer, runs those alone that the program does not cover, and hands the block over.
    #[inline(always)]
    fn hand_over<V: Visit>(&mut self, first: u64, lanes: Range<usize>, visit: &mut V) {
        let is_plain = self.sweep.parts.cells.guards.is_empty();
        let stopped = self.find_stops();
        let alone = !is_plain && lanes.clone().any(|lane| !self.covers(lane));
        if alone {
            self.run_some_alone(first, lanes, visit);
            return;
        }
        let stops = stopped.then_some(&*self.stops);
        let (figures, machine, own) = (&self.figures[..], &self.cells, &self.own[..]);
        visit.block(&Block { first, lanes, figures, machine, own, stops });
    }

    #[inline(always)]
    fn find_stops(&mut self) -> bool {
        let program = &self.sweep.parts.cells;
        if program.masks.iter().all(|root| *root == MaskRoot::Known(true)) {
            return false;
        }
        self.stops.fill(0);
        // Of several the first counts.
        for (event, root) in self.sweep.possible.iter().zip(&program.masks).rev() {
            let number = u32::try_from(event.index() + 1).unwrap_or(u32::MAX);
            match *root {
                MaskRoot::Known(true) => {}
                MaskRoot::Known(false) => self.stops.fill(number),
                MaskRoot::Column(column) => {
                    let column = &self.cells.columns[column as usize].0;
                    for lane in 0..BLOCK {
                        self.stops[lane] = if column[lane].to_bits() == 0 { number } else { self.stops[lane] };
                    }
                }
            }
        }
        self.stops.iter().any(|stop| *stop != 0)
    }

    /// Whether the program says of a lane what the engine says.
    #[inline(always)]
    fn covers(&self, lane: usize) -> bool {
        let guards = &self.sweep.parts.cells.guards;
        guards.iter().all(|&guard| self.cells.holds(guard, lane))
    }

    /// A block with cells in which a loop takes more turns than the program has: the engine itself is asked of them.
    #[inline(never)]
    fn run_some_alone<V: Visit>(&mut self, first: u64, lanes: Range<usize>, visit: &mut V) {
        let numbers = &self.sweep.parts.cells.numbers;
        let mut own: Vec<Column> = numbers
            .iter()
            .map(|root| match *root {
                Root::Known(value) => Column::splat(value),
                Root::Column(column) => (*self.cells.columns[column as usize]).clone(),
            })
            .collect();
        for lane in lanes.clone() {
            if self.covers(lane) {
                continue;
            }
            let (figures, stop) = self.sweep.alone(first + (lane - lanes.start) as u64);
            own.iter_mut().zip(figures).for_each(|(column, figure)| column.0[lane] = figure);
            self.stops[lane] = stop;
        }
        let figures: Vec<Place> = (0..).map(Place::Own).take(own.len()).collect();
        let stops = Some(&*self.stops);
        visit.block(&Block { first, lanes, figures: &figures, machine: &self.cells, own: &own, stops });
    }
}

fn read(machine: &Machine, root: Root, lane: usize) -> f64 {
    match root {
        Root::Known(value) => value,
        Root::Column(column) => machine.columns[column as usize].0[lane],
    }
}

/// The least and the most of each figure over cells that have an answer, and the first cell in which each is found.
#[derive(Clone, Debug, PartialEq)]
pub struct Extremes {
    /// By figure: least and most; `None` where no cell has it.
    pub ranges: Vec<Option<[(f64, u64); 2]>>,
}

impl Extremes {
    /// Of so many figures, before any cell.
    pub fn new(figures: usize) -> Self {
        Extremes { ranges: vec![None; figures] }
    }

    /// Takes in those of cells that come later.
    pub fn merge(&mut self, later: &Extremes) {
        for (own, later) in self.ranges.iter_mut().zip(&later.ranges) {
            if let Some([least, most]) = *later {
                widen(own, least);
                widen(own, most);
            }
        }
    }

    #[inline(always)]
    fn take(&mut self, block: &Block) {
        for (figure, range) in self.ranges.iter_mut().enumerate() {
            let values = block.figure(figure);
            match (block.stops(), &*range) {
                (None, Some([least, most])) if !is_beyond(values, least.0, most.0) => {}
                _ => search(range, block, values),
            }
        }
    }
}

/// Whether a number is less than the least or more than the most so far: loops of vector instructions, without a branch.
#[inline(always)]
fn is_beyond(values: &[f64], least: f64, most: f64) -> bool {
    const WIDTH: usize = 16;
    let (mut low, mut high) = ([least; WIDTH], [most; WIDTH]);
    let whole = values.chunks_exact(WIDTH);
    for &value in whole.remainder() {
        low[0] = if value < low[0] { value } else { low[0] };
        high[0] = if value > high[0] { value } else { high[0] };
    }
    for values in whole {
        for lane in 0..WIDTH {
            low[lane] = if values[lane] < low[lane] { values[lane] } else { low[lane] };
            high[lane] = if values[lane] > high[lane] { values[lane] } else { high[lane] };
        }
    }
    let mut beyond = 0;
    for lane in 0..WIDTH {
        beyond |= u64::from(low[lane] < least) | u64::from(high[lane] > most);
    }
    beyond != 0
}

#[inline(never)]
fn search(range: &mut Option<[(f64, u64); 2]>, block: &Block, values: &[f64]) {
    let stops = block.stops();
    for (index, &value) in values.iter().enumerate() {
        if stops.is_none_or(|stops| stops[index] == 0) && !value.is_nan() {
            widen(range, (value, block.first + index as u64));
        }
    }
}

fn widen(range: &mut Option<[(f64, u64); 2]>, found: (f64, u64)) {
    let [least, most] = range.get_or_insert([found, found]);
    if found.0 < least.0 {
        *least = found;
    }
    if found.0 > most.0 {
        *most = found;
    }
}

impl Visit for Extremes {
    #[inline(always)]
    fn block(&mut self, block: &Block) {
        self.take(block);
    }
}

/// Keeps every number: a column a figure.
#[derive(Debug)]
pub struct Columns<'a> {
    /// Room for the cells to come, by figure.
    pub room: Vec<&'a mut [f64]>,
}

impl Visit for Columns<'_> {
    #[inline(always)]
    fn block(&mut self, block: &Block) {
        for (figure, room) in self.room.iter_mut().enumerate() {
            let (now, later) = std::mem::take(room).split_at_mut(block.len());
            now.copy_from_slice(block.figure(figure));
            *room = later;
        }
    }
}
