//! What is drawn must not pass unseen where it decides how a file is read: taken as an amount it would stay at its base.

use super::choices::typed;
use super::session::Read;
use super::vary::{first_reason, literal};
use crate::error::{Error, Finding, Findings};
use crate::model::{Agreement, Value, VariableId};
use crate::num::{Exact, Number};
use crate::sim::choice::options;
use crate::sim::draw::{Draw, exactly, is_free};
use crate::sim::tape::{BLOCK, Column};
use crate::spec::resolve::{Settings, resolve};
use rust_decimal::Decimal;

/// Where in a distribution a variable is tried: low, high.
const TRIED: [f64; 2] = [0.1, 0.9];
/// Digits of a value that is tried.
const DIGITS: u32 = 8;

/// Variables that are drawn from a list or yes/no, and change what is agreed, and not only an amount in it.
///
/// The file is read again with all that is drawn low, and with all of it high. Where that changes nothing but their values
/// nothing is read that they decide; else each is tried by itself.
///
/// # Errors
/// A finding for each variable that does so and has more values than can be told apart, and for each with one at which the
/// file cannot be read.
pub(super) fn choices(
    read: &Read,
    settings: &Settings,
    agreement: &Agreement,
    draw: &Draw,
) -> Result<Vec<VariableId>, Error> {
    let tried = tried(agreement, draw);
    let changed = |values: &[(VariableId, String)]| changed(read, settings, agreement, values);
    let rounds = tried.iter().map(|variable| variable.values.len()).max().unwrap_or(0);
    let all = |round: usize| -> Vec<(VariableId, String)> {
        tried.iter().map(|variable| (variable.id, variable.values[round % variable.values.len()].clone())).collect()
    };
    if (0..rounds).all(|round| matches!(changed(&all(round)), Ok(None))) {
        return Ok(Vec::new());
    }
    let mut findings = Findings::default();
    let mut choices = Vec::new();
    for variable in &tried {
        let mut decided = None;
        for value in &variable.values {
            match changed(&[(variable.id, value.clone())]) {
                Ok(what) => decided = decided.or(what),
                Err(reasons) => {
                    findings.push(unreadable(agreement, variable.id, value, &reasons));
                    break;
                }
            }
        }
        match decided {
            None => {}
            Some(_) if variable.is_listed => choices.push(variable.id),
            Some(what) => findings.push(decides(agreement, variable.id, what)),
        }
    }
    match findings.has_errors() {
        true => Err(Error::input(findings, read.sources.clone())),
        false => Ok(choices),
    }
}

fn decides(agreement: &Agreement, id: VariableId, what: &str) -> Finding {
    let info = &agreement.variables[id.index()];
    Finding::error("E0728", format!("`{}` is drawn, and decides {what} when the file is read", info.name))
        .at(agreement.origin(info.origin).span, "drawn anew in every future")
        .help(format!(
            "let it have a few values, `distribution = \"discrete\"`, each of which is read by itself, or choose one for this \
             simulation: --set {}=VALUE",
            info.name
        ))
}

fn unreadable(agreement: &Agreement, id: VariableId, value: &str, reasons: &Findings) -> Finding {
    let info = &agreement.variables[id.index()];
    let reason = first_reason(reasons);
    Finding::error(
        "E0736",
        format!("`{}` is drawn, and where it is {value} the file cannot be read: {reason}", info.name),
    )
    .at(agreement.origin(info.origin).span, "drawn anew in every future")
    .help(format!("narrow what is drawn, or choose a value for this simulation: --set {}=VALUE", info.name))
}

/// A variable that is drawn, and values of it as `--set` takes them.
struct Tried {
    id: VariableId,
    /// These are all the values it can have.
    is_listed: bool,
    values: Vec<String>,
}

/// What is drawn, with the values at which it is tried; variables that are chosen already left out.
fn tried(agreement: &Agreement, draw: &Draw) -> Vec<Tried> {
    let is_chosen = |id: VariableId| draw.choices.iter().any(|choice| choice.variable == id);
    let ids = (0..agreement.variables.len()).map(VariableId::at);
    let free = ids.filter(|id| is_free(agreement, *id) && !is_chosen(*id));
    let tried = free.filter_map(|id| {
        let listed = options(agreement.variables[id.index()].distribution.as_ref()?);
        let values = match listed.is_empty() {
            true => ends(agreement, draw, id)?,
            false => listed.iter().map(|option| typed(&option.0)).collect(),
        };
        Some(Tried { id, is_listed: !listed.is_empty(), values })
    });
    tried.filter(|variable| !variable.values.is_empty()).collect()
}

/// A number near either end of its distribution.
fn ends(agreement: &Agreement, draw: &Draw, id: VariableId) -> Option<Vec<String>> {
    let drawn = draw.variables.iter().find(|drawn| drawn.variable == id)?;
    let is_percent = matches!(agreement.variables[id.index()].value, Value::Number { percent: true, .. });
    let end = |part: f64| {
        let mut out = Column::splat(0.0);
        drawn.sampler.fill(&[part; BLOCK], &mut out.0);
        let exact: Exact = exactly(out.0[0]).cast();
        let rounded = exact.to_decimal(20).and_then(|number| number.round_sf(DIGITS)).unwrap_or(Decimal::ZERO);
        literal(Exact::given(rounded), is_percent)
    };
    TRIED.into_iter().map(end).collect()
}

/// What these values change beside themselves.
///
/// # Errors
/// Where the file cannot be read with them.
fn changed(
    read: &Read,
    settings: &Settings,
    agreement: &Agreement,
    values: &[(VariableId, String)],
) -> Result<Option<&'static str>, Findings> {
    let mut settings = settings.clone();
    let named = |(id, text): &(VariableId, String)| (agreement.variables[id.index()].name.clone(), text.clone());
    settings.set.extend(values.iter().map(named));
    let (other, _) = resolve(&read.document, &read.sources, &settings)?;
    Ok(difference(agreement, &other))
}

/// The first part of what is agreed that differs, the values of variables and what they decide on aside.
fn difference(one: &Agreement, other: &Agreement) -> Option<&'static str> {
    let (a, b) = (&one.scenario, &other.scenario);
    let following = |agreement: &Agreement| agreement.scenario.settings[agreement.variables.len()..].to_vec();
    let parts = [
        (a.positions == b.positions, "who holds what"),
        (following(one) == following(other), "what follows from the opening or the terms of a SAFE"),
        (a.opening == b.opening && a.opening_price == b.opening_price, "the opening table"),
        (one.opening_costs == other.opening_costs, "what opening holdings cost"),
        (a.classes == b.classes, "the issue or conversion price of a class"),
        (a.convertibles == b.convertibles, "the terms of a SAFE or note"),
        (a.rights == b.rights, "the terms of options or warrants"),
        (a.rounds == b.rounds && a.protections == b.protections, "the terms of a round or of what converts in it"),
        (a.exit == b.exit, "the terms of the exit"),
        (a.in_kind == b.in_kind, "dividends"),
        (a.lots == b.lots, "the lots of a class"),
        (a.timeline == b.timeline && a.rounding == b.rounding, "the terms of an event"),
    ];
    parts.into_iter().find(|(same, _)| !same).map(|(_, what)| what)
}
