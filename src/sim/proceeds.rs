//! What is paid in the sale of the company, and over what it cost, in whatever arithmetic.

use super::watch::OfExit;
use crate::engine::books::CapTable;
use crate::engine::cost::{Cost, CostBook};
use crate::engine::exit::{Curve, Party, Stack, Waterfall, distribute};
use crate::model::{Draws, Exit, Figure, Scenario};
use crate::num::{Mask, Number};

/// A sale at the first exit value of the scenario.
#[derive(Clone, Debug)]
pub struct Sale<'a, N: Number> {
    scenario: &'a Scenario<N>,
    exit: &'a Exit<N>,
    takes_place: N::Mask,
    stack: Stack<N>,
    waterfall: Waterfall<N>,
    /// What each portion of the stack gets.
    portions: Vec<N>,
}

impl<'a, N: Number> Sale<'a, N> {
    /// Distributes the exit value over the table; `None` where the scenario has no exit on the rung.
    ///
    /// A preference that cannot be known leaves its class out, as in the exact run, which refuses the exit.
    pub fn new(scenario: &'a Scenario<N>, draws: &Draws<N>, table: &CapTable<N>) -> Option<Self> {
        let exit = scenario.exit.as_ref().filter(|exit| exit.rung <= draws.rung)?;
        let value = draws.value(*exit.values.first()?);
        let conditions = exit.conditions.iter();
        let takes_place = conditions.fold(N::Mask::always(true), |all, it| all & draws.happens[it.index()]);
        let mut stack = Stack::empty();
        stack.build(scenario, exit, draws, table).ok()?;
        let curve = Curve::fast(&stack);
        let mut waterfall = Waterfall::empty();
        distribute(&stack, &curve, value, &mut waterfall);
        let portion = |portion: &crate::engine::exit::Portion<N>| {
            let whole = stack.claims[portion.claim as usize].units_held;
            let part = portion.units_held / whole.is_positive().select(whole, N::one());
            takes_place.select(waterfall.paid[portion.claim as usize].amount * part, N::zero())
        };
        let portions = stack.portions.iter().map(portion).collect();
        Some(Sale { scenario, exit, takes_place, stack, waterfall, portions })
    }

    /// A figure of the sale; `book` says what everything cost.
    ///
    /// ```text
    /// payout     what the party's claims, debts and management plan get; nothing where there is no sale
    /// multiple   what its claims get / what was paid for them; undefined where there is no sale
    /// ```
    pub fn figure(&self, wanted: &OfExit, book: Option<&CostBook<N>>) -> N {
        let undefined = N::one() / N::zero();
        match (wanted.figure, book) {
            (Figure::Multiple, Some(book)) => self
                .takes_place
                .select(self.cost(&wanted.party, book).multiple(self.of_claims(&wanted.party)), undefined),
            (Figure::Payout, _) => self.payout(&wanted.party),
            _ => undefined,
        }
    }

    fn payout(&self, party: &Party) -> N {
        let mut paid = self.of_claims(party);
        if party.has_carve_out(self.exit) {
            paid += self.takes_place.select(self.waterfall.carve_out, N::zero());
        }
        for (index, &debt) in self.waterfall.debts.iter().enumerate() {
            if party.has_debt(self.exit, index) {
                paid += self.takes_place.select(debt, N::zero());
            }
        }
        paid
    }

    /// Portion by portion; where all portions of a claim are the party's, the claim as a whole, which is the same.
    fn of_claims(&self, party: &Party) -> N {
        let own: Vec<usize> = self.own(party).collect();
        let claim_of = |portion: &usize| self.stack.portions[*portion].claim;
        let of_claim = |own: &[usize]| {
            let claim = claim_of(&own[0]);
            let all = self.stack.portions.iter().filter(|portion| portion.claim == claim).count();
            if own.len() == all {
                return self.takes_place.select(self.waterfall.paid[claim as usize].amount, N::zero());
            }
            own.iter().map(|&portion| self.portions[portion]).sum()
        };
        own.chunk_by(|a, b| claim_of(a) == claim_of(b)).map(of_claim).sum()
    }

    fn cost(&self, party: &Party, book: &CostBook<N>) -> Cost<N> {
        let cost = |portion| book.of_portion(&self.stack, &self.scenario.positions, portion);
        self.own(party).map(cost).reduce(Cost::with).unwrap_or(Cost::of(N::zero()))
    }

    /// The party's portions of the stack.
    fn own(&self, party: &Party) -> impl Iterator<Item = usize> {
        let is_own =
            |portion: &usize| party.has_portion(&self.scenario.positions, &self.exit.rights, &self.stack, *portion);
        (0..self.portions.len()).filter(is_own)
    }
}
