//! A sweep's cells in floating point; its file is written as they come.

use super::axis::Axis;
use super::grid::{Computed, Grid, Tally, lead, threads, value};
use super::sweep::floating;
use crate::error::Error;
use crate::render::csv_rows;
use crate::render::files::OutputFolder;
use crate::report::Run;
use crate::report::sweep::Arithmetic;
use crate::sim::cells::{Block, Extremes, Visit, Walker};
use crate::sim::sweep::{LaneAxis, LaneFigure, LaneSweep};
use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;
use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::Scope;

/// Cells that a thread computes and writes down at a time.
const BATCH: u64 = 1 << 13;
/// Values of an axis that are written down once for all rows.
const FIELDS_KEPT: usize = 100_000;

/// How every row of the file begins, but for its place.
struct Fields<'a> {
    axes: &'a [Axis],
    lead: String,
    /// By axis and value.
    values: Vec<Vec<String>>,
    /// By event, counted from one: why a cell has no answer.
    reasons: Vec<String>,
}

/// What a thread made of a batch.
struct Part {
    text: String,
    extremes: Extremes,
    /// By event without an answer: how many cells, and the first.
    gaps: BTreeMap<u32, (u64, u64)>,
}

/// Writes rows, and remembers what stands out in them.
struct Rows<'a> {
    fields: &'a Fields<'a>,
    place: Vec<usize>,
    figures: usize,
    part: Part,
}

impl Grid<'_> {
    /// The grid made ready, with the figures of these numbers.
    pub fn lanes(&self, figures: impl Iterator<Item = usize>) -> LaneSweep {
        let scenario = &self.varied.agreement.scenario;
        let all = scenario.timeline.len();
        let figures = figures.filter_map(|index| {
            let figure = self.figures.get(index)?;
            Some(LaneFigure { gauge: figure.gauge.clone()?, events: figure.measure.stage.events(all) })
        });
        let axes: Vec<LaneAxis> = self.axes.iter().map(lane_axis).collect();
        LaneSweep::new(scenario, self.session.rung, &axes, figures.collect())
    }

    /// Every cell in lanes; the file is written as the cells come.
    pub fn floating(&self, run: &Run, output: &mut OutputFolder) -> Result<Computed, Error> {
        let lanes = self.lanes(0..self.figures.len());
        let fields = self.fields(run);
        let mut file = output.stream("sweep.csv")?;
        file.write(self.header().as_bytes())?;
        let mut extremes = Extremes::new(self.figures.len());
        let mut tally = Tally::new(self.figures.len());
        std::thread::scope(|scope| {
            let threads = threads() as u64;
            let workers: Vec<_> = (0..threads).map(|first| worker(scope, &lanes, &fields, (first, threads))).collect();
            for batch in 0..lanes.cells().div_ceil(BATCH) {
                let worker = &workers[usize::try_from(batch % threads).expect("few threads")];
                let part = worker.recv().expect("a worker sends a part for each of its batches");
                file.write(part.text.as_bytes())?;
                extremes.merge(&part.extremes);
                for (stop, (cells, first)) in part.gaps {
                    tally.gap(&self.reason(stop), first, cells);
                }
            }
            Ok::<(), Error>(())
        })?;
        file.finish(output)?;
        let corner = |(figure, cell): (f64, u64)| (decimal(figure), cell);
        tally.ranges = extremes.ranges.iter().map(|range| range.map(|range| range.map(corner))).collect();
        let kept = self.kept();
        let shown = self.seen(&lanes, &kept);
        let arithmetic = self.compared(&lanes);
        Ok(Computed { survey: self.survey(tally, &kept, shown, arithmetic), csv: None, exact: None })
    }

    fn fields(&self, run: &Run) -> Fields<'_> {
        let values = self.axes.iter().map(|axis| {
            let kept = axis.values.count().min(FIELDS_KEPT);
            (0..kept).map(|at| csv_rows::field(&value(axis, at))).collect()
        });
        let events = u32::try_from(self.varied.agreement.events.len()).unwrap_or_default();
        let reasons = (0..=events).map(|stop| csv_rows::field(&self.reason(stop))).collect();
        Fields { axes: &self.axes, lead: lead(run), values: values.collect(), reasons }
    }

    /// Why a cell has no answer: which event it was.
    fn reason(&self, stop: u32) -> String {
        let event = usize::try_from(stop).ok().and_then(|stop| stop.checked_sub(1));
        let stage = event.and_then(|event| self.varied.agreement.events.get(event));
        stage.map_or_else(|| "no answer".to_owned(), |event| format!("\"{}\" cannot be closed", event.stage))
    }

    /// The cells of the values kept, in the order of the grid.
    fn seen(&self, lanes: &LaneSweep, kept: &[Vec<usize>]) -> Vec<Result<Vec<Decimal>, String>> {
        let picked = self.picked(lanes, kept);
        let cells = picked.figures.chunks(lanes.figures().max(1)).zip(picked.stops);
        let told = |(figures, stop): (&[f64], u32)| match stop {
            0 => Ok(figures.iter().copied().map(decimal).collect()),
            stop => Err(self.reason(stop)),
        };
        cells.map(told).collect()
    }

    /// One figure of the same, in as many digits as a colour needs.
    pub(super) fn seen_alone(&self, figure: usize, kept: &[Vec<usize>]) -> Vec<Option<Decimal>> {
        let picked = self.picked(&self.lanes(std::iter::once(figure)), kept);
        let cells = picked.figures.into_iter().zip(picked.stops);
        cells.map(|(figure, stop)| (stop == 0).then(|| short_decimal(figure))).collect()
    }

    fn picked(&self, lanes: &LaneSweep, kept: &[Vec<usize>]) -> Picked {
        let last = self.axes.last().map_or(1, |axis| axis.values.count() as u64);
        let wanted: Vec<u64> = self.wanted(kept).collect();
        let mut picked =
            Picked { wanted: wanted.clone().into_iter().peekable(), figures: Vec::new(), stops: Vec::new() };
        let mut walker = Walker::new(lanes);
        // One row after the other: what lies between the rows kept is not computed again.
        for row in wanted.chunk_by(|one, other| one / last == other / last) {
            walker.walk(row[0]..row[row.len() - 1] + 1, &mut Pick { of: lanes.figures(), into: &mut picked });
        }
        picked
    }

    /// Cells at the corners and in the middle, held against exact runs.
    fn compared(&self, lanes: &LaneSweep) -> Arithmetic {
        let cells = lanes.cells();
        let places = [0, 1, 2, 3, 4, 5, 6, 7, 8].map(|part| part * (cells - 1) / 8);
        let mut off: f64 = 0.0;
        let mut compared = 0;
        for cell in places {
            let (out, stops) = lanes.fill(cell..cell + 1);
            let Ok(exact) = self.exact_cell(&self.place(cell)) else { continue };
            if stops[0] != 0 {
                continue;
            }
            compared += 1;
            for (floating, exact) in out.iter().zip(exact) {
                let exact = super::sweep::float(exact);
                let scale = exact.abs().max(1e-300);
                off = off.max((floating - exact).abs() / scale);
            }
        }
        Arithmetic::Floating { compared, off }
    }
}

/// An axis as numbers.
pub(super) fn lane_axis(axis: &Axis) -> LaneAxis {
    let values = (0..axis.values.count()).map(|index| floating(&axis.values, index)).collect();
    LaneAxis { variable: axis.id, values }
}

/// A thread that makes every n-th batch from the first, and waits while one is not taken.
fn worker<'scope>(
    scope: &'scope Scope<'scope, '_>,
    lanes: &'scope LaneSweep,
    fields: &'scope Fields,
    (first, step): (u64, u64),
) -> Receiver<Part> {
    let (sender, receiver) = sync_channel(1);
    scope.spawn(move || {
        let mut walker = Walker::new(lanes);
        let mut start = first * BATCH;
        while start < lanes.cells() {
            let end = lanes.cells().min(start + BATCH);
            let mut rows = Rows::new(lanes, fields, start);
            walker.walk(start..end, &mut rows);
            if sender.send(rows.part).is_err() {
                return;
            }
            start += step * BATCH;
        }
    });
    receiver
}

impl<'a> Rows<'a> {
    fn new(lanes: &LaneSweep, fields: &'a Fields, first: u64) -> Self {
        let figures = lanes.figures();
        let row = fields.lead.len() + 40 + 20 * figures;
        let text = String::with_capacity(row * usize::try_from(BATCH).expect("a batch fits"));
        let part = Part { text, extremes: Extremes::new(figures), gaps: BTreeMap::new() };
        Rows { fields, place: lanes.place(first), figures, part }
    }

    /// Scenario, inputs, arithmetic.
    fn begin(&mut self) {
        let text = &mut self.part.text;
        text.push_str(&self.fields.lead);
        for ((axis, values), &at) in self.fields.axes.iter().zip(&self.fields.values).zip(&self.place) {
            text.push(',');
            match values.get(at) {
                Some(field) => text.push_str(field),
                None => text.push_str(&csv_rows::field(&value(axis, at))),
            }
        }
        text.push_str(",f64,");
    }

    fn step(&mut self) {
        for (at, axis) in self.place.iter_mut().zip(self.fields.axes).rev() {
            *at += 1;
            if *at < axis.values.count() {
                return;
            }
            *at = 0;
        }
    }
}

impl Visit for Rows<'_> {
    fn block(&mut self, block: &Block) {
        self.part.extremes.block(block);
        for index in 0..block.len() {
            self.begin();
            let stop = block.stops().map_or(0, |stops| stops[index]);
            if stop == 0 {
                csv_rows::floating(&mut self.part.text, (0..self.figures).map(|figure| block.figure(figure)[index]));
            } else {
                let reason = usize::try_from(stop).ok().and_then(|stop| self.fields.reasons.get(stop));
                csv_rows::empty(&mut self.part.text, reason.map_or("", |reason| reason), self.figures);
                let gap = self.part.gaps.entry(stop).or_insert((0, block.first + index as u64));
                gap.0 += 1;
            }
            self.step();
        }
    }
}

/// Some cells: their figures, one cell after the other, and the event without an answer.
struct Picked {
    /// Those still to come.
    wanted: std::iter::Peekable<std::vec::IntoIter<u64>>,
    figures: Vec<f64>,
    stops: Vec<u32>,
}

/// Takes cells with so many figures out.
struct Pick<'a> {
    of: usize,
    into: &'a mut Picked,
}

impl Visit for Pick<'_> {
    fn block(&mut self, block: &Block) {
        let end = block.first + block.len() as u64;
        while let Some(cell) = self.into.wanted.next_if(|cell| *cell < end) {
            let index = usize::try_from(cell - block.first).expect("within the block");
            self.into.figures.extend((0..self.of).map(|figure| block.figure(figure)[index]));
            self.into.stops.push(block.stops().map_or(0, |stops| stops[index]));
        }
    }
}

/// A floating figure as a decimal of a few digits, in a tenth of the time.
fn short_decimal(figure: f64) -> Decimal {
    let places = match figure.abs() {
        0.0..1e3 => 12,
        1e3..1e9 => 6,
        1e9..1e15 => 0,
        _ => return decimal(figure),
    };
    #[allow(clippy::cast_possible_truncation, reason = "less than 10^16")]
    let whole = (figure * 10_f64.powi(places)).round() as i64;
    Decimal::new(whole, places.unsigned_abs())
}

/// A floating figure as a decimal of 15 digits.
fn decimal(figure: f64) -> Decimal {
    Decimal::from_f64(figure).unwrap_or_default()
}
