//! The judgement before a start.
//!
//! [`Facts`](facts::Facts) are gathered once, in as few requests as possible; then every gate is a
//! pure function of them. A gate has three answers: *pass*, *wait* (something is absent or cannot be
//! read now) and *refuse* (something is wrong). What could not be read is never a pass. A finding may
//! also be a *skip* (does not apply) or a *warn* (to be mended some day): neither keeps a service from
//! its start.

mod bundle;
mod cadence;
mod chain;
mod clock;
mod contracts;
mod disk;
mod engine_data;
pub mod facts;
mod fees;
mod finding;
mod funding;
mod game;
mod genesis;
mod image;
mod jwt;
mod key_file;
mod keys;
mod l1_agreement;
mod l1_beacon;
mod l1_head;
mod l1_limit;
mod l1_proofs;
mod node;
mod peers;
mod ports;
mod predeploys;
mod prestate;
mod published;
mod release;
pub mod report;
mod reuse;
mod rollup_config;
mod running;
mod schedule;

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};
use tokio::time::timeout;

use self::facts::Facts;
pub use self::finding::{Answer, Finding};
use crate::config::{Config, ConfigError, Service};

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

    /// Judges the gate for one service.
    fn judge(self, service: &Service, facts: &Facts) -> Vec<Finding> {
        match self {
            Self::ChainFiles => chain::files(facts),
            Self::L1Chain => chain::l1_chain(facts),
            Self::L1Origin => chain::l1_origin(facts),
            Self::L2Chain => chain::l2_chain(facts),
            Self::GenesisHash => genesis::hash(facts),
            Self::GenesisTimestamp => genesis::timestamp(facts),
            Self::GenesisLive => genesis::live(service, facts),
            Self::SequencerKey => keys::sequencer(service, facts),
            Self::BatcherKey => keys::batcher(service, facts),
            Self::ProposerKey => keys::proposer(service, facts),
            Self::ChallengerKey => keys::challenger(service, facts),
            Self::PublishedKey => published::key(service, facts),
            Self::GameType => game::registered_and_respected(service, facts),
            Self::Prestate => prestate::absolute(service, facts),
            Self::Funding => funding::balance(service, facts),
            Self::ImagePinned => image::pinned(service),
            Self::KeyFile => key_file::readable(service, facts),
            Self::ReusedKey => reuse::own_key(service, facts),
            Self::Bond => funding::bond(service, facts),
            Self::BatchCadence => cadence::batches(service, facts),
            Self::ProposalCadence => cadence::proposals(service, facts),
            Self::RootSource => node::root_source(service),
            Self::P2p => node::p2p(service, facts),
            Self::P2pPaths => node::p2p_paths(service, facts),
            Self::SafeDb => node::safe_db(service, facts),
            Self::AdminApi => node::admin_api(service),
            Self::StaticPeers => peers::answer(service, facts),
            Self::UnsafeSigner => peers::signer(facts),
            Self::L1Head => l1_head::moves(facts),
            Self::Clock => clock::right(facts),
            Self::L1Proofs => l1_proofs::available(service, facts),
            Self::L1RateLimit => l1_limit::not_reached(facts),
            Self::Disk => disk::room(service, facts),
            Self::Ports => ports::free(service, facts),
            Self::Jwt => jwt::shared(service, facts),
            Self::Release => release::able(service, facts),
            Self::L1Agreement => l1_agreement::holds(facts),
            Self::L1Beacon => l1_beacon::serves(service, facts),
            Self::ImageRunning => running::pinned(service, facts),
            Self::ForkSchedule => schedule::schedule(facts),
            Self::RollupConfig => rollup_config::checked(facts),
            Self::Predeploys => predeploys::serve(facts),
            Self::FeeParameters => fees::parameters(facts),
            Self::Contracts => contracts::of_one_chain(facts),
            Self::EngineData => engine_data::initialised(service, facts),
            Self::Bundle => bundle::published(facts),
        }
    }
}

impl fmt::Display for Gate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The name in the configuration is the name for people too.
        self.serialize(formatter)
    }
}

/// The judgement of one service.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Judgement {
    /// The service.
    pub service: String,
    /// Pass, or the worst answer of all findings.
    pub answer: Answer,
    /// What was compared.
    pub findings: Vec<Finding>,
}

/// Judges services by name, within the configuration's deadline.
pub async fn run(config: &Config, names: &[&str]) -> Result<Vec<Judgement>, ConfigError> {
    let services: Vec<&Service> =
        names.iter().map(|name| config.service(name)).collect::<Result<_, _>>()?;
    let deadline = Duration::from_secs(config.deadline_seconds);
    let facts = match timeout(deadline, Facts::gather(config, &services)).await {
        Ok(Ok(facts)) => facts,
        Ok(Err(error)) => return Ok(unknown(names, &services, &chain::unusable(&error))),
        Err(_) => return Ok(unknown(names, &services, &chain::too_late(deadline))),
    };
    Ok(names.iter().zip(services).map(|(name, service)| judge(name, service, &facts)).collect())
}

/// Without facts, every service has the same finding, beside what the configuration alone tells.
fn unknown(names: &[&str], services: &[&Service], finding: &Finding) -> Vec<Judgement> {
    let judge = |(name, service): (&&str, &&Service)| {
        let mut findings = vec![finding.clone()];
        if service.gates.contains(&Gate::ImagePinned) {
            findings.extend(image::pinned(service));
        }
        Judgement::of(name, findings)
    };
    names.iter().zip(services).map(judge).collect()
}

/// Judges one service by the facts.
fn judge(name: &str, service: &Service, facts: &Facts) -> Judgement {
    let gates = std::iter::once(&Gate::ChainFiles).chain(&service.gates);
    let findings = gates.flat_map(|&gate| {
        let findings = gate.judge(service, facts);
        if findings.is_empty() { vec![Finding::not_judged(gate)] } else { findings }
    });
    Judgement::of(name, findings.collect())
}

impl Judgement {
    fn of(service: &str, findings: Vec<Finding>) -> Self {
        let worst = findings.iter().map(|finding| finding.answer).max().unwrap_or(Answer::Wait);
        let answer = if worst.starts() { Answer::Pass } else { worst };
        Self { service: service.to_owned(), answer, findings }
    }
}
