//! The journal of an exact run: every entry in decimals, a stage after every event that took place, and a refusal for
//! every event that has no answer.

use super::books::{Adjustment, Because, CapTable, Entry, EntryKind, Journal};
use super::exit::PostedExit;
use super::ipo::{Completed, PostedOffering};
use super::refusal::{Cause, Invariant, Refusal};
use super::rights::Held;
use super::round::{Conversion, Counted, Pricing};
use super::valuation::{self, Observed, PostedValuation, Unvalued};
use crate::model::{ConvertibleId, EventId, PositionId, Round, RoundId, Tranche};
use crate::num::{Arithmetic, Fixed, Number, Truth};
use rust_decimal::Decimal;

/// Decimal places of whatever a ledger holds: the Open Cap Format's limit.
pub const PLACES: u32 = 10;

/// What happened. The truth over which every report is written.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// Every entry, in the order posted.
    pub entries: Vec<Posted>,
    /// The opening, then the company after every event that took place.
    pub stages: Vec<Stage>,
    /// How convertibles converted, in the order they did.
    pub conversions: Vec<PostedConversion>,
    /// Whether a convertible is still outstanding at the end, by convertible.
    pub outstanding: Vec<bool>,
    /// How conversion prices fell, in the order they did.
    pub adjustments: Vec<(EventId, Adjustment<Decimal>)>,
    /// The sale of the company at the end, if it takes place.
    pub exit: Option<PostedExit>,
    /// Valuations, in the order they were made.
    pub valuations: Vec<PostedValuation>,
    /// Why the current event, a valuation, has no answer.
    unvalued: Option<Unvalued>,
    /// What each round's first closing fixed, in the order they were priced.
    pub pricings: Vec<PostedPricing>,
    /// Offerings, in the order they took place.
    pub offerings: Vec<PostedOffering>,
    /// The first number of the current event that could not be written as a decimal.
    unwritable: Option<Arithmetic>,
    /// The entries folded, position by position: must equal the cap table.
    folded: Vec<Decimal>,
}

/// An entry as it is kept and printed.
#[derive(Clone, Copy, Debug)]
pub struct Posted {
    /// The event it belongs to.
    pub event: EventId,
    /// The position that grew.
    pub position: PositionId,
    /// Shares or options.
    pub shares: Decimal,
    /// Money per share; zero where no money is involved.
    pub price: Decimal,
    /// What kind of change it is.
    pub kind: EntryKind<Decimal>,
    /// Why.
    pub because: Because<Decimal>,
}

/// The company after an event.
#[derive(Clone, Debug)]
pub struct Stage {
    /// The event; `None` is the opening.
    pub event: Option<EventId>,
    /// Shares or options, by position.
    pub shares: Vec<Decimal>,
    /// The same as converted to common, by position.
    pub as_converted: Vec<Decimal>,
    /// Their sum.
    pub fully_diluted: Decimal,
    /// Common shares per share, by class.
    pub ratios: Vec<Decimal>,
    /// Conversion prices, by class, where they are known.
    pub conversion_prices: Vec<Option<Decimal>>,
    /// Rights to buy shares, by right.
    pub rights: Vec<Held<Decimal>>,
    /// The latest price in force per share as converted, and that price times the fully diluted count.
    pub reference: Option<Reference>,
}

/// What values a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Per share as converted.
    pub price: Decimal,
    /// Price times fully diluted count.
    pub valuation: Decimal,
}

/// What a round's first closing fixed. See [`Pricing`] for the meaning of each.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the fields of `Pricing`, as decimals")]
pub struct PostedPricing {
    pub round: RoundId,
    pub pre_money: Decimal,
    pub money: Decimal,
    pub capitalization: Decimal,
    pub counted: Counted<Decimal>,
    pub company_capitalization: Decimal,
    pub adjustment_shares: Decimal,
    pub balances: Decimal,
    pub fully_diluted_before: Decimal,
    pub total: Decimal,
    pub solved_price: Decimal,
    pub price: Decimal,
    pub pool_increase: Decimal,
    pub pool_before: Decimal,
    /// Cheques by tranche and participant, whether or not they are called.
    pub cheques: Vec<Vec<Decimal>>,
}

/// How a convertible converted. See [`Conversion`] for the meaning of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields of `Conversion`, as decimals")]
pub struct PostedConversion {
    pub event: EventId,
    pub convertible: ConvertibleId,
    pub position: PositionId,
    /// Whose package it used: its own, or that of the one it adopted.
    pub package: ConvertibleId,
    pub principal: Decimal,
    pub interest: Decimal,
    pub balance: Decimal,
    /// True where the cap set its price.
    pub by_cap: bool,
    pub cap_price: Decimal,
    pub discount_price: Decimal,
    pub discount: Decimal,
    pub capitalization: Decimal,
    pub price: Decimal,
    pub shares: Decimal,
}

/// Writes numbers as decimals and remembers the first that could not be.
struct Writer<'a>(&'a mut Option<Arithmetic>);

impl Writer<'_> {
    fn decimal<const BITS: usize, const LIMBS: usize>(&mut self, number: Fixed<BITS, LIMBS>) -> Decimal {
        match number.to_decimal(PLACES) {
            Some(decimal) => decimal,
            None => {
                self.0.get_or_insert(number.failure().unwrap_or(Arithmetic::Overflow));
                Decimal::ZERO
            }
        }
    }
}

impl Ledger {
    /// The pricing of a round, if it has begun.
    pub fn pricing(&self, round: RoundId) -> Option<&PostedPricing> {
        self.pricings.iter().find(|pricing| pricing.round == round)
    }

    /// The offering of an event, if it took place.
    pub fn offering(&self, event: EventId) -> Option<&PostedOffering> {
        self.offerings.iter().find(|offering| offering.event == event)
    }

    /// The entries of an event.
    pub fn entries_of(&self, event: EventId) -> impl Iterator<Item = &Posted> {
        // Events are posted in order, so their entries stand together.
        let start = self.entries.partition_point(|entry| entry.event < event);
        self.entries[start..].iter().take_while(move |entry| entry.event == event)
    }

    /// The last stage. A ledger that was opened has at least the opening.
    pub fn last(&self) -> &Stage {
        self.stages.last().expect("a ledger begins with its opening")
    }

    fn fold(&mut self, posted: &Posted) {
        self.folded[posted.position.index()] += posted.shares;
        if let Some((from, taken)) = posted.kind.taken(posted.shares) {
            self.folded[from.index()] -= taken;
        }
    }
}

impl<const BITS: usize, const LIMBS: usize> Journal<Fixed<BITS, LIMBS>> for Ledger {
    type Refusal = Refusal;

    fn record(&mut self, event: EventId, entry: &Entry<Fixed<BITS, LIMBS>>) {
        let mut write = Writer(&mut self.unwritable);
        let posted = Posted {
            event,
            position: entry.position,
            shares: write.decimal(entry.shares),
            price: write.decimal(entry.price),
            kind: entry.kind.map(|number| write.decimal(number)),
            because: written(entry.because, &mut write),
        };
        let says_more = match posted.kind {
            EntryKind::Split { fraction } | EntryKind::InKind { fraction, .. } => !fraction.is_zero(),
            EntryKind::Adjustment { as_converted } => !as_converted.is_zero(),
            EntryKind::Exercise { options, .. } => !options.is_zero(),
            EntryKind::Reclassification { given, .. } => !given.is_zero(),
            _ => false,
        };
        if !posted.shares.is_zero() || says_more {
            self.fold(&posted);
            self.entries.push(posted);
        }
    }

    fn converted(&mut self, event: EventId, conversion: &Conversion<Fixed<BITS, LIMBS>>) {
        if !conversion.converts.is_yes() {
            return;
        }
        let mut write = Writer(&mut self.unwritable);
        let package = write.decimal(conversion.package);
        self.conversions.push(PostedConversion {
            event,
            convertible: conversion.convertible,
            position: conversion.position,
            package: ConvertibleId(u32::try_from(package).unwrap_or(conversion.convertible.0)),
            principal: write.decimal(conversion.principal),
            interest: write.decimal(conversion.interest),
            balance: write.decimal(conversion.balance),
            by_cap: conversion.by_cap.is_yes(),
            cap_price: write.decimal(conversion.cap_price),
            discount_price: write.decimal(conversion.discount_price),
            discount: write.decimal(conversion.discount),
            capitalization: write.decimal(conversion.capitalization),
            price: write.decimal(conversion.price),
            shares: write.decimal(conversion.shares),
        });
    }

    fn adjusted(&mut self, event: EventId, adjustments: &[Adjustment<Fixed<BITS, LIMBS>>]) {
        let mut write = Writer(&mut self.unwritable);
        for adjustment in adjustments.iter().filter(|adjustment| adjustment.after.below(adjustment.before).is_yes()) {
            let written = adjustment.map(|number| write.decimal(number));
            self.adjustments.push((event, written));
        }
    }

    fn offered(&mut self, event: EventId, completed: &Completed<Fixed<BITS, LIMBS>>, happens: Truth) {
        if !happens.is_yes() {
            return;
        }
        let mut write = Writer(&mut self.unwritable);
        let posted = PostedOffering::of(event, completed, |number| write.decimal(number));
        self.offerings.push(posted);
    }

    fn priced(
        &mut self,
        id: RoundId,
        round: &Round<Fixed<BITS, LIMBS>>,
        pricing: &Pricing<Fixed<BITS, LIMBS>>,
        cheque: impl Fn(usize, usize) -> Fixed<BITS, LIMBS>,
    ) {
        let mut write = Writer(&mut self.unwritable);
        let of_tranche = |(index, tranche): (usize, &Tranche<_>)| {
            (0..tranche.participants.len()).map(|participant| write.decimal(cheque(index, participant))).collect()
        };
        let cheques = round.tranches.iter().enumerate().map(of_tranche).collect();
        self.pricings.push(PostedPricing {
            round: id,
            pre_money: write.decimal(pricing.pre_money),
            money: write.decimal(pricing.money),
            capitalization: write.decimal(pricing.capitalization),
            counted: Counted {
                before: write.decimal(pricing.counted.before),
                conversions: write.decimal(pricing.counted.conversions),
                adjustments: write.decimal(pricing.counted.adjustments),
                pool: write.decimal(pricing.counted.pool),
            },
            company_capitalization: write.decimal(pricing.company_capitalization),
            adjustment_shares: write.decimal(pricing.adjustment_shares),
            balances: write.decimal(pricing.balances),
            fully_diluted_before: write.decimal(pricing.fully_diluted_before),
            total: write.decimal(pricing.total),
            solved_price: write.decimal(pricing.solved_price),
            price: write.decimal(pricing.price),
            pool_increase: write.decimal(pricing.pool_increase),
            pool_before: write.decimal(pricing.pool_before),
            cheques,
        });
    }

    fn valued(&mut self, observed: &Observed<Fixed<BITS, LIMBS>>) {
        if observed.happens.is_yes() {
            let took_place = |event| self.stages.iter().any(|stage| stage.event == Some(event));
            match valuation::post(observed, took_place) {
                Ok(posted) => self.valuations.push(posted),
                Err(why) => self.unvalued = Some(why),
            }
        }
    }

    fn end_event(
        &mut self,
        event: Option<EventId>,
        happens: Truth,
        feasible: Truth,
        table: &CapTable<Fixed<BITS, LIMBS>>,
    ) -> Result<(), Refusal> {
        match feasible {
            Truth::Yes => {}
            Truth::Undefined(why) => return Err(Refusal::Undefined { event, why }),
            Truth::No => {
                let infeasible = |event| Refusal::Infeasible { event, cause: Cause::Terms };
                return Err(event.map_or(Refusal::NegativeOpening, infeasible));
            }
        }
        if let (Some(event), Some(why)) = (event, self.unvalued.take()) {
            return Err(Refusal::Unvalued { event, why });
        }
        let stage = stage(event, table).ok_or(Refusal::Undefined { event, why: Arithmetic::Overflow })?;
        if let Some(why) = self.unwritable {
            return Err(Refusal::Undefined { event, why });
        }
        if event.is_none() {
            self.folded.clone_from(&stage.shares);
        }
        if let Some(invariant) = self.broken_invariant(&stage) {
            return Err(Refusal::Unbalanced { event, invariant });
        }
        self.outstanding = table.outstanding.iter().map(|truth| truth.is_yes()).collect();
        if happens.is_yes() {
            self.stages.push(stage);
        }
        Ok(())
    }
}

impl Ledger {
    /// What must hold after every event, whatever the scenario: the first invariant that does not.
    fn broken_invariant(&self, stage: &Stage) -> Option<Invariant> {
        // Converting to common may need more places than are kept: one unit in the last place for each position.
        let slack = Decimal::new(1, PLACES) * Decimal::from(stage.shares.len());
        let sum: Decimal = stage.as_converted.iter().sum();
        if (sum - stage.fully_diluted).abs() > slack {
            Some(Invariant::OwnershipSumsToOne)
        } else if stage.shares.iter().any(|shares| shares.is_sign_negative() && !shares.is_zero()) {
            Some(Invariant::NoNegativeHolding)
        } else if self.folded != stage.shares {
            Some(Invariant::EntriesFoldToTheTable)
        } else {
            None
        }
    }
}

fn written<const BITS: usize, const LIMBS: usize>(
    because: Because<Fixed<BITS, LIMBS>>,
    write: &mut Writer,
) -> Because<Decimal> {
    match because {
        Because::RoundPrice { round } => Because::RoundPrice { round },
        Because::GivenPrice => Because::GivenPrice,
        Because::GivenNumber => Because::GivenNumber,
        Because::ExercisePrice => Because::ExercisePrice,
        Because::NetExercise { exercise_price, market_price } => Because::NetExercise {
            exercise_price: write.decimal(exercise_price),
            market_price: write.decimal(market_price),
        },
        Because::Unvested => Because::Unvested,
        Because::Milestone => Because::Milestone,
        Because::Conversion { convertible } => Because::Conversion { convertible },
        Because::Protection { before, after } => {
            Because::Protection { before: write.decimal(before), after: write.decimal(after) }
        }
        Because::IpoRatchet { before, after, price } => Because::IpoRatchet {
            before: write.decimal(before),
            after: write.decimal(after),
            price: write.decimal(price),
        },
        Because::OfferingPrice => Because::OfferingPrice,
        Because::StepUp { before, step_up } => {
            Because::StepUp { before: write.decimal(before), step_up: write.decimal(step_up) }
        }
        Because::Valuation { valuation, fully_diluted } => {
            Because::Valuation { valuation: write.decimal(valuation), fully_diluted: write.decimal(fully_diluted) }
        }
        Because::MultipleOf { round, price, multiple } => {
            Because::MultipleOf { round, price: write.decimal(price), multiple: write.decimal(multiple) }
        }
        Because::PoolTarget { target, total, before } => Because::PoolTarget {
            target: write.decimal(target),
            total: write.decimal(total),
            before: write.decimal(before),
        },
        Because::Dividend { bearing, rate, years } => Because::Dividend {
            bearing: write.decimal(bearing),
            rate: write.decimal(rate),
            years: write.decimal(years),
        },
        Because::PayToPlay { ratio, took, required } => Because::PayToPlay {
            ratio: write.decimal(ratio),
            took: write.decimal(took),
            required: write.decimal(required),
        },
        Because::Ratio { ratio } => Because::Ratio { ratio: write.decimal(ratio) },
    }
}

/// The table in decimals; `None` where a number is undefined or too long for one.
fn stage<const BITS: usize, const LIMBS: usize>(
    event: Option<EventId>,
    table: &CapTable<Fixed<BITS, LIMBS>>,
) -> Option<Stage> {
    let decimals = |numbers: &mut dyn Iterator<Item = Fixed<BITS, LIMBS>>| -> Option<Vec<Decimal>> {
        numbers.map(|number| number.to_decimal(PLACES)).collect()
    };
    let as_converted = |index| table.as_converted(PositionId::at(index), table.shares[index]);
    let shares = decimals(&mut table.shares.iter().copied())?;
    let one_to_one = table.ratios.iter().all(Option::is_none);
    let reference = match table.reference_price {
        None => None,
        Some(price) => Some(Reference {
            price: price.to_decimal(PLACES)?,
            valuation: (price * table.fully_diluted).to_decimal(PLACES)?,
        }),
    };
    Some(Stage {
        event,
        as_converted: match one_to_one {
            true => shares.clone(),
            false => decimals(&mut (0..shares.len()).map(as_converted))?,
        },
        shares,
        fully_diluted: table.fully_diluted.to_decimal(PLACES)?,
        ratios: decimals(&mut table.ratios.iter().map(|ratio| ratio.unwrap_or(Fixed::one())))?,
        conversion_prices: table
            .conversion_prices
            .iter()
            .map(|price| price.map_or(Some(None), |price| price.to_decimal(PLACES).map(Some)))
            .collect::<Option<_>>()?,
        rights: table
            .rights
            .iter()
            .map(|right| {
                Some(Held {
                    granted: right.granted.to_decimal(PLACES)?,
                    exercised: right.exercised.to_decimal(PLACES)?,
                    outstanding: right.outstanding.to_decimal(PLACES)?,
                    vested: right.vested.to_decimal(PLACES)?,
                    exercise_price: right.exercise_price.to_decimal(PLACES)?,
                })
            })
            .collect::<Option<_>>()?,
        reference,
    })
}
