//! How a fraction fans out from stage to stage: the median, the middle half and nine tenths.

use super::fit::{spread, ticks};
use super::format::{coordinate, percent};
use super::kit::{Canvas, MARGIN, RIGHT, Scale, Type};
use super::palette::{MUTED, NAVY, WHITE};
use super::sheet::Sheet;
use crate::report::chart::{Band, Label};

const LEADING: f64 = 15.0;
const NAMES: [&str; 5] = ["5th", "25th", "Median", "75th", "95th"];

/// Draws the chart.
pub(super) fn draw(sheet: &Sheet, stages: &[Label], band: &Band) -> Canvas {
    let label = Type::new(12.0, MUTED);
    let (side, left) = (118.0, MARGIN + 44.0);
    let right = RIGHT - side;
    let step = (right - left) / stages.len().saturating_sub(1).max(1) as f64;
    let room = step.min(150.0) - 10.0;
    let names: Vec<Vec<String>> = stages.iter().map(|stage| label.wrap(&stage.name, room, 4)).collect();
    let lines = names.iter().map(Vec::len).max().unwrap_or(1) + 1;
    let below = 16.0 + LEADING * lines as f64;
    let plot = (sheet.room(590.0) - below).clamp(260.0, 360.0);
    let canvas = sheet.canvas(plot + below);
    let (top, bottom) = (sheet.top() + 8.0, sheet.top() + plot);
    let scale = percentages(band);
    let ends = (scale.first().copied().unwrap_or(0.0), scale.last().copied().unwrap_or(1.0));
    let y = Scale::new((ends.0 / 100.0, ends.1 / 100.0), (bottom, top));
    for &tick in &scale {
        canvas.gridline(left, right, y.at(tick / 100.0));
        canvas.text(&format!("{tick}%"), left - 8.0, y.at(tick / 100.0), label.to_the_left());
    }
    let x = |stage: usize| left + step * stage as f64;
    let along = |which: usize| -> Vec<(f64, f64)> {
        band.points.iter().enumerate().map(|(stage, point)| (x(stage), y.at(coordinate(point[which])))).collect()
    };
    for (low, high, opacity) in [(0, 4, 0.18), (1, 3, 0.34)] {
        let mut corners = along(low);
        corners.extend(along(high).into_iter().rev());
        if corners.len() > 3 {
            canvas.ribbon(&corners, NAVY, opacity);
        }
    }
    let median = along(2);
    if median.len() > 1 {
        canvas.line(&median, 5.0, WHITE);
        canvas.line(&median, 2.6, NAVY);
    }
    canvas.baseline((left, bottom), (right, bottom));
    for (stage, (lines, date)) in names.iter().zip(stages.iter().map(|stage| &stage.detail)).enumerate() {
        canvas.line(&[(x(stage), bottom), (x(stage), bottom + 4.0)], 1.0, MUTED);
        let mut lines = lines.clone();
        lines.push(date.clone());
        canvas.lines(&lines, x(stage), bottom + 9.0, LEADING, label.centered().hanging());
    }
    draw_ends(&canvas, band, y, right, (top, bottom));
    canvas
}

/// Ticks: from zero, or around the bands where they keep far from it.
fn percentages(band: &Band) -> Vec<f64> {
    let all = || band.points.iter().flatten().map(|value| coordinate(*value) * 100.0);
    let (least, most) = (all().fold(f64::MAX, f64::min), all().fold(0.0, f64::max));
    if least > most || least < 0.6 * most {
        return ticks(most);
    }
    let step = ticks(most - least).get(1).copied().unwrap_or(1.0);
    let (start, end) = ((least / step).floor(), (most / step).ceil().max((least / step).floor() + 1.0));
    (0..=(end - start) as u32).map(|tick| (start + f64::from(tick)) * step).collect()
}

/// What stands at the end of each line.
fn draw_ends(canvas: &Canvas, band: &Band, y: Scale, right: f64, (top, bottom): (f64, f64)) {
    let Some(last) = band.points.last() else { return };
    let mut centers = last.map(|value| y.at(coordinate(value)));
    // Percentiles that are equal keep their order, the higher one above.
    for (center, rise) in centers.iter_mut().zip([0.0, 1.0, 2.0, 3.0, 4.0]) {
        *center -= rise * 1e-6;
    }
    let places = spread(&centers, &[17.0; 5], top - 8.0, bottom + 8.0);
    for (index, name) in NAMES.iter().enumerate() {
        let is_median = index == 2;
        let set = if is_median { Type::label(NAVY) } else { Type::new(12.0, MUTED) };
        canvas.text(name, right + 12.0, places[index], set);
        let set = if is_median { set } else { Type::label(super::palette::INK).regular() };
        canvas.text(&percent(last[index]), RIGHT, places[index], set.to_the_left());
    }
}
