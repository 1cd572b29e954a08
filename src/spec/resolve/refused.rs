//! A refusal of the engine as a finding at the place that caused it.

use crate::engine::exit::{Broken, Unpriced};
use crate::engine::ledger::Ledger;
use crate::engine::refusal::{Cause, Invariant, Refusal};
use crate::error::{Finding, Span};
use crate::model::{Agreement, ClassId, Event, EventId, Holding, OriginId, PositionId, RoundId, RoundPrice, Term};
use crate::num::{Arithmetic, grouped};
use rust_decimal::Decimal;

/// What the user should know of a refusal.
pub fn finding(agreement: &Agreement, refusal: &Refusal) -> Finding {
    match refusal {
        Refusal::Infeasible { event, cause } => infeasible(agreement, *event, cause),
        Refusal::NegativeOpening => {
            let finding = Finding::error("E0617", "a holding of the opening is below zero");
            let opening = &agreement.scenario.opening;
            let follows = |position: &PositionId| matches!(opening[position.index()], Term::Variable(_));
            let place = agreement.opening_origins.iter().find(|(position, _)| follows(position));
            let finding = match place {
                Some((_, origin)) => finding.at(span(agreement, *origin), "follows a variable"),
                None => finding,
            };
            finding.help("narrow what is drawn of the opening, so that something is left for everybody")
        }
        Refusal::Unpriced(Unpriced(class)) => unpriced(agreement, *class),
        Refusal::Unvalued { event, why } => super::unvalued::finding(agreement, *event, *why),
        Refusal::Undefined { event, why } => {
            let stage = agreement.stage(*event);
            let what = match why {
                Arithmetic::DivisionByZero => "divides by zero",
                Arithmetic::Overflow => "leads to a number too long to keep exactly",
            };
            at_event(agreement, *event, Finding::error("E0601", format!("\"{stage}\" {what}")), "here")
                .help("check the amounts and counts of this event")
        }
        Refusal::Unbalanced { event, invariant } => {
            let broken = match invariant {
                Invariant::OwnershipSumsToOne => "ownership does not sum to one",
                Invariant::NoNegativeHolding => "a holding is negative",
                Invariant::EntriesFoldToTheTable => "the entries do not lead to the cap table",
                Invariant::Exit(Broken::DoesNotAddUp) => "the payouts of the exit do not add up",
                Invariant::Exit(Broken::Deviation(_)) => "a class would gain by choosing otherwise in the exit",
                Invariant::Exit(Broken::Falls) => "a payout falls as the exit value rises",
                Invariant::Exit(Broken::NextDollar) => "the next dollar of the exit is not shared out",
            };
            let message = format!("the books do not balance after \"{}\": {broken}", agreement.stage(*event));
            at_event(agreement, *event, Finding::error("E0699", message), "after this event")
                .help("this is a mistake of capstruct: nothing was written; please report it with the scenario")
        }
    }
}

/// A preference is a multiple of a price that is not known.
fn unpriced(agreement: &Agreement, class: ClassId) -> Finding {
    let terms = &agreement.classes[class.index()];
    let message = format!("what \"{}\" was sold for is not known, and so its preference is not", terms.name);
    let mut finding = Finding::error("E0516", message);
    if let Some(exit) = &agreement.scenario.exit {
        finding = finding.at(span(agreement, exit.origin), "an exit pays preferences first");
    }
    let stated = terms.terms.iter().find_map(|(.., origin)| *origin);
    let held = agreement.opening_origins.iter().find(
        |(position, _)| matches!(agreement.scenario.positions[position.index()], Holding::Shares(_, of) if of == class),
    );
    if let Some(origin) = stated.or(held.map(|(_, origin)| *origin)) {
        finding = finding.and_at(span(agreement, origin), format!("\"{}\"", terms.name));
    }
    finding.help(
        "list it under [[classes]] and give its `original_issue_price`, or `preference_total` where prices are not public; a class of `kind = \"common\"` has no preference",
    )
}

/// Warnings of options and warrants that expired before the end and are outstanding all the same.
pub fn expired_warnings(agreement: &Agreement, ledger: &Ledger) -> Vec<Finding> {
    let last = agreement.date(ledger.last().event).max(agreement.head.as_of);
    let rights = agreement.rights.iter().zip(&ledger.last().rights).filter(|(_, held)| !held.outstanding.is_zero());
    rights
        .filter_map(|(info, held)| {
            let (expires, last) = (info.expires?, last?);
            (expires < last).then(|| {
                let count = grouped(held.outstanding.round_dp(4));
                Finding::warning("W0492", format!("{count} of \"{}\" expired on {expires} and still count", info.name))
                    .at(span(agreement, info.origin), format!("before {last}, the last day of the file"))
                    .help("let them be exercised before, or end by a cancellation (`[[cancellations]]`)")
            })
        })
        .collect()
}

/// Warnings of convertibles that are outstanding at the end: which, and why no round converted them. An exit pays them, and
/// then nothing is left open.
pub fn outstanding_warnings(agreement: &Agreement, ledger: &Ledger) -> Vec<Finding> {
    if ledger.exit.is_some() {
        return Vec::new();
    }
    let outstanding = ledger.outstanding.iter().enumerate().filter(|(_, outstanding)| **outstanding);
    outstanding
        .map(|(index, _)| {
            let info = &agreement.convertibles[index];
            let rounds = agreement.scenario.rounds.iter().zip(&agreement.rounds);
            let would: Vec<&str> = rounds
                .filter(|(round, _)| round.converting.iter().any(|converting| converting.convertible.index() == index))
                .map(|(_, info)| info.name.as_str())
                .collect();
            let label = match would.as_slice() {
                [] => "no later round converts it".to_owned(),
                names => format!(
                    "\"{}\" does not reach its qualified financing, or has no counted closing",
                    names.join("\", \"")
                ),
            };
            Finding::warning("W0490", format!("\"{}\" is still outstanding at the end", info.name))
                .at(span(agreement, info.origin), label)
                .help("it is no share and in no ownership")
        })
        .collect()
}

fn at_event(agreement: &Agreement, event: Option<EventId>, finding: Finding, label: &str) -> Finding {
    match event {
        Some(event) => finding.at(span(agreement, agreement.events[event.index()].origin), label),
        None => finding,
    }
}

fn span(agreement: &Agreement, origin: OriginId) -> Span {
    agreement.origin(origin).span
}

fn infeasible(agreement: &Agreement, event: EventId, cause: &Cause) -> Finding {
    let info = &agreement.events[event.index()];
    let stage = &info.stage;
    let terms = &agreement.scenario.timeline[event.index()].event;
    let here = span(agreement, info.origin);
    match cause {
        Cause::NoPreMoney { round, pre_money, money } => no_pre_money(agreement, stage, *round, *pre_money, *money),
        Cause::PoolTarget { target, bound } => {
            let at = match terms {
                Event::Closing { round, .. } => agreement.scenario.rounds[round.index()]
                    .pool
                    .as_ref()
                    .map_or(here, |pool| span(agreement, pool.origin)),
                Event::PoolIncrease(terms) => span(agreement, terms.origin),
                _ => here,
            };
            Finding::error("E0603", format!("a pool of {} leaves no room in \"{stage}\"", percent(*target)))
                .at(at, format!("must be below {}", percent(*bound)))
                .help("the target is a part of the total after the event, which the others share")
        }
        Cause::Overclaimed => {
            Finding::error("E0604", format!("the rights and targets of \"{stage}\" together ask for the whole company"))
                .at(here, "no price satisfies them all")
                .help("lower one of them")
        }
        Cause::ConversionsTakeAll { fixed_parts } => {
            let what = match *fixed_parts >= Decimal::ONE {
                true => format!("its SAFEs are promised {} of it, and it must be below 100 %", percent(*fixed_parts)),
                false => "beside the new money and the pool, no price satisfies them all".to_owned(),
            };
            Finding::error("E0615", format!("what converts in \"{stage}\" asks for the whole company"))
                .at(here, what)
                .help("a post-money cap promises amount / cap: raise a cap, or leave one out of `converts`")
        }
        Cause::NegativeCheque { tranche, participant, excess } => {
            nothing_left(agreement, terms, stage, (*tranche, *participant), *excess)
        }
        Cause::Oversold { seller, asked, held } => oversold(agreement, terms, stage, *seller, *asked, *held),
        Cause::NotAvailable { asked, available } => not_available(agreement, terms, stage, *asked, *available, here),
        Cause::NotExercisable { .. } | Cause::NotOutstanding { .. } | Cause::NoMarketPrice => {
            of_right(agreement, terms, stage, cause, here)
        }
        Cause::NotHeld { asked, held } => not_held(agreement, terms, stage, *asked, *held, here),
        Cause::IpoTooSmall { .. } | Cause::GreenshoeOverused { .. } => of_ipo(agreement, terms, stage, cause, here),
        Cause::PriceNotPositive { price } => {
            Finding::error("E0608", format!("the price of \"{stage}\" comes out as {}", grouped(*price)))
                .at(here, "expected above zero")
                .help("correct the valuation or the count it is divided by, or give the price more places")
        }
        Cause::NoConversionPrice { class } => {
            let class = &agreement.classes[class.index()].name;
            no_conversion_price(class, stage, matches!(terms, Event::Closing { .. })).at(here, "expected more than 0")
        }
        Cause::NegativeShares => {
            Finding::error("E0609", format!("\"{stage}\" comes out as a negative number of shares"))
                .at(here, "expected above zero")
        }
        Cause::NoGridPrice => {
            Finding::error("E0610", format!("no price of \"{stage}\" agrees with its own whole-share total"))
                .at(here, "under this rounding")
                .help("give the price more places, or use the preset \"closing-us\"")
        }
        Cause::Terms => Finding::error("E0611", format!("the terms of \"{stage}\" contradict each other"))
            .at(here, "no answer satisfies them"),
    }
}

/// What cannot be in an offering.
fn of_ipo(agreement: &Agreement, terms: &Event<crate::num::Stated>, stage: &str, cause: &Cause, here: Span) -> Finding {
    match (terms, cause) {
        (Event::Ipo(terms), Cause::IpoTooSmall { pre_money, bound, ratchets }) => {
            let at = span(agreement, terms.price_origin);
            ipo_too_small(agreement, at, stage, (*pre_money, *bound), ratchets)
        }
        (_, Cause::GreenshoeOverused { used }) => {
            Finding::error("E0641", format!("{} of the greenshoe of \"{stage}\" is used", percent(*used)))
                .at(here, "expected at most 100 %")
                .help("`greenshoe_shares` is what the underwriters may take, `greenshoe_used` the part they take")
        }
        _ => Finding::error("E0611", format!("the terms of \"{stage}\" contradict each other"))
            .at(here, "no answer satisfies them"),
    }
}

/// A pre-money that is not above what is promised whatever the price, with the inequality in numbers.
fn ipo_too_small(
    agreement: &Agreement,
    at: Span,
    stage: &str,
    (pre_money, bound): (Decimal, Decimal),
    ratchets: &[(ClassId, Decimal)],
) -> Finding {
    let money = |amount: Decimal| grouped(amount.round_dp(2));
    let mut parts: Vec<String> = ratchets
        .iter()
        .map(|(class, worth)| format!("{} {}", agreement.classes[class.index()].name, money(*worth)))
        .collect();
    let conversions = bound - ratchets.iter().map(|(_, worth)| *worth).sum::<Decimal>();
    if conversions.round_dp(2) > Decimal::ZERO {
        parts.push(format!("what converts {}", money(conversions)));
    }
    let finding =
        Finding::error("E0640", format!("the pre-money of \"{stage}\" is not above what is promised at any price"))
            .at(at, format!("must be above {}, and is {}", money(bound), money(pre_money)));
    match parts.is_empty() {
        true => finding,
        false => finding.help(format!(
            "promised are {}: ratchets their issue price and return, SAFEs and notes their balance less the discount",
            parts.join(" + ")
        )),
    }
}

/// A protected class that would convert for nothing, by rounding in a round or by shares given away elsewhere.
fn no_conversion_price(class: &str, stage: &str, in_round: bool) -> Finding {
    let message = format!("\"{class}\" would convert at a price of 0 after \"{stage}\"");
    let help = match in_round {
        true => "rounded to nothing: give conversion prices more places (`conversion_price_places` in `rounding`)",
        false => {
            "shares given away, which a full ratchet follows down to nothing: give them a price, or exempt such issues in `anti_dilution_exempt`"
        }
    };
    Finding::error("E0616", message).help(help)
}

/// A participant who takes the rest of a tranche, where the others exceed its money.
fn nothing_left(
    agreement: &Agreement,
    terms: &Event<crate::num::Stated>,
    stage: &str,
    (tranche, participant): (usize, usize),
    excess: Decimal,
) -> Finding {
    let Event::Closing { round, .. } = terms else {
        return Finding::error("E0605", format!("\"{stage}\" cannot be"));
    };
    let terms = &agreement.scenario.rounds[round.index()].tranches[tranche].participants[participant];
    let who = &agreement.stakeholders[terms.stakeholder.index()].name;
    Finding::error("E0605", format!("nothing is left for {who} in \"{stage}\""))
        .at(span(agreement, terms.origin), format!("the others exceed the money by {}", grouped(excess)))
        .help("raise the money, or lower the others")
}

/// More options than the pool has.
fn not_available(
    agreement: &Agreement,
    terms: &Event<crate::num::Stated>,
    stage: &str,
    asked: Decimal,
    available: Decimal,
    here: Span,
) -> Finding {
    let (at, from) = match terms {
        Event::OptionGrant(terms) => (span(agreement, terms.origin), Some(terms.available)),
        _ => (here, None),
    };
    let promised = from
        .is_some_and(|from| matches!(agreement.scenario.positions[from.index()], crate::model::Holding::Promised(_)));
    let are = if promised { "promised" } else { "available" };
    let (asked_for, there) = (grouped(asked), grouped(available.round_dp(4)));
    let finding = Finding::error("E0607", format!("\"{stage}\" grants {asked_for} options, {there} are {are}"));
    if promised {
        return finding
            .at(at, format!("{} too many", grouped((asked - available).round_dp(4))))
            .help("lower the number, or take the rest from the available ones by a grant of its own");
    }
    finding
        .at(at, format!("{} too many", grouped((asked - available).round_dp(4))))
        .help(format!("increase the pool by {} before it (`[[pool_increases]]`)", grouped((asked - available).ceil())))
}

/// More shares convert or are bought back than there are.
fn not_held(
    agreement: &Agreement,
    terms: &Event<crate::num::Stated>,
    stage: &str,
    asked: Decimal,
    held: Decimal,
    here: Span,
) -> Finding {
    let (does, of, at) = match terms {
        Event::ClassConversion(terms) => {
            let who = match terms.holders.as_slice() {
                &[holder] => format!("{} has", owner_and_class(agreement, holder.from)),
                _ => format!("all holders of {} have", agreement.classes[terms.class.index()].name),
            };
            ("converts", who, terms.origin)
        }
        Event::Repurchase(terms) => {
            ("buys back", format!("{} has", owner_and_class(agreement, terms.position)), terms.origin)
        }
        _ => return Finding::error("E0620", format!("\"{stage}\" cannot be")).at(here, "more than there is"),
    };
    let number = |count: Decimal| grouped(count.round_dp(4));
    Finding::error("E0620", format!("\"{stage}\" {does} {} shares, {of} {}", number(asked), number(held)))
        .at(span(agreement, at), format!("{} too many", number(asked - held)))
        .help("lower the number, or let them be issued before it")
}

/// What cannot be done with options or a warrant.
fn of_right(
    agreement: &Agreement,
    terms: &Event<crate::num::Stated>,
    stage: &str,
    cause: &Cause,
    here: Span,
) -> Finding {
    let (right, at) = match terms {
        Event::Exercise(terms) => (Some(terms.right), span(agreement, terms.origin)),
        Event::Cancellation(terms) => (Some(terms.right), span(agreement, terms.origin)),
        _ => (None, here),
    };
    let name = right.map_or("", |right| agreement.rights[right.index()].name.as_str());
    let number = |count: Decimal| grouped(count.round_dp(4));
    match cause {
        Cause::NotExercisable { asked, vested, outstanding } => {
            let message =
                format!("\"{stage}\" exercises {} of \"{name}\", {} have vested", number(*asked), number(*vested));
            let unvested = number(*outstanding - *vested);
            Finding::error("E0612", message)
                .at(at, format!("{} too many", number(*asked - *vested)))
                .help(format!("{unvested} more are outstanding and have not vested; `shares = \"all\"` takes what has"))
        }
        Cause::NotOutstanding { asked, outstanding } => {
            let message = format!(
                "\"{stage}\" cancels {} of \"{name}\", {} are outstanding",
                number(*asked),
                number(*outstanding)
            );
            Finding::error("E0613", message)
                .at(at, format!("{} too many", number(*asked - *outstanding)))
                .help("`shares = \"all\"` takes what is outstanding")
        }
        _ => Finding::error("E0614", format!("\"{stage}\" needs the market price of a share"))
            .at(here, "no price is in force before it")
            .help("give a `market_price`"),
    }
}

fn no_pre_money(agreement: &Agreement, stage: &str, round: RoundId, pre_money: Decimal, money: Decimal) -> Finding {
    let round = &agreement.scenario.rounds[round.index()];
    let at = span(agreement, round.price_origin);
    match round.price {
        RoundPrice::PostMoney { .. } => {
            let message =
                format!("the post-money of \"{stage}\" is not more than the money of the round, {}", grouped(money));
            Finding::error("E0602", message).at(at, format!("leaves a pre-money of {}", grouped(pre_money))).help(
                "post-money = pre-money + all the money of the round; write `pre_money` if that is what was reported",
            )
        }
        RoundPrice::PreMoney(_) | RoundPrice::PerShare(_) => {
            let message = format!("\"{stage}\" has no value before the money");
            Finding::error("E0602", message).at(at, format!("it is {}", grouped(pre_money)))
        }
    }
}

fn oversold(
    agreement: &Agreement,
    terms: &Event<crate::num::Stated>,
    stage: &str,
    seller: usize,
    asked: Decimal,
    held: Decimal,
) -> Finding {
    let (positions, origin, advice): (Vec<PositionId>, OriginId, &str) = match terms {
        Event::Secondary(terms) => {
            let seller = &terms.sellers[seller];
            (seller.positions.clone(), seller.origin, "lower the amount, or add a `limit` that clips the sale")
        }
        Event::Ipo(terms) => {
            let seller = &terms.sellers[seller];
            let positions = seller.holders.iter().map(|holder| holder.position).collect();
            (positions, seller.origin, "lower `secondary_shares`, or let others sell too")
        }
        _ => return Finding::error("E0606", format!("\"{stage}\" cannot be")),
    };
    let who = match positions.as_slice() {
        &[position] => owner_and_class(agreement, position),
        _ => "the sellers".to_owned(),
    };
    let normalised = agreement.head.normalised;
    // A normalised count is made up: what it is a part of says more.
    let amount = |shares: Decimal| match normalised {
        Some(total) => percent((shares / total).round_dp(8)),
        None => format!("{} shares", grouped(shares.round_dp(4))),
    };
    Finding::error("E0606", format!("{who} would sell {} in \"{stage}\" and has {}", amount(asked), amount(held)))
        .at(span(agreement, origin), "more than there is")
        .help(advice)
}

fn owner_and_class(agreement: &Agreement, position: PositionId) -> String {
    format!("{} ({})", agreement.owner(position), agreement.consists_of(position))
}

/// A fraction in percent, two to six decimals: the bound is open, so it must not be rounded up to a value that fails.
fn percent(fraction: Decimal) -> String {
    const PLACES: u32 = 6;
    let percent = fraction * Decimal::ONE_HUNDRED;
    let cut = percent.round_dp_with_strategy(PLACES, rust_decimal::RoundingStrategy::ToNegativeInfinity).normalize();
    let places = usize::try_from(cut.scale()).unwrap_or_default().max(2);
    format!("{cut:.places$} %")
}
