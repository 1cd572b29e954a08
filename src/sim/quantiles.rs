//! A quantile function as a table of cubics.
//!
//! Quantiles have no cheap formula, and their tails are steep. So each half of a distribution has its own table, cut by
//! the float's own exponent into octaves and each octave into sixteen cells: the closer to an end, the finer. Within a
//! cell stands the cubic that has the right value and slope at both its ends. A look-up is a few shifts, one read of four
//! numbers and three multiplications, whatever the distribution.

use super::tape::BLOCK;

const CELLS_PER_OCTAVE_BITS: u32 = 4;
const CELLS_PER_OCTAVE: usize = 1 << CELLS_PER_OCTAVE_BITS;
/// The table ends at a probability of 2^-(OCTAVES + 1), the least that is drawn; whatever is beyond counts as being there.
const OCTAVES: usize = 42;
const CELLS: usize = OCTAVES * CELLS_PER_OCTAVE;
/// Points of a tail that a table is made of: the ends of its cells.
pub const POINTS: usize = CELLS + 1;
/// The second half starts here; a power of two, so that an index can be masked and needs no check.
const HALF: usize = 1024;
const FRACTION_BITS: u32 = 52;
const FRACTION: u64 = (1 << FRACTION_BITS) - 1;
const ONE: u64 = 0x3FF0_0000_0000_0000;
/// Exponent and leading bits of the least probability of the table.
const FIRST: u64 = (ONE - ((OCTAVES as u64 + 1) << FRACTION_BITS)) >> (FRACTION_BITS - CELLS_PER_OCTAVE_BITS);
const LEAST: f64 = 1.0 / ((1_u64 << (OCTAVES + 1)) as f64);

type Cubics = [[f64; 4]; 2 * HALF];

/// Cubics of both halves, the coefficient of the highest power first.
#[derive(Clone, Debug)]
pub struct QuantileTable {
    cubics: Box<Cubics>,
}

/// A quantile and its slope at a probability.
#[derive(Clone, Copy, Debug, Default)]
pub struct Point {
    /// The value.
    pub value: f64,
    /// Value per probability.
    pub slope: f64,
}

impl QuantileTable {
    /// The table of a distribution: the points of either tail at [`probabilities`] of lying farther out.
    pub fn new(lower: &[Point; POINTS], upper: &[Point; POINTS]) -> Self {
        let room = vec![[0.0; 4]; 2 * HALF];
        let mut cubics: Box<Cubics> = room.try_into().expect("as many as there are cells");
        fill(&mut cubics[..HALF], lower);
        fill(&mut cubics[HALF..], upper);
        QuantileTable { cubics }
    }

    /// The value that is not reached with probability `u`.
    pub fn at(&self, u: f64) -> f64 {
        look_up(&self.cubics, u)
    }

    /// The values of a block.
    #[inline(always)]
    pub fn fill(&self, uniform: &[f64; BLOCK], out: &mut [f64; BLOCK]) {
        look_up_all(&self.cubics, uniform, out);
    }
}

/// Cubics that are read, and then turned, together.
const TOGETHER: usize = 4;

/// Where each value stands in the table, in vector instructions and without a branch that chance would take now one way and
/// now the other; then the cubics, each read as a whole, which costs less than to gather what they are made of.
#[inline(always)]
fn look_up_all(cubics: &Cubics, uniform: &[f64; BLOCK], out: &mut [f64; BLOCK]) {
    let mut cells = [0_u64; BLOCK];
    let mut within = [0.0; BLOCK];
    locate_all(uniform, &mut cells, &mut within);
    let (cells, within) = (cells.as_chunks::<TOGETHER>().0, within.as_chunks::<TOGETHER>().0);
    for ((cells, within), out) in cells.iter().zip(within).zip(out.as_chunks_mut::<TOGETHER>().0) {
        let read = cells.map(|cell| cubic_of(cubics, cell));
        for i in 0..TOGETHER {
            out[i] = value_of(read[i], within[i]);
        }
    }
}

#[inline(always)]
fn locate_all(uniform: &[f64; BLOCK], cells: &mut [u64; BLOCK], within: &mut [f64; BLOCK]) {
    for i in 0..BLOCK {
        (cells[i], within[i]) = locate(uniform[i]);
    }
}

#[inline(always)]
fn look_up(cubics: &Cubics, u: f64) -> f64 {
    let (cell, within) = locate(u);
    value_of(cubic_of(cubics, cell), within)
}

/// The cell of a probability, and how far within it.
#[inline(always)]
fn locate(u: f64) -> (u64, f64) {
    const JUST_BELOW_HALF: f64 = 0.5 - f64::EPSILON / 4.0;
    let rest = 1.0 - u;
    let is_upper = rest < u;
    let tail = if is_upper { rest } else { u };
    let tail = if tail < LEAST { LEAST } else { tail };
    let tail = if tail > JUST_BELOW_HALF { JUST_BELOW_HALF } else { tail };
    let bits = tail.to_bits();
    let cell = (bits >> (FRACTION_BITS - CELLS_PER_OCTAVE_BITS)).wrapping_sub(FIRST);
    let half = if is_upper { HALF as u64 } else { 0 };
    let within = f64::from_bits(((bits << CELLS_PER_OCTAVE_BITS) & FRACTION) | ONE) - 1.0;
    (cell + half, within)
}

#[inline(always)]
#[allow(clippy::cast_possible_truncation, reason = "masked to the size of the table")]
fn cubic_of(cubics: &Cubics, cell: u64) -> [f64; 4] {
    cubics[cell as usize & (2 * HALF - 1)]
}

#[inline(always)]
fn value_of([c3, c2, c1, c0]: [f64; 4], within: f64) -> f64 {
    ((c3 * within + c2) * within + c1) * within + c0
}

/// Where cell `index` begins, as a probability.
fn start_of(index: usize) -> f64 {
    f64::from_bits((FIRST + index as u64) << (FRACTION_BITS - CELLS_PER_OCTAVE_BITS))
}

/// The probabilities at which a table needs the points of a tail, from its end inwards to one half.
pub fn probabilities() -> impl Iterator<Item = f64> {
    (0..POINTS).map(start_of)
}

/// Fills one half.
fn fill(cubics: &mut [[f64; 4]], points: &[Point; POINTS]) {
    for (index, (cubic, ends)) in cubics.iter_mut().zip(points.windows(2)).enumerate() {
        let (from, to) = (ends[0], ends[1]);
        let width = start_of(index + 1) - start_of(index);
        let (slope_from, slope_to) = (from.slope * width, to.slope * width);
        let rise = to.value - from.value;
        *cubic = [slope_from + slope_to - 2.0 * rise, 3.0 * rise - 2.0 * slope_from - slope_to, slope_from, from.value];
    }
}
