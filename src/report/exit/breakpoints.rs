//! The breakpoints of a sale: every exit value at which the sharing changes, what happens there, and who shares in the
//! next dollar.

use super::names::{claim_in_full, claim_of, holder, of_claim, recipient};
use super::tables::value_in_words;
use super::{Sale, checks};
use crate::engine::exit::{ClaimOf, Happening, Levy, Recipient, Segment};
use crate::num::{Exact, Number};
use crate::report::exact::{FRACTION_PLACES, MONEY_PLACES, POSTED_PLACES, decimal};
use crate::report::frame::{columns, csv_cells, csv_columns, exact_fraction, is_normalised};
use crate::report::table::{Cell, Style, Table};
use crate::report::words::{self, basis, capital, counted, listed, percent};
use rust_decimal::Decimal;

/// Two things that happen at once are both named on a chart if they are no longer than this.
const LONGEST_PAIR: usize = 44;
/// Most who are named as sharing in the next dollar.
const MOST_NAMED: usize = 6;

/// The breakpoints, for reading: a row each.
pub fn table(sale: &Sale) -> Table {
    let mut head = vec![("exit_value", "Exit value")];
    if !is_normalised(sale.run) {
        head.push(("common_price", "Common, per share"));
    }
    head.extend([("happens", "What happens there"), ("next_dollar", "Who shares in the next dollar")]);
    let title = format!("Breakpoints of the exit; {}", basis(sale.run));
    let mut table = Table::new("breakpoints", title, columns(&head));
    for segment in &sale.breakpoints.segments {
        let mut cells = vec![Cell::Money(decimal(segment.from, MONEY_PLACES))];
        if !is_normalised(sale.run) {
            cells.push(Cell::Price(decimal(segment.common_price, POSTED_PLACES)));
        }
        cells.push(Cell::Text(capital(&happens(sale, segment))));
        cells.push(Cell::Text(shares(sale, segment)));
        table.push(Style::Body, cells);
    }
    table.note("Exact: between two breakpoints every payout is a straight line, and the last sharing holds for ever.");
    if let Some(sentence) = jumps(sale) {
        table.note(sentence);
    }
    table
}

/// What happens at a breakpoint, in words.
pub fn happens(sale: &Sale, segment: &Segment) -> String {
    let mut clauses: Vec<(&'static str, &'static str, Vec<Recipient>)> = Vec::new();
    let mut add = |one: &'static str, several: &'static str, to: Recipient| match clauses
        .iter_mut()
        .find(|(known, ..)| *known == one)
    {
        Some((.., all)) => all.push(to),
        None => clauses.push((one, several, vec![to])),
    };
    let mut forced = false;
    for happening in &segment.happens {
        match *happening {
            Happening::Covered(to @ Recipient::Claim(index)) => match sale.exit.stack.claims[index as usize].of {
                ClaimOf::Convertible(_) => add("is repaid in full", "are repaid in full", to),
                _ => add("has its preference in full", "have their preferences in full", to),
            },
            Happening::Covered(to) if is_nothing(sale, to) => {}
            Happening::Covered(to) => add("is paid in full", "are paid in full", to),
            Happening::Converts(unit) => {
                for (index, _) in (0..).zip(&sale.exit.stack.claims).filter(|(_, claim)| claim.unit == unit) {
                    add("converts", "convert", Recipient::Claim(index));
                }
            }
            Happening::CapBinds(index) => add("reaches its cap", "reach their caps", Recipient::Claim(index)),
            Happening::InTheMoney(index) => {
                add("comes into the money", "come into the money", Recipient::Claim(index));
            }
            Happening::ForcedConversion => forced = true,
        }
    }
    let mut words: Vec<String> = clauses
        .into_iter()
        .map(|(one, several, all)| {
            let names = named(sale, &all);
            let listed = if names.len() > MOST_NAMED { counted(names.len(), "claim") } else { listed(&names) };
            format!("{listed} {}", if names.len() == 1 { one } else { several })
        })
        .collect();
    if forced {
        words.push("a vote forces conversion, or no longer does".into());
    }
    if words.is_empty() && segment.jumps {
        words.push("payouts jump".into());
    }
    words.join("; ")
}

/// Whether a deduction is none, and so paid in full at once.
fn is_nothing(sale: &Sale, to: Recipient) -> bool {
    let amount = match to {
        Recipient::Costs => match sale.exit.stack.costs {
            Levy::Money(number) | Levy::Fraction(number) => number,
        },
        Recipient::CarveOut => match sale.exit.stack.carve_out {
            Levy::Money(number) | Levy::Fraction(number) => number,
        },
        Recipient::Debt(index) => sale.exit.stack.debts[index as usize],
        Recipient::Claim(index) => sale.exit.stack.claims[index as usize].preference,
    };
    !amount.is_positive().is_yes()
}

/// Names of recipients, each once: a class by its own name where all its lots are meant.
fn named(sale: &Sale, all: &[Recipient]) -> Vec<String> {
    let of_class = |class| {
        (0..)
            .zip(&sale.exit.stack.claims)
            .filter(move |(_, claim)| matches!(claim.of, ClaimOf::Lot(of, _) if of == class))
    };
    let mut names: Vec<String> = Vec::new();
    for &to in all {
        let name = match to {
            Recipient::Claim(index) => {
                let claim = &sale.exit.stack.claims[index as usize];
                match claim.of {
                    ClaimOf::Lot(class, _)
                        if of_class(class).all(|(other, _)| all.contains(&Recipient::Claim(other))) =>
                    {
                        of_claim(sale, claim)
                    }
                    _ => short(sale, to),
                }
            }
            Recipient::Costs | Recipient::Debt(_) | Recipient::CarveOut => short(sale, to),
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// What happens at a breakpoint, for a chart: `Series A converts`, `preferences covered`.
pub fn in_few_words(sale: &Sale, segment: &Segment) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut add = |one: String| {
        if !words.contains(&one) {
            words.push(one);
        }
    };
    for happening in &segment.happens {
        let brief = |to: Recipient| {
            let name = match to {
                Recipient::CarveOut => "carve-out".to_owned(),
                Recipient::Claim(index) => match sale.exit.stack.claims[index as usize].of {
                    ClaimOf::Right(right) => options(sale, right.index()),
                    _ => short(sale, to),
                },
                Recipient::Costs | Recipient::Debt(_) => short(sale, to),
            };
            name.strip_suffix(" Preferred").map_or(name.clone(), str::to_owned)
        };
        match *happening {
            Happening::ForcedConversion => add("forced conversion".into()),
            Happening::Converts(unit) => {
                for claim in sale.exit.stack.claims.iter().filter(|claim| claim.unit == unit) {
                    let name = of_claim(sale, claim);
                    add(format!("{} converts", name.strip_suffix(" Preferred").unwrap_or(&name)));
                }
            }
            Happening::CapBinds(index) => add(format!("{} capped", brief(Recipient::Claim(index)))),
            Happening::InTheMoney(index) => add(format!("{} in the money", brief(Recipient::Claim(index)))),
            Happening::Covered(Recipient::Claim(index)) => {
                let name = of_claim(sale, &sale.exit.stack.claims[index as usize]);
                add(format!("{} covered", name.strip_suffix(" Preferred").unwrap_or(&name)));
            }
            Happening::Covered(to) if is_nothing(sale, to) => {}
            Happening::Covered(to) => add(format!("{} paid", brief(to))),
        }
    }
    match words.as_slice() {
        [] if segment.jumps => "payouts jump".into(),
        [] => String::new(),
        [one] => one.clone(),
        [one, two] if one.len() + two.len() <= LONGEST_PAIR => format!("{one}, {two}"),
        [one, rest @ ..] => format!("{one} and {} more", rest.len()),
    }
}

/// `options at $6`: a right by its exercise price alone.
fn options(sale: &Sale, right: usize) -> String {
    let price = sale.run.ledger().last().rights.get(right).map(|held| held.exercise_price);
    match price.filter(|price| !price.is_zero()) {
        Some(price) => format!("options at {}", words::price(price, &sale.run.agreement.head.currency)),
        None => "options".to_owned(),
    }
}

/// A recipient without its holder: options of one exercise price are one.
fn short(sale: &Sale, to: Recipient) -> String {
    match to {
        Recipient::Claim(index) => {
            let claim = &sale.exit.stack.claims[index as usize];
            match claim.of {
                ClaimOf::Right(_) => of_claim(sale, claim),
                ClaimOf::Common(_)
                | ClaimOf::Lot(..)
                | ClaimOf::Pool(_)
                | ClaimOf::Convertible(_)
                | ClaimOf::Discount(_) => claim_in_full(sale, claim),
            }
        }
        Recipient::Costs | Recipient::Debt(_) | Recipient::CarveOut => recipient(sale, to),
    }
}

/// Who shares in the next dollar, and in what proportion: classes with all their lots, options of one exercise price.
pub fn next_dollar(sale: &Sale, segment: &Segment) -> Vec<(String, Exact)> {
    let mut shares: Vec<(String, Exact)> = Vec::new();
    for &(to, share) in &segment.next_dollar {
        let name = match to {
            Recipient::Claim(index) => of_claim(sale, &sale.exit.stack.claims[index as usize]),
            Recipient::Costs | Recipient::Debt(_) | Recipient::CarveOut => recipient(sale, to),
        };
        match shares.iter_mut().find(|(known, _)| *known == name) {
            Some((_, sum)) => *sum += share,
            None => shares.push((name, share)),
        }
    }
    shares
}

fn shares(sale: &Sale, segment: &Segment) -> String {
    let mut shares: Vec<(String, Decimal)> =
        next_dollar(sale, segment).into_iter().map(|(name, share)| (name, decimal(share, FRACTION_PLACES))).collect();
    if shares.is_empty() {
        return "nobody".into();
    }
    let named = if shares.len() > MOST_NAMED + 1 { MOST_NAMED } else { shares.len() };
    let rest: Vec<(String, Decimal)> = shares.split_off(named);
    let mut words: Vec<String> = shares.iter().map(|(name, share)| format!("{name} {}", percent(*share, 2))).collect();
    if !rest.is_empty() {
        let sum: Decimal = rest.iter().map(|(_, share)| *share).sum();
        words.push(format!("{} {}", counted(rest.len(), "other"), percent(sum, 2)));
    }
    words.join(", ")
}

fn jumps(sale: &Sale) -> Option<String> {
    let jumps: Vec<String> = checks::jumps(sale).into_iter().map(|value| value_in_words(sale, value)).collect();
    (!jumps.is_empty()).then(|| {
        format!(
            "Payouts jump at {}: there several allocations are possible, and the one the terms of the vote or of the class \
             lead to is used.",
            words::listed(&jumps)
        )
    })
}

/// `breakpoints.csv`: a row for each breakpoint and each who shares in the next dollar; the shares of one breakpoint add up
/// to one.
pub fn csv(sale: &Sale) -> Table {
    let keys = [
        "breakpoint",
        "exit_value",
        "common_price",
        "happens",
        "jumps",
        "recipient",
        "stakeholder",
        "next_dollar",
        "currency",
    ];
    let mut table =
        Table::new("breakpoints", "Who shares in the next dollar above each breakpoint", csv_columns(&keys));
    for (number, segment) in sale.breakpoints.segments.iter().enumerate() {
        for (to, who, share) in by_portion(sale, segment) {
            let price = match is_normalised(sale.run) {
                true => Cell::Empty,
                false => Cell::Price(decimal(segment.common_price, POSTED_PLACES)),
            };
            let cells = vec![
                Cell::Number(Decimal::from(number)),
                Cell::Money(decimal(segment.from, MONEY_PLACES)),
                price,
                Cell::text(happens(sale, segment)),
                Cell::Flag(segment.jumps),
                Cell::text(to),
                Cell::or_empty(who, Cell::Text),
                exact_fraction(decimal(share, FRACTION_PLACES)),
                Cell::text(&sale.run.agreement.head.currency),
            ];
            table.push(Style::Body, csv_cells(sale.run, cells));
        }
    }
    table
}

/// The next dollar down to the holders.
fn by_portion(sale: &Sale, segment: &Segment) -> Vec<(String, Option<String>, Exact)> {
    let mut rows: Vec<(String, Option<String>, Exact)> = Vec::new();
    let mut add = |to: String, who: Option<String>, share: Exact| match rows
        .iter_mut()
        .find(|(known, holder, _)| *known == to && *holder == who)
    {
        Some((.., sum)) => *sum += share,
        None => rows.push((to, who, share)),
    };
    for &(to, share) in &segment.next_dollar {
        match to {
            Recipient::Claim(index) => {
                let portions = (0..sale.exit.stack.portions.len())
                    .filter(|portion| sale.exit.stack.portions[*portion].claim == index);
                for portion in portions {
                    let (_, who) = holder(sale, sale.exit.stack.portions[portion].holder);
                    let part = super::names::part_of_claim(sale, portion);
                    add(of_claim(sale, claim_of(sale, portion)), Some(who), share * part);
                }
            }
            Recipient::Costs | Recipient::Debt(_) | Recipient::CarveOut => add(recipient(sale, to), None, share),
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::exit::fixture::sold;

    #[test]
    fn each_breakpoint_says_what_happens_and_who_shares_in_the_next_dollar() {
        let run = sold();
        let sale = Sale::of(&run, None).expect("a sale");
        let table = table(&sale);
        let text = |cell: &Cell| match cell {
            Cell::Text(words) => words.clone(),
            _ => String::new(),
        };
        let rows: Vec<_> =
            table.rows.iter().map(|row| (row.cells[0].clone(), text(&row.cells[2]), text(&row.cells[3]))).collect();
        let row = |value: i64, happens: &str, shares: &str| {
            (Cell::Money(Decimal::from(value)), happens.to_owned(), shares.to_owned())
        };
        assert_eq!(
            rows,
            [
                row(0, "", "Debt to Bank 100.00%"),
                row(1_000_000, "Debt to Bank is paid in full", "Series A Preferred 100.00%"),
                row(5_000_000, "Series A Preferred has its preference in full", "Common 100.00%"),
                row(21_000_000, "Series A Preferred converts", "Common 80.00%, Series A Preferred 20.00%"),
            ]
        );
    }

    #[test]
    fn the_shares_of_a_dollar_add_up_in_the_csv() {
        let run = sold();
        let table = csv(&Sale::of(&run, None).expect("a sale"));
        let at = |key: &str| table.columns.iter().position(|column| column.key == key).expect("a column");
        for number in 0..4 {
            let of_it =
                table.rows.iter().filter(|row| row.cells[at("breakpoint")] == Cell::Number(Decimal::from(number)));
            let sum: Decimal = of_it
                .map(|row| match row.cells[at("next_dollar")] {
                    Cell::Fraction { value, .. } => value,
                    _ => Decimal::ZERO,
                })
                .sum();
            assert_eq!(sum, Decimal::ONE, "breakpoint {number}");
        }
    }
}
