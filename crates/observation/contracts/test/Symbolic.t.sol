// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ObservationHeader} from "../src/Observation.sol";
import {EveryChannelObservationLedger as Ledger} from "../src/EveryChannelObservationLedger.sol";
import {EveryChannelWitnessRegistry as Registry} from "../src/EveryChannelWitnessRegistry.sol";
import {Setting} from "./Setting.sol";

/// For halmos: whatever happens in a few steps, in whatever order. `forge test` runs none of it.
contract SymbolicTest is Setting {
    uint256 private constant STEPS = 3;

    ObservationHeader private one;
    ObservationHeader private other;

    function setUp() public {
        vm.warp(NOW_MS / 1000);
        address[] memory members = new address[](3);
        for (uint256 i = 0; i < members.length; ++i) {
            members[i] = person(i);
        }
        registry = new Registry(address(this), members, 2, false, 0);
        ledger = new Ledger(registry, MAX_FUTURE_MS);
        one = header(0, 0, 1);
        other = header(0, 0, 2);
        ledger.propose(one);
        ledger.propose(other);
    }

    function person(uint256 i) private pure returns (address) {
        return address(uint160(0x1000 + i));
    }

    /// One of three members or a stranger attests to one of the two, or is replaced by the stranger.
    function step(uint8 who, bool second, bool replaced) private returns (bool attested) {
        address from = who == 0 ? person(0) : who == 1 ? person(1) : who == 2 ? person(2) : person(3);
        if (replaced) {
            try registry.replaceWitness(from, person(3)) {} catch {}
            return false;
        }
        vm.prank(from);
        try ledger.attest(second ? other : one) returns (Ledger.Outcome outcome) {
            attested = outcome == Ledger.Outcome.Counted;
        } catch {}
    }

    /// A slot has one final hash, for ever, and none without as many attestations as the quorum.
    function check_oneFinalHashAndNoneBelowQuorum(
        uint8[STEPS] memory who,
        bool[STEPS] memory second,
        bool[STEPS] memory replaced
    ) public {
        bytes32 before;
        uint256[2] memory counted;
        for (uint256 i = 0; i < STEPS; ++i) {
            if (step(who[i], second[i], replaced[i])) ++counted[second[i] ? 1 : 0];
            bytes32 now_ = ledger.finalized(slot(one));
            assert(before == 0 || now_ == before);
            assert(now_ == 0 || now_ == hash(one) || now_ == hash(other));
            assert(now_ == 0 || counted[now_ == hash(one) ? 0 : 1] >= 2);
            before = now_;
        }
    }
}
