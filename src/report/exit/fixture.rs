//! A sale small enough to be worked out by hand.
//!
//! ```text
//! Ada 8M common; A Fund 2M Series A at $2: $4M first, or 2M of 10M shares. Debt of $1M to Bank comes before.
//! breakpoints   0 debt   1M preference   5M common   21M (v = 2): Series A converts
//! at  3M   Bank 1M   A Fund 2M            Ada 0
//! at 11M   Bank 1M   A Fund 4M            Ada 6M
//! at 41M   Bank 1M   A Fund 8M (v = 4)    Ada 32M
//! ```

use crate::model::{
    ClassId, ClassTerms, Debt, Elapsed, Exit, Holding, Lots, OriginId, Owed, Participation, Preference, Rank, Rung,
    Term,
};
use crate::num::{Exact, Number, Stated};
use crate::report::fixture::Draft;
use crate::report::run::Run;
use rust_decimal::Decimal;
use std::sync::Arc;

/// Whether Series A shares with the common after its preference.
pub fn run(participation: Participation<Stated>) -> Run {
    let mut draft = Draft::new("sold", "exact");
    draft.holder("Ada", None, 8_000_000);
    let fund = draft.stakeholder("A Fund", None);
    let bank = draft.stakeholder("Bank", None);
    let class = draft.class("Series A Preferred");
    let given = |number: i64| Term::Given(Stated::from(number));
    let scenario = &mut draft.0.scenario;
    scenario.classes[class.index()].issue_price = Some(Term::Given(Stated::from(2)));
    scenario.classes[class.index()].conversion_price = Some(Term::Given(Stated::from(2)));
    draft.position(Holding::Shares(fund, class), 2_000_000);
    let value = draft.origin("value of the sale", "3M");
    let scenario = &mut draft.0.scenario;
    let lots = Lots::new::<Stated>(&scenario.positions, &[false, true], &[], &[], &[]);
    let none = Elapsed { periods: 0, years: Stated::ZERO };
    let terms = |is_common, participation| ClassTerms {
        is_common,
        preference: Preference::Multiple(given(1)),
        rank: Rank(u32::from(!is_common)),
        participation,
        dividend: None,
        forced_conversion: None,
    };
    scenario.exit = Some(Exit {
        values: [3_000_000, 11_000_000, 41_000_000].map(given).to_vec(),
        debts: vec![Debt {
            of: Owed::Debt,
            to: Some(bank),
            amount: given(1_000_000),
            interest: None,
            elapsed: none,
            rung: Rung::Funded,
            conditions: Vec::new(),
            origin: OriginId(0),
        }],
        escrow: Term::Given(Stated::from(Decimal::new(1, 1))),
        classes: vec![terms(true, Participation::None), terms(false, participation)],
        accrued: lots.all().iter().map(|_| none).collect(),
        safe_rank: Rank(1),
        ..Exit::free_of_charge(value)
    });
    scenario.lots = Arc::new(lots);
    assert_eq!(class, ClassId(1));
    draft.run(Rung::All)
}

/// Non-participating, as drawn above.
pub fn sold() -> Run {
    run(Participation::None)
}

/// Millions.
pub fn millions(count: i32) -> Exact {
    Exact::whole(count) * Exact::whole(1_000_000)
}
