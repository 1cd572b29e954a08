//! What all tables share: the leading columns of CSV, the decimals that may be shown, money as the deal rounds it, and
//! what values a stage.

use super::exact::{MONEY_PLACES, cut, share_of};
use super::run::Run;
use super::table::{Cell, Column};
use crate::engine::ledger::{Ledger, Stage};
use crate::model::{Consideration, Event, EventId, OpeningPrice, RoundId, SalePrice};
use rust_decimal::Decimal;

/// Decimals of a percentage on the terminal where inputs are exact.
const SHOWN_PLACES: u32 = 2;

/// Columns for CSV: `scenario, funding, case`, then these keys.
pub fn csv_columns(keys: &[&str]) -> Vec<Column> {
    let column = |key: &&str| Column::new(*key, key.replace('_', " "));
    ["scenario", "funding", "case"].iter().chain(keys).map(column).collect()
}

/// Columns for reading: the first stays in sight.
pub fn columns(keys_and_headings: &[(&str, &str)]) -> Vec<Column> {
    let column = |(index, (key, heading)): (usize, &(&str, &str))| match index {
        0 => Column::pinned(*key, *heading),
        _ => Column::new(*key, *heading),
    };
    keys_and_headings.iter().enumerate().map(column).collect()
}

/// The cells under `scenario, funding, case`, then these.
pub fn csv_cells(run: &Run, cells: Vec<Cell>) -> Vec<Cell> {
    let head = &run.agreement.head;
    let lead = [Cell::text(&head.name), Cell::text(run.rung.word()), Cell::text(head.case.word())];
    lead.into_iter().chain(cells).collect()
}

/// A part of one with the decimals the inputs support, for people.
pub fn fraction(run: &Run, value: Decimal) -> Cell {
    Cell::Fraction { value, places: shown_places(run) }
}

/// A difference of two parts of one with the decimals the inputs support, for people.
pub fn points(run: &Run, value: Decimal) -> Cell {
    Cell::Points { value, places: shown_places(run) }
}

/// A part of one for CSV, which stays exact.
pub fn exact_fraction(value: Decimal) -> Cell {
    Cell::Fraction { value, places: super::exact::FRACTION_PLACES }
}

/// Decimals of a percentage that may be shown: never more than one beyond what the inputs support.
pub fn shown_places(run: &Run) -> u32 {
    run.agreement.imprecision.places.map_or(SHOWN_PLACES, |places| SHOWN_PLACES.min(places + 1))
}

/// True where counts and prices are made up and must not be printed as facts.
pub fn is_normalised(run: &Run) -> bool {
    run.agreement.head.normalised.is_some()
}

/// Money with the places the file's rounding gives it.
pub fn money(run: &Run, amount: Decimal) -> Decimal {
    cut(amount, run.agreement.head.rounding.rounding.money_places.unwrap_or(MONEY_PLACES))
}

/// Money with the places the round's rounding gives it.
pub fn money_of(run: &Run, round: RoundId, amount: Decimal) -> Decimal {
    cut(amount, run.agreement.scenario.rounds[round.index()].rounding.money_places.unwrap_or(MONEY_PLACES))
}

/// Value at the last round price of so many shares as converted; `None` before any price is known.
pub fn value(run: &Run, stage: &Stage, as_converted: Decimal) -> Option<Decimal> {
    let places = run.agreement.head.rounding.rounding.money_places.unwrap_or(MONEY_PLACES);
    let reference = stage.reference?;
    Some(share_of(reference.valuation, as_converted, stage.fully_diluted, places))
}

/// What set the price that values a stage: `price of Series C / First closing`, `opening valuation`.
pub fn value_basis(run: &Run, ledger: &Ledger, stage: usize) -> Option<String> {
    let priced = |event: EventId| match &run.agreement.scenario.timeline[event.index()].event {
        Event::Closing { .. } | Event::Ipo(_) => Some("price of"),
        Event::Secondary(terms) => matches!(terms.price, SalePrice::Valuation(_)).then_some("valuation stated for"),
        Event::Issuance(terms) => matches!(terms.consideration, Consideration::Money { .. }).then_some("price of"),
        Event::PoolIncrease(_)
        | Event::OptionGrant(_)
        | Event::Warrant(_)
        | Event::Vest(_)
        | Event::Exercise(_)
        | Event::Cancellation(_)
        | Event::ClassConversion(_)
        | Event::Repurchase(_)
        | Event::InKind(_)
        | Event::Split(_)
        | Event::Convertible(_)
        | Event::Valuation(_)
        | Event::Maturity(_) => None,
    };
    let mut events = ledger.stages[..=stage].iter().rev().filter_map(|stage| stage.event);
    let last = events.find_map(|event| Some((priced(event)?, event)));
    match (last, run.agreement.scenario.opening_price) {
        (Some((what, event)), _) => Some(format!("{what} {}", run.agreement.stage(Some(event)))),
        (None, Some(OpeningPrice::Valuation(_))) => Some("valuation stated for the opening".into()),
        (None, Some(OpeningPrice::PerShare(_))) => Some("price stated for the opening".into()),
        (None, None) => None,
    }
}

/// The stage of that name: `opening`, an event, a closing, or a round, which means its last counted closing.
pub fn stage_named(run: &Run, ledger: &Ledger, name: &str) -> Option<usize> {
    let agreement = &run.agreement;
    let of_round = |stage: &Stage| {
        let closing = stage.event.and_then(|event| agreement.events[event.index()].closing);
        closing.is_some_and(|(round, _)| agreement.rounds[round.index()].name == name)
    };
    let named = |stage: &Stage| agreement.stage(stage.event) == name;
    ledger.stages.iter().rposition(named).or_else(|| ledger.stages.iter().rposition(of_round))
}

/// Round and tranche of a stage as two names; both empty for what is not a closing.
pub fn round_and_tranche(run: &Run, event: Option<EventId>) -> (Cell, Cell) {
    let Some((round, tranche)) = event.and_then(|event| run.agreement.events[event.index()].closing) else {
        return (Cell::Empty, Cell::Empty);
    };
    let info = &run.agreement.rounds[round.index()];
    (Cell::text(&info.name), Cell::or_empty(info.tranches.get(tranche), Cell::text))
}

/// Where a closing stands among the counted stages of a ledger; `None` where it is not counted.
pub fn stage_of(ledger: &Ledger, event: EventId) -> Option<usize> {
    ledger.stages.iter().position(|stage| stage.event == Some(event))
}
