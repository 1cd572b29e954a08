//! Option pricing over waterfalls out of nothing, held against the waterfall itself and against an integral over every exit.

#![allow(clippy::large_types_passed_by_value, reason = "exact numbers are passed by value, as in the engine")]

mod generate;

use capstruct::engine::exit::{
    Breakpoints, Claim, ClaimOf, Curve, Levy, Sharing, Stack, UnitId, Waterfall, distribute,
};
use capstruct::engine::valuation::{Allocation, Market, Schedule, Wanted, allocate, backsolve};
use capstruct::model::{ClassId, LotId, Rank, RightId};
use capstruct::num::{Exact, Lanes, Number};
use generate::cases;
use proptest::prelude::*;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// Common, classes of preferred (preference, shares, rank, cap in percent of the preference: 0 converts, 1 has none) and
/// options (how many, exercise price).
#[derive(Clone, Debug)]
struct Company {
    common: u32,
    classes: Vec<(u32, u32, u32, u32)>,
    options: Vec<(u32, u32)>,
}

const CONVERTS: u32 = 0;
const PARTICIPATES: u32 = 1;

impl Company {
    fn stack(&self) -> Stack<Decimal> {
        let whole = |number: u32| Decimal::from(number);
        let mut claims = Vec::new();
        let mut add = |of, rank, shares: u32, preference: u32, sharing| {
            let unit = UnitId(u32::try_from(claims.len()).expect("few claims"));
            let (shares, preference) = (whole(shares), whole(preference));
            claims.push(Claim { of, unit, rank: Rank(rank), units_held: shares, shares, preference, sharing });
        };
        add(ClaimOf::Common(ClassId(0)), 0, self.common, 0, Sharing::Above { above: Decimal::ZERO });
        for (index, &(preference, shares, rank, cap)) in self.classes.iter().enumerate() {
            let sharing = match cap {
                CONVERTS => Sharing::Converts { strike: Decimal::ZERO },
                PARTICIPATES => Sharing::Above { above: Decimal::ZERO },
                percent => Sharing::Capped {
                    above: Decimal::ZERO,
                    total: whole(preference) * whole(percent) / Decimal::ONE_HUNDRED,
                    strike: Decimal::ZERO,
                },
            };
            let of = ClaimOf::Lot(ClassId::at(index + 1), LotId(u32::try_from(index).expect("few lots")));
            add(of, rank, shares, preference, sharing);
        }
        for (index, &(options, price)) in self.options.iter().enumerate() {
            add(ClaimOf::Right(RightId::at(index)), 0, options, 0, Sharing::Above { above: whole(price) });
        }
        let options: u32 = self.options.iter().map(|(options, _)| options).sum();
        let nothing = Levy::Money(Decimal::ZERO);
        Stack {
            costs: nothing,
            debts: Vec::new(),
            carve_out: nothing,
            escrow: Decimal::ZERO,
            capitalization: whole(self.common + options),
            forced: Vec::new(),
            ranks: 7,
            claims,
            portions: Vec::new(),
        }
    }

    fn schedule(&self) -> Schedule {
        let stack = self.stack();
        Schedule::new(&Breakpoints::of(&stack.cast()), stack.claims.len()).expect("no payout jumps")
    }
}

fn cap() -> impl Strategy<Value = u32> {
    prop_oneof![4 => Just(CONVERTS), 2 => Just(PARTICIPATES), 2 => 110_u32..400]
}

prop_compose! {
    fn company(cap: impl Strategy<Value = u32> + 'static)(
        common in 1_u32..5_000,
        classes in prop::collection::vec((1_u32..2_000, 1_u32..1_000, 1_u32..5, cap), 1..=6),
        options in prop::collection::vec((1_u32..500, 0_u32..20), 0..3),
    ) -> Company {
        Company { common, classes, options }
    }
}

prop_compose! {
    fn market()(volatility in 5_u32..200, years in 1_u32..100, rate in 0_u32..10) -> Market {
        Market {
            volatility: f64::from(volatility) / 100.0,
            years: f64::from(years) / 10.0,
            interest_rate: f64::from(rate) / 100.0,
            dividend_yield: 0.0,
        }
    }
}

fn allocated(schedule: &Schedule, equity: u32, market: &Market) -> Allocation {
    allocate(schedule, Decimal::from(equity), market).expect("short numbers")
}

fn float(number: Exact) -> f64 {
    number.to_decimal(10).and_then(|decimal| decimal.to_f64()).expect("a short number")
}

proptest! {
    #![proptest_config(cases(200))]

    /// The claims share out the equity to the last digit, and nobody owes anything.
    #[test]
    fn what_all_claims_are_worth_is_the_equity(company in company(cap()), market in market(), equity in 1_u32..50_000) {
        let allocation = allocated(&company.schedule(), equity, &market);
        let all: Exact = allocation.claims.iter().copied().sum();
        prop_assert_eq!(all.to_decimal(10), Some(Decimal::from(equity)));
        let tranches: Decimal = allocation.tranches.iter().map(|tranche| tranche.worth).sum();
        prop_assert_eq!(tranches, Decimal::from(equity));
        prop_assert!(allocation.tranches.iter().all(|tranche| tranche.worth >= Decimal::ZERO));
        prop_assert!(allocation.claims.iter().all(|worth| Exact::zero().at_most(*worth).is_yes()));
    }

    /// What the company pays out before the exit is nobody's claim on it.
    #[test]
    fn dividends_are_taken_from_the_equity(company in company(cap()), market in market(), equity in 1_u32..50_000) {
        let market = Market { dividend_yield: 0.05, ..market };
        let allocation = allocated(&company.schedule(), equity, &market);
        let all: Exact = allocation.claims.iter().copied().sum();
        let expected = f64::from(equity) * (-0.05 * market.years).exp();
        prop_assert!((float(all) / expected - 1.0).abs() < 1e-9);
    }

    /// No claim is worth less when the company is worth more.
    #[test]
    fn more_equity_takes_from_nobody(company in company(cap()), market in market(), equity in 1_u32..50_000, more in 1_u32..9_000) {
        let schedule = company.schedule();
        let (low, high) = (allocated(&schedule, equity, &market), allocated(&schedule, equity + more, &market));
        for (low, high) in low.claims.iter().zip(&high.claims) {
            prop_assert!(float(*low) <= float(*high) + 1e-8);
        }
    }

    /// Almost without volatility and interest a claim is worth its payout; on a bend a call at the money is left, 0.4 sigma.
    #[test]
    fn without_volatility_a_claim_is_worth_its_payout(company in company(cap()), equity in 1_u32..50_000) {
        let market = Market { volatility: 0.000_1, years: 1.0, interest_rate: 0.0, dividend_yield: 0.0 };
        let allocation = allocated(&company.schedule(), equity, &market);
        let stack: Stack<Exact> = company.stack().cast();
        let mut waterfall = Waterfall::empty();
        distribute(&stack, &Curve::of(&stack), Exact::given(Decimal::from(equity)), &mut waterfall);
        for (worth, paid) in allocation.claims.iter().zip(&waterfall.paid) {
            let gap = (float(*worth) - float(paid.amount)).abs();
            prop_assert!(gap <= 0.000_05 * f64::from(equity), "{} is not {}", float(*worth), float(paid.amount));
        }
    }

    /// Where all preferred share with the common after their preferences, what common and options have together is a sum of
    /// calls: more volatility takes from the preferred and gives to them.
    #[test]
    fn volatility_is_worth_something_to_whoever_comes_last(
        company in company(Just(PARTICIPATES)), market in market(), equity in 1_u32..50_000, more in 1_u32..100,
    ) {
        let schedule = company.schedule();
        let more = Market { volatility: market.volatility + f64::from(more) / 100.0, ..market };
        let stack = company.stack();
        let comes_last = |market: &Market| {
            let worth = allocated(&schedule, equity, market).claims;
            let last = stack.claims.iter().zip(worth).filter(|(claim, _)| !matches!(claim.of, ClaimOf::Lot(..)));
            float(last.map(|(_, worth)| worth).sum())
        };
        prop_assert!(comes_last(&market) <= comes_last(&more) + 1e-8);
    }

    /// The price a class has at some equity leads back to an equity at which it has that price.
    #[test]
    fn a_backsolve_put_back_gives_the_price(company in company(cap()), market in market(), equity in 10_u32..50_000) {
        let schedule = company.schedule();
        let shares = Decimal::from(company.classes[0].1);
        let worth = allocated(&schedule, equity, &market).claims[1].to_decimal(10).expect("a short number");
        let price = (worth / shares).round_dp(10);
        prop_assume!(price > Decimal::new(1, 4));
        let solved = backsolve(&schedule, &market, Wanted { shares, price }, |claim| claim == 1).expect("an equity");
        let at = |equity| float(allocate(&schedule, equity, &market).expect("short numbers").claims[1]);
        let wanted = (price * shares).to_f64().expect("a float");
        prop_assert!((at(solved.equity) / wanted - 1.0).abs() < 1e-9, "{} is not {wanted}", at(solved.equity));
        prop_assert!(at(solved.below) <= wanted && wanted <= at(solved.above) + 1e-9);
    }
}

proptest! {
    #![proptest_config(cases(20))]

    /// The call spreads are the discounted mean of the payouts over every exit, lognormal: the waterfall in lanes, integrated.
    #[test]
    fn call_spreads_are_the_mean_of_the_payouts(company in company(cap()), market in market(), equity in 10_u32..50_000) {
        let allocation = allocated(&company.schedule(), equity, &market);
        let means = integrated(&company, f64::from(equity), &market);
        for (worth, mean) in allocation.claims.iter().zip(&means) {
            let gap = (float(*worth) - mean).abs();
            prop_assert!(gap < 1e-5 * f64::from(equity), "{} is not {mean}", float(*worth));
        }
    }
}

/// Discounted means of the payouts by the midpoint rule over `z`, the exit being `S exp((r - sigma^2 / 2) T + sigma sqrt(T) z)`.
fn integrated(company: &Company, equity: f64, market: &Market) -> Vec<f64> {
    const HALF: f64 = 12.0;
    const STEPS: u32 = 16 * 2_000;
    let stack: Stack<Lanes<16>> = company.stack().cast();
    let curve = Curve::of(&stack);
    let mut waterfall = Waterfall::empty();
    let mut means = vec![0.0; stack.claims.len()];
    let width = 2.0 * HALF / f64::from(STEPS);
    let deviation = market.volatility * market.years.sqrt();
    for first in (0..STEPS).step_by(16) {
        let z: [f64; 16] = std::array::from_fn(|lane| {
            width * (f64::from(first) + f64::from(u32::try_from(lane).expect("16 lanes")) + 0.5) - HALF
        });
        // The density moved by the deviation: the mean of S, whatever the volatility, is met where the weight is.
        let z = z.map(|z| z + deviation / 2.0);
        let exits = z.map(|z| {
            equity * (market.interest_rate * market.years - deviation * deviation / 2.0 + deviation * z).exp()
        });
        distribute(&stack, &curve, Lanes(exits), &mut waterfall);
        let weights = z.map(|z| (-z * z / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt() * width);
        for (mean, paid) in means.iter_mut().zip(&waterfall.paid) {
            *mean += paid.amount.0.iter().zip(&weights).map(|(paid, weight)| paid * weight).sum::<f64>();
        }
    }
    means.into_iter().map(|mean| mean * (-market.interest_rate * market.years).exp()).collect()
}
