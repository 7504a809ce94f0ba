//! Getters of the official L1 contracts, as far as the project reads them.
//!
//! Signatures hold for contracts from v2.3 (mid-2024) to v8 (2026) unless a comment says otherwise.

use alloy_sol_types::sol;

sol! {
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
        /// The chain's id on L2; newer contracts only.
        function l2ChainId() external view returns (uint256);
        /// Whether the guardian stopped the chain's withdrawals; newer contracts only.
        function paused() external view returns (bool);
    }

    /// Where deposits enter and withdrawals leave.
    interface OptimismPortal {
        /// The game type that withdrawals are proven against.
        function respectedGameType() external view returns (uint32);
        /// The chain's `SystemConfig`.
        function systemConfig() external view returns (address);
        /// Whether the guardian stopped withdrawals.
        function paused() external view returns (bool);
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
        /// A game by its position.
        function gameAtIndex(uint256 index) external view returns (uint32 gameType, uint64 timestamp, address proxy);
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
        /// Claims so far; one is the proposal alone.
        function claimDataLen() external view returns (uint256);
        /// Who proposed.
        function gameCreator() external view returns (address);
        /// Seconds that each side has to answer.
        function maxClockDuration() external view returns (uint64);
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
