//! A chart as data: what is shown and in which words, and nothing of where it stands on the canvas.

mod payoff;

pub use payoff::{Break, Mark, PayoffLine, PayoffLines, PayoutBar, PayoutShares};

use super::quantities::Unit;
use rust_decimal::Decimal;

/// A chart of a report. Every word is computed from the results.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// File stem: `ownership-by-stage`, `bridge-microsoft`.
    pub id: String,
    /// States the finding.
    pub title: String,
    /// Measure and unit, rung and case.
    pub subtitle: String,
    /// Scenario, what is counted, assumptions.
    pub footer: String,
    /// Short hash of the scenario, printed at the right of the footer and kept in the PNG.
    pub hash: String,
    /// What is drawn.
    pub body: Body,
}

/// The kinds of charts. Fractions are parts of one: 0.27 is 27 %.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// Stacked columns, one a stage, with ribbons between them. Each column sums to one.
    OwnershipByStage {
        /// From left to right.
        stages: Vec<Label>,
        /// From bottom to top; as many values as stages, 0 where the holder is not yet in.
        series: Vec<Series>,
    },
    /// Ranked horizontal bars: who owns the company now.
    OwnershipNow {
        /// From the largest to the smallest, pool and "Other" in their own places.
        bars: Vec<Bar>,
        /// Head of the value column with its unit (`Value, $B`), absent where no value is known.
        value_heading: Option<String>,
    },
    /// From one holder's ownership at the start to that at the end, cause by cause.
    DilutionBridge {
        /// The first column.
        start: Step,
        /// Changes, in the order they happened; `fraction` is the change.
        changes: Vec<Step>,
        /// The last column.
        end: Step,
    },
    /// One column of dots a scenario, one line a holder (a slope chart).
    Comparison {
        /// From left to right, the base first.
        scenarios: Vec<Label>,
        /// As many values as scenarios; `None` where the holder is not in that scenario.
        series: Vec<SparseSeries>,
    },
    /// What a share of each class is worth, a bar, beside its headline price, a line.
    WorthBesideHeadline {
        /// In the order of the waterfall.
        rows: Vec<WorthRow>,
    },
    /// Stacked horizontal bars of money: how far each participant's money is.
    FundingLadder {
        /// In the order of the money, the largest first; the last may be the total.
        rows: Vec<Rungs>,
        /// Money at the ends of the bars, one text a row in the order of `rows`: `$15B of $50B funded`.
        totals: Vec<String>,
        /// The currency's code, for the money inside the bars: `USD`.
        currency: String,
    },
    /// What everybody gets as the exit value rises.
    Payoffs(PayoffLines),
    /// How every exit value is shared, as parts of it.
    PayoutShares(PayoutShares),
    /// Ranked horizontal bars: who gets what at one exit value.
    Payouts(Vec<PayoutBar>),
    /// A grid of cells, one a pair of values of two inputs; the deeper the colour, the more.
    Heatmap {
        /// Its name stands below, its values from left to right.
        across: Scale,
        /// Its name stands at the left, its values from the bottom to the top.
        up: Scale,
        /// Row by row from the bottom; `None` where the deal cannot be closed.
        cells: Vec<Option<Decimal>>,
        /// What the cells measure.
        unit: Unit,
        /// The currency of money.
        currency: String,
    },
    /// One line a figure over the values of one input.
    Lines {
        /// The input.
        across: Scale,
        /// As many values as the scale has; `None` where the deal cannot be closed.
        series: Vec<SparseSeries>,
        /// What the lines measure.
        unit: Unit,
        /// The currency of money.
        currency: String,
    },
    /// What each input alone moves a figure by, the widest at the top.
    Tornado {
        /// The figure with every input at its base.
        base: Decimal,
        /// Ranked.
        bars: Vec<Swing>,
        /// What they measure.
        unit: Unit,
        /// The currency of money.
        currency: String,
    },
    /// How a fraction is distributed over the paths of a simulation.
    Histogram {
        /// From left to right, without gaps.
        bins: Vec<Bin>,
        /// Values to be marked.
        marks: Vec<Marked>,
    },
    /// How a fraction fans out from stage to stage.
    Fan {
        /// From left to right.
        stages: Vec<Label>,
        /// Percentiles at each.
        band: Band,
    },
}

/// An input and its values.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    /// Name of the input.
    pub name: String,
    /// Its values in words.
    pub labels: Vec<String>,
    /// Its values as numbers, where they are numbers; empty for words.
    pub numbers: Vec<Decimal>,
}

/// What one input alone moves a figure by.
#[derive(Clone, Debug, PartialEq)]
pub struct Swing {
    /// The input.
    pub name: String,
    /// The figure at the input's low end, and that end in words (`at $30B`); `None` where there is no answer.
    pub low: (Option<Decimal>, String),
    /// The same at the high end.
    pub high: (Option<Decimal>, String),
}

/// A bar of a histogram.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bin {
    /// Lower edge.
    pub from: Decimal,
    /// Upper edge.
    pub to: Decimal,
    /// Part of the paths between them.
    pub share: Decimal,
}

/// A value marked on an axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marked {
    /// What it is.
    pub name: String,
    /// Where it is.
    pub value: Decimal,
}

/// A figure that fans out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Band {
    /// Whose.
    pub name: String,
    /// p5, p25, median, p75 and p95, one a stage.
    pub points: Vec<[Decimal; 5]>,
}

/// A name with a smaller line under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Short name.
    pub name: String,
    /// Smaller line; may be empty.
    pub detail: String,
}

/// A holder's ownership at each stage.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Who.
    pub name: String,
    /// The colour of this holder in the whole report.
    pub colour: Colour,
    /// One a stage.
    pub values: Vec<Decimal>,
}

/// A holder's ownership in each scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct SparseSeries {
    /// Who.
    pub name: String,
    /// The colour of this holder in the whole report.
    pub colour: Colour,
    /// One a scenario.
    pub values: Vec<Option<Decimal>>,
}

/// A bar of a ranked chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// Who.
    pub name: String,
    /// Smaller words beside the name: class, group.
    pub detail: String,
    /// The colour of this holder in the whole report.
    pub colour: Colour,
    /// Part of the whole.
    pub ownership: Decimal,
    /// Value, already in the words of the chart (`130.0`); empty where none is known.
    pub value: String,
    /// The interval that follows from the precision of the inputs, as words; empty where inputs are exact.
    pub interval: String,
}

/// A column of a bridge.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// First line below the column.
    pub name: String,
    /// Second line below the column; may be empty.
    pub detail: String,
    /// Ownership for the first and last column, a change of ownership for those between.
    pub fraction: Decimal,
}

/// What one share of a class is worth.
#[derive(Clone, Debug, PartialEq)]
pub struct WorthRow {
    /// The class, or options of one exercise price.
    pub name: String,
    /// Smaller words beside the name; may be empty.
    pub detail: String,
    /// The colour of this row.
    pub colour: Colour,
    /// What one share is worth.
    pub worth: Decimal,
    /// The price of the last round; zero where there is none.
    pub headline: Decimal,
    /// Its worth in words.
    pub worth_label: String,
    /// The headline in words; empty where there is none.
    pub headline_label: String,
    /// Worth over headline less one, in words; empty where there is none.
    pub difference: String,
}

/// How far one participant's money is.
#[derive(Clone, Debug, PartialEq)]
pub struct Rungs {
    /// Who.
    pub name: String,
    /// Money that has been paid.
    pub funded: Decimal,
    /// Money that is owed without a condition and not yet paid.
    pub committed: Decimal,
    /// Money that hangs on a condition.
    pub conditional: Decimal,
}

/// One colour per holder or class through a whole report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Colour {
    /// The n-th of the six hues of the palette.
    Hue(u8),
    /// An option pool.
    Pool,
    /// Several small holders together.
    Other,
}

impl Colour {
    /// How many different hues there are; more holders than these go into "Other (n)".
    pub const HUES: u8 = 6;
}
