//! Ranges and distributions of variables: their parameters, their ends, and the base that `run` uses.

use super::context::{Context, equal};
use super::number_or_finding;
use super::quantiles::{self, Z90};
use super::variables::{Draft, value_of};
use crate::error::Finding;
use crate::model::{Distribution, Range, Value};
use crate::num::{Exact, Number, Stated};
use crate::spec::node::Block;
use crate::spec::number::Quantity;
use crate::spec::value::{Given, Literal};

impl Context<'_> {
    /// A variable with a range or a distribution.
    pub(super) fn spread(&mut self, name: &str, block: &Block) -> Option<Draft> {
        let number = |key: &str| match block.quantity(key)?.0 {
            Given::Stated(quantity) => Some(quantity),
            Given::Variable { .. } => None,
        };
        let word = self.word(block, "distribution");
        if word.is_none() && block.has("distribution") {
            return None;
        }
        let (low, base, high) = (number("low"), number("base"), number("high"));
        let percent = [&low, &base, &high].into_iter().flatten().any(|quantity| quantity.percent);
        let stated = |quantity: &Option<Quantity>| quantity.as_ref().map(|quantity| quantity.stated);
        let (low, base, high) = (stated(&low), stated(&base), stated(&high));
        let distribution = match word.map(|(word, _)| word) {
            None | Some("pert" | "triangular") => {
                let (Some(low), Some(mode), Some(high)) = (low, base, high) else {
                    self.missing(block, name, "`low`, `base` and `high`");
                    return None;
                };
                match word.map(|(word, _)| word) {
                    Some("triangular") => Distribution::Triangular { low, mode, high },
                    _ => Distribution::Pert { low, mode, high },
                }
            }
            Some("uniform") => {
                let (Some(low), Some(high)) = (low, high) else {
                    self.missing(block, name, "`low` and `high`");
                    return None;
                };
                Distribution::Uniform { low, high }
            }
            Some("normal") => {
                let (Some(mean), Some(sd)) = (number("mean"), number("sd")) else {
                    self.missing(block, name, "`mean` and `sd`");
                    return None;
                };
                Distribution::Normal { mean: mean.stated, sd: sd.stated }
            }
            Some("lognormal") => self.lognormal(name, block)?,
            Some("bernoulli") => {
                let Some(probability) = number("probability") else {
                    self.missing(block, name, "`probability`");
                    return None;
                };
                self.check_probability(probability.stated, block.span_of("probability"));
                Distribution::Bernoulli { probability: probability.stated }
            }
            Some(_) => self.discrete(name, block)?,
        };
        self.warn_of_other_parameters(block, word.map(|(word, _)| word));
        if word.is_none() {
            self.assume(
                format!("variable {name}"),
                "drawn as PERT from low, base and high, because no distribution is named",
                Some(block.span),
            );
        }
        self.checked(name, block, distribution, base, percent)
    }

    /// Parameters of another distribution, which would be read in vain: `low` does not cut a normal distribution off.
    fn warn_of_other_parameters(&mut self, block: &Block, word: Option<&str>) {
        let word = word.unwrap_or("pert");
        let of_this: &[&str] = match word {
            "pert" | "triangular" | "uniform" => &["low", "base", "high"],
            "normal" => &["base", "mean", "sd"],
            "lognormal" => &["base", "median", "sigma", "mean", "sd"],
            "bernoulli" => &["probability"],
            _ => &["values", "probabilities"],
        };
        let is_quantile = |key: &str| key.strip_prefix('p').is_some_and(|rest| rest.parse::<u32>().is_ok());
        for entry in &block.entries {
            let key = entry.key.as_str();
            let is_other = match key {
                "low" | "base" | "high" | "mean" | "sd" | "median" | "sigma" | "probability" | "values"
                | "probabilities" => !of_this.contains(&key),
                _ => is_quantile(key) && word != "lognormal",
            };
            if is_other {
                self.report(
                    Finding::warning("W0481", format!("`{key}` is not a parameter of distribution \"{word}\""))
                        .at(entry.key_span, "read in vain")
                        .help(format!("its parameters are `{}`; take `{key}` out", of_this.join("`, `"))),
                );
            }
        }
    }

    fn missing(&mut self, block: &Block, name: &str, what: &str) {
        self.report(
            Finding::error("E0408", format!("the variable \"{name}\" lacks {what}"))
                .at(block.span, format!("expected {what}"))
                .help("`low`, `base`, `high` for PERT, triangular and uniform; `mean`, `sd`; `median`, `sigma`; `probability`; `values`, `probabilities`"),
        );
    }

    /// Median and sigma, from themselves, from mean and sd, or from two quantiles.
    fn lognormal(&mut self, name: &str, block: &Block) -> Option<Distribution> {
        let number = |key: &str| match block.quantity(key)?.0 {
            Given::Stated(quantity) => Some(quantity.stated),
            Given::Variable { .. } => None,
        };
        let named: Vec<(u32, Stated)> = (1..=99)
            .filter(|p| block.has(&format!("p{p}")))
            .filter_map(|p| Some((p, number(&format!("p{p}"))?)))
            .collect();
        let found = match (number("median"), number("sigma"), number("mean"), number("sd"), named.as_slice()) {
            (Some(median), Some(sigma), None, None, []) => return Some(Distribution::Lognormal { median, sigma }),
            (None, None, Some(mean), Some(sd), []) => quantiles::lognormal_by_mean(mean, sd),
            (None, None, None, None, &[first, second]) => quantiles::lognormal_by_quantiles(first, second),
            _ => {
                self.missing(block, name, "`median` and `sigma`, or `mean` and `sd`, or two of `p1` to `p99`");
                return None;
            }
        };
        if found.is_none() {
            self.report(
                Finding::error("E0409", format!("no lognormal distribution fits the figures of \"{name}\""))
                    .at(block.span, "expected figures above zero, the higher quantile above the lower one")
                    .help("such as `p10 = \"1M\", p90 = \"4M\"`"),
            );
        }
        let (median, sigma) = found?;
        self.assume(
            format!("variable {name}"),
            format!(
                "lognormal with median {} and sigma {}, computed to 12 digits from the figures given",
                median.normalize(),
                sigma.normalize()
            ),
            Some(block.span),
        );
        Some(Distribution::Lognormal { median: median.into(), sigma: sigma.into() })
    }

    fn discrete(&mut self, name: &str, block: &Block) -> Option<Distribution> {
        let values: Vec<Value> = block.items("values").iter().filter_map(|(given, ..)| value_of(given)).collect();
        let probabilities: Vec<Stated> = block
            .items("probabilities")
            .into_iter()
            .filter_map(|(given, ..)| match given {
                Given::Stated(Literal::Quantity(quantity)) => Some(quantity.stated),
                _ => None,
            })
            .collect();
        if values.is_empty() || values.len() != probabilities.len() {
            self.report(
                Finding::error(
                    "E0410",
                    format!("\"{name}\" has {} values and {} probabilities", values.len(), probabilities.len()),
                )
                .at(block.span, "expected one probability for each value")
                .help("such as `values = [\"1M\", \"2M\"], probabilities = [\"60%\", \"40%\"]`"),
            );
            return None;
        }
        let sum: Exact = probabilities.iter().map(|probability| probability.cast()).sum();
        if !equal(sum, Exact::one()) {
            let percent = super::context::number(sum * Exact::whole(100));
            self.report(
                Finding::error("E0410", format!("the probabilities of \"{name}\" add up to {percent} %"))
                    .at(block.span_of("probabilities"), "expected 100 %")
                    .help("correct one of them, or add the value that is missing"),
            );
            return None;
        }
        Some(Distribution::Discrete { values, probabilities })
    }

    /// Ends and base of a distribution, with its parameters in order.
    fn checked(
        &mut self,
        name: &str,
        block: &Block,
        distribution: Distribution,
        base: Option<Stated>,
        percent: bool,
    ) -> Option<Draft> {
        let number = |number| Value::Number { number, percent };
        let ends = |low, base, high, quantiles| Range { low, base, high, quantiles };
        let range = match &distribution {
            Distribution::Triangular { low, mode, high } | Distribution::Pert { low, mode, high } => {
                ends(*low, *mode, *high, false)
            }
            Distribution::Uniform { low, high } => {
                let middle = (low.cast::<Exact>() + high.cast::<Exact>()) / Exact::whole(2);
                ends(*low, base.unwrap_or(number_or_finding(middle)), *high, false)
            }
            Distribution::Normal { mean, sd } => {
                let step = sd.cast::<Exact>() * Exact::given(Z90);
                let end = |sum: Exact| number_or_finding(sum);
                ends(end(mean.cast::<Exact>() - step), base.unwrap_or(*mean), end(mean.cast::<Exact>() + step), true)
            }
            Distribution::Lognormal { median, sigma } => {
                let (low, high) = quantiles::tenth_and_ninetieth(*median, *sigma);
                ends(low, base.unwrap_or(*median), high, true)
            }
            Distribution::Bernoulli { .. } => {
                let yes = |yes| Value::YesNo(yes);
                return Some(Draft {
                    low: yes(false),
                    base: yes(true),
                    high: yes(true),
                    tied: None,
                    range: None,
                    distribution: Some(distribution),
                });
            }
            Distribution::Discrete { values, probabilities } => {
                return Some(discrete_draft(values, probabilities, &distribution));
            }
        };
        let ordered =
            range.low <= range.high && (range.quantiles || (range.low <= range.base && range.base <= range.high));
        if !ordered {
            self.report(
                Finding::error("E0411", format!("the range of \"{name}\" is out of order"))
                    .at(block.span, "expected low <= base <= high")
                    .help("such as `low = \"1M\", base = \"2M\", high = \"4M\"`"),
            );
            return None;
        }
        Some(Draft {
            low: number(range.low),
            base: number(range.base),
            high: number(range.high),
            tied: None,
            range: Some(range),
            distribution: Some(distribution),
        })
    }
}

/// The most probable value is the base (the first of several), the smallest and largest numbers are the ends.
fn discrete_draft(values: &[Value], probabilities: &[Stated], distribution: &Distribution) -> Draft {
    let mut base = 0;
    for (index, probability) in probabilities.iter().enumerate() {
        if *probability > probabilities[base] {
            base = index;
        }
    }
    let key = |value: &Value| match value {
        Value::Number { number, .. } => Some(*number),
        Value::Word(_) | Value::YesNo(_) => None,
    };
    let numeric = values.iter().all(|value| key(value).is_some());
    let end = |found: Option<&Value>| found.filter(|_| numeric).unwrap_or(&values[base]).clone();
    Draft {
        low: end(values.iter().min_by_key(|value| key(value))),
        base: values[base].clone(),
        high: end(values.iter().max_by_key(|value| key(value))),
        tied: None,
        range: None,
        distribution: Some(distribution.clone()),
    }
}
