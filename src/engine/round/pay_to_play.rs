//! Pay-to-play: shares of a holder that skips its pro rata become another class, before the round is priced.
//!
//! ```text
//! required = part required * pro rata right * headline money          right as of before the round
//! took     = the holder's cheques at the round's price, at the headline
//! skips    where took < required
//! ```
//!
//! What skips converts first, so that it gets no adjustment; then the round is one system as ever: the weighted averages
//! count at the old conversion prices, and the price follows. Cheques that depend on the price (a number of shares, a
//! fraction of the total) are tested as if nobody had to convert and nothing were adjusted. Source: NVCA model charter,
//! 5A (special mandatory conversion), with its applicable portion where the shortfall alone converts.

use super::money;
use super::pricing::{self, Pricing};
use crate::engine::books::{Because, Books, CapTable, Entry, Journal};
use crate::engine::reclassify::{exchanged, first_price, ratio_in_force};
use crate::model::{Convertible, Draws, Exchange, PayToPlay, Round, StakeholderId};
use crate::num::rounding::Rounding;
use crate::num::{Mask, Number};
use rust_decimal::Decimal;

/// A holder's shares of one class that convert.
#[derive(Clone, Copy, Debug)]
pub struct Skipped<N> {
    /// Its lines of the old class and the new one.
    pub exchange: Exchange,
    /// The part of its shares that converts; zero for one that takes its pro rata.
    pub part: N,
    /// New shares for each old one.
    pub ratio: N,
    /// Whether the new class takes the price along.
    pub carries_price: bool,
    /// Money it put in.
    pub took: N,
    /// Money it had to put in.
    pub required: N,
}

/// The price of a round, from the table as it stands once those that skip have converted.
#[inline(always)]
pub fn price<N: Number>(
    terms: &Round<N>,
    convertibles: &[Convertible<N>],
    draws: &Draws<N>,
    table: &CapTable<N>,
) -> Pricing<N> {
    match &terms.pay_to_play {
        None => pricing::solve(terms, convertibles, draws, table, table),
        Some(play) => after_skipping(terms, play, convertibles, draws, table),
    }
}

#[inline(never)]
fn after_skipping<N: Number>(
    terms: &Round<N>,
    play: &PayToPlay<N>,
    convertibles: &[Convertible<N>],
    draws: &Draws<N>,
    table: &CapTable<N>,
) -> Pricing<N> {
    let unadjusted = Round { protections: Vec::new(), pay_to_play: None, ..terms.clone() };
    let before = pricing::solve(&unadjusted, convertibles, draws, table, table);
    let skipped = skipped(terms, play, &before, draws, table);
    let mut converted = table.clone();
    for one in &skipped {
        let entry = entry(one, N::Mask::always(true), terms.rounding, &converted);
        converted.apply(&entry);
        carry_price(one, &mut converted);
    }
    Pricing { skipped, ..pricing::solve(terms, convertibles, draws, &converted, table) }
}

/// Who skips, and what part of its shares converts.
fn skipped<N: Number>(
    terms: &Round<N>,
    play: &PayToPlay<N>,
    before: &Pricing<N>,
    draws: &Draws<N>,
    table: &CapTable<N>,
) -> Vec<Skipped<N>> {
    // A cheque that is the right to the last digit is no shortfall in lanes either.
    let nothing = N::given(Decimal::new(1, 9));
    let required_part = draws.value(play.required);
    let of_class = play.classes.iter().map(|class| {
        let stated = class.ratio.map(|ratio| draws.value(ratio));
        let ratio = stated.unwrap_or_else(|| ratio_in_force(class.class, class.into, table));
        class.holders.iter().map(move |&(who, exchange)| {
            let right = pricing::stake(who, table).pro_rata;
            let required = required_part * right * before.money;
            let took = took(terms, before, draws, who);
            let some = required.is_positive();
            let missing = (required - took).max(N::zero()) / some.select(required, N::one());
            let skips = some & nothing.below(missing);
            let part = if class.shortfall { missing } else { N::one() };
            let part = skips.select(part, N::zero());
            Skipped { exchange, part, ratio, carries_price: class.carries_price, took, required }
        })
    });
    of_class.flatten().collect()
}

/// A holder's cheques at the round's price.
fn took<N: Number>(terms: &Round<N>, pricing: &Pricing<N>, draws: &Draws<N>, who: StakeholderId) -> N {
    let closings = terms.tranches.iter().enumerate().filter(|(_, tranche)| money::at_round_price(tranche));
    closings
        .flat_map(|(index, tranche)| {
            let own = tranche.participants.iter().enumerate().filter(move |(_, other)| other.stakeholder == who);
            own.map(move |(number, _)| money::of(terms, pricing, draws, index, number))
        })
        .sum()
}

/// The conversion of one holder that skips, where it `happens`.
fn entry<N: Number>(skipped: &Skipped<N>, happens: N::Mask, rounding: Rounding, table: &CapTable<N>) -> Entry<N> {
    let held = table.at(skipped.exchange.from);
    let given = rounding.shares(held * skipped.part).max(N::zero()).min(held);
    let given = happens.select(given, N::zero());
    let Skipped { ratio, took, required, .. } = *skipped;
    exchanged(skipped.exchange, given, ratio, Because::PayToPlay { ratio, took, required }, rounding, table)
}

fn carry_price<N: Number>(skipped: &Skipped<N>, table: &mut CapTable<N>) {
    if skipped.carries_price {
        first_price(skipped.exchange, skipped.ratio, table);
    }
}

/// Converts what skips, at the round's first closing that takes place.
#[inline(always)]
pub fn convert<N: Number, J: Journal<N>>(
    skipped: &[Skipped<N>],
    rounding: Rounding,
    first: N::Mask,
    books: &mut Books<N, J>,
) {
    for one in skipped {
        let entry = entry(one, first, rounding, &books.table);
        books.post(entry);
        carry_price(one, &mut books.table);
    }
}
