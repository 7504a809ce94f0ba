// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice One entry of an archive: what is known of a chunk of media. Its stream and epoch are the header's.
/// @param sequence Its place in the epoch.
/// @param unixMs When it was recorded: milliseconds since the Unix epoch.
/// @param chunkHash The chunk's hash.
/// @param locator Where the chunk can be found.
struct Entry {
    uint64 sequence;
    uint64 unixMs;
    bytes32 chunkHash;
    string locator;
}

/// @notice The Merkle tree over an epoch's entries: RFC 9162 §2.1 with keccak256. Leaves are in the order of their
/// sequence; a leaf is hashed behind a zero byte, a node behind a one; an odd node goes up as it is. The root is
/// hashed behind a two with the number of leaves, without which a path does not prove a leaf's place.
library Entries {
    /// @notice The hash of an entry, which is the tree's leaf.
    /// @param entry The entry.
    /// @return leaf `keccak256(abi.encodePacked(uint8(0), sequence, unixMs, chunkHash, locator))`.
    function hash(Entry calldata entry) internal pure returns (bytes32 leaf) {
        return keccak256(abi.encodePacked(uint8(0), entry.sequence, entry.unixMs, entry.chunkHash, entry.locator));
    }

    /// @notice The root that a leaf and its path come to (RFC 9162 §2.1.3.2).
    /// @param leaf The leaf.
    /// @param index Its place among the leaves, from zero on.
    /// @param count How many leaves there are.
    /// @param path The tree's other nodes, from the leaf up.
    /// @return node The root; zero where place, number and path do not belong together.
    function root(bytes32 leaf, uint64 index, uint64 count, bytes32[] calldata path)
        internal
        pure
        returns (bytes32 node)
    {
        if (index >= count) return 0;
        uint256 last = count - 1;
        uint256 at = index;
        node = leaf;
        for (uint256 i = 0; i < path.length; ++i) {
            if (last == 0) return 0;
            if (at & 1 == 1 || at == last) {
                node = keccak256(abi.encodePacked(uint8(1), path[i], node));
                while (at & 1 == 0) {
                    at >>= 1;
                    last >>= 1;
                }
            } else {
                node = keccak256(abi.encodePacked(uint8(1), node, path[i]));
            }
            at >>= 1;
            last >>= 1;
        }
        if (last != 0) return 0;
        node = keccak256(abi.encodePacked(uint8(2), count, node));
    }
}
