//! Options granted, warrants, and what becomes of them.

use super::company::Count;
use super::write::{Page, date};
use proptest::prelude::*;

/// Options granted from the pool.
#[derive(Clone, Debug)]
pub struct Grant {
    pub who: usize,
    pub options: Count,
    /// Exercise price in thousandths.
    pub strike: u64,
    pub vests: bool,
}

/// A warrant.
#[derive(Clone, Debug)]
pub struct Warrant {
    pub who: usize,
    pub shares: u64,
    /// Exercise price in thousandths.
    pub strike: u64,
    /// On the class of the last series of the opening, where there is one.
    pub of_series: bool,
    pub counted: &'static str,
    /// Parts in twelfths, each so many days later, perhaps at a hurdle in thousandths.
    pub tranches: Vec<(u8, u8, Option<u64>)>,
}

/// Options or a warrant are exercised.
#[derive(Clone, Debug)]
pub struct Exercise {
    /// Which of the rights above it.
    pub of: usize,
    /// All that can be, where no number is said.
    pub number: Option<u64>,
    pub paid: Paid,
}

/// How an exercise price is paid.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Paid {
    InMoney,
    /// In shares, at the price in force.
    Net,
    /// In shares, at a market price in thousandths.
    NetAt(u64),
}

/// Options or a warrant end.
#[derive(Clone, Debug)]
pub struct Cancellation {
    /// Which of the rights above it.
    pub of: usize,
    pub what: Option<&'static str>,
    pub number: u64,
    pub returns: bool,
}

fn who() -> impl Strategy<Value = usize> {
    any::<u16>().prop_map(usize::from)
}

pub fn grant() -> impl Strategy<Value = Grant> {
    let options = prop_oneof![(1..20_000u64).prop_map(Count::Number), (1..20u16).prop_map(Count::Permille)];
    (who(), options, prop_oneof![Just(0), 1..9_000u64], any::<bool>()).prop_map(|(who, options, strike, vests)| Grant {
        who,
        options,
        strike,
        vests,
    })
}

pub fn warrant() -> impl Strategy<Value = Warrant> {
    let counted = prop_oneof![2 => Just("always"), 1 => Just("when_vested"), 1 => Just("when_exercised")];
    let tranches = prop::collection::vec((1..6u8, 0..60u8, prop::option::of(10..9_000u64)), 0..3);
    (who(), 12..200_000u64, prop_oneof![Just(0), 1..9_000u64], any::<bool>(), counted, tranches).prop_map(
        |(who, shares, strike, of_series, counted, tranches)| Warrant {
            who,
            shares,
            strike,
            of_series,
            counted,
            tranches,
        },
    )
}

pub fn exercise() -> impl Strategy<Value = Exercise> {
    let paid = prop_oneof![3 => Just(Paid::InMoney), 1 => Just(Paid::Net), 1 => (1..30_000u64).prop_map(Paid::NetAt)];
    (who(), prop::option::weighted(0.3, 1..2_000u64), paid).prop_map(|(of, number, paid)| Exercise { of, number, paid })
}

pub fn cancellation() -> impl Strategy<Value = Cancellation> {
    let what = prop_oneof![Just(None), Just(Some("unvested")), Just(Some("all"))];
    (who(), what, 1..1_000u64, any::<bool>()).prop_map(|(of, what, number, returns)| Cancellation {
        of,
        what,
        number,
        returns,
    })
}

impl Grant {
    /// Its block, but for its name, date and holder.
    pub(super) fn write(&self, calm: bool, page: &mut Page) {
        page.line(match self.options {
            _ if calm => format!("options = {}", page.count(10)),
            Count::Number(options) => format!("options = {}", page.count(options)),
            ref part @ (Count::Permille(_) | Count::Exactly(_)) => format!("ownership = {}", super::write::part(part)),
        });
        if self.strike > 0 {
            page.line(format!("exercise_price = {}", page.price(self.strike)));
        }
        if self.vests {
            page.line("vesting = \"monthly\"");
        }
    }
}

impl Warrant {
    /// Its block, but for its name, date and holder.
    pub(super) fn write(&self, class: Option<&str>, day: u32, page: &mut Page) {
        page.line(format!("shares = {}\ncounted = \"{}\"", page.count(self.shares), self.counted));
        if self.strike > 0 {
            page.line(format!("exercise_price = {}", page.price(self.strike)));
        }
        if let Some(class) = class {
            page.line(format!("class = \"{class}\""));
        }
        let mut day = day;
        for (number, (twelfths, days, hurdle)) in self.tranches.iter().enumerate() {
            day += u32::from(*days);
            let shares = page.count(self.shares / 12 * u64::from(*twelfths));
            page.line(format!("[[warrants.tranches]]\nname = \"m{number}\"\ndate = {}\nshares = {shares}", date(day)));
            if let Some(hurdle) = hurdle {
                page.line(format!("share_price = {}", page.price(*hurdle)));
            }
        }
    }
}

impl Exercise {
    /// Its block, but for its name, its date and what it is of.
    pub(super) fn write(&self, page: &mut Page) {
        if let Some(number) = self.number {
            page.line(format!("shares = {}", page.count(number)));
        }
        match self.paid {
            Paid::InMoney => {}
            Paid::Net => page.line("method = \"net\""),
            Paid::NetAt(price) => page.line(format!("method = \"net\"\nmarket_price = {}", page.price(price))),
        }
    }
}

impl Cancellation {
    /// Its block, but for its name, its date and what it is of.
    pub(super) fn write(&self, is_warrant: bool, page: &mut Page) {
        page.line(match self.what {
            Some(what) => format!("shares = \"{what}\""),
            None => format!("shares = {}", page.count(self.number)),
        });
        if !self.returns || is_warrant {
            page.line("returns_to_pool = false");
        }
    }
}
