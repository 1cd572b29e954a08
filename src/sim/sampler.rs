//! From a uniform number to a value: each distribution by the inverse of its distribution function.

use super::beta::PertQuantile;
use super::maths::{exp, ln, normal_quantiles};
use super::tape::{BLOCK, Column};
use crate::model::{Distribution, Value};
use crate::num::{Exact, Lanes, Stated};

/// How a variable is drawn. Every one rises with the uniform number it is drawn from, so that correlations keep their
/// sign.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the parameters of the textbooks")]
pub enum Sampler {
    /// `low + (high - low) u`
    Uniform { low: f64, high: f64 },
    /// Two square roots that meet at the mode.
    Triangular { low: f64, mode: f64, high: f64 },
    /// See [`PertQuantile`].
    Pert { table: PertQuantile, low: f64, high: f64 },
    /// `mean + sd z`
    Normal { mean: f64, sd: f64 },
    /// `exp(ln median + sigma z)`
    Lognormal { log_median: f64, sigma: f64 },
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
    pub fn new(distribution: &Distribution) -> Option<Self> {
        Some(match distribution {
            Distribution::Uniform { low, high } => Sampler::Uniform { low: float(*low), high: float(*high) },
            Distribution::Triangular { low, mode, high } => {
                Sampler::Triangular { low: float(*low), mode: float(*mode), high: float(*high) }
            }
            Distribution::Pert { low, mode, high } => {
                let (low, mode, high) = (float(*low), float(*mode), float(*high));
                match low < high {
                    true => Sampler::Pert { table: PertQuantile::new(low, mode, high), low, high },
                    false => Sampler::Uniform { low, high },
                }
            }
            Distribution::Normal { mean, sd } => Sampler::Normal { mean: float(*mean), sd: float(*sd) },
            Distribution::Lognormal { median, sigma } => {
                Sampler::Lognormal { log_median: ln(float(*median)), sigma: float(*sigma) }
            }
            Distribution::Discrete { values, probabilities } => discrete(values, probabilities)?,
            Distribution::Bernoulli { .. } => return None,
        })
    }

    /// The least and the most it can give, where normal numbers go no farther than `farthest`.
    pub fn ends(&self, farthest: f64) -> (f64, f64) {
        match self {
            Sampler::Uniform { low, high }
            | Sampler::Triangular { low, high, .. }
            | Sampler::Pert { low, high, .. } => (*low, *high),
            Sampler::Normal { mean, sd } => (mean - sd * farthest, mean + sd * farthest),
            Sampler::Lognormal { log_median, sigma } => {
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

    /// Values of a block from its uniform numbers. `normal` is room for normal ones.
    #[inline(always)]
    pub fn fill(&self, uniform: &[f64; BLOCK], normal: &mut Column, out: &mut Column) {
        if self.is_normal() {
            normal_quantiles(uniform, &mut normal.0);
            self.fill_from_normal(&normal.0, out);
            return;
        }
        match self {
            Sampler::Uniform { low, high } => {
                let range = high - low;
                each(uniform, out, |u| clamped(low + range * u, *low, *high));
            }
            Sampler::Triangular { low, mode, high } => {
                let (left, right, range) = (mode - low, high - mode, high - low);
                let below = if range > 0.0 { left / range } else { 1.0 };
                each(uniform, out, |u| {
                    let is_left = u < below;
                    let root = (if is_left { u * left } else { (1.0 - u) * right } * range).sqrt();
                    clamped(if is_left { low + root } else { high - root }, *low, *high)
                });
            }
            Sampler::Pert { table, low, high } => each(uniform, out, |u| clamped(table.at(u), *low, *high)),
            Sampler::Discrete { values, cumulative } => {
                each(uniform, out, |_| values[0]);
                for (value, before) in values[1..].iter().zip(cumulative) {
                    for i in 0..BLOCK {
                        out.0[i] = if uniform[i] < *before { out.0[i] } else { *value };
                    }
                }
            }
            Sampler::Normal { .. } | Sampler::Lognormal { .. } => {}
        }
    }

    /// Values of a block from its standard normal numbers.
    #[inline(always)]
    pub fn fill_from_normal(&self, normal: &[f64; BLOCK], out: &mut Column) {
        match self {
            Sampler::Normal { mean, sd } => each(normal, out, |z| mean + sd * z),
            Sampler::Lognormal { log_median, sigma } => each(normal, out, |z| exp(log_median + sigma * z)),
            Sampler::Uniform { .. } | Sampler::Triangular { .. } | Sampler::Pert { .. } | Sampler::Discrete { .. } => {}
        }
    }
}

#[inline(always)]
fn each(from: &[f64; BLOCK], to: &mut Column, value: impl Fn(f64) -> f64) {
    for i in 0..BLOCK {
        to.0[i] = value(from[i]);
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
    let mut sum = <Exact as crate::num::Number>::zero();
    let mut cumulative = Vec::new();
    for (_, probability) in &pairs {
        sum += probability.cast();
        cumulative.push(sum.to_decimal(20).map_or(1.0, |sum| float(sum.into())));
    }
    Some(Sampler::Discrete { values: pairs.iter().map(|pair| float(pair.0)).collect(), cumulative })
}
