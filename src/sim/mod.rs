//! Many futures: the same engine over many values of what is uncertain.

pub mod measure;
