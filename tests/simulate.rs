//! `simulate`, `merge`, `bench` and `explain --path` as a user runs them.

mod support;

use std::fs;
use std::path::Path;
use support::{Ended, command, ended, words};
use tempfile::TempDir;

/// Runs the command with words of a line; outputs go to `out`.
fn run(out: &Path, line: &str) -> Ended {
    with_environment(out, line, &[])
}

fn with_environment(out: &Path, line: &str, variables: &[(&str, &str)]) -> Ended {
    let mut command = command();
    command.args(words(line)).arg("--out").arg(out).env_remove("CAPSTRUCT_SIMD");
    command.envs(variables.iter().copied());
    ended(command.output().expect("it runs"))
}

/// The hash of the result.
fn result(ended: &Ended) -> String {
    let (_, after) = ended.stdout.split_once("result ").expect("a result");
    after.chars().take_while(char::is_ascii_hexdigit).collect()
}

#[test]
fn the_result_does_not_depend_on_threads_or_instructions() {
    let out = TempDir::new().expect("a folder");
    let line = "simulate benchmark/oai12 --paths 9_999 --seed 4 --no-charts";
    let first = run(out.path(), line).code(0);
    let expected = result(&first);
    assert_eq!(expected.len(), 16);
    assert_eq!(result(&run(out.path(), &format!("{line} --threads 3")).code(0)), expected);
    let base = with_environment(out.path(), line, &[("CAPSTRUCT_SIMD", "base")]).code(0);
    assert_eq!(result(&base), expected);
    let other = run(out.path(), "simulate benchmark/oai12 --paths 9_999 --seed 5 --no-charts").code(0);
    assert_ne!(result(&other), expected, "another seed, other futures");
    with_environment(out.path(), line, &[("CAPSTRUCT_SIMD", "mmx")]).code(2).complains("E0727");
}

#[test]
fn merged_parts_are_the_whole_and_wrong_parts_are_refused() {
    let out = TempDir::new().expect("a folder");
    let file = |name: &str| out.path().join(name).display().to_string();
    let part = |paths: &str, name: &str, more: &str| {
        let line = format!("simulate benchmark/oai12 --paths {paths} --shard '{}' {more}", file(name));
        run(out.path(), &line).code(0);
    };
    let event = "--probability 'ownership(foundation) >= 18%'";
    run(out.path(), &format!("simulate benchmark/oai12 --paths 10k --no-charts {event}")).code(0);
    let csv = out.path().join("benchmark/oai12/simulation.csv");
    let whole = fs::read(&csv).expect("the file");
    fs::remove_file(&csv).expect("it is there");
    part("0..3333", "a", event);
    part("3333..10k", "b", event);
    run(out.path(), &format!("merge {} {} --no-charts", file("b"), file("a"))).code(0);
    assert_eq!(fs::read(&csv).expect("the file"), whole, "bit for bit");

    // Evenly spread paths, whose replicates add up too.
    let sobol = format!("{event} --sampling sobol");
    run(out.path(), &format!("simulate benchmark/oai12 --paths 10k --no-charts {sobol}")).code(0);
    let whole = fs::read(&csv).expect("the file");
    fs::remove_file(&csv).expect("it is there");
    part("0..3333", "even a", &sobol);
    part("3333..10k", "even b", &sobol);
    run(out.path(), &format!("merge '{}' '{}' --no-charts", file("even b"), file("even a"))).code(0).says("--sampling");
    assert_eq!(fs::read(&csv).expect("the file"), whole, "bit for bit");

    run(out.path(), &format!("merge {}", file("b"))).code(0).says("from path 3,333 on");
    part("3000..4000", "overlap", event);
    run(out.path(), &format!("merge {} {}", file("a"), file("overlap"))).code(2).complains("E0732").complains("3000");
    part("4000..5000", "gap", event);
    run(out.path(), &format!("merge {} {}", file("a"), file("gap"))).code(2).complains("E0733").complains("3333..4000");
    part("3333..4000", "seed", &format!("{event} --seed 2"));
    run(out.path(), &format!("merge {} {}", file("a"), file("seed"))).code(2).complains("E0731").complains("seed");
    let text = fs::read_to_string(file("b")).expect("a part");
    for (what, old, new) in [
        ("engine", concat!("\"engine\":\"", env!("CARGO_PKG_VERSION"), "\""), "\"engine\":\"0.0.1\""),
        ("text", "\"scenario_hash\":\"", "\"scenario_hash\":\"0"),
    ] {
        fs::write(file("wrong"), text.replace(old, new)).expect("a file");
        run(out.path(), &format!("merge {} {}", file("a"), file("wrong"))).code(2).complains(what);
        run(out.path(), &format!("merge {}", file("wrong"))).code(2).complains("E0734");
    }
    for flag in ["--set pre1=1B", "--case high", "--funding funded"] {
        run(out.path(), &format!("merge {} {} {flag}", file("a"), file("b"))).code(2).complains("E0735");
    }
    part("3333..4000", "set", &format!("{event} --set size1=30B"));
    run(out.path(), &format!("merge {} {}", file("a"), file("set"))).code(2).complains("none and size1=30B");
    fs::write(file("none"), "{}").expect("a file");
    run(out.path(), &format!("merge {}", file("none"))).code(2).complains("E0730");
}

#[test]
fn what_cannot_be_simulated_is_said() {
    let out = TempDir::new().expect("a folder");
    for (line, code) in [
        ("simulate benchmark/oai12 --paths 0", "E0720"),
        ("simulate benchmark/oai12 --paths 7..7", "no path at all"),
        ("simulate benchmark/oai12 --paths 7..3", "ends before it begins"),
        ("simulate benchmark/oai12 --paths -5", "E0720"),
        ("simulate benchmark/oai12 --paths 10^12", "E0726"),
        ("simulate benchmark/oai12 --seed -1", "expected a whole number from 0"),
        ("simulate benchmark/oai12 --case low", "E0729"),
        ("simulate benchmark/oai12 --paths many", "E0720"),
        ("simulate startup-seed-to-b", "E0721"),
        ("explain startup-seed-to-b ada --path 5", "E0721"),
        ("simulate benchmark/oai12 --paths 1T", "E0726"),
        ("simulate benchmark/oai12 --probability 'ownership(nobody) >= 1%'", "E07"),
        ("simulate benchmark/oai12 --probability 'money_in(foundation) >= 1B'", "E0722"),
    ] {
        run(out.path(), line).code(2).complains(code);
    }
    run(out.path(), "simulate benchmark/oai12 --paths 1T")
        .code(2)
        .complains("--shard")
        .complains("1,000,000,000,000 paths take about");
    assert_eq!(fs::read_dir(out.path()).expect("a folder").count(), 0, "nothing was written");
}

/// Where the results would go is looked at before they are computed.
#[test]
fn a_place_that_cannot_be_written_is_said_at_once() {
    let out = TempDir::new().expect("a folder");
    let file = out.path().join("a file");
    fs::write(&file, "held").expect("a file");
    for line in [
        "simulate benchmark/oai12 --paths 40M".to_owned(),
        "sweep benchmark/oai12 --over pre4=1T..2T/1000 --over size4=1B..2B/1000".to_owned(),
        format!("simulate benchmark/oai12 --paths 40M --shard '{}'", file.join("part").display()),
    ] {
        run(&file, &line).code(3).complains("could not write").complains("a file");
    }
    assert_eq!(fs::read(&file).expect("the file"), b"held");
}

/// A pool target of 50 to 90 %, of which those from 80 % leave no room; and a word that is set.
#[test]
fn futures_without_an_answer_are_said() {
    let out = TempDir::new().expect("a folder");
    let company = |variables: &str, round: &str| {
        format!(
            "title = \"A company\"\nstakeholders = {{ founders = \"Founders\", fund = \"Fund\" }}\n\
             opening = {{ holdings = [{{ stakeholder = \"founders\", shares = 8_000_000 }}] }}\n\
             [variables]\n{variables}\n[[rounds]]\nname = \"A\"\npre_money = \"80M\"\n{round}\n\
             participants = {{ fund = \"20M\" }}\n"
        )
    };
    let write = |name: &str, text: String| fs::write(out.path().join(name), text).expect("a file");
    let target = "target = { distribution = \"uniform\", low = \"50%\", high = \"90%\" }";
    write("pool.toml", company(target, "pool_target = \"$target\""));
    let by = "by = { distribution = \"discrete\", values = [\"existing\", \"everyone\"], probabilities = [\"60%\", \"40%\"] }";
    write("word.toml", company(by, "pool_target = \"20%\"\npool_borne_by = \"$by\""));
    let folder = out.path().display();
    let line = |more: &str| format!("simulate --scenarios {folder} --no-charts --paths 4k {more}");
    run(out.path(), &line("pool")).code(1).complains("E0725").says("24.").complains("--allow-infeasible");
    run(out.path(), &line("pool --allow-infeasible")).code(0);
    run(out.path(), &line("word --set by=everyone")).code(2).complains("E0721");
}

/// Who is paid first is read once: drawn from a range, it would stay at its base.
#[test]
fn what_is_drawn_and_decides_how_a_file_is_read_is_refused_and_not_passed_over() {
    let out = TempDir::new().expect("a folder");
    let company = |name: &str, founders: &str, variables: &str, more: &str| {
        let text = format!(
            "title = \"A company\"\nstakeholders = {{ founders = \"Founders\", fund = \"Fund\" }}\n\
             opening = {{ holdings = [{{ stakeholder = \"founders\", {founders} }}] }}\n[variables]\n\
             size = {{ distribution = \"uniform\", low = \"1M\", high = \"2M\" }}\n{variables}\n\
             [[rounds]]\nname = \"A\"\npre_money = \"80M\"\nparticipants = {{ fund = \"$size\" }}\n{more}"
        );
        fs::write(out.path().join(name), text).expect("a file");
    };
    let rank = "rank = { distribution = \"uniform\", low = 0, high = 2 }";
    let sale =
        "[[classes]]\nname = \"A Preferred\"\nseniority = \"$rank\"\n[[exits]]\nname = \"Sale\"\nvalue = \"9M\"\n";
    company("ranks.toml", "shares = 8_000_000", rank, sale);
    let folder = out.path().display();
    let line = |what: &str, more: &str| format!("{what} --scenarios {folder} {more}");
    let refused = run(out.path(), &line("simulate", "--no-charts --paths 1k ranks")).code(2);
    refused.complains("E0728").complains("`rank`").complains("the terms of the exit").complains("discrete");
    run(out.path(), &line("explain", "ranks fund --path 3")).code(2).complains("E0728");
    run(out.path(), &line("simulate", "--no-charts --paths 1k ranks --set rank=1")).code(0);
}

#[test]
fn microsoft_stays_above_a_fifth_as_often_as_the_file_has_it() {
    let out = TempDir::new().expect("a folder");
    let line = "simulate openai-2026-uncertain --paths 20k --probability 'ownership(microsoft) >= 20%'";
    run(out.path(), line).code(0).says("ownership(microsoft) >= 20%").says("result ");
    let files: Vec<String> = fs::read_dir(out.path().join("openai-2026-uncertain"))
        .expect("its folder")
        .map(|file| file.expect("a file").file_name().to_string_lossy().into_owned())
        .collect();
    assert!(files.iter().any(|file| file.starts_with("histogram-")), "{files:?}");
    assert!(files.iter().any(|file| file.starts_with("fan-")), "{files:?}");
}

#[test]
fn a_path_is_explained_with_what_it_drew() {
    let out = TempDir::new().expect("a folder");
    run(out.path(), "explain benchmark/oai12 foundation --path 123456 --seed 1")
        .code(0)
        .says("Path 123456 of seed 1: pre1 = ")
        .says("\"Series E / Second\"");
}

#[test]
fn the_benchmark_measures_every_stage_and_finds_one_result() {
    let out = TempDir::new().expect("a folder");
    let ended = run(out.path(), "bench --paths 4096 --repeats 1 --json").code(0);
    let report: serde_json::Value = serde_json::from_str(&ended.stdout).expect("JSON");
    for stage in ["random_numbers", "draws", "engine", "everything"] {
        assert!(report["nanoseconds_per_path"][stage].is_number(), "{stage} in {report}");
    }
    assert_eq!(report["hash"].as_array().map(Vec::len), Some(1), "the same bits on any number of threads: {report}");
}

/// Memory does not grow with the paths.
#[test]
fn memory_is_flat() {
    let out = TempDir::new().expect("a folder");
    let peak = |paths: &str| {
        let ended = run(out.path(), &format!("bench --paths {paths} --repeats 1 --json")).code(0);
        let report: serde_json::Value = serde_json::from_str(&ended.stdout).expect("JSON");
        report["peak_memory_mb"].as_f64()
    };
    let (Some(few), Some(many)) = (peak("4096"), peak("65536")) else { return };
    assert!(many < few + 2.0, "{few} MB, then {many} MB");
}

/// Who bears the pool is drawn, and whether a fund's shares are preferred of one class or another: four scenarios in one.
const WORDS: &str = r#"
title        = "A company whose terms are not settled"
stakeholders = { founders = "Founders", fund = "Fund" }
opening      = { holdings = [{ stakeholder = "founders", shares = 8_000_000 }] }
[variables]
by    = { distribution = "discrete", values = ["existing", "everyone"], probabilities = ["60%", "40%"] }
joins = { distribution = "discrete", values = ["1x", "none", "3x"], probabilities = ["30%", "50%", "20%"] }
pre   = { distribution = "lognormal", median = "80M", sigma = 0.3 }
price = { distribution = "lognormal", median = "90M", sigma = 0.8 }
[[classes]]
name          = "A Preferred"
participation = "$joins"
[[rounds]]
name          = "A"
date          = 2026-01-01
pre_money     = "$pre"
pool_target   = "20%"
pool_borne_by = "$by"
[[rounds.tranches]]
name         = "First"
date         = 2026-01-01
participants = { fund = "20M" }
[[rounds.tranches]]
name         = "Second"
date         = 2026-06-01
condition    = "A licence"
probability  = "50%"
participants = { fund = "10M" }
[[exits]]
name  = "Sale"
date  = 2027-01-01
value = "$price"
"#;

/// Mean and its error of a row of a simulation printed as CSV: the file goes to another folder where something is set.
fn row(printed: &Ended, holder: &str, figure: &str) -> (f64, f64) {
    let mut lines = printed.stdout.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let head = lines.next().expect("a head");
    let at = |key: &str| head.iter().position(|known| *known == key).expect("a column");
    let (who, what) = (at("name"), at("figure"));
    let is_wanted = |line: &Vec<&str>| line.len() == head.len() && line[who] == holder && line[what] == figure;
    let line = lines.find(is_wanted).expect("a row");
    let number = |key: &str| line[at(key)].parse().expect("a number");
    (number("mean"), number("mean_error"))
}

#[test]
fn a_payout_of_one_future_is_explained() {
    let out = TempDir::new().expect("a folder");
    let explained = run(out.path(), "explain benchmark/oai12-exit series-a --path 5").code(0);
    let explained = explained.says("in benchmark/oai12-exit (funding all, path 5 of seed 1)");
    explained.says("in the sale of benchmark/oai12-exit (funding all, path 5 of seed 1)").says("payout $");
    run(out.path(), "explain openai-2026-uncertain microsoft --path 5 --at 900B").code(0).says("Exit at $900B");
}

#[test]
fn the_charts_are_of_the_holder_that_is_named() {
    let out = TempDir::new().expect("a folder");
    let simulate =
        |holder: &str| run(out.path(), &format!("simulate openai-2026-uncertain --paths 2k --holder {holder}"));
    simulate("nvidia").code(0);
    for chart in ["fan-nvidia.png", "histogram-nvidia.png"] {
        assert!(out.path().join("openai-2026-uncertain").join(chart).exists(), "{chart}");
    }
    simulate("nvida").code(2).complains("did you mean \"nvidia\"?");
}

#[test]
fn words_that_are_drawn_weigh_their_scenarios_by_chance() {
    let out = TempDir::new().expect("a folder");
    fs::write(out.path().join("words.toml"), WORDS).expect("a file");
    let folder = out.path().display();
    let line = |what: &str, more: &str| format!("{what} --scenarios {folder} {more}");
    let simulate = |more: &str| run(out.path(), &line("simulate words --no-charts --paths 20k", more)).code(0);
    let event = "--probability 'ownership(fund) >= 20%' --probability 'payout(fund) > 40M'";
    let whole = simulate(event).says("is drawn too (by and joins)");
    let printed = simulate("--format csv");
    let mixed = |figure| row(&printed, "Fund", figure);
    let (ownership, payout, multiple) = (mixed("ownership"), mixed("payout"), mixed("multiple"));
    let parts = [("existing", 0.6), ("everyone", 0.4)].into_iter().flat_map(|(by, p)| {
        [("1x", 0.3), ("none", 0.5), ("3x", 0.2)].into_iter().map(move |(joins, q)| (by, joins, p * q))
    });
    let (mut expected, mut seen) = ([0.0; 3], 0);
    for (by, joins, weight) in parts {
        let part = simulate(&format!("--format csv --seed 9 --set by={by} --set joins={joins}"));
        for (sum, figure) in expected.iter_mut().zip(["ownership", "payout", "multiple"]) {
            *sum += weight * row(&part, "Fund", figure).0;
        }
        seen += 1;
    }
    assert_eq!(seen, 6);
    for ((mean, error), expected) in [ownership, payout, multiple].into_iter().zip(expected) {
        // Either side has its own error.
        assert!((mean - expected).abs() < 5.0 * 1.5 * error, "{mean} and not {expected}, error {error}");
    }
    // On any number of threads and from any parts the same.
    simulate(event);
    let csv = out.path().join("words/simulation.csv");
    let bytes = fs::read(&csv).expect("the file");
    assert_eq!(result(&simulate(&format!("{event} --threads 3"))), result(&whole));
    let file = |name: &str| out.path().join(name).display().to_string();
    for (paths, name) in [("0..7777", "a"), ("7777..20k", "b")] {
        run(out.path(), &line("simulate words", &format!("{event} --paths {paths} --shard {}", file(name)))).code(0);
    }
    fs::remove_file(&csv).expect("it is there");
    run(out.path(), &line("merge", &format!("{} {} --no-charts", file("b"), file("a")))).code(0);
    assert_eq!(fs::read(&csv).expect("the file"), bytes);
}

#[test]
fn a_path_with_words_is_explained_with_the_words_it_drew() {
    let out = TempDir::new().expect("a folder");
    fs::write(out.path().join("words.toml"), WORDS).expect("a file");
    let folder = out.path().display();
    let (mut existing, mut without) = (0, 0);
    for path in 0..20 {
        let line = format!("explain words fund --path {path} --seed 4 --scenarios {folder}");
        let explained = run(out.path(), &line).code(0).says("by = e").says("joins = ").says("pre = ");
        existing += usize::from(explained.stdout.contains("by = existing"));
        without += usize::from(explained.stdout.contains("joins = none"));
    }
    assert!((5..20).contains(&existing) && (3..18).contains(&without), "{existing} {without}");
    let drawn =
        "{ distribution = \"discrete\", values = [\"existing\", \"everyone\"], probabilities = [\"60%\", \"40%\"] }";
    let many: Vec<String> = (0..6).map(|index| format!("w{index} = {drawn}")).collect();
    let text = WORDS.replace("[variables]\n", &format!("[variables]\n{}\n", many.join("\n")));
    fs::write(out.path().join("many.toml"), text).expect("a file");
    let line = format!("simulate many --paths 1k --no-charts --scenarios {folder}");
    run(out.path(), &line).code(2).complains("E0723").complains("384 combinations").complains("--set by=existing");
}
