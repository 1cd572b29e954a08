//! Runs a program over a block of paths.

use super::program::{Program, Step};
use super::recording::Reach;
use crate::num::{Bent, Lanes, Line, reach};

/// Paths side by side in one block. Every column of the machine is that long.
pub const BLOCK: usize = 256;

/// One number for each path of a block; a truth is all ones or all zeros.
#[derive(Clone, Debug)]
#[repr(C, align(64))]
pub struct Column(pub [f64; BLOCK]);

/// The columns of a program, reused from block to block.
#[derive(Clone, Debug)]
pub struct Machine {
    /// Inputs first.
    pub columns: Vec<Box<Column>>,
    spare: Option<Box<Column>>,
}

/// Paths side by side in what the engine itself computes.
const WIDTH: usize = 16;
const TRUE: u64 = u64::MAX;

impl Column {
    /// The same in every path.
    pub fn splat(value: f64) -> Self {
        Column([value; BLOCK])
    }
}

/// A truth as it stands in a column.
#[inline(always)]
pub fn truth(holds: bool) -> f64 {
    f64::from_bits(if holds { TRUE } else { 0 })
}

// One loop a function: the compiler then knows that what is read and what is written are different places. Every operand
// is read before anything is chosen: a choice of what to read would be a choice of places.

#[inline(always)]
fn each<const READ: usize>(out: &mut Column, read: [&Column; READ], value: impl Fn([f64; READ]) -> f64) {
    for path in 0..BLOCK {
        out.0[path] = value(read.map(|column| column.0[path]));
    }
}

impl Machine {
    /// Columns for a program.
    pub fn new(program: &Program) -> Self {
        let mut machine = Self::with_columns(program.columns);
        for (column, value) in &program.constants {
            machine.columns[*column as usize].0.fill(*value);
        }
        machine
    }

    /// So many columns.
    pub fn with_columns(columns: usize) -> Self {
        Machine {
            columns: (0..columns).map(|_| Box::new(Column::splat(0.0))).collect(),
            spare: Some(Box::new(Column::splat(0.0))),
        }
    }

    /// Whether the truth in a column holds in a path of the block.
    #[inline(always)]
    pub fn holds(&self, column: u32, lane: usize) -> bool {
        is(self.columns[column as usize].0[lane])
    }

    /// Fills a column from others, path by path.
    #[inline(always)]
    fn fill<const READ: usize>(&mut self, to: u32, read: [u32; READ], value: impl Fn([f64; READ]) -> f64) {
        let spare = self.spare.take().expect("one column is always spare");
        let mut out = std::mem::replace(&mut self.columns[to as usize], spare);
        each(&mut out, read.map(|column| &*self.columns[column as usize]), value);
        self.spare = Some(std::mem::replace(&mut self.columns[to as usize], out));
    }

    /// The engine's own search, on as many paths at a time as lanes are side by side.
    #[inline(always)]
    fn reach(&mut self, to: u32, given: &Reach<u32>) {
        let spare = self.spare.take().expect("one column is always spare");
        let mut out = std::mem::replace(&mut self.columns[to as usize], spare);
        let chunks_of = |&column: &u32| self.columns[column as usize].0.as_chunks::<WIDTH>().0;
        // Looked up once, not at every turn of every search.
        let bends: Vec<_> = given.bent.iter().map(|line| line.each_ref().map(chunks_of)).collect();
        let ([fixed, slope], total) = (given.straight.each_ref().map(chunks_of), chunks_of(&given.total));
        for (chunk, out) in out.0.as_chunks_mut::<WIDTH>().0.iter_mut().enumerate() {
            let of = |column: &[[f64; WIDTH]]| Lanes(column[chunk]);
            let bent = |index: usize| {
                let [at, before, after, slope] = bends[index];
                Bent { at: of(at), before: of(before), after: of(after), slope: of(slope) }
            };
            *out = reach(Line { fixed: of(fixed), slope: of(slope) }, bends.len(), bent, of(total)).0;
        }
        self.spare = Some(std::mem::replace(&mut self.columns[to as usize], out));
    }

    /// Carries out every step.
    #[inline(always)]
    #[allow(clippy::many_single_char_names, clippy::too_many_lines, reason = "one line a step")]
    pub fn run(&mut self, program: &Program) {
        for step in &program.steps {
            match *step {
                Step::Add { to, a, b } => self.fill(to, [a, b], |[x, y]| x + y),
                Step::AddKnown { to, a, k } => self.fill(to, [a], |[x]| x + k),
                Step::Sub { to, a, b } => self.fill(to, [a, b], |[x, y]| x - y),
                Step::KnownSub { to, k, a } => self.fill(to, [a], |[x]| k - x),
                Step::Mul { to, a, b } => self.fill(to, [a, b], |[x, y]| x * y),
                Step::MulKnown { to, a, k } => self.fill(to, [a], |[x]| x * k),
                Step::MulAdd { to, a, b, c } => self.fill(to, [a, b, c], |[x, y, z]| x * y + z),
                Step::MulKnownAdd { to, a, k, c } => self.fill(to, [a, c], |[x, z]| x * k + z),
                Step::MulKnownAddKnown { to, a, k, l } => self.fill(to, [a], |[x]| x * k + l),
                Step::MulSub { to, a, b, c } => self.fill(to, [a, b, c], |[x, y, z]| z - x * y),
                Step::MulMulKnown { to, a, b, k } => self.fill(to, [a, b], |[x, y]| x * y * k),
                Step::Div { to, a, b } => self.fill(to, [a, b], |[x, y]| x / y),
                Step::DivKnown { to, a, k } => self.fill(to, [a], |[x]| x / k),
                Step::KnownDiv { to, k, a } => self.fill(to, [a], |[x]| k / x),
                Step::Min { to, a, b } => self.fill(to, [a, b], |[x, y]| smaller(x, y)),
                Step::MinKnown { to, a, k } => self.fill(to, [a], |[x]| smaller(x, k)),
                Step::Max { to, a, b } => self.fill(to, [a, b], |[x, y]| larger(x, y)),
                Step::MaxKnown { to, a, k } => self.fill(to, [a], |[x]| larger(x, k)),
                Step::Floor { to, a } => self.fill(to, [a], |[x]| floor(x)),
                Step::AtMost { to, a, b } => self.fill(to, [a, b], |[x, y]| truth(x <= y)),
                Step::AtMostKnown { to, a, k } => self.fill(to, [a], |[x]| truth(x <= k)),
                Step::KnownAtMost { to, k, a } => self.fill(to, [a], |[x]| truth(k <= x)),
                Step::IsDefined { to, a } => self.fill(to, [a], |[x]| truth(x.is_finite())),
                Step::Select { to, m, a, b } => {
                    self.fill(to, [m, a, b], |[p, x, y]| if is(p) { x } else { y });
                }
                Step::SelectOrKnown { to, m, a, k } => {
                    self.fill(to, [m, a], |[p, x]| if is(p) { x } else { k });
                }
                Step::KnownOrSelect { to, m, k, b } => {
                    self.fill(to, [m, b], |[p, y]| if is(p) { k } else { y });
                }
                Step::SelectKnown { to, m, k, l } => self.fill(to, [m], |[p]| if is(p) { k } else { l }),
                Step::SelectOrMulKnown { to, m, a, b, k } => {
                    self.fill(to, [m, a, b], |[p, x, y]| if is(p) { x } else { y * k });
                }
                Step::SelectOrMul { to, m, a, b, c, k } => {
                    self.fill(to, [m, a, b, c], |[p, x, y, z]| if is(p) { x } else { y * z * k });
                }
                Step::KnownOrMulKnown { to, m, k, b, l } => {
                    self.fill(to, [m, b], |[p, y]| if is(p) { k } else { y * l });
                }
                Step::And { to, a, b } => {
                    self.fill(to, [a, b], |[x, y]| f64::from_bits(x.to_bits() & y.to_bits()));
                }
                Step::Or { to, a, b } => {
                    self.fill(to, [a, b], |[x, y]| f64::from_bits(x.to_bits() | y.to_bits()));
                }
                Step::Reach { to, place } => self.reach(to, &program.reaches[place as usize]),
                Step::Not { to, a } => self.fill(to, [a], |[x]| f64::from_bits(!x.to_bits())),
            }
        }
    }
}

/// Whether a truth of a column holds.
#[inline(always)]
pub fn is(mask: f64) -> bool {
    mask.to_bits() != 0
}

#[inline(always)]
fn smaller(a: f64, b: f64) -> f64 {
    if b < a { b } else { a }
}

#[inline(always)]
fn larger(a: f64, b: f64) -> f64 {
    if a < b { b } else { a }
}

/// As lanes do it: a number that is whole but for its last digits counts as whole.
#[inline(always)]
fn floor(value: f64) -> f64 {
    use crate::num::{Lanes, Number};
    Lanes([value]).floor().0[0]
}
