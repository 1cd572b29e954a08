//! What the engine did, as operations on numbers that are known or noted.

use super::bounds::Bounds;
use super::symbol::SymbolMask;
use foldhash::fast::FixedState;
use std::cell::RefCell;
use std::collections::HashMap;

/// A noted operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the operations of `Number` and `Mask`, by name")]
pub enum Operation {
    /// A column of drawn numbers.
    Input(u32),
    /// A column of drawn truths.
    MaskInput(u32),
    Add(Key, Key),
    Sub(Key, Key),
    Mul(Key, Key),
    Div(Key, Key),
    Min(Key, Key),
    Max(Key, Key),
    Floor(Key),
    AtMost(Key, Key),
    IsDefined(Key),
    Select(u32, Key, Key),
    And(u32, u32),
    Or(u32, u32),
    Not(u32),
    /// Where lines add up to a total: by its place among those noted.
    Reach(u32),
}

/// A number as part of a key: a known one by its bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// Known; its bits.
    Known(u64),
    /// Noted.
    Node(u32),
}

/// Where lines add up to a total: what [`reach`](crate::num::reach) is given, as keys or as what the machine reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach<T> {
    /// What is always past its bend.
    pub straight: [T; 2],
    /// By line: where it bends, its value before and after, and how fast it grows after.
    pub bent: Vec<[T; 4]>,
    /// What they add up to.
    pub total: T,
}

impl<T> Reach<T> {
    /// Everything it is given.
    pub fn operands(&self) -> impl Iterator<Item = &T> {
        self.straight.iter().chain(self.bent.iter().flatten()).chain([&self.total])
    }

    /// The same of something else.
    pub fn map<U>(&self, mut of: impl FnMut(&T) -> U) -> Reach<U> {
        Reach {
            straight: self.straight.each_ref().map(&mut of),
            bent: self.bent.iter().map(|line| line.each_ref().map(&mut of)).collect(),
            total: of(&self.total),
        }
    }
}

/// Everything noted.
#[derive(Debug, Default)]
pub struct Recording {
    /// Operations; each uses only earlier ones.
    pub operations: Vec<Operation>,
    /// What each [`Operation::Reach`] is given.
    pub reaches: Vec<Reach<Key>>,
    bounds: Vec<Bounds>,
    known: HashMap<Operation, u32, FixedState>,
    /// What must hold in a path for it to be what this program says.
    pub guards: Vec<u32>,
    turns: HashMap<(&'static str, u32, u32), u32>,
    turns_max: u32,
}

impl Recording {
    /// The operations an operation reads.
    pub fn reads(&self, operation: Operation) -> impl Iterator<Item = u32> {
        let of = |key: Key| match key {
            Key::Known(_) => None,
            Key::Node(index) => Some(index),
        };
        let all = match operation {
            Operation::Input(_) | Operation::MaskInput(_) | Operation::Reach(_) => [None; 3],
            Operation::Add(a, b)
            | Operation::Sub(a, b)
            | Operation::Mul(a, b)
            | Operation::Div(a, b)
            | Operation::Min(a, b)
            | Operation::Max(a, b)
            | Operation::AtMost(a, b) => [of(a), of(b), None],
            Operation::Floor(a) | Operation::IsDefined(a) => [of(a), None, None],
            Operation::Select(m, a, b) => [Some(m), of(a), of(b)],
            Operation::And(a, b) | Operation::Or(a, b) => [Some(a), Some(b), None],
            Operation::Not(a) => [Some(a), None, None],
        };
        let given = match operation {
            Operation::Reach(place) => Some(&self.reaches[place as usize]),
            _ => None,
        };
        all.into_iter().flatten().chain(given.into_iter().flat_map(Reach::operands).copied().filter_map(of))
    }

    /// Operations that were noted elsewhere, to be put in order.
    pub(super) fn of(operations: Vec<Operation>, reaches: Vec<Reach<Key>>, guards: Vec<u32>) -> Self {
        Recording { operations, reaches, guards, ..Recording::default() }
    }
}

thread_local! {
    static RECORDING: RefCell<Recording> = RefCell::new(Recording::default());
}

/// Runs `work` and gives what it returned with everything it noted. Loops are followed for `turns_max` turns.
pub fn record<T>(turns_max: u32, work: impl FnOnce() -> T) -> (T, Recording) {
    let fresh = Recording { turns_max, ..Recording::default() };
    let before = RECORDING.replace(fresh);
    let result = work();
    (result, RECORDING.replace(before))
}

/// The index of an operation, which is noted where it is new.
pub(super) fn note(operation: Operation, bounds: Bounds) -> u32 {
    RECORDING.with_borrow_mut(|recording| {
        if let Some(&index) = recording.known.get(&operation) {
            return index;
        }
        let index =
            u32::try_from(recording.operations.len()).expect("a program of fewer than four thousand million steps");
        recording.operations.push(operation);
        recording.bounds.push(bounds);
        recording.known.insert(operation, index);
        index
    })
}

/// A noted operation.
pub(super) fn operation(index: u32) -> Operation {
    RECORDING.with_borrow(|recording| recording.operations[index as usize])
}

/// What a noted number is known to lie between.
pub(super) fn bounds_of(index: u32) -> Bounds {
    RECORDING.with_borrow(|recording| recording.bounds[index as usize])
}

/// The place of what a search is given, which is noted where it is new.
pub(super) fn note_reach(given: Reach<Key>) -> u32 {
    let place = RECORDING.with_borrow_mut(|recording| {
        recording.reaches.iter().position(|other| *other == given).unwrap_or_else(|| {
            recording.reaches.push(given);
            recording.reaches.len() - 1
        })
    });
    u32::try_from(place).expect("few of them")
}

/// Whether a loop at this place of the source ends: known, or taken to be so after some turns, and guarded.
pub(super) fn settles(mask: SymbolMask, place: (&'static str, u32, u32)) -> bool {
    RECORDING.with_borrow_mut(|recording| {
        let turns = recording.turns.entry(place).or_insert(0);
        *turns += 1;
        let ends = match mask {
            SymbolMask::Known(truth) => truth,
            SymbolMask::Node(guard) if *turns >= recording.turns_max => {
                recording.guards.push(guard);
                true
            }
            SymbolMask::Node(_) => false,
        };
        if ends {
            *turns = 0;
        }
        ends
    })
}
