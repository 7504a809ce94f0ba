//! Who is watched, and by which bounds: all of it follows from the configuration.

use std::{collections::BTreeMap, time::Duration};

use eth_rpc::{Clients, Reading, Rpc, RpcUrlError, Unread, port_of_url};

use op_gate::command::{Command, duration, integer};
use op_gate::config::{Bounds, Config, Remote, Serve, Service};
use op_gate::read::endpoint;
use op_status::status::Limits;

/// Of Ethereum, in seconds.
pub(crate) const SLOT: u64 = 12;
/// OP Mainnet's own thresholds for a page, in seconds.
const UNSAFE_STALL: u64 = 60;
const SAFE_STALL: u64 = 15 * 60;
/// Where the batcher is elsewhere nobody knows how often it sends, in seconds: production's hourly.
const SAFE_STALL_ELSEWHERE: u64 = 2 * 3_600;
/// Two epochs of Ethereum and some more, in seconds.
const FINALITY: u64 = 45 * 60;

/// op-node's flags, and their defaults.
const CONFIRMATIONS: [(&str, u64); 2] = [("sequencer.l1-confs", 4), ("verifier.l1-confs", 0)];

/// Who is watched.
pub(crate) struct Plan {
    /// The sequencer first.
    pub(crate) nodes: Vec<Node>,
    /// Where the official programs serve their metrics, by service.
    pub(crate) programs: BTreeMap<String, Rpc>,
    /// The engines' services by the name of their node.
    pub(crate) engines: BTreeMap<String, String>,
    /// The same of those that are to have the sequencer's as a peer: the followers'.
    pub(crate) peered_engines: BTreeMap<String, String>,
    /// Seconds between two payments of the services on L1, at most: batches, and bonds of games.
    pub(crate) cadence: u64,
    pub(crate) limits: Limits,
}

/// A node: an engine and its op-node.
pub(crate) struct Node {
    /// The node's service, or the name of the remote follower.
    pub(crate) name: String,
    pub(crate) sequencer: bool,
    /// Or why it cannot be asked.
    pub(crate) engine: Reading<Rpc>,
    /// `None` where only the engine can be reached.
    pub(crate) rollup: Option<Reading<Rpc>>,
    /// Whether it is to have peers.
    pub(crate) needs_peers: bool,
    /// L1 blocks that it stays behind L1: where it makes blocks, and where it derives them.
    pub(crate) confirmations: [u64; 2],
}

impl Plan {
    /// What the configuration makes of it. `patience` is what a request may take.
    pub(crate) fn of(
        config: &Config,
        serve: &Serve,
        patience: Duration,
    ) -> Result<Self, RpcUrlError> {
        let mut clients = Clients::default();
        let mut nodes = Vec::new();
        let mut engines = BTreeMap::new();
        let mut peered_engines = BTreeMap::new();
        let mut programs = BTreeMap::new();
        for (name, service) in &config.services {
            let Some(command) = &service.command else { continue };
            if let Some(url) = command.url("metrics.port").filter(|_| is_go(command)) {
                programs.insert(name.clone(), clients.endpoint(&url, patience)?);
            }
            let (Some(engine), "op-node") = (&service.engine_rpc, command.component.as_str())
            else {
                continue;
            };
            let rpc = command.url("rpc.port");
            nodes.push(Node {
                name: name.clone(),
                sequencer: command.is_on("sequencer.enabled"),
                engine: Ok(clients.endpoint(engine, patience)?),
                rollup: rpc.map(|url| clients.endpoint(&url, patience)).transpose()?.map(Ok),
                needs_peers: !command.is_on("p2p.disable"),
                confirmations: CONFIRMATIONS.map(|(flag, default)| {
                    command.value(flag).and_then(integer).unwrap_or(default)
                }),
            });
            if let Some(service) = engine_service(config, engine) {
                engines.insert(name.clone(), service.to_owned());
                if config.services[service].is_followers_engine() {
                    peered_engines.insert(name.clone(), service.to_owned());
                }
            }
        }
        for (name, remote) in &serve.followers {
            // A file that is not there yet, or holds no URL, is no reason to watch nothing.
            let mut endpoint = |at, names| {
                endpoint::among(&mut clients, at, names, patience)
                    .map_err(|error| Unread::Unreachable(error.to_string()))
            };
            let rollup = remote.node.as_ref().map(|at| endpoint(at, Remote::NODE));
            let engine = endpoint(&remote.engine, Remote::ENGINE);
            nodes.push(Node {
                name: name.clone(),
                sequencer: false,
                engine,
                rollup,
                needs_peers: false,
                confirmations: CONFIRMATIONS.map(|(_, default)| default),
            });
        }
        // A chain of one node has nobody to talk to.
        let alone = nodes.len() < 2;
        for node in nodes.iter_mut().filter(|_| alone) {
            node.needs_peers = false;
        }
        nodes.sort_by_key(|node| !node.sequencer);
        let (channel, proposals) = (channel(config), proposals(config));
        let limits = limits(config, serve.limits, channel, proposals);
        let cadence = channel.max(proposals);
        Ok(Self { nodes, programs, engines, peered_engines, cadence, limits })
    }

    pub(crate) fn sequencer(&self) -> Option<&Node> {
        self.nodes.first().filter(|node| node.sequencer)
    }
}

/// The engines serve metrics in other places, and answer JSON-RPC.
fn is_go(command: &Command) -> bool {
    !matches!(command.component.as_str(), "op-geth" | "op-reth")
}

fn engine_service<'a>(config: &'a Config, url: &str) -> Option<&'a str> {
    let port = port_of_url(url)?;
    let serves = |service: &Service| {
        let command = service.command.as_ref().filter(|command| !is_go(command));
        let mut listeners = command.map(Command::listeners).unwrap_or_default().into_iter();
        listeners.any(|listener| {
            listener.flag == "http.port"
                && listener.address.is_ok_and(|address| address.port() == port)
        })
    };
    let found = config.services.iter().find(|(_, service)| serves(service));
    found.map(|(name, _)| name.as_str())
}

/// Seconds for which the batcher collects blocks at most.
fn channel(config: &Config) -> u64 {
    let channels = config.commands("op-batcher");
    let blocks = channels.filter_map(|batcher| integer(batcher.value("max-channel-duration")?));
    blocks.max().unwrap_or(0).saturating_mul(SLOT)
}

/// Seconds between two games.
fn proposals(config: &Config) -> u64 {
    let proposers = config.commands("op-proposer");
    let every = proposers.filter_map(|proposer| duration(proposer.value("proposal-interval")?));
    every.max().unwrap_or_default().as_secs()
}

/// What the operator says, else what follows from how often batches and proposals are made, in seconds.
fn limits(config: &Config, given: Bounds, channel: u64, proposals: u64) -> Limits {
    let usual = match config.commands("op-batcher").next() {
        Some(_) => SAFE_STALL,
        None => SAFE_STALL_ELSEWHERE,
    };
    // A batch may come with its channel's last block, and half as late again when L1 is busy.
    let cadence = channel.saturating_mul(3) / 2;
    let safe_stall = given.safe_stall.unwrap_or_else(|| usual.max(cadence));
    Limits {
        unsafe_stall: given.unsafe_stall.unwrap_or(UNSAFE_STALL),
        safe_stall,
        finalized_stall: given.finalized_stall.unwrap_or(safe_stall + FINALITY),
        safe_lag: given.safe_lag.unwrap_or(safe_stall),
        // Until a new block is safe, there is nothing to propose.
        game_age: given.game_age.unwrap_or(2 * proposals + safe_stall),
        follower_lag: given.follower_lag.unwrap_or(30),
        l1_age: given.l1_age.unwrap_or(5 * SLOT),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Its file may come later: what is here is watched until then.
    #[test]
    fn a_follower_whose_url_cannot_be_read_is_unknown_and_the_rest_is_watched() {
        let config: Config = serde_json::from_value(json!({
            "chain": {"genesis": "genesis.json", "rollup": "rollup.json", "l2ChainId": 901,
                "disputeGameFactory": "0x0000000000000000000000000000000000000001"},
            "l1": {"rpc": "http://127.0.0.1:1", "chainId": 900},
            "services": {},
            "serve": {"listen": "127.0.0.1:7399", "intervalSeconds": 60, "followers": {
                "far": {"engineRpcFile": "/no/such/file", "nodeRpcFile": "/no/such/file"}}},
        }))
        .unwrap();
        let serve = config.serve.as_ref().unwrap();
        let plan = Plan::of(&config, serve, Duration::from_secs(1)).unwrap();
        let why = plan.nodes[0].engine.as_ref().unwrap_err().to_string();
        assert!(why.contains("no URL in /no/such/file"), "{why}");
        assert!(plan.nodes[0].rollup.as_ref().is_some_and(Result::is_err));
        // Both, or neither, is nothing that it could follow.
        for wrong in [json!({}), json!({"engineRpc": "http://a", "engineRpcFile": "/a"})] {
            assert!(serde_json::from_value::<Remote>(wrong).is_err());
        }
    }
}
