//! The scenario comparison: a slope chart with a column of dots for each scenario and a line for each holder.

use super::fit::spread;
use super::format::{coordinate, percentage};
use super::kit::{Canvas, MARGIN, RIGHT, Scale, Type};
use super::palette::{GRID, INK, MUTED, WHITE, fill, readable};
use super::rows::FOOT;
use super::sheet::Sheet;
use crate::report::chart::{Label, SparseSeries};

/// From a column of dots to its words.
const GAP: f64 = 14.0;
/// More of it where leader lines stand between.
const LEADER: f64 = 10.0;
const LEADING: f64 = 16.0;
const ROOMS: [f64; 2] = [190.0, 130.0];

/// Draws the chart.
pub(super) fn draw(sheet: &Sheet, scenarios: &[Label], series: &[SparseSeries]) -> Canvas {
    let room = ROOMS[usize::from(scenarios.len() > 4)];
    let lines: Vec<Line> = series.iter().map(|holder| Line::new(holder, room)).collect();
    let names = lines.iter().map(Line::name_width).fold(60.0, f64::max);
    let figures = lines.iter().map(Line::figures_width).fold(0.0, f64::max);
    let side = GAP + LEADER + figures + 9.0 + names;
    let (left, right) = (MARGIN + side, RIGHT - side);
    let step = if scenarios.len() > 1 { (right - left) / (scenarios.len() - 1) as f64 } else { 0.0 };
    let heads = Heads::new(scenarios, if scenarios.len() > 1 { (step - 12.0).min(220.0) } else { 220.0 });

    let labels: f64 = lines.iter().map(Line::height).sum();
    let plot = (sheet.room(580.0) - heads.height - FOOT).clamp(340.0, 420.0).max(labels + 24.0);
    let canvas = sheet.canvas(heads.height + plot + FOOT);
    let (top, bottom) = (sheet.top() + heads.height, sheet.top() + heads.height + plot);
    let values = || lines.iter().flat_map(|line| line.values.iter().flatten()).copied();
    let (low, high) = (values().fold(f64::MAX, f64::min), values().fold(0.0, f64::max));
    let y = Scale::new((low.min(high), high), (bottom - 18.0, top + 26.0));
    let x =
        |scenario: usize| if scenarios.len() > 1 { left + step * scenario as f64 } else { f64::midpoint(left, right) };

    for scenario in 0..scenarios.len() {
        canvas.line(&[(x(scenario), top), (x(scenario), bottom)], 1.0, GRID);
        heads.draw(&canvas, scenario, x(scenario), top);
    }
    for line in lines.iter().rev() {
        line.draw(&canvas, x, y);
    }
    for line in lines.iter().rev() {
        for (scenario, value) in line.values.iter().enumerate() {
            if let Some(value) = value {
                canvas.dot(x(scenario), y.at(*value), 4.4, WHITE);
                canvas.dot(x(scenario), y.at(*value), 3.8, fill(line.holder.colour));
            }
        }
    }
    let last = scenarios.len().saturating_sub(1);
    for scenario in 0..scenarios.len() {
        let column = Column { scenario, x: x(scenario), y, top, bottom };
        match scenario {
            _ if scenario == last => end_labels(&canvas, &lines, column, figures, true),
            0 => end_labels(&canvas, &lines, column, figures, false),
            _ => middle_values(&canvas, &lines, column),
        }
    }
    canvas
}

/// A holder's line.
struct Line<'a> {
    holder: &'a SparseSeries,
    name: Vec<String>,
    values: Vec<Option<f64>>,
    set: Type,
}

impl<'a> Line<'a> {
    fn new(holder: &'a SparseSeries, room: f64) -> Self {
        let set = Type::label(readable(fill(holder.colour)));
        let name = set.regular().wrap(&holder.name, room, 2);
        let values = holder.values.iter().map(|value| value.map(coordinate)).collect();
        Line { holder, name, values, set }
    }

    fn name_width(&self) -> f64 {
        self.name.iter().map(|line| self.set.regular().width(line)).fold(0.0, f64::max)
    }

    fn figures_width(&self) -> f64 {
        let figures = self.holder.values.iter().flatten();
        figures.map(|&value| self.set.width(&percentage(value))).fold(0.0, f64::max)
    }

    fn height(&self) -> f64 {
        LEADING * self.name.len().max(1) as f64 + 4.0
    }

    fn words(&self, scenario: usize) -> String {
        self.holder.values.get(scenario).copied().flatten().map_or_else(|| "\u{2013}".into(), percentage)
    }

    fn at(&self, scenario: usize) -> Option<f64> {
        self.values.get(scenario).copied().flatten()
    }

    /// Where its label beside the first or last column stands: at its value, or, where a line reaches neither end of
    /// the chart and so would have no name, at its latest value beside the last column.
    fn end(&self, scenario: usize, to_the_right: bool) -> Option<f64> {
        let nameless = to_the_right && self.at(0).is_none();
        self.at(scenario).or_else(|| self.values.iter().rev().copied().flatten().next().filter(|_| nameless))
    }

    /// The line with a white casing; it breaks where the holder is not in a scenario.
    fn draw(&self, canvas: &Canvas, x: impl Fn(usize) -> f64, y: Scale) {
        let points: Vec<Option<(f64, f64)>> =
            self.values.iter().enumerate().map(|(at, value)| value.map(|value| (x(at), y.at(value)))).collect();
        for run in points.split(Option::is_none) {
            let run: Vec<(f64, f64)> = run.iter().copied().flatten().collect();
            if run.len() > 1 {
                canvas.line(&run, 5.0, WHITE);
                canvas.line(&run, 2.6, fill(self.holder.colour));
            }
        }
    }
}

/// The scenarios' names and details above the columns.
struct Heads {
    lines: Vec<(Vec<String>, Vec<String>)>,
    height: f64,
}

impl Heads {
    fn new(scenarios: &[Label], room: f64) -> Self {
        let wrap = |scenario: &Label| {
            (name_type().wrap(&scenario.name, room, 2), detail_type().wrap(&scenario.detail, room, 2))
        };
        let lines: Vec<_> = scenarios.iter().map(wrap).collect();
        let most = |count: fn(&(Vec<String>, Vec<String>)) -> usize| lines.iter().map(count).max().unwrap_or(0) as f64;
        let height = 10.0 + 17.0 * most(|(name, _)| name.len()) + LEADING * most(|(_, detail)| detail.len());
        Heads { lines, height }
    }

    fn draw(&self, canvas: &Canvas, scenario: usize, x: f64, top: f64) {
        let (name, detail) = &self.lines[scenario];
        let details = self.lines.iter().map(|(_, detail)| detail.len()).max().unwrap_or(0);
        let first_detail = top - 8.0 - LEADING * (details as f64 - 1.0);
        let last_name = if details == 0 { top - 8.0 } else { first_detail - 18.0 };
        canvas.lines(name, x, last_name - 17.0 * (name.len() as f64 - 1.0), 17.0, name_type());
        canvas.lines(detail, x, first_detail, LEADING, detail_type());
    }
}

fn name_type() -> Type {
    Type::new(14.0, INK).semibold().centered().standing()
}

fn detail_type() -> Type {
    Type::new(12.0, MUTED).centered().standing()
}

/// A column of dots and where it stands.
#[derive(Clone, Copy)]
struct Column {
    scenario: usize,
    x: f64,
    y: Scale,
    top: f64,
    bottom: f64,
}

/// Value and name beside the first or last column.
fn end_labels(canvas: &Canvas, lines: &[Line], column: Column, figures: f64, to_the_right: bool) {
    let Column { scenario, x, y, top, bottom } = column;
    let shown: Vec<(&Line, f64)> =
        lines.iter().filter_map(|line| Some((line, y.at(line.end(scenario, to_the_right)?)))).collect();
    let centers: Vec<f64> = shown.iter().map(|(_, at)| *at).collect();
    let heights: Vec<f64> = shown.iter().map(|(line, _)| line.height()).collect();
    let places = spread(&centers, &heights, top, bottom);
    let outward = if to_the_right { 1.0 } else { -1.0 };
    let far = places.iter().zip(&centers).any(|(place, center)| (place - center).abs() > 6.0);
    let near = x + outward * if far { GAP + LEADER } else { GAP };
    for ((line, center), place) in shown.into_iter().zip(places) {
        if far && (place - center).abs() > 2.0 && line.at(scenario).is_some() {
            let leader = [(x + outward * 6.0, center), (near - outward * 8.0, place), (near - outward * 4.0, place)];
            canvas.line(&leader, 0.75, line.set.color());
        }
        // Figures are right-aligned on both sides.
        let figures_end = if to_the_right { near + figures } else { near };
        canvas.text(&line.words(scenario), figures_end, place, line.set.to_the_left());
        let name = near + outward * (figures + 9.0);
        let set = if to_the_right { line.set.regular() } else { line.set.regular().to_the_left() };
        canvas.lines(&line.name, name, place - LEADING * (line.name.len() as f64 - 1.0) / 2.0, LEADING, set);
    }
}

/// Values at a column between: above or below their dots where there is room, else beside them.
fn middle_values(canvas: &Canvas, lines: &[Line], column: Column) {
    let Column { scenario, x, y, top, bottom } = column;
    let mut shown: Vec<(&Line, f64)> = lines.iter().filter_map(|line| Some((line, y.at(line.at(scenario)?)))).collect();
    shown.sort_by(|a, b| a.1.total_cmp(&b.1));
    let mut taken = f64::MIN;
    let mut crowded = Vec::new();
    for (place, &(line, at)) in shown.iter().enumerate() {
        let next = shown.get(place + 1).map_or(f64::MAX, |(_, next)| *next);
        let set = line.set.centered();
        if at - taken > 30.0 {
            canvas.plate(&line.words(scenario), x, at - 10.0, set.standing());
            taken = at;
        } else if next - at > 34.0 {
            canvas.plate(&line.words(scenario), x, at + 10.0, set.hanging());
            taken = at + 20.0;
        } else {
            crowded.push((line, at));
            taken = at;
        }
    }
    let centers: Vec<f64> = crowded.iter().map(|(_, at)| *at).collect();
    let places = spread(&centers, &vec![LEADING; crowded.len()], top, bottom);
    for ((line, at), place) in crowded.into_iter().zip(places) {
        canvas.line(&[(x + 5.0, at), (x + 19.0, place)], 0.75, line.set.color());
        canvas.plate(&line.words(scenario), x + 22.0, place, line.set);
    }
}
