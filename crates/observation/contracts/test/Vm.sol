// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// Foundry's cheats, as far as these tests need them.
interface Vm {
    function addr(uint256 key) external pure returns (address);
    function sign(uint256 key, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);
    function prank(address sender) external;
    function startPrank(address sender) external;
    function stopPrank() external;
    function warp(uint256 timestamp) external;
    function chainId(uint256 id) external;
    function expectRevert(bytes calldata error) external;
    function expectEmit(bool topic1, bool topic2, bool topic3, bool data, address emitter) external;
    function snapshotGasLastCall(string calldata name) external returns (uint256);
    function readFile(string calldata path) external view returns (string memory);
    function keyExistsJson(string calldata json, string calldata key) external view returns (bool);
    function parseJsonBytes32(string calldata json, string calldata key) external pure returns (bytes32);
    function parseJsonUint(string calldata json, string calldata key) external pure returns (uint256);
    function toString(uint256 value) external pure returns (string memory);
    function assume(bool condition) external pure;
}

/// What the tests share.
abstract contract Test {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    error NotEqual(bytes32 found, bytes32 expected);
    error NotTrue(string what);

    function equal(bytes32 found, bytes32 expected) internal pure {
        if (found != expected) revert NotEqual(found, expected);
    }

    function equal(uint256 found, uint256 expected) internal pure {
        equal(bytes32(found), bytes32(expected));
    }

    function equal(address found, address expected) internal pure {
        equal(uint160(found), uint160(expected));
    }

    function yes(bool holds, string memory what) internal pure {
        if (!holds) revert NotTrue(what);
    }
}
