//! CSV after RFC 4180: comma, CRLF at every line end, quotes only where needed; unrounded decimals, ISO dates.

use super::number::plain;
use crate::report::table::{Cell, Table};
use csv::{Terminator, Writer, WriterBuilder};
use std::borrow::Cow;

/// Decimals of a part of one.
const FRACTION_PLACES: u32 = 12;
/// Decimals of prices, shares and multiples, the most that a ledger holds.
const POSTED_PLACES: u32 = 10;

/// The table with its header. Title and notes have no place in a CSV file.
///
/// Text that a spreadsheet would run as a formula gets an apostrophe in front; numbers are not touched.
pub fn csv(table: &Table) -> Vec<u8> {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
    write(&mut writer, table.columns.iter().map(|column| neutral(&column.key)));
    for row in &table.rows {
        write(&mut writer, row.cells.iter().map(field));
    }
    writer.into_inner().expect("memory can be flushed")
}

/// Writes a record; one without fields would be an empty line.
fn write<'a>(writer: &mut Writer<Vec<u8>>, mut fields: impl ExactSizeIterator<Item = Cow<'a, str>>) {
    if fields.len() == 0 {
        return;
    }
    let written = fields.try_for_each(|field| writer.write_field(field.as_bytes()));
    written.and_then(|()| writer.write_record(None::<&[u8]>)).expect("memory takes every record of the right length");
}

fn field(cell: &Cell) -> Cow<'_, str> {
    match cell {
        Cell::Empty => Cow::Borrowed(""),
        Cell::Text(words) => neutral(words),
        Cell::Fraction { value, .. } | Cell::Points { value, .. } => plain(*value, Some(FRACTION_PLACES)).into(),
        Cell::Count(value) | Cell::Price(value) | Cell::Multiple(value) => plain(*value, Some(POSTED_PLACES)).into(),
        Cell::Money(value) | Cell::Number(value) => plain(*value, None).into(),
        Cell::Date(date) => date.to_string().into(),
        Cell::Flag(flag) => (if *flag { "true" } else { "false" }).into(),
    }
}

/// Text that no spreadsheet takes for a formula. The full-width signs are read like the others in some languages.
fn neutral(words: &str) -> Cow<'_, str> {
    if words.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        Cow::Owned(format!("'{words}"))
    } else {
        Cow::Borrowed(words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::table::{Column, Style};

    fn one_column(cells: Vec<Cell>) -> String {
        let mut table = Table::new("test", "Test", vec![Column::new("number", "#"), Column::new("it", "It")]);
        for (index, cell) in cells.into_iter().enumerate() {
            table.push(Style::Body, vec![Cell::Number(index.into()), cell]);
        }
        String::from_utf8(csv(&table)).unwrap()
    }

    #[test]
    fn numbers_are_unrounded_and_never_scientific() {
        let number = |text: &str| text.parse().unwrap();
        let cells = vec![
            Cell::Fraction { value: number("0.3333333333333333"), places: 1 },
            Cell::Points { value: number("-0.0386620"), places: 2 },
            Cell::Count(number("45690822.50")),
            Cell::Price(number("0.656587")),
            Cell::Money(number("-60240963.855421")),
            Cell::Money(number("79228162514264337593543950335")),
            Cell::Price(number("0.00000000001")),
            Cell::Date("2026-03-31".parse().unwrap()),
            Cell::Flag(true),
            Cell::Empty,
        ];
        let expected = "number,it\r\n0,0.333333333333\r\n1,-0.038662\r\n2,45690822.5\r\n3,0.656587\r\n4,-60240963.855421\r\n\
             5,79228162514264337593543950335\r\n6,0\r\n7,2026-03-31\r\n8,true\r\n9,\r\n";
        assert_eq!(one_column(cells), expected);
    }

    #[test]
    fn no_text_is_run_as_a_formula() {
        for text in ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "\t=1", "＝1"] {
            assert_eq!(one_column(vec![Cell::text(text)]), format!("number,it\r\n0,'{text}\r\n"));
        }
        assert_eq!(one_column(vec![Cell::text("\r=1")]), "number,it\r\n0,\"'\r=1\"\r\n");
        assert_eq!(one_column(vec![Cell::text("a-b=c")]), "number,it\r\n0,a-b=c\r\n");
        let table = Table::new("test", "Test", vec![Column::new("=cmd|' /C calc'!A0", "Scenario")]);
        assert_eq!(csv(&table), b"'=cmd|' /C calc'!A0\r\n");
    }

    #[test]
    fn commas_quotes_and_line_ends_survive() {
        let hostile = "Smith, \"Bob\"\nJr.";
        let written = one_column(vec![Cell::text(hostile)]);
        assert_eq!(written, "number,it\r\n0,\"Smith, \"\"Bob\"\"\nJr.\"\r\n");
        let mut reader = csv::Reader::from_reader(written.as_bytes());
        assert_eq!(&reader.records().next().unwrap().unwrap()[1], hostile);
    }
}
