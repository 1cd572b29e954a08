//! Expectations held against a run: every figure with what was expected, what came out, and the verdict.

use super::figures::At;
use super::quantities::Unit;
use super::run::Run;
use crate::model::{Agreement, Case, Expectation, Figure, Rung, Subject};
use crate::num::{Exact, Number};
use rust_decimal::Decimal;

/// A figure that was checked.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// `ownership of Amazon`.
    pub what: String,
    /// The stage, case, rung and variables it was asked under; empty where all are the usual ones.
    pub under: String,
    /// As typed.
    pub expected: String,
    /// What came out, or why nothing did.
    pub computed: Result<Decimal, String>,
    /// What was expected, as a number.
    pub expected_number: Option<Decimal>,
    /// By how much it may differ.
    pub tolerance: Decimal,
    /// The figure, for how its number is printed.
    pub figure: Figure,
    /// Whether it came out.
    pub holds: bool,
    /// `file:line`.
    pub cite: String,
}

/// Holds one expectation against the run made for its case and variables.
pub fn verdict(expectation: &Expectation, run: &Run, cite: String) -> Verdict {
    let places = Unit::of(expectation.figure).places();
    let rung = expectation.rung.unwrap_or(Rung::All);
    // What a SAFE or note became has its preference whether or not there is an exit.
    let is_of_exit = expectation.figure.is_of_exit()
        && !matches!(expectation.subject, Subject::Convertible(id)
            if run.on(rung).conversions.iter().any(|conversion| conversion.convertible == id)
                && !expectation.figure.is_at_a_value());
    let computed = match is_of_exit {
        true => {
            let at = expectation.at.map(crate::num::Stated::cast);
            At::of_exit(run, rung, at, expectation.figure, expectation.subject, expectation.item)
        }
        false => At::stage(run, rung, expectation.after.as_deref())
            .and_then(|at| at.item(expectation.figure, expectation.subject, expectation.item)),
    };
    let holds = computed.as_ref().is_ok_and(|computed| agrees(*computed, expectation, places));
    Verdict {
        what: what(expectation, &run.agreement),
        under: under(expectation),
        expected: expectation.literal.clone(),
        computed: computed
            .and_then(|number| number.to_decimal(places).ok_or_else(|| "a number too long to print".to_owned())),
        expected_number: expectation.expected.to_decimal(places),
        tolerance: expectation.tolerance.to_decimal(places).unwrap_or_default(),
        figure: expectation.figure,
        holds,
        cite,
    }
}

fn agrees(computed: Exact, expectation: &Expectation, places: u32) -> bool {
    if expectation.tolerance.is_zero() {
        return computed
            .to_decimal(places)
            .is_some_and(|computed| Some(computed) == expectation.expected.to_decimal(places));
    }
    let (expected, tolerance): (Exact, Exact) = (expectation.expected.cast(), expectation.tolerance.cast());
    (computed.at_most(expected + tolerance) & (expected - tolerance).at_most(computed)).is_yes()
}

/// The figure in words.
fn what(expectation: &Expectation, agreement: &Agreement) -> String {
    let mut figure = word(expectation.figure).to_owned();
    if let Some((place, of)) = expectation.item {
        figure = format!("{figure} {} of {of}", place + 1);
    }
    match subject(expectation.subject, agreement) {
        Some(subject) => format!("{figure} of {subject}"),
        None => figure,
    }
}

/// The word of the file format, spaced.
pub fn word(figure: Figure) -> &'static str {
    match figure {
        Figure::FullyDiluted => "fully diluted",
        Figure::PreMoney => "pre-money",
        Figure::PostMoney => "post-money",
        Figure::PricePerShare => "price per share",
        Figure::MoneyRaised => "money raised",
        Figure::Residue => "residue",
        Figure::Shares => "shares",
        Figure::SharesAsConverted => "shares as converted",
        Figure::Ownership => "ownership",
        Figure::Votes => "votes",
        Figure::Value => "value",
        Figure::ValuePerShare => "value per share",
        Figure::MoneyIn => "money in",
        Figure::SaleProceeds => "sale proceeds",
        Figure::Vested => "vested",
        Figure::Increase => "increase",
        Figure::ConversionPrice => "conversion price",
        Figure::ConversionRatio => "conversion ratio",
        Figure::CapPrice => "cap price",
        Figure::DiscountPrice => "discount price",
        Figure::ControllingTerm => "controlling term",
        Figure::Capitalization => "capitalization",
        Figure::Balance => "balance",
        Figure::Preference => "preference",
        Figure::PreferencePerShare => "preference per share",
        Figure::Payout => "payout",
        Figure::PayoutPerShare => "payout per share",
        Figure::Multiple => "multiple",
        Figure::Form => "form",
        Figure::NextDollar => "next dollar",
        Figure::Distributed => "distributed",
        Figure::Breakpoints => "breakpoint",
        Figure::Equity => "equity",
        Figure::TrancheValues => "value of tranche",
        Figure::NetProceeds => "net proceeds",
        Figure::BookValuePerShare => "book value per share",
        Figure::BookValueIncrease => "book value increase",
        Figure::DilutionPerShare => "dilution per share",
        Figure::RatchetShares => "ratchet shares",
    }
}

/// Whom or what a figure is of, in print; `None` is the whole company.
pub fn subject(subject: Subject, agreement: &Agreement) -> Option<String> {
    match subject {
        Subject::Whole => None,
        Subject::Stakeholder(who) => Some(agreement.stakeholders[who.index()].name.clone()),
        Subject::Group(group) => Some(agreement.groups[group.index()].clone()),
        Subject::Class(class) => Some(agreement.classes[class.index()].name.clone()),
        Subject::Plan(plan) => Some(agreement.plans[plan.index()].clone()),
        Subject::Convertible(id) => Some(agreement.convertibles[id.index()].name.clone()),
        Subject::Loan(number) => Some(agreement.loans.get(number as usize).cloned().unwrap_or_default()),
        Subject::StakeholderClass(who, class) => {
            Some(format!("{} / {}", agreement.stakeholders[who.index()].name, agreement.classes[class.index()].name))
        }
    }
}

fn under(expectation: &Expectation) -> String {
    let mut parts = Vec::new();
    if let Some(after) = &expectation.after {
        parts.push(format!("after {after}"));
    }
    if let Some(at) = expectation.at.and_then(|at| at.to_decimal(6)) {
        parts.push(format!("at {}", crate::num::grouped(at)));
    }
    if let Some(case) = expectation.case.filter(|case| *case != Case::Base) {
        parts.push(format!("case {}", case.word()));
    }
    if let Some(rung) = expectation.rung.filter(|rung| *rung != Rung::All) {
        parts.push(format!("{} money", rung.word()));
    }
    parts.extend(expectation.set.iter().map(|(name, literal)| format!("{name} = {literal}")));
    parts.join(", ")
}
