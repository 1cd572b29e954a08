//! Many futures: the same engine over many values of what is uncertain.

pub mod beta;
pub mod draw;
pub mod maths;
pub mod measure;
pub mod philox;
pub mod quantiles;
pub mod sampler;
pub mod sobol;
mod sobol_directions;
pub mod tape;
pub mod model;
pub mod watch;
pub mod run;
pub mod simd;
pub mod tally;
pub mod figures;
pub mod summary;
