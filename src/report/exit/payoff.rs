//! Payoffs: what somebody gets as a function of the exit value, straight lines between breakpoints, exactly.

use super::Sale;
use crate::engine::exit::{Curve, Recipient, Stack, Waterfall, distribute};
use crate::num::{Exact, Number};
use std::cmp::Ordering;

/// What somebody gets as a function of the exit value. At a breakpoint it may jump.
#[derive(Clone, Debug)]
pub struct Payoff {
    /// From an exit value of 0 upwards; the last holds for ever.
    pub pieces: Vec<Piece>,
}

/// A payoff from one breakpoint to the next.
#[derive(Clone, Copy, Debug)]
pub struct Piece {
    /// The exit value at which it begins.
    pub from: Exact,
    /// What is paid at that very exit value.
    pub here: Exact,
    /// What is paid just above it; the same but where payouts jump.
    pub above: Exact,
    /// What is paid of every further dollar.
    pub slope: Exact,
}

/// Exit values from one to another, both included; one value where they are equal.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    /// The lowest.
    pub from: Exact,
    /// The highest; `None` where there is none.
    pub to: Option<Exact>,
}

/// Which of two numbers is larger.
pub fn order(first: Exact, second: Exact) -> Ordering {
    match (first.at_most(second).is_yes(), second.at_most(first).is_yes()) {
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Less,
        _ => Ordering::Greater,
    }
}

/// Payoffs of every recipient of a sale, over the same breakpoints.
#[derive(Clone, Debug)]
pub struct Payoffs {
    recipients: Vec<Recipient>,
    payoffs: Vec<Payoff>,
}

impl Payoffs {
    /// Read off the distribution itself: at each breakpoint, and at two exit values between it and the next, which give
    /// the line. So they hold whatever happens at a breakpoint, jumps included.
    pub fn of(sale: &Sale) -> Self {
        let recipients = sale.recipients();
        let from: Vec<Exact> = sale.breakpoints.segments.iter().map(|segment| segment.from).collect();
        let mut payoffs = vec![Payoff { pieces: Vec::with_capacity(from.len()) }; recipients.len()];
        for (index, &start) in from.iter().enumerate() {
            let third = from.get(index + 1).map_or(Exact::one(), |&next| (next - start) / Exact::whole(3));
            let at = |value: Exact| paid(&sale.exit.stack, &sale.exit.curve, value);
            let (here, first, second) = (at(start), at(start + third), at(start + third + third));
            for (payoff, &recipient) in payoffs.iter_mut().zip(&recipients) {
                let rise = amount(&second, recipient) - amount(&first, recipient);
                payoff.pieces.push(Piece {
                    from: start,
                    here: amount(&here, recipient),
                    above: amount(&first, recipient) - rise,
                    slope: rise / third,
                });
            }
        }
        Payoffs { recipients, payoffs }
    }

    /// The payoff of a recipient.
    pub fn get(&self, recipient: Recipient) -> Option<&Payoff> {
        let index = self.recipients.iter().position(|known| *known == recipient)?;
        Some(&self.payoffs[index])
    }

    /// The weighted sum of the payoffs of some recipients.
    pub fn sum(&self, weighted: &[(Recipient, Exact)]) -> Payoff {
        let zero = Exact::zero();
        let bare = |piece: &Piece| Piece { from: piece.from, here: zero, above: zero, slope: zero };
        let first = self.payoffs.first().map_or(&[][..], |payoff| payoff.pieces.as_slice());
        let mut sum: Vec<Piece> = first.iter().map(bare).collect();
        for &(recipient, weight) in weighted {
            let Some(payoff) = self.get(recipient) else { continue };
            for (sum, piece) in sum.iter_mut().zip(&payoff.pieces) {
                sum.here += piece.here * weight;
                sum.above += piece.above * weight;
                sum.slope += piece.slope * weight;
            }
        }
        Payoff { pieces: sum }
    }
}

fn paid(stack: &Stack<Exact>, curve: &Curve<Exact>, exit_value: Exact) -> Waterfall<Exact> {
    let mut waterfall = Waterfall::empty();
    distribute(stack, curve, exit_value, &mut waterfall);
    waterfall
}

fn amount(waterfall: &Waterfall<Exact>, recipient: Recipient) -> Exact {
    match recipient {
        Recipient::Costs => waterfall.costs,
        Recipient::Debt(index) => waterfall.debts[index as usize],
        Recipient::CarveOut => waterfall.carve_out,
        Recipient::Claim(index) => waterfall.paid[index as usize].amount,
    }
}

impl Payoff {
    /// What is paid at an exit value.
    pub fn at(&self, exit_value: Exact) -> Exact {
        let begun = self.pieces.iter().rev().find(|piece| piece.from.at_most(exit_value).is_yes());
        begun.map_or(Exact::zero(), |piece| match order(piece.from, exit_value) {
            Ordering::Equal => piece.here,
            _ => piece.above + piece.slope * (exit_value - piece.from),
        })
    }

    /// What is paid just below a breakpoint, by its place.
    pub fn below(&self, piece: usize) -> Exact {
        match piece.checked_sub(1) {
            None => self.pieces[0].here,
            Some(before) => {
                let before = self.pieces[before];
                before.above + before.slope * (self.pieces[piece].from - before.from)
            }
        }
    }

    /// The exit values at which it is so much: all of them, from the lowest.
    ///
    /// ```text
    /// on a piece      from + (wanted - above) / slope, where that lies before the next breakpoint
    /// where it is flat, and as much as wanted, the whole piece
    /// ```
    pub fn values_for(&self, wanted: Exact) -> Vec<Span> {
        let mut found: Vec<Span> = Vec::new();
        let beyond = self.beyond(wanted);
        for (index, piece) in beyond.pieces.iter().enumerate() {
            let next = beyond.pieces.get(index + 1).map(|next| next.from);
            let sign = |number: Exact| order(number, Exact::zero());
            if sign(piece.here) == Ordering::Equal {
                add(&mut found, Span { from: piece.from, to: Some(piece.from) });
            }
            if sign(piece.slope) == Ordering::Equal {
                if sign(piece.above) == Ordering::Equal {
                    add(&mut found, Span { from: piece.from, to: next });
                }
                continue;
            }
            let root = piece.from - piece.above / piece.slope;
            let begun = piece.from.below(root).is_yes();
            if begun && next.is_none_or(|next| root.below(next).is_yes()) {
                add(&mut found, Span { from: root, to: Some(root) });
            }
        }
        found
    }

    /// Whether it is so much at an exit value, to a millionth.
    pub fn is_about(&self, exit_value: Exact, amount: Exact) -> bool {
        let off = self.at(exit_value) - amount;
        off.max(Exact::zero() - off).below(millionth()).is_yes()
    }

    /// What it is beyond an amount: below zero where it is less.
    #[must_use]
    pub fn beyond(&self, amount: Exact) -> Payoff {
        let piece =
            |piece: &Piece| Piece { here: piece.here - amount, above: piece.above - amount, ..*piece }.settled();
        Payoff { pieces: self.pieces.iter().map(piece).collect() }
    }

    /// Jumps over an amount: breakpoints at which it is below just before and above from there on (or the reverse), so
    /// that it is never just that much there.
    pub fn jumps_over(&self, wanted: Exact) -> Vec<Exact> {
        let side = |number: Exact| order(number, wanted);
        let skips = |index: &usize| {
            let (before, here, after) = (self.below(*index), self.pieces[*index].here, self.pieces[*index].above);
            side(before) != side(after) && [before, here, after].iter().all(|paid| side(*paid) != Ordering::Equal)
        };
        (1..self.pieces.len()).filter(skips).map(|index| self.pieces[index].from).collect()
    }

    /// The least and the most that is paid up to an exit value, and whether more is paid for ever as the exit rises.
    pub fn reach(&self) -> (Exact, Option<Exact>) {
        let mut most = Exact::zero();
        for (index, piece) in self.pieces.iter().enumerate() {
            most = most.max(piece.here).max(piece.above).max(self.below(index));
        }
        let grows = self.pieces.last().is_some_and(|piece| piece.slope.is_positive().is_yes());
        let least = self.pieces.first().map_or(Exact::zero(), |piece| piece.here);
        (least, (!grows).then_some(most))
    }

    /// `self - other`, over the breakpoints of both.
    #[must_use]
    pub fn less(&self, other: &Payoff) -> Payoff {
        let mut from: Vec<Exact> = self.pieces.iter().chain(&other.pieces).map(|piece| piece.from).collect();
        from.sort_by(|first, second| order(*first, *second));
        from.dedup_by(|first, second| order(*first, *second) == Ordering::Equal);
        let pieces = from.into_iter().map(|from| {
            let (ours, theirs) = (self.piece_above(from), other.piece_above(from));
            let here = self.at(from) - other.at(from);
            Piece { from, here, above: ours.above - theirs.above, slope: ours.slope - theirs.slope }.settled()
        });
        Payoff { pieces: pieces.collect() }
    }

    /// The piece that begins at or before an exit value, as seen just above it.
    fn piece_above(&self, exit_value: Exact) -> Piece {
        let zero = Exact::zero();
        let begun = self.pieces.iter().rev().find(|piece| piece.from.at_most(exit_value).is_yes());
        begun.map_or(Piece { from: exit_value, here: zero, above: zero, slope: zero }, |piece| Piece {
            above: piece.above + piece.slope * (exit_value - piece.from),
            ..*piece
        })
    }

    /// From where to where it is below, at, or above zero: neighbours differ, and together they are all exit values.
    pub fn signs(&self) -> Vec<(Exact, Ordering)> {
        let mut signs: Vec<(Exact, Ordering)> = Vec::new();
        let mut add = |from: Exact, sign: Ordering| {
            // A stretch shorter than money has places is none.
            if signs.last().is_some_and(|(last, _)| (from - *last).below(millionth()).is_yes()) {
                signs.pop();
            }
            if signs.last().is_none_or(|(_, last)| *last != sign) {
                signs.push((from, sign));
            }
        };
        let zero = Exact::zero();
        for (index, piece) in self.pieces.iter().enumerate() {
            let next = self.pieces.get(index + 1).map(|next| next.from);
            let (above, slope) = (order(piece.above, zero), order(piece.slope, zero));
            let begins = if above == Ordering::Equal { slope } else { above };
            add(piece.from, begins);
            if above == Ordering::Equal || slope == Ordering::Equal || above == slope {
                continue;
            }
            let root = piece.from - piece.above / piece.slope;
            if next.is_none_or(|next| root.below(next).is_yes()) {
                add(root, slope);
            }
        }
        signs
    }
}

impl Piece {
    /// A difference of payoffs without what posting shares and prices to ten places leaves of nothing.
    fn settled(self) -> Self {
        let slight = |number: Exact, least: Exact| {
            let size = number.max(Exact::zero() - number);
            if size.below(least).is_yes() { Exact::zero() } else { number }
        };
        let least = millionth();
        Piece {
            here: slight(self.here, least),
            above: slight(self.above, least),
            slope: slight(self.slope, least / Exact::whole(1_000_000_000)),
            ..self
        }
    }
}

/// The last place of money where nothing rounds it.
fn millionth() -> Exact {
    Exact::one() / Exact::whole(1_000_000)
}

/// Adds a span behind those found, joined with the last where they touch.
fn add(found: &mut Vec<Span>, span: Span) {
    if let Some(last) = found.last_mut()
        && last.to.is_some_and(|to| span.from.at_most(to + millionth()).is_yes())
    {
        last.to = match (last.to, span.to) {
            (Some(ours), Some(theirs)) => Some(ours.max(theirs)),
            _ => None,
        };
        return;
    }
    found.push(span);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::exit::Recipient::Claim;
    use crate::report::exit::Sale;
    use crate::report::exit::fixture::{millions, sold};

    fn payoff(pieces: &[(i32, i32, i32)]) -> Payoff {
        let piece = |&(from, above, slope): &(i32, i32, i32)| Piece {
            from: Exact::whole(from),
            here: Exact::whole(above),
            above: Exact::whole(above),
            slope: Exact::whole(slope),
        };
        Payoff { pieces: pieces.iter().map(piece).collect() }
    }

    fn whole(number: Exact) -> i64 {
        i64::try_from(number.to_decimal(0).expect("short")).expect("whole")
    }

    fn spans(payoff: &Payoff, wanted: i32) -> Vec<(i64, Option<i64>)> {
        let found = payoff.values_for(Exact::whole(wanted));
        found.iter().map(|span| (whole(span.from), span.to.map(whole))).collect()
    }

    #[test]
    fn a_payoff_is_read_off_the_distribution_at_and_above_every_breakpoint() {
        let run = sold();
        let sale = Sale::of(&run, None).expect("a sale");
        let payoffs = Payoffs::of(&sale);
        let (common, preferred) = (payoffs.get(Claim(0)).expect("common"), payoffs.get(Claim(1)).expect("preferred"));
        for (value, to_common, to_preferred) in [(0, 0, 0), (3, 0, 2), (5, 0, 4), (11, 6, 4), (21, 16, 4), (41, 32, 8)]
        {
            assert_eq!(order(common.at(millions(value)), millions(to_common)), Ordering::Equal, "common at {value}M");
            assert_eq!(order(preferred.at(millions(value)), millions(to_preferred)), Ordering::Equal, "at {value}M");
        }
    }

    #[test]
    fn every_exit_value_for_an_amount_is_found_a_flat_stretch_as_a_whole() {
        // 0 until 10, then to 20 at 20, flat until 50, then on.
        let payoff = payoff(&[(0, 0, 0), (10, 0, 2), (20, 20, 0), (50, 20, 1)]);
        assert_eq!(spans(&payoff, 0), [(0, Some(10))]);
        assert_eq!(spans(&payoff, 8), [(14, Some(14))]);
        assert_eq!(spans(&payoff, 20), [(20, Some(50))]);
        assert_eq!(spans(&payoff, 25), [(55, Some(55))]);
        assert_eq!(spans(&payoff, -1), []);
        assert_eq!(payoff.reach().1.map(whole), None);
    }

    #[test]
    fn a_payoff_that_falls_gives_an_amount_twice_and_a_jump_may_skip_it() {
        let falling = payoff(&[(0, 0, 1), (10, 4, 1)]);
        assert_eq!(spans(&falling, 6), [(6, Some(6)), (12, Some(12))]);
        let jumping = payoff(&[(0, 0, 0), (10, 8, 0)]);
        assert_eq!(spans(&jumping, 5), []);
        assert_eq!(jumping.jumps_over(Exact::whole(5)).into_iter().map(whole).collect::<Vec<_>>(), [10]);
        assert_eq!(spans(&jumping, 8), [(10, None)]);
        assert_eq!(jumping.reach().1.map(whole), Some(8));
    }

    #[test]
    fn two_payoffs_change_places_at_every_root_of_their_difference() {
        // Flat 10 against a line that passes it at 10, falls back below it at 20, and passes it again at 40.
        let (flat, other) = (payoff(&[(0, 10, 0)]), payoff(&[(0, 0, 1), (15, 15, -1), (30, 0, 1)]));
        let signs = other.less(&flat).signs();
        let signs: Vec<(i64, Ordering)> = signs.into_iter().map(|(from, sign)| (whole(from), sign)).collect();
        assert_eq!(
            signs,
            [(0, Ordering::Less), (10, Ordering::Greater), (20, Ordering::Less), (40, Ordering::Greater)]
        );
    }
}
