//! Convertibles outside rounds: their issue, and what becomes of them when they fall due.

use super::books::{Books, Journal};
use super::round::Conversion;
use super::round::convert::balance;
use super::round::pricing::base_count;
use crate::model::{Cap, ConvertibleId, Denominator, Draws, Maturity, Scenario};
use crate::num::{Mask, Number};

/// From now on the convertible is outstanding. It is no share yet, and changes no ownership.
#[inline(always)]
pub fn issue<N: Number, J: Journal<N>>(id: ConvertibleId, happens: N::Mask, books: &mut Books<N, J>) -> N::Mask {
    let outstanding = &mut books.table.outstanding[id.index()];
    *outstanding = *outstanding | happens;
    N::Mask::always(true)
}

/// A convertible that is still outstanding falls due: it converts at its cap, or is repaid.
///
/// ```text
/// shares = balance / cap * count        the count as it stands, the instrument itself in it where its terms say so
/// ```
#[inline(always)]
pub fn mature<N: Number, J: Journal<N>>(
    terms: &Maturity<N>,
    scenario: &Scenario<N>,
    happens: N::Mask,
    draws: &Draws<N>,
    books: &mut Books<N, J>,
) -> N::Mask {
    let convertible = &scenario.convertibles[terms.convertible.index()];
    let due = happens & books.table.outstanding[terms.convertible.index()];
    let Some(position) = terms.into else {
        let outstanding = &mut books.table.outstanding[terms.convertible.index()];
        *outstanding = *outstanding & !due;
        return N::Mask::always(true);
    };
    let principal = draws.value(convertible.amount);
    let with_interest = balance(principal, convertible.interest, terms.elapsed, draws);
    let converting = if convertible.interest_converts { with_interest } else { principal };
    let (counts, includes_itself) = match convertible.package.counts {
        Denominator::Counts(counts) => (base_count(counts, &books.table), counts.this_security),
        Denominator::OfRound => (books.table.fully_diluted, false),
    };
    let of_count = |part: N| if includes_itself { counts * part / (N::one() - part) } else { counts * part };
    let exact = match convertible.package.cap {
        Some(Cap::Valuation(cap)) => of_count(converting / draws.value(cap)),
        Some(Cap::Ownership(fraction)) => of_count(draws.value(fraction)),
        Some(Cap::Price(price)) => converting / draws.value(price),
        None => N::zero(),
    };
    let feasible = exact.is_positive();
    let price = converting / feasible.select(exact, N::one());
    let zero = N::zero();
    let conversion = Conversion {
        convertible: terms.convertible,
        position,
        package: N::whole(i32::try_from(terms.convertible.0).unwrap_or(i32::MAX)),
        principal,
        interest: with_interest - principal,
        by_cap: N::Mask::always(true),
        cap_price: price,
        discount_price: zero,
        discount: zero,
        capitalization: counts,
        price,
        shares: scenario.rounding.shares(exact),
        converts: due,
    };
    books.convert(&conversion, due);
    feasible | !due
}
