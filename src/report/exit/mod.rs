//! The sale of the company: who gets what, at which price, and why.
//!
//! [`Sale`] joins what the engine found (the stack of claims, its settlements, its breakpoints) with the names of the
//! agreement. Tables, charts, `explain`, `compare` and the search for an exit value are written over it.

pub mod breakpoints;
pub mod charts;
mod checks;
pub mod compare;
pub mod conventions;
mod cost;
mod csv;
pub mod explain;
#[cfg(test)]
mod fixture;
mod names;
mod payoff;
pub mod solve;
mod tables;
mod titles;

pub use cost::{cost_of, costs};
pub use csv::csv;
pub use names::{Group, by_claim, by_holder};
pub use payoff::{Payoff, Payoffs, Piece, Span, order};
pub use tables::{Share, deductions, has_escrow, tables, value_in_words};

use super::exits::ExitOfRun;
use super::run::Run;
use crate::engine::cost::CostBook;
use crate::engine::exit::{Breakpoints, Checked, Recipient, Settlement};
use crate::num::Exact;

/// The sale of a company as reports see it.
#[derive(Clone, Debug)]
pub struct Sale<'a> {
    /// The scenario it ends.
    pub run: &'a Run,
    /// Every claim on the price, ready for any exit value.
    pub exit: ExitOfRun<'a>,
    /// Every exit value at which the sharing changes.
    pub breakpoints: Breakpoints,
    /// The exit values asked for, each paid out to the cent.
    pub settlements: Vec<Settlement>,
    /// What was checked of it, where it was before: at the values of its file.
    pub checked: Option<Checked>,
    /// What was paid for every position.
    pub costs: CostBook<Exact>,
}

impl<'a> Sale<'a> {
    /// The sale at the end of a run, at the values of its file or at others; `None` where there is no sale on the rung
    /// shown, or a number of it is too long to write.
    pub fn of(run: &'a Run, values: Option<&[Exact]>) -> Option<Self> {
        let exit = ExitOfRun::on(run, run.rung).ok()?;
        let proven = run.proven_on(run.rung);
        let breakpoints = proven.map_or_else(|| exit.breakpoints(), |proven| proven.breakpoints.clone());
        let (settlements, checked) = match (values, proven) {
            (None, Some(proven)) => {
                (proven.settlements.iter().cloned().collect::<Option<Vec<_>>>()?, Some(proven.checked))
            }
            (None, None) => (exit.values().map(|value| exit.settle(value).ok()).collect::<Option<Vec<_>>>()?, None),
            (Some(values), _) => {
                (values.iter().map(|value| exit.settle(*value).ok()).collect::<Option<Vec<_>>>()?, None)
            }
        };
        Some(Sale { run, exit, breakpoints, settlements, checked, costs: costs(&run.agreement, run.ledger()) })
    }

    /// What was paid for some portions together; `None` where it is not known.
    pub fn cost(&self, portions: &[usize]) -> Option<Exact> {
        cost_of(&self.exit, &self.costs, portions.iter().copied())
    }

    /// Everyone and everything that is paid, in the order of the waterfall: costs, debts, the management plan, claims.
    pub fn recipients(&self) -> Vec<Recipient> {
        let count = |length: usize| 0..u32::try_from(length).unwrap_or(u32::MAX);
        let mut all = vec![Recipient::Costs];
        all.extend(count(self.exit.stack.debts.len()).map(Recipient::Debt));
        all.push(Recipient::CarveOut);
        all.extend(count(self.exit.stack.claims.len()).map(Recipient::Claim));
        all
    }
}
