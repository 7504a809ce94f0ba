//! The chain's contracts as L1 has them: whom they belong to.

use alloy_primitives::{Address, B256, U256};
use op_chain::contracts::{AnchorStateRegistry, DisputeGameFactory, OptimismPortal, SystemConfig};

use super::getters::getters;

getters! {
    /// What the contracts say of each other. Which releases have a getter: [`op_chain::getters`].
    ChainContracts, ContractSlots(system, portal, factory) {
        system_version: String = system.SystemConfig::versionCall {},
        portal_version: String = portal.OptimismPortal::versionCall {},
        factory_version: String = factory.DisputeGameFactory::versionCall {},
        /// `SystemConfig.optimismPortal()`.
        portal: Address = system.SystemConfig::optimismPortalCall {},
        portal_system_config: Address = portal.OptimismPortal::systemConfigCall {},
        portal_factory: Address = portal.OptimismPortal::disputeGameFactoryCall {},
        batch_inbox: Address = system.SystemConfig::batchInboxCall {},
        start_block: U256 = system.SystemConfig::startBlockCall {},
        l2_chain_id: U256 = system.SystemConfig::l2ChainIdCall {},
        delayed_weth: Address = system.SystemConfig::delayedWETHCall {},
        superchain: Address = system.SystemConfig::superchainConfigCall {},
        registry: Address = portal.OptimismPortal::anchorStateRegistryCall {},
        /// `DisputeGameFactory.gameCount()` of the configured factory.
        games: U256 = factory.DisputeGameFactory::gameCountCall {},
        portal_paused: bool = portal.OptimismPortal::pausedCall {},
        system_config_paused: bool = system.SystemConfig::pausedCall {},
    }
}

getters! {
    /// What the portal's `AnchorStateRegistry` says.
    Registry, RegistrySlots(registry) {
        system_config: Address = registry.AnchorStateRegistry::systemConfigCall {},
        factory: Address = registry.AnchorStateRegistry::disputeGameFactoryCall {},
        respected_game_type: u32 = registry.AnchorStateRegistry::respectedGameTypeCall {},
        anchor: AnchorStateRegistry::getAnchorRootReturn
            = registry.AnchorStateRegistry::getAnchorRootCall {},
        retirement: u64 = registry.AnchorStateRegistry::retirementTimestampCall {},
    }
}

getters! {
    /// What users pay for their data now.
    Fees, FeeSlots(system) {
        scalar: B256 = system.SystemConfig::scalarCall {},
        min_base_fee: u64 = system.SystemConfig::minBaseFeeCall {},
    }
}

getters! {
    /// What rollup.json has a copy of, as it was when the chain began.
    Beginning, BeginningSlots(system) {
        version: String = system.SystemConfig::versionCall {},
        batcher_hash: B256 = system.SystemConfig::batcherHashCall {},
        gas_limit: u64 = system.SystemConfig::gasLimitCall {},
        scalar: B256 = system.SystemConfig::scalarCall {},
        denominator: u32 = system.SystemConfig::eip1559DenominatorCall {},
        elasticity: u32 = system.SystemConfig::eip1559ElasticityCall {},
        operator_scalar: u32 = system.SystemConfig::operatorFeeScalarCall {},
        operator_constant: u64 = system.SystemConfig::operatorFeeConstantCall {},
        min_base_fee: u64 = system.SystemConfig::minBaseFeeCall {},
        da_footprint: u16 = system.SystemConfig::daFootprintGasScalarCall {},
    }
}
