//! SAFEs, notes and protected classes.

use super::company::{Money, money};
use super::write::{Page, thousandths};
use proptest::prelude::*;
use std::fmt::Write;

/// A SAFE or a note.
#[derive(Clone, Debug)]
pub struct Convertible {
    pub who: usize,
    pub amount: Money,
    pub note: bool,
    pub cap: Cap,
    /// In percent.
    pub discount: u8,
    pub mfn: bool,
    /// What a cap is divided by, where it is not the usual.
    pub capitalization: Option<&'static str>,
    /// A round of less does not convert it, in thousands.
    pub threshold: Option<u64>,
    pub interest: Option<Interest>,
    /// Days after its issue, and what becomes of it then.
    pub maturity: Option<(u16, &'static str)>,
}

/// What bounds a conversion price from above. Money is in thousands, prices in thousandths.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cap {
    None,
    PostMoney(u64),
    PreMoney(u64),
    /// In tenths of a percent.
    Ownership(u16),
    Price(u64),
}

/// In percent a year.
#[derive(Clone, Debug)]
pub struct Interest {
    pub rate: u8,
    /// Simple where it is not compounded.
    pub compounding: Option<&'static str>,
    pub thirty_360: bool,
    pub paid: &'static str,
}

/// A preferred class of the opening.
#[derive(Clone, Debug)]
pub struct Series {
    pub holder: usize,
    pub shares: u64,
    /// Its issue price in thousandths.
    pub price: u64,
    /// Its conversion price is the issue price times three quarters.
    pub converts_into_more: bool,
    pub protection: Option<Protection>,
}

/// How a class is protected against a lower price.
#[derive(Clone, Debug)]
pub struct Protection {
    pub kind: &'static str,
    /// What counts in A; a narrow average needs one.
    pub counts: Option<&'static str>,
    pub in_price: bool,
    pub aggregation_days: Option<u8>,
    /// Issues that do not trigger it, where they are not the usual.
    pub exempt: Option<[bool; 4]>,
}

pub fn interest() -> impl Strategy<Value = Interest> {
    let compounding = prop_oneof![
        3 => Just(None),
        1 => Just(Some("annual")),
        1 => Just(Some("quarterly")),
        1 => Just(Some("monthly")),
    ];
    let paid = prop_oneof![4 => Just("shares"), 1 => Just("cash"), 1 => Just("waived")];
    (1..20u8, compounding, any::<bool>(), paid).prop_map(|(rate, compounding, thirty_360, paid)| Interest {
        rate,
        compounding,
        thirty_360,
        paid,
    })
}

pub fn cap() -> impl Strategy<Value = Cap> {
    prop_oneof![
        2 => Just(Cap::None),
        5 => (5_000..300_000u64).prop_map(Cap::PostMoney),
        3 => (5_000..300_000u64).prop_map(Cap::PreMoney),
        1 => (5..150u16).prop_map(Cap::Ownership),
        1 => (100..20_000u64).prop_map(Cap::Price),
    ]
}

/// A SAFE, mostly of the usual terms, or a note.
pub fn convertible() -> impl Strategy<Value = Convertible> {
    let capitalization = prop_oneof![
        8 => Just(None),
        1 => Just(Some("\"round\"")),
        1 => Just(Some("\"outstanding\"")),
        1 => Just(Some("\"fully_diluted\"")),
        1 => Just(Some("[\"shares\", \"options\", \"this_security\"]")),
        1 => Just(Some("[\"shares\", \"options\", \"unissued_options\", \"converting_securities\"]")),
        1 => Just(Some("[\"shares\", \"options\", \"this_security\", \"converting_securities\", \"pool_increase\"]")),
    ];
    let end = prop_oneof![Just("outstanding"), Just("convert"), Just("repay")];
    (
        (any::<u16>().prop_map(usize::from), small_money(), any::<bool>(), cap(), capitalization),
        prop_oneof![2 => Just(0u8), 1 => Just(20), 1 => 1..60u8],
        prop::bool::weighted(0.15),
        prop::option::weighted(0.2, 100..20_000u64),
        interest(),
        prop::option::weighted(0.3, (1..200u16, end)),
    )
        .prop_map(|((who, amount, note, cap, capitalization), discount, mfn, threshold, interest, maturity)| {
            Convertible {
                who,
                amount,
                note,
                cap,
                discount,
                mfn: mfn && !note,
                capitalization,
                threshold: threshold.filter(|_| note),
                interest: note.then_some(interest),
                maturity: maturity.filter(|_| note),
            }
        })
}

/// What a SAFE is for: seldom as much as a round.
fn small_money() -> impl Strategy<Value = Money> {
    prop_oneof![
        4 => (50..3_000u64).prop_map(|thousands| Money { thousands, spread: None }),
        1 => money(),
    ]
}

pub fn protection() -> impl Strategy<Value = Protection> {
    let kind = prop_oneof![3 => Just("broad_based"), 2 => Just("narrow_based"), 2 => Just("full_ratchet")];
    let counts = prop_oneof![
        2 => Just(None),
        1 => Just(Some("\"outstanding\"")),
        1 => Just(Some("\"fully_diluted\"")),
        1 => Just(Some("[\"shares\", \"unissued_options\"]")),
    ];
    (
        kind,
        counts,
        prop::bool::weighted(0.8),
        prop::option::weighted(0.2, 0..60u8),
        prop::option::weighted(0.3, any::<[bool; 4]>()),
    )
        .prop_map(|(kind, counts, in_price, aggregation_days, exempt)| Protection {
            kind,
            counts: if kind == "narrow_based" { counts.or(Some("\"outstanding\"")) } else { counts },
            in_price,
            aggregation_days,
            exempt,
        })
}

pub fn series() -> impl Strategy<Value = Series> {
    (
        any::<u16>().prop_map(usize::from),
        1_000..2_000_000u64,
        prop_oneof![4 => 50..5_000u64, 1 => 5_000..100_000u64],
        prop::bool::weighted(0.2),
        prop::option::weighted(0.8, protection()),
    )
        .prop_map(|(holder, shares, price, converts_into_more, protection)| Series {
            holder,
            shares,
            price,
            converts_into_more,
            protection,
        })
}

impl Convertible {
    /// Its block, but for its name, date and holder.
    pub(super) fn write(&self, day: u32, page: &mut Page) {
        let amount = page.money(&self.amount);
        page.line(format!("kind = \"{}\"\namount = {amount}", if self.note { "note" } else { "safe" }));
        match self.cap {
            Cap::None => {}
            Cap::PostMoney(cap) => page.line(format!("post_money_cap = {}", page.thousands(cap))),
            Cap::PreMoney(cap) => page.line(format!("pre_money_cap = {}", page.thousands(cap))),
            Cap::Ownership(part) => page.line(format!("ownership = \"{part}/1000\"")),
            Cap::Price(price) => page.line(format!("conversion_price = {}", page.price(price))),
        }
        if self.discount > 0 {
            page.line(format!("discount = \"{}%\"", self.discount));
        }
        if self.mfn {
            page.line("mfn = true");
        }
        if let Some(counts) = self.capitalization {
            page.line(format!("capitalization = {counts}"));
        }
        if let Some(threshold) = self.threshold {
            page.line(format!("qualified_financing = {}", page.thousands(threshold)));
        }
        if let Some(interest) = &self.interest {
            page.line(format!("interest_rate = \"{}%\"\ninterest_paid = \"{}\"", interest.rate, interest.paid));
            if let Some(compounding) = interest.compounding {
                page.line(format!("interest = \"compound\"\ncompounding = \"{compounding}\""));
            }
            if interest.thirty_360 {
                page.line("day_count = \"30/360\"");
            }
        }
        if let Some((days, end)) = self.maturity {
            let end = if self.cap == Cap::None && end == "convert" { "repay" } else { end };
            page.line(format!("maturity = {}\nat_maturity = \"{end}\"", super::write::date(day + u32::from(days))));
        }
    }
}

impl Protection {
    /// Its keys of a class.
    pub(super) fn write(&self) -> String {
        let mut keys = format!("anti_dilution = \"{}\"", self.kind);
        if let Some(counts) = self.counts.filter(|_| self.kind != "full_ratchet") {
            let _ = write!(keys, ", anti_dilution_counts = {counts}");
        }
        if !self.in_price {
            keys += ", adjustment_in_price = false";
        }
        if let Some(days) = self.aggregation_days {
            let _ = write!(keys, ", aggregation_days = {days}");
        }
        if let Some(exempt) = self.exempt {
            let words = ["pool", "conversions", "warrants", "issuances"];
            let exempt = words.iter().zip(exempt).filter(|(_, exempt)| *exempt).map(|(word, _)| format!("\"{word}\""));
            let _ = write!(keys, ", anti_dilution_exempt = [{}]", exempt.collect::<Vec<_>>().join(", "));
        }
        keys
    }
}

impl Series {
    /// Its class.
    pub(super) fn write(&self, number: usize, page: &Page) -> String {
        let mut keys = format!("name = \"S{number}\", original_issue_price = {}", page.price(self.price * 4));
        if self.converts_into_more {
            let _ = write!(keys, ", conversion_price = {}", page.price(self.price * 3));
        }
        if let Some(protection) = &self.protection {
            keys = format!("{keys}, {}", protection.write());
        }
        format!("{{ {keys} }},\n")
    }
}
