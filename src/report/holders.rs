//! Who holds something: stakeholders and pools as reports know them, and the colours they keep through a whole report.

use super::chart::Colour;
use super::exact::part_of;
use super::run::Run;
use crate::engine::ledger::{Ledger, Stage};
use crate::model::{Agreement, GroupId, Holding, PlanId, PositionId, StakeholderId};
use rust_decimal::Decimal;
use std::collections::HashMap;

/// What a holder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum HolderKey {
    /// A participant in the company.
    Stakeholder(StakeholderId),
    /// Options available in a plan.
    PoolAvailable(PlanId),
    /// Options promised and not yet granted.
    PoolPromised(PlanId),
}

/// A stakeholder or pool that holds something at some stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// What it is.
    pub key: HolderKey,
    /// The name it has in the file.
    pub id: String,
    /// The name it has in print.
    pub name: String,
    /// The group it is added up in.
    pub group: Option<GroupId>,
    /// Its lines of the cap table that are ever used.
    pub positions: Vec<PositionId>,
}

impl Holder {
    /// Shares and options as converted at a stage.
    pub fn as_converted(&self, stage: &Stage) -> Decimal {
        self.positions.iter().map(|position| stage.as_converted[position.index()]).sum()
    }

    /// Shares and options at a stage; classes are added as they are, so only meaningful where a row shows one class.
    pub fn shares(&self, stage: &Stage) -> Decimal {
        self.positions.iter().map(|position| stage.shares[position.index()]).sum()
    }

    /// Part of the fully diluted total at a stage.
    pub fn ownership(&self, stage: &Stage) -> Decimal {
        part_of(self.as_converted(stage), stage.fully_diluted)
    }

    /// True for options nobody owns yet.
    pub fn is_pool(&self) -> bool {
        !matches!(self.key, HolderKey::Stakeholder(_))
    }
}

/// Everyone who holds something on the rung shown, in the order of the file, pools last.
pub fn holders(run: &Run) -> Vec<Holder> {
    holders_on(&run.agreement, &[run.ledger()])
}

/// Everyone who holds something at some stage of one of these ledgers.
pub fn holders_on(agreement: &Agreement, ledgers: &[&Ledger]) -> Vec<Holder> {
    let positions = &agreement.scenario.positions;
    let used = |position: PositionId| {
        ledgers.iter().flat_map(|ledger| &ledger.stages).any(|stage| !stage.shares[position.index()].is_zero())
    };
    let stakeholders = (0..agreement.stakeholders.len()).map(|index| HolderKey::Stakeholder(StakeholderId::at(index)));
    let plans = (0..agreement.plans.len()).map(PlanId::at);
    let pools = plans.flat_map(|plan| [HolderKey::PoolAvailable(plan), HolderKey::PoolPromised(plan)]);
    let holder = |key| {
        let own = |holding| key_of(holding) == key;
        let all = (0..positions.len()).map(PositionId::at).filter(|position| own(positions[position.index()]));
        let positions: Vec<_> = all.filter(|&position| used(position)).collect();
        (!positions.is_empty()).then(|| named(agreement, key, positions))
    };
    stakeholders.chain(pools).filter_map(holder).collect()
}

/// Whose position it is.
pub fn key_of(holding: Holding) -> HolderKey {
    match holding {
        Holding::Shares(who, _) | Holding::Warrants(who, _) | Holding::Granted(who, _) => HolderKey::Stakeholder(who),
        Holding::Available(plan) => HolderKey::PoolAvailable(plan),
        Holding::Promised(plan) => HolderKey::PoolPromised(plan),
    }
}

fn named(agreement: &Agreement, key: HolderKey, positions: Vec<PositionId>) -> Holder {
    let (id, name, group) = match key {
        HolderKey::Stakeholder(who) => {
            let stakeholder = &agreement.stakeholders[who.index()];
            (stakeholder.id.clone(), stakeholder.name.clone(), stakeholder.group)
        }
        HolderKey::PoolAvailable(plan) => {
            let name = &agreement.plans[plan.index()];
            (name.clone(), name.clone(), None)
        }
        HolderKey::PoolPromised(plan) => {
            let name = format!("{}, promised", agreement.plans[plan.index()]);
            (name.clone(), name, None)
        }
    };
    Holder { key, id, name, group, positions }
}

/// The index of the holder that each position belongs to, by position, though it holds shares only within an event;
/// `None` where its owner never holds anything.
pub fn by_position(holders: &[Holder], positions: &[Holding]) -> Vec<Option<usize>> {
    let known: HashMap<_, _> = holders.iter().enumerate().map(|(index, holder)| (holder.key, index)).collect();
    positions.iter().map(|holding| known.get(&key_of(*holding)).copied()).collect()
}

/// One colour of a chart and the holders it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice {
    /// The holder's name, `Option pool`, or `Other (3)`.
    pub name: String,
    /// The colour through the whole report.
    pub colour: Colour,
    /// Indices into the holders.
    pub members: Vec<usize>,
}

impl Slice {
    /// Part of the fully diluted total at a stage.
    pub fn ownership(&self, holders: &[Holder], stage: &Stage) -> Decimal {
        let held = self.members.iter().map(|&index| holders[index].as_converted(stage)).sum();
        part_of(held, stage.fully_diluted)
    }
}

/// Divides holders over the colours: a hue for each of the largest at the last stage, in the order of their size, then
/// "Other (n)" for the rest, then the pools together.
pub fn slices(holders: &[Holder], ledger: &Ledger) -> Vec<Slice> {
    let last = ledger.last();
    let most = |holder: &Holder| ledger.stages.iter().map(|stage| holder.ownership(stage)).max().unwrap_or_default();
    let (pools, mut ranked): (Vec<_>, Vec<_>) = (0..holders.len()).partition(|&index| holders[index].is_pool());
    ranked.sort_by_cached_key(|&index| std::cmp::Reverse((holders[index].ownership(last), most(&holders[index]))));
    let hues = usize::from(Colour::HUES);
    let rest = ranked.split_off(ranked.len().min(hues));
    let mut slices: Vec<Slice> = (0..Colour::HUES)
        .zip(ranked)
        .map(|(hue, index)| Slice { name: holders[index].name.clone(), colour: Colour::Hue(hue), members: vec![index] })
        .collect();
    let together = |name: &str, colour, members: Vec<usize>| match members.as_slice() {
        [] => None,
        &[only] => Some(Slice { name: holders[only].name.clone(), colour, members }),
        several => Some(Slice { name: format!("{name} ({})", several.len()), colour, members }),
    };
    slices.extend(together("Other", Colour::Other, rest));
    slices.extend(together("Option pools", Colour::Pool, pools));
    slices
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn only_those_who_hold_something_are_listed_and_pools_come_last() {
        let run = fixture::startup();
        let holders = holders(&run);
        let names: Vec<_> = holders.iter().map(|holder| holder.name.as_str()).collect();
        assert_eq!(names, ["Ada", "Employees", "Seed Fund", "A Fund", "Option pool"]);
        let sum: Decimal = holders.iter().map(|holder| holder.as_converted(run.ledger().last())).sum();
        assert_eq!(sum, run.ledger().last().fully_diluted);
    }

    #[test]
    fn more_holders_than_hues_share_the_colour_of_the_others() {
        let run = fixture::equal_holders(9);
        let holders = holders(&run);
        let slices = slices(&holders, run.ledger());
        let names: Vec<_> = slices.iter().map(|slice| slice.name.as_str()).collect();
        assert_eq!(names, ["Holder 0", "Holder 1", "Holder 2", "Holder 3", "Holder 4", "Holder 5", "Other (3)"]);
        assert_eq!(slices[6].colour, Colour::Other);
        assert_eq!(
            slices.iter().map(|slice| slice.ownership(&holders, run.ledger().last())).sum::<Decimal>(),
            "0.999999999999".parse().expect("a decimal")
        );
    }
}
