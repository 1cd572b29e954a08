//! A list of steps over numbered columns.

use super::machine::Machine;
use super::recording::Reach;
use super::symbol::{Symbol, SymbolMask};
use crate::num::Lanes;
use std::collections::HashMap;

/// A number that is wanted: the same in every path, or a column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Root {
    /// The same in every path.
    Known(f64),
    /// By column of the machine.
    Column(u32),
}

/// A truth that is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MaskRoot {
    /// The same in every path.
    Known(bool),
    /// By column of the machine; all ones or all zeros.
    Column(u32),
}

impl MaskRoot {
    /// Whether it holds in a path of the block that the machine has run.
    #[inline(always)]
    pub fn holds(self, machine: &Machine, lane: usize) -> bool {
        match self {
            MaskRoot::Known(truth) => truth,
            MaskRoot::Column(column) => machine.holds(column, lane),
        }
    }
}

/// One instruction. Columns are numbered; `to` is never one of those read.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(missing_docs, reason = "the formula stands beside each")]
pub enum Step {
    /// a + b
    Add { to: u32, a: u32, b: u32 },
    /// a + k
    AddKnown { to: u32, a: u32, k: f64 },
    /// a - b
    Sub { to: u32, a: u32, b: u32 },
    /// k - a
    KnownSub { to: u32, k: f64, a: u32 },
    /// a * b
    Mul { to: u32, a: u32, b: u32 },
    /// a * k
    MulKnown { to: u32, a: u32, k: f64 },
    /// a * b + c, rounded twice
    MulAdd { to: u32, a: u32, b: u32, c: u32 },
    /// a * k + c, rounded twice
    MulKnownAdd { to: u32, a: u32, k: f64, c: u32 },
    /// a * k + l, rounded twice
    MulKnownAddKnown { to: u32, a: u32, k: f64, l: f64 },
    /// c - a * b, rounded twice
    MulSub { to: u32, a: u32, b: u32, c: u32 },
    /// a * b * k
    MulMulKnown { to: u32, a: u32, b: u32, k: f64 },
    /// a / b
    Div { to: u32, a: u32, b: u32 },
    /// a / k
    DivKnown { to: u32, a: u32, k: f64 },
    /// k / a
    KnownDiv { to: u32, k: f64, a: u32 },
    /// The smaller
    Min { to: u32, a: u32, b: u32 },
    /// The smaller of a and k
    MinKnown { to: u32, a: u32, k: f64 },
    /// The larger
    Max { to: u32, a: u32, b: u32 },
    /// The larger of a and k
    MaxKnown { to: u32, a: u32, k: f64 },
    /// The whole number at or below a
    Floor { to: u32, a: u32 },
    /// a <= b
    AtMost { to: u32, a: u32, b: u32 },
    /// a <= k
    AtMostKnown { to: u32, a: u32, k: f64 },
    /// k <= a
    KnownAtMost { to: u32, k: f64, a: u32 },
    /// a is finite
    IsDefined { to: u32, a: u32 },
    /// a where m, b elsewhere
    Select { to: u32, m: u32, a: u32, b: u32 },
    /// a where m, k elsewhere
    SelectOrKnown { to: u32, m: u32, a: u32, k: f64 },
    /// k where m, b elsewhere
    KnownOrSelect { to: u32, m: u32, k: f64, b: u32 },
    /// k where m, l elsewhere
    SelectKnown { to: u32, m: u32, k: f64, l: f64 },
    /// a where m, b * k elsewhere
    SelectOrMulKnown { to: u32, m: u32, a: u32, b: u32, k: f64 },
    /// a where m, b * c * k elsewhere
    SelectOrMul { to: u32, m: u32, a: u32, b: u32, c: u32, k: f64 },
    /// k where m, b * l elsewhere
    KnownOrMulKnown { to: u32, m: u32, k: f64, b: u32, l: f64 },
    /// a and b
    And { to: u32, a: u32, b: u32 },
    /// a or b
    Or { to: u32, a: u32, b: u32 },
    /// not a
    Not { to: u32, a: u32 },
    /// Where the lines of this place among the program's add up to a total
    Reach { to: u32, place: u32 },
}

/// What is wanted of a recording.
#[derive(Clone, Debug, Default)]
pub struct Roots {
    /// Numbers.
    pub numbers: Vec<Symbol>,
    /// Truths.
    pub masks: Vec<SymbolMask>,
}

/// A program: reads the input columns, leaves what is wanted in columns of its own.
#[derive(Clone, Debug)]
pub struct Program {
    /// In order.
    pub steps: Vec<Step>,
    /// Columns the machine needs; the first are the inputs: numbers, then truths.
    pub columns: usize,
    /// Drawn numbers.
    pub number_inputs: usize,
    /// Drawn truths.
    pub mask_inputs: usize,
    /// What is wanted.
    pub numbers: Vec<Root>,
    /// Truths that are wanted.
    pub masks: Vec<MaskRoot>,
    /// Columns that are the same in every path, and filled beforehand.
    pub constants: Vec<(u32, f64)>,
    /// What each [`Step::Reach`] is given, by column.
    pub reaches: Vec<Reach<u32>>,
    /// Where one of these is false the program does not say what the engine says.
    pub guards: Vec<u32>,
}

impl Program {
    /// The value of a known root in lanes; its column otherwise.
    pub fn known<const W: usize>(root: Root) -> Option<Lanes<W>> {
        match root {
            Root::Known(value) => Some(Lanes::splat(value)),
            Root::Column(_) => None,
        }
    }
}

/// How often each kind of step occurs, for whoever measures.
impl Program {
    /// Kinds of steps with their number, the most frequent first.
    pub fn census(&self) -> Vec<(String, usize)> {
        let mut counts: HashMap<String, usize> = HashMap::new();
        for step in &self.steps {
            let name = format!("{step:?}");
            *counts.entry(name.split(' ').next().unwrap_or_default().to_owned()).or_default() += 1;
        }
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        counts
    }
}
