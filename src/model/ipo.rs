//! An initial public offering.

use super::ids::{ClassId, OriginId, PositionId, RightId};
use super::instruments::Converting;
use super::secondary::{Buyer, Part, SaleQuantity};
use super::shares::Exchange;
use super::terms::Term;
use crate::num::rounding::Rounding;
use crate::num::{Number, Stated};

/// Shares are offered to the public: the company's own, and those of holders who sell.
#[derive(Clone, Debug, PartialEq)]
pub struct Ipo<N> {
    /// What is offered.
    pub class: ClassId,
    /// What sets its price.
    pub price: IpoPrice<N>,
    /// The company's own new shares, before the underwriters' option.
    pub primary: Option<SaleQuantity<N>>,
    /// More of them, if the underwriters take them.
    pub greenshoe: Option<Greenshoe<N>>,
    /// Shares that holders sell.
    pub secondary: Option<Term<N>>,
    /// Who sells them.
    pub sellers: Vec<IpoSeller<N>>,
    /// Who buys, both the company's shares and the holders'.
    pub buyers: Vec<Buyer<N>>,
    /// What the underwriters keep of the company's money.
    pub underwriting_discount: Option<Term<N>>,
    /// What the offering costs the company besides.
    pub costs: Option<Term<N>>,
    /// Of the company, once everything has converted and before the offering.
    pub net_tangible_book_value: Option<Term<N>>,
    /// Promises to classes that depend on the price.
    pub ratchets: Vec<IpoRatchet<N>>,
    /// Classes that convert by themselves, in the order of the file.
    pub automatic: Vec<AutomaticConversion>,
    /// SAFEs and notes that convert.
    pub converting: Vec<Converting<N>>,
    /// Options and warrants, which the treasury stock method counts.
    pub rights: Vec<CountedRight>,
    /// How it rounds.
    pub rounding: Rounding,
    /// Where its price was stated.
    pub price_origin: OriginId,
    /// Where its size was stated; the offering itself where nothing of the company's is sold.
    pub quantity_origin: OriginId,
}

/// What sets the price of an offering.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum IpoPrice<N> {
    /// Given, for a share of the class offered.
    PerShare {
        /// The price.
        price: Term<N>,
        /// What the pre-money that follows counts.
        counts: IpoCount,
    },
    /// Price = pre-money / count.
    PreMoney {
        /// The valuation before the new money.
        valuation: Term<N>,
        /// What it is divided by.
        counts: IpoCount,
    },
}

/// What a pre-money valuation at an offering counts; what converts in it and what a ratchet adds always.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IpoCount {
    /// Everything fully diluted but the available pool.
    WithoutPool,
    /// Everything fully diluted.
    WithPool,
    /// Outstanding shares, and options and warrants by the treasury stock method.
    Treasury,
    /// Outstanding shares alone.
    Basic,
}

/// Shares that the underwriters may take besides.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Greenshoe<N> {
    /// How many at most.
    pub shares: Term<N>,
    /// The part of them that is taken.
    pub used: Term<N>,
}

/// Who sells in an offering: one holder, or several pro rata to their shares.
#[derive(Clone, Debug, PartialEq)]
pub struct IpoSeller<N> {
    /// Their lines.
    pub holders: Vec<SellingHolder>,
    /// Which part of the sale.
    pub part: Part<N>,
    /// Where it was stated.
    pub origin: OriginId,
}

/// A holder's shares that can be sold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SellingHolder {
    /// Its shares of the class offered, which are sold first.
    pub position: PositionId,
    /// Its shares of other common classes, which become the class offered as far as they are sold.
    pub others: Vec<PositionId>,
}

/// A promise to a class that depends on the offering's price.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct IpoRatchet<N> {
    /// The class.
    pub class: ClassId,
    /// What it was promised.
    pub promise: RatchetPromise<N>,
    /// Where it was stated.
    pub origin: OriginId,
}

/// What a ratchet promises, never fewer shares than without it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RatchetPromise<N> {
    /// Stock worth issue price x (1 + return) at the offering's price.
    Return(Term<N>),
    /// Conversion at the offering's price less the discount.
    Discount(Term<N>),
}

/// A class whose shares become shares of another at the offering.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AutomaticConversion {
    /// The class that converts.
    pub class: ClassId,
    /// What it becomes.
    pub into: ClassId,
    /// Its holders' lines.
    pub holders: Vec<Exchange>,
}

/// An option grant or a warrant, as the treasury stock method counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountedRight {
    /// Which.
    pub right: RightId,
    /// A warrant counts as far as it has vested, an option whether or not it has.
    pub is_warrant: bool,
}

impl Ipo<Stated> {
    pub(super) fn cast<N: Number>(&self) -> Ipo<N> {
        Ipo {
            class: self.class,
            price: match self.price {
                IpoPrice::PerShare { price, counts } => IpoPrice::PerShare { price: price.cast(), counts },
                IpoPrice::PreMoney { valuation, counts } => IpoPrice::PreMoney { valuation: valuation.cast(), counts },
            },
            primary: self.primary.map(|primary| match primary {
                SaleQuantity::Money(term) => SaleQuantity::Money(term.cast()),
                SaleQuantity::Shares(term) => SaleQuantity::Shares(term.cast()),
            }),
            greenshoe: self
                .greenshoe
                .map(|greenshoe| Greenshoe { shares: greenshoe.shares.cast(), used: greenshoe.used.cast() }),
            secondary: self.secondary.map(Term::cast),
            sellers: self.sellers.iter().map(IpoSeller::cast).collect(),
            buyers: self
                .buyers
                .iter()
                .map(|buyer| Buyer { position: buyer.position, part: buyer.part.cast(), origin: buyer.origin })
                .collect(),
            underwriting_discount: self.underwriting_discount.map(Term::cast),
            costs: self.costs.map(Term::cast),
            net_tangible_book_value: self.net_tangible_book_value.map(Term::cast),
            ratchets: self.ratchets.iter().map(IpoRatchet::cast).collect(),
            automatic: self.automatic.clone(),
            converting: self.converting.iter().map(Converting::cast).collect(),
            rights: self.rights.clone(),
            rounding: self.rounding,
            price_origin: self.price_origin,
            quantity_origin: self.quantity_origin,
        }
    }
}

impl IpoSeller<Stated> {
    fn cast<N: Number>(&self) -> IpoSeller<N> {
        IpoSeller { holders: self.holders.clone(), part: self.part.cast(), origin: self.origin }
    }
}

impl IpoRatchet<Stated> {
    fn cast<N: Number>(&self) -> IpoRatchet<N> {
        let promise = match self.promise {
            RatchetPromise::Return(term) => RatchetPromise::Return(term.cast()),
            RatchetPromise::Discount(term) => RatchetPromise::Discount(term.cast()),
        };
        IpoRatchet { class: self.class, promise, origin: self.origin }
    }
}
