//! Words on a terminal: made harmless, measured, wrapped and cut.

use std::borrow::Cow;
use unicode_width::UnicodeWidthStr;

/// What stands where something was left out.
pub const ELLIPSIS: &str = "…";
/// A space that layout must not touch; a plain one in the end.
pub const HARD_SPACE: char = '\u{a0}';

/// One line that cannot steer a terminal: control characters become visible pictures of themselves (`␛`), line ends and
/// tabs become spaces, and characters that turn the direction of writing or are not seen at all become `�`.
pub fn harmless(text: &str) -> Cow<'_, str> {
    if is_plain(text) || text.chars().all(|c| picture(c) == c) {
        return Cow::Borrowed(text);
    }
    let one_line = text.replace("\r\n", " ");
    Cow::Owned(one_line.chars().map(|c| if matches!(c, '\n' | '\r' | '\t') { ' ' } else { picture(c) }).collect())
}

/// The same of a text that is nobody else's.
pub fn made_harmless(text: String) -> String {
    match harmless(&text) {
        Cow::Owned(other) => other,
        Cow::Borrowed(_) => text,
    }
}

/// The character itself, or what stands for it where it could do harm. Always one for one, so that columns stay true.
pub fn picture(c: char) -> char {
    match c {
        '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or(char::REPLACEMENT_CHARACTER),
        '\u{7f}' => '␡',
        '\u{80}'..='\u{9f}'
        | '\u{ad}'
        | '\u{61c}'
        | '\u{200b}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}'
        | '\u{f0000}'..='\u{10ffff}' => char::REPLACEMENT_CHARACTER,
        _ => c,
    }
}

/// Columns that a text takes.
pub fn width(text: &str) -> usize {
    // most words, and quicker than the tables of Unicode
    if is_plain(text) { text.len() } else { text.width() }
}

/// Nothing but the visible characters of ASCII and its space, each a column wide.
fn is_plain(text: &str) -> bool {
    // every byte rather than up to the first that is not: without a branch this is a few vectors
    text.bytes().fold(true, |all, byte| all & matches!(byte, b' '..=b'~'))
}

/// Adds so many spaces.
pub fn push_spaces(to: &mut String, mut count: usize) {
    const SPACES: &str = "                                                                ";
    while count > 0 {
        let some = count.min(SPACES.len());
        to.push_str(&SPACES[..some]);
        count -= some;
    }
}

/// The text with a plain space for each hard one.
pub fn softened(text: &str) -> Cow<'_, str> {
    if text.is_ascii() { Cow::Borrowed(text) } else { Cow::Owned(text.replace(HARD_SPACE, " ")) }
}

/// Lines of at most `width` columns, broken at spaces (not at a no-break space) where possible. If more than `most` lines were needed, the last
/// one ends in `…`. There is always at least one line.
pub fn wrap(text: &str, width: usize, most: usize) -> Vec<String> {
    let width = width.max(2);
    let fresh = || String::with_capacity(width.min(text.len()));
    let mut lines = vec![fresh()];
    broken(text, width, |piece| match piece {
        Piece::Word { after_space, word } => {
            let line = lines.last_mut().expect("there is a line");
            if after_space {
                line.push(' ');
            }
            line.push_str(word);
        }
        Piece::LineEnd => lines.push(fresh()),
    });
    if lines.len() > most { elided(lines, width, most) } else { lines }
}

/// How many lines [`wrap`] would make.
pub fn height(text: &str, width: usize) -> usize {
    let mut lines = 1;
    broken(text, width.max(2), |piece| lines += usize::from(matches!(piece, Piece::LineEnd)));
    lines
}

/// A piece of a text that is broken into lines.
enum Piece<'t> {
    Word { after_space: bool, word: &'t str },
    LineEnd,
}

fn broken<'t>(text: &'t str, columns: usize, mut put: impl FnMut(Piece<'t>)) {
    let breaks = |c: char| c.is_whitespace() && c != HARD_SPACE;
    let (mut is_empty, mut used) = (true, 0);
    for word in text.split(breaks).filter(|word| !word.is_empty()) {
        let mut rest = word;
        while !rest.is_empty() {
            let (gap, taken) = (usize::from(!is_empty), width(rest));
            if used + gap + taken <= columns {
                put(Piece::Word { after_space: !is_empty, word: rest });
                (is_empty, used) = (false, used + gap + taken);
                break;
            }
            if is_empty {
                let (beginning, end) = rest.split_at(fitting(rest, columns));
                put(Piece::Word { after_space: false, word: beginning });
                (is_empty, used, rest) = (false, width(beginning), end);
            }
            if !rest.is_empty() {
                put(Piece::LineEnd);
                (is_empty, used) = (true, 0);
            }
        }
    }
}

/// The first `most` lines, with `…` at the end of the last.
fn elided(mut lines: Vec<String>, width: usize, most: usize) -> Vec<String> {
    lines.truncate(most.max(1));
    if let Some(last) = lines.last_mut() {
        last.truncate(fitting(last, width - 1));
        last.push_str(ELLIPSIS);
    }
    lines
}

/// Length in bytes of the longest beginning that fits in `width` columns, at least one character where there is one.
fn fitting(text: &str, width: usize) -> usize {
    let mut fits = text.chars().next().map_or(0, char::len_utf8);
    let mut used = 0;
    for (index, c) in text.char_indices() {
        let mut bytes = [0; 4];
        used += self::width(c.encode_utf8(&mut bytes));
        if used > width {
            break;
        }
        fits = fits.max(index + c.len_utf8());
    }
    fits
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_that_steers_a_terminal_gets_through() {
        assert_eq!(harmless("Café Zürich & Søn 株式会社"), "Café Zürich & Søn 株式会社");
        assert_eq!(harmless("\u{1b}[31mred\u{7}"), "␛[31mred␇");
        assert_eq!(harmless("one\r\ntwo\tthree\rfour"), "one two three four");
        assert_eq!(harmless("\u{9b}2J \u{202e}txt \u{2028}"), "�2J �txt �");
    }

    #[test]
    fn wrapping_breaks_at_spaces_and_cuts_with_an_ellipsis() {
        assert_eq!(wrap("Series C / Strategic investors", 12, 9), ["Series C /", "Strategic", "investors"]);
        assert_eq!(wrap("Series C / Strategic investors", 12, 2), ["Series C /", "Strategic…"]);
        assert_eq!(wrap("Donaudampfschifffahrt", 8, 9), ["Donaudam", "pfschiff", "fahrt"]);
        assert_eq!(wrap("a Donaudampfschifffahrt", 8, 2), ["a", "Donauda…"]);
        assert_eq!(wrap("株式会社", 5, 9), ["株式", "会社"]);
        assert_eq!(wrap("", 5, 9), [""]);
    }

    #[test]
    fn plain_characters_take_a_column_each() {
        let all: String = (' '..='~').collect();
        assert!(is_plain(&all) && all.width() == all.len());
        for first in all.chars() {
            for second in all.chars() {
                assert_eq!(String::from_iter([first, second]).width(), 2);
            }
        }
        assert!(!is_plain("\u{a0}") && !is_plain("\t") && !is_plain("\u{7f}"));
    }

    proptest! {
        #[test]
        fn wrapped_lines_fit_and_no_word_is_lost(text in "\\PC{0,60}", columns in 2_usize..30) {
            let lines = wrap(&text, columns, usize::MAX);
            let kept: String = lines.concat().chars().filter(|c| !c.is_whitespace()).collect();
            let given: String = text.chars().filter(|c| !c.is_whitespace()).collect();
            prop_assert_eq!(kept, given);
            prop_assert!(wrap(&text, columns, 2).len() <= 2);
            prop_assert_eq!(height(&text, columns), lines.len());
        }

        #[test]
        fn harmless_text_has_no_control_characters(text in any::<String>()) {
            prop_assert!(!harmless(&text).chars().any(char::is_control));
        }
    }
}
