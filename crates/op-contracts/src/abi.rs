//! Constructors and calls of the official contracts that the deployment makes
//! (contracts-bedrock 0.17.3). The getters are in [`op_chain::contracts`].
//!
//! User-defined value types are written as what they wrap: `GameType` is `uint32`, `Claim` and `Hash`
//! are `bytes32`, `Duration` is `uint64`.

use alloy_sol_types::sol;

sol! {
    /// src/universal/ProxyAdmin.sol
    contract ProxyAdmin {
        constructor(address owner);
        function setAddressManager(address manager);
        function setProxyType(address proxy, uint8 proxyType);
        function setImplementationName(address proxy, string name);
        function upgradeAndCall(address proxy, address implementation, bytes data);
    }

    /// src/legacy/AddressManager.sol
    contract AddressManager {
        function transferOwnership(address owner);
    }

    /// src/universal/Proxy.sol
    contract Proxy {
        constructor(address admin);
    }

    /// src/legacy/L1ChugSplashProxy.sol
    contract L1ChugSplashProxy {
        constructor(address owner);
    }

    /// src/legacy/ResolvedDelegateProxy.sol
    contract ResolvedDelegateProxy {
        constructor(address addressManager, string implementationName);
    }

    /// src/L1/SuperchainConfig.sol
    contract SuperchainConfig {
        function initialize(address guardian, bool paused);
    }

    /// src/L1/ProtocolVersions.sol
    contract ProtocolVersions {
        function initialize(address owner, uint256 required, uint256 recommended);
    }

    /// src/L1/SystemConfig.sol
    contract SystemConfig {
        /// src/L1/ResourceMetering.sol
        struct ResourceConfig {
            uint32 maxResourceLimit;
            uint8 elasticityMultiplier;
            uint8 baseFeeMaxChangeDenominator;
            uint32 minimumBaseFee;
            uint32 systemTxMaxGas;
            uint128 maximumBaseFee;
        }

        struct Addresses {
            address l1CrossDomainMessenger;
            address l1ERC721Bridge;
            address l1StandardBridge;
            address disputeGameFactory;
            address optimismPortal;
            address optimismMintableERC20Factory;
            address gasPayingToken;
        }

        function initialize(
            address owner,
            uint32 basefeeScalar,
            uint32 blobbasefeeScalar,
            bytes32 batcherHash,
            uint64 gasLimit,
            address unsafeBlockSigner,
            ResourceConfig config,
            address batchInbox,
            Addresses addresses
        );
    }

    /// src/L1/OptimismPortal2.sol
    contract OptimismPortal2 {
        constructor(uint256 proofMaturityDelaySeconds, uint256 disputeGameFinalityDelaySeconds);
        function initialize(
            address disputeGameFactory,
            address systemConfig,
            address superchainConfig,
            uint32 initialRespectedGameType
        );
    }

    /// src/L1/L1CrossDomainMessenger.sol
    contract L1CrossDomainMessenger {
        function initialize(address superchainConfig, address portal, address systemConfig);
    }

    /// src/L1/L1StandardBridge.sol
    contract L1StandardBridge {
        function initialize(address messenger, address superchainConfig, address systemConfig);
    }

    /// src/L1/L1ERC721Bridge.sol
    contract L1ERC721Bridge {
        function initialize(address messenger, address superchainConfig);
    }

    /// src/universal/OptimismMintableERC20Factory.sol
    contract OptimismMintableERC20Factory {
        function initialize(address bridge);
    }

    /// src/dispute/DisputeGameFactory.sol
    contract DisputeGameFactory {
        function initialize(address owner);
        function setInitBond(uint32 gameType, uint256 bond);
        function setImplementation(uint32 gameType, address implementation);
    }

    /// src/dispute/weth/DelayedWETH.sol
    contract DelayedWETH {
        constructor(uint256 delay);
        function initialize(address owner, address superchainConfig);
    }

    /// src/dispute/AnchorStateRegistry.sol
    contract AnchorStateRegistry {
        struct OutputRoot {
            bytes32 root;
            uint256 l2BlockNumber;
        }

        struct StartingAnchorRoot {
            uint32 gameType;
            OutputRoot outputRoot;
        }

        constructor(address disputeGameFactory);
        function initialize(StartingAnchorRoot[] roots);
    }

    /// src/cannon/PreimageOracle.sol
    contract PreimageOracle {
        constructor(uint256 minProposalSize, uint256 challengePeriod);
    }

    /// src/cannon/MIPS.sol
    contract MIPS {
        constructor(address oracle);
    }

    /// The virtual machine of alphabet games: a test fixture of the package, without a source in it.
    contract AlphabetVM {
        constructor(bytes32 absolutePrestate, address oracle);
    }

    /// src/dispute/FaultDisputeGame.sol
    contract FaultDisputeGame {
        constructor(
            uint32 gameType,
            bytes32 absolutePrestate,
            uint256 maxGameDepth,
            uint256 splitDepth,
            uint64 clockExtension,
            uint64 maxClockDuration,
            address vm,
            address weth,
            address anchorStateRegistry,
            uint256 l2ChainId
        );
    }

    /// src/dispute/PermissionedDisputeGame.sol
    contract PermissionedDisputeGame {
        constructor(
            uint32 gameType,
            bytes32 absolutePrestate,
            uint256 maxGameDepth,
            uint256 splitDepth,
            uint64 clockExtension,
            uint64 maxClockDuration,
            address vm,
            address weth,
            address anchorStateRegistry,
            uint256 l2ChainId,
            address proposer,
            address challenger
        );
    }

    /// src/universal/FeeVault.sol, the base of `SequencerFeeVault`, `BaseFeeVault` and `L1FeeVault`
    contract FeeVault {
        constructor(address recipient, uint256 minWithdrawalAmount, uint8 withdrawalNetwork);
    }

    /// src/universal/OptimismMintableERC721Factory.sol
    contract OptimismMintableERC721Factory {
        constructor(address bridge, uint256 remoteChainId);
    }
}
