//! A number as somebody stated it: a decimal, or a fraction of two decimals kept exact.

use super::{Exact, Number, Truth};
use rust_decimal::Decimal;
use std::cmp::Ordering;

/// A stated number: `numerator / denominator`, the denominator above zero. `"1/3"` stays a third.
#[derive(Clone, Copy, Debug, Eq)]
pub struct Stated {
    /// Above the line.
    pub numerator: Decimal,
    /// Below the line; always above zero.
    pub denominator: Decimal,
}

impl Stated {
    /// Zero.
    pub const ZERO: Stated = Stated { numerator: Decimal::ZERO, denominator: Decimal::ONE };
    /// One.
    pub const ONE: Stated = Stated { numerator: Decimal::ONE, denominator: Decimal::ONE };

    /// `numerator / denominator`; `None` where the denominator is not above zero.
    pub fn ratio(numerator: Decimal, denominator: Decimal) -> Option<Self> {
        (denominator > Decimal::ZERO).then_some(Stated { numerator, denominator })
    }

    /// The number in the arithmetic wanted.
    #[inline]
    pub fn cast<N: Number>(self) -> N {
        if self.denominator == Decimal::ONE {
            N::given(self.numerator)
        } else {
            N::given(self.numerator) / N::given(self.denominator)
        }
    }

    /// As a decimal of at most `places` places, half to even; `None` where it is too long for one.
    pub fn to_decimal(self, places: u32) -> Option<Decimal> {
        self.cast::<Exact>().to_decimal(places)
    }

    /// True for zero.
    pub fn is_zero(self) -> bool {
        self.numerator.is_zero()
    }

    /// True below zero.
    pub fn is_negative(self) -> bool {
        self.numerator.is_sign_negative() && !self.numerator.is_zero()
    }
}

impl From<Decimal> for Stated {
    fn from(decimal: Decimal) -> Self {
        Stated { numerator: decimal, denominator: Decimal::ONE }
    }
}

impl From<i64> for Stated {
    fn from(whole: i64) -> Self {
        Stated::from(Decimal::from(whole))
    }
}

impl PartialEq for Stated {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl PartialOrd for Stated {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Stated {
    /// Exact: decimals of 28 digits above and below the line always fit the exact number.
    fn cmp(&self, other: &Self) -> Ordering {
        let (ours, theirs) = (self.cast::<Exact>(), other.cast::<Exact>());
        match (ours.at_most(theirs), theirs.at_most(ours)) {
            (Truth::Yes, Truth::Yes) => Ordering::Equal,
            (Truth::Yes, _) => Ordering::Less,
            _ => Ordering::Greater,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_third_is_kept_exact_and_compared_exactly() {
        let third = Stated::ratio(Decimal::ONE, Decimal::from(3)).expect("a ratio");
        let sixths = Stated::ratio(Decimal::TWO, Decimal::from(6)).expect("a ratio");
        let near = Stated::from("0.3333333333333333333333333333".parse::<Decimal>().expect("a decimal"));
        assert_eq!(third, sixths);
        assert!(near < third);
        assert_eq!(third.to_decimal(4), "0.3333".parse().ok());
        assert_eq!(Stated::ratio(Decimal::ONE, Decimal::ZERO), None);
    }
}
