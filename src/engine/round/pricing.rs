//! What a round's first closing fixes: the price, what converts, the adjustments, the pool increase, the total.
//!
//! Before the round stand `S` fully diluted shares, of which `N` count in the price. With pre-money `V`, known money `M`,
//! conversion shares `G`, adjustment shares `H`, pool increase `x`, shares bought outright `s`, and holders who buy up to
//! a fraction `o` of the total:
//!
//! ```text
//! u = K / V            K = N + G + H + x                   each where the round's terms count it; u = 1 / price
//! n = (M u + s + sum max(0, o T - h)) / (1 - R)            R = pro rata rights taken up in a round that grows
//! G = sum larger(a C / cap, a u / (1 - d), ...)            C by the instrument's own definition
//! H = sum max(0, adjustment)                               see `protect`
//! x = max(0, t T - A)                                      A = counted options before, t = the pool target
//! T = S + G + H + x + n
//! ```
//!
//! Everything is a straight line in the unknown totals, so the whole round is one [system]. Which piece
//! of each claim holds (cap, discount or round price, adjusted or not, topped up or not) is chosen at the solution.

use super::convert::{self, Candidate, Conversion};
use super::pay_to_play::Skipped;
use super::protect::{self, Issue};
use super::system::{self, Claim, Line, UNKNOWNS, Unknown};
use super::{follow, money, whole};
use crate::engine::books::{Adjustment, CapTable};
use crate::engine::pool;
use crate::model::{
    Capitalization, ConversionMethod, Convertible, Draws, Hold, Holding, PoolAmount, ProtectionMethod, Round,
    RoundPrice, StakeholderId, Takes, Tranche,
};
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
    /// Balances of all that converts.
    pub balances: N,
    /// The count pre-money is divided by, `K`.
    pub capitalization: N,
    /// What it is the sum of.
    pub counted: Counted<N>,
    /// Everything before the round and all that converts: the Company Capitalization of a post-money SAFE.
    pub company_capitalization: N,
    /// Fully diluted count just before the round.
    pub fully_diluted_before: N,
    /// Fully diluted total after the whole round at its headline, `T`.
    pub total: N,
    /// Before rounding.
    pub solved_price: N,
    /// The round's price as the deal rounds it; later splits adjust it.
    pub price: N,
    /// The price of the latest closing, counted or not: what a step-up starts from.
    pub last_price: N,
    /// New options.
    pub pool_increase: N,
    /// Options that counted towards the target before.
    pub pool_before: N,
    /// Adjustment shares as converted.
    pub adjustment_shares: N,
    /// What converts, as the deal rounds it.
    pub conversions: Vec<Conversion<N>>,
    /// Shares of holders that skip their pro rata in a round with pay-to-play.
    pub skipped: Vec<Skipped<N>>,
    /// Conversion prices that fall.
    pub adjustments: Vec<Adjustment<N>>,
    /// Holdings before the round of those whose cheque depends on them.
    pub stakes: Vec<Stake<N>>,
    /// What a stated number of shares is multiplied by: later splits of the common.
    pub shares_factor: N,
    /// Common shares per share of each tranche's class as of the first closing; empty where all are one to one.
    pub class_ratios: Vec<N>,
    /// New cash counted so far: what conversion thresholds are held against.
    pub counted_cash: N,
    /// Where a closing has taken place.
    pub opened: N::Mask,
    /// False where no price satisfies the terms; the numbers are then meaningless, but finite.
    pub feasible: N::Mask,
}

/// What `K` is the sum of at the solution, before anything is rounded; zero where the round does not count it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted<N> {
    /// What stood before the round.
    pub before: N,
    /// What converts.
    pub conversions: N,
    /// Adjustment shares as converted.
    pub adjustments: N,
    /// The pool increase.
    pub pool: N,
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

/// The round's totals as lines in the unknowns, for whoever claims a part of them.
#[derive(Clone, Copy, Debug)]
pub struct Scene<N> {
    /// `K`.
    pub capitalization: Line<N>,
    /// `n`, the shares the new money buys.
    pub bought: Line<N>,
    /// `T`.
    pub total: Line<N>,
    /// Outstanding shares count after the adjustments of the event: an IPO's ratchets come before what converts.
    pub after_adjustment: bool,
}

impl<N: Number> Scene<N> {
    /// The count of the flags before the round, without anything the round itself adds.
    #[inline(always)]
    pub fn count_before(&self, counts: Capitalization, table: &CapTable<N>) -> N {
        base_count(counts, table)
    }

    /// The same as a denominator of what converts: adjustments that come before it are in it.
    #[inline(always)]
    pub fn denominator(&self, counts: Capitalization, table: &CapTable<N>) -> Line<N> {
        let before = Line::fixed(self.count_before(counts, table));
        match self.after_adjustment && counts.shares {
            true => before + Line::of(Unknown::AdjustmentsInPrice, N::one()),
            false => before,
        }
    }
}

impl<N: Number> Pricing<N> {
    /// Every count in new shares after a split of the common; money stays.
    #[inline(always)]
    pub fn split(&mut self, ratio: N) {
        let counts = [
            &mut self.capitalization,
            &mut self.counted.before,
            &mut self.counted.conversions,
            &mut self.counted.adjustments,
            &mut self.counted.pool,
            &mut self.company_capitalization,
            &mut self.fully_diluted_before,
            &mut self.total,
            &mut self.pool_increase,
            &mut self.pool_before,
            &mut self.adjustment_shares,
            &mut self.shares_factor,
        ];
        for count in counts {
            *count = *count * ratio;
        }
        for stake in &mut self.stakes {
            stake.fully_diluted = stake.fully_diluted * ratio;
        }
        for conversion in &mut self.conversions {
            conversion.shares = conversion.shares * ratio;
            conversion.price = conversion.price / ratio;
            conversion.cap_price = conversion.cap_price / ratio;
            conversion.discount_price = conversion.discount_price / ratio;
            conversion.capitalization = conversion.capitalization * ratio;
        }
        for adjustment in &mut self.adjustments {
            adjustment.before = adjustment.before / ratio;
            adjustment.after = adjustment.after / ratio;
        }
    }

    /// The holding before the round of a stakeholder whose cheque depends on it.
    #[inline(always)]
    pub fn stake(&self, stakeholder: StakeholderId) -> Stake<N> {
        stake_of(&self.stakes, stakeholder)
    }
}

/// What is known of a round before its price.
struct Known<N> {
    /// `V` plus what a method adds to it; or the price, where it is stated.
    valuation: N,
    given_price: Option<N>,
    pre_money: N,
    /// What the method adds to it.
    added: N,
    money: N,
}

/// Prices the round from the table as it stands once what skips its pro rata has converted; `before` is as it stood.
#[inline(always)]
pub fn solve<N: Number>(
    terms: &Round<N>,
    convertibles: &[Convertible<N>],
    draws: &Draws<N>,
    table: &CapTable<N>,
    before: &CapTable<N>,
) -> Pricing<N> {
    let stakes = stakes(terms, table, before);
    let base = base_count(terms.counts, table);
    let headline = headline(terms, draws);
    let candidate = |due| convert::candidate(due, convertibles, headline, terms.rounding, draws, table);
    let mut candidates: Vec<Candidate<N>> = terms.converting.iter().map(candidate).collect();
    let balances: N = candidates.iter().map(|candidate| candidate.converts.select(candidate.balance, N::zero())).sum();
    let known = known(terms, draws, table, headline, balances, base);
    let usable = known.valuation.is_positive() & base.is_positive();
    let valuation = usable.select(known.valuation, N::one());
    let pool_before = pool_before(terms, table);
    let left = N::one() - rights_taken_up(terms, draws, &stakes);
    let growth = N::one() / left.is_positive().select(left, N::one());
    let scene = scene(terms, draws, table, base, known.money, growth);
    for candidate in &mut candidates {
        candidate.draw_lines(convertibles, &scene, draws, table);
    }
    let possible = candidates.iter().fold(usable, |possible, candidate| possible & candidate.is_possible());
    let mut claims: Vec<Claim<N>> = convert::claims(&candidates).collect();
    let issue = money_of_first_issue(terms, draws, known.money, growth);
    let adjusted = |protection| protect::claim(protection, issue, balances, &scene, table);
    claims.extend(terms.protections.iter().filter_map(adjusted));
    claims.extend(pool_claim(terms, draws, pool_before, &scene));
    claims.extend(purchase_claims(terms, draws, &stakes, &scene));
    let priced = known.given_price.map(|price| Line::fixed(N::one() / usable.select(price, N::one())));
    let solution = system::solve(priced.unwrap_or(scene.capitalization * (N::one() / valuation)), &claims);

    let (values, per_money) = (solution.values, solution.values[Unknown::PerMoney as usize]);
    let solved_price = known.given_price.unwrap_or(N::one() / per_money.is_positive().select(per_money, N::one()));
    let capitalization = scene.capitalization.at(&values);
    let conversion_shares = values[Unknown::Conversions as usize];
    let pre_money = known.given_price.map_or(known.pre_money, |price| price * capitalization - known.added);
    let mut pricing = Pricing {
        pre_money,
        money: if terms.size.is_some() { known.money } else { scene.bought.at(&values) * solved_price },
        known_money: known.money,
        balances,
        capitalization,
        counted: counted(terms, base, &values),
        company_capitalization: table.fully_diluted + conversion_shares,
        fully_diluted_before: table.fully_diluted,
        total: scene.total.at(&values),
        solved_price,
        price: solved_price,
        last_price: solved_price,
        pool_increase: values[Unknown::Pool as usize],
        pool_before,
        adjustment_shares: values[Unknown::AdjustmentsInPrice as usize] + values[Unknown::AdjustmentsBeside as usize],
        conversions: convert::at_solution(&candidates, &solution, solved_price),
        skipped: Vec::new(),
        adjustments: Vec::new(),
        stakes,
        shares_factor: N::one(),
        class_ratios: class_ratios(terms, table),
        counted_cash: N::zero(),
        opened: N::Mask::always(false),
        feasible: possible & left.is_positive() & solution.feasible,
    };
    whole::round(terms, draws, table, &candidates, &mut pricing, known.given_price.is_some());
    adjust(terms, &mut pricing, issue, conversion_shares, table);
    pricing.last_price = pricing.price;
    pricing
}

/// Headline money: the size where it is stated, else what is known of the cheques.
#[inline(always)]
fn headline<N: Number>(terms: &Round<N>, draws: &Draws<N>) -> N {
    terms.size.map_or_else(|| money::known(terms, draws, false), |size| draws.value(size))
}

/// Rights are of before the round; what a holder has towards a fraction of the total is what it has left.
fn stakes<N: Number>(terms: &Round<N>, table: &CapTable<N>, before: &CapTable<N>) -> Vec<Stake<N>> {
    let held = |who| Stake { fully_diluted: stake(who, table).fully_diluted, ..stake(who, before) };
    money::holders_that_matter(terms).map(held).collect()
}

/// Options that count towards the pool's target before the round.
#[inline(always)]
fn pool_before<N: Number>(terms: &Round<N>, table: &CapTable<N>) -> N {
    terms.pool.as_ref().map_or(N::zero(), |pool| pool::counted(pool.available, pool.counts_all, table))
}

/// Valuation and money, by what the file states.
///
/// ```text
/// pre-money stated     V                              post-money stated   V = post - M (- balances, dollars invested)
/// dollars invested     p T = V + M + balances: the price divides V + balances by a count with G in it
/// ```
#[inline(always)]
fn known<N: Number>(
    terms: &Round<N>,
    draws: &Draws<N>,
    table: &CapTable<N>,
    headline: N,
    balances: N,
    base: N,
) -> Known<N> {
    let money = if terms.size_includes_conversions { headline - balances } else { headline };
    let added = match terms.method {
        ConversionMethod::DollarsInvested => balances,
        ConversionMethod::PreMoney | ConversionMethod::PercentOwnership => N::zero(),
    };
    let (pre_money, given_price) = match terms.price {
        RoundPrice::PreMoney(stated) => (draws.value(stated), None),
        RoundPrice::PostMoney { stated, hold } => {
            let held = match (terms.size, hold) {
                (None, Hold::Price) => money::known(terms, draws, true),
                (Some(_), _) | (None, Hold::PostMoney) => money,
            };
            (draws.value(stated) - held - added, None)
        }
        RoundPrice::PerShare(price) => {
            let given = draws.value(price);
            let class = terms.tranches.first().map(|tranche| tranche.class);
            let price = table.ratio(class).map_or(given, |ratio| given / ratio);
            (price * base, Some(price))
        }
    };
    Known { valuation: pre_money + added, given_price, pre_money, added, money }
}

/// Common shares per share of each tranche's class; empty where all are one to one.
fn class_ratios<N: Number>(terms: &Round<N>, table: &CapTable<N>) -> Vec<N> {
    let ratio = |tranche: &Tranche<N>| table.ratio(Some(tranche.class));
    match terms.tranches.iter().all(|tranche| ratio(tranche).is_none()) {
        true => Vec::new(),
        false => terms.tranches.iter().map(|tranche| ratio(tranche).unwrap_or(N::one())).collect(),
    }
}

/// The round's totals as lines in the unknowns.
#[inline(always)]
fn scene<N: Number>(terms: &Round<N>, draws: &Draws<N>, table: &CapTable<N>, base: N, money: N, growth: N) -> Scene<N> {
    let one = |unknown| Line::of(unknown, N::one());
    let before = table.fully_diluted;
    let outright: N = money::growing(terms)
        .map(|participant| match participant.takes {
            Takes::Shares(shares) => table.as_converted(participant.position, draws.value(shares)),
            _ => N::zero(),
        })
        .sum();
    let bought = Line::of(Unknown::PerMoney, money * growth)
        + Line::of(Unknown::Purchases, growth)
        + Line::fixed(outright * growth);
    let mut capitalization = Line::fixed(base) + one(Unknown::AdjustmentsInPrice);
    if counts_conversions(terms) {
        capitalization = capitalization + one(Unknown::Conversions);
    }
    if terms.counts.pool_increase {
        capitalization = capitalization + one(Unknown::Pool);
    }
    let total = Line::fixed(before)
        + one(Unknown::Conversions)
        + one(Unknown::AdjustmentsInPrice)
        + one(Unknown::AdjustmentsBeside)
        + one(Unknown::Pool)
        + bought;
    Scene { capitalization, bought, total, after_adjustment: false }
}

/// Whether what converts is in the count the pre-money is divided by.
fn counts_conversions<N>(terms: &Round<N>) -> bool {
    terms.counts.converting_securities && terms.method != ConversionMethod::PreMoney
}

/// The parts of `K` at the solution.
#[inline(always)]
fn counted<N: Number>(terms: &Round<N>, base: N, values: &[N; UNKNOWNS]) -> Counted<N> {
    let part = |counts: bool, unknown: Unknown| if counts { values[unknown as usize] } else { N::zero() };
    Counted {
        before: base,
        conversions: part(counts_conversions(terms), Unknown::Conversions),
        adjustments: part(true, Unknown::AdjustmentsInPrice),
        pool: part(terms.counts.pool_increase, Unknown::Pool),
    }
}

/// The part of a growing round that pro rata rights take.
#[inline(always)]
fn rights_taken_up<N: Number>(terms: &Round<N>, draws: &Draws<N>, stakes: &[Stake<N>]) -> N {
    money::growing(terms).filter_map(|participant| follow::taken(terms, draws, stakes, participant)).sum()
}

/// Money of the closings that adjust as one issue with the first.
#[inline(always)]
fn money_of_first_issue<N: Number>(terms: &Round<N>, draws: &Draws<N>, money: N, growth: N) -> N {
    let Some(days) = terms.protections.iter().map(|protection| protection.aggregation_days).max() else { return money };
    let later: N = terms
        .tranches
        .iter()
        .filter(|tranche| money::at_round_price(tranche) && tranche.days > days)
        .map(|tranche| money::stated(terms, tranche, draws))
        .sum();
    (money - later) * growth
}

/// The pool's claim: what the target lacks, or the increase stated.
#[inline(always)]
fn pool_claim<N: Number>(terms: &Round<N>, draws: &Draws<N>, pool_before: N, scene: &Scene<N>) -> Option<Claim<N>> {
    let lines = match terms.pool.as_ref()?.amount {
        PoolAmount::Increase(options) => vec![Line::fixed(draws.value(options))],
        PoolAmount::Target(target) => {
            let wanted = scene.total * draws.value(target) + Line::fixed(N::zero() - pool_before);
            vec![Line::fixed(N::zero()), wanted]
        }
    };
    Some(Claim { into: Unknown::Pool, lines })
}

/// Claims of those who buy up to a fraction of the total.
#[inline(always)]
fn purchase_claims<N: Number>(
    terms: &Round<N>,
    draws: &Draws<N>,
    stakes: &[Stake<N>],
    scene: &Scene<N>,
) -> Vec<Claim<N>> {
    money::growing(terms)
        .filter_map(|participant| {
            let Takes::Ownership(fraction) = participant.takes else { return None };
            let held = stake_of(stakes, participant.stakeholder).fully_diluted;
            let wanted = scene.total * draws.value(fraction) + Line::fixed(N::zero() - held);
            Some(Claim { into: Unknown::Purchases, lines: vec![Line::fixed(N::zero()), wanted] })
        })
        .collect()
}

/// The conversion prices that follow from the solution. Impossible where one is rounded to nothing.
#[inline(always)]
fn adjust<N: Number>(terms: &Round<N>, pricing: &mut Pricing<N>, money: N, conversion_shares: N, table: &CapTable<N>) {
    let adjustment = |protection: &crate::model::Protection| {
        let mut issue = Issue { money, price: pricing.price, shares: money / pricing.solved_price };
        if !protection.exempt.conversions {
            issue.money += pricing.balances;
            issue.shares += conversion_shares;
        }
        if !protection.exempt.pool {
            issue.shares += pricing.pool_increase;
        }
        let counted = match protection.method {
            ProtectionMethod::WeightedAverage(counts) => base_count(counts, table),
            ProtectionMethod::FullRatchet => N::zero(),
        };
        let (before, after) = protect::adjusted(protection, issue, counted, terms.rounding, table)?;
        Some(Adjustment { class: protection.class, before, after, counted, money: issue.money, shares: issue.shares })
    };
    let mut adjustments: Vec<_> = terms.protections.iter().filter_map(adjustment).collect();
    for adjustment in &mut adjustments {
        let left = adjustment.after.is_positive();
        pricing.feasible = pricing.feasible & left;
        adjustment.after = left.select(adjustment.after, adjustment.before);
    }
    pricing.adjustments = adjustments;
}

/// The count before the round of what the flags name, without anything the round itself adds.
#[inline(always)]
pub fn base_count<N: Number>(counts: Capitalization, table: &CapTable<N>) -> N {
    let everything = counts.shares && counts.options && counts.promised_options && counts.unissued_options;
    if everything {
        return table.fully_diluted;
    }
    table.sum(|holding| match holding {
        Holding::Shares(..) => counts.shares,
        Holding::Granted(..) | Holding::Warrants(..) => counts.options,
        Holding::Promised(_) => counts.promised_options,
        Holding::Available(_) => counts.unissued_options,
    })
}

/// What a stakeholder holds before the round.
///
/// Its pro rata right is its shares as converted over outstanding as converted plus granted options and warrants: without the
/// available pool and the pool increase. Source: NVCA Investors' Rights Agreement, right of first offer.
pub fn stake<N: Number>(stakeholder: StakeholderId, table: &CapTable<N>) -> Stake<N> {
    let base =
        table.sum(|holding| matches!(holding, Holding::Shares(..) | Holding::Granted(..) | Holding::Warrants(..)));
    let shares = table.sum(|holding| matches!(holding, Holding::Shares(who, _) if who == stakeholder));
    let fully_diluted = table.sum(|holding| holding.stakeholder() == Some(stakeholder));
    Stake { stakeholder, pro_rata: shares / base.is_positive().select(base, N::one()), fully_diluted }
}

/// The stake of a stakeholder among those that matter; nothing for another.
#[inline(always)]
pub fn stake_of<N: Number>(stakes: &[Stake<N>], stakeholder: StakeholderId) -> Stake<N> {
    let zero = Stake { stakeholder, pro_rata: N::zero(), fully_diluted: N::zero() };
    stakes.iter().copied().find(|stake| stake.stakeholder == stakeholder).unwrap_or(zero)
}
