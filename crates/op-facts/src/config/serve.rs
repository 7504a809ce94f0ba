//! The health service's part of the configuration.

use std::{collections::BTreeMap, net::SocketAddr, num::NonZeroU32, path::PathBuf, time::Duration};

use serde::{Deserialize, Serialize};

use crate::config::{pause::Pause, remote::Remote};

/// The health service.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Serve {
    pub listen: SocketAddr,
    /// Names of this host that a request may be for, beside addresses and `localhost`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<String>,
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
    /// Folder with a file for each service that is kept stopped on purpose; the file says why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<PathBuf>,
    /// Folder of the chain's bundle, served under `/bundle/`; none is served without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bundle: Option<PathBuf>,
    /// Folder with a file for each condition of which somebody accepts what was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<PathBuf>,
    /// Folder with what each service would be started by now, a file each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runners: Option<PathBuf>,
    /// Folder with a copy of what each running service was started by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<PathBuf>,
    /// Followers on other hosts, by the names that they are shown under.
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

/// Bounds that the health service judges by, each in seconds: `limits` in op-status's `STATUS.md`.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Bounds {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unsafe_stall: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub safe_stall: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finalized_stall: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub safe_lag: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub game_age: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follower_lag: Option<u64>,
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
    #[must_use]
    pub fn interval(&self) -> Duration {
        Duration::from_secs(self.interval_seconds.get().into())
    }
}
