//! Dividends paid in shares: who bears them, and what is issued.
//!
//! ```text
//! bearing = shares held - what bears nothing                     over a period of r per year and y years
//! shares  = bearing * base * r * y                               base in issue prices: 1, or the preference's multiple
//! ```
//!
//! The money of the dividend is `shares held * issue price * base * r * y`, and a share paid costs the issue price, which
//! cancels. What bears nothing: of shares issued within the period, the part of it that was over by then; and without
//! compounding the shares that are dividends themselves. Both go with the shares when these are sold, converted or bought
//! back, in proportion. Source: NVCA model charter, 1 (dividends payable in shares), and common paid-in-kind terms.

use super::books::{Because, Books, Entry, EntryKind, Journal};
use crate::model::{Draws, EventId, Holding, InKind, InKindClass, PositionId};
use crate::num::{Mask, Number};

/// What of each position bears no dividend.
#[derive(Clone, Debug)]
pub struct Idle<N> {
    classes: Vec<InKindClass<N>>,
    /// In the period that runs, in shares, by position.
    this_period: Vec<N>,
    /// For good: dividends in kind that bear none, by position.
    for_good: Vec<N>,
}

impl<N: Number> Idle<N> {
    /// Nothing yet; `None` where no class pays in kind.
    pub fn of(classes: &[InKindClass<N>], positions: usize) -> Option<Self> {
        let none = || vec![N::zero(); positions];
        let some = !classes.is_empty();
        some.then(|| Idle { classes: classes.to_vec(), this_period: none(), for_good: none() })
    }

    fn class_of(&self, holding: Holding) -> Option<&InKindClass<N>> {
        let Holding::Shares(_, class) = holding else { return None };
        self.classes.iter().find(|pays| pays.class == class)
    }

    /// Follows an entry that is about to be posted.
    #[inline(never)]
    pub fn follow(&mut self, entry: &Entry<N>, event: EventId, positions: &[Holding], shares: &[N]) {
        let here = entry.position.index();
        if let EntryKind::Split { .. } = entry.kind {
            self.scale(here, entry.shares, shares[here]);
            return;
        }
        let gone = match entry.kind {
            EntryKind::Repurchase { .. } => Some((here, N::zero() - entry.shares)),
            kind => kind.taken(entry.shares).map(|(from, taken)| (from.index(), taken)),
        };
        let mut moved = [N::zero(); 2];
        if let Some((from, taken)) = gone {
            moved = self.take(from, taken, shares[from]);
        }
        let Some(class) = self.class_of(positions[here]) else { return };
        match entry.kind {
            EntryKind::Transfer { .. } => {
                self.this_period[here] += moved[0];
                self.for_good[here] += moved[1];
            }
            EntryKind::InKind { .. } => {
                if !class.compounds {
                    self.for_good[here] += entry.shares;
                }
            }
            EntryKind::Issuance { .. }
            | EntryKind::Conversion { .. }
            | EntryKind::Exercise { .. }
            | EntryKind::Reclassification { .. } => {
                let over = class.over_at(event).unwrap_or(N::zero());
                self.this_period[here] += entry.shares * over;
            }
            EntryKind::Repurchase { .. }
            | EntryKind::Adjustment { .. }
            | EntryKind::PoolIncrease
            | EntryKind::Grant { .. }
            | EntryKind::Return { .. }
            | EntryKind::Cancellation
            | EntryKind::Warrant
            | EntryKind::Split { .. } => {}
        }
    }

    /// A split: what bears nothing grows as the position does.
    fn scale(&mut self, at: usize, added: N, held: N) {
        let some = held.is_positive();
        let factor = some.select((held + added) / some.select(held, N::one()), N::one());
        self.this_period[at] = self.this_period[at] * factor;
        self.for_good[at] = self.for_good[at] * factor;
    }

    /// What leaves a position with so many of its shares.
    fn take(&mut self, from: usize, taken: N, held: N) -> [N; 2] {
        let some = held.is_positive();
        let part = some.select(taken / some.select(held, N::one()), N::zero());
        let moved = [self.this_period[from] * part, self.for_good[from] * part];
        self.this_period[from] -= moved[0];
        self.for_good[from] -= moved[1];
        moved
    }
}

/// Pays a dividend in shares to everyone who holds the class on the day; a fraction of a share is paid in cash at the
/// issue price.
#[inline(never)]
pub fn pay<N: Number, J: Journal<N>>(
    terms: &InKind<N>,
    happens: N::Mask,
    draws: &Draws<N>,
    books: &mut Books<N, J>,
) -> N::Mask {
    let rate = draws.value(terms.rate_per_year);
    let part = terms.base * rate * terms.years;
    let price = books.table.issue_prices[terms.class.index()].unwrap_or(N::zero());
    for &position in &terms.positions {
        let bearing = bearing(position, books);
        let exact = happens.select(bearing * part, N::zero());
        let shares = terms.rounding.shares(exact);
        let fraction = if terms.rounding.shares.is_some() { exact - shares } else { N::zero() };
        let kind = EntryKind::InKind { fraction, cash: fraction.max(N::zero()) * price };
        let because = Because::Dividend { bearing, rate, years: terms.base * terms.years };
        books.post(Entry { position, shares, price: N::zero(), kind, because });
        if let Some(idle) = &mut books.table.idle {
            let before = idle.this_period[position.index()];
            idle.this_period[position.index()] = happens.select(N::zero(), before);
        }
    }
    N::zero().at_most(rate)
}

/// Shares of a position that bear the dividend of the period that ends.
fn bearing<N: Number, J: Journal<N>>(position: PositionId, books: &Books<N, J>) -> N {
    let held = books.table.at(position);
    let at = position.index();
    books.table.idle.as_ref().map_or(held, |idle| (held - idle.this_period[at] - idle.for_good[at]).max(N::zero()))
}
