//! The chain's contracts as L1 has them: whom they belong to.

use alloy_primitives::{Address, U256};
use eth_rpc::{Answers, Batch, Reading, Slot};
use op_chain::contracts::{DisputeGameFactory, OptimismPortal, SystemConfig};
use op_chain::rollup::RollupConfig;

/// What the contracts say of each other.
#[derive(Debug)]
pub struct ChainContracts {
    /// `SystemConfig.optimismPortal()`.
    pub portal: Reading<Address>,
    pub portal_system_config: Reading<Address>,
    /// `SystemConfig.l2ChainId()`; older contracts revert.
    pub l2_chain_id: Reading<U256>,
    /// `DisputeGameFactory.gameCount()` of the configured factory.
    pub games: Reading<U256>,
    pub portal_paused: Reading<bool>,
    /// `SystemConfig.paused()`; older contracts revert.
    pub system_config_paused: Reading<bool>,
}

pub(super) struct ContractSlots {
    portal: Slot<Address>,
    portal_system_config: Slot<Address>,
    l2_chain_id: Slot<U256>,
    games: Slot<U256>,
    portal_paused: Slot<bool>,
    system_config_paused: Slot<bool>,
}

impl ContractSlots {
    pub(super) fn ask(batch: &mut Batch, rollup: &RollupConfig, factory: Address) -> Self {
        let (portal, system) = (rollup.deposit_contract_address, rollup.l1_system_config_address);
        Self {
            portal: batch.call(system, &SystemConfig::optimismPortalCall {}),
            portal_system_config: batch.call(portal, &OptimismPortal::systemConfigCall {}),
            l2_chain_id: batch.call(system, &SystemConfig::l2ChainIdCall {}),
            games: batch.call(factory, &DisputeGameFactory::gameCountCall {}),
            portal_paused: batch.call(portal, &OptimismPortal::pausedCall {}),
            system_config_paused: batch.call(system, &SystemConfig::pausedCall {}),
        }
    }

    pub(super) fn read(&self, answers: &Answers) -> ChainContracts {
        ChainContracts {
            portal: answers.take(&self.portal),
            portal_system_config: answers.take(&self.portal_system_config),
            l2_chain_id: answers.take(&self.l2_chain_id),
            games: answers.take(&self.games),
            portal_paused: answers.take(&self.portal_paused),
            system_config_paused: answers.take(&self.system_config_paused),
        }
    }
}
