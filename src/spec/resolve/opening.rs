//! The opening table: who holds what before the first event.

use super::classes::Cast;
use super::context::{Context, equal, number};
use super::names::COMMON;
use super::number_or_finding;
use crate::engine::ledger::PLACES;
use crate::error::{Finding, Span};
use crate::model::{Evidence, Holding, Imprecision, OpeningPrice, OriginId, PositionId, StakeholderId, Term};
use crate::num::{Exact, Number, Stated};
use crate::spec::node::{Block, Provenance};
use crate::spec::number::Quantity;
use crate::spec::value::{Given, Literal};
use jiff::civil::Date;
use rust_decimal::Decimal;

/// The opening table, resolved.
pub(super) struct Opening {
    pub date: Option<Date>,
    pub normalised: Option<Decimal>,
    pub price: Option<OpeningPrice<Stated>>,
    /// By position, for the positions of the opening.
    pub shares: Vec<Term<Stated>>,
    pub imprecision: Imprecision,
    /// Where each holding was stated.
    pub origins: Vec<(PositionId, OriginId)>,
    /// What was paid for opening holdings, where it is said.
    pub costs: Vec<(PositionId, Term<Stated>)>,
}

/// A row before the totals are known.
struct Row {
    position: PositionId,
    holds: Holds,
    span: Span,
    /// Half a unit of a published percentage.
    half: Option<(Exact, u32)>,
}

enum Holds {
    Count(Term<Stated>),
    Part(Term<Stated>),
    Rest,
}

impl Context<'_> {
    pub(super) fn read_opening(&mut self, cast: &mut Cast) -> Opening {
        let mut opening = Opening {
            date: None,
            normalised: None,
            price: None,
            shares: Vec::new(),
            imprecision: Imprecision::default(),
            origins: Vec::new(),
            costs: Vec::new(),
        };
        let Some(block) = self.root.block("opening") else {
            self.report(
                Finding::error("E0420", "there is no opening table")
                    .at(self.root.span, "expected `[opening]` with its `holdings`")
                    .help("say who holds what before the first event"),
            );
            return opening;
        };
        opening.date = self.date(block, "date").map(|(date, _)| date);
        let outer = block.provenance();
        let total = ["normalised", "fully_diluted"].into_iter().find_map(|key| self.quantity(block, key, key, &outer));
        let total = total.map(|(term, _)| term);
        if block.has("normalised") {
            opening.normalised = total.and_then(|total| self.value(total).to_decimal(PLACES));
        }
        opening.price = self.opening_price(block, &outer);
        let mut rows: Vec<Row> =
            block.blocks("holdings").filter_map(|row| self.row(row, &outer, &mut opening)).collect();
        if rows.is_empty() || rows.len() < block.blocks("holdings").count() {
            // What could not be read was reported; sums of the rest would mislead.
            return opening;
        }
        if block.has("unattributed") {
            self.add_unattributed(block, cast, &mut rows);
        }
        self.check_one_rest(&rows);
        self.size(block, &rows, total, &mut opening);
        opening
    }

    fn opening_price(&mut self, block: &Block, outer: &Provenance) -> Option<OpeningPrice<Stated>> {
        if let Some((term, _)) = self.quantity(block, "valuation", "valuation of the opening", outer) {
            return Some(OpeningPrice::Valuation(term));
        }
        let (term, _) = self.quantity(block, "price_per_share", "price of the opening", outer)?;
        Some(OpeningPrice::PerShare(term))
    }

    fn row(&mut self, row: &Block, outer: &Provenance, opening: &mut Opening) -> Option<Row> {
        let outer = row.provenance().or(outer);
        let holding = self.holding(row)?;
        let position = self.position(holding);
        let whose = row.text("stakeholder").map_or_else(|| "the pool".to_owned(), str::to_owned);
        if let Some((cost, _)) = self.quantity(row, "cost", format!("cost of {whose}"), &outer) {
            opening.costs.push((position, cost));
        }
        let key = ["shares", "ownership", "options", "available", "promised"].into_iter().find(|key| row.has(key))?;
        let is_rest = |literal: &Literal| matches!(literal, Literal::Word("rest"));
        let (given, provenance, span) = row.literal(key)?;
        if matches!(&given, Given::Stated(literal) if is_rest(literal)) {
            let origin = self.origin(span, format!("{key} of {whose}"), &provenance.or(&outer));
            opening.origins.push((position, origin));
            return Some(Row { position, holds: Holds::Rest, span, half: None });
        }
        let (term, origin) = self.quantity(row, key, format!("{key} of {whose}"), &outer)?;
        opening.origins.push((position, origin));
        if key == "options" {
            self.opening_right(row, position, term, opening.date, origin, &outer);
        }
        if key != "ownership" {
            return Some(Row { position, holds: Holds::Count(term), span, half: None });
        }
        let published = matches!(self.origins[origin.index()].evidence, Evidence::Official | Evidence::Reported);
        let half = match given {
            Given::Stated(Literal::Quantity(quantity)) if published => {
                half_unit(&quantity, provenance.precision.as_ref())
            }
            _ => None,
        };
        Some(Row { position, holds: Holds::Part(term), span, half })
    }

    /// What the row is about; a finding where it names nobody that is known.
    fn holding(&mut self, row: &Block) -> Option<Holding> {
        let has = |key: &str| row.has(key);
        if has("available") {
            return Some(Holding::Available(self.plan_of(row)?));
        }
        if has("promised") {
            return Some(Holding::Promised(self.plan_of(row)?));
        }
        let who = self.stakeholder(row.text("stakeholder")?, row.span_of("stakeholder"))?;
        if has("options") {
            let plan = self.plan_of(row)?;
            if !has("exercise_price") {
                self.assume("opening", "options without an exercise price have one of 0", Some(row.span));
            }
            return Some(Holding::Granted(who, plan));
        }
        let class = self.class(row.text("class").unwrap_or(COMMON), row.span_of("class"))?;
        Some(Holding::Shares(who, class))
    }

    /// A line of its own for what published percentages leave over.
    fn add_unattributed(&mut self, block: &Block, cast: &mut Cast, rows: &mut Vec<Row>) {
        let id = StakeholderId::at(cast.stakeholders.len());
        let span = block.span_of("unattributed");
        if let Err(finding) = self.names.add("unattributed", super::names::Thing::Stakeholder(id), Some(span)) {
            self.report(*finding);
            return;
        }
        self.names.mark_used("unattributed");
        cast.stakeholders.push(crate::model::Stakeholder {
            id: "unattributed".to_owned(),
            name: "Not attributed".to_owned(),
            group: None,
            relationship: "other".to_owned(),
            note: Some("what the published percentages leave over".to_owned()),
        });
        cast.listed.push(span);
        if let Some(class) = self.class(COMMON, span) {
            let position = self.position(Holding::Shares(id, class));
            rows.push(Row { position, holds: Holds::Rest, span, half: None });
        }
    }

    fn check_one_rest(&mut self, rows: &[Row]) {
        let mut rests = rows.iter().filter(|row| matches!(row.holds, Holds::Rest));
        if let (Some(first), Some(second)) = (rests.next(), rests.next()) {
            self.report(
                Finding::error("E0421", "two rows are \"rest\"")
                    .at(second.span, "what is left can go to one row only")
                    .and_at(first.span, "the first")
                    .help("write what one of them holds, such as `ownership = \"20%\"`"),
            );
        }
    }

    /// Turns parts and the rest into shares, and checks that they add up.
    fn size(&mut self, block: &Block, rows: &[Row], total: Option<Term<Stated>>, opening: &mut Opening) {
        let span = block.span_of("holdings");
        let counts = |row: &Row| if let Holds::Count(count) = row.holds { Some(count) } else { None };
        let parts = |row: &Row| if let Holds::Part(part) = row.holds { Some(part) } else { None };
        let has_parts = rows.iter().any(|row| matches!(row.holds, Holds::Part(_)));
        let rest = rows.iter().find(|row| matches!(row.holds, Holds::Rest));
        if has_parts && !block.has("basis") {
            self.assume(
                "opening",
                "percentages are of the fully diluted total; `basis` would say otherwise",
                Some(span),
            );
        }
        let basis = self.word(block, "basis").map(|(word, _)| word);
        let without_options = matches!(basis, Some("as_converted" | "outstanding"));
        let is_option = |row: &&Row| without_options && self.positions[row.position.index()].class().is_none();
        let options: Vec<_> = rows.iter().filter(is_option).filter_map(counts).collect();
        let options = self.sum_of(options);
        let counted = self.sum_of(rows.iter().filter_map(counts));
        let parts = self.sum_of(rows.iter().filter_map(parts));
        let only_options = equal(self.value(counted), self.value(options));
        if !self.parts_fit(span, self.value(parts), has_parts && rest.is_none() && only_options) {
            return;
        }
        let total = match total {
            Some(total) => total,
            None if !has_parts && rest.is_none() => counted,
            None if has_parts && rest.is_none() && !only_options => {
                // What is counted in shares is the part that the percentages leave.
                let shares = self.difference(counted, options);
                let left = self.difference(Term::Given(Stated::ONE), parts);
                let whole = self.quotient(shares, left);
                self.sum(whole, options)
            }
            None => {
                self.report(
                    Finding::error("E0423", "percentages of how many shares?")
                        .at(span, "expected a total")
                        .help("give `fully_diluted` if the count is known, or `normalised = 1_000_000_000` if it is not public"),
                );
                return;
            }
        };
        let base = self.difference(total, options);
        self.place(block, rows, total, base, opening);
    }

    /// Percentages are no more than 100 % together and, where they are to be `all`, no less; else a finding.
    fn parts_fit(&mut self, span: Span, parts: Exact, all: bool) -> bool {
        let one = Exact::one();
        let over = one.below(parts).is_yes();
        if !over && (!all || equal(parts, one)) {
            return true;
        }
        let percent = number(parts * Exact::whole(100));
        let off = number((if over { parts - one } else { one - parts }) * Exact::whole(100));
        let finding = Finding::error("E0422", format!("the holdings add up to {percent} %"));
        self.report(match over {
            true => finding.at(span, format!("{off} % too much")).help("percentages add up to 100 %"),
            false => {
                finding.at(span, format!("{off} % is missing")).help("name its holder, or let one row be \"rest\"")
            }
        });
        false
    }

    fn sum_of(&mut self, terms: impl IntoIterator<Item = Term<Stated>>) -> Term<Stated> {
        let mut terms = terms.into_iter();
        let first = terms.next().unwrap_or(Term::Given(Stated::ZERO));
        terms.fold(first, |sum, term| self.sum(term, sum))
    }

    /// Writes the shares of every row down; the rest is what the others, as written down, leave.
    fn place(&mut self, block: &Block, rows: &[Row], total: Term<Stated>, base: Term<Stated>, opening: &mut Opening) {
        let span = block.span_of("holdings");
        let mut shares = vec![Term::Given(Stated::ZERO); self.positions.len()];
        let mut places: Option<u32> = None;
        for row in rows {
            let held = match row.holds {
                Holds::Count(count) => count,
                Holds::Part(part) => self.product(part, base),
                Holds::Rest => continue,
            };
            let before = shares[row.position.index()];
            shares[row.position.index()] = self.sum(posted(held), before);
            if let Some((half, digits)) = row.half {
                let half = number_or_finding(half * self.value(base));
                opening.imprecision.halves.push((row.position, half));
                places = Some(places.map_or(digits, |places| places.min(digits)));
            }
        }
        opening.imprecision.places = places;
        let sum: Exact = shares.iter().map(|shares| self.value(*shares)).sum();
        let left = self.value(total) - sum;
        match rows.iter().find(|row| matches!(row.holds, Holds::Rest)) {
            Some(row) if left.is_positive().is_yes() || equal(left, Exact::zero()) => {
                let others = self.sum_of(shares.clone());
                let left = self.difference(total, others);
                let before = shares[row.position.index()];
                shares[row.position.index()] = self.sum(left, before);
                opening.imprecision.rest = Some(row.position);
            }
            Some(row) => self.report(
                Finding::error(
                    "E0424",
                    format!(
                        "nothing is left for \"rest\": the rows exceed the total by {}",
                        number(Exact::zero() - left)
                    ),
                )
                .at(row.span, "would be negative")
                .help("correct one of the rows or the total"),
            ),
            None if !equal(left.posted(), Exact::zero()) => self.report(
                Finding::error(
                    "E0425",
                    format!("the rows add up to {}, the total is {}", number(sum), number(self.value(total))),
                )
                .at(span, format!("a difference of {}", number(left)))
                .help("correct one of them, or let one row be \"rest\""),
            ),
            None => {}
        }
        opening.shares = shares;
    }
}

/// Shares as the ledger keeps them; those that follow a variable are kept so when it is known.
fn posted(shares: Term<Stated>) -> Term<Stated> {
    match shares {
        Term::Given(shares) => Term::Given(number_or_finding(shares.cast::<Exact>().posted())),
        Term::Variable(_) => shares,
    }
}

/// Half a unit of the last digit of a published percentage, and how many decimals it was published with.
fn half_unit(quantity: &Quantity, precision: Option<&Quantity>) -> Option<(Exact, u32)> {
    let places = quantity.unit.normalize().scale().saturating_sub(2);
    match precision {
        Some(precision) if precision.stated.is_zero() => None,
        Some(precision) => Some((precision.stated.cast(), places)),
        None if quantity.percent => Some((Exact::given(quantity.unit) / Exact::whole(2), places)),
        None => None,
    }
}
