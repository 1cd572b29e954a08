//! `capstruct chart`: charts only.

use super::args::ChartKind;
use super::run::shown;
use super::session::Session;
use crate::error::Error;
use crate::render;
use crate::render::files::OutputFolder;
use crate::report::charts;

/// Draws the kinds asked for, or all of them.
pub(super) fn chart(
    session: &Session,
    name: &str,
    kinds: &[ChartKind],
    holder: Option<&str>,
    svg: bool,
) -> Result<u8, Error> {
    let run = session.run_named(name)?;
    let drawn = match (kinds, holder) {
        ([], None) => charts::all(&run),
        ([], Some(_)) => vec![charts::of_kind(&run, "bridge", holder).map_err(Error::usage)?],
        (kinds, _) => kinds
            .iter()
            .map(|kind| charts::of_kind(&run, word(*kind), holder).map_err(Error::usage))
            .collect::<Result<_, _>>()?,
    };
    let folder = session.folder_of(&run);
    let mut output = OutputFolder::keeping(&folder);
    for chart in &drawn {
        match svg {
            true => output.add(format!("{}.svg", chart.id), render::chart::svg(chart).into_bytes()),
            false => output.add(format!("{}.png", chart.id), render::chart::png(chart)),
        }
    }
    for path in output.commit()? {
        session.say(&format!("wrote {}", shown(&path)));
    }
    Ok(0)
}

fn word(kind: ChartKind) -> &'static str {
    match kind {
        ChartKind::Stages => "stages",
        ChartKind::Now => "now",
        ChartKind::Bridge => "bridge",
        ChartKind::Ladder => "ladder",
    }
}
