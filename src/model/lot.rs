//! Lots: the shares of a class that were issued together, at one price, on one day.
//!
//! The lots of a scenario are known before anything happens: what the opening holds, then one for every closing, issuance
//! or exercise that issues shares of a class with a preference, and one for every SAFE or note that becomes some. How many
//! shares each holder has of each lot is followed by the books, in a place of its own for every pair of the two.

use super::ids::{ClassId, ConvertibleId, EventId, LotId, PositionId};
use super::scenario::Timed;
use super::terms::{Event, Holding, Round};

/// Shares of a class that were issued together, at one price, on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lot {
    /// Of which class.
    pub class: ClassId,
    /// How they were issued.
    pub source: LotSource,
    /// Its number among the lots of its class.
    pub number: u32,
}

/// How a lot was issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LotSource {
    /// Held at the opening, at the class's issue price.
    Opening,
    /// By an event: a closing of a round, an issuance, an exercise, a conversion from another class.
    Event(EventId),
    /// From a SAFE or note, at a round's first closing or at its maturity.
    Conversion {
        /// The round's first closing, or the maturity.
        event: EventId,
        /// Which.
        convertible: ConvertibleId,
        /// What its preference per share is.
        preference: ConvertedPreference,
    },
}

impl LotSource {
    /// The event that issued it; `None` is the opening.
    pub fn event(self) -> Option<EventId> {
        match self {
            LotSource::Opening => None,
            LotSource::Event(event) | LotSource::Conversion { event, .. } => Some(event),
        }
    }
}

/// The preference per share of what a SAFE or note became.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConvertedPreference {
    /// Its conversion price: a shadow series.
    ConversionPrice,
    /// The price of the round that converted it.
    RoundPrice,
    /// None: it is paid with the common.
    Common,
}

/// The lots of a scenario, and where the books keep each holder's part of each. Empty where no exit asks for them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lots {
    /// By lot.
    all: Vec<Lot>,
    /// Lots of a class, by class and number.
    of_class: Vec<Vec<LotId>>,
    /// Where a position's places begin, by position; one more than there are positions.
    first_place: Vec<u32>,
    /// Where the lots of an event begin in `of_event`, by event; one more than there are events.
    first_of_event: Vec<u32>,
    /// Lots that an event issues, conversions apart.
    of_event: Vec<LotId>,
    /// Lots that convertibles become.
    conversions: Vec<LotId>,
}

impl Lots {
    /// The lots of the classes for which `has_lots` holds.
    pub fn new<N>(
        positions: &[Holding],
        has_lots: &[bool],
        rounds: &[Round<N>],
        timeline: &[Timed<N>],
        preferences: &[ConvertedPreference],
    ) -> Self {
        let mut lots = Lots { of_class: vec![Vec::new(); has_lots.len()], ..Lots::default() };
        let followed = |class: ClassId| has_lots[class.index()];
        for class in (0..has_lots.len()).map(ClassId::at).filter(|class| followed(*class)) {
            lots.add(class, LotSource::Opening);
        }
        let class_at = |position: PositionId| positions[position.index()].class().filter(|class| followed(*class));
        for (index, timed) in timeline.iter().enumerate() {
            let event = EventId::at(index);
            lots.first_of_event.push(u32::try_from(lots.of_event.len()).unwrap_or(u32::MAX));
            let issued = match &timed.event {
                Event::Closing { round, tranche } => {
                    let round = &rounds[round.index()];
                    if round.first_closing == event {
                        for converting in &round.converting {
                            lots.add_conversion(
                                class_at(converting.position),
                                event,
                                converting.convertible,
                                preferences,
                            );
                        }
                    }
                    // What skips its pro rata converts at the first closing that takes place.
                    for play in
                        round.pay_to_play.iter().flat_map(|play| &play.classes).filter(|play| followed(play.into))
                    {
                        let lot = lots.add(play.into, LotSource::Event(event));
                        lots.of_event.push(lot);
                    }
                    Some(round.tranches[*tranche as usize].class).filter(|class| followed(*class))
                }
                Event::Issuance(issuance) => class_at(issuance.position),
                Event::Exercise(exercise) => class_at(exercise.into),
                Event::InKind(dividend) => Some(dividend.class).filter(|class| followed(*class)),
                Event::ClassConversion(conversion) => Some(conversion.into).filter(|class| followed(*class)),
                Event::Maturity(due) => {
                    for due in due {
                        lots.add_conversion(due.into.and_then(class_at), event, due.convertible, preferences);
                    }
                    None
                }
                // What an IPO issues, and what becomes of preferred there, is common.
                Event::Ipo(_)
                | Event::Secondary(_)
                | Event::Repurchase(_)
                | Event::PoolIncrease(_)
                | Event::OptionGrant(_)
                | Event::Warrant(_)
                | Event::Vest(_)
                | Event::Cancellation(_)
                | Event::Split(_)
                | Event::Convertible(_)
                | Event::Valuation(_) => None,
            };
            if let Some(class) = issued {
                let lot = lots.add(class, LotSource::Event(event));
                lots.of_event.push(lot);
            }
        }
        lots.first_of_event.push(u32::try_from(lots.of_event.len()).unwrap_or(u32::MAX));
        lots.place(positions);
        lots
    }

    fn add(&mut self, class: ClassId, source: LotSource) -> LotId {
        let id = LotId::at(self.all.len());
        let of_class = &mut self.of_class[class.index()];
        self.all.push(Lot { class, source, number: u32::try_from(of_class.len()).unwrap_or(u32::MAX) });
        of_class.push(id);
        id
    }

    fn add_conversion(
        &mut self,
        class: Option<ClassId>,
        event: EventId,
        convertible: ConvertibleId,
        preferences: &[ConvertedPreference],
    ) {
        let Some(class) = class else { return };
        if self.conversion(convertible, class).is_none() {
            let preference = preferences[convertible.index()];
            let lot = self.add(class, LotSource::Conversion { event, convertible, preference });
            self.conversions.push(lot);
        }
    }

    fn place(&mut self, positions: &[Holding]) {
        let mut next = 0;
        for holding in positions {
            self.first_place.push(next);
            if let Holding::Shares(_, class) = holding {
                next += u32::try_from(self.of_class[class.index()].len()).unwrap_or(u32::MAX);
            }
        }
        self.first_place.push(next);
    }

    /// True where no exit asks for lots.
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Every lot, by lot.
    #[inline(always)]
    pub fn all(&self) -> &[Lot] {
        &self.all
    }

    /// The lots of a class, by number.
    #[inline(always)]
    pub fn of_class(&self, class: ClassId) -> &[LotId] {
        &self.of_class[class.index()]
    }

    /// Places for every pair of a holder and a lot of its class.
    pub fn places(&self) -> usize {
        self.first_place.last().map_or(0, |last| *last as usize)
    }

    /// The places of a position: one for each lot of its class, by number; none for options.
    #[inline(always)]
    pub fn places_of(&self, position: PositionId) -> std::ops::Range<usize> {
        self.first_place[position.index()] as usize..self.first_place[position.index() + 1] as usize
    }

    /// The lot of the class that the event issues.
    #[inline(always)]
    pub fn issued(&self, event: EventId, class: ClassId) -> Option<LotId> {
        let range = self.first_of_event[event.index()] as usize..self.first_of_event[event.index() + 1] as usize;
        self.of_event[range].iter().copied().find(|lot| self.all[lot.index()].class == class)
    }

    /// The lot of the class that a SAFE or note becomes.
    #[inline(always)]
    pub fn conversion(&self, of: ConvertibleId, into: ClassId) -> Option<LotId> {
        self.conversions.iter().copied().find(|lot| {
            let lot = &self.all[lot.index()];
            lot.class == into && matches!(lot.source, LotSource::Conversion { convertible, .. } if convertible == of)
        })
    }
}
