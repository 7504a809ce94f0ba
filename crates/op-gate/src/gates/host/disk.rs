//! There is room for the service's data.

use crate::config::Service;
use crate::{Finding, Gate, read::Facts};

const GATE: Gate = Gate::Disk;

pub(crate) fn room(service: &Service, facts: &Facts) -> Vec<Finding> {
    let (Some(folder), Some(least)) = (&service.data_dir, service.min_free_bytes) else {
        return Vec::new();
    };
    let Some(disk) = facts.disks.get(folder) else { return Vec::new() };
    let expected = (format!("at least {} free", bytes(least)), "minFreeBytes of the service");
    let finding = match disk {
        Ok(disk) => Finding::compare(
            GATE,
            expected,
            (format!("{} free", bytes(disk.free)), format!("the file system of {}", disk.folder.display())),
        )
        .wait_unless(
            disk.free >= least,
            format!("Make room on the file system of {}, or move the data to a larger one. An engine whose disk is full stops, and may have to sync anew.", disk.folder.display()),
        ),
        Err(error) => Finding::compare(GATE, expected, (error, folder.display())).wait_unless(
            false,
            format!("Make {} readable: mount its disk, correct the path.", folder.display()),
        ),
    };
    vec![finding]
}

/// As disks are sold: 1 GB is a thousand million bytes.
fn bytes(count: u64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];
    let mut size = (count, 0);
    let mut unit = 0;
    while size.0 >= 1_000 && unit + 1 < units.len() {
        size = (size.0 / 1_000, size.0 % 1_000);
        unit += 1;
    }
    match size.1 / 100 {
        0 => format!("{} {}", size.0, units[unit]),
        tenths => format!("{}.{tenths} {}", size.0, units[unit]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_short() {
        for (count, shown) in [
            (0, "0 B"),
            (999, "999 B"),
            (1_000, "1 kB"),
            (1_999, "1.9 kB"),
            (20_000_000_000, "20 GB"),
            (u64::MAX, "18.4 EB"),
        ] {
            assert_eq!(bytes(count), shown);
        }
    }
}
