//! The exit values at which somebody gets so much: exactly, and all of them.

use super::names::{claim_of, cost_of, part_of_claim};
use super::payoff::{Payoff, Payoffs, Piece, order};
use super::{Sale, value_in_words};
use crate::engine::exit::{ClaimHolder, ClaimOf, settle};
use crate::error::Finding;
use crate::model::{Comparison, Condition, Figure, Holding, Subject};
use crate::num::{Exact, Number};
use crate::report::exact::{MONEY_PLACES, decimal};
use crate::report::frame::columns;
use crate::report::table::{Cell, Style, Table};
use crate::report::words::{basis, money_in_full};
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

/// The portions of a stack that a figure is of.
pub fn portions_of(sale: &Sale, subject: Subject) -> Vec<usize> {
    let agreement = &sale.run.agreement;
    let is_part = |portion: &usize| {
        let holder = sale.stack.portions[*portion].holder;
        let of = claim_of(sale, *portion).of;
        let class = match of {
            ClaimOf::Common(class) | ClaimOf::Lot(class, _) => Some(class),
            ClaimOf::Right(_) | ClaimOf::Pool(_) | ClaimOf::Convertible(_) | ClaimOf::Discount(_) => None,
        };
        match (subject, holder) {
            (Subject::Whole, _) => true,
            (Subject::Stakeholder(who), _) => holder == ClaimHolder::Stakeholder(who),
            (Subject::Group(group), ClaimHolder::Stakeholder(who)) => {
                agreement.stakeholders[who.index()].group == Some(group)
            }
            (Subject::Class(wanted), _) => class == Some(wanted),
            (Subject::StakeholderClass(who, wanted), _) => {
                holder == ClaimHolder::Stakeholder(who) && class == Some(wanted)
            }
            (Subject::Plan(plan), _) => match of {
                ClaimOf::Pool(of) => of == plan,
                ClaimOf::Right(right) => {
                    let exit = agreement.scenario.exit.as_ref();
                    let position = exit.map(|exit| exit.rights[right.index()].position);
                    let holding = position.map(|position| agreement.scenario.positions[position.index()]);
                    matches!(holding, Some(Holding::Granted(_, of)) if of == plan)
                }
                _ => false,
            },
            (Subject::Convertible(id), _) => of == ClaimOf::Convertible(id) || of == ClaimOf::Discount(id),
            (Subject::Group(_), ClaimHolder::Pool(_)) | (Subject::Loan(_), _) => false,
        }
    };
    (0..sale.stack.portions.len()).filter(is_part).collect()
}

/// What some portions get together, as a function of the exit value.
pub fn payoff_of(sale: &Sale, payoffs: &Payoffs, portions: &[usize]) -> Payoff {
    let weighted: Vec<(u32, Exact)> =
        portions.iter().map(|portion| (sale.stack.portions[*portion].claim, part_of_claim(sale, *portion))).collect();
    payoffs.sum(&weighted)
}

/// What is asked of the exit value, as an amount of money for somebody.
struct Wanted {
    payoff: Payoff,
    amount: Exact,
    portions: Vec<usize>,
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
    for range in &ranges {
        let (cent, paid) = to_the_cent(sale, range.from, &wanted.portions);
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
    let portions = portions_of(sale, condition.measure.subject);
    let number: Exact = condition.number.cast();
    let refuse = |message: String, help: &str| Err(Finding::error("E0907", message).help(help));
    if portions.is_empty() {
        let message = format!("{} has no claim on the price", condition.measure.literal);
        return refuse(message, "ask for a holder, a group, a class or an instrument that has one at the exit");
    }
    let factor = match condition.measure.figure {
        Figure::Payout | Figure::Distributed => Some(Exact::one()),
        Figure::PayoutPerShare => Some(portions.iter().map(|portion| sale.stack.portions[*portion].units_held).sum()),
        Figure::Multiple => {
            let cost: Option<Exact> = portions.iter().map(|portion| cost_of(sale, *portion)).sum();
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
    let payoffs = Payoffs::of(sale);
    Ok(Wanted { payoff: payoff_of(sale, &payoffs, &portions), amount: number * factor, portions })
}

/// The exit values at which the payoff compares so with an amount.
pub fn ranges(payoff: &Payoff, amount: Exact, comparison: Comparison) -> Vec<Range> {
    if comparison == Comparison::Equal {
        let whole = |span: super::Span| Range {
            from: span.from,
            includes_from: order(payoff.at(span.from), amount) == Ordering::Equal,
            to: span.to,
            includes_to: span.to.is_some_and(|to| order(payoff.at(to), amount) == Ordering::Equal),
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
    let here = |value: Exact| does(order(payoff.at(value), amount));
    let shifted = Payoff {
        pieces: payoff
            .pieces
            .iter()
            .map(|piece| Piece { here: piece.here - amount, above: piece.above - amount, ..*piece })
            .collect(),
    };
    let signs = shifted.signs();
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
fn to_the_cent(sale: &Sale, value: Exact, portions: &[usize]) -> (Option<Decimal>, Option<Decimal>) {
    let Some(cents) = value.to_decimal(2) else { return (None, None) };
    let settlement = settle(&sale.stack, &sale.curve, Exact::given(cents));
    let paid = settlement
        .map(|settlement| portions.iter().map(|portion| settlement.portions[*portion].amount.cents).sum::<Decimal>());
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
