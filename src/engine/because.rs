//! Why an entry of the books is what it is.

use crate::model::{ConvertibleId, RoundId};

/// Why an entry is what it is: the rule that set its price or number, with the numbers it used.
#[derive(Clone, Copy, Debug)]
pub enum Because<N> {
    /// Price = pre-money / capitalization, fixed at the round's first closing.
    RoundPrice {
        /// The round.
        round: RoundId,
    },
    /// The price was given.
    GivenPrice,
    /// Price = the closing before it * (1 + step-up).
    StepUp {
        /// Price of the closing before it.
        before: N,
        /// Step-up.
        step_up: N,
    },
    /// Price = valuation / fully diluted count at that moment.
    Valuation {
        /// Of the whole company.
        valuation: N,
        /// The count it was divided by.
        fully_diluted: N,
    },
    /// Price = multiple * price of a round.
    MultipleOf {
        /// The round.
        round: RoundId,
        /// Its price.
        price: N,
        /// The multiple.
        multiple: N,
    },
    /// The pool reaches its target of the total.
    PoolTarget {
        /// The fraction aimed at.
        target: N,
        /// The fully diluted total it is a fraction of.
        total: N,
        /// Counted options before.
        before: N,
    },
    /// A convertible's terms set its price; the ledger's conversions say which.
    Conversion {
        /// Which.
        convertible: ConvertibleId,
    },
    /// Conversion price after an issue below it; the ledger's adjustments have the formula's numbers.
    Protection {
        /// Before.
        before: N,
        /// After.
        after: N,
    },
    /// Conversion price that an IPO ratchet promises; the ledger's offerings have its numbers.
    IpoRatchet {
        /// Before.
        before: N,
        /// After.
        after: N,
        /// Of the offering, per share as converted.
        price: N,
    },
    /// The price of an offering; the ledger's offerings say how it came about.
    OfferingPrice,
    /// The number was given.
    GivenNumber,
    /// The price is what the option says.
    ExercisePrice,
    /// Shares worth the exercise price are withheld: `shares = options * (1 - exercise price / market price)`.
    NetExercise {
        /// The option's.
        exercise_price: N,
        /// Of a share on the day.
        market_price: N,
    },
    /// What had not vested on the day.
    Unvested,
    /// A milestone vested it.
    Milestone,
    /// A dividend of so many years at a rate per year, on the shares that bear it.
    Dividend {
        /// Shares that bear it.
        bearing: N,
        /// Per year.
        rate: N,
        /// Years, times the base in issue prices.
        years: N,
    },
    /// The holder skipped its pro rata of a round with pay-to-play.
    PayToPlay {
        /// New shares for each old one.
        ratio: N,
        /// Money it put in.
        took: N,
        /// Money it had to put in.
        required: N,
    },
    /// New shares for each old one.
    Ratio {
        /// The ratio.
        ratio: N,
    },
}
