// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Entries, Entry} from "./Entry.sol";
import {Observation, ObservationHeader} from "./Observation.sol";
import {EveryChannelWitnessRegistry} from "./EveryChannelWitnessRegistry.sol";

/// @title Observations that witnesses agree on.
/// @notice Anyone may propose: a proposal costs its sender gas, binds nobody and takes no place from another,
/// while a list of proposers would be one more key to lose. Members of the registry attest, once for each
/// slot. A slot becomes final when a quorum of present members has attested to one of its observations,
/// that one follows the stream's last final one, and is never changed after that. Nobody can pause it.
contract EveryChannelObservationLedger {
    using Entries for Entry;
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
    /// @param observationHash The observation.
    /// @param sequence Its place in the stream.
    /// @param observedUnixMs When it was observed: milliseconds since the Unix epoch.
    struct Head {
        bytes32 observationHash;
        uint64 sequence;
        uint64 observedUnixMs;
    }

    // What else is kept of an observation in the first word of its attestations, where no membership has a bit.
    uint256 private constant PROPOSED = 1;
    uint256 private constant FINAL = 2;
    /// Its slot has another one as well.
    uint256 private constant CONTESTED = 4;
    uint256 private constant MARKS = 7;

    /// @notice `Attestation(bytes32 observationHash,uint64 registryEpoch)`, for EIP-712.
    bytes32 public constant ATTESTATION_TYPEHASH =
        keccak256("Attestation(bytes32 observationHash,uint64 registryEpoch)");
    bytes32 private constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    /// Half of secp256k1's order: a signature with a higher s has a twin.
    uint256 private constant HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;

    /// @notice Who may attest, and how many make an observation final.
    EveryChannelWitnessRegistry public immutable registry;
    /// @notice How far an observation may lie in the future of the block that proposes it, in milliseconds.
    uint64 public immutable maxFutureMs;

    /// Who attested to an observation: a bit for each number of a membership, 256 in a word.
    mapping(bytes32 observationHash => mapping(uint256 word => uint256 bits)) private _bits;
    /// A slot's final observation; while there is none, the first one that was proposed.
    mapping(bytes32 slot => bytes32 observationHash) private _leading;
    /// Who attested in a slot, to whatever observation. Kept from the moment on when it has a second one.
    mapping(bytes32 slot => mapping(uint256 word => uint256 bits)) private _slotBits;
    mapping(bytes32 streamHash => Head) private _heads;
    /// @notice The first other observation that a membership attested to in a slot; zero where there is none.
    mapping(bytes32 slot => mapping(uint256 number => bytes32 observationHash)) public equivocation;

    /// @notice An observation was proposed.
    /// @param slot What it is an observation of.
    /// @param observationHash Its hash.
    /// @param proposer Who proposed it.
    /// @param header The observation.
    event Proposed(
        bytes32 indexed slot, bytes32 indexed observationHash, address indexed proposer, ObservationHeader header
    );
    /// @notice A witness signed an observation off.
    /// @param slot What it is an observation of.
    /// @param observationHash The observation.
    /// @param witness The witness.
    event Attested(bytes32 indexed slot, bytes32 indexed observationHash, address indexed witness);
    /// @notice A witness signed a second observation of a slot off: it does not count.
    /// @param slot The slot.
    /// @param observationHash The second observation.
    /// @param witness The witness.
    event Equivocated(bytes32 indexed slot, bytes32 indexed observationHash, address indexed witness);
    /// @notice An observation became final.
    /// @param slot What it is an observation of.
    /// @param observationHash The observation.
    /// @param streamHash Its stream.
    /// @param sequence Its place in the stream.
    event Finalized(bytes32 indexed slot, bytes32 indexed observationHash, bytes32 indexed streamHash, uint64 sequence);

    /// @notice Nobody proposed it: {propose} comes first.
    /// @param observationHash What was not proposed.
    error NotProposed(bytes32 observationHash);
    /// @notice Somebody proposed it.
    /// @param observationHash What was proposed.
    error AlreadyProposed(bytes32 observationHash);
    /// @notice A witness attests once.
    /// @param observationHash What was attested to.
    /// @param witness Who did.
    error AlreadyAttested(bytes32 observationHash, address witness);
    /// @notice A slot becomes final once.
    /// @param slot The slot.
    /// @param observationHash Its final observation.
    error SlotIsFinal(bytes32 slot, bytes32 observationHash);
    /// @notice The first observation of a stream has no parent and the sequence 0; every other has both.
    /// @param parentObservationHash The parent that was given.
    /// @param sequence The sequence that was given.
    error NotAChain(bytes32 parentObservationHash, uint64 sequence);
    /// @notice An epoch has entries, and their root is not zero.
    error NoData();
    /// @notice It cannot have been observed yet.
    /// @param observedUnixMs When it says that it was.
    /// @param latest The latest time that is taken now.
    error FromTheFuture(uint64 observedUnixMs, uint256 latest);
    /// @notice It has no quorum, or does not follow the stream's last final observation.
    /// @param observationHash The observation.
    error NotFinalizable(bytes32 observationHash);
    /// @notice The signatures are of another state of the registry.
    /// @param given That state.
    /// @param present The present one.
    error WrongEpoch(uint64 given, uint64 present);
    /// @notice Not 65 bytes, a high s, or nobody's.
    error BadSignature();

    /// @notice A ledger for the witnesses of a registry.
    /// @param registry_ The registry.
    /// @param maxFutureMs_ How far an observation may lie in the future, in milliseconds.
    constructor(EveryChannelWitnessRegistry registry_, uint64 maxFutureMs_) {
        registry = registry_;
        maxFutureMs = maxFutureMs_;
    }

    /// @notice Proposes an observation.
    /// @param header The observation.
    /// @return observationHash Its hash.
    function propose(ObservationHeader calldata header) external returns (bytes32 observationHash) {
        observationHash = header.hash();
        if (proposed(observationHash)) revert AlreadyProposed(observationHash);
        _propose(header, observationHash);
    }

    /// @notice Proposes those that are not proposed yet.
    /// @param headers The observations.
    function proposeBatch(ObservationHeader[] calldata headers) external {
        for (uint256 i = 0; i < headers.length; ++i) {
            bytes32 observationHash = headers[i].hash();
            if (!proposed(observationHash)) _propose(headers[i], observationHash);
        }
    }

    /// @notice Signs an observation off, as a witness.
    /// @param header The observation.
    /// @return outcome Whether it counts, or is evidence against the witness.
    function attest(ObservationHeader calldata header) external returns (Outcome outcome) {
        bytes32 observationHash = header.hash();
        (uint256 number, uint256 quorum, uint256 lastNumber) = registry.standing(msg.sender);
        outcome = _attest(header, observationHash, msg.sender, number, quorum, lastNumber);
        if (outcome == Outcome.Repeated) revert AlreadyAttested(observationHash, msg.sender);
        if (outcome == Outcome.Late) {
            bytes32 slot = header.slot();
            revert SlotIsFinal(slot, _leading[slot]);
        }
    }

    /// @notice Signs several off; what came too late or was there already is passed over.
    /// @param headers The observations.
    /// @return outcomes One for each.
    function attestBatch(ObservationHeader[] calldata headers) external returns (Outcome[] memory outcomes) {
        (uint256 number, uint256 quorum, uint256 lastNumber) = registry.standing(msg.sender);
        outcomes = new Outcome[](headers.length);
        for (uint256 i = 0; i < headers.length; ++i) {
            outcomes[i] = _attest(headers[i], headers[i].hash(), msg.sender, number, quorum, lastNumber);
        }
    }

    /// @notice Brings the attestations that witnesses signed (EIP-712) for the present state of the registry.
    /// @param header The observation.
    /// @param registryEpoch The state that they signed for.
    /// @param signatures r, s, v: 65 bytes each.
    /// @return outcomes One for each.
    function attestBySignatures(ObservationHeader calldata header, uint64 registryEpoch, bytes[] calldata signatures)
        external
        returns (Outcome[] memory outcomes)
    {
        uint64 epoch = registry.set().epoch;
        if (registryEpoch != epoch) revert WrongEpoch(registryEpoch, epoch);
        bytes32 observationHash = header.hash();
        bytes32 digest = attestationDigest(observationHash, registryEpoch);
        outcomes = new Outcome[](signatures.length);
        for (uint256 i = 0; i < signatures.length; ++i) {
            address witness = _signer(digest, signatures[i]);
            (uint256 number, uint256 quorum, uint256 lastNumber) = registry.standing(witness);
            outcomes[i] = _attest(header, observationHash, witness, number, quorum, lastNumber);
        }
    }

    /// @notice Makes an observation final that has its quorum, where no attestation is due to do it: its parent
    /// became final after its last attestation, or the quorum was lowered.
    /// @param header The observation.
    function finalize(ObservationHeader calldata header) external {
        bytes32 observationHash = header.hash();
        bytes32 slot = header.slot();
        if (!proposed(observationHash)) revert NotProposed(observationHash);
        if (finalized(slot) != 0) revert SlotIsFinal(slot, _leading[slot]);
        EveryChannelWitnessRegistry.Set memory present = registry.set();
        if (!_tryFinalize(header, slot, observationHash, present.quorum, present.lastNumber)) {
            revert NotFinalizable(observationHash);
        }
    }

    /// @notice The final observation of a slot.
    /// @param slot The slot.
    /// @return observationHash Zero while there is none.
    function finalized(bytes32 slot) public view returns (bytes32 observationHash) {
        observationHash = _leading[slot];
        if (_bits[observationHash][0] & FINAL == 0) return 0;
    }

    /// @notice The last final observation of a stream.
    /// @param streamHash The stream.
    /// @return last All zero while there is none.
    function head(bytes32 streamHash) external view returns (Head memory last) {
        return _heads[streamHash];
    }

    /// @notice Whether an entry of an archive is part of an observation that is final.
    /// @param header The observation.
    /// @param entry The entry.
    /// @param index Its place among the epoch's entries, from zero on.
    /// @param count How many entries the epoch has.
    /// @param path The other nodes of the Merkle tree, from the leaf up.
    /// @return included Whether it is.
    function includes(
        ObservationHeader calldata header,
        Entry calldata entry,
        uint64 index,
        uint64 count,
        bytes32[] calldata path
    ) external view returns (bool included) {
        return _bits[header.hash()][0] & FINAL != 0 && Entries.root(entry.hash(), index, count, path) == header.dataRoot;
    }

    /// @notice Whether an observation was proposed.
    /// @param observationHash The observation.
    /// @return was Whether it was.
    function proposed(bytes32 observationHash) public view returns (bool was) {
        return _bits[observationHash][0] & PROPOSED != 0;
    }

    /// @notice How many present members have attested to an observation.
    /// @param observationHash The observation.
    /// @return count That many.
    function attestations(bytes32 observationHash) external view returns (uint256 count) {
        return _count(observationHash, registry.set().lastNumber);
    }

    /// @notice Whether a member has attested to an observation in its present membership.
    /// @param observationHash The observation.
    /// @param witness The member; reverts for who is none.
    /// @return has Whether it has.
    function hasAttested(bytes32 observationHash, address witness) external view returns (bool has) {
        uint256 number = registry.numberOf(witness);
        return _bits[observationHash][number >> 8] & (1 << (number & 0xff)) != 0;
    }

    /// @notice Whether a member has attested to any observation of a slot in its present membership: to a second
    /// one it must not.
    /// @param slot The slot.
    /// @param witness The member; reverts for who is none.
    /// @return has Whether it has.
    function hasAttestedIn(bytes32 slot, address witness) external view returns (bool has) {
        uint256 number = registry.numberOf(witness);
        mapping(uint256 word => uint256 bits) storage tally = _bits[_leading[slot]];
        if (tally[0] & CONTESTED != 0) tally = _slotBits[slot];
        return tally[number >> 8] & (1 << (number & 0xff)) != 0;
    }

    /// @notice What a witness signs for {attestBySignatures}.
    /// @param observationHash The observation.
    /// @param registryEpoch The present state of the registry.
    /// @return digest The hash to sign.
    function attestationDigest(bytes32 observationHash, uint64 registryEpoch) public view returns (bytes32 digest) {
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
        if (header.dataRoot == 0) revert NoData();
        uint256 latest = block.timestamp * 1000 + maxFutureMs;
        if (header.observedUnixMs > latest) revert FromTheFuture(header.observedUnixMs, latest);
        bytes32 slot = header.slot();
        bytes32 leading = _leading[slot];
        if (leading == 0) {
            _leading[slot] = observationHash;
            _bits[observationHash][0] = PROPOSED;
        } else {
            _bits[observationHash][0] = PROPOSED | CONTESTED;
            if (_bits[leading][0] & CONTESTED == 0) _contest(slot, leading);
        }
        emit Proposed(slot, observationHash, msg.sender, header);
    }

    /// From now on the slot knows who attested in it.
    function _contest(bytes32 slot, bytes32 only) private {
        for (uint256 word = 0; word <= registry.set().lastNumber >> 8; ++word) {
            uint256 bits = _bits[only][word];
            if (bits != 0) _slotBits[slot][word] = bits;
        }
        _bits[only][0] |= CONTESTED;
    }

    function _attest(
        ObservationHeader calldata header,
        bytes32 observationHash,
        address witness,
        uint256 number,
        uint256 quorum,
        uint256 lastNumber
    ) private returns (Outcome) {
        mapping(uint256 word => uint256 bits) storage tally = _bits[observationHash];
        uint256 marks = tally[0];
        if (marks & PROPOSED == 0) revert NotProposed(observationHash);
        uint256 word = number >> 8;
        uint256 bit = 1 << (number & 0xff);
        uint256 bits = word == 0 ? marks : tally[word];
        if (bits & bit != 0) return Outcome.Repeated;
        bytes32 slot = header.slot();
        if (marks & CONTESTED != 0) {
            uint256 slotBits = _slotBits[slot][word];
            if (slotBits & bit != 0) {
                _recordEquivocation(slot, observationHash, witness, number);
                return Outcome.Equivocated;
            }
            if (finalized(slot) != 0) return Outcome.Late;
            _slotBits[slot][word] = slotBits | bit;
        } else if (marks & FINAL != 0) {
            return Outcome.Late;
        }
        tally[word] = bits | bit;
        emit Attested(slot, observationHash, witness);
        _tryFinalize(header, slot, observationHash, quorum, lastNumber);
        return Outcome.Counted;
    }

    function _recordEquivocation(bytes32 slot, bytes32 observationHash, address witness, uint256 number) private {
        if (equivocation[slot][number] != 0) return;
        equivocation[slot][number] = observationHash;
        emit Equivocated(slot, observationHash, witness);
    }

    function _tryFinalize(
        ObservationHeader calldata header,
        bytes32 slot,
        bytes32 observationHash,
        uint256 quorum,
        uint256 lastNumber
    ) private returns (bool) {
        if (!_hasQuorum(observationHash, quorum, lastNumber) || !_isNext(header)) return false;
        if (_leading[slot] != observationHash) _leading[slot] = observationHash;
        _bits[observationHash][0] |= FINAL;
        _heads[header.streamHash] = Head(observationHash, header.sequence, header.observedUnixMs);
        emit Finalized(slot, observationHash, header.streamHash, header.sequence);
        return true;
    }

    /// Whether an observation follows the last final one of its stream.
    function _isNext(ObservationHeader calldata header) private view returns (bool) {
        Head storage last = _heads[header.streamHash];
        bytes32 parent = last.observationHash;
        if (header.parentObservationHash != parent) return false;
        // What has no parent has the sequence 0, since it was proposed.
        if (parent == 0) return true;
        return header.sequence == uint256(last.sequence) + 1 && header.observedUnixMs >= last.observedUnixMs;
    }

    /// Without asking who is present as long as not enough ever attested.
    function _hasQuorum(bytes32 observationHash, uint256 quorum, uint256 lastNumber) private view returns (bool) {
        mapping(uint256 word => uint256 bits) storage tally = _bits[observationHash];
        uint256 attested = _ones(tally[0] & ~MARKS);
        for (uint256 word = 1; word <= lastNumber >> 8; ++word) {
            attested += _ones(tally[word]);
        }
        return attested >= quorum && _count(observationHash, lastNumber) >= quorum;
    }

    function _count(bytes32 observationHash, uint256 lastNumber) private view returns (uint256 count) {
        for (uint256 word = 0; word <= lastNumber >> 8; ++word) {
            // No membership has the number of a mark.
            uint256 bits = _bits[observationHash][word];
            if (bits != 0) count += _ones(bits & registry.active(word));
        }
    }

    /// Kernighan's way: as many rounds as there are ones.
    function _ones(uint256 bits) private pure returns (uint256 count) {
        unchecked {
            for (; bits != 0; ++count) {
                bits &= bits - 1;
            }
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
