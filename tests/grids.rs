//! Grids: what the three programs of a sweep say of a cell, the engine says of it alone, however the grid is cut.

#![allow(clippy::cast_precision_loss, reason = "figures are compared as floating point")]

mod support;

use capstruct::model::{Agreement, Rung, VariableId};
use capstruct::sim::cells::{Block, Columns, Extremes, Visit, Walker};
use capstruct::sim::figures::ownership_at_the_end;
use capstruct::sim::simd::Instructions;
use capstruct::sim::sweep::{LaneAxis, LaneFigure, LaneSweep};
use capstruct::spec::resolve::{Settings, resolve};
use capstruct::spec::{Loaded, ScenarioFolder, load, load_text};
use support::project;

fn agreed(loaded: &Loaded) -> Agreement {
    let document = loaded.document.as_ref().expect("it can be read");
    resolve(document, &loaded.sources, &Settings::default()).expect("it adds up").0
}

fn shipped(name: &str) -> Agreement {
    agreed(&load(&ScenarioFolder::new(&project().join("scenarios")), name))
}

/// Everyone's ownership over so many values of each variable, both ends included.
fn grid(agreement: &Agreement, axes: &[(&str, f64, f64, usize)]) -> LaneSweep {
    let of = |&(name, low, high, count): &(&str, f64, f64, usize)| {
        let index = agreement.variables.iter().position(|info| info.name == name).expect("a variable");
        let step = (high - low) / (count.max(2) - 1) as f64;
        LaneAxis { variable: VariableId::at(index), values: (0..count).map(|at| low + step * at as f64).collect() }
    };
    let axes: Vec<LaneAxis> = axes.iter().map(of).collect();
    let watched = ownership_at_the_end(agreement).figures.into_iter();
    let figures = watched.map(|watched| LaneFigure { gauge: watched.gauge, events: watched.events }).collect();
    LaneSweep::new(&agreement.scenario, Rung::All, &axes, figures)
}

/// Some cells of a grid against the engine. Returns how many have no answer.
fn compared(sweep: &LaneSweep, every: usize) -> usize {
    let (figures, stops) = sweep.fill(0..sweep.cells());
    let mut stopped = 0;
    for cell in (0..stops.len()).step_by(every) {
        let (alone, stop) = sweep.alone(cell as u64);
        assert_eq!(stops[cell], stop, "cell {cell} of {}", stops.len());
        stopped += usize::from(stop != 0);
        if stop != 0 {
            continue;
        }
        for (figure, alone) in alone.iter().enumerate() {
            let value = figures[cell * sweep.figures() + figure];
            assert!((value - alone).abs() <= 1e-14 * alone.abs(), "cell {cell}, figure {figure}: {value} {alone}");
        }
    }
    stopped
}

/// A company whose rounds have a SAFE between cap and discount, a pool to top up, and a cheque that may be too large.
const COMPANY: &str = "title = \"A company\"
stakeholders = { founders = \"Founders\", angel = \"Angel\", fund = \"Fund\", late = \"Late\" }
variables = { cap = \"6M\", pre = \"8M\", cheque = \"2M\", post = \"40M\" }
opening = { holdings = [{ stakeholder = \"founders\", shares = 8_000_000 }, { plan = \"Pool\", available = 500_000 }] }
[[convertibles]]
name = \"SAFE\"
kind = \"safe\"
stakeholder = \"angel\"
amount = \"1M\"
post_money_cap = \"$cap\"
discount = \"20%\"
[[rounds]]
name = \"A\"
pre_money = \"$pre\"
pool_target = \"10%\"
participants = { fund = \"$cheque\" }
[[rounds]]
name = \"B\"
post_money = \"$post\"
participants = { late = \"10M\" }
";

#[test]
fn a_cell_is_what_the_engine_says_of_it_alone() {
    let benchmark = shipped("benchmark/oai12");
    assert_eq!(compared(&grid(&benchmark, &[("pre4", 4e11, 16e11, 7), ("size4", 2e10, 3e11, 700)]), 13), 0);
    assert_eq!(compared(&grid(&benchmark, &[("size4", 2e10, 3e11, 700), ("pre4", 4e11, 16e11, 7)]), 13), 0);
    assert_eq!(compared(&grid(&benchmark, &[("pre2", 3e11, 9e11, 5), ("size1", 2e10, 6e10, 5)]), 1), 0);
    let company = agreed(&load_text("a company", COMPANY));
    let one = compared(&grid(&company, &[("cap", 2e6, 20e6, 1_500)]), 7);
    let two = compared(&grid(&company, &[("post", 5e6, 60e6, 40), ("cap", 2e6, 20e6, 33)]), 7);
    let slow_first = compared(&grid(&company, &[("post", 5e6, 60e6, 5), ("cap", 2e6, 20e6, 600)]), 7);
    let three = [("cap", 2e6, 20e6, 9), ("pre", 3e6, 30e6, 11), ("cheque", 1e5, 9e6, 60)];
    let three = compared(&grid(&company, &three), 11);
    assert!(one == 0 && two > 10 && slow_first > 10, "a post-money below its round has no answer: {two} {slow_first}");
    assert_eq!(three, 0);
}

/// Bits of figures and stops, cell by cell.
struct Bits {
    figures: usize,
    seen: Vec<u64>,
    next: u64,
}

impl Visit for Bits {
    fn block(&mut self, block: &Block) {
        assert_eq!(block.first, self.next, "blocks come in the order of the cells");
        self.next += block.len() as u64;
        for cell in 0..block.len() {
            self.seen.extend((0..self.figures).map(|figure| block.figure(figure)[cell].to_bits()));
            self.seen.push(block.stops().map_or(0, |stops| stops[cell].into()));
        }
    }
}

#[test]
fn no_bit_depends_on_instructions_or_on_where_a_grid_is_cut() {
    let company = agreed(&load_text("a company", COMPANY));
    let sweep = grid(&company, &[("post", 5e6, 60e6, 300), ("cap", 2e6, 20e6, 523)]);
    let bits = |sweep: &LaneSweep, cuts: &[u64]| {
        let mut bits = Bits { figures: sweep.figures(), seen: Vec::new(), next: 0 };
        for cut in cuts.windows(2) {
            Walker::new(sweep).walk(cut[0]..cut[1], &mut bits);
        }
        bits.seen
    };
    let cells = sweep.cells();
    let expected = bits(&sweep.clone().with(Instructions::Base), &[0, cells]);
    assert!(expected.len() as u64 == cells * (sweep.figures() as u64 + 1));
    for instructions in Instructions::ALL.into_iter().filter(|instructions| instructions.is_here()) {
        let sweep = sweep.clone().with(instructions);
        assert!(bits(&sweep, &[0, 1, 2, 600, 70_000, 70_001, cells]) == expected, "{}", instructions.word());
    }
}

#[test]
fn the_least_and_the_most_are_those_of_all_cells_with_an_answer() {
    let company = agreed(&load_text("a company", COMPANY));
    let sweep = grid(&company, &[("post", 5e6, 60e6, 30), ("cap", 2e6, 20e6, 700)]);
    let (figures, stops) = sweep.fill(0..sweep.cells());
    let mut parts = [Extremes::new(sweep.figures()), Extremes::new(sweep.figures())];
    Walker::new(&sweep).walk(0..9_001, &mut parts[0]);
    Walker::new(&sweep).walk(9_001..sweep.cells(), &mut parts[1]);
    let [mut all, later] = parts;
    all.merge(&later);
    for (figure, range) in all.ranges.iter().enumerate() {
        let answered = stops.iter().enumerate().filter(|(_, stop)| **stop == 0);
        let values: Vec<(f64, u64)> =
            answered.map(|(cell, _)| (figures[cell * sweep.figures() + figure], cell as u64)).collect();
        assert!(values.len() < stops.len() && !values.is_empty());
        let best = |better: fn(f64, f64) -> bool| {
            values.iter().copied().reduce(|best, other| if better(other.0, best.0) { other } else { best })
        };
        let expected = best(|a, b| a < b).zip(best(|a, b| a > b)).map(|(least, most)| [least, most]);
        assert_eq!(*range, expected);
    }
    let mut kept = vec![vec![0.0; stops.len()]; sweep.figures()];
    let room = kept.iter_mut().map(Vec::as_mut_slice).collect();
    Walker::new(&sweep).walk(0..sweep.cells(), &mut Columns { room });
    for (figure, column) in kept.iter().enumerate() {
        for (cell, value) in column.iter().enumerate() {
            assert_eq!(value.to_bits(), figures[cell * sweep.figures() + figure].to_bits());
        }
    }
}

#[test]
fn what_one_input_decides_alone_is_computed_once_a_row_or_once_a_column() {
    let sweep = grid(&shipped("benchmark/oai12"), &[("pre4", 4e11, 16e11, 1_000), ("size4", 2e10, 3e11, 1_000)]);
    let [rows, _, cells] = sweep.steps();
    assert!(rows >= 1, "what a share costs depends on the pre-money alone");
    assert!(cells <= 60, "{cells} steps a cell");
}
