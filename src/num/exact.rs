//! Exact rational numbers of fixed size: `Copy`, never rounded, never wrapped.

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
        if denominator.is_zero() {
            return Self::undefined(Arithmetic::DivisionByZero);
        }
        let common = common_divisor(numerator, denominator);
        Fixed {
            negative: negative && !numerator.is_zero(),
            numerator: divided(numerator, common),
            denominator: divided(denominator, common),
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
        match (self.denominator.is_zero(), self.numerator.is_zero()) {
            (false, _) => None,
            (true, true) => Some(Arithmetic::DivisionByZero),
            (true, false) => Some(Arithmetic::Overflow),
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

    /// `a/b + c/d`, by way of the common divisor of `b` and `d`, so that no intermediate is longer than it must be.
    fn checked_add(self, other: Self) -> Option<Self> {
        let common = common_divisor(self.denominator, other.denominator);
        let (ours, theirs) = (divided(self.denominator, common), divided(other.denominator, common));
        let left = self.numerator.checked_mul(theirs)?;
        let right = other.numerator.checked_mul(ours)?;
        let (negative, numerator) = match (self.negative == other.negative, left >= right) {
            (true, _) => (self.negative, left.checked_add(right)?),
            (false, true) => (self.negative, left - right),
            (false, false) => (other.negative, right - left),
        };
        let shared = common_divisor(numerator, common);
        let denominator = ours.checked_mul(divided(other.denominator, shared))?;
        Some(Fixed { negative: negative && !numerator.is_zero(), numerator: divided(numerator, shared), denominator })
    }

    /// `a/b · c/d`, dividing crosswise first: the product of reduced halves is already in lowest terms.
    fn checked_mul(self, other: Self) -> Option<Self> {
        let across = common_divisor(self.numerator, other.denominator);
        let back = common_divisor(other.numerator, self.denominator);
        let numerator = divided(self.numerator, across).checked_mul(divided(other.numerator, back))?;
        let denominator = divided(self.denominator, back).checked_mul(divided(other.denominator, across))?;
        Some(Fixed { negative: self.negative != other.negative && !numerator.is_zero(), numerator, denominator })
    }

    fn reciprocal(self) -> Self {
        if self.numerator.is_zero() {
            return Self::undefined(Arithmetic::DivisionByZero);
        }
        Fixed { negative: self.negative, numerator: self.denominator, denominator: self.numerator }
    }

    fn negated(self) -> Self {
        Fixed { negative: !self.negative && !self.numerator.is_zero(), ..self }
    }

    /// Runs `operation` on two defined numbers; passes on the failure of one that is not.
    fn both(self, other: Self, operation: impl Fn(Self, Self) -> Option<Self>) -> Self {
        match self.failure().or(other.failure()) {
            Some(why) => Self::undefined(why),
            None => operation(self, other).unwrap_or(Self::undefined(Arithmetic::Overflow)),
        }
    }

    /// Both defined. Compares by whole parts, then by the reciprocals of what is left over, so it cannot overflow.
    fn order(self, other: Self) -> Ordering {
        match (self.negative, other.negative) {
            (true, false) => return Ordering::Less,
            (false, true) => return Ordering::Greater,
            (true, true) => return other.negated().order(self.negated()),
            (false, false) => {}
        }
        let (mut a, mut b) = (self.numerator, self.denominator);
        let (mut c, mut d) = (other.numerator, other.denominator);
        loop {
            if let (Some(left), Some(right)) = (a.checked_mul(d), c.checked_mul(b)) {
                return left.cmp(&right);
            }
            let ((whole, rest), (other_whole, other_rest)) = (a.div_rem(b), c.div_rem(d));
            if whole != other_whole || rest.is_zero() || other_rest.is_zero() {
                return whole.cmp(&other_whole).then(rest.cmp(&other_rest));
            }
            // rest/b < other_rest/d  exactly where  d/other_rest < b/rest
            (a, b, c, d) = (d, other_rest, b, rest);
        }
    }

    /// The nearest whole number of a quotient, half to even. The denominator is above zero.
    fn nearest(numerator: Uint<BITS, LIMBS>, denominator: Uint<BITS, LIMBS>) -> Uint<BITS, LIMBS> {
        let (whole, rest) = numerator.div_rem(denominator);
        let half = rest.cmp(&(denominator - rest));
        let up = half == Ordering::Greater || (half == Ordering::Equal && whole.bit(0));
        // A quotient with a rest is below its numerator, so one more is no overflow.
        if up { whole + Uint::ONE } else { whole }
    }

    /// The number as a decimal of at most `places` places, half to even; `None` if undefined or too long.
    pub fn to_decimal(self, places: u32) -> Option<Decimal> {
        self.failure().is_none().then_some(())?;
        let scale = Uint::try_from(10u128.checked_pow(places)?).ok()?;
        let whole = Self::nearest(self.numerator.checked_mul(scale)?, self.denominator);
        let magnitude = i128::try_from(whole).ok()?;
        let signed = if self.negative { -magnitude } else { magnitude };
        Decimal::try_from_i128_with_scale(signed, places).ok().map(|decimal| decimal.normalize())
    }
}

/// The greatest common divisor; at once where it is plain, which is most of the time: shares and money are whole.
fn common_divisor<const BITS: usize, const LIMBS: usize>(
    a: Uint<BITS, LIMBS>,
    b: Uint<BITS, LIMBS>,
) -> Uint<BITS, LIMBS> {
    if a == Uint::ONE || b == Uint::ONE {
        return Uint::ONE;
    }
    match (u64::try_from(a), u64::try_from(b)) {
        (Ok(a), Ok(b)) => Uint::from(common_divisor_of_small(a, b)),
        _ => a.gcd(b),
    }
}

/// Stein's algorithm: shifts and subtractions only.
fn common_divisor_of_small(mut a: u64, mut b: u64) -> u64 {
    if a == 0 || b == 0 {
        return a | b;
    }
    let twos = (a | b).trailing_zeros();
    a >>= a.trailing_zeros();
    while b != 0 {
        b >>= b.trailing_zeros();
        (a, b) = (a.min(b), a.abs_diff(b));
    }
    a << twos
}

/// `number / divisor`, where the divisor is known to divide it and is usually one.
fn divided<const BITS: usize, const LIMBS: usize>(
    number: Uint<BITS, LIMBS>,
    divisor: Uint<BITS, LIMBS>,
) -> Uint<BITS, LIMBS> {
    if divisor == Uint::ONE { number } else { number / divisor }
}

impl<const BITS: usize, const LIMBS: usize> Number for Fixed<BITS, LIMBS> {
    type Mask = Truth;

    fn given(stated: Decimal) -> Self {
        let scale = 10u128.pow(stated.scale());
        let (Ok(numerator), Ok(denominator)) =
            (Uint::try_from(stated.mantissa().unsigned_abs()), Uint::try_from(scale))
        else {
            return Self::undefined(Arithmetic::Overflow);
        };
        Self::ratio(stated.is_sign_negative(), numerator, denominator)
    }
    fn whole(count: i32) -> Self {
        Self::ratio(count < 0, Uint::from(count.unsigned_abs()), Uint::ONE)
    }
    fn at_most(self, other: Self) -> Truth {
        match self.failure().or(other.failure()) {
            Some(why) => Truth::Undefined(why),
            None => Truth::from(self.order(other) != Ordering::Greater),
        }
    }
    fn floor(self) -> Self {
        if self.failure().is_some() {
            return self;
        }
        let (whole, rest) = self.numerator.div_rem(self.denominator);
        let down = if self.negative && !rest.is_zero() { Uint::ONE } else { Uint::ZERO };
        Self::ratio(self.negative, whole + down, Uint::ONE)
    }
    fn posted(self) -> Self {
        const PLACES: u32 = 10;
        match (self.failure(), self.to_decimal(PLACES)) {
            (Some(_), _) => self,
            (None, Some(decimal)) => Self::given(decimal),
            (None, None) => Self::undefined(Arithmetic::Overflow),
        }
    }
    fn carried(self) -> Self {
        const SHORT_BITS: usize = 128;
        const PLACES: u32 = 30;
        if self.failure().is_some() || self.denominator.bit_len() <= SHORT_BITS {
            return self;
        }
        let scale = Uint::from(10u128.pow(PLACES));
        match self.numerator.checked_mul(scale) {
            Some(scaled) => Self::ratio(self.negative, Self::nearest(scaled, self.denominator), scale),
            None => Self::undefined(Arithmetic::Overflow),
        }
    }
    fn is_defined(self) -> Truth {
        Truth::from(self.failure().is_none())
    }
}

impl<const BITS: usize, const LIMBS: usize> Add for Fixed<BITS, LIMBS> {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        self.both(other, Self::checked_add)
    }
}

impl<const BITS: usize, const LIMBS: usize> Sub for Fixed<BITS, LIMBS> {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self.both(other, |ours, theirs| ours.checked_add(theirs.negated()))
    }
}

impl<const BITS: usize, const LIMBS: usize> Mul for Fixed<BITS, LIMBS> {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        self.both(other, Self::checked_mul)
    }
}

impl<const BITS: usize, const LIMBS: usize> Div for Fixed<BITS, LIMBS> {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        self.both(other, |ours, theirs| match theirs.reciprocal() {
            zero if zero.failure().is_some() => Some(zero),
            reciprocal => ours.checked_mul(reciprocal),
        })
    }
}

impl<const BITS: usize, const LIMBS: usize> AddAssign for Fixed<BITS, LIMBS> {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl<const BITS: usize, const LIMBS: usize> SubAssign for Fixed<BITS, LIMBS> {
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
mod tests {
    use super::*;

    fn exact(text: &str) -> Exact {
        Exact::given(text.parse().expect("a decimal"))
    }

    #[test]
    fn every_whole_quotient_of_the_grid_stays_whole() {
        let mut cases = 0;
        for fully_diluted in (1_000_000..50_000_000).step_by(250_000) {
            for pre_money in [8_000_000, 10_000_000, 20_000_000, 25_000_000] {
                for amount in [500_000, 1_000_000, 2_000_000, 4_000_000] {
                    let price = Exact::whole(pre_money) / Exact::whole(fully_diluted);
                    let shares = (Exact::whole(amount) / price).floor();
                    let expected = i64::from(amount) * i64::from(fully_diluted) / i64::from(pre_money);
                    assert_eq!(shares.to_decimal(0), Some(Decimal::from(expected)));
                    cases += 1;
                }
            }
        }
        assert_eq!(cases, 3_136);
    }

    #[test]
    fn a_failure_passes_through_arithmetic_comparison_and_choice() {
        let lost = Exact::one() / Exact::zero();
        let chosen = lost.at_most(Exact::one()).select(Exact::one(), Exact::zero());
        assert_eq!((lost + Exact::one()).failure(), Some(Arithmetic::DivisionByZero));
        assert_eq!(chosen.failure(), Some(Arithmetic::DivisionByZero));
        assert_eq!(lost.max(Exact::one()).failure(), Some(Arithmetic::DivisionByZero));
    }

    #[test]
    fn running_out_of_digits_is_a_failure_and_never_wraps() {
        let mut power = Exact::given(Decimal::MAX);
        for _ in 0..10 {
            power = power * power;
        }
        assert_eq!(power.failure(), Some(Arithmetic::Overflow));
        assert_eq!((Exact::one() / power).failure(), Some(Arithmetic::Overflow));
    }

    #[test]
    fn ordering_does_not_need_the_product_to_fit() {
        type Narrow = Fixed<128, 2>;
        let third = Narrow::given(Decimal::MAX) / Narrow::whole(3);
        let more = third + Narrow::one() / Narrow::whole(7);
        assert_eq!(third.at_most(more), Truth::Yes);
        assert_eq!(more.at_most(third), Truth::No);
        assert_eq!(third.at_most(third), Truth::Yes);
    }

    #[test]
    fn decimals_round_half_to_even_and_floors_go_down() {
        assert_eq!(exact("0.125").to_decimal(2), Some("0.12".parse().unwrap()));
        assert_eq!(exact("-0.135").to_decimal(2), Some("-0.14".parse().unwrap()));
        assert_eq!(exact("-1.5").floor().to_decimal(0), Some(Decimal::from(-2)));
        assert_eq!((Exact::whole(2) / Exact::whole(3)).posted().to_decimal(12), Some("0.6666666667".parse().unwrap()));
    }

    /// 2/3 is short and stays; a fraction of 40 digits over 41 is carried to thirty places, within half of the last.
    #[test]
    fn only_a_long_fraction_is_cut_where_it_is_carried() {
        let third = Exact::whole(2) / Exact::whole(3);
        assert_eq!(Number::below(third.carried(), third), Truth::No);
        assert_eq!(Number::below(third, third.carried()), Truth::No);
        let ten = |power: u32| (0..power).fold(Exact::whole(1), |product, _| product * Exact::whole(10));
        let long = ten(40) / (ten(41) + Exact::whole(3));
        let off = long.max(long.carried()) - long.min(long.carried());
        assert_eq!(off.is_positive(), Truth::Yes);
        assert_eq!((off * ten(30) * Exact::whole(2)).at_most(Exact::whole(1)), Truth::Yes);
    }
}
