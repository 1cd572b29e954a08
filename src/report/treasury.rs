//! Ownership by the treasury stock method: as if options and warrants were exercised at the price in force and the company
//! bought shares back with what they pay.
//!
//! ```text
//! shares of an option or warrant = number x max(0, 1 - exercise price / price in force)
//! ```
//!
//! It stands beside the fully diluted count and is never what a price is divided by. The available pool and promised options
//! have no holder and count nothing. Source: rule 41 of the rules of the numbers; FASB ASC 260-10-45-23.

use super::exact::{FRACTION_PLACES, POSTED_PLACES, decimal, exact};
use super::frame::{columns, fraction, is_normalised};
use super::holders::{Holder, holders};
use super::run::Run;
use super::table::{Cell, Style, Table};
use super::words::{basis, price};
use crate::engine::ledger::Stage;
use crate::model::{Holding, StakeholderId};
use crate::num::{Exact, Number};

/// The table after the last stage; `None` without a price in force, or where every exercise price is nothing.
pub fn table(run: &Run) -> Option<Table> {
    let stage = run.ledger().last();
    let reference = stage.reference.filter(|_| !is_normalised(run))?;
    let dear = stage.rights.iter().any(|held| !held.outstanding.is_zero() && !held.exercise_price.is_zero());
    dear.then_some(())?;
    let head = columns(&[
        ("stakeholder", "Stakeholder"),
        ("fully_diluted", "Fully diluted"),
        ("treasury_shares", "By the treasury stock method"),
        ("treasury_ownership", "Part of it"),
    ]);
    let title = format!("Treasury stock method after {} ({})", run.agreement.stage(stage.event), basis(run));
    let mut table = Table::new("treasury-stock-method", title, head);
    table.columns[0].pinned = true;
    let lines: Vec<(String, Exact, Exact)> = holders(run)
        .iter()
        .map(|holder| (holder.name.clone(), exact(holder.as_converted(stage)), shares(run, stage, holder)))
        .collect();
    let total: Exact = lines.iter().map(|(_, _, own)| *own).sum();
    let part = |own: Exact| {
        let part = own / if total.is_positive().is_yes() { total } else { Exact::one() };
        fraction(run, decimal(part, FRACTION_PLACES))
    };
    for (name, before, own) in lines.iter().filter(|(_, before, _)| before.is_positive().is_yes()) {
        let counts = [*before, *own].map(|count| Cell::Count(decimal(count, POSTED_PLACES.min(4))));
        let [before, count] = counts;
        table.push(Style::Body, vec![Cell::text(name), before, count, part(*own)]);
    }
    let counts = [exact(stage.fully_diluted), total].map(|count| Cell::Count(decimal(count, POSTED_PLACES.min(4))));
    let [before, count] = counts;
    table.push(Style::Total, vec![Cell::text("Total"), before, count, part(total)]);
    table.note(format!(
        "Options and warrants count for number x (1 - exercise price / {}), nothing where they cost more; the available \
         pool counts nothing. No price is divided by it.",
        price(reference.price, &run.agreement.head.currency)
    ));
    Some(table)
}

/// Shares of a holder by the method, as converted.
fn shares(run: &Run, stage: &Stage, holder: &Holder) -> Exact {
    let holding = |position: &&crate::model::PositionId| run.agreement.scenario.positions[position.index()];
    let outright = holder.positions.iter().filter(|position| matches!(holding(position), Holding::Shares(..)));
    let outright: Exact = outright.map(|position| exact(stage.as_converted[position.index()])).sum();
    let optional = |holding| matches!(holding, Holding::Granted(..) | Holding::Warrants(..));
    let rights = holder.positions.iter().filter(|position| optional(holding(position)));
    let counted: Exact = rights.map(|position| exact(stage.as_converted[position.index()])).sum();
    let owner = holder.positions.iter().find_map(|position| holding(&position).stakeholder());
    outright + owner.map_or(Exact::zero(), |owner| by_rights(run, stage, owner, counted))
}

/// What a holder's rights count for, of so many that are in the fully diluted total.
fn by_rights(run: &Run, stage: &Stage, owner: StakeholderId, counted: Exact) -> Exact {
    let Some(reference) = stage.reference else { return Exact::zero() };
    let (mut gross, mut net) = (Exact::zero(), Exact::zero());
    for (index, held) in stage.rights.iter().enumerate() {
        if run.agreement.rights[index].stakeholder != owner {
            continue;
        }
        let class = run.agreement.scenario.rights[index].class;
        let ratio = exact(stage.ratios[class.index()]);
        let in_force = exact(reference.price) * ratio;
        let number = exact(held.outstanding) * ratio;
        let kept = (Exact::one() - exact(held.exercise_price) / in_force).max(Exact::zero());
        gross += number;
        net += number * kept;
    }
    if gross.is_positive().is_yes() { net * counted / gross } else { Exact::zero() }
}
