//! `capstruct check`: every expected figure with what came out.

use super::args::Format;
use super::session::{Read, Session, print};
use crate::error::Error;
use crate::model::{Agreement, Figure};
use crate::render::number;
use crate::report::Run;
use crate::report::check::{Verdict, verdict};
use crate::report::quantities::Unit;
use crate::report::table::{Cell, Column, Style, Table};
use crate::spec::resolve::{CONTROLLING_TERMS, FORMS, Settings};
use rust_decimal::Decimal;
use serde_json::json;
use std::fmt::Write;

/// Checks scenarios; 1 where any figure does not come out, 2 where one cannot be read.
pub(super) fn check(session: &Session, names: &[String]) -> Result<u8, Error> {
    let all: Vec<String> = match names.is_empty() {
        true => session.folder.list().into_iter().map(|(name, _)| name).collect(),
        false => names.to_vec(),
    };
    let mut code = 0;
    let mut figures = Vec::new();
    for name in &all {
        match check_one(session, name, &mut figures) {
            Ok(true) => {}
            Ok(false) => code = code.max(1),
            Err(error) if all.len() == 1 => return Err(error),
            Err(error) => {
                session.show_error(&error);
                code = code.max(error.exit_code());
            }
        }
    }
    if session.format == Some(Format::Json) {
        print(&(figures.join("\n") + if figures.is_empty() { "" } else { "\n" }));
    }
    Ok(code)
}

fn check_one(session: &Session, name: &str, figures: &mut Vec<String>) -> Result<bool, Error> {
    let read = session.read(name)?;
    let (agreement, warnings) = Session::resolve(&read, &session.settings)?;
    session.show_warnings(&warnings, &read.sources);
    let (name, currency) = (agreement.head.name.clone(), agreement.head.currency.clone());
    let verdicts = verdicts(session, &read, agreement)?;
    let holding = verdicts.iter().filter(|verdict| verdict.holds).count();
    let line = format!("{name}: {holding} of {} figures", verdicts.len());
    match session.format {
        Some(Format::Json) => figures.extend(verdicts.iter().map(|verdict| object(&name, verdict))),
        None | Some(Format::Table) => {
            if !session.quiet || holding < verdicts.len() {
                let shown: Vec<_> = verdicts.iter().filter(|verdict| !session.quiet || !verdict.holds).collect();
                if !shown.is_empty() {
                    print(&session.show(&[table(&name, &shown, &currency)], &currency));
                }
                print(&format!("{line}\n\n"));
            }
        }
        Some(Format::Csv | Format::Markdown) => {
            print(&session.show(&[table(&name, &verdicts.iter().collect::<Vec<_>>(), &currency)], &currency));
        }
    }
    Ok(holding == verdicts.len())
}

/// Runs the scenario once for each case and set of variables that its expectations ask for.
fn verdicts(session: &Session, read: &Read, agreement: Agreement) -> Result<Vec<Verdict>, Error> {
    let expectations = agreement.expectations.clone();
    let usual = session.replay(read, agreement)?;
    session.show_warnings(&Session::warnings(&usual), &read.sources);
    let mut runs: Vec<(Settings, Run)> = vec![(session.settings.clone(), usual)];
    let mut verdicts = Vec::new();
    for expectation in &expectations {
        let mut settings =
            Settings { case: expectation.case.unwrap_or(session.settings.case), set: session.settings.set.clone() };
        settings.set.extend(expectation.set.iter().cloned());
        let known = runs.iter().position(|(of, _)| *of == settings);
        let index = match known {
            Some(index) => index,
            None => {
                let (agreement, _) = Session::resolve(read, &settings)?;
                runs.push((settings, session.replay(read, agreement)?));
                runs.len() - 1
            }
        };
        verdicts.push(verdict(expectation, &runs[index].1, read.sources.cite(expectation.span)));
    }
    Ok(verdicts)
}

fn table(name: &str, verdicts: &[&Verdict], currency: &str) -> Table {
    let columns = vec![
        Column::pinned("figure", "Figure"),
        Column::new("under", "Under"),
        Column::new("expected", "Expected"),
        Column::new("computed", "Computed"),
        Column::new("tolerance", "Tolerance"),
        Column::new("verdict", "Verdict"),
    ];
    let mut table = Table::new("check", name.to_owned(), columns);
    for verdict in verdicts {
        let computed = match &verdict.computed {
            Ok(number) => figure_in_words(verdict.figure, *number, currency),
            Err(why) => why.clone(),
        };
        let tolerance = match verdict.tolerance.is_zero() {
            true => "exact".to_owned(),
            false => format!("±{}", tolerance_in_words(verdict.figure, verdict.tolerance)),
        };
        let mut what = verdict.what.clone();
        if !verdict.holds {
            let _ = write!(what, " ({})", verdict.cite);
        }
        table.push(
            Style::Body,
            [
                what,
                verdict.under.clone(),
                verdict.expected.clone(),
                computed,
                tolerance,
                if verdict.holds { "ok" } else { "MISS" }.to_owned(),
            ]
            .into_iter()
            .map(Cell::Text)
            .collect(),
        );
    }
    table
}

/// A figure with all the digits that matter: fractions to ten decimals of a percent, the rest to ten places.
fn figure_in_words(figure: Figure, value: Decimal, currency: &str) -> String {
    let word = |words: &[&str]| {
        let place = usize::try_from(value).unwrap_or(usize::MAX);
        words.get(place).map_or_else(String::new, |word| (*word).to_owned())
    };
    match (figure, Unit::of(figure)) {
        (Figure::ControllingTerm, _) => word(&CONTROLLING_TERMS),
        (Figure::Form, _) => word(&FORMS),
        // A ratio is no multiple of anything, though it is counted like one.
        (Figure::ConversionRatio, _) | (_, Unit::Price | Unit::Number) => number::plain(value, Some(10)),
        (_, Unit::Fraction) => format!("{}%", number::plain(value * Decimal::ONE_HUNDRED, Some(10))),
        (_, Unit::Count) => grouped(value, 10),
        (_, Unit::Multiple) => format!("{}x", number::plain(value, Some(10))),
        (_, Unit::Money) => number::money_full(value, currency),
    }
}

fn tolerance_in_words(figure: Figure, tolerance: Decimal) -> String {
    match Unit::of(figure) {
        Unit::Fraction => format!("{}%", number::plain(tolerance * Decimal::ONE_HUNDRED, None)),
        Unit::Money | Unit::Count | Unit::Price | Unit::Multiple | Unit::Number => number::plain(tolerance, None),
    }
}

fn grouped(value: Decimal, places: u32) -> String {
    let value = value.round_dp(places).normalize();
    let whole = number::count(value.trunc());
    match number::plain(value.fract().abs(), None).split_once('.') {
        Some((_, fraction)) => format!("{whole}.{fraction}"),
        None => whole,
    }
}

/// One JSON object a figure, on one line.
fn object(name: &str, verdict: &Verdict) -> String {
    let digits = |decimal: Decimal| {
        serde_json::Value::Number(serde_json::Number::from_string_unchecked(number::plain(decimal, None)))
    };
    let (computed, missing) = match &verdict.computed {
        Ok(decimal) => (digits(*decimal), serde_json::Value::Null),
        Err(why) => (serde_json::Value::Null, json!(why)),
    };
    json!({
        "scenario": name,
        "figure": verdict.what,
        "under": verdict.under,
        "expected": verdict.expected_number.map(digits),
        "expected_as_typed": verdict.expected,
        "computed": computed,
        "missing": missing,
        "tolerance": digits(verdict.tolerance),
        "ok": verdict.holds,
        "at": verdict.cite,
    })
    .to_string()
}
