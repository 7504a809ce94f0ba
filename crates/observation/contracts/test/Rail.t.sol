// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ObservationHeader} from "../src/Observation.sol";
import {EveryChannelRail as Rail} from "../src/EveryChannelRail.sol";
import {Setting} from "./Setting.sol";

contract RailTest is Setting {
    bytes32 private constant KEY = keccak256("key");
    bytes32 private constant MANIFEST = keccak256("manifest");

    Rail private rail;

    function setUp() public {
        begin(3, 2);
        rail = new Rail(ledger);
    }

    function testAPointerIsItsPublishers() public {
        vm.expectEmit(true, true, false, true, address(rail));
        emit Rail.Stored(address(this), KEY, MANIFEST, "moq://here");
        rail.store(KEY, MANIFEST, "moq://here");
        vm.prank(address(0xb0b));
        rail.store(KEY, keccak256("another"), "there");
        equal(rail.pointer(address(this), KEY).manifestHash, MANIFEST);
        equal(rail.pointer(address(this), KEY).locatorHash, keccak256("moq://here"));
        equal(rail.pointer(address(0xb0b), KEY).manifestHash, keccak256("another"));
        equal(rail.pointer(address(0xb0b), MANIFEST).manifestHash, 0);
        vm.expectRevert(abi.encodeWithSelector(Rail.NoManifest.selector));
        rail.store(KEY, 0, "");
    }

    function testOnlyWhatIsFinalIsLinked() public {
        ObservationHeader memory first = header(0, 0, 1);
        vm.expectRevert(abi.encodeWithSelector(Rail.NoPointer.selector, address(this), KEY));
        rail.linkTo(KEY, slot(first));
        rail.store(KEY, MANIFEST, "here");
        agree(first, 1);
        vm.expectRevert(abi.encodeWithSelector(Rail.NotFinal.selector, slot(first)));
        rail.linkTo(KEY, slot(first));
        attest(1, first);
        equal(rail.link(address(this), KEY), 0);
        vm.expectEmit(true, true, true, true, address(rail));
        emit Rail.Linked(address(this), KEY, slot(first), hash(first));
        rail.linkTo(KEY, slot(first));
        equal(rail.link(address(this), KEY), slot(first));
        // Another pointer is another thing.
        rail.store(KEY, MANIFEST, "elsewhere");
        equal(rail.link(address(this), KEY), 0);
    }
}
