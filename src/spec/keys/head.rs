//! The head of the file, its sources, stakeholders, variables, roundings.

use super::classes::{CLASS, CLASS_DEFAULTS};
use super::convertibles::CONVERTIBLE;
use super::events::{
    CANCELLATION, COMMITMENT, CONVERSION, EXERCISE, ISSUANCE, LOAN, OPTION_GRANT, POOL_INCREASE, REPURCHASE, SECONDARY,
    SPLIT, VALUATION, WARRANT,
};
use super::exits::{EXIT, IPO};
use super::expect::EXPECT;
use super::opening::OPENING;
use super::rounds::ROUND;
use super::{FRACTION, Group, Key, Kind, MapSpec, NUMBER, Names, Need, SOURCED, Sign, TableSpec, key};
use crate::spec::number::Measure;

/// The file itself: its head, and every table.
pub static ROOT: TableSpec = TableSpec {
    id: "scenario",
    written: "the head of the file",
    doc: "What the scenario is about. TOML puts every line under the last header, so these lines come first.",
    keys: &[HEAD, TABLES],
    groups: &[],
};

const HEAD: &[Key] = &[
    key("title", Kind::Text, "what the scenario shows, in one line").required(),
    key("issuer", Kind::Text, "the company").term("OCF issuer"),
    key("as_of", Kind::Date, "when these facts were known; closings after it are not yet `funded`").default("none"),
    key("currency", Kind::Text, "a label; nothing is converted").default("`\"USD\"`"),
    key("based_on", Kind::Name(Names::Scenario), "the file this one changes").default("none"),
    key("rounding", Kind::Short(&ROUNDING, "preset"), "a preset, or the table of roundings; a round may have its own")
        .default("`\"exact\"`"),
    key("note", Kind::Text, "printed with the results"),
];

const TABLES: &[Key] = &[
    key("sources", Kind::Map(&SOURCES), "where the figures were published"),
    key("stakeholders", Kind::Map(&STAKEHOLDERS), "who holds or may come to hold something"),
    key("variables", Kind::Map(&VARIABLES), "what is uncertain or to be varied"),
    key("correlations", Kind::Tables(&CORRELATION), "variables that move together"),
    key("opening", Kind::Table(&OPENING), "who holds what before the first event"),
    key("classes", Kind::Tables(&CLASS), "the classes of shares and their terms"),
    key("class_defaults", Kind::Table(&CLASS_DEFAULTS), "terms of every preferred class that does not say otherwise"),
    key("vesting", Kind::Map(&VESTINGS), "vesting schedules"),
    key("rounds", Kind::Tables(&ROUND), "financings"),
    key("secondaries", Kind::Tables(&SECONDARY), "sales between holders"),
    key("pool_increases", Kind::Tables(&POOL_INCREASE), "increases of an option pool outside a round"),
    key("option_grants", Kind::Tables(&OPTION_GRANT), "grants from an option pool"),
    key("warrants", Kind::Tables(&WARRANT), "warrants"),
    key("exercises", Kind::Tables(&EXERCISE), "exercises of options and warrants"),
    key("cancellations", Kind::Tables(&CANCELLATION), "forfeited options and returned shares"),
    key("issuances", Kind::Tables(&ISSUANCE), "shares issued outside a round"),
    key("conversions", Kind::Tables(&CONVERSION), "conversions and redesignations of classes"),
    key("splits", Kind::Tables(&SPLIT), "share splits and consolidations"),
    key("repurchases", Kind::Tables(&REPURCHASE), "shares the company buys back"),
    key("convertibles", Kind::Tables(&CONVERTIBLE), "SAFEs and convertible notes"),
    key("loans", Kind::Tables(&LOAN), "debt that never converts"),
    key("valuations", Kind::Tables(&VALUATION), "valuations of the common"),
    key("commitments", Kind::Tables(&COMMITMENT), "money flowing back to an investor"),
    key("ipos", Kind::Tables(&IPO), "initial public offerings"),
    key("exits", Kind::Tables(&EXIT), "the sale of the company"),
    key("expect", Kind::Tables(&EXPECT), "figures that must come out"),
];

static SOURCES: MapSpec = MapSpec {
    written: "[sources]",
    names: Names::New,
    kind: Kind::Table(&SOURCE),
    replaceable: false,
    sign: Sign::ZeroToo,
};

static SOURCE: TableSpec = TableSpec {
    id: "sources",
    written: "[sources.ID]",
    doc: "Where a figure was published. Values name it by its ID.",
    keys: &[&[
        key("publisher", Kind::Text, "who published it"),
        key("title", Kind::Text, "what it is called"),
        key("date", Kind::PartialDate, "when it was published"),
        key("url", Kind::Text, "where it can be read"),
        key("evidence", Kind::Word(super::EVIDENCE), "how well its figures are known").default("`\"reported\"`"),
        key("note", Kind::Text, "a remark"),
        key("remove", Kind::YesNo, "drops the source of that ID which the base file has"),
    ]],
    groups: &[],
};

static STAKEHOLDERS: MapSpec = MapSpec {
    written: "[stakeholders]",
    names: Names::New,
    kind: Kind::Short(&STAKEHOLDER, "name"),
    replaceable: false,
    sign: Sign::ZeroToo,
};

static STAKEHOLDER: TableSpec = TableSpec {
    id: "stakeholders",
    written: "[stakeholders]",
    doc: "Who holds or may come to hold something: `id = \"Name\"`, or `id = { name = \"Name\", group = \"Group\" }`.",
    keys: &[
        &[
            key("name", Kind::Text, "the name as printed").required(),
            key("group", Kind::Name(Names::Group), "sums holders in reports"),
            key(
                "relationship",
                Kind::Word(&[
                    "founder",
                    "employee",
                    "executive",
                    "advisor",
                    "board_member",
                    "consultant",
                    "investor",
                    "other",
                ]),
                "what they are to the company",
            )
            .default("`\"investor\"`")
            .term("OCF stakeholder relationship"),
            key("remove", Kind::YesNo, "drops the stakeholder of that ID which the base file has"),
        ],
        SOURCED,
    ],
    groups: &[],
};

static VARIABLES: MapSpec = MapSpec {
    written: "[variables]",
    names: Names::New,
    kind: Kind::Short(&VARIABLE, "value"),
    replaceable: false,
    sign: Sign::Any,
};

/// A number a variable takes or is distributed by.
const FREE_NUMBER: Kind = Kind::Quantity(Measure::Any);

static VARIABLE: TableSpec = TableSpec {
    id: "variables",
    written: "[variables]",
    doc: "A value that is uncertain or to be varied, used as \"$name\". `x = \"20B\"` is short for `x = { value = \"20B\" }`. \
          `simulate` draws one that has a range or distribution; what decides how the file is read, such as a word or a \
          seniority, has a list of values (`discrete`) or is yes/no (`bernoulli`).",
    keys: &[VARIABLE_KEYS, QUANTILES, SOURCED],
    groups: &[Group {
        alternatives: &[&["value"], &RANGE, &["of", "times", "plus"]],
        need: Need::One,
        help: "a variable is one value, a range or distribution, or tied to another by `of`",
    }],
};

const VARIABLE_KEYS: &[Key] = &[
    key("value", Kind::Any, "its value: a number, a word or true/false"),
    key("low", FREE_NUMBER, "the value under `--case low`; the lower end of a distribution").signed(),
    key("base", Kind::Any, "the value `run` uses")
        .default("the mode of triangular and PERT, middle of uniform, mean of normal, median of lognormal, yes of bernoulli, the most probable of discrete"),
    key("high", FREE_NUMBER, "the value under `--case high`; the upper end of a distribution").signed(),
    key(
        "distribution",
        Kind::Word(&["triangular", "pert", "uniform", "normal", "lognormal", "bernoulli", "discrete"]),
        "how `simulate` draws it",
    )
    .default("PERT where `low`, `base` and `high` are given"),
    key("mean", FREE_NUMBER, "the mean of the quantity itself").signed(),
    key("median", FREE_NUMBER, "the median").signed(),
    key("sigma", FREE_NUMBER, "the standard deviation of the logarithm").positive(),
    key("sd", FREE_NUMBER, "the standard deviation of the quantity itself").positive(),
    key("probability", FRACTION, "how likely yes is").with(&["distribution"]),
    key("values", Kind::List(&Kind::Any), "the values of a discrete variable").with(&["distribution"]),
    key("probabilities", Kind::List(&FRACTION), "how likely each is; they add up to 100 %").with(&["values"]),
    key("of", Kind::Name(Names::Variable), "the variable this one is tied to").required_with(&["times", "plus"]),
    key("times", FREE_NUMBER, "what that variable is multiplied by").default("1").signed(),
    key("plus", FREE_NUMBER, "what is added then").default("0").signed(),
    key("remove", Kind::YesNo, "drops the variable of that name which the base file has"),
];

/// The quantiles a lognormal variable may be given by.
const QUANTILE_NAMES: [&str; 99] = [
    "p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "p9", "p10", "p11", "p12", "p13", "p14", "p15", "p16", "p17",
    "p18", "p19", "p20", "p21", "p22", "p23", "p24", "p25", "p26", "p27", "p28", "p29", "p30", "p31", "p32", "p33",
    "p34", "p35", "p36", "p37", "p38", "p39", "p40", "p41", "p42", "p43", "p44", "p45", "p46", "p47", "p48", "p49",
    "p50", "p51", "p52", "p53", "p54", "p55", "p56", "p57", "p58", "p59", "p60", "p61", "p62", "p63", "p64", "p65",
    "p66", "p67", "p68", "p69", "p70", "p71", "p72", "p73", "p74", "p75", "p76", "p77", "p78", "p79", "p80", "p81",
    "p82", "p83", "p84", "p85", "p86", "p87", "p88", "p89", "p90", "p91", "p92", "p93", "p94", "p95", "p96", "p97",
    "p98", "p99",
];

/// The keys that describe a range or a distribution.
const RANGE_NAMES: [&str; 11] =
    ["low", "base", "high", "distribution", "mean", "median", "sigma", "sd", "probability", "values", "probabilities"];

const RANGE: [&str; 110] = {
    let mut names = [""; 110];
    let mut index = 0;
    while index < names.len() {
        let quantiles = index >= RANGE_NAMES.len();
        names[index] = if quantiles { QUANTILE_NAMES[index - RANGE_NAMES.len()] } else { RANGE_NAMES[index] };
        index += 1;
    }
    names
};

const QUANTILES: &[Key] = &{
    let doc = "the value that so many percent of the draws stay below";
    let mut keys = [key("p1", FREE_NUMBER, doc).with(&["distribution"]).signed(); 99];
    let mut index = 0;
    while index < keys.len() {
        keys[index].name = QUANTILE_NAMES[index];
        index += 1;
    }
    keys
};

static CORRELATION: TableSpec = TableSpec {
    id: "correlations",
    written: "[[correlations]]",
    doc: "Variables that move together. Pairs that are not listed are independent.",
    keys: &[
        &[
            key("variables", Kind::List(&Kind::Name(Names::Variable)), "two or more variables").required(),
            key("correlation", NUMBER, "from -1 to 1, for every pair of them (normal copula)").required().signed(),
        ],
        SOURCED,
    ],
    groups: &[],
};

static VESTINGS: MapSpec = MapSpec {
    written: "[vesting]",
    names: Names::New,
    kind: Kind::Table(&VESTING),
    replaceable: false,
    sign: Sign::ZeroToo,
};

static VESTING: TableSpec = TableSpec {
    id: "vesting",
    written: "[vesting.NAME]",
    doc: "A vesting schedule, in equal parts.",
    keys: &[
        &[
            key("months", NUMBER, "how long it takes").required().positive().term("OCF vesting terms"),
            key("cliff_months", NUMBER, "before these nothing vests").default("0"),
            key("every_months", NUMBER, "how often a part vests").default("1").positive(),
            key("remove", Kind::YesNo, "drops the schedule of that name which the base file has"),
        ],
        SOURCED,
    ],
    groups: &[],
};

/// How a deal rounds; in the head or on a round.
pub(super) static ROUNDING: TableSpec = TableSpec {
    id: "rounding",
    written: "[rounding]",
    doc: "How prices, shares and money are rounded: a preset, and any of its terms changed.",
    keys: &[&[
        key("preset", Kind::Word(&["exact", "closing-us", "law-firm"]), "the terms that are not given here")
            .default("`\"exact\"`"),
        key("price_places", NUMBER, "decimal places of a price").default("the preset's"),
        key("price", ROUNDING_WORD, "which way a price is rounded").default("the preset's").term("OCF rounding type"),
        key("conversion_price_places", NUMBER, "decimal places of a conversion price").default("`price_places`"),
        key("conversion_price", ROUNDING_WORD, "which way a conversion price is rounded").default("`price`"),
        key("shares", Kind::Word(&["none", "nearest", "up", "down"]), "what becomes of a fraction of a share")
            .default("the preset's"),
        key("pool", Kind::Word(&["none", "nearest", "up", "down"]), "the same for the pool").default("`shares`"),
        key("money_places", NUMBER, "decimal places of money").default("the preset's"),
    ]],
    groups: &[],
};

const ROUNDING_WORD: Kind = Kind::Word(&["nearest", "up", "down"]);

/// The table around a value that says where it comes from. What `value` may be depends on the key it stands behind.
pub static ORIGIN: TableSpec = TableSpec {
    id: "origin",
    written: "the table of a value's origin",
    doc: "Any value may be written as a table that says where it comes from.",
    keys: &[&[
        key("value", Kind::Any, "the value itself").required(),
        key("source", Kind::Name(Names::Source), "where it was published"),
        key("evidence", Kind::Word(super::EVIDENCE), "how well it is known").default("the source's, else `assumed`"),
        key("note", Kind::Text, "a remark, printed with it"),
        key("precision", Kind::Quantity(Measure::Any), "how far off it may be, up or down")
            .default("half a unit of the last digit of a published percentage"),
    ]],
    groups: &[],
};
