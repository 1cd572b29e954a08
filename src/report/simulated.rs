//! What a simulation looks at.

use super::exits::party;
use super::holders::{HolderKey, holders};
use super::run::Run;
use crate::model::{
    Agreement, ClassId, Condition, CostTerms, Figure, Measure, PlanId, Rung, StageOf, StakeholderId, Subject,
};
use crate::sim::figures::{at_the_end, watched};
use crate::sim::watch::{Observed, OfExit, Watch, Watched, WatchedEvent};

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

/// Stakeholders, what is available in plans, and classes, as people know them.
fn subjects(run: &Run) -> Vec<(Subject, String)> {
    let holders = holders(run).into_iter().filter_map(|holder| match holder.key {
        HolderKey::Stakeholder(who) => Some((Subject::Stakeholder(who), holder.name)),
        HolderKey::PoolAvailable(plan) => Some((Subject::Plan(plan), holder.name)),
        HolderKey::PoolPromised(_) => None,
    });
    let classes = run.agreement.classes.iter().enumerate();
    holders.chain(classes.map(|(index, class)| (Subject::Class(ClassId::at(index)), class.name.clone()))).collect()
}

fn rows_of(subjects: &[(Subject, String)], figure: Figure) -> impl Iterator<Item = Wanted> {
    subjects.iter().map(move |(subject, name)| Wanted { subject: *subject, name: name.clone(), figure })
}

/// What a simulation looks at: ownership and value of everyone and of every class, and what each gets in an exit.
pub fn wanted(run: &Run) -> Vec<Wanted> {
    let subjects = subjects(run);
    let mut wanted: Vec<Wanted> = rows_of(&subjects, Figure::Ownership).collect();
    if run.ledger().last().reference.is_some() {
        wanted.extend(rows_of(&subjects, Figure::Value));
        wanted.push(Wanted { subject: Subject::Whole, name: "Whole company".into(), figure: Figure::Value });
    }
    wanted
}

/// What everyone and every class is paid in the sale of the company, and over what it paid.
fn of_exit(run: &Run) -> Vec<Wanted> {
    if !is_sold(&run.agreement, run.rung) {
        return Vec::new();
    }
    let mut subjects = subjects(run);
    subjects.retain(|(subject, _)| !matches!(subject, Subject::Plan(_)));
    rows_of(&subjects, Figure::Payout).chain(rows_of(&subjects, Figure::Multiple)).collect()
}

fn is_sold(agreement: &Agreement, rung: Rung) -> bool {
    agreement.scenario.exit.as_ref().is_some_and(|exit| exit.rung <= rung)
}

/// The rows of a simulation: figures of the cap table, then of the exit. Those of other runs, of other words that are drawn,
/// are there too, each once, by name.
pub fn rows(run: &Run, others: &[Run]) -> Vec<Wanted> {
    let of_table = |run: &Run| -> Vec<Wanted> {
        let can_be = |row: &Wanted| watched(&run.agreement, &at_the_end(row.figure, row.subject)).is_some();
        wanted(run).into_iter().filter(can_be).collect()
    };
    let mut rows = Vec::new();
    for list in [&of_table as &dyn Fn(&Run) -> Vec<Wanted>, &of_exit] {
        let mut part = list(run);
        for other in others {
            for mut row in list(other) {
                let is_new = |known: &Wanted| (&known.name, known.figure) != (&row.name, row.figure);
                if part.iter().all(is_new) {
                    row.subject = translated(row.subject, &other.agreement, &run.agreement);
                    part.push(row);
                }
            }
        }
        rows.extend(part);
    }
    rows
}

/// The subject of the same name in another agreement; one that holds nothing where there is none.
pub fn translated(subject: Subject, from: &Agreement, to: &Agreement) -> Subject {
    let place = |place: Option<usize>, count: usize| place.unwrap_or(count);
    match subject {
        Subject::Stakeholder(who) => {
            let id = from.stakeholders.get(who.index()).map(|who| &who.id);
            let found = to.stakeholders.iter().position(|other| Some(&other.id) == id);
            Subject::Stakeholder(StakeholderId::at(place(found, to.stakeholders.len())))
        }
        Subject::Class(class) => {
            let name = from.classes.get(class.index()).map(|class| &class.name);
            let found = to.classes.iter().position(|other| Some(&other.name) == name);
            Subject::Class(ClassId::at(place(found, to.classes.len())))
        }
        Subject::Plan(plan) => {
            let name = from.plans.get(plan.index());
            let found = to.plans.iter().position(|other| Some(other) == name);
            Subject::Plan(PlanId::at(place(found, to.plans.len())))
        }
        other => other,
    }
}

/// The watch of the rows and of events in an agreement: that of the run, or one of other words that are drawn. The events are
/// those of the agreement.
///
/// # Errors
/// The first event whose figure is neither one of a cap table nor one of the exit that can be simulated.
pub fn watch(run: &Run, agreement: &Agreement, rows: &[Wanted], conditions: &[Condition]) -> Result<Watch, String> {
    let mut watch = Watch::default();
    for row in rows {
        let subject = translated(row.subject, &run.agreement, agreement);
        if row.figure.is_of_exit() {
            watch.exit.push(OfExit { party: party(agreement, subject), figure: row.figure });
            continue;
        }
        let figure = watched(agreement, &at_the_end(row.figure, subject));
        watch.figures.extend(figure.or_else(|| undefined(agreement)));
    }
    watch.costs = (!watch.exit.is_empty()).then(|| CostTerms::of(agreement));
    for condition in conditions {
        let measure = &condition.measure;
        let figure = observed(agreement, run.rung, measure).ok_or_else(|| measure.literal.clone())?;
        let (comparison, number) = (condition.comparison, condition.number);
        watch.events.push(WatchedEvent { figure, comparison, number });
    }
    Ok(watch)
}

/// A figure that no path has: what nothing is worth a share. It stands for what a valuation says, which is no figure of a path.
fn undefined(agreement: &Agreement) -> Option<Watched> {
    let subject = Subject::Class(ClassId::at(agreement.classes.len()));
    let measure = Measure { figure: Figure::ValuePerShare, subject, stage: StageOf::Opening, literal: String::new() };
    watched(agreement, &measure)
}

/// The figure of an event: of the cap table, or of the exit after everything.
fn observed(agreement: &Agreement, rung: Rung, measure: &Measure) -> Option<Observed> {
    if let Some(figure) = watched(agreement, measure) {
        return Some(Observed::Table(figure));
    }
    let is_known = matches!(measure.figure, Figure::Payout | Figure::Multiple) && measure.stage == StageOf::Last;
    let of_exit = || OfExit { party: party(agreement, measure.subject), figure: measure.figure };
    (is_sold(agreement, rung) && is_known).then(|| Observed::Exit(of_exit()))
}
