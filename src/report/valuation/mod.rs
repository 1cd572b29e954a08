//! What each class is worth beside its headline: valuations as tables, as rows of CSV and as a chart.

mod chart;
mod csv;
mod explain;
mod lines;
mod names;
mod tables;

pub use chart::charts;
pub use csv::csv;
pub use explain::after_stage;
pub use tables::tables;

use super::run::Run;
use crate::engine::ledger::{Ledger, Stage};
use crate::engine::valuation::{Outcome, PostedValuation, Priced};
use crate::model::{ClassId, RightAtExit, ValuationMethod};
use crate::num::{Exact, Number, Stated};

/// A valuation with the company it was made of.
#[derive(Clone, Copy, Debug)]
pub struct Valued<'a> {
    /// The run.
    pub run: &'a Run,
    /// What came out.
    pub posted: &'a PostedValuation,
    /// The company on the day.
    pub stage: &'a Stage,
    /// The place of that stage in the ledger.
    pub stage_index: usize,
}

impl<'a> Valued<'a> {
    /// Every valuation of a run, on the rung shown.
    pub fn all(run: &'a Run) -> Vec<Self> {
        let ledger = run.ledger();
        ledger.valuations.iter().map(|posted| Valued::new(run, ledger, posted)).collect()
    }

    fn new(run: &'a Run, ledger: &'a Ledger, posted: &'a PostedValuation) -> Self {
        let stage_index = ledger.stages.iter().rposition(|stage| stage.event < Some(posted.event)).unwrap_or(0);
        Valued { run, posted, stage: &ledger.stages[stage_index], stage_index }
    }

    /// Its name.
    pub fn name(&self) -> &'a str {
        self.run.agreement.stage(Some(self.posted.event))
    }

    /// The option pricing, where it is one.
    pub fn priced(&self) -> Option<&'a Priced> {
        match &self.posted.outcome {
            Outcome::Priced(priced) => Some(priced),
            Outcome::Stated { .. } => None,
        }
    }

    /// Rights to buy shares as the valuation takes them.
    fn rights(&self) -> &'a [RightAtExit<Stated>] {
        match &self.run.agreement.scenario.valuations[self.posted.number as usize].method {
            ValuationMethod::OptionPricing(terms) => &terms.exit.rights,
            ValuationMethod::Stated { .. } => &[],
        }
    }

    /// The headline: fully diluted count x price of the last round.
    fn post_money(&self) -> Option<Exact> {
        self.stage.reference.map(|reference| Exact::given(reference.valuation))
    }

    /// The headline price of one share of a class: the last round's, at the class's conversion ratio.
    fn headline_price(&self, class: ClassId) -> Option<Exact> {
        let price = Exact::given(self.stage.reference?.price);
        Some(price * Exact::given(self.stage.ratios[class.index()]))
    }
}
