//! Every table and key of the format, once. The reader, the editors' schema and the printed reference all come from
//! these tables, so they cannot disagree.

mod classes;
mod convertibles;
mod events;
mod exits;
mod expect;
mod head;
mod opening;
mod rounds;

pub use head::{ORIGIN, ROOT};

use super::number::Measure;

/// A table of the format.
#[derive(Debug)]
pub struct TableSpec {
    /// Short name, the key of the table: `rounds`.
    pub id: &'static str,
    /// As its header is written: `[[rounds]]`, or how a row is spoken of: `a row of holdings`.
    pub written: &'static str,
    /// What it says, in a sentence.
    pub doc: &'static str,
    /// Its keys, in groups that several tables share.
    pub keys: &'static [&'static [Key]],
    /// Keys that exclude each other.
    pub groups: &'static [Group],
}

/// A key of a table.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// As written.
    pub name: &'static str,
    /// What may stand behind it.
    pub kind: Kind,
    /// What it means.
    pub doc: &'static str,
    /// The default in words; empty where there is none.
    pub default: &'static str,
    /// The term of OCF, NVCA or YC where it differs from the key.
    pub term: &'static str,
    /// When it must be given.
    pub required: Required,
    /// It needs one of these beside it; empty if it stands alone.
    pub with: &'static [&'static str],
    /// Whether a number behind it may be zero or negative.
    pub sign: Sign,
}

/// When a key must be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Required {
    /// Never.
    No,
    /// Always.
    Yes,
    /// When one of these keys is.
    With(&'static [&'static str]),
    /// Unless one of these keys is.
    Unless(&'static [&'static str]),
}

/// Which numbers make sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// Above zero: an amount, a price, a count that is not there is left out.
    Positive,
    /// Zero as well.
    ZeroToo,
    /// Any number.
    Any,
}

/// Keys of which a block may have only one, or sets of keys of which it may have only one set.
#[derive(Debug)]
pub struct Group {
    /// The alternatives; the keys of one alternative go together.
    pub alternatives: &'static [&'static [&'static str]],
    /// Whether one of them must be given.
    pub need: Need,
    /// What to do when two are given.
    pub help: &'static str,
}

/// How many alternatives of a group a block has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Exactly one.
    One,
    /// One or none.
    AtMostOne,
}

/// Whose name a text is. Cross-references are checked when the scenario is resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// A name this entry introduces.
    New,
    /// A stakeholder.
    Stakeholder,
    /// A class of shares.
    Class,
    /// An option plan.
    Plan,
    /// An event, or "opening".
    Event,
    /// A round.
    Round,
    /// A tranche, an event or a yes/no variable.
    Condition,
    /// A source.
    Source,
    /// A variable.
    Variable,
    /// A grant, warrant or convertible.
    Instrument,
    /// A vesting schedule.
    Vesting,
    /// A scenario.
    Scenario,
    /// A group of stakeholders.
    Group,
    /// A holder, group, class, plan or instrument, or "holder / class".
    Any,
}

/// What may stand behind a key.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Printed as written; `$` has no meaning in it.
    Text,
    /// A name.
    Name(Names),
    /// A number.
    Quantity(Measure),
    /// A day.
    Date,
    /// A day, or a month or year in quotes.
    PartialDate,
    /// "3 months".
    Period,
    /// "10:1", or a number.
    Ratio,
    /// One of a set of words.
    Word(&'static [&'static str]),
    /// `true` or `false`.
    YesNo,
    /// A number, a word or yes/no: the value of a variable.
    Any,
    /// One of several kinds; they must be told apart by looking at the value.
    Either(&'static [Kind]),
    /// A list.
    List(&'static Kind),
    /// A value or a list of them.
    OneOrMore(&'static Kind),
    /// Names chosen by the writer, each with a value.
    Map(&'static MapSpec),
    /// A table.
    Table(&'static TableSpec),
    /// A table, or one value that is short for `{ key = value }`.
    Short(&'static TableSpec, &'static str),
    /// A list of tables.
    Tables(&'static TableSpec),
}

/// Names chosen by the writer, each with a value of one kind.
#[derive(Debug)]
pub struct MapSpec {
    /// As written: `[variables]`, `participants`.
    pub written: &'static str,
    /// Whose names the keys are.
    pub names: Names,
    /// What stands behind each.
    pub kind: Kind,
    /// Whether `replace = true` in it drops what a base file put there.
    pub replaceable: bool,
    /// Whether a number behind a name may be zero or negative.
    pub sign: Sign,
}

/// A key that may be left out; the sign a number may have follows from what it measures.
const fn key(name: &'static str, kind: Kind, doc: &'static str) -> Key {
    Key { name, kind, doc, default: "", term: "", required: Required::No, with: &[], sign: usual_sign(kind) }
}

/// Money, prices and counts of zero are left out rather than written; other numbers may be zero.
const fn usual_sign(kind: Kind) -> Sign {
    match kind {
        Kind::Quantity(Measure::Money | Measure::Price | Measure::Count) => Sign::Positive,
        Kind::Either(kinds) => usual_sign(kinds[0]),
        Kind::OneOrMore(kind) | Kind::List(kind) => usual_sign(*kind),
        _ => Sign::ZeroToo,
    }
}

impl Key {
    const fn required(self) -> Self {
        Key { required: Required::Yes, ..self }
    }
    const fn required_with(self, keys: &'static [&'static str]) -> Self {
        Key { required: Required::With(keys), ..self }
    }
    const fn required_unless(self, keys: &'static [&'static str]) -> Self {
        Key { required: Required::Unless(keys), ..self }
    }
    const fn default(self, default: &'static str) -> Self {
        Key { default, ..self }
    }
    const fn term(self, term: &'static str) -> Self {
        Key { term, ..self }
    }
    const fn with(self, with: &'static [&'static str]) -> Self {
        Key { with, ..self }
    }
    const fn zero_too(self) -> Self {
        Key { sign: Sign::ZeroToo, ..self }
    }
    const fn positive(self) -> Self {
        Key { sign: Sign::Positive, ..self }
    }
    const fn signed(self) -> Self {
        Key { sign: Sign::Any, ..self }
    }
}

impl TableSpec {
    /// Every key, in the order of the reference.
    pub fn all_keys(&self) -> impl Iterator<Item = &'static Key> + use<> {
        self.keys.iter().copied().flatten()
    }

    /// The key of that name.
    pub fn key(&self, name: &str) -> Option<&'static Key> {
        self.all_keys().find(|key| key.name == name)
    }

    /// Whether its items are known by a `name`.
    pub fn is_named(&self) -> bool {
        self.key("name").is_some_and(|key| matches!(key.kind, Kind::Name(Names::New)))
    }

    /// Whether it is an event: something that happens on a day.
    pub fn is_event(&self) -> bool {
        self.key("date").is_some() && self.key("only_if").is_some() && self.id != "tranches"
    }

    /// The groups that name this key.
    pub fn groups_of(&self, key: &str) -> impl Iterator<Item = &'static Group> + use<'_> {
        let named = key.to_owned();
        self.groups.iter().filter(move |group| group.keys().any(|key| key == named))
    }
}

impl Group {
    /// Every key of every alternative.
    pub fn keys(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.alternatives.iter().copied().flatten().copied()
    }

    /// How many alternatives have a key that is given.
    pub fn given_in(&self, is_given: impl Fn(&str) -> bool) -> usize {
        self.alternatives.iter().filter(|keys| keys.iter().any(|key| is_given(key))).count()
    }

    /// The alternative that this key belongs to.
    pub fn alternative_of(&self, key: &str) -> Option<usize> {
        self.alternatives.iter().position(|keys| keys.contains(&key))
    }
}

impl Names {
    /// How findings speak of it.
    pub fn words(self) -> &'static str {
        match self {
            Names::New => "a name",
            Names::Stakeholder => "the name of a stakeholder",
            Names::Class => "the name of a class",
            Names::Plan => "the name of a plan",
            Names::Event => "the name of an event",
            Names::Round => "the name of a round",
            Names::Condition => "the name of a tranche, an event or a yes/no variable",
            Names::Source => "the name of a source",
            Names::Variable => "the name of a variable",
            Names::Instrument => "the name of a grant, warrant or convertible",
            Names::Vesting => "the name of a vesting schedule",
            Names::Scenario => "the name of a scenario",
            Names::Group => "the name of a group",
            Names::Any => "the name of a holder, group, class, plan or instrument",
        }
    }
}

impl Kind {
    /// How findings speak of it.
    pub fn words(&self) -> String {
        match self {
            Kind::Text => "text".to_owned(),
            Kind::Name(names) => names.words().to_owned(),
            Kind::Quantity(measure) => measure.words().to_owned(),
            Kind::Date => "a date such as 2026-03-31".to_owned(),
            Kind::PartialDate => "a date such as 2026-03-31 or \"2026-03\"".to_owned(),
            Kind::Period => "a period such as \"3 months\"".to_owned(),
            Kind::Ratio => "a ratio such as \"10:1\"".to_owned(),
            Kind::Word(words) => any_of(words.iter().map(|word| format!("\"{word}\""))),
            Kind::YesNo => "true or false".to_owned(),
            Kind::Any => "a number, a word or true/false".to_owned(),
            Kind::Either(kinds) => any_of(kinds.iter().flat_map(Kind::each_in_words)),
            Kind::List(kind) => format!("a list of {}", kind.words()),
            Kind::OneOrMore(kind) => format!("{} or a list of them", kind.words()),
            Kind::Map(_) => format!("a table such as {}", self.example()),
            Kind::Table(spec) | Kind::Tables(spec) => format!("a table ({})", spec.written),
            Kind::Short(spec, short) => match spec.key(short) {
                Some(key) => format!("{} or a table", key.kind.words()),
                None => "a table".to_owned(),
            },
        }
    }
}

impl Kind {
    /// Its words, one by one where it is a set of words.
    fn each_in_words(&self) -> Vec<String> {
        match self {
            Kind::Word(words) => words.iter().map(|word| format!("\"{word}\"")).collect(),
            Kind::Table(_) => vec!["a table".to_owned()],
            _ => vec![self.words()],
        }
    }

    /// A value of this kind, as it could be typed.
    pub fn example(&self) -> String {
        match self {
            Kind::Text => "\"text\"".to_owned(),
            Kind::Name(_) => "\"name\"".to_owned(),
            Kind::Quantity(measure) => measure.example().to_owned(),
            Kind::Date | Kind::PartialDate => "2026-03-31".to_owned(),
            Kind::Period => "\"3 months\"".to_owned(),
            Kind::Ratio => "\"10:1\"".to_owned(),
            Kind::Word(words) => format!("\"{}\"", words.first().copied().unwrap_or_default()),
            Kind::YesNo => "true".to_owned(),
            Kind::Any => "\"20B\"".to_owned(),
            Kind::Either(kinds) => kinds.first().map(Kind::example).unwrap_or_default(),
            Kind::List(kind) => format!("[{}]", kind.example()),
            Kind::OneOrMore(kind) => kind.example(),
            Kind::Map(map) => format!("{{ name = {} }}", map.kind.example()),
            Kind::Short(spec, short) => spec.key(short).map(|key| key.kind.example()).unwrap_or_default(),
            Kind::Table(_) | Kind::Tables(_) => "{ ... }".to_owned(),
        }
    }
}

/// `a, b or c`.
pub(super) fn any_of(words: impl IntoIterator<Item = String>) -> String {
    let mut words: Vec<String> = words.into_iter().collect();
    match words.pop() {
        None => String::new(),
        Some(last) if words.is_empty() => last,
        Some(last) => format!("{} or {last}", words.join(", ")),
    }
}

/// Money.
const MONEY: Kind = Kind::Quantity(Measure::Money);
/// Shares or options.
const COUNT: Kind = Kind::Quantity(Measure::Count);
/// Money per share.
const PRICE: Kind = Kind::Quantity(Measure::Price);
/// A part of one.
const FRACTION: Kind = Kind::Quantity(Measure::Fraction);
/// So many times.
const MULTIPLE: Kind = Kind::Quantity(Measure::Multiple);
/// A plain number.
const NUMBER: Kind = Kind::Quantity(Measure::Number);
/// Money, or a part of something.
const MONEY_OR_FRACTION: Kind = Kind::Either(&[MONEY, FRACTION]);

/// What a value's evidence may be.
pub const EVIDENCE: &[&str] = &["official", "reported", "rumoured", "assumed"];

/// Where the values of a block come from.
const SOURCED: &[Key] = &[
    key("source", Kind::Name(Names::Source), "where the values of this block that say no other source were published"),
    key("evidence", Kind::Word(EVIDENCE), "how well the values of this block are known")
        .default("the source's, else `assumed`"),
    key("note", Kind::Text, "a remark, printed with the values"),
];

/// What every event may say.
const EVENT: &[Key] = &[
    key("date", Kind::Date, "when it happens").default("the day of the event above it"),
    key(
        "only_if",
        Kind::Name(Names::Condition),
        "a yes/no variable, a tranche or an event without which it does not happen",
    ),
    key("remove", Kind::YesNo, "drops the item of that name which the base file has"),
];

/// An event that may do without a name.
const NAMED_EVENT: &[Key] =
    &[key("name", Kind::Name(Names::New), "how reports and other events call it").default("its kind and number")];

/// What the denominator of an ownership counts.
const CAPITALIZATION: Kind = Kind::Either(&[
    Kind::Word(&[
        "outstanding",
        "outstanding_and_options",
        "fully_diluted",
        "pre_money_safe",
        "post_money_safe",
        "round",
    ]),
    Kind::List(&Kind::Word(&[
        "shares",
        "options",
        "promised_options",
        "unissued_options",
        "this_security",
        "converting_securities",
        "pool_increase",
        "new_money",
    ])),
]);
