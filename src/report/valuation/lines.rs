//! Everything that a valuation values, a line each: classes, options of one exercise price, pools, SAFEs and notes.

use super::Valued;
use super::names::{Kind, kind_of, name_of};
use crate::engine::valuation::{Outcome, Priced};
use crate::model::{Holding, PositionId, Subject};
use crate::num::{Exact, Number};
use crate::report::figures::worth;
use rust_decimal::Decimal;

/// What is worth something.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Shares or options; `None` for SAFEs and notes.
    pub shares: Option<Exact>,
    /// What all of it is worth.
    pub worth: Exact,
    /// The last round's price for one share, gross of any exercise price.
    pub headline_price: Option<Exact>,
    /// NVCA Original Issue Price.
    pub issue_price: Option<Decimal>,
}

impl Line {
    /// What one share or option is worth.
    pub fn worth_per_share(&self) -> Option<Exact> {
        self.shares.filter(|shares| shares.is_positive().is_yes()).map(|shares| self.worth / shares)
    }

    /// All of it at the headline price.
    pub fn headline(&self) -> Option<Exact> {
        Some(self.headline_price? * self.shares?)
    }

    /// What it is worth over its headline, less one.
    pub fn difference(&self) -> Option<Exact> {
        let headline = self.headline_price.filter(|price| price.is_positive().is_yes())?;
        Some(self.worth_per_share()? / headline - Exact::one())
    }
}

/// The lines of a valuation, in the order of the waterfall's claims.
pub(super) fn lines(valued: &Valued) -> Vec<Line> {
    match &valued.posted.outcome {
        Outcome::Priced(priced) => of_claims(valued, priced),
        Outcome::Stated { class, price_per_share } => {
            let agreement = &valued.run.agreement;
            let of_class =
                |index: &usize| matches!(agreement.scenario.positions[*index], Holding::Shares(_, of) if of == *class);
            let held = (0..valued.stage.shares.len()).filter(of_class);
            let shares: Exact = held.map(|index| Exact::given(valued.stage.shares[index])).sum();
            vec![Line {
                name: agreement.classes[class.index()].name.clone(),
                kind: Kind::Class(*class),
                shares: Some(shares),
                worth: shares * Exact::given(*price_per_share),
                headline_price: valued.headline_price(*class),
                issue_price: valued.posted.issue_prices[class.index()],
            }]
        }
    }
}

fn of_claims(valued: &Valued, priced: &Priced) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for (claim, &worth) in priced.stack.claims.iter().zip(&priced.allocation.claims) {
        let kind = kind_of(valued, claim.of);
        let held = Exact::given(claim.units_held);
        if let Some(line) = lines.iter_mut().find(|line| line.kind == kind) {
            line.worth += worth;
            line.shares = line.shares.map(|shares| shares + held);
            continue;
        }
        let class = match kind {
            Kind::Class(class) | Kind::Warrants(class, _) => Some(class),
            Kind::Options(..) | Kind::Pool(_) | Kind::Convertible(_) => None,
        };
        let on_common = valued.stage.reference.map(|reference| Exact::given(reference.price));
        lines.push(Line {
            name: name_of(valued, kind),
            kind,
            shares: (!matches!(kind, Kind::Convertible(_))).then_some(held),
            worth,
            headline_price: match kind {
                Kind::Convertible(_) => None,
                _ => class.map_or(on_common, |class| valued.headline_price(class)),
            },
            issue_price: match kind {
                Kind::Class(class) => valued.posted.issue_prices[class.index()],
                _ => None,
            },
        });
    }
    lines.extend(idle_pools(valued, &lines));
    lines
}

/// Options available in a plan that get nothing: the headline counts them.
fn idle_pools(valued: &Valued, lines: &[Line]) -> Vec<Line> {
    let positions = valued.run.agreement.scenario.positions.iter().zip(&valued.stage.shares);
    let idle = positions.filter_map(|(holding, shares)| match *holding {
        Holding::Available(plan) => Some((Kind::Pool(plan), *shares)),
        Holding::Shares(..) | Holding::Granted(..) | Holding::Warrants(..) | Holding::Promised(_) => None,
    });
    let idle = idle.filter(|(kind, shares)| !shares.is_zero() && lines.iter().all(|line| line.kind != *kind));
    let line = |(kind, shares): (Kind, Decimal)| Line {
        name: name_of(valued, kind),
        kind,
        shares: Some(Exact::given(shares)),
        worth: Exact::zero(),
        headline_price: valued.stage.reference.map(|reference| Exact::given(reference.price)),
        issue_price: None,
    };
    idle.map(line).collect()
}

/// A holder: name, what it has is worth, and the same at the headline price.
pub(super) struct HolderLine {
    pub name: String,
    pub worth: Exact,
    pub headline: Option<Exact>,
}

/// Everybody who has a claim, in the order of the file.
pub(super) fn holders(valued: &Valued, priced: &Priced) -> Vec<HolderLine> {
    let agreement = &valued.run.agreement;
    let mut found = Vec::new();
    for (index, who) in agreement.stakeholders.iter().enumerate() {
        let subject = Subject::Stakeholder(crate::model::StakeholderId::at(index));
        let (worth, _) = worth(agreement, valued.posted, priced, subject);
        let positions = (0..valued.stage.shares.len()).map(PositionId::at);
        let own = positions.filter(|position| agreement.is_part_of(*position, subject));
        let shares: Exact = own.map(|position| Exact::given(valued.stage.as_converted[position.index()])).sum();
        let headline = valued.stage.reference.map(|reference| shares * Exact::given(reference.price));
        if worth.is_positive().is_yes() || shares.is_positive().is_yes() {
            found.push(HolderLine { name: who.name.clone(), worth, headline });
        }
    }
    found
}
