//! A test for each finding, with its exact words.

use super::{added, findings, sound};

/// One round, complete but for what is added to it.
fn round(lines: &str) -> Vec<String> {
    added(&format!("[[rounds]]\nname = \"A\"\nparticipants = {{ ada = \"1M\" }}\n{lines}"))
}

fn one(found: &[String], expected: &str) {
    assert_eq!(found.len(), 1, "{found:#?}");
    let without_keys = found[0].split("keys allowed here").next().unwrap_or_default();
    assert_eq!(without_keys.trim_end_matches([' ', '|']), expected);
}

#[test]
fn unknown_keys_and_tables() {
    one(&round("pre_mony = \"1B\""), "E0101 6:1 unknown key `pre_mony` in `[[rounds]]` | did you mean `pre_money`?");
    one(
        &round("pre_money = \"1B\"\ncolour = \"red\""),
        "E0101 7:1 unknown key `colour` in `[[rounds]]` | not a key of this table",
    );
    let found = added("[[round]]\nname = \"A\"");
    assert!(
        found[0].starts_with("E0102 3:3 unknown table `[[round]]` | did you mean `[[rounds]]`? | tables: [sources]")
    );
    assert_eq!(found.len(), 1, "{found:#?}");
    one(
        &findings("titel = \"x\"\nopening = { holdings = [{ stakeholder = \"ada\", shares = 5 }] }"),
        "E0101 1:1 unknown key `titel` in the head of the file | did you mean `title`?",
    );
    one(
        &round("valuation = \"1B\""),
        "E0101 6:1 unknown key `valuation` in `[[rounds]]` | this is called otherwise here | say which: `pre_money` or `post_money`",
    );
}

#[test]
fn lines_below_the_wrong_header() {
    one(
        &round("pre_money = \"1B\"\nexpect = [{ pre_money = \"1B\" }]"),
        "E0103 7:1 `expect` is not a key of `[[rounds]]` | this line belongs to `[[rounds]]`: TOML puts it under the last \
         header | move it to the top of the file, or write `[[expect]]`",
    );
    one(
        &findings("[opening]\nholdings = [{ stakeholder = \"ada\", shares = 5 }]\ntitle = \"x\""),
        "E0103 3:1 `title` is not a key of `[opening]` | this line belongs to `[opening]`: TOML puts it under the last \
         header | move it to the top of the file",
    );
    one(
        &added("[[expect]]\n[expect.shares]\nada = 5\ntolerance = 0"),
        "E0103 6:1 `tolerance` stands below `[expect.shares]` and is read as a name in it | this line belongs to \
         `[expect.shares]`: TOML puts it under the last header | move it above `[expect.shares]`, or write `shares = { ... \
         }` on one line",
    );
}

#[test]
fn missing_keys() {
    one(
        &findings("opening = { holdings = [{ stakeholder = \"ada\", shares = 5 }] }"),
        "E0104 1:1 the head of the file has no `title` | `title` is missing | add `title = ...`: what the scenario shows, in one line",
    );
    one(
        &findings("title = \"x\"\n[opening]\nholdings = []"),
        "E0104 3:12 `[opening]` has no `holdings` | `holdings` is empty | add `holdings = ...`: one row per position",
    );
    one(
        &round(""),
        "E0106 3:1 `[[rounds]]` \"A\" needs `pre_money`, `post_money` or `price_per_share` | one of them is missing | add \
         one of them",
    );
    one(
        &added("[[rounds]]\nname = \"A\"\npre_money = 5"),
        "E0106 3:1 `[[rounds]]` \"A\" needs `participants`, or tranches with them | nobody buys here | say who buys for how \
         much: `participants = { holder = \"10M\" }`",
    );
    one(
        &added("[[commitments]]\nto = \"ada\""),
        "E0104 3:1 `[[commitments]]` has no `amount` | `amount` is missing | add `amount = ...`: how much in all",
    );
    one(
        &findings("title = \"x\"\nopening = { holdings = [{ shares = 5 }] }"),
        "E0104 2:25 a row of `holdings` has no `stakeholder` | `stakeholder` is missing | add `stakeholder = ...`: who holds it",
    );
    one(
        &round("pre_money = { source = \"s\" }"),
        "E0104 6:13 `pre_money` has an origin but no `value` | `value` is missing | write { value = ..., source = \"...\" }",
    );
}

#[test]
fn keys_that_exclude_each_other() {
    let text = sound("[[rounds]]\nname = \"A\"\nparticipants = { ada = 5 }\npre_money = 5\npost_money = 9");
    one(
        &findings(&text),
        "E0105 7:1 `pre_money` and `post_money` exclude each other in `[[rounds]]` | give only one of them | the others \
         follow from it",
    );
    let loaded = super::load_text("test", &text);
    let other = &loaded.findings.0[0].related[0];
    assert_eq!((loaded.sources.text(other.span), other.label.as_str()), ("pre_money", "the other one"));
    one(
        &added("variables = { x = { value = 5, low = 3 } }"),
        "E0105 3:32 `value` and `low` exclude each other in `[variables]` | give only one of them | a variable is one value, \
         a range or distribution, or tied to another by `of`",
    );
}

#[test]
fn brackets() {
    one(
        &added("[rounds]\nname = \"A\"\npre_money = 5\nparticipants = { ada = 5 }"),
        "E0107 3:1 `rounds` is a list of tables, not one table | expected [[rounds]] | write `[[rounds]]`",
    );
    one(
        &findings("title = \"x\"\n[[opening]]\nholdings = [{ stakeholder = \"ada\", shares = 5 }]"),
        "E0107 2:1 `opening` is one table, not a list of tables | expected [opening] | write `[opening]`",
    );
}

#[test]
fn a_round_with_tranches() {
    one(
        &round("pre_money = 5\n[[rounds.tranches]]\nparticipants = { ada = 5 }"),
        "E0108 5:1 `participants` stands on a round that has tranches | this belongs to one closing | put it on a tranche; a \
         round with one closing has no tranches",
    );
}

#[test]
fn keys_that_need_another() {
    one(
        &round("pre_money = 5\nplan = \"Pool\""),
        "E0109 7:1 `plan` without `pool_target` or `pool_increase` | means something only beside `pool_target` or \
         `pool_increase` | add `pool_target` or `pool_increase`, or remove `plan`",
    );
}

#[test]
fn fractions_and_rests_of_nothing() {
    let with = |participants: &str| {
        added(&format!("[[rounds]]\nname = \"A\"\npre_money = 5\nparticipants = {{ ada = {participants} }}"))
    };
    one(
        &with("\"30%\""),
        "E0112 6:24 `ada` in \"A\" is a fraction of what? | there is no whole to take a part of | give the tranche an \
         `amount` or the round a `size`",
    );
    one(
        &with("\"rest\""),
        "E0113 6:24 `ada` takes the rest of what? | there is no whole to leave a rest of | give the tranche an `amount` or \
         the round a `size`",
    );
    one(
        &round("pre_money = 5\namount = \"60%\""),
        "E0112 7:10 `amount` in \"A\" is a fraction of what? | there is no whole to take a part of | give the round a `size`",
    );
}

#[test]
fn wrong_kinds() {
    one(
        &findings(&sound("").replace("\"Test\"", "5")),
        "E0201 1:9 `title` is a number, not text | expected text | write \"5\"",
    );
    one(
        &round("pre_money = { low = 5, high = 9 }"),
        "E0201 6:13 `pre_money` is a table, not money such as \"50B\" | expected money such as \"50B\" | ranges belong to \
         `[variables]`: write `pre_money = \"$name\"` and give `name` its range there",
    );
    one(
        &added("[[expect]]\nshares = 5"),
        "E0201 4:10 `shares` is a number, not a table such as { name = 8_000_000 } | expected a table such as { name = \
         8_000_000 } | whose? write `shares = { name = 8_000_000 }`",
    );
    one(
        &added("[[expect]]\npre_money = { ada = 5 }"),
        "E0201 4:13 `pre_money` is a table, not money such as \"50B\" or a list of them | expected money such as \"50B\" or a \
         list of them | this is one figure for the whole company, not one per name",
    );
    one(
        &added("[[option_grants]]\nstakeholder = \"\"\noptions = 5"),
        "E0201 4:15 `stakeholder` is empty | expected the name of a stakeholder | write the name between the quotes",
    );
}

#[test]
fn numbers() {
    one(
        &round("pre_money = \"50b\""),
        "E0202 6:13 \"50b\" is not a number | expected money such as \"50B\" | write \"50B\"",
    );
    one(
        &round("pre_money = nan"),
        "E0202 6:13 nan is not a number | expected money such as \"50B\" | write a number; leave the key out if there is none",
    );
    one(
        &round("pre_money = 5\npool_target = 20"),
        "E0203 7:15 20 is 2000 % | a bare number is a fraction of one | write \"20%\"",
    );
    one(
        &round("pre_money = 0"),
        "E0204 6:13 `pre_money` is zero | expected a number above zero | leave the line out if there is none",
    );
    one(
        &round("pre_money = -5"),
        "E0204 6:13 `pre_money` is negative: -5 | expected a number above zero | write it without the minus sign if that is meant",
    );
    one(
        &round("pre_money = \"$50B\""),
        "E0205 6:13 no variable `50B` | `$` marks a variable | for money write \"50B\"",
    );
    one(
        &round("pre_money = \"$50bn\""),
        "E0205 6:13 no variable `50bn` | `$` marks a variable | for money write \"50B\"",
    );
    one(
        &round("pre_money = 1e400"),
        "E0209 6:13 1e400 cannot be kept exactly | more than 28 digits | write it with at most 28 digits before and after \
         the point together",
    );
    one(
        &added("[[rounds]]\nname = \"A\"\npre_money = 5\nsize = 9\nparticipants = { ada = 0.3 }"),
        "E0210 7:24 `ada` = 0.3 could be money or a fraction | expected money, or a fraction with its percent sign | write \
         \"30%\" for the fraction",
    );
}

#[test]
fn neither_a_number_nor_a_word() {
    let with = |participants: &str| {
        added(&format!("[[rounds]]\nname = \"A\"\npre_money = 5\nsize = 9\nparticipants = {{ ada = {participants} }}"))
    };
    let expected = "money such as \"50B\", a fraction such as \"27%\", \"rest\", \"pro_rata\" or a table";
    let help = "write \"50B\"; the currency is set once per file";
    one(&with("\"€50bn\""), &format!("E0206 7:24 `ada` cannot be \"€50bn\" | expected {expected} | {help}"));
    one(&with("\"lots\""), &format!("E0206 7:24 `ada` cannot be \"lots\" | expected {expected} | `ada` is {expected}"));
    one(
        &findings(&sound("").replace("\"Test\"", "\"Test\"\nrounding = \"closing-uk\"")),
        "E0206 2:12 `rounding` cannot be \"closing-uk\" | did you mean \"closing-us\"? | `rounding` is \"exact\", \"closing-us\" \
         or \"law-firm\"",
    );
}

#[test]
fn words_dates_periods_and_ratios() {
    one(
        &round("pre_money = 5\nhold = \"prices\""),
        "E0206 7:8 `hold` cannot be \"prices\" | did you mean \"price\"? | `hold` is \"price\" or \"post_money\"",
    );
    one(
        &round("pre_money = 5\nhold = \"Post-money\""),
        "E0206 7:8 `hold` cannot be \"Post-money\" | did you mean \"post_money\"? | `hold` is \"price\" or \"post_money\"",
    );
    one(
        &round("pre_money = 5\ndate = \"2026-03-31\""),
        "E0207 7:8 the date \"2026-03-31\" is in quotes | expected a date without quotes | write 2026-03-31",
    );
    one(
        &round("pre_money = 5\ndate = 2026-03-31T10:00:00"),
        "E0207 7:8 `2026-03-31T10:00:00` has a time of day | expected a date | write 2026-03-31",
    );
    one(
        &round("pre_money = 5\ndate = \"2026-03\""),
        "E0207 7:8 \"2026-03\" is not a date | expected a date such as 2026-03-31 | write year-month-day, such as \
         2026-03-31, without quotes",
    );
    one(
        &round("pre_money = 5\nstatus = \"reported\""),
        "E0208 7:10 `status` of a closing cannot be \"reported\" | here `status` says how far the money is: \"funded\", \
         \"committed\" or \"conditional\" | how well a figure is known is `evidence = \"reported\"`",
    );
    one(
        &round("pre_money = 5\nrepeat = 3\nevery = \"1 quarter\""),
        "E0211 8:9 \"1 quarter\" is not a period | expected a whole number of days, months or years | write \"3 months\"",
    );
    for ratio in ["\"10:1\"", "\"1:100\"", "\"1.5:1\"", "\"3/2\"", "10", "0.1"] {
        assert_eq!(added(&format!("[[splits]]\nratio = {ratio}")), Vec::<String>::new());
    }
    one(
        &added("[[splits]]\nratio = \"10 for 1\""),
        "E0212 4:9 \"10 for 1\" is not a ratio | expected new to old, both above zero | write \"10:1\" to make ten of one, \
         \"1:10\" to make one of ten",
    );
}

#[test]
fn lists_in_an_expectation_line_up() {
    one(
        &added("[[expect]]\nafter = [\"A\", \"B\"]\nshares = { ada = [1, 2, 3], ben = 5 }"),
        "E0213 5:18 `after` has 2 items and `ada` has 3 items | 3 items here | lists in one `[[expect]]` line up: give each \
         the same length, or one value for all",
    );
    assert_eq!(added("[[expect]]\nafter = [\"A\", \"B\"]\nshares = { ada = [1, 2], ben = 5 }"), Vec::<String>::new());
}

#[test]
fn a_plain_valuation_cap() {
    let found = added(
        "[[convertibles]]\nname = \"S\"\nkind = \"safe\"\nstakeholder = \"ada\"\namount = 5\nvaluation_cap = \"8M\"",
    );
    one(
        &found,
        "E0110 8:1 `valuation_cap` does not say what it is a cap on | say which | write `post_money_cap` (YC since 2018) or \
         `pre_money_cap`",
    );
}

#[test]
fn mistakes_of_syntax() {
    one(
        &round("pre_money = 50B"),
        "E0001 6:13 not valid TOML: string values must be quoted | text and numbers with an ending need quotes | write \"50B\"",
    );
    one(
        &round("pre_money = "),
        "E0001 6:13 not valid TOML: missing value | a value is missing | write `key = value`, or remove the line",
    );
    let text = sound("[[rounds]]\nname = \"A\"\npre_money = 5\npre_money = 6");
    one(&findings(&text), "E0002 6:1 `pre_money` is given twice | the second time | remove one of the two");
    let loaded = super::load_text("test", &text);
    let first = &loaded.findings.0[0].related[0];
    assert_eq!((loaded.sources.line_and_column(first.span), first.label.as_str()), ((5, 1), "the first time"));
}

#[test]
fn one_mistake_is_one_finding() {
    one(
        &round("pre_money = 5\nprice = 5\ncolour = 1\nshade = 2\nhue = 3")
            .iter()
            .filter(|line| line.contains("colour"))
            .cloned()
            .collect::<Vec<_>>(),
        "E0101 8:1 unknown keys `colour`, `shade` and `hue` in `[[rounds]]` | not a key of this table | is a header such as \
         [[rounds]] missing above these lines?",
    );
    one(
        &findings("title = \"x\"\nopening = { holdings = [{ stakeholder = \"ada\", share = 5 }] }"),
        "E0101 2:48 unknown key `share` in a row of `holdings` | did you mean `shares`?",
    );
    one(
        &round("pre_money = 5\nname = \"B\"\npre_money = 5\nparticipants = { ada = 5 }"),
        "E0002 7:1 `name`, `pre_money` and `participants` are given twice in one table | the second time | is a header such \
         as [[rounds]] missing above these lines? Else remove one of each two",
    );
    one(
        &added("[[expect]]\nafter = [\"A\",\n[[splits]]\nratio = 7\n"),
        "E0001 6:1 not valid TOML: missing comma between array elements | a comma or a bracket is missing | put a comma \
         between the two, or close the list or table",
    );
}

#[test]
fn every_problem_of_a_file_is_found_at_once() {
    let codes: Vec<String> = findings(include_str!("many_mistakes.toml"))
        .iter()
        .map(|finding| finding.split(' ').next().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(
        codes,
        ["E0101", "E0207", "E0101", "E0202", "E0204", "E0102", "E0205", "E0105", "E0203", "E0206", "E0208", "E0103"]
    );
}
