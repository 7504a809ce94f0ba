//! Where a new chain's contracts come from, and how its files and keys are made.

use std::path::Path;

use anyhow::{Context, Result};
use eth_rpc::{Batch, Rpc};
use op_chain::fee_scalars::FeeScalars;
use op_components::{Component, Components};
use op_contracts::{ChainSpec, Roles, op_deployer::WorkDir};
use serde_json::json;

use crate::chain::Chain;
use crate::engine::Engines;
use crate::{accounts, home::Home, keys};

pub(crate) enum Source {
    /// The npm package, deployed by transactions.
    Package,
    /// An op-deployer work directory, put into the L1's first state.
    Deployment(Box<WorkDir>),
}

/// A chain with its files and keys.
pub(crate) struct Made {
    pub(crate) chain: Chain,
    /// Contracts that are still to be deployed.
    pub(crate) deploying: Option<op_contracts::Prepared>,
}

impl Source {
    /// The package, or the work directory `deployment`.
    pub(crate) fn read(deployment: Option<&Path>) -> Result<Self> {
        deployment
            .map_or(Ok(Self::Package), |dir| Ok(Self::Deployment(Box::new(WorkDir::read(dir)?))))
    }

    /// What it needs beside the programs that run the chain.
    pub(crate) const fn needs(&self) -> &'static [Component] {
        match self {
            Self::Package => &[],
            Self::Deployment(_) => &[Component::OpDeployer],
        }
    }

    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Package => "npm contracts-bedrock 0.17.3",
            Self::Deployment(_) => "op-deployer",
        }
    }

    /// In what the chain of a folder differs from the deployment that is asked for, if one is.
    pub(crate) fn differs(&self, chain: &Chain) -> Option<String> {
        let Self::Deployment(deployment) = self else { return None };
        let asked = of_deployment(self.name(), deployment, false);
        // Those are no part of the deployment.
        let (data_availability, engines) = (chain.data_availability.clone(), chain.engines);
        let [found, asked] = [json!(chain), json!(Chain { data_availability, engines, ..asked })];
        let name = found.as_object()?.keys().find(|name| found[*name] != asked[*name])?;
        Some(format!("a chain whose {name} is {}, not {}", found[name], asked[name]))
    }

    pub(crate) const fn l1_chain_id(&self) -> u64 {
        match self {
            Self::Package => op_contracts::L1_CHAIN_ID,
            Self::Deployment(deployment) => deployment.l1_chain_id,
        }
    }

    /// Writes genesis.json, rollup.json and the role keys, on an L1 that has mined nothing yet.
    pub(crate) async fn make(
        &self,
        l1: &Rpc,
        home: &Home,
        components: &Components,
        engines: Engines,
        blobs: bool,
    ) -> Result<Made> {
        let made = match self {
            Self::Package => from_package(self.name(), l1, home, components, engines, blobs).await,
            Self::Deployment(deployment) => {
                from_deployment(self.name(), l1, home, components, deployment, blobs).await
            }
        }?;
        Ok(Made { chain: Chain { engines, ..made.chain }, ..made })
    }
}

async fn from_package(
    name: &str,
    l1: &Rpc,
    home: &Home,
    components: &Components,
    engines: Engines,
    blobs: bool,
) -> Result<Made> {
    let roles = Roles {
        owner: accounts::address(accounts::OWNER)?,
        batcher: accounts::address(accounts::BATCHER)?,
        proposer: accounts::address(accounts::PROPOSER)?,
        challenger: accounts::address(accounts::CHALLENGER)?,
        unsafe_block_signer: accounts::address(accounts::SEQUENCER)?,
    };
    let scalars = if blobs { FeeScalars::BLOBS } else { FeeScalars::CALLDATA };
    let (forks, funded) = (engines.forks(), accounts::addresses()?);
    let spec = ChainSpec { scalars, forks, funded, ..ChainSpec::new(roles) };
    let package = components.path(Component::ContractsPackage);
    let prepared = op_contracts::prepare(l1, &package, &spec, &home.chain()).await?;
    let signers = [roles.batcher, roles.proposer, roles.challenger, roles.unsafe_block_signer];
    keys::write_roles(home, signers)?;
    let address = |name: &str| {
        prepared
            .addresses
            .get(name)
            .copied()
            .with_context(|| format!("the deployment has no {name}"))
    };
    let chain = Chain {
        contracts: name.to_owned(),
        l1_chain_id: spec.l1_chain_id,
        l2_chain_id: spec.l2_chain_id,
        optimism_portal: address("OptimismPortalProxy")?,
        dispute_game_factory: address("DisputeGameFactoryProxy")?,
        batcher: roles.batcher,
        proposer: roles.proposer,
        challenger: roles.challenger,
        game_types: vec!["permissioned".to_owned()],
        game_type: PERMISSIONED,
        data_availability: data_availability(blobs),
        short_clocks: true,
        engines: Engines::default(),
    };
    Ok(Made { chain, deploying: Some(prepared) })
}

async fn from_deployment(
    name: &str,
    l1: &Rpc,
    home: &Home,
    components: &Components,
    deployment: &WorkDir,
    blobs: bool,
) -> Result<Made> {
    deployment.install(l1).await?;
    let mut batch = Batch::default();
    let block = batch.block(0);
    let block = l1.send(batch).await.take(&block)?.context("the L1 has no block 0")?;
    deployment.inspect(&components.path(Component::OpDeployer), &block, &home.chain()).await?;
    let roles = &deployment.roles;
    let signers = [roles.batcher, roles.proposer, roles.challenger, roles.unsafe_block_signer];
    keys::write_roles(home, signers)?;
    Ok(Made { chain: of_deployment(name, deployment, blobs), deploying: None })
}

fn of_deployment(name: &str, deployment: &WorkDir, blobs: bool) -> Chain {
    let WorkDir { roles, contracts, .. } = deployment;
    Chain {
        contracts: name.to_owned(),
        l1_chain_id: deployment.l1_chain_id,
        l2_chain_id: deployment.l2_chain_id,
        optimism_portal: contracts.optimism_portal,
        dispute_game_factory: contracts.dispute_game_factory,
        batcher: roles.batcher,
        proposer: roles.proposer,
        challenger: roles.challenger,
        game_types: vec!["permissioned".to_owned()],
        game_type: PERMISSIONED,
        data_availability: data_availability(blobs),
        short_clocks: false,
        engines: Engines::default(),
    }
}

/// As op-batcher names it. Blobs cost the machine, not the chain: each is proven and verified with KZG.
fn data_availability(blobs: bool) -> String {
    if blobs { "auto" } else { "calldata" }.to_owned()
}

/// The game type that both sources make the respected one.
const PERMISSIONED: u32 = 1;
