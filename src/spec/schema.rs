//! The JSON schema that editors use for completion and checking, generated from the key tables.
//!
//! It is looser than the reader where a file may lean on its base: nothing but the title is required.

use super::keys::{EVIDENCE, Key, Kind, MapSpec, ORIGIN, ROOT, Sign, TableSpec};
use super::number::Measure;
use schemars::Schema;
use serde_json::{Map, Value, json};
use std::fmt::Write;

/// The schema of a scenario file, as draft 7, which the TOML editors read.
pub fn schema() -> Schema {
    let mut definitions = Map::new();
    let mut generator = Generator { definitions: &mut definitions };
    let root = generator.table(&ROOT);
    generator.common();
    let mut object = Map::new();
    object.insert("$schema".to_owned(), json!("http://json-schema.org/draft-07/schema#"));
    object.insert("title".to_owned(), json!("capstruct scenario"));
    if let Value::Object(root) = root {
        object.extend(root);
    }
    object.insert("definitions".to_owned(), Value::Object(sorted(definitions)));
    Schema::from(object)
}

/// The same as the text of a file.
pub fn schema_json() -> String {
    let text = serde_json::to_string_pretty(schema().as_value()).expect("a schema is plain JSON");
    text + "\n"
}

fn sorted(map: Map<String, Value>) -> Map<String, Value> {
    let mut entries: Vec<(String, Value)> = map.into_iter().collect();
    entries.sort_by(|one, other| one.0.cmp(&other.0));
    entries.into_iter().collect()
}

struct Generator<'a> {
    definitions: &'a mut Map<String, Value>,
}

impl Generator<'_> {
    /// A table as a definition, once, and the reference to it.
    fn reference(&mut self, spec: &'static TableSpec) -> Value {
        let name = definition_name(spec);
        if !self.definitions.contains_key(&name) {
            self.definitions.insert(name.clone(), Value::Null);
            let table = self.table(spec);
            self.definitions.insert(name.clone(), table);
        }
        json!({ "$ref": format!("#/definitions/{name}") })
    }

    fn table(&mut self, spec: &'static TableSpec) -> Value {
        let mut properties = Map::new();
        for key in spec.all_keys() {
            properties.insert(key.name.to_owned(), self.key(key));
        }
        let mut table = json!({
            "type": "object",
            "description": spec.doc,
            "properties": properties,
            "additionalProperties": false,
        });
        if std::ptr::eq(spec, &raw const ROOT) {
            table["required"] = json!(["title"]);
        }
        table
    }

    fn key(&mut self, key: &Key) -> Value {
        let mut description = sentence(key.doc);
        if !key.default.is_empty() {
            let _ = write!(description, " Default: {}.", key.default);
        }
        if !key.term.is_empty() {
            let _ = write!(description, " ({})", key.term);
        }
        // beside a `$ref` draft 7 reads nothing else
        let kind = self.kind(&key.kind, key.sign);
        json!({ "description": description, "allOf": [kind] })
    }

    fn kind(&mut self, kind: &Kind, sign: Sign) -> Value {
        match kind {
            Kind::Map(map) => self.map(map),
            Kind::Table(spec) => self.reference(spec),
            Kind::Tables(spec) => json!({ "type": "array", "items": self.reference(spec) }),
            Kind::Short(spec, short) => {
                let short = spec.key(short).map(|key| self.kind(&key.kind, key.sign));
                json!({ "anyOf": short.into_iter().chain([self.reference(spec)]).collect::<Vec<_>>() })
            }
            Kind::Text => any_of([json!({ "type": "string" }), definition("origin")]),
            Kind::Quantity(measure) => self.number(*measure, sign),
            _ => {
                let plain = self.plain(kind, sign);
                any_of([plain, definition("variable"), definition("origin")])
            }
        }
    }

    /// A number, a variable or a number with its origin: a definition for each measure and sign.
    fn number(&mut self, measure: Measure, sign: Sign) -> Value {
        let range = match sign {
            Sign::Positive => "above_zero",
            Sign::ZeroToo => "zero_or_more",
            Sign::Any => "any_sign",
        };
        let any = if measure == Measure::Any { "any_" } else { "" };
        let name = format!("{any}{}_{range}", measure.name());
        let alternatives = || any_of([quantity(measure, sign), definition("variable"), definition("origin")]);
        self.definitions.entry(name.clone()).or_insert_with(alternatives);
        definition(&name)
    }

    /// The kind without variables and origins.
    fn plain(&mut self, kind: &Kind, sign: Sign) -> Value {
        match kind {
            Kind::Text | Kind::Name(_) => json!({ "type": "string" }),
            Kind::Quantity(measure) => quantity(*measure, sign),
            Kind::Date => json!({ "type": "string", "format": "date" }),
            Kind::PartialDate => any_of([
                json!({ "type": "string", "format": "date" }),
                json!({ "type": "string", "pattern": "^[0-9]{4}(-(0[1-9]|1[0-2]))?$" }),
            ]),
            Kind::Period => json!({ "type": "string", "pattern": "^[1-9][0-9]* (days?|months?|years?)$" }),
            Kind::Ratio => any_of([
                json!({ "type": "string", "pattern": "^[0-9][0-9._]*[:/][0-9][0-9._]*$" }),
                json!({ "type": "number", "exclusiveMinimum": 0 }),
            ]),
            Kind::Word(words) => json!({ "enum": words }),
            Kind::YesNo => json!({ "type": "boolean" }),
            Kind::Any => json!({ "type": ["string", "number", "boolean"] }),
            Kind::Either(kinds) => any_of(kinds.iter().map(|kind| match kind {
                Kind::Map(_) | Kind::Table(_) => self.kind(kind, sign),
                _ => self.plain(kind, sign),
            })),
            Kind::List(one) => json!({ "type": "array", "items": self.kind(one, sign) }),
            Kind::OneOrMore(one) => {
                any_of([self.plain(one, sign), json!({ "type": "array", "items": self.kind(one, sign) })])
            }
            Kind::Map(_) | Kind::Table(_) | Kind::Tables(_) | Kind::Short(..) => self.kind(kind, sign),
        }
    }

    fn map(&mut self, map: &'static MapSpec) -> Value {
        let values = self.kind(&map.kind, map.sign);
        let names = format!("by {}", map.names.words());
        let mut schema = json!({ "type": "object", "description": names, "additionalProperties": values });
        if map.replaceable {
            let replace = json!({ "description": "True drops what the base file has here." });
            schema["properties"] = json!({ "replace": replace });
        }
        schema
    }

    fn common(&mut self) {
        let variable = json!({ "type": "string", "pattern": r"^\$[^0-9].*$", "description": "A variable: \"$name\"." });
        self.definitions.insert("variable".to_owned(), variable);
        let origin = json!({
            "type": "object",
            "description": ORIGIN.doc,
            "properties": {
                "value": { "description": "The value itself." },
                "source": { "type": "string", "description": "Where it was published." },
                "evidence": { "enum": EVIDENCE, "description": "How well it is known." },
                "note": { "type": "string", "description": "A remark, printed with it." },
                "precision": { "description": "How far off it may be, up or down.", "allOf": [quantity(Measure::Any, Sign::ZeroToo)] },
            },
            "required": ["value"],
            "additionalProperties": false,
        });
        self.definitions.insert("origin".to_owned(), origin);
    }
}

fn definition(name: &str) -> Value {
    json!({ "$ref": format!("#/definitions/{name}") })
}

/// `rounds.tranches` of `[[rounds.tranches]]`; rows are called by their list.
fn definition_name(spec: &TableSpec) -> String {
    match spec.written.strip_prefix('[') {
        Some(written) => written.trim_matches(['[', ']']).to_ascii_lowercase(),
        None => spec.id.to_owned(),
    }
}

fn any_of(schemas: impl IntoIterator<Item = Value>) -> Value {
    json!({ "anyOf": schemas.into_iter().collect::<Vec<_>>() })
}

fn sentence(doc: &str) -> String {
    let mut letters = doc.chars();
    let first = letters.next().map(|first| first.to_uppercase().collect::<String>()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

/// A bare number, or one in quotes with the ending of its measure, or `"a/b"`.
fn quantity(measure: Measure, sign: Sign) -> Value {
    let ending = match measure {
        Measure::Money | Measure::Count => "[kMBT]?",
        Measure::Price | Measure::Number => "",
        Measure::Fraction => "%?",
        Measure::Multiple => "x?",
        Measure::Any => "[kMBT%x]?",
    };
    let minus = if sign == Sign::Any { "[+-]?" } else { "\\+?" };
    let digits = r"[0-9][0-9_]*(\.[0-9][0-9_]*)?";
    let exponent = "([eE][+-]?[0-9]+)?";
    let pattern = format!("^{minus}{digits}({exponent}{ending}|/{digits})$");
    let mut number = json!({ "type": "number" });
    match sign {
        Sign::Positive => number["exclusiveMinimum"] = json!(0),
        Sign::ZeroToo => number["minimum"] = json!(0),
        Sign::Any => {}
    }
    if measure == Measure::Fraction {
        number["maximum"] = json!(1);
    }
    any_of([number, json!({ "type": "string", "pattern": pattern })])
}
