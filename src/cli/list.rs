//! `capstruct list`: the named scenarios with their titles.

use super::session::{Session, print};
use crate::report::table::{Cell, Column, Style, Table};
use crate::spec::load;

/// Lists every scenario of the folder. A file that cannot be read is listed as such: `check` says why.
pub(super) fn list(session: &Session) {
    let columns = vec![Column::pinned("name", "Name"), Column::new("title", "Title")];
    let mut table = Table::new("scenarios", format!("Scenarios in {}", session.root.display()), columns);
    for (name, _) in session.folder.list() {
        let loaded = load(&session.folder, &name);
        let title = match loaded.document {
            Some(document) if !loaded.findings.has_errors() => {
                document.root.text("title").unwrap_or_default().to_owned()
            }
            _ => format!("(has errors: capstruct check {name})"),
        };
        table.push(Style::Body, vec![Cell::text(name), Cell::text(title)]);
    }
    if table.rows.is_empty() {
        table.note("none yet: `capstruct new NAME` writes one to start from");
    }
    print(&session.show(&[table], "USD"));
}
