//! Making words and labels fit: cut, wrapped, moved apart.

use super::kit::Type;
use unicode_width::UnicodeWidthStr;

/// The text, or as much of it as fits in `room` px before an ellipsis.
pub(super) fn cut(text: &str, set: Type, room: f64) -> String {
    if set.width(text) <= room {
        return text.to_owned();
    }
    let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    let shortened = |end: usize| format!("{}\u{2026}", text[..end].trim_end_matches([' ', ',', '.', '-']));
    let fitting = ends.partition_point(|&end| set.width(&shortened(end)) <= room);
    let end = ends[fitting.saturating_sub(1)];
    // Less than four letters of a word say nothing.
    let word = text[..end].rfind(' ').map_or(0, |space| space + 1);
    shortened(if word > 0 && end - word < 4 { word } else { end })
}

/// The text in lines of at most `room` px; what does not fit in `most` lines ends in an ellipsis.
pub(super) fn wrap(text: &str, set: Type, room: f64, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut words = pieces(text, set, room).into_iter().peekable();
    while let Some(piece) = words.next() {
        let mut line = piece.text;
        let mut spaced = piece.spaced;
        if lines.len() + 1 == most {
            for piece in words.by_ref() {
                line.push_str(if spaced { " " } else { "" });
                line.push_str(&piece.text);
                spaced = piece.spaced;
            }
        }
        while let Some(piece) = words.peek() {
            let longer = format!("{line}{}{}", if spaced { " " } else { "" }, piece.text);
            if set.width(&longer) > room {
                break;
            }
            (line, spaced) = (longer, piece.spaced);
            words.next();
        }
        lines.push(cut(&line, set, room));
    }
    lines
}

/// Like [`wrap`], with lines of about the same length: for titles, where a single word on the last line looks lost.
pub(super) fn wrap_evenly(text: &str, set: Type, room: f64, most: usize) -> Vec<String> {
    let lines = wrap(text, set, room, most);
    if lines.len() < 2 || lines.last().is_some_and(|line| line.ends_with('\u{2026}')) {
        return lines;
    }
    let narrower = (10..20).map(|twentieth| wrap(text, set, room * f64::from(twentieth) / 20.0, most));
    let even = |tried: &Vec<String>| tried.len() == lines.len() && !tried.iter().any(|line| line.contains('\u{2026}'));
    narrower.into_iter().find(even).unwrap_or(lines)
}

/// A piece of text that stays on one line, and whether a space follows it.
struct Piece {
    text: String,
    spaced: bool,
}

/// The words; a word wider than the room is broken after its hyphens, and between any two characters in a script
/// that writes no spaces.
fn pieces(text: &str, set: Type, room: f64) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for word in text.split_whitespace() {
        // A slash between two words stays with the one before it.
        if word == "/"
            && let Some(before) = pieces.last_mut()
            && set.width(&format!("{} /", before.text)) <= room
        {
            before.text.push_str(" /");
            continue;
        }
        if set.width(word) <= room {
            pieces.push(Piece { text: word.to_owned(), spaced: true });
            continue;
        }
        let parts: Vec<&str> = if word.width() > word.chars().count() {
            word.split_inclusive(|_: char| true).collect()
        } else {
            word.split_inclusive(['-', '/', '\u{2013}', '_']).collect()
        };
        let last = parts.len() - 1;
        pieces.extend(parts.iter().enumerate().map(|(at, part)| Piece { text: (*part).into(), spaced: at == last }));
    }
    pieces
}

/// Moves labels apart along one axis: the centres closest to `centers` (least squares) at which labels of these
/// `sizes` keep their order, do not overlap and stay between `low` and `high`.
///
/// With the sizes of the labels before it taken off each centre, this is isotonic regression, solved by pooling
/// neighbours that violate the order; bounds then only clamp. Labels that need more room than there is run over `high`.
pub(super) fn spread(centers: &[f64], sizes: &[f64], low: f64, high: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..centers.len()).collect();
    order.sort_by(|&a, &b| centers[a].total_cmp(&centers[b]));
    let mut offsets = Vec::with_capacity(order.len());
    let mut total = 0.0;
    let mut pools: Vec<(f64, usize)> = Vec::new();
    for &label in &order {
        offsets.push(total + sizes[label] / 2.0);
        total += sizes[label];
        let mut pool = (centers[label] - (total - sizes[label] / 2.0), 1);
        while let Some(&(mean, count)) = pools.last().filter(|(mean, _)| *mean > pool.0) {
            pools.pop();
            let both = count + pool.1;
            pool = ((mean * count as f64 + pool.0 * pool.1 as f64) / both as f64, both);
        }
        pools.push(pool);
    }
    let starts = pools.iter().flat_map(|&(start, count)| std::iter::repeat_n(start, count));
    let mut spread = vec![0.0; centers.len()];
    for ((&label, offset), start) in order.iter().zip(offsets).zip(starts) {
        spread[label] = start.min(high - total).max(low) + offset;
    }
    spread
}

/// Ticks of an axis from zero to at least `most`: at most five, in steps of 1, 2, 2.5 or 5 times a power of ten.
pub(super) fn ticks(most: f64) -> Vec<f64> {
    let most = if most.is_finite() && most > 0.0 { most } else { 1.0 };
    let power = 10_f64.powf((most / 4.0).log10().floor());
    let steps = [1.0, 2.0, 2.5, 5.0, 10.0].map(|step| step * power);
    let step = steps.into_iter().find(|step| step * 4.0 >= most - 1e-9).unwrap_or(most);
    let count = (most / step - 1e-9).ceil() as u32;
    (0..=count).map(|tick| f64::from(tick) * step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::chart::palette::INK;

    #[test]
    fn spread_keeps_order_gaps_and_bounds() {
        let centers = [50.0, 10.0, 12.0, 11.0, 99.0, 98.0];
        let sizes = [10.0, 10.0, 20.0, 10.0, 10.0, 10.0];
        let spread = spread(&centers, &sizes, 0.0, 100.0);
        let mut order: Vec<usize> = (0..6).collect();
        order.sort_by(|&a, &b| spread[a].total_cmp(&spread[b]));
        assert_eq!(order, [1, 3, 2, 0, 5, 4]);
        for pair in order.windows(2) {
            let gap = spread[pair[1]] - spread[pair[0]];
            assert!(gap >= f64::midpoint(sizes[pair[0]], sizes[pair[1]]) - 1e-9);
        }
        assert!((spread[0] - 50.0).abs() < 1e-9, "a label with room stays");
        assert!((spread[4] - 95.0).abs() < 1e-9 && (spread[1] - 5.0).abs() < 1e-9);
    }

    #[test]
    fn text_is_cut_and_wrapped_at_its_measured_width() {
        let set = Type::new(14.0, INK);
        let fits = |line: &String| set.width(line) <= 120.0;
        let name = "The Extremely Long Name of a Sovereign Wealth Fund of Somewhere";
        assert!(cut(name, set, 120.0).ends_with('\u{2026}'));
        assert!(fits(&cut(name, set, 120.0)));
        assert_eq!(cut("Short", set, 120.0), "Short");
        let lines = wrap(name, set, 120.0, 9);
        assert_eq!(lines.join(" "), name);
        assert!(lines.len() > 2 && lines.iter().all(fits));
        let lines = wrap(name, set, 120.0, 2);
        assert!(lines.len() == 2 && lines[1].ends_with('\u{2026}') && lines.iter().all(fits));
    }

    #[test]
    fn no_line_begins_with_a_slash_between_words() {
        let set = Type::new(14.0, INK);
        let room = set.width("Series C /");
        assert_eq!(wrap("Series C / first closing", set, room + 1.0, 4), ["Series C /", "first", "closing"]);
        assert_eq!(wrap("Series C / first closing", set, room - 1.0, 4), ["Series", "C / first", "closing"]);
    }

    #[test]
    fn axes_have_at_most_five_round_ticks() {
        assert_eq!(ticks(55.0), [0.0, 20.0, 40.0, 60.0]);
        assert_eq!(ticks(100.0), [0.0, 25.0, 50.0, 75.0, 100.0]);
        assert_eq!(ticks(0.0), ticks(1.0));
        for most in 1..2000 {
            let ticks = ticks(f64::from(most) / 7.0);
            assert!(ticks.len() <= 5 && ticks[ticks.len() - 1] >= f64::from(most) / 7.0 - 1e-9);
        }
    }
}
