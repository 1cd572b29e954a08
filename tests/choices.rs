//! Yes/no and listed numbers that decide how a file is read, drawn: every future is that of a run with them set.

mod support;

use std::fs;
use std::path::Path;
use support::{Ended, command, words};
use tempfile::TempDir;

/// Shares of the founders and whether a SAFE takes a later one's terms are read once; of the rest only amounts are drawn.
const COMPANY: &str = r#"
title        = "A company whose opening and terms are not settled"
stakeholders = { founders = "Founders", fund = "Fund" }
opening      = { holdings = [{ stakeholder = "founders", shares = "$held" }, { available = 1_000_000 }] }
[variables]
size  = { distribution = "uniform", low = "1M", high = "2M" }
held  = { distribution = "discrete", values = [9_000_000, 7_000_000, 8_000_000], probabilities = ["20%", "30%", "50%"] }
mfn   = { distribution = "bernoulli", probability = "40%" }
grows = { distribution = "bernoulli", probability = "70%" }
extra = { distribution = "discrete", values = ["1M", "2M"], probabilities = ["20%", "80%"] }
[[correlations]]
variables   = ["held", "size"]
correlation = 0.7
[[convertibles]]
name        = "First"
kind        = "safe"
stakeholder = "fund"
amount      = "1M"
mfn         = "$mfn"
[[convertibles]]
name           = "Second"
kind           = "safe"
stakeholder    = "fund"
amount         = "$extra"
post_money_cap = "20M"
[[rounds]]
name         = "A"
pre_money    = "80M"
participants = { fund = "$size" }
[[rounds]]
name         = "B"
only_if      = "$grows"
pre_money    = "100M"
participants = { fund = "$size" }
"#;

struct Company {
    out: TempDir,
}

impl Company {
    fn new() -> Self {
        let out = TempDir::new().expect("a folder");
        fs::write(out.path().join("company.toml"), COMPANY).expect("a file");
        Company { out }
    }

    fn run(&self, line: &str) -> Ended {
        let mut command = command();
        command.args(words(line)).arg("--scenarios").arg(self.out.path()).arg("--out").arg(self.out.path());
        let done = command.output().expect("it runs");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        Ended { code: done.status.code().unwrap_or(-1), stdout: text(done.stdout), stderr: text(done.stderr) }
    }

    /// Name, figure and mean of every row of the last simulation.
    fn means(&self) -> Vec<(String, String, String)> {
        let text = fs::read_to_string(self.csv()).expect("the file");
        let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
        let head = lines.next().expect("a head");
        let at = |key: &str| head.iter().position(|known| known == key).expect("a column");
        let (name, figure, mean) = (at("name"), at("figure"), at("mean"));
        lines.map(|line| (line[name].clone(), line[figure].clone(), line[mean].clone())).collect()
    }

    fn csv(&self) -> std::path::PathBuf {
        Path::new(self.out.path()).join("company/simulation.csv")
    }

    /// What a path drew, as `--set` takes it: how many the founders hold, and whether there is the clause.
    fn drawn(&self, path: u64) -> (String, Ended) {
        let explained = self.run(&format!("explain company fund --seed 3 --path {path}")).code(0);
        let has = |text: &str| explained.stdout.contains(text);
        let held = ["7M", "8M", "9M"].into_iter().find(|held| has(&format!("held = {held}"))).expect("the shares");
        let mfn = if has("mfn = yes") { "true" } else { "false" };
        assert_eq!(mfn == "false", has("mfn = no"));
        (format!("--set held={held} --set mfn={mfn}"), explained)
    }
}

/// The lines after the notes: what happened, and not what was drawn or set.
fn story(explained: &Ended) -> &str {
    explained.stdout.split_once("\n\n").expect("notes, then stages").1
}

#[test]
fn a_future_is_that_of_a_run_with_its_choices_set() {
    let company = Company::new();
    let mut seen = Vec::new();
    for path in 0..24 {
        let (set, explained) = company.drawn(path);
        // The others draw the same, correlated ones too.
        let alone = company.run(&format!("explain company fund --seed 3 --path {path} {set}")).code(0);
        assert_eq!(story(&explained), story(&alone), "path {path}");
        let one = |more: &str| {
            let paths = format!("--paths {path}..{} --seed 3", path + 1);
            company.run(&format!("simulate company --no-charts {paths} {more}")).code(0);
            company.means()
        };
        assert_eq!(one(""), one(&set), "path {path} with {set}");
        seen.push(set);
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 6, "every combination was drawn: {seen:?}");
}

/// The chances of the combinations are those of the file; `grows` and `extra` stay in each program.
#[test]
fn choices_weigh_their_scenarios_by_chance() {
    let company = Company::new();
    let simulate = |more: &str| company.run(&format!("simulate company --no-charts {more}")).code(0);
    let whole = simulate("--paths 20k").says("is drawn too (held and mfn)");
    let text = fs::read_to_string(company.csv()).expect("the file");
    let mean = |text: &str| -> Vec<f64> {
        let head: Vec<&str> = text.lines().next().expect("a head").split(',').collect();
        let at = |key: &str| head.iter().position(|known| *known == key).expect("a column");
        let line = text.lines().find(|line| line.contains("Fund") && line.contains("ownership")).expect("a row");
        let cells: Vec<&str> = line.split(',').collect();
        ["mean", "mean_error"].map(|key| cells[at(key)].parse().expect("a number")).into()
    };
    // The correlated size goes with the shares, so that only the clause may be set by itself here.
    let mut expected = 0.0;
    for (mfn, weight) in [("true", 0.4), ("false", 0.6)] {
        simulate(&format!("--paths 20k --seed 9 --set mfn={mfn}")).says("is drawn too (held)");
        expected += weight * mean(&fs::read_to_string(company.csv()).expect("the file"))[0];
    }
    let found = mean(&text);
    assert!((found[0] - expected).abs() < 5.0 * found[1], "{found:?} and not {expected}");
    // On any number of threads, evenly spread too, and from any parts the same.
    let hash = |ended: &Ended| ended.stdout.split_once("result ").expect("a result").1[..16].to_owned();
    assert_eq!(hash(&simulate("--paths 20k --threads 3")), hash(&whole));
    for sampling in ["philox", "sobol"] {
        let whole = simulate(&format!("--paths 20k --sampling {sampling}"));
        let file = |name: &str| company.out.path().join(name).display().to_string();
        for (paths, name) in [("0..7777", "a"), ("7777..20k", "b")] {
            simulate(&format!("--sampling {sampling} --paths {paths} --shard {}", file(name)));
        }
        let merged = company.run(&format!("merge {} {} --no-charts", file("b"), file("a"))).code(0);
        assert_eq!(hash(&merged), hash(&whole), "{sampling}");
    }
}

#[test]
fn choices_are_swept_and_ranked_like_any_other_input() {
    let company = Company::new();
    company
        .run("sweep company --over mfn=false,true --over held=7M,9M --measure 'ownership(fund)' --no-charts")
        .code(0);
    company.run("tornado company --measure 'ownership(fund)' --no-charts").code(0).says("mfn").says("held");
    let found = company.run("solve company --vary held --for 'ownership(founders) = 73%'").code(0);
    assert!(found.stdout.contains("held = "), "{}", found.stdout);
}

/// Cheques that do not always add up to the size of the round.
#[test]
fn a_future_whose_file_cannot_be_read_is_said() {
    let company = Company::new();
    let rewritten = |old: &str, new: &str| {
        fs::write(company.out.path().join("company.toml"), COMPANY.replace(old, new)).expect("a file");
        company.run("simulate company --no-charts --paths 1k").code(2).complains("E0736").complains("company.toml")
    };
    let cheque = "participants = { fund = \"$size\" }";
    rewritten(cheque, &format!("size = \"1.5M\"\n{cheque}")).complains("`size` is drawn, and where it is 1100000");
    let listed = "size = \"2M\"\nparticipants = { fund = \"$extra\" }";
    rewritten(cheque, listed).complains("`extra` is drawn, and where it is 1000000");
}
