//! Everything that has a name. Stakeholders, groups, classes, plans and events share one set: a name means one thing
//! in a file.

use crate::error::{Finding, Span};
use crate::model::{ClassId, ConvertibleId, GroupId, PlanId, RightId, RoundId, StakeholderId};
use crate::spec::suggest::nearest;
use std::collections::{HashMap, HashSet};

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Thing {
    Stakeholder(StakeholderId),
    Group(GroupId),
    Class(ClassId),
    Plan(PlanId),
    Round(RoundId),
    Convertible(ConvertibleId),
    Right(RightId),
    /// By its place in the file.
    Loan(u32),
    Event,
}

impl Thing {
    fn words(self) -> &'static str {
        match self {
            Thing::Stakeholder(_) => "a stakeholder",
            Thing::Group(_) => "a group",
            Thing::Class(_) => "a class",
            Thing::Plan(_) => "a plan",
            Thing::Round(_) => "a round",
            Thing::Convertible(_) => "a convertible",
            Thing::Right(_) => "a grant or warrant",
            Thing::Loan(_) => "a loan",
            Thing::Event => "an event",
        }
    }
}

/// The names of a file.
#[derive(Default)]
pub(super) struct Names {
    things: HashMap<String, (Thing, Option<Span>)>,
    /// In the order they were named, for suggestions and dense ids.
    order: Vec<String>,
    /// Names that were looked up.
    used: HashSet<String>,
    /// Names that were given twice; nothing more is said where they are used.
    clashes: HashSet<String>,
    /// Set where the stakeholders could not be read: nobody can be known then.
    pub nobody_known: bool,
}

/// The class that others convert into, and whose name needs no listing.
pub(super) const COMMON: &str = "Common";

/// The plan of holdings and rounds that name none.
pub(super) const OPTION_POOL: &str = "Option pool";

impl Names {
    /// Gives a name to a thing; a finding where it is taken.
    pub fn add(&mut self, name: &str, thing: Thing, span: Option<Span>) -> Result<(), Box<Finding>> {
        if let Some((other, first)) = self.things.get(name) {
            self.clashes.insert(name.to_owned());
            let message = match other.words() == thing.words() {
                true => format!("\"{name}\" is the name of two things: {}, and another", thing.words()),
                false => format!("\"{name}\" is {} and {}", other.words(), thing.words()),
            };
            let mut finding =
                Finding::error("E0401", message).help("a name means one thing in a file: rename one of them");
            if let Some(span) = span {
                finding = finding.at(span, format!("{} of a name that is taken", thing.words()));
            }
            if let Some(first) = first {
                finding = finding.and_at(*first, format!("{}, named first", other.words()));
            }
            return Err(Box::new(finding));
        }
        self.things.insert(name.to_owned(), (thing, span));
        self.order.push(name.to_owned());
        Ok(())
    }

    /// What a name stands for.
    pub fn get(&self, name: &str) -> Option<Thing> {
        self.things.get(name).map(|(thing, _)| *thing)
    }

    /// Looks a name up and marks it used.
    pub fn look_up(&mut self, name: &str) -> Option<Thing> {
        let found = self.get(name);
        if found.is_some() && !self.used.contains(name) {
            self.used.insert(name.to_owned());
        }
        found
    }

    /// Whether the name was ever looked up.
    pub fn is_used(&self, name: &str) -> bool {
        self.used.contains(name)
    }

    /// Marks a name used without asking what it is.
    pub fn mark_used(&mut self, name: &str) {
        self.used.insert(name.to_owned());
    }

    /// Whether the cause was reported: a name given twice, or stakeholders that could not be read.
    pub fn is_excused(&self, name: &str, wanted: &str) -> bool {
        self.clashes.contains(name) || (self.nobody_known && wanted == "a stakeholder")
    }

    /// The finding for a name that is none, or none of the right kind.
    pub fn unknown(&self, name: &str, wanted: &str, fits: impl Fn(Thing) -> bool, span: Span) -> Finding {
        let candidates = || self.order.iter().filter(|known| fits(self.things[*known].0)).map(String::as_str);
        let near = nearest(name, candidates());
        let listed: Vec<_> = candidates().take(12).map(|known| format!("\"{known}\"")).collect();
        let message = match self.get(name) {
            Some(other) => format!("\"{name}\" is {}, not {wanted}", other.words()),
            None => format!("no {} named \"{name}\"", wanted.trim_start_matches("a ").trim_start_matches("an ")),
        };
        let label = near.map_or_else(|| format!("expected {wanted}"), |near| format!("did you mean \"{near}\"?"));
        let finding = Finding::error("E0402", message).at(span, label);
        match (listed.is_empty(), wanted) {
            (true, _) => finding,
            (false, "a stakeholder") => {
                finding.help(format!("stakeholders are {}; list others under [stakeholders]", listed.join(", ")))
            }
            (false, _) => finding.help(format!("known are {}", listed.join(", "))),
        }
    }
}

macro_rules! lookups {
    ($($method:ident, $variant:ident, $id:ty, $words:literal;)*) => {
        impl super::context::Context<'_> {
            $(
                /// The id behind a name of this kind; a finding where there is none.
                pub fn $method(&mut self, name: &str, span: Span) -> Option<$id> {
                    match self.names.look_up(name) {
                        Some(Thing::$variant(id)) => Some(id),
                        _ => {
                            if !self.names.is_excused(name, $words) {
                                let finding = self.names.unknown(name, $words, |thing| matches!(thing, Thing::$variant(_)), span);
                                self.report(finding);
                            }
                            None
                        }
                    }
                }
            )*
        }
    };
}

lookups! {
    stakeholder, Stakeholder, StakeholderId, "a stakeholder";
    class, Class, ClassId, "a class";
    plan, Plan, PlanId, "a plan";
    round, Round, RoundId, "a round";
    convertible, Convertible, ConvertibleId, "a convertible";
    grant, Right, RightId, "a grant or warrant";
}
