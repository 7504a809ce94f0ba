//! What is to be read, of whom, and for how long.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use alloy_primitives::Address;
use eth_rpc::Rpc;
use op_chain::{genesis::GenesisBlock, rollup::RollupConfig};

use crate::config::{Config, Service};
use crate::gate::Gate;
use crate::read::identities::{self, Identity};
use crate::read::keys::{self, KeyFile};
use crate::read::{blocking::on_a_thread, chain::files, endpoint, error::FactsError};

/// A judgement of some services, with what everything else is read by.
pub(crate) struct Request<'a> {
    pub(crate) config: &'a Config,
    /// Those that are judged.
    pub(crate) services: &'a [&'a Service],
    pub(crate) rollup: RollupConfig,
    pub(crate) genesis: GenesisBlock,
    pub(crate) keys: BTreeMap<PathBuf, KeyFile>,
    /// By the services' names, where one is judged by them.
    pub(crate) identities: BTreeMap<String, Identity>,
    pub(crate) l1: Rpc,
    /// By the URLs of the services that are judged.
    pub(crate) engines: BTreeMap<String, Rpc>,
}

/// What files hold.
struct Files {
    rollup: RollupConfig,
    genesis: GenesisBlock,
    keys: BTreeMap<PathBuf, KeyFile>,
    identities: BTreeMap<String, Identity>,
    l1: Rpc,
}

impl Files {
    fn read(config: &Config, by_identity: bool) -> Result<Self, FactsError> {
        let rollup = files::rollup(&config.chain.rollup)?;
        let genesis = files::genesis(&config.chain.genesis, &rollup)?;
        let keys = keys::read(config);
        let identities = if by_identity { identities::read(config) } else { BTreeMap::new() };
        let l1 = endpoint::of_l1(&config.l1, patience(config))?;
        Ok(Self { rollup, genesis, keys, identities, l1 })
    }
}

impl<'a> Request<'a> {
    /// Whatever can be wrong with files and URLs is wrong before anybody is asked.
    pub(crate) async fn new(
        config: &'a Config,
        services: &'a [&'a Service],
    ) -> Result<Self, FactsError> {
        let (patience, own) = (patience(config), config.clone());
        // A disk behind a network may be silent for ever.
        let peers = [Gate::StaticPeers, Gate::EnginePeers];
        let mut gates = services.iter().flat_map(|service| &service.gates);
        let by_identity = gates.any(|gate| peers.contains(gate));
        let read = move || Files::read(&own, by_identity);
        let files = on_a_thread("files", patience_with_files(config), read);
        let path = config.chain.rollup.display().to_string();
        let files = files.await.map_err(|reason| FactsError::Absent { path, reason });
        let Files { rollup, genesis, keys, identities, l1 } = files.flatten()?;
        let mut engines = BTreeMap::new();
        for url in services.iter().filter_map(|service| service.engine_rpc.as_ref()) {
            let engine = Rpc::new(url, patience)
                .map_err(|source| FactsError::Url { what: "engineRpc", source })?;
            engines.insert(url.clone(), engine);
        }
        Ok(Self { config, services, rollup, genesis, keys, identities, l1, engines })
    }

    pub(crate) fn judged_by(&self, gate: Gate) -> impl Iterator<Item = &'a Service> {
        self.services.iter().copied().filter(move |service| service.gates.contains(&gate))
    }

    pub(crate) fn account(&self, service: &Service) -> Option<Address> {
        keys::account(&self.keys, service)
    }

    /// How long a node or a device may take to answer.
    pub(crate) fn patience(&self) -> Duration {
        patience(self.config)
    }

    /// How long the reading of a large file may take.
    pub(crate) fn patience_with_files(&self) -> Duration {
        patience_with_files(self.config)
    }
}

fn deadline(config: &Config) -> Duration {
    Duration::from_secs(config.deadline_seconds)
}

fn patience_with_files(config: &Config) -> Duration {
    deadline(config).mul_f64(0.9)
}

/// Less than a third of the whole deadline: three rounds of questions to a slow endpoint still end in a
/// report.
fn patience(config: &Config) -> Duration {
    deadline(config).mul_f64(0.3)
}
