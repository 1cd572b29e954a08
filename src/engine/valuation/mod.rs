//! What every claim on the company is worth before anybody knows what it will be sold for.
//!
//! ```text
//! breakpoints, equity, volatility, years, rates  -allocate->  Allocation    what each tranche and each claim is worth
//! breakpoints, a class, its price                -backsolve-> Backsolve     the equity at which the class is worth that price
//! ```
//!
//! Between two breakpoints of the waterfall the next dollar is shared in fixed proportions. A share of everything above a
//! breakpoint is a call option on the company struck there, so what lies between two is worth the difference of two calls:
//!
//! ```text
//! tranche i  = C(b_i) - C(b_(i+1))            b_0 = 0, and C of nothing above the last is 0
//! claim j    = sum over i of slope_ij * tranche i
//! ```
//!
//! The proportions are exact; the calls are floating point, posted once, so that what all claims are worth together is the
//! equity to the last digit. Where payouts jump there is no such sum, and the valuation is refused.
//!
//! Source: AICPA, Valuation of Privately-Held-Company Equity Securities Issued as Compensation (2013), chapters 6 and 10.

mod allocate;
mod backsolve;
mod call;
mod post;

pub use allocate::{Allocation, Tranche, allocate};
pub use backsolve::{Backsolve, Wanted, backsolve};
pub use call::{Market, call};
pub use post::{Observed, Outcome, PostedValuation, Priced, Solved, is_of, observe, post};

use super::exit::{Breakpoints, Recipient};
use crate::model::ClassId;
use crate::num::{Exact, Number};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// The waterfall made ready for option pricing.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// Exit values at which the sharing changes; the first is 0.
    from: Vec<Decimal>,
    /// The part of the next dollar that a claim gets, by segment and claim.
    slopes: Vec<Vec<Exact>>,
}

/// Why a class has no value by option pricing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unvalued {
    /// Payouts jump at this exit value: no portfolio of calls pays them.
    Jumps {
        /// The lowest such exit value.
        at: Decimal,
    },
    /// A breakpoint or value is too long a number to keep.
    TooLong,
    /// The preference, or the price, of a class is not known.
    Unpriced(ClassId),
    /// Nobody has a claim on the company.
    NoClaims,
    /// No class was sold whose price could say what the equity is.
    NoClassSold,
    /// The class is worth less than its price at any equity, or has nothing.
    NeverWorth {
        /// The class, once it is known which.
        class: Option<ClassId>,
        /// Its price.
        price: Decimal,
        /// What one share is worth at most.
        most: Decimal,
    },
}

/// Decimal places of breakpoints and values.
const PLACES: u32 = super::ledger::PLACES;
/// Decimal places of a proportion where it becomes floating point.
const PLACES_OF_SLOPES: u32 = 20;

impl Schedule {
    /// The schedule of a waterfall with so many claims.
    ///
    /// # Errors
    /// Where payouts jump, or a breakpoint is too long a number.
    pub fn new(breakpoints: &Breakpoints, claims: usize) -> Result<Self, Unvalued> {
        let mut schedule = Schedule { from: Vec::new(), slopes: Vec::new() };
        for segment in &breakpoints.segments {
            let at = segment.from.to_decimal(PLACES).ok_or(Unvalued::TooLong)?;
            if segment.jumps {
                return Err(Unvalued::Jumps { at });
            }
            let mut slopes = vec![Exact::zero(); claims];
            for &(recipient, slope) in &segment.next_dollar {
                match recipient {
                    Recipient::Claim(claim) => slopes[claim as usize] += slope,
                    // An equity value is what costs, debts and a management plan leave.
                    Recipient::Costs | Recipient::Debt(_) | Recipient::CarveOut => {}
                }
            }
            schedule.from.push(at);
            schedule.slopes.push(slopes);
        }
        Ok(schedule)
    }

    /// Exit values at which the sharing changes; the first is 0.
    pub fn breakpoints(&self) -> &[Decimal] {
        &self.from
    }

    /// The parts of the next dollar above a breakpoint, by claim.
    pub fn slopes(&self, segment: usize) -> &[Exact] {
        &self.slopes[segment]
    }
}

/// The nearest floating-point number; every posted number has one.
fn float(decimal: Decimal) -> f64 {
    decimal.to_f64().unwrap_or(f64::NAN)
}

/// A floating-point number to ten places; `None` beyond what a decimal holds.
fn posted(number: f64) -> Option<Decimal> {
    Decimal::from_f64_retain(number).map(|decimal| decimal.round_dp(PLACES).normalize())
}
