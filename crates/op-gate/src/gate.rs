//! The gates by name, and what each needs of a service.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A precondition by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gate {
    /// genesis.json and rollup.json can be read; judged before every other gate.
    ChainFiles,
    /// The L1 endpoint serves the chain that rollup.json and the operator mean.
    L1Chain,
    /// The L1 origin is a canonical block of that L1.
    L1Origin,
    /// genesis.json, rollup.json and the operator mean the same L2.
    L2Chain,
    /// genesis.json hashes to what rollup.json says.
    GenesisHash,
    /// The L2 begins at the L1 origin's second.
    GenesisTimestamp,
    /// The running engine holds this chain.
    GenesisLive,
    /// The sequencer's P2P key is the unsafe block signer.
    SequencerKey,
    /// The batcher's key is the one in `SystemConfig`.
    BatcherKey,
    /// The proposer's key may propose.
    ProposerKey,
    /// The challenger's key may challenge.
    ChallengerKey,
    /// The key is not one that everybody knows, unless the L1 is private.
    PublishedKey,
    /// The game type is registered and respected.
    GameType,
    /// The fault proof program is the one that the game type's contract names.
    Prestate,
    /// The key's account can pay for L1 transactions.
    Funding,
    /// The container image is named by its digest.
    ImagePinned,
    /// The key file holds a key that nobody but its owner may read.
    KeyFile,
    /// No other role has the same key.
    ReusedKey,
    /// The proposer's account can put down the bond of a game.
    Bond,
    /// Batches come within the sequencing window.
    BatchCadence,
    /// Proposals come no more often than batches.
    ProposalCadence,
    /// The command names a source of the roots that its game type claims.
    RootSource,
    /// P2P is on where others depend on it.
    P2p,
    /// No two nodes share a P2P identity or database.
    P2pPaths,
    /// Challenger and dispute-mon find the safe heads of the past.
    SafeDb,
    /// The admin API is on loopback only.
    AdminApi,
    /// The static peers are addresses, and answer.
    StaticPeers,
    /// L1 says whose unsafe blocks count.
    UnsafeSigner,
    /// L1's newest block is new, and blocks become final.
    L1Head,
    /// The host's clock is right.
    Clock,
    /// L1 proves its state, as op-node demands.
    L1Proofs,
    /// The L1 endpoint answers as often as it is asked.
    L1RateLimit,
    /// There is room for the service's data.
    Disk,
    /// The service can listen where it is told to.
    Ports,
    /// op-node and its engine share a secret, and the engine takes it.
    Jwt,
    /// The program's release can follow L1 and the chain.
    Release,
    /// Other endpoints of L1 serve the same chain.
    L1Agreement,
    /// The L1's beacon node has the chain's blobs.
    L1Beacon,
    /// The container runs from the image that is pinned.
    ImageRunning,
    /// genesis.json and rollup.json schedule the same forks, in an order that op-node accepts.
    ForkSchedule,
    /// rollup.json has what op-node checks at its start.
    RollupConfig,
    /// The contracts in genesis.json serve the forks that are active at genesis.
    Predeploys,
    /// The fee parameters that the chain begins with can be used and agree.
    FeeParameters,
    /// The contracts on L1 are there and belong to each other and to this chain.
    Contracts,
    /// The engine's data folder was initialised from this genesis.json.
    EngineData,
    /// The chain's files in use are the published ones.
    Bundle,
}

impl Gate {
    /// Fields of the service that the gate cannot judge without.
    #[must_use]
    pub const fn needs(self) -> &'static [&'static str] {
        match self {
            Self::ChainFiles
            | Self::L1Chain
            | Self::L1Origin
            | Self::L2Chain
            | Self::GenesisHash
            | Self::GenesisTimestamp
            | Self::UnsafeSigner
            | Self::L1Head
            | Self::Clock
            | Self::L1RateLimit
            | Self::L1Agreement
            | Self::ForkSchedule
            | Self::RollupConfig
            | Self::Predeploys
            | Self::FeeParameters
            | Self::Contracts
            | Self::Bundle => &[],
            Self::GenesisLive => &["engineRpc"],
            Self::SequencerKey | Self::BatcherKey | Self::PublishedKey | Self::KeyFile => &["key"],
            Self::ReusedKey => &["command", "key"],
            Self::ProposerKey | Self::ChallengerKey | Self::Bond => &["key", "gameType"],
            Self::GameType => &["gameType"],
            Self::Prestate => &["gameType", "prestate"],
            Self::Funding => &["key", "minBalance"],
            Self::ImagePinned | Self::ImageRunning => &["image"],
            Self::BatchCadence
            | Self::ProposalCadence
            | Self::P2p
            | Self::P2pPaths
            | Self::SafeDb
            | Self::AdminApi
            | Self::StaticPeers
            | Self::L1Proofs
            | Self::Ports
            | Self::Jwt
            | Self::L1Beacon => &["command"],
            Self::RootSource => &["command", "gameType"],
            Self::Disk => &["dataDir", "minFreeBytes"],
            Self::Release => &["image", "command"],
            Self::EngineData => &["command", "dataDir"],
        }
    }
}

impl fmt::Display for Gate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The name in the configuration is the name for people too.
        self.serialize(formatter)
    }
}
