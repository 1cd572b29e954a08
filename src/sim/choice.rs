//! What is drawn and decides how the file is read: a word, yes or no, or a number that is more than an amount.

use super::draw::is_free;
use super::sampler::cumulative;
use crate::model::{Agreement, Distribution, Value, VariableId};
use crate::num::{Exact, Number, Stated};

/// A variable of which each value makes another scenario.
#[derive(Clone, Debug)]
pub struct DrawnChoice {
    /// Which.
    pub variable: VariableId,
    /// By option: the uniform number up to which it or one before it is drawn.
    pub cumulative: Vec<f64>,
    /// From which uniform number.
    pub dimension: usize,
}

impl DrawnChoice {
    /// The choice between the options of a distribution.
    pub fn new(variable: VariableId, distribution: &Distribution, dimension: usize) -> Self {
        let probabilities: Vec<Stated> = options(distribution).iter().map(|option| option.1).collect();
        DrawnChoice { variable, cumulative: cumulative(&probabilities), dimension }
    }

    /// Which of the options a uniform number draws.
    #[inline(always)]
    pub fn option_at(&self, uniform: f64) -> usize {
        let last = self.cumulative.len() - 1;
        self.cumulative[..last].iter().filter(|until| uniform >= **until).count()
    }
}

/// The values a variable can have, each with its probability; none where they are not of a list.
///
/// No comes before yes and a smaller number before a larger one, so that correlations keep their sign.
pub fn options(distribution: &Distribution) -> Vec<(Value, Stated)> {
    match distribution {
        Distribution::Bernoulli { probability } => {
            let not = (Exact::one() - probability.cast::<Exact>()).to_stated().unwrap_or(Stated::ZERO);
            vec![(Value::YesNo(false), not), (Value::YesNo(true), *probability)]
        }
        Distribution::Discrete { values, probabilities } => {
            let mut options: Vec<_> = values.iter().cloned().zip(probabilities.iter().copied()).collect();
            let number = |value: &Value| if let Value::Number { number, .. } = value { Some(*number) } else { None };
            if options.iter().all(|option| number(&option.0).is_some()) {
                options.sort_by_key(|option| number(&option.0));
            }
            options
        }
        Distribution::Uniform { .. }
        | Distribution::Triangular { .. }
        | Distribution::Pert { .. }
        | Distribution::Normal { .. }
        | Distribution::Lognormal { .. } => Vec::new(),
    }
}

/// Variables that draw words, whatever they are used for.
pub fn drawn_words(agreement: &Agreement) -> impl Iterator<Item = VariableId> {
    let has_words = |id: &VariableId| match &agreement.variables[id.index()].distribution {
        Some(Distribution::Discrete { values, .. }) => {
            values.iter().any(|value| !matches!(value, Value::Number { .. }))
        }
        _ => false,
    };
    (0..agreement.variables.len()).map(VariableId::at).filter(move |id| is_free(agreement, *id)).filter(has_words)
}
