//! Colours: checked for colour-blind readers; alternating dark and light, so that greyscale print keeps them apart.

use crate::report::chart::Colour;
use plotters::style::RGBColor;

pub(super) const WHITE: RGBColor = RGBColor(0xFF, 0xFF, 0xFF);
/// Titles, names and values.
pub(super) const INK: RGBColor = RGBColor(0x16, 0x1D, 0x29);
/// Everything said in a lower voice.
pub(super) const MUTED: RGBColor = RGBColor(0x5C, 0x67, 0x75);
/// The scenario's hash, which must be there but not be read.
pub(super) const FAINT: RGBColor = RGBColor(0x8A, 0x95, 0xA1);
pub(super) const GRID: RGBColor = RGBColor(0xE4, 0xE8, 0xEC);
pub(super) const AXIS: RGBColor = RGBColor(0x2B, 0x33, 0x40);
/// The tag at the top left.
pub(super) const ACCENT: RGBColor = RGBColor(0xC8, 0x32, 0x3C);
pub(super) const NAVY: RGBColor = RGBColor(0x17, 0x4A, 0x7C);
pub(super) const TEAL: RGBColor = RGBColor(0x0E, 0x7F, 0x78);
pub(super) const RED: RGBColor = RGBColor(0xB8, 0x32, 0x4A);
pub(super) const GREY: RGBColor = RGBColor(0xA9, 0xB3, 0xBD);
pub(super) const SKY: RGBColor = RGBColor(0x7F, 0xB2, 0xDA);
const AMBER: RGBColor = RGBColor(0xE3, 0xA0, 0x2B);
const PLUM: RGBColor = RGBColor(0x8E, 0x63, 0xA8);
const SLATE: RGBColor = RGBColor(0x6E, 0x7A, 0x88);

const HUES: [RGBColor; Colour::HUES as usize] = [NAVY, TEAL, AMBER, RED, SKY, PLUM];

/// The fill of a holder or class.
pub(super) fn fill(colour: Colour) -> RGBColor {
    match colour {
        Colour::Hue(hue) => HUES[usize::from(hue) % HUES.len()],
        Colour::Pool => GREY,
        Colour::Other => SLATE,
    }
}

/// `from` with a part of `to` in it.
pub(super) fn mixed(from: RGBColor, to: RGBColor, part: f64) -> RGBColor {
    let channel = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * part).round() as u8;
    RGBColor(channel(from.0, to.0), channel(from.1, to.1), channel(from.2, to.2))
}

/// The shade of a fill that can be read as text on white: darkened until the contrast is 4.5 (WCAG AA).
pub(super) fn readable(color: RGBColor) -> RGBColor {
    let shades = (0..=20).map(|step| mixed(color, INK, f64::from(step) / 20.0));
    shades.into_iter().find(|&shade| contrast(shade, WHITE) >= 4.5).unwrap_or(INK)
}

/// The text colour with the higher contrast on a fill.
pub(super) fn text_on(color: RGBColor) -> RGBColor {
    if contrast(color, INK) > contrast(color, WHITE) { INK } else { WHITE }
}

/// WCAG contrast: `(lighter + 0.05) / (darker + 0.05)` of the relative luminances, 1 to 21.
fn contrast(a: RGBColor, b: RGBColor) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn luminance(color: RGBColor) -> f64 {
    let linear = |channel: u8| {
        let value = f64::from(channel) / 255.0;
        if value <= 0.039_28 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(color.0) + 0.7152 * linear(color.1) + 0.0722 * linear(color.2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_series_can_be_named_in_its_colour() {
        let all = (0..Colour::HUES).map(Colour::Hue).chain([Colour::Pool, Colour::Other]);
        for colour in all {
            assert!(contrast(readable(fill(colour)), WHITE) >= 4.5, "{colour:?}");
            assert!(contrast(text_on(fill(colour)), fill(colour)) >= 4.0, "{colour:?}");
        }
        assert_eq!(readable(NAVY), NAVY);
    }
}
