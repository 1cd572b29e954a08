//! What exact numbers promise.

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

/// Around the length where a word no longer holds a half, and where two no longer hold a sum.
#[test]
fn sums_and_products_of_short_fractions_are_those_of_long_ones() {
    let halves = [1, 2, 3, 10, 1 << 32, 10_u64.pow(19), u64::MAX - 1, u64::MAX];
    let fraction = |negative, numerator: u64, denominator: u64| {
        Exact::ratio(negative, widened(numerator.into()), widened(denominator.into()))
    };
    let fractions: Vec<Exact> = halves
        .iter()
        .flat_map(|a| halves.iter().flat_map(move |b| [false, true].map(|negative| fraction(negative, *a, *b))))
        .collect();
    let is = |number: Exact, negative, numerator, denominator| {
        let expected = Exact::ratio(negative, numerator, denominator);
        assert_eq!(
            (number.negative, number.numerator, number.denominator),
            (expected.negative, expected.numerator, expected.denominator)
        );
    };
    for a in &fractions {
        for b in &fractions {
            let below = a.denominator * b.denominator;
            is(*a * *b, a.negative != b.negative, a.numerator * b.numerator, below);
            let (left, right) = (a.numerator * b.denominator, b.numerator * a.denominator);
            match a.negative == b.negative {
                true => is(*a + *b, a.negative, left + right, below),
                false => is(*a + *b, if left >= right { a.negative } else { b.negative }, left.abs_diff(right), below),
            }
            let less = match (a.negative, b.negative) {
                (false, false) => left <= right,
                (true, true) => right <= left,
                (negative, _) => negative,
            };
            assert_eq!(a.at_most(*b), Truth::from(less));
        }
    }
}
