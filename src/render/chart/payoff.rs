//! Payoffs over exit values: straight lines between exact corners, named at their ends, breakpoints above the plot.

use super::breaks::{AXIS, Breaks, Plot, axis, money_tick};
use super::fit::{spread, ticks, wrap_evenly};
use super::format::coordinate;
use super::kit::{Canvas, MARGIN, RIGHT, Scale, Type};
use super::palette::{INK, MUTED, WHITE, fill, readable};
use super::sheet::Sheet;
use crate::report::chart::{PayoffLine, PayoffLines};

/// The longest line of a name.
const ROOM: f64 = 150.0;
const LEADING: f64 = 16.0;
/// From the end of a line to its name.
const GAP: f64 = 12.0;
const LEADER: f64 = 12.0;

/// Draws the chart.
pub(super) fn draw(sheet: &Sheet, chart: &PayoffLines) -> Canvas {
    let names: Vec<Name> = chart.lines.iter().map(Name::new).collect();
    let y_ticks = ticks(highest(&chart.lines));
    let tick_type = Type::new(12.0, MUTED).to_the_left();
    let labels: Vec<String> = y_ticks.iter().map(|tick| money_tick(*tick, &chart.currency)).collect();
    let left = MARGIN + labels.iter().map(|label| tick_type.width(label)).fold(0.0, f64::max) + 10.0;
    let right = RIGHT - GAP - LEADER - names.iter().map(Name::width).fold(0.0, f64::max);
    let breaks = Breaks::new(&chart.breaks, right - left + 60.0);
    let names_height: f64 = names.iter().map(Name::height).sum();
    let height = (sheet.room(600.0) - breaks.height - AXIS).clamp(300.0, 400.0).max(names_height);
    let canvas = sheet.canvas(breaks.height + height + AXIS);
    let top = sheet.top() + breaks.height;
    let plot =
        Plot { left, right, top, bottom: top + height, x: Scale::new((0.0, coordinate(chart.upper)), (left, right)) };
    let y = Scale::new((0.0, y_ticks.last().copied().unwrap_or(1.0)), (plot.bottom, top));

    for (tick, label) in y_ticks.iter().zip(&labels) {
        canvas.gridline(left, right, y.at(*tick));
        canvas.text(label, left - 10.0, y.at(*tick), tick_type);
    }
    breaks.draw(&canvas, plot);
    let points = |line: &PayoffLine| -> Vec<(f64, f64)> {
        // Where nothing is paid yet there is no line to see but the axis.
        let begins = line.corners.iter().position(|corner| !corner.1.is_zero()).unwrap_or(0).saturating_sub(1);
        line.corners[begins..]
            .iter()
            .map(|&(value, paid)| (plot.x.at(coordinate(value)), y.at(coordinate(paid))))
            .collect()
    };
    for line in chart.lines.iter().rev() {
        let points = points(line);
        canvas.line(&points, 5.0, WHITE);
        canvas.line(&points, 2.6, fill(line.colour));
    }
    axis(&canvas, plot, chart.upper, &chart.currency);
    for line in chart.lines.iter().rev() {
        let points = points(line);
        let starts = points.first().copied().filter(|(x, _)| *x > left);
        for (x, y) in starts.into_iter().chain(bends(&points)) {
            canvas.dot(x, y, 4.4, WHITE);
            canvas.dot(x, y, 3.4, fill(line.colour));
        }
    }
    marks(&canvas, chart, plot, y);
    let ends: Vec<f64> = chart.lines.iter().map(|line| points(line).last().map_or(plot.bottom, |end| end.1)).collect();
    end_names(&canvas, &names, &ends, plot);
    canvas
}

fn highest(lines: &[PayoffLine]) -> f64 {
    lines.iter().flat_map(|line| &line.corners).map(|corner| coordinate(corner.1)).fold(0.0, f64::max)
}

/// The points at which a line bends or jumps.
fn bends(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let bent = |three: &&[(f64, f64)]| {
        let (a, b, c) = (three[0], three[1], three[2]);
        // A tenth of a pixel off the straight line from the one before to the one after.
        let span = c.0 - a.0;
        span <= 0.0 || (a.1 + (c.1 - a.1) * (b.0 - a.0) / span - b.1).abs() > 0.1
    };
    points.windows(3).filter(bent).map(|three| three[1]).collect()
}

/// Named points, each with its words on a plate above or below it.
fn marks(canvas: &Canvas, chart: &PayoffLines, plot: Plot, y: Scale) {
    for mark in &chart.marks {
        let (x, at) = (plot.x.at(coordinate(mark.exit_value)), y.at(coordinate(mark.payout)));
        canvas.dot(x, at, 6.4, INK);
        canvas.dot(x, at, 4.0, WHITE);
        let set = Type::label(INK);
        let width = set.width(&mark.words);
        let set = if x + 14.0 + width < plot.right { set } else { set.to_the_left() };
        let (place, below) = (if x + 14.0 + width < plot.right { x + 12.0 } else { x - 12.0 }, at + 16.0);
        let below = if below > plot.bottom - 12.0 { at - 16.0 } else { below };
        canvas.plate(&mark.words, place, below, set);
    }
}

/// A name and a value beside the end of a line.
struct Name<'a> {
    line: &'a PayoffLine,
    words: Vec<String>,
    set: Type,
}

impl<'a> Name<'a> {
    fn new(line: &'a PayoffLine) -> Self {
        let set = Type::label(readable(fill(line.colour)));
        Name { line, words: wrap_evenly(&line.name, set, ROOM, 3), set }
    }

    fn value(&self) -> Type {
        self.set.regular().sized(12.0)
    }

    fn width(&self) -> f64 {
        let widest = self.words.iter().map(|line| self.set.width(line)).fold(0.0, f64::max);
        widest.max(self.value().width(&self.line.value))
    }

    fn height(&self) -> f64 {
        LEADING * (self.words.len() + 1) as f64 + 4.0
    }
}

/// Names beside the ends of the lines; a leader where one had to move.
fn end_names(canvas: &Canvas, names: &[Name], ends: &[f64], plot: Plot) {
    let heights: Vec<f64> = names.iter().map(Name::height).collect();
    let places = spread(ends, &heights, plot.top - 14.0, plot.bottom + 14.0);
    let moved = places.iter().zip(ends).any(|(place, end)| (place - end).abs() > 5.0);
    let x = plot.right + GAP + if moved { LEADER } else { 0.0 };
    for ((name, &end), place) in names.iter().zip(ends).zip(places) {
        if moved {
            let leader = [(plot.right + 3.0, end), (plot.right + 8.0, end), (x - 8.0, place), (x - 4.0, place)];
            canvas.line(&leader, 0.75, name.set.color());
        }
        let first = place - LEADING * name.words.len() as f64 / 2.0;
        canvas.lines(&name.words, x, first, LEADING, name.set);
        canvas.text(&name.line.value, x, first + LEADING * name.words.len() as f64, name.value());
    }
}
