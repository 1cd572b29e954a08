//! `capstruct bench`: what a path costs, stage by stage, on this machine.

use super::session::{Session, print};
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

/// What is measured.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub name: String,
    pub paths: u64,
    pub repeats: usize,
    pub json: bool,
    pub instructions: Instructions,
}

/// Seed of every measurement.
const SEED: u64 = 1;
const STAGES: [(Stage, &str); 4] = [
    (Stage::Uniform, "random numbers"),
    (Stage::Draws, "draws"),
    (Stage::Engine, "engine"),
    (Stage::All, "everything"),
];

/// Measures and prints.
pub(super) fn bench(session: &Session, wanted: &Wanted) -> Result<u8, Error> {
    let started = Instant::now();
    let read = session.read(&wanted.name)?;
    let (agreement, _) = Session::resolve(&read, &session.settings)?;
    let resolved = started.elapsed();
    let model = {
        let draw = Draw::new(&agreement, SEED, Sampling::Philox);
        Model::new(&agreement.scenario, Rung::All, draw, figures::ownership_at_the_end(&agreement))
    };
    let simulation = Simulation::new(&model);
    let set_up = started.elapsed();
    let blocks = wanted.paths.div_ceil(BLOCK as u64);
    let per_path = |time: Duration| time.as_nanos() as f64 / (blocks * BLOCK as u64) as f64;
    let mut stages = Vec::new();
    for (stage, name) in STAGES {
        let mut times: Vec<Duration> = (0..wanted.repeats)
            .map(|_| {
                let mut worker = simulation.worker(0..wanted.paths);
                let start = thread_time();
                simd::run(wanted.instructions, &mut worker, 0..blocks, stage);
                thread_time().saturating_sub(start)
            })
            .collect();
        times.sort_unstable();
        stages.push((name, per_path(times[times.len() / 2])));
    }
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let mut threads = Vec::new();
    let mut hashes = Vec::new();
    for count in 1..=processors {
        let plan = Plan { paths: 0..wanted.paths, threads: count, instructions: wanted.instructions };
        let mut times = Vec::new();
        for _ in 0..wanted.repeats {
            let start = Instant::now();
            if let Some(tally) = simulation.run(&plan, &|_| true) {
                times.push(start.elapsed());
                hashes.push(hash(&tally));
            }
        }
        times.sort_unstable();
        threads.push((count, per_path(times[times.len() / 2])));
    }
    hashes.dedup();
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
        "instructions": wanted.instructions.word(),
        "processor_has": features,
        "processors": processors,
        "load": load(),
        "resolve_ms": resolved.as_secs_f64() * 1e3,
        "set_up_ms": (set_up - resolved).as_secs_f64() * 1e3,
        "nanoseconds_per_path": stages.iter().map(|(name, time)| (name.replace(' ', "_"), json!(time))).collect::<serde_json::Map<String, Value>>(),
        "threads": threads.iter().map(|(count, time)| json!({ "threads": count, "nanoseconds_per_path": time })).collect::<Vec<_>>(),
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

/// Time this thread has had a processor for, where the system says; else time that has passed. Other programs do not count.
fn thread_time() -> Duration {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    let passed = START.get_or_init(Instant::now).elapsed();
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = text.and_then(|text| text.split_whitespace().next()?.parse().ok());
    nanoseconds.map_or(passed, Duration::from_nanos)
}

/// Average number of processes that want a processor, where the system says.
fn load() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/loadavg").ok()?;
    text.split_whitespace().next()?.parse().ok()
}

/// The most memory the process ever had, where the system says.
fn peak_memory_mb() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes / 1024.0)
}
