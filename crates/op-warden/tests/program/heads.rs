//! `op-warden prove heads`: behind is not diverged, and what is not known is not equal.

use std::{collections::BTreeMap, sync::Mutex};

use serde_json::{Value, json};
use test_kit::{
    Run,
    node::{Answer, Node, Say, Whole, nobody},
};

use crate::world::runner;

/// A chain: the hashes of its blocks by number, and what is wrong about its answers.
#[derive(Default)]
struct Chain {
    blocks: Vec<String>,
    lies: BTreeMap<u64, Say>,
    whole: Option<Whole>,
    /// Blocks that have another hash from the second time on that they are asked for.
    reorganised: BTreeMap<u64, String>,
    asked: Mutex<Vec<u64>>,
    safe: Option<u64>,
}

/// Block `number` of the history called `branch`.
fn hash(branch: u8, number: u64) -> String {
    format!("0x{branch:02x}{number:062x}")
}

fn block(number: u64, hash: &str, parent: &str) -> Value {
    json!({"number": format!("{number:#x}"), "hash": hash, "parentHash": parent, "timestamp": "0x1"})
}

impl Chain {
    /// Blocks 0 to `head`; from `fork` on they are of another history.
    fn forked(head: u64, fork: u64) -> Self {
        let blocks =
            (0..=head).map(|number| hash(if number < fork { 0xa } else { 0xb }, number)).collect();
        Self { blocks, ..Self::default() }
    }

    fn to(head: u64) -> Self {
        Self::forked(head, head + 1)
    }

    fn lying(mut self, number: u64, lie: Say) -> Self {
        self.lies.insert(number, lie);
        self
    }

    fn failing(mut self, whole: Whole) -> Self {
        self.whole = Some(whole);
        self
    }

    fn at(&self, number: u64) -> Value {
        let Some(hash) = usize::try_from(number).ok().and_then(|number| self.blocks.get(number))
        else {
            return json!(null);
        };
        let parent = number.checked_sub(1).map_or("0x00", |_| "");
        let parent = if parent.is_empty() {
            self.blocks[usize::try_from(number - 1).unwrap()].clone()
        } else {
            format!("0x{}", "00".repeat(32))
        };
        let mut asked = self.asked.lock().unwrap();
        let again = asked.contains(&number);
        asked.push(number);
        let hash = self.reorganised.get(&number).filter(|_| again).unwrap_or(hash);
        block(number, hash, &parent)
    }
}

impl Answer for Chain {
    fn whole(&self, _: usize, _: Option<&Value>) -> Whole {
        self.whole.unwrap_or(Whole::Calls)
    }

    fn call(&self, method: &str, params: &Value) -> Say {
        if method == "eth_chainId" {
            return Say::Result(json!("0xa"));
        }
        assert_eq!(method, "eth_getBlockByNumber");
        let head = self.blocks.len() as u64 - 1;
        match params[0].as_str().unwrap() {
            // The head is asked for by name: no part of the comparison.
            "latest" => Say::Result(block(head, &self.blocks[self.blocks.len() - 1], &hash(0, 0))),
            "safe" => self.safe.map_or(Say::Error(-39001, "safe block not found"), |number| {
                Say::Result(block(
                    number,
                    &self.blocks[usize::try_from(number).unwrap()],
                    &hash(0, 0),
                ))
            }),
            "finalized" => Say::Error(-39001, "finalized block not found"),
            number => {
                let number = u64::from_str_radix(&number[2..], 16).unwrap();
                self.lies.get(&number).cloned().unwrap_or_else(|| Say::Result(self.at(number)))
            }
        }
    }
}

fn prove(reference: Chain, followers: Vec<Chain>, options: &[&str]) -> Run {
    let reference = Node::start(reference);
    let followers: Vec<_> = followers.into_iter().map(Node::start).collect();
    let mut args =
        vec!["prove".to_owned(), "heads".to_owned(), "--reference".to_owned(), reference.url()];
    for follower in &followers {
        args.extend(["--follower".to_owned(), follower.url()]);
    }
    args.extend(options.iter().map(|&option| option.to_owned()));
    runner::run(&args)
}

#[test]
fn equal_is_0_behind_is_2_and_diverged_is_1() {
    for (name, reference, follower, options, code, text) in [
        ("the same", Chain::to(9), Chain::to(9), &[][..], 0, "equal up to block 9"),
        ("genesis only", Chain::to(0), Chain::to(0), &[], 0, "equal up to block 0"),
        ("ahead", Chain::to(9), Chain::to(12), &[], 0, "equal up to block 9"),
        (
            "a part",
            Chain::to(9),
            Chain::to(7),
            &["--from", "2", "--to", "5"],
            0,
            "equal up to block 5",
        ),
        (
            "one block",
            Chain::to(9),
            Chain::to(9),
            &["--from", "9", "--to", "9"],
            0,
            "equal up to block 9",
        ),
        ("several requests", Chain::to(1_203), Chain::to(1_203), &[], 0, "equal up to block 1203"),
        (
            "behind",
            Chain::to(9),
            Chain::to(8),
            &[],
            2,
            "behind: equal up to its head 8, the range ends at 9",
        ),
        ("far behind", Chain::to(1_203), Chain::to(0), &[], 2, "behind: equal up to its head 0"),
        (
            "behind the range",
            Chain::to(9),
            Chain::to(5),
            &["--to", "7"],
            2,
            "behind: equal up to its head 5",
        ),
        ("both behind the range", Chain::to(5), Chain::to(5), &["--to", "7"], 2, "behind"),
        ("another genesis", Chain::to(9), Chain::forked(9, 0), &[], 1, "diverged at block 0"),
        ("forked", Chain::to(9), Chain::forked(9, 4), &[], 1, "diverged at block 4"),
        (
            "forked in a later request",
            Chain::to(1_203),
            Chain::forked(1_203, 777),
            &[],
            1,
            "diverged at block 777",
        ),
        ("another head", Chain::to(9), Chain::forked(9, 9), &[], 1, "diverged at block 9"),
        ("behind and forked", Chain::to(9), Chain::forked(6, 4), &[], 1, "diverged at block 4"),
        ("ahead and forked", Chain::to(9), Chain::forked(20, 4), &[], 1, "diverged at block 4"),
        (
            "forked after the range",
            Chain::to(9),
            Chain::forked(9, 6),
            &["--to", "5"],
            0,
            "equal up to block 5",
        ),
        (
            "forked before the range",
            Chain::to(9),
            Chain::forked(9, 2),
            &["--from", "5"],
            1,
            "diverged at block 5",
        ),
    ] {
        let run = prove(reference, vec![follower], options);
        assert_eq!(run.code, Some(code), "{name}: {run:?}");
        assert!(run.stdout.contains(text), "{name}: {run:?}");
    }
}

#[test]
fn what_cannot_be_known_is_3_and_never_equal() {
    let null = || Say::Result(json!(null));
    let other = || Say::Result(block(5, &hash(0xa, 5), &hash(0xa, 4)));
    let orphan = || Say::Result(block(4, &hash(0xa, 4), &hash(0xc, 3)));
    let renamed = || Say::Result(block(4, &hash(0xc, 4), &hash(0xa, 3)));
    for (name, reference, follower, options, text) in [
        (
            "a block is missing on the follower",
            Chain::to(9),
            Chain::to(9).lying(4, null()),
            &[][..],
            "block 4 is below its head and missing",
        ),
        (
            "a block is missing on the reference",
            Chain::to(9).lying(4, null()),
            Chain::to(9),
            &[],
            "block 4",
        ),
        ("the last block is missing", Chain::to(9), Chain::to(9).lying(9, null()), &[], "block 9"),
        (
            "a block is missing on both",
            Chain::to(9).lying(4, null()),
            Chain::to(9).lying(4, null()),
            &[],
            "block 4",
        ),
        (
            "another block is answered",
            Chain::to(9),
            Chain::to(9).lying(4, other()),
            &[],
            "asked for block 4, it answers block 5",
        ),
        (
            "another block is answered by both",
            Chain::to(9).lying(4, other()),
            Chain::to(9).lying(4, other()),
            &[],
            "asked for block 4",
        ),
        (
            "parents do not link",
            Chain::to(9).lying(4, orphan()),
            Chain::to(9).lying(4, orphan()),
            &[],
            "reorganised",
        ),
        (
            "a reorganisation on both",
            Chain::to(9).lying(4, renamed()),
            Chain::to(9).lying(4, renamed()),
            &[],
            "reorganised",
        ),
        (
            "an error",
            Chain::to(9),
            Chain::to(9).lying(4, Say::Error(-32000, "busy")),
            &[],
            "block 4",
        ),
        ("no answer", Chain::to(9), Chain::to(9).lying(4, Say::Nothing), &[], "unanswered"),
        (
            "nonsense",
            Chain::to(9),
            Chain::to(9).lying(4, Say::Result(json!({}))),
            &[],
            "makes no sense",
        ),
        (
            "the follower gives HTML",
            Chain::to(9),
            Chain::to(9).failing(Whole::Body("<html>")),
            &[],
            "not JSON-RPC",
        ),
        (
            "the reference gives HTML",
            Chain::to(9).failing(Whole::Body("<html>")),
            Chain::to(9),
            &[],
            "not JSON-RPC",
        ),
        (
            "the follower is busy",
            Chain::to(9),
            Chain::to(9).failing(Whole::Status("429 Too Many Requests", "retry-after: 99\r\n")),
            &[],
            "HTTP 429",
        ),
        (
            "the range is empty",
            Chain::to(9),
            Chain::to(9),
            &["--from", "5", "--to", "4"],
            "begins at 5 and ends at 4",
        ),
        (
            "the range begins after the reference's head",
            Chain::to(9),
            Chain::to(20),
            &["--from", "12"],
            "begins at 12 and ends at 9",
        ),
        (
            "the range ends after the reference's head",
            Chain::to(9),
            Chain::to(20),
            &["--to", "12"],
            "block 10",
        ),
        (
            "the range begins after the follower's head",
            Chain::to(9),
            Chain::to(5),
            &["--from", "7"],
            "head is 5",
        ),
        (
            "the range ends with the numbers",
            Chain::to(9),
            Chain::to(9),
            &["--from", "18446744073709551615", "--to", "18446744073709551615"],
            "head is 9",
        ),
    ] {
        let run = prove(reference, vec![follower], options);
        assert_eq!(run.code, Some(3), "{name}: {run:?}");
        assert!(run.stdout.contains("unknown: ") && run.stdout.contains(text), "{name}: {run:?}");
    }
}

#[test]
fn a_block_that_differs_once_is_a_reorganisation_not_a_divergence() {
    // At first the follower is on its own branch, then it is back.
    let mut follower = Chain::forked(9, 9);
    follower.reorganised.insert(9, hash(0xa, 9));
    let run = prove(Chain::to(9), vec![follower], &[]);
    assert_eq!(run.code, Some(3), "{run:?}");
    assert!(run.stdout.contains("block 9 differed once and not again"), "{run:?}");
}

#[test]
fn a_node_that_is_not_there_is_unknown_and_its_secrets_stay_hidden() {
    let node = Node::start(Chain::to(9));
    let secret =
        nobody().replacen("http://", "http://someuser:hunter2@", 1) + "/v3/SECRETKEY?key=token9";
    for (reference, follower) in [(node.url(), secret.clone()), (secret.clone(), node.url())] {
        for options in [&[][..], &["--json"]] {
            let args =
                [&["prove", "heads", "--reference", &reference, "--follower", &follower], options]
                    .concat();
            let run = runner::run(&args);
            assert_eq!(run.code, Some(3), "{run:?}");
            assert!(run.stdout.contains("nobody listens"), "{run:?}");
        }
    }
}

#[test]
fn of_several_followers_the_worst_counts() {
    let equal = || Chain::to(9);
    let behind = || Chain::to(5);
    let diverged = || Chain::forked(9, 4);
    let unknown = || Chain::to(9).lying(4, Say::Nothing);
    for (followers, code) in [
        (vec![equal(), equal()], 0),
        (vec![equal(), behind(), equal()], 2),
        (vec![behind(), unknown(), equal()], 3),
        (vec![unknown(), diverged(), behind()], 1),
        (vec![diverged(), unknown()], 1),
        (vec![equal(), unknown()], 3),
    ] {
        let count = followers.len();
        let run = prove(equal(), followers, &[]);
        assert_eq!((run.code, run.stdout.lines().count()), (Some(code), count), "{run:?}");
    }
}

#[test]
fn json_says_the_same_as_text() {
    let run = prove(
        Chain::to(9),
        vec![Chain::to(9), Chain::to(5), Chain::forked(9, 4), Chain::to(9).lying(2, Say::Nothing)],
        &["--json"],
    );
    assert_eq!(run.code, Some(1));
    let report = run.json();
    assert!(report["reference"].as_str().unwrap().starts_with("http://127.0.0.1:"));
    let results: Vec<_> = report["followers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|follower| &follower["result"])
        .collect();
    assert_eq!(results[0], &json!({"verdict": "equal", "to": 9, "hash": hash(0xa, 9)}));
    assert_eq!(results[1], &json!({"verdict": "behind", "head": 5, "to": 9}));
    assert_eq!(
        results[2],
        &json!({"verdict": "diverged", "after": 3, "block": 4, "reference": hash(0xa, 4), "follower": hash(0xb, 4)})
    );
    assert_eq!(results[3]["verdict"], "unknown");
}

#[test]
fn the_safe_head_is_judged_for_itself() {
    let safe = |chain: Chain, number| Chain { safe: Some(number), ..chain };
    for (name, reference, follower, result, judged) in [
        ("no tag", Chain::to(9), safe(Chain::to(9), 5), "equal", "unknown"),
        ("equal", safe(Chain::to(9), 5), safe(Chain::to(9), 5), "equal", "equal"),
        ("ahead", safe(Chain::to(9), 5), safe(Chain::to(9), 7), "equal", "equal"),
        ("behind", safe(Chain::to(9), 5), safe(Chain::to(9), 2), "equal", "behind"),
        (
            "only unsafe blocks differ",
            safe(Chain::to(9), 3),
            safe(Chain::forked(9, 6), 3),
            "diverged",
            "equal",
        ),
        (
            "both differ",
            safe(Chain::to(9), 7),
            safe(Chain::forked(9, 6), 7),
            "diverged",
            "diverged",
        ),
    ] {
        let run = prove(reference, vec![follower], &["--json"]);
        let follower = &run.json()["followers"][0];
        assert_eq!(follower["result"]["verdict"], result, "{name}: {run:?}");
        assert_eq!(follower["safe"]["verdict"], judged, "{name}: {run:?}");
        assert_eq!(run.code, Some(i32::from(result == "diverged")), "{name}: {run:?}");
    }
}

#[test]
fn a_made_up_hash_is_unknown_where_headers_are_verified() {
    // The blocks of these tests are no headers at all.
    let run = prove(Chain::to(9), vec![Chain::to(9)], &["--verify-headers"]);
    assert_eq!(run.code, Some(3), "{run:?}");
}
