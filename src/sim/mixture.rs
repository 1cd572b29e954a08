//! Choices that are drawn: each combination of them is a scenario of its own, and each path is one of its combination.

use super::draw::Draw;
use super::model::{Model, Room};
use super::tape::{BLOCK, Column, MaskRoot, Program, Root, truth};
use super::watch::Watch;
use crate::model::{Agreement, EventId, Rung};

/// What is simulated: one agreement or, where choices are drawn, one for each combination of them.
#[derive(Clone, Debug)]
pub struct Variants {
    /// By combination: the options of the first choice change fastest.
    pub agreements: Vec<Agreement>,
    /// By combination. They differ in nothing but which variables and conditions there are.
    pub draws: Vec<Draw>,
}

/// The programs of all combinations, and where their results are put together.
#[derive(Clone, Debug)]
pub struct Mixture {
    pub(super) models: Vec<Model>,
    /// By combination and event of the mixture that may have no answer: its place among the combination's.
    possible: Vec<Vec<Option<usize>>>,
}

impl Variants {
    /// The model of everything. `watch` says what is looked at in a combination: the same figures and events, in the same
    /// order, in each. Events that have no answer are named as in `base`, those that it has not are numbered after its own.
    pub fn model(&self, base: &Agreement, rung: Rung, watch: impl Fn(usize) -> Watch) -> Model {
        let model =
            |index: usize| Model::new(&self.agreements[index].scenario, rung, &self.draws[index], &watch(index));
        match self.agreements.len() {
            1 => model(0),
            count => self.mixed((0..count).map(model).collect(), base),
        }
    }

    fn mixed(&self, models: Vec<Model>, base: &Agreement) -> Model {
        let mut names: Vec<String> = base.events.iter().map(|event| event.stage.clone()).collect();
        let mut possible: Vec<EventId> = Vec::new();
        let mut found: Vec<Vec<EventId>> = Vec::new();
        for (model, agreement) in models.iter().zip(&self.agreements) {
            let mut of_model = Vec::new();
            for &event in &model.possible {
                let stage = agreement.stage(Some(event));
                let place = names.iter().position(|name| name == stage).unwrap_or_else(|| {
                    names.push(stage.to_owned());
                    names.len() - 1
                });
                of_model.push(EventId::at(place));
            }
            possible.extend(of_model.iter().filter(|event| !possible.contains(event)).copied().collect::<Vec<_>>());
            found.push(of_model);
        }
        possible.sort_unstable();
        let places = found
            .iter()
            .map(|of_model| possible.iter().map(|event| of_model.iter().position(|other| other == event)).collect());
        let mixture = Mixture { possible: places.collect(), models };
        let program = mixture.program(possible.len());
        let later = names.split_off(base.events.len());
        Model::of_mixture(mixture, program, possible, later)
    }
}

impl Mixture {
    /// A program without steps: its columns are filled from those of the combinations.
    fn program(&self, possible: usize) -> Program {
        let first = &self.models[0];
        let (numbers, events) = (first.figures.len(), 2 * first.watch.events.len());
        let column = |index: usize| u32::try_from(index).expect("few columns");
        let number = |index: usize| {
            let mut all = self.models.iter().map(|model| model.known_figure(index).map(f64::to_bits));
            match first.known_figure(index) {
                Some(known) if all.all(|other| other == Some(known.to_bits())) => Root::Known(known),
                _ => Root::Column(column(index)),
            }
        };
        Program {
            steps: Vec::new(),
            columns: numbers + events + possible,
            number_inputs: 0,
            mask_inputs: 0,
            numbers: (0..numbers).map(number).collect(),
            masks: (0..events + possible).map(|index| MaskRoot::Column(column(numbers + index))).collect(),
            constants: Vec::new(),
            reaches: Vec::new(),
            guards: Vec::new(),
        }
    }

    /// The first combination's model: what all have in common is read off it.
    pub fn first(&self) -> &Model {
        &self.models[0]
    }

    /// Rooms of all combinations.
    pub fn rooms(&self) -> Vec<Room> {
        self.models.iter().map(Model::room).collect()
    }

    /// Copies the lanes of one combination.
    #[inline(never)]
    pub fn gather(&self, combination: usize, chosen: &[usize; BLOCK], room: &Room, out: &mut [Box<Column>]) {
        let model = &self.models[combination];
        let lanes = || (0..BLOCK).filter(|lane| chosen[*lane] == combination);
        let numbers = model.figures.len();
        for index in 0..numbers {
            for lane in lanes() {
                out[index].0[lane] = model.figure_in(index, room, lane);
            }
        }
        let events = 2 * model.watch.events.len();
        let of_events = (0..events).map(Some);
        let of_possible = self.possible[combination].iter().map(|place| place.map(|place| events + place));
        for (index, mask) in of_events.chain(of_possible).enumerate() {
            for lane in lanes() {
                let holds = mask.is_none_or(|mask| model.program.masks[mask].holds(&room.machine, lane));
                out[numbers + index].0[lane] = truth(holds);
            }
        }
    }
}
