//! A sweep's cells: exactly one by one, or in lanes with the file written as they come.

use super::axis::Axis;
use super::session::Session;
use super::sweep::floating;
use super::vary::Varied;
use crate::error::Error;
use crate::model::Measure;
use crate::num::Exact;
use crate::render::csv_rows;
use crate::render::files::OutputFolder;
use crate::report::Run;
use crate::report::figures::At;
use crate::report::quantities::Unit;
use crate::report::sweep::{self, Arithmetic, Corner, Gap, Measured, Survey};
use crate::sim::measure::Gauge;
use crate::sim::sweep::{LaneAxis, LaneFigure, LaneSweep};
use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive, ToPrimitive};

/// Most values of an axis that are kept to be shown.
const KEPT: usize = 61;

/// A figure of every cell.
pub(super) struct Figure {
    pub measure: Measure,
    /// `None` where only an exact run has it.
    pub gauge: Option<Gauge>,
    /// As people say it.
    pub words: String,
}

/// What is to be computed.
pub(super) struct Grid<'a> {
    pub session: &'a Session,
    pub varied: &'a Varied,
    pub axes: Vec<Axis>,
    /// The variable behind each axis.
    pub variables: Vec<String>,
    pub figures: Vec<Figure>,
}

/// What was computed; the text of the file, unless it was written as it came.
pub(super) struct Computed {
    pub survey: Survey,
    pub csv: Option<String>,
}

impl Grid<'_> {
    fn cells(&self) -> u64 {
        self.axes.iter().map(|axis| axis.values.count() as u64).product()
    }

    /// Where a cell stands on each axis; the last runs fastest.
    fn place(&self, cell: u64) -> Vec<usize> {
        let mut rest = cell;
        let mut place = Vec::new();
        for axis in self.axes.iter().rev() {
            let count = axis.values.count() as u64;
            place.push(usize::try_from(rest % count).expect("a place on an axis"));
            rest /= count;
        }
        place.reverse();
        place
    }

    fn words_at(&self, place: &[usize]) -> Vec<String> {
        let currency = &self.varied.agreement.head.currency;
        self.axes.iter().zip(place).map(|(axis, &at)| axis.words(at, currency)).collect()
    }

    /// Why the cells cannot be computed in lanes; `None` where they can.
    pub fn why_not_lanes(&self) -> Option<String> {
        if let Some(axis) = self.axes.iter().find(|axis| !axis.live) {
            return Some(format!("{} changes more of what was agreed than a number", axis.name));
        }
        let unknown = self.figures.iter().find(|figure| figure.gauge.is_none())?;
        Some(format!("{} is not a figure of the cap table", unknown.measure.literal))
    }

    pub fn can_be_lanes(&self) -> bool {
        self.why_not_lanes().is_none()
    }

    /// The figures of one cell by an exact run, or why there are none.
    fn run_cell(&self, place: &[usize]) -> Result<Vec<Decimal>, String> {
        let set: Vec<(String, String)> = self
            .axes
            .iter()
            .zip(&self.variables)
            .zip(place)
            .map(|((axis, variable), &at)| (variable.clone(), axis.literal(at)))
            .collect();
        let run = self.varied.run(self.session, &set)?;
        let figure = |figure: &Figure| -> Result<Decimal, String> {
            let at = At::stage(&run, self.session.rung, figure.measure.stage.name())?;
            let exact = at.figure(figure.measure.figure, figure.measure.subject)?;
            Ok(Unit::of(figure.measure.figure).decimal(exact))
        };
        self.figures.iter().map(figure).collect()
    }

    /// Every cell exactly, on as many threads as there are cores.
    pub fn exact(&self, run: &Run) -> Computed {
        // An exact run of a large round keeps many long numbers on the stack.
        const STACK_BYTES: usize = 64 << 20;
        let cells = usize::try_from(self.cells()).expect("few cells");
        let mut results: Vec<Result<Vec<Decimal>, String>> = vec![Err(String::new()); cells];
        let share = cells.div_ceil(threads()).max(1);
        std::thread::scope(|scope| {
            for (part, results) in results.chunks_mut(share).enumerate() {
                let work = move || {
                    for (offset, result) in results.iter_mut().enumerate() {
                        *result = self.run_cell(&self.place((part * share + offset) as u64));
                    }
                };
                let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
                thread.spawn_scoped(scope, work).expect("a thread for a part of the grid");
            }
        });
        let mut tally = Tally::new(self.figures.len());
        let mut csv = self.header();
        for (cell, result) in results.iter().enumerate() {
            let place = self.place(cell as u64);
            match result {
                Ok(figures) => {
                    tally.cell(cell as u64, figures.iter().copied().map(Number::Decimal));
                    csv_rows::decimals(&mut csv, &self.row(run, &place, "exact", ""), figures);
                }
                Err(reason) => {
                    tally.gap(reason, cell as u64);
                    csv_rows::empty(&mut csv, &self.row(run, &place, "exact", reason), self.figures.len());
                }
            }
        }
        let kept = self.kept();
        let shown = self.shown(&kept, |cell| results[usize::try_from(cell).unwrap_or(0)].clone());
        Computed { survey: self.survey(tally, &kept, shown, Arithmetic::Exact), csv: Some(csv) }
    }

    /// Every cell in lanes; the file is written as the cells come.
    pub fn floating(&self, run: &Run, output: &mut OutputFolder) -> Result<Computed, Error> {
        const BATCH: u64 = 1 << 16;
        let scenario = &self.varied.agreement.scenario;
        let axis = |axis: &Axis| LaneAxis {
            variable: axis.id,
            values: (0..axis.values.count()).map(|index| floating(&axis.values, index)).collect(),
        };
        let all = scenario.timeline.len();
        let figures = self.figures.iter().filter_map(|figure| {
            Some(LaneFigure { gauge: figure.gauge.clone()?, events: figure.measure.stage.events(all) })
        });
        let lanes = LaneSweep::new(
            scenario,
            self.session.rung,
            &self.axes.iter().map(axis).collect::<Vec<_>>(),
            figures.collect(),
        );
        let mut file = output.stream("sweep.csv")?;
        file.write(self.header().as_bytes())?;
        let mut tally = Tally::new(self.figures.len());
        let kept = self.kept();
        let mut wanted = self.wanted(&kept);
        let mut shown = Vec::new();
        let cells = lanes.cells();
        let width = self.figures.len();
        for start in (0..cells).step_by(usize::try_from(BATCH).expect("a batch fits")) {
            let end = cells.min(start + BATCH);
            let count = usize::try_from(end - start).expect("a batch fits");
            let (mut out, mut stops) = (vec![0.0; count * width], vec![0_u32; count]);
            let texts = self.batch(run, &lanes, start, &mut out, &mut stops);
            for text in texts {
                file.write(text.as_bytes())?;
            }
            for (offset, &stop) in stops.iter().enumerate() {
                let cell = start + offset as u64;
                let figures = &out[offset * width..(offset + 1) * width];
                match stop {
                    0 => tally.cell(cell, figures.iter().copied().map(Number::Floating)),
                    stop => tally.gap(&self.reason(stop), cell),
                }
                if wanted.next_if_eq(&cell).is_some() {
                    shown.push(match stop {
                        0 => Ok(figures.iter().map(|figure| decimal(*figure)).collect()),
                        stop => Err(self.reason(stop)),
                    });
                }
            }
        }
        file.finish(output)?;
        let arithmetic = self.compared(&lanes);
        Ok(Computed { survey: self.survey(tally, &kept, shown, arithmetic), csv: None })
    }

    /// Computes a batch on as many threads as there are cores, and writes its rows.
    fn batch(&self, run: &Run, lanes: &LaneSweep, start: u64, out: &mut [f64], stops: &mut [u32]) -> Vec<String> {
        const BLOCK: usize = 16;
        let width = self.figures.len();
        let share = stops.len().div_ceil(threads()).next_multiple_of(BLOCK);
        let mut texts: Vec<String> = vec![String::new(); stops.len().div_ceil(share)];
        let parts = out.chunks_mut(share * width).zip(stops.chunks_mut(share)).zip(&mut texts);
        std::thread::scope(|scope| {
            for (part, ((out, stops), text)) in parts.enumerate() {
                scope.spawn(move || {
                    let first = start + (part * share) as u64;
                    lanes.fill(first..first + stops.len() as u64, out, stops);
                    self.rows(run, first, out, stops, text);
                });
            }
        });
        texts
    }

    fn rows(&self, run: &Run, first: u64, out: &[f64], stops: &[u32], text: &mut String) {
        let width = self.figures.len();
        let fields: Vec<Vec<String>> = self
            .axes
            .iter()
            .map(|axis| {
                let needed = axis.values.count().min(100_000);
                (0..needed).map(|at| csv_rows::field(&value(axis, at))).collect()
            })
            .collect();
        let lead = lead(run);
        for (offset, (figures, &stop)) in out.chunks_exact(width).zip(stops).enumerate() {
            let mut row = lead.clone();
            for ((axis, fields), at) in self.axes.iter().zip(&fields).zip(self.place(first + offset as u64)) {
                row.push(',');
                match fields.get(at) {
                    Some(field) => row.push_str(field),
                    None => row.push_str(&csv_rows::field(&value(axis, at))),
                }
            }
            if stop == 0 {
                row.push_str(",f64,");
                csv_rows::floating(text, &row, figures);
            } else {
                row.push_str(",f64,");
                row.push_str(&csv_rows::field(&self.reason(stop)));
                csv_rows::empty(text, &row, width);
            }
        }
    }

    /// Why a cell has no answer: which event it was.
    fn reason(&self, stop: u32) -> String {
        let event = usize::try_from(stop).ok().and_then(|stop| stop.checked_sub(1));
        let stage = event.and_then(|event| self.varied.agreement.events.get(event));
        stage.map_or_else(|| "no answer".to_owned(), |event| format!("\"{}\" cannot be closed", event.stage))
    }

    /// Cells at the corners and in the middle, held against exact runs.
    fn compared(&self, lanes: &LaneSweep) -> Arithmetic {
        let cells = lanes.cells();
        let places = [0, 1, 2, 3, 4, 5, 6, 7, 8].map(|part| part * (cells - 1) / 8);
        let mut off: f64 = 0.0;
        let mut compared = 0;
        for cell in places {
            let mut out = vec![0.0; self.figures.len()];
            let mut stop = [0];
            lanes.fill(cell..cell + 1, &mut out, &mut stop);
            let Ok(exact) = self.run_cell(&self.place(cell)) else { continue };
            if stop[0] != 0 {
                continue;
            }
            compared += 1;
            for (floating, exact) in out.iter().zip(exact) {
                let exact = exact.to_f64().unwrap_or(f64::NAN);
                let scale = exact.abs().max(1e-300);
                off = off.max((floating - exact).abs() / scale);
            }
        }
        Arithmetic::Floating { compared, off }
    }

    fn header(&self) -> String {
        let lead = ["scenario", "funding", "case"].map(str::to_owned);
        let inputs = self.axes.iter().map(|axis| axis.name.clone());
        let about = ["arithmetic", "empty_because"].map(str::to_owned);
        let figures = self.figures.iter().map(|figure| figure.measure.literal.clone());
        let columns: Vec<String> = lead.into_iter().chain(inputs).chain(about).chain(figures).collect();
        csv_rows::header(&columns)
    }

    /// The beginning of a cell's row, up to its figures.
    fn row(&self, run: &Run, place: &[usize], arithmetic: &str, reason: &str) -> String {
        let inputs = self.axes.iter().zip(place).map(|(axis, &at)| csv_rows::field(&value(axis, at)));
        let inputs: Vec<String> = inputs.collect();
        format!("{},{},{arithmetic},{}", lead(run), inputs.join(","), csv_rows::field(reason))
    }

    /// The values of each axis that are kept to be shown, evenly spread.
    fn kept(&self) -> Vec<Vec<usize>> {
        let most = if self.axes.len() > 2 { 7 } else { KEPT };
        self.axes.iter().map(|axis| sweep::spread(axis.values.count(), most)).collect()
    }

    /// The cells of the values kept, in the order of the grid.
    fn wanted(&self, kept: &[Vec<usize>]) -> std::iter::Peekable<std::vec::IntoIter<u64>> {
        let mut cells = vec![0_u64];
        for (axis, kept) in self.axes.iter().zip(kept) {
            let count = axis.values.count() as u64;
            cells = cells.iter().flat_map(|cell| kept.iter().map(move |&at| cell * count + at as u64)).collect();
        }
        cells.into_iter().peekable()
    }

    fn shown(
        &self,
        kept: &[Vec<usize>],
        of: impl Fn(u64) -> Result<Vec<Decimal>, String>,
    ) -> Vec<Result<Vec<Decimal>, String>> {
        self.wanted(kept).map(of).collect()
    }

    fn survey(
        &self,
        tally: Tally,
        kept: &[Vec<usize>],
        cells: Vec<Result<Vec<Decimal>, String>>,
        arithmetic: Arithmetic,
    ) -> Survey {
        let currency = &self.varied.agreement.head.currency;
        let axes = self.axes.iter().zip(kept).map(|(axis, kept)| sweep::Axis {
            name: axis.name.clone(),
            unit: axis.unit,
            words: kept.iter().map(|&at| axis.words(at, currency)).collect(),
            numbers: kept.iter().filter_map(|&at| Some(axis.unit.decimal(axis.values.number(at)?))).collect(),
            total: axis.values.count(),
        });
        let corner = |(figure, cell): (Decimal, u64)| Corner { figure, at: self.words_at(&self.place(cell)) };
        let measures = self.figures.iter().zip(tally.ranges).map(|(figure, range)| Measured {
            literal: figure.measure.literal.clone(),
            words: figure.words.clone(),
            unit: Unit::of(figure.measure.figure),
            range: range.map(|range| range.map(corner)),
        });
        let mut gaps: Vec<Gap> = tally
            .gaps
            .into_iter()
            .map(|(reason, cells, first)| Gap { reason, cells, first: self.words_at(&self.place(first)) })
            .collect();
        gaps.sort_by_key(|gap| std::cmp::Reverse(gap.cells));
        let (axes, measures) = (axes.collect(), measures.collect());
        Survey { axes, measures, cells, total: self.cells(), gaps, arithmetic, chosen: 0 }
    }
}

/// Scenario, rung and case: how every row begins.
fn lead(run: &Run) -> String {
    let head = &run.agreement.head;
    format!("{},{},{}", csv_rows::field(&head.name), run.rung.word(), head.case.word())
}

/// An input's value as CSV has it.
fn value(axis: &Axis, at: usize) -> String {
    match axis.values.number(at) {
        Some(number) => crate::render::number::plain(in_full(axis.unit, number), None),
        None => axis.literal(at),
    }
}

fn in_full(unit: Unit, number: Exact) -> Decimal {
    (0..=20).rev().find_map(|places| number.to_decimal(places)).unwrap_or_else(|| unit.decimal(number))
}

fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// A floating figure as a decimal of 15 digits.
fn decimal(figure: f64) -> Decimal {
    Decimal::from_f64(figure).unwrap_or_default()
}

#[derive(Clone, Copy)]
enum Number {
    Decimal(Decimal),
    Floating(f64),
}

impl Number {
    fn floating(self) -> f64 {
        match self {
            Number::Decimal(decimal) => decimal.to_f64().unwrap_or(0.0),
            Number::Floating(floating) => floating,
        }
    }

    fn decimal(self) -> Decimal {
        match self {
            Number::Decimal(number) => number,
            Number::Floating(floating) => decimal(floating),
        }
    }
}

/// Least and most of each figure, and why cells are empty.
struct Tally {
    ranges: Vec<Option<[(Decimal, u64); 2]>>,
    bounds: Vec<(f64, f64)>,
    gaps: Vec<(String, u64, u64)>,
}

impl Tally {
    fn new(figures: usize) -> Self {
        Tally {
            ranges: vec![None; figures],
            bounds: vec![(f64::INFINITY, f64::NEG_INFINITY); figures],
            gaps: Vec::new(),
        }
    }

    fn cell(&mut self, cell: u64, figures: impl Iterator<Item = Number>) {
        for ((figure, range), bounds) in figures.zip(&mut self.ranges).zip(&mut self.bounds) {
            let value = figure.floating();
            if value >= bounds.0 && value <= bounds.1 {
                continue;
            }
            let here = (figure.decimal(), cell);
            let [mut least, mut most] = range.unwrap_or([here, here]);
            if value < bounds.0 {
                (bounds.0, least) = (value, here);
            }
            if value > bounds.1 {
                (bounds.1, most) = (value, here);
            }
            *range = Some([least, most]);
        }
    }

    fn gap(&mut self, reason: &str, cell: u64) {
        const MOST: usize = 20;
        let known = self.gaps.iter().position(|(known, ..)| known == reason);
        match known {
            Some(index) => self.gaps[index].1 += 1,
            None if self.gaps.len() < MOST => self.gaps.push((reason.to_owned(), 1, cell)),
            None => self.others(cell),
        }
    }

    /// Too many different reasons to list: the last counts all the others.
    fn others(&mut self, cell: u64) {
        const OTHERS: &str = "other reasons, in sweep.csv";
        match self.gaps.iter().position(|(known, ..)| known == OTHERS) {
            Some(index) => self.gaps[index].1 += 1,
            None => self.gaps.push((OTHERS.to_owned(), 1, cell)),
        }
    }
}
