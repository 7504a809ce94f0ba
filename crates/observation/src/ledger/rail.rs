//! The rail: a publisher's pointers to data, and the final observations that they are linked to.

use alloy_primitives::{Address, B256, U64, keccak256};
use alloy_sol_types::SolEvent as _;
use eth_rpc::transaction::Log;
use serde_json::json;

use super::account::{Account, Call};
use super::error::{LedgerError, unread};
use super::state::Ledger;
use crate::contracts::EveryChannelRail::{
    Stored, ledgerCall, linkCall, linkToCall, pointerCall, storeCall,
};

/// A pointer as the chain has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pointer {
    pub manifest_hash: B256,
    pub locator_hash: B256,
    /// Of the event; `None` where the node does not give it, or gives another one.
    pub locator: Option<String>,
    /// The slot that it is linked to.
    pub slot: Option<B256>,
}

impl Ledger {
    /// Looks whether a rail is this ledger's.
    pub async fn check_rail(&self, rail: Address) -> Result<(), LedgerError> {
        let found = self.read(rail, &ledgerCall {}).await?;
        let is_its = found == self.address;
        is_its.then_some(()).ok_or(LedgerError::OtherRail { rail, found, ledger: self.address })
    }

    pub async fn store(
        &self,
        (rail, publisher): (Address, &Account),
        key: B256,
        manifest: B256,
        locator: &str,
    ) -> Result<(), LedgerError> {
        let call = storeCall { key, manifestHash: manifest, locator: locator.to_owned() };
        publisher.send(Call::of(rail, &call, "storing a pointer")).await.map(drop)
    }

    pub async fn link(
        &self,
        (rail, publisher): (Address, &Account),
        key: B256,
        slot: B256,
    ) -> Result<(), LedgerError> {
        let call = linkToCall { key, slot };
        publisher.send(Call::of(rail, &call, "linking a pointer")).await.map(drop)
    }

    /// `None` where the publisher has none of that name.
    pub async fn pointer(
        &self,
        rail: Address,
        publisher: Address,
        key: B256,
    ) -> Result<Option<Pointer>, LedgerError> {
        let stored = self.read(rail, &pointerCall { publisher, key }).await?;
        if stored.manifestHash.is_zero() {
            return Ok(None);
        }
        let slot = self.read(rail, &linkCall { publisher, key }).await?;
        let filter = json!([{
            "address": rail, "fromBlock": U64::ZERO, "toBlock": "latest",
            "topics": [Stored::SIGNATURE_HASH, publisher.into_word(), key],
        }]);
        let logs = self.rpc().request::<Vec<Log>>("eth_getLogs", filter).await;
        let logs = logs.map_err(unread(self.rpc(), "the pointers that were stored"));
        let event = |log: &Log| Stored::decode_raw_log(log.topics.iter().copied(), &log.data).ok();
        let locators = logs.iter().flatten().rev().filter_map(event).map(|event| event.locator);
        let locator = locators.into_iter().find(|it| keccak256(it) == stored.locatorHash);
        Ok(Some(Pointer {
            manifest_hash: stored.manifestHash,
            locator_hash: stored.locatorHash,
            locator,
            slot: (!slot.is_zero()).then_some(slot),
        }))
    }
}
