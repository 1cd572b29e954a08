//! Figures that are the same number of times another in every path: what holders own who neither buy nor sell. One of them
//! is computed and kept, and says everything of the others.

use super::tape::Symbol;

/// A figure, as so many times one of the distinct ones.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Multiple {
    /// Which of the distinct figures.
    pub of: usize,
    /// How many times; above nought.
    pub factor: f64,
}

impl Multiple {
    /// A distinct figure itself.
    pub fn itself(of: usize) -> Self {
        Multiple { of, factor: 1.0 }
    }

    /// Whether it is a distinct figure itself.
    pub fn is_itself(self) -> bool {
        self.factor.to_bits() == 1.0_f64.to_bits()
    }
}

/// The distinct figures, and by figure which of them it is how many times. To be called while they are recorded.
pub fn distinct(figures: &[Symbol]) -> (Vec<Symbol>, Vec<Multiple>) {
    let mut distinct = Vec::new();
    // By distinct figure: what it is a known number of times, where it is that.
    let mut bases: Vec<Option<(u32, f64)>> = Vec::new();
    let mut multiples = Vec::new();
    for &figure in figures {
        let base = base(figure);
        let same = |other: &Option<(u32, f64)>| matches!((other, base), (Some((a, _)), Some((b, _))) if *a == b);
        let known = bases.iter().position(same);
        multiples.push(match (known, base) {
            (Some(of), Some((_, k))) => {
                let l = bases[of].map_or(k, |(_, l)| l);
                Multiple { of, factor: k / l }
            }
            _ => {
                distinct.push(figure);
                bases.push(base);
                Multiple::itself(distinct.len() - 1)
            }
        });
    }
    (distinct, multiples)
}

/// What a figure is a known number of times, above nought: perhaps once itself.
fn base(figure: Symbol) -> Option<(u32, f64)> {
    let (base, factor) = figure.known_factor().unwrap_or((figure, 1.0));
    match base {
        Symbol::Node(index) if factor.is_normal() && factor > 0.0 => Some((index, factor)),
        Symbol::Node(_) | Symbol::Known(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::tape::record;

    #[test]
    fn a_multiple_of_what_is_kept_is_not_kept_again() {
        let (distinct, multiples) = record(2, || {
            let (x, y) = (Symbol::input(0, 1.0, 2.0), Symbol::input(1, 1.0, 2.0));
            let [two, three, minus] = [2.0, 3.0, -1.0].map(Symbol::Known);
            let (found, multiples) = distinct(&[x * two, y, Symbol::Known(5.0), x * three, x * two, x, x * minus]);
            (found.len(), multiples)
        })
        .0;
        assert_eq!(distinct, 4, "twice x, y, five and minus x");
        let of = |of: usize, factor: f64| Multiple { of, factor };
        let expected = [of(0, 1.0), of(1, 1.0), of(2, 1.0), of(0, 1.5), of(0, 1.0), of(0, 0.5), of(3, 1.0)];
        assert_eq!(multiples, expected);
    }
}
