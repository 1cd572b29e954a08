//! Exponential, logarithm and the normal distribution in plain arithmetic: the same bits on every processor, and no
//! branch, so that a loop over them becomes vector instructions. No multiplication is fused with an addition.

use std::f64::consts::{LN_2, LOG2_E};

/// Adding it rounds to a whole number, which then stands in the last bits.
const ROUNDER: f64 = 6_755_399_441_055_744.0;

/// `a * b + c`, rounded after each.
#[inline(always)]
fn line(a: f64, b: f64, c: f64) -> f64 {
    a * b + c
}

/// A polynomial by Horner's rule, the highest power first.
#[inline(always)]
fn polynomial<const TERMS: usize>(x: f64, coefficients: [f64; TERMS]) -> f64 {
    let mut sum = coefficients[0];
    for coefficient in &coefficients[1..] {
        sum = line(sum, x, *coefficient);
    }
    sum
}

/// e to the power of x, for x from -700 to 700, to about one unit in the last place.
///
/// `x = k ln 2 + r` with `|r| <= ln 2 / 2`, and Taylor's series of degree 12 in `r`.
#[inline(always)]
pub fn exp(x: f64) -> f64 {
    /// ln 2 in two parts: the first has so few digits that `k` times it is exact.
    const LN_2_HIGH: f64 = 0.693_147_180_369_123_8;
    const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    let shifted = line(x, LOG2_E, ROUNDER);
    let k = shifted - ROUNDER;
    let r = (x - k * LN_2_HIGH) - k * LN_2_LOW;
    let series = polynomial(
        r,
        [
            1.0 / 479_001_600.0,
            1.0 / 39_916_800.0,
            1.0 / 3_628_800.0,
            1.0 / 362_880.0,
            1.0 / 40_320.0,
            1.0 / 5_040.0,
            1.0 / 720.0,
            1.0 / 120.0,
            1.0 / 24.0,
            1.0 / 6.0,
            0.5,
            1.0,
            1.0,
        ],
    );
    f64::from_bits(series.to_bits().wrapping_add(shifted.to_bits() << 52))
}

/// The natural logarithm of a positive normal number, to about one unit in the last place.
///
/// `x = 2^e m` with `m` from sqrt(1/2) to sqrt(2), and the series of `2 artanh((m - 1) / (m + 1))`.
#[inline(always)]
pub fn ln(x: f64) -> f64 {
    const SQRT_HALF: u64 = 0x3FE6_A09E_667F_3BCD;
    const EXPONENT_OF_ROUNDER: u64 = 0x4338_0000_0000_0000;
    let bits = x.to_bits();
    let exponent = (bits.wrapping_sub(SQRT_HALF).cast_signed() >> 52).cast_unsigned();
    let m = f64::from_bits(bits.wrapping_sub(exponent << 52));
    let e = f64::from_bits(exponent.wrapping_add(EXPONENT_OF_ROUNDER)) - ROUNDER;
    let s = (m - 1.0) / (m + 1.0);
    let z = s * s;
    let series = polynomial(
        z,
        [
            2.0 / 21.0,
            2.0 / 19.0,
            2.0 / 17.0,
            2.0 / 15.0,
            2.0 / 13.0,
            2.0 / 11.0,
            2.0 / 9.0,
            2.0 / 7.0,
            2.0 / 5.0,
            2.0 / 3.0,
        ],
    );
    line(e, LN_2, line(s * z, series, s + s))
}

/// Coefficients of Wichura's algorithm AS 241 (PPND16), "The percentage points of the normal distribution", Applied
/// Statistics 37 (1988): numerator and denominator in the middle, near the tails and far out.
const MIDDLE: [[f64; 8]; 2] = [
    [
        2_509.080_928_730_122_7,
        33_430.575_583_588_13,
        67_265.770_927_008_7,
        45_921.953_931_549_87,
        13_731.693_765_509_46,
        1_971.590_950_306_551_3,
        133.141_667_891_784_38,
        3.387_132_872_796_366_5,
    ],
    [
        5_226.495_278_852_546,
        28_729.085_735_721_943,
        39_307.895_800_092_71,
        21_213.794_301_586_597,
        5_394.196_021_424_751,
        687.187_007_492_057_9,
        42.313_330_701_600_91,
        1.0,
    ],
];
const NEAR: [[f64; 8]; 2] = [
    [
        7.745_450_142_783_414e-4,
        2.272_384_498_926_918_4e-2,
        2.417_807_251_774_506e-1,
        1.270_458_252_452_368_4,
        3.647_848_324_763_204_5,
        5.769_497_221_460_691,
        4.630_337_846_156_546,
        1.423_437_110_749_683_5,
    ],
    [
        1.050_750_071_644_416_9e-9,
        5.475_938_084_995_345e-4,
        1.519_866_656_361_645_7e-2,
        1.481_039_764_274_800_8e-1,
        6.897_673_349_851e-1,
        1.676_384_830_183_803_8,
        2.053_191_626_637_759,
        1.0,
    ],
];
const FAR: [[f64; 8]; 2] = [
    [
        2.010_334_399_292_288_1e-7,
        2.711_555_568_743_487_6e-5,
        1.242_660_947_388_078_4e-3,
        2.653_218_952_657_612_4e-2,
        2.965_605_718_285_048_7e-1,
        1.784_826_539_917_291_3,
        5.463_784_911_164_114,
        6.657_904_643_501_103,
    ],
    [
        2.044_263_103_389_939_8e-15,
        1.421_511_758_316_446e-7,
        1.846_318_317_510_054_8e-5,
        7.868_691_311_456_133e-4,
        1.487_536_129_085_061_5e-2,
        1.369_298_809_227_358e-1,
        5.998_322_065_558_879e-1,
        1.0,
    ],
];
/// The middle is this far from one half on either side.
const MIDDLE_ENDS: f64 = 0.425;

/// The normal quantile where `|u - 1/2|` is at most 0.425, the greater part of all draws.
#[inline(always)]
fn quantile_in_the_middle(q: f64) -> f64 {
    let r = MIDDLE_ENDS * MIDDLE_ENDS - q * q;
    q * polynomial(r, MIDDLE[0]) / polynomial(r, MIDDLE[1])
}

/// The normal quantile in the tails.
#[inline(always)]
fn quantile_in_the_tails(u: f64) -> f64 {
    let tail = if u < 0.5 { u } else { 1.0 - u };
    let r = (-ln(tail)).sqrt();
    let (near, far) = (r - 1.6, r - 5.0);
    let quantile = if r > 5.0 {
        polynomial(far, FAR[0]) / polynomial(far, FAR[1])
    } else {
        polynomial(near, NEAR[0]) / polynomial(near, NEAR[1])
    };
    if u < 0.5 { -quantile } else { quantile }
}

/// The number below which a standard normal number falls with probability `u`, to about 1e-16 relative.
#[inline(always)]
pub fn normal_quantile(u: f64) -> f64 {
    let q = u - 0.5;
    if q.abs() <= MIDDLE_ENDS { quantile_in_the_middle(q) } else { quantile_in_the_tails(u) }
}

/// The density of the standard normal distribution.
pub fn normal_density(z: f64) -> f64 {
    const ONE_OVER_SQRT_TWO_PI: f64 = 0.398_942_280_401_432_7;
    ONE_OVER_SQRT_TWO_PI * exp(-z * z / 2.0)
}

/// The probability that a standard normal number is below `z`.
pub fn normal_probability(z: f64) -> f64 {
    libm::erfc(-z * std::f64::consts::FRAC_1_SQRT_2) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_and_ln_agree_with_the_library_to_a_few_units_in_the_last_place() {
        for step in -4_000..4_000 {
            let x = f64::from(step) / 100.0;
            assert!((exp(x) / libm::exp(x) - 1.0).abs() < 5e-16, "exp {x}");
            let y = libm::exp(x);
            assert!((ln(y) - libm::log(y)).abs() <= 4e-16 * libm::log(y).abs().max(1.0), "ln {y}");
        }
    }

    #[test]
    fn the_normal_quantile_has_the_published_values_and_is_undone_by_the_probability() {
        // Wichura gives these for PPND16.
        assert!((normal_quantile(0.25) + 0.674_489_750_196_081_7).abs() < 1e-15);
        assert!((normal_quantile(0.001) + 3.090_232_306_167_813_5).abs() < 1e-14);
        assert!((normal_quantile(1e-20) + 9.262_340_089_798_408).abs() < 1e-13);
        for step in 1..10_000 {
            let u = f64::from(step) / 10_000.0;
            assert!((normal_probability(normal_quantile(u)) - u).abs() < 1e-15, "{u}");
        }
    }
}
