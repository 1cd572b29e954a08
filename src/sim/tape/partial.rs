//! A recording cut in three by what its operations depend on: a grid computes most of it once a row or once a column.
//!
//! The inputs of a grid are slow, the same in all cells of a row, or fast, the same in all cells of a column. What depends
//! on slow inputs alone is one program, run once a row; what depends on fast ones alone is another, run once a column;
//! the third is left for each cell, and reads what the other two hand to it as its own inputs.

use super::program::{Program, Roots};
use super::recording::{Key, Operation, Reach, Recording};
use super::symbol::{Symbol, SymbolMask};

/// The three programs.
#[derive(Clone, Debug)]
pub struct Parts {
    /// What depends on the slow inputs alone. Its numbers are what it hands to the cells.
    pub rows: Program,
    /// What depends on the fast inputs alone. Its numbers are what it hands to the cells.
    pub columns: Program,
    /// The rest. Its first inputs are what the rows hand over, then what the columns do.
    pub cells: Program,
}

/// What an operation depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Needs {
    Slow,
    Fast,
    Both,
}

impl Needs {
    fn and(self, other: Needs) -> Needs {
        if self == other { self } else { Needs::Both }
    }
}

impl Parts {
    /// Cuts a recording whose first `slow` inputs are slow and whose next `fast` ones are fast.
    pub fn new(recording: &Recording, roots: &Roots, slow: u32, fast: u32) -> Self {
        let needs = needs(recording, slow);
        let handed = handed(recording, roots, &needs);
        let of = |part: Needs| -> Vec<u32> {
            handed.iter().copied().filter(|&index| needs[index as usize] == part).collect()
        };
        let (from_rows, from_columns) = (of(Needs::Slow), of(Needs::Fast));
        let inputs = from_rows.iter().chain(&from_columns).copied().collect::<Vec<u32>>();
        Parts {
            rows: before(recording, &needs, Needs::Slow, &from_rows, (0, slow)),
            columns: before(recording, &needs, Needs::Fast, &from_columns, (slow, fast)),
            cells: rest(recording, roots, &needs, &inputs),
        }
    }
}

fn needs(recording: &Recording, slow: u32) -> Vec<Needs> {
    let mut needs: Vec<Needs> = Vec::with_capacity(recording.operations.len());
    for operation in &recording.operations {
        let own = match *operation {
            Operation::Input(column) if column >= slow => Needs::Fast,
            _ => recording.reads(*operation).map(|read| needs[read as usize]).reduce(Needs::and).unwrap_or(Needs::Slow),
        };
        needs.push(own);
    }
    needs
}

/// What the cells read of the other two, each once, in order.
fn handed(recording: &Recording, roots: &Roots, needs: &[Needs]) -> Vec<u32> {
    let numbers = roots.numbers.iter().filter_map(|root| match root {
        Symbol::Node(index) => Some(*index),
        Symbol::Known(_) => None,
    });
    let masks = roots.masks.iter().filter_map(|root| match root {
        SymbolMask::Node(index) => Some(*index),
        SymbolMask::Known(_) => None,
    });
    let wanted = numbers.chain(masks).chain(recording.guards.iter().copied());
    // Only what is needed in the end.
    let mut is_needed = vec![false; needs.len()];
    let mut is_handed = vec![false; needs.len()];
    for index in wanted {
        is_needed[index as usize] = true;
        is_handed[index as usize] = needs[index as usize] != Needs::Both;
    }
    for index in (0..needs.len()).rev().filter(|&index| needs[index] == Needs::Both) {
        if is_needed[index] {
            for read in recording.reads(recording.operations[index]) {
                is_needed[read as usize] = true;
                is_handed[read as usize] |= needs[read as usize] != Needs::Both;
            }
        }
    }
    (0..).zip(is_handed).filter(|(_, handed)| *handed).map(|(index, _)| index).collect()
}

/// The program of one of the first two parts, whose inputs are so many from a first.
fn before(recording: &Recording, needs: &[Needs], part: Needs, handed: &[u32], inputs: (u32, u32)) -> Program {
    let mut place = vec![u32::MAX; needs.len()];
    let (mut operations, mut reaches) = (Vec::new(), Vec::new());
    for (index, operation) in recording.operations.iter().enumerate().filter(|(index, _)| needs[*index] == part) {
        place[index] = count(&operations);
        operations.push(match *operation {
            Operation::Input(column) => Operation::Input(column - inputs.0),
            other => moved(recording, other, &mut reaches, |read| place[read as usize]),
        });
    }
    let numbers = handed.iter().map(|&index| Symbol::Node(place[index as usize])).collect();
    let roots = Roots { numbers, masks: Vec::new() };
    Program::new(&Recording::of(operations, reaches, Vec::new()), &roots, inputs.1 as usize, 0)
}

/// The program of the cells: what is handed over is an input, a truth too.
fn rest(recording: &Recording, roots: &Roots, needs: &[Needs], handed: &[u32]) -> Program {
    let mut place = vec![u32::MAX; needs.len()];
    let (mut operations, mut reaches) = (Vec::new(), Vec::new());
    for (column, &index) in (0..).zip(handed) {
        place[index as usize] = count(&operations);
        operations.push(Operation::Input(column));
    }
    for (index, operation) in recording.operations.iter().enumerate() {
        // What nothing wanted reads may read what is not handed over, and is left out.
        let is_whole = || recording.reads(*operation).all(|read| place[read as usize] != u32::MAX);
        if needs[index] == Needs::Both && is_whole() {
            place[index] = count(&operations);
            operations.push(moved(recording, *operation, &mut reaches, |read| place[read as usize]));
        }
    }
    let numbers = roots.numbers.iter().map(|root| match *root {
        Symbol::Node(index) => Symbol::Node(place[index as usize]),
        known @ Symbol::Known(_) => known,
    });
    let masks = roots.masks.iter().map(|root| match *root {
        SymbolMask::Node(index) => SymbolMask::Node(place[index as usize]),
        known @ SymbolMask::Known(_) => known,
    });
    let roots = Roots { numbers: numbers.collect(), masks: masks.collect() };
    let guards = recording.guards.iter().map(|&guard| place[guard as usize]).collect();
    Program::new(&Recording::of(operations, reaches, guards), &roots, handed.len(), 0)
}

fn count(operations: &[Operation]) -> u32 {
    u32::try_from(operations.len()).expect("no more than there were")
}

/// The same operation on what stands elsewhere; the lines of a search go to `reaches`.
fn moved(
    recording: &Recording,
    operation: Operation,
    reaches: &mut Vec<Reach<Key>>,
    to: impl Fn(u32) -> u32,
) -> Operation {
    use Operation::{Add, And, AtMost, Div, Floor, Input, IsDefined, MaskInput, Max, Min, Mul, Not, Or, Select, Sub};
    let key = |key: Key| match key {
        Key::Node(index) => Key::Node(to(index)),
        known @ Key::Known(_) => known,
    };
    match operation {
        Input(_) | MaskInput(_) => operation,
        Add(a, b) => Add(key(a), key(b)),
        Sub(a, b) => Sub(key(a), key(b)),
        Mul(a, b) => Mul(key(a), key(b)),
        Div(a, b) => Div(key(a), key(b)),
        Min(a, b) => Min(key(a), key(b)),
        Max(a, b) => Max(key(a), key(b)),
        AtMost(a, b) => AtMost(key(a), key(b)),
        Floor(a) => Floor(key(a)),
        IsDefined(a) => IsDefined(key(a)),
        Select(m, a, b) => Select(to(m), key(a), key(b)),
        And(a, b) => And(to(a), to(b)),
        Or(a, b) => Or(to(a), to(b)),
        Not(a) => Not(to(a)),
        Operation::Reach(place) => {
            reaches.push(recording.reaches[place as usize].map(|&operand| key(operand)));
            Operation::Reach(u32::try_from(reaches.len() - 1).expect("no more than there were"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{BLOCK, Machine, Root, record};
    use super::*;

    #[test]
    fn the_parts_together_say_what_the_whole_says() {
        let (roots, recording) = record(2, || {
            let [slow, fast] = [0, 1].map(|column| Symbol::input(column, 1.0, 9.0));
            let price = slow / Symbol::Known(7.0);
            let part = (fast + Symbol::Known(1.0)) / price;
            Roots { numbers: vec![part, price, fast, part * part], masks: Vec::new() }
        });
        let parts = Parts::new(&recording, &roots, 1, 1);
        assert_eq!(parts.rows.numbers.len(), 2, "the price, and one over it");
        assert_eq!(parts.columns.numbers.len(), 2, "the input, and one more than it");
        assert_eq!(
            parts.cells.steps.len(),
            3,
            "a product, a multiple of it and of its square: {:?}",
            parts.cells.steps
        );

        let whole = Program::new(&recording, &roots, 2, 0);
        let run = |program: &Program, inputs: &[f64]| -> Vec<f64> {
            let mut machine = Machine::new(program);
            for (column, input) in machine.columns.iter_mut().zip(inputs) {
                column.0 = [*input; BLOCK];
            }
            machine.run(program);
            let read = |root: &Root| match *root {
                Root::Known(value) => value,
                Root::Column(column) => machine.columns[column as usize].0[5],
            };
            program.numbers.iter().map(read).collect()
        };
        let mut handed = run(&parts.rows, &[3.0]);
        handed.extend(run(&parts.columns, &[4.0]));
        let (ours, theirs) = (run(&parts.cells, &handed), run(&whole, &[3.0, 4.0]));
        for (ours, theirs) in ours.iter().zip(&theirs) {
            assert!((ours - theirs).abs() <= 1e-15 * theirs.abs(), "{ours} {theirs}");
        }
        assert_eq!(ours.len(), 4);
    }
}
