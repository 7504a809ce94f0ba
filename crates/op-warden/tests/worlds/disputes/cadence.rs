//! Bonds, and how often is proposed.

use serde_json::json;

use crate::{
    case::{Case, arguments},
    verdict::Verdict::{Pass, Refuse, Skip, Wait, Warn},
    world::{
        World,
        edit::{ROLLUP, put},
        names::BOND,
        script::word,
    },
};

pub(super) fn bonds(cases: &mut Vec<Case>) {
    for (name, bond, verdict) in [
        ("no", "0".to_owned(), Pass),
        ("one wei less", format!("{:x}", BOND - 1), Pass),
        ("one wei more", format!("{:x}", BOND + 1), Wait),
        ("an endless", "f".repeat(64), Wait),
    ] {
        // Where there is none, nobody claims any.
        let claimants = if bond == "0" { Skip } else { Pass };
        let noticed = [("bond", verdict), ("bond-claimants", claimants)];
        cases.push(Case::new(format!("games with {name} bond"), &noticed, |world| {
            world.l1.result("initBonds", word(&bond));
        }));
    }
}

/// A bond is away for ten and a half days: 1 ETH are 11 more of 0.08 ETH, beside what a start needs.
pub(super) fn floats(cases: &mut Vec<Case>) {
    for (interval, made, verdict) in [
        ("24h", "0", Pass),
        ("23h", "0", Pass),
        ("20h", "0", Warn),
        ("1h", "0", Warn),
        // 252 are away at a time.
        ("1h", "f0", Pass),
        ("1h", "ef", Warn),
        ("1h", "fff", Pass),
        ("0s", "0", Warn),
        ("hourly", "0", Pass),
    ] {
        let name = format!("a game every {interval}, and 0x{made} made");
        // The batcher's key is the one with ETH.
        let noticed = [("bond", verdict), ("reused-key", Refuse)];
        cases.push(Case::new(name, &noticed, |world| {
            world.service("bond")["command"] = json!({
                "component": "another-proposer", "args": [format!("--proposal-interval={interval}")],
            });
            world.l1.result("gameCount", word(made));
        }));
    }
}

/// The proposer is account 2.
pub(super) fn claimants(cases: &mut Vec<Case>) {
    const OWN: &str = "--additional-bond-claimants=0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc";
    const CAPITALS: &str = "--additional-bond-claimants=0x3C44CDDDB6A900FA2B585DD299E03D12FA4293BC";
    const OTHER: &str = "--additional-bond-claimants=0x70997970c51812dc3a010c7d01b50e0d17dc79c8";
    let both = format!("{OTHER},{}", &OWN["--additional-bond-claimants=".len()..]);
    arguments(
        cases,
        "bond-claimants",
        &[
            (&[OWN], Pass),
            (&[CAPITALS], Pass),
            (&[&both], Pass),
            (&[OTHER], Refuse),
            (&["--additional-bond-claimants=proposer"], Refuse),
            (&["--additional-bond-claimants="], Refuse),
            (&[], Refuse),
        ],
    );
    let of_another_host = |world: &mut World, args: &[&str]| {
        world.service("proposal-cadence").as_object_mut().unwrap().remove("key");
        world.service("bond-claimants")["command"]["args"] = json!(args);
    };
    for (args, verdict) in [(&[OWN][..], Pass), (&[&both], Pass), (&[OTHER], Warn), (&[], Warn)] {
        let name = format!("bond-claimants, the proposer elsewhere: {args:?}");
        cases.push(Case::new(name, &[("bond-claimants", verdict)], |world| {
            of_another_host(world, args);
        }));
    }
    let noticed = [("bond-claimants", Skip)];
    cases.push(Case::new(
        "bond-claimants, the proposer of an open game elsewhere",
        &noticed,
        |world| {
            of_another_host(world, &[]);
            world.service("bond-claimants")["gameType"] = json!(8);
        },
    ));
    cases.push(Case::new("the bonds' claimants where no bond is asked", &noticed, |world| {
        world.service("bond-claimants")["command"]["args"] = json!([]);
        world.l1.result("initBonds", word("0"));
    }));
    cases.push(Case::new("the bonds' claimants by the environment", &[], |world| {
        world.service("bond-claimants")["command"] = json!({
            "component": "op-challenger",
            "environment": {"OP_CHALLENGER_ADDITIONAL_BOND_CLAIMANTS": OWN.split_once('=').unwrap().1},
        });
    }));
}

pub(super) fn flags(cases: &mut Vec<Case>) {
    // The batcher of reused-key goes on to say 240.
    arguments(
        cases,
        "batch-cadence",
        &[
            (&["--max-channel-duration=240"], Pass),
            (&["--max-channel-duration", "240"], Pass),
            (&["--max-channel-duration=1"], Pass),
            (&["--max-channel-duration=299"], Pass),
            (&["--max-channel-duration=99999999999999999999"], Refuse),
            (&["--max-channel-duration=240", "--sub-safety-margin=50"], Pass),
            (&["--max-channel-duration=240", "--sub-safety-margin=51"], Refuse),
            (&["--max-channel-duration=0"], Warn),
            (&["--max-channel-duration=-1"], Refuse),
            (&["--max-channel-duration=1.5"], Refuse),
            (&["--max-channel-duration="], Refuse),
            (&["--max-channel-duration=5h"], Refuse),
            (&[], Warn),
        ],
    );
    let both = ["--data-availability-type=blobs", "--compression-algo=brotli-10"];
    arguments(
        cases,
        "batch-cadence",
        &[
            (&["--max-channel-duration=240", both[0], both[1]], Pass),
            (&["--max-channel-duration=240", "--data-availability-type=auto"], Pass),
        ],
    );
    for (fork, blobs, auto, calldata, brotli, zlib) in
        [("ecotone", Refuse, Refuse, Pass, Pass, Pass), ("fjord", Pass, Pass, Pass, Refuse, Pass)]
    {
        for (flag, verdict) in [
            ("--data-availability-type=blobs", blobs),
            ("--data-availability-type=auto", auto),
            ("--data-availability-type=calldata", calldata),
            ("--compression-algo=brotli", brotli),
            ("--compression-algo=brotli-11", brotli),
            ("--compression-algo=zlib", zlib),
        ] {
            // One to come, and one that never comes.
            for time in [json!(4_102_444_800_u64), json!(null)] {
                let name = format!("a batcher with {flag}, {fork} at {time}");
                let noticed =
                    [("batch-cadence", verdict), ("fork-schedule", Refuse), ("predeploys", Warn)];
                cases.push(Case::new(name, &noticed, |world| {
                    put(world, ROLLUP, &format!("/{fork}_time"), time.clone());
                    world.service("batch-cadence")["command"]["args"] =
                        json!(["--max-channel-duration=240", flag]);
                }));
            }
        }
    }
    // Proposals every hour are more often than such batches.
    for (blocks, verdict) in [(1800, Pass), (1801, Warn), (3599, Warn), (3600, Refuse)] {
        let noticed = [("batch-cadence", verdict), ("proposal-cadence", Warn)];
        cases.push(Case::new(format!("channels of {blocks} blocks"), &noticed, |world| {
            world.service("batch-cadence")["command"]["args"] =
                json!([format!("--max-channel-duration={blocks}")]);
        }));
    }
    arguments(
        cases,
        "proposal-cadence",
        &[
            (&["--proposal-interval=48m"], Pass),
            (&["--proposal-interval=24h"], Pass),
            (&["--proposal-interval=47m59s"], Warn),
            (&["--proposal-interval=1s"], Warn),
            (&["--proposal-interval=0"], Refuse),
            (&["--proposal-interval=0s"], Refuse),
            (&["--proposal-interval=3600"], Refuse),
            (&["--proposal-interval=-1h"], Refuse),
            (&["--proposal-interval"], Refuse),
            (&[], Refuse),
        ],
    );
    cases.push(Case::new("the cadence of proposals by the environment", &[], |world| {
        world.service("proposal-cadence")["command"] =
            json!({"component": "op-proposer", "environment": {"OP_PROPOSER_PROPOSAL_INTERVAL": "1h"}});
    }));
    // Whether its data needs a beacon node is then not known.
    let noticed = [("proposal-cadence", Skip), ("l1-beacon", Pass)];
    cases.push(Case::new("no batcher here", &noticed, |world| {
        for service in ["batch-cadence", "reused-key"] {
            world.service(service)["command"]["component"] = json!("another-batcher");
        }
    }));
    for (component, game_type, args, verdict) in [
        ("op-challenger", 1, &["--rollup-rpc=http://a"][..], Pass),
        ("op-challenger", 5, &["--rollup-rpc=http://a"], Refuse),
        ("op-challenger", 5, &["--superroot-rpc=http://a"], Pass),
        ("op-challenger", 5, &["--superroot-rpc=http://a", "--rollup-rpc=http://a"], Pass),
        ("op-challenger", 9, &["--supernode-rpc", "http://a"], Pass),
        ("op-challenger", 8, &["--superroot-rpc=http://a"], Refuse),
        ("op-challenger", 1, &[], Refuse),
        ("op-proposer", 1, &["--rollup-rpc=http://a"], Pass),
        ("op-proposer", 1, &["--rollup-rpc=http://a", "--supervisor-rpcs=http://b"], Refuse),
        ("op-proposer", 5, &["--superroot-rpcs=http://a,http://b"], Pass),
        ("op-proposer", 9, &["--rollup-rpc=http://a", "--superroot-rpcs=http://b"], Refuse),
    ] {
        let name = format!("roots of {component}, type {game_type}: {args:?}");
        cases.push(Case::new(name, &[("root-source", verdict)], |world| {
            let service = world.service("root-source");
            service["gameType"] = json!(game_type);
            service["command"] = json!({"component": component, "args": args});
        }));
    }
}
