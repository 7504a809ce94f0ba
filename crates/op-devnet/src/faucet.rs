//! `faucet`: ETH on L2 for an account, by a deposit as on every chain: nothing is made of nothing.

use std::time::Duration;

use alloy_primitives::{Address, U256};
use anyhow::{Context, Result, ensure};
use eth_rpc::{fees::MAX_FEE, units::parse_ether};
use op_gate::config::Config;
use op_prove::deposit::{Chain, Start, prove};
use serde_json::json;

use crate::{accounts, home::Home, out};

/// For one answer of a node.
const ANSWER: Duration = Duration::from_secs(10);
/// For the deposit to be on L2.
const ARRIVAL: Duration = Duration::from_mins(2);

/// An amount of ETH, as the command line has it.
pub(crate) fn parse(text: &str) -> Result<U256, String> {
    let wei = parse_ether(text)?;
    if wei.is_zero() { Err("more than 0 ETH is expected".to_owned()) } else { Ok(wei) }
}

/// Deposits to the account on a devnet that runs, and waits until it is there.
pub(crate) async fn give(home: &Home, to: Address, amount: U256, json: bool) -> Result<()> {
    let dir = home.dir().display();
    ensure!(
        home.supervisor()?.is_some(),
        "no devnet runs in {dir}: op-devnet up --dir {dir}, and try again from another terminal"
    );
    let config = Config::load(&home.warden_config())?;
    let chain = Chain::of(&config, ANSWER)?;
    let key = accounts::key(accounts::FREE)?;
    let start = Start::Send { key: &key, to, amount, max_fee: MAX_FEE };
    let proof = prove(&chain, start, ARRIVAL, |_| {}).await?;
    let block = proof.block().with_context(|| {
        format!(
            "the deposit was not on every node within {} s: op-devnet status",
            ARRIVAL.as_secs()
        )
    })?;
    let ether = eth_rpc::units::ether(amount);
    if json {
        out::json(&json!({"to": to, "wei": amount.to_string(), "block": block}))
    } else {
        out::result(format_args!("{ether} ETH to {to} in L2 block {}\n", block.number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_ether() {
        assert_eq!(parse("0.5"), Ok(U256::from(5 * 10_u64.pow(17))));
        for wrong in ["0", "-1", "one"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
