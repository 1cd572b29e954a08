//! What was typed: scenario files as a checked tree in which every value knows its place.
//!
//! ```text
//! name -> file -> text -> tree -> shaped -> checked --+-> merged -> complete -> Document
//!          names   file    parse    shape     check   |    merge    complete
//!                                                base files
//! ```
//!
//! [`keys`] defines the format once: the checks, the editors' schema and the printed reference come from it. Nothing
//! here knows what a name refers to or what sums must add up to; that is checked when the document is resolved.

mod access;
mod added;
mod check;
mod complete;
mod expectations;
mod file;
mod inputs;
pub mod keys;
mod load;
mod merge;
mod names;
mod node;
mod number;
mod parse;
pub mod reference;
pub mod resolve;
pub mod schema;
mod shape;
mod suggest;
mod syntax;
#[cfg(test)]
mod tests;
mod value;

pub use load::{Document, Loaded, load, load_text};
pub use merge::Replaced;
pub use names::{ScenarioFile, ScenarioFolder};
pub use node::{Block, Entry, Node, Provenance, Shape, Value};
pub use number::{Measure, Quantity, Refusal, quantity};
pub use suggest::nearest;
pub use value::{Given, Literal, Period, PeriodUnit, Read, Unread, read};
