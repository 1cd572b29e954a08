//! The system of a round: a handful of unknown totals, each a sum of claims, each claim the largest of straight lines.
//!
//! ```text
//! z = b + S z + sum over claims of  larger(lines in z)          z >= 0, all slopes >= 0
//! ```
//!
//! Each right side is convex, piecewise linear and never falls, so the iteration that solves the pieces chosen at the
//! last point climbs from below to the least solution and stands still exactly when the pieces it used hold there too.
//! If there is a solution, every choice of pieces on the way has one, because no choice claims more than the largest.
//! A choice of pieces has a solution exactly where all pivots of its elimination are above zero (an M-matrix).

use crate::num::{Mask, Number};
use std::ops::{Add, Mul};

/// How many unknowns a round has.
pub const UNKNOWNS: usize = 6;

/// The unknown totals of a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// Shares per unit of money: one over the round's price.
    PerMoney,
    /// Shares that convertibles become.
    Conversions,
    /// Adjustment shares that count in the price.
    AdjustmentsInPrice,
    /// Adjustment shares that do not.
    AdjustmentsBeside,
    /// New options in the pool.
    Pool,
    /// Shares bought to reach a fraction of the total.
    Purchases,
}

/// A number of shares as a straight line in the unknowns.
#[derive(Clone, Copy, Debug)]
pub struct Line<N> {
    /// Where every unknown is zero.
    pub fixed: N,
    /// Per unit of each unknown.
    pub slopes: [N; UNKNOWNS],
}

/// The largest of several lines, part of one of the unknowns.
#[derive(Clone, Debug)]
pub struct Claim<N> {
    /// The total it is part of.
    pub into: Unknown,
    /// At least one.
    pub lines: Vec<Line<N>>,
}

/// A solution of the system.
#[derive(Clone, Copy, Debug)]
pub struct Solution<N: Number> {
    /// By unknown.
    pub values: [N; UNKNOWNS],
    /// False where the claims leave nothing for anyone.
    pub feasible: N::Mask,
}

impl<N: Number> Line<N> {
    /// A line that does not depend on anything.
    #[inline(always)]
    pub fn fixed(shares: N) -> Self {
        Line { fixed: shares, slopes: [N::zero(); UNKNOWNS] }
    }

    /// So many times an unknown.
    #[inline(always)]
    pub fn of(unknown: Unknown, slope: N) -> Self {
        let mut line = Line::fixed(N::zero());
        line.slopes[unknown as usize] = slope;
        line
    }

    /// Its value at a point.
    #[inline(always)]
    pub fn at(&self, values: &[N; UNKNOWNS]) -> N {
        let mut sum = self.fixed;
        for (slope, value) in self.slopes.iter().zip(values) {
            sum += *slope * *value;
        }
        sum
    }

    /// The line where `mask` holds, nothing elsewhere.
    #[inline(always)]
    #[must_use]
    pub fn only(self, mask: N::Mask) -> Self {
        Line {
            fixed: mask.select(self.fixed, N::zero()),
            slopes: self.slopes.map(|slope| mask.select(slope, N::zero())),
        }
    }

    #[inline(always)]
    fn select(mask: N::Mask, yes: &Self, no: &Self) -> Self {
        let mut chosen = *no;
        chosen.fixed = mask.select(yes.fixed, no.fixed);
        for index in 0..UNKNOWNS {
            chosen.slopes[index] = mask.select(yes.slopes[index], no.slopes[index]);
        }
        chosen
    }
}

impl<N: Number> Add for Line<N> {
    type Output = Self;
    #[inline(always)]
    fn add(mut self, other: Self) -> Self {
        self.fixed += other.fixed;
        for (ours, theirs) in self.slopes.iter_mut().zip(other.slopes) {
            *ours += theirs;
        }
        self
    }
}

impl<N: Number> Mul<N> for Line<N> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, factor: N) -> Self {
        Line { fixed: self.fixed * factor, slopes: self.slopes.map(|slope| slope * factor) }
    }
}

impl<N: Number> Claim<N> {
    /// The line that gives most at a point; the first of several that give the same.
    #[inline(always)]
    pub fn largest(&self, values: &[N; UNKNOWNS]) -> Line<N> {
        let mut best = self.lines[0];
        for line in &self.lines[1..] {
            best = Line::select(best.at(values).below(line.at(values)), line, &best);
        }
        best
    }
}

/// Solves the system whose first unknown is the line `per_money`, and whose others are the claims on them.
#[inline(always)]
pub fn solve<N: Number>(per_money: Line<N>, claims: &[Claim<N>]) -> Solution<N> {
    let mut base = [Line::fixed(N::zero()); UNKNOWNS];
    base[Unknown::PerMoney as usize] = per_money;
    let mut feasible = N::Mask::always(true);
    let mut values = base.map(|line| line.fixed);
    let pieces: usize = claims.iter().map(|claim| claim.lines.len()).sum();
    for _ in 0..=2 * pieces {
        let mut sums = base;
        for claim in claims {
            let index = claim.into as usize;
            sums[index] = sums[index] + claim.largest(&values);
        }
        let (next, solvable) = eliminate(sums);
        feasible = feasible & solvable;
        let mut settled = N::Mask::always(true);
        for index in 0..UNKNOWNS {
            settled = settled & next[index].at_most(values[index]);
            values[index] = feasible.select(next[index].max(values[index]), base[index].fixed);
        }
        if (settled | !feasible).all() {
            return Solution { values, feasible };
        }
    }
    // Every choice of pieces is visited at most once, so this is not reached with exact numbers; a lane in which the
    // last digits keep two equal pieces apart is as good as settled.
    Solution { values, feasible }
}

/// Solves `z = lines(z)` by elimination, and says where all pivots are above zero.
#[inline(always)]
fn eliminate<N: Number>(lines: [Line<N>; UNKNOWNS]) -> ([N; UNKNOWNS], N::Mask) {
    let mut feasible = N::Mask::always(true);
    let mut matrix = [[N::zero(); UNKNOWNS]; UNKNOWNS];
    let mut right = lines.map(|line| line.fixed);
    for (row, line) in lines.iter().enumerate() {
        matrix[row] = line.slopes.map(|slope| N::zero() - slope);
        matrix[row][row] += N::one();
    }
    for pivot in 0..UNKNOWNS {
        feasible = feasible & matrix[pivot][pivot].is_positive();
        let inverse = N::one() / feasible.select(matrix[pivot][pivot], N::one());
        for row in pivot + 1..UNKNOWNS {
            let factor = matrix[row][pivot] * inverse;
            let above = matrix[pivot];
            for (value, over) in matrix[row].iter_mut().zip(above).skip(pivot) {
                *value -= factor * over;
            }
            let over = right[pivot];
            right[row] -= factor * over;
        }
    }
    let mut values = [N::zero(); UNKNOWNS];
    for row in (0..UNKNOWNS).rev() {
        let mut sum = right[row];
        for column in row + 1..UNKNOWNS {
            sum -= matrix[row][column] * values[column];
        }
        values[row] = sum / feasible.select(matrix[row][row], N::one());
    }
    (values, feasible)
}
