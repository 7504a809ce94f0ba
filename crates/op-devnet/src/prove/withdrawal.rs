//! A withdrawal in full: begun on L2, proven on L1 against a dispute game, paid out once the game is
//! won and the delays are over.

use std::{ops::ControlFlow, time::Duration};

use alloy_primitives::{Address, B256, Bytes, U256, address, keccak256};
use alloy_sol_types::{SolCall, sol};
use anyhow::{Context, Result, ensure};
use eth_rpc::{Batch, Rpc, Unread, units::ether};
use op_chain::rollup::BlockId;
use serde::{Deserialize, Serialize};
use serde_json::json;

use self::OptimismPortal::{OutputRootProof, WithdrawalTransaction};
use super::delays::{Delays, SLACK};
use super::games::{self, Game, GameStatus, Output};
use super::{wait::until, wallet::Wallet};
use crate::chain::Chain;

sol! {
    /// The predeploy that withdrawals on L2 begin at.
    interface L2ToL1MessagePasser {
        /// Burns the value on L2 and records the message.
        function initiateWithdrawal(address target, uint256 gasLimit, bytes data) external payable;

        /// A recorded message.
        event MessagePassed(
            uint256 indexed nonce,
            address indexed sender,
            address indexed target,
            uint256 value,
            uint256 gasLimit,
            bytes data,
            bytes32 withdrawalHash
        );
    }

    /// `OptimismPortal2`: withdrawals rest on dispute games.
    interface OptimismPortal {
        #[derive(Debug)]
        struct WithdrawalTransaction {
            uint256 nonce;
            address sender;
            address target;
            uint256 value;
            uint256 gasLimit;
            bytes data;
        }

        struct OutputRootProof {
            bytes32 version;
            bytes32 stateRoot;
            bytes32 messagePasserStorageRoot;
            bytes32 latestBlockhash;
        }

        /// Proves that a withdrawal is part of the output that a game is about.
        function proveWithdrawalTransaction(
            WithdrawalTransaction withdrawal,
            uint256 disputeGameIndex,
            OutputRootProof outputRootProof,
            bytes[] withdrawalProof
        ) external;
        /// Reverts, and says why, as long as a proven withdrawal cannot be paid out.
        function checkWithdrawal(bytes32 withdrawalHash, address proofSubmitter) external view;
        /// Pays a proven withdrawal out.
        function finalizeWithdrawalTransaction(WithdrawalTransaction withdrawal) external;

        /// A withdrawal has ended; without success nothing was paid.
        event WithdrawalFinalized(bytes32 indexed withdrawalHash, bool success);
    }
}

const MESSAGE_PASSER: Address = address!("4200000000000000000000000000000000000016");
/// Gas for the call of the recipient on L1, which is no contract.
const GAS: u64 = 100_000;
/// How long op-batcher and op-proposer may take until a game covers a block.
const COVERED: Duration = Duration::from_mins(2);

/// Whom a withdrawal needs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bridge<'a> {
    pub(crate) chain: &'a Chain,
    /// The user on L1.
    pub(crate) l1: &'a Wallet,
    /// The user on L2, through the sequencer's engine.
    pub(crate) l2: &'a Wallet,
    /// The sequencer's op-node.
    pub(crate) node: &'a Rpc,
}

#[derive(Debug)]
pub(crate) struct Initiated {
    transaction: WithdrawalTransaction,
    hash: B256,
    l2_transaction: B256,
    pub(crate) l2_block: BlockId,
    /// Games from this index on may cover it.
    first_game: u64,
}

#[derive(Debug)]
pub(crate) struct Proven {
    initiated: Initiated,
    pub(crate) game: Game,
    l1_transaction: B256,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Withdrawal {
    /// An address that had nothing before.
    pub(crate) recipient: Address,
    /// Wei.
    pub(crate) amount: U256,
    pub(crate) hash: B256,
    pub(crate) initiated: B256,
    pub(crate) l2_block: BlockId,
    pub(crate) proven: B256,
    pub(crate) game: Game,
    pub(crate) finalised: B256,
    pub(crate) l1_block: BlockId,
}

pub(crate) async fn initiate(bridge: Bridge<'_>, amount: U256) -> Result<Initiated> {
    let Bridge { chain, l1, l2, .. } = bridge;
    ensure_backed(l1.rpc(), chain.optimism_portal, amount).await?;
    let first_game = games::count(l1.rpc(), chain.dispute_game_factory).await?;
    let call = L2ToL1MessagePasser::initiateWithdrawalCall {
        target: Address::random(),
        gasLimit: U256::from(GAS),
        data: Bytes::new(),
    };
    let receipt = l2.send(MESSAGE_PASSER, &call, amount).await?;
    let (event, _) = receipt.event::<L2ToL1MessagePasser::MessagePassed>(MESSAGE_PASSER)?;
    Ok(Initiated {
        hash: event.withdrawalHash,
        transaction: WithdrawalTransaction {
            nonce: event.nonce,
            sender: event.sender,
            target: event.target,
            value: event.value,
            gasLimit: event.gasLimit,
            data: event.data,
        },
        l2_transaction: receipt.transaction_hash,
        l2_block: receipt.block(),
        first_game,
    })
}

/// The ETH that L2's genesis gives away is not on L1; the portal pays from deposits alone.
async fn ensure_backed(l1: &Rpc, portal: Address, amount: U256) -> Result<()> {
    let mut batch = Batch::default();
    let balance = batch.balance(portal);
    let balance =
        l1.send(batch).await.take(&balance).context("cannot read the portal's balance")?;
    ensure!(
        balance >= amount,
        "the portal holds {} ETH, too little to pay {} out: deposit first",
        ether(balance),
        ether(amount)
    );
    Ok(())
}

/// Proves the withdrawal on L1 as soon as an honest game covers it.
pub(crate) async fn prove(bridge: Bridge<'_>, initiated: Initiated) -> Result<Proven> {
    let Bridge { chain, l1, l2, node } = bridge;
    let (game, output) = covering_game(chain, l1.rpc(), node, &initiated).await?;
    let proof = inclusion(l2.rpc(), initiated.hash, &output).await?;
    let call = OptimismPortal::proveWithdrawalTransactionCall {
        withdrawal: initiated.transaction.clone(),
        disputeGameIndex: U256::from(game.index),
        outputRootProof: OutputRootProof {
            version: output.version,
            stateRoot: output.state_root,
            messagePasserStorageRoot: output.withdrawal_storage_root,
            latestBlockhash: output.block_ref.hash,
        },
        withdrawalProof: proof,
    };
    let receipt = l1.send(chain.optimism_portal, &call, U256::ZERO).await?;
    Ok(Proven { initiated, game, l1_transaction: receipt.transaction_hash })
}

/// Waits for a game of the respected type whose root is true and whose block is late enough, and for an L1 block
/// after the game's: a proof in the second that makes the game never counts, and portals of today do not take it.
async fn covering_game(
    chain: &Chain,
    l1: &Rpc,
    node: &Rpc,
    initiated: &Initiated,
) -> Result<(Game, Output)> {
    let block = initiated.l2_block.number;
    let what = format!("a game of type {} that covers L2 block {block}", chain.game_type);
    until(what, COVERED, async || {
        let games = games::since(l1, chain.dispute_game_factory, initiated.first_game).await?;
        let newest = games.iter().map(|game| game.l2_block).max();
        let mut batch = Batch::default();
        let head = batch.head("latest");
        let head = l1.send(batch).await.take(&head)?.context("the L1 has no block")?;
        let now = head.timestamp.to::<u64>();
        let covering =
            games.into_iter().filter(|game| game.kind == chain.game_type && game.l2_block >= block);
        for game in covering.filter(|game| game.created < now) {
            let output = games::output(node, game.l2_block).await?;
            if output.root == game.root {
                return Ok(ControlFlow::Break((game, output)));
            }
        }
        Ok(ControlFlow::Continue(newest.map_or_else(
            || "there is no new game".to_owned(),
            |newest| format!("the newest game is about L2 block {newest}"),
        )))
    })
    .await
    .context("op-proposer makes games: see op-devnet logs proposer")
}

/// The Merkle proof that the message passer's storage holds the withdrawal.
async fn inclusion(engine: &Rpc, withdrawal: B256, output: &Output) -> Result<Vec<Bytes>> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Account {
        storage_hash: B256,
        storage_proof: Vec<Slot>,
    }
    #[derive(Deserialize)]
    struct Slot {
        value: U256,
        proof: Vec<Bytes>,
    }

    // `sentMessages`, a mapping from withdrawals to true, is the contract's first variable.
    let slot = keccak256([withdrawal, B256::ZERO].concat());
    let block = output.block_ref;
    let account: Account = engine
        .request("eth_getProof", (MESSAGE_PASSER, [slot], block.hash))
        .await
        .with_context(|| format!("the engine has no proof of L2 block {}", block.number))?;
    ensure!(
        account.storage_hash == output.withdrawal_storage_root,
        "engine and op-node disagree about the message passer in L2 block {}: {} and {}",
        block.number,
        account.storage_hash,
        output.withdrawal_storage_root
    );
    let slot = account.storage_proof.into_iter().next().context("the engine proved nothing")?;
    ensure!(
        slot.value == U256::ONE,
        "L2 block {} does not hold the withdrawal {withdrawal}",
        block.number
    );
    Ok(slot.proof)
}

/// Waits until the game that the withdrawal rests on is won by its defender.
pub(crate) async fn resolution(bridge: Bridge<'_>, proven: &Proven, delays: Delays) -> Result<()> {
    let status = delays.resolution(bridge.l1.rpc(), proven.game.address).await?;
    ensure!(
        status == GameStatus::DefenderWins,
        "game {} was lost although its root {} is true",
        proven.game.address,
        proven.game.root
    );
    Ok(())
}

/// Pays the withdrawal out as soon as the portal lets it.
pub(crate) async fn finalise(
    bridge: Bridge<'_>,
    proven: Proven,
    delays: Delays,
) -> Result<Withdrawal> {
    let Bridge { chain, l1, .. } = bridge;
    let Proven { initiated, game, l1_transaction } = proven;
    released(chain, l1, initiated.hash, delays).await?;
    let call = OptimismPortal::finalizeWithdrawalTransactionCall {
        withdrawal: initiated.transaction.clone(),
    };
    let receipt = l1.send(chain.optimism_portal, &call, U256::ZERO).await?;
    let (event, _) = receipt.event::<OptimismPortal::WithdrawalFinalized>(chain.optimism_portal)?;
    ensure!(event.success, "the portal ended withdrawal {} without paying", initiated.hash);

    let WithdrawalTransaction { target: recipient, value: amount, .. } = initiated.transaction;
    let mut batch = Batch::default();
    let balance = batch.balance(recipient);
    let balance = l1.rpc().send(batch).await.take(&balance)?;
    ensure!(
        balance == amount,
        "the withdrawal's recipient {recipient} has {balance} wei on L1, not {amount}"
    );
    Ok(Withdrawal {
        recipient,
        amount,
        hash: initiated.hash,
        initiated: initiated.l2_transaction,
        l2_block: initiated.l2_block,
        proven: l1_transaction,
        game,
        finalised: receipt.transaction_hash,
        l1_block: receipt.block(),
    })
}

/// Waits until the portal has no objection; until then it says which one it has.
async fn released(chain: &Chain, l1: &Wallet, withdrawal: B256, delays: Delays) -> Result<()> {
    let portal = chain.optimism_portal;
    let patience = Duration::from_secs(delays.proof_maturity.saturating_add(delays.finality));
    let check = OptimismPortal::checkWithdrawalCall {
        withdrawalHash: withdrawal,
        proofSubmitter: l1.address(),
    };
    let call = json!({"to": portal, "data": Bytes::from(check.abi_encode())});
    let what = format!("the portal to release withdrawal {withdrawal}");
    until(what, patience + SLACK, async || {
        match l1.rpc().request::<Bytes>("eth_call", (&call, "latest")).await {
            Ok(_) => Ok(ControlFlow::Break(())),
            Err(Unread::Reverted(objection)) => Ok(ControlFlow::Continue(objection)),
            Err(other) => Err(other.into()),
        }
    })
    .await
}
