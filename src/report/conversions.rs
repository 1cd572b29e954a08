//! How SAFEs and notes converted, and how conversion prices of protected classes fell.

use super::frame::{columns, csv_cells, csv_columns, is_normalised};
use super::run::Run;
use super::table::{Cell, Style, Table};
use super::words::{basis, grouped, money_in_full, percent, rounded};
use crate::engine::ledger::{Ledger, Posted, PostedConversion};
use crate::model::{Agreement, Cap, Capitalization, ConvertibleId, Denominator, Package};
use crate::num::Stated;
use rust_decimal::Decimal;

/// The place of the controlling term's word among those of the file format: cap, discount, round, mfn, ownership.
pub fn term(agreement: &Agreement, conversion: &PostedConversion) -> u8 {
    let package = &agreement.scenario.convertibles[conversion.package.index()].package;
    match (conversion.by_cap, package.cap) {
        (true, Some(Cap::Ownership(_))) => 4,
        (true, _) => 0,
        (false, _) if conversion.discount.is_zero() => 2,
        (false, _) => 1,
    }
}

/// The controlling term in words, with whose terms were adopted.
fn term_in_words(agreement: &Agreement, conversion: &PostedConversion) -> String {
    let word = match term(agreement, conversion) {
        0 => "cap",
        1 => "discount",
        2 => "round price",
        _ => "fixed ownership",
    };
    match conversion.package == conversion.convertible {
        true => word.to_owned(),
        false => format!("{word} of {}", agreement.convertibles[conversion.package.index()].name),
    }
}

/// Why the price is what it is.
fn reason(agreement: &Agreement, conversion: &PostedConversion) -> String {
    let (cap, discount) = (grouped(conversion.cap_price), grouped(conversion.discount_price));
    let round = if conversion.discount.is_zero() { "the round's price" } else { "the discounted price" };
    let no_cap = conversion.cap_price.is_zero();
    match (conversion.by_cap, no_cap) {
        (true, _) if conversion.discount_price.is_zero() => format!("at its cap, {cap}"),
        (true, _) => format!("cap {cap} is not above {round} {discount}"),
        (false, true) => format!("{round} {discount}; no cap"),
        (false, false) => format!("{round} {discount} is below the cap's {cap}"),
    }
    .replace("  ", " ")
        + &match conversion.package == conversion.convertible {
            true => String::new(),
            false => format!("; terms of {} taken whole", agreement.convertibles[conversion.package.index()].name),
        }
}

/// Why a conversion's entry is what it is.
pub fn because(run: &Run, entry: &Posted, convertible: ConvertibleId) -> String {
    let found = run
        .ledger()
        .conversions
        .iter()
        .find(|conversion| conversion.convertible == convertible && conversion.event == entry.event);
    found.map_or_else(String::new, |conversion| {
        format!("price {}: {}", grouped(entry.price), reason(&run.agreement, conversion))
    })
}

/// What a cap is divided by, in words.
pub fn denominator_in_words(counts: Denominator) -> String {
    let Denominator::Counts(counts) = counts else { return "the count of the round's pre-money".to_owned() };
    let names: [(bool, &str); 8] = [
        (counts.shares, "outstanding shares"),
        (counts.options, "options"),
        (counts.promised_options, "promised options"),
        (counts.unissued_options, "unissued options"),
        (counts.this_security, "this security"),
        (counts.converting_securities, "all that converts"),
        (counts.pool_increase, "the pool increase"),
        (counts.new_money, "the new money"),
    ];
    preset_name(counts).map_or_else(
        || super::words::listed(&names.iter().filter(|(counts, _)| *counts).map(|(_, name)| *name).collect::<Vec<_>>()),
        str::to_owned,
    )
}

/// The preset's name, where the flags are those of one.
fn preset_name(counts: Capitalization) -> Option<&'static str> {
    let full = Capitalization::FULLY_DILUTED;
    if counts == full {
        Some("fully diluted")
    } else if counts == (Capitalization { pool_increase: true, ..full }) {
        Some("fully diluted and the pool increase (pre-money SAFE)")
    } else if counts == (Capitalization { this_security: true, converting_securities: true, ..full }) {
        Some("fully diluted and all that converts (post-money SAFE)")
    } else {
        None
    }
}

/// The cap as stated: `$10M post-money`, `7%`, `$0.50 a share`.
fn cap_in_words(run: &Run, package: ConvertibleId) -> Cell {
    let agreement = &run.agreement;
    let package = &agreement.scenario.convertibles[package.index()].package;
    let values = super::exact::Values::of(&agreement.scenario);
    let currency = &agreement.head.currency;
    let value = |term| super::exact::decimal(values.at(term), 10);
    let post = matches!(package.counts, Denominator::Counts(counts) if counts.converting_securities);
    match package.cap {
        None => Cell::Empty,
        Some(Cap::Valuation(cap)) => {
            Cell::Text(format!("{} {}-money", money_in_full(value(cap), currency), if post { "post" } else { "pre" }))
        }
        Some(Cap::Ownership(fraction)) => Cell::Text(percent(value(fraction), 2)),
        Some(Cap::Price(price)) => Cell::Text(format!("{} a share", super::words::price(value(price), currency))),
    }
}

/// The conversions of a run, for people; `None` where nothing converted.
pub fn table(run: &Run) -> Option<Table> {
    let ledger = run.ledger();
    (!ledger.conversions.is_empty()).then_some(())?;
    let title = format!("Conversions of SAFEs and notes ({})", basis(run));
    let heads = [
        ("instrument", "Instrument"),
        ("investor", "Investor"),
        ("balance", "Balance converted"),
        ("cap", "Cap"),
        ("discount", "Discount"),
        ("capitalization", "Cap divided by"),
        ("conversion_price", "Conversion price"),
        ("controlling_term", "Set by"),
        ("shares", "Shares"),
    ];
    let mut table = Table::new("conversions", title, columns(&heads));
    table.columns[0].pinned = true;
    let agreement = &run.agreement;
    for conversion in &ledger.conversions {
        let info = &agreement.convertibles[conversion.convertible.index()];
        let capitalization = (!conversion.capitalization.is_zero()).then_some(conversion.capitalization);
        table.push(
            Style::Body,
            vec![
                Cell::text(&info.name),
                Cell::text(agreement.owner(conversion.position)),
                Cell::Money(conversion.balance),
                cap_in_words(run, conversion.package),
                Cell::or_empty(Some(conversion.discount).filter(|discount| !discount.is_zero()), |value| {
                    Cell::Fraction { value, places: 1 }
                }),
                Cell::or_empty(capitalization, Cell::Count),
                Cell::Price(conversion.price),
                Cell::Text(term_in_words(agreement, conversion)),
                Cell::Count(conversion.shares),
            ],
        );
    }
    for conversion in &ledger.conversions {
        let info = &agreement.convertibles[conversion.convertible.index()];
        let package = &agreement.scenario.convertibles[conversion.package.index()].package;
        let counted = match package.cap {
            Some(Cap::Valuation(_) | Cap::Ownership(_)) => {
                format!(" Its cap is divided by {}.", denominator_in_words(package.counts))
            }
            Some(Cap::Price(_)) | None => String::new(),
        };
        table.note(format!("{}: {}.{counted}", info.name, reason(agreement, conversion)));
    }
    Some(table)
}

/// What is still outstanding at the end; `None` where nothing is.
pub fn outstanding(run: &Run) -> Option<Table> {
    let agreement = &run.agreement;
    let ids: Vec<usize> = (0..agreement.convertibles.len()).filter(|&index| run.ledger().outstanding[index]).collect();
    (!ids.is_empty()).then_some(())?;
    let heads = [
        ("instrument", "Instrument"),
        ("investor", "Investor"),
        ("principal", "Principal"),
        ("cap", "Cap"),
        ("discount", "Discount"),
    ];
    let title = format!("SAFEs and notes still outstanding ({})", basis(run));
    let mut table = Table::new("outstanding", title, columns(&heads));
    let values = super::exact::Values::of(&agreement.scenario);
    for index in ids {
        let terms = &agreement.scenario.convertibles[index];
        let discount = super::exact::decimal(values.at(terms.package.discount), 10);
        table.push(
            Style::Body,
            vec![
                Cell::text(&agreement.convertibles[index].name),
                Cell::text(&agreement.stakeholders[terms.stakeholder.index()].name),
                Cell::Money(super::exact::decimal(values.at(terms.amount), 10)),
                cap_in_words(run, ConvertibleId::at(index)),
                Cell::or_empty(Some(discount).filter(|discount| !discount.is_zero()), |value| Cell::Fraction {
                    value,
                    places: 1,
                }),
            ],
        );
    }
    table.note("They are no shares yet, and in no ownership above.");
    Some(table)
}

/// The conversions of a run, long; `None` where the scenario has no convertible.
pub fn csv(run: &Run) -> Option<Table> {
    let agreement = &run.agreement;
    (!agreement.convertibles.is_empty()).then_some(())?;
    let keys = [
        "date",
        "stage",
        "instrument",
        "investor",
        "kind",
        "principal",
        "interest",
        "cap",
        "cap_kind",
        "discount",
        "cap_price",
        "discount_price",
        "capitalization",
        "capitalization_counts",
        "controlling_term",
        "terms_of",
        "conversion_price",
        "shares",
        "class",
        "preference_per_share",
        "preference",
        "because",
        "currency",
        "normalised",
    ];
    let mut table = Table::new("conversions", "Conversions", csv_columns(&keys));
    for conversion in &run.ledger().conversions {
        let terms = &agreement.scenario.convertibles[conversion.convertible.index()];
        let package = &agreement.scenario.convertibles[conversion.package.index()].package;
        // A fixed price is divided by nothing.
        let divides = matches!(package.cap, Some(Cap::Valuation(_) | Cap::Ownership(_)));
        let price = |price: Decimal| Cell::or_empty(Some(price).filter(|price| !price.is_zero()), Cell::Price);
        let cells = vec![
            Cell::or_empty(agreement.date(Some(conversion.event)), Cell::Date),
            Cell::text(agreement.stage(Some(conversion.event))),
            Cell::text(&agreement.convertibles[conversion.convertible.index()].name),
            Cell::text(agreement.owner(conversion.position)),
            Cell::text(match terms.kind {
                crate::model::ConvertibleKind::Safe => "safe",
                crate::model::ConvertibleKind::Note => "note",
            }),
            Cell::Money(rounded(conversion.principal, 6)),
            Cell::Money(rounded(conversion.interest, 6)),
            cap_number(run, conversion.package),
            Cell::text(cap_kind(package)),
            Cell::Fraction { value: conversion.discount, places: 4 },
            price(conversion.cap_price),
            price(conversion.discount_price),
            Cell::or_empty(Some(conversion.capitalization).filter(|count| divides && !count.is_zero()), Cell::Count),
            Cell::Text(if divides { denominator_in_words(package.counts) } else { String::new() }),
            Cell::Text(term_in_words(agreement, conversion)),
            Cell::text(&agreement.convertibles[conversion.package.index()].name),
            Cell::Price(conversion.price),
            Cell::Count(conversion.shares),
            Cell::Text(agreement.consists_of(conversion.position)),
            Cell::Price(preference(run.ledger(), agreement, conversion)),
            Cell::Money(rounded(preference(run.ledger(), agreement, conversion) * conversion.shares, 6)),
            Cell::Text(reason(agreement, conversion)),
            Cell::text(&agreement.head.currency),
            Cell::Flag(is_normalised(run)),
        ];
        table.push(Style::Body, csv_cells(run, cells));
    }
    Some(table)
}

/// Preference per share after conversion, by the instrument's own term: its conversion price, the round's price, or none.
/// Source: rule 36 of the rules of the numbers.
pub fn preference(ledger: &Ledger, agreement: &Agreement, conversion: &PostedConversion) -> Decimal {
    let round = agreement.events[conversion.event.index()].closing.and_then(|(round, _)| ledger.pricing(round));
    match (agreement.convertibles[conversion.convertible.index()].preference, round) {
        ("common", _) => Decimal::ZERO,
        ("round_price", Some(pricing)) => pricing.price,
        _ => conversion.price,
    }
}

/// The cap as a number: money, a part of one, or a price.
fn cap_number(run: &Run, package: ConvertibleId) -> Cell {
    let values = super::exact::Values::of(&run.agreement.scenario);
    let value = |term| super::exact::decimal(values.at(term), 10);
    match run.agreement.scenario.convertibles[package.index()].package.cap {
        None => Cell::Empty,
        Some(Cap::Valuation(cap)) => Cell::Money(value(cap)),
        Some(Cap::Ownership(part)) => super::frame::exact_fraction(value(part)),
        Some(Cap::Price(price)) => Cell::Price(value(price)),
    }
}

/// What kind of cap it is, by the file format's key.
fn cap_kind(package: &Package<Stated>) -> &'static str {
    match (package.cap, package.counts) {
        (None, _) => "",
        (Some(Cap::Ownership(_)), _) => "ownership",
        (Some(Cap::Price(_)), _) => "conversion_price",
        (Some(Cap::Valuation(_)), Denominator::Counts(counts)) if counts.converting_securities => "post_money",
        (Some(Cap::Valuation(_)), _) => "pre_money",
    }
}

/// Conversion prices that fell; `None` where none did.
pub fn adjustments(run: &Run) -> Option<Table> {
    let ledger = run.ledger();
    (!ledger.adjustments.is_empty()).then_some(())?;
    let heads = [
        ("class", "Class"),
        ("stage", "After"),
        ("before", "CP1"),
        ("counted", "A, counted before"),
        ("at_old_price", "B, money / CP1"),
        ("issued", "C, issued"),
        ("after", "CP2"),
    ];
    let mut table = Table::new("adjustments", format!("Conversion prices adjusted ({})", basis(run)), columns(&heads));
    table.columns[0].pinned = true;
    let agreement = &run.agreement;
    for (event, adjustment) in &ledger.adjustments {
        let ratchet = adjustment.counted.is_zero();
        let at_old_price = super::exact::quotient(adjustment.money, adjustment.before, 4);
        table.push(
            Style::Body,
            vec![
                Cell::text(&agreement.classes[adjustment.class.index()].name),
                Cell::text(agreement.stage(Some(*event))),
                Cell::Price(adjustment.before),
                Cell::or_empty(Some(adjustment.counted).filter(|_| !ratchet), Cell::Count),
                Cell::or_empty(at_old_price.filter(|_| !ratchet), Cell::Count),
                Cell::Count(rounded(adjustment.shares, 4)),
                Cell::Price(adjustment.after),
            ],
        );
    }
    table.note(
        "Weighted average: CP2 = CP1 x (A + B) / (A + C). Full ratchet: CP2 is the price of the issue. Never upwards.",
    );
    Some(table)
}
