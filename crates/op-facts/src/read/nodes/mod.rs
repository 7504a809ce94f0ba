//! What the nodes say: engines, the handshake of op-node and engine, static peers.

pub mod genesis_live;
pub mod histories;
pub mod jwt;
pub mod others;
pub mod static_peers;

use std::collections::BTreeMap;

use eth_rpc::{BlockHead, Reading};

use self::{genesis_live::EngineFacts, histories::History, jwt::JwtFacts, static_peers::Peer};
use crate::{config::Endpoint, read::request::Request};

#[derive(Debug)]
pub struct NodeFacts {
    /// What each engine says, by URL.
    pub engines: BTreeMap<String, EngineFacts>,
    /// What the sequencers and peers of the followers that are judged by them say.
    pub upstream: BTreeMap<Endpoint, EngineFacts>,
    /// How far back the engines prove that keep a history and are judged by it, by URL.
    pub histories: BTreeMap<String, Reading<History>>,
    pub jwt: JwtFacts,
    /// The newest block of the other nodes, by their names, where a sequencer is judged by it.
    pub others: BTreeMap<String, Reading<Option<BlockHead>>>,
    /// The static peers of the services that are judged by them, by their multiaddrs.
    pub peers: BTreeMap<String, Peer>,
    /// The devp2p id of the sequencer's engine, where an engine is judged by it and its key is here.
    pub sequencers_engine: Option<String>,
}

impl NodeFacts {
    pub(super) async fn read(request: &Request<'_>) -> Self {
        let (engines, upstream, histories, jwt, others, peers) = tokio::join!(
            genesis_live::read(request),
            genesis_live::read_upstream(request),
            histories::read(request),
            jwt::read(request),
            others::read(request),
            static_peers::read(request),
        );
        let mut services = request.config.services.iter();
        let sequencers_engine = services.find_map(|(name, service)| {
            let sequences = service.is_engine() && !service.is_followers_engine();
            let identity = request.identities.get(name).filter(|_| sequences)?;
            Some(identity.enode_id.clone())
        });
        Self { engines, upstream, histories, jwt, others, peers, sequencers_engine }
    }
}
