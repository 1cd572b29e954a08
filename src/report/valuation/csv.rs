//! `valuations.csv`.

use super::Valued;
use super::lines::{Line, holders, lines};
use super::names::{Kind, shares};
use crate::engine::valuation::Priced;
use crate::num::{Exact, Number};
use crate::report::exact::{FRACTION_PLACES, MONEY_PLACES, POSTED_PLACES, decimal};
use crate::report::frame::{csv_cells, csv_columns, exact_fraction, is_normalised};
use crate::report::run::Run;
use crate::report::table::{Cell, Style, Table};

const COLUMNS: [&str; 14] = [
    "valuation",
    "date",
    "row",
    "name",
    "shares",
    "value",
    "value_per_share",
    "headline_price",
    "headline_value",
    "difference",
    "issue_price",
    "from",
    "to",
    "call",
];

/// Every valuation: rows `equity`, `headline`, `backsolve`, `tranche` (named by who shares in it), `class`, `option`,
/// `convertible`, `holder`. `None` where there is none.
pub fn csv(run: &Run) -> Option<Table> {
    let all = Valued::all(run);
    if all.is_empty() {
        return None;
    }
    let mut table = Table::new("valuations", "Valuations", csv_columns(&COLUMNS));
    for valued in &all {
        if let Some(priced) = valued.priced() {
            push_equity(&mut table, valued, priced);
        }
        for line in lines(valued) {
            push_line(&mut table, valued, &line);
        }
        if let Some(priced) = valued.priced() {
            push_holders(&mut table, valued, priced);
        }
    }
    Some(table)
}

/// A row with these cells behind its name, in the order of the columns; the rest stays empty.
fn push(table: &mut Table, valued: &Valued, row: &str, name: &str, cells: Vec<(&str, Cell)>) {
    let date = valued.run.agreement.date(Some(valued.posted.event));
    let mut all = vec![Cell::text(valued.name()), Cell::or_empty(date, Cell::Date), Cell::text(row), Cell::text(name)];
    all.resize(COLUMNS.len(), Cell::Empty);
    for (key, cell) in cells {
        let place = COLUMNS.iter().position(|column| *column == key).expect("a column of the file");
        all[place] = cell;
    }
    table.push(Style::Body, csv_cells(valued.run, all));
}

fn amount(worth: Exact) -> Cell {
    Cell::Money(decimal(worth, MONEY_PLACES))
}

fn per_share(price: Option<Exact>) -> Cell {
    Cell::or_empty(price, |price| Cell::Price(decimal(price, POSTED_PLACES)))
}

fn push_equity(table: &mut Table, valued: &Valued, priced: &Priced) {
    let equity = Exact::given(priced.allocation.equity);
    let post_money = valued.post_money();
    let difference = post_money.filter(|headline| headline.is_positive().is_yes());
    let difference = difference.map(|headline| equity / headline - Exact::one());
    let how = if priced.is_solved { "solved for" } else { "given" };
    let cells = vec![
        ("value", amount(equity)),
        ("headline_value", Cell::or_empty(post_money, amount)),
        ("difference", Cell::or_empty(difference, |part| exact_fraction(decimal(part, FRACTION_PLACES)))),
    ];
    push(table, valued, "equity", how, cells);
    if let Some(solved) = priced.backsolve {
        let class = &valued.run.agreement.classes[solved.class.index()].name;
        let mut cells = vec![
            ("value", amount(Exact::given(solved.backsolve.equity))),
            ("from", amount(Exact::given(solved.backsolve.below))),
            ("to", amount(Exact::given(solved.backsolve.above))),
        ];
        if !is_normalised(valued.run) {
            cells.push(("value_per_share", Cell::Price(solved.wanted.price)));
        }
        push(table, valued, "backsolve", class, cells);
    }
    for (tranche, segment) in priced.allocation.tranches.iter().zip(&priced.breakpoints.segments) {
        let cells = vec![
            ("value", Cell::Money(tranche.worth)),
            ("from", Cell::Money(tranche.from)),
            ("to", Cell::or_empty(tranche.to, Cell::Money)),
            ("call", Cell::Money(tranche.call)),
        ];
        push(table, valued, "tranche", &shares(valued, priced, segment), cells);
    }
}

fn push_line(table: &mut Table, valued: &Valued, line: &Line) {
    let row = match line.kind {
        Kind::Class(_) => "class",
        Kind::Options(..) | Kind::Warrants(..) | Kind::Pool(_) => "option",
        Kind::Convertible(_) => "convertible",
    };
    let mut cells = vec![
        ("value", amount(line.worth)),
        ("headline_value", Cell::or_empty(line.headline(), amount)),
        ("difference", Cell::or_empty(line.difference(), |part| exact_fraction(decimal(part, FRACTION_PLACES)))),
    ];
    if !is_normalised(valued.run) {
        cells.extend([
            ("shares", Cell::or_empty(line.shares, |shares| Cell::Count(decimal(shares, POSTED_PLACES)))),
            ("value_per_share", per_share(line.worth_per_share())),
            ("headline_price", per_share(line.headline_price)),
            ("issue_price", Cell::or_empty(line.issue_price, Cell::Price)),
        ]);
    }
    push(table, valued, row, &line.name, cells);
}

fn push_holders(table: &mut Table, valued: &Valued, priced: &Priced) {
    for line in holders(valued, priced) {
        let cells = vec![("value", amount(line.worth)), ("headline_value", Cell::or_empty(line.headline, amount))];
        push(table, valued, "holder", &line.name, cells);
    }
}
