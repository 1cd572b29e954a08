//! Whole numbers of fixed width, computed by the words they use: most numbers of a deal are far shorter than the width
//! that the longest need, and a product of sixteen words by sixteen would be nearly all multiplications by nought.

use ruint::Uint;

/// The words that are in use, the lowest first; none for nought.
fn used<const BITS: usize, const LIMBS: usize>(number: &Uint<BITS, LIMBS>) -> &[u64] {
    let words = number.as_limbs();
    let length = words.iter().rposition(|word| *word != 0).map_or(0, |last| last + 1);
    &words[..length]
}

/// True for nought.
pub(super) fn is_zero<const BITS: usize, const LIMBS: usize>(number: &Uint<BITS, LIMBS>) -> bool {
    number.as_limbs().iter().all(|word| *word == 0)
}

/// The number, where one word holds it.
#[inline]
pub(super) fn word<const BITS: usize, const LIMBS: usize>(number: &Uint<BITS, LIMBS>) -> Option<u64> {
    let words = number.as_limbs();
    // all words, rather than up to the first in use: without a branch this is a few vectors
    let above = words[1..].iter().fold(0, |all, word| all | word);
    (above == 0).then_some(words[0])
}

/// The number, where two words hold it.
#[inline]
pub(super) fn two_words<const BITS: usize, const LIMBS: usize>(number: &Uint<BITS, LIMBS>) -> Option<u128> {
    let words = number.as_limbs();
    let above = words[2..].iter().fold(0, |all, word| all | word);
    (above == 0).then_some(u128::from(words[0]) | u128::from(words[1]) << 64)
}

/// A number of two words, in any width from there on.
#[inline]
pub(super) fn widened<const BITS: usize, const LIMBS: usize>(number: u128) -> Uint<BITS, LIMBS> {
    const { assert!(BITS == 64 * LIMBS && LIMBS >= 2) };
    let mut words = [0; LIMBS];
    (words[0], words[1]) = halves(number);
    Uint::from_limbs(words)
}

/// The lower and the upper word.
#[allow(clippy::cast_possible_truncation, reason = "the two words are what is wanted")]
#[inline]
fn halves(number: u128) -> (u64, u64) {
    (number as u64, (number >> 64) as u64)
}

/// `a * b`; `None` where the width does not hold it.
pub(super) fn product<const BITS: usize, const LIMBS: usize>(
    a: &Uint<BITS, LIMBS>,
    b: &Uint<BITS, LIMBS>,
) -> Option<Uint<BITS, LIMBS>> {
    const { assert!(BITS == 64 * LIMBS) };
    let (a, b) = (used(a), used(b));
    // a product has the words of both, or one fewer
    if a.len() + b.len() > LIMBS + 1 {
        return None;
    }
    let mut words = [0; LIMBS];
    for (low, ours) in a.iter().enumerate() {
        let mut carry = 0;
        for (word, theirs) in words[low..].iter_mut().zip(b) {
            // at most (2^64 - 1)^2 + 2 (2^64 - 1), which is all that two words hold
            let sum = u128::from(*ours) * u128::from(*theirs) + u128::from(*word) + u128::from(carry);
            (*word, carry) = halves(sum);
        }
        match words.get_mut(low + b.len()) {
            Some(above) => *above = carry,
            None if carry == 0 => {}
            None => return None,
        }
    }
    Some(Uint::from_limbs(words))
}

/// The greatest common divisor; at once where it is plain, which is most of the time: shares and money are whole.
pub(super) fn common_divisor<const BITS: usize, const LIMBS: usize>(
    a: &Uint<BITS, LIMBS>,
    b: &Uint<BITS, LIMBS>,
) -> Uint<BITS, LIMBS> {
    match (two_words(a), two_words(b)) {
        (Some(1), _) | (_, Some(1)) => Uint::ONE,
        (Some(a), Some(b)) => widened(common_divisor_of_two_words(a, b)),
        _ => a.gcd(*b),
    }
}

pub(super) fn common_divisor_of_two_words(mut a: u128, mut b: u128) -> u128 {
    // each step takes a bit or more from the longer
    loop {
        match (u64::try_from(a), u64::try_from(b)) {
            (Ok(a), Ok(b)) => return common_divisor_of_words(a, b).into(),
            _ if a == 0 || b == 0 => return a | b,
            _ => (a, b) = (b, a % b),
        }
    }
}

/// Stein's algorithm: shifts and subtractions only.
pub(super) fn common_divisor_of_words(mut a: u64, mut b: u64) -> u64 {
    if a == 0 || b == 0 {
        return a | b;
    }
    if a == 1 || b == 1 {
        return 1;
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
pub(super) fn divided<const BITS: usize, const LIMBS: usize>(
    number: &Uint<BITS, LIMBS>,
    divisor: &Uint<BITS, LIMBS>,
) -> Uint<BITS, LIMBS> {
    match (word(divisor), two_words(number)) {
        (Some(1), _) => *number,
        (Some(divisor), Some(number)) => widened(number / u128::from(divisor)),
        _ => number / divisor,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Number = Uint<384, 6>;

    /// Numbers of every length, with words that are all ones and all noughts among them.
    fn numbers() -> impl Strategy<Value = Number> {
        let word = prop_oneof![Just(0), Just(1), Just(u64::MAX), any::<u64>()];
        (prop::array::uniform6(word), 0_usize..=6).prop_map(|(mut words, length)| {
            words[length..].fill(0);
            Number::from_limbs(words)
        })
    }

    proptest! {
        #[test]
        fn products_are_those_of_the_whole_width(a in numbers(), b in numbers()) {
            prop_assert_eq!(product(&a, &b), a.checked_mul(b));
        }

        #[test]
        fn divisors_are_those_of_the_whole_width(a in numbers(), b in numbers()) {
            let common = common_divisor(&a, &b);
            prop_assert_eq!(common, a.gcd(b));
            if !is_zero(&common) {
                prop_assert_eq!(divided(&a, &common), a / common);
            }
        }

        #[test]
        fn numbers_of_two_words_come_back(number in any::<u128>(), long in numbers()) {
            prop_assert_eq!(two_words(&widened::<384, 6>(number)), Some(number));
            prop_assert_eq!(word(&long).map(Number::from), u64::try_from(long).ok().map(Number::from));
        }
    }
}
