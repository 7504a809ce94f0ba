//! What L1 says of a chain that is to be told.

use std::collections::BTreeMap;

use alloy_primitives::Address;
use alloy_sol_types::sol;
use eth_rpc::{Batch, Reading, Rpc, Slot};
use op_chain::contracts::{OptimismPortal, SystemConfig};
use op_chain::rollup::RollupConfig;

sol! {
    /// Where else users of a chain turn to.
    interface Bridges {
        function l1StandardBridge() external view returns (address);
        function l1CrossDomainMessenger() external view returns (address);
        function l1ERC721Bridge() external view returns (address);
    }

    interface Versioned {
        function version() external view returns (string memory);
    }
}

/// Signer, contracts and versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnChain {
    /// `SystemConfig.unsafeBlockSigner()`.
    pub unsafe_block_signer: Address,
    /// By the names that op-deployer gives them.
    pub contracts: BTreeMap<String, Address>,
    /// Of those that say one.
    pub versions: BTreeMap<String, String>,
}

/// Reads what `SystemConfig` and the contracts that it names say. A getter that a release lacks is left out;
/// the unsafe block signer must be there.
pub async fn read(l1: &Rpc, rollup: &RollupConfig) -> Reading<OnChain> {
    let (config, portal) = (rollup.l1_system_config_address, rollup.deposit_contract_address);
    let mut batch = Batch::default();
    let signer = batch.call(config, &SystemConfig::unsafeBlockSignerCall {});
    let named: [(&str, Slot<Address>); 5] = [
        ("DisputeGameFactoryProxy", batch.call(config, &SystemConfig::disputeGameFactoryCall {})),
        ("L1StandardBridgeProxy", batch.call(config, &Bridges::l1StandardBridgeCall {})),
        (
            "L1CrossDomainMessengerProxy",
            batch.call(config, &Bridges::l1CrossDomainMessengerCall {}),
        ),
        ("L1Erc721BridgeProxy", batch.call(config, &Bridges::l1ERC721BridgeCall {})),
        (
            "AnchorStateRegistryProxy",
            batch.call(portal, &OptimismPortal::anchorStateRegistryCall {}),
        ),
    ];
    let answers = l1.send(batch).await;
    let unsafe_block_signer = answers.take(&signer)?;
    let mut contracts = BTreeMap::from([
        ("SystemConfigProxy".to_owned(), config),
        ("OptimismPortalProxy".to_owned(), portal),
    ]);
    for (name, slot) in &named {
        if let Ok(address) = answers.take(slot)
            && !address.is_zero()
        {
            contracts.insert((*name).to_owned(), address);
        }
    }
    let mut batch = Batch::default();
    let asked: Vec<_> = contracts
        .iter()
        .map(|(name, address)| (name, batch.call(*address, &Versioned::versionCall {})))
        .collect();
    let answers = l1.send(batch).await;
    answers.whole()?;
    let versions = asked
        .iter()
        .filter_map(|(name, slot)| {
            let name = name.trim_end_matches("Proxy").to_owned();
            Some((name, answers.take(slot).ok()?))
        })
        .collect();
    Ok(OnChain { unsafe_block_signer, contracts, versions })
}
