//! Ownership now: ranked horizontal bars with their figures in columns at the right.

use super::format::{coordinate, percent};
use super::kit::{Canvas, MARGIN, RIGHT, Scale, Type, value_type};
use super::palette::{INK, MUTED, fill};
use super::rows::{FOOT, Heading, column_width};
use super::sheet::Sheet;
use crate::report::chart::Bar;

/// Room for the heads of the columns.
const HEAD: f64 = 16.0;
const COLUMN_GAP: f64 = 28.0;

/// Draws the chart.
pub(super) fn draw(sheet: &Sheet, bars: &[Bar], value_heading: Option<&str>) -> Canvas {
    let names = column_width(bars.iter().map(|bar| (&*bar.name, &*bar.detail)), 290.0);
    let headings: Vec<Heading> = bars.iter().map(|bar| Heading::new(&bar.name, &bar.detail, names)).collect();
    let pitch = ((sheet.room(548.0) - HEAD - FOOT) / bars.len().max(1) as f64).clamp(34.0, 52.0);
    let heights: Vec<f64> = headings.iter().map(|heading| pitch.max(heading.height() + 16.0)).collect();
    let columns = columns(bars, value_heading);
    let canvas = sheet.canvas(HEAD + heights.iter().sum::<f64>() + FOOT);
    for column in &columns {
        canvas.text(&column.heading, column.right, sheet.top(), heading_type());
    }

    let left = MARGIN + names + 20.0;
    let right = columns.first().map_or(RIGHT, |column| column.right - column.width) - COLUMN_GAP;
    let most = bars.iter().map(|bar| coordinate(bar.ownership)).fold(0.0, f64::max);
    let x = Scale::new((0.0, most), (left, right));
    let thickness = (pitch * 0.56).min(26.0);
    let first = sheet.top() + HEAD;
    let mut top = first;
    for (row, ((bar, heading), height)) in bars.iter().zip(&headings).zip(&heights).enumerate() {
        let middle = top + height / 2.0;
        if row > 0 {
            canvas.gridline(MARGIN, RIGHT, top);
        }
        heading.draw(&canvas, middle);
        let ownership = coordinate(bar.ownership);
        if ownership > 0.0 {
            let end = x.at(ownership).max(left + 2.0);
            canvas.rectangle(left, middle - thickness / 2.0, end, middle + thickness / 2.0, fill(bar.colour));
        }
        for column in &columns {
            canvas.text(&column.cells[row], column.right, middle, column.set);
        }
        top += height;
    }
    canvas.baseline((left, first), (left, top));
    canvas
}

/// A column of figures.
struct Column {
    heading: String,
    cells: Vec<String>,
    set: Type,
    right: f64,
    width: f64,
}

/// The columns that have something to say, from left to right, ending at the right margin.
fn columns(bars: &[Bar], value_heading: Option<&str>) -> Vec<Column> {
    let quiet = Type::new(13.5, INK).to_the_left();
    let mut wanted = Vec::new();
    if let Some(heading) = value_heading {
        wanted.push((heading, bars.iter().map(|bar| bar.value.clone()).collect(), quiet));
    }
    if bars.iter().any(|bar| !bar.interval.is_empty()) {
        let cells = bars.iter().map(|bar| bar.interval.clone()).collect();
        wanted.push(("Range", cells, Type::new(12.5, MUTED).to_the_left()));
    }
    let ownership: Vec<String> = bars.iter().map(|bar| percent(bar.ownership)).collect();
    wanted.push(("Ownership", ownership, value_type().to_the_left()));
    let mut right = RIGHT;
    let mut columns = Vec::new();
    for (heading, cells, set) in wanted {
        let widest = cells.iter().map(|cell| set.width(cell)).fold(heading_type().width(heading), f64::max);
        columns.push(Column { heading: heading.into(), cells, set, right, width: widest });
        right -= widest + COLUMN_GAP;
    }
    columns.reverse();
    columns
}

fn heading_type() -> Type {
    Type::new(12.0, MUTED).to_the_left().standing()
}
