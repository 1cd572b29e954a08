//! The equations of a round, each written a second time and held against the engine's own solution, in rationals.
//!
//! Nothing is solved here: the solution is put into the definitions, and nothing may be left over. What a convertible
//! becomes must be the largest of what its terms give, counting what its own definition counts *at the solution*; every
//! conversion price what its formula gives, never more than before; the pool what its target lacks.

use super::{near, units};
use crate::generate::{Outcome, Rounding as Rounds, cases, deal, run};
use capstruct::engine::books::{Adjustment, Books, CapTable, Entry, Journal};
use capstruct::engine::round::{Conversion, Pricing};
use capstruct::engine::{inputs, replay};
use capstruct::model::{
    Agreement, Cap, Capitalization, ClassId, ConversionMethod, ConvertibleId, Denominator, Draws, EventId, Holding,
    PoolAmount, Protection, ProtectionMethod, Round, RoundId, RoundPrice, Rung, Scenario, StakeholderId, Takes, Term,
    TranchePrice,
};
use capstruct::num::rounding::Rounding;
use capstruct::num::{Arithmetic, Exact, Number, Truth};
use capstruct::spec::resolve::Settings;
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use std::convert::Infallible;

/// What each round was priced from, and how.
pub struct Witness {
    table: Option<CapTable<Exact>>,
    possible: bool,
    pub priced: Vec<Priced>,
}

/// A round, the company just before it, and what its first closing fixed.
pub struct Priced {
    pub round: RoundId,
    pub before: CapTable<Exact>,
    pub pricing: Pricing<Exact>,
}

impl Journal<Exact> for Witness {
    type Refusal = Infallible;

    fn record(&mut self, _: EventId, _: &Entry<Exact>) {}

    fn converted(&mut self, _: EventId, _: &Conversion<Exact>) {}

    fn adjusted(&mut self, _: EventId, _: &[Adjustment<Exact>]) {}

    fn priced(
        &mut self,
        round: RoundId,
        _: &Round<Exact>,
        pricing: &Pricing<Exact>,
        _: impl Fn(usize, usize) -> Exact,
    ) {
        if self.possible && pricing.feasible.is_yes() {
            let before = self.table.clone().expect("an opening");
            self.priced.push(Priced { round, before, pricing: pricing.clone() });
        }
    }

    fn end_event(
        &mut self,
        _: Option<EventId>,
        _: Truth,
        feasible: Truth,
        table: &CapTable<Exact>,
    ) -> Result<(), Infallible> {
        self.possible &= feasible.is_yes();
        self.table = Some(table.clone());
        Ok(())
    }
}

/// A scenario in rationals, and every round of it that could be priced. A test's own stack is too short for them.
pub fn witnessed(agreement: &Agreement) -> (Scenario<Exact>, Vec<Exact>, Vec<Priced>) {
    const STACK_BYTES: usize = 256 << 20;
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, || replayed(agreement));
        thread.expect("a thread").join().expect("replaying does not panic")
    })
}

fn replayed(agreement: &Agreement) -> (Scenario<Exact>, Vec<Exact>, Vec<Priced>) {
    let scenario = agreement.scenario.cast::<Exact>();
    let (values, base) = (inputs::values(&scenario.settings), inputs::values(&scenario.base));
    let happens: Vec<_> = scenario.happens.iter().map(|&truth| Truth::from(truth)).collect();
    let draws = Draws { values: &values, base: &base, happens: &happens, rung: Rung::All };
    let mut books = Books::open(&scenario, &draws, Witness { table: None, possible: true, priced: Vec::new() });
    let Ok(()) = replay(&scenario, &draws, &mut books);
    (scenario, values, books.journal.priced)
}

/// A round at its solution.
struct Solved<'a> {
    scenario: &'a Scenario<Exact>,
    values: &'a [Exact],
    terms: &'a Round<Exact>,
    table: &'a CapTable<Exact>,
    pricing: &'a Pricing<Exact>,
    /// One over the price.
    per_money: Exact,
    /// Shares that convertibles become.
    conversions: Exact,
    /// New shares for new money.
    bought: Exact,
    /// Pool increase.
    pool: Exact,
}

fn differ(what: &str, left: Exact, right: Exact) -> Result<(), String> {
    match (left.failure(), right.failure()) {
        // A number that outgrew its width says nothing; the engine replays it in a wider one.
        (Some(Arithmetic::Overflow), _) | (_, Some(Arithmetic::Overflow)) => Ok(()),
        _ if (left.at_most(right) & right.at_most(left)).is_yes() => Ok(()),
        _ => Err(format!("{what}: {left:?} is not {right:?}")),
    }
}

fn zero() -> Exact {
    Exact::zero()
}

fn one() -> Exact {
    Exact::one()
}

impl<'a> Solved<'a> {
    fn new(scenario: &'a Scenario<Exact>, values: &'a [Exact], priced: &'a Priced) -> Self {
        let (terms, pricing) = (&scenario.rounds[priced.round.index()], &priced.pricing);
        let per_money = one() / pricing.solved_price;
        let conversions = pricing.company_capitalization - pricing.fully_diluted_before;
        let bought = pricing.money * per_money;
        let others = pricing.fully_diluted_before + conversions + pricing.adjustment_shares + bought;
        let pool = pricing.total - others;
        Solved { scenario, values, terms, table: &priced.before, pricing, per_money, conversions, bought, pool }
    }

    fn value(&self, term: Term<Exact>) -> Exact {
        match term {
            Term::Given(stated) => stated,
            Term::Variable(id) => self.values[id.index()],
        }
    }

    fn sum(&self, counts: impl Fn(Holding) -> bool) -> Exact {
        let table = self.table;
        let positions = table.positions.iter().enumerate().filter(|(_, holding)| counts(**holding));
        positions
            .map(|(index, holding)| {
                let ratio = holding.class().and_then(|ClassId(class)| table.ratios[class as usize]);
                table.shares[index] * ratio.unwrap_or(one())
            })
            .sum()
    }

    fn before(&self, counts: Capitalization) -> Exact {
        self.sum(|holding| match holding {
            Holding::Shares(..) => counts.shares,
            Holding::Granted(..) | Holding::Warrants(..) => counts.options,
            Holding::Promised(_) => counts.promised_options,
            Holding::Available(_) => counts.unissued_options,
        })
    }

    /// Every equation.
    fn holds(&self) -> Result<(), String> {
        differ("fully diluted before", self.pricing.fully_diluted_before, self.sum(|_| true))?;
        let shares = self.conversions_are_the_largest()?;
        differ("what converts", self.conversions, shares)?;
        self.conversion_prices_follow()?;
        self.pool_reaches_its_target()?;
        self.money_buys_what_it_pays_for()?;
        self.price_divides_the_pre_money()
    }

    /// Each becomes the most that any of its packages gives: none gives more, and one gives just as much.
    fn conversions_are_the_largest(&self) -> Result<Exact, String> {
        let headline = match self.terms.size {
            Some(size) => self.value(size),
            None => self.pricing.known_money,
        };
        let mut sum = zero();
        for (converting, conversion) in self.terms.converting.iter().zip(&self.pricing.conversions) {
            let terms = &self.scenario.convertibles[converting.convertible.index()];
            let large = terms.threshold.is_none_or(|threshold| self.value(threshold).at_most(headline).is_yes());
            let due = self.table.outstanding[converting.convertible.index()].is_yes() && large;
            if due != conversion.converts.is_yes() {
                return Err(format!("{:?} converts: {due}, not {:?}", converting.convertible, conversion.converts));
            }
            if !due {
                continue;
            }
            let packages = std::iter::once(converting.convertible).chain(converting.may_adopt.iter().copied());
            let mut claims: Vec<Exact> = Vec::new();
            for id in packages {
                claims.extend(self.claims(id, conversion)?);
            }
            let most = claims[1..].iter().fold(claims[0], |most, claim| most.max(*claim));
            let shares = conversion.shares;
            if !near(most, shares, units(8)) {
                return Err(format!("{:?} becomes {shares:?}, and is due {most:?}", converting.convertible));
            }
            sum += most;
        }
        Ok(sum)
    }

    /// What a package gives, counting at the solution. Where the count has the instrument itself in it, what it gives is
    /// what satisfies its own definition: `c = part (count + c)`, a part of one or more has no such number.
    fn claims(&self, of: ConvertibleId, conversion: &Conversion<Exact>) -> Result<Vec<Exact>, String> {
        let package = &self.scenario.convertibles[of.index()].package;
        let by_round = conversion.balance * self.per_money / (one() - self.value(package.discount));
        let part = match package.cap {
            None => return Ok(vec![by_round]),
            Some(Cap::Price(price)) => return Ok(vec![by_round, conversion.balance / self.value(price)]),
            Some(Cap::Valuation(cap)) => conversion.balance / self.value(cap),
            Some(Cap::Ownership(part)) => self.value(part),
        };
        let by_cap = match package.counts {
            Denominator::OfRound => part * self.pricing.capitalization,
            Denominator::Counts(counts) => {
                let mut count = self.before(counts);
                if counts.pool_increase {
                    count += self.pool;
                }
                if counts.new_money {
                    count += self.bought;
                }
                match (counts.converting_securities, counts.this_security) {
                    (false, false) => part * count,
                    (true, true) => part * (count + self.conversions),
                    // c = part (count + G - c), and c = part (count + c).
                    (true, false) => part * (count + self.conversions) / (one() + part),
                    (false, true) if part.below(one()).is_yes() => part * count / (one() - part),
                    (false, true) => return Err(format!("{of:?} is to be {part:?} of what it is in itself")),
                }
            }
        };
        Ok(vec![by_round, by_cap])
    }

    /// What a protected class converts into more, by its formula.
    fn adjustment(&self, protection: &Protection, money: Exact) -> Exact {
        let Some(before) = self.table.conversion_prices[protection.class.index()] else { return zero() };
        let held = self.sum(|holding| holding.class() == Some(protection.class));
        let (mut paid, mut issued) = (money, money * self.per_money);
        if !protection.exempt.conversions {
            (paid, issued) = (paid + self.pricing.balances, issued + self.conversions);
        }
        if !protection.exempt.pool {
            issued += self.pool;
        }
        let after = match protection.method {
            ProtectionMethod::FullRatchet => self.pricing.solved_price,
            ProtectionMethod::WeightedAverage(counts) => {
                let counted = self.before(counts);
                before * (counted + paid / before) / (counted + issued)
            }
        };
        held * (before / after.min(before) - one())
    }

    fn conversion_prices_follow(&self) -> Result<(), String> {
        let Some(days) = self.terms.protections.iter().map(|protection| protection.aggregation_days).max() else {
            return differ("adjustments without a protection", self.pricing.adjustment_shares, zero());
        };
        if self.terms.tranches.iter().any(|tranche| tranche.days > days) {
            return Ok(());
        }
        let money = self.pricing.known_money / (one() - self.rights());
        let (mut all, mut in_price) = (zero(), zero());
        for protection in &self.terms.protections {
            let more = self.adjustment(protection, money);
            all += more;
            if protection.in_price {
                in_price += more;
            }
        }
        differ("adjustment shares", self.pricing.adjustment_shares, all)?;
        differ("adjustment shares in the price", self.pricing.counted.adjustments, in_price)
    }

    fn pool_reaches_its_target(&self) -> Result<(), String> {
        let Some(pool) = &self.terms.pool else { return differ("no pool", self.pool, zero()) };
        let wanted = match pool.amount {
            PoolAmount::Increase(options) => self.value(options),
            PoolAmount::Target(target) => {
                let plan = match self.table.positions[pool.available.index()] {
                    Holding::Available(plan) => plan,
                    other => return Err(format!("a pool in {other:?}")),
                };
                let counted = self.sum(|holding| match holding {
                    Holding::Available(of) => of == plan,
                    Holding::Granted(_, of) | Holding::Promised(of) => pool.counts_all && of == plan,
                    Holding::Shares(..) | Holding::Warrants(..) => false,
                });
                (self.value(target) * self.pricing.total - counted).max(zero())
            }
        };
        differ("pool increase", self.pool, wanted)
    }

    fn held(&self, who: StakeholderId, options: bool) -> Exact {
        self.sum(|holding| match holding {
            Holding::Shares(of, _) => of == who,
            Holding::Granted(of, _) | Holding::Warrants(of, _) => options && of == who,
            Holding::Promised(_) | Holding::Available(_) => false,
        })
    }

    fn growing(&self) -> impl Iterator<Item = &capstruct::model::Participant<Exact>> {
        let open = self.terms.size.is_none();
        let tranches =
            self.terms.tranches.iter().filter(move |tranche| {
                open && tranche.amount.is_none() && matches!(tranche.price, TranchePrice::Round)
            });
        tranches.flat_map(|tranche| &tranche.participants)
    }

    /// The part of the round that pro rata rights take.
    fn rights(&self) -> Exact {
        let base = self.sum(|holding| !matches!(holding, Holding::Available(_) | Holding::Promised(_)));
        self.growing()
            .map(|participant| match participant.takes {
                Takes::ProRata(part) => self.value(part) * self.held(participant.stakeholder, false) / base,
                _ => zero(),
            })
            .sum()
    }

    fn money_buys_what_it_pays_for(&self) -> Result<(), String> {
        let mut wanted = self.pricing.known_money * self.per_money + self.rights() * self.bought;
        for participant in self.growing() {
            match participant.takes {
                Takes::Shares(shares) => {
                    let class = self.table.positions[participant.position.index()].class();
                    let ratio = class.and_then(|class| self.table.ratios[class.index()]).unwrap_or(one());
                    wanted += self.value(shares) * ratio;
                }
                Takes::Ownership(part) => {
                    let lacks = self.value(part) * self.pricing.total - self.held(participant.stakeholder, true);
                    wanted += lacks.max(zero());
                }
                _ => {}
            }
        }
        differ("new shares", self.bought, wanted)
    }

    fn price_divides_the_pre_money(&self) -> Result<(), String> {
        let (terms, pricing) = (self.terms, self.pricing);
        let mut count = self.before(terms.counts) + pricing.counted.adjustments;
        if terms.counts.converting_securities && terms.method != ConversionMethod::PreMoney {
            count += self.conversions;
        }
        if terms.counts.pool_increase {
            count += self.pool;
        }
        differ("capitalization", pricing.capitalization, count)?;
        let added = match terms.method {
            ConversionMethod::DollarsInvested => pricing.balances,
            ConversionMethod::PreMoney | ConversionMethod::PercentOwnership => zero(),
        };
        differ("price x capitalization", pricing.solved_price * count, pricing.pre_money + added)?;
        match terms.price {
            RoundPrice::PreMoney(stated) => differ("pre-money", pricing.pre_money, self.value(stated)),
            RoundPrice::PostMoney { stated, .. } if terms.size.is_some() => {
                differ("post-money", pricing.pre_money + pricing.money + added, self.value(stated))
            }
            RoundPrice::PostMoney { .. } | RoundPrice::PerShare(_) => Ok(()),
        }
    }
}

/// How many rounds of a company were held against their equations.
pub fn residuals_are_zero(agreement: &Agreement) -> Result<usize, String> {
    let (scenario, values, priced) = witnessed(agreement);
    let mut rounds = 0;
    for priced in priced.iter().filter(|priced| scenario.rounds[priced.round.index()].rounding == Rounding::EXACT) {
        let name = &agreement.rounds[priced.round.index()].name;
        Solved::new(&scenario, &values, priced).holds().map_err(|why| format!("{name}: {why}"))?;
        rounds += 1;
    }
    Ok(rounds)
}

proptest! {
    #![proptest_config(cases(150))]

    #[test]
    fn every_equation_of_a_round_holds_exactly(company in deal()) {
        let mut company = company;
        company.rounding = Rounds::Preset("exact");
        let text = company.text();
        if let Outcome::Ran(run) = run(&text, &Settings::default()) {
            residuals_are_zero(&run.agreement).map_err(|why| TestCaseError::fail(format!("{why}\n{text}")))?;
        }
    }
}
