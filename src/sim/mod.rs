//! Many futures: the same engine over many values of what is uncertain.

pub mod exact;
pub mod measure;
pub mod solve;
pub mod sweep;
