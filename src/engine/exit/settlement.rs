//! A distribution to the cent, holder by holder, and what was checked of it.

use crate::num::Exact;
use rust_decimal::Decimal;

/// One exit value, exactly and to the cent. Everything adds up to the exit value.
#[derive(Clone, Debug)]
pub struct Settlement {
    /// What the company was sold for.
    pub exit_value: Exact,
    /// `v`: what one common share gets.
    pub common_price: Exact,
    /// What the sale costs.
    pub costs: Amount,
    /// What each debt is paid, in the order of the stack's.
    pub debts: Vec<Amount>,
    /// The management plan.
    pub carve_out: Amount,
    /// What each claim gets, in the order of the stack's.
    pub claims: Vec<Settled>,
    /// What each portion gets, in the order of the stack's.
    pub portions: Vec<SettledPortion>,
    /// What nobody has a claim to.
    pub residue: Amount,
    /// A vote forced classes to convert.
    pub forced: bool,
}

/// An amount of money, exactly and in whole cents (largest remainder).
#[derive(Clone, Copy, Debug)]
pub struct Amount {
    /// Unrounded.
    pub exact: Exact,
    /// To the cent.
    pub cents: Decimal,
}

/// What a claim gets.
#[derive(Clone, Copy, Debug)]
pub struct Settled {
    /// How much, what is held in escrow included.
    pub amount: Amount,
    /// In which form.
    pub form: Form,
    /// Preference and conversion pay the same; the form is the one it keeps.
    pub indifferent: bool,
}

/// What a holder gets of a claim.
#[derive(Clone, Copy, Debug)]
pub struct SettledPortion {
    /// How much, what is held in escrow included.
    pub amount: Amount,
    /// The part of it that is held in escrow.
    pub escrow: Amount,
}

/// How a claim takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// It gets nothing.
    Nothing,
    /// Its preference, or a part of it, and no more; a note or SAFE its balance.
    Preference,
    /// Its preference and a share of the rest.
    Participating,
    /// As much as its participation cap allows.
    Capped,
    /// As common: converted, or exercised.
    Converted,
    /// As common, because it is.
    Common,
}
