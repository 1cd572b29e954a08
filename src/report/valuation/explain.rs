//! Why what a holder has is worth so much by a valuation.

use super::Valued;
use crate::engine::exit::Recipient;
use crate::engine::valuation::Priced;
use crate::model::Subject;
use crate::num::{Exact, Number};
use crate::report::exact::{FRACTION_PLACES, decimal};
use crate::report::exits::belongs;
use crate::report::explain::{Line, Step};
use crate::report::figures::worth;
use crate::report::run::Run;
use crate::report::words::{grouped, percent, price};
use rust_decimal::Decimal;

/// A step for each option pricing made after a stage and before the next, by its place in the ledger.
pub fn after_stage(run: &Run, subject: Subject, stage: usize) -> Vec<Step> {
    let here = Valued::all(run).into_iter().filter(|valued| valued.stage_index == stage);
    here.filter_map(|valued| Some(step(&valued, valued.priced()?, subject))).collect()
}

fn step(valued: &Valued, priced: &Priced, subject: Subject) -> Step {
    let agreement = &valued.run.agreement;
    let origin = agreement.origin(agreement.scenario.valuations[valued.posted.number as usize].origin);
    let cited = |depth, says| Line {
        depth,
        says,
        at: Some(origin.cite.clone()),
        source: Some(origin.evidence.word().to_owned()),
    };
    let plain = |depth, says| Line { depth, says, at: None, source: None };
    let (all, shares) = worth(agreement, valued.posted, priced, subject);
    let each = match shares.is_positive().is_yes() {
        true => format!(
            ", {} each of {} shares and options",
            price(decimal(all / shares, 4), &agreement.head.currency),
            grouped(decimal(shares, 4))
        ),
        false => String::new(),
    };
    let mut lines = vec![cited(0, format!("worth {} by option pricing{each}", cents(all)))];
    for (index, tranche) in priced.allocation.tranches.iter().enumerate() {
        let part = part_of(valued, priced, index, subject);
        if !part.is_positive().is_yes() {
            continue;
        }
        let to = tranche.to.map_or("upwards".to_owned(), |to| format!("to {}", grouped(to.round_dp(2))));
        lines.push(plain(
            1,
            format!(
                "{} = {} of the tranche from {} {to}",
                cents(part * Exact::given(tranche.worth)),
                percent(decimal(part, FRACTION_PLACES), 4),
                grouped(tranche.from.round_dp(2)),
            ),
        ));
        let next = priced.allocation.tranches.get(index + 1).map_or(Decimal::ZERO, |next| next.call);
        lines.push(plain(
            2,
            format!(
                "{} = call struck where it begins {} - call struck where it ends {}",
                grouped(tranche.worth.round_dp(2)),
                grouped(tranche.call.round_dp(2)),
                grouped(next.round_dp(2))
            ),
        ));
    }
    if let Some(solved) = priced.backsolve.filter(|_| priced.is_solved) {
        let class = &agreement.classes[solved.class.index()].name;
        let says = format!(
            "equity {} solved for: at it one share of {class} is worth {}",
            grouped(solved.backsolve.equity.round_dp(2)),
            price(solved.wanted.price, &agreement.head.currency)
        );
        lines.push(cited(1, says));
    }
    let date = agreement.date(Some(valued.posted.event)).map(|date| format!(", {date}")).unwrap_or_default();
    Step { stage: format!("{}{date}", valued.name()), lines }
}

fn cents(amount: Exact) -> String {
    grouped(decimal(amount, 2))
}

/// The subject's part of a tranche.
fn part_of(valued: &Valued, priced: &Priced, tranche: usize, subject: Subject) -> Exact {
    let stack = &priced.stack;
    let next_dollar = &priced.breakpoints.segments[tranche].next_dollar;
    let mut part = Exact::zero();
    for index in 0..stack.portions.len() {
        let portion = stack.portions[index];
        let of = Exact::given(stack.claims[portion.claim as usize].units_held);
        if !belongs(&valued.run.agreement, valued.rights(), stack, index, subject) || !of.is_positive().is_yes() {
            continue;
        }
        let slopes = next_dollar.iter().filter(|(to, _)| *to == Recipient::Claim(portion.claim));
        part += slopes.map(|(_, slope)| *slope).sum::<Exact>() * Exact::given(portion.units_held) / of;
    }
    part
}
