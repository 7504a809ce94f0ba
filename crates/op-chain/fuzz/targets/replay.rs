//! The corpus without a fuzzer, as it lies there and with random changes: part of the crates' tests,
//! so that neither targets nor corpus rot.

use std::{fs, path::Path};

use proptest::{prelude::*, sample::Index, test_runner::TestRunner};

/// Gives a target the corpus of its name.
pub(crate) fn replay(name: &str, target: impl Fn(&[u8])) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../op-chain/fuzz/corpus").join(name);
    let entries: Vec<_> = fs::read_dir(corpus)
        .unwrap()
        .map(|entry| fs::read(entry.unwrap().path()).unwrap())
        .collect();
    assert!(!entries.is_empty(), "{name} has no corpus");
    for entry in &entries {
        target(entry);
    }
    let changed = (prop::sample::select(entries), prop::collection::vec(change(), 1..4))
        .prop_map(|(entry, changes)| changes.into_iter().fold(entry, Change::apply));
    let mut runner = TestRunner::new(ProptestConfig::with_cases(2_000));
    runner
        .run(&changed, |bytes| {
            target(&bytes);
            Ok(())
        })
        .unwrap();
}

/// Some bytes in the place of others.
#[derive(Clone, Debug)]
struct Change {
    place: Index,
    length: usize,
    bytes: Vec<u8>,
}

fn change() -> impl Strategy<Value = Change> {
    (any::<Index>(), 0_usize..6, prop::collection::vec(any::<u8>(), 0..6))
        .prop_map(|(place, length, bytes)| Change { place, length, bytes })
}

impl Change {
    fn apply(mut entry: Vec<u8>, change: Self) -> Vec<u8> {
        let start = change.place.index(entry.len() + 1);
        let end = entry.len().min(start + change.length);
        entry.splice(start..end, change.bytes);
        entry
    }
}
