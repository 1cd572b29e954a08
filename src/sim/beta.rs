//! The quantile function of PERT, as a table of cubics.
//!
//! PERT of (low, mode, high) is `low + (high - low) B` with `B` beta distributed, `alpha = 1 + 4 (mode - low)/(high - low)`
//! and `beta = 1 + 4 (high - mode)/(high - low)`. Its quantile has no formula and rises like a power at both ends. So each
//! half has its own table, cut by the float's own exponent into octaves and each octave into sixteen cells: the closer to
//! an end, the finer. Within a cell stands the cubic that has the right value and slope at both its ends.

use super::maths::{exp, ln};

const CELLS_PER_OCTAVE_BITS: u32 = 4;
const CELLS_PER_OCTAVE: usize = 1 << CELLS_PER_OCTAVE_BITS;
/// The table ends at a probability of 2^-(OCTAVES + 1); whatever is beyond counts as being there.
const OCTAVES: usize = 40;
const CELLS: usize = OCTAVES * CELLS_PER_OCTAVE;
/// The second half starts here; a power of two, so that an index can be masked and needs no check.
const HALF: usize = 1024;
const FRACTION_BITS: u32 = 52;
const FRACTION: u64 = (1 << FRACTION_BITS) - 1;
const ONE: u64 = 0x3FF0_0000_0000_0000;

/// Cubics of both halves, the coefficient of the highest power first.
#[derive(Clone, Debug)]
pub struct PertQuantile {
    cubics: Box<[[f64; 4]; 2 * HALF]>,
}

impl PertQuantile {
    /// The table for these ends and this mode; `low < high`, the mode between them.
    pub fn new(low: f64, mode: f64, high: f64) -> Self {
        let range = high - low;
        let (alpha, beta) = (1.0 + 4.0 * (mode - low) / range, 1.0 + 4.0 * (high - mode) / range);
        let mut cubics = Box::new([[0.0; 4]; 2 * HALF]);
        fill(&mut cubics[..HALF], alpha, beta, |part| low + range * part);
        fill(&mut cubics[HALF..], beta, alpha, |part| high - range * part);
        PertQuantile { cubics }
    }

    /// The value that is not reached with probability `u`.
    #[inline(always)]
    pub fn at(&self, u: f64) -> f64 {
        const LEAST: f64 = 1.0 / ((1_u64 << (OCTAVES + 1)) as f64);
        const JUST_BELOW_HALF: f64 = 0.5 - f64::EPSILON / 4.0;
        let upper = u >= 0.5;
        let tail = if upper { 1.0 - u } else { u };
        let tail = if tail < LEAST { LEAST } else { tail };
        let tail = if tail > JUST_BELOW_HALF { JUST_BELOW_HALF } else { tail };
        let bits = tail.to_bits();
        let cell = (bits >> (FRACTION_BITS - CELLS_PER_OCTAVE_BITS)).wrapping_sub(FIRST);
        let half = if upper { HALF as u64 } else { 0 };
        #[allow(clippy::cast_possible_truncation, reason = "masked to the size of the table")]
        let [c3, c2, c1, c0] = self.cubics[((cell + half) & (2 * HALF as u64 - 1)) as usize];
        let within = f64::from_bits(((bits << CELLS_PER_OCTAVE_BITS) & FRACTION) | ONE) - 1.0;
        ((c3 * within + c2) * within + c1) * within + c0
    }
}

/// Exponent and leading bits of the least probability of the table.
const FIRST: u64 = (ONE - ((OCTAVES as u64 + 1) << FRACTION_BITS)) >> (FRACTION_BITS - CELLS_PER_OCTAVE_BITS);

/// Where cell `index` begins, as a probability.
fn start_of(index: usize) -> f64 {
    f64::from_bits((FIRST + index as u64) << (FRACTION_BITS - CELLS_PER_OCTAVE_BITS))
}

/// Fills one half from its end inwards: each quantile is found from the one before it.
fn fill(cubics: &mut [[f64; 4]], alpha: f64, beta: f64, place: impl Fn(f64) -> f64) {
    let density = Density::new(alpha, beta);
    let scale = place(1.0) - place(0.0);
    let mut probability = start_of(0);
    let mut quantile = density.first_quantile(probability);
    for (index, cubic) in cubics.iter_mut().enumerate().take(CELLS) {
        let next_probability = start_of(index + 1);
        let next = density.next_quantile(quantile, probability, next_probability);
        let width = (next_probability - probability) * scale;
        let (from, to) = (place(quantile), place(next));
        let (slope_from, slope_to) = (width / density.at(quantile), width / density.at(next));
        let rise = to - from;
        *cubic = [slope_from + slope_to - 2.0 * rise, 3.0 * rise - 2.0 * slope_from - slope_to, slope_from, from];
        (quantile, probability) = (next, next_probability);
    }
}

/// The density of a beta distribution.
struct Density {
    alpha: f64,
    beta: f64,
    /// Logarithm of one over the beta function.
    log_scale: f64,
}

impl Density {
    fn new(alpha: f64, beta: f64) -> Self {
        let log_scale = libm::lgamma(alpha + beta) - libm::lgamma(alpha) - libm::lgamma(beta);
        Density { alpha, beta, log_scale }
    }

    fn at(&self, x: f64) -> f64 {
        exp(self.log_scale + (self.alpha - 1.0) * ln(x) + (self.beta - 1.0) * ln(1.0 - x))
    }

    /// Near zero the distribution function is `x^alpha scale / alpha (1 - alpha (beta - 1) x / (alpha + 1) ...)`.
    fn first_quantile(&self, probability: f64) -> f64 {
        let leading = exp((ln(probability * self.alpha) - self.log_scale) / self.alpha);
        let mut x = leading;
        for _ in 0..8 {
            let correction = 1.0 - self.alpha * (self.beta - 1.0) * x / (self.alpha + 1.0)
                + self.alpha * (self.beta - 1.0) * (self.beta - 2.0) * x * x / (2.0 * (self.alpha + 2.0));
            x = leading * exp(-ln(correction) / self.alpha);
        }
        x
    }

    /// The next quantile: a power law through the last one, put right by Newton with the integral between them.
    fn next_quantile(&self, from: f64, probability: f64, next: f64) -> f64 {
        let power = probability / (from * self.at(from));
        let mut x = from * exp(power * ln(next / probability));
        for _ in 0..2 {
            let short = next - probability - self.integral(from, x);
            x += short / self.at(x);
        }
        x
    }

    /// Gauss and Legendre with four points.
    fn integral(&self, from: f64, to: f64) -> f64 {
        const POINTS: [(f64, f64); 2] =
            [(0.339_981_043_584_856_3, 0.652_145_154_862_546_1), (0.861_136_311_594_052_6, 0.347_854_845_137_453_85)];
        let (middle, half) = (0.5 * (from + to), 0.5 * (to - from));
        let pair = |(at, weight): (f64, f64)| weight * (self.at(middle - half * at) + self.at(middle + half * at));
        half * POINTS.into_iter().map(pair).sum::<f64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The beta distribution function for whole parameters is a binomial sum.
    fn probability(x: f64, alpha: i32, beta: i32) -> f64 {
        let n = alpha + beta - 1;
        let choose = |k: i32| (0..k).map(|i| f64::from(n - i) / f64::from(i + 1)).product::<f64>();
        (alpha..=n).map(|k| choose(k) * x.powi(k) * (1.0 - x).powi(n - k)).sum()
    }

    #[test]
    fn the_table_undoes_the_distribution_function() {
        // alpha 1, beta 5; alpha 3, beta 3; alpha 5, beta 1; alpha 2, beta 4.
        for (mode, alpha, beta) in [(0.0, 1, 5), (0.5, 3, 3), (1.0, 5, 1), (0.25, 2, 4)] {
            let table = PertQuantile::new(0.0, mode, 1.0);
            for step in 1..2_000 {
                let u = f64::from(step) / 2_000.0;
                let there_and_back = probability(table.at(u), alpha, beta);
                assert!((there_and_back - u).abs() < 3e-8, "{alpha} {beta}: {u} became {there_and_back}");
            }
            for u in [1e-9, 1e-6, 1e-4] {
                let there_and_back = probability(table.at(u), alpha, beta);
                assert!((there_and_back / u - 1.0).abs() < 1e-5, "{alpha} {beta}: {u} became {there_and_back}");
            }
        }
    }

    #[test]
    fn nothing_leaves_the_range() {
        let table = PertQuantile::new(4.0, 8.0, 18.0);
        for u in [1e-300, 1e-17, 0.25, 0.5, 1.0 - 1e-17, 1.0] {
            let value = table.at(u);
            assert!((4.0..=18.0).contains(&value), "{u}: {value}");
        }
        assert!(table.at(0.3) < table.at(0.3 + 1e-12));
    }
}
