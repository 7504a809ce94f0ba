// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {EveryChannelWitnessRegistry as Registry} from "../src/EveryChannelWitnessRegistry.sol";
import {Test} from "./Vm.sol";

contract RegistryTest is Test {
    address private constant OWNER = address(0xa11ce);
    address private constant OTHER = address(0xb0b);

    function members(uint256 count) private pure returns (address[] memory all) {
        all = new address[](count);
        for (uint256 i = 0; i < count; ++i) {
            all[i] = address(uint160(0x1000 + i));
        }
    }

    function make(uint256 count, uint256 quorum) private returns (Registry) {
        return new Registry(OWNER, members(count), quorum, false, 0);
    }

    function testMembersAndQuorumAreThoseGiven() public {
        Registry registry = make(3, 2);
        Registry.Set memory set = registry.set();
        equal(set.members, 3);
        equal(set.quorum, 2);
        equal(set.lastNumber, 10);
        equal(registry.owner(), OWNER);
        yes(registry.isWitness(address(0x1002)) && !registry.isWitness(OTHER), "membership");
        equal(registry.numberOf(address(0x1002)), 10);
        equal(registry.active(0), 7 << 8);
        (uint256 number, uint256 quorum, uint256 lastNumber) = registry.standing(address(0x1000));
        equal(number, 8);
        equal(quorum, 2);
        equal(lastNumber, 10);
        vm.expectRevert(abi.encodeWithSelector(Registry.NotWitness.selector, OTHER));
        registry.numberOf(OTHER);
    }

    function testAQuorumIsMoreThanHalfAndNotMoreThanAll() public {
        for (uint256 count = 0; count < 6; ++count) {
            for (uint256 quorum = 0; quorum < 8; ++quorum) {
                bool right = quorum > count / 2 && quorum <= count;
                if (!right) {
                    vm.expectRevert(abi.encodeWithSelector(Registry.QuorumOutOfBounds.selector, quorum, count));
                }
                make(count, quorum);
            }
        }
    }

    function testAMinorityHasToBeAllowedAtDeployment() public {
        Registry registry = new Registry(OWNER, members(5), 1, true, 0);
        equal(registry.set().quorum, 1);
        vm.expectRevert(abi.encodeWithSelector(Registry.QuorumOutOfBounds.selector, 0, 5));
        vm.prank(OWNER);
        registry.setQuorum(0);
    }

    function testNobodyIsTwiceAndNobodyIsZero() public {
        address[] memory twice = members(2);
        twice[1] = twice[0];
        vm.expectRevert(abi.encodeWithSelector(Registry.AlreadyWitness.selector, twice[0]));
        new Registry(OWNER, twice, 2, false, 0);
        twice[1] = address(0);
        vm.expectRevert(abi.encodeWithSelector(Registry.ZeroAddress.selector));
        new Registry(OWNER, twice, 2, false, 0);
        vm.expectRevert(abi.encodeWithSelector(Registry.ZeroAddress.selector));
        new Registry(address(0), members(1), 1, false, 0);
    }

    function testEveryChangeIsAnEventAndAnEpoch() public {
        Registry registry = make(3, 2);
        uint64 epoch = registry.set().epoch;
        vm.startPrank(OWNER);
        vm.expectEmit(true, true, false, true, address(registry));
        emit Registry.WitnessAdded(OTHER, 11, epoch + 1);
        vm.expectEmit(false, false, false, true, address(registry));
        emit Registry.QuorumSet(3, 4, epoch + 2);
        registry.addWitness(OTHER, 3);
        vm.expectEmit(true, true, false, true, address(registry));
        emit Registry.WitnessRemoved(address(0x1000), 8, epoch + 3);
        registry.removeWitness(address(0x1000), 2);
        vm.expectEmit(true, true, false, true, address(registry));
        emit Registry.WitnessRemoved(OTHER, 11, epoch + 5);
        vm.expectEmit(true, true, false, true, address(registry));
        emit Registry.WitnessAdded(address(0x1000), 12, epoch + 6);
        registry.replaceWitness(OTHER, address(0x1000));
        registry.setQuorum(3);
        vm.stopPrank();
        Registry.Set memory set = registry.set();
        equal(set.members, 3);
        equal(set.quorum, 3);
        equal(set.epoch, epoch + 8);
        equal(registry.active(0), (1 << 9) | (1 << 10) | (1 << 12));
    }

    function testARemovalNeedsAQuorumThatIsRight() public {
        Registry registry = make(3, 3);
        vm.startPrank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(Registry.QuorumOutOfBounds.selector, 3, 2));
        registry.removeWitness(address(0x1000), 3);
        vm.expectRevert(abi.encodeWithSelector(Registry.NotWitness.selector, OTHER));
        registry.removeWitness(OTHER, 2);
        registry.removeWitness(address(0x1000), 2);
        registry.removeWitness(address(0x1001), 1);
        vm.expectRevert(abi.encodeWithSelector(Registry.QuorumOutOfBounds.selector, 0, 0));
        registry.removeWitness(address(0x1002), 0);
    }

    function testThereAreNotMoreThan256() public {
        Registry registry = make(256, 129);
        vm.startPrank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(Registry.TooManyWitnesses.selector));
        registry.addWitness(OTHER, 129);
        registry.replaceWitness(address(0x1000), OTHER);
        equal(registry.numberOf(OTHER), 264);
        equal(registry.active(1), 0x1ff);
    }

    function testOnlyTheOwnerChangesIt() public {
        Registry registry = make(3, 2);
        bytes memory error = abi.encodeWithSelector(Registry.NotOwner.selector, OTHER);
        vm.startPrank(OTHER);
        vm.expectRevert(error);
        registry.addWitness(OTHER, 3);
        vm.expectRevert(error);
        registry.removeWitness(address(0x1000), 2);
        vm.expectRevert(error);
        registry.replaceWitness(address(0x1000), OTHER);
        vm.expectRevert(error);
        registry.setQuorum(3);
        vm.expectRevert(error);
        registry.transferOwnership(OTHER);
    }

    function testOwnershipIsOfferedAndTaken() public {
        Registry registry = make(1, 1);
        vm.prank(OWNER);
        vm.expectEmit(true, true, false, true, address(registry));
        emit Registry.OwnershipOffered(OWNER, OTHER);
        registry.transferOwnership(OTHER);
        equal(registry.owner(), OWNER);
        equal(registry.pendingOwner(), OTHER);
        vm.expectRevert(abi.encodeWithSelector(Registry.NotPendingOwner.selector, address(this)));
        registry.acceptOwnership();
        vm.prank(OTHER);
        vm.expectEmit(true, true, false, true, address(registry));
        emit Registry.OwnershipTaken(OWNER, OTHER);
        registry.acceptOwnership();
        equal(registry.owner(), OTHER);
        equal(registry.pendingOwner(), address(0));
    }

    function testAChangeIsAnnouncedBeforeItIsMade() public {
        uint64 delay = 1 days;
        Registry registry = new Registry(OWNER, members(3), 2, false, delay);
        bytes[4] memory changes = [
            abi.encodeCall(Registry.addWitness, (OTHER, 3)),
            abi.encodeCall(Registry.setQuorum, (3)),
            abi.encodeCall(Registry.removeWitness, (OTHER, 2)),
            abi.encodeCall(Registry.replaceWitness, (address(0x1000), OTHER))
        ];
        vm.startPrank(OWNER);
        for (uint256 i = 0; i < changes.length; ++i) {
            bytes32 change = keccak256(changes[i]);
            refused(registry, changes[i], 0);
            uint256 from = block.timestamp + delay;
            vm.expectEmit(true, false, false, true, address(registry));
            emit Registry.ChangeAnnounced(change, changes[i], from);
            registry.announce(changes[i]);
            equal(registry.due(change), from);
            vm.warp(from - 1);
            refused(registry, changes[i], from);
            vm.warp(from);
            (bool done,) = address(registry).call(changes[i]);
            yes(done, "it is due");
            // Once.
            refused(registry, changes[i], 0);
        }
        equal(registry.set().members, 3);
        yes(registry.isWitness(OTHER) && !registry.isWitness(address(0x1000)), "members");
    }

    function testAnAnnouncementLapsesAndIsTheOwners() public {
        Registry registry = new Registry(OWNER, members(3), 2, false, 1 days);
        bytes memory change = abi.encodeCall(Registry.setQuorum, (3));
        vm.expectRevert(abi.encodeWithSelector(Registry.NotOwner.selector, address(this)));
        registry.announce(change);
        vm.startPrank(OWNER);
        registry.announce(change);
        uint256 from = registry.due(keccak256(change));
        vm.warp(from + registry.CHANGE_WINDOW() + 1);
        refused(registry, change, from);
        vm.warp(from + registry.CHANGE_WINDOW());
        registry.setQuorum(3);
        equal(registry.set().quorum, 3);
    }

    function refused(Registry registry, bytes memory change, uint256 from) private {
        (bool done, bytes memory error) = address(registry).call(change);
        yes(!done, "too early or too late");
        equal(keccak256(error), keccak256(abi.encodeWithSelector(Registry.NotDue.selector, keccak256(change), from)));
    }
}
