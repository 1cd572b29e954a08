//! The simulation: its program says what the engine says, chance is what the file says, and nothing depends on threads,
//! processors or how the paths were shared out.

#![allow(clippy::cast_precision_loss, clippy::float_cmp, reason = "statistics are floating point")]

mod support;

use capstruct::model::{Agreement, Comparison, Figure, Rung, StakeholderId, Subject};
use capstruct::num::Stated;
use capstruct::report::Run;
use capstruct::report::figures::At;
use capstruct::sim::draw::{Draw, Sampling};
use capstruct::sim::figures::{at_the_end, ownership_at_the_end, watched};
use capstruct::sim::model::Model;
use capstruct::sim::run::{Plan, Simulation, Tally};
use capstruct::sim::simd::Instructions;
use capstruct::sim::summary::{Estimate, Statistics, chance, hash};
use capstruct::sim::tally::Sums;
use capstruct::sim::tape::{BLOCK, Column, Machine};
use capstruct::sim::watch::{Observed, Watch, WatchedEvent};
use capstruct::spec::resolve::{Settings, resolve};
use capstruct::spec::{Loaded, ScenarioFolder, load, load_text};
use support::project;

fn agreed(loaded: &Loaded) -> Agreement {
    let document = loaded.document.as_ref().expect("it can be read");
    let findings = |findings: capstruct::error::Findings| panic!("{findings:?}");
    resolve(document, &loaded.sources, &Settings::default()).unwrap_or_else(findings).0
}

fn shipped(name: &str) -> Agreement {
    agreed(&load(&ScenarioFolder::new(&project().join("scenarios")), name))
}

/// A company of 8 million shares; `rest` says what happens.
fn company(rest: &str) -> Agreement {
    let head = "title = \"A company\"\nstakeholders = { founders = \"Founders\", fund = \"Fund\" }\n\
                opening = { holdings = [{ stakeholder = \"founders\", shares = 8_000_000 }] }\n";
    agreed(&load_text("a company", &format!("{head}{rest}")))
}

fn model(agreement: &Agreement, seed: u64, sampling: Sampling, watch: &Watch) -> Model {
    Model::new(&agreement.scenario, Rung::All, &Draw::new(agreement, seed, sampling), watch)
}

fn run(simulation: &Simulation, paths: std::ops::Range<u64>, threads: usize, instructions: Instructions) -> Tally {
    simulation.run(&Plan { paths, threads, instructions }, &|_| true).expect("nobody stops it")
}

/// Statistics of one figure after so many paths.
fn statistics(agreement: &Agreement, figure: Figure, subject: Subject, paths: u64) -> Statistics {
    let figures = vec![watched(agreement, &at_the_end(figure, subject)).expect("a figure of the table")];
    let model = model(agreement, 1, Sampling::Philox, &Watch { figures, ..Watch::default() });
    let simulation = Simulation::new(&model);
    Statistics::new(&run(&simulation, 0..paths, 2, Instructions::widest()), simulation.of_figure[0])
}

#[test]
fn the_program_says_what_the_engine_says() {
    for (name, _) in ScenarioFolder::new(&project().join("scenarios")).list() {
        let agreement = shipped(&name);
        let model = model(&agreement, 1, Sampling::Philox, &ownership_at_the_end(&agreement));
        let mut room = model.room();
        model.run(0, &mut room);
        for lane in [0, 1, 17, BLOCK - 1] {
            let seen = model.see_alone(&room.machine, lane);
            for (index, alone) in seen.figures.iter().enumerate() {
                let mut constant = Column::splat(0.0);
                let (value, alone) = (model.figure(index, &room, &mut constant)[lane], alone.0[0]);
                assert!((value - alone).abs() <= 1e-14 * value.abs(), "{name} figure {index}: {value} {alone}");
            }
        }
    }
}

/// Ownership of one path in lanes and in the exact run that `explain --path` shows.
#[test]
fn a_path_replayed_exactly_is_the_path_that_was_simulated() {
    for name in
        ["benchmark/oai12", "openai-amazon-50b", "nvidia-letter-of-intent", "amd-warrant", "openai-2026-uncertain"]
    {
        let agreement = shipped(name);
        let model = model(&agreement, 7, Sampling::Philox, &ownership_at_the_end(&agreement));
        let mut room = model.room();
        for path in [0_u64, 1_000, 123_456] {
            let lane = usize::try_from(path % BLOCK as u64).expect("small");
            model.run(path - lane as u64, &mut room);
            let mut fixed = agreement.clone();
            model.draw.fix(&mut fixed, path);
            let exact = Run::new(fixed, Rung::All).unwrap_or_else(|_| panic!("{name}, path {path} has an answer"));
            let at = At::stage(&exact, Rung::All, None).expect("a last stage");
            for index in 0..agreement.stakeholders.len() {
                let subject = Subject::Stakeholder(StakeholderId::at(index));
                let ownership = at.figure(Figure::Ownership, subject).expect("an ownership");
                let ownership: f64 =
                    ownership.to_decimal(20).expect("a decimal").to_string().parse().expect("a number");
                let mut constant = Column::splat(0.0);
                let value = model.figure(index, &room, &mut constant)[lane];
                assert!((value - ownership).abs() <= 1e-12, "{name}, path {path}: {value} {ownership}");
            }
        }
    }
}

#[test]
fn threads_and_instructions_change_no_bit() {
    let agreement = shipped("benchmark/oai12");
    let model = model(&agreement, 3, Sampling::Philox, &ownership_at_the_end(&agreement));
    let simulation = Simulation::new(&model);
    let expected = hash(&run(&simulation, 5..50_001, 1, Instructions::Base));
    for threads in 1..=8 {
        assert_eq!(hash(&run(&simulation, 5..50_001, threads, Instructions::widest())), expected, "{threads} threads");
    }
    for instructions in Instructions::ALL.into_iter().filter(|instructions| instructions.is_here()) {
        assert_eq!(hash(&run(&simulation, 5..50_001, 2, instructions)), expected, "{}", instructions.word());
    }
    let one_more = hash(&run(&simulation, 5..50_002, 2, Instructions::Base));
    assert_ne!(one_more, expected, "the hash sees a single path");
}

#[test]
fn parts_add_up_to_the_whole_wherever_they_are_cut() {
    let agreement = shipped("benchmark/oai12");
    let model = model(&agreement, 3, Sampling::Philox, &ownership_at_the_end(&agreement));
    let simulation = Simulation::new(&model);
    let part = |from, to| run(&simulation, from..to, 2, Instructions::widest());
    let whole = part(0, 20_000);
    let mut sum = part(7_777, 20_000);
    sum.merge(&part(0, 1));
    sum.merge(&part(1, 7_777));
    assert_eq!(hash(&sum), hash(&whole));
}

/// p = 60 % on 2 million shares of 10: the mean ownership of 20 % or nothing is 12 %.
#[test]
fn a_conditional_tranche_closes_as_often_as_it_says() {
    let agreement = company(
        "[[rounds]]\nname = \"A\"\nprice_per_share = 1\n[[rounds.tranches]]\nparticipants = { fund = \"2M\" }\n\
         condition = \"A licence\"\nprobability = \"60%\"\n",
    );
    let fund = statistics(&agreement, Figure::Ownership, Subject::Stakeholder(StakeholderId(1)), 100_000);
    assert!((fund.mean.value - 0.12).abs() < 4.0 * fund.mean.error, "{:?}", fund.mean);
    let sd = 0.2 * (0.6_f64 * 0.4).sqrt();
    assert!((fund.sd.value - sd).abs() < 1e-3 * sd, "{:?}", fund.sd);
    assert!((fund.mean.error - sd / 100_000_f64.sqrt()).abs() < 1e-6);
    assert!(fund.least == 0.0 && (fund.largest - 0.2).abs() < 1e-15, "{fund:?}");
}

/// The same words are one condition: both tranches close or neither.
#[test]
fn one_condition_is_drawn_once() {
    let agreement = company(
        "[[rounds]]\nname = \"A\"\nprice_per_share = 1\n[[rounds.tranches]]\nname = \"one\"\n\
         participants = { fund = \"1M\" }\ncondition = \"IPO\"\nprobability = \"50%\"\n[[rounds.tranches]]\nname = \"two\"\n\
         participants = { fund = \"1M\" }\ncondition = \"IPO\"\n",
    );
    let watch = ownership_at_the_end(&agreement);
    let model = model(&agreement, 1, Sampling::Philox, &watch);
    let mut room = model.room();
    model.run(0, &mut room);
    let mut constant = Column::splat(0.0);
    let values = model.figure(1, &room, &mut constant);
    let both = values.iter().filter(|value| (*value - 0.2).abs() < 1e-15).count();
    let neither = values.iter().filter(|value| **value == 0.0).count();
    assert_eq!(both + neither, BLOCK, "{values:?}");
    assert!(both > 0 && neither > 0);
}

/// Post-money = V + 2M with V lognormal: mean `median exp(sigma^2 / 2)`, and the fund owns 2M / (V + 2M), whose median is
/// that of the median.
#[test]
fn a_lognormal_pre_money_has_its_mean_and_median() {
    let agreement = company(
        "variables = { pre = { distribution = \"lognormal\", median = \"8M\", sigma = 0.5 } }\n\
         rounds = [{ name = \"A\", pre_money = \"$pre\", participants = { fund = \"2M\" } }]\n",
    );
    let company = statistics(&agreement, Figure::Value, Subject::Whole, 200_000);
    let mean = 8e6 * 0.125_f64.exp() + 2e6;
    assert!((company.mean.value - mean).abs() < 4.0 * company.mean.error, "{:?}", company.mean);
    let sd = 8e6 * (0.125_f64.exp() * (0.25_f64.exp() - 1.0).sqrt());
    assert!((company.sd.value - sd).abs() < 4.0 * company.sd.error, "{:?} {sd}", company.sd);
    let fund = statistics(&agreement, Figure::Ownership, Subject::Stakeholder(StakeholderId(1)), 200_000);
    let median = fund.percentile(50);
    assert!((median.value - 0.2).abs() < 4.0 * median.error, "{median:?}");
}

#[test]
fn correlations_come_out_as_they_were_put_in() {
    let agreement = company(
        "rounds = [{ name = \"A\", pre_money = \"$a\", participants = { fund = \"$b\" } }]\n\
         [variables]\na = { distribution = \"lognormal\", median = \"8M\", sigma = 0.5 }\n\
         b = { distribution = \"lognormal\", median = \"2M\", sigma = 0.2 }\nc = { distribution = \"uniform\", low = 0, high = 1 }\n\
         [[correlations]]\nvariables = [\"a\", \"b\"]\ncorrelation = -0.6\n\
         [[correlations]]\nvariables = [\"b\", \"c\"]\ncorrelation = 0.3\n",
    );
    let draw = Draw::new(&agreement, 5, Sampling::Philox);
    let mut machine = Machine::with_columns(draw.variables.len());
    let mut room = draw.room();
    let (mut logs, mut ranks) = (Vec::new(), Vec::new());
    for block in 0..800 {
        draw.fill(block * BLOCK as u64, &mut room, &mut machine);
        let column = |index: usize| machine.columns[index].0;
        logs.extend(column(0).into_iter().zip(column(1)).map(|(a, b)| (a.ln(), b.ln())));
        ranks.extend(column(1).into_iter().zip(column(2)).map(|(b, c)| (b.ln(), c)));
    }
    let error = 4.0 / (logs.len() as f64).sqrt();
    assert!((correlation(&logs) + 0.6).abs() < error, "{}", correlation(&logs));
    // Of a normal number and the probability of another: sqrt(3 / pi) of the normal correlation.
    let expected = 0.3 * (3.0 / std::f64::consts::PI).sqrt();
    assert!((correlation(&ranks) - expected).abs() < error, "{}", correlation(&ranks));
}

fn correlation(pairs: &[(f64, f64)]) -> f64 {
    let n = pairs.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>() / n;
    let (a, b) = (mean(|pair| pair.0), mean(|pair| pair.1));
    let sum = |of: &dyn Fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>();
    let both = sum(&|pair| (pair.0 - a) * (pair.1 - b));
    both / (sum(&|pair| (pair.0 - a).powi(2)) * sum(&|pair| (pair.1 - b).powi(2))).sqrt()
}

/// With a hundredth of the paths the error of a mean is no larger than that of random ones, and with a third that of the
/// 95th percentile. The error of random paths is their standard error, which the closed forms above confirm.
#[test]
fn points_of_sobol_are_worth_a_hundred_random_ones() {
    // Fewer than `simulate` has of its own accord; 4,096 in each replicate.
    const POINTS: u64 = 65_536;
    const SEEDS: u64 = 12;
    let agreement = shipped("benchmark/oai12");
    let estimate = |sampling, seed, paths| -> Vec<Statistics> {
        let model = model(&agreement, seed, sampling, &ownership_at_the_end(&agreement));
        let simulation = Simulation::new(&model);
        let tally = run(&simulation, 0..paths, 2, Instructions::widest());
        simulation.of_figure.iter().map(|kept| Statistics::new(&tally, *kept)).collect()
    };
    let truth = estimate(Sampling::Sobol, 99, 1 << 19);
    let random = estimate(Sampling::Philox, 99, POINTS);
    let estimates: Vec<_> = (11..11 + SEEDS).map(|seed| estimate(Sampling::Sobol, seed, POINTS)).collect();
    // How much larger the mean square error of so many random paths is, in the middle of the figures.
    let gain = |of: &dyn Fn(&Statistics) -> capstruct::sim::summary::Estimate| -> f64 {
        let mut gains: Vec<f64> = (0..truth.len())
            .map(|figure| {
                let (truly, random) = (of(&truth[figure]), of(&random[figure]).error.powi(2));
                let squares = estimates.iter().map(|estimate| (of(&estimate[figure]).value - truly.value).powi(2));
                random / (squares.sum::<f64>() / SEEDS as f64)
            })
            .collect();
        gains.sort_by(f64::total_cmp);
        gains[gains.len() / 2]
    };
    let (mean, p95) = (gain(&|statistics| statistics.mean), gain(&|statistics| statistics.percentile(95)));
    println!("as many random paths as points have {mean:.0} times the variance in means, {p95:.1} times in p95");
    assert!(mean >= 100.0, "{mean}");
    assert!(p95 >= 3.0, "{p95}");
}

/// The chance of a chance: P(u >= 1 - p) over p uniform is its mean, and p moves with what else it decides.
#[test]
fn a_probability_that_is_drawn_is_that_of_each_path() {
    let agreement = company(
        "[variables]\np = { distribution = \"uniform\", low = \"20%\", high = \"60%\" }\nq = { of = \"p\", times = \"50%\" }\n\
         [[rounds]]\nname = \"A\"\nprice_per_share = 1\n[[rounds.tranches]]\nparticipants = { fund = \"2M\" }\n\
         condition = \"A licence\"\nprobability = \"$p\"\n[[rounds]]\nname = \"B\"\nprice_per_share = 1\n\
         [[rounds.tranches]]\nparticipants = { fund = \"2M\" }\ncondition = \"A patent\"\nprobability = \"$q\"\n",
    );
    for sampling in [Sampling::Philox, Sampling::Sobol] {
        let draw = Draw::new(&agreement, 1, sampling);
        let paths = 40_000_u64;
        let mut machine = Machine::with_columns(3);
        let mut room = draw.room();
        let (mut licence, mut patent, mut when_likely) = (0_u64, 0_u64, (0_u64, 0_u64));
        for block in 0..paths / BLOCK as u64 {
            draw.fill(block * BLOCK as u64, &mut room, &mut machine);
            for lane in 0..BLOCK {
                let holds = |column: usize| u64::from(machine.columns[column].0[lane].to_bits() != 0);
                licence += holds(1);
                patent += holds(2);
                if machine.columns[0].0[lane] > 0.5 {
                    when_likely.0 += 1;
                    when_likely.1 += holds(1);
                }
            }
        }
        let near = |count: u64, of: u64, expected: f64| {
            let part = count as f64 / of as f64;
            let error = (expected * (1.0 - expected) / of as f64).sqrt();
            assert!((part - expected).abs() < 4.5 * error, "{sampling:?}: {part} and not {expected}");
        };
        near(licence, paths, 0.4);
        near(patent, paths, 0.2);
        near(when_likely.1, when_likely.0, 0.55);
        // A path by itself draws the same, and `explain --path` sees it.
        let (values, happens) = draw.path(9_999);
        assert_eq!(happens.len(), 2);
        let mut fixed = agreement.clone();
        draw.fix(&mut fixed, 9_999);
        assert_eq!(fixed.scenario.happens, happens);
        draw.fill(9_999 / BLOCK as u64 * BLOCK as u64, &mut room, &mut machine);
        assert_eq!(machine.columns[0].0[9_999 % BLOCK], values[0]);
    }
}

/// Evenly spread paths of the benchmark, with an event.
fn even(agreement: &Agreement, seed: u64) -> Model {
    let ownership = ownership_at_the_end(agreement);
    let figure = Observed::Table(ownership.figures[0].clone());
    let number = Stated::ratio(188.into(), 1_000.into()).expect("a number");
    let event = WatchedEvent { figure, comparison: Comparison::AtLeast, number };
    model(agreement, seed, Sampling::Sobol, &Watch { events: vec![event], ..ownership })
}

#[test]
fn replicates_add_up_to_the_whole_in_any_parts_and_on_any_number_of_threads() {
    let agreement = shipped("benchmark/oai12");
    let model = even(&agreement, 3);
    let simulation = Simulation::new(&model);
    let whole = run(&simulation, 5..50_001, 1, Instructions::Base);
    let kept = whole.replicates.as_ref().expect("they are kept");
    assert_eq!(kept.possible.iter().sum::<u64>(), whole.possible);
    assert_eq!(kept.events[0].iter().sum::<u64>(), whole.events[0].0);
    for (figure, replicated) in whole.figures.iter().zip(&kept.figures) {
        for (slice, sums) in figure.slices.iter().enumerate() {
            let mut total = Sums::default();
            replicated.sums.get(slice).into_iter().flatten().for_each(|sums| total.add(sums));
            assert_eq!(
                (total.count, total.steps, total.squares),
                (sums.count, sums.steps, sums.squares),
                "slice {slice}"
            );
        }
    }
    for threads in [2, 5] {
        assert_eq!(
            hash(&run(&simulation, 5..50_001, threads, Instructions::widest())),
            hash(&whole),
            "{threads} threads"
        );
    }
    let mut sum = run(&simulation, 7_777..50_001, 2, Instructions::widest());
    sum.merge(&run(&simulation, 5..7_777, 1, Instructions::widest()));
    assert_eq!(hash(&sum), hash(&whole));
}

/// The standard errors of evenly spread paths are what their estimates really differ by from seed to seed, and far below
/// those of random ones.
#[test]
fn errors_of_evenly_spread_paths_are_neither_too_large_nor_too_small() {
    const SEEDS: u64 = 40;
    const PATHS: u64 = 8_192;
    let agreement = shipped("benchmark/oai12");
    let mut estimates: Vec<Vec<Estimate>> = Vec::new();
    for seed in 100..100 + SEEDS {
        let model = even(&agreement, seed);
        let simulation = Simulation::new(&model);
        let tally = run(&simulation, 0..PATHS, 2, Instructions::widest());
        let mut all = Vec::new();
        for kept in &simulation.of_figure {
            let statistics = Statistics::new(&tally, *kept);
            all.extend([statistics.mean, statistics.sd, statistics.percentile(50), statistics.percentile(95)]);
        }
        all.push(chance(&tally, 0));
        estimates.push(all);
    }
    let mut ratios = [const { Vec::new() }; 5];
    for index in 0..estimates[0].len() {
        let of = |value: &dyn Fn(&Estimate) -> f64| {
            estimates.iter().map(|all| value(&all[index])).sum::<f64>() / SEEDS as f64
        };
        let mean = of(&|estimate| estimate.value);
        let truly = of(&|estimate| (estimate.value - mean).powi(2)) * SEEDS as f64 / (SEEDS - 1) as f64;
        let shown = of(&|estimate| estimate.error.powi(2));
        let kind = if index + 1 == estimates[0].len() { 4 } else { index % 4 };
        ratios[kind].push((shown / truly).sqrt());
    }
    for (what, mut ratios) in ["means", "sd", "p50", "p95", "probability"].iter().zip(ratios) {
        ratios.sort_by(f64::total_cmp);
        let middle = ratios[ratios.len() / 2];
        println!("{what}: shown over true error {middle:.2}, of {ratios:.2?}");
        assert!((0.8..1.25).contains(&middle), "{what}: {ratios:?}");
    }
    let model = even(&agreement, 1);
    let simulation = Simulation::new(&model);
    let few = run(&simulation, 0..1_024, 1, Instructions::widest());
    let plain = Statistics::new(&few, simulation.of_figure[0]);
    assert_eq!(plain.mean.error, plain.sd.value / 32.0, "without all replicates, those of random paths");
}
