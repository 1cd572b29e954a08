//! The stack as the ledger keeps it: in decimals, and back into the arithmetic wanted.

use super::breakpoints::Breakpoints;
use super::build::Unpriced;
use super::curve::Curve;
use super::proof::{Broken, Checked, check};
use super::settlement::{Settlement, settle};
use super::stack::{Claim, Levy, Portion, Sharing, Stack};
use crate::engine::books::CapTable;
use crate::engine::ledger::PLACES;
use crate::model::{Draws, Exit, Scenario};
use crate::num::{Exact, Fixed, Number};
use rust_decimal::Decimal;

/// Decimal places of a fraction, which nobody posts.
const PLACES_OF_FRACTIONS: u32 = 20;

/// An exit that takes place, as the ledger keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct PostedExit {
    /// What the company is sold for; one or more.
    pub values: Vec<Decimal>,
    /// Who can claim what.
    pub stack: Stack<Decimal>,
}

/// An exit that takes place, at its own values and every breakpoint, and what was checked of it.
#[derive(Clone, Debug)]
pub struct Proven {
    /// Who can claim what.
    pub stack: Stack<Exact>,
    /// The stack made ready.
    pub curve: Curve<Exact>,
    /// At each of its values; `None` where a number is too long to write.
    pub settlements: Vec<Option<Settlement>>,
    /// Every exit value at which the sharing changes.
    pub breakpoints: Breakpoints,
    /// How often what was checked.
    pub checked: Checked,
}

impl PostedExit {
    /// Settles and checks the exit at its own values, and every breakpoint. What is too long to settle is left to whoever
    /// asks for it.
    ///
    /// # Errors
    /// What does not hold: a mistake of this program.
    pub fn proven(&self) -> Result<Proven, Broken> {
        let stack: Stack<Exact> = self.stack.cast();
        let curve = Curve::of(&stack);
        let breakpoints = Breakpoints::of(&stack);
        let settlements: Vec<_> =
            self.values.iter().map(|&value| settle(&stack, &curve, Exact::given(value))).collect();
        let checked = check(&stack, &curve, settlements.iter().flatten(), &breakpoints)?;
        Ok(Proven { stack, curve, settlements, breakpoints, checked })
    }
}

/// Why an exit has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoExit {
    /// A class whose preference nobody can know.
    Unpriced(Unpriced),
    /// A number too long to keep.
    TooLong,
}

/// The exit of a scenario that was replayed, if it takes place on the rung and under the conditions at hand.
///
/// # Errors
/// Where a preference cannot be known, or a number is too long.
pub fn post<const BITS: usize, const LIMBS: usize>(
    scenario: &Scenario<Fixed<BITS, LIMBS>>,
    draws: &Draws<Fixed<BITS, LIMBS>>,
    table: &CapTable<Fixed<BITS, LIMBS>>,
) -> Result<Option<PostedExit>, NoExit> {
    let Some(exit) = scenario.exit.as_ref().filter(|exit| exit.rung <= draws.rung) else { return Ok(None) };
    if !exit.conditions.iter().all(|condition| draws.happens[condition.index()].is_yes()) {
        return Ok(None);
    }
    let mut stack = Stack::empty();
    stack.build(scenario, exit, draws, table).map_err(NoExit::Unpriced)?;
    let values = exit.values.iter().map(|&value| draws.value(value).to_decimal(PLACES)).collect::<Option<Vec<_>>>();
    let written = written(&stack);
    values.zip(written).map(|(values, stack)| Some(PostedExit { values, stack })).ok_or(NoExit::TooLong)
}

/// Every claim on the company as the table has it, in decimals.
///
/// # Errors
/// Where a preference cannot be known, or a number is too long.
pub fn post_stack<const BITS: usize, const LIMBS: usize>(
    scenario: &Scenario<Fixed<BITS, LIMBS>>,
    exit: &Exit<Fixed<BITS, LIMBS>>,
    draws: &Draws<Fixed<BITS, LIMBS>>,
    table: &CapTable<Fixed<BITS, LIMBS>>,
) -> Result<Stack<Decimal>, NoExit> {
    let mut stack = Stack::empty();
    stack.build(scenario, exit, draws, table).map_err(NoExit::Unpriced)?;
    written(&stack).ok_or(NoExit::TooLong)
}

/// In decimals: posted numbers as they are, and fractions with more places, since nobody posts them.
fn written<const BITS: usize, const LIMBS: usize>(stack: &Stack<Fixed<BITS, LIMBS>>) -> Option<Stack<Decimal>> {
    let mut failed = false;
    let written = stack.map(&mut |number: Fixed<BITS, LIMBS>| {
        let small = (number.at_most(Fixed::one()) & Fixed::zero().at_most(number)).is_yes();
        let decimal = number.to_decimal(if small { PLACES_OF_FRACTIONS } else { PLACES });
        failed |= decimal.is_none();
        decimal.unwrap_or_default()
    });
    (!failed).then_some(written)
}

impl Stack<Decimal> {
    /// The same stack in another arithmetic.
    pub fn cast<N: Number>(&self) -> Stack<N> {
        self.map(&mut N::given)
    }
}

impl<N: Copy> Stack<N> {
    /// The same stack with every number replaced.
    fn map<M>(&self, number: &mut impl FnMut(N) -> M) -> Stack<M> {
        Stack {
            costs: self.costs.map(number),
            debts: self.debts.iter().map(|&debt| number(debt)).collect(),
            carve_out: self.carve_out.map(number),
            escrow: number(self.escrow),
            claims: self.claims.iter().map(|claim| claim.map(number)).collect(),
            portions: self
                .portions
                .iter()
                .map(|portion| Portion {
                    claim: portion.claim,
                    holder: portion.holder,
                    units_held: number(portion.units_held),
                })
                .collect(),
            ranks: self.ranks,
            capitalization: number(self.capitalization),
            forced: self.forced.iter().map(|&(class, fraction)| (class, number(fraction))).collect(),
        }
    }
}

impl<N: Copy> Levy<N> {
    fn map<M>(self, number: &mut impl FnMut(N) -> M) -> Levy<M> {
        match self {
            Levy::Money(money) => Levy::Money(number(money)),
            Levy::Fraction(fraction) => Levy::Fraction(number(fraction)),
        }
    }
}

impl<N: Copy> Claim<N> {
    fn map<M>(&self, number: &mut impl FnMut(N) -> M) -> Claim<M> {
        Claim {
            of: self.of,
            unit: self.unit,
            rank: self.rank,
            units_held: number(self.units_held),
            shares: number(self.shares),
            preference: number(self.preference),
            sharing: match self.sharing {
                Sharing::Above { above } => Sharing::Above { above: number(above) },
                Sharing::Capped { above, total, strike } => {
                    Sharing::Capped { above: number(above), total: number(total), strike: number(strike) }
                }
                Sharing::Converts { strike } => Sharing::Converts { strike: number(strike) },
                Sharing::PartOf { balance, cap } => Sharing::PartOf { balance: number(balance), cap: number(cap) },
            },
        }
    }
}
