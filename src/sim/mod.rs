//! Many futures: the same engine over many values of what is uncertain.

pub mod beta;
pub mod draw;
pub mod exact;
pub mod figures;
pub mod maths;
pub mod measure;
pub mod model;
pub mod philox;
pub mod proceeds;
pub mod quantiles;
pub mod run;
pub mod sampler;
pub mod simd;
pub mod sobol;
mod sobol_directions;
pub mod solve;
pub mod summary;
pub mod sweep;
pub mod tally;
pub mod tape;
pub mod watch;
