//! `/status.json`: everything that is known of the running chain, in one document.
//!
//! What each field means, its unit and when it is `null`: `STATUS.md`, which a test compares with these types.
//! Fields are only ever added within a version.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, U256};
use serde::{Deserialize, Serialize};

use crate::condition::{Condition, Name, State};
use op_gate::Judgement;
use op_prove::compare::Verdict;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    pub version: u32,
    pub op_warden: String,
    pub observed_at: u64,
    pub watching_since: u64,
    pub l2_chain_id: u64,
    pub l1_chain_id: u64,
    pub ready: bool,
    pub maintenance_until: Option<u64>,
    pub conditions: Vec<Condition>,
    pub services: BTreeMap<String, Service>,
    pub judged_at: Option<u64>,
    pub nodes: BTreeMap<String, Node>,
    pub l1: L1,
    pub sequencing_window: Option<SequencingWindow>,
    pub accounts: BTreeMap<String, Account>,
    pub games: Option<Games>,
    pub dispute_mon_disagreements: Option<u64>,
    pub host: Host,
    pub limits: Limits,
    pub counters: Counters,
    pub history: Vec<Point>,
    pub events: Vec<Event>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Service {
    pub component: Option<String>,
    pub up: Option<bool>,
    #[serde(default)]
    pub held: Option<String>,
    pub restarts: u64,
    pub judgement: Option<Judgement>,
    pub disk_free: Option<u64>,
    pub disk_required: Option<u64>,
}

/// A node: op-node and its engine.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Node {
    pub sequencer: bool,
    pub error: Option<String>,
    pub unsafe_head: Option<Head>,
    pub safe_head: Option<Head>,
    pub finalized_head: Option<Head>,
    pub peers: Option<u64>,
    pub derivation_resets: u64,
    pub unsafe_verdict: Option<Verdict>,
    pub safe_verdict: Option<Verdict>,
    pub compared_to: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Head {
    pub number: u64,
    pub hash: B256,
    pub timestamp: u64,
    pub moved_at: u64,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct L1 {
    pub endpoint: String,
    pub error: Option<String>,
    pub head: Option<L1Head>,
    pub safe: Option<L1Head>,
    pub finalized: Option<L1Head>,
    pub block_time: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct L1Head {
    pub number: u64,
    pub timestamp: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SequencingWindow {
    pub size: u64,
    pub left: u64,
    pub left_seconds: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    pub address: Address,
    pub balance: Option<U256>,
    pub min_balance: Option<U256>,
    pub nonce: Option<u64>,
    pub spent_an_hour: Option<U256>,
    pub runway: Option<f64>,
    pub on_l1: Option<Address>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Games {
    pub count: u64,
    pub newest_at: Option<u64>,
    pub newest_type: Option<u32>,
    pub respected_type: u32,
    pub open: u64,
    pub overdue: u64,
    pub disputed: u64,
    /// In play, and not readable at the last look.
    #[serde(default)]
    pub unread: u64,
    pub lost: u64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Host {
    pub clock_skew: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Limits {
    pub unsafe_stall: u64,
    pub safe_stall: u64,
    pub finalized_stall: u64,
    pub safe_lag: u64,
    pub game_age: u64,
    pub follower_lag: u64,
    pub l1_age: u64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Counters {
    pub polls: u64,
    pub node_errors: u64,
    pub l1_errors: u64,
    pub l1_limited: u64,
    pub blocks_compared: u64,
    pub divergences: u64,
    pub l1_info_failures: u64,
    pub starts: u64,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Point {
    pub at: u64,
    pub unsafe_head: Option<u64>,
    pub safe_head: Option<u64>,
    pub unsafe_age: Option<u64>,
    pub safe_lag: Option<u64>,
    pub window_left: Option<u64>,
    pub batcher_balance: Option<f64>,
    pub follower_lag: Option<u64>,
    pub failed: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    pub at: u64,
    pub condition: Name,
    pub subject: String,
    pub from: State,
    pub to: State,
    pub found: String,
}

impl Status {
    pub const VERSION: u32 = 2;

    /// The conditions that follow from one.
    pub fn followers<'a>(&'a self, cause: &'a Condition) -> impl Iterator<Item = &'a Condition> {
        self.conditions.iter().filter(move |condition| {
            condition
                .follows
                .as_ref()
                .is_some_and(|of| of.condition == cause.name && of.subject == cause.subject)
        })
    }

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
