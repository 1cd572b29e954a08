//! A valuation as the ledger keeps it: the claims it was made over, what each is worth, and the equity solved for.

use super::{Allocation, Backsolve, Market, PLACES_OF_SLOPES, Schedule, Unvalued, Wanted, allocate, backsolve, float};
use crate::engine::books::{Books, CapTable, Journal};
use crate::engine::exit::{Breakpoints, ClaimOf, NoExit, Stack, Unpriced, post_stack};
use crate::engine::ledger::PLACES;
use crate::model::{
    ClassId, Draws, Equity, Event, EventId, LotId, LotSource, OptionPricing, Scenario, Term, ValuationMethod,
};
use crate::num::{Fixed, Mask, Number};
use rust_decimal::Decimal;

/// What a valuation sees: the company on the day.
#[derive(Clone, Copy, Debug)]
pub struct Observed<'a, N: Number> {
    /// The event.
    pub event: EventId,
    /// Which of the scenario's valuations.
    pub number: u32,
    /// Where it takes place.
    pub happens: N::Mask,
    /// What was agreed.
    pub scenario: &'a Scenario<N>,
    /// The future at hand.
    pub draws: &'a Draws<'a, N>,
    /// The company.
    pub table: &'a CapTable<N>,
}

/// A valuation that was made.
#[derive(Clone, Debug)]
pub struct PostedValuation {
    /// The event.
    pub event: EventId,
    /// Which of the scenario's valuations.
    pub number: u32,
    /// What was paid for the newest shares of each class, in today's shares, where it is known.
    pub issue_prices: Vec<Option<Decimal>>,
    /// What came out.
    pub outcome: Outcome,
}

/// What came out of a valuation.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// One share of a class is worth so much, as stated.
    Stated {
        /// The class.
        class: ClassId,
        /// What one share is worth.
        price_per_share: Decimal,
    },
    /// By option pricing.
    Priced(Box<Priced>),
}

/// What came out of an option pricing.
#[derive(Clone, Debug)]
pub struct Priced {
    /// Every claim on the equity.
    pub stack: Stack<Decimal>,
    /// The waterfall of those claims.
    pub breakpoints: Breakpoints,
    /// What it took from the market.
    pub market: Market,
    /// What each tranche and claim is worth.
    pub allocation: Allocation,
    /// The equity was solved for, not given.
    pub is_solved: bool,
    /// The equity at which a class is worth its price; where it was not asked for, that of the class sold last, if it has
    /// one.
    pub backsolve: Option<Solved>,
}

/// The equity at which a class is worth its price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Solved {
    /// The class.
    pub class: ClassId,
    /// How many shares it has, and what one is to be worth.
    pub wanted: Wanted,
    /// The equity.
    pub backsolve: Backsolve,
}

/// Shows the company to the journal, which makes the valuation where it keeps any.
#[inline(always)]
pub fn observe<N: Number, J: Journal<N>>(
    event: EventId,
    number: u32,
    scenario: &Scenario<N>,
    happens: N::Mask,
    draws: &Draws<N>,
    books: &mut Books<N, J>,
) -> N::Mask {
    books.journal.valued(&Observed { event, number, happens, scenario, draws, table: &books.table });
    N::Mask::always(true)
}

/// Makes a valuation. `took_place` says which events did.
///
/// # Errors
/// Where option pricing has no answer.
pub fn post<const BITS: usize, const LIMBS: usize>(
    observed: &Observed<Fixed<BITS, LIMBS>>,
    took_place: impl Fn(EventId) -> bool,
) -> Result<PostedValuation, Unvalued> {
    let decimal = |number: Fixed<BITS, LIMBS>| number.to_decimal(PLACES).ok_or(Unvalued::TooLong);
    let classes = (0..observed.table.issue_prices.len()).map(ClassId::at);
    let prices = classes.map(|class| price_of(observed.table, class).map(decimal).transpose());
    let issue_prices = prices.collect::<Result<Vec<_>, _>>()?;
    let outcome = match &observed.scenario.valuations[observed.number as usize].method {
        ValuationMethod::Stated { class, price_per_share } => {
            Outcome::Stated { class: *class, price_per_share: decimal(observed.draws.value(*price_per_share))? }
        }
        ValuationMethod::OptionPricing(terms) => {
            Outcome::Priced(Box::new(price(observed, terms, &issue_prices, took_place)?))
        }
    };
    Ok(PostedValuation { event: observed.event, number: observed.number, issue_prices, outcome })
}

/// The lot of a class that was sold last.
fn newest_lot<N: Number>(table: &CapTable<N>, class: ClassId) -> Option<LotId> {
    let lots = &table.lots;
    let mut of_class = if lots.lots.is_empty() { [].iter() } else { lots.lots.of_class(class).iter() };
    of_class
        .rfind(|lot| is_sold(lots.lots.all()[lot.index()].source) && lots.prices[lot.index()].is_positive().all())
        .copied()
}

/// A lot that was sold, and is not what a SAFE or note became.
fn is_sold(source: LotSource) -> bool {
    match source {
        LotSource::Opening | LotSource::Event(_) => true,
        LotSource::Conversion { .. } => false,
    }
}

/// What was paid for the newest shares of a class, else its issue price.
fn price_of<N: Number>(table: &CapTable<N>, class: ClassId) -> Option<N> {
    newest_lot(table, class).map(|lot| table.lots.prices[lot.index()]).or(table.issue_prices[class.index()])
}

fn price<const BITS: usize, const LIMBS: usize>(
    observed: &Observed<Fixed<BITS, LIMBS>>,
    terms: &OptionPricing<Fixed<BITS, LIMBS>>,
    issue_prices: &[Option<Decimal>],
    took_place: impl Fn(EventId) -> bool,
) -> Result<Priced, Unvalued> {
    let (scenario, draws) = (observed.scenario, observed.draws);
    let stack = post_stack(scenario, &terms.exit, draws, observed.table).map_err(|why| match why {
        NoExit::Unpriced(Unpriced(class)) => Unvalued::Unpriced(class),
        NoExit::TooLong => Unvalued::TooLong,
    })?;
    if stack.claims.is_empty() {
        return Err(Unvalued::NoClaims);
    }
    let breakpoints = Breakpoints::of(&stack.cast());
    let schedule = Schedule::new(&breakpoints, stack.claims.len())?;
    let stated = |term: Term<_>| draws.value(term).to_decimal(PLACES_OF_SLOPES).ok_or(Unvalued::TooLong);
    let market = Market {
        volatility: float(stated(terms.volatility)?),
        years: float(stated(terms.years)?),
        interest_rate: float(stated(terms.interest_rate)?),
        dividend_yield: float(stated(terms.dividend_yield)?),
    };
    let newest = || newest_class(scenario, observed.event, issue_prices, &stack, took_place);
    let (equity, backsolve, is_solved) = match terms.equity {
        Equity::Given(equity) => {
            let solved = newest().and_then(|class| {
                let price = issue_prices[class.index()]?;
                solve(&schedule, &market, &stack, observed.table, class, price).ok()
            });
            (stated(equity)?.round_dp(PLACES), solved, false)
        }
        Equity::Solved { class, price_per_share } => {
            let class = class.or_else(newest).ok_or(Unvalued::NoClassSold)?;
            let price = match price_per_share {
                Some(price) => stated(price)?.round_dp(PLACES),
                None => issue_prices[class.index()].ok_or(Unvalued::Unpriced(class))?,
            };
            let solved = solve(&schedule, &market, &stack, observed.table, class, price)?;
            (solved.backsolve.equity, Some(solved), true)
        }
    };
    let allocation = allocate(&schedule, equity, &market)?;
    Ok(Priced { stack, breakpoints, market, allocation, is_solved, backsolve })
}

/// Solves for the equity at which what was sold last of a class is worth the price. What SAFEs and notes became, and what was
/// sold at another price, has another preference and is worth something else.
fn solve<N: Number>(
    schedule: &Schedule,
    market: &Market,
    stack: &Stack<Decimal>,
    table: &CapTable<N>,
    class: ClassId,
    price: Decimal,
) -> Result<Solved, Unvalued> {
    let newest = newest_lot(table, class);
    let counts = |of: ClaimOf| match (of, newest) {
        (ClaimOf::Lot(_, lot), Some(newest)) => lot == newest,
        (of, _) => is_of(of, class),
    };
    let shares = stack.claims.iter().filter(|claim| counts(claim.of)).map(|claim| claim.units_held).sum();
    let wanted = Wanted { shares, price };
    let backsolve = backsolve(schedule, market, wanted, |claim| counts(stack.claims[claim].of))
        .map_err(|why| if let Unvalued::NeverWorth { most, .. } = why { never(class, price, most) } else { why })?;
    Ok(Solved { class, wanted, backsolve })
}

fn never(class: ClassId, price: Decimal, most: Decimal) -> Unvalued {
    Unvalued::NeverWorth { class: Some(class), price, most }
}

/// Whether a claim is that of shares of a class.
pub fn is_of(claim: ClaimOf, class: ClassId) -> bool {
    match claim {
        ClaimOf::Common(of) | ClaimOf::Lot(of, _) => of == class,
        ClaimOf::Right(_) | ClaimOf::Pool(_) | ClaimOf::Convertible(_) | ClaimOf::Discount(_) => false,
    }
}

/// The class that the last closing sold; without a round the last preferred class of the file with a price.
fn newest_class<N: Number>(
    scenario: &Scenario<N>,
    event: EventId,
    issue_prices: &[Option<Decimal>],
    stack: &Stack<Decimal>,
    took_place: impl Fn(EventId) -> bool,
) -> Option<ClassId> {
    let before = scenario.timeline[..event.index()].iter().enumerate().rev();
    let mut sold = before.filter(|(index, _)| took_place(EventId::at(*index))).filter_map(|(_, timed)| {
        let Event::Closing { round, tranche } = timed.event else { return None };
        Some(scenario.rounds[round.index()].tranches[tranche as usize].class)
    });
    let held = |class: ClassId| stack.claims.iter().any(|claim| is_of(claim.of, class));
    let listed = || {
        let preferred = stack.claims.iter().filter_map(|claim| claim.of.preferred());
        preferred.filter(|class| issue_prices[class.index()].is_some()).max()
    };
    sold.find(|class| held(*class)).or_else(listed)
}
