//! What the official validator of contracts says: where it is says the contracts manager that
//! `SystemConfig` names, so it takes three rounds of questions.

use alloy_primitives::{Address, B256, U256};
use eth_rpc::{Answers, Batch, Reading, Rpc, Slot};
use op_chain::contracts::{ContractsManager, StandardValidator, SystemConfig};

use super::getters::getters;
use crate::{gate::Gate, read::request::Request};

/// What the validator was asked, and its answer.
#[derive(Debug)]
pub struct Validation {
    pub manager: Manager,
    /// The validator of the manager's release; `None` where `SystemConfig` names no manager.
    pub validator: Option<Reading<Address>>,
    /// Its complaints, as codes with commas between them.
    pub complaints: Option<Reading<String>>,
}

getters! {
    /// The chain's contracts manager, and who can replace the chain's contracts.
    Manager, ManagerSlots(system) {
        address: Address = system.SystemConfig::lastUsedOPCMCall {},
        owner: Address = system.SystemConfig::proxyAdminOwnerCall {},
    }
}

pub(super) fn ask(batch: &mut Batch, request: &Request<'_>) -> Option<ManagerSlots> {
    let system = request.rollup.l1_system_config_address;
    request.judged_by(Gate::StandardValidator).next().map(|_| ManagerSlots::ask(batch, system))
}

/// The second question, where there is a manager.
pub(super) fn ask_manager(batch: &mut Batch, manager: &Manager) -> Option<Slot<Address>> {
    let manager = manager.address.as_ref().ok().filter(|manager| !manager.is_zero())?;
    Some(batch.call(*manager, &ContractsManager::opcmStandardValidatorCall {}))
}

/// Asks the validator at the same block as all before.
pub(super) async fn read(
    l1: &Rpc,
    request: &Request<'_>,
    mut batch: Batch,
    manager: Manager,
    validator: Option<Reading<Address>>,
) -> Validation {
    let (Some(Ok(validator_address)), Ok(owner)) = (&validator, &manager.owner) else {
        return Validation { manager, validator, complaints: None };
    };
    let slot = batch.call(*validator_address, &question(request, *owner));
    let answers: Answers = l1.send(batch).await;
    let complaints = Some(answers.take(&slot));
    Validation { manager, validator, complaints }
}

/// No prestate and no proposer: their gates compare them with the files. The owner is the chain's own,
/// which the superchain's need not be.
fn question(request: &Request<'_>, owner: Address) -> StandardValidator::validateWithOverridesCall {
    StandardValidator::validateWithOverridesCall {
        input: StandardValidator::ValidationInputDev {
            sysCfg: request.rollup.l1_system_config_address,
            cannonPrestate: B256::ZERO,
            cannonKonaPrestate: B256::ZERO,
            l2ChainID: U256::from(request.rollup.l2_chain_id),
            proposer: Address::ZERO,
        },
        allowFailure: true,
        overrides: StandardValidator::ValidationOverrides {
            l1PAOMultisig: owner,
            challenger: Address::ZERO,
        },
    }
}
