//! A scenario with everything a reader needs: names, sources, dates, assumptions, expectations.
//!
//! The engine sees [`Scenario`] alone; reports see this.

use super::{
    ClassId, EventId, Expectation, GroupId, Holding, OriginId, PositionId, RoundId, Rung, Scenario, StakeholderId,
    Term, VariableId, Vesting,
};
use crate::error::Span;
use crate::num::Stated;
use crate::num::rounding::Rounding;
use jiff::civil::Date;
use rust_decimal::Decimal;

/// What was agreed, resolved for one case and one set of variables.
#[derive(Clone, Debug)]
pub struct Agreement {
    /// Title, date, currency, conventions of the whole file.
    pub head: Head,
    /// For the engine.
    pub scenario: Scenario<Stated>,
    /// Stakeholders, by id.
    pub stakeholders: Vec<Stakeholder>,
    /// Groups of stakeholders, by id.
    pub groups: Vec<String>,
    /// Classes, by id, in the order they first appear.
    pub classes: Vec<StockClass>,
    /// Plans, by id.
    pub plans: Vec<String>,
    /// Events, by id: in the order they happen.
    pub events: Vec<EventInfo>,
    /// Rounds, by id.
    pub rounds: Vec<RoundInfo>,
    /// Rights to buy shares, by id.
    pub rights: Vec<RightInfo>,
    /// Convertibles, by id.
    pub convertibles: Vec<ConvertibleInfo>,
    /// Names of loans, in the order of the file.
    pub loans: Vec<String>,
    /// The name of the exit.
    pub exit: Option<String>,
    /// Commitments, in the order of the scenario's.
    pub commitments: Vec<CommitmentInfo>,
    /// Variables, by id.
    pub variables: Vec<VariableInfo>,
    /// Pairs of variables that move together.
    pub correlations: Vec<Correlation>,
    /// What may or may not happen, by condition.
    pub conditions: Vec<ConditionInfo>,
    /// Where numbers came from, by id.
    pub origins: Vec<Origin>,
    /// Published sources, in the order of the file.
    pub sources: Vec<SourceInfo>,
    /// Every default that was applied and every reading that was chosen.
    pub assumptions: Vec<Assumption>,
    /// What is not exactly known of the opening table.
    pub imprecision: Imprecision,
    /// Where each opening holding was stated.
    pub opening_origins: Vec<(PositionId, OriginId)>,
    /// What was paid for opening holdings, where it is said.
    pub opening_costs: Vec<(PositionId, Term<Stated>)>,
    /// What must come out.
    pub expectations: Vec<Expectation>,
}

/// A right to buy shares, as readers know it.
#[derive(Clone, Debug)]
pub struct RightInfo {
    /// The grant's name, or `holder / plan` for options of the opening table.
    pub name: String,
    /// Who holds it.
    pub stakeholder: StakeholderId,
    /// Its milestones vest it, each by its own event.
    pub has_milestones: bool,
    /// How it vests; `None` is at once.
    pub vesting: Option<Vesting>,
    /// After this day it cannot be exercised.
    pub expires: Option<Date>,
    /// Where it was stated.
    pub origin: OriginId,
}

/// What holds for the whole file.
#[derive(Clone, Debug)]
pub struct Head {
    /// Path below the scenario folder, without the ending.
    pub name: String,
    /// What the scenario shows.
    pub title: String,
    /// The company.
    pub issuer: Option<String>,
    /// Printed with the results.
    pub note: Option<String>,
    /// When these facts were known.
    pub as_of: Option<Date>,
    /// A label; nothing is converted.
    pub currency: String,
    /// Date of the opening table.
    pub opening_date: Option<Date>,
    /// The made-up total where the real count is not public: no count or price is then printed as a fact.
    pub normalised: Option<Decimal>,
    /// How quantities are rounded where a round does not say otherwise.
    pub rounding: RoundingInfo,
    /// Which values the variables have.
    pub case: Case,
    /// Variables set by hand, as `name = value`.
    pub set: Vec<(String, String)>,
    /// Hash of the text of every file the scenario is made of, 12 hexadecimal digits.
    pub hash: String,
}

/// A rounding and its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoundingInfo {
    /// `exact`, `closing-us`, `law-firm`, or `closing-us, changed`.
    pub name: String,
    /// What it is.
    pub rounding: Rounding,
}

/// Which values variables have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Case {
    /// Every variable low.
    Low,
    /// As typed.
    Base,
    /// Every variable high.
    High,
}

/// A participant in the company.
#[derive(Clone, Debug)]
pub struct Stakeholder {
    /// The name it has in the file.
    pub id: String,
    /// The name it has in print.
    pub name: String,
    /// The group it is added up in.
    pub group: Option<GroupId>,
    /// OCF stakeholder relationship.
    pub relationship: String,
    /// Printed below tables.
    pub note: Option<String>,
}

/// A class of stock with the terms that act only later.
#[derive(Clone, Debug)]
pub struct StockClass {
    /// Its name.
    pub name: String,
    /// True for the class that others convert into.
    pub is_common: bool,
    /// What it converts into; itself where it is what others convert into.
    pub converts_into: ClassId,
    /// Votes of one share as converted.
    pub votes_per_share: Stated,
    /// Terms as stated, each with its key: `preference = 1x`, `seniority = 2`.
    pub terms: Vec<(String, String, Option<OriginId>)>,
}

/// An event as readers know it.
#[derive(Clone, Debug)]
pub struct EventInfo {
    /// The stage it leads to: `Series C / Strategic investors`, `Employee tender`.
    pub stage: String,
    /// What kind of event, in words: `closing`, `secondary`, `pool increase`, `option grant`, `issuance`, `split`.
    pub kind: &'static str,
    /// The round and the index of its tranche, for a closing.
    pub closing: Option<(RoundId, usize)>,
    /// When; `None` in a file without dates.
    pub date: Option<Date>,
    /// True where the date was taken from the event above.
    pub date_assumed: bool,
    /// The condition in words.
    pub condition: Option<String>,
    /// When a conditional closing lapses.
    pub expires: Option<Date>,
    /// Probability as stated, for a conditional closing.
    pub probability: Option<Stated>,
    /// Where the event stands in the file.
    pub origin: OriginId,
}

/// A round as readers know it.
#[derive(Clone, Debug)]
pub struct RoundInfo {
    /// Its name.
    pub name: String,
    /// Names of its tranches; empty for a round with one closing.
    pub tranches: Vec<String>,
    /// How it rounds.
    pub rounding: RoundingInfo,
}

/// A convertible as readers know it.
#[derive(Clone, Debug)]
pub struct ConvertibleInfo {
    /// Its name.
    pub name: String,
    /// It may take the terms of a later one.
    pub mfn: bool,
    /// It has a pro rata side letter.
    pub pro_rata: bool,
    /// What the preference per share is after conversion: `conversion_price`, `round_price` or `common`.
    pub preference: &'static str,
    /// Where its amount was stated.
    pub origin: OriginId,
}

/// A commitment as readers know it.
#[derive(Clone, Debug)]
pub struct CommitmentInfo {
    /// What is bought.
    pub what: String,
    /// When it was agreed.
    pub date: Option<Date>,
}

/// A variable as readers know it.
#[derive(Clone, Debug)]
pub struct VariableInfo {
    /// Its name.
    pub name: String,
    /// Its value in the run at hand, as typed or computed.
    pub value: Value,
    /// The ends and the base, for a numeric variable that has them.
    pub range: Option<Range>,
    /// How it is distributed; `None` for a fixed one.
    pub distribution: Option<Distribution>,
    /// Where it was stated.
    pub origin: OriginId,
}

/// The value of a variable.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A number; `percent` where it was typed as one, so that it prints as one.
    Number {
        /// The number.
        number: Stated,
        /// Typed with a percent sign.
        percent: bool,
    },
    /// A word of some key's set.
    Word(String),
    /// Yes or no.
    YesNo(bool),
}

/// Low, base and high of a variable.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// The low end, or p10 where there is none.
    pub low: Stated,
    /// As typed; mode, middle, mean or median by distribution.
    pub base: Stated,
    /// The high end, or p90 where there is none.
    pub high: Stated,
    /// True where low and high are p10 and p90 of an unbounded distribution.
    pub quantiles: bool,
}

/// How a variable is distributed.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the parameters are those of the textbooks, named as in the file")]
pub enum Distribution {
    Triangular {
        low: Stated,
        mode: Stated,
        high: Stated,
    },
    Pert {
        low: Stated,
        mode: Stated,
        high: Stated,
    },
    Uniform {
        low: Stated,
        high: Stated,
    },
    Normal {
        mean: Stated,
        sd: Stated,
    },
    /// `sigma` is the standard deviation of the logarithm.
    Lognormal {
        median: Stated,
        sigma: Stated,
    },
    Bernoulli {
        probability: Stated,
    },
    Discrete {
        values: Vec<Value>,
        probabilities: Vec<Stated>,
    },
}

/// Variables that move together: every pair of them has this correlation (normal copula).
#[derive(Clone, Debug, PartialEq)]
pub struct Correlation {
    /// Two or more.
    pub variables: Vec<VariableId>,
    /// From -1 to 1.
    pub correlation: Stated,
}

/// Something that may or may not happen. The same words are the same condition: it happens for all or for none.
#[derive(Clone, Debug, PartialEq)]
pub struct ConditionInfo {
    /// The condition in words, or the stage that hangs on it; the name of a yes/no variable.
    pub name: String,
    /// How likely it is.
    pub chance: Chance,
}

/// How likely a condition is, given that whatever it hangs on holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Chance {
    /// No probability is stated: it happens.
    Certain,
    /// As stated; a variable may be drawn itself.
    Probability(Term<Stated>),
    /// It is that the yes/no variable is yes.
    Variable(VariableId),
}

/// How well a value is known. Never the same as how far a tranche's money is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Evidence {
    /// By the company, a filing, a court.
    Official,
    /// By the press.
    Reported,
    /// Hearsay.
    Rumoured,
    /// By whoever wrote the file.
    Assumed,
}

impl Evidence {
    /// The word of the file format.
    pub fn word(self) -> &'static str {
        match self {
            Evidence::Official => "official",
            Evidence::Reported => "reported",
            Evidence::Rumoured => "rumoured",
            Evidence::Assumed => "assumed",
        }
    }
}

/// Where a number came from.
#[derive(Clone, Debug)]
pub struct Origin {
    /// Where it stands.
    pub span: Span,
    /// `scenarios/openai-2025.toml:41`.
    pub cite: String,
    /// What it is: `pre-money of Series C`, `Amazon in Series C / First closing`.
    pub what: String,
    /// As typed.
    pub literal: String,
    /// Index into the sources.
    pub source: Option<usize>,
    /// How well it is known.
    pub evidence: Evidence,
    /// A remark.
    pub note: Option<String>,
}

/// A published source.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the keys of the file format")]
pub struct SourceInfo {
    pub id: String,
    pub publisher: Option<String>,
    pub title: Option<String>,
    pub date: Option<String>,
    pub url: Option<String>,
    pub note: Option<String>,
    pub evidence: Evidence,
}

/// A default that was applied, or a reading that was chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assumption {
    /// What it is about: `Series C`, `opening`.
    pub about: String,
    /// What was assumed, and what would say otherwise.
    pub assumed: String,
    /// `file:line`, where a line is behind it.
    pub cite: Option<String>,
}

/// What is not exactly known of the opening table: percentages that were published rounded.
#[derive(Clone, Debug, Default)]
pub struct Imprecision {
    /// Positions and half a unit of the last digit of their percentage, as shares.
    pub halves: Vec<(PositionId, Stated)>,
    /// The position that takes what the others leave.
    pub rest: Option<PositionId>,
    /// Decimals of a percentage that the least precise of them supports; `None` where all are exact.
    pub places: Option<u32>,
}

impl Agreement {
    /// The name of a position's owner in print: a stakeholder or a plan.
    pub fn owner(&self, position: PositionId) -> &str {
        match self.scenario.positions[position.index()] {
            Holding::Shares(who, _) | Holding::Warrants(who, _) | Holding::Granted(who, _) => {
                &self.stakeholders[who.index()].name
            }
            Holding::Promised(plan) | Holding::Available(plan) => &self.plans[plan.index()],
        }
    }

    /// What a position consists of: a class, or options of a plan.
    pub fn consists_of(&self, position: PositionId) -> String {
        match self.scenario.positions[position.index()] {
            Holding::Shares(_, class) => self.classes[class.index()].name.clone(),
            Holding::Warrants(_, class) => format!("{}, warrants", self.classes[class.index()].name),
            Holding::Granted(_, plan) => format!("{}, granted", self.plans[plan.index()]),
            Holding::Promised(plan) => format!("{}, promised", self.plans[plan.index()]),
            Holding::Available(plan) => format!("{}, available", self.plans[plan.index()]),
        }
    }

    /// The name of a stage: `opening`, or the event's.
    pub fn stage(&self, event: Option<EventId>) -> &str {
        event.map_or("opening", |event| &self.events[event.index()].stage)
    }

    /// The date of a stage.
    pub fn date(&self, event: Option<EventId>) -> Option<Date> {
        event.map_or(self.head.opening_date, |event| self.events[event.index()].date)
    }

    /// Where a number came from.
    pub fn origin(&self, id: OriginId) -> &Origin {
        &self.origins[id.index()]
    }
}

impl Case {
    /// The word of the file format.
    pub fn word(self) -> &'static str {
        match self {
            Case::Low => "low",
            Case::Base => "base",
            Case::High => "high",
        }
    }
}

impl Rung {
    /// The word of the file format.
    pub fn word(self) -> &'static str {
        match self {
            Rung::Funded => "funded",
            Rung::Committed => "committed",
            Rung::All => "all",
            Rung::Never => "never",
        }
    }

    /// The word for the status of a tranche on this rung.
    pub fn status(self) -> &'static str {
        match self {
            Rung::Funded => "funded",
            Rung::Committed => "committed",
            Rung::All => "conditional",
            Rung::Never => "lapsed",
        }
    }
}
