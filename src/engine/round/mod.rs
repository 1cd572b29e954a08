//! A priced round: one equation in the fully diluted total, solved exactly, then rounded once.
//!
//! See [`pricing`] for the derivation and [`money`] for who pays how much.

pub mod money;
pub mod pricing;

pub use pricing::{Pricing, Stake};

use super::books::{Because, Books, Entry, EntryKind, Journal};
use crate::model::{Draws, PoolAmount, Round, RoundId, RoundPool, Takes, Tranche, TranchePrice};
use crate::num::{Mask, Number};

/// Holds one closing: at the round's first, fixes its price; where `closes`, issues the tranche's shares.
///
/// A closing that does not take place (`counts` is false, or a lane in which its condition fails) still moves the
/// price a later step-up starts from, and still fixes the round's price: a share bought in March cannot change its
/// price because a condition of a later year fails. Source: RULES 1 and 5 of the format reference.
#[inline(always)]
pub fn close<N: Number, J: Journal<N>>(
    id: RoundId,
    terms: &Round<N>,
    tranche: usize,
    closes: Option<N::Mask>,
    draws: &Draws<N>,
    books: &mut Books<N, J>,
) -> N::Mask {
    let pricing = match books.table.rounds[id.index()].take() {
        Some(pricing) => pricing,
        None => {
            let pricing = pricing::solve(terms, draws, &books.table);
            let cheque = |tranche, participant| money::of(terms, &pricing, draws, tranche, participant);
            books.journal.priced(id, terms, &pricing, cheque);
            pricing
        }
    };
    let (price, because) = tranche_price(id, &terms.tranches[tranche], terms, &pricing, draws, books);
    let mut feasible = pricing.feasible & price.is_positive();
    let mut opened = pricing.opened;
    if let Some(closes) = closes {
        let first = closes & !opened;
        if let Some(pool) = &terms.pool {
            increase_pool(pool, &pricing, first, draws, books);
        }
        feasible = feasible & issue(terms, tranche, price, because, closes, &pricing, draws, books);
        books.set_reference_price(price, closes);
        opened = opened | closes;
    }
    books.table.rounds[id.index()] = Some(Pricing { last_price: price, opened, ..pricing });
    feasible
}

/// The price of a tranche per share as converted, and why.
///
/// ```text
/// the round's        as fixed at the first closing
/// step-up            price of the closing before it * (1 + step-up)
/// own pre-money      pre-money / fully diluted count just before this closing
/// own price          as given, per share of the tranche's class
/// ```
#[inline(always)]
fn tranche_price<N: Number, J>(
    id: RoundId,
    tranche: &Tranche<N>,
    terms: &Round<N>,
    pricing: &Pricing<N>,
    draws: &Draws<N>,
    books: &Books<N, J>,
) -> (N, Because<N>) {
    match tranche.price {
        TranchePrice::Round => (pricing.price, Because::RoundPrice { round: id }),
        TranchePrice::StepUp(step_up) => {
            let (before, step_up) = (pricing.last_price, draws.value(step_up));
            (terms.rounding.price(before * (N::one() + step_up)), Because::StepUp { before, step_up })
        }
        TranchePrice::PreMoney(valuation) => {
            let (valuation, fully_diluted) = (draws.value(valuation), books.table.fully_diluted);
            (terms.rounding.price(valuation / fully_diluted), Because::Valuation { valuation, fully_diluted })
        }
        TranchePrice::PerShare(price) => {
            let given = draws.value(price);
            let price = books.table.ratio(Some(tranche.class)).map_or(given, |ratio| given / ratio);
            (price, Because::GivenPrice)
        }
    }
}

/// Posts the round's pool increase, once, at its first closing.
#[inline(always)]
fn increase_pool<N: Number, J: Journal<N>>(
    pool: &RoundPool<N>,
    pricing: &Pricing<N>,
    first: N::Mask,
    draws: &Draws<N>,
    books: &mut Books<N, J>,
) {
    let because = match pool.amount {
        PoolAmount::Increase(_) => Because::GivenNumber,
        PoolAmount::Target(target) => {
            Because::PoolTarget { target: draws.value(target), total: pricing.total, before: pricing.pool_before }
        }
    };
    books.post(Entry {
        position: pool.available,
        shares: first.select(pricing.pool_increase, N::zero()),
        price: N::zero(),
        kind: EntryKind::PoolIncrease,
        because,
    });
}

/// Issues the tranche's shares where it closes: money / price for each participant, rounded as the deal rounds.
#[inline(always)]
#[allow(clippy::too_many_arguments, reason = "a closing is all of these")]
fn issue<N: Number, J: Journal<N>>(
    terms: &Round<N>,
    tranche: usize,
    price: N,
    because: Because<N>,
    closes: N::Mask,
    pricing: &Pricing<N>,
    draws: &Draws<N>,
    books: &mut Books<N, J>,
) -> N::Mask {
    let price = books.table.price_of_class(Some(terms.tranches[tranche].class), price);
    let shares_per_money = closes.select(N::one() / price, N::zero());
    let mut feasible = N::Mask::always(true);
    for (index, participant) in terms.tranches[tranche].participants.iter().enumerate() {
        let promised = match participant.takes {
            // A number of shares is bought at the price of its own tranche.
            Takes::Shares(shares) => draws.value(shares) * price,
            _ => money::of(terms, pricing, draws, tranche, index),
        };
        feasible = feasible & N::zero().at_most(promised);
        let shares = terms.rounding.shares(promised * shares_per_money);
        let money = closes.select(promised, N::zero());
        let price = price.posted();
        let kind = EntryKind::Issuance { money, residue: money - shares * price };
        books.post(Entry { position: participant.position, shares, price, kind, because });
    }
    feasible
}
