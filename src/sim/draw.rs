//! What is drawn for a path: uniform numbers by dimension, then variables and conditions.
//!
//! Dimensions are numbered by the order of the file: its variables that have a distribution, then its conditions that
//! have a probability. Path `i` of seed `s` is the same whatever else is run beside it, and a variable that is set by hand
//! keeps its number, so that the others draw the same with it and without.

use super::choice::{DrawnChoice, drawn_words};
use super::derived::Derived;
use super::maths::{normal_probability, normal_quantile};
use super::philox;
use super::sampler::{FARTHEST, Sampler, float};
use super::simd::in_widest;
use super::sobol::Sobol;
use super::tape::{BLOCK, Column, Machine, is, truth};
use crate::model::{Agreement, Chance, ConditionId, Distribution, Setting, Term, Value, VariableId};
use crate::num::Stated;
use rust_decimal::Decimal;

/// Where uniform numbers come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sampling {
    /// Random, by Philox 4x32-10.
    Philox,
    /// Evenly spread: Sobol's sequence, shifted at random.
    Sobol,
}

/// A variable that is drawn as a number.
#[derive(Clone, Debug)]
pub struct DrawnVariable {
    /// Which.
    pub variable: VariableId,
    /// How.
    pub sampler: Sampler,
    /// From which uniform number.
    pub dimension: usize,
}

/// A condition that is drawn: it holds where the uniform number is at least `1 - probability`.
#[derive(Clone, Copy, Debug)]
pub struct DrawnCondition {
    /// Which.
    pub condition: ConditionId,
    /// The uniform number from which on it holds, where its probability is the same in every path.
    pub from: f64,
    /// Its probability, where that is drawn itself.
    pub probability: Option<VariableId>,
    /// From which uniform number.
    pub dimension: usize,
}

/// Everything that is drawn, and from what.
#[derive(Clone, Debug)]
pub struct Draw {
    /// The key of the random numbers.
    pub seed: u64,
    /// Where they come from.
    pub sampling: Sampling,
    /// Numbers.
    pub variables: Vec<DrawnVariable>,
    /// Truths.
    pub conditions: Vec<DrawnCondition>,
    /// What decides how the file is read.
    pub choices: Vec<DrawnChoice>,
    /// How many uniform numbers a path has.
    pub dimensions: usize,
    copula: Option<Copula>,
    sobol: Option<Sobol>,
    probabilities: Derived,
}

/// Variables that move together: the dimensions, and for each the weights of its own normal number and those before it.
#[derive(Clone, Debug)]
struct Copula {
    dimensions: Vec<usize>,
    weights: Vec<Vec<f64>>,
}

/// Room for a block's draws.
#[derive(Clone, Debug)]
pub struct DrawRoom {
    uniform: Vec<Column>,
    mixed: Vec<Column>,
}

/// A yes/no variable's probability, where it is drawn.
fn bernoulli(agreement: &Agreement, id: VariableId) -> Option<Stated> {
    match agreement.variables[id.index()].distribution {
        Some(Distribution::Bernoulli { probability }) => Some(probability),
        _ => None,
    }
}

/// Conditions with a probability of their own, by name.
pub fn drawn_conditions(agreement: &Agreement) -> impl Iterator<Item = &str> {
    let drawn = agreement.conditions.iter().filter(|info| matches!(info.chance, Chance::Probability(_)));
    drawn.map(|info| info.name.as_str())
}

/// Not set on the command line.
pub fn is_free(agreement: &Agreement, id: VariableId) -> bool {
    let name = &agreement.variables[id.index()].name;
    !agreement.head.set.iter().any(|(set, _)| set == name)
}

impl Draw {
    /// What is drawn of an agreement. A variable that was set by hand is not.
    pub fn new(agreement: &Agreement, seed: u64, sampling: Sampling) -> Self {
        let words: Vec<VariableId> = drawn_words(agreement).collect();
        Self::among(agreement, seed, sampling, &drawn_conditions(agreement).collect::<Vec<_>>(), &words)
    }

    /// The same of one of several agreements, in each of which these variables are chosen, and where the conditions that
    /// have a dimension of their own are those of all of them, by name.
    pub fn among(agreement: &Agreement, seed: u64, sampling: Sampling, names: &[&str], chosen: &[VariableId]) -> Self {
        let mut dimensions = 0;
        let mut by_variable: Vec<Option<usize>> = Vec::new();
        for info in &agreement.variables {
            by_variable.push(info.distribution.as_ref().map(|_| dimensions));
            dimensions += usize::from(info.distribution.is_some());
        }
        let is_drawn = |id: VariableId| is_free(agreement, id) && !chosen.contains(&id);
        let mut variables = Vec::new();
        for (index, (info, dimension)) in agreement.variables.iter().zip(&by_variable).enumerate() {
            let variable = VariableId::at(index);
            let distribution = info.distribution.as_ref().filter(|_| is_drawn(variable));
            let sampler = distribution.and_then(|distribution| in_widest(|| Sampler::new(distribution)));
            if let (Some(sampler), &Some(dimension)) = (sampler, dimension) {
                variables.push(DrawnVariable { variable, sampler, dimension });
            }
        }
        let of_variables = dimensions;
        dimensions += names.len();
        let mut conditions = Vec::new();
        for (index, info) in agreement.conditions.iter().enumerate() {
            let (probability, dimension) = match info.chance {
                Chance::Certain => continue,
                Chance::Probability(probability) => {
                    let place = names.iter().position(|name| *name == info.name);
                    (probability, of_variables + place.expect("every condition with a probability is named"))
                }
                Chance::Variable(id) => match (bernoulli(agreement, id), by_variable[id.index()]) {
                    (Some(probability), Some(dimension)) if is_drawn(id) => (Term::Given(probability), dimension),
                    _ => continue,
                },
            };
            let (from, probability) = match probability {
                Term::Given(probability) => (1.0 - float(probability), None),
                Term::Variable(id) => (0.0, Some(id)),
            };
            conditions.push(DrawnCondition { condition: ConditionId::at(index), from, probability, dimension });
        }
        let copula = Copula::new(agreement, &by_variable);
        let sobol = (sampling == Sampling::Sobol).then(|| Sobol::new(dimensions, seed));
        let probabilities = Derived::new(agreement, &variables, &conditions);
        let choice = |id: &VariableId| {
            let distribution = agreement.variables[id.index()].distribution.as_ref()?;
            Some(DrawnChoice::new(*id, distribution, by_variable[id.index()]?))
        };
        let choices = chosen.iter().filter(|id| is_free(agreement, **id)).filter_map(choice).collect();
        Draw { seed, sampling, variables, conditions, choices, dimensions, copula, sobol, probabilities }
    }

    /// True where every path is the same.
    pub fn is_empty(&self) -> bool {
        self.variables.is_empty() && self.conditions.is_empty() && self.choices.is_empty()
    }

    /// Independent variables and conditions from random numbers.
    pub fn independent(
        variables: Vec<DrawnVariable>,
        conditions: Vec<DrawnCondition>,
        dimensions: usize,
        seed: u64,
    ) -> Self {
        Draw {
            seed,
            sampling: Sampling::Philox,
            variables,
            conditions,
            choices: Vec::new(),
            dimensions,
            copula: None,
            sobol: None,
            probabilities: Derived::default(),
        }
    }

    /// The least and the most that the variable can be.
    pub fn ends(&self, variable: &DrawnVariable) -> (f64, f64) {
        let weights = self.copula.as_ref().and_then(|copula| copula.weights_of(variable.dimension));
        let farthest = weights.map_or(FARTHEST, |weights| FARTHEST * weights.iter().map(|w| w.abs()).sum::<f64>());
        variable.sampler.ends(farthest)
    }

    /// Room for a block.
    pub fn room(&self) -> DrawRoom {
        let column = || Column::splat(0.5);
        let mixed = self.copula.as_ref().map_or(0, |copula| copula.dimensions.len());
        DrawRoom {
            // Philox gives some at a time.
            uniform: (0..self.dimensions.next_multiple_of(philox::SHARED)).map(|_| column()).collect(),
            mixed: (0..mixed).map(|_| column()).collect(),
        }
    }

    /// Draws the block whose first path is `first`, a multiple of the block's length, into the machine's inputs.
    #[inline(always)]
    pub fn fill(&self, first: u64, room: &mut DrawRoom, machine: &mut Machine) {
        self.fill_uniform(first, room);
        if let Some(copula) = &self.copula {
            copula.mix(room);
        }
        for (variable, out) in self.variables.iter().zip(&mut machine.columns) {
            let together = self.copula.as_ref().and_then(|copula| copula.position(variable.dimension));
            match together {
                Some(position) if variable.sampler.is_normal() => {
                    variable.sampler.fill_from_normal(&room.mixed[position].0, &mut out.0);
                }
                _ => variable.sampler.fill(&room.uniform[variable.dimension].0, &mut out.0),
            }
        }
        for (condition, out) in self.conditions.iter().zip(&mut machine.columns[self.variables.len()..]) {
            fill_condition(&room.uniform[condition.dimension].0, condition.from, &mut out.0);
        }
        self.probabilities.fill(&room.uniform, machine);
    }

    /// The uniform numbers of a block.
    #[inline(always)]
    pub fn fill_uniform(&self, first: u64, room: &mut DrawRoom) {
        if let Some(sobol) = &self.sobol {
            for (dimension, column) in room.uniform.iter_mut().enumerate().take(self.dimensions) {
                sobol.fill(dimension, first, &mut column.0);
            }
            return;
        }
        for (group, columns) in (0..).zip(room.uniform.chunks_exact_mut(philox::SHARED)) {
            if let [first_column, second_column, third_column] = columns {
                fill_group(self.seed, first, group, &mut first_column.0, &mut second_column.0, &mut third_column.0);
            }
        }
    }

    /// Which combination of choices each path of a block draws: the options of the first change fastest.
    #[inline(always)]
    pub fn chosen(&self, first: u64, room: &mut DrawRoom) -> [usize; BLOCK] {
        self.fill_uniform(first, room);
        if let Some(copula) = &self.copula {
            copula.mix(room);
        }
        let mut chosen = [0; BLOCK];
        let mut stride = 1;
        for choice in &self.choices {
            for (chosen, uniform) in chosen.iter_mut().zip(&room.uniform[choice.dimension].0) {
                *chosen += stride * choice.option_at(*uniform);
            }
            stride *= choice.cumulative.len();
        }
        chosen
    }

    /// Which combination of choices one path draws.
    pub fn chosen_in(&self, path: u64) -> usize {
        let lane = usize::try_from(path % BLOCK as u64).unwrap_or_default();
        self.chosen(path - lane as u64, &mut self.room())[lane]
    }

    /// What one path drew, by drawn variable and by drawn condition.
    pub fn path(&self, path: u64) -> (Vec<f64>, Vec<bool>) {
        let mut machine = Machine::with_columns(self.variables.len() + self.conditions.len());
        let block = BLOCK as u64;
        let (first, lane) = (path - path % block, usize::try_from(path % block).unwrap_or_default());
        self.fill(first, &mut self.room(), &mut machine);
        let (numbers, truths) = machine.columns.split_at(self.variables.len());
        let values = numbers.iter().map(|column| column.0[lane]).collect();
        let happens = truths[..self.conditions.len()].iter().map(|column| is(column.0[lane])).collect();
        (values, happens)
    }
}

/// Three neighbouring dimensions of a block.
#[inline(always)]
fn fill_group(seed: u64, first: u64, group: u32, a: &mut [f64; BLOCK], b: &mut [f64; BLOCK], c: &mut [f64; BLOCK]) {
    for i in 0..BLOCK {
        let bits = philox::bits(seed, first + i as u64, group);
        a[i] = philox::uniform(bits[0]);
        b[i] = philox::uniform(bits[1]);
        c[i] = philox::uniform(bits[2]);
    }
}

/// Where a condition holds in a block.
#[inline(always)]
fn fill_condition(uniform: &[f64; BLOCK], from: f64, out: &mut [f64; BLOCK]) {
    for i in 0..BLOCK {
        out[i] = truth(uniform[i] >= from);
    }
}

/// The very number of a float: `m 2^e`. Where a power of two is too long for a decimal, to 28 digits.
pub fn exactly(value: f64) -> Stated {
    const FRACTION_BITS: i32 = 52;
    let bits = value.abs().to_bits();
    let exponent = i32::try_from(bits >> FRACTION_BITS).unwrap_or_default() - 1023 - FRACTION_BITS;
    let whole = (bits & ((1 << FRACTION_BITS) - 1)) | (1 << FRACTION_BITS);
    let twos = i32::try_from(whole.trailing_zeros()).unwrap_or_default();
    let (whole, exponent) = (i128::from(whole >> twos), exponent + twos);
    let sign = if value < 0.0 { -1 } else { 1 };
    let power = |exponent: i32| 1_i128.checked_shl(exponent.unsigned_abs()).filter(|_| exponent.unsigned_abs() < 96);
    let decimal = |whole: i128| Decimal::try_from_i128_with_scale(whole, 0).ok();
    let exact = match power(exponent) {
        Some(power) if exponent >= 0 => {
            whole.checked_mul(power).and_then(|whole| decimal(sign * whole)).map(Stated::from)
        }
        Some(power) => decimal(sign * whole).zip(decimal(power)).and_then(|(over, under)| Stated::ratio(over, under)),
        None => None,
    };
    exact.unwrap_or_else(|| Decimal::from_f64_retain(value).unwrap_or_default().into())
}

impl Draw {
    /// The agreement as it is in one path: what was drawn, exactly, in place of what is uncertain.
    pub fn fix(&self, agreement: &mut Agreement, path: u64) {
        let (values, happens) = self.path(path);
        for (variable, value) in self.variables.iter().zip(values) {
            let id = variable.variable.index();
            let number = exactly(value);
            agreement.scenario.settings[id] = Setting::Given(number);
            agreement.variables[id].value = Value::Number { number, percent: false };
        }
        for (condition, holds) in self.conditions.iter().zip(happens) {
            agreement.scenario.happens[condition.condition.index()] = holds;
            if let Chance::Variable(id) = agreement.conditions[condition.condition.index()].chance {
                agreement.variables[id.index()].value = Value::YesNo(holds);
            }
        }
    }
}

impl Copula {
    /// Weights by Cholesky: each variable's normal number is a sum of its own and of those before it.
    fn new(agreement: &Agreement, by_variable: &[Option<usize>]) -> Option<Self> {
        let drawn = |id: &VariableId| by_variable[id.index()];
        let mut dimensions: Vec<usize> = agreement
            .correlations
            .iter()
            .flat_map(|correlation| correlation.variables.iter().filter_map(drawn))
            .collect();
        dimensions.sort_unstable();
        dimensions.dedup();
        if dimensions.is_empty() {
            return None;
        }
        let count = dimensions.len();
        let mut matrix: Vec<Vec<f64>> =
            (0..count).map(|row| (0..count).map(|column| f64::from(u8::from(row == column))).collect()).collect();
        for correlation in &agreement.correlations {
            let places: Vec<usize> = correlation
                .variables
                .iter()
                .filter_map(drawn)
                .filter_map(|dimension| dimensions.binary_search(&dimension).ok())
                .collect();
            for &row in &places {
                for &column in places.iter().filter(|&&column| column != row) {
                    matrix[row][column] = float(correlation.correlation);
                }
            }
        }
        Some(Copula { dimensions, weights: cholesky(&matrix) })
    }

    fn position(&self, dimension: usize) -> Option<usize> {
        self.dimensions.binary_search(&dimension).ok()
    }

    fn weights_of(&self, dimension: usize) -> Option<&[f64]> {
        self.position(dimension).map(|position| self.weights[position].as_slice())
    }

    /// Replaces uniform numbers by ones that move together. Their normal numbers stay in `mixed`.
    #[inline(always)]
    fn mix(&self, room: &mut DrawRoom) {
        for (position, &dimension) in self.dimensions.iter().enumerate() {
            for (normal, uniform) in room.mixed[position].0.iter_mut().zip(&room.uniform[dimension].0) {
                *normal = normal_quantile(*uniform);
            }
        }
        // The last first: each needs only those before it, as they were.
        for position in (0..self.dimensions.len()).rev() {
            let mut sum = Column::splat(0.0);
            for (weight, column) in self.weights[position].iter().zip(&room.mixed) {
                for i in 0..BLOCK {
                    sum.0[i] += weight * column.0[i];
                }
            }
            let uniform = &mut room.uniform[self.dimensions[position]].0;
            for i in 0..BLOCK {
                uniform[i] = normal_probability(sum.0[i]);
            }
            room.mixed[position].0 = sum.0;
        }
    }
}

/// The lower triangle whose product with itself is the matrix, which is positive definite.
fn cholesky(matrix: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let mut rows: Vec<Vec<f64>> = Vec::new();
    for (index, given) in matrix.iter().enumerate() {
        let mut row: Vec<f64> = Vec::new();
        for (column, other) in rows.iter().enumerate() {
            let sum: f64 = row.iter().zip(other).map(|(a, b)| a * b).sum();
            row.push((given[column] - sum) / other[column]);
        }
        let own: f64 = row.iter().map(|weight| weight * weight).sum();
        row.push((given[index] - own).max(0.0).sqrt());
        rows.push(row);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_float_is_kept_to_its_last_bit() {
        for value in [0.1, 1.0 / 3.0, 2.5e11, 123_456_789.123_456_79, -0.75, 5e-10, 9.9e27] {
            let stated = exactly(value);
            assert_eq!(float(stated).to_bits(), value.to_bits(), "{value}");
        }
        let tenth = exactly(0.1);
        assert_eq!(
            (tenth.numerator, tenth.denominator),
            (3_602_879_701_896_397_i64.into(), 36_028_797_018_963_968_i64.into())
        );
    }

    #[test]
    fn the_triangle_of_a_correlation_matrix_gives_it_back() {
        let matrix = vec![vec![1.0, 0.5, -0.2], vec![0.5, 1.0, 0.3], vec![-0.2, 0.3, 1.0]];
        let rows = cholesky(&matrix);
        for (i, a) in rows.iter().enumerate() {
            for (j, b) in rows.iter().enumerate() {
                let product: f64 = a.iter().zip(b).map(|(x, y)| x * y).sum();
                assert!((product - matrix[i][j]).abs() < 1e-15);
            }
        }
    }
}
