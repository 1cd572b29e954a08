//! From what was typed to what was agreed: names become dense ids, defaults become assumptions, and everything that
//! does not add up becomes a finding.

mod classes;
mod conditions;
mod context;
mod convertibles;
mod correlations;
mod derived;
mod distributions;
mod dividends;
mod events;
mod exit;
mod expect;
mod ipos;
mod measure;
mod names;
mod opening;
mod participants;
mod pay_to_play;
mod protections;
mod quantiles;
mod refused;
mod rights;
mod rounding;
mod rounds;
mod shares;
mod sums;
mod timeline;
mod unvalued;
mod valuation;
mod variables;
mod warrants;

pub use expect::{CONTROLLING_TERMS, FORMS};
pub use measure::{condition, measure};
pub use refused::{expired_warnings, finding as refusal_finding, outstanding_warnings};

use crate::error::{Finding, Findings, Severity, Sources};
use crate::model::{
    Agreement, Case, ClassId, Commitment, CommitmentInfo, Event, EventInfo, Expectation, Head, InKindClass, Round,
    RoundInfo, RoundingInfo, Rung, Scenario, StakeholderId, Term, Timed, Valuation,
};
use crate::num::{Exact, Stated};
use crate::spec::Document;
use context::Context;
use ipos::Before;
use rounds::Instruments;
use sha2::{Digest, Sha256};
use std::fmt::Write;
use timeline::{Slot, What};

/// Which of a scenario's many runs is meant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Settings {
    /// Which values the variables have.
    pub case: Case,
    /// Variables set by hand: name and value as typed.
    pub set: Vec<(String, String)>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { case: Case::Base, set: Vec::new() }
    }
}

/// Resolves a loaded scenario for one case and one set of variables.
///
/// Returns the agreement with the warnings, or every finding.
///
/// # Errors
/// Everything that is wrong with the document, in the order of the files.
pub fn resolve(document: &Document, sources: &Sources, settings: &Settings) -> Result<(Agreement, Findings), Findings> {
    let mut context = Context::new(sources, &document.root);
    context.read_sources();
    context.read_variables(settings);
    let mut cast = context.read_cast();
    let file = context.file_rounding();
    let opening = context.read_opening(&mut cast);
    context.check_vesting_schedules();
    context.read_members(&cast);
    let as_of = context.date(&document.root, "as_of");
    let mut slots = context.read_timeline(document, opening.date);
    let paying = context.add_dividends(&mut slots, &cast, &opening, as_of.map(|(date, _)| date));
    let infos = context.settle(&mut slots, as_of);
    context.check_exit(&mut slots);
    context.assume_dates(&slots);
    let instruments = context.read_instruments(&cast);
    let (mut rounds, round_infos) = context.read_rounds(&slots, &file, &instruments);
    context.check_protections(&instruments.protections, &cast, &rounds);
    context.assume_averages(&instruments.protections, &rounds, &round_infos);
    let reading = Reading { cast: &cast, file: &file, instruments: &instruments, rounds: &rounds, paying: &paying };
    let (timeline, events) = context.read_events(&slots, infos, &reading);
    let names: Vec<String> = round_infos.iter().map(|info| info.name.clone()).collect();
    context.read_pay_to_play(&mut rounds, &names, &cast);
    let (commitments, commitment_infos) = context.read_commitments(&slots);
    let before = exit::Before {
        slots: &slots,
        cast: &cast,
        rounds: &rounds,
        timeline: &timeline,
        convertibles: &instruments.convertibles,
        infos: &instruments.infos,
    };
    let exit = context.read_exit(&before);
    let valuations = context.read_valuations(&before, &exit);
    let stages: Vec<String> = events.iter().map(|info| info.stage.clone()).collect();
    let expectations = context.read_expectations(&stages, exit.terms.as_ref());
    context.assume_what_varies(&rounds, &round_infos);
    context.assume_replaced(document);
    context.check_whole_shares(&file, &opening);
    context.warn_unused(document, &cast);
    let head = context.head(document, settings, &opening, file, as_of.map(|(date, _)| date));

    let complete = instruments.convertibles.len() == document.root.blocks("convertibles").count()
        && timeline.len() == events.len()
        && valuations.len() == document.root.blocks("valuations").count()
        && round_infos.len() == document.root.blocks("rounds").count();
    context.findings.sort();
    if context.findings.has_errors() || !complete {
        return Err(context.findings);
    }
    let parts = Parts {
        head,
        cast,
        opening,
        instruments,
        rounds: (rounds, round_infos),
        events: (timeline, events),
        commitments: (commitments, commitment_infos),
        in_kind: Context::in_kind_classes(&paying, &slots),
        exit,
        valuations,
        expectations,
    };
    Ok(agreement(context, parts))
}

/// What an agreement is made of, beside what the context collected; lists for the engine stand with what readers know.
struct Parts {
    head: Head,
    cast: classes::Cast,
    opening: opening::Opening,
    instruments: Instruments,
    rounds: (Vec<Round<Stated>>, Vec<RoundInfo>),
    events: (Vec<Timed<Stated>>, Vec<EventInfo>),
    commitments: (Vec<Commitment<Stated>>, Vec<CommitmentInfo>),
    in_kind: Vec<InKindClass<Stated>>,
    exit: exit::Resolved,
    valuations: Vec<Valuation<Stated>>,
    expectations: Vec<Expectation>,
}

/// What events are read against.
struct Reading<'a, 'b> {
    cast: &'b classes::Cast,
    file: &'b RoundingInfo,
    instruments: &'b Instruments,
    rounds: &'b [Round<Stated>],
    paying: &'b [dividends::Paying<'a>],
}

/// The agreement of a file without errors, and the warnings.
fn agreement(mut context: Context, parts: Parts) -> (Agreement, Findings) {
    let Parts {
        head,
        cast,
        opening,
        instruments,
        rounds,
        events,
        commitments,
        in_kind,
        exit,
        valuations,
        expectations,
    } = parts;
    let Instruments { convertibles, infos: convertible_infos, protections, .. } = instruments;
    let (rounds, round_infos) = rounds;
    let (timeline, events) = events;
    let (commitments, commitment_infos) = commitments;
    let (rights, right_infos) = context.rights();
    let mut shares = opening.shares;
    shares.resize(context.positions.len(), Term::Given(Stated::ZERO));
    let scenario = Scenario {
        positions: context.positions,
        classes: cast.conversions,
        opening: shares,
        opening_price: opening.price,
        settings: context.variables.settings,
        base: context.variables.base,
        happens: context.happens,
        rounding: head.rounding.rounding,
        rights,
        convertibles,
        protections,
        rounds,
        timeline,
        in_kind,
        commitments,
        exit: exit.terms,
        valuations,
        lots: exit.lots,
    };
    let agreement = Agreement {
        head,
        scenario,
        stakeholders: cast.stakeholders,
        groups: cast.groups,
        classes: cast.classes,
        plans: cast.plans,
        events,
        rounds: round_infos,
        rights: right_infos,
        convertibles: convertible_infos,
        loans: exit.loans,
        exit: exit.name,
        commitments: commitment_infos,
        variables: context.variables.infos,
        correlations: context.variables.correlations,
        conditions: context.conditions,
        origins: context.origins,
        sources: context.sources,
        assumptions: context.assumptions,
        imprecision: opening.imprecision,
        opening_origins: opening.origins,
        opening_costs: opening.costs,
        expectations,
    };
    (agreement, context.findings)
}

impl<'a> Context<'a> {
    fn read_instruments(&mut self, cast: &classes::Cast) -> Instruments {
        let (convertibles, infos) = self.read_convertibles();
        let common = (0..cast.classes.len()).map(|index| ipos::common_of(ClassId::at(index), cast)).collect();
        Instruments { convertibles, infos, protections: self.read_protections(cast), common }
    }

    fn head(
        &mut self,
        document: &Document,
        settings: &Settings,
        opening: &opening::Opening,
        rounding: RoundingInfo,
        as_of: Option<jiff::civil::Date>,
    ) -> Head {
        let root = &document.root;
        let text = |key: &str| root.text(key).map(str::to_owned);
        Head {
            name: document.name.clone(),
            title: text("title").unwrap_or_default(),
            issuer: text("issuer"),
            note: text("note"),
            as_of,
            currency: text("currency").unwrap_or_else(|| "USD".to_owned()),
            opening_date: opening.date,
            normalised: opening.normalised,
            rounding,
            case: settings.case,
            set: settings.set.clone(),
            hash: hash(document, self.files),
        }
    }

    fn read_members(&mut self, cast: &classes::Cast) {
        let members = cast.stakeholders.iter().enumerate();
        self.members = members.filter_map(|(index, who)| Some((StakeholderId::at(index), who.group?))).collect();
    }

    /// The engine's events with what readers know of them; commitments, loans and the exit are not among them.
    fn read_events(
        &mut self,
        slots: &[Slot<'a>],
        infos: Vec<EventInfo>,
        reading: &Reading<'a, '_>,
    ) -> (Vec<Timed<Stated>>, Vec<EventInfo>) {
        let happening = slots.iter().zip(infos).enumerate().filter(|(_, (slot, _))| slot.what.is_of_the_table());
        let Reading { cast, file, instruments, rounds, paying } = *reading;
        let mut timeline = Vec::new();
        let mut events = Vec::new();
        for (place, (slot, info)) in happening {
            let event = match slot.what {
                What::Maturity(day) => self.read_maturities(day, slots, &instruments.convertibles),
                What::Ipo => {
                    let before = Before { cast, slots, rounds, convertibles: &instruments.convertibles };
                    self.ipo(slot, place, &before, file).map(|terms| Event::Ipo(Box::new(terms)))
                }
                What::Dividend(class, number) => {
                    self.dividend_in_kind(class, number, paying, file, cast).map(Event::InKind)
                }
                _ => self.read_event(slot, place, cast, file),
            };
            if let Some(event) = event {
                timeline.push(Timed { event, rung: slot.rung, conditions: slot.conditions.clone() });
            }
            events.push(info);
        }
        (timeline, events)
    }

    fn assume_dates(&mut self, slots: &[Slot]) {
        for slot in slots.iter().filter(|slot| slot.date_assumed) {
            if let Some(date) = slot.date {
                self.assume(
                    &slot.stage,
                    format!("on {date}, the day of the event above it: no date is stated"),
                    Some(slot.block.span),
                );
            }
        }
        let mut tied = slots.windows(2).filter(|pair| pair[0].date == pair[1].date && pair[0].date.is_some());
        if tied.next().is_some() {
            let order: Vec<_> =
                slots.iter().filter(|slot| slot.what.is_of_the_table()).map(|slot| slot.stage.as_str()).collect();
            self.assume(
                "order",
                format!("events of one day happen in the order of the file: {}", order.join(", ")),
                None,
            );
        }
    }

    /// Under a stated post-money without a size, something must give when amounts vary.
    fn assume_what_varies(&mut self, rounds: &[crate::model::Round<Stated>], infos: &[crate::model::RoundInfo]) {
        use crate::model::{Hold, RoundPrice, Takes};
        for ((round, info), block) in rounds.iter().zip(infos).zip(self.root.blocks("rounds")) {
            let RoundPrice::PostMoney { hold: Hold::Price, .. } = round.price else { continue };
            let participants = round.tranches.iter().flat_map(|tranche| &tranche.participants);
            let varies = participants
                .filter_map(|participant| if let Takes::Money(term) = participant.takes { Some(term) } else { None });
            if round.size.is_none() && !block.has("hold") && varies.into_iter().any(|term| self.variables.varies(term))
            {
                self.assume(
                    &info.name,
                    "the price is held when amounts vary; `hold = \"post_money\"` would hold the post-money",
                    Some(block.span),
                );
            }
        }
    }

    fn assume_replaced(&mut self, document: &Document) {
        for replaced in &document.replaced {
            let gone = self.files.text(replaced.was).to_owned();
            self.assume("based_on", format!("`{}` replaces the base's `{gone}`", replaced.by), Some(replaced.span));
        }
    }

    /// Whole shares need a real count, and whole numbers to start from.
    fn check_whole_shares(&mut self, file: &RoundingInfo, opening: &opening::Opening) {
        let whole = file.rounding.shares.is_some();
        let Some(block) = self.root.block("opening").filter(|_| whole) else { return };
        if opening.normalised.is_some() {
            self.report(
                Finding::error("E0427", "whole shares of a made-up count")
                    .at(block.span_of("normalised"), "the real count is not public, so no share can be whole")
                    .and_at(self.root.span_of("rounding"), "rounds to whole shares")
                    .help("use `rounding = \"exact\"`"),
            );
            return;
        }
        // What is drawn is rounded when it is.
        let fixed = opening.shares.iter().filter(|shares| !self.variables.is_drawn(**shares));
        let mut fixed = fixed.map(|shares| self.stated(*shares));
        if let Some(shares) = fixed.find(|shares| shares.to_decimal(0).map(Stated::from) != Some(*shares)) {
            let shares = context::number(shares.cast::<Exact>());
            self.report(
                Finding::error("E0428", format!("{shares} shares are not whole"))
                    .at(block.span_of("holdings"), format!("rounding \"{}\" knows whole shares only", file.name))
                    .help("correct the count, or use `rounding = \"exact\"`"),
            );
        }
    }

    fn warn_unused(&mut self, document: &Document, cast: &classes::Cast) {
        let mut warnings = Vec::new();
        for (who, span) in cast.stakeholders.iter().zip(&cast.listed) {
            if document.is_own(*span) && !self.names.is_used(&who.id) {
                warnings.push(
                    Finding::warning("W0480", format!("nothing is said of the stakeholder \"{}\"", who.id))
                        .at(*span, "listed and not used")
                        .help("let it hold, buy or sell something, or take it out of the list"),
                );
            }
        }
        for (info, span) in self.variables.unused().filter(|(_, span)| document.is_own(*span)) {
            warnings.push(
                Finding::warning("W0480", format!("the variable \"{}\" is not used", info.name))
                    .at(span, "listed and not used")
                    .help(format!("use it as \"${}\", or remove it", info.name)),
            );
        }
        // A file with errors may seem to leave things unused that its mistakes hide.
        if !self.findings.0.iter().any(|finding| finding.severity == Severity::Error) {
            self.findings.0.extend(warnings);
        }
    }
}

/// The hash of the text of every file the scenario is made of, 12 hexadecimal digits.
fn hash(document: &Document, sources: &Sources) -> String {
    let mut hasher = Sha256::new();
    for file in &document.chain {
        hasher.update(sources.get(*file).text.as_bytes());
        hasher.update([0]);
    }
    hasher.finalize().iter().take(6).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// An exact number as a stated one, to as many places as a decimal holds.
fn number_or_finding(exact: Exact) -> Stated {
    [20, 15, 10, 4, 0].iter().find_map(|&places| exact.to_decimal(places)).unwrap_or_default().into()
}

/// The rung words of the command line.
pub fn rung(word: &str) -> Option<Rung> {
    [Rung::Funded, Rung::Committed, Rung::All].into_iter().find(|rung| rung.word() == word)
}
