//! Sobol's sequence: points that fill the unit cube more evenly than chance does.
//!
//! Point `i` is the exclusive or of the direction numbers of the bits of `i`, so it is found by itself, like a random
//! number of Philox. The directions are scrambled by random lower triangular matrices and the points shifted at random
//! (J. Matousek, "On the L2-discrepancy for anchored boxes", Journal of Complexity 14, 1998): every point is then
//! uniformly distributed, and the points are as even as before.

use super::philox;
use super::sobol_directions::DIRECTIONS;
use super::tape::BLOCK;

/// Bits of a coordinate, and of the number of points.
const BITS: usize = 52;
const TOP: u32 = 64;
/// Dimensions that have directions; those beyond are random.
pub const DIMENSIONS: usize = DIRECTIONS.len() + 1;
/// Pairs of dimensions no path uses: the scrambling is drawn from them, and the shifts.
const SCRAMBLING: u32 = 0xFFFF_0000;
const SHIFTING: u32 = 0xFFFF_8000;
/// Replicates: a path belongs to that of its block's number, and is the next point in it. They have their directions in
/// common and are shifted each by itself, so they are independent of each other given the directions, and the spread of
/// their results is the error of their mean. A power of two, so that a power of two of paths is one of points in each.
pub const REPLICATES: usize = 16;

/// The replicate of a block, by the block's number.
pub fn replicate_of(block: u64) -> usize {
    usize::try_from(block % REPLICATES as u64).unwrap_or_default()
}

/// The sequence in so many dimensions, scrambled by a seed.
#[derive(Clone, Debug)]
pub struct Sobol {
    seed: u64,
    dimensions: Vec<Dimension>,
}

#[derive(Clone, Debug)]
struct Dimension {
    /// By bit of the point's number, the lowest first.
    directions: [u64; BITS],
    /// Exclusive ors of the directions of the lowest bits: what differs within a block.
    within: Box<[u64; BLOCK]>,
    /// By replicate.
    shifts: [u64; REPLICATES],
}

impl Sobol {
    /// A sequence of points.
    pub fn new(dimensions: usize, seed: u64) -> Self {
        let dimension = |index: usize| {
            let mut directions = directions(index);
            scramble(&mut directions, index, seed);
            let mut within = Box::new([0; BLOCK]);
            for (number, point) in within.iter_mut().enumerate() {
                *point = point_of(&directions, number as u64);
            }
            let shift = |replicate: usize| {
                let pair = u32::try_from(replicate / 2).expect("few replicates");
                philox::bits(seed, index as u64, SHIFTING + pair)[replicate % 2]
            };
            Dimension { directions, within, shifts: std::array::from_fn(shift) }
        };
        Sobol { seed, dimensions: (0..dimensions.min(DIMENSIONS)).map(dimension).collect() }
    }

    /// One coordinate of the paths from `first`, a multiple of a block, on.
    #[inline(always)]
    pub fn fill(&self, dimension: usize, first: u64, out: &mut [f64; BLOCK]) {
        let Some(Dimension { directions, within, shifts }) = self.dimensions.get(dimension) else {
            let pair = u32::try_from(dimension / 2).unwrap_or(u32::MAX);
            for (path, value) in (first..).zip(out) {
                *value = philox::uniform(philox::bits(self.seed, path, pair)[dimension % 2]);
            }
            return;
        };
        let block = first / BLOCK as u64;
        let point = block / REPLICATES as u64 * BLOCK as u64;
        let start = point_of(directions, point) ^ shifts[replicate_of(block)];
        for (value, step) in out.iter_mut().zip(within.iter()) {
            *value = philox::uniform(start ^ step);
        }
    }
}

fn point_of(directions: &[u64; BITS], number: u64) -> u64 {
    (0..BITS).filter(|bit| number >> bit & 1 == 1).fold(0, |point, bit| point ^ directions[bit])
}

/// Direction numbers as fractions in the upper bits. The first dimension is van der Corput's sequence.
fn directions(dimension: usize) -> [u64; BITS] {
    let mut numbers = [0_u64; BITS];
    let place = |bit: usize| TOP - 1 - u32::try_from(bit).expect("fewer than 64 bits");
    if dimension == 0 {
        for (bit, number) in numbers.iter_mut().enumerate() {
            *number = 1 << place(bit);
        }
        return numbers;
    }
    let (polynomial, first) = DIRECTIONS[dimension - 1];
    let degree = first.len();
    for bit in 0..BITS {
        numbers[bit] = match first.get(bit) {
            Some(&number) => u64::from(number) << place(bit),
            None => {
                let mut number = numbers[bit - degree] ^ (numbers[bit - degree] >> degree);
                for term in 1..degree {
                    if polynomial >> (degree - 1 - term) & 1 == 1 {
                        number ^= numbers[bit - term];
                    }
                }
                number
            }
        };
    }
    numbers
}

/// Multiplies the directions by a random lower triangular matrix with ones on its diagonal: each bit of a coordinate
/// may be turned over by the bits above it.
fn scramble(directions: &mut [u64; BITS], dimension: usize, seed: u64) {
    let mut rows = [0_u64; BITS];
    for (pair, rows) in (1..).zip(rows.chunks_mut(2)) {
        let random = philox::bits(seed, dimension as u64, SCRAMBLING + pair);
        rows.copy_from_slice(&random[..rows.len()]);
    }
    for (bit, row) in rows.iter_mut().enumerate() {
        let own = 1_u64 << (63 - bit);
        let above = !(own | (own - 1));
        *row = (*row & above) | own;
    }
    for direction in directions {
        let before = *direction;
        *direction = rows
            .iter()
            .enumerate()
            .map(|(bit, row)| u64::from((row & before).count_ones() & 1) << (63 - bit))
            .fold(0, |sum, bit| sum | bit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first points of new-joe-kuo-6 in natural order, in parts of eight.
    #[test]
    fn the_first_points_are_the_published_ones() {
        let points = |dimension: usize| -> Vec<u64> {
            (0..8).map(|number| point_of(&directions(dimension), number) >> 61).collect()
        };
        assert_eq!(points(0), [0, 4, 2, 6, 1, 5, 3, 7]);
        assert_eq!(points(1), [0, 4, 6, 2, 5, 1, 3, 7]);
        assert_eq!(points(2), [0, 4, 6, 2, 3, 7, 5, 1]);
    }

    /// Each of 2^k neighbouring cells of every coordinate has exactly one of the first 2^k points of each replicate.
    #[test]
    fn every_coordinate_of_every_replicate_is_even_after_scrambling() {
        const POINTS: usize = 1024;
        let sobol = Sobol::new(DIMENSIONS, 7);
        for dimension in 0..DIMENSIONS {
            let mut hit = [[false; POINTS]; REPLICATES];
            for number in 0..(POINTS / BLOCK * REPLICATES) as u64 {
                let mut block = [0.0; BLOCK];
                sobol.fill(dimension, number * BLOCK as u64, &mut block);
                for value in block {
                    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 1023")]
                    let cell = (value * POINTS as f64) as usize;
                    let taken = &mut hit[replicate_of(number)][cell];
                    assert!(!std::mem::replace(taken, true), "dimension {dimension}, cell {cell}");
                }
            }
        }
    }

    #[test]
    fn replicates_are_shifted_apart() {
        let sobol = Sobol::new(2, 7);
        let first = |replicate: u64| {
            let mut block = [0.0; BLOCK];
            sobol.fill(1, replicate * BLOCK as u64, &mut block);
            block[0].to_bits()
        };
        let mut seen: Vec<u64> = (0..REPLICATES as u64).map(first).collect();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), REPLICATES);
    }
}
