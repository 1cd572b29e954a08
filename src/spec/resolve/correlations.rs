//! Variables that move together.

use super::context::Context;
use crate::error::{Finding, Span};
use crate::model::{Correlation, VariableId};
use crate::num::{Exact, Number};
use crate::spec::node::Block;
use crate::spec::value::{Given, Literal};

impl Context<'_> {
    pub(super) fn read_correlations(&mut self) {
        let mut given = Vec::new();
        for block in self.root.blocks("correlations") {
            let mut variables = Vec::new();
            let mut complete = true;
            for (given, _, span) in block.items("variables") {
                let name = match &given {
                    Given::Stated(Literal::Text(name)) => *name,
                    Given::Variable { name, .. } => name.as_str(),
                    Given::Stated(_) => continue,
                };
                match self.variables.find(name, span) {
                    Ok(id) => variables.push(id),
                    Err(finding) => {
                        self.report_unusable(finding);
                        complete = false;
                    }
                }
            }
            let Some((Given::Stated(quantity), _, span)) = block.quantity("correlation") else { continue };
            let value: Exact = quantity.stated.cast();
            let one = Exact::one();
            if !(value.at_most(one) & (Exact::zero() - one).at_most(value)).is_yes() {
                self.report(
                    Finding::error("E0412", format!("a correlation of {}", quantity.literal))
                        .at(span, "expected a number from -1 to 1")
                        .help("write such as 0.5; below zero if one falls where the other rises"),
                );
                continue;
            }
            if !complete {
                continue;
            }
            if let Some(finding) = self.correlation_finding(block, &variables, &given) {
                self.report(finding);
                continue;
            }
            if variables.len() < 2 {
                self.report(
                    Finding::error("E0412", "a correlation of fewer than two variables")
                        .at(block.span_of("variables"), "expected two or more names")
                        .help("name what it moves with, such as `variables = [\"a\", \"b\"]`"),
                );
                continue;
            }
            self.variables.correlations.push(Correlation { variables, correlation: quantity.stated });
            given.push(block.span_of("variables"));
            if !positive_definite(&self.variables.correlations, self.variables.infos.len()) {
                self.report(
                    Finding::error(
                        "E0413",
                        "these correlations contradict each other: no set of variables can have them all",
                    )
                    .at(span, "with this one the matrix is no longer positive definite")
                    .help("weaken one of them, or list the pair that is missing"),
                );
                self.variables.correlations.pop();
                given.pop();
            }
        }
    }

    /// A pair that is listed twice, or a variable that is always the same. `given` are the places of the correlations.
    fn correlation_finding(&self, block: &Block, variables: &[VariableId], given: &[Span]) -> Option<Finding> {
        let span = block.span_of("variables");
        let name = |id: VariableId| &self.variables.infos[id.index()].name;
        if let Some(&fixed) = variables.iter().find(|id| self.variables.infos[id.index()].distribution.is_none()) {
            return Some(
                Finding::error("E0414", format!("`{}` has one value, which moves with nothing", name(fixed)))
                    .at(span, "expected variables with a distribution")
                    .and_at(self.variables.spans[fixed.index()], "the variable")
                    .help("give it a distribution, or take it out of the list"),
            );
        }
        for (place, &first) in variables.iter().enumerate() {
            for &second in &variables[place + 1..] {
                let both = |known: &&Correlation| known.variables.contains(&first) && known.variables.contains(&second);
                let before = self.variables.correlations.iter().position(|known| both(&known));
                if first == second || before.is_some() {
                    let message = format!("the correlation of `{}` and `{}` is given twice", name(first), name(second));
                    let finding = Finding::error("E0415", message).at(span, "here again").help("list each pair once");
                    return Some(match before {
                        Some(before) => finding.and_at(given[before], "the first"),
                        None => finding,
                    });
                }
            }
        }
        None
    }
}

/// Whether the matrix of all correlations is positive definite: every pivot of its elimination is above zero.
fn positive_definite(correlations: &[Correlation], count: usize) -> bool {
    let mut matrix = vec![vec![Exact::zero(); count]; count];
    for (index, row) in matrix.iter_mut().enumerate() {
        row[index] = Exact::one();
    }
    for correlation in correlations {
        for (place, first) in correlation.variables.iter().enumerate() {
            for second in &correlation.variables[place + 1..] {
                let value = correlation.correlation.cast();
                matrix[first.index()][second.index()] = value;
                matrix[second.index()][first.index()] = value;
            }
        }
    }
    for pivot in 0..count {
        if !matrix[pivot][pivot].is_positive().is_yes() {
            return false;
        }
        for row in pivot + 1..count {
            let factor = matrix[row][pivot] / matrix[pivot][pivot];
            let (above, below) = matrix.split_at_mut(row);
            for (value, over) in below[0].iter_mut().zip(&above[pivot]).skip(pivot) {
                *value -= factor * *over;
            }
        }
    }
    true
}
