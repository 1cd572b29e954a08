//! A distribution to the cent, holder by holder, and what was checked of it.

use super::cents::whole_cents;
use super::curve::Curve;
use super::stack::{Claim, ClaimOf, Stack};
use super::waterfall::{Paid, Waterfall, distribute};
use crate::num::{Exact, Mask, Number};
use rust_decimal::Decimal;

/// One exit value, exactly and to the cent. Everything adds up to the exit value.
#[derive(Clone, Debug)]
pub struct Settlement {
    /// What the company was sold for.
    pub exit_value: Exact,
    /// `v`: what one common share gets.
    pub common_price: Exact,
    /// What the sale costs.
    pub costs: Amount,
    /// What each debt is paid, in the order of the stack's.
    pub debts: Vec<Amount>,
    /// The management plan.
    pub carve_out: Amount,
    /// What each claim gets, in the order of the stack's.
    pub claims: Vec<Settled>,
    /// What each portion gets, in the order of the stack's.
    pub portions: Vec<SettledPortion>,
    /// What nobody has a claim to.
    pub residue: Amount,
    /// Whether a vote forced a claim to convert, by claim; empty where no class can be forced.
    pub forced: Vec<bool>,
}

/// An amount of money, exactly and in whole cents (largest remainder).
#[derive(Clone, Copy, Debug)]
pub struct Amount {
    /// Unrounded.
    pub exact: Exact,
    /// To the cent.
    pub cents: Decimal,
}

/// What a claim gets.
#[derive(Clone, Copy, Debug)]
pub struct Settled {
    /// How much, what is held in escrow included.
    pub amount: Amount,
    /// In which form.
    pub form: Form,
    /// Preference and conversion pay the same; the form is the one it keeps.
    pub indifferent: bool,
}

/// What a holder gets of a claim.
#[derive(Clone, Copy, Debug)]
pub struct SettledPortion {
    /// How much, what is held in escrow included.
    pub amount: Amount,
    /// The part of it that is held in escrow.
    pub escrow: Amount,
}

/// How a claim takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// It gets nothing.
    Nothing,
    /// Its preference, or a part of it, and no more; a note or SAFE its balance.
    Preference,
    /// Its preference and a share of the rest.
    Participating,
    /// As much as its participation cap allows.
    Capped,
    /// As common: converted, or exercised.
    Converted,
    /// As common, because it is.
    Common,
}

/// Distributes `exit_value` exactly and to the cent.
///
/// Cents: the deductions, each class, each right, each pool, each SAFE or note first, then the holders of each, always by
/// the largest remainder. `None` where a number is too long to write.
pub fn settle(stack: &Stack<Exact>, curve: &Curve<Exact>, exit_value: Exact) -> Option<Settlement> {
    let mut waterfall = Waterfall::empty();
    distribute(stack, curve, exit_value, &mut waterfall);
    let exact = portions(stack, &waterfall);
    let (lines, line_of) = lines(stack, &waterfall);
    let cents = whole_cents(&lines, exit_value.to_decimal(2)?)?;
    let mut in_cents = vec![Decimal::ZERO; exact.len()];
    for (line, &cents) in cents.iter().enumerate().skip(FIRST_CLAIMS + stack.debts.len()) {
        let of_line: Vec<usize> =
            (0..exact.len()).filter(|&index| line_of[stack.portions[index].claim as usize] == line).collect();
        let amounts: Vec<Exact> = of_line.iter().map(|&index| exact[index]).collect();
        for (index, cents) in of_line.into_iter().zip(whole_cents(&amounts, cents)?) {
            in_cents[index] = cents;
        }
    }
    let amount = |exact, cents| Amount { exact, cents };
    let escrow = escrows(stack, &exact, &in_cents)?;
    let mut claims = Vec::with_capacity(stack.claims.len());
    for (index, (claim, paid)) in stack.claims.iter().zip(&waterfall.paid).enumerate() {
        let own = |portion: &usize| stack.portions[*portion].claim as usize == index;
        let cents = (0..in_cents.len()).filter(own).map(|portion| in_cents[portion]).sum();
        let forced = waterfall.forced.get(index).is_some_and(|forced| forced.is_yes());
        claims.push(Settled {
            amount: amount(paid.amount, cents),
            form: form(claim, paid, waterfall.common_price),
            indifferent: paid.indifferent.is_yes() && !forced,
        });
    }
    Some(Settlement {
        exit_value,
        common_price: waterfall.common_price,
        costs: amount(waterfall.costs, cents[0]),
        carve_out: amount(waterfall.carve_out, cents[1]),
        residue: amount(waterfall.residue, cents[2]),
        debts: waterfall
            .debts
            .iter()
            .zip(&cents[FIRST_CLAIMS..])
            .map(|(&exact, &cents)| amount(exact, cents))
            .collect(),
        claims,
        portions: exact
            .iter()
            .zip(&in_cents)
            .zip(escrow)
            .map(|((&exact, &cents), escrow)| SettledPortion { amount: amount(exact, cents), escrow })
            .collect(),
        forced: waterfall.forced.iter().map(|forced| forced.is_yes()).collect(),
    })
}

/// Costs, carve-out and residue come before debts, and these before the claims.
const FIRST_CLAIMS: usize = 3;

/// What each portion gets: its part of its claim.
fn portions(stack: &Stack<Exact>, waterfall: &Waterfall<Exact>) -> Vec<Exact> {
    let part = |portion: &super::Portion<Exact>| {
        let index = portion.claim as usize;
        let whole = stack.claims[index].units_held;
        waterfall.paid[index].amount * portion.units_held / whole.is_positive().select(whole, Exact::one())
    };
    stack.portions.iter().map(part).collect()
}

/// What is rounded to the cent first, and which of it each claim belongs to.
fn lines(stack: &Stack<Exact>, waterfall: &Waterfall<Exact>) -> (Vec<Exact>, Vec<usize>) {
    let mut lines = vec![waterfall.costs, waterfall.carve_out, waterfall.residue];
    lines.extend(&waterfall.debts);
    let mut line_of: Vec<usize> = Vec::with_capacity(stack.claims.len());
    for (index, claim) in stack.claims.iter().enumerate() {
        let known = stack.claims[..index].iter().position(|other| same_line(other.of, claim.of));
        match known {
            Some(other) => {
                let line = line_of[other];
                lines[line] += waterfall.paid[index].amount;
                line_of.push(line);
            }
            None => {
                line_of.push(lines.len());
                lines.push(waterfall.paid[index].amount);
            }
        }
    }
    (lines, line_of)
}

/// Lots of one class are one line, and so is a SAFE with what its discount adds.
fn same_line(a: ClaimOf, b: ClaimOf) -> bool {
    match (a, b) {
        (ClaimOf::Lot(a, _), ClaimOf::Lot(b, _)) => a == b,
        (ClaimOf::Convertible(a) | ClaimOf::Discount(a), ClaimOf::Convertible(b) | ClaimOf::Discount(b)) => a == b,
        _ => false,
    }
}

/// The same part of every payout, to the cent: never more than the payout.
fn escrows(stack: &Stack<Exact>, exact: &[Exact], in_cents: &[Decimal]) -> Option<Vec<Amount>> {
    let held: Vec<Exact> = exact.iter().map(|&amount| amount * stack.escrow).collect();
    let total: Exact = held.iter().copied().sum();
    let cents = whole_cents(&held, total.to_decimal(2)?)?;
    Some(
        held.iter()
            .zip(cents)
            .zip(in_cents)
            .map(|((&exact, cents), &paid)| Amount { exact, cents: cents.min(paid) })
            .collect(),
    )
}

/// In which form a claim is paid.
fn form(claim: &Claim<Exact>, paid: &Paid<Exact>, common_price: Exact) -> Form {
    if !paid.amount.is_positive().is_yes() {
        return Form::Nothing;
    }
    let shares = (claim.shares * common_price).is_positive().is_yes();
    match claim.of {
        ClaimOf::Common(_) => Form::Common,
        ClaimOf::Pool(_) => Form::Converted,
        _ if paid.converted.is_yes() => Form::Converted,
        ClaimOf::Right(_) if !claim.preference.is_positive().is_yes() => Form::Converted,
        _ if paid.capped.is_yes() => Form::Capped,
        _ => match claim.sharing {
            super::Sharing::Above { .. } | super::Sharing::Capped { .. } if shares => Form::Participating,
            super::Sharing::Above { .. }
            | super::Sharing::Capped { .. }
            | super::Sharing::Converts { .. }
            | super::Sharing::PartOf { .. } => Form::Preference,
        },
    }
}
