//! The journal of a simulation.

use super::books::{Adjustment, CapTable, Entry, Journal};
use super::round::{Conversion, Pricing};
use crate::model::{EventId, Round, RoundId};
use crate::num::{Mask, Number};
use std::convert::Infallible;

/// The journal of a simulation: no entries, only which lanes are still a possible future.
#[derive(Clone, Copy, Debug)]
pub struct Feasibility<N: Number>(pub N::Mask);

impl<N: Number> Feasibility<N> {
    /// Every lane is possible until an event says otherwise.
    pub fn unquestioned() -> Self {
        Feasibility(N::Mask::always(true))
    }
}

impl<N: Number> Journal<N> for Feasibility<N> {
    type Refusal = Infallible;
    #[inline(always)]
    fn record(&mut self, _: EventId, _: &Entry<N>) {}
    #[inline(always)]
    fn converted(&mut self, _: EventId, _: &Conversion<N>) {}
    #[inline(always)]
    fn adjusted(&mut self, _: EventId, _: &[Adjustment<N>]) {}
    #[inline(always)]
    fn priced(&mut self, _: RoundId, _: &Round<N>, _: &Pricing<N>, _: impl Fn(usize, usize) -> N) {}
    #[inline(always)]
    fn end_event(
        &mut self,
        _: Option<EventId>,
        _: N::Mask,
        feasible: N::Mask,
        _: &CapTable<N>,
    ) -> Result<(), Infallible> {
        self.0 = self.0 & feasible;
        Ok(())
    }
}
