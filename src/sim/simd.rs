//! The one place that asks the processor what it can do.
//!
//! The same safe Rust is compiled once for each set of vector instructions, and the widest the processor has is called.
//! Every one gives the same bits: no multiplication is fused with an addition, and nothing is summed in another order.

#![allow(unsafe_code, reason = "calling what was compiled for instructions this processor was just found to have")]

use super::cells::{Visit, Walker};
use super::run::{Stage, Worker};
use std::ops::Range;

/// A set of vector instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Instructions {
    /// What every processor of this kind has (SSE2 on x86-64, NEON on Arm).
    Base,
    /// AVX2: four numbers at once.
    Avx2,
    /// AVX-512: eight.
    Avx512,
}

impl Instructions {
    /// All of them, the narrowest first.
    pub const ALL: [Instructions; 3] = [Instructions::Base, Instructions::Avx2, Instructions::Avx512];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Instructions::Base => "base",
            Instructions::Avx2 => "avx2",
            Instructions::Avx512 => "avx512",
        }
    }

    /// Whether this processor has it.
    pub fn is_here(self) -> bool {
        match self {
            Instructions::Base => true,
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx2 => is_x86_feature_detected!("avx2"),
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx512 => {
                is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512vl")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx2")
            }
            #[cfg(not(target_arch = "x86_64"))]
            Instructions::Avx2 | Instructions::Avx512 => false,
        }
    }

    /// The widest this processor has.
    pub fn widest() -> Self {
        Instructions::ALL.into_iter().rev().find(|instructions| instructions.is_here()).unwrap_or(Instructions::Base)
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2")]
fn in_avx512(worker: &mut Worker, blocks: Range<u64>, stage: Stage) {
    worker.run_inline(blocks, stage);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn in_avx2(worker: &mut Worker, blocks: Range<u64>, stage: Stage) {
    worker.run_inline(blocks, stage);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2")]
fn walk_in_avx512<V: Visit>(walker: &mut Walker, cells: Range<u64>, visit: &mut V) {
    walker.walk_inline(cells, visit);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn walk_in_avx2<V: Visit>(walker: &mut Walker, cells: Range<u64>, visit: &mut V) {
    walker.walk_inline(cells, visit);
}

/// Walks over cells with these instructions, or the base where the processor does not have them.
pub fn walk<V: Visit>(instructions: Instructions, walker: &mut Walker, cells: Range<u64>, visit: &mut V) {
    match instructions {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: the processor has the instructions the function was compiled for.
        Instructions::Avx512 if Instructions::Avx512.is_here() => unsafe { walk_in_avx512(walker, cells, visit) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: the processor has the instructions the function was compiled for.
        Instructions::Avx2 if Instructions::Avx2.is_here() => unsafe { walk_in_avx2(walker, cells, visit) },
        _ => walker.walk_inline(cells, visit),
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2")]
fn within_avx512<T>(work: impl FnOnce() -> T) -> T {
    work()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn within_avx2<T>(work: impl FnOnce() -> T) -> T {
    work()
}

/// Does what is inlined into `work` with the widest instructions of this processor.
pub fn in_widest<T>(work: impl FnOnce() -> T) -> T {
    match Instructions::widest() {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: the processor has the instructions the function was compiled for.
        Instructions::Avx512 => unsafe { within_avx512(work) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: the processor has the instructions the function was compiled for.
        Instructions::Avx2 => unsafe { within_avx2(work) },
        _ => work(),
    }
}

/// Runs blocks with these instructions, or the base where the processor does not have them.
pub fn run(instructions: Instructions, worker: &mut Worker, blocks: Range<u64>, stage: Stage) {
    match instructions {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: the processor has the instructions the function was compiled for.
        Instructions::Avx512 if Instructions::Avx512.is_here() => unsafe { in_avx512(worker, blocks, stage) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: the processor has the instructions the function was compiled for.
        Instructions::Avx2 if Instructions::Avx2.is_here() => unsafe { in_avx2(worker, blocks, stage) },
        _ => worker.run_inline(blocks, stage),
    }
}
