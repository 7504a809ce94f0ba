// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ObservationHeader} from "../src/Observation.sol";
import {EveryChannelObservationLedger as Ledger} from "../src/EveryChannelObservationLedger.sol";
import {EveryChannelWitnessRegistry as Registry} from "../src/EveryChannelWitnessRegistry.sol";
import {Setting} from "./Setting.sol";

contract LedgerTest is Setting {
    ObservationHeader private first;
    ObservationHeader private other;

    function setUp() public {
        begin(3, 2);
        first = header(0, 0, 1);
        other = header(0, 0, 2);
    }

    function testAQuorumMakesASlotFinal() public {
        equal(ledger.propose(first), hash(first));
        yes(ledger.proposed(hash(first)) && !ledger.proposed(hash(other)), "proposed");
        is_(attest(0, first), Ledger.Outcome.Counted);
        equal(ledger.finalized(slot(first)), 0);
        equal(ledger.attestations(hash(first)), 1);
        yes(ledger.hasAttested(hash(first), address_(0)), "attested");
        yes(!ledger.hasAttested(hash(first), address_(1)), "not attested");
        vm.expectEmit(true, true, true, true, address(ledger));
        emit Ledger.Attested(slot(first), hash(first), address_(1));
        vm.expectEmit(true, true, true, true, address(ledger));
        emit Ledger.Finalized(slot(first), hash(first), first.streamHash, 0);
        attest(1, first);
        equal(ledger.finalized(slot(first)), hash(first));
        Ledger.Head memory head = ledger.head(first.streamHash);
        equal(head.observationHash, hash(first));
        equal(head.sequence, 0);
        equal(head.observedUnixMs, first.observedUnixMs);
    }

    function testAnyoneMayPropose() public {
        vm.expectEmit(true, true, true, true, address(ledger));
        emit Ledger.Proposed(slot(first), hash(first), address(0xb0b), first);
        vm.prank(address(0xb0b));
        ledger.propose(first);
        vm.expectRevert(abi.encodeWithSelector(Ledger.AlreadyProposed.selector, hash(first)));
        ledger.propose(first);
    }

    function testWhatIsProposedIsAChainAndNotOfTheFuture() public {
        ObservationHeader memory wrong = header(0, bytes32(uint256(1)), 1);
        vm.expectRevert(abi.encodeWithSelector(Ledger.NotAChain.selector, bytes32(uint256(1)), 0));
        ledger.propose(wrong);
        wrong = header(1, 0, 1);
        vm.expectRevert(abi.encodeWithSelector(Ledger.NotAChain.selector, bytes32(0), 1));
        ledger.propose(wrong);
        wrong = header(0, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(Ledger.NoData.selector));
        ledger.propose(wrong);
        first.observedUnixMs = NOW_MS + MAX_FUTURE_MS + 1;
        vm.expectRevert(
            abi.encodeWithSelector(Ledger.FromTheFuture.selector, first.observedUnixMs, NOW_MS + MAX_FUTURE_MS)
        );
        ledger.propose(first);
        first.observedUnixMs -= 1;
        ledger.propose(first);
    }

    function testOnlyWitnessesAttestAndOnlyToWhatIsProposed() public {
        vm.expectRevert(abi.encodeWithSelector(Ledger.NotProposed.selector, hash(first)));
        vm.prank(address_(0));
        ledger.attest(first);
        ledger.propose(first);
        vm.expectRevert(abi.encodeWithSelector(Registry.NotWitness.selector, address(this)));
        ledger.attest(first);
    }

    function testAWitnessAttestsOnce() public {
        ledger.propose(first);
        attest(0, first);
        vm.expectRevert(abi.encodeWithSelector(Ledger.AlreadyAttested.selector, hash(first), address_(0)));
        vm.prank(address_(0));
        ledger.attest(first);
        equal(ledger.attestations(hash(first)), 1);
    }

    function testTwoObservationsOfASlotAreEvidenceAndDoNotCount() public {
        ledger.propose(first);
        ledger.propose(other);
        attest(0, first);
        vm.expectEmit(true, true, true, true, address(ledger));
        emit Ledger.Equivocated(slot(other), hash(other), address_(0));
        is_(attest(0, other), Ledger.Outcome.Equivocated);
        equal(ledger.equivocation(slot(first), registry.numberOf(address_(0))), hash(other));
        equal(ledger.attestations(hash(other)), 0);
        // One piece of evidence is enough.
        ObservationHeader memory third = header(0, 0, 3);
        ledger.propose(third);
        is_(attest(0, third), Ledger.Outcome.Equivocated);
        equal(ledger.equivocation(slot(first), registry.numberOf(address_(0))), hash(other));
        // Its first word stays.
        attest(1, first);
        equal(ledger.finalized(slot(first)), hash(first));
        // And evidence is taken when the slot is final, too.
        is_(attest(1, other), Ledger.Outcome.Equivocated);
    }

    /// To which of its observations a witness attested does not matter, nor when the second one was proposed.
    function testASlotKnowsWhoAttestedInIt() public {
        bytes32 here = slot(first);
        yes(!ledger.hasAttestedIn(here, address_(0)), "nothing is proposed");
        ledger.propose(first);
        attest(0, first);
        yes(ledger.hasAttestedIn(here, address_(0)) && !ledger.hasAttestedIn(here, address_(1)), "one observation");
        ledger.propose(other);
        attest(1, other);
        yes(ledger.hasAttestedIn(here, address_(0)) && ledger.hasAttestedIn(here, address_(1)), "two");
        attest(2, other);
        equal(ledger.finalized(here), hash(other));
        for (uint256 i = 0; i < 3; ++i) {
            yes(ledger.hasAttestedIn(here, address_(i)), "final");
        }
        vm.expectRevert(abi.encodeWithSelector(Registry.NotWitness.selector, address(this)));
        ledger.hasAttestedIn(here, address(this));
    }

    function testWhoComesLateIsRefused() public {
        agree(first, 2);
        ledger.propose(other);
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectRevert(abi.encodeWithSelector(Ledger.SlotIsFinal.selector, slot(first), hash(first)));
            vm.prank(address_(2));
            ledger.attest(i == 0 ? first : other);
        }
        equal(ledger.finalized(slot(first)), hash(first));
    }

    function testEachObservationFollowsTheOneBefore() public {
        bytes32 parent = agree(first, 2);
        ObservationHeader memory second = header(1, parent, 1);
        agree(second, 2);
        equal(ledger.head(first.streamHash).sequence, 1);
        // Another parent, a place that is taken, an earlier time.
        ObservationHeader[4] memory wrong =
            [header(2, parent, 1), header(1, parent, 1), header(2, hash(second), 1), header(3, hash(second), 1)];
        wrong[1].epochHash = keccak256("another slot");
        wrong[2].observedUnixMs = NOW_MS;
        wrong[2].epochHash = keccak256("a slot of its own");
        for (uint256 i = 0; i < wrong.length; ++i) {
            // Enough attest to it, to no avail.
            agree(wrong[i], 2);
            equal(ledger.attestations(hash(wrong[i])), 2);
            vm.expectRevert(abi.encodeWithSelector(Ledger.NotFinalizable.selector, hash(wrong[i])));
            ledger.finalize(wrong[i]);
        }
    }

    function testOneObservationMayBeAsOldAsTheOneBefore() public {
        ObservationHeader memory second = header(1, agree(first, 2), 1);
        second.observedUnixMs = first.observedUnixMs;
        agree(second, 2);
        equal(ledger.finalized(slot(second)), hash(second));
    }

    function testAChildWaitsForItsParent() public {
        ObservationHeader memory second = header(1, hash(first), 1);
        agree(second, 2);
        equal(ledger.finalized(slot(second)), 0);
        vm.expectRevert(abi.encodeWithSelector(Ledger.NotFinalizable.selector, hash(second)));
        ledger.finalize(second);
        agree(first, 2);
        equal(ledger.finalized(slot(second)), 0);
        ledger.finalize(second);
        equal(ledger.finalized(slot(second)), hash(second));
        vm.expectRevert(abi.encodeWithSelector(Ledger.SlotIsFinal.selector, slot(second), hash(second)));
        ledger.finalize(second);
        vm.expectRevert(abi.encodeWithSelector(Ledger.NotProposed.selector, hash(other)));
        ledger.finalize(other);
    }

    function testARemovedWitnessStopsToCountForWhatIsNotFinal() public {
        ledger.propose(first);
        attest(0, first);
        registry.replaceWitness(address_(0), address_(7));
        equal(ledger.attestations(hash(first)), 0);
        attest(1, first);
        equal(ledger.finalized(slot(first)), 0);
        // Back again, with a new number: what was attested before does not come back.
        registry.replaceWitness(address_(7), address_(0));
        equal(ledger.attestations(hash(first)), 1);
        is_(attest(0, first), Ledger.Outcome.Counted);
        equal(ledger.finalized(slot(first)), hash(first));
        // What is final stays final.
        registry.replaceWitness(address_(0), address_(7));
        equal(ledger.finalized(slot(first)), hash(first));
    }

    function testALowerQuorumNeedsSomebodyToAskForIt() public {
        registry.setQuorum(3);
        agree(first, 2);
        equal(ledger.finalized(slot(first)), 0);
        registry.setQuorum(2);
        ledger.finalize(first);
        equal(ledger.finalized(slot(first)), hash(first));
    }

    /// What was attested before a slot had a second observation is known when it has.
    function testEvidenceOfWhatWasAttestedBeforeTheOtherWasProposed() public {
        ledger.propose(first);
        attest(0, first);
        ledger.propose(other);
        ObservationHeader memory third = header(0, 0, 3);
        ledger.propose(third);
        is_(attest(0, third), Ledger.Outcome.Equivocated);
        is_(attest(1, third), Ledger.Outcome.Counted);
        // A fourth one changes nothing of what is known.
        ObservationHeader memory fourth = header(0, 0, 4);
        ledger.propose(fourth);
        is_(attest(1, fourth), Ledger.Outcome.Equivocated);
        is_(attest(2, third), Ledger.Outcome.Counted);
        equal(ledger.finalized(slot(first)), hash(third));
        vm.expectRevert(abi.encodeWithSelector(Ledger.SlotIsFinal.selector, slot(first), hash(third)));
        ledger.finalize(first);
    }

    function testMembershipsBeyondTheFirstWord() public {
        for (uint256 i = 0; i < 300; ++i) {
            registry.replaceWitness(address_(2), address_(9));
            registry.replaceWitness(address_(9), address_(2));
        }
        yes(registry.numberOf(address_(2)) > 512, "a third word");
        ledger.propose(first);
        is_(attest(2, first), Ledger.Outcome.Counted);
        equal(ledger.attestations(hash(first)), 1);
        ledger.propose(other);
        is_(attest(2, other), Ledger.Outcome.Equivocated);
        attest(0, first);
        equal(ledger.finalized(slot(first)), hash(first));
    }

    /// The first membership of a later word, where the first word has the mark of what is proposed.
    function testTheMembershipThatBeginsAWordCounts() public {
        for (uint256 i = 0; registry.set().lastNumber < 256; ++i) {
            registry.replaceWitness(address_(i % 2 == 0 ? 2 : 9), address_(i % 2 == 0 ? 9 : 2));
        }
        uint256 witness = registry.isWitness(address_(2)) ? 2 : 9;
        equal(registry.numberOf(address_(witness)), 256);
        ledger.propose(first);
        attest(witness, first);
        equal(ledger.attestations(hash(first)), 1);
        attest(0, first);
        equal(ledger.finalized(slot(first)), hash(first));
    }

    function testBatches() public {
        ObservationHeader[] memory all = new ObservationHeader[](3);
        all[0] = first;
        all[1] = header(1, hash(first), 1);
        all[2] = header(2, hash(all[1]), 1);
        ledger.propose(all[1]);
        ledger.proposeBatch(all);
        attest(0, first);
        for (uint256 i = 0; i < 3; ++i) {
            vm.prank(address_(i));
            Ledger.Outcome[] memory outcomes = ledger.attestBatch(all);
            is_(outcomes[0], [Ledger.Outcome.Repeated, Ledger.Outcome.Counted, Ledger.Outcome.Late][i]);
            is_(outcomes[2], [Ledger.Outcome.Counted, Ledger.Outcome.Counted, Ledger.Outcome.Late][i]);
        }
        equal(ledger.head(first.streamHash).observationHash, hash(all[2]));
    }
}
