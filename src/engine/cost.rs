//! What was paid for what is held: the divisor of a multiple.
//!
//! ```text
//! opening      the row's `cost`; else shares x original issue price of a preferred class; options cost nothing yet
//! bought       price x shares (the cheque, where its residue is kept), from the company or in a secondary
//! converted    the purchase amount of a SAFE or the principal of a note; what the shares given up had cost
//! sold         leaves with its part of the cost, as do shares bought back
//! ```

use super::books::EntryKind;
use super::exit::{ClaimHolder, ClaimOf, Stack};
use crate::model::{ClassId, CostTerms, EventId, Holding, OpeningCost, PositionId, StakeholderId, Term};
use crate::num::{Mask, Number, Stated};
use rust_decimal::Decimal;

/// What was paid for what a position holds.
#[derive(Clone, Copy, Debug)]
pub struct Cost<N: Number> {
    /// How much, as far as it is known.
    pub paid: N,
    /// False where some of it is held since the opening and nobody said what it cost.
    pub known: N::Mask,
    /// Some of it is taken from the issue price of shares held since the opening.
    pub at_issue_price: N::Mask,
}

impl<N: Number> Cost<N> {
    /// So much, as somebody said.
    #[inline(always)]
    pub fn of(paid: N) -> Self {
        Cost { paid, known: N::Mask::always(true), at_issue_price: N::Mask::always(false) }
    }

    /// Of both together.
    #[inline(always)]
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Cost {
            paid: self.paid + other.paid,
            known: self.known & other.known,
            at_issue_price: self.at_issue_price | other.at_issue_price,
        }
    }

    /// What something is worth over what it cost. Undefined where nothing was paid, or nobody knows what.
    #[inline(always)]
    pub fn multiple(self, worth: N) -> N {
        let some = self.known & self.paid.is_positive();
        some.select(worth / some.select(self.paid, N::one()), N::one() / N::zero())
    }
}

/// What was paid for what every position holds, entry by entry.
#[derive(Clone, Debug)]
pub struct CostBook<N: Number> {
    /// By position.
    pub costs: Vec<Cost<N>>,
    held: Vec<N>,
    called: Vec<bool>,
    principals: Vec<N>,
}

/// What cost needs of an entry.
#[derive(Clone, Copy, Debug)]
pub struct Move<N> {
    /// The event it belongs to.
    pub event: EventId,
    /// The position that grows.
    pub position: PositionId,
    /// Shares or options.
    pub shares: N,
    /// What kind of change it is.
    pub kind: EntryKind<N>,
}

impl<N: Number> CostBook<N> {
    /// At the opening of so many shares by position, with the values of terms. `principals` is what was paid for SAFEs and
    /// notes, by convertible.
    pub fn open(terms: &CostTerms, held: Vec<N>, principals: Vec<N>, value: impl Fn(Term<Stated>) -> N) -> Self {
        let cost = |(opening, &shares): (&OpeningCost, &N)| match *opening {
            OpeningCost::Stated(paid) => Cost::of(value(paid)),
            OpeningCost::IssuePrice(price) => {
                Cost { at_issue_price: N::Mask::always(true), ..Cost::of(shares * value(price)) }
            }
            OpeningCost::Nothing => Cost::of(N::zero()),
            OpeningCost::Unknown => Cost { known: N::Mask::always(false), ..Cost::of(N::zero()) },
        };
        let costs = terms.opening.iter().zip(&held).map(cost).collect();
        CostBook { costs, held, called: terms.called.clone(), principals }
    }

    /// Follows an entry. One that moves nothing costs nothing: it is that of an event that does not take place, or of a
    /// cheque that buys no share.
    #[inline(always)]
    pub fn follow(&mut self, entry: Move<N>) {
        let Move { event, position, shares, kind } = entry;
        let (position, moves) = (position.index(), shares.is_positive());
        match kind {
            EntryKind::Issuance { money, residue } => {
                let is_called = self.called.get(event.index()).copied().unwrap_or(false);
                self.add(position, Cost::of(if is_called { money } else { money - residue }), moves);
            }
            EntryKind::Conversion { convertible, .. } => {
                self.add(position, Cost::of(self.principals[convertible.index()]), moves);
            }
            EntryKind::Exercise { from, options, money, .. } => {
                self.take(from.index(), options);
                self.add(position, Cost::of(money), options.is_positive());
            }
            EntryKind::Transfer { from, money, residue } => {
                self.take(from.index(), shares);
                self.add(position, Cost::of(money - residue), moves);
            }
            EntryKind::Reclassification { from, given, .. } => {
                let given_up = self.take(from.index(), given);
                self.add(position, given_up, given.is_positive());
            }
            EntryKind::Repurchase { .. } => {
                self.take(position, N::zero() - shares);
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

    #[inline(always)]
    fn add(&mut self, position: usize, more: Cost<N>, moves: N::Mask) {
        let counted = Cost {
            paid: moves.select(more.paid, N::zero()),
            known: more.known | !moves,
            at_issue_price: more.at_issue_price & moves,
        };
        self.costs[position] = self.costs[position].with(counted);
    }

    /// Takes so many shares out of a position, with their part of its cost, which is returned.
    #[inline(always)]
    fn take(&mut self, position: usize, shares: N) -> Cost<N> {
        let (held, cost) = (self.held[position], self.costs[position]);
        let some = held.is_positive() & shares.is_positive();
        let part = some.select(shares / some.select(held, N::one()), N::zero());
        let left = held - shares;
        self.held[position] = left;
        // In floating point what is left of all may be a last digit.
        let is_empty = left.at_most(held * N::given(Decimal::new(1, 12)));
        let taken = Cost { paid: cost.paid * part, ..cost };
        self.costs[position] = Cost {
            paid: is_empty.select(N::zero(), cost.paid - taken.paid),
            known: cost.known | is_empty,
            at_issue_price: cost.at_issue_price & !is_empty,
        };
        taken
    }

    /// What was paid for a portion of an exit: its holder's cost of the class, in proportion where the class has several
    /// lots; the purchase amount of a SAFE; nothing for options.
    #[inline(always)]
    pub fn of_portion(&self, stack: &Stack<N>, positions: &[Holding], portion: usize) -> Cost<N> {
        let of = |portion: usize| stack.claims[stack.portions[portion].claim as usize].of;
        let nothing = Cost::of(N::zero());
        let ClaimHolder::Stakeholder(who) = stack.portions[portion].holder else { return nothing };
        match of(portion) {
            ClaimOf::Common(class) | ClaimOf::Lot(class, _) => {
                let held = Holding::Shares(who, class);
                let Some(position) = positions.iter().position(|position| *position == held) else {
                    return Cost { known: N::Mask::always(false), ..nothing };
                };
                let ours = |other: &usize| is_of(stack, *other, who, class);
                if (0..stack.portions.len()).filter(ours).nth(1).is_none() {
                    return self.costs[position];
                }
                let units: N =
                    (0..stack.portions.len()).filter(ours).map(|other| stack.portions[other].units_held).sum();
                let some = units.is_positive();
                let part = stack.portions[portion].units_held / some.select(units, N::one());
                let cost = self.costs[position];
                Cost { paid: some.select(cost.paid * part, N::zero()), ..cost }
            }
            ClaimOf::Right(_) | ClaimOf::Pool(_) | ClaimOf::Discount(_) => nothing,
            ClaimOf::Convertible(id) => {
                let is_held = stack.portions[portion].units_held.is_positive();
                Cost::of(is_held.select(self.principals[id.index()], N::zero()))
            }
        }
    }
}

/// Whether a portion is of a holder's shares of a class.
#[inline(always)]
fn is_of<N: Number>(stack: &Stack<N>, portion: usize, who: StakeholderId, class: ClassId) -> bool {
    let portion = &stack.portions[portion];
    portion.holder == ClaimHolder::Stakeholder(who)
        && matches!(stack.claims[portion.claim as usize].of,
            ClaimOf::Common(known) | ClaimOf::Lot(known, _) if known == class)
}
