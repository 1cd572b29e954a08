//! Why an event has no answer, with the numbers that say so. Exact only, and only after the refusal.

use super::books::{Books, CapTable, Feasibility};
use super::round::{money, pricing};
use super::{pool, replay, rights, secondary};
use crate::model::{
    Draws, Event, EventId, Part, Payment, PoolAmount, Round, RoundId, Scenario, Secondary, Takes, Term,
};
use crate::num::rounding::PriceBasis;
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
            Refusal::Infeasible { event, .. } => Some(*event),
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
    /// A net exercise before any price of a share is known.
    NoMarketPrice,
    /// A price is not above zero.
    PriceNotPositive {
        /// The price.
        price: Decimal,
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
    let mut books = Books::open(&before, Feasibility::unquestioned());
    let Ok(()) = replay(&before, draws, &mut books);
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
        Event::Issuance(_) | Event::Warrant(_) | Event::Convertible(_) | Event::Maturity(_) => Cause::NegativeShares,
        Event::Split(terms) => Cause::PriceNotPositive { price: decimal(draws.value(terms.ratio)) },
    }
}

fn of_round<const BITS: usize, const LIMBS: usize>(
    id: RoundId,
    scenario: &Scenario<Fixed<BITS, LIMBS>>,
    tranche: usize,
    draws: &Draws<Fixed<BITS, LIMBS>>,
    table: &CapTable<Fixed<BITS, LIMBS>>,
) -> Cause {
    let terms = &scenario.rounds[id.index()];
    let solved = || pricing::solve(terms, &scenario.convertibles, draws, table);
    let pricing = table.rounds[id.index()].clone().unwrap_or_else(solved);
    if !pricing.pre_money.is_positive().is_yes() {
        return Cause::NoPreMoney {
            round: id,
            pre_money: decimal(pricing.pre_money),
            money: decimal(pricing.known_money),
        };
    }
    if let Some(target) = target(terms) {
        let target = draws.value(target);
        let bound = largest_target(terms, &pricing);
        if bound.at_most(target).is_yes() {
            return Cause::PoolTarget { target: decimal(target), bound: decimal(bound) };
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
    match terms.rounding.price_basis {
        PriceBasis::WholeShares => Cause::NoGridPrice,
        PriceBasis::Solution => Cause::Terms,
    }
}

fn target<N: Copy>(terms: &Round<N>) -> Option<Term<N>> {
    match terms.pool.as_ref()?.amount {
        PoolAmount::Target(target) => Some(target),
        PoolAmount::Increase(_) => None,
    }
}

/// The open bound of a pool target.
///
/// ```text
/// borne by existing holders   V / (V + M)        borne by everyone   1
/// ```
fn largest_target<const BITS: usize, const LIMBS: usize>(
    terms: &Round<Fixed<BITS, LIMBS>>,
    pricing: &pricing::Pricing<Fixed<BITS, LIMBS>>,
) -> Fixed<BITS, LIMBS> {
    match terms.counts.pool_increase {
        true => pricing.pre_money / (pricing.pre_money + pricing.known_money),
        false => Fixed::one(),
    }
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
fn decimal<const BITS: usize, const LIMBS: usize>(number: Fixed<BITS, LIMBS>) -> Decimal {
    number.to_decimal(super::ledger::PLACES).unwrap_or_default()
}
