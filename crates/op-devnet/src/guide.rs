//! What somebody needs next who has a chain.

use std::time::Duration;

use alloy_primitives::U256;
use anyhow::Result;
use eth_rpc::{Batch, Rpc, units::ether};

use crate::devnet::Devnet;
use crate::supervisor::board::Board;
use crate::{accounts, status};

/// For an answer of a node.
const ANSWER: Duration = Duration::from_secs(5);

/// Endpoints, chain ids, an account with ETH, a first transaction, and how it ends. A slow engine spoils none.
pub(crate) async fn text(devnet: &Devnet, board: &Board) -> Result<String> {
    let chain = &devnet.chain;
    let rpc = devnet.url("sequencer-engine.http")?;
    let (address, key) = (accounts::address(accounts::FREE)?, accounts::key(accounts::FREE)?);
    let on_l2 = match balance(&rpc, address).await {
        Ok(U256::ZERO) => "none on L2 before a deposit".to_owned(),
        Ok(wei) => format!("{} ETH on L2", ether(wei)),
        Err(_) => "an unknown amount on L2".to_owned(),
    };
    let cast =
        if devnet.cast.exists() { devnet.cast.display().to_string() } else { "cast".to_owned() };
    Ok(format!(
        "{endpoints}
L1 chain id          {l1}
L2 chain id          {l2}
accounts             0 to 9 of \"test test test test test test test test test test test junk\"; 0 to 4 are
                     the chain's own. Each has 10000 ETH on L1; number {free} has {on_l2}:
                     {address}
                     0x{key}
a transaction        {cast} send --rpc-url {rpc} --private-key 0x{key} {address} --value 1
Ctrl-C stops the chain; op-devnet up --dir {dir} goes on with it",
        endpoints = status::endpoints(board),
        l1 = chain.l1_chain_id,
        l2 = chain.l2_chain_id,
        free = accounts::FREE,
        key = key.to_hex().trim_start_matches("0x"),
        dir = devnet.home.dir().display(),
    ))
}

async fn balance(rpc: &str, address: alloy_primitives::Address) -> Result<U256> {
    let mut batch = Batch::default();
    let balance = batch.balance(address);
    Ok(Rpc::new(rpc, ANSWER)?.send(batch).await.take(&balance)?)
}
