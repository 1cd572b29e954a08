//! What the charts over exit values share: the axis of exit values, and the breakpoints named above the plot.

use super::fit::{spread, ticks};
use super::format::{coordinate, money};
use super::kit::{Canvas, Scale, Type};
use super::palette::{GRID, INK, MUTED, mixed};
use crate::report::chart::Break;
use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;

/// Room below the plot for the ticks and the name of the axis.
pub(super) const AXIS: f64 = 44.0;
/// Room between the names of the breakpoints and the plot, for leader lines.
const LEADERS: f64 = 26.0;
const LEADING: f64 = 14.0;
/// The widest name of a breakpoint.
const WIDEST: f64 = 112.0;
const GAP: f64 = 14.0;

/// Where a plot over exit values stands.
#[derive(Clone, Copy)]
pub(super) struct Plot {
    pub left: f64,
    pub right: f64,
    pub top: f64,
    pub bottom: f64,
    pub x: Scale,
}

/// A breakpoint with its words wrapped.
struct Named<'a> {
    at: &'a Break,
    words: Vec<String>,
    width: f64,
}

/// The breakpoints above a plot: those that fit are named, all have a hairline.
pub(super) struct Breaks<'a> {
    all: &'a [Break],
    named: Vec<Named<'a>>,
    /// Room they take above the plot.
    pub height: f64,
}

impl<'a> Breaks<'a> {
    /// Chooses those with the most to say until the room between the sides is full.
    pub fn new(breaks: &'a [Break], room: f64) -> Self {
        let wrapped = |at: &'a Break| {
            let words = words_type().wrap(&at.happens, WIDEST, 3);
            let widest =
                words.iter().map(|line| words_type().width(line)).fold(value_type().width(&at.value), f64::max);
            Named { at, words, width: widest + GAP }
        };
        let mut named: Vec<Named> = breaks.iter().map(wrapped).collect();
        named.sort_by_key(|named| named.at.weight);
        let mut left = room;
        named.retain(|named| {
            let fits = named.width <= left;
            left -= if fits { named.width } else { 0.0 };
            fits
        });
        named.sort_by_key(|named| named.at.exit_value);
        let most = named.iter().map(|named| named.words.len()).max().unwrap_or(0);
        let height = if named.is_empty() { 0.0 } else { 16.0 + LEADING * most as f64 + LEADERS };
        Breaks { all: breaks, named, height }
    }

    /// Hairlines through the plot and the names above it.
    pub fn draw(&self, canvas: &Canvas, plot: Plot) {
        let at = |breaking: &Break| plot.x.at(coordinate(breaking.exit_value));
        for breaking in self.all {
            hairline(canvas, at(breaking), plot.top, plot.bottom);
        }
        let centers: Vec<f64> = self.named.iter().map(|named| at(named.at)).collect();
        let sizes: Vec<f64> = self.named.iter().map(|named| named.width).collect();
        let places = spread(&centers, &sizes, plot.left - 8.0, plot.right + 60.0);
        for ((named, center), place) in self.named.iter().zip(centers).zip(places) {
            let last = plot.top - LEADERS;
            let first = last - LEADING * named.words.len() as f64;
            canvas.text(&named.at.value, place, first, value_type());
            canvas.lines(&named.words, place, first + LEADING, LEADING, words_type());
            let color = mixed(GRID, MUTED, 0.55);
            canvas.line(&[(place, last + 5.0), (place, last + 8.0), (center, plot.top - 2.0)], 0.75, color);
        }
    }
}

/// A thin dotted line from top to bottom.
fn hairline(canvas: &Canvas, x: f64, top: f64, bottom: f64) {
    let color = mixed(GRID, MUTED, 0.55);
    let mut y = top;
    while y < bottom {
        canvas.line(&[(x, y), (x, (y + 2.0).min(bottom))], 0.75, color);
        y += 5.0;
    }
}

/// The axis of exit values: baseline, ticks that do not collide, and what it is.
pub(super) fn axis(canvas: &Canvas, plot: Plot, upper: Decimal, currency: &str) {
    canvas.baseline((plot.left, plot.bottom), (plot.right, plot.bottom));
    let set = Type::new(12.0, MUTED).hanging();
    for tick in ticks(coordinate(upper)).into_iter().filter(|tick| *tick <= coordinate(upper) * 1.0001) {
        let x = plot.x.at(tick);
        canvas.line(&[(x, plot.bottom), (x, plot.bottom + 4.0)], 1.0, INK);
        // The labels of the lines stand to the right of the plot.
        let set = if plot.right - x < 1.0 { set.to_the_left() } else { set.centered() };
        canvas.text(&money_tick(tick, currency), x, plot.bottom + 9.0, set);
    }
    canvas.text("Exit value", plot.right, plot.bottom + 27.0, Type::new(12.0, MUTED).hanging().to_the_left());
}

/// A tick in money: `$250B`.
pub(super) fn money_tick(value: f64, currency: &str) -> String {
    money(Decimal::from_f64(value).unwrap_or_default().round_dp(4), currency)
}

fn value_type() -> Type {
    Type::new(12.0, INK).semibold().centered().standing()
}

fn words_type() -> Type {
    Type::new(11.0, MUTED).centered().standing()
}
