//! The ledger as a table: every entry with its reason in words and numbers.

use super::exact::POSTED_PLACES;
use super::frame::{csv_cells, csv_columns, is_normalised, money};
use super::run::Run;
use super::table::{Cell, Style, Table};
use super::words::{basis, fixed, grouped, percent, rounded};
use crate::engine::books::{Because, EntryKind};
use crate::engine::ledger::Posted;
use crate::model::{ConversionMethod, PositionId, RoundId};
use rust_decimal::Decimal;

/// `ledger.csv`: the opening positions, then every entry in the order posted; a transfer is one row with its seller.
pub fn csv(run: &Run) -> Table {
    let keys = [
        "sequence",
        "date",
        "event",
        "kind",
        "stakeholder",
        "security",
        "from",
        "quantity",
        "price_per_share",
        "amount",
        "residue",
        "because",
        "normalised",
    ];
    let mut table = Table::new("ledger", format!("Ledger ({})", basis(run)), csv_columns(&keys));
    let opening = run.ledger().stages[0].shares.iter().enumerate().filter(|(_, shares)| !shares.is_zero());
    let mut sequence = 0;
    for (index, &shares) in opening {
        sequence += 1;
        let position = PositionId::at(index);
        let line = Line {
            event: "opening".into(),
            kind: "opening",
            position,
            from: None,
            shares,
            because: "opening table".into(),
            money: None,
        };
        table.push(Style::Body, line.cells(run, sequence, run.agreement.head.opening_date));
    }
    for entry in &run.ledger().entries {
        sequence += 1;
        let line = Line {
            event: run.agreement.stage(Some(entry.event)).into(),
            kind: kind(entry),
            position: entry.position,
            from: seller(entry),
            shares: entry.shares,
            because: because(run, entry),
            money: paid(entry).map(|(amount, residue)| (entry.price, amount, residue)),
        };
        table.push(Style::Body, line.cells(run, sequence, run.agreement.date(Some(entry.event))));
    }
    table
}

/// A row before it is one.
struct Line {
    event: String,
    kind: &'static str,
    position: PositionId,
    from: Option<PositionId>,
    shares: Decimal,
    because: String,
    /// Price per share, amount and residue.
    money: Option<(Decimal, Decimal, Decimal)>,
}

impl Line {
    fn cells(self, run: &Run, sequence: u32, date: Option<jiff::civil::Date>) -> Vec<Cell> {
        let agreement = &run.agreement;
        let cells = vec![
            Cell::Number(sequence.into()),
            Cell::or_empty(date, Cell::Date),
            Cell::Text(self.event),
            Cell::text(self.kind),
            Cell::text(agreement.owner(self.position)),
            Cell::Text(agreement.consists_of(self.position)),
            Cell::or_empty(self.from, |from| Cell::text(agreement.owner(from))),
            Cell::Count(self.shares),
            Cell::or_empty(self.money, |(price, _, _)| Cell::Price(price)),
            Cell::or_empty(self.money, |(_, amount, _)| Cell::Money(money(run, amount))),
            Cell::or_empty(self.money, |(_, _, residue)| Cell::Money(money(run, residue))),
            Cell::Text(self.because),
            Cell::Flag(is_normalised(run)),
        ];
        csv_cells(run, cells)
    }
}

/// The noun of an entry.
pub fn kind(entry: &Posted) -> &'static str {
    match entry.kind {
        EntryKind::Issuance { .. } => "issuance",
        EntryKind::Conversion { .. } => "conversion",
        EntryKind::Adjustment { .. } => "adjustment",
        EntryKind::PoolIncrease => "pool increase",
        EntryKind::Grant { .. } => "grant",
        EntryKind::Exercise { .. } => "exercise",
        EntryKind::Return { .. } => "return to pool",
        EntryKind::Cancellation => "cancellation",
        EntryKind::Warrant => "warrant",
        EntryKind::Transfer { .. } => "transfer",
        EntryKind::Reclassification { .. } => "conversion of shares",
        EntryKind::Repurchase { .. } => "repurchase",
        EntryKind::InKind { .. } => "dividend in kind",
        EntryKind::Split { .. } => "split",
    }
}

/// Whose position shrinks by what the entry adds elsewhere.
fn seller(entry: &Posted) -> Option<PositionId> {
    entry.kind.taken(entry.shares).map(|(from, _)| from)
}

/// Money and residue of an entry, where it has money.
fn paid(entry: &Posted) -> Option<(Decimal, Decimal)> {
    match entry.kind {
        EntryKind::Issuance { money, residue }
        | EntryKind::Conversion { money, residue, .. }
        | EntryKind::Transfer { money, residue, .. }
        | EntryKind::Repurchase { money, residue } => Some((money, residue)),
        EntryKind::Exercise { money, .. } => Some((money, Decimal::ZERO)),
        EntryKind::Adjustment { .. }
        | EntryKind::PoolIncrease
        | EntryKind::Grant { .. }
        | EntryKind::Return { .. }
        | EntryKind::Cancellation
        | EntryKind::Warrant
        | EntryKind::Reclassification { .. }
        | EntryKind::InKind { .. }
        | EntryKind::Split { .. } => None,
    }
}

/// The weighted average behind an adjustment, with its numbers; nothing for a full ratchet.
fn average(run: &Run, entry: &Posted) -> String {
    let class = run.agreement.scenario.positions[entry.position.index()].class();
    let mut adjustments = run.ledger().adjustments.iter();
    let adjustment = adjustments.find(|(event, adjustment)| *event == entry.event && Some(adjustment.class) == class);
    match adjustment {
        Some((_, adjustment)) if !adjustment.counted.is_zero() => {
            let [before, money] = [adjustment.before, adjustment.money].map(grouped);
            let [counted, shares] = [adjustment.counted, adjustment.shares].map(|shares| grouped(rounded(shares, 4)));
            format!(": {before} x ({counted} + {money} / {before}) / ({counted} + {shares})")
        }
        _ => String::new(),
    }
}

/// The price of a round for one class, with the numbers it is made of.
fn round_price(run: &Run, round: RoundId, price: Decimal) -> String {
    let Some(pricing) = run.ledger().pricing(round) else { return String::new() };
    let rounded = if pricing.price == pricing.solved_price { "" } else { ", rounded" };
    let converted = if pricing.price == price {
        String::new()
    } else {
        format!("; {} for this class after conversion ratio and splits", grouped(price))
    };
    let valued = match run.agreement.scenario.rounds[round.index()].method {
        ConversionMethod::DollarsInvested if !pricing.balances.is_zero() => {
            format!("(pre-money {} + {} that convert)", grouped(pricing.pre_money), grouped(pricing.balances))
        }
        _ => format!("pre-money {}", grouped(pricing.pre_money)),
    };
    format!(
        "price {} = {valued} / {} shares{rounded}, fixed at the round's first closing{converted}",
        grouped(pricing.price),
        grouped(pricing.capitalization)
    )
}

/// Why an entry is what it is: the rule that set its price or number, with the numbers it used.
pub fn because(run: &Run, entry: &Posted) -> String {
    let price = grouped(entry.price);
    match entry.because {
        Because::RoundPrice { round } => round_price(run, round, entry.price),
        Because::GivenPrice => format!("price {price}, as stated"),
        Because::GivenNumber => "number as stated".into(),
        Because::ExercisePrice => format!("exercise price {price}"),
        Because::NetExercise { exercise_price, market_price } => {
            let options = if let EntryKind::Exercise { options, .. } = entry.kind { options } else { entry.shares };
            format!(
                "net exercise of {}: x (1 - exercise price {} / market price {})",
                grouped(options),
                grouped(exercise_price),
                grouped(market_price)
            )
        }
        Because::Unvested => "what had not vested".into(),
        Because::Milestone => "its milestone is met".into(),
        Because::Conversion { convertible } => super::conversions::because(run, entry, convertible),
        Because::Protection { before, after } => {
            format!(
                "conversion price {} after an issue below {}{}",
                grouped(after),
                grouped(before),
                average(run, entry)
            )
        }
        Because::IpoRatchet { .. } | Because::OfferingPrice => super::ipos::because(run, entry),
        Because::StepUp { before, step_up } => {
            format!("price {price} = {} of the closing before it x (1 + {})", grouped(before), percentage(step_up))
        }
        Because::Valuation { valuation, fully_diluted } => {
            format!(
                "price {price} = valuation {} / {} shares fully diluted",
                grouped(valuation),
                grouped(fully_diluted)
            )
        }
        Because::MultipleOf { round, price: of_round, multiple } => {
            let name = &run.agreement.rounds[round.index()].name;
            format!("price {price} = {}x of {name}'s {}", grouped(multiple), grouped(of_round))
        }
        Because::PoolTarget { target, total, before } => {
            format!(
                "pool of {} of {} in all, {} counted before: {} more",
                percentage(target),
                grouped(total),
                grouped(before),
                grouped(entry.shares)
            )
        }
        Because::Dividend { bearing, rate, years } => dividend(entry, bearing, rate, years),
        Because::PayToPlay { ratio, took, required } => {
            let [took, required] = [took, required].map(|money| grouped(rounded(money, 2)));
            format!("pay-to-play, {took} taken of a pro rata of {required}: {}", exchange(run, entry, ratio))
        }
        Because::Ratio { ratio } => by_ratio(run, entry, ratio),
    }
}

/// A split, or shares that became another class, in words.
fn by_ratio(run: &Run, entry: &Posted, ratio: Decimal) -> String {
    match entry.kind {
        EntryKind::Split { fraction } if !fraction.is_zero() => {
            format!("{} new for each old share; {} paid in cash", grouped(ratio), grouped(fraction))
        }
        EntryKind::Reclassification { .. } => exchange(run, entry, ratio),
        _ => format!("{} new for each old share", grouped(ratio)),
    }
}

/// A dividend in kind with its numbers, and what became of a fraction.
fn dividend(entry: &Posted, bearing: Decimal, rate: Decimal, years: Decimal) -> String {
    let unit = if years == Decimal::ONE { "year" } else { "years" };
    let paid = format!("{} x {} x {} {unit}", grouped(bearing), percentage(rate), grouped(rounded(years, 6)));
    match entry.kind {
        EntryKind::InKind { fraction, cash } if fraction > Decimal::ZERO => {
            format!("{paid}; {} of a share cut off, {} in cash", grouped(fraction), grouped(rounded(cash, 2)))
        }
        _ => paid,
    }
}

/// What converted into the shares of an entry, at which ratio, and what became of a fraction.
fn exchange(run: &Run, entry: &Posted, ratio: Decimal) -> String {
    let EntryKind::Reclassification { from, given, fraction, cash } = entry.kind else { return String::new() };
    let converted = format!("{} {}, {} new for each", grouped(given), run.agreement.consists_of(from), grouped(ratio));
    match fraction > Decimal::ZERO {
        true => format!("{converted}; {} of a share cut off, {} in cash", grouped(fraction), grouped(rounded(cash, 2))),
        false => converted,
    }
}

/// A percentage with as many decimals as it has.
fn percentage(part: Decimal) -> String {
    let decimals = (part * Decimal::ONE_HUNDRED).normalize().scale().min(POSTED_PLACES);
    if part.is_sign_negative() {
        format!("{}%", fixed(part * Decimal::ONE_HUNDRED, decimals))
    } else {
        percent(part, decimals)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn every_reason_names_its_numbers() {
        let run = fixture::announced();
        let reasons: Vec<_> = run.ledger().entries.iter().map(|entry| because(&run, entry)).collect();
        assert_eq!(
            reasons[0],
            "price 730 = pre-money 730,000,000,000 / 1,000,000,000 shares, fixed at the round's first closing"
        );
    }

    #[test]
    fn opening_and_entries_fold_to_the_last_stage() {
        let run = fixture::startup();
        let table = csv(&run);
        let index = |key: &str| table.columns.iter().position(|column| column.key == key).expect("a column");
        let (who, from, quantity) = (index("stakeholder"), index("from"), index("quantity"));
        let held = |name: &str| -> Decimal {
            let quantity = |row: &crate::report::table::Row| match row.cells[quantity] {
                Cell::Count(count) => count,
                _ => Decimal::ZERO,
            };
            let is = |cell: &Cell| *cell == Cell::text(name);
            let added = table.rows.iter().filter(|row| is(&row.cells[who])).map(quantity).sum::<Decimal>();
            added - table.rows.iter().filter(|row| is(&row.cells[from])).map(quantity).sum::<Decimal>()
        };
        for holder in crate::report::holders::holders(&run) {
            assert_eq!(held(&holder.name), holder.shares(run.ledger().last()), "{}", holder.name);
        }
    }
}
