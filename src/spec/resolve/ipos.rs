//! Initial public offerings.

use super::classes::Cast;
use super::context::Context;
use super::names::Thing;
use super::timeline::Slot;
use crate::error::{Finding, Span};
use crate::model::{
    AutomaticConversion, Buyer, ClassId, Convertible, ConvertibleId, Converting, CountedRight, Greenshoe, Holding, Ipo,
    IpoCount, IpoPrice, IpoRatchet, IpoSeller, OriginId, Part, PositionId, RatchetPromise, Round, RoundingInfo,
    SaleQuantity, SellingHolder, StakeholderId, Term,
};
use crate::num::Stated;
use crate::spec::node::{Block, Provenance, Shape};
use crate::spec::value::{Given, Literal};

/// The holder of what is offered where nobody is said to buy.
pub(super) const PUBLIC: &str = "Public";

/// What an offering is read against.
pub(super) struct Before<'s, 'a> {
    pub cast: &'s Cast,
    pub slots: &'s [Slot<'a>],
    pub rounds: &'s [Round<Stated>],
    pub convertibles: &'s [Convertible<Stated>],
}

/// Whether a block offers anything to anyone.
pub(super) fn offers(block: &Block) -> bool {
    ["primary_shares", "primary_amount", "secondary_shares", "greenshoe_shares"].iter().any(|key| block.has(key))
}

impl<'a> Context<'a> {
    pub(super) fn ipo(
        &mut self,
        slot: &Slot<'a>,
        place: usize,
        before: &Before<'_, 'a>,
        file: &RoundingInfo,
    ) -> Option<Ipo<Stated>> {
        let (block, stage) = (slot.block, slot.stage.as_str());
        let outer = block.provenance();
        let class = self.class_of(block)?;
        self.check_offered(block, class, before.cast);
        let price = self.ipo_price(block, stage, &outer);
        let primary = self.primary(block, stage, &outer, file);
        let greenshoe = self.greenshoe(block, stage, &outer, file);
        let secondary = self.quantity(block, "secondary_shares", format!("secondary shares of {stage}"), &outer);
        if let Some((term, _)) = secondary {
            self.check_whole(term, block.span_of("secondary_shares"), file);
        }
        let (named_classes, named) = self.named_in_ipo(block, before.cast);
        let automatic = self.automatic(class, before.cast, named_classes.as_deref());
        let converting = self.converting_in_ipo(named.as_deref(), class, place, before);
        let buyers = self.ipo_buyers(block, class, stage, &outer)?;
        let sellers = self.ipo_sellers(block, class, stage, before.cast, &buyers)?;
        let ratchets = self.ratchets(slot, before);
        let money = |context: &mut Self, key: &str, what: &str| {
            context.quantity(block, key, format!("{what} of {stage}"), &outer).map(|(term, _)| term)
        };
        let underwriting_discount = money(self, "underwriting_discount", "underwriting discount");
        let costs = money(self, "costs", "costs");
        let net_tangible_book_value = money(self, "net_tangible_book_value", "net tangible book value");
        let (price, price_origin) = price?;
        self.assume_of_ipo(block, stage, &converting, &automatic, net_tangible_book_value.is_some());
        let quantity_origin = match primary {
            Some((_, origin)) => origin,
            None => self.origin(block.name_span(), stage.to_owned(), &outer),
        };
        Some(Ipo {
            class,
            price,
            primary: primary.map(|(quantity, _)| quantity),
            greenshoe,
            secondary: secondary.map(|(term, _)| term),
            sellers,
            buyers,
            underwriting_discount,
            costs,
            net_tangible_book_value,
            ratchets,
            automatic,
            converting,
            rights: self.rights_before(place),
            rounding: file.rounding,
            price_origin,
            quantity_origin,
        })
    }

    /// Only common is offered: preferred converts before.
    fn check_offered(&mut self, block: &Block, class: ClassId, cast: &Cast) {
        let class = &cast.classes[class.index()];
        if !class.is_common {
            self.report(
                Finding::error("E0801", format!("\"{}\" is preferred and cannot be offered", class.name))
                    .at(block.span_of("class"), "expected a class of common")
                    .help("list it under [[classes]] with `kind = \"common\"`, or leave `class` out"),
            );
        }
    }

    fn ipo_price(&mut self, block: &Block, stage: &str, outer: &Provenance) -> Option<(IpoPrice<Stated>, OriginId)> {
        let counts = match self.word(block, "pre_money_counts") {
            Some(("with_pool", _)) => IpoCount::WithPool,
            Some(("tsm", _)) => IpoCount::Treasury,
            Some(("basic", _)) => IpoCount::Basic,
            Some(_) => IpoCount::WithoutPool,
            None => {
                self.assume(
                    stage,
                    "the pre-money counts everything fully diluted but the available pool; `pre_money_counts` would say otherwise",
                    Some(block.span),
                );
                IpoCount::WithoutPool
            }
        };
        if let Some((valuation, origin)) = self.quantity(block, "pre_money", format!("pre-money of {stage}"), outer) {
            return Some((IpoPrice::PreMoney { valuation, counts }, origin));
        }
        let (price, origin) = self.quantity(block, "price_per_share", format!("price of {stage}"), outer)?;
        Some((IpoPrice::PerShare { price, counts }, origin))
    }

    fn primary(
        &mut self,
        block: &Block,
        stage: &str,
        outer: &Provenance,
        file: &RoundingInfo,
    ) -> Option<(SaleQuantity<Stated>, OriginId)> {
        if let Some((term, origin)) =
            self.quantity(block, "primary_shares", format!("primary shares of {stage}"), outer)
        {
            self.check_whole(term, block.span_of("primary_shares"), file);
            return Some((SaleQuantity::Shares(term), origin));
        }
        let (term, origin) = self.quantity(block, "primary_amount", format!("primary amount of {stage}"), outer)?;
        Some((SaleQuantity::Money(term), origin))
    }

    fn greenshoe(
        &mut self,
        block: &Block,
        stage: &str,
        outer: &Provenance,
        file: &RoundingInfo,
    ) -> Option<Greenshoe<Stated>> {
        let (shares, _) = self.quantity(block, "greenshoe_shares", format!("greenshoe of {stage}"), outer)?;
        self.check_whole(shares, block.span_of("greenshoe_shares"), file);
        let used = self.quantity(block, "greenshoe_used", format!("greenshoe used in {stage}"), outer);
        let used = used.map_or(Term::Given(Stated::ZERO), |(term, _)| term);
        if !block.has("greenshoe_used") {
            self.assume(
                stage,
                "the underwriters take nothing of the greenshoe; `greenshoe_used` would say otherwise",
                Some(block.span_of("greenshoe_shares")),
            );
        }
        if self.stated(used) > Stated::ONE {
            self.report(
                Finding::error("E0802", format!("more than the whole greenshoe of \"{stage}\" is used"))
                    .at(block.span_of("greenshoe_used"), "expected at most 100 %")
                    .help("`greenshoe_shares` is what the underwriters may take, `greenshoe_used` the part they take"),
            );
        }
        Some(Greenshoe { shares, used })
    }

    /// What `converts` names; `None` where it names nothing in particular, and everything converts.
    #[allow(clippy::type_complexity, reason = "classes and convertibles that one list names")]
    fn named_in_ipo(
        &mut self,
        block: &Block,
        cast: &Cast,
    ) -> (Option<Vec<ClassId>>, Option<Vec<(ConvertibleId, Span)>>) {
        if let Some((word, _)) = self.word(block, "converts") {
            let nothing = word == "none";
            return (nothing.then(Vec::new), nothing.then(Vec::new));
        }
        if !block.has("converts") {
            return (None, None);
        }
        let (mut classes, mut convertibles) = (Vec::new(), Vec::new());
        for (given, _, span) in block.items("converts") {
            let Given::Stated(Literal::Text(name)) = given else { continue };
            match self.names.look_up(name) {
                Some(Thing::Class(class)) if !cast.classes[class.index()].is_common => classes.push(class),
                Some(Thing::Convertible(id)) => convertibles.push((id, span)),
                _ => {
                    let fits = |thing| {
                        matches!(thing, Thing::Convertible(_))
                            || matches!(thing, Thing::Class(class) if !cast.classes[class.index()].is_common)
                    };
                    let finding = self.names.unknown(name, "a preferred class, a SAFE or a note", fits, span);
                    self.report(finding);
                }
            }
        }
        (Some(classes), Some(convertibles))
    }

    /// Preferred that converts by itself, in the order of the file.
    fn automatic(&mut self, offered: ClassId, cast: &Cast, named: Option<&[ClassId]>) -> Vec<AutomaticConversion> {
        let mut automatic = Vec::new();
        for index in (0..cast.classes.len()).filter(|index| !cast.classes[*index].is_common) {
            let class = ClassId::at(index);
            if named.is_some_and(|named| !named.contains(&class)) {
                continue;
            }
            // A circle of preferred ends in what is offered.
            let into = Some(common_of(class, cast)).filter(|into| *into != class).unwrap_or(offered);
            let held = self.lines_of(class);
            let holders: Vec<_> = held
                .into_iter()
                .map(|(from, who)| crate::model::Exchange { from, into: self.position(Holding::Shares(who, into)) })
                .collect();
            if !holders.is_empty() {
                automatic.push(AutomaticConversion { class, into, holders });
            }
        }
        automatic
    }

    /// Every holder's line of a class so far.
    fn lines_of(&self, class: ClassId) -> Vec<(PositionId, StakeholderId)> {
        let line = |(index, holding): (usize, &Holding)| match *holding {
            Holding::Shares(who, of) if of == class => Some((PositionId::at(index), who)),
            _ => None,
        };
        self.positions.iter().enumerate().filter_map(line).collect()
    }

    /// SAFEs and notes issued before the offering; they become common.
    fn converting_in_ipo(
        &mut self,
        named: Option<&[(ConvertibleId, Span)]>,
        class: ClassId,
        place: usize,
        before: &Before<'_, 'a>,
    ) -> Vec<Converting<Stated>> {
        let mut converting = self.read_converting(named, class, before.slots, place, before.convertibles);
        for converting in &mut converting {
            let Holding::Shares(who, into) = self.positions[converting.position.index()] else { continue };
            if !before.cast.classes[into.index()].is_common {
                converting.position = self.position(Holding::Shares(who, class));
            }
        }
        converting
    }

    fn ipo_buyers(
        &mut self,
        block: &Block,
        class: ClassId,
        stage: &str,
        outer: &Provenance,
    ) -> Option<Vec<Buyer<Stated>>> {
        if block.has("buyers") {
            let buyers = self.buyers(block, class, stage, outer)?;
            self.check_parts(block, "buyers", buyers.iter().map(|buyer| buyer.part), None);
            return Some(buyers);
        }
        if !offers(block) {
            return Some(Vec::new());
        }
        self.assume(
            stage,
            format!("one holder, \"{PUBLIC}\", buys everything; `buyers` would say who"),
            Some(block.span),
        );
        let who = self.stakeholder(PUBLIC, block.span)?;
        let origin = self.origin(block.name_span(), format!("buyers in {stage}"), outer);
        Some(vec![Buyer { position: self.position(Holding::Shares(who, class)), part: Part::Rest, origin }])
    }

    fn ipo_sellers(
        &mut self,
        block: &'a Block,
        class: ClassId,
        stage: &str,
        cast: &Cast,
        buyers: &[Buyer<Stated>],
    ) -> Option<Vec<IpoSeller<Stated>>> {
        if !block.has("secondary_shares") {
            if block.has("sellers") {
                self.report(
                    Finding::error("E0803", format!("the sellers of \"{stage}\" sell how many shares?"))
                        .at(block.span_of("sellers"), "expected `secondary_shares` beside it"),
                );
            }
            return Some(Vec::new());
        }
        if !block.has("sellers") {
            self.report(
                Finding::error("E0804", format!("who sells the secondary shares of \"{stage}\"?"))
                    .at(block.span_of("secondary_shares"), "expected `sellers` beside it")
                    .help(
                        "such as `sellers = \"pro_rata\"`, or `sellers = { founders = \"60%\", seed-fund = \"40%\" }`",
                    ),
            );
            return None;
        }
        let outer = block.provenance();
        let Some(map) = block.block("sellers") else {
            let buys = |position: &PositionId| buyers.iter().any(|buyer| buyer.position == *position);
            let commons: Vec<ClassId> = common_classes(class, cast);
            let mut owners: Vec<StakeholderId> = Vec::new();
            for class in commons {
                owners.extend(self.lines_of(class).into_iter().map(|(_, who)| who));
            }
            owners.sort();
            owners.dedup();
            let holders: Vec<SellingHolder> = owners
                .into_iter()
                .map(|who| self.selling_holder(who, class, cast))
                .filter(|holder| !buys(&holder.position))
                .collect();
            let origin = self.origin(block.span_of("sellers"), format!("sellers in {stage}"), &outer);
            return Some(vec![IpoSeller { holders, part: Part::Rest, origin }]);
        };
        let Shape::Map(spec) = map.shape else { return None };
        let mut sellers = Vec::new();
        for entry in map.entries.iter().filter(|entry| entry.key != "replace") {
            let who = self.holders_named(&entry.key, entry.key_span);
            let read = self.part(&entry.node, &spec.kind, format!("{} selling in {stage}", entry.key), &outer);
            let (who, (term, measure, origin)) = (who?, read?);
            let holders = who.into_iter().map(|who| self.selling_holder(who, class, cast)).collect();
            sellers.push(IpoSeller { holders, part: super::events::part(term, measure), origin });
        }
        self.check_parts(block, "sellers", sellers.iter().map(|seller| seller.part), None);
        Some(sellers)
    }

    /// A holder's line of the class offered, and those of other common.
    fn selling_holder(&mut self, who: StakeholderId, class: ClassId, cast: &Cast) -> SellingHolder {
        let position = self.position(Holding::Shares(who, class));
        let others = common_classes(class, cast).into_iter().filter(|other| *other != class);
        let lines: Vec<PositionId> =
            others.filter_map(|other| self.known_position(Holding::Shares(who, other))).collect();
        SellingHolder { position, others: lines }
    }

    /// Ratchets in force on the day, of classes whose price is known.
    fn ratchets(&mut self, slot: &Slot<'a>, before: &Before<'_, 'a>) -> Vec<IpoRatchet<Stated>> {
        let (cast, root) = (before.cast, self.root);
        let mut ratchets = Vec::new();
        for (index, class) in cast.classes.iter().enumerate().filter(|(_, class)| !class.is_common) {
            let listed = root.blocks("classes").find(|block| block.name() == Some(class.name.as_str()));
            let defaults = root.block("class_defaults");
            let owner = |key: &str| listed.filter(|block| block.has(key)).or(defaults.filter(|block| block.has(key)));
            let Some((key, block)) = ["ipo_return", "ipo_discount"].iter().find_map(|key| Some((*key, owner(key)?)))
            else {
                continue;
            };
            let id = ClassId::at(index);
            if self.lines_of(id).is_empty() {
                continue;
            }
            let what = format!("{key} of {}", class.name);
            let Some((term, origin)) = self.quantity(block, key, what, &block.provenance()) else { continue };
            if key == "ipo_discount" && self.stated(term) >= Stated::ONE {
                self.report(
                    Finding::error("E0490", format!("the discount of \"{}\" leaves no price", class.name))
                        .at(block.span_of(key), "expected less than 100 %")
                        .help("\"10%\" is conversion at 90 % of the offering's price"),
                );
                continue;
            }
            let until = owner("ipo_ratchet_until").and_then(|block| self.date(block, "ipo_ratchet_until"));
            if let (Some((until, span)), Some(date)) = (until, slot.date)
                && date > until
            {
                let says = format!("the ratchet of {} ended on {until}: it has no part in this offering", class.name);
                self.assume(&slot.stage, says, Some(span));
                continue;
            }
            let sold = before.rounds.iter().flat_map(|round| &round.tranches).any(|tranche| tranche.class == id);
            if cast.conversions[index].issue_price.is_none() && !sold {
                self.report(
                    Finding::error("E0805", format!("\"{}\" has a ratchet on what price?", class.name))
                        .at(block.span_of(key), "expected `original_issue_price` beside it")
                        .help("a ratchet promises stock for what the class paid"),
                );
                continue;
            }
            let promise = match key {
                "ipo_return" => RatchetPromise::Return(term),
                _ => RatchetPromise::Discount(term),
            };
            ratchets.push(IpoRatchet { class: id, promise, origin });
        }
        ratchets
    }

    /// Option grants and warrants from before the offering, and options of the opening.
    fn rights_before(&self, place: usize) -> Vec<CountedRight> {
        let before = |place_of: Option<usize>| place_of.is_none_or(|at| at < place);
        self.known_rights
            .iter()
            .enumerate()
            .filter(|(_, known)| before(known.place))
            .filter_map(|(index, known)| {
                let is_warrant = known.terms.as_ref()?.plan.is_none();
                Some(CountedRight { right: crate::model::RightId::at(index), is_warrant })
            })
            .collect()
    }

    fn assume_of_ipo(
        &mut self,
        block: &Block,
        stage: &str,
        converting: &[Converting<Stated>],
        automatic: &[AutomaticConversion],
        has_book_value: bool,
    ) {
        if !converting.is_empty() {
            let says = "SAFEs and notes convert whatever their qualified financing, by the count of their own \
                        `capitalization` with what ratchets add; `converts` would leave one out";
            self.assume(stage, says, Some(block.span));
        }
        if has_book_value && !(converting.is_empty() && automatic.is_empty()) {
            let says = "the net tangible book value is that once preferred, SAFEs and notes have converted (pro forma)";
            self.assume(stage, says, Some(block.span_of("net_tangible_book_value")));
        }
    }
}

/// The common that a class becomes: preferred that converts into other preferred goes all the way. Itself for common, and
/// for preferred that goes in a circle.
pub(super) fn common_of(class: ClassId, cast: &Cast) -> ClassId {
    let mut into = class;
    for _ in 0..=cast.classes.len() {
        if cast.classes[into.index()].is_common {
            return into;
        }
        into = cast.classes[into.index()].converts_into;
    }
    class
}

/// The classes of common, the one offered first.
fn common_classes(offered: ClassId, cast: &Cast) -> Vec<ClassId> {
    let others = cast.classes.iter().enumerate().filter(|(index, class)| class.is_common && *index != offered.index());
    std::iter::once(offered).chain(others.map(|(index, _)| ClassId::at(index))).collect()
}
