//! What the service's program is given is there.

use std::io;

use crate::finding::{Comparison, Finding};
use crate::{config::Service, gate::Gate, read::Facts};

const GATE: Gate = Gate::GivenFiles;

pub(crate) fn judge(service: &Service, facts: &Facts) -> Vec<Finding> {
    let given = service.files.iter().chain(&service.credential_files);
    let judged = given.filter_map(|path| {
        let compare = |found: String| {
            let expected = (format!("{}, with content", path.display()), "files of the service");
            Comparison::new(GATE, expected, (found, "this host"))
        };
        Some(match facts.host.given_files.get(path)? {
            Ok(()) => compare(path.display().to_string()).holds(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                compare(format!("there is no {}", path.display()))
                    .wait(format!("Put {} there, or correct its path.", path.display()))
            }
            Err(error) => compare(format!("{}: {error}", path.display()))
                .wait(format!("Make {} a file that op-warden can read.", path.display())),
        })
    });
    judged.collect()
}
