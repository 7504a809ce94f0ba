//! What the chain says of observations.

use alloy_primitives::{Address, B256};
use alloy_sol_types::SolCall;
use eth_rpc::{Batch, BlockHead, Rpc, Unread};

use super::error::{LedgerError, is_on, unread};
use crate::contracts::EveryChannelObservationLedger::{
    Head, attestationsCall, finalizedCall, hasAttestedCall, hasAttestedInCall, headCall,
    includesCall, proposedCall, registryCall,
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
    /// What the witness that was asked about has attested to.
    pub word: Word,
}

/// What a witness has attested to in a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// Nothing.
    None,
    /// This observation.
    This,
    /// Another one.
    Other,
}

impl Ledger {
    /// Looks whether there is a ledger at an address, of a certain chain if one is given.
    pub async fn open(
        rpc: Rpc,
        address: Address,
        expected: Option<u64>,
    ) -> Result<Self, LedgerError> {
        let mut batch = Batch::default();
        let (chain_id, registry) = (batch.chain_id(), batch.call(address, &registryCall {}));
        let answers = rpc.send(batch).await;
        let chain = answers.take(&chain_id).map_err(unread(&rpc, "the chain id"))?.to();
        is_on(&rpc, expected.unwrap_or(chain), chain)?;
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

    pub async fn newest_block(&self) -> Result<BlockHead, LedgerError> {
        let mut batch = Batch::default();
        let head = batch.head("latest");
        let head = self.rpc.send(batch).await.take(&head);
        let none = || Unread::Malformed("there is no newest block".to_owned());
        head.and_then(|head| head.ok_or_else(none)).map_err(unread(&self.rpc, "the newest block"))
    }

    /// The states of observations, in their order; with `witness`, who is a member, also what that one has
    /// attested to. After the newest block, or after one by its hash.
    pub async fn states(
        &self,
        observations: &[Observation],
        witness: Option<Address>,
        at: Option<B256>,
    ) -> Result<Vec<State>, LedgerError> {
        let mut states = Vec::with_capacity(observations.len());
        for observations in observations.chunks(AT_ONCE) {
            let mut batch = at.map_or_else(Batch::default, Batch::at);
            let slots: Vec<_> = observations
                .iter()
                .map(|own| {
                    let hash = own.observation_hash;
                    (
                        batch.call(self.address, &proposedCall { observationHash: hash }),
                        batch.call(self.address, &attestationsCall { observationHash: hash }),
                        batch.call(self.address, &finalizedCall { slot: own.slot }),
                        witness.map(|witness| {
                            let this = hasAttestedCall { observationHash: hash, witness };
                            let any = hasAttestedInCall { slot: own.slot, witness };
                            (batch.call(self.address, &this), batch.call(self.address, &any))
                        }),
                    )
                })
                .collect();
            let answers = self.rpc.send(batch).await;
            let unread = || unread(&self.rpc, "the observations");
            for (proposed, attestations, finalized, word) in slots {
                let finalized = answers.take(&finalized).map_err(unread())?;
                states.push(State {
                    proposed: answers.take(&proposed).map_err(unread())?,
                    attestations: answers.take(&attestations).map_err(unread())?.saturating_to(),
                    finalized: (!finalized.is_zero()).then_some(finalized),
                    word: match word {
                        Some((this, _)) if answers.take(&this).map_err(unread())? => Word::This,
                        Some((_, any)) if answers.take(&any).map_err(unread())? => Word::Other,
                        _ => Word::None,
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
