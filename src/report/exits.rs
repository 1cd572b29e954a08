//! The sale of a company that was run: its stack, any exit value settled, and whose each claim is.

use super::run::Run;
use crate::engine::exit::{Breakpoints, Curve, Party, PostedExit, Settlement, Stack, settle};
use crate::engine::ledger::Ledger;
use crate::model::{Agreement, RightAtExit, Rung, Subject};
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
        let exit = self.agreement.scenario.exit.as_ref();
        exit.is_some_and(|exit| party(self.agreement, subject).has_carve_out(exit))
    }

    /// Whether a debt, by its place in the stack, is part of what a figure is of.
    pub fn has_debt(&self, debt: usize, subject: Subject) -> bool {
        let exit = self.agreement.scenario.exit.as_ref();
        exit.is_some_and(|exit| party(self.agreement, subject).has_debt(exit, debt))
    }
}

/// Who or what a figure is of, ready to be asked of every part of a stack.
pub fn party(agreement: &Agreement, subject: Subject) -> Party {
    Party::new(subject, agreement.members(subject))
}

/// Whether a portion of a stack is part of what a figure is of. Of a plan, options granted from it and, where it takes part,
/// those available.
pub fn belongs<N>(
    agreement: &Agreement,
    rights: &[RightAtExit<Stated>],
    stack: &Stack<N>,
    portion: usize,
    subject: Subject,
) -> bool {
    party(agreement, subject).has_portion(&agreement.scenario.positions, rights, stack, portion)
}
