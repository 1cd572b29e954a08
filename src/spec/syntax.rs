//! Mistakes of TOML syntax, in words that say what to do, and without those that only follow from another.

use super::keys::any_of;
use super::node::{Block, Node, Value};
use crate::error::{FileId, Finding, Findings, Span};
use std::ops::Range;

/// What the TOML library says is wrong, and where.
#[derive(Debug)]
pub struct Mistake {
    /// Its words.
    pub message: String,
    /// In bytes, at character boundaries.
    pub place: Range<usize>,
}

impl Mistake {
    /// A key or table that was there before; everything else is a mistake of spelling.
    pub fn is_duplicate(&self) -> bool {
        self.message == "duplicate key"
    }

    /// A mistake after which the next lines are read as something they are not.
    fn spreads(&self) -> bool {
        [
            "key with no value",
            "missing comma between array",
            "unexpected `=`",
            "invalid key-value pair",
            "missing table",
            "unclosed",
            "extra",
        ]
        .iter()
        .any(|start| self.message.starts_with(start))
    }
}

/// After so many mistakes the rest is not TOML at all.
const FINDINGS_MAX: usize = 20;

/// A finding for each mistake that does not follow from the one before it.
pub fn report(text: &str, file: FileId, mistakes: &[Mistake], root: &Block, findings: &mut Findings) {
    let lines_between = |from: usize, to: usize| text[from.min(to)..to].bytes().filter(|byte| *byte == b'\n').count();
    let (duplicates, mistakes): (Vec<&Mistake>, Vec<&Mistake>) =
        mistakes.iter().partition(|mistake| mistake.is_duplicate());
    let mut reported = 0;
    let mut before: Option<(&Mistake, bool)> = None;
    for mistake in mistakes {
        let lines = before.map(|(before, _)| lines_between(before.place.start, mistake.place.start));
        let spreading = before.is_some_and(|(_, spreading)| spreading);
        let follows = lines.is_some_and(|lines| lines == 0 || (lines <= 2 && spreading));
        if !follows && reported < FINDINGS_MAX {
            let span = Span { file, start: mistake.place.start, end: mistake.place.end };
            findings.push(syntax(&mistake.message, span, text));
            reported += 1;
        }
        before = Some((mistake, mistake.spreads() || (follows && spreading)));
    }
    let near = |before: &&Mistake, after: &&Mistake| {
        let spans_header = is_header_line(text, before.place.start) || is_header_line(text, after.place.start);
        !spans_header && lines_between(before.place.start, after.place.start) <= 3
    };
    for run in duplicates.chunk_by(near).take(FINDINGS_MAX) {
        let spans: Vec<Span> =
            run.iter().map(|mistake| Span { file, start: mistake.place.start, end: mistake.place.end }).collect();
        match spans.as_slice() {
            [] => {}
            [span] => findings.push(duplicate_key(text, *span, root)),
            [first, more @ ..] => findings.push(lost_header(text, *first, more, root)),
        }
    }
}

/// Several keys in a row that the table has already: they were meant for a table of their own.
fn lost_header(text: &str, first: Span, more: &[Span], root: &Block) -> Finding {
    let key = |span: &Span| format!("`{}`", text[span.start..span.end].trim_matches(['"', '\'']));
    let keys: Vec<String> = std::iter::once(&first).chain(more).map(key).collect();
    let message = format!("{} are given twice in one table", any_of(keys).replace(" or ", " and "));
    let mut finding = Finding::error("E0002", message).at(first, "the second time");
    if let Some(before) = first_definition(root, key(&first).trim_matches('`'), first) {
        finding = finding.and_at(before, "the first time");
    }
    for span in more {
        finding = finding.and_at(*span, "the second time");
    }
    finding.help("is a header such as [[rounds]] missing above these lines? Else remove one of each two")
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at.min(text.len())].rfind('\n').map_or(0, |newline| newline + 1)
}

/// Whether the line is a `[header]`.
pub fn is_header_line(text: &str, at: usize) -> bool {
    text[line_start(text, at)..].trim_start_matches([' ', '\t']).starts_with('[')
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
            ("a comma or a bracket is missing", "put a comma between the two, or close the list or table".to_owned())
        }
        message if message.starts_with("cannot recurse") || message.starts_with("recursion") => {
            ("nested too deep", "no value of the format is nested so deep".to_owned())
        }
        "invalid date" | "invalid date-time" => ("", "write a day that exists, such as 2026-03-31".to_owned()),
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
