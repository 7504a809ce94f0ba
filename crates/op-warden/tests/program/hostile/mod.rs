//! Every command that talks to nodes, before nodes that mean harm: it ends in time and in little memory, never
//! with a pass, and nothing that it leaves holds a secret or steers who reads it.

mod judged;
mod proven;
mod watching;

use test_kit::hostile::{Hostility, suite};

#[test]
fn no_command_is_harmed() {
    let mut cases = Vec::new();
    // The longest first.
    for kind in Hostility::ALL {
        proven::cases(kind, &mut cases);
    }
    for kind in Hostility::ALL {
        watching::cases(kind, &mut cases);
    }
    for kind in Hostility::ALL {
        judged::cases(kind, &mut cases);
    }
    suite::run(cases);
}
