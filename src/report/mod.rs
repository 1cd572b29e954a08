//! Tables and charts as data: typed cells, no formatting.

pub mod chart;
pub mod table;
pub mod run;

pub use run::{RUNGS, Run};
