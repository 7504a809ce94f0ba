//! From archives to observations: whatever the order, the threads, the memory and the compression, the result is
//! what the rules written out plainly come to.

use std::{
    collections::BTreeMap, fs, io::Write as _, path::Path, process::Command, thread, time::Duration,
};

use alloy_primitives::{B256, keccak256};
use observation::{
    derive::{Derivation, DeriveError, Stop},
    entry::chunk_hash,
    generate::{Shape, write},
    merkle::leaf,
    observation::Observation,
    proof::{Proof, ProofError},
};
use proptest::prelude::*;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::support::{derivation, file, gzip, line, observations, run, scan};

/// The vector that cast made.
#[test]
fn an_archive_comes_to_what_cast_makes_of_it() {
    let vector: Value = serde_json::from_str(include_str!("../tree.json")).unwrap();
    let lines: Vec<_> =
        vector["archive"].as_array().unwrap().iter().map(Value::to_string).collect();
    let dir = tempfile::tempdir().unwrap();
    let file = file(&dir, "a.jsonl", lines.join("\n"));
    let [own]: [Observation; 1] = observations(&[file]).try_into().unwrap();
    assert_eq!(serde_json::to_value(&own.header).unwrap(), vector["observation"]);
    assert_eq!(json!(own.observation_hash), vector["observationHash"]);
    assert_eq!((own.entries, own.first_sequence, own.last_sequence), (3, 0, 5));
}

/// What the documentation says, without threads, sorting on disk or a growing tree.
fn plainly(text: &str) -> Vec<Value> {
    type Epoch = BTreeMap<u64, (u64, B256, String)>;
    let mut streams = BTreeMap::<String, BTreeMap<String, Epoch>>::new();
    for line in text.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let text = |name: &str| match &line[name] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let number = |name: &str| line[name].as_u64().unwrap();
        let (sequence, time, locator) = (number("seq"), number("unixMs"), text("locator"));
        let hash = keccak256(
            [
                &[0][..],
                &sequence.to_be_bytes(),
                &time.to_be_bytes(),
                chunk_hash(&text("chunkHash")).as_slice(),
                locator.as_bytes(),
            ]
            .concat(),
        );
        let epochs = streams.entry(text("stream")).or_default();
        epochs.entry(text("epoch")).or_default().insert(sequence, (time, hash, locator));
    }
    let mut found = Vec::new();
    for (stream, epochs) in streams {
        let mut epochs: Vec<_> = epochs
            .into_iter()
            .map(|(name, epoch)| (epoch.values().next().unwrap().0, name, epoch))
            .collect();
        epochs.sort_by_key(|(first, name, _)| (*first, name.len(), name.clone()));
        let (mut parent, mut time) = (B256::ZERO, 0);
        for (sequence, (_, name, epoch)) in epochs.into_iter().enumerate() {
            time = epoch.values().map(|entry| entry.0).max().unwrap().max(time);
            let count = epoch.len() as u64;
            let mut level: Vec<B256> = epoch.values().map(|entry| entry.1).collect();
            // Level by level, which for this tree comes to the same as splitting at powers of two.
            while level.len() > 1 {
                level = level
                    .chunks(2)
                    .map(|pair| match pair {
                        [left, right] => {
                            keccak256([&[1][..], left.as_slice(), right.as_slice()].concat())
                        }
                        _ => pair[0],
                    })
                    .collect();
            }
            let words = [
                keccak256(&stream),
                keccak256(&name),
                parent,
                keccak256([&[2][..], &count.to_be_bytes(), level[0].as_slice()].concat()),
                keccak256(&epoch.values().next().unwrap().2),
                B256::from(alloy_primitives::U256::from(time)),
                B256::from(alloy_primitives::U256::from(sequence)),
            ];
            parent = keccak256(words.concat());
            found.push(json!([stream, name, epoch.len(), parent]));
        }
    }
    found
}

fn shown(observations: &[Observation]) -> Vec<Value> {
    let show =
        |own: &Observation| json!([own.stream, own.epoch, own.entries, own.observation_hash]);
    observations.iter().map(show).collect()
}

fn made_up(seed: u64, streams: u64, entries: u64) -> String {
    let shape = Shape {
        bytes: 60_000,
        streams,
        entries,
        epochs: None,
        gaps: 9,
        duplicates: 9,
        late: 5,
        seed,
    };
    let mut bytes = Vec::new();
    write(&shape, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// The same line with other white space, another order, escapes, and digits for numbers.
fn respell(line: &str, random: &mut fastrand::Rng) -> String {
    let space = |random: &mut fastrand::Rng| [" ", "", "\t", "  "][random.usize(..4)];
    let text = |text: &str, random: &mut fastrand::Rng| {
        let units = text.encode_utf16().map(|unit| match char::from_u32(unit.into()) {
            Some(plain) if random.bool() && plain.is_ascii_alphanumeric() => plain.to_string(),
            _ => format!("\\u{unit:04x}"),
        });
        format!("\"{}\"", units.collect::<String>())
    };
    let Value::Object(members) = serde_json::from_str(line).unwrap() else { panic!("no object") };
    let mut members: Vec<_> = members.into_iter().collect();
    random.shuffle(&mut members);
    let members: Vec<_> = members
        .into_iter()
        .map(|(name, value)| {
            let value = match value {
                Value::String(value) => text(&value, random),
                number if random.bool() => format!("\"{number}\""),
                number => number.to_string(),
            };
            let [one, two, three] = [(); 3].map(|()| space(random));
            format!("{one}{}{two}:{three}{value}", text(&name, random))
        })
        .collect();
    format!("{{{}}}{}", members.join(","), space(random))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..Default::default() })]

    #[test]
    fn the_result_is_that_of_the_rules_however_it_is_made(
        seed in any::<u64>(),
        streams in 1_u64..5,
        entries in 1_u64..40,
        threads in 1_usize..5,
        // From one entry in memory to all of them.
        memory in 1_usize..200_000,
        block in 1_usize..3000,
        order in any::<u64>(),
        cut in 0_usize..100,
    ) {
        let text = made_up(seed, streams, entries);
        let expected = plainly(&text);
        let mut lines: Vec<&str> = text.lines().collect();
        fastrand::Rng::with_seed(order).shuffle(&mut lines);
        let (one, other) = lines.split_at(lines.len() * cut / 100);
        let dir = tempfile::tempdir()?;
        // With and without a line's end at the end, with empty lines, compressed in two ways.
        let files = [
            file(&dir, "1", gzip(&one.join("\r\n\n"))),
            file(&dir, "2", zstd::encode_all(other.join("\n").as_bytes(), 1)?),
        ];
        let mut derivation = derivation(&files, threads, memory);
        derivation.scan.input = derivation.scan.input.in_blocks_of(block);
        let (found, derived) = run(&derivation).unwrap();
        prop_assert_eq!(shown(&found), expected);
        prop_assert_eq!(derived.entries, lines.len() as u64);
        let counted: u64 = found.iter().map(|own| own.entries).sum();
        prop_assert_eq!(derived.duplicates, derived.entries - counted);
        for own in &found {
            prop_assert_eq!(own.check(), Ok(()));
        }
    }

    /// What JSON lets one write in many ways is the same entry.
    #[test]
    fn spelling_does_not_matter(seed in any::<u64>()) {
        let mut random = fastrand::Rng::with_seed(seed);
        let lines = [line("a/é", 1, 0), line("a/é", 1, 7), line("\"\\", 2, 3)];
        let respelled: Vec<_> = lines.iter().map(|line| respell(line, &mut random)).collect();
        let dir = tempfile::tempdir()?;
        let one = observations(&[file(&dir, "one", lines.join("\n"))]);
        prop_assert_eq!(observations(&[file(&dir, "other", respelled.join("\n"))]), one);
    }

    /// Nothing that a line can be ends in anything but an entry or an error.
    #[test]
    fn no_line_breaks_the_reader(at in 0_usize..200, bytes in prop::collection::vec(any::<u8>(), 0..20)) {
        let mut text = line("a", 1, 0).into_bytes();
        let at = at % text.len();
        text.splice(at..(at + 3).min(text.len()), bytes);
        let dir = tempfile::tempdir()?;
        let found = run(&derivation(&[file(&dir, "a", text)], 1, 1000));
        prop_assert!(matches!(found, Ok(_) | Err(DeriveError::Archive(_))));
    }

    /// An archive in two parts comes to the same as the whole, if the second goes on where the first ended.
    #[test]
    fn a_stream_goes_on_where_it_was(epochs in 2_u64..9, cut in 1_u64..8) {
        let cut = cut.min(epochs - 1);
        let dir = tempfile::tempdir()?;
        let lines = |epochs: std::ops::Range<u64>| {
            epochs.flat_map(|epoch| [line("a", epoch, 0), line("b", epoch, 3)]).collect::<Vec<_>>().join("\n")
        };
        let whole = observations(&[file(&dir, "whole", lines(0..epochs))]);
        let first = observations(&[file(&dir, "first", lines(0..cut))]);
        let mut second = derivation(&[file(&dir, "second", lines(cut..epochs))], 2, 1000);
        for own in &first {
            second.heads.put(own.clone());
        }
        let (second_part, _) = run(&second).unwrap();
        let mut both = [first, second_part].concat();
        both.sort_by_key(|own| (own.stream.clone(), own.header.sequence));
        prop_assert_eq!(both, whole);
        // What was observed already does not come again.
        let again = Derivation { scan: scan(&[file(&dir, "again", lines(cut - 1..epochs))], 1), ..second };
        let (found, derived) = run(&again).unwrap();
        prop_assert_eq!(found, []);
        prop_assert_eq!(derived.stops.count, 2);
        let are_again = derived.stops.named.iter().all(|stop| matches!(stop, Stop::Again { .. }));
        prop_assert!(are_again);
    }
}

proptest! {
    // A derivation for each line.
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..Default::default() })]

    /// Whatever is left out as not over, what is not left out never changes when the stream goes on in order.
    #[test]
    fn what_is_closed_stays_as_it_is(
        seed in any::<u64>(),
        settle in 1_u64..400,
        late in 0_u64..100,
    ) {
        let mut random = fastrand::Rng::with_seed(seed);
        // Epochs of 100 s; lines come up to `late` seconds late, which is below the time that is waited for.
        let late = late.min(settle - 1);
        let mut lines: Vec<_> = (0..40_u64)
            .map(|entry| (entry * 10 + random.u64(0..=late), entry_at(entry / 10, entry % 10, entry * 10_000)))
            .collect();
        lines.sort();
        let dir = tempfile::tempdir()?;
        let mut before: Vec<Observation> = Vec::new();
        for cut in 0..=lines.len() {
            let text: Vec<_> = lines[..cut].iter().map(|(_, line)| line.clone()).collect();
            let mut derivation = derivation(&[file(&dir, "a", text.join("\n"))], 1, 1 << 20);
            derivation.settle = Some(Duration::from_secs(settle));
            let (found, _) = run(&derivation).unwrap();
            prop_assert!(found.starts_with(&before), "{cut}: {found:?} after {before:?}");
            before = found;
        }
    }
}

/// An entry at a time, in milliseconds after the stream began.
fn entry_at(epoch: u64, sequence: u64, ms: u64) -> String {
    json!({
        "stream": "a", "epoch": epoch, "seq": sequence, "unixMs": 1_767_225_600_000 + ms,
        "chunkHash": format!("{epoch} {sequence}"), "locator": "moq://a",
    })
    .to_string()
}

fn closed(dir: &TempDir, lines: &[String], settle: u64) -> Vec<(String, u64, u64)> {
    let mut derivation = derivation(&[file(dir, "a", lines.join("\n"))], 1, 1000);
    derivation.settle = Some(Duration::from_secs(settle));
    let (found, _) = run(&derivation).unwrap();
    found.into_iter().map(|own| (own.epoch, own.header.sequence, own.entries)).collect()
}

/// Two encoders whose clocks differ: the last entry of an epoch may be stamped after the first one of the next.
#[test]
fn an_epoch_that_has_just_begun_closes_nothing_and_is_not_closed() {
    let dir = tempfile::tempdir().unwrap();
    let mut lines = vec![entry_at(1, 0, 0), entry_at(1, 1, 10_001), entry_at(2, 0, 10_000)];
    assert_eq!(closed(&dir, &lines, 60), []);
    lines.push(entry_at(2, 1, 69_999));
    assert_eq!(closed(&dir, &lines, 60), []);
    lines.push(entry_at(2, 2, 70_000));
    assert_eq!(closed(&dir, &lines, 60), [("1".to_owned(), 0, 2)]);
    // However little is waited for, it is the first one that is over, and the newest one never is.
    assert_eq!(closed(&dir, &lines, 0), [("1".to_owned(), 0, 2)]);
    // A third epoch says of both how far the stream is.
    lines.push(entry_at(3, 0, 130_000));
    assert_eq!(closed(&dir, &lines, 60), [("1".to_owned(), 0, 2)]);
    lines.push(entry_at(3, 1, 190_000));
    assert_eq!(closed(&dir, &lines, 60), [("1".to_owned(), 0, 2), ("2".to_owned(), 1, 3)]);
    // A single stamp of the far future in the middle of an epoch closes nothing.
    let far = [
        entry_at(1, 0, 0),
        entry_at(2, 0, 10_000),
        entry_at(2, 1, 1 << 41),
        entry_at(2, 2, 12_000),
    ];
    assert_eq!(closed(&dir, &far, 60), []);
}

#[test]
fn epochs_that_begin_at_one_moment_are_in_the_order_of_numbers() {
    let dir = tempfile::tempdir().unwrap();
    let lines = [entry_at(10, 0, 0), entry_at(9, 0, 0), entry_at(100, 0, 0)];
    let found = observations(&[file(&dir, "a", lines.join("\n"))]);
    let names: Vec<_> = found.iter().map(|own| own.epoch.as_str()).collect();
    assert_eq!(names, ["9", "10", "100"]);
}

/// A ledger takes no observation that is older than its parent.
#[test]
fn one_stamp_that_is_too_late_makes_no_stream_that_can_never_be_final() {
    let dir = tempfile::tempdir().unwrap();
    let lines = [
        entry_at(1, 0, 0),
        entry_at(1, 1, 90_000),
        entry_at(2, 0, 10_000),
        entry_at(3, 0, 100_000),
    ];
    let found = observations(&[file(&dir, "a", lines.join("\n"))]);
    let times: Vec<_> =
        found.iter().map(|own| own.header.observedUnixMs - 1_767_225_600_000).collect();
    assert_eq!(times, [90_000, 90_000, 100_000]);
    // Also where it goes on in another file.
    let mut rest = derivation(&[file(&dir, "b", lines[2..].join("\n"))], 1, 1000);
    rest.heads.put(found[0].clone());
    assert_eq!(run(&rest).unwrap().0, found[1..]);
}

#[test]
fn an_epoch_in_two_files_is_observed_once() {
    let dir = tempfile::tempdir().unwrap();
    let first = observations(&[file(&dir, "one", [line("a", 1, 0), line("a", 2, 0)].join("\n"))]);
    for rest in [vec![line("a", 2, 1), line("a", 3, 0)], vec![line("a", 3, 0), line("a", 1, 5)]] {
        let mut second = derivation(&[file(&dir, "two", rest.join("\n"))], 1, 1000);
        // The head is the highest one, in whatever order the file has them.
        for own in first.iter().rev() {
            second.heads.put(own.clone());
        }
        let (found, derived) = run(&second).unwrap();
        assert!(matches!(derived.stops.named[..], [Stop::Again { entries: 1, .. }]), "{derived:?}");
        assert_eq!(found, []);
    }
    let mut second = derivation(&[file(&dir, "two", line("a", 3, 0))], 1, 1000);
    for own in first.iter().rev() {
        second.heads.put(own.clone());
    }
    let (found, _) = run(&second).unwrap();
    assert_eq!(
        (found[0].header.sequence, found[0].header.parentObservationHash),
        (2, first[1].observation_hash)
    );
}

/// A pipe that gives one byte at first, and frames without content before the first one with it.
#[test]
fn compression_is_known_by_more_than_the_first_read() {
    let dir = tempfile::tempdir().unwrap();
    let text = made_up(7, 2, 9);
    let expected = observations(&[file(&dir, "plain", &text)]);
    let zstd = zstd::encode_all(text.as_bytes(), 1).unwrap();
    let skippable = |kind: u8| [&[kind, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3], &zstd[..]].concat();
    let pipe = dir.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for bytes in
        [gzip(&text), zstd.clone(), skippable(0x50), skippable(0x5f), text.clone().into_bytes()]
    {
        let (out, first) = (pipe.clone(), bytes.clone());
        let writer = thread::spawn(move || {
            let mut pipe = fs::File::create(out).unwrap();
            pipe.write_all(&first[..1]).unwrap();
            // So that it is read before the rest is there.
            thread::sleep(Duration::from_millis(50));
            pipe.write_all(&first[1..]).unwrap();
        });
        assert_eq!(observations(std::slice::from_ref(&pipe)), expected);
        writer.join().unwrap();
    }
}

/// Numbers of lines and columns are those of the file, whatever blank lines there are.
#[test]
fn blank_lines_are_counted_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let blank = ["\n", " \n", "\r\n", "\t \n", "\n\n\n"];
    let mut random = fastrand::Rng::with_seed(3);
    for _ in 0..50 {
        let mut text = String::new();
        for _ in 0..random.usize(..300) {
            text.push_str(blank[random.usize(..blank.len())]);
        }
        let lines = text.matches('\n').count() + 1;
        text.push_str("   {]");
        let path = file(&dir, "a", &text);
        let mut derivation = derivation(&[path], 1, 1000);
        derivation.scan.input = derivation.scan.input.in_blocks_of(random.usize(1..200));
        let error = run(&derivation).unwrap_err().to_string();
        let expected = format!("a, line {lines}: key must be a string (column 5)");
        assert!(error.contains(&expected), "{error} is not {expected}");
    }
}

#[test]
fn the_last_epoch_of_each_stream_may_be_left_out() {
    let dir = tempfile::tempdir().unwrap();
    let lines = [
        line("a", 1, 0),
        line("a", 2, 0),
        line("b", 1, 0),
        line("c", 1, 0),
        line("c", 2, 0),
        line("c", 3, 0),
    ];
    let mut derivation = derivation(&[file(&dir, "a", lines.join("\n"))], 1, 1000);
    derivation.settle = Some(Duration::ZERO);
    let (found, derived) = run(&derivation).unwrap();
    let names: Vec<_> = found.iter().map(|own| (own.stream.as_str(), own.epoch.as_str())).collect();
    assert_eq!(names, [("a", "1"), ("c", "1"), ("c", "2")]);
    assert_eq!(derived.observations, 3);
}

#[test]
fn the_first_bad_line_is_named_for_any_number_of_threads() {
    let dir = tempfile::tempdir().unwrap();
    // Several blocks of a megabyte, with bad lines in the third and the fourth.
    let mut lines: Vec<String> = (0..20_000).map(|entry| line("a", 1, entry)).collect();
    lines[15_000] = "{".to_owned();
    lines[18_000] = "[]".to_owned();
    let path = file(&dir, "a.jsonl", lines.join("\n"));
    for threads in [1, 2, 3, 8] {
        let error = run(&derivation(std::slice::from_ref(&path), threads, 1 << 20)).unwrap_err();
        assert!(error.to_string().contains("a.jsonl, line 15001: EOF while parsing"), "{error}");
    }
    let mut skipping = derivation(&[path], 3, 1 << 20);
    skipping.scan.skip_bad = true;
    let (found, derived) = run(&skipping).unwrap();
    assert_eq!((found[0].entries, derived.bad), (19_998, 2));
    let named: Vec<_> = derived.named.iter().map(|(position, _)| position.line).collect();
    assert_eq!(named, [15_001, 18_001]);
}

#[test]
fn lines_longer_than_a_block_are_read_and_endless_ones_are_not() {
    let dir = tempfile::tempdir().unwrap();
    let long = line("a", 1, 1).replace('{', &format!(r#"{{"pad":"{}","#, "x".repeat(3 << 20)));
    let text =
        [line("a", 1, 0), long.clone(), line("a", 1, 2), long.replace("\"seq\":1", "\"seq\":3")]
            .join("\n");
    assert_eq!(observations(&[file(&dir, "a", text)])[0].entries, 4);
    let endless = "x".repeat(20 << 20);
    let path = file(&dir, "b", format!("{}\n{endless}", line("a", 1, 0)));
    let error = run(&derivation(&[path], 1, 1000)).unwrap_err().to_string();
    assert!(error.contains("line 2: it is longer than"), "{error}");
}

#[test]
fn what_cannot_be_read_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let message =
        |path: &Path| run(&derivation(&[path.to_owned()], 2, 1000)).unwrap_err().to_string();
    assert!(message(&dir.path().join("none")).contains("none: No such file"));
    assert!(message(dir.path()).contains("Is a directory"));
    let compressed = gzip(&made_up(1, 2, 9));
    let cut = file(&dir, "cut.gz", &compressed[..compressed.len() / 2]);
    assert!(message(&cut).contains("cut.gz: "), "{}", message(&cut));
    let compressed = zstd::encode_all(made_up(1, 2, 9).as_bytes(), 1).unwrap();
    let cut = file(&dir, "cut.zst", &compressed[..compressed.len() / 2]);
    assert!(message(&cut).contains("cut.zst: "), "{}", message(&cut));
    let text = file(&dir, "latin1", b"{\"stream\":\"\xe9\"}");
    assert!(message(&text).contains("line 1: it is not UTF-8"), "{}", message(&text));
    let mut nowhere = derivation(&[file(&dir, "a", line("a", 1, 0))], 1, 10);
    nowhere.scratch = dir.path().join("none");
    let error = run(&nowhere).unwrap_err().to_string();
    assert!(error.contains("--scratch names another folder"), "{error}");
}

#[test]
fn an_empty_archive_has_no_observations() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(observations(&[file(&dir, "a", ""), file(&dir, "b", "\n \n")]), []);
}

#[test]
fn every_entry_is_proven_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let lines: Vec<_> = (0..7)
        .map(|entry| line("a", 1, entry * 2))
        .chain([line("b", 1, 1), line("a", 1, 4)])
        .collect();
    let path = file(&dir, "a.jsonl", lines.join("\n"));
    let own = observations(std::slice::from_ref(&path)).swap_remove(0);
    let scan = scan(&[path], 2);
    for entry in 0..7 {
        let proof = Proof::make(&scan, &own, entry * 2).unwrap();
        assert_eq!((proof.check(), proof.index), (Ok(()), entry));
        let json = serde_json::to_string(&proof).unwrap();
        assert_eq!(serde_json::from_str::<Proof>(&json).unwrap(), proof);
        let mut tampered = [(); 8].map(|()| proof.clone());
        tampered[0].entry.chunkHash = leaf(&[]);
        tampered[1].entry.locator.push('x');
        tampered[2].entry.unixMs += 1;
        tampered[3].entry.sequence += 1;
        tampered[4].index = (entry + 1) % 7;
        tampered[5].path[0] = leaf(&[]);
        tampered[6].observation.header.dataRoot = leaf(&[]);
        // The last of three is not the last of two as well.
        tampered[7].observation.entries -= 1;
        tampered[7].index = tampered[7].index.saturating_sub(1);
        for proof in tampered {
            assert!(proof.check().is_err(), "{proof:?}");
        }
    }
    assert!(matches!(Proof::make(&scan, &own, 3), Err(ProofError::NoEntry { .. })));
    let mut other = own;
    other.header.dataRoot = B256::ZERO;
    assert!(matches!(Proof::make(&scan, &other, 4), Err(ProofError::OtherData { entries: 7, .. })));
}
