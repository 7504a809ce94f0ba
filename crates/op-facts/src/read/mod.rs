//! Everything that the gates judge by, read once: what needs rights first, and then, without them, in four
//! groups at the same time: the chain's files, L1
//! (a batch for its heads, and two at its newest block), the nodes (a batch to each engine) and
//! this host.

pub mod blocking;
pub mod chain;
pub mod clock;
pub mod endpoint;
pub mod error;
pub mod host;
mod identities;
pub mod keys;
pub mod l1;
pub mod nodes;
mod request;
mod rights;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use alloy_primitives::Address;
use eth_rpc::key::KeyError;
use op_chain::{genesis::GenesisBlock, rollup::RollupConfig};

use self::chain::prestate;
use self::clock::{Clock, Clocks};
use self::{chain::ChainFacts, error::FactsError, host::HostFacts, keys::KeyFile};
pub use self::{chain::files, host::disk, host::last_run, keys::accounts};
use self::{l1::L1Facts, nodes::NodeFacts, request::Request, rights::Privileged};
use crate::config::{Config, Service};

/// What is known at the moment of the judgement.
#[derive(Debug)]
pub struct Facts {
    pub config: Config,
    pub rollup: RollupConfig,
    pub genesis: GenesisBlock,
    pub keys: BTreeMap<PathBuf, KeyFile>,
    pub chain: ChainFacts,
    pub l1: L1Facts,
    pub nodes: NodeFacts,
    pub host: HostFacts,
    pub clock: Clock,
}

impl Facts {
    /// Gathers what the given services are judged by.
    pub async fn gather(config: &Config, services: &[&Service]) -> Result<Self, FactsError> {
        let begin = Clocks::now();
        let request = Request::new(config, services).await?;
        let Privileged { engine_data, given_files, endpoints } = Privileged::read(&request).await;
        rights::give_up()?;
        let (mut chain, l1, nodes, host) = tokio::join!(
            ChainFacts::read(&request, engine_data),
            L1Facts::read(&request, endpoints),
            NodeFacts::read(&request),
            HostFacts::read(&request, given_files),
        );
        chain.prestates.extend(prestate::read_folders(&request, &l1).await);
        let Request { rollup, genesis, keys, .. } = request;
        let clock = begin.until(&Clocks::now());
        Ok(Self { config: config.clone(), rollup, genesis, keys, chain, l1, nodes, host, clock })
    }

    /// The address of a service's key.
    ///
    /// `None` only for a service without a key, which the configuration check excludes for gates that ask.
    pub fn key<'a>(
        &'a self,
        service: &'a Service,
    ) -> Option<(&'a Path, &'a Result<Address, KeyError>)> {
        let path = service.key.as_deref()?;
        Some((path, &self.keys.get(path)?.address))
    }
}
