//! The conventions behind the numbers, in sentences, printed with them.

mod shares;

use super::frame::columns;
use super::run::Run;
use super::table::{Cell, Style, Table};
use crate::engine::valuation::Outcome;
use crate::model::{
    Capitalization, Case, ConversionMethod, Event, Payment, PoolAmount, Protection, ProtectionMethod, Residue, Round,
    RoundingInfo, Rung, Takes, TranchePrice,
};
use crate::num::Stated;
use crate::num::rounding::{Direction, Places, PriceBasis};

/// What counts in a capitalization, in words.
pub fn capitalization_in_words(counts: Capitalization) -> String {
    let parts = [
        (counts.shares, "outstanding shares as converted"),
        (counts.options, "granted options"),
        (counts.promised_options, "promised options"),
        (counts.unissued_options, "available options"),
        (counts.converting_securities, "converting securities"),
        (counts.pool_increase, "the round's pool increase"),
        (counts.new_money, "the shares the new money buys"),
    ];
    let counted: Vec<&str> = parts.into_iter().filter(|(counts, _)| *counts).map(|(_, words)| words).collect();
    super::words::listed(&counted)
}

/// A rounding in words: `closing-us: price to 4 places, nearest; whole shares, down; money to 2 places`.
pub fn rounding_in_words(info: &RoundingInfo) -> String {
    let rounding = info.rounding;
    let way = |direction| match direction {
        Direction::Nearest => "nearest",
        Direction::Up => "up",
        Direction::Down => "down",
    };
    let places = |what: &str, places: Option<Places>| match places {
        None => format!("{what} unrounded"),
        Some(Places { places, direction }) => format!("{what} to {places} places, {}", way(direction)),
    };
    let whole = |what: &str, direction: Option<Direction>| match direction {
        None => format!("{what} unrounded"),
        Some(direction) => format!("whole {what}, {}", way(direction)),
    };
    let mut parts = vec![places("price", rounding.price)];
    if rounding.price.is_some() && rounding.price_basis == PriceBasis::WholeShares {
        parts.push("at which post-money divided by the whole-share total gives that price".into());
    }
    parts.push(whole("shares", rounding.shares));
    if rounding.pool != rounding.shares {
        parts.push(whole("options of a pool", rounding.pool));
    }
    parts.push(rounding.money_places.map_or("money unrounded".into(), |places| format!("money to {places} places")));
    format!("{}: {}", info.name, parts.join("; "))
}

/// The conventions used in this run, each once.
pub fn table(run: &Run) -> Table {
    let head = columns(&[("convention", "Convention"), ("meaning", "What it means here")]);
    let mut table = Table::new("conventions", "Conventions", head);
    for (name, meaning) in rows(run) {
        table.push(Style::Body, vec![Cell::text(name), Cell::Text(meaning)]);
    }
    table
}

/// Names and meanings of the conventions used.
pub fn rows(run: &Run) -> Vec<(&'static str, String)> {
    let (agreement, scenario) = (&run.agreement, &run.agreement.scenario);
    let mut rows = vec![
        (
            "Fully diluted",
            "Outstanding shares as converted to common at current conversion prices, granted options \
            (vested or not), promised options and available options. The denominator of every ownership unless \
            another is named."
                .to_owned(),
        ),
        (
            "Not counted",
            "Unconverted SAFEs and notes, warrants that are not listed, treasury shares, shares \
            authorised and not issued."
                .into(),
        ),
        ("Outstanding, as converted", "Shares alone, as converted: without options, granted or available.".into()),
        ("Funding rung", rung_in_words(run.rung).into()),
        ("Case", case_in_words(agreement.head.case).into()),
    ];
    if !agreement.head.set.is_empty() {
        let set: Vec<String> = agreement.head.set.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        rows.push(("Set by hand", set.join(", ")));
    }
    rows.extend(round_rows(&scenario.rounds));
    rows.push(("Rounding", roundings(run)));
    rows.extend(pool_rows(&scenario.rounds));
    rows.extend(conversion_rows(run));
    rows.extend(protection_rows(run));
    rows.extend(right_rows(&scenario.rounds));
    rows.extend(right_to_buy_rows(run));
    rows.extend(shares::rows(run));
    rows.extend(super::exit::conventions::rows(run));
    rows.extend(super::ipos::convention(run));
    rows.push((
        "Value",
        "Value at last round price (headline): ownership times the latest price of new shares, or of \
        a secondary that states a valuation. The same for every class; before strike prices and preferences."
            .into(),
    ));
    if run.ledger().valuations.iter().any(|valuation| matches!(valuation.outcome, Outcome::Priced(_))) {
        rows.push((
            "Option pricing",
            "Between two breakpoints of the waterfall a tranche is worth the call struck where it begins less the call \
            struck where it ends: S exp(-q T) N(d1) - K exp(-r T) N(d2). Each class gets its part of every tranche. \
            Breakpoints and parts are exact; calls are floating point, error below 1e-15 of the equity. A model's value: \
            lognormal equity and one exit date."
                .into(),
        ));
    }
    rows.push((
        "Dilution by cause",
        "(issued to the holder - holder's part before x issued to all) / total after, \
        for each cause. Adds up to the change whatever the order."
            .into(),
    ));
    if let Some(normalised) = agreement.head.normalised {
        rows.push((
            "Normalised",
            format!(
                "The real number of shares is not public. The table adds up to {} made-up \
            shares, so only ownership and money mean something.",
                super::words::grouped(normalised)
            ),
        ));
    }
    rows
}

fn rung_in_words(rung: Rung) -> &'static str {
    match rung {
        Rung::Funded => "funded: only money that has been paid.",
        Rung::Committed => "committed: money that is paid or owed without a condition.",
        Rung::All | Rung::Never => "all: money that is paid, owed, or hangs on a condition.",
    }
}

fn case_in_words(case: Case) -> &'static str {
    match case {
        Case::Low => "low: moves every variable down together.",
        Case::Base => "base: every variable as typed.",
        Case::High => "high: moves every variable up together.",
    }
}

/// The file's rounding, and that of each round that differs.
fn roundings(run: &Run) -> String {
    let common = &run.agreement.head.rounding;
    let own = run.agreement.rounds.iter().filter(|round| round.rounding != *common);
    let own = own.map(|round| format!(" {}: {}.", round.name, rounding_in_words(&round.rounding)));
    format!("{}.{}", super::words::capital(&rounding_in_words(common)), own.collect::<String>())
}

fn round_rows(rounds: &[Round<Stated>]) -> Vec<(&'static str, String)> {
    let has_tranche = |is: fn(&TranchePrice<Stated>) -> bool| {
        rounds.iter().flat_map(|round| &round.tranches).any(|tranche| is(&tranche.price))
    };
    let mut rows = Vec::new();
    if !rounds.is_empty() {
        rows.push((
            "Price of a round",
            "Fixed once, at its first closing, from the headline money: its size, or the \
            sum of its closings at the round's price, whatever their status. A closing that is not counted changes \
            the number of shares and never the price."
                .into(),
        ));
        rows.push((
            "Post-money at a rung",
            "The round's price times the fully diluted count after the last closing counted there.".into(),
        ));
    }
    if has_tranche(|price| matches!(price, TranchePrice::PreMoney(_))) {
        rows.push((
            "Own pre-money",
            "The closing's pre-money divided by the fully diluted count just before it, \
            earlier closings of the round included."
                .into(),
        ));
    }
    if has_tranche(|price| matches!(price, TranchePrice::StepUp(_))) {
        rows.push(("Step-up", "Over the price of the closing before it in the timeline, counted or not.".into()));
    }
    rows
}

fn pool_rows(rounds: &[Round<Stated>]) -> Vec<(&'static str, String)> {
    let targeted =
        |round: &&Round<Stated>| round.pool.as_ref().is_some_and(|pool| matches!(pool.amount, PoolAmount::Target(_)));
    let borne_by = |existing| rounds.iter().filter(targeted).any(|round| round.counts.pool_increase == existing);
    let mut rows = Vec::new();
    if borne_by(true) {
        rows.push((
            "Pool target, existing holders",
            "In the pre-money: increase x = max(0, (t S - A (1 - f)) / (1 - \
            f - t)), total T = (S + x) / (1 - f), f = money / post-money, t the target, S the count before \
            with all that converts or adjusts, A the options that count. T is the total with every closing; on a lower \
            rung the pool exceeds its target."
                .to_owned(),
        ));
    }
    if borne_by(false) {
        rows.push((
            "Pool target, everyone",
            "Outside the pre-money: increase x = max(0, (t (S + new shares) - A) / \
            (1 - t)), t the target, S the count before, A the options that count."
                .into(),
        ));
    }
    rows
}

fn conversion_rows(run: &Run) -> Vec<(&'static str, String)> {
    let (agreement, scenario) = (&run.agreement, &run.agreement.scenario);
    if scenario.convertibles.is_empty() {
        return Vec::new();
    }
    let mut rows = vec![(
        "Conversion",
        "Shares are the largest of balance / cap price, balance / (round price x (1 - discount)) and balance / \
        round price: a cap is no floor, and cap and discount do not add up. A cap's price is its valuation over \
        the count it names, preferred at its conversion prices just before the round."
            .to_owned(),
    )];
    let methods = scenario.rounds.iter().zip(&agreement.rounds).filter(|(round, _)| !round.converting.is_empty());
    let methods: Vec<String> =
        methods.map(|(round, info)| format!("{}: {}", info.name, method(round.method))).collect();
    if !methods.is_empty() {
        rows.push(("Conversion method", format!("{}.", super::words::capital(&methods.join("; ")))));
    }
    if scenario.convertibles.iter().any(|convertible| convertible.interest.is_some()) {
        rows.push((
            "Interest",
            "From the day of issue to the day of conversion, by the note's day count (actual / 365 where it names \
            none); compound interest is simple within a period that is not whole."
                .into(),
        ));
    }
    rows
}

/// V is the pre-money, N the count before without what converts, M the new money.
fn method(method: ConversionMethod) -> &'static str {
    match method {
        ConversionMethod::PreMoney => {
            "pre-money method, price = V / N: what converts dilutes everyone, the new money too"
        }
        ConversionMethod::PercentOwnership => {
            "percent-ownership method, price = V / (N + conversion shares): what converts dilutes existing holders"
        }
        ConversionMethod::DollarsInvested => {
            "dollars-invested method, price = (V + M + balances) / total: post-money grows by what converts"
        }
    }
}

fn right_to_buy_rows(run: &Run) -> Vec<(&'static str, String)> {
    let happens =
        |wanted: fn(&Event<Stated>) -> bool| run.agreement.scenario.timeline.iter().any(|timed| wanted(&timed.event));
    let exercised = happens(|event| matches!(event, Event::Exercise(_)));
    let warrants = happens(|event| matches!(event, Event::Warrant(_)));
    let mut rows = Vec::new();
    if warrants {
        rows.push((
            "Warrants",
            "In the fully diluted total gross, one share each: from their issue, as far as they have vested, or never \
            before they are exercised, as each says. What is in it is in the count a round's pre-money is divided by."
                .to_owned(),
        ));
    }
    if exercised {
        rows.push((
            "Exercise",
            "Granted options become shares: the fully diluted total stays, what is outstanding grows, the exercise \
            price is paid in. It sets no price in force. \"all\" is what has vested and is neither exercised nor \
            cancelled."
                .to_owned(),
        ));
    }
    if happens(|event| matches!(event, Event::Exercise(terms) if matches!(terms.payment, Payment::Net { .. }))) {
        rows.push((
            "Net exercise",
            "Shares = options x (1 - exercise price / market price), no money; the options withheld are retired. Not \
            made where the market price is not above the exercise price."
                .into(),
        ));
    }
    if happens(|event| matches!(event, Event::Cancellation(_))) {
        rows.push((
            "Cancellation",
            "Options that return to the pool are available again and change no total; retired ones leave the fully \
            diluted total."
                .into(),
        ));
    }
    let vests = exercised || happens(|event| matches!(event, Event::Cancellation(_)));
    if vests && run.agreement.rights.iter().any(|right| right.vesting.is_some()) {
        rows.push((
            "Vesting",
            "In equal parts, on whole months from the start of the schedule, nothing before the cliff; whole options \
            where shares are whole. Options without a schedule have vested."
                .into(),
        ));
    }
    rows
}

fn protection_rows(run: &Run) -> Vec<(&'static str, String)> {
    let (agreement, scenario) = (&run.agreement, &run.agreement.scenario);
    let of = |wanted: fn(&Protection) -> bool| {
        let protections = scenario.protections.iter().filter(move |protection| wanted(protection));
        protections.map(|protection| agreement.classes[protection.class.index()].name.clone()).collect::<Vec<_>>()
    };
    let mut rows = Vec::new();
    let mut counts: Vec<(Capitalization, Vec<String>)> = Vec::new();
    for protection in &scenario.protections {
        let ProtectionMethod::WeightedAverage(counted) = protection.method else { continue };
        let class = agreement.classes[protection.class.index()].name.clone();
        match counts.iter_mut().find(|(known, _)| *known == counted) {
            Some((_, classes)) => classes.push(class),
            None => counts.push((counted, vec![class])),
        }
    }
    for (counted, classes) in counts {
        rows.push((
            "Weighted average",
            format!(
                "{}: CP2 = CP1 x (A + B) / (A + C), A = {} before the issue at the conversion prices before it, B = \
                 money of the issue / CP1, C = shares issued.",
                super::words::listed(&classes.iter().map(String::as_str).collect::<Vec<_>>()),
                capitalization_in_words(counted)
            ),
        ));
    }
    let ratchets = of(|protection| protection.method == ProtectionMethod::FullRatchet);
    if !ratchets.is_empty() {
        let names: Vec<&str> = ratchets.iter().map(String::as_str).collect();
        rows.push(("Full ratchet", format!("{}: CP2 = the price of the issue.", super::words::listed(&names))));
    }
    for (in_price, meaning) in [
        (true, "in the count the pre-money is divided by, so that existing holders bear them"),
        (false, "beside the price, so that the new money is diluted too"),
    ] {
        let with: Vec<String> = match in_price {
            true => of(|protection| protection.in_price),
            false => of(|protection| !protection.in_price),
        };
        if !with.is_empty() {
            let names: Vec<&str> = with.iter().map(String::as_str).collect();
            rows.push(("Shares of an adjustment", format!("{}: {meaning}.", super::words::listed(&names))));
        }
    }
    rows
}

fn right_rows(rounds: &[Round<Stated>]) -> Vec<(&'static str, String)> {
    let takes = |is: fn(&Takes<Stated>) -> bool| {
        rounds
            .iter()
            .flat_map(|round| &round.tranches)
            .flat_map(|tranche| &tranche.participants)
            .any(|participant| is(&participant.takes))
    };
    let mut rows = Vec::new();
    if takes(|takes| matches!(takes, Takes::ProRata(_))) {
        rows.push((
            "Pro rata",
            "A holder's shares as converted over outstanding as converted and granted options, \
            without available pool and pool increase, of the round's new shares."
                .to_owned(),
        ));
    }
    rows.extend(shares::over_allotment(rounds));
    if takes(|takes| matches!(takes, Takes::Ownership(_))) {
        rows.push((
            "Bought up to",
            "As many shares as bring the holder to that part of the total after the round.".into(),
        ));
    }
    if rounds.iter().any(|round| round.rounding.shares.is_some()) {
        let kept = rounds.iter().any(|round| round.residue == Residue::Kept);
        let residue = if kept { "kept as paid-in where the round says so, else not called" } else { "not called" };
        rows.push((
            "Residue",
            format!("Money of a cheque that buys no whole share: {residue}. Money in = price x shares + residue."),
        ));
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::num::rounding::Rounding;
    use crate::report::fixture;

    #[test]
    fn roundings_and_capitalizations_are_sentences() {
        let info = |name: &str, rounding| RoundingInfo { name: name.into(), rounding };
        assert_eq!(
            rounding_in_words(&info("law-firm", Rounding::LAW_FIRM)),
            "law-firm: price to 5 places, up; at which post-money divided by the whole-share total gives that price; \
                whole shares, down; money to 2 places"
        );
        assert_eq!(
            rounding_in_words(&info("exact", Rounding::EXACT)),
            "exact: price unrounded; shares unrounded; money unrounded"
        );
        assert_eq!(
            capitalization_in_words(Capitalization::FULLY_DILUTED),
            "outstanding shares as converted, granted options, promised options and available options"
        );
    }

    #[test]
    fn only_what_is_used_is_explained() {
        let names = |run: &Run| rows(run).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        let closed = names(&fixture::closed());
        assert!(
            closed.contains(&"Normalised") && closed.contains(&"Price of a round") && !closed.contains(&"Secondary")
        );
        let startup = names(&fixture::startup());
        assert!(
            startup.contains(&"Secondary")
                && startup.contains(&"Residue")
                && startup.contains(&"Pool target, existing holders")
        );
    }
}
