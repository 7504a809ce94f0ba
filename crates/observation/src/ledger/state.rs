//! What the chain says of observations.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, U64};
use alloy_sol_types::{SolCall, SolEvent as _};
use eth_rpc::{Batch, Rpc, transaction::Log};
use serde_json::json;

use super::error::{LedgerError, unread};
use crate::contracts::EveryChannelObservationLedger::{
    Head, Proposed, attestationsCall, finalizedCall, hasAttestedCall, headCall, includesCall,
    proposedCall, registryCall,
};
use crate::contracts::EveryChannelWitnessRegistry::{Set, isWitnessCall, setCall};
use crate::{header::ObservationHeader, observation::Observation, proof::Proof};

/// Observations that are asked for at a time.
const AT_ONCE: usize = 100;

#[derive(Debug, Clone)]
pub struct Ledger {
    rpc: Rpc,
    pub chain_id: u64,
    pub address: Address,
    pub registry: Address,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State {
    pub proposed: bool,
    /// How many present members have attested to it.
    pub attestations: u64,
    /// The slot's final observation.
    pub finalized: Option<B256>,
    /// Whether the witness that was asked about has attested to it.
    pub attested: bool,
}

impl Ledger {
    /// Looks whether there is a ledger at an address.
    pub async fn open(rpc: Rpc, address: Address) -> Result<Self, LedgerError> {
        let mut batch = Batch::default();
        let (chain_id, registry) = (batch.chain_id(), batch.call(address, &registryCall {}));
        let answers = rpc.send(batch).await;
        let chain = answers.take(&chain_id).map_err(unread(&rpc, "the chain id"))?.to();
        let registry = answers.take(&registry).map_err(|source| LedgerError::NoLedger {
            address,
            chain,
            source,
        })?;
        Ok(Self { rpc, chain_id: chain, address, registry })
    }

    pub async fn read<C: SolCall>(
        &self,
        from: Address,
        call: &C,
    ) -> Result<C::Return, LedgerError> {
        let mut batch = Batch::default();
        let slot = batch.call(from, call);
        self.rpc.send(batch).await.take(&slot).map_err(unread(&self.rpc, C::SIGNATURE))
    }

    #[must_use]
    pub fn rpc(&self) -> &Rpc {
        &self.rpc
    }

    /// Whether an address is a member now.
    pub async fn is_witness(&self, witness: Address) -> Result<bool, LedgerError> {
        self.read(self.registry, &isWitnessCall { witness }).await
    }

    pub async fn set(&self) -> Result<Set, LedgerError> {
        self.read(self.registry, &setCall {}).await
    }

    /// The last final observation of a stream; all zero while there is none.
    pub async fn head(&self, stream_hash: B256) -> Result<Head, LedgerError> {
        self.read(self.address, &headCall { streamHash: stream_hash }).await
    }

    /// The states of observations, in their order; with `witness`, who is a member, also whether that one has
    /// attested.
    pub async fn states(
        &self,
        observations: &[Observation],
        witness: Option<Address>,
    ) -> Result<Vec<State>, LedgerError> {
        let mut states = Vec::with_capacity(observations.len());
        for observations in observations.chunks(AT_ONCE) {
            let mut batch = Batch::default();
            let slots: Vec<_> = observations
                .iter()
                .map(|own| {
                    let hash = own.observation_hash;
                    (
                        batch.call(self.address, &proposedCall { observationHash: hash }),
                        batch.call(self.address, &attestationsCall { observationHash: hash }),
                        batch.call(self.address, &finalizedCall { slot: own.slot }),
                        witness.map(|witness| {
                            let call = hasAttestedCall { observationHash: hash, witness };
                            batch.call(self.address, &call)
                        }),
                    )
                })
                .collect();
            let answers = self.rpc.send(batch).await;
            let unread = || unread(&self.rpc, "the observations");
            for (proposed, attestations, finalized, attested) in slots {
                let finalized = answers.take(&finalized).map_err(unread())?;
                states.push(State {
                    proposed: answers.take(&proposed).map_err(unread())?,
                    attestations: answers.take(&attestations).map_err(unread())?.saturating_to(),
                    finalized: (!finalized.is_zero()).then_some(finalized),
                    attested: match attested {
                        Some(attested) => answers.take(&attested).map_err(unread())?,
                        None => false,
                    },
                });
            }
        }
        Ok(states)
    }

    /// Whether the chain takes an entry for a part of an observation that is final.
    pub async fn includes(&self, proof: &Proof) -> Result<bool, LedgerError> {
        let call = includesCall {
            header: proof.observation.header.clone(),
            entry: proof.entry.clone(),
            index: proof.index,
            count: proof.observation.entries,
            path: proof.path.clone(),
        };
        self.read(self.address, &call).await
    }

    /// What else was proposed in the slots of observations since a block, by slot.
    pub async fn rivals(
        &self,
        observations: &[Observation],
        from_block: u64,
    ) -> Result<BTreeMap<B256, Vec<ObservationHeader>>, LedgerError> {
        let mut rivals = BTreeMap::<B256, Vec<ObservationHeader>>::new();
        for observations in observations.chunks(AT_ONCE) {
            let own: BTreeMap<B256, B256> =
                observations.iter().map(|own| (own.slot, own.observation_hash)).collect();
            let slots: Vec<&B256> = own.keys().collect();
            let filter = json!([{
                "address": self.address,
                "fromBlock": U64::from(from_block),
                "toBlock": "latest",
                "topics": [Proposed::SIGNATURE_HASH, slots],
            }]);
            let logs: Vec<Log> = self
                .rpc
                .request("eth_getLogs", filter)
                .await
                .map_err(unread(&self.rpc, "the proposals"))?;
            for log in logs {
                let Ok(event) = Proposed::decode_raw_log(log.topics.iter().copied(), &log.data)
                else {
                    continue;
                };
                if own.get(&event.slot).is_some_and(|hash| *hash != event.observationHash) {
                    rivals.entry(event.slot).or_default().push(event.header);
                }
            }
        }
        Ok(rivals)
    }
}

/// The fields in which two observations differ.
#[must_use]
pub fn difference(own: &ObservationHeader, other: &ObservationHeader) -> Vec<&'static str> {
    let fields = [
        ("parentObservationHash", own.parentObservationHash != other.parentObservationHash),
        ("dataRoot", own.dataRoot != other.dataRoot),
        ("locatorHash", own.locatorHash != other.locatorHash),
        ("observedUnixMs", own.observedUnixMs != other.observedUnixMs),
        ("sequence", own.sequence != other.sequence),
    ];
    fields.into_iter().filter_map(|(name, differs)| differs.then_some(name)).collect()
}
