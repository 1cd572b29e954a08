//! The money of every round, cheque by cheque, whether or not its closing is counted.

use super::exact::{POSTED_PLACES, decimal, exact, share_of};
use super::frame::{money_of, stage_of};
use super::run::Run;
use crate::engine::books::EntryKind;
use crate::engine::ledger::{Ledger, Posted};
use crate::model::{EventId, Participant, Residue, RoundId, Rung, Takes, Tranche, TranchePrice};
use crate::num::Stated;
use rust_decimal::Decimal;

/// One participant's money in one closing.
#[derive(Clone, Debug)]
pub struct Cheque<'a> {
    /// The round.
    pub round: RoundId,
    /// Index of the tranche in its round.
    pub tranche: usize,
    /// Its place in the timeline.
    pub event: EventId,
    /// The lowest rung that counts it; `Never` where it lapsed or does not happen in this run.
    pub rung: Rung,
    /// How far the money is, as the file says it.
    pub status: Rung,
    /// Who, and on what terms.
    pub participant: &'a Participant<Stated>,
    /// The cheque as promised, with the places of the deal.
    pub amount: Decimal,
    /// What it bought, where the closing is counted.
    pub bought: Option<Bought>,
}

/// What a cheque bought.
#[derive(Clone, Copy, Debug)]
pub struct Bought {
    /// Per share of its class; `None` where it bought nothing.
    pub price: Option<Decimal>,
    /// How many.
    pub shares: Decimal,
    /// The part of the cheque that bought no share.
    pub residue: Decimal,
    /// What is paid: the cheque, or price times shares up to the cent where the residue is not called.
    pub wire: Decimal,
}

/// Every cheque of every round, in the order of the file, with what it bought on a rung.
pub fn cheques(run: &Run, rung: Rung) -> Vec<Cheque<'_>> {
    let ledger = run.on(rung);
    let rounds = run.agreement.scenario.rounds.iter().enumerate();
    let tranches = rounds.flat_map(|(round, terms)| {
        terms.tranches.iter().enumerate().map(move |(index, tranche)| (round, index, tranche))
    });
    tranches
        .flat_map(|(round, index, tranche)| {
            (0..tranche.participants.len())
                .map(move |participant| cheque(run, ledger, (RoundId::at(round), index), tranche, participant))
        })
        .collect()
}

fn cheque<'a>(
    run: &'a Run,
    ledger: &Ledger,
    (round, index): (RoundId, usize),
    tranche: &'a Tranche<Stated>,
    number: usize,
) -> Cheque<'a> {
    let participant = &tranche.participants[number];
    let entry = entry_of(ledger, tranche.event, participant);
    let promised = ledger.pricing(round).map_or(Decimal::ZERO, |pricing| pricing.cheques[index][number]);
    // A number of shares is paid at the price of its own closing, which only an entry knows.
    let paid = entry.or_else(|| entry_of(run.on(Rung::All), tranche.event, participant)).and_then(money_in);
    let amount = match participant.takes {
        Takes::Shares(_) => paid.unwrap_or(promised),
        _ => promised,
    };
    let amount = money_of(run, round, amount);
    let counted = stage_of(ledger, tranche.event).is_some();
    let bought = counted.then(|| match entry {
        Some(entry) => bought(run, round, entry, amount),
        None => Bought { price: None, shares: Decimal::ZERO, residue: amount, wire: Decimal::ZERO },
    });
    Cheque {
        round,
        tranche: index,
        event: tranche.event,
        rung: counting_rung(run, tranche.event),
        status: tranche.status,
        participant,
        amount,
        bought,
    }
}

/// The lowest rung on which an event counts in this run.
fn counting_rung(run: &Run, event: EventId) -> Rung {
    let scenario = &run.agreement.scenario;
    let timed = &scenario.timeline[event.index()];
    let happens = timed.conditions.iter().all(|condition| scenario.happens[condition.index()]);
    if happens { timed.rung } else { Rung::Never }
}

fn entry_of<'a>(ledger: &'a Ledger, event: EventId, participant: &Participant<Stated>) -> Option<&'a Posted> {
    let issued = |entry: &&Posted| matches!(entry.kind, EntryKind::Issuance { .. });
    ledger.entries_of(event).filter(issued).find(|entry| entry.position == participant.position)
}

fn money_in(entry: &Posted) -> Option<Decimal> {
    match entry.kind {
        EntryKind::Issuance { money, .. } => Some(money),
        _ => None,
    }
}

fn bought(run: &Run, round: RoundId, entry: &Posted, amount: Decimal) -> Bought {
    let terms = &run.agreement.scenario.rounds[round.index()];
    let paid = exact(entry.price) * exact(entry.shares);
    let residue = money_of(run, round, decimal(exact(amount) - paid, POSTED_PLACES));
    let wire = match (terms.rounding.money_places, terms.residue) {
        (Some(places), Residue::NotCalled) => decimal(terms.rounding.wire(paid), places),
        (None, _) | (_, Residue::Kept) => amount,
    };
    Bought { price: Some(entry.price), shares: entry.shares, residue, wire }
}

/// Valuations around one counted closing.
#[derive(Clone, Copy, Debug)]
pub struct Around {
    /// Price times the fully diluted count before the closing, with the pool increase that existing holders bear.
    pub pre_money: Decimal,
    /// Price times the fully diluted count after it.
    pub post_money: Decimal,
}

/// Valuations around a closing; `None` where it is not counted.
pub fn around(run: &Run, ledger: &Ledger, round: RoundId, event: EventId) -> Option<Around> {
    let index = stage_of(ledger, event)?;
    let (before, after) = (&ledger.stages[index.checked_sub(1)?], &ledger.stages[index]);
    let valuation = after.reference?.valuation;
    let borne_by_existing = run.agreement.scenario.rounds[round.index()].counts.pool_increase;
    let is_pool = |entry: &&Posted| matches!(entry.kind, EntryKind::PoolIncrease) && borne_by_existing;
    let pool: Decimal = ledger.entries_of(event).filter(is_pool).map(|entry| entry.shares).sum();
    let pre_money = share_of(valuation, before.fully_diluted + pool, after.fully_diluted, POSTED_PLACES);
    Some(Around { pre_money: money_of(run, round, pre_money), post_money: money_of(run, round, valuation) })
}

/// The last counted closing of a round on a ledger.
pub fn last_closing(run: &Run, ledger: &Ledger, round: RoundId) -> Option<EventId> {
    let tranches = &run.agreement.scenario.rounds[round.index()].tranches;
    tranches.iter().map(|tranche| tranche.event).filter(|&event| stage_of(ledger, event).is_some()).max()
}

/// Post-money of a round on a rung: its price times the fully diluted count after its last counted closing there.
pub fn post_money(run: &Run, ledger: &Ledger, round: RoundId) -> Option<Decimal> {
    let stage = &ledger.stages[stage_of(ledger, last_closing(run, ledger, round)?)?];
    let pricing = ledger.pricing(round)?;
    let is_last = |tranche: &&Tranche<Stated>| Some(tranche.event) == stage.event;
    let last = run.agreement.scenario.rounds[round.index()].tranches.iter().find(is_last)?;
    let amount = match last.price {
        TranchePrice::Round => stage.reference?.valuation,
        _ if pricing.price == pricing.solved_price => {
            share_of(pricing.pre_money, stage.fully_diluted, pricing.capitalization, POSTED_PLACES)
        }
        _ => decimal(exact(pricing.price) * exact(stage.fully_diluted), POSTED_PLACES),
    };
    Some(money_of(run, round, amount))
}
