//! The conventions of a sale of the company, in sentences.

use crate::model::{Charge, Election, Exit, Participation, Preference, Term};
use crate::num::Stated;
use crate::report::frame::columns;
use crate::report::run::Run;
use crate::report::table::{Cell, Style, Table};

/// The conventions of the sale alone, as a table.
pub fn table(run: &Run) -> Table {
    let head = columns(&[("convention", "Convention"), ("meaning", "What it means here")]);
    let mut table = Table::new("conventions", "Conventions of the exit", head);
    for (name, meaning) in rows(run) {
        table.push(Style::Body, vec![Cell::text(name), Cell::Text(meaning)]);
    }
    table
}

/// Names and meanings of the conventions used; none where the company is not sold.
pub fn rows(run: &Run) -> Vec<(&'static str, String)> {
    let (Some(exit), Some(posted)) = (&run.agreement.scenario.exit, &run.ledger().exit) else { return Vec::new() };
    let mut rows = vec![
        (
            "Exit",
            "One unknown, v, what a common share gets: everybody gets the better of its choices at v, and all of it adds up to \
             what deductions leave. No one falls as v rises, so v and every payout are unique, and no one gains by choosing \
             otherwise. Where the preferences are not covered v is 0 and seniority pays, equal ranks pro rata."
                .to_owned(),
        ),
        ("Who chooses", election(exit.election).to_owned()),
        (
            "A choice that pays the same",
            "Keeps its preference and is said to be indifferent; every payout is the same either way.".to_owned(),
        ),
        ("Order of payment", order_of_payment(exit)),
        (
            "Payouts and cents",
            "Payouts + costs + debt + carve-out + what nobody has a claim to = exit value, to the cent: largest remainder, \
             classes first and then their holders, ties in the order of the file."
                .to_owned(),
        ),
        (
            "Multiple",
            "Payout over what was paid for what is still held; shares sold earlier leave with their part of the cost.".to_owned(),
        ),
    ];
    if exit.classes.iter().any(|class| !class.is_common && matches!(class.preference, Preference::Multiple(_))) {
        rows.push((
            "Preference",
            "Multiple x what was paid per share, lot by lot, plus accrued dividends, which are not multiplied."
                .to_owned(),
        ));
    }
    rows.extend(participation(exit));
    rows.extend(dividends(exit));
    rows.extend(securities(exit));
    if posted.stack.escrow > rust_decimal::Decimal::ZERO {
        rows.push(("Escrow", "Held back pro rata from every payout after the split; payouts include it.".to_owned()));
    }
    if !posted.stack.forced.is_empty() {
        rows.push((
            "Forced conversion",
            "A class votes yes if it gets more with all preferred converted than without force. Where the shares that vote \
             yes, as converted, exceed the stated part of the preferred, the class must convert. Payouts may jump there."
                .to_owned(),
        ));
    }
    rows
}

fn securities(exit: &Exit<Stated>) -> Vec<(&'static str, String)> {
    let mut rows = Vec::new();
    if !exit.rights.is_empty() {
        rows.push((
            "Options and warrants",
            "Exercised where a share pays more than it costs; payouts are net of the exercise price, so cash and cashless \
             exercise are the same and no exercise price is added to the exit value. Unvested options get nothing unless \
             accelerated."
                .to_owned(),
        ));
    }
    let pool = match exit.pool_takes_part {
        true => "Take part as if they were issued at no price.",
        false => "Get nothing: nobody holds them.",
    };
    rows.push(("Available options", pool.to_owned()));
    if !exit.convertibles.is_empty() {
        rows.push((
            "SAFEs and notes still outstanding",
            "Cash or conversion at the cap, whichever is more. Cash: a SAFE its purchase amount, with classes of seniority 1; a \
             note principal and interest, before all others. A cap is divided by Liquidity Capitalization: without available \
             options, with what converts. A discount alone is worth purchase / (1 - discount) once all preferences are covered."
                .to_owned(),
        ));
    }
    rows
}

fn election(election: Election) -> &'static str {
    match election {
        Election::Lot => {
            "Shares of a class with the same issue price together: lots with different issue prices choose separately between \
             preference and conversion."
        }
        Election::Class => {
            "The class as a whole, by what pays all its lots together more. Where its lots differ, one may get less than by \
             choosing alone, and payouts may jump."
        }
    }
}

fn order_of_payment(exit: &Exit<Stated>) -> String {
    let fraction = match exit.carve_out {
        Charge::Fraction(_) => "the management carve-out (a part of what costs, debt and notes leave)",
        Charge::Money(_) => "the management carve-out (as far as there is enough)",
    };
    let is_zero = |charge: Charge<Stated>| match charge {
        Charge::Money(Term::Given(number)) | Charge::Fraction(Term::Given(number)) => number.is_zero(),
        Charge::Money(Term::Variable(_)) | Charge::Fraction(Term::Variable(_)) => false,
    };
    let carve_out = if is_zero(exit.carve_out) { String::new() } else { format!(", {fraction}") };
    format!("Costs of the sale, debt with interest, notes{carve_out}, preferences by seniority, then the shares.")
}

fn participation(exit: &Exit<Stated>) -> Vec<(&'static str, String)> {
    let has = |is: fn(&Participation<Stated>) -> bool| exit.classes.iter().any(|class| is(&class.participation));
    let mut rows = Vec::new();
    if has(|participation| !matches!(participation, Participation::None)) {
        rows.push(("Participation", "With the common, as converted, only after all preferences are paid.".to_owned()));
    }
    if has(|participation| matches!(participation, Participation::Capped(_))) {
        rows.push((
            "Participation cap",
            "A multiple of what was paid, preference and dividends included: under a 3x cap a share gets no more than 3 times \
             its issue price, whatever its preference, unless it converts."
                .to_owned(),
        ));
    }
    rows
}

fn dividends(exit: &Exit<Stated>) -> Vec<(&'static str, String)> {
    let dividends: Vec<_> = exit.classes.iter().filter_map(|class| class.dividend).collect();
    if dividends.is_empty() {
        return Vec::new();
    }
    let on_conversion = match (
        dividends.iter().any(|dividend| dividend.paid_on_conversion),
        dividends.iter().all(|dividend| dividend.paid_on_conversion),
    ) {
        (_, true) => "paid on conversion too",
        (true, false) => "paid on conversion where the class says so, else forfeited",
        (false, false) => "forfeited on conversion",
    };
    vec![(
        "Cumulative dividends",
        format!(
            "Accrue on each lot from its own closing to the exit, actual days over 365, compounding on anniversaries with a \
             simple stub; inside a participation cap; {on_conversion}. Non-cumulative dividends are none."
        ),
    )]
}
