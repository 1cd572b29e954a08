//! What has to be said of an agreement for the cost of what is held to follow from its entries.

use super::{Agreement, Holding, Residue, Term};
use crate::num::{Exact, Number, Stated};

/// What the entries of a ledger do not say of what was paid.
#[derive(Clone, Debug, PartialEq)]
pub struct CostTerms {
    /// What is held since the opening, by position.
    pub opening: Vec<OpeningCost>,
    /// Whether the whole cheque is paid in, its residue kept, by event; else price times shares.
    pub called: Vec<bool>,
}

/// What an opening holding cost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum OpeningCost {
    /// So much, as the file says.
    Stated(Term<Stated>),
    /// Nobody says: the issue price of each share of a preferred class.
    IssuePrice(Term<Stated>),
    /// Nothing is held, or options, which cost nothing yet.
    Nothing,
    /// Nobody says, and no issue price is known.
    Unknown,
}

impl CostTerms {
    /// Those of an agreement.
    pub fn of(agreement: &Agreement) -> Self {
        let scenario = &agreement.scenario;
        let is_nothing = |shares: Term<Stated>| match shares {
            Term::Given(shares) => !shares.cast::<Exact>().is_positive().is_yes(),
            Term::Variable(_) => false,
        };
        let opening = |index: usize| {
            let stated = agreement.opening_costs.iter().find(|(position, _)| position.index() == index);
            match (stated, scenario.positions[index]) {
                (Some((_, cost)), _) => OpeningCost::Stated(*cost),
                (None, _) if is_nothing(scenario.opening[index]) => OpeningCost::Nothing,
                (None, Holding::Shares(_, class)) if !agreement.classes[class.index()].is_common => {
                    scenario.classes[class.index()].issue_price.map_or(OpeningCost::Unknown, OpeningCost::IssuePrice)
                }
                (None, Holding::Shares(..)) => OpeningCost::Unknown,
                (None, _) => OpeningCost::Nothing,
            }
        };
        let called = |event: &super::EventInfo| {
            let round = event.closing.map(|(round, _)| &scenario.rounds[round.index()]);
            let rounding = round.map_or(agreement.head.rounding.rounding, |round| round.rounding);
            rounding.shares.is_none() || round.is_some_and(|round| round.residue == Residue::Kept)
        };
        CostTerms {
            opening: (0..scenario.positions.len()).map(opening).collect(),
            called: agreement.events.iter().map(called).collect(),
        }
    }
}
