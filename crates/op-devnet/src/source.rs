//! Where a new chain's contracts come from, and how its files and keys are made.

use std::path::Path;

use alloy_primitives::{hex, keccak256};
use anyhow::{Context, Result, bail};
use eth_rpc::{Batch, Rpc};
use op_chain::fee_scalars::FeeScalars;
use op_components::{Component, Components};
use op_contracts::op_deployer::{Artifacts, WorkDir, intent};
use op_contracts::{ChainSpec, Roles};
use serde_json::{Value, json};

use crate::chain::Chain;
use crate::clock::Clock;
use crate::devnet::Options;
use crate::engine::Engines;
use crate::{accounts, home::Home, keys};

pub(crate) enum Source {
    /// The npm package, deployed by transactions.
    Package,
    /// An op-deployer work directory, put into the L1's first state.
    Deployment { name: String, dir: Box<WorkDir> },
    /// What op-deployer makes such a directory of.
    Artifacts(Artifacts),
}

/// A chain with its files and keys.
pub(crate) struct Made {
    pub(crate) chain: Chain,
    /// Contracts that are still to be deployed.
    pub(crate) deploying: Option<op_contracts::Prepared>,
}

impl Source {
    /// What was asked for, else the package.
    pub(crate) fn read(options: &Options) -> Result<Self> {
        if let Some(artifacts) = &options.artifacts {
            return Artifacts::open(artifacts).map(Self::Artifacts);
        }
        let Some(deployment) = &options.deployment else { return Ok(Self::Package) };
        let dir = Box::new(WorkDir::read(deployment)?);
        Ok(Self::Deployment { name: "op-deployer".to_owned(), dir })
    }

    /// What it needs beside the programs that run the chain.
    pub(crate) const fn needs(&self) -> &'static [Component] {
        match self {
            Self::Package => &[],
            Self::Deployment { .. } | Self::Artifacts(_) => &[Component::OpDeployer],
        }
    }

    pub(crate) fn name(&self) -> String {
        match self {
            Self::Package => "npm contracts-bedrock 0.17.3".to_owned(),
            Self::Deployment { name, .. } => name.clone(),
            Self::Artifacts(artifacts) => {
                let hash = artifacts.hash();
                format!("op-contracts artifacts {}", hex::encode(&hash[..8]))
            }
        }
    }

    /// In what the chain of a folder differs from the contracts that are asked for, if any are.
    pub(crate) fn differs(&self, chain: &Chain) -> Option<String> {
        let differs = |name: &str, found: &Value, asked: &Value| {
            format!("a chain whose {name} is {found}, not {asked}")
        };
        let deployment = match self {
            Self::Package => return None,
            Self::Deployment { dir, .. } => dir,
            Self::Artifacts(_) => {
                let [found, asked] = [json!(chain.contracts), json!(self.name())];
                return (found != asked).then(|| differs("contracts", &found, &asked));
            }
        };
        let asked = of_deployment(self.name(), deployment, false);
        // Those are no part of the deployment.
        let (data_availability, engines) = (chain.data_availability.clone(), chain.engines);
        let [found, asked] = [json!(chain), json!(Chain { data_availability, engines, ..asked })];
        let name = found.as_object()?.keys().find(|name| found[*name] != asked[*name])?;
        Some(differs(name, &found[name], &asked[name]))
    }

    pub(crate) const fn l1_chain_id(&self) -> u64 {
        match self {
            Self::Package | Self::Artifacts(_) => op_contracts::L1_CHAIN_ID,
            Self::Deployment { dir, .. } => dir.l1_chain_id,
        }
    }

    /// Has op-deployer make the chain of artifacts, unless it has made that one before.
    pub(crate) async fn deployed(
        self,
        components: &Components,
        engines: Engines,
        home: &Home,
        clock: &Clock,
    ) -> Result<Self> {
        let Self::Artifacts(artifacts) = &self else { return Ok(self) };
        let name = self.name();
        let spec = ChainSpec {
            forks: engines.forks(),
            funded: accounts::addresses()?,
            ..ChainSpec::new(roles()?)
        };
        // What the chain is made of: wherever the artifacts lie, it is the same.
        let made_of = [intent(&spec, ""), components.identity(Component::OpDeployer)].join("\n");
        let hash = keccak256([artifacts.hash(), keccak256(made_of)].concat());
        let folder = Path::new("deployments").join(hex::encode(&hash[..16]));
        let made = components
            .once(&folder, async |dir| {
                let path = artifacts.path().display();
                clock.say(format!("contracts: op-deployer makes the chain of {path}, this once"));
                let op_deployer = components.path(Component::OpDeployer);
                artifacts.apply(&op_deployer, &spec, dir, &home.log("op-deployer")).await
            })
            .await
            .with_context(|| format!("no chain of {}", artifacts.path().display()))?;
        let dir = Box::new(WorkDir::read(&made.folder)?);
        Ok(Self::Deployment { name, dir })
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
            Self::Deployment { name, dir } => {
                from_deployment(name.clone(), l1, home, components, dir, blobs).await
            }
            Self::Artifacts(_) => bail!("these artifacts were not deployed"),
        }?;
        Ok(Made { chain: Chain { engines, ..made.chain }, ..made })
    }
}

async fn from_package(
    name: String,
    l1: &Rpc,
    home: &Home,
    components: &Components,
    engines: Engines,
    blobs: bool,
) -> Result<Made> {
    let roles = roles()?;
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
        contracts: name,
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

/// Who is who on a chain that is made here.
fn roles() -> Result<Roles> {
    Ok(Roles {
        owner: accounts::address(accounts::OWNER)?,
        batcher: accounts::address(accounts::BATCHER)?,
        proposer: accounts::address(accounts::PROPOSER)?,
        challenger: accounts::address(accounts::CHALLENGER)?,
        unsafe_block_signer: accounts::address(accounts::SEQUENCER)?,
    })
}

async fn from_deployment(
    name: String,
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

fn of_deployment(name: String, deployment: &WorkDir, blobs: bool) -> Chain {
    let WorkDir { roles, contracts, .. } = deployment;
    Chain {
        contracts: name,
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
        short_clocks: deployment.game_clock_seconds.is_some_and(|clock| clock <= SHORT_CLOCK),
        engines: Engines::default(),
    }
}

/// As op-batcher names it. Blobs cost the machine, not the chain: each is proven and verified with KZG.
fn data_availability(blobs: bool) -> String {
    if blobs { "auto" } else { "calldata" }.to_owned()
}

/// With it the games of [`Chain::game_window`] are over.
const SHORT_CLOCK: u64 = 120;
/// The game type that all sources make the respected one.
const PERMISSIONED: u32 = 1;

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn artifacts(content: &str) -> Source {
        let dir = tempfile::tempdir().unwrap();
        let script = dir.path().join("forge-artifacts/DeployOPChain.s.sol");
        fs::create_dir_all(&script).unwrap();
        fs::write(script.join("DeployOPChain.json"), content).unwrap();
        Source::Artifacts(Artifacts::open(dir.path()).unwrap())
    }

    fn chain(contracts: &str) -> Chain {
        let zero = alloy_primitives::Address::ZERO;
        serde_json::from_value(json!({
            "contracts": contracts,
            "l1ChainId": 900,
            "l2ChainId": 901,
            "optimismPortal": zero,
            "disputeGameFactory": zero,
            "batcher": zero,
            "proposer": zero,
            "challenger": zero,
            "gameTypes": ["permissioned"],
            "gameType": PERMISSIONED,
        }))
        .unwrap()
    }

    #[test]
    fn a_chain_of_other_artifacts_is_not_gone_on_with() {
        let (one, other) = (artifacts("{}"), artifacts("{ }"));
        let made = chain(&one.name());
        assert_eq!(one.differs(&made), None);
        assert_eq!(artifacts("{}").differs(&made), None, "the same, elsewhere");
        let expected =
            format!("a chain whose contracts is \"{}\", not \"{}\"", one.name(), other.name());
        assert_eq!(other.differs(&made), Some(expected));
        assert!(one.differs(&chain(&Source::Package.name())).is_some());
        assert_eq!(Source::Package.differs(&made), None, "nothing was asked for");
    }
}
