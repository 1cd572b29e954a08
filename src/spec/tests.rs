//! Tests of the reader as a whole.

mod arbitrary;
mod drafts;
mod files;
mod findings;
mod literals;
mod merging;
mod structure;

use super::{Loaded, load_text};
use crate::error::Finding;

/// A scenario in which nothing is wrong; `lines` are added at its end.
fn sound(lines: &str) -> String {
    format!("title = \"Test\"\nopening = {{ holdings = [{{ stakeholder = \"ada\", shares = 5 }}] }}\n{lines}")
}

/// A finding as one line: code, place, message, label, help.
fn line(loaded: &Loaded, finding: &Finding) -> String {
    let place = finding.place.as_ref().map_or_else(String::new, |place| {
        let (line, column) = loaded.sources.line_and_column(place.span);
        format!(" {line}:{column}")
    });
    let label = finding.place.as_ref().map_or("", |place| &place.label);
    let help = finding.help.as_deref().unwrap_or_default();
    format!("{}{place} {} | {label} | {help}", finding.code, finding.message)
}

/// Every finding for a text, one a line.
fn findings(text: &str) -> Vec<String> {
    let loaded = load_text("test", text);
    loaded.findings.0.iter().map(|finding| line(&loaded, finding)).collect()
}

/// The findings for lines added to a sound scenario.
fn added(lines: &str) -> Vec<String> {
    findings(&sound(lines))
}

#[test]
fn nothing_is_wrong_with_a_sound_scenario() {
    assert_eq!(added(""), Vec::<String>::new());
}
