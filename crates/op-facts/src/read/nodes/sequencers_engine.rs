//! By which devp2p id followers' engines know the sequencer's.

use std::path::Path;

use eth_rpc::key::SecretKey;

use crate::{config::Service, gate::Gate, read::request::Request};

/// `None` where its key is made by itself, or cannot be read: then the id is not compared.
pub(super) fn id(request: &Request<'_>) -> Option<String> {
    request.judged_by(Gate::EnginePeers).next()?;
    let services = request.config.services.values();
    let mut sequencers = services.filter(|it| it.is_engine() && !it.is_followers_engine());
    sequencers.find_map(|service| Some(SecretKey::from_file(key_file(service)?).ok()?.enode_id()))
}

/// op-reth's flag, or op-geth's.
fn key_file(service: &Service) -> Option<&Path> {
    let command = service.command.as_ref()?;
    let flag = || command.value("p2p-secret-key").or_else(|| command.value("nodekey"));
    service.identity.as_deref().or_else(|| flag().map(Path::new))
}
