//! Secondary sales: who sold what to whom, and what found no seller.

use super::exact::{POSTED_PLACES, Values, decimal, exact};
use super::frame::{columns, is_normalised, money, stage_of};
use super::run::Run;
use super::table::{Cell, Column, Style, Table};
use super::words::{basis, grouped, money as in_words};
use crate::engine::books::EntryKind;
use crate::model::{Event, EventId, SaleQuantity, Secondary};
use crate::num::{Exact, Number, Stated};
use rust_decimal::Decimal;

/// Every transfer of every secondary; `None` where there is none.
pub fn table(run: &Run) -> Option<Table> {
    let sales: Vec<(EventId, &Secondary<Stated>)> = run
        .agreement
        .scenario
        .timeline
        .iter()
        .enumerate()
        .filter_map(|(index, timed)| match &timed.event {
            Event::Secondary(terms) => Some((EventId::at(index), terms)),
            _ => None,
        })
        .collect();
    if sales.is_empty() {
        return None;
    }
    let with_shares = !is_normalised(run);
    let mut head = columns(&[("sale", "Sale"), ("seller", "Seller"), ("buyer", "Buyer"), ("class", "Class")]);
    if with_shares {
        head.extend([Column::new("price_per_share", "Price per share"), Column::new("shares", "Shares")]);
    }
    head.push(Column::new("money", "Money"));
    let mut table =
        Table::new("secondaries", format!("Secondary sales: transfers, no new shares ({})", basis(run)), head);
    for (event, terms) in sales {
        let stage = run.agreement.stage(Some(event)).to_owned();
        if stage_of(run.ledger(), event).is_none() {
            table.note(format!("{stage} is not counted on this rung."));
            continue;
        }
        let sold = push_transfers(run, &mut table, event, with_shares);
        if let Some(note) = unsold(run, terms, &stage, sold) {
            table.note(note);
        }
    }
    Some(table)
}

/// What was sold: shares, and their price.
#[derive(Clone, Copy, Default)]
struct Sold {
    shares: Decimal,
    price: Decimal,
}

fn push_transfers(run: &Run, table: &mut Table, event: EventId, with_shares: bool) -> Sold {
    let agreement = &run.agreement;
    let mut sold = Sold::default();
    for entry in run.ledger().entries_of(event) {
        let EntryKind::Transfer { from, .. } = entry.kind else { continue };
        let paid = money(run, decimal(exact(entry.price) * exact(entry.shares), POSTED_PLACES));
        let mut cells = vec![
            Cell::text(agreement.stage(Some(event))),
            Cell::text(agreement.owner(from)),
            Cell::text(agreement.owner(entry.position)),
            Cell::text(agreement.consists_of(entry.position)),
        ];
        if with_shares {
            cells.extend([Cell::Price(entry.price), Cell::Count(entry.shares)]);
        }
        cells.push(Cell::Money(paid));
        table.push(Style::Body, cells);
        sold = Sold { shares: sold.shares + entry.shares, price: entry.price };
    }
    sold
}

/// What the limits left unsold, in a sentence; `None` where all was sold but for fractions of a share.
fn unsold(run: &Run, terms: &Secondary<Stated>, stage: &str, sold: Sold) -> Option<String> {
    if terms.limits.is_empty() || sold.price.is_zero() {
        return None;
    }
    let values = Values::of(&run.agreement.scenario);
    let asked = match terms.quantity {
        SaleQuantity::Money(money) => values.at(money) / exact(sold.price),
        SaleQuantity::Shares(shares) => values.at(shares),
    };
    let left = asked - exact(sold.shares);
    // Each pair of seller and buyer may lose a fraction of a share to rounding.
    let pairs: usize = terms.sellers.iter().map(|seller| seller.positions.len()).sum::<usize>() * terms.buyers.len();
    let noise = match terms.rounding.shares {
        Some(_) => Exact::whole(i32::try_from(pairs).unwrap_or(i32::MAX)),
        None => exact(Decimal::new(1, 6)),
    };
    if left.at_most(noise).is_yes() {
        return None;
    }
    let currency = &run.agreement.head.currency;
    let worth = in_words(decimal(left * exact(sold.price), 2), currency);
    let asked_money = in_words(decimal(asked * exact(sold.price), 2), currency);
    if is_normalised(run) {
        return Some(format!("{stage}: {worth} of the {asked_money} asked for found no seller within the limits."));
    }
    Some(format!(
        "{stage}: {} of the {} shares asked for found no seller within the limits ({worth} of {asked_money}).",
        grouped(decimal(left, 4)),
        grouped(decimal(asked, 4))
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    /// Price `0.9 x 1.6667` = 1.5000; a tenth of 11,999,998 shares is 1,199,999 whole ones; asked for are
    /// 2,666,666.6667.
    #[test]
    fn what_the_limit_leaves_unsold_is_said() {
        let run = fixture::startup();
        let table = table(&run).expect("a secondary");
        let whole = |text: &str| text.parse::<Decimal>().expect("a decimal");
        let row = &table.rows[0].cells;
        assert_eq!(
            row[4..],
            [Cell::Price(whole("1.5")), Cell::Count(whole("1199999")), Cell::Money(whole("1799998.5"))]
        );
        let note = "Founder liquidity: 1,466,667.6667 of the 2,666,666.6667 shares asked for found no seller within \
            the limits";
        assert!(table.notes[0].starts_with(note), "{}", table.notes[0]);
    }
}
