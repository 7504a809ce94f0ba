//! Dispute games on L1, and the outputs they are about.

use alloy_primitives::{Address, B256, U64, U256};
use anyhow::{Context, Result, bail};
use eth_rpc::{Batch, Rpc};
use op_chain::contracts::{DisputeGame, DisputeGameFactory};
use op_chain::rollup::BlockId;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum GameStatus {
    InProgress,
    /// The root was false, or nobody defended it.
    ChallengerWins,
    /// The root stands.
    DefenderWins,
}

/// What does not change about a game.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Game {
    /// Its place in the factory's list.
    pub(crate) index: u64,
    pub(crate) address: Address,
    #[serde(rename = "gameType")]
    pub(crate) kind: u32,
    /// Timestamp of the L1 block that made it.
    pub(crate) created: u64,
    /// The claimed output root.
    pub(crate) root: B256,
    pub(crate) l2_block: u64,
}

pub(crate) async fn count(l1: &Rpc, factory: Address) -> Result<u64> {
    let mut batch = Batch::default();
    let count = batch.call(factory, &DisputeGameFactory::gameCountCall {});
    let count = l1.send(batch).await.take(&count).context("cannot count the dispute games")?;
    count.try_into().context("the factory counts more games than there can be")
}

/// The games from an index on, oldest first.
pub(crate) async fn since(l1: &Rpc, factory: Address, first: u64) -> Result<Vec<Game>> {
    let mut batch = Batch::default();
    let entries: Vec<_> = (first..count(l1, factory).await?)
        .map(|index| {
            let call = DisputeGameFactory::gameAtIndexCall { index: U256::from(index) };
            (index, batch.call(factory, &call))
        })
        .collect();
    let answers = l1.send(batch).await;

    let mut batch = Batch::default();
    let mut games = Vec::with_capacity(entries.len());
    for (index, entry) in entries {
        let entry = answers.take(&entry).with_context(|| format!("cannot read game {index}"))?;
        let root = batch.call(entry.proxy, &DisputeGame::rootClaimCall {});
        let l2_block = batch.call(entry.proxy, &DisputeGame::l2BlockNumberCall {});
        games.push((index, entry, root, l2_block));
    }
    let answers = l1.send(batch).await;
    games
        .into_iter()
        .map(|(index, entry, root, l2_block)| {
            let unreadable = || format!("cannot read game {index} at {}", entry.proxy);
            Ok(Game {
                index,
                address: entry.proxy,
                kind: entry.gameType,
                created: entry.timestamp,
                root: answers.take(&root).with_context(unreadable)?,
                l2_block: answers
                    .take(&l2_block)
                    .with_context(unreadable)?
                    .try_into()
                    .with_context(unreadable)?,
            })
        })
        .collect()
}

pub(crate) async fn status(l1: &Rpc, game: Address) -> Result<GameStatus> {
    let mut batch = Batch::default();
    let status = batch.call(game, &DisputeGame::statusCall {});
    match l1.send(batch).await.take(&status).with_context(|| format!("cannot read game {game}"))? {
        0 => Ok(GameStatus::InProgress),
        1 => Ok(GameStatus::ChallengerWins),
        2 => Ok(GameStatus::DefenderWins),
        other => bail!("game {game} has the status {other}, which no version knows"),
    }
}

/// An L2 block's output, of which games claim the root.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Output {
    pub(crate) version: B256,
    #[serde(rename = "outputRoot")]
    pub(crate) root: B256,
    pub(crate) state_root: B256,
    /// Storage root of `L2ToL1MessagePasser`.
    pub(crate) withdrawal_storage_root: B256,
    pub(crate) block_ref: BlockId,
}

pub(crate) async fn output(node: &Rpc, l2_block: u64) -> Result<Output> {
    node.request("optimism_outputAtBlock", [U64::from(l2_block)])
        .await
        .with_context(|| format!("op-node has no output for L2 block {l2_block}"))
}
