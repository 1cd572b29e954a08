//! Values: what a node says when it is read as a kind. The checker reads every value once and reports; whoever asks
//! later reads it again and gets nothing where something was reported.

use super::keys::{Kind, Names, Sign};
use super::node::{Block, Node, Provenance, Value};
use super::number::{self, Measure, Quantity, Refusal, shown};
use super::suggest::nearest;
use crate::error::{Finding, Span};
use crate::num::Stated;
use jiff::civil::Date;
use rust_decimal::Decimal;

/// A value as given: stated, or left to a variable.
#[derive(Clone, Debug, PartialEq)]
pub enum Given<T> {
    /// Stated in the file.
    Stated(T),
    /// `"$name"`.
    Variable {
        /// Without the `$`.
        name: String,
        /// Where it is used.
        span: Span,
    },
}

impl<T> Given<T> {
    /// Applies `change` to what is stated; `None` where `change` has nothing to give.
    pub fn and_then<U>(self, change: impl FnOnce(T) -> Option<U>) -> Option<Given<U>> {
        match self {
            Given::Stated(stated) => change(stated).map(Given::Stated),
            Given::Variable { name, span } => Some(Given::Variable { name, span }),
        }
    }
}

/// A value that was read: what it is, where it comes from, where it stands.
pub type Read<T> = (Given<T>, Provenance, Span);

/// A value read as one of the kinds.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal<'tree> {
    /// A number.
    Quantity(Quantity),
    /// One of a set of words.
    Word(&'static str),
    /// A name, a text, or the free word of a variable.
    Text(&'tree str),
    /// `true` or `false`.
    YesNo(bool),
    /// A day.
    Date(Date),
    /// A length of time.
    Period(Period),
    /// New to old.
    Ratio(Stated),
    /// A list; its items are read one by one.
    List(&'tree [Node]),
    /// A table; its entries are read one by one.
    Block(&'tree Block),
}

/// A length of time as agreed: in days, months or years, never converted between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// How many; above zero.
    pub count: u32,
    /// Of what.
    pub unit: PeriodUnit,
}

/// What a period is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeriodUnit {
    /// Calendar days.
    Day,
    /// Calendar months; month ends stay month ends.
    Month,
    /// Calendar years.
    Year,
}

/// Why a value was not read: a finding, or `None` where it was reported before.
pub type Unread = Option<Box<Finding>>;

/// Reads a node, without the table of its origin, as `kind`. `key` is the name findings use.
///
/// # Errors
/// The finding, or nothing where the value was reported when the file was parsed.
pub fn read<'tree>(node: &'tree Node, kind: &Kind, sign: Sign, key: &str) -> Result<Given<Literal<'tree>>, Unread> {
    if matches!(node.value, Value::Broken) {
        return Err(None);
    }
    if let Some(name) = variable(node, kind)? {
        return Ok(Given::Variable { name, span: node.span });
    }
    let literal = match kind {
        Kind::Text => text(node, kind, key),
        Kind::Name(names) => name(node, *names, key),
        Kind::Quantity(measure) => quantity(node, *measure, sign, key),
        Kind::Date | Kind::PartialDate => date(node, kind, key),
        Kind::Period => period(node, key),
        Kind::Ratio => ratio(node, key),
        Kind::Word(words) => word(node, words, key),
        Kind::YesNo => match &node.value {
            Value::YesNo(yes) => Ok(Literal::YesNo(*yes)),
            _ => Err(wrong_kind(node, kind, key)),
        },
        Kind::Any => any(node, key),
        Kind::Either(kinds) => either(node, kinds, sign, key),
        Kind::List(_) | Kind::OneOrMore(_) if matches!(node.value, Value::List(_)) => match &node.value {
            Value::List(items) => Ok(Literal::List(items)),
            _ => Err(None),
        },
        Kind::OneOrMore(one) => return read(node, one, sign, key),
        Kind::List(_) | Kind::Tables(_) => Err(wrong_kind(node, kind, key)),
        Kind::Map(_) | Kind::Table(_) | Kind::Short(..) => match &node.value {
            Value::Table(block) => Ok(Literal::Block(block)),
            _ => Err(wrong_kind(node, kind, key)),
        },
    }?;
    Ok(Given::Stated(literal))
}

/// The name behind `$`, where `$` has a meaning.
fn variable(node: &Node, kind: &Kind) -> Result<Option<String>, Unread> {
    let Value::Text(text) = &node.value else { return Ok(None) };
    let Some(name) = text.strip_prefix('$').map(str::trim) else { return Ok(None) };
    if matches!(kind, Kind::Text | Kind::Name(Names::New) | Kind::PartialDate) {
        return Ok(None);
    }
    if name.starts_with(|first: char| first.is_ascii_digit()) {
        let finding = Finding::error("E0205", format!("no variable `{name}`"))
            .at(node.span, "`$` marks a variable")
            .help(format!("for money write \"{}\"", plain_money(name)));
        return Err(Some(Box::new(finding)));
    }
    if name.is_empty() {
        let finding = Finding::error("E0205", "`$` without the name of a variable")
            .at(node.span, "`$` marks a variable")
            .help("write \"$name\", or leave the `$` out");
        return Err(Some(Box::new(finding)));
    }
    Ok(Some(name.to_owned()))
}

/// `50bn` as it should be typed, where that can be told.
fn plain_money(typed: &str) -> String {
    match number::quantity(typed, Measure::Money) {
        Ok(quantity) => quantity.literal,
        Err(refusal) => refusal
            .help
            .and_then(|help| help.strip_prefix("write ").map(|better| better.replace('"', "")))
            .unwrap_or_else(|| typed.to_owned()),
    }
}

fn text<'tree>(node: &'tree Node, kind: &Kind, key: &str) -> Result<Literal<'tree>, Unread> {
    node.as_text().map(Literal::Text).ok_or_else(|| wrong_kind(node, kind, key))
}

fn name<'tree>(node: &'tree Node, names: Names, key: &str) -> Result<Literal<'tree>, Unread> {
    let text = node.as_text().ok_or_else(|| wrong_kind(node, &Kind::Name(names), key))?;
    if text.trim().is_empty() {
        let finding = Finding::error("E0201", format!("`{key}` is empty"))
            .at(node.span, format!("expected {}", names.words()))
            .help("write the name between the quotes");
        return Err(Some(Box::new(finding)));
    }
    Ok(Literal::Text(text))
}

fn quantity<'tree>(node: &Node, measure: Measure, sign: Sign, key: &str) -> Result<Literal<'tree>, Unread> {
    let (Value::Text(literal) | Value::Number(literal)) = &node.value else {
        return Err(wrong_kind(node, &Kind::Quantity(measure), key));
    };
    let quantity = number::quantity(literal, measure).map_err(|refusal| Some(refused(node, refusal)))?;
    let fits = match sign {
        Sign::Any => true,
        Sign::ZeroToo => !quantity.stated.is_negative(),
        Sign::Positive => !quantity.stated.is_negative() && !quantity.stated.is_zero(),
    };
    if fits { Ok(Literal::Quantity(quantity)) } else { Err(Some(wrong_sign(node, &quantity, sign, key))) }
}

fn refused(node: &Node, refusal: Refusal) -> Box<Finding> {
    let message = match &node.value {
        // a bare number is shown as it was typed, without quotes
        Value::Number(literal) => refusal.message.replacen(&shown(literal), shown(literal).trim_matches('"'), 1),
        _ => refusal.message,
    };
    let finding = Finding::error(refusal.code, message).at(node.span, refusal.label);
    Box::new(Finding { help: refusal.help, ..finding })
}

fn wrong_sign(node: &Node, quantity: &Quantity, sign: Sign, key: &str) -> Box<Finding> {
    let expected = match sign {
        Sign::Positive => "expected a number above zero",
        Sign::ZeroToo | Sign::Any => "expected zero or more",
    };
    let finding = if quantity.stated.is_zero() {
        Finding::error("E0204", format!("`{key}` is zero")).help(match key {
            "price_per_share" => "shares for nothing are `[[issuances]]` with `shares` alone",
            _ => "leave the line out if there is none",
        })
    } else {
        Finding::error("E0204", format!("`{key}` is negative: {}", quantity.literal))
            .help("write it without the minus sign if that is meant")
    };
    Box::new(finding.at(node.span, expected))
}

fn date<'tree>(node: &'tree Node, kind: &Kind, key: &str) -> Result<Literal<'tree>, Unread> {
    match &node.value {
        Value::Date(date) => Ok(Literal::Date(*date)),
        Value::Text(text) if matches!(kind, Kind::PartialDate) && is_month_or_year(text) => Ok(Literal::Text(text)),
        Value::Text(text) if text.parse::<Date>().is_ok() => {
            let finding = Finding::error("E0207", format!("the date {} is in quotes", shown(text)))
                .at(node.span, "expected a date without quotes")
                .help(format!("write {text}"));
            Err(Some(Box::new(finding)))
        }
        Value::Text(text) => {
            let finding = Finding::error("E0207", format!("{} is not a date", shown(text)))
                .at(node.span, format!("expected {}", kind.words()))
                .help("write year-month-day, such as 2026-03-31, without quotes");
            Err(Some(Box::new(finding)))
        }
        _ => Err(wrong_kind(node, kind, key)),
    }
}

/// "2026-03" or "2026".
fn is_month_or_year(text: &str) -> bool {
    let (year, month) = text.split_once('-').unwrap_or((text, "01"));
    let digits = |part: &str, count| part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit());
    digits(year, 4) && digits(month, 2) && ("01"..="12").contains(&month)
}

fn period<'tree>(node: &Node, key: &str) -> Result<Literal<'tree>, Unread> {
    let text = node.as_text().ok_or_else(|| wrong_kind(node, &Kind::Period, key))?;
    let read = text.split_once(' ').and_then(|(count, unit)| {
        let count: u32 = count.parse().ok().filter(|count| *count > 0)?;
        let unit = match unit {
            "day" | "days" => PeriodUnit::Day,
            "month" | "months" => PeriodUnit::Month,
            "year" | "years" => PeriodUnit::Year,
            _ => return None,
        };
        Some(Literal::Period(Period { count, unit }))
    });
    read.ok_or_else(|| {
        let finding = Finding::error("E0211", format!("{} is not a period", shown(text)))
            .at(node.span, "expected a whole number of days, months or years")
            .help(period_help(text));
        Some(Box::new(finding))
    })
}

fn period_help(text: &str) -> String {
    let (count, unit) = text.split_at(text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len()));
    let times =
        |factor: u32| count.parse::<u32>().ok().and_then(|count| count.checked_mul(factor)).filter(|count| *count > 0);
    let better = match unit.trim().to_ascii_lowercase().as_str() {
        "w" | "week" | "weeks" => times(7).map(|days| (days, "days")),
        "q" | "quarter" | "quarters" => times(3).map(|months| (months, "months")),
        "m" | "mo" | "month" | "months" => times(1).map(|months| (months, "months")),
        "d" | "day" | "days" => times(1).map(|days| (days, "days")),
        "y" | "yr" | "year" | "years" => times(1).map(|years| (years, "years")),
        _ => None,
    };
    match better {
        Some((count, unit)) => format!("write \"{count} {unit}\""),
        None => "write such as \"3 months\", \"1 year\" or \"10 days\"".to_owned(),
    }
}

fn ratio<'tree>(node: &Node, key: &str) -> Result<Literal<'tree>, Unread> {
    let (Value::Text(literal) | Value::Number(literal)) = &node.value else {
        return Err(wrong_kind(node, &Kind::Ratio, key));
    };
    let part = |text: &str| {
        let part = number::quantity(text.trim(), Measure::Number).ok()?.stated;
        (part.denominator == Decimal::ONE).then_some(part.numerator)
    };
    let stated = match literal.split_once(':') {
        Some((new, old)) => part(new).zip(part(old)).and_then(|(new, old)| Stated::ratio(new, old)),
        None => number::quantity(literal, Measure::Number).ok().map(|quantity| quantity.stated),
    };
    let sensible = stated.filter(|ratio| !ratio.is_zero() && !ratio.is_negative());
    sensible.map(Literal::Ratio).ok_or_else(|| {
        let finding = Finding::error("E0212", format!("{} is not a ratio", shown(literal)))
            .at(node.span, "expected new to old, both above zero")
            .help("write \"10:1\" to make ten of one, \"1:10\" to make one of ten");
        Some(Box::new(finding))
    })
}

fn word<'tree>(node: &Node, words: &'static [&'static str], key: &str) -> Result<Literal<'tree>, Unread> {
    let kind = Kind::Word(words);
    let text = node.as_text().ok_or_else(|| wrong_kind(node, &kind, key))?;
    if let Some(word) = words.iter().find(|word| **word == text) {
        return Ok(Literal::Word(word));
    }
    let tidy = text.trim().to_ascii_lowercase().replace([' ', '-'], "_");
    let near = words
        .iter()
        .find(|word| word.replace('-', "_") == tidy)
        .copied()
        .or_else(|| nearest(text, words.iter().copied()));
    let finding = Finding::error("E0206", format!("`{key}` cannot be {}", shown(text))).at(
        node.span,
        match near {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => format!("expected {}", kind.words()),
        },
    );
    Err(Some(Box::new(finding.help(format!("`{key}` is {}", kind.words())))))
}

/// The value of a variable: what looks like a number must be one; any other text is a word.
fn any<'tree>(node: &'tree Node, key: &str) -> Result<Literal<'tree>, Unread> {
    match &node.value {
        Value::Number(_) => quantity(node, Measure::Any, Sign::Any, key),
        Value::Text(text) if looks_like_a_number(text) => {
            if text.parse::<Date>().is_ok() {
                date(node, &Kind::Date, key)
            } else {
                quantity(node, Measure::Any, Sign::Any, key)
            }
        }
        Value::Text(_) => name(node, Names::New, key),
        Value::YesNo(yes) => Ok(Literal::YesNo(*yes)),
        Value::Date(date) => Ok(Literal::Date(*date)),
        Value::List(_) | Value::Table(_) | Value::Broken => Err(wrong_kind(node, &Kind::Any, key)),
    }
}

fn looks_like_a_number(text: &str) -> bool {
    text.trim_start_matches([' ', '+', '-', '.']).starts_with(|first: char| first.is_ascii_digit())
}

/// One of several kinds, told apart by what stands there.
fn either<'tree>(node: &'tree Node, kinds: &'static [Kind], sign: Sign, key: &str) -> Result<Literal<'tree>, Unread> {
    let takes = |found: fn(&Kind) -> bool| kinds.iter().find(|kind| found(kind));
    let stated = |kind: &Kind| match read(node, kind, sign, key)? {
        Given::Stated(literal) => Ok(literal),
        Given::Variable { .. } => Err(None),
    };
    match &node.value {
        Value::Table(block) if takes(|kind| matches!(kind, Kind::Table(_) | Kind::Map(_))).is_some() => {
            Ok(Literal::Block(block))
        }
        Value::List(items) if takes(|kind| matches!(kind, Kind::List(_))).is_some() => Ok(Literal::List(items)),
        Value::Number(_) => number_of(node, kinds, sign, key),
        Value::Text(text) if looks_like_a_number(text) => number_of(node, kinds, sign, key),
        Value::Text(text) => {
            let set = kinds.iter().find(|kind| matches!(kind, Kind::Word(words) if words.contains(&text.as_str())));
            let alternative = set.or_else(|| takes(|kind| matches!(kind, Kind::Name(_))));
            match alternative.or_else(|| kinds.iter().find(|kind| resembles_word_of(kind, text))) {
                Some(kind) => stated(kind),
                None => Err(Some(no_such_word(node, text, kinds, key))),
            }
        }
        Value::YesNo(_) | Value::Date(_) | Value::List(_) | Value::Table(_) | Value::Broken => {
            Err(wrong_kind(node, &Kind::Either(kinds), key))
        }
    }
}

/// A text that is neither a number nor a word of the kinds; `"€50B"` is said as it should be written.
fn no_such_word(node: &Node, text: &str, kinds: &'static [Kind], key: &str) -> Box<Finding> {
    let measures = kinds.iter().filter_map(|kind| match kind {
        Kind::Quantity(measure) => number::quantity(text, *measure).err(),
        _ => None,
    });
    let better = measures.filter_map(|refusal| refusal.help).find(|help| help.starts_with("write "));
    let words = Kind::Either(kinds).words();
    let finding = Finding::error("E0206", format!("`{key}` cannot be {}", shown(text)))
        .at(node.span, format!("expected {words}"));
    Box::new(finding.help(better.unwrap_or_else(|| format!("`{key}` is {words}"))))
}

fn resembles_word_of(kind: &Kind, text: &str) -> bool {
    matches!(kind, Kind::Word(words) if nearest(text, words.iter().copied()).is_some())
}

/// Money or a fraction: a percent sign or a bar makes it a fraction, a bare number is money.
fn number_of<'tree>(node: &Node, kinds: &'static [Kind], sign: Sign, key: &str) -> Result<Literal<'tree>, Unread> {
    let mut measures = kinds.iter().filter_map(|kind| match kind {
        Kind::Quantity(measure) => Some(*measure),
        _ => None,
    });
    let Some(first) = measures.next() else { return Err(wrong_kind(node, &Kind::Either(kinds), key)) };
    let second = measures.next();
    let literal = match &node.value {
        Value::Text(literal) | Value::Number(literal) => literal.as_str(),
        _ => "",
    };
    let is_fraction = literal.ends_with('%') || literal.contains('/');
    match second {
        Some(second) if is_fraction => quantity(node, second, sign, key),
        Some(Measure::Fraction) => {
            let money = quantity(node, first, sign, key)?;
            if matches!(&money, Literal::Quantity(money) if is_below_one(money)) {
                Err(Some(ambiguous(node, literal, key)))
            } else {
                Ok(money)
            }
        }
        Some(_) | None => quantity(node, first, sign, key),
    }
}

fn is_below_one(quantity: &Quantity) -> bool {
    quantity.stated < Stated::from(Decimal::ONE) && !quantity.stated.is_zero()
}

fn ambiguous(node: &Node, literal: &str, key: &str) -> Box<Finding> {
    let percent = number::quantity(literal, Measure::Fraction)
        .ok()
        .and_then(|quantity| quantity.stated.numerator.checked_mul(Decimal::ONE_HUNDRED))
        .map_or_else(|| "50".to_owned(), |percent| percent.normalize().to_string());
    let finding = Finding::error("E0210", format!("`{key}` = {literal} could be money or a fraction"))
        .at(node.span, "expected money, or a fraction with its percent sign")
        .help(format!("write \"{percent}%\" for the fraction"));
    Box::new(finding)
}

/// The finding for a value of another kind.
pub(super) fn wrong_kind(node: &Node, kind: &Kind, key: &str) -> Unread {
    if matches!(node.value, Value::Broken) {
        return None;
    }
    let finding = Finding::error("E0201", format!("`{key}` is {}, not {}", node.found(), kind.words()))
        .at(node.span, format!("expected {}", kind.words()));
    Some(Box::new(match wrong_kind_help(node, kind, key) {
        Some(help) => finding.help(help),
        None => finding,
    }))
}

fn wrong_kind_help(node: &Node, kind: &Kind, key: &str) -> Option<String> {
    const RANGE: [&str; 6] = ["low", "base", "high", "distribution", "of", "median"];
    match (&node.value, kind) {
        (Value::Table(block), _) if block.entries.iter().any(|entry| RANGE.contains(&entry.key.as_str())) => {
            Some(format!("ranges belong to `[variables]`: write `{key} = \"$name\"` and give `name` its range there"))
        }
        (Value::Table(_), Kind::Quantity(_)) => {
            Some("a value with its origin is `{ value = ..., source = \"...\" }`".to_owned())
        }
        (Value::Text(text), Kind::YesNo) if ["yes", "true"].contains(&text.as_str()) => Some("write true".to_owned()),
        (Value::Text(text), Kind::YesNo) if ["no", "false"].contains(&text.as_str()) => Some("write false".to_owned()),
        (Value::Number(literal), Kind::Text | Kind::Name(_)) => Some(format!("write \"{literal}\"")),
        (_, Kind::Map(_)) => Some(format!("whose? write `{key} = {}`", kind.example())),
        (Value::Table(_), Kind::OneOrMore(_)) => {
            Some("this is one figure for the whole company, not one per name".to_owned())
        }
        (Value::Text(text), Kind::List(_)) => Some(format!("write [\"{text}\"]")),
        (Value::List(_), Kind::Any) => Some(format!("a variable holds one value: write `{key} = {}`", kind.example())),
        (Value::Date(_) | Value::YesNo(_) | Value::List(_), Kind::Table(_) | Kind::Tables(_)) => None,
        (Value::Date(_) | Value::YesNo(_) | Value::List(_), _) => {
            Some(format!("write such as `{key} = {}`", kind.example()))
        }
        _ => None,
    }
}
