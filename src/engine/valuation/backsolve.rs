//! The equity at which a class is worth what was paid for it.

use super::{Market, PLACES, PLACES_OF_SLOPES, Schedule, Unvalued, allocate, call, float, posted};
use crate::num::{Exact, Number};
use rust_decimal::Decimal;

/// The equity at which one share of a class is worth a price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backsolve {
    /// The equity.
    pub equity: Decimal,
    /// Allocated at this equity, a share is worth less than its price.
    pub below: Decimal,
    /// Allocated at this equity, it is worth at least its price.
    pub above: Decimal,
}

/// What a class is to be worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// How many shares there are.
    pub shares: Decimal,
    /// What one is to be worth.
    pub price: Decimal,
}

/// No company is worth more.
const MOST: f64 = 1e18;
/// Halvings that separate any two numbers of a bracket.
const STEPS: usize = 1_100;
/// The certificate begins with so small a part of the equity on either side.
const NARROWEST: f64 = 1e-14;

/// The equity at which the claims for which `counts` holds are worth `price` a share.
///
/// ```text
/// find S with  sum over i of slope_i * (C(S, b_i) - C(S, b_(i+1))) = price * shares
/// ```
///
/// No payout falls as the exit value rises, so the left side never falls as `S` rises, and a bracket with the price inside
/// is halved until its ends are neighbouring floating-point numbers. The result is certified: allocated like any other, the
/// claims are worth less than the price a little below it, and at least the price a little above; how little is returned.
///
/// # Errors
/// Where the shares are never worth so much, or a number is too long.
///
/// Source: AICPA, Valuation of Privately-Held-Company Equity Securities Issued as Compensation (2013), 4.17, "backsolve".
pub fn backsolve(
    schedule: &Schedule,
    market: &Market,
    wanted: Wanted,
    counts: impl Fn(usize) -> bool,
) -> Result<Backsolve, Unvalued> {
    let terms = steps(schedule, &counts)?;
    let (shares, all) = (float(wanted.shares), float(wanted.price) * float(wanted.shares));
    let worth = |equity: f64| terms.iter().map(|(strike, step)| step * call(equity, *strike, market)).sum::<f64>();
    let (mut low, mut high) = (0.0, all.max(f64::MIN_POSITIVE));
    while worth(high) < all || shares <= 0.0 {
        if high >= MOST || shares <= 0.0 {
            let most = if shares > 0.0 { worth(high) / shares } else { 0.0 };
            let most = posted(most).ok_or(Unvalued::TooLong)?;
            return Err(Unvalued::NeverWorth { class: None, price: wanted.price, most });
        }
        (low, high) = (high, (high * 2.0).min(MOST));
    }
    for _ in 0..STEPS {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            break;
        }
        match worth(middle) < all {
            true => low = middle,
            false => high = middle,
        }
    }
    certified(schedule, market, wanted, &counts, high)
}

/// The root between two equities at which the allocation itself says "less" and "not less".
fn certified(
    schedule: &Schedule,
    market: &Market,
    wanted: Wanted,
    counts: &impl Fn(usize) -> bool,
    root: f64,
) -> Result<Backsolve, Unvalued> {
    let equity = posted(root).ok_or(Unvalued::TooLong)?;
    let all = Exact::given(wanted.price) * Exact::given(wanted.shares);
    let falls_short = |equity: Decimal| -> Result<bool, Unvalued> {
        let allocation = allocate(schedule, equity, market)?;
        let counted = allocation.claims.iter().enumerate().filter(|(claim, _)| counts(*claim));
        Ok(counted.map(|(_, worth)| *worth).sum::<Exact>().below(all).is_yes())
    };
    let mut width = posted(root * NARROWEST).ok_or(Unvalued::TooLong)?.max(Decimal::new(1, PLACES));
    loop {
        let below = (equity - width).max(Decimal::ZERO);
        let above = equity.checked_add(width).ok_or(Unvalued::TooLong)?;
        if (below.is_zero() || falls_short(below)?) && !falls_short(above)? {
            return Ok(Backsolve { equity, below, above });
        }
        width = width.checked_mul(Decimal::TWO).ok_or(Unvalued::TooLong)?;
    }
}

/// The claims' payout as calls: strikes, and by how much the slope changes there.
fn steps(schedule: &Schedule, counts: impl Fn(usize) -> bool) -> Result<Vec<(f64, f64)>, Unvalued> {
    let mut before = Exact::zero();
    let mut steps = Vec::with_capacity(schedule.from.len());
    for (from, slopes) in schedule.from.iter().zip(&schedule.slopes) {
        let counted = slopes.iter().enumerate().filter(|(claim, _)| counts(*claim));
        let slope: Exact = counted.map(|(_, slope)| *slope).sum();
        let step = (slope - before).to_decimal(PLACES_OF_SLOPES).ok_or(Unvalued::TooLong)?;
        steps.push((float(*from), float(step)));
        before = slope;
    }
    Ok(steps)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::exit::{Breakpoints, Recipient, Segment};

    fn decimal(text: &str) -> Decimal {
        text.parse().expect("a decimal")
    }

    /// Series A is claim 0, common claim 1: a preference of 5M, then the common, from 25M on a fifth and four fifths.
    fn plain() -> Schedule {
        let fifth = |part: i32| Exact::whole(part) / Exact::whole(5);
        let segment = |from: i32, next: &[(u32, Exact)]| Segment {
            from: Exact::whole(from),
            common_price: Exact::zero(),
            happens: Vec::new(),
            next_dollar: next.iter().map(|&(claim, part)| (Recipient::Claim(claim), part)).collect(),
            jumps: false,
        };
        let segments = vec![
            segment(0, &[(0, Exact::one())]),
            segment(5_000_000, &[(1, Exact::one())]),
            segment(25_000_000, &[(0, fifth(1)), (1, fifth(4))]),
        ];
        Schedule::new(&Breakpoints { segments }, 2).expect("no jumps")
    }

    const MARKET: Market = Market { volatility: 0.6, years: 3.0, interest_rate: 0.04, dividend_yield: 0.0 };

    /// Case OPM-01 of the published cases: equity of 20M makes Series A worth 2.80281679 and common 1.79929580 a share.
    #[test]
    fn the_published_allocation_comes_out_and_its_price_leads_back_to_the_equity() {
        let allocation = allocate(&plain(), decimal("20000000"), &MARKET).expect("an allocation");
        let cents: Vec<_> = allocation.tranches.iter().map(|tranche| tranche.worth.round_dp(2)).collect();
        assert_eq!(cents, [decimal("4142555.67"), decimal("8542054.77"), decimal("7315389.56")]);
        let a = allocation.claims[0].to_decimal(10).expect("short");
        assert_eq!(a.round_dp(2), decimal("5605633.58"));
        let all: Exact = allocation.claims.iter().copied().sum();
        assert_eq!(all.to_decimal(10), Some(decimal("20000000")));

        let wanted = Wanted { shares: decimal("2000000"), price: a / decimal("2000000") };
        let solved = backsolve(&plain(), &MARKET, wanted, |claim| claim == 0).expect("a root");
        assert!((solved.equity - decimal("20000000")).abs() < decimal("0.000001"), "{solved:?}");
        assert!(solved.below < solved.equity && solved.equity < solved.above);
        assert!(solved.above - solved.below < decimal("0.00001"), "{solved:?}");
    }

    /// With all dollars going to the common above 5M, Series A is worth at most what its preference is today.
    #[test]
    fn a_class_that_can_never_be_worth_its_price_says_what_it_is_worth_at_most() {
        let mut schedule = plain();
        schedule.slopes[2] = vec![Exact::zero(), Exact::one()];
        let wanted = Wanted { shares: decimal("2000000"), price: decimal("2.5") };
        let refused = backsolve(&schedule, &MARKET, wanted, |claim| claim == 0).expect_err("no root");
        // 2.50 exp(-0.12)
        let Unvalued::NeverWorth { most, .. } = refused else { panic!("{refused:?}") };
        assert!((most - decimal("2.2173010918")).abs() < decimal("0.001"), "{most}");
    }

    #[test]
    fn payouts_that_jump_are_refused_where_they_do() {
        let segment = Segment {
            from: Exact::whole(7),
            common_price: Exact::zero(),
            happens: Vec::new(),
            next_dollar: Vec::new(),
            jumps: true,
        };
        let refused = Schedule::new(&Breakpoints { segments: vec![segment] }, 0).expect_err("a jump");
        assert_eq!(refused, Unvalued::Jumps { at: decimal("7") });
    }
}
