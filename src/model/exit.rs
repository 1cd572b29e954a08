//! The sale of the company, as agreed: its terms and those of every security that it pays.

use super::ids::{ConditionId, ConvertibleId, OriginId, PositionId, StakeholderId};
use super::instruments::{Elapsed, Interest};
use super::rights::VestedBy;
use super::terms::{Rung, Term};
use crate::num::{Number, Stated};

/// The sale of the company (NVCA Deemed Liquidation Event). It follows the last event that is counted.
#[derive(Clone, Debug, PartialEq)]
pub struct Exit<N> {
    /// What the company is sold for; one or more.
    pub values: Vec<Term<N>>,
    /// What the sale costs: paid first.
    pub costs: Charge<N>,
    /// What the company owes: paid next, pro rata where it does not suffice.
    pub debts: Vec<Debt<N>>,
    /// The management plan: before the preferred. A fraction is of what costs, debt and notes leave.
    pub carve_out: Charge<N>,
    /// Who gets it; `None` is nobody in particular.
    pub carve_out_to: Option<StakeholderId>,
    /// The part held back of every payout.
    pub escrow: Term<N>,
    /// Available options take part as if issued at no price.
    pub pool_takes_part: bool,
    /// Who chooses between preference and conversion.
    pub election: Election,
    /// Terms of each class, by class.
    pub classes: Vec<ClassTerms<N>>,
    /// Rights to buy shares, by right.
    pub rights: Vec<RightAtExit<N>>,
    /// SAFEs and notes, by convertible.
    pub convertibles: Vec<ConvertibleAtExit<N>>,
    /// How long dividends have run, by lot.
    pub accrued: Vec<Elapsed<N>>,
    /// The rank of SAFEs: that of classes with seniority 1.
    pub safe_rank: Rank,
    /// The lowest rung on which it counts.
    pub rung: Rung,
    /// It takes place where all of these happen.
    pub conditions: Vec<ConditionId>,
    /// Where its value was stated.
    pub origin: OriginId,
}

impl Exit<Stated> {
    /// A sale that costs nothing, by a company that owes nothing and keeps nothing back, at no stated value: what is left
    /// to say is who shares.
    pub fn free_of_charge(origin: OriginId) -> Self {
        let nothing = Term::Given(Stated::ZERO);
        Exit {
            values: Vec::new(),
            costs: Charge::Money(nothing),
            debts: Vec::new(),
            carve_out: Charge::Money(nothing),
            carve_out_to: None,
            escrow: nothing,
            pool_takes_part: false,
            election: Election::Lot,
            classes: Vec::new(),
            rights: Vec::new(),
            convertibles: Vec::new(),
            accrued: Vec::new(),
            safe_rank: Rank(0),
            rung: Rung::Funded,
            conditions: Vec::new(),
            origin,
        }
    }
}

/// In which order preferences are paid: 0 first, equal ranks pro rata. Dense: every rank below the largest is used.
/// Notes have rank 0; classes follow by falling seniority.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rank(pub u32);

/// An amount, or a fraction of what it is taken from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Charge<N> {
    /// So much, as far as there is enough.
    Money(Term<N>),
    /// A part.
    Fraction(Term<N>),
}

/// What the company owes, with interest to the day of the exit.
#[derive(Clone, Debug, PartialEq)]
pub struct Debt<N> {
    /// What it is.
    pub of: Owed,
    /// To whom, where it is said.
    pub to: Option<StakeholderId>,
    /// Principal.
    pub amount: Term<N>,
    /// How it grows.
    pub interest: Option<Interest<N>>,
    /// How long interest has run.
    pub elapsed: Elapsed<N>,
    /// The lowest rung on which it is owed.
    pub rung: Rung,
    /// It is owed where all of these happen.
    pub conditions: Vec<ConditionId>,
    /// Where it was stated.
    pub origin: OriginId,
}

/// What a debt is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Owed {
    /// The exit's own `debt`.
    Debt,
    /// A loan, by its place in the file.
    Loan(u32),
}

/// Who chooses between preference and conversion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Election {
    /// Every lot for itself: sub-series with different issue prices elect separately.
    Lot,
    /// All lots of a class together, by what is more for the class as a whole.
    Class,
}

/// What a class gets in an exit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClassTerms<N> {
    /// It has no preference, and does not choose.
    pub is_common: bool,
    /// What it gets first.
    pub preference: Preference<N>,
    /// When.
    pub rank: Rank,
    /// Whether it shares with the common after that.
    pub participation: Participation<N>,
    /// What its preference grows by.
    pub dividend: Option<Dividend<N>>,
    /// When more than this part of the preferred, as converted, prefers conversion, the class must convert.
    pub forced_conversion: Option<Term<N>>,
}

/// What a class gets first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Preference<N> {
    /// So many times what was paid for its shares.
    Multiple(Term<N>),
    /// So much for the class as a whole, shared pro rata to its shares.
    Total(Term<N>),
}

/// Whether a class shares with the common after its preference.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Participation<N> {
    /// It does not: preference or conversion.
    None,
    /// Without a limit.
    Full,
    /// Until it has had this multiple of what was paid, preference and dividends included.
    Capped(Term<N>),
}

/// Cumulative dividends, which a preference grows by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dividend<N> {
    /// Per year.
    pub rate_per_year: Term<N>,
    /// Compounding periods a year; `None` is simple.
    pub periods_per_year: Option<u32>,
    /// The rate is of the preference, not of the issue price.
    pub of_preference: bool,
    /// What has accrued is paid on conversion too, not forfeited.
    pub paid_on_conversion: bool,
}

/// A right to buy shares in an exit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RightAtExit<N> {
    /// The holder's line of the cap table.
    pub position: PositionId,
    /// What of it has vested on the day; `None` is all of it: no schedule, or accelerated.
    pub vested: Option<VestedBy<N>>,
    /// It has expired by then.
    pub expired: bool,
}

/// A SAFE or note that is still outstanding in an exit.
#[derive(Clone, Debug, PartialEq)]
pub struct ConvertibleAtExit<N> {
    /// How long its interest has run.
    pub elapsed: Elapsed<N>,
    /// The multiple of its balance that it is paid in cash.
    pub multiple: Term<N>,
    /// Later instruments whose whole package it may take instead of its own.
    pub may_adopt: Vec<ConvertibleId>,
}

type S = Stated;

impl Exit<Stated> {
    /// The same exit in another arithmetic.
    pub(super) fn cast<N: Number>(&self) -> Exit<N> {
        Exit {
            values: self.values.iter().map(|value| value.cast()).collect(),
            costs: self.costs.cast(),
            debts: self.debts.iter().map(Debt::cast).collect(),
            carve_out: self.carve_out.cast(),
            carve_out_to: self.carve_out_to,
            escrow: self.escrow.cast(),
            pool_takes_part: self.pool_takes_part,
            election: self.election,
            classes: self.classes.iter().map(ClassTerms::cast).collect(),
            rights: self.rights.iter().map(RightAtExit::cast).collect(),
            convertibles: self.convertibles.iter().map(ConvertibleAtExit::cast).collect(),
            accrued: self.accrued.iter().map(|elapsed| elapsed.cast()).collect(),
            safe_rank: self.safe_rank,
            rung: self.rung,
            conditions: self.conditions.clone(),
            origin: self.origin,
        }
    }
}

impl Charge<Stated> {
    fn cast<N: Number>(self) -> Charge<N> {
        match self {
            Charge::Money(term) => Charge::Money(term.cast()),
            Charge::Fraction(term) => Charge::Fraction(term.cast()),
        }
    }
}

impl Debt<Stated> {
    fn cast<N: Number>(&self) -> Debt<N> {
        Debt {
            of: self.of,
            to: self.to,
            amount: self.amount.cast(),
            interest: self.interest.map(Interest::cast),
            elapsed: self.elapsed.cast(),
            rung: self.rung,
            conditions: self.conditions.clone(),
            origin: self.origin,
        }
    }
}

impl ClassTerms<Stated> {
    fn cast<N: Number>(&self) -> ClassTerms<N> {
        ClassTerms {
            is_common: self.is_common,
            preference: match self.preference {
                Preference::Multiple(term) => Preference::Multiple(term.cast()),
                Preference::Total(term) => Preference::Total(term.cast()),
            },
            rank: self.rank,
            participation: match self.participation {
                Participation::None => Participation::None,
                Participation::Full => Participation::Full,
                Participation::Capped(term) => Participation::Capped(term.cast()),
            },
            dividend: self.dividend.map(|dividend| Dividend {
                rate_per_year: dividend.rate_per_year.cast(),
                periods_per_year: dividend.periods_per_year,
                of_preference: dividend.of_preference,
                paid_on_conversion: dividend.paid_on_conversion,
            }),
            forced_conversion: self.forced_conversion.map(Term::cast),
        }
    }
}

impl RightAtExit<Stated> {
    fn cast<N: Number>(&self) -> RightAtExit<N> {
        let vested = self.vested.map(|vested| match vested {
            VestedBy::Part(part) => VestedBy::Part(S::cast(part)),
            VestedBy::Milestones => VestedBy::Milestones,
        });
        RightAtExit { position: self.position, vested, expired: self.expired }
    }
}

impl ConvertibleAtExit<Stated> {
    fn cast<N: Number>(&self) -> ConvertibleAtExit<N> {
        ConvertibleAtExit {
            elapsed: self.elapsed.cast(),
            multiple: self.multiple.cast(),
            may_adopt: self.may_adopt.clone(),
        }
    }
}
