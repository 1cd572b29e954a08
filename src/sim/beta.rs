//! The quantile function of PERT.
//!
//! PERT of (low, mode, high) is `low + (high - low) B` with `B` beta distributed, `alpha = 1 + 4 (mode - low)/(high - low)`
//! and `beta = 1 + 4 (high - mode)/(high - low)`.

use super::maths::{exp, ln};
use super::quantiles::{Point, QuantileTable};

/// The table for these ends and this mode; `low < high`, the mode between them.
pub fn pert(low: f64, mode: f64, high: f64) -> QuantileTable {
    let range = high - low;
    let (alpha, beta) = (1.0 + 4.0 * (mode - low) / range, 1.0 + 4.0 * (high - mode) / range);
    let (mut lower, mut upper) = (Tail::new(alpha, beta), Tail::new(beta, alpha));
    QuantileTable::new(
        |probability| {
            let part = lower.advance(probability);
            Point { value: low + range * part, slope: range / lower.density(part) }
        },
        |probability| {
            let part = upper.advance(probability);
            Point { value: high - range * part, slope: -range / upper.density(part) }
        },
    )
}

/// The lower tail of a beta distribution, followed inwards: each quantile is found from the one before it.
struct Tail {
    alpha: f64,
    beta: f64,
    /// Logarithm of one over the beta function.
    log_scale: f64,
    last: Option<(f64, f64)>,
}

impl Tail {
    fn new(alpha: f64, beta: f64) -> Self {
        let log_scale = libm::lgamma(alpha + beta) - libm::lgamma(alpha) - libm::lgamma(beta);
        Tail { alpha, beta, log_scale, last: None }
    }

    fn density(&self, x: f64) -> f64 {
        exp(self.log_scale + (self.alpha - 1.0) * ln(x) + (self.beta - 1.0) * ln(1.0 - x))
    }

    /// The quantile of a probability above the one before it.
    fn advance(&mut self, probability: f64) -> f64 {
        let quantile = match self.last {
            None => self.first_quantile(probability),
            Some((before, quantile)) => self.next_quantile(quantile, before, probability),
        };
        self.last = Some((probability, quantile));
        quantile
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
        let power = probability / (from * self.density(from));
        let mut x = from * exp(power * ln(next / probability));
        for _ in 0..2 {
            let short = next - probability - self.integral(from, x);
            x += short / self.density(x);
        }
        x
    }

    /// Gauss and Legendre with four points.
    fn integral(&self, from: f64, to: f64) -> f64 {
        const POINTS: [(f64, f64); 2] =
            [(0.339_981_043_584_856_3, 0.652_145_154_862_546_1), (0.861_136_311_594_052_6, 0.347_854_845_137_453_85)];
        let (middle, half) = (0.5 * (from + to), 0.5 * (to - from));
        let pair =
            |(at, weight): (f64, f64)| weight * (self.density(middle - half * at) + self.density(middle + half * at));
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
