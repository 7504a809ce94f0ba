//! Every fault.

use alloy_primitives::{Address, address};
use alloy_sol_types::{SolCall, sol};
use op_status::condition::{Name, State};
use serde_json::{Value, json};

use e2e::devnet::{Result, ensure};
use test_kit::http;

use crate::{
    fault::{Fault, Mend, Red},
    rogue, twin,
    world::World,
};

sol! {
    function setUnsafeBlockSigner(address signer);
    function setBatcherHash(bytes32 hash);
}

/// Has no role: the last but one of anvil's accounts.
const STRANGER: Address = address!("23618e81E3f5cdF7f54C3d65f7FBc0aBf5B21E8f");

pub(crate) const fn red(
    name: Name,
    subject: &'static str,
    state: State,
    found: &'static str,
) -> Red {
    Red { name, subject, state, found }
}

/// A process that stands still until the fault is mended.
fn frozen(world: &World, service: &str) -> Result<Mend> {
    let frozen = world.freeze(service)?;
    Ok(Box::new(move |_: &World| {
        drop(frozen);
        Ok(())
    }))
}

fn down(value: f64) -> bool {
    value == 0.0
}

fn up(value: f64) -> bool {
    value > 0.0
}

/// What a fault says nothing of.
pub(crate) const NOTHING: Fault = Fault {
    name: "",
    plant: |_| Err("nothing is planted".into()),
    red: &[],
    metrics: &[],
    also: &[],
    look: None,
    lasts: &[],
    hold: 0,
    alerts: &[],
    other_alerts: &[],
};

pub(crate) const BATCHER_FROZEN: Fault = Fault {
    name: "batcher frozen",
    plant: |world| frozen(world, "batcher"),
    red: &[
        red(Name::Service, "batcher", State::Failed, "no answer"),
        red(Name::SafeHead, "batcher", State::Failed, "ago"),
    ],
    metrics: &[
        ("op_warden_service_up{service=\"batcher\"}", down),
        ("op_warden_head_stalled_seconds{node=\"sequencer-node\",head=\"safe\"}", |s| s > 30.0),
    ],
    also: &[
        // Unsafe blocks pile up, its account sends nothing.
        (Name::SafeLag, "batcher"),
        (Name::BatcherProgress, "batcher"),
        // Nothing new becomes final, nothing new can be claimed.
        (Name::FinalizedHead, "sequencer-node"),
        (Name::NewestGame, "proposer"),
    ],
    hold: 130,
    alerts: &["OpStackServiceDown", "OpStackSafeHeadStalled"],
    other_alerts: &["OpStackFinalizedHeadStalled"],
    ..NOTHING
};

pub(crate) const SEQUENCER_FROZEN: Fault = Fault {
    name: "sequencer's op-node frozen",
    plant: |world| frozen(world, "sequencer-node"),
    red: &[
        red(Name::UnsafeHead, "sequencer-node", State::Failed, "ago"),
        red(Name::Service, "sequencer-node", State::Failed, "no answer"),
        red(Name::SequencerActive, "sequencer-node", State::Unknown, "cannot be read"),
    ],
    metrics: &[
        ("op_warden_service_up{service=\"sequencer-node\"}", down),
        ("op_warden_head_stalled_seconds{node=\"sequencer-node\",head=\"unsafe\"}", |s| s > 10.0),
    ],
    also: &[
        // Its op-node reports no peers and no safe head, and the followers' lose it.
        (Name::Peers, "*"),
        (Name::SequencingWindow, "batcher"),
        // Nothing is derived.
        (Name::SafeHead, "batcher"),
        (Name::BatcherProgress, "batcher"),
        (Name::NewestGame, "proposer"),
        (Name::FinalizedHead, "sequencer-node"),
        // The challenger resolves nothing without its op-node, and op-dispute-mon judges nothing.
        (Name::GameUnresolved, "challenger"),
        (Name::DisputeMon, "dispute-mon"),
        // It makes up for the blocks that it missed faster than batches come.
        (Name::SafeLag, "batcher"),
        // Whoever asks its op-node could not start now.
        (Name::Gates, "*"),
        // Nobody counts its resets, and nobody knows its view of L1.
        (Name::Derivation, "sequencer-node"),
        (Name::L1Origin, "*"),
        (Name::DerivationLag, "*"),
    ],
    hold: 130,
    alerts: &["OpStackServiceDown", "OpStackUnsafeHeadStalled"],
    other_alerts: &["OpStackSafeHeadStalled", "OpStackFinalizedHeadStalled", "OpStackGateRefused"],
    ..NOTHING
};

pub(crate) const SEQUENCER_KILLED: Fault = Fault {
    name: "sequencer's op-node killed once",
    plant: |world| {
        let before = restarts(world)?;
        world.kill_sequencer()?;
        wait_restarts(world, before + 1)?;
        Ok(Box::new(|_: &World| Ok(())))
    },
    also: &[
        // It is away for some seconds.
        (Name::Service, "sequencer-node"),
        (Name::SequencerActive, "sequencer-node"),
        (Name::Peers, "sequencer-node"),
        (Name::UnsafeHead, "sequencer-node"),
        (Name::SequencingWindow, "batcher"),
        (Name::Derivation, "sequencer-node"),
        (Name::L1Origin, "*"),
        (Name::DerivationLag, "*"),
        // It derives again from where it was safe for certain.
        (Name::SafeHead, "batcher"),
        (Name::SafeLag, "batcher"),
        (Name::Gates, "*"),
        // The followers' op-nodes look for it again after half a minute; until then they follow L1.
        (Name::Peers, "*"),
        (Name::FollowerUnsafe, "*"),
        (Name::FollowerSafe, "*"),
    ],
    hold: 0,
    ..NOTHING
};

pub(crate) const SEQUENCER_FLAPPING: Fault = Fault {
    name: "sequencer's op-node killed three times",
    plant: |world| {
        for _ in 0..3 {
            let before = restarts(world)?;
            world.kill_sequencer()?;
            wait_restarts(world, before + 1)?;
        }
        Ok(Box::new(|_: &World| Ok(())))
    },
    red: &[red(Name::Restarts, "sequencer-node", State::Failed, "restarts recently")],
    also: SEQUENCER_KILLED.also,
    lasts: &[(Name::Restarts, "sequencer-node")],
    hold: 0,
    alerts: &["OpStackServiceFlapping"],
    ..NOTHING
};

fn restarts(world: &World) -> Result<u64> {
    let status = world.warden.status()?;
    Ok(status.services.get("sequencer-node").ok_or("no sequencer-node")?.restarts)
}

fn wait_restarts(world: &World, restarts: u64) -> Result<()> {
    let sample = "op_warden_service_restarts_total{service=\"sequencer-node\"}";
    world.wait("the restart is counted", |world| {
        #[expect(clippy::cast_precision_loss, reason = "few restarts")]
        let restarts = restarts as f64;
        Ok(world.warden.metric(sample)? == Some(restarts))
    })
}

pub(crate) const FOLLOWER_ENGINE_FROZEN: Fault = Fault {
    name: "a follower's engine frozen",
    plant: |world| frozen(world, "follower-2-engine"),
    red: &[
        red(Name::FollowerUnsafe, "follower-2-node", State::Unknown, "unknown"),
        red(Name::FollowerSafe, "follower-2-node", State::Unknown, "unknown"),
        red(Name::Service, "follower-2-engine", State::Failed, "no answer"),
    ],
    metrics: &[
        ("op_warden_node_up{node=\"follower-2-node\"}", down),
        (
            "op_warden_follower_verdict{node=\"follower-2-node\",head=\"unsafe\",verdict=\"unknown\"}",
            up,
        ),
        (
            "op_warden_follower_verdict{node=\"follower-1-node\",head=\"unsafe\",verdict=\"unknown\"}",
            down,
        ),
    ],
    also: &[
        // Its peers cannot be counted, and its op-node derives nothing without it.
        (Name::Peers, "follower-2-engine"),
        (Name::DerivationLag, "follower-2-node"),
        // It could not start now.
        (Name::Gates, "follower-2-engine"),
        (Name::Gates, "follower-2-node"),
    ],
    hold: 20,
    ..NOTHING
};

pub(crate) const NOT_DERIVED: Fault = Fault {
    name: "a follower derives nothing",
    red: &[red(Name::DerivationLag, "follower-2-node", State::Failed, "L1 blocks not derived")],
    also: &[
        (Name::FollowerUnsafe, "follower-2-node"),
        (Name::FollowerSafe, "follower-2-node"),
        (Name::Service, "follower-2-engine"),
        (Name::Peers, "follower-2-engine"),
        (Name::Gates, "follower-2-engine"),
        (Name::Gates, "follower-2-node"),
    ],
    metrics: &[],
    hold: 320,
    alerts: &["OpStackDerivationLags"],
    other_alerts: &["OpStackServiceDown", "OpStackFollowerUnknown", "OpStackConditionUnknown"],
    ..FOLLOWER_ENGINE_FROZEN
};

pub(crate) const FOLLOWER_DIVERGES: Fault = Fault {
    name: "a follower takes another signer's blocks",
    plant: rogue::plant,
    red: &[
        red(Name::FollowerUnsafe, "follower-3-node", State::Failed, "the sequencer's is"),
        // A follower takes only what is signed with the sequencer's key.
        red(Name::Alone, "sequencer-node", State::Failed, "on follower-3-node"),
        // Its own op-node stands still.
        red(Name::Service, "follower-3-node", State::Failed, "no answer"),
    ],
    metrics: &[
        (
            "op_warden_follower_verdict{node=\"follower-3-node\",head=\"unsafe\",verdict=\"diverged\"}",
            up,
        ),
        (
            "op_warden_follower_diverging_block_number{node=\"follower-3-node\",head=\"unsafe\"}",
            |n| n > 0.0,
        ),
    ],
    also: &[
        (Name::Peers, "follower-3-node"),
        (Name::L1Origin, "follower-3-node"),
        (Name::DerivationLag, "follower-3-node"),
        (Name::Gates, "follower-3-node"),
        (Name::Gates, "follower-3-engine"),
        // It derives nothing meanwhile.
        (Name::FollowerSafe, "follower-3-node"),
    ],
    look: Some(rogue::look),
    hold: 75,
    alerts: &["OpStackFollowerDiverged"],
    ..NOTHING
};

pub(crate) const BATCHER_TWICE: Fault = Fault {
    name: "a second batcher with the key",
    plant: |world| twin::plant(world, "batcher"),
    red: &[red(Name::Alone, "batcher", State::Failed, "others send with its key")],
    also: &[
        // They take each other's nonces.
        (Name::BatcherProgress, "batcher"),
        (Name::SafeHead, "batcher"),
        (Name::SafeLag, "batcher"),
        (Name::FinalizedHead, "sequencer-node"),
        (Name::NewestGame, "proposer"),
    ],
    hold: 75,
    alerts: &["OpStackTwoSigners"],
    ..NOTHING
};

pub(crate) const SIGNER_ROTATED: Fault = Fault {
    name: "unsafe block signer rotated",
    plant: |world| {
        let rollup = world.rollup()?;
        let contract = rollup["l1_system_config_address"].clone();
        let signer = read(world, &contract, "unsafeBlockSigner()")?;
        let signer = Address::from_word(signer.as_str().ok_or("no signer")?.parse()?);
        world.configure(&setUnsafeBlockSignerCall { signer: STRANGER }.abi_encode())?;
        Ok(Box::new(move |world: &World| {
            world.configure(&setUnsafeBlockSignerCall { signer }.abi_encode())
        }))
    },
    red: &[
        red(
            Name::Role,
            "sequencer-node",
            State::Failed,
            "0x23618e81E3f5cdF7f54C3d65f7FBc0aBf5B21E8f",
        ),
        red(Name::Gates, "sequencer-node", State::Failed, "refuse (sequencer-key)"),
    ],
    metrics: &[("op_warden_gates{service=\"sequencer-node\",answer=\"refuse\"}", |n| n > 0.0)],
    hold: 130,
    alerts: &["OpStackRoleRotated", "OpStackGateRefused"],
    ..NOTHING
};

pub(crate) const BATCHER_ROTATED: Fault = Fault {
    name: "batcher rotated",
    plant: |world| {
        let rollup = world.rollup()?;
        let contract = rollup["l1_system_config_address"].clone();
        let hash = read(world, &contract, "batcherHash()")?;
        let hash = hash.as_str().ok_or("no batcher")?.parse()?;
        let stranger = setBatcherHashCall { hash: STRANGER.into_word() };
        world.configure(&stranger.abi_encode())?;
        Ok(Box::new(move |world: &World| {
            world.configure(&setBatcherHashCall { hash }.abi_encode())
        }))
    },
    red: &[
        red(Name::Role, "batcher", State::Failed, "0x23618e81E3f5cdF7f54C3d65f7FBc0aBf5B21E8f"),
        red(Name::Gates, "batcher", State::Failed, "refuse (batcher-key)"),
    ],
    metrics: &[("op_warden_gates{service=\"batcher\",answer=\"refuse\"}", |n| n > 0.0)],
    also: &[
        // What it sends does not count, so nothing becomes safe.
        (Name::SafeHead, "batcher"),
        (Name::SafeLag, "batcher"),
        (Name::BatcherProgress, "batcher"),
        (Name::FinalizedHead, "sequencer-node"),
        (Name::NewestGame, "proposer"),
    ],
    hold: 130,
    alerts: &["OpStackRoleRotated", "OpStackGateRefused", "OpStackSafeHeadStalled"],
    other_alerts: &["OpStackFinalizedHeadStalled"],
    ..NOTHING
};

pub(crate) const BATCHER_DRAINED: Fault = Fault {
    name: "batcher's account drained",
    plant: |world| {
        let status = world.warden.status()?;
        let account = status.accounts.get("batcher").ok_or("no account of the batcher")?;
        let batcher = json!(account.address);
        let balance = http::call(&world.l1, "eth_getBalance", &json!([batcher, "latest"]))?;
        let set = move |world: &World, balance: &Value| -> Result<()> {
            http::call(&world.l1, "anvil_setBalance", &json!([batcher, balance]))?;
            Ok(())
        };
        set(world, &json!("0x3e8"))?;
        Ok(Box::new(move |world: &World| set(world, &balance)))
    },
    red: &[
        red(Name::Balance, "batcher", State::Failed, "under 0.000001 ETH"),
        red(Name::Gates, "batcher", State::Unknown, "funding"),
    ],
    metrics: &[("op_warden_account_balance_ether{service=\"batcher\"}", |ether| ether < 0.001)],
    also: &[
        (Name::Runway, "batcher"),
        // It cannot pay, so nothing becomes safe.
        (Name::SafeHead, "batcher"),
        (Name::SafeLag, "batcher"),
        (Name::BatcherProgress, "batcher"),
        (Name::FinalizedHead, "sequencer-node"),
        (Name::NewestGame, "proposer"),
    ],
    hold: 70,
    alerts: &["OpStackSafeHeadStalled"],
    other_alerts: &["OpStackFinalizedHeadStalled"],
    ..NOTHING
};

pub(crate) const L1_FROZEN: Fault = Fault {
    name: "L1 frozen",
    plant: |world| frozen(world, "l1"),
    red: &[red(Name::L1, "l1", State::Failed, "cannot be read")],
    metrics: &[("op_warden_l1_up", down)],
    also: &[
        // They are on L1.
        (Name::Balance, "*"),
        (Name::Role, "*"),
        // Every gate that asks it waits.
        (Name::Gates, "*"),
        // No block without an L1 origin that goes on, and none becomes safe.
        (Name::UnsafeHead, "sequencer-node"),
        (Name::SafeHead, "batcher"),
        (Name::SafeLag, "batcher"),
        (Name::BatcherProgress, "batcher"),
        (Name::FinalizedHead, "sequencer-node"),
        (Name::NewestGame, "proposer"),
        (Name::GameType, "proposer"),
        (Name::GameDisputed, "proposer"),
        (Name::GameUnresolved, "challenger"),
        (Name::DisputeMon, "dispute-mon"),
        (Name::GameRoots, "proposer"),
        (Name::Withdrawals, "l1"),
        (Name::L1Control, "l1"),
        (Name::Reorg, "l1"),
        (Name::L1Origin, "*"),
        (Name::DerivationLag, "*"),
        (Name::Watchers, "*"),
        (Name::Runway, "*"),
    ],
    hold: 30,
    other_alerts: &["OpStackUnsafeHeadStalled", "OpStackSafeHeadStalled"],
    ..NOTHING
};

pub(crate) const PROPOSER_FROZEN: Fault = Fault {
    name: "proposer frozen",
    plant: |world| frozen(world, "proposer"),
    red: &[
        red(Name::Service, "proposer", State::Failed, "no answer"),
        red(Name::NewestGame, "proposer", State::Failed, "the newest"),
    ],
    metrics: &[("op_warden_service_up{service=\"proposer\"}", down)],
    hold: 10,
    ..NOTHING
};

pub(crate) const MAINTENANCE: Fault = Fault {
    name: "maintenance announced",
    plant: |world| {
        maintain(world, &["--for", "10m"])?;
        Ok(Box::new(|world: &World| {
            maintain(world, &["--end"])?;
            world.wait("maintenance is over", |world| {
                Ok(world.warden.metric("op_warden_maintenance")? == Some(0.0))
            })
        }))
    },
    metrics: &[("op_warden_maintenance", up)],
    hold: 5,
    ..NOTHING
};

fn maintain(world: &World, args: &[&str]) -> Result<()> {
    command(world, &[&["maintenance"], args].concat())
}

/// A command of the program that serves.
pub(crate) fn command(world: &World, args: &[&str]) -> Result<()> {
    let program = format!("/proc/{}/exe", world.pid("op-warden")?);
    let mut command = std::process::Command::new(program);
    command.args(args).arg("--config").arg(world.file("op-warden.json"));
    let run = test_kit::Run::of(&mut command);
    ensure(run.code == Some(0), || run.to_string())
}

fn read(world: &World, contract: &Value, signature: &str) -> Result<Value> {
    let selector = &alloy_primitives::keccak256(signature)[..4];
    let data = alloy_primitives::hex::encode_prefixed(selector);
    Ok(http::call(&world.l1, "eth_call", &json!([{"to": contract, "data": data}, "latest"]))?)
}
