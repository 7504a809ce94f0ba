//! Every gate in every world that is spoilt in one place. What each must answer is written down here
//! by hand: nothing but a world in which everything is right may start a service.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    artifacts, host,
    node::{Say, Whole},
    program::Run,
    rules, settings,
    world::{
        File, GATES, L2_HASH, MIN_BALANCE, ROLES, SMALL, STRANGER, TIME, World, bytes, game_args,
        word,
    },
};

use Verdict::{Pass, Refuse, Skip, Wait, Warn};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Pass,
    /// The gate does not apply: as good as a pass.
    Skip,
    /// The service starts all the same.
    Warn,
    Wait,
    Refuse,
}

impl Verdict {
    const fn name(self) -> &'static str {
        match self {
            Pass => "pass",
            Skip => "skip",
            Warn => "warn",
            Wait => "wait",
            Refuse => "refuse",
        }
    }

    /// The service's answer: a skip or a warning does not keep it from its start.
    const fn of_service(self) -> Self {
        match self {
            Skip | Warn => Pass,
            other => other,
        }
    }

    const fn code(self) -> i32 {
        match self {
            Pass | Skip | Warn => 0,
            Wait => 75,
            Refuse => 255,
        }
    }
}

/// A spoilt world, and the gates that must notice. All others must not.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) world: World,
    noticed: BTreeMap<&'static str, Verdict>,
}

impl Case {
    pub(crate) fn new(
        name: impl Into<String>,
        noticed: &[(&'static str, Verdict)],
        spoil: impl FnOnce(&mut World),
    ) -> Self {
        let mut world = World::right();
        spoil(&mut world);
        Self { name: name.into(), world, noticed: noticed.iter().copied().collect() }
    }

    /// Every gate must give the same answer.
    pub(crate) fn all(
        name: impl Into<String>,
        verdict: Verdict,
        spoil: impl FnOnce(&mut World),
    ) -> Self {
        Self::new(name, &GATES.map(|gate| (gate, verdict)), spoil)
    }

    /// Whether the world is about this gate, and does not stop it.
    pub(crate) fn settles(&self, gate: &str) -> bool {
        matches!(self.noticed.get(gate), Some(Pass | Skip | Warn))
    }

    pub(crate) fn expected(&self, gate: &str) -> Verdict {
        self.noticed.get(gate).copied().unwrap_or(Pass)
    }
}

/// Gates that ask L1.
pub(crate) const OF_L1: [&str; 20] = [
    "l1-chain",
    "l1-origin",
    "genesis-timestamp",
    "sequencer-key",
    "batcher-key",
    "proposer-key",
    "challenger-key",
    "game-type",
    "prestate",
    "funding",
    "bond",
    "unsafe-signer",
    "proposal-cadence",
    "l1-head",
    "clock",
    "l1-proofs",
    "l1-rate-limit",
    "release",
    "l1-agreement",
    "contracts",
];

/// Each read of L1 and the gates that go by it.
const READS_OF_L1: [(&str, &[&str]); 19] = [
    ("eth_chainId", &["l1-chain", "l1-agreement"]),
    ("eth_getBlockByNumber", &["l1-origin", "genesis-timestamp", "l1-agreement"]),
    ("eth_getBalance", &["funding", "bond"]),
    ("batcherHash", &["batcher-key"]),
    ("unsafeBlockSigner", &["sequencer-key", "unsafe-signer", "l1-proofs"]),
    ("disputeGameFactory", &["game-type", "contracts"]),
    ("respectedGameType", &["game-type"]),
    ("gameImpls", &["game-type"]),
    ("gameArgs", &["proposer-key", "challenger-key", "prestate"]),
    ("initBonds", &["bond"]),
    ("latest", &["l1-head", "clock", "release", "proposal-cadence"]),
    ("finalized", &["l1-origin", "l1-head", "l1-agreement", "proposal-cadence"]),
    ("eth_getProof", &["l1-proofs"]),
    ("optimismPortal", &["contracts"]),
    ("portalSystemConfig", &["contracts"]),
    ("l2ChainId", &["contracts"]),
    ("systemConfigPaused", &["contracts"]),
    ("portalPaused", &["contracts"]),
    ("gameCount", &["contracts"]),
];

/// The same where the factory is older than `gameArgs`: the implementation is asked.
const READS_OF_OLD_L1: [(&str, &[&str]); 4] = [
    ("gameImpls", &["game-type", "proposer-key", "challenger-key", "prestate"]),
    ("proposer", &["proposer-key", "challenger-key"]),
    ("challenger", &["proposer-key", "challenger-key"]),
    ("absolutePrestate", &["prestate"]),
];

const READS_OF_ENGINE: [(&str, &[&str]); 2] =
    [("eth_chainId", &["genesis-live"]), ("eth_getBlockByNumber", &["genesis-live"])];

/// What a node may say instead of the truth, and what follows: not known is wait, nonsense is refuse.
pub(crate) fn lies(truth: &Value) -> Vec<(&'static str, Say, Verdict)> {
    let shorter = match truth {
        Value::String(text) => json!(text[..text.len() / 2]),
        _ => json!({"number": truth["number"], "timestamp": truth["timestamp"]}),
    };
    vec![
        ("an error", Say::Error(-32000, "header not found"), Wait),
        ("a limit", Say::Error(-32005, "rate limited"), Wait),
        ("an unknown method", Say::Error(-32601, "the method does not exist"), Wait),
        ("nothing", Say::Nothing, Wait),
        ("a revert", Say::Error(3, "execution reverted"), Refuse),
        ("a revert without code", Say::Error(-32000, "execution reverted: no"), Refuse),
        ("itself twice", Say::Twice(truth.clone()), Refuse),
        ("null", Say::Result(json!(null)), Refuse),
        ("0x", Say::Result(json!("0x")), Refuse),
        ("an empty string", Say::Result(json!("")), Refuse),
        ("no hex", Say::Result(json!("0xzz")), Refuse),
        ("a word", Say::Result(json!("latest")), Refuse),
        ("a number", Say::Result(json!(900)), Refuse),
        ("true", Say::Result(json!(true)), Refuse),
        ("an object", Say::Result(json!({})), Refuse),
        ("a list", Say::Result(json!([truth])), Refuse),
        ("half of the truth", Say::Result(shorter), Refuse),
    ]
}

/// Reads, and what follows from a lie about them.
fn lies_about_reads(cases: &mut Vec<Case>) {
    fn noticed(
        gates: &[&'static str],
        lie: &str,
        verdict: Verdict,
    ) -> Vec<(&'static str, Verdict)> {
        let limit = (lie == "a limit").then_some(("l1-rate-limit", Wait));
        gates.iter().map(|&gate| (gate, verdict)).chain(limit).collect()
    }
    let right = World::right();
    for (read, gates) in READS_OF_L1 {
        for (lie, say, verdict) in lies(right.l1.value(read)) {
            let verdict = match (read, lie) {
                // The node may not have the block yet; half the digits are less ether.
                ("eth_getBlockByNumber" | "latest" | "finalized", "null")
                | ("eth_getBalance", "half of the truth") => Wait,
                // Only those who need proofs ask for one, so that not everybody meets the limit.
                ("eth_getProof", "a limit") => continue,
                // Older contracts have no such getters.
                ("l2ChainId" | "systemConfigPaused", "a revert" | "a revert without code") => Pass,
                _ => verdict,
            };
            cases.push(Case::new(
                format!("L1 says {lie} for {read}"),
                &noticed(gates, lie, verdict),
                |world| {
                    world.l1.say(read, say);
                    if (read, verdict) == ("l2ChainId", Pass) {
                        // No second chain id to compare with: a world that changes one is another.
                        world.edit_text("rollup.json", |text| format!("{text}\n"));
                    }
                },
            ));
        }
    }
    let mut old = World::right();
    old.with_old_factory();
    for (read, gates) in READS_OF_OLD_L1 {
        for (lie, say, verdict) in lies(old.l1.value(read)) {
            cases.push(Case::new(
                format!("an old L1 says {lie} for {read}"),
                &noticed(gates, lie, verdict),
                |world| {
                    world.with_old_factory();
                    world.l1.say(read, say);
                },
            ));
        }
    }
    for (read, gates) in READS_OF_ENGINE {
        for (lie, say, verdict) in lies(right.engine.value(read)) {
            cases.push(Case::new(
                format!("the engine says {lie} for {read}"),
                &noticed(gates, "", verdict),
                |world| {
                    world.engine.say(read, say);
                },
            ));
        }
    }
}

/// Truths of another chain, one at a time.
fn other_truths(cases: &mut Vec<Case>) {
    let other_hash = json!(format!("0x{}", "2b".repeat(32)));
    let stranger = word("15d34aaf54267db7d7c367839aaf71a00a2c6a65");
    let dirty = json!(format!("0x{}{}", "01".repeat(12), ROLES[1].2));
    let signer = ["sequencer-key", "unsafe-signer", "l1-proofs"].map(|gate| (gate, Refuse));
    let wei = |wei: u64| json!(format!("{wei:#x}"));
    let poor = [("funding", Wait), ("bond", Wait)];
    let no_factory = [("game-type", Refuse), ("contracts", Refuse)];
    for (name, read, value, noticed) in [
        (
            "another L1",
            "eth_chainId",
            json!("0x1"),
            &[("l1-chain", Refuse), ("l1-agreement", Refuse)][..],
        ),
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

/// `gameArgs` in all its shapes.
fn game_arguments(cases: &mut Vec<Case>) {
    let roles = |proposer, challenger, prestate| {
        [("proposer-key", proposer), ("challenger-key", challenger), ("prestate", prestate)]
    };
    let (args, zero) = (game_args(), "00".repeat(20));
    let swapped = format!("{}{}{}", &args[..248], ROLES[3].2, ROLES[2].2);
    for (name, args, verdicts) in [
        ("roles swapped", bytes(&swapped), roles(Refuse, Refuse, Pass)),
        (
            "another proposer",
            bytes(&format!("{}{zero}{}", &args[..248], ROLES[3].2)),
            roles(Refuse, Pass, Pass),
        ),
        (
            "another challenger",
            bytes(&format!("{}{zero}", &args[..288])),
            roles(Pass, Refuse, Pass),
        ),
        ("124 bytes, a game for everyone", bytes(&args[..248]), roles(Refuse, Refuse, Pass)),
        ("163 bytes", bytes(&args[..326]), roles(Refuse, Refuse, Refuse)),
        ("165 bytes", bytes(&format!("{args}00")), roles(Refuse, Refuse, Refuse)),
        ("1 byte", bytes("01"), roles(Refuse, Refuse, Refuse)),
        (
            "fewer bytes than announced",
            json!(bytes(&args).as_str().unwrap()[..300]),
            roles(Refuse, Refuse, Refuse),
        ),
        (
            "a length and no bytes",
            json!(format!("0x{:064x}{:064x}", 32, 164)),
            roles(Refuse, Refuse, Refuse),
        ),
        (
            "an offset out of range",
            json!(format!("0x{}", "ff".repeat(64))),
            roles(Refuse, Refuse, Refuse),
        ),
        ("empty, and a bare implementation", bytes(""), roles(Refuse, Refuse, Refuse)),
    ] {
        cases.push(Case::new(format!("gameArgs: {name}"), &verdicts, |world| {
            world.l1.result("gameArgs", args);
        }));
    }
    cases.push(Case::new(
        "gameArgs reverts, the implementation has the roles",
        &[],
        World::with_old_factory,
    ));
    cases.push(Case::new("gameArgs is empty, the implementation has the roles", &[], |world| {
        world.with_old_factory();
        world.l1.result("gameArgs", bytes(""));
    }));
    cases.push(Case::new(
        "gameArgs reverts without code, the implementation has the roles",
        &[],
        |world| {
            world.with_old_factory();
            world.l1.say("gameArgs", Say::Error(-32000, "execution reverted"));
        },
    ));
    cases.push(Case::new(
        "an old implementation has another proposer",
        &roles(Refuse, Pass, Pass),
        |world| {
            world.with_old_factory();
            world.l1.result("proposer", word("1"));
        },
    ));
    // The implementation has the right roles, but nobody said that they are to be read there.
    for (fault, say, verdict) in [
        ("an RPC error", Say::Error(-32000, "timeout"), Wait),
        ("no answer", Say::Nothing, Wait),
        ("0x", Say::Result(json!("0x")), Refuse),
        ("null", Say::Result(json!(null)), Refuse),
    ] {
        cases.push(Case::new(
            format!("gameArgs: {fault}, an old implementation"),
            &roles(verdict, verdict, verdict),
            |world| {
                world.with_old_factory();
                world.l1.say("gameArgs", say);
            },
        ));
    }
    for (name, implementation) in [("no", word("0")), ("an absent", word("c9"))] {
        let noticed = [
            ("game-type", if name == "no" { Refuse } else { Pass }),
            ("proposer-key", Refuse),
            ("challenger-key", Refuse),
            ("prestate", Refuse),
        ];
        cases.push(Case::new(
            format!("an old factory with {name} implementation"),
            &noticed,
            |world| {
                world.with_old_factory();
                world.l1.result("gameImpls", implementation);
            },
        ));
    }
    // A reset comes before it is known what the request is about.
    for (fault, whole, verdict) in faults().into_iter().filter(|fault| fault.0 != "a reset") {
        let limit: &[_] = if is_limit(fault) { &[("l1-rate-limit", Wait)] } else { &[] };
        cases.push(Case::new(
            format!("{fault} at the second request"),
            &[&roles(verdict, verdict, verdict)[..], limit].concat(),
            |world| {
                world.with_old_factory();
                world.l1.second = whole;
                world.config["deadlineSeconds"] = json!(2);
            },
        ));
    }
}

/// Game types that are not the permissioned one.
fn game_types(cases: &mut Vec<Case>) {
    for (game_type, verdict) in
        [(0, Skip), (8, Skip), (9, Skip), (6, Wait), (10, Wait), (1337, Wait)]
    {
        let noticed =
            [("proposer-key", verdict), ("challenger-key", verdict), ("game-type", Refuse)];
        cases.push(Case::new(format!("game type {game_type}"), &noticed, |world| {
            for service in ["proposer-key", "challenger-key", "game-type"] {
                world.service(service)["gameType"] = json!(game_type);
            }
        }));
    }
    for (content, verdict) in
        [(File::Missing, Wait), (File::Directory, Wait), (File::Text("x".to_owned()), Refuse)]
    {
        // Nobody knows whether what cannot be read is the batcher's.
        let of_batcher = if matches!(content, File::Directory) { Wait } else { Pass };
        cases.push(Case::new(
            format!("a game for everyone, key file {content:?}"),
            &[("proposer-key", verdict), ("reused-key", of_batcher)],
            |world| {
                world.service("proposer-key")["gameType"] = json!(8);
                world.files.insert("proposer.key", content);
            },
        ));
    }
    // The super game has roles as well.
    let noticed = [("proposer-key", Refuse), ("game-type", Refuse)];
    cases.push(Case::new("game type 5 that is not registered", &noticed, |world| {
        for service in ["proposer-key", "game-type"] {
            world.service(service)["gameType"] = json!(5);
        }
    }));
}

/// Whether a node says with this fault that it is asked too much.
fn is_limit(fault: &str) -> bool {
    fault.starts_with("429") || fault == "an error for the batch"
}

/// Faults of a whole request, and what follows.
pub(crate) fn faults() -> Vec<(&'static str, Whole, Verdict)> {
    vec![
        ("429 for ever", Whole::Status("429 Too Many Requests", ""), Wait),
        (
            "429 and a long pause",
            Whole::Status("429 Too Many Requests", "retry-after: 3600\r\n"),
            Wait,
        ),
        (
            "429 and an endless pause",
            Whole::Status("429 Too Many Requests", "retry-after: 18446744073709551615\r\n"),
            Wait,
        ),
        ("429 and no pause", Whole::Status("429 Too Many Requests", "retry-after: 0\r\n"), Wait),
        (
            "429 until a date",
            Whole::Status(
                "429 Too Many Requests",
                "retry-after: Wed, 21 Oct 2099 07:28:00 GMT\r\n",
            ),
            Wait,
        ),
        ("500", Whole::Status("500 Internal Server Error", ""), Wait),
        ("503", Whole::Status("503 Service Unavailable", ""), Wait),
        ("401", Whole::Status("401 Unauthorized", ""), Wait),
        ("404", Whole::Status("404 Not Found", ""), Wait),
        ("a redirect", Whole::Status("302 Found", "location: /elsewhere\r\n"), Wait),
        ("a reset", Whole::Reset, Wait),
        ("half an answer", Whole::Truncated, Wait),
        ("silence", Whole::Hang, Wait),
        (
            "an error for the batch",
            Whole::Body(
                r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32005,"message":"too large"}}"#,
            ),
            Wait,
        ),
        ("no answers", Whole::Body("[]"), Wait),
        ("an empty body", Whole::Body(""), Refuse),
        ("HTML", Whole::Body("<!doctype html><title>Sign in</title>"), Refuse),
        ("garbage", Whole::Body("}{"), Refuse),
        ("half of JSON", Whole::Body(r#"[{"jsonrpc":"2.0","id":0,"result":"0x38"#), Refuse),
        ("null", Whole::Body("null"), Refuse),
        (
            "one answer for the batch",
            Whole::Body(r#"{"jsonrpc":"2.0","id":0,"result":"0x384"}"#),
            Refuse,
        ),
        ("numbers", Whole::Body("[1, 2, 3]"), Refuse),
    ]
}

fn faults_of_nodes(cases: &mut Vec<Case>) {
    let of_l1 = |verdict| OF_L1.map(|gate| (gate, verdict));
    let of_engine = |verdict| [("genesis-live", verdict)];
    for (fault, whole, verdict) in faults() {
        cases.push(Case::new(format!("{fault} from L1"), &of_l1(verdict), |world| {
            world.l1.always = whole;
            world.config["deadlineSeconds"] = json!(2);
        }));
        cases.push(Case::new(format!("{fault} from the engine"), &of_engine(verdict), |world| {
            world.engine.always = whole;
            world.config["deadlineSeconds"] = json!(2);
        }));
    }
    cases.push(Case::new("nobody listens at L1", &of_l1(Wait), |world| world.l1_gone = true));
    cases.push(Case::new("nobody listens at the engine", &of_engine(Wait), |world| {
        world.engine_gone = true;
    }));
}

/// Keys, in their files.
fn keys(cases: &mut Vec<Case>) {
    for (file, gates) in [
        ("sequencer.key", &["sequencer-key"][..]),
        ("batcher.key", &["batcher-key", "reused-key", "funding", "bond"]),
        ("proposer.key", &["proposer-key"]),
        ("challenger.key", &["challenger-key"]),
    ] {
        let own = ROLES.iter().find(|role| file.starts_with(role.0)).unwrap().1;
        let text = |text: &str| File::Text(text.to_owned());
        for (name, content, verdict) in [
            ("without prefix", text(own), Pass),
            ("with white space", text(&format!(" \t0x{own} \r\n\n")), Pass),
            ("in capitals", text(&own.to_ascii_uppercase()), Pass),
            ("is missing", File::Missing, Wait),
            ("is a directory", File::Directory, Wait),
            ("is empty", text(""), Refuse),
            ("is one digit short", text(&own[1..]), Refuse),
            ("is one digit long", text(&format!("{own}0")), Refuse),
            ("is quoted", text(&format!("\"{own}\"")), Refuse),
            ("is two keys", text(&format!("{own}\n{own}")), Refuse),
            ("is zero", text(&"0".repeat(64)), Refuse),
            (
                "is the order of the curve",
                text("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"),
                Refuse,
            ),
            ("is JSON", text(&format!("{{\"key\":\"{own}\"}}")), Refuse),
        ] {
            let mut noticed: Vec<_> = gates.iter().map(|&gate| (gate, verdict)).collect();
            if file == "proposer.key" && name == "is a directory" {
                // Nobody knows whether it is the batcher's.
                noticed.push(("reused-key", Wait));
            }
            cases.push(Case::new(format!("{file} {name}"), &noticed, |world| {
                world.files.insert(file, content);
            }));
        }
        // Another account is another role to the key gates, and a poor one to funding.
        let noticed: Vec<_> = gates
            .iter()
            .map(|&gate| match gate {
                "funding" | "bond" => (gate, Wait),
                "reused-key" => (gate, Pass),
                _ => (gate, Refuse),
            })
            .collect();
        cases.push(Case::new(format!("{file} is a stranger's"), &noticed, |world| {
            world.text(file, STRANGER);
        }));
    }
}

/// The L1's URL in a file. What is no URL in it may still be half of a secret; the helper that runs
/// the program looks for each of them in every output.
fn l1_files(cases: &mut Vec<Case>) {
    let text = |text: &str| File::Text(text.to_owned());
    for (name, content, verdict) in [
        ("right", text("@L1@"), Pass),
        ("with white space around it", text(" \t@L1@ \r\n\n"), Pass),
        ("missing", File::Missing, Wait),
        ("a directory", File::Directory, Wait),
        ("a pipe", File::Pipe, Wait),
        ("empty", text(""), Wait),
        ("blank", text(" \n\t\n"), Wait),
        ("two lines", text("@L1@\n@L1@"), Refuse),
        (
            "broken in its middle",
            text("http://someuser:hunter2@127.0.0.1:1/v3/\nSECRETKEY"),
            Refuse,
        ),
        ("quoted", text("\"@L1@\""), Refuse),
        ("an assignment", text("OP_NODE_L1_ETH_RPC=@L1@"), Refuse),
        ("JSON", text("{\"url\":\"@L1@\"}"), Refuse),
        ("a key only", text("SECRETKEY"), Refuse),
        ("a user first", text("someuser:hunter2@127.0.0.1:1/v3/SECRETKEY?key=token9"), Refuse),
        ("a path", text("/v3/SECRETKEY?key=token9"), Refuse),
        ("without host", text("http://?key=token9"), Refuse),
        (
            "with another port",
            text("http://someuser:hunter2@127.0.0.1:token9/v3/SECRETKEY"),
            Refuse,
        ),
        ("of another scheme", text("wss://someuser:hunter2@127.0.0.1:1/v3/SECRETKEY"), Refuse),
        ("of a secret scheme", text("token9://127.0.0.1"), Refuse),
        ("with a NUL byte", File::Bytes(b"http://127.0.0.1:1/SECRETKEY\0".to_vec()), Refuse),
        ("no text", File::Bytes(b"http://127.0.0.1:1/SECRETKEY\xff".to_vec()), Refuse),
    ] {
        cases.push(Case::all(format!("the L1's URL in a file: {name}"), verdict, |world| {
            world.with_l1_file(content);
        }));
    }
    let of_l1 = |verdict| OF_L1.map(|gate| (gate, verdict));
    for (fault, whole, verdict) in faults() {
        cases.push(Case::new(format!("{fault} from the L1 of a file"), &of_l1(verdict), |world| {
            world.with_l1_file(File::Text("@L1@".to_owned()));
            world.l1.always = whole;
            world.config["deadlineSeconds"] = json!(2);
        }));
    }
    cases.push(Case::new("nobody listens at the L1 of a file", &of_l1(Wait), |world| {
        world.with_l1_file(File::Text("@L1@".to_owned()));
        world.l1_gone = true;
    }));
}

/// genesis.json and rollup.json, and the operator's own numbers.
fn files(cases: &mut Vec<Case>) {
    for file in ["genesis.json", "rollup.json"] {
        for (content, verdict) in [
            (File::Missing, Wait),
            (File::Directory, Wait),
            (File::Text(String::new()), Refuse),
            (File::Text("{}".to_owned()), Refuse),
            (File::Text("[]".to_owned()), Refuse),
            (File::Text("null".to_owned()), Refuse),
            (File::Text("<html></html>".to_owned()), Refuse),
            (File::Text(SMALL[..SMALL.len() / 2].to_owned()), Refuse),
        ] {
            cases.push(Case::all(format!("{file} is {content:?}"), verdict, |world| {
                world.files.insert(file, content);
            }));
        }
    }
    cases.push(Case::all("the two files are swapped", Refuse, |world| {
        let File::Text(rollup) = world.files["rollup.json"].clone() else { unreachable!() };
        world.text("genesis.json", rollup);
        world.text("rollup.json", SMALL);
    }));
    // The hash follows from rollup.json, but no engine can begin with it.
    let noticed = [("fork-schedule", Refuse), ("fee-parameters", Refuse)];
    cases.push(Case::new("genesis.json without config, as in the registry", &noticed, |world| {
        world.json("genesis.json", "/config", json!(null));
    }));
    cases.push(Case::new("genesis.json with other white space", &[], |world| {
        world.text("genesis.json", serde_json::from_str::<Value>(SMALL).unwrap().to_string());
    }));

    let hash = [("genesis-hash", Refuse), ("genesis-live", Refuse)];
    let with_fees = [hash[0], hash[1], ("fee-parameters", Warn)];
    let clock = [("genesis-hash", Refuse), ("genesis-live", Refuse), ("genesis-timestamp", Refuse)];
    let chain = [("l2-chain", Refuse), ("genesis-live", Refuse)];
    for (name, place, value, noticed) in [
        ("another gas limit", "/gasLimit", json!("0x1c9c380"), &with_fees[..]),
        (
            "another balance",
            "/alloc/0000000000000000000000000000000000000001/balance",
            json!("0x2"),
            &hash,
        ),
        (
            "another code",
            "/alloc/4200000000000000000000000000000000000016/code",
            json!("0x60806041"),
            &hash,
        ),
        ("another nonce", "/nonce", json!("0x2b"), &hash),
        (
            "another extra data",
            "/extraData",
            json!("0x01000000fa000000060000000000000001"),
            &with_fees,
        ),
        ("another second", "/timestamp", json!(TIME + 1), &clock),
        ("another chain id", "/config/chainId", json!(902), &chain),
    ] {
        cases.push(Case::new(format!("genesis.json with {name}"), noticed, |world| {
            world.json("genesis.json", place, value);
        }));
    }
    for (name, place, value) in [
        ("London later", "/config/londonBlock", json!(1)),
        ("Isthmus without Prague", "/config/pragueTime", json!(null)),
        (
            "a state hash",
            "/alloc/4200000000000000000000000000000000000016/storage",
            json!({"0x01": "0x1"}),
        ),
        (
            "a balance of nothing",
            "/alloc/0000000000000000000000000000000000000001/balance",
            json!(""),
        ),
    ] {
        cases.push(Case::all(format!("genesis.json with {name}"), Refuse, |world| {
            world.json("genesis.json", place, value);
        }));
    }
    // Both files agree with each other and with the engine; only L1 shows that they are 4.3 h early.
    cases.push(Case::new(
        "a genesis before its L1 origin",
        &[("genesis-timestamp", Refuse)],
        |world| {
            world.json("genesis.json", "/timestamp", json!(TIME - 15_616));
            world.json("rollup.json", "/genesis/l2_time", json!(TIME - 15_616));
            world.agree_on_hash();
        },
    ));

    let contract = json!("0x00000000000000000000000000000000000000c9");
    let other_hash = json!(format!("0x{}", "2b".repeat(32)));
    let no_block = [("l1-origin", Wait), ("genesis-timestamp", Wait), ("l1-agreement", Wait)];
    let system_config =
        ["batcher-key", "sequencer-key", "unsafe-signer", "game-type", "l1-proofs", "contracts"]
            .map(|gate| (gate, Refuse));
    for (name, place, value, noticed) in [
        (
            "another L1",
            "/l1_chain_id",
            json!(1),
            &[("l1-chain", Refuse), ("l1-beacon", Refuse)][..],
        ),
        ("another L2", "/l2_chain_id", json!(902), &[("l2-chain", Refuse), ("contracts", Refuse)]),
        (
            "another genesis hash",
            "/genesis/l2/hash",
            other_hash.clone(),
            &[("genesis-hash", Refuse)],
        ),
        ("another second", "/genesis/l2_time", json!(TIME + 1), &[("genesis-timestamp", Refuse)]),
        ("another L1 origin", "/genesis/l1/hash", other_hash, &[("l1-origin", Refuse)]),
        ("an L1 origin to come", "/genesis/l1/number", json!(8), &no_block),
        (
            "a genesis number that no engine has",
            "/genesis/l2/number",
            json!(1),
            &[("genesis-live", Refuse), ("rollup-config", Refuse)],
        ),
        (
            "another batcher",
            "/genesis/system_config/batcherAddr",
            contract.clone(),
            &[("batcher-key", Refuse)],
        ),
        ("another SystemConfig", "/l1_system_config_address", contract.clone(), &system_config),
        (
            "another portal",
            "/deposit_contract_address",
            contract.clone(),
            &[("game-type", Refuse), ("contracts", Refuse)],
        ),
    ] {
        cases.push(Case::new(format!("rollup.json with {name}"), noticed, |world| {
            world.json("rollup.json", place, value);
        }));
    }
    for (name, place, value) in [
        ("a chain id as text", "/l2_chain_id", json!("901")),
        ("half a hash", "/genesis/l2/hash", json!(L2_HASH[..34])),
        ("no batcher", "/genesis/system_config/batcherAddr", json!(null)),
        ("a negative second", "/genesis/l2_time", json!(-1)),
    ] {
        cases.push(Case::all(format!("rollup.json with {name}"), Refuse, |world| {
            world.json("rollup.json", place, value);
        }));
    }

    let factory = ["game-type", "proposer-key", "challenger-key", "prestate", "bond", "contracts"]
        .map(|gate| (gate, Refuse));
    for (name, place, value, noticed) in [
        ("another L1", "/l1/chainId", json!(1), &[("l1-chain", Refuse)][..]),
        ("another L2", "/chain/l2ChainId", json!(1), &[("l2-chain", Refuse), ("bundle", Refuse)]),
        ("another factory", "/chain/disputeGameFactory", contract, &factory),
        (
            "more ether",
            "/services/funding/minBalance",
            json!("1000000000000000001"),
            &[("funding", Wait)],
        ),
        (
            "the same ether in hex",
            "/services/funding/minBalance",
            json!(format!("{MIN_BALANCE:#x}")),
            &[],
        ),
        ("the same ether as a number", "/services/funding/minBalance", json!(MIN_BALANCE), &[]),
    ] {
        cases.push(Case::new(format!("a configuration with {name}"), noticed, |world| {
            *world.config.pointer_mut(place).unwrap() = value;
        }));
    }
    for (name, place, value) in [
        ("an L1 URL that is none", "/l1/rpc", json!("not a url")),
        ("an L1 URL of another scheme", "/l1/rpc", json!("ws://127.0.0.1:1")),
    ] {
        cases.push(Case::all(format!("a configuration with {name}"), Refuse, |world| {
            *world.config.pointer_mut(place).unwrap() = value;
        }));
    }
    // Nothing of L1 is to be known, and enough is wrong without it.
    let mut noticed = OF_L1.map(|gate| (gate, Wait)).to_vec();
    noticed.push(("l1-chain", Refuse));
    cases.push(Case::new("another L1 is meant and nobody listens", &noticed, |world| {
        world.config["l1"]["chainId"] = json!(1);
        world.l1_gone = true;
    }));
}

pub(crate) fn all_cases() -> Vec<Case> {
    let mut cases = vec![Case::new("everything is right", &[], |_| ())];
    faults_of_nodes(&mut cases);
    game_arguments(&mut cases);
    game_types(&mut cases);
    lies_about_reads(&mut cases);
    other_truths(&mut cases);
    keys(&mut cases);
    files(&mut cases);
    l1_files(&mut cases);
    artifacts::cases(&mut cases);
    settings::cases(&mut cases);
    host::cases(&mut cases);
    rules::cases(&mut cases);
    cases
}

/// Compares a judgement with what is expected of its gate.
fn judged(case: &Case, judgement: &Value, errors: &mut Vec<String>) {
    let gate = judgement["service"].as_str().unwrap();
    let expected = case.expected(gate);
    let mut wrong = |what: &str| errors.push(format!("{}: {gate}: {what}: {judgement}", case.name));
    let answer = expected.of_service();
    if judgement["answer"] != answer.name() {
        wrong(&format!("not {}", answer.name()));
    }
    let findings = judgement["findings"].as_array().unwrap();
    let said = |answer: Verdict| findings.iter().any(|it| it["answer"] == answer.name());
    if matches!(expected, Skip | Warn) && !said(expected) {
        wrong(&format!("no finding says {}", expected.name()));
    }
    if expected == Pass && findings.iter().any(|finding| finding["answer"] != "pass") {
        wrong("a finding is no pass");
    }
    for finding in findings {
        let bad = ["warn", "wait", "refuse"].iter().any(|answer| finding["answer"] == *answer);
        let empty = |field: &&str| finding[*field].as_str().unwrap().is_empty();
        if bad && ["expected", "found", "source", "mend"].iter().any(empty) {
            wrong("a finding does not say everything");
        }
    }
}

/// Runs a case and returns how many judgements were compared.
fn run(case: &Case, errors: &mut Vec<String>) -> usize {
    let world = case.world.start();
    let check = world.check(&["--json"]);
    let judgements = check.json();
    let judgements = judgements.as_array().unwrap();
    assert_eq!(judgements.len(), GATES.len(), "{}", case.name);
    for judgement in judgements {
        judged(case, judgement, errors);
    }

    let worst = GATES.map(|gate| case.expected(gate).code()).into_iter().max();
    if check.code != worst {
        errors.push(format!("{}: check ends with {:?}, not {worst:?}", case.name, check.code));
    }

    // By itself as well: each gate that must notice, and one that must not.
    let noticing = GATES.iter().copied().filter(|gate| case.noticed.contains_key(gate));
    let passing = GATES.iter().copied().find(|gate| case.expected(gate) == Pass);
    let alone: Vec<&str> = noticing.chain(passing).collect();
    let runs: Vec<Run> = thread::scope(|scope| {
        let threads: Vec<_> =
            alone.iter().map(|gate| scope.spawn(|| world.gate(gate, &[]))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    for (gate, run) in alone.iter().zip(runs) {
        let expected = case.expected(gate);
        let head = expected.of_service();
        if run.code != Some(expected.code())
            || !run.stdout.starts_with(&format!("{gate}: {}\n", head.name()))
        {
            errors.push(format!("{}: gate {gate} is not {}: {run:?}", case.name, expected.name()));
        }
    }
    judgements.len() + alone.len()
}

#[test]
fn nothing_but_right_starts_a_service() {
    let cases = all_cases();
    let next = AtomicUsize::new(0);
    let compared = AtomicUsize::new(0);
    let errors = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let mut found = Vec::new();
                    compared.fetch_add(run(case, &mut found), Ordering::SeqCst);
                    errors.lock().unwrap().append(&mut found);
                }
            });
        }
    });
    let errors = errors.into_inner().unwrap();
    println!(
        "{} worlds, {} judgements, {} wrong",
        cases.len(),
        compared.into_inner(),
        errors.len()
    );
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

#[test]
fn a_silent_l1_ends_in_wait_within_the_deadline() {
    let mut world = World::right();
    world.l1.always = Whole::Hang;
    world.config["deadlineSeconds"] = json!(2);
    let started = Instant::now();
    let run = world.start().gate("batcher-key", &[]);
    assert_eq!(run.code, Some(75), "{run:?}");
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
}

#[test]
fn a_fault_that_passes_delays_the_pass_only() {
    for first in [
        Whole::Status("429 Too Many Requests", "retry-after: 0\r\n"),
        Whole::Status("503 Service Unavailable", ""),
        Whole::Reset,
        Whole::Truncated,
    ] {
        let mut world = World::right();
        world.l1.first = first;
        let run = world.start().gate("batcher-key", &[]);
        assert_eq!(run.code, Some(0), "{first:?}: {run:?}");
    }
}

#[test]
fn a_full_check_asks_little() {
    // At most two batches to L1, one to each engine, to its authenticated port and to each other
    // endpoint of L1; two documents of the beacon node.
    for (spoil, requests) in [
        ((|_| ()) as fn(&mut World), [2, 1, 1, 1, 2]),
        (World::with_old_factory, [2, 1, 1, 1, 2]),
        (|world| world.l1.edit("latest", "number", json!("0x2000")), [2, 1, 1, 1, 2]),
    ] {
        let mut world = World::right();
        spoil(&mut world);
        let world = world.start();
        let run = world.check(&[]);
        assert_eq!(run.code, Some(0), "{run:?}");
        assert_eq!(world.requests(), requests);
    }
}

#[test]
fn a_limit_that_passes_is_told() {
    let mut world = World::right();
    world.l1.first = Whole::Status("429 Too Many Requests", "retry-after: 0\r\n");
    let run = world.start().gate("l1-rate-limit", &["--json"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let judgement = run.json();
    let finding = &judgement["findings"][1];
    assert_eq!(
        (&judgement["answer"], &finding["answer"]),
        (&json!("pass"), &json!("warn")),
        "{run:?}"
    );
    assert!(finding["mend"].as_str().unwrap().contains("--l1.rpc-rate-limit"), "{run:?}");
}

#[test]
fn any_deadline_is_a_deadline() {
    for (seconds, l1, code) in [(0, Whole::Hang, 75), (u64::MAX, Whole::Calls, 0)] {
        let mut world = World::right();
        world.l1.always = l1;
        world.config["deadlineSeconds"] = json!(seconds);
        let run = world.start().check(&[]);
        assert_eq!(run.code, Some(code), "{seconds} s: {run:?}");
    }
}

#[test]
fn many_silent_engines_take_no_longer_than_one() {
    let mut world = World::right();
    world.engine.always = Whole::Hang;
    world.config["deadlineSeconds"] = json!(2);
    let services = ["a", "b", "c", "d"];
    for name in services {
        world.config["services"][name] =
            json!({"gates": ["genesis-live"], "engineRpc": format!("ENGINE{name}")});
    }
    let node = crate::node::Node::start(world.engine.clone());
    let mut text = world.config.to_string();
    for name in services {
        text = text.replace(&format!("ENGINE{name}"), &format!("{}/{name}", node.url()));
    }
    world.config = serde_json::from_str(&text).unwrap();
    let judgements = world.start().check(&["--json"]).json();
    let answer = |service: &str| {
        judgements
            .as_array()
            .unwrap()
            .iter()
            .find(|judgement| judgement["service"] == service)
            .unwrap()["answer"]
            .clone()
    };
    assert!(services.iter().all(|service| answer(service) == "wait"), "{judgements:#}");
    assert_eq!(answer("batcher-key"), "pass", "{judgements:#}");
}
