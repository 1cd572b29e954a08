//! The cap table, the entries that change it, and the journal that may keep them.

pub use super::because::Because;
pub use super::feasibility::Feasibility;
use super::in_kind::Idle;
use super::ipo::Completed;
use super::lots::LotTable;
use super::rights::Held;
use super::round::{Conversion, Pricing};
use crate::model::{
    ClassId, ClassPrices, ConvertibleId, Draws, EventId, Holding, PositionId, Round, RoundId, Scenario, Term,
};
use crate::num::{Mask, Number};

/// The company as it stands at one moment.
#[derive(Clone, Debug)]
pub struct CapTable<N: Number> {
    /// What each position is.
    pub positions: Vec<Holding>,
    /// Shares or options, by position.
    pub shares: Vec<N>,
    /// Common shares per share of a class, by class; `None` is one to one.
    pub ratios: Vec<Option<N>>,
    /// NVCA Original Issue Price, by class, where one is stated or the class was sold in a round.
    pub issue_prices: Vec<Option<N>>,
    /// NVCA Conversion Price, by class: issue price / ratio.
    pub conversion_prices: Vec<Option<N>>,
    /// Where a convertible is issued and not yet converted or repaid, by convertible.
    pub outstanding: Vec<N::Mask>,
    /// Rights to buy shares, by right.
    pub rights: Vec<Held<N>>,
    /// Sum of all positions as converted: outstanding, granted, promised and available.
    pub fully_diluted: N,
    /// The latest price in force of one share as converted, if any was set.
    pub reference_price: Option<N>,
    /// Who holds how much of which lot, where an exit asks for it.
    pub lots: LotTable<N>,
    /// What is fixed of each round that has begun, by round.
    pub rounds: Vec<Option<Pricing<N>>>,
    /// What bears no dividend, where a class pays its dividends in shares.
    pub idle: Option<Idle<N>>,
}

impl<N: Number> CapTable<N> {
    /// Shares or options of a position.
    #[inline(always)]
    pub fn at(&self, position: PositionId) -> N {
        self.shares[position.index()]
    }

    /// Common shares per share of a class; one for options.
    #[inline(always)]
    pub fn ratio(&self, class: Option<ClassId>) -> Option<N> {
        class.and_then(|class| self.ratios[class.index()])
    }

    /// `shares` of this position as converted to common.
    #[inline(always)]
    pub fn as_converted(&self, position: PositionId, shares: N) -> N {
        match self.ratio(self.positions[position.index()].class()) {
            None => shares,
            Some(ratio) => shares * ratio,
        }
    }

    /// A price per share as converted, as a price per share of this class.
    #[inline(always)]
    pub fn price_of_class(&self, class: Option<ClassId>, price: N) -> N {
        match self.ratio(class) {
            None => price,
            Some(ratio) => price * ratio,
        }
    }

    /// A price per share of this class, as a price per share as converted.
    #[inline(always)]
    pub fn price_as_converted(&self, class: Option<ClassId>, price: N) -> N {
        match self.ratio(class) {
            None => price,
            Some(ratio) => price / ratio,
        }
    }

    /// Changes the counts by an entry.
    // Without optimization every inlined copy would keep its numbers on the stack at once.
    #[cfg_attr(debug_assertions, inline(never))]
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub fn apply(&mut self, entry: &Entry<N>) {
        self.shares[entry.position.index()] += entry.shares;
        self.fully_diluted += self.as_converted(entry.position, entry.shares);
        if let Some((from, taken)) = entry.kind.taken(entry.shares) {
            self.shares[from.index()] -= taken;
            self.fully_diluted -= self.as_converted(from, taken);
        }
    }

    /// The first sale of a class sets its issue price and conversion price, where none is stated.
    #[inline(always)]
    pub fn first_sale(&mut self, class: ClassId, price: N) {
        if self.issue_prices[class.index()].is_none() {
            self.issue_prices[class.index()] = Some(price);
            self.conversion_prices[class.index()] = Some(price);
        }
    }

    /// The sum of all positions for which `counts` holds, as converted.
    pub fn sum(&self, counts: impl Fn(Holding) -> bool) -> N {
        self.positions
            .iter()
            .enumerate()
            .filter(|(_, holding)| counts(**holding))
            .map(|(index, _)| self.as_converted(PositionId::at(index), self.shares[index]))
            .sum()
    }
}

/// One change of the cap table, complete: posting it needs nothing else.
#[derive(Clone, Copy, Debug)]
pub struct Entry<N: Number> {
    /// The position that grows (or shrinks, where `shares` is negative).
    pub position: PositionId,
    /// Shares or options.
    pub shares: N,
    /// Money per share of the position's class; zero where no money is involved.
    pub price: N,
    /// What kind of change it is.
    pub kind: EntryKind<N>,
    /// Why it is what it is.
    pub because: Because<N>,
}

/// What kind of change an entry is. OCF's nouns.
#[derive(Clone, Copy, Debug)]
pub enum EntryKind<N> {
    /// New shares. `money = price * shares + residue`.
    Issuance {
        /// The cheque.
        money: N,
        /// The part of it that bought no share.
        residue: N,
    },
    /// A SAFE or note became shares. `money = price * shares + residue`.
    Conversion {
        /// Which.
        convertible: ConvertibleId,
        /// Its balance.
        money: N,
        /// The part of it that became no share.
        residue: N,
    },
    /// A class converts into more common; its own shares stay.
    Adjustment {
        /// More shares as converted.
        as_converted: N,
    },
    /// New options in a plan.
    PoolIncrease,
    /// Options granted from a plan's available ones.
    Grant {
        /// The plan's available options.
        from: PositionId,
    },
    /// Options become shares. `money = price * shares`.
    Exercise {
        /// The holder's options.
        from: PositionId,
        /// How many of them; more than the shares where some are withheld for the exercise price.
        options: N,
        /// How many of them were in the fully diluted total.
        counted: N,
        /// What was paid.
        money: N,
    },
    /// Granted options go back to a plan's available ones.
    Return {
        /// The holder's options.
        from: PositionId,
    },
    /// Granted options or warrants end and are retired.
    Cancellation,
    /// Warrants enter the fully diluted total.
    Warrant,
    /// Shares change hands. `money = price * shares + residue`.
    Transfer {
        /// The seller's position.
        from: PositionId,
        /// What the buyer was to pay.
        money: N,
        /// The part of it that bought no share.
        residue: N,
    },
    /// Shares of another class become these.
    Reclassification {
        /// The holder's line of the class that converts.
        from: PositionId,
        /// Its shares that convert.
        given: N,
        /// The fraction of a new share cut off; negative where shares are rounded up.
        fraction: N,
        /// What is paid for it, at the price in force.
        cash: N,
    },
    /// A dividend paid in shares of its own class.
    InKind {
        /// The fraction of a share cut off; negative where shares are rounded up.
        fraction: N,
        /// What is paid for it, at the issue price.
        cash: N,
    },
    /// The company buys shares back and retires them. `money = price * shares + residue`.
    Repurchase {
        /// What was to be paid.
        money: N,
        /// The part of it that bought no share.
        residue: N,
    },
    /// A split adds shares (a reverse split takes them); the fraction cut off is paid in cash.
    Split {
        /// The fraction of a share cut off.
        fraction: N,
    },
}

impl<N: Copy> EntryKind<N> {
    /// The same with every number written otherwise.
    pub fn map<M>(self, mut write: impl FnMut(N) -> M) -> EntryKind<M> {
        match self {
            EntryKind::Issuance { money, residue } => {
                EntryKind::Issuance { money: write(money), residue: write(residue) }
            }
            EntryKind::Conversion { convertible, money, residue } => {
                EntryKind::Conversion { convertible, money: write(money), residue: write(residue) }
            }
            EntryKind::Adjustment { as_converted } => EntryKind::Adjustment { as_converted: write(as_converted) },
            EntryKind::PoolIncrease => EntryKind::PoolIncrease,
            EntryKind::Grant { from } => EntryKind::Grant { from },
            EntryKind::Exercise { from, options, counted, money } => {
                EntryKind::Exercise { from, options: write(options), counted: write(counted), money: write(money) }
            }
            EntryKind::Return { from } => EntryKind::Return { from },
            EntryKind::Cancellation => EntryKind::Cancellation,
            EntryKind::Warrant => EntryKind::Warrant,
            EntryKind::Transfer { from, money, residue } => {
                EntryKind::Transfer { from, money: write(money), residue: write(residue) }
            }
            EntryKind::Reclassification { from, given, fraction, cash } => {
                EntryKind::Reclassification { from, given: write(given), fraction: write(fraction), cash: write(cash) }
            }
            EntryKind::InKind { fraction, cash } => EntryKind::InKind { fraction: write(fraction), cash: write(cash) },
            EntryKind::Repurchase { money, residue } => {
                EntryKind::Repurchase { money: write(money), residue: write(residue) }
            }
            EntryKind::Split { fraction } => EntryKind::Split { fraction: write(fraction) },
        }
    }

    /// The position that shrinks by an entry of so many shares elsewhere, and by how much.
    #[inline(always)]
    pub fn taken(self, shares: N) -> Option<(PositionId, N)> {
        match self {
            EntryKind::Exercise { from, counted, .. } => Some((from, counted)),
            EntryKind::Reclassification { from, given, .. } => Some((from, given)),
            EntryKind::Grant { from } | EntryKind::Return { from } | EntryKind::Transfer { from, .. } => {
                Some((from, shares))
            }
            EntryKind::Issuance { .. }
            | EntryKind::Conversion { .. }
            | EntryKind::Adjustment { .. }
            | EntryKind::PoolIncrease
            | EntryKind::Cancellation
            | EntryKind::Warrant
            | EntryKind::InKind { .. }
            | EntryKind::Repurchase { .. }
            | EntryKind::Split { .. } => None,
        }
    }
}

/// Where entries go. It is a parameter, so that a simulation, which keeps none, pays for none.
pub trait Journal<N: Number> {
    /// What a refused event is told.
    type Refusal;
    /// Takes in an entry, as posted.
    fn record(&mut self, event: EventId, entry: &Entry<N>);
    /// Takes in how a convertible converted.
    fn converted(&mut self, event: EventId, conversion: &Conversion<N>);
    /// Takes in how conversion prices fell.
    fn adjusted(&mut self, event: EventId, adjustments: &[Adjustment<N>]);
    /// Takes in an offering that took place; its entries say the same.
    fn offered(&mut self, _: EventId, _: &Completed<N>, _: N::Mask) {}
    /// Takes in what a round's first closing fixed. `money(tranche, participant)` is what each cheque would be.
    fn priced(&mut self, id: RoundId, round: &Round<N>, pricing: &Pricing<N>, money: impl Fn(usize, usize) -> N);
    /// Takes in what a valuation sees. One that keeps nothing values nothing.
    fn valued(&mut self, _: &super::valuation::Observed<'_, N>) {}
    /// The event boundary: everything that went wrong inside the event surfaces here, or nowhere.
    ///
    /// # Errors
    /// Where the event has no answer and the journal keeps answers.
    fn end_event(
        &mut self,
        event: Option<EventId>,
        happens: N::Mask,
        feasible: N::Mask,
        table: &CapTable<N>,
    ) -> Result<(), Self::Refusal>;
}

/// A conversion price that falls, with the numbers of its formula.
#[derive(Clone, Copy, Debug)]
pub struct Adjustment<N> {
    /// The class.
    pub class: ClassId,
    /// CP1.
    pub before: N,
    /// CP2; equal to CP1 where the issue does not trigger it.
    pub after: N,
    /// A; zero for a ratchet.
    pub counted: N,
    /// What was paid for the issue; B is this over CP1.
    pub money: N,
    /// C.
    pub shares: N,
}

impl<N> Adjustment<N> {
    /// The same with every number written otherwise.
    pub fn map<M>(&self, mut write: impl FnMut(N) -> M) -> Adjustment<M>
    where
        N: Copy,
    {
        Adjustment {
            class: self.class,
            before: write(self.before),
            after: write(self.after),
            counted: write(self.counted),
            money: write(self.money),
            shares: write(self.shares),
        }
    }
}

/// The state of a replay. Posting is the only way to change it.
#[derive(Clone, Debug)]
pub struct Books<N: Number, J> {
    /// The company as it stands.
    pub table: CapTable<N>,
    /// Who is told.
    pub journal: J,
    event: EventId,
}

/// What is held at the opening. What is drawn is rounded like shares of the deal; what is stated is so already.
#[inline(always)]
pub fn opening_shares<N: Number>(scenario: &Scenario<N>, draws: &Draws<N>, shares: Term<N>) -> N {
    match shares {
        Term::Given(shares) => shares.posted(),
        Term::Variable(_) => scenario.rounding.shares(draws.value(shares)),
    }
}

impl<N: Number, J: Journal<N>> Books<N, J> {
    /// The company at the opening of the scenario.
    #[inline(always)]
    pub fn open(scenario: &Scenario<N>, draws: &Draws<N>, journal: J) -> Self {
        let price = |term: Option<Term<N>>| term.map(|term| draws.value(term));
        let ratio = |class: &ClassPrices<N>| Some(price(class.issue_price)? / price(class.conversion_price)?);
        let opening: Vec<N> = scenario.opening.iter().map(|&shares| opening_shares(scenario, draws, shares)).collect();
        let issue_prices: Vec<_> = scenario.classes.iter().map(|class| price(class.issue_price)).collect();
        let mut table = CapTable {
            lots: LotTable::open(&scenario.lots, &opening, &issue_prices),
            positions: scenario.positions.clone(),
            shares: opening,
            ratios: scenario.classes.iter().map(ratio).collect(),
            issue_prices,
            conversion_prices: scenario
                .classes
                .iter()
                .map(|class| price(class.conversion_price.or(class.issue_price)))
                .collect(),
            outstanding: scenario.convertibles.iter().map(|_| N::Mask::always(false)).collect(),
            rights: scenario.rights.iter().map(|_| Held::nothing()).collect(),
            fully_diluted: N::zero(),
            reference_price: None,
            rounds: scenario.rounds.iter().map(|_| None).collect(),
            idle: Idle::of(&scenario.in_kind, scenario.positions.len()),
        };
        table.fully_diluted = table.sum(|_| true);
        Books { table, journal, event: EventId(0) }
    }

    /// Names the event whose entries follow.
    #[inline(always)]
    pub fn begin_event(&mut self, event: EventId) {
        self.event = event;
    }

    /// Applies an entry, and nothing else.
    #[inline(always)]
    pub fn post(&mut self, entry: Entry<N>) {
        self.journal.record(self.event, &entry);
        self.table.follow(&entry, self.event);
        self.table.apply(&entry);
    }

    /// A convertible became shares where `happens`; from then on it is not outstanding.
    #[inline(always)]
    pub fn convert(&mut self, conversion: &Conversion<N>, happens: N::Mask) {
        let class = self.table.positions[conversion.position.index()].class();
        let conversion = &conversion.of_class(self.table.ratio(class));
        let shares = happens.select(conversion.shares, N::zero());
        let (price, money) = (conversion.price.posted(), happens.select(conversion.balance, N::zero()));
        let kind =
            EntryKind::Conversion { convertible: conversion.convertible, money, residue: money - shares * price };
        let because = Because::Conversion { convertible: conversion.convertible };
        self.journal.converted(self.event, &Conversion { converts: happens, ..*conversion });
        self.post(Entry { position: conversion.position, shares, price, kind, because });
        let outstanding = &mut self.table.outstanding[conversion.convertible.index()];
        *outstanding = *outstanding & !happens;
    }

    /// Lowers conversion prices; every holder of the class converts into more.
    pub fn adjust(&mut self, adjustments: &[Adjustment<N>]) {
        if adjustments.is_empty() {
            return;
        }
        self.journal.adjusted(self.event, adjustments);
        self.lower(adjustments, |adjustment| Because::Protection {
            before: adjustment.before,
            after: adjustment.after,
        });
    }

    /// Lowers conversion prices to what IPO ratchets promise at a price.
    pub fn ratchet(&mut self, ratchets: &[Adjustment<N>], price: N) {
        if !ratchets.is_empty() {
            self.lower(ratchets, |ratchet| Because::IpoRatchet { before: ratchet.before, after: ratchet.after, price });
        }
    }

    fn lower(&mut self, adjustments: &[Adjustment<N>], because: impl Fn(&Adjustment<N>) -> Because<N>) {
        for adjustment in adjustments {
            let class = adjustment.class.index();
            let Some(issue) = self.table.issue_prices[class] else { continue };
            let ratio_before = self.table.ratios[class].unwrap_or(N::one());
            let ratio = (ratio_before * adjustment.before / adjustment.after).carried();
            for index in 0..self.table.positions.len() {
                if self.table.positions[index].class() == Some(adjustment.class) {
                    let as_converted = self.table.shares[index] * (ratio - ratio_before);
                    self.journal.record(
                        self.event,
                        &Entry {
                            position: PositionId::at(index),
                            shares: N::zero(),
                            price: N::zero(),
                            kind: EntryKind::Adjustment { as_converted },
                            because: because(adjustment),
                        },
                    );
                }
            }
            self.table.ratios[class] = Some(ratio);
            self.table.conversion_prices[class] = Some(issue / ratio);
        }
        self.table.fully_diluted = self.table.sum(|_| true);
    }

    /// Sets the reference price where `happens`.
    #[inline(always)]
    pub fn set_reference_price(&mut self, price: N, happens: N::Mask) {
        let before = self.table.reference_price.unwrap_or(price);
        self.table.reference_price = Some(happens.select(price, before));
    }

    /// An offering took place where `happens`.
    #[inline(always)]
    pub fn offered(&mut self, completed: &Completed<N>, happens: N::Mask) {
        self.journal.offered(self.event, completed, happens);
    }

    /// Ends the event named last.
    ///
    /// # Errors
    /// Where the journal refuses it.
    #[inline(always)]
    pub fn end_event(&mut self, happens: N::Mask, feasible: N::Mask) -> Result<(), J::Refusal> {
        self.journal.end_event(Some(self.event), happens, feasible, &self.table)
    }
}
