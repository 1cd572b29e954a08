//! An offering as a ledger keeps it.

use super::{Completed, OfferingCount, Quantities};
use crate::engine::books::Adjustment;
use crate::model::EventId;
use crate::num::Number;
use rust_decimal::Decimal;

/// An offering that took place. See [`Offering`](super::Offering) and [`Completed`] for the meaning of each.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the fields of `Offering` and `Completed`, as decimals")]
pub struct PostedOffering {
    pub event: EventId,
    pub pre_money: Decimal,
    pub capitalization: Decimal,
    pub counted: OfferingCount<Decimal>,
    pub solved_price: Decimal,
    pub price: Decimal,
    pub ratchets: Vec<Adjustment<Decimal>>,
    pub sold: Quantities<Decimal>,
    pub outstanding_before: Decimal,
    pub underwriting_discount: Decimal,
    pub costs: Decimal,
    pub net_tangible_book_value: Option<Decimal>,
}

impl PostedOffering {
    /// The offering in decimals.
    pub(crate) fn of<N: Number>(event: EventId, completed: &Completed<N>, mut write: impl FnMut(N) -> Decimal) -> Self {
        let Completed { offering, sold, .. } = completed;
        PostedOffering {
            event,
            pre_money: write(offering.pre_money),
            capitalization: write(offering.capitalization),
            counted: OfferingCount {
                before: write(offering.counted.before),
                ratchets: write(offering.counted.ratchets),
                conversions: write(offering.counted.conversions),
                treasury: write(offering.counted.treasury),
            },
            solved_price: write(offering.solved_price),
            price: write(offering.price),
            ratchets: offering.ratchets.iter().map(|ratchet| ratchet.map(&mut write)).collect(),
            sold: Quantities {
                primary: write(sold.primary),
                greenshoe: write(sold.greenshoe),
                secondary: write(sold.secondary),
            },
            outstanding_before: write(completed.outstanding_before),
            underwriting_discount: write(completed.underwriting_discount),
            costs: write(completed.costs),
            net_tangible_book_value: completed.net_tangible_book_value.map(write),
        }
    }
}
