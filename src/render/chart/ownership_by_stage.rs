//! Ownership by stage: stacked columns, joined by thin ribbons, named directly beside the last column.

use super::fit::spread;
use super::format::{coordinate, percent, percentage};
use super::kit::{Canvas, MARGIN, RIGHT, Scale, Type};
use super::palette::{INK, MUTED, WHITE, fill, readable, text_on};
use super::sheet::Sheet;
use crate::report::chart::{Label, Series};
use rust_decimal::Decimal;

/// Segments lower than this hold no text.
const TEXT_HEIGHT: f64 = 17.0;
const LOWEST_PLOT: f64 = 330.0;
/// Segments lower than this are not parted by a white line, which would cover them.
const PARTED_HEIGHT: f64 = 3.0;
const LEADING: f64 = 16.0;

/// Where a segment of a column begins and ends.
type Segment = (f64, f64);

/// Draws the chart.
pub(super) fn draw(sheet: &Sheet, stages: &[Label], series: &[Series]) -> Canvas {
    // The longest line of a name.
    let room = match stages.len() {
        0..=2 => 280.0,
        3..=6 => 190.0,
        _ => 160.0,
    };
    let names: Vec<Name> = series.iter().rev().map(|holder| Name::new(holder, room)).collect();
    let names_width = names.iter().map(Name::width).fold(0.0, f64::max);
    let columns = Columns::new(stages.len(), RIGHT - names_width - NAME_GAP);
    let captions = Captions::new(stages, columns.step - 5.0);
    let names_height: f64 = names.iter().map(Name::height).sum();
    let plot = (sheet.room(560.0) - captions.height).clamp(LOWEST_PLOT, 410.0).max(names_height);
    let canvas = sheet.canvas(plot + captions.height);
    let (top, bottom) = (sheet.top(), sheet.top() + plot);
    let y = Scale::new((0.0, 1.0), (bottom, top));
    let stacks: Vec<Vec<Segment>> = (0..stages.len()).map(|stage| stack(series, stage)).collect();

    for (stage, pair) in stacks.windows(2).enumerate() {
        ribbons(&canvas, series, (columns.right(stage), columns.left(stage + 1)), (&pair[0], &pair[1]), y);
    }
    let values = Values::new(series, columns.width);
    for (stage, stack) in stacks.iter().enumerate() {
        let (left, right) = (columns.left(stage), columns.right(stage));
        column(&canvas, series, stack, (left, right), y);
        for (holder, &segment) in series.iter().zip(stack) {
            values.draw(&canvas, holder, stage, segment, f64::midpoint(left, right), y);
        }
        captions.draw(&canvas, stage, f64::midpoint(left, right), bottom);
    }
    canvas.baseline((MARGIN, bottom), (columns.end(), bottom));
    if let Some(last) = stacks.last() {
        let middles: Vec<Segment> = last.iter().rev().map(|&(from, to)| (y.at(to), y.at(from))).collect();
        beside(&canvas, &names, &middles, columns.right(stages.len() - 1), (top, bottom));
    }
    canvas
}

/// Where each holder's segment of a column begins and ends, from the bottom, as parts of one.
fn stack(series: &[Series], stage: usize) -> Vec<Segment> {
    let mut sum = Decimal::ZERO;
    let segment = |holder: &Series| {
        let from = sum;
        sum += holder.values.get(stage).copied().unwrap_or_default();
        (coordinate(from), coordinate(sum))
    };
    series.iter().map(segment).collect()
}

/// Horizontal places of the columns.
struct Columns {
    count: usize,
    step: f64,
    width: f64,
    side: f64,
}

impl Columns {
    fn new(count: usize, right: f64) -> Self {
        let room = right - MARGIN;
        let count = count.max(1);
        // Columns 1, gaps 0.78, half a gap before the first column; nothing wider than looks like a column.
        let gaps = (count - 1) as f64;
        let width = (room / (gaps * 1.78 + 1.39)).min(if count == 1 { 300.0 } else { 200.0 });
        let side = (width * 0.39).min(48.0);
        let step = if count == 1 { width } else { ((room - width - side) / gaps).min(width * 1.78) };
        Columns { count, step, width, side }
    }

    fn left(&self, stage: usize) -> f64 {
        MARGIN + self.side + self.step * stage as f64
    }

    fn right(&self, stage: usize) -> f64 {
        self.left(stage) + self.width
    }

    fn end(&self) -> f64 {
        self.right(self.count - 1) + self.side
    }
}

/// The stages' names and details below the columns.
struct Captions {
    lines: Vec<(Vec<String>, Vec<String>)>,
    aligned: Option<usize>,
    height: f64,
    name: Type,
}

impl Captions {
    fn new(stages: &[Label], room: f64) -> Self {
        let most = if room < 104.0 { 3 } else { 2 };
        let wrapped = |size: f64| -> Vec<Vec<String>> {
            let set = name_type().sized(size);
            stages.iter().map(|stage| set.wrap(&stage.name, room, most)).collect()
        };
        // The largest size at which every name is whole.
        let whole = |size: &f64| wrapped(*size).iter().flatten().all(|line| !line.ends_with('\u{2026}'));
        let size = [13.5, 12.0, 11.0].into_iter().find(whole).unwrap_or(11.0);
        let name = name_type().sized(size);
        let details = stages.iter().map(|stage| detail_type().wrap(&stage.detail, room, most));
        let lines: Vec<_> = wrapped(size).into_iter().zip(details).collect();
        let name_lines = lines.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        // Details of all stages start on the same line, unless long names would tear short ones from theirs.
        let aligned = name_lines <= 2;
        let height = |(name, detail): &(Vec<String>, Vec<String>)| {
            LEADING * if aligned { name_lines } else { name.len() } as f64 + 15.0 * detail.len() as f64
        };
        let height = 16.0 + lines.iter().map(height).fold(0.0, f64::max);
        Captions { lines, aligned: aligned.then_some(name_lines), height, name }
    }

    fn draw(&self, canvas: &Canvas, stage: usize, x: f64, bottom: f64) {
        let (name, detail) = &self.lines[stage];
        canvas.lines(name, x, bottom + 14.0, LEADING, self.name);
        let name_lines = self.aligned.unwrap_or(name.len());
        canvas.lines(detail, x, bottom + 17.0 + LEADING * name_lines as f64, 15.0, detail_type());
    }
}

fn name_type() -> Type {
    Type::label(INK).centered().hanging()
}

fn detail_type() -> Type {
    Type::new(11.5, MUTED).centered().hanging()
}

fn ribbons(
    canvas: &Canvas,
    series: &[Series],
    (left, right): (f64, f64),
    (before, after): (&[Segment], &[Segment]),
    y: Scale,
) {
    for ((holder, before), after) in series.iter().zip(before).zip(after) {
        if before.1 > before.0 {
            let corners =
                [(left, y.at(before.0)), (right, y.at(after.0)), (right, y.at(after.1)), (left, y.at(before.1))];
            canvas.ribbon(&corners, fill(holder.colour), 0.16);
        }
    }
}

fn column(canvas: &Canvas, series: &[Series], stack: &[Segment], (left, right): (f64, f64), y: Scale) {
    let mut parted = false;
    for (holder, &(from, to)) in series.iter().zip(stack).filter(|(_, (from, to))| to > from) {
        let (top, bottom) = (y.at(to), y.at(from));
        canvas.rectangle(left, top, right, bottom, fill(holder.colour));
        let high = bottom - top >= PARTED_HEIGHT;
        if high && parted {
            canvas.line(&[(left, bottom), (right, bottom)], 1.0, WHITE);
        }
        parted = high;
    }
}

/// The values inside the columns, in one form for the whole chart: with the percent sign where the columns are wide
/// enough for it.
struct Values {
    short: bool,
    set: Type,
    hidden: bool,
}

impl Values {
    fn new(series: &[Series], width: f64) -> Self {
        let set = Type::label(INK).centered();
        let all = || series.iter().flat_map(|holder| &holder.values).copied();
        let widest =
            |set: Type, words: fn(Decimal) -> String| all().map(|value| set.width(&words(value))).fold(0.0, f64::max);
        let short = widest(set, percent) > width - 6.0;
        let set = if short && widest(set, percentage) > width - 4.0 { set.sized(12.0) } else { set };
        let hidden = short && widest(set, percentage) > width - 2.0;
        Values { short, set, hidden }
    }

    fn draw(&self, canvas: &Canvas, holder: &Series, stage: usize, segment: Segment, x: f64, y: Scale) {
        let (top, bottom) = (y.at(segment.1), y.at(segment.0));
        if bottom - top < TEXT_HEIGHT || self.hidden {
            return;
        }
        let value = holder.values[stage];
        let words = if self.short { percentage(value) } else { percent(value) };
        canvas.text(&words, x, f64::midpoint(top, bottom), self.set.recolored(text_on(fill(holder.colour))));
    }
}

/// From the last column to the names.
const NAME_GAP: f64 = 26.0;

/// A holder's name beside the last column, with its last value for where the segment is too low to hold it.
struct Name {
    lines: Vec<String>,
    value: String,
    set: Type,
}

impl Name {
    fn new(holder: &Series, room: f64) -> Self {
        let set = Type::label(readable(fill(holder.colour)));
        let last = holder.values.last().copied().unwrap_or_default();
        let value = if coordinate(last) * LOWEST_PLOT < TEXT_HEIGHT { percent(last) } else { String::new() };
        let lines = set.wrap(&holder.name, room, 3);
        Name { lines, value, set }
    }

    fn last_line(&self) -> f64 {
        self.lines.last().map_or(0.0, |line| self.set.width(line))
    }

    fn width(&self) -> f64 {
        let widest = self.lines.iter().map(|line| self.set.width(line)).fold(0.0, f64::max);
        if self.value.is_empty() {
            return widest;
        }
        widest.max(self.last_line() + 7.0 + self.set.regular().width(&self.value))
    }

    fn height(&self) -> f64 {
        LEADING * self.lines.len().max(1) as f64 + 3.0
    }

    fn draw(&self, canvas: &Canvas, x: f64, y: f64, with_value: bool) {
        let first = y - LEADING * (self.lines.len() as f64 - 1.0) / 2.0;
        canvas.lines(&self.lines, x, first, LEADING, self.set);
        if with_value {
            let last = y + LEADING * (self.lines.len() as f64 - 1.0) / 2.0;
            canvas.text(&self.value, x + self.last_line() + 7.0, last, self.set.regular());
        }
    }
}

/// Names the segments (from top to bottom) beside the last column; a leader line where a name had to move away.
fn beside(canvas: &Canvas, names: &[Name], segments: &[Segment], right: f64, (top, bottom): (f64, f64)) {
    let middles: Vec<f64> = segments.iter().map(|&(top, bottom)| f64::midpoint(top, bottom)).collect();
    let heights: Vec<f64> = names.iter().map(Name::height).collect();
    let places = spread(&middles, &heights, top - 12.0, bottom + 4.0);
    let strays = |place: f64, (top, bottom): Segment| place < top - 2.0 || place > bottom + 2.0;
    let any = places.iter().zip(segments).any(|(&place, &segment)| strays(place, segment));
    let x = right + if any { NAME_GAP } else { 12.0 };
    for ((name, &place), &(top, bottom)) in names.iter().zip(&places).zip(segments) {
        if strays(place, (top, bottom)) {
            let from = f64::midpoint(top, bottom);
            canvas.line(
                &[(right + 3.0, from), (right + 8.0, from), (x - 9.0, place), (x - 5.0, place)],
                0.75,
                name.set.color(),
            );
        }
        name.draw(canvas, x, place, bottom - top < TEXT_HEIGHT);
    }
}
