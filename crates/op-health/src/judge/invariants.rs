//! The set of conditions follows from the configuration alone, whatever was read and whatever was not.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, B256, U256};
use eth_rpc::{Reading, Unread};
use op_prove::compare::{Block, Snapshot};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{all, tests};
use crate::causes;
use crate::update::{self, nodes::NodeNews};
use crate::watch::Watch;
use op_observe::engine::EngineAnswers;
use op_observe::l1::L1Answers;
use op_observe::{node::NodeAnswers, programs::Program};
use op_status::condition::{Name, State};
use op_util::time::unix_now;

/// Everything that a host may run.
fn services() -> Value {
    let program = |component: &str, port: u16, args: &[&str]| {
        let metrics = format!("--metrics.port={port}");
        let args = [&[&*metrics, "--metrics.enabled"], args].concat();
        json!({"gates": ["l1-chain"], "minBalance": "0x1", "unit": format!("{component}.service"),
            "command": {"component": component, "args": args}})
    };
    let node = |rpc: u16, engine: u16, args: &[&str]| {
        let (rpc, metrics) = (format!("--rpc.port={rpc}"), format!("--metrics.port={}", rpc + 1));
        let args = [&[&*rpc, &*metrics, "--metrics.enabled"], args].concat();
        json!({"gates": ["sequencer-key"], "engineRpc": format!("http://127.0.0.1:{engine}"),
            "command": {"component": "op-node", "args": args}})
    };
    let engine = |port: u16, args: &[&str]| {
        let port = format!("--http.port={port}");
        let args = [&["--http", &*port], args].concat();
        json!({"gates": ["l1-chain"], "dataDir": "/data", "minFreeBytes": 1,
            "command": {"component": "op-geth", "args": args}})
    };
    let mut batcher = program("op-batcher", 7301, &[]);
    batcher["gates"] = json!(["batcher-key"]);
    json!({
        "sequencer-engine": engine(8545, &[]),
        "sequencer-node": node(9545, 8545, &["--sequencer.enabled"]),
        "follower-engine": engine(8645, &["--rollup.sequencerhttp=http://127.0.0.1:8545"]),
        "follower-node": node(9645, 8645, &[]),
        "batcher": batcher,
        "proposer": program("op-proposer", 7302, &["--proposal-interval=1h"]),
        "challenger": program("op-challenger", 7303, &[]),
        "dispute-mon": program("op-dispute-mon", 7304, &[]),
    })
}

fn names(watch: &Watch) -> BTreeSet<(&'static str, String)> {
    all(watch).into_iter().map(|one| (one.name.text(), one.subject)).collect()
}

fn gone() -> Unread {
    Unread::Unreachable("gone".to_owned())
}

/// One poll, of which part was answered.
#[derive(Debug, Clone)]
enum Poll {
    Nodes(Vec<(u8, u8)>),
    L1(u8),
    Program(&'static str, u8),
    Keys(u8),
    Chain,
    Held(&'static str, bool),
    Later(f64),
}

const PROGRAMS: [&str; 6] =
    ["batcher", "proposer", "challenger", "dispute-mon", "sequencer-node", "follower-node"];

fn poll() -> impl Strategy<Value = Poll> {
    prop_oneof![
        prop::collection::vec((0..3_u8, 0..3_u8), 2).prop_map(Poll::Nodes),
        (0..5_u8).prop_map(Poll::L1),
        (prop::sample::select(&PROGRAMS[..]), 0..3_u8)
            .prop_map(|(name, kind)| Poll::Program(name, kind)),
        any::<u8>().prop_map(Poll::Keys),
        Just(Poll::Chain),
        (prop::sample::select(&PROGRAMS[..]), any::<bool>())
            .prop_map(|(name, held)| Poll::Held(name, held)),
        (0.0..100_000.0).prop_map(Poll::Later),
    ]
}

fn engine(kind: u8) -> Reading<EngineAnswers> {
    let block = Block { number: 7, hash: B256::ZERO, parent: B256::ZERO, timestamp: 1_799_999_999 };
    let latest = match kind {
        0 => return Err(gone()),
        1 => None,
        _ => Some(block),
    };
    let snapshot = Snapshot { latest, ..Snapshot::default() };
    Ok(EngineAnswers { snapshot, ..EngineAnswers::default() })
}

fn node(kind: u8) -> Reading<NodeAnswers> {
    let active = |kind| if kind == 1 { Err(gone()) } else { Ok(true) };
    match kind {
        0 => Err(gone()),
        _ => Ok(NodeAnswers {
            sync: Err(gone()),
            peers: active(kind).map(u64::from),
            active: Some(active(kind)),
        }),
    }
}

fn l1(watch: &Watch, kind: u8) -> Reading<L1Answers> {
    let answers = tests::l1(None);
    let accounts = watch.seen.accounts.values();
    let read = match kind {
        0 => return Err(gone()),
        1 => BTreeMap::new(),
        2 => accounts.map(|account| (*account, (Err(gone()), Err(gone())))).collect(),
        _ => accounts.map(|account| (*account, (Ok(U256::from(9)), Ok(1)))).collect(),
    };
    let role = (kind == 4).then(|| Ok(Address::repeat_byte(1)));
    Ok(L1Answers { accounts: read, batcher: role.clone(), signer: role, ..answers })
}

fn take(watch: &mut Watch, poll: Poll) {
    match poll {
        Poll::Nodes(kinds) => {
            let news = kinds.into_iter().map(|(of_engine, of_node)| NodeNews {
                engine: engine(of_engine),
                node: Some(node(of_node)),
            });
            update::nodes::take(watch, news.collect());
        }
        Poll::L1(kind) => {
            let reading = l1(watch, kind);
            update::l1::take(watch, reading);
        }
        Poll::Program(name, kind) => {
            let reading = match kind {
                0 => Err(gone()),
                1 => Ok(Program::default()),
                _ => Ok(Program {
                    started: Some(1.0),
                    derivation_resets: Some(1.0),
                    ..Program::default()
                }),
            };
            watch.seen.programs.entry(name.to_owned()).or_default().take(reading);
        }
        Poll::Keys(which) => {
            let keys = PROGRAMS.iter().enumerate().filter(|(bit, _)| which >> bit & 1 == 1);
            let address = |bit: usize| Address::repeat_byte(u8::try_from(bit % 4).unwrap());
            watch.seen.accounts =
                keys.map(|(bit, name)| ((*name).to_owned(), address(bit))).collect();
        }
        Poll::Chain => watch.seen.chain = Some(serde_json::from_value(tests::rollup()).unwrap()),
        Poll::Held(name, true) => drop(watch.seen.held.insert(name.to_owned(), "so".to_owned())),
        Poll::Held(name, false) => drop(watch.seen.held.remove(name)),
        Poll::Later(seconds) => watch.seen.now += seconds,
    }
}

proptest! {
    #[test]
    fn no_condition_appears_or_disappears(polls in prop::collection::vec(poll(), 0..12)) {
        let mut watch = tests::watch(&services());
        let expected = names(&watch);
        for poll in polls {
            take(&mut watch, poll.clone());
            prop_assert_eq!(names(&watch), expected.clone(), "{:?}", poll);
        }
    }
}

/// What has no unknown state: it counts only what was seen to happen.
const EVENTS: [Name; 1] = [Name::Clock];

#[test]
fn nothing_holds_that_nobody_read() {
    let watch = tests::watch(&services());
    let holds =
        all(&watch).into_iter().filter(|one| one.state.is_ready() && !EVENTS.contains(&one.name));
    let holds: Vec<String> =
        holds.map(|one| format!("{} {}: {}", one.subject, one.name, one.found)).collect();
    assert!(holds.is_empty(), "{holds:#?}");
    let every: BTreeSet<_> = all(&watch).into_iter().map(|one| one.name).collect();
    let missing: Vec<_> = Name::ALL.iter().filter(|name| !every.contains(*name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert!(all(&watch).iter().any(|one| one.state == State::Unknown));
}

/// A host that was switched on before the chain's files are there: L1 answers, nothing was started.
#[test]
fn without_the_chains_files_one_cause_stands() {
    let services = services();
    let mut watch = tests::watch(&services);
    let judged = services.as_object().unwrap().keys().map(|service| {
        let found = "cannot read /var/lib/op-stack/chain/rollup.json: No such file or directory";
        json!({"service": service, "answer": "wait", "findings": [{"gate": "chain-files", "answer": "wait",
            "expected": "the chain's files", "found": found, "source": "", "mend": "Put the chain's file there."}]})
    });
    let record =
        json!({"version": 1, "judgedAt": unix_now(), "services": judged.collect::<Vec<_>>()});
    watch.seen.judgements = Ok(serde_json::from_value(record).unwrap());
    update::l1::take(&mut watch, Ok(tests::l1(None)));
    let silent = (0..2).map(|_| NodeNews { engine: Err(gone()), node: Some(Err(gone())) });
    update::nodes::take(&mut watch, silent.collect());
    watch.seen.disks.insert("/data".into(), Ok(2));
    let mut conditions = all(&watch);
    causes::mark(&watch, &mut conditions);
    let causes = conditions.iter().filter(|one| !one.state.is_ready() && one.follows.is_none());
    let causes: Vec<_> = causes.map(|one| (one.name, one.subject.as_str())).collect();
    assert_eq!(causes, [(Name::Gates, "batcher")]);
}
