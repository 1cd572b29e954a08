//! Who takes part in a closing, and for how much.

use super::context::Context;
use crate::error::{Finding, Span};
use crate::model::{OriginId, StakeholderId, Takes, Term};
use crate::num::Stated;
use crate::spec::keys::Sign;
use crate::spec::node::{Block, Entry, Provenance, Shape};
use crate::spec::number::Measure;
use crate::spec::value::{Given, Literal};

/// What a tranche's participants are read against.
pub(super) struct Scope<'a> {
    pub stage: &'a str,
    pub outer: Provenance,
    pub own_price: bool,
    pub has_amount: bool,
    pub has_size: bool,
    pub priced_by: &'static str,
}

impl Context<'_> {
    pub(super) fn read_participant(
        &mut self,
        map: &Block,
        entry: &Entry,
        scope: &Scope,
    ) -> Option<(StakeholderId, Takes<Stated>, OriginId)> {
        let stakeholder = self.stakeholder(&entry.key, entry.key_span)?;
        let what = format!("{} in {}", entry.key, scope.stage);
        let Shape::Map(spec) = map.shape else { return None };
        let (given, provenance, span) = entry.node.read(&spec.kind, Sign::Positive)?;
        let takes = match &given {
            Given::Stated(Literal::Word("rest")) => {
                let origin = self.origin(span, what, &provenance.or(&scope.outer));
                (self.rest(scope, span)?, origin)
            }
            Given::Stated(Literal::Word("pro_rata")) => {
                let origin = self.origin(span, what, &provenance.or(&scope.outer));
                self.check_right(scope, span)?;
                (Takes::ProRata(Term::Given(Stated::ONE)), origin)
            }
            Given::Stated(Literal::Block(table)) => self.read_right(table, &what, scope)?,
            Given::Stated(_) | Given::Variable { .. } => {
                let (term, measure, origin) = self.part(&entry.node, &spec.kind, what, &scope.outer)?;
                let takes = match measure {
                    Measure::Fraction => {
                        self.check_fraction(scope, entry, span)?;
                        Takes::PartOfTranche(term)
                    }
                    _ => Takes::Money(term),
                };
                (takes, origin)
            }
        };
        Some((stakeholder, takes.0, takes.1))
    }

    fn rest(&mut self, scope: &Scope, span: Span) -> Option<Takes<Stated>> {
        match (scope.has_amount, scope.has_size) {
            (true, _) => Some(Takes::RestOfTranche),
            (false, true) => Some(Takes::RestOfSize),
            (false, false) => {
                self.report(
                    Finding::error("E0453", "the rest of what?")
                        .at(span, "neither the closing's `amount` nor the round's `size` is stated")
                        .help("give the tranche an `amount` or the round a `size`"),
                );
                None
            }
        }
    }

    fn check_fraction(&mut self, scope: &Scope, entry: &Entry, span: Span) -> Option<()> {
        if scope.has_amount {
            return Some(());
        }
        let literal = self.files.text(span).trim_matches('"').to_owned();
        self.report(
            Finding::error("E0453", format!("{} takes {literal} of what?", entry.key))
                .at(span, "a fraction of the closing's money, which is not stated")
                .help(match scope.has_size {
                    true => "give the tranche an `amount`",
                    false => "give the tranche an `amount` or the round a `size`",
                }),
        );
        None
    }

    fn read_right(&mut self, table: &Block, what: &str, scope: &Scope) -> Option<(Takes<Stated>, OriginId)> {
        let outer = table.provenance().or(&scope.outer);
        if let Some((shares, origin)) = self.quantity(table, "shares", what, &outer) {
            let span = table.span_of("shares");
            if scope.has_size && scope.own_price {
                self.report(
                    Finding::error("E0455", format!("shares at a price of their own, within a stated size: {what}"))
                        .at(span, "expected money")
                        .help("write the cheque in money, or leave out the round's `size`"),
                );
                return None;
            }
            if !scope.has_size && !scope.has_amount && !scope.own_price {
                self.check_growth(scope, span)?;
            }
            return Some((Takes::Shares(shares), origin));
        }
        for (key, takes) in
            [("ownership", Takes::Ownership as fn(Term<Stated>) -> Takes<Stated>), ("pro_rata", Takes::ProRata)]
        {
            if let Some((term, origin)) = self.quantity(table, key, what, &outer) {
                self.check_right(scope, table.span_of(key))?;
                return Some((takes(term), origin));
            }
        }
        None
    }

    /// Whether a participant over-allots, which only who takes its whole right can.
    pub(super) fn over_allotment(&mut self, entry: &Entry, takes: Takes<Stated>) -> bool {
        let Some(table) = entry.node.as_block() else { return false };
        let over_allots = matches!(table.yes_no("over_allotment"), Some((Given::Stated(true), ..)));
        if let Takes::ProRata(part) = takes
            && over_allots
            && self.stated(part) < Stated::ONE
        {
            self.report(
                Finding::error(
                    "E0483",
                    format!("{} leaves a part of its right and takes what others leave", entry.key),
                )
                .at(table.span_of("over_allotment"), "expected `pro_rata = \"100%\"` beside it")
                .help("over-allotment is for those who take their whole pro rata"),
            );
        }
        over_allots
    }

    /// Rights are to new shares at the round's price; without a size or an amount the round grows by them.
    fn check_right(&mut self, scope: &Scope, span: Span) -> Option<()> {
        if scope.own_price {
            self.report(
                Finding::error("E0455", format!("a right in \"{}\", which has a price of its own", scope.stage))
                    .at(span, "rights are to the shares at the round's price")
                    .help("put the participant on a closing at the round's price, or write its cheque in money"),
            );
            return None;
        }
        match scope.has_size || scope.has_amount {
            true => Some(()),
            false => self.check_growth(scope, span),
        }
    }

    fn check_growth(&mut self, scope: &Scope, span: Span) -> Option<()> {
        if scope.priced_by != "post_money" {
            return Some(());
        }
        self.report(
            Finding::error("E0456", "the round grows by this, but its post-money is fixed")
                .at(span, "how much money is in the post-money?")
                .help("give the round a `size`, or state its `pre_money`"),
        );
        None
    }
}
