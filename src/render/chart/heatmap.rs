//! A grid of cells, one a pair of values of two inputs: the deeper the colour, the more.

use super::format::coordinate;
use super::kit::{Canvas, MARGIN, RIGHT, Type};
use super::palette::{GRID, INK, MUTED, NAVY, WHITE, mixed, text_on};
use super::sheet::Sheet;
use crate::report::chart::Scale;
use crate::report::quantities::Unit;
use plotters::style::RGBColor;
use rust_decimal::Decimal;

/// Room for the values and the name of the input below.
const BELOW: f64 = 46.0;
/// Room for the name of the input at the left, above its values.
const ABOVE: f64 = 24.0;
/// Room for the key at the right, where cells are too small for their figures.
const KEY: f64 = 86.0;

/// Most cells with a figure in each.
const FIGURES: usize = 600;
/// Least height of a cell drawn by itself; those of less are pixels of a picture.
const PIXEL: f64 = 4.0;
/// Between two values named at the left of such a picture.
const PIXELS_APART: f64 = 48.0;
/// The height of a plot, and of one with more rows than that has pixels.
const HEIGHT: [f64; 2] = [380.0, 500.0];

/// Draws the chart.
pub(super) fn draw(
    sheet: &Sheet,
    across: &Scale,
    up: &Scale,
    cells: &[Option<Decimal>],
    unit: Unit,
    currency: &str,
) -> Canvas {
    let label = Type::new(12.0, MUTED);
    let widest = up.labels.iter().map(|words| label.width(words)).fold(label.width(&up.name), f64::max).min(170.0);
    let (columns, rows) = (across.labels.len().max(1), up.labels.len().max(1));
    let words: Vec<Option<String>> = match cells.len() {
        0..=FIGURES => cells.iter().map(|cell| cell.map(|value| unit.chart_words(value, currency))).collect(),
        _ => Vec::new(),
    };
    let value = Type::label(INK);
    let longest = words.iter().flatten().map(|words| value.width(words)).fold(0.0, f64::max);
    let left = MARGIN + widest + 12.0;
    let plot = (rows as f64 * 52.0).clamp(230.0, HEIGHT[usize::from(rows as f64 > HEIGHT[0])]);
    let fits = |right: f64| {
        !words.is_empty() && (right - left) / columns as f64 >= longest + 10.0 && plot / rows as f64 >= 19.0
    };
    let with_figures = fits(RIGHT);
    let right = if with_figures { RIGHT } else { RIGHT - KEY };
    let canvas = sheet.canvas(ABOVE + plot + BELOW);
    let (top, bottom) = (sheet.top() + ABOVE, sheet.top() + ABOVE + plot);
    let (wide, high) = ((right - left) / columns as f64, plot / rows as f64);
    let range = Range::of(cells);

    canvas.text(&label.cut(&up.name, left - MARGIN), left - 10.0, sheet.top() + 6.0, label.semibold().to_the_left());
    let place = Place { left, bottom, wide, high, columns };
    if wide < PIXEL || high < PIXEL {
        pixels(&canvas, &place, &range, cells);
    } else {
        let words = with_figures.then_some(&words[..]);
        boxes(&canvas, &place, &range, cells, words);
    }
    let apart = if high < PIXEL { PIXELS_APART } else { 16.0 };
    for row in thinned(rows, (apart / high).ceil()) {
        let words = label.cut(up.labels.get(row).map_or("", |words| words), widest);
        canvas.text(&words, left - 10.0, bottom - high * (row as f64 + 0.5), label.to_the_left());
    }
    let longest = across.labels.iter().map(|words| label.width(words)).fold(0.0, f64::max);
    for column in thinned(columns, ((longest + 10.0) / wide).ceil()) {
        canvas.text(
            across.labels.get(column).map_or("", |words| words),
            left + wide * (column as f64 + 0.5),
            bottom + 8.0,
            label.centered().hanging(),
        );
    }
    canvas.text(&across.name, f64::midpoint(left, right), bottom + 27.0, label.semibold().centered().hanging());
    if !with_figures {
        key(&canvas, &range, right + 18.0, (top, bottom), |value| unit.chart_words(value, currency));
    }
    canvas
}

/// Where the cells stand: from the left and from the bottom, and how large they are.
struct Place {
    left: f64,
    bottom: f64,
    wide: f64,
    high: f64,
    columns: usize,
}

/// Each cell a box, with its figure where there is room.
fn boxes(canvas: &Canvas, place: &Place, range: &Range, cells: &[Option<Decimal>], words: Option<&[Option<String>]>) {
    let Place { left, bottom, wide, high, columns } = *place;
    for (index, cell) in cells.iter().enumerate() {
        let (row, column) = (index / columns, index % columns);
        let (x, y) = (left + wide * column as f64, bottom - high * (row as f64 + 1.0));
        let gap = if wide > 12.0 && high > 12.0 { 1.0 } else { 0.0 };
        let (from, to) = ((x, y), (x + wide - gap, y + high - gap));
        match cell {
            Some(value) => canvas.rectangle(from.0, from.1, to.0, to.1, range.color(*value)),
            None => empty(canvas, from, to),
        }
        let (middle, height) = (x + (wide - gap) / 2.0, y + (high - gap) / 2.0);
        match (cell, words.and_then(|words| words[index].as_ref())) {
            (Some(value), Some(words)) => {
                canvas.text(words, middle, height, Type::label(text_on(range.color(*value))).centered());
            }
            (None, _) if wide > 16.0 && high > 16.0 => {
                canvas.text("\u{2013}", middle, height, Type::new(13.5, MUTED).centered());
            }
            _ => {}
        }
    }
}

/// Cells of a pixel or a few: neighbours of one colour are one stripe. Without an answer they are white.
fn pixels(canvas: &Canvas, place: &Place, range: &Range, cells: &[Option<Decimal>]) {
    for (row, cells) in cells.chunks(place.columns).enumerate() {
        let colors: Vec<RGBColor> = cells.iter().map(|cell| cell.map_or(WHITE, |value| range.color(value))).collect();
        let (top, bottom) = (place.bottom - place.high * (row as f64 + 1.0), place.bottom - place.high * row as f64);
        let mut column = 0;
        for stripe in colors.chunk_by(|one, other| one == other) {
            let from = place.left + place.wide * column as f64;
            column += stripe.len();
            canvas.rectangle(from, top, place.left + place.wide * column as f64, bottom, stripe[0]);
        }
    }
}

/// Every n-th of so many, the last among them.
pub(super) fn thinned(count: usize, step: f64) -> Vec<usize> {
    let step = (step as usize).max(1);
    let mut kept: Vec<usize> = (0..count).step_by(step).collect();
    if let Some(last) = count.checked_sub(1)
        && kept.last() != Some(&last)
    {
        if kept.last().is_some_and(|near| last - near < step) && kept.len() > 1 {
            kept.pop();
        }
        kept.push(last);
    }
    kept
}

/// A cell without an answer: white with an outline and a stroke through it.
fn empty(canvas: &Canvas, from: (f64, f64), to: (f64, f64)) {
    canvas.rectangle(from.0, from.1, to.0, to.1, WHITE);
    if to.0 - from.0 > 16.0 && to.1 - from.1 > 16.0 {
        canvas.outline(from.0, from.1, to.0, to.1, 1.0, GRID);
    }
}

/// From the palest to the deepest, with words at both ends and in the middle.
fn key(canvas: &Canvas, range: &Range, x: f64, (top, bottom): (f64, f64), words: impl Fn(Decimal) -> String) {
    const STEPS: usize = 60;
    let step = (bottom - top) / STEPS as f64;
    for index in 0..STEPS {
        let part = (index as f64 + 0.5) / STEPS as f64;
        let y = bottom - step * (index as f64 + 1.0);
        canvas.rectangle(x, y, x + 12.0, y + step + 0.5, shade(part));
    }
    let label = Type::new(12.0, MUTED);
    let middle = (range.least + range.most) / Decimal::TWO;
    for (value, y) in [(range.most, top + 5.0), (middle, f64::midpoint(top, bottom)), (range.least, bottom - 5.0)] {
        canvas.text(&words(value), x + 19.0, y, label);
    }
}

struct Range {
    least: Decimal,
    most: Decimal,
    /// The same as coordinates.
    from: f64,
    width: f64,
}

impl Range {
    fn of(cells: &[Option<Decimal>]) -> Self {
        let values = || cells.iter().flatten().copied();
        let (least, most) = (values().min().unwrap_or_default(), values().max().unwrap_or_default());
        Range { least, most, from: coordinate(least), width: coordinate(most - least) }
    }

    fn color(&self, value: Decimal) -> RGBColor {
        shade(if self.width > 0.0 { (coordinate(value) - self.from) / self.width } else { 0.5 })
    }
}

fn shade(part: f64) -> RGBColor {
    mixed(RGBColor(0xEA, 0xF1, 0xF8), NAVY, part.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::chart::scene::Op;

    #[test]
    fn cells_of_a_pixel_become_stripes_and_those_without_an_answer_stay_white() {
        let cells: Vec<Option<Decimal>> = (0..400_000_u32)
            .map(|cell| (cell % 1_000 < 900).then(|| Decimal::from(cell / 1_000 + cell % 1_000 / 450)))
            .collect();
        let canvas = Canvas::new(500.0);
        let place = Place { left: 100.0, bottom: 450.0, wide: 0.7, high: 1.0, columns: 1_000 };
        pixels(&canvas, &place, &Range::of(&cells), &cells);
        let ops = canvas.finish().ops;
        // The background, and a row of at most three stripes for each of 400.
        assert!((801..=1_201).contains(&ops.len()), "{}", ops.len());
        let last = ops.last().expect("the last stripe");
        let Op::Rectangle { left, right, bottom, ink, .. } = last else { panic!("a rectangle") };
        assert!((left - 730.0).abs() < 0.2 && (right - 800.0).abs() < 0.2 && (bottom - 51.0).abs() < 0.2);
        assert_eq!(ink.rgb, WHITE);
    }
}
