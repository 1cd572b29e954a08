//! A company and what becomes of it, as plain terms that proptest can shrink.

use super::instruments::{Cap, Convertible, Protection, Series, convertible, protection, series};
use super::rights::{self, Cancellation, Exercise, Grant, Warrant};
use super::sale::Sale;
use proptest::prelude::*;

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
    /// Preferred classes of the opening.
    pub series: Vec<Series>,
    pub valuation: Option<u64>,
    /// What money and shares are counted in.
    pub units: Units,
    /// No rights where somebody takes the rest, one seller a sale, small grants: so that a long story seldom fails.
    pub calm: bool,
    pub events: Vec<(Event, u8)>,
    pub sale: Option<Sale>,
}

/// So many times as much money, and so many times as many shares at prices that follow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Units {
    pub money: u64,
    pub shares: u64,
}

impl Units {
    pub const ONE: Units = Units { money: 1, shares: 1 };
}

impl Default for Company {
    /// Two founders and ten holders to come, nothing else, unrounded.
    fn default() -> Self {
        Company {
            rounding: Rounding::Preset("exact"),
            opening: vec![6_000_000, 4_000_000],
            holders: 12,
            pool: [0, 0, 0],
            ratio: None,
            series: Vec::new(),
            valuation: None,
            units: Units::ONE,
            calm: false,
            events: Vec::new(),
            sale: None,
        }
    }
}

impl Company {
    /// Every protection of a class.
    pub fn protections_mut(&mut self) -> impl Iterator<Item = &mut Protection> {
        let of_rounds = self.events.iter_mut().filter_map(|(event, _)| match event {
            Event::Round(round) => round.protection.as_mut(),
            _ => None,
        });
        self.series.iter_mut().filter_map(|series| series.protection.as_mut()).chain(of_rounds)
    }
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
    Grant(Grant),
    Warrant(Warrant),
    Exercise(Exercise),
    Cancellation(Cancellation),
    Convertible(Convertible),
    Issuance { who: usize, shares: u64, paid: Option<(Paid, u64)> },
    Split { new: u32, old: u32, class: Option<&'static str> },
    PoolIncrease(Pool),
}

/// A number of options, or a part of the whole in tenths of a percent.
#[derive(Clone, Debug)]
pub enum Count {
    Number(u64),
    Permille(u16),
    /// A part of the whole, digit by digit.
    Exactly(String),
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
    /// Of the class the round makes, if it makes one.
    pub protection: Option<Protection>,
    pub pool: Option<Pool>,
    /// How convertibles weigh on its price, if it converts any.
    pub method: Option<&'static str>,
    pub converts: bool,
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

pub fn money() -> impl Strategy<Value = Money> {
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
    let method = prop_oneof![
        3 => Just(None),
        1 => Just(Some("pre_money")),
        1 => Just(Some("percent_ownership")),
        1 => Just(Some("dollars_invested")),
    ];
    let conversion = (method, prop::bool::weighted(0.9));
    (
        price,
        prop_oneof![4 => Just(None), 1 => Just(Some("Common")), 1 => Just(Some("Convertible"))],
        prop::option::weighted(0.3, protection()),
        prop::option::weighted(0.4, pool()),
        conversion,
        prop_oneof![9 => Just(None), 1 => Just(Some("exact"))],
        amounts,
        prop::collection::vec(tranche(most), 1..4),
    )
        .prop_map(|(price, class, protection, pool, (method, converts), rounding, money, tranches)| Round {
            price,
            class,
            protection,
            pool,
            method,
            converts,
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
    prop_oneof![
        6 => round(most).prop_map(Event::Round),
        2 => secondary().prop_map(Event::Secondary),
        4 => convertible().prop_map(Event::Convertible),
        2 => rights::grant().prop_map(Event::Grant),
        1 => rights::warrant().prop_map(Event::Warrant),
        1 => rights::exercise().prop_map(Event::Exercise),
        1 => rights::cancellation().prop_map(Event::Cancellation),
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
        prop_oneof![1 => Just(Vec::new()), 1 => prop::collection::vec(series(), 1..4)],
        prop::option::of(1_000..500_000u64),
        prop::collection::vec((event(most), 0..30u8), events),
    )
        .prop_map(move |(rounding, opening, pool, ratio, series, valuation, events)| {
            let holders = holders.max(opening.len());
            let (calm, units) = (holders > 20, Units::ONE);
            let sale = None;
            Company { rounding, opening, holders, pool, ratio, series, valuation, units, calm, events, sale }
        })
}

/// Mostly small companies, now and then a large one.
pub fn company() -> impl Strategy<Value = Company> {
    prop_oneof![
        30 => company_of(4, 7, 1..7, 3),
        1 => company_of(60, 120, 8..20, 12),
    ]
}

/// A company that raises money as most do: SAFEs and notes of all kinds, options and warrants, then rounds, up and down,
/// that convert them, adjust what is protected, and top up the pool.
pub fn deal() -> impl Strategy<Value = Company> {
    let one_by_one = |events: Vec<Event>| events.into_iter().map(|event| (event, 3));
    (
        company_of(3, 9, 0..3, 3),
        prop::collection::vec(convertible().prop_map(Event::Convertible), 0..6),
        prop::collection::vec(of_rights(), 0..4),
        prop::collection::vec(event(2), 0..2),
        prop::bool::weighted(0.3),
        prop::collection::vec(plain_round().prop_map(Event::Round), 1..4),
    )
        .prop_map(move |(mut company, mut convertibles, rights, between, adopts, rounds)| {
            if let Some(Event::Convertible(first)) = convertibles.first_mut()
                && adopts
            {
                (first.mfn, first.cap) = (!first.note, Cap::None);
            }
            company.events.extend(one_by_one(convertibles).chain(one_by_one(rights)).chain(one_by_one(between)));
            company.events.extend(rounds.into_iter().map(|round| (round, 60)));
            company
        })
}

/// A grant or a warrant, or what becomes of one.
fn of_rights() -> impl Strategy<Value = Event> {
    prop_oneof![
        3 => rights::grant().prop_map(Event::Grant),
        2 => rights::warrant().prop_map(Event::Warrant),
        3 => rights::exercise().prop_map(Event::Exercise),
        2 => rights::cancellation().prop_map(Event::Cancellation),
    ]
}

/// A round that can mostly be had: stated cheques at its price, in one or two closings.
pub fn plain_round() -> impl Strategy<Value = Round> {
    round(3).prop_map(|mut round| {
        round.tranches.truncate(2);
        if round.money != MoneyOf::Size {
            round.money = MoneyOf::Cheques;
        }
        for tranche in &mut round.tranches {
            (tranche.own_price, tranche.repeat) = (None, 1);
        }
        round
    })
}

/// A large company: hundreds of holders, dozens of rounds.
pub fn large_company() -> impl Strategy<Value = Company> {
    company_of(250, 400, 20..40, 30)
}
