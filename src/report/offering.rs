//! The figures of an offering: proceeds, book value per share, market capitalizations.

use super::exact::exact;
use super::run::Run;
use crate::engine::books::EntryKind;
use crate::engine::ipo::PostedOffering;
use crate::engine::ledger::{Ledger, Stage};
use crate::model::{Agreement, ClassId, Event, EventId, Holding, Ipo, PositionId};
use crate::num::{Exact, Number, Stated};

/// An offering that took place.
#[derive(Clone, Copy, Debug)]
pub struct Offering<'a> {
    /// What was agreed.
    pub terms: &'a Ipo<Stated>,
    /// What came of it.
    pub posted: &'a PostedOffering,
    /// The company just after it.
    pub after: &'a Stage,
    /// The company just before it.
    pub before: &'a Stage,
    agreement: &'a Agreement,
    ledger: &'a Ledger,
}

/// Net tangible book value per share, as the dilution section of a prospectus has it.
///
/// ```text
/// before    = book value / shares outstanding before, everything converted
/// after     = (book value + net proceeds) / (shares before + new shares)
/// increase  = after - before                 dilution = price - after
/// ```
///
/// Money per share as converted. Source: Regulation S-K, item 506.
#[derive(Clone, Copy, Debug)]
pub struct BookValue {
    /// Before the offering, pro forma for what converts.
    pub before: Exact,
    /// As adjusted for the offering.
    pub after: Exact,
}

/// Price times a count, after the offering.
#[derive(Clone, Copy, Debug)]
pub struct MarketCapitalizations {
    /// Outstanding shares.
    pub basic: Exact,
    /// Outstanding shares, and options and warrants by the treasury stock method.
    pub treasury: Exact,
    /// Outstanding shares, and promised and granted options and warrants in full.
    pub gross: Exact,
    /// Everything fully diluted, the available pool too.
    pub with_pool: Exact,
}

/// Every offering of a run, in the order they took place.
pub fn offerings(run: &Run) -> impl Iterator<Item = Offering<'_>> {
    let ledger = run.ledger();
    ledger.offerings.iter().filter_map(|posted| Offering::of(&run.agreement, ledger, posted.event))
}

impl<'a> Offering<'a> {
    /// The offering of an event, if it took place.
    pub fn of(agreement: &'a Agreement, ledger: &'a Ledger, event: EventId) -> Option<Self> {
        let Event::Ipo(terms) = &agreement.scenario.timeline[event.index()].event else { return None };
        let posted = ledger.offering(event)?;
        let stage = super::frame::stage_of(ledger, event)?;
        let (before, after) = (&ledger.stages[stage.checked_sub(1)?], &ledger.stages[stage]);
        Some(Offering { terms, posted, after, before, agreement, ledger })
    }

    /// Price of one share of the class offered.
    pub fn price(&self) -> Exact {
        exact(self.posted.price) * self.common_per_share()
    }

    fn common_per_share(&self) -> Exact {
        exact(self.after.ratios[self.terms.class.index()])
    }

    /// What buyers pay the company: its shares and those of the option that was taken.
    pub fn gross(&self) -> Exact {
        self.issued().map(|(_, money)| money).sum()
    }

    /// Gross proceeds less underwriting discount and costs.
    pub fn net(&self) -> Exact {
        self.gross() - exact(self.posted.underwriting_discount) - exact(self.posted.costs)
    }

    /// New shares of the class offered.
    pub fn new_shares(&self) -> Exact {
        self.issued().map(|(shares, _)| shares).sum()
    }

    fn issued(&self) -> impl Iterator<Item = (Exact, Exact)> + use<'a> {
        self.ledger.entries_of(self.posted.event).filter_map(|entry| match entry.kind {
            EntryKind::Issuance { money, .. } => Some((exact(entry.shares), exact(money))),
            _ => None,
        })
    }

    /// Shares that holders sold.
    pub fn sold_by_holders(&self) -> Exact {
        let entries = self.ledger.entries_of(self.posted.event);
        entries.filter(|entry| matches!(entry.kind, EntryKind::Transfer { .. })).map(|entry| exact(entry.shares)).sum()
    }

    /// Outstanding shares as converted after the offering.
    pub fn outstanding(&self) -> Exact {
        self.count(|holding| matches!(holding, Holding::Shares(..)))
    }

    /// Book value per share; `None` where no book value is stated, or nothing is outstanding.
    pub fn book_value(&self) -> Option<BookValue> {
        let value = exact(self.posted.net_tangible_book_value?);
        let before = exact(self.posted.outstanding_before);
        let after = before + self.new_shares() * self.common_per_share();
        if !before.is_positive().is_yes() {
            return None;
        }
        Some(BookValue { before: value / before, after: (value + self.net()) / after })
    }

    /// What the company is worth at the offering's price, by four counts.
    pub fn market_capitalizations(&self) -> MarketCapitalizations {
        let price = exact(self.posted.price);
        let outstanding = self.outstanding();
        let gross = self.count(|holding| !matches!(holding, Holding::Available(_)));
        MarketCapitalizations {
            basic: price * outstanding,
            treasury: price * (outstanding + self.treasury()),
            gross: price * gross,
            with_pool: price * exact(self.after.fully_diluted),
        }
    }

    /// Options and warrants by the treasury stock method: `sum n max(0, 1 - strike / price)`.
    fn treasury(&self) -> Exact {
        let price = exact(self.posted.price);
        let in_the_money = |counted: &crate::model::CountedRight| {
            let held = &self.after.rights[counted.right.index()];
            let vested = (held.vested - held.exercised).max(rust_decimal::Decimal::ZERO).min(held.outstanding);
            let options = if counted.is_warrant { vested } else { held.outstanding };
            let class = self.agreement.scenario.rights[counted.right.index()].class;
            let common = exact(self.after.ratios[class.index()]);
            let paid = exact(held.exercise_price) / common / price;
            exact(options) * common * (Exact::one() - paid).max(Exact::zero())
        };
        self.terms.rights.iter().map(in_the_money).sum()
    }

    fn count(&self, counts: impl Fn(Holding) -> bool) -> Exact {
        let positions = self.agreement.scenario.positions.iter().zip(&self.after.as_converted);
        positions.filter(|(holding, _)| counts(**holding)).map(|(_, shares)| exact(*shares)).sum()
    }

    /// Shares as converted that a ratchet adds to a class.
    pub fn ratchet_shares(&self, class: ClassId) -> Exact {
        let of_class =
            |position: PositionId| self.agreement.scenario.positions[position.index()].class() == Some(class);
        let entries = self.ledger.entries_of(self.posted.event).filter(|entry| of_class(entry.position));
        entries
            .filter_map(|entry| match entry.kind {
                EntryKind::Adjustment { as_converted } => Some(exact(as_converted)),
                _ => None,
            })
            .sum()
    }

    /// What a class held before the offering, as converted.
    pub fn held_before(&self, class: ClassId) -> Exact {
        let positions = self.agreement.scenario.positions.iter().zip(&self.before.as_converted);
        positions.filter(|(holding, _)| holding.class() == Some(class)).map(|(_, shares)| exact(*shares)).sum()
    }
}

impl BookValue {
    /// What the offering adds to a share.
    pub fn increase(&self) -> Exact {
        self.after - self.before
    }

    /// What a buyer pays above the book value of a share.
    pub fn dilution(&self, price: Exact) -> Exact {
        price - self.after
    }
}
