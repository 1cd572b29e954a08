//! Small agreements, built by hand, whose results are worked out in the tests that use them.

use super::run::Run;
use crate::error::{FileId, Span};
use crate::model::{
    Agreement, Capitalization, Case, ClassId, ClassPrices, Commitment, CommitmentInfo, ConversionMethod, Event,
    EventId, EventInfo, Evidence, GroupId, Head, Holding, Imprecision, OpeningPrice, Origin, OriginId, Participant,
    PlanId, PositionId, Residue, Right, RightId, Round, RoundId, RoundInfo, RoundPool, RoundPrice, RoundingInfo, Rung,
    Scenario, Stakeholder, StakeholderId, StockClass, Takes, Term, Timed, Tranche, TranchePrice,
};
use crate::model::{
    Buyer, GrantAmount, OptionGrant, Part, PoolAmount, SalePrice, SaleQuantity, Secondary, Seller, Split,
};
use crate::num::Stated;
use crate::num::rounding::Rounding;
use jiff::civil::date;
use rust_decimal::Decimal;

const ORIGIN: OriginId = OriginId(0);
/// One thousand million: of money or of made-up shares.
const BILLION: i64 = 1_000_000_000;

fn given(number: i64) -> Term<Stated> {
    Term::Given(Stated::from(number))
}

fn fraction(text: &str) -> Term<Stated> {
    Term::Given(Stated::from(text.parse::<Decimal>().expect("a decimal")))
}

/// A closing: its name, its rung, and who pays how much.
type Closing<'a> = (&'a str, Rung, &'a [(StakeholderId, i64)]);

/// An agreement in the making.
pub struct Draft(pub Agreement);

impl Draft {
    /// Nothing but a name.
    pub fn new(name: &str, rounding: &str) -> Self {
        let preset = if rounding == "exact" { Rounding::EXACT } else { Rounding::CLOSING_US };
        let head = Head {
            name: name.into(),
            title: format!("The scenario {name}"),
            issuer: Some("Widgets, Inc. (fictional)".into()),
            note: None,
            as_of: None,
            currency: "USD".into(),
            opening_date: Some(date(2025, 12, 31)),
            normalised: None,
            rounding: RoundingInfo { name: rounding.into(), rounding: preset },
            case: Case::Base,
            set: Vec::new(),
            hash: "0123456789ab".into(),
        };
        let mut draft = Draft(Agreement {
            head,
            scenario: Scenario::empty(preset),
            rights: Vec::new(),
            stakeholders: Vec::new(),
            groups: Vec::new(),
            classes: Vec::new(),
            plans: vec!["Option pool".into()],
            events: Vec::new(),
            rounds: Vec::new(),
            convertibles: Vec::new(),
            commitments: Vec::new(),
            loans: Vec::new(),
            exit: None,
            variables: Vec::new(),
            correlations: Vec::new(),
            conditions: Vec::new(),
            origins: Vec::new(),
            sources: Vec::new(),
            assumptions: Vec::new(),
            imprecision: Imprecision::default(),
            opening_origins: Vec::new(),
            opening_costs: Vec::new(),
            expectations: Vec::new(),
        });
        draft.origin("scenario", "");
        draft.class("Common");
        draft
    }

    /// A number's place in the file.
    pub fn origin(&mut self, what: &str, literal: &str) -> OriginId {
        self.0.origins.push(Origin {
            span: Span { file: FileId(0), start: 0, end: 0 },
            cite: format!("scenarios/{}.toml:{}", self.0.head.name, self.0.origins.len() + 1),
            what: what.into(),
            literal: literal.into(),
            source: None,
            evidence: Evidence::Official,
            note: None,
        });
        OriginId::at(self.0.origins.len() - 1)
    }

    /// A class that converts one to one.
    pub fn class(&mut self, name: &str) -> ClassId {
        self.0.classes.push(StockClass {
            name: name.into(),
            is_common: self.0.classes.is_empty(),
            converts_into: ClassId(0),
            votes_per_share: Stated::ONE,
            terms: Vec::new(),
        });
        self.0.scenario.classes.push(ClassPrices { issue_price: None, conversion_price: None });
        ClassId::at(self.0.classes.len() - 1)
    }

    /// Someone.
    pub fn stakeholder(&mut self, name: &str, group: Option<&str>) -> StakeholderId {
        let group = group.map(|group| {
            let known = self.0.groups.iter().position(|known| known == group);
            GroupId::at(known.unwrap_or_else(|| {
                self.0.groups.push(group.into());
                self.0.groups.len() - 1
            }))
        });
        let id = name.to_lowercase().replace(' ', "-");
        self.0.stakeholders.push(Stakeholder {
            id,
            name: name.into(),
            group,
            relationship: "investor".into(),
            note: None,
        });
        StakeholderId::at(self.0.stakeholders.len() - 1)
    }

    /// A line of the cap table with what it holds at the opening.
    pub fn position(&mut self, holding: Holding, opening: i64) -> PositionId {
        self.0.scenario.positions.push(holding);
        self.0.scenario.opening.push(given(opening));
        PositionId::at(self.0.scenario.positions.len() - 1)
    }

    /// Someone with common shares.
    pub fn holder(&mut self, name: &str, group: Option<&str>, shares: i64) -> (StakeholderId, PositionId) {
        let who = self.stakeholder(name, group);
        (who, self.position(Holding::Shares(who, ClassId(0)), shares))
    }

    /// An event that counts from a rung on.
    pub fn event(&mut self, stage: &str, kind: &'static str, event: Event<Stated>, rung: Rung) -> EventId {
        let closing = match event {
            Event::Closing { round, tranche } => Some((round, tranche as usize)),
            _ => None,
        };
        self.0.events.push(EventInfo {
            stage: stage.into(),
            kind,
            closing,
            date: Some(date(2026, 3, 31)),
            date_assumed: false,
            condition: (rung == Rung::All).then(|| "an IPO is filed".into()),
            expires: None,
            probability: None,
            origin: ORIGIN,
        });
        self.0.scenario.timeline.push(Timed { event, rung, conditions: Vec::new() });
        EventId::at(self.0.events.len() - 1)
    }

    /// A round at a pre-money, with a closing for each `(name, rung, cheques)`.
    pub fn round(&mut self, name: &str, pre_money: i64, class: ClassId, tranches: &[Closing]) -> RoundId {
        let id = RoundId::at(self.0.rounds.len());
        let rounding = self.0.head.rounding.clone();
        let price_origin = self.origin(&format!("pre-money of {name}"), &pre_money.to_string());
        self.0.rounds.push(RoundInfo {
            name: name.into(),
            tranches: if tranches.len() > 1 {
                tranches.iter().map(|tranche| tranche.0.into()).collect()
            } else {
                Vec::new()
            },
            rounding: rounding.clone(),
        });
        let mut closings = Vec::new();
        for (index, (tranche, rung, cheques)) in tranches.iter().enumerate() {
            let stage = if tranches.len() > 1 { format!("{name} / {tranche}") } else { name.into() };
            let tranche = u32::try_from(index).expect("few tranches");
            let event = self.event(&stage, "closing", Event::Closing { round: id, tranche }, *rung);
            let participants = cheques.iter().map(|&(stakeholder, money)| {
                let holding = Holding::Shares(stakeholder, class);
                let known = self.0.scenario.positions.iter().position(|&known| known == holding);
                let position = known.map_or_else(|| self.position(holding, 0), PositionId::at);
                Participant {
                    stakeholder,
                    position,
                    takes: Takes::Money(given(money)),
                    over_allotment: false,
                    origin: ORIGIN,
                }
            });
            let participants = participants.collect();
            closings.push(Tranche {
                event,
                class,
                amount: None,
                price: TranchePrice::Round,
                status: *rung,
                days: 0,
                participants,
                origin: ORIGIN,
            });
        }
        let first_closing = closings[0].event;
        self.0.scenario.rounds.push(Round {
            price: RoundPrice::PreMoney(given(pre_money)),
            size: None,
            counts: Capitalization { pool_increase: true, ..Capitalization::FULLY_DILUTED },
            pool: None,
            rounding: rounding.rounding,
            residue: Residue::NotCalled,
            method: ConversionMethod::PercentOwnership,
            size_includes_conversions: false,
            converting: Vec::new(),
            protections: Vec::new(),
            pay_to_play: None,
            tranches: closings,
            first_closing,
            price_origin,
            size_origin: None,
        });
        id
    }

    /// Runs it.
    pub fn run(self, rung: Rung) -> Run {
        Run::new(self.0, rung).unwrap_or_else(|refused| panic!("the fixture runs: {:?}", refused.1))
    }
}

/// An opening of 1,000 million made-up shares, `OpenAI` at the end of 2025: 26, 27, 11 and the rest, half a point open
/// each.
fn openai(name: &str) -> (Draft, [StakeholderId; 4]) {
    let mut draft = Draft::new(name, "exact");
    draft.0.head.issuer = Some("OpenAI Group PBC".into());
    draft.0.head.normalised = Some(BILLION.into());
    draft.0.scenario.opening_price = Some(OpeningPrice::Valuation(given(500 * BILLION)));
    let foundation = draft.holder("OpenAI Foundation", Some("Foundation"), 260_000_000);
    let microsoft = draft.holder("Microsoft", Some("Strategic investors"), 270_000_000);
    let softbank = draft.holder("SoftBank", Some("Strategic investors"), 110_000_000);
    let others = draft.holder("Other investors and employees", Some("Others"), 360_000_000);
    let half = Stated::from(5_000_000);
    draft.0.imprecision = Imprecision {
        halves: vec![(foundation.1, half), (microsoft.1, half), (softbank.1, half)],
        rest: Some(others.1),
        places: Some(0),
    };
    (draft, [foundation.0, microsoft.0, softbank.0, others.0])
}

/// The announced round: 730 + 110 = 840, of which 30 are `SoftBank`'s, 50 Amazon's, 30 Nvidia's.
pub fn announced() -> Run {
    let (mut draft, [_, _, softbank, _]) = openai("announced");
    let (amazon, nvidia) =
        (draft.stakeholder("Amazon", Some("Strategic investors")), draft.stakeholder("Nvidia", None));
    let class = draft.class("Series C Preferred");
    let cheques = [(amazon, 50 * BILLION), (nvidia, 30 * BILLION), (softbank, 30 * BILLION)];
    draft.round("Series C", 730 * BILLION, class, &[("First closing", Rung::Committed, &cheques)]);
    draft.run(Rung::All)
}

/// The closed round: 730 + 122 = 852, of which 35 of Amazon's hang on a condition, with commitments.
pub fn closed() -> Run {
    closed_draft().run(Rung::All)
}

/// The same before it is run.
pub fn closed_draft() -> Draft {
    let (mut draft, [_, microsoft, softbank, _]) = openai("closed");
    let amazon = draft.stakeholder("Amazon", Some("Strategic investors"));
    let nvidia = draft.stakeholder("Nvidia", Some("Strategic investors"));
    let funds = draft.stakeholder("Other Series C investors", None);
    let oracle = draft.stakeholder("Oracle", None);
    let class = draft.class("Series C Preferred");
    let first = [(amazon, 15 * BILLION), (nvidia, 30 * BILLION), (funds, 12 * BILLION)];
    draft.round(
        "Series C",
        730 * BILLION,
        class,
        &[
            ("First closing", Rung::Committed, &first),
            ("SoftBank", Rung::Committed, &[(softbank, 30 * BILLION)]),
            ("Amazon, conditional", Rung::All, &[(amazon, 35 * BILLION)]),
        ],
    );
    for (to, what, amount, years) in [
        (amazon, "AWS computing, November 2025", 38, Some(7)),
        (amazon, "AWS computing, February 2026", 100, Some(8)),
        (microsoft, "Azure", 250, None),
        (oracle, "cloud capacity", 300, None),
    ] {
        let years = years.map(|years: i64| Stated::from(years));
        draft.0.scenario.commitments.push(Commitment { to, amount: given(amount * BILLION), years, origin: ORIGIN });
        draft.0.commitments.push(CommitmentInfo { what: what.into(), date: None });
    }
    draft
}

/// 80 of 100 held; a round of 25 at 1 a share issues 25 and adds a pool of 10 outside its pre-money.
pub fn pool_and_money() -> Run {
    let mut draft = Draft::new("pool-and-money", "exact");
    draft.holder("Holder", None, 80);
    draft.holder("Others", None, 20);
    let investor = draft.stakeholder("Investor", None);
    let class = draft.class("Series A Preferred");
    let available = draft.position(Holding::Available(PlanId(0)), 0);
    draft.round("Series A", 100, class, &[("Closing", Rung::Funded, &[(investor, 25)])]);
    let round = &mut draft.0.scenario.rounds[0];
    round.counts.pool_increase = false;
    round.pool =
        Some(RoundPool { available, amount: PoolAmount::Increase(given(10)), counts_all: false, origin: ORIGIN });
    draft.run(Rung::All)
}

/// Whole shares and cents: 8.0M founder's, 1.0M pool; seed of 1.8M at 7.2M before (0.80, 2.25M shares); 600,000 options
/// granted; a 3:1 split that leaves no fraction but for one odd share; a Series A in two closings with a pool of 10 %;
/// a sale of founder's shares to A Fund at 0.9 of its price, limited to a tenth of what she holds.
pub fn startup() -> Run {
    startup_draft().run(Rung::All)
}

/// The same before it is run.
pub fn startup_draft() -> Draft {
    let mut draft = Draft::new("startup", "closing-us");
    let (_, ada) = draft.holder("Ada", Some("Founders"), 7_999_999);
    let team = draft.stakeholder("Employees", None);
    let seed_fund = draft.stakeholder("Seed Fund", None);
    let a_fund = draft.stakeholder("A Fund", None);
    let available = draft.position(Holding::Available(PlanId(0)), 1_000_001);
    let granted = draft.position(Holding::Granted(team, PlanId(0)), 0);
    let (seed, series_a) = (draft.class("Seed Preferred"), draft.class("Series A Preferred"));
    draft.round("Seed", 7_200_000, seed, &[("Closing", Rung::Funded, &[(seed_fund, 1_800_000)])]);
    let rounding = Rounding::CLOSING_US;
    let exercise_price = Term::Given(Stated::ZERO);
    draft.0.scenario.rights.push(Right { class: ClassId(0), opening: given(0), exercise_price });
    let grant = OptionGrant {
        available,
        position: granted,
        amount: GrantAmount::Options(given(600_000)),
        rounding,
        right: RightId(0),
        origin: ORIGIN,
    };
    draft.event("First hires", "option grant", Event::OptionGrant(grant), Rung::Funded);
    let split = Split { ratio: fraction("1.5"), class: None, is_common: false, whole_shares: true, origin: ORIGIN };
    draft.event("Split", "split", Event::Split(split), Rung::Funded);
    let cheque = [(a_fund, 5_000_000)];
    let round = draft.round(
        "Series A",
        31_000_000,
        series_a,
        &[
            ("First closing", Rung::Funded, &cheque),
            ("Second closing", Rung::Committed, &[(a_fund, 2_750_000), (seed_fund, 0)]),
        ],
    );
    let pool = RoundPool { available, amount: PoolAmount::Target(fraction("0.10")), counts_all: false, origin: ORIGIN };
    draft.0.scenario.rounds[round.index()].pool = Some(pool);
    let bought = draft.position(Holding::Shares(a_fund, ClassId(0)), 0);
    let sale = Secondary {
        quantity: SaleQuantity::Money(given(4_000_000)),
        price: SalePrice::OfRound { round, multiple: fraction("0.9") },
        sellers: vec![Seller { positions: vec![ada], part: Part::Fraction(given(1)), origin: ORIGIN }],
        buyers: vec![Buyer { position: bought, part: Part::Rest, origin: ORIGIN }],
        limits: vec![(vec![ada], fraction("0.1"))],
        rounding,
        price_origin: ORIGIN,
        quantity_origin: ORIGIN,
    };
    draft.event("Founder liquidity", "secondary", Event::Secondary(sale), Rung::Funded);
    draft
}

/// So many holders of 100 shares each, and nothing else.
pub fn equal_holders(count: usize) -> Run {
    let mut draft = Draft::new("equal", "exact");
    for index in 0..count {
        draft.holder(&format!("Holder {index}"), None, 100);
    }
    draft.run(Rung::All)
}

/// A million common, a million preferred that convert three to one; all but a tenth of a share of these are sold to a
/// third holder; then everything is split seven to one.
pub fn thirds() -> Run {
    let mut draft = Draft::new("thirds", "exact");
    draft.holder("Founder", None, 1_000_000);
    let class = draft.class("Preferred");
    draft.0.scenario.classes[class.index()] =
        ClassPrices { issue_price: Some(given(1)), conversion_price: Some(given(3)) };
    let (seller, buyer) = (draft.stakeholder("Seller", None), draft.stakeholder("Buyer", None));
    let sold = draft.position(Holding::Shares(seller, class), 1_000_000);
    let bought = draft.position(Holding::Shares(buyer, class), 0);
    let sale = Secondary {
        quantity: SaleQuantity::Shares(fraction("999999.9")),
        price: SalePrice::PerShare(given(1)),
        sellers: vec![Seller { positions: vec![sold], part: Part::Fraction(given(1)), origin: ORIGIN }],
        buyers: vec![Buyer { position: bought, part: Part::Rest, origin: ORIGIN }],
        limits: Vec::new(),
        rounding: Rounding::EXACT,
        price_origin: ORIGIN,
        quantity_origin: ORIGIN,
    };
    draft.event("Sale", "secondary", Event::Secondary(sale), Rung::Funded);
    let split = Split { ratio: given(7), class: None, is_common: false, whole_shares: false, origin: ORIGIN };
    draft.event("Split", "split", Event::Split(split), Rung::Funded);
    draft.run(Rung::All)
}
