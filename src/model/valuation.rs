//! What the company is said to be worth, as agreed: the terms of a valuation.

use super::exit::Exit;
use super::ids::{ClassId, OriginId};
use super::terms::Term;
use crate::num::{Number, Stated};

/// A valuation (OCF valuation). It changes no share.
#[derive(Clone, Debug, PartialEq)]
pub struct Valuation<N> {
    /// How it is made.
    pub method: ValuationMethod<N>,
    /// Where it stands.
    pub origin: OriginId,
}

/// How a valuation is made.
#[derive(Clone, Debug, PartialEq)]
pub enum ValuationMethod<N> {
    /// Somebody states what a share is worth.
    Stated {
        /// The class valued.
        class: ClassId,
        /// What one share is worth.
        price_per_share: Term<N>,
    },
    /// Every tranche between two breakpoints of an exit is a call spread on the equity.
    OptionPricing(Box<OptionPricing<N>>),
}

/// Terms of an option pricing.
#[derive(Clone, Debug, PartialEq)]
pub struct OptionPricing<N> {
    /// What all equity is worth.
    pub equity: Equity<N>,
    /// Standard deviation of the logarithm of the equity over a year.
    pub volatility: Term<N>,
    /// Until the exit.
    pub years: Term<N>,
    /// Risk-free, per year, continuously compounded.
    pub interest_rate: Term<N>,
    /// What the company pays out before the exit, per year, as a part of its equity.
    pub dividend_yield: Term<N>,
    /// The exit whose breakpoints count: its costs, debts and values are nothing.
    pub exit: Exit<N>,
}

/// What all equity is worth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Equity<N> {
    /// So much.
    Given(Term<N>),
    /// As much as makes one share of a class worth its price (backsolve).
    Solved {
        /// The class; `None` is the one sold last.
        class: Option<ClassId>,
        /// Its price; `None` is its issue price.
        price_per_share: Option<Term<N>>,
    },
}

impl Valuation<Stated> {
    /// The same valuation in another arithmetic.
    pub(super) fn cast<N: Number>(&self) -> Valuation<N> {
        let method = match &self.method {
            ValuationMethod::Stated { class, price_per_share } => {
                ValuationMethod::Stated { class: *class, price_per_share: price_per_share.cast() }
            }
            ValuationMethod::OptionPricing(terms) => ValuationMethod::OptionPricing(Box::new(OptionPricing {
                equity: match terms.equity {
                    Equity::Given(term) => Equity::Given(term.cast()),
                    Equity::Solved { class, price_per_share } => {
                        Equity::Solved { class, price_per_share: price_per_share.map(Term::cast) }
                    }
                },
                volatility: terms.volatility.cast(),
                years: terms.years.cast(),
                interest_rate: terms.interest_rate.cast(),
                dividend_yield: terms.dividend_yield.cast(),
                exit: terms.exit.cast(),
            })),
        };
        Valuation { method, origin: self.origin }
    }
}
