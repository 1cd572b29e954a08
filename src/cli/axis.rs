//! `--over amazon=10B..50B/5`: an input and the values it takes in a sweep.

use super::vary::{Varied, literal};
use crate::error::{Error, Finding, Findings, Span};
use crate::model::{Value, VariableId};
use crate::num::{Exact, Number};
use crate::report::quantities::Unit;
use crate::spec::{Measure, quantity};

/// Values of a range that does not say how many.
const USUAL_VALUES: u32 = 5;
/// Most values of one input.
const MOST_VALUES: u32 = 10_000_000;

/// An input as typed: its name and what follows the sign.
pub(super) struct Typed {
    pub name: String,
    pub values: String,
    /// The whole, for findings.
    text: String,
    /// Where the values begin.
    start: usize,
}

/// An input and its values.
pub(super) struct Axis {
    /// As it was addressed.
    pub name: String,
    pub id: VariableId,
    pub unit: Unit,
    pub percent: bool,
    pub values: Values,
    /// Another number changes nothing else of what was agreed.
    pub live: bool,
}

/// The values of an input.
pub(super) enum Values {
    /// Numbers: a first, a step and how many, or each by itself.
    Even(Box<Range>),
    Listed(Vec<Exact>),
    /// Words and yes/no.
    Words(Vec<String>),
}

/// Numbers from a first, evenly spaced.
pub(super) struct Range {
    first: Exact,
    step: Exact,
    count: u32,
}

/// Splits `NAME=VALUES`.
pub(super) fn typed(text: &str) -> Result<Typed, Error> {
    // The name of an input may itself hold a sign of equality within brackets.
    let at = text.char_indices().scan(0_i32, |depth, (at, letter)| {
        *depth += i32::from(letter == '(') - i32::from(letter == ')');
        Some((at, letter, *depth))
    });
    let sign = at.filter(|(_, letter, depth)| *letter == '=' && *depth <= 0).map(|(at, ..)| at).next();
    match sign {
        Some(at) if !text[..at].trim().is_empty() && !text[at + 1..].trim().is_empty() => Ok(Typed {
            name: text[..at].trim().to_owned(),
            values: text[at + 1..].to_owned(),
            text: text.to_owned(),
            start: at + 1,
        }),
        _ => Err(Error::usage(
            Finding::error("E0714", format!("{text:?} is no input with values"))
                .help("write NAME=FROM..TO/COUNT or NAME=VALUE,VALUE,... such as amazon=10B..50B/5"),
        )),
    }
}

impl Axis {
    /// Reads the values of an input of a scenario.
    pub fn read(varied: &mut Varied, variable: &str, typed: &Typed, warnings: &mut Findings) -> Result<Axis, Error> {
        let file = varied.read.sources.add("--over", &typed.text);
        let (id, info) = varied.variable(variable);
        let is_number = matches!(info.value, Value::Number { .. });
        let wrong = |varied: &Varied, finding: Finding, part: (usize, usize), label: String| {
            let span = Span { file, start: part.0, end: part.1 };
            Error::input(Findings(vec![finding.at(span, label)]), varied.read.sources.clone())
        };
        if !is_number {
            let words: Vec<String> = typed.values.split(',').map(|word| word.trim().to_owned()).collect();
            let name = typed.name.clone();
            let values = Values::Words(words);
            return Ok(Axis { name, id, unit: Unit::Number, percent: false, values, live: false });
        }
        let input = varied.number(variable)?;
        let measure = match input.unit {
            Unit::Money => Measure::Money,
            Unit::Count => Measure::Count,
            Unit::Price => Measure::Price,
            Unit::Fraction | Unit::Multiple | Unit::Number => Measure::Any,
        };
        let is_even = !typed.values.contains(',');
        let mut numbers = Vec::new();
        let mut only = None;
        let mut at = typed.start;
        for part in typed.values.split(',') {
            let place = (at + (part.len() - part.trim_start().len()), at + part.trim_end().len());
            at += part.len() + 1;
            match range(part.trim(), measure) {
                Ok(range) => {
                    numbers.extend(
                        (0..if is_even { 0 } else { range.count })
                            .map(|index| range.first + range.step * count_of(index)),
                    );
                    only = Some(range);
                }
                Err((finding, label)) => return Err(wrong(varied, finding, place, label)),
            }
        }
        let values = match only {
            Some(range) if is_even => Values::Even(Box::new(range)),
            _ => Values::Listed(numbers),
        };
        let beyond = |number: Exact| input.percent && Exact::one().below(number).is_yes();
        if (0..values.count().min(1000)).any(|index| values.number(index).is_some_and(beyond)) {
            let finding = Finding::error("E0714", format!("{} is typed in percent", typed.name))
                .help("write its values in percent too, such as 5%..20%/4");
            return Err(wrong(varied, finding, (typed.start, typed.text.len()), "more than all".to_owned()));
        }
        let axis =
            Axis { name: typed.name.clone(), id, unit: input.unit, percent: input.percent, values, live: input.live };
        let tiny = axis.is_tiny_beside(input.start);
        if tiny {
            let currency = &varied.agreement.head.currency;
            let words = |number: Exact| input.unit.rough_words(number, currency);
            let most = axis.values.count().saturating_sub(1);
            let label = format!("the file has {}", words(input.start));
            let message = format!("{} is at most {} here", typed.name, axis.short(most, currency));
            let finding =
                Finding::warning("W0714", message).at(Span { file, start: typed.start, end: typed.text.len() }, label);
            warnings.push(finding.help("k, M, B and T are thousand to trillion, at each number: 10B..50B/5"));
        }
        Ok(axis)
    }

    /// Whether every value is less than a thousandth of a number of the file: a suffix that was forgotten.
    fn is_tiny_beside(&self, number: Exact) -> bool {
        let thousandth = number / Exact::whole(1_000);
        let is_tiny = |value: Exact| value.below(thousandth).is_yes();
        // Values go up, or are few.
        let ends = (0..self.values.count()).rev().take(1_000);
        matches!(self.unit, Unit::Money | Unit::Count) && ends.filter_map(|at| self.values.number(at)).all(is_tiny)
    }

    /// A value as `--set` takes it.
    pub fn literal(&self, index: usize) -> String {
        match &self.values {
            Values::Words(words) => words[index].clone(),
            _ => self.values.number(index).and_then(|number| literal(number, self.percent)).unwrap_or_default(),
        }
    }

    /// A value in few digits, for a table's head or a chart.
    pub fn short(&self, index: usize, currency: &str) -> String {
        match &self.values {
            Values::Words(words) => words[index].clone(),
            _ => {
                let number = self.values.number(index).unwrap_or(Exact::zero());
                self.unit.rough_words(number, currency).replace("about ", "~")
            }
        }
    }

    /// A value in so many significant digits.
    pub fn rounded(&self, index: usize, digits: u32, currency: &str) -> String {
        let Some(number) = self.values.number(index) else { return self.short(index, currency) };
        let decimal = self.unit.decimal(number);
        let shown = decimal.round_sf(digits).unwrap_or(decimal).normalize();
        let sign = if shown == decimal { "" } else { "~" };
        format!("{sign}{}", self.unit.words(shown, currency))
    }

    /// A value for people.
    pub fn words(&self, index: usize, currency: &str) -> String {
        match &self.values {
            Values::Words(words) => words[index].clone(),
            _ => {
                let number = self.values.number(index).unwrap_or(Exact::zero());
                let decimal = self.unit.decimal(number);
                let full = self.unit.words(decimal, currency);
                if full.len() > 12 { self.unit.exact_words(number, currency).replace("about ", "~") } else { full }
            }
        }
    }
}

impl Values {
    /// How many there are.
    pub fn count(&self) -> usize {
        match self {
            Values::Even(range) => range.count as usize,
            Values::Listed(numbers) => numbers.len(),
            Values::Words(words) => words.len(),
        }
    }

    /// One of them; `None` for a word.
    pub fn number(&self, index: usize) -> Option<Exact> {
        match self {
            Values::Even(range) => Some(range.first + range.step * count_of(u32::try_from(index).unwrap_or(u32::MAX))),
            Values::Listed(numbers) => numbers.get(index).copied(),
            Values::Words(_) => None,
        }
    }
}

fn count_of(index: u32) -> Exact {
    Exact::given(rust_decimal::Decimal::from(index))
}

/// `10B..50B/5`, `10B..50B` or a single number.
fn range(part: &str, measure: Measure) -> Result<Range, (Finding, String)> {
    let number = |text: &str| {
        quantity(text.trim(), measure).map(|quantity| quantity.stated.cast::<Exact>()).map_err(|refusal| {
            let help = refusal.help.unwrap_or_else(|| "write such as 10B..50B/5".to_owned());
            (Finding::error("E0714", refusal.message).help(help), refusal.label)
        })
    };
    let Some((from, rest)) = part.split_once("..") else {
        return Ok(Range { first: number(part)?, step: Exact::zero(), count: 1 });
    };
    let (to, count) = match rest.rsplit_once('/') {
        Some((to, count)) => (to, count.trim()),
        None => (rest, ""),
    };
    let count = match (count, count.replace('_', "").parse::<u64>()) {
        ("", _) => USUAL_VALUES,
        (_, Ok(count)) if (2..=u64::from(MOST_VALUES)).contains(&count) => u32::try_from(count).unwrap_or(MOST_VALUES),
        (_, Ok(count)) if count > u64::from(MOST_VALUES) => {
            let finding = Finding::error("E0715", format!("{count} values of one input"));
            return Err((finding.help(coarser()), "more cells than can be computed or read".to_owned()));
        }
        _ => {
            let finding = Finding::error("E0714", format!("\"{count}\" is no number of values"));
            let help = "write how many values, both ends included: 10B..50B/5 is 10, 20, 30, 40 and 50";
            return Err((finding.help(help), "expected a whole number from 2".to_owned()));
        }
    };
    let (first, last) = (number(from)?, number(to)?);
    if last.at_most(first).is_yes() {
        let finding = Finding::error("E0714", format!("{part} does not go up"));
        return Err((finding.help("write the lower end first"), "the second end is not above the first".to_owned()));
    }
    Ok(Range { first, step: (last - first) / count_of(count - 1), count })
}

/// What to do instead of too many cells.
pub(super) fn coarser() -> &'static str {
    "take fewer values (FROM..TO/COUNT) or fewer inputs; `capstruct simulate` draws from ranges and \
     `capstruct solve` finds where a figure is what is wanted"
}
