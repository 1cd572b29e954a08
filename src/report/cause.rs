//! What changes an ownership.

/// What changes an ownership.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// Shares issued for money in a round.
    NewMoney,
    /// Options added to a pool.
    PoolIncrease,
    /// Options that leave the pool for a holder.
    OptionGrant,
    /// Warrants that enter the fully diluted total.
    Warrant,
    /// Options that become shares; only those withheld in a net exercise change a total.
    Exercise,
    /// Options that end, and return to the pool or are retired.
    Cancellation,
    /// Shares sold to another holder.
    SecondarySold,
    /// Shares bought from another holder.
    SecondaryBought,
    /// What SAFEs and notes became.
    Conversion,
    /// Conversion prices that fell.
    AntiDilution,
    /// Conversion prices that an offering's price lowered as promised.
    IpoRatchet,
    /// Shares of a class that became shares of another.
    ClassConversion,
    /// Shares that the company bought back.
    Repurchase,
    /// Dividends paid in shares.
    Dividend,
    /// Shares issued outside a round.
    Issuance,
    /// Fractions of a share that a split pays in cash.
    SplitFraction,
}

impl Cause {
    /// Every cause.
    pub const ALL: [Cause; 16] = [
        Cause::NewMoney,
        Cause::Conversion,
        Cause::AntiDilution,
        Cause::IpoRatchet,
        Cause::PoolIncrease,
        Cause::OptionGrant,
        Cause::Warrant,
        Cause::Exercise,
        Cause::Cancellation,
        Cause::SecondarySold,
        Cause::SecondaryBought,
        Cause::ClassConversion,
        Cause::Repurchase,
        Cause::Dividend,
        Cause::Issuance,
        Cause::SplitFraction,
    ];

    /// The word in tables.
    pub fn word(self) -> &'static str {
        match self {
            Cause::NewMoney => "new money",
            Cause::Conversion => "SAFE and note conversion",
            Cause::AntiDilution => "anti-dilution",
            Cause::IpoRatchet => "IPO ratchet",
            Cause::PoolIncrease => "pool increase",
            Cause::OptionGrant => "option grant",
            Cause::Warrant => "warrant",
            Cause::Exercise => "exercise",
            Cause::Cancellation => "cancellation",
            Cause::SecondarySold => "secondary sold",
            Cause::SecondaryBought => "secondary bought",
            Cause::ClassConversion => "conversion",
            Cause::Repurchase => "repurchase",
            Cause::Dividend => "dividend in kind",
            Cause::Issuance => "issuance",
            Cause::SplitFraction => "split fraction",
        }
    }

    /// Its place among all.
    pub fn index(self) -> usize {
        self as usize
    }
}
