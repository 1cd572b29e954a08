//! Charts as PNG and SVG, without system libraries.
//!
//! Each kind lays its chart out on a canvas (`kit`), plotters draws it on a backend that records a scene (`scene`), and
//! the scene is written out as pixels (`png`) or as vectors (`svg`).

// Pixels, font units and plotters' i32 coordinates meet here.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "coordinates on a canvas of a few thousand pixels, exact in every type used here"
)]

mod breaks;
mod bridge;
mod comparison;
mod fan;
mod fit;
mod font;
mod format;
mod heatmap;
mod histogram;
mod kit;
mod ladder;
mod lines;
mod ownership_by_stage;
mod ownership_now;
mod palette;
mod payoff;
mod payout_shares;
mod payouts;
mod png;
mod rows;
mod scene;
mod sheet;
mod svg;
mod tornado;
mod worth;

use crate::report::chart::{Body, Chart};
use scene::Picture;
use sheet::Sheet;

/// The chart as a PNG: 8-bit RGB at twice the logical size, the same bytes for the same chart, the scenario's hash in
/// the text chunk `scenario-hash`.
pub fn png(chart: &Chart) -> Vec<u8> {
    png::encode(&picture(chart), &chart.hash)
}

/// The chart as an SVG document: text stays text, and no name in it can become markup.
pub fn svg(chart: &Chart) -> String {
    svg::write(&picture(chart), chart)
}

/// Lays the chart out and lets plotters draw it.
fn picture(chart: &Chart) -> Picture {
    let sheet = Sheet::new(chart);
    let canvas = match &chart.body {
        Body::OwnershipByStage { stages, series } => ownership_by_stage::draw(&sheet, stages, series),
        Body::OwnershipNow { bars, value_heading } => ownership_now::draw(&sheet, bars, value_heading.as_deref()),
        Body::DilutionBridge { start, changes, end } => bridge::draw(&sheet, start, changes, end),
        Body::Comparison { scenarios, series } => comparison::draw(&sheet, scenarios, series),
        Body::WorthBesideHeadline { rows } => worth::draw(&sheet, rows),
        Body::FundingLadder { rows, totals, currency } => ladder::draw(&sheet, rows, totals, currency),
        Body::Payoffs(chart) => payoff::draw(&sheet, chart),
        Body::PayoutShares(chart) => payout_shares::draw(&sheet, chart),
        Body::Payouts(bars) => payouts::draw(&sheet, bars),
        Body::Heatmap { across, up, cells, unit, currency } => {
            heatmap::draw(&sheet, across, up, cells, *unit, currency)
        }
        Body::Lines { across, series, unit, currency } => lines::draw(&sheet, across, series, *unit, currency),
        Body::Histogram { bins, marks } => histogram::draw(&sheet, bins, marks),
        Body::Fan { stages, band } => fan::draw(&sheet, stages, band),
        Body::Tornado { base, bars, unit, currency } => tornado::draw(&sheet, *base, bars, *unit, currency),
    };
    canvas.finish()
}

#[cfg(test)]
mod crowded;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::chart::{Band, Colour, Label, PayoffLines, PayoutShares, Scale, Series, Step};
    use crate::report::quantities::Unit;
    use rust_decimal::Decimal;

    fn chart(name: &str) -> Chart {
        let label = |name: &str| Label { name: name.into(), detail: String::new() };
        let series = |name: &str, colour, values: [i64; 2]| Series {
            name: name.into(),
            colour,
            values: values.map(|value| Decimal::new(value, 2)).to_vec(),
        };
        Chart {
            id: "ownership-by-stage".into(),
            title: format!("{name} keeps three quarters"),
            subtitle: "Fully diluted ownership, %".into(),
            footer: "Scenario base.".into(),
            hash: "8f3c21a".into(),
            body: Body::OwnershipByStage {
                stages: vec![label("Founding"), label("Seed")],
                series: vec![series(name, Colour::Hue(0), [100, 75]), series("Seed fund", Colour::Hue(1), [0, 25])],
            },
        }
    }

    #[test]
    fn a_chart_gives_the_same_bytes_twice() {
        let chart = chart("Rivera");
        assert_eq!(png(&chart), png(&chart));
        assert_eq!(svg(&chart), svg(&chart));
        assert_ne!(png(&chart), png(&self::chart("Rivers")));
    }

    #[test]
    fn a_png_is_rgb_at_twice_the_size_and_carries_the_hash() {
        let chart = chart("Rivera");
        let bytes = png(&chart);
        let reader = ::png::Decoder::new(std::io::Cursor::new(&bytes)).read_info().expect("a PNG");
        let info = reader.info();
        assert_eq!((info.color_type, info.bit_depth), (::png::ColorType::Rgb, ::png::BitDepth::Eight));
        assert_eq!((info.width, info.height), (2 * 960, 2 * picture(&chart).height));
        let texts: Vec<_> = info.uncompressed_latin1_text.iter().map(|chunk| (&*chunk.keyword, &*chunk.text)).collect();
        assert_eq!(texts, [("scenario-hash", "8f3c21a")]);
    }

    #[test]
    fn names_cannot_become_markup() {
        let text = svg(&chart("<script>alert(\"x\")</script>\u{0}\u{202e} & =HYPERLINK(\"x\")"));
        assert!(!text.contains("<script"));
        assert!(text.contains("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; =HYPERLINK(&quot;x&quot;)"));
        assert!(text.chars().all(|char| char == '\n' || !char.is_control()));
        assert!(!text.contains('\u{202e}'));
    }

    #[test]
    fn empty_charts_are_drawn() {
        let nothing = || Step { name: String::new(), detail: String::new(), fraction: Decimal::ZERO };
        let scale = || Scale { name: String::new(), labels: vec![], numbers: vec![] };
        let bodies = [
            Body::OwnershipByStage { stages: vec![], series: vec![] },
            Body::OwnershipNow { bars: vec![], value_heading: None },
            Body::DilutionBridge { start: nothing(), changes: vec![], end: nothing() },
            Body::Comparison { scenarios: vec![], series: vec![] },
            Body::FundingLadder { rows: vec![], totals: vec![], currency: String::new() },
            Body::Payoffs(PayoffLines {
                currency: String::new(),
                upper: Decimal::ZERO,
                lines: vec![],
                breaks: vec![],
                marks: vec![],
            }),
            Body::PayoutShares(PayoutShares {
                currency: String::new(),
                upper: Decimal::ZERO,
                areas: vec![],
                breaks: vec![],
            }),
            Body::Payouts(vec![]),
            Body::Histogram { bins: vec![], marks: vec![] },
            Body::Fan { stages: vec![], band: Band { name: String::new(), points: vec![] } },
            Body::Heatmap { across: scale(), up: scale(), cells: vec![], unit: Unit::Money, currency: String::new() },
            Body::Lines { across: scale(), series: vec![], unit: Unit::Fraction, currency: String::new() },
            Body::Tornado { base: Decimal::ZERO, bars: vec![], unit: Unit::Fraction, currency: String::new() },
            Body::WorthBesideHeadline { rows: vec![] },
        ];
        for body in bodies {
            let empty = Chart { title: String::new(), footer: String::new(), body, ..chart("Rivera") };
            assert!(png(&empty).starts_with(b"\x89PNG"));
        }
    }
}
