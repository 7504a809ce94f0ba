//! Releases of the official programs.

use serde_json::json;

use crate::{
    case::Case,
    l1::OF_STATE,
    verdict::Verdict::{Pass, Refuse, Wait, Warn},
};

pub(super) fn releases(cases: &mut Vec<Case>) {
    let image = |component: &str, tag: &str| format!("registry.example/{component}:{tag}");
    let hash = json!(format!("0x{}", "2b".repeat(32)));
    // Fields of the newest header, in the order of the forks.
    let fields = [("requestsHash", 1), ("blockAccessListHash", 2)];
    // The other name of the last one: a header has either.
    let besu = ("balHash", 3);
    for (component, tag, forks, verdict) in [
        ("op-node", "v1.20.1", 2, Pass),
        ("op-node", "v1.19.11", 2, Pass),
        // It can follow L1, and has a hole.
        ("op-node", "v1.19.5", 2, Warn),
        ("op-node", "v1.19.4", 2, Refuse),
        ("op-node", "v1.19.4", 3, Refuse),
        ("op-node", "v1.19.5-rc.1", 2, Refuse),
        ("op-node", "v1.19.4", 1, Warn),
        ("op-node", "v1.11.1", 1, Refuse),
        ("op-node", "v1.16.2", 0, Warn),
        ("op-batcher", "v1.16.13", 2, Refuse),
        ("op-batcher", "v1.17.0", 2, Pass),
        ("op-proposer", "v1.9.0", 2, Refuse),
        ("op-challenger", "v1.9.5", 2, Pass),
        ("op-dispute-mon", "v1.0.0", 2, Pass),
        ("op-reth", "v2.8.2", 2, Pass),
        ("op-reth", "v2.6.0", 2, Warn),
        ("op-geth", "v1.101702.2", 2, Pass),
        ("op-node", "latest", 2, Warn),
        ("op-node", "0a1b2c3d", 0, Warn),
        ("op-node", "", 0, Warn),
    ] {
        let name = format!("{component} {tag} on an L1 with {forks} forks");
        cases.push(Case::new(name, &[("release", verdict)], |world| {
            for (field, _) in fields.iter().filter(|(_, fork)| *fork <= forks) {
                world.l1.edit("latest", field, hash.clone());
            }
            if forks == besu.1 {
                world.l1.edit("latest", besu.0, hash.clone());
                world.l1.edit("latest", "blockAccessListHash", json!(null));
            }
            world.service("release")["image"]["reference"] = json!(image(component, tag));
            world.service("release")["command"] = json!({"component": component});
        }));
    }
    // The header does not tell of Amsterdam, but Sepolia's history does.
    cases.push(Case::new("op-node v1.19.4 on Sepolia", &[("release", Refuse)], |world| {
        world.settle_on(11_155_111);
        world.service("release")["image"]["reference"] = json!(image("op-node", "v1.19.4"));
    }));
    cases.push(Case::new(
        "an access list that is no hash",
        &[
            &["l1-head", "clock", "release", "proposal-cadence"].map(|gate| (gate, Refuse))[..],
            &OF_STATE.map(|gate| (gate, Wait)),
        ]
        .concat(),
        |world| {
            world.l1.edit("latest", "blockAccessListHash", json!("0x"));
        },
    ));
    for (component, tag, flag, verdict) in [
        ("op-node", "v1.20.1", "--sequencer.max-safe-lag=0", Refuse),
        ("op-node", "v1.20.0", "--sequencer.max-safe-lag=0", Pass),
        ("op-node", "v1.20.1", "--sequencer.max-safe-lag.not", Pass),
        ("op-proposer", "v1.16.4", "--supernode-rpcs", Refuse),
        ("op-proposer", "v1.16.4", "--superroot-rpcs", Pass),
        ("op-challenger", "v1.9.5", "--supernode-rpc", Refuse),
        ("op-reth", "v2.8.1", "--minimal", Refuse),
        ("op-node", "v1.20.0", "--p2p.sync.req-resp=false", Warn),
        ("op-node", "v1.19.11", "--p2p.sync.req-resp=false", Pass),
        ("op-reth", "v2.8.0", "--txpool.max-batch-size=0", Refuse),
        ("op-reth", "v2.8.0", "--txpool.max-batch-size=1", Pass),
        ("op-reth", "v2.6.1", "--txpool.max-batch-size=0", Pass),
        ("op-reth", "v2.8.0", "--engine.disable-bal-batch-io", Refuse),
        ("op-reth", "v2.9.0", "--rpc.proof-permits=0", Refuse),
        ("op-reth", "v2.6.1", "import-op", Refuse),
        // A build of the release.
        ("op-node", "v1.20.1-amd64", "--sequencer.max-safe-lag=0", Refuse),
        ("op-node", "v1.20.1-rc.1", "--sequencer.max-safe-lag=0", Pass),
    ] {
        cases.push(Case::new(
            format!("{component} {tag} {flag}"),
            &[("release", verdict)],
            |world| {
                world.service("release")["image"]["reference"] = json!(image(component, tag));
                world.service("release")["command"] =
                    json!({"component": component, "args": [flag]});
            },
        ));
    }
}

/// The program passes over a variable that it does not know.
pub(super) fn variables(cases: &mut Vec<Case>) {
    for (tag, verdict) in [("v1.20.1", Warn), ("v1.20.0", Pass)] {
        let name = format!("op-node {tag} OP_NODE_SEQUENCER_MAX_SAFE_LAG");
        cases.push(Case::new(name, &[("release", verdict)], |world| {
            world.service("release")["image"]["reference"] = json!(format!("op-node:{tag}"));
            world.service("release")["command"]["environment"] =
                json!({"OP_NODE_SEQUENCER_MAX_SAFE_LAG": "0"});
        }));
    }
}

pub(super) fn l2_forks(cases: &mut Vec<Case>) {
    const LATER: u64 = 4_102_444_800;
    for (component, tag, karst, verdict) in [
        ("op-node", "v1.19.11", 1_800_000_000_u64 - 200_000_000, Pass),
        ("op-node", "v1.19.0", 1, Refuse),
        ("op-node", "v1.19.0", LATER, Warn),
        ("op-reth", "v2.6.1", 1, Pass),
        ("op-reth", "v2.3.2", 1, Warn),
        ("op-reth", "v2.3.1", 1, Refuse),
        ("op-geth", "v1.101702.2", 1, Refuse),
        ("op-geth", "v1.101702.2", LATER, Warn),
        ("op-challenger", "v1.9.2", 1, Refuse),
        ("op-dispute-mon", "v1.5.1", 1, Refuse),
        // From genesis on, forks may share their time.
        ("op-node", "v1.20.1", 0, Pass),
        ("op-node", "v1.20.1", LATER, Pass),
    ] {
        let name = format!("{component} {tag} and Karst at {karst}");
        // genesis.json knows nothing of it.
        let noticed = [("release", verdict), ("fork-schedule", Refuse)];
        cases.push(Case::new(name, &noticed, |world| {
            world.rollup("karst_time", json!(karst));
            world.service("release")["image"]["reference"] = json!(format!("{component}:{tag}"));
            world.service("release")["command"] = json!({"component": component});
        }));
    }
    for (component, tag, lagoon, verdict) in [
        ("op-node", "v1.21.0", 1, Pass),
        ("op-node", "v1.20.1", 1, Refuse),
        ("op-node", "v1.20.1", LATER, Warn),
        // It does not know the field.
        ("op-node", "v1.19.0", LATER, Refuse),
        ("op-reth", "v2.10.0", 1, Pass),
        ("op-reth", "v2.9.0", 1, Warn),
    ] {
        let name = format!("{component} {tag} and Lagoon at {lagoon}");
        let noticed = [("release", verdict), ("fork-schedule", Refuse)];
        cases.push(Case::new(name, &noticed, |world| {
            world.rollup("karst_time", json!(0));
            world.rollup("lagoon_time", json!(lagoon));
            world.service("release")["image"]["reference"] = json!(format!("{component}:{tag}"));
            world.service("release")["command"] = json!({"component": component});
        }));
    }
    for (name, tag, jovian, karst, verdict) in [
        ("at one time", "v1.20.1", json!(LATER), json!(LATER), Refuse),
        ("at one time", "v1.19.7", json!(LATER), json!(LATER), Warn),
        ("the wrong way round", "v1.20.1", json!(LATER), json!(LATER - 1), Refuse),
        ("with a gap", "v1.20.1", json!(null), json!(LATER), Refuse),
        ("in their order", "v1.20.1", json!(LATER), json!(LATER + 1), Pass),
    ] {
        cases.push(Case::new(
            format!("op-node {tag}, forks {name}"),
            // genesis.json has Jovian from its beginning.
            &[
                ("release", verdict),
                ("fork-schedule", Refuse),
                ("fee-parameters", Refuse),
                ("predeploys", Warn),
            ],
            |world| {
                world.rollup("jovian_time", jovian);
                world.rollup("karst_time", karst);
                world.service("release")["image"]["reference"] = json!(format!("op-node:{tag}"));
            },
        ));
    }
}
