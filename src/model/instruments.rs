//! Instruments that become shares, and the protections of a class.

use super::ids::{ClassId, ConvertibleId, OriginId, PositionId, StakeholderId};
use super::terms::{Capitalization, Term};

/// A SAFE or convertible note. How many shares it becomes is the largest of what its terms give:
/// a cap is never a floor, and a cap and a discount never add up.
#[derive(Clone, Debug, PartialEq)]
pub struct Convertible<N> {
    /// Who holds it.
    pub stakeholder: StakeholderId,
    /// SAFE or note.
    pub kind: ConvertibleKind,
    /// Purchase amount or principal.
    pub amount: Term<N>,
    /// Its terms of conversion.
    pub package: Package<N>,
    /// A round with less new money does not convert it.
    pub threshold: Option<Term<N>>,
    /// How its balance grows.
    pub interest: Option<Interest<N>>,
    /// Whether interest converts with the principal.
    pub interest_converts: bool,
    /// Where its amount was stated.
    pub origin: OriginId,
}

/// SAFE or note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConvertibleKind {
    /// Simple agreement for future equity.
    Safe,
    /// Convertible note.
    Note,
}

/// Terms of conversion, adopted whole or not at all.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Package<N> {
    /// What bounds its price from above.
    pub cap: Option<Cap<N>>,
    /// Off the round price: 0.20 is 20 % off (YC's "Discount Rate" is then 80 %).
    pub discount: Term<N>,
    /// What a cap is divided by.
    pub counts: Denominator,
}

/// What bounds a conversion price from above.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cap<N> {
    /// A valuation, divided by the capitalization the package counts.
    Valuation(Term<N>),
    /// A fixed price per share.
    Price(Term<N>),
    /// A fixed part of the capitalization the package counts.
    Ownership(Term<N>),
}

/// What a cap is divided by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denominator {
    /// The flags of the Open Cap Format, preferred at the conversion prices before the round.
    Counts(Capitalization),
    /// The very count the round's pre-money is divided by.
    OfRound,
}

/// How a balance grows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interest<N> {
    /// Per year.
    pub rate_per_year: Term<N>,
    /// Compounding periods a year; `None` is simple interest.
    pub periods_per_year: Option<u32>,
}

/// How long interest has run, by the instrument's day count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Elapsed<N> {
    /// Whole compounding periods; 0 for simple interest.
    pub periods: u32,
    /// Years after the last whole period, or all of them for simple interest.
    pub years: N,
}

/// A convertible that a round converts.
#[derive(Clone, Debug, PartialEq)]
pub struct Converting<N> {
    /// Which.
    pub convertible: ConvertibleId,
    /// Where its shares go.
    pub position: PositionId,
    /// How long its interest has run at the round's first closing.
    pub elapsed: Elapsed<N>,
    /// Later instruments, issued before the round, whose whole package it may take instead of its own; empty without a
    /// most-favoured-nation clause.
    pub may_adopt: Vec<ConvertibleId>,
}

/// How convertibles weigh on a round's price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConversionMethod {
    /// p = V / N: they dilute everyone.
    PreMoney,
    /// p = V / (N + conversion shares): they dilute existing holders.
    PercentOwnership,
    /// p T = V + M + sum of balances: post-money grows by what converts.
    DollarsInvested,
}

/// The protection of a class against a lower price.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Protection {
    /// The class.
    pub class: ClassId,
    /// How its conversion price moves.
    pub method: ProtectionMethod,
    /// Adjustment shares are in the count the round's pre-money is divided by.
    pub in_price: bool,
    /// Closings of one round within so many days of the first adjust as one issue.
    pub aggregation_days: u32,
    /// Issues that do not trigger it.
    pub exempt: Exempt,
}

/// How a conversion price moves when shares are issued below it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ProtectionMethod {
    /// CP2 = CP1 (A + B) / (A + C); what counts in A.
    WeightedAverage(Capitalization),
    /// CP2 = the price of the issue.
    FullRatchet,
}

/// Issues that do not trigger a protection (NVCA Exempted Securities).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "four kinds of issues, each exempt or not")]
pub struct Exempt {
    /// Pool increases.
    pub pool: bool,
    /// Conversions of SAFEs and notes.
    pub conversions: bool,
    /// Warrants and their exercise.
    pub warrants: bool,
    /// Shares issued outside rounds.
    pub issuances: bool,
}
