//! A chain's L1 contracts and L2 genesis, from `@eth-optimism/contracts-bedrock` 0.17.3 on npm.
//!
//! The package carries the compiled official contracts and none of the deploy scripts, so what
//! those do is here, as data:
//!
//! ```text
//! spec ▶ proxies ▶ predeploys, preinstalls ▶ l2_genesis ▶ output root ▶ implementations, games
//!        │                                   │ hash                     │
//!        └──▶ rollup.json ◀──────────────────┘                plan ◀────┘
//!                                                             └──▶ deploy
//! ```
//!
//! The addresses on L1 are known from the plan alone. [`prepare`] therefore writes every file
//! before anything is deployed, and an engine can be initialised while [`Prepared::deploy`] runs.

mod abi;
mod artifacts;
mod deploy;
mod games;
mod implementations;
mod l2_genesis;
pub mod op_deployer;
mod plan;
mod predeploys;
mod preinstalls;
mod proxies;
mod rollup;
mod spec;
#[cfg(test)]
mod tests;

use std::path::Path;

use alloy_primitives::{Address, B256, U64, keccak256};
use anyhow::{Context as _, Result, ensure};
use eth_rpc::{Batch, BlockHead, Rpc, key::SecretKey, transaction::Fees};
use futures_core::future::LocalBoxFuture;
use op_chain::{genesis::GenesisBlock, rollup::BlockId};
use op_util::file;
use serde::Serialize;

use self::artifacts::Package;
use self::plan::{Plan, Step};
pub use self::spec::{ChainSpec, ForkOffsets, L1_CHAIN_ID, Roles};
pub use self::{deploy::Deployment, plan::Addresses};

/// A chain whose files are written and whose contracts are planned.
#[derive(Debug)]
pub struct Prepared {
    /// The L1 contracts by name.
    pub addresses: Addresses,
    chain_id: u64,
    owner: Address,
    steps: Vec<Step>,
}

/// Makes the chain's `genesis.json`, `rollup.json` and `addresses.json` in `out_dir`.
///
/// `package` is the unpacked npm package. The L1 must be at block 0 or later, and the owner is to
/// send nothing before [`Prepared::deploy`].
// Boxed: it is compiled here, and not in each program that awaits it.
#[must_use]
pub fn prepare<'a>(
    l1: &'a Rpc,
    package: &'a Path,
    spec: &'a ChainSpec,
    out_dir: &'a Path,
) -> LocalBoxFuture<'a, Result<Prepared>> {
    Box::pin(plan_chain(l1, package, spec, out_dir))
}

async fn plan_chain(
    l1: &Rpc,
    package: &Path,
    spec: &ChainSpec,
    out_dir: &Path,
) -> Result<Prepared> {
    spec.forks.check()?;
    let owner = spec.roles.owner;
    let start = L1Start::read(l1, owner).await?;
    ensure!(
        start.chain_id == spec.l1_chain_id,
        "the L1 has chain id {}, the chain is meant for {}",
        start.chain_id,
        spec.l1_chain_id
    );

    let package = Package::new(package);
    let mut plan = Plan::new(&package, owner, start.owner_nonce);
    let proxies = proxies::create(&mut plan, owner)?;
    let genesis = l2_genesis::build(l1, &package, spec, &proxies, start.timestamp).await?;
    let genesis = serde_json::to_vec(&genesis)?;
    let block = GenesisBlock::from_json(&genesis, None).context("the L2 genesis has no hash")?;
    implementations::create(&mut plan, spec, &proxies)?;
    games::create(&mut plan, spec, &proxies, output_root(&block))?;
    let Plan { addresses, steps, .. } = plan;

    let rollup = rollup::config(spec, &proxies, start.origin, block.hash, start.timestamp);
    write(&out_dir.join("genesis.json"), &genesis)?;
    write(&out_dir.join("rollup.json"), &pretty(&rollup)?)?;
    write(&out_dir.join("addresses.json"), &pretty(&addresses)?)?;
    Ok(Prepared { addresses, chain_id: start.chain_id, owner, steps })
}

impl Prepared {
    /// Deploys the contracts, all from the owner's account.
    pub async fn deploy(&self, l1: &Rpc, owner: &SecretKey, fees: Fees) -> Result<Deployment> {
        ensure!(
            owner.address() == self.owner,
            "the key of {} was given to deploy contracts that {} will own",
            owner.address(),
            self.owner
        );
        deploy::deploy(l1, self.chain_id, owner, fees, &self.steps).await
    }
}

/// The L1 as the chain finds it.
struct L1Start {
    chain_id: u64,
    /// L1 block 0.
    origin: BlockId,
    /// Its timestamp, and the L2 genesis block's.
    timestamp: u64,
    owner_nonce: u64,
}

impl L1Start {
    async fn read(l1: &Rpc, owner: Address) -> Result<Self> {
        let mut batch = Batch::default();
        let chain_id = batch.chain_id();
        let block = batch.block(0);
        let nonce = batch.request::<U64>("eth_getTransactionCount", (owner, "latest"));
        let answers = l1.send(batch).await;
        let BlockHead { hash, timestamp, .. } = answers
            .take(&block)
            .context("cannot read L1 block 0")?
            .context("the L1 has no block 0")?;
        Ok(Self {
            chain_id: answers.take(&chain_id).context("cannot read the L1's chain id")?.to(),
            origin: BlockId { hash, number: 0 },
            timestamp: timestamp.to(),
            owner_nonce: answers.take(&nonce).context("cannot read the owner's nonce")?.to(),
        })
    }
}

/// The output root of a block, version 0 (op-node `eth.OutputV0`).
fn output_root(block: &GenesisBlock) -> B256 {
    let version = B256::ZERO;
    keccak256([version, block.header.state_root, block.message_passer_root, block.hash].concat())
}

fn write(path: &Path, content: &[u8]) -> Result<()> {
    file::replace(path, content).with_context(|| format!("cannot write {}", path.display()))
}

fn pretty(value: &impl Serialize) -> Result<Vec<u8>> {
    let mut json = serde_json::to_vec_pretty(value)?;
    json.push(b'\n');
    Ok(json)
}
