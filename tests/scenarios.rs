//! Every shipped scenario proves the sentence in its first line: all of its expected figures come out.
//!
//! The same through the library as `capstruct check` does it, so that the library's own surface is what is tested.

mod support;

use capstruct::error::Sources;
use capstruct::model::{Case, Rung};
use capstruct::report::Run;
use capstruct::report::check::verdict;
use capstruct::spec::resolve::{Settings, resolve};
use capstruct::spec::{Document, ScenarioFolder, load};
use std::fmt::Write as _;
use std::fs;
use support::{project, scenario_names};

/// The stack of a main thread, which is what the command has; the threads of tests have less.
const STACK: usize = 8 << 20;

#[test]
fn every_figure_of_every_scenario_comes_out() {
    let checked = std::thread::Builder::new().stack_size(STACK).spawn(check_every_scenario).expect("a thread");
    if let Err(failure) = checked.join() {
        std::panic::resume_unwind(failure);
    }
}

fn check_every_scenario() {
    let root = project().join("scenarios");
    let folder = ScenarioFolder::new(&root);
    let mut missed = String::new();
    for name in scenario_names(&root) {
        let loaded = load(&folder, &name);
        assert!(loaded.is_usable(), "{name}: {:?}", loaded.findings);
        let document = loaded.document.expect("a document");
        let figures = figures(&document, &loaded.sources, &name, &mut missed);
        println!("{name}: {figures} figures");
        assert!(figures > 0, "{name} expects nothing");
    }
    assert!(missed.is_empty(), "\n{missed}");
}

/// Tests the figures of one scenario and counts them; what does not come out is written down.
fn figures(document: &Document, sources: &Sources, name: &str, missed: &mut String) -> usize {
    let run = |settings: &Settings| {
        let (agreement, _) =
            resolve(document, sources, settings).unwrap_or_else(|findings| panic!("{name}: {findings:?}"));
        Run::new(agreement, Rung::All).unwrap_or_else(|refused| panic!("{name}: {:?}", refused.1))
    };
    let usual = run(&Settings { case: Case::Base, set: Vec::new() });
    let expectations = &usual.agreement.expectations;
    for expectation in expectations {
        let settings = Settings { case: expectation.case.unwrap_or(Case::Base), set: expectation.set.clone() };
        let verdict = verdict(expectation, &run(&settings), sources.cite(expectation.span));
        if !verdict.holds {
            let _ = writeln!(
                missed,
                "{}: {} {}: expected {}, computed {:?}",
                verdict.cite, verdict.what, verdict.under, verdict.expected, verdict.computed
            );
        }
    }
    expectations.len()
}

#[test]
fn the_first_line_of_every_scenario_says_what_it_proves() {
    let root = project().join("scenarios");
    for name in scenario_names(&root) {
        let text = fs::read_to_string(root.join(format!("{name}.toml"))).expect("UTF-8");
        let first = text.lines().next().unwrap_or_default();
        let sentence = first.strip_prefix("# ").unwrap_or_else(|| panic!("{name}: no comment in line 1"));
        assert!(sentence.len() > 20 && sentence.ends_with('.'), "{name}: `{first}` is no sentence");
        assert!(sentence.starts_with(char::is_uppercase) || sentence.starts_with(['$', '"']), "{name}: `{first}`");
    }
}

#[test]
fn scenarios_have_names_that_can_be_typed() {
    for name in scenario_names(&project().join("scenarios")) {
        let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "-/".contains(letter);
        assert!(name.chars().all(plain), "{name}");
    }
}
