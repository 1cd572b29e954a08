//! Runs a program over a block of paths.

use super::program::{Program, Step};

/// Paths side by side in one block. Every column of the machine is that long.
pub const BLOCK: usize = 128;

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

const TRUE: u64 = u64::MAX;

impl Column {
    /// The same in every path.
    pub fn splat(value: f64) -> Self {
        Column([value; BLOCK])
    }
}

#[inline(always)]
fn truth(holds: bool) -> f64 {
    f64::from_bits(if holds { TRUE } else { 0 })
}

/// `to = value(path)` for every path of the block, in a plain loop the compiler turns into vector instructions.
macro_rules! each {
    ($self:ident, $to:expr, |$path:ident| $value:expr $(, $name:ident = $column:expr)*) => {{
        let mut out = $self.take($to);
        {
            $(let $name = &$self.columns[$column as usize].0;)*
            let result = &mut out.0;
            for $path in 0..BLOCK {
                result[$path] = $value;
            }
        }
        $self.put($to, out);
    }};
}

impl Machine {
    /// Columns for a program.
    pub fn new(program: &Program) -> Self {
        Self::with_columns(program.columns)
    }

    /// So many columns.
    pub fn with_columns(columns: usize) -> Self {
        Machine {
            columns: (0..columns).map(|_| Box::new(Column::splat(0.0))).collect(),
            spare: Some(Box::new(Column::splat(0.0))),
        }
    }

    #[inline(always)]
    fn take(&mut self, column: u32) -> Box<Column> {
        let spare = self.spare.take().expect("one column is always spare");
        std::mem::replace(&mut self.columns[column as usize], spare)
    }

    #[inline(always)]
    fn put(&mut self, column: u32, filled: Box<Column>) {
        self.spare = Some(std::mem::replace(&mut self.columns[column as usize], filled));
    }

    /// Carries out every step.
    #[inline(always)]
    #[allow(clippy::many_single_char_names, clippy::too_many_lines, reason = "one line a step")]
    pub fn run(&mut self, program: &Program) {
        for step in &program.steps {
            match *step {
                Step::Add { to, a, b } => each!(self, to, |i| x[i] + y[i], x = a, y = b),
                Step::AddKnown { to, a, k } => each!(self, to, |i| x[i] + k, x = a),
                Step::Sub { to, a, b } => each!(self, to, |i| x[i] - y[i], x = a, y = b),
                Step::KnownSub { to, k, a } => each!(self, to, |i| k - x[i], x = a),
                Step::Mul { to, a, b } => each!(self, to, |i| x[i] * y[i], x = a, y = b),
                Step::MulKnown { to, a, k } => each!(self, to, |i| x[i] * k, x = a),
                Step::MulAdd { to, a, b, c } => each!(self, to, |i| x[i] * y[i] + z[i], x = a, y = b, z = c),
                Step::MulKnownAdd { to, a, k, c } => each!(self, to, |i| x[i] * k + z[i], x = a, z = c),
                Step::MulKnownAddKnown { to, a, k, l } => each!(self, to, |i| x[i] * k + l, x = a),
                Step::MulSub { to, a, b, c } => each!(self, to, |i| z[i] - x[i] * y[i], x = a, y = b, z = c),
                Step::Div { to, a, b } => each!(self, to, |i| x[i] / y[i], x = a, y = b),
                Step::DivKnown { to, a, k } => each!(self, to, |i| x[i] / k, x = a),
                Step::KnownDiv { to, k, a } => each!(self, to, |i| k / x[i], x = a),
                Step::Min { to, a, b } => each!(self, to, |i| smaller(x[i], y[i]), x = a, y = b),
                Step::MinKnown { to, a, k } => each!(self, to, |i| smaller(x[i], k), x = a),
                Step::Max { to, a, b } => each!(self, to, |i| larger(x[i], y[i]), x = a, y = b),
                Step::MaxKnown { to, a, k } => each!(self, to, |i| larger(x[i], k), x = a),
                Step::Floor { to, a } => each!(self, to, |i| floor(x[i]), x = a),
                Step::AtMost { to, a, b } => each!(self, to, |i| truth(x[i] <= y[i]), x = a, y = b),
                Step::AtMostKnown { to, a, k } => each!(self, to, |i| truth(x[i] <= k), x = a),
                Step::KnownAtMost { to, k, a } => each!(self, to, |i| truth(k <= x[i]), x = a),
                Step::IsDefined { to, a } => each!(self, to, |i| truth(x[i].is_finite()), x = a),
                Step::Select { to, m, a, b } => {
                    each!(self, to, |i| if is(p[i]) { x[i] } else { y[i] }, p = m, x = a, y = b);
                }
                Step::SelectOrKnown { to, m, a, k } => {
                    each!(self, to, |i| if is(p[i]) { x[i] } else { k }, p = m, x = a);
                }
                Step::KnownOrSelect { to, m, k, b } => {
                    each!(self, to, |i| if is(p[i]) { k } else { y[i] }, p = m, y = b);
                }
                Step::SelectKnown { to, m, k, l } => each!(self, to, |i| if is(p[i]) { k } else { l }, p = m),
                Step::And { to, a, b } => {
                    each!(self, to, |i| f64::from_bits(x[i].to_bits() & y[i].to_bits()), x = a, y = b);
                }
                Step::Or { to, a, b } => {
                    each!(self, to, |i| f64::from_bits(x[i].to_bits() | y[i].to_bits()), x = a, y = b);
                }
                Step::Not { to, a } => each!(self, to, |i| f64::from_bits(!x[i].to_bits()), x = a),
            }
        }
    }
}

#[inline(always)]
fn is(mask: f64) -> bool {
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
