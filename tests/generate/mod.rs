//! Scenarios out of nothing: plain terms that proptest can shrink, written down as a scenario file.
//!
//! Most of what comes out can be run; some of it contradicts itself, which must end in a finding.

#![allow(dead_code, reason = "every test file uses its own part")]
#![allow(unused_imports, reason = "every test file uses its own part")]

pub mod company;
pub mod instruments;
mod outcome;
pub mod rights;
pub mod sale;
mod write;

pub use company::{
    Company, Count, Event, Money, MoneyOf, OwnPrice, Paid, Pool, Price, Round, Rounding, SalePrice, Secondary, Status,
    Takes, Tranche, Units, company, company_of, deal, large_company, plain_round, round,
};
pub use instruments::{Cap, Convertible, Interest, Protection, Series, convertible, protection, series};
pub use outcome::{Outcome, complaint, ran, run};
pub use rights::{Cancellation, Exercise, Grant, Warrant};
pub use sale::{Sale, whole_file};

use proptest::test_runner::{Config as ProptestConfig, RngSeed};

/// So many cases, the same ones every time; `PROPTEST_CASES` and `PROPTEST_RNG_SEED` ask for others.
pub fn cases(few: u32) -> ProptestConfig {
    let usual = ProptestConfig::default();
    let asked = std::env::var_os("PROPTEST_CASES").is_some();
    let seeded = std::env::var_os("PROPTEST_RNG_SEED").is_some();
    ProptestConfig {
        cases: if asked { usual.cases } else { few },
        rng_seed: if seeded { usual.rng_seed } else { RngSeed::Fixed(20_260_331) },
        failure_persistence: None,
        max_shrink_time: 20_000,
        ..usual
    }
}
