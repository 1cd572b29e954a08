//! Reading a scenario file's text, with a finding for everything that can be wrong with a file before it is TOML.

use super::names::ScenarioFile;
use crate::error::{Finding, Sources, Span};
use std::fs::File;
use std::io::{self, Read};

/// A scenario is a page or two; this is a thousand pages.
const BYTES_MAX: u64 = 4 * 1024 * 1024;

/// The file's text, or the finding that says why there is none. The finding shows the file's name where it has no
/// text to show.
pub fn read_text(file: &ScenarioFile, sources: &mut Sources) -> Result<String, Box<Finding>> {
    let shown = &file.shown;
    let metadata = std::fs::metadata(&file.path).map_err(|cause| cannot_read(shown, &cause))?;
    if metadata.is_dir() {
        return Err(Finding::error("E0004", format!("`{shown}` is a folder")).help("name one scenario file").into());
    }
    if metadata.len() > BYTES_MAX {
        return Err(too_large(shown).into());
    }
    // the length of a pipe or a device is not known before it is read; that of a file is, and it is read at once
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len() + 1).unwrap_or_default());
    let opened = File::open(&file.path).map_err(|cause| cannot_read(shown, &cause))?;
    opened.take(BYTES_MAX + 1).read_to_end(&mut bytes).map_err(|cause| cannot_read(shown, &cause))?;
    if bytes.len() as u64 > BYTES_MAX {
        return Err(too_large(shown).into());
    }
    text_of(bytes, shown, sources)
}

fn text_of(bytes: Vec<u8>, shown: &str, sources: &mut Sources) -> Result<String, Box<Finding>> {
    if let Some(at) = bytes.iter().position(|byte| *byte == 0) {
        return Err(Finding::error("E0007", format!("`{shown}` is not text: byte {at} is NUL"))
            .help("a scenario is a text file in UTF-8; save it as plain text")
            .into());
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let bytes = error.into_bytes();
            let valid = String::from_utf8_lossy(&bytes[..at]).into_owned();
            let line = valid.bytes().filter(|byte| *byte == b'\n').count() + 1;
            let mut text = valid;
            text.push('\u{FFFD}');
            let end = text.len();
            let id = sources.add(shown, text);
            Err(Finding::error("E0006", format!("`{shown}` is not UTF-8: byte {at}, line {line}"))
                .at(Span { file: id, start: at, end }, "not a UTF-8 character")
                .help("save the file as UTF-8")
                .into())
        }
    }
}

/// A finding for a text that says nothing.
pub fn empty(text: &str, shown: &str) -> Option<Finding> {
    let says_something = |line: &str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let content = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    if content.lines().any(says_something) {
        return None;
    }
    Some(
        Finding::error("E0008", format!("`{shown}` is empty"))
            .help("begin with `title = \"...\"`; `capstruct new NAME` writes a first file"),
    )
}

fn too_large(shown: &str) -> Finding {
    Finding::error("E0005", format!("`{shown}` is larger than 4 MB"))
        .help("a scenario is a page or two; is this the right file?")
}

fn cannot_read(shown: &str, cause: &io::Error) -> Finding {
    match cause.kind() {
        io::ErrorKind::NotFound => {
            Finding::error("E0003", format!("no file `{shown}`")).help("`capstruct list` names the scenarios")
        }
        io::ErrorKind::PermissionDenied => {
            Finding::error("E0009", format!("no permission to read `{shown}`")).help("check who may read the file")
        }
        _ => Finding::error("E0009", format!("cannot read `{shown}`: {cause}")).help("check the file"),
    }
}
