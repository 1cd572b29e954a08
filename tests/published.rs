//! Every published figure of SAFEs, notes, anti-dilution, rounds, waterfalls and valuations is expected somewhere, and comes out.
//!
//! `tests/data/published.csv` lists the figures. A scenario names the figures that a line expects in `# out: key, key`, at
//! the end of that line or on the line before it; the keys name values of the line from left to right, and values between
//! them may go unnamed. `times` and `plus` say how a line that cannot hold the published value itself holds it: value x
//! times + plus. A percentage is written in points in both. What is no figure of a cap table is computed here.

mod support;

use capstruct::model::{Case, Rung};
use capstruct::report::Run;
use capstruct::report::check::verdict;
use capstruct::spec::resolve::{CONTROLLING_TERMS, FORMS, Settings, resolve};
use capstruct::spec::{ScenarioFolder, load};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::{Add, Div, Mul, Sub};
use std::path::PathBuf;
use support::{project, scenario_names};

/// An exact fraction with a denominator above zero. Not the library's number: that is what is tested.
#[derive(Clone, Copy, Debug)]
struct Exact(i128, i128);

impl Exact {
    fn new(numerator: i128, denominator: i128) -> Self {
        let (mut a, mut b) = (numerator.abs(), denominator.abs());
        while b != 0 {
            (a, b) = (b, a % b);
        }
        let unit = a.max(1) * denominator.signum();
        Exact(numerator / unit, denominator / unit)
    }

    /// `1_234.5`, `1,234`, `12.5%` (12.5, in points), `1.5M`, `200M/17`; a word by its place among the controlling terms
    /// and the forms in an exit.
    fn read(text: &str) -> Option<Self> {
        let text = text.trim().replace([',', '_'], "");
        // A source says what a class does, the file format what it has done.
        let word = if text == "convert" { "converted" } else { text.as_str() };
        if let Some(place) = CONTROLLING_TERMS.iter().chain(&FORMS).position(|known| *known == word) {
            return Some(Exact(i128::try_from(place).ok()?, 1));
        }
        if let Some((above, below)) = text.split_once('/') {
            return Some(Self::read(above)? / Self::read(below)?);
        }
        let (digits, unit) = match text.char_indices().next_back()? {
            (end, '%') => (&text[..end], 1),
            (end, 'K') => (&text[..end], 1_000),
            (end, 'M') => (&text[..end], 1_000_000),
            (end, 'B') => (&text[..end], 1_000_000_000),
            _ => (text.as_str(), 1),
        };
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
        let places = 10_i128.checked_pow(u32::try_from(decimals.len()).ok()?)?;
        let number: i128 = format!("{whole}{decimals}").parse().ok()?;
        Some(Exact::new(number * unit, places))
    }

    fn within(self, tolerance: Exact, of: Exact) -> bool {
        let Exact(over, under) = self - of;
        Exact(over.abs(), under) <= tolerance
    }
}

impl PartialEq for Exact {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Exact {}

impl PartialOrd for Exact {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Exact {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.0 * other.1).cmp(&(other.0 * self.1))
    }
}

impl Add for Exact {
    type Output = Exact;
    fn add(self, other: Exact) -> Exact {
        Exact::new(self.0 * other.1 + other.0 * self.1, self.1 * other.1)
    }
}

impl Sub for Exact {
    type Output = Exact;
    fn sub(self, other: Exact) -> Exact {
        self + Exact(-other.0, other.1)
    }
}

impl Mul for Exact {
    type Output = Exact;
    fn mul(self, other: Exact) -> Exact {
        Exact::new(self.0 * other.0, self.1 * other.1)
    }
}

impl Div for Exact {
    type Output = Exact;
    fn div(self, other: Exact) -> Exact {
        Exact::new(self.0 * other.1, self.1 * other.0)
    }
}

/// One published figure.
#[derive(Debug)]
struct Row {
    case: String,
    key: String,
    /// What the source prints.
    published: Exact,
    /// What is right: the published value where it matches.
    expected: Exact,
    tolerance: Exact,
    matches: bool,
    times: Exact,
    plus: Exact,
}

impl Row {
    /// Whether a value on a scenario's line is this figure.
    fn is(&self, value: Exact) -> bool {
        let unit = Exact::new(self.times.0.abs(), self.times.1);
        value.within(self.tolerance * unit, self.expected * self.times + self.plus)
    }
}

fn rows() -> Vec<Row> {
    let text = fs::read_to_string(project().join("tests/data/published.csv")).expect("UTF-8");
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("case,key,published,tolerance,matches,expected,times,plus,note,source"));
    lines.map(row).collect()
}

fn row(line: &str) -> Row {
    let cells = cells(line);
    let [case, key, published, tolerance, matches, expected, times, plus, note, source] = cells.as_slice() else {
        panic!("ten cells: {line}");
    };
    let number = |text: &str, empty: Exact| match text {
        "" => empty,
        _ => Exact::read(text).unwrap_or_else(|| panic!("{case} {key}: `{text}` is no number")),
    };
    let published = Exact::read(published).unwrap_or_else(|| panic!("{case} {key}: `{published}`"));
    assert!(!source.is_empty(), "{case} {key}: a source");
    assert!(times.is_empty() && plus.is_empty() || !note.is_empty(), "{case} {key}: a note says what the line holds");
    match matches.as_str() {
        "yes" => assert!(expected.is_empty(), "{case} {key}: the published value is expected"),
        "no" => assert!(!expected.is_empty() && !note.is_empty(), "{case} {key}: the right value and a note"),
        _ => panic!("{case} {key}: matches yes or no"),
    }
    Row {
        expected: number(expected, published),
        tolerance: number(tolerance, Exact(0, 1)),
        times: number(times, Exact(1, 1)),
        plus: number(plus, Exact(0, 1)),
        matches: matches == "yes",
        case: case.clone(),
        key: key.clone(),
        published,
    }
}

/// The cells of a line of CSV: quotes hold commas, and a quote in quotes is doubled.
fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        let cell = cells.last_mut().expect("a cell");
        match letter {
            '"' if quoted && letters.next_if_eq(&'"').is_some() => cell.push('"'),
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            _ => cell.push(letter),
        }
    }
    cells
}

/// A line of a scenario that expects published figures.
struct Line {
    case: String,
    /// `safe-01.toml:57`.
    place: String,
    keys: Vec<String>,
    values: Vec<Exact>,
    /// Its block has a note.
    noted: bool,
}

fn folder() -> PathBuf {
    project().join("scenarios/published")
}

/// `safe-09-a` is of case `SAFE-09`.
fn case_of(name: &str) -> String {
    name.splitn(3, '-').take(2).collect::<Vec<_>>().join("-").to_uppercase()
}

fn lines_that_name_figures() -> Vec<Line> {
    let mut found = Vec::new();
    for name in scenario_names(&folder()) {
        let text = fs::read_to_string(folder().join(format!("{name}.toml"))).expect("UTF-8");
        let lines: Vec<&str> = text.lines().collect();
        let mut noted = false;
        for (index, line) in lines.iter().enumerate() {
            noted = !line.starts_with("[[expect]]") && (noted || line.starts_with("note "));
            let Some((before, keys)) = line.split_once("# out: ") else { continue };
            let (index, before) = match before.trim().is_empty() {
                true => (index + 1, lines[index + 1].split(" # ").next().expect("a first part")),
                false => (index, before),
            };
            found.push(Line {
                case: case_of(&name),
                place: format!("{name}.toml:{}", index + 1),
                keys: keys.split(',').map(|key| key.trim().to_owned()).collect(),
                values: values(before),
                noted,
            });
        }
    }
    found
}

/// The numbers of `key = value`, of a list, or of an inline table of either, from left to right.
fn values(line: &str) -> Vec<Exact> {
    let mut parts = Vec::new();
    let mut part = String::new();
    let mut quoted = false;
    for letter in line.chars() {
        quoted ^= letter == '"';
        match letter {
            '[' | ']' | '{' | '}' | ',' | '=' if !quoted => parts.push((std::mem::take(&mut part), letter)),
            _ => part.push(letter),
        }
    }
    parts.push((part, ' '));
    let value = |(text, ends): &(String, char)| (*ends != '=').then(|| Exact::read(text.trim().trim_matches('"')));
    parts.iter().filter_map(value).flatten().collect()
}

/// The table of `not-cap-table.md`: its cells, and the value to expect.
fn not_of_a_cap_table() -> BTreeMap<(String, String), (Vec<String>, Exact)> {
    let text = fs::read_to_string(folder().join("not-cap-table.md")).expect("UTF-8");
    let rows = text.lines().filter_map(|line| line.strip_prefix("| "));
    let cells = rows.map(|row| row.split(" | ").map(|cell| cell.trim_matches(['`', ' ', '|']).to_owned()));
    let figures = cells.map(Iterator::collect::<Vec<_>>).filter(|cells| cells[0] != "case");
    let mut found = BTreeMap::new();
    for cells in figures {
        let value = cells[3].split(" = ").next().and_then(Exact::read).expect("a value to expect");
        let place = (cells[0].clone(), cells[1].clone());
        assert!(found.insert(place, (cells, value)).is_none(), "a figure is listed once");
    }
    found
}

#[test]
fn every_published_figure_is_expected_exactly_once() {
    let rows = rows();
    let mut places: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for row in &rows {
        assert!(places.insert((&row.case, &row.key), Vec::new()).is_none(), "{} {} twice", row.case, row.key);
    }
    let (lines, listed) = (lines_that_name_figures(), not_of_a_cap_table());
    for line in &lines {
        for key in &line.keys {
            let known = places.get_mut(&(line.case.as_str(), key.as_str()));
            known.unwrap_or_else(|| panic!("{}: no figure `{key}` of {}", line.place, line.case)).push(&line.place);
        }
    }
    for (case, key) in listed.keys() {
        let known = places.get_mut(&(case.as_str(), key.as_str()));
        known.unwrap_or_else(|| panic!("not-cap-table.md: no figure `{key}` of {case}")).push("not-cap-table.md");
    }
    for ((case, key), places) in &places {
        assert_eq!(places.len(), 1, "{case} `{key}` is expected in {places:?}");
    }
    let cases: BTreeSet<&str> = rows.iter().map(|row| row.case.as_str()).collect();
    for name in scenario_names(&folder()) {
        assert!(cases.contains(case_of(&name).as_str()), "{name} is of no case");
    }
}

#[test]
fn every_line_expects_what_was_published() {
    let rows = rows();
    for line in lines_that_name_figures() {
        let mut values = line.values.iter();
        for key in &line.keys {
            let row = rows.iter().find(|row| row.case == line.case && row.key == *key).expect("a known figure");
            let place = &line.place;
            assert!(values.any(|&value| row.is(value)), "{place}: none of {:?} in order is {row:?}", line.values);
            assert!(row.matches || line.noted, "{place}: `{key}` is not as published, and no note says why");
            assert!(row.matches || row.published != row.expected, "{place}: `{key}` is as published");
        }
    }
}

/// The stack of a main thread, which is what the command has; the threads of tests have less.
const STACK: usize = 8 << 20;

#[test]
fn every_published_figure_comes_out() {
    let checked = std::thread::Builder::new().stack_size(STACK).spawn(check_every_line).expect("a thread");
    if let Err(failure) = checked.join() {
        std::panic::resume_unwind(failure);
    }
}

fn check_every_line() {
    let proven: BTreeSet<String> = scenario_names(&folder()).iter().flat_map(|name| lines_that_hold(name)).collect();
    let mut asserted = 0;
    for line in lines_that_name_figures() {
        assert!(proven.contains(&line.place), "{}: nothing was compared", line.place);
        asserted += line.keys.len();
    }
    println!("{asserted} published figures asserted");
    assert_eq!(asserted, rows().len() - not_of_a_cap_table().len());
}

/// The lines of a scenario whose figures were compared; all of them hold.
fn lines_that_hold(name: &str) -> BTreeSet<String> {
    let loaded = load(&ScenarioFolder::new(&project().join("scenarios")), &format!("published/{name}"));
    let document = loaded.document.unwrap_or_else(|| panic!("{name}: {:?}", loaded.findings));
    let run = |settings: &Settings| {
        let (agreement, _) =
            resolve(&document, &loaded.sources, settings).unwrap_or_else(|findings| panic!("{name}: {findings:?}"));
        Run::new(agreement, Rung::All).unwrap_or_else(|refused| panic!("{name}: {:?}", refused.1))
    };
    let usual = run(&Settings { case: Case::Base, set: Vec::new() });
    let mut lines = BTreeSet::new();
    for expectation in &usual.agreement.expectations {
        let settings = Settings { case: expectation.case.unwrap_or(Case::Base), set: expectation.set.clone() };
        let verdict = verdict(expectation, &run(&settings), loaded.sources.cite(expectation.span));
        let (expected, computed) = (&verdict.expected, &verdict.computed);
        assert!(verdict.holds, "{} {}: {expected}, computed {computed:?}", verdict.cite, verdict.what);
        lines.insert(verdict.cite.rsplit('/').next().expect("a last part").to_owned());
    }
    lines
}

#[test]
fn what_is_no_figure_of_a_cap_table_is_arithmetic() {
    let rows = rows();
    for ((case, key), (cells, value)) in not_of_a_cap_table() {
        let row = rows.iter().find(|row| row.case == case && row.key == key).expect("a known figure");
        assert_eq!(Exact::read(&cells[2]), Some(row.published), "{case} {key}: published");
        let computed = arithmetic(&key);
        assert_eq!(computed, value, "{case} {key}: the value of the table");
        assert!(computed.within(row.tolerance, row.expected), "{case} {key}: {computed:?} is not {row:?}");
        assert!(row.matches || !computed.within(row.tolerance, row.published), "{case} {key} is as published");
    }
}

/// The formulas of `not-cap-table.md`.
fn arithmetic(key: &str) -> Exact {
    let exact = |text: &str| Exact::read(text).expect("a number");
    let percent = exact("100");
    match key {
        "safe_dividend_per_share" => exact("8/100") * exact("5/11"),
        "std_dividend_per_share" => exact("8/100") * exact("0.90"),
        "safe_aggregate_pref" => exact("220,022") * exact("0.4545"),
        "discount_return_pct" => (exact("135,000") / exact("100,000") - exact("1")) * percent,
        "cap_return_pct_published" => (exact("540,000") / exact("100,000") - exact("1")) * percent,
        "series_b_pct_choice_D" => {
            let price = exact("6") * (exact("17M") + exact("1M")) / (exact("19M") + exact("2M"));
            let converted = exact("2M") * exact("6") / price;
            converted / (exact("15M") + converted + exact("2M")) * percent
        }
        "implied_fd_shares_M" => exact("6,000") / exact("15.46"),
        "overvaluation_pct_from_printed" => (exact("6") / exact("2.2") - exact("1")) * percent,
        "solver.4x.exit_700M.required_pct" | "solver.4x.exit_1200M.required_pct" => {
            exact("40M") / exact("30M") * exact("30M/1430M")
        }
        "greenshoe_pct_of_base" => exact("23") / (exact("176") - exact("23")) * percent,
        "greenshoe_pct" => exact("1,320,000") / exact("8,800,000") * percent,
        "square_greenshoe_pct" => exact("4,050,000") / exact("27,000,000") * percent,
        "increase_pct_published" => {
            let quarterly = (0..8).fold(exact("1"), |grown, _| grown * exact("1.025"));
            let yearly = exact("1.1") * exact("1.1");
            ((quarterly - exact("1")) / (yearly - exact("1")) - exact("1")) * percent
        }
        "increase" => exact("2.76") - exact("0.24"),
        "pro_forma" => exact("-1.71") + exact("0.56"),
        _ => panic!("no formula for {key}"),
    }
}
