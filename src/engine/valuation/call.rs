//! A call option on the company.

use crate::num::normal_cdf;

/// What option pricing takes from the market. All are per year and continuous.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Market {
    /// Standard deviation of the logarithm of the equity over a year; above zero.
    pub volatility: f64,
    /// Until the exit; above zero.
    pub years: f64,
    /// Risk-free.
    pub interest_rate: f64,
    /// What the company pays out before the exit, as a part of its equity.
    pub dividend_yield: f64,
}

impl Market {
    /// What equity is worth today without what it pays out before the exit: `S exp(-q T)`.
    pub fn without_dividends(&self, equity: f64) -> f64 {
        if self.dividend_yield == 0.0 { equity } else { equity * libm::exp(-self.dividend_yield * self.years) }
    }
}

/// A European call on equity `S` struck at `K` (Black-Scholes-Merton), in the unit of both.
///
/// ```text
/// C  = S exp(-q T) N(d1) - K exp(-r T) N(d2)
/// d1 = (ln(S / K) + (r - q) T) / (sigma sqrt(T)) + sigma sqrt(T) / 2       d2 = d1 - sigma sqrt(T)
/// ```
///
/// Struck at 0 it is the equity without its dividends; on no equity it is nothing. Error below `1e-15 S`, tested against
/// 40-digit arithmetic.
///
/// Source: Black and Scholes (1973); Merton (1973); Hull, Options, Futures, and Other Derivatives, chapters 15 and 17.
pub fn call(equity: f64, strike: f64, market: &Market) -> f64 {
    let spot = market.without_dividends(equity);
    if strike <= 0.0 || spot <= 0.0 {
        return spot.max(0.0);
    }
    let deviation = market.volatility * libm::sqrt(market.years);
    let drift = (market.interest_rate - market.dividend_yield) * market.years;
    let d1 = (libm::log(equity / strike) + drift) / deviation + deviation / 2.0;
    let strike_today = strike * libm::exp(-market.interest_rate * market.years);
    let worth = spot * normal_cdf(d1) - strike_today * normal_cdf(d1 - deviation);
    worth.clamp(0.0, spot)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Equity, strike, volatility, years, interest rate, dividend yield, and the call in 40-digit arithmetic. The sixth and
    /// seventh are Hull's, who prints 4.76 and 51.83.
    #[allow(clippy::excessive_precision, reason = "as the reference prints them")]
    const CALLS: [([f64; 6], f64); 8] = [
        ([20e6, 5e6, 0.6, 3.0, 0.04, 0.0], 15_857_444.329_351_569_85),
        ([20e6, 25e6, 0.6, 3.0, 0.04, 0.0], 7_315_389.560_174_480_175),
        ([25e6, 25e6, 0.01, 1.0, 0.0, 0.0], 99_735.154_537_041_114_97),
        ([35e6, 25e6, 0.01, 1.0, 0.0, 0.0], 10e6),
        ([100.0, 95.0, 0.2, 0.25, 0.05, 0.0], 7.714_369_430_203_551_266),
        ([42.0, 40.0, 0.2, 0.5, 0.1, 0.0], 4.759_422_392_871_533_22),
        ([930.0, 900.0, 0.2, 1.0 / 6.0, 0.08, 0.03], 51.832_956_796_490_848_9),
        ([1e12, 4e12, 0.9, 5.0, 0.025, 0.01], 435_598_464_594.457_885_8),
    ];

    fn market(of: [f64; 6]) -> Market {
        let [.., volatility, years, interest_rate, dividend_yield] = of;
        Market { volatility, years, interest_rate, dividend_yield }
    }

    #[test]
    fn a_call_is_worth_what_forty_digits_say() {
        for (of, worth) in CALLS {
            let error = (call(of[0], of[1], &market(of)) - worth).abs() / of[0];
            assert!(error < 1e-15, "{of:?} is off by {error:e} of the equity");
        }
    }

    /// `C - P = S exp(-q T) - K exp(-r T)`, the put written out for itself.
    #[test]
    fn a_call_less_a_put_is_a_forward() {
        for (of, _) in CALLS {
            let (market, [equity, strike, ..]) = (market(of), of);
            let deviation = market.volatility * market.years.sqrt();
            let drift = (market.interest_rate - market.dividend_yield) * market.years;
            let d1 = ((equity / strike).ln() + drift) / deviation + deviation / 2.0;
            let strike_today = strike * (-market.interest_rate * market.years).exp();
            let spot = market.without_dividends(equity);
            let put = strike_today * normal_cdf(deviation - d1) - spot * normal_cdf(-d1);
            let gap = call(equity, strike, &market) - put - (spot - strike_today);
            assert!(gap.abs() <= 2e-15 * equity.max(strike), "{of:?}: {gap:e}");
        }
    }

    #[test]
    fn a_call_rises_with_equity_and_volatility_and_falls_with_its_strike() {
        let at = |equity, strike, volatility| {
            call(equity, strike, &Market { volatility, years: 3.0, interest_rate: 0.04, dividend_yield: 0.0 })
        };
        for step in 1..200 {
            let (low, high) = (f64::from(step) * 0.1, f64::from(step + 1) * 0.1);
            assert!(at(low, 5.0, 0.6) < at(high, 5.0, 0.6));
            assert!(at(20.0, high, 0.6) < at(20.0, low, 0.6));
            assert!(at(20.0, 25.0, low) <= at(20.0, 25.0, high));
        }
        assert!(at(0.0, 5.0, 0.6) <= 0.0 && at(20.0, 0.0, 0.6) >= 20.0);
    }
}
