//! A test of the tests: what is generated holds enough of everything.

use crate::generate::{cases, deal, ran};
use capstruct::engine::books::{Because, EntryKind};
use capstruct::model::{ConversionMethod, ConvertibleKind, Denominator, ProtectionMethod};
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use std::collections::BTreeMap;

#[test]
fn deals_have_everything_in_them() {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut runner = TestRunner::new(cases(1));
    let strategy = deal();
    for _ in 0..150 {
        let text = strategy.new_tree(&mut runner).expect("a tree").current().text();
        let Some(run) = ran(&text) else { continue };
        let mut see = |what: &'static str| *seen.entry(what).or_default() += 1;
        see("runs");
        let scenario = &run.agreement.scenario;
        for conversion in &run.ledger().conversions {
            let terms = &scenario.convertibles[conversion.convertible.index()];
            see(match (terms.kind, conversion.by_cap) {
                (ConvertibleKind::Safe, true) => "SAFEs at their cap",
                (ConvertibleKind::Safe, false) => "SAFEs at the round's price",
                (ConvertibleKind::Note, true) => "notes at their cap",
                (ConvertibleKind::Note, false) => "notes at the round's price",
            });
            if conversion.package != conversion.convertible {
                see("packages adopted");
            }
            if !conversion.interest.is_zero() {
                see("interest");
            }
            match scenario.convertibles[conversion.package.index()].package.counts {
                Denominator::OfRound => see("caps over the round's own count"),
                Denominator::Counts(counts) if !counts.this_security && counts.converting_securities => {
                    see("caps over others that convert");
                }
                Denominator::Counts(counts) if counts.pool_increase => see("caps over the pool increase"),
                Denominator::Counts(_) => {}
            }
        }
        for (_, adjustment) in &run.ledger().adjustments {
            let of_class = scenario.protections.iter().find(|protection| protection.class == adjustment.class);
            see(match of_class.expect("a protection").method {
                ProtectionMethod::FullRatchet => "ratchets",
                ProtectionMethod::WeightedAverage(_) => "averages",
            });
        }
        for pricing in &run.ledger().pricings {
            let round = &scenario.rounds[pricing.round.index()];
            if !pricing.pool_increase.is_zero() {
                see(if round.counts.pool_increase { "pools of the existing" } else { "pools of everyone" });
            }
            if !pricing.balances.is_zero() {
                see(match round.method {
                    ConversionMethod::PreMoney => "conversions beside the pre-money",
                    ConversionMethod::PercentOwnership => "conversions in the pre-money",
                    ConversionMethod::DollarsInvested => "conversions added to it",
                });
            }
        }
        for entry in &run.ledger().entries {
            match entry.kind {
                EntryKind::Grant { .. } => see("grants"),
                EntryKind::Exercise { .. } => see("exercises"),
                EntryKind::Return { .. } | EntryKind::Cancellation => see("cancellations"),
                EntryKind::Warrant => see("warrants"),
                EntryKind::Split { .. } => see("splits"),
                EntryKind::Transfer { .. } => see("sales"),
                _ => {}
            }
            if matches!(entry.because, Because::Milestone) {
                see("milestones");
            }
        }
    }
    let wanted = [
        ("runs", 75),
        ("SAFEs at their cap", 20),
        ("SAFEs at the round's price", 20),
        ("notes at their cap", 20),
        ("notes at the round's price", 20),
        ("packages adopted", 2),
        ("interest", 20),
        ("caps over the round's own count", 2),
        ("caps over others that convert", 2),
        ("caps over the pool increase", 10),
        ("ratchets", 10),
        ("averages", 20),
        ("pools of the existing", 10),
        ("pools of everyone", 10),
        ("conversions beside the pre-money", 5),
        ("conversions in the pre-money", 10),
        ("conversions added to it", 5),
        ("grants", 10),
        ("exercises", 2),
        ("cancellations", 2),
        ("warrants", 5),
        ("milestones", 2),
        ("splits", 5),
        ("sales", 5),
    ];
    let lacking: Vec<_> = wanted.iter().filter(|(what, least)| seen.get(what).copied().unwrap_or(0) < *least).collect();
    assert!(lacking.is_empty(), "too few: {lacking:?} of {seen:?}");
}
