//! One line a figure over the values of one input.

use super::fit::{spread, ticks};
use super::format::coordinate;
use super::heatmap::thinned;
use super::kit::{Canvas, MARGIN, RIGHT, Scale, Type};
use super::palette::{MUTED, WHITE, fill, readable};
use super::sheet::Sheet;
use crate::report::chart::{self, SparseSeries};
use crate::report::quantities::Unit;
use plotters::style::RGBColor;
use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;

const BELOW: f64 = 46.0;
const LEADING: f64 = 16.0;
/// With more points than these a line has no dots.
const DOTS: usize = 16;

/// Draws the chart.
pub(super) fn draw(
    sheet: &Sheet,
    across: &chart::Scale,
    series: &[SparseSeries],
    unit: Unit,
    currency: &str,
) -> Canvas {
    let label = Type::new(12.0, MUTED);
    let plot = (sheet.room(560.0) - BELOW).clamp(300.0, 360.0);
    let canvas = sheet.canvas(plot + BELOW);
    let (top, bottom) = (sheet.top() + 10.0, sheet.top() + plot);
    let values = || series.iter().flat_map(|line| line.values.iter().flatten()).map(|value| coordinate(*value));
    let scale = heights(values().fold(f64::MAX, f64::min), values().fold(f64::MIN, f64::max), unit);
    let words = |value: f64| {
        let words = unit.chart_words(Decimal::from_f64(value).unwrap_or_default().normalize(), currency);
        words.strip_suffix(".0%").map_or(words.clone(), |whole| format!("{whole}%"))
    };
    let widest = scale.iter().map(|tick| label.width(&words(*tick))).fold(0.0, f64::max);
    let names: Vec<Name> = series.iter().filter_map(|line| Name::of(line, unit, currency)).collect();
    let side = names.iter().map(Name::width).fold(60.0, f64::max);
    let (left, right) = (MARGIN + widest + 16.0, RIGHT - side - 22.0);
    let y = Scale::new((scale[0], scale[scale.len() - 1]), (bottom, top));
    for &tick in &scale {
        canvas.gridline(left, right, y.at(tick));
        canvas.text(&words(tick), left - 8.0, y.at(tick), label.to_the_left());
    }
    let x = places(across, left + 6.0, right - 6.0);
    for line in series.iter().rev() {
        draw_line(&canvas, line, &x, y);
    }
    let centers: Vec<f64> = names.iter().map(|name| y.at(name.value)).collect();
    let heights: Vec<f64> = names.iter().map(Name::height).collect();
    for (name, (place, center)) in
        names.iter().zip(spread(&centers, &heights, top - 8.0, bottom).into_iter().zip(&centers))
    {
        name.draw(&canvas, right + 16.0, place, (x[name.last], *center));
    }
    canvas.baseline((left, bottom), (right, bottom));
    let longest = across.labels.iter().map(|words| label.width(words)).fold(0.0, f64::max);
    let step = (right - left) / across.labels.len().max(1) as f64;
    let mut end = f64::MIN;
    for at in thinned(across.labels.len(), ((longest + 10.0) / step).ceil()) {
        let half = label.width(&across.labels[at]) / 2.0;
        let center = x[at].max(left + half - 6.0).min(right - half + 10.0);
        if center - half > end + 8.0 {
            canvas.text(&across.labels[at], center, bottom + 9.0, label.centered().hanging());
            end = center + half;
        }
    }
    canvas.text(&across.name, f64::midpoint(left, right), bottom + 28.0, label.semibold().centered().hanging());
    canvas
}

/// Where the values of the input stand: to scale where they are numbers that grow, else evenly.
fn places(across: &chart::Scale, left: f64, right: f64) -> Vec<f64> {
    let count = across.labels.len();
    let numbers: Vec<f64> = across.numbers.iter().map(|number| coordinate(*number)).collect();
    let grows = numbers.len() == count && count > 1 && numbers.windows(2).all(|pair| pair[0] < pair[1]);
    if grows {
        let scale = Scale::new((numbers[0], numbers[count - 1]), (left, right));
        return numbers.iter().map(|number| scale.at(*number)).collect();
    }
    let step = if count > 1 { (right - left) / (count - 1) as f64 } else { 0.0 };
    (0..count).map(|at| if count > 1 { left + step * at as f64 } else { f64::midpoint(left, right) }).collect()
}

/// Ticks: from zero where the lines come near it, else around them.
fn heights(least: f64, most: f64, unit: Unit) -> Vec<f64> {
    if least > most {
        return vec![0.0, 1.0];
    }
    let hundredfold = if unit == Unit::Fraction { 100.0 } else { 1.0 };
    if least >= 0.0 && least < 0.6 * most || most <= least {
        return ticks(most * hundredfold).into_iter().map(|tick| tick / hundredfold).collect();
    }
    let step = ticks((most - least) * hundredfold).get(1).copied().unwrap_or(1.0) / hundredfold;
    let (bottom, top) = ((least / step).floor(), (most / step).ceil());
    (0..=(top - bottom) as usize).map(|tick| (bottom + tick as f64) * step).collect()
}

/// The line with a white casing; it breaks where there is no answer.
fn draw_line(canvas: &Canvas, line: &SparseSeries, x: &[f64], y: Scale) {
    let color = fill(line.colour);
    let points: Vec<Option<(f64, f64)>> =
        line.values.iter().zip(x).map(|(value, x)| value.map(|value| (*x, y.at(coordinate(value))))).collect();
    for run in points.split(Option::is_none) {
        let run: Vec<(f64, f64)> = run.iter().copied().flatten().collect();
        if run.len() > 1 {
            canvas.line(&run, 5.0, WHITE);
            canvas.line(&run, 2.6, color);
        }
        if points.len() <= DOTS || run.len() == 1 {
            for (x, y) in run {
                canvas.dot(x, y, 4.4, WHITE);
                canvas.dot(x, y, 3.6, color);
            }
        }
    }
}

/// What stands at the end of a line: its last figure and its name.
struct Name {
    figure: String,
    lines: Vec<String>,
    value: f64,
    last: usize,
    color: RGBColor,
}

impl Name {
    fn of(line: &SparseSeries, unit: Unit, currency: &str) -> Option<Self> {
        let last = line.values.iter().rposition(Option::is_some)?;
        let value = line.values[last]?;
        let color = readable(fill(line.colour));
        let lines = Type::label(color).regular().wrap(&line.name, 150.0, 2);
        Some(Name { figure: unit.chart_words(value, currency), lines, value: coordinate(value), last, color })
    }

    fn width(&self) -> f64 {
        let set = Type::label(self.color);
        let names = self.lines.iter().map(|line| set.regular().width(line)).fold(0.0, f64::max);
        set.width(&self.figure) + 8.0 + names
    }

    fn height(&self) -> f64 {
        LEADING * self.lines.len().max(1) as f64 + 3.0
    }

    fn draw(&self, canvas: &Canvas, x: f64, place: f64, from: (f64, f64)) {
        let set = Type::label(self.color);
        if (place - from.1).abs() > 3.0 {
            canvas.line(&[(from.0 + 6.0, from.1), (x - 3.0, place)], 0.75, self.color);
        }
        canvas.text(&self.figure, x, place, set);
        let names = x + set.width(&self.figure) + 8.0;
        canvas.lines(
            &self.lines,
            names,
            place - LEADING * (self.lines.len() as f64 - 1.0) / 2.0,
            LEADING,
            set.regular(),
        );
    }
}
