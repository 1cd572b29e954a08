//! `capstruct compare`: scenarios side by side.

use super::args::Format;
use super::exit::Sold;
use super::run::shown;
use super::session::{Session, print};
use crate::error::Error;
use crate::render;
use crate::render::files::{OutputFolder, file_stem};
use crate::report::compare::{compare as compared, labels};
use crate::report::exit::compare::{Offer, Offers};

/// What is asked.
pub(super) struct Asked<'a> {
    pub after: Option<&'a str>,
    pub at: &'a [String],
    pub holder: Option<&'a str>,
}

/// Compares scenarios with a base: the inputs that differ first, then who owns what, then who gets what in a sale.
///
/// Payouts are compared at the exit values asked for, else at the first that one of the files states. A scenario that states
/// no sale is then sold at the same values, on default terms.
pub(super) fn compare(session: &Session, base: &str, others: &[String], asked: &Asked) -> Result<u8, Error> {
    let names: Vec<&str> = std::iter::once(base).chain(others.iter().map(String::as_str)).collect();
    let values = exit_values(session, &names, asked)?;
    let sold = names
        .iter()
        .map(|name| match &values {
            Some(values) => Sold::read(session, name, values, true),
            None => Sold::unsold(session, name),
        })
        .collect::<Result<Vec<_>, _>>()?;
    let runs: Vec<_> = sold.iter().map(|sold| &sold.run).collect();
    let mut comparison = compared(runs[0], &runs[1..], asked.after).map_err(Error::usage)?;
    let mut charts = vec![comparison.chart.clone()];
    if values.is_some() {
        let labelled = labels(&runs).into_iter().zip(&sold);
        let offers =
            labelled.map(|(label, sold)| Ok(Offer { label, sale: sold.sale()? })).collect::<Result<_, Error>>()?;
        let offers = Offers::new(offers);
        comparison.tables.extend(offers.tables());
        comparison.csv.rows.extend(offers.csv_rows());
        charts.extend(offers.chart(asked.holder).map_err(Error::usage)?);
    }
    let names: Vec<_> = runs.iter().map(|run| file_stem(&run.agreement.head.name)).collect();
    let folder = session.out.join("compare").join(names.join("-vs-"));
    let mut output = OutputFolder::new(&folder);
    output.add("comparison.csv", render::csv::csv(&comparison.csv));
    for chart in &charts {
        output.add(format!("{}.png", chart.id), render::chart::png(chart));
    }
    let files = output.commit()?;
    if !session.quiet {
        let currency = &runs[0].agreement.head.currency;
        let csv = matches!(session.format, Some(Format::Csv));
        let text =
            if csv { session.show(&[comparison.csv], currency) } else { session.show(&comparison.tables, currency) };
        print(&text);
        session.say(&format!("\nwrote {} files to {}", files.len(), shown(&folder)));
    }
    Ok(0)
}

/// The exit values to compare at; `None` where nothing is sold.
fn exit_values(session: &Session, names: &[&str], asked: &Asked) -> Result<Option<Vec<String>>, Error> {
    if !asked.at.is_empty() {
        return Ok(Some(asked.at.to_vec()));
    }
    for name in names {
        if !session.states_exit(name) {
            continue;
        }
        let read = session.read(name)?;
        let (agreement, _) = Session::resolve(&read, &session.settings)?;
        let run = session.replay(&read, agreement)?;
        if let Some(exit) = &run.ledger().exit {
            return Ok(Some(exit.values.iter().map(ToString::to_string).collect()));
        }
    }
    Ok(None)
}
