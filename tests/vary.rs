//! Inputs that are varied, as a user meets them: solve, sweep, tornado, and `--set` of a number typed in place.

mod support;

use std::collections::BTreeMap;
use std::fs;
use support::{SEED, capstruct, capstruct_in, capstruct_into, scenarios, temporary};
use tempfile::TempDir;

/// A range, a distribution, a tranche that may not come, and numbers typed in place.
const TWO_ROUNDS: &str = r#"# Two rounds with what is uncertain of them.
title        = "Two rounds"
stakeholders = { founders = "Founders", angel = "Angel", fund = "Seed Fund" }

[variables]
cheque = { low = "1M", base = "2M", high = "4M" }
value  = { distribution = "lognormal", median = "10M", sigma = 0.3 }
bear   = "existing"

[opening]
holdings = [{ stakeholder = "founders", shares = 8_000_000 }]

[[rounds]]
name         = "Seed"
date         = 2026-01-31
pre_money    = "8M"
participants = { angel = "$cheque" }

[[rounds]]
name          = "Series A"
pre_money     = "$value"
pool_target   = "10%"
pool_borne_by = "$bear"

[[rounds.tranches]]
name         = "First"
date         = 2026-12-31
participants = { fund = "3M" }

[[rounds.tranches]]
name         = "Milestone"
date         = 2027-12-31
probability  = "60%"
participants = { fund = "2M" }
"#;

// solve

#[test]
fn solve_finds_the_cheque_for_a_wanted_ownership() {
    capstruct("solve openai-amazon-50b --vary softbank --for 'ownership(softbank) = 14%'")
        .code(0)
        .without_complaint()
        .says("ownership(softbank) = 14%: softbank = $35.9B, exactly.")
        .says("Put back, softbank = $35.9B gives 14% (rounding exact).");
}

#[test]
fn solve_says_what_is_the_most_there_is_room_for() {
    capstruct("solve openai-amazon-50b --vary softbank --for 'ownership(softbank) = 15%' --width 200")
        .code(0)
        .says("no solution. The range reached is 9.6747% to 14.4940%; the most is 14.4940%, at softbank = $40B.")
        .says("Above $40B there is no answer: nothing is left for Sovereign and venture funds");
}

#[test]
fn solve_says_what_the_figure_does_not_depend_on() {
    capstruct("solve openai-amazon-50b --vary amazon --for 'ownership(softbank) = 14%' --width 200")
        .code(0)
        .says("ownership(softbank) does not depend on amazon: it is 13.2892% for every value from $10B to $50B.");
}

#[test]
fn solve_finds_the_smallest_and_the_largest() {
    let folder = scenarios(&[("seed", SEED)]);
    // 8M of 8M + 2M is 80 %; half needs a pre-money of 2M
    capstruct_in(folder.path(), "solve seed --vary pre_money --for 'ownership(founders) >= 50%' --smallest")
        .code(0)
        .says("The smallest pre_money with ownership(founders) >= 50%: pre_money = $2M.");
    // a third for the fund is a cheque of 4M
    capstruct_in(folder.path(), "solve seed --vary fund --for 'ownership(fund) <= 1/3' --largest")
        .code(0)
        .says("The largest fund with ownership(fund) <= 1/3: fund = $4M.");
    capstruct_in(folder.path(), "solve seed --vary fund --for 'ownership(fund) < 1/3' --largest --width 200")
        .code(0)
        .says(
            "There is no largest fund with ownership(fund) < 1/3: it holds as near below $4M as one likes, not there.",
        );
    capstruct("solve option-pool-shuffle --vary pool_target --for 'ownership(founders) >= 55%' --largest")
        .code(0)
        .says("pool_target = 25%.");
}

#[test]
fn solve_answers_in_fractions_and_with_what_can_be_typed() {
    let folder = scenarios(&[("seed", SEED)]);
    // f / (8 + f) = 30 %: f = 24/7 M
    capstruct_in(folder.path(), "solve seed --vary fund --for 'ownership(fund) = 30%' --width 200")
        .code(0)
        .says("fund = 24000000/7, about $3,428,571.43, exactly.")
        .says("The nearest that can be typed, fund = $3,428,571.43 gives about 30% (rounding exact).");
    let csv = capstruct_in(folder.path(), "solve seed --vary fund --for 'ownership(fund) = 30%' --format csv").code(0);
    let row = csv.stdout.lines().nth(1).expect("a row");
    assert!(row.starts_with("seed,all,base,fund,3428571.428571,ownership(fund),equal to,0.3,0.3,exact,"), "{row}");
}

#[test]
fn solve_finds_what_whole_shares_make_of_it() {
    let whole = SEED
        .replace("[opening]", "[opening]\ndate = 2026-01-01")
        .replace("title        = ", "rounding     = \"closing-us\"\ntitle        = ");
    let folder = scenarios(&[("seed", &whole)]);
    let ended = capstruct_in(
        folder.path(),
        "solve seed --vary pre_money --for 'ownership(founders) >= 81%' --smallest --width 200",
    );
    ended.code(0).says("pre_money = 162000000/19, about $8,526,315.79.").says("(rounding closing-us)");
    capstruct_in(folder.path(), "solve seed --vary pre_money --for 'price_per_share = 2' --width 200")
        .code(0)
        .says("pre_money = $16M, exactly.")
        .says("Put back, pre_money = $16M gives $2 (rounding closing-us)");
}

/// Each answer says how much of it is known.
#[test]
fn solve_says_how_many_digits_of_a_figure_it_knows() {
    let folder = scenarios(&[("seed", SEED)]);
    // A price of a third is kept in fractions: 8M shares at 1/3.
    let third = capstruct_in(folder.path(), "solve seed --vary pre_money --for 'price_per_share = 1/3' --format csv");
    let row = third.code(0).stdout.lines().nth(1).expect("a row").to_owned();
    assert!(row.contains(",2666666.666667,") && row.contains(",exact,"), "{row}");
    let post = capstruct_in(folder.path(), "solve seed --vary fund --for 'post_money = 9.5M' --width 200");
    post.code(0).says("fund = $1.5M, exactly.");
    // Money paid in is what the ledger says.
    capstruct_in(folder.path(), "solve seed --vary fund --for 'money_in(fund) = 3M' --width 200")
        .code(0)
        .says("fund = $3M, to the ten places of the ledger.")
        .says("Computed from the ten places of the ledger, not in fractions");
    let line = "solve rules/option-pricing-beside-the-headline --vary 'volatility(At that equity)' \
                --for 'value_per_share(Common) after At that equity = 2.6' --width 200";
    capstruct(line)
        .code(0)
        .says("volatility(At that equity) = about 26.1178%, in floating point, to ten places and")
        .says("Option pricing is computed in floating point and posted to ten places");
}

#[test]
fn the_answer_put_back_gives_the_figure_exactly() {
    let cases = [
        ("openai-amazon-50b", "softbank", "ownership(softbank)", "14%", "softbank=35.9B", "0.14"),
        ("openai-amazon-50b", "post_money", "ownership(amazon)", "5%", "post_money=1000B", "0.05"),
        ("option-pool-shuffle", "pool", "ownership(founders)", "55%", "pool=25%", "0.55"),
        ("option-pool-shuffle", "pre_money", "ownership(investor)", "1/4", "pre_money=6M", "0.25"),
    ];
    for (scenario, input, figure, wanted, set, expected) in cases {
        let solved = capstruct(&format!("solve {scenario} --vary {input} --for '{figure} = {wanted}' --format csv"));
        let row = solved.code(0).stdout.lines().nth(1).expect("a row").to_owned();
        let value: f64 = row.split(',').nth(4).expect("the input").parse().expect("a number");
        assert!(value > 0.0 && row.contains(",exact,"), "{row}");
        let out = temporary();
        let line = format!("sweep {scenario} --over {set} --measure '{figure}' --format csv");
        let swept = capstruct_into(out.path(), &line);
        let last = swept.code(0).stdout.lines().nth(1).expect("a row").rsplit(',').next().map(str::to_owned);
        assert_eq!(last.as_deref(), Some(expected), "{scenario} --set {set}");
    }
}

#[test]
fn a_mistake_in_a_condition_is_shown_where_it_stands() {
    let complaint = |line: &str, code: &str, at: &str| {
        capstruct(line).code(2).complains(&format!("error[{code}]")).complains(at);
    };
    let solve = "solve openai-amazon-50b --vary softbank --for";
    complaint(&format!("{solve} 'ownership(softbnk) = 14%'"), "E0703", "did you mean softbank?");
    complaint(&format!("{solve} 'ownrship(softbank) = 14%'"), "E0702", "did you mean ownership?");
    complaint(&format!("{solve} 'ownership(softbank)'"), "E0701", "--for:1:20");
    complaint(&format!("{solve} 'ownership(softbank) = 14'"), "E0704", "write \"14%\"");
    complaint(&format!("{solve} 'ownership(softbank) after Series D = 14%'"), "E0705", "Series C");
    complaint("solve yc-safe-to-series-a --vary pre_money --for 'controlling_term(nobody) = 1'", "E0703", "nobody");
    complaint("solve openai-amazon-50b --vary softbonk --for 'post_money = 1T'", "E0403", "did you mean `softbank`?");
    complaint("solve openai-2026-closed --vary amazon --for 'post_money = 1T'", "E0711", "amazon(Series C / ");
    complaint("solve option-pool-shuffle --vary borne_by --for 'post_money = 1T'", "E0712", "is not a number");
}

// --set

#[test]
fn a_number_typed_in_place_can_be_set() {
    let out = temporary();
    capstruct_into(out.path(), "run option-pool-shuffle --set pre_money=18M --no-charts --width 100")
        .code(0)
        .says("Series A investor")
        .says("10.00%");
    capstruct_into(out.path(), "run openai-2026-closed --set amazon=15B").code(2).complains("[E0711]");
}

// sweep

fn rows(csv: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let header = reader.headers().expect("a header").clone();
    let row =
        |record: csv::StringRecord| header.iter().map(str::to_owned).zip(record.iter().map(str::to_owned)).collect();
    reader.records().map(|record| row(record.expect("a record"))).collect()
}

#[test]
fn sweep_of_one_input_is_a_table_a_file_and_a_line_chart() {
    let out = temporary();
    capstruct_into(out.path(), "sweep openai-amazon-50b --over amazon=10B..50B/5 --width 100")
        .code(0)
        .without_complaint()
        .says("$30B             31.66%       23.75%        22.87%      13.29%      3.61%      1.20%           3.61%")
        .says("Every cell is an exact run");
    let csv = fs::read_to_string(out.path().join("openai-amazon-50b/sweep.csv")).expect("the file");
    let rows = rows(&csv);
    assert_eq!(rows.len(), 5);
    assert_eq!((rows[2]["amazon"].as_str(), rows[2]["arithmetic"].as_str()), ("30000000000", "exact"));
    assert_eq!(rows[2]["ownership(amazon)"], "0.036144578313");
    assert!(out.path().join("openai-amazon-50b/sweep.png").exists());
}

#[test]
fn sweep_of_two_inputs_leaves_cells_without_an_answer_empty_and_says_why() {
    let out = temporary();
    let line =
        "sweep openai-amazon-50b --over amazon=10B..70B/3 --over post_money=80B,500B,1T --measure ownership(amazon)";
    capstruct_into(out.path(), &line.replace("ownership(amazon)", "'ownership(amazon)'"))
        .code(0)
        .says("amazon \\ post_money  $500B    $1T")
        .says("is not more than the money");
    let csv = fs::read_to_string(out.path().join("openai-amazon-50b/sweep.csv")).expect("the file");
    let rows = rows(&csv);
    assert_eq!(rows.len(), 9);
    for row in &rows {
        let is_empty = row["ownership(amazon)"].is_empty();
        assert_eq!(is_empty, !row["empty_because"].is_empty(), "{row:?}");
        assert_eq!(is_empty, row["post_money"] == "80000000000" || row["amazon"] == "70000000000", "{row:?}");
    }
}

#[test]
fn sweep_takes_words_and_three_inputs() {
    let folder = scenarios(&[("two", TWO_ROUNDS)]);
    let line = "sweep two --over bear=existing,everyone --over cheque=1M,2M --over 'fund(Series A / First)=1M..3M/2' --format csv";
    let csv = capstruct_in(folder.path(), line).code(0).stdout;
    let rows = rows(&csv);
    assert_eq!(rows.len(), 8);
    assert_eq!((rows[0]["bear"].as_str(), rows[7]["bear"].as_str()), ("existing", "everyone"));
    assert_ne!(rows[0]["ownership(founders)"], rows[4]["ownership(founders)"]);
    assert!(!folder.path().join("outputs/two/sweep.png").exists(), "three inputs have no chart");
}

#[test]
fn a_large_sweep_is_computed_in_floating_point_and_agrees_with_exact_runs() {
    let out = temporary();
    capstruct_into(
        out.path(),
        "sweep benchmark/oai12 --over pre4=400B..1600B/60 --over size4=20B..300B/50 --width 120",
    )
    .code(0)
    .says("Computed in 64-bit floating point")
    .says("Not every one of 3,000 cells is shown here");
    let large = fs::read_to_string(out.path().join("benchmark/oai12/sweep.csv")).expect("the file");
    capstruct_into(out.path(), "sweep benchmark/oai12 --over pre4=400B..1600B/4 --over size4=20B..300B/2").code(0);
    let small = fs::read_to_string(out.path().join("benchmark/oai12/sweep.csv")).expect("the file");
    let (large, small) = (rows(&large), rows(&small));
    assert_eq!((large.len(), small.len(), large[0]["arithmetic"].as_str()), (3000, 8, "f64"));
    let mut compared = 0;
    for exact in &small {
        let same = |row: &&BTreeMap<String, String>| row["pre4"] == exact["pre4"] && row["size4"] == exact["size4"];
        let Some(floating) = large.iter().find(same) else { continue };
        for (figure, value) in exact.iter().filter(|(figure, _)| figure.starts_with("ownership")) {
            let (exact, floating): (f64, f64) =
                (value.parse().expect("a number"), floating[figure].parse().expect("a number"));
            assert!((exact - floating).abs() < 1e-12, "{figure}: {exact} and {floating}");
            compared += 1;
        }
    }
    assert_eq!(compared, 4 * 12, "the corners of both grids");
}

#[test]
fn bench_measures_a_grid_whose_bits_depend_on_no_instructions() {
    let line = "bench benchmark/oai12 --over pre4=400B..1600B/21 --over size4=20B..300B/31 --repeats 1 --json";
    let measured = |instructions: &str| {
        let mut command = support::command();
        command.args(support::words(line)).env("CAPSTRUCT_SIMD", instructions);
        let ended = support::ended(command.output().expect("the command starts"));
        serde_json::from_str::<serde_json::Value>(&ended.code(0).stdout).expect("one line of JSON")
    };
    let base = measured("base");
    assert_eq!((base["cells"].as_u64(), base["figures"].as_u64()), (Some(651), Some(12)));
    for stage in ["computed", "streamed", "materialised"] {
        assert!(base["nanoseconds_per_cell"][stage].as_f64().is_some_and(|time| time >= 0.0), "{base}");
    }
    let middle = base["middle"]["ownership(foundation)"].as_f64().expect("a figure");
    assert!((0.1..0.3).contains(&middle), "{middle}");
    for instructions in capstruct::sim::simd::Instructions::ALL.into_iter().filter(|set| set.is_here()) {
        assert_eq!(measured(instructions.word())["hash"], base["hash"], "{}", instructions.word());
    }
    capstruct("bench option-pool-shuffle --over borne_by=existing,everyone").code(2).complains("error[E0717]");
}

#[test]
fn what_cannot_be_swept_is_refused_with_what_to_do() {
    let refused = |over: &str, code: &str, says: &str| {
        let line = format!("sweep openai-amazon-50b {over}");
        capstruct(&line).code(2).complains(&format!("error[{code}]")).complains(says);
    };
    refused("--over amazon=10B..50B/100000 --over softbank=1B..2B/10000", "E0715", "1,000,000,000 cells");
    refused("--over amazon=10B..50B/1000000000", "E0715", "--over:1:8");
    refused("--over amazon=50B..10B/3", "E0714", "does not go up");
    refused("--over amazon=10B,50B --set amazon=20B", "E0716", "set by `--set` besides");
    refused("--over amazon=10B..50B/one", "E0714", "is no number of values");
    refused("--over amazon", "E0714", "NAME=FROM..TO/COUNT");
    refused("--over amazon=10b", "E0714", "write \"10B\"");
    refused("--over amazon=10B --over amazon=20B", "E0716", "swept twice");
    refused("--over amzon=10B", "E0403", "did you mean `amazon`?");
    refused("--over amazon=10B --measure 'ownership(amzon)'", "E0703", "did you mean amazon?");
    refused("--over amazon=10B..50B/200000 --exact", "E0717", "at most 100,000 are run one by one");
    capstruct("sweep option-pool-shuffle --over pool=10,20").code(2).complains("error[E0714]").complains("in percent");
}

// tornado

#[test]
fn tornado_ranks_what_is_uncertain() {
    let folder = scenarios(&[("two", TWO_ROUNDS)]);
    let csv = capstruct_in(folder.path(), "tornado two --measure 'ownership(founders)' --format csv").code(0).stdout;
    let rows = rows(&csv);
    let inputs: Vec<&str> = rows.iter().map(|row| row["input"].as_str()).collect();
    assert_eq!(inputs.len(), 3, "a range, a distribution, and a tranche that may not come: {inputs:?}");
    let width = |row: &BTreeMap<String, String>| row["width"].parse::<f64>().expect("a number");
    assert!(rows.windows(2).all(|pair| width(&pair[0]) >= width(&pair[1])), "ranked");
    assert!(inputs.contains(&"cheque") && inputs.contains(&"value"));
    let milestone = rows.iter().find(|row| row["low"] == "not closed").expect("the tranche");
    assert!(milestone["figure_at_low"] > milestone["figure_at_high"], "its money dilutes: {milestone:?}");
    for file in ["tornado.csv", "tornado.png"] {
        assert!(folder.path().join("outputs/two").join(file).exists(), "{file}");
    }
    capstruct_in(folder.path(), "tornado two").code(0).says("10th and 90th percentile");
}

#[test]
fn tornado_of_what_is_certain_is_refused_with_what_to_do() {
    capstruct("tornado option-pool-shuffle").code(2).complains("error[E0718]").complains("low = \"10B\"");
    capstruct("tornado openai-amazon-50b --measure 'ownership(amzon)'").code(2).complains("error[E0703]");
    capstruct("tornado openai-amazon-50b --measure 'payout(amazon)'")
        .code(2)
        .complains("error[E0713]: payout(amazon) has no figure: the scenario has no exit");
}

#[test]
fn a_slip_in_a_measure_is_answered_with_what_was_meant() {
    for (asked, meant) in [
        ("tornado openai-amazon-50b --measure amazon", "did you mean ownership(amazon)?"),
        ("tornado openai-amazon-50b --measure 'price(Series C)'", "did you mean price_per_share?"),
        ("solve openai-amazon-50b --vary softbank --for 'ownership(softbank) => 14%'", "did you mean >=?"),
        ("simulate openai-amazon-50b --probability 'payout(amazon) >= 1B'", "the scenario has no exit"),
    ] {
        capstruct(asked).code(2).complains(meant);
    }
}

/// What is paid in a sale is swept, ranked and solved for as what is owned.
#[test]
fn a_figure_of_the_sale_is_a_measure_like_others() {
    let name = "benchmark/oai12-exit";
    let folder = TempDir::new().expect("a folder");
    let run = |line: &str| capstruct(&format!("{line} --out '{}'", folder.path().display())).code(0);
    let swept =
        run(&format!("sweep {name} --over gross=100B,200B --measure 'payout(Series F Preferred)' --format csv"));
    // 80 % of the price is shared out, and the newest class has the first $100B of it.
    assert!(swept.stdout.contains(",100000000000,exact,,80000000000"), "{}", swept.stdout);
    assert!(swept.stdout.contains(",200000000000,exact,,100000000000"), "{}", swept.stdout);
    run(&format!("solve {name} --vary gross --for 'payout(Series F Preferred) = 80B'")).says("gross = $100B");
    run(&format!("tornado {name} --measure 'payout(inv-x)'")).says("InvX's payout is $83.9B").says("$167B");
}

#[test]
fn rows_of_a_sweep_are_the_same_in_every_format_and_at_every_size() {
    let folder = TempDir::new().expect("a folder");
    let run = |line: &str| capstruct(&format!("{line} --out '{}'", folder.path().display())).code(0).stdout;
    for count in [3, 2_501] {
        let line = format!("sweep openai-amazon-50b --over amazon=10B..50B/{count} --no-charts");
        let csv = run(&format!("{line} --format csv"));
        let file = fs::read_to_string(folder.path().join("openai-amazon-50b/sweep.csv")).expect("the file");
        assert_eq!(csv, file, "of {count} cells");
        let json: serde_json::Value = serde_json::from_str(&run(&format!("{line} --format json"))).expect("JSON");
        let rows = json["sweep"].as_array().expect("a list");
        assert_eq!(rows.len(), count);
        assert_eq!(rows[count - 1]["amazon"].as_f64(), Some(50e9));
        assert!(rows[0]["empty_because"].is_null());
    }
}

#[test]
fn what_no_cell_has_is_refused_and_a_forgotten_suffix_is_pointed_out() {
    let sweep = "sweep openai-amazon-50b --no-charts --out /dev/null --over";
    capstruct(&format!("{sweep} amazon=95B,96B"))
        .code(2)
        .complains("error[E0719]: no cell has any figure: nothing is left");
    capstruct(&format!("{sweep} amazon=1B,2B --measure 'payout(amazon)'"))
        .code(2)
        .complains("E0719")
        .complains("no exit");
    capstruct(&format!("{sweep} amazon=10%..50%/5")).code(2).complains("E0714").complains("expected money");
    let folder = TempDir::new().expect("a folder");
    let out = folder.path().display();
    capstruct(&format!("sweep openai-amazon-50b --no-charts --out '{out}' --over amazon=10..50/5"))
        .code(0)
        .complains("warning[W0714]: amazon is at most $50 here")
        .complains("the file has $50B");
}

#[test]
fn solving_for_what_a_sweep_shows_leads_back_to_its_inputs() {
    let cases = [
        ("openai-amazon-50b", "amazon", "10B..50B/4", "ownership(amazon)"),
        ("openai-amazon-50b", "softbank", "1B..40B/4", "ownership(softbank)"),
        ("option-pool-shuffle", "pool", "5%..40%/4", "ownership(founders)"),
        ("option-pool-shuffle", "investor", "1M..9M/4", "ownership(investor)"),
        ("benchmark/oai12", "pre2", "300B..900B/4", "ownership(foundation)"),
        ("benchmark/oai12", "size4", "40B..220B/4", "ownership(inv-w)"),
    ];
    for (scenario, input, range, figure) in cases {
        let out = temporary();
        let line = format!("sweep {scenario} --over {input}={range} --measure '{figure}' --format csv");
        let swept = rows(&capstruct_into(out.path(), &line).code(0).stdout);
        // At an end of the input's range the twelve digits may lie beyond what is reached.
        for row in &swept[1..swept.len() - 1] {
            let (typed, shown) = (&row[input], &row[figure]);
            let line = format!("solve {scenario} --vary {input} --for '{figure} = {shown}' --format csv");
            let solved = rows(&capstruct(&line).code(0).stdout);
            let near = |row: &BTreeMap<String, String>| {
                let (found, typed): (f64, f64) =
                    (row["value"].parse().expect("a number"), typed.parse().expect("a number"));
                // the figure has twelve digits, and so the input it leads to
                row["kind"] == "exact" && (found - typed).abs() <= 1e-8 * typed
            };
            assert!(solved.iter().any(near), "{scenario}: {figure} = {shown} at {input} = {typed}, solved {solved:?}");
        }
    }
}
