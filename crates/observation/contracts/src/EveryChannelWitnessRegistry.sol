// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Who may attest to observations, and how many of them make one final.
/// @notice Each membership has a number of its own, from 1 on, which is never given again. What is attested is kept by
/// that number, and only the numbers of present members count. So the attestation of a removed witness
/// stops to count for everything that is not final at that moment, also if the witness is added once more,
/// and an added one counts only with what it attests from then on.
contract EveryChannelWitnessRegistry {
    /// @notice A state of the registry.
    /// @param epoch Grows with every change.
    /// @param members How many there are.
    /// @param quorum How many of them make an observation final.
    /// @param memberships How many there ever were; the number of the last one.
    struct Set {
        uint64 epoch;
        uint32 members;
        uint32 quorum;
        uint32 memberships;
    }

    /// @notice Members at one time.
    uint256 public constant MAX_MEMBERS = 256;

    /// @notice Whether half of the members or fewer may be a quorum.
    bool public immutable minorityAllowed;

    address public owner;
    address public pendingOwner;

    Set private _set;
    /// Numbers of memberships, 256 in a word: a bit is set while that membership lasts.
    mapping(uint256 word => uint256 bits) private _active;
    /// The number of a witness' membership; zero of whoever is none.
    mapping(address witness => uint256 number) private _numbers;

    event OwnershipOffered(address indexed owner, address indexed to);
    event OwnershipTaken(address indexed from, address indexed owner);
    event WitnessAdded(address indexed witness, uint256 indexed number, uint64 epoch);
    event WitnessRemoved(address indexed witness, uint256 indexed number, uint64 epoch);
    event QuorumSet(uint256 quorum, uint256 members, uint64 epoch);

    error NotOwner(address caller);
    error NotPendingOwner(address caller);
    error ZeroAddress();
    error AlreadyWitness(address witness);
    error NotWitness(address witness);
    error TooManyWitnesses();
    /// @notice A quorum is more than half of the members unless fewer were allowed, and never more than all.
    error QuorumOutOfBounds(uint256 quorum, uint256 members);

    modifier onlyOwner() {
        if (msg.sender != owner) revert NotOwner(msg.sender);
        _;
    }

    constructor(address owner_, address[] memory witnesses, uint256 quorum, bool allowMinority) {
        if (owner_ == address(0)) revert ZeroAddress();
        owner = owner_;
        minorityAllowed = allowMinority;
        emit OwnershipTaken(address(0), owner_);
        for (uint256 i = 0; i < witnesses.length; ++i) {
            _add(witnesses[i]);
        }
        _setQuorum(quorum);
    }

    /// @notice Offers the registry to another owner, who has to take it. Zero takes an offer back.
    function transferOwnership(address to) external onlyOwner {
        pendingOwner = to;
        emit OwnershipOffered(owner, to);
    }

    /// @notice Takes an offered registry.
    function acceptOwnership() external {
        if (msg.sender != pendingOwner) revert NotPendingOwner(msg.sender);
        emit OwnershipTaken(owner, msg.sender);
        owner = msg.sender;
        pendingOwner = address(0);
    }

    /// @notice Adds a witness, with the quorum that is right from then on.
    function addWitness(address witness, uint256 quorum) external onlyOwner {
        _add(witness);
        _setQuorum(quorum);
    }

    /// @notice Removes a witness, with the quorum that is right from then on.
    function removeWitness(address witness, uint256 quorum) external onlyOwner {
        _remove(witness);
        _setQuorum(quorum);
    }

    /// @notice Puts one witness in the place of another: no state between has fewer members.
    function replaceWitness(address gone, address come) external onlyOwner {
        _remove(gone);
        _add(come);
        _setQuorum(_set.quorum);
    }

    /// @notice Sets how many attestations make an observation final.
    function setQuorum(uint256 quorum) external onlyOwner {
        _setQuorum(quorum);
    }

    /// @notice The present state.
    function set() external view returns (Set memory) {
        return _set;
    }

    /// @notice Whether an address is a member now.
    function isWitness(address witness) external view returns (bool) {
        return _numbers[witness] != 0;
    }

    /// @notice The number of a member's membership.
    function numberOf(address witness) public view returns (uint256 number) {
        number = _numbers[witness];
        if (number == 0) revert NotWitness(witness);
    }

    /// @notice A member's number and the present state, in one call.
    function standing(address witness) external view returns (uint256 number, Set memory now_) {
        return (numberOf(witness), _set);
    }

    /// @notice Which of 256 memberships last: those numbered from `256 * word` on, the lowest bit first.
    function active(uint256 word) external view returns (uint256) {
        return _active[word];
    }

    function _add(address witness) private {
        if (witness == address(0)) revert ZeroAddress();
        if (_numbers[witness] != 0) revert AlreadyWitness(witness);
        Set memory now_ = _set;
        if (now_.members == MAX_MEMBERS) revert TooManyWitnesses();
        uint256 number = uint256(now_.memberships) + 1;
        _numbers[witness] = number;
        _active[number >> 8] |= 1 << (number & 0xff);
        now_.members += 1;
        now_.memberships += 1;
        now_.epoch += 1;
        _set = now_;
        emit WitnessAdded(witness, number, now_.epoch);
    }

    function _remove(address witness) private {
        uint256 number = numberOf(witness);
        delete _numbers[witness];
        _active[number >> 8] &= ~(1 << (number & 0xff));
        Set memory now_ = _set;
        now_.members -= 1;
        now_.epoch += 1;
        _set = now_;
        emit WitnessRemoved(witness, number, now_.epoch);
    }

    function _setQuorum(uint256 quorum) private {
        Set memory now_ = _set;
        uint256 least = minorityAllowed ? 1 : now_.members / 2 + 1;
        if (quorum < least || quorum > now_.members) revert QuorumOutOfBounds(quorum, now_.members);
        // Not more than MAX_MEMBERS.
        // forge-lint: disable-next-line(unsafe-typecast)
        now_.quorum = uint32(quorum);
        now_.epoch += 1;
        _set = now_;
        emit QuorumSet(quorum, now_.members, now_.epoch);
    }
}
