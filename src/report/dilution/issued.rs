//! What a stage issued, as converted to common, by cause.

use super::Cause;
use crate::engine::books::{Because, EntryKind};
use crate::engine::ledger::{Posted, Stage};
use crate::model::{ClassId, Event, EventId, PositionId};
use crate::num::{Exact, Number};
use crate::report::exact::exact;
use crate::report::holders::{Holder, by_position};
use crate::report::run::Run;
use rust_decimal::Decimal;

/// What a stage issued, as converted, by cause.
pub struct Issued {
    /// To all.
    pub to_all: [Exact; Cause::ALL.len()],
    /// To each holder.
    pub to_holder: Vec<[Exact; Cause::ALL.len()]>,
}

/// A part of an entry: where it adds, why, and how much as converted.
type Added = (PositionId, Cause, Exact);

impl Issued {
    /// Between two stages; a split of everything is taken out by `scale`.
    pub fn at(run: &Run, holders: &[Holder], before: &Stage, after: &Stage, scale: &Exact) -> Issued {
        let none = [Exact::zero(); Cause::ALL.len()];
        let mut issued = Issued { to_all: none, to_holder: vec![none; holders.len()] };
        let Some(event) = after.event else { return issued };
        let owner = by_position(holders, &run.agreement.scenario.positions);
        let mut add = |(position, cause, amount): Added, to_all: bool| {
            if to_all {
                issued.to_all[cause.index()] += amount;
            }
            if let Some(holder) = owner[position.index()] {
                issued.to_holder[holder][cause.index()] += amount;
            }
        };
        if let Event::Split(_) = &run.agreement.scenario.timeline[event.index()].event {
            for position in (0..after.shares.len()).map(PositionId::at) {
                let held = |stage: &Stage| exact(stage.as_converted[position.index()]);
                add((position, Cause::SplitFraction, held(after) - held(before) * *scale), true);
            }
        } else {
            let counting = Counting::new(run, event, before, after);
            let entries: Vec<(Vec<Added>, bool)> = counting.entries();
            let rest = counting.rest(entries.iter().flat_map(|(parts, _)| parts));
            for (parts, to_all) in entries {
                for part in parts {
                    add(part, to_all);
                }
            }
            for part in rest {
                add(part, true);
            }
        }
        issued
    }

    /// The causes of which something was issued.
    pub fn causes(&self) -> Vec<Cause> {
        let is_something =
            |issued: &[Exact; Cause::ALL.len()], cause: &Cause| !issued[cause.index()].equals(Exact::zero());
        let issued =
            |cause: &Cause| std::iter::once(&self.to_all).chain(&self.to_holder).any(|of| is_something(of, cause));
        Cause::ALL.into_iter().filter(issued).collect()
    }
}

/// Counts the entries of an event as converted.
struct Counting<'a> {
    run: &'a Run,
    event: EventId,
    before: &'a Stage,
    after: &'a Stage,
    in_round: bool,
    /// Classes whose conversion price fell in the event: what was issued before that converts into less.
    adjusted: Vec<ClassId>,
}

impl<'a> Counting<'a> {
    fn new(run: &'a Run, event: EventId, before: &'a Stage, after: &'a Stage) -> Self {
        let kind = &run.agreement.scenario.timeline[event.index()].event;
        let in_round = matches!(kind, Event::Closing { .. } | Event::Ipo(_));
        let adjusted =
            run.ledger().entries_of(event).filter(|entry| matches!(entry.kind, EntryKind::Adjustment { .. }));
        let positions = &run.agreement.scenario.positions;
        let adjusted = adjusted.filter_map(|entry| positions[entry.position.index()].class()).collect();
        Counting { run, event, before, after, in_round, adjusted }
    }

    /// What each entry adds, and whether that changes the total.
    fn entries(&self) -> Vec<(Vec<Added>, bool)> {
        let mut seen = false;
        self.run
            .ledger()
            .entries_of(self.event)
            .map(|entry| {
                seen |= matches!(entry.kind, EntryKind::Adjustment { .. });
                (self.added(entry, seen), issues(&entry.kind))
            })
            .collect()
    }

    /// What an entry adds where and why: at its own position, and less than nothing where it takes from another.
    fn added(&self, entry: &Posted, adjusted: bool) -> Vec<Added> {
        let count = |shares, position| self.as_converted(shares, position, adjusted);
        let amount = count(entry.shares, entry.position);
        let mut taken = None;
        let cause = match entry.kind {
            EntryKind::Issuance { .. } if self.in_round => Cause::NewMoney,
            EntryKind::Issuance { .. } => Cause::Issuance,
            EntryKind::Conversion { .. } => Cause::Conversion,
            EntryKind::Adjustment { as_converted } => {
                let cause = match entry.because {
                    Because::IpoRatchet { .. } => Cause::IpoRatchet,
                    _ => Cause::AntiDilution,
                };
                return vec![(entry.position, cause, exact(as_converted))];
            }
            EntryKind::PoolIncrease => Cause::PoolIncrease,
            EntryKind::Grant { from } => {
                // Options are not converted: what the holder gets is what the plan gives.
                taken = Some((from, Cause::OptionGrant, amount));
                Cause::OptionGrant
            }
            EntryKind::Warrant => Cause::Warrant,
            EntryKind::Exercise { from, counted, .. } => {
                taken = Some((from, Cause::Exercise, count(counted, from)));
                Cause::Exercise
            }
            EntryKind::Return { from } => {
                taken = Some((from, Cause::Cancellation, amount));
                Cause::Cancellation
            }
            EntryKind::Cancellation => Cause::Cancellation,
            EntryKind::Transfer { from, .. } => {
                taken = Some((from, Cause::SecondarySold, count(entry.shares, from)));
                Cause::SecondaryBought
            }
            EntryKind::Reclassification { from, given, .. } => {
                taken = Some((from, Cause::ClassConversion, count(given, from)));
                Cause::ClassConversion
            }
            EntryKind::Repurchase { .. } => Cause::Repurchase,
            EntryKind::InKind { .. } => Cause::Dividend,
            EntryKind::Split { .. } => return Vec::new(),
        };
        let taken = taken.map(|(from, cause, amount)| (from, cause, Exact::zero() - amount));
        std::iter::once((entry.position, cause, amount)).chain(taken).collect()
    }

    /// Shares of a position as converted, at the ratio of its larger holding, before or after the event: counts have ten
    /// places, so the larger has more digits. Where the ratio changed in the event, at the ratio on its side of the change.
    fn as_converted(&self, shares: Decimal, position: PositionId, adjusted: bool) -> Exact {
        let at = position.index();
        if let Some(class) = self.adjusted_class(position) {
            let stage = if adjusted { self.after } else { self.before };
            return exact(shares) * exact(stage.ratios[class.index()]);
        }
        let larger = if self.before.shares[at] > self.after.shares[at] { self.before } else { self.after };
        let held = larger.shares[at];
        if held.is_zero() {
            return exact(shares);
        }
        exact(shares) * exact(larger.as_converted[at]) / exact(held)
    }

    fn adjusted_class(&self, position: PositionId) -> Option<ClassId> {
        let class = self.run.agreement.scenario.positions[position.index()].class();
        class.filter(|class| self.adjusted.contains(class))
    }

    /// What a ratio of ten places leaves of the change of a position whose ratio changed, to the first cause there.
    fn rest<'p>(&self, parts: impl Iterator<Item = &'p Added>) -> Vec<Added> {
        let mut rests: Vec<Added> = Vec::new();
        for &(position, cause, amount) in parts {
            if self.adjusted_class(position).is_none() {
                continue;
            }
            let at = match rests.iter().position(|(known, ..)| *known == position) {
                Some(at) => at,
                None => {
                    let change = exact(self.after.as_converted[position.index()])
                        - exact(self.before.as_converted[position.index()]);
                    rests.push((position, cause, change));
                    rests.len() - 1
                }
            };
            rests[at].2 -= amount;
        }
        rests
    }
}

/// Whether an entry changes the total; what it only moves from one holder to another does not.
fn issues(kind: &EntryKind<Decimal>) -> bool {
    !matches!(kind, EntryKind::Grant { .. } | EntryKind::Return { .. } | EntryKind::Transfer { .. })
}
