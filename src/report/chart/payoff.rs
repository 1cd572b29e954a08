//! Charts of an exit as data: corners of straight lines, exactly, and what is written beside them.

use super::Colour;
use rust_decimal::Decimal;

/// Payoffs over exit values: straight lines between corners.
#[derive(Clone, Debug, PartialEq)]
pub struct PayoffLines {
    /// The currency's code, for the ticks of both axes.
    pub currency: String,
    /// Exit value at the right end.
    pub upper: Decimal,
    /// From the most to the least at the right end.
    pub lines: Vec<PayoffLine>,
    /// Breakpoints, from the left.
    pub breaks: Vec<Break>,
    /// Points of their own, where lines cross.
    pub marks: Vec<Mark>,
}

/// One payoff.
#[derive(Clone, Debug, PartialEq)]
pub struct PayoffLine {
    /// Whose.
    pub name: String,
    /// The colour through the whole report.
    pub colour: Colour,
    /// Exit value and payout at every corner, from an exit value of 0 to the right end; two at one exit value where it
    /// jumps.
    pub corners: Vec<(Decimal, Decimal)>,
    /// Payout at the right end, in words.
    pub value: String,
}

/// A breakpoint that is marked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Break {
    /// Where.
    pub exit_value: Decimal,
    /// The exit value in words.
    pub value: String,
    /// What happens there, in few words.
    pub happens: String,
    /// The smaller, the sooner it is written where room is short.
    pub weight: u32,
}

/// A point that is marked and named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Where.
    pub exit_value: Decimal,
    /// How high.
    pub payout: Decimal,
    /// What it is.
    pub words: String,
}

/// How every exit value is shared: areas that add up to all of it.
#[derive(Clone, Debug, PartialEq)]
pub struct PayoutShares {
    /// The currency's code, for the ticks.
    pub currency: String,
    /// Exit value at the right end.
    pub upper: Decimal,
    /// From bottom to top; at every exit value their payouts add up to it.
    pub areas: Vec<PayoffLine>,
    /// Breakpoints, from the left.
    pub breaks: Vec<Break>,
}

/// Who gets what at one exit value.
#[derive(Clone, Debug, PartialEq)]
pub struct PayoutBar {
    /// Who.
    pub name: String,
    /// Smaller words beside the name: how it takes part.
    pub detail: String,
    /// The colour through the whole report.
    pub colour: Colour,
    /// How much.
    pub payout: Decimal,
    /// How much, in words, with the multiple where the cost is known.
    pub value: String,
    /// What was paid for it, where that is known: a tick on the bar.
    pub cost: Option<Decimal>,
}
