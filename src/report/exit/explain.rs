//! How a payout came about: claim by claim, lot by lot, the formula with its numbers, and where each term was stated.

use super::Sale;
use super::names::{claim_in_full, claim_of, form_in_words, is_right, lot, recipient};
use super::solve::Payee;
use super::tables::{Share, deductions, value_in_words};
use crate::engine::exit::{Claim, ClaimOf, Form, Settlement, Sharing};
use crate::model::{ClassId, OriginId, Subject};
use crate::num::{Exact, Number};
use crate::report::exact::{FRACTION_PLACES, MONEY_PLACES, POSTED_PLACES, decimal};
use crate::report::explain::{Explanation, Line, Step, cited, count, plain};
use crate::report::words::{self, capital, fixed, grouped, percent};
use rust_decimal::Decimal;

/// Explains what a subject gets at every exit value of the sale.
pub fn explain(sale: &Sale, subject: Subject, name: &str) -> Explanation {
    let writer = Writer { sale, payee: Payee::of(sale, subject) };
    let head = &sale.run.agreement.head;
    Explanation {
        title: format!(
            "{name} in the sale of {} (funding {}, case {})",
            head.name,
            sale.run.rung.word(),
            head.case.word()
        ),
        notes: head
            .normalised
            .map(|total| {
                let total = grouped(total);
                format!(
                    "Counts and prices below are of a made-up total of {total} shares; only ratios and money are facts."
                )
            })
            .into_iter()
            .collect(),
        stages: sale.settlements.iter().map(|settlement| writer.step(settlement)).collect(),
    }
}

struct Writer<'a> {
    sale: &'a Sale<'a>,
    payee: Payee,
}

impl Writer<'_> {
    fn currency(&self) -> &str {
        &self.sale.run.agreement.head.currency
    }

    fn money(&self, number: Exact) -> String {
        words::money_in_full(decimal(number, 2), self.currency())
    }

    fn price(&self, number: Exact) -> String {
        words::price(decimal(number, POSTED_PLACES), self.currency())
    }

    fn cited(&self, depth: usize, says: String, origin: OriginId) -> Line {
        cited(&self.sale.run.agreement, depth, says, origin)
    }

    fn step(&self, settlement: &Settlement) -> Step {
        let share = Share::of(self.sale, settlement, &self.payee.portions);
        let paid = self.payee.paid(settlement);
        let all = decimal(settlement.exit_value, MONEY_PLACES);
        let part = if all.is_zero() { Decimal::ZERO } else { paid / all };
        let mut says = format!("payout {} = {} of the exit value", self.cents(paid), percent(part, 4));
        if let Some(multiple) = share.multiple() {
            let cost = share.cost.map_or_else(String::new, |cost| self.money(cost));
            says = format!("{says}; {}x of {cost} paid for the shares", fixed(multiple, 4));
        }
        let mut lines = vec![plain(0, says)];
        for &portion in &self.payee.portions {
            self.portion(settlement, portion, &mut lines);
        }
        for &to in &self.payee.besides {
            let amount = deductions(self.sale, settlement).into_iter().find(|(known, ..)| *known == to);
            let amount = amount.map_or(Decimal::ZERO, |(_, _, amount)| amount);
            lines.push(plain(1, format!("{}: {}, before all shares", recipient(self.sale, to), self.cents(amount))));
        }
        self.common_price(settlement, &mut lines);
        Step { stage: format!("Exit at {}", value_in_words(self.sale, settlement.exit_value)), lines }
    }

    fn cents(&self, amount: Decimal) -> String {
        format!("{}{}", words::symbol(self.currency()), grouped(amount))
    }

    /// A holder's part of a claim, what the claim gets, and the terms it rests on.
    fn portion(&self, settlement: &Settlement, portion: usize, lines: &mut Vec<Line>) {
        let sale = self.sale;
        let (claim, paid) = (claim_of(sale, portion), &settlement.portions[portion]);
        let units = sale.exit.stack.portions[portion].units_held;
        if !units.is_positive().is_yes() {
            return;
        }
        let index = sale.exit.stack.portions[portion].claim as usize;
        let settled = settlement.claims[index];
        let form = form_in_words(settled.form, is_right(claim));
        let indifferent = if settled.indifferent { ", where converting pays the same" } else { "" };
        let whole = claim.units_held;
        lines.push(plain(
            1,
            format!(
                "{}: {} = {} of {} x {}, {form}{indifferent}",
                capital(&claim_in_full(sale, claim)),
                self.cents(paid.amount.cents),
                shares_in_words(units),
                shares_in_words(whole),
                self.money(settled.amount.exact)
            ),
        ));
        if paid.escrow.cents > Decimal::ZERO {
            lines.push(plain(2, format!("{} of it is held in escrow", self.cents(paid.escrow.cents))));
        }
        lines.push(plain(2, self.formula(settlement, claim, settled.form, settled.amount.exact)));
        if settlement.forced.get(index).copied().unwrap_or(false) {
            lines.push(plain(2, "a vote of the preferred forces it to convert".into()));
        }
        self.terms(claim, lines);
    }

    /// What the claim gets, by its terms at the common price.
    fn formula(&self, settlement: &Settlement, claim: &Claim<Exact>, form: Form, gets: Exact) -> String {
        let v = settlement.common_price;
        let (shares, price) = (shares_in_words(claim.shares), self.price(v));
        let as_common = claim.shares * v;
        let preference = self.money(claim.preference);
        let gets = self.money(gets);
        match (form, claim.sharing) {
            (Form::Nothing, Sharing::Above { above }) if above.is_positive().is_yes() => format!(
                "a share costs {} as converted and a common share gets {price}: not exercised",
                self.price(above)
            ),
            (Form::Nothing, _) => format!("nothing is left when it is its turn; a common share gets {price}"),
            (Form::Common, _) => format!("{gets} = {shares} common shares x {price}"),
            (Form::Converted, Sharing::Above { above }) => {
                format!("{gets} = {shares} x ({price} - {} to exercise)", self.price(above))
            }
            (Form::Converted, Sharing::PartOf { .. }) => {
                format!("{gets} = its part of Liquidity Capitalization x {price}, at least the {preference} in cash")
            }
            (Form::Converted, Sharing::Converts { strike } | Sharing::Capped { strike, .. }) => {
                let besides = match (strike.is_positive().is_yes(), strike.below(Exact::zero()).is_yes()) {
                    (true, _) => format!(" - {} to exercise", self.money(strike)),
                    (_, true) => format!(" + {} of dividends", self.money(Exact::zero() - strike)),
                    _ => String::new(),
                };
                format!("{gets} = {shares} as converted x {price}{besides}, more than its preference of {preference}")
            }
            (Form::Participating, _) => {
                format!("{gets} = preference {preference} + {shares} as converted x {price}")
            }
            (Form::Capped, Sharing::Capped { total, .. }) => format!(
                "{gets} = its participation cap of {}: preference {preference} + {shares} x {price} would be {}",
                self.money(total),
                self.money(claim.preference + as_common)
            ),
            (Form::Capped, _) => format!("{gets}, as much as its cap allows"),
            (Form::Preference, _) if v.is_positive().is_yes() => {
                format!("{gets} = its preference; converted it would be {shares} x {price} = {}", self.money(as_common))
            }
            (Form::Preference, _) => format!("{gets} of a preference of {preference}, in the order of seniority"),
        }
    }

    /// The terms behind a claim, each where it was stated.
    fn terms(&self, claim: &Claim<Exact>, lines: &mut Vec<Line>) {
        let agreement = &self.sale.run.agreement;
        match claim.of {
            ClaimOf::Common(_) | ClaimOf::Pool(_) => {}
            ClaimOf::Lot(class, _) => {
                if claim.preference.is_positive().is_yes() {
                    let per_share = self.price(claim.preference / claim.units_held);
                    let issued = lot(self.sale, claim).map_or_else(String::new, |lot| format!(", issued at {lot}"));
                    let units = shares_in_words(claim.units_held);
                    lines.push(plain(
                        2,
                        format!("preference {} = {units} shares x {per_share}{issued}", self.money(claim.preference)),
                    ));
                }
                self.class_terms(class, lines);
            }
            ClaimOf::Right(right) => {
                let info = &agreement.rights[right.index()];
                lines.push(self.cited(
                    3,
                    format!("{} of {}", info.name, shares_in_words(claim.units_held)),
                    info.origin,
                ));
            }
            ClaimOf::Convertible(id) | ClaimOf::Discount(id) => {
                let info = &agreement.convertibles[id.index()];
                lines.push(self.cited(3, format!("{} is still outstanding", info.name), info.origin));
            }
        }
    }

    fn class_terms(&self, class: ClassId, lines: &mut Vec<Line>) {
        let class = &self.sale.run.agreement.classes[class.index()];
        for (key, typed, origin) in &class.terms {
            let says = format!("{} of {}: {typed}", key.replace('_', " "), class.name);
            lines.push(match origin {
                Some(origin) => self.cited(3, says, *origin),
                None => plain(3, says),
            });
        }
        if class.terms.is_empty() {
            lines.push(plain(3, format!("no terms of {} are stated: see the assumptions", class.name)));
        }
    }

    /// Where the common price comes from: what is left after the deductions, and the piece it lies on.
    fn common_price(&self, settlement: &Settlement, lines: &mut Vec<Line>) {
        let sale = self.sale;
        lines.push(plain(
            1,
            format!(
                "a common share gets v = {}: the one price at which what all claims get adds up to what is left for them",
                self.price(settlement.common_price)
            ),
        ));
        let all: Exact = settlement.claims.iter().map(|claim| claim.amount.exact).sum();
        let taken: Vec<String> = deductions(sale, settlement)
            .into_iter()
            .map(|(_, name, amount)| format!(" - {} {}", name.to_lowercase(), self.cents(amount)))
            .collect();
        let says = format!(
            "{} left = exit value {}{}",
            self.money(all),
            value_in_words(sale, settlement.exit_value),
            taken.concat()
        );
        let exit = sale.run.agreement.scenario.exit.as_ref();
        lines.push(match exit {
            Some(exit) => self.cited(2, says, exit.origin),
            None => plain(2, says),
        });
        let segment = sale.breakpoints.at(settlement.exit_value);
        let happens = super::breakpoints::happens(sale, segment);
        let since = if happens.is_empty() { String::new() } else { format!(", where {happens}") };
        let own: Exact = self.payee.portions.iter().map(|portion| self.next_dollar(*portion, segment)).sum();
        lines.push(plain(
            2,
            format!(
                "the sharing is that above {}{since}; of the next dollar {} would come here",
                value_in_words(sale, segment.from),
                percent(decimal(own, FRACTION_PLACES), 4)
            ),
        ));
    }

    fn next_dollar(&self, portion: usize, segment: &crate::engine::exit::Segment) -> Exact {
        let (to, part) = super::charts::weight(self.sale, portion);
        let share = segment.next_dollar.iter().find(|(known, _)| *known == to).map(|(_, share)| *share);
        share.map_or(Exact::zero(), |share| share * part)
    }
}

fn shares_in_words(shares: Exact) -> String {
    count(decimal(shares, POSTED_PLACES))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::StakeholderId;
    use crate::report::exit::fixture::{millions, sold};

    #[test]
    fn a_payout_is_followed_to_its_claim_its_formula_and_the_line_of_the_value() {
        let run = sold();
        let sale = Sale::of(&run, Some(&[millions(41)])).expect("a sale");
        let explained = explain(&sale, Subject::Stakeholder(StakeholderId::at(1)), "A Fund");
        assert_eq!(explained.stages[0].stage, "Exit at $41M");
        let says: Vec<&str> = explained.stages[0].lines.iter().map(|line| line.says.as_str()).collect();
        for expected in [
            "payout $8,000,000 = 19.5122% of the exit value; 2.0000x of $4M paid for the shares",
            "Series A Preferred: $8,000,000 = 2,000,000 of 2,000,000 x $8M, as converted",
            "$8M = 2,000,000 as converted x $4, more than its preference of $4M",
            "preference $4M = 2,000,000 shares x $2, issued at the opening",
            "$40M left = exit value $41M - debt to bank $1,000,000",
            "the sharing is that above $21M, where Series A Preferred converts; of the next dollar 20.0000% would come here",
        ] {
            assert!(says.contains(&expected), "{expected} is not among {says:#?}");
        }
        assert!(explained.stages[0].lines.iter().any(|line| line.at.as_deref() == Some("scenarios/sold.toml:2")));
        let bank = explain(&sale, Subject::Stakeholder(StakeholderId::at(2)), "Bank");
        assert_eq!(bank.stages[0].lines[1].says, "Debt to Bank: $1,000,000, before all shares");
    }
}
