//! How a holder came to own what it owns: stage by stage, the formula with its numbers, the entry behind it, and the
//! file, line and source of every input.

mod entries;
mod price;

use super::figures::belongs;
use super::run::Run;
use super::table::{Cell, Column, Style, Table};
use super::words;
use crate::engine::books::{Because, EntryKind};
use crate::engine::ledger::{Posted, Stage};
use crate::model::{Agreement, Event, EventId, OriginId, PositionId, Subject, Takes, Term, Value, VariableId};
use crate::num::{Exact, Number};
use rust_decimal::Decimal;

/// The explanation of one holder's ownership.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// Who, and in which run.
    pub title: String,
    /// Remarks on the whole.
    pub notes: Vec<String>,
    /// In the order they happened.
    pub stages: Vec<Step>,
}

/// One stage of an explanation.
#[derive(Clone, Debug)]
pub struct Step {
    /// The stage and its date.
    pub stage: String,
    /// Statements, each following from those below it.
    pub lines: Vec<Line>,
}

/// One statement.
#[derive(Clone, Debug)]
pub struct Line {
    /// How far it is indented: 0 the result, 1 what it follows from, 2 what that follows from.
    pub depth: usize,
    /// `ownership 13.1310% = 110,000,000 / 837,...`.
    pub says: String,
    /// `file:line` of the input.
    pub at: Option<String>,
    /// The source of the input and how well it is known.
    pub source: Option<String>,
}

/// Explains how `subject` came to own what it owns after the `last` of the run's stages.
pub fn explain(run: &Run, subject: Subject, name: &str, last: usize) -> Explanation {
    let agreement = &run.agreement;
    let mut notes = Vec::new();
    if let Some(total) = agreement.head.normalised {
        notes.push(format!(
            "The real share count is not public. Counts below are of a made-up total of {}; only their ratios, and money, are facts.",
            words::grouped(total)
        ));
    }
    let writer = Writer { run, subject };
    let valued = |index| super::valuation::after_stage(run, subject, index);
    let stages = (0..=last).flat_map(|index| std::iter::once(writer.step(index)).chain(valued(index))).collect();
    let case = agreement.head.case.word();
    Explanation {
        title: format!("{name} in {} (funding {}, case {case})", agreement.head.name, run.rung.word()),
        notes,
        stages,
    }
}

impl Explanation {
    /// The explanation as a table, for CSV, JSON and Markdown.
    pub fn table(&self) -> Table {
        let columns =
            [("stage", "Stage"), ("depth", "Depth"), ("says", "Statement"), ("at", "At"), ("source", "Source")];
        let mut table =
            Table::new("explain", self.title.clone(), columns.map(|(key, heading)| Column::new(key, heading)).to_vec());
        for step in &self.stages {
            for line in &step.lines {
                let text = |text: &Option<String>| Cell::or_empty(text.clone(), Cell::Text);
                let depth = Cell::Number(Decimal::from(line.depth));
                table.push(
                    Style::Body,
                    vec![Cell::text(&step.stage), depth, Cell::text(&line.says), text(&line.at), text(&line.source)],
                );
            }
        }
        self.notes.iter().for_each(|note| table.note(note.clone()));
        table
    }
}

struct Writer<'a> {
    run: &'a Run,
    subject: Subject,
}

impl Writer<'_> {
    fn agreement(&self) -> &Agreement {
        &self.run.agreement
    }

    fn currency(&self) -> &str {
        &self.agreement().head.currency
    }

    fn ours(&self, position: PositionId) -> bool {
        belongs(self.agreement(), position, self.subject)
    }

    fn held(&self, stage: &Stage) -> Decimal {
        (0..stage.as_converted.len())
            .filter(|index| self.ours(PositionId::at(*index)))
            .map(|index| stage.as_converted[index])
            .sum()
    }

    fn step(&self, index: usize) -> Step {
        let stages = &self.run.ledger().stages;
        let stage = &stages[index];
        let date = self.agreement().date(stage.event).map(|date| format!(", {date}")).unwrap_or_default();
        let held = self.held(stage);
        let mut lines = vec![plain(
            0,
            format!(
                "ownership {} = {} held / {} fully diluted",
                percent(held, stage.fully_diluted),
                count(held),
                count(stage.fully_diluted)
            ),
        )];
        match stage.event {
            None => self.opening(&mut lines),
            Some(event) => self.event(event, &stages[index - 1], stage, &mut lines),
        }
        Step { stage: format!("{}{date}", self.agreement().stage(stage.event)), lines }
    }

    fn opening(&self, lines: &mut Vec<Line>) {
        let agreement = self.agreement();
        for (position, origin) in agreement.opening_origins.iter().filter(|(position, _)| self.ours(*position)) {
            let shares = self.run.ledger().stages[0].shares[position.index()];
            let literal = &agreement.origin(*origin).literal;
            let says =
                format!("{} {} at the opening, stated as {literal}", count(shares), agreement.consists_of(*position));
            lines.push(self.cited(1, says, *origin));
        }
    }

    fn event(&self, event: EventId, before: &Stage, after: &Stage, lines: &mut Vec<Line>) {
        let (held_before, held_after) = (self.held(before), self.held(after));
        let ledger = self.run.ledger();
        match held_before == held_after {
            true => lines.push(plain(1, format!("{} held, as before", count(held_after)))),
            false => {
                lines.push(plain(
                    1,
                    format!(
                        "{} held = {} before {}",
                        count(held_after),
                        count(held_before),
                        signed(held_after - held_before)
                    ),
                ));
                let touches = |entry: &&Posted| {
                    self.ours(entry.position) || entry.kind.taken(entry.shares).is_some_and(|(from, _)| self.ours(from))
                };
                ledger.entries_of(event).filter(touches).for_each(|entry| self.entry(entry, lines));
            }
        }
        if after.fully_diluted != before.fully_diluted {
            let (total, change) = (after.fully_diluted, after.fully_diluted - before.fully_diluted);
            lines.push(plain(
                1,
                format!("{} fully diluted = {} before {}", count(total), count(before.fully_diluted), signed(change)),
            ));
            self.what_grew(event, lines);
        }
        self.price(event, lines);
    }

    /// What the event added to the total, by kind of entry.
    fn what_grew(&self, event: EventId, lines: &mut Vec<Line>) {
        let mut sums: Vec<(&str, Decimal)> = Vec::new();
        for entry in self.run.ledger().entries_of(event) {
            let kind = match entry.kind {
                EntryKind::Issuance { .. } => "new shares",
                EntryKind::Conversion { .. } => "conversion shares",
                EntryKind::Adjustment { as_converted } => {
                    match sums.iter_mut().find(|(known, _)| *known == "adjustment shares") {
                        Some((_, sum)) => *sum += as_converted,
                        None => sums.push(("adjustment shares", as_converted)),
                    }
                    continue;
                }
                EntryKind::PoolIncrease => "pool increase",
                EntryKind::Split { .. } => "split",
                EntryKind::Exercise { counted, .. } if counted != entry.shares => {
                    sums.push(("by the exercise", entry.shares - counted));
                    continue;
                }
                EntryKind::Cancellation => "options retired",
                EntryKind::Repurchase { .. } => "shares bought back",
                EntryKind::InKind { .. } => "dividends in kind",
                EntryKind::Reclassification { from, given, .. } => {
                    let change = self.by_conversion(entry, from, given);
                    // The ratio has ten places: what is less than they can tell is nothing.
                    if words::rounded(change, 2).is_zero() {
                        continue;
                    }
                    match sums.iter_mut().find(|(known, _)| *known == "by the conversion") {
                        Some((_, sum)) => *sum += change,
                        None => sums.push(("by the conversion", change)),
                    }
                    continue;
                }
                EntryKind::Warrant => "warrants",
                EntryKind::Grant { .. }
                | EntryKind::Exercise { .. }
                | EntryKind::Return { .. }
                | EntryKind::Transfer { .. } => continue,
            };
            match sums.iter_mut().find(|(known, _)| *known == kind) {
                Some((_, sum)) => *sum += entry.shares,
                None => sums.push((kind, entry.shares)),
            }
        }
        for (kind, sum) in sums {
            lines.push(plain(2, format!("{kind} {}", count(sum))));
        }
        if let Some(Because::PoolTarget { target, total, before }) = self
            .run
            .ledger()
            .entries_of(event)
            .find(|entry| matches!(entry.kind, EntryKind::PoolIncrease))
            .map(|entry| entry.because)
        {
            let says = format!(
                "pool increase = {} of {} in all - {} counted before",
                percent(target, Decimal::ONE),
                count(total),
                count(before)
            );
            match self.pool_origin(event) {
                Some(origin) => lines.push(self.cited(2, says, origin)),
                None => lines.push(plain(2, says)),
            }
        }
    }

    fn pool_origin(&self, event: EventId) -> Option<OriginId> {
        match &self.agreement().scenario.timeline[event.index()].event {
            Event::Closing { round, .. } => {
                self.agreement().scenario.rounds[round.index()].pool.as_ref().map(|pool| pool.origin)
            }
            Event::PoolIncrease(terms) => Some(terms.origin),
            Event::Secondary(_)
            | Event::OptionGrant(_)
            | Event::Warrant(_)
            | Event::Vest(_)
            | Event::Exercise(_)
            | Event::Cancellation(_)
            | Event::Issuance(_)
            | Event::Split(_)
            | Event::Ipo(_)
            | Event::ClassConversion(_)
            | Event::Repurchase(_)
            | Event::InKind(_)
            | Event::Convertible(_)
            | Event::Valuation(_)
            | Event::Maturity(_) => None,
        }
    }

    /// By how much a conversion of shares changed what they are as converted to common.
    fn by_conversion(&self, entry: &Posted, from: PositionId, given: Decimal) -> Decimal {
        // It comes before anything in the event that changes a ratio.
        let stages = self.run.ledger().stages.iter();
        let stage = stages.take_while(|stage| stage.event < Some(entry.event)).last();
        let ratio = |position: PositionId| {
            let class = self.agreement().scenario.positions[position.index()].class();
            stage.zip(class).map_or(Decimal::ONE, |(stage, class)| stage.ratios[class.index()])
        };
        entry.shares * ratio(entry.position) - given * ratio(from)
    }

    fn entry(&self, entry: &Posted, lines: &mut Vec<Line>) {
        let says = self.in_words(entry);
        match self.entry_origin(entry) {
            Some(origin) => lines.push(self.cited(2, says, origin)),
            None => lines.push(plain(2, says)),
        }
        if let Some(variable) = self.variable_of(entry) {
            lines.push(self.variable(3, variable));
        }
    }

    /// Where the number behind an entry was stated.
    fn entry_origin(&self, entry: &Posted) -> Option<OriginId> {
        if let EntryKind::Conversion { convertible, .. } = entry.kind {
            return Some(self.agreement().convertibles[convertible.index()].origin);
        }
        match &self.agreement().scenario.timeline[entry.event.index()].event {
            Event::Closing { round, tranche } => {
                let tranche = &self.agreement().scenario.rounds[round.index()].tranches[*tranche as usize];
                let participant =
                    tranche.participants.iter().find(|participant| participant.position == entry.position)?;
                Some(participant.origin)
            }
            Event::Secondary(terms) => Some(terms.quantity_origin),
            Event::PoolIncrease(terms) => Some(terms.origin),
            Event::OptionGrant(terms) => Some(terms.origin),
            Event::Warrant(terms) => Some(terms.origin),
            Event::Vest(terms) => Some(terms.origin),
            Event::Exercise(terms) => Some(terms.origin),
            Event::Cancellation(terms) => Some(terms.origin),
            Event::Issuance(terms) => Some(terms.origin),
            Event::Split(terms) => Some(terms.origin),
            Event::Ipo(terms) => self.offered_by(entry, terms),
            Event::ClassConversion(terms) => Some(terms.origin),
            Event::Repurchase(terms) => Some(terms.origin),
            Event::InKind(terms) => Some(terms.origin),
            Event::Convertible(_) | Event::Maturity(_) | Event::Valuation(_) => None,
        }
    }

    fn variable_of(&self, entry: &Posted) -> Option<VariableId> {
        let Event::Closing { round, tranche } = &self.agreement().scenario.timeline[entry.event.index()].event else {
            return None;
        };
        let tranche = &self.agreement().scenario.rounds[round.index()].tranches[*tranche as usize];
        let participant = tranche.participants.iter().find(|participant| participant.position == entry.position)?;
        match participant.takes {
            Takes::Money(Term::Variable(id))
            | Takes::PartOfTranche(Term::Variable(id))
            | Takes::Shares(Term::Variable(id)) => Some(id),
            _ => None,
        }
    }

    fn variable(&self, depth: usize, id: VariableId) -> Line {
        let variable = &self.agreement().variables[id.index()];
        let value = match &variable.value {
            Value::Number { number, percent: true } => {
                number.to_decimal(12).map_or_else(String::new, |value| percent(value, Decimal::ONE))
            }
            Value::Number { number, percent: false } => number.to_decimal(10).map_or_else(String::new, count),
            Value::Word(word) => word.clone(),
            Value::YesNo(yes) => yes.to_string(),
        };
        self.cited(depth, format!("variable {} = {value}", variable.name), variable.origin)
    }

    fn cited(&self, depth: usize, says: String, origin: OriginId) -> Line {
        cited(self.agreement(), depth, says, origin)
    }
}

/// A statement with the place and the source of the input it rests on.
pub fn cited(agreement: &Agreement, depth: usize, says: String, origin: OriginId) -> Line {
    let origin = agreement.origin(origin);
    let source = origin.source.map(|index| {
        let source = &agreement.sources[index];
        let named = source.publisher.as_deref().or(source.title.as_deref()).unwrap_or(&source.id);
        let date = source.date.as_deref().map(|date| format!(", {date}")).unwrap_or_default();
        format!("{named}{date} ({})", origin.evidence.word())
    });
    let source = source.or_else(|| Some(origin.evidence.word().to_owned()));
    Line { depth, says, at: Some(origin.cite.clone()), source }
}

/// A statement that follows from those below it.
pub fn plain(depth: usize, says: String) -> Line {
    Line { depth, says, at: None, source: None }
}

/// Four decimals of a share say where a fraction came from; the ledger has ten.
pub fn count(shares: Decimal) -> String {
    words::grouped(words::rounded(shares, 4))
}

/// A price with at most six decimals.
fn per_share(price: Decimal, currency: &str) -> String {
    words::price(words::rounded(price, 6), currency)
}

fn signed(shares: Decimal) -> String {
    if shares.is_sign_negative() { format!("- {}", count(-shares)) } else { format!("+ {}", count(shares)) }
}

/// Four decimals of a percent.
fn percent(part: Decimal, whole: Decimal) -> String {
    let fraction = Exact::given(part) / Exact::given(whole);
    fraction.to_decimal(12).map_or_else(String::new, |fraction| words::percent(fraction, 4))
}

/// The subject of that name: a stakeholder by its name in the file or in print, a group, or a plan.
pub fn find(agreement: &Agreement, name: &str) -> Option<(Subject, String)> {
    use crate::model::{GroupId, PlanId, StakeholderId};
    let same = |known: &str| known.eq_ignore_ascii_case(name);
    let stakeholder = agreement.stakeholders.iter().position(|who| who.id == name);
    let stakeholder =
        stakeholder.or_else(|| agreement.stakeholders.iter().position(|who| same(&who.id) || same(&who.name)));
    if let Some(index) = stakeholder {
        return Some((Subject::Stakeholder(StakeholderId::at(index)), agreement.stakeholders[index].name.clone()));
    }
    if let Some(index) = agreement.plans.iter().position(|plan| same(plan)) {
        return Some((Subject::Plan(PlanId::at(index)), agreement.plans[index].clone()));
    }
    let index = agreement.groups.iter().position(|group| same(group))?;
    Some((Subject::Group(GroupId::at(index)), agreement.groups[index].clone()))
}
