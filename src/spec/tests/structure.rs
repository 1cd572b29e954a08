//! The key tables themselves, and what is generated from them.

use crate::spec::keys::{Kind, ROOT, Required, TableSpec};
use crate::spec::{reference, schema};
use serde_json::{Map, Value, json};
use std::path::Path;

fn tables() -> Vec<&'static TableSpec> {
    fn collect(spec: &'static TableSpec, found: &mut Vec<&'static TableSpec>) {
        if found.iter().any(|known| std::ptr::eq(*known, spec)) {
            return;
        }
        found.push(spec);
        spec.all_keys().for_each(|key| of_kind(&key.kind, found));
    }
    fn of_kind(kind: &Kind, found: &mut Vec<&'static TableSpec>) {
        match kind {
            Kind::Table(spec) | Kind::Tables(spec) | Kind::Short(spec, _) => collect(spec, found),
            Kind::Map(map) => of_kind(&map.kind, found),
            Kind::List(kind) | Kind::OneOrMore(kind) => of_kind(kind, found),
            Kind::Either(kinds) => kinds.iter().for_each(|kind| of_kind(kind, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    collect(&ROOT, &mut found);
    found
}

#[test]
fn key_tables_refer_to_their_own_keys() {
    assert!(tables().len() > 25);
    for spec in tables() {
        let names: Vec<&str> = spec.all_keys().map(|key| key.name).collect();
        for (index, name) in names.iter().enumerate() {
            assert!(!names[..index].contains(name), "{} has `{name}` twice", spec.written);
        }
        let required = |key: Required| match key {
            Required::With(keys) | Required::Unless(keys) => keys,
            Required::No | Required::Yes => &[],
        };
        let groups = spec.groups.iter().flat_map(crate::spec::keys::Group::keys);
        let beside = spec.all_keys().flat_map(|key| key.with.iter().chain(required(key.required)).copied());
        for name in groups.chain(beside).filter(|name| *name != "tranches" || spec.id != "tranches") {
            assert!(names.contains(&name), "{} has no `{name}`", spec.written);
        }
        for key in spec.all_keys() {
            assert!(!key.doc.is_empty() && !key.doc.ends_with('.'), "{} `{}`: {}", spec.written, key.name, key.doc);
        }
    }
}

#[test]
fn generated_texts_are_the_same_every_time() {
    assert_eq!(schema::schema_json(), schema::schema_json());
    assert_eq!(reference::reference(), reference::reference());
    assert!(serde_json::from_str::<Value>(&schema::schema_json()).is_ok());
}

#[test]
fn the_reference_names_every_key() {
    let reference = reference::reference();
    for spec in tables() {
        for key in spec.all_keys().filter(|key| key.name != "remove" && !key.doc.starts_with("the value that so many"))
        {
            assert!(reference.contains(&format!("| `{}`", key.name)), "{} `{}`", spec.written, key.name);
        }
    }
    assert!(reference.contains("| `p1` ... `p99` |"));
}

/// As a schema sees TOML: dates are text.
fn json_of(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::String(text),
        toml::Value::Integer(number) => json!(number),
        toml::Value::Float(number) => json!(number),
        toml::Value::Boolean(yes) => json!(yes),
        toml::Value::Datetime(date) => Value::String(date.to_string()),
        toml::Value::Array(items) => Value::Array(items.into_iter().map(json_of).collect()),
        toml::Value::Table(table) => {
            Value::Object(table.into_iter().map(|(key, value)| (key, json_of(value))).collect())
        }
    }
}

/// The part of draft 7 that the schema uses, patterns aside. Says where the value does not fit.
fn misfit(schema: &Value, value: &Value, root: &Value, at: &str) -> Option<String> {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = root.pointer(reference.trim_start_matches('#')).expect("a definition");
        return misfit(target, value, root, at);
    }
    if let Some(all) = schema["allOf"].as_array() {
        return all.iter().find_map(|one| misfit(one, value, root, at));
    }
    if let Some(any) = schema["anyOf"].as_array() {
        let misfits: Vec<String> = any.iter().map_while(|one| misfit(one, value, root, at)).collect();
        return (misfits.len() == any.len()).then(|| misfits.into_iter().max_by_key(String::len).unwrap_or_default());
    }
    if let Some(words) = schema["enum"].as_array() {
        return (!words.contains(value)).then(|| format!("{at}: {value} is none of {words:?}"));
    }
    let kinds = match &schema["type"] {
        Value::String(kind) => vec![kind.as_str()],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => return None,
    };
    let found = match value {
        Value::Object(_) => "object",
        Value::Array(_) => "array",
        Value::String(_) => "string",
        Value::Number(_) => "number",
        Value::Bool(_) => "boolean",
        Value::Null => "null",
    };
    if !kinds.contains(&found) {
        return Some(format!("{at}: {found}, not {kinds:?}"));
    }
    match value {
        Value::Object(object) => misfit_of_object(schema, object, root, at),
        Value::Array(items) => items.iter().find_map(|item| misfit(&schema["items"], item, root, at)),
        _ => None,
    }
}

fn misfit_of_object(schema: &Value, object: &Map<String, Value>, root: &Value, at: &str) -> Option<String> {
    object.iter().find_map(|(key, value)| {
        let at = format!("{at}.{key}");
        match (&schema["properties"][key], &schema["additionalProperties"]) {
            (Value::Null, Value::Bool(false)) => Some(format!("{at}: not a key")),
            (Value::Null, other) => misfit(other, value, root, &at),
            (own, _) => misfit(own, value, root, &at),
        }
    })
}

#[test]
fn every_scenario_fits_the_schema() {
    let schema: Value = serde_json::from_str(&schema::schema_json()).expect("JSON");
    let folder = crate::spec::ScenarioFolder::new(&Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios"));
    for (name, path) in folder.list() {
        let text = std::fs::read_to_string(path).expect("a file");
        let table: toml::Table = text.parse().expect("TOML");
        assert_eq!(misfit(&schema, &json_of(toml::Value::Table(table)), &schema, ""), None, "{name}");
    }
    let wrong = json!({ "title": "x", "rounds": [{ "name": "A", "pre_mony": 5 }] });
    assert_eq!(misfit(&schema, &wrong, &schema, "").as_deref(), Some(".rounds.pre_mony: not a key"));
}
