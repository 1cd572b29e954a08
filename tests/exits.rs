//! The waterfall: stacks of claims out of nothing, held against a brute force over every choice, and against what must hold
//! of every exit.

#![allow(clippy::large_types_passed_by_value, reason = "exact numbers are passed by value, as in the engine")]

mod generate;

use capstruct::engine::exit::{
    Breakpoints, Claim, ClaimHolder, ClaimOf, Curve, Levy, Method, Portion, Recipient, Sharing, Stack, UnitId,
    Waterfall, check, distribute, settle,
};
use capstruct::model::{ClassId, ConvertibleId, LotId, Rank, RightId, StakeholderId};
use capstruct::num::{Exact, Lanes, Narrow, Number};
use generate::cases;
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

type Tested = Result<(), TestCaseError>;

/// How a class of preferred shares.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Terms {
    Converts,
    Full,
    /// Up to this many percent of its preference.
    Capped(u32),
}

/// A class of preferred: its lots choose together where it has several.
#[derive(Clone, Debug)]
struct Class {
    rank: u32,
    terms: Terms,
    /// Preference and shares.
    lots: Vec<(u32, u32)>,
}

/// What stands behind a stack.
#[derive(Clone, Debug)]
struct Company {
    common: u32,
    classes: Vec<Class>,
    /// Shares and exercise price.
    options: Vec<(u32, u32)>,
    /// Balance, cap; a note is paid first.
    safes: Vec<(u32, u32, bool)>,
    costs: Option<(u32, bool)>,
    debt: u32,
    carve_out: Option<(u32, bool)>,
    /// Percent of the preferred above which all classes are forced.
    forced: Option<u32>,
}

impl Company {
    fn stack(&self) -> Stack<Decimal> {
        let whole = |number: u32| Decimal::from(number);
        let mut claims: Vec<Claim<Decimal>> = Vec::new();
        let mut add = |of, unit, rank, shares, preference, sharing| {
            let claim =
                Claim { of, unit: UnitId(unit), rank: Rank(rank), units_held: shares, shares, preference, sharing };
            claims.push(claim);
        };
        let above = |price| Sharing::Above { above: whole(price) };
        add(ClaimOf::Common(ClassId(0)), 0, 0, whole(self.common), Decimal::ZERO, above(0));
        let (mut unit, mut lot) = (1, 0);
        for (index, class) in self.classes.iter().enumerate() {
            for &(preference, shares) in &class.lots {
                let preference = whole(preference);
                let sharing = match class.terms {
                    Terms::Converts => Sharing::Converts { strike: Decimal::ZERO },
                    Terms::Full => above(0),
                    Terms::Capped(percent) => {
                        let total = preference * whole(percent) / Decimal::ONE_HUNDRED;
                        Sharing::Capped { above: Decimal::ZERO, total, strike: Decimal::ZERO }
                    }
                };
                let of = ClaimOf::Lot(ClassId::at(index + 1), LotId(lot));
                add(of, unit, class.rank, whole(shares), preference, sharing);
                lot += 1;
            }
            unit += 1;
        }
        for (index, &(shares, price)) in self.options.iter().enumerate() {
            add(ClaimOf::Right(RightId::at(index)), unit, 0, whole(shares), Decimal::ZERO, above(price));
            unit += 1;
        }
        let options: u32 = self.options.iter().map(|(shares, _)| shares).sum();
        for (index, &(balance, cap, note)) in self.safes.iter().enumerate() {
            let (balance, cap) = (whole(balance), whole(cap));
            let of = ClaimOf::Convertible(ConvertibleId::at(index));
            let rank = u32::from(!note);
            let sharing = Sharing::PartOf { balance, cap };
            claims.push(Claim {
                of,
                unit: UnitId(unit),
                rank: Rank(rank),
                units_held: balance,
                shares: Decimal::ZERO,
                preference: balance,
                sharing,
            });
            unit += 1;
        }
        let levy = |levy: Option<(u32, bool)>| match levy {
            None => Levy::Money(Decimal::ZERO),
            Some((money, false)) => Levy::Money(whole(money)),
            Some((percent, true)) => Levy::Fraction(whole(percent % 60) / Decimal::ONE_HUNDRED),
        };
        // Every claim has two holders, one with a third of it.
        let portions = (0..).zip(&claims).flat_map(|(index, claim)| {
            let small = (claim.units_held / Decimal::from(3)).round_dp(4);
            [(0, small), (1, claim.units_held - small)].map(|(who, units_held)| Portion {
                claim: index,
                holder: ClaimHolder::Stakeholder(StakeholderId(who)),
                units_held,
            })
        });
        let portions = portions.collect();
        let forced = self.forced.map(|percent| whole(percent) / Decimal::ONE_HUNDRED);
        Stack {
            costs: levy(self.costs),
            debts: vec![whole(self.debt), whole(self.debt / 2)],
            carve_out: levy(self.carve_out),
            escrow: Decimal::new(1, 1),
            capitalization: whole(self.common + options),
            forced: forced
                .into_iter()
                .flat_map(|part| (1..=self.classes.len()).map(move |class| (ClassId::at(class), part)))
                .collect(),
            ranks: 7,
            claims,
            portions,
        }
    }

    /// Exit values of interest: from nothing to where everybody has converted.
    fn values(&self, picks: &[u32]) -> Vec<Decimal> {
        let most: u32 = self.classes.iter().flat_map(|class| &class.lots).map(|(preference, _)| preference).sum();
        let most = u64::from(most + self.debt * 2 + self.common) * 8 + 1;
        picks.iter().map(|&pick| Decimal::from(u64::from(pick) * most / 10_000)).collect()
    }
}

fn terms() -> impl Strategy<Value = Terms> {
    prop_oneof![4 => Just(Terms::Converts), 1 => Just(Terms::Full), 2 => (100_u32..400).prop_map(Terms::Capped)]
}

fn class(terms: impl Strategy<Value = Terms>, lots: usize) -> impl Strategy<Value = Class> {
    (1_u32..5, terms, prop::collection::vec((1_u32..2_000, 1_u32..1_000), 1..=lots))
        .prop_map(|(rank, terms, lots)| Class { rank, terms, lots })
}

fn levy() -> impl Strategy<Value = Option<(u32, bool)>> {
    prop::option::of((0_u32..500, any::<bool>()))
}

prop_compose! {
    fn company_of(most: usize, lots: usize)(
        common in 1_u32..5_000,
        classes in prop::collection::vec(class(terms(), lots), 1..=most),
        options in prop::collection::vec((1_u32..500, 0_u32..20), 0..5),
        costs in levy(),
        debt in prop_oneof![2 => Just(0_u32), 1 => 1_u32..1_000],
        carve_out in levy(),
    ) -> Company {
        Company { common, classes, options, safes: Vec::new(), costs, debt, carve_out, forced: None }
    }
}

fn picks() -> impl Strategy<Value = Vec<u32>> {
    prop::collection::vec(0_u32..10_000, 3..6)
}

fn paid<N: Number>(stack: &Stack<N>, curve: &Curve<N>, value: N) -> Vec<N> {
    let mut waterfall = Waterfall::empty();
    distribute(stack, curve, value, &mut waterfall);
    waterfall.paid.iter().map(|paid| paid.amount).collect()
}

fn equal(a: Exact, b: Exact) -> bool {
    (a.at_most(b) & b.at_most(a)).is_yes()
}

/// The exit values of the company, and every breakpoint with what is just beside it.
fn with_breakpoints(company: &Company, picks: &[u32], breakpoints: &Breakpoints) -> Vec<Exact> {
    let mut values: Vec<Exact> = company.values(picks).into_iter().map(Exact::given).collect();
    for segment in &breakpoints.segments {
        values.extend([segment.from, segment.from + Exact::one() / Exact::whole(7)]);
    }
    values.push(Exact::zero());
    values
}

/// Adds up to the cent, nobody gains by choosing otherwise, the next dollar is shared out, nobody's payout falls.
fn holds_together(company: &Company, picks: &[u32]) -> Tested {
    let stack: Stack<Exact> = company.stack().cast();
    let curve = Curve::of(&stack);
    let breakpoints = Breakpoints::of(&stack);
    let values = with_breakpoints(company, picks, &breakpoints);
    let settlements: Vec<_> =
        values.iter().map(|&value| settle(&stack, &curve, value).expect("short numbers")).collect();
    let checked = check(&stack, &curve, &settlements, &breakpoints);
    prop_assert!(checked.is_ok(), "{checked:?}");
    for settlement in &settlements {
        for claim in &settlement.claims {
            prop_assert!(Exact::zero().at_most(claim.amount.exact).is_yes(), "a payout below zero");
        }
        for portion in &settlement.portions {
            prop_assert!(portion.escrow.cents <= portion.amount.cents && !portion.escrow.cents.is_sign_negative());
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(30))]

    #[test]
    fn every_exit_adds_up_and_nobody_gains_by_choosing_otherwise(company in company_of(12, 1), picks in picks()) {
        holds_together(&company, &picks)?;
    }

    /// Lots of a class that chooses as a whole, with SAFEs and notes that are still outstanding.
    #[test]
    fn classes_that_choose_as_a_whole_and_safes_outstanding(
        company in company_of(5, 3),
        safes in prop::collection::vec((1_u32..400, 4_000_u32..40_000, any::<bool>()), 0..4),
        picks in picks(),
    ) {
        holds_together(&Company { safes, ..company }, &picks)?;
    }

    #[test]
    fn a_forced_conversion_adds_up_too(company in company_of(5, 1), forced in 0_u32..100, picks in picks()) {
        holds_together(&Company { forced: Some(forced), ..company }, &picks)?;
    }

    /// Each payout follows the straight lines that the breakpoints give, from 0 to beyond the last.
    #[test]
    fn payouts_follow_the_breakpoints(company in company_of(8, 1), picks in picks()) {
        let stack: Stack<Exact> = company.stack().cast();
        let curve = Curve::of(&stack);
        let breakpoints = Breakpoints::of(&stack);
        for value in company.values(&picks).into_iter().map(Exact::given) {
            let segment = breakpoints.at(value);
            let (here, there) = (paid(&stack, &curve, segment.from), paid(&stack, &curve, value));
            for (index, (&here, &there)) in (0_u32..).zip(here.iter().zip(&there)) {
                let share = segment.next_dollar.iter().find(|(recipient, _)| *recipient == Recipient::Claim(index));
                let share = share.map_or(Exact::zero(), |(_, share)| *share);
                prop_assert!(equal(there, here + share * (value - segment.from)), "claim {index}");
            }
        }
    }

    /// The closed form, from the price at which everybody converts downwards, is what the breakpoints say.
    #[test]
    fn both_methods_agree_where_no_cap_binds(company in company_of(12, 2), picks in picks()) {
        let plain = company.classes.into_iter().filter(|class| !matches!(class.terms, Terms::Capped(_))).collect();
        let company = Company { classes: plain, ..company };
        let stack: Stack<Exact> = company.stack().cast();
        let (kinks, newton) = (Curve::of(&stack), Curve::fast(&stack));
        prop_assert!(stack.is_convex());
        for value in company.values(&picks).into_iter().map(Exact::given) {
            for (left, right) in paid(&stack, &kinks, value).into_iter().zip(paid(&stack, &newton, value)) {
                prop_assert!(equal(left, right));
            }
        }
    }

    /// Sixteen futures at once say what the exact arithmetic says, to a thousand millionth; a lot of a class that chooses as a
    /// whole only away from the very price of the choice, where it changes form.
    #[test]
    fn lanes_say_what_the_exact_arithmetic_says(company in company_of(12, 1), picks in picks()) {
        let stack = company.stack();
        let (exact, lanes): (Stack<Exact>, Stack<Lanes<16>>) = (stack.cast(), stack.cast());
        let (curve, fast) = (Curve::of(&exact), Curve::fast(&lanes));
        for value in company.values(&picks) {
            let mut side_by_side = [0.0; 16];
            for (lane, number) in side_by_side.iter_mut().enumerate() {
                *number = value.to_f64().expect("a number") * (1.0 + f64::from(u32::try_from(lane).expect("few lanes")));
            }
            let in_lanes = paid(&lanes, &fast, Lanes(side_by_side));
            for lane in [0, 7, 15] {
                let value = Exact::given(value) * Exact::whole(i32::try_from(lane).expect("few lanes") + 1);
                for (exact, lanes) in paid(&exact, &curve, value).into_iter().zip(&in_lanes) {
                    let exact = exact.to_decimal(10).and_then(|number| number.to_f64()).expect("a number");
                    prop_assert!((lanes.0[lane] - exact).abs() <= 1e-9 * exact.abs().max(side_by_side[lane]).max(1.0));
                }
            }
        }
    }
}

// Brute force: every set of choices, by arithmetic of its own.

/// What each claim gets where exactly the `converted` ones convert, all others keep their preference, and what there is is
/// shared out: by walking up the common price from bend to bend.
fn under_choices(stack: &Stack<Narrow>, converted: &[bool], net: Narrow) -> Vec<Narrow> {
    let zero = Narrow::zero();
    let at = |price: Narrow| -> Vec<Narrow> {
        let asks = |(claim, &converted): (&Claim<Narrow>, &bool)| match claim.sharing {
            Sharing::Above { above } => claim.preference + claim.shares * (price - above).max(zero),
            _ if converted => claim.shares * price,
            Sharing::Capped { total, .. } => (claim.preference + claim.shares * price).min(total),
            Sharing::Converts { .. } | Sharing::PartOf { .. } => claim.preference,
        };
        stack.claims.iter().zip(converted).map(asks).collect()
    };
    let sum = |numbers: &[Narrow]| numbers.iter().copied().sum::<Narrow>();
    let first = at(zero);
    if net.at_most(sum(&first)).is_yes() {
        let mut left = net;
        let mut paid = vec![zero; first.len()];
        for rank in 0..stack.ranks {
            let own: Vec<usize> = (0..first.len()).filter(|&index| stack.claims[index].rank.0 == rank).collect();
            let asked: Narrow = own.iter().map(|&index| first[index]).sum();
            if asked.is_positive().is_yes() {
                let there = left.min(asked);
                for index in own {
                    paid[index] = first[index] * there / asked;
                }
                left -= there;
            }
        }
        return paid;
    }
    let mut bends: Vec<Narrow> = Vec::new();
    for claim in &stack.claims {
        match claim.sharing {
            Sharing::Above { above } => bends.push(above),
            Sharing::Capped { total, .. } => bends.push((total - claim.preference) / claim.shares),
            Sharing::Converts { .. } | Sharing::PartOf { .. } => {}
        }
    }
    // The last bend not above the answer, and one step beyond it: between two bends all is straight.
    let reached: Vec<Narrow> = bends.iter().copied().filter(|&bend| sum(&at(bend)).at_most(net).is_yes()).collect();
    let start = reached.into_iter().fold(zero, Narrow::max);
    let following = bends.into_iter().filter(|&bend| start.below(bend).is_yes()).reduce(Narrow::min);
    let beyond = following.unwrap_or(start + Narrow::one());
    let (low, high) = (sum(&at(start)), sum(&at(beyond)));
    let price = if low.below(high).is_yes() { start + (beyond - start) * (net - low) / (high - low) } else { start };
    at(price)
}

/// Every set of choices from which no class gains by switching alone pays what the engine pays, and there is one.
fn is_the_equilibrium(company: &Company, value: Decimal) -> Tested {
    let stack: Stack<Narrow> = company.stack().cast();
    let curve = Curve::of(&stack);
    let mut waterfall = Waterfall::empty();
    distribute(&stack, &curve, Narrow::given(value), &mut waterfall);
    let choosing: Vec<usize> = (0..stack.claims.len())
        .filter(|&index| !matches!(stack.claims[index].sharing, Sharing::Above { .. }))
        .collect();
    let sets: Vec<Vec<Narrow>> = (0..1_usize << choosing.len())
        .map(|set| {
            let mut converted = vec![false; stack.claims.len()];
            for (bit, &claim) in choosing.iter().enumerate() {
                converted[claim] = set >> bit & 1 == 1;
            }
            under_choices(&stack, &converted, waterfall.net)
        })
        .collect();
    let mut found = 0;
    for (set, payouts) in sets.iter().enumerate() {
        let gains = |(bit, &claim): (usize, &usize)| payouts[claim].below(sets[set ^ (1 << bit)][claim]).is_yes();
        if choosing.iter().enumerate().any(gains) {
            continue;
        }
        found += 1;
        for (claim, (ours, theirs)) in waterfall.paid.iter().zip(payouts).enumerate() {
            let same = (ours.amount.at_most(*theirs) & theirs.at_most(ours.amount)).is_yes();
            prop_assert!(same, "claim {claim} under set {set:b} at {value}: {:?} and {theirs:?}", ours.amount);
        }
    }
    prop_assert!(found > 0, "no equilibrium");
    Ok(())
}

/// Up to eight classes where more cases are asked for, else fewer: the sets double with each.
fn most_classes() -> usize {
    if std::env::var_os("PROPTEST_CASES").is_some() { 8 } else { 5 }
}

proptest! {
    #![proptest_config(cases(40))]

    #[test]
    fn no_other_set_of_choices_is_an_equilibrium(company in company_of(most_classes(), 1), picks in picks()) {
        for value in company.values(&picks).into_iter().take(2) {
            is_the_equilibrium(&company, value)?;
        }
    }
}

#[test]
#[should_panic(expected = "Newton's method needs a convex stack")]
fn newton_is_not_asked_of_caps() {
    let capped = Class { rank: 1, terms: Terms::Capped(200), lots: vec![(100, 50)] };
    let company = Company {
        common: 100,
        classes: vec![capped],
        options: Vec::new(),
        safes: Vec::new(),
        costs: None,
        debt: 0,
        carve_out: None,
        forced: None,
    };
    let stack: Stack<Exact> = company.stack().cast();
    Curve::empty().prepare(&stack, Method::Newton);
}

/// A cap is reached at a price that binary fractions round to the wrong side of it: beyond it a lane still pays out all.
#[test]
fn a_lane_knows_on_which_side_of_its_cap_a_claim_is() {
    let class = |rank, terms, lot| Class { rank, terms, lots: vec![lot] };
    let company = Company {
        common: 370,
        classes: vec![
            class(3, Terms::Capped(327), (1_761, 869)),
            class(1, Terms::Converts, (1_400, 35)),
            class(1, Terms::Full, (1_534, 913)),
            class(2, Terms::Converts, (1_589, 757)),
        ],
        options: vec![(172, 1)],
        safes: Vec::new(),
        costs: None,
        debt: 0,
        carve_out: None,
        forced: None,
    };
    let stack: Stack<Lanes<16>> = company.stack().cast();
    let all = paid(&stack, &Curve::of(&stack), Lanes([20_000.0; 16])).into_iter().sum::<Lanes<16>>();
    assert!((all.0[0] - 20_000.0).abs() < 1e-9, "{:?}", all.0[0]);
}
