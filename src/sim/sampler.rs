//! From a uniform number to a value: each distribution by the inverse of its distribution function.

use super::beta::pert;
use super::maths::{exp, ln, normal_density, normal_quantile};
use super::quantiles::{POINTS, Point, QuantileTable, probabilities};
use super::tape::BLOCK;
use crate::model::{Distribution, Value};
use crate::num::{Exact, Lanes, Stated};
use std::sync::LazyLock;

/// How a variable is drawn. Every one rises with the uniform number it is drawn from, so that correlations keep their
/// sign.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the parameters of the textbooks")]
pub enum Sampler {
    /// `low + (high - low) u`
    Uniform { low: f64, high: f64 },
    /// Two square roots that meet at the mode.
    Triangular { low: f64, mode: f64, high: f64 },
    /// See [`pert`].
    Pert { table: QuantileTable, low: f64, high: f64 },
    /// `mean + sd z`
    Normal { table: QuantileTable, mean: f64, sd: f64 },
    /// `exp(ln median + sigma z)`
    Lognormal { table: QuantileTable, log_median: f64, sigma: f64 },
    /// The first value whose probabilities, added up, exceed `u`.
    Discrete { values: Vec<f64>, cumulative: Vec<f64> },
}

/// The farthest a normal number goes that is drawn from 52 bits, with some room: the quantile of 2^-53 is -8.21.
pub const FARTHEST: f64 = 8.3;

/// A stated number in f64, rounded once.
pub fn float(stated: Stated) -> f64 {
    stated.cast::<Lanes<1>>().0[0]
}

impl Sampler {
    /// The sampler of a distribution of numbers; `None` for one of yes and no or of words.
    #[inline(always)]
    pub fn new(distribution: &Distribution) -> Option<Self> {
        Some(match distribution {
            Distribution::Uniform { low, high } => Sampler::Uniform { low: float(*low), high: float(*high) },
            Distribution::Triangular { low, mode, high } => {
                Sampler::Triangular { low: float(*low), mode: float(*mode), high: float(*high) }
            }
            Distribution::Pert { low, mode, high } => {
                let (low, mode, high) = (float(*low), float(*mode), float(*high));
                match low < high {
                    true => Sampler::Pert { table: pert(low, mode, high), low, high },
                    false => Sampler::Uniform { low, high },
                }
            }
            Distribution::Normal { mean, sd } => Sampler::normal(float(*mean), float(*sd)),
            Distribution::Lognormal { median, sigma } => Sampler::lognormal(ln(float(*median)), float(*sigma)),
            Distribution::Discrete { values, probabilities } => discrete(values, probabilities)?,
            Distribution::Bernoulli { .. } => return None,
        })
    }

    /// Normal with this mean and standard deviation.
    #[inline(always)]
    pub fn normal(mean: f64, sd: f64) -> Self {
        let point = |z: f64, density: f64| Point { value: mean + sd * z, slope: sd / density };
        Sampler::Normal { table: from_normal(point), mean, sd }
    }

    /// Lognormal: normal with this mean and standard deviation in the logarithm.
    #[inline(always)]
    pub fn lognormal(log_median: f64, sigma: f64) -> Self {
        let point = |z: f64, density: f64| {
            let value = exp(log_median + sigma * z);
            Point { value, slope: value * sigma / density }
        };
        Sampler::Lognormal { table: from_normal(point), log_median, sigma }
    }

    /// The least and the most it can give, where normal numbers go no farther than `farthest`.
    pub fn ends(&self, farthest: f64) -> (f64, f64) {
        match self {
            Sampler::Uniform { low, high }
            | Sampler::Triangular { low, high, .. }
            | Sampler::Pert { low, high, .. } => (*low, *high),
            Sampler::Normal { mean, sd, .. } => (mean - sd * farthest, mean + sd * farthest),
            Sampler::Lognormal { log_median, sigma, .. } => {
                let room = 1e-9;
                (exp(log_median - sigma * farthest) * (1.0 - room), exp(log_median + sigma * farthest) * (1.0 + room))
            }
            Sampler::Discrete { values, .. } => {
                let (low, high) = (f64::INFINITY, f64::NEG_INFINITY);
                (values.iter().copied().fold(low, f64::min), values.iter().copied().fold(high, f64::max))
            }
        }
    }

    /// True where it is drawn from a normal number rather than a uniform one.
    pub fn is_normal(&self) -> bool {
        matches!(self, Sampler::Normal { .. } | Sampler::Lognormal { .. })
    }

    /// Values of a block from its uniform numbers.
    #[inline(always)]
    pub fn fill(&self, uniform: &[f64; BLOCK], out: &mut [f64; BLOCK]) {
        match self {
            Sampler::Uniform { low, high } => fill_uniform(*low, *high, uniform, out),
            Sampler::Triangular { low, mode, high } => fill_triangular(*low, *mode, *high, uniform, out),
            Sampler::Pert { table, .. } | Sampler::Normal { table, .. } | Sampler::Lognormal { table, .. } => {
                table.fill(uniform, out);
            }
            Sampler::Discrete { values, cumulative } => {
                out.fill(values[0]);
                for (value, before) in values[1..].iter().zip(cumulative) {
                    fill_from(*before, *value, uniform, out);
                }
            }
        }
    }

    /// Values of a block from its standard normal numbers, for what is drawn from normal numbers.
    #[inline(always)]
    pub fn fill_from_normal(&self, normal: &[f64; BLOCK], out: &mut [f64; BLOCK]) {
        match self {
            Sampler::Normal { mean, sd, .. } => fill_normal(*mean, *sd, normal, out),
            Sampler::Lognormal { log_median, sigma, .. } => fill_lognormal(*log_median, *sigma, normal, out),
            Sampler::Uniform { .. } | Sampler::Triangular { .. } | Sampler::Pert { .. } | Sampler::Discrete { .. } => {}
        }
    }
}

/// Normal quantiles and their densities at the probabilities of a table: the same for every variable.
static NORMAL: LazyLock<Vec<(f64, f64)>> = LazyLock::new(|| {
    let quantile = |probability| {
        let z = normal_quantile(probability);
        (z, normal_density(z))
    };
    probabilities().map(quantile).collect()
});

/// The table of what is a function of a normal number, given its density too.
#[inline(always)]
fn from_normal(point: impl Fn(f64, f64) -> Point) -> QuantileTable {
    let (mut lower, mut upper) = ([Point::default(); POINTS], [Point::default(); POINTS]);
    for ((lower, upper), &(z, density)) in lower.iter_mut().zip(&mut upper).zip(NORMAL.iter()) {
        *lower = point(z, density);
        let Point { value, slope } = point(-z, density);
        *upper = Point { value, slope: -slope };
    }
    QuantileTable::new(&lower, &upper)
}

// One loop a function: the compiler then knows that what is read and what is written are different places.

#[inline(always)]
fn fill_uniform(low: f64, high: f64, uniform: &[f64; BLOCK], out: &mut [f64; BLOCK]) {
    let range = high - low;
    for i in 0..BLOCK {
        out[i] = clamped(low + range * uniform[i], low, high);
    }
}

#[inline(always)]
fn fill_triangular(low: f64, mode: f64, high: f64, uniform: &[f64; BLOCK], out: &mut [f64; BLOCK]) {
    let (left, right, range) = (mode - low, high - mode, high - low);
    let below = if range > 0.0 { left / range } else { 1.0 };
    for i in 0..BLOCK {
        let u = uniform[i];
        let is_left = u < below;
        let root = (if is_left { u * left } else { (1.0 - u) * right } * range).sqrt();
        out[i] = clamped(if is_left { low + root } else { high - root }, low, high);
    }
}

/// `value` where the uniform number is at least `from`.
#[inline(always)]
fn fill_from(from: f64, value: f64, uniform: &[f64; BLOCK], out: &mut [f64; BLOCK]) {
    for i in 0..BLOCK {
        out[i] = if uniform[i] < from { out[i] } else { value };
    }
}

#[inline(always)]
fn fill_normal(mean: f64, sd: f64, normal: &[f64; BLOCK], out: &mut [f64; BLOCK]) {
    for i in 0..BLOCK {
        out[i] = mean + sd * normal[i];
    }
}

#[inline(always)]
fn fill_lognormal(log_median: f64, sigma: f64, normal: &[f64; BLOCK], out: &mut [f64; BLOCK]) {
    for i in 0..BLOCK {
        out[i] = exp(log_median + sigma * normal[i]);
    }
}

#[inline(always)]
fn clamped(value: f64, low: f64, high: f64) -> f64 {
    let above = if value < low { low } else { value };
    if above > high { high } else { above }
}

fn discrete(values: &[Value], probabilities: &[Stated]) -> Option<Sampler> {
    let number = |value: &Value| match value {
        Value::Number { number, .. } => Some(*number),
        Value::Word(_) | Value::YesNo(_) => None,
    };
    // In order of size, so that the value rises with the uniform number.
    let mut pairs: Vec<(Stated, Stated)> = values
        .iter()
        .zip(probabilities)
        .map(|(value, probability)| Some((number(value)?, *probability)))
        .collect::<Option<_>>()?;
    pairs.sort_by_key(|pair| pair.0);
    let cumulative = cumulative(&pairs.iter().map(|pair| pair.1).collect::<Vec<_>>());
    Some(Sampler::Discrete { values: pairs.iter().map(|pair| float(pair.0)).collect(), cumulative })
}

/// Probabilities added up, each sum rounded once.
pub fn cumulative(probabilities: &[Stated]) -> Vec<f64> {
    let mut sum = <Exact as crate::num::Number>::zero();
    let add = |probability: &Stated| {
        sum += probability.cast();
        sum.to_decimal(20).map_or(1.0, |sum| float(sum.into()))
    };
    probabilities.iter().map(add).collect()
}
