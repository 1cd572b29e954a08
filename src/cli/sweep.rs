//! `capstruct sweep`: every combination of the values of some inputs.

use super::args::Format;
use super::axis::{Axis, Values, coarser, typed};
use super::grid::{Computed, Figure, Grid};
use super::run::shown;
use super::session::{Session, print, print_bytes};
use super::vary::{Varied, exit_values, of_several_exits};
use crate::error::{Error, Finding, Findings};
use crate::model::{Measure, StageOf, StakeholderId, Subject};
use crate::num::{Exact, Number};
use crate::render;
use crate::render::files::OutputFolder;
use crate::report::holders::{HolderKey, holders};
use crate::report::quantities::measure_in_words;
use crate::report::sweep::{Survey, chart, tables};
use crate::report::{Run, assumptions, words};
use crate::sim::measure::Gauge;
use crate::spec::resolve::measure;
use rust_decimal::prelude::ToPrimitive;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// Most cells that are run exactly one by one where floating point would do.
const EXACT_CELLS: u64 = 2_500;
/// Most cells that are run exactly where nothing else will do.
const EXACT_CELLS_MAX: u64 = 100_000;
/// Most cells of a sweep.
const CELLS_MAX: u64 = 20_000_000;

/// Columns of the file that hold words, beside inputs that are words.
const TEXT_COLUMNS: [&str; 5] = ["scenario", "funding", "case", "arithmetic", "empty_because"];

/// What is asked.
pub(super) struct Asked<'a> {
    pub name: &'a str,
    pub over: &'a [String],
    pub measures: &'a [String],
    pub exact: bool,
    pub no_charts: bool,
}

/// A scenario read, with what is varied and looked at.
pub(super) struct Prepared {
    pub varied: Varied,
    /// The scenario as it is.
    pub run: Run,
    axes: Vec<Axis>,
    variables: Vec<String>,
    figures: Vec<Figure>,
}

impl Prepared {
    /// Reads the scenario, the inputs with their values, and the figures.
    pub fn read(session: &Session, name: &str, over: &[String], measures: &[String]) -> Result<Self, Error> {
        let typed: Vec<_> = over.iter().map(|over| typed(over)).collect::<Result<_, _>>()?;
        let names: Vec<&str> = typed.iter().map(|typed| typed.name.as_str()).collect();
        let (mut varied, variables) = Varied::read(session, name, &names)?;
        refuse_twice(&variables)?;
        let (mut axes, mut warnings) = (Vec::new(), Findings::default());
        for (typed, variable) in typed.iter().zip(&variables) {
            axes.push(Axis::read(&mut varied, variable, typed, &mut warnings)?);
        }
        session.show_warnings(&warnings, &varied.read.sources);
        let run = session.replay(&varied.read, varied.agreement.clone())?;
        let figures = figures(&mut varied, &run, measures)?;
        Ok(Prepared { varied, run, axes, variables, figures })
    }

    /// The grid of it.
    pub fn grid(self, session: &Session) -> (Grid<'_>, Run) {
        let Prepared { varied, run, axes, variables, figures } = self;
        (Grid { session, varied, axes, variables, figures }, run)
    }
}

/// Computes the grid, shows it, and writes its table and chart.
pub(super) fn sweep(session: &Session, asked: &Asked) -> Result<u8, Error> {
    let (grid, run) = Prepared::read(session, asked.name, asked.over, asked.measures)?.grid(session);
    let cells = allowed(&grid)?;
    let lanes = match asked.exact || cells <= EXACT_CELLS {
        true => false,
        false => grid.can_be_lanes(),
    };
    if !lanes && cells > EXACT_CELLS_MAX {
        return Err(too_many_exact(&grid, asked.exact, cells));
    }
    let folder = session.folder_of(&run);
    let mut output = OutputFolder::keeping(&folder);
    let Computed { mut survey, csv, exact } = if lanes { grid.floating(&run, &mut output)? } else { grid.exact(&run) };
    refuse_empty(&survey)?;
    survey.chosen = if asked.measures.is_empty() { Survey::widest(&survey.measures) } else { 0 };
    if let Some(csv) = &csv {
        output.add("sweep.csv", csv.as_bytes());
    }
    if !asked.no_charts {
        survey.raster = grid.raster(survey.chosen, exact.as_deref());
        output_chart(&run, &survey, &mut output);
    }
    output.add("assumptions.csv", render::csv::csv(&assumptions::csv(&run)));
    let files = output.commit()?;
    if !session.quiet {
        match session.format {
            Some(format @ (Format::Csv | Format::Json)) => rows(format, csv.as_deref(), &folder.join("sweep.csv"))?,
            None | Some(Format::Table | Format::Markdown) => {
                let mut tables = tables(&run, &survey);
                let of_several =
                    of_several_exits(exit_values(&run.agreement), grid.figures.iter().map(|figure| &figure.measure));
                tables.last_mut().into_iter().zip(of_several).for_each(|(table, note)| table.note(note));
                print(&session.show(&tables, &run.agreement.head.currency));
            }
        }
        session.say(&format!("\nwrote {} to {}", words::counted(files.len(), "file"), shown(&folder)));
    }
    Ok(0)
}

fn output_chart(run: &Run, survey: &Survey, output: &mut OutputFolder) {
    if let Some(chart) = chart(run, survey) {
        output.add("sweep.png", render::chart::png(&chart));
    }
}

/// The rows of the file, as they are or as JSON: those of a large grid are read from it as they are shown.
fn rows(format: Format, csv: Option<&str>, file: &Path) -> Result<(), Error> {
    let failed = |cause| Error::environment("read", file, cause);
    let mut text: Box<dyn BufRead> = match csv {
        Some(csv) => Box::new(csv.as_bytes()),
        None => Box::new(BufReader::with_capacity(1 << 20, File::open(file).map_err(failed)?)),
    };
    if format == Format::Json {
        return render::json::rows_of_csv("sweep", text, &TEXT_COLUMNS, &mut print).map_err(failed);
    }
    loop {
        let part = text.fill_buf().map_err(failed)?;
        if part.is_empty() {
            return Ok(());
        }
        print_bytes(part);
        let read = part.len();
        text.consume(read);
    }
}

/// A figure that no cell has is a question that has no answer here.
fn refuse_empty(survey: &Survey) -> Result<(), Error> {
    let empty: u64 = survey.gaps.iter().map(|gap| gap.cells).sum();
    let Some(gap) = survey.gaps.first().filter(|_| empty == survey.total) else { return Ok(()) };
    let figures: Vec<&str> = survey.measures.iter().map(|measured| measured.literal.as_str()).collect();
    let what = if figures.len() == 1 { figures[0] } else { "any figure" };
    Err(Error::usage(
        Finding::error("E0719", format!("no cell has {what}: {}", gap.reason))
            .help("take other values, or a figure that the scenario has; `capstruct run` shows what it has"),
    ))
}

fn refuse_twice(variables: &[String]) -> Result<(), Error> {
    let twice = variables.iter().enumerate().find(|(index, name)| variables[..*index].contains(name));
    match twice {
        None => Ok(()),
        Some((_, name)) => Err(Error::usage(
            Finding::error("E0716", format!("`{name}` is swept twice"))
                .help("give each input once, with all its values"),
        )),
    }
}

/// The figures asked for; without any, what everyone owns after the last stage.
fn figures(varied: &mut Varied, run: &Run, typed: &[String]) -> Result<Vec<Figure>, Error> {
    let mut figures = Vec::new();
    let mut findings = Findings::default();
    for text in typed {
        match measure(text, "--measure", &varied.agreement, &mut varied.read.sources) {
            Ok(measure) => figures.push(measure),
            Err(finding) => findings.push(*finding),
        }
    }
    if findings.has_errors() {
        return Err(Error::input(findings, varied.read.sources.clone()));
    }
    if typed.is_empty() {
        figures = ownerships(run);
    }
    let figure = |measure: Measure| {
        let gauge = Gauge::new(&measure, &varied.agreement);
        Figure { words: measure_in_words(&measure, &varied.agreement), measure, gauge }
    };
    Ok(figures.into_iter().map(figure).collect())
}

/// The ownership of everyone who ever holds something, the largest first.
pub(super) fn ownerships(run: &Run) -> Vec<Measure> {
    let last = run.ledger().last();
    let mut all = holders(run);
    all.sort_by_key(|holder| std::cmp::Reverse(holder.as_converted(last)));
    let subject = |key| match key {
        HolderKey::Stakeholder(who) => Some(Subject::Stakeholder(who)),
        HolderKey::PoolAvailable(plan) => Some(Subject::Plan(plan)),
        HolderKey::PoolPromised(_) => None,
    };
    let measure = |subject: Subject, name: &str| Measure {
        figure: crate::model::Figure::Ownership,
        subject,
        stage: StageOf::Last,
        literal: format!("ownership({name})"),
    };
    let of_holders = all.iter().filter_map(|holder| Some(measure(subject(holder.key)?, &holder.id)));
    let mut measures: Vec<Measure> = of_holders.collect();
    // Whoever buys only in some cells holds nothing in the run as it is.
    for (index, who) in run.agreement.stakeholders.iter().enumerate() {
        let subject = Subject::Stakeholder(StakeholderId::at(index));
        let holds = run
            .agreement
            .scenario
            .positions
            .iter()
            .any(|holding| holding.stakeholder() == Some(StakeholderId::at(index)));
        if holds && !measures.iter().any(|measure| measure.subject == subject) {
            measures.push(measure(subject, &who.id));
        }
    }
    measures
}

/// How many cells there are, if that can be done at all.
pub(super) fn allowed(grid: &Grid) -> Result<u64, Error> {
    const BYTES_A_FIGURE: u64 = 19;
    let cells = grid.axes.iter().try_fold(1_u64, |cells, axis| cells.checked_mul(axis.values.count() as u64));
    match cells {
        Some(cells) if cells <= CELLS_MAX => Ok(cells),
        cells => {
            let bytes = cells.and_then(|cells| cells.checked_mul(BYTES_A_FIGURE * grid.figures.len() as u64 + 40));
            let size = bytes.map_or_else(String::new, |bytes| {
                format!("; their table would be some {} GB", words::grouped((bytes / 1_000_000_000).max(1).into()))
            });
            let cells = cells.map_or_else(
                || "more cells than can be counted".to_owned(),
                |cells| format!("{} cells", words::grouped(cells.into())),
            );
            let most = words::grouped(CELLS_MAX.into());
            Err(Error::usage(
                Finding::error("E0715", format!("a sweep of {cells}{size}"))
                    .help(format!("at most {most} cells are swept: {}", coarser())),
            ))
        }
    }
}

fn too_many_exact(grid: &Grid, asked: bool, cells: u64) -> Error {
    let cells = words::grouped(cells.into());
    let most = words::grouped(EXACT_CELLS_MAX.into());
    let why = grid.why_not_lanes().filter(|_| !asked).unwrap_or_else(|| "--exact asks for it".to_owned());
    Error::usage(
        Finding::error("E0717", format!("{cells} cells, each to be run exactly: {why}"))
            .help(format!("at most {most} are run one by one: {}", coarser())),
    )
}

/// A value of an axis as floating point.
pub(super) fn floating(values: &Values, index: usize) -> f64 {
    float(values.number(index).unwrap_or(Exact::zero()))
}

/// The nearest floating number, or one beside it.
pub(super) fn float(number: Exact) -> f64 {
    let decimal = [20, 10, 4, 0].into_iter().find_map(|places| number.to_decimal(places)).unwrap_or_default();
    decimal.to_f64().unwrap_or(f64::NAN)
}
