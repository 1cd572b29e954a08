//! A table as data: typed cells that know what they mean, and nothing of how they look.

use jiff::civil::Date;
use rust_decimal::Decimal;

/// A table of a report.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// File stem and JSON key: `ownership`, `rounds`.
    pub id: &'static str,
    /// One line that says what the table shows, with rung and case where they matter.
    pub title: String,
    /// Every row has one cell for each.
    pub columns: Vec<Column>,
    /// In the order to be printed.
    pub rows: Vec<Row>,
    /// Sentences printed below: conventions, reasons, warnings.
    pub notes: Vec<String>,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Name in CSV and JSON: `price_per_share`.
    pub key: String,
    /// Words at its head on the terminal and in Markdown.
    pub heading: String,
    /// Stays in sight where the columns of a wide table are split over several blocks.
    pub pinned: bool,
}

/// A row.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// One for each column.
    pub cells: Vec<Cell>,
    /// What kind of row it is.
    pub style: Style,
}

/// What kind of row it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// An ordinary row.
    Body,
    /// Belongs to the row above it: a class of a holder, a holder of a group.
    Detail,
    /// Sums other rows.
    Total,
}

/// A cell: a value with its unit. Decimals are exact; the renderer decides how many places are shown.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing to say.
    Empty,
    /// Words.
    Text(String),
    /// A number of shares, options or closings.
    Count(Decimal),
    /// Money, in units of the currency.
    Money(Decimal),
    /// Money per share.
    Price(Decimal),
    /// A part of one: 0.27 is 27 %. `places` is how many decimals of the percentage may be shown.
    Fraction {
        /// The part of one.
        value: Decimal,
        /// Decimals of the percentage that the inputs support.
        places: u32,
    },
    /// A difference of two fractions: -0.0387 is minus 3.87 percentage points.
    Points {
        /// The difference, as a part of one.
        value: Decimal,
        /// Decimals of the percentage points that the inputs support.
        places: u32,
    },
    /// A multiple: 2.76 is 2.76x.
    Multiple(Decimal),
    /// A plain number: years, a position in a list.
    Number(Decimal),
    /// A calendar day.
    Date(Date),
    /// Yes or no.
    Flag(bool),
}

impl Table {
    /// A table without rows.
    pub fn new(id: &'static str, title: impl Into<String>, columns: Vec<Column>) -> Self {
        Table { id, title: title.into(), columns, rows: Vec::new(), notes: Vec::new() }
    }

    /// Adds a row.
    ///
    /// # Panics
    /// If the number of cells is not the number of columns: a mistake in the report.
    pub fn push(&mut self, style: Style, cells: Vec<Cell>) {
        assert_eq!(cells.len(), self.columns.len(), "a row of table `{}` has one cell for each column", self.id);
        self.rows.push(Row { cells, style });
    }

    /// The columns that say something: all of them, but those in which every row is empty.
    pub fn telling(&self) -> impl Iterator<Item = usize> {
        let says = |cell: &Cell| match cell {
            Cell::Empty => false,
            Cell::Text(words) => !words.is_empty(),
            _ => true,
        };
        (0..self.columns.len())
            .filter(move |&index| self.rows.is_empty() || self.rows.iter().any(|row| says(&row.cells[index])))
    }

    /// Adds a sentence below the table.
    pub fn note(&mut self, sentence: impl Into<String>) {
        self.notes.push(sentence.into());
    }
}

impl Column {
    /// A column that scrolls away when a wide table is split.
    pub fn new(key: impl Into<String>, heading: impl Into<String>) -> Self {
        Column { key: key.into(), heading: heading.into(), pinned: false }
    }

    /// A column that stays in sight.
    pub fn pinned(key: impl Into<String>, heading: impl Into<String>) -> Self {
        Column { pinned: true, ..Column::new(key, heading) }
    }
}

impl Cell {
    /// Words.
    pub fn text(words: impl Into<String>) -> Self {
        Cell::Text(words.into())
    }

    /// The cell of an optional value; empty where there is none.
    pub fn or_empty<T>(value: Option<T>, cell: impl FnOnce(T) -> Cell) -> Self {
        value.map_or(Cell::Empty, cell)
    }
}
