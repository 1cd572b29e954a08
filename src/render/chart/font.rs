//! The embedded fonts: shaping and measuring.

use rustybuzz::ttf_parser::{GlyphId, OutlineBuilder};
use rustybuzz::{Direction, Face, Feature, ShapePlan, UnicodeBuffer, script};
use std::borrow::Cow;
use std::sync::LazyLock;
use unicode_width::UnicodeWidthChar;

/// Height of Inter's capitals and figures, in em: text is aligned by them, so that figures sit optically centred.
pub(super) const CAP_HEIGHT: f32 = 0.727;

/// The weights that are embedded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    Regular,
    SemiBold,
}

/// A line of text as positioned glyphs, in em.
pub(super) struct Shaped {
    /// From left to right.
    pub glyphs: Vec<Glyph>,
    /// Advance of the whole line.
    pub width: f32,
}

/// A glyph and where its origin stands.
pub(super) struct Glyph {
    /// `None` where the font lacks the character: an empty box stands for it.
    pub id: Option<GlyphId>,
    pub x: f32,
    pub y: f32,
    pub advance: f32,
}

struct Font {
    face: Face<'static>,
    plain: ShapePlan,
    tabular: ShapePlan,
}

static REGULAR: LazyLock<Font> =
    LazyLock::new(|| Font::new(include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/fonts/Inter-Regular.ttf"))));
static SEMI_BOLD: LazyLock<Font> = LazyLock::new(|| {
    Font::new(include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/fonts/Inter-SemiBold.ttf")))
});

impl Font {
    fn new(bytes: &'static [u8]) -> Self {
        let face = Face::from_slice(bytes, 0).expect("the embedded font is whole");
        // The fonts hold Latin and some Greek only, so that one direction and one script are enough.
        let shaping =
            |features: &[Feature]| ShapePlan::new(&face, Direction::LeftToRight, Some(script::LATIN), None, features);
        let tabular_figures = Feature::new(rustybuzz::ttf_parser::Tag::from_bytes(b"tnum"), 1, ..);
        let (plain, tabular) = (shaping(&[]), shaping(&[tabular_figures]));
        Font { face, plain, tabular }
    }

    fn of(weight: Weight) -> &'static Font {
        match weight {
            Weight::Regular => &REGULAR,
            Weight::SemiBold => &SEMI_BOLD,
        }
    }

    fn has(&self, char: char) -> bool {
        self.face.glyph_index(char).is_some()
    }
}

/// Shapes a line of text.
pub(super) fn shape(text: &str, weight: Weight) -> Shaped {
    let font = Font::of(weight);
    let text: String =
        clean(text).chars().map(|char| if font.has(char) { char } else { without_accent(char) }).collect();
    let mut buffer = UnicodeBuffer::new();
    buffer.push_str(&text);
    buffer.set_direction(Direction::LeftToRight);
    buffer.set_script(script::LATIN);
    let plan = if is_number(&text) { &font.tabular } else { &font.plain };
    let shaped = rustybuzz::shape_with_plan(&font.face, plan, buffer);
    let em = font.face.units_per_em() as f32;
    let mut width = 0.0;
    let mut glyphs = Vec::with_capacity(shaped.len());
    for (info, position) in shaped.glyph_infos().iter().zip(shaped.glyph_positions()) {
        let id = GlyphId(u16::try_from(info.glyph_id).unwrap_or(0));
        let missing = id.0 == 0;
        let advance = if missing {
            missing_width(text[info.cluster as usize..].chars().next().unwrap_or(' '))
        } else {
            position.x_advance as f32 / em
        };
        glyphs.push(Glyph {
            id: (!missing).then_some(id),
            x: width + position.x_offset as f32 / em,
            y: position.y_offset as f32 / em,
            advance,
        });
        width += advance;
    }
    Shaped { glyphs, width }
}

/// Width of a line of text in px at a font size of `em` px.
pub(super) fn width(text: &str, em: f64, weight: Weight) -> f64 {
    f64::from(shape(text, weight).width) * em
}

/// Sends a glyph's outline, in font units.
pub(super) fn outline(glyph: GlyphId, weight: Weight, pen: &mut dyn OutlineBuilder) {
    Font::of(weight).face.outline_glyph(glyph, pen);
}

/// Font units in an em.
pub(super) fn units_per_em(weight: Weight) -> f32 {
    Font::of(weight).face.units_per_em() as f32
}

/// True for a pure number, the only text with tabular figures: in words they tear holes.
pub(super) fn is_number(text: &str) -> bool {
    text.chars().any(|char| char.is_ascii_digit())
        && text.chars().all(|char| char.is_ascii_digit() || ".,%$+\u{2212}\u{2013}<>kMBT\u{a0} ".contains(char))
}

/// The text as one line without control characters, and without the marks that turn the direction of writing around.
pub(super) fn clean(text: &str) -> Cow<'_, str> {
    let turns = |char| matches!(char, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    // XML knows no way to write the last two.
    let is_no_text = |char| matches!(char, '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}');
    let keep = |char: char| !char.is_control() && !turns(char) && !is_no_text(char);
    if text.chars().all(keep) {
        return Cow::Borrowed(text);
    }
    let space = |char: char| if matches!(char, '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}') { ' ' } else { char };
    Cow::Owned(text.chars().map(space).filter(|&char| keep(char)).collect())
}

/// Width of the box of a missing character in em, close to what another font will need for it in an SVG.
fn missing_width(char: char) -> f32 {
    match char.width() {
        None | Some(0) => 0.0,
        Some(1) => 0.62,
        Some(_) => 1.0,
    }
}

/// The letter without its accents, for Latin letters beyond the embedded fonts (Vietnamese, Romanian, Pinyin).
fn without_accent(char: char) -> char {
    let vietnamese = || {
        let letter = match u32::from(char) {
            0x1ea0..=0x1eb7 => 'A',
            0x1eb8..=0x1ec7 => 'E',
            0x1ec8..=0x1ecb => 'I',
            0x1ecc..=0x1ee3 => 'O',
            0x1ee4..=0x1ef1 => 'U',
            0x1ef2..=0x1ef9 => 'Y',
            _ => return char,
        };
        // Capitals and small letters alternate in this block.
        if u32::from(char).is_multiple_of(2) { letter } else { letter.to_ascii_lowercase() }
    };
    match char {
        'Ș' => 'S',
        'ș' => 's',
        'Ț' => 'T',
        'ț' => 't',
        'Ơ' | 'Ǒ' => 'O',
        'ơ' | 'ǒ' => 'o',
        'Ư' | 'Ǔ' => 'U',
        'ư' | 'ǔ' => 'u',
        'Ǎ' => 'A',
        'ǎ' => 'a',
        'Ǐ' => 'I',
        'ǐ' => 'i',
        'Ǧ' => 'G',
        'ǧ' => 'g',
        _ => vietnamese(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_numbers_are_equally_wide() {
        assert!((width("111.1%", 100.0, Weight::Regular) - width("888.8%", 100.0, Weight::Regular)).abs() < 1e-3);
        assert!(width("Fund 111", 100.0, Weight::Regular) < width("Fund 888", 100.0, Weight::Regular) - 1.0);
    }

    #[test]
    fn a_missing_character_is_a_box_and_a_missing_accent_falls() {
        let shaped = shape("A\u{4e2d}", Weight::SemiBold);
        assert_eq!(shaped.glyphs.iter().map(|glyph| glyph.id.is_some()).collect::<Vec<_>>(), [true, false]);
        assert!((shaped.glyphs[1].advance - 1.0).abs() < 1e-6);
        assert_eq!("Nguyễn Văn Ộ".chars().map(without_accent).collect::<String>(), "Nguyen Văn O");
    }

    #[test]
    fn text_is_one_line_without_control_characters() {
        assert_eq!(clean("a\nb\u{7}c\u{202e}d"), "a bcd");
    }
}
