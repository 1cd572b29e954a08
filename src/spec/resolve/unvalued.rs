//! Why a valuation has no answer, as a finding at its place.

use crate::engine::valuation::Unvalued;
use crate::error::{Finding, Span};
use crate::model::{Agreement, ClassId, Election, EventId, ValuationMethod};
use crate::num::grouped;

/// What the user should know of a valuation that was refused.
pub(super) fn finding(agreement: &Agreement, event: EventId, why: Unvalued) -> Finding {
    let (stage, here) = (agreement.stage(Some(event)), agreement.origin(agreement.events[event.index()].origin).span);
    let class = |class: ClassId| agreement.classes[class.index()].name.as_str();
    match why {
        Unvalued::Jumps { at } => {
            let (reason, term) = why_it_jumps(agreement, event);
            let mut finding = Finding::error("E0630", format!("\"{stage}\" cannot be by option pricing: payouts jump"))
                .at(here, format!("at an exit value of {}, where {reason}", grouped(at.round_dp(2))));
            if let Some(span) = term {
                finding = finding.and_at(span, "because of this");
            }
            finding.help(
                "option pricing adds up calls, whose payouts rise without a step; leave that term out of this file, or \
                 state a value with `method = \"stated\"`",
            )
        }
        Unvalued::Unpriced(unpriced) => {
            let name = class(unpriced);
            let message = format!("what \"{name}\" was sold for is not known, and \"{stage}\" needs it");
            let finding = Finding::error("E0631", message).at(here, "preferences are multiples of what was paid");
            let listed = agreement.classes[unpriced.index()].terms.iter().find_map(|(.., origin)| *origin);
            let finding = match listed {
                Some(origin) => finding.and_at(agreement.origin(origin).span, format!("\"{name}\"")),
                None => finding,
            };
            finding.help(
                "list it under [[classes]] and give its `original_issue_price`, or `preference_total` where prices are not \
                 public",
            )
        }
        Unvalued::NoClaims => Finding::error("E0632", format!("\"{stage}\" has nothing to value"))
            .at(here, "nobody holds a share, an option or a convertible by then")
            .help("place it after the first holdings"),
        Unvalued::NoClassSold => Finding::error("E0633", format!("\"{stage}\" has no price to solve the equity from"))
            .at(here, "no class was sold by then")
            .help("give `equity`, or a `class` with its `price_per_share`"),
        Unvalued::NeverWorth { class: of, price, most } => {
            let name = of.map_or("the class", class);
            Finding::error(
                "E0634",
                format!("no equity makes \"{name}\" worth {} a share in \"{stage}\"", grouped(price)),
            )
            .at(here, format!("at most it is worth {}", grouped(most.round_dp(4))))
            .help("a class that nobody holds, or that takes no part in what the company gains, has no such equity")
        }
        Unvalued::TooLong => Finding::error("E0601", format!("\"{stage}\" leads to a number too long to keep exactly"))
            .at(here, "here")
            .help("check the amounts and counts of this valuation"),
    }
}

/// What makes payouts jump, and where it was said.
fn why_it_jumps(agreement: &Agreement, event: EventId) -> (&'static str, Option<Span>) {
    let said = |key: &str| {
        let terms = agreement.classes.iter().flat_map(|class| &class.terms);
        let origin = terms.filter(|(of, ..)| of == key).find_map(|(.., origin)| *origin);
        origin.map(|origin| agreement.origin(origin).span)
    };
    let number = match agreement.scenario.timeline[event.index()].event {
        crate::model::Event::Valuation(number) => number as usize,
        _ => return ("payouts change at once", None),
    };
    let ValuationMethod::OptionPricing(terms) = &agreement.scenario.valuations[number].method else {
        return ("payouts change at once", None);
    };
    if terms.exit.classes.iter().any(|class| class.forced_conversion.is_some()) {
        return ("a vote forces classes to convert", said("forced_conversion"));
    }
    let span = agreement.scenario.exit.as_ref().map(|exit| agreement.origin(exit.origin).span);
    match terms.exit.election {
        Election::Class => ("lots of a class with different preferences convert together", span),
        Election::Lot => ("claims convert together", None),
    }
}
