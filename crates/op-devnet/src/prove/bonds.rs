//! A bond on its way back: op-challenger claims what op-proposer put down, and it arrives.

use std::{ops::ControlFlow, time::Duration};

use alloy_primitives::{Address, B256, Bytes, U64, U256};
use alloy_sol_types::{SolCall as _, SolEvent as _, sol};
use anyhow::{Context, Result, ensure};
use eth_rpc::{Batch, Rpc};
use op_chain::contracts::{DisputeGame, DisputeGameFactory};
use serde::Deserialize;
use serde_json::json;

use super::delays::SLACK;
use super::wait::until;
use crate::{chain::Chain, l1::Transaction};

sol! {
    /// `DelayedWETH` pays a bond out to its game, which hands it on.
    event Withdrawal(address indexed game, uint256 amount);
}

/// Seconds: what the contracts hold a bond back for is short where games are.
const HELD: u64 = 120;

/// What op-challenger got back for op-proposer in one L1 block.
#[derive(Debug)]
pub(crate) struct Returned {
    /// Wei.
    pub(crate) amount: U256,
    pub(crate) games: usize,
    pub(crate) l1_block: u64,
}

/// Waits until bonds of the proposer were claimed by the challenger, and its balance has grown by them.
pub(crate) async fn returned(chain: &Chain, l1: &Rpc, clock: u64) -> Result<Returned> {
    let patience = Duration::from_secs(clock.saturating_add(HELD)) + SLACK;
    until("a bond of the proposer to come back", patience, async || {
        let Some(weth) = weth(chain, l1).await? else {
            return Ok(ControlFlow::Continue("there is no game yet".to_owned()));
        };
        for (block, paid) in paid(chain, l1, weth).await? {
            if let Some(returned) = arrived(chain, l1, block, &paid).await? {
                return Ok(ControlFlow::Break(returned));
            }
        }
        Ok(ControlFlow::Continue("op-challenger has claimed none".to_owned()))
    })
    .await
    .context("op-challenger claims bonds: see op-devnet logs challenger")
}

/// Where the bonds of games are.
async fn weth(chain: &Chain, l1: &Rpc) -> Result<Option<Address>> {
    let mut batch = Batch::default();
    let game = DisputeGameFactory::gameAtIndexCall { index: U256::ZERO };
    let game = batch.call(chain.dispute_game_factory, &game);
    let Ok(game) = l1.send(batch).await.take(&game) else { return Ok(None) };
    let mut batch = Batch::default();
    let weth = batch.call(game.proxy, &DisputeGame::wethCall {});
    Ok(Some(l1.send(batch).await.take(&weth).context("the game keeps no bonds")?))
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Log {
    topics: Vec<B256>,
    data: Bytes,
    block_number: U64,
    transaction_hash: B256,
}

/// What was paid out to the proposer because the challenger asked, by block.
async fn paid(chain: &Chain, l1: &Rpc, weth: Address) -> Result<Vec<(u64, Vec<U256>)>> {
    let filter = json!({
        "address": weth, "topics": [Withdrawal::SIGNATURE_HASH], "fromBlock": "earliest",
    });
    let logs: Vec<Log> = l1.request("eth_getLogs", [filter]).await?;
    let claim = DisputeGame::claimCreditCall { recipient: chain.proposer }.abi_encode();
    let mut blocks: Vec<(u64, Vec<U256>)> = Vec::new();
    for log in logs {
        let event = Withdrawal::decode_raw_log(log.topics, &log.data)?;
        let sent: Option<Transaction> =
            l1.request("eth_getTransactionByHash", [log.transaction_hash]).await?;
        let ours = sent.is_some_and(|sent| {
            sent.from == chain.challenger
                && sent.to == Some(event.game)
                && sent.input.as_ref() == claim
        });
        let block = log.block_number.to();
        match blocks.last_mut() {
            _ if !ours => {}
            Some((last, amounts)) if *last == block => amounts.push(event.amount),
            _ => blocks.push((block, vec![event.amount])),
        }
    }
    Ok(blocks)
}

/// Compares the proposer's balance with that of the block before. `None` where it sent something itself.
async fn arrived(chain: &Chain, l1: &Rpc, block: u64, paid: &[U256]) -> Result<Option<Returned>> {
    let mut batch = Batch::default();
    let [(before, nonce_before), (after, nonce_after)] = [block - 1, block].map(|number| {
        batch.earlier(number, |batch| (batch.balance(chain.proposer), batch.nonce(chain.proposer)))
    });
    let answers = l1.send(batch).await;
    if answers.take(&nonce_before)? != answers.take(&nonce_after)? {
        return Ok(None);
    }
    let amount: U256 = paid.iter().sum();
    let (before, after) = (answers.take(&before)?, answers.take(&after)?);
    ensure!(
        before + amount == after,
        "{amount} wei were claimed for {} in L1 block {block}, its balance went from {before} to {after}",
        chain.proposer
    );
    Ok(Some(Returned { amount, games: paid.len(), l1_block: block }))
}
