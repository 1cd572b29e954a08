//! What was agreed: the terms of every event, resolved to dense ids. Plain data, no arithmetic.
//!
//! Every struct is generic in its number. A scenario is agreed in [`Stated`](crate::num::Stated) numbers and cast to
//! the arithmetic wanted; see [`Scenario::cast`](super::Scenario::cast).

use super::ids::{
    ClassId, ConvertibleId, EventId, OriginId, PlanId, PositionId, RightId, RoundId, StakeholderId, VariableId,
};
use super::in_kind::InKind;
use super::instruments::{ConversionMethod, Converting, Elapsed, Protection};
use super::ipo::Ipo;
use super::rights::{Cancellation, Exercise, Vest, Warrant};
use super::secondary::{SalePrice, Secondary};
use super::shares::{ClassConversion, PayToPlay, Repurchase};
use crate::num::rounding::Rounding;

/// A quantity of the scenario: stated, or one of its variables.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Term<N> {
    /// The same in every future.
    Given(N),
    /// Chosen by case, set on the command line, or drawn.
    Variable(VariableId),
}

/// The value of a variable in the run at hand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Setting<N> {
    /// Chosen.
    Given(N),
    /// Follows an earlier variable: `of * times + plus`.
    Tied {
        /// The variable it follows; always an earlier one.
        of: VariableId,
        /// Factor.
        times: Term<N>,
        /// Addend.
        plus: Term<N>,
    },
    /// Follows earlier variables: `above / below`. No variable of a file does; what follows from one may.
    Over {
        /// Dividend.
        above: Term<N>,
        /// Divisor.
        below: Term<N>,
    },
}

/// How far money is. Rungs are cumulative: `committed` includes what is funded, `all` everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rung {
    /// Paid.
    Funded,
    /// Owed without a condition.
    Committed,
    /// Hangs on a condition.
    All,
    /// Lapsed: counted on no rung.
    Never,
}

/// What counts in a capitalization, as flags of the Open Cap Format (`CapitalizationDefinitionRules`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "the schema's own flags, each independent of the others")]
pub struct Capitalization {
    /// Outstanding shares, as converted.
    pub shares: bool,
    /// Granted options.
    pub options: bool,
    /// Options promised and not yet granted.
    pub promised_options: bool,
    /// Options available in a plan.
    pub unissued_options: bool,
    /// The security whose capitalization this is.
    pub this_security: bool,
    /// Securities converting in the same round.
    pub converting_securities: bool,
    /// The pool increase of the same round.
    pub pool_increase: bool,
    /// The shares the new money buys.
    pub new_money: bool,
}

impl Capitalization {
    /// Nothing.
    pub const NOTHING: Capitalization = Capitalization {
        shares: false,
        options: false,
        promised_options: false,
        unissued_options: false,
        this_security: false,
        converting_securities: false,
        pool_increase: false,
        new_money: false,
    };

    /// Shares, options, promised and unissued options.
    pub const FULLY_DILUTED: Capitalization = Capitalization {
        shares: true,
        options: true,
        promised_options: true,
        unissued_options: true,
        this_security: false,
        converting_securities: false,
        pool_increase: false,
        new_money: false,
    };
}

/// A financing round. Its price is fixed once, at its first closing, from its headline money.
#[derive(Clone, Debug, PartialEq)]
pub struct Round<N> {
    /// What sets the price.
    pub price: RoundPrice<N>,
    /// New money of the whole round, where it is stated.
    pub size: Option<Term<N>>,
    /// What pre-money is divided by.
    pub counts: Capitalization,
    /// The pool after the round.
    pub pool: Option<RoundPool<N>>,
    /// How convertibles weigh on the price.
    pub method: ConversionMethod,
    /// Convertibles outstanding before it that it converts.
    pub converting: Vec<Converting<N>>,
    /// The stated size includes what converts.
    pub size_includes_conversions: bool,
    /// Classes that are protected against a lower price.
    pub protections: Vec<Protection>,
    /// What becomes of shares whose holder skips its pro rata.
    pub pay_to_play: Option<PayToPlay<N>>,
    /// How the deal rounds.
    pub rounding: Rounding,
    /// What becomes of the part of a cheque that buys no share.
    pub residue: Residue,
    /// Closings, in the order of the file.
    pub tranches: Vec<Tranche<N>>,
    /// The closing that comes first in the timeline, which fixes the price.
    pub first_closing: EventId,
    /// Where its price was stated.
    pub price_origin: OriginId,
    /// Where its size was stated.
    pub size_origin: Option<OriginId>,
}

/// What sets a round's price.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RoundPrice<N> {
    /// Price = pre-money / capitalization.
    PreMoney(Term<N>),
    /// Pre-money = post-money - headline money.
    PostMoney {
        /// The stated post-money of the whole round.
        stated: Term<N>,
        /// What stays when amounts vary and no size is stated.
        hold: Hold,
    },
    /// Given; pre-money follows.
    PerShare(Term<N>),
}

/// What stays when amounts vary under a stated post-money without a size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// The price: pre-money is post-money less the base case's money, in every case.
    Price,
    /// The post-money: pre-money is post-money less the money of the case at hand.
    PostMoney,
}

/// What becomes of the part of a cheque that buys no whole share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Residue {
    /// It is not called: the wire is price times shares, up to the cent.
    NotCalled,
    /// The company keeps it as paid-in capital.
    Kept,
}

/// The pool terms of a round.
#[derive(Clone, Debug, PartialEq)]
pub struct RoundPool<N> {
    /// Available options of the plan.
    pub available: PositionId,
    /// Target or number.
    pub amount: PoolAmount<N>,
    /// Granted and promised options count towards the target too.
    pub counts_all: bool,
    /// Where it was stated.
    pub origin: OriginId,
}

/// How large a pool is to be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PoolAmount<N> {
    /// Counted options as a fraction of the fully diluted total afterwards; never shrinks a pool.
    Target(Term<N>),
    /// New options.
    Increase(Term<N>),
}

/// One closing of a round.
#[derive(Clone, Debug, PartialEq)]
pub struct Tranche<N> {
    /// Its place in the timeline.
    pub event: EventId,
    /// What its participants receive.
    pub class: ClassId,
    /// Its money, where it is stated.
    pub amount: Option<TrancheAmount<N>>,
    /// Its price.
    pub price: TranchePrice<N>,
    /// How far its money is.
    pub status: Rung,
    /// Who takes part.
    pub participants: Vec<Participant<N>>,
    /// Days after the round's first closing; 0 in a file without dates.
    pub days: u32,
    /// Where it was stated.
    pub origin: OriginId,
}

/// Money of a tranche.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TrancheAmount<N> {
    /// Stated.
    Money(Term<N>),
    /// A fraction of the round's size.
    PartOfSize(Term<N>),
}

/// Price of a tranche.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TranchePrice<N> {
    /// The round's.
    Round,
    /// Its own.
    PerShare(Term<N>),
    /// Its own pre-money over the fully diluted count just before it.
    PreMoney(Term<N>),
    /// The price of the closing before it in the timeline, counted or not, times `1 + step_up`.
    StepUp(Term<N>),
}

/// A participant of a tranche.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Participant<N> {
    /// Who.
    pub stakeholder: StakeholderId,
    /// Where the new shares go.
    pub position: PositionId,
    /// How much.
    pub takes: Takes<N>,
    /// It also takes its share of what other right holders leave of their pro rata rights.
    pub over_allotment: bool,
    /// Where it was stated.
    pub origin: OriginId,
}

/// How much a participant takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Takes<N> {
    /// Money.
    Money(Term<N>),
    /// A fraction of the tranche's money.
    PartOfTranche(Term<N>),
    /// What is left of the tranche's money.
    RestOfTranche,
    /// What is left of the round's size.
    RestOfSize,
    /// This part of its pro rata right.
    ProRata(Term<N>),
    /// This part of the right of its SAFE's side letter: conversion shares over Company Capitalization.
    SideLetter {
        /// The SAFE.
        convertible: ConvertibleId,
        /// The part taken up.
        part: Term<N>,
    },
    /// As much as brings it to this fraction of the fully diluted total after the round.
    Ownership(Term<N>),
    /// A number of shares.
    Shares(Term<N>),
}

/// A pool increase outside a round, borne by everyone.
#[derive(Clone, Debug, PartialEq)]
pub struct PoolIncrease<N> {
    /// Available options of the plan.
    pub available: PositionId,
    /// Target or number.
    pub amount: PoolAmount<N>,
    /// Granted and promised options count towards the target too.
    pub counts_all: bool,
    /// How it rounds.
    pub rounding: Rounding,
    /// Where it was stated.
    pub origin: OriginId,
}

/// Options granted from a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct OptionGrant<N> {
    /// Available options of the plan, or its promised ones.
    pub available: PositionId,
    /// The holder's granted options of the plan.
    pub position: PositionId,
    /// How many.
    pub amount: GrantAmount<N>,
    /// How it rounds.
    pub rounding: Rounding,
    /// The right it makes, with its exercise price.
    pub right: RightId,
    /// Where it was stated.
    pub origin: OriginId,
}

/// How many options are granted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum GrantAmount<N> {
    /// A number.
    Options(Term<N>),
    /// A fraction of the fully diluted total, which a grant from the pool does not change.
    Ownership(Term<N>),
}

/// New shares outside a round: for an acquisition, for services, to founders.
#[derive(Clone, Debug, PartialEq)]
pub struct Issuance<N> {
    /// Where the shares go.
    pub position: PositionId,
    /// What they are issued for.
    pub consideration: Consideration<N>,
    /// How it rounds.
    pub rounding: Rounding,
    /// Where it was stated.
    pub origin: OriginId,
}

/// What shares are issued for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Consideration<N> {
    /// Nothing: so many shares.
    None {
        /// How many.
        shares: Term<N>,
    },
    /// Money or what is worth it.
    Money {
        /// How much.
        amount: Term<N>,
        /// At what price.
        price: SalePrice<N>,
    },
}

/// A split, or a reverse split where the ratio is below one.
#[derive(Clone, Debug, PartialEq)]
pub struct Split<N> {
    /// New shares for each old one.
    pub ratio: Term<N>,
    /// The class split; `None` splits every class and option.
    pub class: Option<ClassId>,
    /// True if the class is the one options and other classes convert into.
    pub is_common: bool,
    /// Whether fractions are cut off, and cash paid for them.
    pub whole_shares: bool,
    /// Where it was stated.
    pub origin: OriginId,
}

/// An event of the timeline.
#[derive(Clone, Debug, PartialEq)]
pub enum Event<N> {
    /// One closing of a round.
    Closing {
        /// The round.
        round: RoundId,
        /// Which of its tranches.
        tranche: u32,
    },
    /// A secondary sale.
    Secondary(Secondary<N>),
    /// A pool increase outside a round.
    PoolIncrease(PoolIncrease<N>),
    /// Options granted.
    OptionGrant(OptionGrant<N>),
    /// A warrant is issued.
    Warrant(Warrant<N>),
    /// A part of a warrant vests.
    Vest(Vest<N>),
    /// Options become shares.
    Exercise(Exercise<N>),
    /// Options end without becoming shares.
    Cancellation(Cancellation<N>),
    /// Shares issued outside a round.
    Issuance(Issuance<N>),
    /// A split.
    Split(Split<N>),
    /// Shares are offered to the public.
    Ipo(Box<Ipo<N>>),
    /// Shares become shares of another class.
    ClassConversion(ClassConversion<N>),
    /// Shares are bought back.
    Repurchase(Repurchase<N>),
    /// A dividend is paid in shares.
    InKind(InKind<N>),
    /// A convertible is issued: from now on it is outstanding.
    Convertible(ConvertibleId),
    /// Convertibles fall due on one day, as far as they are still outstanding: those that convert do so together.
    Maturity(Vec<Due<N>>),
    /// What the company is worth on the day, by its place among the scenario's valuations. It changes no share.
    Valuation(u32),
}

/// What becomes of a convertible that falls due.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Due<N> {
    /// Which.
    pub convertible: ConvertibleId,
    /// It converts at its cap into this position; `None` is repaid.
    pub into: Option<PositionId>,
    /// How long its interest has run.
    pub elapsed: Elapsed<N>,
}

/// A promise of the company to pay: money flowing back to an investor. It changes no ownership.
#[derive(Clone, Debug, PartialEq)]
pub struct Commitment<N> {
    /// Who receives the money.
    pub to: StakeholderId,
    /// How much, nominal, over the whole term.
    pub amount: Term<N>,
    /// Over how many years.
    pub years: Option<N>,
    /// Where it was stated.
    pub origin: OriginId,
}

/// What a position is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Holding {
    /// Shares of a class.
    Shares(StakeholderId, ClassId),
    /// Granted options.
    Granted(StakeholderId, PlanId),
    /// Warrants on shares of a class.
    Warrants(StakeholderId, ClassId),
    /// Options promised and not yet granted.
    Promised(PlanId),
    /// Options available in a plan.
    Available(PlanId),
}

impl Holding {
    /// The stakeholder it belongs to; a pool belongs to nobody yet.
    pub fn stakeholder(self) -> Option<StakeholderId> {
        match self {
            Holding::Shares(who, _) | Holding::Warrants(who, _) | Holding::Granted(who, _) => Some(who),
            Holding::Promised(_) | Holding::Available(_) => None,
        }
    }

    /// The class it consists of, or a warrant is on; options have none.
    #[inline(always)]
    pub fn class(self) -> Option<ClassId> {
        match self {
            Holding::Shares(_, class) | Holding::Warrants(_, class) => Some(class),
            Holding::Granted(..) | Holding::Promised(_) | Holding::Available(_) => None,
        }
    }
}
