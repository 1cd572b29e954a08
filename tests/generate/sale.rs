//! The sale of the company, and what its preferred classes get first.

use super::company::{Company, Money, deal, money};
use super::write::{Page, date, tenths};
use proptest::prelude::*;
use std::fmt::Write;

/// A sale.
#[derive(Clone, Debug)]
pub struct Sale {
    pub value: Money,
    /// In thousands.
    pub debt: u64,
    /// In percent.
    pub costs: u8,
    pub carve_out: u8,
    pub pool_takes_part: bool,
    /// All lots of a class choose together.
    pub by_class: bool,
    /// Of the classes in turn; the first is everyone's who is not named.
    pub preferences: Vec<Preference>,
}

/// What a class gets first.
#[derive(Clone, Debug)]
pub struct Preference {
    /// Multiple of what was paid, in tenths.
    pub multiple: u8,
    pub rank: u8,
    pub participation: Participation,
}

/// Whether a class shares in the rest.
#[derive(Clone, Copy, Debug)]
pub enum Participation {
    None,
    Full,
    /// Until it has had a multiple, in tenths.
    Capped(u8),
}

fn preference() -> impl Strategy<Value = Preference> {
    let participation = prop_oneof![
        4 => Just(Participation::None),
        1 => Just(Participation::Full),
        2 => (21..60u8).prop_map(Participation::Capped),
    ];
    let multiple = prop_oneof![3 => Just(10u8), 1 => 5..21u8];
    (multiple, 1..4u8, participation).prop_map(|(multiple, rank, participation)| Preference {
        multiple,
        rank,
        participation,
    })
}

/// A sale for anything from next to nothing to many times what was paid.
pub fn sale() -> impl Strategy<Value = Sale> {
    let value = (money(), prop_oneof![1 => Just(1u64), 3 => 1..200u64]);
    let some = |most: u64| prop_oneof![2 => Just(0u64), 1 => 1..most];
    (value, some(20_000), some(12), some(15), any::<bool>(), any::<bool>(), prop::collection::vec(preference(), 1..5))
        .prop_map(|((value, times), debt, costs, carve_out, pool_takes_part, by_class, preferences)| Sale {
            value: Money { thousands: value.thousands * times, ..value },
            debt,
            costs: u8::try_from(costs).unwrap_or_default(),
            carve_out: u8::try_from(carve_out).unwrap_or_default(),
            pool_takes_part,
            by_class,
            preferences,
        })
}

/// A whole file: convertibles, options and warrants, rounds, and mostly the sale of the company at the end.
pub fn whole_file() -> impl Strategy<Value = Company> {
    (deal(), prop::option::weighted(0.8, sale())).prop_map(|(mut company, sale)| {
        company.sale = sale;
        company
    })
}

impl Sale {
    /// The block, on a day.
    pub(super) fn write(&self, day: u32, page: &mut Page) {
        let value = page.money(&self.value);
        page.line(format!("[[exits]]\nname = \"Sale\"\ndate = {}\nvalue = {value}", date(day)));
        if self.debt > 0 {
            page.line(format!("debt = {}", page.thousands(self.debt)));
        }
        for (key, percent) in [("costs", self.costs), ("carve_out", self.carve_out)] {
            if percent > 0 {
                page.line(format!("{key} = \"{percent}%\""));
            }
        }
        if self.pool_takes_part {
            page.line("pool_takes_part = true");
        }
        if self.by_class {
            page.line("election = \"class\"");
        }
    }

    /// What is said of every class that is not named.
    pub(super) fn defaults(&self) -> String {
        self.preferences[0].write()
    }

    /// The classes, each with its preference.
    pub(super) fn with_preferences(&self, classes: &str) -> String {
        let mut written = String::new();
        for (index, class) in classes.lines().enumerate() {
            let preference = self.preferences[index % self.preferences.len()].write();
            let _ = match class.strip_suffix(" },") {
                Some(class) => writeln!(written, "{class}, {preference} }},"),
                None => writeln!(written, "{class}"),
            };
        }
        written
    }
}

impl Preference {
    fn write(&self) -> String {
        let participation = match self.participation {
            Participation::None => "\"none\"".to_owned(),
            Participation::Full => "\"full\"".to_owned(),
            Participation::Capped(times) => format!("\"{}x\"", tenths(times.into())),
        };
        let multiple = tenths(self.multiple.into());
        format!("preference = \"{multiple}x\", seniority = {}, participation = {participation}", self.rank)
    }
}
