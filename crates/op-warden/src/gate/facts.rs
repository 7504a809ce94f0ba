//! Everything that the gates judge by, read once: the chain's files, the keys, the fault proof
//! programs, one batch to L1 (two where a game's parameters are in its implementation), one batch
//! to each engine.

mod endpoint;
mod games;
mod prestates;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    time::Duration,
};

use alloy_primitives::{Address, B256, U256};
use op_chain::{
    contracts::{OptimismPortal, SystemConfig},
    genesis::{Fallback, GenesisBlock, GenesisError},
    key::{KeyError, SecretKey},
    prestate::{Prestate, PrestateError},
    rollup::RollupConfig,
    rpc::{Batch, BlockHead, Reading, Rpc, RpcUrlError},
};
use tokio::task::JoinSet;

use self::games::GameSlots;
pub use self::games::{Game, GameRoles};
use crate::{
    config::{Config, Service},
    secret::SecretError,
};

/// What is known at the moment of the judgement.
#[derive(Debug)]
pub struct Facts {
    /// The operator's configuration.
    pub config: Config,
    /// rollup.json.
    pub rollup: RollupConfig,
    /// The block of genesis.json.
    pub genesis: GenesisBlock,
    /// What L1 says.
    pub l1: L1Facts,
    /// What each engine says, by URL.
    pub engines: BTreeMap<String, EngineFacts>,
    /// The address of each key file, or why there is none.
    pub keys: BTreeMap<PathBuf, Result<Address, KeyError>>,
    /// The state in each file that a service with the gate names, or why there is none.
    pub prestates: BTreeMap<PathBuf, Result<Prestate, PrestateError>>,
}

/// What L1 says.
#[derive(Debug)]
pub struct L1Facts {
    /// The endpoint, as it may be shown.
    pub shown: String,
    /// `eth_chainId`.
    pub chain_id: Reading<u64>,
    /// The canonical block at the L1 origin's number.
    pub origin: Reading<Option<BlockHead>>,
    /// `SystemConfig.batcherHash()`.
    pub batcher_hash: Reading<B256>,
    /// `SystemConfig.unsafeBlockSigner()`.
    pub unsafe_block_signer: Reading<Address>,
    /// `SystemConfig.disputeGameFactory()`.
    pub dispute_game_factory: Reading<Address>,
    /// `OptimismPortal.respectedGameType()`.
    pub respected_game_type: Reading<u32>,
    /// Game types that a service works with.
    pub games: BTreeMap<u32, Game>,
    /// Balances of the keys' accounts, in wei.
    pub balances: BTreeMap<Address, Reading<U256>>,
}

/// What an engine says.
#[derive(Debug)]
pub struct EngineFacts {
    /// The endpoint, as it may be shown.
    pub shown: String,
    /// `eth_chainId`.
    pub chain_id: Reading<u64>,
    /// The block at rollup.json's genesis number.
    pub genesis: Reading<Option<BlockHead>>,
}

/// A file without which nothing can be judged.
#[derive(Debug, thiserror::Error)]
pub enum FactsError {
    /// A file of the chain is not there, or not readable: wait.
    #[error("cannot read {path}: {reason}")]
    Absent {
        /// The file.
        path: String,
        /// What the operating system said.
        reason: std::io::Error,
    },
    /// rollup.json is not one: refuse.
    #[error("{path} is not a rollup.json: {source}")]
    Rollup {
        /// The file.
        path: String,
        /// Where and what.
        source: serde_json::Error,
    },
    /// genesis.json is not one: refuse.
    #[error("{path}: {source}")]
    Genesis {
        /// The file.
        path: String,
        /// Why it has no hash.
        source: GenesisError,
    },
    /// An endpoint's URL is not one: refuse.
    #[error("{what}: {source}")]
    Url {
        /// Which endpoint.
        what: &'static str,
        /// Why.
        source: RpcUrlError,
    },
    /// The file with the L1's URL is not there, not readable or empty: wait.
    #[error("no URL in {path}: {reason}")]
    NoUrl {
        /// The file.
        path: String,
        /// Why.
        reason: SecretError,
    },
    /// The content of the file is no URL, and no less a secret for that: refuse.
    #[error("the content of {path} is not an http or https URL in one line")]
    NotUrl {
        /// The file.
        path: String,
    },
}

impl Facts {
    /// Gathers what the given services are judged by.
    pub async fn gather(config: &Config, services: &[&Service]) -> Result<Self, FactsError> {
        // Less than the whole deadline, so that a silent endpoint still ends in a report.
        let deadline = Duration::from_secs(config.deadline_seconds);
        let patience = deadline.mul_f64(0.45);

        let rollup = read_rollup(&config.chain.rollup)?;
        let genesis = read_genesis(&config.chain.genesis, &rollup)?;
        let keys = read_keys(services);

        let l1 = endpoint::l1(&config.l1.rpc, patience)?;
        let mut engines = BTreeMap::new();
        for url in services.iter().filter_map(|service| service.engine_rpc.as_ref()) {
            let engine = Rpc::new(url, patience)
                .map_err(|source| FactsError::Url { what: "engineRpc", source })?;
            engines.insert(url.clone(), engine);
        }
        let (l1, engines, prestates) = tokio::join!(
            L1Facts::read(&l1, config, &rollup, services, &keys),
            read_engines(engines, rollup.genesis.l2.number),
            prestates::read(services, deadline.mul_f64(0.9)),
        );
        Ok(Self { config: config.clone(), rollup, genesis, l1, engines, keys, prestates })
    }

    /// The address of a service's key.
    ///
    /// `None` only for a service without a key, which the configuration check excludes for gates that ask.
    pub(super) fn key<'a>(
        &'a self,
        service: &'a Service,
    ) -> Option<(&'a Path, &'a Result<Address, KeyError>)> {
        let path = service.key.as_deref()?;
        Some((path, self.keys.get(path)?))
    }
}

fn read_rollup(path: &Path) -> Result<RollupConfig, FactsError> {
    let shown = path.display().to_string();
    match std::fs::read(path) {
        Ok(text) => serde_json::from_slice(&text)
            .map_err(|source| FactsError::Rollup { path: shown, source }),
        Err(reason) => Err(FactsError::Absent { path: shown, reason }),
    }
}

fn read_genesis(path: &Path, rollup: &RollupConfig) -> Result<GenesisBlock, FactsError> {
    let fallback = Fallback { chain_id: rollup.l2_chain_id, forks: rollup.forks.clone() };
    GenesisBlock::from_file(path, Some(&fallback)).map_err(|error| match error {
        GenesisError::Read { path, source } => FactsError::Absent { path, reason: source },
        source => FactsError::Genesis { path: path.display().to_string(), source },
    })
}

fn read_keys(services: &[&Service]) -> BTreeMap<PathBuf, Result<Address, KeyError>> {
    let paths: BTreeSet<&PathBuf> =
        services.iter().filter_map(|service| service.key.as_ref()).collect();
    paths
        .into_iter()
        .map(|path| (path.clone(), SecretKey::from_file(path).map(|key| key.address())))
        .collect()
}

async fn read_engines(
    engines: BTreeMap<String, Rpc>,
    genesis: u64,
) -> BTreeMap<String, EngineFacts> {
    // At the same time, so that the silence of many takes no longer than that of one.
    let mut tasks = JoinSet::new();
    for (url, engine) in engines {
        tasks.spawn(async move {
            let mut batch = Batch::default();
            let (chain_id, block) = (batch.chain_id(), batch.block(genesis));
            let answers = engine.send(batch).await;
            let facts = EngineFacts {
                shown: engine.shown(),
                chain_id: answers.take(&chain_id).map(|id| id.to()),
                genesis: answers.take(&block),
            };
            (url, facts)
        });
    }
    tasks.join_all().await.into_iter().collect()
}

impl L1Facts {
    async fn read(
        l1: &Rpc,
        config: &Config,
        rollup: &RollupConfig,
        services: &[&Service],
        keys: &BTreeMap<PathBuf, Result<Address, KeyError>>,
    ) -> Self {
        let system_config = rollup.l1_system_config_address;
        let mut batch = Batch::default();
        let chain_id = batch.chain_id();
        let origin = batch.block(rollup.genesis.l1.number);
        let batcher_hash = batch.call(system_config, &SystemConfig::batcherHashCall {});
        let signer = batch.call(system_config, &SystemConfig::unsafeBlockSignerCall {});
        let factory = batch.call(system_config, &SystemConfig::disputeGameFactoryCall {});
        let respected =
            batch.call(rollup.deposit_contract_address, &OptimismPortal::respectedGameTypeCall {});
        let game_types: BTreeSet<u32> =
            services.iter().filter_map(|service| service.game_type).collect();
        let games: Vec<_> = game_types
            .into_iter()
            .map(|game_type| {
                GameSlots::ask(&mut batch, config.chain.dispute_game_factory, game_type)
            })
            .collect();
        let accounts: BTreeSet<Address> =
            keys.values().filter_map(|key| key.as_ref().ok()).copied().collect();
        let balances: Vec<_> =
            accounts.into_iter().map(|account| (account, batch.balance(account))).collect();

        let answers = l1.send(batch).await;
        Self {
            shown: l1.shown(),
            chain_id: answers.take(&chain_id).map(|id| id.to()),
            origin: answers.take(&origin),
            batcher_hash: answers.take(&batcher_hash),
            unsafe_block_signer: answers.take(&signer),
            dispute_game_factory: answers.take(&factory),
            respected_game_type: answers.take(&respected),
            games: games::read(l1, games, &answers).await,
            balances: balances
                .into_iter()
                .map(|(account, slot)| (account, answers.take(&slot)))
                .collect(),
        }
    }
}
