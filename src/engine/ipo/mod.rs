//! An initial public offering.
//!
//! 1. the price, with everything that depends on it: see [`pricing`]
//! 2. ratchets at that price
//! 3. automatic conversion of preferred
//! 4. conversion of SAFEs and notes
//! 5. new shares, shares of holders, the underwriters' option
//!
//! Underwriting discount and costs change no count of shares.

mod posted;
pub mod pricing;
pub mod refusal;

pub use posted::PostedOffering;
pub use pricing::{Offering, OfferingCount};

use super::books::{Adjustment, Because, Books, CapTable, Entry, EntryKind, Journal};
use super::reclassify;
use super::secondary::fractions;
use crate::model::{Draws, Exchange, Holding, Ipo, PositionId, SaleQuantity, Scenario, SellingHolder};
use crate::num::rounding::Rounding;
use crate::num::{Mask, Number};

/// How many shares of the class offered are sold, before they are rounded holder by holder.
#[derive(Clone, Copy, Debug)]
pub struct Quantities<N> {
    /// The company's, without the underwriters' option.
    pub primary: N,
    /// The part of the option that is taken.
    pub greenshoe: N,
    /// The holders'.
    pub secondary: N,
}

/// An offering that took place, complete.
#[derive(Clone, Debug)]
pub struct Completed<'a, N: Number> {
    /// What was fixed.
    pub offering: &'a Offering<N>,
    /// What was sold.
    pub sold: Quantities<N>,
    /// Outstanding shares as converted once everything has converted, before anything is sold.
    pub outstanding_before: N,
    /// What the underwriters keep.
    pub underwriting_discount: N,
    /// What the offering costs besides.
    pub costs: N,
    /// Net tangible book value before the offering.
    pub net_tangible_book_value: Option<N>,
}

/// Sizes the offering: shares = money / price where money is stated.
#[inline(always)]
pub fn quantities<N: Number>(terms: &Ipo<N>, price: N, draws: &Draws<N>, table: &CapTable<N>) -> Quantities<N> {
    let of_class = table.price_of_class(Some(terms.class), price);
    let price = of_class.is_positive().select(of_class, N::one());
    Quantities {
        primary: terms.primary.map_or(N::zero(), |primary| match primary {
            SaleQuantity::Money(money) => draws.value(money) / price,
            SaleQuantity::Shares(shares) => draws.value(shares),
        }),
        greenshoe: terms
            .greenshoe
            .map_or(N::zero(), |greenshoe| draws.value(greenshoe.shares) * draws.value(greenshoe.used)),
        secondary: terms.secondary.map_or(N::zero(), |shares| draws.value(shares)),
    }
}

/// Holds the offering where `happens`.
#[inline(never)]
pub fn close<N: Number, J: Journal<N>>(
    terms: &Ipo<N>,
    scenario: &Scenario<N>,
    happens: N::Mask,
    draws: &Draws<N>,
    books: &mut Books<N, J>,
) -> N::Mask {
    let offering = pricing::solve(terms, scenario, draws, &books.table);
    let sold = quantities(terms, offering.price, draws, &books.table);
    let mut feasible = offering.feasible & offering.price.is_positive();
    feasible = feasible & N::zero().at_most(sold.primary) & N::zero().at_most(sold.secondary);
    feasible = feasible & N::zero().at_most(sold.greenshoe);
    if let Some(greenshoe) = terms.greenshoe {
        feasible = feasible & draws.value(greenshoe.used).at_most(N::one());
    }
    // Fractions of shares that conversion cuts off are paid at the price of the offering.
    books.set_reference_price(offering.price, happens);
    convert(terms, &offering, happens, books);
    let outstanding_before = books.table.sum(|holding| matches!(holding, Holding::Shares(..)));
    let price = books.table.price_of_class(Some(terms.class), offering.price);
    let whole = (sold.primary + sold.greenshoe + sold.secondary) * price;
    let buying = fractions(terms.buyers.iter().map(|buyer| buyer.part), whole, draws);
    if !terms.buyers.is_empty() {
        feasible = feasible & buying.whole;
    }
    let sale = Sale { terms, buying: &buying.parts, price, happens };
    sale.issue(sold.primary, books);
    feasible = feasible & sale.sell(sold.secondary, draws, books);
    sale.issue(sold.greenshoe, books);
    let value = |term: Option<_>| term.map(|term| draws.value(term));
    let completed = Completed {
        offering: &offering,
        sold,
        outstanding_before,
        underwriting_discount: value(terms.underwriting_discount).unwrap_or(N::zero()),
        costs: value(terms.costs).unwrap_or(N::zero()),
        net_tangible_book_value: value(terms.net_tangible_book_value),
    };
    books.offered(&completed, happens);
    feasible
}

/// Ratchets, then preferred by its charter, then SAFEs and notes.
#[inline(always)]
fn convert<N: Number, J: Journal<N>>(
    terms: &Ipo<N>,
    offering: &Offering<N>,
    happens: N::Mask,
    books: &mut Books<N, J>,
) {
    let due: Vec<Adjustment<N>> = offering
        .ratchets
        .iter()
        .map(|ratchet| Adjustment { after: happens.select(ratchet.after, ratchet.before), ..*ratchet })
        .collect();
    books.ratchet(&due, offering.price);
    for class in &terms.automatic {
        reclassify::exchange_all((class.class, class.into), &class.holders, terms.rounding, happens, books);
    }
    for conversion in &offering.conversions {
        let outstanding = books.table.outstanding[conversion.convertible.index()];
        books.convert(conversion, happens & conversion.converts & outstanding);
    }
}

/// Shares that go to the buyers of an offering.
struct Sale<'a, N: Number> {
    terms: &'a Ipo<N>,
    /// The part of each buyer.
    buying: &'a [N],
    /// Of a share of the class offered.
    price: N,
    happens: N::Mask,
}

impl<N: Number> Sale<'_, N> {
    /// Issues shares to the buyers; the last of them takes what rounding leaves of the whole.
    #[inline(always)]
    fn issue<J: Journal<N>>(&self, shares: N, books: &mut Books<N, J>) {
        let exact = self.happens.select(shares, N::zero());
        let kind = |money, residue| EntryKind::Issuance { money, residue };
        self.hand_out(exact, self.terms.rounding.shares(exact), kind, books);
    }

    /// Holders sell. What they give adds up to the whole, rounded once: each gives what the running total grows by.
    #[inline(always)]
    fn sell<J: Journal<N>>(&self, shares: N, draws: &Draws<N>, books: &mut Books<N, J>) -> N::Mask {
        let sellers = self.terms.sellers.iter();
        let selling = fractions(sellers.map(|seller| seller.part), shares * self.price, draws);
        let mut feasible = N::Mask::always(true);
        if !self.terms.sellers.is_empty() {
            feasible = selling.whole;
        }
        let (mut sold, mut whole) = (N::zero(), N::zero());
        for (seller, &part) in self.terms.sellers.iter().zip(&selling.parts) {
            let held: N = seller.holders.iter().map(|holder| held(holder, &books.table)).sum();
            feasible = feasible & (shares * part).at_most(held);
            let some = held.is_positive();
            let wanted = self.happens.select(shares * part, N::zero());
            for holder in &seller.holders {
                let own = self::held(holder, &books.table);
                let exact = some.select(wanted * own / some.select(held, N::one()), N::zero());
                sold += exact;
                let gives = (self.terms.rounding.shares(sold) - whole).max(N::zero()).min(own);
                whole += gives;
                self.become_offered(holder, gives, books);
                let kind = |money, residue| EntryKind::Transfer { from: holder.position, money, residue };
                self.hand_out(gives, gives, kind, books);
            }
        }
        feasible
    }

    /// What a holder sells beyond its shares of the class offered becomes that class first, one for one.
    #[inline(always)]
    fn become_offered<J: Journal<N>>(&self, holder: &SellingHolder, gives: N, books: &mut Books<N, J>) {
        let mut short = (gives - books.table.at(holder.position)).max(N::zero());
        for &from in &holder.others {
            let takes = short.min(books.table.at(from));
            short -= takes;
            let holder = Exchange { from, into: holder.position };
            let because = Because::Ratio { ratio: N::one() };
            reclassify::exchange(holder, takes, N::one(), because, Rounding::EXACT, self.happens, books);
        }
    }

    /// Gives each buyer its part of `whole` shares; `exact` is what they pay for.
    #[inline(always)]
    fn hand_out<J: Journal<N>>(
        &self,
        exact: N,
        whole: N,
        kind: impl Fn(N, N) -> EntryKind<N>,
        books: &mut Books<N, J>,
    ) {
        let posted = self.price.posted();
        let (mut left, mut unpaid) = (whole, exact * self.price);
        for (index, (buyer, &part)) in self.terms.buyers.iter().zip(self.buying).enumerate() {
            let is_last = index + 1 == self.terms.buyers.len();
            let shares = if is_last { left } else { self.terms.rounding.shares(exact * part).min(left) };
            let money = if is_last { unpaid } else { exact * part * self.price };
            left -= shares;
            unpaid -= money;
            let entry = Entry {
                position: buyer.position,
                shares,
                price: posted,
                kind: kind(money, money - shares * posted),
                because: Because::OfferingPrice,
            };
            books.post(entry);
        }
    }
}

/// A holder's shares that can be sold.
#[inline(always)]
pub fn held<N: Number>(holder: &SellingHolder, table: &CapTable<N>) -> N {
    let others: N = holder.others.iter().map(|&other: &PositionId| table.at(other)).sum();
    table.at(holder.position) + others
}
