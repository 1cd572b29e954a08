//! A figure of a run that is asked for by itself, and conditions on one.

use super::{Agreement, EventId, Figure, Holding, PositionId, StakeholderId, Subject};
use crate::num::Stated;

/// A figure of a scenario: `ownership(softbank) after Series C`.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    /// Which figure.
    pub figure: Figure,
    /// Of whom or what.
    pub subject: Subject,
    /// After which stage.
    pub stage: StageOf,
    /// As it was typed, in the spelling of the file format: `ownership(softbank)`.
    pub literal: String,
}

/// The stage a figure is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StageOf {
    /// The last.
    Last,
    /// The opening.
    Opening,
    /// After this event; of a round, its last closing.
    After {
        /// As it was typed.
        name: String,
        /// The event.
        event: EventId,
    },
}

/// A condition on a figure: `ownership(microsoft) >= 25%`.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// The figure.
    pub measure: Measure,
    /// How it is compared.
    pub comparison: Comparison,
    /// What it is compared with.
    pub number: Stated,
    /// The number as it was typed.
    pub literal: String,
}

/// How a figure is compared with a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `=`
    Equal,
    /// `>=`
    AtLeast,
    /// `>`
    Above,
    /// `<=`
    AtMost,
    /// `<`
    Below,
}

impl Comparison {
    /// As it is typed.
    pub fn sign(self) -> &'static str {
        match self {
            Comparison::Equal => "=",
            Comparison::AtLeast => ">=",
            Comparison::Above => ">",
            Comparison::AtMost => "<=",
            Comparison::Below => "<",
        }
    }
}

impl StageOf {
    /// The name `report` looks a stage up by; `None` is the last.
    pub fn name(&self) -> Option<&str> {
        match self {
            StageOf::Last => None,
            StageOf::Opening => Some("opening"),
            StageOf::After { name, .. } => Some(name),
        }
    }

    /// How many of so many events have taken place by then.
    pub fn events(&self, all: usize) -> usize {
        match self {
            StageOf::Last => all,
            StageOf::Opening => 0,
            StageOf::After { event, .. } => event.index() + 1,
        }
    }
}

impl Agreement {
    /// The members of a group; nobody where the subject is none.
    pub fn members(&self, subject: Subject) -> Vec<StakeholderId> {
        let Subject::Group(group) = subject else { return Vec::new() };
        let all = (0..self.stakeholders.len()).map(StakeholderId::at);
        all.filter(|who| self.stakeholders[who.index()].group == Some(group)).collect()
    }

    /// Whether a position is part of what a figure is of. Of a plan, only its available options are; what a SAFE or
    /// note became is among its holder's shares.
    pub fn is_part_of(&self, position: PositionId, subject: Subject) -> bool {
        let holding = self.scenario.positions[position.index()];
        match subject {
            Subject::Whole => true,
            Subject::Stakeholder(who) => holding.stakeholder() == Some(who),
            Subject::Group(group) => {
                holding.stakeholder().is_some_and(|who| self.stakeholders[who.index()].group == Some(group))
            }
            Subject::Class(class) => matches!(holding, Holding::Shares(_, of) if of == class),
            Subject::Plan(plan) => holding == Holding::Available(plan),
            Subject::StakeholderClass(who, class) => holding == Holding::Shares(who, class),
            Subject::Convertible(_) | Subject::Loan(_) => false,
        }
    }
}
