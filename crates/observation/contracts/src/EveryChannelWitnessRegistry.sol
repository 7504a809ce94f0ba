// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Who may attest to observations, and how many of them make one final.
/// @notice Each membership has a number of its own, from {FIRST_NUMBER} on, which is never given again. What is
/// attested is kept by that number, and only the numbers of present members count. So the attestation of a
/// removed witness stops to count for everything that is not final at that moment, also if the witness is added
/// once more, and an added one counts only with what it attests from then on.
contract EveryChannelWitnessRegistry {
    /// @notice A state of the registry.
    /// @param epoch Grows with every change.
    /// @param members How many there are.
    /// @param quorum How many of them make an observation final.
    /// @param lastNumber The number of the last membership that began.
    struct Set {
        uint64 epoch;
        uint32 members;
        uint32 quorum;
        uint32 lastNumber;
    }

    /// @notice Members at one time.
    uint256 public constant MAX_MEMBERS = 256;
    /// @notice The number of the first membership. Those below are free for what else a ledger keeps in a word.
    uint32 public constant FIRST_NUMBER = 8;

    /// @notice How long after it was due an announced change may be made.
    uint256 public constant CHANGE_WINDOW = 14 days;

    /// @notice Whether half of the members or fewer may be a quorum.
    bool public immutable minorityAllowed;
    /// @notice Seconds from the announcement of a change to the change: in that time everybody sees what comes.
    /// Zero where changes need no announcement.
    uint64 public immutable changeDelay;

    /// @notice Who changes the members.
    address public owner;
    /// @notice To whom the registry is offered; zero while it is offered to nobody.
    address public pendingOwner;

    /// @notice From when on an announced change may be made, by the hash of the call that makes it.
    mapping(bytes32 changeHash => uint256 time) public due;

    Set private _set;
    /// Numbers of memberships, 256 in a word: a bit is set while that membership lasts.
    mapping(uint256 word => uint256 bits) private _active;
    /// The number of a witness' membership; zero of whoever is none.
    mapping(address witness => uint256 number) private _numbers;

    /// @notice The owner offered the registry.
    /// @param owner Who is the owner still.
    /// @param to Who may take it; zero takes an earlier offer back.
    event OwnershipOffered(address indexed owner, address indexed to);
    /// @notice The registry has another owner.
    /// @param from The owner before; zero at deployment.
    /// @param owner The owner now.
    event OwnershipTaken(address indexed from, address indexed owner);
    /// @notice The owner will change the members or the quorum.
    /// @param changeHash The hash of the call that will do it.
    /// @param change That call.
    /// @param due From when on it may be made, for {CHANGE_WINDOW}.
    event ChangeAnnounced(bytes32 indexed changeHash, bytes change, uint256 due);
    /// @notice A membership began.
    /// @param witness Whose.
    /// @param number Its number.
    /// @param epoch The registry's state from then on.
    event WitnessAdded(address indexed witness, uint256 indexed number, uint64 epoch);
    /// @notice A membership ended.
    /// @param witness Whose.
    /// @param number Its number.
    /// @param epoch The registry's state from then on.
    event WitnessRemoved(address indexed witness, uint256 indexed number, uint64 epoch);
    /// @notice A quorum was set, also to what it was.
    /// @param quorum How many members make an observation final.
    /// @param members How many there are.
    /// @param epoch The registry's state from then on.
    event QuorumSet(uint256 quorum, uint256 members, uint64 epoch);

    /// @notice Only the owner may do that.
    /// @param caller Who tried to.
    error NotOwner(address caller);
    /// @notice The registry was not offered to the caller.
    /// @param caller Who tried to take it.
    error NotPendingOwner(address caller);
    /// @notice A change comes after its announcement, and not too long after it.
    /// @param changeHash The hash of the call.
    /// @param due From when on it may be made; zero of what was not announced.
    error NotDue(bytes32 changeHash, uint256 due);
    /// @notice Zero is nobody's address.
    error ZeroAddress();
    /// @notice Nobody is a member twice.
    /// @param witness Who is a member already.
    error AlreadyWitness(address witness);
    /// @notice Not a member now.
    /// @param witness Who is none.
    error NotWitness(address witness);
    /// @notice There are {MAX_MEMBERS} already.
    error TooManyWitnesses();
    /// @notice A quorum is more than half of the members unless fewer were allowed, and never more than all.
    /// @param quorum What was asked for.
    /// @param members How many there would be.
    error QuorumOutOfBounds(uint256 quorum, uint256 members);

    modifier onlyOwner() {
        if (msg.sender != owner) revert NotOwner(msg.sender);
        _;
    }

    /// An announcement is good for one change.
    modifier announced() {
        if (changeDelay != 0) {
            bytes32 changeHash = keccak256(msg.data);
            uint256 from = due[changeHash];
            if (from == 0 || block.timestamp < from || block.timestamp > from + CHANGE_WINDOW) {
                revert NotDue(changeHash, from);
            }
            delete due[changeHash];
        }
        _;
    }

    /// @notice Begins with those members.
    /// @param owner_ Who changes them from then on.
    /// @param witnesses The members.
    /// @param quorum How many of them make an observation final.
    /// @param allowMinority Whether a quorum may ever be half of the members or fewer.
    /// @param changeDelay_ Seconds from the announcement of a change to the change.
    constructor(
        address owner_,
        address[] memory witnesses,
        uint256 quorum,
        bool allowMinority,
        uint64 changeDelay_
    ) {
        if (owner_ == address(0)) revert ZeroAddress();
        owner = owner_;
        minorityAllowed = allowMinority;
        changeDelay = changeDelay_;
        _set.lastNumber = FIRST_NUMBER - 1;
        emit OwnershipTaken(address(0), owner_);
        for (uint256 i = 0; i < witnesses.length; ++i) {
            _add(witnesses[i]);
        }
        _setQuorum(quorum);
    }

    /// @notice Offers the registry to another owner, who has to take it. Zero takes an offer back.
    /// @param to To whom.
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

    /// @notice Announces a change, which may be made {changeDelay} seconds later.
    /// @param change The call that will make it: {addWitness}, {removeWitness}, {replaceWitness} or {setQuorum} with
    /// its arguments.
    function announce(bytes calldata change) external onlyOwner {
        bytes32 changeHash = keccak256(change);
        uint256 from = block.timestamp + changeDelay;
        due[changeHash] = from;
        emit ChangeAnnounced(changeHash, change, from);
    }

    /// @notice Adds a witness.
    /// @param witness Who is no member yet.
    /// @param quorum How many members make an observation final from then on.
    function addWitness(address witness, uint256 quorum) external onlyOwner announced {
        _add(witness);
        _setQuorum(quorum);
    }

    /// @notice Removes a witness.
    /// @param witness Who is a member.
    /// @param quorum How many members make an observation final from then on.
    function removeWitness(address witness, uint256 quorum) external onlyOwner announced {
        _remove(witness);
        _setQuorum(quorum);
    }

    /// @notice Puts one witness in the place of another: no state between has fewer members.
    /// @param gone Who is a member.
    /// @param come Who is none yet.
    function replaceWitness(address gone, address come) external onlyOwner announced {
        _remove(gone);
        _add(come);
        _setQuorum(_set.quorum);
    }

    /// @notice Sets how many attestations make an observation final.
    /// @param quorum That many.
    function setQuorum(uint256 quorum) external onlyOwner announced {
        _setQuorum(quorum);
    }

    /// @notice The present state.
    /// @return now_ Members, quorum, epoch.
    function set() external view returns (Set memory now_) {
        return _set;
    }

    /// @notice Whether an address is a member now.
    /// @param witness The address.
    /// @return member Whether it is.
    function isWitness(address witness) external view returns (bool member) {
        return _numbers[witness] != 0;
    }

    /// @notice The number of a member's membership.
    /// @param witness The member; reverts for who is none.
    /// @return number The number.
    function numberOf(address witness) public view returns (uint256 number) {
        number = _numbers[witness];
        if (number == 0) revert NotWitness(witness);
    }

    /// @notice A member's number and the present state, in one call.
    /// @param witness The member; reverts for who is none.
    /// @return number The number.
    /// @return quorum How many members make an observation final.
    /// @return lastNumber The number of the last membership that began.
    function standing(address witness) external view returns (uint256 number, uint256 quorum, uint256 lastNumber) {
        return (numberOf(witness), _set.quorum, _set.lastNumber);
    }

    /// @notice Which of 256 memberships last: those numbered from `256 * word` on, the lowest bit first.
    /// @param word Which 256.
    /// @return bits One is set for each that lasts.
    function active(uint256 word) external view returns (uint256 bits) {
        return _active[word];
    }

    function _add(address witness) private {
        if (witness == address(0)) revert ZeroAddress();
        if (_numbers[witness] != 0) revert AlreadyWitness(witness);
        Set memory now_ = _set;
        if (now_.members == MAX_MEMBERS) revert TooManyWitnesses();
        uint256 number = uint256(now_.lastNumber) + 1;
        _numbers[witness] = number;
        _active[number >> 8] |= 1 << (number & 0xff);
        now_.members += 1;
        now_.lastNumber += 1;
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
