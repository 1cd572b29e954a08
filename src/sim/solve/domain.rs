//! The inputs that have a figure at all, and the relation sampled over them.

use super::{Extreme, Point, between, height};
use crate::num::{Exact, Number};

/// How far an input is searched where nobody says: up to so many doublings of where it starts.
const DOUBLINGS: u32 = 10;
/// Steps from an input that has a figure towards one that has none.
const HALVINGS: usize = 90;
/// Equal parts the domain is first cut into.
const PARTS: i32 = 24;
/// How often a part that is no single piece is cut again.
const CUTS: u32 = 3;
/// The same where figures are rounded: each costs a whole run, and many are no curve of the kind at all.
const CUTS_ROUNDED: u32 = 1;

/// Where an input may be looked for.
#[derive(Clone, Debug, Default)]
pub struct Limits {
    /// Not below.
    pub low: Option<Exact>,
    /// Not above.
    pub high: Option<Exact>,
    /// The relation's figures are rounded: points lie near a curve, and a root is a whole neighbourhood of inputs.
    pub rounded: bool,
}

/// The inputs that have a figure, next to where the search starts.
#[derive(Clone, Debug)]
pub struct Domain<W> {
    /// The lower end.
    pub low: End<W>,
    /// The upper end.
    pub high: End<W>,
}

/// An end of the domain.
#[derive(Clone, Debug)]
pub struct End<W> {
    /// Where.
    pub at: Exact,
    /// There is a figure at the end itself.
    pub attained: bool,
    /// Why there is none beyond it; `None` where the limit of the search ends it.
    pub beyond: Option<W>,
    /// The search stops here and the figure goes on.
    pub open: bool,
}

/// The relation, asked point by point.
pub(super) struct Probe<'a, W> {
    relation: &'a mut dyn FnMut(Exact) -> Result<Exact, W>,
    /// The figures are rounded.
    pub rounded: bool,
}

impl<'a, W: Clone> Probe<'a, W> {
    pub fn new(relation: &'a mut dyn FnMut(Exact) -> Result<Exact, W>, rounded: bool) -> Self {
        Probe { relation, rounded }
    }

    /// The figure at an input, or why there is none.
    pub fn ask(&mut self, input: Exact) -> Result<Exact, W> {
        (self.relation)(input)
    }

    /// The point at an input, where there is one.
    pub fn point(&mut self, input: Exact) -> Option<Point> {
        self.ask(input).ok().map(|figure| Point { input, figure })
    }

    /// The inputs around `start` that have a figure.
    pub fn domain(&mut self, start: Exact, limits: &Limits) -> Result<Domain<W>, W> {
        let start = self.somewhere(start, limits)?;
        let high = match limits.high {
            Some(high) => self.end(start, high, false),
            None => self.end_by_doubling(start),
        };
        let low = limits.low.unwrap_or(Exact::zero());
        let low = self.end(start, low, false);
        Ok(Domain { low, high })
    }

    /// An input that has a figure: the start, else one of a few others.
    fn somewhere(&mut self, start: Exact, limits: &Limits) -> Result<Exact, W> {
        let Err(why) = self.ask(start) else { return Ok(start) };
        let inside = |input: &Exact| {
            limits.low.is_none_or(|low| low.at_most(*input).is_yes())
                && limits.high.is_none_or(|high| input.at_most(high).is_yes())
        };
        let spread = limits.low.zip(limits.high).into_iter().flat_map(|(low, high)| {
            (0..=20).map(move |part| low + (high - low) * Exact::whole(part) / Exact::whole(20))
        });
        let factors = [(1, 2), (2, 1), (1, 4), (4, 1), (1, 10), (10, 1), (1, 100), (100, 1), (1, 1000), (1000, 1)];
        let near = factors.map(|(above, below)| start * Exact::whole(above) / Exact::whole(below));
        let mut candidates = spread.chain(near).filter(inside);
        candidates.find(|input| self.ask(*input).is_ok()).ok_or(why)
    }

    /// The end on the way from an input that has a figure to a limit.
    fn end(&mut self, good: Exact, limit: Exact, open: bool) -> End<W> {
        match self.ask(limit) {
            Ok(_) => End { at: limit, attained: true, beyond: None, open },
            Err(why) => self.edge(good, limit, why),
        }
    }

    fn end_by_doubling(&mut self, start: Exact) -> End<W> {
        let mut good = if start.is_positive().is_yes() { start } else { Exact::one() };
        if self.ask(good).is_err() {
            return self.end(start, good, false);
        }
        for _ in 0..DOUBLINGS {
            let next = good + good;
            match self.ask(next) {
                Ok(_) => good = next,
                Err(why) => return self.edge(good, next, why),
            }
        }
        End { at: good, attained: true, beyond: None, open: true }
    }

    /// The edge between an input that has a figure and one that has none: the simplest number in a bracket too narrow
    /// for another that was meant.
    fn edge(&mut self, mut good: Exact, mut bad: Exact, mut why: W) -> End<W> {
        let halvings = if self.rounded { HALVINGS / 2 } else { HALVINGS };
        for _ in 0..halvings {
            let (low, high) = if good.below(bad).is_yes() { (good, bad) } else { (bad, good) };
            let middle = between(low, high, (1, 2));
            match self.ask(middle) {
                Ok(_) => good = middle,
                Err(reason) => (bad, why) = (middle, reason),
            }
        }
        let (low, high) = if good.below(bad).is_yes() { (good, bad) } else { (bad, good) };
        let at = Exact::simplest_between(low, high);
        let attained = self.ask(at).is_ok();
        End { at, attained, beyond: Some(why), open: false }
    }

    /// Points of the relation over the domain, close enough together that each piece has several.
    pub fn sample(&mut self, domain: &Domain<W>, start: Exact) -> Vec<Point> {
        let (low, high) = (domain.low.at, domain.high.at);
        let width = high - low;
        let inside = |input: &Exact| low.below(*input).is_yes() && input.below(high).is_yes();
        let mut inputs: Vec<Exact> = (1..PARTS).map(|part| between(low, high, (part, PARTS))).filter(&inside).collect();
        // Where the domain is much wider than what is usual, most of what happens happens near the start.
        if (start * Exact::whole(8)).below(width).is_yes() {
            let mut factor = start;
            for _ in 0..DOUBLINGS {
                factor = factor + factor;
                inputs.push(factor);
            }
            inputs.extend((1..16).map(|part| start * Exact::whole(part) / Exact::whole(8)));
        }
        // Just inside an end that has no figure.
        let sliver = width / Exact::whole(1 << 20);
        inputs.extend([low + sliver, high - sliver, start]);
        inputs.extend(
            [(&domain.low, low), (&domain.high, high)].iter().filter(|(end, _)| end.attained).map(|(_, at)| *at),
        );
        inputs.retain(|input| inside(input) || input.equals(low) || input.equals(high));
        inputs
            .sort_by(|a, b| if a.below(*b).is_yes() { std::cmp::Ordering::Less } else { std::cmp::Ordering::Greater });
        inputs.dedup_by(|a, b| a.equals(*b));
        let coarse: Vec<Point> = inputs.into_iter().filter_map(|input| self.point(input)).collect();
        let mut points = Vec::new();
        let cuts = if self.rounded { CUTS_ROUNDED } else { CUTS };
        for pair in coarse.windows(2) {
            points.push(pair[0]);
            self.refine(pair[0], pair[1], cuts, &mut points);
        }
        points.extend(coarse.last());
        points
    }

    /// Adds the points between two that it takes to see every piece.
    fn refine(&mut self, low: Point, high: Point, cuts: u32, points: &mut Vec<Point>) {
        let inner: Vec<Point> = [(1, 5), (1, 2), (4, 5)]
            .into_iter()
            .filter_map(|part| self.point(between(low.input, high.input, part)))
            .collect();
        let &[first, middle, last] = inner.as_slice() else {
            points.extend(inner);
            return;
        };
        if cuts == 0 || is_one_piece([low, first, middle, last, high], self.rounded) {
            points.extend(inner);
            return;
        }
        self.refine(low, middle, cuts - 1, points);
        points.push(middle);
        self.refine(middle, high, cuts - 1, points);
    }

    /// The least or the most of the figure, between samples too.
    pub fn extreme(&mut self, points: &[Point], domain: &Domain<W>, most: bool) -> Extreme {
        let better = |a: Exact, b: Exact| if most { b.below(a).is_yes() } else { a.below(b).is_yes() };
        let mut best = 0;
        for (index, point) in points.iter().enumerate() {
            if better(point.figure, points[best].figure) {
                best = index;
            }
        }
        let mut found = points[best];
        if best > 0 && best + 1 < points.len() {
            found = self.climb([points[best - 1], points[best], points[best + 1]], better);
        }
        let mut extreme = Extreme { input: found.input, figure: found.figure, reached: true };
        for (end, near) in
            [(&domain.low, [0, 1, 2]), (&domain.high, [1, 2, 3].map(|back| points.len().saturating_sub(back)))]
        {
            if end.attained || points.len() < 4 {
                continue;
            }
            let tends = height(near.map(|index| points[index]), end.at);
            if tends.is_defined().is_yes() && better(tends, extreme.figure) {
                extreme = Extreme { input: end.at, figure: tends, reached: false };
            }
        }
        extreme
    }

    /// The top between two neighbours of a point that is higher than both.
    fn climb(&mut self, [mut left, mut top, mut right]: [Point; 3], better: impl Fn(Exact, Exact) -> bool) -> Point {
        let halvings = if self.rounded { HALVINGS / 4 } else { HALVINGS };
        for _ in 0..halvings {
            for low in [true, false] {
                let (from, to) = if low { (left, top) } else { (top, right) };
                let Some(middle) = self.point(between(from.input, to.input, (1, 2))) else { return top };
                if better(middle.figure, top.figure) {
                    (left, right) = if low { (left, top) } else { (top, right) };
                    top = middle;
                    break;
                }
                if low { left = middle } else { right = middle }
            }
        }
        let simple = self.point(Exact::simplest_between(left.input, right.input));
        simple.filter(|simple| !better(top.figure, simple.figure)).unwrap_or(top)
    }
}

/// Whether five points lie on one curve of the kind: both cross ratios are the same in inputs and figures. Of rounded
/// figures, whether they lie so near to one that rounding may be the difference.
fn is_one_piece(points: [Point; 5], rounded: bool) -> bool {
    const NEAR: i32 = 1_000_000;
    let [first, second, third, fourth, fifth] = points;
    if points.iter().all(|point| point.figure.equals(first.figure)) {
        return true;
    }
    let on = |point: Point| {
        let height = height([first, third, fifth], point.input);
        let off = (height - point.figure).max(point.figure - height);
        match rounded {
            false => height.equals(point.figure),
            true => (off * Exact::whole(NEAR)).at_most(point.figure.max(Exact::zero() - point.figure)).is_yes(),
        }
    };
    on(second) && on(fourth)
}
