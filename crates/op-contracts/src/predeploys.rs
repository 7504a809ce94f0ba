//! The contracts that are part of L2 (src/libraries/Predeploys.sol), and the state they begin with.

use alloy_primitives::{Address, U256, address, uint};
use alloy_sol_types::SolConstructor as _;
use op_chain::forks::ForkTimes;

use crate::abi::{FeeVault, OptimismMintableERC721Factory, ProxyAdmin};
use crate::{proxies::Proxies, spec::ChainSpec};

/// How many addresses from 0x4200…0000 on are reserved (`PREDEPLOY_COUNT` of Predeploys.sol).
pub(crate) const COUNT: u16 = 2048;

pub(crate) const L2_CROSS_DOMAIN_MESSENGER: Address = predeploy(0x07);
pub(crate) const L2_STANDARD_BRIDGE: Address = predeploy(0x10);
pub(crate) const SEQUENCER_FEE_VAULT: Address = predeploy(0x11);
pub(crate) const L2_ERC721_BRIDGE: Address = predeploy(0x14);
pub(crate) const PROXY_ADMIN: Address = predeploy(0x18);

/// The `number`th reserved address, 0x4200….
pub(crate) const fn predeploy(number: u16) -> Address {
    numbered(address!("4200000000000000000000000000000000000000"), number)
}

/// Where the implementation behind the `number`th reserved address lies, 0xc0d3….
pub(crate) const fn implementation(number: u16) -> Address {
    numbered(address!("c0d3c0d3c0d3c0d3c0d3c0d3c0d3c0d3c0d30000"), number)
}

const fn numbered(Address(mut namespace): Address, number: u16) -> Address {
    [namespace.0[18], namespace.0[19]] = number.to_be_bytes();
    Address(namespace)
}

/// Whether the address is a proxy; WETH and the governance token are not (Predeploys.sol, `notProxied`).
pub(crate) const fn is_proxied(number: u16) -> bool {
    !matches!(number, 0x06 | 0x42)
}

/// A contract at a reserved address.
#[derive(Debug)]
pub(crate) struct Predeploy {
    pub(crate) number: u16,
    pub(crate) contract: &'static str,
    /// The constructor's ABI-encoded arguments, which become immutables.
    pub(crate) arguments: Vec<u8>,
    /// State variables that hold the same in the implementation and in the proxy.
    pub(crate) state: Vec<StateVariable>,
    /// State variables that only the proxy has.
    pub(crate) proxy_state: Vec<StateVariable>,
}

/// A state variable's name in the source, and its value.
pub(crate) type StateVariable = (&'static str, U256);

impl Predeploy {
    const fn new(number: u16, contract: &'static str) -> Self {
        Self { number, contract, arguments: Vec::new(), state: Vec::new(), proxy_state: Vec::new() }
    }

    fn arguments(self, arguments: Vec<u8>) -> Self {
        Self { arguments, ..self }
    }

    fn state(self, variables: impl Into<Vec<StateVariable>>) -> Self {
        Self { state: variables.into(), ..self }
    }

    fn proxy_state(self, variables: impl Into<Vec<StateVariable>>) -> Self {
        Self { proxy_state: variables.into(), ..self }
    }
}

/// Every predeploy of a chain. The governance token is left out: this chain has none.
pub(crate) fn all(spec: &ChainSpec, l1: &Proxies, forks: &ForkTimes) -> Vec<Predeploy> {
    /// Who a message is from while there is none (src/libraries/Constants.sol, `DEFAULT_L2_SENDER`).
    const NO_SENDER: Address = address!("000000000000000000000000000000000000dEaD");
    let initialized = ("_initialized", U256::ONE);
    let messenger = ("messenger", word(L2_CROSS_DOMAIN_MESSENGER));
    let owner = spec.roles.owner;
    let vault = |number, contract| Predeploy::new(number, contract).arguments(fee_vault(owner));
    vec![
        Predeploy::new(0x00, "LegacyMessagePasser"),
        Predeploy::new(0x02, "DeployerWhitelist"),
        Predeploy::new(0x06, "WETH"),
        Predeploy::new(0x07, "L2CrossDomainMessenger")
            .state([initialized, ("xDomainMsgSender", word(NO_SENDER))])
            .proxy_state([("otherMessenger", word(l1.l1_cross_domain_messenger))]),
        Predeploy::new(0x0f, "GasPriceOracle").proxy_state(gas_price_oracle(forks)),
        Predeploy::new(0x10, "L2StandardBridge")
            .state([initialized, messenger])
            .proxy_state([("otherBridge", word(l1.l1_standard_bridge))]),
        vault(0x11, "SequencerFeeVault"),
        Predeploy::new(0x12, "OptimismMintableERC20Factory")
            .state([initialized])
            .proxy_state([("bridge", word(L2_STANDARD_BRIDGE))]),
        Predeploy::new(0x13, "L1BlockNumber"),
        Predeploy::new(0x14, "L2ERC721Bridge")
            .state([initialized, messenger])
            .proxy_state([("otherBridge", word(l1.l1_erc721_bridge))]),
        Predeploy::new(0x15, "L1Block"),
        Predeploy::new(0x16, "L2ToL1MessagePasser"),
        Predeploy::new(0x17, "OptimismMintableERC721Factory").arguments(
            OptimismMintableERC721Factory::constructorCall {
                bridge: L2_ERC721_BRIDGE,
                remoteChainId: U256::from(spec.l1_chain_id),
            }
            .abi_encode(),
        ),
        Predeploy::new(0x18, "ProxyAdmin")
            .arguments(ProxyAdmin::constructorCall { owner }.abi_encode())
            .state([("_owner", word(owner))]),
        vault(0x19, "BaseFeeVault"),
        vault(0x1a, "L1FeeVault"),
        Predeploy::new(0x20, "SchemaRegistry"),
        Predeploy::new(0x21, "EAS"),
    ]
}

fn word(address: Address) -> U256 {
    address.into_word().into()
}

/// What a fee vault is constructed with: it pays out on L2, from 10 ETH on.
fn fee_vault(recipient: Address) -> Vec<u8> {
    /// `WithdrawalNetwork.L2` of src/universal/FeeVault.sol.
    const L2: u8 = 1;
    FeeVault::constructorCall {
        recipient,
        minWithdrawalAmount: uint!(10_000_000_000_000_000_000_U256),
        withdrawalNetwork: L2,
    }
    .abi_encode()
}

/// The oracle knows the fork by flags that op-node's upgrade transactions set, unless the chain
/// begins there; without them `getL1Fee` is 0.
fn gas_price_oracle(forks: &ForkTimes) -> Vec<StateVariable> {
    let flags = [("isEcotone", forks.ecotone_time), ("isFjord", forks.fjord_time)];
    flags
        .into_iter()
        .filter(|(_, time)| *time == Some(0))
        .map(|(flag, _)| (flag, U256::ONE))
        .collect()
}
