//! The simplest fraction near a number: how a bracket becomes the number that was meant.

use super::{Exact, Number, Stated, Truth};
use rust_decimal::Decimal;

impl Exact {
    /// The fraction of the smallest denominator in `low..=high`, and of those the smallest in size. Continued fractions:
    ///
    /// ```text
    /// simplest(low, high) = the smallest whole number from low on, if it is at most high
    ///                       whole + 1 / simplest(1 / (high - whole), 1 / (low - whole)) otherwise
    /// ```
    #[must_use]
    pub fn simplest_between(low: Exact, high: Exact) -> Exact {
        const STEPS_MAX: u32 = 700;
        let zero = Exact::zero();
        if high.below(zero).is_yes() {
            return zero - Exact::simplest_between(zero - high, zero - low);
        }
        if low.at_most(zero).is_yes() {
            return zero;
        }
        simplest_above_zero(low, high, STEPS_MAX)
    }

    /// True where both are the same defined number.
    pub fn equals(self, other: Exact) -> bool {
        (self.at_most(other) & other.at_most(self)) == Truth::Yes
    }

    /// The number as it could be stated: a decimal where it is one, else a fraction; `None` where 28 digits above and
    /// below the line do not hold it.
    pub fn to_stated(self) -> Option<Stated> {
        let is_whole = |number: Exact| number.to_decimal(0).filter(|whole| Exact::given(*whole).equals(number));
        for places in [0, 2, 4, 6, 10, 14, 18, 22, 26, 28] {
            if let Some(decimal) = self.to_decimal(places)
                && Exact::given(decimal).equals(self)
            {
                return Some(Stated::from(decimal));
            }
        }
        let (numerator, denominator) = self.halves()?;
        Stated::ratio(is_whole(numerator)?, is_whole(denominator)?)
    }

    /// The number to the given places, downwards and upwards; the same twice where it has no more.
    pub fn grid(self, unit: Decimal) -> (Exact, Exact) {
        let unit = Exact::given(unit);
        let down = (self / unit).floor() * unit;
        if down.equals(self) { (down, down) } else { (down, down + unit) }
    }
}

fn simplest_above_zero(low: Exact, high: Exact, steps: u32) -> Exact {
    let whole = low.floor();
    if whole.equals(low) || steps == 0 {
        return whole.max(low);
    }
    let next = whole + Exact::one();
    if next.at_most(high).is_yes() {
        return next;
    }
    let one = Exact::one();
    whole + one / simplest_above_zero(one / (high - whole), one / (low - whole), steps - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(text: &str) -> Exact {
        Exact::given(text.parse().expect("a decimal"))
    }

    #[test]
    fn the_simplest_fraction_is_the_one_that_was_meant() {
        let third = Exact::one() / Exact::whole(3);
        let near = |number: Exact, by: &str| Exact::simplest_between(number - exact(by), number + exact(by));
        assert!(near(third, "0.0001").equals(third));
        assert!(near(exact("35900000000.0000001"), "0.001").equals(exact("35900000000")));
        assert!(near(exact("-2.5000001"), "0.001").equals(exact("-2.5")));
        assert!(near(exact("0.0001"), "0.001").equals(Exact::zero()));
        assert!(Exact::simplest_between(third, third).equals(third));
    }

    #[test]
    fn a_number_is_stated_as_a_decimal_where_it_is_one() {
        assert_eq!(exact("0.125").to_stated(), Some(Stated::from("0.125".parse::<Decimal>().expect("a decimal"))));
        let sevenths = (Exact::whole(-2) / Exact::whole(7)).to_stated().expect("short");
        assert_eq!((sevenths.numerator, sevenths.denominator), (Decimal::from(-2), Decimal::from(7)));
        let long = (0..40).fold(Exact::one(), |product, _| product / Exact::whole(7));
        assert_eq!(long.to_stated(), None);
        let (down, up) = exact("2.347").grid(Decimal::new(1, 2));
        assert!(down.equals(exact("2.34")) && up.equals(exact("2.35")));
    }
}
