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

/// The rest of a row: numbers, each with as many digits as tell it from its neighbours.
pub fn floating(out: &mut String, numbers: impl Iterator<Item = f64>) {
    for number in numbers {
        out.push(',');
        push(out, number);
    }
    out.push_str("\r\n");
}

/// A number in plain decimal digits, never an exponent; no fewer digits would lead back to it. Rust prints it with as many,
/// in ten times the time; where two decimals of that length are equally near, the last digit here is the even one.
fn push(out: &mut String, number: f64) {
    let mut buffer = zmij::Buffer::new();
    let digits = buffer.format(number);
    if !number.is_finite() || digits.contains('e') {
        let _ = write!(out, "{number}");
    } else {
        out.push_str(digits.strip_suffix(".0").unwrap_or(digits));
    }
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
        out.push('x');
        floating(&mut out, [0.1, 1e-7, 1e20].into_iter());
        decimals(&mut out, "y", &[Decimal::new(10, 2)]);
        empty(&mut out, "z", 2);
        assert_eq!(out, "x,0.1,0.0000001,100000000000000000000\r\ny,0.1\r\nz,,\r\n");
    }

    #[test]
    fn a_number_has_as_few_digits_as_lead_back_to_it() {
        let (mut state, mut same) = (1_u64, 0);
        for round in 0..200_000_u32 {
            // Numbers of every size, then ownerships, then money.
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let part = f64::from((state >> 32) as u32) / f64::from(u32::MAX);
            let number = match round % 4 {
                0 => f64::from_bits(state),
                1 => part,
                2 => part * 1e12,
                _ => (part * 1e6).floor(),
            };
            let mut out = String::new();
            push(&mut out, number);
            let printed = number.to_string();
            assert_eq!(out.len(), printed.len(), "{out} {printed}");
            assert!(out == printed || out.parse() == Ok(number), "{out} {printed}");
            same += u32::from(out == printed);
        }
        assert!(same > 199_900, "two decimals are seldom equally near: {same}");
        for number in [0.0, -0.0, 1e16, 123_456_789_012_345_680.0, 1e-5, 9.999e-6, f64::NAN, f64::MIN_POSITIVE] {
            let mut out = String::new();
            push(&mut out, number);
            assert_eq!(out, number.to_string());
        }
    }
}
