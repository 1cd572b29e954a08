//! A number that remembers how it came about: the engine, run once over it, writes its own program.
//!
//! [`Symbol`] implements the engine's [`Number`]. Where every operand is known the result is computed at once; otherwise
//! the operation is noted, and noted only once however often it recurs. What depends on nothing drawn is gone before
//! the first path is run, and so are rounds with nothing to solve, terms that are zero and comparisons that
//! [bounds](super::bounds) decide.
//!
//! A loop that ends when every lane has settled cannot know when to end. It is followed for a few turns, and what it
//! would have to find settled is noted as a *guard*: a path that fails a guard is run by itself, in plain lanes.

#![allow(clippy::float_cmp, reason = "a known number is nought or one, or it is not")]

use super::algebra;
use super::bounds::Bounds;
use super::recording::{Key, Operation, Reach, bounds_of, note, note_reach, operation, settles};
use crate::num::{Bent, Line, Mask, Number, reach};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use std::iter::Sum;
use std::ops::{Add, AddAssign, BitAnd, BitOr, Div, Mul, Not, Sub, SubAssign};
use std::panic::Location;

/// A number: known, or the result of a noted operation.
#[derive(Clone, Copy, Debug)]
pub enum Symbol {
    /// The same in every path.
    Known(f64),
    /// What the operation of this index gives.
    Node(u32),
}

/// A truth: known, or the result of a noted comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SymbolMask {
    /// The same in every path.
    Known(bool),
    /// What the operation of this index gives.
    Node(u32),
}

impl Symbol {
    /// A column of drawn numbers, with the least and the most that can be drawn.
    pub fn input(column: u32, low: f64, high: f64) -> Self {
        Symbol::Node(note(Operation::Input(column), Bounds::between(low, high)))
    }

    pub(super) fn bounds(self) -> Bounds {
        match self {
            Symbol::Known(value) => Bounds::point(value),
            Symbol::Node(index) => bounds_of(index),
        }
    }

    pub(super) fn key(self) -> Key {
        match self {
            Symbol::Known(value) => Key::Known(value.to_bits()),
            Symbol::Node(index) => Key::Node(index),
        }
    }

    fn is(self, value: f64) -> bool {
        matches!(self, Symbol::Known(known) if known == value)
    }

    /// A product in which known factors stand last, and are one: what several participants pay of one amount at one price
    /// is one product times the part of each. It differs from the product as written by its last digit at most.
    fn with_known_factors_last(self, other: Self) -> Self {
        match (self.known_factor(), other.known_factor()) {
            (Some((a, k)), None) => match other {
                Symbol::Known(l) => a * Symbol::Known(k * l),
                Symbol::Node(_) => (a * other) * Symbol::Known(k),
            },
            (None, Some((b, k))) => (self * b) * Symbol::Known(k),
            (Some((a, k)), Some((b, l))) => (a * b) * Symbol::Known(k * l),
            (None, None) => algebra::cancelled(self, other)
                .or_else(|| algebra::cancelled(other, self))
                .filter(|_| self.bounds().is_finite() && other.bounds().is_finite())
                .unwrap_or_else(|| {
                    Symbol::noted(Operation::Mul(self.key(), other.key()), self.bounds().product(other.bounds()))
                }),
        }
    }

    /// A product with a known number, as the other factor and that number.
    pub fn known_factor(self) -> Option<(Symbol, f64)> {
        let Symbol::Node(index) = self else { return None };
        match operation(index) {
            Operation::Mul(Key::Node(factor), Key::Known(k)) => Some((Symbol::Node(factor), f64::from_bits(k))),
            _ => None,
        }
    }

    fn plainly_plus(self, other: Self) -> Self {
        Symbol::noted(Operation::Add(self.key(), other.key()), self.bounds().sum(other.bounds()))
    }

    /// Whether it is at most the other: known, or as few steps as there are.
    pub(super) fn is_at_most(self, other: Self) -> SymbolMask {
        match (self, other) {
            (Symbol::Known(a), Symbol::Known(b)) => SymbolMask::Known(a <= b),
            (Symbol::Node(a), Symbol::Node(b)) if a == b => SymbolMask::Known(true),
            _ => match self.bounds().at_most(other.bounds()) {
                Some(truth) => SymbolMask::Known(truth),
                None => algebra::at_most(self, other)
                    .unwrap_or_else(|| SymbolMask::noted(Operation::AtMost(self.key(), other.key()))),
            },
        }
    }

    fn noted(operation: Operation, bounds: Bounds) -> Self {
        // A range of one value is that value; an operation on it need not be carried out.
        if bounds.is_finite() && bounds.low == bounds.high && bounds.low != 0.0 {
            return Symbol::Known(bounds.low);
        }
        Symbol::Node(note(operation, bounds))
    }
}

impl SymbolMask {
    /// A column of drawn truths.
    pub fn input(column: u32) -> Self {
        SymbolMask::Node(note(Operation::MaskInput(column), Bounds::ANYTHING))
    }

    fn noted(operation: Operation) -> Self {
        SymbolMask::Node(note(operation, Bounds::ANYTHING))
    }
}

impl Add for Symbol {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        match (self, other) {
            (Symbol::Known(a), Symbol::Known(b)) => Symbol::Known(a + b),
            _ if self.is(0.0) => other,
            _ if other.is(0.0) => self,
            // Known numbers stand last, so that a + 1 and 1 + a are one operation.
            (Symbol::Known(_), Symbol::Node(_)) => other + self,
            (Symbol::Node(_), Symbol::Known(known)) => {
                algebra::sum_with_known(self, known).unwrap_or_else(|| self.plainly_plus(other))
            }
            _ => algebra::sum(self, other, 1.0)
                .or_else(|| algebra::sum(other, self, 1.0))
                .unwrap_or_else(|| self.plainly_plus(other)),
        }
    }
}

impl Sub for Symbol {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        match (self, other) {
            (Symbol::Known(a), Symbol::Known(b)) => Symbol::Known(a - b),
            (Symbol::Node(a), Symbol::Node(b)) if a == b => Symbol::Known(0.0),
            _ if other.is(0.0) => self,
            (_, Symbol::Known(known)) => self + Symbol::Known(-known),
            (_, Symbol::Node(_)) => algebra::sum(self, other, -1.0)
                .or_else(|| algebra::negated(other).map(|negated| self + negated))
                .unwrap_or_else(|| {
                    Symbol::noted(Operation::Sub(self.key(), other.key()), self.bounds().difference(other.bounds()))
                }),
        }
    }
}

impl Mul for Symbol {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        match (self, other) {
            (Symbol::Known(a), Symbol::Known(b)) => Symbol::Known(a * b),
            _ if self.is(0.0) || other.is(0.0) => Symbol::Known(0.0),
            _ if self.is(1.0) => other,
            _ if other.is(1.0) => self,
            (Symbol::Known(_), Symbol::Node(_)) => other * self,
            _ => self.with_known_factors_last(other),
        }
    }
}

impl Div for Symbol {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        match (self, other) {
            (Symbol::Known(a), Symbol::Known(b)) => Symbol::Known(a / b),
            _ if other.is(1.0) => self,
            // A product, which other products can be brought together with; it differs by the last digit at most.
            (_, Symbol::Known(known)) if (1.0 / known).is_normal() => self * Symbol::Known(1.0 / known),
            (_, Symbol::Known(_)) => {
                Symbol::noted(Operation::Div(self.key(), other.key()), self.bounds().quotient(other.bounds()))
            }
            // One division for all that is divided by the same number. The program makes a plain quotient of a reciprocal
            // that is used once.
            (_, Symbol::Node(_)) => {
                let one = Symbol::Known(1.0);
                let bounds = one.bounds().quotient(other.bounds());
                if self.is(0.0) && bounds.sure {
                    return Symbol::Known(0.0);
                }
                let reciprocal = algebra::reciprocal(other)
                    .filter(|_| bounds.is_finite())
                    .unwrap_or_else(|| Symbol::noted(Operation::Div(one.key(), other.key()), bounds));
                self * reciprocal
            }
        }
    }
}

impl AddAssign for Symbol {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl SubAssign for Symbol {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl Sum for Symbol {
    fn sum<I: Iterator<Item = Self>>(terms: I) -> Self {
        terms.fold(Symbol::Known(0.0), Add::add)
    }
}

impl Number for Symbol {
    type Mask = SymbolMask;

    fn given(stated: Decimal) -> Self {
        Symbol::Known(stated.to_f64().unwrap_or(f64::NAN))
    }
    fn whole(count: i32) -> Self {
        Symbol::Known(f64::from(count))
    }
    fn at_most(self, other: Self) -> SymbolMask {
        self.is_at_most(other)
    }
    fn min(self, other: Self) -> Self {
        algebra::extreme(self, other, true).unwrap_or_else(|| self.at_most(other).select(self, other))
    }
    fn max(self, other: Self) -> Self {
        algebra::extreme(self, other, false).unwrap_or_else(|| self.at_most(other).select(other, self))
    }
    fn floor(self) -> Self {
        let of = |value: f64| crate::num::Lanes([value]).floor().0[0];
        match self {
            Symbol::Known(value) => Symbol::Known(of(value)),
            Symbol::Node(_) => {
                let bounds = self.bounds();
                let bounds = Bounds { low: of(bounds.low), high: of(bounds.high), ..bounds };
                Symbol::noted(Operation::Floor(self.key()), bounds)
            }
        }
    }
    fn posted(self) -> Self {
        self
    }
    fn carried(self) -> Self {
        self
    }
    fn is_defined(self) -> SymbolMask {
        match self {
            Symbol::Known(value) => SymbolMask::Known(value.is_finite()),
            Symbol::Node(_) if self.bounds().is_finite() => SymbolMask::Known(true),
            Symbol::Node(_) => SymbolMask::noted(Operation::IsDefined(self.key())),
        }
    }
    fn reached(straight: Line<Self>, bent: &[Bent<Self>], total: Self) -> Self {
        let (mut straight, mut bends) = (straight, Vec::new());
        for line in bent {
            // What is looked for is never below nought: a line that bends there is straight.
            if line.at.bounds().at_most(Bounds::point(0.0)) == Some(true) {
                straight.fixed += line.after;
                straight.slope += line.slope;
            } else {
                bends.push(*line);
            }
        }
        let given = Reach {
            straight: [straight.fixed, straight.slope],
            bent: bends.iter().map(|line| [line.at, line.before, line.after, line.slope]).collect(),
            total,
        };
        if bends.is_empty() || given.operands().all(|operand| matches!(operand, Symbol::Known(_))) {
            return reach(straight, bends.len(), |index| bends[index], total);
        }
        let sure = given.operands().all(|operand| operand.bounds().is_finite());
        let bounds = if sure { Bounds::between(0.0, f64::INFINITY) } else { Bounds::ANYTHING };
        let given = given.map(|operand| operand.key());
        Symbol::noted(Operation::Reach(note_reach(given)), bounds)
    }
}

impl Mask<Symbol> for SymbolMask {
    fn always(truth: bool) -> Self {
        SymbolMask::Known(truth)
    }

    fn select(self, yes: Symbol, no: Symbol) -> Symbol {
        let index = match self {
            SymbolMask::Known(true) => return yes,
            SymbolMask::Known(false) => return no,
            SymbolMask::Node(index) => index,
        };
        let (yes, no) = (algebra::side(index, yes, true), algebra::side(index, no, false));
        if yes.key() == no.key() {
            return yes;
        }
        match operation(index) {
            Operation::Not(inner) => SymbolMask::Node(inner).select(no, yes),
            Operation::AtMost(a, b) if (a, b) == (yes.key(), no.key()) => {
                Symbol::noted(Operation::Min(a, b), yes.bounds().min(no.bounds()))
            }
            Operation::AtMost(a, b) if (a, b) == (no.key(), yes.key()) => {
                Symbol::noted(Operation::Max(a, b), yes.bounds().max(no.bounds()))
            }
            _ => Symbol::noted(Operation::Select(index, yes.key(), no.key()), yes.bounds().either(no.bounds())),
        }
    }

    /// Known, or taken to be true after some turns of the loop that asks, and guarded.
    #[track_caller]
    fn all(self) -> bool {
        let at = Location::caller();
        settles(self, (at.file(), at.line(), at.column()))
    }
}

impl BitAnd for SymbolMask {
    type Output = Self;
    fn bitand(self, other: Self) -> Self {
        match (self, other) {
            (SymbolMask::Known(true), other) | (other, SymbolMask::Known(true)) => other,
            (SymbolMask::Known(false), _) | (_, SymbolMask::Known(false)) => SymbolMask::Known(false),
            (SymbolMask::Node(a), SymbolMask::Node(b)) if a == b => self,
            (SymbolMask::Node(a), SymbolMask::Node(b)) => SymbolMask::noted(Operation::And(a.min(b), a.max(b))),
        }
    }
}

impl BitOr for SymbolMask {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        match (self, other) {
            (SymbolMask::Known(false), other) | (other, SymbolMask::Known(false)) => other,
            (SymbolMask::Known(true), _) | (_, SymbolMask::Known(true)) => SymbolMask::Known(true),
            (SymbolMask::Node(a), SymbolMask::Node(b)) if a == b => self,
            (SymbolMask::Node(a), SymbolMask::Node(b)) => SymbolMask::noted(Operation::Or(a.min(b), a.max(b))),
        }
    }
}

impl Not for SymbolMask {
    type Output = Self;
    fn not(self) -> Self {
        match self {
            SymbolMask::Known(truth) => SymbolMask::Known(!truth),
            SymbolMask::Node(index) => match operation(index) {
                Operation::Not(inner) => SymbolMask::Node(inner),
                _ => SymbolMask::noted(Operation::Not(index)),
            },
        }
    }
}
