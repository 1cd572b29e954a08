//! Figures of distributions that are not rational: medians and quantiles, to 12 significant digits.
//!
//! They pass through `f64` and `libm`, whose bits are the same on every machine. What comes of them is listed among
//! the assumptions with its digits.

use crate::num::Stated;
use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive, ToPrimitive};

/// The 90 % quantile of the standard normal distribution.
pub(super) const Z90: Decimal = Decimal::from_parts(3_259_080_180, 2_983_844, 0, false, 16);

const DIGITS: u32 = 12;

/// Median and sigma of the lognormal distribution with this mean and standard deviation.
///
/// ```text
/// sigma^2 = ln(1 + (sd / mean)^2)        median = mean / sqrt(1 + (sd / mean)^2)
/// ```
pub(super) fn lognormal_by_mean(mean: Stated, sd: Stated) -> Option<(Decimal, Decimal)> {
    let (mean, sd) = (float(mean)?, float(sd)?);
    let spread = 1.0 + (sd / mean) * (sd / mean);
    (mean > 0.0 && sd > 0.0).then_some(())?;
    Some((decimal(mean / libm::sqrt(spread))?, decimal(libm::sqrt(libm::log(spread)))?))
}

/// Median and sigma of the lognormal distribution with these two quantiles.
pub(super) fn lognormal_by_quantiles(first: (u32, Stated), second: (u32, Stated)) -> Option<(Decimal, Decimal)> {
    let ((p, low), (q, high)) = (first, second);
    let (low, high) = (float(low)?, float(high)?);
    (low > 0.0 && high > low && p < q).then_some(())?;
    let (below, above) = (normal_quantile(f64::from(p) / 100.0), normal_quantile(f64::from(q) / 100.0));
    let sigma = (libm::log(high) - libm::log(low)) / (above - below);
    Some((decimal(low * libm::exp(-below * sigma))?, decimal(sigma)?))
}

/// The 10 % and 90 % quantiles of a lognormal distribution; the median itself where they cannot be computed.
pub(super) fn tenth_and_ninetieth(median: Stated, sigma: Stated) -> (Stated, Stated) {
    let end = |sign: f64| {
        let factor = libm::exp(sign * Z90.to_f64()? * float(sigma)?);
        decimal(float(median)? * factor).map(Stated::from)
    };
    (end(-1.0).unwrap_or(median), end(1.0).unwrap_or(median))
}

fn float(stated: Stated) -> Option<f64> {
    Some(stated.numerator.to_f64()? / stated.denominator.to_f64()?)
}

/// To 12 significant digits.
fn decimal(value: f64) -> Option<Decimal> {
    Decimal::from_f64(value)?.round_sf(DIGITS)
}

/// The quantile function of the standard normal distribution.
///
/// Source: Wichura (1988), "Algorithm AS 241: The Percentage Points of the Normal Distribution", PPND16; relative
/// accuracy about 1e-16 for `p` from 0.01 to 0.99.
fn normal_quantile(p: f64) -> f64 {
    let centred = p - 0.5;
    if centred.abs() <= 0.425 {
        let square = 0.180_625 - centred * centred;
        return centred * polynomial(&CENTRE_ABOVE, square) / polynomial(&CENTRE_BELOW, square);
    }
    let tail = if centred < 0.0 { p } else { 1.0 - p };
    let root = libm::sqrt(-libm::log(tail)) - 1.6;
    let magnitude = polynomial(&TAIL_ABOVE, root) / polynomial(&TAIL_BELOW, root);
    if centred < 0.0 { -magnitude } else { magnitude }
}

/// Coefficients from the constant upwards.
fn polynomial(coefficients: &[f64], x: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, coefficient| sum * x + coefficient)
}

const CENTRE_ABOVE: [f64; 8] = [
    3.387_132_872_796_366_5,
    133.141_667_891_784_38,
    1_971.590_950_306_551_3,
    13_731.693_765_509_46,
    45_921.953_931_549_87,
    67_265.770_927_008_7,
    33_430.575_583_588_13,
    2_509.080_928_730_122_7,
];
const CENTRE_BELOW: [f64; 8] = [
    1.0,
    42.313_330_701_600_91,
    687.187_007_492_057_9,
    5_394.196_021_424_751,
    21_213.794_301_586_597,
    39_307.895_800_092_71,
    28_729.085_735_721_943,
    5_226.495_278_852_545,
];
const TAIL_ABOVE: [f64; 8] = [
    1.423_437_110_749_683_5,
    4.630_337_846_156_546,
    5.769_497_221_460_691,
    3.647_848_324_763_204_5,
    1.270_458_252_452_368_4,
    0.241_780_725_177_450_6,
    0.022_723_844_989_269_184,
    7.745_450_142_783_414e-4,
];
const TAIL_BELOW: [f64; 8] = [
    1.0,
    2.053_191_626_637_759,
    1.676_384_830_183_803_8,
    0.689_767_334_985_1,
    0.148_103_976_427_480_08,
    0.015_198_666_563_616_457,
    5.475_938_084_995_345e-4,
    1.050_750_071_644_416_8e-9,
];

#[cfg(test)]
mod tests {
    use super::*;

    fn stated(text: &str) -> Stated {
        text.parse::<Decimal>().expect("a decimal").into()
    }

    #[test]
    fn quantiles_of_the_normal_distribution() {
        assert!((normal_quantile(0.9) - Z90.to_f64().expect("a float")).abs() < 1e-14);
        for (p, expected) in [
            (0.01, -2.326_347_874_040_841),
            (0.05, -1.644_853_626_951_472_7),
            (0.5, 0.0),
            (0.99, 2.326_347_874_040_841),
        ] {
            assert!((normal_quantile(p) - expected).abs() < 1e-14, "{p}");
        }
    }

    /// Twelve digits before the point leave no room for twenty behind it.
    #[test]
    fn a_valuation_in_full_is_no_other_number() {
        let found = lognormal_by_quantiles((10, stated("700000000000")), (90, stated("1400000000000")));
        let (median, _) = found.expect("a distribution");
        assert_eq!(median.round_sf(6), "989949000000".parse().ok());
        let (low, high) = tenth_and_ninetieth(stated("300000000000"), stated("0.25"));
        assert!(low < stated("220000000000") && stated("410000000000") < high, "{low:?} {high:?}");
    }

    #[test]
    fn a_lognormal_by_its_mean_has_that_mean() {
        // mean = median * exp(sigma^2 / 2)
        let (median, sigma) = lognormal_by_mean(stated("100"), stated("50")).expect("a distribution");
        let (median, sigma) = (median.to_f64().expect("a float"), sigma.to_f64().expect("a float"));
        assert!((median * (sigma * sigma / 2.0).exp() - 100.0).abs() < 1e-8);
        assert!((((sigma * sigma).exp() - 1.0).sqrt() * 100.0 - 50.0).abs() < 1e-8);
    }

    #[test]
    fn a_lognormal_by_two_quantiles_has_them() {
        let (median, sigma) =
            lognormal_by_quantiles((10, stated("700")), (90, stated("1400"))).expect("a distribution");
        let (low, high) = tenth_and_ninetieth(median.into(), sigma.into());
        assert_eq!((low.to_decimal(6), high.to_decimal(6)), (Some(700.into()), Some(1400.into())));
        let (low, high) = tenth_and_ninetieth(stated("300000000000"), stated("0.25"));
        assert!(low < stated("220000000000") && stated("413000000000") < high, "large money has quantiles too");
        assert_eq!(lognormal_by_quantiles((10, stated("1400")), (90, stated("700"))), None);
    }
}
