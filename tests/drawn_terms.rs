//! Numbers of the opening, of classes and of SAFEs that are drawn: a future is the run in which they are what it drew.

mod support;

use std::fs;
use support::{Ended, capstruct_beside};
use tempfile::TempDir;

/// The founders hold a part of a total that nobody knows, an angel so many shares; what is left is others'.
const COMPANY: &str = r#"
title        = "A company of which little is known"
stakeholders = { founders = "Founders", angel = "Angel", others = "Others", fund = "Fund" }
[opening]
fully_diluted = "$total"
holdings      = [
  { stakeholder = "founders", ownership = "$own" },
  { stakeholder = "angel", class = "Seed Preferred", shares = "$held", cost = "$paid" },
  { stakeholder = "angel", options = "$options", exercise_price = 0.1 },
  { available = "$pool" },
  { stakeholder = "others", ownership = "rest" },
]
[variables]
total   = { distribution = "uniform", low = 9_000_000, high = 11_000_000 }
own     = { distribution = "pert", low = "50%", base = "60%", high = "70%" }
held    = { distribution = "triangular", low = 900_000, base = 1_000_000, high = 1_200_000 }
paid    = { distribution = "uniform", low = "400k", high = "600k" }
options = { distribution = "normal", mean = 200_000, sd = 10_000 }
pool    = { distribution = "discrete", values = [400_000, 500_000], probabilities = ["50%", "50%"] }
issue   = { distribution = "uniform", low = 0.9, high = 1.1 }
cheque  = { distribution = "uniform", low = "1M", high = "2M" }
rate    = { distribution = "uniform", low = "70%", high = "90%" }
[[classes]]
name                 = "Seed Preferred"
original_issue_price = "$issue"
conversion_price     = 0.8
anti_dilution        = "full_ratchet"
[[convertibles]]
name          = "SAFE"
kind          = "safe"
stakeholder   = "angel"
amount        = "1M"
discount_rate = "$rate"
[[rounds]]
name         = "A"
pre_money    = "5M"
pool_target  = "35%"
participants = { fund = "$cheque" }
[[exits]]
name  = "Sale"
value = "9M"
"#;

/// A fund's part of what nobody has counted, the founders holding the other part: 20 % is a quarter of what they hold.
const PART: &str = r#"
title        = "A company of which one holding is published as a part"
stakeholders = { founders = "Founders", fund = "Fund" }
[opening]
holdings = [
  { stakeholder = "founders", shares = 8_000_000 },
  { stakeholder = "fund", ownership = "$part" },
]
[variables]
part = { distribution = "uniform", low = "10%", high = "30%" }
count = { distribution = "uniform", low = 900_000, high = 1_100_000 }
[[issuances]]
stakeholder = "fund"
shares      = "$count"
"#;

/// Every kind of count is drawn, and the deal knows whole shares only.
const WHOLE: &str = r#"
title        = "A company of whole shares"
rounding     = "closing-us"
stakeholders = { founders = "Founders", angel = "Angel", fund = "Fund" }
opening      = { holdings = [{ stakeholder = "founders", shares = "$own" }, { available = "$own" }] }
[variables]
own   = { distribution = "uniform", low = 9_000_000, high = 11_000_000 }
count = { distribution = "uniform", low = 10_000, high = 11_000 }
twice = { of = "$count", times = 2 }
[[issuances]]
stakeholder = "angel"
shares      = "$count"
[[option_grants]]
name        = "Grant"
stakeholder = "angel"
options     = "$twice"
[[pool_increases]]
shares = "$count"
[[warrants]]
stakeholder    = "fund"
shares         = "$count"
exercise_price = 1
[[secondaries]]
shares          = "$count"
price_per_share = 2
sellers         = { founders = "100%" }
buyers          = { fund = "100%" }
[[exercises]]
of     = "Grant"
shares = "$count"
[[rounds]]
name          = "A"
pre_money     = "50M"
pool_increase = "$count"
participants  = { fund = "5M", angel = { shares = "$count" } }
"#;

struct Folder(TempDir);

impl Folder {
    fn of(text: &str) -> Self {
        let out = TempDir::new().expect("a folder");
        fs::write(out.path().join("company.toml"), text).expect("a file");
        Folder(out)
    }

    fn run(&self, line: &str) -> Ended {
        capstruct_beside(self.0.path(), line)
    }

    /// What a path drew, as `--set` takes it.
    fn drawn(&self, path: u64, variables: &[&str]) -> String {
        let explained = self.run(&format!("explain company fund --path {path}")).code(0);
        let words: Vec<&str> = explained.stdout.split_whitespace().collect();
        let value = |name: &str| {
            let place = words.windows(2).position(|pair| pair == [name, "="]).expect("a variable that was drawn");
            words[place + 2].trim_end_matches(',').replace([',', '$'], "")
        };
        let set: Vec<String> = variables.iter().map(|name| format!("--set {name}={}", value(name))).collect();
        set.join(" ")
    }

    /// Name, figure and mean of every row of a simulation of these paths.
    fn means(&self, more: &str) -> Vec<(String, String, f64)> {
        // The file goes to another folder where something is set.
        let ended = self.run(&format!("simulate company --no-charts --format csv {more}")).code(0);
        let mut lines = ended.stdout.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
        let head = lines.next().expect("a head");
        let at = |key: &str| head.iter().position(|known| known == key).expect("a column");
        let (name, figure, mean) = (at("name"), at("figure"), at("mean"));
        let rows = lines.filter(|line| line.len() == head.len());
        rows.filter_map(|line| Some((line[name].clone(), line[figure].clone(), line[mean].parse().ok()?))).collect()
    }
}

fn agree(company: &Folder, paths: u64, variables: &[&str]) {
    for path in 0..paths {
        let one = format!("--paths {path}..{}", path + 1);
        let drawn = company.means(&one);
        let set = company.drawn(path, variables);
        let run = company.means(&format!("{one} {set}"));
        assert_eq!(drawn.len(), run.len());
        for ((name, figure, mean), (_, _, expected)) in drawn.iter().zip(&run) {
            // What was drawn is shown with eight digits.
            let slack = 1e-6 * expected.abs() + 1e-9;
            assert!(
                (mean - expected).abs() < slack,
                "{figure} of {name} in path {path}: {mean}, set {expected}: {set}"
            );
        }
        assert!(drawn.iter().any(|(name, ..)| name == "Founders"), "{drawn:?}");
    }
}

#[test]
fn a_future_is_the_run_in_which_terms_are_what_it_drew() {
    let company = Folder::of(COMPANY);
    agree(&company, 12, &["total", "own", "held", "paid", "options", "pool", "issue", "rate"]);
    // Every one of them moves something: none is left at its base.
    let base = company.means("--paths 0..1");
    for name in ["total", "own", "held", "paid", "options", "pool", "issue", "rate"] {
        let drawn = company.drawn(0, &[name]);
        let typed = drawn.trim_start_matches(&format!("--set {name}="));
        let (number, unit) = typed.strip_suffix('%').map_or((typed, ""), |number| (number, "%"));
        let factor = if name == "pool" { 1.25 } else { 0.99 };
        let moved = format!("{:.4}{unit}", number.parse::<f64>().expect("a number") * factor);
        let with = company.means(&format!("--paths 0..1 --set {name}={moved}"));
        assert_ne!(base, with, "{name} at {moved}");
    }
}

#[test]
fn a_part_that_is_drawn_makes_its_own_total() {
    let company = Folder::of(PART);
    agree(&company, 8, &["part"]);
    let explained = company.run("explain company founders --path 3").code(0);
    assert!(explained.stdout.contains("8,000,000"), "{}", explained.stdout);
}

/// Solved exactly, though the opening is read once: `8M / (8M / (1 - part) + 1M) = 70 %` where `part = 17 / 73`.
#[test]
fn what_is_held_at_the_opening_can_be_solved_for() {
    let company = Folder::of(PART);
    company
        .run("solve company --vary part --for 'ownership(founders) = 70%'")
        .code(0)
        .says("exactly")
        .says("part = 17/73");
    company.run("sweep company --over part=10%..30%/5 --measure 'ownership(fund)' --no-charts").code(0);
}

#[test]
fn counts_that_are_drawn_are_whole_where_shares_are() {
    let company = Folder::of(WHOLE);
    company.run("simulate company --no-charts --paths 1k").code(0);
    for path in 0..4 {
        for who in ["founders", "angel", "fund", "'Option pool'"] {
            let explained = company.run(&format!("explain company {who} --path {path}")).code(0);
            let held: Vec<&str> = explained.stdout.lines().filter(|line| line.contains(" held / ")).collect();
            let counts = held.iter().filter_map(|line| line.split_once(" = ")).map(|(_, counts)| counts);
            assert!(held.len() > 5 && counts.clone().all(|counts| !counts.contains('.')), "{held:#?}");
        }
    }
}

/// More than the whole is drawn for one holder in some futures, though not in nine of ten.
#[test]
fn futures_in_which_nothing_is_left_are_said() {
    let text = COMPANY.replace(
        "own     = { distribution = \"pert\", low = \"50%\", base = \"60%\", high = \"70%\" }",
        "own     = { distribution = \"normal\", mean = \"60%\", sd = \"13%\" }",
    );
    assert_ne!(text, COMPANY);
    let company = Folder::of(&text);
    let said = company.run("simulate company --no-charts --paths 4k").code(1).complains("E0725");
    let line = said.stdout.lines().find(|line| line.starts_with("SAFE ")).expect("the event that comes first");
    let first = line.split_whitespace().last().expect("a path");
    company.run(&format!("explain company fund --path {first}")).code(2).complains("E0617");
}
