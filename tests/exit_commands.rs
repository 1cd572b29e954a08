//! The commands on a sale of the company as a user meets them: one sentence a test.

mod support;

use support::{SEED, capstruct_in, capstruct_into, files_below, scenarios, temporary};

/// $10M of 1x preference at $3 a share: 10/3M of 40/3M shares.
const OFFER_A: &str = r#"# A lower valuation, and no more than the money back first.
title        = "Offer A"
stakeholders = { founders = "Founders", seed = "Seed Fund", lead = "Lead Investor", staff = "Staff" }
classes      = [{ name = "Series A Preferred", participation = "none" }]

[opening]
holdings = [
  { stakeholder = "founders", shares = 8_000_000 },
  { stakeholder = "seed", shares = 1_500_000 },
  { stakeholder = "staff", options = 500_000, exercise_price = 0.5 },
]

[[rounds]]
name         = "Series A"
class        = "Series A Preferred"
pre_money    = "30M"
participants = { lead = "10M" }

[[exits]]
value  = ["30M", "80M"]
costs  = 0
escrow = "10%"
"#;

/// At $6 a share, with 2x first and a share of the rest up to 3x.
const OFFER_B: &str = r#"# Twice the valuation, and twice the money back before a share of the rest.
title    = "Offer B"
based_on = "offer-a"
classes  = [{ name = "Series A Preferred", participation = "3x", preference = "2x" }]
rounds   = [{ name = "Series A", pre_money = "60M" }]
"#;

fn offers() -> tempfile::TempDir {
    scenarios(&[("offer-a", OFFER_A), ("offer-b", OFFER_B), ("unsold", SEED)])
}

// Founders under offer A at 80M: v = (80 + 0.25) / (40/3) = 6.01875; 8M shares.
#[test]
fn exit_shows_who_gets_what_at_the_values_of_the_file() {
    let folder = offers();
    capstruct_in(folder.path(), "exit offer-a --width 400")
        .code(0)
        .without_complaint()
        .says("Exit: payouts by class; funding all, case base")
        .says("$16.20M  $48.15M")
        .says("Checked: payouts, deductions and what is left over add up to the exit value, to the cent")
        .says("would pay more")
        .says("no payout falls as the exit value rises")
        .says("Breakpoints of the exit")
        .says("Series A Preferred converts")
        .says("Who chooses");
}

#[test]
fn exit_takes_values_in_the_grammar_of_the_files() {
    let folder = offers();
    capstruct_in(folder.path(), "exit offer-a --at 0.08B --width 140")
        .code(0)
        .says("Exit at $80M: by class")
        .says("as converted")
        .says("2.01x");
    capstruct_in(folder.path(), "exit offer-a --at 0").code(0).says("nothing");
    capstruct_in(folder.path(), "exit offer-a --at 5").code(0);
    capstruct_in(folder.path(), "exit offer-a --at=-1M").code(2).complains("[E0908]").complains("away");
    capstruct_in(folder.path(), "exit offer-a --at 80m").code(2).complains("[E0908]");
    capstruct_in(folder.path(), "exit offer-a --at 1.005").code(2).complains("whole cents");
}

#[test]
fn a_scenario_without_a_sale_is_sold_on_default_terms_that_are_listed() {
    let folder = offers();
    capstruct_in(folder.path(), "exit unsold").code(2).complains("[E0906]").complains("--at 200B,500B,1T");
    capstruct_in(folder.path(), "exit unsold --at 1M,20M --width 140")
        .code(0)
        .says("Seed Fund")
        .says("no debt but loans, no costs, no management carve-out and no escrow")
        .says("--at:1");
    // 2M back at 1M of 10M; a fifth of 20M.
    capstruct_in(folder.path(), "exit unsold --at 20M --format csv")
        .code(0)
        .says(",Seed Fund,2000000,2000000,4000000,");
    capstruct_in(folder.path(), "exit unsold --breakpoints").code(0).says("Seed Preferred converts");
}

#[test]
fn exit_is_data_where_asked() {
    let folder = offers();
    let csv = capstruct_in(folder.path(), "exit offer-a --format csv").code(0);
    assert!(csv.stdout.starts_with("scenario,funding,case,exit_value,kind,class,lot,stakeholder,"), "{}", csv.stdout);
    let json = capstruct_in(folder.path(), "exit offer-a --format json").code(0);
    let tables: serde_json::Value = serde_json::from_str(&json.stdout).expect("JSON");
    assert!(tables["exit"].is_array() && tables["breakpoints"].is_array(), "{}", json.stdout);
    capstruct_in(folder.path(), "exit offer-a --breakpoints --format csv").code(0).says(",next_dollar,currency");
}

#[test]
fn exit_finds_the_exit_value_for_a_payout_or_a_multiple_exactly() {
    let folder = offers();
    // 72M = 8M shares x 9; 9 x 40/3M shares = 120M, less the options' 0.25M.
    capstruct_in(folder.path(), "exit offer-a --solve 'payout(founders) = 72M'")
        .code(0)
        .says("payout(founders) = 72M at an exit value of $119,750,000.");
    capstruct_in(folder.path(), "exit offer-b --solve 'multiple(lead) = 3x'")
        .code(0)
        .says("3x is a payout of $30M.")
        .says("every exit value from this to that");
    capstruct_in(folder.path(), "exit offer-a --solve 'payout(lead) > 10M' --width 140")
        .code(0)
        .says("every exit value above this");
    capstruct_in(folder.path(), "exit offer-a --solve 'multiple(founders) = 2x'").code(2).complains("[E0907]");
    capstruct_in(folder.path(), "exit offer-a --solve 'ownership(lead) = 1%'").code(2).complains("[E0907]");
    capstruct_in(folder.path(), "exit offer-a --solve 'payout(foundrs) = 1M'")
        .code(2)
        .complains("did you mean founders?");
}

#[test]
fn run_writes_the_sale_and_its_charts() {
    let (folder, out) = (offers(), temporary());
    let scenarios = folder.path().join("scenarios");
    capstruct_into(out.path(), &format!("--scenarios {} run offer-a --quiet", scenarios.display())).code(0);
    let files = files_below(out.path());
    for expected in [
        "exit.csv",
        "breakpoints.csv",
        "payoff-by-class.png",
        "payoff-by-holder.png",
        "payout-shares.png",
        "payouts-30m.png",
        "payouts-80m.png",
    ] {
        assert!(files.iter().any(|file| file.ends_with(expected)), "{expected} is not among {files:?}");
    }
}

#[test]
fn charts_of_a_sale_are_drawn_on_request_with_or_without_one_in_the_file() {
    let (folder, out) = (offers(), temporary());
    let scenarios = folder.path().join("scenarios");
    let chart = |line: &str| capstruct_into(out.path(), &format!("--scenarios {} {line}", scenarios.display()));
    chart("chart offer-a payoff payouts --svg").code(0).says("payoff-by-class.svg").says("payouts-80m.svg");
    chart("chart unsold payout-shares --at 20M").code(0).says("payout-shares.png");
    chart("chart unsold payoff").code(2).complains("[E0906]");
}

#[test]
fn explain_leads_from_a_payout_to_its_terms() {
    let folder = offers();
    capstruct_in(folder.path(), "explain offer-b lead --at 80M --width 160")
        .code(0)
        .without_complaint()
        .says("Lead Investor in the sale of offer-b")
        .says("participating")
        .says("preference $20M + 1,666,666.6667 as converted x")
        .says("participation of Series A Preferred: 3x")
        .says("scenarios/offer-b.toml:4");
    capstruct_in(folder.path(), "explain offer-a staff --at 80M").code(0).says("exercised").says("in escrow");
}

#[test]
fn compare_sets_payouts_side_by_side_and_finds_where_the_better_offer_changes() {
    let (folder, out) = (offers(), temporary());
    let scenarios = folder.path().join("scenarios");
    let compare = |line: &str| capstruct_into(out.path(), &format!("--scenarios {} {line}", scenarios.display()));
    // v = 9 in both at 119.75M: 9 x 40/3M = 120M, and 30M for the capped 3x + 9 x 10M = 120M.
    compare("compare offer-a offer-b --width 160")
        .code(0)
        .says("Payouts of a sale at $30M, compared with offer-a")
        .says("Which offer pays more")
        .says("Founders: offer-a and offer-b change places at $119,750,000.");
    let files = files_below(out.path());
    assert!(files.iter().any(|file| file.ends_with("crossover.png")), "{files:?}");
    let csv = compare("compare offer-a offer-b --at 80M --format csv").code(0);
    csv.says("Founders,payout at 80000000,48150000,41314285.71,-6835714.29,all,base,");
    compare("compare offer-a offer-b --at 80M --format csv")
        .says("Founders,crossover at 119750000,72000000,72000000,0,all,base,offer-b pays more from here on");
    compare("compare offer-a offer-b --holder nobody").code(2).complains("[E0905]");
    // A file that states no sale is compared at the values of one that does.
    compare("compare unsold offer-a --width 160").code(0).says("Payouts of a sale at $30M, compared with unsold");
}
