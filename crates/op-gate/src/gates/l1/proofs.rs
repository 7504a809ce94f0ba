//! L1 proves its state: op-node believes no storage of `SystemConfig` without `eth_getProof`.

use alloy_primitives::{Address, B256, U256};
use eth_rpc::{AccountProof, Unread};
use op_chain::state_proof;

use crate::finding::{Answer, Comparison, Finding, with};
use crate::read::Facts;
use crate::read::l1::proofs::{SIGNER_SLOT, are_needed};
use crate::{config::Service, gate::Gate};

const GATE: Gate = Gate::L1Proofs;
const MEND: &str = "\
    Use an L1 endpoint that serves eth_getProof (a node of one's own, or another plan): op-node \
    stops without it. For an endpoint that you trust as your own node, --l1.trustrpc does \
    without.";
const UNPROVEN: &str = "\
    op-node does not believe such a proof, and stops. Use another L1 endpoint: this one answers \
    from another state, or in another form.";

pub(crate) fn judge(service: &Service, facts: &Facts) -> Vec<Finding> {
    if !are_needed(service) {
        return vec![Finding::skip(GATE, "--l1.trustrpc: op-node believes this L1 without proofs")];
    }
    let Some(proof) = &facts.l1.proof else { return Vec::new() };
    let account = facts.rollup.l1_system_config_address;
    let node = format!("eth_getProof of {account} on {}", facts.l1.endpoint);
    let expected = "a proof of SystemConfig's unsafe block signer";
    let finding = match proof {
        Err(unread @ (Unread::Unreachable(_) | Unread::Denied(_))) => {
            Finding::unread(GATE, expected, &node, unread).mended_by(MEND)
        }
        Err(unread) => Finding::unread(GATE, expected, &node, unread),
        Ok(proof) => about(proof, account, &node),
    };
    let Ok(proof) = proof else { return vec![finding] };
    if finding.answer > Answer::Pass {
        return vec![finding];
    }
    vec![finding, follows(facts, proof, &node), the_signer(facts, proof, &node)]
}

/// It is about what was asked for.
fn about(proof: &AccountProof, account: Address, node: &str) -> Finding {
    let expected = format!("a proof of {account}, place {SIGNER_SLOT}");
    let found = match proof.storage_proof.as_slice() {
        _ if proof.address != account => format!("a proof of {}", proof.address),
        _ if proof.account_proof.is_empty() => "a proof without nodes".to_owned(),
        [place] if B256::from(place.key) != SIGNER_SLOT => {
            format!("a proof of place {}", B256::from(place.key))
        }
        [_] => expected.clone(),
        places => format!("{} places", places.len()),
    };
    let holds = found == expected;
    Comparison::new(GATE, (expected, "EIP-1186"), (found, node))
        .refuse_unless(holds, "The L1 endpoint does not answer what it is asked: use another.")
}

/// It follows from the state root of the block that was asked for.
fn follows(facts: &Facts, proof: &AccountProof, node: &str) -> Finding {
    let source = format!("the newest block of {}", facts.l1.endpoint);
    with(&facts.l1.latest, GATE, "a block with a state root", &source, |block| {
        let root = block.as_ref().and_then(|block| block.state_root);
        let expected = match root {
            Some(root) => format!("a proof that follows from state root {root}"),
            None => "a state root".to_owned(),
        };
        let found = match root.map(|root| state_proof::verify(proof, root)) {
            Some(Ok(())) => expected.clone(),
            Some(Err(error)) => error.to_string(),
            None => "none".to_owned(),
        };
        let holds = found == expected;
        Comparison::new(GATE, (expected, &source), (found, node)).refuse_unless(holds, UNPROVEN)
    })
}

/// The place holds what the contract says.
fn the_signer(facts: &Facts, proof: &AccountProof, node: &str) -> Finding {
    let value = proof.storage_proof.first().map_or(U256::ZERO, |place| place.value);
    let source = format!("SystemConfig.unsafeBlockSigner() on {}", facts.l1.endpoint);
    with(&facts.l1.unsafe_block_signer, GATE, "an address", &source, |signer| {
        let found = B256::from(value);
        let holds = found == signer.into_word();
        let found = if holds { signer.to_string() } else { found.to_string() };
        Comparison::new(GATE, (signer, &source), (found, node)).refuse_unless(
            holds,
            "The L1 endpoint contradicts itself, or this SystemConfig keeps its signer \
             elsewhere, where op-node does not find it.",
        )
    })
}
