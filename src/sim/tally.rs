//! What is kept of the paths: counts and sums in whole numbers, so that their order does not matter.
//!
//! A figure's values are counted in bins whose edges are the float's own exponent and leading eight bits: a bin is 0.2 to
//! 0.4 % wide wherever it lies, no range has to be guessed, and counts of threads and shards add up. Values and squares
//! are rounded to a fixed grid, 2^44 steps to the largest deviation of the pilot's paths, and summed as integers: far
//! below any sampling error, and exactly the same sum in whatever order and by however many threads.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::bool_to_int_with_if,
    reason = "bins and lanes are few, and a choice of ones and zeros becomes a vector comparison"
)]

use super::tape::BLOCK;

/// Bins of a figure: 32 octaves of 256, the last but eight octaves of the pilot's largest value, and what lies outside.
pub const BINS: usize = 1 << 13;
const OCTAVE_BITS: u32 = 8;
const OCTAVES_ABOVE: i32 = 8;
/// Slices of the paths for convergence: slice `k` holds the paths from `2^k` blocks to `2^(k+1)`.
pub const SLICES: usize = 48;
/// Blocks after which sums of a lane move on: squares of less than 2^50 have not outgrown 63 bits.
const BLOCKS_SUMMED: u32 = 1 << 8;
/// Counts of a bin that are added to in turn: one value need not wait for the last to be counted.
const COPIES: usize = 4;
type Counts = [[u16; COPIES]; BINS];
/// Blocks after which counts move on: they have not outgrown 16 bits.
const BLOCKS_COUNTED: u32 = (u16::MAX as usize / (BLOCK / COPIES)) as u32;
/// Adding it rounds a number below 2^51 to a whole one, which then stands in the last bits.
const ROUNDER: f64 = 6_755_399_441_055_744.0;
/// Above this a value is too far out for the fast sum.
const FAST: f64 = (1_u64 << 50) as f64;

/// How a figure's values become whole numbers: found from the first paths, which are the same for every shard.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// Near the mean.
    pub offset: f64,
    /// Steps per unit; a power of two.
    pub steps: f64,
    /// A power of two that brings a square of steps back to their size.
    pub square: f64,
    /// Leading bits of the lower edge of bin one.
    pub first_bin: i32,
}

impl Scale {
    /// The scale that suits these values.
    pub fn of(values: &[f64]) -> Self {
        let finite = || values.iter().copied().filter(|value| value.is_finite());
        let count = finite().count().max(1) as f64;
        let mean = finite().map(|value| value / count).sum::<f64>();
        let farthest = finite().map(|value| (value - mean).abs()).fold(0.0, f64::max);
        let spread = if farthest > 0.0 { farthest } else { (mean.abs() / 1e6).max(f64::MIN_POSITIVE * 1e60) };
        // Twice the power of two above the spread, to the power of -1, times 2^44; squares stay numbers.
        let exponent = exponent_of(spread).clamp(-400, 400) + 1;
        let largest = finite().fold(0.0, f64::max).max(f64::MIN_POSITIVE * 1e60);
        let top = exponent_of(largest) + 1 + OCTAVES_ABOVE;
        let octaves = i32::try_from(BINS >> OCTAVE_BITS).unwrap_or(i32::MAX);
        let first_bin = (1023 + top - octaves).max(1) << OCTAVE_BITS;
        Scale { offset: mean, steps: power_of_two(44 - exponent), square: power_of_two(-44), first_bin: first_bin - 1 }
    }

    /// What, added to a deviation from the offset, rounds it to a whole number of steps, which then stands in the last bits.
    #[inline(always)]
    fn rounder(&self) -> f64 {
        ROUNDER / self.steps
    }

    /// A step of the squares.
    #[inline(always)]
    fn square_step(&self) -> f64 {
        1.0 / (self.steps * self.steps * self.square)
    }

    /// What does the same for squares.
    #[inline(always)]
    fn rounder_of_squares(&self) -> f64 {
        ROUNDER * self.square_step()
    }

    /// The lower edge of a bin; of the first, zero.
    pub fn edge(&self, bin: usize) -> f64 {
        if bin == 0 {
            return 0.0;
        }
        let leading = u64::try_from(self.first_bin).unwrap_or_default() + bin as u64;
        f64::from_bits(leading << (52 - OCTAVE_BITS))
    }
}

fn exponent_of(value: f64) -> i32 {
    i32::try_from(value.to_bits() >> 52 & 0x7FF).unwrap_or_default() - 1023
}

fn power_of_two(exponent: i32) -> f64 {
    f64::from_bits(u64::try_from(exponent.clamp(-1022, 1023) + 1023).unwrap_or_default() << 52)
}

/// Sums of a figure over some paths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Values.
    pub count: u64,
    /// Steps from the offset.
    pub steps: i128,
    /// Their squares, in steps.
    pub squares: i128,
}

impl Sums {
    /// Adds those of other paths.
    pub fn add(&mut self, other: &Sums) {
        self.count += other.count;
        self.steps += other.steps;
        self.squares += other.squares;
    }
}

/// What is kept of one figure.
#[derive(Clone, Debug, PartialEq)]
pub struct FigureTally {
    /// How values become whole numbers.
    pub scale: Scale,
    /// By slice.
    pub slices: [Sums; SLICES],
    /// The least value.
    pub least: f64,
    /// The largest.
    pub largest: f64,
    /// Possible paths in which the figure is undefined.
    pub undefined: u64,
    /// Values by bin.
    pub bins: Vec<u64>,
    recent: Recent,
}

/// What is not yet in the counts and sums of a tally: it is kept lane by lane.
#[derive(Clone, Debug, PartialEq)]
struct Recent {
    bins: Box<Counts>,
    /// Blocks in the bins.
    counted: u32,
    /// Blocks in the sums, all of one slice.
    blocks: u32,
    slice: usize,
    lanes: Rows,
}

/// Lanes of the sums.
const LANES: usize = 16;

#[derive(Clone, Debug, PartialEq)]
#[repr(C, align(64))]
struct Rows {
    steps: [u64; LANES],
    squares: [u64; LANES],
    least: [f64; LANES],
    largest: [f64; LANES],
}

impl Rows {
    const EMPTY: Rows = Rows {
        steps: [0; LANES],
        squares: [0; LANES],
        least: [f64::INFINITY; LANES],
        largest: [f64::NEG_INFINITY; LANES],
    };
}

impl Recent {
    fn new() -> Self {
        Recent {
            bins: vec![[0; COPIES]; BINS].try_into().expect("as many as there are bins"),
            counted: 0,
            blocks: 0,
            slice: 0,
            lanes: Rows::EMPTY,
        }
    }
}

impl FigureTally {
    /// Nothing yet.
    pub fn new(scale: Scale) -> Self {
        FigureTally {
            scale,
            slices: [Sums::default(); SLICES],
            least: f64::INFINITY,
            largest: f64::NEG_INFINITY,
            undefined: 0,
            bins: vec![0; BINS],
            recent: Recent::new(),
        }
    }

    /// Takes in a block whose every path is possible.
    #[inline(always)]
    pub fn add(&mut self, values: &[f64; BLOCK], slice: usize) {
        if self.recent.slice != slice || self.recent.blocks >= BLOCKS_SUMMED {
            self.settle_sums();
            self.recent.slice = slice;
        }
        if self.recent.counted >= BLOCKS_COUNTED {
            self.settle_counts();
        }
        if !add_moments(&self.scale, values, &mut self.recent) {
            return self.add_some(values, |_| true, slice);
        }
        count_all(values, self.scale.first_bin, &mut self.recent.bins);
        self.recent.blocks += 1;
        self.recent.counted += 1;
    }

    /// Takes in some paths of a block, one by one; the same sums as the fast way.
    #[inline(never)]
    pub fn add_some(&mut self, values: &[f64; BLOCK], takes_part: impl Fn(usize) -> bool, slice: usize) {
        let Scale { offset, steps, square, first_bin } = self.scale;
        for (_, &value) in values.iter().enumerate().filter(|(lane, _)| takes_part(*lane)) {
            if !value.is_finite() {
                self.undefined += 1;
                continue;
            }
            let deviation = (value - offset) * steps;
            let kept = &mut self.slices[slice];
            kept.count += 1;
            kept.steps = kept.steps.saturating_add(whole(deviation));
            kept.squares = kept.squares.saturating_add(whole(deviation * deviation * square));
            self.least = self.least.min(value);
            self.largest = self.largest.max(value);
            self.bins[bin_of(value, first_bin) as usize] += 1;
        }
    }

    /// Moves what was kept lane by lane, and in 32 bits, to where it belongs.
    pub fn flush(&mut self) {
        self.settle_sums();
        self.settle_counts();
        self.recent.slice = 0;
    }

    #[inline(never)]
    fn settle_counts(&mut self) {
        for (kept, recent) in self.bins.iter_mut().zip(self.recent.bins.iter_mut()) {
            *kept += std::mem::take(recent).iter().map(|&count| u64::from(count)).sum::<u64>();
        }
        self.recent.counted = 0;
    }

    /// Moves the sums that were kept lane by lane to their slice.
    #[inline(never)]
    pub fn settle_sums(&mut self) {
        let recent = &mut self.recent;
        let times = u64::from(recent.blocks) * (BLOCK / LANES) as u64;
        let total = |row: &[u64; LANES], rounder: f64| {
            let rounders = rounder.to_bits().wrapping_mul(times);
            row.iter().map(|lane| i128::from(lane.wrapping_sub(rounders).cast_signed())).sum::<i128>()
        };
        let kept = &mut self.slices[recent.slice];
        kept.count += u64::from(recent.blocks) * BLOCK as u64;
        kept.steps += total(&recent.lanes.steps, self.scale.rounder());
        kept.squares += total(&recent.lanes.squares, self.scale.rounder_of_squares());
        self.least = recent.lanes.least.iter().copied().fold(self.least, f64::min);
        self.largest = recent.lanes.largest.iter().copied().fold(self.largest, f64::max);
        recent.blocks = 0;
        recent.lanes = Rows::EMPTY;
    }

    /// Adds what another thread or shard kept, which was flushed.
    ///
    /// # Panics
    /// Where it was not.
    pub fn merge(&mut self, other: &FigureTally) {
        assert_eq!(other.recent.counted, 0, "what is merged was flushed");
        for (kept, other) in self.slices.iter_mut().zip(&other.slices) {
            kept.add(other);
        }
        self.least = self.least.min(other.least);
        self.largest = self.largest.max(other.largest);
        self.undefined += other.undefined;
        for (kept, other) in self.bins.iter_mut().zip(&other.bins) {
            *kept += other;
        }
    }
}

/// Adds up a block lane by lane; false, and nothing added, where a value lies too far out or is not a number.
#[inline(always)]
fn add_moments(scale: &Scale, values: &[f64; BLOCK], recent: &mut Recent) -> bool {
    // Steps are powers of two: rounding in units gives the same whole numbers as rounding in steps.
    let (offset, rounder, rounder_of_squares) = (scale.offset, scale.rounder(), scale.rounder_of_squares());
    let (mut sums, mut squares) = ([0_u64; LANES], [0_u64; LANES]);
    let (mut least, mut largest) = (recent.lanes.least, recent.lanes.largest);
    // The sum of what is never below nought is at least each of them, and is no number where one of them is none.
    let mut together = [0.0; LANES];
    for row in values.chunks_exact(LANES) {
        for lane in 0..LANES {
            let value = row[lane];
            let deviation = value - offset;
            let squared = deviation * deviation;
            sums[lane] = sums[lane].wrapping_add((deviation + rounder).to_bits());
            squares[lane] = squares[lane].wrapping_add((squared + rounder_of_squares).to_bits());
            together[lane] += squared;
            least[lane] = if value < least[lane] { value } else { least[lane] };
            largest[lane] = if value > largest[lane] { value } else { largest[lane] };
        }
    }
    let (mut near, far) = (u64::MAX, FAST * scale.square_step());
    for lane in together {
        near &= if lane <= far { u64::MAX } else { 0 };
    }
    if near == 0 {
        return false;
    }
    for lane in 0..LANES {
        recent.lanes.steps[lane] = recent.lanes.steps[lane].wrapping_add(sums[lane]);
        recent.lanes.squares[lane] = recent.lanes.squares[lane].wrapping_add(squares[lane]);
    }
    (recent.lanes.least, recent.lanes.largest) = (least, largest);
    true
}

/// Counts a block into its bins.
#[inline(always)]
fn count_all(values: &[f64; BLOCK], first_bin: i32, counts: &mut Counts) {
    let mut bins = [0_u32; BLOCK];
    for (bin, value) in bins.iter_mut().zip(values) {
        *bin = bin_of(*value, first_bin);
    }
    for bins in bins.as_chunks::<COPIES>().0 {
        for copy in 0..COPIES {
            counts[bins[copy] as usize & (BINS - 1)][copy] += 1;
        }
    }
}

/// The bin of a value: nought, what is below nought and what is too small for a bin are in the first, what is too large
/// in the last.
#[inline(always)]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from nought to the number of bins")]
fn bin_of(value: f64, first_bin: i32) -> u32 {
    let upper_half = (value.to_bits() >> 32) as u32;
    let bin = (upper_half.cast_signed() >> (20 - OCTAVE_BITS)) - first_bin;
    let bin = if bin < 0 { 0 } else { bin };
    (if bin >= BINS as i32 { BINS as i32 - 1 } else { bin }) as u32
}

/// Rounded to a whole number, half to even, as the fast way does.
#[allow(clippy::cast_possible_truncation, reason = "what does not fit is as large as can be")]
fn whole(value: f64) -> i128 {
    value.round_ties_even() as i128
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(value: impl Fn(usize) -> f64) -> [f64; BLOCK] {
        std::array::from_fn(value)
    }

    #[test]
    fn the_fast_sums_are_those_taken_one_by_one() {
        let values = block(|lane| 0.2 + (lane as f64 * 0.618).fract() * 1e-3);
        let scale = Scale::of(&values);
        let (mut fast, mut slow) = (FigureTally::new(scale), FigureTally::new(scale));
        fast.add(&values, 3);
        fast.flush();
        slow.add_some(&values, |_| true, 3);
        assert_eq!(fast, slow);
        let mean = scale.offset + fast.slices[3].steps as f64 / scale.steps / BLOCK as f64;
        assert!((mean - values.iter().sum::<f64>() / BLOCK as f64).abs() < 1e-15);
    }

    #[test]
    fn values_far_outside_the_pilot_are_summed_all_the_same() {
        let scale = Scale::of(&block(|lane| 1.0 + lane as f64 * 1e-6));
        let far = block(|lane| 1e9 + lane as f64);
        let mut tally = FigureTally::new(scale);
        tally.add(&far, 0);
        let mean = scale.offset + tally.slices[0].steps as f64 / scale.steps / BLOCK as f64;
        assert!((mean / (1e9 + (BLOCK - 1) as f64 / 2.0) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn bins_are_as_wide_as_they_say_and_hold_what_lies_between_their_edges() {
        let scale = Scale::of(&[0.1, 0.3]);
        for value in [1e-5, 0.001, 0.2, 0.25, 0.999, 30.0] {
            let bin = bin_of(value, scale.first_bin) as usize;
            assert!(scale.edge(bin) <= value && value < scale.edge(bin + 1), "{value}");
            assert!(scale.edge(bin + 1) / scale.edge(bin) < 1.004);
        }
        assert_eq!(bin_of(0.0, scale.first_bin), 0);
        assert_eq!(bin_of(-1.0, scale.first_bin), 0);
        assert_eq!(bin_of(1e300, scale.first_bin) as usize, BINS - 1);
    }

    #[test]
    fn parts_add_up_to_the_whole_in_any_order() {
        let blocks: Vec<_> = (0..5).map(|seed| block(|lane| f64::from(seed) + (lane as f64 * 0.37).fract())).collect();
        let scale = Scale::of(&blocks[0]);
        let of = |which: &[usize]| {
            let mut tally = FigureTally::new(scale);
            for &index in which {
                tally.add(&blocks[index], index);
            }
            tally.flush();
            tally
        };
        let mut merged = of(&[3, 1]);
        merged.merge(&of(&[4, 0, 2]));
        assert_eq!(merged, of(&[0, 1, 2, 3, 4]));
    }
}
