//! SAFEs and notes in a round: what each may claim, and what it becomes.

use super::pricing::Scene;
use super::system::{Claim, Line, Solution, UNKNOWNS, Unknown};
use crate::engine::books::CapTable;
use crate::model::{
    Cap, Capitalization, Convertible, ConvertibleId, Converting, Denominator, Draws, Elapsed, Interest, Package,
    PositionId,
};
use crate::num::rounding::Rounding;
use crate::num::{Mask, Number};

/// A convertible on its way into a round: its balance, and the packages it may convert by.
#[derive(Clone, Debug)]
pub struct Candidate<N: Number> {
    /// Which.
    pub convertible: ConvertibleId,
    /// Where its shares go.
    pub position: PositionId,
    /// Purchase amount or principal.
    pub principal: N,
    /// What has accrued on it.
    pub interest: N,
    /// What converts.
    pub balance: N,
    /// Common shares per share of the class it becomes, where they are not one to one.
    ratio: Option<N>,
    /// Where it is outstanding and the round is large enough for it.
    pub converts: N::Mask,
    /// Its own package first, then those it may adopt whole.
    packages: Vec<Offer<N>>,
    may_adopt: Vec<ConvertibleId>,
}

/// One package as lines: by its cap, and by the round's price less its discount.
#[derive(Clone, Copy, Debug)]
struct Offer<N: Number> {
    /// Whose it is.
    of: ConvertibleId,
    cap: Option<Capped<N>>,
    /// What the round's price is multiplied by.
    factor: N,
    by_discount: Line<N>,
}

/// A cap as a line, with what its price needs.
#[derive(Clone, Copy, Debug)]
struct Capped<N: Number> {
    line: Line<N>,
    /// False where it is promised all of a count that it is itself in.
    possible: N::Mask,
    /// Valuation of the cap; for a fixed part, the valuation that gives the same.
    valuation: N,
    /// The count it is divided by, the instrument itself in it where its terms say so.
    count: Line<N>,
    kind: CapKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CapKind {
    /// A part of a whole that includes what converts: it has no price before the whole is known.
    PartOfWhole,
    /// A price by itself.
    Priced,
}

/// What a convertible becomes.
#[derive(Clone, Copy, Debug)]
pub struct Conversion<N: Number> {
    /// Which.
    pub convertible: ConvertibleId,
    /// Where its shares go.
    pub position: PositionId,
    /// Whose package it used: its own id, or that of the one it adopted, as a number.
    pub package: N,
    /// Purchase amount or principal.
    pub principal: N,
    /// Accrued interest, whether or not it converts.
    pub interest: N,
    /// What converts: the principal, with the interest unless that is paid in cash or waived.
    pub balance: N,
    /// Where its price is the cap's; elsewhere the round's, less the discount.
    pub by_cap: N::Mask,
    /// The cap's price; zero without a cap.
    pub cap_price: N,
    /// The round's price less the discount.
    pub discount_price: N,
    /// The discount used.
    pub discount: N,
    /// The count the cap was divided by; zero without a cap.
    pub capitalization: N,
    /// The price used.
    pub price: N,
    /// Shares, as converted to common until they are posted.
    pub shares: N,
    /// Where it converts at all.
    pub converts: N::Mask,
}

impl<N: Number> Conversion<N> {
    /// Its shares and prices as those of a class of so many common shares each.
    #[inline(always)]
    #[must_use]
    pub fn of_class(self, ratio: Option<N>) -> Self {
        match ratio {
            None => self,
            Some(ratio) => Conversion {
                cap_price: self.cap_price * ratio,
                discount_price: self.discount_price * ratio,
                price: self.price * ratio,
                shares: self.shares / ratio,
                ..self
            },
        }
    }
}

/// The balance of a convertible: principal, with simple interest or compounded at whole periods and simple for the rest.
///
/// ```text
/// simple      P (1 + r y)              compound      P (1 + r / m)^k (1 + r y')
/// ```
///
/// A compounded balance is posted at each period's end, to the ten places of every posted quantity.
#[inline(always)]
pub fn balance<N: Number>(principal: N, interest: Option<Interest<N>>, elapsed: Elapsed<N>, draws: &Draws<N>) -> N {
    let Some(interest) = interest else { return principal };
    grown(principal, draws.value(interest.rate_per_year), interest.periods_per_year, elapsed)
}

/// A sum with what has accrued on it; see [`balance`].
#[inline(always)]
pub fn grown<N: Number>(principal: N, rate_per_year: N, periods_per_year: Option<u32>, elapsed: Elapsed<N>) -> N {
    let mut balance = principal;
    if let Some(periods) = periods_per_year {
        let per_period = N::one() + rate_per_year / N::whole(i32::try_from(periods).unwrap_or(1));
        for _ in 0..elapsed.periods {
            balance = (balance * per_period).posted();
        }
    }
    balance * (N::one() + rate_per_year * elapsed.years)
}

/// The interest that has accrued on a convertible, as the deal rounds it.
#[inline(always)]
pub fn accrued<N: Number>(
    principal: N,
    terms: &Convertible<N>,
    elapsed: Elapsed<N>,
    rounding: Rounding,
    draws: &Draws<N>,
) -> N {
    rounding.interest(balance(principal, terms.interest, elapsed, draws) - principal)
}

/// What a convertible brings to a round.
#[inline(always)]
pub fn candidate<N: Number>(
    converting: &Converting<N>,
    convertibles: &[Convertible<N>],
    headline: N,
    rounding: Rounding,
    draws: &Draws<N>,
    table: &CapTable<N>,
) -> Candidate<N> {
    let terms = &convertibles[converting.convertible.index()];
    let principal = draws.value(terms.amount);
    let interest = accrued(principal, terms, converting.elapsed, rounding, draws);
    let reached = terms.threshold.map_or(N::Mask::always(true), |threshold| draws.value(threshold).at_most(headline));
    Candidate {
        convertible: converting.convertible,
        position: converting.position,
        principal,
        interest,
        balance: if terms.interest_converts { principal + interest } else { principal },
        ratio: table.ratio(table.positions[converting.position.index()].class()),
        converts: table.outstanding[converting.convertible.index()] & reached,
        packages: Vec::new(),
        may_adopt: converting.may_adopt.clone(),
    }
}

impl<N: Number> Candidate<N> {
    /// Writes its packages as lines; the scene must know the round's own lines by then.
    #[inline(always)]
    pub fn draw_lines(
        &mut self,
        convertibles: &[Convertible<N>],
        scene: &Scene<N>,
        draws: &Draws<N>,
        table: &CapTable<N>,
    ) {
        let own = std::iter::once(self.convertible);
        self.packages = own
            .chain(self.may_adopt.iter().copied())
            .map(|id| offer(id, &convertibles[id.index()].package, self.balance, scene, draws, table))
            .collect();
    }

    /// The largest of all its lines, where it converts.
    #[inline(always)]
    pub fn claim(&self) -> Claim<N> {
        let lines = self.packages.iter().flat_map(Offer::lines).map(|line| line.only(self.converts)).collect();
        Claim { into: Unknown::Conversions, lines }
    }

    /// What it becomes at the solution, before anything is rounded: the package that gives most shares, the earliest of
    /// several, and within it the cap before the round's price.
    #[inline(always)]
    pub fn at_solution(&self, values: &[N; UNKNOWNS], price: N) -> Conversion<N> {
        let mut best = self.by_package(&self.packages[0], values, price);
        for package in &self.packages[1..] {
            let other = self.by_package(package, values, price);
            let more = best.shares.below(other.shares);
            best = Conversion {
                package: more.select(other.package, best.package),
                by_cap: (more & other.by_cap) | (!more & best.by_cap),
                cap_price: more.select(other.cap_price, best.cap_price),
                discount_price: more.select(other.discount_price, best.discount_price),
                discount: more.select(other.discount, best.discount),
                capitalization: more.select(other.capitalization, best.capitalization),
                price: more.select(other.price, best.price),
                shares: more.select(other.shares, best.shares),
                ..best
            };
        }
        best
    }

    #[inline(always)]
    fn by_package(&self, package: &Offer<N>, values: &[N; UNKNOWNS], price: N) -> Conversion<N> {
        let discounted = price * package.factor;
        let by_discount = package.by_discount.at(values);
        let (by_cap, cap_price, capitalization, shares) = match package.cap {
            None => (N::Mask::always(false), N::zero(), N::zero(), by_discount),
            Some(cap) => {
                let at_cap = cap.line.at(values);
                let count = cap.count.at(values);
                let by_cap = by_discount.at_most(at_cap);
                let some = count.is_positive();
                (by_cap, cap.valuation / some.select(count, N::one()), count, by_cap.select(at_cap, by_discount))
            }
        };
        Conversion {
            convertible: self.convertible,
            position: self.position,
            package: N::whole(i32::try_from(package.of.0).unwrap_or(i32::MAX)),
            principal: self.principal,
            interest: self.interest,
            balance: self.balance,
            by_cap,
            cap_price,
            discount_price: discounted,
            discount: N::one() - package.factor,
            capitalization,
            price: by_cap.select(cap_price, discounted),
            shares,
            converts: self.converts,
        }
    }

    /// False where a package it may convert by is promised all of a count that it is itself in.
    #[inline(always)]
    pub fn is_possible(&self) -> N::Mask {
        let caps = self.packages.iter().filter_map(|package| package.cap);
        caps.fold(N::Mask::always(true), |possible, cap| possible & cap.possible) | !self.converts
    }

    /// Shares as converted, as the deal rounds those of the class it becomes.
    #[inline(always)]
    pub fn rounded(&self, shares: N, rounding: Rounding) -> N {
        match self.ratio {
            None => rounding.shares(shares),
            Some(ratio) => rounding.shares(shares / ratio) * ratio,
        }
    }

    /// Where the package used is a part of the whole, so that its shares follow from the whole and not from a price.
    #[inline(always)]
    pub fn is_part_of_whole(&self, conversion: &Conversion<N>) -> N::Mask {
        let mut part = N::Mask::always(false);
        for package in &self.packages {
            let id = N::whole(i32::try_from(package.of.0).unwrap_or(i32::MAX));
            let used = id.at_most(conversion.package) & conversion.package.at_most(id);
            if package.cap.is_some_and(|cap| cap.kind == CapKind::PartOfWhole) {
                part = part | used;
            }
        }
        part & conversion.by_cap
    }
}

impl<N: Number> Offer<N> {
    #[inline(always)]
    fn lines(&self) -> impl Iterator<Item = Line<N>> + use<N> {
        self.cap.map(|cap| cap.line).into_iter().chain([self.by_discount])
    }
}

/// A package as lines in the unknowns.
///
/// ```text
/// cap          balance / cap * count            count by the package's flags
/// fixed part   fraction * count
/// fixed price  balance / price
/// discount     balance / ((1 - d) p)
/// ```
#[inline(always)]
fn offer<N: Number>(
    of: ConvertibleId,
    package: &Package<N>,
    balance: N,
    scene: &Scene<N>,
    draws: &Draws<N>,
    table: &CapTable<N>,
) -> Offer<N> {
    let factor = N::one() - draws.value(package.discount);
    let usable = factor.is_positive();
    let by_discount = Line::of(Unknown::PerMoney, balance / usable.select(factor, N::one()));
    let cap = package.cap.map(|cap| {
        let (part, valuation) = match cap {
            Cap::Valuation(valuation) => {
                let valuation = draws.value(valuation);
                (balance / valuation, valuation)
            }
            Cap::Ownership(fraction) => {
                let fraction = draws.value(fraction);
                (fraction, balance / fraction)
            }
            Cap::Price(price) => {
                let price = draws.value(price);
                let count = Line::fixed(N::one());
                return Capped::priced(Line::fixed(balance / price), price, count);
            }
        };
        match package.counts {
            Denominator::OfRound => Capped::priced(scene.capitalization * part, valuation, scene.capitalization),
            Denominator::Counts(counts) => of_counts(part, valuation, counts, scene, table),
        }
    });
    Offer { of, cap, factor, by_discount }
}

/// A part of a count by flags. The instrument itself is in the count, or taken out of it:
///
/// ```text
/// all that converts, this too   c = a (B + G)          others only   c = a (B + G - c)          this only   c = a (B + c)
/// ```
#[inline(always)]
fn of_counts<N: Number>(
    part: N,
    valuation: N,
    counts: Capitalization,
    scene: &Scene<N>,
    table: &CapTable<N>,
) -> Capped<N> {
    let mut base = scene.denominator(counts, table);
    if counts.pool_increase {
        base = base + Line::of(Unknown::Pool, N::one());
    }
    if counts.new_money {
        base = base + scene.bought;
    }
    let all = base + Line::of(Unknown::Conversions, N::one());
    match (counts.converting_securities, counts.this_security) {
        (true, true) => Capped { kind: CapKind::PartOfWhole, ..Capped::priced(all * part, valuation, all) },
        (true, false) => {
            let factor = N::one() / (N::one() + part);
            Capped::priced(all * (part * factor), valuation, all * factor)
        }
        (false, true) => {
            let left = N::one() - part;
            let possible = left.is_positive();
            let factor = N::one() / possible.select(left, N::one());
            Capped { possible, ..Capped::priced(base * (part * factor), valuation, base * factor) }
        }
        (false, false) => Capped::priced(base * part, valuation, base),
    }
}

impl<N: Number> Capped<N> {
    #[inline(always)]
    fn priced(line: Line<N>, valuation: N, count: Line<N>) -> Self {
        Capped { line, valuation, count, kind: CapKind::Priced, possible: N::Mask::always(true) }
    }
}

/// Claims of all candidates.
#[inline(always)]
pub fn claims<N: Number>(candidates: &[Candidate<N>]) -> impl Iterator<Item = Claim<N>> + '_ {
    candidates.iter().map(Candidate::claim)
}

/// What all candidates become at the solution.
#[inline(always)]
pub fn at_solution<N: Number>(candidates: &[Candidate<N>], solution: &Solution<N>, price: N) -> Vec<Conversion<N>> {
    candidates.iter().map(|candidate| candidate.at_solution(&solution.values, price)).collect()
}
