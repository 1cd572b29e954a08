//! `capstruct bench`: what a path costs, stage by stage, on this machine.

#![allow(clippy::cast_precision_loss, reason = "measurements have few digits")]

use super::args::BenchArgs;
use super::session::{Session, print};
use super::simulate::{available, instructions};
use crate::error::Error;
use crate::model::Rung;
use crate::sim::draw::{Draw, Sampling};
use crate::sim::figures;
use crate::sim::model::Model;
use crate::sim::run::{Plan, Simulation, Stage};
use crate::sim::simd::{self, Instructions};
use crate::sim::summary::hash;
use crate::sim::tape::BLOCK;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Seed of every measurement.
const SEED: u64 = 1;
const STAGES: [(Stage, &str); 4] = [
    (Stage::Uniform, "random numbers"),
    (Stage::Draws, "draws"),
    (Stage::Engine, "engine"),
    (Stage::All, "everything"),
];

/// Measures and prints.
pub(super) fn bench(session: &Session, wanted: &BenchArgs) -> Result<u8, Error> {
    if !wanted.over.is_empty() {
        return super::bench_grid::bench(session, wanted);
    }
    let instructions = instructions()?;
    let started = Instant::now();
    let read = session.read(&wanted.name)?;
    let (agreement, _) = Session::resolve(&read, &session.settings)?;
    let resolved = started.elapsed();
    let model = {
        let draw = Draw::new(&agreement, SEED, Sampling::Philox);
        Model::new(&agreement.scenario, Rung::All, &draw, &figures::outcome(&agreement))
    };
    let simulation = Simulation::new(&model);
    let set_up = started.elapsed();
    let stages = stages(&simulation, wanted, instructions);
    let (threads, hashes) = threads(&simulation, wanted, instructions);
    let features: Vec<&str> =
        Instructions::ALL.into_iter().filter(|instructions| instructions.is_here()).map(Instructions::word).collect();
    let report = json!({
        "scenario": agreement.head.name,
        "scenario_hash": agreement.head.hash,
        "engine": env!("CARGO_PKG_VERSION"),
        "paths": wanted.paths,
        "seed": SEED,
        "repeats": wanted.repeats,
        "steps": model.program.steps.len(),
        "instructions": instructions.word(),
        "processor_has": features,
        "processors": available(),
        "load": load(),
        "resolve_ms": resolved.as_secs_f64() * 1e3,
        "set_up_ms": set_up.saturating_sub(resolved).as_secs_f64() * 1e3,
        "nanoseconds_per_path": stages,
        "threads": threads,
        "peak_memory_mb": peak_memory_mb(),
        "hash": hashes,
    });
    if wanted.json {
        print(&format!("{report}\n"));
    } else {
        print(&format!("{report:#}\n"));
    }
    Ok(0)
}

/// Nanoseconds a path, of the median of several times.
fn per_path(mut times: Vec<Duration>, paths: u64) -> f64 {
    times.sort_unstable();
    let median = times.get(times.len() / 2).copied().unwrap_or_default();
    median.as_secs_f64() * 1e9 / paths as f64
}

/// On one thread, up to each stage.
fn stages(simulation: &Simulation, wanted: &BenchArgs, instructions: Instructions) -> serde_json::Map<String, Value> {
    let blocks = wanted.paths.div_ceil(BLOCK as u64);
    let measured = |stage| {
        let once = |_| {
            let mut worker = simulation.worker(0..wanted.paths);
            let start = thread_time();
            simd::run(instructions, &mut worker, 0..blocks, stage);
            thread_time().saturating_sub(start)
        };
        per_path((0..wanted.repeats).map(once).collect(), wanted.paths)
    };
    STAGES.into_iter().map(|(stage, name)| (name.replace(' ', "_"), json!(measured(stage)))).collect()
}

/// On one thread after the other, with the hashes of all results: one, if nothing depends on them.
fn threads(simulation: &Simulation, wanted: &BenchArgs, instructions: Instructions) -> (Vec<Value>, Vec<String>) {
    let mut hashes = Vec::new();
    let mut rows = Vec::new();
    for threads in 1..=available() {
        let plan = Plan { paths: 0..wanted.paths, threads, instructions };
        let mut times = Vec::new();
        for _ in 0..wanted.repeats {
            let start = Instant::now();
            if let Some(tally) = simulation.run(&plan, &|_| true) {
                times.push(start.elapsed());
                hashes.push(hash(&tally));
            }
        }
        rows.push(json!({ "threads": threads, "nanoseconds_per_path": per_path(times, wanted.paths) }));
    }
    hashes.dedup();
    (rows, hashes)
}

/// Time this thread has had a processor for, where the system says; else time that has passed. Other programs do not count.
pub(super) fn thread_time() -> Duration {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    let passed = START.get_or_init(Instant::now).elapsed();
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = text.and_then(|text| text.split_whitespace().next()?.parse().ok());
    nanoseconds.map_or(passed, Duration::from_nanos)
}

/// Average number of processes that want a processor, where the system says.
pub(super) fn load() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/loadavg").ok()?;
    text.split_whitespace().next()?.parse().ok()
}

/// The most memory the process ever had, where the system says.
pub(super) fn peak_memory_mb() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes / 1024.0)
}
