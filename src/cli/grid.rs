//! A sweep's cells, run exactly one by one, and what its tables show of them.

use super::axis::Axis;
use super::session::Session;
use super::vary::{self, Varied};
use crate::model::Measure;
use crate::num::Exact;
use crate::render::csv_rows;
use crate::report::Run;
use crate::report::quantities::Unit;
use crate::report::sweep::{self, Arithmetic, Corner, Gap, Measured, Raster, Survey};
use crate::sim::measure::Gauge;
use rust_decimal::Decimal;

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
    pub varied: Varied,
    pub axes: Vec<Axis>,
    /// The variable behind each axis.
    pub variables: Vec<String>,
    pub figures: Vec<Figure>,
}

/// What was computed; the text of the file, unless it was written as it came.
pub(super) struct Computed {
    pub survey: Survey,
    pub csv: Option<String>,
    /// Every cell, where they were run exactly.
    pub exact: Option<Vec<Result<Vec<Decimal>, String>>>,
}

impl Grid<'_> {
    fn cells(&self) -> u64 {
        self.axes.iter().map(|axis| axis.values.count() as u64).product()
    }

    /// Where a cell stands on each axis; the last runs fastest.
    pub(super) fn place(&self, cell: u64) -> Vec<usize> {
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

    /// The figures of one cell by an exact run, to the places they are written with, or why there are none.
    fn run_cell(&self, place: &[usize]) -> Result<Vec<Decimal>, String> {
        let written = |(figure, exact): (&Figure, Exact)| Unit::of(figure.measure.figure).decimal(exact);
        Ok(self.figures.iter().zip(self.exact_cell(place)?).map(written).collect())
    }

    /// The same with every digit.
    pub(super) fn exact_cell(&self, place: &[usize]) -> Result<Vec<Exact>, String> {
        let set: Vec<(String, String)> = self
            .axes
            .iter()
            .zip(&self.variables)
            .zip(place)
            .map(|((axis, variable), &at)| (variable.clone(), axis.literal(at)))
            .collect();
        let run = self.varied.run(self.session, &set)?;
        self.figures.iter().map(|figure| vary::figure(&run, self.session.rung, &figure.measure)).collect()
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
                    tally.cell(cell as u64, figures);
                    csv_rows::decimals(&mut csv, &self.row(run, &place, "exact", ""), figures);
                }
                Err(reason) => {
                    tally.gap(reason, cell as u64, 1);
                    csv_rows::empty(&mut csv, &self.row(run, &place, "exact", reason), self.figures.len());
                }
            }
        }
        let kept = self.kept();
        let shown = self.shown(&kept, |cell| results[usize::try_from(cell).unwrap_or(0)].clone());
        let survey = self.survey(tally, &kept, shown, Arithmetic::Exact);
        Computed { survey, csv: Some(csv), exact: Some(results) }
    }

    pub(super) fn header(&self) -> String {
        let lead = ["scenario", "funding", "case"].map(str::to_owned);
        let inputs = self.axes.iter().map(|axis| axis.name.clone());
        let about = ["arithmetic", "empty_because"].map(str::to_owned);
        let figures = self.figures.iter().map(|figure| figure.measure.literal.clone());
        let columns: Vec<String> = lead.into_iter().chain(inputs).chain(about).chain(figures).collect();
        csv_rows::header(&columns)
    }

    /// One figure of as many cells of a grid of two inputs as a picture has room for; `None` where the cells shown
    /// anyway are all there are.
    pub fn raster(&self, chosen: usize, exact: Option<&[Result<Vec<Decimal>, String>]>) -> Option<Raster> {
        let [down, across] = self.axes.as_slice() else { return None };
        let counts = [down, across].map(|axis| axis.values.count());
        if counts.into_iter().all(|count| count <= KEPT) {
            return None;
        }
        let [most_across, most_up] = sweep::DRAWN;
        let kept = [sweep::spread(counts[0], most_up), sweep::spread(counts[1], most_across)];
        let cells = match exact {
            Some(results) => {
                let figure = |cell: u64| {
                    let figures = results[usize::try_from(cell).ok()?].as_ref().ok()?;
                    figures.get(chosen).copied()
                };
                self.wanted(&kept).map(figure).collect()
            }
            None => self.seen_alone(chosen, &kept),
        };
        let currency = &self.varied.agreement.head.currency;
        let axes = [shown_axis(down, &kept[0], currency), shown_axis(across, &kept[1], currency)];
        Some(Raster { axes, cells })
    }

    /// The beginning of a cell's row, up to its figures.
    fn row(&self, run: &Run, place: &[usize], arithmetic: &str, reason: &str) -> String {
        let inputs = self.axes.iter().zip(place).map(|(axis, &at)| csv_rows::field(&value(axis, at)));
        let inputs: Vec<String> = inputs.collect();
        format!("{},{},{arithmetic},{}", lead(run), inputs.join(","), csv_rows::field(reason))
    }

    /// The values of each axis that are kept to be shown, evenly spread.
    pub(super) fn kept(&self) -> Vec<Vec<usize>> {
        let most = if self.axes.len() > 2 { 7 } else { KEPT };
        self.axes.iter().map(|axis| sweep::spread(axis.values.count(), most)).collect()
    }

    /// The cells of the values kept, in the order of the grid.
    pub(super) fn wanted(&self, kept: &[Vec<usize>]) -> std::iter::Peekable<std::vec::IntoIter<u64>> {
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

    pub(super) fn survey(
        &self,
        tally: Tally,
        kept: &[Vec<usize>],
        cells: Vec<Result<Vec<Decimal>, String>>,
        arithmetic: Arithmetic,
    ) -> Survey {
        let currency = &self.varied.agreement.head.currency;
        let axes = self.axes.iter().zip(kept).map(|(axis, kept)| shown_axis(axis, kept, currency));
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
        Survey { axes, measures, cells, total: self.cells(), gaps, arithmetic, chosen: 0, raster: None }
    }
}

/// What is shown of an axis: values in few digits, unless two neighbours would then be the same.
fn shown_axis(axis: &Axis, kept: &[usize], currency: &str) -> sweep::Axis {
    let mut words: Vec<String> = kept.iter().map(|&at| axis.short(at, currency)).collect();
    let is_told_apart = |words: &Vec<String>| words.windows(2).all(|pair| pair[0] != pair[1]);
    // Of hundreds, a chart names few.
    if kept.len() <= KEPT && !is_told_apart(&words) {
        let of_digits = |digits| -> Vec<String> { kept.iter().map(|&at| axis.rounded(at, digits, currency)).collect() };
        let told_apart = (4..=12).map(of_digits).find(is_told_apart);
        words = told_apart.unwrap_or_else(|| kept.iter().map(|&at| axis.words(at, currency)).collect());
    }
    let numbers = kept.iter().filter_map(|&at| Some(axis.unit.decimal(axis.values.number(at)?))).collect();
    sweep::Axis { name: axis.name.clone(), unit: axis.unit, words, numbers, total: axis.values.count() }
}

/// Scenario, rung and case: how every row begins.
pub(super) fn lead(run: &Run) -> String {
    let head = &run.agreement.head;
    format!("{},{},{}", csv_rows::field(&head.name), run.rung.word(), head.case.word())
}

/// An input's value as CSV has it.
pub(super) fn value(axis: &Axis, at: usize) -> String {
    match axis.values.number(at) {
        Some(number) => crate::render::number::plain(in_full(axis.unit, number), None),
        None => axis.literal(at),
    }
}

fn in_full(unit: Unit, number: Exact) -> Decimal {
    (0..=20).rev().find_map(|places| number.to_decimal(places)).unwrap_or_else(|| unit.decimal(number))
}

pub(super) fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Least and most of each figure, and why cells are empty.
pub(super) struct Tally {
    pub ranges: Vec<Option<[(Decimal, u64); 2]>>,
    pub gaps: Vec<(String, u64, u64)>,
}

impl Tally {
    pub fn new(figures: usize) -> Self {
        Tally { ranges: vec![None; figures], gaps: Vec::new() }
    }

    fn cell(&mut self, cell: u64, figures: &[Decimal]) {
        for (&figure, range) in figures.iter().zip(&mut self.ranges) {
            let [least, most] = range.get_or_insert([(figure, cell); 2]);
            if figure < least.0 {
                *least = (figure, cell);
            }
            if figure > most.0 {
                *most = (figure, cell);
            }
        }
    }

    /// Some more cells without an answer, for one reason.
    pub fn gap(&mut self, reason: &str, first: u64, cells: u64) {
        const MOST: usize = 20;
        // Too many different reasons to list: the last counts all the others.
        const OTHERS: &str = "other reasons, in sweep.csv";
        let position = |wanted: &str, gaps: &[(String, u64, u64)]| gaps.iter().position(|(known, ..)| known == wanted);
        let is_full = self.gaps.len() >= MOST;
        let known = position(reason, &self.gaps).or_else(|| position(OTHERS, &self.gaps).filter(|_| is_full));
        match known {
            Some(index) => self.gaps[index].1 += cells,
            None => self.gaps.push((if is_full { OTHERS } else { reason }.to_owned(), cells, first)),
        }
    }
}
