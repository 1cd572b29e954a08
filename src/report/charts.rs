//! The charts of a run, as data.

use super::chart::{Bar, Body, Chart, Colour, Label, Rungs, Series, Step};
use super::dilution::{Journey, journeys};
use super::exit::Sale;
use super::frame::{is_normalised, value};
use super::holders::{Holder, Slice, holders, slices};
use super::ladder::participations;
use super::precision::{Interval, intervals};
use super::run::Run;
use super::titles;
use super::words::{basis, capital, counted, fixed, money, money_unit};
use crate::engine::ledger::Stage;
use crate::error::Finding;
use crate::model::Holding;
use rust_decimal::Decimal;

/// The kinds of charts of one run; a comparison needs several.
pub const KINDS: [&str; 5] = ["stages", "now", "bridge", "ladder", "worth"];
/// Most columns of ownership by stage.
const MOST_STAGES: usize = 10;
/// Most changes of a bridge.
const MOST_CHANGES: usize = 8;
/// Most intervals named in a footer.
const MOST_INTERVALS: usize = 4;

/// Every chart that makes sense for this run.
pub fn all(run: &Run) -> Vec<Chart> {
    if run.ledger().last().fully_diluted.is_zero() {
        return Vec::new();
    }
    let mut charts = vec![by_stage(run), now(run)];
    charts.extend(loser(run).map(|(holder, journey)| bridge(run, &holder, &journey)));
    charts.extend(ladder(run));
    if let Some(sale) = Sale::of(run, None) {
        charts.extend(super::exit::charts::all(&sale));
    }
    charts.extend(super::valuation::charts(run));
    charts
}

/// The chart of that kind: `stages`, `now`, `bridge` (of a holder, else of whoever loses most), `ladder`, `worth`.
///
/// # Errors
/// Where there is no such kind or holder, or nothing to draw.
pub fn of_kind(run: &Run, kind: &str, holder: Option<&str>) -> Result<Chart, Finding> {
    let nothing =
        |what: &str| Finding::error("E0903", format!("`{}` has no chart `{kind}`: {what}", run.agreement.head.name));
    match kind {
        "stages" => Ok(by_stage(run)),
        "now" => Ok(now(run)),
        "ladder" => ladder(run).ok_or_else(|| nothing("it has no round")),
        "worth" => super::valuation::charts(run)
            .into_iter()
            .next()
            .ok_or_else(|| nothing("it has no valuation by option pricing")),
        "bridge" => match holder {
            Some(name) => bridge_of(run, name),
            None => match loser(run) {
                Some((holder, journey)) => Ok(bridge(run, &holder, &journey)),
                None => Err(nothing("no holder loses ownership").help("name the holder to be drawn")),
            },
        },
        _ => Err(Finding::error("E0904", format!("there is no kind of chart `{kind}`"))
            .help(format!("the kinds are {}; `compare` draws the comparison", super::words::listed(&KINDS)))),
    }
}

/// The bridge of a holder named by id or by name.
fn bridge_of(run: &Run, name: &str) -> Result<Chart, Finding> {
    let holders = holders(run);
    let is = |holder: &Holder| holder.id == name || holder.name.eq_ignore_ascii_case(name);
    if let Some(index) = holders.iter().position(is) {
        return Ok(bridge(run, &holders[index], &journeys(run, &holders)[index]));
    }
    let ids: Vec<_> = holders.iter().map(|holder| holder.id.as_str()).collect();
    let finding = Finding::error("E0905", format!("`{name}` holds nothing in `{}`", run.agreement.head.name));
    Err(finding.help(format!("the holders are {}", super::words::listed(&ids))))
}

/// The chart without what it draws.
pub(super) fn framed(run: &Run, id: String, title: String, measure: &str, notes: &[String], body: Body) -> Chart {
    Chart {
        id,
        title,
        subtitle: format!("{measure}; {}", basis(run)),
        footer: footer(run, notes),
        hash: run.agreement.head.hash.clone(),
        body,
    }
}

/// Scenario, what is counted, what is assumed.
pub fn footer(run: &Run, notes: &[String]) -> String {
    let mut known = vec![format!("Scenario {}", run.agreement.head.name)];
    let options = run.agreement.scenario.positions.iter().any(|holding| !matches!(holding, Holding::Shares(..)));
    let counted_in = if options {
        "Fully diluted: shares as converted, options granted, promised and available"
    } else {
        "Fully diluted: all shares as converted"
    };
    known.push(counted_in.into());
    if is_normalised(run) {
        known.push("Share count not public, normalised".into());
    }
    known.extend(notes.iter().cloned());
    sentences(known, run)
}

/// Sentences of a footer, the number of assumptions last.
fn sentences(mut known: Vec<String>, run: &Run) -> String {
    let assumed = run.agreement.assumptions.len();
    if assumed > 0 {
        known.push(format!("{} listed with the tables", counted(assumed, "assumption")));
    }
    format!("{}.", known.join(". "))
}

/// An interval as words: `12.7–13.6%`.
fn interval_in_words(interval: Interval) -> String {
    let end = |value: Decimal, places| fixed(value * Decimal::ONE_HUNDRED, places);
    // As many digits as it takes to tell the ends apart.
    let places = (1..=4).find(|&places| end(interval.low, places) != end(interval.high, places)).unwrap_or(1);
    format!("{}\u{2013}{}%", end(interval.low, places), end(interval.high, places))
}

/// What rounded percentages leave open, of the largest holders that are `shown`.
fn intervals_in_words(run: &Run, shown: impl Fn(&Holder) -> bool) -> Option<String> {
    let (holders, last) = (holders(run), run.ledger().last());
    let known = holders.iter().zip(intervals(run)).filter_map(|(holder, interval)| Some((holder, interval?)));
    let mut known: Vec<_> = known.filter(|(holder, _)| shown(holder)).collect();
    known.sort_by_key(|(holder, _)| std::cmp::Reverse(holder.as_converted(last)));
    known.truncate(MOST_INTERVALS);
    let words: Vec<_> = known
        .into_iter()
        .map(|(holder, interval)| format!("{} {}", holder.name, interval_in_words(interval)))
        .collect();
    (!words.is_empty()).then(|| format!("Published percentages are rounded; they allow {}", words.join(", ")))
}

/// Ownership by stage, at most ten of them.
pub fn by_stage(run: &Run) -> Chart {
    let (holders, stages) = (holders(run), &run.ledger().stages);
    let chosen = chosen_stages(run, &holders);
    let label = |&index: &usize| {
        let event = stages[index].event;
        let date = run.agreement.date(event).map_or_else(String::new, |date| date.to_string());
        Label { name: capital(run.agreement.stage(event)), detail: date }
    };
    let of = |slice: &Slice| Series {
        name: slice.name.clone(),
        colour: slice.colour,
        values: chosen.iter().map(|&index| slice.ownership(&holders, &stages[index])).collect(),
    };
    let series = slices(&holders, run.ledger()).iter().map(of).collect();
    let mut notes: Vec<String> = intervals_in_words(run, |_| true).into_iter().collect();
    if chosen.len() < stages.len() {
        let left_out = counted(stages.len() - chosen.len(), "smaller stage");
        notes.push(format!("{left_out} not shown; what they changed appears in the next column"));
    }
    let title = titles::by_stage(run, &holders, &journeys(run, &holders));
    let body = Body::OwnershipByStage { stages: chosen.iter().map(label).collect(), series };
    framed(run, "ownership-by-stage".into(), title, "Ownership, % of fully diluted", &notes, body)
}

/// The first stage, the last, and those at which most ownership moved; in their order.
fn chosen_stages(run: &Run, holders: &[Holder]) -> Vec<usize> {
    let stages = &run.ledger().stages;
    let last = stages.len() - 1;
    let moved = |index: usize| -> Decimal {
        holders
            .iter()
            .map(|holder| (holder.ownership(&stages[index]) - holder.ownership(&stages[index - 1])).abs())
            .sum()
    };
    let mut between: Vec<usize> = (1..last).collect();
    if stages.len() > MOST_STAGES {
        between.sort_by_cached_key(|&index| std::cmp::Reverse(moved(index)));
        between.truncate(MOST_STAGES - 2);
        between.sort_unstable();
    }
    let mut chosen = vec![0];
    chosen.extend(between);
    if last > 0 {
        chosen.push(last);
    }
    // An empty company has no ownership to stack.
    chosen.retain(|&index| !stages[index].fully_diluted.is_zero());
    chosen
}

/// Who owns the company after the last stage.
pub fn now(run: &Run) -> Chart {
    let (holders, stage) = (holders(run), run.ledger().last());
    let intervals = intervals(run);
    let mut shown = slices(&holders, run.ledger());
    shown.retain(|slice| !slice.ownership(&holders, stage).is_zero());
    let held = |slice: &Slice| slice.members.iter().map(|&index| holders[index].as_converted(stage)).sum::<Decimal>();
    let values: Vec<_> = shown.iter().map(|slice| value(run, stage, held(slice))).collect();
    let largest = values.iter().flatten().copied().max();
    let unit = largest.map(|largest| money_unit(largest, &run.agreement.head.currency));
    let in_unit = |amount: Option<Decimal>| match (amount, &unit) {
        (Some(amount), Some((unit, _))) => fixed(amount / *unit, 1),
        _ => String::new(),
    };
    let bar = |(slice, amount): (&Slice, Option<Decimal>)| Bar {
        name: slice.name.clone(),
        detail: classes_in_words(run, &holders, slice, stage),
        colour: slice.colour,
        ownership: slice.ownership(&holders, stage),
        value: in_unit(amount),
        interval: match slice.members.as_slice() {
            &[only] => intervals[only].map_or_else(String::new, interval_in_words),
            _ => String::new(),
        },
    };
    let bars = shown.iter().zip(values).map(bar).collect();
    let mut notes = Vec::new();
    if intervals.iter().any(Option::is_some) {
        notes.push("Range: what the rounding of published percentages leaves open".into());
    }
    if largest.is_some() {
        notes.push("Value at last round price (headline)".into());
    }
    let title = titles::now(run, &holders, stage);
    let value_heading = unit.map(|(_, name)| format!("Value, {name}"));
    let measure = format!("Ownership in % of fully diluted after {}", run.agreement.stage(stage.event));
    framed(run, "ownership-now".into(), title, &measure, &notes, Body::OwnershipNow { bars, value_heading })
}

/// What a slice consists of: its class, or how many.
fn classes_in_words(run: &Run, holders: &[Holder], slice: &Slice, stage: &Stage) -> String {
    let &[only] = slice.members.as_slice() else { return String::new() };
    let held = holders[only].positions.iter().filter(|position| !stage.shares[position.index()].is_zero());
    let classes: Vec<String> = held.map(|&position| run.agreement.consists_of(position)).collect();
    match classes.as_slice() {
        [one] if slice.colour == Colour::Pool => one.rsplit(", ").next().unwrap_or(one).into(),
        [] => String::new(),
        [one] => one.clone(),
        [one, two] => format!("{one}; {two}"),
        more => format!("{} classes", more.len()),
    }
}

/// The stakeholder who loses most points of ownership; one that stands for everybody else only where no other loses.
fn loser(run: &Run) -> Option<(Holder, Journey)> {
    let holders = holders(run);
    let journeys = journeys(run, &holders);
    let losing = journeys.iter().filter(|journey| journey.change < Decimal::ZERO && !holders[journey.holder].is_pool());
    let rank = |journey: &&Journey| (titles::is_residual(run, &holders[journey.holder]), journey.change);
    let most = losing.min_by_key(rank)?;
    Some((holders[most.holder].clone(), most.clone()))
}

/// From a holder's ownership at the opening to that after the last stage, cause by cause.
pub fn bridge(run: &Run, holder: &Holder, journey: &Journey) -> Chart {
    let stages = &run.ledger().stages;
    let end = |stage: &Stage, fraction| Step {
        name: capital(run.agreement.stage(stage.event)),
        detail: run.agreement.date(stage.event).map_or_else(String::new, |date| date.to_string()),
        fraction,
    };
    let step = |&(stage, cause, fraction): &(usize, super::dilution::Cause, Decimal)| Step {
        name: capital(cause.word()),
        detail: run.agreement.stage(stages[stage].event).into(),
        fraction,
    };
    let mut changes: Vec<Step> = journey.causes.iter().map(step).collect();
    let mut notes: Vec<String> = intervals_in_words(run, |other| other.key == holder.key).into_iter().collect();
    if changes.len() > MOST_CHANGES {
        notes.push(fold_small(&mut changes));
    }
    notes.push("By cause: accounting of what happened, not of what would have been".into());
    let body = Body::DilutionBridge {
        start: end(&stages[0], journey.before),
        changes,
        end: end(run.ledger().last(), journey.after),
    };
    let measure = format!("{}: ownership in % of fully diluted, changes in points", holder.name);
    let title = titles::bridge(run, holder, journey);
    framed(run, format!("bridge-{}", slug(&holder.id)), title, &measure, &notes, body)
}

/// Keeps the largest changes in their order and adds the others up behind them.
fn fold_small(changes: &mut Vec<Step>) -> String {
    let mut sizes: Vec<Decimal> = changes.iter().map(|step| step.fraction.abs()).collect();
    sizes.sort_by_key(|size| std::cmp::Reverse(*size));
    let least = sizes[MOST_CHANGES - 2];
    let mut left = MOST_CHANGES - 1;
    let mut small = Vec::new();
    changes.retain(|step| {
        let kept = left > 0 && step.fraction.abs() >= least;
        left -= usize::from(kept);
        if !kept {
            small.push(step.fraction);
        }
        kept
    });
    let name = format!("Other changes ({})", small.len());
    changes.push(Step { name, detail: "each smaller".into(), fraction: small.iter().sum() });
    format!("{} added up in the last step", counted(small.len(), "smaller change"))
}

/// A name that can stand in a file name.
pub(super) fn slug(name: &str) -> String {
    let safe = |c: char| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let words: String = name.chars().map(safe).collect();
    words.split('-').filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-")
}

/// How far the money of the rounds is; `None` without rounds.
pub fn ladder(run: &Run) -> Option<Chart> {
    let participations: Vec<_> =
        participations(run).into_iter().filter(|participation| !participation.total().is_zero()).collect();
    if participations.is_empty() {
        return None;
    }
    let currency = &run.agreement.head.currency;
    let mut rows: Vec<Rungs> = participations
        .iter()
        .map(|participation| Rungs {
            name: run.agreement.stakeholders[participation.stakeholder.index()].name.clone(),
            funded: participation.funded,
            committed: participation.committed,
            conditional: participation.conditional,
        })
        .collect();
    if rows.len() > 1 {
        let sum = |of: fn(&Rungs) -> Decimal| rows.iter().map(of).sum();
        let total = Rungs {
            name: "Total".into(),
            funded: sum(|row| row.funded),
            committed: sum(|row| row.committed),
            conditional: sum(|row| row.conditional),
        };
        rows.push(total);
    }
    let total = |row: &Rungs| {
        let whole = row.funded + row.committed + row.conditional;
        if row.funded.is_zero() || row.funded == whole {
            money(whole, currency)
        } else {
            format!("{} of {} funded", money(row.funded, currency), money(whole, currency))
        }
    };
    let totals = rows.iter().map(total).collect();
    let currency = currency.clone();
    let price = "A round's price is fixed at its headline money; money that does not come changes no price";
    let head = &run.agreement.head;
    Some(Chart {
        id: "funding-ladder".into(),
        title: titles::ladder(run, &participations),
        subtitle: format!("Money of the rounds: funded, committed, conditional; case {}", head.case.word()),
        footer: sentences(vec![format!("Scenario {}", head.name), price.into()], run),
        hash: head.hash.clone(),
        body: Body::FundingLadder { rows, totals, currency },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn every_run_has_ownership_and_a_round_brings_the_ladder() {
        let ids = |run: &Run| all(run).into_iter().map(|chart| chart.id).collect::<Vec<_>>();
        assert_eq!(ids(&fixture::equal_holders(3)), ["ownership-by-stage", "ownership-now"]);
        let closed = ids(&fixture::closed());
        assert_eq!(closed, ["ownership-by-stage", "ownership-now", "bridge-microsoft", "funding-ladder"]);
    }

    #[test]
    fn columns_and_bars_sum_to_one_and_a_bridge_reaches_its_end() {
        for run in [fixture::announced(), fixture::closed(), fixture::startup(), fixture::equal_holders(9)] {
            for chart in all(&run) {
                let off = match &chart.body {
                    Body::OwnershipByStage { stages, series } => (0..stages.len())
                        .map(|stage| {
                            (series.iter().map(|series| series.values[stage]).sum::<Decimal>() - Decimal::ONE).abs()
                        })
                        .max()
                        .expect("a stage"),
                    Body::OwnershipNow { bars, .. } => {
                        (bars.iter().map(|bar| bar.ownership).sum::<Decimal>() - Decimal::ONE).abs()
                    }
                    Body::DilutionBridge { start, changes, end } => {
                        (start.fraction + changes.iter().map(|step| step.fraction).sum::<Decimal>() - end.fraction)
                            .abs()
                    }
                    _ => Decimal::ZERO,
                };
                assert!(off < Decimal::new(1, 10), "{} of {} is off by {off}", chart.id, run.agreement.head.name);
            }
        }
    }

    #[test]
    fn values_and_intervals_stand_beside_the_bars() {
        let chart = now(&fixture::announced());
        let Body::OwnershipNow { bars, value_heading } = chart.body else { panic!("bars") };
        assert_eq!(value_heading.as_deref(), Some("Value, $B"));
        let softbank = bars.iter().find(|bar| bar.name == "SoftBank").expect("a bar");
        // 0.131310 x 840 = 110.3
        assert_eq!((softbank.value.as_str(), softbank.interval.as_str()), ("110.3", "12.7\u{2013}13.6%"));
        assert!(chart.footer.contains("Share count not public, normalised"));
    }

    #[test]
    fn a_kind_is_drawn_on_request_or_refused_with_what_there_is() {
        let run = fixture::closed();
        assert_eq!(of_kind(&run, "bridge", Some("amazon")).expect("a holder").id, "bridge-amazon");
        assert_eq!(of_kind(&run, "stages", None).expect("a chart").id, "ownership-by-stage");
        let refused = |run: &Run, kind, holder| of_kind(run, kind, holder).expect_err("nothing to draw").code;
        assert_eq!(refused(&run, "bridge", Some("oracle")), "E0905");
        assert_eq!(refused(&run, "pie", None), "E0904");
        assert_eq!(refused(&fixture::equal_holders(2), "ladder", None), "E0903");
        assert_eq!(refused(&fixture::equal_holders(2), "bridge", None), "E0903");
    }

    #[test]
    fn a_long_bridge_keeps_the_largest_changes() {
        let step = |number: i64| Step {
            name: format!("step {number}"),
            detail: String::new(),
            fraction: Decimal::from(number),
        };
        let mut changes: Vec<Step> = (1..=10).map(step).collect();
        fold_small(&mut changes);
        let names: Vec<_> = changes.iter().map(|step| step.name.as_str()).collect();
        assert_eq!(names, ["step 4", "step 5", "step 6", "step 7", "step 8", "step 9", "step 10", "Other changes (3)"]);
        assert_eq!(changes[7].fraction, Decimal::from(6));
    }
}
