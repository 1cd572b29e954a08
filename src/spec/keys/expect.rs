//! Figures that must come out.

use super::{COUNT, FRACTION, Key, Kind, MONEY, MULTIPLE, MapSpec, NUMBER, Names, PRICE, Sign, TableSpec, key};
use crate::spec::number::Measure;

/// `[[expect]]`.
pub(super) static EXPECT: TableSpec = TableSpec {
    id: "expect",
    written: "[[expect]]",
    doc: "Figures that must come out. `figure = x` for one of the whole, `figure = { name = x }` or `[expect.figure]` for \
          named ones. A list in `after`, `at`, `case`, `funding` or `set` makes one check per item; figures then hold lists \
          of that length, single values hold for all.",
    keys: &[CONDITIONS, WHOLE, NAMED, INSTRUMENTS, IN_AN_EXIT],
    groups: &[],
};

const CONDITIONS: &[Key] = &[
    key(
        "after",
        Kind::OneOrMore(&Kind::Name(Names::Event)),
        "the stage: `\"opening\"`, an event, `\"Round / Tranche\"`",
    )
    .default("the last stage"),
    key("at", Kind::OneOrMore(&MONEY), "an exit value, 0 and values outside the exit's own list included")
        .default("the exit's")
        .zero_too(),
    key("set", Kind::Map(&SET), "run with these variables").default("none"),
    key("case", Kind::OneOrMore(&Kind::Word(&["low", "base", "high"])), "run with this case").default("`\"base\"`"),
    key("funding", Kind::OneOrMore(&Kind::Word(&["funded", "committed", "all"])), "run with this rung")
        .default("`\"all\"`"),
    key("tolerance", TOLERANCE_KIND, "a number in the figure's unit, or a table by figure; `0` is exact")
        .default("half a unit of the last digit written"),
    key("source", Kind::Name(Names::Source), "where the figure was published"),
    key("note", Kind::Text, "misprints and the like"),
];

/// One tolerance, or one by figure.
const TOLERANCE_KIND: Kind = Kind::Either(&[Kind::Quantity(Measure::Any), Kind::Map(&TOLERANCE)]);

static SET: MapSpec = MapSpec {
    written: "set",
    names: Names::Variable,
    kind: Kind::OneOrMore(&Kind::Any),
    replaceable: false,
    sign: Sign::Any,
};

static TOLERANCE: MapSpec = MapSpec {
    written: "tolerance",
    names: Names::Any,
    kind: Kind::Quantity(Measure::Any),
    replaceable: false,
    sign: Sign::ZeroToo,
};

/// A figure of the whole company.
const fn whole(name: &'static str, kind: Kind, doc: &'static str) -> Key {
    key(name, kind, doc).signed()
}

const WHOLE: &[Key] = &[
    whole("fully_diluted", Kind::OneOrMore(&COUNT), "the fully diluted total"),
    whole("pre_money", Kind::OneOrMore(&MONEY), "the valuation before the round"),
    whole("post_money", Kind::OneOrMore(&MONEY), "the valuation after the round"),
    whole("price_per_share", Kind::OneOrMore(&PRICE), "the price of one share in the round"),
    whole("money_raised", Kind::OneOrMore(&MONEY), "the new money, gross"),
    whole("residue", Kind::OneOrMore(&MONEY), "what rounding left of the cheques"),
    whole("net_proceeds", Kind::OneOrMore(&MONEY), "money raised after discount and costs"),
    whole("distributed", Kind::OneOrMore(&MONEY), "the sum of all payouts"),
    whole("breakpoints", Kind::List(&Kind::OneOrMore(&MONEY)), "exit values at which who shares changes; a list"),
    whole("equity", Kind::OneOrMore(&MONEY), "what all equity is worth in a valuation"),
    whole(
        "tranche_values",
        Kind::List(&Kind::OneOrMore(&MONEY)),
        "values between the breakpoints by option pricing; a list",
    ),
    whole("book_value_per_share", Kind::OneOrMore(&PRICE), "net tangible book value after the offering"),
    whole("book_value_increase", Kind::OneOrMore(&PRICE), "its increase per share"),
    whole("dilution_per_share", Kind::OneOrMore(&PRICE), "what a buyer in the offering pays above book value"),
];

/// Figures by name.
const fn figures(kind: Kind) -> MapSpec {
    MapSpec { written: "a figure by name", names: Names::Any, kind, replaceable: false, sign: Sign::Any }
}

static COUNTS: MapSpec = figures(Kind::OneOrMore(&COUNT));
static AMOUNTS: MapSpec = figures(Kind::OneOrMore(&MONEY));
static PRICES: MapSpec = figures(Kind::OneOrMore(&PRICE));
static FRACTIONS: MapSpec = figures(Kind::OneOrMore(&FRACTION));
static MULTIPLES: MapSpec = figures(Kind::OneOrMore(&MULTIPLE));
static NUMBERS: MapSpec = figures(Kind::OneOrMore(&NUMBER));
static TERMS: MapSpec = figures(Kind::OneOrMore(&Kind::Word(&["cap", "discount", "round", "mfn", "ownership"])));
static FORMS: MapSpec =
    figures(Kind::OneOrMore(&Kind::Word(&["preference", "participating", "capped", "converted", "nothing"])));

const NAMED: &[Key] = &[
    key("shares", Kind::Map(&COUNTS), "shares held, a plan's available ones, or what an instrument converted into"),
    key("shares_as_converted", Kind::Map(&COUNTS), "shares at current conversion ratios"),
    key("ownership", Kind::Map(&FRACTIONS), "part of the fully diluted total"),
    key("votes", Kind::Map(&FRACTIONS), "part of the votes of outstanding shares as converted"),
    key("value", Kind::Map(&AMOUNTS), "at the price in force"),
    key("value_per_share", Kind::Map(&PRICES), "the same for one share"),
    key("money_in", Kind::Map(&AMOUNTS), "what was paid in so far"),
    key("sale_proceeds", Kind::Map(&AMOUNTS), "what was received for shares sold"),
    key("vested", Kind::Map(&COUNTS), "options that have vested and are neither exercised nor cancelled"),
    key("increase", Kind::Map(&COUNTS), "the pool increase of that stage"),
];

const INSTRUMENTS: &[Key] = &[
    key("conversion_price", Kind::Map(&PRICES), "of an instrument or class"),
    key("conversion_ratio", Kind::Map(&NUMBERS), "of a class"),
    key("cap_price", Kind::Map(&PRICES), "the price a cap gives").term("YC Safe Price"),
    key("discount_price", Kind::Map(&PRICES), "the price a discount gives").term("YC Discount Price"),
    key("controlling_term", Kind::Map(&TERMS), "which term set the price"),
    key("capitalization", Kind::Map(&COUNTS), "what the cap was divided by").term("YC Company Capitalization"),
    key("balance", Kind::Map(&AMOUNTS), "principal and interest"),
    key("preference", Kind::Map(&AMOUNTS), "the whole preference of a class"),
    key("preference_per_share", Kind::Map(&PRICES), "the same for one share"),
    key("ratchet_shares", Kind::Map(&COUNTS), "shares a ratchet adds"),
];

const IN_AN_EXIT: &[Key] = &[
    key("payout", Kind::Map(&AMOUNTS), "what a holder or class gets"),
    key("payout_per_share", Kind::Map(&PRICES), "the same for one share"),
    key("multiple", Kind::Map(&MULTIPLES), "payout over what was paid in"),
    key("form", Kind::Map(&FORMS), "how a class takes part"),
    key("next_dollar", Kind::Map(&FRACTIONS), "who gets the next dollar"),
];
