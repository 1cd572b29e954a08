//! What each stakeholder and class gets from the sale of the company, in whatever arithmetic.

use crate::engine::books::CapTable;
use crate::engine::exit::{ClaimHolder, ClaimOf, Curve, Stack, Waterfall, distribute};
use crate::model::{ClassId, Draws, Scenario, StakeholderId};
use crate::num::{Mask, Number};

/// Proceeds by stakeholder and by class.
#[derive(Clone, Debug)]
pub struct Proceeds<N> {
    /// By stakeholder.
    pub stakeholders: Vec<N>,
    /// By class: of its shares alone.
    pub classes: Vec<N>,
}

/// Distributes the first exit value of the scenario over the table; `None` where the scenario has no exit on the rung.
/// Where its conditions do not hold nobody gets anything.
///
/// A preference that cannot be known leaves its class out, as in the exact run, which refuses the exit.
pub fn proceeds<N: Number>(scenario: &Scenario<N>, draws: &Draws<N>, table: &CapTable<N>) -> Option<Proceeds<N>> {
    let exit = scenario.exit.as_ref().filter(|exit| exit.rung <= draws.rung)?;
    let value = draws.value(*exit.values.first()?);
    let takes_place =
        exit.conditions.iter().fold(N::Mask::always(true), |all, condition| all & draws.happens[condition.index()]);
    let mut stack = Stack::empty();
    stack.build(scenario, exit, draws, table).ok()?;
    let curve = Curve::fast(&stack);
    let mut waterfall = Waterfall::empty();
    distribute(&stack, &curve, value, &mut waterfall);
    let held = |who: &StakeholderId| who.index() + 1;
    let stakeholders = table.positions.iter().filter_map(|holding| holding.stakeholder()).map(|who| held(&who)).max();
    let mut proceeds = Proceeds {
        stakeholders: vec![N::zero(); stakeholders.unwrap_or(0)],
        classes: vec![N::zero(); scenario.classes.len()],
    };
    for portion in &stack.portions {
        let claim = &stack.claims[portion.claim as usize];
        let whole = claim.units_held;
        let part = portion.units_held / whole.is_positive().select(whole, N::one());
        let amount = takes_place.select(waterfall.paid[portion.claim as usize].amount * part, N::zero());
        match portion.holder {
            ClaimHolder::Stakeholder(who) => add(&mut proceeds.stakeholders, who.index(), amount),
            ClaimHolder::Pool(_) => {}
        }
    }
    for (claim, paid) in stack.claims.iter().zip(&waterfall.paid) {
        match claim.of {
            ClaimOf::Common(class) | ClaimOf::Lot(class, _) => {
                proceeds.classes[class.index()] += takes_place.select(paid.amount, N::zero());
            }
            ClaimOf::Right(_) | ClaimOf::Pool(_) | ClaimOf::Convertible(_) | ClaimOf::Discount(_) => {}
        }
    }
    Some(proceeds)
}

fn add<N: Number>(sums: &mut Vec<N>, index: usize, amount: N) {
    if sums.len() <= index {
        sums.resize(index + 1, N::zero());
    }
    sums[index] += amount;
}

impl<N: Number> Proceeds<N> {
    /// Of a stakeholder.
    pub fn of_stakeholder(&self, who: StakeholderId) -> N {
        self.stakeholders.get(who.index()).copied().unwrap_or(N::zero())
    }

    /// Of a class.
    pub fn of_class(&self, class: ClassId) -> N {
        self.classes.get(class.index()).copied().unwrap_or(N::zero())
    }
}
