//! Choices that are drawn: each combination of them is resolved by itself, and a future is one of its combination.
//!
//! A choice is a variable that decides how the file is read: one of words, or yes/no or a number of a list where another
//! value changes more than an amount.

use super::session::{Read, Session};
use super::structural;
use crate::error::{Error, Finding, Findings};
use crate::model::{Agreement, Value, VariableId};
use crate::num::Stated;
use crate::report::Run;
use crate::sim::choice::{drawn_words, options};
use crate::sim::draw::{Draw, Sampling, drawn_conditions};
use crate::sim::mixture::Variants;
use crate::spec::resolve::{Settings, resolve};

/// Combinations that are simulated together, at most: each is a program of its own.
const MOST: usize = 32;

/// What is simulated of a file: what is agreed or, where it draws choices, what is with each combination of them.
pub(super) fn variants(
    read: &Read,
    settings: &Settings,
    base: &Agreement,
    seed: u64,
    sampling: Sampling,
) -> Result<Variants, Error> {
    let mut chosen: Vec<VariableId> = drawn_words(base).collect();
    loop {
        let choices = Choices { read, settings, base, chosen: &chosen };
        let variants = choices.variants(seed, sampling)?;
        // What decides how the file is read may do so in some combinations only.
        let mut more = Vec::new();
        for (combination, (agreement, draw)) in variants.agreements.iter().zip(&variants.draws).enumerate() {
            more.extend(structural::choices(read, &choices.settings_of(combination), agreement, draw)?);
        }
        if more.is_empty() {
            return Ok(variants);
        }
        chosen.extend(more);
        chosen.sort_unstable();
        chosen.dedup();
    }
}

/// Runs of the combinations, where choices are drawn; one that has no answer at the base of its numbers is left out.
pub(super) fn runs(session: &Session, variants: &Variants) -> Vec<Run> {
    match variants.agreements.as_slice() {
        [_] => Vec::new(),
        several => {
            several.iter().filter_map(|agreement| Run::on_one_rung(agreement.clone(), session.rung).ok()).collect()
        }
    }
}

/// The value as `--set` takes it.
pub(super) fn typed(value: &Value) -> String {
    match value {
        Value::Word(word) => word.clone(),
        Value::YesNo(yes) => yes.to_string(),
        Value::Number { number, percent } => super::vary::literal(number.cast(), *percent).unwrap_or_default(),
    }
}

/// A file and the variables that are chosen in each of its combinations.
struct Choices<'a> {
    read: &'a Read,
    settings: &'a Settings,
    base: &'a Agreement,
    chosen: &'a [VariableId],
}

impl Choices<'_> {
    fn options(&self, id: VariableId) -> Vec<(Value, Stated)> {
        self.base.variables[id.index()].distribution.as_ref().map_or(Vec::new(), options)
    }

    fn count(&self) -> usize {
        self.chosen.iter().fold(1, |count, id| count.saturating_mul(self.options(*id).len()))
    }

    /// Each combination, resolved.
    fn variants(&self, seed: u64, sampling: Sampling) -> Result<Variants, Error> {
        self.refuse_too_many()?;
        let mut agreements = Vec::new();
        for combination in 0..self.count() {
            let (mut agreement, _) = resolve(&self.read.document, &self.read.sources, &self.settings_of(combination))
                .map_err(|findings| Error::input(findings, self.read.sources.clone()))?;
            // Drawn, and not set by hand: the random numbers are numbered alike in every combination.
            agreement.head.set.clone_from(&self.base.head.set);
            agreements.push(agreement);
        }
        let mut names: Vec<&str> = drawn_conditions(self.base).collect();
        for agreement in &agreements {
            let new: Vec<&str> = drawn_conditions(agreement).filter(|name| !names.contains(name)).collect();
            names.extend(new);
        }
        let draw = |agreement| Draw::among(agreement, seed, sampling, &names, self.chosen);
        let draws = agreements.iter().map(draw).collect();
        Ok(Variants { agreements, draws })
    }

    /// The settings with the options of a combination, of which the first variable's change fastest.
    fn settings_of(&self, combination: usize) -> Settings {
        let mut settings = self.settings.clone();
        let mut left = combination;
        for id in self.chosen {
            let options = self.options(*id);
            let option = typed(&options[left % options.len()].0);
            left /= options.len();
            settings.set.push((self.base.variables[id.index()].name.clone(), option));
        }
        settings
    }

    fn refuse_too_many(&self) -> Result<(), Error> {
        let combinations = self.count();
        if combinations <= MOST {
            return Ok(());
        }
        let mut findings = Findings::default();
        for id in self.chosen {
            let info = &self.base.variables[id.index()];
            let options = self.options(*id);
            let message = format!(
                "`{}` is drawn and decides how the file is read: {combinations} combinations are too many, as each is a \
                 scenario of its own, and {MOST} the most",
                info.name
            );
            let one = options.first().map_or_else(String::new, |option| typed(&option.0));
            findings.push(
                Finding::error("E0723", message)
                    .at(self.base.origin(info.origin).span, format!("{} values", options.len()))
                    .help(format!("choose one for this simulation, such as --set {}={one}", info.name)),
            );
        }
        Err(Error::input(findings, self.read.sources.clone()))
    }
}
