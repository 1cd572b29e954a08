//! What must hold of every offering: its equations, written a second time, hold exactly at the engine's solution; the
//! condition it prints is sharp; a ratchet only ever adds shares.

#![allow(clippy::large_types_passed_by_value, reason = "exact numbers are passed by value, as in the engine")]

mod generate;

use capstruct::engine::books::{Adjustment, Books, CapTable, Entry, Journal};
use capstruct::engine::ipo::{Completed, Offering};
use capstruct::engine::refusal::{Cause, Refusal};
use capstruct::engine::round::{Conversion, Pricing};
use capstruct::engine::{inputs, replay};
use capstruct::model::{Agreement, Draws, EventId, Figure, Holding, Round, RoundId, Rung, Subject};
use capstruct::num::{Exact, Number, Truth};
use capstruct::report::Run;
use capstruct::report::figures::At;
use capstruct::spec::resolve::Settings;
use generate::{Outcome, cases, run};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use rust_decimal::Decimal;
use std::convert::Infallible;
use std::fmt::Write;

/// A company on its way to an offering, in small whole numbers.
#[derive(Clone, Debug)]
struct Deal {
    /// Shares of the founders, in thousands.
    founders: u32,
    /// Series with a promise or without.
    series: Vec<Series>,
    safes: Vec<Safe>,
    /// Options: thousands, and their strike in cents.
    options: Vec<(u32, u32)>,
    /// Available options, in thousands.
    pool: u32,
    counts: &'static str,
    price: Price,
    /// New shares in thousands, or money in thousands.
    primary: Primary,
    whole: bool,
}

#[derive(Clone, Copy, Debug)]
struct Series {
    /// Shares in thousands, at so many cents.
    shares: u32,
    price: u32,
    promise: Promise,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Promise {
    Nothing,
    /// In percent.
    Return(u32),
    Discount(u32),
}

#[derive(Clone, Copy, Debug)]
struct Safe {
    /// In thousands.
    amount: u32,
    /// Post-money cap in thousands; beside all others below the whole.
    cap: Option<u32>,
    /// In percent.
    discount: u32,
}

#[derive(Clone, Copy, Debug)]
enum Price {
    /// In cents.
    PerShare(u32),
    /// In thousands.
    PreMoney(u32),
}

#[derive(Clone, Copy, Debug)]
enum Primary {
    None,
    Shares(u32),
    Money(u32),
}

const COUNTS: [&str; 4] = ["without_pool", "with_pool", "tsm", "basic"];

fn deal() -> impl Strategy<Value = Deal> {
    let promise = prop_oneof![
        Just(Promise::Nothing),
        (1..60_u32).prop_map(Promise::Return),
        (1..60_u32).prop_map(Promise::Discount)
    ];
    let series =
        (100..3_000_u32, 50..3_000_u32, promise).prop_map(|(shares, price, promise)| Series { shares, price, promise });
    let safe = (10..5_000_u32, proptest::option::of(30_000..300_000_u32), 0..40_u32)
        .prop_map(|(amount, cap, discount)| Safe { amount, cap, discount });
    let price = prop_oneof![(50..5_000_u32).prop_map(Price::PerShare), (5_000..400_000_u32).prop_map(Price::PreMoney)];
    let primary = prop_oneof![
        Just(Primary::None),
        (1..5_000_u32).prop_map(Primary::Shares),
        (1..50_000_u32).prop_map(Primary::Money)
    ];
    (
        500..10_000_u32,
        prop::collection::vec(series, 0..4),
        prop::collection::vec(safe, 0..4),
        prop::collection::vec((1..800_u32, 0..4_000_u32), 0..4),
        0..1_000_u32,
        0..COUNTS.len(),
        (price, primary, any::<bool>()),
    )
        .prop_map(|(founders, series, safes, options, pool, counts, (price, primary, whole))| Deal {
            founders,
            series,
            safes,
            options,
            pool,
            counts: COUNTS[counts],
            price,
            primary,
            whole,
        })
}

impl Deal {
    fn written(&self) -> String {
        let mut text = String::from("title = \"Generated\"\n");
        if self.whole {
            text.push_str("rounding = \"closing-us\"\n");
        }
        text.push_str("[stakeholders]\nfounders = \"Founders\"\npublic = \"Buyers\"\n");
        for index in 0..self.series.len() {
            let _ = writeln!(text, "fund-{index} = \"Fund {index}\"");
        }
        for index in 0..self.safes.len() {
            let _ = writeln!(text, "angel-{index} = \"Angel {index}\"");
        }
        for index in 0..self.options.len() {
            let _ = writeln!(text, "staff-{index} = \"Staff {index}\"");
        }
        text.push_str("[opening]\ndate = 2025-01-01\nholdings = [\n");
        let _ = writeln!(text, "{{ stakeholder = \"founders\", shares = {} }},", self.founders * 1_000);
        for (index, series) in self.series.iter().enumerate() {
            let shares = series.shares * 1_000;
            let _ =
                writeln!(text, "{{ stakeholder = \"fund-{index}\", class = \"Series {index}\", shares = {shares} }},");
        }
        for (index, (options, strike)) in self.options.iter().enumerate() {
            let strike = if *strike == 0 { String::new() } else { format!(", exercise_price = {}", cents(*strike)) };
            let options = options * 1_000;
            let _ = writeln!(text, "{{ stakeholder = \"staff-{index}\", options = {options}{strike} }},");
        }
        if self.pool > 0 {
            let _ = writeln!(text, "{{ plan = \"Option pool\", available = {} }},", self.pool * 1_000);
        }
        text.push_str("]\n");
        for (index, series) in self.series.iter().enumerate() {
            let _ = writeln!(text, "[[classes]]\nname = \"Series {index}\"");
            let _ = writeln!(text, "original_issue_price = {}", cents(series.price));
            match series.promise {
                Promise::Nothing => {}
                Promise::Return(percent) => {
                    let _ = writeln!(text, "ipo_return = \"{percent}%\"");
                }
                Promise::Discount(percent) => {
                    let _ = writeln!(text, "ipo_discount = \"{percent}%\"");
                }
            }
        }
        for (index, safe) in self.safes.iter().enumerate() {
            let _ = writeln!(text, "[[convertibles]]\nname = \"SAFE {index}\"\nkind = \"safe\"\ndate = 2025-02-01");
            let _ = writeln!(text, "stakeholder = \"angel-{index}\"\namount = {}", safe.amount * 1_000);
            if let Some(cap) = safe.cap {
                let _ = writeln!(text, "post_money_cap = {}", cap * 1_000);
            }
            if safe.discount > 0 {
                let _ = writeln!(text, "discount = \"{}%\"", safe.discount);
            }
        }
        let _ = writeln!(text, "[[ipos]]\nname = \"IPO\"\ndate = 2025-06-30\nbuyers = {{ public = \"rest\" }}");
        let _ = writeln!(text, "pre_money_counts = \"{}\"", self.counts);
        match self.price {
            Price::PerShare(price) => {
                let _ = writeln!(text, "price_per_share = {}", cents(price));
            }
            Price::PreMoney(valuation) => {
                let _ = writeln!(text, "pre_money = {}", valuation * 1_000);
            }
        }
        match self.primary {
            Primary::None => {}
            Primary::Shares(shares) => {
                let _ = writeln!(text, "primary_shares = {}", shares * 1_000);
            }
            Primary::Money(money) => {
                let _ = writeln!(text, "primary_amount = {}", money * 1_000);
            }
        }
        text
    }

    /// The deal with another stated pre-money.
    fn at(&self, valuation: &str) -> String {
        let text = Deal { price: Price::PreMoney(1), ..self.clone() }.written();
        text.replace("pre_money = 1000\n", &format!("pre_money = {valuation}\n"))
    }
}

fn cents(cents: u32) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

fn exact(text: &str) -> Exact {
    Exact::given(text.parse::<Decimal>().expect("a decimal"))
}

fn thousands(count: u32) -> Exact {
    exact("1000") * exact(&count.to_string())
}

fn hundredth(count: u32) -> Exact {
    exact(&cents(count))
}

fn same(what: &str, left: Exact, right: Exact) -> Result<(), TestCaseError> {
    prop_assert!((left.at_most(right) & right.at_most(left)).is_yes(), "{what}: {left:?} is not {right:?}");
    Ok(())
}

/// What an offering fixed, in rationals.
struct Witness(Option<Offering<Exact>>);

impl Journal<Exact> for Witness {
    type Refusal = Infallible;
    fn record(&mut self, _: EventId, _: &Entry<Exact>) {}
    fn converted(&mut self, _: EventId, _: &Conversion<Exact>) {}
    fn adjusted(&mut self, _: EventId, _: &[Adjustment<Exact>]) {}
    fn offered(&mut self, _: EventId, completed: &Completed<Exact>, _: Truth) {
        self.0 = Some(completed.offering.clone());
    }
    fn priced(&mut self, _: RoundId, _: &Round<Exact>, _: &Pricing<Exact>, _: impl Fn(usize, usize) -> Exact) {}
    fn end_event(&mut self, _: Option<EventId>, _: Truth, _: Truth, _: &CapTable<Exact>) -> Result<(), Infallible> {
        Ok(())
    }
}

fn witnessed(agreement: &Agreement) -> Offering<Exact> {
    let scenario = agreement.scenario.cast::<Exact>();
    let (values, base) = (inputs::values(&scenario.settings), inputs::values(&scenario.base));
    let draws = Draws { values: &values, base: &base, happens: &[], rung: Rung::All };
    let mut books = Books::open(&scenario, &draws, Witness(None));
    let Ok(()) = replay(&scenario, &draws, &mut books);
    books.journal.0.expect("an offering")
}

/// What a promise multiplies the issue price by.
fn multiple(promise: Promise) -> Exact {
    let one = Exact::one();
    match promise {
        Promise::Nothing => one,
        Promise::Return(percent) => one + hundredth(percent),
        Promise::Discount(percent) => one / (one - hundredth(percent)),
    }
}

/// The equations of the offering at its solution, in the words of the terms.
fn equations(deal: &Deal, offering: &Offering<Exact>) -> Result<(), TestCaseError> {
    let (zero, one) = (Exact::zero(), Exact::one());
    let price = offering.solved_price;
    let shares: Exact = thousands(deal.founders) + deal.series.iter().map(|series| thousands(series.shares)).sum();
    let granted: Exact = deal.options.iter().map(|(options, _)| thousands(*options)).sum();
    let pool = thousands(deal.pool);
    let ratchets: Exact = deal
        .series
        .iter()
        .filter(|series| series.promise != Promise::Nothing)
        .map(|series| {
            let held = thousands(series.shares);
            (held * hundredth(series.price) * multiple(series.promise) / price - held).max(zero)
        })
        .sum();
    same("what ratchets add", offering.counted.ratchets, ratchets)?;
    let company = shares + granted + pool + ratchets + offering.counted.conversions;
    let safes: Exact = deal
        .safes
        .iter()
        .map(|safe| {
            let amount = thousands(safe.amount);
            let discounted = amount / (price * (one - hundredth(safe.discount)));
            safe.cap.map_or(discounted, |cap| (amount / thousands(cap) * company).max(discounted))
        })
        .sum();
    same("what converts", offering.counted.conversions, safes)?;
    let net = |(options, strike): &(u32, u32)| thousands(*options) * (one - hundredth(*strike) / price).max(zero);
    let (before, treasury) = match deal.counts {
        "without_pool" => (shares + granted, zero),
        "with_pool" => (shares + granted + pool, zero),
        "tsm" => (shares, deal.options.iter().map(net).sum()),
        _ => (shares, zero),
    };
    same("what stood before", offering.counted.before, before)?;
    same("the treasury stock method", offering.counted.treasury, treasury)?;
    let count = before + ratchets + safes + treasury;
    same("the count", offering.capitalization, count)?;
    match deal.price {
        Price::PreMoney(valuation) => same("price x count", price * count, thousands(valuation)),
        Price::PerShare(stated) => same("the price", price, hundredth(stated)),
    }
}

fn offered(run: &Run) -> &capstruct::engine::ipo::PostedOffering {
    run.ledger().offerings.first().expect("an offering")
}

fn bound_of(outcome: &Outcome) -> Option<Decimal> {
    let Outcome::Infeasible(refused, _) = outcome else { return None };
    refused.1.iter().find_map(|refusal| match refusal {
        Refusal::Infeasible { cause: Cause::IpoTooSmall { bound, .. }, .. } => Some(*bound),
        _ => None,
    })
}

fn price_at(deal: &Deal, valuation: &str) -> Option<(Run, Decimal)> {
    match run(&deal.at(valuation), &Settings::default()) {
        Outcome::Ran(run) => {
            let price = offered(&run).solved_price;
            Some((*run, price))
        }
        Outcome::Refused(..) | Outcome::Infeasible(..) => None,
    }
}

/// The caps of a deal promise less than the whole.
fn caps_leave_room(deal: &Deal) -> bool {
    let parts: f64 =
        deal.safes.iter().filter_map(|safe| safe.cap.map(|cap| f64::from(safe.amount) / f64::from(cap))).sum();
    parts < 0.95
}

#[test]
fn the_equations_of_an_offering_hold_exactly_at_its_solution() {
    proptest!(cases(300), |(deal in deal())| {
        prop_assume!(caps_leave_room(&deal));
        let text = deal.written();
        match run(&text, &Settings::default()) {
            Outcome::Ran(run) => {
                equations(&deal, &witnessed(&run.agreement))?;
                let posted = offered(&run);
                for ratchet in &posted.ratchets {
                    prop_assert!(ratchet.after <= ratchet.before, "a ratchet took shares");
                }
                // Everything is common afterwards, and nothing is outstanding.
                let last = run.ledger().last();
                for (holding, shares) in run.agreement.scenario.positions.iter().zip(&last.shares) {
                    if let Holding::Shares(_, class) = holding {
                        let common = run.agreement.classes[class.index()].is_common;
                        prop_assert!(common || shares.is_zero(), "preferred is left");
                    }
                }
                prop_assert!(run.ledger().outstanding.iter().all(|outstanding| !outstanding));
            }
            Outcome::Infeasible(ref refused, _) => {
                let bound = bound_of(&Outcome::Infeasible(refused.clone(), capstruct::error::Sources::default()));
                let Price::PreMoney(valuation) = deal.price else {
                    return Err(TestCaseError::fail(format!("a stated price was refused: {:?}", refused.1)));
                };
                let bound = bound.ok_or_else(|| TestCaseError::fail(format!("refused: {:?}\n{text}", refused.1)))?;
                prop_assert!(Decimal::from(valuation) * Decimal::ONE_THOUSAND <= bound, "{valuation} and {bound}");
            }
            Outcome::Refused(findings, _) => {
                let messages: Vec<_> = findings.0.iter().map(|finding| &finding.message).collect();
                return Err(TestCaseError::fail(format!("{messages:?}\n{text}")));
            }
        }
    });
}

/// A pre-money a cent above the printed bound has a price, one a cent below has none.
#[test]
fn the_printed_condition_is_sharp() {
    proptest!(cases(80), |(deal in deal())| {
        let promises = deal.series.iter().any(|series| series.promise != Promise::Nothing) || !deal.safes.is_empty();
        prop_assume!(promises && !deal.whole && caps_leave_room(&deal));
        let refused = run(&deal.at("0.000001"), &Settings::default());
        let bound = bound_of(&refused).expect("so little is never enough");
        let cent = Decimal::new(1, 2);
        let (above, below) = (bound + cent, bound - cent);
        prop_assert!(price_at(&deal, &above.to_string()).is_some(), "{above} is above {bound}");
        prop_assert!(bound_of(&run(&deal.at(&below.to_string()), &Settings::default())).is_some());
    });
}

/// A higher pre-money is a higher price and never more ratchet shares; it never hurts who has no promise.
#[test]
fn a_higher_pre_money_is_a_higher_price_and_no_more_ratchet_shares() {
    proptest!(cases(80), |(deal in deal(), low in 20_000..200_000_u32, more in 1..200_000_u32)| {
        prop_assume!(!deal.whole && caps_leave_room(&deal) && !matches!(deal.primary, Primary::Money(_)));
        let at = |valuation: u32| price_at(&deal, &(u64::from(valuation) * 1_000).to_string());
        if let (Some((first, price)), Some((second, higher))) = (at(low), at(low + more)) {
            prop_assert!(price < higher, "{price} and {higher}");
            for (less, much) in offered(&second).ratchets.iter().zip(&offered(&first).ratchets) {
                prop_assert!(less.after >= much.after);
            }
            let founders = |run: &Run| {
                let who = Subject::Stakeholder(capstruct::model::StakeholderId(0));
                let at = At::stage(run, Rung::All, None).expect("the last stage");
                at.figure(Figure::Ownership, who).expect("an ownership")
            };
            prop_assert!(founders(&first).at_most(founders(&second)).is_yes(), "the founders were hurt");
        }
    });
}
