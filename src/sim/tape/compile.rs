//! Puts what was noted in order, as a program.

use super::program::{MaskRoot, Program, Root, Roots, Step};
use super::recording::{Key, Operation, Recording};
use super::symbol::{Symbol, SymbolMask};

struct Compiler<'a> {
    recording: &'a Recording,
    /// How many operations or roots read each; infinite for roots, which keep their column.
    uses: Vec<u32>,
    fused: Vec<bool>,
    /// Sums and differences that have a product in them.
    taken: Vec<bool>,
    /// Products that are quotients.
    quotient: Vec<bool>,
    column_of: Vec<Option<u32>>,
    free: Vec<u32>,
    program: Program,
}

const KEPT: u32 = u32::MAX / 2;

impl Program {
    /// Puts the recording in order.
    pub fn new(recording: &Recording, roots: &Roots, number_inputs: usize, mask_inputs: usize) -> Self {
        let count = recording.operations.len();
        let mut compiler = Compiler {
            recording,
            uses: vec![0; count],
            fused: vec![false; count],
            taken: vec![false; count],
            quotient: vec![false; count],
            column_of: vec![None; count],
            free: Vec::new(),
            program: Program {
                steps: Vec::new(),
                columns: number_inputs + mask_inputs,
                number_inputs,
                mask_inputs,
                numbers: Vec::new(),
                masks: Vec::new(),
                constants: Vec::new(),
                reaches: Vec::new(),
                guards: Vec::new(),
            },
        };
        compiler.count_uses(roots);
        compiler.fuse();
        for index in 0..count {
            if compiler.uses[index] > 0 && !compiler.fused[index] {
                compiler.emit(index);
            }
        }
        compiler.finish(roots)
    }
}

impl Compiler<'_> {
    fn count_uses(&mut self, roots: &Roots) {
        let numbers =
            roots.numbers.iter().filter_map(|root| if let Symbol::Node(index) = root { Some(*index) } else { None });
        let masks =
            roots.masks.iter().filter_map(|root| if let SymbolMask::Node(index) = root { Some(*index) } else { None });
        for index in numbers.chain(masks).chain(self.recording.guards.iter().copied()) {
            self.uses[index as usize] = KEPT;
        }
        for index in (0..self.uses.len()).rev() {
            if self.uses[index] > 0 {
                for read in self.recording.reads(self.recording.operations[index]) {
                    self.uses[read as usize] += 1;
                }
            }
        }
    }

    /// Marks products that become part of the sums that read them: any product that is read once, and a product with a
    /// known number that only sums read, since multiplying again costs less than keeping it.
    fn fuse(&mut self) {
        let needed: Vec<usize> = (0..self.uses.len()).filter(|&index| self.uses[index] > 0).collect();
        for &index in &needed {
            self.fuse_reciprocal(index);
        }
        for &index in &needed {
            self.fuse_into_choice(index);
        }
        let readers = self.readers();
        for &index in needed.iter().filter(|&&index| !self.fused[index]).collect::<Vec<_>>() {
            let Operation::Mul(_, b) = self.recording.operations[index] else { continue };
            let (count, is_kept) = (readers[index].len(), self.uses[index] >= KEPT);
            let is_known = matches!(b, Key::Known(_));
            let may = !is_kept && !self.quotient[index] && count > 0 && (count == 1 || (is_known && count <= 3));
            if !may || !readers[index].iter().all(|&reader| self.can_take(reader, index, is_known)) {
                continue;
            }
            self.fused[index] = true;
            for &reader in &readers[index] {
                self.taken[reader as usize] = true;
            }
            // What the product reads is now read by each of its readers.
            for read in self.recording.reads(self.recording.operations[index]) {
                self.uses[read as usize] += u32::try_from(count - 1).unwrap_or_default();
            }
        }
        for &index in &needed {
            if let Operation::Mul(Key::Node(product), Key::Known(_)) = self.recording.operations[index]
                && !self.fused[index]
                && !self.quotient[index]
            {
                self.fuse_product_of_columns(product);
            }
        }
    }

    /// Marks what a choice takes where its truth does not hold, where that is a product that nothing else reads.
    fn fuse_into_choice(&mut self, index: usize) {
        let Operation::Select(_, yes, Key::Node(no)) = self.recording.operations[index] else { return };
        let takes_columns = matches!(yes, Key::Node(_));
        match self.recording.operations[no as usize] {
            Operation::Mul(Key::Node(product), Key::Known(_))
                if self.uses[no as usize] == 1 && !self.quotient[no as usize] =>
            {
                self.fused[no as usize] = true;
                if takes_columns {
                    self.fuse_product_of_columns(product);
                }
            }
            _ if takes_columns => self.fuse_product_of_columns(no),
            _ => {}
        }
    }

    /// Marks a product of two columns that is read once.
    fn fuse_product_of_columns(&mut self, index: u32) {
        let place = index as usize;
        let is_product = matches!(self.recording.operations[place], Operation::Mul(Key::Node(_), Key::Node(_)));
        if is_product && self.uses[place] == 1 && !self.quotient[place] {
            self.fused[place] = true;
        }
    }

    /// By operation: which of those that are needed read it, once for each time.
    fn readers(&self) -> Vec<Vec<u32>> {
        let mut readers = vec![Vec::new(); self.uses.len()];
        for (index, operation) in (0..).zip(&self.recording.operations) {
            if self.uses[index as usize] > 0 {
                for read in self.recording.reads(*operation) {
                    readers[read as usize].push(index);
                }
            }
        }
        readers
    }

    /// Whether a sum or difference can have this product in it: one only, beside a column or, for a product with a known
    /// number, a known one.
    fn can_take(&self, reader: u32, product: usize, is_known: bool) -> bool {
        let is_it = |key: Key| matches!(key, Key::Node(index) if index as usize == product);
        let is_column = |key: Key| matches!(key, Key::Node(_));
        let fits = match self.recording.operations[reader as usize] {
            Operation::Add(a, b) if is_it(a) != is_it(b) => {
                let other = if is_it(a) { b } else { a };
                is_column(other) || is_known
            }
            Operation::Sub(a, b) => is_it(b) && is_column(a) && !is_it(a) && !is_known,
            _ => false,
        };
        fits && !self.taken[reader as usize]
    }

    /// A product with a reciprocal that nothing else reads is a quotient.
    fn fuse_reciprocal(&mut self, index: usize) {
        let Operation::Mul(a, b) = self.recording.operations[index] else { return };
        for key in [b, a] {
            let Key::Node(factor) = key else { continue };
            let is_reciprocal = self.reciprocal_of(factor).is_some();
            if is_reciprocal && a != b && self.uses[factor as usize] == 1 && !self.quotient[index] {
                self.fused[factor as usize] = true;
                self.quotient[index] = true;
            }
        }
    }

    /// What the operation is one over.
    fn reciprocal_of(&self, index: u32) -> Option<u32> {
        match self.recording.operations[index as usize] {
            Operation::Div(Key::Known(one), Key::Node(divisor)) if one == 1.0_f64.to_bits() => Some(divisor),
            _ => None,
        }
    }

    /// A product whose one factor is a fused reciprocal, as dividend and divisor.
    fn as_quotient(&self, a: Key, b: Key) -> (Key, u32) {
        let fused = |key: Key| match key {
            Key::Node(factor) if self.fused[factor as usize] => self.reciprocal_of(factor),
            _ => None,
        };
        match (fused(b), fused(a)) {
            (Some(divisor), _) => (a, divisor),
            (None, Some(divisor)) => (b, divisor),
            (None, None) => unreachable!("marked as a quotient"),
        }
    }

    fn column(&mut self) -> u32 {
        self.free.pop().unwrap_or_else(|| {
            self.program.columns += 1;
            u32::try_from(self.program.columns - 1).expect("fewer than four thousand million columns")
        })
    }

    /// A column that is the same in every path, and is never free.
    fn constant(&mut self, bits: u64) -> u32 {
        let constants = &mut self.program.constants;
        if let Some((column, _)) = constants.iter().find(|(_, value)| value.to_bits() == bits) {
            return *column;
        }
        let column = u32::try_from(self.program.columns).expect("fewer than four thousand million columns");
        self.program.columns += 1;
        constants.push((column, f64::from_bits(bits)));
        column
    }

    fn at(&self, index: u32) -> u32 {
        self.column_of[index as usize].expect("an operation reads only earlier ones")
    }

    /// Emits one operation, with the product that is part of it.
    fn emit(&mut self, index: usize) {
        let operation = self.recording.operations[index];
        let inputs = u32::try_from(self.program.number_inputs).expect("few inputs");
        match operation {
            Operation::Input(column) => return self.column_of[index] = Some(column),
            Operation::MaskInput(column) => return self.column_of[index] = Some(inputs + column),
            _ => {}
        }
        let to = self.column();
        if let Operation::Reach(place) = operation {
            let recording = self.recording;
            let given = recording.reaches[place as usize].map(|&key| match key {
                Key::Known(bits) => self.constant(bits),
                Key::Node(index) => self.at(index),
            });
            self.program.reaches.push(given);
        }
        let step = match operation {
            Operation::Mul(a, b) if self.quotient[index] => {
                let (dividend, divisor) = self.as_quotient(a, b);
                self.step(Operation::Div(dividend, Key::Node(divisor)), to)
            }
            _ => self.step(operation, to),
        };
        self.program.steps.push(step);
        self.column_of[index] = Some(to);
        self.release_all(operation);
    }

    /// What an operation reads, itself or through what is part of it, has one reader less.
    fn release_all(&mut self, operation: Operation) {
        let recording = self.recording;
        for read in recording.reads(operation) {
            if self.fused[read as usize] {
                self.release_all(recording.operations[read as usize]);
            } else {
                self.release(read);
            }
        }
    }

    /// One reader less; a column nobody reads any more is free, but for those of the inputs.
    fn release(&mut self, index: u32) {
        let uses = &mut self.uses[index as usize];
        *uses -= 1;
        let is_input =
            matches!(self.recording.operations[index as usize], Operation::Input(_) | Operation::MaskInput(_));
        if *uses == 0 && !is_input {
            let column = self.at(index);
            self.free.push(column);
        }
    }

    fn step(&self, operation: Operation, to: u32) -> Step {
        use Key::{Known, Node};
        let (at, of) = (|index: u32| self.at(index), f64::from_bits);
        match operation {
            Operation::Add(Node(a), Node(b)) => self.sum(to, a, b),
            Operation::Add(Node(product), Known(l)) | Operation::Add(Known(l), Node(product))
                if self.fused[product as usize] =>
            {
                let (Operation::Mul(Node(a), Known(k)) | Operation::Mul(Known(k), Node(a))) =
                    self.recording.operations[product as usize]
                else {
                    unreachable!("only products with a known number are fused into a sum with one")
                };
                Step::MulKnownAddKnown { to, a: at(a), k: of(k), l: of(l) }
            }
            Operation::Add(Node(a), Known(k)) | Operation::Add(Known(k), Node(a)) => {
                Step::AddKnown { to, a: at(a), k: of(k) }
            }
            Operation::Sub(Node(c), Node(product)) if self.fused[product as usize] => {
                let Operation::Mul(Node(a), Node(b)) = self.recording.operations[product as usize] else {
                    unreachable!("only products of columns are fused into a difference")
                };
                Step::MulSub { to, a: at(a), b: at(b), c: at(c) }
            }
            Operation::Sub(Node(a), Node(b)) => Step::Sub { to, a: at(a), b: at(b) },
            Operation::Sub(Node(a), Known(k)) => Step::AddKnown { to, a: at(a), k: -of(k) },
            Operation::Sub(Known(k), Node(a)) => Step::KnownSub { to, k: of(k), a: at(a) },
            Operation::Mul(Node(product), Known(k)) if self.fused[product as usize] => {
                let (a, b) = self.factors(product);
                Step::MulMulKnown { to, a, b, k: of(k) }
            }
            Operation::Mul(Node(a), Node(b)) => Step::Mul { to, a: at(a), b: at(b) },
            Operation::Mul(Node(a), Known(k)) | Operation::Mul(Known(k), Node(a)) => {
                Step::MulKnown { to, a: at(a), k: of(k) }
            }
            Operation::Div(Node(a), Node(b)) => Step::Div { to, a: at(a), b: at(b) },
            Operation::Div(Node(a), Known(k)) => Step::DivKnown { to, a: at(a), k: of(k) },
            Operation::Div(Known(k), Node(a)) => Step::KnownDiv { to, k: of(k), a: at(a) },
            Operation::Min(Node(a), Node(b)) => Step::Min { to, a: at(a), b: at(b) },
            Operation::Min(Node(a), Known(k)) | Operation::Min(Known(k), Node(a)) => {
                Step::MinKnown { to, a: at(a), k: of(k) }
            }
            Operation::Max(Node(a), Node(b)) => Step::Max { to, a: at(a), b: at(b) },
            Operation::Max(Node(a), Known(k)) | Operation::Max(Known(k), Node(a)) => {
                Step::MaxKnown { to, a: at(a), k: of(k) }
            }
            Operation::Floor(Node(a)) => Step::Floor { to, a: at(a) },
            Operation::AtMost(Node(a), Node(b)) => Step::AtMost { to, a: at(a), b: at(b) },
            Operation::AtMost(Node(a), Known(k)) => Step::AtMostKnown { to, a: at(a), k: of(k) },
            Operation::AtMost(Known(k), Node(a)) => Step::KnownAtMost { to, k: of(k), a: at(a) },
            Operation::IsDefined(Node(a)) => Step::IsDefined { to, a: at(a) },
            Operation::Select(m, yes, no) => self.choice(to, at(m), yes, no),
            Operation::And(a, b) => Step::And { to, a: at(a), b: at(b) },
            Operation::Or(a, b) => Step::Or { to, a: at(a), b: at(b) },
            Operation::Not(a) => Step::Not { to, a: at(a) },
            Operation::Reach(_) => Step::Reach { to, place: self.last_search() },
            Operation::Input(_)
            | Operation::MaskInput(_)
            | Operation::Add(Known(_), Known(_))
            | Operation::Sub(Known(_), Known(_))
            | Operation::Mul(Known(_), Known(_))
            | Operation::Div(Known(_), Known(_))
            | Operation::Min(Known(_), Known(_))
            | Operation::Max(Known(_), Known(_))
            | Operation::AtMost(Known(_), Known(_))
            | Operation::Floor(Known(_))
            | Operation::IsDefined(Known(_)) => unreachable!("what is known is not noted"),
        }
    }

    fn last_search(&self) -> u32 {
        u32::try_from(self.program.reaches.len() - 1).expect("few of them")
    }

    /// The columns of a product of two.
    fn factors(&self, product: u32) -> (u32, u32) {
        match self.recording.operations[product as usize] {
            Operation::Mul(Key::Node(a), Key::Node(b)) => (self.at(a), self.at(b)),
            _ => unreachable!("marked as a product of columns"),
        }
    }

    fn choice(&self, to: u32, m: u32, yes: Key, no: Key) -> Step {
        use Key::{Known, Node};
        let (at, of) = (|index: u32| self.at(index), f64::from_bits);
        match (yes, no) {
            (Node(a), Node(product)) if self.fused[product as usize] => self.choice_with_product(to, m, at(a), product),
            (Known(k), Node(product)) if self.fused[product as usize] => {
                let Operation::Mul(Node(b), Known(l)) = self.recording.operations[product as usize] else {
                    unreachable!("only products with a known number are fused into a choice with one")
                };
                Step::KnownOrMulKnown { to, m, k: of(k), b: at(b), l: of(l) }
            }
            (Node(a), Node(b)) => Step::Select { to, m, a: at(a), b: at(b) },
            (Node(a), Known(k)) => Step::SelectOrKnown { to, m, a: at(a), k: of(k) },
            (Known(k), Node(b)) => Step::KnownOrSelect { to, m, k: of(k), b: at(b) },
            (Known(k), Known(l)) => Step::SelectKnown { to, m, k: of(k), l: of(l) },
        }
    }

    fn choice_with_product(&self, to: u32, m: u32, a: u32, product: u32) -> Step {
        match self.recording.operations[product as usize] {
            Operation::Mul(Key::Node(inner), Key::Known(k)) if self.fused[inner as usize] => {
                let ((b, c), k) = (self.factors(inner), f64::from_bits(k));
                Step::SelectOrMul { to, m, a, b, c, k }
            }
            Operation::Mul(Key::Node(b), Key::Known(k)) => {
                Step::SelectOrMulKnown { to, m, a, b: self.at(b), k: f64::from_bits(k) }
            }
            _ => {
                let (b, c) = self.factors(product);
                Step::SelectOrMul { to, m, a, b, c, k: 1.0 }
            }
        }
    }

    fn sum(&self, to: u32, a: u32, b: u32) -> Step {
        let (product, other) = match (self.fused[a as usize], self.fused[b as usize]) {
            (false, false) => return Step::Add { to, a: self.at(a), b: self.at(b) },
            (true, _) => (a, b),
            (false, true) => (b, a),
        };
        let c = self.at(other);
        match self.recording.operations[product as usize] {
            Operation::Mul(Key::Node(a), Key::Node(b)) => Step::MulAdd { to, a: self.at(a), b: self.at(b), c },
            Operation::Mul(Key::Node(a), Key::Known(k)) | Operation::Mul(Key::Known(k), Key::Node(a)) => {
                Step::MulKnownAdd { to, a: self.at(a), k: f64::from_bits(k), c }
            }
            _ => unreachable!("only products are fused"),
        }
    }

    fn finish(mut self, roots: &Roots) -> Program {
        let numbers = roots.numbers.iter().map(|root| match *root {
            Symbol::Known(value) => Root::Known(value),
            Symbol::Node(index) => Root::Column(self.at(index)),
        });
        let masks = roots.masks.iter().map(|root| match *root {
            SymbolMask::Known(truth) => MaskRoot::Known(truth),
            SymbolMask::Node(index) => MaskRoot::Column(self.at(index)),
        });
        let (numbers, masks) = (numbers.collect(), masks.collect());
        let mut guards: Vec<u32> = self.recording.guards.iter().map(|&guard| self.at(guard)).collect();
        guards.sort_unstable();
        guards.dedup();
        self.program.numbers = numbers;
        self.program.masks = masks;
        self.program.guards = guards;
        self.program
    }
}
