//! Money in, and purchases the company has promised its investors. Commitments change no ownership.

use super::exact::quotient;
use super::frame::{columns, csv_cells, csv_columns, money};
use super::ladder::{Participation, participations};
use super::run::{RUNGS, Run};
use super::table::{Cell, Style, Table};
use super::words::basis;
use crate::model::StakeholderId;
use crate::report::exact::{MONEY_PLACES, Values, decimal};
use rust_decimal::Decimal;

/// Decimal places of a ratio.
const RATIO_PLACES: u32 = 10;

/// One investor's money in, and the company's commitments to it.
struct Flow {
    stakeholder: StakeholderId,
    /// `None` for someone outside the rounds.
    money: Option<Participation>,
    /// Each with its place in the list of commitments.
    commitments: Vec<(usize, Decimal)>,
}

impl Flow {
    fn committed(&self) -> Option<Decimal> {
        (!self.commitments.is_empty()).then(|| self.commitments.iter().map(|(_, amount)| amount).sum())
    }

    /// The one term of all commitments in years, if they share one.
    fn years(&self, run: &Run) -> Option<Decimal> {
        let years = |&(index, _): &(usize, Decimal)| run.agreement.scenario.commitments[index].years;
        let first = years(self.commitments.first()?)?;
        self.commitments.iter().all(|commitment| years(commitment) == Some(first)).then(|| first.to_decimal(4))?
    }

    /// Cells from `funded` to `difference`.
    fn cells(&self, run: &Run) -> Vec<Cell> {
        let committed = self.committed();
        let of_money =
            |amount: fn(&Participation) -> Decimal| Cell::or_empty(self.money.as_ref().map(amount), Cell::Money);
        let mut cells = vec![
            of_money(|money| money.funded),
            of_money(|money| money.committed),
            of_money(|money| money.conditional),
            Cell::or_empty(committed, Cell::Money),
            Cell::or_empty(self.years(run), Cell::Number),
        ];
        cells.extend(RUNGS.map(|rung| {
            let ratio = self
                .money
                .as_ref()
                .zip(committed)
                .and_then(|(money, committed)| quotient(committed, money.up_to(rung), RATIO_PLACES));
            Cell::or_empty(ratio, Cell::Multiple)
        }));
        let difference = committed
            .map(|committed| committed - self.money.as_ref().map_or(Decimal::ZERO, |money| money.up_to(run.rung)));
        cells.push(Cell::or_empty(difference, Cell::Money));
        cells
    }
}

/// Investors in the order of their money, then those who only receive.
fn flows(run: &Run) -> Vec<Flow> {
    let values = Values::of(&run.agreement.scenario);
    let mut flows: Vec<Flow> = participations(run)
        .into_iter()
        .map(|money| Flow { stakeholder: money.stakeholder, money: Some(money), commitments: Vec::new() })
        .collect();
    for (index, commitment) in run.agreement.scenario.commitments.iter().enumerate() {
        let amount = money(run, decimal(values.at(commitment.amount), MONEY_PLACES));
        match flows.iter_mut().find(|flow| flow.stakeholder == commitment.to) {
            Some(flow) => flow.commitments.push((index, amount)),
            None => flows.push(Flow { stakeholder: commitment.to, money: None, commitments: vec![(index, amount)] }),
        }
    }
    flows
}

/// `cash.csv`: a row for each investor; `None` without commitments.
pub fn csv(run: &Run) -> Option<Table> {
    let keys = [
        "investor",
        "funded",
        "committed",
        "conditional",
        "commitments",
        "years",
        "ratio_funded",
        "ratio_committed",
        "ratio_all",
        "difference",
        "currency",
        "what",
    ];
    let mut table = Table::new("cash", format!("Money in and commitments ({})", basis(run)), csv_columns(&keys));
    for flow in flows_if_any(run)? {
        let mut cells = vec![Cell::text(&run.agreement.stakeholders[flow.stakeholder.index()].name)];
        cells.extend(flow.cells(run));
        cells.push(Cell::text(&run.agreement.head.currency));
        let what: Vec<_> =
            flow.commitments.iter().map(|&(index, _)| run.agreement.commitments[index].what.as_str()).collect();
        cells.push(if what.is_empty() { Cell::Empty } else { Cell::Text(what.join("; ")) });
        table.push(Style::Body, csv_cells(run, cells));
    }
    Some(table)
}

/// The same for reading, with a line for each commitment; `None` without commitments.
pub fn table(run: &Run) -> Option<Table> {
    let head = columns(&[
        ("investor", "Investor"),
        ("funded", "Funded"),
        ("committed", "Committed, not yet funded"),
        ("conditional", "Conditional"),
        ("commitments", "Commitments to it"),
        ("years", "Years"),
        ("ratio_funded", "of funded"),
        ("ratio_committed", "of committed"),
        ("ratio_all", "of all"),
        ("difference", "Commitments less money"),
    ]);
    let width = head.len();
    let mut table = Table::new("cash", format!("Money in and commitments ({})", basis(run)), head);
    for flow in flows_if_any(run)? {
        let mut cells = vec![Cell::text(&run.agreement.stakeholders[flow.stakeholder.index()].name)];
        cells.extend(flow.cells(run));
        table.push(Style::Body, cells);
        for &(index, amount) in &flow.commitments {
            let mut cells = vec![Cell::Empty; width];
            cells[0] = Cell::text(&run.agreement.commitments[index].what);
            cells[4] = Cell::Money(amount);
            let years = run.agreement.scenario.commitments[index].years.and_then(|years| years.to_decimal(4));
            cells[5] = Cell::or_empty(years, Cell::Number);
            table.push(Style::Detail, cells);
        }
    }
    table.note("Commitments are purchases by the company, nominal, over years. They change no ownership.");
    table.note(format!(
        "Multiples are commitments over money up to each rung; the difference is to the money on the rung shown ({}).",
        run.rung.word()
    ));
    Some(table)
}

fn flows_if_any(run: &Run) -> Option<Vec<Flow>> {
    (!run.agreement.scenario.commitments.is_empty()).then(|| flows(run))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    /// AWS: 38 + 100 = 138. `138 / 15` = 9.2 of what is committed, `138 / 50` = 2.76 of all, `138 - 50` = 88 more.
    #[test]
    fn commitments_of_138_are_9_2_times_15_and_2_76_times_50() {
        let run = fixture::closed();
        let table = csv(&run).expect("commitments");
        let row = |name: &str| table.rows.iter().find(|row| row.cells[3] == Cell::text(name)).expect("an investor");
        let number = |text: &str| text.parse::<Decimal>().expect("a decimal");
        let amazon = &row("Amazon").cells;
        assert_eq!(amazon[7], Cell::Money(number("138000000000")));
        assert_eq!(amazon[9], Cell::Empty, "nothing is funded");
        assert_eq!(amazon[10], Cell::Multiple(number("9.2")));
        assert_eq!(amazon[11], Cell::Multiple(number("2.76")));
        assert_eq!(amazon[12], Cell::Money(number("88000000000")));
        let oracle = &row("Oracle").cells;
        assert_eq!(oracle[9..12], [Cell::Empty, Cell::Empty, Cell::Empty]);
        assert_eq!(oracle[4], Cell::Empty, "outside the round");
    }
}
