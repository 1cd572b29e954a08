//! The simulation: its program says what the engine says, and its figures are those of the closed forms.

mod support;

use capstruct::model::{Agreement, Figure, Measure, Rung, StageOf, StakeholderId, Subject};
use capstruct::sim::draw::{Draw, Sampling};
use capstruct::sim::measure::Gauge;
use capstruct::sim::model::Model;
use capstruct::sim::tape::{BLOCK, Column};
use capstruct::sim::watch::{Watch, Watched};
use capstruct::spec::resolve::{Settings, resolve};
use capstruct::spec::{ScenarioFolder, load};
use support::project;

fn agreed(name: &str) -> Agreement {
    let loaded = load(&ScenarioFolder::new(&project().join("scenarios")), name);
    let document = loaded.document.as_ref().expect("it can be read");
    resolve(document, &loaded.sources, &Settings::default()).expect("it adds up").0
}

/// Ownership of every stakeholder at the end.
fn ownership(agreement: &Agreement) -> Watch {
    let gauge = |index| {
        let subject = Subject::Stakeholder(StakeholderId::at(index));
        let measure = Measure { figure: Figure::Ownership, subject, stage: StageOf::Last, literal: String::new() };
        Gauge::new(&measure, agreement).expect("a figure of the table")
    };
    let events = agreement.scenario.timeline.len();
    let figures = (0..agreement.stakeholders.len()).map(|index| Watched { gauge: gauge(index), events }).collect();
    Watch { figures, ..Watch::default() }
}

fn model(agreement: &Agreement) -> Model {
    let draw = Draw::new(agreement, 1, Sampling::Philox);
    Model::new(&agreement.scenario, Rung::All, draw, ownership(agreement))
}

#[test]
fn the_program_says_what_the_engine_says() {
    for (name, _) in ScenarioFolder::new(&project().join("scenarios")).list() {
        let agreement = agreed(&name);
        let model = model(&agreement);
        let mut room = model.room();
        model.run(0, &mut room);
        if name == "benchmark/oai12" && std::env::var("DUMP").is_ok() {
            let text: String = model.program.steps.iter().map(|step| format!("Step::{step:?},\n")).collect();
            std::fs::write("/tmp/sim-micro/src/steps.txt", format!("[{text}]")).unwrap();
            println!("COLUMNS {} {:?}", model.program.columns, model.program.numbers);
        }
        println!(
            "{name}: {} steps, {} columns, {} guards, {:?}",
            model.program.steps.len(),
            model.program.columns,
            model.program.guards.len(),
            &model.program.census()[..model.program.census().len().min(6)]
        );
        for lane in [0, 1, 17, BLOCK - 1] {
            let seen = model.see_alone(&room.machine, lane);
            for (index, alone) in seen.figures.iter().enumerate() {
                let mut constant = Column::splat(0.0);
                let value = model.figure(index, &room, &mut constant)[lane];
                assert!(
                    (value - alone.0[0]).abs() <= 4e-15 * value.abs(),
                    "{name} figure {index}: {value} {}",
                    alone.0[0]
                );
            }
        }
    }
}
