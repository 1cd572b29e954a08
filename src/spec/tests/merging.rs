//! What a file takes from its base, and what it changes.

use super::files::folder;
use crate::spec::{Block, Document, Given, Loaded, load};
use rust_decimal::Decimal;

const BASE: &str = r#"
title = "Base"
note = "the base's own"
as_of = 2025-12-31

[stakeholders]
ada  = { name = "Ada", group = "Founders" }
fund = "Fund"

[variables]
cheque = { low = "1M", base = "2M", high = "3M", source = "paper" }
pre    = { distribution = "lognormal", median = "10M", sigma = 0.5 }

[sources.paper]
publisher = "The Paper"

[opening]
holdings = [
  { stakeholder = "ada", shares = 5 },
  { stakeholder = "fund", shares = 6 },
]

[[rounds]]
name = "Series C"
pre_money = "10M"
size = "5M"

[[rounds.tranches]]
name = "One"
participants = { fund = "rest", ada = "1M" }

[[rounds.tranches]]
name = "Two"
amount = "1M"
participants = { fund = "rest" }

[[rounds]]
name = "Series D"
pre_money = "20M"
participants = { fund = "2M" }

[[commitments]]
to = "fund"
amount = 5

[[expect]]
pre_money = 5
"#;

/// The file changed by these lines, merged with the base.
fn changed(lines: &str) -> Loaded {
    let child = format!("title = \"Child\"\nbased_on = \"base\"\n{lines}");
    let (_temporary, folder) = folder(&[("base.toml", BASE.as_bytes()), ("child.toml", child.as_bytes())]);
    load(&folder, "child")
}

fn document(lines: &str) -> Document {
    let loaded = changed(lines);
    assert_eq!(lines_of(&loaded), Vec::<String>::new());
    loaded.document.expect("a document")
}

fn lines_of(loaded: &Loaded) -> Vec<String> {
    loaded.findings.0.iter().map(|finding| super::line(loaded, finding)).collect()
}

fn round<'tree>(document: &'tree Document, name: &str) -> &'tree Block {
    document.root.blocks("rounds").find(|round| round.name() == Some(name)).expect("the round")
}

fn number(block: &Block, key: &str) -> Option<Decimal> {
    match block.quantity(key)?.0 {
        Given::Stated(quantity) => quantity.stated.to_decimal(10),
        Given::Variable { .. } => None,
    }
}

fn replaced(document: &Document) -> Vec<(&str, &str)> {
    document.replaced.iter().map(|replaced| (replaced.key.as_str(), replaced.by.as_str())).collect()
}

#[test]
fn everything_but_title_note_and_expectations_is_taken_over() {
    let document = document("");
    assert_eq!(document.root.text("title"), Some("Child"));
    assert_eq!(document.root.text("note"), None);
    assert_eq!(document.root.blocks("expect").count(), 0);
    assert!(document.root.date("as_of").is_some());
    assert_eq!(document.root.blocks("rounds").count(), 2);
    assert_eq!(document.chain.len(), 2);
}

#[test]
fn one_changed_number_is_three_lines() {
    let document = document("rounds = [{ name = \"Series C\", pre_money = \"12M\" }]");
    let round = round(&document, "Series C");
    assert_eq!(number(round, "pre_money"), Some(Decimal::from(12_000_000)));
    assert_eq!(number(round, "size"), Some(Decimal::from(5_000_000)));
    assert_eq!(round.blocks("tranches").count(), 2);
    assert_eq!(replaced(&document), []);
}

#[test]
fn a_key_that_excludes_another_replaces_it() {
    let document = document("rounds = [{ name = \"Series C\", post_money = \"15M\" }]");
    assert!(!round(&document, "Series C").has("pre_money"));
    assert_eq!(replaced(&document), [("pre_money", "post_money")]);
    let first = &document.replaced[0];
    assert_eq!((first.was.file, first.span.file), (document.chain[0], document.chain[1]));
}

#[test]
fn a_variable_changes_its_shape_whole() {
    let document =
        document("variables = { cheque = \"5M\", pre = { distribution = \"pert\", low = 1, base = 2, high = 3 } }");
    let variables = document.root.block("variables").expect("variables");
    let keys = |name: &str| {
        let block = variables.get(name).and_then(|entry| entry.node.as_block()).expect("a variable");
        block.entries.iter().map(|entry| entry.key.clone()).collect::<Vec<_>>()
    };
    assert_eq!(keys("cheque"), ["value"]);
    assert_eq!(keys("pre"), ["distribution", "low", "base", "high"]);
    assert_eq!(replaced(&document), [("low, base, high", "value"), ("median, sigma", "distribution")]);
}

#[test]
fn participants_merge_by_key_unless_replaced() {
    let names = |lines: &str| {
        let document = document(lines);
        let tranche = round(&document, "Series C").blocks("tranches").next().cloned().expect("a tranche");
        let participants = tranche.block("participants").cloned().expect("participants");
        participants.entries.into_iter().map(|entry| entry.key).collect::<Vec<_>>()
    };
    let tranche = |participants: &str| {
        format!("rounds = [{{ name = \"Series C\", tranches = [{{ name = \"One\", {participants} }}] }}]")
    };
    assert_eq!(names(&tranche("participants = { ben = \"1M\" }")), ["fund", "ada", "ben"]);
    assert_eq!(names(&tranche("participants = { ben = \"1M\", replace = true }")), ["ben"]);
    assert_eq!(names(&tranche("participants.replace = false")), ["fund", "ada"]);
}

#[test]
fn items_are_removed() {
    let document = document(
        "rounds = [{ name = \"Series C\", tranches = [{ name = \"Two\", remove = true }] }, { name = \"Series D\", remove = true }]",
    );
    let rounds: Vec<&Block> = document.root.blocks("rounds").collect();
    assert_eq!(rounds.iter().filter_map(|round| round.name()).collect::<Vec<_>>(), ["Series C"]);
    assert_eq!(rounds[0].blocks("tranches").filter_map(Block::name).collect::<Vec<_>>(), ["One"]);
}

#[test]
fn new_items_follow_those_of_the_base() {
    let document = document("[[rounds]]\nname = \"Series E\"\npre_money = 9\nparticipants = { fund = 1 }");
    let names: Vec<_> = document.events().into_iter().filter_map(Block::name).collect();
    assert_eq!(names, ["Series C", "Series D", "Series E"]);
}

#[test]
fn lists_without_names_are_replaced_whole() {
    let document = document(
        "opening = { holdings = [{ stakeholder = \"ada\", shares = 9 }] }\ncommitments = [{ to = \"ada\", amount = 1 }]",
    );
    assert_eq!(document.root.block("opening").map(|opening| opening.blocks("holdings").count()), Some(1));
    assert_eq!(document.root.blocks("commitments").count(), 1);
}

#[test]
fn a_stakeholder_keeps_what_is_not_said_again() {
    let document = document("stakeholders = { ada = \"Ada L.\" }");
    let stakeholders = document.root.block("stakeholders").expect("stakeholders");
    let ada = stakeholders.get("ada").and_then(|entry| entry.node.as_block()).expect("ada");
    assert_eq!((ada.text("name"), ada.text("group")), (Some("Ada L."), Some("Founders")));
}

#[test]
fn a_source_of_the_base_does_not_cover_a_new_figure() {
    let document = document("variables = { cheque = { base = \"2.5M\" } }");
    let variables = document.root.block("variables").expect("variables");
    let cheque = variables.get("cheque").and_then(|entry| entry.node.as_block()).expect("cheque");
    assert_eq!(cheque.provenance_of(cheque.span_of("base")).source, None);
    assert_eq!(cheque.provenance_of(cheque.span_of("low")).source.map(|(name, _)| name).as_deref(), Some("paper"));
}

#[test]
fn new_items_must_be_complete() {
    assert_eq!(
        lines_of(&changed("rounds = [{ name = \"Serie C\", size = \"6M\" }]")),
        [
            "E0305 3:20 no `[[rounds]]` named \"Serie C\" in the base | did you mean \"Series C\"? | the base has \"Series C\" or \
          \"Series D\"; a new item must be complete"
        ]
    );
    assert_eq!(
        lines_of(&changed("rounds = [{ name = \"Series C\", tranches = [{ name = \"Tow\", amount = \"2M\" }] }]")),
        [
            "E0305 3:53 no `[[rounds.tranches]]` named \"Tow\" in the base | did you mean \"Two\"? | the base has \"One\" or \
          \"Two\"; a new item must be complete"
        ]
    );
    assert_eq!(
        lines_of(&changed("rounds = [{ name = \"Series X\", remove = true }]")),
        [
            "E0306 3:20 nothing to remove: the base has no \"Series X\" | did you mean \"Series C\"? | `remove = true` drops an \
          item of the file this one is based on"
        ]
    );
}

#[test]
fn a_round_of_one_closing_may_become_one_of_several() {
    let document = document(
        "rounds = [{ name = \"Series D\", tranches = [{ participants = { fund = \"1M\" } }, { participants = { fund = \"1M\" } }] }]",
    );
    assert!(!round(&document, "Series D").has("participants"));
    assert_eq!(replaced(&document), [("participants", "tranches")]);
}
