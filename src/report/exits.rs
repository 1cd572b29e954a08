//! The sale of a company that was run: its stack, any exit value settled, and whose each claim is.

use super::run::Run;
use crate::engine::exit::{Breakpoints, ClaimHolder, ClaimOf, Curve, PostedExit, Settlement, Stack, settle};
use crate::engine::ledger::Ledger;
use crate::model::{Agreement, Holding, Owed, RightAtExit, Rung, StakeholderId, Subject};
use crate::num::{Exact, Number, Stated};

/// The exit of a run on one rung, ready for any exit value.
#[derive(Clone, Debug)]
pub struct ExitOfRun<'a> {
    /// What was agreed.
    pub agreement: &'a Agreement,
    /// What happened before it.
    pub ledger: &'a Ledger,
    /// As the ledger keeps it.
    pub posted: &'a PostedExit,
    /// Who can claim what.
    pub stack: Stack<Exact>,
    /// The stack made ready.
    pub curve: Curve<Exact>,
}

impl<'a> ExitOfRun<'a> {
    /// The exit, if it takes place on the rung.
    ///
    /// # Errors
    /// Why there is none, in words.
    pub fn on(run: &'a Run, rung: Rung) -> Result<Self, String> {
        let ledger = run.on(rung);
        let Some(posted) = &ledger.exit else {
            return Err(match run.agreement.scenario.exit {
                None => "the scenario has no exit".to_owned(),
                Some(_) => format!("the exit does not take place on the rung \"{}\"", rung.word()),
            });
        };
        let (stack, curve) = if let Some(proven) = run.proven_on(rung) {
            (proven.stack.clone(), proven.curve.clone())
        } else {
            let stack: Stack<Exact> = posted.stack.cast();
            let curve = Curve::of(&stack);
            (stack, curve)
        };
        Ok(ExitOfRun { agreement: &run.agreement, ledger, posted, stack, curve })
    }

    /// The exit's own values.
    pub fn values(&self) -> impl Iterator<Item = Exact> {
        self.posted.values.iter().map(|&value| Exact::given(value))
    }

    /// One exit value, exactly and to the cent.
    ///
    /// # Errors
    /// Where a number is too long to write.
    pub fn settle(&self, exit_value: Exact) -> Result<Settlement, String> {
        settle(&self.stack, &self.curve, exit_value).ok_or_else(|| "a number too long to write".to_owned())
    }

    /// Every breakpoint.
    pub fn breakpoints(&self) -> Breakpoints {
        Breakpoints::of(&self.stack)
    }

    /// Whether a portion of the stack is part of what a figure is of. Of a plan, options granted from it and, where it takes
    /// part, those available.
    pub fn belongs(&self, portion: usize, subject: Subject) -> bool {
        let rights = self.agreement.scenario.exit.as_ref().map_or(&[][..], |exit| &exit.rights);
        belongs(self.agreement, rights, &self.stack, portion, subject)
    }

    /// Whether the management plan is part of what a figure is of.
    pub fn has_carve_out(&self, subject: Subject) -> bool {
        let to = self.agreement.scenario.exit.as_ref().and_then(|exit| exit.carve_out_to);
        self.is_of(to, subject)
    }

    /// Whether a debt, by its place in the stack, is part of what a figure is of.
    pub fn has_debt(&self, debt: usize, subject: Subject) -> bool {
        let Some(terms) = self.agreement.scenario.exit.as_ref().and_then(|exit| exit.debts.get(debt)) else {
            return false;
        };
        match (subject, terms.of) {
            (Subject::Loan(number), Owed::Loan(of)) => number == of,
            (subject, _) => self.is_of(terms.to, subject),
        }
    }

    fn is_of(&self, holder: Option<StakeholderId>, subject: Subject) -> bool {
        match (holder, subject) {
            (Some(who), Subject::Stakeholder(wanted)) => who == wanted,
            (Some(who), Subject::Group(group)) => self.agreement.stakeholders[who.index()].group == Some(group),
            _ => false,
        }
    }
}

/// Whether a portion of a stack is part of what a figure is of. Of a plan, options granted from it and, where it takes part,
/// those available.
pub fn belongs<N: Copy>(
    agreement: &Agreement,
    rights: &[RightAtExit<Stated>],
    stack: &Stack<N>,
    portion: usize,
    subject: Subject,
) -> bool {
    let portion = stack.portions[portion];
    let of = stack.claims[portion.claim as usize].of;
    let holder = match portion.holder {
        ClaimHolder::Stakeholder(who) => Some(who),
        ClaimHolder::Pool(_) => None,
    };
    let class = match of {
        ClaimOf::Common(class) | ClaimOf::Lot(class, _) => Some(class),
        ClaimOf::Right(_) | ClaimOf::Pool(_) | ClaimOf::Convertible(_) | ClaimOf::Discount(_) => None,
    };
    match subject {
        Subject::Whole => true,
        Subject::Stakeholder(who) => holder == Some(who),
        Subject::Group(group) => holder.is_some_and(|who| agreement.stakeholders[who.index()].group == Some(group)),
        Subject::Class(wanted) => class == Some(wanted),
        Subject::StakeholderClass(who, wanted) => holder == Some(who) && class == Some(wanted),
        Subject::Plan(plan) => match of {
            ClaimOf::Right(right) => {
                let position = rights.get(right.index()).map(|right| right.position);
                position.is_some_and(|position| {
                    matches!(agreement.scenario.positions[position.index()], Holding::Granted(_, of) if of == plan)
                })
            }
            ClaimOf::Pool(of) => of == plan,
            ClaimOf::Common(_) | ClaimOf::Lot(..) | ClaimOf::Convertible(_) | ClaimOf::Discount(_) => false,
        },
        Subject::Convertible(id) => matches!(of, ClaimOf::Convertible(of) | ClaimOf::Discount(of) if of == id),
        Subject::Loan(_) => false,
    }
}
