//! `capstruct simulate`: many futures of a scenario at once.

#![allow(clippy::cast_precision_loss, reason = "an estimated time has few digits")]

use super::args::{Format, SimulateArgs, count};
use super::choices;
use super::explain::found;
use super::run::shown;
use super::session::{Read, Session, print};
use super::shard::{self, Shard};
use crate::error::{Error, Finding, Findings};
use crate::model::{Agreement, Case, Condition, StakeholderId, Subject};
use crate::render;
use crate::render::files::OutputFolder;
use crate::report::simulated::{Wanted, rows, watch};
use crate::report::simulation::Outcome;
use crate::report::words::{counted, grouped};
use crate::report::{Run, assumptions, simulated_inputs, simulation_charts};
use crate::sim::mixture::Variants;
use crate::sim::model::Model;
use crate::sim::run::{Plan, Simulation, Stage, Tally};
use crate::sim::simd::{self, Instructions};
use crate::sim::tape::BLOCK;
use crate::spec::resolve::condition;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// More than this part of the paths without an answer is a failed check.
const IMPOSSIBLE_MAX: f64 = 0.001;
/// A run that would take longer is not begun.
const LONGEST: Duration = Duration::from_hours(1);
/// Paths by which the time of a run is estimated.
const TRIAL: u64 = 1 << 16;
/// The exit code of a process that was interrupted.
const INTERRUPTED: u8 = 130;
/// The environment variable that forces instructions, for tests.
const SIMD: &str = "CAPSTRUCT_SIMD";

/// A scenario ready to be simulated.
pub(super) struct Prepared {
    pub run: Run,
    pub model: Model,
    pub variants: Variants,
    pub wanted: Vec<Wanted>,
    pub conditions: Vec<Condition>,
    /// Whose ownership is to be drawn, where it is said.
    pub shown: Option<StakeholderId>,
}

/// Simulates, shows and writes.
pub(super) fn simulate(session: &Session, asked: &SimulateArgs) -> Result<u8, Error> {
    let paths = paths(&asked.paths)?;
    let instructions = instructions()?;
    refuse_case(session)?;
    let prepared = prepare(session, asked)?;
    let simulation = Simulation::new(&prepared.model);
    let threads = asked.threads.map_or_else(available, usize::from);
    let plan = Plan { paths: paths.clone(), threads, instructions };
    if asked.shard.is_none() {
        refuse_too_long(asked, &simulation, &plan)?;
    }
    let Some(tally) = with_progress(session, &simulation, &plan) else {
        eprintln!("stopped: nothing was written");
        return Ok(INTERRUPTED);
    };
    match &asked.shard {
        Some(file) => {
            let shard = Shard::new(session, asked, &prepared, &paths, &tally);
            shard::write(file, &shard)?;
            let count = grouped((paths.end - paths.start).into());
            session.say(&format!("{count} paths, {}..{}, written to {}", paths.start, paths.end, shown(file)));
            Ok(0)
        }
        None => show(session, asked, &prepared, &simulation, (paths.start, &tally)),
    }
}

/// What has a low and a high end is drawn between them, so that a case of all of them says nothing here.
fn refuse_case(session: &Session) -> Result<(), Error> {
    let case = session.settings.case;
    if case == Case::Base {
        return Ok(());
    }
    Err(Error::usage(
        Finding::error("E0729", format!("`--case {}`: a simulation draws its variables", case.word()))
            .help("leave it out, or fix a variable by `--set NAME=VALUE`; `capstruct run` shows a case"),
    ))
}

/// There is but one future.
pub(super) fn nothing_uncertain(name: &str) -> Error {
    Error::usage(Finding::error("E0721", format!("nothing is uncertain in {name}: every future is the same")).help(
        "give a variable low, base and high or a distribution, or a conditional tranche a probability; \
             `capstruct run` computes the one future there is",
    ))
}

/// As many threads as there are processors.
pub(super) fn available() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Reads the scenario and records its program.
pub(super) fn prepare(session: &Session, asked: &SimulateArgs) -> Result<Prepared, Error> {
    let mut read = session.read(&asked.name)?;
    let run = session.run(&read, &session.settings)?;
    let conditions = conditions(&mut read, &run.agreement, &asked.probabilities)?;
    let shown = asked.holder.as_deref().map(|who| holder(&run.agreement, who)).transpose()?;
    let variants = choices::variants(&read, &session.settings, &run.agreement, asked.seed, asked.sampling.into())?;
    if variants.draws[0].is_empty() {
        return Err(nothing_uncertain(&asked.name));
    }
    let wanted = rows(&run, &choices::runs(session, &variants));
    let mut watches = Vec::new();
    for agreement in &variants.agreements {
        let of_agreement = self::conditions(&mut read, agreement, &asked.probabilities)?;
        watches.push(watch(&run, agreement, &wanted, &of_agreement).map_err(|figure| {
            let is_of_exit = |condition: &Condition| condition.measure.figure.is_of_exit();
            let why = match agreement.scenario.exit.is_none() && of_agreement.iter().any(is_of_exit) {
                true => ": the scenario has no exit",
                false => "",
            };
            Error::usage(Finding::error("E0722", format!("the probability of {figure} cannot be simulated{why}")).help(
                "ask for ownership, shares, value, value_per_share, fully_diluted or a conversion_ratio or, of a \
                     scenario with an exit, for the payout or multiple of a holder, group or class",
            ))
        })?);
    }
    let model = variants.model(&run.agreement, run.rung, |index| watches[index].clone());
    Ok(Prepared { run, model, variants, wanted, conditions, shown })
}

/// The stakeholder of this name, whose ownership is to be drawn.
fn holder(agreement: &Agreement, who: &str) -> Result<StakeholderId, Error> {
    match found(agreement, who)? {
        (Subject::Stakeholder(stakeholder), _) => Ok(stakeholder),
        (_, name) => {
            Err(Error::usage(Finding::error("E0012", format!("`--holder {who}`: {name} is no stakeholder")).help(
                "the charts of a simulation are of one stakeholder; the table and the file have groups and classes",
            )))
        }
    }
}

fn conditions(read: &mut Read, agreement: &Agreement, typed: &[String]) -> Result<Vec<Condition>, Error> {
    let mut conditions = Vec::new();
    for text in typed {
        let found = condition(text, "--probability", agreement, &mut read.sources)
            .map_err(|finding| Error::input(Findings(vec![*finding]), read.sources.clone()))?;
        conditions.push(found);
    }
    Ok(conditions)
}

/// Shows the tables and writes the files of what was kept of paths, the first of them given.
pub(super) fn show(
    session: &Session,
    asked: &SimulateArgs,
    prepared: &Prepared,
    simulation: &Simulation,
    (from, tally): (u64, &Tally),
) -> Result<u8, Error> {
    let Prepared { run, wanted, conditions, .. } = prepared;
    let mut outcome = Outcome::new(run, simulation, tally, wanted.clone(), conditions);
    outcome.from = from;
    outcome.shown = prepared.shown;
    let too_many = outcome.impossible_part() > IMPOSSIBLE_MAX && !asked.allow_infeasible;
    if tally.possible == 0 {
        return Err(Error::usage(
            Finding::error("E0724", "no path has an answer")
                .help(format!("`capstruct explain {} STAKEHOLDER --path 0` says why", asked.name)),
        ));
    }
    let folder = session.folder_of(run);
    let mut output = OutputFolder::keeping(&folder);
    let csv = outcome.csv();
    output.add("simulation.csv", render::csv::csv(&csv));
    output.add("assumptions.csv", render::csv::csv(&assumptions::csv(run)));
    if !asked.no_charts {
        let charts = simulation_charts::all(&outcome, &prepared.variants);
        if charts.is_empty()
            && let Some(who) = &asked.holder
        {
            session.say(&format!("no chart: the ownership of {who} is the same in every future"));
        }
        for chart in charts {
            output.add(format!("{}.png", chart.id), render::chart::png(&chart));
        }
    }
    let written = output.commit()?;
    let currency = &run.agreement.head.currency;
    let rests_on: Vec<_> = simulated_inputs::drawn(run).into_iter().chain(assumptions::assumed(run)).collect();
    let tables = match session.format {
        Some(Format::Csv) => vec![csv],
        Some(Format::Json) => [vec![csv], outcome.checks(), rests_on].concat(),
        None | Some(Format::Table | Format::Markdown) => [outcome.tables(), rests_on].concat(),
    };
    if !session.quiet {
        print(&session.show(&tables, currency));
    }
    session.say(&format!("\nwrote {} to {}", counted(written.len(), "file"), shown(&folder)));
    if too_many {
        session.show_error(&Error::usage(
            Finding::error("E0725", format!("{:.2} % of the paths have no answer", outcome.impossible_part() * 100.0))
                .help("narrow what is drawn, or say --allow-infeasible: the statistics are then those of the feasible paths"),
        ));
        return Ok(1);
    }
    Ok(0)
}

/// Runs with a progress bar on a terminal, once it has taken a second; an interrupt ends it.
pub(super) fn with_progress(session: &Session, simulation: &Simulation, plan: &Plan) -> Option<Tally> {
    static STOPPED: AtomicBool = AtomicBool::new(false);
    // A second handler in one process is refused, and the first still works.
    let _ = ctrlc::set_handler(|| STOPPED.store(true, Ordering::Relaxed));
    let started = Instant::now();
    let bar = ProgressBar::with_draw_target(Some(plan.paths.end - plan.paths.start), ProgressDrawTarget::hidden());
    if let Ok(style) =
        ProgressStyle::with_template("{wide_bar} {percent} %  {human_pos} of {human_len} paths, {eta} left")
    {
        bar.set_style(style);
    }
    let is_watched = !session.quiet && std::io::stderr().is_terminal();
    let tally = simulation.run(plan, &|done| {
        if is_watched && started.elapsed() > Duration::from_secs(1) {
            if bar.is_hidden() {
                bar.set_draw_target(ProgressDrawTarget::stderr());
            }
            bar.set_position(done);
        }
        !STOPPED.load(Ordering::Relaxed)
    });
    bar.finish_and_clear();
    tally
}

/// A run of hours is not begun: it says how long it would take and how to share it out.
fn refuse_too_long(asked: &SimulateArgs, simulation: &Simulation, plan: &Plan) -> Result<(), Error> {
    let count = plan.paths.end - plan.paths.start;
    if count <= 64 * TRIAL {
        return Ok(());
    }
    let mut worker = simulation.worker(0..TRIAL);
    let start = Instant::now();
    simd::run(plan.instructions, &mut worker, 0..TRIAL / BLOCK as u64, Stage::All);
    let seconds = start.elapsed().as_secs_f64() / TRIAL as f64 * count as f64 / plan.threads.max(1) as f64;
    if seconds <= LONGEST.as_secs_f64() {
        return Ok(());
    }
    let part = count / 100;
    Err(Error::usage(
        Finding::error(
            "E0726",
            format!(
                "{} paths take about {} on {} of this machine",
                grouped(count.into()),
                hours(seconds),
                counted(plan.threads, "thread")
            ),
        )
        .help(format!(
            "share them out: capstruct simulate {name} --paths {first}..{second} --shard part-1.json, and so on, anywhere; \
             then capstruct merge part-*.json gives the same bits. {enough} paths halve the error of {less}",
            name = asked.name,
            first = plan.paths.start,
            second = plan.paths.start + part,
            enough = "4,000,000",
            less = "1,000,000",
        )),
    ))
}

fn hours(seconds: f64) -> String {
    const HOUR: f64 = 3_600.0;
    const DAY: f64 = 24.0 * HOUR;
    if seconds > 2.0 * DAY { format!("{:.0} days", seconds / DAY) } else { format!("{:.1} hours", seconds / HOUR) }
}

/// `100000`, `1M`, or a part of the paths: `0..500000`.
pub(super) fn paths(text: &str) -> Result<Range<u64>, Error> {
    let refuse = |message: String| {
        let help = "write a number such as 100000 or 1M, or a part such as 0..500000, the last of which is left out";
        Error::usage(Finding::error("E0720", message).help(help))
    };
    let number = |text: &str| count(text).ok_or_else(|| refuse(format!("`--paths {text}` is no number of paths")));
    let range = match text.split_once("..") {
        Some((from, to)) => number(from)?..number(to)?,
        None => 0..number(text)?,
    };
    match range.start.cmp(&range.end) {
        std::cmp::Ordering::Less => Ok(range),
        std::cmp::Ordering::Equal => Err(refuse(format!("`--paths {text}` is no path at all"))),
        std::cmp::Ordering::Greater => Err(refuse(format!("`--paths {text}` ends before it begins"))),
    }
}

/// The instructions to use: the widest there are, or what the environment says.
pub(super) fn instructions() -> Result<Instructions, Error> {
    let Some(word) = std::env::var_os(SIMD) else { return Ok(Instructions::widest()) };
    let word = word.to_string_lossy();
    let known = Instructions::ALL.into_iter().find(|instructions| instructions.word() == word);
    match known.filter(|instructions| instructions.is_here()) {
        Some(instructions) => Ok(instructions),
        None => {
            let here: Vec<&str> =
                Instructions::ALL.into_iter().filter(|known| known.is_here()).map(Instructions::word).collect();
            Err(Error::usage(
                Finding::error("E0727", format!("{SIMD}={word}: this processor has no such instructions"))
                    .help(format!("it has {}", here.join(", "))),
            ))
        }
    }
}
