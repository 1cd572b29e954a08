//! The life of rights to buy shares: what has vested, exercises, cancellations.

use super::books::{Because, Books, CapTable, Entry, EntryKind, Journal};
use crate::model::{Cancellation, Draws, Exercise, Payment, RightQuantity};
use crate::num::rounding::Rounding;
use crate::num::{Mask, Number};

/// A right as it stands. Counts follow splits; `granted - exercised - cancelled = outstanding`.
#[derive(Clone, Copy, Debug)]
pub struct Held<N> {
    /// Options ever granted: what a schedule vests a part of.
    pub granted: N,
    /// Options that became shares, or were withheld for them.
    pub exercised: N,
    /// Options neither exercised nor cancelled.
    pub outstanding: N,
    /// What one share costs.
    pub exercise_price: N,
}

impl<N: Number> Held<N> {
    /// Nothing yet.
    pub fn nothing() -> Self {
        Held { granted: N::zero(), exercised: N::zero(), outstanding: N::zero(), exercise_price: N::zero() }
    }

    /// Options that can be exercised when `part` of the grant has vested.
    ///
    /// ```text
    /// min(outstanding, max(0, part * granted - exercised))      whole options where shares are whole
    /// ```
    #[inline(always)]
    pub fn exercisable(&self, part: N, rounding: Rounding) -> N {
        let vested = rounding.shares(part * self.granted);
        (vested - self.exercised).max(N::zero()).min(self.outstanding)
    }
}

/// Options an exercise is for, before it is asked whether it can be.
#[inline(always)]
pub fn exercised<N: Number>(terms: &Exercise<N>, draws: &Draws<N>, table: &CapTable<N>) -> N {
    match terms.quantity {
        RightQuantity::Number(number) => terms.rounding.shares(draws.value(number)),
        RightQuantity::All | RightQuantity::Unvested => exercisable(terms, table),
    }
}

/// Options that can be exercised on the day.
#[inline(always)]
pub fn exercisable<N: Number>(terms: &Exercise<N>, table: &CapTable<N>) -> N {
    table.rights[terms.right.index()].exercisable(terms.vested, terms.rounding)
}

/// The market price of a share of the class bought; zero where none is stated and none is in force.
#[inline(always)]
pub fn market_price<N: Number>(terms: &Exercise<N>, draws: &Draws<N>, table: &CapTable<N>) -> N {
    let class = table.positions[terms.into.index()].class();
    match terms.payment {
        Payment::Net { market_price: Some(price) } => draws.value(price),
        Payment::Net { market_price: None } | Payment::Cash => {
            table.reference_price.map_or(N::zero(), |price| table.price_of_class(class, price))
        }
    }
}

/// Exercises: options of the holder become shares.
///
/// ```text
/// cash   shares = options                       money = options * exercise price
/// net    shares = options * (1 - K / P)         no money; the others are withheld and retired
/// ```
///
/// A net exercise at a market price P not above the exercise price K is not made: it would buy nothing.
#[inline(always)]
pub fn exercise<N: Number, J: Journal<N>>(
    terms: &Exercise<N>,
    happens: N::Mask,
    draws: &Draws<N>,
    books: &mut Books<N, J>,
) -> N::Mask {
    let held = books.table.rights[terms.right.index()];
    let options = exercised(terms, draws, &books.table);
    let feasible = options.at_most(exercisable(terms, &books.table)) & N::zero().at_most(options);
    let strike = held.exercise_price.posted();
    let options = (happens & feasible).select(options, N::zero());
    let (options, shares, price, because, feasible) = match terms.payment {
        Payment::Cash => (options, options, strike, Because::ExercisePrice, feasible),
        Payment::Net { .. } => {
            let market = market_price(terms, draws, &books.table);
            let known = market.is_positive();
            let options = strike.below(market).select(options, N::zero());
            let kept = N::one() - strike / known.select(market, N::one());
            let shares = terms.rounding.shares(options * kept);
            let because = Because::NetExercise { exercise_price: strike, market_price: market };
            (options, shares, N::zero(), because, feasible & known)
        }
    };
    let kind = EntryKind::Exercise { from: terms.from, options, money: shares * price };
    books.post(Entry { position: terms.into, shares, price, kind, because });
    let right = &mut books.table.rights[terms.right.index()];
    right.exercised += options;
    right.outstanding -= options;
    feasible
}

/// Options a cancellation is for, before it is asked whether it can be.
#[inline(always)]
pub fn cancelled<N: Number>(terms: &Cancellation<N>, draws: &Draws<N>, table: &CapTable<N>) -> N {
    let held = &table.rights[terms.right.index()];
    match terms.quantity {
        RightQuantity::All => held.outstanding,
        RightQuantity::Unvested => held.outstanding - held.exercisable(terms.vested, terms.rounding),
        RightQuantity::Number(number) => terms.rounding.shares(draws.value(number)),
    }
}

/// Cancels: options go back to the plan's available ones, or are retired.
#[inline(always)]
pub fn cancel<N: Number, J: Journal<N>>(
    terms: &Cancellation<N>,
    happens: N::Mask,
    draws: &Draws<N>,
    books: &mut Books<N, J>,
) -> N::Mask {
    let held = books.table.rights[terms.right.index()];
    let options = cancelled(terms, draws, &books.table);
    let feasible = options.at_most(held.outstanding) & N::zero().at_most(options);
    let options = (happens & feasible).select(options, N::zero());
    let because = match terms.quantity {
        RightQuantity::Unvested => Because::Unvested,
        RightQuantity::All | RightQuantity::Number(_) => Because::GivenNumber,
    };
    let entry = match terms.returns_to {
        Some(available) => Entry {
            position: available,
            shares: options,
            price: N::zero(),
            kind: EntryKind::Return { from: terms.from },
            because,
        },
        None => {
            let shares = N::zero() - options;
            Entry { position: terms.from, shares, price: N::zero(), kind: EntryKind::Cancellation, because }
        }
    };
    books.post(entry);
    books.table.rights[terms.right.index()].outstanding -= options;
    feasible
}
