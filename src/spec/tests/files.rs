//! Findings about files and names, and files based on files.

use crate::spec::{Loaded, ScenarioFolder, load};
use std::fs;
use tempfile::TempDir;

/// A folder `scenarios` with these files, removed at the end of the test.
pub(super) fn folder(files: &[(&str, &[u8])]) -> (TempDir, ScenarioFolder) {
    let temporary = TempDir::new().expect("a temporary folder");
    let root = temporary.path().join("scenarios");
    for (name, bytes) in files {
        let path = root.join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, bytes).expect("a file");
    }
    let folder = ScenarioFolder::new(&root);
    (temporary, folder)
}

fn line(loaded: &Loaded) -> String {
    let lines: Vec<String> = loaded.findings.0.iter().map(|finding| super::line(loaded, finding)).collect();
    lines.join("\n")
}

fn found(files: &[(&str, &[u8])], name: &str) -> String {
    let (_temporary, folder) = folder(files);
    line(&load(&folder, name))
}

#[test]
fn names_are_paths_or_unique_stems() {
    let (temporary, folder) = folder(&[
        ("b.toml", b""),
        ("sub/a.toml", b""),
        ("other/b.toml", b""),
        ("notes.txt", b""),
        (".hidden.toml", b""),
    ]);
    let names: Vec<String> = folder.list().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["b", "other/b", "sub/a"]);
    let name_of = |asked: &str| folder.find(asked).map(|file| (file.name, file.shown)).ok();
    let expected = |name: &str| Some((name.to_owned(), format!("scenarios/{name}.toml")));
    assert_eq!(name_of("a"), expected("sub/a"));
    assert_eq!(name_of("sub/a"), expected("sub/a"));
    assert_eq!(name_of("b"), expected("b"));
    assert_eq!(name_of("other/b.toml"), expected("other/b"));
    let path = temporary.path().join("scenarios/sub/a.toml");
    assert_eq!(name_of(path.to_str().expect("a path in UTF-8")), expected("sub/a"));
}

#[test]
fn names_that_are_not_found() {
    let files: &[(&str, &[u8])] = &[("one/same.toml", b""), ("two/same.toml", b""), ("openai-2025.toml", b"")];
    assert_eq!(found(files, "openai-2026"), "E0003 no scenario `openai-2026` |  | did you mean `openai-2025`?");
    assert_eq!(found(files, "zebra"), "E0003 no scenario `zebra` |  | scenarios: one/same, openai-2025, two/same");
    assert_eq!(found(files, "same"), "E0010 several scenarios are called `same` |  | write one of one/same, two/same");
    assert_eq!(found(&[], "x"), "E0003 no scenario `x` |  | there is no scenario in `scenarios`");
}

#[test]
fn files_that_are_no_scenarios() {
    assert_eq!(
        found(&[("x.toml", b"")], "x"),
        "E0008 `scenarios/x.toml` is empty |  | begin with `title = \"...\"`; `capstruct new NAME` writes a first file"
    );
    assert_eq!(
        found(&[("x.toml", b"# only a comment\n\n")], "x"),
        "E0008 `scenarios/x.toml` is empty |  | begin with `title = \"...\"`; `capstruct new NAME` writes a first file"
    );
    assert_eq!(
        found(&[("x.toml", b"title = \"a\0b\"")], "x"),
        "E0007 `scenarios/x.toml` is not text: byte 10 is NUL |  | a scenario is a text file in UTF-8; save it as plain text"
    );
    assert_eq!(
        found(&[("x.toml", b"note = \"a\"\ntitle = \"caf\xe9\"")], "x"),
        "E0006 2:13 `scenarios/x.toml` is not UTF-8: byte 23, line 2 | not a UTF-8 character | save the file as UTF-8"
    );
}

#[test]
fn a_folder_is_not_a_scenario() {
    let (temporary, folder) = folder(&[("sub/a.toml", b"")]);
    let path = temporary.path().join("scenarios/sub");
    let loaded = load(&folder, path.to_str().expect("a path in UTF-8"));
    assert_eq!(loaded.findings.0[0].code, "E0004");
}

#[test]
fn a_huge_file_is_refused_unread() {
    let (_temporary, folder) = folder(&[("x.toml", b"")]);
    let file = fs::File::create(folder.root().join("x.toml")).expect("a file");
    file.set_len(50 * 1024 * 1024 * 1024).expect("a sparse file");
    assert_eq!(
        line(&load(&folder, "x")),
        "E0005 `scenarios/x.toml` is larger than 4 MB |  | a scenario is a page or two; is this the right file?"
    );
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_folder_is_no_base() {
    let (temporary, folder) = folder(&[("x.toml", b"title = \"x\"\nbased_on = \"out\"")]);
    fs::write(temporary.path().join("outside.toml"), "title = \"y\"").expect("a file");
    std::os::unix::fs::symlink(temporary.path().join("outside.toml"), folder.root().join("out.toml")).expect("a link");
    assert_eq!(
        line(&load(&folder, "x")),
        "E0303 2:12 the base `out` is a link out of the scenario folder | leaves the folder | copy the file into the folder"
    );
}

#[test]
fn bases_that_cannot_be() {
    let base = |name: &str| format!("title = \"x\"\nbased_on = \"{name}\"").into_bytes();
    let (a, b) = (base("b"), base("a"));
    assert_eq!(
        found(&[("a.toml", &a), ("b.toml", &b)], "a"),
        "E0302 2:12 scenarios are based on each other in a circle: a -> b -> a | closes the circle | one of them must stand \
         on its own"
    );
    assert_eq!(
        found(&[("a.toml", &base("a"))], "a"),
        "E0302 2:12 scenarios are based on each other in a circle: a -> a | closes the circle | one of them must stand on \
         its own"
    );
    for outside in ["../a", "/etc/a", "sub/../../a"] {
        assert_eq!(
            found(&[("a.toml", &base(outside))], "a"),
            format!(
                "E0303 2:12 the base `{outside}` lies outside the scenario folder | leaves the folder | name a scenario of \
                 the folder, without `..` or a leading `/`"
            )
        );
    }
    assert_eq!(
        found(&[("a.toml", &base("openai")), ("open-ai.toml", b"")], "a"),
        "E0301 2:12 no base `openai` in the scenario folder | not found | did you mean `open-ai`?"
    );
    let files: Vec<(String, Vec<u8>)> =
        (0..12).map(|at| (format!("s{at}.toml"), base(&format!("s{}", at + 1)))).collect();
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    assert_eq!(
        found(&files, "s0"),
        "E0304 2:12 more than 10 files based on each other | one too many | base the file on an earlier one of them"
    );
}

#[test]
fn a_text_without_a_folder_has_no_base() {
    assert_eq!(
        super::added("").len() + super::findings("title = \"x\"\nbased_on = \"y\"").len(),
        1,
        "nothing is said of what the base would have had"
    );
}
