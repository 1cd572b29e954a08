//! `capstruct run`: tables to the terminal, CSV files and charts to the output folder.

use super::args::Format;
use super::session::{Session, print};
use crate::error::Error;
use crate::render;
use crate::render::files::OutputFolder;
use crate::report::table::{Cell, Column, Style, Table};
use crate::report::{self, Run, charts};
use rust_decimal::Decimal;
use std::path::Path;

/// Runs scenarios. Of several, those that are wrong do not keep the others from running.
pub(super) fn run(session: &Session, names: &[String], all: bool, with_charts: bool) -> Result<u8, Error> {
    let names: Vec<String> = match all {
        true => session.folder.list().into_iter().map(|(name, _)| name).collect(),
        false => names.to_vec(),
    };
    let mut code = 0;
    let mut summary = Table::new(
        "runs",
        "Scenarios run",
        vec![Column::pinned("scenario", "Scenario"), Column::new("files", "Files"), Column::new("folder", "Folder")],
    );
    for name in &names {
        match run_one(session, name, all, with_charts) {
            Ok((folder, files)) => summary.push(
                Style::Body,
                vec![Cell::text(name.clone()), Cell::Number(Decimal::from(files)), Cell::text(folder)],
            ),
            Err(error) if names.len() == 1 => return Err(error),
            Err(error) => {
                session.show_error(&error);
                code = code.max(error.exit_code());
            }
        }
    }
    if all && !session.quiet {
        print(&session.show(&[summary], "USD"));
    }
    Ok(code)
}

/// Runs one scenario, shows its tables unless only files are wanted, and writes its files: their folder and number.
fn run_one(session: &Session, name: &str, files_only: bool, with_charts: bool) -> Result<(String, usize), Error> {
    let run = session.run_named(name)?;
    let folder = session.folder_of(&run);
    let mut output = OutputFolder::new(&folder);
    for (file, table) in report::csv_files(&run) {
        output.add(file, render::csv::csv(&table));
    }
    if with_charts {
        for chart in charts::all(&run) {
            output.add(format!("{}.png", chart.id), render::chart::png(&chart));
        }
    }
    let files = output.commit()?;
    let shown = shown(&folder);
    if !files_only && !session.quiet {
        print(&tables(session, &run));
        session.say(&format!("\nwrote {} files to {shown}", files.len()));
    }
    Ok((shown, files.len()))
}

/// What goes to standard output: the tables people read, or those of the CSV files for machines.
fn tables(session: &Session, run: &Run) -> String {
    let currency = &run.agreement.head.currency;
    match session.format {
        Some(Format::Csv) => session.show(&[report::ownership::csv(run)], currency),
        Some(Format::Json) => {
            let tables: Vec<Table> = report::csv_files(run).into_iter().map(|(_, table)| table).collect();
            session.show(&tables, currency)
        }
        None | Some(Format::Table | Format::Markdown) => {
            format!("{}\n{}", heading(session, run), session.show(&report::terminal(run), currency))
        }
    }
}

/// The scenario's title and note above its tables.
fn heading(session: &Session, run: &Run) -> String {
    let head = &run.agreement.head;
    if session.format == Some(Format::Markdown) {
        let note = head.note.iter().map(|note| format!("\n{}\n", render::markdown::paragraph(note)));
        return format!("## {}\n{}", render::markdown::paragraph(&head.title), note.collect::<String>());
    }
    let width = session.look(&head.currency).width;
    std::iter::once(&head.title)
        .chain(&head.note)
        .flat_map(|line| render::words::wrap(&render::words::harmless(line), width, usize::MAX))
        .map(|line| line + "\n")
        .collect()
}

/// A path with forward slashes, as it would be typed.
pub(super) fn shown(path: &Path) -> String {
    path.display().to_string().replace('\\', "/")
}
