//! Yes/no and listed numbers that decide how a file is read, drawn: every future is that of a run with them set.

mod support;

use std::fs;
use support::{Ended, capstruct_beside};
use tempfile::TempDir;

/// Which class is paid first and whether a SAFE takes a later one's terms are read once; of the rest only numbers are drawn.
const COMPANY: &str = r#"
title        = "A company whose terms are not settled"
stakeholders = { founders = "Founders", fund = "Fund" }
opening      = { holdings = [{ stakeholder = "founders", shares = "$held" }, { available = 1_000_000 }] }
[variables]
size  = { distribution = "uniform", low = "1M", high = "2M" }
held  = { distribution = "discrete", values = [9_000_000, 7_000_000, 8_000_000], probabilities = ["20%", "30%", "50%"] }
rank  = { distribution = "discrete", values = [2, 0, 1], probabilities = ["20%", "30%", "50%"] }
price = { distribution = "uniform", low = "2M", high = "6M" }
mfn   = { distribution = "bernoulli", probability = "40%" }
grows = { distribution = "bernoulli", probability = "70%" }
extra = { distribution = "discrete", values = ["1M", "2M"], probabilities = ["20%", "80%"] }
[[correlations]]
variables   = ["rank", "size"]
correlation = 0.7
[[classes]]
name      = "A Preferred"
seniority = "$rank"
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
participants = { founders = "$size" }
[[exits]]
name  = "Sale"
value = "$price"
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
        capstruct_beside(self.out.path(), line)
    }

    /// Name, figure, mean and its error of every row of a simulation.
    fn means(&self, more: &str) -> Vec<[String; 4]> {
        // The file goes to another folder where something is set.
        let ended = self.run(&format!("simulate company --no-charts --format csv {more}")).code(0);
        let mut lines = ended.stdout.lines().map(|line| line.split(',').collect::<Vec<_>>());
        let head = lines.next().expect("a head");
        let at = |key: &str| head.iter().position(|known| *known == key).expect("a column");
        let columns = ["name", "figure", "mean", "mean_error"].map(at);
        let rows = lines.filter(|line| line.len() == head.len());
        rows.map(|line| columns.map(|column| line[column].to_owned())).collect()
    }

    /// What a path drew, as `--set` takes it: the rank of a class, and whether there is the clause.
    fn drawn(&self, path: u64) -> (String, Ended) {
        let explained = self.run(&format!("explain company fund --seed 3 --path {path}")).code(0);
        let has = |text: &str| explained.stdout.contains(text);
        let rank = ["0", "1", "2"].into_iter().find(|rank| has(&format!("rank = {rank}"))).expect("a rank");
        let mfn = if has("mfn = yes") { "true" } else { "false" };
        assert_eq!(mfn == "false", has("mfn = no"));
        (format!("--set rank={rank} --set mfn={mfn}"), explained)
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
    for path in 0..16 {
        let (set, explained) = company.drawn(path);
        // The others draw the same, correlated ones too.
        let alone = company.run(&format!("explain company fund --seed 3 --path {path} {set}")).code(0);
        assert_eq!(story(&explained), story(&alone), "path {path}");
        let one = |more: &str| company.means(&format!("--paths {path}..{} --seed 3 {more}", path + 1));
        let (mixed, alone) = (one(""), one(&set));
        assert_eq!(mixed.len(), alone.len());
        for (ours, theirs) in mixed.iter().zip(&alone) {
            let number = |row: &[String; 4]| row[2].parse::<f64>().ok();
            // Both are kept on a grid of their own.
            let near = |(a, b): (f64, f64)| (a - b).abs() <= 1e-7 * b.abs().max(1.0);
            let is_same = number(ours).zip(number(theirs)).map_or(ours[2] == theirs[2], near);
            assert!(ours[..2] == theirs[..2] && is_same, "path {path} with {set}: {ours:?} {theirs:?}");
        }
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
    let whole = simulate("--paths 20k").says("is drawn too (rank and mfn)");
    let mean = |more: &str| -> [f64; 2] {
        let means = company.means(&format!("--paths 20k {more}"));
        let row = means.iter().find(|row| row[0] == "Fund" && row[1] == "ownership").expect("a row");
        [&row[2], &row[3]].map(|number| number.parse().expect("a number"))
    };
    let [found, error] = mean("");
    // The correlated size goes with the rank, so that only the clause may be set by itself here.
    let parts = [("true", 0.4), ("false", 0.6)].map(|(mfn, weight)| {
        simulate(&format!("--paths 1k --set mfn={mfn}")).says("is drawn too (rank)");
        (weight, mean(&format!("--seed 9 --set mfn={mfn}"))[0])
    });
    assert!((parts[0].1 - parts[1].1).abs() > 100.0 * error, "{parts:?}");
    let expected: f64 = parts.iter().map(|(weight, mean)| weight * mean).sum();
    assert!((found - expected).abs() < 5.0 * error, "{found} and not {expected}, error {error}");
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
    company.run("sweep company --over mfn=false,true --over rank=0,2 --measure 'ownership(fund)' --no-charts").code(0);
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
