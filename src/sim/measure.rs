//! Figures read off the engine's own cap table, in whatever arithmetic it is kept: exact numbers or lanes.

use crate::engine::books::CapTable;
use crate::model::{Agreement, ClassId, Event, Figure, Measure, PositionId, StageOf, Subject};
use crate::num::Number;

/// A measure made ready: the positions it adds up, looked up once.
#[derive(Clone, Debug)]
pub struct Gauge {
    figure: Figure,
    positions: Vec<PositionId>,
    class: Option<ClassId>,
}

/// Whether a figure is what a valuation by option pricing says, which is computed in floating point and posted.
pub fn is_by_option_pricing(measure: &Measure, agreement: &Agreement) -> bool {
    let timeline = &agreement.scenario.timeline;
    let last = match &measure.stage {
        StageOf::Last => timeline.last(),
        StageOf::Opening => None,
        StageOf::After { event, .. } => timeline.get(event.index()),
    };
    match measure.figure {
        Figure::Value | Figure::ValuePerShare => last.is_some_and(|timed| matches!(timed.event, Event::Valuation(_))),
        Figure::Equity | Figure::TrancheValues => true,
        _ => false,
    }
}

impl Gauge {
    /// The gauge of a measure; `None` where the figure is not one of a cap table but of what led to it (a round's
    /// money, an instrument's price): those are read off the ledger of an exact run.
    pub fn new(measure: &Measure, agreement: &Agreement) -> Option<Gauge> {
        let class = if let Subject::Class(class) = measure.subject { Some(class) } else { None };
        // What something is worth by a valuation is not the price in force.
        let is_of_the_table = !is_by_option_pricing(measure, agreement)
            && match measure.figure {
                Figure::FullyDiluted
                | Figure::Shares
                | Figure::SharesAsConverted
                | Figure::Ownership
                | Figure::Value
                | Figure::ValuePerShare => !matches!(measure.subject, Subject::Convertible(_)),
                Figure::ConversionRatio => class.is_some(),
                _ => false,
            };
        let all = (0..agreement.scenario.positions.len()).map(PositionId::at);
        let positions = all.filter(|&position| agreement.is_part_of(position, measure.subject)).collect();
        is_of_the_table.then_some(Gauge { figure: measure.figure, positions, class })
    }

    /// The figure at this moment.
    ///
    /// ```text
    /// ownership = shares as converted / fully diluted count      value = shares as converted * price in force
    /// ```
    ///
    /// Undefined where a divisor is zero: the value per share of nothing, the value before any price.
    #[inline(always)]
    pub fn read<N: Number>(&self, table: &CapTable<N>) -> N {
        let as_converted =
            || self.positions.iter().map(|&position| table.as_converted(position, table.at(position))).sum::<N>();
        let shares = || self.positions.iter().map(|&position| table.at(position)).sum::<N>();
        let price = || table.reference_price.unwrap_or(N::one() / N::zero());
        match self.figure {
            Figure::Shares => shares(),
            Figure::SharesAsConverted => as_converted(),
            Figure::Ownership => as_converted() / table.fully_diluted,
            Figure::Value => as_converted() * price(),
            Figure::ValuePerShare => as_converted() * price() / shares(),
            Figure::ConversionRatio => table.ratio(self.class).unwrap_or(N::one()),
            _ => table.fully_diluted,
        }
    }
}
