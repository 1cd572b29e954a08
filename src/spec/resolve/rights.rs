//! Rights to buy shares: grants, how they vest, exercises and cancellations.

use super::context::{Context, number};
use super::names::{COMMON, Thing};
use super::timeline::{Slot, What};
use crate::error::{Finding, Span};
use crate::model::{
    Cancellation, Counted, Exercise, GrantAmount, Holding, OptionGrant, OriginId, Payment, PlanId, PositionId, Right,
    RightId, RightInfo, RightQuantity, RoundingInfo, Schedule, StakeholderId, Term, Vest, VestedBy, Vesting, Warrant,
    WarrantPart,
};
use crate::num::{Exact, Number, Stated};
use crate::spec::node::{Block, Provenance};
use crate::spec::value::{Given, Literal};
use jiff::civil::Date;

/// What is known of a right before, and after, its grant was read.
pub(super) struct Known {
    /// Where its grant stands among the events; `None` is the opening.
    place: Option<usize>,
    /// Its terms, once they were read.
    terms: Option<Terms>,
}

#[derive(Clone)]
struct Terms {
    right: Right<Stated>,
    info: RightInfo,
    /// The plan of options; a warrant has none.
    plan: Option<PlanId>,
    /// The whole of a warrant at its issue.
    whole: Option<Term<Stated>>,
    /// Whether it is exercised net, and at which price, where the exercise does not say.
    payment: Payment<Stated>,
    counted: Counted,
    /// The holder's line of the cap table.
    position: PositionId,
    /// Where the day it expires stands.
    expires_at: Option<Span>,
    /// It vests by a schedule, and from when is not known.
    start_unknown: Option<Span>,
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
        options: Exact,
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
        let right = Right { class, opening: super::number_or_finding(options), exercise_price };
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
        let (available, position) =
            (self.position(Holding::Available(plan)), self.position(Holding::Granted(who, plan)));
        let class = self.class(COMMON, block.span)?;
        self.known_rights[id.index()].terms = Some(Terms {
            right: Right { class, opening: Stated::ZERO, exercise_price },
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

    pub(super) fn warrant(
        &mut self,
        slot: &Slot<'a>,
        id: RightId,
        outer: &Provenance,
        file: &RoundingInfo,
    ) -> Option<Warrant<Stated>> {
        let (block, stage) = (slot.block, slot.stage.as_str());
        let who = self.stakeholder(block.text("stakeholder")?, block.span_of("stakeholder"));
        let class = self.class(block.text("class").unwrap_or(COMMON), block.span_of("class"));
        let (who, class) = (who?, class?);
        let (shares, origin) = self.quantity(block, "shares", format!("shares of {stage}"), outer)?;
        self.check_whole(shares, block.span_of("shares"), file);
        let strike = self.quantity(block, "exercise_price", format!("exercise price of {stage}"), outer);
        if strike.is_none() {
            self.assume(stage, "a warrant without an exercise price has one of 0", Some(block.span));
        }
        let market_price = self.quantity(block, "market_price", format!("market price of {stage}"), outer);
        let payment = match self.word(block, "method") {
            Some(("net", _)) => Payment::Net { market_price: market_price.map(|(term, _)| term) },
            _ => Payment::Cash,
        };
        let expires = self.date(block, "expires");
        self.check_order(stage, slot.date, expires, "issued");
        let has_milestones = block.blocks("tranches").next().is_some();
        let counted = match self.word(block, "counted") {
            Some(("always", _)) => Counted::Always,
            Some(("when_vested", _)) => Counted::WhenVested,
            Some(_) => Counted::WhenExercised,
            None if has_milestones => {
                let assumed = "a warrant with tranches is in the fully diluted total as far as it has vested; `counted` would say otherwise";
                self.assume(stage, assumed, Some(block.span));
                Counted::WhenVested
            }
            None => Counted::Always,
        };
        self.check_milestones(block, stage, shares);
        let exercise_price = strike.map_or(Term::Given(Stated::ZERO), |(term, _)| term);
        let position = self.position(Holding::Warrants(who, class));
        self.known_rights[id.index()].terms = Some(Terms {
            right: Right { class, opening: Stated::ZERO, exercise_price },
            info: RightInfo {
                name: stage.to_owned(),
                stakeholder: who,
                has_milestones: true,
                vesting: None,
                expires: expires.map(|(date, _)| date),
                origin,
            },
            plan: None,
            whole: Some(shares),
            payment,
            counted,
            position,
            expires_at: expires.map(|(_, span)| span),
            start_unknown: None,
        });
        Some(Warrant { right: id, position, shares, has_milestones, counted, rounding: file.rounding, origin })
    }

    /// The parts of a warrant are not more than the whole, and at most one is the rest.
    fn check_milestones(&mut self, block: &'a Block, stage: &str, whole: Term<Stated>) {
        let (mut sum, mut rests) = (Exact::zero(), 0);
        for tranche in block.blocks("tranches") {
            match tranche.literal("shares") {
                Some((Given::Stated(Literal::Word(_)), ..)) => rests += 1,
                Some((Given::Stated(Literal::Quantity(quantity)), ..)) => sum += quantity.stated.cast(),
                // The value of a variable is known in the run at hand only.
                _ => return,
            }
        }
        let span = block.span_of("shares");
        if rests > 1 {
            self.report(
                Finding::error("E0475", format!("\"rest\" stands {rests} times among the tranches of \"{stage}\""))
                    .at(span, "what is left can go to one only"),
            );
        } else if self.value(whole).below(sum).is_yes() {
            let (sum, whole) = (number(sum), number(self.value(whole)));
            self.report(
                Finding::error("E0475", format!("the tranches of \"{stage}\" add up to {sum} shares"))
                    .at(span, format!("the whole warrant is {whole}"))
                    .help("correct one of them, or let one be \"rest\""),
            );
        }
    }

    /// A part of a warrant that vests.
    pub(super) fn milestone(
        &mut self,
        slot: &Slot<'a>,
        id: RightId,
        number: usize,
        file: &RoundingInfo,
    ) -> Option<Vest<Stated>> {
        let (block, warrant, stage) = (slot.block, slot.round?, slot.stage.as_str());
        let outer = block.provenance().or(&warrant.provenance());
        let Some(terms) = self.known_rights[id.index()].terms.clone() else {
            // A warrant that could not be read was reported; one that comes later was not.
            if self.known_rights[id.index()].place.is_some() && !self.findings.has_errors() {
                self.report(
                    Finding::error("E0467", format!("\"{stage}\" is before its warrant"))
                        .at(block.span_of("date"), "expected a day not before the warrant's"),
                );
            }
            return None;
        };
        if let (Some(expires), Some(at), Some(date)) = (terms.info.expires, terms.expires_at, slot.date)
            && date > expires
        {
            self.report(
                Finding::error("E0449", format!("\"{stage}\" on {date} is after its warrant expired on {expires}"))
                    .at(block.span_of("date"), "expected a day not after it")
                    .and_at(at, "expires here"),
            );
        }
        let is_rest =
            |tranche: &Block| matches!(tranche.literal("shares"), Some((Given::Stated(Literal::Word(_)), ..)));
        let (part, origin) = if is_rest(block) {
            let mut others = Vec::new();
            for (index, other) in warrant.blocks("tranches").enumerate().filter(|(index, _)| *index != number) {
                let what = format!("shares of {} / {}", terms.info.name, index + 1);
                others.push(self.quantity(other, "shares", what, &outer)?.0);
            }
            let origin = self.origin(block.span_of("shares"), format!("shares of {stage}"), &outer);
            (WarrantPart::RestOf(others), origin)
        } else {
            let (term, origin) = self.quantity(block, "shares", format!("shares of {stage}"), &outer)?;
            (WarrantPart::Number(term), origin)
        };
        let hurdle = self.quantity(block, "share_price", format!("price hurdle of {stage}"), &outer);
        let market_price = self.quantity(warrant, "market_price", format!("market price of {stage}"), &outer);
        Some(Vest {
            right: id,
            position: terms.position,
            part,
            whole: terms.whole?,
            hurdle: hurdle.map(|(term, _)| term),
            market_price: market_price.map(|(term, _)| term),
            counted: terms.counted,
            rounding: file.rounding,
            origin,
        })
    }

    /// What is granted or issued expires later.
    fn check_order(&mut self, stage: &str, date: Option<Date>, expires: Option<(Date, Span)>, how: &str) {
        if let (Some((expires, span)), Some(date)) = (expires, date)
            && expires < date
        {
            self.report(
                Finding::error("E0448", format!("\"{stage}\" is {how} on {date} and expires on {expires}"))
                    .at(span, format!("before it is {how}")),
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
                        .at(block.span_of(key), "expected a whole number, at most 1,200"),
                    );
                }
            }
            if let (Some(months), Some(cliff)) = (stated(block, "months"), stated(block, "cliff_months"))
                && cliff > months
            {
                self.report(
                    Finding::error("E0464", format!("the cliff of \"{}\" lies after its end", entry.key))
                        .at(block.span_of("cliff_months"), "expected at most `months`")
                        .and_at(block.span_of("months"), "the whole schedule"),
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
                .and_at(at, "expires here"),
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
