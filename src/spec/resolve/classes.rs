//! Stakeholders, groups, classes and plans: who and what has a name before anything happens.

use super::context::{Context, evidence};
use super::ipos::PUBLIC;
use super::names::{COMMON, OPTION_POOL, Thing};
use crate::error::{Finding, Span};
use crate::model::{
    ClassId, ClassPrices, Evidence, GroupId, PlanId, SourceInfo, Stakeholder, StakeholderId, StockClass, Term,
};
use crate::num::Stated;
use crate::spec::keys::Sign;
use crate::spec::node::{Block, Node, Provenance};
use crate::spec::suggest::nearest;
use crate::spec::value::{Given, Literal};

/// Who and what the file is about.
#[derive(Default)]
pub(super) struct Cast {
    pub stakeholders: Vec<Stakeholder>,
    pub groups: Vec<String>,
    pub classes: Vec<StockClass>,
    pub conversions: Vec<ClassPrices<Stated>>,
    pub plans: Vec<String>,
    /// Where each stakeholder was listed, for the warning of an unused one.
    pub listed: Vec<Span>,
}

/// Terms of a class that are kept and printed, and act in later events.
const TERMS: &[&str] = &[
    "converts_into",
    "preference",
    "preference_total",
    "seniority",
    "participation",
    "anti_dilution",
    "anti_dilution_counts",
    "adjustment_in_price",
    "aggregation_days",
    "ipo_return",
    "ipo_discount",
    "ipo_ratchet_until",
    "pay_to_play",
    "pay_to_play_ratio",
    "pay_to_play_converts",
    "dividend",
    "dividend_rate",
    "dividend_compounding",
    "dividend_base",
    "dividend_payment",
    "dividend_on_conversion",
    "forced_conversion",
    "votes_per_share",
];

/// A class that the name may be a slip of the pen of. "Series A" and "Series B" differ by a label, not by a slip.
fn misspelt<'a>(name: &str, classes: &'a [StockClass]) -> Option<&'a str> {
    const LABEL: usize = 2;
    let is_label = |word: &str| word.chars().count() <= LABEL || word.chars().any(|letter| letter.is_ascii_digit());
    let names = classes.iter().map(|class| class.name.as_str()).filter(|known| {
        let (ours, theirs): (Vec<_>, Vec<_>) = (name.split_whitespace().collect(), known.split_whitespace().collect());
        let differ = || ours.iter().zip(&theirs).filter(|(ours, theirs)| ours != theirs);
        // The long word that both end with says nothing of how near the others are.
        let common = ours.iter().rev().zip(theirs.iter().rev()).take_while(|(ours, theirs)| ours == theirs).count();
        let own = |words: &[&str]| words[..words.len() - common].join(" ");
        ours.len() == theirs.len()
            && !differ().any(|(ours, theirs)| is_label(ours) || is_label(theirs))
            && nearest(&own(&ours), [own(&theirs).as_str()]).is_some()
    });
    nearest(name, names)
}

impl<'a> Context<'a> {
    pub(super) fn read_sources(&mut self) {
        let Some(block) = self.root.block("sources") else { return };
        for entry in &block.entries {
            let Some(source) = entry.node.as_block() else { continue };
            let text = |key: &str| source.text(key).map(str::to_owned);
            let date = source.literal("date").map(|(given, ..)| match given {
                Given::Stated(Literal::Date(date)) => date.to_string(),
                Given::Stated(Literal::Text(text)) => text.to_owned(),
                _ => String::new(),
            });
            self.sources.push(SourceInfo {
                id: entry.key.clone(),
                publisher: text("publisher"),
                title: text("title"),
                date,
                url: text("url"),
                note: text("note"),
                evidence: text("evidence").and_then(|word| evidence(&word)).unwrap_or(Evidence::Reported),
            });
        }
    }

    pub(super) fn read_cast(&mut self) -> Cast {
        let mut cast = Cast::default();
        self.read_stakeholders(&mut cast);
        self.add_public(&mut cast);
        self.read_classes(&mut cast);
        self.read_plans(&mut cast);
        cast
    }

    fn read_stakeholders(&mut self, cast: &mut Cast) {
        let Some(block) = self.root.block("stakeholders") else {
            self.names.nobody_known = self.root.has("stakeholders");
            return;
        };
        let mut groups: Vec<(String, Span)> = Vec::new();
        for entry in &block.entries {
            let id = StakeholderId::at(cast.stakeholders.len());
            if let Err(finding) = self.names.add(&entry.key, Thing::Stakeholder(id), Some(entry.key_span)) {
                self.report(*finding);
                continue;
            }
            let table = entry.node.as_block().filter(|block| block.spec().is_some());
            let named = |key: &str| table.and_then(|table| table.text(key)).map(str::to_owned);
            let group = table.and_then(|table| Some((table.text("group")?.to_owned(), table.span_of("group"))));
            if let Some((name, span)) = &group
                && !groups.iter().any(|(known, _)| known == name)
            {
                groups.push((name.clone(), *span));
            }
            let short = entry.node.unwrap_origin().0.as_text();
            cast.stakeholders.push(Stakeholder {
                id: entry.key.clone(),
                name: named("name").or(short.map(str::to_owned)).unwrap_or_else(|| entry.key.clone()),
                group: group.and_then(|(name, _)| groups.iter().position(|(known, _)| *known == name)).map(GroupId::at),
                relationship: named("relationship").unwrap_or_else(|| "investor".to_owned()),
                note: named("note"),
            });
            cast.listed.push(entry.key_span);
        }
        for (index, (name, span)) in groups.into_iter().enumerate() {
            if let Err(finding) = self.names.add(&name, Thing::Group(GroupId::at(index)), Some(span)) {
                self.report(*finding);
            }
            cast.groups.push(name);
        }
    }

    /// Listed classes first, then those that a holding or a round names: a class need not be listed if the defaults hold.
    fn read_classes(&mut self, cast: &mut Cast) {
        for block in self.root.blocks("classes") {
            if let Some(name) = block.name() {
                self.add_class(cast, name, Some(block), block.name_span(), false);
            }
        }
        let opening = self.root.block("opening");
        for row in opening.into_iter().flat_map(|opening| opening.blocks("holdings")) {
            let holds_shares = row.has("shares") || row.has("ownership");
            match row.text("class") {
                Some(name) => self.add_class(cast, name, None, row.span_of("class"), true),
                None if holds_shares => self.add_class(cast, COMMON, None, row.span, true),
                None => {}
            }
        }
        for block in self.root.blocks("rounds") {
            let Some(name) = block.name() else { continue };
            match block.text("class") {
                Some(class) => self.add_class(cast, class, None, block.span_of("class"), true),
                None => self.add_class(cast, &format!("{name} Preferred"), None, block.name_span(), true),
            }
            for tranche in block.blocks("tranches") {
                if let Some(class) = tranche.text("class") {
                    self.add_class(cast, class, None, tranche.span_of("class"), true);
                }
            }
        }
        for block in self.root.blocks("convertibles") {
            if let Some(class) = block.text("converts_into") {
                self.add_class(cast, class, None, block.span_of("converts_into"), true);
            }
        }
        for (key, block) in self.classes_of_conversions() {
            if let Some(class) = block.text(key) {
                self.add_class(cast, class, None, block.span_of(key), true);
            }
        }
        self.add_offered_classes(cast);
        if self.names.get(COMMON).is_none() {
            self.add_class(cast, COMMON, None, self.root.span, true);
        }
        self.read_converts_into(cast);
    }

    /// What an IPO offers is common, and need not be listed for that.
    fn add_offered_classes(&mut self, cast: &mut Cast) {
        for block in self.root.blocks("ipos") {
            let Some(name) = block.text("class").filter(|name| self.names.get(name).is_none()) else { continue };
            self.add_class(cast, name, None, block.span_of("class"), true);
            if let (Some(class), Some(prices)) = (cast.classes.last_mut(), cast.conversions.last_mut()) {
                (class.is_common, class.terms) = (true, Vec::new());
                *prices = ClassPrices { issue_price: None, conversion_price: None };
            }
        }
    }

    /// Whoever buys in an IPO where nobody is said to.
    fn add_public(&mut self, cast: &mut Cast) {
        let needed = |block: &Block| !block.has("buyers") && super::ipos::offers(block);
        let Some(block) = self.root.blocks("ipos").find(|block| needed(block)) else { return };
        if matches!(self.names.get(PUBLIC), Some(Thing::Stakeholder(_))) {
            return;
        }
        let id = StakeholderId::at(cast.stakeholders.len());
        if let Err(finding) = self.names.add(PUBLIC, Thing::Stakeholder(id), Some(block.name_span())) {
            self.report(*finding);
            return;
        }
        cast.stakeholders.push(Stakeholder {
            id: PUBLIC.to_owned(),
            name: "Buyers in the IPO".to_owned(),
            group: None,
            relationship: "investor".to_owned(),
            note: None,
        });
        cast.listed.push(block.name_span());
    }

    /// Where the file says what shares become: of a class, of class defaults, of a conversion.
    fn classes_of_conversions(&self) -> impl Iterator<Item = (&'static str, &'a Block)> + use<'a> {
        let root = self.root;
        let classes = root.blocks("classes").chain(root.block("class_defaults"));
        let conversions = root.blocks("conversions").map(|block| ("into", block));
        classes.flat_map(|block| [("converts_into", block), ("pay_to_play", block)]).chain(conversions)
    }

    /// What each class converts into, once every class is known.
    fn read_converts_into(&mut self, cast: &mut Cast) {
        let common = self.names.get(COMMON);
        let defaults = self.root.block("class_defaults").filter(|block| block.has("converts_into"));
        for index in 0..cast.classes.len() {
            let own = self.root.blocks("classes").find(|block| block.name() == Some(cast.classes[index].name.as_str()));
            let own = own.filter(|block| block.has("converts_into"));
            let stated = own.or(defaults.filter(|_| !cast.classes[index].is_common));
            let named =
                stated.and_then(|block| self.class(block.text("converts_into")?, block.span_of("converts_into")));
            let usual = if let Some(Thing::Class(common)) = common { common } else { ClassId(0) };
            cast.classes[index].converts_into = named.unwrap_or(usual);
        }
    }

    fn add_class(&mut self, cast: &mut Cast, name: &str, block: Option<&Block>, span: Span, by_use: bool) {
        if by_use && matches!(self.names.get(name), Some(Thing::Class(_))) {
            return;
        }
        if by_use && let Some(near) = misspelt(name, &cast.classes) {
            self.report(
                Finding::warning("W0402", format!("\"{name}\" is a new class"))
                    .at(span, format!("did you mean \"{near}\"?"))
                    .help("list it under [[classes]] if both are meant"),
            );
        }
        let id = ClassId::at(cast.classes.len());
        if let Err(finding) = self.names.add(name, Thing::Class(id), Some(span)) {
            self.report(*finding);
            return;
        }
        let kind = block.and_then(|block| self.word(block, "kind")).map(|(word, _)| word);
        let is_common = kind.map_or(name == COMMON, |kind| kind == "common");
        let defaults = self.root.block("class_defaults").filter(|_| !is_common);
        let mut class = StockClass {
            name: name.to_owned(),
            is_common,
            converts_into: ClassId(0),
            votes_per_share: Stated::ONE,
            terms: Vec::new(),
        };
        let conversion = ClassPrices {
            issue_price: self.class_price(block, defaults, "original_issue_price", &mut class),
            conversion_price: self.class_price(block, defaults, "conversion_price", &mut class),
        };
        let votes = [block, defaults].into_iter().flatten().find(|owner| owner.has("votes_per_share"));
        let votes = votes.and_then(|owner| {
            self.quantity(owner, "votes_per_share", format!("votes_per_share of {name}"), &owner.provenance())
        });
        class.votes_per_share = votes.map_or(Stated::ONE, |(term, _)| self.stated(term));
        for key in TERMS {
            let Some(owner) = block.filter(|block| block.has(key)).or(defaults.filter(|defaults| defaults.has(key)))
            else {
                continue;
            };
            if let Some(entry) = owner.get(key) {
                let (inner, provenance) = entry.node.unwrap_origin();
                let outer = owner.provenance();
                let origin = self.origin(inner.span, format!("{key} of {name}"), &provenance.or(&outer));
                let literal = self.origins[origin.index()].literal.trim_matches('"').to_owned();
                class.terms.push(((*key).to_owned(), literal, Some(origin)));
            }
        }
        if let (None, Some(_), Some(block)) = (conversion.issue_price, conversion.conversion_price, block) {
            self.report(
                Finding::error("E0430", format!("\"{name}\" has a conversion price and no issue price"))
                    .at(block.span_of("conversion_price"), "expected `original_issue_price` beside it")
                    .help("the conversion ratio is issue price / conversion price"),
            );
        }
        cast.classes.push(class);
        cast.conversions.push(conversion);
    }

    fn class_price(
        &mut self,
        block: Option<&Block>,
        defaults: Option<&Block>,
        key: &str,
        class: &mut StockClass,
    ) -> Option<Term<Stated>> {
        let owner = [block, defaults].into_iter().flatten().find(|owner| owner.has(key))?;
        let (term, origin) = self.quantity(owner, key, format!("{key} of {}", class.name), &owner.provenance())?;
        class.terms.push((key.to_owned(), self.origins[origin.index()].literal.clone(), Some(origin)));
        Some(term)
    }

    /// A plan exists by being named in the opening, or by a round or an increase that makes it grow.
    fn read_plans(&mut self, cast: &mut Cast) {
        let mut named: Vec<(String, Span)> = Vec::new();
        let opening = self.root.block("opening");
        for row in opening.into_iter().flat_map(|opening| opening.blocks("holdings")) {
            if ["options", "available", "promised"].iter().any(|key| row.has(key)) {
                named.push((row.text("plan").unwrap_or(OPTION_POOL).to_owned(), row.span_of("plan")));
            }
        }
        for block in self.root.blocks("rounds") {
            if block.has("pool_target") || block.has("pool_increase") {
                named.push((block.text("plan").unwrap_or(OPTION_POOL).to_owned(), block.span_of("plan")));
            }
        }
        for block in self.root.blocks("pool_increases") {
            named.push((block.text("plan").unwrap_or(OPTION_POOL).to_owned(), block.span_of("plan")));
        }
        for (name, span) in named {
            if matches!(self.names.get(&name), Some(Thing::Plan(_))) {
                continue;
            }
            let id = PlanId::at(cast.plans.len());
            match self.names.add(&name, Thing::Plan(id), Some(span)) {
                Ok(()) => cast.plans.push(name),
                Err(finding) => self.report(*finding),
            }
        }
    }

    /// The plan a block names, or the usual one.
    pub(super) fn plan_of(&mut self, block: &Block) -> Option<PlanId> {
        let name = block.text("plan").unwrap_or(OPTION_POOL).to_owned();
        self.plan(&name, block.span_of("plan"))
    }

    /// A number given as a plain value of a map: `{ holder = "30%" }`.
    pub(super) fn part(
        &mut self,
        node: &Node,
        kind: &crate::spec::keys::Kind,
        what: impl Into<String>,
        outer: &Provenance,
    ) -> Option<(Term<Stated>, crate::spec::number::Measure, crate::model::OriginId)> {
        let (given, provenance, span) = node.read(kind, Sign::Positive)?;
        match given {
            Given::Stated(Literal::Quantity(quantity)) => {
                let measure = quantity.measure;
                let (term, origin) = self.term((Given::Stated(quantity), provenance, span), what, outer)?;
                Some((term, measure, origin))
            }
            Given::Variable { name, span: at } => {
                let (term, origin) =
                    self.term((Given::Variable { name: name.clone(), span: at }, provenance, span), what, outer)?;
                // A variable is what it was typed as: with a percent sign a fraction, without one money.
                let Term::Variable(id) = term else { return None };
                let percent =
                    matches!(self.variables.infos[id.index()].value, crate::model::Value::Number { percent: true, .. });
                let measure =
                    if percent { crate::spec::number::Measure::Fraction } else { crate::spec::number::Measure::Money };
                Some((term, measure, origin))
            }
            Given::Stated(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{StockClass, misspelt};
    use crate::model::ClassId;
    use crate::num::Stated;

    #[test]
    fn a_slip_is_told_from_a_class_of_its_own() {
        let class = |name: &str| StockClass {
            name: name.to_owned(),
            is_common: false,
            converts_into: ClassId(0),
            votes_per_share: Stated::ONE,
            terms: Vec::new(),
        };
        let known = [class("Angel Preferred"), class("Series A Preferred")];
        assert_eq!(misspelt("Sereis A Preferred", &known), Some("Series A Preferred"));
        assert_eq!(misspelt("Series A Prefered", &known), Some("Series A Preferred"));
        assert_eq!(misspelt("Angle Preferred", &known), Some("Angel Preferred"));
        assert_eq!(misspelt("Seed Preferred", &known), None);
        assert_eq!(misspelt("Series B Preferred", &known), None);
    }
}
