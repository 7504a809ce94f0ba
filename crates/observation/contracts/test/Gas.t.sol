// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ObservationHeader} from "../src/Observation.sol";
import {Setting} from "./Setting.sol";

/// What each call costs as a transaction of its own (`forge test --isolate`), kept in snapshots/GasTest.json.
contract GasTest is Setting {
    uint64 private constant BATCH = 10;

    function setUp() public {
        begin(5, 3);
    }

    /// In the middle of a stream: its words are there already.
    function testSingleCalls() public {
        bytes32 parent = agree(header(0, 0, 1), 3);
        ObservationHeader memory given = header(1, parent, 1);
        ledger.propose(given);
        vm.snapshotGasLastCall("propose");
        attest(0, given);
        limit(vm.snapshotGasLastCall("attest"), 60_000);
        attest(1, given);
        attest(2, given);
        limit(vm.snapshotGasLastCall("attest, final with it"), 100_000);
        equal(ledger.finalized(slot(given)), hash(given));
    }

    /// Where somebody else proposes something else, which costs witnesses little.
    function testContestedCalls() public {
        bytes32 parent = agree(header(0, 0, 1), 3);
        ObservationHeader memory given = header(1, parent, 1);
        ledger.propose(header(1, parent, 2));
        ledger.propose(given);
        vm.snapshotGasLastCall("propose beside another");
        attest(0, given);
        limit(vm.snapshotGasLastCall("attest beside another"), 60_000);
        attest(1, given);
        attest(2, given);
        limit(vm.snapshotGasLastCall("attest beside another, final with it"), 100_000);
        equal(ledger.finalized(slot(given)), hash(given));
    }

    function testBatches() public {
        bytes32 parent = agree(header(0, 0, 1), 3);
        ObservationHeader[] memory all = new ObservationHeader[](BATCH);
        for (uint64 i = 0; i < BATCH; ++i) {
            all[i] = header(i + 1, parent, 1);
            parent = hash(all[i]);
        }
        ledger.proposeBatch(all);
        vm.snapshotGasLastCall("propose 10");
        for (uint256 i = 0; i < 3; ++i) {
            vm.prank(address_(i));
            ledger.attestBatch(all);
            if (i == 0) vm.snapshotGasLastCall("attest 10");
            if (i == 2) vm.snapshotGasLastCall("attest 10, final with it");
        }
        equal(ledger.head(all[0].streamHash).observationHash, parent);
    }

    /// Without --isolate calls cost less than transactions.
    function limit(uint256 gas, uint256 most) private pure {
        yes(gas <= most, "too much gas");
    }
}
