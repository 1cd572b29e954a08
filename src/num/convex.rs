//! Where a sum of bent lines reaches a total.

use super::{Mask, Number};

/// A line with a bend: `before` below the price `at`, `after + slope v` from there on, which is never less.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bent<N> {
    /// Where it bends.
    pub at: N,
    /// Its value below the bend.
    pub before: N,
    /// Its value from the bend on, less what grows.
    pub after: N,
    /// How fast it grows from the bend on; never below zero.
    pub slope: N,
}

/// A straight line, `fixed + slope v`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line<N> {
    /// Its value at nought.
    pub fixed: N,
    /// How fast it grows.
    pub slope: N,
}

/// The `v >= 0` at which a straight line and bent ones add up to `total`:
///
/// ```text
/// fixed + slope v + sum over the bent lines (v < at ? before : after + slope v) = total
/// ```
///
/// Newton's method from the `v` at which every line is past its bend, which is never too low: the sum is convex, so a tangent
/// never falls short, and each turn but the last leaves a bend behind. Where nothing grows the `v` reached so far stays.
#[inline(always)]
pub fn reach<N: Number>(straight: Line<N>, count: usize, bent: impl Fn(usize) -> Bent<N>, total: N) -> N {
    let divided = |left: N, slope: N| left / slope.is_positive().select(slope, N::one());
    let (mut fixed, mut slope) = (straight.fixed, straight.slope);
    for index in 0..count {
        let line = bent(index);
        fixed += line.after;
        slope += line.slope;
    }
    let mut found = divided(total - fixed, slope).max(N::zero());
    if count == 0 {
        return found;
    }
    for _ in 0..=count {
        let (mut fixed, mut slope) = (straight.fixed, straight.slope);
        for index in 0..count {
            let line = bent(index);
            let past = line.at.at_most(found);
            fixed += past.select(line.after, line.before);
            slope += past.select(line.slope, N::zero());
        }
        let lower = slope.is_positive().select(divided(total - fixed, slope), found);
        let settled = found.at_most(lower);
        found = lower.min(found).max(N::zero());
        if settled.all() {
            break;
        }
    }
    found
}
