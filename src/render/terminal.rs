//! Tables on a terminal: no boxes, one light rule under the head, numbers to the right, and a table that is too wide in
//! blocks of columns rather than in broken lines.

mod lines;

use super::words::HARD_SPACE;
use super::{number, words};
use crate::report::table::{Cell, Style, Table};
use lines::Lines;
use rust_decimal::Decimal;
use std::iter;
use std::mem::{Discriminant, discriminant};

/// What the terminal is like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// Columns of the terminal.
    pub width: usize,
    /// Whether bold and dim may be used.
    pub colour: bool,
    /// The currency of the table's money, by its code.
    pub currency: String,
}

/// Columns between two columns.
const GAP: u16 = 2;
/// A column of words is not made narrower than this for the sake of the others.
const WORDS_LEAST: usize = 24;
/// Widths tried for pinned words where the table is split.
const PINNED_WIDTHS: [usize; 3] = [40, WORDS_LEAST, 14];
/// A heading no wider than this is not broken.
const SHORT_HEADING: usize = 10;
const BOLD: &str = "\x1b[1m";
const DIM: &str = "\x1b[2m";
const PLAIN: &str = "\x1b[0m";

/// The table with title and notes, ending in a line end.
pub fn table(table: &Table, look: &Look) -> String {
    let width = look.width.clamp(20, 2000);
    let columns: Vec<Column> = table.telling().map(|index| Column::of(table, index, &look.currency)).collect();
    let mut out = String::new();
    let put = |out: &mut String, line: &[&str], style: &str| {
        let (before, after) = if look.colour && !style.is_empty() { (style, PLAIN) } else { ("", "") };
        out.extend(iter::once(before).chain(line.iter().copied()).chain([after, "\n"]));
    };
    for line in words::wrap(&words::harmless(&table.title), width, usize::MAX) {
        put(&mut out, &[&line], BOLD);
    }
    for block in blocks(&columns, width) {
        out.push('\n');
        for (line, kind) in block.draw(table) {
            let style = match kind {
                Line::Head | Line::Row(Style::Body | Style::Detail) => "",
                Line::Rule => DIM,
                Line::Row(Style::Total) => BOLD,
            };
            put(&mut out, &[&line], style);
        }
        if table.rows.is_empty() {
            put(&mut out, &["(no rows)"], DIM);
        }
    }
    for (index, note) in table.notes.iter().enumerate() {
        if index == 0 {
            out.push('\n');
        }
        for (line, text) in words::wrap(&words::harmless(note), width - 2, usize::MAX).iter().enumerate() {
            put(&mut out, &[if line == 0 { "· " } else { "  " }, text], DIM);
        }
    }
    out
}

/// A column with its words ready.
struct Column {
    heading: String,
    cells: Vec<String>,
    /// Stands to the right and is never broken.
    numeric: bool,
    pinned: bool,
    /// Columns that the longest cell takes.
    longest: usize,
}

impl Column {
    fn of(table: &Table, index: usize, currency: &str) -> Self {
        let column = &table.columns[index];
        let cells = || table.rows.iter().map(|row| &row.cells[index]);
        let mut shown: Vec<String> = number::column(cells(), currency).into_iter().map(words::made_harmless).collect();
        line_up(&mut shown, &cells().collect::<Vec<_>>());
        for (row, words) in table.rows.iter().zip(&mut shown) {
            let first_words = row.cells.iter().position(|cell| matches!(cell, Cell::Text(_)));
            if row.style == Style::Detail && first_words == Some(index) {
                words.insert_str(0, &String::from_iter([HARD_SPACE; 2]));
            }
        }
        Column {
            // a slash stays with the word before it
            heading: words::harmless(&column.heading).replace(" / ", "\u{a0}/ "),
            longest: shown.iter().map(|words| words::width(words)).max().unwrap_or_default(),
            cells: shown,
            numeric: number::is_numeric(cells()),
            pinned: column.pinned,
        }
    }

    /// Width of the heading when it is given so many lines; a short one stays on one, a word longer than 24 is broken.
    fn heading_width(&self, lines: usize) -> usize {
        let longest_word = self.heading.split(' ').map(words::width).max().unwrap_or_default();
        let whole = words::width(&self.heading);
        if whole <= SHORT_HEADING {
            return whole;
        }
        (longest_word.min(WORDS_LEAST)..whole)
            .find(|&width| words::height(&self.heading, width) <= lines)
            .unwrap_or(whole)
    }

    /// Width with headings of so many lines, cells of words no wider than `words`.
    fn width(&self, heading_lines: usize, words: usize) -> usize {
        let cells = if self.numeric { self.longest } else { self.longest.min(words) };
        cells.max(self.heading_width(heading_lines)).max(1)
    }
}

/// Puts spaces behind counts, prices and plain numbers, so that their decimal points stand below each other.
fn line_up(shown: &mut [String], cells: &[&Cell]) {
    fn kind(cell: &Cell) -> Option<Discriminant<Cell>> {
        (!matches!(cell, Cell::Empty | Cell::Text(_))).then(|| discriminant(cell))
    }
    let mut kinds = cells.iter().filter_map(|cell| kind(cell));
    let first = kinds.next();
    let lines_up = [Cell::Count(Decimal::ZERO), Cell::Price(Decimal::ZERO), Cell::Number(Decimal::ZERO)];
    if !lines_up.iter().any(|cell| first == Some(discriminant(cell))) || kinds.any(|kind| Some(kind) != first) {
        return;
    }
    let tail = |words: &str| words.find('.').map_or(0, |point| words.len() - point);
    let numbers = shown.iter().zip(cells).filter(|(_, cell)| kind(cell).is_some());
    let longest = numbers.map(|(words, _)| tail(words)).max().unwrap_or_default();
    for (words, cell) in shown.iter_mut().zip(cells) {
        if kind(cell).is_some() {
            words.extend(iter::repeat_n(HARD_SPACE, longest - tail(words)));
        }
    }
}

/// What a drawn line is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Line {
    Head,
    Rule,
    Row(Style),
}

/// Columns that stand side by side, each with its width.
struct Block<'a>(Vec<(&'a Column, usize)>);

/// One block if everything fits, with headings in as few lines as that takes; else several, each with the pinned columns.
fn blocks(columns: &[Column], width: usize) -> Vec<Block<'_>> {
    if columns.is_empty() {
        return Vec::new();
    }
    let all = usize::MAX;
    for (heading_lines, words) in [(1, all), (2, all), (3, all), (2, WORDS_LEAST), (3, WORDS_LEAST)] {
        let block = Block(columns.iter().map(|column| (column, column.width(heading_lines, words))).collect());
        if block.width() <= width {
            return vec![block.grown(width, 0)];
        }
    }
    // pinned columns as wide as they can be without a block more for it
    let ways = PINNED_WIDTHS.map(|pinned_width| several_blocks(columns, width, pinned_width));
    ways.into_iter().min_by_key(Vec::len).unwrap_or_default()
}

/// As few blocks as there may be with pinned columns of that width, with about as many columns in each.
fn several_blocks(columns: &[Column], width: usize, pinned_width: usize) -> Vec<Block<'_>> {
    // without a pinned column the first one says whose the row is
    let any_pinned = columns.iter().any(|column| column.pinned);
    let is_pinned = |index: usize, column: &Column| {
        if any_pinned { column.pinned } else { index == 0 }
    };
    let (mut pinned, mut others) = (Vec::new(), Vec::new());
    for (index, column) in columns.iter().enumerate() {
        if is_pinned(index, column) {
            pinned.push((column, column.width(3, pinned_width)));
        } else {
            others.push((column, column.width(3, WORDS_LEAST)));
        }
    }
    while pinned.len() > 1 && taken(&pinned) > width * 2 / 3 {
        others.extend(pinned.pop());
        others.rotate_right(1);
    }
    let room = width.saturating_sub(taken(&pinned));
    let greedy = split(&others, room, usize::MAX);
    let even = split(&others, room, others.len().div_ceil(greedy.len()));
    let groups = if even.len() <= greedy.len() { even } else { greedy };
    let with_pinned = |group: Vec<_>| Block([pinned.as_slice(), &group].concat()).grown(width, pinned.len());
    groups.into_iter().map(with_pinned).collect()
}

/// Columns that these take, each with the gap behind it.
fn taken(columns: &[(&Column, usize)]) -> usize {
    columns.iter().map(|(_, width)| width + usize::from(GAP)).sum()
}

/// Groups of at most `most` columns that fit in the room, each with at least one.
fn split<'a>(columns: &[(&'a Column, usize)], room: usize, most: usize) -> Vec<Vec<(&'a Column, usize)>> {
    let mut groups: Vec<Vec<(&Column, usize)>> = vec![Vec::new()];
    for &(column, width) in columns {
        let group = groups.last().expect("there is a group");
        if !group.is_empty() && (group.len() == most || taken(group) + width > room) {
            groups.push(Vec::new());
        }
        groups.last_mut().expect("there is a group").push((column, width));
    }
    groups
}

impl Block<'_> {
    fn width(&self) -> usize {
        taken(&self.0).saturating_sub(GAP.into())
    }

    /// Gives what is left of the width to columns whose words are broken, the narrowest first, but not to the `fixed`
    /// first ones, which look alike in every block.
    fn grown(mut self, width: usize, fixed: usize) -> Self {
        for _ in self.width()..width {
            let narrow = self.0[fixed..].iter_mut().filter(|(column, width)| *width < column.longest);
            let Some((_, narrowest)) = narrow.min_by_key(|(_, width)| *width) else {
                break;
            };
            *narrowest += 1;
        }
        self
    }

    /// The lines and what they are.
    fn draw(&self, table: &Table) -> Vec<(String, Line)> {
        let headings: Vec<_> =
            self.0.iter().map(|(column, width)| words::wrap(&column.heading, *width, usize::MAX)).collect();
        let height = headings.iter().map(Vec::len).max().unwrap_or_default();
        let at_the_foot = |lines: Vec<String>| [vec![String::new(); height - lines.len()], lines].concat();
        let head: Vec<_> = headings.into_iter().map(at_the_foot).map(Lines::Several).collect();
        let row = |index: usize| -> Vec<Lines> {
            self.0.iter().map(|(column, width)| Lines::of(&column.cells[index], *width)).collect()
        };
        let rows: Vec<_> = (0..table.rows.len()).map(row).collect();

        let widest = |column: usize| rows.iter().chain([&head]).map(|cells| cells[column].width()).max();
        let widths: Vec<usize> = (0..self.0.len()).map(|column| widest(column).unwrap_or_default()).collect();
        let whole = (widths.iter().sum::<usize>() + usize::from(GAP) * widths.len()).saturating_sub(GAP.into());
        let mut lines: Vec<_> = self.side_by_side(&head, &widths).map(|line| (line, Line::Head)).collect();
        lines.push(("─".repeat(whole), Line::Rule));
        for (row, cells) in table.rows.iter().zip(&rows) {
            lines.extend(self.side_by_side(cells, &widths).map(|line| (line, Line::Row(row.style))));
        }
        rule_above_totals(&mut lines);
        lines
    }

    /// The lines of cells that stand beside each other: numbers to the right, words to the left.
    fn side_by_side(&self, cells: &[Lines], widths: &[usize]) -> impl Iterator<Item = String> {
        let height = cells.iter().map(Lines::height).max().unwrap_or_default();
        let room = widths.iter().sum::<usize>() + (usize::from(GAP) + 4) * widths.len();
        (0..height).map(move |line| {
            let mut drawn = String::with_capacity(room);
            for ((lines, &width), (column, _)) in cells.iter().zip(widths).zip(&self.0) {
                let words = lines.get(line);
                let space = width.saturating_sub(words::width(words));
                let (before, after) = if column.numeric { (space, 0) } else { (0, space) };
                words::push_spaces(&mut drawn, before);
                drawn.push_str(&words::softened(words));
                words::push_spaces(&mut drawn, after + usize::from(GAP));
            }
            drawn.truncate(drawn.trim_end().len());
            drawn
        })
    }
}

/// A rule above the totals that end a table.
fn rule_above_totals(lines: &mut Vec<(String, Line)>) {
    let totals = lines.iter().rev().take_while(|(_, kind)| *kind == Line::Row(Style::Total)).count();
    let first = lines.len() - totals;
    if totals == 0 || !matches!(lines[first - 1].1, Line::Row(_)) {
        return;
    }
    if let Some(rule) = lines.iter().find(|(_, kind)| *kind == Line::Rule).cloned() {
        lines.insert(first, rule);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::table::Column as Of;
    use proptest::prelude::*;

    const STAGES: [&str; 12] = [
        "opening",
        "Seed",
        "Series A",
        "Microsoft 2019",
        "Microsoft 2021",
        "Tender 2023",
        "Series C / Strategic investors",
        "SoftBank / first",
        "SoftBank / second",
        "Recapitalization",
        "Amazon / initial",
        "Amazon / conditional",
    ];

    fn part(per_ten_thousand: i64) -> Cell {
        Cell::Fraction { value: Decimal::new(per_ten_thousand, 4), places: 2 }
    }

    /// Six holders through twelve stages.
    fn ownership() -> Table {
        let stages = STAGES.iter().map(|stage| Of::new(*stage, *stage));
        let columns = std::iter::once(Of::pinned("stakeholder", "Stakeholder")).chain(stages).collect();
        let mut table = Table::new("ownership", "Ownership by stage, fully diluted (funded, base case)", columns);
        let large = [("Microsoft", 2700), ("OpenAI Foundation", 2600), ("Employees and former employees", 2600)];
        for (name, first) in large.into_iter().chain([("SoftBank", 1100)]) {
            let parts = (0..12).map(|stage| part(first - stage * first / 40));
            table.push(Style::Body, std::iter::once(Cell::text(name)).chain(parts).collect());
        }
        let late = |stage| if stage < 10 { Cell::Empty } else { part(500) };
        table.push(Style::Body, std::iter::once(Cell::text("Amazon")).chain((0..12).map(late)).collect());
        table.push(Style::Detail, std::iter::once(Cell::text("Class N")).chain((0..12).map(late)).collect());
        table.push(Style::Total, std::iter::once(Cell::text("Total")).chain((0..12).map(|_| part(10_000))).collect());
        table.note("Fully diluted: outstanding shares, granted options and the unissued pool; notes are not counted before they convert.");
        table.note("Assumed: the pre-money valuation covers the pool.");
        table
    }

    fn look(width: usize) -> Look {
        Look { width, colour: false, currency: "USD".into() }
    }

    #[test]
    fn a_wide_table_is_split_at_eighty_columns() {
        insta::assert_snapshot!(table(&ownership(), &look(80)), @r"
        Ownership by stage, fully diluted (funded, base case)

                                                                    Microsoft  Microsoft
        Stakeholder                     opening     Seed  Series A       2019       2021
        ────────────────────────────────────────────────────────────────────────────────
        Microsoft                        27.00%   26.33%    25.65%     24.98%     24.30%
        OpenAI Foundation                26.00%   25.35%    24.70%     24.05%     23.40%
        Employees and former employees   26.00%   25.35%    24.70%     24.05%     23.40%
        SoftBank                         11.00%   10.73%    10.45%     10.18%      9.90%
        Amazon
          Class N
        ────────────────────────────────────────────────────────────────────────────────
        Total                           100.00%  100.00%   100.00%    100.00%    100.00%

                                                 Series C /
                                         Tender   Strategic  SoftBank /  SoftBank /
        Stakeholder                        2023   investors       first      second
        ───────────────────────────────────────────────────────────────────────────
        Microsoft                        23.63%      22.95%      22.28%      21.60%
        OpenAI Foundation                22.75%      22.10%      21.45%      20.80%
        Employees and former employees   22.75%      22.10%      21.45%      20.80%
        SoftBank                          9.63%       9.35%       9.08%       8.80%
        Amazon
          Class N
        ───────────────────────────────────────────────────────────────────────────
        Total                           100.00%     100.00%     100.00%     100.00%

                                                          Amazon /     Amazon /
        Stakeholder                     Recapitalization   initial  conditional
        ───────────────────────────────────────────────────────────────────────
        Microsoft                                 20.93%    20.25%       19.58%
        OpenAI Foundation                         20.15%    19.50%       18.85%
        Employees and former employees            20.15%    19.50%       18.85%
        SoftBank                                   8.53%     8.25%        7.98%
        Amazon                                               5.00%        5.00%
          Class N                                            5.00%        5.00%
        ───────────────────────────────────────────────────────────────────────
        Total                                    100.00%   100.00%      100.00%

        · Fully diluted: outstanding shares, granted options and the unissued pool;
          notes are not counted before they convert.
        · Assumed: the pre-money valuation covers the pool.
        ");
    }

    #[test]
    fn it_stands_in_one_piece_at_two_hundred_columns() {
        insta::assert_snapshot!(table(&ownership(), &look(200)), @r"
        Ownership by stage, fully diluted (funded, base case)

                                                                    Microsoft  Microsoft   Tender           Series C /  SoftBank /  SoftBank /                    Amazon /     Amazon /
        Stakeholder                     opening     Seed  Series A       2019       2021     2023  Strategic investors       first      second  Recapitalization   initial  conditional
        ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
        Microsoft                        27.00%   26.33%    25.65%     24.98%     24.30%   23.63%               22.95%      22.28%      21.60%            20.93%    20.25%       19.58%
        OpenAI Foundation                26.00%   25.35%    24.70%     24.05%     23.40%   22.75%               22.10%      21.45%      20.80%            20.15%    19.50%       18.85%
        Employees and former employees   26.00%   25.35%    24.70%     24.05%     23.40%   22.75%               22.10%      21.45%      20.80%            20.15%    19.50%       18.85%
        SoftBank                         11.00%   10.73%    10.45%     10.18%      9.90%    9.63%                9.35%       9.08%       8.80%             8.53%     8.25%        7.98%
        Amazon                                                                                                                                                       5.00%        5.00%
          Class N                                                                                                                                                    5.00%        5.00%
        ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
        Total                           100.00%  100.00%   100.00%    100.00%    100.00%  100.00%              100.00%     100.00%     100.00%           100.00%   100.00%      100.00%

        · Fully diluted: outstanding shares, granted options and the unissued pool; notes are not counted before they convert.
        · Assumed: the pre-money valuation covers the pool.
        ");
    }

    #[test]
    fn words_wrap_and_decimal_points_line_up() {
        let columns = vec![
            Of::pinned("sequence", "#"),
            Of::new("stakeholder", "Stakeholder"),
            Of::new("quantity", "Quantity"),
            Of::new("price", "Price per share"),
            Of::new("because", "Because"),
        ];
        let mut ledger = Table::new("ledger", "Ledger", columns);
        for (index, (quantity, price)) in [("20547945", "730"), ("45690822.5", "0.656587")].into_iter().enumerate() {
            let quantity = Cell::Count(quantity.parse().unwrap());
            let price = Cell::Price(price.parse().unwrap());
            let because = Cell::text(
                "the cap of $8,000,000 controls: 8,000,000 / 12,184,220 shares is below the discount price 1.3978",
            );
            ledger.push(
                Style::Body,
                vec![Cell::Number((index + 1).into()), Cell::text("Amazon\u{1b}[2J\nInc."), quantity, price, because],
            );
        }
        insta::assert_snapshot!(table(&ledger, &look(80)), @r"
        Ledger

                                            Price per
        #  Stakeholder          Quantity        share  Because
        ───────────────────────────────────────────────────────────────────────────────
        1  Amazon␛[2J Inc.  20,547,945    $730.00      the cap of $8,000,000 controls:
                                                       8,000,000 / 12,184,220 shares is
                                                       below the discount price 1.3978
        2  Amazon␛[2J Inc.  45,690,822.5    $0.656587  the cap of $8,000,000 controls:
                                                       8,000,000 / 12,184,220 shares is
                                                       below the discount price 1.3978
        ");
    }

    #[test]
    fn colour_makes_totals_bold_and_changes_no_word() {
        let coloured = table(&ownership(), &Look { colour: true, ..look(80) });
        assert_eq!(coloured.lines().filter(|line| line.starts_with("\x1b[1mTotal ")).count(), 3);
        let stripped = [BOLD, DIM, PLAIN].iter().fold(coloured, |text, code| text.replace(code, ""));
        assert_eq!(stripped, table(&ownership(), &look(80)));
    }

    #[test]
    fn a_table_without_rows_says_so() {
        let cash = Table::new("cash", "Cash", vec![Of::new("investor", "Investor")]);
        assert_eq!(table(&cash, &look(80)), "Cash\n\nInvestor\n────────\n(no rows)\n");
        assert_eq!(table(&Table::new("cash", "Cash", Vec::new()), &look(80)), "Cash\n");
    }

    proptest! {
        #[test]
        fn any_words_fit_any_width(
            rows in prop::collection::vec((any::<String>(), "\\PC{0,200}", any::<i64>()), 0..5),
            headings in prop::collection::vec("\\PC{0,60}", 3),
            pinned in prop::collection::vec(any::<bool>(), 3),
            width in 0_usize..200,
        ) {
            let column = |(heading, pinned): (&String, &bool)| Of { pinned: *pinned, ..Of::new("key", heading) };
            let mut sample = Table::new("test", headings[0].clone(), headings.iter().zip(&pinned).map(column).collect());
            for (first, second, number) in &rows {
                let count = Cell::Count((*number).into());
                sample.push(Style::Detail, vec![Cell::text(first), Cell::text(second), count]);
            }
            let drawn = table(&sample, &look(width));
            prop_assert!(!drawn.chars().any(|c| c.is_control() && c != '\n'));
            for (.., number) in rows {
                prop_assert!(drawn.contains(&number::count(number.into())), "numbers are never broken");
            }
            let widest = drawn.lines().map(words::width).max().unwrap_or_default();
            prop_assert!(width < 80 || widest <= width, "{} columns in\n{}", widest, drawn);
        }
    }
}
