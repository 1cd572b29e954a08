//! The command as a user meets it: one sentence a test.

mod support;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use support::{
    SEED, capstruct, capstruct_in, capstruct_into, command, ended, files_below, has_ending, project, scenario_names,
    scenarios, temporary,
};

// list

#[test]
fn list_names_every_scenario_with_its_title() {
    let ended = capstruct("list --width 200").code(0).without_complaint();
    for name in scenario_names(&project().join("scenarios")) {
        assert!(ended.stdout.contains(&name), "{name} is listed");
    }
    ended.says("OpenAI's closed $122B round, with and without Amazon's conditional $35B");
}

#[test]
fn list_is_data_where_asked() {
    let csv = capstruct("list --format csv").code(0);
    assert!(csv.stdout.starts_with("name,title\r\n"), "{}", csv.stdout);
    let json = capstruct("list --format json").code(0);
    let list: serde_json::Value = serde_json::from_str(&json.stdout).expect("JSON");
    assert_eq!(list["scenarios"].as_array().map(Vec::len), Some(scenario_names(&project().join("scenarios")).len()));
}

#[test]
fn list_shows_a_wrong_file_as_wrong_and_goes_on() {
    let folder = scenarios(&[("right", SEED), ("wrong", "title = 7\n")]);
    capstruct_in(folder.path(), "list").code(0).says("A seed round").says("(has errors: capstruct check wrong)");
}

// check

#[test]
fn check_prints_each_figure_with_expected_computed_tolerance_and_verdict() {
    capstruct("check openai-amazon-50b --width 120")
        .code(0)
        .without_complaint()
        .says("Figure")
        .says("ownership of Amazon")
        .says("6.0241%   6.0240963855%")
        .says("±0.00005%")
        .says("openai-amazon-50b: 27 of 27 figures");
}

#[test]
fn check_without_a_name_checks_every_scenario() {
    let ended = capstruct("check --quiet").code(0);
    assert_eq!(ended.stdout, "", "nothing misses, so nothing is said");
}

#[test]
fn check_prints_one_json_object_a_figure() {
    let ended = capstruct("check openai-amazon-50b rules/priced-once --format json").code(0).without_complaint();
    let mut figures = 0;
    for line in ended.stdout.lines() {
        let figure: serde_json::Value = serde_json::from_str(line).expect("one object a line");
        for key in ["scenario", "figure", "under", "expected", "computed", "tolerance", "ok", "at"] {
            assert!(!figure[key].is_null(), "{key} in {line}");
        }
        assert_eq!(figure["ok"], true, "{line}");
        figures += 1;
    }
    assert!(figures > 27, "{figures} figures");
}

#[test]
fn check_of_a_figure_that_does_not_come_out_is_exit_code_1() {
    let folder = scenarios(&[("seed", &SEED.replace("20.00%", "25.00%"))]);
    capstruct_in(folder.path(), "check seed")
        .code(1)
        .says("MISS")
        .says("(scenarios/seed.toml:14)")
        .says("seed: 0 of 1 figures");
    capstruct_in(folder.path(), "check seed --quiet").code(1).says("MISS");
    let json = capstruct_in(folder.path(), "check seed --format json").code(1);
    assert!(json.stdout.contains(r#""computed":0.2,"#) && json.stdout.contains(r#""ok":false"#), "{}", json.stdout);
}

#[test]
fn check_of_bad_input_is_exit_code_2_and_does_not_keep_the_others_from_being_checked() {
    let folder =
        scenarios(&[("a-wrong", "title = 7\n"), ("b-right", SEED), ("c-missing", &SEED.replace("20.00", "21.00"))]);
    capstruct_in(folder.path(), "check")
        .code(2)
        .complains("scenarios/a-wrong.toml:1:9")
        .says("b-right: 1 of 1 figures")
        .says("c-missing: 0 of 1 figures");
}

#[test]
fn check_shows_findings_as_json_where_that_is_the_format() {
    let folder = scenarios(&[("wrong", &SEED.replace("pre_money", "pre_mony"))]);
    let ended = capstruct_in(folder.path(), "check wrong --format json").code(2).without_complaint();
    let findings: serde_json::Value = serde_json::from_str(&ended.stdout).expect("JSON");
    assert_eq!(findings[0]["code"], "E0101");
    assert_eq!(findings[0]["file"], "scenarios/wrong.toml");
    assert_eq!(findings[0]["line"], 10);
    assert_eq!(findings[0]["column"], 1);
}

// run

#[test]
fn run_prints_tables_and_writes_files() {
    let out = temporary();
    let ended = capstruct_into(out.path(), "run openai-amazon-50b --width 100").code(0).without_complaint();
    let rung = "Amazon                                                         6.0%    6.0%";
    ended.says("Ownership by stage").says(rung).says("wrote 10 files to");
    let expected = [
        "openai-amazon-50b/assumptions.csv",
        "openai-amazon-50b/bridge-microsoft.png",
        "openai-amazon-50b/cash.csv",
        "openai-amazon-50b/dilution.csv",
        "openai-amazon-50b/funding-ladder.png",
        "openai-amazon-50b/ledger.csv",
        "openai-amazon-50b/ownership-by-stage.png",
        "openai-amazon-50b/ownership-now.png",
        "openai-amazon-50b/ownership.csv",
        "openai-amazon-50b/rounds.csv",
    ];
    assert_eq!(files_below(out.path()), expected);
}

#[test]
fn run_keeps_to_the_width_of_the_terminal() {
    for width in [80, 200] {
        let out = temporary();
        for name in ["openai-2026-closed", "startup-seed-to-b", "rules/tender-and-tranche-prices"] {
            let line = format!("run {name} --no-charts --width {width}");
            let ended = capstruct_into(out.path(), &line).code(0);
            for line in ended.stdout.lines().filter(|line| !line.starts_with("wrote ")) {
                let columns = unicode_width::UnicodeWidthStr::width(line);
                assert!(columns <= width, "{name}: {columns} columns of {width}: {line}");
            }
        }
    }
}

#[test]
fn run_writes_csv_and_json_for_machines() {
    let out = temporary();
    let csv = capstruct_into(out.path(), "run openai-amazon-50b --no-charts --format csv").code(0);
    let file = fs::read_to_string(out.path().join("openai-amazon-50b/ownership.csv")).expect("the file");
    assert_eq!(csv.stdout, file, "standard output is ownership.csv and nothing else");
    let json = capstruct_into(out.path(), "run openai-amazon-50b --no-charts --format json").code(0);
    let tables: serde_json::Value = serde_json::from_str(&json.stdout).expect("JSON");
    for table in ["ownership", "dilution", "rounds", "ledger", "assumptions", "cash"] {
        assert!(tables[table].as_array().is_some_and(|rows| !rows.is_empty()), "{table}");
    }
}

#[test]
fn run_writes_markdown_that_is_all_tables() {
    let out = temporary();
    capstruct_into(out.path(), "run openai-amazon-50b --no-charts --format markdown")
        .code(0)
        .says("### Ownership by stage, fully diluted (funding all, case base)")
        .says("| Amazon ")
        .says("| ---");
}

#[test]
fn run_says_nothing_where_asked_to_be_quiet() {
    let out = temporary();
    let ended = capstruct_into(out.path(), "run rules/pre-money-at-every-closing --no-charts --quiet").code(0);
    assert_eq!((ended.stdout.as_str(), ended.stderr.as_str()), ("", ""));
}

#[test]
fn run_of_another_case_rung_or_value_has_a_folder_of_its_own() {
    let out = temporary();
    for (flags, folder) in [
        ("", "openai-amazon-50b"),
        ("--case low", "openai-amazon-50b+case-low"),
        ("--funding funded", "openai-amazon-50b+funding-funded"),
        ("--set nvidia=20B", "openai-amazon-50b+nvidia-20b"),
        (
            "--case high --funding committed --set nvidia=20B",
            "openai-amazon-50b+case-high+funding-committed+nvidia-20b",
        ),
    ] {
        capstruct_into(out.path(), &format!("run openai-amazon-50b --no-charts {flags}")).code(0);
        assert!(out.path().join(folder).join("ownership.csv").is_file(), "{flags} is in {folder}");
    }
}

#[test]
fn run_changes_with_case_rung_and_value() {
    let out = temporary();
    let last = |flags: &str, who: &str| {
        let line = format!("run openai-amazon-50b --no-charts --format csv {flags}");
        let ended = capstruct_into(out.path(), &line).code(0);
        let mut rows = ended.stdout.lines().filter(|row| row.contains(&format!(",{who},")) && row.contains(",total,"));
        rows.next_back().map(|row| row.split(',').nth(9).unwrap_or_default().to_owned())
    };
    assert_eq!(last("", "Amazon").as_deref(), Some("0.060240963855"));
    assert_eq!(last("--case low", "Amazon").as_deref(), Some("0.012048192771"));
    assert_eq!(last("--set amazon=41.5B", "Amazon").as_deref(), Some("0.05"));
    assert_eq!(last("--set nvidia=20B", "Nvidia").as_deref(), Some("0.024096385542"));
    assert_eq!(last("--funding funded", "SoftBank").as_deref(), Some("0.11"));
}

#[test]
fn run_of_several_goes_on_past_a_wrong_one() {
    let folder = scenarios(&[("a", SEED), ("b", "title = 7\n"), ("c", SEED)]);
    capstruct_in(folder.path(), "run a b c --no-charts --quiet").code(2).complains("scenarios/b.toml:1:9");
    assert!(folder.path().join("outputs/a/ownership.csv").is_file());
    assert!(folder.path().join("outputs/c/ownership.csv").is_file());
    assert!(!folder.path().join("outputs/b").exists());
}

#[test]
fn run_removes_what_an_earlier_run_wrote_and_nothing_else() {
    let folder = scenarios(&[("seed", SEED)]);
    let out = folder.path().join("outputs/seed");
    fs::create_dir_all(&out).expect("a folder");
    for file in ["bridge-somebody.png", "notes.csv", "letter.txt"] {
        fs::write(out.join(file), "mine").expect("a file");
    }
    capstruct_in(folder.path(), "run seed --no-charts --quiet").code(0);
    let left = files_below(&out);
    assert!(!left.iter().any(|file| file == "bridge-somebody.png"), "a chart of an earlier run is gone: {left:?}");
    assert!(left.iter().any(|file| file == "notes.csv") && left.iter().any(|file| file == "letter.txt"), "{left:?}");
}

#[test]
fn run_takes_a_file_path_and_a_unique_stem() {
    let folder = scenarios(&[("deals/seed", SEED)]);
    for name in ["deals/seed", "seed", "scenarios/deals/seed.toml", "./scenarios/deals/seed.toml"] {
        capstruct_in(folder.path(), &format!("run {name} --no-charts --quiet")).code(0);
    }
    assert!(folder.path().join("outputs/deals/seed/ownership.csv").is_file());
}

#[test]
fn a_value_that_cannot_be_set_says_why() {
    capstruct("run openai-amazon-50b --set amazon=lots").code(2).complains("[E0407]").complains("50B or 27%");
    capstruct("run openai-amazon-50b --set oracle=1B")
        .code(2)
        .complains("[E0403]")
        .complains("amazon, softbank, nvidia");
    capstruct("run openai-amazon-50b --set amazon").code(2).complains("expected NAME=VALUE");
}

#[test]
fn the_starting_table_can_be_read_from_another_folder() {
    let folder = scenarios(&[("seed", SEED)]);
    let line = format!("--scenarios {}/scenarios check seed", folder.path().display());
    capstruct(&line).code(0).says("seed: 1 of 1 figures");
}

#[test]
fn run_warns_of_a_safe_that_nothing_converts() {
    let safe = r#"
[[convertibles]]
name                = "Bridge"
kind                = "safe"
stakeholder         = "fund"
amount              = "500k"
post_money_cap      = "8M"
qualified_financing = "5M"
"#;
    let folder = scenarios(&[("seed", &SEED.replace("[[rounds]]", &format!("{safe}\n[[rounds]]")))]);
    capstruct_in(folder.path(), "run seed --no-charts")
        .code(0)
        .complains("warning[W0490]: \"Bridge\" is still outstanding at the end")
        .complains("it is no share and in no ownership");
}

#[test]
fn run_warns_of_what_a_lower_rung_has_to_leave_out() {
    let grant = r#"
[[rounds.tranches]]
status       = "conditional"
condition    = "a customer"
participants = { fund = "2M" }

[[option_grants]]
name        = "Hires"
stakeholder = "founders"
options     = 500_000
"#;
    let text = SEED
        .replace("participants = { fund = \"2M\" }\n", &format!("pool_increase = 1_000_000\n{grant}"))
        .replace("20.00%", "18.18%");
    let folder = scenarios(&[("seed", &text)]);
    capstruct_in(folder.path(), "run seed --no-charts")
        .code(0)
        .complains("warning[W0601]: on the rung \"funded\", left out:");
}

// compare

#[test]
fn compare_sets_scenarios_side_by_side_with_the_inputs_that_differ_first() {
    let out = temporary();
    let ended = capstruct_into(out.path(), "compare openai-amazon-50b openai-amazon-50b-pre --width 100").code(0);
    let inputs = ended.stdout.find("post-money of Series C").expect("the inputs that differ");
    let ownership = ended.stdout.find("Ownership, fully diluted, compared with openai-amazon-50b").expect("ownership");
    assert!(inputs < ownership);
    ended.says("Amazon                                      6.0%                   5.4%     −0.6 pt");
    let folder = out.path().join("compare/openai-amazon-50b-vs-openai-amazon-50b-pre");
    assert_eq!(files_below(&folder), ["comparison.csv", "comparison.png"]);
}

#[test]
fn compare_takes_several_and_a_stage() {
    let out = temporary();
    capstruct_into(out.path(), "compare openai-2026-announced openai-2026-closed openai-one-price --after 'Series C'")
        .code(0)
        .says("openai-one-price");
}

#[test]
fn compare_refuses_a_stage_that_one_of_them_has_not() {
    let out = temporary();
    capstruct_into(out.path(), "compare openai-one-price startup-seed-to-b --after 'Series C'")
        .code(2)
        .complains("[E0902]")
        .complains("`startup-seed-to-b` has no stage `Series C`");
    assert!(files_below(out.path()).is_empty());
}

#[test]
fn compare_refuses_two_currencies() {
    let euros =
        SEED.replace("[opening]", "[opening]\ndate = 2026-01-01").replacen("title", "currency = \"EUR\"\ntitle", 1);
    let folder = scenarios(&[("dollars", SEED), ("euros", &euros)]);
    capstruct_in(folder.path(), "compare dollars euros").code(2).complains("[E0901]").complains("nothing is converted");
}

// chart

#[test]
fn chart_draws_every_kind_or_those_that_are_named() {
    let out = temporary();
    capstruct_into(out.path(), "chart openai-2026-closed --quiet").code(0);
    let all = ["bridge-microsoft.png", "funding-ladder.png", "ownership-by-stage.png", "ownership-now.png"];
    assert_eq!(files_below(&out.path().join("openai-2026-closed")), all);
    let out = temporary();
    capstruct_into(out.path(), "chart openai-2026-closed now --quiet").code(0);
    assert_eq!(files_below(out.path()), ["openai-2026-closed/ownership-now.png"]);
}

#[test]
fn chart_draws_the_bridge_of_the_holder_that_is_named() {
    let out = temporary();
    capstruct_into(out.path(), "chart openai-2026-closed bridge --holder softbank --svg")
        .code(0)
        .says("openai-2026-closed/bridge-softbank.svg");
    capstruct_into(out.path(), "chart openai-2026-closed --holder nobody")
        .code(2)
        .complains("[E0905]")
        .complains("the holders are openai-foundation");
}

#[test]
fn chart_writes_svg_that_is_xml_and_holds_its_text() {
    let out = temporary();
    capstruct_into(out.path(), "chart openai-2026-closed --svg --quiet").code(0);
    for file in files_below(out.path()) {
        let text = fs::read_to_string(out.path().join(&file)).expect("UTF-8");
        assert!(text.starts_with("<svg ") && text.trim_end().ends_with("</svg>"), "{file}");
        assert!(text.contains("openai-2026-closed"), "{file} names its scenario");
    }
}

#[test]
fn chart_of_nothing_says_so() {
    let opening = SEED.split("[[rounds]]").next().expect("the opening").replace(", fund = \"Seed Fund\"", "");
    let folder = scenarios(&[("alone", &opening)]);
    capstruct_in(folder.path(), "chart alone ladder").code(2).complains("[E0903]").complains("it has no round");
    capstruct_in(folder.path(), "chart alone bridge").code(2).complains("[E0903]");
    capstruct_in(folder.path(), "chart alone --quiet").code(0);
    capstruct_in(folder.path(), "chart alone pie").code(2).complains("possible values: stages, now, bridge, ladder");
}

// explain

#[test]
fn explain_leads_from_a_number_to_its_line_and_source() {
    capstruct("explain openai-amazon-50b amazon --width 120")
        .code(0)
        .without_complaint()
        .says("ownership 6.0241% = 68,493,150.6849 held / 1,136,986,301.3699 fully diluted")
        .says("price $730 = pre-money $730B / 1,000,000,000 shares; fixed once, at the headline of $100B")
        .says("scenarios/openai-amazon-50b.toml:")
        .says("The Wall Street Journal and Reuters");
}

#[test]
fn explain_takes_the_printed_name_a_stage_and_a_plan() {
    capstruct("explain openai-amazon-50b 'Other investors and employees'")
        .code(0)
        .says("Other investors and employees in");
    capstruct("explain startup-seed-to-b Founders").code(0).says("ownership 88.8889% = 8,000,000 held");
    let until = capstruct("explain startup-seed-to-b ada --after 'Series A'").code(0);
    assert!(until.stdout.contains("Series A") && !until.stdout.contains("Series B,"), "{}", until.stdout);
    capstruct("explain startup-seed-to-b 'Option pool'").code(0).says("Option pool");
}

#[test]
fn explain_names_whom_and_which_stages_it_knows() {
    capstruct("explain openai-amazon-50b amazn").code(2).complains("[E0012]").complains("did you mean \"amazon\"?");
    capstruct("explain openai-amazon-50b amazon --after Never")
        .code(2)
        .complains("[E0013]")
        .complains("\"Series C / Strategic investors\"");
}

#[test]
fn explain_is_data_where_asked() {
    let json = capstruct("explain openai-amazon-50b amazon --format json").code(0);
    serde_json::from_str::<serde_json::Value>(&json.stdout).expect("JSON");
    capstruct("explain openai-amazon-50b amazon --format csv").code(0).says(",");
}

// new, schema, completions, man

#[test]
fn new_writes_a_scenario_that_runs_and_checks() {
    let folder = temporary();
    capstruct_in(folder.path(), "new deals/first")
        .code(0)
        .says("wrote scenarios/deals/first.toml")
        .says("run it: capstruct run deals/first");
    capstruct_in(folder.path(), "check deals/first").code(0).without_complaint().says("1 of 1 figures");
    capstruct_in(folder.path(), "run deals/first --quiet").code(0).without_complaint();
    assert!(folder.path().join("outputs/deals/first/ownership-by-stage.png").is_file());
}

#[test]
fn new_never_overwrites() {
    let folder = scenarios(&[("mine", "# mine\n")]);
    capstruct_in(folder.path(), "new mine")
        .code(2)
        .complains("[E0011]")
        .complains("there is a scenario \"mine\" already");
    assert_eq!(fs::read_to_string(folder.path().join("scenarios/mine.toml")).expect("there"), "# mine\n");
}

#[test]
fn new_wants_a_plain_name_within_the_folder() {
    let folder = temporary();
    for name in ["'My Deal'", "../outside", "/absolute", "a//b", "..", "''"] {
        let ended = capstruct_in(folder.path(), &format!("new {name}"));
        assert_eq!(ended.code, 2, "{name}: {}{}", ended.stdout, ended.stderr);
    }
    capstruct_in(folder.path(), "new 'My Deal'").code(2).complains("[E0010]").complains("\"my-deal\"");
    assert!(files_below(folder.path()).is_empty());
}

#[test]
fn the_committed_schema_is_what_the_command_prints() {
    let printed = capstruct("schema").code(0).stdout;
    serde_json::from_str::<serde_json::Value>(&printed).expect("JSON");
    is_committed("scenarios/scenario.schema.json", &printed);
}

#[test]
fn the_committed_reference_is_an_index_and_what_the_command_prints() {
    let printed = capstruct("schema --reference").code(0).stdout;
    is_committed("scenarios/README.md", &(index_of_scenarios() + &printed));
}

#[track_caller]
fn is_committed(file: &str, text: &str) {
    let path = project().join(file);
    if std::env::var_os("UPDATE_OUTPUTS").is_some() {
        fs::write(&path, text).expect("written");
    }
    let committed = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(committed == text, "{file} is out of date: UPDATE_OUTPUTS=1 cargo test --test cli");
}

/// The head of `scenarios/README.md`: every scenario with the sentence it proves.
fn index_of_scenarios() -> String {
    let folder = project().join("scenarios");
    let mut index = "# Scenarios\n\n\
        Each file says in its first line what it proves, and its `[[expect]]` blocks hold it to that: \
        `capstruct check NAME`.\n\n\
        | scenario | what it shows |\n| --- | --- |\n"
        .to_owned();
    for name in scenario_names(&folder) {
        let text = fs::read_to_string(folder.join(format!("{name}.toml"))).expect("UTF-8");
        let first = text.lines().next().unwrap_or_default().trim_start_matches("# ").replace('|', "\\|");
        let _ = writeln!(index, "| [`{name}`]({name}.toml) | {first} |");
    }
    index + "\n"
}

#[test]
fn completions_are_written_for_every_shell() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let ended = capstruct(&format!("completions {shell}")).code(0).without_complaint();
        assert!(ended.stdout.contains("capstruct") && ended.stdout.contains("explain"), "{shell}");
    }
    capstruct("completions tcsh").code(2).complains("possible values: bash, elvish, fish, powershell, zsh");
}

#[test]
fn the_manual_page_is_roff() {
    capstruct("man").code(0).says(".TH capstruct 1").says("Exit codes").says("explain");
}

// flags and exit codes

#[test]
fn help_and_version_are_exit_code_0() {
    capstruct("--help").code(0).says("who owns what after a deal");
    capstruct("--version").code(0).says(&format!("capstruct {}", env!("CARGO_PKG_VERSION")));
    for command in ["list", "check", "run", "compare", "chart", "explain", "new", "schema", "completions", "man"] {
        capstruct(&format!("{command} --help")).code(0).says("Usage: capstruct");
    }
}

#[test]
fn a_command_line_that_is_wrong_is_exit_code_2() {
    for line in ["", "frobnicate", "run", "run a --all", "compare a", "chart", "run a --colour never", "list --width 7"]
    {
        let ended = capstruct(line);
        assert_eq!(ended.code, 2, "`{line}`: {}{}", ended.stdout, ended.stderr);
        assert!(ended.stderr.contains("Usage:") || ended.stderr.contains("--help"), "`{line}`: {}", ended.stderr);
    }
    capstruct("run x --fundign all").complains("--funding");
}

#[test]
fn an_output_folder_that_cannot_be_written_is_exit_code_3() {
    let folder = scenarios(&[("seed", SEED)]);
    fs::write(folder.path().join("file"), "").expect("a file");
    for line in ["run seed", "chart seed", "compare seed seed"] {
        capstruct_in(folder.path(), &format!("{line} --out file")).code(3).complains("error: could not write");
    }
    capstruct_in(folder.path(), "new x --scenarios file").code(3).complains("error: could not make the folder");
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_failure() {
    for line in ["list", "run openai-2026-closed --no-charts", "schema --reference"] {
        let out = temporary();
        let mut child = command()
            .args(line.split(' '))
            .arg("--out")
            .arg(out.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("the command ends");
        let ended = ended(output);
        assert_eq!((ended.code, ended.stderr.as_str()), (0, ""), "{line}");
    }
}

#[test]
fn colour_comes_only_where_it_is_wanted() {
    let escape = '\u{1b}';
    let wrong = "--scenarios tests/errors check misspelt-key";
    assert!(!capstruct(wrong).stderr.contains(escape), "not into a pipe");
    assert!(capstruct(&format!("{wrong} --color always")).stderr.contains(escape));
    assert!(!capstruct(&format!("{wrong} --color never")).stderr.contains(escape));
}

// hostile names

#[test]
fn hostile_names_come_out_of_csv_harmless() {
    let out = temporary();
    capstruct_into(out.path(), &hostile("run hostile-names --quiet --no-charts")).code(0);
    let folder = out.path().join("hostile-names");
    for file in files_below(&folder) {
        let bytes = fs::read(folder.join(&file)).expect("a file");
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        for record in reader.records() {
            for field in &record.expect("well-formed") {
                let is_number = field.strip_prefix('-').unwrap_or(field).parse::<f64>().is_ok();
                let runs = field.starts_with(['=', '+', '-', '@', '\t', '\r']);
                assert!(!runs || is_number, "{file}: a spreadsheet would run {field:?}");
            }
        }
    }
    let ownership = fs::read_to_string(folder.join("ownership.csv")).expect("UTF-8");
    assert!(ownership.contains(r#""'=HYPERLINK(""x"")""#), "the name is there behind an apostrophe:\n{ownership}");
    assert!(ownership.contains("'@cmd") && ownership.contains("<script>") && ownership.contains("'+1-800"));
}

#[test]
fn hostile_names_come_out_of_markdown_and_svg_escaped() {
    let out = temporary();
    let markdown = capstruct_into(out.path(), &hostile("run hostile-names --no-charts --format markdown")).code(0);
    assert!(!markdown.stdout.contains("<script>") && !markdown.stdout.contains("<img"), "{}", markdown.stdout);
    markdown.says("script");
    capstruct_into(out.path(), &hostile("chart hostile-names --svg --quiet")).code(0);
    for file in files_below(out.path()).iter().filter(|file| has_ending(file, "svg")) {
        let svg = fs::read_to_string(out.path().join(file)).expect("UTF-8");
        assert!(!svg.contains("<script") && !svg.contains("<img") && !svg.contains("<b>"), "{file}");
    }
    let svg = fs::read_to_string(out.path().join("hostile-names/ownership-now.svg")).expect("UTF-8");
    assert!(svg.contains("&lt;script&gt;"), "the name is there as text");
}

#[test]
fn hostile_names_cannot_steer_a_terminal() {
    let text = SEED
        .replace("Seed Fund", "\\u001B[2J\\u001B]0;owned\\u0007Fund\\rX")
        .replace("A seed round", "\\u001B[31mRed\\u202Etxt");
    let folder = scenarios(&[("steering", &text), ("wrong", &text.replace("pre_money", "pre_m\u{61}ny"))]);
    for line in [
        "list",
        "check steering",
        "check wrong",
        "run steering --no-charts",
        "run steering --no-charts --format markdown",
        "explain steering fund",
        "compare steering steering",
    ] {
        let ended = capstruct_in(folder.path(), line);
        for said in [&ended.stdout, &ended.stderr] {
            let steers = |letter: char| (letter.is_control() && letter != '\n') || letter == '\u{202E}';
            assert!(!said.contains(steers), "{line}: {said:?}");
        }
    }
}

#[test]
fn hostile_file_names_stay_in_their_folder() {
    let out = temporary();
    capstruct_into(out.path(), &hostile("chart hostile-names bridge --holder formula --quiet")).code(0);
    for file in files_below(out.path()) {
        let plain = |letter: char| letter.is_ascii_alphanumeric() || "-./+".contains(letter);
        assert!(file.chars().all(plain), "{file}");
    }
}

fn hostile(line: &str) -> String {
    format!("--scenarios {} {line}", Path::new("tests/data").display())
}

/// A SAFE becomes shares of a class that the same round adjusts: what converts comes before the adjustment, and so counts
/// at the old ratio.
#[test]
fn dilution_sums_where_what_converts_is_adjusted_too() {
    let text = "# A SAFE converts into a protected class.\ntitle = \"A down round of a class\"\n\
        stakeholders = { f = \"F\", g = \"G\", h = \"H\", n = \"N\" }\n\
        classes = [{ name = \"A\", original_issue_price = 3, anti_dilution = \"broad_based\" }]\n\
        [opening]\ndate = 2024-01-01\n\
        holdings = [{ stakeholder = \"f\", shares = 1_000_000 }, { stakeholder = \"g\", class = \"A\", shares = 300_007 }]\n\
        [[convertibles]]\nname = \"S\"\nkind = \"safe\"\nstakeholder = \"h\"\namount = \"70k\"\npost_money_cap = \"1M\"\n\
        converts_into = \"A\"\ndate = 2024-02-01\n\
        [[rounds]]\nname = \"B\"\nclass = \"A\"\ndate = 2024-06-01\npre_money = \"1M\"\n\
        participants = { n = \"500k\", g = \"50k\" }\n";
    let folder = scenarios(&[("down", text)]);
    capstruct_in(folder.path(), "run down --no-charts").code(0).says("Anti-dilution");
}

/// 20,000,000 options at $7 count for 20,000,000 x (1 - 7 / 9) at $9.
#[test]
fn the_treasury_stock_method_stands_in_a_table_of_its_own() {
    let folder = temporary();
    let ended = capstruct_into(folder.path(), "run rules/votes --no-charts --width 130").code(0);
    ended.says("Treasury stock method after Class N for the foundation").says("4,444,444.4444");
}
