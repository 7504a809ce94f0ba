// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ObservationHeader} from "../src/Observation.sol";
import {EveryChannelObservationLedger as Ledger} from "../src/EveryChannelObservationLedger.sol";
import {EveryChannelWitnessRegistry as Registry} from "../src/EveryChannelWitnessRegistry.sol";
import {Setting} from "./Setting.sol";

contract FuzzTest is Setting {
    function setUp() public {
        begin(5, 3);
    }

    function testFuzzTheHashIsOfSevenWords(ObservationHeader memory given) public {
        given.observedUnixMs = uint64(given.observedUnixMs % NOW_MS);
        vm.assume(given.dataRoot != 0);
        if (given.parentObservationHash == 0) given.sequence = 0;
        else if (given.sequence == 0) given.parentObservationHash = 0;
        bytes memory words = bytes.concat(
            given.streamHash,
            given.epochHash,
            given.parentObservationHash,
            given.dataRoot,
            given.locatorHash,
            bytes32(uint256(given.observedUnixMs)),
            bytes32(uint256(given.sequence))
        );
        equal(ledger.propose(given), keccak256(words));
    }

    /// Whoever attests in whatever order: final exactly when the third different witness has.
    function testFuzzFinalWithTheThirdWitness(uint8[12] memory order) public {
        ObservationHeader memory first = header(0, 0, 1);
        ledger.propose(first);
        uint256 seen;
        uint256 different;
        for (uint256 i = 0; i < order.length; ++i) {
            uint256 witness = order[i] % 5;
            bool final_ = ledger.finalized(slot(first)) != 0;
            yes(final_ == (different >= 3), "too early, or too late");
            bool new_ = seen & (1 << witness) == 0;
            vm.prank(address_(witness));
            (bool done,) = address(ledger).call(abi.encodeCall(Ledger.attest, (first)));
            yes(done == (new_ && !final_), "taken or refused");
            if (done) {
                seen |= 1 << witness;
                ++different;
            }
        }
    }

    function testFuzzOnlyTheWitnessSigns(uint256 stranger, uint64 epoch, bytes32 observationHash) public {
        stranger = stranger % (type(uint128).max) + 0x1000000;
        ObservationHeader memory first = header(0, 0, 1);
        ledger.propose(first);
        uint64 present = registry.set().epoch;
        vm.assume(epoch != present || observationHash != hash(first));
        // A witness' signature of something else, and a stranger's of this.
        bytes32[2] memory digests =
            [ledger.attestationDigest(observationHash, epoch), ledger.attestationDigest(hash(first), present)];
        for (uint256 i = 0; i < 2; ++i) {
            (uint8 v, bytes32 r, bytes32 s) = vm.sign(i == 0 ? key(0) : stranger, digests[i]);
            bytes[] memory signatures = new bytes[](1);
            signatures[0] = abi.encodePacked(r, s, v);
            (bool done,) = address(ledger).call(abi.encodeCall(Ledger.attestBySignatures, (first, present, signatures)));
            yes(!done, "taken");
        }
        equal(ledger.attestations(hash(first)), 0);
    }
}
