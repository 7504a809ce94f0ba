//! There is room for the service's data.

use op_util::text::bytes;

use crate::finding::{Comparison, Finding};
use crate::{config::Service, gate::Gate, read::Facts};

const GATE: Gate = Gate::Disk;

pub(crate) fn judge(service: &Service, facts: &Facts) -> Vec<Finding> {
    let (Some(folder), Some(least)) = (&service.data_dir, service.min_free_bytes) else {
        return Vec::new();
    };
    let Some(disk) = facts.host.disks.get(folder) else { return Vec::new() };
    let expected = (format!("at least {} free", bytes(least)), "minFreeBytes of the service");
    vec![match disk {
        Ok(disk) => Comparison::new(
            GATE,
            expected,
            (
                format!("{} free", bytes(disk.free)),
                format!("the file system of {}", disk.folder.display()),
            ),
        )
        .wait_unless(
            disk.free >= least,
            format!(
                "Make room on the file system of {}, or move the data to a larger one. An engine \
                 whose disk is full stops, and may have to sync anew.",
                disk.folder.display()
            ),
        ),
        Err(error) => Comparison::new(GATE, expected, (error, folder.display()))
            .wait(format!("Make {} readable: mount its disk, correct the path.", folder.display())),
    }]
}
