//! What a share of each class is worth beside its headline price, as a chart.

use super::Valued;
use super::lines::{Line, lines};
use super::names::{Kind, in_print};
use crate::engine::valuation::Priced;
use crate::num::Exact;
use crate::report::chart::{Body, Chart, Colour, WorthRow};
use crate::report::charts::framed;
use crate::report::exact::{FRACTION_PLACES, POSTED_PLACES, decimal};
use crate::report::frame::is_normalised;
use crate::report::run::Run;
use crate::report::words::{counted, fixed, money, percent, rounded};
use rust_decimal::Decimal;

/// Most rows of a chart; the largest are shown.
const MOST_ROWS: usize = 10;

/// A chart for each option pricing; none where prices of shares are made up.
pub fn charts(run: &Run) -> Vec<Chart> {
    if is_normalised(run) {
        return Vec::new();
    }
    let valued = Valued::all(run);
    let priced: Vec<_> = valued.iter().filter_map(|valued| Some((valued, valued.priced()?))).collect();
    priced
        .iter()
        .enumerate()
        .map(|(index, (valued, priced))| {
            let number = if index == 0 { String::new() } else { format!("-{}", index + 1) };
            chart(valued, priced, format!("worth-by-class{number}"))
        })
        .collect()
}

fn chart(valued: &Valued, priced: &Priced, id: String) -> Chart {
    let mut lines: Vec<Line> = lines(valued).into_iter().filter(|line| line.worth_per_share().is_some()).collect();
    let left_out = lines.len().saturating_sub(MOST_ROWS);
    lines.truncate(MOST_ROWS);
    let rows = lines.iter().enumerate().map(|(index, line)| row(valued, line, index)).collect();
    let currency = &valued.run.agreement.head.currency;
    let mut notes = vec![format!(
        "{}: equity of {}{}, volatility {}, {} years",
        valued.name(),
        money(priced.allocation.equity, currency),
        if priced.is_solved { " (solved for)" } else { "" },
        percent(Decimal::try_from(priced.market.volatility).unwrap_or_default(), 0),
        Decimal::try_from(priced.market.years).unwrap_or_default().round_dp(2).normalize(),
    )];
    if left_out > 0 {
        notes.push(format!("{} not shown", counted(left_out, "row")));
    }
    let measure = "Worth per share by option pricing, beside the last round's price (line)";
    framed(valued.run, id, title(valued, &lines), measure, &notes, Body::WorthBesideHeadline { rows })
}

fn row(valued: &Valued, line: &Line, index: usize) -> WorthRow {
    let currency = &valued.run.agreement.head.currency;
    let cents = |amount: Option<Exact>| amount.map_or(Decimal::ZERO, |amount| decimal(amount, POSTED_PLACES));
    let (worth, headline) = (cents(line.worth_per_share()), cents(line.headline_price));
    let hue = u8::try_from(index).unwrap_or(Colour::HUES);
    WorthRow {
        name: line.name.clone(),
        detail: String::new(),
        colour: match line.kind {
            Kind::Pool(_) => Colour::Pool,
            _ if hue < Colour::HUES => Colour::Hue(hue),
            _ => Colour::Other,
        },
        worth,
        headline,
        worth_label: in_print(worth, currency),
        headline_label: if headline.is_zero() { String::new() } else { in_print(headline, currency) },
        difference: line.difference().map_or_else(String::new, change),
    }
}

/// `−36.7%`, `+6.9%`.
fn change(difference: Exact) -> String {
    let difference = rounded(decimal(difference, FRACTION_PLACES) * Decimal::ONE_HUNDRED, 1);
    let sign = if difference.is_sign_positive() && !difference.is_zero() { "+" } else { "" };
    format!("{sign}{}%", fixed(difference, 1))
}

/// The finding: the common, or else what is furthest from its headline.
fn title(valued: &Valued, lines: &[Line]) -> String {
    let currency = &valued.run.agreement.head.currency;
    let classes = || lines.iter().filter(|line| matches!(line.kind, Kind::Class(_)));
    let is_common = |line: &&Line| match line.kind {
        Kind::Class(class) => valued.run.agreement.classes[class.index()].is_common,
        _ => false,
    };
    let Some(line) = classes().find(is_common).or_else(|| classes().next()) else {
        return format!("What a share is worth: {}", valued.name());
    };
    let worth = in_print(decimal(line.worth_per_share().unwrap_or(line.worth), POSTED_PLACES), currency);
    let Some(difference) = line.difference().map(|difference| decimal(difference, FRACTION_PLACES)) else {
        return format!("A share of {} is worth {worth}", line.name);
    };
    let distance = percent(difference.abs(), 1);
    match difference {
        difference if difference.is_zero() => format!("A share of {} is worth its headline price, {worth}", line.name),
        difference if difference.is_sign_negative() => {
            format!("A share of {} is worth {worth}, {distance} less than the headline", line.name)
        }
        _ => format!("A share of {} is worth {worth}, {distance} more than the headline", line.name),
    }
}
