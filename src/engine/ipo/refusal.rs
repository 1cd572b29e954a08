//! Why an offering has no answer. Exact only, and only after the refusal.

use super::pricing::{self, worth};
use super::{convert, held, quantities};
use crate::engine::books::{Books, CapTable};
use crate::engine::ledger::Ledger;
use crate::engine::refusal::{Cause, decimal};
use crate::model::{Draws, Ipo, IpoPrice, Part, Scenario, Term};
use crate::num::{Fixed, Mask, Number, Truth};
use rust_decimal::Decimal;

/// What made the offering infeasible, from the company just before it.
pub fn cause<const BITS: usize, const LIMBS: usize>(
    terms: &Ipo<Fixed<BITS, LIMBS>>,
    scenario: &Scenario<Fixed<BITS, LIMBS>>,
    draws: &Draws<Fixed<BITS, LIMBS>>,
    books: &mut Books<Fixed<BITS, LIMBS>, Ledger>,
) -> Cause {
    if let Some(greenshoe) = terms.greenshoe {
        let used = draws.value(greenshoe.used);
        if Number::below(Fixed::one(), used).is_yes() {
            return Cause::GreenshoeOverused { used: decimal(used) };
        }
    }
    let offering = pricing::solve(terms, scenario, draws, &books.table);
    if !offering.feasible.is_yes() {
        return match terms.price {
            IpoPrice::PreMoney { valuation, .. } => {
                let bound = bound(terms, scenario, draws, &books.table);
                let worth = |ratchet| worth(ratchet, draws, &books.table);
                let ratchets = terms.ratchets.iter().filter_map(|ratchet| Some((ratchet.class, worth(ratchet)?)));
                Cause::IpoTooSmall {
                    pre_money: decimal(draws.value(valuation)),
                    bound: decimal(bound),
                    ratchets: ratchets.map(|(class, worth)| (class, decimal(worth))).collect(),
                }
            }
            IpoPrice::PerShare { price, .. } if draws.value(price).is_positive().is_yes() => {
                Cause::ConversionsTakeAll { fixed_parts: Decimal::ZERO }
            }
            IpoPrice::PerShare { price, .. } => Cause::PriceNotPositive { price: decimal(draws.value(price)) },
        };
    }
    if !offering.price.is_positive().is_yes() {
        return Cause::PriceNotPositive { price: decimal(offering.price) };
    }
    let sold = quantities(terms, offering.price, draws, &books.table);
    let always = <Truth as Mask<Fixed<BITS, LIMBS>>>::always(true);
    convert(terms, &offering, always, books);
    let price = books.table.price_of_class(Some(terms.class), offering.price);
    let whole = sold.secondary * price;
    let part = |part: Part<_>| match part {
        Part::Fraction(fraction) => draws.value(fraction),
        Part::Money(money) if whole.is_positive().is_yes() => draws.value(money) / whole,
        Part::Money(_) | Part::Rest => Fixed::zero(),
    };
    for (index, seller) in terms.sellers.iter().enumerate() {
        let asked = sold.secondary * part(seller.part);
        let held: Fixed<BITS, LIMBS> = seller.holders.iter().map(|holder| held(holder, &books.table)).sum();
        if Number::below(held, asked).is_yes() {
            return Cause::Oversold { seller: index, asked: decimal(asked), held: decimal(held) };
        }
    }
    Cause::Terms
}

/// What the pre-money must exceed: what ratchets and conversions are promised in money, whatever the price.
///
/// ```text
/// bound = limit of p K(p) as p falls to 0
/// ```
///
/// At the lowest prices every claim stands on its last line, and `K` is a straight line in `u = 1 / p`: two of them give
/// its slope.
fn bound<const BITS: usize, const LIMBS: usize>(
    terms: &Ipo<Fixed<BITS, LIMBS>>,
    scenario: &Scenario<Fixed<BITS, LIMBS>>,
    draws: &Draws<Fixed<BITS, LIMBS>>,
    table: &CapTable<Fixed<BITS, LIMBS>>,
) -> Fixed<BITS, LIMBS> {
    let (IpoPrice::PreMoney { counts, .. } | IpoPrice::PerShare { counts, .. }) = terms.price;
    let count = |per_money: Fixed<BITS, LIMBS>| {
        let common = table.ratio(Some(terms.class)).unwrap_or(Fixed::one());
        let price = Term::Given(common / per_money);
        let given = Ipo { price: IpoPrice::PerShare { price, counts }, ..terms.clone() };
        pricing::solve(&given, scenario, draws, table).capitalization
    };
    let low = Fixed::given(Decimal::from(1_000_000_000_000_i64));
    (count(low + low) - count(low)) / low
}
