//! Bringing what witnesses signed without a chain.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256};

use super::account::{Account, Call};
use super::act::{Done, FINAL_GAS};
use super::error::LedgerError;
use super::signatures::{Domain, Signature};
use super::state::{Ledger, State, Word};
use crate::contracts::EveryChannelObservationLedger::{Attested, attestBySignaturesCall};
use crate::observation::Observation;

/// Signatures in a transaction.
const BATCH: usize = 32;

/// What became of signatures.
#[derive(Debug, Default)]
pub struct Relayed {
    pub done: Done,
    /// Left out, each with the reason.
    pub left_out: Vec<(Signature, String)>,
}

/// What is brought, in the order of streams and sequences.
type Places = BTreeMap<(String, u64, B256), Vec<Signature>>;

impl Ledger {
    /// Brings signatures, streams by name and each from its first observation on; what is there already is passed
    /// over. Anybody may.
    pub async fn relay(
        &self,
        account: &Account,
        signatures: Vec<Signature>,
    ) -> Result<Relayed, LedgerError> {
        let registry_epoch = self.set().await?.epoch;
        let present = Domain { chain_id: self.chain_id, ledger: self.address, registry_epoch };
        let mut by_witness = BTreeMap::<Address, Vec<Signature>>::new();
        let mut relayed = Relayed::default();
        for signature in signatures {
            match objection(&signature.domain, &present) {
                Some(reason) => relayed.left_out.push((signature, reason)),
                None => by_witness.entry(signature.witness).or_default().push(signature),
            }
        }
        let mut places = Places::new();
        for (witness, signatures) in by_witness {
            self.sort(witness, signatures, &mut places, &mut relayed).await?;
        }
        for signatures in places.into_values() {
            for chunk in signatures.chunks(BATCH) {
                match self.bring(account, registry_epoch, chunk, &mut relayed.done).await {
                    // One of them spoils these, and not the others.
                    Err(LedgerError::Refused { reason, .. }) => {
                        let left_out = chunk.iter().map(|it| (it.clone(), reason.clone()));
                        relayed.left_out.extend(left_out);
                    }
                    brought => brought?,
                }
            }
        }
        Ok(relayed)
    }

    /// Looks which of a witness' signatures are of use.
    async fn sort(
        &self,
        witness: Address,
        signatures: Vec<Signature>,
        places: &mut Places,
        relayed: &mut Relayed,
    ) -> Result<(), LedgerError> {
        if !self.is_witness(witness).await? {
            let reason = format!("{witness} is no witness now");
            relayed.left_out.extend(signatures.into_iter().map(|it| (it, reason.clone())));
            return Ok(());
        }
        let observations: Vec<Observation> =
            signatures.iter().map(|signature| signature.observation.clone()).collect();
        let states = self.states(&observations, Some(witness), None).await?;
        for (signature, state) in signatures.into_iter().zip(states) {
            match use_of(&signature.observation, &state) {
                Use::Done => {}
                Use::None(reason) => relayed.left_out.push((signature, reason)),
                Use::Good => {
                    let own = &signature.observation;
                    let place = (own.stream.clone(), own.header.sequence, own.observation_hash);
                    let there = places.entry(place).or_default();
                    if there.iter().all(|known| known.witness != witness) {
                        there.push(signature);
                    }
                }
            }
        }
        Ok(())
    }

    /// Brings signatures of one observation.
    async fn bring(
        &self,
        account: &Account,
        registry_epoch: u64,
        signatures: &[Signature],
        done: &mut Done,
    ) -> Result<(), LedgerError> {
        let Some(first) = signatures.first() else { return Ok(()) };
        let call = attestBySignaturesCall {
            header: first.observation.header.clone(),
            registryEpoch: registry_epoch,
            signatures: signatures.iter().map(Signature::canonical).collect(),
        };
        let what = format!("relaying {} signatures", signatures.len());
        let call = Call { reserve: FINAL_GAS, ..Call::of(self.address, &call, &what) };
        let receipt = account.send(call).await?;
        done.add(&receipt);
        done.observations += self.logged::<Attested>(&receipt).count();
        Ok(())
    }
}

/// Why a signature is not for this ledger, or not for its present witnesses.
fn objection(given: &Domain, present: &Domain) -> Option<String> {
    let Domain { chain_id, ledger, registry_epoch } = given;
    if (*chain_id, *ledger) != (present.chain_id, present.ledger) {
        return Some(format!("it is for the ledger {ledger} on chain {chain_id}"));
    }
    (*registry_epoch != present.registry_epoch).then(|| {
        format!(
            "it was signed for state {registry_epoch} of the registry, which is in state {}: sign it again",
            present.registry_epoch
        )
    })
}

/// Of what use a witness' signature is.
enum Use {
    Good,
    /// It is on the ledger, or its observation is final.
    Done,
    None(String),
}

fn use_of(own: &Observation, state: &State) -> Use {
    match (state.finalized, state.word) {
        (Some(hash), _) if hash == own.observation_hash => Use::Done,
        (Some(hash), _) => Use::None(format!("{hash} is final in its slot")),
        (None, Word::This) => Use::Done,
        (None, Word::Other) => Use::None("the witness attested to another one of the slot".into()),
        (None, Word::None) if !state.proposed => {
            Use::None("it is proposed by nobody: `ec-observe submit` proposes it".into())
        }
        (None, Word::None) => Use::Good,
    }
}
