// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Observation, ObservationHeader} from "./Observation.sol";
import {EveryChannelWitnessRegistry} from "./EveryChannelWitnessRegistry.sol";

/// @title Observations that witnesses agree on.
/// @notice Anyone may propose: a proposal costs its sender gas, binds nobody and takes no place from another,
/// while a list of proposers would be one more key to lose. Members of the registry attest, once for each
/// slot. A slot becomes final when a quorum of present members has attested to one of its observations,
/// that one follows the stream's last final one, and is never changed after that. Nobody can pause it.
contract EveryChannelObservationLedger {
    using Observation for ObservationHeader;

    /// @notice What an attestation came to.
    enum Outcome {
        Counted,
        /// The witness has attested to it before.
        Repeated,
        /// The witness has attested to another observation of the slot before: recorded, not counted.
        Equivocated,
        /// The slot is final.
        Late
    }

    /// @notice The last final observation of a stream.
    struct Head {
        bytes32 observationHash;
        uint64 sequence;
        uint64 observedUnixMs;
    }

    /// Bit 0 of the first word is no membership's, so it never counts. With it the proposal pays for new words.
    uint256 private constant PROPOSED = 1;

    /// @notice `Attestation(bytes32 observationHash,uint64 registryEpoch)`, for EIP-712.
    bytes32 public constant ATTESTATION_TYPEHASH =
        keccak256("Attestation(bytes32 observationHash,uint64 registryEpoch)");
    bytes32 private constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    /// Half of secp256k1's order: a signature with a higher s has a twin.
    uint256 private constant HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;

    EveryChannelWitnessRegistry public immutable registry;
    /// @notice How far an observation may lie in the future of the block that proposes it.
    uint64 public immutable maxFutureMs;

    /// Who attested in a slot, and to which observation: a bit for each number of a membership.
    mapping(bytes32 slot => mapping(uint256 word => uint256 bits)) private _slotBits;
    mapping(bytes32 observationHash => mapping(uint256 word => uint256 bits)) private _bits;
    mapping(bytes32 slot => bytes32 observationHash) private _final;
    mapping(bytes32 streamHash => Head) private _heads;
    /// @notice The first other observation that a membership attested to in a slot; zero where there is none.
    mapping(bytes32 slot => mapping(uint256 number => bytes32 observationHash)) public equivocation;

    event Proposed(
        bytes32 indexed slot, bytes32 indexed observationHash, address indexed proposer, ObservationHeader header
    );
    event Attested(bytes32 indexed slot, bytes32 indexed observationHash, address indexed witness);
    event Equivocated(bytes32 indexed slot, bytes32 indexed observationHash, address indexed witness);
    event Finalized(bytes32 indexed slot, bytes32 indexed observationHash, bytes32 indexed streamHash, uint64 sequence);

    error NotProposed(bytes32 observationHash);
    error AlreadyProposed(bytes32 observationHash);
    error AlreadyAttested(bytes32 observationHash, address witness);
    error SlotIsFinal(bytes32 slot, bytes32 observationHash);
    /// @notice The first observation of a stream has no parent and the sequence 0; every other has both.
    error NotAChain(bytes32 parentObservationHash, uint64 sequence);
    error FromTheFuture(uint64 observedUnixMs, uint256 latest);
    /// @notice The stream's last final observation is not its parent, and can never be.
    error CannotFollow(bytes32 observationHash, bytes32 last);
    error NotFinalizable(bytes32 observationHash);
    error WrongEpoch(uint64 given, uint64 present);
    error BadSignature();

    constructor(EveryChannelWitnessRegistry registry_, uint64 maxFutureMs_) {
        registry = registry_;
        maxFutureMs = maxFutureMs_;
    }

    /// @notice Proposes an observation.
    function propose(ObservationHeader calldata header) external returns (bytes32 observationHash) {
        observationHash = header.hash();
        if (proposed(observationHash)) revert AlreadyProposed(observationHash);
        _propose(header, observationHash);
    }

    /// @notice Proposes those that are not proposed yet.
    function proposeBatch(ObservationHeader[] calldata headers) external {
        for (uint256 i = 0; i < headers.length; ++i) {
            bytes32 observationHash = headers[i].hash();
            if (!proposed(observationHash)) _propose(headers[i], observationHash);
        }
    }

    /// @notice Signs an observation off, as a witness.
    function attest(ObservationHeader calldata header) external returns (Outcome outcome) {
        bytes32 observationHash = header.hash();
        outcome = _attest(header, observationHash, msg.sender);
        if (outcome == Outcome.Repeated) revert AlreadyAttested(observationHash, msg.sender);
        bytes32 slot = header.slot();
        if (outcome == Outcome.Late) revert SlotIsFinal(slot, _final[slot]);
    }

    /// @notice Signs several off; what came too late or was there already is passed over.
    function attestBatch(ObservationHeader[] calldata headers) external returns (Outcome[] memory outcomes) {
        outcomes = new Outcome[](headers.length);
        for (uint256 i = 0; i < headers.length; ++i) {
            outcomes[i] = _attest(headers[i], headers[i].hash(), msg.sender);
        }
    }

    /// @notice Brings the attestations that witnesses signed (EIP-712) for the present state of the registry.
    function attestBySignatures(ObservationHeader calldata header, uint64 registryEpoch, bytes[] calldata signatures)
        external
        returns (Outcome[] memory outcomes)
    {
        uint64 present = registry.set().epoch;
        if (registryEpoch != present) revert WrongEpoch(registryEpoch, present);
        bytes32 observationHash = header.hash();
        bytes32 digest = attestationDigest(observationHash, registryEpoch);
        outcomes = new Outcome[](signatures.length);
        for (uint256 i = 0; i < signatures.length; ++i) {
            outcomes[i] = _attest(header, observationHash, _signer(digest, signatures[i]));
        }
    }

    /// @notice Makes an observation final that has its quorum, where no attestation is due to do it: its parent
    /// became final after its last attestation, or the quorum was lowered.
    function finalize(ObservationHeader calldata header) external {
        bytes32 observationHash = header.hash();
        bytes32 slot = header.slot();
        if (!proposed(observationHash)) revert NotProposed(observationHash);
        if (_final[slot] != 0) revert SlotIsFinal(slot, _final[slot]);
        if (!_tryFinalize(header, slot, observationHash, registry.set())) revert NotFinalizable(observationHash);
    }

    /// @notice The final observation of a slot; zero while there is none.
    function finalized(bytes32 slot) external view returns (bytes32 observationHash) {
        return _final[slot];
    }

    /// @notice The last final observation of a stream; all zero while there is none.
    function head(bytes32 streamHash) external view returns (Head memory) {
        return _heads[streamHash];
    }

    /// @notice Whether an observation was proposed.
    function proposed(bytes32 observationHash) public view returns (bool) {
        return _bits[observationHash][0] & PROPOSED != 0;
    }

    /// @notice How many present members have attested to an observation.
    function attestations(bytes32 observationHash) external view returns (uint256 count) {
        return _count(observationHash, registry.set().memberships);
    }

    /// @notice Whether a member has attested to an observation in its present membership.
    function hasAttested(bytes32 observationHash, address witness) external view returns (bool) {
        uint256 number = registry.numberOf(witness);
        return _bits[observationHash][number >> 8] & (1 << (number & 0xff)) != 0;
    }

    /// @notice What a witness signs for {attestBySignatures}.
    function attestationDigest(bytes32 observationHash, uint64 registryEpoch) public view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                DOMAIN_TYPEHASH,
                keccak256("EveryChannelObservationLedger"),
                keccak256("1"),
                block.chainid,
                address(this)
            )
        );
        bytes32 message = keccak256(abi.encode(ATTESTATION_TYPEHASH, observationHash, registryEpoch));
        return keccak256(abi.encodePacked(hex"1901", domain, message));
    }

    function _propose(ObservationHeader calldata header, bytes32 observationHash) private {
        if ((header.parentObservationHash == 0) != (header.sequence == 0)) {
            revert NotAChain(header.parentObservationHash, header.sequence);
        }
        uint256 latest = block.timestamp * 1000 + maxFutureMs;
        if (header.observedUnixMs > latest) revert FromTheFuture(header.observedUnixMs, latest);
        bytes32 slot = header.slot();
        _bits[observationHash][0] |= PROPOSED;
        _slotBits[slot][0] |= PROPOSED;
        emit Proposed(slot, observationHash, msg.sender, header);
    }

    function _attest(ObservationHeader calldata header, bytes32 observationHash, address witness)
        private
        returns (Outcome)
    {
        if (!proposed(observationHash)) revert NotProposed(observationHash);
        (uint256 number, EveryChannelWitnessRegistry.Set memory present) = registry.standing(witness);
        bytes32 slot = header.slot();
        uint256 word = number >> 8;
        uint256 bit = 1 << (number & 0xff);
        uint256 bits = _bits[observationHash][word];
        uint256 slotBits = _slotBits[slot][word];
        if (bits & bit != 0) return Outcome.Repeated;
        if (slotBits & bit != 0) {
            if (equivocation[slot][number] == 0) {
                equivocation[slot][number] = observationHash;
                emit Equivocated(slot, observationHash, witness);
            }
            return Outcome.Equivocated;
        }
        if (_final[slot] != 0) return Outcome.Late;
        Head memory last = _heads[header.streamHash];
        if (!_mayFollow(header, last)) revert CannotFollow(observationHash, last.observationHash);
        _bits[observationHash][word] = bits | bit;
        _slotBits[slot][word] = slotBits | bit;
        emit Attested(slot, observationHash, witness);
        _tryFinalize(header, slot, observationHash, present);
        return Outcome.Counted;
    }

    function _tryFinalize(
        ObservationHeader calldata header,
        bytes32 slot,
        bytes32 observationHash,
        EveryChannelWitnessRegistry.Set memory present
    ) private returns (bool) {
        if (_count(observationHash, present.memberships) < present.quorum) return false;
        Head memory last = _heads[header.streamHash];
        if (header.parentObservationHash != last.observationHash || !_mayFollow(header, last)) return false;
        _final[slot] = observationHash;
        _heads[header.streamHash] = Head(observationHash, header.sequence, header.observedUnixMs);
        emit Finalized(slot, observationHash, header.streamHash, header.sequence);
        return true;
    }

    /// Whether an observation is the next one of its stream, or may come after the next one.
    function _mayFollow(ObservationHeader calldata header, Head memory last) private pure returns (bool) {
        uint256 next = last.observationHash == 0 ? 0 : uint256(last.sequence) + 1;
        if (header.observedUnixMs < last.observedUnixMs) return false;
        if (header.sequence == next) return header.parentObservationHash == last.observationHash;
        return header.sequence > next;
    }

    function _count(bytes32 observationHash, uint256 memberships) private view returns (uint256 count) {
        for (uint256 word = 0; word <= memberships >> 8; ++word) {
            uint256 bits = _bits[observationHash][word];
            if (bits != 0) count += _ones(bits & registry.active(word));
        }
    }

    /// Kernighan's way: as many rounds as there are ones.
    function _ones(uint256 bits) private pure returns (uint256 count) {
        for (; bits != 0; ++count) {
            bits &= bits - 1;
        }
    }

    function _signer(bytes32 digest, bytes calldata signature) private pure returns (address signer) {
        if (signature.length != 65) revert BadSignature();
        uint256 s = uint256(bytes32(signature[32:64]));
        if (s > HALF_ORDER) revert BadSignature();
        signer = ecrecover(digest, uint8(signature[64]), bytes32(signature[:32]), bytes32(s));
        if (signer == address(0)) revert BadSignature();
    }
}
