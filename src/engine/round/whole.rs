//! The solution in whole shares: rounded once, in a fixed order, by the terms of the deal.
//!
//! 1. the exact solve has chosen the piece of every claim; none is chosen again
//! 2. the price
//! 3. conversions at a price: shares = balance / rounded conversion price
//! 4. conversions that are a part of the whole: from the whole that step 3 leaves, `G = (step 3 + sum a B) / (1 - sum a)`
//! 5. new shares, cheque by cheque
//! 6. the pool increase, last, from whole counts

use super::convert::{Candidate, Conversion};
use super::money;
use super::pricing::Pricing;
use crate::engine::books::CapTable;
use crate::model::{Draws, PoolAmount, Round};
use crate::num::rounding::{PriceBasis, Rounding};
use crate::num::{Mask, Number};

/// The counts of a round at a price.
struct Whole<N: Number> {
    conversions: Vec<Conversion<N>>,
    pool_increase: N,
    total: N,
}

/// Rounds price, conversions and pool.
///
/// Where the price must agree with the whole-share total it produces, it is the least grid price `p` with
/// `p = up((V + M) / total at p)`. The right side never falls as `p` rises, because a dearer share buys fewer; and no
/// grid price below the exact solution can satisfy it. So steps from the exact solution's price upwards end at the
/// least one; where they do not end, the round has no answer.
#[inline(always)]
pub fn round<N: Number>(
    terms: &Round<N>,
    draws: &Draws<N>,
    table: &CapTable<N>,
    candidates: &[Candidate<N>],
    pricing: &mut Pricing<N>,
    price_is_given: bool,
) {
    const STEPS: usize = 64;
    if !price_is_given {
        pricing.price = terms.rounding.price(pricing.solved_price);
    }
    let rounds_anything = terms.rounding.shares.is_some() || terms.rounding.pool.is_some();
    if !rounds_anything {
        pricing.pool_increase = terms.rounding.pool(pricing.pool_increase);
        for (conversion, candidate) in pricing.conversions.iter_mut().zip(candidates) {
            conversion.shares = candidate.rounded(conversion.shares, terms.rounding);
        }
        return;
    }
    let mut whole = at_price(terms, draws, table, candidates, pricing);
    if terms.rounding.price_basis == PriceBasis::WholeShares && !price_is_given {
        let post_money = pricing.pre_money + pricing.money;
        let mut settled = N::Mask::always(false);
        for _ in 0..STEPS {
            let next = terms.rounding.price(post_money / whole.total);
            settled = next.at_most(pricing.price) & pricing.price.at_most(next);
            pricing.price = next;
            whole = at_price(terms, draws, table, candidates, pricing);
            if settled.all() {
                break;
            }
        }
        pricing.feasible = pricing.feasible & settled;
    }
    pricing.conversions = whole.conversions;
    pricing.pool_increase = whole.pool_increase;
}

/// Everything in whole shares at the round's price as it stands.
#[inline(always)]
fn at_price<N: Number>(
    terms: &Round<N>,
    draws: &Draws<N>,
    table: &CapTable<N>,
    candidates: &[Candidate<N>],
    pricing: &Pricing<N>,
) -> Whole<N> {
    let usable = pricing.price.is_positive();
    let price = usable.select(pricing.price, N::one());
    let exact_total = pricing.company_capitalization - pricing.fully_diluted_before;
    let conversions = conversions(terms.rounding, candidates, &pricing.conversions, exact_total, price);
    let converted: N =
        conversions.iter().map(|conversion| conversion.converts.select(conversion.shares, N::zero())).sum();
    let bought = new_shares(terms, draws, table, pricing, price);
    let others = pricing.fully_diluted_before + converted + pricing.adjustment_shares + bought;
    let pool_increase = pool(terms, draws, pricing, others);
    Whole { conversions, pool_increase, total: others + pool_increase }
}

/// Conversions in whole shares: first those at a price, then the parts of the whole they leave. `exact` is what they are
/// at the solution, `exact_total` its sum.
#[inline(always)]
pub fn conversions<N: Number>(
    rounding: Rounding,
    candidates: &[Candidate<N>],
    exact: &[Conversion<N>],
    exact_total: N,
    price: N,
) -> Vec<Conversion<N>> {
    let (mut at_prices, mut parts) = (N::zero(), N::zero());
    let mut rounded = exact.to_vec();
    for (conversion, candidate) in rounded.iter_mut().zip(candidates) {
        let part = candidate.is_part_of_whole(conversion);
        let discounted = rounding.conversion_price(price * (N::one() - conversion.discount));
        let capped = rounding.conversion_price(conversion.cap_price);
        let at = conversion.by_cap.select(capped, discounted);
        let some = at.is_positive();
        let shares = candidate.rounded(candidate.balance / some.select(at, N::one()), rounding);
        let fraction =
            conversion.shares / conversion.capitalization.is_positive().select(conversion.capitalization, N::one());
        // What the part is of, without what converts.
        let beside = conversion.capitalization - exact_total;
        at_prices += (conversion.converts & !part).select(shares, N::zero());
        at_prices += (conversion.converts & part).select(fraction * beside, N::zero());
        parts += (conversion.converts & part).select(fraction, N::zero());
        conversion.discount_price = discounted;
        conversion.price = part.select(conversion.price, at);
        conversion.shares = part.select(fraction, shares);
    }
    let left = N::one() - parts;
    let converted = at_prices / left.is_positive().select(left, N::one());
    for (conversion, candidate) in rounded.iter_mut().zip(candidates) {
        let part = candidate.is_part_of_whole(conversion);
        let company = conversion.capitalization - exact_total + converted;
        let exact = conversion.shares * company;
        let price = candidate.balance / exact.is_positive().select(exact, N::one());
        // A part of the whole has a price only where the deal prices every conversion.
        let priced = match rounding.price_basis {
            PriceBasis::Solution => price,
            PriceBasis::WholeShares => rounding.conversion_price(price),
        };
        let shares = candidate.rounded(candidate.balance / priced.is_positive().select(priced, N::one()), rounding);
        conversion.price = part.select(priced, conversion.price);
        conversion.cap_price = part.select(priced, conversion.cap_price);
        conversion.capitalization = part.select(company, conversion.capitalization);
        conversion.shares = part.select(shares, conversion.shares);
    }
    rounded
}

/// Shares as converted that the whole headline buys at `price`, rounded cheque by cheque.
#[inline(always)]
fn new_shares<N: Number>(terms: &Round<N>, draws: &Draws<N>, table: &CapTable<N>, pricing: &Pricing<N>, price: N) -> N {
    let mut bought = N::zero();
    for (index, tranche) in terms.tranches.iter().enumerate().filter(|(_, tranche)| money::at_round_price(tranche)) {
        let class_price = table.price_of_class(Some(tranche.class), price);
        for participant in 0..tranche.participants.len() {
            let shares = terms.rounding.shares(money::of(terms, pricing, draws, index, participant) / class_price);
            bought += table.ratio(Some(tranche.class)).map_or(shares, |ratio| shares * ratio);
        }
    }
    bought
}

/// The pool increase beside so many other shares: `max(0, (t others - A) / (1 - t))`, where `others` has the pool before
/// in it.
#[inline(always)]
fn pool<N: Number>(terms: &Round<N>, draws: &Draws<N>, pricing: &Pricing<N>, others: N) -> N {
    let Some(pool) = &terms.pool else { return N::zero() };
    match pool.amount {
        PoolAmount::Increase(options) => terms.rounding.pool(draws.value(options)),
        PoolAmount::Target(target) => {
            let target = draws.value(target);
            let room = N::one() - target;
            let missing = (target * others - pricing.pool_before) / room.is_positive().select(room, N::one());
            terms.rounding.pool(missing.max(N::zero()))
        }
    }
}
