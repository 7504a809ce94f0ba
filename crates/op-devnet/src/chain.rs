//! The chain of a devnet: its contracts, and the L1 that it lives on.

use std::fs;

use alloy_primitives::Address;
use anyhow::{Context, Result, ensure};
use eth_rpc::{Batch, Rpc};
use op_chain::rollup::RollupConfig;
use serde::{Deserialize, Serialize};

use crate::engine::Engines;
use crate::home::{self, Home};

/// What runners and proofs need to know about the chain. Its file is written last, so a chain that
/// has one is complete.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Chain {
    pub(crate) contracts: String,
    pub(crate) l1_chain_id: u64,
    pub(crate) l2_chain_id: u64,
    pub(crate) optimism_portal: Address,
    pub(crate) dispute_game_factory: Address,
    pub(crate) batcher: Address,
    pub(crate) proposer: Address,
    pub(crate) challenger: Address,
    /// op-challenger's names of the game types that it plays.
    pub(crate) game_types: Vec<String>,
    /// The type that op-proposer makes.
    pub(crate) game_type: u32,
    /// How batches get to L1, as op-batcher names it.
    #[serde(default = "calldata")]
    pub(crate) data_availability: String,
    /// Games are over within minutes.
    #[serde(default)]
    pub(crate) short_clocks: bool,
    #[serde(default)]
    pub(crate) engines: Engines,
}

/// Of chains that were made before there were blobs.
fn calldata() -> String {
    "calldata".to_owned()
}

impl Chain {
    /// The chain of the folder, `None` when there is none or when it was not finished.
    pub(crate) fn load(home: &Home) -> Result<Option<Self>> {
        let path = home.chain().join(home::WRITTEN_LAST);
        if !path.exists() {
            return Ok(None);
        }
        let text = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        serde_json::from_slice(&text).map(Some).with_context(|| {
            format!("{} is not of this version: op-devnet reset makes a new chain", path.display())
        })
    }

    /// How old a game may be for op-challenger and op-dispute-mon to look at it; it is over by then.
    pub(crate) const fn game_window(&self) -> &'static str {
        if self.short_clocks { "5m" } else { "672h" }
    }

    /// Refuses an L1 on which this chain did not begin.
    pub(crate) async fn check_l1(home: &Home, l1: &Rpc) -> Result<()> {
        let path = home.chain().join("rollup.json");
        let text = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let rollup: RollupConfig = serde_json::from_slice(&text)
            .with_context(|| format!("{} is not a rollup configuration", path.display()))?;
        let origin = rollup.genesis.l1;
        let mut batch = Batch::default();
        let block = batch.block(origin.number);
        let found = l1.send(batch).await.take(&block)?.map(|block| block.hash);
        ensure!(
            found == Some(origin.hash),
            "the L1 of this chain is lost: the chain begins at L1 block {} {}, the L1 has {}. No service \
             was started. {}",
            origin.number,
            origin.hash,
            found.map_or_else(|| "no such block".to_owned(), |hash| hash.to_string()),
            home.way_out()
        );
        Ok(())
    }

    /// Marks the chain as complete.
    pub(crate) fn save(&self, home: &Home) -> Result<()> {
        home::write(&home.chain().join(home::WRITTEN_LAST), &serde_json::to_vec_pretty(self)?)
    }
}
