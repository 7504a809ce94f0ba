//! A key file holds a key, and nobody but its owner may read it.

use crate::finding::{Comparison, Finding};
use crate::{config::Service, gate::Gate, gates::keys::no_key::no_key, read::Facts};

const GATE: Gate = Gate::KeyFile;

/// Permission bits of everybody but the owner.
const OTHERS: u32 = 0o077;

pub(crate) fn judge(service: &Service, facts: &Facts) -> Vec<Finding> {
    let Some((path, file)) = service.key.as_ref().and_then(|path| facts.keys.get_key_value(path))
    else {
        return Vec::new();
    };
    vec![match (&file.address, file.mode) {
        (Err(error), _) => no_key(GATE, None, "key of the service", path, error),
        (Ok(_), None) => Finding::not_judged(GATE),
        (Ok(_), Some(mode)) => Comparison::new(
            GATE,
            ("a key that its owner alone may read (mode 0400 or 0600)", "key of the service"),
            (format!("mode {:04o}", mode & 0o7777), format!("key file {}", path.display())),
        )
        .warn_unless(
            mode & OTHERS == 0,
            format!(
                "Other users of this machine may read the key, and with it act as this role: \
                 `chmod 0400 {}`.",
                path.display()
            ),
        ),
    }]
}
