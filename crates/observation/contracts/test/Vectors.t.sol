// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ObservationHeader} from "../src/Observation.sol";
import {EveryChannelObservationLedger as Ledger} from "../src/EveryChannelObservationLedger.sol";
import {Setting} from "./Setting.sol";

/// The vectors that Rust reads too. cast made them.
contract VectorsTest is Setting {
    function testTheHashesAreThoseOfTheVectors() public {
        string memory json = vm.readFile("../tests/vectors.json");
        uint256 checked;
        begin(1, 1);
        for (uint256 i = 0; vm.keyExistsJson(json, at(i, "")); ++i) {
            ObservationHeader memory given = ObservationHeader({
                streamHash: word(json, i, ".header.streamHash"),
                epochHash: word(json, i, ".header.epochHash"),
                parentObservationHash: word(json, i, ".header.parentObservationHash"),
                dataRoot: word(json, i, ".header.dataRoot"),
                locatorHash: word(json, i, ".header.locatorHash"),
                observedUnixMs: uint64(vm.parseJsonUint(json, at(i, ".header.observedUnixMs"))),
                sequence: uint64(vm.parseJsonUint(json, at(i, ".header.sequence")))
            });
            bytes32 observationHash = word(json, i, ".observationHash");
            equal(hash(given), observationHash);
            equal(slot(given), word(json, i, ".slot"));
            // The ledger takes those of them that have data and are not of the future.
            if (given.observedUnixMs < type(uint64).max && given.dataRoot != 0) {
                vm.warp(given.observedUnixMs);
                equal(ledger.propose(given), observationHash);
                attest(0, given);
                if (given.sequence == 0) equal(ledger.finalized(slot(given)), observationHash);
            }
            ++checked;
        }
        equal(checked, 5);
    }

    function at(uint256 i, string memory path) private pure returns (string memory) {
        return string.concat("[", vm.toString(i), "]", path);
    }

    function word(string memory json, uint256 i, string memory path) private pure returns (bytes32) {
        return vm.parseJsonBytes32(json, at(i, path));
    }
}
