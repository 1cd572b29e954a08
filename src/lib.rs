//! capstruct: who owns what after a deal, exact to the last share.

pub mod cli;
pub mod engine;
pub mod error;
pub mod model;
pub mod num;
pub mod render;
pub mod report;
pub mod spec;
