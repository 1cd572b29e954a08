//! What every command needs: where the scenarios are, which run of them is meant, and how results are shown.

use super::args::{CaseWord, ColorWord, Common, Format, FundingWord, WIDTHS};
use crate::error::{Error, Finding, Findings, Severity, Sources};
use crate::model::{Agreement, Case, Rung};
use crate::render;
use crate::render::terminal::Look;
use crate::report::Run;
use crate::report::table::Table;
use crate::spec::resolve::{Settings, expired_warnings, outstanding_warnings, refusal_finding, resolve};
use crate::spec::{Document, ScenarioFolder, load};
use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The flags, resolved.
#[derive(Clone)]
pub(super) struct Session {
    pub folder: ScenarioFolder,
    pub root: PathBuf,
    pub out: PathBuf,
    pub settings: Settings,
    pub rung: Rung,
    pub format: Option<Format>,
    pub quiet: bool,
    width: usize,
    colour: bool,
    colour_of_errors: bool,
}

/// A scenario as read, to be resolved for one case or another.
pub(super) struct Read {
    pub document: Document,
    pub sources: Sources,
}

impl Session {
    pub fn new(common: Common) -> Self {
        const USUAL_WIDTH: usize = 100;
        let colour = |is_terminal: bool| match common.color {
            ColorWord::Always => true,
            ColorWord::Never => false,
            ColorWord::Auto => is_terminal && std::env::var_os("NO_COLOR").is_none(),
        };
        let said = || std::env::var("COLUMNS").ok()?.parse::<u16>().ok().filter(|width| WIDTHS.contains(width));
        let found = || said().or_else(|| terminal_size::terminal_size().map(|(width, _)| width.0)).map(usize::from);
        Session {
            folder: ScenarioFolder::new(&common.scenarios),
            width: common.width.map(usize::from).or_else(found).unwrap_or(USUAL_WIDTH),
            colour: colour(io::stdout().is_terminal()),
            colour_of_errors: colour(io::stderr().is_terminal()),
            root: common.scenarios,
            out: common.out,
            settings: Settings {
                case: match common.case {
                    CaseWord::Low => Case::Low,
                    CaseWord::Base => Case::Base,
                    CaseWord::High => Case::High,
                },
                set: common.set,
            },
            rung: match common.funding {
                FundingWord::Funded => Rung::Funded,
                FundingWord::Committed => Rung::Committed,
                FundingWord::All => Rung::All,
            },
            format: common.format,
            quiet: common.quiet,
        }
    }

    /// The same, with other variables set and another rung.
    pub fn with(&self, set: Vec<(String, String)>, rung: Rung) -> Session {
        let settings = Settings { set, ..self.settings.clone() };
        Session { settings, rung, ..self.clone() }
    }

    /// Reads a scenario with everything it is based on.
    pub fn read(&self, name: &str) -> Result<Read, Error> {
        let loaded = load(&self.folder, name);
        match loaded.document {
            Some(mut document) if !loaded.findings.has_errors() => {
                self.show_warnings(&loaded.findings, &loaded.sources);
                self.set_inputs(&mut document).map_err(|findings| Error::input(findings, loaded.sources.clone()))?;
                Ok(Read { document, sources: loaded.sources })
            }
            // What the resolver would say of the parts that could be read belongs to the same report.
            Some(document) => {
                let mut findings = loaded.findings;
                let readable = !findings
                    .0
                    .iter()
                    .any(|finding| finding.code.starts_with("E00") || finding.code.starts_with("E03"));
                if readable && let Err(more) = resolve(&document, &loaded.sources, &self.settings) {
                    add_independent(&mut findings, more);
                }
                Err(Error::input(findings, loaded.sources))
            }
            None => Err(Error::input(loaded.findings, loaded.sources)),
        }
    }

    /// Whether a scenario states a sale of the company; nothing is said of what is wrong with it.
    pub fn states_exit(&self, name: &str) -> bool {
        load(&self.folder, name).document.is_some_and(|document| document.has_exit())
    }

    /// `--set` may name a number typed in place, which becomes a variable. What it names in vain the resolver says.
    fn set_inputs(&self, document: &mut Document) -> Result<(), Findings> {
        let mut findings = Findings::default();
        for (name, _) in &self.settings.set {
            match document.input(name) {
                Err(finding) if finding.code != "E0403" => findings.push(*finding),
                Ok(_) | Err(_) => {}
            }
        }
        if findings.has_errors() { Err(findings) } else { Ok(()) }
    }

    /// Resolves what was read for one case and set of variables.
    pub fn resolve(read: &Read, settings: &Settings) -> Result<(Agreement, Findings), Error> {
        resolve(&read.document, &read.sources, settings)
            .map_err(|findings| Error::input(findings, read.sources.clone()))
    }

    /// Resolves and replays; warnings are shown once, here.
    pub fn run(&self, read: &Read, settings: &Settings) -> Result<Run, Error> {
        let (agreement, warnings) = Self::resolve(read, settings)?;
        self.show_warnings(&warnings, &read.sources);
        let run = self.replay(read, agreement)?;
        self.show_warnings(&Self::warnings(&run), &read.sources);
        Ok(run)
    }

    /// Replays an agreement.
    pub fn replay(&self, read: &Read, agreement: Agreement) -> Result<Run, Error> {
        Run::new(agreement, self.rung).map_err(|refused| {
            let (agreement, refusals) = *refused;
            let mut findings = Findings(refusals.iter().map(|refusal| refusal_finding(&agreement, refusal)).collect());
            findings.sort();
            Error::input(findings, read.sources.clone())
        })
    }

    /// What the reader should know of a run besides its tables.
    pub fn warnings(run: &Run) -> Findings {
        let mut warnings = Findings(outstanding_warnings(&run.agreement, run.ledger()));
        warnings.0.extend(expired_warnings(&run.agreement, run.ledger()));
        for (rung, refusal) in &run.left_out {
            let finding = refusal_finding(&run.agreement, refusal);
            let message = format!("on the rung \"{}\", left out: {}", rung.word(), finding.message);
            warnings.push(Finding { code: "W0601", severity: Severity::Warning, message, ..finding });
        }
        warnings
    }

    /// Reads and runs the scenario under the flags.
    pub fn run_named(&self, name: &str) -> Result<Run, Error> {
        let read = self.read(name)?;
        self.run(&read, &self.settings)
    }

    /// Shows warnings on standard error.
    pub fn show_warnings(&self, findings: &Findings, sources: &Sources) {
        if !self.quiet && !findings.0.is_empty() {
            eprint!("{}", render::findings::findings(findings, sources, self.colour_of_errors));
        }
    }

    /// Shows an error on standard error; findings as JSON on standard output where that is the format.
    pub fn show_error(&self, error: &Error) {
        match error.findings() {
            Some((findings, sources)) if self.format == Some(Format::Json) => {
                print(&render::findings::findings_json(findings, sources));
            }
            Some((findings, sources)) => {
                eprint!("{}", render::findings::findings(findings, sources, self.colour_of_errors));
            }
            None => eprintln!("error: {error}"),
        }
    }

    /// How tables look here.
    pub fn look(&self, currency: &str) -> Look {
        Look { width: self.width, colour: self.colour, currency: currency.to_owned() }
    }

    /// Tables in the format asked for, a blank line between them.
    pub fn show(&self, tables: &[Table], currency: &str) -> String {
        match self.format.unwrap_or(Format::Table) {
            Format::Table => {
                let look = self.look(currency);
                tables.iter().map(|table| render::terminal::table(table, &look)).collect::<Vec<_>>().join("\n")
            }
            Format::Csv => {
                tables.iter().map(|table| String::from_utf8_lossy(&render::csv::csv(table)).into_owned()).collect()
            }
            Format::Json => render::json::json(tables),
            Format::Markdown => render::markdown::markdown(tables, currency),
        }
    }

    /// A line for people, unless they asked for quiet or for data.
    pub fn say(&self, line: &str) {
        if !self.quiet && matches!(self.format, None | Some(Format::Table | Format::Markdown)) {
            print(&format!("{line}\n"));
        }
    }

    /// The folder of a scenario's outputs. Another case, rung or variable has a folder of its own, so that it does not
    /// overwrite the usual run's.
    pub fn folder_of(&self, run: &Run) -> PathBuf {
        let head = &run.agreement.head;
        let mut suffix = String::new();
        if head.case != Case::Base {
            let _ = write!(suffix, "+case-{}", head.case.word());
        }
        if run.rung != Rung::All {
            let _ = write!(suffix, "+funding-{}", run.rung.word());
        }
        for (name, value) in &head.set {
            let _ = write!(suffix, "+{}-{}", render::files::file_stem(name), render::files::file_stem(value));
        }
        let mut path = self.out.clone();
        let parts: Vec<_> = head.name.split('/').map(render::files::file_stem).collect();
        if let Some((last, folders)) = parts.split_last() {
            path.extend(folders);
            path.push(format!("{last}{suffix}"));
        }
        path
    }
}

/// Findings of the resolver that do not stem from what was already found: at other places.
fn add_independent(findings: &mut Findings, more: Findings) {
    let lines: Vec<_> =
        findings.0.iter().filter_map(|finding| finding.place.as_ref().map(|place| place.span)).collect();
    let touches = |finding: &Finding| {
        finding.place.as_ref().is_none_or(|place| {
            lines.iter().any(|span| {
                span.file == place.span.file && span.start <= place.span.end && place.span.start <= span.end
            })
        })
    };
    findings.0.extend(more.0.into_iter().filter(|finding| finding.severity == Severity::Error && !touches(finding)));
    findings.sort();
}

/// Why standard output could not be written, where it could not.
static UNWRITTEN: Mutex<Option<io::Error>> = Mutex::new(None);

/// Writes to standard output. A reader that has gone away is no error; any other failure is kept for [`unwritten`].
pub(super) fn print(text: &str) {
    print_bytes(text.as_bytes());
}

/// The same of bytes.
pub(super) fn print_bytes(bytes: &[u8]) {
    let mut stdout = io::stdout().lock();
    if let Err(error) = stdout.write_all(bytes).and_then(|()| stdout.flush())
        && error.kind() != io::ErrorKind::BrokenPipe
    {
        UNWRITTEN.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }
}

/// What kept standard output from being written.
pub(super) fn unwritten() -> Option<Error> {
    let error = UNWRITTEN.lock().unwrap_or_else(PoisonError::into_inner).take()?;
    Some(Error::environment("write", Path::new("standard output"), error))
}
