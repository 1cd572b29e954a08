//! The life of rights to buy shares: what has vested, exercises, cancellations.

use super::books::{Because, Books, CapTable, Entry, EntryKind, Journal};
use super::round::protect::{self, Issue};
use crate::model::{
    Cancellation, Counted, Draws, Exercise, Payment, PositionId, Protection, RightQuantity, Vest, VestedBy, Warrant,
    WarrantPart,
};
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
    /// What milestones have vested, whether or not it was exercised; nothing for options.
    pub vested: N,
    /// What one share costs.
    pub exercise_price: N,
}

impl<N: Number> Held<N> {
    /// Nothing yet.
    pub fn nothing() -> Self {
        let zero = N::zero();
        Held { granted: zero, exercised: zero, outstanding: zero, vested: zero, exercise_price: zero }
    }

    /// Options or warrants that can be exercised when so much has vested.
    ///
    /// ```text
    /// min(outstanding, max(0, vested - exercised))      vested = part * granted, or by milestones;
    ///                                                        whole options where shares are whole
    /// ```
    #[inline(always)]
    pub fn exercisable(&self, by: VestedBy<N>, rounding: Rounding) -> N {
        let vested = match by {
            VestedBy::Part(part) => rounding.shares(part * self.granted),
            VestedBy::Milestones => self.vested,
        };
        (vested - self.exercised).max(N::zero()).min(self.outstanding)
    }

    /// What of it is in the fully diluted total.
    #[inline(always)]
    fn counted(&self, counted: Counted) -> N {
        match counted {
            Counted::Always => self.outstanding,
            Counted::WhenVested => self.exercisable(VestedBy::Milestones, Rounding::EXACT),
            Counted::WhenExercised => N::zero(),
        }
    }
}

/// Issues a warrant. It is an issue at its exercise price to classes whose protection does not exempt warrants.
#[inline(never)]
pub fn issue<N: Number, J: Journal<N>>(
    terms: &Warrant<N>,
    exercise_price: N,
    protections: &[Protection],
    happens: N::Mask,
    draws: &Draws<N>,
    books: &mut Books<N, J>,
) -> N::Mask {
    let shares = terms.rounding.shares(draws.value(terms.shares));
    let feasible = N::zero().at_most(shares);
    let shares = happens.select(shares, N::zero());
    let triggered = protections.iter().copied().filter(|protection| !protection.exempt.warrants);
    let table = &books.table;
    let issue = Issue {
        money: shares * exercise_price,
        price: table.price_as_converted(table.positions[terms.position.index()].class(), exercise_price),
        shares: table.as_converted(terms.position, shares),
    };
    let feasible = feasible & protect::after_issue(triggered, issue, terms.rounding, happens, books);
    let vested = if terms.has_milestones { N::zero() } else { shares };
    let held = Held { granted: shares, exercised: N::zero(), outstanding: shares, vested, exercise_price };
    books.table.rights[terms.right.index()] = held;
    post_warrants(terms.position, held.counted(terms.counted), Because::GivenNumber, books);
    feasible
}

/// Vests a part of a warrant, where the market price is at the hurdle or above.
#[inline(never)]
pub fn vest<N: Number, J: Journal<N>>(
    terms: &Vest<N>,
    happens: N::Mask,
    draws: &Draws<N>,
    books: &mut Books<N, J>,
) -> N::Mask {
    let class = books.table.positions[terms.position.index()].class();
    let stated = terms.market_price.map(|price| draws.value(price));
    let in_force = || books.table.reference_price.map(|price| books.table.price_of_class(class, price));
    let market = stated.or_else(in_force).unwrap_or(N::zero());
    let (reached, feasible) = match terms.hurdle {
        None => (N::Mask::always(true), N::Mask::always(true)),
        Some(hurdle) => (draws.value(hurdle).at_most(market), market.is_positive()),
    };
    let before = books.table.rights[terms.right.index()];
    let whole = draws.value(terms.whole);
    let part = match &terms.part {
        WarrantPart::Number(shares) => draws.value(*shares),
        WarrantPart::RestOf(others) => whole - others.iter().map(|&other| draws.value(other)).sum::<N>(),
    };
    let vested = terms.rounding.shares(before.granted * part / whole);
    let vests = (happens & reached).select(vested, N::zero());
    let after = Held { vested: before.vested + vests, ..before };
    books.table.rights[terms.right.index()] = after;
    let counted = after.counted(terms.counted) - before.counted(terms.counted);
    post_warrants(terms.position, counted, Because::Milestone, books);
    feasible & N::zero().at_most(part)
}

#[inline(always)]
fn post_warrants<N: Number, J: Journal<N>>(
    position: PositionId,
    shares: N,
    because: Because<N>,
    books: &mut Books<N, J>,
) {
    books.post(Entry { position, shares, price: N::zero(), kind: EntryKind::Warrant, because });
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
#[inline(never)]
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
    let after = Held { exercised: held.exercised + options, outstanding: held.outstanding - options, ..held };
    let counted = held.counted(terms.counted) - after.counted(terms.counted);
    let kind = EntryKind::Exercise { from: terms.from, options, counted, money: shares * price };
    books.post(Entry { position: terms.into, shares, price, kind, because });
    books.table.rights[terms.right.index()] = after;
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
#[inline(never)]
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
    let after = Held { outstanding: held.outstanding - options, ..held };
    let entry = match terms.returns_to {
        Some(available) => Entry {
            position: available,
            shares: options,
            price: N::zero(),
            kind: EntryKind::Return { from: terms.from },
            because,
        },
        None => {
            let shares = after.counted(terms.counted) - held.counted(terms.counted);
            Entry { position: terms.from, shares, price: N::zero(), kind: EntryKind::Cancellation, because }
        }
    };
    books.post(entry);
    books.table.rights[terms.right.index()] = after;
    feasible
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::num::Exact;

    fn held(granted: i32, exercised: i32, outstanding: i32) -> Held<Exact> {
        let whole = Exact::whole;
        Held {
            granted: whole(granted),
            exercised: whole(exercised),
            outstanding: whole(outstanding),
            ..Held::nothing()
        }
    }

    fn exercisable(held: &Held<Exact>, numerator: i32, denominator: i32, rounding: Rounding) -> Option<i64> {
        let part = Exact::whole(numerator) / Exact::whole(denominator);
        let options = held.exercisable(VestedBy::Part(part), rounding);
        options.to_decimal(0).and_then(|options| options.try_into().ok())
    }

    /// Of 480 granted, 15/48 are 150; 60 were exercised.
    #[test]
    fn what_was_exercised_is_taken_off_what_has_vested() {
        assert_eq!(exercisable(&held(480, 60, 420), 15, 48, Rounding::EXACT), Some(90));
        assert_eq!(exercisable(&held(480, 60, 420), 0, 48, Rounding::EXACT), Some(0));
    }

    /// After what had not vested was cancelled, time vests nothing more.
    #[test]
    fn no_more_can_be_exercised_than_is_outstanding() {
        assert_eq!(exercisable(&held(480, 60, 90), 48, 48, Rounding::EXACT), Some(90));
    }

    /// 1/3 of 100 is 33 whole options.
    #[test]
    fn whole_options_vest_where_shares_are_whole() {
        assert_eq!(exercisable(&held(100, 0, 100), 1, 3, Rounding::CLOSING_US), Some(33));
    }

    #[test]
    fn a_warrant_counts_from_its_issue_as_far_as_vested_or_never() {
        let warrant = Held { vested: Exact::whole(40), ..held(100, 10, 90) };
        let counted = |counted| warrant.counted(counted).to_decimal(0).and_then(|count| i64::try_from(count).ok());
        assert_eq!(counted(Counted::Always), Some(90));
        assert_eq!(counted(Counted::WhenVested), Some(30));
        assert_eq!(counted(Counted::WhenExercised), Some(0));
    }
}
