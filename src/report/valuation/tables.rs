//! Valuations for reading.

use super::Valued;
use super::lines::{Line, holders, lines};
use super::names::{happens, shares};
use crate::engine::valuation::{Outcome, Priced};
use crate::num::{Exact, Number};
use crate::report::exact::{FRACTION_PLACES, MONEY_PLACES, POSTED_PLACES, decimal};
use crate::report::frame::{columns, is_normalised, money, value_basis};
use crate::report::run::Run;
use crate::report::table::{Cell, Style, Table};
use crate::report::words::{basis, fixed, grouped, money as in_words, percent, price};
use rust_decimal::Decimal;
use std::fmt::Write as _;

/// The tables of every valuation: what each class is worth, the tranches it follows from, and whose it is.
pub fn tables(run: &Run) -> Vec<Table> {
    let mut tables = Vec::new();
    for valued in Valued::all(run) {
        tables.push(by_class(&valued));
        if let Some(priced) = valued.priced() {
            tables.push(tranches(&valued, priced));
            tables.push(by_holder(&valued, priced));
        }
    }
    tables
}

/// What each class is worth beside the headline.
fn by_class(valued: &Valued) -> Table {
    let run = valued.run;
    let normalised = is_normalised(run);
    let mut head = vec![("class", "Class")];
    if !normalised {
        head.extend([
            ("shares", "Shares"),
            ("value_per_share", "Worth per share"),
            ("headline_price", "Headline price"),
        ]);
        head.push(("issue_price", "Issue price"));
    }
    head.extend([("value", "Worth"), ("headline", "At the headline price"), ("difference", "Worth over headline")]);
    let title = format!("What each class is worth: {} ({})", valued.name(), basis(run));
    let mut table = Table::new("valuation", title, columns(&head));
    let lines = lines(valued);
    for line in &lines {
        table.push(Style::Body, cells(valued, line, normalised));
    }
    if let Some(priced) = valued.priced() {
        table.push(Style::Total, total(valued, priced, &lines, normalised));
        for sentence in sentences(valued, priced) {
            table.note(sentence);
        }
    } else if let Outcome::Stated { .. } = valued.posted.outcome {
        table.note("As stated: no other class follows from it.");
    }
    if let Some(basis) = value_basis(run, run.ledger(), valued.stage_index) {
        table.note(format!(
            "Headline: {basis}, the same for every class at its conversion ratio, gross of exercise prices."
        ));
    }
    table
}

fn cells(valued: &Valued, line: &Line, normalised: bool) -> Vec<Cell> {
    let mut cells = vec![Cell::text(&line.name)];
    let exact_price = |price: Option<Exact>| Cell::or_empty(price, |price| Cell::Price(decimal(price, POSTED_PLACES)));
    if !normalised {
        cells.push(Cell::or_empty(line.shares, |shares| Cell::Count(decimal(shares, POSTED_PLACES))));
        cells.push(exact_price(line.worth_per_share()));
        cells.push(exact_price(line.headline_price));
        cells.push(Cell::or_empty(line.issue_price, Cell::Price));
    }
    cells.push(amount(valued, line.worth));
    cells.push(Cell::or_empty(line.headline(), |headline| amount(valued, headline)));
    cells.push(Cell::or_empty(line.difference(), change));
    cells
}

fn amount(valued: &Valued, worth: Exact) -> Cell {
    Cell::Money(money(valued.run, decimal(worth, MONEY_PLACES)))
}

fn change(difference: Exact) -> Cell {
    Cell::Fraction { value: decimal(difference, FRACTION_PLACES), places: 2 }
}

/// All equity beside the headline post-money.
fn total(valued: &Valued, priced: &Priced, lines: &[Line], normalised: bool) -> Vec<Cell> {
    let worth: Exact = lines.iter().map(|line| line.worth).sum();
    let headline: Option<Exact> = lines.iter().map(Line::headline).sum();
    let mut cells = vec![Cell::text(if priced.is_solved { "All equity, solved for" } else { "All equity" })];
    if !normalised {
        cells.extend([Cell::Empty, Cell::Empty, Cell::Empty, Cell::Empty]);
    }
    cells.push(amount(valued, worth));
    cells.push(Cell::or_empty(headline, |headline| amount(valued, headline)));
    let difference = headline.filter(|headline| headline.is_positive().is_yes());
    cells.push(Cell::or_empty(difference.map(|headline| worth / headline - Exact::one()), change));
    cells
}

/// What the numbers rest on, the headline beside the equity, and the backsolve.
fn sentences(valued: &Valued, priced: &Priced) -> Vec<String> {
    let currency = &valued.run.agreement.head.currency;
    let full = |amount: Decimal| in_words(amount, currency);
    let market = &priced.market;
    let part = |number: f64| percent(Decimal::try_from(number).unwrap_or_default(), 2);
    let years = Decimal::try_from(market.years).unwrap_or_default().round_dp(4).normalize();
    let mut sentences = vec![format!(
        "Option pricing (Black-Scholes) over the breakpoints of the waterfall: volatility {}, {years} years, interest rate {} and dividend yield {} a year, continuous.",
        part(market.volatility),
        part(market.interest_rate),
        part(market.dividend_yield),
    )];
    let equity = Exact::given(priced.allocation.equity);
    if let Some(post_money) = valued.post_money().filter(|post_money| post_money.is_positive().is_yes()) {
        let difference = decimal(equity / post_money - Exact::one(), FRACTION_PLACES);
        sentences.push(format!(
            "Equity of {} is {} the post-money headline of {} (price x fully diluted), a difference of {}.",
            full(priced.allocation.equity),
            beside(difference),
            full(decimal(post_money, 2)),
            full(decimal(equity - post_money, 2)),
        ));
    }
    let paid_out = priced.allocation.equity - priced.allocation.without_dividends;
    if !paid_out.is_zero() {
        sentences.push(format!("Of the equity, {} is what it pays out before the exit.", full(paid_out)));
    }
    if let Some(solved) = priced.backsolve {
        let class = &valued.run.agreement.classes[solved.class.index()].name;
        let mut sentence = format!(
            "Backsolve: {class} is worth {} a share at an equity of {}",
            price(solved.wanted.price, currency),
            grouped(solved.backsolve.equity.round_dp(2)),
        );
        if let Some(post_money) = valued.post_money().filter(|post_money| post_money.is_positive().is_yes()) {
            let over = decimal(Exact::given(solved.backsolve.equity) / post_money - Exact::one(), FRACTION_PLACES);
            let _ = write!(sentence, ", {} the headline", beside(over));
        }
        let width = solved.backsolve.above - solved.backsolve.below;
        let certain = match width <= Decimal::new(1, 2) {
            true => "certified to the cent".to_owned(),
            false => format!("certified to within {}", grouped(width.round_dp(2))),
        };
        sentences.push(format!("{sentence} ({certain})."));
    }
    sentences
}

/// `28.4% below`, `equal to`.
fn beside(difference: Decimal) -> String {
    let percentage = fixed(difference.abs() * Decimal::ONE_HUNDRED, 1);
    match difference {
        difference if difference.is_zero() => "equal to".into(),
        difference if difference.is_sign_negative() => format!("{percentage}% below"),
        _ => format!("{percentage}% above"),
    }
}

/// The tranches between the breakpoints.
fn tranches(valued: &Valued, priced: &Priced) -> Table {
    let head = columns(&[
        ("from", "From"),
        ("to", "To"),
        ("happens", "What happens there"),
        ("call", "Call struck there"),
        ("value", "Tranche worth"),
        ("shares", "Who shares in it"),
    ]);
    let title = format!("Tranches of the equity: {} ({})", valued.name(), basis(valued.run));
    let mut table = Table::new("tranches", title, head);
    let segments = priced.allocation.tranches.iter().zip(&priced.breakpoints.segments);
    for (tranche, segment) in segments {
        table.push(
            Style::Body,
            vec![
                Cell::Money(money(valued.run, tranche.from)),
                Cell::or_empty(tranche.to, |to| Cell::Money(money(valued.run, to))),
                Cell::Text(happens(valued, priced, segment)),
                Cell::Money(money(valued.run, tranche.call)),
                Cell::Money(money(valued.run, tranche.worth)),
                Cell::Text(shares(valued, priced, segment)),
            ],
        );
    }
    let all = Cell::Money(money(valued.run, priced.allocation.without_dividends));
    table.push(Style::Total, vec![Cell::text("All tranches"), Cell::Empty, Cell::Empty, Cell::Empty, all, Cell::Empty]);
    table.note("A tranche is worth the call struck where it begins less the call struck where it ends.");
    table
}

/// What each holder has is worth.
fn by_holder(valued: &Valued, priced: &Priced) -> Table {
    let head = columns(&[
        ("holder", "Holder"),
        ("value", "Worth"),
        ("headline", "At the headline price"),
        ("difference", "Worth over headline"),
    ]);
    let title = format!("What each holder has is worth: {} ({})", valued.name(), basis(valued.run));
    let mut table = Table::new("valuation_by_holder", title, head);
    for line in holders(valued, priced) {
        let headline = line.headline.filter(|headline| headline.is_positive().is_yes());
        table.push(
            Style::Body,
            vec![
                Cell::Text(line.name),
                amount(valued, line.worth),
                Cell::or_empty(headline, |headline| amount(valued, headline)),
                Cell::or_empty(headline.map(|headline| line.worth / headline - Exact::one()), change),
            ],
        );
    }
    table
}
