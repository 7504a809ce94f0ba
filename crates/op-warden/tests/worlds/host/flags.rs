//! Flags and variables that a program does not know, and those that beat the chain's files.

use serde_json::json;

use crate::{
    case::{Case, arguments},
    verdict::Verdict::{Pass, Refuse, Warn},
};

const L1: &str = "--rollup.l1-chain-config=l1.json";

pub(super) fn flags(cases: &mut Vec<Case>) {
    arguments(
        cases,
        "flags",
        &[
            (&[L1, "--l1", "http://127.0.0.1:1", "--p2p.disable"], Pass),
            (&[L1, "-l1=http://127.0.0.1:1"], Pass),
            // A value is no flag.
            (&[L1, "--log.level", "--karst"], Pass),
            // Hidden from --help.
            (&[L1, "--p2p.useragent=me"], Pass),
            (&[L1, "--override.karst=1999999999"], Refuse),
            (&[L1, "--override.karst", "1999999999"], Refuse),
            (&[L1, "--network=op-sepolia"], Refuse),
            (&[L1, "--network="], Pass),
            (&[], Refuse),
            (&[L1, "--l1.trustrcp"], Refuse),
            (&[L1, "--completely-unheard-of"], Refuse),
            (&[L1, "--altda.enabled", "--altda.da-server=http://da.example"], Warn),
            (&[L1, "--altda.enabled"], Warn),
            (&[L1, "--altda.enabled=false"], Pass),
        ],
    );
    for (name, value, verdict) in [
        ("OP_NODE_OVERRIDE_KARST", "1", Refuse),
        ("OP_NODE_NETWORK", "op-sepolia", Refuse),
        ("OP_NODE_P2P_DISABEL", "true", Warn),
        ("OP_NODE_P2P_DISABLE", "true", Pass),
        ("HOME", "/tmp", Pass),
    ] {
        cases.push(Case::new(format!("flags: {name}={value}"), &[("flags", verdict)], |world| {
            world.service("flags")["command"]["environment"] = json!({name: value});
        }));
    }
    for (component, args, verdict) in [
        ("op-batcher", &["--data-availability-type=callData"][..], Refuse),
        ("op-batcher", &["--data-availability-type=calldata"], Pass),
        ("op-batcher", &["--max-chanel-duration=1"], Refuse),
        ("op-geth", &["--override.karst=1"], Refuse),
        ("op-geth", &["--op-network=op-sepolia"], Refuse),
        ("op-challenger", &["--game-types=cannon,cannon-kona"], Refuse),
        ("op-challenger", &["--game-types=cannon,permissioned"], Pass),
        ("op-challenger", &[], Pass),
        ("op-dispute-mon", &["--honest-actors=0x1"], Pass),
        ("op-reth", &["--whatever"], Pass),
        ("op-reth", &["--override.karst=1"], Refuse),
    ] {
        let name = format!("flags of {component}: {args:?}");
        cases.push(Case::new(name, &[("flags", verdict)], |world| {
            world.service("flags")["command"] = json!({"component": component, "args": args});
            world.service("flags")["gameType"] = json!(1);
        }));
    }
    // Of another release than the one whose flags are known.
    for (args, verdict) in [
        (&[L1, "--completely-unheard-of"][..], Pass),
        (&[L1, "--l1.trustrcp"], Warn),
        (&[L1, "--override.karst=1"], Refuse),
    ] {
        let name = format!("flags of op-node v1.20.1: {args:?}");
        cases.push(Case::new(name, &[("flags", verdict)], |world| {
            world.service("flags")["command"]["args"] = json!(args);
            world.service("flags")["image"] = json!({"reference": "op-node:v1.20.1"});
        }));
    }
}
