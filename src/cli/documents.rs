//! `new`, `schema`, `completions`, `man`: what the program can write about itself.

use super::args::Cli;
use super::session::{Session, print};
use crate::error::{Error, Finding};
use crate::render::files::file_stem;
use crate::spec::{reference, schema};
use clap::CommandFactory;
use clap_complete::Shell;
use std::fs;
use std::io;

/// The starter file: commented, and it runs.
const STARTER: &str = include_str!("starter.toml");

/// Writes a starter file of that name.
pub(super) fn new(session: &Session, name: &str) -> Result<u8, Error> {
    let name = name.strip_suffix(".toml").unwrap_or(name);
    let plain = name.split('/').all(|part| !part.is_empty() && file_stem(part) == part);
    if !plain {
        let better: Vec<_> = name.split('/').map(file_stem).collect();
        return Err(Error::usage(
            Finding::error("E0010", format!("\"{name}\" is no name for a scenario"))
                .help(format!("use small letters, digits and dashes, such as \"{}\"", better.join("/"))),
        ));
    }
    let path = session.root.join(format!("{name}.toml"));
    let folder = path.parent().unwrap_or(&session.root);
    fs::create_dir_all(folder).map_err(|cause| Error::environment("make the folder", folder, cause))?;
    let file = fs::File::create_new(&path);
    let written = file.and_then(|mut file| io::Write::write_all(&mut file, STARTER.as_bytes()));
    written.map_err(|cause| match cause.kind() {
        io::ErrorKind::AlreadyExists => Error::usage(
            Finding::error("E0011", format!("there is a scenario \"{name}\" already"))
                .help("choose another name, or base a new file on it: `based_on = \"...\"`"),
        ),
        _ => Error::environment("write", &path, cause),
    })?;
    session.say(&format!("wrote {}", path.display()));
    session.say(&format!("run it: capstruct run {name}"));
    Ok(0)
}

/// Prints the schema for editors, or the reference for people.
pub(super) fn schema(reference: bool) {
    print(&if reference { reference::reference() } else { schema::schema_json() });
}

/// Prints completions for a shell.
pub(super) fn completions(shell: Shell) {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "capstruct", &mut text);
    print(&String::from_utf8_lossy(&text));
}

/// Prints the manual page.
pub(super) fn manual() -> Result<u8, Error> {
    let mut text = Vec::new();
    clap_mangen::Man::new(Cli::command())
        .render(&mut text)
        .map_err(|cause| Error::environment("write", "the manual page", cause))?;
    print(&String::from_utf8_lossy(&text));
    Ok(0)
}
