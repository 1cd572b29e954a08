//! The quantile function of PERT.
//!
//! PERT of (low, mode, high) is `low + (high - low) B` with `B` beta distributed, `alpha = 1 + 4 (mode - low)/(high - low)`
//! and `beta = 1 + 4 (high - mode)/(high - low)`.

use super::maths::{exp, ln};
use super::quantiles::{POINTS, Point, QuantileTable, probabilities};

/// The table for these ends and this mode; `low < high`, the mode between them.
#[inline(always)]
pub fn pert(low: f64, mode: f64, high: f64) -> QuantileTable {
    let range = high - low;
    let tails = Tails::new(1.0 + 4.0 * (mode - low) / range, 1.0 + 4.0 * (high - mode) / range);
    let (mut lower, mut upper) = ([Point::default(); POINTS], [Point::default(); POINTS]);
    let mut last: Option<Quantiles> = None;
    for ((lower, upper), probability) in lower.iter_mut().zip(&mut upper).zip(probabilities()) {
        let now = match &last {
            None => tails.first_quantiles(probability),
            Some(last) => tails.next_quantiles(last, probability),
        };
        *lower = Point { value: low + range * now.parts[0], slope: range / now.densities[0] };
        *upper = Point { value: high - range * now.parts[1], slope: -range / now.densities[1] };
        last = Some(now);
    }
    QuantileTable::new(&lower, &upper)
}

/// A number for the lower tail, and one for the upper.
type Pair = [f64; 2];

/// Steps of Newton for a quantile at most.
const NEWTON_STEPS: usize = 3;
/// The part of a quantile below which a step is the last.
const SMALL: f64 = 1e-5;
/// Numbers for both tails in turn.
const LANES: usize = 10;

/// Both tails of a beta distribution, followed inwards side by side: each quantile is found from the one before it, and
/// what waits for one tail leaves the processor free for the other.
struct Tails {
    alpha: Pair,
    beta: Pair,
    /// Logarithm of one over the beta function.
    log_scale: Pair,
    /// The logarithm of the density at `x` is `[0] + [1] ln x + [2] ln (1 - x)`; each for both tails in turn, so that a
    /// loop over several points becomes vector instructions.
    logarithm: [[f64; LANES]; 3],
}

/// Where both tails have a probability.
struct Quantiles {
    probability: f64,
    /// How far in, as a part of the range.
    parts: Pair,
    densities: Pair,
}

impl Tails {
    fn new(alpha: f64, beta: f64) -> Self {
        let (alpha, beta) = ([alpha, beta], [beta, alpha]);
        let log_scale =
            |tail: usize| libm::lgamma(alpha[tail] + beta[tail]) - libm::lgamma(alpha[tail]) - libm::lgamma(beta[tail]);
        let log_scale = each(log_scale);
        let in_turn = |of: Pair| std::array::from_fn(|lane| of[lane % 2]);
        let powers = [alpha, beta].map(|of| each(|tail| of[tail] - 1.0));
        let logarithm = [log_scale, powers[0], powers[1]].map(in_turn);
        Tails { alpha, beta, log_scale, logarithm }
    }

    /// The densities at several points, those of both tails in turn.
    #[inline(always)]
    fn densities<const AT: usize>(&self, x: [f64; AT]) -> [f64; AT] {
        let mut densities = [0.0; AT];
        let [scale, alpha, beta] = &self.logarithm;
        for lane in 0..AT {
            densities[lane] = exp(scale[lane] + alpha[lane] * ln(x[lane]) + beta[lane] * ln(1.0 - x[lane]));
        }
        densities
    }

    /// Near zero the distribution function is `x^alpha scale / alpha (1 - alpha (beta - 1) x / (alpha + 1) ...)`.
    fn first_quantiles(&self, probability: f64) -> Quantiles {
        let parts = each(|tail| {
            let (alpha, beta) = (self.alpha[tail], self.beta[tail]);
            let leading = exp((ln(probability * alpha) - self.log_scale[tail]) / alpha);
            let mut x = leading;
            for _ in 0..8 {
                let correction = 1.0 - alpha * (beta - 1.0) * x / (alpha + 1.0)
                    + alpha * (beta - 1.0) * (beta - 2.0) * x * x / (2.0 * (alpha + 2.0));
                x = leading * exp(-ln(correction) / alpha);
            }
            x
        });
        let densities = self.densities(parts);
        Quantiles { probability, parts, densities }
    }

    /// The next quantiles: a power law through the last ones, put right by Newton with the integral between them. Newton
    /// squares what is wrong: once that is a part in a hundred thousand, nothing is left to put right.
    #[inline(always)]
    fn next_quantiles(&self, last: &Quantiles, next: f64) -> Quantiles {
        let from = last.parts;
        let further = ln(next / last.probability);
        let mut x = each(|tail| {
            let power = last.probability / (from[tail] * last.densities[tail]);
            from[tail] * exp(power * further)
        });
        for _ in 0..NEWTON_STEPS {
            let (integrals, densities) = self.integrals(from, x);
            let steps = each(|tail| (next - last.probability - integrals[tail]) / densities[tail]);
            let is_small = |tail: usize| steps[tail].abs() <= SMALL * x[tail];
            let settled = is_small(0) && is_small(1);
            x = each(|tail| x[tail] + steps[tail]);
            if settled {
                break;
            }
        }
        let densities = self.densities(x);
        Quantiles { probability: next, parts: x, densities }
    }

    /// The integrals by Gauss and Legendre with four points, and the densities at the upper ends.
    #[inline(always)]
    fn integrals(&self, from: Pair, to: Pair) -> (Pair, Pair) {
        const POINTS: [(f64, f64); 2] =
            [(0.339_981_043_584_856_3, 0.652_145_154_862_546_1), (0.861_136_311_594_052_6, 0.347_854_845_137_453_85)];
        let middle = each(|tail| 0.5 * (from[tail] + to[tail]));
        let half = each(|tail| 0.5 * (to[tail] - from[tail]));
        let [(near, near_weight), (far, far_weight)] = POINTS;
        let mut points = [0.0; LANES];
        for tail in 0..2 {
            points[tail] = middle[tail] - half[tail] * near;
            points[2 + tail] = middle[tail] + half[tail] * near;
            points[4 + tail] = middle[tail] - half[tail] * far;
            points[6 + tail] = middle[tail] + half[tail] * far;
            points[8 + tail] = to[tail];
        }
        let found = self.densities(points);
        let integrals = each(|tail| {
            let near = near_weight * (found[tail] + found[2 + tail]);
            half[tail] * (near + far_weight * (found[4 + tail] + found[6 + tail]))
        });
        let densities = [found[8], found[9]];
        (integrals, densities)
    }
}

/// The same for both tails.
#[inline(always)]
fn each(of: impl Fn(usize) -> f64) -> Pair {
    [of(0), of(1)]
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
            let table = pert(0.0, mode, 1.0);
            for step in 1..2_000 {
                let u = f64::from(step) / 2_000.0;
                let there_and_back = probability(table.at(u), alpha, beta);
                assert!((there_and_back - u).abs() < 1e-7, "{alpha} {beta}: {u} became {there_and_back}");
            }
            for u in [1e-9, 1e-6, 1e-4] {
                let there_and_back = probability(table.at(u), alpha, beta);
                assert!((there_and_back / u - 1.0).abs() < 1e-5, "{alpha} {beta}: {u} became {there_and_back}");
            }
        }
    }

    #[test]
    fn nothing_leaves_the_range() {
        let table = pert(4.0, 8.0, 18.0);
        for u in [1e-300, 1e-17, 0.25, 0.5, 1.0 - 1e-17, 1.0] {
            let value = table.at(u);
            assert!((4.0..=18.0).contains(&value), "{u}: {value}");
        }
        assert!(table.at(0.3) < table.at(0.3 + 1e-12));
    }
}
