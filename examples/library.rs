//! The library in four steps: load a scenario, resolve it, run it, print who owns what.
//!
//! `cargo run --example library`

use capstruct::error::{Error, Findings};
use capstruct::model::{Case, Rung};
use capstruct::render::terminal::{self, Look};
use capstruct::report::{Run, holders, ownership};
use capstruct::spec::resolve::{Settings, refusal_finding, resolve};
use capstruct::spec::{ScenarioFolder, load};
use std::path::Path;

fn main() -> Result<(), Error> {
    // As typed: a tree with the place of every value, or everything that is wrong with the file.
    let folder = ScenarioFolder::new(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios")));
    let loaded = load(&folder, "openai-amazon-50b");
    let (document, sources) = match loaded.document {
        Some(document) if !loaded.findings.has_errors() => (document, loaded.sources),
        _ => return Err(Error::input(loaded.findings, loaded.sources)),
    };

    // As agreed: defaults applied and listed, names turned into ids, nothing optional left.
    let settings = Settings { case: Case::Base, set: vec![("amazon".into(), "41.5B".into())] };
    let (agreement, _warnings) =
        resolve(&document, &sources, &settings).map_err(|findings| Error::input(findings, sources.clone()))?;

    // What happened: a ledger on each rung of the funding ladder.
    let run = Run::new(agreement, Rung::All).map_err(|refused| {
        let (agreement, refusals) = *refused;
        Error::input(Findings(refusals.iter().map(|refusal| refusal_finding(&agreement, refusal)).collect()), sources)
    })?;

    // Reports are tables of typed cells; a renderer makes text of them.
    let look = Look { width: 100, colour: false, currency: "USD".into() };
    print!("{}", terminal::table(&ownership::by_stage(&run), &look));

    // Or take the numbers themselves.
    let last = run.ledger().last();
    for holder in holders::holders(&run).iter().filter(|holder| holder.id == "amazon") {
        assert_eq!(holder.ownership(last).to_string(), "0.05"); // 41.5 of 830
    }
    Ok(())
}
