//! Every claim on the price of the company, as numbers: what the distribution needs, and nothing else.

use crate::model::{ClassId, ConvertibleId, LotId, PlanId, Rank, RightId, StakeholderId};

/// Every claim on the price of the company after the last counted event. In an exact run its numbers are posted ones, with
/// at most ten decimal places, and the ledger keeps them; `Stack::cast` brings them into the arithmetic wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct Stack<N> {
    /// What the sale costs.
    pub costs: Levy<N>,
    /// What the company owes, with interest, in the order of the exit's debts.
    pub debts: Vec<N>,
    /// The management plan; a fraction is of what costs, debts and notes leave.
    pub carve_out: Levy<N>,
    /// The part held back of every payout.
    pub escrow: N,
    /// Claims: classes and lots in the order of the file, options, pools, SAFEs and notes.
    pub claims: Vec<Claim<N>>,
    /// Who has which part of a claim, in the order of the claims.
    pub portions: Vec<Portion<N>>,
    /// How many ranks there are; notes have the first.
    pub ranks: u32,
    /// Shares that Liquidity Capitalization counts whatever happens: common, and every option and warrant outstanding.
    pub capitalization: N,
    /// Classes that must convert when more than this fraction of the preferred, as converted, prefers that all do.
    pub forced: Vec<(ClassId, N)>,
}

/// Claims that choose together between preference and conversion; they stand together and share alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitId(pub u32);

/// An amount, or a fraction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Levy<N> {
    /// So much, as far as there is enough.
    Money(N),
    /// A part.
    Fraction(N),
}

/// A claim whose shares are all paid alike.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Claim<N> {
    /// What it is of.
    pub of: ClaimOf,
    /// With which others it chooses.
    pub unit: UnitId,
    /// In which order its preference is paid.
    pub rank: Rank,
    /// Shares, or options exercised, of its own class.
    pub units_held: N,
    /// The same as converted to common.
    pub shares: N,
    /// What it gets first: preference and accrued dividends, or the balance of a SAFE or note; nothing for common.
    pub preference: N,
    /// How it shares in the rest.
    pub sharing: Sharing<N>,
}

/// How a claim shares in what the preferences leave, `v` being what one common share gets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sharing<N> {
    /// `L + s max(0, v - above)`: common and full participation (above 0), options and warrants (above the exercise price
    /// per common share).
    Above {
        /// The common price above which it shares.
        above: N,
    },
    /// `min(L + s max(0, v - above), total)`; `s v - strike` once it converts.
    Capped {
        /// The common price above which it shares; 0 but for warrants.
        above: N,
        /// What it gets at most without converting.
        total: N,
        /// What its exercise costs in all; 0 but for warrants. Below zero: what it is paid on conversion besides.
        strike: N,
    },
    /// `L`; `s v - strike` once it converts.
    Converts {
        /// What its exercise costs in all; 0 but for warrants. Below zero: what it is paid on conversion besides.
        strike: N,
    },
    /// `L`; `balance / cap` of Liquidity Capitalization times `v` once it converts: a cap on a capitalization that counts
    /// what converts.
    PartOf {
        /// What converts.
        balance: N,
        /// The cap.
        cap: N,
    },
}

/// What a claim is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClaimOf {
    /// Shares of a class without a preference.
    Common(ClassId),
    /// A lot of a class with one.
    Lot(ClassId, LotId),
    /// Options granted, or a warrant.
    Right(RightId),
    /// Available options of a plan, as if issued at no price.
    Pool(PlanId),
    /// A SAFE or note that is still outstanding.
    Convertible(ConvertibleId),
    /// What a SAFE with a discount and no cap gets above its purchase amount, when all others have their preferences:
    /// `purchase / (1 - discount) - purchase`.
    Discount(ConvertibleId),
}

impl ClaimOf {
    /// The class of preferred it is of.
    #[inline(always)]
    pub fn preferred(self) -> Option<ClassId> {
        match self {
            ClaimOf::Lot(class, _) => Some(class),
            ClaimOf::Common(_)
            | ClaimOf::Right(_)
            | ClaimOf::Pool(_)
            | ClaimOf::Convertible(_)
            | ClaimOf::Discount(_) => None,
        }
    }
}

/// A holder's part of a claim.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Portion<N> {
    /// Index of the claim.
    pub claim: u32,
    /// Whose.
    pub holder: ClaimHolder,
    /// Its shares of the claim's `units_held`; for a SAFE or note its balance.
    pub units_held: N,
}

/// Whose a part of a claim is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClaimHolder {
    /// A stakeholder's.
    Stakeholder(StakeholderId),
    /// Nobody's yet: options available in a plan.
    Pool(PlanId),
}
