//! `capstruct chart`: charts only.

use super::args::ChartKind;
use super::exit::Sold;
use super::run::shown;
use super::session::Session;
use crate::error::Error;
use crate::render;
use crate::render::files::OutputFolder;
use crate::report::{charts, exit};

/// What is asked.
pub(super) struct Asked<'a> {
    pub kinds: &'a [ChartKind],
    pub holder: Option<&'a str>,
    pub at: &'a [String],
    pub svg: bool,
}

/// Draws the kinds asked for, or all of them.
pub(super) fn chart(session: &Session, name: &str, asked: &Asked) -> Result<u8, Error> {
    let &Asked { kinds, holder, at, svg } = asked;
    let of_exit = !at.is_empty() || kinds.iter().any(|kind| is_of_exit(*kind));
    let sold = of_exit.then(|| Sold::read(session, name, at, true)).transpose()?;
    let own = if sold.is_none() { Some(session.run_named(name)?) } else { None };
    let Some(run) = sold.as_ref().map(|sold| &sold.run).or(own.as_ref()) else { return Ok(0) };
    let one = |kind: ChartKind| match (&sold, is_of_exit(kind)) {
        (Some(sold), true) => Ok(exit::charts::of_kind(&sold.sale()?, word(kind))),
        _ => charts::of_kind(run, word(kind), holder).map(|chart| vec![chart]).map_err(Error::usage),
    };
    let drawn = match (kinds, holder) {
        ([], None) => match &sold {
            Some(sold) => exit::charts::all(&sold.sale()?),
            None => charts::all(run),
        },
        ([], Some(_)) => one(ChartKind::Bridge)?,
        (kinds, _) => kinds.iter().map(|kind| one(*kind)).collect::<Result<Vec<_>, _>>()?.concat(),
    };
    let folder = session.folder_of(run);
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

fn is_of_exit(kind: ChartKind) -> bool {
    exit::charts::KINDS.contains(&word(kind))
}

fn word(kind: ChartKind) -> &'static str {
    match kind {
        ChartKind::Stages => "stages",
        ChartKind::Now => "now",
        ChartKind::Bridge => "bridge",
        ChartKind::Ladder => "ladder",
        ChartKind::Payoff => "payoff",
        ChartKind::PayoffHolders => "payoff-holders",
        ChartKind::PayoutShares => "payout-shares",
        ChartKind::Payouts => "payouts",
    }
}
