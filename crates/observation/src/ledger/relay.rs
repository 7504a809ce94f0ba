//! Bringing what witnesses signed without a chain.

use std::collections::BTreeMap;

use super::account::{Account, Call};
use super::act::Done;
use super::error::LedgerError;
use super::signatures::{Domain, Signature};
use super::state::{Ledger, Word};
use crate::contracts::EveryChannelObservationLedger::{Attested, attestBySignaturesCall};
use crate::observation::Observation;

/// Signatures in a transaction.
const BATCH: usize = 32;
/// Gas that an observation takes if it becomes final in the meantime.
const FINAL_GAS: u64 = 60_000;

/// What became of signatures.
#[derive(Debug, Default)]
pub struct Relayed {
    pub done: Done,
    /// Left out, each with the reason.
    pub left_out: Vec<(Signature, String)>,
}

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
        let mut relayed = Relayed::default();
        let mut places = BTreeMap::<_, (Observation, Vec<Signature>)>::new();
        for signature in signatures {
            let own = &signature.observation;
            let place = (own.stream.clone(), own.header.sequence, own.observation_hash);
            match self.objection(&signature, &present).await? {
                Some(reason) => relayed.left_out.push((signature, reason)),
                None => places
                    .entry(place)
                    .or_insert_with(|| (signature.observation.clone(), Vec::new()))
                    .1
                    .push(signature),
            }
        }
        for (own, signatures) in places.into_values() {
            self.bring(account, &own, signatures, registry_epoch, &mut relayed).await?;
        }
        Ok(relayed)
    }

    /// Why a signature is not of use here.
    async fn objection(
        &self,
        signature: &Signature,
        present: &Domain,
    ) -> Result<Option<String>, LedgerError> {
        let Domain { chain_id, ledger, registry_epoch } = signature.domain;
        if (chain_id, ledger) != (present.chain_id, present.ledger) {
            return Ok(Some(format!("it is for the ledger {ledger} on chain {chain_id}")));
        }
        if registry_epoch != present.registry_epoch {
            return Ok(Some(format!(
                "it was signed for state {registry_epoch} of the registry, which is in state {}: sign it again",
                present.registry_epoch
            )));
        }
        let is_witness = self.is_witness(signature.witness).await?;
        Ok((!is_witness).then(|| format!("{} is no witness now", signature.witness)))
    }

    async fn bring(
        &self,
        account: &Account,
        own: &Observation,
        signatures: Vec<Signature>,
        registry_epoch: u64,
        relayed: &mut Relayed,
    ) -> Result<(), LedgerError> {
        let mut news = Vec::new();
        for signature in signatures {
            let of_one = std::slice::from_ref(own);
            let states = self.states(of_one, Some(signature.witness), None).await?;
            let Some(state) = states.first() else { continue };
            let known: &Vec<Signature> = &news;
            let is_twice = known.iter().any(|known| known.witness == signature.witness);
            let reason = match (state.finalized, state.word) {
                (Some(hash), _) if hash == own.observation_hash => continue,
                (Some(hash), _) => Some(format!("{hash} is final in its slot")),
                (None, Word::This) => continue,
                (None, Word::Other) => {
                    Some("the witness attested to another one of the slot".into())
                }
                (None, Word::None) if !state.proposed => {
                    Some("it is proposed by nobody: `ec-observe submit` proposes it".into())
                }
                (None, Word::None) if is_twice => continue,
                (None, Word::None) => None,
            };
            match reason {
                Some(reason) => relayed.left_out.push((signature, reason)),
                None => news.push(signature),
            }
        }
        for chunk in news.chunks(BATCH) {
            let call = attestBySignaturesCall {
                header: own.header.clone(),
                registryEpoch: registry_epoch,
                signatures: chunk.iter().map(|signature| signature.signature.clone()).collect(),
            };
            let what = format!("relaying {} signatures", chunk.len());
            let call = Call { reserve: FINAL_GAS, ..Call::of(self.address, &call, &what) };
            let receipt = account.send(call).await?;
            relayed.done.add(&receipt);
            relayed.done.observations += self.logged::<Attested>(&receipt).count();
        }
        Ok(())
    }
}
