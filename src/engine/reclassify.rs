//! Shares of one class that become shares of another, and shares that the company buys back.

use super::books::{Because, Books, CapTable, Entry, EntryKind, Journal};
use crate::model::{ClassConversion, ClassId, Draws, Exchange, PositionId, Repurchase, RepurchaseQuantity};
use crate::num::rounding::Rounding;
use crate::num::{Mask, Number};

/// New shares for each old one that leave what they are as converted to common:
///
/// ```text
/// ratio = common per share of the old class / common per share of the new one
/// ```
///
/// Into common it is the class's conversion ratio in force, issue price / conversion price. Source: NVCA model charter, 4.1.1.
#[inline(always)]
pub fn ratio_in_force<N: Number>(class: ClassId, into: ClassId, table: &CapTable<N>) -> N {
    let common = |class| table.ratio(Some(class)).unwrap_or(N::one());
    common(class) / common(into)
}

/// One holder's shares become shares of another class, where `happens`.
///
/// ```text
/// received = given * ratio, as the deal rounds shares, on all that the holder gives at once
/// fraction = given * ratio - received          a fraction cut off is paid in cash at the price in force
/// cash     = max(0, fraction) * price of one share of the new class
/// ```
///
/// Source: NVCA model charter, 4.2 (fractional shares, on the total number of shares the holder converts).
#[inline(always)]
pub fn exchange<N: Number, J: Journal<N>>(
    holder: Exchange,
    given: N,
    ratio: N,
    because: Because<N>,
    rounding: Rounding,
    happens: N::Mask,
    books: &mut Books<N, J>,
) {
    let entry = exchanged(holder, happens.select(given, N::zero()), ratio, because, rounding, &books.table);
    books.post(entry);
}

/// What [`exchange`] posts.
#[inline(always)]
pub fn exchanged<N: Number>(
    holder: Exchange,
    given: N,
    ratio: N,
    because: Because<N>,
    rounding: Rounding,
    table: &CapTable<N>,
) -> Entry<N> {
    let exact = given * ratio;
    let received = rounding.shares(exact);
    // What ten places cut off is no fraction of a share.
    let fraction = if rounding.shares.is_some() { exact - received } else { N::zero() };
    let class = table.positions[holder.into.index()].class();
    let in_force = table.reference_price.map_or(N::zero(), |price| table.price_of_class(class, price));
    let cash = fraction.max(N::zero()) * in_force;
    let kind = EntryKind::Reclassification { from: holder.from, given, fraction, cash };
    Entry { position: holder.into, shares: received, price: N::zero(), kind, because }
}

/// A class that has no issue price takes that of what becomes its shares, so that its preference stays what it was.
#[inline(always)]
pub fn first_price<N: Number>(holder: Exchange, ratio: N, table: &mut CapTable<N>) {
    let class = |position| table.positions[PositionId::index(position)].class();
    let (Some(class), Some(into)) = (class(holder.from), class(holder.into)) else { return };
    if let Some(price) = table.issue_prices[class.index()] {
        let usable = ratio.is_positive();
        table.first_sale(into, price / usable.select(ratio, N::one()));
    }
}

/// All shares of a class become shares of another at the ratio in force: what an automatic conversion does.
#[inline(always)]
pub fn exchange_all<N: Number, J: Journal<N>>(
    (class, into): (ClassId, ClassId),
    holders: &[Exchange],
    rounding: Rounding,
    happens: N::Mask,
    books: &mut Books<N, J>,
) {
    let ratio = ratio_in_force(class, into, &books.table);
    for &holder in holders {
        let held = books.table.at(holder.from);
        exchange(holder, held, ratio, Because::Ratio { ratio }, rounding, happens, books);
    }
}

/// Converts a class, or a part of it.
///
/// A part is taken from the holders pro rata; whole shares so that the parts add up to the whole: each holder gives what
/// the rounded running total grows by.
#[inline(never)]
pub fn convert<N: Number, J: Journal<N>>(
    terms: &ClassConversion<N>,
    happens: N::Mask,
    draws: &Draws<N>,
    books: &mut Books<N, J>,
) -> N::Mask {
    let stated = terms.ratio.map(|ratio| draws.value(ratio));
    let ratio = stated.unwrap_or_else(|| ratio_in_force(terms.class, terms.into, &books.table));
    let (asked, held) = (asked(terms, draws, &books.table), held(terms, &books.table));
    let some = held.is_positive();
    let feasible = ratio.is_positive() & N::zero().at_most(asked) & asked.at_most(held);
    let happens = happens & feasible & some;
    if let Some(&holder) = terms.holders.first().filter(|_| terms.carries_price) {
        first_price(holder, ratio, &mut books.table);
    }
    let part = asked / some.select(held, N::one());
    let (mut held_so_far, mut given_so_far) = (N::zero(), N::zero());
    for &holder in &terms.holders {
        let own = books.table.at(holder.from);
        held_so_far += own;
        let given = match terms.shares {
            None => own,
            Some(_) => (terms.rounding.shares(held_so_far * part) - given_so_far).max(N::zero()).min(own),
        };
        given_so_far += given;
        exchange(holder, given, ratio, Because::Ratio { ratio }, terms.rounding, happens, books);
    }
    feasible
}

/// Shares that are to convert.
#[inline(always)]
pub fn asked<N: Number>(terms: &ClassConversion<N>, draws: &Draws<N>, table: &CapTable<N>) -> N {
    terms.shares.map_or_else(|| held(terms, table), |shares| terms.rounding.shares(draws.value(shares)))
}

/// Shares that the holders named have of the class.
#[inline(always)]
pub fn held<N: Number>(terms: &ClassConversion<N>, table: &CapTable<N>) -> N {
    terms.holders.iter().map(|holder| table.at(holder.from)).sum()
}

/// Shares that are to be bought back: as stated, or money / price.
#[inline(always)]
pub fn bought_back<N: Number>(terms: &Repurchase<N>, draws: &Draws<N>) -> N {
    match terms.quantity {
        RepurchaseQuantity::Shares(shares) => terms.rounding.shares(draws.value(shares)),
        RepurchaseQuantity::Money(money) => {
            let price = terms.price.map_or(N::zero(), |price| draws.value(price));
            terms.rounding.shares(draws.value(money) / price.is_positive().select(price, N::one()))
        }
    }
}

/// Buys shares back. They are retired: no pool has more of them, and nobody owns them.
#[inline(never)]
pub fn repurchase<N: Number, J: Journal<N>>(
    terms: &Repurchase<N>,
    happens: N::Mask,
    draws: &Draws<N>,
    books: &mut Books<N, J>,
) -> N::Mask {
    let price = terms.price.map_or(N::zero(), |price| draws.value(price)).posted();
    let shares = bought_back(terms, draws);
    let feasible = N::zero().at_most(shares) & shares.at_most(books.table.at(terms.position));
    let shares = (happens & feasible).select(shares, N::zero());
    let money = match terms.quantity {
        RepurchaseQuantity::Shares(_) => shares * price,
        RepurchaseQuantity::Money(money) => (happens & feasible).select(draws.value(money), N::zero()),
    };
    let because = if terms.price.is_some() { Because::GivenPrice } else { Because::GivenNumber };
    let kind = EntryKind::Repurchase { money, residue: money - shares * price };
    books.post(Entry { position: terms.position, shares: N::zero() - shares, price, kind, because });
    feasible
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::books::Feasibility;
    use crate::model::{ClassPrices, Holding, OriginId, Scenario, StakeholderId, Term};
    use crate::num::Exact;
    use rust_decimal::Decimal;

    const COMMON: ClassId = ClassId(0);
    const PREFERRED: ClassId = ClassId(1);
    const OTHER: ClassId = ClassId(2);

    /// Three holders of preferred at a ratio of 5 / 4, whose lines of common and of another class are empty.
    fn books(held: [i32; 3]) -> Books<Exact, Feasibility<Exact>> {
        let (mut positions, mut opening) = (Vec::new(), Vec::new());
        for (class, shares) in [(PREFERRED, held), (COMMON, [0; 3]), (OTHER, [0; 3])] {
            for (who, shares) in shares.into_iter().enumerate() {
                positions.push(Holding::Shares(StakeholderId::at(who), class));
                opening.push(Term::Given(Exact::whole(shares)));
            }
        }
        let price = |price: i32| Term::Given(Exact::whole(price));
        let prices = |issue: Option<i32>, conversion: Option<i32>| ClassPrices {
            issue_price: issue.map(price),
            conversion_price: conversion.map(price),
        };
        let scenario = Scenario {
            positions,
            classes: vec![prices(None, None), prices(Some(5), Some(4)), prices(None, None)],
            opening,
            ..Scenario::empty(Rounding::CLOSING_US)
        };
        let draws = Draws { values: &[], base: &[], happens: &[], rung: crate::model::Rung::All };
        Books::open(&scenario, &draws, Feasibility::unquestioned())
    }

    fn terms(into: ClassId, first: u32, shares: Option<i32>, ratio: Option<i32>) -> ClassConversion<Exact> {
        let holder = |who: u32| Exchange { from: PositionId(who), into: PositionId(first + who) };
        ClassConversion {
            class: PREFERRED,
            into,
            holders: (0..3).map(holder).collect(),
            shares: shares.map(|shares| Term::Given(Exact::whole(shares))),
            ratio: ratio.map(|ratio| Term::Given(Exact::whole(ratio))),
            carries_price: into != COMMON,
            rounding: Rounding::CLOSING_US,
            origin: OriginId(0),
        }
    }

    fn converted(terms: &ClassConversion<Exact>, held: [i32; 3]) -> (bool, Vec<i64>, Books<Exact, Feasibility<Exact>>) {
        let mut books = books(held);
        let draws = Draws { values: &[], base: &[], happens: &[], rung: crate::model::Rung::All };
        let feasible = convert(terms, crate::num::Truth::Yes, &draws, &mut books).is_yes();
        let shares = books.table.shares.iter().map(|shares| shares.to_decimal(0).and_then(|n| n.try_into().ok()));
        let shares = shares.map(|shares| shares.expect("whole shares")).collect();
        (feasible, shares, books)
    }

    /// 10, 11 and 3 shares at 5 / 4 are 12.5, 13.75 and 3.75: each is cut down by itself.
    #[test]
    fn fractions_are_cut_off_on_what_each_holder_converts() {
        let (feasible, shares, books) = converted(&terms(COMMON, 3, None, None), [10, 11, 3]);
        assert!(feasible);
        assert_eq!(shares, [0, 0, 0, 12, 13, 3, 0, 0, 0]);
        assert_eq!(books.table.fully_diluted.to_decimal(4), Some(Decimal::from(28)));
    }

    /// 41 of 100 from 70, 20 and 10: running totals 28.7, 36.9 and 41, cut down.
    #[test]
    fn a_part_is_taken_pro_rata_in_whole_shares_that_add_up() {
        let (_, shares, _) = converted(&terms(COMMON, 3, Some(41), Some(1)), [70, 20, 10]);
        assert_eq!(shares, [42, 12, 5, 28, 8, 5, 0, 0, 0]);
    }

    /// Two new shares for one that cost 5 cost 2.5 each; a class that has a price would keep its own.
    #[test]
    fn a_class_without_a_price_takes_the_price_along() {
        let (_, shares, books) = converted(&terms(OTHER, 6, None, Some(2)), [1, 2, 3]);
        assert_eq!(shares, [0, 0, 0, 0, 0, 0, 2, 4, 6]);
        let price = books.table.issue_prices[OTHER.index()].and_then(|price| price.to_decimal(2));
        assert_eq!(price, Some(Decimal::new(25, 1)));
    }

    #[test]
    fn no_more_converts_than_is_held() {
        let (feasible, shares, _) = converted(&terms(COMMON, 3, Some(7), None), [1, 2, 3]);
        assert!(!feasible);
        assert_eq!(shares, [1, 2, 3, 0, 0, 0, 0, 0, 0]);
    }
}
