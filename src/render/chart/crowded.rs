//! Tests that words neither overlap nor leave the canvas, on charts more crowded than any that should be drawn.

use super::font;
use super::kit::{MARGIN, RIGHT};
use super::picture;
use super::scene::Op;
use crate::report::chart::{
    Bar, Body, Break, Chart, Colour, Label, PayoffLine, PayoffLines, PayoutBar, PayoutShares, Rungs, Series,
    SparseSeries, Step,
};
use plotters::style::text_anchor::HPos;
use rust_decimal::Decimal;

const LONG: &str = "The Public Investment Fund of the Sovereign Kingdom of Ruritania and Dependencies";

fn chart(body: Body) -> Chart {
    Chart {
        id: String::new(),
        title: [LONG; 2].join(" and "),
        subtitle: LONG.into(),
        footer: [LONG; 5].join("; "),
        hash: "8f3c21ab04d7".into(),
        body,
    }
}

fn fraction(percent: f64) -> Decimal {
    Decimal::from_f64_retain(percent / 100.0).expect("a number")
}

fn labels(count: usize) -> Vec<Label> {
    let label = |n: usize| Label { name: format!("Series {n} second closing"), detail: LONG[..n * 4].into() };
    (0..count).map(label).collect()
}

/// Eight holders: two large, six tiny.
fn holders() -> impl Iterator<Item = (String, Colour, f64)> {
    let colours = (0..6).map(Colour::Hue).chain([Colour::Pool, Colour::Other]);
    let sizes = [60.0, 38.7, 0.9, 0.2, 0.1, 0.05, 0.03, 0.02];
    colours.zip(sizes).map(|(colour, size)| (format!("{size} {LONG}"), colour, size))
}

/// Left, top, right and bottom of every text that is not empty.
fn texts(body: Body) -> Vec<(String, [f64; 4])> {
    let bounds = |op: &Op| {
        let Op::Text { x, baseline, em, weight, align, text, .. } = op else { return None };
        let (x, baseline, em) = (f64::from(*x), f64::from(*baseline), f64::from(*em));
        let width = font::width(text, em, *weight);
        let left = match align {
            HPos::Left => x,
            HPos::Center => x - width / 2.0,
            HPos::Right => x - width,
        };
        let cap = f64::from(font::CAP_HEIGHT) * em;
        Some((text.clone(), [left, baseline - cap, left + width, baseline]))
    };
    picture(&chart(body)).ops.iter().filter_map(bounds).collect()
}

fn assert_apart(body: Body) {
    let texts = texts(body);
    assert!(texts.len() > 10);
    for (at, (text, [left, top, right, bottom])) in texts.iter().enumerate() {
        assert!(*left >= MARGIN - 1.0 && *right <= RIGHT + 1.0, "`{text}` from {left} to {right}");
        for (other, bounds) in &texts[at + 1..] {
            let beside = *right <= bounds[0] || bounds[2] <= *left;
            let below = *bottom <= bounds[1] || bounds[3] <= *top;
            assert!(beside || below, "`{text}` overlaps `{other}`");
        }
    }
}

#[test]
fn ownership_by_stage() {
    for stages in [1, 2, 5, 10] {
        let series = holders()
            .map(|(name, colour, size)| Series { name, colour, values: vec![fraction(size); stages] })
            .collect();
        assert_apart(Body::OwnershipByStage { stages: labels(stages), series });
    }
}

#[test]
fn ownership_now() {
    let bar = |(name, colour, size): (String, Colour, f64)| Bar {
        name,
        detail: LONG.into(),
        colour,
        ownership: fraction(size),
        value: "1234.5".into(),
        interval: "26.5\u{2013}27.5%".into(),
    };
    assert_apart(Body::OwnershipNow { bars: holders().map(bar).collect(), value_heading: Some("Value, $B".into()) });
}

#[test]
fn dilution_bridge() {
    for changes in [3, 7, 14] {
        let step = |name: String, percent: f64| Step { name, detail: "new money".into(), fraction: fraction(percent) };
        let (start, end) = (step("Before".into(), 40.0), step("After".into(), 38.5));
        let changes = (0..changes).map(|n| step(format!("Series {n}"), [-1.5, 0.02, -0.0001][n % 3])).collect();
        assert_apart(Body::DilutionBridge { start, changes, end });
    }
}

#[test]
fn comparison() {
    for scenarios in [2, 3, 6] {
        let series = holders()
            .enumerate()
            .map(|(n, (name, colour, size))| SparseSeries {
                name,
                colour,
                values: (0..scenarios).map(|s| (s == 1 || (s + n) % 4 != 0).then(|| fraction(size))).collect(),
            })
            .collect();
        assert_apart(Body::Comparison { scenarios: labels(scenarios), series });
    }
}

#[test]
fn funding_ladder() {
    let rungs = |(name, _, size): (String, Colour, f64)| Rungs {
        name,
        funded: fraction(size),
        committed: fraction(size / 50.0) * Decimal::from(1_000_000),
        conditional: fraction(size) * Decimal::from(10_000_000),
    };
    let rows: Vec<Rungs> = holders().map(rungs).collect();
    let totals = vec!["$15B of $50B funded".into(); rows.len()];
    assert_apart(Body::FundingLadder { rows, totals, currency: "EUR".into() });
}

/// Payoffs that all end near nothing but one, over breakpoints that all lie near nothing but one.
fn payoffs() -> (Vec<PayoffLine>, Vec<Break>, Decimal) {
    let upper = Decimal::from(1_000_000_000);
    let line = |(name, colour, size): (String, Colour, f64)| PayoffLine {
        name,
        colour,
        corners: vec![
            (Decimal::ZERO, Decimal::ZERO),
            (Decimal::from(1_000), Decimal::ZERO),
            (upper, fraction(size) * upper),
        ],
        value: "$123.4M".into(),
    };
    let breaks = (1..14).map(|number| Break {
        exit_value: Decimal::from(if number == 13 { 900_000_000 } else { 1_000_000 * number }),
        value: "$123.4M".into(),
        happens: LONG.into(),
        weight: u32::try_from(number % 4).expect("small"),
    });
    (holders().map(line).collect(), breaks.collect(), upper)
}

#[test]
fn payoffs_over_exit_values() {
    let (lines, breaks, upper) = payoffs();
    assert_apart(Body::Payoffs(PayoffLines { currency: "EUR".into(), upper, lines, breaks, marks: Vec::new() }));
}

#[test]
fn shares_of_exit_values() {
    let (areas, breaks, upper) = payoffs();
    assert_apart(Body::PayoutShares(PayoutShares { currency: "EUR".into(), upper, areas, breaks }));
}

#[test]
fn payouts_at_one_exit_value() {
    let bar = |(name, colour, size): (String, Colour, f64)| PayoutBar {
        name,
        detail: LONG.into(),
        colour,
        payout: fraction(size) * Decimal::from(1_000_000),
        value: "EUR 123.4M, 12.34x".into(),
        cost: Some(fraction(size) * Decimal::from(1_500_000)),
    };
    assert_apart(Body::Payouts(holders().map(bar).collect()));
}
