//! genesis.json and rollup.json can be read.

use std::time::Duration;

use crate::finding::{Comparison, Finding};
use crate::read::{Facts, error::FactsError};
use crate::{config::Service, gate::Gate};

const GATE: Gate = Gate::ChainFiles;
const MEND: &str = "\
    Look at the L1 endpoint and at the disk: one of them is too slow. deadlineSeconds can be \
    raised.";

pub(crate) fn judge(_: &Service, facts: &Facts) -> Vec<Finding> {
    let chain = &facts.config.chain;
    vec![
        Comparison::new(
            GATE,
            ("genesis.json and rollup.json", "the configuration"),
            ("both", format!("{}, {}", chain.genesis.display(), chain.rollup.display())),
        )
        .holds(),
    ]
}

/// The finding of every service while there are no facts.
pub(crate) fn unusable(error: &FactsError) -> Finding {
    let expected = match error {
        FactsError::NoUrl { what, .. } | FactsError::NotUrl { what, .. } => {
            ("the URL of the L1's JSON-RPC endpoint", format!("{what} of the configuration"))
        }
        _ => ("genesis.json, rollup.json and usable endpoints", "the configuration".to_owned()),
    };
    Comparison::new(GATE, expected, (error, "this host")).for_error(error)
}

pub(crate) fn too_late(deadline: Duration) -> Finding {
    Comparison::new(
        GATE,
        (format!("a judgement within {deadline:?}"), "deadlineSeconds of the configuration"),
        ("none", "this host"),
    )
    .wait(MEND)
}
