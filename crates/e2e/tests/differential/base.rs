//! Chains in which everything is right, with as many forks at genesis as one likes.

use alloy_consensus::Header;
use alloy_primitives::B256;
use op_chain::{forks::Fork, genesis::GenesisBlock};
use serde_json::{Map, Value, json};

use e2e::{devnet::Result, random::Random};

/// A genesis with Jovian, and as much of the predeploys as gates look at.
const GENESIS: &str = include_str!("../../../op-warden/tests/data/genesis.json");

/// The forks that the pinned programs know.
pub(crate) const FORKS: [&str; 10] = [
    "regolith", "canyon", "delta", "ecotone", "fjord", "granite", "holocene", "isthmus", "jovian",
    "karst",
];

/// The block times of forks after genesis are apart from each other, in seconds.
const APART: u64 = 3600;

/// A block of the L1: op-node computes the hash of the one that the chain begins at.
pub(crate) fn l1_block(number: u64, timestamp: u64) -> Header {
    Header {
        number,
        timestamp,
        state_root: B256::ZERO,
        gas_limit: 30_000_000,
        base_fee_per_gas: Some(7),
        ..Header::default()
    }
}

/// The files of a chain.
#[derive(Debug, Clone)]
pub(crate) struct Base {
    pub(crate) genesis: Value,
    pub(crate) rollup: Value,
    pub(crate) l1_origin: String,
    pub(crate) l2_hash: String,
    pub(crate) time: u64,
}

impl Base {
    /// Jovian at genesis most of the time, as new chains have it; else an older fork, and some later.
    pub(crate) fn any(random: &mut Random) -> Result<Self> {
        let at_genesis = if random.one_in(3) { 4 + random.place(5) } else { 9 };
        let scheduled = at_genesis + random.place(FORKS.len() - at_genesis + 1);
        Self::new(at_genesis, scheduled)
    }

    /// All that new chains have at genesis.
    pub(crate) fn newest() -> Result<Self> {
        Self::new(9, 9)
    }

    /// So many forks at genesis, and so many at all.
    fn new(at_genesis: usize, scheduled: usize) -> Result<Self> {
        let mut genesis: Value = serde_json::from_str(GENESIS)?;
        let time = hex(&genesis["timestamp"]).ok_or("no timestamp")?;
        let times: Map<String, Value> = (0..scheduled)
            .map(|place| {
                let later = place.saturating_sub(at_genesis) as u64 + 1;
                let at = if place < at_genesis { 0 } else { time + later * APART };
                (FORKS[place].to_owned(), json!(at))
            })
            .collect();
        let config = genesis["config"].as_object_mut().ok_or("no config")?;
        for fork in FORKS {
            config.remove(&format!("{fork}Time"));
        }
        for (ethereum, fork) in
            [("shanghai", "canyon"), ("cancun", "ecotone"), ("prague", "isthmus")]
        {
            config.remove(&format!("{ethereum}Time"));
            if let Some(at) = times.get(fork) {
                config.insert(format!("{ethereum}Time"), at.clone());
            }
        }
        for (fork, at) in times.iter().filter(|(fork, _)| *fork != "delta") {
            config.insert(format!("{fork}Time"), at.clone());
        }
        let extra = match at_genesis {
            9.. => "0x01000000fa000000060000000000000000",
            7.. => "0x00000000fa00000006",
            _ => "0x",
        };
        genesis["extraData"] = json!(extra);
        let l2_hash =
            GenesisBlock::from_json(genesis.to_string().as_bytes(), None)?.hash.to_string();
        let l1_origin = l1_block(7, time).hash_slow().to_string();
        let address = format!("0x{:040x}", 0xc2);
        let mut rollup = json!({
            "genesis": {
                "l1": {"hash": l1_origin, "number": 7}, "l2": {"hash": l2_hash, "number": 0}, "l2_time": time,
                "system_config": {
                    "batcherAddr": "0x70997970c51812dc3a010c7d01b50e0d17dc79c8",
                    "overhead": format!("0x{}", "0".repeat(64)),
                    "scalar": "0x010000000000000000000000000000000000000000000000000c3c9d00000558",
                    "gasLimit": 60_000_000
                }
            },
            "block_time": 2, "max_sequencer_drift": 600, "seq_window_size": 3600, "channel_timeout": 300,
            "l1_chain_id": 900, "l2_chain_id": 901, "batch_inbox_address": address,
            "deposit_contract_address": address, "l1_system_config_address": format!("0x{:040x}", 0xc1),
            "protocol_versions_address": format!("0x{:040x}", 0),
            "chain_op_config": {
                "eip1559Elasticity": 6, "eip1559Denominator": 50, "eip1559DenominatorCanyon": 250
            }
        });
        let system = &mut rollup["genesis"]["system_config"];
        if at_genesis >= 7 {
            system["eip1559Params"] = json!("0x0000000000000000");
        }
        if at_genesis >= 8 {
            system["operatorFeeParams"] = json!(format!("0x{}", "0".repeat(64)));
        }
        if at_genesis >= 9 {
            system["minBaseFee"] = json!(0);
        }
        for (fork, at) in times {
            rollup[format!("{fork}_time")] = at;
        }
        Ok(Self { genesis, rollup, l1_origin, l2_hash, time })
    }
}

fn hex(value: &Value) -> Option<u64> {
    u64::from_str_radix(value.as_str()?.strip_prefix("0x")?, 16).ok()
}

/// The forks here are the first of op-chain's.
pub(crate) fn forks_are_those_of_op_chain() -> bool {
    FORKS.iter().zip(Fork::ALL).all(|(name, fork)| *name == fork.name())
}
