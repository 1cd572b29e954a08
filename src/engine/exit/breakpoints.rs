//! Every exit value at which the sharing changes, exactly.

use super::stack::UnitId;
use crate::num::Exact;

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
