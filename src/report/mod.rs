//! Tables and charts as data: typed cells, no formatting.
//!
//! A report reads a [`Run`] and nothing else. [`terminal`] gives its tables in reading order, [`csv_files`] the long
//! tables for machines, [`charts::all`] its charts, and [`compare::compare`] several runs side by side.

pub mod assumptions;
pub mod cash;
mod cause;
pub mod chart;
pub mod charts;
pub mod check;
pub mod cheques;
pub mod compare;
pub mod conventions;
pub mod conversions;
mod differences;
pub mod dilution;
pub mod exact;
pub mod exit;
pub mod exits;
pub mod explain;
pub mod figures;
#[cfg(test)]
mod fixture;
mod frame;
pub mod holders;
pub mod ipos;
pub mod ladder;
pub mod ledger_table;
pub mod offering;
pub mod ownership;
pub mod precision;
pub mod quantities;
pub mod rights;
pub mod rounds;
pub mod run;
pub mod secondaries;
pub mod simulated;
pub mod simulated_inputs;
pub mod simulation;
pub mod simulation_charts;
mod simulation_csv;
mod simulation_exit;
pub mod solve;
pub mod sweep;
pub mod table;
mod titles;
pub mod tornado;
pub mod treasury;
pub mod valuation;
pub mod votes;
pub mod words;

pub use run::{RUNGS, Run};
use table::Table;

/// The files of a run, each with its name.
pub fn csv_files(run: &Run) -> Vec<(String, Table)> {
    let mut tables = vec![ownership::csv(run), dilution::csv(run)];
    if !run.agreement.rounds.is_empty() {
        tables.push(rounds::csv(run));
    }
    tables.extend(conversions::csv(run));
    tables.extend(ipos::csv(run));
    tables.extend(rights::csv(run));
    tables.push(ledger_table::csv(run));
    tables.extend(cash::csv(run));
    if let Some(sale) = exit::Sale::of(run, None) {
        tables.extend([exit::csv(&sale), exit::breakpoints::csv(&sale)]);
    }
    tables.extend(valuation::csv(run));
    tables.push(assumptions::csv(run));
    tables.into_iter().map(|table| (format!("{}.csv", table.id), table)).collect()
}

/// The tables of a run in the order to be read: results, rounds, money, then what they rest on.
pub fn terminal(run: &Run) -> Vec<Table> {
    let mut tables: Vec<Table> = ownership::by_rung(run).into_iter().collect();
    tables.extend([ownership::by_stage(run), ownership::now(run)]);
    tables.extend(ownership::groups(run));
    if let Some(sale) = exit::Sale::of(run, None) {
        tables.extend(exit::tables(&sale));
    }
    tables.extend(treasury::table(run));
    tables.extend(dilution::table(run));
    tables.extend(rounds::tables(run));
    tables.extend(ipos::tables(run));
    tables.extend(conversions::table(run));
    tables.extend(conversions::outstanding(run));
    tables.extend(conversions::adjustments(run));
    tables.extend(rights::table(run));
    tables.extend(secondaries::table(run));
    tables.extend(valuation::tables(run));
    tables.extend(ladder::by_participant(run));
    tables.extend(ladder::by_rung(run));
    tables.extend(cash::table(run));
    tables.extend(assumptions::assumed(run));
    tables.extend(assumptions::variables(run));
    tables.extend(assumptions::inputs(run));
    tables.push(conventions::table(run));
    tables.extend(assumptions::sources(run));
    tables
}
