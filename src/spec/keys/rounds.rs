//! Rounds and their tranches.

use super::head::ROUNDING;
use super::{
    CAPITALIZATION, COUNT, EVENT, FRACTION, Group, Key, Kind, MONEY, MONEY_OR_FRACTION, MapSpec, NUMBER, Names, Need,
    PRICE, SOURCED, Sign, TableSpec, key,
};

/// `[[rounds]]`.
pub(super) static ROUND: TableSpec = TableSpec {
    id: "rounds",
    written: "[[rounds]]",
    doc: "A financing. A round with one closing carries the keys of its tranche itself.",
    keys: &[ROUND_KEYS, CLOSING, EVENT, SOURCED],
    groups: &[
        Group {
            alternatives: &[&["pre_money"], &["post_money"], &["price_per_share"]],
            need: Need::One,
            help: "the others follow from it",
        },
        Group {
            alternatives: &[&["pool_target"], &["pool_increase"]],
            need: Need::AtMostOne,
            help: "`pool_target` is a part of the total after the round, `pool_increase` a number of shares",
        },
        Group {
            alternatives: &[
                &[
                    "participants",
                    "amount",
                    "status",
                    "condition",
                    "expires",
                    "probability",
                    "step_up",
                    "repeat",
                    "every",
                ],
                &["tranches"],
            ],
            need: Need::One,
            help: "put it on a tranche; a round with one closing has no tranches",
        },
    ],
};

const ROUND_KEYS: &[Key] = &[
    key("name", Kind::Name(Names::New), "also the stage in reports").required().term("OCF financing"),
    key("class", Kind::Name(Names::Class), "the class it issues").default("name + `\" Preferred\"`"),
    key("pre_money", MONEY, "the valuation before the new money"),
    key("post_money", MONEY, "the valuation after the whole round: pre-money = post-money - all its money"),
    key("price_per_share", PRICE, "the price of one share").term("NVCA Original Issue Price"),
    key("size", MONEY, "its whole new money; needed for percentages of it and `\"rest\"`")
        .default("the sum of the closings"),
    key("size_includes_conversions", Kind::YesNo, "the press's `size` includes converting principal and interest")
        .default("no"),
    key("hold", Kind::Word(&["price", "post_money"]), "what stays when amounts vary under `post_money` without `size`")
        .default("`\"price\"`"),
    key(
        "residue",
        Kind::Word(&["not_called", "kept"]),
        "what rounding leaves of a cheque: not called, or kept as paid-in",
    )
    .default("`\"not_called\"`"),
    key("capitalization", CAPITALIZATION, "what pre-money is divided by")
        .default("`fully_diluted` + converting securities + a pool increase borne by existing holders")
        .term("OCF capitalization definition rules"),
    key(
        "conversion_method",
        Kind::Word(&["pre_money", "percent_ownership", "dollars_invested"]),
        "how convertibles weigh on the price",
    )
    .default("`\"percent_ownership\"`"),
    key(
        "converts",
        Kind::Either(&[Kind::Word(&["eligible", "none"]), Kind::List(&Kind::Name(Names::Instrument))]),
        "which convertibles convert",
    )
    .default("`\"eligible\"`"),
    key("pool_target", FRACTION, "of the fully diluted total after the round; never shrinks a pool").default("none"),
    key(
        "pool_target_counts",
        Kind::Word(&["available", "all"]),
        "what the target counts; `all`: granted, promised, available",
    )
    .default("`\"available\"`")
    .with(&["pool_target"]),
    key("pool_borne_by", Kind::Word(&["existing", "everyone"]), "`existing`: it is in the pre-money")
        .default("`\"existing\"`")
        .with(&["pool_target", "pool_increase"]),
    key("pool_increase", COUNT, "in shares, instead of a target").default("none").zero_too(),
    key("plan", Kind::Name(Names::Plan), "the plan that grows")
        .default("`\"Option pool\"`")
        .with(&["pool_target", "pool_increase"]),
    key(
        "pay_to_play",
        Kind::YesNo,
        "shares of a holder that takes less than its pro rata become what their class says, before the round is priced",
    )
    .default("no"),
    key("pay_to_play_requires", FRACTION, "the part of its pro rata right a holder has to take")
        .default("100 %")
        .positive()
        .with(&["pay_to_play"]),
    key("rounding", Kind::Short(&ROUNDING, "preset"), "how this round rounds").default("the file's"),
    key("tranches", Kind::Tables(&TRANCHE), "its closings, where there are several"),
];

/// `[[rounds.tranches]]`.
static TRANCHE: TableSpec = TableSpec {
    id: "tranches",
    written: "[[rounds.tranches]]",
    doc: "One closing of a round: initial, additional or milestone.",
    keys: &[TRANCHE_KEYS, CLOSING, EVENT, SOURCED],
    groups: &[Group {
        alternatives: &[&["price_per_share"], &["pre_money"], &["step_up"]],
        need: Need::AtMostOne,
        help: "a closing at another price than the round's says so in one way",
    }],
};

const TRANCHE_KEYS: &[Key] = &[
    key("name", Kind::Name(Names::New), "stage `\"Round / Tranche\"`").default("its number"),
    key("price_per_share", PRICE, "a price of its own").default("the round's"),
    key("pre_money", MONEY, "a valuation of its own, just before this closing").default("the round's price"),
    key("class", Kind::Name(Names::Class), "the class it issues").default("the round's"),
];

/// What a tranche and a round with one closing share.
const CLOSING: &[Key] = &[
    key("amount", MONEY_OR_FRACTION, "its money, or a fraction of the round's `size`")
        .default("the sum of the participants"),
    key("participants", Kind::Map(&PARTICIPANTS), "who buys for how much").required_unless(&["tranches"]),
    key("status", Kind::Word(&["funded", "committed", "conditional"]), "how far the money is")
        .default("conditional with `condition`, `probability` or `only_if`, else committed (assumed)"),
    key("condition", Kind::Text, "in words, printed"),
    key("expires", Kind::Date, "after this day it cannot close").default("none"),
    key("probability", FRACTION, "for `simulate`; given that `only_if` holds").default("100 %"),
    key("step_up", FRACTION, "over the price of the closing before it in the file, whether or not that one closes")
        .default("none"),
    key("repeat", NUMBER, "so many equal closings, named with a number").default("1").positive(),
    key("every", Kind::Period, "the time between them").with(&["repeat"]).required_with(&["repeat"]),
];

static PARTICIPANTS: MapSpec = MapSpec {
    written: "participants",
    names: Names::Stakeholder,
    kind: Kind::Either(&[MONEY, FRACTION, Kind::Word(&["rest", "pro_rata"]), Kind::Table(&PARTICIPANT)]),
    replaceable: true,
    sign: Sign::Positive,
};

/// One participant that buys by shares or rights.
static PARTICIPANT: TableSpec = TableSpec {
    id: "participant",
    written: "a participant's table",
    doc: "Buys a number of shares, up to an ownership, or by its pro rata right.",
    keys: &[
        &[
            key("shares", COUNT, "so many shares"),
            key("ownership", FRACTION, "buys up to that part of the total after the round").positive().term("super pro rata"),
            key(
                "pro_rata",
                FRACTION,
                "the part of its right taken up: shares as converted over outstanding as converted + granted options + warrants, of the round's new shares",
            )
            .term("NVCA pro rata right"),
            key(
                "over_allotment",
                Kind::YesNo,
                "also takes what other right holders leave, pro rata among those who do; a holder with a right that takes nothing says `pro_rata = \"0%\"`",
            )
            .default("no")
            .term("NVCA fully exercising investors")
            .with(&["pro_rata"]),
            key("remove", Kind::YesNo, "drops the participant of that name which the base file has"),
        ],
        SOURCED,
    ],
    groups: &[Group {
        alternatives: &[&["shares"], &["ownership"], &["pro_rata"]],
        need: Need::One,
        help: "the others follow from it",
    }],
};
