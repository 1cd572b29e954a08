//! Titles that state a finding. Every number in them is a result, rounded as the chart below rounds it; a clause that
//! the rounded numbers would not bear is left out.

use super::dilution::{Cause, Journey};
use super::holders::Holder;
use super::ladder::Participation;
use super::run::Run;
use super::words::{fixed, listed, money, percent};
use crate::engine::ledger::Stage;
use crate::model::{EventId, RoundId};
use rust_decimal::Decimal;

/// Decimals of a percentage in a title, as on the charts.
const PLACES: u32 = 1;
/// A title longer than this loses its second clause.
const LONGEST: usize = 90;

/// The company as people call it: without its legal form.
pub fn company(run: &Run) -> String {
    let Some(issuer) = &run.agreement.head.issuer else { return "the company".into() };
    let mut name = issuer.split(" (").next().unwrap_or(issuer).trim();
    loop {
        let shorter =
            LEGAL_FORMS.iter().find_map(|form| name.strip_suffix(form)).map(|name| name.trim_end_matches([' ', ',']));
        match shorter {
            Some(shorter) if !shorter.is_empty() => name = shorter,
            _ => return name.into(),
        }
    }
}

const LEGAL_FORMS: [&str; 14] = [
    " PBC",
    " Inc.",
    " Inc",
    " Incorporated",
    " Ltd.",
    " Ltd",
    " Limited",
    " LLC",
    " Corp.",
    " Corporation",
    " plc",
    " AG",
    " GmbH",
    " Group",
];

/// The verb that goes with a name: several people or one company.
pub(super) fn verb<'a>(name: &str, one: &'a str, many: &'a str) -> &'a str {
    const PLURALS: [&str; 18] = [
        "buyers",
        "directors",
        "employees",
        "executives",
        "founders",
        "funds",
        "holders",
        "investors",
        "others",
        "managers",
        "noteholders",
        "optionholders",
        "co-investors",
        "shareholders",
        "sellers",
        "stockholders",
        "angels",
        "options",
    ];
    let words = name.split(',').next().unwrap_or(name).to_lowercase();
    if words.split_whitespace().any(|word| PLURALS.contains(&word)) { many } else { one }
}

/// True for a holder that stands for everyone not named.
pub fn is_residual(run: &Run, holder: &Holder) -> bool {
    let rest = run.agreement.imprecision.rest;
    holder.is_pool()
        || rest.is_some_and(|rest| holder.positions.contains(&rest))
        || ["other", "others", "rest"]
            .contains(&holder.name.split_whitespace().next().unwrap_or("").to_lowercase().as_str())
}

/// The better of the candidates that stand for somebody, else of all but the pools.
fn named<'a>(run: &Run, holders: &'a [Holder], better: impl Fn(usize, usize) -> bool) -> Option<usize> {
    let best = |of: &dyn Fn(&'a Holder) -> bool| {
        let candidates = (0..holders.len()).filter(|&index| of(&holders[index]));
        candidates.reduce(|best, next| if better(next, best) { next } else { best })
    };
    best(&|holder| !is_residual(run, holder)).or_else(|| best(&|holder| !holder.is_pool()))
}

/// Who gained and who lost most from the first stage to the last.
pub fn by_stage(run: &Run, holders: &[Holder], journeys: &[Journey]) -> String {
    let shown = |index: &usize| {
        let journey = &journeys[*index];
        percent(journey.before, PLACES) != percent(journey.after, PLACES)
    };
    let change = |index: usize| journeys[index].change;
    let gainer =
        named(run, holders, |next, best| change(next) > change(best)).filter(|&index| change(index) > Decimal::ZERO);
    let loser =
        named(run, holders, |next, best| change(next) < change(best)).filter(|&index| change(index) < Decimal::ZERO);
    let company = company(run);
    match (gainer.filter(shown), loser.filter(shown)) {
        (Some(gainer), Some(loser)) => {
            let first = format!("{} of {company}", gain(run, &holders[gainer], &journeys[gainer]));
            fitted(&first, &loss(&holders[loser], &journeys[loser]))
        }
        (Some(gainer), None) => format!("{} of {company}", gain(run, &holders[gainer], &journeys[gainer])),
        (None, Some(loser)) => format!("{} of {company}", loss(&holders[loser], &journeys[loser])),
        (None, None) => now(run, holders, run.ledger().last()),
    }
}

/// `first; second`, or the first alone where both are too long.
fn fitted(first: &str, second: &str) -> String {
    let both = format!("{first}; {second}");
    if both.chars().count() <= LONGEST { both } else { first.into() }
}

fn gain(run: &Run, holder: &Holder, journey: &Journey) -> String {
    let (name, after) = (&holder.name, percent(journey.after, PLACES));
    if !journey.before.is_zero() {
        let rises = verb(name, "rises", "rise");
        return format!("{name} {rises} from {} to {after}", percent(journey.before, PLACES));
    }
    if only_bought(run, journey) {
        format!("{name} {} {after}", verb(name, "buys", "buy"))
    } else {
        format!("{name} {} with {after}", verb(name, "ends", "end"))
    }
}

/// True if all was bought, in one round or one sale, and only closings of that round diluted it since.
fn only_bought(run: &Run, journey: &Journey) -> bool {
    let deal = |stage: usize| -> Option<(Option<RoundId>, Option<EventId>)> {
        let event = run.ledger().stages[stage].event?;
        match run.agreement.events[event.index()].closing {
            Some((round, _)) => Some((Some(round), None)),
            None => Some((None, Some(event))),
        }
    };
    let first = journey.causes.first().and_then(|(stage, ..)| deal(*stage));
    let bought = |cause: Cause| matches!(cause, Cause::NewMoney | Cause::SecondaryBought);
    first.is_some() && journey.causes.iter().all(|(stage, cause, _)| bought(*cause) && deal(*stage) == first)
}

fn loss(holder: &Holder, journey: &Journey) -> String {
    let name = &holder.name;
    let before = percent(journey.before, PLACES);
    format!("{name} {} from {before} to {}", verb(name, "falls", "fall"), percent(journey.after, PLACES))
}

/// Who holds most at a stage.
pub fn now(run: &Run, holders: &[Holder], stage: &Stage) -> String {
    let company = company(run);
    let mut ranked: Vec<_> = holders.iter().filter(|holder| !holder.as_converted(stage).is_zero()).collect();
    ranked.sort_by_key(|holder| (is_residual(run, holder), std::cmp::Reverse(holder.as_converted(stage))));
    let Some(first) = ranked.first() else { return format!("Nobody holds shares of {company}") };
    let ownership = |holder: &Holder| holder.ownership(stage);
    let (name, part) = (&first.name, percent(ownership(first), PLACES));
    let holds = verb(name, "holds", "hold");
    let second = ranked.get(1).filter(|second| !second.is_pool() && ownership(second) <= ownership(first));
    match second {
        _ if ownership(first) > Decimal::new(505, 3) => {
            format!("{name} {holds} {part} of {company}, more than all others together")
        }
        Some(second) if percent(ownership(second), PLACES) == part => {
            format!("{name} and {} hold {part} of {company} each", second.name)
        }
        Some(second) => {
            format!(
                "{name} {holds} {part} of {company}, ahead of {} with {}",
                second.name,
                percent(ownership(second), PLACES)
            )
        }
        None => format!("{name} {holds} {part} of {company}"),
    }
}

/// What moved one holder, and the largest single cause.
pub fn bridge(run: &Run, holder: &Holder, journey: &Journey) -> String {
    let (name, company) = (&holder.name, company(run));
    let (before, after) = (percent(journey.before, PLACES), percent(journey.after, PLACES));
    if before == after {
        return format!("{name} {} {after} of {company}", verb(name, "keeps", "keep"));
    }
    let falls = journey.change < Decimal::ZERO;
    let moves = if falls { loss(holder, journey) } else { gain(run, holder, journey) };
    let first = format!("{moves} of {company}");
    let Some((cause, points, stage)) = main_cause(journey) else { return first };
    let (words, many) = cause_in_words(cause);
    let does = match (falls, many) {
        (true, true) => "cost",
        (true, false) => "costs",
        (false, true) => "add",
        (false, false) => "adds",
    };
    let points = format!("{does} {} points", fixed((points * Decimal::ONE_HUNDRED).abs(), PLACES));
    let place = stage.map(|stage| run.agreement.stage(run.ledger().stages[stage].event));
    let with_place =
        place.map_or_else(|| first.clone(), |stage| fitted(&first, &format!("{words} in {stage} {points}")));
    if with_place == first { fitted(&first, &format!("{words} {points}")) } else { with_place }
}

/// The cause that moved the holder most in the direction of the change, over all stages; its stage if it has but one.
fn main_cause(journey: &Journey) -> Option<(Cause, Decimal, Option<usize>)> {
    let of = |cause: Cause| {
        let own: Vec<_> = journey.causes.iter().filter(|(_, other, _)| *other == cause).collect();
        let sum: Decimal = own.iter().map(|(_, _, points)| *points).sum();
        let stage = if let [(stage, ..)] = own.as_slice() { Some(*stage) } else { None };
        (cause, sum, stage)
    };
    let same_way = |sum: Decimal| !sum.is_zero() && sum.is_sign_negative() == journey.change.is_sign_negative();
    let causes = Cause::ALL.into_iter().map(of).filter(|(_, sum, _)| same_way(*sum));
    causes.reduce(|most, next| if next.1.abs() > most.1.abs() { next } else { most })
}

/// A cause as the subject of a sentence, and whether it takes a plural.
fn cause_in_words(cause: Cause) -> (&'static str, bool) {
    match cause {
        Cause::NewMoney => ("new money", false),
        Cause::Conversion => ("conversions", true),
        Cause::AntiDilution => ("anti-dilution", false),
        Cause::IpoRatchet => ("the ratchet", false),
        Cause::PoolIncrease => ("the pool increase", false),
        Cause::OptionGrant => ("option grants", true),
        Cause::Warrant => ("warrants", true),
        Cause::Exercise => ("exercises", true),
        Cause::Cancellation => ("cancellations", true),
        Cause::SecondarySold => ("shares sold", true),
        Cause::SecondaryBought => ("shares bought", true),
        Cause::ClassConversion => ("conversions of shares", true),
        Cause::Dividend => ("dividends in kind", true),
        Cause::Repurchase => ("shares bought back", true),
        Cause::Issuance => ("shares issued outside rounds", true),
        Cause::SplitFraction => ("fractions of a share", true),
    }
}

/// How much of the money is paid.
pub fn ladder(run: &Run, participations: &[Participation]) -> String {
    let sum = |of: fn(&Participation) -> Decimal| -> Decimal { participations.iter().map(of).sum() };
    let words = |amount| money(amount, &run.agreement.head.currency);
    let (funded, committed, conditional) = (sum(|p| p.funded), sum(|p| p.committed), sum(|p| p.conditional));
    let total = funded + committed + conditional;
    let of_whole = format!("of the {} for {}", words(total), company(run));
    match (funded.is_zero(), committed.is_zero(), conditional.is_zero()) {
        (true, true, true) => format!("No money is on the ladder for {}", company(run)),
        (false, true, true) => format!("All {of_whole} is paid"),
        (true, false, true) => format!("All {of_whole} counts as committed, none as paid"),
        (true, true, false) => format!("All {of_whole} hangs on conditions"),
        (false, _, true) => format!("{} {of_whole} is paid, {} is still owed", words(funded), words(committed)),
        (false, _, false) => {
            format!("{} {of_whole} is paid, {} hangs on conditions", words(funded), words(conditional))
        }
        (true, false, false) => {
            format!("{} {of_whole} counts as committed, {} hangs on conditions", words(committed), words(conditional))
        }
    }
}

/// The holder whose ownership differs most between scenarios.
pub fn comparison(name: &str, values: &[(String, Option<Decimal>)]) -> String {
    let part = |own: &Option<Decimal>| own.map_or("nothing".into(), |own| percent(own, PLACES));
    let parts: Vec<String> = values.iter().map(|(scenario, own)| format!("{} in {scenario}", part(own))).collect();
    let ends = verb(name, "ends", "end");
    let whole = format!("{name} {ends} with {}", listed(&parts));
    if whole.chars().count() <= LONGEST {
        return whole;
    }
    let known = values.iter().map(|(_, own)| own.unwrap_or_default());
    let (least, most) = (known.clone().min().unwrap_or_default(), known.max().unwrap_or_default());
    format!("{name} {ends} with {} to {}, depending on the scenario", percent(least, PLACES), percent(most, PLACES))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::dilution::journeys;
    use crate::report::holders::holders;
    use crate::report::{fixture, ladder};

    #[test]
    fn the_company_loses_its_legal_form() {
        assert_eq!(company(&fixture::announced()), "OpenAI");
        assert_eq!(company(&fixture::startup()), "Widgets");
    }

    /// Amazon `50 / 840` = 5.95 %; Microsoft `0.27 x 730 / 840` = 23.46 %.
    #[test]
    fn titles_state_the_numbers_of_the_results() {
        let run = fixture::announced();
        let holders = holders(&run);
        let journeys = journeys(&run, &holders);
        assert_eq!(
            by_stage(&run, &holders, &journeys),
            "Amazon buys 6.0% of OpenAI; Microsoft falls from 27.0% to 23.5%"
        );
        assert_eq!(
            now(&run, &holders, run.ledger().last()),
            "Microsoft holds 23.5% of OpenAI, ahead of OpenAI Foundation with 22.6%"
        );
        let microsoft = &holders[1];
        assert_eq!(
            bridge(&run, microsoft, &journeys[1]),
            "Microsoft falls from 27.0% to 23.5% of OpenAI; new money in Series C costs 3.5 points"
        );
        let closed = fixture::closed();
        assert_eq!(
            super::ladder(&closed, &ladder::participations(&closed)),
            "$87B of the $122B for OpenAI counts as committed, $35B hangs on conditions"
        );
    }

    #[test]
    fn a_majority_and_a_tie_are_called_what_they_are() {
        let run = fixture::equal_holders(2);
        let all = holders(&run);
        assert_eq!(now(&run, &all, run.ledger().last()), "Holder 0 and Holder 1 hold 50.0% of Widgets each");
        let run = fixture::pool_and_money();
        let all = holders(&run);
        assert_eq!(
            now(&run, &all, run.ledger().last()),
            "Holder holds 59.3% of Widgets, more than all others together"
        );
    }

    /// Whatever a title says in percent is the first or last ownership of some holder, rounded once.
    #[test]
    fn every_percentage_in_a_title_is_a_result() {
        let runs = [
            fixture::announced(),
            fixture::closed(),
            fixture::startup(),
            fixture::pool_and_money(),
            fixture::equal_holders(3),
        ];
        for run in runs {
            let ends = [&run.ledger().stages[0], run.ledger().last()];
            let results: Vec<String> = holders(&run)
                .iter()
                .flat_map(|holder| ends.map(|stage| percent(holder.ownership(stage), PLACES)))
                .collect();
            for chart in crate::report::charts::all(&run) {
                let words = chart.title.split([' ', ';', ',']).filter(|word| word.ends_with('%'));
                for word in words {
                    assert!(results.iter().any(|result| result == word), "{word} in {}", chart.title);
                }
                assert!(chart.title.chars().count() <= LONGEST, "{}", chart.title);
            }
        }
    }
}
