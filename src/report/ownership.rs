//! Who owns what: by stage, by rung, now, and by group.

use super::exact::{FRACTION_PLACES, decimal, part_of};
use super::frame::{
    columns, csv_cells, csv_columns, exact_fraction, fraction, is_normalised, money, round_and_tranche, value,
    value_basis,
};
use super::holders::{Holder, HolderKey, holders, holders_on};
use super::precision::{self, Interval};
use super::run::{RUNGS, Run};
use super::table::{Cell, Column, Style, Table};
use super::votes::Votes;
use super::words::{basis, capital};
use crate::engine::ledger::{Ledger, Stage};
use crate::model::{GroupId, Holding, PositionId};
use rust_decimal::Decimal;

/// `ownership.csv`: a row for each stage, holder and class held, and one with class `total`.
pub fn csv(run: &Run) -> Table {
    let keys = [
        "stage",
        "date",
        "stakeholder",
        "group",
        "class",
        "shares",
        "ownership",
        "votes",
        "value",
        "value_price",
        "currency",
        "value_basis",
        "round",
        "tranche",
        "normalised",
    ];
    let mut table = Table::new("ownership", format!("Ownership by stage ({})", basis(run)), csv_columns(&keys));
    let holders = holders(run);
    for index in 0..run.ledger().stages.len() {
        let at = AtStage::new(run, index);
        for holder in &holders {
            at.csv_rows(&mut table, holder);
        }
    }
    table
}

/// What the rows of one stage share.
struct AtStage<'a> {
    run: &'a Run,
    stage: &'a Stage,
    before: &'a [Stage],
    votes: Votes,
    value_basis: Cell,
    round_and_tranche: (Cell, Cell),
}

impl<'a> AtStage<'a> {
    fn new(run: &'a Run, index: usize) -> Self {
        let (before, after) = run.ledger().stages.split_at(index);
        let stage = &after[0];
        AtStage {
            run,
            stage,
            before,
            votes: Votes::at(&run.agreement, stage),
            value_basis: Cell::or_empty(value_basis(run, run.ledger(), index), Cell::Text),
            round_and_tranche: round_and_tranche(run, stage.event),
        }
    }

    /// The rows of one holder; none before it first holds something.
    fn csv_rows(&self, table: &mut Table, holder: &Holder) {
        let AtStage { run, stage, before, votes, value_basis, round_and_tranche: (round, tranche) } = self;
        let agreement = &run.agreement;
        if before.iter().chain([*stage]).all(|stage| holder.shares(stage).is_zero()) {
            return;
        }
        let mut push = |style, class: String, positions: &[PositionId], shares, as_converted| {
            let votes = votes.part(positions.iter().copied());
            let cells = vec![
                Cell::text(agreement.stage(stage.event)),
                Cell::or_empty(agreement.date(stage.event), Cell::Date),
                Cell::text(&holder.name),
                Cell::or_empty(holder.group, |group| Cell::text(&agreement.groups[group.index()])),
                Cell::Text(class),
                Cell::Count(shares),
                exact_fraction(part_of(as_converted, stage.fully_diluted)),
                Cell::or_empty(votes, |votes| exact_fraction(decimal(votes, FRACTION_PLACES))),
                Cell::or_empty(value(run, stage, as_converted), Cell::Money),
                Cell::or_empty(stage.reference, |reference| Cell::Price(reference.price)),
                Cell::text(&agreement.head.currency),
                value_basis.clone(),
                round.clone(),
                tranche.clone(),
                Cell::Flag(is_normalised(run)),
            ];
            table.push(style, csv_cells(run, cells));
        };
        for &position in holder.positions.iter().filter(|position| !stage.shares[position.index()].is_zero()) {
            let (shares, as_converted) = (stage.shares[position.index()], stage.as_converted[position.index()]);
            push(Style::Detail, agreement.consists_of(position), &[position], shares, as_converted);
        }
        push(Style::Total, "total".into(), &holder.positions, holder.shares(stage), holder.as_converted(stage));
    }
}

/// Ownership after every stage, a column each; classes below holders that have several.
pub fn by_stage(run: &Run) -> Table {
    let agreement = &run.agreement;
    let stages = &run.ledger().stages;
    let mut head = vec![Column::pinned("stakeholder", "Stakeholder")];
    head.extend(stages.iter().map(|stage| {
        let name = agreement.stage(stage.event);
        Column::new(name, if stage.event.is_none() { capital(name) } else { name.into() })
    }));
    let title = format!("Ownership by stage, fully diluted ({})", basis(run));
    let mut table = Table::new("ownership-by-stage", title, head);
    for holder in holders(run) {
        let of = |held: &dyn Fn(&Stage) -> Decimal| stages.iter().map(|stage| part(run, held(stage), stage)).collect();
        table.push(Style::Body, row(holder.name.clone(), of(&|stage| holder.as_converted(stage))));
        for position in several(&holder.positions) {
            let cells = of(&|stage| stage.as_converted[position.index()]);
            table.push(Style::Detail, row(agreement.consists_of(*position), cells));
        }
    }
    let whole = |stage: &Stage| part(run, stage.as_converted.iter().sum(), stage);
    table.push(Style::Total, row("Total".into(), stages.iter().map(whole).collect()));
    let valuations: Vec<_> = stages.iter().map(|stage| valuation(run, stage)).collect();
    if valuations.iter().any(|cell| *cell != Cell::Empty) {
        table.push(Style::Detail, row("Price x fully diluted".into(), valuations));
    }
    if let Some(note) = &agreement.head.note {
        table.note(note);
    }
    table
}

/// Positions worth a row of their own: those of a holder with more than one.
fn several(positions: &[PositionId]) -> &[PositionId] {
    if positions.len() > 1 { positions } else { &[] }
}

fn row(name: String, cells: Vec<Cell>) -> Vec<Cell> {
    std::iter::once(Cell::Text(name)).chain(cells).collect()
}

/// A part of a stage's fully diluted total; nothing where nothing is held.
fn part(run: &Run, held: Decimal, stage: &Stage) -> Cell {
    if held.is_zero() { Cell::Empty } else { fraction(run, part_of(held, stage.fully_diluted)) }
}

fn valuation(run: &Run, stage: &Stage) -> Cell {
    Cell::or_empty(stage.reference, |reference| Cell::Money(money(run, reference.valuation)))
}

/// Ownership at the end of each rung side by side, where the rungs lead to different tables.
pub fn by_rung(run: &Run) -> Option<Table> {
    if !run.rungs_differ() {
        return None;
    }
    let ledgers = RUNGS.map(|rung| run.on(rung));
    let head =
        columns(&[("stakeholder", "Stakeholder"), ("funded", "Funded"), ("committed", "Committed"), ("all", "All")]);
    let title =
        format!("Ownership at the end of each rung of the funding ladder (case {})", run.agreement.head.case.word());
    let mut table = Table::new("ownership-by-rung", title, head);
    let last = ledgers.map(Ledger::last);
    for holder in holders_on(&run.agreement, &ledgers) {
        let cells = last.iter().map(|stage| part(run, holder.as_converted(stage), stage)).collect();
        table.push(Style::Body, row(holder.name, cells));
    }
    let whole = last.iter().map(|stage| part(run, stage.as_converted.iter().sum(), stage)).collect();
    table.push(Style::Total, row("Total".into(), whole));
    let valuations = last.iter().map(|stage| valuation(run, stage)).collect();
    table.push(Style::Detail, row("Post-money at this rung: price x fully diluted".into(), valuations));
    table.note(
        "A rung counts what is on it and below: funded is paid, committed is owed without a condition, all is \
        everything.",
    );
    table.note("The price of a round is that of its headline money on every rung; only the number of shares differs.");
    Some(table)
}

/// The company after the last stage: ownership, ownership of what is outstanding, and value at the last round price.
pub fn now(run: &Run) -> Table {
    let (ledger, intervals) = (run.ledger(), precision::intervals(run));
    let stage = ledger.last();
    let (with_shares, with_value) = (!is_normalised(run), stage.reference.is_some());
    let imprecise = intervals.iter().any(Option::is_some);
    let mut head = vec![Column::pinned("stakeholder", "Stakeholder")];
    if with_shares {
        head.push(Column::new("shares", "Shares and options"));
    }
    head.push(Column::new("ownership", "Fully diluted"));
    if imprecise {
        head.extend([Column::new("ownership_low", "From"), Column::new("ownership_high", "To")]);
    }
    head.push(Column::new("outstanding_as_converted", "Outstanding, as converted"));
    let votes = super::votes::differ(&run.agreement).then(|| Votes::at(&run.agreement, stage));
    if votes.is_some() {
        head.push(Column::new("votes", "Votes"));
    }
    if with_value {
        head.push(Column::new("value", "Value at last round price (headline)"));
    }
    let title = format!("Ownership after {} ({})", run.agreement.stage(stage.event), basis(run));
    let mut table = Table::new("ownership-now", title, head);
    let lines = Lines { run, stage, with_shares, votes, with_value, imprecise, outstanding: outstanding(run, stage) };
    for (holder, open) in holders(run).iter().zip(&intervals) {
        let owned: Vec<_> =
            holder.positions.iter().copied().filter(|position| !stage.shares[position.index()].is_zero()).collect();
        if owned.is_empty() {
            continue;
        }
        table.push(Style::Body, lines.cells(holder.name.clone(), &owned, *open));
        for position in several(&owned) {
            table.push(Style::Detail, lines.cells(run.agreement.consists_of(*position), &[*position], None));
        }
    }
    let all: Vec<_> = (0..stage.shares.len()).map(PositionId::at).collect();
    table.push(Style::Total, lines.cells("Total".into(), &all, None));
    now_notes(run, &mut table, imprecise);
    table
}

fn now_notes(run: &Run, table: &mut Table, imprecise: bool) {
    let (ledger, head) = (run.ledger(), &run.agreement.head);
    if let Some(basis) = value_basis(run, ledger, ledger.stages.len() - 1) {
        let per_share = ledger.last().reference.filter(|_| head.normalised.is_none());
        let price =
            per_share.map(|reference| format!(", {} per share", super::words::price(reference.price, &head.currency)));
        table.note(format!(
            "Value is ownership times the {basis}{}: the same price for every class, before strike prices and \
                preferences. It is not what a holding would sell for.",
            price.unwrap_or_default(),
        ));
    }
    if imprecise {
        table.note("From and to: what the published percentages leave open, half a unit of their last digit each way.");
    }
    if head.normalised.is_some() {
        table.note("The real number of shares is not public: neither counts nor prices per share are shown.");
    }
    let still = |holder: &Holder| !holder.as_converted(ledger.last()).is_zero();
    for holder in holders(run).into_iter().filter(still) {
        let HolderKey::Stakeholder(who) = holder.key else { continue };
        if let Some(note) = &run.agreement.stakeholders[who.index()].note {
            table.note(format!("{}: {note}", holder.name));
        }
    }
}

/// Outstanding shares as converted, without options and pools.
fn outstanding(run: &Run, stage: &Stage) -> Decimal {
    let positions = run.agreement.scenario.positions.iter().zip(&stage.as_converted);
    positions.filter(|(holding, _)| matches!(holding, Holding::Shares(..))).map(|(_, held)| held).sum()
}

/// What the rows of the table "now" need to know.
struct Lines<'a> {
    run: &'a Run,
    stage: &'a Stage,
    with_shares: bool,
    votes: Option<Votes>,
    with_value: bool,
    imprecise: bool,
    outstanding: Decimal,
}

impl Lines<'_> {
    fn cells(&self, name: String, positions: &[PositionId], interval: Option<Interval>) -> Vec<Cell> {
        let Lines { run, stage, .. } = self;
        let is_share =
            |position: &&PositionId| matches!(run.agreement.scenario.positions[position.index()], Holding::Shares(..));
        let as_converted: Decimal = positions.iter().map(|position| stage.as_converted[position.index()]).sum();
        let shares: Decimal =
            positions.iter().filter(is_share).map(|position| stage.as_converted[position.index()]).sum();
        let mut cells = vec![Cell::Text(name)];
        if self.with_shares {
            cells.push(Cell::Count(positions.iter().map(|position| stage.shares[position.index()]).sum()));
        }
        cells.push(fraction(run, part_of(as_converted, stage.fully_diluted)));
        if self.imprecise {
            let end = |value| Cell::Fraction { value, places: precision::SHOWN_PLACES };
            cells.push(Cell::or_empty(interval, |interval| end(interval.low)));
            cells.push(Cell::or_empty(interval, |interval| end(interval.high)));
        }
        let outstanding = (!shares.is_zero()).then(|| part_of(shares, self.outstanding));
        cells.push(Cell::or_empty(outstanding, |value| fraction(run, value)));
        if let Some(votes) = &self.votes {
            let votes = votes.part(positions.iter().copied());
            let votes = votes.map(|votes| decimal(votes, FRACTION_PLACES)).filter(|votes| !votes.is_zero());
            cells.push(Cell::or_empty(votes, |value| fraction(run, value)));
        }
        if self.with_value {
            cells.push(Cell::or_empty(value(run, stage, as_converted), Cell::Money));
        }
        cells
    }
}

/// Groups of holders added up after the last stage, with their members. `None` where no holder has a group.
pub fn groups(run: &Run) -> Option<Table> {
    let (agreement, stage) = (&run.agreement, run.ledger().last());
    let holders = holders(run);
    let present: Vec<GroupId> = (0..agreement.groups.len())
        .map(GroupId::at)
        .filter(|&group| holders.iter().any(|holder| holder.group == Some(group)))
        .collect();
    if present.is_empty() {
        return None;
    }
    let mut head = vec![Column::pinned("group", "Group"), Column::new("ownership", "Fully diluted")];
    if stage.reference.is_some() {
        head.push(Column::new("value", "Value at last round price (headline)"));
    }
    let title = format!("Ownership by group after {} ({})", agreement.stage(stage.event), basis(run));
    let mut table = Table::new("ownership-by-group", title, head);
    let cells = |name: &str, as_converted| {
        let mut cells = vec![Cell::text(name), fraction(run, part_of(as_converted, stage.fully_diluted))];
        if stage.reference.is_some() {
            cells.push(Cell::or_empty(value(run, stage, as_converted), Cell::Money));
        }
        cells
    };
    for group in present.into_iter().map(Some).chain([None]) {
        let members: Vec<_> = holders.iter().filter(|holder| holder.group == group).collect();
        let sum: Decimal = members.iter().map(|holder| holder.as_converted(stage)).sum();
        let name = group.map_or("Without a group", |group| &agreement.groups[group.index()]);
        if members.is_empty() || sum.is_zero() {
            continue;
        }
        table.push(Style::Body, cells(name, sum));
        for member in members.iter().filter(|member| !member.as_converted(stage).is_zero()) {
            table.push(Style::Detail, cells(&member.name, member.as_converted(stage)));
        }
    }
    table.push(Style::Total, cells("Total", stage.as_converted.iter().sum()));
    Some(table)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Rung;
    use crate::report::words::percent;
    use crate::report::{fixture, terminal};

    /// `0.11 x 730 / 840 + 30 / 840` = 13.1310 %, worth 110.3 of 840.
    #[test]
    fn softbank_has_13_1310_percent_after_the_announced_round() {
        let run = fixture::announced();
        let table = csv(&run);
        let total = |row: &&crate::report::table::Row| {
            row.cells[5] == Cell::text("SoftBank") && row.cells[7] == Cell::text("total")
        };
        let last = table.rows.iter().rfind(total).expect("a row");
        assert_eq!(last.cells[10], exact_fraction("0.13130952381".parse().expect("a decimal")));
        assert_eq!(last.cells[11], Cell::Money("110300000000".parse().expect("a decimal")));
    }

    #[test]
    fn totals_of_every_stage_sum_to_one() {
        for run in [fixture::announced(), fixture::closed(), fixture::startup(), fixture::equal_holders(9)] {
            let table = csv(&run);
            for stage in &run.ledger().stages {
                let here = |row: &&crate::report::table::Row| {
                    row.style == Style::Total && row.cells[3] == Cell::text(run.agreement.stage(stage.event))
                };
                let ownership = |row: &crate::report::table::Row| match row.cells[9] {
                    Cell::Fraction { value, .. } => value,
                    _ => Decimal::ZERO,
                };
                let rows: Vec<_> = table.rows.iter().filter(here).collect();
                let sum: Decimal = rows.iter().map(|row| ownership(row)).sum();
                assert!((sum - Decimal::ONE).abs() <= Decimal::new(1, 12) * Decimal::from(rows.len()), "{sum}");
            }
        }
    }

    /// Committed 87 of 122: `15 / 817` = 1.8360 % for Amazon, `(0.11 x 730 + 30) / 817` = 13.5006 % for `SoftBank`;
    /// with all 122, `50 / 852` = 5.8685 % and `110.3 / 852` = 12.9460 %.
    #[test]
    fn rungs_stand_side_by_side_with_their_post_money() {
        let run = fixture::closed();
        let table = by_rung(&run).expect("the rungs differ");
        let row = |name: &str| &table.rows.iter().find(|row| row.cells[0] == Cell::text(name)).expect("a row").cells;
        let words = |cell: &Cell| match cell {
            Cell::Fraction { value, .. } => percent(*value, 4),
            Cell::Money(amount) => crate::report::words::money(*amount, "USD"),
            _ => String::new(),
        };
        assert_eq!(row("Amazon")[1..].iter().map(words).collect::<Vec<_>>(), ["", "1.8360%", "5.8685%"]);
        assert_eq!(row("SoftBank")[2..].iter().map(words).collect::<Vec<_>>(), ["13.5006%", "12.9460%"]);
        let post_money = row("Post-money at this rung: price x fully diluted");
        assert_eq!(post_money[1..].iter().map(words).collect::<Vec<_>>(), ["$500B", "$817B", "$852B"]);
        assert!(by_rung(&fixture::equal_holders(2)).is_none());
    }

    #[test]
    fn a_normalised_table_shows_no_share_and_no_price_and_no_more_decimals_than_it_may() {
        for run in [fixture::closed(), Run::new(fixture::closed_draft().0, Rung::Committed).expect("it runs")] {
            for table in terminal(&run) {
                for (row, column) in table.rows.iter().flat_map(|row| row.cells.iter().zip(&table.columns)) {
                    match row {
                        Cell::Price(_) => panic!("a price in {}", table.id),
                        Cell::Count(_) => assert_eq!(column.key, "closings", "a count in {}", table.id),
                        Cell::Fraction { places, .. }
                            if !matches!(column.key.as_str(), "ownership_low" | "ownership_high") =>
                        {
                            assert!(*places <= 1, "{places} decimals in {}", table.id);
                        }
                        _ => {}
                    }
                }
            }
        }
    }

    #[test]
    fn options_count_in_full_but_are_not_outstanding() {
        let run = fixture::startup();
        let table = now(&run);
        let row = |name: &str| &table.rows.iter().find(|row| row.cells[0] == Cell::text(name)).expect("a row").cells;
        let outstanding =
            table.columns.iter().position(|column| column.key == "outstanding_as_converted").expect("a column");
        assert_eq!(row("Employees")[outstanding], Cell::Empty);
        assert_ne!(row("Employees")[2], Cell::Empty);
        assert_eq!(row("Total")[outstanding], fraction(&run, Decimal::ONE));
        assert!(groups(&run).is_some());
        assert!(groups(&fixture::equal_holders(2)).is_none());
    }
}
