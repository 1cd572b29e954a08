//! The rules of the house, as tests: which part may know which, what the engine may not name, how long a file may be,
//! and that the README tells the truth about commands.

mod support;

use clap::Parser;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use support::{files_below, has_ending, project, words};

/// Each part of the program with those it may use: `num <- model <- engine <- sim <- report <- render <- cli`, and `spec`,
/// which resolves into `model`, puts the engine's refusals at their places in the file, and is seen by `cli` alone.
const MAY_USE: [(&str, &[&str]); 11] = [
    ("num", &["num"]),
    ("error", &["error"]),
    ("model", &["num", "model", "error"]),
    ("engine", &["num", "model", "engine"]),
    ("sim", &["num", "model", "engine", "sim"]),
    ("report", &["num", "model", "engine", "sim", "report", "error"]),
    ("render", &["num", "model", "engine", "report", "render", "error"]),
    ("spec", &["num", "model", "engine", "spec", "error"]),
    ("cli", &["num", "model", "engine", "sim", "report", "render", "spec", "cli", "error"]),
    ("main", &["cli"]),
    ("build", &[]),
];

/// What the engine must not name: text, clocks, files, the environment, chance.
const NOT_IN_ENGINE: [&str; 12] = [
    "String",
    "&str",
    "format!",
    "println!",
    "eprintln!",
    "std::fs",
    "std::env",
    "std::io",
    "SystemTime",
    "Instant",
    "rand::",
    "HashMap",
];

const LINES_OF_A_FILE_MAX: usize = 500;
const LINES_OF_A_FUNCTION_MAX: usize = 70;

/// A source file: its path below `src/`, its lines, and how many of them come before its unit tests.
struct Source {
    path: String,
    text: String,
    program: usize,
}

impl Source {
    fn program(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().take(self.program).enumerate().map(|(index, line)| (index + 1, line))
    }

    fn part(&self) -> &str {
        let first = self.path.split('/').next().unwrap_or_default();
        first.strip_suffix(".rs").unwrap_or(first)
    }
}

fn sources() -> Vec<Source> {
    let root = project().join("src");
    let files = files_below(&root);
    let of = |path: &String| {
        let text = fs::read_to_string(root.join(path)).expect("UTF-8");
        let is_test = path.contains("/tests/") || path.ends_with("/tests.rs") || path.ends_with("fixture.rs");
        let tests = text.lines().position(|line| line.starts_with("#[cfg(test)]"));
        let program = if is_test { 0 } else { tests.unwrap_or(usize::MAX) };
        Source { path: path.clone(), text, program }
    };
    files.iter().filter(|path| has_ending(path, "rs")).map(of).collect()
}

#[test]
fn each_part_uses_only_the_parts_below_it() {
    let mut wrong = String::new();
    for source in sources() {
        if source.part() == "lib" {
            continue;
        }
        let (_, allowed) = MAY_USE
            .iter()
            .find(|(part, _)| *part == source.part())
            .unwrap_or_else(|| panic!("src/{}: a part without a place", source.path));
        for (number, line) in source.program().filter(|(_, line)| !line.trim_start().starts_with("//")) {
            for mark in ["crate::", "capstruct::"] {
                for rest in line.split(mark).skip(1) {
                    let used: String =
                        rest.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
                    if !used.is_empty() && !allowed.contains(&used.as_str()) {
                        let _ = writeln!(wrong, "src/{}:{number}: {} knows {used}", source.path, source.part());
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn the_engine_names_no_text_clock_file_or_chance() {
    let mut wrong = String::new();
    for source in sources().iter().filter(|source| source.part() == "engine") {
        for (number, line) in source.program() {
            let code = line.split("//").next().unwrap_or_default();
            for word in NOT_IN_ENGINE.iter().filter(|word| code.contains(**word)) {
                let _ = writeln!(wrong, "src/{}:{number}: {word}", source.path);
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn only_the_command_line_knows_standard_output_and_the_environment() {
    for source in sources().iter().filter(|source| !["cli", "main", "build"].contains(&source.part())) {
        for (number, line) in source.program() {
            let code = line.split("//").next().unwrap_or_default();
            for word in ["println!", "print!(", "std::env", "io::stdout", "SystemTime", "Instant::now"] {
                assert!(!code.contains(word), "src/{}:{number}: {word}", source.path);
            }
        }
    }
}

#[test]
fn every_file_says_what_it_is_and_is_short_enough_to_read() {
    let mut wrong = String::new();
    for source in sources() {
        let lines = source.text.lines().count();
        if lines > LINES_OF_A_FILE_MAX {
            let _ = writeln!(wrong, "src/{}: {lines} lines", source.path);
        }
        if !source.text.starts_with("//! ") {
            let _ = writeln!(wrong, "src/{}: does not begin by saying what it is", source.path);
        }
        for (name, start, lines) in functions(&source.text) {
            if lines > LINES_OF_A_FUNCTION_MAX {
                let _ = writeln!(wrong, "src/{}:{start}: {name} has {lines} lines", source.path);
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// Name, first line and number of lines of each function, as `rustfmt` lays them out.
fn functions(text: &str) -> Vec<(String, usize, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let code = line.trim_start();
        let is_function = ["fn ", "pub fn ", "pub(super) fn ", "pub(crate) fn ", "const fn ", "pub const fn "]
            .iter()
            .any(|opening| code.starts_with(opening));
        if !is_function {
            continue;
        }
        let indent = &line[..line.len() - code.len()];
        let closing = format!("{indent}}}");
        let declaration = lines[start..].iter().position(|line| line.ends_with('{') || line.ends_with(['}', ';']));
        let Some(opening) = declaration.filter(|at| lines[start + at].ends_with('{')) else { continue };
        let body = lines[start + opening..].iter().position(|line| **line == closing);
        let name = code.split("fn ").nth(1).and_then(|rest| rest.split(['(', '<']).next()).unwrap_or_default();
        found.push((name.to_owned(), start + 1, opening + body.unwrap_or(0) + 1));
    }
    found
}

#[test]
fn nothing_is_left_to_be_done_later_and_nothing_unwraps() {
    let mut wrong = String::new();
    let marks = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("XX", "X"),
        concat!("todo", "!("),
        concat!("unimpl", "emented!("),
        "dbg!(",
    ];
    for source in sources() {
        for (index, line) in source.text.lines().enumerate() {
            for mark in marks.iter().filter(|mark| line.contains(**mark)) {
                let _ = writeln!(wrong, "src/{}:{}: {mark}", source.path, index + 1);
            }
        }
        for (number, line) in source.program().filter(|(_, line)| line.contains(concat!(".unwr", "ap()"))) {
            let _ = writeln!(wrong, "src/{}:{number}: {}", source.path, line.trim());
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn no_file_of_the_project_knows_the_machine_it_was_written_on() {
    let mut wrong = String::new();
    let roots = [concat!("/wo", "rk/"), concat!("/ho", "me/"), concat!("/Us", "ers/"), concat!("/ro", "ot/")];
    let folders = ["src", "tests", "scenarios", "benches", "examples", ".ci"];
    let in_folder = |folder: &str| {
        let path = project().join(folder);
        let files = if path.is_dir() { files_below(&path) } else { Vec::new() };
        files.into_iter().map(move |file| format!("{folder}/{file}")).collect::<Vec<_>>()
    };
    let top = ["README.md", "CHANGELOG.md", "Cargo.toml"].map(str::to_owned);
    for file in folders.iter().flat_map(|folder| in_folder(folder)).chain(top) {
        let text = String::from_utf8_lossy(&fs::read(project().join(&file)).unwrap_or_default()).into_owned();
        for (index, line) in text.lines().enumerate() {
            if roots.iter().any(|root| line.contains(root)) && file != "tests/outputs.rs" {
                let _ = writeln!(wrong, "{file}:{}: {}", index + 1, line.trim());
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn every_command_of_the_readme_can_be_typed() {
    let readme = fs::read_to_string(project().join("README.md")).expect("the README");
    let mut seen = BTreeSet::new();
    for line in commands_of(&readme) {
        let line = line.split(" #").next().unwrap_or_default().trim().to_owned();
        let Some(arguments) = line.strip_prefix("cargo run --release -- ").or_else(|| line.strip_prefix("capstruct "))
        else {
            continue;
        };
        let arguments = arguments.split([';', '|', '>', '&']).next().unwrap_or_default();
        let typed = std::iter::once("capstruct".to_owned()).chain(words(&arguments.replace('"', "'")));
        let parsed = capstruct::cli::args::Cli::try_parse_from(typed);
        assert!(
            parsed.is_ok(),
            "README: `{line}`: {}",
            parsed.err().map(|error| error.to_string()).unwrap_or_default()
        );
        seen.insert(arguments.split(' ').next().unwrap_or_default().to_owned());
    }
    for command in ["list", "check", "run", "compare", "chart", "explain", "new", "schema", "completions", "man"] {
        assert!(seen.contains(command), "the README does not show `capstruct {command}`");
    }
}

/// Lines of the README's `sh` and `console` blocks, without their prompt.
fn commands_of(readme: &str) -> Vec<String> {
    let mut commands = Vec::new();
    let mut block: Option<String> = None;
    for line in readme.lines() {
        match (line.strip_prefix("```"), &block) {
            (Some(language), None) => block = Some(language.to_owned()),
            (Some(_), Some(_)) => block = None,
            (None, Some(language)) if language == "sh" => commands.push(line.to_owned()),
            (None, Some(language)) if language == "console" => {
                commands.extend(line.strip_prefix("$ ").map(str::to_owned));
            }
            (None, _) => {}
        }
    }
    commands
}

#[test]
fn what_the_readme_quotes_is_what_the_command_prints() {
    let readme = fs::read_to_string(project().join("README.md")).expect("the README");
    let mut checked = 0;
    for block in readme.split("```console\n").skip(1) {
        let block = block.split("```").next().unwrap_or_default();
        let mut lines = block.lines().peekable();
        while let Some(line) = lines.next() {
            let Some(command) = line.strip_prefix("$ capstruct ") else { continue };
            let out = support::temporary();
            let flags = if command.contains("--width") { "" } else { " --width 100" };
            let printed = support::capstruct_into(out.path(), &format!("{}{flags}", command.replace('"', "'")));
            let printed = format!("{}{}", printed.stdout, printed.stderr);
            while let Some(quoted) = lines.next_if(|line| !line.starts_with("$ ")) {
                let quoted = quoted.trim_end();
                let is_there =
                    quoted.is_empty() || quoted == "..." || printed.lines().any(|line| line.trim_end() == quoted);
                assert!(is_there, "README: `capstruct {command}` does not print\n{quoted}\nbut\n{printed}");
                checked += 1;
            }
        }
    }
    assert!(checked > 20, "{checked} lines of output in the README");
}

#[test]
fn the_readme_and_the_checks_agree_on_how_to_test() {
    let readme = fs::read_to_string(project().join("README.md")).expect("the README");
    let checks = fs::read_to_string(project().join(".ci/run")).expect(".ci/run");
    for command in ["cargo test", "cargo run --release -- run openai-amazon-50b"] {
        assert!(commands_of(&readme).iter().any(|line| line == command), "the README says `{command}`");
    }
    for command in ["cargo test", "cargo fmt", "cargo clippy", "cargo doc", "check", "run --all"] {
        assert!(checks.contains(command), ".ci/run runs `{command}`");
    }
}

#[test]
fn every_link_of_the_readme_leads_somewhere() {
    for page in ["README.md", "CHANGELOG.md", "scenarios/README.md"] {
        let text = fs::read_to_string(project().join(page)).expect("the page");
        let folder = project().join(page).parent().expect("a folder").to_owned();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = target.split('#').next().unwrap_or_default();
            let elsewhere = file.is_empty() || file.contains("://");
            assert!(elsewhere || folder.join(file).exists(), "{page}: {target} leads nowhere");
        }
    }
}

#[test]
fn every_key_of_the_format_says_what_it_means() {
    let reference = capstruct::spec::reference::reference();
    for line in reference.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let meaning = cells.get(3).or(cells.last()).copied().unwrap_or_default();
        assert!(meaning.len() > 2, "no meaning in `{line}`");
    }
    for table in ["rounds", "secondaries", "pool_increases", "option_grants", "splits", "issuances", "expect"] {
        assert!(reference.contains(&format!("[[{table}]]")), "{table} is in the reference");
    }
}
