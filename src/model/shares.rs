//! Shares that become shares of another class, and shares that the company buys back.

use super::ids::{ClassId, OriginId, PositionId, StakeholderId};
use super::terms::Term;
use crate::num::rounding::Rounding;
use crate::num::{Number, Stated};

/// Shares of one class become shares of another: a conversion, or a redesignation.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassConversion<N> {
    /// The class that converts.
    pub class: ClassId,
    /// What it becomes.
    pub into: ClassId,
    /// Whose shares: each holder's line of the old class with its line of the new one.
    pub holders: Vec<Exchange>,
    /// How many of them together, pro rata among the holders; `None` is all.
    pub shares: Option<Term<N>>,
    /// New shares for each old one; `None` leaves what they are as converted to common.
    pub ratio: Option<Term<N>>,
    /// The first shares of a class without an issue price take the old class's with them: it is not common.
    pub carries_price: bool,
    /// How it rounds.
    pub rounding: Rounding,
    /// Where it was stated.
    pub origin: OriginId,
}

/// One holder's lines of two classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// Its shares of the class that converts.
    pub from: PositionId,
    /// Its shares of the class they become.
    pub into: PositionId,
}

/// Shares the company buys back and retires. OCF stock repurchase.
#[derive(Clone, Debug, PartialEq)]
pub struct Repurchase<N> {
    /// The holder's line of the cap table.
    pub position: PositionId,
    /// How many shares, or for how much.
    pub quantity: RepurchaseQuantity<N>,
    /// What is paid for one; `None` is not known, and no money is counted.
    pub price: Option<Term<N>>,
    /// How it rounds.
    pub rounding: Rounding,
    /// Where it was stated.
    pub origin: OriginId,
}

/// How much is bought back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RepurchaseQuantity<N> {
    /// A number of shares.
    Shares(Term<N>),
    /// As many as this money buys.
    Money(Term<N>),
}

/// Who skips its pro rata in a round loses its class.
#[derive(Clone, Debug, PartialEq)]
pub struct PayToPlay<N> {
    /// The part of its pro rata right a holder has to take.
    pub required: Term<N>,
    /// The classes that convert.
    pub classes: Vec<PayToPlayClass<N>>,
}

/// A class with pay-to-play.
#[derive(Clone, Debug, PartialEq)]
pub struct PayToPlayClass<N> {
    /// The class.
    pub class: ClassId,
    /// What its shares become.
    pub into: ClassId,
    /// New shares for each old one; `None` leaves what they are as converted to common.
    pub ratio: Option<Term<N>>,
    /// Only the part that the holder left of its right converts, not all its shares.
    pub shortfall: bool,
    /// The first shares of a class without an issue price take the old class's with them: it is not common.
    pub carries_price: bool,
    /// Everyone who may hold the class.
    pub holders: Vec<(StakeholderId, Exchange)>,
}

impl PayToPlay<Stated> {
    pub(super) fn cast<N: Number>(&self) -> PayToPlay<N> {
        let class = |class: &PayToPlayClass<Stated>| PayToPlayClass {
            class: class.class,
            into: class.into,
            ratio: class.ratio.map(Term::cast),
            shortfall: class.shortfall,
            carries_price: class.carries_price,
            holders: class.holders.clone(),
        };
        PayToPlay { required: self.required.cast(), classes: self.classes.iter().map(class).collect() }
    }
}

impl ClassConversion<Stated> {
    pub(super) fn cast<N: Number>(&self) -> ClassConversion<N> {
        ClassConversion {
            class: self.class,
            into: self.into,
            holders: self.holders.clone(),
            shares: self.shares.map(Term::cast),
            ratio: self.ratio.map(Term::cast),
            carries_price: self.carries_price,
            rounding: self.rounding,
            origin: self.origin,
        }
    }
}

impl Repurchase<Stated> {
    pub(super) fn cast<N: Number>(&self) -> Repurchase<N> {
        Repurchase {
            position: self.position,
            quantity: match self.quantity {
                RepurchaseQuantity::Shares(term) => RepurchaseQuantity::Shares(term.cast()),
                RepurchaseQuantity::Money(term) => RepurchaseQuantity::Money(term.cast()),
            },
            price: self.price.map(Term::cast),
            rounding: self.rounding,
            origin: self.origin,
        }
    }
}
