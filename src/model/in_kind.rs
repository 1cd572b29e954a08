//! Dividends paid in shares of their own class.

use super::ids::{ClassId, EventId, OriginId, PositionId};
use super::terms::Term;
use crate::num::rounding::Rounding;
use crate::num::{Number, Stated};

/// A dividend paid in shares on the day a period ends.
#[derive(Clone, Debug, PartialEq)]
pub struct InKind<N> {
    /// The class that pays it, in its own shares at the original issue price.
    pub class: ClassId,
    /// Everyone who may hold the class by then.
    pub positions: Vec<PositionId>,
    /// Of the base, per year.
    pub rate_per_year: Term<N>,
    /// Length of the period: days over 365 where it is simple, one over the periods a year where it compounds.
    pub years: N,
    /// The base in issue prices: one, or the multiple of the preference.
    pub base: N,
    /// How it rounds.
    pub rounding: Rounding,
    /// Where its rate was stated.
    pub origin: OriginId,
}

/// A class that pays its dividends in shares.
#[derive(Clone, Debug, PartialEq)]
pub struct InKindClass<N> {
    /// The class.
    pub class: ClassId,
    /// Shares paid as dividends bear dividends themselves.
    pub compounds: bool,
    /// The part of the period that is over when an event issues shares, by event: of that part they bear nothing.
    pub over: Vec<N>,
}

impl InKind<Stated> {
    pub(super) fn cast<N: Number>(&self) -> InKind<N> {
        InKind {
            class: self.class,
            positions: self.positions.clone(),
            rate_per_year: self.rate_per_year.cast(),
            years: self.years.cast(),
            base: self.base.cast(),
            rounding: self.rounding,
            origin: self.origin,
        }
    }
}

impl InKindClass<Stated> {
    pub(super) fn cast<N: Number>(&self) -> InKindClass<N> {
        InKindClass {
            class: self.class,
            compounds: self.compounds,
            over: self.over.iter().map(|over| over.cast()).collect(),
        }
    }
}

impl<N: Copy> InKindClass<N> {
    /// The part of the period that is over at an event.
    pub fn over_at(&self, event: EventId) -> Option<N> {
        self.over.get(event.index()).copied()
    }
}
