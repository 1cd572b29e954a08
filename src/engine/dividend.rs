//! Dividends that accrue on shares of a class.

use super::round::convert::grown;
use crate::model::Elapsed;
use crate::num::Number;

/// What has accrued on a lot since its closing and was not paid.
///
/// ```text
/// simple        base * r * y                                    y  = days / 365 since the closing
/// compounding   base * ((1 + r / m)^k * (1 + r * y') - 1)       k  = whole periods on anniversaries of the closing, m a year
///                                                               y' = days / 365 after the last of them, simple
/// ```
///
/// `base` is money: issue price x shares of the lot, or its preference. The preference of the lot is its multiple of
/// the issue price plus this, which is not multiplied: $5M at 2x and 8 % simple is $11.2M after three years, not $12.4M.
/// Zero for a dividend that is not cumulative, or is paid when due. Source: NVCA model charter, 1 (accruing dividends).
#[inline(always)]
pub fn accrued<N: Number>(base: N, rate_per_year: N, periods_per_year: Option<u32>, elapsed: Elapsed<N>) -> N {
    grown(base, rate_per_year, periods_per_year, elapsed) - base
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::DayCount;
    use crate::num::Exact;
    use jiff::civil::date;
    use rust_decimal::Decimal;

    fn accrued_on(base: i32, percent: i32, per_year: Option<u32>, until: jiff::civil::Date) -> Option<Decimal> {
        let elapsed = Elapsed::between(date(2020, 1, 1), until, per_year, DayCount::Actual365);
        let elapsed = Elapsed { periods: elapsed.periods, years: elapsed.years.cast::<Exact>() };
        let rate = Exact::whole(percent) / Exact::whole(100);
        accrued(Exact::whole(base), rate, per_year, elapsed).to_decimal(6)
    }

    /// $5M at 8 % simple, three years of 1,096 days: 5,000,000 x 0.08 x 1096 / 365; of 1,095 days it is $1.2M.
    #[test]
    fn simple_dividends_run_by_days() {
        assert_eq!(accrued_on(5_000_000, 8, None, date(2022, 12, 31)), Some(Decimal::from(1_200_000)));
        let one_day_more = Decimal::new(1_201_095_890_411, 6);
        assert_eq!(accrued_on(5_000_000, 8, None, date(2023, 1, 1)), Some(one_day_more));
    }

    /// 1,000 at 10 % a year: 1,100 and 1,210 on the anniversaries, then 73 days of a year at 10 % of 1,210.
    #[test]
    fn compounding_dividends_grow_on_anniversaries_and_simply_after_the_last() {
        assert_eq!(accrued_on(1_000, 10, Some(1), date(2022, 1, 1)), Some(Decimal::from(210)));
        // 1210 x 0.1 x 73 / 365 = 24.2
        assert_eq!(accrued_on(1_000, 10, Some(1), date(2022, 3, 15)), Some(Decimal::new(2_342, 1)));
        // 1000 x 1.025^4 - 1000
        assert_eq!(accrued_on(1_000, 10, Some(4), date(2021, 1, 1)), Some(Decimal::new(103_812_891, 6)));
    }

    #[test]
    fn nothing_accrues_in_no_time_or_at_no_rate() {
        assert_eq!(accrued_on(1_000, 10, Some(4), date(2020, 1, 1)), Some(Decimal::ZERO));
        assert_eq!(accrued_on(1_000, 0, None, date(2024, 1, 1)), Some(Decimal::ZERO));
    }
}
