//! The stack of claims of a cap table: who can claim what, before anything is paid.

use super::stack::{Claim, ClaimHolder, ClaimOf, Levy, Portion, Sharing, Stack, UnitId};
use crate::engine::books::CapTable;
use crate::engine::dividend::accrued;
use crate::model::{
    Charge, ClassId, ClassTerms, ConvertedPreference, Draws, Election, Exit, Holding, LotId, LotSource, Participation,
    PositionId, Preference, Rank, RightId, Scenario,
};
use crate::num::{Mask, Number};

/// What a stack is built from.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a, N: Number> {
    pub scenario: &'a Scenario<N>,
    pub exit: &'a Exit<N>,
    pub draws: &'a Draws<'a, N>,
    pub table: &'a CapTable<N>,
}

/// A class whose preference is a multiple of what was paid, and nobody said what was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unpriced(pub ClassId);

impl<N: Number> Stack<N> {
    /// Nothing yet; see [`build`](Self::build).
    pub fn empty() -> Self {
        let zero = N::zero();
        Stack {
            costs: Levy::Money(zero),
            debts: Vec::new(),
            carve_out: Levy::Money(zero),
            escrow: zero,
            claims: Vec::new(),
            portions: Vec::new(),
            ranks: 1,
            capitalization: zero,
            forced: Vec::new(),
        }
    }

    /// Every claim on the company as the table has it, in the buffers of the stack before.
    ///
    /// Rights that have not vested, or have expired, and options that nobody holds claim nothing (but the pool of an exit
    /// that says so).
    ///
    /// # Errors
    /// A class whose preference cannot be known. Its claims are then left out.
    #[inline(always)]
    pub fn build(
        &mut self,
        scenario: &Scenario<N>,
        exit: &Exit<N>,
        draws: &Draws<N>,
        table: &CapTable<N>,
    ) -> Result<(), Unpriced> {
        let scene = Scene { scenario, exit, draws, table };
        self.claims.clear();
        self.portions.clear();
        self.forced.clear();
        self.costs = scene.levy(exit.costs);
        self.carve_out = scene.levy(exit.carve_out);
        self.escrow = draws.value(exit.escrow);
        self.add_debts(scene);
        self.ranks = exit.classes.iter().map(|class| class.rank.0).max().unwrap_or(0).max(exit.safe_rank.0) + 2;
        let mut unpriced = Ok(());
        for (index, terms) in exit.classes.iter().enumerate() {
            let class = ClassId::at(index);
            match terms.is_common {
                true => self.add_common(scene, class),
                false => unpriced = unpriced.and(self.add_lots(scene, class, terms)),
            }
            if let Some(fraction) = terms.forced_conversion {
                self.forced.push((class, draws.value(fraction)));
            }
        }
        for index in 0..exit.rights.len() {
            self.add_right(scene, RightId::at(index));
        }
        if exit.pool_takes_part {
            self.add_pools(scene);
        }
        self.capitalization = scene.counted_in_any_case();
        self.add_convertibles(scene);
        unpriced
    }

    #[inline(always)]
    fn add_debts(&mut self, scene: Scene<N>) {
        self.debts.clear();
        for debt in &scene.exit.debts {
            let principal = scene.draws.value(debt.amount);
            let owed = crate::engine::round::convert::balance(principal, debt.interest, debt.elapsed, scene.draws);
            let conditions = debt.conditions.iter();
            let counts = N::Mask::always(debt.rung <= scene.draws.rung);
            let is_owed = conditions.fold(counts, |all, condition| all & scene.draws.happens[condition.index()]);
            self.debts.push(is_owed.select(owed, N::zero()).posted());
        }
    }

    /// A claim that chooses for itself.
    #[inline(always)]
    pub(super) fn add(&mut self, claim: Claim<N>) -> u32 {
        let index = u32::try_from(self.claims.len()).unwrap_or(u32::MAX);
        self.claims.push(claim);
        index
    }

    /// The number of a new electing unit.
    #[inline(always)]
    pub(super) fn new_unit(&self) -> UnitId {
        UnitId(self.claims.last().map_or(0, |claim| claim.unit.0 + 1))
    }

    #[inline(always)]
    fn add_common(&mut self, scene: Scene<N>, class: ClassId) {
        let held: N = scene.holders(class).map(|(position, _)| scene.table.at(position)).sum();
        if (!held.is_positive()).all() {
            return;
        }
        let claim = self.add(Claim {
            of: ClaimOf::Common(class),
            unit: self.new_unit(),
            rank: Rank(0),
            units_held: held.posted(),
            shares: scene.as_converted(class, held).posted(),
            preference: N::zero(),
            sharing: Sharing::Above { above: N::zero() },
        });
        for (position, holder) in scene.holders(class) {
            let units_held = scene.table.at(position).posted();
            self.portions.push(Portion { claim, holder, units_held });
        }
    }

    /// A claim for each lot of a class that anybody holds.
    #[inline(always)]
    fn add_lots(&mut self, scene: Scene<N>, class: ClassId, terms: &ClassTerms<N>) -> Result<(), Unpriced> {
        let table = &scene.table.lots;
        let in_class: N = scene.holders(class).map(|(position, _)| scene.table.at(position)).sum();
        let first_unit = self.new_unit();
        let mut unpriced = Ok(());
        for &lot in table.lots.of_class(class) {
            let number = table.lots.all()[lot.index()].number as usize;
            let of_position = |position: PositionId| table.held[table.lots.places_of(position).start + number];
            let held: N = scene.holders(class).map(|(position, _)| of_position(position)).sum();
            if (!held.is_positive()).all() {
                continue;
            }
            let Some(paid) = scene.paid_per_share(lot, class, terms) else {
                unpriced = Err(Unpriced(class));
                continue;
            };
            let unit = match scene.exit.election {
                Election::Lot => self.new_unit(),
                Election::Class => first_unit,
            };
            let claim = self.add(scene.lot(class, lot, terms, held, in_class, paid, unit));
            for (position, holder) in scene.holders(class) {
                self.portions.push(Portion { claim, holder, units_held: of_position(position).posted() });
            }
        }
        unpriced
    }

    /// Options and warrants that can be exercised.
    #[inline(always)]
    fn add_right(&mut self, scene: Scene<N>, right: RightId) {
        let (held, at_exit) = (&scene.table.rights[right.index()], &scene.exit.rights[right.index()]);
        let options = match at_exit.vested {
            _ if at_exit.expired => N::zero(),
            None => held.outstanding,
            Some(by) => held.exercisable(by, scene.scenario.rounding),
        };
        let holder = scene.scenario.positions[at_exit.position.index()].stakeholder();
        if (!options.is_positive()).all() {
            return;
        }
        let Some(holder) = holder else { return };
        let class = scene.scenario.rights[right.index()].class;
        let shares = scene.as_converted(class, options);
        let (rank, preference, sharing) = scene.exercised(class, options, held.exercise_price);
        let claim = self.add(Claim {
            of: ClaimOf::Right(right),
            unit: self.new_unit(),
            rank,
            units_held: options.posted(),
            shares: shares.posted(),
            preference,
            sharing,
        });
        self.portions.push(Portion { claim, holder: ClaimHolder::Stakeholder(holder), units_held: options.posted() });
    }

    #[inline(always)]
    fn add_pools(&mut self, scene: Scene<N>) {
        for (index, &holding) in scene.table.positions.iter().enumerate() {
            let Holding::Available(plan) = holding else { continue };
            let options = scene.table.shares[index].posted();
            if (!options.is_positive()).all() {
                continue;
            }
            let claim = self.add(Claim {
                of: ClaimOf::Pool(plan),
                unit: self.new_unit(),
                rank: Rank(0),
                units_held: options,
                shares: options,
                preference: N::zero(),
                sharing: Sharing::Above { above: N::zero() },
            });
            self.portions.push(Portion { claim, holder: ClaimHolder::Pool(plan), units_held: options });
        }
    }
}

impl<'a, N: Number> Scene<'a, N> {
    #[inline(always)]
    fn levy(self, charge: Charge<N>) -> Levy<N> {
        match charge {
            Charge::Money(term) => Levy::Money(self.draws.value(term)),
            Charge::Fraction(term) => Levy::Fraction(self.draws.value(term)),
        }
    }

    /// Who holds shares of a class.
    #[inline(always)]
    fn holders(self, class: ClassId) -> impl Iterator<Item = (PositionId, ClaimHolder)> + use<'a, N> {
        self.table.positions.iter().enumerate().filter_map(move |(index, &holding)| match holding {
            Holding::Shares(who, of) if of == class => Some((PositionId::at(index), ClaimHolder::Stakeholder(who))),
            Holding::Shares(..)
            | Holding::Granted(..)
            | Holding::Warrants(..)
            | Holding::Promised(_)
            | Holding::Available(_) => None,
        })
    }

    #[inline(always)]
    fn as_converted(self, class: ClassId, shares: N) -> N {
        self.table.ratio(Some(class)).map_or(shares, |ratio| shares * ratio)
    }

    /// What Liquidity Capitalization counts in any case: common, and all options and warrants outstanding, vested or not.
    ///
    /// Source: YC post-money SAFE, "Liquidity Capitalization".
    fn counted_in_any_case(self) -> N {
        let mut counted = N::zero();
        for (index, &holding) in self.table.positions.iter().enumerate() {
            let counts = match holding {
                Holding::Shares(_, class) => self.exit.classes[class.index()].is_common,
                Holding::Available(_) => self.exit.pool_takes_part,
                Holding::Granted(..) | Holding::Warrants(..) | Holding::Promised(_) => false,
            };
            if counts {
                counted += self.table.as_converted(PositionId::at(index), self.table.shares[index]);
            }
        }
        for ((held, right), at_exit) in self.table.rights.iter().zip(&self.scenario.rights).zip(&self.exit.rights) {
            if !at_exit.expired {
                counted += self.as_converted(right.class, held.outstanding);
            }
        }
        counted.posted()
    }

    /// What one share of a lot was paid, for its preference; `None` where nobody said.
    #[inline(always)]
    fn paid_per_share(self, lot: LotId, class: ClassId, terms: &ClassTerms<N>) -> Option<N> {
        let source = self.table.lots.lots.all()[lot.index()].source;
        let is_common = matches!(source, LotSource::Conversion { preference: ConvertedPreference::Common, .. });
        if is_common || matches!(terms.preference, Preference::Total(_)) {
            return Some(N::zero());
        }
        let paid = self.table.lots.prices[lot.index()];
        match self.table.issue_prices[class.index()] {
            Some(issue_price) => Some(paid.is_positive().select(paid, issue_price)),
            None => paid.is_positive().all().then_some(paid),
        }
    }

    /// The claim of a lot.
    ///
    /// ```text
    /// preference   multiple * paid + accrued dividends, which are not multiplied; or the lot's part of the class's total
    /// cap          multiple of what was paid, dividends inside it; never below the preference itself
    /// ```
    #[inline(always)]
    #[allow(clippy::too_many_arguments, reason = "a lot is all of these")]
    fn lot(
        self,
        class: ClassId,
        lot: LotId,
        terms: &ClassTerms<N>,
        held: N,
        in_class: N,
        paid_per_share: N,
        unit: UnitId,
    ) -> Claim<N> {
        let (paid, preference) = match terms.preference {
            Preference::Multiple(multiple) => {
                (held * paid_per_share, self.draws.value(multiple) * held * paid_per_share)
            }
            Preference::Total(total) => {
                let part = held / in_class.is_positive().select(in_class, N::one());
                let total = self.draws.value(total) * part;
                (total, total)
            }
        };
        let (mut dividends, mut paid_besides) = (N::zero(), N::zero());
        if let Some(dividend) = terms.dividend {
            let base = if dividend.of_preference { preference } else { paid };
            let rate = self.draws.value(dividend.rate_per_year);
            dividends = accrued(base, rate, dividend.periods_per_year, self.exit.accrued[lot.index()]);
            paid_besides = if dividend.paid_on_conversion { dividends.posted() } else { N::zero() };
        }
        let preference = (preference + dividends).posted();
        let strike = N::zero() - paid_besides;
        let sharing = match terms.participation {
            Participation::None => Sharing::Converts { strike },
            Participation::Full => Sharing::Above { above: N::zero() },
            Participation::Capped(multiple) => {
                let total = (self.draws.value(multiple) * paid).posted().max(preference);
                Sharing::Capped { above: N::zero(), total, strike }
            }
        };
        Claim {
            of: ClaimOf::Lot(class, lot),
            unit,
            rank: terms.rank,
            units_held: held.posted(),
            shares: self.as_converted(class, held).posted(),
            preference,
            sharing,
        }
    }

    /// How options, or warrants, on a class share, net of their exercise price: rank, preference and sharing.
    ///
    /// An option on common is worth the common price above its exercise price. A warrant on preferred buys a share with its
    /// preference `p`: below an exercise price `K` under it, it claims `p - K` in the class's rank; otherwise it waits until a
    /// share of the class is worth more than `K`.
    #[inline(always)]
    fn exercised(self, class: ClassId, options: N, exercise_price: N) -> (Rank, N, Sharing<N>) {
        let terms = &self.exit.classes[class.index()];
        let ratio = self.table.ratio(Some(class)).unwrap_or(N::one());
        if terms.is_common {
            return (Rank(0), N::zero(), Sharing::Above { above: (exercise_price / ratio).posted() });
        }
        let paid = self.table.issue_prices[class.index()].unwrap_or(N::zero());
        let per_share = match terms.preference {
            Preference::Multiple(multiple) => self.draws.value(multiple) * paid,
            Preference::Total(_) => N::zero(),
        };
        let preference = (options * (per_share - exercise_price)).max(N::zero()).posted();
        let above = ((exercise_price - per_share) / ratio).max(N::zero()).posted();
        let strike = (options * exercise_price).posted();
        let sharing = match terms.participation {
            Participation::None => Sharing::Converts { strike },
            Participation::Full => Sharing::Above { above },
            Participation::Capped(multiple) => {
                let total = (self.draws.value(multiple) * paid * options - strike).posted();
                Sharing::Capped { above, total: total.max(preference), strike }
            }
        };
        (terms.rank, preference, sharing)
    }
}
