//! Findings as a person reads them: the message, the place, the line with a caret under it, and what to do.

use super::json::lines;
use super::words::{ELLIPSIS, harmless, picture, width};
use crate::error::{Finding, Findings, Place, Severity, Sources, Span};
use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet};
use serde_json::{Map, Value, json};
use std::ops::Range;

/// Columns of source that are shown; a longer line is cut around the caret.
const SHOWN: usize = 100;
/// Columns of them before the caret.
const BEFORE: usize = 40;
/// Places in one file that are at most so many lines apart share one picture.
const NEAR: usize = 60;
/// Most characters of a message, a label or a line of help.
const MOST_SAID: usize = 2000;
/// Most pictures of one finding.
const MOST_PICTURES: usize = 20;
/// The first of the characters that stand for a place until all is drawn; `words::picture` keeps them out of any text.
const MARK: u32 = 0xf_0000;

/// All findings in their order, and how many there are in the last line: `2 errors, 1 warning`. Empty where there are
/// none.
///
/// Whatever the files contain, nothing but text reaches the terminal, and a long line is cut around the place meant.
pub fn findings(findings: &Findings, sources: &Sources, colour: bool) -> String {
    if findings.0.is_empty() {
        return String::new();
    }
    let renderer = if colour { Renderer::styled().hyperlink(false) } else { Renderer::plain() };
    let renderer = renderer.decor_style(DecorStyle::Ascii);
    let files = Files::of(sources);
    let mut out = String::new();
    for finding in &findings.0 {
        out += &one(finding, &files, &renderer);
        out += "\n\n";
    }
    let tally = tally(findings);
    out + &if colour { format!("\x1b[1m{tally}\x1b[0m\n") } else { format!("{tally}\n") }
}

/// The same as a JSON list, one finding a line; `file`, `line`, `column` and `label` are null where there is no place.
pub fn findings_json(findings: &Findings, sources: &Sources) -> String {
    let files = Files::of(sources);
    let object = |finding: &Finding| {
        let severity = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let mut fields = Map::new();
        fields.insert("code".into(), finding.code.into());
        fields.insert("severity".into(), severity.into());
        fields.insert("message".into(), finding.message.as_str().into());
        fields.extend(place_json(finding.place.as_ref(), &files));
        fields.insert("help".into(), finding.help.as_deref().into());
        let related = finding.related.iter().map(|place| Value::Object(place_json(Some(place), &files)));
        fields.insert("related".into(), related.collect());
        Value::Object(fields)
    };
    lines(findings.0.iter().map(object), "  ", "") + "\n"
}

fn place_json(place: Option<&Place>, files: &Files) -> Map<String, Value> {
    let spot = place.and_then(|place| files.spot(place.span));
    let fields = [
        ("file", json!(spot.as_ref().map(|spot| files.0[spot.file].path))),
        ("line", json!(spot.as_ref().map(|spot| spot.line + 1))),
        ("column", json!(spot.as_ref().map(|spot| spot.column + 1))),
        ("label", json!(place.map(|place| &place.label))),
    ];
    fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// `2 errors, 1 warning`.
fn tally(findings: &Findings) -> String {
    let count = |severity| findings.0.iter().filter(|finding| finding.severity == severity).count();
    let words = |count, word| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    match (count(Severity::Error), count(Severity::Warning)) {
        (errors, 0) => words(errors, "error"),
        (0, warnings) => words(warnings, "warning"),
        (errors, warnings) => format!("{}, {}", words(errors, "error"), words(warnings, "warning")),
    }
}

fn one(finding: &Finding, files: &Files, renderer: &Renderer) -> String {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let pictures = pictures(finding, files);
    let mut group = Group::with_title(level.primary_title(said(&finding.message)).id(finding.code));
    for (picture, mark) in pictures.iter().zip(MARK..) {
        group = group.element(picture.draw(files, mark));
    }
    if let Some(help) = &finding.help {
        let help: Vec<_> = help.lines().map(said).collect();
        group = group.element(Level::HELP.message(help.join("\n")));
    }
    let drawn = renderer.render(&[group]);
    pictures.iter().zip(MARK..).fold(drawn, |drawn, (picture, mark)| name_place(&drawn, mark, &picture.cite(files)))
}

/// Words of a finding, which may quote what the user wrote, on one line of bounded length.
fn said(words: &str) -> String {
    let end = words.char_indices().nth(MOST_SAID).map_or(words.len(), |(index, _)| index);
    let rest = if end < words.len() { ELLIPSIS } else { "" };
    harmless(&words[..end]).into_owned() + rest
}

/// Puts the true place where the mark and a position within the picture stand.
fn name_place(drawn: &str, mark: u32, cite: &str) -> String {
    let mark = mark_text(mark);
    let Some((before, after)) = drawn.split_once(&mark) else { return drawn.to_owned() };
    let after = after.trim_start_matches(|c: char| c == ':' || c.is_ascii_digit());
    format!("{before}{cite}{after}")
}

fn mark_text(mark: u32) -> String {
    char::from_u32(mark).unwrap_or(char::REPLACEMENT_CHARACTER).to_string()
}

/// The files with the beginnings of their lines.
struct Files<'a>(Vec<File<'a>>);

struct File<'a> {
    path: &'a str,
    text: &'a str,
    line_starts: Vec<usize>,
}

/// A place that exists, within one line.
#[derive(Clone)]
struct Spot {
    file: usize,
    /// From zero.
    line: usize,
    /// In characters, from zero.
    column: usize,
    /// Bytes within the line.
    range: Range<usize>,
}

impl<'a> Files<'a> {
    fn of(sources: &'a Sources) -> Self {
        let file = |(_, source): (_, &'a crate::error::Source)| {
            let ends = source.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
            let line_starts = std::iter::once(0).chain(ends.map(|(index, _)| index + 1)).collect();
            File { path: &source.path, text: &source.text, line_starts }
        };
        Files(sources.iter().map(file).collect())
    }

    /// The nearest place that exists: within the text, on whole characters, up to the end of the line it begins in.
    fn spot(&self, span: Span) -> Option<Spot> {
        let file = span.file.0 as usize;
        let File { text, line_starts, .. } = self.0.get(file)?;
        let start = text.floor_char_boundary(span.start);
        let line = line_starts.partition_point(|&line_start| line_start <= start) - 1;
        let words = self.line(file, line);
        let start = (start - line_starts[line]).min(words.len());
        let end = words.ceil_char_boundary(span.end.saturating_sub(line_starts[line])).max(start);
        let end = start + words[start..end].trim_end().len();
        Some(Spot { file, line, column: words[..start].chars().count(), range: start..end })
    }

    /// A line without its end.
    fn line(&self, file: usize, line: usize) -> &'a str {
        let File { text, line_starts, .. } = &self.0[file];
        let end = line_starts.get(line + 1).map_or(text.len(), |next| next - 1);
        let words = &text[line_starts[line]..end];
        words.strip_suffix('\r').unwrap_or(words)
    }
}

/// Lines of one file, with what is to be said about them; the first place is the one that is named.
struct Picture<'a> {
    places: Vec<(Spot, AnnotationKind, &'a str)>,
}

fn pictures<'a>(finding: &'a Finding, files: &Files) -> Vec<Picture<'a>> {
    let primary = finding.place.iter().map(|place| (place, AnnotationKind::Primary));
    let related = finding.related.iter().map(|place| (place, AnnotationKind::Context));
    let mut pictures: Vec<Picture> = Vec::new();
    for (place, kind) in primary.chain(related) {
        let Some(spot) = files.spot(place.span) else { continue };
        match pictures.iter().position(|picture| picture.takes(&spot, files)) {
            Some(index) => pictures[index].places.push((spot, kind, &place.label)),
            None if pictures.len() < MOST_PICTURES => {
                pictures.push(Picture { places: vec![(spot, kind, &place.label)] });
            }
            None => {}
        }
    }
    pictures
}

impl Picture<'_> {
    /// True for a place near the first one, unless it lies in a line that is cut around that one.
    fn takes(&self, spot: &Spot, files: &Files) -> bool {
        let first = &self.places[0].0;
        let is_cut = || is_long(files.line(spot.file, spot.line));
        let shares_line = || self.places.iter().any(|(other, ..)| other.line == spot.line);
        first.file == spot.file && first.line.abs_diff(spot.line) <= NEAR && !(shares_line() && is_cut())
    }

    /// `scenarios/openai.toml:12:5`.
    fn cite(&self, files: &Files) -> String {
        let first = &self.places[0].0;
        format!("{}:{}:{}", harmless(files.0[first.file].path), first.line + 1, first.column + 1)
    }

    fn draw(&self, files: &Files, mark: u32) -> Snippet<'static, Annotation<'static>> {
        let lines = || self.places.iter().map(|(spot, ..)| spot.line);
        let (first, last) = (lines().min().unwrap_or_default(), lines().max().unwrap_or_default());
        let mut source = String::new();
        let mut annotations = Vec::new();
        for line in first..=last {
            let words = files.line(self.places[0].0.file, line);
            let here = || self.places.iter().filter(|(spot, ..)| spot.line == line);
            let focus = here().next().map_or(0..0, |(spot, ..)| spot.range.clone());
            let cut = cut(words, &focus);
            for (spot, kind, label) in here() {
                let offset = |byte| source.len() + cut.offset(words, byte);
                let label = Some(said(label)).filter(|label| !label.trim().is_empty());
                annotations.push(kind.span(offset(spot.range.start)..offset(spot.range.end)).label(label));
            }
            source += &cut.shown(words);
            source.push('\n');
        }
        Snippet::source(source).line_start(first + 1).path(mark_text(mark)).annotations(annotations)
    }
}

/// The part of a line that is shown.
struct Cut(Range<usize>);

/// Stands where a line goes on.
const GOES_ON: &str = "...";

/// True for a line that is not shown whole.
fn is_long(line: &str) -> bool {
    line.len() > SHOWN && (line.len() > 4 * SHOWN || width(line) > SHOWN)
}

/// The whole line, or as much of it around the focus as is shown.
fn cut(line: &str, focus: &Range<usize>) -> Cut {
    if !is_long(line) {
        return Cut(0..line.len());
    }
    let start = line[..focus.start].char_indices().rev().take(BEFORE).last().map_or(focus.start, |(index, _)| index);
    let end = line[start..].char_indices().nth(SHOWN).map_or(line.len(), |(index, _)| start + index);
    Cut(start..end)
}

impl Cut {
    fn shown(&self, line: &str) -> String {
        let before = if self.0.start > 0 { GOES_ON } else { "" };
        let after = if self.0.end < line.len() { GOES_ON } else { "" };
        let words: String = line[self.0.clone()].chars().map(visible).collect();
        // a caret under an empty line needs something to stand under
        if words.is_empty() { " ".into() } else { format!("{before}{words}{after}") }
    }

    /// Where a byte of the line is in what is shown.
    fn offset(&self, line: &str, byte: usize) -> usize {
        let before = if self.0.start > 0 { GOES_ON.len() } else { 0 };
        let byte = byte.clamp(self.0.start, self.0.end);
        before + line[self.0.start..byte].chars().map(|c| visible(c).len_utf8()).sum::<usize>()
    }
}

/// As `picture`, but tabs remain, for they are drawn as four columns.
fn visible(c: char) -> char {
    if c == '\t' { c } else { picture(c) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::FileId;
    use proptest::prelude::*;

    const SCENARIO: &str =
        "title = \"Two offers\"\n\n[[round]]\nname = \"Series A\"\namount = \"15B\"\npre_money = 730\namount = 3\n";

    fn span(file: FileId, text: &str, of: &str) -> Span {
        let start = of.rfind(text).unwrap();
        Span { file, start, end: start + text.len() }
    }

    #[test]
    fn errors_show_place_line_caret_and_help() {
        let mut sources = Sources::default();
        let file = sources.add("scenarios/offers.toml", SCENARIO);
        let base = sources.add("scenarios/base.toml", "[[stakeholder]]\nname = \"Amazon\"\n");
        let list = Findings(vec![
            Finding::error("E0203", "`amount` is given twice")
                .at(span(file, "amount = 3", SCENARIO), "again here")
                .and_at(span(file, "amount = \"15B\"", SCENARIO), "first here")
                .help("keep one of the two"),
            Finding::warning("W0101", "`Amazon` takes part in no round")
                .at(span(base, "\"Amazon\"", "[[stakeholder]]\nname = \"Amazon\"\n"), "")
                .and_at(span(file, "\"Two offers\"", SCENARIO), "in this scenario"),
            Finding::error("E0001", "there is no scenario `opnai`")
                .help("did you mean `openai`?\n`capstruct list` names all"),
        ]);
        insta::assert_snapshot!(findings(&list, &sources, false), @r#"
        error[E0203]: `amount` is given twice
         --> scenarios/offers.toml:7:1
          |
        5 | amount = "15B"
          | -------------- first here
        6 | pre_money = 730
        7 | amount = 3
          | ^^^^^^^^^^ again here
          |
          = help: keep one of the two

        warning[W0101]: `Amazon` takes part in no round
         --> scenarios/base.toml:2:8
          |
        2 | name = "Amazon"
          |        ^^^^^^^^
          |
         ::: scenarios/offers.toml:1:9
          |
        1 | title = "Two offers"
          |         ------------ in this scenario

        error[E0001]: there is no scenario `opnai`
         |
         = help: did you mean `openai`?
                 `capstruct list` names all

        2 errors, 1 warning
        "#);
    }

    fn shown(text: &str, start: usize, end: usize) -> String {
        let mut sources = Sources::default();
        let file = sources.add("a.toml", text);
        let finding = Finding::error("E0101", "wrong").at(Span { file, start, end }, "here");
        findings(&Findings(vec![finding]), &sources, false)
    }

    #[test]
    fn long_lines_are_cut_around_the_caret() {
        let text = format!("name = \"{}\" # {}\n", "x".repeat(2000), "y".repeat(2000));
        insta::assert_snapshot!(shown(&text, 2009, 2010), @r#"
        error[E0101]: wrong
         --> a.toml:1:2010
          |
        1 | ...xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" # yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy...
          |                                            ^ here

        1 error
        "#);
        let huge = "z".repeat(50_000_000);
        let drawn = shown(&huge, 49_999_990, 49_999_995);
        assert!(drawn.len() < 600, "{}", drawn.len());
        assert!(drawn.contains("a.toml:1:49999991\n"));
    }

    #[test]
    fn odd_spans_point_at_the_nearest_place() {
        assert!(shown("a = 1\nb", 100, 200).contains("a.toml:2:2\n"));
        assert!(shown("a = 1\n", 6, 6).contains("a.toml:2:1\n"));
        assert!(shown("", 0, 0).contains("a.toml:1:1\n"));
        assert!(shown("é = 1", 1, 1).contains("a.toml:1:1\n"));
        assert!(shown("a = 1\nb = 2\n", 3, 1).contains("a.toml:1:4\n"));
        insta::assert_snapshot!(shown("a = [\r\n\t1,\r\n]\r\n", 4, 13), @r#"
        error[E0101]: wrong
         --> a.toml:1:5
          |
        1 | a = [
          |     ^ here

        1 error
        "#);
        insta::assert_snapshot!(shown("\tname = \"Søn \u{1b}[31m\u{9b}\" # ok", 8, 23), @r#"
        error[E0101]: wrong
         --> a.toml:1:9
          |
        1 |     name = "Søn ␛[31m�" # ok
          |            ^^^^^^^^^^^^ here

        1 error
        "#);
    }

    #[test]
    fn colour_styles_but_says_the_same() {
        let mut sources = Sources::default();
        let file = sources.add("a\u{1b}[31m.toml", "a = \u{1b}[31m\n");
        let list =
            Findings(vec![Finding::error("E0101", "bad \u{1b}[0m").at(Span { file, start: 4, end: 5 }, "\u{7}")]);
        let coloured = findings(&list, &sources, true);
        let stripped: String =
            coloured.split('\u{1b}').map(|part| part.split_once('m').map_or(part, |(_, rest)| rest)).collect();
        assert_eq!(stripped.lines().next(), findings(&list, &sources, false).lines().next());
        assert!(!findings(&list, &sources, false).contains(['\u{1b}', '\u{7}']));
    }

    #[test]
    fn json_has_one_object_a_finding() {
        let mut sources = Sources::default();
        let file = sources.add("a.toml", "a = 1\nb = 2\n");
        let list = Findings(vec![
            Finding::error("E0101", "bad").at(Span { file, start: 10, end: 11 }, "found 2").help("write 1"),
            Finding::warning("W0101", "odd").and_at(Span { file, start: 0, end: 1 }, "see"),
        ]);
        let expected = r#"[
  {"code":"E0101","severity":"error","message":"bad","file":"a.toml","line":2,"column":5,"label":"found 2","help":"write 1","related":[]},
  {"code":"W0101","severity":"warning","message":"odd","file":null,"line":null,"column":null,"label":null,"help":null,"related":[{"file":"a.toml","line":1,"column":1,"label":"see"}]}
]
"#;
        assert_eq!(findings_json(&list, &sources), expected);
        assert_eq!(findings_json(&Findings::default(), &sources), "[]\n");
    }

    proptest! {
        #[test]
        fn any_text_and_any_span_can_be_shown(
            texts in prop::collection::vec(any::<String>(), 1..3),
            long in "[a\t\r\n é株\u{1b}]{0,300}",
            places in prop::collection::vec((0_u32..3, 0_usize..400, 0_usize..400, any::<String>()), 1..5),
            colour: bool,
        ) {
            let mut sources = Sources::default();
            for text in texts.iter().chain([&long]) {
                sources.add("a.toml", text.as_str());
            }
            let mut finding = Finding::error("E0101", long.as_str()).help(long.as_str());
            for (index, (file, start, end, label)) in places.into_iter().enumerate() {
                let span = Span { file: FileId(file), start, end };
                finding = if index == 0 { finding.at(span, label) } else { finding.and_at(span, label) };
            }
            let list = Findings(vec![finding]);
            let drawn = findings(&list, &sources, colour);
            prop_assert!(colour || !drawn.chars().any(|c| c.is_control() && c != '\n'));
            prop_assert!(!drawn.chars().any(|c| matches!(u32::from(c), 0xf_0000..)));
            prop_assert!(serde_json::from_str::<Value>(&findings_json(&list, &sources)).is_ok());
        }
    }
}
