//! What a simulation must say of the sale of the company beside its figures.

use super::simulation::{Outcome, Row};
use super::words::listed;
use crate::model::{Figure, Subject};

impl Outcome<'_> {
    /// What must be said of figures of the exit: at which of its values they are, and who has none.
    pub(super) fn exit_notes(&self, figure: Figure, rows: &[&Row], some_undefined: bool) -> Vec<String> {
        let mut notes = Vec::new();
        let values = self.run.agreement.scenario.exit.as_ref().map_or(0, |exit| exit.values.len());
        if figure.is_of_exit() && values > 1 {
            notes.push(format!("Of the {values} exit values of the file, at the first."));
        }
        if figure != Figure::Multiple {
            return notes;
        }
        if some_undefined {
            notes.push(
                "None in: the part of the futures in which nothing was paid for what is held, nobody says what, or there is \
                 no sale; they have no multiple and are left out of its statistics."
                    .to_owned(),
            );
        }
        let without = |row: &&&Row| row.statistics.count == 0;
        let names: Vec<&str> = rows.iter().filter(without).map(|row| row.wanted.name.as_str()).collect();
        if !names.is_empty() {
            notes.push(format!("Never a multiple, since nothing was paid or nobody says what: {}.", listed(&names)));
        }
        notes
    }

    /// Futures in which a multiple that an event asks about is undefined.
    pub(super) fn without_multiple(&self, subject: Subject) -> Option<u64> {
        let wanted = |row: &&Row| row.wanted.figure == Figure::Multiple && row.wanted.subject == subject;
        self.rows.iter().find(wanted).map(|row| row.statistics.undefined)
    }
}
