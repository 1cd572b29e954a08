//! Round numbers, of which everybody knows the answer, lead to it: to the last share and the last digit.
//!
//! The grid: 196 share counts, four pre-money valuations, four cheques. A price such as 20 million over 3 million shares
//! has no last decimal, so a program that keeps prices in decimals, or in floats, is one share short in hundreds of these
//! 3,136 cases. The expected figures are computed in whole numbers, by the definitions and nothing else.

mod generate;

use capstruct::engine::books::{Books, EntryKind, Feasibility};
use capstruct::engine::ledger::{Ledger, PLACES, PostedPricing};
use capstruct::engine::replay_exactly;
use capstruct::model::{Draws, RoundId, RoundPrice, Rung, Scenario, Takes, Term};
use capstruct::num::{Lanes, Stated};
use capstruct::report::holders::holders;
use capstruct::spec::load_text;
use capstruct::spec::resolve::{Settings, resolve};
use rust_decimal::Decimal;

/// A case of the grid, in shares and dollars.
#[derive(Clone, Copy, Debug)]
struct Deal {
    outstanding: u64,
    pre_money: u64,
    cheque: u64,
}

fn grid() -> impl Iterator<Item = Deal> {
    (1_000_000..50_000_000).step_by(250_000).flat_map(|outstanding| {
        [8_000_000, 10_000_000, 20_000_000, 25_000_000].into_iter().flat_map(move |pre_money| {
            let deal = move |cheque| Deal { outstanding, pre_money, cheque };
            [500_000, 1_000_000, 2_000_000, 4_000_000].into_iter().map(deal)
        })
    })
}

impl Deal {
    fn text(self, rounding: &str) -> String {
        let Deal { outstanding, pre_money, cheque } = self;
        format!(
            "title = \"a deal\"\nrounding = {rounding}\nstakeholders = {{ founders = \"Founders\", fund = \"Fund\" }}\n\
             opening = {{ holdings = [{{ stakeholder = \"founders\", shares = {outstanding} }}] }}\n\
             rounds = [{{ name = \"A\", pre_money = {pre_money}, participants = {{ fund = {cheque} }} }}]\n"
        )
    }

    /// Shares that the cheque buys at the exact price: `cheque * outstanding / pre-money`, as a fraction.
    fn shares(self) -> Fraction {
        Fraction(u128::from(self.cheque) * u128::from(self.outstanding), self.pre_money.into())
    }

    fn price(self) -> Fraction {
        Fraction(self.pre_money.into(), self.outstanding.into())
    }
}

/// A fraction of whole numbers.
#[derive(Clone, Copy, Debug)]
struct Fraction(u128, u128);

impl Fraction {
    fn floor(self) -> u128 {
        self.0 / self.1
    }

    /// In units of so many places, half to even: what a ledger posts.
    fn half_even(self, places: u32) -> u128 {
        let scaled = self.0 * 10u128.pow(places);
        let (whole, rest) = (scaled / self.1, scaled % self.1);
        whole + u128::from(2 * rest > self.1 || (2 * rest == self.1 && whole % 2 == 1))
    }

    /// In units of so many places, half up: what a price is rounded to.
    fn half_up(self, places: u32) -> u128 {
        (2 * self.0 * 10u128.pow(places) + self.1) / (2 * self.1)
    }
}

fn decimal(units: u128, places: u32) -> Decimal {
    Decimal::from_i128_with_scale(i128::try_from(units).expect("a small number"), places).normalize()
}

/// The resolved scenario of a deal under a rounding; the numbers of another deal are then put in its place.
fn resolved(deal: Deal, rounding: &str) -> Scenario<Stated> {
    let text = deal.text(rounding);
    let loaded = load_text("a deal", &text);
    let document = loaded.document.expect("it can be read");
    let (agreement, _) = resolve(&document, &loaded.sources, &Settings::default()).expect("it adds up");
    agreement.scenario
}

/// The same scenario with the numbers of a deal.
fn of(deal: Deal, pattern: &Scenario<Stated>) -> Scenario<Stated> {
    let given = |number: u64| Stated::from(Decimal::from(number));
    let mut scenario = pattern.clone();
    let some = |shares: &&mut Term<Stated>| **shares != Term::Given(Stated::ZERO);
    *scenario.opening.iter_mut().find(some).expect("the founders") = Term::Given(given(deal.outstanding));
    let round = &mut scenario.rounds[0];
    round.price = RoundPrice::PreMoney(Term::Given(given(deal.pre_money)));
    round.tranches[0].participants[0].takes = Takes::Money(Term::Given(given(deal.cheque)));
    scenario
}

/// What the ledger says of a deal.
struct Result {
    ledger: Ledger,
    fund: usize,
}

impl Result {
    fn of(deal: Deal, pattern: &Scenario<Stated>) -> Self {
        let scenario = of(deal, pattern);
        let ledger = replay_exactly(&scenario, Rung::All).unwrap_or_else(|refusal| panic!("{deal:?}: {refusal:?}"));
        Result { ledger, fund: scenario.rounds[0].tranches[0].participants[0].position.index() }
    }

    fn shares(&self) -> Decimal {
        self.ledger.last().shares[self.fund]
    }

    fn pricing(&self) -> &PostedPricing {
        self.ledger.pricing(RoundId(0)).expect("a round")
    }

    /// The cheque and the part of it that bought no share.
    fn money(&self) -> (Decimal, Decimal) {
        match self.ledger.entries[0].kind {
            EntryKind::Issuance { money, residue } => (money, residue),
            other => panic!("{other:?}"),
        }
    }
}

/// Every case of the grid; what is wrong is counted, and the first few are shown.
fn every_deal(rounding: &str, wrong: impl Fn(Deal, &Result) -> Option<String>) {
    let pattern = resolved(grid().next().expect("a deal"), rounding);
    let found: Vec<String> = grid()
        .filter_map(|deal| wrong(deal, &Result::of(deal, &pattern)).map(|what| format!("{deal:?}: {what}")))
        .collect();
    assert!(
        found.is_empty(),
        "{} of {} under {rounding}:\n{}",
        found.len(),
        grid().count(),
        found[..found.len().min(8)].join("\n")
    );
}

fn same(what: &str, computed: Decimal, expected: Decimal) -> Option<String> {
    (computed != expected).then(|| format!("{what} is {computed} and must be {expected}"))
}

#[test]
fn the_grid_has_3136_cases() {
    assert_eq!(grid().count(), 3_136);
    // What makes it a test: in decimals of 28 digits, and in floats, the quotient of a quotient loses a whole share.
    let decimals = |deal: &Deal| {
        let price = Decimal::from(deal.pre_money) / Decimal::from(deal.outstanding);
        (Decimal::from(deal.cheque) / price).floor() != decimal(deal.shares().floor(), 0)
    };
    assert_eq!(grid().filter(decimals).count(), 976);
}

#[test]
fn what_is_put_in_place_is_what_the_file_would_say() {
    let rounding = "\"closing-us\"";
    let pattern = resolved(grid().next().expect("a deal"), rounding);
    for deal in grid().step_by(397) {
        let (ours, theirs) = (Result::of(deal, &pattern), replay_exactly(&resolved(deal, rounding), Rung::All));
        assert_eq!(Some(&ours.ledger.last().shares), theirs.ok().map(|ledger| ledger.last().shares.clone()).as_ref());
        assert!(ours.shares() > Decimal::ZERO, "{deal:?}");
    }
}

#[test]
fn no_whole_share_is_lost_at_the_exact_price() {
    every_deal("{ preset = \"exact\", shares = \"down\" }", |deal, result| {
        same("shares", result.shares(), decimal(deal.shares().floor(), 0))
    });
}

#[test]
fn unrounded_figures_are_right_to_the_last_place() {
    every_deal("\"exact\"", |deal, result| {
        let shares = deal.shares().half_even(PLACES);
        let pricing = result.pricing();
        let post =
            Fraction(u128::from(deal.pre_money + deal.cheque) * u128::from(deal.outstanding), deal.pre_money.into());
        same("shares", result.shares(), decimal(shares, PLACES))
            .or_else(|| same("price", pricing.price, decimal(deal.price().half_even(PLACES), PLACES)))
            .or_else(|| same("capitalization", pricing.capitalization, deal.outstanding.into()))
            .or_else(|| same("the total", pricing.total, decimal(post.half_even(PLACES), PLACES)))
            .or_else(|| same("money", pricing.money, deal.cheque.into()))
            .or_else(|| same("pre-money", pricing.pre_money, deal.pre_money.into()))
            .or_else(|| same("the cheque", result.money().0, deal.cheque.into()))
    });
}

#[test]
fn a_us_closing_buys_whole_shares_at_the_price_to_four_places() {
    every_deal("\"closing-us\"", |deal, result| {
        let price = deal.price().half_up(4);
        let shares = u128::from(deal.cheque) * 10_000 / price;
        let residue = u128::from(deal.cheque) * 10_000 - shares * price;
        same("price", result.pricing().price, decimal(price, 4))
            .or_else(|| same("shares", result.shares(), decimal(shares, 0)))
            .or_else(|| same("the residue", result.money().1, decimal(residue, 4)))
    });
}

/// Price up to five places; of those on the grid it is the one that equals post-money over the whole shares it leads to.
#[test]
fn a_law_firm_closing_stands_on_the_price_that_its_whole_shares_give() {
    every_deal("\"law-firm\"", |deal, result| {
        let post = u128::from(deal.pre_money + deal.cheque) * 100_000;
        let shares_at = |price: u128| u128::from(deal.cheque) * 100_000 / price;
        let leads_to = |price: u128| post.div_ceil(u128::from(deal.outstanding) + shares_at(price));
        let near = deal.price().half_up(5);
        let fixed: Vec<u128> =
            (near.saturating_sub(50).max(1)..near + 50).filter(|price| leads_to(*price) == *price).collect();
        let price = result.pricing().price;
        if !fixed.iter().any(|fixed| decimal(*fixed, 5) == price) {
            return Some(format!("the price is {price}, and {fixed:?} stand"));
        }
        let units = fixed.iter().copied().find(|fixed| decimal(*fixed, 5) == price).expect("just found");
        same("shares", result.shares(), decimal(shares_at(units), 0))
    });
}

#[test]
fn lanes_lose_no_whole_share_either() {
    let pattern = resolved(grid().next().expect("a deal"), "{ preset = \"exact\", shares = \"down\" }");
    let mut wrong = Vec::new();
    for deal in grid() {
        let scenario = of(deal, &pattern).cast::<Lanes<1>>();
        let fund = scenario.rounds[0].tranches[0].participants[0].position.index();
        let draws = Draws { values: &[], base: &[], happens: &[], rung: Rung::All };
        let mut books = Books::open(&scenario, &draws, Feasibility::<Lanes<1>>::unquestioned());
        let Ok(()) = capstruct::engine::replay(&scenario, &draws, &mut books);
        let expected = u32::try_from(deal.shares().floor()).expect("a small number");
        let lane = books.table.shares[fund].0[0];
        if lane.to_bits() != f64::from(expected).to_bits() {
            wrong.push(format!("{deal:?}: {lane} and not {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_fund_owns_its_part_of_the_post_money_whatever_the_count() {
    // Through the file and the reports: cheque / (pre-money + cheque), to every digit where it has a last one.
    for deal in grid().step_by(61) {
        let run = generate::ran(&deal.text("\"exact\"")).expect("it runs");
        let last = run.ledger().last();
        let fund = holders(&run).into_iter().find(|holder| holder.id == "fund").expect("it holds something");
        let part = Fraction(deal.cheque.into(), (deal.pre_money + deal.cheque).into());
        let owned = fund.ownership(last).round_dp(12);
        assert_eq!(owned.normalize(), decimal(part.half_even(12), 12), "{deal:?}");
    }
}
