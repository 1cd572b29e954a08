//! `capstruct compare`: scenarios side by side.

use super::run::shown;
use super::session::{Session, print};
use crate::error::Error;
use crate::render;
use crate::render::files::{OutputFolder, file_stem};
use crate::report::compare::compare as compared;

/// Compares scenarios with a base: the inputs that differ first, then who owns what.
pub(super) fn compare(session: &Session, base: &str, others: &[String], after: Option<&str>) -> Result<u8, Error> {
    let base = session.run_named(base)?;
    let others = others.iter().map(|name| session.run_named(name)).collect::<Result<Vec<_>, _>>()?;
    let others: Vec<_> = others.iter().collect();
    let comparison = compared(&base, &others, after).map_err(Error::usage)?;
    let names: Vec<_> =
        std::iter::once(&base).chain(others.iter().copied()).map(|run| file_stem(&run.agreement.head.name)).collect();
    let folder = session.out.join("compare").join(names.join("-vs-"));
    let mut output = OutputFolder::new(&folder);
    output.add("comparison.csv", render::csv::csv(&comparison.csv));
    output.add("comparison.png", render::chart::png(&comparison.chart));
    let files = output.commit()?;
    if !session.quiet {
        let currency = &base.agreement.head.currency;
        let csv = matches!(session.format, Some(super::args::Format::Csv));
        let text =
            if csv { session.show(&[comparison.csv], currency) } else { session.show(&comparison.tables, currency) };
        print(&text);
        session.say(&format!("\nwrote {} files to {}", files.len(), shown(&folder)));
    }
    Ok(0)
}
