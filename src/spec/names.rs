//! Names of scenarios: the path below the scenario folder without `.toml`, or the stem where it is unique.

use super::suggest::nearest;
use crate::error::Finding;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// The folder that scenarios are looked up in.
#[derive(Clone, Debug)]
pub struct ScenarioFolder {
    root: PathBuf,
}

/// A scenario file that was found by its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ScenarioFile {
    /// Its name: `published/safe-01`.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// As findings show it: relative, with forward slashes.
    pub shown: String,
}

/// Folders are not searched deeper than this.
const DEPTH_MAX: usize = 8;

impl ScenarioFolder {
    /// The folder at `root`. It need not exist: then it holds nothing.
    pub fn new(root: &Path) -> Self {
        ScenarioFolder { root: root.to_owned() }
    }

    /// Where it is.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Every scenario's name and path, sorted by name.
    pub fn list(&self) -> Vec<(String, PathBuf)> {
        let mut found = Vec::new();
        collect(&self.root, "", DEPTH_MAX, &mut found);
        found.sort();
        found
    }

    /// The scenario of that name, of that unique stem, or at that path.
    ///
    /// # Errors
    /// A finding without a place: no such scenario, or several of that stem.
    pub fn find(&self, name_or_path: &str) -> Result<ScenarioFile, Box<Finding>> {
        let asked = name_or_path.replace('\\', "/");
        match self.find_name(asked.strip_suffix(".toml").unwrap_or(&asked)) {
            Ok(Some(file)) => return Ok(file),
            Err(ambiguous) => return Err(ambiguous),
            Ok(None) => {}
        }
        let path = Path::new(name_or_path);
        if path.is_file() {
            return Ok(self.at_path(path, &asked));
        }
        let with_ending = format!("{name_or_path}.toml");
        if Path::new(&with_ending).is_file() {
            return Ok(self.at_path(Path::new(&with_ending), &format!("{asked}.toml")));
        }
        if path.is_dir() {
            return Err(Finding::error("E0004", format!("`{asked}` is a folder"))
                .help("name one scenario file")
                .into());
        }
        Err(self.unknown(&asked).into())
    }

    /// Looks a name or stem up in the folder; nothing outside it is ever found.
    pub(super) fn find_name(&self, name: &str) -> Result<Option<ScenarioFile>, Box<Finding>> {
        if let Some(file) = self.find_full_name(name) {
            return Ok(Some(file));
        }
        let list = self.list();
        let of_stem: Vec<&(String, PathBuf)> =
            list.iter().filter(|(full, _)| full.rsplit('/').next() == Some(name)).collect();
        match of_stem.as_slice() {
            [] => Ok(None),
            [(name, path)] => Ok(Some(self.file(name, path))),
            several => {
                let names: Vec<&str> = several.iter().map(|(name, _)| name.as_str()).collect();
                let finding = Finding::error("E0010", format!("several scenarios are called `{name}`"));
                Err(finding.help(format!("write one of {}", names.join(", "))).into())
            }
        }
    }

    /// The scenario of that whole name, found as [`list`](Self::list) would find it but without reading the folder.
    fn find_full_name(&self, name: &str) -> Option<ScenarioFile> {
        let is_plain = |part: &str| {
            let mut components = Path::new(part).components();
            let is_one = components.next() == Some(Component::Normal(part.as_ref())) && components.next().is_none();
            is_one && !part.starts_with('.')
        };
        let parts: Vec<&str> = name.split('/').collect();
        let (stem, folders) = parts.split_last()?;
        if folders.len() > DEPTH_MAX || !parts.iter().all(|part| is_plain(part)) {
            return None;
        }
        let mut path = self.root.clone();
        for folder in folders {
            path.push(folder);
            if !path.symlink_metadata().is_ok_and(|found| found.is_dir()) {
                return None;
            }
        }
        path.push(format!("{stem}.toml"));
        path.is_file().then(|| self.file(name, &path))
    }

    /// The finding for a name that no scenario has.
    pub(super) fn unknown(&self, asked: &str) -> Finding {
        let list = self.list();
        let stem = asked.rsplit('/').next().unwrap_or(asked);
        let full = list.iter().map(|(name, _)| name.as_str());
        let near = nearest(asked, full.clone()).or_else(|| {
            let near = nearest(stem, full.clone().filter_map(|name| name.rsplit('/').next()))?;
            full.clone().find(|name| name.rsplit('/').next() == Some(near))
        });
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None if list.is_empty() => format!("there is no scenario in `{}`", self.shown_root()),
            None => format!("scenarios: {}", some_of(full)),
        };
        Finding::error("E0003", format!("no scenario `{asked}`")).help(help)
    }

    fn file(&self, name: &str, path: &Path) -> ScenarioFile {
        ScenarioFile {
            name: name.to_owned(),
            path: path.to_owned(),
            shown: format!("{}/{name}.toml", self.shown_root()),
        }
    }

    /// A file given by its path: inside the folder it has its name there, outside its own stem.
    fn at_path(&self, path: &Path, asked: &str) -> ScenarioFile {
        let inside = self.list().into_iter().find(|(_, listed)| same_file(listed, path));
        if let Some((name, path)) = inside {
            return self.file(&name, &path);
        }
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let shown = if path.is_absolute() {
            path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
        } else {
            asked.to_owned()
        };
        ScenarioFile { name: stem, path: path.to_owned(), shown }
    }

    /// Whether the file really lies in the folder, links followed.
    pub(super) fn holds(&self, path: &Path) -> bool {
        match (self.root.canonicalize(), path.canonicalize()) {
            (Ok(root), Ok(path)) => path.starts_with(root),
            _ => false,
        }
    }

    /// The folder as a user would type it: relative as given, an absolute one by its last part.
    fn shown_root(&self) -> String {
        let absolute = self.root.is_absolute();
        let parts = self.root.components().filter_map(|part| match part {
            Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
            Component::ParentDir => Some("..".to_owned()),
            Component::Prefix(_) | Component::RootDir | Component::CurDir => None,
        });
        let parts: Vec<String> = parts.collect();
        match parts.last() {
            Some(last) if absolute => last.clone(),
            Some(_) => parts.join("/"),
            None => ".".to_owned(),
        }
    }
}

fn same_file(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

fn some_of<'name>(names: impl Iterator<Item = &'name str>) -> String {
    const NAMED_MAX: usize = 8;
    let names: Vec<&str> = names.collect();
    let more = names.len().saturating_sub(NAMED_MAX);
    let shown = names.iter().take(NAMED_MAX).copied().collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{shown} and {more} more") } else { shown }
}

/// Linked folders are not entered, so that a circle of links ends.
fn collect(folder: &Path, prefix: &str, depth: usize, found: &mut Vec<(String, PathBuf)>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        if name.starts_with('.') {
            continue;
        }
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_folder && depth > 0 {
            collect(&path, &format!("{prefix}{name}/"), depth - 1, found);
        } else if let Some(stem) = name.strip_suffix(".toml")
            && !stem.is_empty()
            && path.is_file()
        {
            found.push((format!("{prefix}{stem}"), path.clone()));
        }
    }
}
