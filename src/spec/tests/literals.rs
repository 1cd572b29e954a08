//! Number literals: value, unit of the last digit, and the spelling a refusal asks for.

use crate::num::Stated;
use crate::spec::{Measure, quantity};
use rust_decimal::Decimal;

fn decimal(text: &str) -> Decimal {
    text.parse().expect("a decimal")
}

#[test]
fn literals_have_a_value_and_a_unit() {
    use Measure::{Any, Count, Fraction, Money, Multiple, Number, Price};
    let cases = [
        ("50B", Money, "50000000000", "1"),
        ("1.5M", Money, "1500000", "1"),
        ("9M", Money, "9000000", "1"),
        ("13.333333M", Money, "13333333", "1"),
        ("13.3333333M", Money, "13333333.3", "0.1"),
        ("1.4T", Money, "1400000000000", "1"),
        ("2k", Count, "2000", "1"),
        ("50_000_000_000", Money, "50000000000", "1"),
        ("8_000_000", Count, "8000000", "1"),
        ("2.50", Price, "2.50", "0.01"),
        ("1.1144", Price, "1.1144", "0.0001"),
        ("27%", Fraction, "0.27", "0.01"),
        ("13.00%", Fraction, "0.13", "0.0001"),
        ("150%", Fraction, "1.5", "0.01"),
        ("0.27", Fraction, "0.27", "0.01"),
        ("1", Fraction, "1", "1"),
        ("0", Fraction, "0", "1"),
        ("0%", Fraction, "0", "0.01"),
        ("1.5x", Multiple, "1.5", "0.1"),
        ("1.5", Multiple, "1.5", "0.1"),
        ("-0.5", Number, "-0.5", "0.1"),
        ("+3", Number, "3", "1"),
        ("1e3", Money, "1000", "1"),
        ("1.5e3", Money, "1500", "1"),
        ("1.5E-3", Number, "0.0015", "0.0001"),
        ("0e400", Number, "0", "1"),
        ("1234567890123456789012345678", Money, "1234567890123456789012345678", "1"),
        (
            "0.1234567890123456789012345678",
            Fraction,
            "0.1234567890123456789012345678",
            "0.0000000000000000000000000001",
        ),
        ("1.23456789012345678901", Price, "1.23456789012345678901", "0.00000000000000000001"),
        ("20", Any, "20", "1"),
        ("0.9x", Any, "0.9", "0.1"),
        ("70%", Any, "0.70", "0.01"),
        ("6.6B", Any, "6600000000", "1"),
    ];
    for (literal, measure, value, unit) in cases {
        let read = quantity(literal, measure).unwrap_or_else(|refusal| panic!("{literal}: {refusal:?}"));
        assert_eq!(read.stated, Stated::from(decimal(value)), "{literal}");
        assert_eq!(read.unit, decimal(unit), "{literal}");
        assert_eq!(read.percent, literal.ends_with('%'), "{literal}");
    }
}

#[test]
fn fractions_of_two_numbers_are_exact() {
    let third = quantity("1/3", Measure::Fraction).expect("a fraction");
    assert_eq!(Some(third.stated), Stated::ratio(Decimal::ONE, Decimal::from(3)));
    assert_eq!(third.unit, Decimal::ZERO);
    let price = quantity("15/7", Measure::Price).expect("a price");
    assert_eq!(Some(price.stated), Stated::ratio(Decimal::from(15), Decimal::from(7)));
}

#[test]
fn a_refusal_says_what_to_write() {
    use Measure::{Count, Fraction, Money, Multiple, Number, Price};
    let cases = [
        ("50b", Money, "\"50b\" is not a number", "write \"50B\""),
        ("50bn", Money, "\"50bn\" is not a number", "write \"50B\""),
        ("50 B", Money, "\"50 B\" is not a number", "write \"50B\""),
        ("50 billion", Money, "\"50 billion\" is not a number", "write \"50B\""),
        ("50m", Money, "\"50m\" is not a number", "write \"50M\""),
        ("50K", Count, "\"50K\" is not a number", "write \"50k\""),
        ("€50B", Money, "\"€50B\" is not a number", "write \"50B\"; the currency is set once per file"),
        ("2M USD", Money, "\"2M USD\" is not a number", "write \"2M\"; the currency is set once per file"),
        ("\u{FF12}M", Money, "\"\u{FF12}M\" is not a number", "write \"2M\""),
        ("50Q", Money, "\"50Q\" is not a number", "the suffixes are k, M, B and T, the other endings % and x"),
        ("50,000", Money, "\"50,000\" is not a number", "write 50_000"),
        ("1,234,567.89", Money, "\"1,234,567.89\" is not a number", "write 1_234_567.89"),
        ("1.234.567", Money, "\"1.234.567\" is not a number", "write 1_234_567"),
        ("27 %", Fraction, "\"27 %\" is not a number", "write \"27%\""),
        ("27 percent", Fraction, "\"27 percent\" is not a number", "write \"27%\""),
        ("2X", Multiple, "\"2X\" is not a number", "write \"2x\""),
        ("20", Fraction, "20 is 2000 %", "write \"20%\""),
        ("1.5", Fraction, "1.5 is 150 %", "write \"1.5%\""),
        ("4/3", Fraction, "\"4/3\" is more than one", "write such as \"150%\""),
        ("1/0", Fraction, "\"1/0\" has no value", "write such as \"1/3\""),
        ("1/-2", Fraction, "\"1/-2\" has no value", "write such as \"1/3\""),
        ("nan", Money, "\"nan\" is not a number", "write a number; leave the key out if there is none"),
        ("-inf", Money, "\"-inf\" is not a number", "write a number; leave the key out if there is none"),
        ("0xFF", Count, "\"0xFF\" is not a number", "write it in ordinary digits"),
        ("0o17", Count, "\"0o17\" is not a number", "write it in ordinary digits"),
        ("", Money, "\"\" is not a number", "numbers are digits with a point, such as 2.50"),
        ("5.", Money, "\"5.\" is not a number", "the suffixes are k, M, B and T, the other endings % and x"),
        ("5%", Money, "\"5%\" is a percentage, not money such as \"50B\"", "write money such as \"50B\""),
        (
            "2x",
            Money,
            "\"2x\" is a multiple, not money such as \"50B\"",
            "write \"2\" without the x if that number is meant",
        ),
        (
            "5M",
            Price,
            "\"5M\" is a number with a suffix, not a price such as 2.50",
            "write it out, 5 followed by 6 zeros, if that is meant",
        ),
        (
            "1e400",
            Number,
            "\"1e400\" cannot be kept exactly",
            "write it with at most 28 digits before and after the point together",
        ),
        (
            "1e30",
            Money,
            "\"1e30\" cannot be kept exactly",
            "write it with at most 28 digits before and after the point together",
        ),
        (
            "1e-30",
            Money,
            "\"1e-30\" cannot be kept exactly",
            "write it with at most 28 digits before and after the point together",
        ),
    ];
    for (literal, measure, message, help) in cases {
        let refusal = quantity(literal, measure).expect_err(literal);
        assert_eq!((refusal.message.as_str(), refusal.help.as_deref()), (message, Some(help)), "{literal}");
    }
}

#[test]
fn thousands_of_digits_are_not_shown() {
    let refusal = quantity(&"9".repeat(5_000), Measure::Money).expect_err("too long");
    assert_eq!(refusal.message, "\"9999999999999999...\" (5000 characters) cannot be kept exactly");
    let refusal = quantity(&format!("1e{}", "9".repeat(5_000)), Measure::Money).expect_err("too long");
    assert!(refusal.message.len() < 100, "{}", refusal.message);
}

#[test]
fn what_a_refusal_asks_for_is_read() {
    for literal in ["50b", "50 mn", "1,000", "27 %", "3X", "5 trillion", "1'000'000", "$5 K"] {
        let help = quantity(literal, Measure::Any).expect_err(literal).help.expect("a help");
        let written = help.strip_prefix("write ").unwrap_or_else(|| panic!("{literal}: {help}"));
        let better = written.split(';').next().unwrap_or_default().trim_matches('"').to_owned();
        assert!(quantity(&better, Measure::Any).is_ok(), "{literal}: {better}");
    }
}
