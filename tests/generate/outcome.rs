//! Running what was written.

use capstruct::engine::refusal::Refusal;
use capstruct::error::{Findings, Severity, Sources};
use capstruct::model::{Agreement, Rung};
use capstruct::report::Run;
use capstruct::spec::load_text;
use capstruct::spec::resolve::{Settings, refusal_finding, resolve};

/// What became of a text.
pub enum Outcome {
    /// It was refused with findings.
    Refused(Findings, Sources),
    /// It was agreed, and the engine refused events.
    Infeasible(Box<(Agreement, Vec<Refusal>)>, Sources),
    /// It ran.
    Ran(Box<Run>),
}

/// Loads, resolves and runs a text.
pub fn run(text: &str, settings: &Settings) -> Outcome {
    let loaded = load_text("generated", text);
    let sources = loaded.sources;
    if loaded.findings.has_errors() {
        return Outcome::Refused(loaded.findings, sources);
    }
    let document = loaded.document.expect("a document without errors");
    match resolve(&document, &sources, settings) {
        Err(findings) => Outcome::Refused(findings, sources),
        Ok((agreement, _)) => match Run::new(agreement, Rung::All) {
            Err(refused) => Outcome::Infeasible(refused, sources),
            Ok(run) => Outcome::Ran(Box::new(run)),
        },
    }
}

/// The run of a text in the base case; `None` where it cannot be run.
pub fn ran(text: &str) -> Option<Run> {
    match run(text, &Settings::default()) {
        Outcome::Ran(run) => Some(*run),
        Outcome::Refused(..) | Outcome::Infeasible(..) => None,
    }
}

/// What is wrong with a refusal: every error must say where, and none may be a mistake of the program.
pub fn complaint(outcome: &Outcome) -> Option<String> {
    match outcome {
        Outcome::Ran(_) => None,
        Outcome::Refused(findings, sources) => {
            let errors: Vec<_> = findings.0.iter().filter(|finding| finding.severity == Severity::Error).collect();
            if errors.is_empty() {
                return Some("refused without an error".to_owned());
            }
            errors.iter().find_map(|finding| {
                let pointed = finding.place.as_ref().is_some_and(|place| !sources.text(place.span).is_empty());
                (!pointed).then(|| format!("{} points at nothing: {}", finding.code, finding.message))
            })
        }
        Outcome::Infeasible(refused, sources) => {
            let (agreement, refusals) = &**refused;
            if refusals.is_empty() {
                return Some("refused without a reason".to_owned());
            }
            refusals.iter().find_map(|refusal| {
                let finding = refusal_finding(agreement, refusal);
                match (&finding.place, refusal) {
                    (_, Refusal::Unbalanced { .. }) => Some(format!("the books do not balance: {}", finding.message)),
                    (None, _) => Some(format!("a refusal without a place: {}", finding.message)),
                    (Some(place), _) if sources.text(place.span).is_empty() => {
                        Some(format!("a refusal that points at nothing: {}", finding.message))
                    }
                    _ => None,
                }
            })
        }
    }
}
