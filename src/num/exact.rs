//! Exact rational numbers of fixed size: `Copy`, never rounded, never wrapped.

use super::limbs::{
    common_divisor, common_divisor_of_two_words, common_divisor_of_words, divided, is_zero, product, two_words,
    widened, word,
};
use super::{Mask, Number};
use ruint::Uint;
use rust_decimal::Decimal;
use std::cmp::Ordering;
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, BitAnd, BitOr, Div, Mul, Not, Sub, SubAssign};

/// The exact number of the reports: fractions of up to 1,024 bits (308 digits) above and below the line. Ordinary deals
/// need 100 to 500; the length grows with the number of instruments that convert at once.
pub type Exact = Fixed<1024, 16>;

/// The same for the ordinary deal, of a few hundred bits: tried first, since the cost grows with the width.
pub type Narrow = Fixed<384, 6>;

/// The same for the rare event that outgrows [`Exact`]: 8,192 bits, enough for some 250 SAFEs at odd amounts.
pub type Wide = Fixed<8192, 128>;

/// A fraction in lowest terms, or *undefined*.
///
/// Undefined is written with a zero denominator, and the numerator then says why: 0 for a division by zero, 1 for
/// a result too long for `BITS`. It is contagious: whatever is computed from it is undefined for the same reason.
#[derive(Clone, Copy)]
pub struct Fixed<const BITS: usize, const LIMBS: usize> {
    negative: bool,
    numerator: Uint<BITS, LIMBS>,
    denominator: Uint<BITS, LIMBS>,
}

/// Why a number is undefined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arithmetic {
    /// Something was divided by nothing.
    DivisionByZero,
    /// A result was longer than the number it should fit.
    Overflow,
}

/// The outcome of comparing two [`Exact`]s. Comparing an undefined number is neither true nor false, and a choice
/// made by it is undefined: a failed calculation cannot hide behind the branch not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// It does not hold.
    No,
    /// It holds.
    Yes,
    /// One of the numbers compared was undefined.
    Undefined(Arithmetic),
}

impl<const BITS: usize, const LIMBS: usize> Fixed<BITS, LIMBS> {
    /// `numerator / denominator`, reduced; negative where `negative`.
    fn ratio(negative: bool, numerator: Uint<BITS, LIMBS>, denominator: Uint<BITS, LIMBS>) -> Self {
        if is_zero(&denominator) {
            return Self::undefined(Arithmetic::DivisionByZero);
        }
        let common = common_divisor(&numerator, &denominator);
        Fixed {
            negative: negative && !is_zero(&numerator),
            numerator: divided(&numerator, &common),
            denominator: divided(&denominator, &common),
        }
    }

    fn undefined(why: Arithmetic) -> Self {
        let numerator = match why {
            Arithmetic::DivisionByZero => Uint::ZERO,
            Arithmetic::Overflow => Uint::ONE,
        };
        Fixed { negative: false, numerator, denominator: Uint::ZERO }
    }

    /// Why this number is undefined, if it is.
    pub fn failure(self) -> Option<Arithmetic> {
        match is_zero(&self.denominator) {
            false => None,
            true if is_zero(&self.numerator) => Some(Arithmetic::DivisionByZero),
            true => Some(Arithmetic::Overflow),
        }
    }

    /// The length of the longer half, for measuring how much room a calculation needs.
    pub fn bits(self) -> usize {
        self.numerator.bit_len().max(self.denominator.bit_len())
    }

    /// What stands above and below the line, as whole numbers; `None` where the number is undefined.
    pub(super) fn halves(self) -> Option<(Self, Self)> {
        self.failure().is_none().then_some(())?;
        let whole = |numerator, negative| Fixed { negative, numerator, denominator: Uint::ONE };
        Some((whole(self.numerator, self.negative), whole(self.denominator, false)))
    }

    /// The halves, where a word holds each.
    #[inline]
    fn words(&self) -> Option<(u64, u64)> {
        word(&self.numerator).zip(word(&self.denominator))
    }

    /// `a/b + c/d`, by way of the common divisor of `b` and `d`, so that no intermediate is longer than it must be.
    fn checked_add(&self, other: &Self) -> Option<Self> {
        if let (Some(ours), Some(theirs)) = (self.words(), other.words())
            && let Some(sum) = Self::sum_of_words((self.negative, ours), (other.negative, theirs))
        {
            return Some(sum);
        }
        let common = common_divisor(&self.denominator, &other.denominator);
        let (ours, theirs) = (divided(&self.denominator, &common), divided(&other.denominator, &common));
        let left = product(&self.numerator, &theirs)?;
        let right = product(&other.numerator, &ours)?;
        let (negative, numerator) = match (self.negative == other.negative, left >= right) {
            (true, _) => (self.negative, left.checked_add(right)?),
            (false, true) => (self.negative, left - right),
            (false, false) => (other.negative, right - left),
        };
        let shared = common_divisor(&numerator, &common);
        let denominator = product(&ours, &divided(&other.denominator, &shared))?;
        Some(Fixed { negative: negative && !is_zero(&numerator), numerator: divided(&numerator, &shared), denominator })
    }

    /// The same where a word holds each half; `None` where two do not hold the sum.
    #[inline]
    fn sum_of_words(
        (negative, (a, b)): (bool, (u64, u64)),
        (other_negative, (c, d)): (bool, (u64, u64)),
    ) -> Option<Self> {
        let common = common_divisor_of_words(b, d);
        let ours = b / common;
        let (left, right) = (u128::from(a) * u128::from(d / common), u128::from(c) * u128::from(ours));
        let (negative, numerator) = match (negative == other_negative, left >= right) {
            (true, _) => (negative, left.checked_add(right)?),
            (false, true) => (negative, left - right),
            (false, false) => (other_negative, right - left),
        };
        let rest = |numerator: u128| u64::try_from(numerator % u128::from(common)).unwrap_or_default();
        let shared = if common == 1 { 1 } else { common_divisor_of_words(rest(numerator), common) };
        Some(Fixed {
            negative: negative && numerator != 0,
            numerator: widened(if shared == 1 { numerator } else { numerator / u128::from(shared) }),
            denominator: widened(u128::from(ours) * u128::from(d / shared)),
        })
    }

    /// `a/b · c/d`, dividing crosswise first: the product of reduced halves is already in lowest terms.
    fn checked_mul(&self, other: &Self) -> Option<Self> {
        let negative = self.negative != other.negative && !is_zero(&self.numerator) && !is_zero(&other.numerator);
        if let (Some((a, b)), Some((c, d))) = (self.words(), other.words()) {
            let (across, back) = (common_divisor_of_words(a, d), common_divisor_of_words(c, b));
            return Some(Fixed {
                negative,
                numerator: widened(u128::from(a / across) * u128::from(c / back)),
                denominator: widened(u128::from(b / back) * u128::from(d / across)),
            });
        }
        let across = common_divisor(&self.numerator, &other.denominator);
        let back = common_divisor(&other.numerator, &self.denominator);
        let numerator = product(&divided(&self.numerator, &across), &divided(&other.numerator, &back))?;
        let denominator = product(&divided(&self.denominator, &back), &divided(&other.denominator, &across))?;
        Some(Fixed { negative, numerator, denominator })
    }

    fn reciprocal(&self) -> Self {
        if is_zero(&self.numerator) {
            return Self::undefined(Arithmetic::DivisionByZero);
        }
        Fixed { negative: self.negative, numerator: self.denominator, denominator: self.numerator }
    }

    fn negated(&self) -> Self {
        Fixed { negative: !self.negative && !is_zero(&self.numerator), ..*self }
    }

    /// Runs `operation` on two defined numbers; passes on the failure of one that is not.
    fn both(&self, other: &Self, operation: impl Fn(&Self, &Self) -> Option<Self>) -> Self {
        match self.failure().or(other.failure()) {
            Some(why) => Self::undefined(why),
            None => operation(self, other).unwrap_or(Self::undefined(Arithmetic::Overflow)),
        }
    }

    /// Both defined. Compares by whole parts, then by the reciprocals of what is left over, so it cannot overflow.
    fn order(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (true, false) => return Ordering::Less,
            (false, true) => return Ordering::Greater,
            (true, true) => return other.negated().order(&self.negated()),
            (false, false) => {}
        }
        if let (Some((a, b)), Some((c, d))) = (self.words(), other.words()) {
            return (u128::from(a) * u128::from(d)).cmp(&(u128::from(c) * u128::from(b)));
        }
        let (mut a, mut b) = (self.numerator, self.denominator);
        let (mut c, mut d) = (other.numerator, other.denominator);
        loop {
            if let (Some(left), Some(right)) = (product(&a, &d), product(&c, &b)) {
                return left.cmp(&right);
            }
            let ((whole, rest), (other_whole, other_rest)) = (a.div_rem(b), c.div_rem(d));
            if whole != other_whole || is_zero(&rest) || is_zero(&other_rest) {
                return whole.cmp(&other_whole).then(rest.cmp(&other_rest));
            }
            // rest/b < other_rest/d  exactly where  d/other_rest < b/rest
            (a, b, c, d) = (d, other_rest, b, rest);
        }
    }

    /// The nearest whole number of a quotient, half to even. The denominator is above zero.
    fn nearest(numerator: &Uint<BITS, LIMBS>, denominator: &Uint<BITS, LIMBS>) -> Uint<BITS, LIMBS> {
        fn up(half: Ordering, is_odd: bool) -> bool {
            half == Ordering::Greater || (half == Ordering::Equal && is_odd)
        }
        // A quotient with a rest is below its numerator, so one more is no overflow.
        if let (Some(numerator), Some(denominator)) = (two_words(numerator), two_words(denominator)) {
            let (whole, rest) = (numerator / denominator, numerator % denominator);
            return widened(whole + u128::from(up(rest.cmp(&(denominator - rest)), whole % 2 == 1)));
        }
        let (whole, rest) = numerator.div_rem(*denominator);
        if up(rest.cmp(&(denominator - rest)), whole.bit(0)) { whole + Uint::ONE } else { whole }
    }

    /// The number as a decimal of at most `places` places, half to even; `None` if undefined or too long.
    pub fn to_decimal(self, places: u32) -> Option<Decimal> {
        self.failure().is_none().then_some(())?;
        let scale = widened(10u128.checked_pow(places)?);
        let whole = Self::nearest(&product(&self.numerator, &scale)?, &self.denominator);
        let magnitude = two_words(&whole).and_then(|whole| i128::try_from(whole).ok())?;
        let signed = if self.negative { -magnitude } else { magnitude };
        Decimal::try_from_i128_with_scale(signed, places).ok().map(|decimal| decimal.normalize())
    }
}

// Such a number is hundreds of bytes long: each operation is one function and called, or every sign of every formula
// would be a page of code.

impl<const BITS: usize, const LIMBS: usize> Number for Fixed<BITS, LIMBS> {
    type Mask = Truth;

    #[inline(never)]
    fn given(stated: Decimal) -> Self {
        let (magnitude, scale) = (stated.mantissa().unsigned_abs(), 10u128.pow(stated.scale()));
        let common = if scale == 1 { 1 } else { common_divisor_of_two_words(magnitude, scale) };
        let half = |number: u128| widened(if common == 1 { number } else { number / common });
        let negative = stated.is_sign_negative() && magnitude != 0;
        Fixed { negative, numerator: half(magnitude), denominator: half(scale) }
    }
    #[inline(never)]
    fn whole(count: i32) -> Self {
        Fixed { negative: count < 0, numerator: widened(count.unsigned_abs().into()), denominator: Uint::ONE }
    }
    #[inline(never)]
    fn at_most(self, other: Self) -> Truth {
        match self.failure().or(other.failure()) {
            Some(why) => Truth::Undefined(why),
            None => Truth::from(self.order(&other) != Ordering::Greater),
        }
    }
    #[inline(never)]
    fn floor(self) -> Self {
        if self.failure().is_some() || word(&self.denominator) == Some(1) {
            return self;
        }
        let (whole, rest) = self.numerator.div_rem(self.denominator);
        let down = if self.negative && !is_zero(&rest) { Uint::ONE } else { Uint::ZERO };
        let numerator = whole + down;
        Fixed { negative: self.negative && !is_zero(&numerator), numerator, denominator: Uint::ONE }
    }
    #[inline(never)]
    fn posted(self) -> Self {
        const PLACES: u32 = 10;
        match (self.failure(), self.to_decimal(PLACES)) {
            (Some(_), _) => self,
            (None, Some(decimal)) => Self::given(decimal),
            (None, None) => Self::undefined(Arithmetic::Overflow),
        }
    }
    #[inline(never)]
    fn carried(self) -> Self {
        const SHORT_BITS: usize = 128;
        const PLACES: u32 = 30;
        if self.failure().is_some() || self.denominator.bit_len() <= SHORT_BITS {
            return self;
        }
        let scale = widened(10u128.pow(PLACES));
        match product(&self.numerator, &scale) {
            Some(scaled) => Self::ratio(self.negative, Self::nearest(&scaled, &self.denominator), scale),
            None => Self::undefined(Arithmetic::Overflow),
        }
    }
    fn is_defined(self) -> Truth {
        Truth::from(self.failure().is_none())
    }
}

impl<const BITS: usize, const LIMBS: usize> Add for Fixed<BITS, LIMBS> {
    type Output = Self;
    #[inline(never)]
    fn add(self, other: Self) -> Self {
        self.both(&other, Self::checked_add)
    }
}

impl<const BITS: usize, const LIMBS: usize> Sub for Fixed<BITS, LIMBS> {
    type Output = Self;
    #[inline(never)]
    fn sub(self, other: Self) -> Self {
        self.both(&other, |ours, theirs| ours.checked_add(&theirs.negated()))
    }
}

impl<const BITS: usize, const LIMBS: usize> Mul for Fixed<BITS, LIMBS> {
    type Output = Self;
    #[inline(never)]
    fn mul(self, other: Self) -> Self {
        self.both(&other, Self::checked_mul)
    }
}

impl<const BITS: usize, const LIMBS: usize> Div for Fixed<BITS, LIMBS> {
    type Output = Self;
    #[inline(never)]
    fn div(self, other: Self) -> Self {
        self.both(&other, |ours, theirs| match theirs.reciprocal() {
            zero if zero.failure().is_some() => Some(zero),
            reciprocal => ours.checked_mul(&reciprocal),
        })
    }
}

impl<const BITS: usize, const LIMBS: usize> AddAssign for Fixed<BITS, LIMBS> {
    #[inline(never)]
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl<const BITS: usize, const LIMBS: usize> SubAssign for Fixed<BITS, LIMBS> {
    #[inline(never)]
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl<const BITS: usize, const LIMBS: usize> Sum for Fixed<BITS, LIMBS> {
    fn sum<I: Iterator<Item = Self>>(terms: I) -> Self {
        terms.fold(Self::zero(), Add::add)
    }
}

impl<const BITS: usize, const LIMBS: usize> fmt::Debug for Fixed<BITS, LIMBS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.failure() {
            Some(why) => write!(f, "undefined ({why:?})"),
            None => {
                let sign = if self.negative { "-" } else { "" };
                write!(f, "{sign}{}/{}", self.numerator, self.denominator)
            }
        }
    }
}

impl Truth {
    /// True only for [`Truth::Yes`].
    pub fn is_yes(self) -> bool {
        self == Truth::Yes
    }
}

impl From<bool> for Truth {
    fn from(truth: bool) -> Self {
        if truth { Truth::Yes } else { Truth::No }
    }
}

impl<const BITS: usize, const LIMBS: usize> Mask<Fixed<BITS, LIMBS>> for Truth {
    fn always(truth: bool) -> Self {
        Truth::from(truth)
    }
    #[inline(never)]
    fn select(self, yes: Fixed<BITS, LIMBS>, no: Fixed<BITS, LIMBS>) -> Fixed<BITS, LIMBS> {
        match self {
            Truth::Yes => yes,
            Truth::No => no,
            Truth::Undefined(why) => Fixed::undefined(why),
        }
    }
    fn all(self) -> bool {
        self.is_yes()
    }
}

impl BitAnd for Truth {
    type Output = Self;
    fn bitand(self, other: Self) -> Self {
        match (self, other) {
            (Truth::Undefined(why), _) | (_, Truth::Undefined(why)) => Truth::Undefined(why),
            (Truth::Yes, Truth::Yes) => Truth::Yes,
            (Truth::No, _) | (_, Truth::No) => Truth::No,
        }
    }
}

impl BitOr for Truth {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        !(!self & !other)
    }
}

impl Not for Truth {
    type Output = Self;
    fn not(self) -> Self {
        match self {
            Truth::Yes => Truth::No,
            Truth::No => Truth::Yes,
            Truth::Undefined(why) => Truth::Undefined(why),
        }
    }
}

#[cfg(test)]
mod tests;
