//! The list as text.

use std::fmt::Write as _;

use op_util::text::bytes;

use crate::purge::{Item, Kind, Outcome, Report};

/// One line an item, the total, and what to do next.
#[must_use]
pub fn text(report: &Report) -> String {
    let width = report.items.iter().map(|item| item.name.chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for item in &report.items {
        line(&mut text, item, width);
    }
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{:<20} {:<width$} {:>10}", "", "total", bytes(report.total_bytes));
    for problem in &report.problems {
        let _ = writeln!(text, "{problem}.");
    }
    text.push_str(end(report));
    text
}

fn line(text: &mut String, item: &Item, width: usize) {
    let bytes = item.bytes.map(bytes).unwrap_or_default();
    // Writing to a String cannot fail.
    let _ = write!(
        text,
        "{:<9} {:<10} {:<width$} {bytes:>10}",
        outcome(item.outcome),
        kind(item.kind),
        item.name
    );
    if let Some(note) = &item.note {
        let _ = write!(text, "  {note}");
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
}

fn end(report: &Report) -> &'static str {
    match (report.purge, report.complete) {
        (false, _) => {
            "Nothing was removed. `op-warden purge --yes` removes what is found; chain data is \
                then gone for good."
        }
        (true, true) => "Purged.",
        (true, false) => "Not all is removed: see above, and run this again.",
    }
}

const fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Found => "found",
        Outcome::Removed => "removed",
        Outcome::Kept => "kept",
        Outcome::Failed => "FAILED",
    }
}

const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Container => "container",
        Kind::Image => "image",
        Kind::Secret => "secret",
        Kind::Data => "data",
        Kind::Inventory => "inventory",
        Kind::StateDir => "state dir",
    }
}
