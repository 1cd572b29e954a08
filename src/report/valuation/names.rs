//! Names of what a valuation values, and of what happens at a breakpoint.

use super::Valued;
use crate::engine::exit::{ClaimOf, Happening, Recipient, Segment};
use crate::engine::valuation::Priced;
use crate::model::{ClassId, ConvertibleId, Holding, PlanId};
use crate::num::Exact;
use crate::report::exact::{FRACTION_PLACES, decimal};
use crate::report::words::{fixed, grouped, listed, percent, rounded, symbol};
use rust_decimal::Decimal;

/// What is valued together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// All lots of a class.
    Class(ClassId),
    /// Options of a plan with one exercise price.
    Options(PlanId, Decimal),
    /// Warrants on a class with one exercise price.
    Warrants(ClassId, Decimal),
    /// Options available in a plan.
    Pool(PlanId),
    /// A SAFE or note.
    Convertible(ConvertibleId),
}

/// What a claim is valued with.
pub(super) fn kind_of(valued: &Valued, claim: ClaimOf) -> Kind {
    match claim {
        ClaimOf::Common(class) | ClaimOf::Lot(class, _) => Kind::Class(class),
        ClaimOf::Pool(plan) => Kind::Pool(plan),
        ClaimOf::Convertible(id) | ClaimOf::Discount(id) => Kind::Convertible(id),
        ClaimOf::Right(right) => {
            let exercise_price = valued.stage.rights[right.index()].exercise_price;
            let position = valued.rights()[right.index()].position;
            let scenario = &valued.run.agreement.scenario;
            match scenario.positions[position.index()] {
                Holding::Granted(_, plan) => Kind::Options(plan, exercise_price),
                Holding::Shares(..) | Holding::Warrants(..) | Holding::Promised(_) | Holding::Available(_) => {
                    Kind::Warrants(scenario.rights[right.index()].class, exercise_price)
                }
            }
        }
    }
}

/// Its name.
pub(super) fn name_of(valued: &Valued, kind: Kind) -> String {
    let agreement = &valued.run.agreement;
    let at = |exercise_price: Decimal| match exercise_price.is_zero() {
        true => String::new(),
        false => format!(" at {}", in_print(exercise_price, &agreement.head.currency)),
    };
    match kind {
        Kind::Class(class) => agreement.classes[class.index()].name.clone(),
        Kind::Options(plan, exercise_price) => {
            let name = &agreement.plans[plan.index()];
            let of = if agreement.plans.len() > 1 { format!(" ({name})") } else { String::new() };
            format!("Options{}{of}", at(exercise_price))
        }
        Kind::Warrants(class, exercise_price) => {
            format!("Warrants on {}{}", agreement.classes[class.index()].name, at(exercise_price))
        }
        Kind::Pool(plan) => format!("{}, available", agreement.plans[plan.index()]),
        Kind::Convertible(id) => agreement.convertibles[id.index()].name.clone(),
    }
}

/// A price with at least two decimals and two digits that say something.
pub(super) fn in_print(amount: Decimal, currency: &str) -> String {
    let places = (2..=8).find(|places| rounded(amount, *places) >= Decimal::new(10, *places)).unwrap_or(2);
    let shown = fixed(amount, places);
    let (whole, fraction) = shown.split_once('.').unwrap_or((&shown, ""));
    format!("{}{}.{fraction}", symbol(currency), grouped(whole.parse().unwrap_or_default()))
}

/// What happens where a tranche begins.
pub(super) fn happens(valued: &Valued, priced: &Priced, segment: &Segment) -> String {
    let of = |claim: u32| name_of(valued, kind_of(valued, priced.stack.claims[claim as usize].of));
    let mut words: Vec<String> = Vec::new();
    let mut add = |sentence: String| {
        if !words.contains(&sentence) {
            words.push(sentence);
        }
    };
    for happening in &segment.happens {
        match *happening {
            Happening::Covered(Recipient::Claim(claim)) => add(format!("{} is covered", of(claim))),
            // An equity value knows no costs, debts or management plan.
            Happening::Covered(Recipient::Costs | Recipient::Debt(_) | Recipient::CarveOut) => {}
            Happening::Converts(unit) => {
                for (claim, _) in (0..).zip(&priced.stack.claims).filter(|(_, claim)| claim.unit == unit) {
                    add(format!("{} converts", of(claim)));
                }
            }
            Happening::CapBinds(claim) => add(format!("{} reaches its cap", of(claim))),
            Happening::InTheMoney(claim) => add(format!("{} in the money", of(claim))),
            Happening::ForcedConversion => add("a vote forces conversion".into()),
        }
    }
    words.join("; ")
}

/// Who shares in a tranche, and in what proportion.
pub(super) fn shares(valued: &Valued, priced: &Priced, segment: &Segment) -> String {
    let mut shares: Vec<(String, Exact)> = Vec::new();
    for &(recipient, part) in &segment.next_dollar {
        let Recipient::Claim(claim) = recipient else { continue };
        let name = name_of(valued, kind_of(valued, priced.stack.claims[claim as usize].of));
        match shares.iter_mut().find(|(known, _)| *known == name) {
            Some((_, sum)) => *sum += part,
            None => shares.push((name, part)),
        }
    }
    let words: Vec<String> = shares
        .into_iter()
        .map(|(name, part)| format!("{name} {}", percent(decimal(part, FRACTION_PLACES), 2)))
        .collect();
    if words.is_empty() { "nobody".into() } else { listed(&words) }
}
