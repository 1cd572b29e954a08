//! Who or what a figure of an exit is of.

use super::stack::{ClaimHolder, ClaimOf, Stack};
use crate::model::{Exit, Holding, Owed, RightAtExit, StakeholderId, Subject};

/// A subject, ready to be asked of every part of a stack. Of a plan, options granted from it and, where it takes part, those
/// available.
#[derive(Clone, Debug, PartialEq)]
pub struct Party {
    subject: Subject,
    members: Vec<StakeholderId>,
}

impl Party {
    /// The subject, with the members of the group where it is one.
    pub fn new(subject: Subject, members: Vec<StakeholderId>) -> Self {
        Party { subject, members }
    }

    /// Whether a portion of the stack is its own.
    pub fn has_portion<N, R>(
        &self,
        positions: &[Holding],
        rights: &[RightAtExit<R>],
        stack: &Stack<N>,
        portion: usize,
    ) -> bool {
        let portion = &stack.portions[portion];
        let of = stack.claims[portion.claim as usize].of;
        let holder = match portion.holder {
            ClaimHolder::Stakeholder(who) => Some(who),
            ClaimHolder::Pool(_) => None,
        };
        let class = match of {
            ClaimOf::Common(class) | ClaimOf::Lot(class, _) => Some(class),
            ClaimOf::Right(_) | ClaimOf::Pool(_) | ClaimOf::Convertible(_) | ClaimOf::Discount(_) => None,
        };
        match self.subject {
            Subject::Whole => true,
            Subject::Stakeholder(_) | Subject::Group(_) => self.is(holder),
            Subject::Class(wanted) => class == Some(wanted),
            Subject::StakeholderClass(who, wanted) => holder == Some(who) && class == Some(wanted),
            Subject::Plan(plan) => match of {
                ClaimOf::Right(right) => {
                    let position = rights.get(right.index()).map(|right| right.position);
                    position.is_some_and(
                        |position| matches!(positions[position.index()], Holding::Granted(_, of) if of == plan),
                    )
                }
                ClaimOf::Pool(of) => of == plan,
                ClaimOf::Common(_) | ClaimOf::Lot(..) | ClaimOf::Convertible(_) | ClaimOf::Discount(_) => false,
            },
            Subject::Convertible(id) => matches!(of, ClaimOf::Convertible(of) | ClaimOf::Discount(of) if of == id),
            Subject::Loan(_) => false,
        }
    }

    /// Whether the management plan is its own.
    pub fn has_carve_out<N>(&self, exit: &Exit<N>) -> bool {
        self.is(exit.carve_out_to)
    }

    /// Whether a debt, by its place in the stack, is its own.
    pub fn has_debt<N>(&self, exit: &Exit<N>, debt: usize) -> bool {
        let Some(terms) = exit.debts.get(debt) else { return false };
        match (self.subject, terms.of) {
            (Subject::Loan(number), Owed::Loan(of)) => number == of,
            _ => self.is(terms.to),
        }
    }

    fn is(&self, holder: Option<StakeholderId>) -> bool {
        match (holder, self.subject) {
            (Some(who), Subject::Stakeholder(wanted)) => who == wanted,
            (Some(who), Subject::Group(_)) => self.members.contains(&who),
            _ => false,
        }
    }
}
