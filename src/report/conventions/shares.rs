//! Conventions of what becomes of shares after they were issued.

use crate::model::Event;
use crate::report::run::Run;

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
