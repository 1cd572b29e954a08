//! Rows of a CSV file that is written as it is computed.

use super::csv::csv;
use super::number::plain;
use crate::report::table::Cell;
use crate::report::table::{Column, Style, Table};
use rust_decimal::Decimal;
use std::fmt::Write;

/// The header of a file with these columns.
pub fn header(columns: &[String]) -> String {
    let columns = columns.iter().map(|key| Column::new(key, key)).collect();
    text(&Table::new("rows", "", columns))
}

/// Words as a field: quoted and neutralised where needed.
pub fn field(words: &str) -> String {
    let mut table = Table::new("rows", "", vec![Column::new("a", "a"), Column::new("b", "b")]);
    table.push(Style::Body, vec![Cell::text(words), Cell::Empty]);
    let text = text(&table);
    let row = text.split_once("\r\n").map_or("", |(_, row)| row);
    row.strip_suffix(",\r\n").unwrap_or(row).to_owned()
}

fn text(table: &Table) -> String {
    String::from_utf8_lossy(&csv(table)).into_owned()
}

/// A row: its beginning, then numbers. An `f64` is written with as many digits as tell it from its neighbours.
pub fn floating(out: &mut String, start: &str, numbers: &[f64]) {
    out.push_str(start);
    for number in numbers {
        // what an `f64` prints is plain decimal digits, never an exponent
        let _ = write!(out, ",{number}");
    }
    out.push_str("\r\n");
}

/// A row of decimals.
pub fn decimals(out: &mut String, start: &str, numbers: &[Decimal]) {
    out.push_str(start);
    for number in numbers {
        let _ = write!(out, ",{}", plain(*number, None));
    }
    out.push_str("\r\n");
}

/// A row without numbers.
pub fn empty(out: &mut String, start: &str, columns: usize) {
    out.push_str(start);
    out.extend(std::iter::repeat_n(',', columns));
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_those_of_any_other_file() {
        assert_eq!(header(&["a".into(), "=b".into(), "c,d".into()]), "a,'=b,\"c,d\"\r\n");
        assert_eq!(
            (field("plain"), field("a,b"), field("=1"), field("")),
            ("plain".into(), "\"a,b\"".into(), "'=1".into(), String::new())
        );
        let mut out = String::new();
        floating(&mut out, "x", &[0.1, 1e-7, 1e20]);
        decimals(&mut out, "y", &[Decimal::new(10, 2)]);
        empty(&mut out, "z", 2);
        assert_eq!(out, "x,0.1,0.0000001,100000000000000000000\r\ny,0.1\r\nz,,\r\n");
    }
}
