//! Every condition, by the faults that turn it.

use std::{
    fs,
    path::Path,
    thread::sleep,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::{
    service::{PATIENCE, Service},
    world::{Faults, STRANGER, Who, World},
};

/// A fault, and the condition that it turns.
struct Case {
    fault: &'static str,
    plant: fn(&World, &mut Faults),
    /// Name and subject.
    condition: (&'static str, &'static str),
    state: &'static str,
    found: &'static str,
    /// Whose polls see it.
    seen_by: Who,
    /// Polls that pass before a limit is reached, beside the two of the rule.
    limit: usize,
}

const PROGRAMS: Who = Who::Metrics("");

fn case(
    fault: &'static str,
    condition: (&'static str, &'static str),
    state: &'static str,
    found: &'static str,
    seen_by: Who,
    plant: fn(&World, &mut Faults),
) -> Case {
    Case { fault, plant, condition, state, found, seen_by, limit: 0 }
}

fn cases() -> Vec<Case> {
    const ENGINE: Who = Who::SequencerEngine;
    const FOLLOWER: Who = Who::FollowerEngine;
    let after = |limit, case| Case { limit, ..case };
    vec![
        case(
            "the batcher is gone",
            ("service", "batcher"),
            "failed",
            "404",
            PROGRAMS,
            |_, faults| {
                faults.gone = Some(Who::Metrics("batcher"));
            },
        ),
        case(
            "the follower's engine is gone",
            ("service", "follower-engine"),
            "failed",
            "404",
            FOLLOWER,
            |_, faults| {
                faults.gone = Some(Who::FollowerEngine);
            },
        ),
        case(
            "the follower's engine is gone",
            ("follower-unsafe", "follower-node"),
            "unknown",
            "404",
            FOLLOWER,
            |_, faults| {
                faults.gone = Some(Who::FollowerEngine);
            },
        ),
        after(
            2,
            case(
                "programs are started again and again",
                ("restarts", "proposer"),
                "failed",
                "3 restarts",
                PROGRAMS,
                |_, faults| {
                    faults.flapping = true;
                },
            ),
        ),
        after(
            4,
            case(
                "no new block",
                ("unsafe-head", "sequencer-node"),
                "failed",
                "came",
                ENGINE,
                |world, faults| {
                    faults.unsafe_at = Some(world.head());
                },
            ),
        ),
        case(
            "the engine is gone",
            ("unsafe-head", "sequencer-node"),
            "unknown",
            "404",
            ENGINE,
            |_, faults| {
                faults.gone = Some(Who::SequencerEngine);
            },
        ),
        after(
            5,
            case(
                "no block becomes safe",
                ("safe-head", "batcher"),
                "failed",
                "came",
                ENGINE,
                |world, faults| {
                    faults.safe_at = Some(world.head() - 5);
                },
            ),
        ),
        after(
            7,
            case(
                "no block becomes final",
                ("finalized-head", "sequencer-node"),
                "failed",
                "came",
                ENGINE,
                |world, faults| {
                    faults.finalized_at = Some(world.head() - 20);
                },
            ),
        ),
        case(
            "the safe head is far behind",
            ("safe-lag", "batcher"),
            "failed",
            "30 s behind",
            ENGINE,
            |_, faults| {
                faults.safe_lag = 30;
            },
        ),
        case(
            "the sequencer is stopped",
            ("sequencer-active", "sequencer-node"),
            "failed",
            "stopped",
            Who::SequencerNode,
            |_, faults| {
                faults.active = false;
            },
        ),
        case(
            "the pipeline is reset",
            ("derivation", "sequencer-node"),
            "warn",
            "reset",
            PROGRAMS,
            |_, faults| {
                faults.resets = 2;
            },
        ),
        case(
            "L1-info deposits fail",
            ("l1-info", "sequencer-node"),
            "failed",
            "failed in block",
            ENGINE,
            |_, faults| {
                faults.deposits_fail = true;
            },
        ),
        case("L1 is gone", ("l1", "l1"), "failed", "404", Who::L1, |_, faults| {
            faults.gone = Some(Who::L1);
        }),
        after(
            5,
            case("L1 stands", ("l1", "l1"), "failed", "old", Who::L1, |world, faults| {
                faults.l1_at = Some(world.head());
            }),
        ),
        case(
            "half of the window is over",
            ("sequencing-window", "batcher"),
            "warn",
            "40 of 100 L1 blocks",
            Who::SequencerNode,
            |_, faults| {
                faults.origin_lag = 60;
            },
        ),
        case(
            "most of the window is over",
            ("sequencing-window", "batcher"),
            "failed",
            "10 of 100 L1 blocks",
            Who::SequencerNode,
            |_, faults| {
                faults.origin_lag = 90;
            },
        ),
        after(
            5,
            case(
                "the batcher sends nothing",
                ("batcher-progress", "batcher"),
                "failed",
                "blocks wait",
                Who::L1,
                |_, faults| {
                    faults.nonce_at = Some(7);
                },
            ),
        ),
        case(
            "the batcher's account is drained",
            ("balance", "batcher"),
            "failed",
            "0.00001 ETH",
            Who::L1,
            |_, faults| {
                faults.batcher_balance = 10u128.pow(13);
            },
        ),
        case(
            "the batcher is rotated",
            ("role", "batcher"),
            "failed",
            "SystemConfig.batcherHash()",
            Who::L1,
            |_, faults| {
                faults.batcher = STRANGER;
            },
        ),
        case(
            "the signer is rotated",
            ("role", "sequencer-node"),
            "failed",
            "SystemConfig.unsafeBlockSigner()",
            Who::L1,
            |_, faults| {
                faults.signer = STRANGER;
            },
        ),
        after(
            16,
            case(
                "no new game",
                ("newest-game", "proposer"),
                "failed",
                "old",
                Who::L1,
                |world, faults| {
                    faults.games_at = Some((2_000 + world.head()) / 5 + 1);
                },
            ),
        ),
        case(
            "another game type is respected",
            ("game-type", "proposer"),
            "failed",
            "type 1",
            Who::L1,
            |_, faults| {
                faults.respected = 0;
            },
        ),
        case(
            "a game is disputed",
            ("game-disputed", "proposer"),
            "failed",
            "disputed",
            Who::L1,
            |_, faults| {
                faults.claims = 2;
            },
        ),
        case(
            "dispute-mon disagrees",
            ("dispute-mon", "dispute-mon"),
            "failed",
            "1 games",
            PROGRAMS,
            |_, faults| {
                faults.disagreements = 1;
            },
        ),
        case(
            "the follower has other blocks",
            ("follower-unsafe", "follower-node"),
            "failed",
            "is 0x",
            FOLLOWER,
            |world, faults| {
                faults.fork_from = Some(world.head() - 2);
            },
        ),
        case(
            "the follower has another block of the sequencer's key",
            ("alone", "sequencer-node"),
            "failed",
            "on follower-node",
            FOLLOWER,
            |world, faults| {
                faults.fork_from = Some(world.head() - 2);
            },
        ),
        after(
            2,
            case(
                "another program sends with the batcher's key",
                ("alone", "batcher"),
                "failed",
                "others send with its key",
                PROGRAMS,
                |_, faults| {
                    faults.sent_at = Some(std::time::UNIX_EPOCH.elapsed().unwrap().as_secs());
                },
            ),
        ),
        case(
            "the follower derived other blocks",
            ("follower-safe", "follower-node"),
            "failed",
            "is 0x",
            FOLLOWER,
            |world, faults| {
                faults.fork_from = Some(world.head() - 30);
            },
        ),
        case(
            "the follower's endpoint lies",
            ("follower-unsafe", "follower-node"),
            "unknown",
            "lies",
            FOLLOWER,
            |_, faults| {
                faults.lies = true;
            },
        ),
        after(
            4,
            case(
                "the follower is late",
                ("follower-unsafe", "follower-node"),
                "failed",
                "blocks behind",
                FOLLOWER,
                |_, faults| {
                    faults.follower_lag = 40;
                },
            ),
        ),
        case(
            "nobody is connected",
            ("peers", "sequencer-node"),
            "failed",
            "none",
            Who::SequencerNode,
            |_, faults| {
                faults.peers = 0;
            },
        ),
        // Control of the contracts is looked at with each fifth poll.
        after(
            5,
            case(
                "withdrawals are paused",
                ("l1-control", "l1"),
                "failed",
                "withdrawals are paused",
                Who::L1,
                |_, faults| {
                    faults.paused = true;
                },
            ),
        ),
        after(
            5,
            case(
                "somebody else owns the contracts",
                ("l1-control", "l1"),
                "failed",
                "SystemConfig.owner is 0x9965507D",
                Who::L1,
                |_, faults| {
                    faults.owner = STRANGER;
                },
            ),
        ),
        // A game is made every five seconds.
        after(
            15,
            case(
                "a game has a false root",
                ("game-roots", "proposer"),
                "failed",
                "is in play: it says 0x0000000000000000000000000000000000000000000000000000000000000007",
                Who::L1,
                |_, faults| {
                    faults.false_root = true;
                },
            ),
        ),
        after(
            4,
            case(
                "a withdrawal is forged",
                ("withdrawals", "l1"),
                "failed",
                "is not on L2; proven by 0x0808080808080808080808080808080808080808",
                Who::L1,
                |_, faults| {
                    faults.forged = true;
                },
            ),
        ),
        // Some blocks must have come before they can be others.
        after(
            8,
            case("L1 has other blocks", ("reorg", "l1"), "warn", "is 0x", Who::L1, |_, faults| {
                faults.l1_forked = true;
            }),
        ),
        case(
            "the op-node's view of L1 stands",
            ("l1-origin", "sequencer-node"),
            "failed",
            "L1 blocks behind",
            Who::SequencerNode,
            |_, faults| {
                faults.view_lag = 95;
            },
        ),
        case(
            "the host's clock is behind",
            ("clock", "host"),
            "failed",
            // 60 or 61, by where in its second the poll is.
            "-6",
            Who::L1,
            |_, faults| {
                faults.l1_ahead = 61;
            },
        ),
    ]
}

/// The fault turns its condition within two polls, and only once it is there; mended, all is well again.
fn run(case: &Case) {
    let service = Service::start(|_, _| {});
    service.until_ready(case.fault);
    let (name, subject) = case.condition;
    {
        let mut faults = service.world.faults();
        (case.plant)(&service.world, &mut faults);
    }
    let before = polls(&service, case.seen_by);
    let begin = Instant::now();
    let turned = loop {
        let polls = polls(&service, case.seen_by) - before;
        // On a busy machine an answer may not come in time.
        let condition = service.condition(name, subject);
        if let Some((state, found)) = &condition
            && state == case.state
            && found.contains(case.found)
        {
            break polls;
        }
        assert!(begin.elapsed() < PATIENCE, "{}: {name} of {subject} is {condition:?}", case.fault);
        sleep(Duration::from_millis(20));
    };
    // One may have been under way when the fault was planted, and one may have begun since.
    assert!(
        turned <= case.limit + 4,
        "{}: {name} of {subject} turned after {turned} polls, limit {}",
        case.fault,
        case.limit
    );
    if case.state != "warn" {
        let (code, text) = service.get("/readyz").unwrap();
        let line = format!("{subject} {name}: {}: ", case.state);
        // It may follow from a condition that is named.
        let named = text.contains(&line) || text.contains(" that follow)");
        assert!(code == 503 && named, "{}: {code} {text}", case.fault);
        let (code, text) = service.get(&format!("/readyz/{subject}")).unwrap();
        assert!(code == 503 && text.contains(&line), "{}: {code} {text}", case.fault);
    }
    let metric = format!(
        "op_warden_condition{{condition=\"{name}\",subject=\"{subject}\",state=\"{}\"}} 1",
        case.state
    );
    let (_, metrics) = service.get("/metrics").unwrap();
    assert!(metrics.contains(&metric), "{}: no {metric}", case.fault);
    if !lasts(case) {
        *service.world.faults() = Faults::default();
        service.until_ready(case.fault);
        let status = service.status().unwrap();
        let events = status["events"].as_array().unwrap();
        let named =
            events.iter().any(|event| event["condition"] == name && event["subject"] == subject);
        assert!(named, "{}: {events:?}", case.fault);
    }
}

/// Whether it stays to be seen for minutes after it was mended.
fn lasts(case: &Case) -> bool {
    matches!(
        case.condition.0,
        "restarts" | "l1-info" | "derivation" | "game-roots" | "withdrawals" | "reorg"
    )
}

/// Requests that saw the chain as it was; the programs' metrics are looked at together.
fn polls(service: &Service, who: Who) -> usize {
    // All six programs, each asked before and after the request is read.
    let share = if who == PROGRAMS { 12 } else { 1 };
    service.world.asked(who) / share
}

#[test]
fn every_fault_turns_its_condition_within_two_polls() {
    const AT_ONCE: usize = 8;
    let cases = cases();
    for part in cases.chunks(AT_ONCE) {
        std::thread::scope(|scope| {
            for case in part {
                scope.spawn(|| run(case));
            }
        });
    }
    println!("{} faults", cases.len());
}

#[test]
fn games_that_nobody_resolves_are_overdue_and_lost_ones_are_told() {
    let service = Service::start(|world, _| {
        let mut faults = world.faults();
        faults.resolved_after = 250;
        faults.lost = true;
    });
    wait(&service, ("game-unresolved", "challenger"), "failed", "overdue");
    wait(&service, ("game-disputed", "proposer"), "failed", "lost");
}

/// Of an hourly proposer on Ethereum, where each side has three and a half days: 84 games are in play, and five polls
/// are a minute.
#[test]
fn l1_is_asked_a_hundred_times_a_minute_at_most() {
    const A_MINUTE: usize = 5;
    let service = Service::start(|world, _| {
        world.faults().resolved_after = u64::MAX;
        world.faults().games_at = Some(84);
    });
    wait(&service, ("game-unresolved", "challenger"), "failed", "84 in play");
    let count = || (service.world.asked(Who::L1), service.world.calls());
    let (polls, calls) = count();
    let begin = Instant::now();
    while count().0 < polls + 2 * A_MINUTE {
        assert!(begin.elapsed() < PATIENCE, "{:?}", count());
        sleep(Duration::from_millis(20));
    }
    // What is under way counts too.
    let calls = (count().1 - calls).div_ceil(2);
    println!("{calls} calls a minute");
    assert!(calls <= 100, "{calls} calls a minute");
}

#[test]
fn a_permissioned_chain_without_a_challenger_is_told_at_once() {
    let without_challenger = |game_type: u32, resolved_after, games| {
        Service::start(move |world, config| {
            world.faults().resolved_after = resolved_after;
            world.faults().games_at = games;
            config["services"].as_object_mut().unwrap().remove("challenger");
            config["services"]["proposer"]["gameType"] = json!(game_type);
        })
    };
    let unresolved = ("game-unresolved", "proposer");
    let (never, few) = (u64::MAX, Some(20));
    let nobody = "no challenger on this host, none of 20 games";
    wait(&without_challenger(1, never, few), unresolved, "failed", nobody);
    // Somebody does it elsewhere, or anybody may.
    wait(&without_challenger(1, 60, None), unresolved, "ok", "in play");
    wait(&without_challenger(8, never, few), unresolved, "failed", "20 in play");
}

#[test]
fn a_full_disk_and_a_gate_that_refuses_are_told() {
    let service = Service::start(|_, config| {
        config["services"]["sequencer-engine"]["minFreeBytes"] = u64::MAX.into();
    });
    wait(&service, ("disk", "sequencer-engine"), "failed", "B free");
    let (_, found) = service.condition("gates", "batcher").unwrap();
    assert_eq!(found, "pass");
    service.judge("batcher", "refuse");
    wait(&service, ("gates", "batcher"), "failed", "refuse (l1-chain)");
    service.judge("batcher", "wait");
    wait(&service, ("gates", "batcher"), "unknown", "wait (l1-chain)");
    service.judge("batcher", "pass");
    wait(&service, ("gates", "batcher"), "ok", "pass");
    // Three intervals and the time that a judgement may take: 3 · 600 s + 20 s.
    service.judged_ago("batcher", "pass", 1_900);
    wait(&service, ("gates", "batcher"), "unknown", "judged 31 min");
    service.judged_ago("batcher", "pass", 1_805);
    wait(&service, ("gates", "batcher"), "ok", "pass");
    fs::write(service.folder.path().join("judgements.json"), "{").unwrap();
    wait(&service, ("gates", "proposer"), "unknown", "holds no judgements");
}

#[test]
fn maintenance_is_told_while_it_lasts() {
    let service = Service::start(|_, _| {});
    service.until_ready("maintenance");
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    fs::write(service.folder.path().join("maintenance"), (now + 600).to_string()).unwrap();
    let begin = Instant::now();
    while service.status().unwrap()["maintenanceUntil"] != now + 600 {
        assert!(begin.elapsed() < PATIENCE);
        sleep(Duration::from_millis(50));
    }
    assert!(service.get("/metrics").unwrap().1.contains("\nop_warden_maintenance 1\n"));
}

#[test]
fn a_restart_keeps_what_was_known_and_a_broken_state_is_set_aside() {
    let mut service = Service::start(|_, _| {});
    service.until_ready("restart");
    service.world.faults().batcher_balance = 1;
    wait(&service, ("balance", "batcher"), "failed", "under 0.000001 ETH");
    // The state is saved every ten seconds.
    let state = service.folder.path().join("state.json");
    let begin = Instant::now();
    let saved = || fs::read_to_string(&state).is_ok_and(|text| text.contains("\"balance\""));
    while !saved() {
        assert!(begin.elapsed() < PATIENCE, "{:?}", fs::read_to_string(&state));
        sleep(Duration::from_millis(50));
    }
    let before = service.status().unwrap();
    service.kill_and_start();
    wait(&service, ("balance", "batcher"), "failed", "under 0.000001 ETH");
    let after = service.status().unwrap();
    assert_eq!(after["counters"]["starts"], 2);
    assert!(after["counters"]["polls"].as_u64() >= Some(1));
    let first = &before["events"][0];
    assert_eq!(first["condition"], "balance", "{}", before["events"]);
    service.world.faults().batcher_balance = 10u128.pow(18);
    service.until_ready("mended after a restart");
    let events = service.status().unwrap()["events"].clone();
    let names: Vec<_> =
        events.as_array().unwrap().iter().map(|event| &event["condition"]).collect();
    assert_eq!(
        names,
        ["balance", "balance"],
        "a restart of op-warden itself is no event: {events}"
    );

    let whole = fs::read(&state).unwrap();
    fs::write(&state, &whole[..whole.len() / 2]).unwrap();
    service.kill_and_start();
    service.until_ready("with a broken state");
    assert!(service.folder.path().join("state.unusable.json").exists());
    assert_eq!(service.status().unwrap()["counters"]["starts"], 1);
}

#[test]
fn what_was_not_looked_at_since_a_long_sleep_is_no_event() {
    let mut service = Service::start(|_, _| {});
    service.until_ready("before the sleep");
    let saved = |folder: &Path| -> Option<Value> {
        serde_json::from_slice(&fs::read(folder.join("state.json")).ok()?).ok()
    };
    let begin = Instant::now();
    while saved(service.folder.path()).is_none_or(|state| state["counters"]["polls"] == 0) {
        assert!(begin.elapsed() < PATIENCE, "no poll is saved");
        sleep(Duration::from_millis(50));
    }
    service.kill_and_start_with(|folder| {
        let mut state = saved(folder).unwrap();
        state["savedAt"] = json!(state["savedAt"].as_f64().unwrap() - 3_600.0);
        fs::write(folder.join("state.json"), state.to_string()).unwrap();
        // The chain's blocks come each second: it has newer ones of all kinds.
        sleep(Duration::from_secs(2));
    });
    service.until_ready("after the sleep");
    let status = service.status().unwrap();
    assert_eq!(status["counters"]["starts"], 2);
    assert_eq!(status["events"], json!([]), "the chain went on all the time");
}

fn wait(service: &Service, condition: (&str, &str), state: &str, found: &str) {
    let begin = Instant::now();
    loop {
        let now = service.condition(condition.0, condition.1);
        if now.as_ref().is_some_and(|now| now.0 == state && now.1.contains(found)) {
            return;
        }
        assert!(begin.elapsed() < PATIENCE, "{condition:?} is {now:?}, not {state}: {found}");
        sleep(Duration::from_millis(20));
    }
}
