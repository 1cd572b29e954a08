//! Who holds how much of which lot. See [`Lots`] for what a lot is.

use super::books::{CapTable, Entry, EntryKind};
use crate::model::{ClassId, ConvertedPreference, EventId, Holding, LotId, LotSource, Lots, PositionId};
use crate::num::{Mask, Number};
use std::sync::Arc;

/// Shares by holder and lot, and what one share of a lot was paid. Empty where no exit asks for it.
#[derive(Clone, Debug)]
pub struct LotTable<N> {
    /// Which lots there are, and where each holder's part is kept.
    pub lots: Arc<Lots>,
    /// Shares, by place.
    pub held: Vec<N>,
    /// What one share was paid, by lot; zero where its preference is that of the class's issue price: what was issued for
    /// nothing, by an exercise or from another class, or became shares at the round's price.
    pub prices: Vec<N>,
}

impl<N: Number> CapTable<N> {
    /// What an entry that is about to be posted does to the lots, and to what bears no dividend.
    #[inline(always)]
    pub fn follow(&mut self, entry: &Entry<N>, event: EventId) {
        if let CapTable { idle: Some(idle), positions, shares, .. } = self {
            idle.follow(entry, event, positions, shares);
        }
        if self.lots.lots.is_empty() {
            return;
        }
        if let Holding::Shares(_, class) = self.positions[entry.position.index()] {
            let before = self.at(entry.position);
            let from = entry.kind.taken(entry.shares).map(|(from, _)| self.at(from));
            self.lots.follow(event, entry, class, before, from.unwrap_or(before));
        }
    }
}

impl<N: Number> LotTable<N> {
    /// What the opening holds, at the classes' issue prices.
    #[inline(always)]
    pub fn open(lots: &Arc<Lots>, shares: &[N], issue_prices: &[Option<N>]) -> Self {
        let mut held = vec![N::zero(); lots.places()];
        if !lots.is_empty() {
            for (index, &shares) in shares.iter().enumerate() {
                // The opening lot of a class is its first.
                if let Some(place) =
                    held.get_mut(lots.places_of(PositionId::at(index))).and_then(|places| places.first_mut())
                {
                    *place = shares;
                }
            }
        }
        let opening = |class: ClassId| issue_prices[class.index()].unwrap_or(N::zero());
        let price = |source, class| if source == LotSource::Opening { opening(class) } else { N::zero() };
        let prices = lots.all().iter().map(|lot| price(lot.source, lot.class)).collect();
        LotTable { lots: Arc::clone(lots), held, prices }
    }

    /// Follows an entry of `event` before it is posted: `before` is what the position holds until then, `from_before` what
    /// the position that shrinks does.
    ///
    /// What is issued is the event's lot. What changes hands, or is split, repurchased or converted, is taken pro rata to the
    /// holder's lots.
    #[inline(always)]
    fn follow(&mut self, event: EventId, entry: &Entry<N>, class: ClassId, before: N, from_before: N) {
        match entry.kind {
            EntryKind::Issuance { .. } => self.issue(self.lots.issued(event, class), entry, entry.price),
            // What a class pays in its own shares has the preference of its issue price.
            EntryKind::Exercise { .. } | EntryKind::InKind { .. } => {
                self.issue(self.lots.issued(event, class), entry, N::zero());
            }
            EntryKind::Conversion { convertible, .. } => {
                self.issue(self.lots.conversion(convertible, class), entry, entry.price);
            }
            EntryKind::Transfer { from, .. } => self.transfer(from, entry.position, entry.shares, from_before),
            EntryKind::Reclassification { from, given, .. } => {
                self.scale(from, from_before, from_before - given);
                self.issue(self.lots.issued(event, class), entry, N::zero());
            }
            EntryKind::Repurchase { .. } | EntryKind::Split { .. } => {
                self.scale(entry.position, before, before + entry.shares);
            }
            EntryKind::Adjustment { .. }
            | EntryKind::PoolIncrease
            | EntryKind::Grant { .. }
            | EntryKind::Return { .. }
            | EntryKind::Cancellation
            | EntryKind::Warrant => {}
        }
    }

    #[inline(always)]
    fn issue(&mut self, lot: Option<LotId>, entry: &Entry<N>, paid: N) {
        let Some(lot) = lot else { return };
        let terms = self.lots.all()[lot.index()];
        let price = match terms.source {
            LotSource::Opening | LotSource::Event(_) => paid,
            LotSource::Conversion { preference, .. } => match preference {
                ConvertedPreference::ConversionPrice => paid,
                ConvertedPreference::RoundPrice | ConvertedPreference::Common => N::zero(),
            },
        };
        self.prices[lot.index()] = entry.shares.is_positive().select(price, self.prices[lot.index()]);
        let place = self.lots.places_of(entry.position).start + terms.number as usize;
        self.held[place] += entry.shares;
    }

    /// A position grows or shrinks, all its lots alike.
    #[inline(always)]
    fn scale(&mut self, position: PositionId, before: N, after: N) {
        let factor = after / before.is_positive().select(before, N::one());
        for place in self.lots.places_of(position) {
            self.held[place] = self.held[place] * factor;
        }
    }

    /// Moves shares between two holders of a class, pro rata to the lots of the one that gives.
    #[inline(always)]
    fn transfer(&mut self, from: PositionId, to: PositionId, shares: N, held: N) {
        let part = shares / held.is_positive().select(held, N::one());
        let (give, take) = (self.lots.places_of(from), self.lots.places_of(to));
        for (give, take) in give.zip(take) {
            let moved = self.held[give] * part;
            self.held[give] -= moved;
            self.held[take] += moved;
        }
    }

    /// A split of a class, or of every class: what one share was paid follows.
    #[inline(always)]
    pub fn split(&mut self, class: Option<ClassId>, ratio: N) {
        for (lot, price) in self.lots.all().iter().zip(&mut self.prices) {
            if class.is_none_or(|split| split == lot.class) {
                *price = *price / ratio;
            }
        }
    }
}
