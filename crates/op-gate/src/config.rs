//! The configuration file, written by the NixOS module or by op-devnet.

mod pause;

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    num::NonZeroU32,
    path::{Path, PathBuf},
    time::Duration,
};

use alloy_primitives::{Address, U256};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::Value;

pub use self::pause::Pause;
use crate::{Gate, command::Command};

/// The whole file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Config {
    /// The chain and its files.
    pub chain: Chain,
    /// The L1 that it settles on.
    pub l1: L1,
    /// How long a judgement may take, in seconds. What is not known by then is `wait`.
    #[serde(default = "default_deadline")]
    pub deadline_seconds: u64,
    /// What the operator says about keys.
    #[serde(default)]
    pub keys: Keys,
    /// The health service; only `op-warden serve` needs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serve: Option<Serve>,
    /// The services and what each must satisfy before it starts.
    pub services: BTreeMap<String, Service>,
}

const fn default_deadline() -> u64 {
    20
}

/// Decimal or hex. ruint alone takes "" and "0x" for zero, which every balance reaches.
fn wei<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<U256>, D::Error> {
    let wei = match Option::<Value>::deserialize(deserializer)? {
        None => return Ok(None),
        Some(Value::String(text)) if !text.ends_with(|last: char| last.is_ascii_hexdigit()) => None,
        Some(value) => U256::deserialize(value).ok(),
    };
    wei.map(Some).ok_or_else(|| D::Error::custom("minBalance is not a number of wei"))
}

/// The health service.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Serve {
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// Pause between two judgements of all services, in seconds.
    pub interval_seconds: NonZeroU32,
    /// Judgements that another process leaves (`op-warden check --output`); without it the health
    /// service judges by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judgements: Option<PathBuf>,
    /// Pause between two polls of the nodes, in seconds; less than one where blocks come faster.
    #[serde(default = "default_poll")]
    pub poll_seconds: Pause,
    /// Pause between two polls of L1, in seconds.
    #[serde(default = "default_l1_poll")]
    pub l1_poll_seconds: NonZeroU32,
    /// File that counters, verdicts and charts survive a restart in; nothing survives without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<PathBuf>,
    /// File that `op-warden maintenance` announces maintenance in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maintenance: Option<PathBuf>,
    /// Followers on other hosts, by the name that they are to be told of under.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub followers: BTreeMap<String, Remote>,
    /// Whether the hash of every block is recomputed from its header, which exposes an endpoint that
    /// answers with another's hashes.
    #[serde(default = "default_verify_headers")]
    pub verify_headers: bool,
    /// Bounds in the place of those that follow from the services' commands.
    #[serde(default)]
    pub limits: Bounds,
}

/// A follower on another host.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Remote {
    /// JSON-RPC of its engine.
    pub engine_rpc: String,
    /// JSON-RPC of its op-node, where it can be reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node_rpc: Option<String>,
}

/// Bounds that the health service judges by, each in seconds.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Bounds {
    /// How long the unsafe head may stand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unsafe_stall: Option<u64>,
    /// How long the safe head may stand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub safe_stall: Option<u64>,
    /// How long the finalized head may stand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finalized_stall: Option<u64>,
    /// How far the safe head may be behind the unsafe one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub safe_lag: Option<u64>,
    /// How old the newest game may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub game_age: Option<u64>,
    /// How far a follower's unsafe head may be behind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follower_lag: Option<u64>,
    /// How old L1's newest block may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub l1_age: Option<u64>,
}

/// A block comes every two seconds.
const fn default_poll() -> Pause {
    Pause::seconds(NonZeroU32::MIN.saturating_add(1))
}

/// Ethereum's block time.
const fn default_l1_poll() -> NonZeroU32 {
    NonZeroU32::MIN.saturating_add(11)
}

const fn default_verify_headers() -> bool {
    true
}

impl Serve {
    /// Pause between two judgements of all services.
    #[must_use]
    pub fn interval(&self) -> Duration {
        Duration::from_secs(self.interval_seconds.get().into())
    }
}

/// The chain and its files.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Chain {
    /// Path of genesis.json.
    pub genesis: PathBuf,
    /// Path of rollup.json.
    pub rollup: PathBuf,
    /// The chain id that the operator means to run.
    pub l2_chain_id: u64,
    /// The dispute game factory that proposer, challenger and dispute-mon are given.
    pub dispute_game_factory: Address,
    /// The published bundle that the files must be those of: its folder or its manifest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bundle: Option<PathBuf>,
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

/// The L1 that the chain settles on.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "L1Fields", into = "L1Fields")]
pub struct L1 {
    /// JSON-RPC endpoint.
    pub rpc: Endpoint,
    /// Other JSON-RPC endpoints of the same chain, which must agree with the first.
    pub others: Vec<Endpoint>,
    /// API of a beacon node, which serves blobs; `None` while all data is calldata.
    pub beacon: Option<Endpoint>,
    /// The chain id that the operator means to settle on.
    pub chain_id: u64,
}

/// Where the URL of an endpoint stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// In the configuration, which everybody may read.
    Url(String),
    /// In a file of one line, for a URL that holds a key. It is read anew for each judgement.
    File(PathBuf),
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
    chain_id: u64,
}

impl TryFrom<L1Fields> for L1 {
    type Error = &'static str;

    fn try_from(fields: L1Fields) -> Result<Self, Self::Error> {
        let rpc = Endpoint::of(fields.rpc, fields.rpc_file)
            .map_err(|()| "l1 has both \"rpc\" and \"rpcFile\": give one of them")?
            .ok_or("l1 has neither \"rpc\" nor \"rpcFile\": give one of them")?;
        let beacon = Endpoint::of(fields.beacon, fields.beacon_file)
            .map_err(|()| "l1 has both \"beacon\" and \"beaconFile\": give one of them")?;
        let urls = fields.others.into_iter().map(Endpoint::Url);
        let others = urls.chain(fields.other_files.into_iter().map(Endpoint::File)).collect();
        Ok(Self { rpc, others, beacon, chain_id: fields.chain_id })
    }
}

impl From<L1> for L1Fields {
    fn from(l1: L1) -> Self {
        let (rpc, rpc_file) = l1.rpc.split();
        let (beacon, beacon_file) = l1.beacon.map(Endpoint::split).unwrap_or_default();
        let (urls, files): (Vec<_>, Vec<_>) = l1.others.into_iter().map(Endpoint::split).unzip();
        Self {
            rpc,
            rpc_file,
            others: urls.into_iter().flatten().collect(),
            other_files: files.into_iter().flatten().collect(),
            beacon,
            beacon_file,
            chain_id: l1.chain_id,
        }
    }
}

impl Endpoint {
    /// From the two fields that an endpoint is written in; an error where both are.
    fn of(url: Option<String>, file: Option<PathBuf>) -> Result<Option<Self>, ()> {
        match (url, file) {
            (None, None) => Ok(None),
            (Some(url), None) => Ok(Some(Self::Url(url))),
            (None, Some(file)) => Ok(Some(Self::File(file))),
            (Some(_), Some(_)) => Err(()),
        }
    }

    fn split(self) -> (Option<String>, Option<PathBuf>) {
        match self {
            Self::Url(url) => (Some(url), None),
            Self::File(file) => (None, Some(file)),
        }
    }
}

/// One service.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Service {
    /// What must hold; never empty.
    pub gates: Vec<Gate>,
    /// The program, as it will be run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<Command>,
    /// The folder that the program keeps its data in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_dir: Option<PathBuf>,
    /// Bytes that must be free on the file system of `data_dir`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_free_bytes: Option<u64>,
    /// File with the key that the service signs with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<PathBuf>,
    /// JSON-RPC of the engine that the service uses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine_rpc: Option<String>,
    /// Dispute game type that the service works with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub game_type: Option<u32>,
    /// Least balance of the key's account on L1, in wei.
    #[serde(default, deserialize_with = "wei", skip_serializing_if = "Option::is_none")]
    pub min_balance: Option<U256>,
    /// The fault proof program that the service disputes with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prestate: Option<Prestate>,
    /// The container image that the service runs from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<Image>,
    /// The systemd unit that the service runs in, by its full name; `None` where it runs in none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

/// The fault proof program of a chain.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Prestate {
    /// The VM's state before its first step, `.bin.gz` or `.bin` as cannon writes it; `None` while
    /// there is none for this chain.
    #[serde(default)]
    pub file: Option<PathBuf>,
}

/// A container image.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Image {
    /// Repository and tag.
    pub reference: String,
    /// `sha256:` and 64 lower-case hex digits; `None` while nobody has looked it up.
    #[serde(default)]
    pub digest: Option<String>,
    /// Whether the operator accepts whatever the tag points at.
    #[serde(default)]
    pub allow_unpinned: bool,
    /// The podman container that the service runs in; `None` where it runs in none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file could not be read.
    #[error("cannot read the configuration {path}: {source}")]
    Read {
        /// The file.
        path: String,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// Not the format of this version.
    #[error("the configuration {path} is not valid: {source}")]
    Format {
        /// The file.
        path: String,
        /// Where and what.
        source: serde_json::Error,
    },
    /// A service without gates would always pass.
    #[error(
        "service {0:?} has no gates: a service that nothing judges must not be started by op-warden"
    )]
    NoGates(String),
    /// A gate's parameter is missing.
    #[error("service {service:?} has gate {gate}, which needs \"{field}\"")]
    Missing {
        /// The service.
        service: String,
        /// The gate.
        gate: Gate,
        /// The field of the service that it needs.
        field: &'static str,
    },
    /// No such service.
    #[error("there is no service {name:?} in the configuration; it has: {known}")]
    UnknownService {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
}

impl Config {
    /// Reads and checks a configuration file.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let shown = || path.display().to_string();
        let text =
            std::fs::read(path).map_err(|source| ConfigError::Read { path: shown(), source })?;
        let config: Self = serde_json::from_slice(&text)
            .map_err(|source| ConfigError::Format { path: shown(), source })?;
        for (name, service) in &config.services {
            service.check(name)?;
        }
        Ok(config)
    }

    /// The commands of all services that run a component.
    pub fn commands(&self, component: &str) -> impl Iterator<Item = &Command> {
        let commands = self.services.values().filter_map(|service| service.command.as_ref());
        commands.filter(move |command| command.component == component)
    }

    /// The service of that name.
    pub fn service(&self, name: &str) -> Result<&Service, ConfigError> {
        self.services.get(name).ok_or_else(|| ConfigError::UnknownService {
            name: name.to_owned(),
            known: self.services.keys().cloned().collect::<Vec<_>>().join(", "),
        })
    }
}

impl Service {
    /// Every gate has the parameters that it judges by.
    fn check(&self, name: &str) -> Result<(), ConfigError> {
        if self.gates.is_empty() {
            return Err(ConfigError::NoGates(name.to_owned()));
        }
        for &gate in &self.gates {
            let missing = gate.needs().iter().find(|field| !self.has(field));
            if let Some(&field) = missing {
                return Err(ConfigError::Missing { service: name.to_owned(), gate, field });
            }
        }
        Ok(())
    }

    fn has(&self, field: &str) -> bool {
        match field {
            "command" => self.command.is_some(),
            "dataDir" => self.data_dir.is_some(),
            "minFreeBytes" => self.min_free_bytes.is_some(),
            "key" => self.key.is_some(),
            "engineRpc" => self.engine_rpc.is_some(),
            "gameType" => self.game_type.is_some(),
            "minBalance" => self.min_balance.is_some(),
            "prestate" => self.prestate.is_some(),
            "image" => self.image.is_some(),
            _ => false,
        }
    }
}
