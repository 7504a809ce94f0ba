//! Where a deposit begins, and where it is to arrive.

use std::time::Duration;

use alloy_primitives::Address;
use eth_rpc::Rpc;

use crate::deposit::error::DepositError;
use op_gate::config::{Config, Endpoint, Remote, Service};
use op_gate::read::{endpoint, files};

/// Where a deposit begins, and where it is to arrive.
#[derive(Debug)]
pub struct Chain {
    pub l1: Rpc,
    pub l1_chain_id: u64,
    pub portal: Address,
    pub system_config: Address,
    /// The nodes' engines by name, the sequencer's first.
    pub engines: Vec<(String, Rpc)>,
}

impl Chain {
    /// The chain that a configuration describes. `patience` is what one request may take.
    pub fn of(config: &Config, patience: Duration) -> Result<Self, DepositError> {
        let unusable = |error: &dyn std::fmt::Display| DepositError::Config(error.to_string());
        let rollup = files::rollup(&config.chain.rollup).map_err(|error| unusable(&error))?;
        let l1 = endpoint::of_l1(&config.l1, patience);
        Ok(Self {
            l1: l1.map_err(|error| unusable(&error))?,
            l1_chain_id: config.l1.chain_id,
            portal: rollup.deposit_contract_address,
            system_config: rollup.l1_system_config_address,
            engines: engines(config, patience)?,
        })
    }
}

/// The engines of the configuration's nodes and of followers elsewhere.
fn engines(config: &Config, patience: Duration) -> Result<Vec<(String, Rpc)>, DepositError> {
    let sequences = |service: &Service| {
        service.command.as_ref().is_some_and(|command| command.is_on("sequencer.enabled"))
    };
    let is_node = |service: &Service| {
        service.command.as_ref().is_some_and(|command| command.component == "op-node")
    };
    let mut nodes: Vec<_> = config.services.iter().filter(|(_, node)| is_node(node)).collect();
    nodes.sort_by_key(|(_, node)| !sequences(node));
    let here = nodes.into_iter().map(|(name, node)| {
        let url = node.engine_rpc.clone().ok_or_else(|| {
            DepositError::Config(format!(
                "the node {name} has no engineRpc, so a deposit cannot be looked for there: \
                 set services.{name}.engineRpc"
            ))
        })?;
        Ok((name, Endpoint::Url(url)))
    });
    let remote = config.serve.iter().flat_map(|serve| &serve.followers);
    let remote = remote.map(|(name, follower)| Ok((name, follower.engine.clone())));
    here.chain(remote)
        .map(|node: Result<_, DepositError>| {
            let (name, engine) = node?;
            let rpc = endpoint::of(&engine, Remote::ENGINE, patience)
                .map_err(|source| DepositError::Url { node: name.clone(), source })?;
            Ok((name.clone(), rpc))
        })
        .collect()
}
