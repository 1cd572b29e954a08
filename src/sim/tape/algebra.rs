//! What can be said of an operation before any path is run.
//!
//! Purchases, transfers and splits write the same few numbers in many ways: three parts of one amount added one after the
//! other, a seller's shares taken off the total a buyer's were just added to, the smaller of two parts of one amount. Here
//! multiples of one number are brought together, so that the program computes them once. What comes out is the same but
//! for the last digits.

#![allow(clippy::float_cmp, reason = "a factor is nought or one, or it is not")]

use super::bounds::Bounds;
use super::recording::{Key, Operation, operation};
use super::symbol::{Symbol, SymbolMask};

/// Factors nearer to each other than this, in parts of themselves, are equal on paper.
const LAST_DIGITS: f64 = 1e-14;

/// A multiple of a noted number that is defined in every path.
#[derive(Clone, Copy, PartialEq)]
struct Multiple {
    of: u32,
    factor: f64,
}

impl Multiple {
    fn of(symbol: Symbol) -> Option<Self> {
        let Symbol::Node(index) = symbol else { return None };
        let multiple = match symbol.known_factor() {
            Some((Symbol::Node(of), factor)) => Multiple { of, factor },
            _ => Multiple { of: index, factor: 1.0 },
        };
        multiple.base().bounds().is_finite().then_some(multiple)
    }

    /// The multiple of the same number with this much more; nothing, where what is left are last digits.
    fn plus(self, factor: f64) -> Symbol {
        let sum = self.factor + factor;
        let sum = if sum.abs() <= LAST_DIGITS * factor.abs() { 0.0 } else { sum };
        self.base() * Symbol::Known(sum)
    }

    fn base(self) -> Symbol {
        Symbol::Node(self.of)
    }

    fn same_base(a: Symbol, b: Symbol) -> Option<(Self, Self)> {
        Multiple::of(a).zip(Multiple::of(b)).filter(|(a, b)| a.of == b.of)
    }
}

fn symbol(key: Key) -> Symbol {
    match key {
        Key::Known(bits) => Symbol::Known(f64::from_bits(bits)),
        Key::Node(index) => Symbol::Node(index),
    }
}

/// `a + sign b`, where either is a multiple of the other's number, or of the number last added to the other.
pub(super) fn sum(a: Symbol, b: Symbol, sign: f64) -> Option<Symbol> {
    let added = Multiple::of(b)?;
    if let Some((a, b)) = Multiple::same_base(a, b) {
        return Some(a.plus(sign * b.factor));
    }
    let Symbol::Node(index) = a else { return None };
    let Operation::Add(first, last) = operation(index) else { return None };
    let (first, last) = (symbol(first), symbol(last));
    for (rest, term) in [(first, last), (last, first)] {
        if let Some((term, _)) = Multiple::same_base(term, b) {
            let both = term.plus(sign * added.factor);
            return Some(rest + both);
        }
    }
    None
}

/// The truth and the sides of a choice, or of a known multiple of one.
fn choice(symbol: Symbol) -> Option<(u32, Symbol, Symbol)> {
    if let Some((chosen, factor)) = symbol.known_factor() {
        let ((mask, yes, no), factor) = (choice(chosen)?, Symbol::Known(factor));
        return Some((mask, yes * factor, no * factor));
    }
    let Symbol::Node(index) = symbol else { return None };
    match operation(index) {
        Operation::Select(mask, yes, no) => Some((mask, self::symbol(yes), self::symbol(no))),
        _ => None,
    }
}

/// `a + known`, where a known number was just added to `a`.
pub(super) fn sum_with_known(a: Symbol, known: f64) -> Option<Symbol> {
    let Symbol::Node(index) = a else { return None };
    let Operation::Add(rest, Key::Known(before)) = operation(index) else { return None };
    Some(symbol(rest) + Symbol::Known(f64::from_bits(before) + known))
}

/// `known - a` or `b - a`, where `a` is a known multiple of some number: then it is a sum.
pub(super) fn negated(a: Symbol) -> Option<Symbol> {
    a.known_factor().map(|(of, factor)| of * Symbol::Known(-factor))
}

/// One over a number that is itself so much over another, or a known multiple of some number.
pub(super) fn reciprocal(of: Symbol) -> Option<Symbol> {
    if let Some((factor, known)) = of.known_factor() {
        return Some(Symbol::Known(1.0) / factor * Symbol::Known(1.0 / known));
    }
    let Symbol::Node(index) = of else { return None };
    match operation(index) {
        Operation::Div(Key::Known(over), Key::Node(under)) => {
            Some(Symbol::Node(under) * Symbol::Known(1.0 / f64::from_bits(over)))
        }
        _ => None,
    }
}

/// The product of a number with one over a number it is a product with: the other factor.
pub(super) fn cancelled(product: Symbol, reciprocal: Symbol) -> Option<Symbol> {
    let (Symbol::Node(product), Symbol::Node(reciprocal)) = (product, reciprocal) else { return None };
    let Operation::Div(Key::Known(over), divisor) = operation(reciprocal) else { return None };
    let over = Symbol::Known(f64::from_bits(over));
    if divisor == Key::Node(product) {
        return Some(over);
    }
    match operation(product) {
        Operation::Mul(first, second) if first == divisor => Some(symbol(second) * over),
        Operation::Mul(first, second) if second == divisor => Some(symbol(first) * over),
        _ => None,
    }
}

/// Whether `a <= b`, where that can be said in fewer steps.
pub(super) fn at_most(a: Symbol, b: Symbol) -> Option<SymbolMask> {
    if let Some((a, b)) = Multiple::same_base(a, b) {
        // a x <= b x: (a - b) x <= 0.
        let (difference, base) = (a.factor - b.factor, a.base());
        // Equal on paper: then the numbers themselves decide, as they do everywhere else in the path.
        if difference.abs() <= LAST_DIGITS * a.factor.abs() {
            return None;
        }
        let (zero, bounds) = (Symbol::Known(0.0), base.bounds());
        return Some(match difference > 0.0 {
            true => base.is_at_most(zero),
            false if bounds.low >= 0.0 => SymbolMask::Known(true),
            false => zero.is_at_most(base),
        });
    }
    compared_with_nought(a, b).or_else(|| compared_by_side(a, b))
}

/// The sign of a product is that of its only factor whose sign is not known.
fn compared_with_nought(a: Symbol, b: Symbol) -> Option<SymbolMask> {
    let zero = Symbol::Known(0.0);
    let (product, is_left) = match (a, b) {
        (Symbol::Node(index), Symbol::Known(0.0)) => (index, true),
        (Symbol::Known(0.0), Symbol::Node(index)) => (index, false),
        _ => return None,
    };
    let Operation::Mul(first, second) = operation(product) else { return None };
    let (first, second) = (symbol(first), symbol(second));
    for (sure, other) in [(second, first), (first, second)] {
        let bounds: Bounds = sure.bounds();
        if bounds.is_finite() && bounds.low > 0.0 {
            return Some(if is_left { other.is_at_most(zero) } else { zero.is_at_most(other) });
        }
    }
    None
}

/// A comparison of a choice that each side decides is the choice itself.
fn compared_by_side(a: Symbol, b: Symbol) -> Option<SymbolMask> {
    let sides = |chosen: Symbol, compare: &dyn Fn(Symbol) -> Option<bool>| {
        let Symbol::Node(index) = chosen else { return None };
        let Operation::Select(mask, yes, no) = operation(index) else { return None };
        let (yes, no) = (compare(symbol(yes))?, compare(symbol(no))?);
        let mask = SymbolMask::Node(mask);
        Some(match (yes, no) {
            (true, true) => SymbolMask::Known(true),
            (false, false) => SymbolMask::Known(false),
            (true, false) => mask,
            (false, true) => !mask,
        })
    };
    sides(a, &|side| side.bounds().at_most(b.bounds())).or_else(|| sides(b, &|side| a.bounds().at_most(side.bounds())))
}

/// The smaller (or larger) of two multiples of one number that is never below nought.
pub(super) fn extreme(a: Symbol, b: Symbol, smaller: bool) -> Option<Symbol> {
    let (first, second) = Multiple::same_base(a, b)?;
    let first_is_smaller = first.factor <= second.factor;
    (first.base().bounds().low >= 0.0).then_some(if first_is_smaller == smaller { a } else { b })
}

/// A side of a choice, where that side is a choice by the same truth.
pub(super) fn side(mask: u32, chosen: Symbol, truth: bool) -> Symbol {
    match choice(chosen) {
        Some((other, yes, no)) if other == mask => {
            if truth {
                yes
            } else {
                no
            }
        }
        _ => chosen,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{BLOCK, Machine, Program, Root, Roots, record};
    use super::*;
    use crate::num::{Bent, Lanes, Line, Mask, Number};

    /// What a formula of two numbers from 1 to 9 and a truth is in as many steps as it takes.
    fn steps(formula: impl Fn(Symbol, Symbol, SymbolMask) -> Symbol) -> (usize, impl Fn(f64, f64, bool) -> f64) {
        let (roots, recording) = record(4, || {
            let [x, y] = [0, 1].map(|column| Symbol::input(column, 1.0, 9.0));
            Roots { numbers: vec![formula(x, y, SymbolMask::input(0))], masks: Vec::new() }
        });
        let program = Program::new(&recording, &roots, 2, 1);
        let count = program.steps.len();
        let value = move |x: f64, y: f64, truth: bool| {
            let mut machine = Machine::new(&program);
            machine.columns[0].0 = [x; BLOCK];
            machine.columns[1].0 = [y; BLOCK];
            machine.columns[2].0 = [super::super::truth(truth); BLOCK];
            machine.run(&program);
            match program.numbers[0] {
                Root::Known(value) => value,
                Root::Column(column) => machine.columns[column as usize].0[BLOCK - 1],
            }
        };
        (count, value)
    }

    fn known(value: f64) -> Symbol {
        Symbol::Known(value)
    }

    #[test]
    fn multiples_of_one_number_are_one() {
        let (count, value) = steps(|x, y, _| y + x * known(0.5) + x * known(0.3) + x * known(0.2));
        assert_eq!((count, value(2.0, 3.0, true)), (1, 5.0), "y + x");
        let (count, value) = steps(|x, y, _| (y + x) - x);
        assert_eq!((count, value(2.0, 3.0, true)), (0, 3.0), "what is taken off again was never added");
        let (count, value) = steps(|x, _, _| known(10.0) - (x * known(0.7)).min(x * known(0.4)));
        assert_eq!((count, value(5.0, 0.0, true)), (1, 8.0), "the smaller part of one number");
    }

    #[test]
    fn a_quotient_of_a_product_by_its_factor_is_the_other() {
        let (count, value) = steps(|x, y, _| (x * known(3.0)) * y / (x * known(2.0)));
        assert_eq!((count, value(7.0, 4.0, true)), (1, 6.0));
        let (count, value) = steps(|x, y, _| known(1.0) / (known(1.2) / (x * y)));
        assert_eq!((count, value(2.0, 3.0, true)), (1, 5.0));
    }

    #[test]
    fn a_choice_by_one_truth_is_made_once() {
        let (count, value) = steps(|x, y, truth| truth.select(truth.select(x, y), truth.select(x, y) * known(2.0)));
        assert_eq!((count, value(2.0, 3.0, true), value(2.0, 3.0, false)), (1, 2.0, 6.0));
        // Shares bought, or none: whether there are any is the truth itself.
        let (count, value) = steps(|x, y, truth| truth.select(x, known(0.0)).is_positive().select(x, y));
        assert_eq!((count, value(2.0, 3.0, true), value(2.0, 3.0, false)), (1, 2.0, 3.0));
    }

    #[test]
    fn a_search_is_one_step_and_finds_what_lanes_find() {
        fn formula<N: Number>(x: N, y: N) -> N {
            let whole = |count| N::whole(count);
            let bent = [
                Bent { at: x, before: x * whole(3), after: N::zero(), slope: whole(3) },
                Bent { at: y, before: y * whole(2), after: N::zero(), slope: whole(2) },
                Bent { at: N::zero(), before: N::zero(), after: whole(1), slope: whole(1) },
            ];
            N::reached(Line { fixed: N::zero(), slope: whole(5) }, &bent, whole(60))
        }
        let (count, value) = steps(|x, y, _| formula(x, y));
        assert_eq!(count, 3, "two preferences and the search");
        for (x, y) in [(1.0, 2.0), (4.0, 9.0), (9.0, 9.0), (2.5, 7.0)] {
            let Lanes([lane]) = formula(Lanes([x]), Lanes([y]));
            assert!((value(x, y, true) - lane).abs() < 1e-14, "{x} {y}: {lane}");
            let paid = |at: f64, shares: f64| if lane >= at { shares * lane } else { shares * at };
            assert!((paid(x, 3.0) + paid(y, 2.0) + 1.0 + 6.0 * lane - 60.0).abs() < 1e-12);
        }
    }
}
