//! A secondary sale: shares change hands, none are created.

use super::books::{Because, Books, CapTable, Entry, EntryKind, Journal};
use crate::model::{Draws, Part, SalePrice, SaleQuantity, Secondary, Term};
use crate::num::{Mask, Number};
use rust_decimal::Decimal;

/// What a sale comes to before it is split among sellers and buyers.
#[derive(Clone, Copy, Debug)]
pub struct Sale<N> {
    /// Per share of the class sold.
    pub price: N,
    /// Shares that the stated amount would buy.
    pub wanted: N,
    /// Shares sold: `wanted`, but no more than the limits allow.
    pub sold: N,
}

/// Sizes the sale: shares = amount / price, at most what the limits leave.
#[inline(always)]
pub fn size<N: Number>(terms: &Secondary<N>, draws: &Draws<N>, table: &CapTable<N>) -> (Sale<N>, Because<N>) {
    let class = terms.buyers.first().and_then(|buyer| table.positions[buyer.position.index()].class());
    let (price, because) = sale_price(terms.price, draws, table);
    let price = match terms.price {
        SalePrice::PerShare(_) => price,
        SalePrice::Valuation(_) | SalePrice::OfRound { .. } => terms.rounding.price(table.price_of_class(class, price)),
    };
    let wanted = match terms.quantity {
        SaleQuantity::Money(money) => draws.value(money) / price.is_positive().select(price, N::one()),
        SaleQuantity::Shares(shares) => draws.value(shares),
    };
    let sold = if terms.limits.is_empty() { wanted } else { wanted.min(offered(terms, draws, table)) };
    (Sale { price, wanted, sold }, because)
}

/// The most the limits leave: the sum of the stated parts of the stated holdings.
#[inline(always)]
fn offered<N: Number>(terms: &Secondary<N>, draws: &Draws<N>, table: &CapTable<N>) -> N {
    let held = |positions: &[_]| -> N { positions.iter().map(|&position| table.at(position)).sum() };
    terms.limits.iter().map(|(positions, part)| held(positions) * draws.value(*part)).sum()
}

/// The price of a sale or an issuance per share as converted (as given, where it is given), and why.
#[inline(always)]
pub fn sale_price<N: Number>(price: SalePrice<N>, draws: &Draws<N>, table: &CapTable<N>) -> (N, Because<N>) {
    match price {
        SalePrice::PerShare(price) => (draws.value(price), Because::GivenPrice),
        SalePrice::Valuation(valuation) => {
            let (valuation, fully_diluted) = (draws.value(valuation), table.fully_diluted);
            (valuation / fully_diluted, Because::Valuation { valuation, fully_diluted })
        }
        SalePrice::OfRound { round, multiple } => {
            let multiple = draws.value(multiple);
            let price = table.rounds[round.index()].as_ref().map_or(N::zero(), |pricing| pricing.price);
            (price * multiple, Because::MultipleOf { round, price, multiple })
        }
    }
}

/// Sells. Each seller gives its part and each buyer takes its own; a seller-to-buyer pair trades the product of the two,
/// the last buyer what is left of the seller's part. A seller of several positions gives from each pro rata to its shares.
#[inline(always)]
pub fn close<N: Number, J: Journal<N>>(
    terms: &Secondary<N>,
    closes: N::Mask,
    draws: &Draws<N>,
    books: &mut Books<N, J>,
) -> N::Mask {
    let (sale, because) = size(terms, draws, &books.table);
    let whole = sale.wanted * sale.price;
    let selling = fractions(terms.sellers.iter().map(|seller| seller.part), whole, draws);
    let buying = fractions(terms.buyers.iter().map(|buyer| buyer.part), whole, draws);
    let mut feasible = sale.price.is_positive() & N::zero().at_most(sale.wanted) & selling.whole & buying.whole;
    let posted = sale.price.posted();
    for (seller, &given) in terms.sellers.iter().zip(&selling.parts) {
        let held: N = seller.positions.iter().map(|&position| books.table.at(position)).sum();
        feasible = feasible & (sale.sold * given).at_most(held);
        let some = held.is_positive();
        let before: Vec<N> = seller.positions.iter().map(|&position| books.table.at(position)).collect();
        for (&from, before) in seller.positions.iter().zip(before) {
            let of_seller = some.select(before / some.select(held, N::one()), N::zero());
            let exact = closes.select(sale.sold * given * of_seller, N::zero());
            let from_here = terms.rounding.shares(exact).min(before);
            let (mut left, mut unsold) = (from_here, exact);
            for (index, (buyer, &taken)) in terms.buyers.iter().zip(&buying.parts).enumerate() {
                let is_last = index + 1 == terms.buyers.len();
                let shares = if is_last { left } else { terms.rounding.shares(exact * taken).min(left) };
                // Whoever takes what is left pays for what is left.
                let money =
                    if is_last && terms.rounding.shares.is_some() { unsold } else { exact * taken } * sale.price;
                left -= shares;
                unsold -= shares;
                let kind = EntryKind::Transfer { from, money, residue: money - shares * posted };
                books.post(Entry { position: buyer.position, shares, price: posted, kind, because });
            }
        }
    }
    if let SalePrice::Valuation(_) = terms.price {
        let class = terms.buyers.first().and_then(|buyer| books.table.positions[buyer.position.index()].class());
        let as_converted = books.table.ratio(class).map_or(sale.price, |ratio| sale.price / ratio);
        books.set_reference_price(as_converted, closes);
    }
    feasible
}

/// Parts of a sale as fractions of it, and where they are parts of a whole.
pub(super) struct Parts<N: Number> {
    /// In the order stated.
    pub parts: Vec<N>,
    /// Where they add up to one.
    pub whole: N::Mask,
}

/// Every part as a fraction; what the stated ones leave goes to the rest, or is nothing.
#[inline(always)]
pub(super) fn fractions<N: Number>(
    stated: impl Iterator<Item = Part<N>> + Clone,
    whole: N,
    draws: &Draws<N>,
) -> Parts<N> {
    let rest = rest(stated.clone(), whole, draws);
    let has_rest = stated.clone().any(|part| matches!(part, Part::Rest));
    // Fractions such as 1/3 in lanes add up to one but for their last digits.
    let nothing = N::given(Decimal::new(1, 9));
    let not_over = N::zero().at_most(rest + nothing);
    let whole_mask = if has_rest { not_over } else { not_over & rest.at_most(nothing) };
    Parts { parts: stated.map(|part| fraction(part, whole, rest, draws)).collect(), whole: whole_mask }
}

/// The fraction of the sale that a part stands for.
#[inline(always)]
fn fraction<N: Number>(part: Part<N>, whole: N, rest: N, draws: &Draws<N>) -> N {
    match part {
        Part::Fraction(fraction) => draws.value(fraction),
        Part::Money(money) => money_fraction(money, whole, draws),
        Part::Rest => rest,
    }
}

/// What the stated parts leave of the sale.
#[inline(always)]
fn rest<N: Number>(parts: impl Iterator<Item = Part<N>>, whole: N, draws: &Draws<N>) -> N {
    let stated: N = parts
        .map(|part| match part {
            Part::Fraction(fraction) => draws.value(fraction),
            Part::Money(money) => money_fraction(money, whole, draws),
            Part::Rest => N::zero(),
        })
        .sum();
    N::one() - stated
}

#[inline(always)]
fn money_fraction<N: Number>(money: Term<N>, whole: N, draws: &Draws<N>) -> N {
    let some = whole.is_positive();
    some.select(draws.value(money) / some.select(whole, N::one()), N::zero())
}
