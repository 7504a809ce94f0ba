//! What survives a restart: one small file, written as a whole.

use std::{
    collections::{BTreeMap, VecDeque},
    fs, io,
    path::{Path, PathBuf},
};

use alloy_primitives::{Address, B256, U256};
use serde::{Deserialize, Serialize};

use crate::{
    condition::{Name, State},
    status::{Counters, Event, Point},
};
use op_prove::compare::{Block, Track};
use op_util::file;

/// Points of the charts: eight hours.
pub(super) const POINTS: usize = 480;
/// Events of the timeline.
pub(super) const EVENTS: usize = 300;
/// Samples of an account's balance, a minute apart.
pub(super) const BALANCES: usize = 360;

/// What is known of the chain from before.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Memory {
    /// Of this format.
    version: u32,
    /// Hash of the L2 genesis block: another chain has another memory.
    pub(super) genesis: Option<B256>,
    /// When this was written.
    pub(super) saved_at: f64,
    pub(super) nodes: BTreeMap<String, Node>,
    pub(super) services: BTreeMap<String, Service>,
    pub(super) accounts: BTreeMap<String, Account>,
    pub(super) games: Games,
    /// The next block of the sequencer whose L1-info deposit is to be looked at.
    pub(super) next_l1_info: Option<u64>,
    /// The last block whose L1-info deposit failed.
    pub(super) failed_l1_info: Option<u64>,
    /// How each condition stands that has once held.
    pub(super) stands: Vec<Stand>,
    pub(super) counters: Counters,
    pub(super) history: VecDeque<Point>,
    pub(super) events: VecDeque<Event>,
}

/// How a condition stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stand {
    pub(super) condition: Name,
    pub(super) subject: String,
    pub(super) state: State,
    /// Seconds since the Unix epoch.
    pub(super) since: u64,
}

/// A node.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Node {
    pub(super) unsafe_head: Option<Head>,
    pub(super) safe_head: Option<Head>,
    pub(super) finalized_head: Option<Head>,
    /// Of a follower.
    pub(super) track: Option<Track>,
    /// Seconds for which the unsafe head has been behind.
    pub(super) unsafe_behind: f64,
    /// Seconds for which the safe head has been behind.
    pub(super) safe_behind: f64,
    /// The counter of its process, to see it grow.
    pub(super) resets_seen: Option<f64>,
    pub(super) resets: u64,
    /// When it was last seen to be reset.
    pub(super) reset_at: Option<f64>,
}

/// A head and how long it has stood.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Head {
    pub(super) block: Block,
    /// Seconds.
    pub(super) stalled: f64,
}

/// A service.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Service {
    /// When its process began.
    pub(super) started: Option<f64>,
    /// How often systemd has started it again, to see it grow.
    pub(super) unit_restarts: Option<u64>,
    pub(super) restarts: u64,
    /// When it was seen to be started again, of late.
    pub(super) restarted_at: VecDeque<f64>,
}

/// An account of a service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Account {
    pub(super) address: Address,
    /// When, and how much.
    pub(super) balances: VecDeque<(f64, U256)>,
    pub(super) nonce: Option<u64>,
    /// Seconds for which the nonce has stood.
    pub(super) nonce_stalled: f64,
}

/// Dispute games.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Games {
    /// Index of the first game that is not known yet.
    pub(super) next: Option<u64>,
    pub(super) newest: Option<(u64, u32)>,
    /// Games in play, by index.
    pub(super) open: BTreeMap<u64, Game>,
    /// Ours that were lost, by index.
    pub(super) lost: Vec<u64>,
}

/// A game in play.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Game {
    pub(super) proxy: Address,
    pub(super) created: u64,
    /// Whether the proposer of this configuration made it; `None` until it is known.
    pub(super) creator: Option<Address>,
    pub(super) claims: u64,
    /// Seconds that each side has.
    pub(super) clock: u64,
}

/// A file of the past that could not be used, and where it is now.
#[derive(Debug, thiserror::Error)]
#[error("the state in {path} cannot be used ({reason}): it begins anew{aside}")]
pub(super) struct Forgotten {
    path: String,
    reason: String,
    aside: String,
}

impl Memory {
    const VERSION: u32 = 1;

    pub(super) fn new() -> Self {
        Self { version: Self::VERSION, ..Self::default() }
    }

    /// Reads the file; one that cannot be used is set aside, and told of.
    pub(super) fn load(path: &Path) -> (Self, Option<Forgotten>) {
        let text = match fs::read(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return (Self::new(), None),
            Err(error) => return (Self::new(), Some(forget(path, &error.to_string()))),
        };
        match serde_json::from_slice::<Self>(&text) {
            Ok(memory) if memory.version == Self::VERSION => (memory, None),
            Ok(memory) => {
                let reason = format!("version {} is not {}", memory.version, Self::VERSION);
                (Self::new(), Some(forget(path, &reason)))
            }
            Err(error) => (Self::new(), Some(forget(path, &error.to_string()))),
        }
    }

    /// Writes the file.
    pub(super) fn save(&self, path: &Path) -> io::Result<()> {
        file::replace(path, &serde_json::to_vec(self)?)
    }
}

fn forget(path: &Path, reason: &str) -> Forgotten {
    let beside = aside(path);
    let aside = match fs::rename(path, &beside) {
        Ok(()) => format!("; the file is now {}", beside.display()),
        Err(error) => format!("; it could not be set aside: {error}"),
    };
    Forgotten { path: path.display().to_string(), reason: reason.to_owned(), aside }
}

/// One is kept, the newest.
pub(super) fn aside(path: &Path) -> PathBuf {
    path.with_extension("unusable.json")
}

/// Adds to the end, and forgets the beginning.
pub(super) fn push<T>(items: &mut VecDeque<T>, item: T, most: usize) {
    items.push_back(item);
    while items.len() > most {
        items.pop_front();
    }
}
