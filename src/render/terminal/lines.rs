//! The lines of a cell.

use crate::render::words::{self, HARD_SPACE};

/// Most lines of a cell.
const CELL_LINES: usize = 6;

/// The lines of a cell: nearly always one.
pub(super) enum Lines<'a> {
    One(&'a str),
    Several(Vec<String>),
}

impl<'a> Lines<'a> {
    /// A number as it is, words wrapped, all of them indented like the first.
    pub fn of(words: &'a str, width: usize) -> Self {
        if words::width(words) <= width {
            return Lines::One(words);
        }
        let indent = &words[..words.len() - words.trim_start_matches(HARD_SPACE).len()];
        let room = width.saturating_sub(words::width(indent));
        let lines = words::wrap(words.trim_start_matches(HARD_SPACE), room, CELL_LINES);
        Lines::Several(lines.into_iter().map(|line| format!("{indent}{line}")).collect())
    }

    /// How many.
    pub fn height(&self) -> usize {
        match self {
            Lines::One(_) => 1,
            Lines::Several(lines) => lines.len(),
        }
    }

    /// A line of it; nothing below the last.
    pub fn get(&self, line: usize) -> &str {
        match self {
            Lines::One(words) if line == 0 => words,
            Lines::One(_) => "",
            Lines::Several(lines) => lines.get(line).map_or("", String::as_str),
        }
    }

    /// Columns that the widest takes.
    pub fn width(&self) -> usize {
        (0..self.height()).map(|line| words::width(self.get(line))).max().unwrap_or_default()
    }
}
