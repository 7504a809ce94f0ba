//! What stands behind the L1 proxies, except for the dispute games.

use alloy_primitives::{Address, U256, address};
use alloy_sol_types::SolConstructor as _;
use anyhow::Result;

use crate::abi::{
    L1CrossDomainMessenger, L1ERC721Bridge, L1StandardBridge, OptimismMintableERC20Factory,
    OptimismPortal2, ProtocolVersions, SuperchainConfig, SystemConfig,
};
use crate::plan::{NO_ARGUMENTS, Plan};
use crate::spec::{ChainSpec, L2_GAS_LIMIT, Roles};
use crate::{games::PERMISSIONED_CANNON, proxies::Proxies, rollup::batch_inbox};

/// Plans the implementations and initialises their proxies.
pub(crate) fn create(plan: &mut Plan, spec: &ChainSpec, proxies: &Proxies) -> Result<()> {
    superchain(plan, spec.roles.owner, proxies)?;
    system_config(plan, spec, proxies)?;
    optimism_portal(plan, spec, proxies)?;
    bridges(plan, proxies)
}

fn superchain(plan: &mut Plan, owner: Address, proxies: &Proxies) -> Result<()> {
    plan.implement(
        "SuperchainConfig",
        NO_ARGUMENTS,
        proxies.admin,
        proxies.superchain_config,
        &SuperchainConfig::initializeCall { guardian: owner, paused: false },
    )?;
    plan.implement(
        "ProtocolVersions",
        NO_ARGUMENTS,
        proxies.admin,
        proxies.protocol_versions,
        &ProtocolVersions::initializeCall { owner, required: U256::ZERO, recommended: U256::ZERO },
    )
}

fn system_config(plan: &mut Plan, spec: &ChainSpec, proxies: &Proxies) -> Result<()> {
    let Roles { owner, batcher, unsafe_block_signer, .. } = spec.roles;
    let initialize = SystemConfig::initializeCall {
        owner,
        basefeeScalar: spec.scalars.base,
        blobbasefeeScalar: spec.scalars.blob,
        batcherHash: batcher.into_word(),
        gasLimit: L2_GAS_LIMIT,
        unsafeBlockSigner: unsafe_block_signer,
        config: RESOURCE_CONFIG,
        batchInbox: batch_inbox(spec.l2_chain_id),
        addresses: SystemConfig::Addresses {
            l1CrossDomainMessenger: proxies.l1_cross_domain_messenger,
            l1ERC721Bridge: proxies.l1_erc721_bridge,
            l1StandardBridge: proxies.l1_standard_bridge,
            disputeGameFactory: proxies.dispute_game_factory,
            optimismPortal: proxies.optimism_portal,
            optimismMintableERC20Factory: proxies.optimism_mintable_erc20_factory,
            gasPayingToken: ETHER,
        },
    };
    plan.implement("SystemConfig", NO_ARGUMENTS, proxies.admin, proxies.system_config, &initialize)
}

/// ETH where a token is asked for (src/libraries/Constants.sol, `ETHER`).
const ETHER: Address = address!("EeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE");

/// The fee market of deposits (src/libraries/Constants.sol, `DEFAULT_RESOURCE_CONFIG`).
const RESOURCE_CONFIG: SystemConfig::ResourceConfig = SystemConfig::ResourceConfig {
    maxResourceLimit: 20_000_000,
    elasticityMultiplier: 10,
    baseFeeMaxChangeDenominator: 8,
    minimumBaseFee: 1_000_000_000,
    systemTxMaxGas: 1_000_000,
    maximumBaseFee: u128::MAX,
};

fn optimism_portal(plan: &mut Plan, spec: &ChainSpec, proxies: &Proxies) -> Result<()> {
    let constructor = OptimismPortal2::constructorCall {
        proofMaturityDelaySeconds: U256::from(spec.proof_maturity_seconds),
        disputeGameFinalityDelaySeconds: U256::from(spec.finality_delay_seconds),
    };
    let initialize = OptimismPortal2::initializeCall {
        disputeGameFactory: proxies.dispute_game_factory,
        systemConfig: proxies.system_config,
        superchainConfig: proxies.superchain_config,
        initialRespectedGameType: PERMISSIONED_CANNON,
    };
    plan.implement(
        "OptimismPortal2",
        &constructor.abi_encode(),
        proxies.admin,
        proxies.optimism_portal,
        &initialize,
    )
}

fn bridges(plan: &mut Plan, proxies: &Proxies) -> Result<()> {
    let messenger = proxies.l1_cross_domain_messenger;
    plan.implement(
        "L1CrossDomainMessenger",
        NO_ARGUMENTS,
        proxies.admin,
        messenger,
        &L1CrossDomainMessenger::initializeCall {
            superchainConfig: proxies.superchain_config,
            portal: proxies.optimism_portal,
            systemConfig: proxies.system_config,
        },
    )?;
    plan.implement(
        "L1StandardBridge",
        NO_ARGUMENTS,
        proxies.admin,
        proxies.l1_standard_bridge,
        &L1StandardBridge::initializeCall {
            messenger,
            superchainConfig: proxies.superchain_config,
            systemConfig: proxies.system_config,
        },
    )?;
    plan.implement(
        "L1ERC721Bridge",
        NO_ARGUMENTS,
        proxies.admin,
        proxies.l1_erc721_bridge,
        &L1ERC721Bridge::initializeCall { messenger, superchainConfig: proxies.superchain_config },
    )?;
    plan.implement(
        "OptimismMintableERC20Factory",
        NO_ARGUMENTS,
        proxies.admin,
        proxies.optimism_mintable_erc20_factory,
        &OptimismMintableERC20Factory::initializeCall { bridge: proxies.l1_standard_bridge },
    )
}
