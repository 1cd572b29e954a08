//! Bytes: terminal, CSV, JSON, Markdown, charts, findings, and the folder they are written to.

pub mod chart;
pub mod csv;
pub mod csv_rows;
pub mod files;
pub mod findings;
pub mod json;
pub mod markdown;
pub mod number;
pub mod terminal;
pub(crate) mod words;
