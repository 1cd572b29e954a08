//! Numbers as words on a chart.

use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};

const MINUS: char = '\u{2212}';

/// A fraction as a percentage: `37.1%`, `<0.1%`.
pub(super) fn percent(fraction: Decimal) -> String {
    format!("{}%", percentage(fraction))
}

/// A fraction as a percentage without the sign, where the subtitle names the unit: `37.1`, `<0.1`, `0`.
///
/// A small stake never reads as none, and nearly all never as all.
pub(super) fn percentage(fraction: Decimal) -> String {
    if fraction.is_zero() {
        "0".into()
    } else if fraction > Decimal::ZERO && fraction < Decimal::new(1, 3) {
        "<0.1".into()
    } else if fraction < Decimal::ONE && fraction >= Decimal::new(9995, 4) {
        ">99.9".into()
    } else {
        signed(&places(fraction * Decimal::ONE_HUNDRED, 1), "")
    }
}

/// A change of ownership in percentage points with its sign: `−3.4`, `+1.2`; two places where one would read as none.
pub(super) fn points(change: Decimal) -> String {
    let points = change * Decimal::ONE_HUNDRED;
    if points.is_zero() {
        "0".into()
    } else if points.abs() < Decimal::new(5, 3) {
        "\u{2248}0".into()
    } else {
        signed(&places(points, if points.abs() < Decimal::new(95, 3) { 2 } else { 1 }), "+")
    }
}

/// Money in three figures: `$730B`, `$12.5M`, `EUR 1.2T`. A currency other than the dollar stands as its code.
pub(super) fn money(amount: Decimal, currency: &str) -> String {
    let (unit, suffix) = scale(amount.abs());
    let mut size = amount.abs() / unit;
    if size >= Decimal::ONE_HUNDRED {
        size = size.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
    } else {
        size = size.round_dp_with_strategy(1, RoundingStrategy::MidpointAwayFromZero);
    }
    let sign = if amount.is_sign_negative() && !size.is_zero() { "\u{2212}" } else { "" };
    let symbol = if currency == "USD" { "$".into() } else { format!("{currency}\u{a0}") };
    format!("{sign}{symbol}{}{suffix}", size.normalize())
}

/// The unit in which an amount has the fewest figures before the point; from 999.5 on in the next one.
fn scale(amount: Decimal) -> (Decimal, &'static str) {
    let units = [(1_000_000_000_000_i64, "T"), (1_000_000_000, "B"), (1_000_000, "M"), (1_000, "k")];
    for (unit, suffix) in units {
        let unit = Decimal::from(unit);
        if amount >= unit - unit * Decimal::new(5, 4) {
            return (unit, suffix);
        }
    }
    (Decimal::ONE, "")
}

/// A tick of an axis: as many places as it needs.
pub(super) fn tick(value: f64) -> String {
    format!("{}", (value * 1000.0).round() / 1000.0).replace('-', "\u{2212}")
}

/// A decimal as a coordinate.
pub(super) fn coordinate(value: Decimal) -> f64 {
    value.to_f64().unwrap_or(0.0)
}

fn places(value: Decimal, places: u32) -> String {
    let rounded = value.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
    format!("{rounded:.*}", places as usize)
}

fn signed(digits: &str, plus: &str) -> String {
    match digits.strip_prefix('-') {
        Some(digits) => format!("{MINUS}{digits}"),
        None => format!("{plus}{digits}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().expect("a decimal")
    }

    #[test]
    fn percentages_have_one_decimal_and_never_read_as_none_or_all() {
        let cases = [
            ("0.37125", "37.1%"),
            ("1", "100.0%"),
            ("0.9996", ">99.9%"),
            ("0.9995", ">99.9%"),
            ("0.99949", "99.9%"),
            ("0.001", "0.1%"),
            ("0.0002", "<0.1%"),
            ("0", "0%"),
            ("-0.02", "\u{2212}2.0%"),
        ];
        for (fraction, expected) in cases {
            assert_eq!(percent(decimal(fraction)), expected, "{fraction}");
        }
    }

    #[test]
    fn changes_carry_their_sign() {
        let cases = [
            ("-0.034", "\u{2212}3.4"),
            ("0.012", "+1.2"),
            ("-0.0002", "\u{2212}0.02"),
            ("0.00095", "+0.1"),
            ("0.00094", "+0.09"),
            ("-0.00001", "\u{2248}0"),
            ("0", "0"),
        ];
        for (change, expected) in cases {
            assert_eq!(points(decimal(change)), expected, "{change}");
        }
    }

    #[test]
    fn money_has_three_figures() {
        let cases = [
            ("730000000000", "USD", "$730B"),
            ("1234000000000", "USD", "$1.2T"),
            ("15000000", "USD", "$15M"),
            ("12540000", "EUR", "EUR\u{a0}12.5M"),
            ("999600000", "USD", "$1B"),
            ("999400000", "USD", "$999M"),
            ("850000", "USD", "$850k"),
            ("0", "USD", "$0"),
            ("-2500", "USD", "\u{2212}$2.5k"),
        ];
        for (amount, currency, expected) in cases {
            assert_eq!(money(decimal(amount), currency), expected);
        }
    }
}
