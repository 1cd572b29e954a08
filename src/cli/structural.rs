//! What is drawn must not decide how a file is read: such a variable would be taken at its base in every future.

use super::session::Read;
use super::vary::literal;
use crate::error::{Error, Finding, Findings};
use crate::model::{Agreement, Distribution, Value, VariableId};
use crate::num::{Exact, Number};
use crate::sim::draw::{Draw, exactly, is_free};
use crate::sim::tape::{BLOCK, Column};
use crate::spec::resolve::{Settings, resolve};
use rust_decimal::Decimal;

/// Where in a distribution a variable is tried: low, high.
const TRIED: [f64; 2] = [0.1, 0.9];
/// Digits of a value that is tried.
const DIGITS: u32 = 8;

/// Refuses variables that are drawn and change what is agreed, and not only an amount in it.
///
/// The file is read again with all of them low, and with all of them high. Where that changes nothing but their values
/// nothing is read that they decide; else each is tried by itself.
pub(super) fn refuse(read: &Read, settings: &Settings, agreement: &Agreement, draw: &Draw) -> Result<(), Error> {
    let tried = TRIED.map(|part| values_at(agreement, draw, part));
    let all = |values: &Vec<(VariableId, String)>| changed(read, settings, agreement, values);
    if tried.iter().all(|values| matches!(all(values), Ok(None))) {
        return Ok(());
    }
    let mut findings = Findings::default();
    for index in 0..tried[0].len() {
        let changes =
            tried.iter().find_map(|values| changed(read, settings, agreement, &values[index..=index]).ok().flatten());
        let Some(what) = changes else { continue };
        let info = &agreement.variables[tried[0][index].0.index()];
        findings.push(
            Finding::error("E0728", format!("`{}` is drawn, and decides {what} when the file is read", info.name))
                .at(agreement.origin(info.origin).span, "drawn anew in every future")
                .help(format!(
                    "choose a value for this simulation: --set {}=VALUE; amounts, prices, parts and conditions can be drawn",
                    info.name
                )),
        );
    }
    match findings.has_errors() {
        true => Err(Error::input(findings, read.sources.clone())),
        false => Ok(()),
    }
}

/// What the variables that are drawn are at this part of their distribution, as `--set` takes it.
fn values_at(agreement: &Agreement, draw: &Draw, part: f64) -> Vec<(VariableId, String)> {
    let mut values = Vec::new();
    for drawn in &draw.variables {
        let mut out = Column::splat(0.0);
        drawn.sampler.fill(&[part; BLOCK], &mut out.0);
        let exact: Exact = exactly(out.0[0]).cast();
        let rounded = exact.to_decimal(20).and_then(|number| number.round_sf(DIGITS)).unwrap_or(Decimal::ZERO);
        let is_percent =
            matches!(agreement.variables[drawn.variable.index()].value, Value::Number { percent: true, .. });
        values.extend(literal(Exact::given(rounded), is_percent).map(|text| (drawn.variable, text)));
    }
    let yes_no = (0..agreement.variables.len()).map(VariableId::at).filter(|id| is_free(agreement, *id));
    let bernoulli =
        |id: &VariableId| matches!(agreement.variables[id.index()].distribution, Some(Distribution::Bernoulli { .. }));
    values.extend(yes_no.filter(bernoulli).map(|id| (id, (part > 0.5).to_string())));
    values
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
    let parts = [
        (a.positions == b.positions, "who holds what"),
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
