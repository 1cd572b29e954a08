//! What the waterfall costs. `cargo bench --bench exits`.

use capstruct::engine::books::{Books, Feasibility};
use capstruct::engine::exit::{
    Breakpoints, Claim, ClaimHolder, ClaimOf, Curve, Levy, Method, Portion, Sharing, Stack, UnitId, Waterfall,
    distribute, settle,
};
use capstruct::engine::{inputs, replay};
use capstruct::model::{ClassId, Draws, LotId, Rank, Rung, StakeholderId};
use capstruct::num::{Exact, LaneMask, Lanes, Mask, Number};
use capstruct::spec::resolve::{Settings, resolve};
use capstruct::spec::{ScenarioFolder, load};
use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use rust_decimal::Decimal;
use std::path::Path;

fn main() {
    divan::main();
}

/// Futures side by side in the simulation.
const WIDTH: usize = 16;

const CLASSES: u32 = 12;
const HOLDERS: u32 = 200;

/// Twelve classes of preferred, every third with a capped participation where `capped`, and 200 holders of each.
fn stack(capped: bool) -> Stack<Decimal> {
    let whole = Decimal::from;
    let mut claims = Vec::new();
    let common = 40_000_000;
    let mut add = |of, unit, rank, shares: u32, preference: u32, sharing| {
        let (shares, preference) = (whole(shares), whole(preference));
        claims.push(Claim {
            of,
            unit: UnitId(unit),
            rank: Rank(rank),
            units_held: shares,
            shares,
            preference,
            sharing,
        });
    };
    add(ClaimOf::Common(ClassId(0)), 0, 0, common, 0, Sharing::Above { above: Decimal::ZERO });
    for class in 1..=CLASSES {
        let preference = 2_000_000 * class + 137_000;
        let sharing = match capped && class % 3 == 0 {
            true => Sharing::Capped { above: Decimal::ZERO, total: whole(3 * preference), strike: Decimal::ZERO },
            false => Sharing::Converts { strike: Decimal::ZERO },
        };
        add(
            ClaimOf::Lot(ClassId(class), LotId(class)),
            class,
            1 + class / 3,
            3_000_000 - 101_000 * class,
            preference,
            sharing,
        );
    }
    let portions = (0..).zip(&claims).flat_map(|(index, claim)| {
        let units_held = claim.units_held / whole(HOLDERS);
        (0..HOLDERS).map(move |who| Portion {
            claim: index,
            holder: ClaimHolder::Stakeholder(StakeholderId(who)),
            units_held,
        })
    });
    let portions = portions.collect();
    Stack {
        costs: Levy::Fraction(Decimal::new(2, 2)),
        debts: vec![whole(5_000_000)],
        carve_out: Levy::Money(whole(3_000_000)),
        escrow: Decimal::new(1, 1),
        claims,
        portions,
        ranks: 6,
        capitalization: whole(common),
        forced: Vec::new(),
    }
}

const VALUES: u32 = 10_000;

/// Ten thousand exit values from nothing to a thousand million, exactly, each class and each holder.
#[divan::bench(args = [false, true], sample_count = 3)]
fn exact_payouts_of_200_holders_at_10_000_values(bencher: Bencher, capped: bool) {
    let stack: Stack<Exact> = stack(capped).cast();
    let curve = Curve::of(&stack);
    bencher.counter(ItemsCount::new(VALUES)).bench(|| {
        let mut waterfall = Waterfall::empty();
        let mut most = Exact::zero();
        for value in 0..VALUES {
            let value = Exact::given(Decimal::from(value) * Decimal::from(100_000));
            distribute(&stack, &curve, black_box(value), &mut waterfall);
            for portion in &stack.portions {
                let claim = portion.claim as usize;
                let per_unit = waterfall.paid[claim].amount / stack.claims[claim].units_held;
                most = most.max(per_unit * portion.units_held);
            }
        }
        most
    });
}

/// One exit value to the cent, holder by holder.
#[divan::bench]
fn one_value_to_the_cent(bencher: Bencher) {
    let stack: Stack<Exact> = stack(true).cast();
    let curve = Curve::of(&stack);
    bencher.bench(|| settle(&stack, &curve, black_box(Exact::whole(400_000_000))));
}

/// Every breakpoint of twelve classes.
#[divan::bench(args = [false, true])]
fn every_breakpoint(bencher: Bencher, capped: bool) {
    let stack: Stack<Exact> = stack(capped).cast();
    bencher.bench(|| Breakpoints::of(black_box(&stack)));
}

/// The same stack in sixteen futures at once; the throughput is in futures.
#[divan::bench(args = [false, true])]
fn in_lanes(bencher: Bencher, capped: bool) {
    let stack: Stack<Lanes<WIDTH>> = stack(capped).cast();
    let method = if capped { Method::Kinks } else { Method::Newton };
    let (mut curve, mut waterfall) = (Curve::empty(), Waterfall::empty());
    let mut value = [0.0; WIDTH];
    for (lane, value) in value.iter_mut().enumerate() {
        *value = 4e7 * f64::from(u32::try_from(lane).expect("few lanes") + 1);
    }
    bencher.counter(ItemsCount::new(WIDTH)).bench_local(|| {
        curve.prepare(black_box(&stack), method);
        distribute(&stack, &curve, Lanes(value), &mut waterfall);
        waterfall.common_price
    });
}

/// The workload of the simulation with its exit, from the opening to every payout: sixteen futures at once.
#[divan::bench]
fn oai12_with_its_exit(bencher: Bencher) {
    let folder = ScenarioFolder::new(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios")));
    let loaded = load(&folder, "benchmark/oai12-exit");
    let document = loaded.document.expect("it can be read");
    let agreement = resolve(&document, &loaded.sources, &Settings::default()).expect("it adds up").0;
    let scenario = agreement.scenario.cast::<Lanes<WIDTH>>();
    let exit = scenario.exit.as_ref().expect("an exit");
    let (values, base) = (inputs::values(&scenario.settings), inputs::values(&scenario.base));
    let happens: Vec<LaneMask<WIDTH>> = scenario.happens.iter().map(|&met| LaneMask::always(met)).collect();
    let draws = Draws { values: &values, base: &base, happens: &happens, rung: Rung::All };
    let (mut stack, mut curve, mut waterfall) = (Stack::empty(), Curve::empty(), Waterfall::empty());
    bencher.counter(ItemsCount::new(WIDTH)).bench_local(|| {
        let mut books = Books::open(black_box(&scenario), &draws, Feasibility::unquestioned());
        let Ok(()) = replay(&scenario, &draws, &mut books);
        stack.build(&scenario, exit, &draws, &books.table).expect("every class has a price");
        curve.prepare(&stack, Method::Newton);
        distribute(&stack, &curve, draws.value(exit.values[0]), &mut waterfall);
        waterfall.common_price
    });
}
