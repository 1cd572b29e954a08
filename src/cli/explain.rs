//! `capstruct explain`: how a holder came to own what it owns.

use super::args::Format;
use super::exit::Sold;
use super::session::{Session, print};
use crate::error::{Error, Finding};
use crate::model::{Agreement, Subject};
use crate::report::explain::{Explanation, explain as explained, find};
use crate::report::{Run, exit};
use crate::spec::nearest;
use std::fmt::Write;

/// Explains one holder's ownership up to a stage.
pub(super) fn explain(
    session: &Session,
    name: &str,
    who: &str,
    after: Option<&str>,
    at: &[String],
) -> Result<u8, Error> {
    if !at.is_empty() {
        let sold = Sold::read(session, name, at, true)?;
        let (subject, in_print) = found(&sold.run.agreement, who)?;
        return Ok(show(session, &sold.run, &exit::explain::explain(&sold.sale()?, subject, &in_print)));
    }
    let run = session.run_named(name)?;
    let (subject, in_print) = found(&run.agreement, who)?;
    let last = super::stage_index(&run, after)?;
    let explanation = explained(&run, subject, &in_print, last);
    Ok(show(session, &run, &explanation))
}

/// The subject of that name and its name in print.
fn found(agreement: &Agreement, who: &str) -> Result<(Subject, String), Error> {
    let Some((subject, in_print)) = find(agreement, who) else {
        let known: Vec<&str> = agreement
            .stakeholders
            .iter()
            .map(|who| who.id.as_str())
            .chain(agreement.plans.iter().map(String::as_str))
            .collect();
        let help = nearest(who, known.iter().copied())
            .map_or_else(|| format!("known are {}", known.join(", ")), |near| format!("did you mean \"{near}\"?"));
        return Err(Error::usage(
            Finding::error("E0012", format!("nobody is named \"{who}\" in {}", agreement.head.name)).help(help),
        ));
    };
    Ok((subject, in_print))
}

fn show(session: &Session, run: &Run, explanation: &Explanation) -> u8 {
    match session.format {
        None | Some(Format::Table) => print(&text(explanation, session.look("").width)),
        Some(_) => print(&session.show(&[explanation.table()], &run.agreement.head.currency)),
    }
    0
}

/// The explanation as indented text; where an input stands is written below it.
fn text(explanation: &Explanation, width: usize) -> String {
    let mut text = format!("{}\n", crate::render::words::harmless(&explanation.title));
    for note in &explanation.notes {
        for line in crate::render::words::wrap(&crate::render::words::harmless(note), width, usize::MAX) {
            let _ = writeln!(text, "{line}");
        }
    }
    for step in &explanation.stages {
        let _ = writeln!(text, "\n{}", crate::render::words::harmless(&step.stage));
        for line in &step.lines {
            let indent = "  ".repeat(line.depth + 1);
            let wrapped = crate::render::words::wrap(
                &crate::render::words::harmless(&line.says),
                width.saturating_sub(indent.len() + 2),
                usize::MAX,
            );
            for (index, part) in wrapped.iter().enumerate() {
                let hanging = if index == 0 { "" } else { "  " };
                let _ = writeln!(text, "{indent}{hanging}{part}");
            }
            if let Some(at) = &line.at {
                let source = line
                    .source
                    .as_deref()
                    .map(|source| format!("  {}", crate::render::words::harmless(source)))
                    .unwrap_or_default();
                let _ = writeln!(text, "{indent}    {}{source}", crate::render::words::harmless(at));
            }
        }
    }
    text
}
