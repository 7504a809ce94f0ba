// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ObservationHeader} from "../src/Observation.sol";
import {EveryChannelObservationLedger as Ledger} from "../src/EveryChannelObservationLedger.sol";
import {EveryChannelWitnessRegistry as Registry} from "../src/EveryChannelWitnessRegistry.sol";
import {Setting} from "./Setting.sol";

contract SignaturesTest is Setting {
    ObservationHeader private first;

    function setUp() public {
        begin(3, 2);
        first = header(0, 0, 1);
        ledger.propose(first);
    }

    function signed(uint256 by, bytes32 digest) private pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key(by), digest);
        return abi.encodePacked(r, s, v);
    }

    function epoch() private view returns (uint64) {
        return registry.set().epoch;
    }

    function one(bytes memory signature) private pure returns (bytes[] memory all) {
        all = new bytes[](1);
        all[0] = signature;
    }

    function testAnyoneBringsWhatWitnessesSigned() public {
        bytes32 digest = ledger.attestationDigest(hash(first), epoch());
        bytes[] memory signatures = new bytes[](3);
        (signatures[0], signatures[1], signatures[2]) = (signed(0, digest), signed(0, digest), signed(1, digest));
        vm.prank(address(0xb0b));
        Ledger.Outcome[] memory outcomes = ledger.attestBySignatures(first, epoch(), signatures);
        is_(outcomes[0], Ledger.Outcome.Counted);
        is_(outcomes[1], Ledger.Outcome.Repeated);
        is_(outcomes[2], Ledger.Outcome.Counted);
        equal(ledger.finalized(slot(first)), hash(first));
    }

    function testASignatureIsOfOneStateOfTheRegistry() public {
        uint64 before = epoch();
        bytes memory signature = signed(0, ledger.attestationDigest(hash(first), before));
        registry.setQuorum(3);
        uint64 present = epoch();
        vm.expectRevert(abi.encodeWithSelector(Ledger.WrongEpoch.selector, before, present));
        ledger.attestBySignatures(first, before, one(signature));
        refused(signature);
    }

    function testASignatureIsOfOneChainAndOneLedger() public {
        bytes32 digest = ledger.attestationDigest(hash(first), epoch());
        Ledger elsewhere = new Ledger(registry, MAX_FUTURE_MS);
        yes(elsewhere.attestationDigest(hash(first), epoch()) != digest, "another ledger");
        refused(signed(0, elsewhere.attestationDigest(hash(first), epoch())));
        vm.chainId(4242);
        yes(ledger.attestationDigest(hash(first), epoch()) != digest, "another chain");
        refused(signed(0, digest));
    }

    /// Another digest has another signer, who is nobody here.
    function refused(bytes memory signature) private {
        uint64 present = epoch();
        (bool done,) = address(ledger).call(abi.encodeCall(Ledger.attestBySignatures, (first, present, one(signature))));
        yes(!done, "it was taken");
        equal(ledger.attestations(hash(first)), 0);
    }

    function testAStrangersSignatureIsRefused() public {
        bytes memory signature = signed(77, ledger.attestationDigest(hash(first), epoch()));
        uint64 present = epoch();
        vm.expectRevert(abi.encodeWithSelector(Registry.NotWitness.selector, address_(77)));
        ledger.attestBySignatures(first, present, one(signature));
    }

    function testWhatIsNoSignatureIsRefused() public {
        bytes32 digest = ledger.attestationDigest(hash(first), epoch());
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key(0), digest);
        uint256 order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
        bytes[4] memory wrong = [
            abi.encodePacked(r, s),
            // The twin, which ecrecover takes.
            abi.encodePacked(r, order - uint256(s), v == 27 ? uint8(28) : uint8(27)),
            abi.encodePacked(r, s, uint8(29)),
            abi.encodePacked(bytes32(0), s, v)
        ];
        uint64 present = epoch();
        for (uint256 i = 0; i < wrong.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(Ledger.BadSignature.selector));
            ledger.attestBySignatures(first, present, one(wrong[i]));
        }
    }
}
