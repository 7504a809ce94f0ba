//! `/status.json`: everything that is known of the running chain, in one document.
//!
//! Times are seconds since the Unix epoch, spans are seconds, balances are wei in hex (`0x…`). A field that
//! is not known now is `null`. Fields are only ever added within a version.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, U256};
use serde::{Deserialize, Serialize};

use crate::condition::{Condition, Name, State};
use op_gate::Judgement;
use op_prove::compare::Verdict;

/// The document.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// Of this format.
    pub version: u32,
    /// Version of op-warden.
    pub op_warden: String,
    /// When this was observed.
    pub observed_at: u64,
    /// Since when this process watches.
    pub watching_since: u64,
    /// Chain id of the L2.
    pub l2_chain_id: u64,
    /// Chain id of the L1.
    pub l1_chain_id: u64,
    /// Whether every condition holds.
    pub ready: bool,
    /// Until when the operator has announced maintenance.
    pub maintenance_until: Option<u64>,
    /// Every condition, the worst first.
    pub conditions: Vec<Condition>,
    /// The services of the configuration, by name.
    pub services: BTreeMap<String, Service>,
    /// When the gates were last judged.
    pub judged_at: Option<u64>,
    /// The sequencer and the followers of the configuration, by the name of the node's service, and
    /// remote followers by theirs.
    pub nodes: BTreeMap<String, Node>,
    /// The L1.
    pub l1: L1,
    /// How long unsafe blocks may still wait for their batches.
    pub sequencing_window: Option<SequencingWindow>,
    /// The accounts that sign L1 transactions, by service.
    pub accounts: BTreeMap<String, Account>,
    /// Dispute games.
    pub games: Option<Games>,
    /// The host.
    pub host: Host,
    /// Bounds that the conditions are judged by, in seconds.
    pub limits: Limits,
    /// What happened since this process first watched the chain.
    pub counters: Counters,
    /// The last hours, a point a minute, the oldest first.
    pub history: Vec<Point>,
    /// Conditions that turned, the newest first.
    pub events: Vec<Event>,
}

/// A service of the configuration.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Service {
    /// The official program.
    pub component: Option<String>,
    /// Whether it answers.
    pub up: Option<bool>,
    /// How often it was seen to have been started again.
    pub restarts: u64,
    /// Whether its gates passed, and what each found.
    pub judgement: Option<Judgement>,
    /// Bytes that are free for its data.
    pub disk_free: Option<u64>,
    /// Bytes that must be free.
    pub disk_required: Option<u64>,
}

/// A node: op-node and its engine.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Node {
    /// Whether it makes the blocks.
    pub sequencer: bool,
    /// Why its engine could not be read at the last poll.
    pub error: Option<String>,
    /// The head that came through gossip, or that the sequencer made.
    pub unsafe_head: Option<Head>,
    /// The head that was derived from L1.
    pub safe_head: Option<Head>,
    /// The head that was derived from final blocks of L1.
    pub finalized_head: Option<Head>,
    /// Connected P2P peers.
    pub peers: Option<u64>,
    /// How often its derivation pipeline was seen to be reset.
    pub derivation_resets: u64,
    /// Its unsafe head compared with the sequencer's; `null` of the sequencer.
    pub unsafe_verdict: Option<Verdict>,
    /// Its safe head compared with the sequencer's; `null` of the sequencer.
    pub safe_verdict: Option<Verdict>,
    /// The next block to be compared: every block below it was, one by one.
    pub compared_to: Option<u64>,
}

/// A head.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Head {
    /// Number of the block.
    pub number: u64,
    /// Its hash.
    pub hash: B256,
    /// Its time.
    pub timestamp: u64,
    /// When its number was last seen to grow.
    pub moved_at: u64,
}

/// The L1.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct L1 {
    /// The endpoint: scheme, host and port.
    pub endpoint: String,
    /// Why it could not be read at the last poll.
    pub error: Option<String>,
    /// Its newest block.
    pub head: Option<L1Head>,
    /// Its newest safe block.
    pub safe: Option<L1Head>,
    /// Its newest final block.
    pub finalized: Option<L1Head>,
    /// Seconds between two blocks, measured.
    pub block_time: Option<f64>,
}

/// A block of L1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct L1Head {
    /// Its number.
    pub number: u64,
    /// Its time.
    pub timestamp: u64,
}

/// How long unsafe blocks may still wait for their batches: when it is over, op-node makes empty
/// blocks in their place, and what users did is undone.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SequencingWindow {
    /// `seq_window_size` of rollup.json, in L1 blocks.
    pub size: u64,
    /// L1 blocks left.
    pub left: u64,
    /// The same in seconds, at L1's measured block time.
    pub left_seconds: Option<f64>,
}

/// An account that signs L1 transactions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    /// The address of the service's key.
    pub address: Address,
    /// In wei.
    pub balance: Option<U256>,
    /// What the service needs, in wei.
    pub min_balance: Option<U256>,
    /// Transactions that it has sent.
    pub nonce: Option<u64>,
    /// Wei an hour, over the last hours.
    pub spent_an_hour: Option<U256>,
    /// Seconds that the balance lasts at that rate; `null` while it spends nothing.
    pub runway: Option<f64>,
    /// Whom L1 gives the role to, where the role is on L1.
    pub on_l1: Option<Address>,
}

/// Dispute games.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Games {
    /// How many were made.
    pub count: u64,
    /// When the newest was made.
    pub newest_at: Option<u64>,
    /// Type of the newest.
    pub newest_type: Option<u32>,
    /// The type that withdrawals are proven against.
    pub respected_type: u32,
    /// Looked at and not resolved yet.
    pub open: u64,
    /// Not resolved although the time for it has passed.
    pub overdue: u64,
    /// Ours that somebody disputes.
    pub disputed: u64,
    /// Ours that were lost.
    pub lost: u64,
    /// Games that op-dispute-mon disagrees with.
    pub disagreements: Option<u64>,
}

/// The host.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Host {
    /// Seconds by which the newest block that is known to be honest is in the future of the host's
    /// clock, or by which the clock was set; 0 when it is right.
    pub clock_skew: f64,
}

/// Bounds that the conditions are judged by, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Limits {
    /// How long the unsafe head may stand.
    pub unsafe_stall: u64,
    /// How long the safe head may stand.
    pub safe_stall: u64,
    /// How long the finalized head may stand.
    pub finalized_stall: u64,
    /// How far the safe head may be behind the unsafe one.
    pub safe_lag: u64,
    /// How old the newest game may be.
    pub game_age: u64,
    /// How far a follower's unsafe head may be behind.
    pub follower_lag: u64,
    /// How old L1's newest block may be.
    pub l1_age: u64,
}

/// What happened since this chain was first watched.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Counters {
    /// Polls of the nodes.
    pub polls: u64,
    /// Requests to the nodes that were not answered.
    pub node_errors: u64,
    /// Requests to L1 that were not answered.
    pub l1_errors: u64,
    /// Times that L1 limited requests.
    pub l1_limited: u64,
    /// Blocks of followers that were compared.
    pub blocks_compared: u64,
    /// Verdicts that turned to diverged.
    pub divergences: u64,
    /// L1-info deposits that failed.
    pub l1_info_failures: u64,
    /// Times that this process was started on the chain.
    pub starts: u64,
}

/// One minute of the past.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Point {
    /// When.
    pub at: u64,
    /// Number of the sequencer's unsafe head.
    pub unsafe_head: Option<u64>,
    /// Number of the sequencer's safe head.
    pub safe_head: Option<u64>,
    /// Seconds since the unsafe head's time.
    pub unsafe_age: Option<u64>,
    /// Seconds between the unsafe and the safe head's times.
    pub safe_lag: Option<u64>,
    /// L1 blocks left of the sequencing window.
    pub window_left: Option<u64>,
    /// Balance of the batcher, in ETH.
    pub batcher_balance: Option<f64>,
    /// Blocks that the slowest follower is behind.
    pub follower_lag: Option<u64>,
    /// Conditions that did not hold.
    pub failed: u32,
}

/// A condition that turned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When.
    pub at: u64,
    /// The condition.
    pub condition: Name,
    /// Its subject.
    pub subject: String,
    /// Its state before.
    pub from: State,
    /// Its state since.
    pub to: State,
    /// What was found.
    pub found: String,
}

impl Status {
    /// The version that this program writes.
    pub const VERSION: u32 = 2;

    /// The conditions that keep the chain, or one of its services, from being ready.
    pub fn failed<'a>(&'a self, service: Option<&'a str>) -> impl Iterator<Item = &'a Condition> {
        self.conditions.iter().filter(move |condition| {
            !condition.state.is_ready() && service.is_none_or(|name| condition.subject == name)
        })
    }
}

impl Limits {
    /// Each bound: name, what it bounds, seconds.
    #[must_use]
    pub const fn table(&self) -> [(&'static str, &'static str, u64); 7] {
        [
            ("unsafe-stall", "Unsafe head stands", self.unsafe_stall),
            ("safe-stall", "Safe head stands", self.safe_stall),
            ("finalized-stall", "Finalized head stands", self.finalized_stall),
            ("safe-lag", "Safe head behind", self.safe_lag),
            ("game-age", "Newest game's age", self.game_age),
            ("follower-lag", "Follower behind", self.follower_lag),
            ("l1-age", "L1's newest block's age", self.l1_age),
        ]
    }
}

impl Counters {
    /// Each counter: name, what it counts, the count.
    #[must_use]
    pub const fn table(&self) -> [(&'static str, &'static str, u64); 8] {
        [
            ("polls", "Polls of the nodes", self.polls),
            ("node_errors", "Requests to nodes that were not answered", self.node_errors),
            ("l1_errors", "Requests to L1 that were not answered", self.l1_errors),
            ("l1_limited", "Times that L1 limited requests", self.l1_limited),
            ("blocks_compared", "Blocks of followers compared", self.blocks_compared),
            ("divergences", "Verdicts that turned to diverged", self.divergences),
            ("l1_info_failures", "L1-info deposits that failed", self.l1_info_failures),
            ("starts", "Times that op-warden was started on this chain", self.starts),
        ]
    }
}
