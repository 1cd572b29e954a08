//! What all claims get together, as a function of the common price `v`, and the `v` at which that is what there is.

use super::stack::{Claim, ClaimOf, Sharing, Stack};
use crate::num::{Bent, Line, Mask, Number};
use std::ops::Range;

/// A stack made ready: where each claim converts, and where the total bends. It holds for any number of exit values, and
/// its buffers are reused for the next stack.
#[derive(Clone, Debug)]
pub struct Curve<N> {
    /// The common price above which a claim takes its part as converted, by claim; unused for claims that never do.
    pub(super) converts_at: Vec<N>,
    /// How the common price is found.
    method: Method,
    /// What always grows together, and what begins to with a bend; for [`Method::Newton`] alone.
    straight: Line<N>,
    bent: Vec<Bent<N>>,
    /// Where the total bends or jumps; the first is 0. Empty under [`Method::Newton`].
    pub(super) kinks: Vec<Kink<N>>,
    /// Sum of all preferences.
    pub(super) preferences: N,
    /// Whether anybody shares without a limit: shares of all who do in the end.
    pub(super) shares_in_the_end: N,
}

/// How the common price is found. Both give the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// From the price at which everybody converts, downwards: at most one step a claim. Without caps the total is convex,
    /// and a tangent never falls short.
    Newton,
    /// The last bend that what there is has reached begins the piece on which the price lies.
    Kinks,
}

/// A common price at which the total bends or jumps.
#[derive(Clone, Copy, Debug)]
pub struct Kink<N> {
    /// The price.
    pub(super) price: N,
    /// The total just below.
    pub(super) below: N,
    /// The total from there upwards.
    pub(super) above: N,
    /// How fast it grows from there.
    pub(super) shares: N,
    /// What bends: index of the claim.
    pub(super) claim: Option<usize>,
    /// How.
    pub(super) bend: Bend,
}

/// What happens to a claim at a kink.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bend {
    /// Nothing: price 0.
    Start,
    /// It begins to share.
    Shares,
    /// It has had as much as it may.
    Capped,
    /// It converts.
    Converts,
}

/// From which side a price is looked at: what converts at the very price has not, or has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// What converts at this price has not.
    Below,
    /// What converts at this price has.
    Above,
}

impl<N: Number> Curve<N> {
    /// For a simulation: Newton's method where no cap stands in its way.
    pub fn fast(stack: &Stack<N>) -> Self {
        let mut curve = Curve::empty();
        curve.prepare(stack, if stack.is_convex() { Method::Newton } else { Method::Kinks });
        curve
    }

    /// For many exit values of one stack, and for breakpoints.
    pub fn of(stack: &Stack<N>) -> Self {
        let mut curve = Curve::empty();
        curve.prepare(stack, Method::Kinks);
        curve
    }

    /// Nothing yet; see [`prepare`](Self::prepare).
    pub fn empty() -> Self {
        let zero = N::zero();
        Curve {
            converts_at: Vec::new(),
            method: Method::Newton,
            straight: Line { fixed: zero, slope: zero },
            bent: Vec::new(),
            kinks: Vec::new(),
            preferences: zero,
            shares_in_the_end: zero,
        }
    }

    /// Makes another stack ready, in the buffers of the last.
    ///
    /// # Panics
    /// Where Newton's method is asked for and the stack is not convex.
    #[inline(always)]
    pub fn prepare(&mut self, stack: &Stack<N>, method: Method) {
        assert!(method == Method::Kinks || stack.is_convex(), "Newton's method needs a convex stack");
        self.method = method;
        self.preferences = stack.claims.iter().map(|claim| claim.preference).sum();
        self.converts_at.clear();
        self.converts_at.resize(stack.claims.len(), N::zero());
        let mut first = 0;
        while first < stack.claims.len() {
            let unit = unit_at(&stack.claims, first);
            let price = conversion_price(&stack.claims[unit.clone()]);
            for index in unit.clone() {
                self.converts_at[index] = price;
            }
            first = unit.end;
        }
        if stack.has_parts() {
            self.place_parts(stack);
        }
        self.shares_in_the_end =
            stack.claims.iter().map(|claim| claim.shares).sum::<N>() + stack.claims.iter().map(Claim::part).sum::<N>();
        self.kinks.clear();
        match method {
            Method::Newton => self.bend_lines(stack),
            Method::Kinks => self.find_kinks(stack),
        }
    }

    /// The lines of a convex stack: one for all that choose together.
    #[inline(always)]
    fn bend_lines(&mut self, stack: &Stack<N>) {
        let zero = N::zero();
        self.straight = Line { fixed: zero, slope: zero };
        self.bent.clear();
        let mut first = 0;
        while first < stack.claims.len() {
            let claim = &stack.claims[first];
            let end = unit_at(&stack.claims, first).end;
            if let Sharing::Above { above } = claim.sharing {
                let after = claim.preference - claim.shares * above;
                match claim.of {
                    // Nobody pays anything for these: they share from the first cent.
                    ClaimOf::Common(_) | ClaimOf::Pool(_) => {
                        self.straight.fixed += after;
                        self.straight.slope += claim.shares;
                    }
                    ClaimOf::Lot(..) | ClaimOf::Right(_) | ClaimOf::Convertible(_) | ClaimOf::Discount(_) => {
                        self.bent.push(Bent { at: above, before: claim.preference, after, slope: claim.shares });
                    }
                }
                first += 1;
                continue;
            }
            let mut line = Bent { at: self.converts_at[first], before: zero, after: zero, slope: zero };
            for claim in &stack.claims[first..end] {
                let strike = if let Sharing::Converts { strike } = claim.sharing { strike } else { zero };
                line.before += claim.preference;
                line.after -= strike;
                line.slope += claim.shares;
            }
            self.bent.push(line);
            first = end;
        }
    }

    /// Where claims on a part of Liquidity Capitalization convert: at the lowest price with
    ///
    /// ```text
    /// balance / cap * K * v >= L       K = F(v) / (1 - sum of the parts that convert no later)
    /// ```
    ///
    /// `F`, what K counts besides, only rises with the price, in steps where others convert.
    #[inline(always)]
    fn place_parts(&mut self, stack: &Stack<N>) {
        for index in 0..stack.claims.len() {
            if !matches!(stack.claims[index].sharing, Sharing::PartOf { .. }) {
                continue;
            }
            let has_part = stack.claims[index].part().is_positive();
            let worth = worth(&stack.claims[index]);
            let mut parts = N::zero();
            for other in &stack.claims {
                parts += self::worth(other).at_most(worth).select(other.part(), N::zero());
            }
            let wanted = worth * (N::one() - parts);
            let mut lowest = wanted / self.counted(stack, N::zero());
            for step in 0..stack.claims.len() {
                if counts_once_converted(&stack.claims[step]) {
                    let price = self.converts_at[step];
                    lowest = lowest.min(price.max(wanted / self.counted(stack, price)));
                }
            }
            self.converts_at[index] = has_part.select(lowest, N::zero());
        }
        // Each that converts adds to what the others are a part of, so that one with a lower cap converts no later than one
        // with a higher: together they may be better off below the price at which either would convert alone.
        for index in 0..stack.claims.len() {
            if let Sharing::PartOf { .. } = stack.claims[index].sharing {
                let worth = worth(&stack.claims[index]);
                for (other, claim) in stack.claims.iter().enumerate() {
                    if let Sharing::PartOf { .. } = claim.sharing {
                        let higher = claim.part().is_positive() & worth.at_most(self::worth(claim));
                        let earlier = self.converts_at[index].min(self.converts_at[other]);
                        self.converts_at[index] = higher.select(earlier, self.converts_at[index]);
                    }
                }
            }
        }
    }

    /// What Liquidity Capitalization counts at a price besides the parts: `F`.
    #[inline(always)]
    fn counted(&self, stack: &Stack<N>, price: N) -> N {
        let mut counted = stack.capitalization;
        for (claim, converts_at) in stack.claims.iter().zip(&self.converts_at) {
            if counts_once_converted(claim) {
                counted += converts_at.at_most(price).select(claim.shares, N::zero());
            }
        }
        counted.is_positive().select(counted, N::one())
    }

    /// Liquidity Capitalization at a price: `F / (1 - sum of the parts that have converted)`.
    #[inline(always)]
    pub(super) fn capitalization(&self, stack: &Stack<N>, price: N, side: Side) -> N {
        let (mut counted, mut left) = (stack.capitalization, N::one());
        for (index, claim) in stack.claims.iter().enumerate() {
            if counts_once_converted(claim) {
                counted += self.converted(index, price, side).select(claim.shares, N::zero());
            } else if let Sharing::PartOf { .. } = claim.sharing {
                left -= self.converted(index, price, side).select(claim.part(), N::zero());
            }
        }
        counted / left.is_positive().select(left, N::one())
    }

    /// Whether a claim has converted at a price.
    #[inline(always)]
    pub(super) fn converted(&self, claim: usize, price: N, side: Side) -> N::Mask {
        match side {
            Side::Below => self.converts_at[claim].below(price),
            Side::Above => self.converts_at[claim].at_most(price),
        }
    }

    /// The line a claim follows from a price upwards (or, from below, up to it).
    #[inline(always)]
    fn line(&self, claim: &Claim<N>, index: usize, price: N, side: Side, capitalization: N) -> Line<N> {
        let converted = self.converted(index, price, side);
        let zero = N::zero();
        match claim.sharing {
            Sharing::Above { above } => share_above(claim, above, price, side),
            Sharing::Capped { above, total, strike } => {
                let shares = share_above(claim, above, price, side);
                // The very price of the kink, so that a lane's rounding cannot put the claim on the other side of it.
                let capped_at = claim.capped_at(above, total);
                let capped = match side {
                    Side::Below => capped_at.below(price),
                    Side::Above => capped_at.at_most(price),
                } & claim.shares.is_positive();
                Line {
                    fixed: converted.select(zero - strike, capped.select(total, shares.fixed)),
                    slope: converted.select(claim.shares, capped.select(zero, shares.slope)),
                }
            }
            Sharing::Converts { strike } => Line {
                fixed: converted.select(zero - strike, claim.preference),
                slope: converted.select(claim.shares, zero),
            },
            Sharing::PartOf { .. } => Line {
                fixed: converted.select(zero, claim.preference),
                slope: converted.select(claim.part() * capitalization, zero),
            },
        }
    }

    /// What a claim gets at a price (or just below it): the value of its line there.
    #[inline(always)]
    pub(super) fn value(&self, claim: &Claim<N>, index: usize, price: N, side: Side, capitalization: N) -> N {
        match claim.sharing {
            Sharing::Converts { strike } => {
                self.converted(index, price, side).select(claim.shares * price - strike, claim.preference)
            }
            Sharing::Above { .. } | Sharing::Capped { .. } | Sharing::PartOf { .. } => {
                let line = self.line(claim, index, price, side, capitalization);
                line.fixed + line.slope * price
            }
        }
    }

    /// The line all claims follow together.
    #[inline(always)]
    pub(super) fn total(&self, stack: &Stack<N>, price: N, side: Side) -> Line<N> {
        let capitalization = if stack.has_parts() { self.capitalization(stack, price, side) } else { N::zero() };
        let mut total = Line { fixed: N::zero(), slope: N::zero() };
        for (index, claim) in stack.claims.iter().enumerate() {
            let line = self.line(claim, index, price, side, capitalization);
            total.fixed += line.fixed;
            total.slope += line.slope;
        }
        total
    }

    #[inline(always)]
    fn find_kinks(&mut self, stack: &Stack<N>) {
        self.add_kink(stack, N::zero(), None, Bend::Start);
        for (index, claim) in stack.claims.iter().enumerate() {
            let converts_at = self.converts_at[index];
            match claim.sharing {
                Sharing::Above { above } => self.add_kink(stack, above, Some(index), Bend::Shares),
                Sharing::Capped { above, total, .. } => {
                    let capped_at = claim.capped_at(above, total);
                    self.add_kink(stack, above, Some(index), Bend::Shares);
                    self.add_kink(stack, capped_at.min(converts_at), Some(index), Bend::Capped);
                    self.add_kink(stack, converts_at, Some(index), Bend::Converts);
                }
                Sharing::Converts { .. } | Sharing::PartOf { .. } => {
                    self.add_kink(stack, converts_at, Some(index), Bend::Converts);
                }
            }
        }
    }

    #[inline(always)]
    fn add_kink(&mut self, stack: &Stack<N>, price: N, claim: Option<usize>, bend: Bend) {
        let (below, above) = (self.total(stack, price, Side::Below), self.total(stack, price, Side::Above));
        self.kinks.push(Kink {
            price,
            below: below.fixed + below.slope * price,
            above: above.fixed + above.slope * price,
            shares: above.slope,
            claim,
            bend,
        });
    }

    /// The common price at which the claims add up to `net`, which covers the preferences; and, where the total jumps at
    /// that price, how much of the jump is filled.
    #[inline(always)]
    pub(super) fn common_price(&self, net: N) -> (N, N) {
        match self.method {
            Method::Newton => (N::reached(self.straight, &self.bent, net), N::zero()),
            Method::Kinks => self.by_kinks(net),
        }
    }

    /// The last kink that `net` has reached begins the piece on which the price lies.
    #[inline(always)]
    fn by_kinks(&self, net: N) -> (N, N) {
        let first = self.kinks[0];
        let (mut price, mut below, mut above, mut shares) = (first.price, first.below, first.above, first.shares);
        for kink in &self.kinks[1..] {
            let later = kink.below.at_most(net) & price.at_most(kink.price);
            price = later.select(kink.price, price);
            below = later.select(kink.below, below);
            above = later.select(kink.above, above);
            shares = later.select(kink.shares, shares);
        }
        let jump = above - below;
        let has_jump = jump.is_positive();
        let filled = (net - below).min(jump) / has_jump.select(jump, N::one());
        let beyond = (net - above).max(N::zero()) / shares.is_positive().select(shares, N::one());
        let grows = shares.is_positive().select(beyond, N::zero());
        let is_inside = has_jump & net.at_most(above);
        (price + grows, is_inside.select(filled, N::zero()))
    }
}

/// `L + s max(0, v - above)` as a line.
#[inline(always)]
fn share_above<N: Number>(claim: &Claim<N>, above: N, price: N, side: Side) -> Line<N> {
    let shares = match side {
        Side::Below => above.below(price),
        Side::Above => above.at_most(price),
    };
    Line {
        fixed: claim.preference - shares.select(claim.shares * above, N::zero()),
        slope: shares.select(claim.shares, N::zero()),
    }
}

/// The claims that choose together with the one at `first`.
#[inline(always)]
pub(super) fn unit_at<N>(claims: &[Claim<N>], first: usize) -> Range<usize> {
    let unit = claims[first].unit;
    let length = claims[first..].iter().take_while(|claim| claim.unit == unit).count();
    first..first + length
}

/// What Liquidity Capitalization times the common price must be for a claim on a part of it to convert: its cap, times its
/// cash multiple.
#[inline(always)]
fn worth<N: Number>(claim: &Claim<N>) -> N {
    let part = claim.part();
    claim.preference / part.is_positive().select(part, N::one())
}

/// Whether Liquidity Capitalization counts a claim's shares once it converts: preferred, and SAFEs and notes with a number
/// of shares of their own. Warrants are counted before.
#[inline(always)]
pub(super) fn counts_once_converted<N>(claim: &Claim<N>) -> bool {
    let converts = matches!(claim.sharing, Sharing::Converts { .. } | Sharing::Capped { .. });
    converts && matches!(claim.of, ClaimOf::Lot(..) | ClaimOf::Convertible(_))
}

/// The common price above which claims that choose together are better off converting: where what they get together without
/// converting is what they get by it.
///
/// ```text
/// non-participating   (sum L + sum strike) / sum s
/// capped              sum min(L + s v, total) = sum s v - sum strike: concave on the left, so Newton's method from the right,
///                     where every claim is capped, ends in at most one step a claim
/// ```
#[inline(always)]
fn conversion_price<N: Number>(unit: &[Claim<N>]) -> N {
    let (mut preferences, mut strikes, mut shares) = (N::zero(), N::zero(), N::zero());
    let mut capped = false;
    let mut price = N::zero();
    for claim in unit {
        let strike = match claim.sharing {
            Sharing::Above { .. } | Sharing::PartOf { .. } => return N::zero(),
            Sharing::Converts { strike } => strike,
            Sharing::Capped { total, strike, .. } => {
                capped = true;
                let own = claim.shares.is_positive().select(claim.shares, N::one());
                price = price.max((total + strike) / own);
                strike
            }
        };
        preferences += claim.preference;
        strikes += strike;
        shares += claim.shares;
    }
    let has_shares = shares.is_positive();
    let divisor = has_shares.select(shares, N::one());
    if !capped {
        return (preferences + strikes) / divisor;
    }
    for _ in 0..unit.len() {
        let (mut fixed, mut growing) = (N::zero(), N::zero());
        for claim in unit {
            if let Sharing::Capped { above, total, .. } = claim.sharing {
                let reached = claim.preference + claim.shares * (price - above).max(N::zero());
                let is_capped = total.at_most(reached);
                fixed += is_capped.select(total, claim.preference - claim.shares * above);
                growing += is_capped.select(N::zero(), claim.shares);
            }
        }
        let slope = shares - growing;
        let next = (fixed + strikes) / slope.is_positive().select(slope, N::one());
        price = slope.is_positive().select(next.min(price), price);
    }
    price
}

impl<N: Number> Claim<N> {
    /// Its part of Liquidity Capitalization; nothing but for claims on one.
    #[inline(always)]
    pub(super) fn part(&self) -> N {
        match self.sharing {
            Sharing::PartOf { balance, cap } => balance / cap.is_positive().select(cap, N::one()),
            Sharing::Above { .. } | Sharing::Capped { .. } | Sharing::Converts { .. } => N::zero(),
        }
    }

    /// The common price at which it has had as much as its cap allows: `above + (total - L) / s`.
    #[inline(always)]
    fn capped_at(&self, above: N, total: N) -> N {
        above + (total - self.preference) / self.shares.is_positive().select(self.shares, N::one())
    }
}

impl<N> Stack<N> {
    /// Whether all claims get a convex function of the common price: no cap, and no part of a capitalization that grows.
    #[inline(always)]
    pub fn is_convex(&self) -> bool {
        self.claims.iter().all(|claim| matches!(claim.sharing, Sharing::Above { .. } | Sharing::Converts { .. }))
    }

    /// Whether some claim is on a part of Liquidity Capitalization.
    #[inline(always)]
    pub(super) fn has_parts(&self) -> bool {
        self.claims.iter().any(|claim| matches!(claim.sharing, Sharing::PartOf { .. }))
    }
}
