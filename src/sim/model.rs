//! A scenario made ready for a million paths: its program, what is drawn, and what is looked at.

use super::draw::{Draw, DrawRoom};
use super::mixture::Mixture;
use super::multiples::{Multiple, distinct};
use super::proceeds::Sale;
use super::run::{Stage, pilot};
use super::tape::{BLOCK, Column, Machine, MaskRoot, Program, Root, Roots, Symbol, SymbolMask, is, record};
use super::watch::{Seen, Watch, Watching};
use crate::engine::books::Books;
use crate::engine::{inputs, replay};
use crate::model::{Draws, EventId, Figure, Rung, Scenario, Setting};
use crate::num::{LaneMask, Lanes, Mask, Number, Stated};

/// A scenario that can be simulated.
#[derive(Clone, Debug)]
pub struct Model {
    /// What is drawn.
    pub draw: Draw,
    /// What is looked at.
    pub watch: Watch,
    /// The engine as a program. Its numbers are the distinct figures; its truths are, for each event looked at, where it
    /// holds and where it ties, and then where each event of `possible` has an answer.
    pub program: Program,
    /// By figure looked at: which of the program's numbers it is how many times.
    pub figures: Vec<Multiple>,
    /// Events of the timeline that may have no answer in some path.
    pub possible: Vec<EventId>,
    /// Stages of those of them that the base has not, numbered after its own.
    pub later_stages: Vec<String>,
    scenario: Scenario<Lanes<1>>,
    rung: Rung,
    /// Where choices are drawn: the models of their combinations, of which this one is made.
    mixture: Option<Box<Mixture>>,
}

/// Room for a block: what was drawn, and the columns of the program.
#[derive(Clone, Debug)]
pub struct Room {
    draws: DrawRoom,
    /// The program's columns.
    pub machine: Machine,
    /// Of the combinations of choices.
    rooms: Vec<Room>,
}

/// Turns for which a loop is followed in the program, the fewest first.
const TURNS: [u32; 4] = [2, 4, 8, 64];
/// Blocks on which the turns are tried out.
pub const PILOT_BLOCKS: u64 = 4;

impl Model {
    /// Records the scenario's program on one rung.
    ///
    /// Loops are followed for the fewest turns that are enough for all but a few of the first paths.
    pub fn new(scenario: &Scenario<Stated>, rung: Rung, draw: &Draw, watch: &Watch) -> Self {
        let mut models = TURNS.into_iter().map(|turns| Self::recorded(scenario, rung, draw, watch, turns));
        let mut model = models.next().expect("some number of turns");
        while !model.covers_nearly_all() {
            let Some(next) = models.next() else { break };
            model = next;
        }
        model
    }

    fn recorded(scenario: &Scenario<Stated>, rung: Rung, draw: &Draw, watch: &Watch, turns: u32) -> Self {
        let ((roots, figures, possible), recording) = record(turns, || {
            let symbols = scenario.cast::<Symbol>();
            let mut settings = symbols.settings.clone();
            for (column, variable) in (0..).zip(&draw.variables) {
                let (low, high) = draw.ends(variable);
                settings[variable.variable.index()] = Setting::Given(Symbol::input(column, low, high));
            }
            let mut happens: Vec<SymbolMask> = scenario.happens.iter().map(|&met| SymbolMask::Known(met)).collect();
            for (column, condition) in (0..).zip(&draw.conditions) {
                happens[condition.condition.index()] = SymbolMask::input(column);
            }
            let seen = see(&symbols, &settings, &happens, rung, watch);
            let uncertain = seen.possible.iter().filter(|(_, mask)| *mask != SymbolMask::Known(true));
            let mut masks: Vec<SymbolMask> = seen.events.iter().flat_map(|&(holds, tie)| [holds, tie]).collect();
            masks.extend(uncertain.clone().map(|(_, mask)| *mask));
            let possible: Vec<EventId> = uncertain.map(|(event, _)| *event).collect();
            let (numbers, figures) = distinct(&seen.figures);
            (Roots { numbers, masks }, figures, possible)
        });
        let program = Program::new(&recording, &roots, draw.variables.len(), draw.conditions.len());
        let (draw, watch) = (draw.clone(), watch.clone());
        let (scenario, later_stages) = (scenario.cast(), Vec::new());
        Model { draw, watch, program, figures, possible, later_stages, scenario, rung, mixture: None }
    }

    /// A model whose paths are each that of one combination of choices. It draws what the first does.
    pub(super) fn of_mixture(
        mixture: Mixture,
        program: Program,
        possible: Vec<EventId>,
        later_stages: Vec<String>,
    ) -> Self {
        let first = mixture.first().clone();
        let figures = (0..program.numbers.len()).map(Multiple::itself).collect();
        Model { program, figures, possible, later_stages, mixture: Some(Box::new(mixture)), ..first }
    }

    /// Room for a block.
    pub fn room(&self) -> Room {
        let rooms = self.mixture.as_ref().map_or(Vec::new(), |mixture| mixture.rooms());
        Room { draws: self.draw.room(), machine: Machine::new(&self.program), rooms }
    }

    /// Whether the program covers all but one in a hundred of the first paths.
    fn covers_nearly_all(&self) -> bool {
        const ONE_IN: u64 = 100;
        let mut alone = 0;
        self.program.guards.is_empty()
            || pilot(self, Stage::Program, |machine| {
                alone += (0..BLOCK).filter(|&lane| !self.covers(machine, lane)).count() as u64;
                alone * ONE_IN <= PILOT_BLOCKS * BLOCK as u64
            })
    }

    fn covers(&self, machine: &Machine, lane: usize) -> bool {
        self.program.guards.iter().all(|&guard| machine.holds(guard, lane))
    }

    /// Draws and runs the block whose first path is `first`, a multiple of the block's length.
    #[inline(always)]
    pub fn run(&self, first: u64, room: &mut Room) {
        self.run_as_far(first, room, true);
    }

    /// The same; what the program does not cover only where it is to be `complete`.
    ///
    /// Where choices are drawn: in every combination that one of the paths draws, and then each lane from its own.
    #[inline(always)]
    pub(super) fn run_as_far(&self, first: u64, room: &mut Room, complete: bool) {
        let choices = self.mixture.as_ref().map(|mixture| (mixture, self.draw.chosen(first, &mut room.draws)));
        let (models, rooms) = match &choices {
            None => (std::slice::from_ref(self), std::slice::from_mut(room)),
            Some((mixture, _)) => (&mixture.models[..], &mut room.rooms[..]),
        };
        for (combination, (model, room)) in models.iter().zip(rooms).enumerate() {
            if choices.as_ref().is_none_or(|(_, chosen)| chosen.contains(&combination)) {
                model.draw.fill(first, &mut room.draws, &mut room.machine);
                room.machine.run(&model.program);
                if complete && !model.program.guards.is_empty() {
                    model.run_the_rest_alone(&mut room.machine);
                }
            }
        }
        let Some((mixture, chosen)) = choices else { return };
        let drawn = room.rooms.iter().enumerate().filter(|(combination, _)| chosen.contains(combination));
        for (combination, of_combination) in drawn {
            mixture.gather(combination, &chosen, of_combination, &mut room.machine.columns);
        }
    }

    /// Draws only.
    #[inline(always)]
    pub fn draw_only(&self, first: u64, room: &mut Room) {
        match room.rooms.first_mut() {
            Some(of_first) => self.draw.fill(first, &mut of_first.draws, &mut of_first.machine),
            None => self.draw.fill(first, &mut room.draws, &mut room.machine),
        }
    }

    /// Uniform numbers only.
    #[inline(always)]
    pub fn uniform_only(&self, first: u64, room: &mut Room) {
        self.draw.fill_uniform(first, &mut room.draws);
    }

    /// Paths in which a loop takes more turns than the program has are run by the engine itself, one by one.
    #[inline(never)]
    fn run_the_rest_alone(&self, machine: &mut Machine) {
        for lane in 0..BLOCK {
            if !self.covers(machine, lane) {
                let seen = self.see_alone(machine, lane);
                self.put(machine, lane, &seen);
            }
        }
    }

    /// What the engine itself says in plain lanes of one path, drawn in this lane of the machine.
    pub fn see_alone(&self, machine: &Machine, lane: usize) -> Seen<Lanes<1>> {
        let (numbers, truths) = machine.columns.split_at(self.draw.variables.len());
        let mut settings = self.scenario.settings.clone();
        for (variable, column) in self.draw.variables.iter().zip(numbers) {
            settings[variable.variable.index()] = Setting::Given(Lanes([column.0[lane]]));
        }
        let mut happens: Vec<LaneMask<1>> = self.scenario.happens.iter().map(|&met| LaneMask::always(met)).collect();
        for (condition, column) in self.draw.conditions.iter().zip(truths) {
            happens[condition.condition.index()] = LaneMask::always(is(column.0[lane]));
        }
        see(&self.scenario, &settings, &happens, self.rung, &self.watch)
    }

    /// Writes what was seen in one lane where the program would have written it.
    fn put(&self, machine: &mut Machine, lane: usize, seen: &Seen<Lanes<1>>) {
        for (figure, value) in self.figures.iter().zip(&seen.figures).filter(|(figure, _)| figure.is_itself()) {
            if let Root::Column(column) = self.program.numbers[figure.of] {
                machine.columns[column as usize].0[lane] = value.0[0];
            }
        }
        let possible = self.possible.iter().map(|event| {
            let found = seen.possible.iter().find(|(other, _)| other == event);
            found.map_or(LaneMask::always(true), |(_, mask)| *mask)
        });
        let masks = seen.events.iter().flat_map(|&(holds, tie)| [holds, tie]).chain(possible);
        for (root, mask) in self.program.masks.iter().zip(masks) {
            if let MaskRoot::Column(column) = root {
                machine.columns[*column as usize].0[lane] = f64::from_bits(mask.0[0]);
            }
        }
    }

    /// The column of a figure: the program's own, or `filled` with it.
    pub fn figure<'a>(&self, index: usize, room: &'a Room, filled: &'a mut Column) -> &'a [f64; BLOCK] {
        let figure = self.figures[index];
        match self.program.numbers[figure.of] {
            Root::Column(column) if figure.is_itself() => &room.machine.columns[column as usize].0,
            _ => {
                filled.0 = std::array::from_fn(|lane| self.figure_in(index, room, lane));
                &filled.0
            }
        }
    }

    /// A figure in one path of the block.
    #[inline(always)]
    pub fn figure_in(&self, index: usize, room: &Room, lane: usize) -> f64 {
        let figure = self.figures[index];
        match self.program.numbers[figure.of] {
            Root::Known(value) => value,
            Root::Column(column) => figure.factor * room.machine.columns[column as usize].0[lane],
        }
    }

    /// What a figure is where it is the same in every path.
    pub fn known_figure(&self, index: usize) -> Option<f64> {
        match self.program.numbers[self.figures[index].of] {
            Root::Known(value) => Some(value),
            Root::Column(_) => None,
        }
    }
}

/// Runs the engine once, over whatever numbers.
pub(super) fn see<N: Number>(
    scenario: &Scenario<N>,
    settings: &[Setting<N>],
    happens: &[N::Mask],
    rung: Rung,
    watch: &Watch,
) -> Seen<N> {
    let (values, base) = (inputs::values(settings), inputs::values(&scenario.base));
    let draws = Draws { values: &values, base: &base, happens, rung };
    let mut books = Books::open(scenario, &draws, Watching::new(watch, scenario, &draws));
    let Ok(()) = replay(scenario, &draws, &mut books);
    let Books { table, journal, .. } = books;
    let sale = if watch.has_exit() { Sale::new(scenario, &draws, &table) } else { None };
    journal.seen(|wanted, book| match (&sale, wanted.figure) {
        (Some(sale), _) => sale.figure(wanted, book),
        (None, Figure::Multiple) => N::one() / N::zero(),
        (None, _) => N::zero(),
    })
}
