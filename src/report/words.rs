//! Numbers inside sentences: titles, reasons, conventions. Cells of tables stay numbers.

use crate::report::Run;
use rust_decimal::{Decimal, RoundingStrategy};

/// The rung and the case, for titles: `funding all, case base`.
pub fn basis(run: &Run) -> String {
    format!("funding {}, case {}", run.rung.word(), run.agreement.head.case.word())
}

/// A number in full with thousands separated: `730,000,000,000`, `0.6566`, with a true minus.
pub fn grouped(number: Decimal) -> String {
    signed(number, &crate::num::grouped(number.abs()))
}

/// Money in at most three figures or one decimal: `$730B`, `$12.5M`, `$850k`, `EUR 1.2T`.
pub fn money(amount: Decimal, currency: &str) -> String {
    let (unit, suffix) = unit_of(amount.abs());
    let scaled = amount.abs() / unit;
    let digits = rounded(scaled, u32::from(scaled < Decimal::ONE_HUNDRED)).normalize();
    signed(if digits.is_zero() { Decimal::ZERO } else { amount }, &format!("{}{digits}{suffix}", symbol(currency)))
}

/// Money without loss: `$7.75M` where three decimals of a unit hold it, else every digit: `$40,548,123.4`.
pub fn money_in_full(amount: Decimal, currency: &str) -> String {
    const MOST_DECIMALS: u32 = 3;
    let (unit, suffix) = unit_of(amount.abs());
    let scaled = (amount.abs() / unit).normalize();
    let digits = if scaled.scale() <= MOST_DECIMALS { format!("{scaled}{suffix}") } else { grouped(amount.abs()) };
    signed(amount, &format!("{}{digits}", symbol(currency)))
}

/// A number as a file writes it, without loss: `50B`, `1.5M`; below a million, or where it has more digits, in full.
pub fn short(number: Decimal) -> String {
    const MOST_DECIMALS: u32 = 3;
    let (unit, suffix) = unit_of(number.abs());
    let scaled = (number.abs() / unit).normalize();
    match scaled.scale() <= MOST_DECIMALS && number.abs() >= Decimal::from(1_000_000) {
        true => signed(number, &format!("{scaled}{suffix}")),
        false => grouped(number),
    }
}

/// Money per share: `$0.6566`.
pub fn price(amount: Decimal, currency: &str) -> String {
    signed(amount, &format!("{}{}", symbol(currency), grouped(amount.abs())))
}

/// The unit in which a column of money is written: its size and its name with the currency, `$B`.
pub fn money_unit(largest: Decimal, currency: &str) -> (Decimal, String) {
    let (unit, suffix) = unit_of(largest.abs());
    (unit, format!("{}{suffix}", symbol(currency).trim_end()))
}

/// A number with exactly so many decimals, half away from zero.
pub fn fixed(number: Decimal, places: u32) -> String {
    let rounded = rounded(number, places);
    let digits = format!("{:.*}", places as usize, rounded.abs());
    signed(rounded, &digits)
}

/// A part of one as a percentage: `27.0%`; what is there never reads as nothing.
pub fn percent(part: Decimal, places: u32) -> String {
    let least = Decimal::new(1, places);
    let hundredfold = part * Decimal::ONE_HUNDRED;
    if hundredfold > Decimal::ZERO && hundredfold < least {
        return format!("<{least}%");
    }
    format!("{}%", fixed(hundredfold, places))
}

/// Percentage points without a sign: `3.9 points`.
pub fn points(change: Decimal, places: u32) -> String {
    let points = fixed((change * Decimal::ONE_HUNDRED).abs(), places);
    if points == "1" { "1 point".into() } else { format!("{points} points") }
}

/// `a`, `a and b`, `a, b and c`.
pub fn listed<T: AsRef<str>>(items: &[T]) -> String {
    match items {
        [] => String::new(),
        [one] => one.as_ref().into(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", first.join(", "), last.as_ref())
        }
    }
}

/// `1 closing`, `2 closings`.
pub fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// The sentence with a capital letter.
pub fn capital(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Half away from zero, as people round.
pub fn rounded(number: Decimal, places: u32) -> Decimal {
    number.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero)
}

fn signed(number: Decimal, digits: &str) -> String {
    if number.is_sign_negative() && !number.is_zero() { format!("\u{2212}{digits}") } else { digits.into() }
}

/// `$`, `€`, `£`, `¥`; any other currency by its code and a space.
pub fn symbol(currency: &str) -> String {
    match currency {
        "USD" => "$".into(),
        "EUR" => "€".into(),
        "GBP" => "£".into(),
        "JPY" => "¥".into(),
        "" => String::new(),
        code => format!("{code} "),
    }
}

/// From 999.5 on in the next unit, so that `$999.9B` reads `$1T`.
fn unit_of(amount: Decimal) -> (Decimal, &'static str) {
    for (unit, suffix) in [(1_000_000_000_000_i64, "T"), (1_000_000_000, "B"), (1_000_000, "M"), (1_000, "k")] {
        let unit = Decimal::from(unit);
        if amount >= unit - unit / Decimal::from(2_000) {
            return (unit, suffix);
        }
    }
    (Decimal::ONE, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_number_is_written_as_a_file_writes_it() {
        for (typed, written) in
            [("50000000000", "50B"), ("-1500000", "−1.5M"), ("8000", "8,000"), ("1234567", "1,234,567")]
        {
            assert_eq!(short(number(typed)), written);
        }
    }

    fn number(text: &str) -> Decimal {
        text.parse().expect("a decimal")
    }

    #[test]
    fn numbers_in_sentences() {
        assert_eq!(grouped(number("730000000000.00")), "730,000,000,000");
        assert_eq!(grouped(number("-1234.5670")), "\u{2212}1,234.567");
        assert_eq!(money(number("730000000000"), "USD"), "$730B");
        assert_eq!(money(number("1234000000000"), "EUR"), "€1.2T");
        assert_eq!(money(number("999600000"), "CHF"), "CHF 1B");
        assert_eq!(money(number("0"), "USD"), "$0");
        assert_eq!(money_in_full(number("7750000"), "USD"), "$7.75M");
        assert_eq!(money_in_full(number("40548123.4"), "USD"), "$40,548,123.4");
        assert_eq!(price(number("0.6566"), "EUR"), "€0.6566");
        assert_eq!(percent(number("0.23747"), 1), "23.7%");
        assert_eq!(percent(number("0.0004"), 1), "<0.1%");
        assert_eq!(points(number("-0.0386620"), 1), "3.9 points");
        assert_eq!(listed(&["a", "b", "c"]), "a, b and c");
    }
}
