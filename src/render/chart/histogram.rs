//! How a fraction is distributed: bars over an axis, with the values that matter marked.

use super::fit::ticks;
use super::format::{coordinate, percent};
use super::kit::{Canvas, MARGIN, RIGHT, Scale, Type, value_type};
use super::palette::{INK, MUTED, NAVY, SKY, WHITE, mixed};
use super::sheet::Sheet;
use crate::report::chart::{Bin, Marked};

/// Room for the labels of the marks above the bars.
const MARKS: f64 = 46.0;
/// Room below the baseline.
const BELOW: f64 = 34.0;

/// Draws the chart.
pub(super) fn draw(sheet: &Sheet, bins: &[Bin], marks: &[Marked]) -> Canvas {
    let label = Type::new(12.0, MUTED);
    let plot = (sheet.room(540.0) - BELOW).clamp(280.0, 360.0);
    let canvas = sheet.canvas(plot + BELOW);
    let (top, bottom) = (sheet.top() + MARKS, sheet.top() + plot);
    let most = bins.iter().map(|bin| coordinate(bin.share)).fold(0.0, f64::max) * 100.0;
    let scale = ticks(most);
    let (left, right) = (MARGIN, RIGHT - 26.0);
    let y = Scale::new((0.0, scale.last().copied().unwrap_or(1.0) / 100.0), (bottom, top));
    for &tick in &scale[1..] {
        canvas.gridline(left, RIGHT, y.at(tick / 100.0));
        canvas.text(&short(tick), RIGHT, y.at(tick / 100.0) - 3.0, label.to_the_left().standing());
    }
    let (Some(first), Some(last)) = (bins.first(), bins.last()) else { return canvas };
    let x = Scale::new((coordinate(first.from), coordinate(last.to)), (left, right));
    let inside = |bin: &Bin| {
        let at = |name: &str| marks.iter().find(|mark| mark.name == name).map(|mark| mark.value);
        at("p5").is_none_or(|low| bin.to > low) && at("p95").is_none_or(|high| bin.from < high)
    };
    for bin in bins {
        let color = if inside(bin) { mixed(NAVY, WHITE, 0.3) } else { mixed(SKY, WHITE, 0.45) };
        let (from, to) = (x.at(coordinate(bin.from)), x.at(coordinate(bin.to)));
        let height = y.at(coordinate(bin.share));
        if height < bottom - 0.2 {
            canvas.rectangle(from + 0.6, height, to - 0.6, bottom, color);
        }
    }
    canvas.baseline((left, bottom), (right, bottom));
    draw_axis(&canvas, x, (coordinate(first.from), coordinate(last.to)), bottom, label);
    draw_marks(&canvas, marks, x, sheet.top(), bottom);
    canvas
}

/// Percentages below the baseline, in round steps.
fn draw_axis(canvas: &Canvas, x: Scale, (from, to): (f64, f64), bottom: f64, label: Type) {
    let step = ticks((to - from) * 100.0).get(1).copied().unwrap_or(1.0) / 200.0;
    let count = ((to - from) / step).round() as u32 + 1;
    let first = (from / step).ceil();
    for tick in (0..=count).map(|tick| (first + f64::from(tick)) * step).filter(|tick| *tick <= to + step * 1e-6) {
        let center = x.at(tick);
        canvas.line(&[(center, bottom), (center, bottom + 4.0)], 1.0, MUTED);
        let words = format!("{}%", short(tick * 100.0));
        let half = label.width(&words) / 2.0;
        canvas.text(&words, center.max(MARGIN + half), bottom + 9.0, label.centered().hanging());
    }
}

/// A line and a label for each mark; labels that would meet stand on two levels.
fn draw_marks(canvas: &Canvas, marks: &[Marked], x: Scale, top: f64, bottom: f64) {
    let mut marks: Vec<&Marked> = marks.iter().collect();
    marks.sort_by_key(|mark| mark.value);
    let mut free = [f64::MIN; 2];
    let name = Type::new(12.0, MUTED);
    for mark in marks {
        let at = x.at(coordinate(mark.value));
        if !(MARGIN - 1.0..=RIGHT + 1.0).contains(&at) {
            continue;
        }
        let words = format!("{} {}", mark.name, percent(mark.value));
        let width = name.width(&format!("{} ", mark.name)) + value_type().width(&percent(mark.value));
        let start = (at + 6.0).min(RIGHT - width - 8.0);
        let level = usize::from(free[0] > start - 8.0);
        free[level] = start + width;
        let height = top + 6.0 + 20.0 * level as f64;
        let is_base = mark.name == "Base";
        canvas.line(
            &[(at, height - 4.0), (at, bottom)],
            if is_base { 1.0 } else { 1.6 },
            if is_base { MUTED } else { INK },
        );
        canvas.rectangle(start - 3.0, height - 8.0, start + width + 3.0, height + 9.0, WHITE);
        let after = start + name.width(&format!("{}\u{a0}", mark.name)) + 2.0;
        canvas.text(&mark.name, start, height, name);
        canvas.text(words.rsplit(' ').next().unwrap_or_default(), after, height, value_type());
    }
}

/// A number without the zeros behind it.
fn short(number: f64) -> String {
    let text = format!("{number:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
