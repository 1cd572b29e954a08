//! Who gets what, for reading: by class and by holder; a list of exit values is a column per value.

use super::checks;
use super::names::{
    Group, by_claim, by_holder, claim_in_full, claim_of, form_in_words, is_right, per_share, recipient,
};
use super::{Sale, breakpoints};
use crate::engine::exit::{Form, Recipient, Settlement};
use crate::num::{Exact, Number};
use crate::report::exact::{MONEY_PLACES, decimal, quotient};
use crate::report::frame::{columns, is_normalised, shown_places};
use crate::report::table::{Cell, Column, Style, Table};
use crate::report::words::{basis, money_in_full};
use rust_decimal::Decimal;

/// Decimals of a multiple.
const MULTIPLE_PLACES: u32 = 6;

/// The tables of a sale: one value in full, or several side by side; the breakpoints last.
pub fn tables(sale: &Sale) -> Vec<Table> {
    let mut tables = match sale.settlements.as_slice() {
        [] => Vec::new(),
        [one] => vec![classes(sale, one), holders(sale, one)],
        _ => side_by_side(sale),
    };
    if let Some(first) = tables.first_mut() {
        for sentence in checks::notes(sale) {
            first.note(sentence);
        }
    }
    tables.push(breakpoints::table(sale));
    tables
}

/// What a group of portions gets at one exit value.
pub struct Share {
    /// Shares and options of it.
    pub units: Exact,
    /// What was paid for it, where that is known.
    pub cost: Option<Exact>,
    /// To the cent, what is held in escrow included.
    pub payout: Decimal,
    /// Unrounded.
    pub exact: Exact,
    /// The part of it held in escrow, to the cent.
    pub escrow: Decimal,
    /// Every form that one of its portions takes, each once, in the order of the stack.
    pub forms: Vec<(Form, bool, bool)>,
}

impl Share {
    /// Adds up a group's portions.
    pub fn of(sale: &Sale, settlement: &Settlement, portions: &[usize]) -> Self {
        let mut share = Share {
            units: Exact::zero(),
            cost: sale.cost(portions),
            payout: Decimal::ZERO,
            exact: Exact::zero(),
            escrow: Decimal::ZERO,
            forms: Vec::new(),
        };
        for &index in portions {
            let (portion, settled) = (&sale.exit.stack.portions[index], &settlement.portions[index]);
            let claim = settlement.claims[portion.claim as usize];
            share.units += portion.units_held;

            share.payout += settled.amount.cents;
            share.exact += settled.amount.exact;
            share.escrow += settled.escrow.cents;
            let form = (claim.form, is_right(claim_of(sale, index)), claim.indifferent);
            if !share.forms.contains(&form) {
                share.forms.push(form);
            }
        }
        share
    }

    /// Payout over cost; `None` where the cost is not known, or is nothing.
    pub fn multiple(&self) -> Option<Decimal> {
        let cost = self.cost.filter(|cost| cost.is_positive().is_yes())?;
        Some(decimal(self.exact / cost, MULTIPLE_PLACES))
    }

    /// Its forms in words: `preference (indifferent)`, `as converted; exercised`.
    pub fn form(&self) -> String {
        let mut words: Vec<String> = Vec::new();
        let something = self.forms.iter().any(|(form, ..)| *form != Form::Nothing);
        for &(form, is_right, indifferent) in &self.forms {
            if form == Form::Nothing && something {
                continue;
            }
            let word = form_in_words(form, is_right);
            let word = if indifferent { format!("{word} (indifferent)") } else { word.to_owned() };
            if !words.contains(&word) {
                words.push(word);
            }
        }
        words.join("; ")
    }

    fn cost(&self) -> Cell {
        let known = self.cost.filter(|cost| cost.is_positive().is_yes());
        Cell::or_empty(known, |cost| Cell::Money(decimal(cost, MONEY_PLACES)))
    }
}

/// The deductions of a settlement that are not nothing: whom they go to, and how much.
pub fn deductions(sale: &Sale, settlement: &Settlement) -> Vec<(Recipient, String, Decimal)> {
    let mut all = vec![(Recipient::Costs, settlement.costs.cents)];
    for (index, debt) in (0..).zip(&settlement.debts) {
        all.push((Recipient::Debt(index), debt.cents));
    }
    all.push((Recipient::CarveOut, settlement.carve_out.cents));
    let paid = all.into_iter().filter(|(_, amount)| !amount.is_zero());
    paid.map(|(to, amount)| (to, recipient(sale, to), amount)).collect()
}

/// An exit value in words: `$150M`.
pub fn value_in_words(sale: &Sale, value: Exact) -> String {
    money_in_full(decimal(value, 2), &sale.run.agreement.head.currency)
}

/// By class at one exit value, with the deductions, up to the exit value.
fn classes(sale: &Sale, settlement: &Settlement) -> Table {
    let title = format!("Exit at {}: by class; {}", value_in_words(sale, settlement.exit_value), basis(sale.run));
    let (has_escrow, counts) = (has_escrow(sale), !is_normalised(sale.run));
    let mut head = vec![("class", "Class")];
    if counts {
        head.push(("shares", "Shares"));
    }
    head.extend([("cost", "Cost"), ("payout", "Payout"), ("multiple", "Multiple")]);
    if counts {
        head.push(("payout_per_share", "Per share"));
    }
    head.push(("form", "Form"));
    if has_escrow {
        head.push(("escrow", "Of it in escrow"));
    }
    let mut table = Table::new("exit-classes", title, columns(&head));
    let row = |name: String, share: &Share| {
        let mut cells = vec![Cell::text(name)];
        if counts {
            cells.push(Cell::Count(decimal(share.units, 4)));
        }
        cells.extend([share.cost(), Cell::Money(share.payout), Cell::or_empty(share.multiple(), Cell::Multiple)]);
        if counts {
            cells.push(Cell::or_empty(per_share(share.exact, share.units), Cell::Price));
        }
        cells.push(Cell::text(share.form()));
        if has_escrow {
            cells.push(Cell::Money(share.escrow));
        }
        cells
    };
    for group in by_claim(sale) {
        table.push(Style::Body, row(group.name.clone(), &Share::of(sale, settlement, &group.portions)));
        for lot in differing_lots(sale, settlement, &group) {
            let mut cells = row(lot.name.clone(), &Share::of(sale, settlement, &lot.portions));
            let cost = 1 + usize::from(counts);
            (cells[cost], cells[cost + 2]) = (Cell::Empty, Cell::Empty);
            table.push(Style::Detail, cells);
        }
    }
    let width = table.columns.len();
    let payout = 2 + usize::from(counts);
    let bare = |name: &str, amount: Decimal| {
        let mut cells = vec![Cell::Empty; width];
        (cells[0], cells[payout]) = (Cell::text(name), Cell::Money(amount));
        cells
    };
    let everything = Share::of(sale, settlement, &all_portions(sale));
    let mut paid = bare("Paid to holders", everything.payout);
    if has_escrow {
        paid[width - 1] = Cell::Money(everything.escrow);
    }
    table.push(Style::Total, paid);
    for (_, name, amount) in deductions(sale, settlement) {
        table.push(Style::Detail, bare(&name, amount));
    }
    if !settlement.residue.cents.is_zero() {
        table.push(Style::Detail, bare("Left over, nobody's", settlement.residue.cents));
    }
    table.push(Style::Total, bare("Exit value", decimal(settlement.exit_value, MONEY_PLACES)));
    for sentence in situation(sale, settlement) {
        table.note(sentence);
    }
    table
}

/// The lots of a class where they are not all paid alike; none where they are.
fn differing_lots(sale: &Sale, settlement: &Settlement, group: &Group) -> Vec<Group> {
    let form = |portion: usize| {
        let claim = settlement.claims[sale.exit.stack.portions[portion].claim as usize];
        (claim.form, claim.indifferent)
    };
    if group.portions.iter().all(|portion| form(*portion) == form(group.portions[0])) {
        return Vec::new();
    }
    let mut lots: Vec<Group> = Vec::new();
    for &portion in &group.portions {
        let name = claim_in_full(sale, claim_of(sale, portion));
        match lots.iter_mut().find(|lot| lot.name == name) {
            Some(lot) => lot.portions.push(portion),
            None => lots.push(Group { id: name.clone(), name, portions: vec![portion] }),
        }
    }
    lots
}

/// By holder at one exit value.
fn holders(sale: &Sale, settlement: &Settlement) -> Table {
    let title = format!("Exit at {}: by holder; {}", value_in_words(sale, settlement.exit_value), basis(sale.run));
    let mut head = vec![
        ("stakeholder", "Stakeholder"),
        ("cost", "Cost"),
        ("payout", "Payout"),
        ("multiple", "Multiple"),
        ("part", "Of all payouts"),
        ("form", "Form"),
    ];
    let has_escrow = has_escrow(sale);
    if has_escrow {
        head.extend([("paid_now", "Paid at closing"), ("escrow", "In escrow")]);
    }
    let mut table = Table::new("exit-holders", title, columns(&head));
    let all = Share::of(sale, settlement, &all_portions(sale));
    let row = |name: &str, share: &Share, form: String| {
        let part = quotient(share.payout, all.payout, 12).unwrap_or_default();
        let part = Cell::Fraction { value: part, places: shown_places(sale.run) };
        let mut cells = vec![Cell::text(name), share.cost(), Cell::Money(share.payout)];
        cells.extend([Cell::or_empty(share.multiple(), Cell::Multiple), part, Cell::Text(form)]);
        if has_escrow {
            cells.extend([Cell::Money(share.payout - share.escrow), Cell::Money(share.escrow)]);
        }
        cells
    };
    for group in by_holder(sale) {
        let share = Share::of(sale, settlement, &group.portions);
        let form = share.form();
        table.push(Style::Body, row(&group.name, &share, form));
    }
    table.push(Style::Total, row("Paid to holders", &all, String::new()));
    let width = table.columns.len();
    let bare = |name: &str, amount: Decimal| {
        let mut cells = vec![Cell::Empty; width];
        (cells[0], cells[2]) = (Cell::text(name), Cell::Money(amount));
        cells
    };
    for (_, name, amount) in deductions(sale, settlement) {
        table.push(Style::Detail, bare(&name, amount));
    }
    if !settlement.residue.cents.is_zero() {
        table.push(Style::Detail, bare("Left over, nobody's", settlement.residue.cents));
    }
    table.push(Style::Total, bare("Exit value", decimal(settlement.exit_value, MONEY_PLACES)));
    for sentence in cost_notes(sale) {
        table.note(sentence);
    }
    table
}

/// What kind of figure fills a table of several exit values.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Measure {
    Payout,
    Multiple,
    PerShare,
    Form,
}

/// Several exit values: payouts, what they are per share and in which form by class, payouts and multiples by holder.
fn side_by_side(sale: &Sale) -> Vec<Table> {
    let (claims, holders) = (by_claim(sale), by_holder(sale));
    let mut tables = vec![grid(sale, "exit-classes", "class", "Class", &claims, Measure::Payout)];
    if !is_normalised(sale.run) {
        tables.push(grid(sale, "exit-per-share", "class", "Class", &claims, Measure::PerShare));
    }
    tables.push(grid(sale, "exit-forms", "class", "Class", &claims, Measure::Form));
    tables.push(grid(sale, "exit-holders", "stakeholder", "Stakeholder", &holders, Measure::Payout));
    let known = |group: &&Group| sale.cost(&group.portions).is_some_and(|cost| cost.is_positive().is_yes());
    let known: Vec<Group> = holders.iter().filter(known).cloned().collect();
    if !known.is_empty() {
        let mut multiples = grid(sale, "exit-multiples", "stakeholder", "Stakeholder", &known, Measure::Multiple);
        for sentence in cost_notes(sale) {
            multiples.note(sentence);
        }
        tables.push(multiples);
    }
    tables
}

fn grid(
    sale: &Sale,
    id: &'static str,
    key: &'static str,
    heading: &'static str,
    groups: &[Group],
    measure: Measure,
) -> Table {
    let what = match (measure, key) {
        (Measure::Payout, "class") => "payouts by class",
        (Measure::Payout, _) => "payouts by holder",
        (Measure::Multiple, _) => "multiples by holder, payout over cost",
        (Measure::PerShare, _) => "payouts per share of each class",
        (Measure::Form, _) => "how each class takes part",
    };
    let mut head = vec![Column::pinned(key, heading)];
    head.extend(sale.settlements.iter().map(|settlement| {
        let plain = decimal(settlement.exit_value, MONEY_PLACES);
        Column::new(format!("at_{plain}"), format!("at {}", value_in_words(sale, settlement.exit_value)))
    }));
    let mut table = Table::new(id, format!("Exit: {what}; {}", basis(sale.run)), head);
    for group in groups {
        let mut cells = vec![Cell::text(&group.name)];
        cells.extend(sale.settlements.iter().map(|settlement| {
            let share = Share::of(sale, settlement, &group.portions);
            match measure {
                Measure::Payout => Cell::Money(share.payout),
                Measure::Multiple => Cell::or_empty(share.multiple(), Cell::Multiple),
                Measure::PerShare => Cell::or_empty(per_share(share.exact, share.units), Cell::Price),
                Measure::Form => Cell::Text(share.form()),
            }
        }));
        table.push(Style::Body, cells);
    }
    if measure == Measure::Payout {
        totals(sale, &mut table);
    }
    if id == "exit-classes" {
        for settlement in &sale.settlements {
            for sentence in situation(sale, settlement) {
                table.note(sentence);
            }
        }
    }
    table
}

/// Payouts, deductions and the exit value below a table of payouts.
fn totals(sale: &Sale, table: &mut Table) {
    let mut push = |style: Style, name: &str, amount: &dyn Fn(&Settlement) -> Decimal| {
        let mut cells = vec![Cell::text(name)];
        cells.extend(sale.settlements.iter().map(|settlement| Cell::Money(amount(settlement))));
        table.push(style, cells);
    };
    let payouts = |settlement: &Settlement| settlement.portions.iter().map(|portion| portion.amount.cents).sum();
    let escrow = |settlement: &Settlement| settlement.portions.iter().map(|portion| portion.escrow.cents).sum();
    push(Style::Total, "Paid to holders", &payouts);
    if has_escrow(sale) {
        push(Style::Detail, "of it in escrow", &escrow);
    }
    for to in sale.recipients() {
        let amount = |settlement: &Settlement| match to {
            Recipient::Costs => settlement.costs.cents,
            Recipient::Debt(index) => settlement.debts[index as usize].cents,
            Recipient::CarveOut => settlement.carve_out.cents,
            Recipient::Claim(_) => Decimal::ZERO,
        };
        if sale.settlements.iter().any(|settlement| !amount(settlement).is_zero()) {
            push(Style::Detail, &recipient(sale, to), &amount);
        }
    }
    if sale.settlements.iter().any(|settlement| !settlement.residue.cents.is_zero()) {
        push(Style::Detail, "Left over, nobody's", &|settlement| settlement.residue.cents);
    }
    push(Style::Total, "Exit value", &|settlement| decimal(settlement.exit_value, MONEY_PLACES));
}

/// What must be said of one exit value: a conversion that was forced, a choice that makes no difference.
fn situation(sale: &Sale, settlement: &Settlement) -> Vec<String> {
    let at = value_in_words(sale, settlement.exit_value);
    let named = |claims: &mut dyn Iterator<Item = usize>| {
        let mut names: Vec<String> = Vec::new();
        for claim in claims {
            let name = super::names::of_claim(sale, &sale.exit.stack.claims[claim]);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    };
    let mut sentences = Vec::new();
    let forced = named(&mut (0..settlement.forced.len()).filter(|claim| settlement.forced[*claim]));
    if !forced.is_empty() {
        sentences.push(format!(
            "At {at} a vote of the preferred forces {} to convert.",
            crate::report::words::listed(&forced)
        ));
    }
    let indifferent = named(&mut (0..settlement.claims.len()).filter(|claim| settlement.claims[*claim].indifferent));
    if !indifferent.is_empty() {
        sentences.push(format!(
            "At {at} preference and conversion pay {} the same: either is an equilibrium, with the same payouts for all; the \
             preference is shown.",
            crate::report::words::listed(&indifferent)
        ));
    }
    sentences
}

/// Where costs come from, as far as it needs saying.
fn cost_notes(sale: &Sale) -> Vec<String> {
    let mut sentences = Vec::new();
    if sale.costs.costs.iter().any(|cost| cost.at_issue_price.is_yes()) {
        sentences.push(
            "Cost of preferred shares held since the opening is taken as shares x original issue price; `cost` of the row \
             would say otherwise."
                .to_owned(),
        );
    }
    let unknown = |group: &Group| sale.cost(&group.portions).is_none();
    if by_holder(sale).iter().any(unknown) {
        sentences.push("No multiple where what was paid is not known.".to_owned());
    }
    sentences
}

/// Whether anything is held back.
pub fn has_escrow(sale: &Sale) -> bool {
    sale.exit.stack.escrow.is_positive().is_yes()
}

fn all_portions(sale: &Sale) -> Vec<usize> {
    (0..sale.exit.stack.portions.len()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::exit::fixture::{millions, sold};

    fn cells(table: &Table, row: &str) -> Vec<Cell> {
        let row = table.rows.iter().find(|candidate| candidate.cells[0] == Cell::text(row));
        row.unwrap_or_else(|| panic!("{} has no such row", table.id)).cells[1..].to_vec()
    }

    fn money(amount: i64) -> Cell {
        Cell::Money(Decimal::from(amount))
    }

    #[test]
    fn several_exit_values_are_columns_and_each_adds_up() {
        let run = sold();
        let tables = tables(&Sale::of(&run, None).expect("a sale"));
        let ids: Vec<&str> = tables.iter().map(|table| table.id).collect();
        let expected =
            ["exit-classes", "exit-per-share", "exit-forms", "exit-holders", "exit-multiples", "breakpoints"];
        assert_eq!(ids, expected);
        let row = |row| cells(&tables[0], row);
        assert_eq!(row("Series A Preferred"), [money(2_000_000), money(4_000_000), money(8_000_000)]);
        assert_eq!(row("Common"), [money(0), money(6_000_000), money(32_000_000)]);
        assert_eq!(row("Debt to Bank"), [money(1_000_000), money(1_000_000), money(1_000_000)]);
        assert_eq!(row("Exit value"), [money(3_000_000), money(11_000_000), money(41_000_000)]);
        let forms = ["preference", "preference", "as converted"].map(Cell::text);
        assert_eq!(cells(&tables[2], "Series A Preferred"), forms);
        // 2M, 4M and 8M for 4M.
        let multiples = ["0.5", "1", "2"].map(|number| Cell::Multiple(number.parse().expect("a decimal")));
        assert_eq!(cells(&tables[4], "A Fund"), multiples);
        assert!(tables[0].notes[0].contains("add up to the exit value, to the cent"), "{}", tables[0].notes[0]);
        assert!(tables[0].notes[0].contains("no payout falls"), "{}", tables[0].notes[0]);
    }

    #[test]
    fn one_exit_value_is_shown_in_full_with_what_is_in_escrow() {
        let run = sold();
        let sale = Sale::of(&run, Some(&[millions(11)])).expect("a sale");
        let tables = tables(&sale);
        assert_eq!(tables[0].title, "Exit at $11M: by class; funding all, case base");
        let [shares, cost, payout, multiple, per_share, form, escrow] = &cells(&tables[0], "Series A Preferred")[..]
        else {
            panic!("seven columns")
        };
        assert_eq!(*shares, Cell::Count(Decimal::from(2_000_000)));
        assert_eq!((cost, payout, escrow), (&money(4_000_000), &money(4_000_000), &money(400_000)));
        assert_eq!((multiple, per_share), (&Cell::Multiple(Decimal::ONE), &Cell::Price(Decimal::TWO)));
        assert_eq!(*form, Cell::text("preference"));
        // Paid to holders: 4M and 6M, of which a tenth waits.
        assert_eq!(cells(&tables[0], "Paid to holders")[2], money(10_000_000));
        assert_eq!(cells(&tables[0], "Paid to holders")[6], money(1_000_000));
        assert_eq!(cells(&tables[1], "Ada")[0], Cell::Empty, "nobody said what Ada paid");
    }

    #[test]
    fn at_the_price_of_the_choice_the_preference_is_kept_and_said_to_be_one_of_two() {
        let run = sold();
        let sale = Sale::of(&run, Some(&[millions(21)])).expect("a sale");
        let tables = tables(&sale);
        assert_eq!(cells(&tables[0], "Series A Preferred")[5], Cell::text("preference (indifferent)"));
        let said = tables[0].notes.iter().any(|note| note.starts_with("At $21M preference and conversion pay"));
        assert!(said, "{:?}", tables[0].notes);
    }
}
