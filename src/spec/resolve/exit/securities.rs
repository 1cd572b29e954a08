//! Rights to buy shares, SAFEs and notes in an exit.

use super::Before;
use crate::error::Finding;
use crate::model::{ConvertibleAtExit, RightAtExit, RightId, Term, VestedBy};
use crate::num::Stated;
use crate::spec::node::Block;
use crate::spec::resolve::context::Context;
use crate::spec::resolve::timeline::{Slot, What};

impl<'a> Context<'a> {
    /// What of every right has vested on the day of the exit.
    ///
    /// A schedule vests until then; `acceleration` of the exit, or a single trigger of the grant, vests the rest. A double
    /// trigger needs the holder to leave too, which an exit alone does not say.
    pub(super) fn rights_at_exit(&mut self, exit: &Slot<'a>, slots: &[Slot<'a>]) -> Option<Vec<RightAtExit<Stated>>> {
        let all_vest = self.yes_no_of(exit.block, "acceleration");
        let mut rights = Vec::new();
        for index in 0..self.known_rights.len() {
            let terms = self.known_rights[index].terms.clone()?;
            let grant = slots.iter().find(|slot| slot.what == What::OptionGrant(RightId::at(index)));
            let trigger = grant.and_then(|slot| self.word(slot.block, "acceleration")).map(|(word, _)| word);
            let expired = terms.info.expires.zip(exit.date).is_some_and(|(expires, date)| expires < date);
            let vests = terms.info.vesting.is_some() || terms.start_unknown.is_some() || terms.info.has_milestones;
            let name = terms.info.name.clone();
            let vested = match (all_vest || trigger == Some("single_trigger"), vests) {
                (true, _) => None,
                (false, false) => {
                    self.assume(&name, "all of it has vested: no schedule is stated", None);
                    None
                }
                (false, true) => Some(self.vested_on(exit, &terms)?),
            };
            if vested.is_some() && trigger == Some("double_trigger") {
                self.assume(&name, "what has not vested gets nothing: nobody leaves because of the sale", None);
            }
            rights.push(RightAtExit { position: terms.position, vested, expired });
        }
        Some(rights)
    }

    fn vested_on(&mut self, exit: &Slot<'a>, terms: &crate::spec::resolve::rights::Terms) -> Option<VestedBy<Stated>> {
        if terms.info.has_milestones {
            return Some(VestedBy::Milestones);
        }
        match (terms.info.vesting, exit.date, terms.start_unknown) {
            (Some(vesting), Some(date), None) => Some(VestedBy::Part(vesting.part_on(date))),
            (_, _, unknown) => {
                let mut finding = Finding::error(
                    "E0468",
                    format!("\"{}\" vests over time, and the exit has no date", terms.info.name),
                )
                .at(exit.block.name_span(), "what has vested by then?");
                if let Some(span) = unknown {
                    finding = finding.and_at(span, "its schedule starts on no known day");
                }
                self.report(finding.help("give the grant and the exit a `date`, or write `acceleration = true`"));
                None
            }
        }
    }

    /// SAFEs and notes, as far as they are still outstanding.
    pub(in crate::spec::resolve) fn convertibles_at_exit(
        &mut self,
        exit: &Slot<'a>,
        before: &Before<'_, 'a>,
    ) -> Option<Vec<ConvertibleAtExit<Stated>>> {
        let issued: Vec<(usize, crate::model::ConvertibleId, &'a Block)> = before
            .slots
            .iter()
            .enumerate()
            .filter_map(|(place, slot)| match slot.what {
                What::Convertible(id) => Some((place, id, slot.block)),
                _ => None,
            })
            .collect();
        let mut convertibles: Vec<Option<ConvertibleAtExit<Stated>>> = vec![None; before.convertibles.len()];
        for &(place, id, block) in &issued {
            let name = block.name().unwrap_or_default().to_owned();
            let elapsed = self.elapsed(block, &name, before.slots[place].date, exit.date)?;
            let multiple = match block.has("exit_multiple") {
                true => {
                    self.quantity(block, "exit_multiple", format!("exit multiple of {name}"), &block.provenance())?.0
                }
                false => Term::Given(Stated::ONE),
            };
            let later = issued.iter().filter(|(other, ..)| *other > place).map(|&(_, id, block)| (id, block)).collect();
            let may_adopt = self.may_adopt(block, later, before.convertibles);
            *convertibles.get_mut(id.index())? = Some(ConvertibleAtExit { elapsed, multiple, may_adopt });
        }
        convertibles.into_iter().collect()
    }
}
