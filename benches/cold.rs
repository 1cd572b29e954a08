//! A cold process of `capstruct run` beside one of `true`, which does nothing: what a person waits for.
//! `cargo bench --bench cold`. The ratio of the medians is the figure to look at; the milliseconds are the machine's.
//!
//! The program is a copy, as an installed one is: what a linker has just written lies in the page cache in the smallest
//! pieces and takes half a millisecond more to start.

use divan::Bencher;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use tempfile::TempDir;

fn main() {
    divan::main();
}

const SCENARIOS: [&str; 3] = ["openai-amazon-50b", "openai-2026-closed", "benchmark/oai12"];

static INSTALLED: LazyLock<PathBuf> = LazyLock::new(|| {
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("capstruct-installed");
    std::fs::copy(env!("CARGO_BIN_EXE_capstruct"), &program).expect("the program is copied");
    program
});

fn finish(command: &mut Command) {
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).status().expect("the command starts");
    assert!(status.success(), "{command:?}");
}

fn capstruct(name: &str, out: &Path) -> Command {
    let mut command = Command::new(&*INSTALLED);
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(["run", name, "--out"]).arg(out);
    command
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// The least a process can cost here.
#[divan::bench(name = "true", sample_count = 200, sample_size = 1)]
fn nothing() {
    finish(&mut Command::new("true"));
}

/// Tables on the terminal and CSV files, without charts, where nothing has changed since the last run.
#[divan::bench(args = SCENARIOS, sample_count = 200, sample_size = 1)]
fn run_without_charts(bencher: Bencher, name: &str) {
    let out = folder();
    bencher.bench_local(|| finish(capstruct(name, out.path()).arg("--no-charts")));
}

/// The same into a folder that is not there yet.
#[divan::bench(args = SCENARIOS, sample_count = 200, sample_size = 1)]
fn first_run_without_charts(bencher: Bencher, name: &str) {
    let inside = |out: &TempDir| out.path().join("outputs");
    bencher.with_inputs(folder).bench_local_refs(|out| finish(capstruct(name, &inside(out)).arg("--no-charts")));
}

/// The same with every chart.
#[divan::bench(args = SCENARIOS, sample_count = 20, sample_size = 1)]
fn run_with_charts(bencher: Bencher, name: &str) {
    let out = folder();
    bencher.bench_local(|| finish(&mut capstruct(name, out.path())));
}
