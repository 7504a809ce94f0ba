//! What is deployed, compared with what is planned.

use alloy_primitives::{Address, Bytes};
use eth_rpc::Batch;
use serde_json::json;

use super::account::Account;
use super::deploy::Plan;
use super::error::{LedgerError, unread};
use crate::contracts::EveryChannelWitnessRegistry::{isWitnessCall, ownerCall, setCall};

/// The code of a contract on chain; empty where there is none.
pub(super) async fn code_of(account: &Account, address: Address) -> Result<Bytes, LedgerError> {
    let rpc = account.rpc();
    let code = rpc.request::<Bytes>("eth_getCode", (address, "latest")).await;
    code.map_err(unread(rpc, "a contract's code"))
}

/// Whether a contract's code is what this creation would make, with all that is fixed in it.
pub(super) async fn is_made_by(
    account: &Account,
    code: &Bytes,
    creation: &Bytes,
) -> Result<bool, LedgerError> {
    let rpc = account.rpc();
    let object = json!({"from": account.address(), "data": creation});
    let made = rpc.request::<Bytes>("eth_call", (object, "latest")).await;
    Ok(made.map_err(unread(rpc, "what a deployment makes"))? == *code)
}

/// In what a registry is not as planned.
pub(super) async fn registry(
    account: &Account,
    address: Address,
    plan: &Plan,
) -> Result<Vec<String>, LedgerError> {
    let rpc = account.rpc();
    let mut batch = Batch::default();
    let (owner, set) = (batch.call(address, &ownerCall {}), batch.call(address, &setCall {}));
    let members: Vec<_> = plan
        .witnesses
        .iter()
        .map(|&witness| (witness, batch.call(address, &isWitnessCall { witness })))
        .collect();
    let answers = rpc.send(batch).await;
    let unread = || unread(rpc, "the registry");
    let owner = answers.take(&owner).map_err(unread())?;
    let set = answers.take(&set).map_err(unread())?;
    let mut found = Vec::new();
    let mut differs = |what: &str, planned: String, there: String| {
        if planned != there {
            found.push(format!("{what}: planned {planned}, found {there}"));
        }
    };
    differs("owner", plan.owner.to_string(), owner.to_string());
    differs("quorum", plan.quorum.to_string(), set.quorum.to_string());
    differs("witnesses", plan.witnesses.len().to_string(), set.members.to_string());
    for (witness, is_member) in members {
        if !answers.take(&is_member).map_err(unread())? {
            found.push(format!("{witness} is planned and no witness"));
        }
    }
    Ok(found)
}
