//! Truths of another chain.

use serde_json::json;

use crate::{
    case::Case,
    l1::of_another_chain,
    verdict::Verdict::{Pass, Refuse, Wait, Warn},
    world::{
        names::{MIN_BALANCE, ROLES, TIME},
        script::word,
    },
};

/// Truths of another chain, one at a time.
pub(super) fn other_truths(cases: &mut Vec<Case>) {
    let other_hash = json!(format!("0x{}", "2b".repeat(32)));
    let stranger = word("15d34aaf54267db7d7c367839aaf71a00a2c6a65");
    let dirty = json!(format!("0x{}{}", "01".repeat(12), ROLES[1].2));
    let signer = ["sequencer-key", "unsafe-signer", "l1-proofs"].map(|gate| (gate, Refuse));
    let wei = |wei: u64| json!(format!("{wei:#x}"));
    let poor = [("funding", Wait), ("bond", Wait)];
    let no_factory = [("game-type", Refuse), ("contracts", Refuse)];
    for (name, read, value, noticed) in [
        ("another L1", "eth_chainId", json!("0x1"), &of_another_chain()[..]),
        ("the engine as L1", "eth_chainId", json!("0x385"), &of_another_chain()),
        ("another batcher", "batcherHash", stranger.clone(), &[("batcher-key", Refuse)]),
        ("no batcher", "batcherHash", word("0"), &[("batcher-key", Refuse)]),
        (
            "the batcher's address and more",
            "batcherHash",
            dirty.clone(),
            &[("batcher-key", Refuse)],
        ),
        (
            "another signer",
            "unsafeBlockSigner",
            stranger.clone(),
            &[("sequencer-key", Refuse), ("l1-proofs", Refuse)],
        ),
        ("no signer", "unsafeBlockSigner", word("0"), &signer),
        ("the signer's address and more", "unsafeBlockSigner", dirty, &signer),
        ("another factory", "disputeGameFactory", stranger.clone(), &no_factory),
        ("another respected game type", "respectedGameType", word("8"), &[("game-type", Refuse)]),
        ("a game type that is not registered", "gameImpls", word("0"), &[("game-type", Refuse)]),
        ("one wei too little", "eth_getBalance", wei(MIN_BALANCE - 1), &poor),
        ("no ether", "eth_getBalance", json!("0x0"), &poor),
        ("one wei to spare", "eth_getBalance", wei(MIN_BALANCE + 1), &[]),
    ] {
        cases.push(Case::new(name, noticed, |world| world.l1.result(read, value)));
    }
    let late = json!(format!("{:#x}", TIME + 12));
    for (name, field, value, noticed) in [
        (
            "another block is canonical",
            "hash",
            other_hash.clone(),
            &[("l1-origin", Refuse), ("l1-agreement", Refuse)][..],
        ),
        ("the L1 origin is a slot later", "timestamp", late, &[("genesis-timestamp", Refuse)]),
        (
            "a block without hash",
            "hash",
            json!(null),
            &[("l1-origin", Refuse), ("genesis-timestamp", Refuse), ("l1-agreement", Refuse)],
        ),
        (
            "a block without time",
            "timestamp",
            json!(""),
            &[("l1-origin", Refuse), ("genesis-timestamp", Refuse), ("l1-agreement", Refuse)],
        ),
    ] {
        cases.push(Case::new(name, noticed, |world| {
            world.l1.edit("eth_getBlockByNumber", field, value);
        }));
    }
    let live = &[("genesis-live", Refuse)];
    cases.push(Case::new("the engine has another chain id", live, |world| {
        world.engine.result("eth_chainId", json!("0x1"));
    }));
    cases.push(Case::new("the engine has another genesis", live, |world| {
        world.engine.edit("eth_getBlockByNumber", "hash", other_hash);
    }));
}

pub(super) fn origins(cases: &mut Vec<Case>) {
    for (name, number, verdict) in
        [("long before", "0x0", Wait), ("one before", "0x6", Wait), ("one after", "0x8", Pass)]
    {
        // The other endpoint has no block of that number.
        let noticed = [("l1-origin", verdict), ("l1-agreement", Warn)];
        cases.push(Case::new(format!("L1 is final {name} the origin"), &noticed, |world| {
            world.l1.edit("finalized", "number", json!(number));
        }));
    }
}
