//! TOML text into the tree. Whatever can be read of a broken file is read, so that one run shows every problem.

use super::node::{Block, Entry, Node, Shape, Value};
use super::syntax::{Mistake, is_header_line, report};
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

/// Reads `text` and reports what is not TOML in it.
pub fn parse(text: &str, file: FileId, findings: &mut Findings) -> Parsed {
    let (document, mut errors) = DeTable::parse_recoverable(text);
    errors.truncate(ERRORS_MAX);
    let mistake = |error: &toml::de::Error| Mistake {
        message: error.message().to_owned(),
        place: within(text, error.span().unwrap_or(text.len()..text.len())),
    };
    let mistakes: Vec<Mistake> = errors.iter().map(mistake).collect();
    let reader = Reader { text, file, mistakes: &mistakes };
    let mut root = Block { span: Span { file, start: 0, end: 0 }, shape: Shape::Free, entries: Vec::new() };
    root.entries = reader.entries(document.get_ref(), findings);
    report(text, file, &mistakes, &root, findings);
    let broken: Vec<Range<usize>> =
        mistakes.into_iter().filter(|mistake| !mistake.is_duplicate()).map(|mistake| mistake.place).collect();
    let doubtful_from = broken.iter().filter(|place| is_header_line(text, place.start)).map(|place| place.start).min();
    Parsed { root, broken, doubtful_from }
}

/// The range moved to character boundaries inside the text.
fn within(text: &str, range: Range<usize>) -> Range<usize> {
    let start = (0..=range.start.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let end = (range.end.clamp(start, text.len())..=text.len()).find(|at| text.is_char_boundary(*at));
    start..end.unwrap_or(text.len())
}

/// Turns the library's tree into ours.
struct Reader<'text> {
    text: &'text str,
    file: FileId,
    mistakes: &'text [Mistake],
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
        self.mistakes.iter().map(|mistake| &mistake.place).any(|at| at.start <= span.end && span.start <= at.end)
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
