//! A key file holds a key, and nobody but its owner may read or replace it.

use std::path::Path;

use crate::{
    config::Service,
    finding::{Comparison, Finding},
    gate::Gate,
    gates::keys::no_key::no_key,
    read::{
        Facts,
        keys::{Access, KeyFile},
    },
};

const GATE: Gate = Gate::KeyFile;

/// Permission bits of everybody but the owner.
const OTHERS: u32 = 0o077;

pub(crate) fn judge(service: &Service, facts: &Facts) -> Vec<Finding> {
    let Some((path, file)) = service.key.as_ref().and_then(|path| facts.keys.get_key_value(path))
    else {
        return Vec::new();
    };
    vec![match file {
        KeyFile { address: Err(error), .. } => {
            no_key(GATE, None, "key of the service", path, error)
        }
        KeyFile { access: None, .. } => Finding::not_judged(GATE),
        KeyFile { access: Some(access), .. } => of_owner_alone(path, access),
    }]
}

fn of_owner_alone(path: &Path, access: &Access) -> Finding {
    let Access { mode, owner, reader, loose } = access;
    let compare = |found: String| {
        Comparison::new(
            GATE,
            ("a key that its owner alone may read or replace", "key of the service"),
            (found, format!("key file {}", path.display())),
        )
    };
    if mode & OTHERS != 0 {
        return compare(format!("mode {mode:04o}")).refuse(format!(
            "Other users of this machine may use the key, and with it act as this role: `chmod 0400 \
             {}`.",
            path.display()
        ));
    }
    if *owner != 0 && owner != reader {
        return compare(format!("a file of user {owner}, read by user {reader}")).refuse(format!(
            "Another user may change the key: `chown {reader} {}`.",
            path.display()
        ));
    }
    if let Some(folder) = loose {
        return compare(format!("{} may be written by others", folder.display())).refuse(format!(
            "Other users may put another key there: `chmod go-w {}`.",
            folder.display()
        ));
    }
    compare(format!("mode {mode:04o}")).holds()
}
