//! What each step from a file to a report costs, and how the cost grows. `cargo bench --bench engine`.

use capstruct::engine::books::{Books, Feasibility};
use capstruct::engine::{inputs, replay, replay_exactly};
use capstruct::model::{Agreement, Draws, Rung, Scenario};
use capstruct::num::{LaneMask, Lanes, Mask, Stated};
use capstruct::render::{chart, csv};
use capstruct::report::{self, Run, charts};
use capstruct::spec::resolve::{Settings, resolve};
use capstruct::spec::{Loaded, ScenarioFolder, load, load_text};
use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use std::fmt::Write;
use std::path::Path;

fn main() {
    divan::main();
}

/// An ordinary one, one that inherits most of itself, one with convertibles, and the workload of the simulation.
const SCENARIOS: [&str; 4] = ["openai-amazon-50b", "openai-2026-closed", "down-round-full-stack", "benchmark/oai12"];

/// Futures side by side in the simulation.
const WIDTH: usize = 16;

fn loaded(name: &str) -> Loaded {
    load(&ScenarioFolder::new(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios"))), name)
}

fn agreed(loaded: &Loaded) -> Agreement {
    let document = loaded.document.as_ref().expect("it can be read");
    resolve(document, &loaded.sources, &Settings::default()).expect("it adds up").0
}

fn ran(name: &str) -> Run {
    Run::new(agreed(&loaded(name)), Rung::All).expect("every event has an answer")
}

/// From the file on disk to terms in dense ids.
#[divan::bench(args = SCENARIOS)]
fn reading_and_resolving(name: &str) -> Agreement {
    agreed(&loaded(black_box(name)))
}

/// One rung, with ledger, invariants and a table for each stage.
#[divan::bench(args = SCENARIOS)]
fn replaying_exactly(bencher: Bencher, name: &str) {
    let scenario = agreed(&loaded(name)).scenario;
    bencher.bench(|| replay_exactly(black_box(&scenario), Rung::All));
}

/// Sixteen futures at once; the throughput is in futures.
#[divan::bench(args = SCENARIOS)]
fn replaying_in_lanes(bencher: Bencher, name: &str) {
    let scenario = agreed(&loaded(name)).scenario.cast::<Lanes<WIDTH>>();
    let (values, base) = (inputs::values(&scenario.settings), inputs::values(&scenario.base));
    let happens: Vec<LaneMask<WIDTH>> = scenario.happens.iter().map(|&met| LaneMask::always(met)).collect();
    bencher.counter(ItemsCount::new(WIDTH)).bench(|| in_lanes(black_box(&scenario), &values, &base, &happens));
}

fn in_lanes(
    scenario: &Scenario<Lanes<WIDTH>>,
    values: &[Lanes<WIDTH>],
    base: &[Lanes<WIDTH>],
    happens: &[LaneMask<WIDTH>],
) -> Vec<Lanes<WIDTH>> {
    let draws = Draws { values, base, happens, rung: Rung::All };
    let mut books = Books::open(scenario, &draws, Feasibility::<Lanes<WIDTH>>::unquestioned());
    let Ok(()) = replay(scenario, &draws, &mut books);
    books.table.shares
}

/// Everything `capstruct run` does but charts and files: three rungs, and every table written as CSV.
#[divan::bench(args = SCENARIOS)]
fn running_with_reports(name: &str) -> usize {
    let run = ran(black_box(name));
    report::csv_files(&run).into_iter().map(|(_, table)| csv::csv(&table).len()).sum()
}

/// Each chart of a scenario, drawn and compressed.
#[divan::bench(args = ["ownership-by-stage", "ownership-now", "bridge-microsoft", "funding-ladder"], sample_count = 20)]
fn drawing(bencher: Bencher, id: &str) {
    let charts = charts::all(&ran("openai-2026-closed"));
    let drawn = charts.into_iter().find(|chart| chart.id == id).expect("it has this chart");
    bencher.bench(|| chart::png(black_box(&drawn)));
}

/// A company in which everybody takes part in every round: `holders * rounds` entries.
fn crowded(holders: usize, rounds: usize) -> Scenario<Stated> {
    let mut text = String::from("title = \"A crowd\"\nrounding = \"closing-us\"\n[stakeholders]\n");
    for holder in 0..holders {
        let _ = writeln!(text, "h{holder} = \"Holder {holder}\"");
    }
    text.push_str("[opening]\nholdings = [\n");
    for holder in 0..holders {
        let _ = writeln!(text, "{{ stakeholder = \"h{holder}\", shares = {} }},", 10_000 + 7 * holder);
    }
    text.push_str("]\n");
    for round in 0..rounds {
        let money = |holder: usize| format!("h{holder} = {}", 1_000 + (holder * 31 + round * 17) % 900);
        let cheques: Vec<_> = (0..holders).map(money).collect();
        let pre_money = 50_000_000 + 2_000_000 * round;
        let _ = writeln!(
            text,
            "[[rounds]]\nname = \"r{round}\"\nclass = \"Common\"\npre_money = {pre_money}\nparticipants = {{ {} }}",
            cheques.join(", ")
        );
    }
    agreed(&load_text("a crowd", &text)).scenario
}

/// The cost of an entry must not grow with their number: the throughput, in entries, stays what it is.
#[divan::bench(args = [(250, 100), (500, 100), (1_000, 100), (1_000, 50), (1_000, 25)], sample_count = 5, sample_size = 1)]
fn replaying_a_crowd(bencher: Bencher, (holders, rounds): (usize, usize)) {
    let scenario = crowded(holders, rounds);
    let entries = replay_exactly(&scenario, Rung::All).expect("every round has an answer").entries.len();
    assert_eq!(entries, holders * rounds, "everybody gets shares in every round");
    bencher.counter(ItemsCount::new(entries)).bench(|| replay_exactly(black_box(&scenario), Rung::All));
}
