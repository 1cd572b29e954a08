//! How numbers look to people, and how they are written for machines.
//!
//! For people: rounded half away from zero, thousands commas, a true minus sign, and never a zero where there is
//! something: a part that would show as `0.00%` shows as `<0.01%`. For machines: [`plain`].

use crate::report::table::Cell;
use crate::report::words::symbol;
use rust_decimal::Decimal;
use std::fmt::Write as _;

/// The sign of a negative number on screen and paper.
const MINUS: &str = "−";
/// Most decimals that a fraction is ever shown with.
const FRACTION_PLACES: u32 = 10;
/// Below this, money that the short form cannot hold without loss is written out.
const SHORT_FROM: i64 = 10_000_000;

/// A number of shares: `1,500,000`, `1,234.5`; at most four decimals.
pub fn count(value: Decimal) -> String {
    Form { most: 4, ..Form::PLAIN }.show(value)
}

/// Money in short: `$730B`, `$35.9B`, `$1.5M`, `$250,000`, `−CHF 5M`.
///
/// Below ten million nothing is lost: what two decimals of a million do not hold is written out to the cent.
pub fn money(value: Decimal, currency: &str) -> String {
    MoneyLook::of(&[value], currency).show(value)
}

/// Money to the cent: `$60,240,963.86`.
pub fn money_full(value: Decimal, currency: &str) -> String {
    let cents = minor_places(currency);
    Form { least: cents, most: cents, before: &symbol(currency), ..Form::PLAIN }.show(value)
}

/// Money per share: `$2.50`, `$1.7473`, `$0.656587`: at least cents, at most four decimals or six digits.
pub fn price(value: Decimal, currency: &str) -> String {
    let most = 6_i32.saturating_sub(magnitude(value)).max(4).cast_unsigned();
    Form { least: minor_places(currency), most, before: &symbol(currency), ..Form::PLAIN }.show(value)
}

/// A part of one as a percentage with so many decimals: `13.13%`.
pub fn fraction(value: Decimal, places: u32) -> String {
    let places = places.min(FRACTION_PLACES);
    Form { power: 2, least: places, most: places, after: "%", ..Form::PLAIN }.show(value)
}

/// A difference of two parts of one in percentage points: `+1.20 pt`, `−3.87 pt`.
pub fn points(value: Decimal, places: u32) -> String {
    let places = places.min(FRACTION_PLACES);
    Form { power: 2, least: places, most: places, after: " pt", plus: true, ..Form::PLAIN }.show(value)
}

/// A multiple: `2.76x`.
pub fn multiple(value: Decimal) -> String {
    Form { least: 2, most: 2, after: "x", ..Form::PLAIN }.show(value)
}

/// A plain number: `2026`, `7.5`, `12,500`; no comma in four digits, at most four decimals.
pub fn number(value: Decimal) -> String {
    Form { most: 4, commas: value.abs() >= Decimal::from(10_000), ..Form::PLAIN }.show(value)
}

/// For machines: `.` as decimal point, never scientific, no trailing zeros, rounded half to even only where `places`
/// says so.
pub fn plain(value: Decimal, places: Option<u32>) -> String {
    let value = places.map_or(value, |places| value.round_dp(places)).normalize();
    // a zero keeps the sign and scale it was computed with
    if value.is_zero() {
        return "0".into();
    }
    let mut digits = with_point(whole(value.mantissa().unsigned_abs()), value.scale() as usize);
    if value.is_sign_negative() {
        digits.insert(0, '-');
    }
    digits
}

/// The digits of a whole number: those of a short one are quicker found.
fn whole(number: u128) -> String {
    // room for a sign, a point and zeros as well
    let mut digits = String::with_capacity(48);
    let written = match u64::try_from(number) {
        Ok(short) => write!(digits, "{short}"),
        Err(_) => write!(digits, "{number}"),
    };
    written.expect("a text takes every number");
    digits
}

/// Digits with a point before the last `places`, and a zero before the point where nothing else stands there.
fn with_point(mut digits: String, places: usize) -> String {
    if digits.len() <= places {
        digits.insert_str(0, &"0".repeat(places + 1 - digits.len()));
    }
    if places > 0 {
        digits.insert(digits.len() - places, '.');
    }
    digits
}

/// The words of one column, formed together so that its numbers line up: money in one style, `$730.0B` above `$35.9B`.
/// Text is handed through as it is, harmless or not.
pub fn column<'a>(cells: impl IntoIterator<Item = &'a Cell>, currency: &str) -> Vec<String> {
    let cells: Vec<&Cell> = cells.into_iter().collect();
    let amounts: Vec<Decimal> =
        cells.iter().filter_map(|cell| if let Cell::Money(value) = cell { Some(*value) } else { None }).collect();
    let look = MoneyLook::of(&amounts, currency);
    let words = |cell: &&Cell| match *cell {
        Cell::Empty => String::new(),
        Cell::Text(words) => words.clone(),
        Cell::Count(value) => count(*value),
        Cell::Money(value) => look.show(*value),
        Cell::Price(value) => price(*value, currency),
        Cell::Fraction { value, places } => fraction(*value, *places),
        Cell::Points { value, places } => points(*value, *places),
        Cell::Multiple(value) => multiple(*value),
        Cell::Number(value) => number(*value),
        Cell::Date(date) => date.to_string(),
        Cell::Flag(true) => "yes".into(),
        Cell::Flag(false) => "no".into(),
    };
    cells.iter().map(words).collect()
}

/// True for a column of numbers, which stands to the right; a word among them (`not a holder`) goes with them.
pub fn is_numeric<'a>(cells: impl IntoIterator<Item = &'a Cell>) -> bool {
    let (mut numbers, mut words) = (0, 0);
    for cell in cells {
        match cell {
            Cell::Empty => {}
            Cell::Text(_) | Cell::Date(_) | Cell::Flag(_) => words += 1,
            Cell::Count(_)
            | Cell::Money(_)
            | Cell::Price(_)
            | Cell::Fraction { .. }
            | Cell::Points { .. }
            | Cell::Multiple(_)
            | Cell::Number(_) => numbers += 1,
        }
    }
    numbers > 0 && numbers >= words
}

/// Decimals of the smallest coin.
fn minor_places(currency: &str) -> u32 {
    if matches!(currency, "JPY" | "KRW") { 0 } else { 2 }
}

/// Digits before the decimal point; zero or less counts the zeros after it: 1 for 2.5, 0 for 0.5, -2 for 0.005.
fn magnitude(value: Decimal) -> i32 {
    let digits = value.mantissa().unsigned_abs().checked_ilog10().map_or(1, |log| log.cast_signed() + 1);
    digits - value.scale().cast_signed()
}

/// A unit of short money.
struct Unit {
    /// Amounts from here on are given in it, so that `$999.999M` comes out as `$1B`.
    from: i64,
    /// Power of ten that turns an amount into this unit.
    power: i32,
    letter: &'static str,
    /// Most decimals shown.
    places: u32,
}

const UNITS: [Unit; 3] = [
    Unit { from: 999_995_000_000, power: -12, letter: "T", places: 3 },
    Unit { from: 999_995_000, power: -9, letter: "B", places: 2 },
    Unit { from: 1_000_000, power: -6, letter: "M", places: 2 },
];

/// How all the money of a column is written.
struct MoneyLook {
    symbol: String,
    /// Everything written out, nothing in millions.
    full: bool,
    /// Decimals of what is written out.
    cents: u32,
    /// Decimals in each of `UNITS`.
    places: [u32; 3],
}

impl MoneyLook {
    fn of(amounts: &[Decimal], currency: &str) -> Self {
        let million = Decimal::from(UNITS[2].from);
        let largest = amounts.iter().map(Decimal::abs).max().unwrap_or_default();
        let is_long = |amount: &Decimal| amount.abs() >= million && !(*amount % Decimal::from(10_000)).is_zero();
        let full = largest < Decimal::from(SHORT_FROM) && (largest < million || amounts.iter().any(is_long));
        let mut look = MoneyLook { symbol: symbol(currency), full, cents: 0, places: [0; 3] };
        for amount in amounts {
            match look.unit(*amount) {
                Some(index) => {
                    let needed = decimals(&digits(*amount, UNITS[index].power, UNITS[index].places));
                    look.places[index] = look.places[index].max(needed);
                }
                // beside millions, the cents of thousands are noise
                None if full || amount.abs() < Decimal::ONE_THOUSAND => {
                    let minor = minor_places(currency);
                    let shown = digits(*amount, 0, minor);
                    if decimals(&shown) > 0 || (is_nothing(&shown) && !amount.is_zero()) {
                        look.cents = minor;
                    }
                }
                None => {}
            }
        }
        look
    }

    fn unit(&self, amount: Decimal) -> Option<usize> {
        if self.full { None } else { UNITS.iter().position(|unit| amount.abs() >= Decimal::from(unit.from)) }
    }

    fn show(&self, amount: Decimal) -> String {
        let form = match self.unit(amount) {
            Some(index) => {
                let (unit, places) = (&UNITS[index], self.places[index]);
                Form { power: unit.power, least: places, most: places, after: unit.letter, ..Form::PLAIN }
            }
            None if self.full || amount.abs() < Decimal::ONE_THOUSAND => {
                Form { least: self.cents, most: self.cents, ..Form::PLAIN }
            }
            None => Form::PLAIN,
        };
        Form { before: &self.symbol, ..form }.show(amount)
    }
}

/// How a number is written.
#[derive(Clone, Copy)]
struct Form<'a> {
    /// Power of ten that it is multiplied with first.
    power: i32,
    /// Decimals that are always shown.
    least: u32,
    /// Decimals that are never exceeded.
    most: u32,
    before: &'a str,
    after: &'a str,
    /// Whether a positive number carries its sign.
    plus: bool,
    commas: bool,
}

impl Form<'_> {
    const PLAIN: Form<'static> = Form { power: 0, least: 0, most: 0, before: "", after: "", plus: false, commas: true };

    fn show(self, value: Decimal) -> String {
        let mut shown = digits(value, self.power, self.most);
        let (mut below, mut sign) = ("", "");
        if !value.is_zero() {
            let negative = value.is_sign_negative();
            if is_nothing(&shown) {
                below = if negative { ">" } else { "<" };
                shown = digits(Decimal::ONE, -self.most.cast_signed(), self.most);
            }
            sign = match (negative, self.plus) {
                (true, _) => MINUS,
                (false, true) => "+",
                (false, false) => "",
            };
        }
        let shown = trimmed(&shown, self.least);
        let mut out = String::with_capacity(2 * shown.len() + self.before.len() + self.after.len() + 4);
        out.extend([below, sign, self.before]);
        if self.commas {
            push_with_commas(&mut out, shown);
        } else {
            out.push_str(shown);
        }
        out.push_str(self.after);
        out
    }
}

/// `|value| x 10^power` with exactly so many decimals, half away from zero; in integers, so that nothing overflows.
fn digits(value: Decimal, power: i32, places: u32) -> String {
    let mantissa = value.mantissa().unsigned_abs();
    let drop = value.scale().cast_signed() - power - places.cast_signed();
    let all = match u32::try_from(drop) {
        _ if mantissa == 0 => String::new(),
        Err(_) => whole(mantissa) + &"0".repeat(drop.unsigned_abs() as usize),
        Ok(drop) => {
            // a mantissa has at most 29 digits
            let unit = 10_u128.pow(drop.min(30));
            whole(mantissa / unit + u128::from(2 * (mantissa % unit) >= unit))
        }
    };
    with_point(all, places as usize)
}

/// True for digits that show nothing.
fn is_nothing(digits: &str) -> bool {
    digits.bytes().all(|byte| matches!(byte, b'0' | b'.'))
}

/// How many decimals remain when trailing zeros are dropped.
fn decimals(digits: &str) -> u32 {
    let kept = digits.split_once('.').map_or(0, |(_, decimals)| decimals.trim_end_matches('0').len());
    u32::try_from(kept).unwrap_or(u32::MAX)
}

/// Drops trailing zeros down to `least` decimals.
fn trimmed(digits: &str, least: u32) -> &str {
    match digits.split_once('.') {
        None => digits,
        Some((whole, _)) => match decimals(digits).max(least) as usize {
            0 => whole,
            kept => &digits[..=whole.len() + kept],
        },
    }
}

/// Adds digits with commas between the thousands.
fn push_with_commas(out: &mut String, digits: &str) {
    let whole = digits.find('.').unwrap_or(digits.len());
    for (index, digit) in digits.char_indices() {
        if index > 0 && index < whole && (whole - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn dec(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn counts_have_commas_and_at_most_four_decimals() {
        for (value, shown) in [
            ("0", "0"),
            ("-0.0", "0"),
            ("999", "999"),
            ("1500000", "1,500,000"),
            ("1234.50", "1,234.5"),
            ("60240963.85542168", "60,240,963.8554"),
            ("999999.99995", "1,000,000"),
            ("-12345", "−12,345"),
            ("0.00001", "<0.0001"),
            ("79228162514264337593543950335", "79,228,162,514,264,337,593,543,950,335"),
        ] {
            assert_eq!(count(dec(value)), shown);
        }
    }

    #[test]
    fn money_is_short_where_that_loses_nothing_that_matters() {
        for (value, shown) in [
            ("0", "$0"),
            ("730000000000", "$730B"),
            ("35900000000.00", "$35.9B"),
            ("852370000000", "$852.37B"),
            ("1200000000000", "$1.2T"),
            ("999994999999", "$999.99B"),
            ("999995000000", "$1T"),
            ("1053700000000", "$1.054T"),
            ("1500000", "$1.5M"),
            ("2700000", "$2.7M"),
            ("2712345", "$2,712,345"),
            ("2499999.63", "$2,499,999.63"),
            ("13129310.34", "$13.13M"),
            ("999996000", "$1B"),
            ("250000", "$250,000"),
            ("0.37", "$0.37"),
            ("0.5", "$0.50"),
            ("0.004", "<$0.01"),
            ("-0.004", ">−$0.01"),
            ("-5000000", "−$5M"),
        ] {
            assert_eq!(money(dec(value), "USD"), shown, "{value}");
        }
        assert_eq!(money(dec("5000000"), "CHF"), "CHF 5M");
        assert_eq!(money(dec("-5000000"), "CHF"), "−CHF 5M");
        assert_eq!(money(dec("1234.5"), "JPY"), "¥1,235");
        assert_eq!(money_full(dec("60240963.855421"), "USD"), "$60,240,963.86");
        assert_eq!(money_full(dec("60240963.5"), "JPY"), "¥60,240,964");
        assert_eq!(money_full(dec("-5"), "EUR"), "−€5.00");
    }

    #[test]
    fn prices_show_cents_and_what_a_closing_rounds_to() {
        for (value, shown) in [
            ("2.5", "$2.50"),
            ("1.7473", "$1.7473"),
            ("1.74731", "$1.74731"),
            ("730", "$730.00"),
            ("0.656587", "$0.656587"),
            ("0.6565871", "$0.656587"),
            ("12.1234567", "$12.1235"),
            ("10135.1356", "$10,135.1356"),
            ("0.00001", "$0.00001"),
            ("0", "$0.00"),
        ] {
            assert_eq!(price(dec(value), "USD"), shown);
        }
    }

    #[test]
    fn fractions_points_and_multiples() {
        for (value, places, shown) in [
            ("0.1313", 2, "13.13%"),
            ("0.27", 0, "27%"),
            ("1", 2, "100.00%"),
            ("0.00005", 2, "0.01%"),
            ("0.00004", 2, "<0.01%"),
            ("-0.00004", 2, ">−0.01%"),
            ("0.004", 0, "<1%"),
            ("0", 1, "0.0%"),
            ("-0.0000", 1, "0.0%"),
            ("0.3333333333333333333333333333", 99, "33.3333333333%"),
        ] {
            assert_eq!(fraction(dec(value), places), shown);
        }
        assert_eq!(points(dec("0.012"), 2), "+1.20 pt");
        assert_eq!(points(dec("-0.038662"), 2), "−3.87 pt");
        assert_eq!(points(dec("-0.000001"), 2), ">−0.01 pt");
        assert_eq!(points(dec("0"), 2), "0.00 pt");
        assert_eq!(multiple(dec("2.755")), "2.76x");
        assert_eq!(number(dec("2026")), "2026");
        assert_eq!(number(dec("12500.5")), "12,500.5");
    }

    #[test]
    fn the_money_of_a_column_lines_up() {
        let shown = |amounts: &[&str]| {
            let cells: Vec<Cell> = amounts.iter().map(|amount| Cell::Money(dec(amount))).collect();
            column(&cells, "USD").join(" ")
        };
        assert_eq!(shown(&["1000000", "250000"]), "$1M $250,000");
        assert_eq!(shown(&["730000000000", "35900000000", "1500000"]), "$730.0B $35.9B $1.5M");
        assert_eq!(shown(&["1000000", "2500000", "2499999.63"]), "$1,000,000.00 $2,500,000.00 $2,499,999.63");
        assert_eq!(shown(&["250000", "0.37"]), "$250,000.00 $0.37");
        assert_eq!(shown(&["13129310.34", "251412.35", "0"]), "$13.13M $251,412 $0");
    }

    #[test]
    fn machines_get_every_digit_they_may_have() {
        assert_eq!(plain(dec("0.2700"), Some(12)), "0.27");
        assert_eq!(plain(dec("0.3333333333333333333333333333"), Some(12)), "0.333333333333");
        assert_eq!(plain(dec("0.3333333333333333333333333333"), None), "0.3333333333333333333333333333");
        assert_eq!(plain(dec("0.0000000000000000000000000001"), None), "0.0000000000000000000000000001");
        assert_eq!(plain(dec("-0.0000000000001"), Some(12)), "0");
        assert_eq!(plain(dec("100"), None), "100");
    }

    proptest! {
        #[test]
        fn any_decimal_can_be_shown(mantissa in -(1_i128 << 96) + 1..1_i128 << 96, scale in 0_u32..=28, places in 0_u32..40) {
            let value = Decimal::from_i128_with_scale(mantissa, scale);
            for shown in [
                count(value), money(value, "USD"), money_full(value, "EUR"), price(value, "GBP"),
                fraction(value, places), points(value, places), multiple(value), number(value),
            ] {
                let nothing = !shown.bytes().any(|byte| matches!(byte, b'1'..=b'9'));
                prop_assert_eq!(nothing, mantissa == 0, "{} shows {}", value, shown);
                prop_assert!(!shown.contains('-'));
            }
        }
    }
}
