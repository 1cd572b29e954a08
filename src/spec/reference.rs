//! The printed reference of the format, generated from the key tables.

use super::keys::{Key, Kind, MapSpec, Need, ORIGIN, ROOT, Required, TableSpec, any_of};
use std::fmt::Write;

/// The reference as Markdown: a section for each table.
pub fn reference() -> String {
    let mut text = String::from(
        "# Scenario files: every table and key\n\n\
         Generated from the definitions the reader uses. `*` marks a required key. Nothing has a hidden default: every \
         default used is printed under \"Assumed\".\n",
    );
    text.push_str(VALUES);
    for section in sections() {
        write_section(&mut text, &section);
    }
    text
}

const VALUES: &str = "\n## Values\n\n\
    Any value may instead be `\"$name\"`, a variable, or a table with its origin (last section).\n\n\
    | kind | written |\n|---|---|\n\
    | money | `\"50B\"`, `\"1.5M\"`, `50_000_000_000`; suffixes `k M B T`, no currency sign |\n\
    | count | `8_000_000`, `\"270M\"` |\n\
    | price | `2.50` |\n\
    | fraction | `\"27%\"`, `0.27`, `\"1/3\"`; above 1 the percent sign is required |\n\
    | multiple | `\"1.5x\"`, `1.5` |\n\
    | date | `2026-03-31`; sources may also say `\"2026-03\"` or `\"2026\"` |\n\
    | period | `\"3 months\"`, `\"1 year\"`, `\"10 days\"` |\n\
    | yes/no | `true`, `false` |\n\
    | text | `\"AWS computing\"`, printed as written |\n";

/// A table and how its keys are headed.
struct Section {
    heading: String,
    spec: &'static TableSpec,
}

/// Every table, each after the one it stands in.
fn sections() -> Vec<Section> {
    let mut sections = vec![Section { heading: "The head of the file".to_owned(), spec: &ROOT }];
    collect(&ROOT, &mut sections);
    sections.push(Section { heading: "The origin of a value".to_owned(), spec: &ORIGIN });
    sections
}

fn collect(spec: &'static TableSpec, sections: &mut Vec<Section>) {
    for key in spec.all_keys() {
        let Some(inner) = table_of(&key.kind) else { continue };
        if sections.iter().any(|section| std::ptr::eq(section.spec, inner)) {
            continue;
        }
        let heading =
            if inner.written.starts_with('[') { format!("`{}`", inner.written) } else { sentence_case(inner.written) };
        sections.push(Section { heading, spec: inner });
        collect(inner, sections);
    }
}

fn table_of(kind: &Kind) -> Option<&'static TableSpec> {
    match kind {
        Kind::Table(spec) | Kind::Tables(spec) | Kind::Short(spec, _) => Some(spec),
        Kind::Map(map) => table_of(&map.kind),
        Kind::Either(kinds) => kinds.iter().find_map(table_of),
        Kind::List(one) | Kind::OneOrMore(one) => table_of(one),
        _ => None,
    }
}

fn write_section(text: &mut String, section: &Section) {
    let spec = section.spec;
    let _ = writeln!(text, "\n## {}\n\n{}\n", section.heading, spec.doc);
    let _ = writeln!(text, "| key | kind | default | meaning | term |\n|---|---|---|---|---|");
    let keys: Vec<&Key> = spec.all_keys().filter(|key| key.name != "remove").collect();
    for alike in keys.chunk_by(|one, other| one.doc == other.doc) {
        let (Some(key), Some(last)) = (alike.first(), alike.last()) else { continue };
        let name =
            if alike.len() > 1 { format!("`{}` ... `{}`", key.name, last.name) } else { format!("`{}`", key.name) };
        let star = if key.required == Required::Yes { " *" } else { "" };
        let cells =
            [name + star, kind_cell(&key.kind), key.default.to_owned(), key.doc.to_owned(), key.term.to_owned()];
        let _ = writeln!(text, "| {} |", cells.map(|cell| cell.replace('|', "\\|")).join(" | "));
    }
    for group in spec.groups {
        let names = group.alternatives.iter().filter_map(|keys| keys.first()).map(|key| format!("`{key}`"));
        let need = match group.need {
            Need::One => "Exactly one of",
            Need::AtMostOne => "At most one of",
        };
        let _ = writeln!(text, "\n{need} {}: {}.", any_of(names), group.help);
    }
    if keys.len() < spec.all_keys().count() {
        let _ = writeln!(text, "\n`remove = true` drops the item of that name which the base file has.");
    }
}

fn sentence_case(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().collect::<String>()).unwrap_or_default() + letters.as_str()
}

/// The kind in a cell: shorter than in a finding.
fn kind_cell(kind: &Kind) -> String {
    match kind {
        Kind::Text => "text".to_owned(),
        Kind::Name(names) => names.words().trim_start_matches("the name of ").trim_start_matches("a ").to_owned(),
        Kind::Quantity(measure) => measure.name().to_owned(),
        Kind::Date => "date".to_owned(),
        Kind::PartialDate => "date, month or year".to_owned(),
        Kind::Period => "period".to_owned(),
        Kind::Ratio => "ratio `\"10:1\"`".to_owned(),
        Kind::Word(words) => words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" "),
        Kind::YesNo => "yes/no".to_owned(),
        Kind::Any => "number, word or yes/no".to_owned(),
        Kind::Either(kinds) => any_of(kinds.iter().map(kind_cell)),
        Kind::List(one) => format!("list of {}", kind_cell(one)),
        Kind::OneOrMore(one) => format!("{}, or a list", kind_cell(one)),
        Kind::Map(map) => map_cell(map),
        Kind::Table(_) => "table".to_owned(),
        Kind::Short(spec, short) => match spec.key(short) {
            Some(key) => format!("{} or table", kind_cell(&key.kind)),
            None => "table".to_owned(),
        },
        Kind::Tables(_) => "tables".to_owned(),
    }
}

fn map_cell(map: &MapSpec) -> String {
    format!("`{{ name = ... }}`: {}", kind_cell(&map.kind))
}
