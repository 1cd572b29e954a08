//! Rounds and secondaries: terms, closings, cheques.

use super::cheques::{Cheque, around, cheques, last_closing, post_money};
use super::conventions::{capitalization_in_words, rounding_in_words};
use super::exact::{FRACTION_PLACES, Values, cut, part_of};
use super::frame::{columns, csv_cells, csv_columns, fraction, is_normalised, money_of, stage_of};
use super::run::Run;
use super::table::{Cell, Column, Style, Table};
use super::words::{basis, money_in_full, percent};
use crate::engine::ledger::PostedPricing;
use crate::model::{Holding, PoolAmount, RoundId, Rung, Term, TranchePrice};
use rust_decimal::Decimal;

/// `rounds.csv`: a row for each participant of each tranche, whether or not the rung counts it.
pub fn csv(run: &Run) -> Table {
    let keys = [
        "round",
        "tranche",
        "date",
        "status",
        "participant",
        "amount",
        "price_per_share",
        "shares",
        "residue",
        "wire",
        "pre_money",
        "post_money",
        "round_pre_money",
        "counted",
        "currency",
        "normalised",
        "class",
    ];
    let mut table = Table::new("rounds", format!("Rounds, cheque by cheque ({})", basis(run)), csv_columns(&keys));
    let agreement = &run.agreement;
    for cheque in cheques(run, run.rung) {
        let round = &agreement.rounds[cheque.round.index()];
        let around = around(run, run.ledger(), cheque.round, cheque.event);
        let round_pre_money =
            run.ledger().pricing(cheque.round).map(|pricing| money_of(run, cheque.round, pricing.pre_money));
        let class = agreement.scenario.rounds[cheque.round.index()].tranches[cheque.tranche].class;
        let cells = vec![
            Cell::text(&round.name),
            Cell::or_empty(round.tranches.get(cheque.tranche), Cell::text),
            Cell::or_empty(agreement.date(Some(cheque.event)), Cell::Date),
            Cell::text(cheque.status.status()),
            Cell::text(participant(run, &cheque)),
            Cell::Money(cheque.amount),
            Cell::or_empty(price(run, &cheque), Cell::Price),
            Cell::or_empty(cheque.bought, |bought| Cell::Count(bought.shares)),
            Cell::or_empty(cheque.bought, |bought| Cell::Money(bought.residue)),
            Cell::or_empty(cheque.bought, |bought| Cell::Money(bought.wire)),
            Cell::or_empty(around, |around| Cell::Money(around.pre_money)),
            Cell::or_empty(around, |around| Cell::Money(around.post_money)),
            Cell::or_empty(round_pre_money, Cell::Money),
            Cell::Flag(cheque.bought.is_some()),
            Cell::text(&agreement.head.currency),
            Cell::Flag(is_normalised(run)),
            Cell::text(&agreement.classes[class.index()].name),
        ];
        table.push(Style::Body, csv_cells(run, cells));
    }
    table
}

fn participant<'a>(run: &'a Run, cheque: &Cheque) -> &'a str {
    &run.agreement.stakeholders[cheque.participant.stakeholder.index()].name
}

/// What a cheque pays per share: of its closing, or of the round where the closing is not counted but so priced and
/// nothing in between can have changed what a share is.
fn price(run: &Run, cheque: &Cheque) -> Option<Decimal> {
    if let Some(bought) = cheque.bought {
        return bought.price;
    }
    let scenario = &run.agreement.scenario;
    let tranche = &scenario.rounds[cheque.round.index()].tranches[cheque.tranche];
    let class = &scenario.classes[tranche.class.index()];
    let one_to_one = class.issue_price.is_none() || class.issue_price == class.conversion_price;
    let no_split = !scenario.timeline.iter().any(|timed| matches!(timed.event, crate::model::Event::Split(_)));
    let at_round_price = matches!(tranche.price, TranchePrice::Round);
    (at_round_price && one_to_one && no_split)
        .then(|| run.ledger().pricing(cheque.round).map(|pricing| pricing.price))?
}

/// For each round its terms and its closings.
pub fn tables(run: &Run) -> Vec<Table> {
    let all = cheques(run, run.rung);
    let of = |round| -> Vec<&Cheque> { all.iter().filter(|cheque| cheque.round == round).collect() };
    (0..run.agreement.rounds.len())
        .map(RoundId::at)
        .flat_map(|round| [terms(run, round), closings(run, round, &of(round))])
        .collect()
}

/// What the round's first closing fixed.
fn terms(run: &Run, round: RoundId) -> Table {
    let info = &run.agreement.rounds[round.index()];
    let rounding = format!("Rounding: {}", rounding_in_words(&info.rounding));
    let title = format!("{}: terms ({})", info.name, basis(run));
    let mut table = Table::new("round-terms", title, columns(&[("term", "Term"), ("figure", "Figure")]));
    let Some(pricing) = run.ledger().pricing(round) else {
        table.note("No closing of this round is reached.");
        return table;
    };
    let headline = money_of(run, round, pricing.pre_money + pricing.money);
    let mut push = |term: &str, cell| table.push(Style::Body, vec![Cell::text(term), cell]);
    push("Pre-money", Cell::Money(money_of(run, round, pricing.pre_money)));
    push("Headline money, all closings at the round's price", Cell::Money(money_of(run, round, pricing.money)));
    push("Post-money, pre-money + headline money", Cell::Money(headline));
    let here = post_money(run, run.ledger(), round);
    push("Post-money at this rung, price x fully diluted", Cell::or_empty(here, Cell::Money));
    if !is_normalised(run) {
        push("Price per share, as converted", Cell::Price(pricing.price));
        push("Shares that pre-money is divided by", Cell::Count(pricing.capitalization));
        if !pricing.pool_increase.is_zero() {
            push("Pool increase, options", Cell::Count(pricing.pool_increase));
        }
    }
    if let Some(target) = pool_target(run, round) {
        push("Pool target, of the total after the whole round", fraction(run, target));
        let reached = pool_reached(run, round);
        push(
            "Options that count towards it, of the total at this rung",
            Cell::or_empty(reached, |part| fraction(run, part)),
        );
    }
    let counts = capitalization_in_words(run.agreement.scenario.rounds[round.index()].counts);
    table.note(format!(
        "Price fixed at the headline of {}: closings that are not counted change the number of \
        shares, never the price.",
        money_in_full(pricing.money, &run.agreement.head.currency)
    ));
    table.note(format!("Pre-money is divided by {counts}."));
    if let Some(note) = post_money_differs(run, round, pricing, headline) {
        table.note(note);
    }
    if here.is_none() {
        table.note("No closing of this round is counted on this rung.");
    }
    table.note(rounding);
    table
}

/// The stated pool target of a round.
fn pool_target(run: &Run, round: RoundId) -> Option<Decimal> {
    let scenario = &run.agreement.scenario;
    match scenario.rounds[round.index()].pool.as_ref()?.amount {
        PoolAmount::Target(Term::Given(target)) => target.to_decimal(FRACTION_PLACES),
        PoolAmount::Target(target) => Values::of(scenario).at(target).to_decimal(FRACTION_PLACES),
        PoolAmount::Increase(_) => None,
    }
}

/// The part of the total that the options counting towards the target are after the last closing on this rung.
fn pool_reached(run: &Run, round: RoundId) -> Option<Decimal> {
    let ledger = run.ledger();
    let stage = &ledger.stages[stage_of(ledger, last_closing(run, ledger, round)?)?];
    let pool = run.agreement.scenario.rounds[round.index()].pool.as_ref()?;
    let plan = match run.agreement.scenario.positions[pool.available.index()] {
        Holding::Available(plan) => Some(plan),
        _ => None,
    };
    let counts = |holding: Holding| match holding {
        Holding::Available(other) => Some(other) == plan,
        Holding::Granted(_, other) | Holding::Promised(other) => pool.counts_all && Some(other) == plan,
        Holding::Shares(..) | Holding::Warrants(..) => false,
    };
    let holdings = run.agreement.scenario.positions.iter().zip(&stage.as_converted);
    let counted = holdings.filter(|(holding, _)| counts(**holding)).map(|(_, held)| *held).sum();
    Some(part_of(counted, stage.fully_diluted))
}

/// Why price times fully diluted after the whole round is not pre-money plus money, where it is not.
fn post_money_differs(run: &Run, round: RoundId, pricing: &PostedPricing, headline: Decimal) -> Option<String> {
    let whole = post_money(run, run.on(Rung::All), round)?;
    let terms = &run.agreement.scenario.rounds[round.index()];
    // Less than a cent is the tenth place of many shares.
    if cut(whole - headline, 2).is_zero() || last_closing(run, run.on(Rung::All), round).is_none() {
        return None;
    }
    let currency = &run.agreement.head.currency;
    let mut reasons = Vec::new();
    if !terms.counts.pool_increase && !pricing.pool_increase.is_zero() {
        reasons.push("the pool increase is borne by everyone");
    }
    if terms.tranches.iter().any(|tranche| !matches!(tranche.price, TranchePrice::Round)) {
        reasons.push("closings at a price of their own are outside the headline");
    }
    if terms.tranches.iter().any(|tranche| stage_of(run.on(Rung::All), tranche.event).is_none()) {
        reasons.push("a closing is counted on no rung");
    }
    if terms.rounding.price.is_some() || terms.rounding.shares.is_some() {
        reasons.push("price and shares are rounded");
    }
    if issued_in_between(run, round) {
        reasons.push("other shares or options are issued between its closings");
    }
    if reasons.is_empty() {
        reasons.push("the price is divided by another count than everything fully diluted");
    }
    Some(format!(
        "With every closing, price x fully diluted is {} and not pre-money + headline money, {}: {}.",
        money_in_full(cut(whole, 2), currency),
        money_in_full(cut(headline, 2), currency),
        super::words::listed(&reasons)
    ))
}

/// True if, with everything counted, something but the round's closings issues between its first and its last.
fn issued_in_between(run: &Run, round: RoundId) -> bool {
    let ledger = run.on(Rung::All);
    let tranches = &run.agreement.scenario.rounds[round.index()].tranches;
    let stages: Vec<usize> = tranches.iter().filter_map(|tranche| stage_of(ledger, tranche.event)).collect();
    let (Some(&first), Some(&last)) = (stages.iter().min(), stages.iter().max()) else { return false };
    let issues = |&stage: &usize| ledger.stages[stage].fully_diluted != ledger.stages[stage - 1].fully_diluted;
    (first + 1..last).filter(issues).any(|stage| !stages.contains(&stage))
}

/// Every cheque of a round with its sum over what is counted.
fn closings(run: &Run, round: RoundId, cheques: &[&Cheque]) -> Table {
    let info = &run.agreement.rounds[round.index()];
    let with_shares = !is_normalised(run);
    let bought = || cheques.iter().filter_map(|cheque| cheque.bought);
    let rounds_money = run.agreement.scenario.rounds[round.index()].rounding.money_places.is_some();
    let with_residue = with_shares && rounds_money && bought().any(|bought| !bought.residue.is_zero());
    let mut head = columns(&[
        ("tranche", "Closing"),
        ("participant", "Participant"),
        ("date", "Date"),
        ("status", "Status"),
        ("amount", "Amount"),
    ]);
    if with_shares {
        head.extend([Column::new("price_per_share", "Price per share"), Column::new("shares", "Shares")]);
    }
    if with_residue {
        head.extend([Column::new("residue", "Residue"), Column::new("wire", "Wire")]);
    }
    head.push(Column::new("counted", "Counted"));
    let mut table = Table::new("round-closings", format!("{}: closings ({})", info.name, basis(run)), head);
    for cheque in cheques {
        let closing = info.tranches.get(cheque.tranche).unwrap_or(&info.name);
        let mut cells = vec![
            Cell::text(closing),
            Cell::text(participant(run, cheque)),
            Cell::or_empty(run.agreement.date(Some(cheque.event)), Cell::Date),
            Cell::text(cheque.status.status()),
            Cell::Money(cheque.amount),
        ];
        if with_shares {
            cells.push(Cell::or_empty(price(run, cheque), Cell::Price));
            cells.push(Cell::or_empty(cheque.bought, |bought| Cell::Count(bought.shares)));
        }
        if with_residue {
            cells.push(Cell::or_empty(cheque.bought, |bought| Cell::Money(bought.residue)));
            cells.push(Cell::or_empty(cheque.bought, |bought| Cell::Money(bought.wire)));
        }
        cells.push(Cell::Flag(cheque.bought.is_some()));
        table.push(Style::Body, cells);
    }
    let counted = cheques.iter().filter(|cheque| cheque.bought.is_some());
    let mut total = vec![
        Cell::text("Counted"),
        Cell::Empty,
        Cell::Empty,
        Cell::Empty,
        Cell::Money(counted.map(|cheque| cheque.amount).sum()),
    ];
    if with_shares {
        total.extend([Cell::Empty, Cell::Count(bought().map(|bought| bought.shares).sum())]);
    }
    if with_residue {
        let sum = |of: fn(super::cheques::Bought) -> Decimal| Cell::Money(bought().map(of).sum());
        total.extend([sum(|bought| bought.residue), sum(|bought| bought.wire)]);
    }
    total.push(Cell::Empty);
    table.push(Style::Total, total);
    closing_notes(run, round, &mut table, with_residue);
    table
}

fn closing_notes(run: &Run, round: RoundId, table: &mut Table, with_residue: bool) {
    if with_residue {
        table.note(
            "Wire is price x shares up to the cent; the residue of a cheque buys no share and is not called \
            unless it is kept.",
        );
    }
    for tranche in &run.agreement.scenario.rounds[round.index()].tranches {
        let event = &run.agreement.events[tranche.event.index()];
        if let Some(condition) = &event.condition {
            let until = event.expires.map(|date| format!(", until {date}")).unwrap_or_default();
            let probability = event.probability.and_then(|probability| probability.to_decimal(FRACTION_PLACES));
            let likely = probability.map_or_else(String::new, |probability| {
                format!(", thought {} likely (not weighted here)", percent(probability, 0))
            });
            table.note(format!("{} hangs on a condition{until}{likely}: {condition}", event.stage));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture::{self, Draft};

    fn number(text: &str) -> Decimal {
        text.parse().expect("a decimal")
    }

    fn rows(run: &Run) -> Vec<Vec<Cell>> {
        csv(run).rows.into_iter().map(|row| row.cells).collect()
    }

    /// `6M / 21,000` = 285.7143; `1.5M / 285.7143` = 5,249 whole shares for 1,499,714.3607, so 285.64 are left over and
    /// 1,499,714.37 are called.
    #[test]
    fn money_in_is_price_times_shares_and_residue() {
        let mut draft = Draft::new("residue", "closing-us");
        draft.holder("Founders", None, 21_000);
        let (lead, class) = (draft.stakeholder("Lead", None), draft.class("Seed Preferred"));
        draft.round("Seed", 6_000_000, class, &[("Closing", Rung::Funded, &[(lead, 1_500_000)])]);
        let row = &rows(&draft.run(Rung::All))[0];
        let expected = [
            Cell::Money(number("1500000")),
            Cell::Price(number("285.7143")),
            Cell::Count(number("5249")),
            Cell::Money(number("285.64")),
            Cell::Money(number("1499714.37")),
        ];
        assert_eq!(row[8..13], expected);
    }

    /// The price is 730 before every closing; `price x count before` grows by what closed: 730, 787, 817.
    #[test]
    fn each_closing_has_its_own_pre_money_and_the_round_has_one() {
        let run = fixture::closed();
        let rows = rows(&run);
        let amazon = rows.iter().filter(|row| row[7] == Cell::text("Amazon")).collect::<Vec<_>>();
        let billions = |count: i64| Cell::Money(Decimal::from(count * 1_000_000_000));
        assert_eq!(amazon[0][13..16], [billions(730), billions(787), billions(730)]);
        assert_eq!(amazon[1][13..16], [billions(817), billions(852), billions(730)]);
    }

    #[test]
    fn what_a_rung_does_not_count_has_a_row_without_shares_and_a_cheque_of_nothing_a_row_with_none() {
        let committed = Run::new(fixture::closed_draft().0, Rung::Committed).expect("it runs");
        let last = rows(&committed).pop().expect("a row");
        assert_eq!(last[9], Cell::Price(number("730")));
        assert_eq!(last[10..15], [Cell::Empty, Cell::Empty, Cell::Empty, Cell::Empty, Cell::Empty]);
        assert_eq!(last[16], Cell::Flag(false));
        let nothing = rows(&fixture::startup()).pop().expect("a row");
        assert_eq!(
            nothing[7..11],
            [Cell::text("Seed Fund"), Cell::Money(number("0")), Cell::Empty, Cell::Count(number("0"))]
        );
        assert_eq!(nothing[16], Cell::Flag(true));
    }

    /// The pool of ten is outside the pre-money: price x count is 135, pre-money and money are 125.
    #[test]
    fn a_post_money_that_is_not_the_headline_says_why() {
        let run = fixture::pool_and_money();
        let notes = terms(&run, RoundId(0)).notes.join(" ");
        assert!(
            notes.contains("is $135 and not pre-money + headline money, $125: the pool increase is borne by everyone"),
            "{notes}"
        );
        let run = fixture::announced();
        assert!(!terms(&run, RoundId(0)).notes.iter().any(|note| note.contains("and not pre-money")));
    }
}
