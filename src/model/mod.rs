//! What was agreed: ids, classes, instruments, events, inputs. Plain data; it depends on numbers only.

mod agreement;
mod ids;
mod instruments;
mod rights;
mod scenario;
mod terms;

pub use agreement::{
    Agreement, Assumption, Case, CommitmentInfo, ConvertibleInfo, Correlation, Distribution, EventInfo, Evidence,
    Expectation, Figure, Head, Imprecision, Origin, Range, RightInfo, RoundInfo, RoundingInfo, SourceInfo, Stakeholder,
    StockClass, Subject, Value, VariableInfo,
};
pub use ids::{
    ClassId, ConditionId, ConvertibleId, EventId, GroupId, OriginId, PlanId, PositionId, RightId, RoundId,
    StakeholderId, VariableId,
};
pub use instruments::{
    Cap, ConversionMethod, Convertible, ConvertibleKind, Converting, Denominator, Elapsed, Exempt, Interest, Package,
    Protection, ProtectionMethod,
};
pub use rights::{
    Cancellation, Counted, Exercise, Payment, Right, RightQuantity, Schedule, Vest, VestedBy, Vesting, Warrant,
    WarrantPart,
};
pub use scenario::{ClassPrices, Draws, OpeningPrice, Scenario, Timed, value_of};
pub use terms::{
    Buyer, Capitalization, Commitment, Consideration, Due, Event, GrantAmount, Hold, Holding, Issuance, OptionGrant,
    Part, Participant, PoolAmount, PoolIncrease, Residue, Round, RoundPool, RoundPrice, Rung, SalePrice, SaleQuantity,
    Secondary, Seller, Setting, Split, Takes, Term, Tranche, TrancheAmount, TranchePrice,
};
