//! Tables and charts as data: typed cells, no formatting.

pub mod chart;
pub mod check;
pub mod explain;
pub mod figures;
pub mod run;
pub mod table;

pub use run::{RUNGS, Run};
