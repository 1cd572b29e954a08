//! Figures that must come out.

use super::{Case, ClassId, ConvertibleId, GroupId, PlanId, Rung, StakeholderId};
use crate::error::Span;
use crate::num::Stated;

/// A figure that must come out.
#[derive(Clone, Debug)]
pub struct Expectation {
    /// Which figure.
    pub figure: Figure,
    /// Of whom or what.
    pub subject: Subject,
    /// After which stage; `None` is the last.
    pub after: Option<String>,
    /// Variables to be set, as typed.
    pub set: Vec<(String, String)>,
    /// At which exit value; `None` is the exit's.
    pub at: Option<Stated>,
    /// Which of how many items of a figure that is a list; the first is 0.
    pub item: Option<(usize, usize)>,
    /// Under which case; `None` is the base.
    pub case: Option<Case>,
    /// On which rung; `None` is all.
    pub rung: Option<Rung>,
    /// What must come out.
    pub expected: Stated,
    /// As typed.
    pub literal: String,
    /// By how much it may differ; zero compares at the precision of a posted quantity.
    pub tolerance: Stated,
    /// Where it stands.
    pub span: Span,
    /// A remark.
    pub note: Option<String>,
    /// Index into the sources.
    pub source: Option<usize>,
}

/// The figures that can be expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "named and described as in the file format")]
pub enum Figure {
    FullyDiluted,
    PreMoney,
    PostMoney,
    PricePerShare,
    MoneyRaised,
    Residue,
    NetProceeds,
    BookValuePerShare,
    BookValueIncrease,
    DilutionPerShare,
    Shares,
    SharesAsConverted,
    Ownership,
    Votes,
    Value,
    ValuePerShare,
    MoneyIn,
    SaleProceeds,
    Vested,
    Increase,
    ConversionPrice,
    ConversionRatio,
    CapPrice,
    DiscountPrice,
    ControllingTerm,
    Capitalization,
    Balance,
    RatchetShares,
    Preference,
    PreferencePerShare,
    Payout,
    PayoutPerShare,
    Multiple,
    Form,
    NextDollar,
    Distributed,
    Breakpoints,
    Equity,
    TrancheValues,
}

impl Figure {
    /// Whether it is one of an exit.
    pub fn is_of_exit(self) -> bool {
        match self {
            Figure::Preference
            | Figure::PreferencePerShare
            | Figure::Payout
            | Figure::PayoutPerShare
            | Figure::Multiple
            | Figure::Form
            | Figure::NextDollar
            | Figure::Distributed
            | Figure::Breakpoints => true,
            Figure::FullyDiluted
            | Figure::PreMoney
            | Figure::PostMoney
            | Figure::PricePerShare
            | Figure::MoneyRaised
            | Figure::Residue
            | Figure::Shares
            | Figure::SharesAsConverted
            | Figure::Ownership
            | Figure::Votes
            | Figure::Value
            | Figure::ValuePerShare
            | Figure::MoneyIn
            | Figure::SaleProceeds
            | Figure::Vested
            | Figure::Increase
            | Figure::ConversionPrice
            | Figure::ConversionRatio
            | Figure::CapPrice
            | Figure::DiscountPrice
            | Figure::ControllingTerm
            | Figure::Capitalization
            | Figure::Equity
            | Figure::TrancheValues
            | Figure::NetProceeds
            | Figure::BookValuePerShare
            | Figure::BookValueIncrease
            | Figure::DilutionPerShare
            | Figure::RatchetShares
            | Figure::Balance => false,
        }
    }

    /// Whether it is a list.
    pub fn is_list(self) -> bool {
        matches!(self, Figure::Breakpoints | Figure::TrancheValues)
    }

    /// Whether it depends on what the company is sold for.
    pub fn is_at_a_value(self) -> bool {
        let at_any = matches!(self, Figure::Preference | Figure::PreferencePerShare | Figure::Breakpoints);
        self.is_of_exit() && !at_any
    }
}

/// What a figure is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// The company.
    Whole,
    /// A stakeholder.
    Stakeholder(StakeholderId),
    /// A group of stakeholders.
    Group(GroupId),
    /// A class.
    Class(ClassId),
    /// A plan: its available options.
    Plan(PlanId),
    /// What a stakeholder has of a class.
    StakeholderClass(StakeholderId, ClassId),
    /// A SAFE or note.
    Convertible(ConvertibleId),
    /// A loan, by its place in the file.
    Loan(u32),
}
