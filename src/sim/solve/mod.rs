//! The inputs at which a figure is what is wanted.
//!
//! A figure as a function of one input is rational, piece by piece: between two changes of regime (a cap that begins to
//! bind, a pool that needs no top-up) it is, of nearly every deal, one line over another,
//!
//! ```text
//! y(x) = (a + b x) / (c + d x)
//! ```
//!
//! which three points determine. So the function is sampled exactly over its domain, pieces are told apart by whether five
//! points lie on one such curve, and each change of side is narrowed: the curve through three points meets the wanted
//! number at a point, which is tried exactly. Inside one piece the first try is the answer. What is no curve of this kind
//! is halved until the bracket is narrower than any input could be typed, and is then said to be a bracket.
//!
//! Source of the invariant: four points of such a curve have the same cross ratio in x and in y.

mod domain;
mod roots;
#[cfg(test)]
mod tests;

pub use domain::{Domain, End, Limits};

use crate::model::Comparison;
use crate::num::{Exact, Number};
use domain::Probe;

/// What is asked of the relation.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// How the figure is compared.
    pub comparison: Comparison,
    /// With what.
    pub number: Exact,
}

/// A point of the relation.
#[derive(Clone, Copy, Debug)]
pub struct Point {
    /// The input.
    pub input: Exact,
    /// The figure there.
    pub figure: Exact,
}

/// Where the figure is what was wanted, or passes it.
#[derive(Clone, Copy, Debug)]
pub enum Root {
    /// Exactly here: the figure at this input is the number wanted.
    At(Exact),
    /// At every input from the first to the second.
    Along(Exact, Exact),
    /// Between these two, which are closer than an input can be typed.
    Between(Point, Point),
    /// It jumps from the one to the other and is never what was wanted.
    Jump(Point, Point),
}

/// Inputs at which a condition holds.
#[derive(Clone, Copy, Debug)]
pub struct Interval {
    /// From here.
    pub low: Bound,
    /// To here.
    pub high: Bound,
}

/// An end of an interval.
#[derive(Clone, Copy, Debug)]
pub struct Bound {
    /// Where.
    pub at: Exact,
    /// The condition holds there too.
    pub holds: bool,
    /// It is an end of the domain; beyond it nothing is known.
    pub of_the_domain: bool,
}

/// The least or most the figure is over the domain.
#[derive(Clone, Copy, Debug)]
pub struct Extreme {
    /// At this input.
    pub input: Exact,
    /// The figure there; what it tends to, where the input is an end the domain does not reach.
    pub figure: Exact,
    /// False where it is only approached.
    pub reached: bool,
}

/// All that is to be said of an equation or a condition.
#[derive(Clone, Debug)]
pub struct Solution<W> {
    /// The inputs that were searched, and what lies beyond them.
    pub domain: Domain<W>,
    /// The figure, where it is the same for every input.
    pub constant: Option<Exact>,
    /// Where it is, or passes, the number wanted; ascending.
    pub roots: Vec<Root>,
    /// Where the condition holds; ascending. Of an equation, empty.
    pub intervals: Vec<Interval>,
    /// The least.
    pub least: Extreme,
    /// The most.
    pub most: Extreme,
}

impl Root {
    /// The input it is at, or nearest to.
    pub fn input(self) -> Exact {
        match self {
            Root::At(input) | Root::Along(input, _) => input,
            Root::Between(low, _) | Root::Jump(low, _) => low.input,
        }
    }
}

/// Solves `figure(input) = number`, or finds where a condition holds, over the domain of the input.
///
/// `relation` computes the figure exactly, or says why there is none. `start` is an input at which there is one, if there
/// is any.
///
/// # Errors
/// Why there is no figure at `start`, where there is none at any input that was tried.
pub fn solve<W: Clone>(
    wanted: Wanted,
    start: Exact,
    limits: &Limits,
    relation: &mut dyn FnMut(Exact) -> Result<Exact, W>,
) -> Result<Solution<W>, W> {
    let mut probe = Probe::new(relation, limits.rounded);
    let domain = probe.domain(start, limits)?;
    let points = probe.sample(&domain, start);
    let first = points[0].figure;
    let constant = points.iter().all(|point| point.figure.equals(first)).then_some(first);
    let (least, most) = (probe.extreme(&points, &domain, false), probe.extreme(&points, &domain, true));
    let roots = match constant {
        Some(_) => Vec::new(),
        None => roots::all(&mut probe, &points, wanted.number),
    };
    let intervals = match wanted.comparison {
        Comparison::Equal => Vec::new(),
        comparison => roots::intervals(&mut probe, &domain, &roots, Wanted { comparison, ..wanted }),
    };
    Ok(Solution { domain, constant, roots, intervals, least, most })
}

impl Wanted {
    /// Whether a figure is what was wanted.
    pub fn holds(self, figure: Exact) -> bool {
        match self.comparison {
            Comparison::Equal => figure.equals(self.number),
            Comparison::AtLeast => self.number.at_most(figure).is_yes(),
            Comparison::Above => self.number.below(figure).is_yes(),
            Comparison::AtMost => figure.at_most(self.number).is_yes(),
            Comparison::Below => figure.below(self.number).is_yes(),
        }
    }
}

/// Where the curve through three points has the height `figure`, if it is a curve of the kind and has it once.
///
/// With `y = (a + b x) / (c + d x)` through the points, the cross ratio of the three heights and `figure` is that of the
/// three inputs and the answer:
///
/// ```text
/// r = (y0 - y) (y1 - y2) / ((y0 - y2) (y1 - y))        r = (x0 - x) (x1 - x2) / ((x0 - x2) (x1 - x))
/// x = (x0 (x1 - x2) - r x1 (x0 - x2)) / ((x1 - x2) - r (x0 - x2))
/// ```
fn meets(points: [Point; 3], figure: Exact) -> Exact {
    let [p, q, s] = points;
    let (left, right) = (q.input - s.input, p.input - s.input);
    let ratio = (p.figure - figure) * (q.figure - s.figure) / ((p.figure - s.figure) * (q.figure - figure));
    (p.input * left - ratio * q.input * right) / (left - ratio * right)
}

/// The height of the curve through three points at an input: the same with x and y exchanged.
fn height(points: [Point; 3], input: Exact) -> Exact {
    let turned = points.map(|point| Point { input: point.figure, figure: point.input });
    meets(turned, input)
}

/// A short number strictly between two inputs, near the given part of the way.
fn between(low: Exact, high: Exact, part: (i32, i32)) -> Exact {
    let width = high - low;
    let middle = low + width * Exact::whole(part.0) / Exact::whole(part.1);
    let slack = width / Exact::whole(64);
    Exact::simplest_between(middle - slack, middle + slack)
}
