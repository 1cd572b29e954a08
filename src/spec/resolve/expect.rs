//! Figures that must come out.

mod exit;

use super::context::{Context, words_of};
use super::names::Thing;
use crate::error::{Finding, Span};
use crate::model::{Case, Exit, Expectation, Figure, Rung, Subject};
use crate::num::Stated;
use crate::spec::keys::{Kind, Sign};
use crate::spec::node::{Block, Node, Shape};
use crate::spec::number::Quantity;
use crate::spec::value::{Given, Literal, Read};
use rust_decimal::Decimal;

/// Figures by their key.
pub(super) const FIGURES: [(&str, Figure); 39] = [
    ("fully_diluted", Figure::FullyDiluted),
    ("pre_money", Figure::PreMoney),
    ("post_money", Figure::PostMoney),
    ("price_per_share", Figure::PricePerShare),
    ("money_raised", Figure::MoneyRaised),
    ("residue", Figure::Residue),
    ("net_proceeds", Figure::NetProceeds),
    ("book_value_per_share", Figure::BookValuePerShare),
    ("book_value_increase", Figure::BookValueIncrease),
    ("dilution_per_share", Figure::DilutionPerShare),
    ("shares", Figure::Shares),
    ("shares_as_converted", Figure::SharesAsConverted),
    ("ownership", Figure::Ownership),
    ("votes", Figure::Votes),
    ("value", Figure::Value),
    ("value_per_share", Figure::ValuePerShare),
    ("money_in", Figure::MoneyIn),
    ("sale_proceeds", Figure::SaleProceeds),
    ("vested", Figure::Vested),
    ("increase", Figure::Increase),
    ("conversion_price", Figure::ConversionPrice),
    ("conversion_ratio", Figure::ConversionRatio),
    ("cap_price", Figure::CapPrice),
    ("discount_price", Figure::DiscountPrice),
    ("controlling_term", Figure::ControllingTerm),
    ("capitalization", Figure::Capitalization),
    ("balance", Figure::Balance),
    ("preference", Figure::Preference),
    ("preference_per_share", Figure::PreferencePerShare),
    ("payout", Figure::Payout),
    ("payout_per_share", Figure::PayoutPerShare),
    ("multiple", Figure::Multiple),
    ("form", Figure::Form),
    ("next_dollar", Figure::NextDollar),
    ("distributed", Figure::Distributed),
    ("breakpoints", Figure::Breakpoints),
    ("equity", Figure::Equity),
    ("tranche_values", Figure::TrancheValues),
    ("ratchet_shares", Figure::RatchetShares),
];

/// The words of a controlling term; a figure is the place of its word.
pub const CONTROLLING_TERMS: [&str; 5] = ["cap", "discount", "round", "mfn", "ownership"];

/// The words of a form in an exit; a figure is the place of its word.
pub const FORMS: [&str; 5] = ["preference", "participating", "capped", "converted", "nothing"];

/// The circumstances of one check of a block.
#[derive(Clone, Default)]
struct Circumstances {
    after: Option<String>,
    at: Option<Stated>,
    case: Option<Case>,
    rung: Option<Rung>,
    set: Vec<(String, String)>,
}

/// What one block says besides its figures.
struct Frame<'a> {
    block: &'a Block,
    checks: Vec<Circumstances>,
    /// Which of how many items of a figure that is a list.
    item: Option<(usize, usize)>,
    note: Option<String>,
    source: Option<usize>,
}

impl Context<'_> {
    pub(super) fn read_expectations(&mut self, stages: &[String], exit: Option<&Exit<Stated>>) -> Vec<Expectation> {
        let root = self.root;
        let mut expectations = Vec::new();
        for block in root.blocks("expect") {
            if expects_nothing(block) {
                self.report(
                    Finding::error("E0474", "this block expects nothing")
                        .at(block.span, "expected a figure")
                        .help("name one, such as `ownership = { holder = \"20%\" }`"),
                );
            }
            let Some(checks) = self.circumstances(block, stages, exit) else { continue };
            self.check_has_exit(block, exit);
            let provenance = block.provenance();
            let source = provenance.source.is_some().then(|| self.origin(block.span, "expectation", &provenance));
            let source = source.and_then(|origin| self.origins[origin.index()].source);
            let frame = Frame { block, checks, item: None, note: block.text("note").map(str::to_owned), source };
            for (key, figure) in FIGURES {
                let Some(entry) = block.get(key) else { continue };
                let Some(kind) = block.spec().and_then(|spec| spec.key(key)).map(|key| &key.kind) else { continue };
                if let (Kind::List(one), true) = (kind, figure.is_list()) {
                    self.listed_figures(&frame, key, figure, &entry.node, one, &mut expectations);
                    continue;
                }
                match (kind, &entry.node.value) {
                    (Kind::Map(_), _) => self.named_figures(&frame, key, figure, &entry.node, &mut expectations),
                    (kind, _) => {
                        let values = entry.node.read_items(kind, Sign::Any);
                        self.add_figures(
                            &frame,
                            key,
                            figure,
                            Subject::Whole,
                            &values,
                            entry.node.span,
                            &mut expectations,
                        );
                    }
                }
            }
        }
        expectations
    }

    fn named_figures(
        &mut self,
        frame: &Frame,
        key: &str,
        figure: Figure,
        node: &Node,
        expectations: &mut Vec<Expectation>,
    ) {
        let Some(map) = node.as_block() else { return };
        let Shape::Map(spec) = map.shape else { return };
        for entry in &map.entries {
            let Some(subject) = self.subject(&entry.key, entry.key_span) else { continue };
            if let Some(finding) = misplaced(figure, subject, &entry.key, entry.key_span) {
                self.report(finding);
                continue;
            }
            let values = entry.node.read_items(&spec.kind, spec.sign);
            self.add_figures(frame, key, figure, subject, &values, entry.node.span, expectations);
        }
    }

    /// One expectation for each check: values in a list line up with it, a single value holds for all.
    #[allow(clippy::too_many_arguments, reason = "a figure is all of these")]
    fn add_figures(
        &mut self,
        frame: &Frame,
        key: &str,
        figure: Figure,
        subject: Subject,
        values: &[Read<Literal<'_>>],
        span: Span,
        expectations: &mut Vec<Expectation>,
    ) {
        let checks = frame.checks.len();
        if values.is_empty() {
            return;
        }
        if values.len() != 1 && values.len() != checks {
            // Beside other lists the reader has said that they do not line up.
            if checks == 1 {
                self.report(
                    Finding::error("E0470", format!("a list of {} figures for one check", values.len()))
                        .at(span, "expected one value")
                        .help("a list in `after`, `case`, `funding` or `set` makes one check per item"),
                );
            }
            return;
        }
        for (index, check) in frame.checks.iter().enumerate() {
            let (given, _, span) = &values[if values.len() == 1 { 0 } else { index }];
            let (expected, unit, literal) = match given {
                Given::Stated(Literal::Quantity(quantity)) => {
                    (quantity.stated, quantity.unit, quantity.literal.clone())
                }
                Given::Variable { name, span } => match self.numeric(name, *span, None) {
                    Some(term) => (self.stated(term), Decimal::ZERO, format!("${name}")),
                    None => continue,
                },
                Given::Stated(Literal::Word(word)) => {
                    let words: &[&str] = if figure == Figure::Form { &FORMS } else { &CONTROLLING_TERMS };
                    let place = words.iter().position(|known| known == word);
                    let place = place.expect("a figure that is a word is a form or a controlling term");
                    (Stated::from(i64::try_from(place).expect("few words")), Decimal::ZERO, (*word).to_owned())
                }
                Given::Stated(_) => unreachable!("a figure is a number, a word or a variable"),
            };
            let tolerance = match figure {
                Figure::ControllingTerm | Figure::Form => Stated::ZERO,
                _ => tolerance(frame.block, key).unwrap_or_else(|| half(unit)),
            };
            expectations.push(Expectation {
                figure,
                subject,
                after: check.after.clone(),
                at: check.at,
                item: frame.item,
                set: check.set.clone(),
                case: check.case,
                rung: check.rung,
                expected,
                literal,
                tolerance,
                span: *span,
                note: frame.note.clone(),
                source: frame.source,
            });
        }
    }

    /// The checks a block makes; none where its lists do not line up, which the reader has said.
    fn circumstances(
        &mut self,
        block: &Block,
        stages: &[String],
        exit: Option<&Exit<Stated>>,
    ) -> Option<Vec<Circumstances>> {
        let after = self.stage_list(block, stages)?;
        let at = self.exit_values_of(block, exit);
        let cases = word_list(block, "case", |word| {
            [Case::Low, Case::Base, Case::High].into_iter().find(|case| case.word() == word)
        });
        let rungs = word_list(block, "funding", |word| {
            [Rung::Funded, Rung::Committed, Rung::All].into_iter().find(|rung| rung.word() == word)
        });
        let sets = self.set_lists(block)?;
        let lengths: Vec<usize> = [after.len(), at.len(), cases.len(), rungs.len()]
            .into_iter()
            .chain(sets.iter().map(|(_, values)| values.len()))
            .filter(|length| *length > 1)
            .collect();
        let checks = lengths.first().copied().unwrap_or(1);
        if lengths.iter().any(|length| *length != checks) {
            return None;
        }
        Some(
            (0..checks)
                .map(|index| Circumstances {
                    after: pick(&after, index),
                    at: pick(&at, index),
                    case: pick(&cases, index),
                    rung: pick(&rungs, index),
                    set: sets.iter().filter_map(|(name, values)| Some((name.clone(), pick(values, index)?))).collect(),
                })
                .collect(),
        )
    }

    fn stage_list(&mut self, block: &Block, stages: &[String]) -> Option<Vec<String>> {
        let mut list = Vec::new();
        for (given, _, span) in block.items("after") {
            let Given::Stated(Literal::Text(name)) = given else { continue };
            let is_round = matches!(self.names.look_up(name), Some(Thing::Round(_)));
            if name != "opening" && !is_round && !stages.iter().any(|stage| stage == name) {
                let near = crate::spec::suggest::nearest(name, stages.iter().map(String::as_str).chain(["opening"]));
                let label = near.map_or("expected \"opening\", an event or \"Round / Tranche\"".to_owned(), |near| {
                    format!("did you mean \"{near}\"?")
                });
                let known: Vec<_> = stages.iter().take(12).map(|stage| format!("\"{stage}\"")).collect();
                self.report(
                    Finding::error("E0471", format!("no stage named \"{name}\""))
                        .at(span, label)
                        .help(format!("stages are \"opening\", {}", known.join(", "))),
                );
                return None;
            }
            list.push(name.to_owned());
        }
        Some(list)
    }

    /// Variables to be set, each with one literal or a list of them.
    fn set_lists(&mut self, block: &Block) -> Option<Vec<(String, Vec<String>)>> {
        let Some(map) = block.block("set") else { return Some(Vec::new()) };
        let mut sets = Vec::new();
        let mut complete = true;
        for (entry, values) in map.values() {
            if let Err(finding) = self.variables.use_by_name(&entry.key, entry.key_span) {
                self.report_unusable(finding);
                complete = false;
                continue;
            }
            let literals: Vec<String> = values.iter().filter_map(|(given, ..)| literal(given)).collect();
            sets.push((entry.key.clone(), literals));
        }
        complete.then_some(sets)
    }

    fn subject(&mut self, name: &str, span: Span) -> Option<Subject> {
        if let Some((holder, class)) = name.split_once(" / ")
            && let Some(Thing::Stakeholder(who)) = self.names.look_up(holder)
        {
            return self.class(class, span).map(|class| Subject::StakeholderClass(who, class));
        }
        match self.names.look_up(name) {
            Some(Thing::Stakeholder(id)) => Some(Subject::Stakeholder(id)),
            Some(Thing::Group(id)) => Some(Subject::Group(id)),
            Some(Thing::Class(id)) => Some(Subject::Class(id)),
            Some(Thing::Plan(id)) => Some(Subject::Plan(id)),
            Some(Thing::Convertible(id)) => Some(Subject::Convertible(id)),
            Some(Thing::Loan(number)) => Some(Subject::Loan(number)),
            Some(Thing::Round(_) | Thing::Right(_) | Thing::Event) | None => {
                let fits = |thing| !matches!(thing, Thing::Round(_) | Thing::Right(_) | Thing::Event);
                let finding = self.names.unknown(name, "a holder, group, class or plan", fits, span);
                self.report(finding);
                None
            }
        }
    }
}

/// Whether a block says when and where, and no figure. A key that is misspelt was meant as one.
fn expects_nothing(block: &Block) -> bool {
    block.entries.iter().all(|entry| {
        let is_known = block.spec().is_some_and(|spec| spec.key(&entry.key).is_some());
        is_known && !FIGURES.iter().any(|(figure, _)| *figure == entry.key)
    })
}

/// Figures that a subject cannot have.
pub(super) fn misplaced(figure: Figure, subject: Subject, name: &str, span: Span) -> Option<Finding> {
    let fits = match figure {
        Figure::Increase => matches!(subject, Subject::Plan(_)),
        Figure::SaleProceeds => !matches!(subject, Subject::Plan(_) | Subject::Loan(_)),
        Figure::Payout | Figure::NextDollar | Figure::Multiple => true,
        Figure::Preference | Figure::PreferencePerShare => {
            matches!(subject, Subject::Class(_) | Subject::Convertible(_) | Subject::StakeholderClass(..))
        }
        Figure::PayoutPerShare => {
            matches!(subject, Subject::Class(_) | Subject::StakeholderClass(..) | Subject::Stakeholder(_))
        }
        Figure::Form => !matches!(subject, Subject::Plan(_) | Subject::Loan(_) | Subject::Group(_)),
        Figure::CapPrice
        | Figure::DiscountPrice
        | Figure::ControllingTerm
        | Figure::Capitalization
        | Figure::Balance => {
            matches!(subject, Subject::Convertible(_))
        }
        Figure::ConversionPrice => matches!(subject, Subject::Convertible(_) | Subject::Class(_)),
        Figure::ConversionRatio | Figure::RatchetShares => matches!(subject, Subject::Class(_)),
        Figure::Vested => matches!(subject, Subject::Stakeholder(_) | Subject::Group(_)),
        _ => !matches!(subject, Subject::Loan(_)),
    };
    (!fits).then(|| {
        Finding::error("E0472", format!("\"{name}\" has no such figure"))
            .at(span, expected_subject(figure))
            .help(format!("name another one, or ask another figure of \"{name}\""))
    })
}

/// What a figure can be of.
fn expected_subject(figure: Figure) -> &'static str {
    match figure {
        Figure::Increase => "expected a plan",
        Figure::ConversionRatio | Figure::RatchetShares => "expected a class",
        Figure::Preference | Figure::PreferencePerShare => "expected a class, a SAFE or a note",
        Figure::Vested => "expected a holder or a group",
        Figure::ConversionPrice => "expected a SAFE, a note or a class",
        Figure::CapPrice
        | Figure::DiscountPrice
        | Figure::ControllingTerm
        | Figure::Capitalization
        | Figure::Balance => "expected a SAFE or a note",
        _ => "expected a holder, group or class",
    }
}

/// Half a unit of the last digit typed; nothing for a fraction `a/b`, which is exact.
fn half(unit: Decimal) -> Stated {
    Stated::ratio(unit, Decimal::TWO).unwrap_or(Stated::ZERO)
}

/// A stated tolerance, for this figure or for all.
fn tolerance(block: &Block, key: &str) -> Option<Stated> {
    if let Some((Given::Stated(quantity), ..)) = block.quantity("tolerance") {
        return Some(quantity.stated);
    }
    let map = block.block("tolerance")?;
    let Shape::Map(spec) = map.shape else { return None };
    let (given, ..) = map.entries.iter().find(|entry| entry.key == key)?.node.read(&spec.kind, spec.sign)?;
    match given {
        Given::Stated(Literal::Quantity(Quantity { stated, .. })) => Some(stated),
        _ => None,
    }
}

/// Every word of a key that may be a list.
fn word_list<T>(block: &Block, key: &str, read: impl Fn(&str) -> Option<T>) -> Vec<T> {
    debug_assert!(block.spec().and_then(|spec| spec.key(key)).is_some_and(|key| !words_of(&key.kind).is_empty()));
    let words = block.items(key).into_iter();
    words
        .filter_map(|(given, ..)| if let Given::Stated(Literal::Word(word)) = given { read(word) } else { None })
        .collect()
}

/// The item of a list that belongs to a check; a single one belongs to all.
fn pick<T: Clone>(list: &[T], index: usize) -> Option<T> {
    list.get(if list.len() == 1 { 0 } else { index }).cloned()
}

/// A value of `set` as it would be typed.
fn literal(given: &Given<Literal<'_>>) -> Option<String> {
    match given {
        Given::Stated(Literal::Quantity(quantity)) => Some(quantity.literal.clone()),
        Given::Stated(Literal::Text(word) | Literal::Word(word)) => Some((*word).to_owned()),
        Given::Stated(Literal::YesNo(yes)) => Some(yes.to_string()),
        Given::Stated(_) | Given::Variable { .. } => None,
    }
}
