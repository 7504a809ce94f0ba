//! What waits in an engine's pool of transactions.

use std::collections::BTreeMap;

use alloy_primitives::{U64, U256};
use eth_rpc::{Answers, Batch, Reading, Slot};
use serde::Deserialize;
use serde_json::json;

/// What op-geth's miner takes at least beside the base fee, in wei (`miner.gasprice`).
const TIP: u64 = 1_000_000;

pub(crate) struct Slots {
    status: Slot<Status>,
    closely: Option<(Slot<Content>, Slot<Option<Block>>)>,
}

#[derive(Deserialize)]
struct Status {
    pending: U64,
}

#[derive(Deserialize)]
struct Content {
    /// By sender and nonce.
    pending: BTreeMap<String, BTreeMap<String, Fees>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Fees {
    gas_price: Option<U256>,
    max_fee_per_gas: Option<U256>,
    max_priority_fee_per_gas: Option<U256>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Block {
    base_fee_per_gas: U256,
}

impl Slots {
    pub(crate) fn ask(batch: &mut Batch, closely: bool) -> Self {
        let status = batch.request("txpool_status", json!([]));
        let closely = closely.then(|| {
            let content = batch.request("txpool_content", json!([]));
            (content, batch.request("eth_getBlockByNumber", ("latest", false)))
        });
        Self { status, closely }
    }

    pub(crate) fn waiting(&self, answers: &Answers) -> Reading<u64> {
        answers.take(&self.status).map(|status| status.pending.to())
    }

    /// `None` where it is not known: of a pool that is too long to be read, somebody does.
    pub(crate) fn anybody_pays(&self, answers: &Answers) -> Option<bool> {
        let (content, block) = self.closely.as_ref()?;
        let content = answers.take(content).ok()?;
        let base = answers.take(block).ok()??.base_fee_per_gas;
        let mut fees = content.pending.values().flat_map(BTreeMap::values);
        Some(fees.any(|fees| fees.are_enough(base)))
    }
}

impl Fees {
    fn are_enough(&self, base: U256) -> bool {
        let Some(most) = self.max_fee_per_gas.or(self.gas_price) else { return true };
        let tip = self.max_priority_fee_per_gas.or(self.gas_price).unwrap_or_default();
        let tip = tip.min(most.saturating_sub(base));
        most >= base && tip >= U256::from(TIP)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_pays_too_little_waits_for_cheaper_times() {
        let base = U256::from(1_000_000_000);
        for (fees, enough) in [
            (json!({"maxFeePerGas": "0x77359400", "maxPriorityFeePerGas": "0xf4240"}), true),
            (json!({"maxFeePerGas": "0x77359400", "maxPriorityFeePerGas": "0x1"}), false),
            (json!({"maxFeePerGas": "0x3b9aca01", "maxPriorityFeePerGas": "0xf4240"}), false),
            (json!({"maxFeePerGas": "0x1", "maxPriorityFeePerGas": "0x1"}), false),
            (json!({"gasPrice": "0x77359400"}), true),
            (json!({"gasPrice": "0x1"}), false),
        ] {
            let read: Fees = serde_json::from_value(fees.clone()).unwrap();
            assert_eq!(read.are_enough(base), enough, "{fees}");
        }
    }
}
