//! Exact arithmetic on the decimals of a ledger: fractions stay fractions until a number leaves for a table.

use crate::engine::inputs;
use crate::model::{Scenario, Term, value_of};
use crate::num::{Exact, Number, Stated};
use rust_decimal::Decimal;

/// Decimal places of a part of one.
pub const FRACTION_PLACES: u32 = 12;
/// Decimal places of prices and shares.
pub const POSTED_PLACES: u32 = 10;
/// Decimal places of money where the deal does not round it.
pub const MONEY_PLACES: u32 = 6;

/// A decimal as an exact number.
pub fn exact(decimal: Decimal) -> Exact {
    Exact::given(decimal)
}

/// The number with at most `places` places, half to even; fewer where it would be too long, zero where it is undefined.
pub fn decimal(number: Exact, places: u32) -> Decimal {
    (0..=places).rev().find_map(|places| number.to_decimal(places)).unwrap_or_default()
}

/// `part / whole` as a decimal; `None` where the whole is zero.
pub fn quotient(part: Decimal, whole: Decimal, places: u32) -> Option<Decimal> {
    (!whole.is_zero()).then(|| decimal(exact(part) / exact(whole), places))
}

/// `part / whole` as a part of one; nothing has no parts.
pub fn part_of(part: Decimal, whole: Decimal) -> Decimal {
    quotient(part, whole, FRACTION_PLACES).unwrap_or_default()
}

/// `first * second` as a decimal.
pub fn product(first: Decimal, second: Decimal, places: u32) -> Decimal {
    decimal(exact(first) * exact(second), places)
}

/// `whole * part / of`, divided last.
pub fn share_of(whole: Decimal, part: Decimal, of: Decimal, places: u32) -> Decimal {
    if of.is_zero() { Decimal::ZERO } else { decimal(exact(whole) * exact(part) / exact(of), places) }
}

/// A decimal with no more than `places` places, half to even.
pub fn cut(number: Decimal, places: u32) -> Decimal {
    decimal(exact(number), places)
}

/// The variables of a scenario in the run at hand.
pub struct Values(Vec<Exact>);

impl Values {
    /// Settles every variable.
    pub fn of(scenario: &Scenario<Stated>) -> Self {
        Values(inputs::values(&scenario.cast::<Exact>().settings))
    }

    /// The value of a term.
    pub fn at(&self, term: Term<Stated>) -> Exact {
        match term {
            Term::Given(stated) => stated.cast(),
            Term::Variable(id) => value_of(&self.0, Term::Variable(id)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn division_comes_last_and_long_numbers_lose_places_rather_than_fail() {
        let (third, three) = (Decimal::ONE, Decimal::from(3));
        assert_eq!(share_of(Decimal::from(30), third, three, 6), Decimal::TEN);
        assert_eq!(part_of(third, three), "0.333333333333".parse().expect("a decimal"));
        assert_eq!(quotient(third, Decimal::ZERO, 6), None);
        let long = decimal(exact(Decimal::MAX) / exact(Decimal::TEN), 12);
        assert_eq!(long, "7922816251426433759354395033.5".parse().expect("a decimal"));
    }
}
