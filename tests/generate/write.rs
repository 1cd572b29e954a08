//! The terms, written down as a scenario file.

use super::company::{
    Company, Count, Event, Money, MoneyOf, OwnPrice, Paid, Price, Round, Rounding, SalePrice, Secondary, Status, Takes,
    Tranche, Units,
};
use std::fmt::Write;

/// The file while it is written.
pub(super) struct Page {
    variables: String,
    classes: String,
    events: String,
    count: usize,
    units: Units,
    /// Rounds written so far.
    rounds: Vec<usize>,
    /// Grants and warrants written so far, and which are warrants.
    rights: Vec<(usize, bool)>,
}

impl Page {
    fn new(units: Units) -> Self {
        let (variables, classes, events) = (String::new(), String::new(), String::new());
        Page { variables, classes, events, count: 0, units, rounds: Vec::new(), rights: Vec::new() }
    }

    /// A number of shares or options.
    pub(super) fn count(&self, number: u64) -> u64 {
        number * self.units.shares
    }

    /// A price of so many thousandths.
    pub(super) fn price(&self, thousandths_of_it: u64) -> String {
        match self.units {
            Units { money, shares: 1 } => thousandths(thousandths_of_it * money),
            Units { money, shares } => format!("\"{}/{}\"", thousandths_of_it * money, shares * 1_000),
        }
    }

    /// So many thousands of money.
    pub(super) fn thousands(&self, thousands: u64) -> String {
        format!("\"{}k\"", thousands * self.units.money)
    }

    pub(super) fn money(&mut self, money: &Money) -> String {
        let Some((less, more)) = money.spread else { return self.thousands(money.thousands) };
        self.count += 1;
        let thousand = u128::from(money.thousands * self.units.money) * 10;
        let (low, high) = (thousand * u128::from(100 - less), thousand * u128::from(100 + u16::from(more)));
        let _ =
            writeln!(self.variables, "v{} = {{ low = {low}, base = {}, high = {high} }}", self.count, thousand * 100);
        format!("\"$v{}\"", self.count)
    }

    pub(super) fn line(&mut self, line: impl AsRef<str>) {
        self.events.push_str(line.as_ref());
        self.events.push('\n');
    }
}

impl Company {
    /// The scenario file.
    pub fn text(&self) -> String {
        let mut page = Page::new(self.units);
        let mut day = 0u32;
        for (index, (event, days)) in self.events.iter().enumerate() {
            day += u32::from(*days);
            self.write_event(index, event, day, &mut page);
        }
        if let Some(sale) = &self.sale {
            // after the last of the closings of a round that comes last
            sale.write(day + 400, &mut page);
        }
        let mut text = String::from("title = \"generated\"\nas_of = 2060-01-01\n");
        let _ = match &self.rounding {
            Rounding::Preset(preset) => writeln!(text, "rounding = \"{preset}\""),
            Rounding::Knobs { price_places, price, shares, pool } => writeln!(
                text,
                "rounding = {{ price_places = {price_places}, price = \"{price}\", shares = \"{shares}\", pool = \"{pool}\" }}"
            ),
        };
        let mut classes = String::new();
        if let Some((issue, conversion)) = self.ratio {
            let (issue, conversion) = (page.price(issue.into()), page.price(conversion.into()));
            let _ = writeln!(
                classes,
                "{{ name = \"Convertible\", original_issue_price = {issue}, conversion_price = {conversion} }},"
            );
        }
        for (number, series) in self.series.iter().enumerate() {
            classes.push_str(&series.write(number, &page));
        }
        classes.push_str(&page.classes);
        if let Some(sale) = &self.sale {
            classes = sale.with_preferences(&classes);
            let _ = writeln!(text, "class_defaults = {{ {} }}", sale.defaults());
        }
        if !classes.is_empty() {
            let _ = writeln!(text, "classes = [\n{classes}]");
        }
        text.push_str("[vesting.monthly]\nmonths = 12\ncliff_months = 2\n");
        text.push_str("[stakeholders]\n");
        for holder in 0..self.holders {
            let _ = writeln!(text, "h{holder} = \"Holder {holder}\"");
        }
        if !page.variables.is_empty() {
            let _ = write!(text, "[variables]\n{}", page.variables);
        }
        self.write_opening(&page, &mut text);
        text.push_str(&page.events);
        text
    }

    fn write_opening(&self, page: &Page, text: &mut String) {
        text.push_str("[opening]\ndate = 2025-01-01\n");
        if let Some(valuation) = self.valuation {
            let _ = writeln!(text, "valuation = {}", page.thousands(valuation));
        }
        text.push_str("holdings = [\n");
        let last = self.opening.len() - 1;
        let mut row = |row: String| {
            let _ = writeln!(text, "{{ {row} }},");
        };
        for (holder, shares) in self.opening.iter().enumerate() {
            row(format!("stakeholder = \"h{holder}\", shares = {}", page.count(*shares)));
        }
        if self.ratio.is_some() {
            row(format!("stakeholder = \"h{last}\", class = \"Convertible\", shares = {}", page.count(50_000)));
        }
        for (number, series) in self.series.iter().enumerate() {
            let (holder, shares) = (self.who(series.holder), page.count(series.shares));
            row(format!("stakeholder = \"h{holder}\", class = \"S{number}\", shares = {shares}"));
        }
        let [granted, promised, available] = self.pool;
        if granted > 0 {
            row(format!("stakeholder = \"h0\", options = {}", page.count(granted)));
        }
        if promised > 0 {
            row(format!("plan = \"Option pool\", promised = {}", page.count(promised)));
        }
        let granting = self.events.iter().any(|(event, _)| matches!(event, Event::Grant(_)));
        let available = if granting { available.max(100_000) } else { available };
        if available > 0 {
            row(format!("plan = \"Option pool\", available = {}", page.count(available)));
        }
        text.push_str("]\n");
    }

    fn who(&self, who: usize) -> usize {
        who % self.holders
    }

    fn write_event(&self, index: usize, event: &Event, day: u32, page: &mut Page) {
        let of = |kind: &str| format!("[[{kind}]]\nname = \"e{index}\"\ndate = {}", date(day));
        let by = |who: usize| format!("stakeholder = \"h{}\"", self.who(who));
        match event {
            Event::Round(round) => {
                self.write_round(index, round, day, page);
                page.rounds.push(index);
            }
            Event::Secondary(sale) => self.write_secondary(index, sale, day, page),
            Event::Convertible(terms) => {
                page.line(format!("{}\n{}", of("convertibles"), by(terms.who)));
                terms.write(day, page);
            }
            Event::Grant(grant) => {
                page.line(format!("{}\n{}", of("option_grants"), by(grant.who)));
                grant.write(self.calm, page);
                page.rights.push((index, false));
            }
            Event::Warrant(warrant) => {
                page.line(format!("{}\n{}", of("warrants"), by(warrant.who)));
                let class = self.series.len().checked_sub(1).filter(|_| warrant.of_series);
                warrant.write(class.map(|last| format!("S{last}")).as_deref(), day, page);
                page.rights.push((index, true));
            }
            Event::Exercise(exercise) => {
                let Some(&(right, _)) = page.rights.get(exercise.of % page.rights.len().max(1)) else { return };
                page.line(format!("{}\nof = \"e{right}\"", of("exercises")));
                exercise.write(page);
            }
            Event::Cancellation(cancellation) => {
                let which = cancellation.of % page.rights.len().max(1);
                let Some(&(right, is_warrant)) = page.rights.get(which) else { return };
                page.line(format!("{}\nof = \"e{right}\"", of("cancellations")));
                cancellation.write(is_warrant, page);
            }
            Event::Issuance { who, shares, paid } => {
                page.line(format!("{}\n{}", of("issuances"), by(*who)));
                page.line(match paid {
                    None => format!("shares = {}", page.count(*shares)),
                    Some((Paid::PerShare(price), amount)) => {
                        format!("amount = {}\nprice_per_share = {}", page.thousands(*amount), page.price(*price))
                    }
                    Some((Paid::Valuation(valuation), amount)) => {
                        format!("amount = {}\nvaluation = {}", page.thousands(*amount), page.thousands(*valuation))
                    }
                });
            }
            Event::Split { new, old, class } => {
                page.line(format!("{}\nratio = \"{new}:{old}\"", of("splits")));
                if let Some(class) = class {
                    page.line(format!("class = \"{class}\""));
                }
            }
            Event::PoolIncrease(pool) => {
                page.line(of("pool_increases"));
                match &pool.size {
                    Count::Number(options) => page.line(format!("shares = {}", page.count(options + 1))),
                    target @ (Count::Permille(_) | Count::Exactly(_)) => {
                        let counts = if pool.all { "all" } else { "available" };
                        page.line(format!("target = {}\ntarget_counts = \"{counts}\"", part(target)));
                    }
                }
            }
        }
    }

    fn write_round(&self, index: usize, round: &Round, day: u32, page: &mut Page) {
        let cheques: u64 = round.tranches.iter().map(|tranche| cheques(tranche) * u64::from(tranche.repeat)).sum();
        let cheques = if round.money == MoneyOf::Cheques { cheques } else { cheques * 2 };
        page.line(format!("[[rounds]]\nname = \"r{index}\""));
        match &round.price {
            Price::PreMoney(money) => {
                let money = page.money(money);
                page.line(format!("pre_money = {money}"));
            }
            Price::PostMoney(times) => {
                let post_money = page.thousands(cheques.max(1) * u64::from(*times) / 10 + 1);
                page.line(format!("post_money = {post_money}"));
            }
            Price::PerShare(price) => page.line(format!("price_per_share = {}", page.price(*price))),
        }
        if let Some(class) = round.class.filter(|class| *class != "Convertible" || self.ratio.is_some()) {
            page.line(format!("class = \"{class}\""));
        } else if let Some(protection) = &round.protection {
            let class = format!("{{ name = \"r{index} Preferred\", {} }},\n", protection.write());
            page.classes.push_str(&class);
        }
        if let Some(method) = round.method {
            page.line(format!("conversion_method = \"{method}\""));
        }
        if !round.converts {
            page.line("converts = \"none\"");
        }
        if round.money == MoneyOf::Size {
            page.line(format!("size = {}", page.thousands(cheques.max(1))));
        }
        if let Some(rounding) = round.rounding {
            page.line(format!("rounding = \"{rounding}\""));
        }
        if let Some(pool) = &round.pool {
            match &pool.size {
                Count::Number(options) => page.line(format!("pool_increase = {}", page.count(*options))),
                target @ (Count::Permille(_) | Count::Exactly(_)) => {
                    let counts = if pool.all { "all" } else { "available" };
                    page.line(format!("pool_target = {}\npool_target_counts = \"{counts}\"", part(target)));
                }
            }
            if !matches!(round.price, Price::PerShare(_)) {
                page.line(format!("pool_borne_by = \"{}\"", if pool.everyone { "everyone" } else { "existing" }));
            }
        }
        let mut day = day;
        let last = round.tranches.len() - 1;
        for (number, tranche) in round.tranches.iter().enumerate() {
            day += if number == 0 { 0 } else { u32::from(tranche.days) };
            page.line(format!("[[rounds.tranches]]\nname = \"t{number}\"\ndate = {}", date(day)));
            self.write_tranche(round, tranche, number, number == last, page);
        }
    }

    fn write_tranche(&self, round: &Round, tranche: &Tranche, number: usize, last: bool, page: &mut Page) {
        match tranche.status {
            Status::Unsaid => {}
            Status::Funded => page.line("status = \"funded\""),
            Status::Committed => page.line("status = \"committed\""),
            Status::Conditional => page.line("condition = \"a milestone\""),
            Status::Probable => page.line("probability = \"60%\""),
        }
        let own_price = tranche.own_price.as_ref().filter(|_| number > 0);
        match own_price {
            None => {}
            Some(OwnPrice::PerShare(price)) => page.line(format!("price_per_share = {}", page.price(*price))),
            Some(OwnPrice::PreMoney(money)) => page.line(format!("pre_money = {}", page.thousands(*money))),
            Some(OwnPrice::StepUp(percent)) => page.line(format!("step_up = \"{percent}%\"")),
        }
        let rest_of_size = round.money == MoneyOf::Size && last;
        if tranche.repeat > 1 && !rest_of_size {
            page.line(format!("repeat = {}\nevery = \"10 days\"", tranche.repeat));
        }
        if round.money == MoneyOf::Tranches {
            page.line(format!("amount = {}", page.thousands(cheques(tranche).max(1) * 2)));
        }
        let takes_rest = round.money == MoneyOf::Tranches || rest_of_size;
        let grows_post_money = round.money == MoneyOf::Cheques && matches!(round.price, Price::PostMoney(_));
        let rights = own_price.is_none() && !grows_post_money && !(self.calm && takes_rest);
        // What leaves something for whoever takes the rest.
        let modest = |number: u64| if round.money == MoneyOf::Cheques { number } else { number / 20 + 1 };
        let mut taken: Vec<usize> = Vec::new();
        let mut participants = Vec::new();
        let count = tranche.participants.len();
        for (place, (who, takes)) in tranche.participants.iter().enumerate() {
            let who = (0..self.holders).map(|step| self.who(who + step)).find(|who| !taken.contains(who));
            let Some(who) = who else { continue };
            taken.push(who);
            let amount = match takes {
                _ if takes_rest && place + 1 == count => "\"rest\"".to_owned(),
                Takes::Money(money) => page.money(money),
                Takes::Shares(shares) if rights => format!("{{ shares = {} }}", page.count(modest(*shares))),
                Takes::Ownership(part) if rights => {
                    format!("{{ ownership = \"{}%\" }}", tenths(modest(u64::from(*part))))
                }
                Takes::ProRata(100) if rights => "\"pro_rata\"".to_owned(),
                Takes::ProRata(part) if rights => format!("{{ pro_rata = \"{}%\" }}", modest(u64::from(*part))),
                Takes::Shares(_) | Takes::Ownership(_) | Takes::ProRata(_) => page.thousands(100),
            };
            participants.push(format!("h{who} = {amount}"));
        }
        page.line(format!("participants = {{ {} }}", participants.join(", ")));
    }

    fn write_secondary(&self, index: usize, sale: &Secondary, day: u32, page: &mut Page) {
        let round = page.rounds.last().copied();
        page.line(format!("[[secondaries]]\nname = \"e{index}\"\ndate = {}", date(day)));
        let money = sale.money && !self.calm;
        page.line(if money {
            format!("amount = {}", page.thousands(sale.quantity))
        } else {
            format!("shares = {}", page.count(sale.quantity / 20 + 1))
        });
        page.line(match (&sale.price, round) {
            (SalePrice::PerShare(price), _) => format!("price_per_share = {}", page.price(*price)),
            (SalePrice::Valuation(valuation), _) => format!("valuation = {}", page.thousands(*valuation)),
            (SalePrice::OfRound(percent), Some(round)) => {
                format!("price_of = \"r{round}\"\nprice_multiple = \"{}x\"", hundredths(u64::from(*percent)))
            }
            (SalePrice::OfRound(percent), None) => {
                format!("price_per_share = {}", page.price(u64::from(*percent) * 10))
            }
        });
        let mut sellers = shares_of(&sale.sellers, |who| who % self.opening.len());
        if self.calm {
            sellers.truncate(1);
        }
        if sellers.is_empty() {
            page.line("sellers = \"pro_rata\"");
        } else {
            page.line(format!("sellers = {{ {} }}", parts(&sellers, false)));
        }
        let buyers = shares_of(&sale.buyers, |who| self.who(who));
        let buyers = if buyers.is_empty() { vec![(self.holders - 1, 100)] } else { buyers };
        page.line(format!("buyers = {{ {} }}", parts(&buyers, true)));
        if let Some(limit) = sale.limit.filter(|_| !sellers.is_empty()) {
            let limits: Vec<_> = sellers.iter().map(|(who, _)| format!("h{who} = \"{limit}%\"")).collect();
            page.line(format!("limit = {{ {} }}", limits.join(", ")));
        }
    }
}

/// A part of the whole, as written.
pub(super) fn part(count: &Count) -> String {
    match count {
        Count::Number(number) => number.to_string(),
        Count::Permille(part) => format!("\"{}%\"", tenths(u64::from(*part))),
        Count::Exactly(part) => part.clone(),
    }
}

/// Weights by holder, each holder once.
fn shares_of(weights: &[(usize, u8)], who: impl Fn(usize) -> usize) -> Vec<(usize, u32)> {
    let mut shares: Vec<(usize, u32)> = Vec::new();
    for (index, weight) in weights {
        let index = who(*index);
        if !shares.iter().any(|(known, _)| *known == index) {
            shares.push((index, u32::from(*weight)));
        }
    }
    shares
}

/// Weights as fractions of the whole; the last may be the rest.
fn parts(weights: &[(usize, u32)], rest: bool) -> String {
    let whole: u32 = weights.iter().map(|(_, weight)| weight).sum();
    let last = weights.len() - 1;
    let part = |(place, (who, weight)): (usize, &(usize, u32))| {
        if rest && place == last { format!("h{who} = \"rest\"") } else { format!("h{who} = \"{weight}/{whole}\"") }
    };
    weights.iter().enumerate().map(part).collect::<Vec<_>>().join(", ")
}

/// The base case's cheques of a tranche that are stated in money, in thousands.
fn cheques(tranche: &Tranche) -> u64 {
    let known = |takes: &Takes| if let Takes::Money(money) = takes { money.thousands } else { 100 };
    tranche.participants.iter().map(|(_, takes)| known(takes)).sum()
}

pub(super) fn date(day: u32) -> String {
    let first = jiff::civil::date(2025, 1, 2);
    first.checked_add(jiff::Span::new().days(day)).expect("a day of this century").to_string()
}

pub(super) fn tenths(number: u64) -> String {
    format!("{}.{}", number / 10, number % 10)
}

fn hundredths(number: u64) -> String {
    format!("{}.{:02}", number / 100, number % 100)
}

pub(super) fn thousandths(number: u64) -> String {
    format!("{}.{:03}", number / 1_000, number % 1_000)
}
