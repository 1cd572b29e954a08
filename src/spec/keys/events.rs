//! Everything that happens besides rounds, convertibles and exits.

use super::{
    COUNT, EVENT, FRACTION, Group, Key, Kind, MONEY, MULTIPLE, MapSpec, NAMED_EVENT, NUMBER, Names, Need, PRICE,
    SOURCED, Sign, TableSpec, key,
};

const STAKEHOLDER: Key = key("stakeholder", Kind::Name(Names::Stakeholder), "who");
const CLASS: Key = key("class", Kind::Name(Names::Class), "the class").default("`\"Common\"`");
const PLAN: Key = key("plan", Kind::Name(Names::Plan), "the plan").default("`\"Option pool\"`");
const EXERCISE_PRICE: Key = key("exercise_price", PRICE, "what one share costs on exercise").default("0").zero_too();
const EXPIRES: Key = key("expires", Kind::Date, "after this day it cannot be exercised").default("none");
const METHOD: Key = key("method", Kind::Word(&["cash", "net"]), "paid in cash, or in shares worth the exercise price")
    .default("`\"cash\"`");
const MARKET_PRICE: Key =
    key("market_price", PRICE, "the price of a share, for net exercise and price hurdles").default("the last round's");
const ALL_OR_COUNT: Kind = Kind::Either(&[COUNT, Kind::Word(&["all"])]);
const SHARES_OR_AMOUNT: &[&[&str]] = &[&["shares"], &["amount"]];

/// Seller or buyer, with what it sells or buys.
pub(super) static SELLERS: MapSpec = MapSpec {
    written: "sellers",
    names: Names::Any,
    kind: Kind::Either(&[MONEY, FRACTION]),
    replaceable: true,
    sign: Sign::Positive,
};
pub(super) static BUYERS: MapSpec = MapSpec {
    written: "buyers",
    names: Names::Stakeholder,
    kind: Kind::Either(&[MONEY, FRACTION, Kind::Word(&["rest"])]),
    replaceable: true,
    sign: Sign::Positive,
};
static LIMIT: MapSpec =
    MapSpec { written: "limit", names: Names::Any, kind: FRACTION, replaceable: true, sign: Sign::Positive };

/// `[[secondaries]]`.
pub(super) static SECONDARY: TableSpec = TableSpec {
    id: "secondaries",
    written: "[[secondaries]]",
    doc: "Holders sell to holders; no share is issued.",
    keys: &[
        NAMED_EVENT,
        &[
            CLASS,
            key("amount", MONEY, "the money that changes hands"),
            key("shares", COUNT, "the shares that change hands"),
            key("price_per_share", PRICE, "the price"),
            key("valuation", MONEY, "the price as a valuation of the fully diluted total"),
            key("price_of", Kind::Name(Names::Round), "the round whose price it is"),
            key("price_multiple", MULTIPLE, "times that price").default("`\"1x\"`").with(&["price_of"]).positive(),
            key(
                "sellers",
                Kind::Either(&[Kind::Word(&["pro_rata"]), Kind::Map(&SELLERS)]),
                "who sells, by part or money",
            )
            .required(),
            key("buyers", Kind::Map(&BUYERS), "who buys, by part, money or `\"rest\"`").required(),
            key("limit", Kind::Map(&LIMIT), "the sale is at most these parts of these holdings together"),
        ],
        EVENT,
        SOURCED,
    ],
    groups: &[
        Group { alternatives: SHARES_OR_AMOUNT, need: Need::One, help: "the other follows from the price" },
        Group {
            alternatives: &[&["price_per_share"], &["valuation"], &["price_of", "price_multiple"]],
            need: Need::One,
            help: "the price is said in one way",
        },
    ],
};

/// `[[pool_increases]]`.
pub(super) static POOL_INCREASE: TableSpec = TableSpec {
    id: "pool_increases",
    written: "[[pool_increases]]",
    doc: "A plan grows outside a round; everyone bears it.",
    keys: &[
        NAMED_EVENT,
        &[
            PLAN,
            key("shares", COUNT, "by so many"),
            key("target", FRACTION, "to that part of the total after the increase").positive(),
            key("target_counts", Kind::Word(&["available", "all"]), "what the target counts")
                .default("`\"available\"`")
                .with(&["target"]),
        ],
        EVENT,
        SOURCED,
    ],
    groups: &[Group { alternatives: &[&["shares"], &["target"]], need: Need::One, help: "the other follows from it" }],
};

/// `[[option_grants]]`.
pub(super) static OPTION_GRANT: TableSpec = TableSpec {
    id: "option_grants",
    written: "[[option_grants]]",
    doc: "Options granted from what the plan has available (OCF equity compensation issuance).",
    keys: &[
        NAMED_EVENT,
        &[
            STAKEHOLDER.required(),
            PLAN,
            key("options", COUNT, "how many"),
            key("ownership", FRACTION, "as a part of the fully diluted total").positive(),
            key("promised", Kind::YesNo, "out of the plan's promised options, not of its available ones").default("no"),
            EXERCISE_PRICE,
            key("kind", Kind::Word(&["option", "iso", "nso", "rsu"]), "what is granted")
                .default("`\"option\"`")
                .term("OCF compensation type"),
            key("vesting", Kind::Name(Names::Vesting), "how it vests").default("at once"),
            key("vesting_start", Kind::Date, "from when it vests").default("the date"),
            key("acceleration", Kind::Word(&["none", "single_trigger", "double_trigger"]), "whether an exit vests it")
                .default("`\"none\"`"),
            EXPIRES,
        ],
        EVENT,
        SOURCED,
    ],
    groups: &[Group {
        alternatives: &[&["options"], &["ownership"]],
        need: Need::One,
        help: "the other follows from it",
    }],
};

/// `[[warrants]]`.
pub(super) static WARRANT: TableSpec = TableSpec {
    id: "warrants",
    written: "[[warrants]]",
    doc: "A right to buy shares at a price.",
    keys: &[
        NAMED_EVENT,
        &[
            STAKEHOLDER.required(),
            CLASS,
            key("shares", COUNT, "how many").required(),
            EXERCISE_PRICE,
            EXPIRES,
            METHOD,
            MARKET_PRICE,
            key(
                "counted",
                Kind::Word(&["always", "when_vested", "when_exercised"]),
                "from when it is in fully diluted",
            )
            .default("`\"always\"`; with tranches `\"when_vested\"`"),
            key("tranches", Kind::Tables(&WARRANT_TRANCHE), "parts that vest on their own conditions"),
        ],
        EVENT,
        SOURCED,
    ],
    groups: &[],
};

static WARRANT_TRANCHE: TableSpec = TableSpec {
    id: "tranches",
    written: "[[warrants.tranches]]",
    doc: "A part of a warrant that vests then, and only at that market price or above.",
    keys: &[
        &[
            key("name", Kind::Name(Names::New), "its name").default("its number"),
            key("shares", Kind::Either(&[COUNT, Kind::Word(&["rest"])]), "how many, or `\"rest\"`").required(),
            key("condition", Kind::Text, "in words, printed"),
            key("share_price", PRICE, "the market price it needs").default("none"),
            key("probability", FRACTION, "for `simulate`").default("100 %"),
        ],
        EVENT,
        SOURCED,
    ],
    groups: &[],
};

/// `[[exercises]]`.
pub(super) static EXERCISE: TableSpec = TableSpec {
    id: "exercises",
    written: "[[exercises]]",
    doc: "Options or warrants become shares.",
    keys: &[
        NAMED_EVENT,
        &[
            key("of", Kind::Name(Names::Instrument), "the grant or warrant").required(),
            key("shares", ALL_OR_COUNT, "how many").default("`\"all\"`"),
            METHOD,
            MARKET_PRICE,
        ],
        EVENT,
        SOURCED,
    ],
    groups: &[],
};

/// `[[cancellations]]`.
pub(super) static CANCELLATION: TableSpec = TableSpec {
    id: "cancellations",
    written: "[[cancellations]]",
    doc: "Forfeiture (OCF cancellation and return to pool).",
    keys: &[
        NAMED_EVENT,
        &[
            key("of", Kind::Name(Names::Instrument), "the grant").required(),
            key("shares", Kind::Either(&[COUNT, Kind::Word(&["unvested", "all"])]), "how many")
                .default("`\"unvested\"`"),
            key("returns_to_pool", Kind::YesNo, "whether they are available again").default("yes"),
        ],
        EVENT,
        SOURCED,
    ],
    groups: &[],
};

/// `[[issuances]]`.
pub(super) static ISSUANCE: TableSpec = TableSpec {
    id: "issuances",
    written: "[[issuances]]",
    doc: "Shares for an acquisition, services or founders; `shares` alone is for no consideration.",
    keys: &[
        NAMED_EVENT,
        &[
            STAKEHOLDER.required(),
            CLASS,
            key("shares", COUNT, "how many"),
            key("amount", MONEY, "what they are worth"),
            key("price_per_share", PRICE, "the price of one"),
            key("valuation", MONEY, "the price as a valuation of the fully diluted total"),
            key("what", Kind::Text, "what they are for, printed"),
        ],
        EVENT,
        SOURCED,
    ],
    groups: &[
        Group { alternatives: SHARES_OR_AMOUNT, need: Need::One, help: "the other follows from the price" },
        Group {
            alternatives: &[&["price_per_share"], &["valuation"]],
            need: Need::AtMostOne,
            help: "the one follows from the other",
        },
    ],
};

/// `[[conversions]]`.
pub(super) static CONVERSION: TableSpec = TableSpec {
    id: "conversions",
    written: "[[conversions]]",
    doc: "Shares of one class become shares of another; also redesignation.",
    keys: &[
        NAMED_EVENT,
        &[
            key("class", Kind::Name(Names::Class), "the class that converts").required(),
            key("into", Kind::Name(Names::Class), "what it becomes").default("its `converts_into`"),
            key("stakeholder", Kind::Name(Names::Stakeholder), "whose shares").default("all"),
            key("shares", ALL_OR_COUNT, "how many").default("`\"all\"`"),
            key("ratio", Kind::Ratio, "new to old").default("the class's"),
        ],
        EVENT,
        SOURCED,
    ],
    groups: &[],
};

/// `[[splits]]`.
pub(super) static SPLIT: TableSpec = TableSpec {
    id: "splits",
    written: "[[splits]]",
    doc: "A split or consolidation; options, prices and preferences follow.",
    keys: &[
        NAMED_EVENT,
        &[
            key("ratio", Kind::Ratio, "new to old: `\"10:1\"` makes ten of one").required(),
            key("class", Kind::Name(Names::Class), "the class").default("all"),
        ],
        EVENT,
        SOURCED,
    ],
    groups: &[],
};

/// `[[repurchases]]`.
pub(super) static REPURCHASE: TableSpec = TableSpec {
    id: "repurchases",
    written: "[[repurchases]]",
    doc: "Shares the company buys back and retires.",
    keys: &[
        NAMED_EVENT,
        &[
            STAKEHOLDER.required(),
            CLASS,
            key("shares", COUNT, "how many"),
            key("amount", MONEY, "for how much"),
            key("price_per_share", PRICE, "the price of one"),
        ],
        EVENT,
        SOURCED,
    ],
    groups: &[Group { alternatives: SHARES_OR_AMOUNT, need: Need::One, help: "the other follows from the price" }],
};

/// `[[loans]]`.
pub(super) static LOAN: TableSpec = TableSpec {
    id: "loans",
    written: "[[loans]]",
    doc: "Debt that never converts and is paid first in an exit.",
    keys: &[
        NAMED_EVENT,
        &[STAKEHOLDER.required(), key("amount", MONEY, "the principal").required()],
        INTEREST,
        EVENT,
        SOURCED,
    ],
    groups: &[],
};

/// How debt grows.
pub(super) const INTEREST: &[Key] = &[
    key("interest_rate", FRACTION, "per year").default("0"),
    key("interest", Kind::Word(&["simple", "compound"]), "whether interest bears interest").default("`\"simple\"`"),
    key("compounding", Kind::Word(&["daily", "monthly", "quarterly", "semi_annual", "annual"]), "how often it does")
        .default("`\"annual\"`"),
    key("day_count", Kind::Word(&["actual/365", "30/360"]), "how days become years").default("`\"actual/365\"`"),
];

/// `[[valuations]]`.
pub(super) static VALUATION: TableSpec = TableSpec {
    id: "valuations",
    written: "[[valuations]]",
    doc: "What each class is worth (OCF valuation): by option pricing over the exact breakpoints of the waterfall, or as \
          stated. Without `equity` option pricing solves for it: the equity at which `class` is worth `price_per_share` \
          (backsolve).",
    keys: &[
        NAMED_EVENT,
        &[
            key("method", Kind::Word(&["opm", "stated"]), "option pricing, or a stated price").required(),
            key("equity", MONEY, "the value of all equity, after debts").default("solved for").zero_too(),
            key("volatility", FRACTION, "per year, of the logarithm").zero_too(),
            key("years", NUMBER, "until the exit").zero_too(),
            key("interest_rate", FRACTION, "risk-free, per year, continuously compounded").signed(),
            key("dividend_yield", FRACTION, "per year, continuous").default("0"),
            key("price_per_share", PRICE, "the stated price; of a backsolve, what one share of the class is worth")
                .default("of a backsolve: its issue price"),
            key("class", Kind::Name(Names::Class), "the class whose price it is")
                .default("stated: `\"Common\"`; backsolve: the class sold last"),
        ],
        EVENT,
        SOURCED,
    ],
    groups: &[Group {
        alternatives: &[&["equity"], &["price_per_share", "class"]],
        need: Need::AtMostOne,
        help: "with `equity` what every class is worth follows; without it the equity follows from one class's price",
    }],
};

/// `[[commitments]]`.
pub(super) static COMMITMENT: TableSpec = TableSpec {
    id: "commitments",
    written: "[[commitments]]",
    doc: "Money flowing back to an investor, such as purchases; changes no share.",
    keys: &[
        NAMED_EVENT,
        &[
            key("from", Kind::Name(Names::Any), "who pays").default("the issuer"),
            key("to", Kind::Name(Names::Stakeholder), "who is paid").required(),
            key("what", Kind::Text, "what for, printed"),
            key("amount", MONEY, "how much in all").required(),
            key("years", NUMBER, "over how many years").positive(),
        ],
        EVENT,
        SOURCED,
    ],
    groups: &[],
};
