//! The funding ladder: how far each participant's money is, and what each rung comes to.

use super::cheques::{Cheque, cheques, post_money};
use super::frame::{columns, stage_of};
use super::run::{RUNGS, Run};
use super::table::{Cell, Style, Table};
use super::words::money_in_full;
use crate::model::{RoundId, Rung, StakeholderId};
use rust_decimal::Decimal;

/// How far one participant's money is, over all rounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Participation {
    /// Who.
    pub stakeholder: StakeholderId,
    /// Paid.
    pub funded: Decimal,
    /// Owed without a condition, not yet paid.
    pub committed: Decimal,
    /// Hanging on a condition.
    pub conditional: Decimal,
}

impl Participation {
    fn none(stakeholder: StakeholderId) -> Self {
        Participation { stakeholder, funded: Decimal::ZERO, committed: Decimal::ZERO, conditional: Decimal::ZERO }
    }

    /// Money up to and with a rung.
    pub fn up_to(&self, rung: Rung) -> Decimal {
        match rung {
            Rung::Funded => self.funded,
            Rung::Committed => self.funded + self.committed,
            Rung::All | Rung::Never => self.total(),
        }
    }

    /// All of it.
    pub fn total(&self) -> Decimal {
        self.funded + self.committed + self.conditional
    }
}

/// Everyone who takes part in a round, the most money first; equal money in the order of the file.
pub fn participations(run: &Run) -> Vec<Participation> {
    let mut found: Vec<Participation> = Vec::new();
    for cheque in cheques(run, Rung::All) {
        let who = cheque.participant.stakeholder;
        let index = found.iter().position(|participation| participation.stakeholder == who).unwrap_or_else(|| {
            found.push(Participation::none(who));
            found.len() - 1
        });
        match cheque.rung {
            Rung::Funded => found[index].funded += cheque.amount,
            Rung::Committed => found[index].committed += cheque.amount,
            Rung::All => found[index].conditional += cheque.amount,
            Rung::Never => {}
        }
    }
    found.sort_by_key(|participation| std::cmp::Reverse(participation.total()));
    found
}

/// Participants by how far their money is, with the sum; `None` without rounds.
pub fn by_participant(run: &Run) -> Option<Table> {
    let participations = participations(run);
    if participations.is_empty() {
        return None;
    }
    let head = columns(&[
        ("participant", "Participant"),
        ("funded", "Funded"),
        ("committed", "Committed, not yet funded"),
        ("conditional", "Conditional"),
        ("total", "Total"),
    ]);
    let title = format!("Money of the rounds by how far it is (case {})", run.agreement.head.case.word());
    let mut table = Table::new("funding-ladder", title, head);
    let cells = |name: &str, amounts: [Decimal; 4]| {
        std::iter::once(Cell::text(name)).chain(amounts.map(Cell::Money)).collect::<Vec<_>>()
    };
    let amounts = |of: &Participation| [of.funded, of.committed, of.conditional, of.total()];
    for participation in &participations {
        let name = &run.agreement.stakeholders[participation.stakeholder.index()].name;
        table.push(Style::Body, cells(name, amounts(participation)));
    }
    let sum = |index: usize| participations.iter().map(|participation| amounts(participation)[index]).sum();
    table.push(Style::Total, cells("Total", [sum(0), sum(1), sum(2), sum(3)]));
    let lapsed: Decimal =
        cheques(run, Rung::All).iter().filter(|cheque| cheque.rung == Rung::Never).map(|cheque| cheque.amount).sum();
    if !lapsed.is_zero() {
        table.note(format!(
            "{} is on no rung: its condition lapsed, or does not happen in this run.",
            money_in_full(lapsed, &run.agreement.head.currency)
        ));
    }
    Some(table)
}

/// What each rung of each round comes to: closings, money, post-money. `None` without rounds.
pub fn by_rung(run: &Run) -> Option<Table> {
    if run.agreement.rounds.is_empty() {
        return None;
    }
    let head = columns(&[
        ("round", "Round"),
        ("rung", "Rung"),
        ("closings", "Closings"),
        ("money", "Money"),
        ("post_money", "Post-money: price x fully diluted"),
    ]);
    let title = format!("Rungs of the funding ladder (case {})", run.agreement.head.case.word());
    let mut table = Table::new("funding-rungs", title, head);
    for (index, info) in run.agreement.rounds.iter().enumerate() {
        let round = RoundId::at(index);
        for rung in RUNGS {
            let ledger = run.on(rung);
            let events = run.agreement.scenario.rounds[index].tranches.iter().map(|tranche| tranche.event);
            let closings = events.filter(|&event| stage_of(ledger, event).is_some()).count();
            let counted = |cheque: &&Cheque| cheque.round == round && cheque.bought.is_some();
            let money: Decimal = cheques(run, rung).iter().filter(counted).map(|cheque| cheque.amount).sum();
            table.push(
                Style::Body,
                vec![
                    Cell::text(&info.name),
                    Cell::text(rung.word()),
                    Cell::Count(closings.into()),
                    Cell::Money(money),
                    Cell::or_empty(post_money(run, ledger, round), Cell::Money),
                ],
            );
        }
    }
    let currency = &run.agreement.head.currency;
    for pricing in &run.on(Rung::All).pricings {
        let name = &run.agreement.rounds[pricing.round.index()].name;
        table.note(format!("{name}: price fixed at the headline of {}.", money_in_full(pricing.money, currency)));
    }
    table.note("Rungs are cumulative; a closing that is not counted issues no shares and changes no price.");
    Some(table)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn the_ladder_adds_up_by_participant_and_by_rung() {
        let run = fixture::closed();
        let billions = |count: i64| Cell::Money(Decimal::from(count * 1_000_000_000));
        let participants = by_participant(&run).expect("a round");
        let row =
            |name: &str| &participants.rows.iter().find(|row| row.cells[0] == Cell::text(name)).expect("a row").cells;
        assert_eq!(row("Amazon")[1..], [billions(0), billions(15), billions(35), billions(50)]);
        assert_eq!(row("Total")[1..], [billions(0), billions(87), billions(35), billions(122)]);
        let rungs = by_rung(&run).expect("a round");
        let closings = |count: i64| Cell::Count(count.into());
        assert_eq!(rungs.rows[0].cells[2..], [closings(0), billions(0), Cell::Empty]);
        assert_eq!(rungs.rows[1].cells[2..], [closings(2), billions(87), billions(817)]);
        assert_eq!(rungs.rows[2].cells[2..], [closings(3), billions(122), billions(852)]);
        assert_eq!(rungs.notes[0], "Series C: price fixed at the headline of $122B.");
    }

    #[test]
    fn money_that_lapsed_is_on_no_rung_and_said() {
        let mut draft = fixture::closed_draft();
        draft.0.scenario.timeline[2].rung = Rung::Never;
        let table = by_participant(&draft.run(Rung::All)).expect("a round");
        assert_eq!(table.notes, ["$35B is on no rung: its condition lapsed, or does not happen in this run."]);
    }
}
