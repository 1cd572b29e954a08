//! Where a round has a price at all: the printed bound is the true one, and sharp.
//!
//! As the price goes to nothing, what everyone claims grows in proportion to the shares per unit of money `u`. A price
//! exists exactly where the pre-money exceeds the sum of those slopes:
//!
//! ```text
//! V > g + sum n CP (full ratchets) + sum n M / (A + M / CP) (weighted averages) + t (V + M + what is beside the price)
//! g = sum larger(a / (1 - d), a g / cap)        what converts; a part of the whole grows with the whole
//! ```

use super::exact;
use super::terms::simple_round;
use crate::generate::{
    Cap, Company, Convertible, Count, Event, Money, Outcome, Pool, Protection, Round, Series, cases, ran, run,
};
use capstruct::engine::refusal::{Cause, Refusal};
use capstruct::num::{Exact, Number};
use capstruct::spec::resolve::Settings;
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use rust_decimal::{Decimal, RoundingStrategy};

/// A SAFE: thousands, post-money cap in thousands, percent of discount.
type Safe = (u64, Option<u64>, u8);

/// A series: shares, conversion price in thousandths, whether a full ratchet, whether in the price.
type Stack = (u64, u64, bool, bool);

fn safe(&(thousands, cap, discount): &Safe) -> Event {
    Event::Convertible(Convertible {
        who: 4,
        amount: Money { thousands, spread: None },
        note: false,
        cap: cap.map_or(Cap::None, Cap::PostMoney),
        discount,
        mfn: false,
        capitalization: None,
        threshold: None,
        interest: None,
        maturity: None,
    })
}

fn company(opening: u64, safes: &[Safe], stacks: &[Stack], round: Round) -> Company {
    let series = |&(shares, price, ratchet, in_price): &Stack| Series {
        holder: 3,
        shares,
        price,
        converts_into_more: false,
        protection: Some(Protection {
            kind: if ratchet { "full_ratchet" } else { "broad_based" },
            counts: None,
            in_price,
            aggregation_days: None,
            exempt: None,
        }),
    };
    Company {
        opening: vec![opening],
        series: stacks.iter().map(series).collect(),
        events: safes.iter().map(safe).chain([Event::Round(round)]).map(|event| (event, 1)).collect(),
        ..Company::default()
    }
}

fn whole(number: u64) -> Exact {
    exact(Decimal::from(number))
}

/// The least `g` with `g = sum larger(fixed, part g)`, or none where the parts leave nothing. In thousands.
fn converting(safes: &[Safe]) -> Option<Exact> {
    let by_round = |&(amount, _, discount): &Safe| whole(amount) / (Exact::one() - whole(discount.into()) / whole(100));
    let part = |&(amount, cap, _): &Safe| cap.map_or(Exact::zero(), |cap| whole(amount) / whole(cap));
    let mut total: Exact = safes.iter().map(by_round).sum();
    for _ in 0..=safes.len() {
        let (mut fixed, mut parts) = (Exact::zero(), Exact::zero());
        for safe in safes {
            if (part(safe) * total).at_most(by_round(safe)).is_yes() {
                fixed += by_round(safe);
            } else {
                parts += part(safe);
            }
        }
        let left = Exact::one() - parts;
        if !left.is_positive().is_yes() {
            return None;
        }
        total = fixed / left;
    }
    Some(total)
}

/// What adjustments grow by per unit of `u`: in the price, and beside it. In thousands of money.
fn adjusting(stacks: &[Stack], opening: u64, money: u64) -> (Exact, Exact) {
    let outstanding = whole(opening + stacks.iter().map(|(shares, ..)| shares).sum::<u64>());
    let (mut in_price, mut beside) = (Exact::zero(), Exact::zero());
    for &(shares, price, ratchet, counts) in stacks {
        // A series of the generator costs four times its price, in thousandths: in thousands, that is a millionth.
        let price = whole(price * 4) / whole(1_000_000);
        let held = whole(shares);
        let slope = if ratchet { held * price } else { held * whole(money) / (outstanding + whole(money) / price) };
        if counts {
            in_price += slope;
        } else {
            beside += slope;
        }
    }
    (in_price, beside)
}

fn pool(target: Decimal) -> Pool {
    let size = Count::Exactly(target.to_string());
    Pool { size, all: false, everyone: false }
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn a_pool_can_be_had_just_below_its_bound_and_not_just_above(
        opening in 500_000..20_000_000u64,
        safes in prop::collection::vec((50..4_000u64, prop::option::weighted(0.7, 4_000..80_000u64), 0..50u8), 0..4),
        stacks in prop::collection::vec((1_000..900_000u64, 50..4_000u64, any::<bool>(), any::<bool>()), 0..3),
        pre_money in 1_000..90_000u64,
        money in 500..20_000u64,
    ) {
        let with = |target: Option<Decimal>| {
            let terms = Round { pool: target.map(pool), ..simple_round(pre_money, money) };
            company(opening, &safes, &stacks, terms).text()
        };
        let (in_price, beside) = adjusting(&stacks, opening, money);
        let left = converting(&safes).map(|converts| whole(pre_money) - converts - in_price);
        let Some(left) = left.filter(|left| left.is_positive().is_yes()) else {
            // Even without a pool there is no price.
            let text = with(None);
            let outcome = run(&text, &Settings::default());
            prop_assert!(matches!(outcome, Outcome::Infeasible(..)), "no price can be had, and one was found\n{text}");
            return Ok(());
        };
        prop_assert!(ran(&with(None)).is_some(), "a price can be had\n{}", with(None));
        let bound = left / (whole(pre_money) + whole(money) + beside);
        let written = bound.to_decimal(12).expect("a fraction");
        let step = Decimal::new(1, 8);
        let below = written.round_dp_with_strategy(8, RoundingStrategy::ToNegativeInfinity) - step;
        let above = written.round_dp_with_strategy(8, RoundingStrategy::ToPositiveInfinity) + step;
        if below > Decimal::ZERO {
            let text = with(Some(below));
            prop_assert!(ran(&text).is_some(), "{below} is below {written}, and was refused\n{text}");
        }
        let text = with(Some(above));
        let Outcome::Infeasible(refused, _) = run(&text, &Settings::default()) else {
            return Err(TestCaseError::fail(format!("{above} is above {written}, and was had\n{text}")));
        };
        let [Refusal::Infeasible { cause: Cause::PoolTarget { bound: printed, .. }, .. }] = refused.1[..] else {
            return Err(TestCaseError::fail(format!("{:?}\n{text}", refused.1)));
        };
        prop_assert!((printed - written).abs() <= Decimal::new(1, 9), "the bound printed is {printed}, it is {written}\n{text}");
    }
}

/// 8 before 2, and a SAFE of 1: (8 - 1) / 10. As the price goes to nothing, every cap falls to the round's price.
#[test]
fn the_largest_pool_beside_one_safe_is_70_percent_whatever_its_cap() {
    for cap in [None, Some(2_000), Some(5_000), Some(50_000)] {
        let with = |target: &str| {
            let terms = Round { pool: Some(pool(target.parse().expect("a decimal"))), ..simple_round(8_000, 2_000) };
            run(&company(1_000_000, &[(1_000, cap, 0)], &[], terms).text(), &Settings::default())
        };
        assert!(matches!(with("0.699"), Outcome::Ran(_)), "{cap:?}");
        assert!(matches!(with("0.6999999"), Outcome::Ran(_)), "{cap:?}");
        for target in ["0.7", "0.7000001", "0.701"] {
            let Outcome::Infeasible(refused, _) = with(target) else { panic!("{target} was had beside {cap:?}") };
            let [Refusal::Infeasible { cause: Cause::PoolTarget { bound, .. }, .. }] = refused.1[..] else {
                panic!("{:?}", refused.1)
            };
            assert_eq!(bound, Decimal::new(7, 1), "{cap:?}");
        }
    }
}
