//! `op-warden prove check`: a true proof holds, and none that was altered does.

use std::fs;

use alloy_consensus::Header;
use alloy_primitives::B256;
use serde_json::{Value, json};
use tempfile::TempDir;
use test_kit::{
    Run,
    node::{Answer, Node, Say},
};

use crate::world::runner;

/// A chain of true headers.
struct Chain {
    headers: Vec<Header>,
    safe: usize,
}

impl Chain {
    /// Blocks 0 to `head`; from `fork` on they are of another history.
    fn new(head: u64, fork: u64, safe: usize) -> Self {
        let mut headers: Vec<Header> = Vec::new();
        for number in 0..=head {
            headers.push(Header {
                number,
                parent_hash: headers.last().map_or(B256::ZERO, Header::hash_slow),
                gas_limit: if number < fork { 1 } else { 2 },
                base_fee_per_gas: Some(1),
                ..Header::default()
            });
        }
        Self { headers, safe }
    }

    fn at(&self, number: usize) -> Say {
        Say::Result(self.headers.get(number).map_or(json!(null), |header| {
            let mut named = serde_json::to_value(header).unwrap();
            named["hash"] = json!(header.hash_slow());
            named
        }))
    }
}

impl Answer for Chain {
    fn call(&self, method: &str, params: &Value) -> Say {
        if method == "eth_chainId" {
            return Say::Result(json!("0xa"));
        }
        match params[0].as_str().unwrap() {
            "latest" => self.at(self.headers.len() - 1),
            "safe" => self.at(self.safe),
            "finalized" => self.at(1),
            number => self.at(usize::from_str_radix(&number[2..], 16).unwrap()),
        }
    }
}

/// What `prove heads --proof` writes of a reference with the blocks 0 to 9.
fn proof(follower: Chain, code: i32, options: &[&str]) -> Value {
    let (reference, follower) = (Node::start(Chain::new(9, 99, 5)), Node::start(follower));
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("proof.json");
    let (ours, theirs) = (reference.url(), follower.url());
    let fixed = ["prove", "heads", "--reference", &ours, "--follower", &theirs, "--proof"];
    let args = [&fixed[..], &[file.to_str().unwrap()], options].concat();
    let run = runner::run(&args);
    assert_eq!(run.code, Some(code), "{run:?}");
    serde_json::from_slice(&fs::read(file).unwrap()).unwrap()
}

fn equal() -> Value {
    proof(Chain::new(9, 99, 5), 0, &[])
}

fn behind() -> Value {
    proof(Chain::new(6, 99, 2), 2, &[])
}

fn diverged() -> Value {
    proof(Chain::new(9, 4, 2), 1, &[])
}

fn check(text: &str) -> Run {
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("proof.json");
    fs::write(&file, text).unwrap();
    runner::run(&["prove", "check", file.to_str().unwrap()])
}

/// Refused, with a reason that names the file and nothing on stdout that could be taken for a verdict.
fn refused(what: &str, text: &str) -> String {
    let run = check(text);
    assert_eq!(run.code, Some(255), "{what}: {run:?}");
    assert!(run.stdout.is_empty(), "{what}: {run:?}");
    assert!(run.stderr.contains("proof.json"), "{what}: {run:?}");
    run.stderr
}

fn holds(what: &str, proof: &Value) {
    let run = check(&proof.to_string());
    assert_eq!(run.code, Some(0), "{what}: {run:?}");
    assert!(run.stdout.contains("holds"), "{what}: {run:?}");
}

/// Pointers to all values of a document that hold no others.
fn leaves(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            map.iter().for_each(|(key, value)| leaves(value, &format!("{at}/{key}"), found));
        }
        Value::Array(list) => {
            let places = list.iter().enumerate();
            places.for_each(|(place, value)| leaves(value, &format!("{at}/{place}"), found));
        }
        _ => found.push(at.to_owned()),
    }
}

/// Other values of the same kind, and none at all.
fn others(value: &Value) -> Vec<Value> {
    let mut others = match value {
        Value::Number(number) => {
            let number = number.as_u64().unwrap();
            vec![json!(number + 1), json!(number.wrapping_sub(1)), json!(u64::MAX)]
        }
        Value::Bool(flag) => vec![json!(!flag)],
        Value::String(text) => altered(text).into_iter().map(Value::from).collect(),
        _ => vec![json!(0), json!("0x00")],
    };
    others.push(json!(null));
    others.retain(|other| other != value);
    others
}

/// Hexadecimal digits changed at the begin, in the middle and at the end; other text made longer.
fn altered(text: &str) -> Vec<String> {
    let Some(digits) = text.strip_prefix("0x") else { return vec![format!("{text}x")] };
    let flip = |place: usize| {
        let mut digits = digits.as_bytes().to_vec();
        digits[place] = if digits[place] == b'0' { b'1' } else { b'0' };
        format!("0x{}", String::from_utf8(digits).unwrap())
    };
    vec![flip(0), flip(digits.len() / 2), flip(digits.len() - 1), "0x".to_owned()]
}

/// What no verdict rests on: names; what a node said of itself where no header can prove it (its chain id, its
/// final head, a head above the blocks that were compared, no genesis); the end of the range where the
/// verdict is diverged.
fn neutral(proof: &Value, at: &str, other: &Value, verdict: &str) -> bool {
    let names = ["/opWarden", "/reference", "/followers/0/follower"].contains(&at);
    let said = at.contains("/chainId") || at.contains("/finalized");
    let untold = other.is_null() && at.ends_with("/genesis");
    (names && other.is_string())
        || said
        || untold
        || above(proof, at, other)
        || (verdict == "diverged" && at == "/to")
}

/// Whether a head is, or is said to be, above the blocks that were compared.
fn above(proof: &Value, at: &str, other: &Value) -> bool {
    let Some((head, field)) = at.rsplit_once('/') else { return false };
    let number = match field {
        "number" => other.as_u64(),
        _ => proof.pointer(&format!("{head}/number")).and_then(Value::as_u64),
    };
    let heads = ["/node/latest", "/node/safe"].iter().any(|end| head.ends_with(end));
    heads && number > proof["followers"][0]["comparedTo"].as_u64()
}

#[test]
fn a_true_proof_holds() {
    holds("equal", &equal());
    holds("behind", &behind());
    holds("diverged", &diverged());
    holds("another genesis", &proof(Chain::new(9, 0, 5), 1, &[]));
    holds("a part", &proof(Chain::new(9, 99, 5), 0, &["--from", "3", "--to", "7"]));
    holds("the safe heads are below the range", &proof(Chain::new(9, 99, 5), 0, &["--from", "7"]));
}

#[test]
fn whatever_is_altered_is_refused_or_says_nothing() {
    for (verdict, proof) in [("equal", equal()), ("behind", behind()), ("diverged", diverged())] {
        assert_eq!(proof["followers"][0]["result"]["verdict"], verdict);
        let mut found = Vec::new();
        leaves(&proof, "", &mut found);
        for at in found {
            for other in others(proof.pointer(&at).unwrap()) {
                let mut altered = proof.clone();
                *altered.pointer_mut(&at).unwrap() = other.clone();
                let run = check(&altered.to_string());
                let neutral = run.code == Some(0) && neutral(&proof, &at, &other, verdict);
                assert!(neutral || run.code == Some(255), "{verdict}: {at} is {other}: {run:?}");
                assert!(neutral || run.stderr.contains("proof.json"), "{verdict}: {at}: {run:?}");
            }
        }
    }
}

#[test]
fn blocks_that_are_missing_twice_or_out_of_order_are_refused() {
    for (verdict, proof) in [("equal", equal()), ("behind", behind()), ("diverged", diverged())] {
        let count = proof["headers"].as_array().unwrap().len();
        let edited = |what: &str, edit: &dyn Fn(&mut Vec<Value>)| {
            let mut altered = proof.clone();
            edit(altered["headers"].as_array_mut().unwrap());
            refused(&format!("{verdict}: {what}"), &altered.to_string());
        };
        for place in 0..count {
            edited("missing", &|headers| drop(headers.remove(place)));
            edited("twice", &|headers| headers.insert(place, headers[place].clone()));
            edited("swapped", &|headers| headers.swap(place, (place + 1) % count));
        }
        edited("reversed", &|headers| headers.reverse());
        edited("none", &Vec::clear);
    }
}

#[test]
fn a_verdict_that_the_headers_do_not_give_is_refused() {
    let right = equal();
    let [result, safe] = ["result", "safe"].map(|head| right["followers"][0][head].clone());
    for (name, proof) in [("behind", behind()), ("diverged", diverged())] {
        for (head, claim) in [("result", &result), ("safe", &safe)] {
            let mut altered = proof.clone();
            altered["followers"][0][head] = claim.clone();
            let error = refused(&format!("{name}: {head}"), &altered.to_string());
            assert!(error.contains("and what follows is"), "{name}: {head}: {error}");
        }
    }
}

#[test]
fn a_claim_of_the_safe_head_is_checked_where_the_result_is_unknown() {
    let mut altered = behind();
    altered["followers"][0]["result"] = json!({"verdict": "unknown", "reason": "none"});
    holds("the safe head is behind", &altered);
    altered["followers"][0]["safe"] = equal()["followers"][0]["safe"].clone();
    refused("the safe head is equal", &altered.to_string());
    for field in ["headers", "commitment", "readTo"] {
        altered.as_object_mut().unwrap().remove(field);
    }
    for field in ["comparedTo", "commitment"] {
        altered["followers"][0].as_object_mut().unwrap().remove(field);
    }
    refused("the safe head is equal, without headers", &altered.to_string());
}

#[test]
fn a_safe_head_that_no_header_shows_is_not_equal() {
    let invented = |number: u64| {
        let mut altered = equal();
        let head = json!({"number": number, "hash": B256::repeat_byte(9)});
        altered["node"]["safe"] = head.clone();
        altered["followers"][0]["node"]["safe"] = head.clone();
        altered["followers"][0]["safe"] =
            json!({"verdict": "equal", "to": number, "hash": head["hash"]});
        refused(&format!("both show block {number}"), &altered.to_string())
    };
    assert!(invented(5).contains("not on the chain"));
    assert!(invented(12).contains("not among those that were compared"));
}

#[test]
fn what_is_no_proof_is_refused() {
    let whole = equal().to_string();
    for end in [1, whole.len() / 2, whole.len() - 1] {
        let error = refused("truncated", &whole[..end]);
        assert!(error.contains("cannot read"), "{error}");
    }
    for (what, text) in [
        ("empty", ""),
        ("not JSON", "0x1234"),
        ("another document", "{}"),
        ("a list", "[]"),
        ("two documents", &whole.repeat(2)),
    ] {
        let error = refused(what, text);
        assert!(error.contains("cannot read"), "{what}: {error}");
    }
    let mut more = equal();
    more["more"] = json!(1);
    refused("an unknown field", &more.to_string());
    let mut nobody = equal();
    nobody["followers"] = json!([]);
    refused("no follower", &nobody.to_string());
}

#[test]
fn a_file_that_is_not_there_is_refused() {
    let run = runner::run(&["prove", "check", "missing/proof.json"]);
    assert_eq!(run.code, Some(255), "{run:?}");
    assert!(run.stderr.contains("cannot read missing/proof.json"), "{run:?}");
}
