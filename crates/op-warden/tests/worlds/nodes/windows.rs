//! How far back an engine proves.

use serde_json::json;

use crate::{
    case::{Case, arguments},
    verdict::Verdict::{self, Pass, Refuse, Skip, Warn},
    world::{
        World,
        edit::{ROLLUP, put},
    },
};

const GATE: &str = "proof-window";

pub(super) fn of_proofs(cases: &mut Vec<Case>) {
    // A root an hour, and channels of 48 minutes: 10,080 s.
    arguments(
        cases,
        GATE,
        &[
            (&["--rpc.eth-proof-window=5040"], Pass),
            (&["--rpc.eth-proof-window", "5040"], Pass),
            (&["--rpc.eth-proof-window=5039"], Warn),
            (&["--rpc.eth-proof-window=0"], Warn),
            (&[], Warn),
            (&["--rpc.eth-proof-window=5_040"], Refuse),
            (&["--rpc.eth-proof-window=a day"], Refuse),
            // Long enough; and nobody is there yet who could say what it has.
            (&["--proofs-history"], Skip),
            (&["--proofs-history", "--proofs-history.window=5040"], Skip),
            (&["--proofs-history", "--proofs-history.window=5039"], Warn),
            (&["--proofs-history=false", "--rpc.eth-proof-window=5039"], Warn),
        ],
    );
    for (args, verdict) in
        [(&["--gcmode=archive"][..], Pass), (&["--gcmode=full"], Warn), (&[], Warn)]
    {
        cases.push(Case::new(
            format!("proofs of op-geth: {args:?}"),
            &[(GATE, verdict)],
            |world| {
                world.service(GATE)["command"] = json!({"component": "op-geth", "args": args});
            },
        ));
    }
    for (interval, block_time, window, verdict) in [
        ("12h", 1, 43_200, Warn),
        ("12h", 1, 89_280, Pass),
        ("12h", 1, 89_279, Warn),
        ("12h", 2, 43_200, Warn),
        ("12h", 2, 90_000, Pass),
        ("24h", 1, 90_000, Warn),
    ] {
        let name = format!("a root every {interval}, blocks of {block_time} s, {window} proven");
        cases.push(Case::new(name, &[(GATE, verdict)], |world| {
            put(world, ROLLUP, "/block_time", json!(block_time));
            world.service("proposal-cadence")["command"]["args"] =
                json!([format!("--proposal-interval={interval}")]);
            world.service(GATE)["command"]["args"] =
                json!([format!("--rpc.eth-proof-window={window}")]);
        }));
    }
    let noticed = [(GATE, Skip), ("proposal-cadence", Pass)];
    cases.push(Case::new("proofs where nobody proposes", &noticed, |world| {
        world.service("proposal-cadence")["command"]["component"] = json!("another-proposer");
    }));
    open_games(cases);
}

/// Disputed for four weeks at most, by the challenger that asks this engine.
fn open_games(cases: &mut Vec<Case>) {
    let history = "--proofs-history.window";
    for (port, args, verdict) in [
        (8999, vec!["--rpc.eth-proof-window=1209600".to_owned()], Pass),
        (8999, vec!["--rpc.eth-proof-window=1209599".to_owned()], Warn),
        (8999, vec!["--proofs-history".to_owned(), format!("{history}=1209600")], Skip),
        (8999, vec!["--proofs-history".to_owned(), format!("{history}=1209599")], Warn),
        (8998, vec!["--rpc.eth-proof-window=5040".to_owned()], Pass),
    ] {
        let name = format!("proofs for open games at {port}: {args:?}");
        cases.push(open_game(&name, port, args, verdict));
    }
}

fn open_game(name: &str, port: u16, mut args: Vec<String>, verdict: Verdict) -> Case {
    Case::new(name, &[(GATE, verdict)], |world: &mut World| {
        let challenger = world.service("root-source");
        challenger["gameType"] = json!(8);
        challenger["command"]["args"] = json!([
            "--rollup-rpc=http://127.0.0.1:9545",
            format!("--l2-eth-rpc=http://127.0.0.1:{port}")
        ]);
        args.push("--http.port=8999".to_owned());
        world.service(GATE)["command"]["args"] = json!(args);
    })
}
