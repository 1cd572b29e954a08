//! What a simulation looks at.

use super::holders::{HolderKey, holders};
use super::run::Run;
use crate::model::{ClassId, Condition, Figure, Subject};
use crate::sim::figures::{at_the_end, watched};
use crate::sim::watch::{Recipient, Watch, WatchedEvent};

/// What a row of a simulation is of.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Who or what.
    pub subject: Subject,
    /// As people know it.
    pub name: String,
    /// Which figure: ownership, value, or payout.
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

/// Whose proceeds are looked at, and the rows they belong to.
pub fn proceeds(run: &Run) -> Vec<(Recipient, Wanted)> {
    if run.agreement.scenario.exit.as_ref().is_none_or(|exit| exit.rung > run.rung) {
        return Vec::new();
    }
    let row = |subject, name: &str| Wanted { subject, name: name.to_owned(), figure: Figure::Payout };
    let stakeholders = holders(run).into_iter().filter_map(|holder| match holder.key {
        HolderKey::Stakeholder(who) => {
            Some((Recipient::Stakeholder(who), row(Subject::Stakeholder(who), &holder.name)))
        }
        _ => None,
    });
    let classes = run.agreement.classes.iter().enumerate().map(|(index, class)| {
        let id = ClassId::at(index);
        (Recipient::Class(id), row(Subject::Class(id), &class.name))
    });
    stakeholders.chain(classes).collect()
}

/// The watch of the figures wanted and of the events, with the rows they belong to.
///
/// # Errors
/// The first event whose figure is not one of a cap table.
pub fn watch(run: &Run, conditions: &[Condition]) -> Result<(Watch, Vec<Wanted>), String> {
    let mut rows = Vec::new();
    let mut watch = Watch::default();
    for wanted in wanted(run) {
        if let Some(figure) = watched(&run.agreement, &at_the_end(wanted.figure, wanted.subject)) {
            watch.figures.push(figure);
            rows.push(wanted);
        }
    }
    for (recipient, wanted) in proceeds(run) {
        watch.proceeds.push(recipient);
        rows.push(wanted);
    }
    for condition in conditions {
        let figure = watched(&run.agreement, &condition.measure).ok_or_else(|| condition.measure.literal.clone())?;
        let (comparison, number) = (condition.comparison, condition.number);
        watch.events.push(WatchedEvent { figure, comparison, number });
    }
    Ok((watch, rows))
}
