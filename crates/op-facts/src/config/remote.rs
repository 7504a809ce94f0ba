//! A follower on another host.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::config::Endpoint;

/// A follower on another host.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "RemoteFields", into = "RemoteFields")]
pub struct Remote {
    pub engine: Endpoint,
    /// JSON-RPC of its op-node, where it can be reached.
    pub node: Option<Endpoint>,
}

/// `Remote` as it is written: each a URL, or a file that holds one.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RemoteFields {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    engine_rpc: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    engine_rpc_file: Option<PathBuf>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    node_rpc: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    node_rpc_file: Option<PathBuf>,
}

impl Remote {
    /// The fields that the engine's URL, or its file, stands in.
    pub const ENGINE: (&str, &str) =
        ("engineRpc of a follower elsewhere", "engineRpcFile of a follower elsewhere");
    pub const NODE: (&str, &str) =
        ("nodeRpc of a follower elsewhere", "nodeRpcFile of a follower elsewhere");
}

impl TryFrom<RemoteFields> for Remote {
    type Error = &'static str;

    fn try_from(fields: RemoteFields) -> Result<Self, Self::Error> {
        let engine = Endpoint::of(fields.engine_rpc, fields.engine_rpc_file)
            .map_err(
                |()| "a follower has both \"engineRpc\" and \"engineRpcFile\": give one of them",
            )?
            .ok_or(
                "a follower has neither \"engineRpc\" nor \"engineRpcFile\": give one of them",
            )?;
        let node = Endpoint::of(fields.node_rpc, fields.node_rpc_file).map_err(
            |()| "a follower has both \"nodeRpc\" and \"nodeRpcFile\": give one of them",
        )?;
        Ok(Self { engine, node })
    }
}

impl From<Remote> for RemoteFields {
    fn from(remote: Remote) -> Self {
        let (engine_rpc, engine_rpc_file) = remote.engine.split();
        let (node_rpc, node_rpc_file) = remote.node.map(Endpoint::split).unwrap_or_default();
        Self { engine_rpc, engine_rpc_file, node_rpc, node_rpc_file }
    }
}
