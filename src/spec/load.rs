//! From a scenario's name to one checked tree: the file, the files it is based on, merged.

use super::check::check_file;
use super::complete::check_complete;
use super::file::{empty, read_text};
use super::merge::{MergeLog, Replaced, merge_files, without_base};
use super::names::{ScenarioFile, ScenarioFolder};
use super::node::{Block, Node, Value};
use super::parse::parse;
use super::shape::shape_file;
use crate::error::{FileId, Finding, Findings, Severity, Sources, Span};

/// What came of loading a scenario. With errors among the findings, the document is only good for showing them.
#[derive(Debug)]
pub struct Loaded {
    /// The merged tree; `None` if the file itself could not be read. Look at the findings before trusting it.
    pub document: Option<Document>,
    /// The texts the findings speak of.
    pub sources: Sources,
    /// Everything found, in the order of the files.
    pub findings: Findings,
}

/// A scenario file and its bases as one tree.
#[derive(Clone, Debug)]
pub struct Document {
    /// The head and every table; `title`, `note` and `expect` are the file's own.
    pub root: Block,
    /// The scenario's name.
    pub name: String,
    /// The files it is made of, the deepest base first and the file itself last.
    pub chain: Vec<FileId>,
    /// Keys of a base that gave way to one that excludes them.
    pub replaced: Vec<Replaced>,
}

impl Document {
    /// Where a place comes in the order of events: a base's before those of the file that changes it.
    pub fn order(&self, span: Span) -> (usize, usize) {
        let file = self.chain.iter().position(|id| *id == span.file).unwrap_or(self.chain.len());
        (file, span.start)
    }

    /// Every event of every kind (rounds, secondaries, grants, ...), in the order of the file, a base's first.
    pub fn events(&self) -> Vec<&Block> {
        let lists = self.root.entries.iter().filter_map(|entry| match &entry.node.value {
            Value::List(items) => Some(items.iter().filter_map(Node::as_block)),
            _ => None,
        });
        let mut events: Vec<&Block> =
            lists.flatten().filter(|block| block.spec().is_some_and(super::keys::TableSpec::is_event)).collect();
        events.sort_by_key(|block| self.order(block.span));
        events
    }

    /// Whether a value was typed in the scenario's own file, not in a base.
    pub fn is_own(&self, span: Span) -> bool {
        self.chain.last() == Some(&span.file)
    }
}

/// Bases of bases of bases: enough.
const CHAIN_MAX: usize = 10;

/// Loads the scenario of that name (or unique stem, or path) with everything it is based on.
pub fn load(folder: &ScenarioFolder, name: &str) -> Loaded {
    let mut loader = Loader {
        folder: folder.clone(),
        sources: Sources::default(),
        findings: Findings::default(),
        log: MergeLog::default(),
        is_sound: true,
    };
    let document = match folder.find(name) {
        Ok(file) => {
            if let Some(parent) = file.path.parent().filter(|_| !folder.holds(&file.path)) {
                loader.folder = ScenarioFolder::new(parent);
            }
            loader.scenario(&file)
        }
        Err(finding) => {
            loader.findings.push(*finding);
            None
        }
    };
    loader.finish(document)
}

/// Loads one text without a folder; `based_on` in it is a finding.
pub fn load_text(name: &str, text: &str) -> Loaded {
    let folder = ScenarioFolder::new(std::path::Path::new("scenarios/"));
    let mut loader = Loader {
        folder,
        sources: Sources::default(),
        findings: Findings::default(),
        log: MergeLog::default(),
        is_sound: true,
    };
    let file = ScenarioFile { name: name.to_owned(), path: std::path::PathBuf::new(), shown: format!("{name}.toml") };
    let mut chain = Vec::new();
    let (root, _) = loader.text(&file, text.to_owned(), &mut chain);
    if let Some(entry) = root.entries.iter().find(|entry| entry.key == "based_on") {
        loader.is_sound = false;
        loader.findings.push(
            Finding::error("E0301", "a text without a folder has no base")
                .at(entry.node.span, "no file to look it up in")
                .help("load it from a scenario folder"),
        );
    }
    let document = loader.document(root, name, chain);
    loader.finish(Some(document))
}

struct Loader {
    folder: ScenarioFolder,
    sources: Sources,
    findings: Findings,
    log: MergeLog,
    /// Whether every file was read and is TOML; else nothing is said of what is missing.
    is_sound: bool,
}

/// A file on the way from the scenario to its deepest base, and where it names the next one.
struct Link {
    name: String,
    root: Block,
    id: FileId,
    based_on: Option<(String, Span)>,
}

impl Loader {
    fn scenario(&mut self, file: &ScenarioFile) -> Option<Document> {
        let mut links: Vec<Link> = vec![self.link(file)?];
        while let Some((base, span)) = links.last().and_then(|link| link.based_on.clone()) {
            let Some(link) = self.base(&base, span, &links) else {
                self.is_sound = false;
                break;
            };
            links.push(link);
        }
        links.reverse();
        let chain = links.iter().map(|link| link.id).collect();
        let mut roots = links.into_iter().map(|link| link.root);
        let first = roots.next()?;
        let root = roots.fold(first, |base, child| {
            self.log.new_items.clear();
            merge_files(base, child, &mut self.log)
        });
        Some(self.document(root, &file.name, chain))
    }

    /// Checks the merged tree and puts the document together.
    fn document(&mut self, mut root: Block, name: &str, chain: Vec<FileId>) -> Document {
        if chain.len() == 1 && self.is_sound {
            without_base(&mut root, &mut self.log);
        }
        if self.is_sound {
            check_complete(&root, &self.log.new_items, &mut self.findings);
            self.findings.0.append(&mut self.log.findings.0);
        }
        Document { root, name: name.to_owned(), chain, replaced: std::mem::take(&mut self.log.replaced) }
    }

    fn finish(mut self, document: Option<Document>) -> Loaded {
        self.findings.sort();
        Loaded { document, sources: self.sources, findings: self.findings }
    }

    fn link(&mut self, file: &ScenarioFile) -> Option<Link> {
        match read_text(file, &mut self.sources) {
            Ok(text) => {
                let mut chain = Vec::new();
                let (root, id) = self.text(file, text, &mut chain);
                let based_on = root.text("based_on").map(|base| (base.to_owned(), root.span_of("based_on")));
                Some(Link { name: file.name.clone(), root, id, based_on })
            }
            Err(finding) => {
                self.findings.push(*finding);
                None
            }
        }
    }

    /// Parses and checks one text by itself.
    fn text(&mut self, file: &ScenarioFile, text: String, chain: &mut Vec<FileId>) -> (Block, FileId) {
        let id = self.sources.add(&file.shown, text);
        chain.push(id);
        let text = self.sources.get(id).text.clone();
        let mut findings = Findings::default();
        if let Some(finding) = empty(&text, &file.shown) {
            self.findings.push(finding);
            self.is_sound = false;
        }
        let mut parsed = parse(&text, id, &mut findings);
        if findings.has_errors() {
            self.is_sound = false;
        }
        let mut checked = Findings::default();
        shape_file(&mut parsed.root, &text, &mut checked);
        check_file(&parsed.root, &text, &mut checked);
        let certain =
            |finding: &Finding| finding.place.as_ref().is_none_or(|place| !parsed.is_doubtful(&text, place.span));
        self.findings.0.append(&mut findings.0);
        self.findings.0.extend(checked.0.into_iter().filter(certain));
        (parsed.root, id)
    }

    /// The next base, or a finding at the `based_on` that names it.
    fn base(&mut self, base: &str, span: Span, links: &[Link]) -> Option<Link> {
        let mut report = |finding: Finding, label: &str| {
            self.findings.push(finding.at(span, label));
            None
        };
        let asked = base.replace('\\', "/");
        let leaves = asked.starts_with('/') || asked.split('/').any(|part| part == "..") || asked.contains(':');
        if leaves {
            let finding = Finding::error("E0303", format!("the base `{base}` lies outside the scenario folder"));
            return report(
                finding.help("name a scenario of the folder, without `..` or a leading `/`"),
                "leaves the folder",
            );
        }
        let file = match self.folder.find_name(asked.strip_suffix(".toml").unwrap_or(&asked)) {
            Ok(Some(file)) => file,
            Ok(None) => {
                let unknown = self.folder.unknown(&asked);
                let finding =
                    Finding { code: "E0301", message: format!("no base `{base}` in the scenario folder"), ..unknown };
                return report(finding, "not found");
            }
            Err(ambiguous) => return report(*ambiguous, "which one?"),
        };
        if !self.folder.holds(&file.path) {
            let finding = Finding::error("E0303", format!("the base `{base}` is a link out of the scenario folder"));
            return report(finding.help("copy the file into the folder"), "leaves the folder");
        }
        if let Some(start) = links.iter().position(|link| link.name == file.name) {
            let chain = links[start..].iter().map(|link| link.name.as_str()).chain([file.name.as_str()]);
            let chain = chain.collect::<Vec<_>>().join(" -> ");
            let finding = Finding::error("E0302", format!("scenarios are based on each other in a circle: {chain}"));
            return report(finding.help("one of them must stand on its own"), "closes the circle");
        }
        if links.len() >= CHAIN_MAX {
            let finding = Finding::error("E0304", format!("more than {CHAIN_MAX} files based on each other"));
            return report(finding.help("base the file on an earlier one of them"), "one too many");
        }
        self.link(&file)
    }
}

impl Loaded {
    /// Whether the document may be resolved.
    pub fn is_usable(&self) -> bool {
        self.document.is_some() && !self.findings.0.iter().any(|finding| finding.severity == Severity::Error)
    }
}
