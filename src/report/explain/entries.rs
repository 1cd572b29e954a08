//! What an entry did, in words.

use super::{Writer, count, per_share, signed};
use crate::engine::books::EntryKind;
use crate::engine::ledger::Posted;
use crate::model::PositionId;
use crate::report::{conversions, ledger_table, words};
use rust_decimal::Decimal;

impl Writer<'_> {
    /// What the entry did, with its numbers.
    pub(super) fn in_words(&self, entry: &Posted) -> String {
        let agreement = self.agreement();
        let security = agreement.consists_of(entry.position);
        let (shares, price) = (count(entry.shares), per_share(entry.price, self.currency()));
        match entry.kind {
            EntryKind::Issuance { money, .. } if money.is_zero() => {
                format!("{shares} {security} issued for no consideration")
            }
            EntryKind::Issuance { money, residue } => {
                let left = match residue.round_dp(2).is_zero() {
                    true => String::new(),
                    false => {
                        format!(", {} left over", words::money_in_full(words::rounded(residue, 2), self.currency()))
                    }
                };
                format!(
                    "{shares} {security} issued = {} / {price} a share{left}",
                    words::money_in_full(money, self.currency())
                )
            }
            EntryKind::Conversion { convertible, money, .. } => {
                let name = &agreement.convertibles[convertible.index()].name;
                let why = conversions::because(self.run, entry, convertible);
                format!(
                    "{shares} {security} from {name} = {} / {price}; {why}",
                    words::money_in_full(money, self.currency())
                )
            }
            EntryKind::Adjustment { as_converted } => {
                format!("{} more as converted: {}", count(as_converted), ledger_table::because(self.run, entry))
            }
            EntryKind::Transfer { from, money, .. } => self.transfer(entry, from, money),
            EntryKind::Split { fraction } if fraction.is_zero() => {
                format!("{} {security} by the split", signed(entry.shares))
            }
            EntryKind::Split { fraction } => {
                format!("{} {security} by the split, {} of a share paid in cash", signed(entry.shares), count(fraction))
            }
            EntryKind::InKind { .. } => {
                format!("{shares} {security} as a dividend: {}", ledger_table::because(self.run, entry))
            }
            EntryKind::Reclassification { .. } => {
                format!("{shares} {security} for {}", ledger_table::because(self.run, entry))
            }
            EntryKind::Repurchase { money, .. } if money.is_zero() => {
                format!("{} {security} given back to the company", signed(entry.shares))
            }
            EntryKind::Repurchase { money, .. } => {
                let money = words::money_in_full(money, self.currency());
                format!(
                    "{} {security} bought back by the company for {money}, at {price} a share",
                    signed(entry.shares)
                )
            }
            EntryKind::PoolIncrease
            | EntryKind::Grant { .. }
            | EntryKind::Exercise { .. }
            | EntryKind::Return { .. }
            | EntryKind::Warrant
            | EntryKind::Cancellation => self.of_rights(entry),
        }
    }

    fn transfer(&self, entry: &Posted, from: PositionId, money: Decimal) -> String {
        let agreement = self.agreement();
        let security = agreement.consists_of(entry.position);
        let (shares, price) = (count(entry.shares), per_share(entry.price, self.currency()));
        let money = words::money_in_full(money, self.currency());
        match (self.ours(entry.position), self.ours(from)) {
            (true, false) => {
                format!("{shares} {security} bought from {} for {money}, at {price}", agreement.owner(from))
            }
            (false, true) => {
                format!("{shares} {security} sold to {} for {money}, at {price}", agreement.owner(entry.position))
            }
            _ => format!(
                "{shares} {security} moved from {} to {}",
                agreement.owner(from),
                agreement.owner(entry.position)
            ),
        }
    }

    /// What options and warrants did.
    fn of_rights(&self, entry: &Posted) -> String {
        let agreement = self.agreement();
        let security = agreement.consists_of(entry.position);
        let shares = count(entry.shares);
        let why = || ledger_table::because(self.run, entry);
        match entry.kind {
            EntryKind::PoolIncrease => format!("{shares} options added to {}", agreement.owner(entry.position)),
            EntryKind::Grant { from } if self.ours(entry.position) && !self.ours(from) => {
                format!("{shares} options granted from {}", agreement.owner(from))
            }
            EntryKind::Grant { .. } => format!("{shares} options granted to {}", agreement.owner(entry.position)),
            EntryKind::Exercise { options, money, .. } if money.is_zero() => {
                format!("{shares} {security} for {} options: {}", count(options), why())
            }
            EntryKind::Exercise { money, .. } => {
                let price = per_share(entry.price, self.currency());
                let money = words::money_in_full(money, self.currency());
                format!("{shares} options became {security} for {money}, at {price} a share")
            }
            EntryKind::Return { from } => match self.ours(from) {
                true => format!("{shares} options returned to {}: {}", agreement.owner(entry.position), why()),
                false => format!("{shares} options returned by {}: {}", agreement.owner(from), why()),
            },
            EntryKind::Warrant => {
                format!("{shares} {security}: {}", why())
            }
            EntryKind::Cancellation => {
                format!("{} options cancelled and retired: {}", signed(entry.shares), why())
            }
            _ => unreachable!("only options and warrants come here"),
        }
    }
}
