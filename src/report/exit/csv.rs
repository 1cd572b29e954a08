//! `exit.csv`: a row for each exit value, class and holder; deductions and the exit value itself are rows of their own.
//!
//! The column `kind` keeps sums from counting twice: the payouts of all rows but those of kind `total` add up to the exit
//! value, and the one row of kind `total` is the exit value.

use super::Sale;
use super::names::{claim_in_full, claim_of, form_in_csv, holder, lot, of_claim, per_share};
use super::tables::deductions;
use crate::engine::exit::{Recipient, Settlement};
use crate::num::{Exact, Number};
use crate::report::exact::{MONEY_PLACES, POSTED_PLACES, decimal};
use crate::report::frame::{csv_cells, csv_columns, is_normalised};
use crate::report::table::{Cell, Style, Table};
use rust_decimal::Decimal;

const KEYS: [&str; 15] = [
    "exit_value",
    "kind",
    "class",
    "lot",
    "stakeholder",
    "shares",
    "cost",
    "payout",
    "escrow",
    "payout_per_share",
    "multiple",
    "form",
    "indifferent",
    "forced",
    "currency",
];

/// Every exit value, class and holder.
pub fn csv(sale: &Sale) -> Table {
    let mut table = Table::new("exit", "Who gets what of each exit value", csv_columns(&KEYS));
    for settlement in &sale.settlements {
        for row in holdings(sale, settlement) {
            table.push(Style::Body, csv_cells(sale.run, row));
        }
        for (to, name, amount) in deductions(sale, settlement) {
            let kind = match to {
                Recipient::Costs => "costs",
                Recipient::Debt(_) => "debt",
                Recipient::CarveOut => "carve_out",
                Recipient::Claim(_) => continue,
            };
            table.push(Style::Body, csv_cells(sale.run, bare(sale, settlement, kind, &name, amount)));
        }
        if !settlement.residue.cents.is_zero() {
            let row = bare(sale, settlement, "residue", "", settlement.residue.cents);
            table.push(Style::Body, csv_cells(sale.run, row));
        }
        let total = decimal(settlement.exit_value, MONEY_PLACES);
        table.push(Style::Total, csv_cells(sale.run, bare(sale, settlement, "total", "", total)));
    }
    table
}

/// Portions of one class and holder; its lots apart only where they are not in the same form.
fn holdings(sale: &Sale, settlement: &Settlement) -> Vec<Vec<Cell>> {
    let alike = |a: usize, b: usize| {
        let of = |portion: usize| {
            let claim = settlement.claims[sale.exit.stack.portions[portion].claim as usize];
            (claim.form, claim.indifferent)
        };
        sale.exit.stack.portions[a].holder == sale.exit.stack.portions[b].holder
            && of_claim(sale, claim_of(sale, a)) == of_claim(sale, claim_of(sale, b))
            && of(a) == of(b)
    };
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for portion in 0..sale.exit.stack.portions.len() {
        match groups.iter_mut().find(|group| alike(group[0], portion)) {
            Some(group) => group.push(portion),
            None => groups.push(vec![portion]),
        }
    }
    groups.iter().map(|group| holding(sale, settlement, group)).collect()
}

fn holding(sale: &Sale, settlement: &Settlement, portions: &[usize]) -> Vec<Cell> {
    let first = portions[0];
    let index = sale.exit.stack.portions[first].claim as usize;
    let settled = settlement.claims[index];
    let units: Exact = portions.iter().map(|portion| sale.exit.stack.portions[*portion].units_held).sum();
    let payout: Decimal = portions.iter().map(|portion| settlement.portions[*portion].amount.cents).sum();
    let exact: Exact = portions.iter().map(|portion| settlement.portions[*portion].amount.exact).sum();
    let escrow: Decimal = portions.iter().map(|portion| settlement.portions[*portion].escrow.cents).sum();
    let cost = sale.cost(portions);
    let positive = cost.filter(|cost| cost.is_positive().is_yes());
    let (_, who) = holder(sale, sale.exit.stack.portions[first].holder);
    let claim = &sale.exit.stack.claims[index];
    let all_lots = of_claim(sale, claim) == claim_in_full(sale, claim);
    let lots = if all_lots || portions.len() > 1 { None } else { lot(sale, claim) };
    let counts = !is_normalised(sale.run);
    let count = |cell: Cell| if counts { cell } else { Cell::Empty };
    vec![
        Cell::Money(decimal(settlement.exit_value, MONEY_PLACES)),
        Cell::text("holding"),
        Cell::text(of_claim(sale, claim)),
        Cell::or_empty(lots, Cell::Text),
        Cell::text(who),
        count(Cell::Count(decimal(units, POSTED_PLACES))),
        Cell::or_empty(cost, |cost| Cell::Money(decimal(cost, MONEY_PLACES))),
        Cell::Money(payout),
        Cell::Money(escrow),
        count(Cell::or_empty(per_share(exact, units), Cell::Price)),
        Cell::or_empty(positive, |cost| Cell::Multiple(decimal(exact / cost, POSTED_PLACES))),
        Cell::text(form_in_csv(settled.form)),
        Cell::Flag(settled.indifferent),
        Cell::Flag(settlement.forced.get(index).copied().unwrap_or(false)),
        Cell::text(&sale.run.agreement.head.currency),
    ]
}

fn bare(sale: &Sale, settlement: &Settlement, kind: &str, to: &str, amount: Decimal) -> Vec<Cell> {
    let mut cells = vec![Cell::Empty; KEYS.len()];
    cells[0] = Cell::Money(decimal(settlement.exit_value, MONEY_PLACES));
    cells[1] = Cell::text(kind);
    if !to.is_empty() {
        cells[4] = Cell::text(to);
    }
    cells[7] = Cell::Money(amount);
    cells[KEYS.len() - 1] = Cell::text(&sale.run.agreement.head.currency);
    cells
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::exit::fixture::sold;

    #[test]
    fn rows_but_the_totals_add_up_to_each_exit_value() {
        let run = sold();
        let table = csv(&Sale::of(&run, None).expect("a sale"));
        let at = |key: &str| table.columns.iter().position(|column| column.key == key).expect("a column");
        let money = |cell: &Cell| match cell {
            Cell::Money(amount) => *amount,
            other => panic!("{other:?} is no money"),
        };
        for value in [3_000_000, 11_000_000, 41_000_000].map(Decimal::from) {
            let of_value = table.rows.iter().filter(|row| row.cells[at("exit_value")] == Cell::Money(value));
            let (totals, parts): (Vec<_>, Vec<_>) =
                of_value.partition(|row| row.cells[at("kind")] == Cell::text("total"));
            assert_eq!(totals.len(), 1);
            let sum: Decimal = parts.iter().map(|row| money(&row.cells[at("payout")])).sum();
            assert_eq!((sum, money(&totals[0].cells[at("payout")])), (value, value));
        }
        let debt = table.rows.iter().find(|row| row.cells[at("kind")] == Cell::text("debt")).expect("a row");
        assert_eq!(debt.cells[at("stakeholder")], Cell::text("Debt to Bank"));
    }
}
