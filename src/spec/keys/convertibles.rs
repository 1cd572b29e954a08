//! SAFEs and convertible notes.

use super::events::INTEREST;
use super::{
    CAPITALIZATION, EVENT, FRACTION, Group, Key, Kind, MONEY, MULTIPLE, Names, Need, PRICE, SOURCED, TableSpec, key,
};

/// `[[convertibles]]`.
pub(super) static CONVERTIBLE: TableSpec = TableSpec {
    id: "convertibles",
    written: "[[convertibles]]",
    doc: "A SAFE or convertible note (OCF convertible issuance). The lowest of cap price, discount price and round price \
          holds: a cap is never a floor, and a cap and a discount never add up.",
    keys: &[TERMS, INTEREST, EVENT, SOURCED],
    groups: &[
        Group {
            alternatives: &[&["post_money_cap"], &["pre_money_cap"], &["ownership"], &["conversion_price"]],
            need: Need::AtMostOne,
            help: "its price is capped or fixed in one way",
        },
        Group {
            alternatives: &[&["discount"], &["discount_rate"]],
            need: Need::AtMostOne,
            help: "a discount of 20 % is YC's Discount Rate of 80 %",
        },
    ],
};

const TERMS: &[Key] = &[
    key("name", Kind::Name(Names::New), "its name").required(),
    key("stakeholder", Kind::Name(Names::Stakeholder), "who holds it").required(),
    key("amount", MONEY, "purchase amount or principal").required(),
    key("kind", Kind::Word(&["safe", "note"]), "SAFE or note").required(),
    key("post_money_cap", MONEY, "the valuation cap, on the capitalization with all convertibles in it")
        .default("none")
        .term("YC Post-Money Valuation Cap"),
    key("pre_money_cap", MONEY, "the valuation cap, before the money")
        .default("none")
        .term("YC Valuation Cap before 2018"),
    key("discount", FRACTION, "`\"20%\"` is 20 % off the round price")
        .default("0")
        .term("YC's Discount Rate is then 80 %"),
    key("discount_rate", FRACTION, "what is paid of the round price: `\"80%\"` is a discount of 20 %")
        .default("100 %")
        .positive()
        .term("YC Discount Rate"),
    key("ownership", FRACTION, "a fixed part of the capitalization")
        .default("none")
        .positive()
        .term("OCF percent capitalization"),
    key("mfn", Kind::YesNo, "takes the terms of one whole later convertible").default("no").term("YC MFN"),
    key("mfn_adopts", Kind::Name(Names::Instrument), "`\"best\"`, `\"none\"` or its name")
        .default("`\"best\"`")
        .with(&["mfn"]),
    key("capitalization", CAPITALIZATION, "what a cap is divided by")
        .default("`post_money_safe`; with a pre-money cap `pre_money_safe`, also for notes (then assumed)")
        .term("OCF capitalization definition rules"),
    key("converts_into", Kind::Name(Names::Class), "preference per share = the conversion price")
        .default("the round's class"),
    key("pro_rata", Kind::YesNo, "the right, printed; its use is in `participants`").default("no"),
    key("conversion_price", PRICE, "a fixed price instead of a cap").default("none"),
    key(
        "converted_preference",
        Kind::Word(&["conversion_price", "round_price", "common"]),
        "preference per share after conversion",
    )
    .default("`\"conversion_price\"`"),
    key("qualified_financing", MONEY, "a smaller round does not convert it").default("0").zero_too(),
    key("interest_paid", Kind::Word(&["shares", "cash", "waived"]), "`shares`: converts with the principal")
        .default("`\"shares\"`"),
    key("maturity", Kind::Date, "when it is due").default("none"),
    key("at_maturity", Kind::Word(&["outstanding", "convert", "repay"]), "what becomes of it; `convert`: at the cap")
        .default("`\"outstanding\"`")
        .with(&["maturity"]),
    key(
        "exit_multiple",
        MULTIPLE,
        "in a sale: this multiple of the balance, or conversion at the cap, whichever is more",
    )
    .default("`\"1x\"`")
    .term("OCF exit multiple"),
];
