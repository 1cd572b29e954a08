//! Every shipped scenario is read without an error; what this version does not build is said, and nothing else.

use crate::spec::{ScenarioFolder, load};
use std::path::Path;

fn folder() -> ScenarioFolder {
    ScenarioFolder::new(&Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios"))
}

#[test]
fn every_scenario_is_read_without_an_error() {
    for (name, _) in folder().list() {
        let loaded = load(&folder(), &name);
        let errors: Vec<_> = loaded.findings.0.iter().filter(|finding| finding.code.starts_with('E')).collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
        assert!(loaded.document.is_some(), "{name}");
    }
}
