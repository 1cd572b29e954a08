//! Scenarios out of nothing: plain terms that proptest can shrink, written down as a scenario file.
//!
//! Most of what comes out can be run; some of it contradicts itself, which must end in a finding.

#![allow(dead_code, reason = "every test file uses its own part")]

use capstruct::engine::refusal::Refusal;
use capstruct::error::{Findings, Severity, Sources};
use capstruct::model::{Agreement, Rung};
use capstruct::report::Run;
use capstruct::spec::load_text;
use capstruct::spec::resolve::{Settings, refusal_finding, resolve};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::fmt::Write;

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

/// A company and what becomes of it.
#[derive(Clone, Debug)]
pub struct Company {
    pub rounding: Rounding,
    /// Common shares of the first holders; the others come in later.
    pub opening: Vec<u64>,
    /// Holders in all.
    pub holders: usize,
    /// Granted options of the first holder, promised options, available options.
    pub pool: [u64; 3],
    /// Issue price over conversion price of the class `Convertible`, which the last opening holder also has.
    pub ratio: Option<(u32, u32)>,
    pub valuation: Option<u64>,
    /// No rights where somebody takes the rest, one seller a sale, small grants: so that a long story seldom fails.
    pub calm: bool,
    pub events: Vec<(Event, u8)>,
}

/// How the file rounds.
#[derive(Clone, Debug, PartialEq)]
pub enum Rounding {
    Preset(&'static str),
    Knobs { price_places: u8, price: &'static str, shares: &'static str, pool: &'static str },
}

/// What happens.
#[derive(Clone, Debug)]
pub enum Event {
    Round(Round),
    Secondary(Secondary),
    Grant { who: usize, options: Count },
    Issuance { who: usize, shares: u64, paid: Option<(Paid, u64)> },
    Split { new: u32, old: u32, class: Option<&'static str> },
    PoolIncrease(Pool),
}

/// A number of options, or a part of the whole in tenths of a percent.
#[derive(Clone, Debug)]
pub enum Count {
    Number(u64),
    Permille(u16),
}

/// What sets the price of an issuance.
#[derive(Clone, Debug)]
pub enum Paid {
    PerShare(u64),
    Valuation(u64),
}

/// A round.
#[derive(Clone, Debug)]
pub struct Round {
    pub price: Price,
    pub class: Option<&'static str>,
    pub pool: Option<Pool>,
    pub rounding: Option<&'static str>,
    pub money: MoneyOf,
    pub tranches: Vec<Tranche>,
}

/// What sets the price of a round. Money is in thousands, prices in thousandths.
#[derive(Clone, Debug)]
pub enum Price {
    PreMoney(Money),
    /// Times the money of the round, in tenths.
    PostMoney(u32),
    PerShare(u64),
}

/// Which of a round's amounts are stated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MoneyOf {
    /// Only the cheques: the round grows with rights.
    Cheques,
    /// The whole round; its last participant takes the rest.
    Size,
    /// Every tranche; its last participant takes the rest.
    Tranches,
}

/// Money in thousands; with a spread it is a variable with low and high ends, in percent.
#[derive(Clone, Debug)]
pub struct Money {
    pub thousands: u64,
    pub spread: Option<(u8, u8)>,
}

/// A closing.
#[derive(Clone, Debug)]
pub struct Tranche {
    pub participants: Vec<(usize, Takes)>,
    pub status: Status,
    pub own_price: Option<OwnPrice>,
    pub repeat: u8,
    /// Days after the closing before it.
    pub days: u8,
}

/// How far a closing's money is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Status {
    Unsaid,
    Funded,
    Committed,
    Conditional,
    Probable,
}

/// A tranche's own price: in thousandths, in thousands, in percent.
#[derive(Clone, Debug)]
pub enum OwnPrice {
    PerShare(u64),
    PreMoney(u64),
    StepUp(u8),
}

/// What a participant takes.
#[derive(Clone, Debug)]
pub enum Takes {
    Money(Money),
    Shares(u64),
    /// In tenths of a percent of the total.
    Ownership(u16),
    /// In percent of its right.
    ProRata(u8),
}

/// How large a pool is to be.
#[derive(Clone, Debug)]
pub struct Pool {
    pub size: Count,
    pub all: bool,
    pub everyone: bool,
}

/// A sale by holders to holders.
#[derive(Clone, Debug)]
pub struct Secondary {
    /// Money in thousands, or shares.
    pub money: bool,
    pub quantity: u64,
    pub price: SalePrice,
    /// None: everyone pro rata.
    pub sellers: Vec<(usize, u8)>,
    pub buyers: Vec<(usize, u8)>,
    /// Percent of every seller's holding.
    pub limit: Option<u8>,
}

/// What sets the price of a sale.
#[derive(Clone, Debug)]
pub enum SalePrice {
    PerShare(u64),
    Valuation(u64),
    /// Percent of the price of the latest round above it, if there is one.
    OfRound(u8),
}

fn money() -> impl Strategy<Value = Money> {
    let spread = prop_oneof![4 => Just(None), 1 => (0..90u8, 0..100u8).prop_map(Some)];
    (prop_oneof![Just(1_000), 1..50_000u64], spread).prop_map(|(thousands, spread)| Money { thousands, spread })
}

fn takes() -> impl Strategy<Value = Takes> {
    prop_oneof![
        6 => money().prop_map(Takes::Money),
        1 => (1..500_000u64).prop_map(Takes::Shares),
        1 => (1..200u16).prop_map(Takes::Ownership),
        2 => (1..101u8).prop_map(Takes::ProRata),
    ]
}

fn status() -> impl Strategy<Value = Status> {
    prop_oneof![
        3 => Just(Status::Unsaid),
        2 => Just(Status::Funded),
        1 => Just(Status::Committed),
        2 => Just(Status::Conditional),
        1 => Just(Status::Probable),
    ]
}

fn tranche(most: usize) -> impl Strategy<Value = Tranche> {
    let own = prop_oneof![
        1 => (1..50_000u64).prop_map(OwnPrice::PerShare),
        1 => (1_000..900_000u64).prop_map(OwnPrice::PreMoney),
        2 => (0..60u8).prop_map(OwnPrice::StepUp),
    ];
    (
        prop::collection::vec((any::<u16>().prop_map(usize::from), takes()), 1..=most),
        status(),
        prop::option::weighted(0.2, own),
        prop_oneof![9 => Just(1u8), 1 => 2..4u8],
        0..40u8,
    )
        .prop_map(|(participants, status, own_price, repeat, days)| Tranche {
            participants,
            status,
            own_price,
            repeat,
            days,
        })
}

fn pool() -> impl Strategy<Value = Pool> {
    let size = prop_oneof![3 => (1..250u16).prop_map(Count::Permille), 1 => (0..400_000u64).prop_map(Count::Number)];
    (size, any::<bool>(), any::<bool>()).prop_map(|(size, all, everyone)| Pool { size, all, everyone })
}

/// A round with at most so many participants a closing.
pub fn round(most: usize) -> impl Strategy<Value = Round> {
    let price = prop_oneof![
        5 => (20_000..2_000_000u64, prop::option::weighted(0.2, (0..50u8, 0..50u8)))
            .prop_map(|(thousands, spread)| Price::PreMoney(Money { thousands, spread })),
        3 => (11..80u32).prop_map(Price::PostMoney),
        1 => (10..90_000u64).prop_map(Price::PerShare),
    ];
    let amounts = prop_oneof![Just(MoneyOf::Cheques), Just(MoneyOf::Size), Just(MoneyOf::Tranches)];
    (
        price,
        prop_oneof![4 => Just(None), 1 => Just(Some("Common")), 1 => Just(Some("Convertible"))],
        prop::option::weighted(0.4, pool()),
        prop_oneof![9 => Just(None), 1 => Just(Some("exact"))],
        amounts,
        prop::collection::vec(tranche(most), 1..4),
    )
        .prop_map(|(price, class, pool, rounding, money, tranches)| Round {
            price,
            class,
            pool,
            rounding,
            money,
            tranches,
        })
}

fn secondary() -> impl Strategy<Value = Secondary> {
    let price = prop_oneof![
        (10..90_000u64).prop_map(SalePrice::PerShare),
        (1_000..2_000_000u64).prop_map(SalePrice::Valuation),
        (1..200u8).prop_map(SalePrice::OfRound),
    ];
    let parts = || prop::collection::vec((any::<u16>().prop_map(usize::from), 1..100u8), 0..4);
    (any::<bool>(), 1..20_000u64, price, parts(), parts(), prop::option::weighted(0.6, 1..101u8)).prop_map(
        |(money, quantity, price, sellers, buyers, limit)| Secondary { money, quantity, price, sellers, buyers, limit },
    )
}

fn event(most: usize) -> impl Strategy<Value = Event> {
    let who = || any::<u16>().prop_map(usize::from);
    let paid = prop_oneof![(1..50_000u64).prop_map(Paid::PerShare), (1_000..900_000u64).prop_map(Paid::Valuation),];
    let options = prop_oneof![(1..20_000u64).prop_map(Count::Number), (1..20u16).prop_map(Count::Permille)];
    prop_oneof![
        6 => round(most).prop_map(Event::Round),
        2 => secondary().prop_map(Event::Secondary),
        2 => (who(), options).prop_map(|(who, options)| Event::Grant { who, options }),
        1 => (who(), 1..300_000u64, prop::option::of((paid, 1..9_000u64)))
            .prop_map(|(who, shares, paid)| Event::Issuance { who, shares, paid }),
        1 => (1..12u32, 1..12u32, prop_oneof![3 => Just(None), 1 => Just(Some("Common"))])
            .prop_map(|(new, old, class)| Event::Split { new, old, class }),
        1 => pool().prop_map(Event::PoolIncrease),
    ]
}

fn rounding() -> impl Strategy<Value = Rounding> {
    let direction = || prop_oneof![Just("down"), Just("nearest"), Just("up"), Just("none")];
    prop_oneof![
        4 => Just(Rounding::Preset("exact")),
        3 => Just(Rounding::Preset("closing-us")),
        2 => Just(Rounding::Preset("law-firm")),
        1 => (0..8u8, prop_oneof![Just("down"), Just("nearest"), Just("up")], direction(), direction())
            .prop_map(|(price_places, price, shares, pool)| Rounding::Knobs { price_places, price, shares, pool }),
    ]
}

/// A company with that many holders at the opening and in all, events, and participants a closing.
pub fn company_of(
    opening: usize,
    holders: usize,
    events: std::ops::Range<usize>,
    most: usize,
) -> impl Strategy<Value = Company> {
    (
        rounding(),
        prop::collection::vec(prop_oneof![Just(1_000_000), 1_000..20_000_000u64], 1..=opening),
        prop_oneof![Just([0, 0, 0]), [0..200_000u64, 0..100_000u64, 0..2_000_000u64]],
        prop::option::weighted(0.3, (1..5u32, 1..5u32)),
        prop::option::of(1_000..500_000u64),
        prop::collection::vec((event(most), 0..30u8), events),
    )
        .prop_map(move |(rounding, opening, pool, ratio, valuation, events)| {
            let holders = holders.max(opening.len());
            Company { rounding, opening, holders, pool, ratio, valuation, calm: holders > 20, events }
        })
}

/// Mostly small companies, now and then a large one.
pub fn company() -> impl Strategy<Value = Company> {
    prop_oneof![
        30 => company_of(4, 7, 1..7, 3),
        1 => company_of(60, 120, 8..20, 12),
    ]
}

/// A large company: hundreds of holders, dozens of rounds.
pub fn large_company() -> impl Strategy<Value = Company> {
    company_of(250, 400, 20..40, 30)
}

/// The file while it is written.
struct Page {
    variables: String,
    events: String,
    count: usize,
}

impl Page {
    fn money(&mut self, money: &Money) -> String {
        let Some((less, more)) = money.spread else { return format!("\"{}k\"", money.thousands) };
        self.count += 1;
        let thousand = u128::from(money.thousands) * 10;
        let (low, high) = (thousand * u128::from(100 - less), thousand * u128::from(100 + u16::from(more)));
        let _ =
            writeln!(self.variables, "v{} = {{ low = {low}, base = {}, high = {high} }}", self.count, thousand * 100);
        format!("\"$v{}\"", self.count)
    }

    fn line(&mut self, line: impl AsRef<str>) {
        self.events.push_str(line.as_ref());
        self.events.push('\n');
    }
}

impl Company {
    /// The scenario file.
    pub fn text(&self) -> String {
        let mut page = Page { variables: String::new(), events: String::new(), count: 0 };
        let mut day = 0u32;
        let mut rounds = Vec::new();
        for (index, (event, days)) in self.events.iter().enumerate() {
            day += u32::from(*days);
            self.write_event(index, event, day, &mut rounds, &mut page);
        }
        let mut text = String::from("title = \"generated\"\nas_of = 2060-01-01\n");
        let _ = match &self.rounding {
            Rounding::Preset(preset) => writeln!(text, "rounding = \"{preset}\""),
            Rounding::Knobs { price_places, price, shares, pool } => writeln!(
                text,
                "rounding = {{ price_places = {price_places}, price = \"{price}\", shares = \"{shares}\", pool = \"{pool}\" }}"
            ),
        };
        if let Some((issue, conversion)) = self.ratio {
            let _ = writeln!(
                text,
                "classes = [{{ name = \"Convertible\", original_issue_price = {issue}, conversion_price = {conversion} }}]"
            );
        }
        text.push_str("[stakeholders]\n");
        for holder in 0..self.holders {
            let _ = writeln!(text, "h{holder} = \"Holder {holder}\"");
        }
        if !page.variables.is_empty() {
            let _ = write!(text, "[variables]\n{}", page.variables);
        }
        text.push_str("[opening]\ndate = 2025-01-01\n");
        if let Some(valuation) = self.valuation {
            let _ = writeln!(text, "valuation = \"{valuation}k\"");
        }
        text.push_str("holdings = [\n");
        for (holder, shares) in self.opening.iter().enumerate() {
            let _ = writeln!(text, "{{ stakeholder = \"h{holder}\", shares = {shares} }},");
        }
        if self.ratio.is_some() {
            let _ = writeln!(
                text,
                "{{ stakeholder = \"h{}\", class = \"Convertible\", shares = 50_000 }},",
                self.opening.len() - 1
            );
        }
        let [granted, promised, available] = self.pool;
        if granted > 0 {
            let _ = writeln!(text, "{{ stakeholder = \"h0\", options = {granted} }},");
        }
        if promised > 0 {
            let _ = writeln!(text, "{{ plan = \"Option pool\", promised = {promised} }},");
        }
        let granting = self.events.iter().any(|(event, _)| matches!(event, Event::Grant { .. }));
        let available = if granting { available.max(100_000) } else { available };
        if available > 0 {
            let _ = writeln!(text, "{{ plan = \"Option pool\", available = {available} }},");
        }
        text.push_str("]\n");
        text.push_str(&page.events);
        text
    }

    fn who(&self, who: usize) -> usize {
        who % self.holders
    }

    fn write_event(&self, index: usize, event: &Event, day: u32, rounds: &mut Vec<usize>, page: &mut Page) {
        match event {
            Event::Round(round) => {
                self.write_round(index, round, day, page);
                rounds.push(index);
            }
            Event::Secondary(sale) => self.write_secondary(index, sale, day, rounds.last().copied(), page),
            Event::Grant { who, options } => {
                let options = if self.calm { &Count::Number(10) } else { options };
                page.line(format!("[[option_grants]]\nname = \"e{index}\"\ndate = {}", date(day)));
                page.line(format!("stakeholder = \"h{}\"", self.who(*who)));
                page.line(match options {
                    Count::Number(options) => format!("options = {options}"),
                    Count::Permille(part) => format!("ownership = \"{}%\"", tenths(u64::from(*part))),
                });
            }
            Event::Issuance { who, shares, paid } => {
                page.line(format!("[[issuances]]\nname = \"e{index}\"\ndate = {}", date(day)));
                page.line(format!("stakeholder = \"h{}\"", self.who(*who)));
                page.line(match paid {
                    None => format!("shares = {shares}"),
                    Some((Paid::PerShare(price), amount)) => {
                        format!("amount = \"{amount}k\"\nprice_per_share = {}", thousandths(*price))
                    }
                    Some((Paid::Valuation(valuation), amount)) => {
                        format!("amount = \"{amount}k\"\nvaluation = \"{valuation}k\"")
                    }
                });
            }
            Event::Split { new, old, class } => {
                page.line(format!("[[splits]]\nname = \"e{index}\"\ndate = {}\nratio = \"{new}:{old}\"", date(day)));
                if let Some(class) = class {
                    page.line(format!("class = \"{class}\""));
                }
            }
            Event::PoolIncrease(pool) => {
                page.line(format!("[[pool_increases]]\nname = \"e{index}\"\ndate = {}", date(day)));
                match &pool.size {
                    Count::Number(options) => page.line(format!("shares = {}", options + 1)),
                    Count::Permille(part) => {
                        let counts = if pool.all { "all" } else { "available" };
                        page.line(format!("target = \"{}%\"\ntarget_counts = \"{counts}\"", tenths(u64::from(*part))));
                    }
                }
            }
        }
    }

    fn write_round(&self, index: usize, round: &Round, day: u32, page: &mut Page) {
        let cheques: u64 = round.tranches.iter().map(|tranche| cheques(tranche) * u64::from(tranche.repeat)).sum();
        let cheques = if round.money == MoneyOf::Cheques { cheques } else { cheques * 2 };
        page.line(format!("[[rounds]]\nname = \"r{index}\""));
        match &round.price {
            Price::PreMoney(money) => {
                let money = page.money(money);
                page.line(format!("pre_money = {money}"));
            }
            Price::PostMoney(times) => {
                page.line(format!("post_money = \"{}k\"", cheques.max(1) * u64::from(*times) / 10 + 1));
            }
            Price::PerShare(price) => page.line(format!("price_per_share = {}", thousandths(*price))),
        }
        if let Some(class) = round.class.filter(|class| *class != "Convertible" || self.ratio.is_some()) {
            page.line(format!("class = \"{class}\""));
        }
        if round.money == MoneyOf::Size {
            page.line(format!("size = \"{}k\"", cheques.max(1)));
        }
        if let Some(rounding) = round.rounding {
            page.line(format!("rounding = \"{rounding}\""));
        }
        if let Some(pool) = &round.pool {
            match &pool.size {
                Count::Number(options) => page.line(format!("pool_increase = {options}")),
                Count::Permille(part) => {
                    let counts = if pool.all { "all" } else { "available" };
                    page.line(format!(
                        "pool_target = \"{}%\"\npool_target_counts = \"{counts}\"",
                        tenths(u64::from(*part))
                    ));
                }
            }
            if !matches!(round.price, Price::PerShare(_)) {
                page.line(format!("pool_borne_by = \"{}\"", if pool.everyone { "everyone" } else { "existing" }));
            }
        }
        let mut day = day;
        let last = round.tranches.len() - 1;
        for (number, tranche) in round.tranches.iter().enumerate() {
            day += if number == 0 { 0 } else { u32::from(tranche.days) };
            page.line(format!("[[rounds.tranches]]\nname = \"t{number}\"\ndate = {}", date(day)));
            self.write_tranche(round, tranche, number, number == last, page);
        }
    }

    fn write_tranche(&self, round: &Round, tranche: &Tranche, number: usize, last: bool, page: &mut Page) {
        match tranche.status {
            Status::Unsaid => {}
            Status::Funded => page.line("status = \"funded\""),
            Status::Committed => page.line("status = \"committed\""),
            Status::Conditional => page.line("condition = \"a milestone\""),
            Status::Probable => page.line("probability = \"60%\""),
        }
        let own_price = tranche.own_price.as_ref().filter(|_| number > 0);
        match own_price {
            None => {}
            Some(OwnPrice::PerShare(price)) => page.line(format!("price_per_share = {}", thousandths(*price))),
            Some(OwnPrice::PreMoney(money)) => page.line(format!("pre_money = \"{money}k\"")),
            Some(OwnPrice::StepUp(percent)) => page.line(format!("step_up = \"{percent}%\"")),
        }
        let rest_of_size = round.money == MoneyOf::Size && last;
        if tranche.repeat > 1 && !rest_of_size {
            page.line(format!("repeat = {}\nevery = \"10 days\"", tranche.repeat));
        }
        if round.money == MoneyOf::Tranches {
            page.line(format!("amount = \"{}k\"", cheques(tranche).max(1) * 2));
        }
        let takes_rest = round.money == MoneyOf::Tranches || rest_of_size;
        let grows_post_money = round.money == MoneyOf::Cheques && matches!(round.price, Price::PostMoney(_));
        let rights = own_price.is_none() && !grows_post_money && !(self.calm && takes_rest);
        // What leaves something for whoever takes the rest.
        let modest = |number: u64| if round.money == MoneyOf::Cheques { number } else { number / 20 + 1 };
        let mut taken: Vec<usize> = Vec::new();
        let mut participants = Vec::new();
        let count = tranche.participants.len();
        for (place, (who, takes)) in tranche.participants.iter().enumerate() {
            let who = (0..self.holders).map(|step| self.who(who + step)).find(|who| !taken.contains(who));
            let Some(who) = who else { continue };
            taken.push(who);
            let amount = match takes {
                _ if takes_rest && place + 1 == count => "\"rest\"".to_owned(),
                Takes::Money(money) => page.money(money),
                Takes::Shares(shares) if rights => format!("{{ shares = {} }}", modest(*shares)),
                Takes::Ownership(part) if rights => {
                    format!("{{ ownership = \"{}%\" }}", tenths(modest(u64::from(*part))))
                }
                Takes::ProRata(100) if rights => "\"pro_rata\"".to_owned(),
                Takes::ProRata(part) if rights => format!("{{ pro_rata = \"{}%\" }}", modest(u64::from(*part))),
                Takes::Shares(_) | Takes::Ownership(_) | Takes::ProRata(_) => "\"100k\"".to_owned(),
            };
            participants.push(format!("h{who} = {amount}"));
        }
        page.line(format!("participants = {{ {} }}", participants.join(", ")));
    }

    fn write_secondary(&self, index: usize, sale: &Secondary, day: u32, round: Option<usize>, page: &mut Page) {
        page.line(format!("[[secondaries]]\nname = \"e{index}\"\ndate = {}", date(day)));
        let money = sale.money && !self.calm;
        page.line(if money {
            format!("amount = \"{}k\"", sale.quantity)
        } else {
            format!("shares = {}", sale.quantity / 20 + 1)
        });
        page.line(match (&sale.price, round) {
            (SalePrice::PerShare(price), _) => format!("price_per_share = {}", thousandths(*price)),
            (SalePrice::Valuation(valuation), _) => format!("valuation = \"{valuation}k\""),
            (SalePrice::OfRound(percent), Some(round)) => {
                format!("price_of = \"r{round}\"\nprice_multiple = \"{}x\"", hundredths(u64::from(*percent)))
            }
            (SalePrice::OfRound(percent), None) => format!("price_per_share = {}", hundredths(u64::from(*percent))),
        });
        let mut sellers = shares_of(&sale.sellers, |who| who % self.opening.len());
        if self.calm {
            sellers.truncate(1);
        }
        if sellers.is_empty() {
            page.line("sellers = \"pro_rata\"");
        } else {
            page.line(format!("sellers = {{ {} }}", parts(&sellers, false)));
        }
        let buyers = shares_of(&sale.buyers, |who| self.who(who));
        let buyers = if buyers.is_empty() { vec![(self.holders - 1, 100)] } else { buyers };
        page.line(format!("buyers = {{ {} }}", parts(&buyers, true)));
        if let Some(limit) = sale.limit.filter(|_| !sellers.is_empty()) {
            let limits: Vec<_> = sellers.iter().map(|(who, _)| format!("h{who} = \"{limit}%\"")).collect();
            page.line(format!("limit = {{ {} }}", limits.join(", ")));
        }
    }
}

/// Weights by holder, each holder once.
fn shares_of(weights: &[(usize, u8)], who: impl Fn(usize) -> usize) -> Vec<(usize, u32)> {
    let mut shares: Vec<(usize, u32)> = Vec::new();
    for (index, weight) in weights {
        let index = who(*index);
        if !shares.iter().any(|(known, _)| *known == index) {
            shares.push((index, u32::from(*weight)));
        }
    }
    shares
}

/// Weights as fractions of the whole; the last may be the rest.
fn parts(weights: &[(usize, u32)], rest: bool) -> String {
    let whole: u32 = weights.iter().map(|(_, weight)| weight).sum();
    let last = weights.len() - 1;
    let part = |(place, (who, weight)): (usize, &(usize, u32))| {
        if rest && place == last { format!("h{who} = \"rest\"") } else { format!("h{who} = \"{weight}/{whole}\"") }
    };
    weights.iter().enumerate().map(part).collect::<Vec<_>>().join(", ")
}

/// The base case's cheques of a tranche that are stated in money, in thousands.
fn cheques(tranche: &Tranche) -> u64 {
    let known = |takes: &Takes| if let Takes::Money(money) = takes { money.thousands } else { 100 };
    tranche.participants.iter().map(|(_, takes)| known(takes)).sum()
}

fn date(day: u32) -> String {
    let first = jiff::civil::date(2025, 1, 2);
    first.checked_add(jiff::Span::new().days(day)).expect("a day of this century").to_string()
}

fn tenths(number: u64) -> String {
    format!("{}.{}", number / 10, number % 10)
}

fn hundredths(number: u64) -> String {
    format!("{}.{:02}", number / 100, number % 100)
}

fn thousandths(number: u64) -> String {
    format!("{}.{:03}", number / 1_000, number % 1_000)
}

/// What became of a text.
pub enum Outcome {
    /// It was refused with findings.
    Refused(Findings, Sources),
    /// It was agreed, and the engine refused events.
    Infeasible(Box<(Agreement, Vec<Refusal>)>, Sources),
    /// It ran.
    Ran(Box<Run>),
}

/// Loads, resolves and runs a text.
pub fn run(text: &str, settings: &Settings) -> Outcome {
    let loaded = load_text("generated", text);
    let sources = loaded.sources;
    if loaded.findings.has_errors() {
        return Outcome::Refused(loaded.findings, sources);
    }
    let document = loaded.document.expect("a document without errors");
    match resolve(&document, &sources, settings) {
        Err(findings) => Outcome::Refused(findings, sources),
        Ok((agreement, _)) => match Run::new(agreement, Rung::All) {
            Err(refused) => Outcome::Infeasible(refused, sources),
            Ok(run) => Outcome::Ran(Box::new(run)),
        },
    }
}

/// The run of a text in the base case; `None` where it cannot be run.
pub fn ran(text: &str) -> Option<Run> {
    match run(text, &Settings::default()) {
        Outcome::Ran(run) => Some(*run),
        Outcome::Refused(..) | Outcome::Infeasible(..) => None,
    }
}

/// What is wrong with a refusal: every error must say where, and none may be a mistake of the program.
pub fn complaint(outcome: &Outcome) -> Option<String> {
    match outcome {
        Outcome::Ran(_) => None,
        Outcome::Refused(findings, sources) => {
            let errors: Vec<_> = findings.0.iter().filter(|finding| finding.severity == Severity::Error).collect();
            if errors.is_empty() {
                return Some("refused without an error".to_owned());
            }
            errors.iter().find_map(|finding| {
                let pointed = finding.place.as_ref().is_some_and(|place| !sources.text(place.span).is_empty());
                (!pointed).then(|| format!("{} points at nothing: {}", finding.code, finding.message))
            })
        }
        Outcome::Infeasible(refused, sources) => {
            let (agreement, refusals) = &**refused;
            if refusals.is_empty() {
                return Some("refused without a reason".to_owned());
            }
            refusals.iter().find_map(|refusal| {
                let finding = refusal_finding(agreement, refusal);
                match (&finding.place, refusal) {
                    (_, Refusal::Unbalanced { .. }) => Some(format!("the books do not balance: {}", finding.message)),
                    (None, _) => Some(format!("a refusal without a place: {}", finding.message)),
                    (Some(place), _) if sources.text(place.span).is_empty() => {
                        Some(format!("a refusal that points at nothing: {}", finding.message))
                    }
                    _ => None,
                }
            })
        }
    }
}
