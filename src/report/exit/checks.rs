//! What is checked of every sale, on every run, and said below its tables.

use super::Sale;
use super::payoff::{Payoff, Payoffs};
use super::tables::value_in_words;
use crate::engine::exit::{Happening, check};
use crate::num::{Exact, Number};
use crate::report::exits::ExitOfRun;
use crate::report::words::{counted, listed};

/// Sentences below the tables of a sale: which checks were made and what they found.
pub fn notes(sale: &Sale) -> Vec<String> {
    let mut made = Vec::new();
    let ExitOfRun { stack, curve, .. } = &sale.exit;
    let again = || check(stack, curve, &sale.settlements, &sale.breakpoints).ok();
    if let Some(checked) = sale.checked.or_else(again) {
        made.push("payouts, deductions and what is left over add up to the exit value, to the cent".to_owned());
        made.push(format!(
            "above each of {} the shares of the next dollar add up to one",
            counted(checked.segments, "breakpoint")
        ));
        if checked.choices > 0 {
            let tried = counted(checked.choices, "choice");
            made.push(format!("preference or conversion tried the other way: none of {tried} would pay more"));
        }
    }
    let falls = falls(sale);
    if falls.is_empty() {
        made.push("no payout falls as the exit value rises".to_owned());
    }
    let mut sentences = vec![format!("Checked: {}.", made.join("; "))];
    if !falls.is_empty() {
        let at: Vec<String> = falls.iter().map(|value| value_in_words(sale, *value)).collect();
        sentences.push(format!("Some payouts fall as the exit value passes {}, where {}.", listed(&at), why(sale)));
    }
    sentences
}

/// The exit values at which some payout falls, by a cent or more: less is what posting a number to ten places leaves.
pub fn falls(sale: &Sale) -> Vec<Exact> {
    let payoffs = Payoffs::of(sale);
    let falls_at = |index: &usize| {
        each(sale, &payoffs).any(|payoff| {
            let piece = payoff.pieces[*index];
            let below = if *index == 0 { piece.here } else { payoff.below(*index) };
            let is_less = |now: Exact, before: Exact| cent().at_most(before - now).is_yes();
            piece.slope.below(Exact::zero()).is_yes() || is_less(piece.here, below) || is_less(piece.above, piece.here)
        })
    };
    breakpoints_where(sale, falls_at)
}

/// The exit values at which some payout jumps, by a cent or more.
pub fn jumps(sale: &Sale) -> Vec<Exact> {
    if !sale.breakpoints.segments.iter().any(|segment| segment.jumps) {
        return Vec::new();
    }
    let payoffs = Payoffs::of(sale);
    let jumps_at = |index: &usize| {
        *index > 0
            && each(sale, &payoffs).any(|payoff| {
                let jump = payoff.pieces[*index].above - payoff.below(*index);
                cent().at_most(jump.max(Exact::zero() - jump)).is_yes()
            })
    };
    breakpoints_where(sale, jumps_at)
}

fn each<'p>(sale: &Sale, payoffs: &'p Payoffs) -> impl Iterator<Item = &'p Payoff> {
    sale.recipients().into_iter().filter_map(|recipient| payoffs.get(recipient))
}

fn breakpoints_where(sale: &Sale, is: impl Fn(&usize) -> bool) -> Vec<Exact> {
    (0..sale.breakpoints.segments.len()).filter(is).map(|index| sale.breakpoints.segments[index].from).collect()
}

fn cent() -> Exact {
    Exact::one() / Exact::whole(100)
}

fn why(sale: &Sale) -> &'static str {
    let forced = sale.breakpoints.segments.iter().any(|segment| segment.happens.contains(&Happening::ForcedConversion));
    match forced {
        true => "a vote of the preferred forces conversion, or no longer does",
        false => "lots that choose together change form",
    }
}
