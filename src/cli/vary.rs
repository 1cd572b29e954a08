//! What the commands that vary inputs share: inputs by name, runs at other values of them, measures of the command line.

use super::session::{Read, Session};
use crate::error::{Error, Finding, Findings};
use crate::model::{self, Agreement, Case, Rung, Value, VariableId, VariableInfo};
use crate::num::{Exact, Number, Stated};
use crate::report::Run;
use crate::report::exits::ExitOfRun;
use crate::report::figures::At;
use crate::report::quantities::Unit;
use crate::spec::resolve::{Settings, refusal_finding, resolve};
use crate::spec::{Document, Measure};
use rust_decimal::Decimal;

/// A scenario read once, to be run at many values of some of its inputs.
pub(super) struct Varied {
    pub read: Read,
    pub settings: Settings,
    /// What is agreed where nothing is varied.
    pub agreement: Agreement,
}

/// An input that is varied.
pub(super) struct Input {
    pub id: VariableId,
    pub name: String,
    pub unit: Unit,
    /// Typed with a percent sign.
    pub percent: bool,
    /// Where the search starts.
    pub start: Exact,
    /// Changing the variable's value changes nothing else of what was agreed, so that it need not be read again.
    pub live: bool,
}

impl Varied {
    /// Reads a scenario and makes the inputs variables. Returns the name of the variable behind each.
    pub fn read(session: &Session, name: &str, inputs: &[&str]) -> Result<(Self, Vec<String>), Error> {
        let mut read = session.read(name)?;
        let mut findings = Findings::default();
        let mut names = Vec::new();
        for input in inputs {
            match read.document.input(input) {
                Ok(name) => names.push(name),
                Err(finding) => findings.push(*finding),
            }
        }
        if findings.has_errors() {
            return Err(Error::input(findings, read.sources));
        }
        let is_set = |name: &&String| session.settings.set.iter().any(|(set, _)| set == *name);
        if let Some(name) = names.iter().find(is_set) {
            return Err(Error::usage(
                Finding::error("E0716", format!("`{name}` is varied, and set by `--set` besides"))
                    .help("leave `--set` out, or vary another input"),
            ));
        }
        let settings = session.settings.clone();
        let (agreement, warnings) = Session::resolve(&read, &settings)?;
        session.show_warnings(&warnings, &read.sources);
        Ok((Varied { read, settings, agreement }, names))
    }

    /// The variable of that name.
    pub fn variable(&self, name: &str) -> (VariableId, &VariableInfo) {
        let found = self.agreement.variables.iter().position(|info| info.name == name);
        let index = found.expect("an input is a variable of the document");
        (VariableId::at(index), &self.agreement.variables[index])
    }

    /// A variable that is a number, ready to be varied.
    pub fn number(&self, name: &str) -> Result<Input, Error> {
        let (id, info) = self.variable(name);
        let Value::Number { number, percent } = info.value else {
            return Err(Error::usage(
                Finding::error("E0712", format!("`{name}` is not a number"))
                    .help("vary a number; words and yes/no can be swept: --over NAME=WORD,WORD"),
            ));
        };
        let unit = unit_of(&self.read.document, name, percent);
        let live = self.is_live(id, name, number, percent);
        Ok(Input { id, name: name.to_owned(), unit, percent, start: number.cast(), live })
    }

    /// Whether another value of the variable changes nothing of what was agreed but that value.
    fn is_live(&self, id: VariableId, name: &str, number: Stated, percent: bool) -> bool {
        let other = [(1, 2), (9, 10), (11, 10), (2, 1)].into_iter().find_map(|(above, below)| {
            let value = number.cast::<Exact>() * Exact::whole(above) / Exact::whole(below);
            let agreement = self.agreed(&[(name.to_owned(), literal(value, percent)?)]).ok()?;
            (agreement.scenario.settings[id.index()] != self.agreement.scenario.settings[id.index()])
                .then_some(agreement)
        });
        other.is_some_and(|mut other| {
            let of_variables =
                |agreement: &Agreement| agreement.scenario.settings[..agreement.variables.len()].to_vec();
            let settings = of_variables(&self.agreement);
            other.scenario.settings.splice(..settings.len(), settings);
            other.scenario == self.agreement.scenario
        })
    }

    fn settings_with(&self, set: &[(String, String)]) -> Settings {
        let mut settings = self.settings.clone();
        settings.set.extend(set.iter().cloned());
        settings
    }

    /// What is agreed with these values, or what is wrong with them.
    pub fn agreed(&self, set: &[(String, String)]) -> Result<Agreement, Findings> {
        let settings = self.settings_with(set);
        resolve(&self.read.document, &self.read.sources, &settings).map(|(agreement, _)| agreement)
    }

    /// A run with these values, or the reason why there is none, in one sentence.
    pub fn run(&self, session: &Session, set: &[(String, String)]) -> Result<Run, String> {
        let agreement = self.agreed(set).map_err(|findings| first_reason(&findings))?;
        Self::replayed(session, agreement)
    }

    /// A run of an agreement on the rung shown, or the reason why there is none, in one sentence.
    pub fn replayed(session: &Session, agreement: Agreement) -> Result<Run, String> {
        Run::on_one_rung(agreement, session.rung).map_err(|refused| {
            let (agreement, refusals) = *refused;
            refusals.first().map_or_else(String::new, |refusal| refusal_finding(&agreement, refusal).message)
        })
    }

    /// The same scenario with nothing rounded.
    pub fn unrounded(&self) -> Result<Self, Error> {
        let document = self.read.document.unrounded();
        let read = Read { document, sources: self.read.sources.clone() };
        let (agreement, _) = Session::resolve(&read, &self.settings)?;
        Ok(Varied { read, settings: self.settings.clone(), agreement })
    }

    /// The ends that are stated for a variable, and not only the quantiles of its distribution.
    pub fn stated_range(&self, id: VariableId) -> Option<(Stated, Stated)> {
        let range = self.agreement.variables[id.index()].range?;
        (!range.quantiles && range.low != range.high).then_some((range.low, range.high))
    }

    /// The case the other variables are in.
    pub fn case(&self) -> Case {
        self.settings.case
    }
}

/// What a variable that is a number measures: a percentage where it was typed as one, else as the places it stands in.
pub(super) fn unit_of(document: &Document, name: &str, percent: bool) -> Unit {
    match (percent, document.measure_of(name)) {
        (true, _) | (_, Some(Measure::Fraction)) => Unit::Fraction,
        (_, Some(Measure::Money)) => Unit::Money,
        (_, Some(Measure::Count)) => Unit::Count,
        (_, Some(Measure::Price)) => Unit::Price,
        (_, Some(Measure::Multiple)) => Unit::Multiple,
        (_, Some(Measure::Number | Measure::Any) | None) => Unit::Number,
    }
}

/// A figure of a run: of the cap table after a stage, or of the sale of the company at the first of its values.
///
/// # Errors
/// Why the run has no such figure, in words.
pub(super) fn figure(run: &Run, rung: Rung, measure: &model::Measure) -> Result<Exact, String> {
    if !measure.figure.is_of_exit() {
        return At::stage(run, rung, measure.stage.name())?.figure(measure.figure, measure.subject);
    }
    let sold_for = ExitOfRun::on(run, rung)?.values().next();
    At::of_exit(run, rung, sold_for, measure.figure, measure.subject, None)
}

/// At which of several exit values of the file the figures of the sale are; `None` where there is nothing to say.
pub(super) fn of_several_exits<'a>(
    values: usize,
    mut measures: impl Iterator<Item = &'a model::Measure>,
) -> Option<String> {
    let is_asked = values > 1 && measures.any(|measure| measure.figure.is_of_exit());
    is_asked.then(|| format!("Of the {values} exit values of the file, at the first"))
}

/// How many values the exit of an agreement has.
pub(super) fn exit_values(agreement: &Agreement) -> usize {
    agreement.scenario.exit.as_ref().map_or(0, |exit| exit.values.len())
}

/// The first error among findings, as a sentence without its full stop.
pub(super) fn first_reason(findings: &Findings) -> String {
    let error = findings.0.iter().find(|finding| finding.severity == crate::error::Severity::Error);
    error.map_or_else(String::new, |finding| finding.message.clone())
}

/// A number as `--set` takes it: a decimal, else a fraction, else the nearest decimal of 20 places.
pub(super) fn literal(number: Exact, percent: bool) -> Option<String> {
    let number = if percent { number * Exact::whole(100) } else { number };
    let ending = if percent { "%" } else { "" };
    match number.to_stated() {
        Some(stated) if stated.denominator == Decimal::ONE => Some(format!("{}{ending}", stated.numerator.normalize())),
        Some(stated) if !percent => {
            Some(format!("{}/{}", stated.numerator.normalize(), stated.denominator.normalize()))
        }
        _ => {
            let places = if percent { [24, 20, 10] } else { [20, 10, 4] };
            let decimal = places.into_iter().find_map(|places| number.to_decimal(places))?;
            Some(format!("{}{ending}", decimal.normalize()))
        }
    }
}

/// A number of few digits within a quarter of a step.
pub(super) fn round_number(number: Exact, step: Exact) -> Exact {
    let zero = Exact::zero();
    let off = |near: Exact| (near - number).max(number - near);
    let quarter = step.max(zero - step) / Exact::whole(4);
    let decimals = (0..=20).filter_map(|places| number.to_decimal(places)).map(Exact::given);
    let mut whole = Exact::one();
    let mut wholes = Vec::new();
    while whole.at_most(number).is_yes() && wholes.len() < 30 {
        wholes.push((number / whole).floor() * whole);
        whole = whole * Exact::whole(10);
    }
    wholes.reverse();
    wholes.into_iter().chain(decimals).find(|near| off(*near).at_most(quarter).is_yes()).unwrap_or(number)
}
