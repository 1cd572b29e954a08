//! On which rung of the funding ladder an event counts, and on which conditions it hangs.

use super::context::Context;
use super::timeline::{Slot, What};
use crate::error::{Finding, Span};
use crate::model::{
    Chance, ConditionId, ConditionInfo, Distribution, EventInfo, Rung, Setting, Term, Value, VariableId,
};
use crate::num::Stated;
use crate::spec::keys::{Kind, Names as NameKind, Sign};
use crate::spec::node::Block;
use crate::spec::number::Measure;
use crate::spec::value::{Given, Literal};
use jiff::civil::Date;

impl<'a> Context<'a> {
    /// Decides for every event on which rung it counts and on which conditions it hangs.
    pub(super) fn settle(&mut self, slots: &mut [Slot<'a>], as_of: Option<(Date, Span)>) -> Vec<EventInfo> {
        let mut conditions: Vec<(String, ConditionId)> = Vec::new();
        let mut infos = Vec::with_capacity(slots.len());
        for index in 0..slots.len() {
            let info = self.settle_status(&mut slots[index], as_of, &mut conditions);
            // A dividend in kind is due whatever happens: no table of its own states it.
            if !matches!(slots[index].what, What::Dividend(..)) {
                self.settle_dependency(slots, index);
            }
            infos.push(info);
        }
        self.check_first_closings(slots);
        infos
    }

    fn settle_status(
        &mut self,
        slot: &mut Slot<'a>,
        as_of: Option<(Date, Span)>,
        drawn: &mut Vec<(String, ConditionId)>,
    ) -> EventInfo {
        let block = slot.block;
        let vests = matches!(slot.what, What::Vest(..));
        let is_closing = vests || matches!(slot.what, What::Closing { .. });
        let text = |key: &str| if is_closing { block.text(key).map(str::to_owned) } else { None };
        let condition = text("condition");
        let expires = if is_closing { self.date(block, "expires") } else { None };
        let probability = match is_closing.then(|| block.quantity("probability")).flatten() {
            Some((Given::Stated(quantity), ..)) => Some(Term::Given(quantity.stated)),
            Some((Given::Variable { name, span }, ..)) => self.numeric(&name, span, Some(Measure::Fraction)),
            None => None,
        };
        let outer = slot.round.map(Block::provenance).unwrap_or_default();
        let origin = self.origin(block.name_span(), slot.stage.clone(), &block.provenance().or(&outer));
        if is_closing {
            slot.status = self.status(slot, condition.is_some(), as_of);
            if let Some(probability) = probability {
                self.check_drawn_probability(probability, &slot.stage, block.span_of("probability"));
            }
            if let Some(finding) = probability_finding(slot, probability.is_some()) {
                self.report(finding);
            }
            if let Some((expires, span)) = expires {
                self.check_expiry(slot, expires, span, as_of);
            }
            slot.rung = slot.status;
            if slot.status == Rung::All {
                let name = condition.clone().unwrap_or_else(|| slot.stage.clone());
                let known = drawn.iter().find(|(known, _)| *known == name).map(|(_, id)| *id);
                let id = known.unwrap_or_else(|| self.new_condition(true, name.clone(), Chance::Certain));
                if let Some(probability) = probability {
                    self.state_chance(id, probability, block.span_of("probability"));
                }
                drawn.push((name, id));
                slot.conditions.push(id);
            }
        }
        EventInfo {
            stage: slot.stage.clone(),
            kind: slot.what.words(),
            closing: match slot.what {
                What::Closing { round, tranche } => Some((round, tranche)),
                _ => None,
            },
            date: slot.date,
            date_assumed: slot.date_assumed,
            condition,
            expires: expires.map(|(date, _)| date),
            probability: probability.map(|term| self.stated(term)),
            origin,
        }
    }

    /// A new condition. That of a closing happens in `run` and is drawn in a simulation.
    fn new_condition(&mut self, happens: bool, name: String, chance: Chance) -> ConditionId {
        self.happens.push(happens);
        self.conditions.push(ConditionInfo { name, chance });
        ConditionId::at(self.happens.len() - 1)
    }

    /// One condition has one probability, however many closings hang on it.
    fn state_chance(&mut self, id: ConditionId, probability: Term<Stated>, span: Span) {
        let may_differ = |other: Term<Stated>| {
            let is_drawn = self.variables.varies(other) || self.variables.varies(probability);
            other != probability && (is_drawn || self.stated(other) != self.stated(probability))
        };
        match self.conditions[id.index()].chance {
            Chance::Probability(other) if may_differ(other) => {
                let name = self.conditions[id.index()].name.clone();
                self.report(
                    Finding::error("E0417", format!("two probabilities of one condition, \"{name}\""))
                        .at(span, "expected the probability stated before")
                        .help("the same words are the same condition: correct one of them, or word the conditions differently"),
                );
            }
            _ => self.conditions[id.index()].chance = Chance::Probability(probability),
        }
    }

    /// A probability at its base, and wherever it may be drawn.
    fn check_drawn_probability(&mut self, probability: Term<Stated>, stage: &str, span: Span) {
        self.check_probability(self.stated(probability), span);
        let Term::Variable(id) = probability else { return };
        let info = &self.variables.infos[id.index()];
        let is_tied = matches!(self.variables.settings[id.index()], Setting::Tied { .. });
        let (ends, is_open): (Vec<Stated>, bool) = match &info.distribution {
            Some(
                Distribution::Uniform { low, high }
                | Distribution::Triangular { low, high, .. }
                | Distribution::Pert { low, high, .. },
            ) => (vec![*low, *high], false),
            Some(Distribution::Discrete { values, .. }) => {
                let number =
                    |value: &Value| if let Value::Number { number, .. } = value { Some(*number) } else { None };
                (values.iter().filter_map(number).collect(), false)
            }
            Some(Distribution::Normal { .. } | Distribution::Lognormal { .. }) => (Vec::new(), true),
            Some(Distribution::Bernoulli { .. }) => (Vec::new(), false),
            None => (Vec::new(), is_tied),
        };
        if is_open {
            let says = format!("a probability `{}` drawn below 0 % or above 100 % counts as 0 % or 100 %", info.name);
            self.assume(stage, says, Some(span));
        }
        if let Some(outside) = ends.into_iter().find(|end| end.is_negative() || *end > Stated::ONE) {
            self.check_probability(outside, span);
        }
    }

    /// The condition that a yes/no variable is yes: one for the whole scenario.
    fn condition_of(&mut self, variable: VariableId, yes: bool) -> ConditionId {
        if let Some(known) = self.yes_no_conditions.get(&variable) {
            return *known;
        }
        let name = self.variables.infos[variable.index()].name.clone();
        let condition = self.new_condition(yes, name, Chance::Variable(variable));
        self.yes_no_conditions.insert(variable, condition);
        condition
    }

    fn status(&mut self, slot: &Slot<'a>, has_condition: bool, as_of: Option<(Date, Span)>) -> Rung {
        let block = slot.block;
        let vests = matches!(slot.what, What::Vest(..));
        let stated = if vests { None } else { self.word(block, "status") };
        let hangs = has_condition || block.has("probability") || block.has("only_if");
        let status = match stated {
            Some(("funded", _)) => Rung::Funded,
            Some(("committed", _)) => Rung::Committed,
            Some(("conditional", _)) => Rung::All,
            _ if hangs => Rung::All,
            // A milestone that hangs on nothing but its day.
            _ if vests => Rung::Funded,
            _ => {
                self.assume(&slot.stage, "committed: no status is stated", Some(block.span));
                Rung::Committed
            }
        };
        if let (Rung::Funded, Some((_, span))) = (status, stated) {
            match (as_of, slot.date) {
                (Some((as_of, at)), Some(date)) if date > as_of => self.report(
                    Finding::error(
                        "E0442",
                        format!("\"{}\" is funded on {date}, after these facts were known", slot.stage),
                    )
                    .at(span, "expected \"committed\" or \"conditional\"")
                    .and_at(at, format!("`as_of` is {as_of}"))
                    .help("correct the date or the status, or move `as_of` to when it was funded"),
                ),
                (None, _) => self.report(
                    Finding::error("E0442", format!("\"{}\" is funded, as known when?", slot.stage))
                        .at(span, "expected `as_of` at the top of the file")
                        .help("write `as_of = 2026-03-31`, the day these facts were known"),
                ),
                _ => {}
            }
        }
        status
    }

    fn check_expiry(&mut self, slot: &mut Slot<'a>, expires: Date, span: Span, as_of: Option<(Date, Span)>) {
        if let Some(date) = slot.date.filter(|date| *date > expires) {
            self.report(
                Finding::error("E0444", format!("\"{}\" closes on {date} and expires on {expires}", slot.stage))
                    .at(slot.block.span_of("date"), "after it expires")
                    .and_at(span, "expires here")
                    .help("correct one of them: it must close by the day it expires"),
            );
        } else if let Some((as_of, _)) = as_of.filter(|(as_of, _)| *as_of > expires && slot.status == Rung::All) {
            slot.status = Rung::Never;
            self.report(
                Finding::warning("W0444", format!("\"{}\" expired on {expires}", slot.stage))
                    .at(span, format!("before {as_of}, when these facts were known: it is counted on no rung"))
                    .help("remove it, or correct `expires` or its `status`"),
            );
        }
    }

    /// Follows `only_if`: the event counts only where that one does, and happens only where it happens.
    fn settle_dependency(&mut self, slots: &mut [Slot<'a>], index: usize) {
        let block = slots[index].block;
        let Some((given, _, span)) =
            block.get("only_if").and_then(|entry| entry.node.read(&Kind::Name(NameKind::Condition), Sign::Any))
        else {
            return;
        };
        let name = match given {
            Given::Stated(Literal::Text(name)) => name.to_owned(),
            Given::Variable { name, span } => {
                match self.variables.yes_no(&name, span) {
                    Ok((yes, id)) => {
                        let condition = self.condition_of(id, yes);
                        slots[index].conditions.push(condition);
                    }
                    Err(finding) => self.report_unusable(finding),
                }
                return;
            }
            Given::Stated(_) => return,
        };
        match dependency(slots, index, &name) {
            Some(other) if other < index => {
                let (rung, conditions) = (slots[other].rung, slots[other].conditions.clone());
                let slot = &mut slots[index];
                slot.rung = slot.rung.max(rung);
                for condition in conditions {
                    if !slot.conditions.contains(&condition) {
                        slot.conditions.push(condition);
                    }
                }
            }
            Some(other) => {
                let finding = backwards(slots, index, other, span);
                self.report(finding);
            }
            None => {
                let stages: Vec<&str> = slots.iter().map(|slot| slot.stage.as_str()).collect();
                let near = crate::spec::suggest::nearest(&name, stages.iter().copied());
                let label = near.map_or("expected a tranche, an event or a yes/no variable".to_owned(), |near| {
                    format!("did you mean \"{near}\"?")
                });
                self.report(
                    Finding::error("E0402", format!("no tranche or event named \"{name}\""))
                        .at(span, label)
                        .help("a yes/no variable is written \"$name\""),
                );
            }
        }
    }

    /// A closing dated before the first one of its round in the file.
    fn check_first_closings(&mut self, slots: &[Slot<'a>]) {
        for slot in slots {
            let What::Closing { round, tranche } = slot.what else { continue };
            let first = slots.iter().find(|other| other.what == What::Closing { round, tranche: 0 });
            let round_date = slot.round.and_then(|block| block.date("date")).and_then(|(given, _, span)| match given {
                Given::Stated(date) => Some((date, span)),
                Given::Variable { .. } => None,
            });
            let (Some(date), Some(first)) = (slot.date, first) else { continue };
            let bound = round_date.or(first.date.map(|date| (date, first.block.span_of("date"))));
            if let Some((bound, span)) = bound.filter(|(bound, _)| tranche > 0 && date < *bound) {
                self.report(
                    Finding::error(
                        "E0447",
                        format!("\"{}\" on {date} is before its round's first closing on {bound}", slot.stage),
                    )
                    .at(slot.block.span_of("date"), "expected a day not before it")
                    .and_at(span, "the first closing")
                    .help("correct one of the dates, or list the earliest closing first"),
                );
            }
        }
    }
}

/// The event that a name means here: a tranche of the same round, a stage, or a round (its last closing).
fn dependency(slots: &[Slot], index: usize, name: &str) -> Option<usize> {
    let round_name = slots[index].round.and_then(Block::name);
    let own = round_name.map(|round| format!("{round} / {name}"));
    let find = |stage: &str| slots.iter().position(|slot| slot.stage == stage);
    own.and_then(|own| find(&own))
        .or_else(|| find(name))
        .or_else(|| slots.iter().rposition(|slot| slot.round.and_then(Block::name) == Some(name)))
}

/// A probability belongs to a conditional closing alone.
fn probability_finding(slot: &Slot, has_probability: bool) -> Option<Finding> {
    (has_probability && slot.status != Rung::All).then(|| {
        Finding::error("E0443", format!("\"{}\" is {} and has a probability", slot.stage, slot.status.status()))
            .at(slot.block.span_of("probability"), "only a conditional closing has one")
            .help("write `status = \"conditional\"`, or leave the probability out")
    })
}

/// The finding for an event that hangs on itself, on a circle, or on something later.
fn backwards(slots: &[Slot], index: usize, other: usize, span: Span) -> Finding {
    if index == other {
        return Finding::error("E0445", format!("\"{}\" hangs on itself", slots[index].stage))
            .at(span, "expected another closing or event");
    }
    // Follow the chain from the other event; if it leads back here, it is a circle.
    let mut chain = vec![index, other];
    while let Some(next) = chain.last().and_then(|&last| {
        let name = slots[last].block.text("only_if")?.to_owned();
        dependency(slots, last, &name)
    }) {
        let closed = chain.contains(&next);
        chain.push(next);
        if closed {
            break;
        }
    }
    let names: Vec<_> = chain.iter().map(|&slot| format!("\"{}\"", slots[slot].stage)).collect();
    if chain.last() == Some(&index) {
        return Finding::error("E0445", format!("conditions in a circle: {}", names.join(" -> ")))
            .at(span, "this leads back to itself")
            .help("let the first of them hang on nothing");
    }
    let date = |slot: &Slot| slot.date.map_or("without a date".to_owned(), |date| format!("on {date}"));
    Finding::error("E0446", format!("\"{}\" hangs on something later", slots[index].stage))
        .at(span, format!("\"{}\" is {}", slots[other].stage, date(&slots[other])))
        .and_at(slots[index].block.name_span(), format!("this is {}", date(&slots[index])))
        .help("an event can hang only on one that happens before it")
}
