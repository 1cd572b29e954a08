//! What an offering fixes: the price, the ratchets at that price, and what converts.
//!
//! With pre-money `V`, or a given price `p`, and `u = 1 / p`:
//!
//! ```text
//! u = K / V             K = N + H + G (+ options and warrants by the treasury stock method)
//! H = sum max(0, n CP1 m u - n)        m = 1 + return, or 1 / (1 - discount); n shares as converted at CP1
//! G = sum larger(a C / cap, a u / (1 - d))
//! treasury  = sum n max(0, 1 - strike u)
//! ```
//!
//! All but the treasury method is the system of a round, straight lines with slopes that are not negative. By the
//! treasury method those in the money count in full and their strikes are added to `V`: an option out of the money makes
//! that sum smaller than it is, so the price with a set that is too large is never below the solution, and whatever is
//! out of the money there is out of it at the solution. So the set shrinks until it is the solution's own.
//!
//! A ratchet comes before the conversion of SAFEs and notes: what it adds is in the count a cap is divided by. Neither a
//! weighted average nor a full ratchet is triggered: the class converts before anything is sold, and shares of a
//! qualified offering are Exempted Securities (NVCA model charter, 4.4.1 and 5.1).

use crate::engine::books::{Adjustment, CapTable};
use crate::engine::rights::Held;
use crate::engine::round::convert::{self, Candidate, Conversion};
use crate::engine::round::pricing::{Scene, base_count};
use crate::engine::round::protect::of_class;
use crate::engine::round::system::{self, Claim, Line, Solution, Unknown};
use crate::engine::round::whole;
use crate::model::{
    Capitalization, Draws, Ipo, IpoCount, IpoPrice, IpoRatchet, RatchetPromise, SaleQuantity, Scenario, VestedBy,
};
use crate::num::rounding::Rounding;
use crate::num::{Mask, Number};

/// What is fixed of an offering. Prices are per share as converted to common.
#[derive(Clone, Debug)]
pub struct Offering<N: Number> {
    /// Pre-money valuation: as stated, or price times count.
    pub pre_money: N,
    /// The count it is divided by.
    pub capitalization: N,
    /// What that is the sum of.
    pub counted: OfferingCount<N>,
    /// Before rounding.
    pub solved_price: N,
    /// As the deal rounds it.
    pub price: N,
    /// Conversion prices of promised classes.
    pub ratchets: Vec<Adjustment<N>>,
    /// What SAFEs and notes become, as the deal rounds it.
    pub conversions: Vec<Conversion<N>>,
    /// False where no price satisfies the terms; the numbers are then meaningless, but finite.
    pub feasible: N::Mask,
}

/// What the count of an offering's pre-money is the sum of at the solution, before anything is rounded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OfferingCount<N> {
    /// What stood before, as the pre-money counts.
    pub before: N,
    /// What ratchets add.
    pub ratchets: N,
    /// What converts.
    pub conversions: N,
    /// Options and warrants by the treasury stock method.
    pub treasury: N,
}

/// An option grant or warrant as converted: how many, and the strike per share as converted.
#[derive(Clone, Copy, Debug)]
struct CountedOption<N: Number> {
    shares: N,
    strike: N,
    in_the_money: N::Mask,
}

/// Prices the offering from the table as it stands before it.
#[inline(always)]
pub fn solve<N: Number>(terms: &Ipo<N>, scenario: &Scenario<N>, draws: &Draws<N>, table: &CapTable<N>) -> Offering<N> {
    let (counts, valuation, given_price) = match terms.price {
        IpoPrice::PreMoney { valuation, counts } => (counts, draws.value(valuation), None),
        IpoPrice::PerShare { price, counts } => {
            let given = draws.value(price);
            let price = table.ratio(Some(terms.class)).map_or(given, |ratio| given / ratio);
            (counts, N::one(), Some(price))
        }
    };
    let base = base_count(flags(counts), table);
    let stated = given_price.unwrap_or(valuation);
    let usable = stated.is_positive() & base.is_positive();
    let guarded = usable.select(stated, N::one());
    let scene = scene(terms, draws, table, base);
    let candidates = candidates(terms, scenario, &scene, draws, table);
    let mut claims: Vec<Claim<N>> = convert::claims(&candidates).collect();
    claims.extend(terms.ratchets.iter().filter_map(|ratchet| claim(ratchet, draws, table)));
    let mut options = match counts {
        IpoCount::Treasury => counted_options(terms, scenario, table),
        IpoCount::WithoutPool | IpoCount::WithPool | IpoCount::Basic => Vec::new(),
    };
    let solution = with_treasury(&scene, &claims, given_price.is_some(), guarded, &mut options);

    let per_money = solution.values[Unknown::PerMoney as usize];
    let solved_price = N::one() / per_money.is_positive().select(per_money, N::one());
    let (in_money, cost) = in_the_money(&options);
    let counted = OfferingCount {
        before: base,
        ratchets: solution.values[Unknown::AdjustmentsInPrice as usize],
        conversions: solution.values[Unknown::Conversions as usize],
        treasury: in_money - cost * per_money,
    };
    let capitalization = counted.before + counted.ratchets + counted.conversions + counted.treasury;
    let price = if given_price.is_some() { guarded } else { terms.rounding.price(solved_price) };
    let exact = convert::at_solution(&candidates, &solution, solved_price);
    let positive = price.is_positive().select(price, N::one());
    let conversions = match terms.rounding.shares {
        Some(_) => whole::conversions(terms.rounding, &candidates, &exact, counted.conversions, positive),
        None => exact,
    };
    Offering {
        pre_money: if given_price.is_some() { price * capitalization } else { valuation },
        capitalization,
        counted,
        solved_price,
        price,
        ratchets: terms.ratchets.iter().filter_map(|ratchet| adjusted(ratchet, terms, price, draws, table)).collect(),
        conversions,
        feasible: usable & solution.feasible,
    }
}

/// The part of the fully diluted count that a pre-money is divided by.
const fn flags(counts: IpoCount) -> Capitalization {
    let full = Capitalization::FULLY_DILUTED;
    match counts {
        IpoCount::WithPool => full,
        IpoCount::WithoutPool => Capitalization { unissued_options: false, ..full },
        IpoCount::Treasury | IpoCount::Basic => Capitalization { shares: true, ..Capitalization::NOTHING },
    }
}

/// The offering's totals as lines in the unknowns. The count of the preset `round` is that of the pre-money, without
/// what the treasury stock method adds.
#[inline(always)]
fn scene<N: Number>(terms: &Ipo<N>, draws: &Draws<N>, table: &CapTable<N>, base: N) -> Scene<N> {
    let one = |unknown| Line::of(unknown, N::one());
    let common = table.ratio(Some(terms.class)).unwrap_or(N::one());
    let bought = match terms.primary {
        None => Line::fixed(N::zero()),
        Some(SaleQuantity::Shares(shares)) => Line::fixed(draws.value(shares) * common),
        Some(SaleQuantity::Money(money)) => Line::of(Unknown::PerMoney, draws.value(money)),
    };
    let added = one(Unknown::Conversions) + one(Unknown::AdjustmentsInPrice);
    Scene {
        capitalization: Line::fixed(base) + added,
        bought,
        total: Line::fixed(table.fully_diluted) + added + bought,
        after_adjustment: true,
    }
}

/// SAFEs and notes that are outstanding; a qualified financing is no condition of theirs here.
#[inline(always)]
fn candidates<N: Number>(
    terms: &Ipo<N>,
    scenario: &Scenario<N>,
    scene: &Scene<N>,
    draws: &Draws<N>,
    table: &CapTable<N>,
) -> Vec<Candidate<N>> {
    terms
        .converting
        .iter()
        .map(|converting| {
            let mut candidate =
                convert::candidate(converting, &scenario.convertibles, N::zero(), terms.rounding, draws, table);
            candidate.converts = table.outstanding[converting.convertible.index()];
            candidate.draw_lines(&scenario.convertibles, scene, draws, table);
            candidate
        })
        .collect()
}

/// By what the issue price of a promised class is multiplied: `1 + return`, or `1 / (1 - discount)`.
#[inline(always)]
pub fn promised<N: Number>(ratchet: &IpoRatchet<N>, draws: &Draws<N>) -> N {
    match ratchet.promise {
        RatchetPromise::Return(on_top) => N::one() + draws.value(on_top),
        RatchetPromise::Discount(off) => {
            let left = N::one() - draws.value(off);
            N::one() / left.is_positive().select(left, N::one())
        }
    }
}

/// What a ratchet is worth whatever the price: `n CP1 m`, its shares times issue price times the promise.
#[inline(always)]
pub fn worth<N: Number>(ratchet: &IpoRatchet<N>, draws: &Draws<N>, table: &CapTable<N>) -> Option<N> {
    let before = table.conversion_prices[ratchet.class.index()]?;
    Some(of_class(ratchet.class, table) * before * promised(ratchet, draws))
}

#[inline(always)]
fn claim<N: Number>(ratchet: &IpoRatchet<N>, draws: &Draws<N>, table: &CapTable<N>) -> Option<Claim<N>> {
    let worth = worth(ratchet, draws, table)?;
    let held = of_class(ratchet.class, table);
    let line = Line::of(Unknown::PerMoney, worth) + Line::fixed(N::zero() - held);
    Some(Claim { into: Unknown::AdjustmentsInPrice, lines: vec![Line::fixed(N::zero()), line] })
}

/// The conversion price of a promised class at the offering's price, never above the one in force:
///
/// ```text
/// CP2 = min(CP1, p / m)
/// ```
#[inline(always)]
fn adjusted<N: Number>(
    ratchet: &IpoRatchet<N>,
    terms: &Ipo<N>,
    price: N,
    draws: &Draws<N>,
    table: &CapTable<N>,
) -> Option<Adjustment<N>> {
    let before = table.conversion_prices[ratchet.class.index()]?;
    let exact = price / promised(ratchet, draws);
    let rounded = terms.rounding.conversion_price(exact);
    // A price that rounds to nothing promises more than there is.
    let after = rounded.is_positive().select(rounded, before).min(before);
    let none = N::zero();
    Some(Adjustment { class: ratchet.class, before, after, counted: none, money: none, shares: none })
}

/// Options and warrants as converted, all of them taken to be in the money.
#[inline(always)]
fn counted_options<N: Number>(terms: &Ipo<N>, scenario: &Scenario<N>, table: &CapTable<N>) -> Vec<CountedOption<N>> {
    let of_right = |counted: &crate::model::CountedRight| {
        let held: Held<N> = table.rights[counted.right.index()];
        let shares = match counted.is_warrant {
            true => held.exercisable(VestedBy::Milestones, Rounding::EXACT),
            false => held.outstanding,
        };
        let common = table.ratio(Some(scenario.rights[counted.right.index()].class)).unwrap_or(N::one());
        CountedOption {
            shares: shares * common,
            strike: held.exercise_price / common,
            in_the_money: N::Mask::always(true),
        }
    };
    terms.rights.iter().map(of_right).collect()
}

/// Shares in the money, and what their strikes add up to.
#[inline(always)]
fn in_the_money<N: Number>(options: &[CountedOption<N>]) -> (N, N) {
    let (mut shares, mut cost) = (N::zero(), N::zero());
    for option in options {
        shares += option.in_the_money.select(option.shares, N::zero());
        cost += option.in_the_money.select(option.shares * option.strike, N::zero());
    }
    (shares, cost)
}

/// Solves the system, and leaves in the money what is in the money at the solution.
#[inline(always)]
fn with_treasury<N: Number>(
    scene: &Scene<N>,
    claims: &[Claim<N>],
    price_is_given: bool,
    stated: N,
    options: &mut [CountedOption<N>],
) -> Solution<N> {
    for _ in 0..options.len() {
        let solution = at(scene, claims, price_is_given, stated, options);
        let per_money = solution.values[Unknown::PerMoney as usize];
        let price = N::one() / per_money.is_positive().select(per_money, N::one());
        let mut settled = N::Mask::always(true);
        for option in options.iter_mut() {
            let still = option.in_the_money & option.strike.below(price);
            settled = settled & (still | !option.in_the_money);
            option.in_the_money = still;
        }
        if settled.all() {
            return solution;
        }
    }
    at(scene, claims, price_is_given, stated, options)
}

/// Solves the system with those in the money.
#[inline(always)]
fn at<N: Number>(
    scene: &Scene<N>,
    claims: &[Claim<N>],
    price_is_given: bool,
    stated: N,
    options: &[CountedOption<N>],
) -> Solution<N> {
    let per_money = match price_is_given {
        true => Line::fixed(N::one() / stated),
        false => {
            let (in_money, cost) = in_the_money(options);
            (scene.capitalization + Line::fixed(in_money)) * (N::one() / (stated + cost))
        }
    };
    system::solve(per_money, claims)
}
