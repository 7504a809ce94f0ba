//! Faults that the users' money hangs on: control of the contracts on L1, false roots and forged withdrawals,
//! transactions that stay out.

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use alloy_primitives::{Address, B256, Bytes, TxKind, U256, address, b256, hex, keccak256};
use alloy_sol_types::{SolCall, SolValue, sol};
use eth_rpc::key::SecretKey;
use eth_rpc::transaction::{Draft, Fees};
use op_chain::contracts::DisputeGameFactory;
use op_status::condition::{Name, State};
use serde_json::{Value, json};

use e2e::devnet::{Result, ensure};
use test_kit::http;

use crate::{
    fault::Fault,
    faults::{NOTHING, command, red},
    warden::LOOK,
    world::World,
};

sol! {
    function pause(string identifier);
    function unpause();
    function transferOwnership(address owner);

    struct Withdrawal {
        uint256 nonce;
        address sender;
        address target;
        uint256 value;
        uint256 gasLimit;
        bytes data;
    }

    struct OutputRootProof {
        bytes32 version;
        bytes32 stateRoot;
        bytes32 messagePasserStorageRoot;
        bytes32 latestBlockhash;
    }

    function proveWithdrawalTransaction(
        Withdrawal withdrawal, uint256 game, OutputRootProof root, bytes[] proof
    );
}

/// Places of the accounts that anvil has.
const OWNER: usize = 0;
const PROPOSER: usize = 2;
const FREE: usize = 9;
/// The last but one of them.
const STRANGER: Address = address!("23618e81E3f5cdF7f54C3d65f7FBc0aBf5B21E8f");
/// Where a proxy has its admin (EIP-1967).
const ADMIN: B256 = b256!("b53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103");
/// For a game to be lost: its clock is 40 s.
const LOST: Duration = Duration::from_mins(3);
/// For a proposal: one comes every 20 s.
const PROPOSED: Duration = Duration::from_mins(1);
/// Of permissioned games.
const GAME_TYPE: u32 = 1;

pub(crate) const PAUSED: Fault = Fault {
    name: "withdrawals paused",
    plant: |world| {
        let contract = getter(world, "superchainConfig()")?;
        send(
            world,
            OWNER,
            contract,
            &pauseCall { identifier: "x".to_owned() }.abi_encode(),
            U256::ZERO,
        )?;
        Ok(Box::new(move |world: &World| {
            send(world, OWNER, contract, &unpauseCall {}.abi_encode(), U256::ZERO)
        }))
    },
    red: &[red(Name::L1Control, "l1", State::Failed, "withdrawals are paused")],
    also: &[(Name::Gates, "*")],
    hold: 75,
    alerts: &["OpStackL1ControlChanged"],
    ..NOTHING
};

pub(crate) const OWNER_CHANGED: Fault = Fault {
    name: "ProxyAdmin's owner changed",
    plant: |world| {
        let portal = portal(world)?;
        let place = json!([portal, ADMIN, "latest"]);
        let word = http::call(&world.l1, "eth_getStorageAt", &place)?;
        let admin = Address::from_word(word.as_str().ok_or("no admin")?.parse()?);
        let call = transferOwnershipCall { owner: STRANGER };
        send(world, OWNER, admin, &call.abi_encode(), U256::ZERO)?;
        // It stays so, and somebody accepts it.
        Ok(Box::new(|world: &World| accept(world, Name::L1Control)))
    },
    red: &[red(
        Name::L1Control,
        "l1",
        State::Failed,
        "owner is 0x23618e81E3f5cdF7f54C3d65f7FBc0aBf5B21E8f",
    )],
    hold: 75,
    alerts: &["OpStackL1ControlChanged"],
    ..NOTHING
};

pub(crate) const FORGED: Fault = Fault {
    name: "a withdrawal forged with a false root",
    plant: |world| {
        forge(world)?;
        Ok(Box::new(|world: &World| {
            // op-challenger wins; what it cost the proposer is known then.
            wait(LOST, "the false root is lost", || {
                let status = world.warden.status()?;
                Ok(status.games.is_some_and(|games| games.lost > 0 && games.disputed == 0))
            })?;
            accept(world, Name::GameDisputed)?;
            accept(world, Name::Bonds)
        }))
    },
    red: &[
        red(Name::GameRoots, "proposer", State::Failed, "is in play"),
        red(Name::Withdrawals, "l1", State::Failed, "is not on L2"),
        red(Name::GameDisputed, "proposer", State::Failed, "disputed"),
        // The proposer is an honest actor, and its claim is invalid.
        red(Name::Bonds, "dispute-mon", State::Failed, "things are wrong"),
    ],
    also: &[
        // It is the proposer's account that made it.
        (Name::Alone, "proposer"),
        (Name::NewestGame, "proposer"),
        (Name::DisputeMon, "dispute-mon"),
        (Name::Balance, "*"),
        (Name::Runway, "*"),
        (Name::Gates, "*"),
    ],
    alerts: &[
        "OpStackFalseRoot",
        "OpStackForgedWithdrawal",
        "OpStackGameDisputed",
        "OpStackBondsWrong",
    ],
    other_alerts: &["OpStackGameLost", "OpStackDisputeMonDisagrees", "OpStackTwoSigners"],
    ..NOTHING
};

pub(crate) const RECOVER_MODE: Fault = Fault {
    name: "the sequencer in recover mode",
    plant: |world| {
        let node = world.endpoint("sequencer-node")?;
        http::call(&node, "admin_setRecoverMode", &json!([true]))?;
        user_sends(world)?;
        Ok(Box::new(move |_: &World| {
            http::call(&node, "admin_setRecoverMode", &json!([false]))?;
            Ok(())
        }))
    },
    red: &[red(Name::Inclusion, "sequencer-node", State::Failed, "blocks went without")],
    hold: 75,
    alerts: &["OpStackNoInclusion"],
    ..NOTHING
};

fn portal(world: &World) -> Result<Address> {
    let portal = world.rollup()?["deposit_contract_address"].clone();
    Ok(serde_json::from_value(portal)?)
}

/// What a getter of the portal answers.
fn getter(world: &World, signature: &str) -> Result<Address> {
    let data = hex::encode_prefixed(&keccak256(signature)[..4]);
    let call = json!([{"to": portal(world)?, "data": data}, "latest"]);
    let answer = http::call(&world.l1, "eth_call", &call)?;
    Ok(Address::from_word(answer.as_str().ok_or("no address")?.parse()?))
}

/// What somebody types who looked at it.
fn accept(world: &World, name: Name) -> Result<()> {
    command(world, &["accept", name.text(), "--why", "a test planted it"])
}

/// Sends a transaction of one of anvil's own accounts on L1, and waits until it has counted.
fn send(world: &World, from: usize, to: Address, data: &[u8], value: U256) -> Result<()> {
    let accounts = http::call(&world.l1, "eth_accounts", &json!([]))?;
    let data = hex::encode_prefixed(data);
    let transaction = json!({"from": accounts[from], "to": to, "data": data, "value": value});
    let hash = http::call(&world.l1, "eth_sendTransaction", &json!([transaction]))?;
    wait(PROPOSED, "the transaction is in a block", || {
        let receipt = http::call(&world.l1, "eth_getTransactionReceipt", &json!([hash]))?;
        let status = receipt["status"].as_str();
        ensure(status != Some("0x0"), || format!("the transaction reverted: {receipt}"))?;
        Ok(status.is_some())
    })
}

fn wait(patience: Duration, what: &str, holds: impl Fn() -> Result<bool>) -> Result<()> {
    let begin = Instant::now();
    while !holds()? {
        ensure(begin.elapsed() < patience, || format!("waited in vain: {what}"))?;
        sleep(LOOK);
    }
    Ok(())
}

/// Claims an output root in which there is a withdrawal that nobody sent, and proves that.
fn forge(world: &World) -> Result<()> {
    let withdrawal = Withdrawal {
        // Version 1 of messages.
        nonce: U256::ONE << 240,
        sender: STRANGER,
        target: STRANGER,
        value: U256::ONE,
        gasLimit: U256::from(100_000),
        data: Bytes::new(),
    };
    let Withdrawal { nonce, sender, target, value, gasLimit, data } = withdrawal.clone();
    let hash = keccak256((nonce, sender, target, value, gasLimit, data).abi_encode_params());
    let leaf = only_leaf(keccak256((hash, B256::ZERO).abi_encode()));
    let proof = OutputRootProof {
        version: B256::ZERO,
        stateRoot: B256::repeat_byte(1),
        messagePasserStorageRoot: keccak256(&leaf),
        latestBlockhash: B256::repeat_byte(2),
    };
    let claim = keccak256(proof.abi_encode());
    let index = create(world, claim)?;
    // A withdrawal is proven in a later block than its game.
    sleep(Duration::from_secs(3));
    let prove = proveWithdrawalTransactionCall {
        withdrawal,
        game: U256::from(index),
        root: proof,
        proof: vec![leaf],
    };
    send(world, FREE, portal(world)?, &prove.abi_encode(), U256::ZERO)
}

/// A trie of one leaf: the place of a storage slot, and the value 1.
fn only_leaf(place: B256) -> Bytes {
    let path = [&[0x20], &keccak256(place)[..]].concat();
    let mut leaf = vec![0xc0 + 1 + 33 + 1, 0x80 + 33];
    leaf.extend(path);
    leaf.push(1);
    leaf.into()
}

/// Makes a game about a safe block with the proposer's account, right after one of op-proposer's own; its index.
fn create(world: &World, claim: B256) -> Result<u64> {
    let games = || -> Result<u64> {
        Ok(world.warden.status()?.games.ok_or("the games are not known")?.count)
    };
    let before = games()?;
    wait(PROPOSED, "op-proposer makes a game", || Ok(games()? > before))?;
    let engine = world.endpoint("sequencer-engine")?;
    let safe = http::call(&engine, "eth_getBlockByNumber", &json!(["safe", false]))?;
    let block: U256 = serde_json::from_value(safe["number"].clone())?;
    let factory =
        serde_json::from_str::<Value>(&std::fs::read_to_string(world.file("op-warden.json"))?)?;
    let factory: Address = serde_json::from_value(factory["chain"]["disputeGameFactory"].clone())?;
    let bond = DisputeGameFactory::initBondsCall { gameType: GAME_TYPE }.abi_encode();
    let bond = json!([{"to": factory, "data": hex::encode_prefixed(bond)}, "latest"]);
    let bond: U256 = serde_json::from_value(http::call(&world.l1, "eth_call", &bond)?)?;
    let index = games()?;
    let call = DisputeGameFactory::createCall {
        gameType: GAME_TYPE,
        rootClaim: claim,
        extraData: block.abi_encode().into(),
    };
    send(world, PROPOSER, factory, &call.abi_encode(), bond)?;
    Ok(index)
}

/// A user's transaction on L2: nothing to itself.
fn user_sends(world: &World) -> Result<()> {
    // The last of anvil's accounts, for whoever uses the chain.
    let key = hex!("2a871d0798f97d79848a013d4936a73bf4cc922c825d33c1cf7073dff6d409c6");
    let key = SecretKey::from_bytes(&key)?;
    let engine = world.endpoint("sequencer-engine")?;
    let account = json!([key.address(), "latest"]);
    let nonce: U256 =
        serde_json::from_value(http::call(&engine, "eth_getTransactionCount", &account)?)?;
    let draft = Draft {
        nonce: nonce.to(),
        to: TxKind::Call(key.address()),
        value: U256::ZERO,
        input: Bytes::new(),
        gas_limit: 21_000,
        fees: Fees { max: 100_000_000_000, priority: 1_000_000_000 },
    };
    let signed = draft.sign(901, &key)?;
    http::call(&engine, "eth_sendRawTransaction", &json!([signed.raw]))?;
    Ok(())
}
