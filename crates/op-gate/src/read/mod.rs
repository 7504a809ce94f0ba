//! Everything that the gates judge by, read once: the chain's files, the keys, the fault proof
//! programs, a batch to L1, a second one for what follows from its answers, a batch to each engine.

mod agreement;
pub mod apart;
mod beacon;
mod bundle;
mod clock;
mod contracts;
pub mod disk;
pub mod endpoint;
mod engine_data;
mod error;
pub mod files;
mod funding;
mod games;
mod image_running;
mod jwt;
mod l1;
mod peers;
mod ports;
mod prestate;
mod proofs;

use std::{
    collections::BTreeMap,
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use alloy_primitives::Address;
use eth_rpc::{Batch, BlockHead, Reading, Rpc, key::KeyError};
use op_chain::{
    engine_data::EngineData,
    genesis::GenesisBlock,
    prestate::{Prestate, PrestateError},
    rollup::RollupConfig,
};
use tokio::task::JoinSet;

use self::clock::Moment;
pub use self::{
    agreement::Other,
    beacon::{BeaconFacts, Spec},
    bundle::Bundle,
    clock::Clock,
    contracts::ChainContracts,
    disk::Disk,
    error::FactsError,
    files::KeyFile,
    funding::Spending,
    games::{Game, GameRoles},
    image_running::Containers,
    jwt::{Handshake, JwtError, JwtFacts, JwtFile, JwtSecret},
    l1::L1Facts,
    peers::Peer,
    ports::{Owner, Port},
};
pub(super) use self::{
    jwt::pair as jwt_pair,
    proofs::{SIGNER_SLOT, are_needed as proofs_are_needed},
};
use crate::config::{Config, Service};

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
    /// The key files of all services in the configuration.
    pub keys: BTreeMap<PathBuf, KeyFile>,
    /// The state in each file that a service with the gate names, or why there is none.
    pub prestates: BTreeMap<PathBuf, Result<Prestate, PrestateError>>,
    /// The static peers of the services that are judged by them, by their multiaddrs.
    pub peers: BTreeMap<String, Peer>,
    /// The host's clock.
    pub clock: Clock,
    /// The file systems of the data folders, where a service is judged by its disk.
    pub disks: BTreeMap<PathBuf, io::Result<Disk>>,
    /// Who listens at the addresses of the services that are judged by their ports.
    pub ports: BTreeMap<SocketAddr, Port>,
    /// The secrets of op-nodes and engines.
    pub jwt: JwtFacts,
    /// What podman runs, where a service is judged by it.
    pub containers: Containers,
    /// What the beacon node says, where there is one and a service is judged by it.
    pub beacon: Option<Result<BeaconFacts, FactsError>>,
    /// What each data folder holds that an op-geth with the gate keeps its data in.
    pub engine_data: BTreeMap<PathBuf, io::Result<EngineData>>,
    /// The published bundle; `None` where none is configured.
    pub bundle: Option<Bundle>,
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

impl Facts {
    /// Gathers what the given services are judged by.
    pub async fn gather(config: &Config, services: &[&Service]) -> Result<Self, FactsError> {
        let begin = Moment::now();
        // Less than the whole deadline, so that a silent endpoint still ends in a report.
        let deadline = Duration::from_secs(config.deadline_seconds);
        let patience = deadline.mul_f64(0.45);

        let rollup = files::rollup(&config.chain.rollup)?;
        let genesis = files::genesis(&config.chain.genesis, &rollup)?;
        let keys = files::keys(config);

        let l1 = endpoint::of(&config.l1.rpc, ("l1.rpc", "l1.rpcFile"), patience)?;
        let mut engines = BTreeMap::new();
        for url in services.iter().filter_map(|service| service.engine_rpc.as_ref()) {
            let engine = Rpc::new(url, patience)
                .map_err(|source| FactsError::Url { what: "engineRpc", source })?;
            engines.insert(url.clone(), engine);
        }
        let address =
            |service: &Service| keys.get(service.key.as_ref()?)?.address.as_ref().ok().copied();
        let reading = deadline.mul_f64(0.9);
        let (
            l1,
            engines,
            prestates,
            peers,
            disks,
            ports,
            jwt,
            beacon,
            containers,
            engine_data,
            bundle,
        ) = tokio::join!(
            L1Facts::read(&l1, config, &rollup, services, address, patience),
            read_engines(engines, rollup.genesis.l2.number),
            prestate::read(services, reading),
            peers::knock(services, patience),
            disk::read(services, patience),
            ports::read(services, patience),
            jwt::read(config, services, patience),
            read_beacon(config, services, patience),
            image_running::read(services, patience),
            engine_data::read(services, reading),
            bundle::read(&config.chain, reading),
        );
        Ok(Self {
            config: config.clone(),
            rollup,
            genesis,
            l1,
            engines,
            keys,
            prestates,
            peers,
            clock: begin.until(&Moment::now()),
            disks,
            ports,
            jwt,
            beacon,
            containers,
            engine_data,
            bundle,
        })
    }

    /// The address of a service's key.
    ///
    /// `None` only for a service without a key, which the configuration check excludes for gates that ask.
    pub(super) fn key<'a>(
        &'a self,
        service: &'a Service,
    ) -> Option<(&'a Path, &'a Result<Address, KeyError>)> {
        let path = service.key.as_deref()?;
        Some((path, &self.keys.get(path)?.address))
    }
}

/// The addresses of the services' keys, where there is a key.
#[must_use]
pub fn accounts(config: &Config) -> BTreeMap<String, Address> {
    let keys = files::keys(config);
    let account = |service: &Service| keys.get(service.key.as_ref()?)?.address.as_ref().ok();
    let accounts = config.services.iter();
    accounts.filter_map(|(name, service)| Some((name.clone(), *account(service)?))).collect()
}

async fn read_beacon(
    config: &Config,
    services: &[&Service],
    patience: Duration,
) -> Option<Result<BeaconFacts, FactsError>> {
    let endpoint = config.l1.beacon.as_ref()?;
    let judged = services.iter().any(|service| beacon::asks(service));
    if judged { Some(beacon::read(endpoint, patience).await) } else { None }
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
