//! Money in whole cents that adds up: the largest remainder.

use crate::num::rounding::{Direction, whole};
use crate::num::{Exact, Number, Truth};
use rust_decimal::Decimal;

/// Amounts in whole cents that add up to `total` cents: each cut down to a cent, and the cents that are left, one each, to
/// those from whom most was cut, the first of equals first.
///
/// Source: the method of Hamilton. `None` where an amount is too long to write.
pub fn whole_cents(amounts: &[Exact], total: Decimal) -> Option<Vec<Decimal>> {
    let hundred = Exact::whole(100);
    let floors: Vec<Exact> = amounts.iter().map(|&amount| whole(amount * hundred, Direction::Down)).collect();
    let mut cents: Vec<Decimal> = floors.iter().map(|floor| floor.to_decimal(0)).collect::<Option<_>>()?;
    let given: Decimal = cents.iter().sum();
    let mut left = (total * Decimal::ONE_HUNDRED).round() - given;
    let rests: Vec<Exact> = amounts.iter().zip(&floors).map(|(&amount, &floor)| amount * hundred - floor).collect();
    let mut order: Vec<usize> = (0..amounts.len()).collect();
    order.sort_by(|&a, &b| larger_first(rests[a], rests[b]));
    for &index in order.iter().cycle().take(2 * amounts.len()) {
        if left <= Decimal::ZERO {
            break;
        }
        cents[index] += Decimal::ONE;
        left -= Decimal::ONE;
    }
    Some(cents.into_iter().map(|cents| cents / Decimal::ONE_HUNDRED).collect())
}

/// Order of two numbers, the larger first; the sort keeps the order of equals.
fn larger_first(a: Exact, b: Exact) -> std::cmp::Ordering {
    match (a.at_most(b), b.at_most(a)) {
        (Truth::Yes, Truth::Yes) => std::cmp::Ordering::Equal,
        (Truth::Yes, _) => std::cmp::Ordering::Greater,
        _ => std::cmp::Ordering::Less,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cents(thirds: &[i32], total: i32) -> Vec<String> {
        let amounts: Vec<Exact> = thirds.iter().map(|&thirds| Exact::whole(thirds) / Exact::whole(3)).collect();
        let cents = whole_cents(&amounts, Decimal::from(total)).expect("short numbers");
        cents.iter().map(ToString::to_string).collect()
    }

    /// 100 in three: 33.33 each, and the cent that is left to the first.
    #[test]
    fn cents_that_are_left_go_to_the_largest_rest_and_the_first_of_equals() {
        assert_eq!(cents(&[100, 100, 100], 100), ["33.34", "33.33", "33.33"]);
        // 10/3 = 3.33 + 1/3 of a cent, 20/3 = 6.66 + 2/3.
        assert_eq!(cents(&[10, 20], 10), ["3.33", "6.67"]);
        assert_eq!(cents(&[0, 3, 6], 3), ["0", "1", "2"]);
    }
}
