//! What each input alone moves a figure by: bars to both sides of the base, the widest at the top.

use super::format::coordinate;
use super::kit::{Canvas, MARGIN, RIGHT, Scale, Type};
use super::palette::{AXIS, INK, MUTED, NAVY, SKY, readable};
use super::rows::{FOOT, Heading, column_width};
use super::sheet::Sheet;
use crate::report::chart::Swing;
use crate::report::quantities::Unit;
use plotters::style::RGBColor;
use rust_decimal::Decimal;

/// Room for the base above the bars.
const HEAD: f64 = 22.0;
/// A bar too short to be seen is drawn so wide.
const THINNEST: f64 = 1.5;

/// Draws the chart.
pub(super) fn draw(sheet: &Sheet, base: Decimal, bars: &[Swing], unit: Unit, currency: &str) -> Canvas {
    let names = column_width(bars.iter().map(|bar| (&*bar.name, "")), 240.0);
    let headings: Vec<Heading> = bars.iter().map(|bar| Heading::new(&bar.name, "", names)).collect();
    let pitch = ((sheet.room(560.0) - HEAD - FOOT) / bars.len().max(1) as f64).clamp(34.0, 54.0);
    let heights: Vec<f64> = headings.iter().map(|heading| pitch.max(heading.height() + 14.0)).collect();
    let canvas = sheet.canvas(HEAD + heights.iter().sum::<f64>() + FOOT);
    let first = sheet.top() + HEAD;
    let bottom = first + heights.iter().sum::<f64>();

    let words = |value: Decimal| unit.chart_words(value, currency);
    let ends = || bars.iter().flat_map(|bar| [&bar.low, &bar.high]).filter_map(|(value, _)| *value).chain([base]);
    let (least, most) = (ends().min().unwrap_or(base), ends().max().unwrap_or(base));
    let beside = bars
        .iter()
        .flat_map(|bar| [&bar.low, &bar.high])
        .filter_map(|(value, end)| Some((words(value.as_ref().copied()?), end)))
        .map(|(figure, end)| Type::label(INK).width(&figure) + Type::new(12.0, MUTED).width(end) + 18.0)
        .fold(0.0, f64::max);
    let (left, right) = (MARGIN + names + 24.0 + beside, RIGHT - beside);
    let x = Scale::new((coordinate(least), coordinate(most)), (left, right));
    let center = if least == most { f64::midpoint(left, right) } else { x.at(coordinate(base)) };

    canvas.text(&format!("Base {}", words(base)), center, first - 8.0, Type::new(12.0, MUTED).centered().standing());
    let mut top = first;
    for (row, ((bar, heading), height)) in bars.iter().zip(&headings).zip(&heights).enumerate() {
        let middle = top + height / 2.0;
        if row > 0 {
            canvas.gridline(MARGIN, RIGHT, top);
        }
        heading.draw(&canvas, middle);
        let half = (pitch * 0.28).min(13.0);
        // Of two ends on one side the longer lies below.
        let mut sides = [(&bar.low, SKY), (&bar.high, NAVY)];
        sides.sort_by_key(|((value, _), _)| std::cmp::Reverse(value.map(|value| (value - base).abs())));
        for ((value, _), color) in sides {
            let Some(value) = value else { continue };
            let end = if least == most { center } else { x.at(coordinate(*value)) };
            let (from, to) = if end < center { (end, center) } else { (center, end) };
            if to > from {
                canvas.rectangle(from, middle - half, to.max(from + THINNEST), middle + half, color);
            }
        }
        for side in [Side::Left, Side::Right] {
            label(
                &canvas,
                bar,
                base,
                side,
                |value| if least == most { center } else { x.at(coordinate(value)) },
                middle,
                &words,
            );
        }
        top += height;
    }
    canvas.line(&[(center, first), (center, bottom)], 1.0, AXIS);
    canvas
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

/// The figure and the end of the input it belongs to, at the outer end of a bar.
fn label(
    canvas: &Canvas,
    bar: &Swing,
    base: Decimal,
    side: Side,
    x: impl Fn(Decimal) -> f64,
    middle: f64,
    words: &dyn Fn(Decimal) -> String,
) {
    let ends: [(&(Option<Decimal>, String), RGBColor); 2] = [(&bar.low, SKY), (&bar.high, NAVY)];
    let on_this_side = |value: Decimal| if side == Side::Left { value < base } else { value > base };
    let known = ends.into_iter().filter_map(|((value, end), color)| Some((value.as_ref().copied()?, end, color)));
    let outer = known.filter(|(value, ..)| on_this_side(*value)).max_by_key(|(value, ..)| (*value - base).abs());
    let Some((value, end, color)) = outer else { return };
    let figure = words(value);
    let (strong, quiet) = (Type::label(readable(color)), Type::new(12.0, MUTED));
    match side {
        Side::Left => {
            let at = x(value) - 8.0;
            canvas.text(&figure, at, middle, strong.to_the_left());
            canvas.text(end, at - strong.width(&figure) - 6.0, middle, quiet.to_the_left());
        }
        Side::Right => {
            let at = x(value) + 8.0;
            canvas.text(&figure, at, middle, strong);
            canvas.text(end, at + strong.width(&figure) + 6.0, middle, quiet);
        }
    }
}
