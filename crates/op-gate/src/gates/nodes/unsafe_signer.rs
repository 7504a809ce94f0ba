//! Followers take unsafe blocks from one signer only, and L1 says who it is.

use alloy_primitives::Address;

use crate::finding::{Comparison, Finding, with};
use crate::{config::Service, gate::Gate, read::Facts};

const GATE: Gate = Gate::UnsafeSigner;
const MEND: &str = "\
    The contract names nobody, so every unsafe block is rejected: the chain's owner sets one \
    with SystemConfig.setUnsafeBlockSigner.";

pub(crate) fn judge(_: &Service, facts: &Facts) -> Vec<Finding> {
    let source = format!(
        "SystemConfig.unsafeBlockSigner() at {} on {}",
        facts.rollup.l1_system_config_address, facts.l1.endpoint
    );
    vec![with(&facts.l1.unsafe_block_signer, GATE, "a signer", &source, |&signer| {
        Comparison::new(GATE, ("the address of a signer", "op-node"), (signer, &source))
            .refuse_unless(signer != Address::ZERO, MEND)
    })]
}
