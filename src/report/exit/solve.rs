//! The exit values at which somebody gets so much: exactly, and all of them.

use super::names::part_of_claim;
use super::payoff::{Payoff, Payoffs, order};
use super::{Sale, value_in_words};
use crate::engine::exit::{Recipient, Settlement};
use crate::error::Finding;
use crate::model::{Comparison, Condition, Figure, Subject};
use crate::num::{Exact, Number};
use crate::report::exact::{MONEY_PLACES, decimal};
use crate::report::frame::columns;
use crate::report::table::{Cell, Style, Table};
use crate::report::words::{basis, money_in_full, price};
use rust_decimal::Decimal;
use std::cmp::Ordering;

/// Exit values that do what was asked.
#[derive(Clone, Copy, Debug)]
pub struct Range {
    /// The lowest.
    pub from: Exact,
    /// Whether the lowest does it too.
    pub includes_from: bool,
    /// The highest; `None` where every higher value does.
    pub to: Option<Exact>,
    /// Whether the highest does it too.
    pub includes_to: bool,
}

/// Whoever a figure is of: its portions of the stack, and what else it is paid.
#[derive(Clone, Debug)]
pub struct Payee {
    /// Portions of the stack.
    pub portions: Vec<usize>,
    /// Loans, debts and the management plan, where they go to it.
    pub besides: Vec<Recipient>,
}

impl Payee {
    /// Whoever the figures of a subject are of.
    pub fn of(sale: &Sale, subject: Subject) -> Self {
        let portions = (0..sale.exit.stack.portions.len()).filter(|portion| sale.exit.belongs(*portion, subject));
        let mut besides: Vec<Recipient> = (0..)
            .zip(&sale.exit.stack.debts)
            .filter(|(index, _)| sale.exit.has_debt(*index as usize, subject))
            .map(|(index, _)| Recipient::Debt(index))
            .collect();
        if sale.exit.has_carve_out(subject) {
            besides.push(Recipient::CarveOut);
        }
        Payee { portions: portions.collect(), besides }
    }

    /// What it gets, as a function of the exit value.
    pub fn payoff(&self, sale: &Sale, payoffs: &Payoffs) -> Payoff {
        let claim = |portion: &usize| Recipient::Claim(sale.exit.stack.portions[*portion].claim);
        let mut weighted: Vec<(Recipient, Exact)> =
            self.portions.iter().map(|portion| (claim(portion), part_of_claim(sale, *portion))).collect();
        weighted.extend(self.besides.iter().map(|recipient| (*recipient, Exact::one())));
        payoffs.sum(&weighted)
    }

    /// What it gets of a settlement, to the cent.
    pub fn paid(&self, settlement: &Settlement) -> Decimal {
        let shares: Decimal = self.portions.iter().map(|portion| settlement.portions[*portion].amount.cents).sum();
        let besides = self.besides.iter().map(|recipient| match recipient {
            Recipient::Costs | Recipient::Claim(_) => Decimal::ZERO,
            Recipient::Debt(index) => settlement.debts[*index as usize].cents,
            Recipient::CarveOut => settlement.carve_out.cents,
        });
        shares + besides.sum::<Decimal>()
    }
}

/// What is asked of the exit value, as an amount of money for somebody.
struct Wanted {
    payoff: Payoff,
    amount: Exact,
    payee: Payee,
}

/// The exit values that do what is asked, as a table; each with what it pays when it is rounded to the cent.
///
/// # Errors
/// Where the figure is none that an exit value settles, or its divisor is not known.
pub fn table(sale: &Sale, condition: &Condition) -> Result<Table, Finding> {
    let wanted = wanted(sale, condition)?;
    let asked = format!("{} {} {}", condition.measure.literal, condition.comparison.sign(), condition.literal);
    let title = format!("Exit values for {asked}; {}", basis(sale.run));
    let head = [
        ("exit_value", "Exit value"),
        ("up_to", "Up to"),
        ("says", "Which"),
        ("to_the_cent", "To the cent"),
        ("payout", "Pays then"),
    ];
    let mut table = Table::new("exit-values", title, columns(&head));
    let ranges = ranges(&wanted.payoff, wanted.amount, condition.comparison);
    let mut exactly = Vec::new();
    for range in &ranges {
        let (cent, paid) = to_the_cent(sale, range.from, &wanted.payee);
        exactly.push(format!(
            "{asked}{} an exit value of {}.",
            if condition.comparison == Comparison::Equal { " at" } else { " from" },
            price(decimal(range.from, MONEY_PLACES), &sale.run.agreement.head.currency)
        ));
        let single = range.to.is_some_and(|to| order(range.from, to) == Ordering::Equal);
        let up_to = range.to.filter(|_| !single).map(|to| Cell::Money(decimal(to, MONEY_PLACES)));
        table.push(
            Style::Body,
            vec![
                Cell::Money(decimal(range.from, MONEY_PLACES)),
                up_to.unwrap_or(Cell::Empty),
                Cell::Text(in_words(range, single)),
                Cell::or_empty(cent, Cell::Money),
                Cell::or_empty(paid, Cell::Money),
            ],
        );
    }
    for sentence in exactly {
        table.note(sentence);
    }
    if ranges.is_empty() {
        table.note(none(sale, &wanted, &condition.measure.literal));
    }
    for at in wanted.payoff.jumps_over(wanted.amount) {
        let at = value_in_words(sale, at);
        table.note(format!("At {at} it jumps over that amount without ever being it."));
    }
    if let (Figure::Multiple | Figure::PayoutPerShare, currency) =
        (condition.measure.figure, &sale.run.agreement.head.currency)
    {
        let payout = money_in_full(decimal(wanted.amount, MONEY_PLACES), currency);
        table.note(format!("{} is a payout of {payout}.", condition.literal));
    }
    table
        .note("Exact: each payout is a straight line between breakpoints, so every exit value that does it is listed.");
    Ok(table)
}

fn wanted(sale: &Sale, condition: &Condition) -> Result<Wanted, Finding> {
    let payee = Payee::of(sale, condition.measure.subject);
    let number: Exact = condition.number.cast();
    let refuse = |message: String, help: &str| Err(Finding::error("E0907", message).help(help));
    if payee.portions.is_empty() && payee.besides.is_empty() {
        let message = format!("{} has no claim on the price", condition.measure.literal);
        return refuse(message, "ask for a holder, a group, a class or an instrument that has one at the exit");
    }
    let factor = match condition.measure.figure {
        Figure::Payout | Figure::Distributed => Some(Exact::one()),
        Figure::PayoutPerShare => {
            Some(payee.portions.iter().map(|portion| sale.exit.stack.portions[*portion].units_held).sum())
        }
        Figure::Multiple => {
            let cost = sale.cost(&payee.portions);
            let Some(cost) = cost.filter(|cost| cost.is_positive().is_yes()) else {
                let message = format!("what was paid is not known, so {} is not", condition.measure.literal);
                return refuse(message, "say it with `cost` of the opening's row, or ask for a payout");
            };
            Some(cost)
        }
        _ => None,
    };
    let Some(factor) = factor else {
        let message = format!("an exit value is not searched for by {}", condition.measure.literal);
        return refuse(message, "ask for payout, payout_per_share or multiple, such as payout(founders) = 100M");
    };
    // Shares alone are what a payout is divided by.
    let payee = match condition.measure.figure {
        Figure::Payout => payee,
        _ => Payee { besides: Vec::new(), ..payee },
    };
    Ok(Wanted { payoff: payee.payoff(sale, &Payoffs::of(sale)), amount: number * factor, payee })
}

/// The exit values at which the payoff compares so with an amount.
pub fn ranges(payoff: &Payoff, amount: Exact, comparison: Comparison) -> Vec<Range> {
    let beyond = payoff.beyond(amount);
    // A root is one, whatever posting to ten places leaves there.
    let is_it = |value: Exact| payoff.is_about(value, amount);
    let sign = |value: Exact| if is_it(value) { Ordering::Equal } else { order(payoff.at(value), amount) };
    if comparison == Comparison::Equal {
        let whole = |span: super::Span| Range {
            from: span.from,
            includes_from: is_it(span.from),
            to: span.to,
            includes_to: span.to.is_some_and(is_it),
        };
        return payoff.values_for(amount).into_iter().map(whole).collect();
    }
    let does = |sign: Ordering| match comparison {
        Comparison::Equal => sign == Ordering::Equal,
        Comparison::AtLeast => sign != Ordering::Less,
        Comparison::Above => sign == Ordering::Greater,
        Comparison::AtMost => sign != Ordering::Greater,
        Comparison::Below => sign == Ordering::Less,
    };
    let here = |value: Exact| does(sign(value));
    let signs = beyond.signs();
    let mut ranges: Vec<Range> = Vec::new();
    for (index, &(from, sign)) in signs.iter().enumerate() {
        let to = signs.get(index + 1).map(|(next, _)| *next);
        if !does(sign) {
            continue;
        }
        match ranges.last_mut() {
            Some(last) if last.to.is_some_and(|to| order(to, from) == Ordering::Equal) && here(from) => {
                (last.to, last.includes_to) = (to, to.is_some_and(here));
            }
            _ => ranges.push(Range { from, includes_from: here(from), to, includes_to: to.is_some_and(here) }),
        }
    }
    ranges
}

fn in_words(range: &Range, single: bool) -> String {
    match (single, range.to, range.includes_from) {
        (true, ..) => "exactly this".into(),
        (false, None, true) => "this and every higher exit value".into(),
        (false, None, false) => "every exit value above this".into(),
        (false, Some(_), true) if range.includes_to => "every exit value from this to that".into(),
        (false, Some(_), true) => "every exit value from this to below that".into(),
        (false, Some(_), false) if range.includes_to => "every exit value above this, to that".into(),
        (false, Some(_), false) => "every exit value between this and that".into(),
    }
}

/// The exit value in whole cents, and what it pays.
fn to_the_cent(sale: &Sale, value: Exact, payee: &Payee) -> (Option<Decimal>, Option<Decimal>) {
    let Some(cents) = value.to_decimal(2) else { return (None, None) };
    let paid = sale.exit.settle(Exact::given(cents)).ok().map(|settlement| payee.paid(&settlement));
    (Some(cents), paid)
}

/// Why no exit value does it.
fn none(sale: &Sale, wanted: &Wanted, literal: &str) -> String {
    let currency = &sale.run.agreement.head.currency;
    let (least, most) = wanted.payoff.reach();
    let money = |amount: Exact| money_in_full(decimal(amount, MONEY_PLACES), currency);
    match most {
        Some(most) => format!(
            "No exit value does it: the payout behind {literal} goes from {} to {} and no further.",
            money(least),
            money(most)
        ),
        None => format!("No exit value does it: the payout behind {literal} begins at {}.", money(least)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Measure, StageOf, StakeholderId};
    use crate::num::Stated;
    use crate::report::exit::fixture::{millions, sold};

    fn condition(figure: Figure, who: usize, comparison: Comparison, number: i64) -> Condition {
        let subject = Subject::Stakeholder(StakeholderId::at(who));
        let measure = Measure { figure, subject, stage: StageOf::Last, literal: "the payout".into() };
        Condition { measure, comparison, number: Stated::from(number), literal: number.to_string() }
    }

    fn exit_values(condition: &Condition) -> Vec<(Option<Decimal>, Option<Decimal>)> {
        let run = sold();
        let sale = Sale::of(&run, None).expect("a sale");
        let wanted = wanted(&sale, condition).expect("a payout");
        let ranges = ranges(&wanted.payoff, wanted.amount, condition.comparison);
        ranges.iter().map(|range| (range.from.to_decimal(2), range.to.and_then(|to| to.to_decimal(2)))).collect()
    }

    #[test]
    fn every_exit_value_is_found_exactly() {
        use Comparison::{Above, AtLeast, AtMost, Below, Equal};
        let at = |number: i64| Some(Decimal::from(number));
        let (ada, fund, bank) = (0, 1, 2);
        let all = |figure, who, comparison, number| exit_values(&condition(figure, who, comparison, number));
        assert_eq!(all(Figure::Payout, ada, Equal, 6_000_000), [(at(11_000_000), at(11_000_000))]);
        // Its preference, from where it is covered to where conversion pays more.
        assert_eq!(all(Figure::Payout, fund, Equal, 4_000_000), [(at(5_000_000), at(21_000_000))]);
        // Twice its $4M: v = 4, as in the fixture.
        assert_eq!(all(Figure::Multiple, fund, Equal, 2), [(at(41_000_000), at(41_000_000))]);
        assert_eq!(all(Figure::PayoutPerShare, fund, AtLeast, 4), [(at(41_000_000), None)]);
        assert_eq!(all(Figure::Payout, fund, Above, 4_000_000), [(at(21_000_000), None)]);
        assert_eq!(all(Figure::Payout, ada, AtMost, 0), [(at(0), at(5_000_000))]);
        assert_eq!(all(Figure::Payout, ada, Below, 0), []);
        // What is lent is a payout too.
        assert_eq!(all(Figure::Payout, bank, Equal, 1_000_000), [(at(1_000_000), None)]);
    }

    #[test]
    fn what_cannot_be_reached_or_asked_is_said() {
        let run = sold();
        let sale = Sale::of(&run, Some(&[millions(3)])).expect("a sale");
        let too_much = table(&sale, &condition(Figure::Payout, 2, Comparison::Equal, 2_000_000)).expect("a table");
        assert!(too_much.rows.is_empty());
        assert!(too_much.notes[0].contains("goes from $0 to $1M and no further"), "{}", too_much.notes[0]);
        let code = |condition: &Condition| table(&sale, condition).map(|_| ()).map_err(|finding| finding.code);
        assert_eq!(code(&condition(Figure::Multiple, 0, Comparison::Equal, 2)), Err("E0907"));
        assert_eq!(code(&condition(Figure::Shares, 0, Comparison::Equal, 2)), Err("E0907"));
    }
}
