//! The sale of the company: its terms, and what every class, right, SAFE and note is in it.

mod classes;
mod securities;

use super::classes::Cast;
use super::context::Context;
use super::timeline::{Slot, What};
use crate::error::Finding;
use crate::model::{
    Charge, ConvertedPreference, Convertible, ConvertibleInfo, Debt, Elapsed, Election, Exit, Lots, Owed, Round, Term,
    Timed,
};
use crate::num::Stated;
use crate::spec::node::{Block, Provenance};
use crate::spec::number::Measure;
use crate::spec::value::{Given, Literal};
use std::sync::Arc;

/// What an exit is read against: everything that came before it.
pub(super) struct Before<'s, 'a> {
    pub slots: &'s [Slot<'a>],
    pub cast: &'s Cast,
    pub rounds: &'s [Round<Stated>],
    pub timeline: &'s [Timed<Stated>],
    pub convertibles: &'s [Convertible<Stated>],
    pub infos: &'s [ConvertibleInfo],
}

/// The exit of a file, for the engine and for readers.
#[derive(Default)]
pub(super) struct Resolved {
    pub terms: Option<Exit<Stated>>,
    pub lots: Arc<Lots>,
    pub name: Option<String>,
    /// Names of loans, in the order of the file.
    pub loans: Vec<String>,
}

impl<'a> Context<'a> {
    /// One exit ends the company: a second is a finding, and so is what would follow the first. What only falls due or vests
    /// later does not happen.
    pub(super) fn check_exit(&mut self, slots: &mut [Slot<'a>]) {
        let Some(place) = slots.iter().position(|slot| slot.what == What::Exit) else { return };
        let (stage, span) = (slots[place].stage.clone(), slots[place].block.name_span());
        let day = slots[place].date.map_or(String::new(), |date| format!(" on {date}"));
        for slot in &mut slots[place + 1..] {
            match slot.what {
                What::Commitment | What::Loan(_) | What::Valuation(_) => {}
                What::Vest(..) | What::Maturity(_) | What::Dividend(..) => slot.rung = crate::model::Rung::Never,
                What::Exit => self.report(
                    Finding::error("E0510", format!("\"{stage}\" and \"{}\" both end the company", slot.stage))
                        .at(slot.block.name_span(), "the second sale")
                        .and_at(span, "the first")
                        .help("a scenario has one exit: put the other into a file `based_on` this one, or list both values"),
                ),
                What::Closing { .. }
                | What::Secondary
                | What::PoolIncrease
                | What::OptionGrant(_)
                | What::Warrant(_)
                | What::Exercise
                | What::Cancellation
                | What::Issuance
                | What::Split
                | What::Ipo
                | What::ClassConversion
                | What::Repurchase
                | What::Convertible(_) => {
                    let date = slot.date.map_or(String::new(), |date| format!(" on {date}"));
                    self.report(
                        Finding::error("E0511", format!("\"{}\"{date} follows the sale of the company{day}", slot.stage))
                            .at(slot.block.name_span(), "nothing happens to a company that was sold")
                            .and_at(span, format!("\"{stage}\" is the sale"))
                            .help("correct one of the dates; without dates the exit comes last in the file"),
                    );
                }
            }
        }
    }

    /// The exit of the file, with the lots that it needs.
    pub(super) fn read_exit(&mut self, before: &Before<'_, 'a>) -> Resolved {
        let loans = before.slots.iter().filter_map(|slot| match slot.what {
            What::Loan(number) => Some((number, slot.stage.clone())),
            _ => None,
        });
        let mut loans: Vec<(u32, String)> = loans.collect();
        loans.sort_by_key(|(number, _)| *number);
        let mut resolved = Resolved { loans: loans.into_iter().map(|(_, name)| name).collect(), ..Resolved::default() };
        let needs_lots = |slot: &Slot| matches!(slot.what, What::Exit | What::Valuation(_));
        if !before.slots.iter().any(needs_lots) {
            return resolved;
        }
        let preferences: Vec<_> = before.infos.iter().map(|info| converted_preference(info.preference)).collect();
        let complete = before.rounds.len() == self.root.blocks("rounds").count()
            && before.timeline.len() == before.slots.iter().filter(|slot| slot.what.is_of_the_table()).count();
        if preferences.len() != before.convertibles.len() || !complete {
            return resolved;
        }
        let has_lots: Vec<bool> = before.cast.classes.iter().map(|class| !class.is_common).collect();
        let lots = Lots::new(&self.positions, &has_lots, before.rounds, before.timeline, &preferences);
        if let Some(slot) = before.slots.iter().find(|slot| slot.what == What::Exit) {
            resolved.terms = self.exit(slot, before, &lots);
            resolved.name = Some(slot.stage.clone());
        }
        resolved.lots = Arc::new(lots);
        resolved
    }

    fn exit(&mut self, slot: &Slot<'a>, before: &Before<'_, 'a>, lots: &Lots) -> Option<Exit<Stated>> {
        let (block, stage) = (slot.block, slot.stage.as_str());
        let outer = block.provenance();
        let (values, origin) = self.exit_values(block, stage, &outer)?;
        let costs = self.charge(block, "costs", stage, &outer);
        let carve_out = self.charge(block, "carve_out", stage, &outer);
        let carve_out_to = match block.text("carve_out_to") {
            Some(who) => Some(self.stakeholder(who, block.span_of("carve_out_to"))?),
            None => None,
        };
        let escrow = match block.has("escrow") {
            true => self.quantity(block, "escrow", format!("escrow of {stage}"), &outer)?.0,
            false => Term::Given(Stated::ZERO),
        };
        self.check_part(block, "escrow", escrow);
        if !["debt", "costs", "carve_out", "escrow"].iter().any(|key| block.has(key)) {
            self.assume(stage, "no debt but loans, no costs, no management carve-out and no escrow", Some(block.span));
        }
        let election = match self.word(block, "election") {
            Some(("class", _)) => Election::Class,
            _ => Election::Lot,
        };
        if !block.has("election") {
            self.assume(stage, "shares of each issue price choose for themselves; `election = \"class\"` would let a class choose as a whole", Some(block.span));
        }
        let pool_takes_part = self.yes_no_of(block, "pool_takes_part");
        if !block.has("pool_takes_part") {
            self.assume(stage, "options available in a plan get nothing", Some(block.span));
        }
        let (classes, safe_rank) = self.classes_at_exit(before.cast, stage)?;
        let accrued = self.accrued(slot, before, lots, &classes)?;
        let debts = self.debts(slot, before.slots, &outer)?;
        let rights = self.rights_at_exit(slot, before.slots)?;
        let convertibles = self.convertibles_at_exit(slot, before)?;
        Some(Exit {
            values,
            costs,
            debts,
            carve_out,
            carve_out_to,
            escrow,
            pool_takes_part,
            election,
            classes,
            rights,
            convertibles,
            accrued,
            safe_rank,
            rung: slot.rung,
            conditions: slot.conditions.clone(),
            origin,
        })
    }

    fn exit_values(
        &mut self,
        block: &Block,
        stage: &str,
        outer: &Provenance,
    ) -> Option<(Vec<Term<Stated>>, crate::model::OriginId)> {
        let mut values = Vec::new();
        let mut first = None;
        for (given, provenance, span) in block.items("value") {
            let given = given.and_then(|literal| match literal {
                Literal::Quantity(quantity) => Some(quantity),
                _ => None,
            })?;
            let (term, origin) = self.term((given, provenance, span), format!("value of {stage}"), outer)?;
            self.check_exit_value(term, span, stage);
            first.get_or_insert(origin);
            values.push(term);
        }
        Some((values, first?))
    }

    /// A variable may be anything; the price of a company is not below zero.
    fn check_exit_value(&mut self, term: Term<Stated>, span: crate::error::Span, stage: &str) {
        if self.stated(term).is_negative() {
            self.report(
                Finding::error("E0512", format!("\"{stage}\" is for less than nothing"))
                    .at(span, "expected an amount of at least 0")
                    .help("what the company owes is `debt`, not a negative price"),
            );
        }
    }

    /// An amount, or a fraction; nothing where the key is not there.
    fn charge(&mut self, block: &Block, key: &str, stage: &str, outer: &Provenance) -> Charge<Stated> {
        let nothing = Charge::Money(Term::Given(Stated::ZERO));
        let Some((given, provenance, span)) = block.literal(key) else { return nothing };
        let Some(given) = given.and_then(|literal| match literal {
            Literal::Quantity(quantity) => Some(quantity),
            _ => None,
        }) else {
            return nothing;
        };
        let stated_measure = match &given {
            Given::Stated(quantity) => Some(quantity.measure),
            Given::Variable { .. } => None,
        };
        let Some((term, _)) = self.term((given, provenance, span), format!("{key} of {stage}"), outer) else {
            return nothing;
        };
        let is_fraction = match (stated_measure, term) {
            (Some(measure), _) => measure == Measure::Fraction,
            // A variable is what it was typed as: with a percent sign a fraction, without one money.
            (None, Term::Variable(id)) => {
                matches!(self.variables.infos[id.index()].value, crate::model::Value::Number { percent: true, .. })
            }
            (None, Term::Given(_)) => false,
        };
        if !is_fraction {
            return Charge::Money(term);
        }
        self.check_part(block, key, term);
        Charge::Fraction(term)
    }

    /// A part that leaves something.
    fn check_part(&mut self, block: &Block, key: &str, part: Term<Stated>) {
        if self.stated(part) >= Stated::ONE {
            self.report(
                Finding::error("E0513", format!("`{key}` leaves nothing"))
                    .at(block.span_of(key), "expected a fraction below 100 %")
                    .help("an amount of money is written such as \"5M\""),
            );
        }
    }

    /// The exit's own debt, then loans with their interest.
    fn debts(&mut self, slot: &Slot<'a>, slots: &[Slot<'a>], outer: &Provenance) -> Option<Vec<Debt<Stated>>> {
        let (block, stage) = (slot.block, slot.stage.as_str());
        let mut debts = Vec::new();
        if block.has("debt")
            && let Some((amount, origin)) = self.quantity(block, "debt", format!("debt at {stage}"), outer)
        {
            debts.push(Debt {
                of: Owed::Debt,
                to: None,
                amount,
                interest: None,
                elapsed: Elapsed::NONE,
                rung: crate::model::Rung::Funded,
                conditions: Vec::new(),
                origin,
            });
        }
        for loan in slots.iter().take_while(|other| other.what != What::Exit) {
            let What::Loan(number) = loan.what else { continue };
            let (block, name) = (loan.block, loan.stage.as_str());
            let outer = block.provenance();
            let to = self.stakeholder(block.text("stakeholder")?, block.span_of("stakeholder"))?;
            let (amount, origin) = self.quantity(block, "amount", format!("amount of {name}"), &outer)?;
            let interest = self.interest(block, name, &outer);
            let elapsed = self.elapsed(block, name, loan.date, slot.date)?;
            let (rung, conditions) = (loan.rung, loan.conditions.clone());
            debts.push(Debt {
                of: Owed::Loan(number),
                to: Some(to),
                amount,
                interest,
                elapsed,
                rung,
                conditions,
                origin,
            });
        }
        Some(debts)
    }
}

/// The preference per share of what a convertible became, by its word.
fn converted_preference(word: &str) -> ConvertedPreference {
    match word {
        "round_price" => ConvertedPreference::RoundPrice,
        "common" => ConvertedPreference::Common,
        _ => ConvertedPreference::ConversionPrice,
    }
}
