//! What a round's first closing fixes: the price, the pool increase, the total after the round.
//!
//! Before the new money stand `S` fully diluted shares, of which `N` count in the price. With pre-money `V`, known
//! money `M`, pool increase `x`, shares bought outright `s`, and holders who buy up to a fraction `o` of the total:
//!
//! ```text
//! p = V / K            K = N + e x                        e = 1 where existing holders bear the pool increase
//! n = (M / p + s + sum max(0, o T - h)) / (1 - R)         R = pro rata rights taken up in a round that grows
//! x = max(0, t T - A)                                     A = counted options before, t = the pool target
//! T = S + x + n
//! ```
//!
//! Put together, the total `T` equals a fixed part plus a sum of terms `max(0, line in T)`. The right side is convex
//! and piecewise linear, so Newton's method from below never oversteps: each step lands on the solution of the pieces
//! that hold at `T`, and it stands still exactly when they hold there too. Every term changes piece at most once,
//! which bounds the steps. There is a solution exactly where the slopes of the pieces that hold there sum to less than one.

use super::money;
use crate::engine::books::CapTable;
use crate::model::{Capitalization, Draws, Hold, Holding, PoolAmount, Round, RoundPrice, StakeholderId, Takes};
use crate::num::rounding::PriceBasis;
use crate::num::{Mask, Number};

/// What is fixed of a round. Prices are per share as converted to common.
#[derive(Clone, Debug)]
pub struct Pricing<N: Number> {
    /// Pre-money valuation `V`.
    pub pre_money: N,
    /// Headline money at the round's price.
    pub money: N,
    /// The part of it that is stated in money.
    pub known_money: N,
    /// The count pre-money is divided by, `K`.
    pub capitalization: N,
    /// Fully diluted count just before the round.
    pub fully_diluted_before: N,
    /// Fully diluted total after the whole round at its headline, `T`.
    pub total: N,
    /// `V / K`, before rounding.
    pub solved_price: N,
    /// The round's price as the deal rounds it; later splits adjust it.
    pub price: N,
    /// The price of the latest closing, counted or not: what a step-up starts from.
    pub last_price: N,
    /// New options.
    pub pool_increase: N,
    /// Options that counted towards the target before.
    pub pool_before: N,
    /// Holdings before the round of those whose cheque depends on them.
    pub stakes: Vec<Stake<N>>,
    /// Where a closing has taken place.
    pub opened: N::Mask,
    /// False where no price satisfies the terms; the numbers are then meaningless, but finite.
    pub feasible: N::Mask,
}

/// A holding before a round.
#[derive(Clone, Copy, Debug)]
pub struct Stake<N> {
    /// Whose.
    pub stakeholder: StakeholderId,
    /// Pro rata right: shares as converted over outstanding as converted plus granted options.
    pub pro_rata: N,
    /// Shares as converted and granted options.
    pub fully_diluted: N,
}

/// A number of shares as a straight line in the total: `fixed + slope * total`.
#[derive(Clone, Copy, Debug)]
struct Line<N> {
    fixed: N,
    slope: N,
}

/// The round before its price is rounded.
struct Solution<N: Number> {
    total: N,
    pool_increase: N,
    feasible: N::Mask,
}

impl<N: Number> Pricing<N> {
    /// The holding before the round of a stakeholder whose cheque depends on it.
    #[inline(always)]
    pub fn stake(&self, stakeholder: StakeholderId) -> Stake<N> {
        stake_of(&self.stakes, stakeholder)
    }
}

/// Prices the round from the table as it stands before it.
#[inline(always)]
pub fn solve<N: Number>(terms: &Round<N>, draws: &Draws<N>, table: &CapTable<N>) -> Pricing<N> {
    let before = table.fully_diluted;
    let base = base_count(terms.counts, table);
    let stakes: Vec<_> = money::holders_that_matter(terms).map(|who| stake(who, table)).collect();
    let known_money = terms.size.map_or_else(|| money::known(terms, draws, false), |size| draws.value(size));
    let pool_before: N = terms.pool.iter().flat_map(|pool| &pool.counted).map(|&position| table.at(position)).sum();

    // Money per share is V / K: `per_share` is what one unit of K costs, given or not.
    let (stated_pre_money, given_price) = match terms.price {
        RoundPrice::PreMoney(stated) => (draws.value(stated), None),
        RoundPrice::PostMoney { stated, hold } => {
            let held = match (terms.size, hold) {
                (None, Hold::Price) => money::known(terms, draws, true),
                (Some(_), _) | (None, Hold::PostMoney) => known_money,
            };
            (draws.value(stated) - held, None)
        }
        RoundPrice::PerShare(price) => {
            let given = draws.value(price);
            let class = terms.tranches.first().map(|tranche| tranche.class);
            let price = table.ratio(class).map_or(given, |ratio| given / ratio);
            (price * base, Some(price))
        }
    };
    let usable = stated_pre_money.is_positive() & base.is_positive();
    let per_capitalization = match given_price {
        // Shares bought per unit of K; a given price does not depend on K.
        Some(_) => N::zero(),
        None => known_money / usable.select(stated_pre_money, N::one()),
    };
    let at_given_price = given_price.map_or(N::zero(), |price| known_money / usable.select(price, N::one()));

    let solution = solve_total(
        terms,
        draws,
        &stakes,
        before,
        pool_before,
        base * per_capitalization + at_given_price,
        per_capitalization,
    );
    let in_price = if terms.counts.pool_increase { solution.pool_increase } else { N::zero() };
    let capitalization = base + in_price;
    let pre_money = given_price.map_or(stated_pre_money, |price| price * capitalization);
    let solved_price = given_price.unwrap_or(pre_money / usable.select(capitalization, N::one()));
    let new_shares = solution.total - before - solution.pool_increase;
    let money = if terms.size.is_some() { known_money } else { new_shares * solved_price };

    let mut pricing = Pricing {
        pre_money,
        money,
        known_money,
        capitalization,
        fully_diluted_before: before,
        total: solution.total,
        solved_price,
        price: solved_price,
        last_price: solved_price,
        pool_increase: solution.pool_increase,
        pool_before,
        stakes,
        opened: N::Mask::always(false),
        feasible: usable & solution.feasible,
    };
    if given_price.is_none() {
        round_price(terms, draws, table, &mut pricing);
    }
    round_pool(terms, draws, table, &mut pricing);
    pricing.last_price = pricing.price;
    pricing
}

/// Solves `T = fixed + sum max(0, line in T)` for the total.
#[inline(always)]
fn solve_total<N: Number>(
    terms: &Round<N>,
    draws: &Draws<N>,
    stakes: &[Stake<N>],
    before: N,
    pool_before: N,
    bought_at_base: N,
    per_capitalization: N,
) -> Solution<N> {
    let taken_up: N = money::growing(terms)
        .map(|participant| match participant.takes {
            Takes::ProRata(part) => draws.value(part) * stake_of(stakes, participant.stakeholder).pro_rata,
            _ => N::zero(),
        })
        .sum();
    let left = N::one() - taken_up;
    let mut feasible = left.is_positive();
    let growth = N::one() / feasible.select(left, N::one());

    // One option of a pool that existing holders bear also makes the money buy more shares.
    let carried = if terms.counts.pool_increase { per_capitalization * growth } else { N::zero() };
    let per_option = N::one() + carried;
    let mut fixed = before + bought_at_base * growth;
    let mut claims = Vec::new();
    let mut target = None;
    let mut given_increase = N::zero();
    match terms.pool.as_ref().map(|pool| pool.amount) {
        None => {}
        Some(PoolAmount::Increase(options)) => {
            given_increase = draws.value(options);
            fixed += given_increase * per_option;
        }
        Some(PoolAmount::Target(fraction)) => {
            let fraction = draws.value(fraction);
            target = Some(fraction);
            claims.push(Line { fixed: N::zero() - pool_before * per_option, slope: fraction * per_option });
        }
    }
    for participant in money::growing(terms) {
        match participant.takes {
            Takes::Shares(shares) => fixed += draws.value(shares) * growth,
            Takes::Ownership(fraction) => {
                let held = stake_of(stakes, participant.stakeholder).fully_diluted;
                claims.push(Line { fixed: N::zero() - held * growth, slope: draws.value(fraction) * growth });
            }
            Takes::Money(_)
            | Takes::PartOfTranche(_)
            | Takes::RestOfTranche
            | Takes::RestOfSize
            | Takes::ProRata(_) => {}
        }
    }
    let (total, solvable) = newton_from_below(fixed, &claims);
    feasible = feasible & solvable;
    let pool_increase = target.map_or(given_increase, |fraction| (fraction * total - pool_before).max(N::zero()));
    Solution { total, pool_increase, feasible }
}

/// The least `T` with `T = fixed + sum max(0, claim(T))`, and where there is one.
#[inline(always)]
fn newton_from_below<N: Number>(fixed: N, claims: &[Line<N>]) -> (N, N::Mask) {
    let mut total = fixed;
    let mut feasible = N::Mask::always(true);
    let steps = if claims.is_empty() { 0 } else { claims.len() + 1 };
    for _ in 0..steps {
        let mut sum = Line { fixed, slope: N::zero() };
        for claim in claims {
            let claimed = (claim.fixed + claim.slope * total).is_positive();
            sum.fixed += claimed.select(claim.fixed, N::zero());
            sum.slope += claimed.select(claim.slope, N::zero());
        }
        let unclaimed = N::one() - sum.slope;
        feasible = feasible & unclaimed.is_positive();
        let next = sum.fixed / feasible.select(unclaimed, N::one());
        let settled = next.at_most(total);
        total = feasible.select(next.max(total), fixed);
        if (settled | !feasible).all() {
            break;
        }
    }
    (total, feasible)
}

/// Rounds the price as the deal rounds.
///
/// Where the price must agree with the whole-share total it produces, it is the least grid price `p` with
/// `p = up((V + M) / total at p)`. The right side never falls as `p` rises, because a dearer share buys fewer; and no
/// grid price below the exact solution can satisfy it. So steps from the exact solution's price upwards end at the
/// least one; where they do not end, the round has no answer.
#[inline(always)]
fn round_price<N: Number>(terms: &Round<N>, draws: &Draws<N>, table: &CapTable<N>, pricing: &mut Pricing<N>) {
    const STEPS: usize = 64;
    pricing.price = terms.rounding.price(pricing.solved_price);
    if terms.rounding.price_basis == PriceBasis::Solution {
        return;
    }
    let post_money = pricing.pre_money + pricing.money;
    let mut settled = N::Mask::always(false);
    for _ in 0..STEPS {
        let usable = pricing.price.is_positive();
        let guarded = usable.select(pricing.price, N::one());
        let bought = whole_shares(terms, draws, table, pricing, guarded);
        let total = pricing.fully_diluted_before + bought + pool_at(terms, draws, pricing, bought);
        let next = terms.rounding.price(post_money / total);
        settled = next.at_most(pricing.price) & pricing.price.at_most(next);
        pricing.price = next;
        if settled.all() {
            break;
        }
    }
    pricing.feasible = pricing.feasible & settled;
}

/// Sizes the pool from whole shares, last, where the deal rounds options.
#[inline(always)]
fn round_pool<N: Number>(terms: &Round<N>, draws: &Draws<N>, table: &CapTable<N>, pricing: &mut Pricing<N>) {
    if terms.pool.is_none() {
        return;
    }
    pricing.pool_increase = if terms.rounding.pool.is_some() {
        let usable = pricing.price.is_positive();
        let bought = whole_shares(terms, draws, table, pricing, usable.select(pricing.price, N::one()));
        pool_at(terms, draws, pricing, bought)
    } else {
        terms.rounding.pool(pricing.pool_increase)
    };
}

/// Shares as converted that the whole headline buys at `price`, rounded cheque by cheque.
#[inline(always)]
fn whole_shares<N: Number>(
    terms: &Round<N>,
    draws: &Draws<N>,
    table: &CapTable<N>,
    pricing: &Pricing<N>,
    price: N,
) -> N {
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

/// The pool increase that goes with so many new shares: `max(0, (t (S + n) - A) / (1 - t))`, rounded.
#[inline(always)]
fn pool_at<N: Number>(terms: &Round<N>, draws: &Draws<N>, pricing: &Pricing<N>, bought: N) -> N {
    let Some(pool) = &terms.pool else { return N::zero() };
    match pool.amount {
        PoolAmount::Increase(options) => terms.rounding.pool(draws.value(options)),
        PoolAmount::Target(target) => {
            let target = draws.value(target);
            let others = pricing.fully_diluted_before + bought;
            let room = N::one() - target;
            let missing = (target * others - pricing.pool_before) / room.is_positive().select(room, N::one());
            terms.rounding.pool(missing.max(N::zero()))
        }
    }
}

/// The count before the round that pre-money is divided by, without anything the round itself adds.
#[inline(always)]
fn base_count<N: Number>(counts: Capitalization, table: &CapTable<N>) -> N {
    let everything = counts.shares && counts.options && counts.promised_options && counts.unissued_options;
    if everything {
        return table.fully_diluted;
    }
    table.sum(|holding| match holding {
        Holding::Shares(..) => counts.shares,
        Holding::Granted(..) => counts.options,
        Holding::Promised(_) => counts.promised_options,
        Holding::Available(_) => counts.unissued_options,
    })
}

/// What a stakeholder holds before the round.
///
/// Its pro rata right is its shares as converted over outstanding as converted plus granted options: without the
/// available pool and the pool increase. Source: NVCA Investors' Rights Agreement, right of first offer.
fn stake<N: Number>(stakeholder: StakeholderId, table: &CapTable<N>) -> Stake<N> {
    let base = table.sum(|holding| matches!(holding, Holding::Shares(..) | Holding::Granted(..)));
    let shares = table.sum(|holding| matches!(holding, Holding::Shares(who, _) if who == stakeholder));
    let fully_diluted = table.sum(|holding| holding.stakeholder() == Some(stakeholder));
    Stake { stakeholder, pro_rata: shares / base.is_positive().select(base, N::one()), fully_diluted }
}

#[inline(always)]
fn stake_of<N: Number>(stakes: &[Stake<N>], stakeholder: StakeholderId) -> Stake<N> {
    let zero = Stake { stakeholder, pro_rata: N::zero(), fully_diluted: N::zero() };
    stakes.iter().copied().find(|stake| stake.stakeholder == stakeholder).unwrap_or(zero)
}
