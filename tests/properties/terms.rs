//! What changing one term of a deal must or must not change.

use super::{TINY, failed, in_exact, near, ownership, same_ownership};
use crate::generate::{
    Cap, Company, Convertible, Event, Money, MoneyOf, Outcome, Pool, Price, Protection, Round, Series, Status, Takes,
    Tranche, cases, complaint, deal, plain_round, ran, run,
};
use capstruct::engine::ledger::Ledger;
use capstruct::model::{Holding, RoundId};
use capstruct::num::Number;
use capstruct::report::Run;
use capstruct::spec::resolve::Settings;
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use rust_decimal::Decimal;

/// The stakeholders whose terms follow the price of a round: holders of SAFEs, notes and protected classes.
fn price_linked(run: &Run) -> Vec<&str> {
    let scenario = &run.agreement.scenario;
    let protected = |holding: &&Holding| {
        holding.class().is_some_and(|class| scenario.protections.iter().any(|protection| protection.class == class))
    };
    let protected = scenario.positions.iter().filter(protected).filter_map(|holding| holding.stakeholder());
    let convertible = scenario.convertibles.iter().map(|convertible| convertible.stakeholder);
    protected.chain(convertible).map(|who| run.agreement.stakeholders[who.index()].id.as_str()).collect()
}

/// Everyone who buys in the last round.
fn buyers(run: &Run) -> Vec<&str> {
    let last = run.agreement.scenario.rounds.last().expect("a round");
    let participants = last.tranches.iter().flat_map(|tranche| &tranche.participants);
    participants.map(|participant| run.agreement.stakeholders[participant.stakeholder.index()].id.as_str()).collect()
}

/// A round of one closing at a pre-money valuation, in thousands, in which the sixth holder pays so much.
pub fn simple_round(pre_money: u64, thousands: u64) -> Round {
    Round {
        price: Price::PreMoney(Money { thousands: pre_money, spread: None }),
        class: None,
        protection: None,
        pool: None,
        method: None,
        converts: true,
        rounding: None,
        money: MoneyOf::Cheques,
        tranches: vec![Tranche {
            participants: vec![(5, Takes::Money(Money { thousands, spread: None }))],
            status: Status::Committed,
            own_price: None,
            repeat: 1,
            days: 0,
        }],
    }
}

/// Where the one runs the other does too, and everyone owns the same.
fn same_outcome(before: &str, after: &str) -> Result<(), TestCaseError> {
    match (ran(before), run(after, &Settings::default())) {
        (Some(one), Outcome::Ran(two)) => {
            same_ownership(&one, &two, TINY).map_err(|why| failed(&why, before, after))?;
        }
        (Some(_), outcome) => {
            return Err(failed(&format!("it no longer runs: {:?}", complaint(&outcome)), before, after));
        }
        (None, _) => {}
    }
    Ok(())
}

/// The convertibles of a company.
fn convertibles(company: &mut Company) -> impl Iterator<Item = &mut Convertible> {
    company.events.iter_mut().filter_map(|(event, _)| match event {
        Event::Convertible(terms) => Some(terms),
        _ => None,
    })
}

/// What a convertible became, by its name.
fn became(run: &Run, name: &str) -> Option<(usize, Decimal)> {
    let index = run.agreement.convertibles.iter().position(|info| info.name == name)?;
    let conversion = run.ledger().conversions.iter().find(|conversion| conversion.convertible.index() == index)?;
    Some((conversion.event.index(), conversion.shares))
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn a_higher_cap_never_gives_more_shares(company in deal(), which in any::<prop::sample::Index>(), more in 1..200_000u64) {
        let mut low = in_exact(company);
        let capped: Vec<usize> = low.events.iter().enumerate().filter_map(|(index, (event, _))| match event {
            Event::Convertible(Convertible { cap: Cap::PostMoney(_) | Cap::PreMoney(_), .. }) => Some(index),
            _ => None,
        }).collect();
        prop_assume!(!capped.is_empty());
        let which = capped[which.index(capped.len())];
        let mut high = low.clone();
        if let Event::Convertible(terms) = &mut high.events[which].0 {
            terms.cap = match terms.cap {
                Cap::PostMoney(cap) => Cap::PostMoney(cap + more),
                Cap::PreMoney(cap) => Cap::PreMoney(cap + more),
                other => other,
            };
        }
        low.units = high.units;
        let (before, after) = (low.text(), high.text());
        let name = format!("e{which}");
        if let (Some(low), Some(high)) = (ran(&before), ran(&after))
            && let (Some((event, most)), Some((other, least))) = (became(&low, &name), became(&high, &name))
            && event == other
            && least > most + TINY * most.max(Decimal::ONE)
        {
            return Err(failed(&format!("{name} became {most} and now {least}"), &before, &after));
        }
    }

    #[test]
    fn a_higher_pre_money_never_hurts_who_has_no_terms_that_follow_the_price(
        company in deal(),
        mut round in plain_round(),
        pre_money in 20_000..900_000u64,
        more in 1..500_000u64,
    ) {
        let mut company = in_exact(company);
        company.events.retain(|(event, _)| !matches!(event, Event::Round(_)));
        for tranche in &mut round.tranches {
            tranche.participants.retain(|(_, takes)| matches!(takes, Takes::Money(_)));
            tranche.participants.push((6, Takes::Money(Money { thousands: 500, spread: None })));
        }
        let mut with = |thousands: u64| {
            round.price = Price::PreMoney(Money { thousands, spread: None });
            let mut company = company.clone();
            company.events.push((Event::Round(round.clone()), 60));
            company.text()
        };
        let (before, after) = (with(pre_money), with(pre_money + more));
        if let (Some(low), Some(high)) = (ran(&before), ran(&after)) {
            let (linked, buyers) = (price_linked(&low), buyers(&low));
            for ((who, less), (_, more)) in ownership(&low).iter().zip(&ownership(&high)) {
                let free = who != "pool" && !linked.contains(&who.as_str()) && !buyers.contains(&who.as_str());
                if free && !less.at_most(*more + super::exact(TINY)).is_yes() {
                    return Err(failed(&format!("{who} owned {less:?} and now {more:?}"), &before, &after));
                }
            }
        }
    }

    #[test]
    fn a_cheque_over_two_safes_of_the_same_terms_is_one_over_the_whole(
        company in deal(),
        which in any::<prop::sample::Index>(),
        part in 1..100u64,
    ) {
        let mut whole = in_exact(company);
        let split: Vec<usize> = whole.events.iter().enumerate().filter_map(|(index, (event, _))| match event {
            // A fixed part belongs to the instrument, and what counts the instrument alone counts half of it.
            Event::Convertible(terms) if !matches!(terms.cap, Cap::Ownership(_))
                && terms.capitalization.is_none_or(|counts| !counts.starts_with('[')) => Some(index),
            _ => None,
        }).collect();
        prop_assume!(!split.is_empty());
        let which = split[which.index(split.len())];
        let mut halves = whole.clone();
        let (event, _) = halves.events[which].clone();
        let Event::Convertible(mut terms) = event else { unreachable!("a convertible") };
        terms.amount.spread = None;
        if let Event::Convertible(whole) = &mut whole.events[which].0 {
            (whole.amount.spread, whole.amount.thousands) = (None, terms.amount.thousands.max(2));
            terms = whole.clone();
        }
        let first = (terms.amount.thousands * part / 100).max(1);
        let of = |thousands| Convertible { amount: Money { thousands, spread: None }, ..terms.clone() };
        halves.events[which].0 = Event::Convertible(of(first));
        let second = of(terms.amount.thousands - first);
        halves.events.insert(which + 1, (Event::Convertible(second), 0));
        let (before, after) = (whole.text(), halves.text());
        same_outcome(&before, &after)?;
    }

    #[test]
    fn what_is_issued_on_one_day_may_be_written_in_any_order(company in deal(), turn in 0..6usize) {
        let mut company = in_exact(company);
        // Who may adopt the terms of a later one depends on which is later.
        convertibles(&mut company).for_each(|terms| terms.mfn = false);
        let (mut issued, mut others): (Vec<_>, Vec<_>) =
            std::mem::take(&mut company.events).into_iter().partition(|(event, _)| matches!(event, Event::Convertible(_)));
        prop_assume!(issued.len() > 1);
        for (_, days) in &mut issued {
            *days = 0;
        }
        others.iter_mut().filter(|(event, _)| matches!(event, Event::Warrant(_) | Event::Exercise(_) | Event::Cancellation(_))).for_each(|(event, _)| {
            // What is named by its place stays where it is: not tested here.
            *event = Event::Split { new: 1, old: 1, class: None };
        });
        let with = |issued: Vec<(Event, u8)>, others: &[(Event, u8)]| {
            let events = issued.into_iter().chain(others.iter().cloned()).collect();
            Company { events, ..company.clone() }.text()
        };
        let before = with(issued.clone(), &others);
        let turn = turn % issued.len();
        issued.rotate_left(turn);
        issued.swap(0, 1);
        let after = with(issued, &others);
        same_outcome(&before, &after)?;
    }

    #[test]
    fn the_order_series_are_written_in_changes_nothing(company in deal(), turn in 1..4usize) {
        let mut company = company;
        prop_assume!(company.series.len() > 1);
        for (event, _) in &mut company.events {
            if let Event::Warrant(warrant) = event {
                warrant.of_series = false;
            }
        }
        let before = company.text();
        let turn = turn % company.series.len();
        company.series.rotate_left(turn);
        company.series.swap(0, 1);
        let after = company.text();
        same_outcome(&before, &after)?;
    }

    #[test]
    fn a_conversion_price_never_rises(company in deal()) {
        let text = company.text();
        if let Some(run) = ran(&text) {
            never_rises(run.ledger(), &run).map_err(|why| TestCaseError::fail(format!("{why}\n{text}")))?;
        }
    }
}

/// Between two stages, a conversion price falls by an adjustment or stays; splits aside.
fn never_rises(ledger: &Ledger, run: &Run) -> Result<(), String> {
    for (event, adjustment) in &ledger.adjustments {
        if adjustment.after >= adjustment.before || adjustment.after <= Decimal::ZERO {
            return Err(format!(
                "{} goes from {} to {} in {event:?}",
                adjustment.class.0, adjustment.before, adjustment.after
            ));
        }
    }
    for pair in ledger.stages.windows(2) {
        let event = pair[1].event.expect("an event");
        if run.agreement.events[event.index()].kind == "split" {
            continue;
        }
        for (class, (before, after)) in pair[0].conversion_prices.iter().zip(&pair[1].conversion_prices).enumerate() {
            if let (Some(before), Some(after)) = (before, after)
                && after > before
            {
                return Err(format!("class {class} converts at {before} and then at {after}"));
            }
        }
    }
    Ok(())
}

/// A full ratchet of 80 of value: the higher pre-money leaves its holder less, and the common more.
#[test]
fn a_higher_pre_money_hurts_who_has_a_ratchet() {
    let ratchet =
        Protection { kind: "full_ratchet", counts: None, in_price: true, aggregation_days: None, exempt: None };
    let series =
        Series { holder: 3, shares: 2_000_000, price: 10_000, converts_into_more: false, protection: Some(ratchet) };
    let owned = |pre_money: u64| {
        let events = vec![(Event::Round(simple_round(pre_money, 10_000)), 0)];
        let company = Company { opening: vec![1_000_000], series: vec![series.clone()], events, ..Company::default() };
        let run = ran(&company.text()).expect("a round");
        ownership(&run).into_iter().map(|(who, part)| (who, part.to_decimal(6).expect("a decimal"))).collect::<Vec<_>>()
    };
    let of = |all: &[(String, Decimal)], who: &str| all.iter().find(|(known, _)| known == who).expect("a holder").1;
    // n CP1 / (V + M) = 80 / 100, and 80 / 105.
    let (low, high) = (owned(90_000), owned(95_000));
    assert_eq!([of(&low, "h3"), of(&high, "h3")], [Decimal::new(800_000, 6), Decimal::new(761_905, 6)]);
    assert!(of(&low, "h0") < of(&high, "h0") && of(&low, "h5") > of(&high, "h5"), "{low:?} {high:?}");
}

proptest! {
    #![proptest_config(cases(48))]

    /// RULES of the post-money SAFE: at its cap it owns amount / cap of everything before the new money, whatever else
    /// converts beside it.
    #[test]
    fn a_post_money_safe_at_its_cap_owns_amount_over_cap(company in deal()) {
        let text = in_exact(company).text();
        let Some(run) = ran(&text) else { return Ok(()) };
        let ledger = run.ledger();
        for conversion in ledger.conversions.iter().filter(|conversion| conversion.by_cap) {
            let package = &run.agreement.scenario.convertibles[conversion.package.index()].package;
            let closing = run.agreement.events[conversion.event.index()].closing;
            let (Some((round, _)), Some(capstruct::model::Cap::Valuation(capstruct::model::Term::Given(cap)))) = (closing, package.cap) else {
                continue;
            };
            let capstruct::model::Denominator::Counts(counts) = package.counts else { continue };
            let whole = counts.shares && counts.options && counts.promised_options && counts.unissued_options;
            if !(whole && counts.this_security && counts.converting_securities && !counts.pool_increase) {
                continue;
            }
            let Some(pricing) = ledger.pricing(round).filter(|_| same_share(&run, round, conversion.position)) else { continue };
            let owned = super::exact(conversion.shares) / super::exact(pricing.company_capitalization);
            let promised = super::exact(conversion.balance) / cap.cast();
            prop_assert!(near(owned, promised, TINY), "{owned:?} and not {promised:?}\n{text}");
        }
    }

    /// The pre-money that a price implies rises with the price: so no pre-money has two prices. And the price found for
    /// a pre-money implies that pre-money.
    #[test]
    fn no_pre_money_has_two_prices(
        company in deal(),
        mut round in plain_round(),
        prices in (10..90_000u64, 1..90_000u64),
    ) {
        let mut company = in_exact(company);
        company.events.retain(|(event, _)| !matches!(event, Event::Round(_)));
        if let Some(Pool { everyone, .. }) = &mut round.pool {
            *everyone = false;
        }
        (round.class, round.money) = (None, MoneyOf::Cheques);
        let mut with = |price: Price| {
            round.price = price;
            let mut company = company.clone();
            company.events.push((Event::Round(round.clone()), 60));
            company.text()
        };
        let implied = |text: &str| {
            let run = ran(text)?;
            let ledger = run.ledger();
            let pricing = ledger.pricing(RoundId::at(run.agreement.scenario.rounds.len() - 1))?;
            Some((pricing.pre_money, pricing.solved_price, pricing.total))
        };
        let (low, high) = (with(Price::PerShare(prices.0)), with(Price::PerShare(prices.0 + prices.1)));
        if let (Some((less, ..)), Some((more, ..))) = (implied(&low), implied(&high)) && less >= more {
            return Err(failed(&format!("the dearer share implies {more}, the cheaper {less}"), &low, &high));
        }
        if let Some((pre_money, price, total)) = implied(&low) {
            let priced = low.rfind("price_per_share").expect("the round's price");
            let line = low[priced..].lines().next().expect("a line");
            let again = format!("{}pre_money = {pre_money}{}", &low[..priced], &low[priced + line.len()..]);
            let (_, found, sum) = implied(&again).ok_or_else(|| failed("it no longer runs", &low, &again))?;
            let close = |left: Decimal, right: Decimal| (left - right).abs() <= TINY * left;
            prop_assert!(close(price, found) && close(total, sum), "{found} for {price}, {sum} for {total}\n{again}");
        }
    }
}

/// Whether the class a convertible became converts one to one.
fn same_share(run: &Run, round: RoundId, position: capstruct::model::PositionId) -> bool {
    let class = run.agreement.scenario.positions[position.index()].class().expect("shares");
    let first = run.agreement.scenario.rounds[round.index()].first_closing;
    let stage = run.ledger().stages.iter().rev().find(|stage| stage.event < Some(first)).expect("an opening");
    stage.ratios[class.index()] == Decimal::ONE
}
