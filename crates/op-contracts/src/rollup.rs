//! The chain's `rollup.json`.

use alloy_primitives::{Address, B256};
use op_chain::rollup::{Anchor, BlockId, RollupConfig, SystemConfig};
use serde_json::{Map, Value, json};

use crate::proxies::Proxies;
use crate::spec::{ChainSpec, L2_BLOCK_TIME, L2_GAS_LIMIT};

/// The rollup configuration of a chain that begins at `l1_origin` with the given L2 genesis block.
pub(crate) fn config(
    spec: &ChainSpec,
    proxies: &Proxies,
    l1_origin: BlockId,
    l2_genesis: B256,
    l2_time: u64,
) -> RollupConfig {
    let forks = spec.forks.times(l2_time);
    RollupConfig {
        genesis: Anchor {
            l1: l1_origin,
            l2: BlockId { hash: l2_genesis, number: 0 },
            l2_time,
            system_config: SystemConfig {
                batcher: spec.roles.batcher,
                scalar: spec.scalars.pack(),
                gas_limit: L2_GAS_LIMIT,
                other: later_system_config(forks.holocene_time == Some(0)),
            },
        },
        block_time: L2_BLOCK_TIME,
        max_sequencer_drift: 600,
        seq_window_size: 3600,
        channel_timeout: 300,
        l1_chain_id: spec.l1_chain_id,
        l2_chain_id: spec.l2_chain_id,
        forks,
        batch_inbox_address: batch_inbox(spec.l2_chain_id),
        deposit_contract_address: proxies.optimism_portal,
        l1_system_config_address: proxies.system_config,
        other: Map::from_iter([
            ("protocol_versions_address".to_owned(), json!(proxies.protocol_versions)),
            ("chain_op_config".to_owned(), fee_market()),
        ]),
    }
}

/// The parameters of the L2 fee market, as genesis.json and rollup.json both hold them.
pub(crate) fn fee_market() -> Value {
    json!({ "eip1559Elasticity": 6, "eip1559Denominator": 50, "eip1559DenominatorCanyon": 250 })
}

/// Where the batcher sends its transactions: 0xff, then the chain id in decimal digits.
pub(crate) fn batch_inbox(l2_chain_id: u64) -> Address {
    let digits = format!("{l2_chain_id:038}");
    let mut inbox = [0xff; 20];
    for (byte, pair) in inbox[1..].iter_mut().zip(digits.as_bytes().chunks(2)) {
        *byte = pair.iter().fold(0, |byte, digit| byte << 4 | (digit - b'0'));
    }
    inbox.into()
}

/// Fields of the system config besides those that every chain has.
fn later_system_config(holocene: bool) -> Map<String, Value> {
    let mut fields = Map::from_iter([("overhead".to_owned(), json!(B256::ZERO))]);
    if holocene {
        // All zero: the fee market of the chain config holds.
        fields.insert("eip1559Params".to_owned(), json!("0x0000000000000000"));
        fields.insert("operatorFeeParams".to_owned(), json!(B256::ZERO));
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::address;

    #[test]
    fn the_inbox_spells_the_chain_id() {
        assert_eq!(batch_inbox(901), address!("ff00000000000000000000000000000000000901"));
        assert_eq!(batch_inbox(11_155_420), address!("ff00000000000000000000000000000011155420"));
    }
}
