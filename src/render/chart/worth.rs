//! What a share of each class is worth beside its headline price: a filled bar on the outline of the headline.

use super::format::coordinate;
use super::kit::{Canvas, MARGIN, RIGHT, Scale, Type, value_type};
use super::palette::{GRID, INK, MUTED, fill};
use super::rows::{FOOT, Heading, column_width};
use super::sheet::Sheet;
use crate::report::chart::WorthRow;

/// Room for the heads of the columns.
const HEAD: f64 = 16.0;
const COLUMN_GAP: f64 = 26.0;

/// The words of a row in a column.
type Words = fn(&WorthRow) -> &str;

/// Draws the chart.
pub(super) fn draw(sheet: &Sheet, rows: &[WorthRow]) -> Canvas {
    let names = column_width(rows.iter().map(|row| (&*row.name, &*row.detail)), 270.0);
    let headings: Vec<Heading> = rows.iter().map(|row| Heading::new(&row.name, &row.detail, names)).collect();
    let pitch = ((sheet.room(548.0) - HEAD - FOOT) / rows.len().max(1) as f64).clamp(36.0, 56.0);
    let heights: Vec<f64> = headings.iter().map(|heading| pitch.max(heading.height() + 16.0)).collect();
    let canvas = sheet.canvas(HEAD + heights.iter().sum::<f64>() + FOOT);

    let quiet = Type::new(13.5, INK).to_the_left();
    let mut right = RIGHT;
    let mut cells = Vec::new();
    let columns: [(&str, Words, Type); 3] = [
        ("Over headline", |row| &row.difference, quiet),
        ("Headline", |row| &row.headline_label, Type::new(13.5, MUTED).to_the_left()),
        ("Worth", |row| &row.worth_label, value_type().to_the_left()),
    ];
    for (heading, cell, set) in columns {
        if rows.iter().all(|row| cell(row).is_empty()) {
            continue;
        }
        let widest = rows.iter().map(|row| set.width(cell(row))).fold(heading_type().width(heading), f64::max);
        canvas.text(heading, right, sheet.top(), heading_type());
        cells.push((cell, set, right));
        right -= widest + COLUMN_GAP;
    }

    let left = MARGIN + names + 20.0;
    let most = rows.iter().map(|row| coordinate(row.worth.max(row.headline))).fold(0.0, f64::max);
    let x = Scale::new((0.0, most), (left, right));
    let thickness = (pitch * 0.56).min(26.0);
    let first = sheet.top() + HEAD;
    let mut top = first;
    for (index, ((row, heading), height)) in rows.iter().zip(&headings).zip(&heights).enumerate() {
        let middle = top + height / 2.0;
        if index > 0 {
            canvas.gridline(MARGIN, RIGHT, top);
        }
        heading.draw(&canvas, middle);
        let (above, below) = (middle - thickness / 2.0, middle + thickness / 2.0);
        let (worth, headline) = (coordinate(row.worth), coordinate(row.headline));
        if headline > 0.0 {
            canvas.rectangle(left, above, x.at(headline), below, GRID);
        }
        if worth > 0.0 {
            canvas.rectangle(left, above, x.at(worth).max(left + 2.0), below, fill(row.colour));
        }
        if headline > 0.0 {
            canvas.line(&[(x.at(headline), above - 4.0), (x.at(headline), below + 4.0)], 2.0, INK);
        }
        for (cell, set, right) in &cells {
            canvas.text(cell(row), *right, middle, *set);
        }
        top += height;
    }
    canvas.baseline((left, first), (left, top));
    canvas
}

fn heading_type() -> Type {
    Type::new(12.0, MUTED).to_the_left().standing()
}
