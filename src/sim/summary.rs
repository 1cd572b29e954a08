//! From what was kept to statistics.

use super::multiples::Multiple;
use super::replicates::{ReplicatedFigure, parts, spread};
use super::run::{Tallied, Tally};
use super::tally::{BINS, FigureTally, SLICES, Sums};
use super::tape::BLOCK;

/// Percentiles that are reported.
pub const PERCENTILES: [u32; 9] = [1, 5, 10, 25, 50, 75, 90, 95, 99];

/// A spread that is a smaller part of the numbers themselves is what rounding leaves of a figure that does not vary.
const NOISE: f64 = 1e-13;

/// A statistic with the standard error that chance gives it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Estimate {
    /// The statistic.
    pub value: f64,
    /// Standard deviation of the statistic if the run were repeated with other seeds.
    pub error: f64,
}

impl Estimate {
    fn times(self, factor: f64) -> Self {
        Estimate { value: self.value * factor, error: self.error * factor }
    }
}

/// What is known of a figure after a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Statistics {
    /// Paths in which it is defined.
    pub count: u64,
    /// Possible paths in which it is not.
    pub undefined: u64,
    /// Mean.
    pub mean: Estimate,
    /// Standard deviation.
    pub sd: Estimate,
    /// By percentile of [`PERCENTILES`].
    pub percentiles: [Estimate; PERCENTILES.len()],
    /// The least value.
    pub least: f64,
    /// The largest.
    pub largest: f64,
}

impl Statistics {
    /// The statistics of what was kept of a figure.
    pub fn new(tally: &Tally, at: Tallied) -> Self {
        match at {
            Tallied::Multiple(Multiple { of, factor }) => {
                let replicates = tally.replicates.as_ref().map(|replicates| &replicates.figures[of]);
                Self::of(&tally.figures[of], replicates).times(factor)
            }
            Tallied::Constant(value) => {
                let exact = Estimate { value, error: 0.0 };
                let sd = Estimate::default();
                let percentiles = [exact; PERCENTILES.len()];
                let (count, undefined) = if value.is_finite() { (tally.possible, 0) } else { (0, tally.possible) };
                Statistics { count, undefined, mean: exact, sd, percentiles, least: value, largest: value }
            }
        }
    }

    /// Standard errors: of the mean `sd / sqrt n`; of the standard deviation `sqrt((m4 - sd^4) / n) / (2 sd)` with the
    /// fourth central moment from the bins; of a percentile half of what lies between the percentiles one standard
    /// deviation of the count below and above. Of evenly spread paths, each from the spread of the replicates instead.
    fn of(kept: &FigureTally, replicates: Option<&ReplicatedFigure>) -> Self {
        let mut sums = Sums::default();
        kept.slices.iter().for_each(|slice| sums.add(slice));
        let n = sums.count as f64;
        let (mean, variance) = moments(kept, &sums);
        let is_still = variance.sqrt() <= NOISE * kept.least.abs().max(kept.largest.abs());
        if is_still || sums.count == 1 {
            return Self::still(kept, sums.count, mean);
        }
        let sd = variance.sqrt();
        let fourth = (0..BINS)
            .filter(|&bin| kept.bins[bin] > 0)
            .map(|bin| {
                let middle = f64::midpoint(kept.scale.edge(bin), kept.scale.edge(bin + 1));
                let middle = middle.clamp(kept.least, kept.largest);
                kept.bins[bin] as f64 * (middle - mean).powi(4)
            })
            .sum::<f64>()
            / n;
        let sd_error = if sd > 0.0 { ((fourth - variance * variance).max(0.0) / n).sqrt() / (2.0 * sd) } else { 0.0 };
        let mean_error = replicates.and_then(|of| mean_error(kept, of, SLICES)).unwrap_or(sd / n.sqrt());
        let sd_error = replicates.and_then(|of| sd_error_by_spread(kept, of)).unwrap_or(sd_error);
        let percentiles = std::array::from_fn(|index| {
            let part = f64::from(PERCENTILES[index]) / 100.0;
            let by_spread = replicates.and_then(|of| part_error(of, index));
            let step = by_spread.unwrap_or((part * (1.0 - part) / n).sqrt());
            let (below, above) = (kept.quantile(part - step), kept.quantile(part + step));
            Estimate { value: kept.quantile(part), error: (above - below) / 2.0 }
        });
        Statistics {
            count: sums.count,
            undefined: kept.undefined,
            mean: Estimate { value: mean, error: mean_error },
            sd: Estimate { value: sd, error: sd_error },
            percentiles,
            least: kept.least,
            largest: kept.largest,
        }
    }

    /// Those of so many times the figure, above nought.
    fn times(self, factor: f64) -> Self {
        Statistics {
            mean: self.mean.times(factor),
            sd: self.sd.times(factor),
            percentiles: self.percentiles.map(|percentile| percentile.times(factor)),
            least: self.least * factor,
            largest: self.largest * factor,
            ..self
        }
    }

    /// The statistics of a figure that is the same in every path but for rounding, or of a single path.
    fn still(kept: &FigureTally, count: u64, mean: f64) -> Self {
        let exact = Estimate { value: mean, error: 0.0 };
        Statistics {
            count,
            undefined: kept.undefined,
            mean: exact,
            sd: Estimate::default(),
            percentiles: [exact; PERCENTILES.len()],
            least: kept.least,
            largest: kept.largest,
        }
    }

    /// The estimate of a percentile of [`PERCENTILES`].
    pub fn percentile(&self, percentile: u32) -> Estimate {
        PERCENTILES.iter().position(|known| *known == percentile).map_or(Estimate::default(), |at| self.percentiles[at])
    }
}

/// Mean and variance of sums: `offset + S1 / n` and `(S2 - S1^2 / n) / (n - 1)`, in steps.
fn moments(kept: &FigureTally, sums: &Sums) -> (f64, f64) {
    let n = sums.count as f64;
    let scale = kept.scale;
    let first = sums.steps as f64 / n;
    let second = sums.squares as f64 / scale.square / n;
    let variance = (second - first * first).max(0.0) * (n / (n - 1.0).max(1.0));
    (scale.offset + first / scale.steps, variance / scale.steps / scale.steps)
}

/// The error of the mean after the first slices, by the spread of the replicates' means.
fn mean_error(kept: &FigureTally, replicates: &ReplicatedFigure, slices: usize) -> Option<f64> {
    let by_replicate = replicates.totals(slices).map(|sums| (sums.steps as f64, sums.count as f64));
    spread(by_replicate).map(|steps| steps / kept.scale.steps)
}

/// The error of the standard deviation, by the spread of the replicates' squares about the mean of all: `d sd = d var / 2 sd`.
fn sd_error_by_spread(kept: &FigureTally, replicates: &ReplicatedFigure) -> Option<f64> {
    let totals = replicates.totals(SLICES);
    let (steps, count) =
        totals.iter().fold((0.0, 0.0), |(steps, count), sums| (steps + sums.steps as f64, count + sums.count as f64));
    let mean = steps / count;
    let squares = totals.map(|sums| {
        let (n, first, second) = (sums.count as f64, sums.steps as f64, sums.squares as f64 / kept.scale.square);
        (second - 2.0 * mean * first + mean * mean * n, n)
    });
    let variance = squares.iter().map(|(sum, _)| sum).sum::<f64>() / count;
    let error = spread(squares)?;
    Some(if variance > 0.0 { error / (2.0 * variance.sqrt()) / kept.scale.steps } else { 0.0 })
}

/// The error of the part of the paths up to a percentile's threshold, by the spread of the replicates' parts.
fn part_error(replicates: &ReplicatedFigure, index: usize) -> Option<f64> {
    let counts = replicates.totals(SLICES).map(|sums| sums.count);
    spread(parts(&replicates.below[index], &counts))
}

/// The mean after the first `paths` paths.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Converging {
    /// Paths so far.
    pub paths: u64,
    /// Their mean.
    pub mean: Estimate,
}

/// How the mean of a figure settled, as the paths doubled.
pub fn convergence(tally: &Tally, figure: Multiple) -> Vec<Converging> {
    let kept = &tally.figures[figure.of];
    let replicates = tally.replicates.as_ref().map(|replicates| &replicates.figures[figure.of]);
    let mut sums = Sums::default();
    let mut steps = Vec::new();
    for slice in (0..SLICES).filter(|&slice| kept.slices[slice].count > 0) {
        sums.add(&kept.slices[slice]);
        let (mean, variance) = moments(kept, &sums);
        let by_spread = replicates.and_then(|of| mean_error(kept, of, slice + 1));
        let mean = Estimate { value: mean, error: by_spread.unwrap_or((variance / sums.count as f64).sqrt()) };
        steps.push(Converging { paths: sums.count, mean: mean.times(figure.factor) });
    }
    steps
}

impl FigureTally {
    /// The value that a part of the paths stays below; within a bin in proportion.
    pub fn quantile(&self, part: f64) -> f64 {
        let count: u64 = self.bins.iter().sum();
        let wanted = part.clamp(0.0, 1.0) * count as f64;
        let mut below = 0.0;
        for bin in 0..BINS {
            let here = self.bins[bin] as f64;
            if here > 0.0 && below + here >= wanted {
                let low = if bin == 0 { self.least } else { self.scale.edge(bin) };
                let high = if bin + 1 == BINS { self.largest } else { self.scale.edge(bin + 1) };
                // What is in the first bin is nought, but for what is too small to be told from it.
                let high = if bin == 0 { low } else { high };
                let value = low + (high - low) * ((wanted - below) / here).clamp(0.0, 1.0);
                return value.clamp(self.least, self.largest);
            }
            below += here;
        }
        self.largest
    }

    /// How many values lie between two numbers; within a bin in proportion.
    pub fn between(&self, from: f64, to: f64) -> f64 {
        let below = |value: f64| -> f64 {
            (0..BINS)
                .filter(|&bin| self.bins[bin] > 0)
                .map(|bin| {
                    let low = if bin == 0 { self.least } else { self.scale.edge(bin).max(self.least) };
                    let high = if bin + 1 == BINS { self.largest } else { self.scale.edge(bin + 1).min(self.largest) };
                    let width = high - low;
                    let part = if width > 0.0 {
                        ((value - low) / width).clamp(0.0, 1.0)
                    } else {
                        f64::from(u8::from(value > low))
                    };
                    self.bins[bin] as f64 * part
                })
                .sum()
        };
        below(to) - below(from)
    }
}

/// The share of the paths in which an event holds, with its standard error `sqrt(p (1 - p) / n)`.
pub fn probability(holds: u64, of: u64) -> Estimate {
    let (n, value) = (of.max(1) as f64, holds as f64 / of.max(1) as f64);
    Estimate { value, error: (value * (1.0 - value) / n).sqrt() }
}

/// The share of the possible paths in which one of the events holds; of evenly spread paths, its error is by the spread of the
/// replicates' shares.
pub fn chance(tally: &Tally, event: usize) -> Estimate {
    let plain = probability(tally.events[event].0, tally.possible);
    let by_spread = tally.replicates.as_ref().and_then(|of| spread(parts(&of.events[event], &of.possible)));
    Estimate { error: by_spread.unwrap_or(plain.error), ..plain }
}

/// Paths in one block.
pub const PATHS_IN_A_BLOCK: u64 = BLOCK as u64;

/// A number that two results share only if they are the same to the last bit.
pub fn hash(tally: &Tally) -> String {
    // FNV-1a over everything kept, 64 bits.
    const START: u64 = 0xCBF2_9CE4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01B3;
    let mut state = START;
    let mut take = |word: u64| {
        for byte in word.to_le_bytes() {
            state = (state ^ u64::from(byte)).wrapping_mul(PRIME);
        }
    };
    take(tally.paths);
    take(tally.possible);
    for (event, count, first) in &tally.impossible {
        take(u64::from(event.0));
        take(*count);
        take(*first);
    }
    for figure in &tally.figures {
        figure.slices.iter().for_each(|sums| take_sums(sums, &mut take));
        take(figure.least.to_bits());
        take(figure.largest.to_bits());
        take(figure.undefined);
        figure.bins.iter().for_each(|count| take(*count));
    }
    for (holds, ties) in &tally.events {
        take(*holds);
        take(*ties);
    }
    if let Some(replicates) = &tally.replicates {
        replicates.possible.iter().for_each(|count| take(*count));
        replicates.events.iter().flatten().for_each(|count| take(*count));
        for figure in &replicates.figures {
            figure.below.iter().flatten().for_each(|count| take(*count));
            figure.sums.iter().flatten().for_each(|sums| take_sums(sums, &mut take));
        }
    }
    format!("{state:016x}")
}

fn take_sums(sums: &Sums, take: &mut impl FnMut(u64)) {
    take(sums.count);
    for sum in [sums.steps, sums.squares] {
        let bits = sum.cast_unsigned();
        #[allow(clippy::cast_possible_truncation, reason = "both halves are taken")]
        take(bits as u64);
        #[allow(clippy::cast_possible_truncation, reason = "both halves are taken")]
        take((bits >> 64) as u64);
    }
}
