//! Variables: their ranges and distributions, and their values in the run at hand.

use super::Settings;
use super::context::Context;
use crate::engine::inputs;
use crate::error::{Finding, Span};
use crate::model::{Case, Correlation, Distribution, Range, Setting, Term, Value, VariableId, VariableInfo};
use crate::num::{Exact, Number, Stated};
use crate::spec::node::Block;
use crate::spec::number::{Measure, Quantity};
use crate::spec::suggest::nearest;
use crate::spec::value::{Given, Literal};
use std::collections::{HashMap, HashSet};

/// The variables of a file, those a variable is tied to before it.
#[derive(Default)]
pub(super) struct Variables {
    pub infos: Vec<VariableInfo>,
    pub settings: Vec<Setting<Stated>>,
    pub base: Vec<Setting<Stated>>,
    pub correlations: Vec<Correlation>,
    values: Vec<Exact>,
    by_name: HashMap<String, VariableId>,
    used: Vec<bool>,
    pub spans: Vec<Span>,
    /// Variables whose own entry was reported; nothing more is said where they are used.
    broken: HashSet<String>,
}

/// Why a variable cannot be used; `None` where it was reported.
pub(super) type Unusable = Option<Box<Finding>>;

/// What a variable is before its value is chosen.
pub(super) struct Draft {
    pub low: Value,
    pub base: Value,
    pub high: Value,
    pub tied: Option<(String, Span, Option<Read>, Option<Read>)>,
    pub range: Option<Range>,
    pub distribution: Option<Distribution>,
}

type Read = crate::spec::value::Read<Quantity>;

impl Variables {
    pub fn find(&mut self, name: &str, span: Span) -> Result<VariableId, Unusable> {
        let Some(&id) = self.by_name.get(name) else {
            if self.broken.contains(name) {
                return Err(None);
            }
            let near = nearest(name, self.by_name.keys().map(String::as_str)).map(str::to_owned);
            let label = near.map_or("no variable of this name".to_owned(), |near| format!("did you mean \"${near}\"?"));
            let looks_like_money = name.starts_with(|first: char| first.is_ascii_digit());
            let help = match looks_like_money {
                true => format!("`$` marks a variable: for money write \"{name}\""),
                false => format!("list it under [variables]: `{name} = ...`"),
            };
            return Err(Some(Box::new(
                Finding::error("E0403", format!("no variable `{name}`")).at(span, label).help(help),
            )));
        };
        self.used[id.index()] = true;
        Ok(id)
    }

    /// Marks a variable used; a finding where there is none.
    pub fn use_by_name(&mut self, name: &str, span: Span) -> Result<(), Unusable> {
        self.find(name, span).map(|_| ())
    }

    /// A variable used where a number is wanted. An inner `None` means it was reported.
    pub fn numeric(&mut self, name: &str, span: Span, measure: Option<Measure>) -> Result<Term<Stated>, Unusable> {
        let id = self.find(name, span)?;
        let info = &self.infos[id.index()];
        let Value::Number { percent, .. } = info.value else {
            let finding = Finding::error("E0404", format!("the variable \"{name}\" is not a number"))
                .at(span, "expected a number here")
                .and_at(self.spans[id.index()], "the variable")
                .help(format!("give it a number, such as `{name} = \"2M\"`, or write the number here"));
            return Err(Some(Box::new(finding)));
        };
        let one = Exact::one();
        if measure == Some(Measure::Fraction) && !percent && !self.value(id).at_most(one).is_yes() {
            let value = super::context::number(self.value(id));
            let finding = Finding::error(
                "E0205",
                format!("the variable \"{name}\" is {value}, which as a fraction is more than all"),
            )
            .at(span, "expected a fraction such as \"27%\"")
            .and_at(self.spans[id.index()], "the variable")
            .help(format!("write \"{value}%\" if percent are meant"));
            return Err(Some(Box::new(finding)));
        }
        Ok(Term::Variable(id))
    }

    /// A variable used where one of `words` is wanted.
    pub fn word(&mut self, name: &str, span: Span, words: &'static [&'static str]) -> Result<&'static str, Unusable> {
        let id = self.find(name, span)?;
        let word = match &self.infos[id.index()].value {
            Value::Word(word) => words.iter().find(|known| *known == word),
            Value::Number { .. } | Value::YesNo(_) => None,
        };
        word.copied().ok_or_else(|| {
            let known: Vec<_> = words.iter().map(|word| format!("\"{word}\"")).collect();
            Some(Box::new(
                Finding::error("E0404", format!("the variable \"{name}\" is not one of the words of this key"))
                    .at(span, format!("expected {}", known.join(", ")))
                    .and_at(self.spans[id.index()], "the variable")
                    .help(format!("give it one of them, such as `{name} = \"{}\"`", words.first().unwrap_or(&""))),
            ))
        })
    }

    /// A variable used where a name is wanted.
    pub fn any_word(&mut self, name: &str, span: Span) -> Result<String, Unusable> {
        let id = self.find(name, span)?;
        match &self.infos[id.index()].value {
            Value::Word(word) => Ok(word.clone()),
            Value::Number { .. } | Value::YesNo(_) => Err(Some(Box::new(
                Finding::error("E0404", format!("the variable \"{name}\" is not a word"))
                    .at(span, "expected a name here")
                    .and_at(self.spans[id.index()], "the variable")
                    .help(format!("give it a name in quotes, such as `{name} = \"fund\"`, or write the name here")),
            ))),
        }
    }

    /// A variable used where yes or no is wanted.
    pub fn yes_no(&mut self, name: &str, span: Span) -> Result<(bool, VariableId), Unusable> {
        let id = self.find(name, span)?;
        match self.infos[id.index()].value {
            Value::YesNo(yes) => Ok((yes, id)),
            Value::Number { .. } | Value::Word(_) => Err(Some(Box::new(
                Finding::error("E0404", format!("the variable \"{name}\" is not yes or no"))
                    .at(span, "expected a yes/no variable")
                    .and_at(self.spans[id.index()], "the variable")
                    .help(format!("write `{name} = true` or `{name} = false`")),
            ))),
        }
    }

    /// Settles the values in the run at hand.
    pub fn compute(&mut self) {
        self.values = inputs::values(&cast(&self.settings));
    }

    /// The value in the run at hand.
    pub fn value(&self, id: VariableId) -> Exact {
        self.values[id.index()]
    }

    /// The same as a stated number.
    pub fn stated(&self, id: VariableId) -> Stated {
        match self.settings[id.index()] {
            Setting::Given(stated) => stated,
            Setting::Tied { .. } | Setting::Over { .. } => {
                let value = self.value(id);
                [20, 10, 0].iter().find_map(|&places| value.to_decimal(places)).unwrap_or_default().into()
            }
        }
    }

    /// True if the case or a setting can change it.
    pub fn varies(&self, term: Term<Stated>) -> bool {
        match term {
            Term::Given(_) => false,
            Term::Variable(id) => {
                // What follows from a variable is none that a file lists.
                let Some(info) = self.infos.get(id.index()) else { return true };
                let tied = matches!(self.settings[id.index()], Setting::Tied { .. });
                tied || info.range.is_some_and(|range| range.low != range.high) || info.distribution.is_some()
            }
        }
    }

    /// True if a simulation draws it, or what it follows from.
    pub fn is_drawn(&self, term: Term<Stated>) -> bool {
        let Term::Variable(id) = term else { return false };
        let has_distribution = self.infos.get(id.index()).is_some_and(|info| info.distribution.is_some());
        let follows_one = match self.settings[id.index()] {
            Setting::Given(_) => false,
            Setting::Tied { of, times, plus } => {
                [Term::Variable(of), times, plus].into_iter().any(|term| self.is_drawn(term))
            }
            Setting::Over { above, below } => self.is_drawn(above) || self.is_drawn(below),
        };
        has_distribution || follows_one
    }

    /// Variables the file states and nothing uses.
    pub fn unused(&self) -> impl Iterator<Item = (&VariableInfo, Span)> {
        let unused = |&(index, _): &(usize, _)| !self.used[index];
        self.infos.iter().enumerate().filter(unused).map(|(index, info)| (info, self.spans[index]))
    }
}

impl Context<'_> {
    /// Reads the variables and chooses their values.
    pub(super) fn read_variables(&mut self, settings: &Settings) {
        let Some(block) = self.root.block("variables") else {
            self.refuse_unknown_settings(settings, &[]);
            return;
        };
        let names: Vec<String> = block.entries.iter().map(|entry| entry.key.clone()).collect();
        self.refuse_unknown_settings(settings, &names);
        let drafts: Vec<Option<Draft>> =
            block.entries.iter().map(|entry| self.draft(&entry.key, entry.node.as_block(), &entry.node)).collect();
        let broken = block.entries.iter().zip(&drafts).filter(|(_, draft)| draft.is_none());
        self.variables.broken = broken.map(|(entry, _)| entry.key.clone()).collect();
        for index in self.in_order_of_ties(block, &drafts) {
            let entry = &block.entries[index];
            let Some(draft) = &drafts[index] else { continue };
            self.add_variable(&entry.key, entry.key_span, entry.node.span, draft, settings);
        }
        self.variables.compute();
        self.read_correlations();
    }

    /// `--set` may name only variables of the file.
    fn refuse_unknown_settings(&mut self, settings: &Settings, names: &[String]) {
        for (name, _) in settings.set.iter().filter(|(name, _)| !names.contains(name)) {
            let near = nearest(name, names.iter().map(String::as_str));
            let help = match (near, names.is_empty()) {
                (Some(near), _) => format!("did you mean `{near}`?"),
                (None, true) => "this scenario has no variables".to_owned(),
                (None, false) => format!("variables are {}", names.join(", ")),
            };
            self.report(Finding::error("E0403", format!("no variable `{name}` to set")).help(help));
        }
    }

    /// Positions of the entries, each after the one it is tied to; a circle is reported and its members dropped.
    fn in_order_of_ties(&mut self, block: &Block, drafts: &[Option<Draft>]) -> Vec<usize> {
        let index_of = |name: &str| block.entries.iter().position(|entry| entry.key == name);
        let needs = |index: usize| -> Vec<(usize, Span)> {
            let Some(Some((of, span, times, plus))) = drafts[index].as_ref().map(|draft| &draft.tied) else {
                return Vec::new();
            };
            let others = [times, plus].into_iter().flatten().filter_map(|read| match &read.0 {
                Given::Variable { name, span } => Some((name.as_str(), *span)),
                Given::Stated(_) => None,
            });
            std::iter::once((of.as_str(), *span))
                .chain(others)
                .filter_map(|(name, span)| Some((index_of(name)?, span)))
                .collect()
        };
        let mut order: Vec<usize> = Vec::new();
        let mut left: Vec<usize> = (0..drafts.len()).collect();
        while !left.is_empty() {
            let (ready, waiting): (Vec<usize>, Vec<usize>) =
                left.iter().copied().partition(|&index| needs(index).iter().all(|(other, _)| order.contains(other)));
            if ready.is_empty() {
                let chain: Vec<_> = waiting.iter().map(|&index| format!("`{}`", block.entries[index].key)).collect();
                let span = needs(waiting[0]).first().map_or(block.entries[waiting[0]].key_span, |(_, span)| *span);
                self.report(
                    Finding::error("E0406", format!("variables that depend on each other: {}", chain.join(", ")))
                        .at(span, "this leads back to itself")
                        .help("give one of them a value of its own"),
                );
                self.variables.broken.extend(waiting.iter().map(|&index| block.entries[index].key.clone()));
                break;
            }
            order.extend(ready);
            left = waiting;
        }
        order
    }

    fn add_variable(&mut self, name: &str, key_span: Span, span: Span, draft: &Draft, settings: &Settings) {
        let tie = draft.tied.as_ref().and_then(|(of, of_span, times, plus)| {
            let of = match self.variables.find(of, *of_span) {
                Ok(id) => id,
                Err(finding) => {
                    self.report_unusable(finding);
                    return None;
                }
            };
            let mut term = |read: &Option<Read>, otherwise| match read {
                None => Some(Term::Given(otherwise)),
                Some((Given::Stated(quantity), ..)) => Some(Term::Given(quantity.stated)),
                Some((Given::Variable { name, span }, ..)) => self.numeric(name, *span, None),
            };
            Some(Setting::Tied { of, times: term(times, Stated::ONE)?, plus: term(plus, Stated::ZERO)? })
        });
        let by_case = |case| match case {
            Case::Low => draft.low.clone(),
            Case::Base => draft.base.clone(),
            Case::High => draft.high.clone(),
        };
        let mut chosen = by_case(settings.case);
        let mut set = false;
        if let Some((_, literal)) = settings.set.iter().rev().find(|(set, _)| set == name) {
            match one_of(draft.distribution.as_ref(), literal).or_else(|| like(&draft.base, literal)) {
                Some(value) => (chosen, set) = (value, true),
                None => self.report(Finding::error("E0407", format!("`{name}` cannot be set to \"{literal}\"")).help(
                    match draft.base {
                        Value::Number { .. } => "it is a number, such as 20, 50B or 27%",
                        Value::Word(_) => "it is a word",
                        Value::YesNo(_) => "it is true or false",
                    },
                )),
            }
        }
        let origin = {
            let provenance = self.root.block("variables").and_then(|block| block.get(name)).map(|entry| {
                let inner = entry.node.as_block().map(Block::provenance).unwrap_or_default();
                entry.node.unwrap_origin().1.or(&inner)
            });
            self.origin(span, format!("variable {name}"), &provenance.unwrap_or_default())
        };
        let given = |value: &Value| match value {
            Value::Number { number, .. } => Setting::Given(*number),
            Value::Word(_) | Value::YesNo(_) => Setting::Given(Stated::ZERO),
        };
        let variables = &mut self.variables;
        let setting = tie.filter(|_| !set).unwrap_or_else(|| given(&chosen));
        variables.settings.push(setting);
        variables.base.push(tie.unwrap_or_else(|| given(&draft.base)));
        variables.by_name.insert(name.to_owned(), VariableId::at(variables.infos.len()));
        variables.used.push(false);
        variables.spans.push(key_span);
        if matches!(setting, Setting::Tied { .. })
            && let Value::Number { number, .. } = &mut chosen
        {
            let value = inputs::values::<Exact>(&cast(&variables.settings)).pop().unwrap_or(Exact::zero());
            *number = [20, 10, 0].iter().find_map(|&places| value.to_decimal(places)).unwrap_or_default().into();
        }
        variables.infos.push(VariableInfo {
            name: name.to_owned(),
            value: chosen,
            range: draft.range,
            distribution: draft.distribution.clone(),
            origin,
        });
        variables.compute();
    }

    /// What an entry of `[variables]` says.
    fn draft(&mut self, name: &str, block: Option<&Block>, node: &crate::spec::node::Node) -> Option<Draft> {
        let table = block.filter(|block| block.spec().is_some());
        let Some(block) = table else {
            let (given, ..) = node.read(&crate::spec::keys::Kind::Any, crate::spec::keys::Sign::Any)?;
            return self.one_value(name, &given).map(fixed);
        };
        if block.has("value") {
            return self.one_value(name, &block.literal("value")?.0).map(fixed);
        }
        if block.has("of") {
            let (given, _, span) = block.named("of")?;
            let of = match given {
                Given::Stated(of) => of.to_owned(),
                Given::Variable { name, .. } => name,
            };
            let zero = Value::Number { number: Stated::ZERO, percent: false };
            let tied = Some((of, span, block.quantity("times"), block.quantity("plus")));
            return Some(Draft {
                low: zero.clone(),
                base: zero.clone(),
                high: zero,
                tied,
                range: None,
                distribution: None,
            });
        }
        self.spread(name, block)
    }
}

impl Context<'_> {
    /// The value of a variable that has but one; a finding where it is another variable.
    fn one_value(&mut self, name: &str, given: &Given<Literal<'_>>) -> Option<Value> {
        if let Given::Variable { name: other, span } = given {
            self.report(
                Finding::error("E0404", format!("the variable `{name}` cannot be written as another one"))
                    .at(*span, "expected a number, a word or true/false")
                    .help(format!("let it follow the other: `{name} = {{ of = \"{other}\" }}`")),
            );
        }
        value_of(given)
    }
}

/// A variable that is one value in every case.
fn fixed(value: Value) -> Draft {
    Draft { low: value.clone(), base: value.clone(), high: value, tied: None, range: None, distribution: None }
}

/// The literal as the value of a variable.
pub(super) fn value_of(given: &Given<Literal<'_>>) -> Option<Value> {
    match given {
        Given::Stated(Literal::Quantity(quantity)) => {
            Some(Value::Number { number: quantity.stated, percent: quantity.percent })
        }
        Given::Stated(Literal::Text(word) | Literal::Word(word)) => Some(Value::Word((*word).to_owned())),
        Given::Stated(Literal::YesNo(yes)) => Some(Value::YesNo(*yes)),
        Given::Stated(_) | Given::Variable { .. } => None,
    }
}

/// A word of the command line that is one of those drawn: a variable may be a number or a word.
fn one_of(distribution: Option<&Distribution>, literal: &str) -> Option<Value> {
    let Some(Distribution::Discrete { values, .. }) = distribution else { return None };
    values.iter().find(|value| matches!(value, Value::Word(word) if word == literal)).cloned()
}

/// A literal of the command line, read as what the variable is.
fn like(base: &Value, literal: &str) -> Option<Value> {
    match base {
        Value::Number { .. } => crate::spec::number::quantity(literal, Measure::Any)
            .ok()
            .map(|quantity| Value::Number { number: quantity.stated, percent: quantity.percent }),
        // Some keys take a word or a number, such as a participation of "none" or "3x"; "30/360" is a word.
        Value::Word(_) => match crate::spec::number::quantity(literal, Measure::Any) {
            Ok(quantity) if !literal.contains('/') => {
                Some(Value::Number { number: quantity.stated, percent: quantity.percent })
            }
            _ => Some(Value::Word(literal.to_owned())),
        },
        Value::YesNo(_) => match literal {
            "true" | "yes" => Some(Value::YesNo(true)),
            "false" | "no" => Some(Value::YesNo(false)),
            _ => None,
        },
    }
}

fn cast(settings: &[Setting<Stated>]) -> Vec<Setting<Exact>> {
    settings.iter().map(Setting::cast).collect()
}
