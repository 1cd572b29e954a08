//! The funding ladder: stacked bars of money, the surer the darker.

use super::fit::spread;
use super::format::{coordinate, money};
use super::kit::{Canvas, MARGIN, RIGHT, Type, value_type};
use super::palette::{GRID, INK, MUTED, NAVY, SKY, WHITE, mixed, readable, text_on};
use super::rows::{FOOT, Heading, column_width};
use super::sheet::Sheet;
use crate::report::chart::Rungs;
use plotters::style::RGBColor;
use rust_decimal::Decimal;

/// Heights of a row, and of the bar in it.
const PITCH: (f64, f64) = (44.0, 150.0);
const THICKNESS: (f64, f64) = (26.0, 64.0);
/// Room above a bar whose rungs are named.
const NAMES: f64 = 24.0;
/// From the end of a bar to its total.
const GAP: f64 = 10.0;

/// The rungs, from the surest.
const RUNGS: [&str; 3] = ["Funded", "Committed", "Conditional"];

/// Draws the chart.
pub(super) fn draw(sheet: &Sheet, rows: &[Rungs], totals: &[String], currency: &str) -> Canvas {
    let names = column_width(rows.iter().map(|row| (&*row.name, "")), 240.0);
    let headings: Vec<Heading> = rows.iter().map(|row| Heading::new(&row.name, "", names)).collect();
    let first = named_rungs(rows);
    let pitch = ((sheet.room(520.0) - NAMES - FOOT) / rows.len().max(1) as f64).clamp(PITCH.0, PITCH.1);
    let thickness = (pitch * 0.46).clamp(THICKNESS.0, THICKNESS.1);
    let above = |row: usize| if first[row].iter().any(|named| *named) { NAMES } else { 0.0 };
    let height = |row: usize| pitch.max(headings[row].height() + 14.0) + above(row);
    let canvas = sheet.canvas((0..rows.len()).map(height).sum::<f64>() + FOOT);
    let left = MARGIN + names + 20.0;
    let pixels = pixels_per_unit(rows, totals, left);
    let sum = has_sum(rows);

    let mut top = sheet.top();
    for (row, rungs) in rows.iter().enumerate() {
        let middle = top + above(row) + (height(row) - above(row)) / 2.0;
        if row > 0 {
            let rule = if sum && row + 1 == rows.len() { INK } else { GRID };
            canvas.line(&[(MARGIN, top), (RIGHT, top)], 1.0, rule);
        }
        headings[row].draw(&canvas, middle);
        let end = bar(&canvas, rungs, left, (middle, thickness), pixels, currency);
        rung_names(&canvas, rungs, first[row], left, middle - thickness / 2.0, pixels);
        canvas.text(totals.get(row).map_or("", |total| total), end + GAP, middle, value_type());
        top += height(row);
    }
    canvas.baseline((left, sheet.top()), (left, top));
    canvas
}

fn amounts(rungs: &Rungs) -> [Decimal; 3] {
    [rungs.funded, rungs.committed, rungs.conditional]
}

fn color(rung: usize) -> RGBColor {
    [NAVY, SKY, mixed(SKY, WHITE, 0.72)][rung]
}

/// Which rungs are named at which row: each once, where it first occurs.
fn named_rungs(rows: &[Rungs]) -> Vec<[bool; 3]> {
    let mut seen = [false; 3];
    let name = |row: &Rungs| {
        let present = amounts(row).map(|amount| amount > Decimal::ZERO);
        let named = [0, 1, 2].map(|rung| present[rung] && !seen[rung]);
        seen = [0, 1, 2].map(|rung| present[rung] || seen[rung]);
        named
    };
    rows.iter().map(name).collect()
}

/// True if the last row sums the others.
fn has_sum(rows: &[Rungs]) -> bool {
    let Some((last, others)) = rows.split_last() else { return false };
    let sum = |rung: usize| others.iter().map(|row| amounts(row)[rung]).sum::<Decimal>();
    others.len() > 1 && (0..3).all(|rung| sum(rung) == amounts(last)[rung])
}

/// The largest scale at which every bar leaves room for its total.
fn pixels_per_unit(rows: &[Rungs], totals: &[String], left: f64) -> f64 {
    let fitting = |(row, rungs): (usize, &Rungs)| {
        let room = RIGHT - left - GAP - totals.get(row).map_or(0.0, |total| value_type().width(total));
        let sum = coordinate(amounts(rungs).iter().sum());
        if sum > 0.0 { room.max(40.0) / sum } else { f64::MAX }
    };
    rows.iter().enumerate().map(fitting).fold(f64::MAX, f64::min)
}

/// Left and right edges of the rungs of a row.
fn edges(rungs: &Rungs, left: f64, pixels: f64) -> [(f64, f64); 3] {
    let mut from = left;
    amounts(rungs).map(|amount| {
        let edges = (from, from + coordinate(amount.max(Decimal::ZERO)) * pixels);
        from = edges.1;
        edges
    })
}

/// Draws a bar and gives its right end.
fn bar(canvas: &Canvas, rungs: &Rungs, left: f64, (middle, thickness): (f64, f64), pixels: f64, currency: &str) -> f64 {
    let (top, bottom) = (middle - thickness / 2.0, middle + thickness / 2.0);
    let edges = edges(rungs, left, pixels);
    for (rung, (&(from, to), amount)) in edges.iter().zip(amounts(rungs)).enumerate() {
        if amount <= Decimal::ZERO {
            continue;
        }
        canvas.rectangle(from, top, to.max(from + 2.0), bottom, color(rung));
        if rung == 2 {
            canvas.outline(from, top, to, bottom, 1.0, SKY);
        }
        let words = money(amount, currency);
        let set = Type::label(text_on(color(rung))).centered();
        if set.width(&words) + 12.0 <= to - from {
            canvas.text(&words, f64::midpoint(from, to), middle, set);
        }
    }
    edges[2].1
}

/// The rungs' names above the bar at which they first occur.
fn rung_names(canvas: &Canvas, rungs: &Rungs, named: [bool; 3], left: f64, top: f64, pixels: f64) {
    let shown: Vec<usize> = (0..3).filter(|&rung| named[rung]).collect();
    let edges = edges(rungs, left, pixels);
    let sizes: Vec<f64> = shown.iter().map(|&rung| name_type(rung).width(RUNGS[rung]) + 14.0).collect();
    let wanted: Vec<f64> = shown.iter().zip(&sizes).map(|(&rung, size)| edges[rung].0 + size / 2.0).collect();
    // Clear of the axis.
    let places = spread(&wanted, &sizes, left + 6.0, RIGHT + 14.0);
    for ((&rung, size), place) in shown.iter().zip(sizes).zip(places) {
        let start = place - size / 2.0;
        canvas.text(RUNGS[rung], start, top - 9.0, name_type(rung).standing());
        let (from, to) = edges[rung];
        if start < from - 1.0 || start > to.max(from + 12.0) - 6.0 {
            let under = (start + 3.0).max(from.min(start + size));
            canvas.line(&[(under, top - 7.0), (f64::midpoint(from, to), top - 1.0)], 0.75, MUTED);
        }
    }
}

fn name_type(rung: usize) -> Type {
    Type::label([NAVY, readable(SKY), MUTED][rung]).sized(12.5)
}
