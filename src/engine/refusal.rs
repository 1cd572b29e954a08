//! Why an event has no answer, with the numbers that say so. Exact only, and only after the refusal.

use super::books::{Books, CapTable};
use super::exit::{Broken, Unpriced};
use super::ledger::Ledger;
use super::round::{money, pay_to_play, pricing, protect};
use super::valuation::Unvalued;
use super::{ipo, pool, reclassify, replay_to_ledger, rights, secondary};
use crate::model::{
    Cap, ClassId, Consideration, ConvertibleId, Denominator, Draws, Event, EventId, Issuance, Part, Payment,
    PoolAmount, Protection, Round, RoundId, Scenario, Secondary, Takes, Term,
};
use crate::num::rounding::{PriceBasis, Rounding};
use crate::num::{Arithmetic, Fixed, Number};
use rust_decimal::Decimal;

/// Why a replay stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The terms contradict each other or the table: no answer satisfies them.
    Infeasible {
        /// The event.
        event: EventId,
        /// What cannot be.
        cause: Cause,
    },
    /// A holding of the opening, which follows a variable, is below zero.
    NegativeOpening,
    /// The preference of a class in the exit is a multiple of what was paid, and nobody said what was.
    Unpriced(Unpriced),
    /// A valuation by option pricing has no answer.
    Unvalued {
        /// The event.
        event: EventId,
        /// Why.
        why: Unvalued,
    },
    /// A formula divided by zero or outgrew its number.
    Undefined {
        /// The event; `None` is the opening.
        event: Option<EventId>,
        /// Which of the two.
        why: Arithmetic,
    },
    /// The cap table broke an invariant: a mistake of this program, not of the user.
    Unbalanced {
        /// The event; `None` is the opening.
        event: Option<EventId>,
        /// Which invariant.
        invariant: Invariant,
    },
}

impl Refusal {
    /// The event that was refused; `None` is the opening.
    pub fn event(&self) -> Option<EventId> {
        match self {
            Refusal::Infeasible { event, .. } | Refusal::Unvalued { event, .. } => Some(*event),
            Refusal::Unpriced(_) | Refusal::NegativeOpening => None,
            Refusal::Undefined { event, .. } | Refusal::Unbalanced { event, .. } => *event,
        }
    }
}

/// What must hold after every event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Invariant {
    /// Holdings as converted sum to the fully diluted count.
    OwnershipSumsToOne,
    /// Nobody holds less than nothing.
    NoNegativeHolding,
    /// Opening plus entries is the cap table.
    EntriesFoldToTheTable,
    /// The exit adds up, and nobody gains by choosing otherwise.
    Exit(Broken),
}

/// What cannot be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The round leaves no pre-money: its money is at least its post-money, or a valuation is not above zero.
    NoPreMoney {
        /// The round.
        round: RoundId,
        /// What is left.
        pre_money: Decimal,
        /// The headline money.
        money: Decimal,
    },
    /// The pool target leaves no room for anyone else.
    PoolTarget {
        /// The target.
        target: Decimal,
        /// It must be below this.
        bound: Decimal,
    },
    /// Rights and targets of the round together ask for the whole company or more.
    Overclaimed,
    /// What converts asks for the whole company or more.
    ConversionsTakeAll {
        /// The fixed parts among it: amount / post-money cap, and stated ownership.
        fixed_parts: Decimal,
    },
    /// A cheque comes out below zero: the others take more than there is.
    NegativeCheque {
        /// The tranche.
        tranche: usize,
        /// The participant.
        participant: usize,
        /// By how much the others exceed it.
        excess: Decimal,
    },
    /// A seller does not hold what it is to sell.
    Oversold {
        /// Which of the sellers.
        seller: usize,
        /// What it is to sell.
        asked: Decimal,
        /// What it holds.
        held: Decimal,
    },
    /// A grant exceeds what the plan has available.
    NotAvailable {
        /// Options to be granted.
        asked: Decimal,
        /// Options available.
        available: Decimal,
    },
    /// An exercise is for more than has vested and is outstanding.
    NotExercisable {
        /// Options to be exercised.
        asked: Decimal,
        /// Options that can be on the day.
        vested: Decimal,
        /// Options outstanding, vested or not.
        outstanding: Decimal,
    },
    /// A cancellation is for more than is outstanding.
    NotOutstanding {
        /// Options to be cancelled.
        asked: Decimal,
        /// Options outstanding.
        outstanding: Decimal,
    },
    /// More shares are to convert or to be bought back than there are.
    NotHeld {
        /// Shares asked for.
        asked: Decimal,
        /// Shares held.
        held: Decimal,
    },
    /// The pre-money of an offering is not above what its ratchets and conversions are promised.
    IpoTooSmall {
        /// As stated.
        pre_money: Decimal,
        /// It must be above this.
        bound: Decimal,
        /// What each ratchet is promised; the rest of the bound is promised to what converts.
        ratchets: Vec<(ClassId, Decimal)>,
    },
    /// The underwriters take more than their whole option.
    GreenshoeOverused {
        /// The part they take.
        used: Decimal,
    },
    /// A net exercise before any price of a share is known.
    NoMarketPrice,
    /// A price is not above zero.
    PriceNotPositive {
        /// The price.
        price: Decimal,
    },
    /// A protected class is left no conversion price: by shares given away, or by the deal's rounding.
    NoConversionPrice {
        /// The class.
        class: ClassId,
    },
    /// A quantity of shares is below zero.
    NegativeShares,
    /// No price on the grid agrees with the whole-share total it produces.
    NoGridPrice,
    /// None of the above.
    Terms,
}

/// What made `event` infeasible, found by looking at the company just before it.
pub fn cause<const BITS: usize, const LIMBS: usize>(
    scenario: &Scenario<Fixed<BITS, LIMBS>>,
    draws: &Draws<Fixed<BITS, LIMBS>>,
    event: EventId,
) -> Cause {
    let mut before = scenario.clone();
    before.timeline.truncate(event.index());
    let mut books = Books::open(&before, draws, Ledger::default());
    if replay_to_ledger(&before, draws, &mut books).is_err() {
        return Cause::Terms;
    }
    let table = &books.table;
    match &scenario.timeline[event.index()].event {
        Event::Closing { round, tranche } => of_round(*round, scenario, *tranche as usize, draws, table),
        Event::Secondary(terms) => of_secondary(terms, draws, table),
        Event::PoolIncrease(terms) => match terms.amount {
            PoolAmount::Target(target) => {
                Cause::PoolTarget { target: decimal(draws.value(target)), bound: Decimal::ONE }
            }
            PoolAmount::Increase(_) => Cause::NegativeShares,
        },
        Event::OptionGrant(terms) => Cause::NotAvailable {
            asked: decimal(pool::options(terms, draws, table.fully_diluted)),
            available: decimal(table.at(terms.available)),
        },
        Event::Issuance(terms) => of_issuance(terms, scenario, draws, table),
        Event::Vest(_) => Cause::NoMarketPrice,
        Event::Exercise(terms) => {
            let (asked, vested) = (rights::exercised(terms, draws, table), rights::exercisable(terms, table));
            let price = rights::market_price(terms, draws, table);
            match terms.payment {
                Payment::Net { .. } if asked.at_most(vested).is_yes() && !price.is_positive().is_yes() => {
                    Cause::NoMarketPrice
                }
                _ => Cause::NotExercisable {
                    asked: decimal(asked),
                    vested: decimal(vested),
                    outstanding: decimal(table.rights[terms.right.index()].outstanding),
                },
            }
        }
        Event::Cancellation(terms) => Cause::NotOutstanding {
            asked: decimal(rights::cancelled(terms, draws, table)),
            outstanding: decimal(table.rights[terms.right.index()].outstanding),
        },
        Event::Warrant(_) => ratchet_to_nothing(scenario, |protection| !protection.exempt.warrants, table)
            .unwrap_or(Cause::NegativeShares),
        Event::Convertible(_) | Event::Valuation(_) | Event::InKind(_) => Cause::NegativeShares,
        Event::Maturity(due) => {
            let converting = due.iter().filter(|due| due.into.is_some()).map(|due| due.convertible);
            Cause::ConversionsTakeAll { fixed_parts: decimal(fixed_parts(converting, scenario, draws)) }
        }
        Event::ClassConversion(terms) => Cause::NotHeld {
            asked: decimal(reclassify::asked(terms, draws, table)),
            held: decimal(reclassify::held(terms, table)),
        },
        Event::Repurchase(terms) => Cause::NotHeld {
            asked: decimal(reclassify::bought_back(terms, draws)),
            held: decimal(table.at(terms.position)),
        },
        Event::Ipo(terms) => ipo::refusal::cause(terms, scenario, draws, &mut books),
        Event::Split(terms) => Cause::PriceNotPositive { price: decimal(draws.value(terms.ratio)) },
    }
}

fn of_issuance<const BITS: usize, const LIMBS: usize>(
    terms: &Issuance<Fixed<BITS, LIMBS>>,
    scenario: &Scenario<Fixed<BITS, LIMBS>>,
    draws: &Draws<Fixed<BITS, LIMBS>>,
    table: &CapTable<Fixed<BITS, LIMBS>>,
) -> Cause {
    match terms.consideration {
        // Money that is not negative buys no negative shares: it is the price that comes out as nothing.
        Consideration::Money { amount, .. } if Fixed::zero().at_most(draws.value(amount)).is_yes() => {
            Cause::PriceNotPositive { price: Decimal::ZERO }
        }
        Consideration::None { shares } if draws.value(shares).is_positive().is_yes() => {
            let triggered = |protection: &&Protection| !protection.exempt.issuances;
            ratchet_to_nothing(scenario, triggered, table).unwrap_or(Cause::NegativeShares)
        }
        Consideration::Money { .. } | Consideration::None { .. } => Cause::NegativeShares,
    }
}

/// The first class that would follow shares given away down to nothing.
fn ratchet_to_nothing<const BITS: usize, const LIMBS: usize>(
    scenario: &Scenario<Fixed<BITS, LIMBS>>,
    triggered: impl Fn(&&Protection) -> bool,
    table: &CapTable<Fixed<BITS, LIMBS>>,
) -> Option<Cause> {
    let given_away = protect::Issue { money: Fixed::zero(), price: Fixed::zero(), shares: Fixed::one() };
    let to_nothing = |protection: &&Protection| {
        protect::outside_round(protection, given_away, Rounding::EXACT, table)
            .is_some_and(|adjustment| !adjustment.after.is_positive().is_yes())
    };
    let protection = scenario.protections.iter().filter(triggered).find(to_nothing)?;
    Some(Cause::NoConversionPrice { class: protection.class })
}

fn of_round<const BITS: usize, const LIMBS: usize>(
    id: RoundId,
    scenario: &Scenario<Fixed<BITS, LIMBS>>,
    tranche: usize,
    draws: &Draws<Fixed<BITS, LIMBS>>,
    table: &CapTable<Fixed<BITS, LIMBS>>,
) -> Cause {
    let terms = &scenario.rounds[id.index()];
    let solved = || pay_to_play::price(terms, &scenario.convertibles, draws, table);
    let pricing = table.rounds[id.index()].clone().unwrap_or_else(solved);
    if !pricing.pre_money.is_positive().is_yes() {
        return Cause::NoPreMoney {
            round: id,
            pre_money: decimal(pricing.pre_money),
            money: decimal(pricing.known_money),
        };
    }
    if !pricing.feasible.is_yes() {
        let unrounded = Round { rounding: Rounding::EXACT, ..terms.clone() };
        let unrounded = pay_to_play::price(&unrounded, &scenario.convertibles, draws, table);
        if unrounded.feasible.is_yes() {
            return of_rounding(terms, &pricing, &unrounded);
        }
        let without_pool = solve_with_pool(terms, Fixed::zero(), scenario, draws, table);
        match target(terms) {
            Some(target) if without_pool.feasible.is_yes() => {
                let bound = decimal(largest_target(terms, scenario, draws, table));
                return Cause::PoolTarget { target: decimal(draws.value(target)), bound };
            }
            _ => {}
        }
        let alone = Round { converting: Vec::new(), ..terms.clone() };
        let without_conversions = solve_with_pool(&alone, Fixed::zero(), scenario, draws, table);
        if !terms.converting.is_empty() && without_conversions.feasible.is_yes() {
            let converting = terms.converting.iter().map(|converting| converting.convertible);
            return Cause::ConversionsTakeAll { fixed_parts: decimal(fixed_parts(converting, scenario, draws)) };
        }
    }
    for index in 0..terms.tranches[tranche].participants.len() {
        let cheque = money::of(terms, &pricing, draws, tranche, index);
        if Number::below(cheque, Fixed::zero()).is_yes() {
            let excess = decimal(Fixed::zero() - cheque);
            return Cause::NegativeCheque { tranche, participant: index, excess };
        }
    }
    let takes_part = |takes: &Takes<_>| matches!(takes, Takes::Ownership(_) | Takes::ProRata(_));
    if money::growing(terms).any(|participant| takes_part(&participant.takes)) {
        return Cause::Overclaimed;
    }
    if !pricing.price.is_positive().is_yes() {
        return Cause::PriceNotPositive { price: decimal(pricing.price) };
    }
    Cause::Terms
}

/// A round that has a solution, which the deal's rounding spoils.
fn of_rounding<const BITS: usize, const LIMBS: usize>(
    terms: &Round<Fixed<BITS, LIMBS>>,
    rounded: &pricing::Pricing<Fixed<BITS, LIMBS>>,
    unrounded: &pricing::Pricing<Fixed<BITS, LIMBS>>,
) -> Cause {
    if !rounded.price.is_positive().is_yes() {
        return Cause::PriceNotPositive { price: decimal(rounded.price) };
    }
    let left = |after: Fixed<BITS, LIMBS>| terms.rounding.conversion_price(after).is_positive().is_yes();
    match unrounded.adjustments.iter().find(|adjustment| !left(adjustment.after)) {
        Some(adjustment) => Cause::NoConversionPrice { class: adjustment.class },
        None => match terms.rounding.price_basis {
            PriceBasis::WholeShares => Cause::NoGridPrice,
            PriceBasis::Solution => Cause::Terms,
        },
    }
}

fn target<N: Copy>(terms: &Round<N>) -> Option<Term<N>> {
    match terms.pool.as_ref()?.amount {
        PoolAmount::Target(target) => Some(target),
        PoolAmount::Increase(_) => None,
    }
}

/// The open bound of a pool target: what part of the total a pool increase `x` tends to, beside all that grows with it.
///
/// ```text
/// dx / dT     without anything that grows: V / (V + M) where existing holders bear it, 1 where everyone does
/// ```
///
/// For the largest increases every claim stands on its last line, so two of them give the slope.
fn largest_target<const BITS: usize, const LIMBS: usize>(
    terms: &Round<Fixed<BITS, LIMBS>>,
    scenario: &Scenario<Fixed<BITS, LIMBS>>,
    draws: &Draws<Fixed<BITS, LIMBS>>,
    table: &CapTable<Fixed<BITS, LIMBS>>,
) -> Fixed<BITS, LIMBS> {
    let large = table.fully_diluted * Fixed::whole(10_000);
    let total = |increase| solve_with_pool(terms, increase, scenario, draws, table).total;
    large / (total(large + large) - total(large))
}

/// The round with a stated pool increase in place of its own, unrounded.
fn solve_with_pool<const BITS: usize, const LIMBS: usize>(
    terms: &Round<Fixed<BITS, LIMBS>>,
    increase: Fixed<BITS, LIMBS>,
    scenario: &Scenario<Fixed<BITS, LIMBS>>,
    draws: &Draws<Fixed<BITS, LIMBS>>,
    table: &CapTable<Fixed<BITS, LIMBS>>,
) -> pricing::Pricing<Fixed<BITS, LIMBS>> {
    let mut terms = Round { rounding: Rounding::EXACT, ..terms.clone() };
    if let Some(pool) = &mut terms.pool {
        pool.amount = PoolAmount::Increase(Term::Given(increase));
    }
    pay_to_play::price(&terms, &scenario.convertibles, draws, table)
}

/// The parts of a whole that what converts is promised whatever the price.
fn fixed_parts<const BITS: usize, const LIMBS: usize>(
    converting: impl Iterator<Item = ConvertibleId>,
    scenario: &Scenario<Fixed<BITS, LIMBS>>,
    draws: &Draws<Fixed<BITS, LIMBS>>,
) -> Fixed<BITS, LIMBS> {
    let part = |id: ConvertibleId| {
        let convertible = &scenario.convertibles[id.index()];
        let of_itself = match convertible.package.counts {
            Denominator::Counts(counts) => counts.this_security,
            Denominator::OfRound => false,
        };
        match convertible.package.cap {
            Some(Cap::Valuation(cap)) if of_itself => draws.value(convertible.amount) / draws.value(cap),
            Some(Cap::Ownership(part)) => draws.value(part),
            _ => Fixed::zero(),
        }
    };
    converting.map(part).sum()
}

fn of_secondary<const BITS: usize, const LIMBS: usize>(
    terms: &Secondary<Fixed<BITS, LIMBS>>,
    draws: &Draws<Fixed<BITS, LIMBS>>,
    table: &CapTable<Fixed<BITS, LIMBS>>,
) -> Cause {
    let (sale, _) = secondary::size(terms, draws, table);
    if !sale.price.is_positive().is_yes() {
        return Cause::PriceNotPositive { price: decimal(sale.price) };
    }
    let whole = sale.wanted * sale.price;
    let stated: Fixed<BITS, LIMBS> = terms.sellers.iter().map(|seller| part(seller.part, whole, draws)).sum();
    for (index, seller) in terms.sellers.iter().enumerate() {
        let given = match seller.part {
            Part::Rest => Fixed::one() - stated,
            Part::Fraction(_) | Part::Money(_) => part(seller.part, whole, draws),
        };
        let (asked, held) = (
            sale.sold * given,
            seller.positions.iter().map(|&position| table.at(position)).sum::<Fixed<BITS, LIMBS>>(),
        );
        if Number::below(held, asked).is_yes() {
            return Cause::Oversold { seller: index, asked: decimal(asked), held: decimal(held) };
        }
    }
    Cause::NegativeShares
}

fn part<N: Number>(part: Part<N>, whole: N, draws: &Draws<N>) -> N {
    match part {
        Part::Fraction(fraction) => draws.value(fraction),
        Part::Money(money) => draws.value(money) / whole,
        Part::Rest => N::zero(),
    }
}

/// As a decimal of ten places; zero where it is none, which only a message sees.
pub(super) fn decimal<const BITS: usize, const LIMBS: usize>(number: Fixed<BITS, LIMBS>) -> Decimal {
    number.to_decimal(super::ledger::PLACES).unwrap_or_default()
}
