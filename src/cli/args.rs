//! The flags, as typed.

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use std::path::PathBuf;

/// The last words of the help and of the manual page.
const EXIT_CODES: &str = "Exit codes: 0 done, 1 a check failed, 2 the input is wrong, 3 the environment failed.";

/// Columns that a table can be fitted into.
pub(super) const WIDTHS: std::ops::RangeInclusive<u16> = 40..=1000;

/// Who owns what after a deal, exact to the last share.
#[derive(Debug, Parser)]
#[command(name = "capstruct", version, about, arg_required_else_help = true, max_term_width = 100, after_long_help = EXIT_CODES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Flags that every command takes.
    #[command(flatten)]
    pub common: Common,
}

/// Flags that every command takes.
#[derive(Args, Debug)]
pub struct Common {
    /// Folder of the scenarios.
    #[arg(long, global = true, default_value = "scenarios", value_name = "DIR")]
    pub scenarios: PathBuf,
    /// Folder the outputs go to.
    #[arg(long, global = true, default_value = "outputs", value_name = "DIR")]
    pub out: PathBuf,
    /// What goes to standard output.
    #[arg(long, global = true, value_enum, value_name = "FORMAT")]
    pub format: Option<Format>,
    /// Values of the variables: every one low, as typed, or high.
    #[arg(long, global = true, value_enum, default_value = "base")]
    pub case: CaseWord,
    /// How far money must be to count.
    #[arg(long, global = true, value_enum, default_value = "all")]
    pub funding: FundingWord,
    /// Sets a variable for this run; may be repeated.
    #[arg(long = "set", global = true, value_name = "NAME=VALUE", value_parser = setting)]
    pub set: Vec<(String, String)>,
    /// When to use colour.
    #[arg(long, global = true, value_enum, default_value = "auto")]
    pub color: ColorWord,
    /// Columns of the terminal; found out where neither it nor the environment's `COLUMNS` is given.
    #[arg(long, global = true, value_name = "COLUMNS", value_parser = clap::value_parser!(u16).range(i64::from(*WIDTHS.start())..=i64::from(*WIDTHS.end())))]
    pub width: Option<u16>,
    /// Says nothing but errors.
    #[arg(long, short, global = true)]
    pub quiet: bool,
}

/// The commands. The flags of each are only put together once it is the one that was typed.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Command {
    /// Lists the named scenarios with their titles.
    List,
    /// Reads, runs and tests scenarios: every expected figure with what came out.
    Check {
        /// Scenarios; all of them where none is named.
        names: Vec<String>,
    },
    /// Runs scenarios: tables to the terminal, CSV files and charts to the output folder.
    Run {
        /// Scenarios.
        #[arg(required_unless_present = "all")]
        names: Vec<String>,
        /// Every scenario of the folder.
        #[arg(long, conflicts_with = "names")]
        all: bool,
        /// Draws no charts.
        #[arg(long)]
        no_charts: bool,
    },
    /// Sets scenarios side by side: the inputs that differ, who owns what, who gets what in a sale.
    Compare {
        /// The scenario the others are compared with.
        base: String,
        /// The others.
        #[arg(required = true)]
        others: Vec<String>,
        /// After this stage, which all of them have; after the last where it is not given.
        #[arg(long, value_name = "STAGE")]
        after: Option<String>,
        /// Exit values at which payouts are compared; those of the scenarios where none is given.
        #[arg(long, value_name = "VALUES", value_delimiter = ',', allow_hyphen_values = true)]
        at: Vec<String>,
        /// The holder whose payouts are drawn.
        #[arg(long, value_name = "STAKEHOLDER")]
        holder: Option<String>,
    },
    /// Draws charts only.
    Chart {
        /// Scenario.
        name: String,
        /// Kinds of chart; all of them where none is named.
        #[arg(value_enum)]
        kinds: Vec<ChartKind>,
        /// The holder whose dilution bridge is drawn.
        #[arg(long, value_name = "STAKEHOLDER")]
        holder: Option<String>,
        /// Exit values for the charts of a sale; a scenario that states no sale is sold on default terms.
        #[arg(long, value_name = "VALUES", value_delimiter = ',', allow_hyphen_values = true)]
        at: Vec<String>,
        /// Writes SVG instead of PNG.
        #[arg(long)]
        svg: bool,
    },
    /// Shows who gets what when the company is sold, where the sharing changes, and for how much it must be sold.
    Exit {
        /// Scenario; one that states no sale is sold on default terms.
        name: String,
        /// Exit values, as in a file; those of the scenario where none is given.
        #[arg(long, value_name = "VALUES", value_delimiter = ',', allow_hyphen_values = true)]
        at: Vec<String>,
        /// Shows the breakpoints alone.
        #[arg(long)]
        breakpoints: bool,
        /// Finds the exit values for a payout or multiple, such as "payout(founders) = 100M"; may be repeated.
        #[arg(long, value_name = "CONDITION", conflicts_with = "breakpoints")]
        solve: Vec<String>,
    },
    /// Explains how a holder came to own what it owns, down to file, line and source.
    Explain {
        /// Scenario.
        name: String,
        /// Stakeholder, by its name in the file or in print, or the name of a plan.
        stakeholder: String,
        /// Up to this stage; up to the last where it is not given.
        #[arg(long, value_name = "STAGE")]
        after: Option<String>,
        /// Explains the payout of a sale at these exit values instead of the ownership.
        #[arg(
            long,
            value_name = "VALUES",
            value_delimiter = ',',
            allow_hyphen_values = true,
            conflicts_with = "after"
        )]
        at: Vec<String>,
        /// In this future of a simulation instead of the base case, exactly; with the payout where the company is sold in it.
        #[arg(long, value_name = "N", value_parser = whole, allow_negative_numbers = true)]
        path: Option<u64>,
        /// The seed of that simulation.
        #[arg(long, default_value = "1", value_name = "S", value_parser = whole, allow_negative_numbers = true)]
        seed: u64,
        /// Where its numbers came from.
        #[arg(long, value_enum, default_value = "philox")]
        sampling: SamplingWord,
    },
    /// Simulates: every statistic of everyone's ownership, value, proceeds and multiple over many random futures.
    Simulate(SimulateArgs),
    /// Puts parts of a simulation together: the same bits as if it had been run at once.
    Merge {
        /// Files that `simulate --shard` wrote.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Does not fail where more than 0.1 % of the futures have no answer.
        #[arg(long)]
        allow_infeasible: bool,
        /// Draws no charts.
        #[arg(long)]
        no_charts: bool,
    },
    /// Measures what a path of a simulation costs on this machine, stage by stage, or a cell of a sweep.
    Bench(BenchArgs),
    /// Runs every combination of the values of some inputs: table, CSV, and a chart of one or two of them.
    Sweep {
        /// Scenario.
        name: String,
        /// An input and its values: `amazon=10B..50B/5` (five values, both ends included) or `pre_money=500B,730B,1T`.
        /// May be repeated.
        #[arg(long, required = true, value_name = "INPUT=VALUES")]
        over: Vec<String>,
        /// A figure of every cell, such as `ownership(founders)`; everyone's ownership where none is named. May be
        /// repeated.
        #[arg(long = "measure", value_name = "MEASURE")]
        measures: Vec<String>,
        /// Runs every cell exactly, however many there are.
        #[arg(long)]
        exact: bool,
        /// Draws no chart.
        #[arg(long)]
        no_charts: bool,
    },
    /// Ranks what is uncertain by what it moves a figure by: each from low to high, the others at their base.
    Tornado {
        /// Scenario.
        name: String,
        /// The figure, such as `ownership(founders)`; whose ownership moves most where none is named.
        #[arg(long, value_name = "MEASURE")]
        measure: Option<String>,
        /// Draws no chart.
        #[arg(long)]
        no_charts: bool,
    },
    /// Finds the value of an input at which a figure is what is wanted, and says how exactly.
    Solve {
        /// Scenario.
        name: String,
        /// The input: a variable, or a number typed in place, by its key or participant: `pre_money(Series A)`.
        #[arg(long, value_name = "INPUT")]
        vary: String,
        /// What is wanted: `ownership(founders) = 50%`, `value(fund) >= 10M`.
        #[arg(long = "for", value_name = "CONDITION")]
        wanted: String,
        /// Only the smallest such value.
        #[arg(long, conflicts_with = "largest")]
        smallest: bool,
        /// Only the largest such value.
        #[arg(long)]
        largest: bool,
    },
    /// Writes a commented scenario file that runs, to start from.
    New {
        /// Name of the scenario; may have folders in it.
        name: String,
    },
    /// Prints the JSON schema of scenario files, for editors.
    Schema {
        /// Prints the reference of the format in Markdown instead.
        #[arg(long)]
        reference: bool,
    },
    /// Prints completions for a shell.
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Prints the manual page.
    Man,
}

/// Simulates: every statistic of everyone's ownership, value, proceeds and multiple over many random futures.
#[derive(Args, Clone, Debug)]
pub struct SimulateArgs {
    /// Scenario.
    pub name: String,
    /// How many futures, such as 100000 or 1M; or a part of them, such as 0..500000.
    #[arg(long, default_value = "100000", value_name = "N", allow_negative_numbers = true)]
    pub paths: String,
    /// The seed of the random numbers: the same seed gives the same bits everywhere.
    #[arg(long, default_value = "1", value_name = "S", value_parser = whole, allow_negative_numbers = true)]
    pub seed: u64,
    /// Threads; as many as there are processors where it is not given.
    #[arg(long, value_name = "T", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Where the numbers come from.
    #[arg(long, value_enum, default_value = "philox")]
    pub sampling: SamplingWord,
    /// An event whose probability is wanted: `ownership(microsoft) >= 25%`, `multiple(fund) >= 3x`. May be repeated.
    #[arg(long = "probability", value_name = "EVENT")]
    pub probabilities: Vec<String>,
    /// Whose ownership the charts show; of the first event asked for where none is named, else whose varies most.
    #[arg(long, value_name = "STAKEHOLDER")]
    pub holder: Option<String>,
    /// Does not fail where more than 0.1 % of the futures have no answer.
    #[arg(long)]
    pub allow_infeasible: bool,
    /// Writes what was kept of these futures to a file for `merge`, and nothing else.
    #[arg(long, value_name = "FILE")]
    pub shard: Option<PathBuf>,
    /// Draws no charts.
    #[arg(long)]
    pub no_charts: bool,
}

/// Measures what a path of a simulation costs on this machine, stage by stage, or a cell of a sweep.
#[derive(Args, Clone, Debug)]
pub struct BenchArgs {
    /// Scenario.
    #[arg(default_value = "benchmark/oai12")]
    pub name: String,
    /// Paths of each measurement.
    #[arg(long, default_value = "1000000", value_name = "N", value_parser = whole)]
    pub paths: u64,
    /// How often each is repeated; the median counts.
    #[arg(long, default_value_t = 5, value_name = "R")]
    pub repeats: usize,
    /// Measures a grid instead, as `sweep` computes it: what a cell costs.
    #[arg(long, value_name = "INPUT=VALUES")]
    pub over: Vec<String>,
    /// Prints one line of JSON.
    #[arg(long)]
    pub json: bool,
}

/// What goes to standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Tables for a terminal.
    Table,
    /// Comma-separated values.
    Csv,
    /// JSON with exact numbers.
    Json,
    /// Tables in Markdown.
    Markdown,
}

/// Values of the variables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs, reason = "the words of the file format")]
pub enum CaseWord {
    Low,
    Base,
    High,
}

/// How far money must be to count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FundingWord {
    /// What has been paid.
    Funded,
    /// And what is owed without a condition.
    Committed,
    /// And what hangs on a condition.
    All,
}

/// Where the numbers of a simulation come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SamplingWord {
    /// Random.
    Philox,
    /// Evenly spread: the same error with fewer futures.
    Sobol,
}

impl From<SamplingWord> for crate::sim::draw::Sampling {
    fn from(word: SamplingWord) -> Self {
        match word {
            SamplingWord::Philox => Self::Philox,
            SamplingWord::Sobol => Self::Sobol,
        }
    }
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ColorWord {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Kinds of chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ChartKind {
    /// Ownership by stage.
    Stages,
    /// Ownership at the end.
    Now,
    /// What diluted one holder.
    Bridge,
    /// How far the money is.
    Ladder,
    /// What each class gets as the exit value rises.
    Payoff,
    /// What each holder gets as the exit value rises.
    PayoffHolders,
    /// How every exit value is shared.
    PayoutShares,
    /// Who gets what at one exit value.
    Payouts,
}

/// A whole number as people type it: `100000`, `100_000`, `1.5M`, `1e6`, `10^6`; `None` for any other text.
pub(super) fn count(text: &str) -> Option<u64> {
    const SUFFIXES: [(char, u32); 4] = [('k', 3), ('M', 6), ('B', 9), ('T', 12)];
    let text = text.trim().replace(['_', ','], "");
    let (digits, power) = if let Some((digits, power)) = text.split_once(['e', 'E']) {
        (digits, power.parse().ok()?)
    } else if let Some(power) = text.strip_prefix("10^") {
        ("1", power.parse().ok()?)
    } else {
        let of_suffix = |(letter, power)| text.strip_suffix(letter).map(|digits| (digits, power));
        SUFFIXES.into_iter().find_map(of_suffix).unwrap_or((text.as_str(), 0))
    };
    let number = digits.parse::<Decimal>().ok()?.checked_mul(10_u64.checked_pow(power)?.into())?;
    if number.is_integer() { number.to_u64() } else { None }
}

fn whole(text: &str) -> Result<u64, String> {
    count(text).ok_or_else(|| "expected a whole number from 0, such as 123456 or 1M".to_owned())
}

/// `name=value`.
fn setting(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() && !value.trim().is_empty() => {
            Ok((name.trim().to_owned(), value.trim().to_owned()))
        }
        _ => Err("expected NAME=VALUE, such as amazon=10B".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn whole_numbers_are_read_as_people_type_them() {
        for (text, number) in [
            ("100000", 100_000),
            ("100_000", 100_000),
            ("100,000", 100_000),
            ("10k", 10_000),
            ("1.5M", 1_500_000),
            ("1e6", 1_000_000),
            ("2.5E3", 2_500),
            ("10^12", 1_000_000_000_000),
            ("1T", 1_000_000_000_000),
            ("18446744073709551615", u64::MAX),
        ] {
            assert_eq!(count(text), Some(number), "{text}");
        }
        for text in ["", "-5", "1.5", "many", "1e", "1e40", "10^-1", "M", "1e6M", "99999999999999T"] {
            assert_eq!(count(text), None, "{text}");
        }
    }
}
