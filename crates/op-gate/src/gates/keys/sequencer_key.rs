//! The sequencer's P2P key is the unsafe block signer.

use crate::gates::keys::role::key_is;
use crate::{config::Service, finding::Finding, gate::Gate, read::Facts};

const GATE: Gate = Gate::SequencerKey;

pub(crate) fn judge(service: &Service, facts: &Facts) -> Vec<Finding> {
    let system_config = facts.rollup.l1_system_config_address;
    let on_chain =
        format!("SystemConfig.unsafeBlockSigner() at {system_config} on {}", facts.l1.endpoint);
    key_is(
        GATE,
        service,
        facts,
        &facts.l1.unsafe_block_signer,
        &on_chain,
        "Give the sequencer the key of the expected address (--p2p.sequencer.key), or rotate \
         with SystemConfig.setUnsafeBlockSigner. Followers reject blocks signed by any other \
         key.",
    )
}
