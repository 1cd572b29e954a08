//! Keeps a block beside its replicate, where the paths are evenly spread.

use super::{Simulation, Worker};
use crate::sim::draw::Sampling;
use crate::sim::replicates::Replicates;
use crate::sim::sobol::replicate_of;
use crate::sim::summary::PERCENTILES;
use crate::sim::tally::{FigureTally, SLICES, Sums};
use crate::sim::tape::BLOCK;

/// About the percentiles of the first values; of no finite value, nought.
pub(super) fn thresholds(values: &[f64]) -> [f64; PERCENTILES.len()] {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    PERCENTILES.map(|percentile| {
        let place = sorted.len() * percentile as usize / 100;
        sorted.get(place).copied().unwrap_or(0.0)
    })
}

impl Simulation<'_> {
    /// Room for replicates, where there are any.
    pub(super) fn replicates(&self) -> Option<Replicates> {
        let is_even = self.model.draw.sampling == Sampling::Sobol;
        is_even.then(|| Replicates::new(&self.thresholds, self.model.watch.events.len()))
    }
}

/// The slice of a block: how often the paths have doubled by then.
#[inline(always)]
pub(super) fn slice_of(block: u64) -> usize {
    ((block + 1).ilog2() as usize).min(SLICES - 1)
}

impl Worker<'_> {
    /// Keeps the block, and what it adds to the tally in the tally of its replicate.
    #[inline(always)]
    pub(super) fn keep_with_replicate(&mut self, block: u64) {
        let (slice, replicate) = (slice_of(block), replicate_of(block));
        let mut before = std::mem::take(&mut self.before);
        before.clear();
        before.extend(self.tally.figures.iter().map(|figure| figure.slices[slice]));
        let possible = self.tally.possible;
        self.holding.clear();
        self.holding.extend(self.tally.events.iter().map(|event| event.0));
        self.keep(block);
        // What a block added is known once it is out of the lanes.
        self.tally.figures.iter_mut().for_each(FigureTally::settle_sums);
        let added = self.tally.possible - possible;
        let takes_part = self.lanes_that_take_part(block, added);
        let Some(replicates) = &mut self.tally.replicates else { return };
        replicates.possible[replicate] += added;
        for ((counts, event), before) in replicates.events.iter_mut().zip(&self.tally.events).zip(&self.holding) {
            counts[replicate] += event.0 - before;
        }
        let figures = self.tally.figures.iter().zip(&before).zip(&self.simulation.columns);
        for (kept, ((tally, before), column)) in replicates.figures.iter_mut().zip(figures) {
            let after = tally.slices[slice];
            kept.slice(slice)[replicate].add(&Sums {
                count: after.count - before.count,
                steps: after.steps - before.steps,
                squares: after.squares - before.squares,
            });
            let values = &self.room.machine.columns[*column as usize].0;
            for (threshold, below) in kept.thresholds.iter().zip(&mut kept.below) {
                below[replicate] += count_up_to(*threshold, values, &takes_part);
            }
        }
        self.before = before;
    }

    /// Ones for the lanes of a block that were kept, so many of them.
    #[inline(always)]
    fn lanes_that_take_part(&self, block: u64, kept: u64) -> [u64; BLOCK] {
        let first = block * BLOCK as u64;
        if kept == BLOCK as u64 {
            return [1; BLOCK];
        }
        let of_events = 2 * self.tally.events.len();
        let possible = |lane: usize| (0..self.tally.impossible.len()).all(|index| self.mask(of_events + index, lane));
        std::array::from_fn(|lane| u64::from(self.paths.contains(&(first + lane as u64)) && possible(lane)))
    }
}

/// How many of the values that take part are finite and not above a threshold.
#[inline(always)]
fn count_up_to(threshold: f64, values: &[f64; BLOCK], takes_part: &[u64; BLOCK]) -> u64 {
    let mut count = 0;
    for lane in 0..BLOCK {
        let is_below = values[lane] <= threshold && values[lane] > f64::NEG_INFINITY;
        count += if is_below { takes_part[lane] } else { 0 };
    }
    count
}
