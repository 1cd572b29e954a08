//! Figures of an exit.

use super::Missing;
use crate::engine::exit::{Form, Recipient, Settlement};
use crate::model::{Figure, Subject};
use crate::num::{Exact, Number};
use crate::report::exit::{cost_of, costs};
use crate::report::exits::ExitOfRun;

/// A figure of the exit, at an exit value where it depends on one.
///
/// # Errors
/// Why there is none, in words.
pub(super) fn figure(
    exit: &ExitOfRun,
    at: Option<Exact>,
    figure: Figure,
    subject: Subject,
    item: Option<(usize, usize)>,
) -> Result<Exact, Missing> {
    match figure {
        Figure::Breakpoints => breakpoint(exit, item),
        Figure::Preference => Ok(preference(exit, subject)),
        Figure::PreferencePerShare => {
            let shares = units_held(exit, subject);
            divided(preference(exit, subject), shares, "nobody holds it in the exit")
        }
        Figure::Distributed => {
            let settlement = settled(exit, at)?;
            Ok(settlement.claims.iter().map(|claim| claim.amount.exact).sum())
        }
        Figure::Payout => Ok(payout(exit, &settled(exit, at)?, subject)),
        Figure::PayoutPerShare => {
            let paid = of_claims(exit, &settled(exit, at)?, subject);
            divided(paid, units_held(exit, subject), "it has no shares in the exit")
        }
        Figure::Multiple => {
            let paid = of_claims(exit, &settled(exit, at)?, subject);
            divided(paid, cost(exit, subject).unwrap_or(Exact::zero()), "what was paid is not known")
        }
        Figure::Form => form(exit, &settled(exit, at)?, subject),
        Figure::NextDollar => next_dollar(exit, value(exit, at)?, subject),
        _ => Err("it is no figure of an exit".to_owned()),
    }
}

fn value(exit: &ExitOfRun, at: Option<Exact>) -> Result<Exact, Missing> {
    let own: Vec<Exact> = exit.values().collect();
    match (at, own.as_slice()) {
        (Some(value), _) => Ok(value),
        (None, [only]) => Ok(*only),
        (None, several) => Err(format!("the exit has {} values: say which with `at`", several.len())),
    }
}

fn settled(exit: &ExitOfRun, at: Option<Exact>) -> Result<Settlement, Missing> {
    exit.settle(value(exit, at)?)
}

fn divided(above: Exact, below: Exact, without: &str) -> Result<Exact, Missing> {
    if below.is_positive().is_yes() { Ok(above / below) } else { Err(without.to_owned()) }
}

/// What the subject gets: its claims, its management plan, its loans.
fn payout(exit: &ExitOfRun, settlement: &Settlement, subject: Subject) -> Exact {
    let mut paid = of_claims(exit, settlement, subject);
    if exit.has_carve_out(subject) {
        paid += settlement.carve_out.exact;
    }
    let debts = settlement.debts.iter().enumerate().filter(|(index, _)| exit.has_debt(*index, subject));
    paid + debts.map(|(_, debt)| debt.exact).sum()
}

fn of_claims(exit: &ExitOfRun, settlement: &Settlement, subject: Subject) -> Exact {
    let own = settlement.portions.iter().enumerate().filter(|(index, _)| exit.belongs(*index, subject));
    own.map(|(_, portion)| portion.amount.exact).sum()
}

fn units_held(exit: &ExitOfRun, subject: Subject) -> Exact {
    let own = exit.stack.portions.iter().enumerate().filter(|(index, _)| exit.belongs(*index, subject));
    own.map(|(_, portion)| portion.units_held).sum()
}

/// Preferences of the subject's portions, accrued dividends included; of a SAFE or note what it is paid in cash.
fn preference(exit: &ExitOfRun, subject: Subject) -> Exact {
    let own = exit.stack.portions.iter().enumerate().filter(|(index, _)| exit.belongs(*index, subject));
    own.map(|(_, portion)| {
        let claim = &exit.stack.claims[portion.claim as usize];
        let whole = claim.units_held;
        let part = portion.units_held / if whole.is_positive().is_yes() { whole } else { Exact::one() };
        claim.preference * part
    })
    .sum()
}

/// What was paid for what the subject holds in the exit; `None` where it is not known.
fn cost(exit: &ExitOfRun, subject: Subject) -> Option<Exact> {
    let costs = costs(exit.agreement, exit.ledger);
    let own = (0..exit.stack.portions.len()).filter(|portion| exit.belongs(*portion, subject));
    cost_of(exit, &costs, own)
}

/// The place of its word among the forms.
fn form(exit: &ExitOfRun, settlement: &Settlement, subject: Subject) -> Result<Exact, Missing> {
    let mut forms: Vec<Form> = Vec::new();
    for (index, portion) in exit.stack.portions.iter().enumerate() {
        let held = portion.units_held.is_positive().is_yes();
        if held && exit.belongs(index, subject) {
            forms.push(settlement.claims[portion.claim as usize].form);
        }
    }
    forms.sort_unstable();
    forms.dedup();
    match forms.as_slice() {
        [only] => Ok(Exact::whole(place(*only))),
        [] => Err("it has no claim in the exit".to_owned()),
        _ => Err("its shares are paid in several forms: name \"holder / class\"".to_owned()),
    }
}

/// Its place among the words of the file format; common is paid like what has converted.
fn place(form: Form) -> i32 {
    match form {
        Form::Preference => 0,
        Form::Participating => 1,
        Form::Capped => 2,
        Form::Converted | Form::Common => 3,
        Form::Nothing => 4,
    }
}

/// The subject's part of the next dollar above an exit value.
fn next_dollar(exit: &ExitOfRun, value: Exact, subject: Subject) -> Result<Exact, Missing> {
    let breakpoints = exit.breakpoints();
    let mut part = Exact::zero();
    for &(recipient, share) in &breakpoints.at(value).next_dollar {
        match recipient {
            Recipient::Debt(debt) if exit.has_debt(debt as usize, subject) => part += share,
            Recipient::CarveOut if exit.has_carve_out(subject) => part += share,
            Recipient::Costs | Recipient::Debt(_) | Recipient::CarveOut => {}
            Recipient::Claim(claim) => {
                let whole = exit.stack.claims[claim as usize].units_held;
                for (index, portion) in exit.stack.portions.iter().enumerate() {
                    if portion.claim == claim && exit.belongs(index, subject) {
                        part += share * portion.units_held / whole;
                    }
                }
            }
        }
    }
    if part.failure().is_some() { Err("a number too long to write".to_owned()) } else { Ok(part) }
}

/// One of the breakpoints above 0, by its place.
fn breakpoint(exit: &ExitOfRun, item: Option<(usize, usize)>) -> Result<Exact, Missing> {
    let found: Vec<Exact> = exit.breakpoints().above_zero().map(|segment| segment.from).collect();
    let (place, of) = item.unwrap_or((0, found.len()));
    match found.get(place) {
        Some(value) if found.len() == of => Ok(*value),
        _ => {
            let say = |value: &Exact| value.to_decimal(2).map_or_else(String::new, crate::num::grouped);
            let all: Vec<String> = found.iter().map(say).collect();
            Err(format!("there are {}, not {of}: {}", found.len(), all.join("; ")))
        }
    }
}
