//! Which figures are looked at.

use super::measure::Gauge;
use super::watch::{OfExit, Watch, Watched};
use crate::engine::exit::Party;
use crate::model::{Agreement, ClassId, Figure, Measure, PlanId, StageOf, StakeholderId, Subject};

/// A measure without words, after the last event.
pub fn at_the_end(figure: Figure, subject: Subject) -> Measure {
    Measure { figure, subject, stage: StageOf::Last, literal: String::new() }
}

/// Stakeholders, then plans.
pub fn holders(agreement: &Agreement) -> Vec<Subject> {
    let stakeholders = (0..agreement.stakeholders.len()).map(|index| Subject::Stakeholder(StakeholderId::at(index)));
    stakeholders.chain((0..agreement.plans.len()).map(|index| Subject::Plan(PlanId::at(index)))).collect()
}

/// The figure of a measure, where it is one of a cap table.
pub fn watched(agreement: &Agreement, measure: &Measure) -> Option<Watched> {
    let events = measure.stage.events(agreement.scenario.timeline.len());
    Gauge::new(measure, agreement).map(|gauge| Watched { gauge, events })
}

/// Ownership of every stakeholder and plan after the last event.
pub fn ownership_at_the_end(agreement: &Agreement) -> Watch {
    let measures = holders(agreement).into_iter().map(|subject| at_the_end(Figure::Ownership, subject));
    let figures = measures.filter_map(|measure| watched(agreement, &measure)).collect();
    Watch { figures, ..Watch::default() }
}

/// [`ownership_at_the_end`] and, where the company is sold, what every class gets.
pub fn outcome(agreement: &Agreement) -> Watch {
    let of_class = |index| Party::new(Subject::Class(ClassId::at(index)), Vec::new());
    let payout = |index| OfExit { party: of_class(index), figure: Figure::Payout };
    let exit = agreement.scenario.exit.iter().flat_map(|_| (0..agreement.classes.len()).map(payout)).collect();
    Watch { exit, ..ownership_at_the_end(agreement) }
}
