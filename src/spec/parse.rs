//! TOML text into the tree. Whatever can be read of a broken file is read, so that one run shows every problem.

use super::node::{Block, Entry, Node, Shape, Value};
use crate::error::{FileId, Finding, Findings, Span};
use jiff::civil::Date;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// What came of a text.
#[derive(Debug)]
pub struct Parsed {
    /// The file's tree, as far as it could be read.
    pub root: Block,
    /// Where the syntax is broken, in bytes.
    pub broken: Vec<Range<usize>>,
    /// From here on keys may stand in the wrong table, because a header is broken.
    pub doubtful_from: Option<usize>,
}

impl Parsed {
    /// Whether a finding at this place would only repeat a mistake of syntax: on the same line, or below a broken header.
    pub fn is_doubtful(&self, text: &str, span: Span) -> bool {
        let on_one_line = |broken: &Range<usize>| {
            let between = broken.end.min(span.start)..broken.end.max(span.start);
            (broken.start..=broken.end).contains(&span.start) || !text[between].contains('\n')
        };
        self.doubtful_from.is_some_and(|from| span.start >= from) || self.broken.iter().any(on_one_line)
    }
}

/// More are not looked at.
const ERRORS_MAX: usize = 500;
/// After so many mistakes of syntax the rest is not TOML at all.
const SYNTAX_FINDINGS_MAX: usize = 20;

/// Reads `text` and reports what is not TOML in it.
pub fn parse(text: &str, file: FileId, findings: &mut Findings) -> Parsed {
    let (document, mut errors) = DeTable::parse_recoverable(text);
    errors.truncate(ERRORS_MAX);
    let mut broken: Vec<Range<usize>> =
        errors.iter().map(|error| within(text, error.span().unwrap_or(text.len()..text.len()))).collect();
    let reader = Reader { text, file, broken: &broken };
    let mut root = Block { span: Span { file, start: 0, end: 0 }, shape: Shape::Free, entries: Vec::new() };
    root.entries = reader.entries(document.get_ref(), findings);
    let duplicates = errors.iter().map(|error| error.message() == "duplicate key");
    for ((error, place), duplicate) in errors.iter().zip(&broken).zip(duplicates).take(SYNTAX_FINDINGS_MAX) {
        let span = Span { file, start: place.start, end: place.end };
        findings.push(if duplicate { duplicate_key(text, span, &root) } else { syntax(error.message(), span, text) });
    }
    let is_duplicate = |place: &Range<usize>| {
        errors
            .iter()
            .any(|error| error.message() == "duplicate key" && within(text, error.span().unwrap_or(0..0)) == *place)
    };
    broken.retain(|place| !is_duplicate(place));
    let doubtful_from = broken.iter().filter(|place| is_header_line(text, place.start)).map(|place| place.start).min();
    Parsed { root, broken, doubtful_from }
}

/// The range moved to character boundaries inside the text.
fn within(text: &str, range: Range<usize>) -> Range<usize> {
    let start = (0..=range.start.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let end = (range.end.clamp(start, text.len())..=text.len()).find(|at| text.is_char_boundary(*at));
    start..end.unwrap_or(text.len())
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at.min(text.len())].rfind('\n').map_or(0, |newline| newline + 1)
}

fn is_header_line(text: &str, at: usize) -> bool {
    text[line_start(text, at)..].trim_start_matches([' ', '\t']).starts_with('[')
}

/// Turns the library's tree into ours.
struct Reader<'text> {
    text: &'text str,
    file: FileId,
    broken: &'text [Range<usize>],
}

impl Reader<'_> {
    fn span(&self, range: Range<usize>) -> Span {
        let range = within(self.text, range);
        Span { file: self.file, start: range.start, end: range.end }
    }

    /// The entries in the order of the file; the library puts sub-tables where their first part stood.
    fn entries(&self, table: &DeTable<'_>, findings: &mut Findings) -> Vec<Entry> {
        let read = |(key, value): (&Spanned<_>, &Spanned<DeValue<'_>>)| {
            let key: &Spanned<std::borrow::Cow<'_, str>> = key;
            Entry { key: key.get_ref().to_string(), key_span: self.span(key.span()), node: self.node(value, findings) }
        };
        let mut entries: Vec<Entry> = table.iter().map(read).collect();
        entries.sort_by_key(|entry| entry.key_span.start);
        entries
    }

    fn node(&self, value: &Spanned<DeValue<'_>>, findings: &mut Findings) -> Node {
        let span = self.span(value.span());
        let value = match value.get_ref() {
            DeValue::Table(table) => {
                Value::Table(Block { span, shape: Shape::Free, entries: self.entries(table, findings) })
            }
            DeValue::Array(items) => Value::List(items.iter().map(|item| self.node(item, findings)).collect()),
            _ if self.is_broken(span) => Value::Broken,
            DeValue::String(text) => Value::Text(text.to_string()),
            DeValue::Integer(_) | DeValue::Float(_) => Value::Number(self.text[span.start..span.end].replace('_', "")),
            DeValue::Boolean(yes) => Value::YesNo(*yes),
            DeValue::Datetime(date) => self.date(date, span, findings),
        };
        Node { span, value }
    }

    fn is_broken(&self, span: Span) -> bool {
        self.broken.iter().any(|broken| broken.start <= span.end && span.start <= broken.end)
    }

    fn date(&self, date: &toml::value::Datetime, span: Span, findings: &mut Findings) -> Value {
        let typed = &self.text[span.start..span.end];
        let day = date.date.and_then(|date| {
            let year = i16::try_from(date.year).ok()?;
            Date::new(year, i8::try_from(date.month).ok()?, i8::try_from(date.day).ok()?).ok()
        });
        match day {
            Some(day) if date.time.is_none() && date.offset.is_none() => Value::Date(day),
            Some(day) => {
                findings.push(
                    Finding::error("E0207", format!("`{typed}` has a time of day"))
                        .at(span, "expected a date")
                        .help(format!("write {day}")),
                );
                Value::Broken
            }
            None => {
                findings.push(
                    Finding::error("E0207", format!("`{typed}` is not a date"))
                        .at(span, "expected a date such as 2026-03-31")
                        .help("write year-month-day without quotes"),
                );
                Value::Broken
            }
        }
    }
}

/// A mistake of syntax in words that say what to do.
fn syntax(message: &str, span: Span, text: &str) -> Finding {
    let found = text[span.start..span.end].trim();
    let (mut message, expected) = message.split_once(", expected ").unwrap_or((message, ""));
    let (label, help) = match message {
        "string values must be quoted" | "invalid value" if found.is_empty() => {
            message = "missing value";
            ("a value is missing", "write `key = value`, or remove the line".to_owned())
        }
        "string values must be quoted" | "invalid value" | "unexpected content" if !found.is_empty() => {
            ("text and numbers with an ending need quotes", format!("write \"{}\"", elided(found)))
        }
        "missing value" | "missing value for key" | "key with no value" => {
            ("a value is missing", "write `key = value`, or remove the line".to_owned())
        }
        "missing assignment between key-value pairs" | "invalid key-value pair" => {
            ("expected `key = value`", "keys with spaces need quotes; comments begin with #".to_owned())
        }
        message if message.starts_with("invalid basic string") || message.contains("quote") => {
            ("a quote is missing", "close the text with the quote it was opened with".to_owned())
        }
        message if message.starts_with("unclosed array table") || message.starts_with("unclosed table") => {
            ("a bracket is missing", "headers are [name] or [[name]]".to_owned())
        }
        message if message.starts_with("unclosed") => ("this is not closed", "add the missing bracket".to_owned()),
        message if message.starts_with("missing comma") => {
            ("a comma is missing", "put a comma between the two".to_owned())
        }
        message if message.starts_with("cannot recurse") || message.starts_with("recursion") => {
            ("nested too deep", "no value of the format is nested so deep".to_owned())
        }
        "unexpected leading zero" => {
            ("a number cannot begin with 0", "dates are year-month-day; other numbers go without it".to_owned())
        }
        _ => ("", "see https://toml.io for how values are written".to_owned()),
    };
    let label = match (label, expected) {
        ("", "" | "nothing") => "TOML cannot read this".to_owned(),
        ("", expected) => format!("expected {expected}"),
        (label, _) => label.to_owned(),
    };
    Finding::error("E0001", format!("not valid TOML: {message}")).at(span, label).help(help)
}

fn elided(text: &str) -> String {
    const SHOWN_MAX: usize = 32;
    if text.chars().count() <= SHOWN_MAX {
        text.to_owned()
    } else {
        text.chars().take(SHOWN_MAX).collect::<String>() + "..."
    }
}

fn duplicate_key(text: &str, span: Span, root: &Block) -> Finding {
    let written = &text[span.start..span.end];
    let key = written.trim_matches(['"', '\'']);
    let finding = Finding::error("E0002", format!("`{key}` is given twice")).at(span, "the second time");
    let first = first_definition(root, key, span).or_else(|| first_header(text, span));
    let finding = match first {
        Some(first) => finding.and_at(first, "the first time"),
        None => finding,
    };
    finding.help(if is_header_line(text, span.start) {
        "put the lines of both under one header; lists of tables have double brackets"
    } else {
        "remove one of the two"
    })
}

/// The nearest entry of that key above the second one.
fn first_definition(block: &Block, key: &str, second: Span) -> Option<Span> {
    let own = block.entries.iter().filter(|entry| entry.key == key && entry.key_span.start < second.start);
    let inner = block.entries.iter().flat_map(|entry| match &entry.node.value {
        Value::Table(inner) => vec![inner],
        Value::List(items) => items.iter().filter_map(Node::as_block).collect(),
        _ => Vec::new(),
    });
    own.map(|entry| entry.key_span)
        .chain(inner.filter_map(|inner| first_definition(inner, key, second)))
        .max_by_key(|span| span.start)
}

/// `rounds` of `[rounds]` and of `[[rounds]]`.
fn header_name(line: &str) -> Option<&str> {
    line.trim_start().strip_prefix('[')?.trim_start_matches('[').split([']', '\n']).next().map(str::trim)
}

/// The same header line above, for a table that was opened twice.
fn first_header(text: &str, second: Span) -> Option<Span> {
    let start = line_start(text, second.start);
    let header = header_name(&text[start..])?;
    let mut at = 0;
    for line in text[..start].split_inclusive('\n') {
        if header_name(line) == Some(header) {
            return Some(Span { file: second.file, start: at, end: at + line.trim_end().len() });
        }
        at += line.len();
    }
    None
}
