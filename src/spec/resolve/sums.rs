//! Cheques, closings and size of a round must agree.

use super::context::{Context, equal, number};
use crate::error::{Finding, Span};
use crate::model::{Participant, Round, Takes, Tranche, TrancheAmount};
use crate::num::{Exact, Number, Stated};
use crate::spec::node::Block;

impl Context<'_> {
    /// Cheques, tranches and size must agree, in the case at hand.
    pub(super) fn check_sums(&mut self, block: &Block, name: &str, round: &Round<Stated>) {
        self.check_right_of_something(name, round);
        self.check_targets(name, round);
        let size = round.size.map(|size| self.value(size));
        let mut rests = 0;
        let mut known = true;
        let mut sum = Exact::zero();
        for tranche in &round.tranches {
            let amount = match tranche.amount {
                Some(TrancheAmount::Money(term)) => Some(self.value(term)),
                Some(TrancheAmount::PartOfSize(part)) => size.map(|size| size * self.value(part)),
                None => None,
            };
            rests += tranche
                .participants
                .iter()
                .filter(|participant| matches!(participant.takes, Takes::RestOfSize))
                .count();
            let cheques = self.known_cheques(tranche, amount.or(size));
            match (amount, cheques) {
                (Some(amount), Some(cheques)) => {
                    self.check_tranche(tranche, amount, cheques);
                    sum += amount;
                }
                (Some(amount), None) => sum += amount,
                (None, Some(cheques)) => sum += cheques,
                (None, None) => known = false,
            }
        }
        if rests > 1 {
            let takers = round.tranches.iter().flat_map(|tranche| &tranche.participants);
            let places: Vec<Span> = takers
                .filter(|participant| matches!(participant.takes, Takes::RestOfSize))
                .map(|participant| self.origins[participant.origin.index()].span)
                .collect();
            let finding = Finding::error("E0457", format!("\"rest\" of the size of \"{name}\" is taken {rests} times"));
            let finding =
                finding.at(places[1], "what is left can go to one participant only").and_at(places[0], "the first");
            self.report(finding.help("write what the others put in, such as \"1M\""));
        }
        self.check_absorbed(block, name, round, rests);
        let Some(size) = size.filter(|_| known && rests == 0) else { return };
        if !equal(size, sum) {
            let more = size.at_most(sum).is_yes();
            let off = number(if more { sum - size } else { size - sum });
            let finding = Finding::error(
                "E0458",
                format!("the closings of \"{name}\" add up to {}, its size is {}", number(sum), number(size)),
            );
            let finding = match more {
                true => finding.at(block.span_of("size"), format!("{off} too much")),
                false => finding.at(block.span_of("size"), format!("{off} is missing")),
            };
            self.report(finding.help("correct one of them, or let one participant take the \"rest\""));
        }
    }

    /// Who buys up to a fraction of the total buys nothing else in the round, or it would end above it.
    fn check_targets(&mut self, name: &str, round: &Round<Stated>) {
        let participants = || round.tranches.iter().flat_map(|tranche| &tranche.participants);
        for target in participants().filter(|participant| matches!(participant.takes, Takes::Ownership(_))) {
            let same =
                |other: &&Participant<Stated>| other.stakeholder == target.stakeholder && other.origin != target.origin;
            if let Some(other) = participants().find(same) {
                let (at, beside) = (self.origins[target.origin.index()].span, self.origins[other.origin.index()].span);
                self.report(
                    Finding::error("E0465", format!("a fraction of the total and another purchase in \"{name}\""))
                        .at(at, "would end above this")
                        .and_at(beside, "the other purchase")
                        .help("let one of them say it all"),
                );
                return;
            }
        }
    }

    /// A right is to a part of the round: somebody must bring money first.
    fn check_right_of_something(&mut self, name: &str, round: &Round<Stated>) {
        let participants = || round.tranches.iter().flat_map(|tranche| &tranche.participants);
        let stated = round.size.is_some() || round.tranches.iter().any(|tranche| tranche.amount.is_some());
        let only_rights =
            participants().all(|participant| matches!(participant.takes, Takes::ProRata(_) | Takes::SideLetter { .. }));
        if let Some(right) = participants().next().filter(|_| only_rights && !stated) {
            let span = self.origins[right.origin.index()].span;
            self.report(
                Finding::error("E0463", format!("pro rata of what in \"{name}\"?"))
                    .at(span, "nobody else brings money")
                    .help("give the round a `size`, or another participant an amount"),
            );
        }
    }

    /// With a size the round keeps its total, so somebody must give way to a right.
    fn check_absorbed(&mut self, block: &Block, name: &str, round: &Round<Stated>, rests: usize) {
        let rights = |participant: &&Participant<Stated>| {
            matches!(
                participant.takes,
                Takes::ProRata(_) | Takes::SideLetter { .. } | Takes::Ownership(_) | Takes::Shares(_)
            )
        };
        for tranche in &round.tranches {
            let absorbs = tranche
                .participants
                .iter()
                .any(|participant| matches!(participant.takes, Takes::RestOfTranche | Takes::RestOfSize));
            let held = tranche.amount.is_some() || (round.size.is_some() && rests == 0);
            if let Some(right) = tranche.participants.iter().find(rights).filter(|_| held && !absorbs) {
                let span = self.origins[right.origin.index()].span;
                self.report(
                    Finding::error("E0459", format!("who gives way to this in \"{name}\"?"))
                        .at(span, "the round's total is held, and nobody takes the rest")
                        .and_at(block.name_span(), "the round")
                        .help("let one participant take the \"rest\""),
                );
            }
        }
    }

    /// The sum of the cheques of a tranche, where all of them are known before the price is.
    fn known_cheques(&self, tranche: &Tranche<Stated>, amount: Option<Exact>) -> Option<Exact> {
        let cheque = |participant: &Participant<Stated>| match participant.takes {
            Takes::Money(money) => Some(self.value(money)),
            Takes::PartOfTranche(part) => Some(self.value(part) * amount?),
            Takes::RestOfTranche
            | Takes::RestOfSize
            | Takes::ProRata(_)
            | Takes::SideLetter { .. }
            | Takes::Ownership(_)
            | Takes::Shares(_) => None,
        };
        tranche.participants.iter().map(cheque).sum()
    }

    fn check_tranche(&mut self, tranche: &Tranche<Stated>, amount: Exact, cheques: Exact) {
        if equal(amount, cheques) {
            return;
        }
        let origin = &self.origins[tranche.origin.index()];
        let (what, span) = (origin.what.clone(), origin.span);
        let more = amount.at_most(cheques).is_yes();
        let off = number(if more { cheques - amount } else { amount - cheques });
        let verdict = if more { format!("{off} too much") } else { format!("{off} is missing") };
        self.report(
            Finding::error(
                "E0458",
                format!(
                    "the participants of \"{what}\" add up to {}, its amount is {}",
                    number(cheques),
                    number(amount)
                ),
            )
            .at(span, verdict)
            .help("correct one of them, or let one participant take the \"rest\""),
        );
    }
}
