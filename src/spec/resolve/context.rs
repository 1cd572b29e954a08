//! What every part of the resolver shares: the names in scope, the variables, where numbers came from, and the
//! findings so far.

use super::names::Names;
use super::rights::Known;
use super::variables::{Unusable, Variables};
use crate::error::{Finding, Findings, Sources, Span};
use crate::model::{
    Assumption, ConditionId, ConditionInfo, Evidence, GroupId, Holding, Origin, OriginId, PositionId, SourceInfo,
    StakeholderId, Term, VariableId,
};
use crate::num::{Exact, Number, Stated, grouped};
use crate::spec::keys::Kind;
use crate::spec::node::{Block, Provenance};
use crate::spec::number::{Measure, Quantity};
use crate::spec::suggest::nearest;
use crate::spec::value::{Given, Literal, Read};
use jiff::civil::Date;
use std::collections::HashMap;

/// Shared by every part of the resolver.
pub(super) struct Context<'a> {
    /// The text of the files, for `file:line`.
    pub files: &'a Sources,
    /// The merged file.
    pub root: &'a Block,
    /// What is wrong so far.
    pub findings: Findings,
    /// Everything that has a name.
    pub names: Names,
    /// What the variables are in the run at hand.
    pub variables: Variables,
    /// Published sources, in the order of the file.
    pub sources: Vec<SourceInfo>,
    /// Where numbers came from.
    pub origins: Vec<Origin>,
    /// What was assumed.
    pub assumptions: Vec<Assumption>,
    /// Lines of the cap table.
    pub positions: Vec<Holding>,
    /// What happens in the run at hand, by condition.
    pub happens: Vec<bool>,
    /// The same conditions as readers know them.
    pub conditions: Vec<ConditionInfo>,
    /// Conditions that are yes/no variables.
    pub yes_no_conditions: HashMap<VariableId, ConditionId>,
    /// Which stakeholders belong to which group.
    pub members: Vec<(StakeholderId, GroupId)>,
    /// Rights to buy shares, as far as they were read.
    pub known_rights: Vec<Known>,
    known_positions: HashMap<Holding, PositionId>,
}

impl<'a> Context<'a> {
    pub fn new(files: &'a Sources, root: &'a Block) -> Self {
        Context {
            files,
            root,
            findings: Findings::default(),
            names: Names::default(),
            variables: Variables::default(),
            sources: Vec::new(),
            origins: Vec::new(),
            assumptions: Vec::new(),
            positions: Vec::new(),
            happens: Vec::new(),
            conditions: Vec::new(),
            yes_no_conditions: HashMap::new(),
            members: Vec::new(),
            known_rights: Vec::new(),
            known_positions: HashMap::new(),
        }
    }

    pub fn report(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// Reports why a variable cannot be used, once, unless its own entry was reported.
    pub fn report_unusable(&mut self, finding: Unusable) {
        if let Some(finding) = finding
            && !self.findings.0.contains(&finding)
        {
            self.report(*finding);
        }
    }

    /// A probability is at most one.
    pub fn check_probability(&mut self, probability: Stated, span: Span) {
        if probability > Stated::ONE || probability.is_negative() {
            let percent = number(probability.cast::<Exact>() * Exact::whole(100));
            self.report(
                Finding::error("E0416", format!("a probability of {percent} %"))
                    .at(span, "expected 0 % to 100 %")
                    .help("write such as \"75%\"; \"100%\" is certain"),
            );
        }
    }

    pub fn assume(&mut self, about: impl Into<String>, assumed: impl Into<String>, span: Option<Span>) {
        let cite = span.map(|span| self.files.cite(span));
        let assumption = Assumption { about: about.into(), assumed: assumed.into(), cite };
        if !self.assumptions.contains(&assumption) {
            self.assumptions.push(assumption);
        }
    }

    /// The position of a holding; a new line of the cap table where there is none yet.
    pub fn position(&mut self, holding: Holding) -> PositionId {
        let next = PositionId::at(self.positions.len());
        *self.known_positions.entry(holding).or_insert_with(|| {
            self.positions.push(holding);
            next
        })
    }

    /// The position of a holding, if there is a line for it already.
    pub fn known_position(&self, holding: Holding) -> Option<PositionId> {
        self.known_positions.get(&holding).copied()
    }

    /// Keeps where a number came from.
    pub fn origin(&mut self, span: Span, what: impl Into<String>, provenance: &Provenance) -> OriginId {
        // What a base says of its block's source does not cover a figure that another file put in its place.
        let same_file = |at: Span| at.file == span.file;
        let source =
            provenance.source.as_ref().filter(|(_, at)| same_file(*at)).and_then(|(id, at)| self.source(id, *at));
        let stated = provenance.evidence.filter(|(_, at)| same_file(*at)).and_then(|(word, _)| evidence(word));
        let evidence =
            stated.or_else(|| source.map(|source| self.sources[source].evidence)).unwrap_or(Evidence::Assumed);
        self.origins.push(Origin {
            span,
            cite: self.files.cite(span),
            what: what.into(),
            literal: one_line(self.files.text(span)),
            source,
            evidence,
            note: provenance.note.clone(),
        });
        OriginId::at(self.origins.len() - 1)
    }

    /// The source of that id; a finding where there is none.
    fn source(&mut self, id: &str, span: Span) -> Option<usize> {
        let found = self.sources.iter().position(|source| source.id == id);
        if found.is_none() {
            let near = nearest(id, self.sources.iter().map(|source| source.id.as_str())).map(str::to_owned);
            let label =
                near.map_or("no [sources] entry of this name".to_owned(), |near| format!("did you mean \"{near}\"?"));
            let finding = Finding::error("E0405", format!("unknown source \"{id}\""))
                .at(span, label)
                .help(format!("sources are listed as `[sources.{id}]` with publisher, date and url"));
            if !self.findings.0.contains(&finding) {
                self.report(finding);
            }
        }
        found
    }

    /// A number as a term, with its origin; `None` where it is absent or was reported.
    pub fn term(
        &mut self,
        read: Read<Quantity>,
        what: impl Into<String>,
        outer: &Provenance,
    ) -> Option<(Term<Stated>, OriginId)> {
        let (given, provenance, span) = read;
        let provenance = provenance.or(outer);
        let origin = self.origin(span, what, &provenance);
        let term = match given {
            Given::Stated(quantity) => Term::Given(quantity.stated),
            Given::Variable { name, span } => self.numeric(&name, span, None)?,
        };
        if let Term::Variable(id) = term
            && provenance.source.is_none()
            && provenance.evidence.is_none()
        {
            // The number is the variable's, and so is what stands behind it.
            let behind = &self.origins[self.variables.infos[id.index()].origin.index()];
            let (source, evidence) = (behind.source, behind.evidence);
            let origin = &mut self.origins[origin.index()];
            (origin.source, origin.evidence) = (source, evidence);
        }
        Some((term, origin))
    }

    /// The number behind a key as a term.
    pub fn quantity(
        &mut self,
        block: &Block,
        key: &str,
        what: impl Into<String>,
        outer: &Provenance,
    ) -> Option<(Term<Stated>, OriginId)> {
        let read = self.of_kind(block.literal(key)?, measure_of(block, key))?;
        self.term(read, what, outer)
    }

    /// The reading narrowed to a number, or to a variable that is one.
    fn of_kind(&mut self, read: Read<Literal<'_>>, measure: Option<Measure>) -> Option<Read<Quantity>> {
        let (given, provenance, span) = read;
        if let Given::Variable { name, span } = &given {
            self.numeric(name, *span, measure)?;
        }
        let given = given.and_then(|literal| match literal {
            Literal::Quantity(quantity) => Some(quantity),
            _ => None,
        })?;
        Some((given, provenance, span))
    }

    /// A variable used as a number.
    pub fn numeric(&mut self, name: &str, span: Span, measure: Option<Measure>) -> Option<Term<Stated>> {
        match self.variables.numeric(name, span, measure) {
            Ok(term) => Some(term),
            Err(finding) => {
                self.report_unusable(finding);
                None
            }
        }
    }

    /// The value of a term in the run at hand.
    pub fn value(&self, term: Term<Stated>) -> Exact {
        match term {
            Term::Given(stated) => stated.cast(),
            Term::Variable(id) => self.variables.value(id),
        }
    }

    /// The same as a stated number; exact but for a variable tied to another by a long fraction.
    pub fn stated(&self, term: Term<Stated>) -> Stated {
        match term {
            Term::Given(stated) => stated,
            Term::Variable(id) => self.variables.stated(id),
        }
    }

    /// The word behind a key, a variable looked through; `None` where it is absent or was reported.
    pub fn word(&mut self, block: &Block, key: &str) -> Option<(&'static str, Span)> {
        let (given, _, span) = block.literal(key)?;
        match given {
            Given::Stated(Literal::Word(word)) => Some((word, span)),
            Given::Stated(_) => None,
            Given::Variable { name, .. } => {
                let words = words_of(&block.spec()?.key(key)?.kind);
                match self.variables.word(&name, span, words) {
                    Ok(word) => Some((word, span)),
                    Err(finding) => {
                        self.report_unusable(finding);
                        None
                    }
                }
            }
        }
    }

    /// The day behind a key. A variable cannot be a day.
    pub fn date(&mut self, block: &Block, key: &str) -> Option<(Date, Span)> {
        let (given, _, span) = block.date(key)?;
        match given {
            Given::Stated(date) => Some((date, span)),
            Given::Variable { name, span } => {
                let finding = Finding::error("E0404", format!("`{key}` cannot be the variable \"{name}\""))
                    .at(span, "expected a date such as 2026-03-31")
                    .help("variables hold a number, a word or true/false");
                self.report(finding);
                None
            }
        }
    }
}

/// The words a key takes.
pub(super) fn words_of(kind: &Kind) -> &'static [&'static str] {
    match kind {
        Kind::Word(words) => words,
        Kind::OneOrMore(kind) | Kind::List(kind) => words_of(kind),
        Kind::Either(kinds) => kinds.iter().map(words_of).find(|words| !words.is_empty()).unwrap_or(&[]),
        _ => &[],
    }
}

/// What a key's number measures, where it can be only one thing.
fn measure_of(block: &Block, key: &str) -> Option<Measure> {
    match block.spec()?.key(key)?.kind {
        Kind::Quantity(measure) => Some(measure),
        _ => None,
    }
}

/// The word of the format as a value.
pub(super) fn evidence(word: &str) -> Option<Evidence> {
    [Evidence::Official, Evidence::Reported, Evidence::Rumoured, Evidence::Assumed]
        .into_iter()
        .find(|evidence| evidence.word() == word)
}

/// A literal for print: one line, at most 60 characters.
fn one_line(text: &str) -> String {
    const LONGEST: usize = 60;
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match flat.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &flat[..end]),
        None => flat,
    }
}

/// A number for a message: `730,000,000,000`, at most four decimals.
pub(super) fn number(exact: Exact) -> String {
    exact.to_decimal(4).map_or_else(|| "a number too long to print".to_owned(), grouped)
}

/// True where two exact numbers are the same.
pub(super) fn equal(left: Exact, right: Exact) -> bool {
    left.at_most(right).is_yes() && right.at_most(left).is_yes()
}
