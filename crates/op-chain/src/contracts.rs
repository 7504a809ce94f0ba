//! Getters of the official L1 contracts, as far as the project reads them.
//!
//! Signatures hold for contracts from v2.3 (mid-2024) to v8 (2026) unless a comment says otherwise.

use alloy_primitives::{Address, B256};
use alloy_sol_types::sol;
use eth_rpc::{Reading, Unread};

sol! {
    #![sol(extra_derives(Debug))]

    /// A contract that an account controls.
    interface Owned {
        /// The account.
        function owner() external view returns (address);
    }

    /// Roles and parameters of one chain.
    interface SystemConfig {
        /// The batcher's address, right-aligned.
        function batcherHash() external view returns (bytes32);
        /// The key that signs unsafe blocks.
        function unsafeBlockSigner() external view returns (address);
        /// Semantic version of the contract.
        function version() external view returns (string memory);
        /// The chain's dispute game factory.
        function disputeGameFactory() external view returns (address);
        /// The chain's portal.
        function optimismPortal() external view returns (address);
        /// The chain's id on L2; see [`getters`](crate::getters), as for all that not every release has.
        function l2ChainId() external view returns (uint256);
        /// Whether the guardian stopped the chain's withdrawals.
        function paused() external view returns (bool);
        /// Where batches go.
        function batchInbox() external view returns (address);
        /// The L1 block in which the contract began to be this chain's.
        function startBlock() external view returns (uint256);
        /// Where the bonds of games are kept.
        function delayedWETH() external view returns (address);
        /// What the guardian stops withdrawals in.
        function superchainConfig() external view returns (address);
        /// Who can replace every contract of the chain.
        function proxyAdminOwner() external view returns (address);
        /// The contracts manager that deployed the chain's contracts, or upgraded them last.
        function lastUsedOPCM() external view returns (address);
        /// The gas limit of L2's blocks.
        function gasLimit() external view returns (uint64);
        /// Passes messages between the layers.
        function l1CrossDomainMessenger() external view returns (address);
        /// Keeps the tokens that are on L2.
        function l1StandardBridge() external view returns (address);
        /// The same of tokens that are one of a kind.
        function l1ERC721Bridge() external view returns (address);
        /// The packed L1 fee scalars.
        function scalar() external view returns (bytes32);
        /// Of the base fee; 0 is not set.
        function eip1559Denominator() external view returns (uint32);
        /// The same.
        function eip1559Elasticity() external view returns (uint32);
        /// Of the operator fee.
        function operatorFeeScalar() external view returns (uint32);
        /// The same.
        function operatorFeeConstant() external view returns (uint64);
        /// The least base fee, in wei.
        function minBaseFee() external view returns (uint64);
        /// Gas that a byte of data costs.
        function daFootprintGasScalar() external view returns (uint16);
    }

    /// Where deposits enter and withdrawals leave.
    interface OptimismPortal {
        /// The game type that withdrawals are proven against.
        function respectedGameType() external view returns (uint32);
        /// The chain's `SystemConfig`.
        function systemConfig() external view returns (address);
        /// Whether the guardian stopped withdrawals.
        function paused() external view returns (bool);
        /// Semantic version of the contract.
        function version() external view returns (string memory);
        /// The factory whose games withdrawals are proven against.
        function disputeGameFactory() external view returns (address);
        /// Which of those games count.
        function anchorStateRegistry() external view returns (address);
        /// Seconds between the proof of a withdrawal and its end.
        function proofMaturityDelaySeconds() external view returns (uint256);
        /// Seconds between a game's resolution and what rests on it.
        function disputeGameFinalityDelaySeconds() external view returns (uint256);
        /// Who can stop withdrawals.
        function guardian() external view returns (address);
        /// What the guardian stops withdrawals in.
        function superchainConfig() external view returns (address);
        /// Where the chain's ETH is, if not in the portal.
        function ethLockbox() external view returns (address);
        /// The game that a withdrawal rests on, and when it was proven.
        function provenWithdrawals(bytes32 withdrawal, address submitter)
            external view returns (address game, uint64 timestamp);

        /// Somebody proved a withdrawal.
        event WithdrawalProvenExtension1(bytes32 indexed withdrawalHash, address indexed proofSubmitter);
    }

    /// The predeploy on L2 that withdrawals begin at.
    interface L2ToL1MessagePasser {
        /// Whether there is a withdrawal of this hash.
        function sentMessages(bytes32 withdrawal) external view returns (bool);
    }

    /// Says which games count for withdrawals.
    interface AnchorStateRegistry {
        /// The chain's `SystemConfig`.
        function systemConfig() external view returns (address);
        /// The factory whose games it knows.
        function disputeGameFactory() external view returns (address);
        /// The game type that withdrawals are proven against.
        function respectedGameType() external view returns (uint32);
        /// Where games begin: an output root and its L2 block.
        function getAnchorRoot() external view returns (bytes32 root, uint256 block);
        /// Games made until then do not count, in seconds since the Unix epoch.
        function retirementTimestamp() external view returns (uint64);
    }

    /// The contracts that several chains share.
    interface SuperchainConfig {
        /// Whether the guardian stopped one chain, or all of them: the zero address.
        function paused(address identifier) external view returns (bool);
    }

    /// The contracts manager (OPCM), which deploys and upgrades a chain's contracts.
    interface ContractsManager {
        /// The validator of its release.
        function opcmStandardValidator() external view returns (address);
    }

    /// What a chain's contracts must be, as the manager's release has it.
    interface StandardValidator {
        /// The chain, and what its games are expected to have.
        struct ValidationInputDev {
            address sysCfg;
            bytes32 cannonPrestate;
            bytes32 cannonKonaPrestate;
            uint256 l2ChainID;
            address proposer;
        }
        /// Who has the roles, where it is not who has them in the superchain.
        struct ValidationOverrides {
            address l1PAOMultisig;
            address challenger;
        }
        /// Codes of what is not as it should be, with commas between them.
        function validateWithOverrides(
            ValidationInputDev memory input, bool allowFailure, ValidationOverrides memory overrides
        ) external view returns (string memory);
    }

    /// Makes and lists dispute games.
    interface DisputeGameFactory {
        /// The implementation of a game type, zero when none is registered.
        function gameImpls(uint32 gameType) external view returns (address);
        /// Arguments that clones of the implementation carry; contracts v7 and later only.
        function gameArgs(uint32 gameType) external view returns (bytes memory);
        /// The bond in wei that `create` demands.
        function initBonds(uint32 gameType) external view returns (uint256);
        /// How many games there are.
        function gameCount() external view returns (uint256);
        /// Semantic version of the contract.
        function version() external view returns (string memory);
        /// A game by its position.
        function gameAtIndex(uint256 index) external view returns (uint32 gameType, uint64 timestamp, address proxy);
        /// Makes a game about an output root; the value is the game type's bond.
        function create(uint32 gameType, bytes32 rootClaim, bytes extraData) external payable returns (address proxy);

        /// A game was made.
        event DisputeGameCreated(address indexed disputeProxy, uint32 indexed gameType, bytes32 indexed rootClaim);
    }

    /// The implementation of a fault proof game; contracts before v7 hold the parameters here, later
    /// ones answer zero.
    interface FaultDisputeGame {
        /// The hash of the VM's state that every game begins at.
        function absolutePrestate() external view returns (bytes32);
    }

    /// A game in play.
    interface DisputeGame {
        /// 0 in progress, 1 the challenger has won, 2 the defender has won.
        function status() external view returns (uint8);
        /// The output root that the game is about.
        function rootClaim() external pure returns (bytes32);
        /// The L2 block whose output the root claims to be.
        function l2BlockNumber() external pure returns (uint256);
        /// The same of games that may be about another measure than a block; contracts v5 and later.
        function l2SequenceNumber() external pure returns (uint256);
        /// Claims so far; one is the proposal alone.
        function claimDataLen() external view returns (uint256);
        /// Who proposed.
        function gameCreator() external view returns (address);
        /// Seconds that each side has to answer.
        function maxClockDuration() external view returns (uint64);
        /// Whether withdrawals could be proven against games of its type when it was made; contracts v3 and later.
        function wasRespectedGameTypeWhenCreated() external view returns (bool);
        /// The hash of the VM's state that it begins at.
        function absolutePrestate() external view returns (bytes32);
        /// Keeps the bonds.
        function weth() external view returns (address);
        /// What an account may claim, in wei, once the game is resolved.
        function credit(address recipient) external view returns (uint256);
        /// Pays an account's credit to it, whoever asks. Since contracts v5 it takes two calls: the first
        /// begins the delay of `DelayedWETH`.
        function claimCredit(address recipient) external;
        /// A claim by its position in the order of making; the first is the proposal.
        function claimData(uint256 index) external view returns (
            uint32 parentIndex,
            address counteredBy,
            address claimant,
            uint128 bond,
            bytes32 claim,
            uint128 position,
            uint128 clock
        );
    }

    /// Keeps the bonds of games, and holds them back for a while.
    interface DelayedWETH {
        /// What a game has released for an account, and when.
        function withdrawals(address game, address recipient) external view returns (uint256 amount, uint256 timestamp);
        /// Seconds that it is held back.
        function delay() external view returns (uint256);
    }

    /// The fault proof VM.
    interface Mips {
        /// The version of states that it executes; 64-bit VMs only.
        function stateVersion() external view returns (uint8);
    }

    /// The implementation of a permissioned game; contracts before v7 hold the roles here.
    interface PermissionedDisputeGame {
        /// Who may propose.
        function proposer() external view returns (address);
        /// Who may challenge.
        function challenger() external view returns (address);
    }
}

/// The batcher of `batcherHash()`: an address, right-aligned. op-node reads nothing else as one.
pub fn batcher_of(hash: B256) -> Reading<Address> {
    let address = Address::from_word(hash);
    if address.into_word() == hash {
        Ok(address)
    } else {
        Err(Unread::Malformed(format!("batcherHash {hash} is not an address")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batcher_has_nothing_before_its_address() {
        let batcher = Address::repeat_byte(0xba);
        assert_eq!(batcher_of(batcher.into_word()).unwrap(), batcher);
        for byte in 0..12 {
            let mut dirty = batcher.into_word();
            dirty[byte] = 1;
            batcher_of(dirty).unwrap_err();
        }
    }
}
