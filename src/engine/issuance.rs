//! New shares outside a round, and splits.

use super::books::{Because, Books, Entry, EntryKind, Journal};
use super::round::protect::{self, Issue};
use super::secondary::sale_price;
use crate::model::{Consideration, Draws, Holding, Issuance, PositionId, Protection, Right, SalePrice, Split};
use crate::num::rounding::{Direction, whole};
use crate::num::{Mask, Number};

/// Issues shares: as many as stated, or money / price. Shares issued for money set the reference price.
#[inline(always)]
pub fn issue<N: Number, J: Journal<N>>(
    terms: &Issuance<N>,
    protections: &[Protection],
    happens: N::Mask,
    draws: &Draws<N>,
    books: &mut Books<N, J>,
) -> N::Mask {
    let class = books.table.positions[terms.position.index()].class();
    let (shares, price, money, because) = match terms.consideration {
        Consideration::None { shares } => {
            (terms.rounding.shares(draws.value(shares)), N::zero(), N::zero(), Because::GivenNumber)
        }
        Consideration::Money { amount, price } => {
            let (given, because) = sale_price(price, draws, &books.table);
            let price = match price {
                SalePrice::PerShare(_) => given,
                SalePrice::Valuation(_) | SalePrice::OfRound { .. } => {
                    terms.rounding.price(books.table.price_of_class(class, given))
                }
            };
            let money = draws.value(amount);
            books.set_reference_price(books.table.price_as_converted(class, price), happens);
            let payable = price.is_positive().select(price, N::one());
            (terms.rounding.shares(money / payable), price, money, because)
        }
    };
    let for_nothing = matches!(terms.consideration, Consideration::None { .. });
    let feasible = N::zero().at_most(shares) & (N::Mask::always(for_nothing) | price.is_positive());
    let shares = happens.select(shares, N::zero());
    let triggered = protections.iter().copied().filter(|protection| !protection.exempt.issuances);
    let table = &books.table;
    let agreed = table.price_as_converted(class, price);
    let issue = Issue { money, price: agreed, shares: table.as_converted(terms.position, shares) };
    let feasible = feasible & protect::after_issue(triggered, issue, terms.rounding, happens, books);
    let (price, money) = (price.posted(), happens.select(money, N::zero()));
    let kind = EntryKind::Issuance { money, residue: money - shares * price };
    books.post(Entry { position: terms.position, shares, price, kind, because });
    feasible
}

/// Splits a class, or everything: `ratio` new shares for each old one.
///
/// Prices follow. A split of the common (or of everything) divides every price per share as converted; a split of one
/// class against the others changes how many common shares its own shares, or the others', convert into:
///
/// ```text
/// everything      shares * k of every position                                   price / k
/// common only     shares * k of common and options, ratio * k of every class     price / k
/// one preferred   shares * k of that class, ratio / k of that class
/// ```
///
/// Whole shares: each holder's total is cut down to whole shares and the fraction paid in cash.
#[inline(always)]
pub fn split<N: Number, J: Journal<N>>(
    terms: &Split<N>,
    rights: &[Right<N>],
    happens: N::Mask,
    draws: &Draws<N>,
    books: &mut Books<N, J>,
) -> N::Mask {
    let stated = draws.value(terms.ratio);
    let feasible = stated.is_positive();
    let ratio = (happens & feasible).select(stated, N::one());
    for index in 0..books.table.positions.len() {
        let held = match (terms.class, books.table.positions[index]) {
            (None, _) => true,
            (Some(split), Holding::Shares(_, class) | Holding::Warrants(_, class)) => split == class,
            (Some(_), Holding::Granted(..) | Holding::Promised(_) | Holding::Available(_)) => terms.is_common,
        };
        if held {
            let position = PositionId::at(index);
            let before = books.table.at(position);
            let after = before * ratio;
            let kept = if terms.whole_shares { whole(after, Direction::Down) } else { after.posted() };
            let (kind, because) = (EntryKind::Split { fraction: after - kept }, Because::Ratio { ratio });
            books.post(Entry { position, shares: kept - before, price: N::zero(), kind, because });
        }
    }
    rescale(terms, rights, ratio, books);
    feasible
}

/// Adjusts prices and conversion ratios to a split; the fully diluted count is summed anew where a ratio changed.
#[inline(always)]
fn rescale<N: Number, J>(terms: &Split<N>, rights: &[Right<N>], ratio: N, books: &mut Books<N, J>) {
    let classes = rights.iter().map(|right| right.class);
    let table = &mut books.table;
    if terms.class.is_none() || terms.is_common {
        for price in table.conversion_prices.iter_mut().flatten() {
            *price = *price / ratio;
        }
        table.reference_price = table.reference_price.map(|price| price / ratio);
        for pricing in table.rounds.iter_mut().flatten() {
            pricing.price = pricing.price / ratio;
            pricing.last_price = pricing.last_price / ratio;
            pricing.solved_price = pricing.solved_price / ratio;
            pricing.split(ratio);
        }
    }
    for (right, class) in table.rights.iter_mut().zip(classes) {
        if terms.class.is_none_or(|split| split == class) {
            let count = |options: N| {
                let after = options * ratio;
                if terms.whole_shares { whole(after, Direction::Down) } else { after.posted() }
            };
            right.granted = count(right.granted);
            right.exercised = count(right.exercised);
            right.outstanding = count(right.outstanding);
            right.vested = count(right.vested);
            right.exercise_price = right.exercise_price / ratio;
        }
    }
    for (index, price) in table.issue_prices.iter_mut().enumerate() {
        if terms.class.is_none_or(|split| split.index() == index) {
            *price = price.map(|price| price / ratio);
        }
    }
    table.lots.split(terms.class, ratio);
    let Some(split) = terms.class else { return };
    for (index, class_ratio) in table.ratios.iter_mut().enumerate() {
        let before = class_ratio.unwrap_or(N::one());
        if terms.is_common && index != split.index() {
            *class_ratio = Some(before * ratio);
        } else if !terms.is_common && index == split.index() {
            *class_ratio = Some(before / ratio);
        }
    }
    table.fully_diluted = table.sum(|_| true);
}
