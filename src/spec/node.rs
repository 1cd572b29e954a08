//! The tree of a scenario file: every value with the place it stands at, in the order of the file.

use super::keys::{MapSpec, TableSpec};
use super::number::Quantity;
use crate::error::Span;
use jiff::civil::Date;

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The value's own text; for a block its header or its braces.
    pub span: Span,
    /// What stands there.
    pub value: Value,
}

/// What TOML can say, with numbers kept as typed.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A string.
    Text(String),
    /// A bare number: its literal, underscores removed.
    Number(String),
    /// `true` or `false`.
    YesNo(bool),
    /// A date without a time.
    Date(Date),
    /// `[a, b]`, or every `[[table]]` of one name.
    List(Vec<Node>),
    /// `{ a = 1 }` or what follows a `[header]`.
    Table(Block),
    /// Something that was reported when it was read; nothing more is said about it.
    Broken,
}

/// The entries of one table, in the order of the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// Its header (`[[rounds]]`), or the whole inline table.
    pub span: Span,
    /// What may stand in it.
    pub shape: Shape,
    /// Its keys and values.
    pub entries: Vec<Entry>,
}

/// One `key = value`.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key, unquoted.
    pub key: String,
    /// Where the key stands.
    pub key_span: Span,
    /// The value.
    pub node: Node,
}

/// What may stand in a block.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// Not known: a block under an unknown key.
    Free,
    /// The keys of a table of the format.
    Table(&'static TableSpec),
    /// Names chosen by the writer, each with a value of one kind.
    Map(&'static MapSpec),
    /// `{ value = ..., source = ... }` around a value.
    Origin,
}

impl PartialEq for Shape {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Shape::Free, Shape::Free) | (Shape::Origin, Shape::Origin) => true,
            (Shape::Table(ours), Shape::Table(theirs)) => std::ptr::eq(*ours, *theirs),
            (Shape::Map(ours), Shape::Map(theirs)) => std::ptr::eq(*ours, *theirs),
            _ => false,
        }
    }
}

/// Where a value comes from, as its own table says; a block's or a file's source is not yet applied.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Provenance {
    /// The source's name and where it is named.
    pub source: Option<(String, Span)>,
    /// `official`, `reported`, `rumoured` or `assumed`, and where it is said.
    pub evidence: Option<(&'static str, Span)>,
    /// A remark, printed as written.
    pub note: Option<String>,
    /// How far off the figure may be, where that is not half a unit of its last digit.
    pub precision: Option<Quantity>,
}

impl Node {
    /// The value without the table of its origin, and the origin. A plain value is its own, of no stated origin.
    pub fn unwrap_origin(&self) -> (&Node, Provenance) {
        match &self.value {
            Value::Table(block) if block.shape == Shape::Origin => match block.get("value") {
                Some(entry) => (&entry.node, block.provenance()),
                None => (self, Provenance::default()),
            },
            _ => (self, Provenance::default()),
        }
    }

    /// The block, if it is one.
    pub fn as_block(&self) -> Option<&Block> {
        match &self.value {
            Value::Table(block) => Some(block),
            _ => None,
        }
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// How findings name what was found.
    pub fn found(&self) -> &'static str {
        match &self.value {
            Value::Text(_) => "text",
            Value::Number(_) => "a number",
            Value::YesNo(_) => "yes/no",
            Value::Date(_) => "a date",
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
            Value::Broken => "something unreadable",
        }
    }
}

impl Block {
    /// The table's definition; `None` for a map or a block under an unknown key.
    pub fn spec(&self) -> Option<&'static TableSpec> {
        match self.shape {
            Shape::Table(spec) => Some(spec),
            Shape::Free | Shape::Map(_) | Shape::Origin => None,
        }
    }

    /// The entry of that key as typed. Asking a table for a key it cannot have is a mistake of the program.
    pub fn get(&self, key: &str) -> Option<&Entry> {
        debug_assert!(
            self.spec().is_none_or(|spec| spec.key(key).is_some()),
            "{} has no key `{key}`",
            self.spec().map_or("the table", |spec| spec.written),
        );
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// The one entry of a table that was typed in its short form, `x = "20B"`.
    pub fn short_form(&self) -> Option<&Entry> {
        self.entries.first().filter(|entry| entry.key_span == self.span)
    }

    /// Whether the key is given.
    pub fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// The block's `name`, if it has one that is text.
    pub fn name(&self) -> Option<&str> {
        let entry = self.entries.iter().find(|entry| entry.key == "name")?;
        entry.node.unwrap_origin().0.as_text()
    }

    /// Where the block's `name` stands, else the block itself.
    pub fn name_span(&self) -> Span {
        self.entries.iter().find(|entry| entry.key == "name").map_or(self.span, |entry| entry.node.span)
    }
}
