//! A sale of the company that a file does not state: added on the command line, with default terms.

use super::check::check_file;
use super::load::Document;
use super::node::Block;
use super::parse::parse;
use super::shape::shape_file;
use crate::error::{Findings, Sources};

impl Document {
    /// Whether the file, or one it is based on, states a sale of the company.
    pub fn has_exit(&self) -> bool {
        self.root.blocks("exits").next().is_some()
    }

    /// Adds a sale of the company at these values, typed as in a file, after all that happens. Whatever else there is to
    /// say of it is assumed, and listed so, at the `place` that findings name.
    ///
    /// # Errors
    /// What is wrong with the values.
    pub fn add_exit(&mut self, values: &[String], place: &str, sources: &mut Sources) -> Result<(), Findings> {
        let text = format!("exits = [{{ name = \"Exit\", value = {values:?} }}]\n");
        let file = sources.add(place, text.clone());
        let mut findings = Findings::default();
        let mut parsed = parse(&text, file, &mut findings);
        shape_file(&mut parsed.root, &text, &mut findings);
        check_file(&parsed.root, &text, &mut findings);
        findings.0.retain(|finding| finding.severity == crate::error::Severity::Error);
        if findings.has_errors() {
            return Err(findings);
        }
        let is_exit = |entry: &super::node::Entry| entry.key == "exits";
        let Block { entries, .. } = parsed.root;
        self.root.entries.extend(entries.into_iter().filter(is_exit));
        self.chain.push(file);
        Ok(())
    }
}
