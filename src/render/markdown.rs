//! Tables in GitHub's Markdown. Words of the user stay words: no HTML, no links, no emphasis comes out of them.

use super::{number, words};
use crate::report::table::{Cell, Style, Table};
use std::fmt::Write;

/// Columns of the source wider than this are not padded.
const PADDED: usize = 40;
/// What a detail row is indented with.
const INDENT: &str = "&emsp;";

/// Title, table and notes of each, `currency` being that of their money.
pub fn markdown(tables: &[Table], currency: &str) -> String {
    let tables: Vec<String> = tables.iter().map(|table| one(table, currency)).collect();
    tables.join("\n")
}

fn one(table: &Table, currency: &str) -> String {
    let mut out = format!("### {}\n", paragraph(&table.title));
    if !table.columns.is_empty() {
        out.push('\n');
        out += &grid(table, currency);
    }
    for (index, note) in table.notes.iter().enumerate() {
        let gap = if index == 0 { "\n" } else { "" };
        writeln!(out, "{gap}- {}", paragraph(note)).expect("memory takes every line");
    }
    out
}

fn grid(table: &Table, currency: &str) -> String {
    let columns: Vec<Column> = table.telling().map(|index| Column::of(table, index, currency)).collect();
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let mut out = line(columns.iter().map(|column| column.padded(&column.heading)).collect());
    out += &line(columns.iter().map(Column::divider).collect());
    for row in 0..table.rows.len() {
        out += &line(columns.iter().map(|column| column.padded(&column.cells[row])).collect());
    }
    out
}

/// A column with its words ready.
struct Column {
    heading: String,
    cells: Vec<String>,
    numeric: bool,
    width: usize,
}

impl Column {
    fn of(table: &Table, index: usize, currency: &str) -> Self {
        let cells = || table.rows.iter().map(|row| &row.cells[index]);
        let mut shown: Vec<String> = number::column(cells(), currency).iter().map(|words| escaped(words)).collect();
        for (row, words) in table.rows.iter().zip(&mut shown) {
            let first_words = row.cells.iter().position(|cell| matches!(cell, Cell::Text(_)));
            match row.style {
                Style::Detail if first_words == Some(index) => words.insert_str(0, INDENT),
                Style::Body | Style::Detail => {}
                Style::Total if words.is_empty() => {}
                Style::Total => *words = format!("**{words}**"),
            }
        }
        let heading = escaped(&table.columns[index].heading);
        let width = shown.iter().chain([&heading]).map(|words| words::width(words)).max().unwrap_or_default().max(3);
        Column { heading, cells: shown, numeric: number::is_numeric(cells()), width: width.min(PADDED) }
    }

    fn padded(&self, words: &str) -> String {
        let space = " ".repeat(self.width.saturating_sub(words::width(words)));
        if self.numeric { space + words } else { words.to_owned() + &space }
    }

    fn divider(&self) -> String {
        if self.numeric { "-".repeat(self.width - 1) + ":" } else { "-".repeat(self.width) }
    }
}

/// Words in a line of text, also where they begin it: no heading, list or quotation comes out of them.
pub fn paragraph(words: &str) -> String {
    let mut words = escaped(words);
    let number = words.bytes().take_while(u8::is_ascii_digit).count();
    if words.starts_with(['-', '+', '=']) {
        words.insert(0, '\\');
    } else if number > 0 && words[number..].starts_with(['.', ')']) {
        words.insert(number, '\\');
    }
    words
}

/// Words with everything that Markdown or HTML would read escaped, on one line.
fn escaped(words: &str) -> String {
    let words = words::harmless(words.trim());
    let mut out = String::with_capacity(words.len());
    for c in words.chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '~' => out.extend(['\\', c]),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::table::Column as Of;

    #[test]
    fn tables_read_well_as_source_too() {
        let columns =
            vec![Of::pinned("stakeholder", "Stakeholder"), Of::new("part", "Ownership"), Of::new("value", "Value")];
        let mut table = Table::new("ownership", "Ownership after Series C", columns);
        let part = |text: &str| Cell::Fraction { value: text.parse().unwrap(), places: 2 };
        table
            .push(Style::Body, vec![Cell::text("Amazon"), part("0.2676"), Cell::Money("35900000000".parse().unwrap())]);
        table.push(
            Style::Detail,
            vec![Cell::text("Series C"), part("0.00001"), Cell::Money("-1500000".parse().unwrap())],
        );
        table.push(Style::Total, vec![Cell::text("Total"), part("1"), Cell::Empty]);
        table.note("Fully diluted.");
        table.note("1. assumed: $5M_and_more");
        insta::assert_snapshot!(markdown(&[table], "USD"), @r"
        ### Ownership after Series C

        | Stakeholder    |   Ownership |  Value |
        | -------------- | ----------: | -----: |
        | Amazon         |      26.76% | $35.9B |
        | &emsp;Series C |   &lt;0.01% | −$1.5M |
        | **Total**      | **100.00%** |        |

        - Fully diluted.
        - 1\. assumed: $5M\_and\_more
        ");
    }

    #[test]
    fn words_of_the_user_stay_words() {
        for (words, written) in [
            ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
            ("a|b\nc", "a\\|b c"),
            ("![x](javascript:y)", "!\\[x\\](javascript:y)"),
            ("**bold** `code` ~~no~~", "\\*\\*bold\\*\\* \\`code\\` \\~\\~no\\~\\~"),
            ("&lt; \u{1b}[0m", "&amp;lt; ␛\\[0m"),
            ("back\\|slash", "back\\\\\\|slash"),
        ] {
            assert_eq!(escaped(words), written);
        }
        assert_eq!(paragraph("# no heading"), "\\# no heading");
        assert_eq!(paragraph("- no list"), "\\- no list");
        assert_eq!(paragraph("> no quotation"), "&gt; no quotation");
    }
}
