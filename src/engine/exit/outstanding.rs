//! SAFEs and notes that no round has converted: cash, or the shares they would be.

use super::build::Scene;
use super::stack::{Claim, ClaimHolder, ClaimOf, Portion, Sharing, Stack};
use crate::engine::round::convert::balance;
use crate::model::{
    Cap, Capitalization, ConvertibleId, ConvertibleKind, Denominator, Holding, Package, PositionId, Rank,
};
use crate::num::{Mask, Number};

/// What an outstanding convertible may become, and how large it is.
#[derive(Clone, Copy)]
struct Balance<N: Number> {
    /// What it is paid in cash.
    cash: N,
    /// What converts.
    converts: N,
    outstanding: N::Mask,
}

impl<N: Number> Stack<N> {
    /// Claims of the convertibles still outstanding.
    ///
    /// ```text
    /// cash        multiple * (principal + interest): notes before all others, SAFEs with classes of seniority 1
    /// conversion  balance / cap of the count its terms divide a cap by, without available options (Liquidity Capitalization)
    /// discount    without a cap, a SAFE is worth purchase / (1 - discount) once all preferences are covered
    /// ```
    ///
    /// Source: YC post-money SAFE, section 1(b), "Liquidity Event".
    pub(super) fn add_convertibles(&mut self, scene: Scene<N>) {
        for index in 0..scene.exit.convertibles.len() {
            let id = ConvertibleId::at(index);
            let outstanding = scene.table.outstanding[index];
            if (!outstanding).all() {
                continue;
            }
            let (terms, at_exit) = (&scene.scenario.convertibles[index], &scene.exit.convertibles[index]);
            let principal = scene.draws.value(terms.amount);
            let grown = balance(principal, terms.interest, at_exit.elapsed, scene.draws);
            let owed = |money: N| outstanding.select(money, N::zero()).posted();
            let of = Balance {
                cash: owed(grown * scene.draws.value(at_exit.multiple)),
                converts: owed(if terms.interest_converts { grown } else { principal }),
                outstanding,
            };
            let package = scene.best_package(id);
            let (rank, is_safe) = match terms.kind {
                ConvertibleKind::Note => (Rank(0), false),
                ConvertibleKind::Safe => (scene.exit.safe_rank, true),
            };
            let (shares, sharing) = scene.converted(package, of);
            let (unit, holder) = (self.new_unit(), ClaimHolder::Stakeholder(terms.stakeholder));
            let claim = Claim {
                of: ClaimOf::Convertible(id),
                unit,
                rank,
                units_held: of.converts,
                shares,
                preference: of.cash,
                sharing,
            };
            let claim = self.add(claim);
            self.portions.push(Portion { claim, holder, units_held: of.converts });
            let discount = scene.draws.value(package.discount);
            if is_safe && package.cap.is_none() {
                self.add_discount(id, holder, of, discount);
            }
        }
    }

    /// What a discount adds to the purchase amount of a SAFE without a cap: a claim of its own after all preferences.
    fn add_discount(&mut self, id: ConvertibleId, holder: ClaimHolder, of: Balance<N>, discount: N) {
        let worth = of.converts / (N::one() - discount);
        let more = (worth - of.cash).max(N::zero()).posted();
        if (!more.is_positive()).all() {
            return;
        }
        let claim = Claim {
            of: ClaimOf::Discount(id),
            unit: self.new_unit(),
            rank: Rank(self.ranks - 1),
            units_held: of.converts,
            shares: N::zero(),
            preference: more,
            sharing: Sharing::Above { above: N::zero() },
        };
        let claim = self.add(claim);
        self.portions.push(Portion { claim, holder, units_held: of.converts });
    }
}

impl<N: Number> Scene<'_, N> {
    /// Its own package; with a most-favoured-nation clause the lowest cap, or without one the largest discount, of those it
    /// may adopt.
    fn best_package(self, id: ConvertibleId) -> Package<N> {
        let own = self.scenario.convertibles[id.index()].package;
        let mut best = own;
        for other in &self.exit.convertibles[id.index()].may_adopt {
            let other = self.scenario.convertibles[other.index()].package;
            best = match (best.cap, other.cap) {
                (Some(Cap::Valuation(ours)), Some(Cap::Valuation(theirs))) => {
                    let lower = self.draws.value(ours).min(self.draws.value(theirs));
                    Package { cap: Some(Cap::Valuation(crate::model::Term::Given(lower))), ..best }
                }
                (None, Some(_)) => other,
                (None, None) => {
                    let larger = self.draws.value(best.discount).max(self.draws.value(other.discount));
                    Package { discount: crate::model::Term::Given(larger), ..best }
                }
                (Some(_), _) => best,
            };
        }
        best
    }

    /// Shares and sharing of a convertible by its package.
    fn converted(self, package: Package<N>, of: Balance<N>) -> (N, Sharing<N>) {
        let zero = N::zero();
        let fixed = |shares: N| (shares.posted(), Sharing::Converts { strike: zero });
        match package.cap {
            // A claim with no shares to convert into keeps its balance.
            None => (zero, Sharing::Above { above: zero }),
            Some(Cap::Price(price)) => fixed(of.converts / self.draws.value(price)),
            Some(Cap::Ownership(fraction)) => {
                let fraction = of.outstanding.select(self.draws.value(fraction), zero);
                (zero, Sharing::PartOf { balance: fraction, cap: N::one() })
            }
            Some(Cap::Valuation(cap)) => {
                let cap = self.draws.value(cap);
                match package.counts {
                    Denominator::Counts(counts) if counts.converting_securities || counts.this_security => {
                        (zero, Sharing::PartOf { balance: of.converts, cap })
                    }
                    Denominator::Counts(counts) => fixed(of.converts / cap * self.count(counts)),
                    Denominator::OfRound => fixed(of.converts / cap * self.count(Capitalization::FULLY_DILUTED)),
                }
            }
        }
    }

    /// The count of a definition, without available options: what is available in a plan gets nothing in a sale.
    fn count(self, counts: Capitalization) -> N {
        let mut count = N::zero();
        for (index, &holding) in self.table.positions.iter().enumerate() {
            let is_counted = match holding {
                Holding::Shares(..) => counts.shares,
                Holding::Granted(..) | Holding::Warrants(..) => counts.options,
                Holding::Promised(_) => counts.promised_options,
                Holding::Available(_) => false,
            };
            if is_counted {
                count += self.table.as_converted(PositionId::at(index), self.table.shares[index]);
            }
        }
        count
    }
}
