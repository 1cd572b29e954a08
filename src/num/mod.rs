//! Numbers: one trait in which every formula of the engine is written once.
//!
//! Two types implement it, and a third that keeps what the first would cut off when it is posted ([`Unposted`]). [`Exact`] is one rational number and answers "what is it, to the last share".
//! [`Lanes`] is several `f64` side by side and answers "what is it in a million futures". A formula must serve
//! both, so a comparison yields a *mask* (one truth per lane) and a choice is `mask.select(yes, no)`.
//! What is the same in every lane (which terms exist, how many tranches, the rounding rule) stays ordinary control flow.

mod convex;
mod exact;
mod lanes;
mod limbs;
mod normal;
pub mod rounding;
mod simplest;
mod stated;
mod unposted;
mod words;

pub use convex::{Bent, Line, reach};
pub use exact::{Arithmetic, Exact, Fixed, Narrow, Truth, Wide};
pub use lanes::{LaneMask, Lanes};
pub use normal::normal_cdf;
pub use stated::Stated;
pub use unposted::Unposted;
pub use words::grouped;

use rust_decimal::Decimal;
use std::fmt::Debug;
use std::iter::Sum;
use std::ops::{Add, AddAssign, BitAnd, BitOr, Div, Mul, Not, Sub, SubAssign};

/// The arithmetic of the engine. No other numeric operation may appear in a formula.
///
/// Dividing by zero and running out of digits are not errors here: the result is *undefined*, as is everything
/// computed from it, and the journal refuses it when the event ends. See [`Number::is_defined`].
pub trait Number:
    Copy
    + Debug
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + AddAssign
    + SubAssign
    + Sum
{
    /// One truth value per lane.
    type Mask: Mask<Self>;

    /// A number the scenario states, the same in every lane.
    fn given(stated: Decimal) -> Self;
    /// A small whole number that a formula needs.
    fn whole(count: i32) -> Self;
    /// `self <= other`, lane by lane.
    fn at_most(self, other: Self) -> Self::Mask;
    /// The largest whole number that is not above `self`. Only `rounding.rs` calls it.
    #[must_use]
    fn floor(self) -> Self;
    /// The number as a ledger may hold it: at most ten decimal places. Lanes keep their 53 bits.
    #[must_use]
    fn posted(self) -> Self;
    /// The number as it is carried from event to event: exact while its fraction is short, else to thirty decimal places.
    /// A ratio that each adjustment makes from those of all classes would otherwise double in length every time. Lanes
    /// keep their 53 bits.
    #[must_use]
    fn carried(self) -> Self;
    /// False where this number, or one it was computed from, divided by zero or outgrew the type.
    fn is_defined(self) -> Self::Mask;

    /// Nought.
    #[inline(always)]
    fn zero() -> Self {
        Self::whole(0)
    }
    /// One.
    #[inline(always)]
    fn one() -> Self {
        Self::whole(1)
    }
    /// `self < other`, lane by lane.
    #[inline(always)]
    fn below(self, other: Self) -> Self::Mask {
        !other.at_most(self)
    }
    /// `0 < self`, lane by lane.
    #[inline(always)]
    fn is_positive(self) -> Self::Mask {
        Self::zero().below(self)
    }
    /// The smaller, lane by lane.
    #[inline(always)]
    #[must_use]
    fn min(self, other: Self) -> Self {
        self.at_most(other).select(self, other)
    }
    /// The larger, lane by lane.
    #[inline(always)]
    #[must_use]
    fn max(self, other: Self) -> Self {
        self.at_most(other).select(other, self)
    }
    /// Where lines add up to a total; see [`reach`]. Numbers that note what is done take it as one operation.
    #[inline(always)]
    #[must_use]
    fn reached(straight: Line<Self>, bent: &[Bent<Self>], total: Self) -> Self {
        reach(straight, bent.len(), |index| bent[index], total)
    }
}

/// The outcome of a comparison: true or false in each lane.
pub trait Mask<N>: Copy + Debug + BitAnd<Output = Self> + BitOr<Output = Self> + Not<Output = Self> {
    /// The same truth in every lane.
    fn always(truth: bool) -> Self;
    /// `yes` where true, `no` where false. Both are computed, so both must be harmless in every lane.
    fn select(self, yes: N, no: N) -> N;
    /// True if every lane is true. Allowed for leaving a loop early and at the event boundary, never for a choice.
    fn all(self) -> bool;
}
