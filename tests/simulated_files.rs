//! Whole files out of nothing, simulated: what the program says of a future, the engine says in lanes, and the exact ledger
//! says too.
//!
//! `cargo test --release --test simulated_files -- --ignored --nocapture` takes a hundred thousand files
//! (`PROPTEST_CASES` other numbers of them, `PROPTEST_RNG_SEED` others).

#![allow(clippy::cast_precision_loss, reason = "figures are compared as floating point")]

mod generate;

use capstruct::engine::exit::{Curve, Party, settle};
use capstruct::engine::ledger::Ledger;
use capstruct::engine::refusal::Refusal;
use capstruct::engine::replay_exactly;
use capstruct::model::{Agreement, ClassId, EventId, Figure, Rung, StakeholderId, Subject};
use capstruct::num::{Exact, Lanes, Number};
use capstruct::sim::draw::{Draw, DrawnVariable, Sampling};
use capstruct::sim::figures::{holders, ownership_at_the_end};
use capstruct::sim::model::{Model, Room};
use capstruct::sim::sweep::{LaneAxis, LaneFigure, LaneSweep};
use capstruct::sim::tape::{BLOCK, Column, MaskRoot};
use capstruct::sim::watch::{OfExit, Seen, Watch};
use capstruct::spec::load_text;
use capstruct::spec::resolve::{Settings, resolve};
use generate::{cases, whole_file};
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestRunner};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// Ownership agrees to this, in parts of the whole.
const OWNERSHIP: f64 = 1e-12;
/// Proceeds agree to this, in parts of what the company is sold for.
const PROCEEDS: f64 = 1e-9;
/// What posting a price to its ten places may move the preference of a share by.
const HALF_A_UNIT: f64 = 5e-11;
/// Program and lanes agree to this, in parts of themselves: the same steps, some of them in another order.
const REORDERED: f64 = 1e-11;
/// Futures of each file that are compared.
const FUTURES: usize = 4;

/// What came of some files.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    files: u64,
    futures: u64,
    /// Without an answer, in every arithmetic.
    impossible: u64,
    /// With a sale of the company.
    sales: u64,
    figures: u64,
    /// Of grids, held against the engine in lanes.
    cells: u64,
}

impl Count {
    fn add(&mut self, other: Count) {
        self.files += other.files;
        self.futures += other.futures;
        self.impossible += other.impossible;
        self.sales += other.sales;
        self.figures += other.figures;
        self.cells += other.cells;
    }
}

/// What is looked at: what everyone owns in the end, and gets from a sale.
fn watch(agreement: &Agreement) -> Watch {
    let stakeholders = (0..agreement.stakeholders.len()).map(|index| Subject::Stakeholder(StakeholderId::at(index)));
    let classes = (0..agreement.scenario.classes.len()).map(|index| Subject::Class(ClassId::at(index)));
    let payout = |subject| OfExit { party: Party::new(subject, Vec::new()), figure: Figure::Payout };
    let exit = agreement.scenario.exit.iter().flat_map(|_| stakeholders.clone().chain(classes.clone()).map(payout));
    Watch { exit: exit.collect(), ..ownership_at_the_end(agreement) }
}

/// One file in all three arithmetics.
fn agrees(text: &str) -> Result<Count, String> {
    let mut count = Count::default();
    let loaded = load_text("generated", text);
    let Some(document) = loaded.document.as_ref().filter(|_| !loaded.findings.has_errors()) else { return Ok(count) };
    let Ok((agreement, _)) = resolve(document, &loaded.sources, &Settings::default()) else { return Ok(count) };
    let watch = watch(&agreement);
    let draw = Draw::new(&agreement, 1, Sampling::Philox);
    let model = Model::new(&agreement.scenario, Rung::All, &draw, &watch);
    let mut room = model.room();
    model.run(0, &mut room);
    count.files += 1;
    swept_says_the_same(&agreement, &model, &mut count)?;
    for lane in 0..FUTURES {
        let seen = model.see_alone(&room.machine, lane);
        let in_future = |why: String| format!("future {lane}: {why}");
        program_says_the_same(&model, &room, lane, &seen).map_err(in_future)?;
        let mut fixed = agreement.clone();
        model.draw.fix(&mut fixed, lane as u64);
        let ledger = replay_exactly(&fixed.scenario, Rung::All);
        count.futures += 1;
        match (ledger, stopped(&seen)) {
            (Ok(ledger), None) => {
                let compared = compare(&fixed, &ledger, &watch, &seen).map_err(in_future)?;
                count.figures += compared as u64;
                count.sales += u64::from(ledger.exit.is_some());
            }
            (Err(Refusal::Infeasible { event, .. }), Some(other)) if event == other => count.impossible += 1,
            // The sale itself cannot be priced: then nobody gets anything in lanes.
            (Err(Refusal::Unpriced(_)), None) => count.impossible += 1,
            (Err(refusal), stopped) => {
                return Err(in_future(format!("{refusal:?} exactly, and {stopped:?} in lanes")));
            }
            (Ok(_), Some(event)) => return Err(in_future(format!("possible exactly, and not {event:?} in lanes"))),
        }
    }
    Ok(count)
}

/// The first event without an answer.
fn stopped(seen: &Seen<Lanes<1>>) -> Option<EventId> {
    seen.possible.iter().find(|(_, mask)| mask.0[0] == 0).map(|(event, _)| *event)
}

fn program_says_the_same(model: &Model, room: &Room, lane: usize, seen: &Seen<Lanes<1>>) -> Result<(), String> {
    let mut failed = model.possible.iter().zip(&model.program.masks).filter(|(_, root)| match **root {
        MaskRoot::Known(truth) => !truth,
        MaskRoot::Column(column) => room.machine.columns[column as usize].0[lane].to_bits() == 0,
    });
    let first = failed.next().map(|(event, _)| *event);
    let wanted = stopped(seen);
    if first != wanted {
        return Err(format!("{first:?} has no answer in the program, {wanted:?} in lanes"));
    }
    if wanted.is_some() {
        return Ok(());
    }
    let scale = seen.figures.iter().map(|figure| figure.0[0].abs()).fold(1.0, f64::max);
    for (index, alone) in seen.figures.iter().enumerate() {
        let mut constant = Column::splat(0.0);
        let (value, alone) = (model.figure(index, room, &mut constant)[lane], alone.0[0]);
        let size = if index < model.watch.figures.len() { 1.0 } else { scale };
        let off = (value - alone).abs();
        if !(off <= REORDERED * size || (value.is_nan() && alone.is_nan())) {
            return Err(format!("figure {index} is {value} in the program and {alone} in lanes"));
        }
    }
    Ok(())
}

/// A grid over what is drawn, a few values of the first variable by many of the second: some cells of each row.
fn swept_says_the_same(agreement: &Agreement, model: &Model, count: &mut Count) -> Result<(), String> {
    const VALUES: [u32; 2] = [3, 600];
    const CELLS: u64 = 5;
    let of = |(drawn, values): (&DrawnVariable, u32)| {
        let (low, high) = model.draw.ends(drawn);
        let at = |index: u32| low + (high - low) * f64::from(index) / f64::from(values - 1);
        LaneAxis { variable: drawn.variable, values: (0..values).map(at).collect() }
    };
    let axes: Vec<LaneAxis> = model.draw.variables.iter().zip(VALUES).map(of).collect();
    if axes.is_empty() {
        return Ok(());
    }
    let watched = model.watch.figures.iter().cloned();
    let figures = watched.map(|watched| LaneFigure { gauge: watched.gauge, events: watched.events }).collect();
    let sweep = LaneSweep::new(&agreement.scenario, Rung::All, &axes, figures);
    let row = axes.last().map_or(1, |axis| axis.values.len() as u64);
    for first in (0..sweep.cells()).step_by(usize::try_from(row).expect("a row is short")) {
        for cell in (0..CELLS).map(|part| first + (row - 1) * part / (CELLS - 1)) {
            let ((figures, stops), (alone, stop)) = (sweep.fill(cell..cell + 1), sweep.alone(cell));
            if stops[0] != stop {
                return Err(format!("cell {cell} stops at {} in the grid and at {stop} in lanes", stops[0]));
            }
            let off = |(ours, theirs): (&f64, &f64)| (ours - theirs).abs();
            let near = |pair: (&f64, &f64)| off(pair) <= REORDERED || (pair.0.is_nan() && pair.1.is_nan());
            if stop == 0 && !figures.iter().zip(&alone).all(near) {
                return Err(format!("cell {cell} is {figures:?} in the grid and {alone:?} in lanes"));
            }
            count.cells += 1;
        }
    }
    Ok(())
}

fn float(number: Exact) -> f64 {
    let decimal = [16, 10, 4, 0].into_iter().find_map(|places| number.to_decimal(places));
    decimal.and_then(|decimal| decimal.to_f64()).unwrap_or(f64::NAN)
}

/// What the ledger says beside what the lanes say. Returns how many figures were compared.
fn compare(agreement: &Agreement, ledger: &Ledger, watch: &Watch, seen: &Seen<Lanes<1>>) -> Result<usize, String> {
    let last = ledger.last();
    let whole = Exact::given(last.fully_diluted);
    let mut compared = 0;
    let mut lanes = seen.figures.iter().map(|figure| figure.0[0]);
    for subject in holders(agreement) {
        let of = |(index, shares): (usize, &Decimal)| {
            let position = capstruct::model::PositionId::at(index);
            agreement.is_part_of(position, subject).then(|| Exact::given(*shares))
        };
        let held: Exact = last.as_converted.iter().enumerate().filter_map(of).sum();
        let lane = lanes.next().ok_or("fewer figures in lanes")?;
        near(&format!("ownership of {subject:?}"), float(held / whole), lane, OWNERSHIP)?;
        compared += 1;
    }
    let Some(exit) = &ledger.exit else { return Ok(compared) };
    let stack = exit.stack.cast::<Exact>();
    let value = exit.values.first().copied().unwrap_or_default();
    let Some(settled) = settle(&stack, &Curve::of(&stack), Exact::given(value)) else { return Ok(compared) };
    let terms = agreement.scenario.exit.as_ref().ok_or("an exit without terms")?;
    let value = value.to_f64().unwrap_or(f64::NAN);
    let shares: Exact = stack.claims.iter().map(|claim| claim.units_held).sum();
    let bound = PROCEEDS * value.max(1.0) + HALF_A_UNIT * float(shares);
    for OfExit { party, .. } in &watch.exit {
        let is_its = |index: &usize| party.has_portion(&agreement.scenario.positions, &terms.rights, &stack, *index);
        let portions = (0..stack.portions.len()).filter(is_its).map(|index| settled.portions[index].amount.exact);
        let debts = settled.debts.iter().enumerate().filter(|(index, _)| party.has_debt(terms, *index));
        let mut paid: Exact = portions.chain(debts.map(|(_, debt)| debt.exact)).sum();
        if party.has_carve_out(terms) {
            paid += settled.carve_out.exact;
        }
        let lane = lanes.next().ok_or("fewer proceeds in lanes")?;
        near(&format!("proceeds of {party:?}"), float(paid), lane, bound)?;
        compared += 1;
    }
    Ok(compared)
}

fn near(name: &str, exact: f64, lane: f64, bound: f64) -> Result<(), String> {
    let off = (exact - lane).abs();
    if off <= bound { Ok(()) } else { Err(format!("{name} is {exact} exactly and {lane} in lanes, {off:e} apart")) }
}

/// Runs so many files on a thread with room for the longest numbers.
fn run(config: Config) -> std::thread::JoinHandle<Count> {
    const STACK_BYTES: usize = 256 << 20;
    let work = move || {
        let count = std::cell::Cell::new(Count::default());
        let agree = |company: generate::Company| {
            let text = company.text();
            let more = agrees(&text).map_err(|why| TestCaseError::fail(format!("{why}\n{text}")))?;
            let mut all = count.get();
            all.add(more);
            count.set(all);
            Ok(())
        };
        let outcome = TestRunner::new(config).run(&whole_file(), agree);
        outcome.unwrap_or_else(|failure| panic!("{failure}"));
        count.get()
    };
    std::thread::Builder::new().stack_size(STACK_BYTES).spawn(work).expect("a thread")
}

fn finished(thread: std::thread::JoinHandle<Count>) -> Count {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

#[test]
fn generated_files_agree_in_program_lanes_and_exact_numbers() {
    let count = finished(run(cases(250)));
    assert!(count.futures > 600 && count.impossible > 20 && count.sales > 200, "{count:?}");
    assert!(count.figures > 3_000 && count.cells > 1_000, "{count:?}");
}

/// As many as anybody has patience for, on every core.
#[test]
#[ignore = "a hundred thousand files take some minutes in a release build"]
fn a_hundred_thousand_generated_files_agree() {
    let config = cases(100_000);
    let threads = std::thread::available_parallelism().map_or(1, usize::from) as u64;
    let seed = match config.rng_seed {
        RngSeed::Fixed(seed) => seed,
        RngSeed::Random => 1,
    };
    let part = |thread: u64| {
        let share = u64::from(config.cases) * (thread + 1) / threads - u64::from(config.cases) * thread / threads;
        let cases = u32::try_from(share).expect("a part of a number");
        // a seed of its own for each, far from those of others
        run(Config { cases, rng_seed: RngSeed::Fixed(seed ^ (thread << 40)), ..config.clone() })
    };
    let running: Vec<_> = (0..threads).map(part).collect();
    let mut count = Count::default();
    for thread in running {
        count.add(finished(thread));
    }
    println!("{count:?}");
    assert!(count.impossible > 0 && count.sales > 0, "{count:?}");
}

#[test]
fn a_block_holds_the_futures_that_are_compared() {
    const { assert!(FUTURES < BLOCK) };
}
