//! Observation consensus on the devnet's own L2, paid with ETH that comes through the portal.

use std::time::Duration;

use alloy_primitives::U256;
use eth_rpc::{Rpc, fees::MAX_FEE, key::SecretKey};
use libtest_mimic::Completion;
use observation::smoke::{self, Archive, Chain};
use op_gate::config::Config;
use op_prove::deposit::{self, Start};

use e2e::devnet::{Devnet, Result, ensure};

use crate::Outcome;

/// Account 7 of Foundry's published test mnemonic, which has no part in the devnet.
const PAYER: &[u8] = b"4bbbf85ce3377467afe5d46f804f221813b2bb87f24d81f60f1fcdbf7cbf4356";
/// For an answer, and for a deposit to arrive.
const ANSWER: Duration = Duration::from_secs(10);
const ARRIVAL: Duration = Duration::from_mins(2);

pub(crate) fn agree() -> Outcome {
    let devnet = Devnet::up()?;
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(smoke(&devnet))?;
    devnet.down()?;
    Ok(Completion::Completed)
}

async fn smoke(devnet: &Devnet) -> Result<()> {
    let config = Config::load(&devnet.dir().join("op-warden.json"))?;
    let chain = deposit::Chain::of(&config, ANSWER)?;
    let key = SecretKey::from_hex(PAYER)?;
    let amount = U256::from(10_u64.pow(18));
    let start = Start::Send { key: &key, to: key.address(), amount, max_fee: MAX_FEE };
    let proof = deposit::prove(&chain, start, ARRIVAL, |_| {}).await?;
    ensure(proof.block().is_some(), || format!("the deposit did not arrive: {proof:?}"))?;
    let status = devnet.status()?;
    let url = status["board"]["endpoints"]["sequencer-engine"].as_str().ok_or("no endpoint")?;
    let there = Chain::There(Rpc::new(url, ANSWER)?, Box::new(key));
    let report = smoke::run(there, Archive::MadeUp(3), |_| {}).await?;
    println!("{report}");
    ensure(report.passed(), || report.to_string())
}
