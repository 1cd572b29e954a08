//! Offers side by side: payouts at the same exit values, and the exit values at which one offer becomes better than another.

use super::charts::{line, upper};
use super::payoff::{Payoff, Payoffs, order};
use super::solve::Payee;
use super::tables::value_in_words;
use super::{Sale, titles};
use crate::engine::exit::ClaimHolder;
use crate::error::Finding;
use crate::model::{StakeholderId, Subject};
use crate::num::{Exact, Number};
use crate::report::chart::{Body, Chart, Colour, Mark, PayoffLines};
use crate::report::exact::{MONEY_PLACES, decimal};
use crate::report::table::{Cell, Column, Row, Style, Table};
use crate::report::words::{listed, money};
use rust_decimal::Decimal;
use std::cmp::Ordering;

/// A scenario taking part.
#[derive(Clone, Debug)]
pub struct Offer<'a> {
    /// The name that tells it apart.
    pub label: String,
    /// Its sale, at the exit values compared.
    pub sale: Sale<'a>,
}

/// Somebody with a claim in at least one of the offers.
struct Claimant {
    name: String,
    /// Who it is in each offer.
    at: Vec<Option<StakeholderId>>,
    /// What it gets in each offer.
    payoffs: Vec<Payoff>,
    payees: Vec<Option<Payee>>,
}

impl Claimant {
    /// Where which of another offer and the base pays it more.
    fn regions(&self, other: usize) -> Vec<Region> {
        let signs = self.payoffs[other].less(&self.payoffs[0]).signs();
        let region = |(index, &(from, other)): (usize, &(Exact, Ordering))| Region {
            from,
            to: signs.get(index + 1).map(|(next, _)| *next),
            other,
        };
        signs.iter().enumerate().map(region).collect()
    }

    /// Whether both pay the same at an exit value, and neither jumps over the other there.
    fn is_crossing(&self, other: usize, at: Exact) -> bool {
        let pays = |index: usize| self.payoffs[index].at(at);
        order(pays(0), pays(other)) == Ordering::Equal && pays(0).is_positive().is_yes() && at.is_positive().is_yes()
    }
}

/// One offer is better than the base from an exit value on.
#[derive(Clone, Copy, Debug)]
pub struct Region {
    /// From here.
    pub from: Exact,
    /// To here; `None` is for ever.
    pub to: Option<Exact>,
    /// How the other offer compares with the base.
    pub other: Ordering,
}

/// Several offers, compared.
pub struct Offers<'a> {
    offers: Vec<Offer<'a>>,
    subjects: Vec<Claimant>,
}

impl<'a> Offers<'a> {
    /// Matches holders by their id in the file, else by name.
    pub fn new(offers: Vec<Offer<'a>>) -> Self {
        let all: Vec<Payoffs> = offers.iter().map(|offer| Payoffs::of(&offer.sale)).collect();
        let mut subjects: Vec<Claimant> = Vec::new();
        for (number, offer) in offers.iter().enumerate() {
            for who in claimants(&offer.sale) {
                let stakeholder = &offer.sale.run.agreement.stakeholders[who.index()];
                let same = |subject: &Claimant| {
                    subject.at.iter().zip(&offers).any(|(at, other)| {
                        at.is_some_and(|at| {
                            let known = &other.sale.run.agreement.stakeholders[at.index()];
                            known.id == stakeholder.id || known.name == stakeholder.name
                        })
                    })
                };
                let known = subjects.iter().position(|subject| subject.at[number].is_none() && same(subject));
                let known = known.unwrap_or_else(|| {
                    let at = vec![None; offers.len()];
                    let name = stakeholder.name.clone();
                    subjects.push(Claimant { name, at, payoffs: Vec::new(), payees: Vec::new() });
                    subjects.len() - 1
                });
                subjects[known].at[number] = Some(who);
            }
        }
        for subject in &mut subjects {
            for ((offer, payoffs), who) in offers.iter().zip(&all).zip(&subject.at) {
                let payee = who.map(|who| Payee::of(&offer.sale, Subject::Stakeholder(who)));
                let nothing = || payoffs.sum(&[]);
                subject.payoffs.push(payee.as_ref().map_or_else(nothing, |payee| payee.payoff(&offer.sale, payoffs)));
                subject.payees.push(payee);
            }
        }
        Offers { offers, subjects }
    }

    /// Tables to read: payouts at each exit value, then which offer pays whom more, from which exit value on.
    pub fn tables(&self) -> Vec<Table> {
        let values = 0..self.offers[0].sale.settlements.len();
        let mut tables: Vec<Table> = values.map(|index| self.payouts(index)).collect();
        tables.push(self.crossovers());
        tables
    }

    /// Payouts at one exit value, a column for each offer, then the differences.
    fn payouts(&self, index: usize) -> Table {
        let at = value_in_words(&self.offers[0].sale, self.offers[0].sale.settlements[index].exit_value);
        let mut head = vec![Column::pinned("stakeholder", "Stakeholder")];
        head.extend(self.offers.iter().map(|offer| Column::new(&offer.label, &offer.label)));
        let heading = |offer: &Offer| match self.offers.len() {
            2 => "Difference".to_owned(),
            _ => format!("{} less base", offer.label),
        };
        head.extend(
            self.offers[1..].iter().map(|offer| Column::new(format!("difference_{}", offer.label), heading(offer))),
        );
        let title = format!("Payouts of a sale at {at}, compared with {}", self.offers[0].label);
        let mut table = Table::new("comparison-payouts", title, head);
        for subject in &self.subjects {
            let paid = self.paid(subject, index);
            let mut cells = vec![Cell::text(&subject.name)];
            cells.extend(paid.iter().map(|paid| paid.map_or(Cell::text("no claim"), Cell::Money)));
            cells.extend(
                paid[1..].iter().map(|other| Cell::Money(other.unwrap_or_default() - paid[0].unwrap_or_default())),
            );
            table.push(Style::Body, cells);
        }
        table
    }

    /// To the cent; `None` where it has no claim.
    fn paid(&self, subject: &Claimant, index: usize) -> Vec<Option<Decimal>> {
        let paid = |(offer, payee): (&Offer, &Option<Payee>)| {
            payee.as_ref().map(|payee| payee.paid(&offer.sale.settlements[index]))
        };
        self.offers.iter().zip(&subject.payees).map(paid).collect()
    }

    /// From which exit value on which offer pays whom more: exactly, from the breakpoints of both.
    fn crossovers(&self) -> Table {
        let head = [
            ("stakeholder", "Stakeholder"),
            ("from", "From an exit value of"),
            ("to", "To"),
            ("better", "Pays more"),
            ("at", "Both pay there"),
        ];
        let head: Vec<Column> = head
            .iter()
            .enumerate()
            .map(|(index, (key, heading))| match index {
                0 => Column::pinned(*key, *heading),
                _ => Column::new(*key, *heading),
            })
            .collect();
        let mut table = Table::new("comparison-crossovers", "Which offer pays more", head);
        for subject in &self.subjects {
            for other in 1..self.offers.len() {
                for (index, region) in subject.regions(other).iter().enumerate() {
                    let cross = index > 0 && subject.is_crossing(other, region.from);
                    let both = subject.payoffs[0].at(region.from);
                    table.push(
                        if index == 0 { Style::Body } else { Style::Detail },
                        vec![
                            Cell::text(&subject.name),
                            Cell::Money(decimal(region.from, MONEY_PLACES)),
                            Cell::or_empty(region.to, |to| Cell::Money(decimal(to, MONEY_PLACES))),
                            Cell::text(self.better(region.other, other)),
                            if cross { Cell::Money(decimal(both, MONEY_PLACES)) } else { Cell::Empty },
                        ],
                    );
                }
            }
        }
        table.note(
            "Exact: both payoffs are straight lines between breakpoints, so these are all exit values at which the better \
             offer changes. Both offers are compared at the same exit value.",
        );
        for subject in &self.subjects {
            for other in 1..self.offers.len() {
                if let Some(sentence) = self.in_words(subject, other) {
                    table.note(sentence);
                }
            }
        }
        table
    }

    /// All crossings of one holder in a sentence, with the exit values in full; `None` where there is none.
    fn in_words(&self, subject: &Claimant, other: usize) -> Option<String> {
        let currency = &self.offers[0].sale.run.agreement.head.currency;
        let at: Vec<String> = self
            .crossings(subject, other)
            .iter()
            .map(|(value, _)| crate::report::words::price(decimal(*value, MONEY_PLACES), currency))
            .collect();
        let label = |index: usize| &self.offers[index].label;
        (!at.is_empty())
            .then(|| format!("{}: {} and {} change places at {}.", subject.name, label(0), label(other), listed(&at)))
    }

    fn better(&self, sign: Ordering, other: usize) -> String {
        match sign {
            Ordering::Less => self.offers[0].label.clone(),
            Ordering::Equal => "both the same".into(),
            Ordering::Greater => self.offers[other].label.clone(),
        }
    }

    /// Exit values at which the better offer changes, with the label of the one that is better from there on; past a stretch
    /// where both pay the same too.
    fn crossings(&self, subject: &Claimant, other: usize) -> Vec<(Exact, String)> {
        let mut last = Ordering::Equal;
        let mut crossings = Vec::new();
        for region in subject.regions(other).into_iter().filter(|region| region.other != Ordering::Equal) {
            if last != Ordering::Equal && last != region.other {
                crossings.push((region.from, self.better(region.other, other)));
            }
            last = region.other;
        }
        crossings
    }

    /// Rows for `comparison.csv`: payouts at each exit value, then every exit value at which the better offer changes.
    pub fn csv_rows(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        let shared = |word: fn(&Sale) -> &'static str| {
            let mut words: Vec<&str> = self.offers.iter().map(|offer| word(&offer.sale)).collect();
            words.dedup();
            Cell::Text(words.join("; "))
        };
        let (funding, case) = (shared(|sale| sale.run.rung.word()), shared(|sale| sale.run.agreement.head.case.word()));
        let mut push = |subject: &Claimant, measure: String, figures: Vec<Option<Decimal>>, note: Cell| {
            let base = figures[0].unwrap_or_default();
            let mut cells = vec![Cell::text(&subject.name), Cell::Text(measure)];
            cells.extend(figures.iter().map(|figure| Cell::Money(figure.unwrap_or_default())));
            cells.extend(figures[1..].iter().map(|figure| Cell::Money(figure.unwrap_or_default() - base)));
            cells.extend([funding.clone(), case.clone(), note]);
            rows.push(Row { cells, style: Style::Body });
        };
        for subject in &self.subjects {
            for (index, settlement) in self.offers[0].sale.settlements.iter().enumerate() {
                let paid = self.paid(subject, index);
                let absent: Vec<&str> = self
                    .offers
                    .iter()
                    .zip(&paid)
                    .filter(|(_, paid)| paid.is_none())
                    .map(|(offer, _)| offer.label.as_str())
                    .collect();
                let note = match absent.is_empty() {
                    true => Cell::Empty,
                    false => Cell::Text(format!("no claim in {}", listed(&absent))),
                };
                let at = decimal(settlement.exit_value, MONEY_PLACES);
                push(subject, format!("payout at {at}"), paid, note);
            }
            for other in 1..self.offers.len() {
                for region in subject.regions(other) {
                    let from = decimal(region.from, MONEY_PLACES);
                    let figures =
                        subject.payoffs.iter().map(|payoff| Some(decimal(payoff.at(region.from), MONEY_PLACES)));
                    let note = match region.other {
                        Ordering::Equal => format!("{} pays the same from here on", self.offers[other].label),
                        sign => format!("{} pays more from here on", self.better(sign, other)),
                    };
                    push(subject, format!("crossover at {from}"), figures.collect(), Cell::Text(note));
                }
            }
        }
        rows
    }

    /// The two payoffs of one holder, with every crossing marked: of the holder named, else of whoever has most at stake
    /// where its offers cross; `None` where no one's do.
    ///
    /// # Errors
    /// Where nobody of that name has a claim.
    pub fn chart(&self, holder: Option<&str>) -> Result<Option<Chart>, Finding> {
        let subject = match holder {
            Some(name) => Some(self.named(name)?),
            None => {
                let crossing = self.subjects.iter().filter(|subject| !self.crossings(subject, 1).is_empty());
                let stake = |subject: &Claimant| {
                    let last = self.crossings(subject, 1).pop();
                    last.map_or(Exact::zero(), |(last, _)| subject.payoffs[0].at(last))
                };
                crossing.max_by(|first, second| order(stake(first), stake(second)))
            }
        };
        Ok(subject.map(|subject| self.drawn(subject)))
    }

    fn named(&self, name: &str) -> Result<&Claimant, Finding> {
        let id = |subject: &Claimant| {
            subject
                .at
                .iter()
                .zip(&self.offers)
                .find_map(|(at, offer)| at.map(|at| offer.sale.run.agreement.stakeholders[at.index()].id.clone()))
        };
        let is = |subject: &&Claimant| subject.name.eq_ignore_ascii_case(name) || id(subject).as_deref() == Some(name);
        self.subjects.iter().find(is).ok_or_else(|| {
            let known: Vec<String> = self.subjects.iter().filter_map(id).collect();
            Finding::error("E0905", format!("`{name}` has no claim in any of these sales"))
                .help(format!("the claimants are {}", listed(&known)))
        })
    }

    fn drawn(&self, subject: &Claimant) -> Chart {
        let (base, currency) = (&self.offers[0].sale, &self.offers[0].sale.run.agreement.head.currency);
        let crossings: Vec<(Exact, String)> =
            (1..self.offers.len()).flat_map(|other| self.crossings(subject, other)).collect();
        let last = crossings.iter().map(|(value, _)| *value).fold(Exact::zero(), Exact::max);
        let right = self.offers.iter().map(|offer| upper(&offer.sale)).fold(Exact::zero(), Exact::max);
        let right = right.max(last * Exact::whole(5) / Exact::whole(4));
        let money_at = |number: Exact| decimal(number, MONEY_PLACES);
        let lines = self.offers.iter().zip(&subject.payoffs).zip(0..);
        let lines = lines.map(|((offer, payoff), hue)| line(&offer.label, Colour::Hue(hue), payoff, right, currency));
        let mut lines: Vec<_> = lines.collect();
        lines.sort_by_key(|line| std::cmp::Reverse(line.corners.last().map(|corner| corner.1)));
        let marks = crossings.iter().map(|&(value, _)| Mark {
            exit_value: money_at(value),
            payout: money_at(subject.payoffs[0].at(value)),
            words: money(money_at(value), currency),
        });
        let labels: Vec<String> = self.offers.iter().map(|offer| offer.label.clone()).collect();
        let head = &base.run.agreement.head;
        Chart {
            id: "crossover".into(),
            title: titles::crossover(&subject.name, &labels, &crossings, currency),
            subtitle: format!(
                "Payout to {} by exit value; funding {}, case {}",
                subject.name,
                base.run.rung.word(),
                head.case.word()
            ),
            footer: format!(
                "Scenarios {}. Drawn from the exact breakpoints of each. Marked: where the better offer changes.",
                listed(&labels)
            ),
            hash: head.hash.clone(),
            body: Body::Payoffs(PayoffLines {
                currency: currency.clone(),
                upper: money_at(right),
                lines,
                breaks: Vec::new(),
                marks: marks.collect(),
            }),
        }
    }
}

/// Stakeholders with a claim, a loan or the management plan, in the order of the file.
fn claimants(sale: &Sale) -> Vec<StakeholderId> {
    let all = (0..sale.run.agreement.stakeholders.len()).map(StakeholderId::at);
    let holds = |who: &StakeholderId| {
        let portions = sale.exit.stack.portions.iter();
        let held = portions.filter(|portion| portion.holder == ClaimHolder::Stakeholder(*who));
        held.into_iter().any(|portion| portion.units_held.is_positive().is_yes())
            || !Payee::of(sale, Subject::Stakeholder(*who)).besides.is_empty()
    };
    all.filter(holds).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Participation;
    use crate::report::exit::fixture::{run, sold};

    /// Full participation: A Fund 4M first and 20 % of the rest; v is the same as without only at v = 0. Below 5M both pay
    /// alike; above, the fund always does better and Ada always worse: no crossing.
    #[test]
    fn offers_that_never_change_places_are_said_to_be_so() {
        let (plain, full) = (sold(), run(Participation::Full));
        let offers = offers(&[("plain", &plain), ("full", &full)]);
        let ada = &offers.subjects[0];
        assert_eq!(ada.name, "Ada");
        assert!(offers.crossings(ada, 1).is_empty());
        let chart = offers.chart(Some("ada")).expect("Ada has a claim").expect("a chart");
        assert_eq!(chart.title, "For Ada the better offer is the same at every exit value");
        assert_eq!(offers.chart(Some("nobody")).map(|_| ()).map_err(|finding| finding.code), Err("E0905"));
        assert!(offers.chart(None).expect("no name").is_none());
    }

    /// Capped at 1.5x = 6M: Ada gets less than without participation from 5M on, until the fund has 6M at an exit of 15M
    /// (4M + 20 % of 10M) and every further dollar is Ada's: 8M at 15M, 14M at 21M where the plain offer pays 16M; the plain
    /// fund converts there and passes 6M at v = 3: 31M. From there on both pay the same.
    #[test]
    fn payouts_and_regions_are_those_worked_out_by_hand() {
        let half = Decimal::new(15, 1);
        let capped = run(Participation::Capped(crate::model::Term::Given(crate::num::Stated::from(half))));
        let plain = sold();
        let offers = offers(&[("plain", &plain), ("capped", &capped)]);
        let fund = &offers.subjects[1];
        let regions: Vec<(Option<Decimal>, Ordering)> =
            fund.regions(1).iter().map(|region| (region.from.to_decimal(0), region.other)).collect();
        let at = |millions: i64| Some(Decimal::from(millions * 1_000_000));
        assert_eq!(regions, [(at(0), Ordering::Equal), (at(5), Ordering::Greater), (at(31), Ordering::Equal)]);
        let rows = offers.csv_rows();
        let row = rows.iter().find(|row| row.cells[..2] == [Cell::text("Ada"), Cell::text("payout at 11000000")]);
        // 11 - 1 debt - 4 = 6 to share: 80 % of it is 4.8.
        let money = |amount: i64| Cell::Money(Decimal::from(amount));
        assert_eq!(row.expect("a row").cells[2..5], [money(6_000_000), money(4_800_000), money(-1_200_000)]);
    }

    fn offers<'a>(runs: &[(&str, &'a crate::report::Run)]) -> Offers<'a> {
        let offer = |(label, run): &(&str, &'a crate::report::Run)| Offer {
            label: (*label).to_owned(),
            sale: Sale::of(run, None).expect("a sale"),
        };
        Offers::new(runs.iter().map(offer).collect())
    }
}
