//! A priced round: one system of equations, solved exactly, then rounded once.
//!
//! See [`pricing`] for the derivation, [`system`] for the solver, [`convert`] and [`protect`] for what claims a part,
//! and [`money`] for who pays how much.

pub mod convert;
pub mod follow;
pub mod money;
pub mod pay_to_play;
pub mod pricing;
pub mod protect;
pub mod system;
pub mod whole;

pub use convert::Conversion;
pub use pricing::{Counted, Pricing, Stake};

use super::books::{Adjustment, Because, Books, Entry, EntryKind, Journal};
use crate::model::{Draws, PoolAmount, Round, RoundId, RoundPool, Scenario, Takes, Tranche, TranchePrice};
use crate::num::{Mask, Number};

/// Holds one closing: at the round's first, fixes its price; where `closes`, converts what is due, adjusts what is
/// protected, tops up the pool and issues the tranche's shares.
///
/// A closing that does not take place (`closes` is `None`, or a lane in which its condition fails) still moves the
/// price a later step-up starts from, and still fixes the round's price: a share bought in March cannot change its
/// price because a condition of a later year fails.
#[inline(always)]
pub fn close<N: Number, J: Journal<N>>(
    id: RoundId,
    scenario: &Scenario<N>,
    tranche: usize,
    closes: Option<N::Mask>,
    draws: &Draws<N>,
    books: &mut Books<N, J>,
) -> N::Mask {
    let terms = &scenario.rounds[id.index()];
    let mut pricing = match books.table.rounds[id.index()].take() {
        Some(pricing) => pricing,
        None => {
            let pricing = pay_to_play::price(terms, &scenario.convertibles, draws, &books.table);
            let cheque = |tranche, participant| money::of(terms, &pricing, draws, tranche, participant);
            books.journal.priced(id, terms, &pricing, cheque);
            pricing
        }
    };
    let (price, because) = tranche_price(id, &terms.tranches[tranche], terms, &pricing, draws, books);
    let mut feasible = pricing.feasible & price.is_positive();
    if let Some(closes) = closes {
        let first = closes & !pricing.opened;
        pricing.counted_cash += closes.select(money::of_tranche(terms, &pricing, draws, tranche), N::zero());
        pay_to_play::convert(&pricing.skipped, terms.rounding, first, books);
        convert_what_is_due(scenario, terms, &pricing, closes, draws, books);
        open(terms, &pricing, first, draws, books);
        if is_issue_of_its_own(terms, tranche) {
            let money = money::of_tranche(terms, &pricing, draws, tranche);
            let payable = price.is_positive().select(price, N::one());
            let issue = protect::Issue { money, price, shares: money / payable };
            let protections = terms.protections.iter().copied();
            feasible = feasible & protect::after_issue(protections, issue, terms.rounding, closes, books);
        }
        books.table.first_sale(terms.tranches[tranche].class, price.is_positive().select(price, N::one()));
        feasible = feasible & issue(terms, tranche, price, because, closes, &pricing, draws, books);
        books.set_reference_price(price, closes);
        pricing.opened = pricing.opened | closes;
    }
    books.table.rounds[id.index()] = Some(Pricing { last_price: price, ..pricing });
    feasible
}

/// What happens once, at the first closing that takes place: adjustments and the pool increase.
#[inline(always)]
fn open<N: Number, J: Journal<N>>(
    terms: &Round<N>,
    pricing: &Pricing<N>,
    first: N::Mask,
    draws: &Draws<N>,
    books: &mut Books<N, J>,
) {
    let due: Vec<_> = pricing
        .adjustments
        .iter()
        .map(|adjustment| Adjustment { after: first.select(adjustment.after, adjustment.before), ..*adjustment })
        .collect();
    books.adjust(&due);
    if let Some(pool) = &terms.pool {
        increase_pool(pool, pricing, first, draws, books);
    }
}

/// Converts what is outstanding and due: at the first closing, or at the one with which counted new cash reaches an
/// instrument's threshold. The price is the round's, whichever closing it is.
#[inline(always)]
fn convert_what_is_due<N: Number, J: Journal<N>>(
    scenario: &Scenario<N>,
    round: &Round<N>,
    pricing: &Pricing<N>,
    closes: N::Mask,
    draws: &Draws<N>,
    books: &mut Books<N, J>,
) {
    let one = N::one();
    let as_priced = pricing.shares_factor.at_most(one) & one.at_most(pricing.shares_factor);
    for conversion in &pricing.conversions {
        let terms = &scenario.convertibles[conversion.convertible.index()];
        let reached = match terms.threshold {
            None => N::Mask::always(true),
            Some(threshold) => draws.value(threshold).at_most(pricing.counted_cash),
        };
        let outstanding = books.table.outstanding[conversion.convertible.index()];
        // After a split its price is another, and so is what is left over of its balance.
        let payable = conversion.price.is_positive();
        let again = convert::rounded(
            conversion.balance / payable.select(conversion.price, one),
            books.table.ratio(books.table.positions[conversion.position.index()].class()),
            round.rounding,
        );
        let shares = (as_priced | !payable).select(conversion.shares, again);
        let converts = closes & conversion.converts & outstanding & reached;
        books.convert(&Conversion { shares, ..*conversion }, converts);
    }
}

/// Closings at a price of their own, and those long after the first, adjust by themselves.
fn is_issue_of_its_own<N>(terms: &Round<N>, tranche: usize) -> bool {
    let this = &terms.tranches[tranche];
    let days = terms.protections.iter().map(|protection| protection.aggregation_days).max();
    days.is_some_and(|days| this.days > days || !money::at_round_price(this))
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
    // Shares are counted at the price the deal rounds to, not at its ten posted places: 2 million at 20/3 is 300,000
    // shares, and at 6.6666666667 one less.
    let as_converted = price;
    let price = books.table.price_of_class(Some(terms.tranches[tranche].class), price);
    let payable = price.is_positive();
    let shares_per_money = (closes & payable).select(N::one() / payable.select(price, N::one()), N::zero());
    let mut feasible = N::Mask::always(true);
    for (index, participant) in terms.tranches[tranche].participants.iter().enumerate() {
        let promised = match participant.takes {
            // A number of shares is bought at the price of its own tranche. It was stated before any later split, so it
            // is counted as converted: a split of the common alone makes the shares of another class no more.
            Takes::Shares(shares) => {
                let ratio = pricing.class_ratios.get(tranche).copied().unwrap_or(N::one());
                draws.value(shares) * pricing.shares_factor * ratio * as_converted
            }
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
