//! The opening table.

use super::{COUNT, FRACTION, Group, Key, Kind, MONEY, Names, Need, PRICE, SOURCED, TableSpec, key};

/// `[opening]`.
pub(super) static OPENING: TableSpec = TableSpec {
    id: "opening",
    written: "[opening]",
    doc: "Who holds what before the first event.",
    keys: &[
        &[
            key("date", Kind::Date, "the day of the opening table").default("before all events"),
            key("fully_diluted", COUNT, "the stated total; the rows must add up to it").default("the sum of the rows"),
            key("basis", Kind::Word(&["fully_diluted", "as_converted", "outstanding"]), "what percentages are of")
                .default("`\"fully_diluted\"` (assumed)"),
            key(
                "normalised",
                COUNT,
                "a made-up total where the real one is not public; no count or price is then printed as fact",
            )
            .default("none"),
            key("valuation", MONEY, "values the opening holdings").default("none"),
            key("price_per_share", PRICE, "values the opening holdings").default("none"),
            key(
                "unattributed",
                Kind::Word(&["rest"]),
                "puts what published percentages leave over on a line of its own",
            )
            .default("none"),
            key("holdings", Kind::Tables(&HOLDING), "one row per position").required(),
        ],
        SOURCED,
    ],
    groups: &[
        Group {
            alternatives: &[&["valuation"], &["price_per_share"]],
            need: Need::AtMostOne,
            help: "the one follows from the other and the total",
        },
        Group {
            alternatives: &[&["fully_diluted"], &["normalised"]],
            need: Need::AtMostOne,
            help: "`fully_diluted` is a real total, `normalised` a made-up one",
        },
    ],
};

/// One line of `holdings`.
static HOLDING: TableSpec = TableSpec {
    id: "holdings",
    written: "a row of `holdings`",
    doc: "One position: shares of a class, options of a plan, or the part of a plan that is available or promised.",
    keys: &[HOLDING_KEYS, SOURCED],
    groups: &[Group {
        alternatives: &[&["shares"], &["ownership"], &["options"], &["available"], &["promised"]],
        need: Need::One,
        help: "a row is one position: write a row each",
    }],
};

const SHARES: &[&str] = &["shares", "ownership"];
const PLAN: &[&str] = &["options", "available", "promised"];
const HELD: &[&str] = &["shares", "ownership", "options"];

/// What is left of the whole, once per list.
const REST: Kind = Kind::Word(&["rest"]);

const HOLDING_KEYS: &[Key] = &[
    key("stakeholder", Kind::Name(Names::Stakeholder), "who holds it").required_with(HELD).with(HELD),
    key("class", Kind::Name(Names::Class), "the class of the shares").default("`\"Common\"`").with(SHARES),
    key("shares", Kind::Either(&[COUNT, REST]), "how many, or `\"rest\"`"),
    key("ownership", Kind::Either(&[FRACTION, REST]), "as a part of the total, or `\"rest\"`").positive(),
    key("options", COUNT, "granted options"),
    key("plan", Kind::Name(Names::Plan), "the plan; it exists by being named").default("`\"Option pool\"`").with(PLAN),
    key("exercise_price", PRICE, "what one share costs on exercise").default("0").zero_too().with(&["options"]),
    key("vesting", Kind::Name(Names::Vesting), "how the options vest").default("all vested").with(&["options"]),
    key("vesting_start", Kind::Date, "from when they vest").default("the opening's date").with(&["vesting"]),
    key("available", COUNT, "reserved and not granted").term("YC unissued option pool"),
    key("promised", COUNT, "promised and not granted").term("YC promised options"),
    key("cost", MONEY, "what was paid, for multiples").zero_too().with(HELD),
];
