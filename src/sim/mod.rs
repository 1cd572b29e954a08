//! Many futures: the same engine over many values of what is uncertain.

#![allow(
    clippy::cast_precision_loss,
    clippy::many_single_char_names,
    clippy::needless_range_loop,
    clippy::similar_names,
    reason = "statistics are floating point, and the formulas keep the letters of their papers; loops over columns are written so that they become vector instructions"
)]

pub mod beta;
pub mod cells;
pub mod choice;
pub mod derived;
pub mod draw;
pub mod exact;
pub mod figures;
pub mod maths;
pub mod measure;
pub mod mixture;
pub mod model;
pub mod multiples;
pub mod philox;
pub mod proceeds;
pub mod quantiles;
pub mod replicates;
pub mod run;
pub mod sampler;
pub mod simd;
pub mod sobol;
mod sobol_directions;
pub mod solve;
pub mod summary;
pub mod sweep;
pub mod table;
pub mod tally;
pub mod tape;
pub mod watch;
