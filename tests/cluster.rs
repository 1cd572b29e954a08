//! The examples of `examples/cluster` are run: parts computed apart give the very file of the whole.

mod support;

use std::fs;
use std::path::Path;
use std::process::Command;
use support::project;
use tempfile::TempDir;

const SCENARIO: &str = "benchmark/oai12";
const PATHS: &str = "20000";

/// `simulation.csv` of the whole, computed at once.
fn whole() -> Vec<u8> {
    let out = TempDir::new().expect("a folder");
    let done = support::command()
        .args(["simulate", SCENARIO, "--paths", PATHS, "--no-charts", "--quiet", "--out"])
        .arg(out.path())
        .status()
        .expect("it runs");
    assert!(done.success());
    csv(out.path())
}

fn csv(out: &Path) -> Vec<u8> {
    fs::read(out.join(SCENARIO).join("simulation.csv")).expect("the file of the simulation")
}

/// Runs an example in a folder of its own, where the scenarios are linked.
fn example(mut command: Command, folder: &Path) {
    fs::create_dir_all(folder.join("scenarios/benchmark")).expect("a folder");
    let file = "scenarios/benchmark/oai12.toml";
    fs::copy(project().join(file), folder.join(file)).expect("a copy");
    let done = command
        .current_dir(folder)
        .env("CAPSTRUCT", env!("CARGO_BIN_EXE_capstruct"))
        .env("PARTS_FOLDER", "parts")
        .output()
        .expect("it runs");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(csv(&folder.join("outputs")), whole(), "merged parts are the whole, bit for bit");
}

#[test]
fn a_job_array_gives_the_same_file() {
    let folder = TempDir::new().expect("a folder");
    let mut command = Command::new("sh");
    command.arg(project().join("examples/cluster/job_array.sh")).args([SCENARIO, PATHS, "3"]);
    command.env_remove("SLURM_ARRAY_TASK_ID").env_remove("PBS_ARRAY_INDEX").env_remove("JOB_COMPLETION_INDEX");
    example(command, folder.path());
}

#[test]
fn dask_gives_the_same_file() {
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let has_dask = Command::new(&python).args(["-c", "import dask.distributed"]).output();
    if !has_dask.is_ok_and(|done| done.status.success()) {
        eprintln!(
            "SKIPPED: {python} has no dask.distributed; `pip install distributed` to run examples/cluster/with_dask.py"
        );
        return;
    }
    let folder = TempDir::new().expect("a folder");
    let mut command = Command::new(python);
    command.arg(project().join("examples/cluster/with_dask.py")).args([SCENARIO, PATHS, "3"]);
    example(command, folder.path());
}
