//! What was paid for what is held: the divisor of a multiple.

use crate::engine::cost::{CostBook, Move};
use crate::engine::ledger::Ledger;
use crate::model::{Agreement, CostTerms};
use crate::num::Exact;
use crate::report::exact::{Values, exact};
use crate::report::exits::ExitOfRun;

/// What was paid for what every position holds at the end.
pub fn costs(agreement: &Agreement, ledger: &Ledger) -> CostBook<Exact> {
    let held = ledger.stages[0].shares.iter().map(|shares| exact(*shares)).collect();
    let values = Values::of(&agreement.scenario);
    let principals = agreement.scenario.convertibles.iter().map(|convertible| values.at(convertible.amount)).collect();
    let mut book = CostBook::open(&CostTerms::of(agreement), held, principals, |term| values.at(term));
    for entry in &ledger.entries {
        book.follow(Move {
            event: entry.event,
            position: entry.position,
            shares: exact(entry.shares),
            kind: entry.kind.map(exact),
        });
    }
    book
}

/// What was paid for some portions of an exit together; `None` where it is not known.
pub fn cost_of(exit: &ExitOfRun, book: &CostBook<Exact>, portions: impl Iterator<Item = usize>) -> Option<Exact> {
    let positions = &exit.agreement.scenario.positions;
    let cost = |portion| book.of_portion(&exit.stack, positions, portion);
    let cost = portions.map(cost).reduce(crate::engine::cost::Cost::with)?;
    cost.known.is_yes().then_some(cost.paid)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Holding;
    use crate::report::exit::fixture::sold;
    use crate::report::fixture;

    fn paid(agreement: &Agreement, ledger: &Ledger) -> Vec<Option<String>> {
        let paid = |cost: &crate::engine::cost::Cost<Exact>| cost.known.is_yes().then_some(cost.paid);
        costs(agreement, ledger).costs.iter().map(|cost| Some(paid(cost)?.to_decimal(2)?.to_string())).collect()
    }

    #[test]
    fn preferred_of_the_opening_cost_their_issue_price_and_common_nobody_knows_what() {
        let run = sold();
        // 2M shares at $2.
        assert_eq!(paid(&run.agreement, run.ledger()), [None, Some("4000000".to_owned())]);
        assert!(costs(&run.agreement, run.ledger()).costs[1].at_issue_price.is_yes());
    }

    #[test]
    fn a_stated_cost_holds_and_cheques_add_up() {
        let mut run = sold();
        let position = crate::model::PositionId::at(0);
        run.agreement.opening_costs.push((position, crate::model::Term::Given(crate::num::Stated::from(800))));
        assert_eq!(paid(&run.agreement, run.ledger())[0].as_deref(), Some("800"));
        let run = fixture::closed();
        let amazon = run.agreement.stakeholders.iter().position(|who| who.id == "amazon").expect("Amazon");
        let is_amazons = |position: &&Holding| matches!(position, Holding::Shares(who, _) if who.index() == amazon);
        let place = run.agreement.scenario.positions.iter().position(|position| is_amazons(&position)).expect("a line");
        // 15 and, on a condition, 35.
        assert_eq!(paid(&run.agreement, run.ledger())[place].as_deref(), Some("50000000000"));
    }
}
