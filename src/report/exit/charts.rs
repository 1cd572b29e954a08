//! Charts of a sale, drawn from its exact breakpoints.

use super::names::{Group, by_claim};
use super::payoff::{Payoff, Payoffs, order};
use super::solve::Payee;
use super::tables::Share;
use super::{Sale, titles, value_in_words};
use crate::engine::exit::{ClaimHolder, Happening, Recipient, Segment, Settlement};
use crate::num::{Exact, Number};
use crate::report::chart::{Body, Break, Chart, Colour, PayoffLine, PayoffLines, PayoutBar, PayoutShares};
use crate::report::exact::{MONEY_PLACES, decimal};
use crate::report::holders::{HolderKey, holders, slices};
use crate::report::words::{basis, counted, fixed, money};
use rust_decimal::Decimal;

/// Most exit values of one run that get bars of their own.
const MOST_BARS: usize = 3;
/// An exit value asked for that lies more than this many times beyond the last breakpoint is not shown.
const FARTHEST: i32 = 4;

/// Every chart of a sale.
pub fn all(sale: &Sale) -> Vec<Chart> {
    let mut charts = vec![by_class(sale), by_holder(sale), shares(sale)];
    charts.extend(chosen(sale).into_iter().map(|settlement| payouts(sale, settlement)));
    charts
}

/// The kinds of charts of a sale.
pub const KINDS: [&str; 4] = ["payoff", "payoff-holders", "payout-shares", "payouts"];

/// The charts of that kind; `payouts` are one for each exit value.
pub fn of_kind(sale: &Sale, kind: &str) -> Vec<Chart> {
    match kind {
        "payoff" => vec![by_class(sale)],
        "payoff-holders" => vec![by_holder(sale)],
        "payout-shares" => vec![shares(sale)],
        "payouts" => sale.settlements.iter().map(|settlement| payouts(sale, settlement)).collect(),
        _ => Vec::new(),
    }
}

/// The settlements that get bars: all, or the first, the middle and the last.
pub fn chosen<'s>(sale: &'s Sale) -> Vec<&'s Settlement> {
    let all = &sale.settlements;
    match all.len() {
        0..=MOST_BARS => all.iter().collect(),
        count => vec![&all[0], &all[count / 2], &all[count - 1]],
    }
}

/// Somebody in a chart: a class, a holder, several small ones together.
#[derive(Clone, Debug)]
pub struct Party {
    /// The name beside the line.
    pub name: String,
    /// The colour through the whole report.
    pub colour: Colour,
    /// What it gets of the claims.
    pub payee: Payee,
}

impl Party {
    fn line(&self, sale: &Sale, payoffs: &Payoffs, upper: Exact) -> PayoffLine {
        let payoff = self.payee.payoff(sale, payoffs);
        line(&self.name, self.colour, &payoff, upper, &sale.run.agreement.head.currency)
    }
}

/// A payoff as a line up to an exit value.
pub fn line(name: &str, colour: Colour, payoff: &Payoff, upper: Exact, currency: &str) -> PayoffLine {
    let money_at = |number: Exact| decimal(number, MONEY_PLACES);
    let mut corners: Vec<(Decimal, Decimal)> = Vec::new();
    let mut add = |exit_value: Exact, paid: Exact| {
        let corner = (money_at(exit_value), money_at(paid));
        if corners.last() != Some(&corner) {
            corners.push(corner);
        }
    };
    for (index, piece) in payoff.pieces.iter().enumerate().filter(|(_, piece)| piece.from.below(upper).is_yes()) {
        if index > 0 {
            add(piece.from, payoff.below(index));
        }
        add(piece.from, piece.above);
    }
    let end = payoff.at(upper);
    add(upper, end);
    PayoffLine { name: name.into(), colour, corners, value: money(money_at(end), currency) }
}

/// Classes, options of one price, SAFEs: the largest at the right end have a hue each, in the order of the waterfall.
pub fn classes(sale: &Sale, upper: Exact) -> Vec<Party> {
    let payoffs = Payoffs::of(sale);
    let payee = |group: &Group| Payee { portions: group.portions.clone(), besides: Vec::new() };
    let groups = by_claim(sale);
    let mut ranked: Vec<usize> = (0..groups.len()).collect();
    let most = |index: &usize| payee(&groups[*index]).payoff(sale, &payoffs).at(upper);
    ranked.sort_by(|first, second| order(most(second), most(first)));
    let hues = usize::from(Colour::HUES);
    let small: Vec<usize> = if groups.len() > hues { ranked.split_off(hues - 1) } else { Vec::new() };
    ranked.sort_unstable();
    let mut parties: Vec<Party> = (0..Colour::HUES)
        .zip(&ranked)
        .map(|(hue, index)| Party {
            name: groups[*index].name.clone(),
            colour: Colour::Hue(hue),
            payee: payee(&groups[*index]),
        })
        .collect();
    if !small.is_empty() {
        let portions = small.iter().flat_map(|index| groups[*index].portions.clone()).collect();
        let name = format!("Other ({})", small.len());
        parties.push(Party { name, colour: Colour::Other, payee: Payee { portions, besides: Vec::new() } });
    }
    parties
}

/// Holders in the colours they have through the whole report, with what else they are paid; who has no colour of its own
/// is among the others.
pub fn parties(sale: &Sale) -> Vec<Party> {
    let holders = holders(sale.run);
    let slices = slices(&holders, sale.run.ledger());
    let stack = &sale.exit.stack;
    let slice_of = |holder: ClaimHolder| {
        let key = match holder {
            ClaimHolder::Stakeholder(who) => HolderKey::Stakeholder(who),
            ClaimHolder::Pool(plan) => HolderKey::PoolAvailable(plan),
        };
        slices.iter().position(|slice| slice.members.iter().any(|member| holders[*member].key == key))
    };
    let mut parties: Vec<Party> = slices
        .iter()
        .map(|slice| Party {
            name: slice.name.clone(),
            colour: slice.colour,
            payee: Payee { portions: Vec::new(), besides: Vec::new() },
        })
        .collect();
    let mut rest: Vec<(usize, ClaimHolder)> = Vec::new();
    for (index, portion) in stack.portions.iter().enumerate() {
        match slice_of(portion.holder) {
            Some(slice) => parties[slice].payee.portions.push(index),
            None => rest.push((index, portion.holder)),
        }
    }
    if let Some(&(_, first)) = rest.first() {
        let one = rest.iter().all(|(_, holder)| *holder == first);
        let name = if one { super::names::holder(sale, first).1 } else { "Other holders".to_owned() };
        let portions = rest.iter().map(|(index, _)| *index).collect();
        parties.push(Party { name, colour: Colour::Other, payee: Payee { portions, besides: Vec::new() } });
    }
    parties.retain(|party| !party.payee.portions.is_empty());
    parties
}

/// The exit value at the right end: beyond the last breakpoint, and beyond the values asked for that are not far from it.
pub fn upper(sale: &Sale) -> Exact {
    let last = sale.breakpoints.segments.last().map_or(Exact::zero(), |segment| segment.from);
    let asked = sale.settlements.iter().map(|settlement| settlement.exit_value);
    let near = |value: &Exact| !last.is_positive().is_yes() || value.at_most(last * Exact::whole(FARTHEST)).is_yes();
    let asked = asked.filter(near).fold(Exact::zero(), Exact::max);
    let beyond = last * Exact::whole(5) / Exact::whole(4);
    let upper = beyond.max(asked);
    if upper.is_positive().is_yes() { upper } else { Exact::one() }
}

/// The breakpoints that can be marked, with the few words for each.
pub fn breaks(sale: &Sale, upper: Exact) -> Vec<Break> {
    let segments = sale.breakpoints.segments.iter().skip(1).filter(|segment| segment.from.below(upper).is_yes());
    let mark = |segment: &Segment| {
        let weight = segment.happens.iter().map(|happening| match happening {
            Happening::ForcedConversion => 0,
            Happening::Converts(_) => 1,
            Happening::CapBinds(_) => 2,
            Happening::Covered(Recipient::Claim(_)) => 3,
            Happening::InTheMoney(_) => 4,
            Happening::Covered(_) => 5,
        });
        let exit_value = decimal(segment.from, MONEY_PLACES);
        Break {
            exit_value,
            value: money(exit_value, &sale.run.agreement.head.currency),
            happens: super::breakpoints::in_few_words(sale, segment),
            weight: weight.min().unwrap_or(6),
        }
    };
    let mut breaks: Vec<Break> = segments.map(mark).collect();
    // The last conversion stands in the title.
    if let Some(last) = breaks.iter_mut().rev().find(|at| at.weight == 1) {
        last.weight = 0;
    }
    breaks
}

fn framed(sale: &Sale, id: String, title: String, measure: &str, body: Body) -> Chart {
    let head = &sale.run.agreement.head;
    let mut known = vec![format!("Scenario {}", head.name)];
    if !matches!(body, Body::Payouts(_)) {
        known.push("Drawn from exact breakpoints".to_owned());
    }
    known.extend(match (super::has_escrow(sale), sale.exit.stack.claims.iter().any(super::names::is_right)) {
        (true, true) => Some("Payouts net of exercise prices, what is held in escrow included".to_owned()),
        (true, false) => Some("Payouts include what is held in escrow".to_owned()),
        (false, true) => Some("Payouts net of exercise prices".to_owned()),
        (false, false) => None,
    });
    let assumed = sale.run.agreement.assumptions.len();
    if assumed > 0 {
        known.push(format!("{} listed with the tables", counted(assumed, "assumption")));
    }
    Chart {
        id,
        title,
        subtitle: format!("{measure}; {}", basis(sale.run)),
        footer: format!("{}.", known.join(". ")),
        hash: head.hash.clone(),
        body,
    }
}

/// What each class gets as the exit value rises.
pub fn by_class(sale: &Sale) -> Chart {
    let upper = upper(sale);
    lines(sale, "payoff-by-class", titles::by_class(sale), "Payout of each class by exit value", &classes(sale, upper))
}

/// What each holder gets as the exit value rises.
pub fn by_holder(sale: &Sale) -> Chart {
    lines(sale, "payoff-by-holder", titles::by_holder(sale), "Payout of each holder by exit value", &parties(sale))
}

fn lines(sale: &Sale, id: &str, title: String, measure: &str, parties: &[Party]) -> Chart {
    let (upper, payoffs) = (upper(sale), Payoffs::of(sale));
    let mut lines: Vec<PayoffLine> = parties.iter().map(|party| party.line(sale, &payoffs, upper)).collect();
    let end = |line: &PayoffLine| line.corners.last().map(|corner| corner.1);
    lines.sort_by_key(|line| std::cmp::Reverse(end(line)));
    let body = Body::Payoffs(PayoffLines {
        currency: sale.run.agreement.head.currency.clone(),
        upper: decimal(upper, MONEY_PLACES),
        lines,
        breaks: breaks(sale, upper),
        marks: Vec::new(),
    });
    framed(sale, id.into(), title, measure, body)
}

/// How every exit value is shared among deductions and classes.
pub fn shares(sale: &Sale) -> Chart {
    let (upper, payoffs) = (upper(sale), Payoffs::of(sale));
    let currency = &sale.run.agreement.head.currency;
    let deducted: Vec<(Recipient, Exact)> = sale
        .recipients()
        .into_iter()
        .filter(|recipient| !matches!(recipient, Recipient::Claim(_)))
        .map(|recipient| (recipient, Exact::one()))
        .collect();
    let deductions = payoffs.sum(&deducted);
    let mut areas = Vec::new();
    if deductions.at(upper).is_positive().is_yes() {
        areas.push(line("Deductions", Colour::Pool, &deductions, upper, currency));
    }
    let mut classes = classes(sale, upper);
    // Seniors at the bottom: who is paid first stands first.
    let rank = |party: &Party| {
        let claims = party.payee.portions.iter().map(|portion| {
            let claim = super::names::claim_of(sale, *portion);
            if claim.preference.is_positive().is_yes() { claim.rank.0 } else { u32::MAX }
        });
        claims.min().unwrap_or(u32::MAX)
    };
    classes.sort_by_key(rank);
    areas.extend(classes.iter().map(|party| party.line(sale, &payoffs, upper)));
    let residue = sale.exit.settle(upper).map(|settlement| settlement.residue.exact);
    if residue.is_ok_and(|residue| residue.is_positive().is_yes()) {
        areas.push(left_over(&areas, upper, currency));
    }
    let body = Body::PayoutShares(PayoutShares {
        currency: currency.clone(),
        upper: decimal(upper, MONEY_PLACES),
        areas,
        breaks: breaks(sale, upper),
    });
    framed(sale, "payout-shares".into(), titles::shares(sale), "Share of each exit value, %", body)
}

/// What all areas leave of the exit value.
fn left_over(areas: &[PayoffLine], upper: Exact, currency: &str) -> PayoffLine {
    let mut at: Vec<Decimal> = areas.iter().flat_map(|area| &area.corners).map(|corner| corner.0).collect();
    at.push(decimal(upper, MONEY_PLACES));
    at.sort_unstable();
    at.dedup();
    let taken = |value: Decimal| areas.iter().map(|area| interpolated(&area.corners, value)).sum::<Decimal>();
    let corners: Vec<(Decimal, Decimal)> = at.iter().map(|value| (*value, *value - taken(*value))).collect();
    let end = corners.last().map_or(Decimal::ZERO, |corner| corner.1);
    PayoffLine { name: "Nobody's".into(), colour: Colour::Other, corners, value: money(end, currency) }
}

/// The line's height at an exit value.
fn interpolated(corners: &[(Decimal, Decimal)], at: Decimal) -> Decimal {
    let after = corners.iter().position(|corner| corner.0 >= at).unwrap_or(corners.len() - 1);
    let (to, from) = (corners[after], corners[after.saturating_sub(1)]);
    match to.0 == from.0 {
        true => to.1,
        false => from.1 + (to.1 - from.1) * ((at - from.0) / (to.0 - from.0)),
    }
}

/// Who gets what at one exit value: holders, and the deductions.
pub fn payouts(sale: &Sale, settlement: &Settlement) -> Chart {
    let currency = &sale.run.agreement.head.currency;
    let mut bars: Vec<PayoutBar> = parties(sale)
        .iter()
        .map(|party| {
            let share = Share::of(sale, settlement, &party.payee.portions);
            let amount = money(share.payout, currency);
            let value = match share.multiple() {
                Some(multiple) => {
                    format!("{amount}, {}x", fixed(multiple, if multiple < Decimal::TEN { 2 } else { 1 }))
                }
                None => amount,
            };
            PayoutBar {
                name: party.name.clone(),
                detail: if party.colour == Colour::Other { String::new() } else { share.form() },
                colour: party.colour,
                payout: share.payout,
                value,
                cost: share.cost.filter(|cost| cost.is_positive().is_yes()).map(|cost| decimal(cost, MONEY_PLACES)),
            }
        })
        .collect();
    // Several small ones together, and what is nobody's, stand below the ranks.
    let place = |bar: &PayoutBar| match bar.colour {
        Colour::Hue(_) => 0,
        Colour::Other => 1,
        Colour::Pool => 2,
    };
    bars.sort_by_key(|bar| (place(bar), std::cmp::Reverse(bar.payout)));
    let over_cost =
        if bars.iter().any(|bar| bar.cost.is_some()) { ", with payout over cost where it is known" } else { "" };
    for (_, name, amount) in super::deductions(sale, settlement) {
        let value = money(amount, currency);
        let detail = "deduction".to_owned();
        bars.push(PayoutBar { name, detail, colour: Colour::Pool, payout: amount, value, cost: None });
    }
    let at = money(decimal(settlement.exit_value, MONEY_PLACES), currency);
    let id = format!("payouts-{}", slug(&value_in_words(sale, settlement.exit_value)));
    let measure = format!("Payouts of a sale at {at}{over_cost}");
    framed(sale, id, titles::payouts(sale, settlement), &measure, Body::Payouts(bars))
}

/// An amount as a part of a file name: `200b`, `1.5t`.
fn slug(words: &str) -> String {
    let plain: String = words.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '.').collect();
    plain.to_lowercase().replace('.', "-")
}

/// Whose claim a portion is of, and which part.
pub fn weight(sale: &Sale, portion: usize) -> (Recipient, Exact) {
    (Recipient::Claim(sale.exit.stack.portions[portion].claim), super::names::part_of_claim(sale, portion))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::exit::fixture::{millions, sold};

    fn corner(value: i64, paid: i64) -> (Decimal, Decimal) {
        (Decimal::from(value) * Decimal::from(1_000_000), Decimal::from(paid) * Decimal::from(1_000_000))
    }

    #[test]
    fn lines_have_their_corners_at_the_exact_breakpoints() {
        let run = sold();
        let chart = by_class(&Sale::of(&run, Some(&[millions(41)])).expect("a sale"));
        assert_eq!(chart.title, "$4M come before the common; Series A Preferred converts only above $21M");
        let Body::Payoffs(PayoffLines { lines, breaks, upper, .. }) = chart.body else { panic!("lines") };
        assert_eq!(upper, corner(41, 0).0);
        let names: Vec<&str> = lines.iter().map(|line| line.name.as_str()).collect();
        assert_eq!(names, ["Common", "Series A Preferred"]);
        assert_eq!(lines[0].corners, [corner(0, 0), corner(1, 0), corner(5, 0), corner(21, 16), corner(41, 32)]);
        assert_eq!(lines[1].corners, [corner(0, 0), corner(1, 0), corner(5, 4), corner(21, 4), corner(41, 8)]);
        let marked: Vec<(&str, &str)> = breaks.iter().map(|at| (at.value.as_str(), at.happens.as_str())).collect();
        assert_eq!(marked, [("$1M", "Debt to Bank paid"), ("$5M", "Series A covered"), ("$21M", "Series A converts")]);
    }

    #[test]
    fn areas_add_up_to_the_exit_value_and_titles_state_the_finding() {
        let run = sold();
        let sale = Sale::of(&run, None).expect("a sale");
        let chart = shares(&sale);
        assert_eq!(chart.title, "Common gets nothing below $5M and 78.0% of $41M");
        let Body::PayoutShares(PayoutShares { areas, .. }) = chart.body else { panic!("areas") };
        let at_end: Decimal = areas.iter().filter_map(|area| area.corners.last()).map(|corner| corner.1).sum();
        assert_eq!(at_end, corner(41, 0).0);
        assert_eq!(by_holder(&sale).title, "Ada: nothing below $5M, 80.0% of each dollar above $21M");
        let bars = payouts(&sale, &sale.settlements[0]);
        assert_eq!(
            (bars.id.as_str(), bars.title.as_str()),
            ("payouts-3m", "At $3M, all of the payouts go to A Fund, none to Ada")
        );
    }
}
