//! Outputs that are whole or not there: a run's files appear together, and where one cannot be written the old ones stay.

use crate::error::Error;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::{fs, path};
use tempfile::TempDir;

/// Endings of files that a run replaces as a set.
const ENDINGS: [&str; 3] = ["csv", "png", "svg"];
/// Stems of the files that capstruct writes; a stem also stands for everything that begins with it and a dash.
const STEMS: [&str; 20] = [
    "conversions",
    "assumptions",
    "ownership",
    "dilution",
    "rounds",
    "ledger",
    "exit",
    "breakpoints",
    "cash",
    "comparison",
    "bridge",
    "funding",
    "waterfall",
    "payoff",
    "sweep",
    "simulation",
    "sensitivity",
    "tornado",
    "histogram",
    "fan",
];
/// Longest stem of a file.
const STEM_LENGTH: usize = 60;
/// Names that Windows keeps for devices.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// The files of one run on their way into one folder.
#[derive(Debug)]
pub struct OutputFolder {
    path: PathBuf,
    files: BTreeMap<String, Content>,
    keeps: bool,
}

/// What a file will hold.
#[derive(Debug)]
enum Content {
    Bytes(Vec<u8>),
    /// Written already, to a file without a name.
    Written(File),
}

impl Content {
    /// Whether a file holds just this; nothing is said of a large one.
    fn is_at(&self, place: &Path) -> bool {
        let Content::Bytes(bytes) = self else { return false };
        let is_as_long = fs::metadata(place).is_ok_and(|found| found.is_file() && found.len() == bytes.len() as u64);
        is_as_long && fs::read(place).is_ok_and(|held| held == *bytes)
    }
}

/// A file that is written as it is computed, too large to be held. It has no name until the folder is committed, so
/// nothing is left of it where the program is stopped.
#[derive(Debug)]
pub struct Stream {
    name: String,
    place: PathBuf,
    file: BufWriter<File>,
}

impl Stream {
    /// Writes the next bytes.
    ///
    /// # Errors
    /// Where the disk is full or gone.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.file.write_all(bytes).map_err(|cause| Error::environment("write", &self.place, cause))
    }

    /// Hands the file to the folder it belongs to.
    ///
    /// # Errors
    /// Where the last bytes cannot be written.
    pub fn finish(self, folder: &mut OutputFolder) -> Result<(), Error> {
        let file =
            self.file.into_inner().map_err(|error| Error::environment("write", &self.place, error.into_error()))?;
        folder.take(self.name, Content::Written(file));
        Ok(())
    }
}

/// Whether a folder, which need not exist yet, can be written to: said before long work, not after it.
///
/// # Errors
/// Why it cannot be.
pub fn can_be_written(folder: &Path) -> Result<(), Error> {
    let failed = |cause| Error::environment("write", folder, cause);
    let path = path::absolute(folder).map_err(failed)?;
    let there = path.ancestors().find(|place| place.exists());
    match there {
        Some(there) if there.is_dir() => tempfile::tempfile_in(there).map(drop).map_err(failed),
        Some(_) => Err(failed(io::ErrorKind::NotADirectory.into())),
        None => Err(failed(io::ErrorKind::NotFound.into())),
    }
}

impl OutputFolder {
    /// A folder that need not exist yet. Nothing is touched before [`OutputFolder::commit`].
    pub fn new(path: impl Into<PathBuf>) -> Self {
        OutputFolder { path: path.into(), files: BTreeMap::new(), keeps: false }
    }

    /// The same, for files that join those of an earlier run instead of taking their place.
    pub fn keeping(path: impl Into<PathBuf>) -> Self {
        OutputFolder { keeps: true, ..OutputFolder::new(path) }
    }

    /// Takes a file in.
    ///
    /// # Panics
    /// If the name is not a plain file name or was taken before: a mistake in the program.
    pub fn add(&mut self, name: impl Into<String>, content: impl Into<Vec<u8>>) {
        self.take(name.into(), Content::Bytes(content.into()));
    }

    /// A file of the folder that is written as it is computed.
    ///
    /// # Errors
    /// Where nothing can be written beside the folder.
    pub fn stream(&self, name: &str) -> Result<Stream, Error> {
        let place = self.path.join(name);
        let failed = |cause| Error::environment("write", &place, cause);
        let path = path::absolute(&self.path).map_err(failed)?;
        let beside = path.ancestors().skip(1).find(|parent| parent.is_dir());
        let beside = beside.ok_or_else(|| failed(io::ErrorKind::NotFound.into()))?;
        let file = tempfile::tempfile_in(beside).map_err(failed)?;
        Ok(Stream { name: name.to_owned(), place, file: BufWriter::with_capacity(1 << 20, file) })
    }

    fn take(&mut self, name: String, content: Content) {
        let is_plain = !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\', ':', '\0']);
        assert!(is_plain, "an output is a plain file in its folder, not `{name}`");
        assert!(!self.files.contains_key(&name), "two outputs are called `{name}`");
        self.files.insert(name, content);
    }

    /// Writes all files and removes those of an earlier run that this one did not write (CSV, PNG and SVG files with a
    /// name of ours). One that holds the same already is left as it is. Returns the paths in the order of their names.
    ///
    /// # Errors
    /// If a file cannot be written: then the folder is as it was.
    pub fn commit(self) -> Result<Vec<PathBuf>, Error> {
        let failed = |path: &Path, cause| Error::environment("write", path, cause);
        let is_new = match fs::metadata(&self.path) {
            Ok(found) if found.is_dir() => false,
            Ok(_) => return Err(failed(&self.path, io::ErrorKind::NotADirectory.into())),
            Err(_) => true,
        };
        if is_new {
            self.create().map_err(|cause| failed(&self.path, cause))?;
        } else {
            self.replace().map_err(|(path, cause)| failed(&path, cause))?;
        }
        Ok(self.files.keys().map(|name| self.path.join(name)).collect())
    }

    /// The folder is written under another name beside its place and then renamed.
    fn create(&self) -> io::Result<()> {
        let path = path::absolute(&self.path)?;
        let parent = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
        fs::create_dir_all(parent)?;
        let fresh = workshop(parent)?;
        self.write(self.files.keys(), fresh.path()).map_err(|(_, cause)| cause)?;
        fs::rename(fresh.path(), path)?;
        // it is no longer where it would be removed
        let _ = fresh.keep();
        Ok(())
    }

    /// The files are written in a folder within the old one, so that no file system is crossed, and then renamed one by
    /// one; whatever goes wrong, every exchange is taken back.
    fn replace(&self) -> Result<(), (PathBuf, io::Error)> {
        let within = |cause| (self.path.clone(), cause);
        let stale = if self.keeps { Vec::new() } else { self.stale().map_err(within)? };
        let changed: Vec<&String> = self
            .files
            .iter()
            .filter(|(name, content)| !content.is_at(&self.path.join(name)))
            .map(|(name, _)| name)
            .collect();
        if changed.is_empty() && stale.is_empty() {
            return Ok(());
        }
        let workshop = workshop(&self.path).map_err(within)?;
        let (fresh, old) = (workshop.path().join("new"), workshop.path().join("old"));
        for folder in [&fresh, &old] {
            fs::create_dir(folder).map_err(within)?;
        }
        self.write(changed.iter().copied(), &fresh)?;

        let exchange = |name: &String, fresh| Exchange { fresh, place: self.path.join(name), old: old.join(name) };
        let written = changed.iter().map(|name| exchange(name, Some(fresh.join(name))));
        let exchanges: Vec<Exchange> = written.chain(stale.iter().map(|name| exchange(name, None))).collect();
        for (index, exchange) in exchanges.iter().enumerate() {
            let Err(cause) = exchange.make() else { continue };
            let failed = exchanges[..=index].iter().rev().filter(|exchange| exchange.take_back().is_err()).count();
            if failed == 0 {
                return Err((exchange.place.clone(), cause));
            }
            let kept = workshop.keep().join("old");
            let cause = format!("{cause}; what was there before is kept in {}", kept.display());
            return Err((exchange.place.clone(), io::Error::other(cause)));
        }
        Ok(())
    }

    /// Writes files of these names to a folder.
    fn write<'n>(&self, names: impl Iterator<Item = &'n String>, folder: &Path) -> Result<(), (PathBuf, io::Error)> {
        for name in names {
            let written = match &self.files[name] {
                Content::Bytes(bytes) => fs::write(folder.join(name), bytes),
                Content::Written(file) => copied(file, &folder.join(name)),
            };
            written.map_err(|cause| (self.path.join(name), cause))?;
        }
        Ok(())
    }

    /// Files of an earlier run that this one does not write.
    fn stale(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.path)? {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            if is_ours(&name) && !self.files.contains_key(&name) && entry.file_type()?.is_file() {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }
}

/// Writes what a file without a name holds to a file with one.
fn copied(mut from: &File, to: &Path) -> io::Result<()> {
    from.seek(SeekFrom::Start(0))?;
    io::copy(&mut from, &mut File::create(to)?).map(|_| ())
}

/// A file of this run, or none, in place of an old one, or none.
struct Exchange {
    fresh: Option<PathBuf>,
    place: PathBuf,
    /// Where the old one is kept until all is done.
    old: PathBuf,
}

impl Exchange {
    /// At every moment either the old file or the new one is in its place.
    fn make(&self) -> io::Result<()> {
        let Some(fresh) = &self.fresh else { return fs::rename(&self.place, &self.old) };
        if fs::symlink_metadata(&self.place).is_ok() && fs::hard_link(&self.place, &self.old).is_err() {
            // a file system without links; a copy counts once it is complete
            let partial = fresh.with_extension("partial");
            fs::copy(&self.place, &partial)?;
            fs::rename(partial, &self.old)?;
        }
        fs::rename(fresh, &self.place)
    }

    /// Undoes what was made, also where that was only a part.
    fn take_back(&self) -> io::Result<()> {
        if fs::symlink_metadata(&self.old).is_ok() {
            return fs::rename(&self.old, &self.place);
        }
        match &self.fresh {
            Some(fresh) if !fresh.exists() => fs::remove_file(&self.place),
            _ => Ok(()),
        }
    }
}

/// A folder for work in progress, gone when it is dropped.
fn workshop(parent: &Path) -> io::Result<TempDir> {
    tempfile::Builder::new().prefix(".capstruct-").tempdir_in(parent)
}

/// True for a name that a run may have given: `ownership.csv`, `bridge-microsoft.png`; never for a file of the user's.
fn is_ours(name: &str) -> bool {
    let Some((stem, ending)) = name.rsplit_once('.') else { return false };
    let has_stem = |ours: &&str| stem.strip_prefix(*ours).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
    ENDINGS.contains(&ending) && STEMS.iter().any(has_stem)
}

/// A file stem that is safe everywhere, for any name: lowercase ASCII letters, digits and single dashes, at most
/// sixty. Different names may give the same stem; see [`file_stems`].
pub fn file_stem(name: &str) -> String {
    let mut stem = String::new();
    for c in name.chars() {
        if c.is_ascii_alphanumeric() {
            stem.push(c.to_ascii_lowercase());
        } else if !stem.is_empty() && !stem.ends_with('-') {
            stem.push('-');
        }
        if stem.len() == STEM_LENGTH {
            break;
        }
    }
    let stem = stem.trim_end_matches('-');
    let is_port = stem.len() == 4 && (stem.starts_with("com") || stem.starts_with("lpt"));
    match stem {
        "" => "unnamed".into(),
        _ if is_port || DEVICES.contains(&stem) => format!("{stem}-file"),
        _ => stem.into(),
    }
}

/// The stems of several names, each different: the second of one stem gets `-2`, and so on.
pub fn file_stems<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let mut unique = |name| {
        let stem = file_stem(name);
        let numbered = (2..).map(|number: u32| format!("{stem}-{number}"));
        let free = std::iter::once(stem.clone()).chain(numbered).find(|stem| !taken.contains(stem));
        let free = free.expect("there are more numbers than names");
        taken.insert(free.clone());
        free
    };
    names.into_iter().map(&mut unique).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(path: &Path, files: &[(&str, &str)]) -> OutputFolder {
        let mut folder = OutputFolder::new(path);
        for (name, content) in files {
            folder.add(*name, *content);
        }
        folder
    }

    fn contents(path: &Path) -> Vec<(String, String)> {
        let entry = |entry: io::Result<fs::DirEntry>| {
            let entry = entry.unwrap();
            let content = fs::read_to_string(entry.path()).unwrap_or_else(|_| "(folder)".into());
            (entry.file_name().into_string().unwrap(), content)
        };
        let mut found: Vec<_> = fs::read_dir(path).unwrap().map(entry).collect();
        found.sort();
        found
    }

    fn pairs(files: &[(&str, &str)]) -> Vec<(String, String)> {
        files.iter().map(|(name, content)| ((*name).to_owned(), (*content).to_owned())).collect()
    }

    #[test]
    fn a_new_folder_appears_with_all_its_files() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("outputs/openai");
        let written = folder(&path, &[("rounds.csv", "r"), ("ownership.csv", "o")]).commit().unwrap();
        assert_eq!(written, [path.join("ownership.csv"), path.join("rounds.csv")]);
        assert_eq!(contents(&path), pairs(&[("ownership.csv", "o"), ("rounds.csv", "r")]));
        assert_eq!(contents(&home.path().join("outputs")).len(), 1, "nothing else is left");
    }

    #[test]
    fn a_later_run_replaces_its_own_files_and_no_others() {
        let home = tempfile::tempdir().unwrap();
        folder(home.path(), &[("ownership.csv", "old"), ("bridge-amazon.png", "old"), ("report.md", "old")])
            .commit()
            .unwrap();
        for mine in ["notes.csv", "bridges.png", "ownership.csv.bak", "photo.PNG"] {
            fs::write(home.path().join(mine), "mine").unwrap();
        }
        fs::create_dir(home.path().join("ledger.csv")).unwrap();
        folder(home.path(), &[("ownership.csv", "new"), ("rounds.csv", "new")]).commit().unwrap();
        let expected = pairs(&[
            ("bridges.png", "mine"),
            ("ledger.csv", "(folder)"),
            ("notes.csv", "mine"),
            ("ownership.csv", "new"),
            ("ownership.csv.bak", "mine"),
            ("photo.PNG", "mine"),
            ("report.md", "old"),
            ("rounds.csv", "new"),
        ]);
        assert_eq!(contents(home.path()), expected);
    }

    #[test]
    fn what_has_not_changed_is_left_where_it_is() {
        let home = tempfile::tempdir().unwrap();
        folder(home.path(), &[("cash.csv", "same"), ("exit.csv", "old")]).commit().unwrap();
        for name in ["cash", "exit"] {
            fs::hard_link(home.path().join(format!("{name}.csv")), home.path().join(name)).unwrap();
        }
        let written = folder(home.path(), &[("cash.csv", "same"), ("exit.csv", "new")]).commit().unwrap();
        assert_eq!(written.len(), 2);
        let expected = pairs(&[("cash", "same"), ("cash.csv", "same"), ("exit", "old"), ("exit.csv", "new")]);
        assert_eq!(contents(home.path()), expected);
        // through its other name, as long as the two are one file
        fs::write(home.path().join("cash"), "else").unwrap();
        assert_eq!(contents(home.path())[1].1, "else");
        folder(home.path(), &[("cash.csv", "same"), ("exit.csv", "new")]).commit().unwrap();
        assert_eq!(contents(home.path())[..2], pairs(&[("cash", "else"), ("cash.csv", "same")]));
    }

    #[test]
    fn a_failure_half_way_leaves_everything_as_it_was() {
        let home = tempfile::tempdir().unwrap();
        folder(home.path(), &[("cash.csv", "old"), ("exit.csv", "old")]).commit().unwrap();
        fs::create_dir(home.path().join("rounds.csv")).unwrap();
        let before = contents(home.path());
        let next = [("cash.csv", "new"), ("ledger.csv", "new"), ("rounds.csv", "cannot be"), ("sweep.csv", "new")];
        let error = folder(home.path(), &next).commit().unwrap_err();
        assert_eq!(error.exit_code(), 3);
        assert!(error.to_string().contains("could not write") && error.to_string().contains("rounds.csv"), "{error}");
        assert_eq!(contents(home.path()), before);
    }

    #[test]
    fn a_folder_that_cannot_be_is_an_error() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("file");
        fs::write(&file, "mine").unwrap();
        for path in [file.clone(), file.join("below")] {
            assert_eq!(folder(&path, &[("cash.csv", "new")]).commit().unwrap_err().exit_code(), 3);
        }
        assert_eq!(contents(home.path()), pairs(&[("file", "mine")]));
    }

    #[test]
    #[should_panic(expected = "a plain file in its folder")]
    fn an_output_cannot_leave_its_folder() {
        OutputFolder::new("outputs").add("../cash.csv", "");
    }

    #[test]
    fn any_name_gives_a_safe_stem() {
        for (name, stem) in [
            ("Amazon Web Services, Inc.", "amazon-web-services-inc"),
            ("../../etc/passwd", "etc-passwd"),
            ("株式会社", "unnamed"),
            ("", "unnamed"),
            ("Søren & Co", "s-ren-co"),
            ("CON", "con-file"),
            ("com1", "com1-file"),
        ] {
            assert_eq!(file_stem(name), stem);
        }
        assert_eq!(file_stem(&"long ".repeat(100)).len(), 59);
        assert_eq!(file_stems(["Ä", "Ö", "A", "a", "A-2"]), ["unnamed", "unnamed-2", "a", "a-2", "a-2-2"]);
    }
}
