//! What every claim is paid at one exit value.

use super::curve::{Curve, Side};
use super::stack::{ClaimOf, Levy, Sharing, Stack};
use super::vote;
use crate::num::{Mask, Number};

/// What every claim is paid at one exit value (in lanes: one in each). The buffers are reused from one to the next.
#[derive(Clone, Debug)]
pub struct Waterfall<N: Number> {
    /// What the company was sold for.
    pub exit_value: N,
    /// Paid first.
    pub costs: N,
    /// Paid next, in the order of the stack's debts.
    pub debts: Vec<N>,
    /// The management plan.
    pub carve_out: N,
    /// What is left for the claims.
    pub net: N,
    /// `v`: what one common share gets.
    pub common_price: N,
    /// What each claim gets, in the order of the stack's claims.
    pub paid: Vec<Paid<N>>,
    /// What nobody has a claim to; zero wherever anybody shares without a limit.
    pub residue: N,
    /// Where a vote forced the claim to convert, by claim; empty where no class can be forced.
    pub forced: Vec<N::Mask>,
}

/// What a claim is paid, and in which form.
#[derive(Clone, Copy, Debug)]
pub struct Paid<N: Number> {
    /// How much.
    pub amount: N,
    /// As converted. Where both pay the same a claim keeps its preference.
    pub converted: N::Mask,
    /// Up to its participation cap.
    pub capped: N::Mask,
    /// Preference and conversion pay the same, and the claim is at the very price of the choice.
    pub indifferent: N::Mask,
}

impl<N: Number> Waterfall<N> {
    /// Room for what a stack's claims are paid.
    pub fn empty() -> Self {
        let zero = N::zero();
        Waterfall {
            exit_value: zero,
            costs: zero,
            debts: Vec::new(),
            carve_out: zero,
            net: zero,
            common_price: zero,
            paid: Vec::new(),
            residue: zero,
            forced: Vec::new(),
        }
    }
}

/// Distributes `exit_value` among the stack's claims; `curve` is the stack made ready.
///
/// ```text
/// exit value - costs - debts - carve-out = net, and
/// net >= sum of preferences    the common price v at which all claims add up to net; each gets what its terms give at v
/// net <  sum of preferences    v = 0; ranks in order, pro rata within the last that is reached: nobody converts, since that
///                              would give up a preference for a share of nothing
/// ```
#[inline(always)]
pub fn distribute<N: Number>(stack: &Stack<N>, curve: &Curve<N>, exit_value: N, result: &mut Waterfall<N>) {
    deduct(stack, exit_value, result);
    pay(stack, curve, result);
    result.forced.clear();
    if !stack.forced.is_empty() {
        vote::force(stack, result);
    }
}

/// Costs, debts and the management plan; what is left is the net.
///
/// ```text
/// costs       money, or a fraction of the exit value
/// debts       pro rata where what costs leave does not suffice
/// carve-out   money, or a fraction, of what costs, debts and notes leave
/// ```
#[inline(always)]
fn deduct<N: Number>(stack: &Stack<N>, exit_value: N, result: &mut Waterfall<N>) {
    result.exit_value = exit_value;
    result.costs = stack.costs.of(exit_value);
    let after_costs = exit_value - result.costs;
    let owed: N = stack.debts.iter().copied().sum();
    let part = after_costs.min(owed) / owed.is_positive().select(owed, N::one());
    result.debts.clear();
    result.debts.extend(stack.debts.iter().map(|&debt| debt * part));
    let after_debts = after_costs - after_costs.min(owed);
    result.carve_out = stack.carve_out.of((after_debts - stack.owed_on_notes()).max(N::zero()));
    result.net = after_debts - result.carve_out;
}

/// Pays the net to the claims.
#[inline(always)]
pub(super) fn pay<N: Number>(stack: &Stack<N>, curve: &Curve<N>, result: &mut Waterfall<N>) {
    let net = result.net;
    let covered = curve.preferences.at_most(net);
    // Where the preferences are not covered all that follows is put in its place by `pay_preferences`.
    let (price, filled) = curve.common_price(net.max(curve.preferences));
    result.common_price = covered.select(price, N::zero());
    let capitalization = if stack.has_parts() { curve.capitalization(stack, price, Side::Below) } else { N::zero() };
    let at_jump = if stack.has_parts() { curve.capitalization(stack, price, Side::Above) } else { N::zero() };
    result.paid.clear();
    for (index, claim) in stack.claims.iter().enumerate() {
        let mut amount = curve.value(claim, index, price, Side::Below, capitalization);
        let (mut converted, mut capped, mut indifferent) =
            (N::Mask::always(false), N::Mask::always(false), N::Mask::always(false));
        match claim.sharing {
            Sharing::Above { .. } => {}
            Sharing::Converts { .. } => {
                converted = curve.converted(index, price, Side::Below);
                indifferent = curve.converted(index, price, Side::Above) & !converted;
            }
            Sharing::Capped { total, .. } => {
                converted = curve.converted(index, price, Side::Below);
                indifferent = curve.converted(index, price, Side::Above) & !converted;
                capped = total.at_most(amount) & !converted;
            }
            Sharing::PartOf { .. } => {
                let above = curve.value(claim, index, price, Side::Above, at_jump);
                amount += (above - amount) * filled;
                converted = curve.converted(index, price, Side::Below);
                indifferent = curve.converted(index, price, Side::Above) & !converted;
            }
        }
        indifferent = indifferent & covered & claim.shares_at_all();
        result.paid.push(Paid { amount, converted: converted & covered, capped: capped & covered, indifferent });
    }
    pay_preferences(stack, covered, result);
    let nobody_shares = curve.shares_in_the_end.at_most(N::zero());
    let left = (net - curve.preferences).max(N::zero());
    result.residue = nobody_shares.select(left, N::zero());
}

/// Where the net does not cover the preferences: ranks in order, pro rata within each.
#[inline(always)]
fn pay_preferences<N: Number>(stack: &Stack<N>, covered: N::Mask, result: &mut Waterfall<N>) {
    if covered.all() {
        return;
    }
    let mut remaining = result.net;
    for rank in 0..stack.ranks {
        let of_rank = |claim: &super::Claim<N>| claim.rank.0 == rank;
        let claimed: N = stack.claims.iter().filter(|claim| of_rank(claim)).map(|claim| claim.preference).sum();
        let paid = remaining.min(claimed);
        remaining -= paid;
        let part = paid / claimed.is_positive().select(claimed, N::one());
        for (claim, paid) in stack.claims.iter().zip(&mut result.paid) {
            if of_rank(claim) {
                paid.amount = covered.select(paid.amount, claim.preference * part);
            }
        }
    }
    for (claim, paid) in stack.claims.iter().zip(&mut result.paid) {
        if claim.rank.0 >= stack.ranks {
            paid.amount = covered.select(paid.amount, claim.preference);
        }
    }
}

impl<N: Number> Levy<N> {
    /// What it takes of so much.
    #[inline(always)]
    pub(super) fn of(self, base: N) -> N {
        match self {
            Levy::Money(money) => money.min(base),
            Levy::Fraction(fraction) => fraction * base,
        }
    }
}

impl<N: Number> super::Claim<N> {
    /// Where it has shares, or a part, to convert into.
    #[inline(always)]
    fn shares_at_all(&self) -> N::Mask {
        (self.shares + self.part()).is_positive()
    }
}

impl<N: Number> Stack<N> {
    /// What notes are owed, which comes before the management plan.
    #[inline(always)]
    pub(super) fn owed_on_notes(&self) -> N {
        let is_note = |claim: &&super::Claim<N>| claim.rank.0 == 0 && matches!(claim.of, ClaimOf::Convertible(_));
        self.claims.iter().filter(is_note).map(|claim| claim.preference).sum()
    }
}
