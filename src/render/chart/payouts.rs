//! Who gets what at one exit value: ranked bars, with a tick for what was paid.

use super::format::coordinate;
use super::kit::{Canvas, MARGIN, RIGHT, Scale, Type, value_type};
use super::palette::{GRID, INK, MUTED, WHITE, fill};
use super::rows::{FOOT, Heading, column_width};
use super::sheet::Sheet;
use crate::report::chart::PayoutBar;

const THICKNESS: f64 = 24.0;
const GAP: f64 = 12.0;
/// Room above the first bar whose cost is marked, for the word.
const LEGEND: f64 = 20.0;

/// Draws the chart.
pub(super) fn draw(sheet: &Sheet, bars: &[PayoutBar]) -> Canvas {
    let names = column_width(bars.iter().map(|bar| (&*bar.name, &*bar.detail)), 320.0);
    let headings: Vec<Heading> = bars.iter().map(|bar| Heading::new(&bar.name, &bar.detail, names)).collect();
    let pitch = (sheet.room(540.0) / bars.len().max(1) as f64).clamp(40.0, 52.0);
    let marked = bars.iter().position(|bar| bar.cost.is_some());
    let above = |row: usize| if marked == Some(row) { LEGEND } else { 0.0 };
    let height = |row: usize| pitch.max(headings[row].height() + 14.0) + above(row);
    let canvas = sheet.canvas((0..bars.len()).map(height).sum::<f64>() + FOOT);
    let left = MARGIN + names + 20.0;
    let values = bars.iter().map(|bar| value_type().width(&bar.value)).fold(0.0, f64::max);
    let most = bars.iter().map(|bar| coordinate(bar.payout.max(bar.cost.unwrap_or_default()))).fold(0.0, f64::max);
    let x = Scale::new((0.0, if most > 0.0 { most } else { 1.0 }), (left, RIGHT - values - GAP));

    let mut top = sheet.top();
    for (row, bar) in bars.iter().enumerate() {
        let middle = top + above(row) + (height(row) - above(row)) / 2.0;
        if row > 0 {
            canvas.line(&[(MARGIN, top), (RIGHT, top)], 1.0, GRID);
        }
        headings[row].draw(&canvas, middle);
        let end = x.at(coordinate(bar.payout));
        let least = if bar.payout.is_zero() { 0.0 } else { 1.5 };
        let (upper, lower) = (middle - THICKNESS / 2.0, middle + THICKNESS / 2.0);
        canvas.rectangle(left, upper, end.max(left + least), lower, fill(bar.colour));
        let mut beyond = end;
        if let Some(cost) = bar.cost {
            let at = x.at(coordinate(cost));
            canvas.line(&[(at, upper - 4.0), (at, lower + 4.0)], 4.0, WHITE);
            canvas.line(&[(at, upper - 4.0), (at, lower + 4.0)], 2.0, INK);
            // A tick beyond the bar keeps the value away.
            beyond = if at > end && at < end + 120.0 { at } else { end };
            if marked == Some(row) {
                let word = Type::new(12.0, MUTED).centered().standing();
                let half = word.width("paid for it") / 2.0;
                canvas.text("paid for it", at.clamp(left + half, RIGHT - half), upper - 7.0, word);
            }
        }
        canvas.text(&bar.value, beyond + GAP, middle, value_type());
        top += height(row);
    }
    canvas.baseline((left, sheet.top()), (left, top));
    canvas
}
