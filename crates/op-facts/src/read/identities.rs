//! By which ids others know the nodes and engines of this host: they follow from keys that only root may read.

use std::{collections::BTreeMap, path::Path};

use eth_rpc::key::SecretKey;

use crate::config::{Config, Service};

/// The ids of a P2P key.
#[derive(Debug)]
pub(crate) struct Identity {
    /// Of an op-node (libp2p).
    pub(crate) peer_id: String,
    /// Of an engine (devp2p).
    pub(crate) enode_id: String,
}

/// Of the services whose key is here, by their names. One whose key cannot be read has a gate that says so
/// (`given-files`).
pub(super) fn read(config: &Config) -> BTreeMap<String, Identity> {
    let identity = |service: &Service| {
        let key = SecretKey::from_file(key_file(service)?).ok()?;
        Some(Identity { peer_id: key.peer_id(), enode_id: key.enode_id() })
    };
    let services = config.services.iter();
    services.filter_map(|(name, service)| Some((name.clone(), identity(service)?))).collect()
}

fn key_file(service: &Service) -> Option<&Path> {
    let command = service.command.as_ref()?;
    let flag = match command.component.as_str() {
        "op-node" => "p2p.priv.path",
        "op-reth" => "p2p-secret-key",
        "op-geth" => "nodekey",
        _ => return None,
    };
    service.identity.as_deref().or_else(|| command.value(flag).map(Path::new))
}
