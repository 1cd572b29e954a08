//! Titles of the charts of a sale: the finding, computed.

use super::charts::{classes, parties, upper};
use super::names::of_claim;
use super::payoff::{Payoff, Payoffs, order};
use super::{Sale, Share};
use crate::engine::exit::{Happening, Settlement};
use crate::num::{Exact, Number};
use crate::report::exact::{FRACTION_PLACES, MONEY_PLACES, decimal, part_of};
use crate::report::words::{counted, listed, money, percent};
use rust_decimal::Decimal;
use std::cmp::Ordering;

fn amount(sale: &Sale, number: Exact) -> String {
    money(decimal(number, MONEY_PLACES), &sale.run.agreement.head.currency)
}

/// The preferences that come before the shares, and the exit value at which the last class converts.
pub fn by_class(sale: &Sale) -> String {
    let preferences: Exact = sale.exit.stack.claims.iter().map(|claim| claim.preference).sum();
    if !preferences.is_positive().is_yes() {
        return "Every share gets the same at every exit value".into();
    }
    let first = format!("{} come before the common", amount(sale, preferences));
    let last = sale.breakpoints.segments.iter().rev().find_map(|segment| {
        let names = converting(sale, &segment.happens);
        (!names.is_empty()).then_some((names, segment.from))
    });
    match last {
        None => format!("{first}, and no preferred class converts at any price"),
        Some((names, from)) => {
            let who = if names.len() > 2 { counted(names.len(), "claim") } else { listed(&names) };
            let verb = if names.len() == 1 { "converts" } else { "convert" };
            format!("{first}; {who} {verb} only above {}", amount(sale, from))
        }
    }
}

/// Names of what converts at a breakpoint, each once.
fn converting(sale: &Sale, happens: &[Happening]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for happening in happens {
        let Happening::Converts(unit) = happening else { continue };
        for claim in sale.exit.stack.claims.iter().filter(|claim| claim.unit == *unit) {
            let name = of_claim(sale, claim);
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

/// From which exit value on the largest holder gets anything, and its part of every dollar in the end.
pub fn by_holder(sale: &Sale) -> String {
    let payoffs = Payoffs::of(sale);
    let end = upper(sale);
    let parties = parties(sale);
    let of = |index: usize| parties[index].payee.payoff(sale, &payoffs);
    let Some(index) = (0..parties.len()).max_by(|a, b| order(of(*a).at(end), of(*b).at(end))) else {
        return "Nobody has a claim".into();
    };
    let (name, payoff) = (&parties[index].name, of(index));
    let gets = percent(decimal(last_slope(&payoff), FRACTION_PLACES), 1);
    let last = sale.breakpoints.segments.last().map_or(Exact::zero(), |segment| segment.from);
    let each = match last.is_positive().is_yes() {
        true => format!("{gets} of each dollar above {}", amount(sale, last)),
        false => format!("{gets} of every dollar"),
    };
    match begins(&payoff) {
        Some(from) if from.is_positive().is_yes() && order(from, last) == Ordering::Less => {
            format!("{name}: nothing below {}, {each}", amount(sale, from))
        }
        _ => format!("{name}: {each}"),
    }
}

fn last_slope(payoff: &Payoff) -> Exact {
    payoff.pieces.last().map_or(Exact::zero(), |piece| piece.slope)
}

/// The exit value from which on something is paid.
fn begins(payoff: &Payoff) -> Option<Exact> {
    let pays = |slope: Exact, above: Exact| slope.is_positive().is_yes() || above.is_positive().is_yes();
    payoff.pieces.iter().find(|piece| pays(piece.slope, piece.above)).map(|piece| piece.from)
}

/// How the part of the largest class changes from where it begins to the right end.
pub fn shares(sale: &Sale) -> String {
    let payoffs = Payoffs::of(sale);
    let end = upper(sale);
    let classes = classes(sale, end);
    let of = |index: usize| classes[index].payee.payoff(sale, &payoffs);
    let Some(index) = (0..classes.len()).max_by(|a, b| order(of(*a).at(end), of(*b).at(end))) else {
        return "Nobody has a claim".into();
    };
    let payoff = of(index);
    let part = |at: Exact| decimal(payoff.at(at) / at, FRACTION_PLACES);
    let at_end = percent(part(end), 1);
    match begins(&payoff) {
        Some(from) if from.is_positive().is_yes() => format!(
            "{} gets nothing below {} and {at_end} of {}",
            classes[index].name,
            amount(sale, from),
            amount(sale, end)
        ),
        _ => format!("{} gets {at_end} of {}", classes[index].name, amount(sale, end)),
    }
}

/// Who gets most of one exit value, and who gets nothing.
pub fn payouts(sale: &Sale, settlement: &Settlement) -> String {
    let at = amount(sale, settlement.exit_value);
    let shares: Vec<(String, Decimal)> = parties(sale)
        .into_iter()
        .map(|party| (party.name, Share::of(sale, settlement, &party.payee.portions).payout))
        .collect();
    let all: Decimal = shares.iter().map(|(_, payout)| *payout).sum();
    let Some((name, most)) = shares.iter().max_by_key(|(_, payout)| *payout) else {
        return format!("At {at} nobody has a claim");
    };
    if all.is_zero() {
        return format!("At {at} nothing is left for the holders");
    }
    let part = if *most == all { "all".to_owned() } else { percent(part_of(*most, all), 1) };
    let first = format!("At {at}, {part} of the payouts go to {name}");
    let none: Vec<&String> = shares.iter().filter(|(_, payout)| payout.is_zero()).map(|(name, _)| name).collect();
    match none.as_slice() {
        [] => first,
        [one] => format!("{first}, none to {one}"),
        [one, other] => format!("{first}, none to {one} and {other}"),
        several => format!("{first}, none to {}", counted(several.len(), "holder")),
    }
}

/// Where which offer pays somebody more: `changes` are the exit values from which on an offer, by its label, does.
pub fn crossover(name: &str, labels: &[String], changes: &[(Exact, String)], currency: &str) -> String {
    let words = |value: Exact| money(decimal(value, MONEY_PLACES), currency);
    let other = |label: &String| labels.iter().find(|known| *known != label).cloned().unwrap_or_default();
    match (labels.len(), changes) {
        (_, []) => format!("For {name} the better offer is the same at every exit value"),
        (2, [(from, label)]) => {
            format!("For {name} {label} pays more above {}, {} below", words(*from), other(label))
        }
        (2, [(from, label), (to, _)]) => {
            format!("For {name} {label} pays more between {} and {}", words(*from), words(*to))
        }
        _ => format!("For {name} the better offer changes at {}", counted(changes.len(), "exit value")),
    }
}
