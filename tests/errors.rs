//! The error corpus: every wrong file, run as a user would run it, says what the text beside it says.
//!
//! The first line of each file says what is wrong with it and so what a reader must be able to learn from the text.
//! `UPDATE_ERRORS=1 cargo test --test errors` rewrites the texts; read the difference before it is kept.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, Instant};
use support::{SEED, capstruct, capstruct_in, files_below, has_ending, project, scenario_names, scenarios, temporary};

/// Codes that no file of the corpus can show, and what shows them instead or why nothing does.
const SHOWN_ELSEWHERE: &[(&str, &str)] = &[
    ("E0003", "a name without a file: below"),
    ("E0004", "a folder in place of a file: below"),
    ("E0005", "a file of 50 MB: below"),
    ("E0006", "bytes that are not UTF-8: below"),
    ("E0007", "bytes that are not text: below"),
    ("E0009", "a file that cannot be read; nothing is hidden from the user `root`, which tests may run as"),
    ("E0010", "a name for `new`: tests/cli.rs"),
    ("E0011", "a name for `new` that is taken: tests/cli.rs"),
    ("E0012", "a holder for `explain`: tests/cli.rs"),
    ("E0013", "a stage for `explain`: tests/cli.rs"),
    ("E0304", "a chain of eleven files: below"),
    ("E0407", "a value given by `--set`: tests/cli.rs"),
    ("E0451", "the reader says E0104 first; the resolver's own check for callers of the library"),
    ("E0453", "the reader says E0112 or E0113 first; the resolver's own check for callers of the library"),
    ("E0609", "terms below zero, which the reader refuses as E0204; the engine's own check"),
    ("E0610", "a rounded price that does not settle in 64 steps: no terms that do this are known"),
    ("E0611", "the engine's own check: terms that no other refusal describes"),
    ("E0617", "an opening of which a simulation draws more than there is: tests/choices.rs"),
    ("E0641", "E0802 says it of what a file states; the engine's own check of what a simulation draws"),
    ("E0699", "the engine's own check of its books: a mistake of the program"),
    ("E0701", "a measure of the command line: tests/vary.rs"),
    ("E0702", "a measure of the command line: tests/vary.rs"),
    ("E0703", "a measure of the command line: tests/vary.rs"),
    ("E0704", "a measure of the command line: tests/vary.rs"),
    ("E0705", "a measure of the command line: tests/vary.rs"),
    ("E0706", "a measure of the command line: unit tests of spec/resolve/measure.rs"),
    ("E0711", "an input of the command line: tests/vary.rs"),
    ("E0712", "an input of the command line: tests/vary.rs"),
    ("E0713", "a figure of the command line that the scenario has not: tests/vary.rs"),
    ("E0714", "values of the command line: tests/vary.rs"),
    ("E0715", "a sweep of too many cells: tests/vary.rs"),
    ("E0716", "values of the command line: tests/vary.rs"),
    ("E0717", "a sweep of too many cells: tests/vary.rs"),
    ("E0718", "a tornado of what is certain: tests/vary.rs"),
    ("E0719", "a sweep without an answer: tests/vary.rs"),
    ("E0720", "a number of paths: tests/simulate.rs"),
    ("E0721", "nothing to draw: tests/simulate.rs"),
    ("E0722", "an event of the command line: tests/simulate.rs"),
    ("E0723", "too many combinations of what is drawn and decides how a file is read: tests/simulate.rs"),
    ("E0724", "no future has an answer though the base case has one; no file of few lines does that"),
    ("E0725", "futures without an answer: tests/simulate.rs"),
    ("E0726", "more paths than a machine has time for: tests/simulate.rs"),
    ("E0727", "a processor without the instructions asked for: tests/simulate.rs"),
    ("E0728", "a variable that is drawn and decides how a file is read: tests/simulate.rs"),
    ("E0729", "a case of what is drawn: tests/simulate.rs"),
    ("E0730", "parts of a simulation: tests/simulate.rs"),
    ("E0731", "parts of a simulation: tests/simulate.rs"),
    ("E0732", "parts of a simulation: tests/simulate.rs"),
    ("E0733", "parts of a simulation: tests/simulate.rs"),
    ("E0734", "parts of a simulation: tests/simulate.rs"),
    ("E0735", "parts of a simulation: tests/simulate.rs"),
    ("E0736", "a variable that is drawn and in some futures makes a file that cannot be read: tests/choices.rs"),
    ("E0901", "two currencies in `compare`: tests/cli.rs"),
    ("E0902", "a stage for `compare`: tests/cli.rs"),
    ("E0903", "a chart without anything to draw: tests/cli.rs"),
    ("E0904", "a kind of chart: the command line refuses other words itself; for callers of the library"),
    ("E0905", "a holder for `chart`: tests/cli.rs"),
    ("E0906", "a scenario that states no sale, for `exit`: tests/exit_commands.rs"),
    ("E0907", "a figure that no exit value settles, for `exit --solve`: tests/exit_commands.rs"),
    ("E0908", "an exit value for `--at`: tests/exit_commands.rs"),
    ("W0714", "values of the command line: tests/vary.rs"),
    ("W0601", "a warning of `run`: tests/cli.rs"),
];

#[test]
fn every_wrong_file_says_what_the_text_beside_it_says() {
    let folder = project().join("tests/errors");
    let update = std::env::var_os("UPDATE_ERRORS").is_some();
    let mut different = String::new();
    for name in scenario_names(&folder) {
        let ended = capstruct(&format!("--scenarios tests/errors check {name} --color never --width 100"));
        let mut text = format!("exit code {}\n", ended.code);
        for (stream, said) in [("standard output", &ended.stdout), ("standard error", &ended.stderr)] {
            if !said.is_empty() {
                let _ = write!(text, "--- {stream}\n{said}");
            }
        }
        let golden = folder.join(format!("{name}.txt"));
        if update {
            fs::write(&golden, text).expect("the text is written");
            continue;
        }
        let expected = fs::read_to_string(&golden).unwrap_or_default();
        if expected != text {
            let _ = writeln!(different, "=== {name}: expected\n{expected}\n=== found\n{text}");
        }
    }
    assert!(different.is_empty(), "{different}\nif the new texts are better: UPDATE_ERRORS=1 cargo test --test errors");
}

#[test]
fn every_text_has_its_file_and_every_file_says_what_is_wrong() {
    let folder = project().join("tests/errors");
    let names: BTreeSet<String> = scenario_names(&folder).into_iter().collect();
    for file in files_below(&folder) {
        let name = file.rsplit_once('.').map_or(file.as_str(), |(name, _)| name);
        assert!(names.contains(name), "{file} is the text of no scenario");
    }
    for name in names.iter().filter(|name| *name != "empty") {
        let text = fs::read_to_string(folder.join(format!("{name}.toml"))).expect("UTF-8");
        let first = text.lines().next().unwrap_or_default();
        assert!(first.starts_with("# ") && first.len() > 10, "{name}: the first line says what is wrong");
    }
}

#[test]
fn every_code_is_shown_by_a_file() {
    let mut shown: BTreeSet<String> = BTreeSet::new();
    let folder = project().join("tests/errors");
    for file in files_below(&folder).iter().filter(|file| has_ending(file, "txt")) {
        shown.extend(codes(&fs::read_to_string(folder.join(file)).expect("UTF-8"), '['));
    }
    let source = project().join("src");
    let mut used: BTreeMap<String, String> = BTreeMap::new();
    for file in files_below(&source).iter().filter(|file| has_ending(file, "rs") && !file.contains("tests")) {
        let text = fs::read_to_string(source.join(file)).expect("UTF-8");
        let program = text.split("#[cfg(test)]").next().unwrap_or_default();
        used.extend(codes(program, '"').into_iter().map(|code| (code, file.clone())));
    }
    let elsewhere: BTreeSet<&str> = SHOWN_ELSEWHERE.iter().map(|(code, _)| *code).collect();
    let here = fs::read_to_string(project().join("tests/errors.rs")).expect("UTF-8");
    let commands = fs::read_to_string(project().join("tests/cli.rs")).expect("UTF-8");
    let varied = fs::read_to_string(project().join("tests/vary.rs")).expect("UTF-8");
    let mut wrong = String::new();
    for (code, file) in &used {
        match (shown.contains(code), elsewhere.contains(code.as_str())) {
            (true, false) | (false, true) => {}
            (false, false) => {
                let _ = writeln!(wrong, "{code} of src/{file} is shown by no file of tests/errors");
            }
            (true, true) => {
                let _ = writeln!(wrong, "{code} is shown by a file now: take it out of the list");
            }
        }
    }
    for (code, why) in SHOWN_ELSEWHERE {
        let _ = match used.contains_key(*code) {
            false => writeln!(wrong, "{code} is used nowhere: take it out of the list"),
            true if why.ends_with("below") && !here.contains(&format!("[{code}]")) => {
                writeln!(wrong, "{code} is not tested below")
            }
            true if why.ends_with("tests/vary.rs") && !varied.contains(code) => {
                writeln!(wrong, "{code} is not tested in tests/vary.rs")
            }
            true if why.ends_with("tests/cli.rs") && !commands.contains(&format!("[{code}]")) => {
                writeln!(wrong, "{code} is not tested in tests/cli.rs")
            }
            true => Ok(()),
        };
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// Codes behind an opening mark: `[E0101` or `"E0101`.
fn codes(text: &str, mark: char) -> Vec<String> {
    let is_code = |part: &&str| {
        part.len() >= 5
            && part.is_char_boundary(5)
            && part.starts_with(['E', 'W'])
            && part.as_bytes()[1..5].iter().all(u8::is_ascii_digit)
            && !part[5..].starts_with(|next: char| next.is_alphanumeric())
    };
    text.split(mark).skip(1).filter(is_code).map(|part| part[..5].to_owned()).collect()
}

#[test]
fn a_name_without_a_file_is_told_the_nearest_one() {
    let folder = scenarios(&[("seed-round", SEED)]);
    capstruct_in(folder.path(), "check sed-round")
        .code(2)
        .complains("error[E0003]: no scenario `sed-round`")
        .complains("did you mean `seed-round`?");
    capstruct_in(folder.path(), "run no/such/file.toml").code(2).complains("error[E0003]");
}

#[test]
fn a_folder_of_scenarios_that_is_not_there_is_said_so() {
    let folder = temporary();
    capstruct_in(folder.path(), "check seed")
        .code(2)
        .complains("[E0003]")
        .complains("there is no scenario in `scenarios`");
    capstruct_in(folder.path(), "list").code(0).says("capstruct new NAME");
}

#[test]
fn a_folder_named_like_a_file_is_no_scenario() {
    let folder = scenarios(&[("seed", SEED)]);
    fs::create_dir(folder.path().join("scenarios/x.toml")).expect("a folder");
    capstruct_in(folder.path(), "check scenarios/x.toml").code(2).complains("[E0004]").complains("is a folder");
    capstruct_in(folder.path(), "check scenarios").code(2).complains("[E0004]");
    capstruct_in(folder.path(), "check").code(0).says("seed: 1 of 1 figures");
}

#[test]
fn a_binary_file_is_refused_as_such() {
    let folder = scenarios(&[]);
    let bytes: Vec<u8> = (0..=255).cycle().take(10_000).collect();
    written(folder.path(), "binary", &bytes);
    capstruct_in(folder.path(), "check binary").code(2).complains("[E0007]").complains("is not text: byte 0 is NUL");
}

#[test]
fn a_file_in_utf_16_is_refused_with_what_to_do() {
    let folder = scenarios(&[]);
    let bytes: Vec<u8> = [0xFF, 0xFE].into_iter().chain(SEED.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    written(folder.path(), "utf-16", &bytes);
    capstruct_in(folder.path(), "check utf-16").code(2).complains("[E0007]").complains("UTF-8");
}

#[test]
fn a_byte_that_is_not_utf_8_is_shown_with_its_place() {
    let folder = scenarios(&[]);
    let latin_1 = SEED.as_bytes().to_vec();
    let at = SEED.find("Seed Fund").expect("the name");
    let bytes = [&latin_1[..at], &[0xD6][..], &latin_1[at..]].concat();
    written(folder.path(), "latin-1", &bytes);
    capstruct_in(folder.path(), "check latin-1")
        .code(2)
        .complains("error[E0006]: `scenarios/latin-1.toml` is not UTF-8")
        .complains("scenarios/latin-1.toml:3:")
        .complains("save the file as UTF-8");
}

#[test]
fn a_nul_within_text_is_refused() {
    let folder = scenarios(&[("nul", &SEED.replace("Seed Fund", "Seed\0Fund"))]);
    capstruct_in(folder.path(), "check nul").code(2).complains("[E0007]").complains("is NUL");
}

#[test]
fn a_mark_of_byte_order_is_no_mistake() {
    let folder = scenarios(&[("marked", &format!("\u{FEFF}{SEED}"))]);
    capstruct_in(folder.path(), "check marked").code(0).says("marked: 1 of 1 figures");
}

#[test]
fn lines_that_end_the_windows_way_are_no_mistake() {
    let folder = scenarios(&[("windows", &SEED.replace('\n', "\r\n"))]);
    capstruct_in(folder.path(), "check windows").code(0).says("windows: 1 of 1 figures").without_complaint();
}

#[test]
fn a_file_of_50_mb_is_refused_without_being_read() {
    let folder = scenarios(&[]);
    fs::create_dir_all(folder.path().join("scenarios")).expect("a folder");
    let file = File::create(folder.path().join("scenarios/large.toml")).expect("a file");
    file.set_len(50_000_000).expect("a sparse file");
    let start = Instant::now();
    capstruct_in(folder.path(), "check large").code(2).complains("[E0005]").complains("larger than 4 MB");
    assert!(start.elapsed() < Duration::from_secs(5), "a large file is refused at once");
}

#[test]
fn a_chain_of_files_has_an_end() {
    let child = |number: usize| {
        (
            format!("step-{number}"),
            format!("# One more step.\ntitle = \"A step\"\nbased_on = \"step-{}\"\n", number - 1),
        )
    };
    let chain: Vec<(String, String)> = (1..=11).map(child).collect();
    let files: Vec<(&str, &str)> = std::iter::once(("step-0", SEED))
        .chain(chain.iter().map(|(name, text)| (name.as_str(), text.as_str())))
        .collect();
    let folder = scenarios(&files);
    capstruct_in(folder.path(), "check step-11 --format markdown")
        .code(2)
        .complains("[E0304]")
        .complains("one too many");
    capstruct_in(folder.path(), "check step-9").code(0);
}

#[test]
fn ten_thousand_brackets_are_a_finding_and_no_crash() {
    let folder = scenarios(&[("deep", &format!("# Deep.\nx = {}\n", "[".repeat(10_000)))]);
    capstruct_in(folder.path(), "check deep").code(2).complains("scenarios/deep.toml:2:");
}

#[test]
fn a_hundred_mistakes_are_all_named() {
    let lines: String = (0..100).fold(String::new(), |mut lines, number| {
        let _ = writeln!(lines, "zz{number:03} = 1");
        lines
    });
    let folder = scenarios(&[("many", &format!("{lines}{SEED}"))]);
    let ended = capstruct_in(folder.path(), "check many").code(2);
    assert!((0..100).all(|number| ended.stderr.contains(&format!("`zz{number:03}`"))), "each is named");
    ended.complains("error[E0101]: unknown keys");
}

#[test]
fn an_output_folder_that_is_a_file_stops_the_run_and_changes_nothing() {
    let folder = scenarios(&[("seed", SEED)]);
    let out = folder.path().join("results");
    fs::write(&out, "not a folder").expect("a file");
    capstruct_in(folder.path(), "run seed --out results").code(3).complains("could not write results");
    capstruct_in(folder.path(), "chart seed --out results").code(3).complains("could not write results");
    assert_eq!(fs::read_to_string(&out).expect("still there"), "not a folder");
    fs::create_dir(folder.path().join("taken")).expect("a folder");
    fs::write(folder.path().join("taken/seed"), "not a folder").expect("a file");
    capstruct_in(folder.path(), "run seed --out taken").code(3).complains("could not write taken/seed");
    assert_eq!(files_below(folder.path()).len(), 3, "nothing half written is left");
}

#[cfg(unix)]
#[test]
fn an_output_folder_without_permission_stops_the_run() {
    use std::os::unix::fs::PermissionsExt;
    let folder = scenarios(&[("seed", SEED)]);
    let out = folder.path().join("locked");
    fs::create_dir(&out).expect("a folder");
    fs::set_permissions(&out, fs::Permissions::from_mode(0o555)).expect("permissions");
    if fs::write(out.join("probe"), "").is_ok() {
        return; // permissions do not hold for the user the test runs as
    }
    capstruct_in(folder.path(), "run seed --out locked").code(3).complains("could not write locked/seed");
}

fn written(folder: &Path, name: &str, bytes: &[u8]) {
    let path = folder.join("scenarios").join(format!("{name}.toml"));
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, bytes).expect("a file");
}
