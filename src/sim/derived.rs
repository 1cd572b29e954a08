//! Conditions whose probability is drawn itself.

use super::draw::{DrawnCondition, DrawnVariable};
use super::tape::{BLOCK, Column, Machine, truth};
use crate::engine::inputs;
use crate::model::{Agreement, Setting, VariableId};
use crate::num::Lanes;

/// Conditions that hold where the uniform number is at least `1 - p`, `p` being what a variable is in that very path: drawn,
/// or tied to what is.
#[derive(Clone, Debug, Default)]
pub struct Derived {
    /// Of the agreement; empty where nothing is derived.
    settings: Vec<Setting<Lanes<BLOCK>>>,
    /// Drawn variables, in the order of the machine's columns.
    drawn: Vec<VariableId>,
    conditions: Vec<OneOf>,
}

#[derive(Clone, Copy, Debug)]
struct OneOf {
    column: usize,
    dimension: usize,
    probability: VariableId,
}

impl Derived {
    /// Those of an agreement.
    pub fn new(agreement: &Agreement, variables: &[DrawnVariable], conditions: &[DrawnCondition]) -> Self {
        let of = |(index, condition): (usize, &DrawnCondition)| {
            let column = variables.len() + index;
            condition.probability.map(|probability| OneOf { column, dimension: condition.dimension, probability })
        };
        let conditions: Vec<OneOf> = conditions.iter().enumerate().filter_map(of).collect();
        if conditions.is_empty() {
            return Derived::default();
        }
        Derived {
            settings: agreement.scenario.settings.iter().map(Setting::cast).collect(),
            drawn: variables.iter().map(|variable| variable.variable).collect(),
            conditions,
        }
    }

    /// Decides the conditions of a block whose variables have been drawn.
    #[inline(always)]
    pub fn fill(&self, uniform: &[Column], machine: &mut Machine) {
        if !self.conditions.is_empty() {
            self.decide(uniform, machine);
        }
    }

    #[inline(never)]
    fn decide(&self, uniform: &[Column], machine: &mut Machine) {
        let mut settings = self.settings.clone();
        for (variable, column) in self.drawn.iter().zip(&machine.columns) {
            settings[variable.index()] = Setting::Given(Lanes(column.0));
        }
        let values = inputs::values(&settings);
        for condition in &self.conditions {
            let probability = &values[condition.probability.index()].0;
            let out = &mut machine.columns[condition.column].0;
            for (lane, u) in uniform[condition.dimension].0.iter().enumerate() {
                out[lane] = truth(*u >= 1.0 - probability[lane]);
            }
        }
    }
}
