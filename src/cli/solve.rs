//! `capstruct solve`: the input at which a figure is what is wanted.

use super::args::Format;
use super::session::{Session, print};
use super::vary::{self, Input, Varied, exit_values, literal, of_several_exits, round_number};
use crate::error::{Error, Finding, Findings};
use crate::model::Condition;
use crate::num::{Exact, Number};
use crate::render::words;
use crate::report::quantities::Unit;
use crate::report::solve::{Answer, Choice, Digits, Nearest, Question, answers, sentences, table};
use crate::sim::exact::{Reading, Relation};
use crate::sim::measure::is_by_option_pricing;
use crate::sim::solve::{End, Limits, Solution, Wanted, solve as solved};
use crate::spec::resolve::condition;
use rust_decimal::Decimal;

/// What is asked.
pub(super) struct Asked<'a> {
    pub name: &'a str,
    pub vary: &'a str,
    pub wanted: &'a str,
    pub choice: Choice,
}

/// Solves the equation or condition and says what was found.
pub(super) fn solve(session: &Session, asked: &Asked) -> Result<u8, Error> {
    let (mut varied, names) = Varied::read(session, asked.name, &[asked.vary])?;
    let wanted = condition(asked.wanted, "--for", &varied.agreement, &mut varied.read.sources)
        .map_err(|finding| Error::input(Findings(vec![*finding]), varied.read.sources.clone()))?;
    let input = varied.number(&names[0])?;
    let answer = answer(session, &varied, &input, &wanted)?;
    let head = &varied.agreement.head;
    let question = Question {
        scenario: head.name.clone(),
        rung: session.rung,
        case: varied.case().word(),
        currency: head.currency.clone(),
        input: asked.vary.to_owned(),
        input_unit: input.unit,
        condition: wanted,
        choice: asked.choice,
        rounding: head.rounding.name.clone(),
    };
    let answer = Answer { nearest: nearest(session, &varied, &input, &question, &answer.solution), ..answer };
    let sentences = || {
        let exits = exit_values(&varied.agreement);
        let of_several = of_several_exits(exits, std::iter::once(&question.condition.measure));
        sentences(&question, &answer).into_iter().chain(of_several.map(|note| format!("{note}."))).collect::<Vec<_>>()
    };
    let shown = match session.format {
        None | Some(Format::Table) => {
            let width = session.look(&head.currency).width;
            let lines = sentences();
            let wrapped = lines.iter().flat_map(|line| words::wrap(&words::harmless(line), width, usize::MAX));
            wrapped.map(|line| line + "\n").collect()
        }
        Some(Format::Markdown) => {
            let lines = sentences();
            lines.iter().flat_map(|line| [crate::render::markdown::paragraph(line), "\n\n".to_owned()]).collect()
        }
        Some(Format::Csv | Format::Json) => session.show(&[table(&question, &answer)], &head.currency),
    };
    print(&shown);
    Ok(0)
}

/// Walks over the domain of the input.
fn answer(session: &Session, varied: &Varied, input: &Input, wanted: &Condition) -> Result<Answer, Error> {
    let unrounded = varied.unrounded()?;
    let reading = Reading::new(&wanted.measure, &unrounded.agreement);
    let digits = match &reading {
        Some(_) => Digits::All,
        None if is_by_option_pricing(&wanted.measure, &unrounded.agreement) => Digits::OfFloatingPoint,
        None => Digits::OfTheLedger,
    };
    let limits = limits(varied, input);
    let goal = Wanted { comparison: wanted.comparison, number: wanted.number.cast() };
    let by_ledger = |at: Exact| of_the_ledger(session, &unrounded, input, wanted, at);
    let solution = match reading {
        Some(reading) if input.live => {
            let events = wanted.measure.stage.events(unrounded.agreement.scenario.timeline.len());
            let mut relation = Relation::new(&unrounded.agreement.scenario, session.rung, reading, events);
            solved(goal, input.start, &limits, &mut |at| relation.at(input.id, at).map_err(|_| String::new()))
        }
        Some(reading) => solved(goal, input.start, &limits, &mut |at| {
            let value = literal(at, input.percent).ok_or_else(String::new)?;
            let agreement = unrounded.agreed(&[(input.name.clone(), value)]).map_err(|_| String::new())?;
            let events = wanted.measure.stage.events(agreement.scenario.timeline.len());
            let mut relation = Relation::new(&agreement.scenario, session.rung, reading.clone(), events);
            relation.at(input.id, at).map_err(|_| String::new())
        }),
        None => solved(goal, input.start, &Limits { rounded: true, ..limits }, &mut |at| by_ledger(at)),
    };
    let solution = solution.map_err(|_| {
        let why = reason(session, varied, input, input.start, &wanted.measure);
        Error::usage(
            Finding::error("E0713", format!("{} has no figure for any {}", wanted.measure.literal, input.name))
                .help(format!("as the file has it: {why}")),
        )
    })?;
    let mut solution: Solution<String> = solution;
    word_the_ends(session, varied, input, wanted, &mut solution);
    Ok(Answer { solution, nearest: Vec::new(), digits })
}

/// A range that is stated; of a part of one, nought to one.
fn limits(varied: &Varied, input: &Input) -> Limits {
    match varied.stated_range(input.id) {
        Some((low, high)) => Limits { low: Some(low.cast()), high: Some(high.cast()), rounded: false },
        None if input.unit == Unit::Fraction => Limits { high: Some(Exact::one()), ..Limits::default() },
        None => Limits::default(),
    }
}

/// A figure that is not one of the cap table, off the ledger of an exact run.
fn of_the_ledger(
    session: &Session,
    varied: &Varied,
    input: &Input,
    wanted: &Condition,
    at: Exact,
) -> Result<Exact, String> {
    let value = literal(at, input.percent).ok_or_else(String::new)?;
    let run = varied.run(session, &[(input.name.clone(), value)])?;
    vary::figure(&run, session.rung, &wanted.measure).map(|figure| posted(wanted, figure))
}

/// A figure to the places it is kept with: more of them are what posting cut off.
fn posted(wanted: &Condition, figure: Exact) -> Exact {
    Exact::given(Unit::of(wanted.measure.figure).decimal(figure))
}

/// Says why there is no answer beyond the ends of the domain, at inputs far enough beyond for their numbers to be read.
fn word_the_ends(
    session: &Session,
    varied: &Varied,
    input: &Input,
    wanted: &Condition,
    solution: &mut Solution<String>,
) {
    let width = solution.domain.high.at - solution.domain.low.at;
    let step = if width.is_positive().is_yes() { width } else { solution.domain.high.at } / Exact::whole(100);
    let far = |end: &mut End<String>, at: Exact| {
        if let Some(why) = &mut end.beyond {
            *why = reason(session, varied, input, at, &wanted.measure);
        }
    };
    let simple = |at: Exact| round_number(at, step);
    let (low, high) = (solution.domain.low.at - step, solution.domain.high.at + step);
    far(&mut solution.domain.low, simple(low));
    far(&mut solution.domain.high, simple(high));
}

/// Why there is no figure at an input.
fn reason(session: &Session, varied: &Varied, input: &Input, at: Exact, measure: &crate::model::Measure) -> String {
    let unknown = || "the deal cannot be closed".to_owned();
    let Some(value) = literal(at, input.percent) else { return unknown() };
    match varied.run(session, &[(input.name.clone(), value)]) {
        Err(why) if !why.is_empty() => why,
        Err(_) => unknown(),
        Ok(run) => vary::figure(&run, session.rung, measure).map_or_else(|why| why, |_| unknown()),
    }
}

/// For each answer the nearest input that can be typed, and what it leads to as the deal rounds.
fn nearest(
    session: &Session,
    varied: &Varied,
    input: &Input,
    question: &Question,
    solution: &Solution<String>,
) -> Vec<Nearest> {
    if solution.constant.is_some() {
        return Vec::new();
    }
    let measure = &question.condition.measure;
    let goal = Wanted { comparison: question.condition.comparison, number: question.condition.number.cast() };
    let try_one = |of: Exact, at: Exact| {
        let typed = input.unit.decimal(at);
        let figure = literal(at, input.percent).ok_or_else(|| "it cannot be typed".to_owned()).and_then(|value| {
            let run = varied.run(session, &[(input.name.clone(), value)])?;
            vary::figure(&run, session.rung, measure)
        });
        Nearest { of, input: typed, figure }
    };
    let holds = |nearest: &Nearest| {
        nearest.figure.as_ref().is_ok_and(|figure| goal.holds(posted(&question.condition, *figure)))
    };
    let step = Exact::given(grid_of(input.unit));
    let of = |of: Exact| {
        let (down, up) = of.grid(grid_of(input.unit));
        let (near, far) = if (of - down).at_most(up - of).is_yes() { (down, up) } else { (up, down) };
        let first = try_one(of, near);
        if goal.comparison == crate::model::Comparison::Equal || holds(&first) {
            return first;
        }
        // Rounded shares and prices move in steps: a condition that the nearest just misses holds a few steps on.
        let second = try_one(of, far);
        if holds(&second) {
            return second;
        }
        let side =
            |up: bool| stepwise(near, if up { step } else { Exact::zero() - step }, &|at| try_one(of, at), &holds);
        side(true).or_else(|| side(false)).unwrap_or(first)
    };
    answers(question, solution).into_iter().map(of).collect()
}

/// The first input on the way from one that misses at which the condition holds, looked for in steps that double.
fn stepwise(
    from: Exact,
    step: Exact,
    try_one: &dyn Fn(Exact) -> Nearest,
    holds: &dyn Fn(&Nearest) -> bool,
) -> Option<Nearest> {
    const DOUBLINGS: u32 = 28;
    let (mut misses, mut width) = (from, step);
    let mut found = None;
    for _ in 0..DOUBLINGS {
        let at = from + width;
        let tried = try_one(at);
        if holds(&tried) {
            found = Some((at, tried));
            break;
        }
        misses = at;
        width = width + width;
    }
    let (mut hits, mut best) = found?;
    loop {
        let steps = ((hits - misses) / step / Exact::whole(2)).floor();
        if steps.at_most(Exact::zero()).is_yes() {
            return Some(best);
        }
        let middle = misses + steps * step;
        let tried = try_one(middle);
        if holds(&tried) { (hits, best) = (middle, tried) } else { misses = middle }
    }
}

/// The steps in which an input is typed: cents, whole shares, hundredths of a percent.
fn grid_of(unit: Unit) -> Decimal {
    match unit {
        Unit::Money => Decimal::new(1, 2),
        Unit::Count => Decimal::ONE,
        Unit::Price | Unit::Fraction | Unit::Multiple | Unit::Number => Decimal::new(1, 4),
    }
}
