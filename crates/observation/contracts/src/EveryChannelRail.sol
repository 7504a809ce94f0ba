// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {EveryChannelObservationLedger} from "./EveryChannelObservationLedger.sol";

/// @title Where manifests and their data can be found.
/// @notice A pointer belongs to whoever stores it. Its publisher, nobody else, may link it to an observation
/// that is final; nothing is linked by itself.
contract EveryChannelRail {
    /// @notice A pointer to data off chain.
    /// @param manifestHash What is to be found.
    /// @param locatorHash Where: the hash of the locator in the event.
    struct Pointer {
        bytes32 manifestHash;
        bytes32 locatorHash;
    }

    /// @notice Where a slot becomes final.
    EveryChannelObservationLedger public immutable ledger;

    mapping(address publisher => mapping(bytes32 key => Pointer)) private _pointers;
    /// @notice The slot whose final observation a pointer is linked to; zero while it is linked to none.
    mapping(address publisher => mapping(bytes32 key => bytes32 slot)) public link;

    /// @notice A pointer was stored.
    /// @param publisher Whose it is.
    /// @param key The publisher's name for it.
    /// @param manifestHash What is to be found.
    /// @param locator Where.
    event Stored(address indexed publisher, bytes32 indexed key, bytes32 manifestHash, string locator);
    /// @notice A pointer was linked.
    /// @param publisher Whose it is.
    /// @param key The publisher's name for it.
    /// @param slot The slot.
    /// @param observationHash The slot's final observation.
    event Linked(address indexed publisher, bytes32 indexed key, bytes32 indexed slot, bytes32 observationHash);

    /// @notice A pointer to nothing.
    error NoManifest();
    /// @notice There is nothing to link.
    /// @param publisher Whose pointer was looked for.
    /// @param key Under which name.
    error NoPointer(address publisher, bytes32 key);
    /// @notice The slot has no final observation yet.
    /// @param slot The slot.
    error NotFinal(bytes32 slot);

    /// @notice A rail beside a ledger.
    /// @param ledger_ The ledger.
    constructor(EveryChannelObservationLedger ledger_) {
        ledger = ledger_;
    }

    /// @notice Stores a pointer, in the place of the publisher's earlier one under that key; a link ends.
    /// @param key The publisher's name for it.
    /// @param manifestHash What is to be found; not zero.
    /// @param locator Where; only its hash is kept in the state.
    function store(bytes32 key, bytes32 manifestHash, string calldata locator) external {
        if (manifestHash == 0) revert NoManifest();
        _pointers[msg.sender][key] = Pointer(manifestHash, keccak256(bytes(locator)));
        delete link[msg.sender][key];
        emit Stored(msg.sender, key, manifestHash, locator);
    }

    /// @notice Links the caller's pointer to the final observation of a slot.
    /// @param key The publisher's name for the pointer.
    /// @param slot The slot.
    function linkTo(bytes32 key, bytes32 slot) external {
        if (_pointers[msg.sender][key].manifestHash == 0) revert NoPointer(msg.sender, key);
        bytes32 observationHash = ledger.finalized(slot);
        if (observationHash == 0) revert NotFinal(slot);
        link[msg.sender][key] = slot;
        emit Linked(msg.sender, key, slot, observationHash);
    }

    /// @notice A publisher's pointer.
    /// @param publisher Whose.
    /// @param key The publisher's name for it.
    /// @return stored All zero where there is none.
    function pointer(address publisher, bytes32 key) external view returns (Pointer memory stored) {
        return _pointers[publisher][key];
    }
}
