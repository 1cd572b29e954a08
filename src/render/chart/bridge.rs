//! The dilution bridge: from one holder's ownership at the start to that at the end, cause by cause.
//!
//! Columns from left to right while the causes' names fit below them, rows from top to bottom otherwise.

use super::fit::ticks;
use super::format::{coordinate, percent, points, tick};
use super::kit::{Canvas, MARGIN, RIGHT, Scale, Type, value_type};
use super::palette::{GREY, INK, MUTED, NAVY, RED, TEAL};
use super::rows::{FOOT, Heading, column_width};
use super::sheet::Sheet;
use crate::report::chart::Step;
use plotters::style::RGBColor;
use rust_decimal::Decimal;

const LEADING: f64 = 16.0;
/// A change too small to be seen is drawn so thin.
const THINNEST: f64 = 1.5;

/// Draws the chart.
pub(super) fn draw(sheet: &Sheet, start: &Step, changes: &[Step], end: &Step) -> Canvas {
    let blocks = blocks(start, changes, end);
    let left = MARGIN + 30.0;
    let step = (RIGHT - left) / blocks.len() as f64;
    match captions(&blocks, step - 8.0) {
        Some(captions) => columns(sheet, &blocks, &captions, left, step),
        None => rows(sheet, &blocks),
    }
}

/// A column or bar: where it begins and ends in percent, and what is said of it.
struct Block<'a> {
    step: &'a Step,
    from: f64,
    to: f64,
    total: bool,
    words: String,
}

impl Block<'_> {
    fn low(&self) -> f64 {
        self.from.min(self.to)
    }

    fn high(&self) -> f64 {
        self.from.max(self.to)
    }

    fn falls(&self) -> bool {
        self.to < self.from && !self.total
    }

    fn color(&self) -> RGBColor {
        if self.total {
            NAVY
        } else if self.step.fraction.is_zero() {
            GREY
        } else if self.falls() {
            RED
        } else {
            TEAL
        }
    }

    /// How its value is set.
    fn set(&self) -> Type {
        match self.color() {
            NAVY => value_type(),
            GREY => Type::label(MUTED),
            color => Type::label(color),
        }
    }
}

fn blocks<'a>(start: &'a Step, changes: &'a [Step], end: &'a Step) -> Vec<Block<'a>> {
    let percents = |fraction: Decimal| coordinate(fraction * Decimal::ONE_HUNDRED);
    let total = |step: &'a Step| Block {
        step,
        from: 0.0,
        to: percents(step.fraction),
        total: true,
        words: percent(step.fraction),
    };
    let mut reached = start.fraction;
    let mut blocks = vec![total(start)];
    for step in changes {
        let from = percents(reached);
        reached += step.fraction;
        blocks.push(Block { step, from, to: percents(reached), total: false, words: points(step.fraction) });
    }
    blocks.push(total(end));
    blocks
}

/// What stands below the columns; `None` where a name would be cut or a value would touch its neighbour's.
fn captions(blocks: &[Block], room: f64) -> Option<Vec<(Vec<String>, Vec<String>)>> {
    if room < 44.0 {
        return None;
    }
    let room = room.min(150.0);
    let wrap = |set: Type, text: &str| {
        let lines = set.wrap(text, room, 3);
        let whole = lines.iter().all(|line| !line.ends_with('\u{2026}')) || blocks.len() <= 4;
        whole.then_some(lines)
    };
    blocks
        .iter()
        .map(|block| {
            Some((wrap(caption_type(block), &block.step.name)?, wrap(caption_type(block), &block.step.detail)?))
        })
        .collect()
}

fn caption_type(block: &Block) -> Type {
    let set = Type::new(12.5, INK).centered().hanging();
    if block.total { set.semibold() } else { set }
}

fn columns(sheet: &Sheet, blocks: &[Block], captions: &[(Vec<String>, Vec<String>)], left: f64, step: f64) -> Canvas {
    let below = captions.iter().map(|(name, detail)| name.len() + detail.len()).max().unwrap_or(0);
    let below = 14.0 + LEADING * below as f64;
    let plot = (sheet.room(550.0) - below).clamp(320.0, 390.0);
    let canvas = sheet.canvas(plot + below);
    let (top, bottom) = (sheet.top() + 8.0, sheet.top() + plot);
    let ticks = ticks(blocks.iter().map(Block::high).fold(0.0, f64::max));
    let y = Scale::new((0.0, ticks[ticks.len() - 1]), (bottom, top));
    for &value in &ticks {
        if value > 0.0 {
            canvas.gridline(left, RIGHT, y.at(value));
        }
        canvas.text(&tick(value), left - 8.0, y.at(value), Type::new(12.0, MUTED).to_the_left());
    }

    let half = (step * 0.31).min(76.0);
    for (place, (block, caption)) in blocks.iter().zip(captions).enumerate() {
        let x = left + step * (place as f64 + 0.5);
        let (high, low) = visible(y.at(block.high()), y.at(block.low()));
        let below = block.falls() && low + 24.0 < bottom;
        let (at, set) = if below { (low + 8.0, block.set().hanging()) } else { (high - 8.0, block.set().standing()) };
        canvas.plate(&block.words, x, at, set.centered());
        if !block.total || block.to > 0.0 {
            canvas.rectangle(x - half, high, x + half, low, block.color());
        }
        if place + 1 < blocks.len() {
            canvas.line(&[(x + half, y.at(block.to)), (x + step - half, y.at(block.to))], 1.0, GREY);
        }
        caption_below(&canvas, block, caption, x, bottom);
    }
    canvas.baseline((left, bottom), (RIGHT, bottom));
    canvas
}

fn caption_below(canvas: &Canvas, block: &Block, (name, detail): &(Vec<String>, Vec<String>), x: f64, bottom: f64) {
    let set = caption_type(block);
    canvas.lines(name, x, bottom + 12.0, LEADING, set);
    let quiet = if block.total { set } else { set.recolored(MUTED) };
    canvas.lines(detail, x, bottom + 12.0 + LEADING * name.len() as f64, LEADING, quiet);
}

/// The two ends of a block, apart enough to be seen.
fn visible(start: f64, end: f64) -> (f64, f64) {
    let middle = f64::midpoint(start, end);
    if end - start < THINNEST { (middle - THINNEST / 2.0, middle + THINNEST / 2.0) } else { (start, end) }
}

fn rows(sheet: &Sheet, blocks: &[Block]) -> Canvas {
    let names = column_width(blocks.iter().map(|block| (&*block.step.name, &*block.step.detail)), 330.0);
    let headings: Vec<Heading> =
        blocks.iter().map(|block| Heading::new(&block.step.name, &block.step.detail, names)).collect();
    let pitch = (sheet.room(560.0) / blocks.len() as f64).clamp(30.0, 44.0);
    let heights: Vec<f64> = headings.iter().map(|heading| pitch.max(heading.height() + 12.0)).collect();
    let canvas = sheet.canvas(heights.iter().sum::<f64>() + FOOT);
    let left = MARGIN + names + 20.0;
    let most = blocks.iter().map(Block::high).fold(0.0, f64::max);
    let words = blocks.iter().map(|block| block.set().width(&block.words)).fold(0.0, f64::max);
    let x = Scale::new((0.0, most), (left, RIGHT - words - 8.0));
    let half = (pitch * 0.3).min(12.0);
    let mut top = sheet.top();
    for (place, ((block, heading), height)) in blocks.iter().zip(&headings).zip(&heights).enumerate() {
        let middle = top + height / 2.0;
        if place > 0 {
            canvas.gridline(MARGIN, RIGHT, top);
        }
        heading.draw(&canvas, middle);
        let (low, high) = visible(x.at(block.low()), x.at(block.high()));
        if !block.total || block.to > 0.0 {
            canvas.rectangle(low.max(left), middle - half, high, middle + half, block.color());
        }
        canvas.text(&block.words, high + 8.0, middle, block.set());
        if let Some(next) = heights.get(place + 1) {
            let at = x.at(block.to);
            canvas.line(&[(at, middle + half), (at, top + height + next / 2.0 - half)], 1.0, GREY);
        }
        top += height;
    }
    canvas.baseline((left, sheet.top()), (left, top));
    canvas
}
