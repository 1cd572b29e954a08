//! A scenario that was run: what was agreed, and what happened on each rung of the funding ladder.

use crate::engine::ledger::Ledger;
use crate::engine::refusal::Refusal;
use crate::engine::replay_exactly;
use crate::model::{Agreement, Rung};

/// One scenario, in one case, with its ledgers.
#[derive(Clone, Debug)]
pub struct Run {
    /// What was agreed.
    pub agreement: Agreement,
    /// The rung that tables and charts show.
    pub rung: Rung,
    /// What happened, by rung: funded, committed, all.
    ledgers: [Ledger; 3],
}

/// The rungs of the ladder, from the bottom.
pub const RUNGS: [Rung; 3] = [Rung::Funded, Rung::Committed, Rung::All];

impl Run {
    /// Replays the agreement on every rung.
    ///
    /// # Errors
    /// The first event that has no answer, with the agreement it belongs to.
    pub fn new(agreement: Agreement, rung: Rung) -> Result<Self, Box<(Agreement, Refusal)>> {
        let scenario = &agreement.scenario;
        let differ = scenario.timeline.iter().any(|timed| timed.rung != Rung::Funded);
        let ledgers = (|| {
            let all = replay_exactly(scenario, Rung::All)?;
            if !differ {
                return Ok([all.clone(), all.clone(), all]);
            }
            Ok([replay_exactly(scenario, Rung::Funded)?, replay_exactly(scenario, Rung::Committed)?, all])
        })();
        match ledgers {
            Ok(ledgers) => Ok(Run { agreement, rung, ledgers }),
            Err(refusal) => Err(Box::new((agreement, refusal))),
        }
    }

    /// What happened on the rung shown.
    pub fn ledger(&self) -> &Ledger {
        self.on(self.rung)
    }

    /// What happened on a rung.
    pub fn on(&self, rung: Rung) -> &Ledger {
        match rung {
            Rung::Funded => &self.ledgers[0],
            Rung::Committed => &self.ledgers[1],
            Rung::All | Rung::Never => &self.ledgers[2],
        }
    }

    /// True if the rungs lead to different tables.
    pub fn rungs_differ(&self) -> bool {
        self.ledgers.windows(2).any(|pair| pair[0].stages.len() != pair[1].stages.len())
    }
}
