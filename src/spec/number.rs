//! Number literals, read digit by digit: `"1.5M"`, `"27%"`, `"1/3"`, `0.27`. Nothing here passes through binary
//! floating point, and nothing is rounded: a literal is taken whole or refused with the spelling that would do.

use crate::num::Stated;
use rust_decimal::Decimal;

/// What a number measures. It decides which endings the literal may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Measure {
    /// An amount of the file's currency: `"50B"`.
    Money,
    /// Shares or options: `8_000_000`, `"270M"`.
    Count,
    /// Money per share: `2.50`.
    Price,
    /// A part of one: `"27%"`, `0.27`, `"1/3"`.
    Fraction,
    /// So many times: `"1.5x"`, `1.5`.
    Multiple,
    /// A plain number: years, a correlation, a rank.
    Number,
    /// Not known from the place it stands in (a variable): every ending is allowed.
    Any,
}

impl Measure {
    /// How findings speak of it.
    pub fn words(self) -> &'static str {
        match self {
            Measure::Money => "money such as \"50B\"",
            Measure::Count => "a count such as 8_000_000",
            Measure::Price => "a price such as 2.50",
            Measure::Fraction => "a fraction such as \"27%\"",
            Measure::Multiple => "a multiple such as \"1.5x\"",
            Measure::Number => "a number",
            Measure::Any => "a number such as 20, \"50B\" or \"27%\"",
        }
    }

    /// Its name in the reference.
    pub fn name(self) -> &'static str {
        match self {
            Measure::Money => "money",
            Measure::Count => "count",
            Measure::Price => "price",
            Measure::Fraction => "fraction",
            Measure::Multiple => "multiple",
            Measure::Number | Measure::Any => "number",
        }
    }

    /// A literal of it, as it could be typed.
    pub fn example(self) -> &'static str {
        match self {
            Measure::Money => "\"50B\"",
            Measure::Count => "8_000_000",
            Measure::Price => "2.50",
            Measure::Fraction => "\"27%\"",
            Measure::Multiple => "\"1.5x\"",
            Measure::Number => "3",
            Measure::Any => "\"20B\"",
        }
    }

    fn takes(self, ending: Ending) -> bool {
        match ending {
            Ending::Plain => true,
            Ending::Suffix(_) => matches!(self, Measure::Money | Measure::Count | Measure::Any),
            Ending::Percent => matches!(self, Measure::Fraction | Measure::Any),
            Ending::Times => matches!(self, Measure::Multiple | Measure::Any),
        }
    }
}

/// A number as typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quantity {
    /// Its exact value, the suffix multiplied out and the percent sign divided out.
    pub stated: Stated,
    /// One unit of the last digit typed, after a suffix is multiplied out: `"9M"` 1, `"13.00%"` 0.0001, 1.1144
    /// 0.0001, `"13.333333M"` 1. Zero for `"a/b"`, which is exact.
    pub unit: Decimal,
    /// Whether it was typed with a percent sign.
    pub percent: bool,
    /// What it was read as; where a place takes several (money or a fraction), this says which it is.
    pub measure: Measure,
    /// As typed, without underscores.
    pub literal: String,
}

/// Why a literal is not a number of that measure: what to say under it, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Code of the finding.
    pub code: &'static str,
    /// One sentence on what is wrong.
    pub message: String,
    /// Under the caret.
    pub label: String,
    /// What to write.
    pub help: Option<String>,
}

impl Refusal {
    fn new(code: &'static str, message: impl Into<String>, label: impl Into<String>, help: impl Into<String>) -> Self {
        Refusal { code, message: message.into(), label: label.into(), help: Some(help.into()) }
    }
}

/// What follows the digits.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    Plain,
    /// Ten to this power.
    Suffix(u32),
    Percent,
    Times,
}

/// Digits without sign, point or exponent, and how many of them stand behind the point (negative: zeros to append).
struct Digits {
    negative: bool,
    mantissa: u128,
    places: i64,
}

/// A decimal holds 28 digits, whatever they are.
const DIGITS_MAX: usize = 28;
/// Longer literals are not shown in full.
const SHOWN_MAX: usize = 32;

/// Reads `literal` as a number of that measure.
///
/// # Errors
/// What is wrong with it and what to write instead.
pub fn quantity(literal: &str, measure: Measure) -> Result<Quantity, Refusal> {
    let literal: String = without_underscores(literal);
    if let Some((above, below)) = literal.split_once('/') {
        return fraction(&literal, above, below, measure);
    }
    let (body, ending) = split_ending(&literal);
    let Some(digits) = digits(body) else { return Err(not_a_number(&literal, measure)) };
    let digits = digits.map_err(|()| too_long(&literal))?;
    if !measure.takes(ending) {
        return Err(wrong_ending(&literal, body, ending, measure));
    }
    let shift = match ending {
        Ending::Plain | Ending::Times => 0,
        Ending::Suffix(power) => -i64::from(power),
        Ending::Percent => 2,
    };
    let (value, unit) = decimal(&digits, shift).ok_or_else(|| too_long(&literal))?;
    if measure == Measure::Fraction && ending == Ending::Plain && value > Decimal::ONE {
        return Err(more_than_one(&literal, value));
    }
    Ok(Quantity { stated: Stated::from(value), unit, percent: ending == Ending::Percent, measure, literal })
}

/// `"1/3"`: two plain numbers, the lower one above zero.
fn fraction(literal: &str, above: &str, below: &str, measure: Measure) -> Result<Quantity, Refusal> {
    let plain = |text: &str| match digits(text) {
        None => Err(not_a_number(literal, measure)),
        Some(Err(())) => Err(too_long(literal)),
        Some(Ok(digits)) => decimal(&digits, 0).map(|(value, _)| value).ok_or_else(|| too_long(literal)),
    };
    let (above, below) = (plain(above)?, plain(below)?);
    let Some(stated) = Stated::ratio(above, below) else {
        let message = format!("{} has no value", shown(literal));
        return Err(Refusal::new(
            "E0202",
            message,
            "the number below the line must be above zero",
            "write such as \"1/3\"",
        ));
    };
    if measure == Measure::Fraction && above > below {
        return Err(Refusal::new(
            "E0203",
            format!("{} is more than one", shown(literal)),
            "a fraction above one is written in percent",
            "write such as \"150%\"",
        ));
    }
    Ok(Quantity { stated, unit: Decimal::ZERO, percent: false, measure, literal: literal.to_owned() })
}

/// Underscores go only from between digits; elsewhere they stay and make the literal no number.
fn without_underscores(literal: &str) -> String {
    let bytes = literal.as_bytes();
    let digit = |index: Option<usize>| index.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    let separates = |at: usize| digit(at.checked_sub(1)) && digit(Some(at + 1));
    literal.char_indices().filter(|&(at, letter)| letter != '_' || !separates(at)).map(|(_, letter)| letter).collect()
}

fn split_ending(literal: &str) -> (&str, Ending) {
    let body = &literal[..literal.len() - literal.chars().last().map_or(0, char::len_utf8)];
    match literal.chars().last() {
        Some('k') => (body, Ending::Suffix(3)),
        Some('M') => (body, Ending::Suffix(6)),
        Some('B') => (body, Ending::Suffix(9)),
        Some('T') => (body, Ending::Suffix(12)),
        Some('%') => (body, Ending::Percent),
        Some('x') => (body, Ending::Times),
        _ => (literal, Ending::Plain),
    }
}

/// `[+-] digits [. digits] [e [+-] digits]`. `None` where it is no number, `Some(Err)` where it is too long a one.
fn digits(text: &str) -> Option<Result<Digits, ()>> {
    let negative = text.starts_with('-');
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (number, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, behind) = number.split_once('.').unwrap_or((number, ""));
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let exponent_digits = exponent.map_or("0", |exponent| exponent.strip_prefix(['-', '+']).unwrap_or(exponent));
    let point_without_digits = number.ends_with('.');
    if whole.is_empty() || point_without_digits || exponent_digits.is_empty() {
        return None;
    }
    if !all_digits(whole) || !all_digits(behind) || !all_digits(exponent_digits) {
        return None;
    }
    Some(collect(negative, whole, behind, exponent.unwrap_or("0")).ok_or(()))
}

fn collect(negative: bool, whole: &str, behind: &str, exponent: &str) -> Option<Digits> {
    let joined = format!("{whole}{behind}");
    let significant = joined.trim_start_matches('0');
    if significant.len() > DIGITS_MAX || behind.len() > DIGITS_MAX {
        return None;
    }
    let mantissa = if significant.is_empty() { 0 } else { significant.parse().ok()? };
    let exponent: i64 = exponent.strip_prefix('+').unwrap_or(exponent).parse().ok()?;
    let places = i64::try_from(behind.len()).ok()?.checked_sub(exponent)?;
    Some(Digits { negative, mantissa, places })
}

/// The digits with the point moved `shift` places to the left, and one unit of the last digit; `None` if too long.
fn decimal(digits: &Digits, shift: i64) -> Option<(Decimal, Decimal)> {
    let places = digits.places.checked_add(shift)?;
    let zeros = u32::try_from((-places).max(0)).ok()?;
    let scale = u32::try_from(places.max(0)).ok()?;
    if scale > 28 || (digits.mantissa != 0 && zeros > 28) {
        return None;
    }
    let mantissa = if digits.mantissa == 0 { 0 } else { digits.mantissa.checked_mul(10u128.pow(zeros))? };
    if mantissa.checked_ilog10().is_some_and(|power| power as usize >= DIGITS_MAX) {
        return None;
    }
    let magnitude = i128::try_from(mantissa).ok()?;
    let signed = if digits.negative { -magnitude } else { magnitude };
    let value = Decimal::try_from_i128_with_scale(signed, scale).ok()?;
    Some((value, Decimal::try_from_i128_with_scale(1, scale).ok()?))
}

/// A literal in quotes, cut short where it goes on for pages.
pub(super) fn shown(literal: &str) -> String {
    if literal.chars().count() <= SHOWN_MAX {
        return format!("\"{literal}\"");
    }
    let start: String = literal.chars().take(SHOWN_MAX / 2).collect();
    format!("\"{start}...\" ({} characters)", literal.chars().count())
}

fn too_long(literal: &str) -> Refusal {
    Refusal::new(
        "E0209",
        format!("{} cannot be kept exactly", shown(literal)),
        "more than 28 digits",
        "write it with at most 28 digits before and after the point together",
    )
}

fn more_than_one(literal: &str, value: Decimal) -> Refusal {
    let percent = value.checked_mul(Decimal::ONE_HUNDRED).map_or_else(|| "far more than 100".to_owned(), spaced);
    Refusal::new(
        "E0203",
        format!("{literal} is {percent} %"),
        "a bare number is a fraction of one",
        format!("write \"{literal}%\""),
    )
}

fn spaced(value: Decimal) -> String {
    value.normalize().to_string()
}

fn wrong_ending(literal: &str, body: &str, ending: Ending, measure: Measure) -> Refusal {
    let expected = measure.words();
    let (found, help) = match ending {
        Ending::Percent => ("a percentage", format!("write {expected}")),
        Ending::Times => ("a multiple", format!("write \"{body}\" without the x if that number is meant")),
        Ending::Suffix(power) => {
            ("a number with a suffix", format!("write it out, {body} followed by {power} zeros, if that is meant"))
        }
        Ending::Plain => ("a number", format!("write {expected}")),
    };
    Refusal::new(
        "E0202",
        format!("{} is {found}, not {expected}", shown(literal)),
        format!("expected {expected}"),
        help,
    )
}

/// Says what was probably meant: `"50b"`, `"50bn"`, `"50 B"`, `"50,000"`.
fn not_a_number(literal: &str, measure: Measure) -> Refusal {
    let message = format!("{} is not a number", shown(literal));
    let label = format!("expected {}", measure.words());
    match better(literal, measure) {
        Some(better) if names_a_currency(literal) => {
            Refusal::new("E0202", message, label, format!("write {better}; the currency is set once per file"))
        }
        Some(better) => Refusal::new("E0202", message, label, format!("write {better}")),
        None => not_a_number_at_all(literal, message, label),
    }
}

fn not_a_number_at_all(literal: &str, message: String, label: String) -> Refusal {
    let lower = literal.trim_start_matches(['+', '-']).to_ascii_lowercase();
    let help = if lower == "nan" || lower == "inf" {
        "write a number; leave the key out if there is none".to_owned()
    } else if lower.starts_with("0x") || lower.starts_with("0o") || lower.starts_with("0b") {
        "write it in ordinary digits".to_owned()
    } else if literal.starts_with(|first: char| first.is_ascii_digit()) {
        "the suffixes are k, M, B and T, the other endings % and x".to_owned()
    } else {
        "numbers are digits with a point, such as 2.50".to_owned()
    };
    Refusal::new("E0202", message, label, help)
}

/// Signs of currencies, and the words that follow an amount.
const SIGNS: [char; 4] = ['$', '€', '£', '¥'];
const CURRENCIES: [&str; 8] = ["usd", "eur", "gbp", "jpy", "chf", "dollars", "euros", "pounds"];

fn names_a_currency(literal: &str) -> bool {
    let lower = literal.to_ascii_lowercase();
    literal.contains(SIGNS) || CURRENCIES.iter().any(|currency| lower.ends_with(currency))
}

/// A digit of another width or a space that does not break, as the plain one.
fn plain_letter(letter: char) -> char {
    match letter {
        '\u{FF10}'..='\u{FF19}' => char::from_digit(u32::from(letter) - 0xFF10, 10).unwrap_or(letter),
        '\u{A0}' | '\u{202F}' => ' ',
        _ => letter,
    }
}

/// The spelling that would be read, in the form it would be typed.
fn better(literal: &str, measure: Measure) -> Option<String> {
    let literal: String = literal.chars().map(plain_letter).collect();
    let bare = literal.trim().trim_start_matches(SIGNS).trim_start();
    let end = bare.find(|letter: char| !matches!(letter, '0'..='9' | '.' | ',' | '_' | '\'' | '+' | '-'));
    let (number, word) = bare.split_at(end.unwrap_or(bare.len()));
    let mut plain = number.replace(['_', '\''], "");
    let commas_group = plain.split(',').skip(1).all(|group| group.split('.').next().unwrap_or("").len() == 3);
    let grouped = plain.contains(',') && commas_group;
    plain = if grouped { plain.replace(',', "") } else { plain };
    if plain.matches('.').count() > 1 {
        plain = plain.replace('.', "");
    }
    digits(&plain)?.ok()?;
    let word = word.trim().trim_end_matches('.').to_ascii_lowercase();
    let unit = CURRENCIES.iter().find_map(|currency| word.strip_suffix(currency)).unwrap_or(&word);
    let ending = match unit.trim_end_matches([' ', '€', '$', '£', '¥']) {
        "" => "",
        "k" | "thousand" | "tsd" => "k",
        "m" | "mm" | "mn" | "mln" | "mio" | "million" | "millions" => "M",
        "b" | "bn" | "bln" | "billion" | "billions" => "B",
        "t" | "tn" | "trn" | "tln" | "trillion" | "trillions" => "T",
        "%" | "percent" | "pct" => "%",
        "x" | "times" => "x",
        _ => return None,
    };
    let better = format!("{plain}{ending}");
    quantity(&better, measure).ok()?;
    Some(if ending.is_empty() { with_underscores(&plain) } else { format!("\"{better}\"") })
}

/// `50000` as TOML may group it: `50_000`.
fn with_underscores(plain: &str) -> String {
    let (whole, behind) = plain.split_at(plain.find('.').unwrap_or(plain.len()));
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) && grouped.ends_with(|last: char| last.is_ascii_digit())
        {
            grouped.push('_');
        }
        grouped.push(digit);
    }
    grouped + behind
}
