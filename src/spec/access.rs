//! What the resolver asks of a block. Everything here is `None` where the key is absent or was reported.

use super::keys::{Key, Kind, MapSpec, Sign};
use super::node::{Block, Entry, Node, Provenance, Shape, Value};
use super::number::Quantity;
use super::value::{Given, Literal, Period, Read, read};
use crate::error::Span;
use crate::num::Stated;
use jiff::civil::Date;

impl Node {
    /// The node read as `kind`, with its origin.
    pub fn read(&self, kind: &Kind, sign: Sign) -> Option<Read<Literal<'_>>> {
        let (inner, provenance) = self.unwrap_origin();
        read(inner, kind, sign, "").ok().map(|given| (given, provenance, inner.span))
    }

    /// The node read as a value or a list of values: one reading per item.
    pub fn read_items(&self, kind: &Kind, sign: Sign) -> Vec<Read<Literal<'_>>> {
        let (inner, provenance) = self.unwrap_origin();
        let (Kind::OneOrMore(one) | Kind::List(one)) = kind else { return self.read(kind, sign).into_iter().collect() };
        let Value::List(items) = &inner.value else { return self.read(one, sign).into_iter().collect() };
        let own = |(given, own, span): Read<_>| (given, own.or(&provenance), span);
        items.iter().filter_map(|item| item.read(one, sign)).map(own).collect()
    }
}

impl Provenance {
    /// This origin, and `outer` where it says nothing.
    #[must_use]
    pub fn or(self, outer: &Provenance) -> Provenance {
        Provenance {
            source: self.source.or_else(|| outer.source.clone()),
            evidence: self.evidence.or(outer.evidence),
            note: self.note.or_else(|| outer.note.clone()),
            precision: self.precision.or_else(|| outer.precision.clone()),
        }
    }
}

impl Block {
    /// The key's definition and its entry.
    fn known(&self, key: &str) -> Option<(&'static Key, &Entry)> {
        Some((self.spec()?.key(key)?, self.get(key)?))
    }

    /// Any value, read as its key's kind.
    pub fn literal(&self, key: &str) -> Option<Read<Literal<'_>>> {
        let (known, entry) = self.known(key)?;
        entry.node.read(&known.kind, known.sign)
    }

    /// The literal narrowed to one of its forms.
    fn narrowed<'tree, T>(&'tree self, key: &str, form: impl FnOnce(Literal<'tree>) -> Option<T>) -> Option<Read<T>> {
        let (given, provenance, span) = self.literal(key)?;
        Some((given.and_then(form)?, provenance, span))
    }

    /// A text or name, as written.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.get(key)?.node.unwrap_origin().0.as_text()
    }

    /// A name or text with its origin and place.
    pub fn named(&self, key: &str) -> Option<Read<&str>> {
        self.narrowed(key, |literal| match literal {
            Literal::Text(text) => Some(text),
            _ => None,
        })
    }

    /// A number; `None` also where the key takes other things too and one of these is given.
    pub fn quantity(&self, key: &str) -> Option<Read<Quantity>> {
        self.narrowed(key, |literal| match literal {
            Literal::Quantity(quantity) => Some(quantity),
            _ => None,
        })
    }

    /// One of the key's words; `None` also where the key takes other things too and one of these is given.
    pub fn word(&self, key: &str) -> Option<Read<&'static str>> {
        self.narrowed(key, |literal| match literal {
            Literal::Word(word) => Some(word),
            _ => None,
        })
    }

    /// `true` or `false`.
    pub fn yes_no(&self, key: &str) -> Option<Read<bool>> {
        self.narrowed(key, |literal| match literal {
            Literal::YesNo(yes) => Some(yes),
            _ => None,
        })
    }

    /// A day.
    pub fn date(&self, key: &str) -> Option<Read<Date>> {
        self.narrowed(key, |literal| match literal {
            Literal::Date(date) => Some(date),
            _ => None,
        })
    }

    /// A length of time.
    pub fn period(&self, key: &str) -> Option<Read<Period>> {
        self.narrowed(key, |literal| match literal {
            Literal::Period(period) => Some(period),
            _ => None,
        })
    }

    /// A ratio, new to old.
    pub fn ratio(&self, key: &str) -> Option<Read<Stated>> {
        self.narrowed(key, |literal| match literal {
            Literal::Ratio(ratio) => Some(ratio),
            _ => None,
        })
    }

    /// Every item of a list, or the one value of a key that may be a list.
    pub fn items(&self, key: &str) -> Vec<Read<Literal<'_>>> {
        match self.known(key) {
            Some((known, entry)) => entry.node.read_items(list_kind(&known.kind), known.sign),
            None => Vec::new(),
        }
    }

    /// The table or map behind a key.
    pub fn block(&self, key: &str) -> Option<&Block> {
        self.get(key)?.node.as_block().filter(|block| block.shape != Shape::Origin)
    }

    /// The tables behind a key: `[[rounds]]`, or a list of inline tables.
    pub fn blocks(&self, key: &str) -> impl Iterator<Item = &Block> {
        let items: &[Node] = match self.get(key).map(|entry| &entry.node.value) {
            Some(Value::List(items)) => items,
            _ => &[],
        };
        items.iter().filter_map(Node::as_block)
    }

    /// The entries of a map with their values, a list's items one by one. Empty for a block that is no map.
    pub fn values(&self) -> impl Iterator<Item = (&Entry, Vec<Read<Literal<'_>>>)> {
        let map: Option<&'static MapSpec> = match self.shape {
            Shape::Map(map) => Some(map),
            Shape::Free | Shape::Table(_) | Shape::Origin => None,
        };
        map.into_iter().flat_map(|map| {
            self.entries.iter().map(|entry| (entry, entry.node.read_items(list_kind(&map.kind), map.sign)))
        })
    }

    /// What the block says of the origin of its values.
    pub fn provenance(&self) -> Provenance {
        let find = |key: &str| self.entries.iter().find(|entry| entry.key == key).map(|entry| &entry.node);
        let text = |key: &str| find(key).and_then(|node| Some((node.as_text()?.to_owned(), node.span)));
        let evidence = find("evidence").and_then(|node| Some((evidence_word(node.as_text()?)?, node.span)));
        let precision = find("precision").and_then(|node| {
            let kind = Kind::Quantity(super::number::Measure::Any);
            match node.read(&kind, Sign::ZeroToo)? {
                (Given::Stated(Literal::Quantity(quantity)), ..) => Some(quantity),
                _ => None,
            }
        });
        Provenance { source: text("source"), evidence, note: text("note").map(|(note, _)| note), precision }
    }

    /// What the block says of the origin of a value in it, which must stand in the same file: a source that a base
    /// names does not cover a figure that another file put in its place.
    pub fn provenance_of(&self, value: Span) -> Provenance {
        let own = |entry: &&Entry| entry.key_span.file == value.file;
        let entries = self.entries.iter().filter(own).cloned().collect();
        Block { span: self.span, shape: self.shape, entries }.provenance()
    }

    /// Where the value of a key stands, else the block.
    pub fn span_of(&self, key: &str) -> Span {
        self.get(key).map_or(self.span, |entry| entry.node.span)
    }
}

fn evidence_word(text: &str) -> Option<&'static str> {
    super::keys::EVIDENCE.iter().find(|word| **word == text).copied()
}

/// The list among several kinds, where one is.
fn list_kind(kind: &'static Kind) -> &'static Kind {
    match kind {
        Kind::Either(kinds) => kinds.iter().find(|kind| matches!(kind, Kind::List(_))).unwrap_or(kind),
        _ => kind,
    }
}
