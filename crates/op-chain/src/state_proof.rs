//! Proofs of an account and of places in its storage (EIP-1186), against a block's state root.

use alloy_primitives::{B256, keccak256};
use alloy_trie::{Nibbles, TrieAccount, proof::verify_proof};
use eth_rpc::AccountProof;

/// What of a proof does not hold.
#[derive(Debug, thiserror::Error)]
pub enum StateProofError {
    /// The account, by the state root.
    #[error("its account does not follow from state root {0}")]
    Account(B256),
    /// A place of its storage.
    #[error("place {0} does not follow from its storage root")]
    Place(B256),
}

/// Whether the account, and each place that the proof tells of, follow from the state root.
pub fn verify(proof: &AccountProof, state_root: B256) -> Result<(), StateProofError> {
    let account = TrieAccount {
        nonce: proof.nonce.to(),
        balance: proof.balance,
        storage_root: proof.storage_hash,
        code_hash: proof.code_hash,
    };
    let path = Nibbles::unpack(keccak256(proof.address));
    verify_proof(state_root, path, Some(alloy_rlp::encode(account)), &proof.account_proof)
        .map_err(|_| StateProofError::Account(state_root))?;
    for place in &proof.storage_proof {
        let key = B256::from(place.key);
        // A place with nothing in it is not in the trie.
        let value = (!place.value.is_zero()).then(|| alloy_rlp::encode(place.value));
        verify_proof(proof.storage_hash, Nibbles::unpack(keccak256(key)), value, &place.proof)
            .map_err(|_| StateProofError::Place(key))?;
    }
    Ok(())
}
