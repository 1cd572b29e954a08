//! Exact numbers that keep every digit from event to event: what a relation between an input and a figure is, before
//! a ledger's ten places.

use super::{Exact, Mask, Number, Truth};
use rust_decimal::Decimal;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, Mul, Sub, SubAssign};

/// An exact number that posting leaves as it is. A figure computed in it is a rational function of each input, piece by
/// piece, so an equation in it can be solved exactly.
#[derive(Clone, Copy, Debug)]
pub struct Unposted(pub Exact);

impl Number for Unposted {
    type Mask = Truth;

    fn given(stated: Decimal) -> Self {
        Unposted(Exact::given(stated))
    }
    fn whole(count: i32) -> Self {
        Unposted(Exact::whole(count))
    }
    fn at_most(self, other: Self) -> Truth {
        self.0.at_most(other.0)
    }
    fn floor(self) -> Self {
        Unposted(self.0.floor())
    }
    fn posted(self) -> Self {
        self
    }
    fn carried(self) -> Self {
        self
    }
    fn is_defined(self) -> Truth {
        self.0.is_defined()
    }
}

impl Mask<Unposted> for Truth {
    fn always(truth: bool) -> Self {
        Truth::from(truth)
    }
    fn select(self, yes: Unposted, no: Unposted) -> Unposted {
        Unposted(Mask::<Exact>::select(self, yes.0, no.0))
    }
    fn all(self) -> bool {
        self.is_yes()
    }
}

macro_rules! passed_on {
    ($($operator:ident, $method:ident;)*) => {
        $(
            impl $operator for Unposted {
                type Output = Self;
                fn $method(self, other: Self) -> Self {
                    Unposted($operator::$method(self.0, other.0))
                }
            }
        )*
    };
}
passed_on! {
    Add, add;
    Sub, sub;
    Mul, mul;
    Div, div;
}

impl AddAssign for Unposted {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl SubAssign for Unposted {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl Sum for Unposted {
    fn sum<I: Iterator<Item = Self>>(terms: I) -> Self {
        terms.fold(Self::zero(), Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn posting_keeps_a_third_a_third() {
        let third = Unposted::one() / Unposted::whole(3);
        assert!((third.posted() * Unposted::whole(3)).at_most(Unposted::one()).is_yes());
        assert!((Unposted::one() - third.posted() * Unposted::whole(3)).is_positive() == Truth::No);
        assert!((Exact::one() - third.0.posted() * Exact::whole(3)).is_positive().is_yes());
    }
}
