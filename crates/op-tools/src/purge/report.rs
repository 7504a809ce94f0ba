//! The list as text.

use std::fmt::Write as _;

use crate::purge::{Fate, Item, Kind, Report};

/// One line an item, the total, and what to do next.
#[must_use]
pub fn text(report: &Report) -> String {
    let width = report.items.iter().map(|item| item.name.chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for item in &report.items {
        line(&mut text, item, width);
    }
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{:<20} {:<width$} {:>10}", "", "total", size(report.total_bytes));
    for problem in &report.problems {
        let _ = writeln!(text, "{problem}.");
    }
    text.push_str(end(report));
    text
}

/// Bytes for people.
#[must_use]
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    // In tenths of a unit, in whole numbers.
    let mut tenths = u128::from(bytes) * 10 / 1024;
    let mut units = UNITS.iter();
    let mut unit = units.next();
    while tenths >= 10_240 {
        let Some(larger) = units.next() else { break };
        tenths /= 1024;
        unit = Some(larger);
    }
    format!("{}.{} {}", tenths / 10, tenths % 10, unit.copied().unwrap_or_default())
}

fn line(text: &mut String, item: &Item, width: usize) {
    let bytes = item.bytes.map(size).unwrap_or_default();
    // Writing to a String cannot fail.
    let _ = write!(
        text,
        "{:<9} {:<10} {:<width$} {bytes:>10}",
        fate(item.fate),
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
            "Nothing was removed. `op-warden purge --yes` removes what is found; chain data is then gone for good."
        }
        (true, true) => "Purged.",
        (true, false) => "Not all is removed: see above, and run this again.",
    }
}

const fn fate(fate: Fate) -> &'static str {
    match fate {
        Fate::Found => "found",
        Fate::Removed => "removed",
        Fate::Kept => "kept",
        Fate::Failed => "FAILED",
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

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_for_people() {
        for (bytes, text) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1536, "1.5 KiB"),
            (1024 * 1024 - 1, "1023.9 KiB"),
            (1024 * 1024, "1.0 MiB"),
            (5 * 1024_u64.pow(4) / 2, "2.5 TiB"),
            (u64::MAX, "16383.9 PiB"),
        ] {
            assert_eq!(size(bytes), text, "{bytes}");
        }
    }
}
