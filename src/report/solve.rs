//! The answer to an equation: sentences for people, a table for machines.

use super::frame::csv_columns;
use super::quantities::Unit;
use super::table::{Cell, Column, Style, Table};
use super::words::listed;
use crate::model::{Comparison, Condition, Rung};
use crate::num::{Exact, Number};
use crate::sim::solve::{Bound, End, Extreme, Interval, Root, Solution, Wanted};
use rust_decimal::Decimal;

/// What was asked, in words and units.
#[derive(Clone, Debug)]
pub struct Question {
    /// Name of the scenario.
    pub scenario: String,
    /// Which money counts.
    pub rung: Rung,
    /// Case of the other variables.
    pub case: &'static str,
    /// Currency of the scenario.
    pub currency: String,
    /// The input that is varied.
    pub input: String,
    /// What it measures.
    pub input_unit: Unit,
    /// What is wanted of which figure.
    pub condition: Condition,
    /// Which of all answers is asked for.
    pub choice: Choice,
    /// How the deal rounds.
    pub rounding: String,
}

/// Which of all answers is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Every one.
    All,
    /// The smallest input.
    Smallest,
    /// The largest input.
    Largest,
}

/// An input as it can be typed, and what it leads to under the deal's own rounding.
#[derive(Clone, Debug)]
pub struct Nearest {
    /// The answer it is near to.
    pub of: Exact,
    /// The input.
    pub input: Decimal,
    /// The figure, or why there is none.
    pub figure: Result<Exact, String>,
}

/// What is known of an answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Everything found.
    pub solution: Solution<String>,
    /// Inputs as they can be typed, near the answers.
    pub nearest: Vec<Nearest>,
    /// How many digits of the figure are known.
    pub digits: Digits,
}

/// How many digits of a figure are known while an equation is solved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Digits {
    /// All: it is kept in fractions from event to event.
    All,
    /// The ten places of a ledger.
    OfTheLedger,
    /// Those of floating point, posted to ten places.
    OfFloatingPoint,
}

impl Digits {
    /// What an input that gives the number wanted is.
    fn of_an_answer(self) -> &'static str {
        match self {
            Digits::All => "exactly",
            Digits::OfTheLedger => "to the ten places of the ledger",
            Digits::OfFloatingPoint => "in floating point, to ten places",
        }
    }

    /// The same in a file.
    fn word(self) -> &'static str {
        match self {
            Digits::All => "exact",
            Digits::OfTheLedger => "ten places",
            Digits::OfFloatingPoint => "floating point",
        }
    }

    /// What is said of all figures.
    fn note(self) -> Option<&'static str> {
        match self {
            Digits::All => None,
            Digits::OfTheLedger => Some(
                "Computed from the ten places of the ledger, not in fractions: inputs that they cannot tell apart give the \
                 same figure.",
            ),
            Digits::OfFloatingPoint => Some(
                "Option pricing is computed in floating point and posted to ten places: inputs that they cannot tell apart \
                 give the same figure.",
            ),
        }
    }
}

impl Question {
    fn input(&self, input: Exact) -> String {
        format!("{} = {}", self.input, self.input_unit.answer_words(input, &self.currency))
    }

    fn amount(&self, input: Exact) -> String {
        self.input_unit.rough_words(input, &self.currency)
    }

    fn unit(&self) -> Unit {
        Unit::of(self.condition.measure.figure)
    }

    fn figure(&self, figure: Exact) -> String {
        self.unit().short_words(figure, &self.currency)
    }

    fn measure(&self) -> &str {
        &self.condition.measure.literal
    }

    fn asked(&self) -> String {
        format!("{} {} {}", self.measure(), self.condition.comparison.sign(), self.condition.literal)
    }

    fn wanted(&self) -> Wanted {
        Wanted { comparison: self.condition.comparison, number: self.condition.number.cast() }
    }

    fn is_equation(&self) -> bool {
        self.condition.comparison == Comparison::Equal
    }
}

/// The inputs that answer the question, in their order; those at which a condition begins or ceases to hold.
pub fn answers(question: &Question, solution: &Solution<String>) -> Vec<Exact> {
    let mut inputs: Vec<Exact> = match question.is_equation() {
        true => solution
            .roots
            .iter()
            .flat_map(|root| match *root {
                Root::Along(low, high) => vec![low, high],
                Root::Jump(..) => Vec::new(),
                Root::At(_) | Root::Between(..) => vec![root.input()],
            })
            .collect(),
        false => solution
            .intervals
            .iter()
            .flat_map(|interval| [interval.low, interval.high])
            .filter(|bound| bound.holds)
            .map(|bound| bound.at)
            .collect(),
    };
    inputs.dedup_by(|a, b| a.equals(*b));
    match question.choice {
        Choice::All => {}
        Choice::Smallest => inputs.truncate(1),
        Choice::Largest => inputs = inputs.pop().into_iter().collect(),
    }
    inputs
}

/// The answer in sentences, the most important first.
pub fn sentences(question: &Question, answer: &Answer) -> Vec<String> {
    let solution = &answer.solution;
    let mut lines = vec![headline(question, answer)];
    if solution.constant.is_some() {
        lines.extend(end_in_words(question, &solution.domain.low, "Below"));
        lines.extend(end_in_words(question, &solution.domain.high, "Above"));
        return lines;
    }
    for nearest in &answer.nearest {
        lines.push(nearest_in_words(question, nearest));
    }
    lines.push(range_in_words(question, solution));
    lines.extend(end_in_words(question, &solution.domain.low, "Below"));
    lines.extend(end_in_words(question, &solution.domain.high, "Above"));
    lines.extend(answer.digits.note().map(str::to_owned));
    lines
}

fn headline(question: &Question, answer: &Answer) -> String {
    let solution = &answer.solution;
    if let (true, Some(constant)) = (solution.domain.low.at.equals(solution.domain.high.at), solution.constant) {
        return format!(
            "{} can be nothing but {}: {} is then {}.",
            question.input,
            question.amount(solution.domain.low.at),
            question.measure(),
            question.figure(constant)
        );
    }
    if let Some(constant) = solution.constant {
        let (low, high) = (question.amount(solution.domain.low.at), question.amount(solution.domain.high.at));
        return format!(
            "{} does not depend on {}: it is {} for every value from {low} to {high}.",
            question.measure(),
            question.input,
            question.figure(constant)
        );
    }
    match question.is_equation() {
        true => equation(question, solution, answer.digits),
        false => condition(question, solution),
    }
}

fn equation(question: &Question, solution: &Solution<String>, digits: Digits) -> String {
    let mut roots: Vec<&Root> = solution.roots.iter().collect();
    match question.choice {
        Choice::All => {}
        Choice::Smallest => roots.truncate(1),
        Choice::Largest => roots = roots.pop().into_iter().collect(),
    }
    let of = |root: &Root| match *root {
        Root::At(input) if digits == Digits::All => format!("{}, exactly", question.input(input)),
        // A fraction would say more than is known.
        Root::At(input) => {
            format!("{} = {}, {}", question.input, question.amount(input), digits.of_an_answer())
        }
        Root::Along(low, high) => {
            format!("every {} from {} to {}", question.input, question.amount(low), question.amount(high))
        }
        Root::Between(low, _) => {
            format!("{} (bracketed: no decimal or short fraction is the exact answer)", question.input(low.input))
        }
        Root::Jump(low, high) => format!(
            "nowhere, but passed over at {}, where it jumps from {} to {}",
            question.input(high.input),
            question.figure(low.figure),
            question.figure(high.figure)
        ),
    };
    match roots.as_slice() {
        [] => no_solution(question, solution),
        [one] => format!("{}: {}.", question.asked(), of(one)),
        several => {
            let all: Vec<String> = several.iter().map(|root| of(root)).collect();
            format!("{}: {} solutions, {}.", question.asked(), several.len(), listed(&all))
        }
    }
}

fn no_solution(question: &Question, solution: &Solution<String>) -> String {
    let number = question.condition.number.cast::<Exact>();
    let is_above = solution.most.figure.at_most(number).is_yes();
    let (extreme, word) = if is_above { (solution.most, "most") } else { (solution.least, "least") };
    format!(
        "{}: no solution. The range reached is {} to {}; {}.",
        question.asked(),
        question.figure(solution.least.figure),
        question.figure(solution.most.figure),
        extreme_in_words(question, extreme, word)
    )
}

fn extreme_in_words(question: &Question, extreme: Extreme, word: &str) -> String {
    let figure = question.figure(extreme.figure);
    match extreme.reached {
        true => format!("the {word} is {figure}, at {} = {}", question.input, question.amount(extreme.input)),
        false => {
            format!(
                "it comes as near as one likes to {figure}, towards {} = {}",
                question.input,
                question.amount(extreme.input)
            )
        }
    }
}

fn condition(question: &Question, solution: &Solution<String>) -> String {
    let intervals = &solution.intervals;
    let Some((first, last)) = intervals.first().zip(intervals.last()) else {
        return no_solution(question, solution);
    };
    match question.choice {
        Choice::Smallest => chosen(question, first.low, "smallest", "above"),
        Choice::Largest => chosen(question, last.high, "largest", "below"),
        Choice::All => {
            let all: Vec<String> = intervals.iter().map(|interval| interval_in_words(question, *interval)).collect();
            format!("{} for {}.", question.asked(), listed(&all))
        }
    }
}

fn chosen(question: &Question, bound: Bound, word: &str, side: &str) -> String {
    let (asked, input) = (question.asked(), question.input(bound.at));
    match (bound.holds, bound.of_the_domain) {
        (true, false) => format!("The {word} {} with {asked}: {input}.", question.input),
        (true, true) => {
            let name = &question.input;
            format!("The {word} {name} with {asked}: {input}, the end of what {name} can be.")
        }
        (false, _) => {
            let amount = question.amount(bound.at);
            format!(
                "There is no {word} {} with {asked}: it holds as near {side} {amount} as one likes, not there.",
                question.input
            )
        }
    }
}

fn interval_in_words(question: &Question, interval: Interval) -> String {
    let Interval { low, high } = interval;
    if low.at.equals(high.at) {
        return format!("{} only", question.input(low.at));
    }
    let from = if low.holds { "from" } else { "above" };
    let to = if high.holds { "to" } else { "up to but not at" };
    format!("{} {from} {} {to} {}", question.input, question.amount(low.at), question.amount(high.at))
}

fn nearest_in_words(question: &Question, nearest: &Nearest) -> String {
    let typed = question.input_unit.words(nearest.input, &question.currency);
    let rounding = &question.rounding;
    match &nearest.figure {
        Ok(figure) => {
            let words = question.unit().exact_words(*figure, &question.currency);
            let is_it = Exact::given(nearest.input).equals(nearest.of);
            let posted = Exact::given(question.unit().decimal(*figure));
            let holds = question.is_equation() || question.wanted().holds(posted);
            let what = match (is_it, holds) {
                (true, _) => "Put back",
                (false, true) => "The nearest that can be typed",
                (false, false) => "Typed as near as it can be",
            };
            format!("{what}, {} = {typed} gives {words} (rounding {rounding}).", question.input)
        }
        Err(why) => format!("The nearest that can be typed, {} = {typed}, has no answer: {why}.", question.input),
    }
}

fn range_in_words(question: &Question, solution: &Solution<String>) -> String {
    let of = |extreme: Extreme| {
        let towards = if extreme.reached { "at" } else { "towards" };
        format!("{} {towards} {}", question.figure(extreme.figure), question.amount(extreme.input))
    };
    format!(
        "Searched {} from {} to {}: {} is least {}, most {}.",
        question.input,
        question.amount(solution.domain.low.at),
        question.amount(solution.domain.high.at),
        question.measure(),
        of(solution.least),
        of(solution.most)
    )
}

fn end_in_words(question: &Question, end: &End<String>, side: &str) -> Option<String> {
    let at = question.amount(end.at);
    let from = if end.attained { side.to_owned() } else { format!("At {at} and {}", side.to_lowercase()) };
    match (&end.beyond, end.open) {
        (Some(why), _) if end.attained => Some(format!("{side} {at} there is no answer: {why}.")),
        (Some(why), _) => Some(format!("{from} there is no answer: {why}.")),
        (None, true) => Some(format!("The search ends at {at}; beyond it nothing was tried.")),
        (None, false) => None,
    }
}

/// A sign that no spreadsheet takes for a formula.
fn comparison(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => "equal to",
        Comparison::AtLeast => "at least",
        Comparison::Above => "above",
        Comparison::AtMost => "at most",
        Comparison::Below => "below",
    }
}

/// One row an answer: input, figure, and how it was found.
pub fn table(question: &Question, answer: &Answer) -> Table {
    let keys =
        ["input", "value", "figure", "comparison", "wanted", "achieved", "kind", "in_the_deal", "achieved_in_the_deal"];
    let columns: Vec<Column> = csv_columns(&keys);
    let mut table = Table::new("solve", question.asked(), columns);
    let unit = question.unit();
    let number = unit.decimal(question.condition.number.cast::<Exact>());
    let solution = &answer.solution;
    let mut row = |input: Cell, achieved: Cell, kind: &str, nearest: Option<&Nearest>| {
        let typed = nearest.map(|nearest| question.input_unit.cell(nearest.input, 10));
        let in_deal = nearest.and_then(|nearest| nearest.figure.as_ref().ok());
        table.push(
            Style::Body,
            vec![
                Cell::text(&question.scenario),
                Cell::text(question.rung.word()),
                Cell::text(question.case),
                Cell::text(&question.input),
                input,
                Cell::text(question.measure()),
                Cell::text(comparison(question.condition.comparison)),
                unit.cell(number, 10),
                achieved,
                Cell::text(kind),
                typed.unwrap_or(Cell::Empty),
                Cell::or_empty(in_deal, |figure| unit.cell(unit.decimal(*figure), 10)),
            ],
        );
    };
    if let Some(constant) = solution.constant {
        row(Cell::Empty, unit.cell(unit.decimal(constant), 10), "does not depend on it", None);
        return table;
    }
    let inputs = answers(question, solution);
    for input in &inputs {
        let is_exact =
            !solution.roots.iter().any(|root| matches!(root, Root::Between(low, _) if low.input.equals(*input)));
        let kind = match (question.is_equation(), is_exact) {
            (true, true) => answer.digits.word(),
            (true, false) => "bracketed",
            (false, _) => "bound",
        };
        let nearest = answer.nearest.iter().find(|nearest| nearest.of.equals(*input));
        let achieved = if question.is_equation() { unit.cell(number, 10) } else { Cell::Empty };
        row(question.input_unit.cell(question.input_unit.decimal(*input), 10), achieved, kind, nearest);
    }
    if inputs.is_empty() {
        for (extreme, kind) in [(solution.least, "none: least"), (solution.most, "none: most")] {
            let input = question.input_unit.cell(question.input_unit.decimal(extreme.input), 10);
            row(input, unit.cell(unit.decimal(extreme.figure), 10), kind, None);
        }
    }
    table
}
