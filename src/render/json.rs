//! Tables as JSON: an object with a list of rows for each table, every decimal digit by digit.

use super::number::plain;
use crate::report::table::{Cell, Table};
use serde_json::{Map, Number, Value};
use std::fmt::Write;
use std::io;

/// `{"ownership": [{"stakeholder": "Amazon", "ownership": 0.1313}, ...], ...}`, one row a line. Fractions are parts of
/// one, dates text, empty cells null. Tables of the same id share a list. Title and notes are left out.
pub fn json(tables: &[Table]) -> String {
    let mut ids: Vec<&str> = Vec::new();
    for table in tables {
        if !ids.contains(&table.id) {
            ids.push(table.id);
        }
    }
    let list = |id: &&str| {
        let rows = tables.iter().filter(|table| table.id == *id).flat_map(rows);
        format!("  {}: {}", line(&Value::from(*id)), lines(rows, "    ", "  "))
    };
    let lists: Vec<String> = ids.iter().map(list).collect();
    if lists.is_empty() { "{}\n".into() } else { format!("{{\n{}\n}}\n", lists.join(",\n")) }
}

/// A list with one value a line, `inner` before each and `outer` before the bracket.
pub(super) fn lines(values: impl Iterator<Item = Value>, inner: &str, outer: &str) -> String {
    let values: Vec<String> = values.map(|value| format!("{inner}{}", line(&value))).collect();
    if values.is_empty() { "[]".into() } else { format!("[\n{}\n{outer}]", values.join(",\n")) }
}

fn rows(table: &Table) -> impl Iterator<Item = Value> {
    table.rows.iter().map(|row| {
        let fields = table.columns.iter().zip(&row.cells).map(|(column, cell)| (column.key.clone(), value(cell)));
        Value::Object(fields.collect::<Map<_, _>>())
    })
}

fn value(cell: &Cell) -> Value {
    match cell {
        Cell::Empty => Value::Null,
        Cell::Text(words) => Value::from(words.as_str()),
        Cell::Count(number)
        | Cell::Money(number)
        | Cell::Price(number)
        | Cell::Fraction { value: number, .. }
        | Cell::Points { value: number, .. }
        | Cell::Multiple(number)
        | Cell::Number(number) => {
            let digits = plain(*number, None);
            Value::Number(digits.parse::<Number>().expect("a decimal is a JSON number"))
        }
        Cell::Date(date) => Value::from(date.to_string()),
        Cell::Flag(flag) => Value::from(*flag),
    }
}

/// The rows of a CSV file as [`json`] writes those of a table, handed over in parts: numbers are numbers but in the `text`
/// columns, and what is empty is null.
///
/// # Errors
/// Where the rows cannot be read.
pub fn rows_of_csv(id: &str, csv: impl io::Read, text: &[&str], print: &mut dyn FnMut(&str)) -> io::Result<()> {
    const PART: usize = 1 << 16;
    let mut reader = csv::Reader::from_reader(csv);
    let header = reader.headers().map_err(io::Error::other)?.clone();
    let mut out = format!("{{\n  {}: [", line(&Value::from(id)));
    let mut separator = "\n";
    for record in reader.records() {
        let record = record.map_err(io::Error::other)?;
        let fields = header.iter().zip(&record).map(|(key, field)| {
            let number = if text.contains(&key) { None } else { field.parse::<Number>().ok() };
            let value = match number {
                _ if field.is_empty() => Value::Null,
                Some(number) => Value::Number(number),
                None => Value::from(field),
            };
            (key.to_owned(), value)
        });
        let row = Value::Object(fields.collect::<Map<_, _>>());
        let _ = write!(out, "{separator}    {}", line(&row));
        separator = ",\n";
        if out.len() > PART {
            print(&out);
            out.clear();
        }
    }
    out.push_str("\n  ]\n}\n");
    print(&out);
    Ok(())
}

/// One line, with the control characters that JSON lets pass escaped too, since it may end on a terminal.
fn line(value: &Value) -> String {
    let plain = value.to_string();
    if !plain.chars().any(char::is_control) {
        return plain;
    }
    plain.chars().fold(String::with_capacity(plain.len()), |mut out, c| {
        if c.is_control() {
            write!(out, "\\u{:04x}", u32::from(c)).expect("memory takes every character");
        } else {
            out.push(c);
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::table::{Column, Style};

    fn sample() -> Table {
        let columns = ["name", "part", "money", "date", "open"].map(|key| Column::new(key, key));
        let mut table = Table::new("ownership", "Title", columns.into());
        let third = Cell::Fraction { value: "0.3333333333333333333333333333".parse().unwrap(), places: 2 };
        let money = Cell::Money("79228162514264337593543950335".parse().unwrap());
        let date = Cell::Date("2026-03-31".parse().unwrap());
        table.push(Style::Body, vec![Cell::text("a \"b\"\u{1b}\u{9b}"), third, money, date, Cell::Flag(false)]);
        table.push(
            Style::Total,
            vec![Cell::Empty, Cell::Empty, Cell::Money("-1.50".parse().unwrap()), Cell::Empty, Cell::Empty],
        );
        table
    }

    #[test]
    fn every_digit_survives() {
        let expected = r#"{
  "ownership": [
    {"name":"a \"b\"\u001b\u009b","part":0.3333333333333333333333333333,"money":79228162514264337593543950335,"date":"2026-03-31","open":false},
    {"name":null,"part":null,"money":-1.5,"date":null,"open":null}
  ],
  "cash": []
}
"#;
        let cash = Table::new("cash", "Cash", Vec::new());
        assert_eq!(json(&[sample(), cash]), expected);
        let read: Value = serde_json::from_str(expected).unwrap();
        assert_eq!(read["ownership"][0]["part"].to_string(), "0.3333333333333333333333333333");
        assert_eq!(read["ownership"][0]["name"], "a \"b\"\u{1b}\u{9b}");
    }

    #[test]
    fn rows_of_a_file_are_those_of_a_table() {
        let mut out = String::new();
        let csv = "scenario,amazon,empty_because\r\n2025,0.10,\r\n2025,,\"none, really\"\r\n";
        rows_of_csv("sweep", csv.as_bytes(), &["scenario", "empty_because"], &mut |part| out.push_str(part)).unwrap();
        let expected = r#"{
  "sweep": [
    {"scenario":"2025","amazon":0.10,"empty_because":null},
    {"scenario":"2025","amazon":null,"empty_because":"none, really"}
  ]
}
"#;
        assert_eq!(out, expected);
    }

    #[test]
    fn tables_of_one_id_share_a_list() {
        let read: Value = serde_json::from_str(&json(&[sample(), sample()])).unwrap();
        assert_eq!(read["ownership"].as_array().unwrap().len(), 4);
        assert_eq!(json(&[]), "{}\n");
    }
}
