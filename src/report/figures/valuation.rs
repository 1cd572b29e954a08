//! Figures of a valuation.

use super::Missing;
use crate::engine::exit::ClaimOf;
use crate::engine::ledger::Stage;
use crate::engine::valuation::{Outcome, PostedValuation, Priced};
use crate::model::{Agreement, ClassId, Figure, Holding, PositionId, Subject, ValuationMethod};
use crate::num::{Exact, Number};
use crate::report::exits::belongs;

/// What the subject is worth by a valuation, in all or a share.
///
/// # Errors
/// Where it has no shares, or the valuation says nothing of it.
pub(super) fn value(
    agreement: &Agreement,
    stage: &Stage,
    valuation: &PostedValuation,
    figure: Figure,
    subject: Subject,
) -> Result<Exact, Missing> {
    let (worth, shares) = match &valuation.outcome {
        Outcome::Priced(priced) => worth(agreement, valuation, priced, subject),
        Outcome::Stated { class, price_per_share } => {
            let shares = stated_shares(agreement, stage, *class, subject)?;
            (shares * Exact::given(*price_per_share), shares)
        }
    };
    match figure {
        Figure::ValuePerShare if shares.is_positive().is_yes() => Ok(worth / shares),
        Figure::ValuePerShare => Err("it holds no shares".to_owned()),
        _ => Ok(worth),
    }
}

/// What the subject's portions are worth, and how many shares and options they are.
pub fn worth(agreement: &Agreement, valuation: &PostedValuation, priced: &Priced, subject: Subject) -> (Exact, Exact) {
    let rights = match &agreement.scenario.valuations[valuation.number as usize].method {
        ValuationMethod::OptionPricing(terms) => &terms.exit.rights[..],
        ValuationMethod::Stated { .. } => &[],
    };
    let (mut worth, mut shares) = (Exact::zero(), Exact::zero());
    let stack = &priced.stack;
    let ours = (0..stack.portions.len()).filter(|&index| belongs(agreement, rights, stack, index, subject));
    for portion in ours.map(|index| stack.portions[index]) {
        let claim = &stack.claims[portion.claim as usize];
        let (held, of) = (Exact::given(portion.units_held), Exact::given(claim.units_held));
        if of.is_positive().is_yes() {
            worth += priced.allocation.claims[portion.claim as usize] * held / of;
        }
        match claim.of {
            ClaimOf::Common(_) | ClaimOf::Lot(..) | ClaimOf::Right(_) | ClaimOf::Pool(_) => shares += held,
            ClaimOf::Convertible(_) | ClaimOf::Discount(_) => {}
        }
    }
    (worth, shares)
}

/// Shares of the class whose price was stated that the subject holds.
fn stated_shares(agreement: &Agreement, stage: &Stage, class: ClassId, subject: Subject) -> Result<Exact, Missing> {
    let name = &agreement.classes[class.index()].name;
    let is_of_class = match subject {
        Subject::Class(of) | Subject::StakeholderClass(_, of) => of == class,
        Subject::Whole
        | Subject::Stakeholder(_)
        | Subject::Group(_)
        | Subject::Plan(_)
        | Subject::Convertible(_)
        | Subject::Loan(_) => false,
    };
    if !is_of_class {
        return Err(format!("the valuation states what a share of {name} is worth, and nothing else"));
    }
    let ours = |index: &usize| {
        let position = PositionId::at(*index);
        let is_share = matches!(agreement.scenario.positions[*index], Holding::Shares(_, of) if of == class);
        is_share && agreement.is_part_of(position, subject)
    };
    Ok((0..stage.shares.len()).filter(ours).map(|index| Exact::given(stage.shares[index])).sum())
}

/// The equity a valuation rests on.
///
/// # Errors
/// Where there is none, or a price was stated alone.
pub(super) fn equity(valuation: Option<&PostedValuation>) -> Result<Exact, Missing> {
    priced(valuation).map(|priced| Exact::given(priced.allocation.equity))
}

/// What one of so many tranches is worth.
///
/// # Errors
/// Where there is no option pricing, or it has another number of tranches.
pub(super) fn tranche(valuation: Option<&PostedValuation>, item: Option<(usize, usize)>) -> Result<Exact, Missing> {
    let tranches = &priced(valuation)?.allocation.tranches;
    match item {
        Some((place, of)) if of == tranches.len() => Ok(Exact::given(tranches[place].worth)),
        _ => Err(format!("there are {} tranches", tranches.len())),
    }
}

fn priced(valuation: Option<&PostedValuation>) -> Result<&Priced, Missing> {
    match valuation.map(|valuation| &valuation.outcome) {
        Some(Outcome::Priced(priced)) => Ok(priced),
        Some(Outcome::Stated { .. }) => Err("the valuation states a price, and no equity".to_owned()),
        None => Err("the scenario has no valuation by then".to_owned()),
    }
}
