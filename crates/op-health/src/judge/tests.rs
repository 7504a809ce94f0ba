//! What holds of the conditions whatever was read, and whatever was not.

use std::{collections::BTreeMap, collections::BTreeSet, time::Duration};

use alloy_primitives::{Address, B256};
use eth_rpc::Unread;
use op_gate::config::Config;
use op_prove::compare::{Block, Verdict};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::all;
use crate::figures::l1::sequencing_window;
use crate::memory::{self, Head, Memory};
use crate::plan::Plan;
use crate::seen::Comparison;
use crate::setup::Setup;
use crate::{update, watch::Watch};
use op_observe::games::{Constants, GameAnswers, GameState, NewGame};
use op_observe::l1::L1Answers;
use op_observe::{node::NodeAnswers, programs::Program};
use op_status::condition::{Acceptance, Name, State};
use op_status::status::L1Head;
use op_util::number::whole;

const NOW: f64 = 1_800_000_000.0;
const DAY: f64 = 24.0 * 3_600.0;
pub(super) const PROPOSER: Address = Address::repeat_byte(0x11);
const STRANGER: Address = Address::repeat_byte(0x22);

fn config(services: &Value) -> Config {
    serde_json::from_value(json!({
        "chain": {"genesis": "genesis.json", "rollup": "rollup.json", "l2ChainId": 901,
            "disputeGameFactory": Address::repeat_byte(0xc3)},
        "l1": {"rpc": "http://127.0.0.1:1", "chainId": 900},
        "services": services,
        "serve": {"listen": "127.0.0.1:7399", "intervalSeconds": 60},
    }))
    .unwrap()
}

pub(super) fn watch(services: &Value) -> Watch {
    let config = config(services);
    let serve = config.serve.clone().unwrap();
    let plan = Plan::of(&config, &serve, Duration::from_secs(1)).unwrap();
    let setup = Setup {
        plan,
        judging_interval: serve.interval(),
        grace: 30.0,
        watching_since: NOW - DAY,
        config,
    };
    let mut watch = Watch::new(setup, Memory::new());
    watch.seen.now = NOW;
    watch
}

pub(super) fn games() -> Watch {
    watch(&json!({
        "proposer": {"gates": ["l1-chain"], "gameType": 1,
            "command": {"component": "op-proposer", "args": ["--proposal-interval=1h"]}},
        "challenger": {"gates": ["l1-chain"], "command": {"component": "op-challenger"}},
        "dispute-mon": {"gates": ["l1-chain"],
            "command": {"component": "op-dispute-mon",
                "args": ["--metrics.enabled", "--metrics.port=7304", "--metrics.addr=127.0.0.1"]}},
    }))
}

pub(super) fn l1(games: Option<Result<GameAnswers, Unread>>) -> L1Answers {
    let head = L1Head { number: 9, timestamp: 1_799_999_990 };
    L1Answers {
        endpoint: String::new(),
        head,
        hash: B256::ZERO,
        again: None,
        safe: Some(head),
        finalized: Some(head),
        batcher: None,
        signer: None,
        accounts: BTreeMap::new(),
        games,
        withdrawals: None,
        control: None,
        limited: 0,
    }
}

pub(super) fn answers(
    new: impl IntoIterator<Item = (u64, NewGame)>,
    states: impl IntoIterator<Item = (u64, Result<GameState, Unread>)>,
) -> GameAnswers {
    let (new, states): (BTreeMap<_, _>, BTreeMap<_, _>) =
        (new.into_iter().collect(), states.into_iter().collect());
    GameAnswers { respected: 1, count: 10, new, states }
}

pub(super) fn made(created: u64, kind: u32, proxy: u8) -> NewGame {
    NewGame { kind, created, proxy: Address::repeat_byte(proxy) }
}

pub(super) fn state(status: u8, creator: Address) -> GameState {
    let claim = Ok((B256::repeat_byte(0xaa), 7));
    let constants = Constants { creator, clock: Some(302_400), claim };
    GameState { status, claims: Some(1), constants: Some(constants) }
}

pub(super) fn gone() -> Unread {
    Unread::Malformed("no code".to_owned())
}

fn take(watch: &mut Watch, games: GameAnswers) {
    watch.seen.accounts.insert("proposer".to_owned(), PROPOSER);
    update::l1::take(watch, Ok(l1(Some(Ok(games)))));
}

fn of(watch: &Watch, name: Name) -> (State, String) {
    let found = all(watch).into_iter().find(|condition| condition.name == name);
    found.map(|condition| (condition.state, condition.found)).unwrap()
}

fn names(watch: &Watch) -> BTreeSet<(&'static str, String)> {
    all(watch).into_iter().map(|one| (one.name.text(), one.subject)).collect()
}

/// What L1 and op-dispute-mon may have answered at a poll.
fn arbitrary() -> impl Strategy<Value = (u8, u8)> {
    (0..6_u8, 0..4_u8)
}

proptest! {
    #[test]
    fn no_condition_of_games_disappears(polls in prop::collection::vec(arbitrary(), 0..8)) {
        let mut watch = games();
        let expected = names(&watch);
        for (of_l1, of_monitor) in polls {
            let failed = || Unread::Unreachable("gone".to_owned());
            let reading = match of_l1 {
                0 => Err(failed()),
                1 => Ok(l1(None)),
                2 => Ok(l1(Some(Err(failed())))),
                3 => Ok(l1(Some(Ok(answers([(0, made(1, 1, 3))], []))))),
                4 => Ok(l1(Some(Ok(answers([], [(0, Err(gone()))]))))),
                _ => Ok(l1(Some(Ok(answers([], [(0, Ok(state(1, PROPOSER)))]))))),
            };
            update::l1::take(&mut watch, reading);
            let monitor = watch.seen.programs.entry("dispute-mon".to_owned()).or_default();
            monitor.take(match of_monitor {
                0 => Err(failed()),
                1 => Ok(Program::default()),
                2 => Ok(Program { disagreements: Some(0.0), ..Program::default() }),
                _ => Ok(Program { disagreements: Some(1.0), judged_at: Some(1.0), ..Program::default() }),
            });
            prop_assert_eq!(names(&watch), expected.clone());
        }
    }
}

/// What the charts say of now is what the tables say.
#[test]
fn the_last_point_of_the_charts_is_of_now() {
    let mut watch = games();
    for _ in 0..2 {
        let judged = all(&watch);
        crate::turn::take(&mut watch, judged);
        crate::history::draw(&mut watch);
        let status = crate::report::status(&watch);
        let last = status.history.last().unwrap();
        assert_eq!(
            (last.at, last.failed as usize),
            (status.observed_at, status.failed(None).count())
        );
        // Half a minute later everything is read.
        watch.seen.now += 30.0;
        take(&mut watch, answers([(0, made(1_799_999_000, 1, 3))], []));
        take(&mut watch, answers([], [(0, Ok(state(0, PROPOSER)))]));
    }
}

#[test]
fn what_nobody_read_of_games_is_unknown() {
    let watch = games();
    for name in [
        Name::NewestGame,
        Name::GameType,
        Name::GameDisputed,
        Name::GameUnresolved,
        Name::DisputeMon,
    ] {
        assert_eq!(of(&watch, name).0, State::Unknown, "{name}");
    }
}

#[test]
fn one_game_that_cannot_be_read_is_one_game() {
    let mut watch = games();
    let now = 1_799_999_000;
    take(&mut watch, answers([(0, made(now, 1, 3)), (1, made(now, 1, 4))], []));
    take(&mut watch, answers([], [(0, Err(gone())), (1, Ok(state(0, PROPOSER)))]));
    assert_eq!(of(&watch, Name::NewestGame).0, State::Ok);
    let (answer, found) = of(&watch, Name::GameUnresolved);
    assert_eq!((answer, &*found), (State::Warn, "2 in play, 0 overdue, 1 not readable"));
    // L1 was reorganised: another contract has the index.
    assert_eq!(update::l1::questions(&watch).games.again, BTreeSet::from([0]));
    take(&mut watch, answers([(0, made(now, 1, 5))], [(1, Ok(state(0, PROPOSER)))]));
    take(&mut watch, answers([], [(0, Ok(state(0, PROPOSER))), (1, Ok(state(0, PROPOSER)))]));
    assert_eq!(of(&watch, Name::GameUnresolved).0, State::Ok);
}

#[test]
fn a_game_without_moves_is_never_overdue() {
    let mut watch = games();
    let constants = Constants { creator: STRANGER, clock: None, claim: Err(gone()) };
    let game = GameState { status: 0, claims: None, constants: Some(constants) };
    take(&mut watch, answers([(0, made(1, 10, 3))], []));
    take(&mut watch, answers([], [(0, Ok(game))]));
    assert_eq!(of(&watch, Name::GameUnresolved).0, State::Ok);
}

/// Where games come every twelve hours, one that nobody resolves is overdue within a day.
#[test]
fn a_challenger_that_was_taken_away_is_missed_with_the_next_game() {
    let half_a_day = 43_200;
    let proposer = json!({"gates": ["l1-chain"], "gameType": 1,
        "command": {"component": "op-proposer", "args": ["--proposal-interval=12h"]}});
    let mut watch = watch(&json!({"proposer": proposer}));
    // The first game was resolved at its time, three and a half days after it was made.
    let first = 1_799_697_600;
    let made = |index: u64| (index, made(first + index * half_a_day, 1, 3));
    let open = |index: u64| (index, Ok(state(0, PROPOSER)));
    take(&mut watch, answers((0..8).map(made), []));
    take(&mut watch, answers([], (1..8).map(open).chain([(0, Ok(state(2, PROPOSER)))])));
    // Somebody did it, so a challenger is elsewhere, or was here.
    assert_eq!(of(&watch, Name::GameUnresolved).0, State::Ok);
    for (hours, state) in [(12.0, State::Ok), (20.0, State::Ok), (21.0, State::Failed)] {
        watch.seen.now = NOW + hours * 3_600.0;
        assert_eq!(of(&watch, Name::GameUnresolved).0, state, "after {hours} hours");
    }
    // It is elsewhere, and goes on.
    take(&mut watch, answers([], [(1, Ok(state(2, PROPOSER)))]));
    assert_eq!(of(&watch, Name::GameUnresolved).0, State::Ok);
}

#[test]
fn a_strangers_game_does_not_hide_that_ours_stopped() {
    let mut watch = games();
    let (old, new) = (1_799_900_000, 1_799_999_900);
    take(&mut watch, answers([(0, made(old, 1, 3)), (1, made(new, 0, 4))], []));
    take(&mut watch, answers([], [(0, Ok(state(0, PROPOSER))), (1, Ok(state(0, STRANGER)))]));
    assert_eq!(of(&watch, Name::NewestGame).0, State::Failed);
    assert_eq!(of(&watch, Name::GameType).0, State::Ok);
}

#[test]
fn a_lost_game_counts_for_four_weeks() {
    let mut watch = games();
    take(&mut watch, answers([(0, made(1_799_999_000, 1, 3))], []));
    take(&mut watch, answers([], [(0, Ok(state(1, PROPOSER)))]));
    assert_eq!(of(&watch, Name::GameDisputed).0, State::Failed);
    watch.seen.now += 27.0 * DAY;
    take(&mut watch, answers([], []));
    assert_eq!(of(&watch, Name::GameDisputed).0, State::Failed);
    watch.seen.now += 2.0 * DAY;
    take(&mut watch, answers([], []));
    assert_eq!(of(&watch, Name::GameDisputed).0, State::Ok);
}

#[test]
fn a_lost_game_that_is_accepted_counts_no_more_and_the_next_one_does() {
    let mut watch = games();
    take(&mut watch, answers([(0, made(1_799_999_000, 1, 3)), (1, made(1_799_999_000, 1, 4))], []));
    take(&mut watch, answers([], [(0, Ok(state(1, PROPOSER)))]));
    let accept = |watch: &mut Watch, at: f64| {
        let acceptance = Acceptance { at: whole(at), why: "known".to_owned() };
        watch.seen.accepted = BTreeMap::from([(Name::GameDisputed, acceptance)]);
    };
    // A time that is still to come accepts nothing.
    for (at, state) in [(NOW - 1.0, State::Failed), (NOW + 9.0, State::Failed), (NOW, State::Ok)] {
        accept(&mut watch, at);
        assert_eq!(of(&watch, Name::GameDisputed).0, state, "{at}");
    }
    let all = all(&watch);
    let accepted: Vec<_> =
        all.iter().filter_map(|one| Some((one.name, one.accepted.as_ref()?))).collect();
    assert_eq!(accepted, [(Name::GameDisputed, &watch.seen.accepted[&Name::GameDisputed])]);
    watch.seen.now += 60.0;
    take(&mut watch, answers([], [(1, Ok(state(1, PROPOSER)))]));
    let (answer, found) = of(&watch, Name::GameDisputed);
    assert_eq!((answer, &*found), (State::Failed, "0 disputed, 1 lost, 1 more accepted"));
    watch.seen.accepted.clear();
    assert_eq!(of(&watch, Name::GameDisputed).1, "0 disputed, 2 lost");
}

#[test]
fn an_absent_or_old_figure_of_dispute_mon_is_no_agreement() {
    let mut watch = games();
    for (disagreements, judged_at, expected) in [
        (None, None, State::Unknown),
        (None, Some(NOW), State::Unknown),
        (Some(0.0), Some(NOW - 700.0), State::Unknown),
        (Some(0.0), Some(NOW - 500.0), State::Ok),
        (Some(1.0), Some(NOW - 500.0), State::Failed),
        // A release without that metric.
        (Some(0.0), None, State::Ok),
    ] {
        let started = Some(NOW - 1_000.0);
        let program = Program { started, disagreements, judged_at, ..Program::default() };
        watch.seen.programs.entry("dispute-mon".to_owned()).or_default().take(Ok(program));
        assert_eq!(of(&watch, Name::DisputeMon).0, expected, "{disagreements:?} {judged_at:?}");
    }
    let young = Program { started: Some(NOW - 60.0), ..Program::default() };
    watch.seen.programs.entry("dispute-mon".to_owned()).or_default().take(Ok(young));
    assert_eq!(of(&watch, Name::DisputeMon).0, State::Ok);
}

#[test]
fn finality_that_cannot_be_read_is_not_fine() {
    let mut watch = games();
    update::l1::take(&mut watch, Ok(L1Answers { finalized: None, ..l1(None) }));
    assert_eq!(of(&watch, Name::L1).0, State::Warn);
}

#[test]
fn heads_are_judged_on_a_host_without_the_sequencer() {
    let mut watch = watch(&json!({
        "follower": {"gates": ["l1-chain"], "engineRpc": "http://127.0.0.1:8545",
            "command": {"component": "op-node", "args": ["--rpc.port=9545", "--rpc.addr=127.0.0.1"]}},
    }));
    assert_eq!(of(&watch, Name::UnsafeHead).0, State::Unknown);
    watch.seen.engines.entry("follower".to_owned()).or_default().take(Ok(()));
    let stands = |stalled: f64| {
        let block =
            Block { number: 7, hash: B256::ZERO, parent: B256::ZERO, timestamp: 1_799_999_999 };
        Some(Head { block, stalled })
    };
    for (stalled, unsafe_head, safe_head) in [
        (1.0, State::Ok, State::Ok),
        (70.0, State::Failed, State::Ok),
        (7_300.0, State::Failed, State::Failed),
    ] {
        let node = memory::Node {
            unsafe_head: stands(stalled),
            safe_head: stands(stalled),
            finalized_head: stands(stalled),
            ..memory::Node::default()
        };
        watch.memory.nodes.insert("follower".to_owned(), node);
        assert_eq!(of(&watch, Name::UnsafeHead).0, unsafe_head, "{stalled}");
        assert_eq!(of(&watch, Name::SafeHead).0, safe_head, "{stalled}");
    }
}

pub(super) fn nodes() -> Watch {
    let mut watch = watch(&json!({
        "sequencer-node": {"gates": ["l1-chain"], "engineRpc": "http://127.0.0.1:8545",
            "command": {"component": "op-node", "args": ["--rpc.port=9545", "--sequencer.enabled"]}},
        "follower-node": {"gates": ["l1-chain"], "engineRpc": "http://127.0.0.1:8645",
            "command": {"component": "op-node", "args": ["--rpc.port=9645"]}},
    }));
    watch.seen.chain = Some(serde_json::from_value(rollup()).unwrap());
    watch
}

/// One that waits for more of L1's blocks is behind for as long as it runs, by little.
#[test]
fn a_follower_is_late_by_how_much_and_for_how_long() {
    for (blocks, seconds, unsafe_head, safe_head) in [
        (1, 3_600.0, State::Ok, State::Ok),
        (48, 3_600.0, State::Failed, State::Ok),
        (300, 1.0, State::Ok, State::Ok),
        (300, 60.0, State::Failed, State::Ok),
        (300, 3_600.0, State::Failed, State::Failed),
    ] {
        let mut watch = nodes();
        let behind = || Verdict::Behind { head: 1_000, to: 1_000 + blocks };
        let comparison = Comparison {
            unsafe_head: behind(),
            safe_head: behind(),
            unsafe_unknown: 0,
            safe_unknown: 0,
        };
        watch.seen.comparisons.insert("follower-node".to_owned(), comparison);
        let node = memory::Node {
            unsafe_behind: seconds,
            safe_behind: seconds,
            ..memory::Node::default()
        };
        watch.memory.nodes.insert("follower-node".to_owned(), node);
        for (name, state) in [(Name::FollowerUnsafe, unsafe_head), (Name::FollowerSafe, safe_head)]
        {
            let found = all(&watch).into_iter().find(|condition| condition.name == name).unwrap();
            assert_eq!(found.state, state, "{name}: {blocks} blocks for {seconds} s");
        }
    }
}

/// Only followers' engines are asked, and only those that are here.
#[test]
fn a_followers_engine_needs_the_sequencers_as_a_peer() {
    let engine = |args: &[&str]| json!({"gates": ["l1-chain"], "command": {"component": "op-reth", "args": args}});
    let node = |port: &str| {
        json!({"gates": ["l1-chain"], "engineRpc": format!("http://127.0.0.1:{port}"),
            "command": {"component": "op-node", "args": ["--p2p.disable"]}})
    };
    let mut watch = watch(&json!({
        "sequencer-engine": engine(&["--http", "--http.port=8545"]),
        "sequencer-node": node("8545"),
        "follower-engine": engine(&["--http", "--http.port=8645", "--rollup.sequencer=http://127.0.0.1:8545"]),
        "follower-node": node("8645"),
    }));
    let of = |watch: &Watch| {
        let conditions = all(watch).into_iter().filter(|found| found.name == Name::Peers);
        conditions.map(|found| (found.subject, found.state)).collect::<Vec<_>>()
    };
    let expected = |state| vec![("follower-engine".to_owned(), state)];
    assert_eq!(of(&watch), expected(State::Unknown));
    let asked = watch.setup.plan.nodes.iter().zip(update::nodes::questions(&watch));
    let asked = asked.filter(|(_, questions)| questions.peers).map(|(node, _)| node.name.as_str());
    assert_eq!(asked.collect::<Vec<_>>(), ["follower-node"]);
    for (count, state) in [(1, State::Ok), (0, State::Failed)] {
        watch.seen.engine_peers.entry("follower-engine".to_owned()).or_default().take(Ok(count));
        assert_eq!(of(&watch), expected(state));
    }
    watch.seen.held.insert("follower-engine".to_owned(), "by hand".to_owned());
    assert_eq!(of(&watch), expected(State::Ok));
}

/// A restart forgets that it was stopped, so that is said where it is seen.
#[test]
fn a_stopped_sequencer_is_one_that_the_next_restart_starts() {
    let mut watch = nodes();
    for (active, state) in [(true, State::Ok), (false, State::Failed)] {
        let sync = Err(Unread::Unreachable("gone".to_owned()));
        let node = NodeAnswers { sync, peers: Ok(1), active: Some(Ok(active)) };
        watch.seen.nodes.entry("sequencer-node".to_owned()).or_default().take(Ok(node));
        let found = all(&watch).into_iter().find(|one| one.name == Name::SequencerActive).unwrap();
        assert_eq!(found.state, state);
        assert_eq!(found.mend.contains("op-warden hold sequencer-node"), !active, "{}", found.mend);
    }
}

#[test]
fn the_sequencing_window_runs_on_while_op_nodes_are_down() {
    let mut watch = nodes();
    let sync = |head: u64, origin: u64| {
        // Before its first look at the engine it says zero of everything on L2.
        let hash = B256::repeat_byte(u8::from(origin > 0));
        let safe = json!({"hash": hash, "l1origin": {"number": origin}});
        let sync = json!({"head_l1": {"number": head}, "safe_l2": safe});
        let sync = Ok(serde_json::from_value(sync).unwrap());
        Ok(NodeAnswers { sync, peers: Ok(1), active: None })
    };
    let gone = || Err(Unread::Unreachable("gone".to_owned()));
    for (sequencer, follower, head, left) in [
        (sync(100, 90), sync(100, 50), 100, 90),
        (gone(), sync(100, 80), 101, 79),
        (gone(), gone(), 120, 60),
        (sync(122, 0), sync(122, 82), 122, 60),
        (sync(124, 0), gone(), 124, 58),
        (gone(), gone(), 125, 57),
        (sync(130, 125), gone(), 130, 95),
    ] {
        let is_gone = sequencer.is_err();
        for (name, node) in [("sequencer-node", sequencer), ("follower-node", follower)] {
            let last = watch.seen.nodes.entry(name.to_owned()).or_default();
            // One failure is none.
            if node.is_err() {
                last.take(gone());
            }
            last.take(node);
        }
        update::nodes::take(&mut watch, Vec::new());
        let mut answers = l1(None);
        answers.head.number = head;
        update::l1::take(&mut watch, Ok(answers));
        assert_eq!(sequencing_window(&watch).unwrap().left, left, "{is_gone} {head}");
    }
}

pub(super) fn rollup() -> Value {
    let (hash, address) = (B256::repeat_byte(1), Address::repeat_byte(1));
    json!({
        "genesis": {"l1": {"hash": hash, "number": 0}, "l2": {"hash": hash, "number": 0}, "l2_time": 1,
            "system_config": {"batcherAddr": address, "overhead": hash, "scalar": hash, "gasLimit": 1}},
        "block_time": 2, "isthmus_time": 0, "max_sequencer_drift": 600, "seq_window_size": 100, "channel_timeout": 300,
        "l1_chain_id": 900, "l2_chain_id": 901, "batch_inbox_address": address,
        "deposit_contract_address": address, "l1_system_config_address": address,
    })
}
