//! What can go wrong, as values: findings about what the user wrote, and one error for everything that leaves the library.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// A scenario file that was read: an index into [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub u32);

/// A piece of a source file, in bytes; `end` is one past the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The file it stands in.
    pub file: FileId,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// The text of every file that took part, kept so that a finding can show the line it speaks of.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<Source>,
}

/// One file: its path as the user would write it, and its text.
#[derive(Clone, Debug)]
pub struct Source {
    /// As shown in findings; relative, with forward slashes, never a path of this machine.
    pub path: String,
    /// The whole text.
    pub text: String,
    /// Where its lines begin.
    lines: Vec<usize>,
}

impl Sources {
    /// Takes a file in and names it.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<String>) -> FileId {
        let text = text.into();
        let after_ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        let lines = std::iter::once(0).chain(after_ends).collect();
        self.files.push(Source { path: path.into(), text, lines });
        FileId(u32::try_from(self.files.len() - 1).expect("fewer than four thousand million files"))
    }

    /// The file of that id.
    pub fn get(&self, id: FileId) -> &Source {
        &self.files[id.0 as usize]
    }

    /// Every file, in the order it was read.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &Source)> {
        (0..).map(FileId).zip(&self.files)
    }

    /// The exact text of a span.
    pub fn text(&self, span: Span) -> &str {
        self.get(span.file).text.get(span.start..span.end).unwrap_or_default()
    }

    /// One-based line and column (in characters) of where a span starts.
    pub fn line_and_column(&self, span: Span) -> (usize, usize) {
        let Source { text, lines, .. } = self.get(span.file);
        let line = lines.partition_point(|start| *start <= span.start);
        match text.get(lines[line - 1]..span.start) {
            Some(before) => (line, before.chars().count() + 1),
            None => (1, 1),
        }
    }

    /// `path:line`, as `explain` and the assumptions cite it.
    pub fn cite(&self, span: Span) -> String {
        format!("{}:{}", self.get(span.file).path, self.line_and_column(span).0)
    }
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The scenario can be run; the reader should know.
    Warning,
    /// The scenario cannot be run.
    Error,
}

/// A place in a file and what is to be said there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Where.
    pub span: Span,
    /// Said under the caret: expected and found.
    pub label: String,
}

/// Something wrong with what the user wrote: what, where, expected and found, what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Stable identifier, `E0101` or `W0101`: first two digits the area, last two the case.
    pub code: &'static str,
    /// Error or warning.
    pub severity: Severity,
    /// What is wrong, in one sentence.
    pub message: String,
    /// Where; `None` only where no file is at fault (a file that does not exist, a flag).
    pub place: Option<Place>,
    /// Other places that belong to it: the first definition, the other of two exclusive keys.
    pub related: Vec<Place>,
    /// What to do.
    pub help: Option<String>,
}

impl Finding {
    /// An error without a place yet.
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Finding {
            code,
            severity: Severity::Error,
            message: message.into(),
            place: None,
            related: Vec::new(),
            help: None,
        }
    }

    /// A warning without a place yet.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Finding { severity: Severity::Warning, ..Finding::error(code, message) }
    }

    /// Says where, and what stands under the caret.
    #[must_use]
    pub fn at(mut self, span: Span, label: impl Into<String>) -> Self {
        self.place = Some(Place { span, label: label.into() });
        self
    }

    /// Adds another place that belongs to it.
    #[must_use]
    pub fn and_at(mut self, span: Span, label: impl Into<String>) -> Self {
        self.related.push(Place { span, label: label.into() });
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Findings in the order they were made. Collected, so that one run reports everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings(pub Vec<Finding>);

impl Findings {
    /// Adds one.
    pub fn push(&mut self, finding: Finding) {
        self.0.push(finding);
    }

    /// True if any of them is an error.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|finding| finding.severity == Severity::Error)
    }

    /// Puts them in the order of the files and drops exact repeats.
    pub fn sort(&mut self) {
        self.0.sort_by_key(|finding| finding.place.as_ref().map(|place| place.span));
        self.0.dedup();
    }
}

/// Everything that can stop a command. One opaque type; its kind decides the exit code.
#[derive(Debug)]
pub struct Error(Box<ErrorKind>);

#[derive(Debug)]
enum ErrorKind {
    Input { findings: Findings, sources: Sources },
    Environment { doing: String, path: PathBuf, cause: io::Error },
}

impl Error {
    /// The input is wrong: exit code 2.
    pub fn input(findings: Findings, sources: Sources) -> Self {
        Error(Box::new(ErrorKind::Input { findings, sources }))
    }

    /// The input is wrong in a way no scenario file shows: a flag, a name.
    pub fn usage(finding: Finding) -> Self {
        Error::input(Findings(vec![finding]), Sources::default())
    }

    /// The environment failed: exit code 3. `doing` completes "could not ...".
    pub fn environment(doing: impl Into<String>, path: impl AsRef<Path>, cause: io::Error) -> Self {
        Error(Box::new(ErrorKind::Environment { doing: doing.into(), path: path.as_ref().to_owned(), cause }))
    }

    /// The findings and the files they speak of, if the input is what was wrong.
    pub fn findings(&self) -> Option<(&Findings, &Sources)> {
        match &*self.0 {
            ErrorKind::Input { findings, sources } => Some((findings, sources)),
            ErrorKind::Environment { .. } => None,
        }
    }

    /// 2 where the input is wrong, 3 where the environment failed.
    pub fn exit_code(&self) -> u8 {
        match &*self.0 {
            ErrorKind::Input { .. } => 2,
            ErrorKind::Environment { .. } => 3,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            ErrorKind::Input { findings, sources } => {
                for (index, finding) in findings.0.iter().enumerate() {
                    if index > 0 {
                        writeln!(f)?;
                    }
                    if let Some(place) = &finding.place {
                        let (line, column) = sources.line_and_column(place.span);
                        write!(f, "{}:{line}:{column}: ", sources.get(place.span.file).path)?;
                    }
                    write!(f, "{}", finding.message)?;
                }
                Ok(())
            }
            ErrorKind::Environment { doing, path, cause } => {
                write!(f, "could not {doing} {}: {cause}", path.display())
            }
        }
    }
}

impl std::error::Error for Error {}
