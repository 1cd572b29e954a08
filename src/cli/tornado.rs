//! `capstruct tornado`: which unknown drives a figure.

use super::args::Format;
use super::run::shown;
use super::session::{Session, print};
use super::sweep::ownerships;
use super::vary::{self, Input, Varied, literal};
use crate::error::{Error, Finding, Findings};
use crate::model::{Chance, ConditionId, Distribution, Measure, Value, VariableInfo};
use crate::num::{Exact, Stated};
use crate::render;
use crate::render::files::OutputFolder;
use crate::report::quantities::{Unit, measure_in_words};
use crate::report::table::{Cell, Table};
use crate::report::tornado::{Effect, Reached, Tornado, chart, csv, table};
use crate::report::{Run, assumptions, words};
use crate::spec::resolve::measure;

/// A run at an end of an input, or why there is none; and that end in words.
struct End {
    at: String,
    value: Cell,
    run: Result<Run, String>,
}

/// An input with its runs at both ends.
struct Ends {
    input: String,
    ends: Vec<End>,
}

/// Ranks the inputs by what they move the figure by, and draws them.
pub(super) fn tornado(session: &Session, name: &str, asked: Option<&str>, no_charts: bool) -> Result<u8, Error> {
    let (mut varied, _) = Varied::read(session, name, &[])?;
    let wanted = asked.map(|text| measure(text, "--measure", &varied.agreement, &mut varied.read.sources));
    let wanted =
        wanted.transpose().map_err(|finding| Error::input(Findings(vec![*finding]), varied.read.sources.clone()))?;
    let run = session.replay(&varied.read, varied.agreement.clone())?;
    let mut inputs = Vec::new();
    let mut percentiles = false;
    for info in &varied.agreement.variables {
        percentiles |= info.range.is_some_and(|range| range.quantiles);
        inputs.extend(of_variable(session, &varied, info));
    }
    inputs.extend(of_conditions(session, &varied));
    if inputs.is_empty() {
        return Err(Error::usage(
            Finding::error("E0718", format!("nothing in `{}` is uncertain", varied.agreement.head.name)).help(
                "give a variable a range, `x = { low = \"10B\", base = \"20B\", high = \"50B\" }`, or a tranche a `probability`",
            ),
        ));
    }
    let candidates = wanted.map_or_else(|| ownerships(&run), |measure| vec![measure]);
    let of_several = vary::of_several_exits(vary::exit_values(&run.agreement), candidates.iter());
    let mut found = Vec::new();
    for measure in &candidates {
        found.extend(of_measure(session, &run, measure, &inputs, percentiles)?);
    }
    let widest = |tornado: &Tornado| tornado.effects.first().map(|effect| effect.width(tornado.base));
    found.sort_by_key(|tornado| std::cmp::Reverse(widest(tornado)));
    let tornado = found.into_iter().next().expect("an answer for each figure");
    let mut shown = table(&run, &tornado);
    shown.notes.extend(of_several);
    write(session, &run, &tornado, shown, no_charts)
}

fn write(session: &Session, run: &Run, tornado: &Tornado, for_people: Table, no_charts: bool) -> Result<u8, Error> {
    let folder = session.folder_of(run);
    let mut output = OutputFolder::keeping(&folder);
    output.add("tornado.csv", render::csv::csv(&csv(run, tornado)));
    output.add("assumptions.csv", render::csv::csv(&assumptions::csv(run)));
    if let Some(chart) = chart(run, tornado).filter(|_| !no_charts) {
        output.add("tornado.png", render::chart::png(&chart));
    }
    let files = output.commit()?;
    if !session.quiet {
        let currency = &run.agreement.head.currency;
        let shown_table = match session.format {
            Some(Format::Csv | Format::Json) => csv(run, tornado),
            None | Some(Format::Table | Format::Markdown) => for_people,
        };
        print(&session.show(&[shown_table], currency));
        session.say(&format!("\nwrote {} to {}", words::counted(files.len(), "file"), shown(&folder)));
    }
    Ok(0)
}

/// The runs at the ends of a variable; nothing for one that has but one value or follows another.
fn of_variable(session: &Session, varied: &Varied, info: &VariableInfo) -> Option<Ends> {
    let currency = &varied.agreement.head.currency;
    let at = |typed: String, words: String, value: Cell| End {
        run: varied.run(session, &[(info.name.clone(), typed)]),
        at: words,
        value,
    };
    let number = |input: &Input, number: Stated, percent: bool| {
        let exact = number.cast::<Exact>();
        let value = Cell::Number(input.unit.decimal(exact).normalize());
        Some(at(literal(exact, percent)?, rounded_words(input.unit, exact, currency), value))
    };
    let yes_no = |yes: bool| at(yes.to_string(), if yes { "yes" } else { "no" }.to_owned(), Cell::Flag(yes));
    let ends = match (&info.value, info.range, &info.distribution) {
        (Value::Number { percent, .. }, Some(range), _) if range.low != range.high => {
            let input = varied.number(&info.name).ok()?;
            vec![number(&input, range.low, *percent)?, number(&input, range.high, *percent)?]
        }
        (Value::YesNo(_), _, Some(_)) => {
            vec![yes_no(false), yes_no(true)]
        }
        (_, _, Some(Distribution::Discrete { values, .. })) => values
            .iter()
            .filter_map(|value| match value {
                Value::Number { number: value, percent } => number(&varied.number(&info.name).ok()?, *value, *percent),
                Value::Word(word) => Some(at(word.clone(), word.clone(), Cell::text(word))),
                Value::YesNo(yes) => Some(yes_no(*yes)),
            })
            .collect(),
        _ => return None,
    };
    Some(Ends { input: info.name.clone(), ends })
}

/// Closings that may not take place: without them, and with them.
fn of_conditions(session: &Session, varied: &Varied) -> Vec<Ends> {
    let conditions = varied.agreement.conditions.iter().enumerate();
    let uncertain = conditions.filter(|(_, info)| matches!(info.chance, Chance::Probability(_)));
    uncertain
        .map(|(index, info)| {
            let end = |happens: bool, at: &str| {
                let mut agreement = varied.agreement.clone();
                agreement.scenario.happens[ConditionId::at(index).index()] = happens;
                End { at: at.to_owned(), value: Cell::text(at), run: Varied::replayed(session, agreement) }
            };
            Ends { input: info.name.clone(), ends: vec![end(false, "not closed"), end(true, "closed")] }
        })
        .collect()
}

/// What the inputs move one figure by.
fn of_measure(
    session: &Session,
    run: &Run,
    measure: &Measure,
    inputs: &[Ends],
    percentiles: bool,
) -> Result<Option<Tornado>, Error> {
    let unit = Unit::of(measure.figure);
    let figure = |run: &Run| vary::figure(run, session.rung, measure).map(|figure| unit.decimal(figure));
    let base = figure(run).map_err(|why| {
        Error::usage(
            Finding::error("E0713", format!("{} has no figure: {why}", measure.literal))
                .help("ask for a figure that the scenario has with its inputs at their base"),
        )
    })?;
    let reached = |end: &End| Reached {
        at: end.at.clone(),
        value: end.value.clone(),
        figure: end.run.as_ref().map_err(Clone::clone).and_then(&figure),
    };
    let effect = |input: &Ends| {
        let mut ends: Vec<Reached> = input.ends.iter().map(reached).collect();
        if ends.len() > 2 {
            // Of several values the two between which the others lie.
            ends.sort_by_key(|end| end.figure.as_ref().map_or(base, |figure| *figure));
        }
        let (low, high) = (ends.first()?.clone(), ends.last()?.clone());
        Some(Effect { input: input.input.clone(), low, high })
    };
    let mut tornado = Tornado {
        literal: measure.literal.clone(),
        words: measure_in_words(measure, &run.agreement),
        unit,
        base,
        effects: inputs.iter().filter_map(effect).collect(),
        percentiles,
    };
    tornado.rank();
    Ok(Some(tornado))
}

/// An end of an input in few digits: a percentile has as many as it likes.
fn rounded_words(unit: Unit, number: Exact, currency: &str) -> String {
    let decimal = unit.decimal(number);
    let full = unit.words(decimal, currency);
    if full.len() > 9 { unit.chart_words(decimal, currency) } else { full }
}
