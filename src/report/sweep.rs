//! A grid of runs: as tables for people and as charts. The rows of the file are written as they come.

use super::chart::{Body, Chart, Colour, Scale, SparseSeries};
use super::charts::framed;
use super::holders::{holders, slices};
use super::quantities::Unit;
use super::run::Run;
use super::table::{Cell, Column, Style, Table};
use super::words::{basis, capital, counted, grouped, listed};
use rust_decimal::Decimal;

/// Most rows of a grid on the terminal.
const SHOWN_ROWS: usize = 20;
/// Most columns.
const SHOWN_COLUMNS: usize = 9;
/// Most cells of a grid of more than two inputs, a row each.
const SHOWN_CELLS: usize = 64;
/// Most lines of a chart.
const LINES: usize = 6;
/// Most values across a heatmap, and up it: about one a pixel of the picture.
pub const DRAWN: [usize; 2] = [1_200, 1_000];

/// An input of the grid and those of its values that are shown.
#[derive(Clone, Debug)]
pub struct Axis {
    /// The input.
    pub name: String,
    /// What it measures.
    pub unit: Unit,
    /// Values shown, in words.
    pub words: Vec<String>,
    /// The same as numbers; empty where they are words.
    pub numbers: Vec<Decimal>,
    /// How many values the grid has.
    pub total: usize,
}

/// A figure of every cell.
#[derive(Clone, Debug)]
pub struct Measured {
    /// As typed: `ownership(softbank)`.
    pub literal: String,
    /// As people say it: `SoftBank's ownership`.
    pub words: String,
    /// What it measures.
    pub unit: Unit,
    /// The least and the most over the whole grid; `None` where no cell has it.
    pub range: Option<[Corner; 2]>,
}

/// A figure and where it is found.
#[derive(Clone, Debug)]
pub struct Corner {
    /// The figure.
    pub figure: Decimal,
    /// The inputs' values there, in words, in the order of the axes.
    pub at: Vec<String>,
}

/// Why cells are empty.
#[derive(Clone, Debug)]
pub struct Gap {
    /// In one sentence without its full stop.
    pub reason: String,
    /// How many cells.
    pub cells: u64,
    /// The first of them, as the values of its inputs.
    pub first: Vec<String>,
}

/// How the numbers were computed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Arithmetic {
    /// Every cell by exact replay.
    Exact,
    /// In 64-bit floating point, held against exact replay in so many cells, the largest difference relative to the
    /// figure.
    Floating {
        /// Cells compared.
        compared: usize,
        /// Largest relative difference.
        off: f64,
    },
}

/// A grid that was computed, with the cells that are shown.
#[derive(Clone, Debug)]
pub struct Survey {
    /// The inputs; the last runs fastest.
    pub axes: Vec<Axis>,
    /// The figures.
    pub measures: Vec<Measured>,
    /// Cells shown, one for each combination of the values shown: the figures, or why there are none.
    pub cells: Vec<Result<Vec<Decimal>, String>>,
    /// Cells of the whole grid.
    pub total: u64,
    /// Why cells are empty, the most frequent reason first.
    pub gaps: Vec<Gap>,
    /// How the numbers were computed.
    pub arithmetic: Arithmetic,
    /// The figure that a grid of two inputs and its chart show.
    pub chosen: usize,
    /// What the heatmap shows, where that is more than the cells above.
    pub raster: Option<Raster>,
}

/// The chosen figure of a grid of two inputs, for a picture that has room for more of it than tables have.
#[derive(Clone, Debug)]
pub struct Raster {
    /// The inputs, the first upwards, with the values that are drawn.
    pub axes: [Axis; 2],
    /// Row by row; `None` where there is no answer.
    pub cells: Vec<Option<Decimal>>,
}

impl Survey {
    /// The figure that moves most, of those that measure what the first does.
    pub fn widest(measures: &[Measured]) -> usize {
        let width = |measured: &Measured| measured.range.as_ref().map(|[least, most]| most.figure - least.figure);
        let same = |measured: &&(usize, &Measured)| measured.1.unit == measures[0].unit;
        let all: Vec<_> = measures.iter().enumerate().collect();
        let widest =
            all.iter().filter(same).max_by_key(|(index, measured)| (width(measured), std::cmp::Reverse(*index)));
        widest.map_or(0, |(index, _)| *index)
    }

    /// Whether the tables show every cell.
    fn in_full(&self) -> bool {
        let all_kept = self.axes.iter().all(|axis| axis.words.len() == axis.total);
        all_kept
            && match self.axes.as_slice() {
                [only] => only.total <= SHOWN_ROWS,
                [down, across] => down.total <= SHOWN_ROWS && across.total <= SHOWN_COLUMNS,
                _ => self.cells.len() <= SHOWN_CELLS,
            }
    }

    /// `amazon = $10B, pre_money = $1T`.
    fn place(&self, at: &[String]) -> String {
        let pairs: Vec<String> =
            self.axes.iter().zip(at).map(|(axis, value)| format!("{} = {value}", axis.name)).collect();
        pairs.join(", ")
    }
}

/// Indices of at most `most` of `count`, evenly spread, both ends among them.
pub fn spread(count: usize, most: usize) -> Vec<usize> {
    if count <= most {
        return (0..count).collect();
    }
    (0..most).map(|index| index * (count - 1) / (most - 1)).collect()
}

/// The tables for people.
pub fn tables(run: &Run, survey: &Survey) -> Vec<Table> {
    let mut tables = match survey.axes.len() {
        1 => vec![line(run, survey)],
        2 => vec![grid(run, survey)],
        _ => vec![list(run, survey)],
    };
    if survey.axes.len() > 1 {
        tables.push(ranges(survey));
    }
    if let Some(last) = tables.last_mut() {
        notes(survey, last);
    }
    tables
}

fn title(run: &Run, survey: &Survey, what: &str) -> String {
    let names: Vec<&str> = survey.axes.iter().map(|axis| axis.name.as_str()).collect();
    format!("{what} over {} ({})", listed(&names), basis(run))
}

fn cell(unit: Unit, figure: Option<Decimal>) -> Cell {
    Cell::or_empty(figure, |figure| unit.cell(figure, 2))
}

/// One input: a row a value, a column a figure.
fn line(run: &Run, survey: &Survey) -> Table {
    let axis = &survey.axes[0];
    let mut columns = vec![Column::pinned(&axis.name, &axis.name)];
    columns.extend(survey.measures.iter().map(|measured| Column::new(&measured.literal, capital(&measured.words))));
    let mut table = Table::new("sweep", title(run, survey, &counted(axis.total, "run")), columns);
    for index in spread(axis.words.len(), SHOWN_ROWS) {
        let figures = survey.cells[index].as_ref().ok();
        let figure = |place: usize| figures.map(|figures| figures[place]);
        let figures = survey.measures.iter().enumerate().map(|(place, measured)| cell(measured.unit, figure(place)));
        table.push(Style::Body, std::iter::once(Cell::text(&axis.words[index])).chain(figures).collect());
    }
    table
}

/// Two inputs: a row a value of the first, a column a value of the second.
fn grid(run: &Run, survey: &Survey) -> Table {
    let (down, across) = (&survey.axes[0], &survey.axes[1]);
    let measured = &survey.measures[survey.chosen];
    let shown = spread(across.words.len(), SHOWN_COLUMNS);
    let mut columns = vec![Column::pinned(&down.name, format!("{} \\ {}", down.name, across.name))];
    columns.extend(shown.iter().map(|&index| Column::new(&across.words[index], &across.words[index])));
    let mut table = Table::new("sweep", title(run, survey, &capital(&measured.words)), columns);
    for row in spread(down.words.len(), SHOWN_ROWS) {
        let figure = |&column: &usize| {
            let figures = survey.cells[row * across.words.len() + column].as_ref().ok();
            cell(measured.unit, figures.map(|figures| figures[survey.chosen]))
        };
        let figures = shown.iter().map(figure);
        table.push(Style::Body, std::iter::once(Cell::text(&down.words[row])).chain(figures).collect());
    }
    table
}

/// More inputs: a row a cell.
fn list(run: &Run, survey: &Survey) -> Table {
    let mut columns: Vec<Column> = survey.axes.iter().map(|axis| Column::pinned(&axis.name, &axis.name)).collect();
    columns.extend(survey.measures.iter().map(|measured| Column::new(&measured.literal, capital(&measured.words))));
    let mut table = Table::new("sweep", title(run, survey, "Cells"), columns);
    for index in spread(survey.cells.len(), SHOWN_CELLS) {
        let mut rest = index;
        let mut inputs: Vec<Cell> = Vec::new();
        for axis in survey.axes.iter().rev() {
            inputs.push(Cell::text(&axis.words[rest % axis.words.len()]));
            rest /= axis.words.len();
        }
        inputs.reverse();
        let figures = survey.cells[index].as_ref().ok();
        let of = |(place, measured): (usize, &Measured)| cell(measured.unit, figures.map(|figures| figures[place]));
        table.push(Style::Body, inputs.into_iter().chain(survey.measures.iter().enumerate().map(of)).collect());
    }
    table
}

/// The least and the most of each figure, and where.
fn ranges(survey: &Survey) -> Table {
    let columns = vec![
        Column::pinned("figure", "Figure"),
        Column::new("least", "Least"),
        Column::new("least_at", "At"),
        Column::new("most", "Most"),
        Column::new("most_at", "At"),
    ];
    let mut table =
        Table::new("sweep-range", format!("Least and most in {} cells", grouped(survey.total.into())), columns);
    for measured in &survey.measures {
        let Some([least, most]) = &measured.range else { continue };
        table.push(
            Style::Body,
            vec![
                Cell::Text(capital(&measured.words)),
                measured.unit.cell(least.figure, 2),
                Cell::Text(survey.place(&least.at)),
                measured.unit.cell(most.figure, 2),
                Cell::Text(survey.place(&most.at)),
            ],
        );
    }
    table
}

fn notes(survey: &Survey, table: &mut Table) {
    match survey.arithmetic {
        Arithmetic::Exact => table.note("Every cell is an exact run"),
        Arithmetic::Floating { compared, off } => table.note(format!(
            "Computed in 64-bit floating point, some 15 digits; of {compared} cells run exactly too, the largest \
             difference is {off:.0e} of the figure"
        )),
    }
    if !survey.in_full() {
        table.note(format!(
            "Not every one of {} cells is shown here; sweep.csv has them all",
            grouped(survey.total.into())
        ));
    }
    if survey.axes.len() == 2 && survey.measures.len() > 1 {
        let others = survey.measures.len() - 1;
        table.note(format!("{} in sweep.csv; --measure chooses the one shown", counted(others, "more figure")));
    }
    for gap in &survey.gaps {
        let cells = grouped(gap.cells.into());
        let noun = if gap.cells == 1 { "cell is" } else { "cells are" };
        table.note(format!("{cells} {noun} empty: {} (first at {})", gap.reason, survey.place(&gap.first)));
    }
}

/// The chart: lines over one input, a heatmap over two; none over more.
pub fn chart(run: &Run, survey: &Survey) -> Option<Chart> {
    let currency = run.agreement.head.currency.clone();
    let measured = &survey.measures[survey.chosen];
    let mut footer = Vec::new();
    let empty: u64 = survey.gaps.iter().map(|gap| gap.cells).sum();
    if empty > 0 {
        footer.push(format!("{} without an answer left empty", counted_cells(empty)));
    }
    if let Arithmetic::Floating { .. } = survey.arithmetic {
        footer.push("64-bit floating point".into());
    }
    let scale =
        |axis: &Axis| Scale { name: axis.name.clone(), labels: axis.words.clone(), numbers: axis.numbers.clone() };
    let (body, what) = match survey.axes.as_slice() {
        [only] => {
            let what = capital(&listed(&nouns(survey)));
            (lines(run, survey, scale(only), currency), format!("{what} as {} moves alone", only.name))
        }
        [down, across] => {
            let few = || survey.cells.iter().map(|cell| Some(cell.as_ref().ok()?[survey.chosen])).collect();
            let ((down, across), cells) = match &survey.raster {
                Some(Raster { axes: [down, across], cells }) => ((down, across), cells.clone()),
                None => ((down, across), few()),
            };
            footer.extend([down, across].into_iter().filter_map(left_out));
            let (across, up) = (scale(across), scale(down));
            let body = Body::Heatmap { across, up, cells, unit: measured.unit, currency };
            (body, capital(&measured.words))
        }
        _ => return None,
    };
    let what = format!("{what}{}", measured.unit.of_what(&measured.literal));
    Some(framed(run, "sweep".into(), headline(run, survey), &what, &footer, body))
}

/// `1,000 of 5,000 values of amazon drawn`.
fn left_out(axis: &Axis) -> Option<String> {
    let (drawn, all) = (axis.words.len(), axis.total);
    let number = |count: usize| grouped(u64::try_from(count).unwrap_or(u64::MAX).into());
    (drawn < all).then(|| format!("{} of {} values of {} drawn, evenly spread", number(drawn), number(all), axis.name))
}

fn counted_cells(cells: u64) -> String {
    format!("{} {}", grouped(cells.into()), if cells == 1 { "cell" } else { "cells" })
}

/// Lines of the figures that move most, of those that measure the same.
fn lines(run: &Run, survey: &Survey, across: Scale, currency: String) -> Body {
    let unit = survey.measures[survey.chosen].unit;
    let width = |index: &usize| {
        let range = survey.measures[*index].range.as_ref();
        range.map_or(Decimal::MIN, |[least, most]| most.figure - least.figure)
    };
    let mut ranked: Vec<usize> =
        (0..survey.measures.len()).filter(|&index| survey.measures[index].unit == unit).collect();
    ranked.sort_by_key(|index| std::cmp::Reverse(width(index)));
    ranked.truncate(LINES);
    let is_one = nouns(survey).len() == 1;
    let name = |measured: &Measured| if is_one { whose(measured) } else { capital(&measured.words) };
    let names: Vec<String> = ranked.iter().map(|&index| name(&survey.measures[index])).collect();
    let series = ranked
        .iter()
        .zip(names.iter().zip(colours(run, &names)))
        .map(|(&index, (name, colour))| SparseSeries {
            name: name.clone(),
            colour,
            values: survey.cells.iter().map(|cell| Some(cell.as_ref().ok()?[index])).collect(),
        })
        .collect();
    Body::Lines { across, series, unit, currency }
}

/// The colour each holder has in the run's other charts; of the hues that are left, one for each that has none there.
fn colours(run: &Run, names: &[String]) -> Vec<Colour> {
    let slices = slices(&holders(run), run.ledger());
    let known = |name: &String| {
        let colour = slices.iter().find(|slice| slice.name == *name)?.colour;
        (colour != Colour::Other).then_some(colour)
    };
    let mut colours: Vec<Option<Colour>> = names.iter().map(known).collect();
    let free: Vec<Colour> = (0..Colour::HUES)
        .map(Colour::Hue)
        .filter(|hue| !colours.contains(&Some(*hue)))
        .chain([Colour::Other])
        .collect();
    let mut free = free.into_iter();
    for colour in colours.iter_mut().filter(|colour| colour.is_none()) {
        *colour = free.next();
    }
    colours.into_iter().map(|colour| colour.unwrap_or(Colour::Other)).collect()
}

/// The figure by itself: `ownership`, `value per share`.
fn noun(measured: &Measured) -> String {
    measured.literal.split('(').next().unwrap_or_default().trim().replace('_', " ")
}

/// What the lines of a chart measure, each figure once.
fn nouns(survey: &Survey) -> Vec<String> {
    let unit = survey.measures[survey.chosen].unit;
    let mut nouns: Vec<String> = Vec::new();
    for measured in survey.measures.iter().filter(|measured| measured.unit == unit) {
        let noun = noun(measured);
        if !nouns.contains(&noun) {
            nouns.push(noun);
        }
    }
    nouns
}

/// Whose figure it is, where the subtitle names the figure.
fn whose(measured: &Measured) -> String {
    let noun = noun(measured);
    let owner = measured.words.strip_suffix(&format!(" {noun}"));
    let owner = owner.map(|name| name.trim_end_matches("'s").trim_end_matches('\''));
    let of = measured.words.strip_prefix(&format!("{noun} of "));
    capital(owner.or(of).unwrap_or(&measured.words))
}

/// What the chart shows: how far the chosen figure moves, and where its ends are.
fn headline(run: &Run, survey: &Survey) -> String {
    let measured = &survey.measures[survey.chosen];
    let currency = &run.agreement.head.currency;
    let Some([least, most]) = &measured.range else {
        return format!("{} has no answer anywhere in the grid", capital(&measured.words));
    };
    let words = |figure: Decimal| measured.unit.chart_words(figure, currency);
    let axes = || survey.axes.iter().map(|axis| axis.name.as_str()).collect::<Vec<_>>();
    if least.figure == most.figure {
        return format!("{} is {} whatever {}", capital(&measured.words), words(least.figure), listed(&axes()));
    }
    match survey.axes.as_slice() {
        [only] => {
            let (low, high) = (&least.at[0], &most.at[0]);
            format!(
                "{} runs from {} with {} at {low} to {} at {high}",
                capital(&measured.words),
                words(least.figure),
                only.name,
                words(most.figure)
            )
        }
        axes => {
            let at: Vec<String> =
                axes.iter().zip(&most.at).map(|(axis, value)| format!("{} at {value}", axis.name)).collect();
            format!(
                "{} runs from {} to {}, most with {}",
                capital(&measured.words),
                words(least.figure),
                words(most.figure),
                listed(&at)
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_says_which_values_it_leaves_out() {
        let words: Vec<String> = spread(5_000, DRAWN[0]).iter().map(ToString::to_string).collect();
        assert_eq!((words.len(), words[0].as_str(), words[1_199].as_str()), (1_200, "0", "4999"));
        let axis =
            |total| Axis { name: "amazon".into(), unit: Unit::Money, words: words.clone(), numbers: Vec::new(), total };
        assert_eq!(left_out(&axis(1_200)), None);
        let said = left_out(&axis(5_000)).expect("it leaves some out");
        assert_eq!(said, "1,200 of 5,000 values of amazon drawn, evenly spread");
    }
}
