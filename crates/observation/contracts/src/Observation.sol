// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice What a witness derived from one epoch of one stream. The data stays off chain.
/// @param streamHash Which stream.
/// @param epochHash Which epoch of it.
/// @param parentObservationHash The stream's observation before this one; zero of its first one.
/// @param dataRoot Merkle root over the epoch's entries.
/// @param locatorHash Where the data can be found.
/// @param observedUnixMs When it was observed: milliseconds since the Unix epoch.
/// @param sequence Its place in the stream, from zero on.
struct ObservationHeader {
    bytes32 streamHash;
    bytes32 epochHash;
    bytes32 parentObservationHash;
    bytes32 dataRoot;
    bytes32 locatorHash;
    uint64 observedUnixMs;
    uint64 sequence;
}

/// @notice The two hashes of a header.
library Observation {
    /// @notice `keccak256(abi.encode(header))`: seven words, each number in a word of its own.
    /// @param header The header.
    /// @return observationHash What witnesses attest to.
    function hash(ObservationHeader calldata header) internal pure returns (bytes32 observationHash) {
        return keccak256(abi.encode(header));
    }

    /// @notice What is finalised once: `keccak256(abi.encode(streamHash, epochHash))`.
    /// @param header The header.
    /// @return key The slot.
    function slot(ObservationHeader calldata header) internal pure returns (bytes32 key) {
        return keccak256(abi.encode(header.streamHash, header.epochHash));
    }
}
