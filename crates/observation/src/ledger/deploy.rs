//! Deploying the contracts, once.

use std::{io, path::Path};

use alloy_primitives::{Address, Bytes, TxKind, U64, U256};
use alloy_sol_types::{SolConstructor, SolValue as _};
use op_util::file::{create, read};
use serde::{Deserialize, Serialize};

use super::account::{Account, Call};
use super::compare::{self, code_of, is_made_by};
use super::error::{LedgerError, unread};
use crate::contracts::{
    EveryChannelObservationLedger, EveryChannelRail, EveryChannelWitnessRegistry,
};

/// The most of a deployment's file that is read, in bytes.
const MOST: u64 = 1 << 16;
/// What to do about a deployment that is there and not the planned one.
const ANOTHER: &str = "Nothing was changed. Give --out another name to deploy another one";

#[derive(Debug, Clone)]
pub struct Plan {
    /// Who changes the witnesses from then on.
    pub owner: Address,
    pub witnesses: Vec<Address>,
    /// How many of them make an observation final.
    pub quorum: u32,
    /// Whether a quorum may ever be half of them or fewer.
    pub allow_minority: bool,
    /// Seconds from the announcement of a change of the witnesses to the change.
    pub change_delay: u64,
    /// How far an observation may lie in the future of its block, in milliseconds.
    pub max_future_ms: u64,
}

/// Where the contracts are. Written before they are: their addresses follow from the nonces that their
/// transactions will have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Deployment {
    pub chain_id: u64,
    pub deployer: Address,
    /// The deployer's nonce for the first of them.
    pub nonce: u64,
    pub registry: Address,
    pub ledger: Address,
    pub rail: Address,
}

impl Deployment {
    fn next(account: &Account, nonce: u64) -> Self {
        let deployer = account.address();
        Self {
            chain_id: account.chain_id(),
            deployer,
            nonce,
            registry: deployer.create(nonce),
            ledger: deployer.create(nonce + 1),
            rail: deployer.create(nonce + 2),
        }
    }

    pub fn read(file: &Path) -> Result<Self, LedgerError> {
        let failed = |reason| LedgerError::Deployment { file: file.to_owned(), reason };
        let bytes = read(file, MOST).map_err(|error| failed(error.to_string()))?;
        serde_json::from_slice(&bytes).map_err(|error| failed(error.to_string()))
    }

    fn write(&self, file: &Path) -> io::Result<()> {
        create(file, None, &serde_json::to_vec_pretty(self)?)
    }
}

/// Deploys registry, ledger and rail, and writes their addresses to `file`. If the file is there, its
/// deployment is continued: no contract is deployed twice, and what is there must be as planned. `deployed` is
/// called for each contract.
pub async fn deploy(
    account: &Account,
    plan: &Plan,
    file: &Path,
    deployed: impl Fn(&str, Address),
) -> Result<Deployment, LedgerError> {
    let failed = |reason: String| LedgerError::Deployment { file: file.to_owned(), reason };
    let deployment = if file.exists() {
        Deployment::read(file)?
    } else {
        let deployment = Deployment::next(account, next_nonce(account).await?);
        deployment.write(file).map_err(|error| failed(error.to_string()))?;
        deployment
    };
    if deployment != Deployment::next(account, deployment.nonce) {
        return Err(failed(format!(
            "it is of a deployment by {} on chain {}; this is {} on chain {}. Give --out another name",
            deployment.deployer,
            deployment.chain_id,
            account.address(),
            account.chain_id()
        )));
    }
    let codes = [
        ("registry", deployment.registry, registry_code(plan)),
        ("ledger", deployment.ledger, ledger_code(deployment.registry, plan.max_future_ms)),
        ("rail", deployment.rail, rail_code(deployment.ledger)),
    ];
    for ((name, address, code), nonce) in codes.into_iter().zip(deployment.nonce..) {
        let there = code_of(account, address).await?;
        if !there.is_empty() && !is_made_by(account, &there, &code).await? {
            return Err(failed(format!(
                "expected the {name} as planned at {address}, found other code or settings (rules of the quorum, delay \
                 of changes, maxFutureMs, contracts of another version). {ANOTHER}"
            )));
        }
        if there.is_empty() {
            let next = next_nonce(account).await?;
            if next != nonce {
                return Err(failed(format!(
                    "the {name} was to be deployed with the nonce {nonce}, but the next nonce of {} is \
                     {next}: it has sent something else since. Give --out another name to begin again",
                    account.address()
                )));
            }
            let what = format!("deploying the {name}");
            let (to, value) = (TxKind::Create, U256::ZERO);
            account.send(Call { to, input: code, value, reserve: 0, what }).await?;
        } else if address == deployment.registry {
            let differs = compare::registry(account, address, plan).await?;
            if !differs.is_empty() {
                let differs = differs.join("; ");
                return Err(failed(format!(
                    "the registry at {address} is not as planned: {differs}. {ANOTHER}"
                )));
            }
        }
        deployed(name, address);
    }
    Ok(deployment)
}

async fn next_nonce(account: &Account) -> Result<u64, LedgerError> {
    let rpc = account.rpc();
    let nonce = rpc.request::<U64>("eth_getTransactionCount", (account.address(), "pending")).await;
    Ok(nonce.map_err(unread(rpc, "the account's nonce"))?.to())
}

fn registry_code(plan: &Plan) -> Bytes {
    let arguments = EveryChannelWitnessRegistry::constructorCall {
        owner_: plan.owner,
        witnesses: plan.witnesses.clone(),
        quorum: U256::from(plan.quorum),
        allowMinority: plan.allow_minority,
        changeDelay_: plan.change_delay,
    };
    [&EveryChannelWitnessRegistry::BYTECODE[..], &arguments.abi_encode()].concat().into()
}

fn ledger_code(registry: Address, max_future_ms: u64) -> Bytes {
    let arguments = (registry, max_future_ms).abi_encode_params();
    [&EveryChannelObservationLedger::BYTECODE[..], &arguments].concat().into()
}

fn rail_code(ledger: Address) -> Bytes {
    [&EveryChannelRail::BYTECODE[..], &ledger.abi_encode()].concat().into()
}
