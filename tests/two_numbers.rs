//! One engine, two numbers: what the exact arithmetic says, the lanes of a simulation say too.
//!
//! Every scenario is replayed three times: exactly, in one lane of `f64`, and in eight lanes that are eight different
//! futures (other values of the variables, other conditions met). A journal that keeps everything lines the replays up
//! entry by entry, because what happens in which order is the same in every number.

#![allow(clippy::large_types_passed_by_value, reason = "exact numbers are passed by value, as in the engine")]

mod generate;
mod support;

use capstruct::engine::books::{Adjustment, Books, CapTable, Entry, EntryKind, Journal};
use capstruct::engine::inputs;
use capstruct::engine::ipo::{Completed, Offering};
use capstruct::engine::replay;
use capstruct::engine::replay_exactly;
use capstruct::engine::round::{Conversion, Pricing};
use capstruct::model::{Case, Draws, EventId, Round, RoundId, Rung, Scenario, Setting};
use capstruct::num::{Arithmetic, Exact, Fixed, LaneMask, Lanes, Number, Stated, Truth, Wide};
use capstruct::report::RUNGS;
use capstruct::spec::resolve::{Settings, resolve};
use capstruct::spec::{ScenarioFolder, load, load_text};
use generate::{cases, company, deal};
use proptest::prop_oneof;
use proptest::test_runner::{TestCaseError, TestRunner};
use rust_decimal::prelude::ToPrimitive;
use std::cell::Cell;
use std::convert::Infallible;
use support::{project, scenario_names};

/// Futures computed side by side.
const WIDTH: usize = 8;

/// Ownership agrees to this, in parts of the whole.
const OWNERSHIP: f64 = 1e-12;

/// Prices, counts and money agree to this, in parts of themselves.
const RELATIVE: f64 = 1e-9;

/// What posting a price to its ten places may move it by.
const HALF_A_UNIT: f64 = 5e-11;

// A journal that keeps everything, in any number.

/// A replay, event by event.
struct Album<N: Number> {
    pages: Vec<Page<N>>,
    open: Page<N>,
}

/// What an event did, and the company after it.
struct Page<N: Number> {
    event: Option<EventId>,
    entries: Vec<Entry<N>>,
    conversions: Vec<Conversion<N>>,
    adjustments: Vec<Adjustment<N>>,
    pricing: Option<(Pricing<N>, Vec<N>)>,
    offering: Option<Offering<N>>,
    /// None while it is being written.
    end: Option<End<N>>,
}

struct End<N: Number> {
    happens: N::Mask,
    feasible: N::Mask,
    table: CapTable<N>,
}

impl<N: Number> Page<N> {
    fn blank() -> Self {
        let (entries, conversions, adjustments) = (Vec::new(), Vec::new(), Vec::new());
        Page { event: None, entries, conversions, adjustments, pricing: None, offering: None, end: None }
    }

    fn end(&self) -> &End<N> {
        self.end.as_ref().expect("a page is kept when its event ends")
    }
}

impl<N: Number> Journal<N> for Album<N> {
    type Refusal = Infallible;

    fn record(&mut self, _: EventId, entry: &Entry<N>) {
        self.open.entries.push(*entry);
    }

    fn converted(&mut self, _: EventId, conversion: &Conversion<N>) {
        self.open.conversions.push(*conversion);
    }

    fn adjusted(&mut self, _: EventId, adjustments: &[Adjustment<N>]) {
        self.open.adjustments.extend_from_slice(adjustments);
    }

    fn offered(&mut self, _: EventId, completed: &Completed<N>, _: N::Mask) {
        self.open.offering = Some(completed.offering.clone());
    }

    fn priced(&mut self, _: RoundId, round: &Round<N>, pricing: &Pricing<N>, money: impl Fn(usize, usize) -> N) {
        let cheques = round.tranches.iter().enumerate();
        let cheques =
            cheques.flat_map(|(index, tranche)| (0..tranche.participants.len()).map(move |place| (index, place)));
        let cheques = cheques.map(|(index, place)| money(index, place)).collect();
        self.open.pricing = Some((pricing.clone(), cheques));
    }

    fn end_event(
        &mut self,
        event: Option<EventId>,
        happens: N::Mask,
        feasible: N::Mask,
        table: &CapTable<N>,
    ) -> Result<(), Infallible> {
        let mut page = std::mem::replace(&mut self.open, Page::blank());
        page.event = event;
        page.end = Some(End { happens, feasible, table: table.clone() });
        self.pages.push(page);
        Ok(())
    }
}

// Replays.

/// A scenario with its futures: settings of the variables, and which conditions are met.
struct Futures {
    scenario: Scenario<Stated>,
    futures: Vec<(Vec<Setting<Stated>>, Vec<bool>)>,
}

fn album<N: Number>(scenario: &Scenario<Stated>, values: &[N], happens: &[N::Mask], rung: Rung) -> Album<N> {
    let scenario = scenario.cast::<N>();
    let base = inputs::values(&scenario.base);
    let draws = Draws { values, base: &base, happens, rung };
    let mut books = Books::open(&scenario, &draws, Album { pages: Vec::new(), open: Page::blank() });
    let Ok(()) = replay(&scenario, &draws, &mut books);
    books.journal
}

fn values<N: Number>(settings: &[Setting<Stated>]) -> Vec<N> {
    inputs::values(&settings.iter().map(Setting::cast).collect::<Vec<_>>())
}

impl Futures {
    fn exactly<const BITS: usize, const LIMBS: usize>(&self, future: usize, rung: Rung) -> Album<Fixed<BITS, LIMBS>> {
        let (settings, happens) = &self.futures[future];
        let happens: Vec<_> = happens.iter().map(|&met| Truth::from(met)).collect();
        album(&self.scenario, &values(settings), &happens, rung)
    }

    fn alone(&self, future: usize, rung: Rung) -> Album<Lanes<1>> {
        let (settings, happens) = &self.futures[future];
        let happens: Vec<_> = happens.iter().map(|&met| LaneMask([mask(met)])).collect();
        album(&self.scenario, &values(settings), &happens, rung)
    }

    fn side_by_side(&self, rung: Rung) -> Album<Lanes<WIDTH>> {
        let of = |future: &(Vec<Setting<Stated>>, Vec<bool>)| values::<Lanes<1>>(&future.0);
        let by_future: Vec<_> = self.futures.iter().map(of).collect();
        let together = |variable: usize| Lanes(std::array::from_fn(|lane| by_future[lane][variable].0[0]));
        let values: Vec<_> = (0..self.scenario.settings.len()).map(together).collect();
        let met = |condition: usize| LaneMask(std::array::from_fn(|lane| mask(self.futures[lane].1[condition])));
        let happens: Vec<_> = (0..self.scenario.happens.len()).map(met).collect();
        album(&self.scenario, &values, &happens, rung)
    }
}

fn mask(truth: bool) -> u64 {
    if truth { u64::MAX } else { 0 }
}

/// The futures of a text: its three cases, with every condition met, and then in patterns. None where it cannot be read.
fn futures_of(load: &dyn Fn(&Settings) -> Option<Scenario<Stated>>) -> Option<Futures> {
    let base = load(&Settings::default())?;
    let mut settings = vec![base.settings.clone()];
    for case in [Case::Low, Case::High] {
        // A case that contradicts itself has no future; one with other rounds would be another scenario.
        let other = load(&Settings { case, set: Vec::new() })
            .filter(|other| other.timeline == base.timeline && other.rounds == base.rounds);
        settings.push(other.map_or_else(|| base.settings.clone(), |other| other.settings));
    }
    let met = |lane: usize, condition: usize| lane < 3 || (lane * 5 + condition * 3) % 7 < 4;
    let of = |lane: usize| {
        let happens = (0..base.happens.len()).map(|condition| met(lane, condition)).collect();
        (settings[lane % 3].clone(), happens)
    };
    Some(Futures { futures: (0..WIDTH).map(of).collect(), scenario: base })
}

// Comparing.

/// What may be compared of a page: a name, what kind of number it is, and the number.
type Figures<N> = Vec<(String, Kind, N)>;

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// A holding, whose part of the whole agrees.
    Shares,
    /// Money of the event, which agrees in parts of the largest cheque.
    Money,
    /// A price or a count that is never nearly nothing.
    Price,
    /// A price as posted: with ten places in the exact ledger.
    Posted,
}

fn figures<N: Number>(page: &Page<N>) -> Figures<N> {
    let mut figures = Vec::new();
    let table = &page.end().table;
    for (index, shares) in table.shares.iter().enumerate() {
        figures.push((format!("position {index}"), Kind::Shares, *shares));
    }
    figures.push(("fully diluted".to_owned(), Kind::Price, table.fully_diluted));
    figures.extend(table.reference_price.map(|price| ("reference price".to_owned(), Kind::Price, price)));
    for (index, ratio) in table.ratios.iter().enumerate() {
        figures.extend(ratio.map(|ratio| (format!("ratio {index}"), Kind::Price, ratio)));
    }
    for (index, price) in table.conversion_prices.iter().enumerate() {
        figures.extend(price.map(|price| (format!("conversion price {index}"), Kind::Price, price)));
    }
    for (index, entry) in page.entries.iter().enumerate() {
        figures.push((format!("shares of entry {index}"), Kind::Shares, entry.shares));
        figures.push((format!("price of entry {index}"), Kind::Posted, entry.price));
        let money = match entry.kind {
            EntryKind::Issuance { money, .. }
            | EntryKind::Conversion { money, .. }
            | EntryKind::Exercise { money, .. }
            | EntryKind::Repurchase { money, .. }
            | EntryKind::Reclassification { cash: money, .. }
            | EntryKind::InKind { cash: money, .. }
            | EntryKind::Transfer { money, .. } => Some(money),
            EntryKind::Adjustment { .. }
            | EntryKind::PoolIncrease
            | EntryKind::Grant { .. }
            | EntryKind::Return { .. }
            | EntryKind::Cancellation
            | EntryKind::Warrant
            | EntryKind::Split { .. } => None,
        };
        figures.extend(money.map(|money| (format!("money of entry {index}"), Kind::Money, money)));
    }
    for conversion in &page.conversions {
        figures.push((format!("price of {:?}", conversion.convertible), Kind::Price, conversion.price));
        figures.push((format!("shares of {:?}", conversion.convertible), Kind::Shares, conversion.shares));
        figures.push((format!("balance of {:?}", conversion.convertible), Kind::Money, conversion.balance));
    }
    for adjustment in &page.adjustments {
        figures.push((format!("{:?} before", adjustment.class), Kind::Price, adjustment.before));
        figures.push((format!("{:?} after", adjustment.class), Kind::Price, adjustment.after));
    }
    if let Some((pricing, cheques)) = &page.pricing {
        for (name, kind, number) in [
            ("pre-money", Kind::Money, pricing.pre_money),
            ("money", Kind::Money, pricing.money),
            ("price", Kind::Price, pricing.price),
            ("solved price", Kind::Price, pricing.solved_price),
            ("capitalization", Kind::Price, pricing.capitalization),
            ("total", Kind::Price, pricing.total),
            ("pool increase", Kind::Shares, pricing.pool_increase),
        ] {
            figures.push((name.to_owned(), kind, number));
        }
        for (index, cheque) in cheques.iter().enumerate() {
            figures.push((format!("cheque {index}"), Kind::Money, *cheque));
        }
    }
    if let Some(offering) = &page.offering {
        for (name, kind, number) in [
            ("pre-money of the offering", Kind::Money, offering.pre_money),
            ("price of the offering", Kind::Price, offering.price),
            ("solved price of the offering", Kind::Price, offering.solved_price),
            ("capitalization of the offering", Kind::Price, offering.capitalization),
        ] {
            figures.push((name.to_owned(), kind, number));
        }
        for ratchet in &offering.ratchets {
            figures.push((format!("ratchet of {:?}", ratchet.class), Kind::Price, ratchet.after));
        }
    }
    figures
}

/// The nearest float of an exact number.
fn float<const BITS: usize, const LIMBS: usize>(number: Fixed<BITS, LIMBS>) -> f64 {
    let decimal = [24, 18, 12, 6].into_iter().find_map(|places| number.to_decimal(places));
    decimal.and_then(|decimal| decimal.to_f64()).unwrap_or(f64::NAN)
}

/// Whether anything of an album could not be computed in its number.
fn failure<const BITS: usize, const LIMBS: usize>(album: &Album<Fixed<BITS, LIMBS>>) -> Option<Arithmetic> {
    album.pages.iter().find_map(|page| {
        let feasible = match page.end().feasible {
            Truth::Undefined(why) => Some(why),
            Truth::Yes | Truth::No => None,
        };
        feasible.or_else(|| figures(page).iter().find_map(|(_, _, number)| number.failure()))
    })
}

/// Compares one lane with the exact replay, up to the first event that has no answer. Returns the events compared.
fn agrees<const BITS: usize, const LIMBS: usize>(
    exact: &Album<Fixed<BITS, LIMBS>>,
    lane: &Album<Lanes<1>>,
) -> Result<usize, String> {
    if exact.pages.len() != lane.pages.len() {
        return Err(format!("{} events and {}", exact.pages.len(), lane.pages.len()));
    }
    for (count, (ours, theirs)) in exact.pages.iter().zip(&lane.pages).enumerate() {
        let at = format!("{:?}", ours.event);
        let (feasible, lanes) = (ours.end().feasible, theirs.end().feasible.0[0] != 0);
        if let Truth::Undefined(why) = feasible {
            return Err(format!("{at}: {why:?}"));
        }
        if feasible.is_yes() != lanes {
            return Err(format!("{at}: possible is {feasible:?} exactly and {lanes} in lanes"));
        }
        if !lanes {
            return Ok(count);
        }
        if ours.end().happens.is_yes() != (theirs.end().happens.0[0] != 0) {
            return Err(format!("{at}: happens is {:?} and {:?}", ours.end().happens, theirs.end().happens));
        }
        same_choices(ours, theirs).map_err(|why| format!("{at}: {why}"))?;
        let whole = float(ours.end().table.fully_diluted);
        let (ours, theirs) = (figures(ours), figures(theirs));
        if ours.len() != theirs.len() {
            return Err(format!("{at}: {} figures and {}", ours.len(), theirs.len()));
        }
        let of_kind =
            |kind| ours.iter().filter(move |(_, of, _)| *of == kind).map(|(_, _, number)| float(*number).abs());
        let largest = of_kind(Kind::Money).fold(0.0, f64::max);
        for ((name, kind, exact), (_, _, lane)) in ours.iter().zip(&theirs) {
            let (exact, lane) = (float(*exact), lane.0[0]);
            let off = (exact - lane).abs();
            let bound = match kind {
                Kind::Shares => OWNERSHIP * whole,
                Kind::Money => RELATIVE * largest,
                Kind::Price => RELATIVE * exact.abs(),
                Kind::Posted => RELATIVE * exact.abs() + HALF_A_UNIT,
            };
            let near = off <= bound;
            if !near {
                return Err(format!(
                    "{at}: {name} is {exact} exactly and {lane} in lanes, {off:e} apart, not {bound:e}"
                ));
            }
        }
    }
    Ok(exact.pages.len())
}

/// What was chosen is the same: whether a convertible converts, by whose package, at the cap or at the round's price. Two
/// prices within the last digits of each other may be told apart either way.
fn same_choices<const BITS: usize, const LIMBS: usize>(
    exact: &Page<Fixed<BITS, LIMBS>>,
    lane: &Page<Lanes<1>>,
) -> Result<(), String> {
    for (ours, theirs) in exact.conversions.iter().zip(&lane.conversions) {
        let which = ours.convertible;
        if ours.converts.is_yes() != (theirs.converts.0[0] != 0) {
            return Err(format!("{which:?} converts exactly and not in lanes, or the other way round"));
        }
        if !ours.converts.is_yes() {
            continue;
        }
        let (cap, discounted) = (float(ours.cap_price), float(ours.discount_price));
        let close = (cap - discounted).abs() <= RELATIVE * discounted;
        if !close && ours.by_cap.is_yes() != (theirs.by_cap.0[0] != 0) {
            return Err(format!(
                "{which:?} is at its cap of {cap} or at {discounted}: exactly and in lanes differently"
            ));
        }
        let (package, other) = (float(ours.package), theirs.package.0[0]);
        if !close && (package - other).abs() > 0.5 {
            return Err(format!("{which:?} adopts {package} exactly and {other} in lanes"));
        }
    }
    for (ours, theirs) in exact.adjustments.iter().zip(&lane.adjustments) {
        let (before, after) = (float(ours.before), float(ours.after));
        let close = (before - after).abs() <= RELATIVE * before;
        if !close && ours.after.below(ours.before).is_yes() != (theirs.after.0[0] < theirs.before.0[0]) {
            return Err(format!("{:?} is adjusted exactly and not in lanes, or the other way round", ours.class));
        }
    }
    Ok(())
}

/// Each lane of eight has the bits of the replay of its future alone.
fn same_bits(alone: &Album<Lanes<1>>, wide: &Album<Lanes<WIDTH>>, lane: usize) -> Result<(), String> {
    for (ours, theirs) in alone.pages.iter().zip(&wide.pages) {
        let at = format!("{:?} in lane {lane}", ours.event);
        if ours.end().feasible.0[0] != theirs.end().feasible.0[lane] {
            return Err(format!("{at}: possible alone and not beside others, or the other way round"));
        }
        if ours.end().feasible.0[0] == 0 {
            return Ok(());
        }
        if ours.end().happens.0[0] != theirs.end().happens.0[lane] {
            return Err(format!("{at}: happens alone and not beside others, or the other way round"));
        }
        let (ours, theirs) = (figures(ours), figures(theirs));
        if ours.len() != theirs.len() {
            return Err(format!("{at}: {} figures and {}", ours.len(), theirs.len()));
        }
        for ((name, _, alone), (_, _, beside)) in ours.iter().zip(&theirs) {
            if alone.0[0].to_bits() != beside.0[lane].to_bits() {
                return Err(format!("{at}: {name} is {:?} alone and {:?} beside others", alone.0[0], beside.0[lane]));
            }
        }
    }
    Ok(())
}

/// Where no lane may go: whatever becomes of a future, its numbers are numbers.
fn finite(wide: &Album<Lanes<WIDTH>>) -> Result<(), String> {
    for page in &wide.pages {
        for (name, _, number) in figures(page) {
            if let Some(lane) = number.0.iter().position(|number| !number.is_finite()) {
                return Err(format!("{:?}: {name} is {:?} in lane {lane}", page.event, number.0[lane]));
            }
        }
    }
    Ok(())
}

/// All of it. Returns how many events were compared and how many futures have no answer.
fn compared(futures: &Futures, rung: Rung) -> Result<(usize, usize), String> {
    let wide = futures.side_by_side(rung);
    finite(&wide)?;
    let (mut events, mut refused) = (0, 0);
    for future in 0..WIDTH {
        let alone = futures.alone(future, rung);
        same_bits(&alone, &wide, future)?;
        let exact: Album<Exact> = futures.exactly(future, rung);
        let agreed = match failure(&exact) {
            Some(Arithmetic::Overflow) => {
                let exact: Album<Wide> = futures.exactly(future, rung);
                agrees(&exact, &alone)
            }
            Some(Arithmetic::DivisionByZero) | None => agrees(&exact, &alone),
        };
        let agreed = agreed.map_err(|why| format!("future {future}: {why}"))?;
        let mut scenario = futures.scenario.clone();
        (scenario.settings, scenario.happens) = futures.futures[future].clone();
        let answered = agreed == exact.pages.len();
        if replay_exactly(&scenario, rung).is_ok() != answered {
            return Err(format!("future {future}: the ledger and the album do not agree on what is possible"));
        }
        events += agreed;
        refused += usize::from(!answered);
    }
    Ok((events, refused))
}

/// The widest numbers are long, and a test's own stack is short.
fn with_room(work: impl FnOnce() + Send + 'static) {
    const STACK_BYTES: usize = 256 << 20;
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(work).expect("a thread");
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

fn text_futures(text: &str) -> Option<Futures> {
    let loaded = load_text("generated", text);
    if loaded.findings.has_errors() {
        return None;
    }
    let document = loaded.document?;
    futures_of(&|settings| Some(resolve(&document, &loaded.sources, settings).ok()?.0.scenario))
}

#[test]
fn generated_scenarios_agree_in_both_numbers() {
    with_room(|| {
        let (events, refused) = (Cell::new(0), Cell::new(0));
        let agree = |company: generate::Company| {
            let text = company.text();
            if let Some(futures) = text_futures(&text) {
                let (some, none) =
                    compared(&futures, Rung::All).map_err(|why| TestCaseError::fail(format!("{why}\n{text}")))?;
                events.set(events.get() + some);
                refused.set(refused.get() + none);
            }
            Ok(())
        };
        let outcome = TestRunner::new(cases(96)).run(&prop_oneof![company(), deal()], agree);
        outcome.unwrap_or_else(|failure| panic!("{failure}"));
        // Both kinds of future were among them, and plenty of events.
        assert!(events.get() > 500 && refused.get() > 20, "{} events, {} refused", events.get(), refused.get());
    });
}

#[test]
fn shipped_scenarios_agree_in_both_numbers() {
    with_room(shipped_agree);
}

fn shipped_agree() {
    let root = project().join("scenarios");
    let folder = ScenarioFolder::new(&root);
    let mut wrong = Vec::new();
    for name in scenario_names(&root) {
        let loaded = load(&folder, &name);
        let document = loaded.document.unwrap_or_else(|| panic!("{name} cannot be read"));
        let resolved = |settings: &Settings| Some(resolve(&document, &loaded.sources, settings).ok()?.0.scenario);
        let futures = futures_of(&resolved).unwrap_or_else(|| panic!("{name} cannot be resolved"));
        for rung in RUNGS {
            match compared(&futures, rung) {
                Ok((events, _)) => assert!(events >= WIDTH, "{name}: nothing was compared"),
                Err(why) => wrong.push(format!("{name} on the rung {}: {why}", rung.word())),
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
