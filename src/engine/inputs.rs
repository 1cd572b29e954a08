//! The value of every variable in the run at hand.

use crate::model::{Setting, value_of};
use crate::num::Number;

/// Values by variable. A tied variable follows an earlier one: `of * times + plus`.
#[inline(always)]
pub fn values<N: Number>(settings: &[Setting<N>]) -> Vec<N> {
    let mut values = Vec::with_capacity(settings.len());
    for setting in settings {
        let value = match *setting {
            Setting::Given(stated) => stated,
            Setting::Tied { of, times, plus } => {
                values[of.index()] * value_of(&values, times) + value_of(&values, plus)
            }
            Setting::Over { above, below } => value_of(&values, above) / value_of(&values, below),
        };
        values.push(value);
    }
    values
}
