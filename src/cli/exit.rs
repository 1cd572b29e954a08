//! `capstruct exit`: who gets what when the company is sold, where the sharing changes, and for how much it must be sold.

use super::args::Format;
use super::session::{Read, Session, print};
use crate::error::{Error, Finding, Findings};
use crate::num::{Exact, Number};
use crate::report::exit::{Sale, breakpoints, conventions, csv, solve, tables};
use crate::report::table::Table;
use crate::report::{Run, assumptions};
use crate::spec::resolve::condition;
use crate::spec::{Measure, quantity};

/// What is asked.
pub(super) struct Asked<'a> {
    pub name: &'a str,
    pub at: &'a [String],
    pub breakpoints: bool,
    pub solve: &'a [String],
}

/// Shows the sale at the values asked for, else at the file's; its breakpoints alone; or the exit values that do something.
pub(super) fn exit(session: &Session, asked: &Asked) -> Result<u8, Error> {
    let needs_values = !asked.breakpoints && asked.solve.is_empty();
    let sold = Sold::read(session, asked.name, asked.at, needs_values)?;
    let sale = sold.sale()?;
    let run = &sold.run;
    let for_machines = matches!(session.format, Some(Format::Csv | Format::Json));
    let mut shown: Vec<Table> = Vec::new();
    if !asked.solve.is_empty() {
        let mut sources = sold.read.sources.clone();
        for text in asked.solve {
            let condition = condition(text, "--solve", &run.agreement, &mut sources)
                .map_err(|finding| Error::input(Findings(vec![*finding]), sources.clone()))?;
            shown.push(solve::table(&sale, &condition).map_err(Error::usage)?);
        }
    } else if asked.breakpoints {
        shown.push(if for_machines { breakpoints::csv(&sale) } else { breakpoints::table(&sale) });
    } else if for_machines {
        shown.push(csv(&sale));
        if session.format == Some(Format::Json) {
            shown.push(breakpoints::csv(&sale));
        }
    } else {
        shown = tables(&sale);
        shown.extend(assumptions::assumed(run));
        shown.push(conventions::table(run));
    }
    print(&session.show(&shown, &run.agreement.head.currency));
    Ok(0)
}

/// A scenario with a sale at its end: its own, or one at values from the command line.
pub(super) struct Sold {
    pub run: Run,
    pub read: Read,
    /// Those asked for, else those of the file.
    pub values: Option<Vec<Exact>>,
}

impl Sold {
    /// Reads and runs a scenario; where it states no sale of the company, it is sold at `at` on default terms.
    pub fn read(session: &Session, name: &str, at: &[String], needs_values: bool) -> Result<Self, Error> {
        let (read, values) = Self::document(session, name, at, needs_values)?;
        let run = session.run(&read, &session.settings)?;
        Ok(Sold { run, read, values })
    }

    /// What is read for that, and the exit values asked for.
    pub fn document(
        session: &Session,
        name: &str,
        at: &[String],
        needs_values: bool,
    ) -> Result<(Read, Option<Vec<Exact>>), Error> {
        let mut read = session.read(name)?;
        let values = at.iter().map(|typed| value(typed)).collect::<Result<Vec<_>, _>>()?;
        if !read.document.has_exit() {
            if at.is_empty() && needs_values {
                let message = format!("{} states no sale of the company", read.document.name);
                let help = "say for how much it is sold: --at 200B,500B,1T; or add [[exits]] to the file";
                return Err(Error::usage(Finding::error("E0906", message).help(help)));
            }
            let values = if at.is_empty() { vec!["0".to_owned()] } else { at.to_vec() };
            let added = read.document.add_exit(&values, "--at", &mut read.sources);
            added.map_err(|findings| Error::input(findings, read.sources.clone()))?;
        }
        Ok((read, (!at.is_empty()).then_some(values)))
    }

    /// Reads and runs a scenario as it stands.
    pub fn unsold(session: &Session, name: &str) -> Result<Self, Error> {
        let read = session.read(name)?;
        let run = session.run(&read, &session.settings)?;
        Ok(Sold { run, read, values: None })
    }

    /// The sale.
    pub fn sale(&self) -> Result<Sale<'_>, Error> {
        Sale::of(&self.run, self.values.as_deref()).ok_or_else(|| {
            let name = &self.run.agreement.head.name;
            let message = format!("{name} is not sold on the rung \"{}\"", self.run.rung.word());
            Error::usage(
                Finding::error("E0906", message)
                    .help("its sale hangs on a condition, or on money of a higher rung: try --funding all"),
            )
        })
    }
}

/// An exit value as it is typed in a file: `200B`, `1.5T`, `0`.
fn value(typed: &str) -> Result<Exact, Error> {
    let refused = |message: String, help: Option<String>| {
        let finding = Finding::error("E0908", format!("--at {typed:?}: {message}"));
        Error::usage(match help {
            Some(help) => finding.help(help),
            None => finding.help("write exit values as in a file, such as --at 200B,500B,1T"),
        })
    };
    let quantity = quantity(typed.trim(), Measure::Money).map_err(|why| refused(why.message, why.help))?;
    if quantity.stated.is_negative() {
        return Err(refused("nobody pays to give a company away".to_owned(), None));
    }
    let value: Exact = quantity.stated.cast();
    match value
        .to_decimal(2)
        .is_some_and(|cents| Exact::given(cents).at_most(value).is_yes() && value.at_most(Exact::given(cents)).is_yes())
    {
        true => Ok(value),
        false => Err(refused("an exit value is in whole cents".to_owned(), None)),
    }
}
