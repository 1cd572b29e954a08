//! A scenario made ready for a million paths: its program, what is drawn, and what is looked at.

use super::draw::{Draw, DrawRoom};
use super::mixture::Mixture;
use super::proceeds::Sale;
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
    /// The engine as a program. Its numbers are the figures; its truths are, for each event looked at, where it holds and
    /// where it ties, and then where each event of `possible` has an answer.
    pub program: Program,
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
        while model.paths_alone() * 100 > PILOT_BLOCKS * BLOCK as u64 {
            let Some(next) = models.next() else { break };
            model = next;
        }
        model
    }

    fn recorded(scenario: &Scenario<Stated>, rung: Rung, draw: &Draw, watch: &Watch, turns: u32) -> Self {
        let ((roots, possible), recording) = record(turns, || {
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
            (Roots { numbers: seen.figures, masks }, possible)
        });
        let program = Program::new(&recording, &roots, draw.variables.len(), draw.conditions.len());
        let (draw, watch) = (draw.clone(), watch.clone());
        let (scenario, later_stages) = (scenario.cast(), Vec::new());
        Model { draw, watch, program, possible, later_stages, scenario, rung, mixture: None }
    }

    /// A model whose paths are each that of one combination of choices. It draws what the first does.
    pub(super) fn of_mixture(
        mixture: Mixture,
        program: Program,
        possible: Vec<EventId>,
        later_stages: Vec<String>,
    ) -> Self {
        let first = mixture.first().clone();
        Model { program, possible, later_stages, mixture: Some(Box::new(mixture)), ..first }
    }

    /// Room for a block.
    pub fn room(&self) -> Room {
        let rooms = self.mixture.as_ref().map_or(Vec::new(), |mixture| mixture.rooms());
        Room { draws: self.draw.room(), machine: Machine::new(&self.program), rooms }
    }

    /// How many of the first paths the program does not cover.
    fn paths_alone(&self) -> u64 {
        if self.program.guards.is_empty() {
            return 0;
        }
        let mut room = self.room();
        let mut alone = 0;
        for block in 0..PILOT_BLOCKS {
            self.draw.fill(block * BLOCK as u64, &mut room.draws, &mut room.machine);
            room.machine.run(&self.program);
            alone += (0..BLOCK).filter(|&lane| !self.covers(&room.machine, lane)).count() as u64;
        }
        alone
    }

    fn covers(&self, machine: &Machine, lane: usize) -> bool {
        self.program.guards.iter().all(|&guard| machine.holds(guard, lane))
    }

    /// Draws and runs the block whose first path is `first`, a multiple of the block's length.
    #[inline(always)]
    pub fn run(&self, first: u64, room: &mut Room) {
        let Some(mixture) = &self.mixture else { return self.run_plainly(first, room) };
        let chosen = self.draw.chosen(first, &mut room.draws);
        mixture.run(first, &chosen, &mut room.rooms, &mut room.machine.columns);
    }

    /// The same where no choices are drawn.
    #[inline(always)]
    pub(super) fn run_plainly(&self, first: u64, room: &mut Room) {
        self.draw.fill(first, &mut room.draws, &mut room.machine);
        room.machine.run(&self.program);
        if !self.program.guards.is_empty() {
            self.run_the_rest_alone(&mut room.machine);
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
        for (root, value) in self.program.numbers.iter().zip(&seen.figures) {
            if let Root::Column(column) = root {
                machine.columns[*column as usize].0[lane] = value.0[0];
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

    /// The column of a figure; one filled with it where it is the same in every path.
    pub fn figure<'a>(&self, index: usize, room: &'a Room, constant: &'a mut Column) -> &'a [f64; BLOCK] {
        match self.program.numbers[index] {
            Root::Known(value) => {
                *constant = Column::splat(value);
                &constant.0
            }
            Root::Column(column) => &room.machine.columns[column as usize].0,
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
