//! Whatever is written, the reader answers with findings and never panics.

use crate::spec::{Document, Node, Value, load_text};
use proptest::prelude::*;
use std::path::Path;

/// Every shipped scenario's text.
fn texts() -> Vec<String> {
    let folder = crate::spec::ScenarioFolder::new(&Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios"));
    folder.list().into_iter().map(|(_, path)| std::fs::read_to_string(path).expect("a file")).collect()
}

/// Reads the text, and every value of what came of it, as the resolver would.
fn survives(text: &str) {
    let loaded = load_text("test", text);
    for finding in &loaded.findings.0 {
        for place in finding.place.iter().chain(&finding.related) {
            let source = &loaded.sources.get(place.span.file).text;
            assert!(source.get(place.span.start..place.span.end).is_some(), "{finding:?} is not in the text");
        }
    }
    if let Some(document) = &loaded.document {
        read_everything(document);
    }
}

fn read_everything(document: &Document) {
    fn read(node: &Node) {
        match &node.value {
            Value::Table(block) => {
                for entry in &block.entries {
                    if block.spec().is_some_and(|spec| spec.key(&entry.key).is_some()) {
                        block.literal(&entry.key);
                        block.items(&entry.key);
                        block.block(&entry.key);
                    }
                    read(&entry.node);
                }
                block.values().for_each(drop);
                block.provenance_of(node.span);
            }
            Value::List(items) => items.iter().for_each(read),
            _ => {}
        }
    }
    document.root.entries.iter().for_each(|entry| read(&entry.node));
    document.events();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text(text in ".{0,200}") {
        survives(&text);
    }

    #[test]
    fn anything_like_toml(lines in prop::collection::vec(
        "(\\[\\[?(rounds|opening|expect|expect\\.shares|rounds\\.tranches|variables|x)\\]?\\]?)|((name|title|participants|pre_money|shares|value|holdings|\"\") ?=? ?(\"[$a-z0-9%/]{0,6}\"|[-0-9.e_xB]{0,8}|\\{ ?[a-z]{1,3} = [0-9]{1,2} ?\\}?|\\[[0-9, ]{0,5}\\]?|true|2026-0[0-9]-[0-9]{2}))",
        0..12,
    )) {
        survives(&lines.join("\n"));
    }

    #[test]
    fn a_scenario_with_a_line_removed_doubled_or_moved(which in any::<prop::sample::Index>(), line in any::<prop::sample::Index>(), how in 0..4) {
        let texts = texts();
        let mut lines: Vec<&str> = which.get(&texts).lines().collect();
        let at = line.index(lines.len());
        match how {
            0 => { lines.remove(at); }
            1 => lines.insert(at, lines[at]),
            2 => { let moved = lines.remove(at); lines.push(moved); }
            _ => { let moved = lines.remove(at); lines.insert(0, moved); }
        }
        survives(&lines.join("\n"));
    }

    #[test]
    fn a_scenario_with_a_token_changed(which in any::<prop::sample::Index>(), token in any::<prop::sample::Index>(), other in any::<prop::sample::Index>(), how in 0..4) {
        let texts = texts();
        let text = which.get(&texts);
        let tokens: Vec<&str> = text.split_inclusive([' ', '\n', ',', '=', '"', '[', ']', '{', '}']).collect();
        let (at, other) = (token.index(tokens.len()), other.index(tokens.len()));
        let mut changed = tokens.clone();
        match how {
            0 => { changed.remove(at); }
            1 => changed.insert(at, tokens[at]),
            2 => changed.swap(at, other),
            _ => changed[at] = "\u{e9}\u{1F600}$50B%",
        }
        survives(&changed.concat());
    }

    #[test]
    fn a_scenario_cut_short(which in any::<prop::sample::Index>(), end in any::<prop::sample::Index>()) {
        let texts = texts();
        let text = which.get(&texts);
        let end = (0..=end.index(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        survives(&text[..end]);
    }
}

#[test]
fn nesting_without_end_is_a_finding() {
    for text in [
        format!("x = {}", "[".repeat(10_000)),
        format!("x = {}", "{a=".repeat(10_000)),
        format!("{}x = 1", "a.".repeat(10_000)),
    ] {
        let loaded = load_text("test", &text);
        assert!(loaded.findings.has_errors());
    }
}

#[test]
fn a_file_of_rubbish_gives_few_findings() {
    let loaded = load_text("test", &"= [ \u{1} \" {\n".repeat(50_000));
    assert!(loaded.findings.0.len() <= 25, "{}", loaded.findings.0.len());
}

#[test]
fn line_endings_and_a_byte_order_mark_do_no_harm() {
    for text in texts() {
        let count = |text: &str| load_text("test", text).findings.0.len();
        assert_eq!(count(&text), count(&text.replace('\n', "\r\n")));
        assert_eq!(count(&text), count(&format!("\u{FEFF}{text}")));
    }
}
