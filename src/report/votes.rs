//! Votes: what an outstanding share counts for in a vote of all holders.
//!
//! ```text
//! votes of a line = shares as converted x votes per share         whole shares where the file rounds to whole shares
//! part of the votes = votes / votes of all outstanding shares
//! ```
//!
//! Options, warrants, the pool, SAFEs and notes have none. A right to appoint directors is no percentage and not counted.
//! Source: rule 40 of the rules of the numbers; NVCA model charter, 3.1 (voting on an as-converted basis).

use super::exact::exact;
use crate::engine::ledger::Stage;
use crate::model::{Agreement, Holding, PositionId};
use crate::num::rounding::{Direction, whole};
use crate::num::{Exact, Number, Stated};

/// Votes of a line of the cap table.
pub fn of(agreement: &Agreement, stage: &Stage, position: PositionId) -> Exact {
    let Holding::Shares(_, class) = agreement.scenario.positions[position.index()] else { return Exact::zero() };
    let held = exact(stage.as_converted[position.index()]);
    let held = if agreement.head.rounding.rounding.shares.is_some() { whole(held, Direction::Down) } else { held };
    held * agreement.classes[class.index()].votes_per_share.cast()
}

/// The votes of every line at a stage.
pub struct Votes {
    of: Vec<Exact>,
    all: Exact,
}

impl Votes {
    /// Counts them.
    pub fn at(agreement: &Agreement, stage: &Stage) -> Votes {
        let of: Vec<Exact> = (0..stage.shares.len()).map(|index| of(agreement, stage, PositionId::at(index))).collect();
        let all = of.iter().copied().sum();
        Votes { of, all }
    }

    /// Votes of some lines as a part of all; `None` where no outstanding share has a vote.
    pub fn part(&self, positions: impl Iterator<Item = PositionId>) -> Option<Exact> {
        let own: Exact = positions.map(|position| self.of[position.index()]).sum();
        self.all.is_positive().is_yes().then(|| own / self.all)
    }
}

/// Whether votes say something that outstanding shares as converted do not: a class has another number than one.
pub fn differ(agreement: &Agreement) -> bool {
    let class = |position: &Holding| if let Holding::Shares(_, class) = position { Some(*class) } else { None };
    let mut classes = agreement.scenario.positions.iter().filter_map(class);
    classes.any(|class| agreement.classes[class.index()].votes_per_share != Stated::ONE)
}
