//! What a simulation looks at.

use super::exits::party;
use super::holders::{HolderKey, holders};
use super::run::Run;
use crate::model::{ClassId, Condition, CostTerms, Figure, Measure, StageOf, Subject};
use crate::sim::figures::{at_the_end, watched};
use crate::sim::watch::{Observed, OfExit, Watch, WatchedEvent};

/// What a row of a simulation is of.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Who or what.
    pub subject: Subject,
    /// As people know it.
    pub name: String,
    /// Which figure: ownership, value, payout or multiple.
    pub figure: Figure,
}

/// What a simulation looks at: ownership and value of everyone and of every class, and what each gets in an exit.
pub fn wanted(run: &Run) -> Vec<Wanted> {
    let agreement = &run.agreement;
    let mut subjects: Vec<(Subject, String)> = Vec::new();
    for holder in holders(run) {
        let subject = match holder.key {
            HolderKey::Stakeholder(who) => Subject::Stakeholder(who),
            HolderKey::PoolAvailable(plan) => Subject::Plan(plan),
            HolderKey::PoolPromised(_) => continue,
        };
        subjects.push((subject, holder.name));
    }
    let of_classes = (0..agreement.classes.len())
        .map(|index| (Subject::Class(ClassId::at(index)), agreement.classes[index].name.clone()));
    let classes: Vec<_> = of_classes.collect();
    let has_value = run.ledger().last().reference.is_some();
    let row =
        |figure| move |(subject, name): &(Subject, String)| Wanted { subject: *subject, name: name.clone(), figure };
    let mut wanted: Vec<Wanted> = subjects.iter().map(row(Figure::Ownership)).collect();
    wanted.extend(classes.iter().map(row(Figure::Ownership)));
    if has_value {
        wanted.extend(subjects.iter().map(row(Figure::Value)));
        wanted.extend(classes.iter().map(row(Figure::Value)));
        wanted.push(Wanted { subject: Subject::Whole, name: "Whole company".into(), figure: Figure::Value });
    }
    wanted
}

/// What everyone and every class is paid in the sale of the company, and over what it paid.
pub fn of_exit(run: &Run) -> Vec<(OfExit, Wanted)> {
    if run.agreement.scenario.exit.as_ref().is_none_or(|exit| exit.rung > run.rung) {
        return Vec::new();
    }
    let agreement = &run.agreement;
    let stakeholders = holders(run).into_iter().filter_map(|holder| match holder.key {
        HolderKey::Stakeholder(who) => Some((Subject::Stakeholder(who), holder.name)),
        _ => None,
    });
    let classes = (0..agreement.classes.len())
        .map(|index| (Subject::Class(ClassId::at(index)), agreement.classes[index].name.clone()));
    let subjects: Vec<_> = stakeholders.chain(classes).collect();
    let row = |figure| {
        move |(subject, name): &(Subject, String)| {
            let wanted = Wanted { subject: *subject, name: name.clone(), figure };
            (OfExit { party: party(agreement, *subject), figure }, wanted)
        }
    };
    let payouts = subjects.iter().map(row(Figure::Payout));
    payouts.chain(subjects.iter().map(row(Figure::Multiple))).collect()
}

/// The watch of the figures wanted and of the events, with the rows they belong to.
///
/// # Errors
/// The first event whose figure is neither one of a cap table nor one of the exit that can be simulated.
pub fn watch(run: &Run, conditions: &[Condition]) -> Result<(Watch, Vec<Wanted>), String> {
    let agreement = &run.agreement;
    let mut rows = Vec::new();
    let mut watch = Watch::default();
    for wanted in wanted(run) {
        if let Some(figure) = watched(agreement, &at_the_end(wanted.figure, wanted.subject)) {
            watch.figures.push(figure);
            rows.push(wanted);
        }
    }
    for (of_exit, wanted) in of_exit(run) {
        watch.exit.push(of_exit);
        rows.push(wanted);
    }
    watch.costs = (!watch.exit.is_empty()).then(|| CostTerms::of(agreement));
    for condition in conditions {
        let figure = observed(run, &condition.measure).ok_or_else(|| condition.measure.literal.clone())?;
        let (comparison, number) = (condition.comparison, condition.number);
        watch.events.push(WatchedEvent { figure, comparison, number });
    }
    Ok((watch, rows))
}

/// The figure of an event: of the cap table, or of the exit after everything.
fn observed(run: &Run, measure: &Measure) -> Option<Observed> {
    if let Some(figure) = watched(&run.agreement, measure) {
        return Some(Observed::Table(figure));
    }
    let is_sold = run.agreement.scenario.exit.as_ref().is_some_and(|exit| exit.rung <= run.rung);
    let is_known = matches!(measure.figure, Figure::Payout | Figure::Multiple) && measure.stage == StageOf::Last;
    let of_exit = || OfExit { party: party(&run.agreement, measure.subject), figure: measure.figure };
    (is_sold && is_known).then(|| Observed::Exit(of_exit()))
}
