// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ObservationHeader} from "../src/Observation.sol";
import {EveryChannelObservationLedger as Ledger} from "../src/EveryChannelObservationLedger.sol";
import {EveryChannelWitnessRegistry as Registry} from "../src/EveryChannelWitnessRegistry.sol";
import {Test} from "./Vm.sol";

/// A registry with witnesses whose keys are known, a ledger, and observations of one stream.
abstract contract Setting is Test {
    uint64 internal constant MAX_FUTURE_MS = 60_000;
    uint64 internal constant NOW_MS = 1_700_000_000_000;

    Registry internal registry;
    Ledger internal ledger;

    function key(uint256 witness) internal pure returns (uint256) {
        return 0xec0000 + witness;
    }

    function address_(uint256 witness) internal pure returns (address) {
        return vm.addr(key(witness));
    }

    function begin(uint256 witnesses, uint256 quorum) internal {
        vm.warp(NOW_MS / 1000);
        address[] memory all = new address[](witnesses);
        for (uint256 i = 0; i < witnesses; ++i) {
            all[i] = address_(i);
        }
        registry = new Registry(address(this), all, quorum, false, 0);
        ledger = new Ledger(registry, MAX_FUTURE_MS);
    }

    function header(uint64 sequence, bytes32 parent, uint256 data) internal pure returns (ObservationHeader memory) {
        return ObservationHeader({
            streamHash: keccak256("stream"),
            epochHash: bytes32(uint256(sequence)),
            parentObservationHash: parent,
            dataRoot: bytes32(data),
            locatorHash: keccak256("locator"),
            observedUnixMs: NOW_MS + sequence,
            sequence: sequence
        });
    }

    function hash(ObservationHeader memory given) internal pure returns (bytes32) {
        return keccak256(abi.encode(given));
    }

    function slot(ObservationHeader memory given) internal pure returns (bytes32) {
        return keccak256(abi.encode(given.streamHash, given.epochHash));
    }

    function attest(uint256 witness, ObservationHeader memory given) internal returns (Ledger.Outcome) {
        vm.prank(address_(witness));
        return ledger.attest(given);
    }

    /// Proposed, and attested to by those.
    function agree(ObservationHeader memory given, uint256 witnesses) internal returns (bytes32) {
        ledger.propose(given);
        for (uint256 i = 0; i < witnesses; ++i) {
            attest(i, given);
        }
        return hash(given);
    }

    function is_(Ledger.Outcome found, Ledger.Outcome expected) internal pure {
        equal(uint256(found), uint256(expected));
    }
}
