//! What is kept of each replicate of evenly spread paths, so that their spread gives the errors.
//!
//! The paths of Sobol's sequence are not independent of each other, but its [replicates](super::sobol::REPLICATES) are: the
//! error of a mean over all of them is that of a mean of so many independent numbers. Everything is counts and whole sums,
//! as in the [tally](super::tally), so threads and shards add up to the same bits.

use super::sobol::REPLICATES;
use super::summary::PERCENTILES;
use super::tally::Sums;

/// A count by replicate.
pub type Counts = [u64; REPLICATES];

/// What is kept by replicate.
#[derive(Clone, Debug, PartialEq)]
pub struct Replicates {
    /// Possible paths.
    pub possible: Counts,
    /// By distinct figure.
    pub figures: Vec<ReplicatedFigure>,
    /// By event looked at: possible paths in which it holds.
    pub events: Vec<Counts>,
}

/// What is kept of one figure by replicate.
#[derive(Clone, Debug, PartialEq)]
pub struct ReplicatedFigure {
    /// About the percentiles of [`PERCENTILES`], from the first paths, which are the same for every shard.
    pub thresholds: [f64; PERCENTILES.len()],
    /// By threshold: values up to it.
    pub below: [Counts; PERCENTILES.len()],
    /// By slice, as far as there are paths, and replicate.
    pub sums: Vec<[Sums; REPLICATES]>,
}

impl Replicates {
    /// Nothing yet.
    pub fn new(thresholds: &[[f64; PERCENTILES.len()]], events: usize) -> Self {
        let figure = |&thresholds: &[f64; PERCENTILES.len()]| ReplicatedFigure {
            thresholds,
            below: [[0; REPLICATES]; PERCENTILES.len()],
            sums: Vec::new(),
        };
        Replicates {
            possible: [0; REPLICATES],
            figures: thresholds.iter().map(figure).collect(),
            events: vec![[0; REPLICATES]; events],
        }
    }

    /// Whether every replicate has paths: else their spread says nothing.
    pub fn is_full(&self) -> bool {
        self.possible.iter().all(|&count| count > 0)
    }

    /// Adds what another thread or shard kept.
    pub fn merge(&mut self, other: &Replicates) {
        let add = |ours: &mut Counts, theirs: &Counts| {
            ours.iter_mut().zip(theirs).for_each(|(kept, other)| *kept += other);
        };
        add(&mut self.possible, &other.possible);
        for (kept, other) in self.events.iter_mut().zip(&other.events) {
            add(kept, other);
        }
        for (kept, other) in self.figures.iter_mut().zip(&other.figures) {
            for (kept, other) in kept.below.iter_mut().zip(&other.below) {
                add(kept, other);
            }
            for (slice, other) in other.sums.iter().enumerate() {
                kept.slice(slice).iter_mut().zip(other).for_each(|(kept, other)| kept.add(other));
            }
        }
    }
}

impl ReplicatedFigure {
    /// The sums of a slice, by replicate.
    pub fn slice(&mut self, slice: usize) -> &mut [Sums; REPLICATES] {
        if self.sums.len() <= slice {
            self.sums.resize(slice + 1, [Sums::default(); REPLICATES]);
        }
        &mut self.sums[slice]
    }

    /// Sums by replicate over the first slices.
    pub fn totals(&self, slices: usize) -> [Sums; REPLICATES] {
        let mut totals = [Sums::default(); REPLICATES];
        for slice in self.sums.iter().take(slices) {
            totals.iter_mut().zip(slice).for_each(|(total, sums)| total.add(sums));
        }
        totals
    }
}

/// The standard error of a mean over all paths, from the sums and counts of the replicates.
///
/// ```text
/// m = sum S_r / sum n_r        error = sqrt(R / (R - 1) sum (S_r - m n_r)^2) / sum n_r
/// ```
///
/// With as many paths in each replicate this is the standard deviation of their means over `sqrt R`. `None` where a
/// replicate is empty.
pub fn spread(of: [(f64, f64); REPLICATES]) -> Option<f64> {
    if of.iter().any(|(_, count)| *count <= 0.0) {
        return None;
    }
    let (sum, count) = of.iter().fold((0.0, 0.0), |(sums, counts), (sum, count)| (sums + sum, counts + count));
    let mean = sum / count;
    let squares: f64 = of.iter().map(|(sum, count)| (sum - mean * count).powi(2)).sum();
    let replicates = REPLICATES as f64;
    Some((replicates / (replicates - 1.0) * squares).sqrt() / count)
}

/// A part of the paths by replicate, ready for [`spread`].
pub fn parts(held: &Counts, of: &Counts) -> [(f64, f64); REPLICATES] {
    std::array::from_fn(|replicate| (held[replicate] as f64, of[replicate] as f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spread_of_equal_replicates_is_the_error_of_the_mean_of_their_means() {
        let means: [f64; REPLICATES] = std::array::from_fn(|index| f64::from(u32::try_from(index).expect("few")));
        let error = spread(means.map(|mean| (mean * 50.0, 50.0))).expect("all have paths");
        // The variance of 0 to 15 is 16 * 17 / 12.
        let expected = (16.0_f64 * 17.0 / 12.0 / 16.0).sqrt();
        assert!((error - expected).abs() < 1e-12, "{error} {expected}");
        assert_eq!(spread([(1.0, 0.0); REPLICATES]), None);
    }
}
