//! Dense ids: indices into the lists of a scenario, newtyped because mixing two of them up would be silent.

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u32);

        impl $name {
            /// The id of the `index`-th item.
            ///
            /// # Panics
            /// Beyond four thousand million items, which no file can hold.
            pub fn at(index: usize) -> Self {
                $name(u32::try_from(index).expect("an index that fits 32 bits"))
            }

            /// The index it stands for.
            #[inline(always)]
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

ids! {
    /// A participant in the company: OCF stakeholder.
    StakeholderId;
    /// Stakeholders whose holdings reports add up.
    GroupId;
    /// A class or series of stock.
    ClassId;
    /// A stock plan, from which options are granted.
    PlanId;
    /// One holder's shares of one class, or options of one plan: a line of the cap table.
    PositionId;
    /// A financing round.
    RoundId;
    /// A right to buy shares: an option grant, or options of the opening table.
    RightId;
    /// Shares of a class that were issued together.
    LotId;
    /// A SAFE or convertible note.
    ConvertibleId;
    /// An event, by its place in the timeline.
    EventId;
    /// A stated quantity that may be uncertain.
    VariableId;
    /// Something that may or may not happen.
    ConditionId;
    /// Where a number came from: file, line, source.
    OriginId;
}
