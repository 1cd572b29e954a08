//! Rights to buy shares: grants of options, how they vest, and the exercises and cancellations of any right.

use super::context::Context;
use super::names::{COMMON, Thing};
use super::timeline::{Slot, What};
use crate::error::{Finding, Span};
use crate::model::{
    Cancellation, Counted, Exercise, GrantAmount, Holding, OptionGrant, OriginId, Payment, PlanId, PositionId, Right,
    RightId, RightInfo, RightQuantity, RoundingInfo, Schedule, StakeholderId, Term, VestedBy, Vesting,
};
use crate::num::Stated;
use crate::spec::node::{Block, Provenance};
use crate::spec::value::{Given, Literal};
use jiff::civil::Date;

/// What is known of a right before, and after, its grant was read.
pub(super) struct Known {
    /// Where its grant stands among the events; `None` is the opening.
    pub(super) place: Option<usize>,
    /// Its terms, once they were read.
    pub(super) terms: Option<Terms>,
}

/// The terms of a right, as its exercise and its vesting need them.
#[derive(Clone)]
pub(super) struct Terms {
    pub(super) right: Right<Stated>,
    pub(super) info: RightInfo,
    /// The plan of options; a warrant has none.
    pub(super) plan: Option<PlanId>,
    /// The whole of a warrant at its issue.
    pub(super) whole: Option<Term<Stated>>,
    /// Whether it is exercised net, and at which price, where the exercise does not say.
    pub(super) payment: Payment<Stated>,
    pub(super) counted: Counted,
    /// The holder's line of the cap table.
    pub(super) position: PositionId,
    /// Where the day it expires stands.
    pub(super) expires_at: Option<Span>,
    /// It vests by a schedule, and from when is not known.
    pub(super) start_unknown: Option<Span>,
}

/// What an exercise or a cancellation is of.
struct Of {
    id: RightId,
    terms: Terms,
    span: Span,
    /// The part that has vested on the day.
    vested: VestedBy<Stated>,
}

impl<'a> Context<'a> {
    /// A right whose grant is still to be read.
    pub(super) fn new_right(&mut self) -> RightId {
        self.known_rights.push(Known { place: None, terms: None });
        RightId::at(self.known_rights.len() - 1)
    }

    /// Notes where each grant stands among the events.
    pub(super) fn place_rights(&mut self, slots: &[Slot<'a>]) {
        for (place, slot) in slots.iter().enumerate() {
            if let What::OptionGrant(right) | What::Warrant(right) = slot.what {
                self.known_rights[right.index()].place = Some(place);
            }
        }
    }

    /// Every right with what readers know of it. A file without errors has read them all.
    pub(super) fn rights(&mut self) -> (Vec<Right<Stated>>, Vec<RightInfo>) {
        let terms = std::mem::take(&mut self.known_rights).into_iter().filter_map(|known| known.terms);
        terms.map(|terms| (terms.right, terms.info)).unzip()
    }

    /// Options of the opening table: a right that `"holder / plan"` names.
    pub(super) fn opening_right(
        &mut self,
        row: &Block,
        position: PositionId,
        options: Term<Stated>,
        date: Option<Date>,
        origin: OriginId,
        outer: &Provenance,
    ) {
        let Holding::Granted(stakeholder, plan) = self.positions[position.index()] else { return };
        let Some(class) = self.class(COMMON, row.span) else { return };
        let whose = row.text("stakeholder").unwrap_or_default();
        let plan_name = row.text("plan").unwrap_or(super::names::OPTION_POOL);
        let (vesting, start_unknown) = self.vesting_of(row, date);
        let strike = self.quantity(row, "exercise_price", format!("exercise price of {whose}"), outer);
        let exercise_price = strike.map_or(Term::Given(Stated::ZERO), |(term, _)| term);
        let right = Right { class, opening: options, exercise_price };
        let name = format!("{whose} / {plan_name}");
        let info = RightInfo { name, stakeholder, has_milestones: false, vesting, expires: None, origin };
        let terms = Terms {
            right,
            info,
            plan: Some(plan),
            whole: None,
            payment: Payment::Cash,
            counted: Counted::Always,
            position,
            expires_at: None,
            start_unknown,
        };
        self.known_rights.push(Known { place: None, terms: Some(terms) });
    }

    pub(super) fn option_grant(
        &mut self,
        slot: &Slot<'a>,
        id: RightId,
        outer: &Provenance,
        file: &RoundingInfo,
    ) -> Option<OptionGrant<Stated>> {
        let (block, stage) = (slot.block, slot.stage.as_str());
        let who = self.stakeholder(block.text("stakeholder")?, block.span_of("stakeholder"));
        let plan = self.plan_of(block);
        let (who, plan) = (who?, plan?);
        let (vesting, start_unknown) = self.vesting_of(block, slot.date);
        let (amount, origin) = match self.quantity(block, "options", format!("options of {stage}"), outer) {
            Some((term, origin)) => {
                self.check_whole(term, block.span_of("options"), file);
                (GrantAmount::Options(term), origin)
            }
            None => {
                let (term, origin) = self.quantity(block, "ownership", format!("ownership of {stage}"), outer)?;
                (GrantAmount::Ownership(term), origin)
            }
        };
        let strike = self.quantity(block, "exercise_price", format!("exercise price of {stage}"), outer);
        if strike.is_none() {
            self.assume(stage, "options without an exercise price have one of 0", Some(block.span));
        }
        let expires = self.date(block, "expires");
        self.check_order(stage, slot.date, expires, "granted");
        let exercise_price = strike.map_or(Term::Given(Stated::ZERO), |(term, _)| term);
        let promised = matches!(block.yes_no("promised"), Some((Given::Stated(true), ..)));
        let from = if promised { Holding::Promised(plan) } else { Holding::Available(plan) };
        let (available, position) = (self.position(from), self.position(Holding::Granted(who, plan)));
        let class = self.class(COMMON, block.span)?;
        self.known_rights[id.index()].terms = Some(Terms {
            right: Right { class, opening: Term::Given(Stated::ZERO), exercise_price },
            info: RightInfo {
                name: stage.to_owned(),
                stakeholder: who,
                has_milestones: false,
                vesting,
                expires: expires.map(|(date, _)| date),
                origin,
            },
            plan: Some(plan),
            whole: None,
            payment: Payment::Cash,
            counted: Counted::Always,
            position,
            expires_at: expires.map(|(_, span)| span),
            start_unknown,
        });
        Some(OptionGrant { available, position, amount, rounding: file.rounding, right: id, origin })
    }

    /// What is granted or issued expires later.
    pub(super) fn check_order(&mut self, stage: &str, date: Option<Date>, expires: Option<(Date, Span)>, how: &str) {
        if let (Some((expires, span)), Some(date)) = (expires, date)
            && expires < date
        {
            self.report(
                Finding::error("E0448", format!("\"{stage}\" is {how} on {date} and expires on {expires}"))
                    .at(span, format!("before it is {how}"))
                    .help("correct one of the dates; `expires` is the last day on which it can be exercised"),
            );
        }
    }

    /// How the options of a block vest. Without a day to start from the schedule's place is returned instead.
    fn vesting_of(&mut self, block: &Block, date: Option<Date>) -> (Option<Vesting>, Option<Span>) {
        let Some(name) = block.text("vesting") else { return (None, None) };
        let span = block.span_of("vesting");
        let start = self.date(block, "vesting_start").map(|(date, _)| date).or(date);
        match (self.schedule(name, span), start) {
            (Some(schedule), Some(start)) => (Some(Vesting { schedule, start }), None),
            (Some(_), None) => (None, Some(span)),
            (None, _) => (None, None),
        }
    }

    /// The schedule of that name; a finding where there is none.
    fn schedule(&mut self, name: &str, span: Span) -> Option<Schedule> {
        let schedules = self.root.block("vesting");
        if let Some(block) = schedules.and_then(|schedules| schedules.block(name)) {
            let months = |key: &str, otherwise| whole_months(block, key).unwrap_or(otherwise);
            return Some(Schedule {
                months: months("months", 0),
                cliff_months: months("cliff_months", 0),
                every_months: months("every_months", 1),
            });
        }
        let known: Vec<String> =
            schedules.map(|block| block.entries.iter().map(|entry| entry.key.clone()).collect()).unwrap_or_default();
        let near = crate::spec::suggest::nearest(name, known.iter().map(String::as_str));
        let label =
            near.map_or("expected the name of a schedule".to_owned(), |near| format!("did you mean \"{near}\"?"));
        self.report(
            Finding::error("E0402", format!("no vesting schedule named \"{name}\""))
                .at(span, label)
                .help(format!("schedules are listed as `[vesting.{name}]` with `months`")),
        );
        None
    }

    /// Months of a schedule are whole, and a cliff lies within it.
    pub(super) fn check_vesting_schedules(&mut self) {
        let root = self.root;
        for entry in root.block("vesting").map(|block| block.entries.as_slice()).unwrap_or_default() {
            let Some(block) = entry.node.as_block() else { continue };
            for key in ["months", "cliff_months", "every_months"] {
                if stated(block, key).is_some() && whole_months(block, key).is_none() {
                    self.report(
                        Finding::error(
                            "E0466",
                            format!("`{key}` of \"{}\" is not a number of whole months", entry.key),
                        )
                        .at(block.span_of(key), "expected a whole number, at most 1,200")
                        .help(format!("such as `{key} = 12`; vesting counts whole months")),
                    );
                }
            }
            if let (Some(months), Some(cliff)) = (stated(block, "months"), stated(block, "cliff_months"))
                && cliff > months
            {
                self.report(
                    Finding::error("E0464", format!("the cliff of \"{}\" lies after its end", entry.key))
                        .at(block.span_of("cliff_months"), "expected at most `months`")
                        .and_at(block.span_of("months"), "the whole schedule")
                        .help("such as `months = 48` with `cliff_months = 12`"),
                );
            }
        }
    }

    pub(super) fn exercise(
        &mut self,
        slot: &Slot<'a>,
        place: usize,
        outer: &Provenance,
        file: &RoundingInfo,
    ) -> Option<Exercise<Stated>> {
        let (block, stage) = (slot.block, slot.stage.as_str());
        let of = self.of(slot, place)?;
        if let (Some(expires), Some(at), Some(date)) = (of.terms.info.expires, of.terms.expires_at, slot.date)
            && date > expires
        {
            self.report(
                Finding::error(
                    "E0449",
                    format!("\"{stage}\" on {date} is after \"{}\" expired on {expires}", of.terms.info.name),
                )
                .at(block.span_of(if block.has("date") { "date" } else { "of" }), "expected a day not after it")
                .and_at(at, "expires here")
                .help("correct one of the dates, or cancel what has expired (`[[cancellations]]`)"),
            );
        }
        let (quantity, origin) = self.right_quantity(slot, outer, file, RightQuantity::All)?;
        let market_price = self.quantity(block, "market_price", format!("market price of {stage}"), outer);
        let market_price = market_price.map(|(term, _)| term).or(match of.terms.payment {
            Payment::Net { market_price } => market_price,
            Payment::Cash => None,
        });
        let payment = match (self.word(block, "method"), of.terms.payment) {
            (Some(("net", _)), _) | (None, Payment::Net { .. }) => Payment::Net { market_price },
            _ => Payment::Cash,
        };
        let into = self.position(Holding::Shares(of.terms.info.stakeholder, of.terms.right.class));
        Some(Exercise {
            right: of.id,
            from: of.terms.position,
            into,
            quantity,
            vested: of.vested,
            counted: of.terms.counted,
            payment,
            rounding: file.rounding,
            origin: origin.unwrap_or_else(|| self.origin(of.span, format!("exercise: {stage}"), outer)),
        })
    }

    pub(super) fn cancellation(
        &mut self,
        slot: &Slot<'a>,
        place: usize,
        outer: &Provenance,
        file: &RoundingInfo,
    ) -> Option<Cancellation<Stated>> {
        let (block, stage) = (slot.block, slot.stage.as_str());
        let of = self.of(slot, place)?;
        let (quantity, origin) = self.right_quantity(slot, outer, file, RightQuantity::Unvested)?;
        let returns = match block.yes_no("returns_to_pool") {
            Some((Given::Stated(yes), ..)) => yes,
            Some((Given::Variable { name, span }, ..)) => match self.variables.yes_no(&name, span) {
                Ok((yes, _)) => yes,
                Err(finding) => {
                    self.report_unusable(finding);
                    return None;
                }
            },
            None => true,
        };
        let returns_to = of.terms.plan.filter(|_| returns).map(|plan| self.position(Holding::Available(plan)));
        Some(Cancellation {
            right: of.id,
            from: of.terms.position,
            quantity,
            vested: of.vested,
            counted: of.terms.counted,
            returns_to,
            rounding: file.rounding,
            origin: origin.unwrap_or_else(|| self.origin(of.span, format!("cancellation: {stage}"), outer)),
        })
    }

    /// `shares` of an exercise or a cancellation: a word or a number.
    fn right_quantity(
        &mut self,
        slot: &Slot<'a>,
        outer: &Provenance,
        file: &RoundingInfo,
        otherwise: RightQuantity<Stated>,
    ) -> Option<(RightQuantity<Stated>, Option<OriginId>)> {
        let block = slot.block;
        match block.literal("shares") {
            None => Some((otherwise, None)),
            Some((Given::Stated(Literal::Word("all")), ..)) => Some((RightQuantity::All, None)),
            Some((Given::Stated(Literal::Word(_)), ..)) => Some((RightQuantity::Unvested, None)),
            Some(_) => {
                let (term, origin) = self.quantity(block, "shares", format!("shares of {}", slot.stage), outer)?;
                self.check_whole(term, block.span_of("shares"), file);
                Some((RightQuantity::Number(term), Some(origin)))
            }
        }
    }

    /// The right that `of` names, granted before the event, and the part of it that has vested on the day.
    fn of(&mut self, slot: &Slot<'a>, place: usize) -> Option<Of> {
        let block = slot.block;
        let (name, span) = (block.text("of")?, block.span_of("of"));
        let id = self.right_named(name, span)?;
        let known = &self.known_rights[id.index()];
        if known.place.is_some_and(|granted| granted > place) {
            self.report(
                Finding::error("E0467", format!("\"{}\" is before \"{name}\"", slot.stage))
                    .at(span, "granted or issued later")
                    .help("an exercise or a cancellation follows its grant: check the dates"),
            );
            return None;
        }
        // A grant that could not be read was reported.
        let terms = known.terms.clone()?;
        let vested = match (terms.info.vesting, slot.date, terms.start_unknown) {
            (None, _, None) if terms.info.has_milestones => VestedBy::Milestones,
            (None, _, None) => VestedBy::Part(Stated::ONE),
            (Some(vesting), Some(date), _) => VestedBy::Part(vesting.part_on(date)),
            (vesting, _, unknown) => {
                let at = unknown.unwrap_or(span);
                let what = if vesting.is_some() { "the event" } else { "the grant" };
                self.report(
                    Finding::error("E0468", format!("\"{name}\" vests over time, and {what} has no date"))
                        .at(span, "what has vested by then?")
                        .and_at(at, "its schedule")
                        .help("give the events a `date`"),
                );
                return None;
            }
        };
        Some(Of { id, terms, span, vested })
    }

    /// A grant by its name, or the options of the opening table that a holder has of a plan.
    fn right_named(&mut self, name: &str, span: Span) -> Option<RightId> {
        if let Some((holder, plan)) = name.split_once(" / ")
            && let (Some(Thing::Stakeholder(who)), Some(Thing::Plan(plan))) =
                (self.names.look_up(holder), self.names.look_up(plan))
        {
            return self.opening_right_of(name, who, plan, span);
        }
        self.grant(name, span)
    }

    fn opening_right_of(&mut self, name: &str, who: StakeholderId, plan: PlanId, span: Span) -> Option<RightId> {
        let of = |known: &Known| {
            let terms = known.terms.as_ref().filter(|_| known.place.is_none());
            terms.is_some_and(|terms| terms.info.stakeholder == who && terms.plan == Some(plan))
        };
        let found: Vec<usize> =
            self.known_rights.iter().enumerate().filter(|(_, known)| of(known)).map(|(index, _)| index).collect();
        match found.as_slice() {
            [only] => Some(RightId::at(*only)),
            several => {
                let (message, label) = match several.len() {
                    0 => (
                        format!("the opening table has no options \"{name}\""),
                        "expected a grant, or \"holder / plan\"",
                    ),
                    count => (format!("the opening table has {count} rows of options \"{name}\""), "which of them?"),
                };
                let finding = Finding::error("E0469", message).at(span, label);
                self.report(finding.help("a grant of its own has a name: `[[option_grants]]`"));
                None
            }
        }
    }
}

fn stated(block: &Block, key: &str) -> Option<Stated> {
    match block.quantity(key)?.0 {
        Given::Stated(quantity) => Some(quantity.stated),
        Given::Variable { .. } => None,
    }
}

/// A number of whole months, at most a hundred years.
fn whole_months(block: &Block, key: &str) -> Option<u32> {
    let stated = stated(block, key)?;
    let whole = stated.to_decimal(0).filter(|whole| Stated::from(*whole) == stated)?;
    u32::try_from(whole).ok().filter(|months| *months <= 1_200)
}
