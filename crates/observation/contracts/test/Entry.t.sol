// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Entry} from "../src/Entry.sol";
import {ObservationHeader} from "../src/Observation.sol";
import {Setting} from "./Setting.sol";

/// Inclusion proofs against a tree that is built whole, as RFC 9162 §2.1.1 defines it.
contract EntryTest is Setting {
    function setUp() public {
        begin(3, 2);
    }

    function entry(uint64 sequence) private pure returns (Entry memory) {
        return Entry(sequence, NOW_MS + sequence, keccak256("chunk"), string.concat("moq://", vm.toString(sequence)));
    }

    function leaf(Entry memory given) private pure returns (bytes32) {
        return keccak256(
            bytes.concat(hex"00", bytes8(given.sequence), bytes8(given.unixMs), given.chunkHash, bytes(given.locator))
        );
    }

    /// The leaf hashes of entries `from` to `to`, without the latter.
    function tree(uint64 from, uint64 to) private pure returns (bytes32) {
        if (to - from == 1) return leaf(entry(from));
        uint64 middle = from + split(to - from);
        return keccak256(bytes.concat(hex"01", tree(from, middle), tree(middle, to)));
    }

    /// What a header has of all entries.
    function root(uint64 count) private pure returns (uint256) {
        return uint256(keccak256(bytes.concat(hex"02", bytes8(count), tree(0, count))));
    }

    /// The largest power of two below a number of leaves.
    function split(uint64 count) private pure returns (uint64 power) {
        for (power = 1; power * 2 < count; power *= 2) {}
    }

    /// RFC 9162 §2.1.3.1, from the leaf up.
    function pathOf(uint64 index, uint64 from, uint64 to) private pure returns (bytes32[] memory path) {
        if (to - from == 1) return path;
        uint64 middle = from + split(to - from);
        bytes32[] memory below = index < middle ? pathOf(index, from, middle) : pathOf(index, middle, to);
        path = new bytes32[](below.length + 1);
        for (uint256 i = 0; i < below.length; ++i) {
            path[i] = below[i];
        }
        path[below.length] = index < middle ? tree(middle, to) : tree(from, middle);
    }

    /// Every entry of every small epoch is proven, each at its own place only.
    function testEveryEntryIsProvenAtItsPlace() public {
        bytes32 parent;
        for (uint64 count = 1; count <= 9; ++count) {
            ObservationHeader memory given = header(count - 1, parent, root(count));
            parent = agree(given, 2);
            for (uint64 i = 0; i < count; ++i) {
                bytes32[] memory path = pathOf(i, 0, count);
                for (uint64 at = 0; at <= count; ++at) {
                    bool found = ledger.includes(given, entry(i), at, count, path);
                    yes(found == (at == i), "place");
                    // Without the number in the root, the last of three is also the last of two.
                    yes(!ledger.includes(given, entry(i), at, count + 1, path), "one more");
                    yes(!ledger.includes(given, entry(i), at, count - 1, path), "one less");
                }
                yes(!ledger.includes(given, entry(i + 1), i, count, path), "another entry");
            }
        }
    }

    function testAPathIsNotLongerOrShorter() public {
        ObservationHeader memory given = header(0, 0, root(4));
        agree(given, 2);
        bytes32[] memory path = pathOf(1, 0, 4);
        yes(ledger.includes(given, entry(1), 1, 4, path), "right");
        bytes32[] memory other = new bytes32[](3);
        (other[0], other[1]) = (path[0], path[1]);
        yes(!ledger.includes(given, entry(1), 1, 4, other), "longer");
        other = new bytes32[](1);
        other[0] = path[0];
        yes(!ledger.includes(given, entry(1), 1, 4, other), "shorter");
    }

    function testOnlyWhatIsFinalIncludesAnything() public {
        ObservationHeader memory given = header(0, 0, root(1));
        bytes32[] memory path;
        agree(given, 1);
        yes(!ledger.includes(given, entry(0), 0, 1, path), "not final");
        attest(1, given);
        yes(ledger.includes(given, entry(0), 0, 1, path), "final");
    }

    /// A node is no entry: nothing but the root of one leaf is a leaf.
    function testFuzzATamperedEntryIsNotIncluded(uint64 count, uint64 index, Entry memory other) public {
        count = count % 33 + 1;
        index = index % count;
        ObservationHeader memory given = header(0, 0, root(count));
        agree(given, 2);
        bytes32[] memory path = pathOf(index, 0, count);
        yes(ledger.includes(given, entry(index), index, count, path), "its own");
        vm.assume(leaf(other) != leaf(entry(index)));
        yes(!ledger.includes(given, other, index, count, path), "another");
    }
}
