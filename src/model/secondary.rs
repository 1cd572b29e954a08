//! Shares that change hands.

use super::ids::{OriginId, PositionId, RoundId};
use super::terms::Term;
use crate::num::rounding::Rounding;

/// Shares change hands; none are created.
#[derive(Clone, Debug, PartialEq)]
pub struct Secondary<N> {
    /// How much is for sale.
    pub quantity: SaleQuantity<N>,
    /// At what price.
    pub price: SalePrice<N>,
    /// Who sells.
    pub sellers: Vec<Seller<N>>,
    /// Who buys.
    pub buyers: Vec<Buyer<N>>,
    /// Parts of holdings that together bound the sale as a whole; empty means no bound.
    pub limits: Vec<(Vec<PositionId>, Term<N>)>,
    /// How the sale rounds.
    pub rounding: Rounding,
    /// Where its price was stated.
    pub price_origin: OriginId,
    /// Where its amount was stated.
    pub quantity_origin: OriginId,
}

/// How much is for sale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SaleQuantity<N> {
    /// For this much money.
    Money(Term<N>),
    /// So many shares.
    Shares(Term<N>),
}

/// The price of a secondary or of an issuance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SalePrice<N> {
    /// Given.
    PerShare(Term<N>),
    /// A valuation of the whole company over its fully diluted count at that moment.
    Valuation(Term<N>),
    /// A multiple of a round's price.
    OfRound {
        /// Whose price.
        round: RoundId,
        /// Times this.
        multiple: Term<N>,
    },
}

/// A seller: one position, or several that sell pro rata to their shares.
#[derive(Clone, Debug, PartialEq)]
pub struct Seller<N> {
    /// Whose shares.
    pub positions: Vec<PositionId>,
    /// Which part of the sale.
    pub part: Part<N>,
    /// Where it was stated.
    pub origin: OriginId,
}

/// A buyer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Buyer<N> {
    /// Where the shares go.
    pub position: PositionId,
    /// Which part of the sale.
    pub part: Part<N>,
    /// Where it was stated.
    pub origin: OriginId,
}

/// A part of a sale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Part<N> {
    /// A fraction of it.
    Fraction(Term<N>),
    /// This much of its money.
    Money(Term<N>),
    /// What the others leave.
    Rest,
}
