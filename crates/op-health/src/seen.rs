//! What was read since this process began: it is read again after a restart.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use alloy_primitives::{Address, B256};
use op_chain::rollup::RollupConfig;

use crate::last_reading::LastReading;
use crate::update::{inclusion::Inclusion, l1_view::Late};
use op_gate::record::Record;
use op_observe::{l1::L1Answers, node::NodeAnswers, programs::Program, units::UnitState};
use op_prove::compare::Verdict;
use op_status::condition::{Acceptance, Name};
use op_util::number::float;

/// What was read.
pub(crate) struct Seen {
    /// Seconds since the Unix epoch, by the host's clock.
    pub(crate) now: f64,
    /// Seconds for which this process watches.
    pub(crate) watched: f64,
    /// Recent steps of the host's clock: when, and by how much.
    pub(crate) steps: Vec<(f64, f64)>,
    /// rollup.json, once it is there.
    pub(crate) chain: Option<RollupConfig>,
    /// The last judgements of the gates, or why there are none.
    pub(crate) judgements: Result<Record, String>,
    /// The addresses of the services' keys.
    pub(crate) accounts: BTreeMap<String, Address>,
    pub(crate) maintenance_until: Option<u64>,
    pub(crate) l1: LastReading<L1Answers>,
    /// Polls of L1, to look at all games in turn.
    pub(crate) l1_polls: u64,
    pub(crate) engines: BTreeMap<String, LastReading<()>>,
    /// How many peers the followers' engines have, by their services.
    pub(crate) engine_peers: BTreeMap<String, LastReading<u64>>,
    pub(crate) nodes: BTreeMap<String, LastReading<NodeAnswers>>,
    pub(crate) programs: BTreeMap<String, LastReading<Program>>,
    /// The services that send to L1.
    pub(crate) senders: BTreeMap<String, Sender>,
    pub(crate) comparisons: BTreeMap<String, Comparison>,
    /// L1-info deposits whose receipts are read in the next poll, by block.
    pub(crate) pending_receipts: BTreeMap<u64, B256>,
    /// Bytes that are free.
    pub(crate) disks: BTreeMap<PathBuf, Result<u64, String>>,
    /// The services' systemd units, where they run in any.
    pub(crate) units: BTreeMap<String, UnitState>,
    /// The services' last errors, of those that died.
    pub(crate) last_errors: BTreeMap<String, String>,
    /// The services that are kept stopped on purpose, and why.
    pub(crate) held: BTreeMap<String, String>,
    /// What somebody accepts, by condition.
    pub(crate) accepted: BTreeMap<Name, Acceptance>,
    /// The services that run what was installed before the last switch.
    pub(crate) pending: BTreeSet<String>,
    /// Since when op-nodes are behind L1, by their nodes.
    pub(crate) late: BTreeMap<String, Late>,
    /// Users' transactions.
    pub(crate) inclusion: Inclusion,
    /// Since when op-dispute-mon has not been able to judge every game.
    pub(crate) unjudged_games_since: Option<f64>,
}

/// What tells a service's own transactions from others of its account.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sender {
    /// Its account's transactions on L1, as they were known before the last look at its metrics.
    pub(crate) on_l1: Option<u64>,
    /// What they are compared with; `None` while its process is young.
    pub(crate) base: Option<Tally>,
    /// The same for the nonces that were taken, of the last minutes only.
    pub(crate) recent: Option<Tally>,
}

/// An account's transactions, as L1 and its program count them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tally {
    /// Seconds since the Unix epoch.
    pub(crate) at: f64,
    pub(crate) on_l1: u64,
    pub(crate) confirmed: u64,
    pub(crate) nonces_taken: u64,
}

/// A follower's verdicts, and for how many polls each was unknown.
#[derive(Debug, Clone)]
pub(crate) struct Comparison {
    pub(crate) unsafe_head: Verdict,
    pub(crate) safe_head: Verdict,
    pub(crate) unsafe_unknown: u32,
    pub(crate) safe_unknown: u32,
}

impl Seen {
    /// Nothing was read yet.
    pub(crate) fn nothing(now: f64) -> Self {
        Self {
            now,
            watched: 0.0,
            steps: Vec::new(),
            chain: None,
            judgements: Err("nothing is judged yet".to_owned()),
            accounts: BTreeMap::new(),
            maintenance_until: None,
            l1: LastReading::default(),
            l1_polls: 0,
            engines: BTreeMap::new(),
            engine_peers: BTreeMap::new(),
            nodes: BTreeMap::new(),
            programs: BTreeMap::new(),
            senders: BTreeMap::new(),
            comparisons: BTreeMap::new(),
            pending_receipts: BTreeMap::new(),
            disks: BTreeMap::new(),
            units: BTreeMap::new(),
            last_errors: BTreeMap::new(),
            held: BTreeMap::new(),
            accepted: BTreeMap::new(),
            pending: BTreeSet::new(),
            late: BTreeMap::new(),
            inclusion: Inclusion::default(),
            unjudged_games_since: None,
        }
    }

    /// What somebody accepts of a condition, where the clock has reached that time.
    pub(crate) fn accepted(&self, name: Name) -> Option<&Acceptance> {
        self.accepted.get(&name).filter(|accepted| float(accepted.at) <= self.now)
    }

    /// Whether what was seen then counts no more. An acceptance is of a whole second.
    pub(crate) fn is_accepted(&self, name: Name, at: f64) -> bool {
        self.accepted(name).is_some_and(|accepted| at < float(accepted.at) + 1.0)
    }

    pub(crate) fn engine(&self, node: &str) -> &LastReading<()> {
        const NEVER: &LastReading<()> = &LastReading::never();
        self.engines.get(node).unwrap_or(NEVER)
    }

    pub(crate) fn node(&self, node: &str) -> &LastReading<NodeAnswers> {
        const NEVER: &LastReading<NodeAnswers> = &LastReading::never();
        self.nodes.get(node).unwrap_or(NEVER)
    }
}
