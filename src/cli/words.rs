//! Words that are drawn: each combination of them is resolved by itself, and a future is one of its combination.

use super::session::{Read, Session};
use super::structural;
use crate::error::{Error, Finding, Findings};
use crate::model::{Agreement, Distribution, Value, VariableId};
use crate::report::Run;
use crate::sim::draw::{Draw, Sampling, drawn_conditions, drawn_words};
use crate::sim::mixture::Variants;
use crate::spec::resolve::{Settings, resolve};

/// Combinations that are simulated together, at most: each is a program of its own.
const MOST: usize = 32;

/// What is simulated of a file: what is agreed or, where it draws words, what is with each combination of them.
pub(super) fn variants(
    read: &Read,
    settings: &Settings,
    base: &Agreement,
    seed: u64,
    sampling: Sampling,
) -> Result<Variants, Error> {
    let words: Vec<VariableId> = drawn_words(base).collect();
    refuse_too_many(read, base, &words)?;
    let mut agreements = Vec::new();
    for combination in 0..count(base, &words) {
        let settings = with_words(settings, base, &words, combination);
        let (mut agreement, _) = resolve(&read.document, &read.sources, &settings)
            .map_err(|findings| Error::input(findings, read.sources.clone()))?;
        // Drawn, and not set by hand: the random numbers are numbered alike in every combination.
        agreement.head.set.clone_from(&base.head.set);
        agreements.push(agreement);
    }
    let mut names: Vec<&str> = drawn_conditions(base).collect();
    for agreement in &agreements {
        let new: Vec<&str> = drawn_conditions(agreement).filter(|name| !names.contains(name)).collect();
        names.extend(new);
    }
    let draws: Vec<Draw> = agreements.iter().map(|agreement| Draw::among(agreement, seed, sampling, &names)).collect();
    for (combination, (agreement, draw)) in agreements.iter().zip(&draws).enumerate() {
        structural::refuse(read, &with_words(settings, base, &words, combination), agreement, draw)?;
    }
    Ok(Variants { agreements, draws })
}

/// Runs of the combinations, where words are drawn; one that has no answer at the base of its numbers is left out.
pub(super) fn runs(session: &Session, variants: &Variants) -> Vec<Run> {
    match variants.agreements.as_slice() {
        [_] => Vec::new(),
        several => {
            several.iter().filter_map(|agreement| Run::on_one_rung(agreement.clone(), session.rung).ok()).collect()
        }
    }
}

fn values(agreement: &Agreement, id: VariableId) -> &[Value] {
    match &agreement.variables[id.index()].distribution {
        Some(Distribution::Discrete { values, .. }) => values,
        _ => &[],
    }
}

fn count(agreement: &Agreement, words: &[VariableId]) -> usize {
    words.iter().fold(1, |count, id| count.saturating_mul(values(agreement, *id).len()))
}

/// The settings with the words of a combination, of which the first variable's change fastest.
fn with_words(settings: &Settings, agreement: &Agreement, words: &[VariableId], combination: usize) -> Settings {
    let mut settings = settings.clone();
    let mut left = combination;
    for id in words {
        let values = values(agreement, *id);
        let literal = match &values[left % values.len()] {
            Value::Word(word) => word.clone(),
            Value::YesNo(yes) => yes.to_string(),
            Value::Number { number, percent } => super::vary::literal(number.cast(), *percent).unwrap_or_default(),
        };
        left /= values.len();
        settings.set.push((agreement.variables[id.index()].name.clone(), literal));
    }
    settings
}

fn refuse_too_many(read: &Read, agreement: &Agreement, words: &[VariableId]) -> Result<(), Error> {
    let combinations = count(agreement, words);
    if combinations <= MOST {
        return Ok(());
    }
    let mut findings = Findings::default();
    for id in words {
        let info = &agreement.variables[id.index()];
        let message = format!(
            "`{}` is one of {combinations} combinations of words that are drawn: each is a scenario of its own, and {MOST} the \
             most",
            info.name
        );
        findings.push(
            Finding::error("E0723", message)
                .at(agreement.origin(info.origin).span, format!("{} words", values(agreement, *id).len()))
                .help(format!("choose one for this simulation: --set {}=WORD", info.name)),
        );
    }
    Err(Error::input(findings, read.sources.clone()))
}
