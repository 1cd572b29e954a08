//! The figures of the file format, computed from a run: what `[[expect]]` compares and `explain` shows.

mod exit;
mod valuation;

pub use valuation::worth;

use super::exact::Values;
use super::exits::ExitOfRun;
use super::offering::Offering;
use super::run::Run;
use crate::engine::books::EntryKind;
use crate::engine::ledger::{Ledger, Posted, Stage};
use crate::engine::valuation::PostedValuation;
use crate::model::{
    Agreement, ConvertibleId, EventId, Figure, Holding, PositionId, Residue, RightId, RoundId, Rung, Subject,
    TranchePrice,
};
use crate::num::{Exact, Number};
use rust_decimal::Decimal;

/// Where in a run a figure is asked for.
#[derive(Clone, Copy, Debug)]
pub struct At<'a> {
    agreement: &'a Agreement,
    ledger: &'a Ledger,
    /// Index of the stage in the ledger.
    stage: usize,
    /// True where a round was named and not one of its closings.
    whole_round: bool,
    /// A valuation was named, or is the last event of all: what things are worth is by it.
    valuation: Option<&'a PostedValuation>,
}

/// Why there is no such stage or figure, in words.
pub type Missing = String;

impl<'a> At<'a> {
    /// The stage of that name: `opening`, an event, a round (its last counted closing); the last stage without a name.
    ///
    /// # Errors
    /// Where the event did not take place on this rung.
    pub fn stage(run: &'a Run, rung: Rung, after: Option<&str>) -> Result<Self, Missing> {
        let (agreement, ledger) = (&run.agreement, run.on(rung));
        let here = |stage, whole_round| At { agreement, ledger, stage, whole_round, valuation: None };
        let Some(name) = after else {
            let last = ledger.stages.len() - 1;
            let latest = ledger.valuations.last().filter(|valuation| Some(valuation.event) > ledger.stages[last].event);
            return Ok(At { valuation: latest, ..here(last, false) });
        };
        let valued = |valuation: &&PostedValuation| agreement.stage(Some(valuation.event)) == name;
        if let Some(valuation) = ledger.valuations.iter().find(valued) {
            let stage = ledger.stages.iter().rposition(|stage| stage.event < Some(valuation.event)).unwrap_or(0);
            return Ok(At { valuation: Some(valuation), ..here(stage, false) });
        }
        if name == "opening" {
            return Ok(here(0, false));
        }
        let named = |stage: &Stage| stage.event.is_some_and(|event| agreement.events[event.index()].stage == name);
        if let Some(index) = ledger.stages.iter().position(named) {
            return Ok(here(index, false));
        }
        let of_round = |stage: &Stage| {
            let closing = stage.event.and_then(|event| agreement.events[event.index()].closing);
            closing.is_some_and(|(round, _)| agreement.rounds[round.index()].name == name)
        };
        match ledger.stages.iter().rposition(of_round) {
            Some(index) => Ok(here(index, true)),
            None => Err(format!("\"{name}\" does not take place on the rung \"{}\"", rung.word())),
        }
    }

    /// Its place among the stages of the ledger.
    pub fn index(&self) -> usize {
        self.stage
    }

    /// The stage itself.
    pub fn table(&self) -> &'a Stage {
        &self.ledger.stages[self.stage]
    }

    /// The figure, or one item of one that is a list.
    ///
    /// # Errors
    /// Where the scenario has no such figure at this stage, or not so many items.
    pub fn item(&self, figure: Figure, subject: Subject, item: Option<(usize, usize)>) -> Result<Exact, Missing> {
        match figure {
            Figure::TrancheValues => valuation::tranche(self.valuation.or(self.ledger.valuations.last()), item),
            _ => self.figure(figure, subject),
        }
    }

    /// The figure, or why there is none.
    ///
    /// # Errors
    /// Where the scenario has no such figure at this stage.
    pub fn figure(&self, figure: Figure, subject: Subject) -> Result<Exact, Missing> {
        if let (Figure::Value | Figure::ValuePerShare, Some(valuation)) = (figure, self.valuation) {
            return valuation::value(self.agreement, self.table(), valuation, figure, subject);
        }
        if let Subject::Convertible(id) = subject {
            return self.of_convertible(figure, id);
        }
        let table = self.table();
        match figure {
            Figure::FullyDiluted => Ok(exact(table.fully_diluted)),
            Figure::PreMoney => self.pre_money().ok_or_else(|| self.no_round()),
            Figure::PostMoney => self.post_money().ok_or_else(|| self.no_round()),
            Figure::PricePerShare => self.price_per_share().ok_or("no price was set by then".to_owned()),
            Figure::MoneyRaised => Ok(self.issuances().map(|(money, _)| money).sum()),
            Figure::NetProceeds
            | Figure::BookValuePerShare
            | Figure::BookValueIncrease
            | Figure::DilutionPerShare
            | Figure::RatchetShares => self.of_offering(figure, subject),
            Figure::Residue => Ok(self.issuances().map(|(_, residue)| residue).sum()),
            Figure::Shares => Ok(self.sum(&table.shares, subject)),
            Figure::SharesAsConverted => Ok(self.sum(&table.as_converted, subject)),
            Figure::Ownership => Ok(self.sum(&table.as_converted, subject) / exact(table.fully_diluted)),
            Figure::Votes => self.votes(subject),
            Figure::Value => {
                let reference = table.reference.ok_or("no price or valuation was set by then".to_owned())?;
                Ok(self.sum(&table.as_converted, subject) / exact(table.fully_diluted) * exact(reference.valuation))
            }
            Figure::ValuePerShare => {
                let value = self.figure(Figure::Value, subject)?;
                let shares = self.sum(&table.shares, subject);
                if shares.is_positive().is_yes() { Ok(value / shares) } else { Err("it holds no shares".to_owned()) }
            }
            Figure::ConversionPrice | Figure::ConversionRatio => self.of_class(figure, subject),
            Figure::CapPrice
            | Figure::DiscountPrice
            | Figure::ControllingTerm
            | Figure::Capitalization
            | Figure::Balance => Err("only a SAFE or note has it".to_owned()),
            Figure::MoneyIn => Ok(self.money_in(subject)),
            Figure::SaleProceeds => Ok(self.sale_proceeds(subject)),
            Figure::Vested => self.vested(subject),
            Figure::Equity => valuation::equity(self.valuation.or(self.ledger.valuations.last())),
            Figure::TrancheValues => Err("it is a list".to_owned()),
            Figure::Preference
            | Figure::PreferencePerShare
            | Figure::Payout
            | Figure::PayoutPerShare
            | Figure::Multiple
            | Figure::Form
            | Figure::NextDollar
            | Figure::Distributed
            | Figure::Breakpoints => Err("it is a figure of the sale of the company".to_owned()),
            Figure::Increase => {
                Ok(self.entries().filter(|entry| self.increases(entry, subject)).map(|entry| exact(entry.shares)).sum())
            }
        }
    }

    /// A figure of the exit after the last stage, at an exit value where it depends on one; `item` says which item of a
    /// figure that is a list.
    ///
    /// # Errors
    /// Where there is no exit on the rung, or no such figure.
    pub fn of_exit(
        run: &'a Run,
        rung: Rung,
        at: Option<Exact>,
        figure: Figure,
        subject: Subject,
        item: Option<(usize, usize)>,
    ) -> Result<Exact, Missing> {
        let exit = ExitOfRun::on(run, rung)?;
        exit::figure(&exit, at, figure, subject, item)
    }

    /// The part of the votes at this stage.
    fn votes(&self, subject: Subject) -> Result<Exact, Missing> {
        let positions = (0..self.table().shares.len()).map(PositionId::at);
        let ours = positions.filter(|position| belongs(self.agreement, *position, subject));
        let part = super::votes::Votes::at(self.agreement, self.table()).part(ours);
        part.ok_or_else(|| "no outstanding share has a vote".to_owned())
    }

    /// Options that have vested by this stage and are neither exercised nor cancelled.
    fn vested(&self, subject: Subject) -> Result<Exact, Missing> {
        let holder = |index: usize| self.agreement.rights[index].stakeholder;
        let ours = |index: &usize| match subject {
            Subject::Stakeholder(who) => holder(*index) == who,
            Subject::Group(group) => self.agreement.stakeholders[holder(*index).index()].group == Some(group),
            _ => false,
        };
        let rights = (0..self.agreement.rights.len()).filter(ours);
        let vested = rights.map(|index| super::rights::vested(self.agreement, self.table(), RightId::at(index)));
        let sum: Option<Exact> = vested.sum();
        sum.ok_or_else(|| "the stage has no date".to_owned())
    }

    fn of_class(&self, figure: Figure, subject: Subject) -> Result<Exact, Missing> {
        let Subject::Class(class) = subject else { return Err("only a class has it".to_owned()) };
        let table = self.table();
        match figure {
            Figure::ConversionRatio => Ok(exact(table.ratios[class.index()])),
            _ => table.conversion_prices[class.index()].map(exact).ok_or("its price is not known".to_owned()),
        }
    }

    /// What a SAFE or note became by this stage.
    fn of_convertible(&self, figure: Figure, id: ConvertibleId) -> Result<Exact, Missing> {
        let conversion = self
            .ledger
            .conversions
            .iter()
            .find(|conversion| conversion.convertible == id && self.is_past(conversion.event))
            .ok_or_else(|| "it has not converted by then".to_owned())?;
        match figure {
            Figure::Shares | Figure::SharesAsConverted => Ok(exact(conversion.shares)),
            Figure::Ownership => {
                let shares = exact(conversion.shares);
                let converted = conversion.position;
                let ratio = self.agreement.scenario.positions[converted.index()]
                    .class()
                    .map_or(Exact::one(), |class| exact(self.table().ratios[class.index()]));
                Ok(shares * ratio / exact(self.table().fully_diluted))
            }
            Figure::ConversionPrice => Ok(exact(conversion.price)),
            Figure::CapPrice if conversion.cap_price.is_zero() => Err("it has no cap".to_owned()),
            Figure::CapPrice => Ok(exact(conversion.cap_price)),
            Figure::DiscountPrice => Ok(exact(conversion.discount_price)),
            Figure::Capitalization if conversion.capitalization.is_zero() => Err("it has no cap".to_owned()),
            Figure::Capitalization => Ok(exact(conversion.capitalization)),
            Figure::Balance => Ok(exact(conversion.balance)),
            Figure::Preference | Figure::PreferencePerShare => {
                let per_share = exact(super::conversions::preference(self.ledger, self.agreement, conversion));
                Ok(if figure == Figure::Preference { per_share * exact(conversion.shares) } else { per_share })
            }
            Figure::ControllingTerm => {
                Ok(Exact::given(Decimal::from(super::conversions::term(self.agreement, conversion))))
            }
            _ => Err("a SAFE or note has no such figure".to_owned()),
        }
    }

    /// Figures of the latest offering up to this stage.
    fn of_offering(&self, figure: Figure, subject: Subject) -> Result<Exact, Missing> {
        let offering = self
            .offering()
            .ok_or_else(|| format!("no IPO has taken place by \"{}\"", self.agreement.stage(self.table().event)))?;
        let book = || offering.book_value().ok_or("the IPO states no `net_tangible_book_value`".to_owned());
        match (figure, subject) {
            (Figure::RatchetShares, Subject::Class(class)) => Ok(offering.ratchet_shares(class)),
            (Figure::RatchetShares, _) => Err("only a class has it".to_owned()),
            (Figure::BookValuePerShare, _) => Ok(book()?.after),
            (Figure::BookValueIncrease, _) => Ok(book()?.increase()),
            (Figure::DilutionPerShare, _) => Ok(book()?.dilution(exact(offering.posted.price))),
            _ => Ok(offering.net()),
        }
    }

    /// The latest offering up to this stage.
    fn offering(&self) -> Option<Offering<'a>> {
        let stages = self.ledger.stages[..=self.stage].iter().rev();
        stages.filter_map(|stage| stage.event).find_map(|event| Offering::of(self.agreement, self.ledger, event))
    }

    /// The offering, where no closing of a round has come after it.
    fn last_offering(&self) -> Option<Offering<'a>> {
        let offering = self.offering()?;
        let closed = self.closing().map(|(_, event, ..)| event);
        closed.is_none_or(|closed| closed < offering.posted.event).then_some(offering)
    }

    fn no_round(&self) -> Missing {
        format!("no round has closed by \"{}\"", self.agreement.stage(self.table().event))
    }

    /// The latest closing up to this stage: event, round and tranche.
    fn closing(&self) -> Option<(usize, EventId, RoundId, usize)> {
        (0..=self.stage).rev().find_map(|index| {
            let event = self.ledger.stages[index].event?;
            let (round, tranche) = self.agreement.events[event.index()].closing?;
            Some((index, event, round, tranche))
        })
    }

    /// Pre-money of the round of the latest closing; of a closing with a price of its own, price times the count before it.
    fn pre_money(&self) -> Option<Exact> {
        if let Some(offering) = self.last_offering() {
            return Some(exact(offering.posted.pre_money));
        }
        let (index, event, round, tranche) = self.closing()?;
        match self.own_price(round, tranche) {
            false => Some(exact(self.ledger.pricing(round)?.pre_money)),
            true => {
                let price =
                    self.ledger.entries_of(event).find(|entry| matches!(entry.kind, EntryKind::Issuance { .. }))?.price;
                let before = self.ledger.stages[index.checked_sub(1)?].fully_diluted;
                Some(exact(price) * exact(before))
            }
        }
    }

    /// Pre-money and the money counted since: of the round so far at its price, or of one closing at its own.
    fn post_money(&self) -> Option<Exact> {
        if let Some(offering) = self.last_offering() {
            return Some(exact(offering.posted.pre_money) + offering.gross());
        }
        let (index, event, round, tranche) = self.closing()?;
        let pre_money = self.pre_money()?;
        let own = self.own_price(round, tranche);
        let counted = (0..=index).filter_map(|stage| self.ledger.stages[stage].event).filter(|other| match own {
            true => *other == event,
            false => self.agreement.events[other.index()]
                .closing
                .is_some_and(|(of, tranche)| of == round && !self.own_price(of, tranche)),
        });
        let money: Exact =
            counted.flat_map(|event| self.ledger.entries_of(event)).filter_map(money_of).map(|(money, _)| money).sum();
        Some(pre_money + money)
    }

    fn own_price(&self, round: RoundId, tranche: usize) -> bool {
        !matches!(self.agreement.scenario.rounds[round.index()].tranches[tranche].price, TranchePrice::Round)
    }

    /// The price at which shares were issued or sold at this stage, else the price in force.
    fn price_per_share(&self) -> Option<Exact> {
        let event = self.table().event;
        let traded = event.and_then(|event| {
            self.ledger
                .entries_of(event)
                .find(|entry| !entry.price.is_zero() && !matches!(entry.kind, EntryKind::Conversion { .. }))
        });
        let fixed = || {
            let (round, tranche) = self.agreement.events[event?.index()].closing?;
            (!self.own_price(round, tranche)).then(|| self.ledger.pricing(round))?.map(|pricing| pricing.price)
        };
        traded
            .map(|entry| entry.price)
            .or_else(fixed)
            .or(self.table().reference.map(|reference| reference.price))
            .map(exact)
    }

    /// Entries of the stage's event; of every closing so far where a round was named.
    fn entries(&self) -> impl Iterator<Item = &'a Posted> + use<'a> {
        let event = self.table().event;
        let round = event.and_then(|event| self.agreement.events[event.index()].closing).map(|(round, _)| round);
        let (agreement, whole_round) = (self.agreement, self.whole_round);
        let wanted = move |other: EventId| {
            Some(other) == event
                || (whole_round
                    && round.is_some()
                    && agreement.events[other.index()].closing.map(|(of, _)| of) == round)
        };
        self.ledger.stages[..=self.stage]
            .iter()
            .filter_map(|stage| stage.event)
            .filter(move |event| wanted(*event))
            .flat_map(|event| self.ledger.entries_of(event))
    }

    /// Money and residue of the shares issued in the round so far, or at this stage outside a round.
    fn issuances(&self) -> impl Iterator<Item = (Exact, Exact)> + use<'a> {
        At { whole_round: true, ..*self }.entries().filter_map(money_of)
    }

    fn increases(&self, entry: &Posted, subject: Subject) -> bool {
        let Holding::Available(plan) = self.agreement.scenario.positions[entry.position.index()] else { return false };
        matches!(entry.kind, EntryKind::PoolIncrease) && subject == Subject::Plan(plan)
    }

    fn sum(&self, by_position: &[Decimal], subject: Subject) -> Exact {
        let belongs = |index: &usize| belongs(self.agreement, PositionId::at(*index), subject);
        (0..by_position.len()).filter(belongs).map(|index| exact(by_position[index])).sum()
    }

    /// What was paid to the company for shares: the cheque where its residue was kept, else price times shares.
    fn money_in(&self, subject: Subject) -> Exact {
        let ours = |position: PositionId| belongs(self.agreement, position, subject);
        let costs = self.agreement.opening_costs.iter().filter(|(position, _)| ours(*position));
        let values = Values::of(&self.agreement.scenario);
        let opening: Exact = costs.map(|(_, cost)| values.at(*cost)).sum();
        let issued = self.up_to_here().filter(|entry| ours(entry.position)).filter_map(|entry| {
            let (money, residue) = money_of(entry)?;
            Some(if self.is_called(entry.event) { money } else { money - residue })
        });
        // A SAFE or note was paid for when it was bought.
        let bought = self
            .ledger
            .conversions
            .iter()
            .filter(|conversion| ours(conversion.position) && self.is_past(conversion.event));
        let convertibles: Exact = bought.map(|conversion| exact(conversion.principal)).sum();
        opening + convertibles + issued.sum()
    }

    /// Whether the whole cheque is paid in: the residue is kept, or nothing is rounded.
    fn is_called(&self, event: EventId) -> bool {
        let round = self.agreement.events[event.index()]
            .closing
            .map(|(round, _)| &self.agreement.scenario.rounds[round.index()]);
        let rounding = round.map_or(self.agreement.head.rounding.rounding, |round| round.rounding);
        rounding.shares.is_none() || round.is_some_and(|round| round.residue == Residue::Kept)
    }

    /// What was received for shares sold in secondaries or bought back: price times shares.
    fn sale_proceeds(&self, subject: Subject) -> Exact {
        let received = |entry: &'a Posted| match entry.kind {
            EntryKind::Transfer { from, money, residue } if belongs(self.agreement, from, subject) => {
                let whole_shares = self.agreement.head.rounding.rounding.shares.is_some();
                Some(if whole_shares { exact(money) - exact(residue) } else { exact(money) })
            }
            EntryKind::Repurchase { money, residue } if belongs(self.agreement, entry.position, subject) => {
                Some(exact(money) - exact(residue))
            }
            _ => None,
        };
        self.up_to_here().filter_map(received).sum()
    }

    fn is_past(&self, event: EventId) -> bool {
        self.table().event.is_some_and(|last| event <= last)
    }

    fn up_to_here(&self) -> impl Iterator<Item = &'a Posted> {
        let last = self.table().event;
        self.ledger.entries.iter().take_while(move |entry| last.is_some_and(|last| entry.event <= last))
    }
}

fn money_of(entry: &Posted) -> Option<(Exact, Exact)> {
    match entry.kind {
        EntryKind::Issuance { money, residue } => Some((exact(money), exact(residue))),
        EntryKind::Exercise { money, .. } => Some((exact(money), Exact::zero())),
        EntryKind::Conversion { .. }
        | EntryKind::Adjustment { .. }
        | EntryKind::PoolIncrease
        | EntryKind::Grant { .. }
        | EntryKind::Return { .. }
        | EntryKind::Cancellation
        | EntryKind::Warrant
        | EntryKind::Transfer { .. }
        | EntryKind::Reclassification { .. }
        | EntryKind::Repurchase { .. }
        | EntryKind::InKind { .. }
        | EntryKind::Split { .. } => None,
    }
}

/// Whether a position is part of what a figure is of. Of a plan, only its available options are.
pub fn belongs(agreement: &Agreement, position: PositionId, subject: Subject) -> bool {
    agreement.is_part_of(position, subject)
}

fn exact(decimal: Decimal) -> Exact {
    Exact::given(decimal)
}
