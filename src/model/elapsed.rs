//! How long interest or a dividend has run: dates become periods and years before the engine sees them.

use super::instruments::Elapsed;
use crate::num::Stated;
use jiff::civil::Date;
use rust_decimal::Decimal;

/// How days become years.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayCount {
    /// Days over 365.
    Actual365,
    /// Months of 30 days, years of 360.
    Thirty360,
}

impl Elapsed<Stated> {
    /// No time at all.
    pub const NONE: Self = Elapsed { periods: 0, years: Stated::ZERO };

    /// From a day (inclusive) to another (exclusive).
    ///
    /// Compounding: whole periods on the anniversaries of the first day, at so many a year (365 is every day), then the
    /// years of the stub. `None` does not compound: all of it is the stub.
    pub fn between(from: Date, until: Date, periods_per_year: Option<u32>, count: DayCount) -> Self {
        match periods_per_year {
            None => Elapsed { periods: 0, years: years(from, until, count) },
            Some(per_year) => {
                let (periods, last) = whole_periods(from, until, per_year);
                Elapsed { periods, years: years(last, until, count) }
            }
        }
    }
}

/// Years from a day (inclusive) to another (exclusive).
fn years(from: Date, until: Date, count: DayCount) -> Stated {
    let (days, per_year) = match count {
        DayCount::Actual365 => (i64::from(from.until(until).map_or(0, |span| span.get_days())), 365),
        DayCount::Thirty360 => {
            let first = from.day().min(30);
            let last = if until.day() == 31 && first == 30 { 30 } else { until.day() };
            let years = i64::from(until.year()) - i64::from(from.year());
            let months = i64::from(until.month()) - i64::from(from.month());
            (360 * years + 30 * months + i64::from(last) - i64::from(first), 360)
        }
    };
    Stated::ratio(Decimal::from(days.max(0)), Decimal::from(per_year)).unwrap_or(Stated::ZERO)
}

/// Whole compounding periods between two days, and the day the last of them ends.
fn whole_periods(from: Date, until: Date, per_year: u32) -> (u32, Date) {
    let step = |periods: u32| {
        let span = match per_year {
            365 => jiff::Span::new().try_days(i64::from(periods)),
            per_year => jiff::Span::new().try_months(i64::from(periods * 12 / per_year)),
        };
        span.ok().and_then(|span| from.checked_add(span).ok())
    };
    let mut periods = 0;
    let mut last = from;
    while let Some(next) = step(periods + 1).filter(|next| *next <= until) {
        periods += 1;
        last = next;
    }
    (periods, last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn fraction(above: i64, below: i64) -> Stated {
        Stated::ratio(Decimal::from(above), Decimal::from(below)).expect("a denominator above zero")
    }

    #[test]
    fn days_become_years_by_the_day_count() {
        assert_eq!(years(date(2022, 1, 1), date(2024, 1, 1), DayCount::Actual365), fraction(730, 365));
        assert_eq!(years(date(2024, 1, 1), date(2025, 1, 1), DayCount::Actual365), fraction(366, 365));
        assert_eq!(years(date(2024, 1, 31), date(2024, 7, 31), DayCount::Thirty360), fraction(180, 360));
        assert_eq!(years(date(2024, 2, 15), date(2025, 2, 15), DayCount::Thirty360), fraction(360, 360));
    }

    #[test]
    fn whole_periods_end_on_calendar_days() {
        assert_eq!(whole_periods(date(2024, 1, 31), date(2024, 7, 15), 12), (5, date(2024, 6, 30)));
        assert_eq!(whole_periods(date(2024, 1, 1), date(2026, 6, 1), 1), (2, date(2026, 1, 1)));
        assert_eq!(whole_periods(date(2024, 1, 1), date(2024, 1, 1), 4), (0, date(2024, 1, 1)));
    }
}
