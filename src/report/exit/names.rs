//! Who and what is paid in an exit, in words, and which claims stand together in a table.

use super::Sale;
use crate::engine::exit::{Claim, ClaimHolder, ClaimOf, Form, Recipient};
use crate::model::Owed;
use crate::num::{Exact, Number};
use crate::report::exact::{POSTED_PLACES, decimal};
use crate::report::words;

/// Claims that stand together in a table: a class, options of one exercise price, a SAFE.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// What it is called.
    pub name: String,
    /// The name in the file by which it can be asked for; the same but for holders.
    pub id: String,
    /// Indices of portions of the stack.
    pub portions: Vec<usize>,
}

/// Portions by what they are of, in the order of the stack: a class with all its lots, options of a plan at one exercise
/// price, a plan's available options, a SAFE or note.
pub fn by_claim(sale: &Sale) -> Vec<Group> {
    let name = |portion: usize| of_claim(sale, claim_of(sale, portion));
    grouped(sale, |portion| (name(portion), name(portion)))
}

/// Portions by whose they are, in the order of the agreement's stakeholders, what is nobody's last.
pub fn by_holder(sale: &Sale) -> Vec<Group> {
    let mut groups = grouped(sale, |portion| holder(sale, sale.exit.stack.portions[portion].holder));
    let place = |group: &Group| match sale.exit.stack.portions[group.portions[0]].holder {
        ClaimHolder::Stakeholder(who) => (0, who.index()),
        ClaimHolder::Pool(plan) => (1, plan.index()),
    };
    groups.sort_by_key(place);
    groups
}

fn grouped(sale: &Sale, name: impl Fn(usize) -> (String, String)) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for portion in 0..sale.exit.stack.portions.len() {
        let (id, name) = name(portion);
        match groups.iter_mut().find(|group| group.id == id && group.name == name) {
            Some(group) => group.portions.push(portion),
            None => groups.push(Group { name, id, portions: vec![portion] }),
        }
    }
    groups
}

/// The claim a portion is of.
pub fn claim_of<'s>(sale: &'s Sale, portion: usize) -> &'s Claim<Exact> {
    &sale.exit.stack.claims[sale.exit.stack.portions[portion].claim as usize]
}

/// The part of its claim that a portion is.
pub fn part_of_claim(sale: &Sale, portion: usize) -> Exact {
    let units = claim_of(sale, portion).units_held;
    if units.is_positive().is_yes() { sale.exit.stack.portions[portion].units_held / units } else { Exact::zero() }
}

/// Id and name of whose a portion is.
pub fn holder(sale: &Sale, holder: ClaimHolder) -> (String, String) {
    match holder {
        ClaimHolder::Stakeholder(who) => {
            let stakeholder = &sale.run.agreement.stakeholders[who.index()];
            (stakeholder.id.clone(), stakeholder.name.clone())
        }
        ClaimHolder::Pool(plan) => {
            let name = format!("{}, available", sale.run.agreement.plans[plan.index()]);
            (name.clone(), name)
        }
    }
}

/// What a claim is of: `Series A Preferred`, `Option pool, granted at $2.5`, `Angel SAFE`.
pub fn of_claim(sale: &Sale, claim: &Claim<Exact>) -> String {
    let agreement = &sale.run.agreement;
    match claim.of {
        ClaimOf::Common(class) | ClaimOf::Lot(class, _) => agreement.classes[class.index()].name.clone(),
        ClaimOf::Right(right) => {
            let what = match &agreement.scenario.exit {
                Some(exit) => agreement.consists_of(exit.rights[right.index()].position),
                None => agreement.rights[right.index()].name.clone(),
            };
            let price = sale.run.ledger().last().rights.get(right.index()).map(|held| held.exercise_price);
            match price.filter(|price| !price.is_zero()) {
                Some(price) => format!("{what} at {}", words::price(price, &agreement.head.currency)),
                None => what,
            }
        }
        ClaimOf::Pool(plan) => format!("{}, available", agreement.plans[plan.index()]),
        ClaimOf::Convertible(id) | ClaimOf::Discount(id) => agreement.convertibles[id.index()].name.clone(),
    }
}

/// A claim with its lot, where its class has several: `Series A Preferred of Seed / Second closing`.
pub fn claim_in_full(sale: &Sale, claim: &Claim<Exact>) -> String {
    let name = of_claim(sale, claim);
    match claim.of {
        ClaimOf::Lot(class, _) => {
            let of_class = |other: &&Claim<Exact>| matches!(other.of, ClaimOf::Lot(of, _) if of == class);
            if sale.exit.stack.claims.iter().filter(of_class).count() < 2 {
                return name;
            }
            lot(sale, claim).map_or(name.clone(), |lot| format!("{name} of {lot}"))
        }
        ClaimOf::Discount(_) => format!("{name}, discount"),
        ClaimOf::Right(right) => {
            let who = sale.run.agreement.rights[right.index()].stakeholder;
            format!("{}: {name}", sale.run.agreement.stakeholders[who.index()].name)
        }
        ClaimOf::Common(_) | ClaimOf::Pool(_) | ClaimOf::Convertible(_) => name,
    }
}

/// How a claim's lot was issued: the stage, and the SAFE or note it came from; `None` for what has no lots.
pub fn lot(sale: &Sale, claim: &Claim<Exact>) -> Option<String> {
    use crate::model::LotSource;
    let ClaimOf::Lot(_, lot) = claim.of else { return None };
    let agreement = &sale.run.agreement;
    let source = agreement.scenario.lots.all().get(lot.index())?.source;
    Some(match source {
        LotSource::Opening => "the opening".to_owned(),
        LotSource::Event(event) => agreement.stage(Some(event)).to_owned(),
        LotSource::Conversion { event, convertible, .. } => {
            format!("{} from {}", agreement.stage(Some(event)), agreement.convertibles[convertible.index()].name)
        }
    })
}

/// Whom money goes to: `costs of the sale`, `loan of Bank`, `Management (carve-out)`, `Series A Preferred`.
pub fn recipient(sale: &Sale, recipient: Recipient) -> String {
    let agreement = &sale.run.agreement;
    let name =
        |who: Option<crate::model::StakeholderId>| who.map(|who| agreement.stakeholders[who.index()].name.clone());
    let exit = agreement.scenario.exit.as_ref();
    match recipient {
        Recipient::Costs => "Costs of the sale".into(),
        Recipient::Debt(index) => {
            let debt = exit.and_then(|exit| exit.debts.get(index as usize));
            let to = debt.and_then(|debt| name(debt.to));
            let is_loan = debt.is_some_and(|debt| matches!(debt.of, Owed::Loan(_)));
            match (is_loan, to) {
                (true, Some(to)) => format!("Loan of {to}"),
                (false, Some(to)) => format!("Debt to {to}"),
                (true, None) => "Loan".into(),
                (false, None) => "Debt".into(),
            }
        }
        Recipient::CarveOut => match name(exit.and_then(|exit| exit.carve_out_to)) {
            Some(to) => format!("{to} (carve-out)"),
            None => "Carve-out".into(),
        },
        Recipient::Claim(index) => claim_in_full(sale, &sale.exit.stack.claims[index as usize]),
    }
}

/// How a claim takes part, as it is read.
pub fn form_in_words(form: Form, is_right: bool) -> &'static str {
    match form {
        Form::Nothing => "nothing",
        Form::Preference => "preference",
        Form::Participating => "participating",
        Form::Capped => "capped",
        Form::Converted if is_right => "exercised",
        Form::Converted => "as converted",
        Form::Common => "common",
    }
}

/// How a claim takes part, in the words of the file format.
pub fn form_in_csv(form: Form) -> &'static str {
    match form {
        Form::Nothing => "nothing",
        Form::Preference => "preference",
        Form::Participating => "participating",
        Form::Capped => "capped",
        Form::Converted => "converted",
        Form::Common => "common",
    }
}

/// Whether a claim is of options or a warrant.
pub fn is_right(claim: &Claim<Exact>) -> bool {
    matches!(claim.of, ClaimOf::Right(_))
}

/// What a claim's preference is of one share: money with the places of a price.
pub fn per_share(money: Exact, units: Exact) -> Option<rust_decimal::Decimal> {
    units.is_positive().is_yes().then(|| decimal(money / units, POSTED_PLACES))
}
