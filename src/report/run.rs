//! A scenario that was run: what was agreed, and what happened on each rung of the funding ladder.

use super::dilution::Change;
use crate::engine::exit::{PostedExit, Proven};
use crate::engine::ledger::Ledger;
use crate::engine::refusal::{Invariant, Refusal};
use crate::engine::{refusals, replay_exactly, replay_what_can_be};
use crate::model::{Agreement, Rung};
use std::sync::{Arc, OnceLock};

/// One scenario, in one case, with its ledgers.
#[derive(Clone, Debug)]
pub struct Run {
    /// What was agreed.
    pub agreement: Agreement,
    /// The rung that tables and charts show.
    pub rung: Rung,
    /// What happened, by rung: funded, committed, all.
    ledgers: [Arc<Ledger>; 3],
    /// The exit on the rung that counts everything, where it was checked.
    proven: Option<Arc<Proven>>,
    /// Who was diluted by what, once somebody asked.
    changes: OnceLock<Vec<Change>>,
    /// Events that cannot take place on a lower rung, because what they need does not happen there; they are left out.
    pub left_out: Vec<(Rung, Refusal)>,
}

/// The rungs of the ladder, from the bottom.
pub const RUNGS: [Rung; 3] = [Rung::Funded, Rung::Committed, Rung::All];

impl Run {
    /// Replays the agreement on every rung.
    ///
    /// # Errors
    /// Every event that has no answer on the rung shown or on the rung that counts everything, with the agreement they
    /// belong to.
    pub fn new(agreement: Agreement, rung: Rung) -> Result<Self, Box<(Agreement, Vec<Refusal>)>> {
        let scenario = &agreement.scenario;
        let differ = scenario.timeline.iter().any(|timed| timed.rung != Rung::Funded);
        let Ok(all) = replay_exactly(scenario, Rung::All) else {
            let refusals = refusals(scenario, Rung::All);
            return Err(Box::new((agreement, refusals)));
        };
        let proven = match all.exit.as_ref().map(PostedExit::proven).transpose() {
            Ok(proven) => proven.map(Arc::new),
            Err(broken) => {
                let refusal = Refusal::Unbalanced { event: all.last().event, invariant: Invariant::Exit(broken) };
                return Err(Box::new((agreement, vec![refusal])));
            }
        };
        let all = Arc::new(all);
        if !differ {
            return Ok(Run::found(agreement, rung, [all.clone(), all.clone(), all], proven, Vec::new()));
        }
        let mut left_out = Vec::new();
        let mut lower = Vec::new();
        for below in [Rung::Funded, Rung::Committed] {
            let (ledger, refused) = replay_what_can_be(scenario, below);
            // A valuation that cannot be on a lower rung is not made there; all else that cannot be is a refusal.
            let is_valuation = |refusal: &Refusal| matches!(refusal, Refusal::Unvalued { .. });
            let Some(ledger) = ledger.filter(|_| refused.iter().all(is_valuation) || below != rung) else {
                return Err(Box::new((agreement, refused)));
            };
            let told = refused.into_iter().filter(|refusal| below == rung || !is_valuation(refusal));
            left_out.extend(told.map(|refusal| (below, refusal)));
            lower.push(Arc::new(ledger));
        }
        let [funded, committed] = <[Arc<Ledger>; 2]>::try_from(lower).expect("two lower rungs");
        Ok(Run::found(agreement, rung, [funded, committed, all], proven, left_out))
    }

    /// Replays the agreement on one rung, where nobody asks for the others.
    ///
    /// # Errors
    /// The first event that has no answer, with the agreement it belongs to.
    pub fn on_one_rung(agreement: Agreement, rung: Rung) -> Result<Self, Box<(Agreement, Vec<Refusal>)>> {
        match replay_exactly(&agreement.scenario, rung) {
            Ok(ledger) => {
                let ledger = Arc::new(ledger);
                let ledgers = [ledger.clone(), ledger.clone(), ledger];
                Ok(Run::found(agreement, rung, ledgers, None, Vec::new()))
            }
            Err(refusal) => Err(Box::new((agreement, vec![refusal]))),
        }
    }

    fn found(
        agreement: Agreement,
        rung: Rung,
        ledgers: [Arc<Ledger>; 3],
        proven: Option<Arc<Proven>>,
        left_out: Vec<(Rung, Refusal)>,
    ) -> Self {
        Run { agreement, rung, ledgers, proven, changes: OnceLock::new(), left_out }
    }

    /// Changes of ownership on the rung shown, found when they are first asked for.
    pub(super) fn changes(&self, find: impl FnOnce() -> Vec<Change>) -> &[Change] {
        self.changes.get_or_init(find)
    }

    /// What happened on the rung shown.
    pub fn ledger(&self) -> &Ledger {
        self.on(self.rung)
    }

    /// What happened on a rung.
    pub fn on(&self, rung: Rung) -> &Ledger {
        self.shared(rung)
    }

    fn shared(&self, rung: Rung) -> &Arc<Ledger> {
        match rung {
            Rung::Funded => &self.ledgers[0],
            Rung::Committed => &self.ledgers[1],
            Rung::All | Rung::Never => &self.ledgers[2],
        }
    }

    /// The exit on a rung as it was checked when everything was run; `None` where what happened there is another story.
    pub fn proven_on(&self, rung: Rung) -> Option<&Proven> {
        self.proven.as_deref().filter(|_| Arc::ptr_eq(self.shared(rung), self.shared(Rung::All)))
    }

    /// True if the rungs lead to different tables.
    pub fn rungs_differ(&self) -> bool {
        self.ledgers.windows(2).any(|pair| pair[0].stages.len() != pair[1].stages.len())
    }
}
