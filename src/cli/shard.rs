//! A part of a simulation in a file, and `capstruct merge`, which puts parts together.
//!
//! What is kept of the paths are counts and whole numbers, so parts add up to the very bits of the whole, in any order and
//! wherever they were computed.

use super::args::{SamplingWord, SimulateArgs};
use super::session::Session;
use super::simulate::{Prepared, prepare, show};
use crate::error::{Error, Finding};
use crate::model::{Case, Rung};
use crate::sim::replicates::{Counts, ReplicatedFigure, Replicates};
use crate::sim::run::{Simulation, Tally};
use crate::sim::sobol::REPLICATES;
use crate::sim::tally::{SLICES, Sums};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// A part of a simulation: what must be the same in all parts, its paths, and what was kept of them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Shard {
    format: String,
    same: Same,
    from: u64,
    to: u64,
    possible: u64,
    /// Event, count, first path.
    impossible: Vec<(u32, u64, u64)>,
    /// Holds, ties.
    events: Vec<(u64, u64)>,
    figures: Vec<Figure>,
    replicates: Option<Replicated>,
}

/// What parts of one simulation have in common.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Same {
    scenario: String,
    scenario_hash: String,
    engine: String,
    seed: u64,
    sampling: String,
    funding: String,
    set: Vec<(String, String)>,
    probabilities: Vec<String>,
}

/// What was kept of a figure. Floats by their bits, sums as text: neither loses a digit.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Figure {
    least: u64,
    largest: u64,
    undefined: u64,
    /// Slice, count, steps, squares; the empty ones left out.
    slices: Vec<(usize, u64, String, String)>,
    /// Bin and count; the empty ones left out.
    bins: Vec<(usize, u64)>,
}

/// What was kept of the replicates of evenly spread paths.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Replicated {
    possible: Counts,
    events: Vec<Counts>,
    /// By figure and threshold.
    below: Vec<Vec<Counts>>,
    /// By figure; the empty ones left out.
    sums: Vec<Vec<ReplicateSums>>,
}

/// Slice, replicate, count, steps, squares.
type ReplicateSums = (usize, usize, u64, String, String);

const FORMAT: &str = "capstruct simulation shard 2";

impl Replicated {
    fn new(replicates: &Replicates) -> Self {
        let sums = |figure: &ReplicatedFigure| {
            let of_slice = |(slice, sums): (usize, &[Sums; REPLICATES])| {
                let all = sums.iter().enumerate().filter(|(_, sums)| sums.count > 0);
                let text = move |(replicate, sums): (usize, &Sums)| {
                    (slice, replicate, sums.count, sums.steps.to_string(), sums.squares.to_string())
                };
                all.map(text).collect::<Vec<_>>()
            };
            figure.sums.iter().enumerate().flat_map(of_slice).collect()
        };
        Replicated {
            possible: replicates.possible,
            events: replicates.events.clone(),
            below: replicates.figures.iter().map(|figure| figure.below.to_vec()).collect(),
            sums: replicates.figures.iter().map(sums).collect(),
        }
    }

    /// Adds the part to the whole; `None` where it does not fit.
    fn add_to(&self, kept: &mut Replicates) -> Option<()> {
        let mut part = kept.clone();
        let count = part.figures.len();
        if self.events.len() != part.events.len() || self.below.len() != count || self.sums.len() != count {
            return None;
        }
        part.possible = self.possible;
        part.events.clone_from(&self.events);
        for ((figure, below), sums) in part.figures.iter_mut().zip(&self.below).zip(&self.sums) {
            figure.below = below.as_slice().try_into().ok()?;
            figure.sums.clear();
            for (slice, replicate, count, steps, squares) in sums {
                let sums = Sums { count: *count, steps: steps.parse().ok()?, squares: squares.parse().ok()? };
                *figure.slice(Some(*slice).filter(|slice| *slice < SLICES)?).get_mut(*replicate)? = sums;
            }
        }
        kept.merge(&part);
        Some(())
    }
}

impl Shard {
    /// The part that was just computed.
    pub(super) fn new(
        session: &Session,
        asked: &SimulateArgs,
        prepared: &Prepared,
        paths: &Range<u64>,
        tally: &Tally,
    ) -> Self {
        let head = &prepared.run.agreement.head;
        let figure = |figure: &crate::sim::tally::FigureTally| Figure {
            least: figure.least.to_bits(),
            largest: figure.largest.to_bits(),
            undefined: figure.undefined,
            slices: (0..)
                .zip(&figure.slices)
                .filter(|(_, sums)| sums.count > 0)
                .map(|(slice, sums)| (slice, sums.count, sums.steps.to_string(), sums.squares.to_string()))
                .collect(),
            bins: (0..).zip(figure.bins.iter().copied()).filter(|(_, count)| *count > 0).collect(),
        };
        Shard {
            format: FORMAT.to_owned(),
            same: Same {
                scenario: head.name.clone(),
                scenario_hash: head.hash.clone(),
                engine: env!("CARGO_PKG_VERSION").to_owned(),
                seed: asked.seed,
                sampling: word(asked.sampling).to_owned(),
                funding: session.rung.word().to_owned(),
                set: head.set.clone(),
                probabilities: asked.probabilities.clone(),
            },
            from: paths.start,
            to: paths.end,
            possible: tally.possible,
            impossible: tally.impossible.iter().map(|&(event, count, first)| (event.0, count, first)).collect(),
            events: tally.events.clone(),
            figures: tally.figures.iter().map(figure).collect(),
            replicates: tally.replicates.as_ref().map(Replicated::new),
        }
    }

    /// Adds the part to the whole; false where its figures are not those of the scenario.
    fn add_to(&self, tally: &mut Tally) -> bool {
        let fits = self.figures.len() == tally.figures.len()
            && self.events.len() == tally.events.len()
            && self.impossible.len() == tally.impossible.len()
            && self.impossible.iter().zip(&tally.impossible).all(|(ours, theirs)| ours.0 == theirs.0.0);
        if !fits {
            return false;
        }
        let fits = match (&self.replicates, &mut tally.replicates) {
            (Some(ours), Some(kept)) => ours.add_to(kept).is_some(),
            (ours, kept) => ours.is_none() && kept.is_none(),
        };
        if !fits {
            return false;
        }
        tally.paths += self.to - self.from;
        tally.possible += self.possible;
        for (kept, &(_, count, first)) in tally.impossible.iter_mut().zip(&self.impossible) {
            kept.1 += count;
            kept.2 = kept.2.min(first);
        }
        for (kept, &(holds, ties)) in tally.events.iter_mut().zip(&self.events) {
            kept.0 += holds;
            kept.1 += ties;
        }
        for (kept, figure) in tally.figures.iter_mut().zip(&self.figures) {
            kept.least = kept.least.min(f64::from_bits(figure.least));
            kept.largest = kept.largest.max(f64::from_bits(figure.largest));
            kept.undefined += figure.undefined;
            for (slice, count, steps, squares) in &figure.slices {
                let (Ok(steps), Ok(squares), Some(sums)) =
                    (steps.parse(), squares.parse(), kept.slices.get_mut(*slice))
                else {
                    return false;
                };
                sums.add(&Sums { count: *count, steps, squares });
            }
            for &(bin, count) in &figure.bins {
                let Some(kept) = kept.bins.get_mut(bin) else { return false };
                *kept += count;
            }
        }
        true
    }
}

fn word(sampling: SamplingWord) -> &'static str {
    match sampling {
        SamplingWord::Philox => "philox",
        SamplingWord::Sobol => "sobol",
    }
}

/// Writes a part: to a temporary sibling, which is then renamed.
pub(super) fn write(file: &Path, shard: &Shard) -> Result<(), Error> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let failed = |error: std::io::Error| Error::environment("write", file, error);
    fs::create_dir_all(folder).map_err(failed)?;
    let mut temporary = readable(&mut tempfile::Builder::new()).tempfile_in(folder).map_err(failed)?;
    let text = serde_json::to_vec(shard).map_err(std::io::Error::from).map_err(failed)?;
    temporary.write_all(&text).map_err(failed)?;
    temporary.persist(file).map_err(|error| failed(error.error))?;
    Ok(())
}

/// Parts are read by others, on other machines: their files have the usual permissions, not those of a private one.
#[cfg(unix)]
fn readable<'a, 'b, 'c>(builder: &'a mut tempfile::Builder<'b, 'c>) -> &'a tempfile::Builder<'b, 'c> {
    use std::os::unix::fs::PermissionsExt;
    builder.permissions(fs::Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn readable<'a, 'b, 'c>(builder: &'a mut tempfile::Builder<'b, 'c>) -> &'a tempfile::Builder<'b, 'c> {
    builder
}

fn read(file: &Path) -> Result<Shard, Error> {
    let text = fs::read(file).map_err(|error| Error::environment("read", file, error))?;
    let shard: Option<Shard> = serde_json::from_slice(&text).ok();
    shard.filter(|shard| shard.format == FORMAT && shard.from < shard.to).ok_or_else(|| {
        Error::usage(
            Finding::error("E0730", format!("{} is no part of a simulation", file.display()))
                .help("expected a file that `capstruct simulate --shard` wrote"),
        )
    })
}

/// Parts in the order of their paths, if they are parts of one simulation and leave nothing out.
fn in_order(files: &[PathBuf]) -> Result<Vec<(&PathBuf, Shard)>, Error> {
    let mut shards = Vec::new();
    for file in files {
        shards.push((file, read(file)?));
    }
    shards.sort_by_key(|(_, shard)| (shard.from, shard.to));
    let Some((first_file, first)) = shards.first() else { return Ok(shards) };
    for (file, shard) in &shards[1..] {
        if let Some((what, ours, theirs)) = difference(&first.same, &shard.same) {
            return Err(Error::usage(
                Finding::error(
                    "E0731",
                    format!("{} and {} differ in their {what}", first_file.display(), file.display()),
                )
                .help(format!("{ours} and {theirs}: parts of one simulation have the same")),
            ));
        }
    }
    for pair in shards.windows(2) {
        let ((before_file, before), (after_file, after)) = (&pair[0], &pair[1]);
        let names = format!("{} and {}", before_file.display(), after_file.display());
        if after.from < before.to {
            let finding = Finding::error("E0732", format!("{names} overlap"));
            let help = format!("paths {} to {} are in both", after.from, before.to.min(after.to));
            return Err(Error::usage(finding.help(help)));
        }
        if after.from > before.to {
            let finding = Finding::error("E0733", format!("paths are missing between {names}"));
            let help = format!("compute them: --paths {}..{} --shard FILE", before.to, after.from);
            return Err(Error::usage(finding.help(help)));
        }
    }
    Ok(shards)
}

/// Puts parts together and shows the whole.
pub(super) fn merge(
    session: &Session,
    files: &[PathBuf],
    allow_infeasible: bool,
    no_charts: bool,
) -> Result<u8, Error> {
    let shards = in_order(files)?;
    let Some((_, first)) = shards.first() else { return Ok(0) };
    let asked = SimulateArgs {
        name: first.same.scenario.clone(),
        paths: String::new(),
        seed: first.same.seed,
        threads: None,
        sampling: if first.same.sampling == word(SamplingWord::Sobol) {
            SamplingWord::Sobol
        } else {
            SamplingWord::Philox
        },
        probabilities: first.same.probabilities.clone(),
        holder: None,
        allow_infeasible,
        shard: None,
        no_charts,
    };
    refuse_flags(session, first)?;
    let rung = crate::report::RUNGS.into_iter().find(|rung| rung.word() == first.same.funding);
    let session = session.with(first.same.set.clone(), rung.unwrap_or(session.rung));
    let prepared = prepare(&session, &asked)?;
    let head = &prepared.run.agreement.head;
    for (what, ours, theirs) in [
        ("scenario", &head.hash, &first.same.scenario_hash),
        ("engine", &env!("CARGO_PKG_VERSION").to_owned(), &first.same.engine),
    ] {
        if ours != theirs {
            return Err(Error::usage(
                Finding::error("E0734", format!("the parts come from another {what} than the one here"))
                    .help(format!("here {ours}, there {theirs}: merge where and as they were computed")),
            ));
        }
    }
    let simulation = Simulation::new(&prepared.model);
    let mut tally = simulation.tally();
    for (file, shard) in &shards {
        if !shard.add_to(&mut tally) {
            return Err(Error::usage(
                Finding::error("E0730", format!("{} is no part of a simulation of {}", file.display(), head.name))
                    .help("its figures are not those of the scenario"),
            ));
        }
    }
    show(&session, &asked, &prepared, &simulation, (first.from, &tally))
}

/// What decides the parts was said when they were computed; saying something else now would say it in vain.
fn refuse_flags(session: &Session, first: &Shard) -> Result<(), Error> {
    let same = &first.same;
    let flag = if !session.settings.set.is_empty() && session.settings.set != same.set {
        "--set"
    } else if session.settings.case != Case::Base {
        "--case"
    } else if session.rung != Rung::All && session.rung.word() != same.funding {
        "--funding"
    } else {
        return Ok(());
    };
    Err(Error::usage(
        Finding::error("E0735", format!("`{flag}` does not change parts that were computed before")).help(format!(
            "leave it out, or give it to `simulate --shard` of every part; here funding {}",
            same.funding
        )),
    ))
}

/// What two parts do not have in common.
fn difference(a: &Same, b: &Same) -> Option<(&'static str, String, String)> {
    let set = |(name, value): &(String, String)| format!("{name}={value}");
    let listed = |all: &mut dyn Iterator<Item = String>| {
        let all: Vec<String> = all.collect();
        if all.is_empty() { "none".to_owned() } else { all.join(", ") }
    };
    let pairs = [
        ("scenario", a.scenario.clone(), b.scenario.clone()),
        ("scenario's text", a.scenario_hash.clone(), b.scenario_hash.clone()),
        ("engine's version", a.engine.clone(), b.engine.clone()),
        ("seed", a.seed.to_string(), b.seed.to_string()),
        ("sampling", a.sampling.clone(), b.sampling.clone()),
        ("funding", a.funding.clone(), b.funding.clone()),
        ("settings", listed(&mut a.set.iter().map(set)), listed(&mut b.set.iter().map(set))),
        ("events", listed(&mut a.probabilities.iter().cloned()), listed(&mut b.probabilities.iter().cloned())),
    ];
    pairs.into_iter().find(|(_, ours, theirs)| ours != theirs)
}
