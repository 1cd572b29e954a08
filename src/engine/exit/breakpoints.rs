//! Every exit value at which the sharing changes, exactly.

use super::curve::{Bend, Curve, unit_at};
use super::stack::{Levy, Sharing, Stack, UnitId};
use super::vote;
use super::waterfall::{Waterfall, distribute};
use crate::num::{Exact, Number, Truth};
use std::cmp::Ordering;

/// The whole waterfall as a function of the exit value: straight lines between the breakpoints.
#[derive(Clone, Debug)]
pub struct Breakpoints {
    /// From 0, which is the first, upwards. The sharing of the last holds for ever.
    pub segments: Vec<Segment>,
}

/// From one breakpoint to the next.
#[derive(Clone, Debug)]
pub struct Segment {
    /// The exit value at which it begins.
    pub from: Exact,
    /// What one common share gets there.
    pub common_price: Exact,
    /// What happens there; nothing at 0.
    pub happens: Vec<Happening>,
    /// Who shares in the next dollar above it, and in what proportion: those who do, in the order of the waterfall. Adds up
    /// to one, but where a residue belongs to nobody.
    pub next_dollar: Vec<(Recipient, Exact)>,
    /// Payouts jump here: a vote forces conversion, or the lots of a class that chooses as a whole change form together.
    pub jumps: bool,
}

/// Who receives money in an exit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Recipient {
    /// What the sale costs.
    Costs,
    /// A debt, by its index in the stack.
    Debt(u32),
    /// The management plan.
    CarveOut,
    /// A claim, by its index in the stack.
    Claim(u32),
}

/// What happens at a breakpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Happening {
    /// Costs, a debt, the management plan or a claim's preference are paid in full.
    Covered(Recipient),
    /// Claims convert.
    Converts(UnitId),
    /// A claim has had as much as its participation cap allows.
    CapBinds(u32),
    /// Options or warrants come into the money.
    InTheMoney(u32),
    /// A vote forces classes to convert, or no longer does.
    ForcedConversion,
}

/// An exit value at which something may happen.
type Candidate = (Exact, Option<Happening>);

impl Breakpoints {
    /// Every breakpoint of a stack.
    ///
    /// Candidates are where a deduction or a rank of preferences is covered, where a cap binds, a claim converts or comes into
    /// the money, and where a vote turns. Between two of them every payout is a straight line, which two values inside give;
    /// a candidate after which everybody shares as before is no breakpoint.
    pub fn of(stack: &Stack<Exact>) -> Self {
        let curve = Curve::of(stack);
        let mut candidates = vec![(Exact::zero(), None)];
        of_deductions(stack, &mut candidates);
        of_claims(stack, &curve, &mut candidates);
        if !stack.forced.is_empty() {
            vote::candidates(stack, &mut candidates);
        }
        candidates.retain(|(value, _)| Exact::zero().at_most(*value).is_yes());
        candidates.sort_by(|(a, _), (b, _)| order(*a, *b));
        let mut segments: Vec<Segment> = Vec::new();
        let mut lines: Vec<Lines> = Vec::new();
        for group in candidates.chunk_by(|(a, _), (b, _)| order(*a, *b) == Ordering::Equal) {
            let from = group[0].0;
            let next = candidates.iter().map(|(value, _)| *value).find(|value| from.below(*value).is_yes());
            let here = Lines::between(stack, &curve, from, next.unwrap_or(from + Exact::one()));
            let jumps = lines.last().is_some_and(|before| before.jump_to(&here, from));
            let same = lines.last().is_some_and(|before| before.shares_like(&here));
            if same && !jumps {
                continue;
            }
            let mut happens: Vec<Happening> = group.iter().filter_map(|(_, happening)| *happening).collect();
            happens.sort_unstable();
            happens.dedup();
            segments.push(Segment {
                from,
                common_price: price_at(stack, &curve, from),
                happens,
                next_dollar: here.next_dollar(),
                jumps,
            });
            lines.push(here);
        }
        Breakpoints { segments }
    }

    /// The segment that an exit value lies on; a breakpoint begins its own.
    ///
    /// # Panics
    /// Never: every exit value is at least 0.
    pub fn at(&self, exit_value: Exact) -> &Segment {
        let later = self.segments.iter().rposition(|segment| segment.from.at_most(exit_value).is_yes());
        &self.segments[later.unwrap_or(0)]
    }

    /// Breakpoints above 0.
    pub fn above_zero(&self) -> impl Iterator<Item = &Segment> {
        self.segments.iter().skip(1)
    }
}

/// What every recipient gets between two exit values, as straight lines.
struct Lines {
    recipients: Vec<(Recipient, Exact, Exact)>,
}

impl Lines {
    /// From two values inside.
    fn between(stack: &Stack<Exact>, curve: &Curve<Exact>, from: Exact, to: Exact) -> Self {
        let third = (to - from) / Exact::whole(3);
        let (a, b) = (from + third, to - third);
        let (at_a, at_b) = (payouts(stack, curve, a), payouts(stack, curve, b));
        let line = |((recipient, at_a), (_, at_b)): ((Recipient, Exact), (Recipient, Exact))| {
            let slope = (at_b - at_a) / third;
            (recipient, at_a - slope * a, slope)
        };
        Lines { recipients: at_a.into_iter().zip(at_b).map(line).collect() }
    }

    fn shares_like(&self, other: &Lines) -> bool {
        self.recipients.iter().zip(&other.recipients).all(|(ours, theirs)| order(ours.2, theirs.2) == Ordering::Equal)
    }

    /// Whether a payout jumps where these lines end and the others begin.
    fn jump_to(&self, other: &Lines, at: Exact) -> bool {
        let value = |line: &(Recipient, Exact, Exact)| line.1 + line.2 * at;
        let same = |(ours, theirs)| order(value(ours), value(theirs)) == Ordering::Equal;
        !self.recipients.iter().zip(&other.recipients).all(same)
    }

    fn next_dollar(&self) -> Vec<(Recipient, Exact)> {
        let shares = self.recipients.iter().filter(|(.., slope)| slope.is_positive().is_yes());
        shares.map(|&(recipient, _, slope)| (recipient, slope)).collect()
    }
}

/// What every recipient gets at an exit value, in the order of the waterfall.
pub(super) fn payouts(stack: &Stack<Exact>, curve: &Curve<Exact>, exit_value: Exact) -> Vec<(Recipient, Exact)> {
    let mut waterfall = Waterfall::empty();
    distribute(stack, curve, exit_value, &mut waterfall);
    let mut paid = vec![(Recipient::Costs, waterfall.costs)];
    paid.extend((0..).zip(&waterfall.debts).map(|(index, &debt)| (Recipient::Debt(index), debt)));
    paid.push((Recipient::CarveOut, waterfall.carve_out));
    paid.extend((0..).zip(&waterfall.paid).map(|(index, paid)| (Recipient::Claim(index), paid.amount)));
    paid
}

fn price_at(stack: &Stack<Exact>, curve: &Curve<Exact>, exit_value: Exact) -> Exact {
    let mut waterfall = Waterfall::empty();
    distribute(stack, curve, exit_value, &mut waterfall);
    waterfall.common_price
}

/// Smaller first. An undefined number, which a stack of posted numbers does not lead to, is like any other.
pub(super) fn order(a: Exact, b: Exact) -> Ordering {
    match (a.at_most(b), b.at_most(a)) {
        (Truth::Yes, Truth::No) => Ordering::Less,
        (Truth::No, Truth::Yes) => Ordering::Greater,
        _ => Ordering::Equal,
    }
}

/// The exit values at which costs, debts and the management plan are covered.
fn of_deductions(stack: &Stack<Exact>, candidates: &mut Vec<Candidate>) {
    let owed: Exact = stack.debts.iter().copied().sum();
    if let Levy::Money(costs) = stack.costs {
        candidates.push((costs, Some(Happening::Covered(Recipient::Costs))));
    }
    for debt in 0..stack.debts.len() {
        let debt = u32::try_from(debt).unwrap_or(u32::MAX);
        candidates.push((before_costs(stack, owed), Some(Happening::Covered(Recipient::Debt(debt)))));
    }
    let notes = stack.owed_on_notes();
    candidates.push((before_costs(stack, owed + notes), None));
    if let Levy::Money(carve_out) = stack.carve_out {
        let covered = before_costs(stack, owed + notes + carve_out);
        candidates.push((covered, Some(Happening::Covered(Recipient::CarveOut))));
    }
}

/// The exit value of which costs leave so much.
fn before_costs(stack: &Stack<Exact>, left: Exact) -> Exact {
    match stack.costs {
        Levy::Money(costs) => left + costs,
        Levy::Fraction(fraction) => left / (Exact::one() - fraction),
    }
}

/// The exit value of which all deductions leave so much.
pub(super) fn before_deductions(stack: &Stack<Exact>, net: Exact) -> Exact {
    let owed: Exact = stack.debts.iter().copied().sum();
    let notes = stack.owed_on_notes();
    let beyond = (net - notes).max(Exact::zero());
    let with_carve_out = match stack.carve_out {
        Levy::Money(carve_out) if beyond.is_positive().is_yes() => beyond + carve_out,
        Levy::Money(_) => beyond,
        Levy::Fraction(fraction) => beyond / (Exact::one() - fraction),
    };
    before_costs(stack, owed + net.min(notes) + with_carve_out)
}

/// The exit values at which preferences are covered, caps bind, and claims convert or come into the money.
fn of_claims(stack: &Stack<Exact>, curve: &Curve<Exact>, candidates: &mut Vec<Candidate>) {
    let mut covered = Exact::zero();
    for rank in 0..stack.ranks {
        let of_rank: Vec<(usize, Exact)> = (0..)
            .zip(&stack.claims)
            .filter(|(_, claim)| claim.rank.0 == rank && claim.preference.is_positive().is_yes())
            .map(|(index, claim)| (index, claim.preference))
            .collect();
        covered += of_rank.iter().map(|(_, preference)| *preference).sum();
        for (index, _) in of_rank {
            let happening = Happening::Covered(Recipient::Claim(id(index)));
            candidates.push((before_deductions(stack, covered), Some(happening)));
        }
    }
    candidates.push((before_deductions(stack, curve.preferences), None));
    for kink in &curve.kinks {
        let happening = kink.claim.and_then(|claim| match kink.bend {
            Bend::Shares if kink.price.is_positive().is_yes() => Some(Happening::InTheMoney(id(claim))),
            Bend::Start | Bend::Shares => None,
            Bend::Capped => Some(Happening::CapBinds(id(claim))),
            Bend::Converts => Some(converts(stack, claim)),
        });
        candidates.push((before_deductions(stack, kink.below), happening));
        if order(kink.below, kink.above) != Ordering::Equal {
            candidates.push((before_deductions(stack, kink.above), happening));
        }
    }
}

/// A warrant on preferred comes into the money where others convert.
fn converts(stack: &Stack<Exact>, claim: usize) -> Happening {
    let warrant = matches!(stack.claims[claim].sharing, Sharing::Converts { strike } if strike.is_positive().is_yes());
    let preferred = stack.claims[claim].preference.is_positive().is_yes();
    match warrant && !preferred {
        true => Happening::InTheMoney(id(claim)),
        false => Happening::Converts(stack.claims[unit_at(&stack.claims, claim).start].unit),
    }
}

fn id(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
