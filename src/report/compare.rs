//! Scenarios side by side: what differs in the inputs, then in the results.

use super::chart::{Body, Chart, Colour, Label, SparseSeries};
use super::charts;
use super::differences;
use super::frame::{fraction, is_normalised, money, stage_named, value};
use super::holders::{Holder, holders, slices};
use super::run::Run;
use super::table::{Cell, Column, Style, Table};
use super::titles;
use super::words::{grouped, listed};
use crate::engine::ledger::Stage;
use crate::error::Finding;
use crate::report::frame::shown_places;
use rust_decimal::Decimal;

/// Several scenarios side by side.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// For reading: the inputs that differ first.
    pub tables: Vec<Table>,
    /// `comparison.csv`.
    pub csv: Table,
    /// One column of dots a scenario.
    pub chart: Chart,
}

/// A scenario taking part: where it is looked at.
struct Side<'a> {
    run: &'a Run,
    /// Its name, with case and rung where the name alone would not tell it apart.
    label: String,
    holders: Vec<Holder>,
    stage: &'a Stage,
}

/// Someone who holds something in at least one scenario.
struct Subject {
    name: String,
    id: String,
    /// Index among the holders of each scenario.
    at: Vec<Option<usize>>,
}

/// What is compared.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Measure {
    Ownership,
    Value,
    Shares,
}

impl Measure {
    fn word(self) -> &'static str {
        match self {
            Measure::Ownership => "ownership",
            Measure::Value => "value",
            Measure::Shares => "shares",
        }
    }

    fn cell(self, run: &Run, number: Decimal) -> Cell {
        match self {
            Measure::Ownership => fraction(run, number),
            Measure::Value => Cell::Money(number),
            Measure::Shares => Cell::Count(number),
        }
    }

    fn difference(self, run: &Run, number: Decimal) -> Cell {
        match self {
            Measure::Ownership => Cell::Points { value: number, places: shown_places(run) },
            Measure::Value | Measure::Shares => self.cell(run, number),
        }
    }
}

/// Compares scenarios with a base, after the last counted stage of each or after a named one that all must have.
///
/// Holders are matched by their id in the file, else by name. Money is at each scenario's own last round price.
///
/// # Errors
/// Where currencies differ, or a scenario has no such stage.
pub fn compare(base: &Run, others: &[&Run], after: Option<&str>) -> Result<Comparison, Finding> {
    let runs: Vec<&Run> = std::iter::once(base).chain(others.iter().copied()).collect();
    one_currency(&runs)?;
    let labels = labels(&runs);
    let sides = runs.iter().zip(labels).map(|(run, label)| side(run, label, after)).collect::<Result<Vec<_>, _>>()?;
    let subjects = subjects(&sides);
    let measures = measures(&sides);
    let mut tables: Vec<Table> = differences::table(&runs, &names(&sides)).into_iter().collect();
    tables.extend(measures.iter().map(|&measure| table(&sides, &subjects, measure)));
    Ok(Comparison { tables, csv: csv(&sides, &subjects, &measures), chart: chart(&sides, &subjects) })
}

fn names(sides: &[Side]) -> Vec<String> {
    sides.iter().map(|side| side.label.clone()).collect()
}

/// Nothing is converted, so money in two currencies cannot be compared.
fn one_currency(runs: &[&Run]) -> Result<(), Finding> {
    let currency = |run: &Run| run.agreement.head.currency.clone();
    let Some(other) = runs.iter().find(|run| currency(run) != currency(runs[0])) else { return Ok(()) };
    let message = format!(
        "`{}` is in {} and `{}` in {}: their money cannot be compared",
        runs[0].agreement.head.name,
        currency(runs[0]),
        other.agreement.head.name,
        currency(other)
    );
    Err(Finding::error("E0901", message).help("compare scenarios in one currency; nothing is converted"))
}

/// A name for each scenario that tells it apart from the others.
pub fn labels(runs: &[&Run]) -> Vec<String> {
    let name = |run: &Run| run.agreement.head.name.clone();
    let label = |run: &&Run| {
        let head = &run.agreement.head;
        if runs.iter().filter(|other| name(other) == name(run)).count() == 1 {
            return name(run);
        }
        let mut words = vec![format!("case {}", head.case.word()), format!("funding {}", run.rung.word())];
        words.extend(head.set.iter().map(|(variable, value)| format!("{variable} = {value}")));
        format!("{} ({})", name(run), words.join(", "))
    };
    runs.iter().map(label).collect()
}

fn side<'a>(run: &'a Run, label: String, after: Option<&str>) -> Result<Side<'a>, Finding> {
    let ledger = run.ledger();
    let stage = match after {
        None => ledger.last(),
        Some(name) => {
            let Some(index) = stage_named(run, ledger, name) else {
                let stages = ledger.stages.iter().map(|stage| format!("`{}`", run.agreement.stage(stage.event)));
                let message = format!("`{label}` has no stage `{name}` on rung {}", run.rung.word());
                let help = format!("its stages are {}", listed(&stages.collect::<Vec<_>>()));
                return Err(Finding::error("E0902", message).help(help));
            };
            &ledger.stages[index]
        }
    };
    Ok(Side { run, label, holders: holders(run), stage })
}

/// Everyone who holds something at the stages compared: the base's in its order, then those the others add.
fn subjects(sides: &[Side]) -> Vec<Subject> {
    let mut subjects: Vec<Subject> = Vec::new();
    for (number, side) in sides.iter().enumerate() {
        for (index, holder) in side.holders.iter().enumerate() {
            if holder.as_converted(side.stage).is_zero() {
                continue;
            }
            let free = |subject: &Subject| subject.at[number].is_none();
            let by_id = subjects.iter().position(|subject| free(subject) && subject.id == holder.id);
            let known =
                by_id.or_else(|| subjects.iter().position(|subject| free(subject) && subject.name == holder.name));
            let known = known.unwrap_or_else(|| {
                let at = vec![None; sides.len()];
                subjects.push(Subject { name: holder.name.clone(), id: holder.id.clone(), at });
                subjects.len() - 1
            });
            subjects[known].at[number] = Some(index);
        }
    }
    // Pools stay last, whichever scenario brings in a further holder.
    let is_pool = |subject: &Subject| {
        sides.iter().zip(&subject.at).any(|(side, at)| at.is_some_and(|at| side.holders[at].is_pool()))
    };
    subjects.sort_by_key(is_pool);
    subjects
}

/// What can be compared: value where each scenario has a price, shares where all are real.
fn measures(sides: &[Side]) -> Vec<Measure> {
    let mut measures = vec![Measure::Ownership];
    if sides.iter().any(|side| side.stage.reference.is_some()) {
        measures.push(Measure::Value);
    }
    if !sides.iter().any(|side| is_normalised(side.run)) {
        measures.push(Measure::Shares);
    }
    measures
}

/// A subject's figure in a scenario; `None` where it holds nothing, or no price is known.
fn figure(side: &Side, at: Option<usize>, measure: Measure) -> Option<Decimal> {
    let holder = &side.holders[at?];
    match measure {
        Measure::Ownership => Some(holder.ownership(side.stage)),
        Measure::Value => value(side.run, side.stage, holder.as_converted(side.stage)),
        Measure::Shares => Some(holder.shares(side.stage)),
    }
}

/// Differences to the base; someone who holds nothing has nothing, but what has no price has no difference.
fn differences_of(sides: &[Side], figures: &[Option<Decimal>], measure: Measure) -> Vec<Option<Decimal>> {
    let known = |index: usize| match measure {
        Measure::Value if sides[index].stage.reference.is_none() => None,
        _ => Some(figures[index].unwrap_or_default()),
    };
    (1..sides.len()).map(|index| Some(known(index)? - known(0)?)).collect()
}

/// One measure, a column for each scenario, then the differences.
fn table(sides: &[Side], subjects: &[Subject], measure: Measure) -> Table {
    let base = sides[0].run;
    let mut head = vec![Column::pinned("stakeholder", "Stakeholder")];
    head.extend(sides.iter().map(|side| Column::new(side.label.clone(), side.label.clone())));
    let heading =
        |side: &Side| if sides.len() == 2 { "Difference".into() } else { format!("{} less base", side.label) };
    head.extend(sides[1..].iter().map(|side| Column::new(format!("difference_{}", side.label), heading(side))));
    let (id, title) = match measure {
        Measure::Ownership => ("comparison-ownership", "Ownership, fully diluted"),
        Measure::Value => ("comparison-value", "Value at each scenario's own last round price (headline)"),
        Measure::Shares => ("comparison-shares", "Shares and options"),
    };
    let mut table = Table::new(id, format!("{title}, compared with {}", sides[0].label), head);
    for subject in subjects {
        let figures: Vec<_> = sides.iter().zip(&subject.at).map(|(side, &at)| figure(side, at, measure)).collect();
        let mut cells = vec![Cell::text(&subject.name)];
        cells.extend(figures.iter().zip(&subject.at).map(|(figure, at)| match (figure, at) {
            (_, None) => Cell::text("not a holder"),
            (figure, Some(_)) => Cell::or_empty(*figure, |figure| measure.cell(base, figure)),
        }));
        let differences = differences_of(sides, &figures, measure);
        cells.extend(
            differences.into_iter().map(|number| Cell::or_empty(number, |number| measure.difference(base, number))),
        );
        table.push(Style::Body, cells);
    }
    if measure == Measure::Value {
        price_rows(sides, &mut table);
    }
    for side in sides.iter().filter(|_| measure == Measure::Ownership) {
        let head = &side.run.agreement.head;
        table.note(format!(
            "{}: after {}, funding {}, case {}.",
            side.label,
            side.run.agreement.stage(side.stage.event),
            side.run.rung.word(),
            head.case.word()
        ));
    }
    table
}

/// What values each scenario: price times fully diluted, and the price where all are real.
fn price_rows(sides: &[Side], table: &mut Table) {
    let mut push = |name: &str, figure: &dyn Fn(&Side) -> Option<Decimal>, cell: fn(Decimal) -> Cell| {
        let figures: Vec<_> = sides.iter().map(figure).collect();
        let less_base = |other: &Option<Decimal>| Some((*other)? - figures[0]?);
        let mut cells = vec![Cell::text(name)];
        cells.extend(figures.iter().map(|figure| Cell::or_empty(*figure, cell)));
        cells.extend(figures[1..].iter().map(|other| Cell::or_empty(less_base(other), cell)));
        table.push(Style::Total, cells);
    };
    let valuation = |side: &Side| side.stage.reference.map(|reference| money(side.run, reference.valuation));
    push("Price x fully diluted", &valuation, Cell::Money);
    if !sides.iter().any(|side| is_normalised(side.run)) {
        push("Price per share", &|side| side.stage.reference.map(|reference| reference.price), Cell::Price);
    }
}

/// A word of the runs: once where all share it, else one for each scenario in their order.
fn shared(sides: &[Side], word: fn(&Run) -> &'static str) -> String {
    let mut words: Vec<&str> = sides.iter().map(|side| word(side.run)).collect();
    if words.iter().all(|word| *word == words[0]) {
        words.truncate(1);
    }
    words.join("; ")
}

/// `comparison.csv`: a row for each stakeholder and measure; someone who holds nothing is 0, and the note says so.
fn csv(sides: &[Side], subjects: &[Subject], measures: &[Measure]) -> Table {
    let mut head = vec![Column::new("stakeholder", "stakeholder"), Column::new("measure", "measure")];
    head.extend(sides.iter().map(|side| Column::new(side.label.clone(), side.label.clone())));
    let difference = |side: &Side| format!("difference_{}", side.label);
    head.extend(sides[1..].iter().map(|side| Column::new(difference(side), difference(side))));
    head.extend(["funding", "case", "note"].map(|key| Column::new(key, key)));
    let (funding, case) = (shared(sides, |run| run.rung.word()), shared(sides, |run| run.agreement.head.case.word()));
    let mut table = Table::new("comparison", format!("Compared with {}", sides[0].label), head);
    for subject in subjects {
        for &measure in measures {
            let figures: Vec<_> = sides.iter().zip(&subject.at).map(|(side, &at)| figure(side, at, measure)).collect();
            let mut cells = vec![Cell::text(&subject.name), Cell::text(measure.word())];
            let exact = |number| measure.cell(sides[0].run, number);
            cells.extend(figures.iter().zip(&subject.at).map(|(figure, at)| match at {
                None => exact(Decimal::ZERO),
                Some(_) => Cell::or_empty(*figure, exact),
            }));
            let differences = differences_of(sides, &figures, measure);
            cells.extend(
                differences
                    .into_iter()
                    .map(|number| Cell::or_empty(number, |number| measure.difference(sides[0].run, number))),
            );
            let absent: Vec<_> = sides
                .iter()
                .zip(&subject.at)
                .filter(|(_, at)| at.is_none())
                .map(|(side, _)| side.label.as_str())
                .collect();
            cells.extend([Cell::text(&funding), Cell::text(&case)]);
            cells.push(if absent.is_empty() {
                Cell::Empty
            } else {
                Cell::Text(format!("not a holder in {}", listed(&absent)))
            });
            table.push(Style::Body, cells);
        }
    }
    table
}

/// The holders with a hue, a line each, and the others together.
fn chart(sides: &[Side], subjects: &[Subject]) -> Chart {
    let ownership = |subject: &Subject| -> Vec<Option<Decimal>> {
        sides.iter().zip(&subject.at).map(|(side, &at)| figure(side, at, Measure::Ownership)).collect()
    };
    let coloured = colours(sides, subjects);
    let mut series: Vec<SparseSeries> = Vec::new();
    for (subject, colour) in subjects.iter().zip(&coloured).filter(|(_, colour)| **colour != Colour::Other) {
        series.push(SparseSeries { name: subject.name.clone(), colour: *colour, values: ownership(subject) });
    }
    let others: Vec<_> = subjects
        .iter()
        .zip(&coloured)
        .filter(|(_, colour)| **colour == Colour::Other)
        .map(|(subject, _)| subject)
        .collect();
    if let [first, rest @ ..] = others.as_slice() {
        let sum =
            |index: usize| others.iter().filter_map(|subject| ownership(subject)[index]).reduce(|sum, next| sum + next);
        let name = if rest.is_empty() { first.name.clone() } else { format!("Other ({})", others.len()) };
        series.push(SparseSeries { name, colour: Colour::Other, values: (0..sides.len()).map(sum).collect() });
    }
    let label = |side: &Side| {
        let valuation = side.stage.reference.map(|reference| {
            format!(
                "{} price x fully diluted",
                super::words::money(reference.valuation, &side.run.agreement.head.currency)
            )
        });
        Label { name: side.label.clone(), detail: valuation.unwrap_or_default() }
    };
    let base = sides[0].run;
    let stages: Vec<_> = sides
        .iter()
        .map(|side| format!("{} after {}", side.label, side.run.agreement.stage(side.stage.event)))
        .collect();
    Chart {
        id: "comparison".into(),
        title: title(subjects, sides),
        subtitle: format!("Ownership, % of fully diluted; {}", rungs_and_cases(sides)),
        footer: charts::footer(base, &stages),
        hash: base.agreement.head.hash.clone(),
        body: Body::Comparison { scenarios: sides.iter().map(label).collect(), series },
    }
}

/// Rung and case, once where all share them.
fn rungs_and_cases(sides: &[Side]) -> String {
    let mut words: Vec<String> = sides.iter().map(|side| super::words::basis(side.run)).collect();
    words.dedup();
    if words.len() == 1 {
        words.remove(0)
    } else {
        sides.iter().zip(words).map(|(side, words)| format!("{}: {words}", side.label)).collect::<Vec<_>>().join("; ")
    }
}

/// The base's colours; then the hues it left free, for those who are not in it; then "Other".
fn colours(sides: &[Side], subjects: &[Subject]) -> Vec<Colour> {
    let base = &sides[0];
    let slices = slices(&base.holders, base.run.ledger());
    let of_base = |index: usize| slices.iter().find(|slice| slice.members.contains(&index)).map(|slice| slice.colour);
    let used = slices.iter().filter(|slice| matches!(slice.colour, Colour::Hue(_))).count();
    let mut free = u8::try_from(used).unwrap_or(Colour::HUES)..Colour::HUES;
    let colour = |subject: &Subject| {
        let is_pool = sides.iter().zip(&subject.at).any(|(side, at)| at.is_some_and(|at| side.holders[at].is_pool()));
        match subject.at[0].and_then(of_base) {
            Some(colour) => colour,
            None if is_pool => Colour::Pool,
            None => free.next().map_or(Colour::Other, Colour::Hue),
        }
    };
    subjects.iter().map(colour).collect()
}

fn title(subjects: &[Subject], sides: &[Side]) -> String {
    let ownership = |subject: &Subject, index: usize| figure(&sides[index], subject.at[index], Measure::Ownership);
    let spread = |subject: &Subject| {
        let all = (0..sides.len()).map(|index| ownership(subject, index).unwrap_or_default());
        all.clone().max().unwrap_or_default() - all.min().unwrap_or_default()
    };
    let most = subjects.iter().reduce(|most, next| if spread(next) > spread(most) { next } else { most });
    match most {
        Some(subject) if spread(subject) >= Decimal::new(5, 4) => {
            let values: Vec<_> =
                (0..sides.len()).map(|index| (sides[index].label.clone(), ownership(subject, index))).collect();
            titles::comparison(&subject.name, &values)
        }
        _ => format!("{}: no holder differs by 0.1 points or more", grouped_labels(sides)),
    }
}

fn grouped_labels(sides: &[Side]) -> String {
    match sides.len() {
        0..=2 => listed(&names(sides)),
        many => format!("{} scenarios", grouped(Decimal::from(many))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Rung;
    use crate::report::fixture;

    #[test]
    fn holders_are_matched_and_someone_absent_is_nothing_and_marked() {
        let (base, other) = (fixture::closed(), fixture::announced());
        let comparison = compare(&base, &[&other], None).expect("comparable");
        let row =
            |name: &str| &comparison.csv.rows.iter().find(|row| row.cells[0] == Cell::text(name)).expect("a row").cells;
        let funds = row("Other Series C investors");
        assert!(matches!(funds[3], Cell::Fraction { value, .. } if value.is_zero()));
        assert_eq!(funds[5..], ["all", "base", "not a holder in announced"].map(Cell::text));
        let shown = |table: &Table, name: &str| {
            table.rows.iter().find(|row| row.cells[0] == Cell::text(name)).expect("a row").cells[2].clone()
        };
        let ownership = comparison.tables.iter().find(|table| table.id == "comparison-ownership").expect("a table");
        assert_eq!(shown(ownership, "Other Series C investors"), Cell::text("not a holder"));
        // 5.95 % of 840 after the announced round, 5.87 % of 852 after the closed one
        let Body::Comparison { scenarios, series } = &comparison.chart.body else { panic!("a comparison") };
        assert_eq!(scenarios[0].detail, "$852B price x fully diluted");
        assert_eq!(series.iter().find(|series| series.name == "Amazon").expect("a line").values.len(), 2);
    }

    #[test]
    fn shares_are_compared_only_where_all_are_real() {
        let (real, normalised) = (fixture::startup(), fixture::announced());
        let ids = |others: &[&Run]| {
            compare(&real, others, None).expect("comparable").tables.iter().map(|table| table.id).collect::<Vec<_>>()
        };
        assert!(!ids(&[&normalised]).contains(&"comparison-shares"));
        let funded = Run::new(fixture::startup_draft().0, Rung::Funded).expect("it runs");
        assert!(ids(&[&funded]).contains(&"comparison-shares"));
    }

    #[test]
    fn rungs_of_one_scenario_are_told_apart_and_named_first() {
        let (all, committed) =
            (fixture::closed(), Run::new(fixture::closed_draft().0, Rung::Committed).expect("it runs"));
        let comparison = compare(&all, &[&committed], None).expect("comparable");
        let first = &comparison.tables[0];
        assert_eq!(first.id, "comparison-inputs");
        assert_eq!(first.rows[0].cells, ["funding rung", "all", "committed"].map(Cell::text));
        assert_eq!(comparison.csv.columns[3].key, "closed (case base, funding committed)");
        // 50 / 852 and 15 / 817
        assert_eq!(comparison.chart.title, "Amazon ends with 1.8% to 5.9%, depending on the scenario");
    }

    #[test]
    fn currencies_and_stages_must_be_there() {
        let base = fixture::closed();
        let mut other = fixture::closed_draft();
        other.0.head.currency = "EUR".into();
        assert_eq!(compare(&base, &[&other.run(Rung::All)], None).expect_err("two currencies").code, "E0901");
        let finding = compare(&base, &[&fixture::startup()], Some("Series C")).expect_err("no such stage");
        assert_eq!(finding.code, "E0902");
        let series_c = compare(&base, &[&fixture::announced()], Some("Series C")).expect("both have it");
        let ownership = series_c.tables.iter().find(|table| table.id == "comparison-ownership").expect("a table");
        assert!(ownership.notes[0].contains("after Series C / Amazon, conditional"));
    }
}
