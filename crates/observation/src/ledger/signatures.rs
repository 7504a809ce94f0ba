//! Attestations that a witness signs without a chain (EIP-712), for others to bring.

use alloy_primitives::{Address, B256, Bytes, Signature as Ecdsa};
use alloy_sol_types::{Eip712Domain, SolStruct as _, eip712_domain, sol};
use eth_rpc::key::SecretKey;
use serde::{Deserialize, Serialize};

use super::choice::{self, Choice, SignedBefore};
use super::error::LedgerError;
use super::signed::Signed;
use crate::observation::Observation;

sol! {
    struct Attestation {
        bytes32 observationHash;
        uint64 registryEpoch;
    }
}

/// For what a signature holds: one ledger on one chain, and one state of its registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Domain {
    pub chain_id: u64,
    pub ledger: Address,
    pub registry_epoch: u64,
}

/// An attestation off chain, as a line of a file has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Signature {
    #[serde(flatten)]
    pub domain: Domain,
    pub witness: Address,
    pub observation: Observation,
    /// r, s, v.
    pub signature: Bytes,
}

impl Domain {
    /// The hash that a witness signs.
    #[must_use]
    pub fn digest(&self, observation_hash: B256) -> B256 {
        let domain: Eip712Domain = eip712_domain! {
            name: "EveryChannelObservationLedger",
            version: "1",
            chain_id: self.chain_id,
            verifying_contract: self.ledger,
        };
        let message =
            Attestation { observationHash: observation_hash, registryEpoch: self.registry_epoch };
        message.eip712_signing_hash(&domain)
    }
}

impl Signature {
    /// As the ledger takes it: s in the lower half, v 27 or 28. Some programs write another form.
    pub(super) fn canonical(&self) -> Bytes {
        let read = Ecdsa::from_raw(&self.signature);
        read.map_or_else(|_| self.signature.clone(), |read| read.normalized_s().as_bytes().into())
    }

    /// Whether names, hashes, witness and signature belong together.
    pub fn check(&self) -> Result<(), String> {
        self.observation.check()?;
        let digest = self.domain.digest(self.observation.observation_hash);
        let signature = Ecdsa::from_raw(&self.signature).map_err(|error| error.to_string())?;
        match signature.recover_address_from_prehash(&digest) {
            Ok(signer) if signer == self.witness => Ok(()),
            Ok(signer) => {
                Err(format!("expected a signature of {}, found one of {signer}", self.witness))
            }
            Err(error) => Err(format!("it is signed by nobody: {error}")),
        }
    }
}

/// Signs observations, each stream's in their order. What the key signed before in their slots is asked from the
/// journal, and what must not be signed is left out.
pub fn sign(
    key: &SecretKey,
    journals: &std::path::Path,
    domain: Domain,
    observations: &[Observation],
) -> Result<(Vec<Signature>, Vec<SignedBefore>), LedgerError> {
    let witness = key.address();
    let mut signed = Signed::open(journals, domain.chain_id, domain.ledger, witness)?;
    let Choice { open, refused } = choice::offline(observations, signed.known()?);
    if !signed.note(&open)? {
        return Err(LedgerError::SignedMeanwhile { journal: signed.path });
    }
    let signatures = open.into_iter().map(|observation| {
        let digest = domain.digest(observation.observation_hash);
        let signature = key.sign(digest)?.as_bytes().into();
        Ok(Signature { domain, witness, observation, signature })
    });
    Ok((signatures.collect::<Result<_, LedgerError>>()?, refused))
}

#[cfg(test)]
mod tests {
    use alloy_primitives::{U256, uint};

    use super::*;
    use crate::observation::example;

    /// The order of secp256k1.
    const N: U256 = uint!(0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141_U256);

    #[test]
    fn each_form_of_a_signature_is_brought_in_one() {
        let domain = Domain { chain_id: 1, ledger: Address::ZERO, registry_epoch: 1 };
        let key = SecretKey::generate().unwrap();
        let observation = example("a", 1, 1);
        let signed = key.sign(domain.digest(observation.observation_hash)).unwrap();
        let right: Bytes = signed.as_bytes().into();
        let form = |s: U256, v: u8| {
            let bytes = [&right[..32], &s.to_be_bytes::<32>()[..], &[v]].concat();
            Signature {
                domain,
                witness: key.address(),
                observation: observation.clone(),
                signature: bytes.into(),
            }
        };
        let (s, v) = (signed.s(), right[64]);
        for other in [form(s, v), form(s, v - 27), form(N - s, 55 - v), form(N - s, 28 - v)] {
            assert!(Ecdsa::from_raw(&other.signature).is_ok(), "{:?}", other.signature);
            assert_eq!(other.canonical(), right);
        }
    }
}
