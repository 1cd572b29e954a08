//! Numbers that follow from what a file says. Those of a variable follow it in every future: they are settled like the
//! variables that a file ties to another, after all of them.

use super::context::Context;
use super::number_or_finding;
use crate::model::{Setting, Term, VariableId};
use crate::num::{Exact, Number, Stated};

const ONE: Term<Stated> = Term::Given(Stated::ONE);
const ZERO: Term<Stated> = Term::Given(Stated::ZERO);

impl Context<'_> {
    /// `of * times + plus`.
    pub(super) fn tied(&mut self, of: Term<Stated>, times: Term<Stated>, plus: Term<Stated>) -> Term<Stated> {
        match (of, times, plus) {
            (Term::Variable(of), ..) => self.follow(Setting::Tied { of, times, plus }),
            (Term::Given(_), Term::Variable(times), _) => self.follow(Setting::Tied { of: times, times: of, plus }),
            (Term::Given(of), Term::Given(times), Term::Variable(plus)) => {
                let plain = given(of.cast::<Exact>() * times.cast());
                self.follow(Setting::Tied { of: plus, times: ONE, plus: plain })
            }
            (Term::Given(of), Term::Given(times), Term::Given(plus)) => {
                given(of.cast::<Exact>() * times.cast() + plus.cast())
            }
        }
    }

    pub(super) fn product(&mut self, left: Term<Stated>, right: Term<Stated>) -> Term<Stated> {
        self.tied(left, right, ZERO)
    }

    pub(super) fn sum(&mut self, left: Term<Stated>, right: Term<Stated>) -> Term<Stated> {
        if right == ZERO { left } else { self.tied(left, ONE, right) }
    }

    /// `from - less`.
    pub(super) fn difference(&mut self, from: Term<Stated>, less: Term<Stated>) -> Term<Stated> {
        self.tied(less, given(Exact::zero() - Exact::one()), from)
    }

    /// `above / below`.
    pub(super) fn quotient(&mut self, above: Term<Stated>, below: Term<Stated>) -> Term<Stated> {
        match (above, below) {
            (Term::Given(above), Term::Given(below)) => given(above.cast::<Exact>() / below.cast()),
            _ => self.follow(Setting::Over { above, below }),
        }
    }

    fn follow(&mut self, setting: Setting<Stated>) -> Term<Stated> {
        Term::Variable(self.variables.follow(setting))
    }
}

fn given(exact: Exact) -> Term<Stated> {
    Term::Given(exact.to_stated().unwrap_or_else(|| number_or_finding(exact)))
}

impl super::variables::Variables {
    /// A further number that follows from those before it.
    fn follow(&mut self, setting: Setting<Stated>) -> VariableId {
        let id = VariableId::at(self.settings.len());
        self.settings.push(setting);
        self.base.push(setting);
        self.compute();
        id
    }
}
