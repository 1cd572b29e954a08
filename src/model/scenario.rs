//! A whole scenario in dense ids, and its cast from stated numbers to an arithmetic.

use super::exit::Exit;
use super::ids::{ConditionId, EventId, PositionId, VariableId};
use super::in_kind::InKindClass;
use super::instruments::{Convertible, Protection};
use super::lot::Lots;
use super::rights::Right;
use super::terms::{Commitment, Consideration, Event, Holding, Issuance, Round, Rung, Setting, Term};
use super::valuation::Valuation;
use crate::num::rounding::Rounding;
use crate::num::{Number, Stated};
use std::sync::Arc;

/// What was agreed, ready for the engine.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario<N> {
    /// Lines of the cap table, by position.
    pub positions: Vec<Holding>,
    /// Classes, by class.
    pub classes: Vec<ClassPrices<N>>,
    /// Shares or options at the opening, by position.
    pub opening: Vec<Term<N>>,
    /// Price per share at the opening, where a valuation or price is stated.
    pub opening_price: Option<OpeningPrice<N>>,
    /// Variables, by variable, in the run at hand; after them what follows from them.
    pub settings: Vec<Setting<N>>,
    /// The same in the base case, which fixes what does not move when amounts vary.
    pub base: Vec<Setting<N>>,
    /// What happens in the run at hand, by condition.
    pub happens: Vec<bool>,
    /// How events outside rounds round.
    pub rounding: Rounding,
    /// Rights to buy shares, by right.
    pub rights: Vec<Right<N>>,
    /// SAFEs and notes, by convertible.
    pub convertibles: Vec<Convertible<N>>,
    /// Protections of classes, which act outside rounds too.
    pub protections: Vec<Protection>,
    /// Rounds, by round.
    pub rounds: Vec<Round<N>>,
    /// Events in the order they happen.
    pub timeline: Vec<Timed<N>>,
    /// Classes that pay their dividends in shares.
    pub in_kind: Vec<InKindClass<N>>,
    /// Money that flows back.
    pub commitments: Vec<Commitment<N>>,
    /// The sale of the company.
    pub exit: Option<Exit<N>>,
    /// What the company is said to be worth, in the order of the file.
    pub valuations: Vec<Valuation<N>>,
    /// Lots of the classes with a preference, where an exit asks for them.
    pub lots: Arc<Lots>,
}

/// The prices that set a class's conversion ratio: `issue_price / conversion_price`, one where either is not stated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClassPrices<N> {
    /// NVCA Original Issue Price.
    pub issue_price: Option<Term<N>>,
    /// NVCA Conversion Price.
    pub conversion_price: Option<Term<N>>,
}

/// What values the opening holdings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum OpeningPrice<N> {
    /// Of the whole company.
    Valuation(Term<N>),
    /// Of one share.
    PerShare(Term<N>),
}

/// An event with what it hangs on.
#[derive(Clone, Debug, PartialEq)]
pub struct Timed<N> {
    /// What happens.
    pub event: Event<N>,
    /// The lowest rung on which it counts.
    pub rung: Rung,
    /// Every one of these must happen too.
    pub conditions: Vec<ConditionId>,
}

/// One future (exact), or several side by side (lanes).
#[derive(Clone, Copy, Debug)]
pub struct Draws<'a, N: Number> {
    /// By variable.
    pub values: &'a [N],
    /// By variable, in the base case.
    pub base: &'a [N],
    /// By condition.
    pub happens: &'a [N::Mask],
    /// Events above this rung do not take place.
    pub rung: Rung,
}

impl<N: Number> Draws<'_, N> {
    /// The term's value in this future.
    #[inline(always)]
    pub fn value(&self, term: Term<N>) -> N {
        value_of(self.values, term)
    }

    /// The term's value in the base case.
    #[inline(always)]
    pub fn base_value(&self, term: Term<N>) -> N {
        value_of(self.base, term)
    }
}

/// The value of a term, given those of the variables.
#[inline(always)]
pub fn value_of<N: Copy>(values: &[N], term: Term<N>) -> N {
    match term {
        Term::Given(stated) => stated,
        Term::Variable(VariableId(id)) => values[id as usize],
    }
}

#[cfg(test)]
impl<N> Scenario<N> {
    /// Nothing: for tests that need little.
    pub fn empty(rounding: Rounding) -> Self {
        Scenario {
            positions: Vec::new(),
            classes: Vec::new(),
            opening: Vec::new(),
            opening_price: None,
            settings: Vec::new(),
            base: Vec::new(),
            happens: Vec::new(),
            rounding,
            rights: Vec::new(),
            convertibles: Vec::new(),
            protections: Vec::new(),
            rounds: Vec::new(),
            timeline: Vec::new(),
            in_kind: Vec::new(),
            commitments: Vec::new(),
            exit: None,
            valuations: Vec::new(),
            lots: Arc::default(),
        }
    }
}

type S = Stated;

impl Scenario<Stated> {
    /// The same scenario in another arithmetic.
    pub fn cast<N: Number>(&self) -> Scenario<N> {
        Scenario {
            positions: self.positions.clone(),
            classes: self
                .classes
                .iter()
                .map(|class| ClassPrices {
                    issue_price: class.issue_price.map(Term::cast),
                    conversion_price: class.conversion_price.map(Term::cast),
                })
                .collect(),
            opening: self.opening.iter().map(|shares| shares.cast()).collect(),
            opening_price: self.opening_price.map(|price| match price {
                OpeningPrice::Valuation(term) => OpeningPrice::Valuation(term.cast()),
                OpeningPrice::PerShare(term) => OpeningPrice::PerShare(term.cast()),
            }),
            settings: self.settings.iter().map(Setting::cast).collect(),
            base: self.base.iter().map(Setting::cast).collect(),
            happens: self.happens.clone(),
            rounding: self.rounding,
            rights: self.rights.iter().map(Right::cast).collect(),
            convertibles: self.convertibles.iter().map(Convertible::cast).collect(),
            protections: self.protections.clone(),
            rounds: self.rounds.iter().map(Round::cast).collect(),
            timeline: self
                .timeline
                .iter()
                .map(|timed| Timed {
                    event: timed.event.cast(),
                    rung: timed.rung,
                    conditions: timed.conditions.clone(),
                })
                .collect(),
            in_kind: self.in_kind.iter().map(InKindClass::cast).collect(),
            commitments: self
                .commitments
                .iter()
                .map(|commitment| Commitment {
                    to: commitment.to,
                    amount: commitment.amount.cast(),
                    years: commitment.years.map(S::cast),
                    origin: commitment.origin,
                })
                .collect(),
            exit: self.exit.as_ref().map(Exit::cast),
            valuations: self.valuations.iter().map(Valuation::cast).collect(),
            lots: Arc::clone(&self.lots),
        }
    }
}

impl Scenario<Stated> {
    /// Makes an event never happen; of a round, every closing. Ids stay as they are.
    pub fn leave_out(&mut self, event: EventId) {
        let round_of = |event: &Event<Stated>| match event {
            Event::Closing { round, .. } => Some(*round),
            _ => None,
        };
        let round = round_of(&self.timeline[event.index()].event);
        for (index, timed) in self.timeline.iter_mut().enumerate() {
            if index == event.index() || (round.is_some() && round_of(&timed.event) == round) {
                let nothing = Consideration::None { shares: Term::Given(Stated::ZERO) };
                let nobody = PositionId(0);
                let rounding = Rounding::EXACT;
                let origin = super::OriginId(0);
                timed.event = Event::Issuance(Issuance { position: nobody, consideration: nothing, rounding, origin });
                timed.rung = Rung::Never;
            }
        }
    }
}
