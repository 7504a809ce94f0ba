//! The heads of L1, and its proofs.

use serde_json::json;

use crate::{
    case::Case,
    verdict::Verdict::{Pass, Refuse, Skip, Wait, Warn},
    world::{
        names::{ROLES, SIGNER_SLOT, SYSTEM_CONFIG},
        proof::proof,
    },
};

/// The gates that judge what L1's contracts say, or where L1 is.
const SYNCING: [&str; 15] = [
    "alone",
    "batcher-key",
    "bond",
    "challenger-key",
    "contracts",
    "fee-scalars",
    "funding",
    "game-type",
    "l1-origin",
    "l1-proofs",
    "prestate",
    "proposer-key",
    "sequencer-key",
    "standard-validator",
    "unsafe-signer",
];

pub(super) fn heads(cases: &mut Vec<Case>) {
    let wait = &[("l1-head", Wait)][..];
    let slow = &[("proposal-cadence", Warn)][..];
    // The account's past is then read at this block, not at another.
    let first = [("proposal-cadence", Warn), ("l1-origin", Wait), ("alone", Pass)];
    let late = [("l1-head", Wait), ("proposal-cadence", Warn)];
    for (name, number, time, on_sepolia, noticed) in [
        ("the newest one", "0x60", "NOW-2", true, &[][..]),
        ("after the newest one", "0x61", "NOW-2", false, wait),
        ("an hour and a half old", "0x40", "NOW-5390", true, slow),
        ("two hours old", "0x40", "NOW-7200", true, &late),
        // Blocks are minutes apart there, and batches further than proposals.
        ("two hours old, on a private L1", "0x40", "NOW-7200", false, slow),
        // And it is before the L1 origin.
        ("the first one, on a private L1", "0x0", "0x1", false, &first),
    ] {
        cases.push(Case::new(format!("the finalized block is {name}"), noticed, |world| {
            for l1 in [&mut world.l1, &mut world.other] {
                l1.edit("finalized", "number", json!(number));
                l1.edit("finalized", "timestamp", json!(time));
            }
            if on_sepolia {
                world.settle_on(11_155_111);
            }
        }));
    }
    // The contracts are not there yet: nothing that is read from them is wrong.
    let syncing = SYNCING.map(|gate| (gate, Wait));
    cases.push(Case::new("an L1 that is still syncing", &syncing, |world| {
        for l1 in [&mut world.l1, &mut world.other] {
            for block in ["latest", "finalized"] {
                l1.edit(block, "number", json!("0x0"));
                l1.edit(block, "timestamp", json!("NOW-3"));
            }
        }
    }));
}

pub(super) fn proofs(cases: &mut Vec<Case>) {
    for (name, args, verdict) in [
        ("--l1.trustrpc", json!(["--l1.trustrpc"]), Skip),
        ("--l1.trustrpc=true", json!(["--l1.trustrpc=true"]), Skip),
        ("--l1.trustrpc=false", json!(["--l1.trustrpc=false"]), Pass),
    ] {
        cases.push(Case::new(format!("op-node with {name}"), &[("l1-proofs", verdict)], |world| {
            world.service("l1-proofs")["command"]["args"] = args;
        }));
    }
    cases.push(Case::new(
        "op-node that trusts by its environment",
        &[("l1-proofs", Skip)],
        |world| {
            world.service("l1-proofs")["command"]["environment"] =
                json!({"OP_NODE_L1_TRUST_RPC": "true"});
        },
    ));
    let other = format!("0x{}", ROLES[1].2);
    let signer = format!("0x{}", ROLES[0].2);
    let (proof, _) = proof(SYSTEM_CONFIG, SIGNER_SLOT, &signer);
    let nodes = &proof["storageProof"][0]["proof"];
    let place = |key: &str, value: &str| json!({"key": key, "value": value, "proof": nodes});
    let right = place(SIGNER_SLOT, &signer);
    for (name, field, value, verdict) in [
        ("of another account", "address", json!(other), Refuse),
        ("without nodes", "accountProof", json!([]), Refuse),
        ("without places", "storageProof", json!([]), Refuse),
        ("of two places", "storageProof", json!([right, right]), Refuse),
        ("of another place", "storageProof", json!([place("0x1", &signer)]), Refuse),
        ("of another signer", "storageProof", json!([place(SIGNER_SLOT, &other)]), Refuse),
        ("of no signer", "storageProof", json!([place(SIGNER_SLOT, "0x0")]), Refuse),
        ("of half a place", "storageProof", json!([{"key": SIGNER_SLOT, "value": signer}]), Refuse),
        ("of a place in text", "storageProof", json!([place("signer", &signer)]), Refuse),
        ("with nodes of no hex", "accountProof", json!(["0xzz"]), Refuse),
        (
            "of a place that is empty",
            "storageProof",
            json!([{"key": SIGNER_SLOT, "value": signer, "proof": []}]),
            Refuse,
        ),
        ("of an account that is empty", "accountProof", json!(["0x00"]), Refuse),
        ("of another storage", "storageHash", json!(format!("0x{}", "1a".repeat(32))), Refuse),
        ("of a richer account", "balance", json!("0x1"), Refuse),
        (
            "whose value has all its digits",
            "storageProof",
            json!([place(SIGNER_SLOT, &format!("0x{:0>64}", ROLES[0].2))]),
            Pass,
        ),
    ] {
        cases.push(Case::new(format!("a proof {name}"), &[("l1-proofs", verdict)], |world| {
            world.l1.edit("eth_getProof", field, value);
        }));
    }
}
