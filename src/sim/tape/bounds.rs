//! What a number is known to lie between, whatever is drawn.
//!
//! Arithmetic on `f64` is monotone: the ends of a range, computed as the numbers themselves are, are the range of what
//! is computed. So a comparison that one side must win is known when the program is recorded, and costs nothing later.

/// From `low` to `high`, both reached or not; `sure` where it is never "not a number".
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// Never below.
    pub low: f64,
    /// Never above.
    pub high: f64,
    /// Never undefined.
    pub sure: bool,
}

impl Bounds {
    /// Anything at all.
    pub const ANYTHING: Bounds = Bounds { low: f64::NEG_INFINITY, high: f64::INFINITY, sure: false };

    /// One value.
    pub fn point(value: f64) -> Self {
        if value.is_nan() { Bounds::ANYTHING } else { Bounds { low: value, high: value, sure: true } }
    }

    /// A range.
    pub fn between(low: f64, high: f64) -> Self {
        Bounds { low, high, sure: true }
    }

    /// Finite, and defined.
    pub fn is_finite(self) -> bool {
        self.sure && self.low.is_finite() && self.high.is_finite()
    }

    fn of_ends(ends: [f64; 4], sure: bool) -> Self {
        if !sure || ends.iter().any(|end| end.is_nan()) {
            return Bounds { sure: false, ..Bounds::ANYTHING };
        }
        let low = ends.iter().copied().fold(f64::INFINITY, f64::min);
        let high = ends.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        Bounds { low, high, sure }
    }

    /// Of a sum. Infinite ends may meet: then nothing is known.
    #[must_use]
    pub fn sum(self, other: Self) -> Self {
        let (low, high) = (self.low + other.low, self.high + other.high);
        let sure = self.sure && other.sure && (self.is_finite() || other.is_finite());
        Bounds::of_ends([low, low, high, high], sure)
    }

    /// Of a difference.
    #[must_use]
    pub fn difference(self, other: Self) -> Self {
        self.sum(Bounds { low: -other.high, high: -other.low, sure: other.sure })
    }

    /// Of a product.
    #[must_use]
    pub fn product(self, other: Self) -> Self {
        let ends = [self.low * other.low, self.low * other.high, self.high * other.low, self.high * other.high];
        let sure = self.sure && other.sure && (self.is_finite() && other.is_finite());
        Bounds::of_ends(ends, sure)
    }

    /// Of a quotient; nothing is known where the divisor may be zero.
    #[must_use]
    pub fn quotient(self, other: Self) -> Self {
        if other.low <= 0.0 && other.high >= 0.0 {
            return Bounds::ANYTHING;
        }
        let ends = [self.low / other.low, self.low / other.high, self.high / other.low, self.high / other.high];
        Bounds::of_ends(ends, self.is_finite() && other.is_finite())
    }

    /// Of either.
    #[must_use]
    pub fn either(self, other: Self) -> Self {
        Bounds { low: self.low.min(other.low), high: self.high.max(other.high), sure: self.sure && other.sure }
    }

    /// Of the smaller.
    #[must_use]
    pub fn min(self, other: Self) -> Self {
        Bounds { low: self.low.min(other.low), high: self.high.min(other.high), sure: self.sure && other.sure }
    }

    /// Of the larger.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        Bounds { low: self.low.max(other.low), high: self.high.max(other.high), sure: self.sure && other.sure }
    }

    /// Whether `self <= other` is known, and what it is.
    pub fn at_most(self, other: Self) -> Option<bool> {
        match self.sure && other.sure {
            true if self.high <= other.low => Some(true),
            true if self.low > other.high => Some(false),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comparison_is_known_only_where_one_side_must_win() {
        let (small, large) = (Bounds::between(1.0, 2.0), Bounds::between(2.0, 3.0));
        assert_eq!(small.at_most(large), Some(true));
        assert_eq!(Bounds::between(2.5, 9.0).at_most(small), Some(false));
        assert_eq!(large.at_most(small), None, "both may be two");
        assert_eq!(Bounds::ANYTHING.at_most(small), None);
    }

    #[test]
    fn nothing_is_known_of_a_quotient_whose_divisor_may_be_zero() {
        let one = Bounds::point(1.0);
        assert_eq!(one.quotient(Bounds::between(-1.0, 1.0)), Bounds::ANYTHING);
        assert_eq!(one.quotient(Bounds::between(2.0, 4.0)), Bounds::between(0.25, 0.5));
        assert!(!Bounds::ANYTHING.max(one).sure, "what is undefined stays so");
    }
}
