//! `capstruct bench --over ...`: what a cell of a sweep costs on this machine, without the text of its file.

#![allow(clippy::cast_precision_loss, reason = "measurements have few digits")]

use super::args::BenchArgs;
use super::bench::{load, peak_memory_mb, thread_time};
use super::grid::Grid;
use super::session::{Session, print};
use super::simulate::{available, instructions};
use super::sweep::{Prepared, allowed};
use crate::error::{Error, Finding};
use crate::sim::cells::{Block, Columns, Extremes, Visit, Walker};
use crate::sim::sweep::LaneSweep;
use crate::sim::table::Table;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::time::{Duration, Instant};

/// Looks at nothing.
struct Unseen;

impl Visit for Unseen {
    #[inline(always)]
    fn block(&mut self, _: &Block) {}
}

/// Measures and prints.
pub(super) fn bench(session: &Session, wanted: &BenchArgs) -> Result<u8, Error> {
    let instructions = instructions()?;
    let started = Instant::now();
    let (grid, _) = Prepared::read(session, &wanted.name, &wanted.over, &[])?.grid(session);
    allowed(&grid)?;
    if let Some(why) = grid.why_not_lanes() {
        return Err(Error::usage(
            Finding::error("E0717", format!("each cell is run exactly: {why}"))
                .help("`bench --over` measures grids that are computed in floating point"),
        ));
    }
    let read = started.elapsed();
    let lanes = grid.lanes(0..grid.figures.len()).with(instructions);
    let set_up = started.elapsed().saturating_sub(read);
    let times = [Work::Computed, Work::Streamed, Work::Materialised].map(|work| on_one_thread(&lanes, wanted, work));
    let [computed, streamed, materialised] = times;
    let kept = materialise(&lanes, available());
    let [rows, columns, cells] = lanes.steps();
    let report = json!({
        "scenario": grid.varied.agreement.head.name,
        "engine": env!("CARGO_PKG_VERSION"),
        "cells": lanes.cells(),
        "figures": lanes.figures(),
        "repeats": wanted.repeats,
        "steps": { "once_a_row": rows, "once_a_column": columns, "once_a_cell": cells },
        "instructions": instructions.word(),
        "processors": available(),
        "load": load(),
        "read_ms": read.as_secs_f64() * 1e3,
        "set_up_ms": set_up.as_secs_f64() * 1e3,
        "nanoseconds_per_cell": { "computed": computed, "streamed": streamed, "materialised": materialised },
        "threads": threads(&lanes, wanted),
        "peak_memory_mb": peak_memory_mb(),
        "middle": middle(&grid, &lanes),
        "hash": hash(&kept),
    });
    print(&if wanted.json { format!("{report}\n") } else { format!("{report:#}\n") });
    Ok(0)
}

/// What is done with the numbers.
#[derive(Clone, Copy)]
enum Work {
    /// Nothing.
    Computed,
    /// The least and the most of each figure are found; a block is forgotten when the next one comes.
    Streamed,
    /// All are kept, in memory that is new each time.
    Materialised,
}

/// Processor time a cell on one thread, of the median of several times.
fn on_one_thread(lanes: &LaneSweep, wanted: &BenchArgs, work: Work) -> f64 {
    let once = |_| {
        let start = thread_time();
        match work {
            Work::Computed => Walker::new(lanes).walk(0..lanes.cells(), &mut Unseen),
            Work::Streamed => drop(std::hint::black_box(stream(lanes, 1))),
            Work::Materialised => drop(std::hint::black_box(materialise(lanes, 1))),
        }
        thread_time().saturating_sub(start)
    };
    per_cell((0..wanted.repeats.max(1)).map(once).collect(), lanes)
}

/// Time that passes on one thread, two, and so on.
fn threads(lanes: &LaneSweep, wanted: &BenchArgs) -> Vec<Value> {
    let timed = |work: &dyn Fn()| {
        let once = |_| {
            let start = Instant::now();
            work();
            start.elapsed()
        };
        per_cell((0..wanted.repeats.max(1)).map(once).collect(), lanes)
    };
    let row = |threads| {
        let streamed = timed(&|| drop(std::hint::black_box(stream(lanes, threads))));
        let materialised = timed(&|| drop(std::hint::black_box(materialise(lanes, threads))));
        json!({ "threads": threads, "streamed": streamed, "materialised": materialised })
    };
    (1..=available()).map(row).collect()
}

fn per_cell(mut times: Vec<Duration>, lanes: &LaneSweep) -> f64 {
    times.sort_unstable();
    let median = times.get(times.len() / 2).copied().unwrap_or_default();
    median.as_secs_f64() * 1e9 / lanes.cells() as f64
}

/// The cells each thread takes.
fn shares(lanes: &LaneSweep, threads: usize) -> impl Iterator<Item = std::ops::Range<u64>> + use<> {
    let (cells, threads) = (lanes.cells(), threads as u64);
    (0..threads).map(move |part| cells * part / threads..cells * (part + 1) / threads)
}

fn stream(lanes: &LaneSweep, threads: usize) -> Extremes {
    let part = |cells| {
        let mut extremes = Extremes::new(lanes.figures());
        Walker::new(lanes).walk(cells, &mut extremes);
        extremes
    };
    if threads == 1 {
        return part(0..lanes.cells());
    }
    std::thread::scope(|scope| {
        let parts: Vec<_> = shares(lanes, threads).map(|cells| scope.spawn(move || part(cells))).collect();
        let mut all = Extremes::new(lanes.figures());
        for part in parts {
            all.merge(&part.join().expect("a part of the grid is computed"));
        }
        all
    })
}

fn materialise(lanes: &LaneSweep, threads: usize) -> Table {
    let cells = usize::try_from(lanes.cells()).expect("the grid fits in memory");
    let mut kept = Table::new(lanes.figures(), cells).expect("memory for the grid");
    if threads == 1 {
        Walker::new(lanes).walk(0..lanes.cells(), &mut kept.room());
        return kept;
    }
    std::thread::scope(|scope| {
        let mut left = kept.room().room;
        for cells in shares(lanes, threads) {
            let count = usize::try_from(cells.end - cells.start).expect("a part of the grid");
            let (room, rest) = left.into_iter().map(|room| room.split_at_mut(count)).unzip();
            left = rest;
            scope.spawn(move || Walker::new(lanes).walk(cells, &mut Columns { room }));
        }
    });
    kept
}

/// The figures in the middle of the grid, to be compared with those of others.
fn middle(grid: &Grid, lanes: &LaneSweep) -> Value {
    let axes = grid.axes.iter().map(|axis| axis.values.count() as u64);
    let cell = axes.fold(0, |cell, count| cell * count + count / 2);
    let (figures, _) = lanes.fill(cell..cell + 1);
    let named = grid.figures.iter().zip(figures).map(|(figure, value)| (figure.measure.literal.clone(), json!(value)));
    Value::Object(named.collect())
}

/// The same for grids that are the same to the last bit.
fn hash(kept: &Table) -> String {
    let mut hash = Sha256::new();
    for column in kept.columns() {
        for number in column {
            hash.update(number.to_bits().to_le_bytes());
        }
    }
    let digest = hash.finalize();
    let first: [u8; 8] = std::array::from_fn(|index| digest[index]);
    format!("{:016x}", u64::from_be_bytes(first))
}
