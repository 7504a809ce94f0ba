//! The configuration file, written by the NixOS module or by op-devnet.

mod endpoint;
mod l1;
mod pause;
mod remote;
mod serve;
mod service;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use alloy_primitives::Address;
use op_bundle::ssh::PublicKey;
use op_util::file;
use serde::{Deserialize, Serialize};

pub use self::endpoint::Endpoint;
pub use self::l1::L1;
pub use self::pause::Pause;
pub use self::remote::Remote;
pub use self::serve::{Bounds, Serve};
pub use self::service::{Image, Prestate, Service};
use crate::command::Command;
use crate::gate::{Gate, Need};

/// The most that is read. One of fifty followers has 200 kB.
const MAX_BYTES: u64 = 16 << 20;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Config {
    pub chain: Chain,
    pub l1: L1,
    /// How long a judgement may take, in seconds. What is not known by then is `wait`.
    #[serde(default = "default_deadline")]
    pub deadline_seconds: u64,
    #[serde(default)]
    pub keys: Keys,
    /// The health service; only `op-warden serve` needs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serve: Option<Serve>,
    pub services: BTreeMap<String, Service>,
}

const fn default_deadline() -> u64 {
    20
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Chain {
    pub genesis: PathBuf,
    pub rollup: PathBuf,
    /// The chain id that the operator means to run.
    pub l2_chain_id: u64,
    /// The dispute game factory that proposer, challenger and dispute-mon are given.
    pub dispute_game_factory: Address,
    /// The published bundle that the files must be those of: its folder or its manifest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bundle: Option<PathBuf>,
    /// JSON-RPC of nodes of this chain that others run: what a follower's files are compared with, beside
    /// its sequencer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub peers: Vec<String>,
    /// The same, each URL in a file of its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub peer_files: Vec<PathBuf>,
    /// The public key that the bundle must be signed with, or that has handed over to the one that signs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bundle_key: Option<PublicKey>,
}

/// What the operator says about keys.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Keys {
    /// Accounts whose keys were lost or shown: no role may have one.
    #[serde(default)]
    pub burned: BTreeSet<Address>,
    /// Whether one key may sign the L1 transactions of two services. They take each other's nonces.
    #[serde(default)]
    pub allow_reuse: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read the configuration {path}: {source}")]
    Read { path: String, source: std::io::Error },
    #[error("the configuration {path} is not valid: {source}")]
    Format { path: String, source: serde_json::Error },
    /// A service without gates would always pass.
    #[error(
        "service {0:?} has no gates: a service that nothing judges must not be started by op-warden"
    )]
    NoGates(String),
    #[error("service {service:?} has gate {gate}, which needs \"{field}\"")]
    Missing { service: String, gate: Gate, field: Need },
    #[error("there is no service {name:?} in the configuration; it has: {known}")]
    UnknownService { name: String, known: String },
}

impl Config {
    /// Reads and checks a configuration file.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let shown = || path.display().to_string();
        let text = file::read(path, MAX_BYTES)
            .map_err(|source| ConfigError::Read { path: shown(), source })?;
        let config: Self = serde_json::from_slice(&text)
            .map_err(|source| ConfigError::Format { path: shown(), source })?;
        config.check()?;
        Ok(config)
    }

    /// Every service has gates, and every gate what it judges by.
    fn check(&self) -> Result<(), ConfigError> {
        for (name, service) in &self.services {
            if service.gates.is_empty() {
                return Err(ConfigError::NoGates(name.clone()));
            }
            if let Some((gate, field)) = service.lacks() {
                return Err(ConfigError::Missing { service: name.clone(), gate, field });
            }
        }
        Ok(())
    }

    /// The commands of all services that run a component.
    pub fn commands(&self, component: &str) -> impl Iterator<Item = &Command> {
        let commands = self.services.values().filter_map(|service| service.command.as_ref());
        commands.filter(move |command| command.component == component)
    }

    /// The sequencers that a follower is given, by its engine's command, and the peers.
    #[must_use]
    pub fn upstream(&self, service: &Service) -> BTreeSet<Endpoint> {
        let engines = self.services.values();
        let its_engine = engines.filter(|other| service.is_node() && other.serves(service));
        let given = service.sequencers().chain(its_engine.flat_map(Service::sequencers));
        let peers = self.chain.peers.iter().map(String::as_str);
        let urls = given.chain(peers).filter(|url| !url.is_empty());
        let files = self.chain.peer_files.iter().cloned().map(Endpoint::File);
        urls.map(|url| Endpoint::Url(url.to_owned())).chain(files).collect()
    }

    pub fn service(&self, name: &str) -> Result<&Service, ConfigError> {
        self.services.get(name).ok_or_else(|| ConfigError::UnknownService {
            name: name.to_owned(),
            known: self.services.keys().cloned().collect::<Vec<_>>().join(", "),
        })
    }
}
