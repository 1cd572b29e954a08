//! The terms of a scenario from stated numbers to an arithmetic.

use super::instruments::{Cap, Convertible, Converting, Elapsed, Interest, Package};
use super::rights::{Cancellation, Exercise, Payment, Right, RightQuantity, Vest, VestedBy, Warrant, WarrantPart};
use super::secondary::{Buyer, Part, SalePrice, SaleQuantity, Secondary, Seller};
use super::terms::{
    Consideration, Due, Event, GrantAmount, Issuance, OptionGrant, Participant, PoolAmount, PoolIncrease, Round,
    RoundPool, RoundPrice, Setting, Split, Takes, Term, Tranche, TrancheAmount, TranchePrice,
};
use crate::num::{Number, Stated};

impl Term<Stated> {
    /// The same term in another arithmetic.
    pub fn cast<N: Number>(self) -> Term<N> {
        match self {
            Term::Given(stated) => Term::Given(stated.cast()),
            Term::Variable(id) => Term::Variable(id),
        }
    }
}

impl Setting<Stated> {
    /// The same setting in another arithmetic.
    pub fn cast<N: Number>(&self) -> Setting<N> {
        match *self {
            Setting::Given(stated) => Setting::Given(stated.cast()),
            Setting::Tied { of, times, plus } => Setting::Tied { of, times: times.cast(), plus: plus.cast() },
            Setting::Over { above, below } => Setting::Over { above: above.cast(), below: below.cast() },
        }
    }
}

impl Event<Stated> {
    pub(super) fn cast<N: Number>(&self) -> Event<N> {
        match self {
            Event::Closing { round, tranche } => Event::Closing { round: *round, tranche: *tranche },
            Event::Secondary(terms) => Event::Secondary(terms.cast()),
            Event::PoolIncrease(terms) => Event::PoolIncrease(PoolIncrease {
                available: terms.available,
                amount: terms.amount.cast(),
                counts_all: terms.counts_all,
                rounding: terms.rounding,
                origin: terms.origin,
            }),
            Event::OptionGrant(terms) => Event::OptionGrant(OptionGrant {
                available: terms.available,
                position: terms.position,
                amount: match terms.amount {
                    GrantAmount::Options(term) => GrantAmount::Options(term.cast()),
                    GrantAmount::Ownership(term) => GrantAmount::Ownership(term.cast()),
                },
                rounding: terms.rounding,
                right: terms.right,
                origin: terms.origin,
            }),
            Event::Warrant(terms) => Event::Warrant(terms.cast()),
            Event::Vest(terms) => Event::Vest(terms.cast()),
            Event::Exercise(terms) => Event::Exercise(terms.cast()),
            Event::Cancellation(terms) => Event::Cancellation(terms.cast()),
            Event::Issuance(terms) => Event::Issuance(Issuance {
                position: terms.position,
                consideration: match terms.consideration {
                    Consideration::None { shares } => Consideration::None { shares: shares.cast() },
                    Consideration::Money { amount, price } => {
                        Consideration::Money { amount: amount.cast(), price: price.cast() }
                    }
                },
                rounding: terms.rounding,
                origin: terms.origin,
            }),
            Event::Ipo(terms) => Event::Ipo(Box::new(terms.cast())),
            Event::Convertible(id) => Event::Convertible(*id),
            Event::Valuation(number) => Event::Valuation(*number),
            Event::Maturity(due) => Event::Maturity(
                due.iter()
                    .map(|due| Due { convertible: due.convertible, into: due.into, elapsed: due.elapsed.cast() })
                    .collect(),
            ),
            Event::ClassConversion(terms) => Event::ClassConversion(terms.cast()),
            Event::Repurchase(terms) => Event::Repurchase(terms.cast()),
            Event::InKind(terms) => Event::InKind(terms.cast()),
            Event::Split(terms) => Event::Split(Split {
                ratio: terms.ratio.cast(),
                class: terms.class,
                is_common: terms.is_common,
                whole_shares: terms.whole_shares,
                origin: terms.origin,
            }),
        }
    }
}

impl Round<Stated> {
    pub(super) fn cast<N: Number>(&self) -> Round<N> {
        Round {
            price: match self.price {
                RoundPrice::PreMoney(term) => RoundPrice::PreMoney(term.cast()),
                RoundPrice::PostMoney { stated, hold } => RoundPrice::PostMoney { stated: stated.cast(), hold },
                RoundPrice::PerShare(term) => RoundPrice::PerShare(term.cast()),
            },
            size: self.size.map(Term::cast),
            counts: self.counts,
            pool: self.pool.as_ref().map(|pool| RoundPool {
                available: pool.available,
                amount: pool.amount.cast(),
                counts_all: pool.counts_all,
                origin: pool.origin,
            }),
            method: self.method,
            converting: self.converting.iter().map(Converting::cast).collect(),
            size_includes_conversions: self.size_includes_conversions,
            protections: self.protections.clone(),
            pay_to_play: self.pay_to_play.as_ref().map(super::shares::PayToPlay::cast),
            rounding: self.rounding,
            residue: self.residue,
            tranches: self.tranches.iter().map(Tranche::cast).collect(),
            first_closing: self.first_closing,
            price_origin: self.price_origin,
            size_origin: self.size_origin,
        }
    }
}

impl Converting<Stated> {
    pub(super) fn cast<N: Number>(&self) -> Converting<N> {
        Converting {
            convertible: self.convertible,
            position: self.position,
            elapsed: self.elapsed.cast(),
            may_adopt: self.may_adopt.clone(),
        }
    }
}

impl PoolAmount<Stated> {
    pub(super) fn cast<N: Number>(self) -> PoolAmount<N> {
        match self {
            PoolAmount::Target(term) => PoolAmount::Target(term.cast()),
            PoolAmount::Increase(term) => PoolAmount::Increase(term.cast()),
        }
    }
}

impl Tranche<Stated> {
    pub(super) fn cast<N: Number>(&self) -> Tranche<N> {
        Tranche {
            event: self.event,
            class: self.class,
            amount: self.amount.map(|amount| match amount {
                TrancheAmount::Money(term) => TrancheAmount::Money(term.cast()),
                TrancheAmount::PartOfSize(term) => TrancheAmount::PartOfSize(term.cast()),
            }),
            price: match self.price {
                TranchePrice::Round => TranchePrice::Round,
                TranchePrice::PerShare(term) => TranchePrice::PerShare(term.cast()),
                TranchePrice::PreMoney(term) => TranchePrice::PreMoney(term.cast()),
                TranchePrice::StepUp(term) => TranchePrice::StepUp(term.cast()),
            },
            status: self.status,
            participants: self
                .participants
                .iter()
                .map(|participant| Participant {
                    stakeholder: participant.stakeholder,
                    position: participant.position,
                    takes: participant.takes.cast(),
                    over_allotment: participant.over_allotment,
                    origin: participant.origin,
                })
                .collect(),
            days: self.days,
            origin: self.origin,
        }
    }
}

impl Convertible<Stated> {
    pub(super) fn cast<N: Number>(&self) -> Convertible<N> {
        Convertible {
            stakeholder: self.stakeholder,
            kind: self.kind,
            amount: self.amount.cast(),
            package: Package {
                cap: self.package.cap.map(|cap| match cap {
                    Cap::Valuation(term) => Cap::Valuation(term.cast()),
                    Cap::Price(term) => Cap::Price(term.cast()),
                    Cap::Ownership(term) => Cap::Ownership(term.cast()),
                }),
                discount: self.package.discount.cast(),
                counts: self.package.counts,
            },
            threshold: self.threshold.map(Term::cast),
            interest: self.interest.map(Interest::cast),
            interest_converts: self.interest_converts,
            origin: self.origin,
        }
    }
}

impl Right<Stated> {
    pub(super) fn cast<N: Number>(&self) -> Right<N> {
        Right { class: self.class, opening: self.opening.cast(), exercise_price: self.exercise_price.cast() }
    }
}

impl VestedBy<Stated> {
    pub(super) fn cast<N: Number>(self) -> VestedBy<N> {
        match self {
            VestedBy::Part(part) => VestedBy::Part(part.cast()),
            VestedBy::Milestones => VestedBy::Milestones,
        }
    }
}

impl Warrant<Stated> {
    pub(super) fn cast<N: Number>(&self) -> Warrant<N> {
        Warrant {
            right: self.right,
            position: self.position,
            shares: self.shares.cast(),
            has_milestones: self.has_milestones,
            counted: self.counted,
            rounding: self.rounding,
            origin: self.origin,
        }
    }
}

impl Vest<Stated> {
    pub(super) fn cast<N: Number>(&self) -> Vest<N> {
        Vest {
            right: self.right,
            position: self.position,
            part: match &self.part {
                WarrantPart::Number(term) => WarrantPart::Number(term.cast()),
                WarrantPart::RestOf(others) => WarrantPart::RestOf(others.iter().map(|term| term.cast()).collect()),
            },
            whole: self.whole.cast(),
            hurdle: self.hurdle.map(Term::cast),
            market_price: self.market_price.map(Term::cast),
            counted: self.counted,
            rounding: self.rounding,
            origin: self.origin,
        }
    }
}

impl RightQuantity<Stated> {
    pub(super) fn cast<N: Number>(self) -> RightQuantity<N> {
        match self {
            RightQuantity::All => RightQuantity::All,
            RightQuantity::Unvested => RightQuantity::Unvested,
            RightQuantity::Number(term) => RightQuantity::Number(term.cast()),
        }
    }
}

impl Exercise<Stated> {
    pub(super) fn cast<N: Number>(&self) -> Exercise<N> {
        Exercise {
            right: self.right,
            from: self.from,
            into: self.into,
            quantity: self.quantity.cast(),
            vested: self.vested.cast(),
            counted: self.counted,
            payment: match self.payment {
                Payment::Cash => Payment::Cash,
                Payment::Net { market_price } => Payment::Net { market_price: market_price.map(Term::cast) },
            },
            rounding: self.rounding,
            origin: self.origin,
        }
    }
}

impl Cancellation<Stated> {
    pub(super) fn cast<N: Number>(&self) -> Cancellation<N> {
        Cancellation {
            right: self.right,
            from: self.from,
            quantity: self.quantity.cast(),
            vested: self.vested.cast(),
            counted: self.counted,
            returns_to: self.returns_to,
            rounding: self.rounding,
            origin: self.origin,
        }
    }
}

impl Interest<Stated> {
    pub(super) fn cast<N: Number>(self) -> Interest<N> {
        Interest { rate_per_year: self.rate_per_year.cast(), periods_per_year: self.periods_per_year }
    }
}

impl Elapsed<Stated> {
    pub(super) fn cast<N: Number>(self) -> Elapsed<N> {
        Elapsed { periods: self.periods, years: self.years.cast() }
    }
}

impl Takes<Stated> {
    pub(super) fn cast<N: Number>(self) -> Takes<N> {
        match self {
            Takes::Money(term) => Takes::Money(term.cast()),
            Takes::PartOfTranche(term) => Takes::PartOfTranche(term.cast()),
            Takes::RestOfTranche => Takes::RestOfTranche,
            Takes::RestOfSize => Takes::RestOfSize,
            Takes::ProRata(term) => Takes::ProRata(term.cast()),
            Takes::SideLetter { convertible, part } => Takes::SideLetter { convertible, part: part.cast() },
            Takes::Ownership(term) => Takes::Ownership(term.cast()),
            Takes::Shares(term) => Takes::Shares(term.cast()),
        }
    }
}

impl Secondary<Stated> {
    pub(super) fn cast<N: Number>(&self) -> Secondary<N> {
        Secondary {
            quantity: match self.quantity {
                SaleQuantity::Money(term) => SaleQuantity::Money(term.cast()),
                SaleQuantity::Shares(term) => SaleQuantity::Shares(term.cast()),
            },
            price: self.price.cast(),
            sellers: self
                .sellers
                .iter()
                .map(|seller| Seller {
                    positions: seller.positions.clone(),
                    part: seller.part.cast(),
                    origin: seller.origin,
                })
                .collect(),
            buyers: self
                .buyers
                .iter()
                .map(|buyer| Buyer { position: buyer.position, part: buyer.part.cast(), origin: buyer.origin })
                .collect(),
            limits: self.limits.iter().map(|(positions, part)| (positions.clone(), part.cast())).collect(),
            rounding: self.rounding,
            price_origin: self.price_origin,
            quantity_origin: self.quantity_origin,
        }
    }
}

impl SalePrice<Stated> {
    pub(super) fn cast<N: Number>(self) -> SalePrice<N> {
        match self {
            SalePrice::PerShare(term) => SalePrice::PerShare(term.cast()),
            SalePrice::Valuation(term) => SalePrice::Valuation(term.cast()),
            SalePrice::OfRound { round, multiple } => SalePrice::OfRound { round, multiple: multiple.cast() },
        }
    }
}

impl Part<Stated> {
    pub(super) fn cast<N: Number>(self) -> Part<N> {
        match self {
            Part::Fraction(term) => Part::Fraction(term.cast()),
            Part::Money(term) => Part::Money(term.cast()),
            Part::Rest => Part::Rest,
        }
    }
}
