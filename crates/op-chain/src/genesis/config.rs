//! `config`: the rules that hold at genesis.

use alloy_primitives::Address;
use serde::{
    Deserialize, Deserializer,
    de::{self, IgnoredAny},
};
use serde_json::{Map, Value};

use super::{GenesisError, order};
use crate::json::{self, Hex, Members};
use crate::{
    fees::FeeConstants,
    forks::{Fork, ForkTimes},
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
            amsterdam_time: None,
            blob_schedule: None,
            clique: None,
            _deposit_contract: None,
            _ethash: None,
            enable_verkle_at_genesis: false,
            members: Map::new(),
            engine: EngineConfig {
                shanghai_time: fallback.forks.canyon_time,
                cancun_time: fallback.forks.ecotone_time,
                prague_time: fallback.forks.isthmus_time,
                osaka_time: fallback.forks.karst_time,
                bedrock_block: Some(bedrock),
                optimism: Some(FeeConstants::default()),
                out_of_order: None,
            },
            forks: fallback.forks.clone(),
        }
    }
}

/// The part of `config` that OP Stack engines read beside the OP fork times.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EngineConfig {
    /// When Shanghai activates: with Canyon.
    pub shanghai_time: Option<u64>,
    /// When Cancun activates: with Ecotone.
    pub cancun_time: Option<u64>,
    /// When Prague activates: with Isthmus.
    pub prague_time: Option<u64>,
    /// When Osaka activates: with Karst.
    pub osaka_time: Option<u64>,
    /// The block from which on the chain is an OP Stack chain.
    pub bedrock_block: Option<u64>,
    /// Constants of the base fee; without them op-geth runs an Ethereum chain.
    #[serde(default, deserialize_with = "fee_constants")]
    pub optimism: Option<FeeConstants>,
    /// What is wrong with the order of Ethereum's forks: op-geth refuses it.
    #[serde(skip)]
    pub out_of_order: Option<String>,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Config {
    pub(super) chain_id: u64,
    london_block: Option<u64>,
    amsterdam_time: Option<u64>,
    blob_schedule: Option<IgnoredAny>,
    clique: Option<IgnoredAny>,
    // Nothing here reads these, and op-geth does.
    #[serde(default, rename = "depositContractAddress", deserialize_with = "json::present")]
    _deposit_contract: Option<Hex<Address>>,
    #[serde(rename = "ethash")]
    _ethash: Option<Members>,
    #[serde(default)]
    enable_verkle_at_genesis: bool,
    /// Before those that take their names out.
    #[serde(flatten, deserialize_with = "checked_members")]
    members: Map<String, Value>,
    #[serde(flatten)]
    pub(super) engine: EngineConfig,
    #[serde(flatten, deserialize_with = "forks")]
    pub(super) forks: ForkTimes,
}

/// `canyonTime` here is `canyon_time` in rollup.json.
fn forks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ForkTimes, D::Error> {
    let Members(members) = Members::deserialize(deserializer)?;
    let time =
        |fork: &Fork| Some((format!("{fork}_time"), members.get(&format!("{fork}Time"))?.clone()));
    let times = Fork::ALL.iter().filter_map(time).collect();
    serde_json::from_value(Value::Object(times)).map_err(de::Error::custom)
}

/// Names in `config` that [`Config`] or the forks have.
pub(crate) const CONFIG: [&str; 24] = [
    "chainId",
    "londonBlock",
    "bedrockBlock",
    "shanghaiTime",
    "cancunTime",
    "pragueTime",
    "osakaTime",
    "amsterdamTime",
    "blobSchedule",
    "clique",
    "depositContractAddress",
    "ethash",
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
    "lagoonTime",
];

/// Numbers in `config` that nothing here reads, and op-geth does (`params/config.go`).
pub(crate) const NUMBERS: [&str; 22] = [
    "homesteadBlock",
    "daoForkBlock",
    "eip150Block",
    "eip155Block",
    "eip158Block",
    "byzantiumBlock",
    "constantinopleBlock",
    "petersburgBlock",
    "istanbulBlock",
    "muirGlacierBlock",
    "berlinBlock",
    "arrowGlacierBlock",
    "grayGlacierBlock",
    "mergeNetsplitBlock",
    "terminalTotalDifficulty",
    "bpo1Time",
    "bpo2Time",
    "bpo3Time",
    "bpo4Time",
    "bpo5Time",
    "verkleTime",
    "interopTime",
];

/// Fields of `config.optimism` (op-geth, `params/config_op.go`).
pub(crate) const OPTIMISM: [&str; 3] =
    ["eip1559Elasticity", "eip1559Denominator", "eip1559DenominatorCanyon"];

fn fee_constants<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<FeeConstants>, D::Error> {
    let Some(Members(members)) = Option::deserialize(deserializer)? else { return Ok(None) };
    for name in members.keys() {
        json::spelled_right(name, &OPTIMISM)?;
    }
    serde_json::from_value(Value::Object(members)).map(Some).map_err(de::Error::custom)
}

/// Refuses what engines read under another name, or under none, and what they cannot read.
fn checked_members<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Map<String, Value>, D::Error> {
    let Members(members) = Members::deserialize(deserializer)?;
    for (name, value) in &members {
        json::spelled_right(name, &CONFIG)?;
        json::spelled_right(name, &NUMBERS)?;
        if NUMBERS.contains(&name.as_str()) && !value.is_null() && !value.is_u64() {
            return Err(de::Error::custom(format_args!("`{name}` is no number: {value}")));
        }
        if name.ends_with("_time") {
            return Err(de::Error::custom(format_args!("`{name}` is a name of rollup.json")));
        }
    }
    Ok(members)
}

impl Config {
    /// Whether the genesis block has a base fee whatever the file says.
    pub(super) fn london(&self) -> bool {
        self.london_block == Some(0)
    }

    /// What engines read, beside the OP forks.
    pub(super) fn into_engine(self) -> EngineConfig {
        let out_of_order = order::fault(|fork| match fork {
            "londonBlock" => self.london_block,
            "amsterdamTime" => self.amsterdam_time,
            other => self.members.get(other)?.as_u64(),
        });
        EngineConfig { out_of_order, ..self.engine }
    }

    /// Refuses what the engines would not agree on, and what no OP Stack chain has.
    pub(super) fn check(&self, timestamp: u64) -> Result<(), GenesisError> {
        let active = |time: Option<u64>| time.is_some_and(|time| time <= timestamp);
        // London came with Bedrock where a chain is older than that.
        let older = self.london_block.is_some() && self.london_block == self.engine.bedrock_block;
        if !self.london() && (!older || active(self.engine.shanghai_time)) {
            return Err(GenesisError::NotLondon);
        }
        if self.engine.optimism.is_none() {
            return Err(GenesisError::NotOptimism);
        }
        if self.enable_verkle_at_genesis {
            return Err(GenesisError::Foreign("enableVerkleAtGenesis"));
        }
        if self.blob_schedule.is_some() {
            return Err(GenesisError::Foreign("blobSchedule"));
        }
        if self.clique.is_some() {
            return Err(GenesisError::Foreign("clique"));
        }
        if active(self.amsterdam_time) {
            return Err(GenesisError::Foreign("amsterdamTime"));
        }
        for (ethereum, optimism, names) in [
            (self.engine.shanghai_time, self.forks.canyon_time, ("shanghaiTime", "canyonTime")),
            (self.engine.cancun_time, self.forks.ecotone_time, ("cancunTime", "ecotoneTime")),
            (self.engine.prague_time, self.forks.isthmus_time, ("pragueTime", "isthmusTime")),
        ] {
            if active(ethereum) != active(optimism) {
                return Err(GenesisError::ForkPair { ethereum: names.0, optimism: names.1 });
            }
        }
        Ok(())
    }
}
