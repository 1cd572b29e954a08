//! What each uncertain input alone moves a figure by: every input from low to high, the others at their base.

use super::chart::{Body, Chart, Swing};
use super::charts::framed;
use super::frame::{csv_cells, csv_columns};
use super::quantities::Unit;
use super::run::Run;
use super::table::{Cell, Column, Style, Table};
use super::words::{basis, capital, counted};
use crate::model::Case;
use rust_decimal::Decimal;

/// Most bars of a chart.
const BARS: usize = 12;

/// A figure at the ends of one input.
#[derive(Clone, Debug)]
pub struct Effect {
    /// The input: a variable, or a closing that may not take place.
    pub input: String,
    /// Its low end.
    pub low: Reached,
    /// Its high end.
    pub high: Reached,
}

/// An end of an input, and the figure there.
#[derive(Clone, Debug)]
pub struct Reached {
    /// The input there, in words.
    pub at: String,
    /// The same for the file: a number, or a word.
    pub value: Cell,
    /// The figure, or why there is none.
    pub figure: Result<Decimal, String>,
}

/// A figure and everything that may move it.
#[derive(Clone, Debug)]
pub struct Tornado {
    /// As typed: `ownership(softbank)`.
    pub literal: String,
    /// As people say it: `SoftBank's ownership`.
    pub words: String,
    /// What it measures.
    pub unit: Unit,
    /// With every input at its base.
    pub base: Decimal,
    /// The widest first.
    pub effects: Vec<Effect>,
    /// Some ends are the 10th and 90th percentile of a distribution that has no ends.
    pub percentiles: bool,
}

impl Effect {
    /// From the least to the most of the two ends and the base.
    pub fn width(&self, base: Decimal) -> Decimal {
        let ends = [&self.low, &self.high].map(|end| end.figure.as_ref().map_or(base, |figure| *figure));
        let (least, most) = (ends[0].min(ends[1]).min(base), ends[0].max(ends[1]).max(base));
        most - least
    }
}

impl Tornado {
    /// Whether an input moves the figure by nothing that a bar could show: cents of thousand millions.
    fn is_still(&self, effect: &Effect) -> bool {
        effect.width(self.base) <= self.base.abs() / Decimal::from(1_000_000_000)
    }

    /// Ranks the effects, the widest first; equal ones keep their order.
    pub fn rank(&mut self) {
        let base = self.base;
        self.effects.sort_by_key(|effect| std::cmp::Reverse(effect.width(base)));
    }
}

/// The ranked table for people.
pub fn table(run: &Run, tornado: &Tornado) -> Table {
    let columns = vec![
        Column::pinned("input", "Input"),
        Column::new("low", "Low"),
        Column::new("figure_at_low", format!("{} there", capital(&tornado.words))),
        Column::new("high", "High"),
        Column::new("figure_at_high", format!("{} there", capital(&tornado.words))),
        Column::new("width", "Width"),
    ];
    let currency = &run.agreement.head.currency;
    let base = tornado.unit.chart_words(tornado.base, currency);
    let title = format!("{} is {base}; what each input alone moves it by ({})", capital(&tornado.words), basis(run));
    let mut table = Table::new("tornado", title, columns);
    let cell = |end: &Reached| match &end.figure {
        Ok(figure) => tornado.unit.cell(*figure, 2),
        Err(_) => Cell::Empty,
    };
    for effect in &tornado.effects {
        let width = effect.width(tornado.base);
        table.push(
            Style::Body,
            vec![
                Cell::text(&effect.input),
                Cell::text(&effect.low.at),
                cell(&effect.low),
                Cell::text(&effect.high.at),
                cell(&effect.high),
                match tornado.unit {
                    Unit::Fraction => Cell::Points { value: width, places: 2 },
                    unit => unit.cell(width, 2),
                },
            ],
        );
    }
    notes(run, tornado, &mut table);
    table
}

fn notes(run: &Run, tornado: &Tornado, table: &mut Table) {
    let others = match run.agreement.head.case {
        Case::Low => "at their low",
        Case::Base => "at their base",
        Case::High => "at their high",
    };
    table.note(format!("Each input from low to high with the others {others}, every end an exact run"));
    if tornado.percentiles {
        table.note("The ends of an input without bounds are its 10th and 90th percentile");
    }
    for effect in &tornado.effects {
        for (end, word) in [(&effect.low, "low"), (&effect.high, "high")] {
            if let Err(why) = &end.figure {
                table.note(format!("{} has no answer at its {word} end, {}: {why}", effect.input, end.at));
            }
        }
    }
}

/// `at $30B`, `if not closed`.
fn end_in_words(at: &str) -> String {
    let word = if at.contains(|letter: char| letter.is_ascii_digit()) { "at" } else { "if" };
    format!("{word} {at}")
}

/// The rows of the file.
pub fn csv(run: &Run, tornado: &Tornado) -> Table {
    let keys =
        ["rank", "input", "low", "high", "figure", "base", "figure_at_low", "figure_at_high", "width", "empty_because"];
    let mut table = Table::new("tornado", String::new(), csv_columns(&keys));
    let exact = |figure: Decimal| tornado.unit.cell(figure, super::exact::FRACTION_PLACES);
    let end = |end: &Reached| end.figure.as_ref().map_or(Cell::Empty, |figure| exact(*figure));
    for (rank, effect) in tornado.effects.iter().enumerate() {
        let why: Vec<&str> = [&effect.low, &effect.high]
            .iter()
            .filter_map(|end| end.figure.as_ref().err())
            .map(String::as_str)
            .collect();
        let cells = vec![
            Cell::Number(Decimal::from(rank + 1)),
            Cell::text(&effect.input),
            effect.low.value.clone(),
            effect.high.value.clone(),
            Cell::text(&tornado.literal),
            exact(tornado.base),
            end(&effect.low),
            end(&effect.high),
            exact(effect.width(tornado.base)),
            if why.is_empty() { Cell::Empty } else { Cell::Text(why.join("; ")) },
        ];
        table.push(Style::Body, csv_cells(run, cells));
    }
    table
}

/// The chart; none without an input.
pub fn chart(run: &Run, tornado: &Tornado) -> Option<Chart> {
    let currency = run.agreement.head.currency.clone();
    let widest = tornado.effects.first()?;
    let words = |figure: Decimal| tornado.unit.chart_words(figure, &currency);
    let moving: Vec<&Effect> = tornado.effects.iter().filter(|effect| !tornado.is_still(effect)).take(BARS).collect();
    let title = match (moving.as_slice(), &widest.low.figure, &widest.high.figure) {
        ([], ..) => format!("{} is {} whatever the inputs", capital(&tornado.words), words(tornado.base)),
        (_, Ok(low), Ok(high)) => format!(
            "{} drives {} most: {} {}, {} {}",
            widest.input,
            tornado.words,
            words(*low),
            end_in_words(&widest.low.at),
            words(*high),
            end_in_words(&widest.high.at)
        ),
        _ => format!("{} drives {} most", widest.input, tornado.words),
    };
    let mut footer = Vec::new();
    let still = tornado.effects.iter().filter(|effect| tornado.is_still(effect)).count();
    if still > 0 {
        footer.push(
            format!("{} that moves nothing left out", counted(still, "input"))
                .replace("inputs that moves", "inputs that move"),
        );
    }
    if tornado.percentiles {
        footer.push("Ends of an input without bounds: 10th and 90th percentile".into());
    }
    let shown: &[&Effect] = if moving.is_empty() { &[widest] } else { &moving };
    let swing = |effect: &&Effect| Swing {
        name: effect.input.clone(),
        low: (effect.low.figure.as_ref().ok().copied(), end_in_words(&effect.low.at)),
        high: (effect.high.figure.as_ref().ok().copied(), end_in_words(&effect.high.at)),
    };
    let bars = shown.iter().map(swing).collect();
    let of_what = tornado.unit.of_what(&tornado.literal);
    let measure = format!("{}{of_what}: each input alone from low to high", capital(&tornado.words));
    let body = Body::Tornado { base: tornado.base, bars, unit: tornado.unit, currency: currency.clone() };
    Some(framed(run, "tornado".into(), title, &measure, &footer, body))
}
