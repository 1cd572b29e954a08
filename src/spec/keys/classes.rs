//! The classes of shares.

use super::{
    CAPITALIZATION, FRACTION, Group, Key, Kind, MONEY, MULTIPLE, NUMBER, Names, Need, PRICE, SOURCED, TableSpec, key,
};

/// `[[classes]]`.
pub(super) static CLASS: TableSpec = TableSpec {
    id: "classes",
    written: "[[classes]]",
    doc: "A class of shares and its terms. One that a round or a holding names need not be listed if the defaults hold.",
    keys: &[
        &[
            key("name", Kind::Name(Names::New), "its name").required(),
            key("kind", Kind::Word(&["common", "preferred"]), "common or preferred")
                .default("`common` for `\"Common\"`, else `preferred`")
                .term("OCF class type"),
            key("remove", Kind::YesNo, "drops the class of that name which the base file has"),
        ],
        TERMS,
        SOURCED,
    ],
    groups: GROUPS,
};

/// `[class_defaults]`.
pub(super) static CLASS_DEFAULTS: TableSpec = TableSpec {
    id: "class_defaults",
    written: "[class_defaults]",
    doc: "Terms of every preferred class that does not say otherwise.",
    keys: &[TERMS, SOURCED],
    groups: GROUPS,
};

const GROUPS: &[Group] = &[
    Group {
        alternatives: &[&["preference"], &["preference_total"]],
        need: Need::AtMostOne,
        help: "`preference` is a multiple of what was paid, `preference_total` the whole sum where prices are not public",
    },
    Group {
        alternatives: &[&["ipo_return"], &["ipo_discount"]],
        need: Need::AtMostOne,
        help: "a ratchet promises a return or a discount",
    },
];

const TERMS: &[Key] = &[
    key("original_issue_price", PRICE, "what one share cost when it was issued")
        .default("the round's")
        .term("NVCA Original Issue Price; OCF price per share"),
    key("conversion_price", PRICE, "the ratio of conversion is issue price / conversion price")
        .default("the issue price")
        .term("NVCA Conversion Price"),
    key("converts_into", Kind::Name(Names::Class), "the class it converts into").default("`\"Common\"`"),
    key("preference", MULTIPLE, "what it gets first in an exit, as a multiple of what was paid")
        .default("`\"1x\"`")
        .term("OCF liquidation preference multiple"),
    key("preference_total", MONEY, "the class's whole preference, where prices are not public; converts 1:1 unless said")
        .default("none"),
    key("seniority", NUMBER, "the higher is paid first, equal numbers share pro rata")
        .default("1")
        .term("OCF seniority; NVCA pari passu"),
    key(
        "participation",
        Kind::Either(&[Kind::Word(&["none", "full"]), MULTIPLE]),
        "whether it shares with the common after its preference: not, fully, or until it has had a multiple such as `\"3x\"` in all",
    )
    .default("`\"none\"`")
    .term("OCF participation cap"),
    key("anti_dilution", Kind::Word(&["none", "broad_based", "narrow_based", "full_ratchet"]), "protection against a lower price")
        .default("`\"none\"`")
        .term("NVCA weighted average"),
    key("anti_dilution_counts", CAPITALIZATION, "what counts in \"A\" of the weighted average")
        .default("broad: `outstanding_and_options`; narrow: none, must be said"),
    key("adjustment_in_price", Kind::YesNo, "adjustment shares are in the count the round's pre-money is divided by")
        .default("yes"),
    key("aggregation_days", NUMBER, "closings of one round within so many days of the first adjust as one issue")
        .default("90"),
    key(
        "anti_dilution_exempt",
        Kind::List(&Kind::Word(&["pool", "conversions", "warrants", "issuances"])),
        "issues that do not trigger it",
    )
    .default("`[\"pool\", \"conversions\"]`")
    .term("NVCA Exempted Securities"),
    key("ipo_return", FRACTION, "IPO ratchet: stock worth issue price x (1 + return) at the IPO price").default("none"),
    key("ipo_discount", FRACTION, "IPO ratchet: conversion at the IPO price less the discount").default("none"),
    key("ipo_ratchet_until", Kind::Date, "the last day of the ratchet").default("none"),
    key("pay_to_play", Kind::Name(Names::Class), "what the shares of a holder become that skips its pro rata")
        .default("none")
        .term("NVCA special mandatory conversion"),
    key("pay_to_play_ratio", Kind::Ratio, "new to old").default("the class's").with(&["pay_to_play"]),
    key(
        "pay_to_play_converts",
        Kind::Word(&["all", "shortfall"]),
        "all its shares, or the part of them that it left of its right",
    )
    .default("`\"all\"`")
    .term("NVCA applicable portion")
    .with(&["pay_to_play"]),
    key("dividend", Kind::Word(&["none", "non_cumulative", "cumulative"]), "whether dividends accrue")
        .default("`\"none\"`"),
    key("dividend_rate", FRACTION, "per year").default("0"),
    key(
        "dividend_compounding",
        Kind::Word(&["simple", "annual", "semi_annual", "quarterly", "monthly"]),
        "on anniversaries of the closing, then a simple stub",
    )
    .default("`\"simple\"`"),
    key("dividend_base", Kind::Word(&["issue_price", "preference"]), "what the rate is of").default("`\"issue_price\"`"),
    key(
        "dividend_payment",
        Kind::Word(&["accrues", "cash", "in_kind"]),
        "how it is paid; `in_kind`: in shares of the class at the issue price, on the anniversaries of its first issue, up to the last event or `as_of`",
    )
        .default("`\"accrues\"`"),
    key("dividend_on_conversion", Kind::Word(&["forfeited", "paid"]), "what becomes of it on conversion")
        .default("`\"forfeited\"`"),
    key("forced_conversion", FRACTION, "when more than this part of the preferred prefers to convert, all must")
        .default("none"),
    key("votes_per_share", NUMBER, "per share as converted").default("1").term("OCF votes per share"),
];
