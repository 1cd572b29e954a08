//! What is checked of every exit that is run: it adds up, nobody gains by choosing otherwise, and no payout falls.

use super::breakpoints::Breakpoints;
use super::curve::{Curve, counts_once_converted, unit_at};
use super::settlement::Settlement;
use super::stack::{Claim, Sharing, Stack, UnitId};
use super::waterfall::{Waterfall, distribute};
use crate::num::{Exact, Number, Truth};
use rust_decimal::Decimal;
use std::ops::Range;

/// Something that must hold and does not: a mistake of this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// Payouts, deductions and residue are not the exit value, exactly or in cents.
    DoesNotAddUp,
    /// Claims that choose together would get more by choosing otherwise, all others staying with their choice.
    Deviation(UnitId),
    /// Somebody gets less while the company is sold for more, and no vote or choice of a class as a whole makes it so.
    Falls,
    /// What the next dollar is shared in does not add up to one.
    NextDollar,
}

/// What was checked, and how often: for print.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Exit values that add up to the cent.
    pub values: usize,
    /// Choices tried otherwise, none of which would pay more.
    pub choices: usize,
    /// Segments on which nobody's payout falls and the next dollar is shared out.
    pub segments: usize,
    /// Exit values at which payouts jump, because a vote forces conversion or the lots of a class change form together.
    pub jumps: usize,
}

/// Checks settlements and breakpoints of a stack.
///
/// # Errors
/// The first thing that does not hold.
pub fn check<'s>(
    stack: &Stack<Exact>,
    curve: &Curve<Exact>,
    settlements: impl IntoIterator<Item = &'s Settlement>,
    breakpoints: &Breakpoints,
) -> Result<Checked, Broken> {
    let mut checked = Checked::default();
    for settlement in settlements {
        if !adds_up(settlement) {
            return Err(Broken::DoesNotAddUp);
        }
        checked.values += 1;
        checked.choices += choices(stack, curve, settlement.exit_value)?;
    }
    for (index, segment) in breakpoints.segments.iter().enumerate() {
        let total: Exact = segment.next_dollar.iter().map(|(_, share)| *share).sum();
        // What nobody has a claim to is missing, and then nobody shares.
        let whole = same(total, Exact::one()) || !curve.shares_in_the_end.is_positive().is_yes();
        if !whole {
            return Err(Broken::NextDollar);
        }
        if segment.jumps && index > 0 {
            checked.jumps += 1;
            if stack.forced.is_empty() && !has_mixed_units(stack) {
                return Err(Broken::Falls);
            }
        }
        checked.segments += 1;
    }
    Ok(checked)
}

fn same(a: Exact, b: Exact) -> bool {
    (a.at_most(b) & b.at_most(a)).is_yes()
}

/// Whether several lots choose as one: each of them may then jump, while the class as a whole does not.
fn has_mixed_units(stack: &Stack<Exact>) -> bool {
    stack.claims.windows(2).any(|pair| pair[0].unit == pair[1].unit)
}

/// Exactly, and in cents.
fn adds_up(settlement: &Settlement) -> bool {
    let own = [settlement.costs, settlement.carve_out, settlement.residue];
    let amounts = own.iter().chain(&settlement.debts).chain(settlement.claims.iter().map(|claim| &claim.amount));
    let exact: Exact = amounts.clone().map(|amount| amount.exact).sum();
    let cents: Decimal = amounts.map(|amount| amount.cents).sum();
    let portions: Decimal = settlement.portions.iter().map(|portion| portion.amount.cents).sum();
    let claims: Decimal = settlement.claims.iter().map(|claim| claim.amount.cents).sum();
    same(exact, settlement.exit_value) && Some(cents) == settlement.exit_value.to_decimal(2) && portions == claims
}

/// Tries every choice otherwise; how many were tried.
///
/// With the choices of all others as they are, payouts rise with the common price; so a claim that gets `p` gains by
/// converting if and only if, at the price at which its shares are worth `p`, the claims together ask for less than there is.
/// The same price, and so the same answer, holds for any part of it: a holder who converts alone gains as little.
fn choices(stack: &Stack<Exact>, curve: &Curve<Exact>, exit_value: Exact) -> Result<usize, Broken> {
    let mut waterfall = Waterfall::empty();
    distribute(stack, curve, exit_value, &mut waterfall);
    // Where the total jumps, because what converts at a price adds to a part of Liquidity Capitalization, the jump is filled
    // in part: no choice as a whole is the one that holds.
    let (_, filled) = curve.common_price(waterfall.net.max(curve.preferences));
    if filled.is_positive().is_yes() {
        return Ok(0);
    }
    let converted: Vec<bool> = waterfall.paid.iter().map(|paid| paid.converted.is_yes()).collect();
    let forced = |index: usize| waterfall.forced.get(index).is_some_and(|forced| *forced == Truth::Yes);
    let mut tried = 0;
    let mut first = 0;
    while first < stack.claims.len() {
        let unit = unit_at(&stack.claims, first);
        first = unit.end;
        // Lots that choose as one beside a part of Liquidity Capitalization choose by what is more at the common price there
        // is: by not converting they would change that price, for the part as for themselves.
        let moves_price = stack.has_parts() && unit.len() > 1;
        if !chooses(&stack.claims[unit.start]) || forced(unit.start) || moves_price {
            continue;
        }
        tried += 1;
        let mut otherwise = converted.clone();
        for index in unit.clone() {
            otherwise[index] = !converted[index];
        }
        let gets: Exact = unit.clone().map(|index| waterfall.paid[index].amount).sum();
        let price = match converted[unit.start] {
            false => price_as_converted(stack, &unit, &otherwise, gets),
            true => price_kept(&stack.claims[unit.clone()], gets),
        };
        let gains = match price {
            Wanted::Never => false,
            Wanted::Always => true,
            Wanted::Above(price) => total(stack, &otherwise, price).below(waterfall.net).is_yes(),
        };
        if gains {
            return Err(Broken::Deviation(stack.claims[unit.start].unit));
        }
    }
    Ok(tried)
}

/// Whether a claim has anything to choose.
fn chooses(claim: &Claim<Exact>) -> bool {
    let may = match claim.sharing {
        Sharing::Converts { .. } | Sharing::Capped { .. } | Sharing::PartOf { .. } => true,
        Sharing::Above { .. } => false,
    };
    may && (claim.shares + claim.part()).is_positive().is_yes()
}

/// The common price above which a choice pays more than so much.
#[allow(clippy::large_enum_variant, reason = "an exact number is passed by value, as everywhere in the engine")]
enum Wanted {
    Above(Exact),
    Never,
    Always,
}

fn strike(claim: &Claim<Exact>) -> Exact {
    match claim.sharing {
        Sharing::Converts { strike } | Sharing::Capped { strike, .. } => strike,
        Sharing::Above { .. } | Sharing::PartOf { .. } => Exact::zero(),
    }
}

fn price_as_converted(stack: &Stack<Exact>, unit: &Range<usize>, converted: &[bool], gets: Exact) -> Wanted {
    let claims = &stack.claims[unit.clone()];
    let strikes: Exact = claims.iter().map(strike).sum();
    let parts: Exact = claims.iter().map(Claim::part).sum();
    let shares: Exact =
        claims.iter().map(|claim| claim.shares).sum::<Exact>() + parts * capitalization(stack, converted);
    if shares.is_positive().is_yes() { Wanted::Above((gets + strikes) / shares) } else { Wanted::Never }
}

/// Where keeping the preference pays so much: at most `sum L`, or with participation `sum min(L + s v, total)`.
fn price_kept(claims: &[Claim<Exact>], gets: Exact) -> Wanted {
    let most: Exact = claims
        .iter()
        .map(|claim| match claim.sharing {
            Sharing::Capped { total, .. } => total,
            Sharing::Above { .. } | Sharing::Converts { .. } | Sharing::PartOf { .. } => claim.preference,
        })
        .sum();
    if most.at_most(gets).is_yes() {
        return Wanted::Never;
    }
    let preferences: Exact = claims.iter().map(|claim| claim.preference).sum();
    if gets.below(preferences).is_yes() {
        return Wanted::Always;
    }
    // Kept payouts are concave in the price: from the left, Newton's method never goes too far.
    let mut price = Exact::zero();
    for _ in 0..=2 * claims.len() {
        let (mut paid, mut growing) = (Exact::zero(), Exact::zero());
        for claim in claims {
            paid += kept(claim, price);
            let Sharing::Capped { above, total, .. } = claim.sharing else { continue };
            let grows = (above.at_most(price) & kept(claim, price).below(total)).is_yes();
            growing += if grows { claim.shares } else { Exact::zero() };
        }
        if gets.at_most(paid).is_yes() || !growing.is_positive().is_yes() {
            break;
        }
        price += (gets - paid) / growing;
    }
    Wanted::Above(price)
}

fn kept(claim: &Claim<Exact>, price: Exact) -> Exact {
    match claim.sharing {
        Sharing::Above { above } => claim.preference + claim.shares * (price - above).max(Exact::zero()),
        Sharing::Capped { above, total, .. } => {
            (claim.preference + claim.shares * (price - above).max(Exact::zero())).min(total)
        }
        Sharing::Converts { .. } | Sharing::PartOf { .. } => claim.preference,
    }
}

/// Liquidity Capitalization under fixed choices.
fn capitalization(stack: &Stack<Exact>, converted: &[bool]) -> Exact {
    let (mut counted, mut left) = (stack.capitalization, Exact::one());
    for (claim, _) in stack.claims.iter().zip(converted).filter(|(_, converted)| **converted) {
        match claim.sharing {
            Sharing::PartOf { .. } => left -= claim.part(),
            Sharing::Above { .. } | Sharing::Capped { .. } | Sharing::Converts { .. } => {
                counted += if counts_once_converted(claim) { claim.shares } else { Exact::zero() };
            }
        }
    }
    counted / left
}

/// What all claims ask for at a price under fixed choices.
fn total(stack: &Stack<Exact>, converted: &[bool], price: Exact) -> Exact {
    let capitalization = capitalization(stack, converted);
    let asks = |(claim, &converted): (&Claim<Exact>, &bool)| match (converted, claim.sharing) {
        (true, Sharing::PartOf { .. }) => claim.part() * capitalization * price,
        (true, Sharing::Converts { .. } | Sharing::Capped { .. }) => claim.shares * price - strike(claim),
        (true, Sharing::Above { .. }) | (false, _) => kept(claim, price),
    };
    stack.claims.iter().zip(converted).map(asks).sum()
}
