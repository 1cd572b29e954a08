//! Inputs and figures with their units: as cells of a table and as words of a sentence.

use super::exact::{FRACTION_PLACES, MONEY_PLACES, POSTED_PLACES};
use super::table::Cell;
use super::words::{fixed, grouped, money_in_full, price};
use crate::model::{Agreement, Figure, Measure, Subject};
use crate::num::Exact;
use rust_decimal::Decimal;

/// What a number measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words of the file format")]
pub enum Unit {
    Money,
    Count,
    Price,
    Fraction,
    Multiple,
    Number,
}

impl Unit {
    /// The unit of a figure.
    pub fn of(figure: Figure) -> Unit {
        match figure {
            Figure::Ownership | Figure::Votes | Figure::NextDollar => Unit::Fraction,
            Figure::Shares
            | Figure::SharesAsConverted
            | Figure::FullyDiluted
            | Figure::Increase
            | Figure::RatchetShares
            | Figure::Vested
            | Figure::Capitalization => Unit::Count,
            Figure::PricePerShare
            | Figure::ValuePerShare
            | Figure::ConversionPrice
            | Figure::CapPrice
            | Figure::DiscountPrice
            | Figure::PreferencePerShare
            | Figure::PayoutPerShare
            | Figure::BookValuePerShare
            | Figure::BookValueIncrease
            | Figure::DilutionPerShare => Unit::Price,
            Figure::PreMoney
            | Figure::PostMoney
            | Figure::MoneyRaised
            | Figure::NetProceeds
            | Figure::Residue
            | Figure::Balance
            | Figure::Value
            | Figure::MoneyIn
            | Figure::SaleProceeds
            | Figure::Preference
            | Figure::Payout
            | Figure::Distributed
            | Figure::Breakpoints
            | Figure::Equity
            | Figure::TrancheValues => Unit::Money,
            Figure::ConversionRatio | Figure::Multiple => Unit::Multiple,
            Figure::ControllingTerm | Figure::Form => Unit::Number,
        }
    }

    /// Decimal places to which a figure is exact, and at which a tolerance of zero compares.
    pub fn places(self) -> u32 {
        match self {
            Unit::Fraction => FRACTION_PLACES,
            Unit::Money => MONEY_PLACES,
            Unit::Count | Unit::Price | Unit::Multiple | Unit::Number => POSTED_PLACES,
        }
    }

    /// The decimal of an exact number: as it is where it is one.
    pub fn decimal(self, number: Exact) -> Decimal {
        (0..=self.places()).rev().find_map(|places| number.to_decimal(places)).unwrap_or_default()
    }

    /// The number as a cell that keeps its digits.
    pub fn cell(self, number: Decimal, places: u32) -> Cell {
        match self {
            Unit::Money => Cell::Money(number),
            Unit::Count => Cell::Count(number),
            Unit::Price => Cell::Price(number),
            Unit::Fraction => Cell::Fraction { value: number, places },
            Unit::Multiple => Cell::Multiple(number),
            Unit::Number => Cell::Number(number),
        }
    }

    /// The number in a sentence, with every digit it has: `$35.9B`, `14%`, `8,000,000`.
    pub fn words(self, number: Decimal, currency: &str) -> String {
        match self {
            Unit::Money => money_in_full(number, currency),
            Unit::Price => price(number, currency),
            Unit::Fraction => format!("{}%", grouped((number * Decimal::ONE_HUNDRED).normalize())),
            Unit::Multiple => format!("{}x", grouped(number)),
            Unit::Count | Unit::Number => grouped(number),
        }
    }

    /// A number that need not be a decimal, for a sentence: `$35.9B`, or `about $66.67M`, cut where more digits say
    /// nothing.
    pub fn exact_words(self, number: Exact, currency: &str) -> String {
        let decimal = self.decimal(number);
        let shown = self.readable(decimal);
        let words = self.words(shown, currency);
        if shown == decimal { words } else { format!("about {words}") }
    }

    /// An exact answer: `$35.9B`, or as the fraction it is where it is no decimal: `200000000/3, about $66,666,666.67`.
    pub fn answer_words(self, number: Exact, currency: &str) -> String {
        const LONGEST: usize = 26;
        let words = self.exact_words(number, currency);
        match number.to_stated() {
            Some(stated) if stated.denominator == Decimal::ONE => words,
            Some(stated) => {
                let fraction = format!("{}/{}", stated.numerator.normalize(), stated.denominator.normalize());
                if fraction.len() > LONGEST { words } else { format!("{fraction}, {words}") }
            }
            None => words,
        }
    }

    /// The end of a search, for a sentence.
    pub fn rough_words(self, number: Exact, currency: &str) -> String {
        let decimal = self.decimal(number);
        match self {
            Unit::Money if decimal >= Decimal::from(1_000_000) => {
                let short = super::words::money(decimal, currency);
                let full = self.exact_words(number, currency);
                if full.len() > 16 { format!("about {short}") } else { full }
            }
            _ => self.exact_words(number, currency),
        }
    }

    /// As many digits as a reader takes in.
    fn readable(self, number: Decimal) -> Decimal {
        let places = match self {
            Unit::Money => 2,
            Unit::Count => 4,
            Unit::Fraction | Unit::Price | Unit::Multiple | Unit::Number => 6,
        };
        super::words::rounded(number, places).normalize()
    }

    /// A figure for a chart or the title of one: `14.5%`, `$730B`.
    pub fn chart_words(self, number: Decimal, currency: &str) -> String {
        match self {
            Unit::Fraction => super::words::percent(number, 1),
            Unit::Money => super::words::money(number, currency),
            Unit::Price => price(super::words::rounded(number, 4).normalize(), currency),
            Unit::Multiple => format!("{}x", fixed(number, 2)),
            Unit::Count => grouped(super::words::rounded(number, 0).normalize()),
            Unit::Number => grouped(super::words::rounded(number, 4).normalize()),
        }
    }

    /// What a part is of, for the subtitle of a chart: `, % of fully diluted`, `, %`; nothing where the unit is in the numbers.
    pub fn of_what(self, literal: &str) -> &'static str {
        match self {
            Unit::Fraction if literal.starts_with("ownership") => ", % of fully diluted",
            Unit::Fraction => ", %",
            Unit::Money | Unit::Count | Unit::Price | Unit::Multiple | Unit::Number => "",
        }
    }

    /// A figure for a sentence that compares: four decimals of a percent.
    pub fn short_words(self, number: Exact, currency: &str) -> String {
        let decimal = self.decimal(number);
        match self {
            Unit::Fraction => format!("{}%", fixed(decimal * Decimal::ONE_HUNDRED, 4)),
            _ => self.words(self.readable(decimal), currency),
        }
    }
}

/// A measure as people say it: `Amazon's ownership`, `post-money`, `SoftBank's ownership after Series C`.
pub fn measure_in_words(measure: &Measure, agreement: &Agreement) -> String {
    let figure = super::check::word(measure.figure);
    let what = match (measure.subject, super::check::subject(measure.subject, agreement)) {
        (Subject::Stakeholder(_) | Subject::Group(_), Some(name)) if name.ends_with('s') => format!("{name}' {figure}"),
        (Subject::Stakeholder(_) | Subject::Group(_), Some(name)) => format!("{name}'s {figure}"),
        (_, Some(name)) => format!("{figure} of {name}"),
        (_, None) => figure.to_owned(),
    };
    match measure.stage.name() {
        Some(stage) => format!("{what} after {stage}"),
        None => what,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::num::Number;

    #[test]
    fn a_number_says_whether_it_is_all_of_it() {
        let exact = |text: &str| Exact::given(text.parse().expect("a decimal"));
        let third = Exact::one() / Exact::whole(3);
        assert_eq!(Unit::Money.exact_words(exact("35900000000"), "USD"), "$35.9B");
        assert_eq!(Unit::Money.exact_words(third * exact("200000000"), "USD"), "about $66,666,666.67");
        assert_eq!(Unit::Money.answer_words(third * exact("200000000"), "USD"), "200000000/3, about $66,666,666.67");
        assert_eq!(Unit::Money.rough_words(exact("25165824000000"), "USD"), "about $25.2T");
        assert_eq!(Unit::Fraction.exact_words(exact("0.14"), "USD"), "14%");
        assert_eq!(Unit::Fraction.exact_words(third, "USD"), "about 33.3333%");
        assert_eq!(Unit::Fraction.short_words(exact("0.144939759"), "USD"), "14.4940%");
        assert_eq!(Unit::Count.exact_words(exact("8000000"), "USD"), "8,000,000");
    }
}
