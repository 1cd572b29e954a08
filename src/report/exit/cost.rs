//! What was paid for what is held: the divisor of a multiple.

use crate::engine::books::EntryKind;
use crate::engine::exit::{ClaimHolder, ClaimOf};
use crate::engine::ledger::{Ledger, Posted};
use crate::model::{Agreement, Holding, Residue};
use crate::num::{Exact, Number};
use crate::report::exact::{Values, exact};
use crate::report::exits::ExitOfRun;

/// What was paid for what a position holds at the end.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// How much; `None` where some of it is held since the opening and nobody said what it cost.
    pub paid: Option<Exact>,
    /// Some of it is taken from the issue price of shares held since the opening.
    pub at_issue_price: bool,
}

/// What was paid for what every position holds at the end, by position.
///
/// ```text
/// opening      the row's `cost`; else shares x original issue price of a preferred class; options cost nothing yet
/// bought       price x shares (the cheque, where its residue is kept), from the company or in a secondary
/// converted    the purchase amount of a SAFE or the principal of a note; what the shares given up had cost
/// sold         leaves with its part of the cost, as do shares bought back
/// ```
pub fn costs(agreement: &Agreement, ledger: &Ledger) -> Vec<Cost> {
    let mut book = Book::open(agreement, ledger);
    for entry in &ledger.entries {
        book.follow(agreement, entry);
    }
    book.costs
}

struct Book {
    costs: Vec<Cost>,
    held: Vec<Exact>,
    values: Values,
}

impl Book {
    fn open(agreement: &Agreement, ledger: &Ledger) -> Self {
        let stage = &ledger.stages[0];
        let held: Vec<Exact> = stage.shares.iter().map(|shares| exact(*shares)).collect();
        let cost = |index: usize| {
            let stated = agreement.opening_costs.iter().find(|(position, _)| position.index() == index);
            let issue_price = match agreement.scenario.positions[index] {
                Holding::Shares(_, class) if !agreement.classes[class.index()].is_common => {
                    agreement.scenario.classes[class.index()].issue_price
                }
                _ => None,
            };
            let is_held = held[index].is_positive().is_yes();
            let costs_nothing = !is_held || !matches!(agreement.scenario.positions[index], Holding::Shares(..));
            match (stated, issue_price) {
                (Some((_, cost)), _) => Cost { paid: Some(cost.cast()), at_issue_price: false },
                (None, _) if costs_nothing => Cost { paid: Some(Exact::zero()), at_issue_price: false },
                (None, Some(price)) => Cost { paid: Some(held[index] * price.cast::<Exact>()), at_issue_price: true },
                (None, None) => Cost { paid: None, at_issue_price: false },
            }
        };
        let costs = (0..held.len()).map(cost).collect();
        Book { costs, held, values: Values::of(&agreement.scenario) }
    }

    fn follow(&mut self, agreement: &Agreement, entry: &Posted) {
        let position = entry.position.index();
        let shares = exact(entry.shares);
        match entry.kind {
            EntryKind::Issuance { money, residue } => {
                let paid = if is_called(agreement, entry) { exact(money) } else { exact(money) - exact(residue) };
                self.add(position, Some(paid), false);
            }
            EntryKind::Conversion { convertible, .. } => {
                let principal = self.values.at(agreement.scenario.convertibles[convertible.index()].amount);
                self.add(position, Some(principal), false);
            }
            EntryKind::Exercise { from, options, money, .. } => {
                self.take(from.index(), exact(options));
                self.add(position, Some(exact(money)), false);
            }
            EntryKind::Transfer { from, money, residue } => {
                self.take(from.index(), shares);
                self.add(position, Some(exact(money) - exact(residue)), false);
            }
            EntryKind::Reclassification { from, given, .. } => {
                let moved = self.take(from.index(), exact(given));
                self.add(position, moved.paid, moved.at_issue_price);
            }
            EntryKind::Repurchase { .. } => {
                self.take(position, Exact::zero() - shares);
                self.held[position] -= shares;
            }
            EntryKind::Grant { from } | EntryKind::Return { from } => {
                self.take(from.index(), shares);
            }
            // A dividend in shares costs nothing.
            EntryKind::InKind { .. }
            | EntryKind::Adjustment { .. }
            | EntryKind::PoolIncrease
            | EntryKind::Cancellation
            | EntryKind::Warrant
            | EntryKind::Split { .. } => {}
        }
        self.held[position] += shares;
    }

    fn add(&mut self, position: usize, paid: Option<Exact>, at_issue_price: bool) {
        let cost = &mut self.costs[position];
        cost.paid = cost.paid.zip(paid).map(|(before, more)| before + more);
        cost.at_issue_price |= at_issue_price;
    }

    /// Takes so many shares out of a position, with their part of its cost, which is returned.
    fn take(&mut self, position: usize, shares: Exact) -> Cost {
        let held = self.held[position];
        let cost = self.costs[position];
        let part = if held.is_positive().is_yes() { shares / held } else { Exact::zero() };
        let taken = Cost { paid: cost.paid.map(|paid| paid * part), ..cost };
        self.held[position] -= shares;
        let is_empty = !self.held[position].is_positive().is_yes();
        self.costs[position] = Cost {
            paid: if is_empty { Some(Exact::zero()) } else { cost.paid.map(|paid| paid - paid * part) },
            at_issue_price: cost.at_issue_price && !is_empty,
        };
        taken
    }
}

/// Whether the whole cheque is paid in: the residue is kept, or nothing is rounded.
fn is_called(agreement: &Agreement, entry: &Posted) -> bool {
    let closing = agreement.events[entry.event.index()].closing;
    let round = closing.map(|(round, _)| &agreement.scenario.rounds[round.index()]);
    let rounding = round.map_or(agreement.head.rounding.rounding, |round| round.rounding);
    rounding.shares.is_none() || round.is_some_and(|round| round.residue == Residue::Kept)
}

/// What was paid for a portion: its holder's cost of the class, in proportion where the class has several lots; the
/// purchase amount of a SAFE; nothing for options. `None` where it is not known.
pub fn cost_of(exit: &ExitOfRun, costs: &[Cost], portion: usize) -> Option<Exact> {
    let (stack, scenario) = (&exit.stack, &exit.agreement.scenario);
    let of = |portion: usize| stack.claims[stack.portions[portion].claim as usize].of;
    let ClaimHolder::Stakeholder(who) = stack.portions[portion].holder else { return Some(Exact::zero()) };
    match of(portion) {
        ClaimOf::Common(class) | ClaimOf::Lot(class, _) => {
            let held = Holding::Shares(who, class);
            let position = scenario.positions.iter().position(|position| *position == held)?;
            let ours = |other: &usize| {
                stack.portions[*other].holder == ClaimHolder::Stakeholder(who)
                    && matches!(of(*other), ClaimOf::Common(known) | ClaimOf::Lot(known, _) if known == class)
            };
            let all = (0..stack.portions.len()).filter(ours);
            let units: Exact = all.map(|other| stack.portions[other].units_held).sum();
            let paid = costs[position].paid?;
            let own = stack.portions[portion].units_held;
            Some(if units.is_positive().is_yes() { paid * own / units } else { Exact::zero() })
        }
        ClaimOf::Right(_) | ClaimOf::Pool(_) | ClaimOf::Discount(_) => Some(Exact::zero()),
        ClaimOf::Convertible(id) => Some(Values::of(scenario).at(scenario.convertibles[id.index()].amount)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::exit::fixture::sold;
    use crate::report::fixture;

    fn paid(agreement: &Agreement, ledger: &Ledger) -> Vec<Option<String>> {
        let costs = costs(agreement, ledger);
        costs.iter().map(|cost| Some(cost.paid?.to_decimal(2)?.to_string())).collect()
    }

    #[test]
    fn preferred_of_the_opening_cost_their_issue_price_and_common_nobody_knows_what() {
        let run = sold();
        // 2M shares at $2.
        assert_eq!(paid(&run.agreement, run.ledger()), [None, Some("4000000".to_owned())]);
        assert!(costs(&run.agreement, run.ledger())[1].at_issue_price);
    }

    #[test]
    fn a_stated_cost_holds_and_cheques_add_up() {
        let mut run = sold();
        let position = crate::model::PositionId::at(0);
        run.agreement.opening_costs.push((position, crate::num::Stated::from(800)));
        assert_eq!(paid(&run.agreement, run.ledger())[0].as_deref(), Some("800"));
        let run = fixture::closed();
        let amazon = run.agreement.stakeholders.iter().position(|who| who.id == "amazon").expect("Amazon");
        let is_amazons = |position: &&Holding| matches!(position, Holding::Shares(who, _) if who.index() == amazon);
        let place = run.agreement.scenario.positions.iter().position(|position| is_amazons(&position)).expect("a line");
        // 15 and, on a condition, 35.
        assert_eq!(paid(&run.agreement, run.ledger())[place].as_deref(), Some("50000000000"));
    }
}
