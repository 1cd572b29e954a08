//! The charts of a simulation: where one holder's ownership ends, and how it fans out from stage to stage.

#![allow(clippy::cast_precision_loss, reason = "shares of paths on a chart have few digits")]

use super::chart::{Band, Bin, Body, Chart, Label, Marked};
use super::charts::framed;
use super::run::Run;
use super::simulated::translated;
use super::simulation::{Outcome, Row, decimal};
use super::titles::verb;
use super::words::{grouped, percent};
use crate::engine::ledger::Stage;
use crate::model::{Agreement, EventId, Figure, StakeholderId, Subject};
use crate::report::holders::{HolderKey, holders};
use crate::sim::draw::Sampling;
use crate::sim::figures::at_the_end;
use crate::sim::measure::Gauge;
use crate::sim::mixture::Variants;
use crate::sim::multiples::Multiple;
use crate::sim::run::{Plan, Simulation, Tallied};
use crate::sim::simd::Instructions;
use crate::sim::summary::Statistics;
use crate::sim::tally::FigureTally;
use crate::sim::watch::{Watch, Watched};
use rust_decimal::Decimal;

/// About so many bars.
const BARS: f64 = 30.0;
/// What the histogram leaves out at either end, at most.
const OUTSIDE: f64 = 0.002;
/// Paths of a fan: its bands are then known to half a percent of their width.
const FAN_PATHS: u64 = 1 << 16;
/// Most stages of a fan.
const MOST_STAGES: usize = 12;

/// Every chart that makes sense.
pub fn all(outcome: &Outcome, variants: &Variants) -> Vec<Chart> {
    let Some((who, row)) = outcome.drawn() else { return Vec::new() };
    let mut charts: Vec<Chart> = histogram(outcome, who, row).into_iter().collect();
    charts.extend(fan(outcome, variants, who, row));
    charts
}

/// The chart without what it draws. Its figures are of no case: what is uncertain was drawn.
fn drawn(outcome: &Outcome, id: String, title: String, measure: &str, notes: &[String], body: Body) -> Chart {
    let subtitle = format!("{measure}; funding {}", outcome.run.rung.word());
    Chart { subtitle, ..framed(outcome.run, id, title, measure, notes, body) }
}

fn notes(outcome: &Outcome) -> Vec<String> {
    let sampling = if outcome.sampling == Sampling::Sobol { ", Sobol's sequence" } else { "" };
    let mut notes = vec![format!("Seed {}, {}{sampling}", outcome.seed, outcome.given())];
    let assumed = outcome.run.agreement.variables.iter().filter(|variable| {
        variable.distribution.is_some()
            && outcome.run.agreement.origin(variable.origin).evidence == crate::model::Evidence::Assumed
    });
    let names: Vec<&str> = assumed.map(|variable| variable.name.as_str()).collect();
    if !names.is_empty() {
        notes.push(format!("Distributions assumed: {}", super::words::listed(&names)));
    }
    notes
}

/// How a holder's final ownership is distributed.
fn histogram(outcome: &Outcome, who: StakeholderId, row: &Row) -> Option<Chart> {
    let Tallied::Multiple(Multiple { of, factor }) = row.kept else { return None };
    let kept = &outcome.tally.figures[of];
    let (from, to, step) = frame(kept, factor);
    let count: f64 = kept.bins.iter().map(|count| *count as f64).sum();
    let share = |from: f64, to: f64| kept.between(from / factor, to / factor) / count;
    let mut bins = Vec::new();
    let bars = ((to - from) / step).round();
    for bar in (0_u32..).map(f64::from).take_while(|bar| *bar < bars) {
        let (low, high) = (from + bar * step, from + (bar + 1.0) * step);
        bins.push(Bin { from: decimal(low), to: decimal(high), share: decimal(share(low, high)) });
    }
    let statistics = &row.statistics;
    let mark = |name: &str, value: f64| Marked { name: name.into(), value: decimal(value) };
    let mut marks = vec![
        mark("p5", statistics.percentile(5).value),
        mark("Median", statistics.percentile(50).value),
        mark("p95", statistics.percentile(95).value),
    ];
    marks.extend(row.base.map(|value| Marked { name: "Base".into(), value }));
    let shown: f64 = share(from, to);
    let mut notes = notes(outcome);
    if 1.0 - shown > 5e-5 {
        notes.push(format!("{} of the paths lie outside the chart", percent(decimal(1.0 - shown), 2)));
    }
    let (low, high) = (statistics.percentile(5).value, statistics.percentile(95).value);
    let title = format!(
        "{} {} between {} and {} in nine futures of ten",
        row.wanted.name,
        verb(&row.wanted.name, "ends", "end"),
        percent(decimal(low), 1),
        percent(decimal(high), 1)
    );
    let width = (decimal(step) * Decimal::ONE_HUNDRED).normalize();
    let measure = format!("Fully diluted ownership at the end, share of paths per step of {width} points, %");
    let id = format!("histogram-{}", super::charts::slug(&outcome.run.agreement.stakeholders[who.index()].id));
    Some(drawn(outcome, id, title, &measure, &notes, Body::Histogram { bins, marks }))
}

/// From where to where the bars go of so many times what is kept, and how wide they are: a round number of percent.
fn frame(kept: &FigureTally, factor: f64) -> (f64, f64, f64) {
    let [low, high] = [OUTSIDE, 1.0 - OUTSIDE].map(|part| factor * kept.quantile(part));
    let wanted = ((high - low) / BARS).max(1e-9);
    let power = 10_f64.powf(wanted.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].map(|step| step * power).into_iter().find(|step| *step >= wanted);
    let step = step.unwrap_or(wanted);
    ((low / step).floor() * step, (high / step).ceil() * step, step)
}

/// The ownership of a holder after each stage of the run, in an agreement; `None` where that has not all of the stages.
fn stage_by_stage(run: &Run, agreement: &Agreement, who: StakeholderId) -> Option<Watch> {
    let subject = translated(Subject::Stakeholder(who), &run.agreement, agreement);
    let gauge = Gauge::new(&at_the_end(Figure::Ownership, subject), agreement)?;
    let after = |event: Option<EventId>| match event {
        None => Some(0),
        Some(_) => {
            let stage = run.agreement.stage(event);
            agreement.events.iter().position(|event| event.stage == stage).map(|place| place + 1)
        }
    };
    let figure = |stage: &Stage| Some(Watched { gauge: gauge.clone(), events: after(stage.event)? });
    let figures = run.ledger().stages.iter().map(figure).collect::<Option<Vec<_>>>()?;
    Some(Watch { figures, ..Watch::default() })
}

/// How a holder's ownership fans out from stage to stage.
fn fan(outcome: &Outcome, variants: &Variants, who: StakeholderId, row: &Row) -> Option<Chart> {
    let run = outcome.run;
    let stages = &run.ledger().stages;
    if stages.len() < 2 || stages.len() > MOST_STAGES {
        return None;
    }
    let watch = |agreement| stage_by_stage(run, agreement, who);
    let watches = variants.agreements.iter().map(watch).collect::<Option<Vec<_>>>()?;
    let model = variants.model(&run.agreement, run.rung, |index| watches[index].clone());
    let simulation = Simulation::new(&model);
    let count = FAN_PATHS.min(outcome.tally.paths.max(1));
    let paths = outcome.from..outcome.from + count;
    let plan = Plan { paths, threads: 1, instructions: Instructions::widest() };
    let tally = simulation.run(&plan, &|_| true)?;
    let at = |kept: &Tallied| {
        let statistics = Statistics::new(&tally, *kept);
        [5, 25, 50, 75, 95].map(|percentile| decimal(statistics.percentile(percentile).value))
    };
    let points: Vec<[Decimal; 5]> = simulation.of_figure.iter().map(at).collect();
    let labels = stages.iter().map(|stage| Label {
        name: super::words::capital(run.agreement.stage(stage.event)),
        detail: run.agreement.date(stage.event).map_or_else(String::new, |date| date.to_string()),
    });
    let holder = holders(run).into_iter().position(|holder| holder.key == HolderKey::Stakeholder(who))?;
    let [low, _, median, _, high] = *points.last()?;
    let name = &row.wanted.name;
    let moves = if median < points[0][2] { verb(name, "falls", "fall") } else { verb(name, "rises", "rise") };
    let title = format!(
        "{name} {moves} from {} to {} in the middle of all futures",
        percent(points[0][2], 1),
        percent(median, 1)
    );
    let mut notes = notes(outcome);
    if count < outcome.tally.paths {
        notes.push(format!("Bands of the first {} paths", grouped(count.into())));
    }
    notes.push(format!("At the end nine paths of ten lie between {} and {}", percent(low, 1), percent(high, 1)));
    let measure = "Fully diluted ownership after each stage, %: median, half and nine tenths of the paths";
    let id = format!("fan-{}", super::charts::slug(&run.agreement.stakeholders[who.index()].id));
    let band = Band { name: holders(run)[holder].name.clone(), points };
    Some(drawn(outcome, id, title, measure, &notes, Body::Fan { stages: labels.collect(), band }))
}
