//! What the users' money hangs on: roots, withdrawals, control of L1, inclusion.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use alloy_primitives::{Address, B256};
use eth_rpc::Rpc;
use op_prove::compare::{Block, Snapshot};
use serde_json::json;

use super::all;
use super::tests::{PROPOSER, answers, games, gone, l1, made, nodes, state};
use crate::update::{self, host::HostNews, nodes::NodeNews};
use crate::watch::Watch;
use op_observe::control::Control;
use op_observe::engine::EngineAnswers;
use op_observe::l1::L1Answers;
use op_observe::programs::{Monitor, Program};
use op_observe::withdrawals::{Forged, WithdrawalAnswers};
use op_status::condition::{Acceptance, Condition, Name, State};
use op_util::number::whole;

const SAFE: u64 = 10;
const TRUE_ROOT: B256 = B256::repeat_byte(0xaa);
const FALSE_ROOT: B256 = B256::repeat_byte(0xbb);
const HASH: B256 = B256::repeat_byte(0xcc);

fn of(watch: &Watch, name: Name) -> Condition {
    all(watch).into_iter().find(|condition| condition.name == name).unwrap()
}

fn accept(watch: &mut Watch, name: Name) {
    let acceptance = Acceptance { at: whole(watch.seen.now), why: "meant".to_owned() };
    watch.seen.accepted.insert(name, acceptance);
}

/// A host with a sequencer, a follower and a proposer, whose game is about block 7.
fn watched() -> Watch {
    let mut watch = nodes();
    let proposer = games().setup.config.services.remove("proposer").unwrap();
    watch.setup.config.services.insert("proposer".to_owned(), proposer);
    watch
}

/// What each node has at block 7, and whether it has the withdrawal; `None` where it does not answer.
fn poll(watch: &mut Watch, nodes: [Option<(B256, bool)>; 2]) {
    let time = whole(watch.seen.now);
    let block = Block { number: SAFE, hash: B256::ZERO, parent: B256::ZERO, timestamp: time };
    let news = nodes.map(|node| {
        let engine = node.map(|(root, is_there)| EngineAnswers {
            snapshot: Snapshot { latest: Some(block), safe: Some(block), ..Snapshot::default() },
            outputs: BTreeMap::from([(7, root)]),
            withdrawals: BTreeMap::from([(HASH, is_there)]),
            ..EngineAnswers::default()
        });
        NodeNews { engine: engine.ok_or_else(gone), node: None }
    });
    update::nodes::take(watch, news.into());
}

fn game(watch: &mut Watch, status: u8) {
    watch.seen.accounts.insert("proposer".to_owned(), PROPOSER);
    update::l1::take(watch, Ok(l1(Some(Ok(answers([(0, made(1_799_999_900, 1, 3))], []))))));
    let stands = [(0, Ok(state(status, PROPOSER)))];
    update::l1::take(watch, Ok(l1(Some(Ok(answers([], stands))))));
}

#[test]
fn a_true_root_is_true_and_is_forgotten() {
    let mut watch = watched();
    game(&mut watch, 0);
    assert_eq!(update::nodes::questions(&watch)[0].outputs, BTreeSet::new());
    assert_eq!(of(&watch, Name::GameRoots).found, "no false one; 1 wait for their blocks");
    poll(&mut watch, [None, None]);
    poll(&mut watch, [Some((TRUE_ROOT, true)); 2]);
    assert_eq!(of(&watch, Name::GameRoots).found, "no false one; 0 wait for their blocks");
    assert_eq!(of(&watch, Name::GameRoots).state, State::Ok);
}

#[test]
fn a_false_root_fails_until_its_game_is_lost_and_one_that_is_won_until_it_is_accepted() {
    for (status, after) in [(1, State::Ok), (2, State::Failed)] {
        let mut watch = watched();
        game(&mut watch, 0);
        poll(&mut watch, [Some((FALSE_ROOT, true)), None]);
        let found = of(&watch, Name::GameRoots);
        assert_eq!(found.state, State::Failed);
        assert!(found.found.contains("game 0") && found.found.contains("is in play"), "{found:?}");
        // As long as it is in play there is something to do.
        accept(&mut watch, Name::GameRoots);
        assert_eq!(of(&watch, Name::GameRoots).state, State::Failed);
        watch.seen.now += 10.0;
        game(&mut watch, status);
        let found = of(&watch, Name::GameRoots);
        assert_eq!(found.state, after, "{found:?}");
        if status == 2 {
            assert!(found.found.contains("was WON"), "{found:?}");
            accept(&mut watch, Name::GameRoots);
            let found = of(&watch, Name::GameRoots);
            assert_eq!((found.state, found.accepted.is_some()), (State::Ok, true));
        }
    }
}

#[test]
fn nodes_that_differ_say_nothing_of_a_game() {
    let mut watch = watched();
    game(&mut watch, 0);
    poll(&mut watch, [Some((TRUE_ROOT, true)), Some((FALSE_ROOT, true))]);
    let found = of(&watch, Name::GameRoots);
    assert_eq!(found.state, State::Unknown);
    assert!(found.found.contains("our nodes differ"), "{found:?}");
    poll(&mut watch, [Some((TRUE_ROOT, true)), Some((TRUE_ROOT, true))]);
    assert_eq!(of(&watch, Name::GameRoots).state, State::Ok);
}

/// Its header has not what the root is made of.
#[test]
fn a_root_of_a_block_before_isthmus_is_not_looked_up() {
    let mut watch = watched();
    watch.seen.chain.as_mut().unwrap().forks.isthmus_time = Some(1_700_000_000);
    game(&mut watch, 0);
    poll(&mut watch, [None, None]);
    poll(&mut watch, [Some((FALSE_ROOT, true)); 2]);
    poll(&mut watch, [None, None]);
    assert_eq!(of(&watch, Name::GameRoots).found, "no false one; 0 wait for their blocks");
}

#[test]
fn a_root_that_nobody_looks_up_is_not_fine_for_ever() {
    let mut watch = watched();
    game(&mut watch, 0);
    watch.seen.now += 100_000.0;
    assert_eq!(of(&watch, Name::GameRoots).state, State::Unknown);
}

fn proven(watch: &mut Watch, answers: WithdrawalAnswers) {
    let mut l1 = l1(None);
    l1.head.timestamp = whole(watch.seen.now);
    l1.head.number = answers.to;
    update::l1::take(watch, Ok(L1Answers { withdrawals: Some(Ok(answers)), ..l1 }));
}

fn somebody_proves(watch: &mut Watch) {
    let proven_by = BTreeMap::from([(HASH, PROPOSER)]);
    proven(watch, WithdrawalAnswers { to: 100, proven: proven_by, ..WithdrawalAnswers::default() });
}

#[test]
fn a_withdrawal_is_looked_up_once_on_nodes_that_are_far_enough() {
    let mut watch = watched();
    assert_eq!(of(&watch, Name::Withdrawals).state, State::Unknown);
    somebody_proves(&mut watch);
    assert_eq!(of(&watch, Name::Withdrawals).found, "0 are, 1 to be looked up");
    let asked = update::nodes::questions(&watch);
    assert!(asked.iter().all(|asked| asked.withdrawals == BTreeSet::from([HASH])));
    // A follower that is behind says nothing by not having it.
    watch.seen.now -= 1.0;
    poll(&mut watch, [None, Some((TRUE_ROOT, false))]);
    assert_eq!(of(&watch, Name::Withdrawals).found, "0 are, 1 to be looked up");
    watch.seen.now += 1.0;
    poll(&mut watch, [Some((TRUE_ROOT, true)), None]);
    assert_eq!(of(&watch, Name::Withdrawals).found, "1 are, 0 to be looked up");
    // Its log is read again.
    somebody_proves(&mut watch);
    assert_eq!(of(&watch, Name::Withdrawals).found, "1 are, 0 to be looked up");
}

#[test]
fn a_forged_withdrawal_fails_until_its_game_is_lost() {
    for (status, after) in [(1, State::Ok), (2, State::Failed)] {
        let mut watch = watched();
        somebody_proves(&mut watch);
        poll(&mut watch, [Some((TRUE_ROOT, false)); 2]);
        assert_eq!(of(&watch, Name::Withdrawals).state, State::Failed);
        let asked = update::l1::questions(&watch).withdrawals;
        assert_eq!(asked.forged, BTreeMap::from([(HASH, (PROPOSER, None))]));
        let forged = Forged { game: Some(Address::repeat_byte(9)), status: Some(status) };
        let forged = BTreeMap::from([(HASH, forged)]);
        watch.seen.now += 10.0;
        proven(&mut watch, WithdrawalAnswers { to: 101, forged, ..WithdrawalAnswers::default() });
        assert_eq!(of(&watch, Name::Withdrawals).state, after);
        accept(&mut watch, Name::Withdrawals);
        assert_eq!(of(&watch, Name::Withdrawals).state, State::Ok);
    }
}

#[test]
fn nodes_that_differ_say_nothing_of_a_withdrawal() {
    let mut watch = watched();
    somebody_proves(&mut watch);
    poll(&mut watch, [Some((TRUE_ROOT, true)), Some((TRUE_ROOT, false))]);
    assert_eq!(of(&watch, Name::Withdrawals).state, State::Unknown);
}

/// The chain has a block.
fn runs(watch: &mut Watch) {
    poll(watch, [Some((TRUE_ROOT, true)), None]);
}

fn control(watch: &mut Watch, values: &[(&str, &str)]) {
    let values = values.iter().map(|(name, value)| ((*name).to_owned(), Ok((*value).to_owned())));
    let control: Control = values.collect();
    watch.seen.now += 1.0;
    update::l1::take(watch, Ok(L1Answers { control: Some(control), ..l1(None) }));
}

#[test]
fn a_change_of_control_fails_until_it_is_accepted_or_undone() {
    let mut watch = watched();
    let owned = |owner| [("ProxyAdmin.owner", owner), ("OptimismPortal.paused", "false")];
    assert_eq!(of(&watch, Name::L1Control).state, State::Unknown);
    // It is being deployed.
    control(&mut watch, &owned("0x0"));
    runs(&mut watch);
    control(&mut watch, &owned("0x1"));
    assert_eq!(of(&watch, Name::L1Control).state, State::Ok);
    control(&mut watch, &owned("0xdead"));
    let found = of(&watch, Name::L1Control);
    assert_eq!(found.state, State::Failed);
    assert!(found.found.starts_with("ProxyAdmin.owner is 0xdead since"), "{found:?}");
    control(&mut watch, &owned("0x1"));
    assert_eq!(of(&watch, Name::L1Control).state, State::Ok);
    // Seen and accepted in one second.
    watch.seen.now += 0.4;
    control(&mut watch, &owned("0xdead"));
    accept(&mut watch, Name::L1Control);
    control(&mut watch, &owned("0xdead"));
    assert_eq!(of(&watch, Name::L1Control).state, State::Ok);
    // What comes after it counts, also where it is as it once was.
    control(&mut watch, &owned("0x1"));
    assert_eq!(of(&watch, Name::L1Control).state, State::Failed);
}

#[test]
fn a_pause_fails_for_as_long_as_it_lasts_and_cannot_be_accepted() {
    let mut watch = watched();
    runs(&mut watch);
    control(&mut watch, &[("OptimismPortal.paused", "false")]);
    for (paused, expected) in [("false", State::Ok), ("true", State::Failed), ("false", State::Ok)]
    {
        control(&mut watch, &[("OptimismPortal.paused", paused)]);
        accept(&mut watch, Name::L1Control);
        assert_eq!(of(&watch, Name::L1Control).state, expected, "{paused}");
    }
    // Also one that was there when the chain was first watched.
    let mut watch = watched();
    control(&mut watch, &[("OptimismPortal.paused", "true")]);
    assert_eq!(of(&watch, Name::L1Control).state, State::Failed);
}

#[test]
fn a_parameter_is_reported_for_a_day() {
    let mut watch = watched();
    runs(&mut watch);
    control(&mut watch, &[("SystemConfig.gasLimit", "1")]);
    assert_eq!(of(&watch, Name::L1Control).state, State::Unknown, "there may be more");
    control(&mut watch, &[("SystemConfig.gasLimit", "1")]);
    control(&mut watch, &[("SystemConfig.gasLimit", "2")]);
    assert_eq!(of(&watch, Name::L1Control).state, State::Warn);
    watch.seen.now += 25.0 * 3_600.0;
    control(&mut watch, &[("SystemConfig.gasLimit", "2")]);
    assert_eq!(of(&watch, Name::L1Control).state, State::Ok);
}

#[test]
fn what_was_not_read_again_for_long_is_not_known() {
    let mut watch = watched();
    control(&mut watch, &[("ProxyAdmin.owner", "0x1")]);
    watch.seen.now += 400.0;
    assert_eq!(of(&watch, Name::L1Control).state, State::Unknown);
}

/// What the last look brought to light is asked at once.
#[test]
fn proxies_and_their_owners_are_found_one_by_one() {
    let mut watch = watched();
    runs(&mut watch);
    watch.seen.l1_polls = 1;
    let asked = |watch: &Watch| update::l1::questions(watch).control;
    let first = asked(&watch).unwrap();
    assert_eq!(
        first.proxies.keys().collect::<Vec<_>>(),
        ["DisputeGameFactory", "OptimismPortal", "SystemConfig"]
    );
    let admin = Address::repeat_byte(5).to_string();
    let registry = Address::repeat_byte(6).to_string();
    let mut values: Vec<(String, String)> =
        first.proxies.keys().map(|name| (format!("{name}.admin"), admin.clone())).collect();
    values.push(("OptimismPortal.anchorStateRegistry".to_owned(), registry.clone()));
    let take = |watch: &mut Watch, values: &[(String, String)]| {
        let values: Vec<_> = values.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        control(watch, &values);
        watch.seen.l1_polls = 1;
    };
    take(&mut watch, &values);
    let second = asked(&watch).unwrap();
    assert!(second.proxies.contains_key("AnchorStateRegistry"));
    assert_eq!(second.admins.len(), 1);
    values.push(("AnchorStateRegistry.admin".to_owned(), admin.clone()));
    values.push((format!("ProxyAdmin {admin}.owner"), "0x1".to_owned()));
    take(&mut watch, &values);
    // These may bring more to light.
    assert!(asked(&watch).is_some());
    take(&mut watch, &values);
    assert!(asked(&watch).is_none());
    watch.seen.l1_polls = 5;
    assert!(asked(&watch).is_some());
}

/// Blocks, each with how many transactions it has, and how many wait.
fn blocks(
    watch: &mut Watch,
    blocks: impl IntoIterator<Item = (u64, usize)>,
    waiting: u64,
    pays: Option<bool>,
) {
    watch.seen.engines.entry("sequencer-node".to_owned()).or_default().take(Ok(()));
    let answers = EngineAnswers {
        transactions: blocks.into_iter().collect(),
        pool: Some(Ok(waiting)),
        anybody_pays: pays,
        ..EngineAnswers::default()
    };
    update::inclusion::take(&mut watch.seen, &answers);
}

#[test]
fn blocks_of_deposits_alone_while_somebody_waits_are_no_inclusion() {
    let alone = |range: std::ops::Range<u64>| range.map(|block| (block, 1));
    let mut watch = watched();
    assert_eq!(of(&watch, Name::Inclusion).state, State::Unknown);
    // Nobody waits.
    blocks(&mut watch, alone(0..50), 0, None);
    assert_eq!(of(&watch, Name::Inclusion).state, State::Ok);
    blocks(&mut watch, alone(50..80), 1, None);
    assert_eq!(of(&watch, Name::Inclusion).state, State::Ok);
    assert_eq!(update::nodes::questions(&watch)[0].pool, Some(true));
    blocks(&mut watch, alone(79..81), 1, Some(true));
    assert_eq!(of(&watch, Name::Inclusion).state, State::Failed);
    blocks(&mut watch, [(81, 2)], 1, Some(true));
    assert_eq!(of(&watch, Name::Inclusion).state, State::Ok);
    // It pays too little.
    blocks(&mut watch, alone(82..200), 1, Some(false));
    assert_eq!(of(&watch, Name::Inclusion).state, State::Ok);
    let broken = EngineAnswers { pool: Some(Err(gone())), ..EngineAnswers::default() };
    update::inclusion::take(&mut watch.seen, &broken);
    assert_eq!(of(&watch, Name::Inclusion).state, State::Unknown);
}

fn report(watch: &mut Watch, service: &str, program: Program) {
    let programs = vec![(service.to_owned(), Ok(program))];
    let accepted = watch.seen.accepted.clone();
    let news = HostNews { programs, accepted, ..HostNews::default() };
    update::host::take(watch, news);
}

#[test]
fn a_challenger_that_runs_and_does_not_act_is_told() {
    let mut watch = watched();
    let challenger = json!({"gates": ["l1-chain"], "command": {"component": "op-challenger",
        "args": ["--metrics.enabled", "--metrics.port=7303"]}});
    let service = serde_json::from_value(challenger).unwrap();
    watch.setup.config.services.insert("challenger".to_owned(), service);
    let rpc = Rpc::new("http://127.0.0.1:7303", Duration::from_secs(1)).unwrap();
    watch.setup.plan.programs.insert("challenger".to_owned(), rpc);
    assert_eq!(of(&watch, Name::Watchers).state, State::Unknown);
    let mut answers = l1(None);
    answers.head.number = 1_000;
    update::l1::take(&mut watch, Ok(answers));
    for (acted_on, state) in [
        (None, State::Unknown),
        (Some(1_001.0), State::Ok),
        (Some(950.0), State::Ok),
        (Some(949.0), State::Failed),
    ] {
        report(&mut watch, "challenger", Program { acted_on, ..Program::default() });
        assert_eq!(of(&watch, Name::Watchers).state, state, "{acted_on:?}");
    }
    // One that is to act each quarter of an hour.
    let challenger = watch.setup.config.services.get_mut("challenger").unwrap();
    challenger.command.as_mut().unwrap().args.push("--min-update-interval=15m".to_owned());
    for (acted_on, state) in [(850.0, State::Ok), (849.0, State::Failed)] {
        let program = Program { acted_on: Some(acted_on), ..Program::default() };
        report(&mut watch, "challenger", program);
        assert_eq!(of(&watch, Name::Watchers).state, state, "{acted_on}");
    }
}

#[test]
fn what_is_wrong_with_bonds_counts_until_it_is_accepted_and_what_comes_later_again() {
    let mut watch = games();
    let found = |watch: &mut Watch, wrong_bonds: f64, different_roots: f64| {
        let monitor = Some(Monitor { wrong_bonds, different_roots, ignored: 0.0 });
        // Two rounds, and what one of them says.
        let [mut once, mut twice] = [false; 2];
        for seen in [&mut once, &mut twice] {
            watch.seen.now += 60.0;
            report(watch, "dispute-mon", Program { monitor, ..Program::default() });
            *seen = of(watch, Name::Bonds).state == State::Failed;
        }
        assert!(!once, "one round is none");
        let of = |name: Name| {
            let is = |one: &Condition| one.name == name && one.subject == "dispute-mon";
            all(watch).into_iter().find(is).unwrap().state
        };
        (of(Name::Bonds), of(Name::Watchers))
    };
    assert_eq!(of(&watch, Name::Bonds).state, State::Unknown);
    assert_eq!(found(&mut watch, 0.0, 0.0), (State::Ok, State::Ok));
    assert_eq!(found(&mut watch, 1.0, 1.0), (State::Failed, State::Failed));
    accept(&mut watch, Name::Bonds);
    assert_eq!(found(&mut watch, 1.0, 0.0), (State::Ok, State::Ok));
    assert_eq!(found(&mut watch, 2.0, 0.0), (State::Failed, State::Ok));
    assert_eq!(found(&mut watch, 0.0, 0.0), (State::Ok, State::Ok));
}
