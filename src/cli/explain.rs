//! `capstruct explain`: how a holder came to own what it owns.

use super::args::Format;
use super::choices;
use super::exit::Sold;
use super::session::{Read, Session, print};
use super::simulate::nothing_uncertain;
use super::vary::unit_of;
use crate::error::{Error, Finding};
use crate::model::{Agreement, Subject, Value};
use crate::report::assumptions::value_in_words;
use crate::report::explain::{Explanation, explain as explained, find};
use crate::report::table::Table;
use crate::report::words::{basis, capital};
use crate::report::{Run, exit};
use crate::sim::draw::Sampling;
use crate::spec::nearest;
use std::fmt::Write;

/// One future of a simulation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Path {
    pub number: u64,
    pub seed: u64,
    pub sampling: Sampling,
}

/// Decimals to which a number that was drawn is read, and significant digits in which it is shown.
const PLACES: u32 = 10;
const DIGITS: u32 = 8;

impl Path {
    /// `path 123456 of seed 1`.
    fn words(self) -> String {
        let sampling = if self.sampling == Sampling::Sobol { ", Sobol's sequence" } else { "" };
        format!("path {} of seed {}{sampling}", self.number, self.seed)
    }
}

/// The scenario as it went in one future: what was drawn, to the last bit, in place of what is uncertain.
fn replayed(session: &Session, read: &Read, path: Path) -> Result<(Run, String), Error> {
    let (base, warnings) = Session::resolve(read, &session.settings)?;
    session.show_warnings(&warnings, &read.sources);
    let variants = choices::variants(read, &session.settings, &base, path.seed, path.sampling)?;
    let combination = variants.draws[0].chosen_in(path.number);
    let (mut agreement, draw) = (variants.agreements[combination].clone(), &variants.draws[combination]);
    draw.fix(&mut agreement, path.number);
    let mut drawn = Vec::new();
    for choice in &draw.choices {
        let info = &agreement.variables[choice.variable.index()];
        drawn.push(format!("{} = {}", info.name, value_in_words(&info.value)));
    }
    for variable in &draw.variables {
        let info = &agreement.variables[variable.variable.index()];
        if let Value::Number { number, percent } = info.value {
            let unit = unit_of(&read.document, &info.name, percent);
            let words = number.to_decimal(PLACES).map_or_else(String::new, |number| {
                unit.words(number.round_sf(DIGITS).unwrap_or(number).normalize(), &agreement.head.currency)
            });
            drawn.push(format!("{} = {words}", info.name));
        }
    }
    for condition in &draw.conditions {
        let index = condition.condition.index();
        let word = if agreement.scenario.happens[index] { "happens" } else { "does not happen" };
        drawn.push(format!("\"{}\" {word}", agreement.conditions[index].name));
    }
    if drawn.is_empty() {
        return Err(nothing_uncertain(&base.head.name));
    }
    let note = format!("{}: {}", capital(&path.words()), drawn.join(", "));
    Ok((session.replay(read, agreement)?, note))
}

/// Explains one holder's ownership up to a stage, and its payout in a sale: at these exit values or, in a future of a
/// simulation, at the one that was drawn.
pub(super) fn explain(
    session: &Session,
    name: &str,
    who: &str,
    after: Option<&str>,
    at: &[String],
    path: Option<Path>,
) -> Result<u8, Error> {
    let (read, values) = match at.is_empty() {
        true => (session.read(name)?, None),
        false => Sold::document(session, name, at, true)?,
    };
    let (run, note) = match path {
        None => (session.run(&read, &session.settings)?, None),
        Some(path) => replayed(session, &read, path).map(|(run, note)| (run, Some(note)))?,
    };
    let (subject, in_print) = found(&run.agreement, who)?;
    let in_future = |mut explanation: Explanation| {
        if let Some(path) = path {
            let rung = format!("funding {}", run.rung.word());
            explanation.title = explanation.title.replace(&basis(&run), &format!("{rung}, {}", path.words()));
        }
        explanation
    };
    let mut explanations = Vec::new();
    if values.is_none() {
        let last = super::stage_index(&run, after)?;
        explanations.push(in_future(explained(&run, subject, &in_print, last)));
    }
    let is_sold = path.is_some() && after.is_none() && run.ledger().exit.is_some();
    if values.is_some() || is_sold {
        let sold = Sold { run: run.clone(), read, values };
        explanations.push(in_future(exit::explain::explain(&sold.sale()?, subject, &in_print)));
    }
    // What was drawn is said once.
    if let Some(first) = explanations.first_mut() {
        first.notes.extend(note);
    }
    Ok(show(session, &run, &explanations))
}

/// The subject of that name and its name in print.
pub(super) fn found(agreement: &Agreement, who: &str) -> Result<(Subject, String), Error> {
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

fn show(session: &Session, run: &Run, explanations: &[Explanation]) -> u8 {
    match session.format {
        None | Some(Format::Table) => {
            let width = session.look("").width;
            let texts: Vec<String> = explanations.iter().map(|explanation| text(explanation, width)).collect();
            print(&texts.join("\n"));
        }
        Some(_) => {
            let tables: Vec<Table> = explanations.iter().map(Explanation::table).collect();
            print(&session.show(&tables, &run.agreement.head.currency));
        }
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
