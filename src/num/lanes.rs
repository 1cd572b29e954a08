//! `W` futures computed side by side in `f64`.

use super::{Mask, Number};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use std::iter::Sum;
use std::ops::{Add, AddAssign, BitAnd, BitOr, Div, Mul, Not, Sub, SubAssign};

/// `W` independent `f64` values; every operation acts on all of them. Eight fill one AVX-512 register.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C, align(64))]
pub struct Lanes<const W: usize>(pub [f64; W]);

/// A truth per lane, as all ones or all zeros, which is the form the processor compares and blends with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C, align(64))]
pub struct LaneMask<const W: usize>(pub [u64; W]);

const TRUE: u64 = u64::MAX;

/// A whole number reached through a few roundings may sit just below itself: `1_499_999.999_999_999_8`.
/// A value this close (relatively; 2^-46, about 64 units in the last place) below a whole number counts as it.
const ALMOST_WHOLE: f64 = 1.0 / 70_368_744_177_664.0;

/// An array computed lane by lane. A plain loop: the compiler turns it into vector instructions, which it does not
/// reliably do for `array::from_fn` and a closure.
macro_rules! each_lane {
    (|$lane:ident| $value:expr, $start:expr) => {{
        let mut result = [$start; W];
        for $lane in 0..W {
            result[$lane] = $value;
        }
        result
    }};
}

impl<const W: usize> Lanes<W> {
    /// The same value in every lane.
    pub const fn splat(value: f64) -> Self {
        Lanes([value; W])
    }
}

/// Each lane of the left with the same lane of the right.
macro_rules! lane_wise {
    ($operator:ident, $method:ident) => {
        impl<const W: usize> $operator for Lanes<W> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Lanes(each_lane!(|lane| $operator::$method(self.0[lane], other.0[lane]), 0.0))
            }
        }
    };
}
lane_wise!(Add, add);
lane_wise!(Sub, sub);
lane_wise!(Mul, mul);
lane_wise!(Div, div);

impl<const W: usize> AddAssign for Lanes<W> {
    #[inline(always)]
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl<const W: usize> SubAssign for Lanes<W> {
    #[inline(always)]
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl<const W: usize> Sum for Lanes<W> {
    #[inline(always)]
    fn sum<I: Iterator<Item = Self>>(terms: I) -> Self {
        terms.fold(Self::splat(0.0), Add::add)
    }
}

impl<const W: usize> Number for Lanes<W> {
    type Mask = LaneMask<W>;

    #[inline(always)]
    fn given(stated: Decimal) -> Self {
        Self::splat(stated.to_f64().unwrap_or(f64::NAN))
    }
    #[inline(always)]
    fn whole(count: i32) -> Self {
        Self::splat(f64::from(count))
    }
    #[inline(always)]
    fn at_most(self, other: Self) -> LaneMask<W> {
        LaneMask(each_lane!(|lane| if self.0[lane] <= other.0[lane] { TRUE } else { 0 }, 0))
    }
    #[inline(always)]
    fn floor(self) -> Self {
        Lanes(each_lane!(|lane| (self.0[lane] + self.0[lane].abs() * ALMOST_WHOLE).floor(), 0.0))
    }
    #[inline(always)]
    fn posted(self) -> Self {
        self
    }
    #[inline(always)]
    fn carried(self) -> Self {
        self
    }
    #[inline(always)]
    fn is_defined(self) -> LaneMask<W> {
        LaneMask(each_lane!(|lane| if self.0[lane].is_finite() { TRUE } else { 0 }, 0))
    }
}

impl<const W: usize> Mask<Lanes<W>> for LaneMask<W> {
    #[inline(always)]
    fn always(truth: bool) -> Self {
        LaneMask([if truth { TRUE } else { 0 }; W])
    }
    #[inline(always)]
    fn select(self, yes: Lanes<W>, no: Lanes<W>) -> Lanes<W> {
        Lanes(each_lane!(|lane| if self.0[lane] != 0 { yes.0[lane] } else { no.0[lane] }, 0.0))
    }
    #[inline(always)]
    fn all(self) -> bool {
        self.0.iter().fold(TRUE, |all, truth| all & truth) == TRUE
    }
}

impl<const W: usize> BitAnd for LaneMask<W> {
    type Output = Self;
    #[inline(always)]
    fn bitand(self, other: Self) -> Self {
        LaneMask(each_lane!(|lane| self.0[lane] & other.0[lane], 0))
    }
}

impl<const W: usize> BitOr for LaneMask<W> {
    type Output = Self;
    #[inline(always)]
    fn bitor(self, other: Self) -> Self {
        LaneMask(each_lane!(|lane| self.0[lane] | other.0[lane], 0))
    }
}

impl<const W: usize> Not for LaneMask<W> {
    type Output = Self;
    #[inline(always)]
    fn not(self) -> Self {
        LaneMask(each_lane!(|lane| !self.0[lane], 0))
    }
}
