//! A false output root is proposed, attacked by op-challenger and lost, while true ones are won.

use std::{ops::ControlFlow, time::Duration};

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolValue;
use anyhow::{Context, Result, bail, ensure};
use eth_rpc::{Batch, Rpc};
use op_chain::contracts::{DisputeGame, DisputeGameFactory};
use serde::Serialize;

use super::games::{self, Game, GameStatus};
use super::{delays::Delays, wait::until, wallet::Wallet};
use crate::chain::Chain;

/// Seconds of L1 time after a game in which op-proposer does not send the next one; its interval is
/// 20 s. A transaction of its account in between does not meet one of its own.
const QUIET: u64 = 8;
/// How long op-proposer may take for a game.
const PROPOSED: Duration = Duration::from_mins(2);
/// How long op-challenger may take to attack.
const ATTACKED: Duration = Duration::from_mins(1);
/// The position of an attack on the root claim; the root's own is 1.
const ATTACK_ON_ROOT: u128 = 2;

/// A game about an output root that is not the block's.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FalseGame {
    pub(crate) address: Address,
    pub(crate) l2_block: u64,
    pub(crate) false_root: B256,
    pub(crate) true_root: B256,
    /// Wei.
    pub(crate) bond: U256,
    pub(crate) l1_transaction: B256,
}

/// op-challenger's answer to a false root.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Attack {
    pub(crate) challenger: Address,
    /// The output root that it claims instead.
    pub(crate) claim: B256,
}

/// How the games about true roots stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HonestGames {
    pub(crate) won: usize,
    pub(crate) in_progress: usize,
}

/// Proposes a false root for the block of op-proposer's newest game, right after that game.
///
/// The wallet is op-proposer's own: nobody else may make a permissioned game.
pub(crate) async fn propose(chain: &Chain, proposer: &Wallet, node: &Rpc) -> Result<FalseGame> {
    let newest = quiet_moment(chain, proposer.rpc()).await?;
    let true_root = games::output(node, newest.l2_block).await?.root;
    let false_root = !true_root;
    let factory = chain.dispute_game_factory;
    let bond = bond(chain, proposer.rpc()).await?;
    let call = DisputeGameFactory::createCall {
        gameType: chain.game_type,
        rootClaim: false_root,
        extraData: U256::from(newest.l2_block).abi_encode().into(),
    };
    let receipt = proposer.send(factory, &call, bond).await?;
    let (event, _) = receipt.event::<DisputeGameFactory::DisputeGameCreated>(factory)?;
    Ok(FalseGame {
        address: event.disputeProxy,
        l2_block: newest.l2_block,
        false_root,
        true_root,
        bond,
        l1_transaction: receipt.transaction_hash,
    })
}

/// Waits until op-proposer has just made a game, and returns that game.
async fn quiet_moment(chain: &Chain, l1: &Rpc) -> Result<Game> {
    until("a new game of op-proposer", PROPOSED, async || {
        let factory = chain.dispute_game_factory;
        let count = games::count(l1, factory).await?;
        let newest = games::since(l1, factory, count.saturating_sub(1)).await?.pop();
        let Some(newest) = newest else {
            return Ok(ControlFlow::Continue("there is none at all".to_owned()));
        };
        let mut batch = Batch::default();
        let head = batch.head("latest");
        let head = l1.send(batch).await.take(&head)?.context("the L1 has no head")?;
        let age = head.timestamp.to::<u64>().saturating_sub(newest.created);
        Ok(if newest.kind == chain.game_type && age <= QUIET {
            ControlFlow::Break(newest)
        } else {
            ControlFlow::Continue(format!("the newest was made {age} s ago"))
        })
    })
    .await
    .context("op-proposer makes games: see op-devnet logs proposer")
}

async fn bond(chain: &Chain, l1: &Rpc) -> Result<U256> {
    let call = DisputeGameFactory::initBondsCall { gameType: chain.game_type };
    let mut batch = Batch::default();
    let bond = batch.call(chain.dispute_game_factory, &call);
    l1.send(batch).await.take(&bond).context("cannot read the game's bond")
}

/// Waits until op-challenger attacks the false root.
pub(crate) async fn attack(chain: &Chain, l1: &Rpc, game: &FalseGame) -> Result<Attack> {
    let claim = until(format!("an attack on game {}", game.address), ATTACKED, async || {
        let mut batch = Batch::default();
        let claims = batch.call(game.address, &DisputeGame::claimDataLenCall {});
        let second = DisputeGame::claimDataCall { index: U256::ONE };
        let second = batch.call(game.address, &second);
        let answers = l1.send(batch).await;
        let claims = answers.take(&claims)?;
        Ok(if claims > U256::ONE {
            ControlFlow::Break(answers.take(&second)?)
        } else {
            ControlFlow::Continue("nobody has made a claim".to_owned())
        })
    })
    .await
    .context("op-challenger attacks false roots: see op-devnet logs challenger")?;
    ensure!(
        claim.claimant == chain.challenger
            && claim.parentIndex == 0
            && claim.position == ATTACK_ON_ROOT,
        "the first claim in game {} is no attack of the challenger's on the root: {} claims position {} \
         against claim {}",
        game.address,
        claim.claimant,
        claim.position,
        claim.parentIndex
    );
    // The first bisection lies far beyond the game's block, where its output is repeated.
    ensure!(
        claim.claim == game.true_root,
        "the challenger attacks game {} with the root {}, the true one is {}",
        game.address,
        claim.claim,
        game.true_root
    );
    Ok(Attack { challenger: claim.claimant, claim: claim.claim })
}

/// Waits until the false root is lost.
pub(crate) async fn loss(l1: &Rpc, game: &FalseGame, delays: Delays) -> Result<()> {
    let status = delays.resolution(l1, game.address).await?;
    ensure!(
        status == GameStatus::ChallengerWins,
        "game {} was won with the root {}, which is false",
        game.address,
        game.false_root
    );
    Ok(())
}

/// Checks that no game about a true root is lost and none about a false one is won.
pub(crate) async fn honest_games(chain: &Chain, l1: &Rpc, node: &Rpc) -> Result<HonestGames> {
    let mut honest = HonestGames { won: 0, in_progress: 0 };
    for game in games::since(l1, chain.dispute_game_factory, 0).await? {
        let truth = games::output(node, game.l2_block).await?.root;
        match (games::status(l1, game.address).await?, game.root == truth) {
            (GameStatus::DefenderWins, true) => honest.won += 1,
            (GameStatus::InProgress, true) => honest.in_progress += 1,
            (GameStatus::InProgress | GameStatus::ChallengerWins, false) => {}
            (status, _) => bail!(
                "game {} ended {status:?} with the root {}; op-node's for L2 block {} is {truth}",
                game.address,
                game.root,
                game.l2_block
            ),
        }
    }
    Ok(honest)
}
