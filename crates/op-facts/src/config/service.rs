//! A service, and what must hold before it starts.

use std::{collections::BTreeSet, path::PathBuf};

use alloy_primitives::{B256, U256};
use op_release::words;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::Value;

use crate::command::Command;
use crate::gate::{Gate, Need};

/// Where a follower's engine sends its transactions: op-reth's flag by all its names, then op-geth's.
const FOLLOWS: [&str; 4] =
    ["rollup.sequencer", "rollup.sequencer-http", "rollup.sequencer-ws", "rollup.sequencerhttp"];

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Service {
    /// What must hold; never empty.
    pub gates: Vec<Gate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<Command>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_dir: Option<PathBuf>,
    /// Bytes that must be free on the file system of `data_dir`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_free_bytes: Option<u64>,
    /// File with the key that the service signs with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<PathBuf>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine_rpc: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub game_type: Option<u32>,
    /// Least balance of the key's account on L1, in wei.
    #[serde(default, deserialize_with = "wei", skip_serializing_if = "Option::is_none")]
    pub min_balance: Option<U256>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prestate: Option<Prestate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<Image>,
    /// File in which the service's runner says until when it ran on this host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_run: Option<PathBuf>,
    /// File in which the service's runner says what ran last on its data: component and release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ran: Option<PathBuf>,
    /// File with the P2P key of an op-node or an engine on this host, where its flag names a copy that only the
    /// program sees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<PathBuf>,
    /// Files that its program is given, beside its key, and that no other gate looks at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<PathBuf>,
    /// Those of them that hold a secret in one line, as op-exec reads it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub credential_files: Vec<PathBuf>,
    /// File in which the service's runner leaves the program's last error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<PathBuf>,
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
    /// Folder with a `HASH.bin.gz` for each program that games of this chain begin with; a file is
    /// taken before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<PathBuf>,
}

impl Prestate {
    /// Where op-challenger finds the program of games that begin at this hash
    /// (`game/fault/trace/prestates`).
    #[must_use]
    pub fn path_of(&self, hash: B256) -> Option<PathBuf> {
        let in_folder = || Some(self.folder.as_ref()?.join(format!("{hash}.bin.gz")));
        self.file.clone().or_else(in_folder)
    }
}

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
    /// Archive that holds the image, in the place of a registry: a part of the system, which is pinned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<PathBuf>,
    /// The podman container that the service runs in; `None` where it runs in none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
}

impl Service {
    /// Whether it runs op-node.
    #[must_use]
    pub fn is_node(&self) -> bool {
        self.command.as_ref().is_some_and(|command| command.component == "op-node")
    }

    /// Whether it runs an execution engine.
    #[must_use]
    pub fn is_engine(&self) -> bool {
        let is = |command: &Command| matches!(command.component.as_str(), "op-reth" | "op-geth");
        self.command.as_ref().is_some_and(is)
    }

    /// Whether it runs a follower's engine.
    #[must_use]
    pub fn is_followers_engine(&self) -> bool {
        let follows = |command: &Command| FOLLOWS.iter().any(|flag| command.is_given(flag));
        self.is_engine() && self.command.as_ref().is_some_and(follows)
    }

    /// Whether this is the engine that another service asks.
    pub(super) fn serves(&self, other: &Self) -> bool {
        let port = || self.command.as_ref()?.setting("http.port");
        let asked = || other.engine_rpc.as_deref()?.trim_end_matches('/').rsplit_once(':');
        self.is_engine() && asked().is_some_and(|(_, asked)| port() == Some(asked))
    }

    /// The sequencers that a follower's engine sends transactions to.
    pub fn sequencers(&self) -> impl Iterator<Item = &str> {
        let command = self.command.as_ref().filter(|_| self.is_engine());
        FOLLOWS.into_iter().filter_map(move |flag| command?.value(flag))
    }

    /// The game types that it plays: of an op-challenger those of its command, also former ones.
    #[must_use]
    pub fn played(&self) -> BTreeSet<u32> {
        match self.command.as_ref().filter(|command| command.component == "op-challenger") {
            Some(command) => {
                let names = command.list("game-types").into_iter();
                names.filter_map(words::game_type_of).collect()
            }
            None => self.game_type.into_iter().collect(),
        }
    }

    /// The first gate that lacks a field to judge by, and the field.
    pub(super) fn lacks(&self) -> Option<(Gate, Need)> {
        self.gates.iter().find_map(|&gate| {
            let missing = gate.entry().needs.iter().find(|need| !self.has(**need))?;
            Some((gate, *missing))
        })
    }

    fn has(&self, need: Need) -> bool {
        match need {
            Need::Command => self.command.is_some(),
            Need::DataDir => self.data_dir.is_some(),
            Need::EngineRpc => self.engine_rpc.is_some(),
            Need::Files => !self.files.is_empty() || !self.credential_files.is_empty(),
            Need::GameType => self.game_type.is_some(),
            Need::Image => self.image.is_some(),
            Need::Key => self.key.is_some(),
            Need::LastRun => self.last_run.is_some(),
            Need::MinBalance => self.min_balance.is_some(),
            Need::MinFreeBytes => self.min_free_bytes.is_some(),
            Need::Prestate => self.prestate.is_some(),
        }
    }
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
