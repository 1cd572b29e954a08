//! Rights to buy shares: options granted, how they vest, and what becomes of them.

use super::ids::{ClassId, OriginId, PositionId, RightId};
use super::terms::Term;
use crate::num::Stated;
use crate::num::rounding::Rounding;
use jiff::civil::Date;
use rust_decimal::Decimal;

/// A right to buy shares, as agreed: an option grant of the file, or options of the opening table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Right<N> {
    /// The class it buys; a split of that class is a split of the right.
    pub class: ClassId,
    /// Options at the opening; zero for what is granted later.
    pub opening: Term<N>,
    /// What one share costs, as of the day of the grant.
    pub exercise_price: Term<N>,
}

/// Rights become shares.
#[derive(Clone, Debug, PartialEq)]
pub struct Exercise<N> {
    /// Which right.
    pub right: RightId,
    /// The holder's line of the cap table that shrinks.
    pub from: PositionId,
    /// Where the shares go.
    pub into: PositionId,
    /// How many.
    pub quantity: RightQuantity<N>,
    /// What of it has vested on the day.
    pub vested: VestedBy<N>,
    /// From when it is in the fully diluted total.
    pub counted: Counted,
    /// How the exercise price is paid.
    pub payment: Payment<N>,
    /// How it rounds.
    pub rounding: Rounding,
    /// Where it was stated.
    pub origin: OriginId,
}

/// Rights end without becoming shares: forfeited, expired or given up.
#[derive(Clone, Debug, PartialEq)]
pub struct Cancellation<N> {
    /// Which right.
    pub right: RightId,
    /// The holder's line of the cap table that shrinks.
    pub from: PositionId,
    /// How many.
    pub quantity: RightQuantity<N>,
    /// What of it has vested on the day.
    pub vested: VestedBy<N>,
    /// From when it is in the fully diluted total.
    pub counted: Counted,
    /// The plan's available options, to which they return; `None` retires them.
    pub returns_to: Option<PositionId>,
    /// How it rounds.
    pub rounding: Rounding,
    /// Where it was stated.
    pub origin: OriginId,
}

/// What of a right has vested.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum VestedBy<N> {
    /// This part of what was granted, by its schedule.
    Part(N),
    /// What its milestones have vested.
    Milestones,
}

/// From when a right is in the fully diluted total.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// From its issue.
    Always,
    /// As far as it has vested.
    WhenVested,
    /// Never itself; its shares are, once issued.
    WhenExercised,
}

/// A warrant is issued.
#[derive(Clone, Debug, PartialEq)]
pub struct Warrant<N> {
    /// The right it makes, with its exercise price.
    pub right: RightId,
    /// The holder's line of the cap table.
    pub position: PositionId,
    /// How many shares it buys.
    pub shares: Term<N>,
    /// Parts vest later, each by its own event; else all of it has vested.
    pub has_milestones: bool,
    /// From when it is in the fully diluted total.
    pub counted: Counted,
    /// How it rounds.
    pub rounding: Rounding,
    /// Where it was stated.
    pub origin: OriginId,
}

/// A part of a warrant vests, if the market price is high enough.
#[derive(Clone, Debug, PartialEq)]
pub struct Vest<N> {
    /// Of which right.
    pub right: RightId,
    /// The holder's line of the cap table.
    pub position: PositionId,
    /// How much of it.
    pub part: WarrantPart<N>,
    /// The whole warrant at its issue, of which the part is a part.
    pub whole: Term<N>,
    /// It vests only at this market price or above.
    pub hurdle: Option<Term<N>>,
    /// The market price; `None` is the price in force.
    pub market_price: Option<Term<N>>,
    /// From when it is in the fully diluted total.
    pub counted: Counted,
    /// How it rounds.
    pub rounding: Rounding,
    /// Where it was stated.
    pub origin: OriginId,
}

/// How much of a warrant vests at once.
#[derive(Clone, Debug, PartialEq)]
pub enum WarrantPart<N> {
    /// So many shares, as of its issue.
    Number(Term<N>),
    /// What these other parts leave.
    RestOf(Vec<Term<N>>),
}

/// How much of a right is exercised or cancelled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RightQuantity<N> {
    /// All that can be: what has vested for an exercise, what is outstanding for a cancellation.
    All,
    /// What has not vested.
    Unvested,
    /// A number.
    Number(Term<N>),
}

/// How an exercise price is paid.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Payment<N> {
    /// In money.
    Cash,
    /// In shares worth it, which are withheld.
    Net {
        /// The price of a share; `None` is the price in force.
        market_price: Option<Term<N>>,
    },
}

/// A vesting schedule, in months. OCF vesting terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// How long it takes.
    pub months: u32,
    /// Before these nothing vests.
    pub cliff_months: u32,
    /// How often an equal part vests.
    pub every_months: u32,
}

impl Schedule {
    /// The part that has vested after so many whole months:
    ///
    /// ```text
    /// 0 before the cliff;   every * floor(elapsed / every) / months, at most 1
    /// ```
    pub fn part_after(self, elapsed: u32) -> Stated {
        if elapsed >= self.months {
            return Stated::ONE;
        }
        let vested = if elapsed < self.cliff_months { 0 } else { elapsed - elapsed % self.every_months.max(1) };
        Stated::ratio(Decimal::from(vested), Decimal::from(self.months)).unwrap_or(Stated::ONE)
    }
}

/// A schedule and the day it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vesting {
    /// How it vests.
    pub schedule: Schedule,
    /// From when.
    pub start: Date,
}

impl Vesting {
    /// The part of the grant that has vested on a day, that day included.
    pub fn part_on(self, day: Date) -> Stated {
        self.schedule.part_after(whole_months(self.start, day))
    }
}

/// Whole months from one day to another; a month end stays a month end.
fn whole_months(from: Date, to: Date) -> u32 {
    let months = (i32::from(to.year()) - i32::from(from.year())) * 12 + i32::from(to.month()) - i32::from(from.month());
    let is_end = |day: Date| day == day.last_of_month();
    let reached = if is_end(from) { is_end(to) } else { to.day() >= from.day() || is_end(to) };
    u32::try_from(months - i32::from(!reached)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn months_are_whole_and_month_ends_stay_month_ends() {
        assert_eq!(whole_months(date(2025, 2, 1), date(2026, 1, 31)), 11);
        assert_eq!(whole_months(date(2025, 2, 3), date(2026, 2, 2)), 11);
        assert_eq!(whole_months(date(2025, 2, 3), date(2026, 2, 3)), 12);
        assert_eq!(whole_months(date(2025, 1, 31), date(2025, 2, 28)), 1);
        assert_eq!(whole_months(date(2025, 2, 28), date(2025, 3, 30)), 0);
        assert_eq!(whole_months(date(2025, 2, 28), date(2025, 3, 31)), 1);
        assert_eq!(whole_months(date(2025, 2, 28), date(2024, 3, 31)), 0);
    }

    /// Four years with a cliff of one: nothing, then a quarter, then a 48th a month.
    #[test]
    fn nothing_vests_before_the_cliff_and_everything_at_the_end() {
        let schedule = Schedule { months: 48, cliff_months: 12, every_months: 1 };
        let part = |elapsed| schedule.part_after(elapsed);
        assert_eq!(part(11), Stated::ZERO);
        assert_eq!(part(12), Stated::ratio(Decimal::ONE, Decimal::from(4)).expect("a ratio"));
        assert_eq!(part(13), Stated::ratio(Decimal::from(13), Decimal::from(48)).expect("a ratio"));
        assert_eq!([part(48), part(480)], [Stated::ONE; 2]);
    }

    /// 36 months by quarters: 11 months are three quarters of a year.
    #[test]
    fn a_part_vests_when_its_period_is_over() {
        let schedule = Schedule { months: 36, cliff_months: 0, every_months: 3 };
        assert_eq!(schedule.part_after(11), Stated::ratio(Decimal::from(9), Decimal::from(36)).expect("a ratio"));
        assert_eq!(schedule.part_after(2), Stated::ZERO);
    }
}
