//! Offerings: price and proceeds, ratchets, automatic conversion, and the two tables of a prospectus's dilution section.

use super::exact::{FRACTION_PLACES, MONEY_PLACES, POSTED_PLACES, decimal, exact, part_of, product, quotient};
use super::figures::At;
use super::frame::{columns, csv_cells, csv_columns, fraction, is_normalised, money};
use super::offering::{BookValue, Offering, offerings};
use super::run::Run;
use super::table::{Cell, Column, Style, Table};
use super::words::{basis, capital, grouped, money_in_full, percent, rounded};
use crate::engine::books::{Because, EntryKind};
use crate::engine::ledger::Posted;
use crate::model::{EventId, Figure, Holding, IpoCount, IpoPrice, RatchetPromise, Rung, Subject};
use crate::num::{Exact, Number};
use rust_decimal::Decimal;

/// One line of a table of an offering, with what it says in each unit.
struct Line {
    table: &'static str,
    says: String,
    style: Style,
    /// A count of shares; not printed where counts are made up.
    shares: Option<Decimal>,
    money: Option<Decimal>,
    /// Per share; not printed where counts are made up.
    price: Option<Decimal>,
    part: Option<Decimal>,
}

impl Line {
    fn new(table: &'static str, says: impl Into<String>) -> Self {
        Line { table, says: says.into(), style: Style::Body, shares: None, money: None, price: None, part: None }
    }
    fn shares(self, shares: Exact) -> Self {
        Line { shares: Some(decimal(shares, POSTED_PLACES)), ..self }
    }
    fn money(self, money: Exact) -> Self {
        Line { money: Some(decimal(money, MONEY_PLACES)), ..self }
    }
    fn price(self, price: Exact) -> Self {
        Line { price: Some(decimal(price, POSTED_PLACES)), ..self }
    }
    fn part(self, part: Decimal) -> Self {
        Line { part: Some(part), ..self }
    }
    fn of(self, style: Style) -> Self {
        Line { style, ..self }
    }
}

/// The tables of every offering that took place.
pub fn tables(run: &Run) -> Vec<Table> {
    let mut tables = Vec::new();
    for offering in offerings(run) {
        let name = run.agreement.stage(Some(offering.posted.event));
        tables.push(terms(run, &offering, name));
        tables.extend(ratchets(run, &offering, name));
        tables.extend(conversions(run, &offering, name));
        if !is_normalised(run) {
            tables.extend(dilution(run, &offering, name));
            tables.push(purchasers(run, &offering, name));
        }
    }
    tables
}

/// What a pre-money counts, in words.
pub fn count_in_words(counts: IpoCount) -> &'static str {
    match counts {
        IpoCount::WithoutPool => "everything fully diluted but the available pool",
        IpoCount::WithPool => "everything fully diluted, the available pool too",
        IpoCount::Treasury => "outstanding shares, and options and warrants by the treasury stock method",
        IpoCount::Basic => "outstanding shares alone",
    }
}

/// What the pre-money of an offering counts.
fn counts(offering: &Offering) -> IpoCount {
    match offering.terms.price {
        IpoPrice::PerShare { counts, .. } | IpoPrice::PreMoney { counts, .. } => counts,
    }
}

/// Why an entry of an offering is what it is.
pub fn because(run: &Run, entry: &Posted) -> String {
    match entry.because {
        Because::IpoRatchet { before, after, price } => {
            let [before, after, price] = [before, after, price].map(grouped);
            format!("ratchet at the offering's price {price}: conversion price {after} instead of {before}")
        }
        _ => price_in_words(run, entry.event),
    }
}

/// Why the price of an offering is what it is.
pub fn price_in_words(run: &Run, event: EventId) -> String {
    let Some(offering) = Offering::of(&run.agreement, run.ledger(), event) else { return String::new() };
    let posted = offering.posted;
    let price = grouped(decimal(offering.price(), POSTED_PLACES));
    match offering.terms.price {
        IpoPrice::PerShare { .. } => format!("price {price} of the offering, as stated"),
        IpoPrice::PreMoney { .. } => {
            let rounding = if posted.price == posted.solved_price { "" } else { ", rounded" };
            format!(
                "price {price} = pre-money {} / {} shares{rounding}",
                grouped(posted.pre_money),
                grouped(rounded(posted.capitalization, 4))
            )
        }
    }
}

fn term_lines(run: &Run, offering: &Offering) -> Vec<Line> {
    let line = |says: &str| Line::new("terms", says);
    let posted = offering.posted;
    let (gross, net) = (offering.gross(), offering.net());
    let class = &run.agreement.classes[offering.terms.class.index()].name;
    let mut lines = vec![line(&format!("Price per share of {class}")).price(offering.price())];
    lines.push(line("Pre-money").money(exact(posted.pre_money)));
    lines.push(line("Shares that pre-money is divided by").shares(exact(posted.capitalization)));
    let counted = posted.counted;
    for (says, shares) in [
        ("of these before the offering", counted.before),
        ("of these added by ratchets", counted.ratchets),
        ("of these from SAFEs and notes", counted.conversions),
        ("of these options and warrants, treasury stock method", counted.treasury),
    ] {
        if !shares.is_zero() && shares != posted.capitalization {
            lines.push(line(says).shares(exact(shares)).of(Style::Detail));
        }
    }
    let price = offering.price();
    let primary = exact(posted.sold.primary);
    lines.push(line("New shares, primary").shares(primary).money(primary * price));
    let greenshoe = exact(posted.sold.greenshoe);
    if offering.terms.greenshoe.is_some() {
        lines.push(line("New shares, greenshoe taken").shares(greenshoe).money(greenshoe * price));
    }
    let sold = offering.sold_by_holders();
    if offering.terms.secondary.is_some() {
        lines.push(line("Shares sold by holders, secondary").shares(sold).money(sold * price));
    }
    lines.push(line("Gross proceeds of the company").money(gross));
    lines.push(line("Underwriting discount").money(exact(posted.underwriting_discount)));
    lines.push(line("Costs of the offering").money(exact(posted.costs)));
    lines.push(line("Net proceeds of the company").money(net));
    lines.push(line("Post-money, pre-money + gross proceeds").money(exact(posted.pre_money) + gross));
    let worth = offering.market_capitalizations();
    lines.push(line("Market capitalization, outstanding shares (basic)").money(worth.basic));
    lines.push(line("Market capitalization, treasury stock method").money(worth.treasury));
    lines.push(line("Market capitalization, options and warrants gross").money(worth.gross));
    if decimal(worth.with_pool - worth.gross, 2) != Decimal::ZERO {
        lines.push(line("Price x fully diluted, the available pool too").money(worth.with_pool));
    }
    let float = offering.new_shares() + sold;
    let part = part_of(decimal(float, POSTED_PLACES), decimal(offering.outstanding(), POSTED_PLACES));
    lines.push(line("Offered, of outstanding shares").part(part));
    lines
}

/// One cell for a line that has one figure, by its unit.
fn figure(run: &Run, line: &Line) -> Option<Cell> {
    let hidden = is_normalised(run);
    if let Some(price) = line.price {
        return (!hidden).then_some(Cell::Price(price));
    }
    match (line.shares, line.money, line.part) {
        (_, Some(amount), _) if hidden => Some(Cell::Money(money(run, amount))),
        (Some(_), _, _) if hidden => None,
        (Some(shares), _, _) => Some(Cell::Count(shares)),
        (None, Some(amount), _) => Some(Cell::Money(money(run, amount))),
        (None, None, Some(part)) => Some(fraction(run, part)),
        (None, None, None) => None,
    }
}

fn terms(run: &Run, offering: &Offering, name: &str) -> Table {
    let title = format!("{name}: terms ({})", basis(run));
    let mut table = Table::new("ipo-terms", title, columns(&[("term", "Term"), ("figure", "Figure")]));
    for line in term_lines(run, offering) {
        if let Some(cell) = figure(run, &line) {
            table.push(line.style, vec![Cell::text(&line.says), cell]);
        }
    }
    table.note(format!("Pre-money counts {}, and what converts.", count_in_words(counts(offering))));
    let discount = exact(offering.posted.underwriting_discount) + exact(offering.posted.costs);
    let gross = offering.gross();
    if discount.is_positive().is_yes() && gross.is_positive().is_yes() {
        let part = percent(decimal(discount / gross, FRACTION_PLACES), 2);
        table.note(format!("Discount and costs are {part} of the gross proceeds; they change no number of shares."));
    }
    table
}

/// What a ratchet promised, in words.
fn promise_in_words(run: &Run, promise: RatchetPromise<crate::num::Stated>) -> String {
    let values = super::exact::Values::of(&run.agreement.scenario);
    let part = |term| percent(decimal(values.at(term), FRACTION_PLACES), 2);
    match promise {
        RatchetPromise::Return(term) => {
            format!("stock worth its issue price and {} at the offering's price", part(term))
        }
        RatchetPromise::Discount(term) => format!("conversion at {} less than the offering's price", part(term)),
    }
}

/// The ratchets of an offering; `None` where no class has one.
fn ratchets(run: &Run, offering: &Offering, name: &str) -> Option<Table> {
    (!offering.posted.ratchets.is_empty()).then_some(())?;
    let with_shares = !is_normalised(run);
    let mut headings = columns(&[("class", "Class")]);
    if with_shares {
        headings.extend([
            Column::new("conversion_price_before", "Conversion price before"),
            Column::new("conversion_price", "Conversion price"),
            Column::new("shares_before", "Shares without it"),
            Column::new("ratchet_shares", "Ratchet shares"),
        ]);
    }
    headings.extend([
        Column::new("ratchet_value", "Worth at the price"),
        Column::new("value", "Whole class at the price"),
        Column::new("ownership", "Ratchet, of fully diluted"),
    ]);
    let mut table = Table::new("ipo-ratchets", format!("{name}: ratchets ({})", basis(run)), headings);
    let price = exact(offering.posted.price);
    for ratchet in &offering.posted.ratchets {
        let (held, added) = (offering.held_before(ratchet.class), offering.ratchet_shares(ratchet.class));
        let mut cells = vec![Cell::text(&run.agreement.classes[ratchet.class.index()].name)];
        if with_shares {
            cells.extend([
                Cell::Price(ratchet.before),
                Cell::Price(ratchet.after),
                Cell::Count(decimal(held, POSTED_PLACES)),
                Cell::Count(decimal(added, POSTED_PLACES)),
            ]);
        }
        let worth = |shares: Exact| Cell::Money(money(run, decimal(shares * price, MONEY_PLACES)));
        let part = decimal(added / exact(offering.after.fully_diluted), FRACTION_PLACES);
        cells.extend([worth(added), worth(held + added), fraction(run, part)]);
        table.push(Style::Body, cells);
    }
    for (ratchet, posted) in offering.terms.ratchets.iter().zip(&offering.posted.ratchets) {
        let class = &run.agreement.classes[ratchet.class.index()].name;
        let binds = if posted.after < posted.before { "" } else { " One for one is worth as much: nothing is added." };
        table.note(format!("{class} was promised {}.{binds}", promise_in_words(run, ratchet.promise)));
    }
    Some(table)
}

/// Preferred that became common; `None` where nothing did.
fn conversions(run: &Run, offering: &Offering, name: &str) -> Option<Table> {
    let with_shares = !is_normalised(run);
    let mut head = columns(&[("class", "Class"), ("into", "Becomes")]);
    if with_shares {
        head.extend([
            Column::new("shares", "Shares"),
            Column::new("conversion_ratio", "Ratio"),
            Column::new("new_shares", "New shares"),
            Column::new("cash", "Cash for fractions"),
        ]);
    } else {
        head.push(Column::new("ownership", "Of fully diluted, after"));
    }
    let title = format!("{name}: automatic conversion ({})", basis(run));
    let mut table = Table::new("ipo-conversions", title, head);
    for class in &offering.terms.automatic {
        let of_class = |position: crate::model::PositionId| {
            run.agreement.scenario.positions[position.index()].class() == Some(class.class)
        };
        let (mut given, mut received, mut paid) = (Decimal::ZERO, Decimal::ZERO, Decimal::ZERO);
        for entry in run.ledger().entries_of(offering.posted.event) {
            if let EntryKind::Reclassification { from, given: gives, cash, .. } = entry.kind
                && of_class(from)
            {
                (given, received, paid) = (given + gives, received + entry.shares, paid + cash);
            }
        }
        if given.is_zero() {
            continue;
        }
        let names = [class.class, class.into].map(|id| Cell::text(&run.agreement.classes[id.index()].name));
        let mut cells = Vec::from(names);
        if with_shares {
            let ratio = offering.after.ratios[class.class.index()] / offering.after.ratios[class.into.index()];
            cells.extend([
                Cell::Count(given),
                Cell::Number(ratio),
                Cell::Count(received),
                Cell::Money(money(run, paid)),
            ]);
        } else {
            cells.push(fraction(run, part_of(received, offering.after.fully_diluted)));
        }
        table.push(Style::Body, cells);
    }
    (!table.rows.is_empty()).then_some(table)
}

fn dilution_lines(offering: &Offering) -> Option<Vec<Line>> {
    let book = offering.book_value()?;
    let price = exact(offering.posted.price);
    let line = |says: &str| Line::new("dilution", says);
    let BookValue { before, after } = book;
    let part = decimal(book.dilution(price) / price, FRACTION_PLACES);
    Some(vec![
        line("Price to the public, per share").price(price).part(Decimal::ONE),
        line("Net tangible book value per share before the offering").price(before).of(Style::Detail),
        line("Increase attributable to new investors").price(book.increase()).of(Style::Detail),
        line("Net tangible book value per share as adjusted").price(after),
        line("Dilution per share to new investors").price(book.dilution(price)).part(part).of(Style::Total),
    ])
}

/// Net tangible book value per share, as a prospectus prints it; `None` where no book value is stated.
fn dilution(run: &Run, offering: &Offering, name: &str) -> Option<Table> {
    let head = columns(&[("line", "Per share"), ("price_per_share", "Money"), ("part", "Of the price")]);
    let mut table = Table::new("ipo-dilution", format!("{name}: dilution of book value ({})", basis(run)), head);
    for line in dilution_lines(offering)? {
        let part = Cell::or_empty(line.part, |part| fraction(run, part));
        table.push(line.style, vec![Cell::Text(line.says), Cell::or_empty(line.price, Cell::Price), part]);
    }
    let currency = &run.agreement.head.currency;
    let value = offering.posted.net_tangible_book_value.unwrap_or_default();
    let shares = |shares: Exact| grouped(decimal(shares, 4));
    table.note(format!(
        "Before: {} / {} shares outstanding, everything converted, options left out. As adjusted: with net proceeds \
         of {}, over {} shares.",
        money_in_full(value, currency),
        shares(exact(offering.posted.outstanding_before)),
        money_in_full(decimal(offering.net(), 2), currency),
        shares(exact(offering.posted.outstanding_before) + offering.new_shares()),
    ));
    Some(table)
}

/// What existing holders paid for what they hold; `None` where it is not known of some opening shares.
fn paid_before(run: &Run, offering: &Offering) -> Option<Exact> {
    let agreement = &run.agreement;
    let opening = &run.ledger().stages[0].shares;
    let known = |index: usize| agreement.opening_costs.iter().any(|(position, _)| position.index() == index);
    let mut shares = agreement.scenario.positions.iter().enumerate();
    let unknown = shares
        .any(|(index, holding)| matches!(holding, Holding::Shares(..)) && !opening[index].is_zero() && !known(index));
    if unknown {
        return None;
    }
    let at = At::stage(run, run.rung, Some(agreement.stage(Some(offering.posted.event)))).ok()?;
    Some(at.figure(Figure::MoneyIn, Subject::Whole).ok()? - offering.gross())
}

fn purchaser_lines(run: &Run, offering: &Offering) -> Vec<Line> {
    let before = exact(offering.posted.outstanding_before);
    let (bought, paid) = (offering.new_shares(), offering.gross());
    let all = before + bought;
    let paid_before = paid_before(run, offering);
    let line = |says: &str, shares: Exact, paid: Option<Exact>| {
        let part = part_of(decimal(shares, POSTED_PLACES), decimal(all, POSTED_PLACES));
        let line = Line::new("purchasers", says).shares(shares).part(part);
        match paid {
            Some(paid) if shares.is_positive().is_yes() => line.money(paid).price(paid / shares),
            _ => line,
        }
    };
    vec![
        line("Existing holders", before, paid_before),
        line("New investors", bought, Some(paid)),
        line("Total", all, paid_before.map(|before| before + paid)).of(Style::Total),
    ]
}

/// Existing holders beside new investors, as a prospectus prints them.
fn purchasers(run: &Run, offering: &Offering, name: &str) -> Table {
    let head = columns(&[
        ("line", "Shares purchased"),
        ("shares", "Number"),
        ("part", "Of all"),
        ("consideration", "Total consideration"),
        ("part_of_consideration", "Of all"),
        ("price_per_share", "Average price"),
    ]);
    let title = format!("{name}: existing holders and new investors ({})", basis(run));
    let mut table = Table::new("ipo-purchasers", title, head);
    let lines = purchaser_lines(run, offering);
    let total = lines.last().and_then(|line| line.money);
    for line in lines {
        let part = line.money.zip(total).and_then(|(paid, total)| quotient(paid, total, FRACTION_PLACES));
        table.push(
            line.style,
            vec![
                Cell::text(&line.says),
                Cell::or_empty(line.shares, Cell::Count),
                Cell::or_empty(line.part, |part| fraction(run, part)),
                Cell::or_empty(line.money, |amount| Cell::Money(money(run, amount))),
                Cell::or_empty(part, |part| fraction(run, part)),
                Cell::or_empty(line.price, Cell::Price),
            ],
        );
    }
    if total.is_none() {
        table.note("What existing holders paid is not known of all opening shares: `cost` of a holding says it.");
    }
    let sold = offering.sold_by_holders();
    if sold.is_positive().is_yes() {
        let before = exact(offering.posted.outstanding_before);
        table.note(format!(
            "Of the shares of existing holders {} are sold in the offering: they then hold {}, new investors {}.",
            grouped(decimal(sold, 4)),
            grouped(decimal(before - sold, 4)),
            grouped(decimal(offering.new_shares() + sold, 4)),
        ));
    }
    table.note("Outstanding shares, everything converted; options and warrants are left out.");
    table
}

/// `ipo.csv`: every line of every table of an offering; `None` where none took place.
pub fn csv(run: &Run) -> Option<Table> {
    (!run.ledger().offerings.is_empty()).then_some(())?;
    let keys = ["date", "ipo", "table", "line", "shares", "money", "price_per_share", "part", "currency", "normalised"];
    let mut table = Table::new("ipo", format!("Offerings ({})", basis(run)), csv_columns(&keys));
    let normalised = is_normalised(run);
    for offering in offerings(run) {
        let event = offering.posted.event;
        let mut lines = term_lines(run, &offering);
        lines.extend(ratchet_lines(run, &offering));
        if !normalised {
            lines.extend(dilution_lines(&offering).into_iter().flatten());
            lines.extend(purchaser_lines(run, &offering));
        }
        for line in lines {
            let cells = vec![
                Cell::or_empty(run.agreement.date(Some(event)), Cell::Date),
                Cell::text(run.agreement.stage(Some(event))),
                Cell::text(line.table),
                Cell::Text(capital(&line.says)),
                Cell::or_empty(line.shares, Cell::Count),
                Cell::or_empty(line.money, |amount| Cell::Money(money(run, amount))),
                Cell::or_empty(line.price, Cell::Price),
                Cell::or_empty(line.part, super::frame::exact_fraction),
                Cell::text(&run.agreement.head.currency),
                Cell::Flag(normalised),
            ];
            table.push(line.style, csv_cells(run, cells));
        }
    }
    Some(table)
}

/// The ratchets of an offering, as lines.
fn ratchet_lines(run: &Run, offering: &Offering) -> Vec<Line> {
    let of_class = |ratchet: &crate::engine::books::Adjustment<Decimal>| {
        let added = offering.ratchet_shares(ratchet.class);
        let worth = product(decimal(added, POSTED_PLACES), offering.posted.price, MONEY_PLACES);
        let class = &run.agreement.classes[ratchet.class.index()].name;
        let line = Line::new("ratchets", format!("{class}: ratchet shares, conversion price"));
        line.shares(added).money(exact(worth)).price(exact(ratchet.after))
    };
    offering.posted.ratchets.iter().map(of_class).collect()
}

/// The convention of offerings, where one takes place on the highest rung.
pub fn convention(run: &Run) -> Option<(&'static str, String)> {
    (!run.on(Rung::All).offerings.is_empty()).then(|| {
        (
            "IPO",
            "In this order: ratchets at the offering's price, preferred becomes common, SAFEs and notes convert, then \
            shares are sold. A ratchet only ever adds shares, and they are in the count a stated pre-money is divided \
            by. Neither a weighted average nor a full ratchet is triggered. Greenshoe shares are the company's."
                .into(),
        )
    })
}
