//! Truths of another chain.

use serde_json::{Value, json};

use crate::{
    case::Case,
    l1::of_another_chain,
    verdict::Verdict::{Pass, Refuse, Skip, Wait, Warn},
    world::{
        World,
        file::File,
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
        world.engine.edit("eth_getBlockByNumber", "hash", other_hash.clone());
    }));
    upstream(cases, &other_hash);
}

/// Whom a follower follows.
fn upstream(cases: &mut Vec<Case>, other_hash: &Value) {
    let refused = &[("genesis-peers", Refuse)];
    cases.push(Case::new("the sequencer has another chain id", refused, |world| {
        world.sequencer.result("eth_chainId", json!("0x384"));
    }));
    cases.push(Case::new("the sequencer has another genesis", refused, |world| {
        world.sequencer.edit("eth_getBlockByNumber", "hash", other_hash.clone());
    }));
    cases.push(Case::new("the pair of files is an older one", refused, older_pair));
    // What is published now says so as well, and so do the contracts that the operator names.
    let mut published = [refused[0], ("bundle", Refuse)];
    let now = World::right().measured("bundle.json");
    cases.push(Case::new("the pair is older than what is published", &published, |world| {
        older_pair(world);
        world.text("bundle.json", now);
    }));
    published[0].1 = Warn;
    let now = World::right().measured("bundle.json");
    cases.push(Case::new("the same while nobody runs the chain", &published, |world| {
        older_pair(world);
        world.text("bundle.json", now);
        world.sequencer.gone = true;
    }));
    for (name, peers, answer) in [
        ("nobody is to be asked", json!([]), Skip),
        ("a peer's URL is none", json!(["not a url"]), Warn),
        ("a peer is a websocket", json!(["ws://127.0.0.1:1"]), Warn),
        ("one of two peers is silent", json!(["http://127.0.0.4:1", "@SEQUENCER@"]), Warn),
        ("a peer twice", json!(["@SEQUENCER@", "@SEQUENCER@"]), Pass),
    ] {
        cases.push(Case::new(name, &[("genesis-peers", answer)], |world| {
            world.config["chain"]["peers"] = peers;
        }));
    }
    for (name, content, answer) in [
        ("right", File::Text("@SEQUENCER@\n".to_owned()), Pass),
        ("missing", File::Missing, Warn),
        ("no URL", File::Text("token9".to_owned()), Warn),
        ("a pipe", File::Pipe, Warn),
    ] {
        let noticed = &[("genesis-peers", answer)];
        cases.push(Case::new(format!("a peer's URL in a file: {name}"), noticed, |world| {
            in_file(world, content);
        }));
    }
    cases.push(Case::new("the peer of a file has another genesis", refused, |world| {
        in_file(world, File::Text("@SEQUENCER@".to_owned()));
        world.sequencer.edit("eth_getBlockByNumber", "hash", other_hash.clone());
    }));
}

/// The peer's URL stands in a file alone.
fn in_file(world: &mut World, content: File) {
    world.files.insert("peer.url", content);
    let chain = world.config["chain"].as_object_mut().unwrap();
    chain.remove("peers");
    chain.insert("peerFiles".to_owned(), json!(["peer.url"]));
}

/// Files of an earlier deployment, from which the follower's own engine was made: they agree with each other
/// and with L1, which keeps the contracts.
fn older_pair(world: &mut World) {
    let now = world.sequencer.value("eth_getBlockByNumber")["hash"].clone();
    let balance = "/alloc/0000000000000000000000000000000000000001/balance";
    world.json("genesis.json", balance, json!("0x2"));
    world.agree_on_hash();
    world.sequencer.edit("eth_getBlockByNumber", "hash", now);
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
