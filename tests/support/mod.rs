//! What the tests of the command share: running it as a user would, and folders to do it in.

#![allow(dead_code, reason = "each test file uses its own part")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// The folder of the project: commands run here, so that paths in their output are relative to it.
pub fn project() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// What a command printed, and how it ended.
#[derive(Debug)]
pub struct Ended {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ended {
    /// Holds it to an exit code; what it printed is shown where that fails.
    #[track_caller]
    pub fn code(self, expected: i32) -> Self {
        assert_eq!(self.code, expected, "\n--- stdout\n{}--- stderr\n{}", self.stdout, self.stderr);
        self
    }

    /// Holds it to saying something on standard output.
    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        assert!(self.stdout.contains(text), "no {text:?} in\n{}--- stderr\n{}", self.stdout, self.stderr);
        self
    }

    /// Holds it to saying something on standard error.
    #[track_caller]
    pub fn complains(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "no {text:?} in\n{}--- stdout\n{}", self.stderr, self.stdout);
        self
    }

    /// Holds it to silence on standard error.
    #[track_caller]
    pub fn without_complaint(self) -> Self {
        assert_eq!(self.stderr, "", "complaints beside\n{}", self.stdout);
        self
    }
}

/// The command, in the project's folder and without what the environment could change.
pub fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_capstruct"));
    command.current_dir(project()).env_remove("NO_COLOR").env_remove("COLUMNS").env_remove("CLICOLOR_FORCE");
    command
}

/// Runs the command with words of a line; `'...'` keeps blanks together.
#[track_caller]
pub fn capstruct(line: &str) -> Ended {
    ended(command().args(words(line)).output().expect("the command starts"))
}

/// Runs the command with its outputs in a folder of the test.
#[track_caller]
pub fn capstruct_into(out: &Path, line: &str) -> Ended {
    ended(command().args(words(line)).arg("--out").arg(out).output().expect("the command starts"))
}

/// Runs the command on scenarios of another folder, outputs in a folder beside them.
#[track_caller]
pub fn capstruct_in(folder: &Path, line: &str) -> Ended {
    let mut command = command();
    command.current_dir(folder).args(words(line));
    ended(command.output().expect("the command starts"))
}

/// Runs the command on scenarios that lie in this folder, outputs beside them.
#[track_caller]
pub fn capstruct_beside(folder: &Path, line: &str) -> Ended {
    let mut command = command();
    command.args(words(line)).arg("--scenarios").arg(folder).arg("--out").arg(folder);
    ended(command.output().expect("the command starts"))
}

/// What came of it.
pub fn ended(output: Output) -> Ended {
    Ended {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).expect("standard output is UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("standard error is UTF-8"),
    }
}

/// Words of a command line, as a shell would split a simple one.
pub fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (index, part) in line.split('\'').enumerate() {
        if index % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

/// A folder that goes away with the test.
pub fn temporary() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// A folder with `scenarios/` in it and these files there.
pub fn scenarios(files: &[(&str, &str)]) -> TempDir {
    let folder = temporary();
    for (name, text) in files {
        let path = folder.path().join("scenarios").join(format!("{name}.toml"));
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    folder
}

/// Every file below a folder, relative with forward slashes, in order.
pub fn files_below(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).unwrap_or_else(|cause| panic!("{}: {cause}", next.display())) {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let relative = path.strip_prefix(folder).expect("below the folder");
                found.push(relative.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    found.sort();
    found
}

/// Whether a file has that ending.
pub fn has_ending(file: &str, ending: &str) -> bool {
    Path::new(file).extension().is_some_and(|found| found == ending)
}

/// Names of the scenarios below a folder: their paths without the ending.
pub fn scenario_names(folder: &Path) -> Vec<String> {
    files_below(folder).iter().filter_map(|file| file.strip_suffix(".toml").map(str::to_owned)).collect()
}

/// A small scenario that is right, to be spoilt.
pub const SEED: &str = r#"# $2M on $8M pre-money is 20 % of the company.
title        = "A seed round"
stakeholders = { founders = "Founders", fund = "Seed Fund" }

[opening]
holdings = [{ stakeholder = "founders", shares = 8_000_000 }]

[[rounds]]
name         = "Seed"
pre_money    = "8M"
participants = { fund = "2M" }

[[expect]]
ownership = { fund = "20.00%" }
"#;
