//! A picture as vectors. Text stays text: it can be selected, searched and read aloud.

use super::font::{self, Weight};
use super::scene::{Ink, Op, Picture};
use crate::report::chart::Chart;
use plotters::style::text_anchor::HPos;
use std::fmt::{self, Write};

/// Writes the picture as an SVG document, with the chart's words as its title and description.
pub(super) fn write(picture: &Picture, chart: &Chart) -> String {
    let mut document = String::new();
    try_write(&mut document, picture, chart).expect("a string takes every character");
    document
}

fn try_write(out: &mut String, picture: &Picture, chart: &Chart) -> fmt::Result {
    let Picture { width, height, ops } = picture;
    writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" role=\"img\" \
         font-family=\"Inter, system-ui, 'Helvetica Neue', Arial, sans-serif\" data-scenario-hash=\"{}\">",
        escaped(&chart.hash)
    )?;
    writeln!(out, "<title>{}</title>\n<desc>{}</desc>", escaped(&chart.title), escaped(&chart.subtitle))?;
    for op in ops {
        write_op(out, op)?;
    }
    out.push_str("</svg>\n");
    Ok(())
}

fn write_op(out: &mut String, op: &Op) -> fmt::Result {
    match op {
        Op::Rectangle { left, top, right, bottom, ink } => {
            let (width, height) = ((right - left).max(0.5), (bottom - top).max(0.5));
            writeln!(
                out,
                "<rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\"{}/>",
                paint("fill", *ink)
            )
        }
        Op::Polygon { points, ink } => {
            writeln!(out, "<polygon points=\"{}\"{}/>", coordinates(points), paint("fill", *ink))
        }
        Op::Line { points, width, ink } => writeln!(
            out,
            "<polyline points=\"{}\" fill=\"none\"{} stroke-width=\"{width}\" stroke-linejoin=\"round\"{}/>",
            coordinates(points),
            paint("stroke", *ink),
            if points.len() > 2 { " stroke-linecap=\"round\"" } else { "" }
        ),
        Op::Disc { x, y, radius, ink } => {
            writeln!(out, "<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\"{}/>", paint("fill", *ink))
        }
        Op::Text { x, baseline, em, weight, align, ink, text } => {
            let anchor = match align {
                HPos::Left => "",
                HPos::Center => " text-anchor=\"middle\"",
                HPos::Right => " text-anchor=\"end\"",
            };
            let bold = if *weight == Weight::SemiBold { " font-weight=\"600\"" } else { "" };
            let figures = if font::is_number(text) { " style=\"font-variant-numeric:tabular-nums\"" } else { "" };
            // The measured length holds the layout together where Inter is not installed.
            let length = font::width(text, f64::from(*em), *weight);
            writeln!(
                out,
                "<text x=\"{x}\" y=\"{baseline:.2}\" font-size=\"{em}\"{bold}{anchor}{figures} \
                 textLength=\"{length:.1}\" lengthAdjust=\"spacingAndGlyphs\"{}>{}</text>",
                paint("fill", *ink),
                escaped(text)
            )
        }
    }
}

fn paint(property: &str, ink: Ink) -> String {
    let color = format!(" {property}=\"#{:02x}{:02x}{:02x}\"", ink.rgb.0, ink.rgb.1, ink.rgb.2);
    if ink.alpha < 1.0 { format!("{color} {property}-opacity=\"{:.2}\"", ink.alpha) } else { color }
}

fn coordinates(points: &[(f32, f32)]) -> String {
    points.iter().map(|(x, y)| format!("{x},{y}")).collect::<Vec<_>>().join(" ")
}

/// Text for an element or an attribute of XML: one line, no control characters, no markup.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in font::clean(text).chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(char),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_with_a_meaning_in_xml_is_escaped() {
        assert_eq!(escaped("<a b='c' d=\"e\">&\u{1b}"), "&lt;a b=&#39;c&#39; d=&quot;e&quot;&gt;&amp;");
    }
}
