//! The engine as a flat program over columns of paths.
//!
//! The engine is run once over [`Symbol`]s, which note what it computes; [`Program`] is those notes, put in order and
//! without what is known beforehand; [`Machine`] runs it over a block of paths, one instruction at a time, each over a
//! whole column. No formula is written here: the engine's are the only ones.

mod algebra;
pub mod bounds;
mod compile;
mod machine;
mod partial;
mod program;
mod recording;
mod symbol;

pub use machine::{BLOCK, Column, Machine, is, truth};
pub use partial::Parts;
pub use program::{MaskRoot, Program, Root, Roots, Step};
pub use recording::{Key, Operation, Reach, Recording, record};
pub use symbol::{Symbol, SymbolMask};
