// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ObservationHeader} from "../src/Observation.sol";
import {EveryChannelObservationLedger as Ledger} from "../src/EveryChannelObservationLedger.sol";
import {EveryChannelWitnessRegistry as Registry} from "../src/EveryChannelWitnessRegistry.sol";
import {Setting} from "./Setting.sol";

/// Members come and go, witnesses agree, disagree and contradict themselves; beside the contracts it keeps a
/// book of its own, in the simplest way there is.
contract Handler is Setting {
    uint256 private constant PEOPLE = 8;

    /// The observations that were proposed.
    ObservationHeader[] private headers;
    mapping(bytes32 observationHash => bool) private known;
    /// Who attested to what in which membership, and to what first in a slot.
    mapping(bytes32 observationHash => mapping(uint256 number => bool)) private said;
    mapping(bytes32 slot => mapping(uint256 number => bytes32)) private firstWord;
    mapping(bytes32 slot => bytes32) private final_;
    bytes32[] public finals;
    uint256 public counted;
    uint256 public contradicted;
    uint256 private calls;

    address[PEOPLE] private people;

    constructor() {
        begin(5, 3);
        for (uint256 i = 0; i < PEOPLE; ++i) {
            people[i] = address_(i);
        }
    }

    /// The members among them.
    function members() external view returns (uint256 found) {
        for (uint256 i = 0; i < PEOPLE; ++i) {
            if (registry.isWitness(people[i])) ++found;
        }
    }

    function registry_() external view returns (Registry) {
        return registry;
    }

    function ledger_() external view returns (Ledger) {
        return ledger;
    }

    /// The newest ones, and one of all.
    function some() external view returns (ObservationHeader[] memory found) {
        uint256 all = headers.length;
        found = new ObservationHeader[](all < 4 ? all : 4);
        for (uint256 i = 0; i < found.length; ++i) {
            found[i] = headers[i == 3 ? (31 * (counted + calls)) % all : all - 1 - i];
        }
    }

    function finalCount() external view returns (uint256) {
        return finals.length;
    }

    /// Observations that follow the head, or another observation that is not final.
    function propose(uint256 pick, uint256 data, bool ahead) external {
        Ledger.Head memory head = ledger.head(keccak256("stream"));
        bytes32 parent = head.observationHash;
        uint64 sequence = parent == 0 ? 0 : head.sequence + 1;
        // What is new has to wait, so that something becomes final at all.
        bool isOver = headers.length == 0 || headers[headers.length - 1].sequence < sequence;
        if (!isOver && pick % 8 != 0) return;
        if (ahead && headers.length > 0) {
            ObservationHeader memory before =
                headers[headers.length - 1 - data % (headers.length < 3 ? headers.length : 3)];
            (parent, sequence) = (hash(before), before.sequence + 1);
        }
        ObservationHeader memory new_ = header(sequence, parent, 1 + data % 2);
        // Where witnesses are divided about an epoch for ever, the stream goes on with another one.
        new_.epochHash = bytes32(uint256(sequence) * 8 + (data >> 8) % 8);
        // Some share a slot with another sequence.
        if (data % 7 == 0) new_.epochHash = bytes32(uint256(sequence / 2) * 8);
        bool fresh = !known[hash(new_)];
        try ledger.propose(new_) {
            yes(fresh, "proposed twice");
            known[hash(new_)] = true;
            headers.push(new_);
        } catch {
            yes(!fresh, "not proposed");
        }
    }

    /// Some of the people attest, witnesses or not.
    function attestTo(uint8 who, uint256 pick) external {
        ++calls;
        if (headers.length == 0) return;
        // The newest ones are the ones that matter.
        uint256 newest = headers.length < 3 ? headers.length : 3;
        for (uint256 i = 0; i < PEOPLE; ++i) {
            if (who & (1 << i) != 0) attestAs(people[i], headers[headers.length - 1 - pick % newest]);
        }
    }

    function attestAs(address who, ObservationHeader memory given) private {
        bool member = registry.isWitness(who);
        bool wasFinal = final_[slot(given)] != 0;
        if (member) {
            bool spoke = firstWord[slot(given)][registry.numberOf(who)] != 0;
            yes(ledger.hasAttestedIn(slot(given), who) == spoke, "the slot's book");
        }
        vm.prank(who);
        try ledger.attest(given) returns (Ledger.Outcome outcome) {
            yes(member, "a stranger attested");
            uint256 number = registry.numberOf(who);
            bytes32 first = firstWord[slot(given)][number];
            if (outcome == Ledger.Outcome.Equivocated) {
                yes(first != 0 && first != hash(given), "no contradiction");
                yes(ledger.equivocation(slot(given), number) != 0, "no evidence");
                ++contradicted;
                return;
            }
            yes(outcome == Ledger.Outcome.Counted && first == 0 && !wasFinal, "not to be counted");
            said[hash(given)][number] = true;
            firstWord[slot(given)][number] = hash(given);
            ++counted;
            note(given);
        } catch {}
    }

    function finalize(uint256 pick) external {
        if (headers.length == 0) return;
        ObservationHeader memory given = headers[pick % headers.length];
        try ledger.finalize(given) {
            yes(final_[slot(given)] == 0, "final twice");
            note(given);
        } catch {}
    }

    function add(uint256 person, uint256 quorum) external {
        if (person % 4 != 0) return;
        try registry.addWitness(people[(person / 4) % PEOPLE], quorum % 10) {} catch {}
    }

    function remove(uint256 person, uint256 quorum) external {
        if (person % 4 != 0) return;
        try registry.removeWitness(people[(person / 4) % PEOPLE], quorum % 10) {} catch {}
    }

    function replace(uint256 gone, uint256 come) external {
        if (gone % 4 != 0) return;
        try registry.replaceWitness(people[(gone / 4) % PEOPLE], people[come % PEOPLE]) {} catch {}
    }

    function setQuorum(uint256 quorum) external {
        if (quorum % 4 != 0) return;
        try registry.setQuorum((quorum / 4) % 10) {} catch {}
    }

    /// Present members whose attestation the book has.
    function supporters(bytes32 observationHash) public view returns (uint256 found) {
        for (uint256 i = 0; i < PEOPLE; ++i) {
            address who = people[i];
            if (registry.isWitness(who) && said[observationHash][registry.numberOf(who)]) ++found;
        }
    }

    function finalOf(bytes32 slot_) external view returns (bytes32) {
        return final_[slot_];
    }

    /// Writes down what has become final just now: it has to have its quorum at this very moment.
    function note(ObservationHeader memory given) private {
        bytes32 now_ = ledger.finalized(slot(given));
        if (now_ == 0 || final_[slot(given)] != 0) return;
        yes(now_ == hash(given), "another one became final");
        yes(supporters(now_) >= registry.set().quorum, "final without a quorum");
        bytes32 before = finals.length == 0 ? bytes32(0) : finals[finals.length - 1];
        yes(given.parentObservationHash == before && given.sequence == finals.length, "no chain");
        final_[slot(given)] = now_;
        finals.push(now_);
    }
}

contract InvariantsTest is Setting {
    Handler private handler;

    function setUp() public {
        handler = new Handler();
        registry = handler.registry_();
        ledger = handler.ledger_();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// One function: each would be a campaign of its own.
    function invariant_allHold() public view {
        aSlotHasOneFinalObservationForEver();
        theHeadIsTheLastFinalOne();
        onlyPresentMembersCount();
        aQuorumIsMoreThanHalf();
    }

    function aSlotHasOneFinalObservationForEver() private view {
        ObservationHeader[] memory some = handler.some();
        for (uint256 i = 0; i < some.length; ++i) {
            equal(ledger.finalized(slot(some[i])), handler.finalOf(slot(some[i])));
        }
    }

    function theHeadIsTheLastFinalOne() private view {
        uint256 finals = handler.finalCount();
        Ledger.Head memory head = ledger.head(keccak256("stream"));
        equal(head.observationHash, finals == 0 ? bytes32(0) : handler.finals(finals - 1));
        equal(head.sequence, finals == 0 ? 0 : finals - 1);
    }

    function onlyPresentMembersCount() private view {
        ObservationHeader[] memory some = handler.some();
        for (uint256 i = 0; i < some.length; ++i) {
            equal(ledger.attestations(hash(some[i])), handler.supporters(hash(some[i])));
        }
    }

    function aQuorumIsMoreThanHalf() private view {
        Registry.Set memory set = registry.set();
        equal(set.members, handler.members());
        yes(set.quorum > set.members / 2 && set.quorum <= set.members, "quorum");
        yes(!registry.isWitness(address(0)), "nobody");
    }
}
