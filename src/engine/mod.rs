//! What follows from what was agreed: pure functions decide, the books post, the journal remembers.
//!
//! Everything here is generic in its number. Nothing here knows a name, a file, a clock or a random source.

pub mod because;
pub mod books;
pub mod convertible;
pub mod cost;
pub mod dividend;
pub mod exit;
pub mod feasibility;
pub mod in_kind;
pub mod inputs;
pub mod ipo;
pub mod issuance;
pub mod ledger;
pub mod lots;
pub mod pool;
pub mod reclassify;
pub mod refusal;
pub mod rights;
pub mod round;
pub mod secondary;
pub mod valuation;

use crate::model::{Draws, Event, EventId, OpeningPrice, Rung, Scenario, Term, Timed};
use crate::num::{Arithmetic, Exact, Fixed, Mask, Narrow, Number, Stated, Truth, Wide};
use books::{Books, Journal, opening_shares};
use exit::NoExit;
use ledger::Ledger;
use refusal::Refusal;
use std::borrow::Cow;

/// Replays the scenario's events in order, starting from its opening table.
///
/// # Errors
/// Where the journal refuses an event; a simulation's journal never does.
#[inline(always)]
pub fn replay<N: Number, J: Journal<N>>(
    scenario: &Scenario<N>,
    draws: &Draws<N>,
    books: &mut Books<N, J>,
) -> Result<(), J::Refusal> {
    open(scenario, draws, books)?;
    replay_from(0, scenario, draws, books)
}

/// Replays the events from this one on: what follows from books in which those before it have been replayed.
///
/// # Errors
/// Where the journal refuses an event.
#[inline(always)]
pub fn replay_from<N: Number, J: Journal<N>>(
    first: usize,
    scenario: &Scenario<N>,
    draws: &Draws<N>,
    books: &mut Books<N, J>,
) -> Result<(), J::Refusal> {
    for (index, timed) in scenario.timeline.iter().enumerate().skip(first) {
        books.begin_event(EventId::at(index));
        let counts = timed.rung <= draws.rung;
        let happens = counts.then(|| conditions_hold(timed, draws));
        let feasible = match (&timed.event, happens) {
            (&Event::Closing { round, tranche }, happens) => {
                round::close(round, scenario, tranche as usize, happens, draws, books)
            }
            (Event::Secondary(terms), Some(happens)) => secondary::close(terms, happens, draws, books),
            (Event::PoolIncrease(terms), Some(happens)) => pool::increase(terms, happens, draws, books),
            (Event::OptionGrant(terms), Some(happens)) => {
                let price = draws.value(scenario.rights[terms.right.index()].exercise_price);
                pool::grant(terms, price, happens, draws, books)
            }
            (Event::Warrant(terms), Some(happens)) => {
                let price = draws.value(scenario.rights[terms.right.index()].exercise_price);
                rights::issue(terms, price, &scenario.protections, happens, draws, books)
            }
            (Event::Vest(terms), Some(happens)) => rights::vest(terms, happens, draws, books),
            (Event::Exercise(terms), Some(happens)) => rights::exercise(terms, happens, draws, books),
            (Event::Cancellation(terms), Some(happens)) => rights::cancel(terms, happens, draws, books),
            (Event::Issuance(terms), Some(happens)) => {
                issuance::issue(terms, &scenario.protections, happens, draws, books)
            }
            (Event::Split(terms), Some(happens)) => issuance::split(terms, &scenario.rights, happens, draws, books),
            (Event::Ipo(terms), Some(happens)) => ipo::close(terms, scenario, happens, draws, books),
            (Event::ClassConversion(terms), Some(happens)) => reclassify::convert(terms, happens, draws, books),
            (Event::InKind(terms), Some(happens)) => in_kind::pay(terms, happens, draws, books),
            (Event::Repurchase(terms), Some(happens)) => reclassify::repurchase(terms, happens, draws, books),
            (&Event::Valuation(number), Some(happens)) => {
                valuation::observe(EventId::at(index), number, scenario, happens, draws, books)
            }
            (Event::Convertible(id), Some(happens)) => convertible::issue(*id, happens, books),
            (Event::Maturity(due), Some(happens)) => convertible::mature(due, scenario, happens, draws, books),
            (_, None) => continue,
        };
        // What does not happen cannot be impossible; a round's price is fixed even where its closing is not counted.
        let feasible = match (&timed.event, happens) {
            (Event::Closing { .. }, _) | (_, None) => feasible,
            (_, Some(happens)) => feasible | !happens,
        };
        // A convertible that is issued is no share yet, and a valuation none at all: no stages of the table.
        let changes_table = !matches!(timed.event, Event::Convertible(_) | Event::Valuation(_));
        let takes_place = happens.filter(|_| changes_table).unwrap_or(N::Mask::always(false));
        books.end_event(takes_place, feasible)?;
    }
    Ok(())
}

/// Values the opening table and hands it to the journal.
#[inline(always)]
fn open<N: Number, J: Journal<N>>(
    scenario: &Scenario<N>,
    draws: &Draws<N>,
    books: &mut Books<N, J>,
) -> Result<(), J::Refusal> {
    let price = scenario.opening_price.map(|price| match price {
        OpeningPrice::PerShare(price) => draws.value(price),
        OpeningPrice::Valuation(valuation) => draws.value(valuation) / books.table.fully_diluted,
    });
    if let Some(price) = price {
        books.set_reference_price(price, N::Mask::always(true));
    }
    for (held, right) in books.table.rights.iter_mut().zip(&scenario.rights) {
        let options = opening_shares(scenario, draws, right.opening);
        (held.granted, held.outstanding) = (options, options);
        held.exercise_price = draws.value(right.exercise_price);
    }
    let always = N::Mask::always(true);
    // What is stated was found to be so when it was read.
    let following =
        scenario.opening.iter().zip(&books.table.shares).filter(|(term, _)| matches!(term, Term::Variable(_)));
    let feasible = following.fold(always, |all, (_, held)| all & N::zero().at_most(*held));
    books.journal.end_event(None, always, feasible, &books.table)
}

/// Where everything the event hangs on happens.
#[inline(always)]
fn conditions_hold<N: Number>(timed: &Timed<N>, draws: &Draws<N>) -> N::Mask {
    timed.conditions.iter().fold(N::Mask::always(true), |all, condition| all & draws.happens[condition.index()])
}

/// Replays exactly on one rung, and says for each event what happened or why it cannot.
///
/// Replaying is pure, so a scenario that outgrows an exact number is simply replayed in a larger one. The narrowest only
/// says what happened; whatever it refuses is replayed, and the reason is looked for in the widest, which has room for
/// its numbers.
///
/// # Errors
/// The first event that has no answer.
pub fn replay_exactly(scenario: &Scenario<Stated>, rung: Rung) -> Result<Ledger, Refusal> {
    if let Ok(ledger) = replay_in_width::<384, 6>(scenario, rung) {
        return Ok(ledger);
    }
    with_room(|| {
        let outcome = match replay_in_width::<1024, 16>(scenario, rung) {
            Err(Refusal::Undefined { why: Arithmetic::Overflow, .. }) => replay_in_width::<8192, 128>(scenario, rung),
            outcome => outcome,
        };
        outcome.map_err(|refusal| match refusal {
            Refusal::Infeasible { event, .. } => Refusal::Infeasible {
                event,
                cause: in_width(scenario, rung, |scenario, draws| refusal::cause::<8192, 128>(scenario, draws, event)),
            },
            refusal => refusal,
        })
    })
}

/// Runs on a stack that holds a round's system in the widest number, whoever calls: a thread of a caller may have too
/// little for it.
fn with_room<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    const STACK_BYTES: usize = 256 << 20;
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, work);
        thread.expect("a thread for a long calculation").join().expect("replaying does not panic")
    })
}

/// Every refusal of the scenario, not only the first.
pub fn refusals(scenario: &Scenario<Stated>, rung: Rung) -> Vec<Refusal> {
    replay_what_can_be(scenario, rung).1
}

/// Replays what can be: an event that is refused is left out, and the rest is tried again. No ledger where a refusal is
/// not about an event's terms.
pub fn replay_what_can_be(scenario: &Scenario<Stated>, rung: Rung) -> (Option<Ledger>, Vec<Refusal>) {
    const MOST: usize = 20;
    let mut scenario = Cow::Borrowed(scenario);
    let mut refusals: Vec<Refusal> = Vec::new();
    while refusals.len() < MOST {
        let refusal = match replay_exactly(&scenario, rung) {
            Ok(ledger) => return (Some(ledger), refusals),
            Err(refusal) => refusal,
        };
        let terms = matches!(refusal, Refusal::Infeasible { .. } | Refusal::Unvalued { .. });
        let event = refusal.event();
        refusals.push(refusal);
        match event {
            Some(event) if terms => scenario.to_mut().leave_out(event),
            _ => return (None, refusals),
        }
    }
    (None, refusals)
}

/// Casts the scenario and settles what it leaves open.
fn in_width<const BITS: usize, const LIMBS: usize, T>(
    scenario: &Scenario<Stated>,
    rung: Rung,
    work: impl FnOnce(&Scenario<Fixed<BITS, LIMBS>>, &Draws<Fixed<BITS, LIMBS>>) -> T,
) -> T {
    let scenario = scenario.cast::<Fixed<BITS, LIMBS>>();
    let (values, base) = (inputs::values(&scenario.settings), inputs::values(&scenario.base));
    let happens: Vec<_> = scenario.happens.iter().map(|&truth| Truth::from(truth)).collect();
    work(&scenario, &Draws { values: &values, base: &base, happens: &happens, rung })
}

fn replay_in_width<const BITS: usize, const LIMBS: usize>(
    scenario: &Scenario<Stated>,
    rung: Rung,
) -> Result<Ledger, Refusal> {
    in_width(scenario, rung, |scenario: &Scenario<Fixed<BITS, LIMBS>>, draws| {
        let mut books = Books::open(scenario, draws, Ledger::default());
        replay_to_ledger(scenario, draws, &mut books)?;
        books.journal.exit = exit::post(scenario, draws, &books.table).map_err(|no_exit| match no_exit {
            NoExit::Unpriced(unpriced) => Refusal::Unpriced(unpriced),
            NoExit::TooLong => Refusal::Undefined { event: None, why: Arithmetic::Overflow },
        })?;
        Ok(books.journal)
    })
}

/// [`replay`], once for each width: it is most of the program.
#[inline(never)]
fn replay_to_ledger<const BITS: usize, const LIMBS: usize>(
    scenario: &Scenario<Fixed<BITS, LIMBS>>,
    draws: &Draws<Fixed<BITS, LIMBS>>,
    books: &mut Books<Fixed<BITS, LIMBS>, Ledger>,
) -> Result<(), Refusal> {
    replay(scenario, draws, books)
}

const _: fn() = || {
    // The widths above are the exact numbers of `num`.
    fn same<T>(_: Option<T>, _: Option<T>) {}
    same::<Narrow>(None, None::<Fixed<384, 6>>);
    same::<Exact>(None, None::<Fixed<1024, 16>>);
    same::<Wide>(None, None::<Fixed<8192, 128>>);
};
