//! Whether L1 has to prove its state, and which place of it.

use alloy_primitives::{B256, b256};

use crate::{config::Service, gate::Gate};

/// Where `SystemConfig` keeps the unsafe block signer, `keccak256("systemconfig.unsafeblocksigner")`:
/// op-node reads it there (`node/runcfg/runtime_config.go`).
pub const SIGNER_SLOT: B256 =
    b256!("65a7ed542fb37fe237fdfbdd70b31598523fe5b32879e307bae27a0bd9581c08");

#[must_use]
pub fn are_needed(service: &Service) -> bool {
    service.gates.contains(&Gate::L1Proofs)
        && !service.command.as_ref().is_some_and(|command| command.is_on("l1.trustrpc"))
}
