//! The engines' peers.

use serde_json::json;

use crate::{
    case::{Case, arguments},
    verdict::Verdict::{Pass, Refuse, Skip, Warn},
    world::names::ENODE_ID,
};

const FOLLOWS: &str = "--rollup.sequencer=http://127.0.0.1:8545";

pub(super) fn peers(cases: &mut Vec<Case>) {
    let right = format!("enode://{ENODE_ID}@127.0.0.1:30303");
    let other = "ab".repeat(64);
    for (peers, answer) in [
        (right.clone(), Pass),
        (format!("{right}?discport=0"), Pass),
        (format!("enode://{ENODE_ID}@[::1]:30303"), Pass),
        (format!("{right},enode://{other}@sequencer.example:30303"), Pass),
        (String::new(), Warn),
        (format!("enode://{other}@127.0.0.1:30303"), Refuse),
        (format!("{right},enode://{other}@localhost:30303"), Refuse),
        (ENODE_ID.to_owned(), Refuse),
        (format!("enode://{ENODE_ID}"), Refuse),
        (format!("enode://{ENODE_ID}@127.0.0.1"), Refuse),
        (format!("enode://{}@127.0.0.1:30303", &ENODE_ID[..64]), Refuse),
        ("/ip4/127.0.0.1/tcp/30303".to_owned(), Refuse),
    ] {
        let flag = format!("--trusted-peers={peers}");
        arguments(cases, "engine-peers", &[(&[FOLLOWS, &flag], answer)]);
    }
    let flag = format!("--trusted-peers={right}");
    arguments(
        cases,
        "engine-peers",
        &[
            (&[FOLLOWS], Warn),
            (&[FOLLOWS, &flag, "--max-outbound-peers=0"], Warn),
            (&[FOLLOWS, &flag, "--max-outbound-peers=1"], Pass),
            // The sequencer's, without followers.
            (&[], Skip),
        ],
    );
    // Whose key nobody can read.
    let unknown = format!("--trusted-peers=enode://{other}@127.0.0.1:30303");
    cases.push(Case::new("a peer whose key is not here", &[("engine-peers", Pass)], |world| {
        world.service("engine-durability")["identity"] = json!("none");
        world.service("engine-peers")["command"]["args"] = json!([FOLLOWS, unknown]);
    }));
    for (component, args, answer) in [
        ("op-reth", &["--max-inbound-peers=1"][..], Pass),
        ("op-reth", &[], Pass),
        ("op-reth", &["--max-inbound-peers=0"], Warn),
        ("op-reth", &["--max-inbound-peers=many"], Warn),
        ("op-geth", &["--maxpeers=1"], Pass),
        ("op-geth", &[], Pass),
        ("op-geth", &["--maxpeers=0"], Warn),
        ("op-geth", &["--rollup.sequencerhttp=http://127.0.0.1:8545"], Skip),
        ("op-geth", &["--rollup.sequencerhttp=http://127.0.0.1:8545", "--maxpeers=0"], Warn),
    ] {
        let name = format!("{component} beside a follower: {args:?}");
        cases.push(Case::new(name, &[("engine-peers", answer), ("engine-durability", Skip)], |world| {
            world.service("engine-durability")["command"] =
                json!({"component": "op-geth", "args": ["--rollup.sequencerhttp=http://a.example"]});
            world.service("engine-peers")["command"] = json!({"component": component, "args": args});
        }));
    }
}
