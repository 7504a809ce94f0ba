//! What has to hold while the chain runs, by name.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumMessage, IntoStaticStr, VariantArray};

/// A condition: when it holds (its comment), its name, and the alert that reports it. An alert has a rule in
/// `monitoring/alerts.yml` and a page in `runbooks/`.
macro_rules! table {
    (
        conditions { $($(#[$holds_when:meta])* $name:ident: $alert:literal,)* }
        alerts of other metrics { $($other:literal,)* }
    ) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        #[derive(Display, EnumMessage, IntoStaticStr, VariantArray)]
        #[strum(serialize_all = "kebab-case")]
        pub enum Name {
            $($(#[$holds_when])* $name,)*
        }

        impl Name {
            /// The alert that reports it; its runbook says what to do.
            #[must_use]
            pub const fn alert(self) -> &'static str {
                match self {
                    $(Self::$name => $alert,)*
                }
            }
        }

        /// The page of each alert; of one that reports several conditions, several times.
        pub(crate) const PAGES: &[(&str, &str)] = &[
            $(($alert, include_str!(concat!("../runbooks/", $alert, ".md"))),)*
            $(($other, include_str!(concat!("../runbooks/", $other, ".md"))),)*
        ];
    };
}

table! {
    conditions {
        /// Every gate of the service passed at the last judgement, and that is fresh.
        Gates: "OpStackGateRefused",
        /// The program answers.
        Service: "OpStackServiceDown",
        /// The program was not started again and again.
        Restarts: "OpStackServiceFlapping",
        /// The sequencer makes blocks.
        UnsafeHead: "OpStackUnsafeHeadStalled",
        /// Blocks become safe: they come back from L1.
        SafeHead: "OpStackSafeHeadStalled",
        /// Blocks become final.
        FinalizedHead: "OpStackFinalizedHeadStalled",
        /// The safe head is not too far behind the unsafe one.
        SafeLag: "OpStackSafeHeadStalled",
        /// The sequencer is meant to make blocks.
        SequencerActive: "OpStackSequencerInactive",
        /// The derivation pipeline was not reset.
        Derivation: "OpStackDerivationReset",
        /// The L1-info deposit at the start of each block succeeded.
        L1Info: "OpStackL1InfoFailed",
        /// Each op-node sees L1 as it is, and blocks are made on young L1 blocks.
        L1Origin: "OpStackL1OriginOld",
        /// No block that was seen is replaced, neither of L2 nor several of L1 at once.
        Reorg: "OpStackReorganised",
        /// What is in L1 is derived.
        DerivationLag: "OpStackDerivationLags",
        /// L1 answers, moves and becomes final.
        L1: "OpStackL1Failing",
        /// There is time left until unsafe blocks would be reorganised away.
        SequencingWindow: "OpStackSequencingWindowClosing",
        /// The batcher's transactions get into L1.
        BatcherProgress: "OpStackBatcherStuck",
        /// The role's account holds what its service needs.
        Balance: "OpStackRunwayShort",
        /// The role's account lasts for a day at the rate of the last hours.
        Runway: "OpStackRunwayShort",
        /// L1 gives the role to the key that the service signs with.
        Role: "OpStackRoleRotated",
        /// Nobody else signs with the service's key.
        Alone: "OpStackTwoSigners",
        /// The newest game is young enough.
        NewestGame: "OpStackGamesStopped",
        /// The newest game is of the type that withdrawals are proven against.
        GameType: "OpStackGameTypeNotRespected",
        /// Nobody disputes our games.
        GameDisputed: "OpStackGameDisputed",
        /// Games are resolved in time.
        GameUnresolved: "OpStackGameUnresolved",
        /// The roots of all games are those that our own nodes have.
        GameRoots: "OpStackFalseRoot",
        /// Withdrawals that were proven on L1 are on L2.
        Withdrawals: "OpStackForgedWithdrawal",
        /// Owners, guardian, implementations and settings of the contracts on L1 are as somebody accepted them, and withdrawals are not paused.
        L1Control: "OpStackL1ControlChanged",
        /// Users' transactions get into blocks.
        Inclusion: "OpStackNoInclusion",
        /// op-dispute-mon agrees with all games.
        DisputeMon: "OpStackDisputeMonDisagrees",
        /// The challenger acts at L1's head, and op-dispute-mon's nodes agree about every game.
        Watchers: "OpStackWatcherBlind",
        /// Bonds of games are there, and no claim of ours is invalid.
        Bonds: "OpStackBondsWrong",
        /// The follower's unsafe head is the sequencer's.
        FollowerUnsafe: "OpStackFollowerDiverged",
        /// The follower's safe head is the sequencer's.
        FollowerSafe: "OpStackFollowerDiverged",
        /// The node has peers where others depend on it, and a follower's engine the sequencer's.
        Peers: "OpStackNoPeers",
        /// The host's clock is right.
        Clock: "OpStackClockSkewed",
        /// There is room for the service's data.
        Disk: "OpStackDiskFull",
    }
    alerts of other metrics {
        "OpStackConditionUnknown",
        "OpStackFollowerBehind",
        "OpStackFollowerUnknown",
        "OpStackGameLost",
        "OpStackGateWaiting",
        "OpStackGateWarns",
        "OpStackJudgementsOld",
        "OpStackMaintenanceLong",
        "OpStackWardenDown",
        "OpStackWardenFlapping",
        "OpStackWardenStale",
    }
}

/// What lasts although nothing is done any more, until somebody who looked at it accepts it
/// (`op-warden accept`). All else ends when it is mended.
pub const LASTING: &[Name] = &[
    Name::GameDisputed,
    Name::GameRoots,
    Name::Withdrawals,
    Name::L1Control,
    Name::Reorg,
    Name::Bonds,
];

impl Name {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The name as it is written everywhere.
    #[must_use]
    pub fn text(self) -> &'static str {
        self.into()
    }

    #[must_use]
    pub fn holds_when(self) -> &'static str {
        self.get_documentation().unwrap_or_default()
    }
}

/// The state of a condition, from good to bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[derive(IntoStaticStr, VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum State {
    /// It holds.
    Ok,
    /// It holds, but something should be mended.
    Warn,
    /// It cannot be judged now: not ready.
    Unknown,
    /// It does not hold: not ready.
    Failed,
}

impl State {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Whether the chain may be called ready.
    #[must_use]
    pub fn is_ready(self) -> bool {
        self <= Self::Warn
    }

    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    pub name: Name,
    /// The service that it is judged for: one of the configuration's names, or a remote follower's.
    pub subject: String,
    pub state: State,
    /// Since when it has this state, in seconds since the Unix epoch.
    pub since: u64,
    pub expected: String,
    pub found: String,
    /// What to do; empty while it holds.
    pub mend: String,
    /// The condition that it follows from: what is to be mended first.
    #[serde(default)]
    pub follows: Option<Cause>,
    /// What was found until somebody accepted it, and does not count since.
    #[serde(default)]
    pub accepted: Option<Acceptance>,
}

/// That somebody looked at what was found until then, and accepts it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acceptance {
    /// Seconds since the Unix epoch.
    pub at: u64,
    /// In somebody's words, in one line; empty where nobody said.
    pub why: String,
}

/// A condition that others follow from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    pub condition: Name,
    pub subject: String,
}

/// How a condition is judged. [`Condition::since`] stays 0 here: `turn` knows it.
impl Condition {
    /// One that holds.
    #[must_use]
    pub fn holds(
        name: Name,
        subject: &str,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Self {
        Self {
            name,
            subject: subject.to_owned(),
            state: State::Ok,
            since: 0,
            expected: expected.into(),
            found: found.into(),
            mend: String::new(),
            follows: None,
            accepted: None,
        }
    }

    /// One that cannot be judged, and why.
    #[must_use]
    pub fn unknown(
        name: Name,
        subject: &str,
        expected: impl Into<String>,
        reason: &str,
        mend: &str,
    ) -> Self {
        let found = format!("cannot be read: {reason}");
        Self::holds(name, subject, expected, found).is(State::Unknown, mend)
    }

    /// In another state, and what to do about it.
    #[must_use]
    pub fn is(self, state: State, mend: impl Into<String>) -> Self {
        Self { state, mend: mend.into(), ..self }
    }

    /// Another state unless it holds; the worse one stays.
    #[must_use]
    pub fn unless(self, holds: bool, state: State, mend: impl Into<String>) -> Self {
        if holds || state <= self.state { self } else { self.is(state, mend) }
    }
}
