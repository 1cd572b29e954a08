//! Convertibles outside rounds: their issue, and what becomes of them when they fall due.

use super::books::{Books, Journal};
use super::round::Conversion;
use super::round::convert::{accrued, rounded};
use super::round::pricing::base_count;
use crate::model::{Cap, ConvertibleId, Denominator, Draws, Due, PositionId, Scenario};
use crate::num::{Mask, Number};

/// From now on the convertible is outstanding. It is no share yet, and changes no ownership.
#[inline(always)]
pub fn issue<N: Number, J: Journal<N>>(id: ConvertibleId, happens: N::Mask, books: &mut Books<N, J>) -> N::Mask {
    let outstanding = &mut books.table.outstanding[id.index()];
    *outstanding = *outstanding | happens;
    N::Mask::always(true)
}

/// Convertibles that are still outstanding fall due on one day: they convert at their caps, together, or are repaid.
///
/// ```text
/// shares = balance / cap * count        count by the instrument's own definition: with G, the sum of all that converts,
///                                       where it counts what converts; each claim is a line f + s G, so
/// G = sum f / (1 - sum s)
/// ```
#[inline(always)]
pub fn mature<N: Number, J: Journal<N>>(
    due: &[Due<N>],
    scenario: &Scenario<N>,
    happens: N::Mask,
    draws: &Draws<N>,
    books: &mut Books<N, J>,
) -> N::Mask {
    let claims: Vec<Option<CapClaim<N>>> =
        due.iter().map(|due| cap_claim(due, scenario, happens, draws, books)).collect();
    let (mut fixed, mut slope) = (N::zero(), N::zero());
    for claim in claims.iter().flatten() {
        fixed += claim.converts.select(claim.fixed, N::zero());
        slope += claim.converts.select(claim.slope, N::zero());
    }
    let left = N::one() - slope;
    let solvable = left.is_positive();
    let converted = fixed / solvable.select(left, N::one());
    let claimed = claims.iter().flatten();
    let feasible = claimed.fold(solvable, |feasible, claim| feasible & (claim.possible | !claim.converts));
    for (due, claim) in due.iter().zip(claims) {
        let outstanding = &mut books.table.outstanding[due.convertible.index()];
        match (claim, due.into) {
            (Some(claim), Some(position)) => {
                let exact = claim.fixed + claim.slope * converted;
                let price = claim.balance / exact.is_positive().select(exact, N::one());
                let conversion = Conversion {
                    convertible: due.convertible,
                    position,
                    package: N::whole(i32::try_from(due.convertible.0).unwrap_or(i32::MAX)),
                    principal: claim.principal,
                    interest: claim.interest,
                    balance: claim.balance,
                    by_cap: N::Mask::always(true),
                    cap_price: price,
                    discount_price: N::zero(),
                    discount: N::zero(),
                    capitalization: exact / claim.part.is_positive().select(claim.part, N::one()),
                    price,
                    shares: whole_of_class(exact, position, scenario, books),
                    converts: claim.converts,
                };
                books.convert(&conversion, claim.converts);
            }
            _ => *outstanding = *outstanding & !happens,
        }
    }
    feasible
}

/// Shares as converted, as the deal rounds those of their class.
#[inline(always)]
fn whole_of_class<N: Number, J>(shares: N, position: PositionId, scenario: &Scenario<N>, books: &Books<N, J>) -> N {
    rounded(shares, books.table.ratio(books.table.positions[position.index()].class()), scenario.rounding)
}

/// What a convertible claims by its cap alone, as a line in what converts with it.
#[derive(Clone, Copy, Debug)]
struct CapClaim<N: Number> {
    principal: N,
    interest: N,
    balance: N,
    part: N,
    fixed: N,
    slope: N,
    converts: N::Mask,
    /// False where it is promised all of a count that it is itself in.
    possible: N::Mask,
}

#[inline(always)]
fn cap_claim<N: Number, J: Journal<N>>(
    due: &Due<N>,
    scenario: &Scenario<N>,
    happens: N::Mask,
    draws: &Draws<N>,
    books: &Books<N, J>,
) -> Option<CapClaim<N>> {
    due.into?;
    let terms = &scenario.convertibles[due.convertible.index()];
    let principal = draws.value(terms.amount);
    let interest = accrued(principal, terms, due.elapsed, scenario.rounding, draws);
    let balance = if terms.interest_converts { principal + interest } else { principal };
    let claim = |part, fixed, slope| CapClaim {
        principal,
        interest,
        balance,
        part,
        fixed,
        slope,
        converts: happens & books.table.outstanding[due.convertible.index()],
        possible: N::Mask::always(true),
    };
    let part = match terms.package.cap? {
        Cap::Price(price) => return Some(claim(N::one(), balance / draws.value(price), N::zero())),
        Cap::Valuation(cap) => balance / draws.value(cap),
        Cap::Ownership(fraction) => draws.value(fraction),
    };
    let (counts, all, this) = match terms.package.counts {
        Denominator::Counts(counts) => {
            (base_count(counts, &books.table), counts.converting_securities, counts.this_security)
        }
        Denominator::OfRound => (books.table.fully_diluted, false, false),
    };
    let left = N::one() - part;
    let possible = left.is_positive();
    let factor = match (all, this) {
        (true, false) => part / (N::one() + part),
        (false, true) => part / possible.select(left, N::one()),
        (true, true) | (false, false) => part,
    };
    let possible = if this { possible } else { N::Mask::always(true) };
    Some(CapClaim { possible, ..claim(part, counts * factor, if all { factor } else { N::zero() }) })
}
