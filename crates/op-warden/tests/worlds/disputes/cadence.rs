//! Bonds, and how often is proposed.

use serde_json::json;

use crate::{
    case::{Case, arguments},
    verdict::Verdict::{Pass, Refuse, Skip, Wait, Warn},
    world::{names::BOND, script::word},
};

pub(super) fn bonds(cases: &mut Vec<Case>) {
    for (name, bond, verdict) in [
        ("no", "0".to_owned(), Pass),
        ("one wei less", format!("{:x}", BOND - 1), Pass),
        ("one wei more", format!("{:x}", BOND + 1), Wait),
        ("an endless", "f".repeat(64), Wait),
    ] {
        cases.push(Case::new(format!("games with {name} bond"), &[("bond", verdict)], |world| {
            world.l1.result("initBonds", word(&bond));
        }));
    }
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
    cases.push(Case::new("no batcher here", &[("proposal-cadence", Skip)], |world| {
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
