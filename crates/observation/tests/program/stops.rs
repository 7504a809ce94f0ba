//! What is wrong with a stream stops that stream: others go on, and what is handed on of it is the same whichever way
//! it is mended.

use std::time::Duration;

use observation::{
    derive::{Derivation, Derived, Stop},
    observation::Observation,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::support::{derivation, file, gzip, line, observations, run};

/// Streams and epochs.
fn names(observations: &[Observation]) -> Vec<String> {
    observations.iter().map(|own| format!("{}{}", own.stream, own.epoch)).collect()
}

/// Three streams of three epochs, with lines more.
fn with(lines: &[String]) -> (Vec<String>, Derived) {
    let dir = tempfile::tempdir().unwrap();
    let good = ["a", "b", "c"].into_iter().flat_map(|stream| {
        (1..4).flat_map(move |epoch| [line(stream, epoch, 0), line(stream, epoch, 1)])
    });
    let all: Vec<_> = lines.iter().cloned().chain(good).collect();
    let (found, derived) = run(&derivation(&[file(&dir, "a", all.join("\n"))], 2, 1000)).unwrap();
    (names(&found), derived)
}

/// The names that are left when b has no more than these.
fn left(b: &[&str]) -> Vec<String> {
    let all = ["a1", "a2", "a3"].iter().chain(b).chain(&["c1", "c2", "c3"]);
    all.map(|name| (*name).to_owned()).collect()
}

#[test]
fn two_different_entries_at_one_place_stop_their_stream_only() {
    let dir = tempfile::tempdir().unwrap();
    let other = line("a", 1, 5).replace("moq", "moqs");
    let files = [
        file(&dir, "one.jsonl", [line("a", 1, 4), line("a", 1, 5), line("b", 1, 0)].join("\n")),
        file(&dir, "two.jsonl", other),
    ];
    for threads in 1..4 {
        let (found, derived) = run(&derivation(&files, threads, 100)).unwrap();
        assert_eq!(names(&found), ["b1"]);
        assert_eq!(derived.stops.count, 1);
        let said = derived.stops.named[0].to_string();
        assert!(said.contains(r#"stream "a", epoch "1" has two different entries 5"#), "{said}");
        let places = said.contains("one.jsonl, line 2 and ") && said.contains("two.jsonl, line 1.");
        assert!(places, "{said}");
    }
}

#[test]
fn what_comes_before_goes_on_and_what_follows_does_not() {
    assert_eq!(with(&[]).0, left(&["b1", "b2", "b3"]));
    let conflict = line("b", 2, 1).replace("moq", "moqs");
    assert_eq!(with(&[conflict]).0, left(&["b1"]));
    // The second one begins before the first one, if this line is right.
    let early = line("b", 2, 0).replace("unixMs\":17672258", "unixMs\":17672251");
    assert_ne!(early, line("b", 2, 0));
    assert_eq!(with(&[early]).0, left(&[]));
    for (from, to, expected) in [
        // It may be the first one of its epoch, but not before its time.
        (r#""seq":1"#, r#""seq":-1"#, left(&["b1"])),
        // It is not the first one, whatever its time is.
        (r#""unixMs":17"#, r#""unixMs":-17"#, left(&["b1"])),
        (r#""chunkHash""#, r#""chunk""#, left(&["b1"])),
        (r#""moq://b/2/1""#, "null", left(&["b1"])),
        // It may be of any epoch.
        (r#""epoch":2"#, r#""epoch":{}"#, left(&[])),
    ] {
        let bad = line("b", 2, 1).replace(from, to);
        assert_ne!(bad, line("b", 2, 1));
        let (found, derived) = with(std::slice::from_ref(&bad));
        assert_eq!(found, expected, "{bad}");
        let said = derived.stops.named[0].to_string();
        assert!(said.contains("/a, line 1: ") && said.contains(r#"of the stream "b""#), "{said}");
        assert_eq!((derived.stops.count, derived.bad, derived.entries), (1, 0, 18));
    }
    // The first one of its epoch, of any time.
    let bad = line("b", 2, 0).replace(r#""unixMs":17"#, r#""unixMs":-17"#);
    assert_eq!(with(&[bad]).0, left(&[]));
}

#[test]
fn what_was_observed_before_stops_its_stream_only() {
    let dir = tempfile::tempdir().unwrap();
    let before: Vec<_> = ["a", "b", "c"].map(|stream| line(stream, 2, 0)).into();
    let before = observations(&[file(&dir, "before", before.join("\n"))]);
    for (late, named) in [
        (line("b", 2, 1), r#"stream "b": epoch "2" was observed before, with 1 entries"#),
        (line("b", 1, 0), r#"stream "b": epoch "1", which begins at "#),
        // Its time says that it comes later.
        (line("b", 2, 999), r#"stream "b": epoch "2" was observed before"#),
    ] {
        let lines = [line("a", 3, 0), line("b", 3, 0), line("c", 3, 0), line("b", 4, 0), late];
        let mut next = derivation(&[file(&dir, "next", lines.join("\n"))], 2, 1000);
        for own in &before {
            next.heads.put(own.clone());
        }
        let (found, derived) = run(&next).unwrap();
        assert_eq!(names(&found), ["a3", "c3"]);
        assert!(derived.stops.named[0].to_string().starts_with(named), "{derived:?}");
        assert_eq!(derived.stops.count, 1);
    }
}

/// What follows a fault says that what comes before it is over; the epoch with the fault does not.
#[test]
fn what_comes_before_is_closed_by_what_is_sound() {
    let dir = tempfile::tempdir().unwrap();
    let closed = |lines: &[String]| {
        let mut derivation = derivation(&[file(&dir, "a", lines.join("\n"))], 1, 1000);
        derivation.settle = Some(Duration::from_mins(1));
        names(&run(&derivation).unwrap().0)
    };
    let conflict = line("a", 2, 70).replace("moq", "moqs");
    let mut lines = vec![line("a", 1, 0), line("a", 2, 0), line("a", 2, 70)];
    assert_eq!(closed(&lines), ["a1"]);
    lines.extend([conflict, line("a", 3, 0)]);
    assert_eq!(closed(&lines), [""; 0]);
    lines.push(line("a", 3, 60));
    assert_eq!(closed(&lines), ["a1"]);
}

#[test]
fn many_streams_that_stop_are_counted_and_some_of_them_named() {
    let dir = tempfile::tempdir().unwrap();
    let lines = (0..30).flat_map(|stream| {
        let entry = line(&format!("{stream:02}"), 1, 0);
        [entry.replace("moq", "moqs"), entry]
    });
    let lines: Vec<_> = lines.chain([line("x", 1, 0)]).collect();
    let (found, derived) = run(&derivation(&[file(&dir, "a", lines.join("\n"))], 3, 500)).unwrap();
    assert_eq!((names(&found), derived.stops.count), (vec!["x1".to_owned()], 30));
    let named = derived.stops.named.iter().map(|stop| match stop {
        Stop::Conflict { stream, .. } => stream.clone(),
        other => panic!("{other}"),
    });
    assert!(named.eq((0..20).map(|stream| format!("{stream:02}"))));
}

#[test]
fn lines_that_are_too_long_are_passed_over_with_all_others_that_are_no_entries() {
    let dir = tempfile::tempdir().unwrap();
    let long = "x".repeat((16 << 20) + 1);
    let bad = r#"{"stream":"a"}"#;
    let text = [&line("a", 1, 0), &*long, &line("a", 1, 1), bad, &line("a", 1, 2), &*long];
    for (name, bytes) in [("plain", text.join("\n").into_bytes()), ("gzip", gzip(&text.join("\n")))]
    {
        for block in [100, 1 << 20] {
            let mut skipping = derivation(&[file(&dir, name, &bytes)], 2, 1000);
            skipping.scan.input = skipping.scan.input.in_blocks_of(block);
            skipping.scan.skip_bad = true;
            let (found, derived) = run(&skipping).unwrap();
            assert_eq!((found[0].entries, derived.bad, derived.stops.count), (3, 3, 0));
            let lines: Vec<_> = derived.named.iter().map(|(position, _)| position.line).collect();
            assert_eq!(lines, [2, 4, 6], "{:?}", derived.named);
        }
    }
}

/// A line of an archive, or several that cannot all be right, and what it may be mended to.
struct Part {
    now: Vec<String>,
    mended: Vec<Vec<String>>,
}

impl Part {
    fn right(line: String) -> Self {
        Self { now: vec![line.clone()], mended: vec![vec![line]] }
    }

    fn conflict(one: String, other: String) -> Self {
        Self { now: vec![one.clone(), other.clone()], mended: vec![vec![one], vec![other]] }
    }

    /// An entry of which members are not what they should be.
    fn broken(right: &str, random: &mut fastrand::Rng) -> Self {
        let mut bad: Value = serde_json::from_str(right).unwrap();
        let mut mended = vec![Vec::new(), vec![right.to_owned()]];
        let members = ["epoch", "seq", "unixMs", "chunkHash", "locator"];
        let broken: Vec<_> =
            (0..random.usize(1..3)).map(|_| random.choice(members).unwrap()).collect();
        for _ in 0..4 {
            let mut mend: Value = serde_json::from_str(right).unwrap();
            for member in &broken {
                mend[*member] = json!(random.u64(..4_000));
            }
            mended.push(vec![mend.to_string()]);
        }
        for member in broken {
            bad[member] = [json!(null), json!({}), json!(-1)][random.usize(..3)].clone();
        }
        Self { now: vec![bad.to_string()], mended }
    }
}

fn entry(stream: &str, epoch: u64, sequence: u64, random: &mut fastrand::Rng) -> String {
    json!({
        "stream": stream, "epoch": epoch, "seq": sequence, "unixMs": epoch * 700 + random.u64(..1_500),
        "chunkHash": random.u64(..).to_string(), "locator": "l",
    })
    .to_string()
}

/// The lines of a stream, with as many flaws.
fn stream(name: &str, flaws: usize, random: &mut fastrand::Rng) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut places: Vec<_> =
        (0..6).flat_map(|epoch| [0, 1, 2, 4].map(|entry| (epoch, entry))).collect();
    random.shuffle(&mut places);
    for (at, (epoch, sequence)) in places.into_iter().take(18).enumerate() {
        let right = entry(name, epoch, sequence, random);
        parts.push(match at < flaws {
            true if random.bool() => Part::conflict(right, entry(name, epoch, sequence, random)),
            true => Part::broken(&right, random),
            false => Part::right(right),
        });
    }
    parts
}

fn of<'a>(stream: &str, observations: &'a [Observation]) -> Vec<&'a Observation> {
    observations.iter().filter(|own| own.stream == stream).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..Default::default() })]

    #[test]
    fn whatever_is_right_is_not_otherwise_than_what_is_handed_on(
        seed in any::<u64>(),
        flaws in 0_usize..4,
        settle in prop::option::of(0_u64..3),
        observed in 0_usize..3,
    ) {
        let mut random = fastrand::Rng::with_seed(seed);
        let dir = tempfile::tempdir()?;
        let parts: Vec<Part> =
            [("a", 0), ("b", flaws), ("c", 0)].into_iter().flat_map(|(name, flaws)| stream(name, flaws, &mut random)).collect();
        let derive = |lines: &[String], threads, heads: &[Observation]| {
            let mut derivation = derivation(&[file(&dir, "a", lines.join("\n"))], threads, 300 * threads);
            derivation.settle = settle.map(Duration::from_secs);
            for own in heads {
                derivation.heads.put(own.clone());
            }
            run(&derivation).unwrap()
        };
        let now: Vec<_> = parts.iter().flat_map(|part| part.now.clone()).collect();
        let (found, derived) = derive(&now, 1, &[]);
        // The same for any number of threads.
        let (again, derived_again) = derive(&now, 3, &[]);
        prop_assert_eq!(&found, &again);
        prop_assert_eq!(&derived.stops, &derived_again.stops);
        prop_assert!(derived.stops.count <= 1 && (derived.stops.count == 1) == (flaws > 0));
        for _ in 0..4 {
            let mend = parts.iter().flat_map(|part| random.choice(&part.mended).unwrap().clone());
            let lines: Vec<_> = mend.collect();
            let (mended, about) = derive(&lines, 1, &[]);
            if about.stops.count > 0 {
                // This one makes another conflict.
                continue;
            }
            for other in ["a", "c"] {
                prop_assert_eq!(of(other, &found), of(other, &mended));
            }
            let (found, mended) = (of("b", &found), of("b", &mended));
            prop_assert!(mended.starts_with(&found), "{:?}", derived.stops);
            // Nor where the stream goes on from what was observed before.
            let heads: Vec<_> = mended.iter().take(observed).map(|own| (*own).clone()).collect();
            let known = |line: &String| {
                let line: Value = serde_json::from_str(line).unwrap();
                let epoch = line["epoch"].to_string();
                line["stream"] == "b" && heads.iter().any(|own| epoch == own.epoch)
            };
            let rest: Vec<_> = now.iter().filter(|line| !known(line)).cloned().collect();
            let (rest, _) = derive(&rest, 2, &heads);
            prop_assert!(mended[heads.len()..].starts_with(&of("b", &rest)), "{heads:?}");
        }
    }
}

/// What a derivation needs beside is not asked for twice.
#[test]
fn a_derivation_may_be_run_again() {
    let dir = tempfile::tempdir().unwrap();
    let lines = [line("a", 1, 0), line("b", 1, 0), line("b", 1, 0).replace("moq", "moqs")];
    let twice: Derivation = derivation(&[file(&dir, "a", lines.join("\n"))], 2, 1000);
    let (one, other) = (run(&twice).unwrap(), run(&twice).unwrap());
    assert_eq!((one.0, one.1.stops), (other.0, other.1.stops));
}
