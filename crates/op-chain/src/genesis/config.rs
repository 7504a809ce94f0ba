//! `config`: the rules that hold at genesis.

use serde::{Deserialize, Deserializer, de};

use super::GenesisError;
use crate::{
    forks::ForkTimes,
    json::{self, Members},
};

/// The one chain of the registry whose genesis is older than the OP Stack's Bedrock, and the block
/// with which that came (op-geth, `params/superchain.go`).
const OP_MAINNET: u64 = 10;
const OP_MAINNET_BEDROCK: u64 = 105_235_063;

/// What rollup.json says where genesis.json has no `config`.
#[derive(Debug, Clone)]
pub struct Fallback {
    /// L2 chain id.
    pub chain_id: u64,
    /// Fork times.
    pub forks: ForkTimes,
}

impl From<&Fallback> for Config {
    fn from(fallback: &Fallback) -> Self {
        let bedrock = if fallback.chain_id == OP_MAINNET { OP_MAINNET_BEDROCK } else { 0 };
        Self {
            chain_id: fallback.chain_id,
            london_block: Some(bedrock),
            bedrock_block: Some(bedrock),
            shanghai_time: fallback.forks.canyon_time,
            cancun_time: fallback.forks.ecotone_time,
            prague_time: fallback.forks.isthmus_time,
            amsterdam_time: None,
            enable_verkle_at_genesis: false,
            optimism: Some(Members::default()),
            _names: (),
            forks: fallback.forks.clone(),
        }
    }
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Config {
    pub(super) chain_id: u64,
    london_block: Option<u64>,
    bedrock_block: Option<u64>,
    pub(super) shanghai_time: Option<u64>,
    pub(super) cancun_time: Option<u64>,
    pub(super) prague_time: Option<u64>,
    amsterdam_time: Option<u64>,
    #[serde(default)]
    enable_verkle_at_genesis: bool,
    optimism: Option<Members>,
    /// Before the forks, which take their names out.
    #[serde(flatten, deserialize_with = "check_names")]
    _names: (),
    #[serde(flatten)]
    pub(super) forks: ForkTimes,
}

/// Names in `config` that [`Config`] or the forks have.
const CONFIG: [&str; 18] = [
    "chainId",
    "londonBlock",
    "bedrockBlock",
    "shanghaiTime",
    "cancunTime",
    "pragueTime",
    "amsterdamTime",
    "enableVerkleAtGenesis",
    "optimism",
    "regolithTime",
    "canyonTime",
    "ecotoneTime",
    "fjordTime",
    "graniteTime",
    "holoceneTime",
    "isthmusTime",
    "jovianTime",
    "karstTime",
];

/// Refuses what engines read under another name, or under none.
fn check_names<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
    for name in Members::deserialize(deserializer)?.0.keys() {
        json::spelled_right(name, &CONFIG)?;
        if name.ends_with("_time") {
            return Err(de::Error::custom(format_args!("`{name}` is a name of rollup.json")));
        }
    }
    Ok(())
}

impl Config {
    /// Whether the genesis block has a base fee whatever the file says.
    pub(super) fn london(&self) -> bool {
        self.london_block == Some(0)
    }

    /// Refuses what the engines would not agree on, and what no OP Stack chain has.
    pub(super) fn check(&self, timestamp: u64) -> Result<(), GenesisError> {
        let active = |time: Option<u64>| time.is_some_and(|time| time <= timestamp);
        // London came with Bedrock where a chain is older than that.
        let older = self.london_block.is_some() && self.london_block == self.bedrock_block;
        if !self.london() && (!older || active(self.shanghai_time)) {
            return Err(GenesisError::NotLondon);
        }
        if self.optimism.is_none() {
            return Err(GenesisError::NotOptimism);
        }
        if self.enable_verkle_at_genesis {
            return Err(GenesisError::Foreign("enableVerkleAtGenesis"));
        }
        if active(self.amsterdam_time) {
            return Err(GenesisError::Foreign("amsterdamTime"));
        }
        for (ethereum, optimism, names) in [
            (self.shanghai_time, self.forks.canyon_time, ("shanghaiTime", "canyonTime")),
            (self.cancun_time, self.forks.ecotone_time, ("cancunTime", "ecotoneTime")),
            (self.prague_time, self.forks.isthmus_time, ("pragueTime", "isthmusTime")),
        ] {
            if active(ethereum) != active(optimism) {
                return Err(GenesisError::ForkPair { ethereum: names.0, optimism: names.1 });
            }
        }
        Ok(())
    }
}
