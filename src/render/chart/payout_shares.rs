//! How every exit value is shared: areas that add up to all of it, named at the right end.

use super::breaks::{AXIS, Breaks, Plot, axis};
use super::fit::{spread, wrap_evenly};
use super::format::coordinate;
use super::kit::{Canvas, MARGIN, RIGHT, Scale, Type};
use super::palette::{MUTED, WHITE, fill, readable};
use super::sheet::Sheet;
use crate::report::chart::{PayoffLine, PayoutShares};

const ROOM: f64 = 150.0;
const LEADING: f64 = 16.0;
const GAP: f64 = 24.0;

/// Draws the chart.
pub(super) fn draw(sheet: &Sheet, chart: &PayoutShares) -> Canvas {
    let upper = coordinate(chart.upper);
    let at_end = stack(&chart.areas, upper);
    let names: Vec<Name> = chart
        .areas
        .iter()
        .zip(&at_end)
        .filter(|(_, (from, to))| to - from > 0.0)
        .map(|(area, &span)| Name::new(area, span))
        .collect();
    let tick_type = Type::new(12.0, MUTED).to_the_left();
    let left = MARGIN + tick_type.width("100%") + 10.0;
    let right = RIGHT - GAP - names.iter().map(Name::width).fold(0.0, f64::max);
    let breaks = Breaks::new(&chart.breaks, right - left + 60.0);
    let names_height: f64 = names.iter().map(Name::height).sum();
    let height = (sheet.room(600.0) - breaks.height - AXIS).clamp(300.0, 400.0).max(names_height);
    let canvas = sheet.canvas(breaks.height + height + AXIS);
    let top = sheet.top() + breaks.height;
    let plot = Plot { left, right, top, bottom: top + height, x: Scale::new((0.0, upper), (left, right)) };
    let y = Scale::new((0.0, 1.0), (plot.bottom, top));

    let columns: Vec<(f64, Vec<(f64, f64)>)> =
        columns(chart, plot).into_iter().map(|value| (plot.x.at(value), stack(&chart.areas, value))).collect();
    for (index, area) in chart.areas.iter().enumerate() {
        let up = columns.iter().map(|(x, stack)| (*x, y.at(stack[index].1)));
        let down = columns.iter().rev().map(|(x, stack)| (*x, y.at(stack[index].0)));
        let outline: Vec<(f64, f64)> = up.chain(down).collect();
        canvas.ribbon(&outline, fill(area.colour), 1.0);
    }
    for index in 1..chart.areas.len() {
        let edge: Vec<(f64, f64)> = columns.iter().map(|(x, stack)| (*x, y.at(stack[index].0))).collect();
        canvas.line(&edge, 1.0, WHITE);
    }
    for percent in [0, 25, 50, 75, 100] {
        let at = y.at(f64::from(percent) / 100.0);
        canvas.text(&format!("{percent}%"), left - 10.0, at, tick_type);
    }
    breaks.draw(&canvas, plot);
    axis(&canvas, plot, chart.upper, &chart.currency);
    beside(&canvas, &names, plot, y);
    canvas
}

/// Exit values at which the shares are worked out: every corner and every pixel, since a share of a growing whole is no
/// straight line.
fn columns(chart: &PayoutShares, plot: Plot) -> Vec<f64> {
    let upper = coordinate(chart.upper);
    let pixels = (plot.right - plot.left).ceil();
    let mut values: Vec<f64> = (1..=pixels as u32).map(|pixel| upper * f64::from(pixel) / pixels).collect();
    // Near nothing, the shares are those of the first dollar.
    values.push(upper * 1e-9);
    values.extend(chart.areas.iter().flat_map(|area| &area.corners).map(|corner| coordinate(corner.0)));
    values.retain(|value| *value > 0.0 && *value <= upper);
    values.sort_by(f64::total_cmp);
    values.dedup();
    values
}

/// Where each area begins and ends at an exit value, as parts of it.
fn stack(areas: &[PayoffLine], value: f64) -> Vec<(f64, f64)> {
    let mut sum = 0.0;
    let part = |area: &PayoffLine| {
        let from = sum;
        sum += height(area, value) / value.max(f64::MIN_POSITIVE);
        (from, sum)
    };
    areas.iter().map(part).collect()
}

/// The payout at an exit value, on the straight line between its corners.
fn height(area: &PayoffLine, value: f64) -> f64 {
    let corners = &area.corners;
    let after = corners.iter().position(|corner| coordinate(corner.0) >= value).unwrap_or(corners.len() - 1);
    let (from, to) = (corners[after.saturating_sub(1)], corners[after]);
    let (from, to) = ((coordinate(from.0), coordinate(from.1)), (coordinate(to.0), coordinate(to.1)));
    let span = to.0 - from.0;
    if span <= 0.0 { to.1 } else { from.1 + (to.1 - from.1) * (value - from.0) / span }
}

/// A name and its share at the right end.
struct Name {
    words: Vec<String>,
    share: String,
    span: (f64, f64),
    set: Type,
}

impl Name {
    fn new(area: &PayoffLine, span: (f64, f64)) -> Self {
        let set = Type::label(readable(fill(area.colour)));
        let percent = (span.1 - span.0) * 100.0;
        let share = if percent < 0.1 { "<0.1%".into() } else { format!("{percent:.1}%") };
        Name { words: wrap_evenly(&area.name, set, ROOM, 3), share, span, set }
    }

    fn width(&self) -> f64 {
        let widest = self.words.iter().map(|line| self.set.width(line)).fold(0.0, f64::max);
        widest.max(self.set.regular().width(&self.share))
    }

    fn height(&self) -> f64 {
        LEADING * (self.words.len() + 1) as f64 + 4.0
    }
}

fn beside(canvas: &Canvas, names: &[Name], plot: Plot, y: Scale) {
    let centers: Vec<f64> = names.iter().map(|name| y.at(f64::midpoint(name.span.0, name.span.1))).collect();
    let heights: Vec<f64> = names.iter().map(Name::height).collect();
    let places = spread(&centers, &heights, plot.top - 14.0, plot.bottom + 14.0);
    let x = plot.right + GAP;
    for ((name, center), place) in names.iter().zip(centers).zip(places) {
        let (from, to) = (y.at(name.span.1), y.at(name.span.0));
        if place < from - 2.0 || place > to + 2.0 {
            let leader = [(plot.right + 3.0, center), (plot.right + 8.0, center), (x - 8.0, place), (x - 4.0, place)];
            canvas.line(&leader, 0.75, name.set.color());
        }
        let first = place - LEADING * name.words.len() as f64 / 2.0;
        canvas.lines(&name.words, x, first, LEADING, name.set);
        canvas.text(&name.share, x, first + LEADING * name.words.len() as f64, name.set.regular());
    }
}
