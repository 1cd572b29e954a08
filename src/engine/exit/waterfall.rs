//! What every claim is paid.

use crate::num::Number;

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
    /// Where a vote forced classes to convert.
    pub forced: N::Mask,
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
    /// Preference and conversion pay the same.
    pub indifferent: N::Mask,
}
