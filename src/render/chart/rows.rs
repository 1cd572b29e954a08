//! The left column of charts made of rows: a name, and its detail beside or below it.

use super::fit;
use super::kit::{Canvas, MARGIN, Type};
use super::palette::{INK, MUTED};

/// Room between the last row and the footer.
pub(super) const FOOT: f64 = 12.0;
const LEADING: f64 = 18.0;
const GAP: f64 = 8.0;

/// A name with its detail, wrapped to the width of the column.
pub(super) struct Heading {
    name: Vec<String>,
    detail: String,
    /// Offset of the detail from the left where it stands beside the last line of the name.
    beside: Option<f64>,
}

impl Heading {
    /// Wraps a name to two lines; the detail goes beside the last of them if it fits, below it otherwise.
    pub fn new(name: &str, detail: &str, room: f64) -> Self {
        let lines = fit::wrap_evenly(name, name_type(), room, 2);
        let offset = lines.last().map_or(0.0, |line| name_type().width(line) + GAP);
        let beside = (offset + detail_type().width(detail) <= room).then_some(offset);
        Heading { name: lines, detail: detail_type().cut(detail, room), beside }
    }

    /// Height of its lines.
    pub fn height(&self) -> f64 {
        LEADING * self.lines() as f64
    }

    /// Draws it at the left margin, centred on `y`.
    pub fn draw(&self, canvas: &Canvas, y: f64) {
        let first = y - LEADING * (self.lines() as f64 - 1.0) / 2.0;
        canvas.lines(&self.name, MARGIN, first, LEADING, name_type());
        let (column, line) = match self.beside {
            Some(offset) => (offset, self.name.len().saturating_sub(1)),
            None => (0.0, self.name.len()),
        };
        canvas.text(&self.detail, MARGIN + column, first + LEADING * line as f64, detail_type());
    }

    fn lines(&self) -> usize {
        self.name.len() + usize::from(self.beside.is_none() && !self.detail.is_empty())
    }
}

/// Width of the column that holds these names and details on one line each, but not more than `most`.
pub(super) fn column_width<'a>(headings: impl Iterator<Item = (&'a str, &'a str)>, most: f64) -> f64 {
    let one_line = |(name, detail): (&str, &str)| {
        let detail = if detail.is_empty() { 0.0 } else { GAP + detail_type().width(detail) };
        name_type().width(name) + detail
    };
    headings.map(one_line).fold(0.0, f64::max).min(most)
}

fn name_type() -> Type {
    Type::new(14.0, INK).semibold()
}

fn detail_type() -> Type {
    Type::new(12.5, MUTED)
}
