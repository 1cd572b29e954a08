//! Equity allocated to the claims.

use super::{Market, PLACES, Schedule, Unvalued, call, float, posted};
use crate::num::{Exact, Number};
use rust_decimal::Decimal;

/// What equity is worth to each claim.
#[derive(Clone, Debug)]
pub struct Allocation {
    /// The equity, before what it pays out.
    pub equity: Decimal,
    /// The equity without what it pays out before the exit: what all tranches are worth together.
    pub without_dividends: Decimal,
    /// From the lowest to the highest.
    pub tranches: Vec<Tranche>,
    /// By claim. They add up to the equity without dividends, but for what belongs to nobody.
    pub claims: Vec<Exact>,
}

/// What lies between two breakpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tranche {
    /// Where it begins.
    pub from: Decimal,
    /// Where it ends; the last has no end.
    pub to: Option<Decimal>,
    /// The call struck where it begins.
    pub call: Decimal,
    /// That call less the next.
    pub worth: Decimal,
}

/// Allocates equity to the claims of a schedule.
///
/// ```text
/// tranche i = C(b_i) - C(b_(i+1))        claim j = sum over i of slope_ij * tranche i
/// ```
///
/// Calls are posted to ten places before they are subtracted, so the tranches add up to the equity exactly.
///
/// # Errors
/// Where a number is too long to keep.
pub fn allocate(schedule: &Schedule, equity: Decimal, market: &Market) -> Result<Allocation, Unvalued> {
    let mut calls: Vec<Decimal> = Vec::with_capacity(schedule.from.len());
    for &from in &schedule.from {
        let exact = from.is_zero() && market.dividend_yield == 0.0;
        let worth = match exact {
            true => equity.round_dp(PLACES),
            false => posted(call(float(equity), float(from), market)).ok_or(Unvalued::TooLong)?,
        };
        // A call struck higher is worth no more, whatever the last bit says.
        calls.push(calls.last().map_or(worth, |before| worth.min(*before)));
    }
    let tranches: Vec<Tranche> = (0..calls.len())
        .map(|index| Tranche {
            from: schedule.from[index],
            to: schedule.from.get(index + 1).copied(),
            call: calls[index],
            worth: calls[index] - calls.get(index + 1).copied().unwrap_or_default(),
        })
        .collect();
    let claims = schedule.slopes.first().map_or(0, Vec::len);
    let claims = (0..claims)
        .map(|claim| {
            let parts = tranches.iter().zip(&schedule.slopes);
            parts.map(|(tranche, slopes)| Exact::given(tranche.worth) * slopes[claim]).sum()
        })
        .collect();
    Ok(Allocation { equity, without_dividends: calls.first().copied().unwrap_or_default(), tranches, claims })
}
