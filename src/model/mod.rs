//! What was agreed: ids, classes, instruments, events, inputs. Plain data; it depends on numbers only.

mod agreement;
mod cast;
mod cost;
mod elapsed;
mod exit;
mod expectation;
mod ids;
mod in_kind;
mod instruments;
mod ipo;
mod lot;
mod measure;
mod rights;
mod scenario;
mod secondary;
mod shares;
mod terms;
mod valuation;

pub use agreement::{
    Agreement, Assumption, Case, Chance, CommitmentInfo, ConditionInfo, ConvertibleInfo, Correlation, Distribution,
    EventInfo, Evidence, Head, Imprecision, Origin, Range, RightInfo, RoundInfo, RoundingInfo, SourceInfo, Stakeholder,
    StockClass, Value, VariableInfo,
};
pub use cost::{CostTerms, OpeningCost};
pub use elapsed::DayCount;
pub use exit::{
    Charge, ClassTerms, ConvertibleAtExit, Debt, Dividend, Election, Exit, Owed, Participation, Preference, Rank,
    RightAtExit,
};
pub use expectation::{Expectation, Figure, Subject};
pub use ids::{
    ClassId, ConditionId, ConvertibleId, EventId, GroupId, LotId, OriginId, PlanId, PositionId, RightId, RoundId,
    StakeholderId, VariableId,
};
pub use in_kind::{InKind, InKindClass};
pub use instruments::{
    Cap, ConversionMethod, Convertible, ConvertibleKind, Converting, Denominator, Elapsed, Exempt, Interest, Package,
    Protection, ProtectionMethod,
};
pub use ipo::{
    AutomaticConversion, CountedRight, Greenshoe, Ipo, IpoCount, IpoPrice, IpoRatchet, IpoSeller, RatchetPromise,
    SellingHolder,
};
pub use lot::{ConvertedPreference, Lot, LotSource, Lots};
pub use measure::{Comparison, Condition, Measure, StageOf};
pub use rights::{
    Cancellation, Counted, Exercise, Payment, Right, RightQuantity, Schedule, Vest, VestedBy, Vesting, Warrant,
    WarrantPart,
};
pub use scenario::{ClassPrices, Draws, OpeningPrice, Scenario, Timed, value_of};
pub use secondary::{Buyer, Part, SalePrice, SaleQuantity, Secondary, Seller};
pub use shares::{ClassConversion, Exchange, PayToPlay, PayToPlayClass, Repurchase, RepurchaseQuantity};
pub use terms::{
    Capitalization, Commitment, Consideration, Due, Event, GrantAmount, Hold, Holding, Issuance, OptionGrant,
    Participant, PoolAmount, PoolIncrease, Residue, Round, RoundPool, RoundPrice, Rung, Setting, Split, Takes, Term,
    Tranche, TrancheAmount, TranchePrice,
};
pub use valuation::{Equity, OptionPricing, Valuation, ValuationMethod};
