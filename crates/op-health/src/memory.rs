//! What survives a restart: one small file, written as a whole.

pub(crate) mod control;
pub(crate) mod reorgs;
pub(crate) mod roots;
pub(crate) mod withdrawals;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::{fs, io};

use alloy_primitives::{Address, B256, U256};
use serde::{Deserialize, Serialize};

use op_prove::compare::{Block, Track};
use op_status::condition::{Name, State};
use op_status::status::{Counters, Event, Point};
use op_util::file;

/// The most of the file that is read.
const MAX_BYTES: u64 = 64 << 20;
/// Points of the charts: eight hours.
pub(crate) const POINTS: usize = 480;
/// Events of the timeline.
pub(crate) const EVENTS: usize = 300;
/// Balances of an account, a minute apart.
pub(crate) const BALANCES: usize = 360;

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Memory {
    version: u32,
    /// Hash of the L2 genesis block: another chain has another memory.
    pub(crate) genesis: Option<B256>,
    pub(crate) saved_at: f64,
    pub(crate) nodes: BTreeMap<String, Node>,
    pub(crate) services: BTreeMap<String, Service>,
    pub(crate) accounts: BTreeMap<String, Account>,
    pub(crate) games: Games,
    #[serde(default)]
    pub(crate) control: control::Control,
    /// What op-dispute-mon finds wrong with bonds.
    #[serde(default)]
    pub(crate) bonds: Option<Alarm>,
    #[serde(default)]
    pub(crate) reorgs: reorgs::Reorgs,
    #[serde(default)]
    pub(crate) withdrawals: withdrawals::Withdrawals,
    /// The L1 origin of the last safe head that an op-node reported.
    #[serde(default)]
    pub(crate) safe_origin: Option<u64>,
    /// The next block of the sequencer whose L1-info deposit is to be looked at.
    pub(crate) next_l1_info: Option<u64>,
    /// The last block whose L1-info deposit failed.
    pub(crate) failed_l1_info: Option<u64>,
    /// The last state of each condition that has held once.
    #[serde(rename = "stands")]
    pub(crate) standings: Vec<Standing>,
    pub(crate) counters: Counters,
    pub(crate) history: VecDeque<Point>,
    pub(crate) events: VecDeque<Event>,
}

/// How much is wrong, and when that last became more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Alarm {
    pub(crate) count: u64,
    pub(crate) at: f64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Standing {
    pub(crate) condition: Name,
    pub(crate) subject: String,
    pub(crate) state: State,
    /// Seconds since the Unix epoch.
    pub(crate) since: u64,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Node {
    pub(crate) unsafe_head: Option<Head>,
    pub(crate) safe_head: Option<Head>,
    pub(crate) finalized_head: Option<Head>,
    /// Of a follower.
    pub(crate) track: Option<Track>,
    /// Seconds for which the unsafe head has been behind.
    pub(crate) unsafe_behind: f64,
    /// Seconds for which the safe head has been behind.
    pub(crate) safe_behind: f64,
    /// The counter of its process, to see it grow.
    pub(crate) resets_seen: Option<f64>,
    pub(crate) resets: u64,
    /// When it was last seen to be reset.
    pub(crate) reset_at: Option<f64>,
}

/// A head and how long it has stood.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Head {
    pub(crate) block: Block,
    /// Seconds.
    pub(crate) stalled: f64,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Service {
    /// When its process began.
    pub(crate) started: Option<f64>,
    /// How often systemd has started it again, to see it grow.
    pub(crate) unit_restarts: Option<u64>,
    pub(crate) restarts: u64,
    /// When it was seen to be started again, recently.
    pub(crate) restarted_at: VecDeque<f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Account {
    pub(crate) address: Address,
    /// When, and how much.
    pub(crate) balances: VecDeque<(f64, U256)>,
    pub(crate) nonce: Option<u64>,
    /// Seconds for which the nonce has stood.
    pub(crate) nonce_stalled: f64,
    /// When a transaction was last seen that the service did not send.
    #[serde(default)]
    pub(crate) sent_elsewhere_at: Option<f64>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Games {
    /// Index of the first game that is not known yet.
    pub(crate) next: Option<u64>,
    /// When the newest was made, and of which type it is.
    pub(crate) newest: Option<(u64, u32)>,
    /// The newest that our proposer made.
    #[serde(default)]
    pub(crate) newest_ours: Option<(u64, Option<u32>)>,
    /// Games in play, by index.
    pub(crate) open: BTreeMap<u64, Game>,
    /// Those of them that could not be read at the last look, by index.
    #[serde(default)]
    pub(crate) unread: BTreeSet<u64>,
    /// Output roots that are not known to be true, by the index of their game.
    #[serde(default)]
    pub(crate) roots: BTreeMap<u64, roots::Root>,
    /// Ours that were lost, by index, and when that was seen.
    #[serde(default)]
    pub(crate) lost_at: BTreeMap<u64, f64>,
    /// The same, as versions before 0.3 wrote it.
    #[serde(default, skip_serializing)]
    pub(crate) lost: Vec<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Game {
    pub(crate) proxy: Address,
    pub(crate) created: u64,
    /// `None` of one that a former version remembered.
    #[serde(default)]
    pub(crate) kind: Option<u32>,
    /// Who made it; `None` until it is known.
    pub(crate) creator: Option<Address>,
    pub(crate) claims: u64,
    /// Seconds that each side has.
    pub(crate) clock: u64,
    /// Whether what never changes was read.
    #[serde(default)]
    pub(crate) is_read: bool,
}

impl Memory {
    const VERSION: u32 = 1;

    pub(crate) fn new() -> Self {
        Self { version: Self::VERSION, ..Self::default() }
    }

    /// Reads the file; one that cannot be used is set aside, and what is then to be reported comes along.
    pub(crate) fn load(path: &Path) -> (Self, Option<String>) {
        let text = match file::read(path, MAX_BYTES) {
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

    pub(crate) fn save(&self, path: &Path) -> io::Result<()> {
        file::replace(path, &serde_json::to_vec(self)?)
    }

    pub(crate) fn unsafe_head(&self, node: &str) -> Option<Head> {
        self.nodes.get(node)?.unsafe_head
    }
}

impl Node {
    /// The next block of a follower to be compared.
    pub(crate) fn compared_to(&self) -> Option<u64> {
        self.track.as_ref().map(Track::next)
    }
}

fn forget(path: &Path, reason: &str) -> String {
    let beside = aside(path);
    let aside = match fs::rename(path, &beside) {
        Ok(()) => format!("; the file is now {}", beside.display()),
        Err(error) => format!("; it could not be set aside: {error}"),
    };
    format!("the state in {} cannot be used ({reason}): it begins anew{aside}", path.display())
}

/// Where the newest file that could not be used is kept.
pub(crate) fn aside(path: &Path) -> PathBuf {
    path.with_extension("unusable.json")
}

/// Adds to the end, and forgets the oldest.
pub(crate) fn push<T>(items: &mut VecDeque<T>, item: T, most: usize) {
    items.push_back(item);
    while items.len() > most {
        items.pop_front();
    }
}
