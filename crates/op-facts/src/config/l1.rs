//! The L1 that the chain settles on, and where the URLs of its endpoints stand.

use std::{num::NonZeroUsize, path::PathBuf};

use serde::{Deserialize, Serialize};

use crate::config::Endpoint;

/// The L1 that the chain settles on.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "L1Fields", into = "L1Fields")]
pub struct L1 {
    pub rpc: Endpoint,
    /// Other JSON-RPC endpoints of the same chain, which must agree with the first.
    pub others: Vec<Endpoint>,
    /// API of a beacon node, which serves blobs; `None` while all data is calldata.
    pub beacon: Option<Endpoint>,
    /// The calls that `rpc` takes in one batch at most; where `None`, that is found out.
    pub max_batch_size: Option<NonZeroUsize>,
    /// The chain id that the operator means to settle on.
    pub chain_id: u64,
    /// Whether nobody else can send transactions to it.
    pub private: bool,
}

/// `L1` as it is written: `rpc` or `rpcFile`.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct L1Fields {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rpc: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rpc_file: Option<PathBuf>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    others: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    other_files: Vec<PathBuf>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    beacon: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    beacon_file: Option<PathBuf>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_batch_size: Option<NonZeroUsize>,
    chain_id: u64,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    private: bool,
}

impl TryFrom<L1Fields> for L1 {
    type Error = &'static str;

    fn try_from(fields: L1Fields) -> Result<Self, Self::Error> {
        let rpc = Endpoint::of(fields.rpc, fields.rpc_file)
            .map_err(|()| "l1 has both \"rpc\" and \"rpcFile\": give one of them")?
            .ok_or("l1 has neither \"rpc\" nor \"rpcFile\": give one of them")?;
        let beacon = Endpoint::of(fields.beacon, fields.beacon_file)
            .map_err(|()| "l1 has both \"beacon\" and \"beaconFile\": give one of them")?;
        let others = Endpoint::all(fields.others, fields.other_files);
        let L1Fields { max_batch_size, chain_id, private, .. } = fields;
        Ok(Self { rpc, others, beacon, max_batch_size, chain_id, private })
    }
}

impl From<L1> for L1Fields {
    fn from(l1: L1) -> Self {
        let (rpc, rpc_file) = l1.rpc.split();
        let (beacon, beacon_file) = l1.beacon.map(Endpoint::split).unwrap_or_default();
        let (others, other_files) = Endpoint::split_all(l1.others);
        Self {
            rpc,
            rpc_file,
            others,
            other_files,
            beacon,
            beacon_file,
            max_batch_size: l1.max_batch_size,
            chain_id: l1.chain_id,
            private: l1.private,
        }
    }
}
