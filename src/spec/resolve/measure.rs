//! Measures of the command line: `ownership(softbank) after "Series C" >= 14%`.
//!
//! ```text
//! condition = measure ( "=" | ">=" | ">" | "<=" | "<" ) number
//! measure   = figure [ "(" name ")" ] [ "after" stage ]
//! ```
//!
//! Figures, names and stages are those of `[[expect]]`. A name that holds a bracket or one of the signs stands in quotes.

use super::expect::{FIGURES, misplaced};
use crate::error::{FileId, Finding, Sources, Span};
use crate::model::{
    Agreement, ClassId, Comparison, Condition, ConvertibleId, EventId, Figure, GroupId, Measure, PlanId, RoundId,
    StageOf, StakeholderId, Subject,
};
use crate::spec::keys::{self, Kind};
use crate::spec::number::{Measure as Unit, quantity};
use crate::spec::suggest::nearest;

/// Reads a measure. `flag` is where it was typed; the findings show it.
///
/// # Errors
/// The first mistake in it, with its place.
pub fn measure(text: &str, flag: &str, agreement: &Agreement, sources: &mut Sources) -> Result<Measure, Box<Finding>> {
    let mut reader = Reader::new(text, flag, agreement, sources);
    let measure = reader.measure()?;
    match reader.rest() {
        "" => Ok(measure),
        _ => {
            let span = reader.span(reader.at, text.len());
            let finding = Finding::error("E0701", format!("{text:?} is no measure"))
                .at(span, "nothing is expected here")
                .help("a measure is a figure and a name, such as ownership(founders), and no number");
            Err(Box::new(finding))
        }
    }
}

/// Reads a condition: a measure, a sign and a number.
///
/// # Errors
/// The first mistake in it, with its place.
pub fn condition(
    text: &str,
    flag: &str,
    agreement: &Agreement,
    sources: &mut Sources,
) -> Result<Condition, Box<Finding>> {
    let mut reader = Reader::new(text, flag, agreement, sources);
    let measure = reader.measure()?;
    let comparison = reader.comparison()?;
    let literal = reader.rest().to_owned();
    let start = reader.at;
    let span = reader.span(start, text.len());
    let unit = unit_of(measure.figure);
    let Some(unit) = unit else {
        return Err(Box::new(
            Finding::error("E0706", "which term sets a price is a word, not a number")
                .at(span, "expected a figure that is a number")
                .help("ask for conversion_price, cap_price or discount_price"),
        ));
    };
    let quantity = quantity(&literal, unit).map_err(|refusal| {
        let finding = Finding::error("E0704", refusal.message).at(span, refusal.label);
        Box::new(match refusal.help {
            Some(help) => finding.help(help),
            None => finding,
        })
    })?;
    Ok(Condition { measure, comparison, number: quantity.stated, literal: quantity.literal })
}

/// Text with the place that has been read up to.
struct Reader<'a> {
    text: &'a str,
    at: usize,
    file: FileId,
    agreement: &'a Agreement,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, flag: &str, agreement: &'a Agreement, sources: &mut Sources) -> Self {
        Reader { text, at: 0, file: sources.add(flag, text), agreement }
    }

    fn rest(&mut self) -> &'a str {
        let rest = self.text[self.at..].trim_start();
        self.at = self.text.len() - rest.len();
        rest.trim_end()
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span { file: self.file, start, end: end.max(start) }
    }

    /// Takes a sign if it is next.
    fn takes(&mut self, sign: &str) -> bool {
        let found = self.rest().starts_with(sign);
        self.at += if found { sign.len() } else { 0 };
        found
    }

    fn measure(&mut self) -> Result<Measure, Box<Finding>> {
        let start = {
            self.rest();
            self.at
        };
        let (key, figure) = self.figure()?;
        let end_of_figure = self.at;
        let is_whole = of_the_whole(key);
        let named = if self.takes("(") { Some(self.name_in_brackets()?) } else { None };
        let subject = match named {
            None if is_whole => Subject::Whole,
            None => {
                let known = self.known().into_iter().map(|(name, _)| name).next().unwrap_or_default();
                let finding = Finding::error("E0703", format!("{key} of whom?"))
                    .at(self.span(start, end_of_figure), "expected a name in brackets")
                    .help(format!("such as {key}({known})"));
                return Err(Box::new(finding));
            }
            Some((name, span)) if is_whole => {
                let finding = Finding::error("E0703", format!("{key} is a figure of the whole company"))
                    .at(span, "expected no name")
                    .help(format!("write {key}, or ask for a figure of \"{name}\""));
                return Err(Box::new(finding));
            }
            Some((name, span)) => self.subject(key, figure, &name, span)?,
        };
        let end = self.at;
        let stage = self.stage()?;
        let literal = self.text[start..if stage == StageOf::Last { end } else { self.at }].trim_end().to_owned();
        Ok(Measure { figure, subject, stage, literal })
    }

    fn figure(&mut self) -> Result<(&'static str, Figure), Box<Finding>> {
        let rest = self.rest();
        let length = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len());
        let (word, start) = (&rest[..length], self.at);
        self.at += length;
        if let Some(&(key, figure)) = FIGURES.iter().find(|(key, _)| *key == word) {
            return Ok((key, figure));
        }
        let span = self.span(start, start + length.max(1).min(self.text.len() - start));
        let begun = || FIGURES.iter().map(|(key, _)| *key).find(|key| word.len() > 2 && key.starts_with(word));
        let near = nearest(word, FIGURES.iter().map(|(key, _)| *key)).or_else(begun);
        let whole = self.rest().is_empty().then(|| self.text[start..].trim()).filter(|_| near.is_none());
        let label = match (near, whole.and_then(|name| self.known().into_iter().find(|(known, _)| *known == name))) {
            (Some(near), _) => format!("did you mean {near}?"),
            (None, Some((name, _))) => format!("did you mean ownership({name})?"),
            (None, None) => "expected a figure".to_owned(),
        };
        let message = if word.is_empty() { "no figure is named".to_owned() } else { format!("no figure `{word}`") };
        let known: Vec<_> = FIGURES.iter().map(|(key, _)| *key).collect();
        Err(Box::new(
            Finding::error("E0702", message).at(span, label).help(format!("figures are {}", known.join(", "))),
        ))
    }

    /// What stands in brackets, quotes taken off.
    fn name_in_brackets(&mut self) -> Result<(String, Span), Box<Finding>> {
        let rest = self.rest();
        let (start, quote) = (self.at, rest.chars().next().filter(|first| ['"', '\''].contains(first)));
        let (name, closing) = match quote {
            Some(quote) => {
                let length = rest[1..].find(quote);
                let name = length.map(|length| &rest[1..=length]);
                (name, length.map(|length| length + 2))
            }
            None => (rest.find(')').map(|length| rest[..length].trim_end()), rest.find(')')),
        };
        let (Some(name), Some(length)) = (name, closing) else { return Err(self.unclosed(start)) };
        let span = self.span(start, start + name.len() + if quote.is_some() { 2 } else { 0 });
        self.at += length;
        if self.takes(")") { Ok((name.to_owned(), span)) } else { Err(self.unclosed(start)) }
    }

    fn unclosed(&self, start: usize) -> Box<Finding> {
        let finding = Finding::error("E0701", format!("{:?} has no closing bracket", self.text))
            .at(self.span(start, self.text.len()), "expected a name and `)`")
            .help("such as ownership(founders)");
        Box::new(finding)
    }

    /// Every name that can stand in brackets, with what it means.
    fn known(&self) -> Vec<(&'a str, Subject)> {
        let agreement = self.agreement;
        let stakeholders = agreement.stakeholders.iter().enumerate();
        let stakeholders = stakeholders.map(|(index, who)| (&*who.id, Subject::Stakeholder(StakeholderId::at(index))));
        let groups = agreement.groups.iter().enumerate();
        let groups = groups.map(|(index, name)| (&**name, Subject::Group(GroupId::at(index))));
        let classes = agreement.classes.iter().enumerate();
        let classes = classes.map(|(index, class)| (&*class.name, Subject::Class(ClassId::at(index))));
        let plans = agreement.plans.iter().enumerate();
        let plans = plans.map(|(index, name)| (&**name, Subject::Plan(PlanId::at(index))));
        let convertibles = agreement.convertibles.iter().enumerate();
        let convertibles =
            convertibles.map(|(index, info)| (&*info.name, Subject::Convertible(ConvertibleId::at(index))));
        stakeholders.chain(groups).chain(classes).chain(plans).chain(convertibles).collect()
    }

    fn subject(&self, key: &str, figure: Figure, name: &str, span: Span) -> Result<Subject, Box<Finding>> {
        let known = self.known();
        let find = |name: &str| known.iter().find(|(other, _)| *other == name).map(|(_, subject)| *subject);
        let of_class = |(holder, class): (&str, &str)| match (find(holder)?, find(class)?) {
            (Subject::Stakeholder(who), Subject::Class(class)) => Some(Subject::StakeholderClass(who, class)),
            _ => None,
        };
        let in_print = || {
            let who = self.agreement.stakeholders.iter().position(|who| who.name == name)?;
            Some(Subject::Stakeholder(StakeholderId::at(who)))
        };
        let found = find(name).or_else(|| name.split_once(" / ").and_then(of_class)).or_else(in_print);
        let Some(subject) = found else {
            let names = || known.iter().map(|(name, _)| *name);
            let label = nearest(name, names())
                .map_or("nobody and nothing of this name".to_owned(), |near| format!("did you mean {near}?"));
            let listed: Vec<_> = names().take(12).collect();
            let finding = Finding::error("E0703", format!("{key} of \"{name}\": no such name"))
                .at(span, label)
                .help(format!("known are {}", listed.join(", ")));
            return Err(Box::new(finding));
        };
        match misplaced(figure, subject, name, span) {
            Some(finding) => Err(Box::new(Finding { code: "E0703", ..finding })),
            None => Ok(subject),
        }
    }

    /// `after STAGE`, up to a sign of comparison.
    fn stage(&mut self) -> Result<StageOf, Box<Finding>> {
        let rest = self.rest();
        let word = rest.strip_prefix("after").filter(|after| after.starts_with(|next: char| !next.is_alphanumeric()));
        if word.is_none() {
            return Ok(StageOf::Last);
        }
        self.at += "after".len();
        let rest = self.rest();
        let start = self.at;
        let quote = rest.chars().next().filter(|first| ['"', '\''].contains(first));
        let (name, length) = match quote.and_then(|quote| rest[1..].find(quote)) {
            Some(length) => (&rest[1..=length], length + 2),
            None => {
                let length = rest.find(['<', '>', '=']).unwrap_or(rest.len());
                (rest[..length].trim_end(), length)
            }
        };
        self.at += length;
        let span = self.span(start, start + rest[..length].trim_end().len());
        stage_of(name, self.agreement).ok_or_else(|| {
            let names: Vec<&str> = self.agreement.events.iter().map(|event| &*event.stage).collect();
            let near = nearest(name, names.iter().copied().chain(["opening"]));
            let label = near.map_or("no such stage".to_owned(), |near| format!("did you mean \"{near}\"?"));
            let listed: Vec<_> = names.iter().take(12).map(|name| format!("\"{name}\"")).collect();
            Box::new(
                Finding::error("E0705", format!("no stage named \"{name}\""))
                    .at(span, label)
                    .help(format!("stages are \"opening\", {}", listed.join(", "))),
            )
        })
    }

    fn comparison(&mut self) -> Result<Comparison, Box<Finding>> {
        const SIGNS: [(&str, Comparison); 7] = [
            (">=", Comparison::AtLeast),
            ("<=", Comparison::AtMost),
            ("≥", Comparison::AtLeast),
            ("≤", Comparison::AtMost),
            (">", Comparison::Above),
            ("<", Comparison::Below),
            ("=", Comparison::Equal),
        ];
        let start = self.at;
        for (wrong, sign) in [("=>", ">="), ("=<", "<="), ("==", "=")] {
            if self.rest().starts_with(wrong) {
                let finding = Finding::error("E0701", format!("`{wrong}` is no comparison"))
                    .at(self.span(self.at, self.at + wrong.len()), format!("did you mean {sign}?"))
                    .help("comparisons are =, >=, >, <= and <");
                return Err(Box::new(finding));
            }
        }
        self.at = start;
        for (sign, comparison) in SIGNS {
            if self.takes(sign) {
                return Ok(comparison);
            }
        }
        let end = self.text.len().max(self.at + 1);
        let finding = Finding::error("E0701", format!("{:?} says nothing of a number", self.text))
            .at(self.span(self.at.min(self.text.len()), end.min(self.text.len())), "expected =, >=, >, <= or <")
            .help("such as `ownership(founders) = 50%`");
        Err(Box::new(finding))
    }
}

/// The stage of that name: `opening`, an event, a round (its last closing).
fn stage_of(name: &str, agreement: &Agreement) -> Option<StageOf> {
    if name == "opening" {
        return Some(StageOf::Opening);
    }
    let of_round = |round: RoundId| agreement.rounds[round.index()].name == name;
    let event = agreement.events.iter().position(|event| event.stage == name).or_else(|| {
        agreement.events.iter().rposition(|event| event.closing.is_some_and(|(round, _)| of_round(round)))
    })?;
    Some(StageOf::After { name: name.to_owned(), event: EventId::at(event) })
}

/// The kind of a figure's key, and whether it is one of the whole company.
fn kind_of(key: &str) -> Option<(&'static Kind, bool)> {
    let Kind::Tables(spec) = &keys::ROOT.key("expect")?.kind else { return None };
    match &spec.key(key)?.kind {
        Kind::Map(map) => Some((single(&map.kind), false)),
        kind => Some((single(kind), true)),
    }
}

fn single(kind: &'static Kind) -> &'static Kind {
    if let Kind::OneOrMore(one) = kind { one } else { kind }
}

fn of_the_whole(key: &str) -> bool {
    kind_of(key).is_some_and(|(_, whole)| whole)
}

/// What a figure's number measures; `None` for a word.
fn unit_of(figure: Figure) -> Option<Unit> {
    let (key, _) = FIGURES.iter().find(|(_, known)| *known == figure)?;
    match kind_of(key)?.0 {
        Kind::Quantity(unit) => Some(*unit),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::load_text;
    use crate::spec::resolve::{Settings, resolve};

    const TEXT: &str = r#"
        title        = "Two rounds"
        stakeholders = { founders = "The Founders", fund = { name = "Fund", group = "Investors" } }
        opening      = { holdings = [{ stakeholder = "founders", shares = 8_000_000 }, { available = 1_000_000 }] }
        rounds       = [
          { name = "Seed", pre_money = "8M", participants = { fund = "2M" } },
          { name = "Series A (1)", pre_money = "20M", participants = { fund = "5M" } },
        ]
    "#;

    fn agreement() -> Agreement {
        let loaded = load_text("two", TEXT);
        let document = loaded.document.expect("it can be read");
        resolve(&document, &loaded.sources, &Settings::default()).expect("it adds up").0
    }

    fn read(text: &str) -> Result<Condition, Box<Finding>> {
        condition(text, "--for", &agreement(), &mut Sources::default())
    }

    #[test]
    fn a_condition_is_a_figure_a_name_a_stage_a_sign_and_a_number() {
        let read = |text| read(text).expect(text);
        let plain = read("ownership(fund) = 14%");
        assert_eq!((plain.measure.figure, plain.comparison), (Figure::Ownership, Comparison::Equal));
        assert_eq!((plain.measure.stage, plain.measure.literal.as_str()), (StageOf::Last, "ownership(fund)"));
        assert_eq!(plain.number, Stated::ratio(14.into(), 100.into()).expect("a ratio"));
        let staged = read("ownership(The Founders)after Seed>=1/3");
        assert!(
            matches!(&staged.measure.stage, StageOf::After { name, event } if name == "Seed" && event.index() == 0)
        );
        assert_eq!((staged.comparison, staged.literal.as_str()), (Comparison::AtLeast, "1/3"));
        let quoted = read(" shares( \"fund / Series A (1) Preferred\" ) after 'Series A (1)' < 9M ");
        assert!(matches!(quoted.measure.subject, Subject::StakeholderClass(..)));
        assert_eq!(quoted.measure.literal, "shares( \"fund / Series A (1) Preferred\" ) after 'Series A (1)'");
        assert_eq!(read("post_money ≤ 30M").measure.subject, Subject::Whole);
        assert_eq!(read("increase(Option pool) > 0").measure.subject, Subject::Plan(PlanId::at(0)));
        assert_eq!(read("value(Investors) >= 5M").measure.subject, Subject::Group(GroupId::at(0)));
        assert_eq!(read("fully_diluted after opening = 9M").measure.stage.events(2), 0);
    }

    #[test]
    fn a_mistake_is_shown_where_it_stands() {
        let refused = |text: &str| {
            let finding = *read(text).expect_err(text);
            let place = finding.place.expect("a place");
            (finding.code, text[place.span.start..place.span.end].to_owned(), place.label)
        };
        let is = |text, code, at: &str, label: &str| {
            assert_eq!(refused(text), (code, at.to_owned(), label.to_owned()), "{text}");
        };
        is("ownershp(fund) = 1%", "E0702", "ownershp", "did you mean ownership?");
        is("= 1%", "E0702", "=", "expected a figure");
        is("", "E0702", "", "expected a figure");
        is("ownership(fnud) = 1%", "E0703", "fnud", "did you mean fund?");
        is("ownership = 1%", "E0703", "ownership", "expected a name in brackets");
        is("post_money(fund) = 1M", "E0703", "fund", "expected no name");
        is("increase(fund) = 1M", "E0703", "fund", "expected a plan");
        is("ownership(fund = 1%", "E0701", "fund = 1%", "expected a name and `)`");
        is("ownership('fund) = 1%", "E0701", "'fund) = 1%", "expected a name and `)`");
        is("ownership(fund)", "E0701", "", "expected =, >=, >, <= or <");
        is("ownership(fund) after Sed = 1%", "E0705", "Sed", "did you mean \"Seed\"?");
        is("ownership(fund) = 20", "E0704", "20", "a bare number is a fraction of one");
        is("value(fund) = 5m", "E0704", "5m", "expected money such as \"50B\"");
        is("controlling_term(SAFE) = 1", "E0703", "SAFE", "nobody and nothing of this name");
        is("ownership(fund) =", "E0704", "", "expected a fraction such as \"27%\"");
    }

    #[test]
    fn a_measure_alone_has_no_number() {
        let read = |text| measure(text, "--measure", &agreement(), &mut Sources::default());
        assert_eq!(read("ownership(fund)").expect("a measure").literal, "ownership(fund)");
        assert_eq!(read("ownership(fund) = 2%").expect_err("a condition").code, "E0701");
    }

    use crate::num::Stated;
}
