//! Initial public offerings and the sale of the company.

use super::events::{BUYERS, SELLERS};
use super::{
    COUNT, EVENT, FRACTION, Group, Kind, MONEY, MONEY_OR_FRACTION, NAMED_EVENT, Names, Need, PRICE, SOURCED, TableSpec,
    key,
};

/// `[[ipos]]`.
pub(super) static IPO: TableSpec = TableSpec {
    id: "ipos",
    written: "[[ipos]]",
    doc: "An initial public offering. No primary shares is legal.",
    keys: &[
        NAMED_EVENT,
        &[
            key("class", Kind::Name(Names::Class), "the class offered").default("`\"Common\"`"),
            key("price_per_share", PRICE, "the price in the offering"),
            key("pre_money", MONEY, "the valuation before the new money, with what ratchets add"),
            key(
                "pre_money_counts",
                Kind::Word(&["without_pool", "with_pool", "tsm", "basic"]),
                "what the pre-money is divided by: everything fully diluted without or with the available pool, or \
                 outstanding shares with options and warrants by the treasury stock method or without them",
            )
            .default("`\"without_pool\"`"),
            key("primary_shares", COUNT, "new shares").zero_too(),
            key("primary_amount", MONEY, "new shares, in money").zero_too(),
            key("secondary_shares", COUNT, "shares that holders sell").zero_too(),
            key(
                "sellers",
                Kind::Either(&[Kind::Word(&["pro_rata"]), Kind::Map(&SELLERS)]),
                "who sells; other common becomes the class offered first",
            ),
            key("buyers", Kind::Map(&BUYERS), "who buys, the company's shares and the holders'")
                .default("one holder, `\"Public\"`"),
            key("greenshoe_shares", COUNT, "shares of the company that the underwriters may take besides").zero_too(),
            key("greenshoe_used", FRACTION, "how much of it they take").default("0 %").with(&["greenshoe_shares"]),
            key("underwriting_discount", MONEY, "what the underwriters keep").zero_too(),
            key("costs", MONEY, "what the offering costs").zero_too(),
            key("net_tangible_book_value", MONEY, "before the offering, once everything has converted").signed(),
            key(
                "converts",
                Kind::Either(&[Kind::Word(&["all", "none"]), Kind::List(&Kind::Name(Names::Any))]),
                "which preferred classes and convertibles become common",
            )
            .default("`\"all\"`"),
        ],
        EVENT,
        SOURCED,
    ],
    groups: &[
        Group {
            alternatives: &[&["price_per_share"], &["pre_money"]],
            need: Need::One,
            help: "the one follows from the other",
        },
        Group {
            alternatives: &[&["primary_shares"], &["primary_amount"]],
            need: Need::AtMostOne,
            help: "the one follows from the other",
        },
    ],
};

/// `[[exits]]`.
pub(super) static EXIT: TableSpec = TableSpec {
    id: "exits",
    written: "[[exits]]",
    doc: "The sale of the company (NVCA Deemed Liquidation Event); one per scenario. Options and warrants in the money take \
          part net of their exercise price.",
    keys: &[
        NAMED_EVENT,
        &[
            key("value", Kind::OneOrMore(&MONEY), "total price; a list is a column per value").required().zero_too(),
            key("debt", MONEY, "paid first, loans with their interest too").default("0").zero_too(),
            key("costs", MONEY_OR_FRACTION, "paid first").default("0").zero_too(),
            key("carve_out", MONEY_OR_FRACTION, "management plan: before the preferred").default("0").zero_too(),
            key("carve_out_to", Kind::Name(Names::Stakeholder), "who gets it").default("`\"Carve-out\"`"),
            key("escrow", FRACTION, "held back from all alike, shown apart").default("0"),
            key("pool_takes_part", Kind::YesNo, "available options as if issued at no price").default("no"),
            key(
                "election",
                Kind::Word(&["lot", "class"]),
                "who chooses preference or conversion: a lot is the shares of one issue price",
            )
            .default("`\"lot\"`"),
            key("acceleration", Kind::YesNo, "unvested options vest").default("as granted"),
        ],
        EVENT,
        SOURCED,
    ],
    groups: &[],
};
