//! How the price of an event's shares came about.

use super::{Line, Writer, count, per_share, percent, plain};
use crate::engine::books::{Because, EntryKind};
use crate::engine::ledger::{Posted, PostedPricing};
use crate::model::{ConversionMethod, Event, EventId, Ipo, IpoPrice, IpoSeller, OriginId, RoundId, RoundPrice, Term};
use crate::num::Stated;
use crate::report::exact::{POSTED_PLACES, decimal};
use crate::report::offering::Offering;
use crate::report::{ipos, words};
use rust_decimal::Decimal;

impl Writer<'_> {
    /// How the price of the event's shares came about.
    pub(super) fn price(&self, event: EventId, lines: &mut Vec<Line>) {
        let Some(entry) = self
            .run
            .ledger()
            .entries_of(event)
            .find(|entry| !entry.price.is_zero() && !matches!(entry.kind, EntryKind::Conversion { .. }))
        else {
            return;
        };
        let price = per_share(entry.price, self.currency());
        let agreement = self.agreement();
        match entry.because {
            Because::RoundPrice { round } => self.round_price(round, &price, lines),
            Because::GivenPrice => lines.push(plain(1, format!("price {price}, as stated"))),
            Because::StepUp { before, step_up } => {
                lines.push(plain(
                    1,
                    format!(
                        "price {price} = {} of the closing before it * (1 + {})",
                        per_share(before, self.currency()),
                        percent(step_up, Decimal::ONE)
                    ),
                ));
            }
            Because::Valuation { valuation, fully_diluted } => {
                let says = format!(
                    "price {price} = valuation {} / {} fully diluted",
                    words::money_in_full(valuation, self.currency()),
                    count(fully_diluted)
                );
                match &agreement.scenario.timeline[event.index()].event {
                    Event::Secondary(terms) => lines.push(self.cited(1, says, terms.price_origin)),
                    _ => lines.push(plain(1, says)),
                }
            }
            Because::MultipleOf { round, price: of_round, multiple } => {
                let name = &agreement.rounds[round.index()].name;
                lines.push(plain(
                    1,
                    format!(
                        "price {price} = {} of {name} * {}",
                        per_share(of_round, self.currency()),
                        words::grouped(multiple)
                    ),
                ));
            }
            Because::OfferingPrice => self.offering_price(event, lines),
            Because::PoolTarget { .. }
            | Because::GivenNumber
            | Because::PayToPlay { .. }
            | Because::Dividend { .. }
            | Because::ExercisePrice
            | Because::NetExercise { .. }
            | Because::Unvested
            | Because::Milestone
            | Because::Conversion { .. }
            | Because::Protection { .. }
            | Because::IpoRatchet { .. }
            | Because::Ratio { .. } => {}
        }
    }

    /// Where the number behind an entry of an offering was stated.
    pub(super) fn offered_by(&self, entry: &Posted, terms: &Ipo<Stated>) -> Option<OriginId> {
        match entry.kind {
            EntryKind::Issuance { .. } => Some(terms.quantity_origin),
            EntryKind::Adjustment { .. } => {
                let class = self.agreement().scenario.positions[entry.position.index()].class();
                terms.ratchets.iter().find(|ratchet| Some(ratchet.class) == class).map(|ratchet| ratchet.origin)
            }
            EntryKind::Transfer { from, .. } => {
                let sells = |seller: &&IpoSeller<Stated>| seller.holders.iter().any(|holder| holder.position == from);
                terms.sellers.iter().find(sells).map(|seller| seller.origin)
            }
            _ => None,
        }
    }

    fn offering_price(&self, event: EventId, lines: &mut Vec<Line>) {
        let Some(offering) = Offering::of(self.agreement(), self.run.ledger(), event) else { return };
        let posted = offering.posted;
        let price = per_share(decimal(offering.price(), POSTED_PLACES), self.currency());
        let says = match offering.terms.price {
            IpoPrice::PerShare { .. } => format!("price {price} of the offering, as stated"),
            IpoPrice::PreMoney { .. } => format!(
                "price {price} = pre-money {} / {} shares{}",
                words::money_in_full(posted.pre_money, self.currency()),
                count(posted.capitalization),
                if posted.price == posted.solved_price { "" } else { ", rounded" }
            ),
        };
        lines.push(self.cited(1, says, offering.terms.price_origin));
        let (IpoPrice::PerShare { price: term, counts } | IpoPrice::PreMoney { valuation: term, counts }) =
            offering.terms.price;
        if let Term::Variable(id) = term {
            lines.push(self.variable(2, id));
        }
        if let IpoPrice::PreMoney { .. } = offering.terms.price {
            let added: Vec<String> = [
                (posted.counted.ratchets, "by ratchets"),
                (posted.counted.conversions, "from SAFEs and notes"),
                (posted.counted.treasury, "by the treasury stock method"),
            ]
            .into_iter()
            .filter(|(shares, _)| !shares.is_zero())
            .map(|(shares, what)| format!(" + {} {what}", count(shares)))
            .collect();
            let (all, before) = (count(posted.capitalization), count(posted.counted.before));
            let what = ipos::count_in_words(counts);
            let says = match added.is_empty() {
                true => format!("{all} before the offering: {what}"),
                false => format!("{all} = {before} before the offering{}: {what}", added.concat()),
            };
            lines.push(plain(2, says));
        }
    }

    fn round_price(&self, id: RoundId, price: &str, lines: &mut Vec<Line>) {
        let agreement = self.agreement();
        let Some(pricing) = self.run.ledger().pricing(id) else { return };
        let round = &agreement.scenario.rounds[id.index()];
        if let RoundPrice::PerShare(_) = round.price {
            lines.push(self.cited(1, format!("price {price}, as stated"), round.price_origin));
            return;
        }
        let rounded = match pricing.price == pricing.solved_price {
            true => String::new(),
            false => format!(", rounded as {} does", agreement.rounds[id.index()].rounding.name),
        };
        let headline = words::money_in_full(pricing.money, self.currency());
        let pre_money = words::money_in_full(pricing.pre_money, self.currency());
        let valued = match round.method {
            ConversionMethod::DollarsInvested if !pricing.balances.is_zero() => {
                format!(
                    "(pre-money {pre_money} + {} that convert)",
                    words::money_in_full(pricing.balances, self.currency())
                )
            }
            _ => format!("pre-money {pre_money}"),
        };
        let says = format!(
            "price {price} = {valued} / {} shares{rounded}; fixed once, at the headline of {headline}",
            count(pricing.capitalization)
        );
        lines.push(plain(1, says));
        self.pre_money(id, pricing, &headline, lines);
        lines.push(capitalization(pricing));
    }

    fn pre_money(&self, id: RoundId, pricing: &PostedPricing, headline: &str, lines: &mut Vec<Line>) {
        let round = &self.agreement().scenario.rounds[id.index()];
        let pre_money = words::money_in_full(pricing.pre_money, self.currency());
        match round.price {
            RoundPrice::PostMoney { .. } => {
                let post_money = pricing.pre_money + pricing.money;
                let says = format!(
                    "pre-money {pre_money} = post-money {} - {headline}",
                    words::money_in_full(post_money, self.currency())
                );
                lines.push(self.cited(2, says, round.price_origin));
                if let Some(origin) = round.size_origin {
                    lines.push(self.cited(2, format!("{headline} is the round's size"), origin));
                }
            }
            RoundPrice::PreMoney(term) => {
                lines.push(self.cited(2, format!("pre-money {pre_money}"), round.price_origin));
                if let Term::Variable(id) = term {
                    lines.push(self.variable(3, id));
                }
            }
            RoundPrice::PerShare(_) => {}
        }
    }
}

/// What the count that pre-money is divided by is the sum of.
fn capitalization(pricing: &PostedPricing) -> Line {
    let counted = pricing.counted;
    let added: Vec<String> = [
        (counted.conversions, "conversion shares"),
        (counted.adjustments, "adjustment shares"),
        (counted.pool, "pool increase"),
    ]
    .into_iter()
    .filter(|(shares, _)| !shares.is_zero())
    .map(|(shares, what)| format!(" + {} {what}", count(shares)))
    .collect();
    let says = match added.is_empty() {
        true => format!("{} before the round, as the round counts", count(pricing.capitalization)),
        false => format!(
            "{} = {} before the round, as the round counts{}, before rounding",
            count(pricing.capitalization),
            count(counted.before),
            added.concat()
        ),
    };
    plain(2, says)
}
