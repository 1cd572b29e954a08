//! The option pool outside rounds: increases, and grants from it.

use super::books::{Because, Books, CapTable, Entry, EntryKind, Journal};
use crate::model::{Draws, GrantAmount, Holding, OptionGrant, PoolAmount, PoolIncrease, PositionId};
use crate::num::{Mask, Number};

/// Increases a pool, at the expense of everyone.
///
/// ```text
/// x = max(0, (t S - A) / (1 - t))      S = fully diluted before, A = counted options before, t = target of S + x
/// ```
#[inline(always)]
pub fn increase<N: Number, J: Journal<N>>(
    terms: &PoolIncrease<N>,
    happens: N::Mask,
    draws: &Draws<N>,
    books: &mut Books<N, J>,
) -> N::Mask {
    let total = books.table.fully_diluted;
    let before = counted(terms.available, terms.counts_all, &books.table);
    let (options, because, feasible) = match terms.amount {
        PoolAmount::Increase(options) => {
            let options = draws.value(options);
            (options, Because::GivenNumber, N::zero().at_most(options))
        }
        PoolAmount::Target(target) => {
            let target = draws.value(target);
            let room = N::one() - target;
            let feasible = room.is_positive();
            let options = ((target * total - before) / feasible.select(room, N::one())).max(N::zero());
            (options, Because::PoolTarget { target, total: total + options, before }, feasible)
        }
    };
    books.post(Entry {
        position: terms.available,
        shares: happens.select(terms.rounding.pool(options), N::zero()),
        price: N::zero(),
        kind: EntryKind::PoolIncrease,
        because,
    });
    feasible
}

/// Options of a plan that count towards its target: available ones, or granted and promised ones too.
#[inline(always)]
pub fn counted<N: Number>(available: PositionId, counts_all: bool, table: &CapTable<N>) -> N {
    let Holding::Available(plan) = table.positions[available.index()] else { return N::zero() };
    match counts_all {
        false => table.at(available),
        true => table.sum(|holding| match holding {
            Holding::Available(other) | Holding::Promised(other) | Holding::Granted(_, other) => other == plan,
            Holding::Shares(..) | Holding::Warrants(..) => false,
        }),
    }
}

/// Options to be granted: as stated, or the stated fraction of the fully diluted total.
#[inline(always)]
pub fn options<N: Number>(terms: &OptionGrant<N>, draws: &Draws<N>, fully_diluted: N) -> N {
    match terms.amount {
        GrantAmount::Options(options) => terms.rounding.shares(draws.value(options)),
        GrantAmount::Ownership(fraction) => terms.rounding.shares(draws.value(fraction) * fully_diluted),
    }
}

/// Grants options from those available. The fully diluted total does not change.
#[inline(always)]
pub fn grant<N: Number, J: Journal<N>>(
    terms: &OptionGrant<N>,
    exercise_price: N,
    happens: N::Mask,
    draws: &Draws<N>,
    books: &mut Books<N, J>,
) -> N::Mask {
    let options = options(terms, draws, books.table.fully_diluted);
    let feasible = options.at_most(books.table.at(terms.available)) & N::zero().at_most(options);
    books.post(Entry {
        position: terms.position,
        shares: happens.select(options, N::zero()),
        price: N::zero(),
        kind: EntryKind::Grant { from: terms.available },
        because: Because::GivenNumber,
    });
    let granted = happens.select(options, N::zero());
    let right = &mut books.table.rights[terms.right.index()];
    right.granted += granted;
    right.outstanding += granted;
    right.exercise_price = exercise_price;
    feasible
}
