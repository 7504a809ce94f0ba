//! What has to hold while the chain runs, by name.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A condition by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Name {
    /// Every gate of the service passed at the last judgement, and that is fresh.
    Gates,
    /// The program answers.
    Service,
    /// The program was not started again and again.
    Restarts,
    /// The sequencer makes blocks.
    UnsafeHead,
    /// Blocks become safe: they come back from L1.
    SafeHead,
    /// Blocks become final.
    FinalizedHead,
    /// The safe head is not too far behind the unsafe one.
    SafeLag,
    /// The sequencer is meant to make blocks.
    SequencerActive,
    /// The derivation pipeline was not reset.
    Derivation,
    /// The L1-info deposit at the start of each block succeeded.
    L1Info,
    /// L1 answers, moves and becomes final.
    L1,
    /// There is time left until unsafe blocks would be reorganised away.
    SequencingWindow,
    /// The batcher's transactions get into L1.
    BatcherProgress,
    /// The role's account holds what its service needs.
    Balance,
    /// The role's account lasts at the rate of late.
    Runway,
    /// L1 gives the role to the key that the service signs with.
    Role,
    /// The newest game is young enough.
    NewestGame,
    /// The newest game is of the type that withdrawals are proven against.
    GameType,
    /// Nobody disputes our games.
    GameDisputed,
    /// Games are resolved in time.
    GameUnresolved,
    /// op-dispute-mon agrees with all games.
    DisputeMon,
    /// The follower's unsafe head is the sequencer's.
    FollowerUnsafe,
    /// The follower's safe head is the sequencer's.
    FollowerSafe,
    /// The node has peers where others depend on it.
    Peers,
    /// The host's clock is right.
    Clock,
    /// There is room for the service's data.
    Disk,
}

impl Name {
    /// Every condition.
    pub const ALL: [Self; 26] = [
        Self::Gates,
        Self::Service,
        Self::Restarts,
        Self::UnsafeHead,
        Self::SafeHead,
        Self::FinalizedHead,
        Self::SafeLag,
        Self::SequencerActive,
        Self::Derivation,
        Self::L1Info,
        Self::L1,
        Self::SequencingWindow,
        Self::BatcherProgress,
        Self::Balance,
        Self::Runway,
        Self::Role,
        Self::NewestGame,
        Self::GameType,
        Self::GameDisputed,
        Self::GameUnresolved,
        Self::DisputeMon,
        Self::FollowerUnsafe,
        Self::FollowerSafe,
        Self::Peers,
        Self::Clock,
        Self::Disk,
    ];

    /// The alert that tells of it, and whose runbook says what to do.
    #[must_use]
    pub const fn alert(self) -> &'static str {
        match self {
            Self::Gates => "OpStackGateRefused",
            Self::Service => "OpStackServiceDown",
            Self::Restarts => "OpStackServiceFlapping",
            Self::UnsafeHead => "OpStackUnsafeHeadStalled",
            Self::SafeHead | Self::SafeLag => "OpStackSafeHeadStalled",
            Self::FinalizedHead => "OpStackFinalizedHeadStalled",
            Self::SequencerActive => "OpStackSequencerInactive",
            Self::Derivation => "OpStackDerivationReset",
            Self::L1Info => "OpStackL1InfoFailed",
            Self::L1 => "OpStackL1Failing",
            Self::SequencingWindow => "OpStackSequencingWindowClosing",
            Self::BatcherProgress => "OpStackBatcherStuck",
            Self::Balance | Self::Runway => "OpStackRunwayShort",
            Self::Role => "OpStackRoleRotated",
            Self::NewestGame => "OpStackGamesStopped",
            Self::GameType => "OpStackGameTypeNotRespected",
            Self::GameDisputed => "OpStackGameDisputed",
            Self::GameUnresolved => "OpStackGameUnresolved",
            Self::DisputeMon => "OpStackDisputeMonDisagrees",
            Self::FollowerUnsafe | Self::FollowerSafe => "OpStackFollowerDiverged",
            Self::Peers => "OpStackNoPeers",
            Self::Clock => "OpStackClockSkewed",
            Self::Disk => "OpStackDiskFull",
        }
    }

    /// The name as it is written everywhere.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Gates => "gates",
            Self::Service => "service",
            Self::Restarts => "restarts",
            Self::UnsafeHead => "unsafe-head",
            Self::SafeHead => "safe-head",
            Self::FinalizedHead => "finalized-head",
            Self::SafeLag => "safe-lag",
            Self::SequencerActive => "sequencer-active",
            Self::Derivation => "derivation",
            Self::L1Info => "l1-info",
            Self::L1 => "l1",
            Self::SequencingWindow => "sequencing-window",
            Self::BatcherProgress => "batcher-progress",
            Self::Balance => "balance",
            Self::Runway => "runway",
            Self::Role => "role",
            Self::NewestGame => "newest-game",
            Self::GameType => "game-type",
            Self::GameDisputed => "game-disputed",
            Self::GameUnresolved => "game-unresolved",
            Self::DisputeMon => "dispute-mon",
            Self::FollowerUnsafe => "follower-unsafe",
            Self::FollowerSafe => "follower-safe",
            Self::Peers => "peers",
            Self::Clock => "clock",
            Self::Disk => "disk",
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.text())
    }
}

/// How a condition stands, from good to bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It holds.
    Ok,
    /// It holds, but something is to be mended.
    Warn,
    /// It cannot be judged now: not ready.
    Unknown,
    /// It does not hold: not ready.
    Failed,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Ok, Self::Warn, Self::Unknown, Self::Failed];

    /// Whether the chain may be called ready.
    #[must_use]
    pub fn is_ready(self) -> bool {
        self <= Self::Warn
    }

    /// The state in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Unknown => "unknown",
            Self::Failed => "failed",
        }
    }
}

/// One condition of one subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// Which.
    pub name: Name,
    /// The service that it is judged for: one of the configuration's names, or a remote follower's.
    pub subject: String,
    /// How it stands.
    pub state: State,
    /// Seconds since the Unix epoch when it came to stand so.
    pub since: u64,
    /// What has to hold.
    pub expected: String,
    /// What was found.
    pub found: String,
    /// What to do; empty while it holds.
    pub mend: String,
}
