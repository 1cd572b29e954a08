//! Conventions of what becomes of shares after they were issued.

use crate::model::{Event, Round};
use crate::num::Stated;
use crate::report::run::Run;

/// What over-allotment means, and whether it makes a round grow.
pub fn over_allotment(rounds: &[Round<Stated>]) -> Option<(&'static str, String)> {
    let over_allots = |round: &&Round<Stated>| {
        round.tranches.iter().flat_map(|tranche| &tranche.participants).any(|participant| participant.over_allotment)
    };
    let held =
        |round: &Round<Stated>| round.size.is_some() || round.tranches.iter().all(|tranche| tranche.amount.is_some());
    let rounds: Vec<_> = rounds.iter().filter(over_allots).collect();
    let total = match (rounds.iter().all(|round| held(round)), rounds.iter().any(|round| held(round))) {
        _ if rounds.is_empty() => return None,
        (true, _) => "The round's total is held: what they take, others take less.",
        (false, false) => "No size is stated: the round grows by it.",
        (false, true) => "A round that states its size keeps its total; one that states none grows by it.",
    };
    Some((
        "Over-allotment",
        format!(
            "What right holders leave of their pro rata goes to those who over-allot, in proportion to their rights; who has \
             a right takes part by it, be it 0 %. {total}"
        ),
    ))
}

/// Names and meanings of the conventions used.
pub fn rows(run: &Run) -> Vec<(&'static str, String)> {
    let scenario = &run.agreement.scenario;
    let happens = |wanted: fn(&Event<_>) -> bool| scenario.timeline.iter().any(|timed| wanted(&timed.event));
    let mut rows = Vec::new();
    let plays = scenario.rounds.iter().any(|round| round.pay_to_play.is_some());
    if plays {
        rows.push((
            "Pay-to-play",
            "A holder skips where its cheques at the round's price are less than the part required x its pro rata right x \
             headline money. What it has of the classes with pay-to-play converts first, so that it gets no adjustment; \
             then the averages count at the old conversion prices, and the price follows."
                .to_owned(),
        ));
    }
    if plays || happens(|event| matches!(event, Event::ClassConversion(_))) {
        rows.push((
            "Conversion of shares",
            "New shares = shares x ratio, rounded on all that a holder converts at once; a fraction cut off is paid in cash \
             at the price in force. The ratio in force is issue price / conversion price. A part of a class is taken from \
             its holders pro rata. It triggers no protection."
                .into(),
        ));
    }
    if happens(|event| matches!(event, Event::Secondary(_))) {
        rows.push((
            "Secondary",
            "Shares change hands and none are issued; its money enters no pre-money, post-money or round.".to_owned(),
        ));
    }
    if !scenario.in_kind.is_empty() {
        rows.push((
            "Dividends in kind",
            "Shares = shares that bear it x base in issue prices x rate x years, on the anniversaries of the class's first \
             issue. Shares issued within a period bear it for the rest of the period, by days; without compounding, shares \
             that are dividends bear none. A fraction cut off is paid in cash at the issue price. It triggers no protection."
                .to_owned(),
        ));
    }
    if crate::report::votes::differ(&run.agreement) {
        rows.push((
            "Votes",
            "Outstanding shares as converted x votes per share of their class; options, warrants, the pool, SAFEs and notes \
             have none. The denominator is all votes outstanding."
                .to_owned(),
        ));
    }
    if happens(|event| matches!(event, Event::Repurchase(_))) {
        rows.push((
            "Repurchase",
            "Shares bought back are retired: they leave the fully diluted total and return to no pool. It sets no price in \
             force."
                .into(),
        ));
    }
    rows
}
