//! One file per command; the only place that knows paths, standard output and flags.

pub mod args;
mod axis;
mod bench;
mod bench_grid;
mod chart;
mod check;
mod choices;
mod compare;
mod documents;
mod exit;
mod explain;
mod floating;
mod grid;
mod list;
mod run;
mod session;
mod shard;
mod simulate;
mod solve;
mod structural;
mod sweep;
mod tornado;
mod vary;

use crate::error::{Error, Finding};
use crate::report::Run;
use crate::report::figures::At;
use crate::report::solve::Choice;
use args::{Cli, Command};
use clap::Parser;
use session::Session;
use std::process::ExitCode;

/// Parses the arguments, carries the command out, shows what went wrong, and chooses the exit code: 0 done, 1 a check
/// failed, 2 the input is wrong, 3 the environment failed.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let session = Session::new(cli.common);
    let outcome = match cli.command {
        Command::List => {
            list::list(&session);
            Ok(0)
        }
        Command::Check { names } => check::check(&session, &names),
        Command::Exit { name, at, breakpoints, solve } => {
            exit::exit(&session, &exit::Asked { name: &name, at: &at, breakpoints, solve: &solve })
        }
        Command::Explain { name, stakeholder, after, at, path, seed, sampling } => {
            let path = path.map(|path| explain::Path { number: path, seed, sampling: sampling.into() });
            explain::explain(&session, &name, &stakeholder, after.as_deref(), &at, path)
        }
        Command::Simulate(asked) => simulate::simulate(&session, &asked),
        Command::Merge { files, allow_infeasible, no_charts } => {
            shard::merge(&session, &files, allow_infeasible, no_charts)
        }
        Command::Bench(wanted) => bench::bench(&session, &wanted),
        Command::New { name } => documents::new(&session, &name),
        Command::Schema { reference } => {
            documents::schema(reference);
            Ok(0)
        }
        Command::Completions { shell } => {
            documents::completions(shell);
            Ok(0)
        }
        Command::Man => documents::manual(),
        Command::Run { names, all, no_charts } => run::run(&session, &names, all, !no_charts),
        Command::Compare { base, others, after, at, holder } => compare::compare(
            &session,
            &base,
            &others,
            &compare::Asked { after: after.as_deref(), at: &at, holder: holder.as_deref() },
        ),
        Command::Chart { name, kinds, holder, at, svg } => {
            chart::chart(&session, &name, &chart::Asked { kinds: &kinds, holder: holder.as_deref(), at: &at, svg })
        }
        Command::Sweep { name, over, measures, exact, no_charts } => {
            let asked = sweep::Asked { name: &name, over: &over, measures: &measures, exact, no_charts };
            sweep::sweep(&session, &asked)
        }
        Command::Tornado { name, measure, no_charts } => {
            tornado::tornado(&session, &name, measure.as_deref(), no_charts)
        }
        Command::Solve { name, vary, wanted, smallest, largest } => {
            let choice = match (smallest, largest) {
                (true, _) => Choice::Smallest,
                (_, true) => Choice::Largest,
                (false, false) => Choice::All,
            };
            solve::solve(&session, &solve::Asked { name: &name, vary: &vary, wanted: &wanted, choice })
        }
    };
    match outcome.and_then(|code| session::unwritten().map_or(Ok(code), Err)) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            session.show_error(&error);
            ExitCode::from(error.exit_code())
        }
    }
}

/// The index of the stage of that name among those of the run; the last one without a name.
fn stage_index(run: &Run, after: Option<&str>) -> Result<usize, Error> {
    At::stage(run, run.rung, after).map(|at| at.index()).map_err(|missing| {
        let stages: Vec<_> =
            run.ledger().stages.iter().map(|stage| format!("\"{}\"", run.agreement.stage(stage.event))).collect();
        Error::usage(Finding::error("E0013", missing).help(format!("stages are {}", stages.join(", "))))
    })
}
