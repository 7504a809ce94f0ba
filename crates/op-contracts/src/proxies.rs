//! The L1 proxies: the addresses by which the rest of the chain knows its contracts.

use alloy_primitives::Address;
use alloy_sol_types::SolConstructor as _;
use anyhow::Result;

use crate::abi::{AddressManager, L1ChugSplashProxy, Proxy, ProxyAdmin, ResolvedDelegateProxy};
use crate::plan::{NO_ARGUMENTS, Plan};

#[derive(Debug, Clone, Copy)]
pub(crate) struct Proxies {
    pub(crate) admin: Address,
    pub(crate) superchain_config: Address,
    pub(crate) protocol_versions: Address,
    pub(crate) system_config: Address,
    pub(crate) optimism_portal: Address,
    pub(crate) l1_cross_domain_messenger: Address,
    pub(crate) l1_standard_bridge: Address,
    pub(crate) l1_erc721_bridge: Address,
    pub(crate) optimism_mintable_erc20_factory: Address,
    pub(crate) dispute_game_factory: Address,
    pub(crate) anchor_state_registry: Address,
    pub(crate) delayed_weth: Address,
}

/// Plans the proxies, which point nowhere yet.
pub(crate) fn create(plan: &mut Plan, owner: Address) -> Result<Proxies> {
    let admin = plan.create(
        "ProxyAdmin",
        "ProxyAdmin",
        &ProxyAdmin::constructorCall { owner }.abi_encode(),
    )?;
    let manager = plan.create("AddressManager", "AddressManager", NO_ARGUMENTS)?;
    plan.call("AddressManager", admin, &ProxyAdmin::setAddressManagerCall { manager });

    let l1_standard_bridge = chug_splash_proxy(plan, "L1StandardBridgeProxy", admin)?;
    let l1_cross_domain_messenger = resolved_proxy(
        plan,
        "L1CrossDomainMessengerProxy",
        "OVM_L1CrossDomainMessenger",
        admin,
        manager,
    )?;
    let administered = Proxy::constructorCall { admin }.abi_encode();
    let mut proxy = |name| plan.create(name, "Proxy", &administered);
    Ok(Proxies {
        admin,
        superchain_config: proxy("SuperchainConfigProxy")?,
        protocol_versions: proxy("ProtocolVersionsProxy")?,
        system_config: proxy("SystemConfigProxy")?,
        optimism_portal: proxy("OptimismPortalProxy")?,
        l1_cross_domain_messenger,
        l1_standard_bridge,
        l1_erc721_bridge: proxy("L1ERC721BridgeProxy")?,
        optimism_mintable_erc20_factory: proxy("OptimismMintableERC20FactoryProxy")?,
        dispute_game_factory: proxy("DisputeGameFactoryProxy")?,
        anchor_state_registry: proxy("AnchorStateRegistryProxy")?,
        delayed_weth: proxy("DelayedWETHProxy")?,
    })
}

/// A proxy older than `Proxy`; the admin needs to know its type.
fn chug_splash_proxy(plan: &mut Plan, name: &str, admin: Address) -> Result<Address> {
    /// `ProxyType.CHUGSPLASH` of src/universal/ProxyAdmin.sol.
    const CHUGSPLASH: u8 = 1;
    let constructor = L1ChugSplashProxy::constructorCall { owner: admin };
    let proxy = plan.create(name, "L1ChugSplashProxy", &constructor.abi_encode())?;
    plan.call(name, admin, &ProxyAdmin::setProxyTypeCall { proxy, proxyType: CHUGSPLASH });
    Ok(proxy)
}

/// The oldest kind of proxy: it looks its implementation up by name in the address manager, which
/// passes to the admin with it.
fn resolved_proxy(
    plan: &mut Plan,
    name: &str,
    implementation: &str,
    admin: Address,
    manager: Address,
) -> Result<Address> {
    /// `ProxyType.RESOLVED` of src/universal/ProxyAdmin.sol.
    const RESOLVED: u8 = 2;
    let constructor = ResolvedDelegateProxy::constructorCall {
        addressManager: manager,
        implementationName: implementation.to_owned(),
    };
    let proxy = plan.create(name, "ResolvedDelegateProxy", &constructor.abi_encode())?;
    plan.call(name, admin, &ProxyAdmin::setProxyTypeCall { proxy, proxyType: RESOLVED });
    plan.call(
        name,
        admin,
        &ProxyAdmin::setImplementationNameCall { proxy, name: implementation.to_owned() },
    );
    plan.call("AddressManager", manager, &AddressManager::transferOwnershipCall { owner: admin });
    Ok(proxy)
}
