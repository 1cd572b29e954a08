//! What a simulation says of the sale of the company is what the exact run says: payouts, and multiples of what was paid.

#![allow(clippy::cast_precision_loss, reason = "statistics are floating point")]

mod support;

use capstruct::model::{Agreement, ClassId, CostTerms, Figure, Rung, StakeholderId, Subject};
use capstruct::num::Exact;
use capstruct::report::Run;
use capstruct::report::exits::{ExitOfRun, party};
use capstruct::report::figures::At;
use capstruct::sim::draw::{Draw, Sampling};
use capstruct::sim::model::Model;
use capstruct::sim::run::{Plan, Simulation};
use capstruct::sim::simd::Instructions;
use capstruct::sim::summary::Statistics;
use capstruct::sim::tape::{BLOCK, Column};
use capstruct::sim::watch::{OfExit, Watch};
use capstruct::spec::resolve::{Settings, resolve};
use capstruct::spec::{Loaded, ScenarioFolder, load, load_text};
use support::project;

fn agreed(loaded: &Loaded) -> Agreement {
    let document = loaded.document.as_ref().expect("it can be read");
    resolve(document, &loaded.sources, &Settings::default()).expect("it adds up").0
}

/// Payout and multiple of every stakeholder and class.
fn watch(agreement: &Agreement) -> (Watch, Vec<(Subject, Figure)>) {
    let stakeholders = (0..agreement.stakeholders.len()).map(|index| Subject::Stakeholder(StakeholderId::at(index)));
    let classes = (0..agreement.classes.len()).map(|index| Subject::Class(ClassId::at(index)));
    let subjects: Vec<Subject> = stakeholders.chain(classes).collect();
    let asked: Vec<(Subject, Figure)> =
        [Figure::Payout, Figure::Multiple].iter().flat_map(|f| subjects.iter().map(|subject| (*subject, *f))).collect();
    let of_exit = |&(subject, figure): &(Subject, Figure)| OfExit { party: party(agreement, subject), figure };
    let exit = asked.iter().map(of_exit).collect();
    (Watch { exit, costs: Some(CostTerms::of(agreement)), ..Watch::default() }, asked)
}

fn float(exact: Exact) -> f64 {
    let decimal = (0..=18).rev().find_map(|places| exact.to_decimal(places)).expect("a decimal");
    decimal.to_string().parse().expect("a number")
}

/// Compares some paths with their exact replays; gives how many multiples there were.
fn compare(name: &str, agreement: &Agreement, paths: &[u64]) -> usize {
    let (watch, asked) = watch(agreement);
    let draw = Draw::new(agreement, 7, Sampling::Philox);
    let model = Model::new(&agreement.scenario, Rung::All, &draw, &watch);
    let (mut room, mut multiples) = (model.room(), 0);
    for &path in paths {
        let lane = usize::try_from(path % BLOCK as u64).expect("small");
        model.run(path - lane as u64, &mut room);
        let mut fixed = agreement.clone();
        draw.fix(&mut fixed, path);
        let Ok(run) = Run::new(fixed, Rung::All) else { continue };
        let Ok(exit) = ExitOfRun::on(&run, Rung::All) else { continue };
        let value = exit.values().next();
        for (index, &(subject, figure)) in asked.iter().enumerate() {
            let mut constant = Column::splat(0.0);
            let ours = model.figure(index, &room, &mut constant)[lane];
            let exact = At::of_exit(&run, Rung::All, value, figure, subject, None).map(float);
            match exact {
                Ok(exact) => {
                    assert!(
                        (ours - exact).abs() <= 1e-9 * exact.abs().max(1e-3),
                        "{name}, {path}, {figure:?} {subject:?}: {ours} {exact}"
                    );
                    multiples += usize::from(figure == Figure::Multiple);
                }
                Err(why) => assert!(!ours.is_finite(), "{name}, {path}, {figure:?} {subject:?}: {ours}, but {why}"),
            }
        }
    }
    multiples
}

#[test]
fn payouts_and_multiples_are_those_of_the_exact_run() {
    let (mut exits, mut multiples) = (0, 0);
    for (name, _) in ScenarioFolder::new(&project().join("scenarios")).list() {
        let agreement = agreed(&load(&ScenarioFolder::new(&project().join("scenarios")), &name));
        if agreement.scenario.exit.is_some() {
            exits += 1;
            multiples += compare(&name, &agreement, &[0, 1_000, 123_456]);
        }
    }
    assert!(exits > 10 && multiples > 100, "{exits} exits, {multiples} multiples");
}

/// A sale that may not be, of a company in which a second cheque, a SAFE's price, and who sells what vary.
const COMPANY: &str = r#"
title = "A company"
[stakeholders]
founders = "Founders"
angel    = "Angel"
accel    = "Accelerator"
fund     = "Fund"
[variables]
sold   = { distribution = "bernoulli", probability = "80%" }
leaves = { distribution = "bernoulli", probability = "50%" }
pre    = { distribution = "uniform", low = "8M", high = "30M" }
price  = { distribution = "lognormal", median = "60M", sigma = 1.2 }
part   = { distribution = "uniform", low = "100k", high = "600k" }
[opening]
holdings = [
  { stakeholder = "founders", shares = 8_000_000 },
  { stakeholder = "angel", class = "Seed Preferred", shares = 1_000_000 },
]
[[classes]]
name = "Seed Preferred"
original_issue_price = 0.5
[[convertibles]]
name = "SAFE"
kind = "safe"
date = 2024-01-01
stakeholder = "accel"
amount = 500_000
post_money_cap = "10M"
[[rounds]]
name = "Series A"
pre_money = "$pre"
[[rounds.tranches]]
name = "First"
date = 2025-01-01
participants = { fund = "3M" }
[[rounds.tranches]]
name = "Second"
date = 2025-06-01
condition = "A licence"
probability = "60%"
participants = { fund = "2M" }
[[secondaries]]
name = "Angel sells"
class = "Seed Preferred"
date = 2025-09-01
price_of = "Series A"
sellers = { angel = "100%" }
amount = "$part"
buyers = { fund = "rest" }
only_if = "$leaves"
[[exits]]
name = "Sale"
date = 2027-01-01
value = "$price"
only_if = "$sold"
"#;

#[test]
fn a_multiple_is_over_what_each_future_cost() {
    let agreement = agreed(&load_text("a company", COMPANY));
    let multiples = compare("a company", &agreement, &(0..200).map(|path| path * 1_001).collect::<Vec<_>>());
    assert!(multiples > 400, "{multiples}");
}

/// Where there is no sale there is no multiple; founders, whose shares cost nobody knows what, never have one.
#[test]
fn futures_without_a_multiple_are_counted() {
    const PATHS: u64 = 20_000;
    let agreement = agreed(&load_text("a company", COMPANY));
    let (watch, asked) = watch(&agreement);
    let model = Model::new(&agreement.scenario, Rung::All, &Draw::new(&agreement, 1, Sampling::Philox), &watch);
    let simulation = Simulation::new(&model);
    let plan = Plan { paths: 0..PATHS, threads: 2, instructions: Instructions::widest() };
    let tally = simulation.run(&plan, &|_| true).expect("nobody stops it");
    let of = |who: u32, figure| {
        let wanted = (Subject::Stakeholder(StakeholderId(who)), figure);
        let index = asked.iter().position(|asked| *asked == wanted).expect("it is asked");
        Statistics::new(&tally, simulation.of_figure[index])
    };
    let fund = of(3, Figure::Multiple);
    let missing = fund.undefined as f64 / PATHS as f64;
    assert!((missing - 0.2).abs() < 4.0 * (0.16 / PATHS as f64).sqrt(), "no sale in a fifth: {missing}");
    assert_eq!(fund.count + fund.undefined, PATHS);
    assert_eq!(of(3, Figure::Payout).count, PATHS, "without a sale nobody is paid anything, which is a number");
    assert_eq!((of(0, Figure::Multiple).count, of(0, Figure::Multiple).undefined), (0, PATHS));
    // The accelerator paid 500,000 in every future: its multiple is its payout over that, where there is a sale.
    let (paid, multiple) = (of(2, Figure::Payout), of(2, Figure::Multiple));
    let expected = paid.mean.value / 500_000.0 / (1.0 - missing);
    assert!((multiple.mean.value / expected - 1.0).abs() < 1e-9, "{} {expected}", multiple.mean.value);
}
