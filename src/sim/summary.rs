//! From what was kept to statistics.

use super::run::{Tallied, Tally};
use super::tally::{BINS, FigureTally, SLICES, Sums};
use super::tape::BLOCK;

/// Percentiles that are reported.
pub const PERCENTILES: [u32; 9] = [1, 5, 10, 25, 50, 75, 90, 95, 99];

/// A statistic with the standard error that chance gives it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Estimate {
    /// The statistic.
    pub value: f64,
    /// Standard deviation of the statistic if the run were repeated with other seeds.
    pub error: f64,
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
            Tallied::At(index) => Self::of(&tally.figures[index]),
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
    /// deviation of the count below and above.
    fn of(kept: &FigureTally) -> Self {
        let mut sums = Sums::default();
        kept.slices.iter().for_each(|slice| sums.add(slice));
        let n = sums.count as f64;
        let (mean, variance) = moments(kept, &sums);
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
        let percentiles = PERCENTILES.map(|percentile| {
            let part = f64::from(percentile) / 100.0;
            let step = (part * (1.0 - part) / n).sqrt();
            let (below, above) = (kept.quantile(part - step), kept.quantile(part + step));
            Estimate { value: kept.quantile(part), error: (above - below) / 2.0 }
        });
        Statistics {
            count: sums.count,
            undefined: kept.undefined,
            mean: Estimate { value: mean, error: sd / n.sqrt() },
            sd: Estimate { value: sd, error: sd_error },
            percentiles,
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

/// The mean after the first `paths` paths.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Converging {
    /// Paths so far.
    pub paths: u64,
    /// Their mean.
    pub mean: Estimate,
}

/// How the mean of a figure settled, as the paths doubled.
pub fn convergence(kept: &FigureTally) -> Vec<Converging> {
    let mut sums = Sums::default();
    let mut steps = Vec::new();
    for slice in (0..SLICES).filter(|&slice| kept.slices[slice].count > 0) {
        sums.add(&kept.slices[slice]);
        let (mean, variance) = moments(kept, &sums);
        let mean = Estimate { value: mean, error: (variance / sums.count as f64).sqrt() };
        steps.push(Converging { paths: sums.count, mean });
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
        for sums in &figure.slices {
            take(sums.count);
            for sum in [sums.steps, sums.squares] {
                let bits = sum.cast_unsigned();
                #[allow(clippy::cast_possible_truncation, reason = "both halves are taken")]
                take(bits as u64);
                #[allow(clippy::cast_possible_truncation, reason = "both halves are taken")]
                take((bits >> 64) as u64);
            }
        }
        take(figure.least.to_bits());
        take(figure.largest.to_bits());
        take(figure.undefined);
        figure.bins.iter().for_each(|count| take(*count));
    }
    for (holds, ties) in &tally.events {
        take(*holds);
        take(*ties);
    }
    format!("{state:016x}")
}
