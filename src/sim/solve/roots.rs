//! Where the relation is, or passes, the number wanted.

use super::domain::Probe;
use super::{Bound, Domain, Interval, Point, Root, Wanted, between, meets};
use crate::num::{Exact, Number};

/// Steps that narrow a bracket.
const STEPS: usize = 120;
/// A bracket so much narrower than its input holds no other input that could be typed.
const NARROW_BITS: usize = 90;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Below,
    On,
    Above,
}

fn side(point: Point, number: Exact) -> Side {
    if point.figure.equals(number) {
        Side::On
    } else if point.figure.below(number).is_yes() {
        Side::Below
    } else {
        Side::Above
    }
}

/// Every root, ascending.
pub(super) fn all<W: Clone>(probe: &mut Probe<W>, points: &[Point], number: Exact) -> Vec<Root> {
    let mut roots: Vec<Root> = Vec::new();
    let mut index = 0;
    while index < points.len() {
        let here = points[index];
        if side(here, number) == Side::On {
            let run = points[index..].iter().take_while(|point| side(**point, number) == Side::On).count();
            let last = points[index + run - 1];
            let before = index.checked_sub(1).map(|before| points[before]);
            let after = points.get(index + run).copied();
            // One sample on the number is a root; several in a row are a piece on which nothing changes.
            roots.push(if run == 1 {
                Root::At(here.input)
            } else {
                let low = before.map_or(here.input, |out| edge_of_run(probe, here, out, number));
                let high = after.map_or(last.input, |out| edge_of_run(probe, last, out, number));
                Root::Along(low, high)
            });
            index += run;
            continue;
        }
        if let Some(&next) = points.get(index + 1)
            && side(next, number) != Side::On
            && side(here, number) != side(next, number)
        {
            roots.push(narrow(probe, here, next, number));
        }
        index += 1;
    }
    roots
}

/// Where a run of points on the number ends, towards a point that is not on it.
fn edge_of_run<W: Clone>(probe: &mut Probe<W>, on: Point, off: Point, number: Exact) -> Exact {
    let (mut on, mut off) = (on, off);
    for _ in 0..NARROW_BITS {
        let (low, high) = ordered(on.input, off.input);
        match probe.point(between(low, high, (1, 2))) {
            Some(point) if side(point, number) == Side::On => on = point,
            Some(point) => off = point,
            None => return on.input,
        }
    }
    let (low, high) = ordered(on.input, off.input);
    let simple = probe.point(Exact::simplest_between(low, high));
    simple.filter(|point| side(*point, number) == Side::On).map_or(on.input, |point| point.input)
}

fn ordered(a: Exact, b: Exact) -> (Exact, Exact) {
    if a.below(b).is_yes() { (a, b) } else { (b, a) }
}

/// The root between two points on different sides of the number.
fn narrow<W: Clone>(probe: &mut Probe<W>, low: Point, high: Point, number: Exact) -> Root {
    let (mut low, mut high) = (low, high);
    let below = side(low, number);
    for _ in 0..STEPS {
        if is_narrow(low, high) {
            break;
        }
        let Some(middle) = probe.point(between(low.input, high.input, (1, 2))) else { break };
        let guess = meets([low, middle, high], number);
        let inside = low.input.below(guess).is_yes() && guess.below(high.input).is_yes();
        let guess = inside.then(|| probe.point(short(guess, low.input, high.input))).flatten();
        for point in [Some(middle), guess].into_iter().flatten() {
            if side(point, number) == Side::On {
                return Root::At(if probe.rounded { plainest(probe, point, number) } else { point.input });
            }
            let is_inside = low.input.below(point.input).is_yes() && point.input.below(high.input).is_yes();
            if is_inside {
                if side(point, number) == below { low = point } else { high = point }
            }
        }
    }
    if let Some(simple) = probe.point(Exact::simplest_between(low.input, high.input))
        && side(simple, number) == Side::On
    {
        return Root::At(simple.input);
    }
    match jumps(low, high) {
        true => Root::Jump(low, high),
        false => Root::Between(low, high),
    }
}

/// Of the inputs around one whose rounded figure is the number, the plainest that has it too.
fn plainest<W: Clone>(probe: &mut Probe<W>, on: Point, number: Exact) -> Exact {
    for bits in [8, 12, 16, 20, 24, 28, 32, 40, 50] {
        let slack = magnitude(on.input) / power_of_two(bits);
        let plain = Exact::simplest_between(on.input - slack, on.input + slack);
        if probe.point(plain).is_some_and(|point| side(point, number) == Side::On) {
            return plain;
        }
    }
    on.input
}

/// A number that is too long to be an answer is cut to one near it.
fn short(guess: Exact, low: Exact, high: Exact) -> Exact {
    const LONG: usize = 300;
    if guess.bits() <= LONG {
        return guess;
    }
    let slack = (high - low) / Exact::whole(1 << 16);
    Exact::simplest_between(guess - slack, guess + slack)
}

fn is_narrow(low: Point, high: Point) -> bool {
    let scale = magnitude(low.input).max(magnitude(high.input));
    let width = high.input - low.input;
    (width * power_of_two(NARROW_BITS)).at_most(scale).is_yes()
}

/// Over a bracket as narrow as this a rational function moves as little.
fn jumps(low: Point, high: Point) -> bool {
    let scale = magnitude(low.figure).max(magnitude(high.figure));
    scale.below(magnitude(high.figure - low.figure) * power_of_two(NARROW_BITS / 2)).is_yes()
}

fn magnitude(number: Exact) -> Exact {
    number.max(Exact::zero() - number)
}

fn power_of_two(bits: usize) -> Exact {
    (0..bits).fold(Exact::one(), |power, _| power + power)
}

/// Where the condition holds.
pub(super) fn intervals<W: Clone>(
    probe: &mut Probe<W>,
    domain: &Domain<W>,
    roots: &[Root],
    wanted: Wanted,
) -> Vec<Interval> {
    let mut marks: Vec<(Exact, bool)> = vec![(domain.low.at, true)];
    for root in roots {
        match *root {
            Root::At(input) => marks.push((input, false)),
            Root::Along(low, high) => marks.extend([(low, false), (high, false)]),
            // The side that satisfies the condition is the end of its interval.
            Root::Between(low, high) | Root::Jump(low, high) => {
                let end = if wanted.holds(low.figure) { low.input } else { high.input };
                marks.push((end, false));
            }
        }
    }
    marks.push((domain.high.at, true));
    marks.dedup_by(|a, b| {
        let same = a.0.equals(b.0);
        b.1 |= same && a.1;
        same
    });
    let mut bound = |(at, of_the_domain): (Exact, bool)| Bound {
        at,
        holds: probe.ask(at).is_ok_and(|figure| wanted.holds(figure)),
        of_the_domain,
    };
    let bounds: Vec<Bound> = marks.into_iter().map(&mut bound).collect();
    let mut found: Vec<Interval> = Vec::new();
    for pair in bounds.windows(2) {
        let middle = probe.ask(between(pair[0].at, pair[1].at, (1, 2)));
        if middle.is_ok_and(|figure| wanted.holds(figure)) {
            match found.last_mut().filter(|last| last.high.holds && last.high.at.equals(pair[0].at)) {
                Some(last) => last.high = pair[1],
                None => found.push(Interval { low: pair[0], high: pair[1] }),
            }
        }
    }
    // A point by itself: a peak that just reaches the number.
    for point in bounds.iter().filter(|bound| bound.holds) {
        let within = |interval: &Interval| {
            interval.low.at.at_most(point.at).is_yes() && point.at.at_most(interval.high.at).is_yes()
        };
        if !found.iter().any(within) {
            found.push(Interval { low: *point, high: *point });
        }
    }
    found.sort_by(|a, b| {
        if a.low.at.below(b.low.at).is_yes() { std::cmp::Ordering::Less } else { std::cmp::Ordering::Greater }
    });
    found
}
